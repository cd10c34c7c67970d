"""Laws of output weights deformed by e^(−A), against closed forms, quadrature and their own draws."""

from fractions import Fraction as F
from itertools import pairwise, product
from math import prod

import mpmath
import numpy as np
import pytest
from scipy.special import roots_hermitenorm

from numerics.errors import InvalidNetwork, NotAvailable
from numerics.networks.architectures import ErfNet
from numerics.networks.joint_laws.deformed_law import DeformedLaw, solve
from numerics.networks.joint_laws.power_sum_terms import PowerSumTerm, energy
from numerics.networks.joint_laws.weight_chains import correlation_time, draw_by_chains
from numerics.networks.laws import GAUSSIAN, Laplace, Rademacher, StudentT, Uniform

PRODUCTS = [(2,), (1, 1), (4,), (2, 2), (1, 1, 2), (1, 1, 1, 1), (1, 3), (2, 4), (1,), (1, 2), (3, 2, 1)]


def power_sums(weights, exponents):
    return np.prod([np.sum(weights**r, axis=1) for r in exponents], axis=0)


def by_nodes(terms, width, deviation, exponents, count=90):
    """E[Π p_r e^(−A)]/E[e^(−A)] by a product rule of Hermite over the undeformed Gaussian weights."""
    nodes, weights = roots_hermitenorm(count)
    grid = deviation * np.array(list(product(nodes, repeat=width)))
    shares = np.prod(np.array(list(product(weights, repeat=width))), axis=1) * np.exp(-energy(terms, grid))
    return shares @ power_sums(grid, exponents) / shares.sum()


