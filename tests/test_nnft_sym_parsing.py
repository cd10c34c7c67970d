"""The grammar of actions: spellings, exact numbers, error messages, and two oracles (SymPy, round trips)."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from nnft_sym.actions.names import coupling_latex, coupling_name
from nnft_sym.actions.parsing import parse
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidAction


@pytest.mark.parametrize(
    "text",
    [
        "lambda*f^4 + kappa*f^6",
        "lambda*f**4+kappa*f**6",
        r"\lambda*f^{4} + \kappa*f^{6}",
        "λ*f⁴ + κ*f⁶",
        "κ·f⁶ + λ×f⁴",
        "  + lambda * f ^ 4\n+ kappa * f * f^5 ",
        "f^4*lambda - -kappa*f^6".replace("- -", "- (-1)*"),
        "(lambda + kappa*f^2)*f^4",
        "2*lambda*f^4/2 + kappa*(f^3)^2",
        "f^(4)*lambda + kappa*f^6 + 0*g*f^3",
        "lambda*f^4 − (−kappa)*f^6",
        "lambda f^4 + kappa f^6",
        "λφ⁴ + κφ⁶",
        r"\lambda\phi^4 + \kappa\,\phi^{6}",
        r"\lambda\varphi^4 + \frac{\kappa}{2}\left(2\varphi^6\right)",
        r"\frac12*2\lambda φ^4 + \tfrac{2\kappa}{2!} ϕ^6",
        "f^4(lambda + kappa f^2)",
        "lambda(f^2)^2 + ½ kappa(f^3 + f^3) f^3",
    ],
)
def test_many_spellings_give_one_polynomial(text):
    f, coupling, other = (Polynomial.variable(name) for name in ("f", "lambda", "kappa"))
    assert parse(text) == coupling * f**4 + other * f**6


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/24*f", Fraction(1, 24)),
        ("f/24", Fraction(1, 24)),
        ("f/4!", Fraction(1, 24)),
        ("0.5*f", Fraction(1, 2)),
        (".1*f", Fraction(1, 10)),
        ("0.1*f + 0.2*f", Fraction(3, 10)),
        ("1e-3*f", Fraction(1, 1000)),
        ("2.5E2*f", Fraction(250)),
        ("-f", Fraction(-1)),
        ("-2^2*f", Fraction(-4)),
        ("(-2)^2*f", Fraction(4)),
        ("2/3/4*f", Fraction(1, 6)),
        ("2*-3*f", Fraction(-6)),
        ("f - f/3 - f", Fraction(-1, 3)),
        ("123456789012345678901234567890*f", Fraction(123456789012345678901234567890)),
    ],
)
def test_numbers_are_exact(text, value):
    assert parse(text) == Polynomial.variable("f") * value


@pytest.mark.parametrize("text", ["0", "0*f^4", "lambda*f^4 - lambda*f^4", "(1-1)*f"])
def test_nothing_is_a_polynomial_too(text):
    assert not parse(text)


BAD = [
    ("", ["empty", "lambda*f^4"]),
    ("   \n", ["empty"]),
    ("lambda*f^4 +", ["ends after '+'", "column 13", "a term is missing"]),
    ("lambda*f^4 + ", ["ends after '+'", "a term is missing"]),
    ("lambda*", ["ends after '*'", "column 8", "missing"]),
    ("lambda*f^", ["ends after '^'", "whole number as exponent"]),
    ("lambda*(f^4", ["column 12", "')'", "column 8"]),
    ("lambda*f^{4", ["'}'", "missing"]),
    ("lambda*f^4)", ["column 11", "never opened"]),
    ("()*f", ["column 2", "a term is needed"]),
    ("*f^4", ["column 1", "'*'", "needed"]),
    ("lambda*f^4 ++ kappa*f^6", ["column 13", "a term is needed"]),
    ("lambda*f^4 kappa*f^6", ["column 12", "operator", "behind the field"]),
    ("lambda f^4 kappa f^6", ["column 12", "'+' for a sum"]),
    ("lambda*f^3 f^4", ["column 12", "'+' for a sum"]),
    ("lambda*f^4 2*f^6", ["column 12", "'2' follows '4'", "operator"]),
    ("lambda*f^4 plus kappa*f^6", ["column 12", "several letters"]),
    ("mass f^2", ["column 6", "several letters", "'mass*f^2'"]),
    ("gf^4", ["write g*f"]),
    ("lambda*s^4", ["--field"]),
    ("lambda", ["column 1", "does not contain the field f"]),
    ("3", ["'3'", "does not contain the field f"]),
    ("lambda*f^4 + x^2", ["column 14", "'x**2'", "does not contain the field f"]),
    ("lambda*f^2*phi^2", ["column 12", "second field", "write f for the field"]),
    ("lambda*phi^2*chi^2", ["column 14", "second field"]),
    ("lambda*phi^2*varphi^2", ["phi and varphi", "several fields"]),
    ("lambda*psi^4", ["column 8", "--field psi"]),
    ("A^2*f^2", ["column 1", "'A^2'", "second field"]),
    ("lambda*f^2 + g*f^2*B^3", ["column 14", "'B^3'", "second field"]),
    ("lambda*|phi|^4", ["column 8", "complex", "lambda/4*(f.f)^2"]),
    ("phi^*phi", ["column 5", "complex"]),
    (r"\phi^\dagger\phi", ["column 6", "complex"]),
    (r"\bar\psi\psi", ["column 1", "complex"]),
    ("lambda*f^0", ["does not contain the field f"]),
    ("sin(f)", ["column 1", "'sin('", "polynomial"]),
    ("g(x)*f^4", ["column 1", "'g(' reads as a function"]),
    ("g(f)", ["column 1", "'g(' reads as a function"]),
    ("mass(f^2 + v*f)", ["column 1", "'mass(' reads as a function"]),
    ("f(w)^4", ["column 1", "x, y or z", "f*("]),
    ("x^3*f^4", ["odd power 3", "|x|²"]),
    ("x^2*f(y)^4", ["without a field f(x)"]),
    ("f(x)^2*f^2", ["write f(x) and f(y) everywhere"]),
    ("f.f^2", ["(f.f)^2"]),
    ("f.", ["second field", "column 3"]),
    ("f(x).f(y)", ["between two points"]),
    ("f^2*(f.f)", ["every field inside a product f.f"]),
    ("f^0.5", ["column 3", "not a whole number"]),
    ("f^4.0e-1", ["not a whole number"]),
    ("f^-1", ["column 3", "no sign"]),
    ("f^lambda", ["column 3", "whole number as exponent"]),
    ("lambda^f", ["column 8", "whole number as exponent"]),
    ("f^2^2", ["column 4", "ambiguous"]),
    ("f^65", ["column 3", "absurdly high"]),
    ("f^999999999999999999999", ["absurdly high"]),
    ("f⁹⁹⁹", ["absurdly high"]),
    ("f^40*f^40", ["above 64"]),
    ("g^40*g^40*f", ["above 64"]),
    ("((2^64)^64)^64*f", ["absurdly high"]),
    ("(a+b+c+m+g+h+p+j)^12*f", ["1000 terms"]),
    ("lambda/kappa*f^4", ["column 8", "division by 'kappa'", "numbers only"]),
    ("lambda/f", ["division by 'f'"]),
    ("lambda*f^4/0", ["column 12", "division by zero"]),
    ("lambda*f^4/(1-1)", ["division by zero"]),
    ("x*f^4", ["column 1", "'x'", "coordinate", "another name"]),
    ("y_1*f^4", ["coordinate"]),
    ("lambda*z2*f^4", ["column 8", "coordinate"]),
    ("f1*f^4", ["component of the field"]),
    ("K*f^4", ["propagator"]),
    ("pi*f^4", ["π"]),
    ("π*f^4", ["π"]),
    ("nan*f^4", ["column 1", "'nan'", "another name"]),
    ("2*NaN*f^4", ["column 3", "'NaN'"]),
    ("inf*f^4", ["infinity"]),
    ("Infinity*f^4", ["infinity"]),
    ("oo*f^4", ["infinity"]),
    ("zoo*f^4", ["infinity"]),
    ("I*f^4", ["imaginary unit"]),
    ("E*f^4", ["Euler"]),
    ("True*f^4", ["truth value"]),
    ("None*f^4", ["missing value"]),
    (r"\frac{1}{f}", ["column 9", "division by 'f'"]),
    (r"\frac f", ["column 7", "numerator", "braces"]),
    (r"\frac{1}", ["ends", "denominator"]),
    (r"\frac{1}{2*f^4", ["ends", "'}'"]),
    (r"\sqrt{2}*f^4", ["column 1", r"'\sqrt'", "fractions"]),
    (r"\lambdaf*f^4", [r"\lambdaf", "Greek"]),
    ("lambda*f^4;", ["ends after ';'", "f -> v + f"]),
    ("lambda*f^4, g -> v", ["column 13", "'g'", "background"]),
    ("lambda*f^4, f = v + f", ["column 15", "'='"]),
    ("lambda*f^4, f -> 2*f", ["column 18", "constant added to the field"]),
    ("lambda*f^4, f -> f", ["column 18", "constant added to the field"]),
    ("lambda*f^4, f -> f + x", ["column 18", "constant added to the field"]),
    ("lambda*(f.f)^2, f -> v + f", ["column 22", "background for each"]),
    ("f^20, f -> f + (a+b+c+m+g+h+p+j)", ["1000 terms"]),
    ("lambda*f^4 -> v", ["column 12", "'->'"]),
    ("lambda*f^4}", ["column 11", "never opened"]),
    ("lambda*f^4 = 0", ["column 12", "'='"]),
    ("é*f^4", ["column 1", "'é'"]),
    ("__import__('os')", ["column 1", "means nothing"]),
    ("lambda*f^4\x00", ["means nothing"]),
    ("1e999999999*f", ["column 1", "too long"]),
    ("1" * 100 + "*f", ["too long"]),
    ("f!", ["column 2"]),
    ("100!*f", ["factorials", "64"]),
    ("0.5!*f", ["factorials"]),
    ("(" * 60 + "f" + ")" * 60, ["nested parentheses"]),
    ("f+" * 2000 + "f", ["4001 characters"]),
]


@pytest.mark.parametrize(("text", "fragments"), BAD, ids=[text[:30] for text, _ in BAD])
def test_bad_actions_are_refused_with_a_message_that_helps(text, fragments):
    with pytest.raises(InvalidAction) as caught:
        parse(text)
    message = str(caught.value)
    assert [fragment for fragment in fragments if fragment not in message] == []
    assert "\n" not in message
    assert len(message) < 400


def test_a_long_action_is_not_repeated_in_full():
    with pytest.raises(InvalidAction) as caught:
        parse("lambda*f^4 + " * 100)
    assert "column 1301" in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.text(alphabet="f*^+-/(){}!.,;>φ|0123456789 λκg_\\lambdaexyz²⁴é", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_our_error(text):
    try:
        polynomial = parse(text)
    except InvalidAction:
        return
    assert parse(str(polynomial)) == polynomial


NAMES = ["f", "g", "lambda", "kappa", "lambda_0", "alpha", "mu12"]
SYMBOLS = {name: sympy.Symbol(name) for name in NAMES}
ATOMS = st.one_of(
    st.sampled_from(NAMES).map(lambda name: (name, SYMBOLS[name])),
    st.integers(0, 30).map(lambda number: (str(number), sympy.Integer(number))),
    st.fractions(0, 5, max_denominator=8).map(
        lambda q: (f"({q.numerator}/{q.denominator})", sympy.Rational(q.numerator, q.denominator))
    ),
)


def _extend(inner):
    return st.one_of(
        st.tuples(inner, inner).map(lambda ab: (f"({ab[0][0]} + {ab[1][0]})", ab[0][1] + ab[1][1])),
        st.tuples(inner, inner).map(lambda ab: (f"({ab[0][0]}-{ab[1][0]})", ab[0][1] - ab[1][1])),
        st.tuples(inner, inner).map(lambda ab: (f"{ab[0][0]}*{ab[1][0]}", ab[0][1] * ab[1][1])),
        st.tuples(inner, st.integers(0, 3)).map(lambda ak: (f"({ak[0][0]})^{ak[1]}", ak[0][1] ** ak[1])),
        st.tuples(inner, st.integers(1, 9)).map(lambda ak: (f"{ak[0][0]}/{ak[1]}", ak[0][1] / ak[1])),
        inner.map(lambda a: (f"(-{a[0]})", -a[1])),
    )


@given(st.recursive(ATOMS, _extend, max_leaves=8))
@settings(max_examples=150, deadline=None)
def test_arithmetic_agrees_with_sympy(pair):
    text, expected = pair
    assert sympy.expand(parse(f"f*({text})").sympy() - SYMBOLS["f"] * expected) == 0


def _polynomials(names=("g", "kappa", "lambda", "lambda_0")):
    monomials = st.dictionaries(st.sampled_from(names), st.integers(1, 3), max_size=3)
    numbers = st.fractions(-9, 9, max_denominator=12)
    terms = st.lists(st.tuples(monomials, numbers), max_size=4)
    return terms.map(
        lambda pairs: sum(
            (Polynomial({tuple(sorted(powers.items())): number}) for powers, number in pairs), Polynomial({})
        )
    )


@given(_polynomials())
@settings(max_examples=200, deadline=None)
def test_polynomials_print_as_sympy_prints(polynomial):
    assert str(polynomial) == str(polynomial.sympy())


@given(_polynomials(), _polynomials(), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_polynomial_arithmetic_agrees_with_sympy(left, right, power):
    for ours, theirs in [
        (left + right, left.sympy() + right.sympy()),
        (left - right, left.sympy() - right.sympy()),
        (left * right, left.sympy() * right.sympy()),
        (left**power, left.sympy() ** power),
    ]:
        assert sympy.expand(ours.sympy() - theirs) == 0
    values = {"g": Fraction(1, 3), "kappa": 2, "lambda": -1, "lambda_0": Fraction(5, 7)}
    substituted = left.sympy().subs({name: sympy.Rational(value) for name, value in values.items()})
    assert left.at(values) == Fraction(int(substituted.p), int(substituted.q))


@pytest.mark.parametrize(
    ("polynomial", "latex"),
    [
        (Polynomial({}), "0"),
        (Polynomial.constant(-1), "-1"),
        (Polynomial.variable("lambda") * Fraction(-3, 2), r"-\frac{3}{2}\lambda"),
        (Polynomial.variable("lambda") * Polynomial.variable("kappa") * 5, r"5\kappa\lambda"),
        (Polynomial.variable("kappa") * Polynomial.variable("m"), r"\kappa m"),
        (Polynomial.variable("g") ** 2 - Polynomial.constant(1), r"g^{2} - 1"),
        (Polynomial.variable("mass") * Polynomial.variable("g") ** 2, r"g^{2}\,\mathrm{mass}"),
    ],
)
def test_polynomials_print_in_latex(polynomial, latex):
    assert polynomial.latex() == latex


def test_names_have_one_spelling():
    spellings = ["lambda", r"\lambda", "λ", "lamda"]
    assert {coupling_name(spelling) for spelling in spellings} == {"lambda"}
    assert {coupling_name(s) for s in ("λ₀", r"\lambda_{0}", "lambda_0", "lamda_0")} == {"lambda_0"}
    assert coupling_name("Ω") == "Omega"
    assert coupling_latex("Omega_12") == r"\Omega_{12}"
    assert coupling_latex("lambda0") == r"\lambda_{0}"


@pytest.mark.parametrize("name", ["", "1", "a-b", "_g", "λλ", "g__1"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(InvalidAction, match="is not a coupling"):
        coupling_name(name)
