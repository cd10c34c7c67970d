"""``nnft neurons``: against the exact answer, at several widths, tilted and with several outputs."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from nnft_sym.cli import nnft, run
from numerics.exact.correlators import exact_correlators
from numerics.networks.architectures import ErfNet, GaussNet

WORDS = ["neurons", "--net", "erf", "--sigma-b", "0.5", "--points", "0.3;1;-0.7", "--neurons", "100000"]


def answer(*words):
    done = CliRunner().invoke(nnft, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def assert_exact(found, network, points, outputs=None):
    exact = exact_correlators(network, np.array(points)[:, None], outputs=outputs)
    for one in found["widths"]:
        for order in one["orders"]:
            there = exact.at_width(one["width"])
            assert order["indices"] == there[order["order"]].indices.tolist()
            for value, error, wanted in (
                ("value", "error", there),
                ("connected", "connected_error", there.connected()),
            ):
                off = np.array(order[value]) - wanted[order["order"]].value
                np.testing.assert_array_less(np.abs(off), 4.5 * np.array(order[error]) + 1e-12)
                # errors are small against the largest element of what they belong to
                assert np.all(np.array(order[error]) < 0.2 * np.abs(np.array(order[value])).max())


@pytest.mark.statistical
def test_every_width_from_one_sample():
    found = answer(*WORDS, "--widths", "1000,5", "--seed", "3")
    assert [one["width"] for one in found["widths"]] == [5, 1000]
    assert [order["order"] for order in found["widths"][0]["orders"]] == [2, 4, 6]
    assert (found["sigma_w"], found["sigma_b"], found["neurons"], found["seed"]) == (1.0, 0.5, 100_000, 3)
    assert_exact(found, ErfNet(1, sigma_b=0.5), [0.3, 1.0, -0.7])


@pytest.mark.statistical
def test_tilted_neurons_of_gauss_net():
    words = ["neurons", "--net", "gauss", "--points", "0.01;-0.01", "--neurons", "100000", "--widths", "2,10"]
    found = answer(*words, "--tilted")
    assert found["tilted"] is True
    assert_exact(found, GaussNet(1), [0.01, -0.01])
    assert {order["quality"] for one in found["widths"] for order in one["orders"]} == {
        "the error bar can be trusted"
    }
    plain = answer(*words)
    assert plain["widths"][0]["orders"][2]["quality"].startswith("heavy-tailed")


@pytest.mark.statistical
def test_several_outputs_and_the_tables():
    words = [*WORDS, "--widths", "4", "--order", "4", "--outputs", "1,2,2"]
    found = answer(*words)
    assert found["outputs"] == [1, 2, 2]
    assert_exact(found, ErfNet(1, sigma_b=0.5), [0.3, 1.0, -0.7], outputs=(1, 2, 2))
    shown = CliRunner().invoke(nnft, words).stdout
    (four,) = [order for order in found["widths"][0]["orders"] if order["order"] == 4]
    assert "4-point function of erf-net, N = 4" in shown
    for row, value, connected in zip(four["indices"], four["value"], four["connected"], strict=True):
        (line,) = [line for line in shown.splitlines() if line.split()[:4] == list(map(str, row))]
        assert line.split()[4] == f"{value:.6g}"
        assert line.split()[6] == f"{connected:.6g}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--widths", "0"], "--widths: '0' was given"),
        (["--widths", "5", "--neurons", "5"], "5"),
        (["--widths", "5", "--tilted"], "tilted sampling exists for gauss"),
        (["--widths", "5", "--order", "3"], "'2', '4', '6'"),
        (["--widths", "5", "--outputs", "1,2"], "--outputs: 1,2 was given for 3 point(s)"),
        (["--widths", "5", "--seed", "-1"], "seed"),
        (
            ["--widths", "5", "--hidden-law", "laplace"],
            "--hidden-law: 'laplace' was given, and drawing neurons",
        ),
        (
            ["--net", "gauss", "--widths", "5", "--tilted", "--points", "30", "--order", "4"],
            "NaN or infinite",
        ),
    ],
)
def test_bad_input_is_refused(words, message, capfd):
    assert run([*WORDS, *words]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err
