"""Where an expansion stops: per coupling and by powers of 1/N, against whole series cut by hand."""

import json
from fractions import Fraction

import numpy as np
import pytest
import sympy
from click.testing import CliRunner

from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.commands.expand import command
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.expansion import expand

LAMBDA_KAPPA = "lambda*f^4 + kappa*f^6"


def cut(polynomial, keep):
    return Polynomial({powers: number for powers, number in polynomial.items if keep(dict(powers))})


@pytest.mark.parametrize(
    ("scheme", "kind"), [("bare", "normalised"), ("exact", "connected"), ("bare", "full")]
)
def test_an_order_per_coupling_is_the_whole_series_cut(scheme, kind):
    whole = expand(LAMBDA_KAPPA, 4, 3, scheme, kind).zero_dimensional()
    expected = cut(whole, lambda p: p.get("lambda", 0) <= 2 and p.get("kappa", 0) <= 1)
    found = expand(LAMBDA_KAPPA, 4, {"kappa": 1, "lambda": 2}, scheme, kind)
    assert found.zero_dimensional() == expected
    assert found.order == {"kappa": 1, "lambda": 2}
    assert set(found.wick_total) == {"", "4:1", "4:2", "6:1", "4:1,6:1", "4:2,6:1"}


def test_counting_powers_of_the_width():
    """λ ~ 1/N and κ ~ 1/N²: the published series, cut at 1/N²."""
    four = expand(LAMBDA_KAPPA, 4, 2, "exact", "connected", counting="1/N")
    assert str(four.zero_dimensional()) == "-360*kappa + 864*lambda**2 - 24*lambda"
    six = expand(LAMBDA_KAPPA, 6, 2, "exact", "connected", counting="1/N")
    assert str(six.zero_dimensional()) == "-720*kappa + 5760*lambda**2"
    given = expand(LAMBDA_KAPPA, 6, 2, "exact", "connected", counting={"lambda": 1, "kappa": 2})
    assert given == six


def test_odd_vertices_count_half_powers():
    action = "g*f^3 + lambda*f^4 + alpha*f^5"
    whole = expand(action, 4, 2, "exact", "connected").zero_dimensional()
    found = expand(action, 4, Fraction(1), "exact", "connected", counting="1/N")
    worth = {"g": Fraction(1, 2), "lambda": 1, "alpha": Fraction(3, 2)}
    assert found.zero_dimensional() == cut(whole, lambda p: sum(worth[k] * v for k, v in p.items()) <= 1)
    assert str(found.zero_dimensional()) == "108*g**2 - 24*lambda"
    assert expand(action, 3, Fraction(1, 2), "exact", "connected", counting="1/N").order == Fraction(1, 2)


def test_a_counting_of_ones_is_the_number_of_vertices():
    ones = expand(LAMBDA_KAPPA, 4, 2, counting={"lambda": 1, "kappa": 1})
    assert ones.terms == expand(LAMBDA_KAPPA, 4, 2).terms


def test_products_and_sums_of_couplings():
    sums = expand("(lambda + mu)*f^4", 4, {"lambda": 1, "mu": 2}, kind="connected")
    whole = expand("(lambda + mu)*f^4", 4, 3, kind="connected")
    assert sums.zero_dimensional() == cut(
        whole.zero_dimensional(), lambda p: p.get("lambda", 0) <= 1 and p.get("mu", 0) <= 2
    )
    product = expand("lambda*mu*f^4", 4, 5, kind="connected", counting={"lambda": 1, "mu": 1})
    assert product.zero_dimensional() == expand("lambda*mu*f^4", 4, 2, kind="connected").zero_dimensional()