@pytest.mark.parametrize("width", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("alpha", [F(1, 10), F(2)])
def test_lengths_under_a_quartic_are_parabolic_cylinder_functions(width, alpha):
    """∫x^(ν−1) e^(−bx² − gx) dx = (2b)^(−ν/2) Γ(ν) e^(g²/8b) D_(−ν)(g/√2b), Gradshteyn and Ryzhik 3.462."""
    s = F(7, 10)
    found = solve({(2, 2): alpha / width}, width, s, GAUSSIAN)
    with mpmath.workdps(25):
        b, g = mpmath.mpf(alpha.numerator) / alpha.denominator / width, 1 / (2 * mpmath.mpf(7) ** 2 / 100)

        def integral(nu):
            if width == 1000:  # the function itself is slow there; the integrand is a narrow peak
                top = (-g + mpmath.sqrt(g * g + 8 * b * (nu - 1))) / (4 * b)
                wide = 1 / mpmath.sqrt(2 * b + (nu - 1) / top**2)
                return mpmath.quad(
                    lambda x: mpmath.exp(-b * x * x - g * x + (nu - 1) * mpmath.log(x / top)),
                    [top + k * wide for k in range(-12, 13)],
                ) * top ** (nu - 1)
            shape = (2 * b) ** (-nu / 2) * mpmath.gamma(nu)
            return shape * mpmath.pcfd(-nu, g / mpmath.sqrt(2 * b))

        half = mpmath.mpf(width) / 2
        for n in (1, 2, 3, 5):
            expected = integral(half + n) / integral(half)
            value, error = found.power_sum_moment((2,) * n)
            close = mpmath.mpf(value.numerator) / value.denominator / expected - 1
            assert abs(close) < (1e-15 if width == 1000 else 1e-20)
            assert error < 1e-20 * value
            value, error = found._by_quadrature(n)  # the way of higher powers
            assert abs(value - expected) <= error < 1e-11 * value


@pytest.mark.parametrize("exponents", PRODUCTS)
@pytest.mark.parametrize(
    "terms",
    [
        {(2, 2): F(1, 10)},
        {(2,): F(1, 5), (2, 2, 2): F(1, 40)},
        {(1, 1): F(1, 5), (2,): F(-1, 8), (1,): F(1, 3)},
        {(1, 1): F(-1, 9)},
        {(4,): F(1, 10), (1,): F(1, 5)},
    ],
)
def test_moments_against_quadrature_over_all_weights(terms, exponents):
    value, error = solve(terms, 2, F(3, 5), GAUSSIAN).power_sum_moment(exponents)
    expected = by_nodes(terms, 2, 0.6, exponents)
    assert error < 1e-11
    assert abs(value - expected) <= error + 2e-11 * max(1.0, abs(expected))


def test_one_weight_takes_every_deformation():
    law = DeformedLaw((PowerSumTerm((1, 3, 2), F(1, 30), 2),))
    value, error = law.power_sum_moment((2, 2), ErfNet(1))
    with mpmath.workdps(25):
        shares = [
            mpmath.quad(lambda x, n=n: x**n * mpmath.exp(-x * x / 2 - x**6 / 30), [0, 1, 2, 4])
            for n in (4, 0)
        ]
    assert abs(value - shares[0] / shares[1]) <= error < 1e-12


@pytest.mark.parametrize("law", [Laplace(), Uniform(), Rademacher(), StudentT(5.0), Uniform(mean=0.2)])
def test_independent_weights_of_other_laws(law):
    """The law itself, by midpoints of its distribution function, as truth."""
    found = solve({(4,): F(1, 10), (1,): F(1, 5)}, 3, F(4, 5), law)
    steps = 1_000_000
    a = 0.8 * law.quantile((np.arange(steps) + 0.5) / steps)
    shares = np.exp(-0.1 * a**4 - 0.2 * a)
    one = {k: float(shares @ a**k / shares.sum()) for k in range(1, 5)}
    assert found.power_sum_moment((4,))[0] == pytest.approx(3 * one[4], rel=3e-5)
    expected = 3 * one[4] + 6 * one[2] ** 2 + 12 * one[1] * one[3] + 6 * one[1] ** 2 * one[2]
    assert found.power_sum_moment((1, 1, 2))[0] == pytest.approx(expected, rel=3e-5)


CASES = [
    ({(2, 2): F(1, 3)}, GAUSSIAN),
    ({(1, 1): F(-1, 20), (2,): F(-1, 10), (1,): F(1, 3)}, GAUSSIAN),
    ({(4,): F(1, 10), (1,): F(1, 5)}, GAUSSIAN),
    ({(4,): F(1, 10), (1,): F(1, 5)}, Laplace()),
]


@pytest.mark.parametrize(("terms", "law"), CASES)
def test_draws_have_the_moments(terms, law):
    found = solve(terms, 3, F(1), law)
    weights = found.draw(np.random.default_rng(7), 100_000)
    assert weights.shape == (100_000, 3)
    for exponents in PRODUCTS:
        sampled = power_sums(weights, exponents)
        pull = (sampled.mean() - found.power_sum_moment(exponents)[0]) / (sampled.std() / 100_000**0.5)
        assert abs(pull) < 4.0


@pytest.mark.parametrize(("terms", "law"), CASES)
def test_chains_have_the_moments_too(terms, law):
    exact = solve(terms, 3, F(1), law)
    drawn = draw_by_chains(lambda a: energy(terms, a), law, 1.0, 3, np.random.default_rng(3), 20_000)
    assert 1.0 <= drawn.correlation_time < 10.0
    assert drawn.steps_between >= 2 * drawn.correlation_time
    for exponents in [(2,), (1, 1), (4,), (2, 2)]:
        sampled = power_sums(drawn.weights, exponents)
        # ten draws of one chain are not quite independent
        pull = (sampled.mean() - exact.power_sum_moment(exponents)[0]) / (sampled.std() / 20_000**0.5)
        assert abs(pull) < 5.0


def test_correlation_time_of_a_known_process():
    """x_(t+1) = ρ x_t + noise has the time (1 + ρ)/(1 − ρ)."""
    generator, rho = np.random.default_rng(5), 0.6
    x = [generator.standard_normal(2000)]
    for _ in range(600):
        x.append(rho * x[-1] + (1 - rho**2) ** 0.5 * generator.standard_normal(2000))
    assert correlation_time(np.array(x)) == pytest.approx((1 + rho) / (1 - rho), rel=0.05)


@pytest.mark.parametrize(
    ("terms", "width"),
    [
        ({(2, 2): F(-1)}, 3),
        ({(1, 1): F(-1, 2)}, 3),
        ({(2,): F(-1, 2)}, 2),
        ({(3,): F(1)}, 2),
        ({(4,): F(-1, 100)}, 2),
    ],
)
def test_what_cannot_be_normalised_is_refused(terms, width):
    with pytest.raises(InvalidNetwork, match="cannot be normalised"):
        solve(terms, width, F(1), GAUSSIAN)


def test_what_has_no_closed_form_says_so_and_can_be_drawn():
    law = DeformedLaw((PowerSumTerm((2, 4), F(1, 20)),), "p2*p4/20")
    with pytest.raises(NotAvailable, match=r"E\[p1\^2 p2\].*no closed form"):
        law.power_sum_moment((1, 1, 2), ErfNet(2))
    weights = law.draw(np.random.default_rng(1), ErfNet(2), 4000)
    expected = by_nodes({(2, 4): F(1, 20)}, 2, 1.0, (2,), 120)
    sampled = power_sums(weights, (2,))
    assert abs(sampled.mean() - expected) < 5 * sampled.std() / 4000**0.5


def test_a_function_is_drawn_by_chains():
    law = DeformedLaw((), "quartic", lambda a: 0.1 * np.sum(a**2, axis=1) ** 2)
    same = solve({(2, 2): F(1, 10)}, 3, F(1), GAUSSIAN)
    sampled = power_sums(law.draw(np.random.default_rng(2), ErfNet(3), 4000), (2,))
    assert abs(sampled.mean() - same.power_sum_moment((2,))[0]) < 5 * sampled.std() / 4000**0.5
    with pytest.raises(NotAvailable, match="no closed form"):
        law.power_sum_moment((2,), ErfNet(3))
    wrong = DeformedLaw((), "sum of everything", lambda a: np.sum(a))
    with pytest.raises(NotAvailable, match="one number for each network"):
        wrong.draw(np.random.default_rng(2), ErfNet(3), 10)


def test_infinite_width_keeps_a_gaussian_of_another_variance():
    """N → ∞ of A = (α/N)|a|⁴: v = E a² solves 1/v = 1/s² + 4αv, and |a|²/N does not scatter."""
    alpha, s2 = 0.3, 1.0
    v = (-1 / s2 + (1 / s2**2 + 16 * alpha) ** 0.5) / (8 * alpha)
    law = DeformedLaw((PowerSumTerm((2, 2), F(3, 10), -1),))
    residual = []
    for width in (100, 200, 400):
        second = law.power_sum_moment((2,), ErfNet(width))[0] / width
        fourth = law.power_sum_moment((2, 2), ErfNet(width))[0] / width**2
        residual.append((second - v, fourth - second**2))
    for first, then in pairwise(residual):
        for before, after in zip(first, then, strict=True):
            assert before / after == pytest.approx(2.0, rel=0.02)
    assert prod(abs(r) for r in residual[-1]) < 1e-4
