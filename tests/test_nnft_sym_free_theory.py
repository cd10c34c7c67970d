"""The free theory by itself: no action, and with several outputs the δ of every line."""

import json
from itertools import product

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.actions.action import Action, free_theory
from nnft_sym.cli import run
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.printing.latex_output import latex_document
from numerics.results.gaussian_moments import wick_count


@pytest.mark.parametrize("outputs", [1, 2, 5])
@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_every_form_says_the_same(n, outputs):
    free = nn.expand(n=n, outputs=outputs)
    assert len(free) == (0 if n % 2 else {2: 1, 4: 3, 6: 15}[n])
    assert nn.from_json(nn.to_json(free)) == free
    assert free == nn.expand(free.action, n) == nn.expand("0*f.f" if outputs > 1 else "0", n)
    assert not free.goes_on
    assert all(rule.holds for rule in free.sum_rules())
    assert str(free.latex()).count(r"\delta") == (len(free) * n // 2 if outputs > 1 else 0)
    assert all(len(term.factors.pairs) == (n // 2 if outputs > 1 else 0) for term in free)


def test_components_are_chosen_like_those_of_any_action():
    """G_{a…}(x…) of D independent Gaussian fields, for every choice of outputs."""
    free = nn.expand(n=4, outputs=3)
    for chosen in product((1, 2, 3), repeat=4):
        kept = list(nn.at_components(free, 3, chosen))
        pairs = [[0, 1], [2, 3]], [[0, 2], [1, 3]], [[0, 3], [1, 2]]
        equal = [all(chosen[a] == chosen[b] for a, b in pairing) for pairing in pairs]
        assert len(kept) == sum(equal) == int(wick_count(np.array([chosen]))[0])
        assert all(number == 1 and not powers for _, number, powers in kept)


def test_numbers_of_the_free_theory():
    network, points = nn.ErfNet(3), [[0.1], [0.7]]
    found = nn.predict(nn.expand(n=4, outputs=2), network.kernel, points, nn.WholeSpace())
    kernel = network.kernel.full(np.array(points), np.array(points))
    both = found.evaluate(nn.integrals.component_values((1, 1, 2, 2), 2))
    assert np.allclose(both.value, [kernel[a, b] * kernel[c, d] for a, b, c, d in found.indices], rtol=1e-14)


@pytest.mark.parametrize("text", ["0*f.f", "0*(f.f)^2", "lambda*(f.f)^2 - lambda*(f.f)^2", "0*f(x).f(x)"])
def test_products_say_that_there_are_components(text):
    action = Action(text)
    assert action == free_theory(2) == Action(str(action)) == Action(action)
    assert (action.is_free, action.has_components, action.is_local_scalar) == (True, True, False)
    assert action != Action("0")
    assert Action("lambda*f^4").free_components is False


def test_text_latex_and_pictures():
    free = nn.expand(n=4, outputs=2)
    assert str(free) == "G(1,2,3,4) = 3 [δ(1,2) δ(3,4) K(1,2) K(3,4)]"
    lines = free.text().splitlines()
    assert lines[:2] == ["4-point function, normalised, of the free theory with several outputs", "S = S_GP"]
    assert "δ(1,2): one where the fields at the points 1 and 2 are the same output, else zero" in lines
    assert "∫" not in free.text()
    assert r"\delta_{i_{1}i_{2}}\delta_{i_{3}i_{4}}K_{12}K_{34}" in free.latex()
    document = latex_document(nn.expand(n=4))
    assert "The 4-point function of the free theory, normalised" in document
    assert "\\[S = S_{\\mathrm{GP}}\\]\n" in document
    assert "is the propagator" in document
    assert "are the same output" in latex_document(free)
    assert "free theory" in repr(free)
    assert "free theory" in repr(free.picture())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.expand("lambda*f^4"), InvalidExpansion, r"as in expand\(n=4\)"),
        (lambda: nn.expand("lambda*f^4", 4, outputs=2), InvalidExpansion, "leave outputs out"),
        (lambda: nn.expand(n=4, outputs=0), InvalidAction, "a whole number from 1 on"),
        (lambda: nn.expand(n=4, outputs=1.5), InvalidAction, "a whole number from 1 on"),
        (lambda: nn.expand(n=4, outputs=2, scheme="network"), InvalidExpansion, "one output is known"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_command_without_an_action(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["expand", "-n", "6"]) == 0
    out = capsys.readouterr().out
    assert "6-point function, normalised, of the free theory" in out
    assert "15 [K(1,2) K(3,4) K(5,6)]" in out
    assert run(["expand", "-n", "4", "--outputs", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [term["structure"]["components"] for term in answer["terms"]] == [
        [[1, 2], [3, 4]], [[1, 3], [2, 4]], [[1, 4], [2, 3]],
    ]  # fmt: skip
    assert run(["expand", "-n", "6", "--around", "network", "--json"]) == 0
    around = json.loads(capsys.readouterr().out)
    assert (around["wick_total"], len(around["terms"])) == ({"": 31}, 31)
    assert run(["draw", "-n", "4"]) == 0
    assert "1 picture" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["expand", "-n", "4", "--order", "2"], "--order: 2 was given without an action"),
        (["expand", "-n", "4", "--counting", "1/N"], "--counting: 1/N was given without an action"),
        (["expand", "lambda*f^4", "-n", "4", "--outputs", "2"], "--outputs: 2 was given beside the action"),
        (["draw", "-n", "4", "--order", "3"], "--order: 3 was given without an action"),
        (["expand", "-n", "4", "--outputs", "0"], "--outputs: 0 was given"),
    ],
)
def test_what_the_command_refuses(arguments, message, capsys):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
