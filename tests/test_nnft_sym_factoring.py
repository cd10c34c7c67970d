"""Coefficients as products: multiplied out again, and held against SymPy's own factors."""

from fractions import Fraction

import sympy
from hypothesis import given
from hypothesis import strategies as st

from nnft_sym.actions.factoring import factored
from nnft_sym.actions.polynomials import Polynomial

D = Polynomial.variable("D")
numbers = st.fractions(-9, 9, max_denominator=6)
monomials = st.dictionaries(st.sampled_from(["D", "kappa", "lambda"]), st.integers(1, 3)).map(
    lambda powers: tuple(sorted(powers.items()))
)
polynomials = st.dictionaries(monomials, numbers, max_size=5).map(Polynomial)
in_one_variable = st.lists(st.tuples(st.integers(-4, 4), st.integers(1, 3)), min_size=1, max_size=4).map(
    lambda zeros: [D * q - Polynomial.constant(p) for p, q in zeros]
)


def multiplied(product):
    total = Polynomial({product.monomial: product.number})
    for one, power in product.sums:
        total = total * one**power
    return total


@given(polynomials)
def test_products_are_what_they_were_made_of(polynomial):
    product = factored(polynomial)
    assert multiplied(product) == polynomial
    text = product.text().replace("lambda", "lam")
    expected = polynomial.sympy().subs("lambda", sympy.Symbol("lam"))
    sign = -1 if product.number < 0 else 1
    assert sympy.expand(sympy.sympify(text) * sign - expected) == 0
    for one, _ in product.sums:
        assert all(number.denominator == 1 for number, _ in one.monomials())
        assert one.items[0][1] > 0


@given(in_one_variable, numbers.filter(bool))
def test_rational_zeros_are_found(linear, number):
    polynomial = D * D + D * 6 + Polynomial.constant(20)  # has no rational zero
    for one in linear:
        polynomial = polynomial * one
    product = factored(polynomial * number)
    assert multiplied(product) == polynomial * number
    _, expected = sympy.factor_list(polynomial.sympy())
    found = [(one.sympy(), power) for one, power in product.sums]
    found += [(sympy.Symbol(name), power) for name, power in product.monomial]
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_what_cannot_be_taken_apart():
    assert factored(Polynomial({})).text() == "0"
    assert factored(Polynomial.constant(Fraction(-3, 2))).text() == "3/2"
    assert factored(D).latex() == "D"
    huge = D * D - Polynomial.constant(10**40)
    assert factored(huge).text() == f"(D**2 - {10**40})"
