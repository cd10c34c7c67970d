"""ReLU moments in four and more dimensions: one-factor integrals, products of arcs, sampling, identities."""

from itertools import product
from math import pi

import numpy as np
import pytest
from scipy import stats

from diagrams.combinatorics.pairings import pairings
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_cumulant
from numerics.exact.features.orthant import sign_moments
from numerics.exact.features.relu import ReLUMoments
from numerics.exact.features.relu_cones import cone_moments
from numerics.exact.features.relu_sectors import arc_moments, polygon_moments
from numerics.networks.architectures import ReLUNet


def rotated(vectors, seed=1):
    n = vectors.shape[1]
    return vectors @ np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]


def half_line_moment(mean, deviation, power):
    """E max(m + b x, 0)^p for p = 0, 1, 2, 3 in closed form."""
    u = mean / deviation
    low, high = stats.norm.cdf(u), deviation * stats.norm.pdf(u)
    square = (mean**2 + deviation**2) * low + mean * high
    cube = (mean**3 + 3 * mean * deviation**2) * low + (mean**2 + 2 * deviation**2) * high
    return [low, mean * low + high, square, cube][power]


def panels():
    """Nodes and weights of the standard normal, dense near zero."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    edges = np.array([-11.0, -4, -1, -0.3, -0.1, 0, 0.1, 0.3, 1, 4, 11])
    halves = np.diff(edges)[:, None] / 2
    g = (edges[:-1, None] + halves * (1 + nodes)).ravel()
    return g, (halves * weights).ravel() * stats.norm.pdf(g)


def one_factor(loadings, deviations, powers):
    """E Π max(a_k g + b_k x_k, 0)^p_k: independent given g, so one integral."""
    g, value = panels()
    for a, b, p in zip(loadings, deviations, powers, strict=True):
        value = value * half_line_moment(a * g, b, p)
    return value.sum()


@pytest.mark.parametrize(
    ("loadings", "powers"),
    [
        ([0.6, 0.9, 0.3, 0.7], (1, 1, 1, 1)),
        ([0.6, -0.9, 0.3, 0.7], (2, 1, 2, 1)),
        ([0.5, 0.8, -0.3, 0.7, 0.4], (1, 1, 1, 2, 1)),
        ([0.5, 0.8, -0.3, 0.7, 0.4, 0.2], (1, 1, 1, 1, 1, 1)),
        ([0.99, 0.995, 0.98, 0.97], (1, 2, 1, 2)),
        ([0.9999, 0.9999, 0.9999, 0.9999], (1, 1, 3, 1)),
    ],
)
def test_one_factor_covariances(loadings, powers):
    a = np.array(loadings)
    b = np.sqrt(1 - a**2)
    vectors = np.linalg.cholesky(np.outer(a, a) + np.diag(b**2))
    row = np.repeat(np.arange(len(a)), powers)
    found = cone_moments(rotated(1.3 * vectors), row[None])
    exact = 1.3 ** len(row) * one_factor(a, b, powers)
    assert found.value[0] == pytest.approx(exact, rel=2e-11)
    assert abs(found.value[0] - exact) <= found.error[0] + 1e-12 * exact


@pytest.mark.parametrize("powers", [(1,) * 6, (2, 1, 1, 1, 1, 2)])
def test_six_fields_in_four_dimensions_as_two_planes(powers):
    """More steps than dimensions: fields 0, 1, 2 in one plane and 3, 4, 5 in the orthogonal one."""
    rng = np.random.default_rng(8)
    left, right = (rng.normal(loc=[0.9, 0.9], scale=0.6, size=(3, 2)) for _ in range(2))
    vectors = np.zeros((6, 4))
    vectors[:3, :2], vectors[3:, 2:] = left, right
    rows = [np.repeat(np.arange(3), powers[:3])[None], np.repeat(np.arange(3), powers[3:])[None]]
    one, two = (plane_moment(v, row[0]) for v, row in zip((left, right), rows, strict=True))
    found = cone_moments(rotated(vectors), np.repeat(np.arange(6), powers)[None])
    assert one * two > 1e-3
    assert found.value[0] == pytest.approx(one * two, rel=1e-12)


def plane_moment(vectors, row):
    """Any order in the plane; `arc_moments` is for even orders and odd ones alike."""
    return arc_moments(vectors, row[None]).value[0]


@pytest.mark.statistical
@pytest.mark.parametrize(("n", "r"), [(4, 4), (6, 4), (6, 5)])
def test_sampled_moments(n, r):
    """Scrambled Sobol averages over eight scramblings, of random fields with a common direction."""
    vectors = np.random.default_rng(n * r).normal(loc=0.7, size=(n, r))
    averages = []
    for seed in range(8):
        u = stats.qmc.Sobol(r, seed=seed).random_base2(14)
        z = stats.norm.ppf(u) @ vectors.T
        averages.append(np.maximum(z, 0).prod(axis=1).mean())
    mean, error = np.mean(averages), np.std(averages, ddof=1) / np.sqrt(8)
    found = cone_moments(vectors, np.arange(n)[None]).value[0]
    assert abs(found - mean) < 5.4 * error  # Student t with 7 degrees: 1e-3
    assert error < 0.02 * found


def test_signed_sums_over_reflections_are_wick_contractions():
    """z = max(z, 0) − max(−z, 0): the sum over sixteen sectors is E[z_0³ z_1 z_2 z_3]."""
    vectors = np.random.default_rng(4).normal(size=(4, 4))
    row = np.array([0, 0, 0, 1, 2, 3])
    total = error = 0.0
    for signs in product((1.0, -1.0), repeat=4):
        found = cone_moments(vectors * np.array(signs)[:, None], row[None])
        total += np.prod(np.array(signs)[row]) * found.value[0]
        error += found.error[0]
    wick = sum(np.prod([vectors[row[i]] @ vectors[row[j]] for i, j in pairs]) for pairs in pairings(range(6)))
    assert abs(total - wick) <= error
    assert error < 1e-10 * abs(wick)


def test_redundant_parallel_and_opposite_fields():
    rng = np.random.default_rng(9)
    base = rng.normal(loc=0.5, size=(4, 4))
    row = np.array([[0, 1, 2, 3, 4, 4]])
    parallel = np.vstack([base, 2 * base[1]])
    merged = cone_moments(base, np.array([[0, 1, 1, 1, 2, 3]])).value[0]
    assert cone_moments(parallel, row).value[0] == pytest.approx(4 * merged, rel=1e-12)
    # max(z_0 + z_1, 0) = z_0 + z_1 where both are positive
    between = np.vstack([base, base[0] + base[1]])
    parts = [cone_moments(base, np.array([extra])).value[0]
             for extra in ([0, 0, 0, 1, 2, 3], [0, 0, 1, 1, 2, 3], [0, 1, 1, 1, 2, 3])]  # fmt: skip
    expected = parts[0] + 2 * parts[1] + parts[2]
    assert cone_moments(between, row).value[0] == pytest.approx(expected, rel=1e-12)
    assert cone_moments(np.vstack([base, -base[2]]), row).value[0] == 0.0
    assert cone_moments(np.vstack([base, -base.sum(axis=0)]), row).value[0] == 0.0


def test_four_dimensions_are_continuous_with_three():
    flat = np.random.default_rng(3).normal(loc=[0.0, 0.0, 1.2], size=(4, 3))
    row = np.array([[0, 1, 2, 3]])
    flat_value = polygon_moments(flat, row).value[0]
    lifted = np.column_stack([flat, 1e-7 * np.array([1.0, -1.0, 0.5, 0.0])])
    assert cone_moments(lifted, row).value[0] == pytest.approx(flat_value, rel=1e-6)


@pytest.mark.parametrize("n", [4, 6])
def test_signs_of_equal_correlation(n):
    """E Π sgn for ρ_ij = ρ: given the common factor the signs are independent, with means erf."""
    g, weights = panels()
    for rho in (0.1, 0.5, 0.9, 0.999):
        mean = 2 * stats.norm.cdf(np.sqrt(rho / (1 - rho)) * g) - 1
        exact = (weights * mean**n).sum()
        found = sign_moments(np.full((1, n, n), rho) + (1 - rho) * np.eye(n))
        assert abs(found.value[0] - exact) <= found.error[0] + 1e-12
        assert found.error[0] < 1e-9


def test_the_net_in_three_dimensions_with_bias():
    """Corners of a tetrahedron: equal correlations, so κ_4 of four points is a one-factor integral."""
    corners = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    net = ReLUNet(5, sigma_w=0.9, sigma_b=0.8, d_in=3)
    diagonal, off = 0.8**2 + 0.9**2, 0.8**2 - 0.9**2 / 3
    a, b = np.full(4, np.sqrt(off)), np.full(4, np.sqrt(diagonal - off))
    four = one_factor(a, b, (1, 1, 1, 1))
    two = one_factor(a[:2], b[:2], (1, 1))
    exact = 0.9**4 * (3 * four - 3 * two**2) / 5
    found = exact_cumulant(net, corners)
    assert float(found.value) == pytest.approx(exact, rel=1e-11)
    assert float(found.error) < 1e-12 * exact
    six = ReLUMoments(net, corners).moments(np.array([[0, 0, 1, 2, 2, 3]]))
    assert six.value[0] == pytest.approx(one_factor(a, b, (2, 1, 2, 1)), rel=1e-11)


def test_more_dimensions_than_known_are_refused():
    net = ReLUNet(1, d_in=8)
    with pytest.raises(NotAvailable, match="at most 6 dimensions"):
        ReLUMoments(net, np.eye(8)).moments(np.array([[0, 1, 2, 3, 4, 5, 6, 7]]))
    single = ReLUMoments(net, np.eye(8)).moments(np.array([[0, 1, 2, 3, 4, 5]]))
    assert single.value[0] == pytest.approx((1 / np.sqrt(2 * pi * 8)) ** 6, rel=1e-12)
