"""An action shows, saves and draws itself."""

import json

import numpy as np
import pytest

import nnft_sym as nn


def action(points, order="1/N^2"):
    net = nn.ReLUNet(20, sigma_b=0.7)
    return nn.action_from_cumulants(nn.exact_correlators(net, [[x] for x in points], (2, 4, 6)), order)


def test_it_is_saved_in_every_form(tmp_path):
    made = action([-1.0, 0.2])
    rows = made.save(tmp_path / "a.csv").read_text().splitlines()
    assert rows[0] == "order,element,value,error"
    assert len(rows) == 1 + sum(term.tensor.size for term in made.terms)
    found = json.loads(made.save(tmp_path / "a.json").read_text())
    assert found["diagrams"] == 15
    assert found["rows"][0]["order"] == "1/N^0"
    for suffix in ("nc", "svg", "png"):
        assert made.save(tmp_path / f"a.{suffix}").stat().st_size > 1000
    assert "action to 1/N^2 of 2 fields" in repr(made)
    assert made._repr_html_().count("<tr>") > 10
    assert made.symbolic._repr_latex_().startswith("$")


def test_the_picture_shows_each_order_along_each_field():
    made = action([-1.0, 0.2, 1.2, 2.0])
    figure = made.plot()
    assert len(figure.axes) == 8
    for number, (above, below) in enumerate(zip(figure.axes[::2], figure.axes[1::2], strict=True)):
        free, *others = above.get_lines()
        assert len(others) == 2
        for line, added in zip((free, *others), below.get_lines(), strict=True):
            np.testing.assert_allclose(added.get_ydata(), line.get_ydata() - free.get_ydata(), atol=1e-12)
        x, y = free.get_data()
        variance = float(made.given.connected[2][number, number])
        np.testing.assert_allclose(y, 0.5 * np.square(x) / variance, rtol=1e-9, atol=1e-12)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()][-1] == "to $1/N^2$"


def test_the_picture_of_a_mean_and_of_halves_of_powers():
    made = nn.action_from_cumulants({1: [0.3], 2: [[1.0]], 3: [[[0.1]]]}, "1/N^(1/2)")
    above, _ = made.plot().axes
    x, y = above.get_lines()[1].get_data()
    middle = len(x) // 2
    assert x[middle] == pytest.approx(0.3)
    np.testing.assert_allclose(
        y, 0.5 * (x - 0.3) ** 2 + 0.1 * ((x - 0.3) / 2 - (x - 0.3) ** 3 / 6), atol=1e-12
    )
    with pytest.raises(nn.NNFTError, match="drawn alone"):
        made.plot(made)
