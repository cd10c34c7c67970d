"""A background in the action, its constants, and vacuum diagrams: against zero dimensions and Legendre."""

import json
from collections import Counter
from fractions import Fraction
from math import factorial

import pytest

import nnft_sym as nn
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.cli import run
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.json_form import from_json, to_json


def gaussian_mean(polynomial):
    """Mean over f ~ N(0, 1) of a polynomial in f and v, given as {(power of f, power of v): number}."""
    result = Counter()
    for (power, of_v), number in polynomial.items():
        if power % 2 == 0:
            pairings = factorial(power) // (2 ** (power // 2) * factorial(power // 2))
            result[of_v] += number * pairings
    return result


def product(one, other):
    result = Counter()
    for (a, b), x in one.items():
        for (c, d), y in other.items():
            result[a + c, b + d] += x * y
    return result


def test_the_effective_potential_by_legendre():
    """Γ(v) = S(v) + <ΔS(v+f)> − ½ [<ΔS²> − <ΔS>² − <ΔS'>²] to second order, all in zero dimensions.

    The last square is what the Legendre transform takes away: two parts that one line joins.
    """
    shifted = Counter({(k, 4 - k): factorial(4) // (factorial(k) * factorial(4 - k)) for k in range(5)})
    slope = Counter({(k - 1, of_v): k * number for (k, of_v), number in shifted.items() if k})
    first, square = gaussian_mean(shifted), gaussian_mean(product(shifted, shifted))
    first_square, slope_square = Counter(), Counter()
    mean_slope = gaussian_mean(slope)
    for target, factors in ((first_square, first), (slope_square, mean_slope)):
        for a, x in factors.items():
            for b, y in factors.items():
                target[a + b] += x * y
    expected = {(1, of_v): -number for of_v, number in first.items() if of_v != 4}
    for of_v in square:
        number = Fraction(square[of_v] - first_square[of_v] - slope_square[of_v], 2)
        if number:
            expected[2, of_v] = number

    found = expand("lambda*(v + f)^4", 0, 2, kind="1pi")
    assert found.action.constant == Polynomial({(("lambda", 1), ("v", 4)): first[4]})
    sums = {
        (powers["lambda"], powers.get("v", 0)): number
        for number, powers in found.zero_dimensional().monomials()
    }
    assert sums == expected


def test_a_background_is_what_it_multiplies_out_to():
    typed = expand("lambda*(v + f)^4", 2, 2, kind="connected")
    by_hand = "lambda*f^4 + 4*lambda*v*f^3 + 6*lambda*v^2*f^2 + 4*lambda*v^3*f"
    assert typed.terms == expand(by_hand, 2, 2, kind="connected").terms
    assert typed.action == Action(by_hand)


@pytest.mark.parametrize(
    ("order", "sums"),
    [
        (2, {"g": Fraction(-1, 8), "g**2": Fraction(1, 12), "h**2": Fraction(1, 12)}),
        (3, {"g**3": Fraction(-11, 96), "g*h**2": Fraction(-1, 4)}),
        (4, {"h**4": Fraction(5, 48), "g**2*h**2": Fraction(41, 48)}),
    ],
)
def test_loops_of_the_effective_action(order, sums):
    """The sums of vacuum diagrams in zero dimensions, by hand, with the propagator 1."""
    found = expand("h*f^3/6 + g*f^4/24", 0, order, kind="1pi").zero_dimensional()
    terms = {
        "*".join(f"{n}**{p}" if p > 1 else n for n, p in powers.items()): x for x, powers in found.monomials()
    }
    assert {name: terms[name] for name in sums} == sums


def test_vacuum_diagrams_of_f4_by_number_of_vertices():
    """One-particle irreducible ones: 1, 2, 4, 10 of them with 1 to 4 vertices."""
    found = expand("lambda*f^4", 0, 4, kind="1pi")
    assert Counter(term.order for term in found) == {1: 1, 2: 2, 3: 4, 4: 10}


@pytest.mark.parametrize(
    ("kind", "n", "text", "latex"),
    [
        ("full", 0, "exp(lambda*v**4*∫dy) Z/Z_GP = 1", r"e^{\lambda v^{4}\int d^{d}y}\,Z/Z_{\mathrm{GP}}"),
        ("full", 2, "exp(lambda*v**4*∫dy) <f(1) f(2) exp(-ΔS)>_GP", r"e^{\lambda v^{4}\int d^{d}y}\,"),
        ("connected", 0, "log(Z/Z_GP) + lambda*v**4*∫dy = -6*lambda", r"\bigr) + \lambda v^{4}\int d^{d}y"),
        ("1pi", 0, "log(Z/Z_GP)_1PI + lambda*v**4*∫dy = ", r"1PI}} + \lambda v^{4}\int d^{d}y"),
        ("connected", 2, "G_c(1,2) = K(1,2)", r"G_{c}^{(2)}(x_{1},x_{2})"),
        ("normalised", 2, "G(1,2) = K(1,2)", r"G^{(2)}(x_{1},x_{2})"),
    ],
)
def test_a_constant_stands_beside_what_it_does_not_drop_out_of(kind, n, text, latex):
    found = expand("lambda*(v + f)^4", n, kind=kind)
    assert found.grouped_text().startswith(text)
    assert latex in found.latex()
    assert ("v**4" in text) == ("v^{4}" in latex)


def test_a_constant_survives_json():
    found = expand("lambda*(v + f)^4 - mu", 0, kind="connected")
    again = from_json(to_json(found))
    assert again.action.constant == found.action.constant
    assert again.grouped_text() == found.grouped_text()
    action = from_json(to_json(found.action))
    assert (action, action.constant) == (found.action, found.action.constant)
    assert "constant" not in json.loads(to_json(expand("lambda*f^4", 0, kind="connected")))


def test_the_note_of_the_command(capsys):
    for kind, n, said in (("full", 0, "in no diagram"), ("connected", 2, "is left out")):
        assert run(["expand", "lambda*(v+f)^4", "-n", str(n), "--kind", kind]) == 0
        out, err = capsys.readouterr()
        assert said in err
        assert ("exp(lambda*v**4*∫dy)" in out) == (kind == "full")


def test_vacuum_diagrams_are_drawn(capsys, tmp_path):
    out = tmp_path / "vacuum.svg"
    assert run(["draw", "lambda*f^4", "-n", "0", "--order", "3", "--kind", "1pi", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith("7 pictures")
    assert nn.diagrams.count(0, {4: 3}, nn.diagrams.named_filter("1pi")).diagrams == 4
