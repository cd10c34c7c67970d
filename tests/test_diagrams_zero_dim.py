"""The zero-dimensional oracle itself, against published series, integrals and explicit contraction."""

from fractions import Fraction
from math import factorial

import mpmath
import pytest

from diagrams import GenerationError, contract
from diagrams.filters import connected, no_self_loop, one_particle_irreducible
from diagrams.power_series import Series
from diagrams.zero_dim import Kind, multiplicity_sum, series, weight_sum


def coefficient(n, vertices, kind):
    """Coefficient of the couplings of S = sum g_k f^k (no 1/k!) in the n-point function."""
    order = sum(vertices.values())
    value = (-1) ** order * weight_sum(n, vertices, kind)
    for k, c in vertices.items():
        value *= factorial(k) ** c
    return value


@pytest.mark.parametrize(
    ("n", "vertices", "value"),
    [
        # S = lambda f^4 + kappa f^6, exact propagator 1.
        (4, {4: 1}, -24),
        (4, {6: 1}, -360),
        (4, {4: 2}, 864),
        (4, {4: 1, 6: 1}, 37440),
        (4, {6: 2}, 432000),
        (4, {4: 3}, -51840),
        (4, {4: 2, 6: 1}, -4199040),
        (4, {4: 4}, 4188672),
        (6, {6: 1}, -720),
        (6, {4: 2}, 5760),
        (6, {4: 1, 6: 1}, 302400),
        (6, {6: 2}, 4104000),
        (6, {4: 3}, -622080),
        # S = g f^3 + lambda f^4, mean 0 and exact propagator 1.
        (3, {3: 1}, -6),
        (3, {3: 1, 4: 1}, 216),
        (3, {3: 3}, -216),
        (3, {3: 1, 4: 2}, -12960),
        (4, {3: 2}, 108),
        (4, {3: 2, 4: 1}, -12960),
        (4, {3: 4}, 11664),
        (5, {3: 1, 4: 1}, 1440),
        (5, {3: 3}, -3240),
    ],
    ids=str,
)
def test_exact_propagator_series(n, vertices, value):
    """Series found by solving the zero-dimensional theory at fixed mean and variance."""
    assert coefficient(n, vertices, Kind.SKELETON) == value


def test_weak_coupling_series_against_an_integral():
    """E[f^n e^-S] / E[e^-S] by quadrature at a small coupling; the remainder falls like the next order."""
    with mpmath.workdps(30):
        orders = 6
        terms = [coefficient(4, {4: v}, Kind.NORMALISED) for v in range(orders + 1)]
        missed = []
        for g in (mpmath.mpf("1e-4"), mpmath.mpf("5e-5")):

            def integral(n, g=g):
                return 2 * mpmath.quad(
                    lambda f: f**n * mpmath.exp(-(f**2) / 2 - g * f**4), mpmath.linspace(0, 15, 31)
                )

            truth = integral(4) / integral(0)
            partial = sum(mpmath.mpf(t.numerator) / t.denominator * g**v for v, t in enumerate(terms))
            missed.append(abs(truth - partial))
        assert missed[0] < 1e-14
        assert 2**6.5 < missed[0] / missed[1] < 2**7.5


def test_published_ground_state_numbers():
    """Connected f^4 vacuum diagrams weigh 1/8, 1/12 + ... : log of sum (4v - 1)!! / (v! 4!^v)."""
    assert [weight_sum(0, {4: v}, Kind.CONNECTED) for v in range(1, 4)] == [
        Fraction(1, 8),
        Fraction(1, 12),
        Fraction(11, 96),
    ]
    # Theta and dumbbell of f^3: 1/12 + 1/8.
    assert weight_sum(0, {3: 2}, Kind.CONNECTED) == Fraction(5, 24)
    assert weight_sum(0, {3: 2}, Kind.ONE_PARTICLE_IRREDUCIBLE) == Fraction(1, 12)
    assert weight_sum(0, {3: 2}, Kind.CONNECTED, self_loops=False) == Fraction(1, 12)


@pytest.mark.parametrize(
    ("n", "valences"), [(2, [4, 4]), (1, [3, 4, 4]), (4, [4, 4]), (3, [3, 3, 3]), (0, [3, 3, 4])]
)
def test_every_kind_against_explicit_contraction(n, valences):
    vertices = {k: valences.count(k) for k in valences}
    counts = contract(n, valences)
    selections = {
        Kind.FULL: lambda d: True,
        Kind.CONNECTED: connected,
        Kind.ONE_PARTICLE_IRREDUCIBLE: one_particle_irreducible,
    }
    for kind, keep in selections.items():
        with_loops = sum(c for d, c in counts.items() if keep(d))
        without = sum(c for d, c in counts.items() if keep(d) and no_self_loop(d))
        assert multiplicity_sum(n, vertices, kind) == with_loops
        assert multiplicity_sum(n, vertices, kind, self_loops=False) == without


def test_one_series_holds_all_orders():
    whole = series(4, [4, 6], (2, 1), Kind.CONNECTED)
    for powers in whole.all_powers():
        assert whole.at(powers) == weight_sum(4, dict(zip((4, 6), powers, strict=True)), Kind.CONNECTED)


def test_odd_totals_vanish():
    assert multiplicity_sum(3, {4: 2}) == multiplicity_sum(1, {4: 1}, Kind.CONNECTED) == 0


def test_skeletons_without_self_loops_are_refused():
    with pytest.raises(GenerationError, match="self_loops=True"):
        weight_sum(4, {4: 1}, Kind.SKELETON, self_loops=False)


def test_series_arithmetic():
    box = (4, 3)
    g, h = Series.monomial(box, (1, 0)), Series.monomial(box, (0, 1))
    geometric = (1 - g - 2 * h).inverse()
    assert geometric.at((2, 1)) == 3 * 2  # binomial(3, 1) * 2
    assert geometric * (1 - g - 2 * h) == Series.constant(box, 1)
    assert (1 - g).logarithm().at((3, 0)) == Fraction(-1, 3)
    product = ((1 + g) * (1 + h)).logarithm()
    assert product == (1 + g).logarithm() + (1 + h).logarithm()
    with pytest.raises(ZeroDivisionError):
        g.logarithm()
    with pytest.raises(ZeroDivisionError):
        g.inverse()


@pytest.mark.parametrize("vertices", [{1: 1}, {1: 2}, {2: 1}, {2: 2}, {1: 1, 3: 1}, {1: 2, 2: 1}], ids=str)
def test_irreducible_sums_with_vertices_of_few_lines(vertices):
    """One-leg vertices are sources: few line ends, and most lines are bridges."""
    valences = [k for k, c in vertices.items() for _ in range(c)]
    for n in range(4):
        found = contract(n, valences).items()
        listed = sum(times for diagram, times in found if one_particle_irreducible(diagram))
        assert multiplicity_sum(n, vertices, Kind.ONE_PARTICLE_IRREDUCIBLE) == listed
