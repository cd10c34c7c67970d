"""Actions as values: what they contain, from text and from SymPy, and how they print."""

import copy
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidAction

f, lam, kap, g = sympy.symbols("f lambda kappa g")


def test_an_action_knows_its_couplings_and_valences():
    action = Action("kappa*f^6/720 + g*f + (lambda_0 - 2*mu)*f^4")
    assert action.couplings == ("g", "kappa", "lambda_0", "mu")
    assert action.valences == (1, 4, 6)
    assert str(action.coefficient(6)) == "kappa/720"
    assert list(action.coefficient(4).monomials()) == [
        (Fraction(1), {"lambda_0": 1}),
        (Fraction(-2), {"mu": 1}),
    ]
    assert action.coefficient(5) == Polynomial({})


@pytest.mark.parametrize(
    ("given_text", "text"),
    [
        ("kappa*f^6+lambda*f^4", "lambda*f**4 + kappa*f**6"),
        ("-f^3", "-f**3"),
        ("-f^3/2 - g*f/3", "-g*f/3 - f**3/2"),
        ("3*g*f^3/2", "3*g*f**3/2"),
        ("(g - 1)*f^4", "(g - 1)*f**4"),
        ("m*f^2", "m*f**2"),
        ("2*f^4", "2*f**4"),
        ("0", "0"),
    ],
)
def test_actions_print_as_text_that_reads_back(given_text, text):
    action = Action(given_text)
    assert str(action) == text
    assert Action(str(action)) == action
    assert repr(action) == f"Action({text!r})"
    assert (
        sympy.sympify(text.replace("lambda", "L"), {"f": f}) - action.sympy().subs(lam, sympy.Symbol("L"))
        == 0
    )


COEFFICIENTS = st.dictionaries(
    st.sampled_from([(), (("g", 1),), (("kappa", 1), ("lambda", 2)), (("mu_1", 1),)]),
    st.fractions(-20, 20, max_denominator=30),
    min_size=1,
    max_size=3,
).map(Polynomial)


@given(st.dictionaries(st.sampled_from([1, 3, 4, 5, 6, 8, 12]), COEFFICIENTS, max_size=4))
@settings(max_examples=100, deadline=None)
def test_round_trips_through_text_and_through_sympy(interactions):
    text = " + ".join(f"({part})*f^{valence}" for valence, part in interactions.items()) or "0"
    action = Action(text)
    assert dict(action.interactions) == {v: part for v, part in interactions.items() if part}
    assert Action(str(action)) == action
    assert Action(action.sympy()) == action
    assert hash(Action(str(action))) == hash(action)


@pytest.mark.parametrize(
    "expression",
    [
        lam * f**4 + kap * f**6,
        (lam * f**2 + kap * f**4) * f**2,
        sympy.Symbol("lamda") * f**4 + sympy.Symbol("\\kappa") * f**6,
        sympy.Symbol("lambda", positive=True) * sympy.Symbol("f", real=True) ** 4 + kap * f**6,
        lam * sympy.Function("f")(sympy.Symbol("y")) ** 4 + kap * f**6,
        sympy.Float(0.5) * lam * f**4 * 2 + kap * f**6,
    ],
)
def test_sympy_expressions_are_read(expression):
    assert Action(expression) == Action("lambda*f^4 + kappa*f^6")


def test_a_float_is_its_shortest_decimal():
    assert Action(sympy.Float(0.1) * f**4) == Action("f^4/10")


@pytest.mark.parametrize(
    ("expression", "fragment"),
    [
        (sympy.sin(f), "sin(f)"),
        (lam / f, "1/f"),
        (lam * sympy.sqrt(f), "sqrt(f)"),
        (sympy.pi * f**4, "pi"),
        (sympy.I * f**4, "I"),
        (lam * f**100, "f**100"),
        (sympy.Symbol("x") * f**4, "coordinate"),
        (lam + 1, "without the field f"),
        (sympy.Eq(f, 1), "text or a SymPy expression"),
        (4, "text or a SymPy expression"),
        (None, "text or a SymPy expression"),
        (sympy.oo * f, "not a polynomial"),
        (sympy.nan * f, "not a polynomial"),
        (f**40 * lam * (f**30 + 1), "power above 64"),
        (sum(sympy.symbols("g:30")) ** 40 * f, "more than 1000 terms"),
        (sympy.Integer(7) ** 5000 * f, "thousand digits"),
    ],
)
def test_what_is_no_polynomial_in_sympy_is_refused(expression, fragment):
    with pytest.raises(InvalidAction) as caught:
        Action(expression)
    assert fragment in str(caught.value)


@pytest.mark.parametrize("text", ["f^2", "f^2/2 + lambda*f^4", "(m + 1)*f^2"])
def test_a_quadratic_term_needs_a_coupling(text):
    with pytest.raises(InvalidAction, match="belongs to the Gaussian process"):
        Action(text)


def test_an_action_is_a_value():
    action = Action("lambda*f^4")
    assert action == Action(action)
    assert action != Action("lambda*f^3")
    assert action != "lambda*f^4"
    assert len({action, Action("f^4*lambda"), Action("2*lambda*f^4")}) == 2
    assert copy.deepcopy(action) == action
    with pytest.raises(AttributeError):
        action.interactions = ()


def test_actions_print_as_mathematics():
    latex = Action(r"\lambda_{0}*f^4/24 - g*f + (a-b)*f^3 - f^5")._repr_latex_()
    assert latex.startswith("$")
    assert latex.endswith("$")
    assert r"-g\,f(y) + \left(a - b\right)\,f(y)^{3} + \frac{1}{24}\lambda_{0}\,f(y)^{4} - f(y)^{5}" in latex
    assert Action("0").latex() == r"S = S_{\mathrm{GP}}"
