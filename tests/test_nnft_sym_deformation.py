"""Deformations of laws of output weights: reading, score polynomials, laws."""

from fractions import Fraction as F
from itertools import product

import pytest
import sympy

from nnft_sym.actions.power_sum_text import read_power_sums
from nnft_sym.duality.deformation import Deformation, deformed_law
from nnft_sym.errors import InvalidDeformation
from numerics.errors import InvalidNetwork
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.networks.laws import Rademacher, Uniform

A = sympy.symbols("a1:4")
S, ALPHA = sympy.symbols("s alpha", positive=True)


def in_weights(polynomial, width):
    """Write out power sums and put in the width."""
    sums = {sympy.Symbol(f"p{r}"): sum(a**r for a in A[:width]) for r in range(1, 9)}
    return sympy.expand(polynomial.sympy().subs({**sums, sympy.Symbol("N"): width, sympy.Symbol("s"): S}))


def gaussian_average(expression, width):
    """Average over independent Gaussian weights, monomial by monomial."""
    total = 0
    for powers, number in sympy.Poly(sympy.expand(expression), *A[:width]).terms():
        term = number
        for power in powers:
            term *= 0 if power % 2 else S**power * sympy.factorial2(power - 1)
        total += term
    return sympy.expand(total)


@pytest.mark.parametrize(
    ("text", "said", "letter"),
    [
        ("alpha*p2^2/N", "alpha*p2**2/N", "alpha"),
        ("α*|a|⁴/N", "alpha*p2**2/N", "alpha"),
        (r"\alpha*|a|^{4}/N", "alpha*p2**2/N", "alpha"),
        ("alpha*(p1^2-p2)/2", "alpha*p1**2/2 - alpha*p2/2", "alpha"),
        ("0.1*|a|**4/N^2", "p2**2/(10*N**2)", "t"),
        ("g*p4/(2*N)", "g*p4/(2*N)", "g"),
        ("alpha*p2 - alpha*N", "alpha*p2", "alpha"),
        ("alpha*p2 + alpha^2*p4/3", "alpha**2*p4/3 + alpha*p2", "alpha"),
        ("alpha*p2²/2 + alpha*|a|²", "alpha*p2**2/2 + alpha*p2", "alpha"),
    ],
)
def test_reading(text, said, letter):
    found = Deformation(text)
    assert (str(found), found.letter) == (said, letter)
    if letter != "t":
        assert Deformation(str(found)) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("alpha*|a|^3", "column 7.*even powers"),
        ("p0*alpha", "p0.*no power sum"),
        ("alpha*beta*p1", "letters alpha and beta"),
        ("p2+alpha*p4", "term 'p2' without alpha"),
        ("alpha*f^2", "column 7.*is the field"),
        ("alpha*p2/p1", "column 10: division by 'p1'"),
        ("3", "no power sum"),
        ("alpha*N", "no power sum"),
        ("alpha*p2^", "ends after"),
        ("alpha*p2^99", "absurdly high"),
        ("alpha*p8^9", "power 72 of the weights"),
        ("x*p2", "'x' is no letter"),
        ("alpha*a", "'a' is no letter"),
        ("alpha(p2)", "reads as a function"),
        ("alpha*p2 $ 3", "column 10.*means nothing"),
        ("alpha*p2)", "never opened"),
        ("alpha*__import__('os')", "means nothing|is not a coupling"),
        ("alpha*p2/0", "division by zero"),
    ],
)
def test_what_is_not_understood(text, message):
    with pytest.raises(InvalidDeformation, match=message) as caught:
        Deformation(text)
    assert len(str(caught.value)) < 400


def test_messages_of_actions_are_about_actions():
    from nnft_sym.actions.parsing import parse
    from nnft_sym.errors import InvalidAction

    with pytest.raises(InvalidAction, match=r"the action 'lambda\*f\^4 \+'.* ends"):
        parse("lambda*f^4 +")


def test_sympy_and_python_functions():
    p2, width, alpha = sympy.symbols("p2 N alpha")
    assert Deformation(alpha * p2**2 / width) == Deformation("alpha*p2^2/N")

    def quartic(a):
        return (a**4).sum(axis=1)

    found = Deformation(quartic)
    assert found.is_function
    assert str(found) == "quartic"
    with pytest.raises(InvalidDeformation, match="no power series"):
        found.score(1)
    assert deformed_law(quartic, ErfNet(3)).function is quartic


@pytest.mark.parametrize(
    "text", ["alpha*p2^2/N", "alpha*(p1^2 - p2)/2", "alpha*p4 + alpha^2*p1*p3/N", "alpha*p1"]
)
@pytest.mark.parametrize("width", [1, 2, 3])
def test_scores_are_derivatives_of_the_normalised_density(text, width):
    """𝒫_r = (1/P_0) ∂^r [e^(−A)/E_0 e^(−A)]/∂α^r, by SymPy's own differentiation."""
    deformation = Deformation(text)
    exponent = in_weights(deformation.expression, width).subs(sympy.Symbol("alpha"), ALPHA)
    series = sum((-exponent) ** k / sympy.factorial(k) for k in range(4))
    mean = sympy.Poly(gaussian_average(sympy.expand(series), width), ALPHA)
    norm = sum(c * ALPHA ** k[0] for k, c in mean.terms() if k[0] <= 3)
    for order in range(4 if width < 3 else 3):
        derivative = sympy.diff(series / norm, ALPHA, order).subs(ALPHA, 0)
        found = in_weights(deformation.score(order), width)
        assert sympy.expand(sympy.simplify(derivative) - found) == 0
        assert gaussian_average(found, width) == (1 if order == 0 else 0)