BAD = [
    ({"order": {"lambda": 1}}, ["leaves out kappa", "kappa=1, lambda=1"]),
    ({"order": {"lambda": 1, "kappa": 1, "mu": 1}}, ["names mu"]),
    ({"order": {"lambda": -1, "kappa": 1}}, ["order of lambda is -1"]),
    ({"order": {"lambda": 1, "kappa": 1}, "counting": "1/N"}, ["contradict"]),
    ({"order": Fraction(1, 2)}, ["whole number"]),
    ({"order": -1, "counting": "1/N"}, ["0 or larger"]),
    ({"order": 1, "counting": "1/M"}, ["'1/M'", "'1/N'"]),
    ({"order": 1, "counting": {"lambda": 0, "kappa": 1}}, ["would not end", "lambda * f^4"]),
    ({"order": 1, "counting": {"lambda": -1, "kappa": 1}}, ["counting of lambda is -1"]),
]


@pytest.mark.parametrize(("arguments", "fragments"), BAD)
def test_impossible_orders_are_refused(arguments, fragments):
    with pytest.raises(InvalidExpansion) as caught:
        expand(LAMBDA_KAPPA, 4, **arguments)
    assert [fragment for fragment in fragments if fragment not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("action", "counting", "fragment"),
    [
        ("2*f^4", "1/N", "would not end"),
        ("m*f^2", "1/N", "would not end"),
        ("j*f", "1/N", "counting yourself"),
        ("g*f^4 + g*f^6", "1/N", "counting yourself"),
        ("g*h*f^4", "1/N", "no term alone"),
    ],
)
def test_countings_that_cannot_be_derived(action, counting, fragment):
    with pytest.raises(InvalidExpansion, match=fragment):
        expand(action, 4, 1, counting=counting)


def test_numbers_and_names_of_other_libraries():
    """Powers of couplings, powers of 1/N and numbers of points may come from NumPy and SymPy."""
    lam, kap = sympy.symbols("lambda kappa")
    plain = expand(LAMBDA_KAPPA, 4, {"lambda": 2, "kappa": 1})
    assert expand(LAMBDA_KAPPA, np.int64(4), {lam: sympy.Integer(2), kap: np.int32(1)}) == plain
    counted = expand("g*f^3 + lambda*f^4", 3, Fraction(3, 2), counting="1/N")
    half = {sympy.Symbol("g"): sympy.Rational(1, 2), lam: 1}
    assert expand("g*f^3 + lambda*f^4", 3, sympy.Rational(3, 2), counting=half) == counted
    assert type(expand(LAMBDA_KAPPA, np.int64(4)).n) is int


def test_forms_say_where_the_sum_stops():
    found = expand(LAMBDA_KAPPA, 4, 2, counting="1/N")
    words = "order 1/N^2 with kappa ~ 1/N^2, lambda ~ 1/N"
    assert words in found.text()
    assert words in repr(found)
    per_coupling = expand(LAMBDA_KAPPA, 4, {"lambda": 2, "kappa": 0})
    assert "to order kappa**0, lambda**2 of" in per_coupling.text()
    assert "to order 2 in the vertices of" in expand(LAMBDA_KAPPA, 4, 2).text()


def test_command_line():
    def run(*words):
        return CliRunner().invoke(command, [LAMBDA_KAPPA, "-n", "6", "--json", *words])

    exact = ("--scheme", "exact", "--kind", "connected")
    found = json.loads(run("--order", "2", "--counting", "1/N", *exact).stdout)
    assert {term["coefficient"] for term in found["terms"]} == {"-720*kappa", "576*lambda**2"}
    assert found["counting"] == {"kappa": "2", "lambda": "1"}
    found = json.loads(run("--order", "lambda=2,kappa=0", *exact).stdout)
    assert {term["coefficient"] for term in found["terms"]} == {"576*lambda**2"}
    assert found["order"] == {"kappa": 0, "lambda": 2}
    for words in (("--order", "lambda"), ("--order", "lambda=1,lambda=2"), ("--counting", "3"),
                  ("--order", "lambda=1/2,kappa=1"), ("--order", "1/0")):  # fmt: skip
        refused = run(*words)
        assert refused.exit_code != 0
        assert refused.stdout == ""