@pytest.mark.parametrize("width", [2, 3])
def test_equicorrelated_weights_have_the_scores_of_the_source(width):
    """𝒫_1 = Σ_{i<j} a_i a_j/s², 𝒫_2 = (aᵀBa/2s²)² + N(N − 1)/2 − aᵀB²a/s², B = 11ᵀ − 1."""
    a = sympy.Matrix(A[:width])
    b = sympy.ones(width, width) - sympy.eye(width)
    first = (a.T * b * a)[0] / (2 * S**2)
    second = first**2 + sympy.Rational(width * (width - 1), 2) - (a.T * b * b * a)[0] / S**2
    found = Deformation("equicorrelated")
    assert sympy.expand(in_weights(found.score(1), width) - first) == 0
    assert sympy.expand(in_weights(found.score(2), width) - second) == 0
    # and the third from the density itself
    covariance = S**2 * ((1 - ALPHA) * sympy.eye(width) + ALPHA * sympy.ones(width, width))
    logarithm = -(a.T * covariance.inv() * a)[0] / 2 + (a.T * a)[0] / (2 * S**2)
    density = sympy.exp(logarithm) * S**width / sympy.sqrt(covariance.det())
    third = sympy.diff(density, ALPHA, 3).subs(ALPHA, 0)
    assert sympy.simplify(third - in_weights(found.score(3), width)) == 0


@pytest.mark.parametrize("law", [Uniform(), Rademacher()])
def test_scores_of_other_laws_have_no_mean(law):
    """Over all outcomes of three values of equal moments up to order five: no; by moments one at a time."""
    score = Deformation("alpha*p1*p3").score(2, law)
    total = 0
    for powers, number in sympy.Poly(in_weights(score, 2), *A[:2]).terms():
        term = number
        for power in powers:
            found = law.moment(power)
            term *= sympy.Rational(found.numerator, found.denominator) * S**power
        total += term
    assert sympy.expand(total) == 0


def test_moments_that_are_not_rational_stay_symbols():
    from numerics.networks.parameter_laws import as_law

    score = Deformation("alpha*p4").score(1, as_law("scipy.laplace"))
    assert "m4" in str(score) or score.variables == ("N", "p4", "s")


def test_numbers_in_place_of_the_letter():
    quartic = Deformation("alpha*p2^2/N + alpha^2*p4")
    assert str(quartic.at(0.5)) == "p4/4 + p2**2/(2*N)"
    law = Deformation("alpha*p2^2/N").law(ErfNet(4), 0.1)
    assert law == deformed_law("0.1*p2^2/N", ErfNet(4))
    with pytest.raises(InvalidDeformation, match="letter alpha; a law needs a number"):
        deformed_law("alpha*p2^2/N", ErfNet(4))
    for text in ("-0.1*p2^2/N", "-0.5*p2"):
        with pytest.raises(InvalidNetwork, match="cannot be normalised"):
            deformed_law(text, ErfNet(4))


@pytest.mark.parametrize("alpha", [F(3, 10), F(-1, 5), 0.0])
def test_equicorrelated_law_has_its_covariance(alpha):
    network = ReLUNet(4, sigma_w=0.7)
    law = Deformation("equicorrelated").law(network, alpha)
    s2 = 0.49
    assert law.power_sum_moment((2,), network)[0] == pytest.approx(4 * s2, rel=1e-13)
    joint = law.power_sum_moment((1, 1), network)[0]
    assert joint == pytest.approx(s2 * (4 + 12 * float(alpha)), rel=1e-13)


@pytest.mark.parametrize("alpha", [1.0, F(-1, 3), -0.5, 2])
def test_equicorrelated_outside_its_range(alpha):
    with pytest.raises(InvalidDeformation, match="cannot be normalised"):
        Deformation("equicorrelated").law(ReLUNet(4), alpha)


def test_sums_of_the_text_are_what_it_says():
    """A against a direct evaluation over all weights."""
    law = deformed_law("0.1*(p1^2 - p2)/2 + 0.2*|a|^4/N", ErfNet(2))
    import numpy as np

    for a in product([-1.0, 0.5], repeat=2):
        direct = 0.1 * a[0] * a[1] + 0.2 * (a[0] ** 2 + a[1] ** 2) ** 2 / 2
        assert law.energy(np.array([a]))[0] == pytest.approx(direct, rel=1e-14)


def test_a_long_text_is_refused_at_once():
    with pytest.raises(InvalidDeformation, match="smaller"):
        read_power_sums("alpha*p2+" * 20_000)
