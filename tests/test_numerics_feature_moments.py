"""Feature moments against quadrature, high-precision integrals, each other, and exact identities."""

from itertools import combinations, product
from math import pi

import mpmath
import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from diagrams.combinatorics.pairings import pairings
from numerics.errors import NotAvailable
from numerics.exact.features.choose import feature_moments
from numerics.exact.features.erf import LatticeMoments, erf_moments
from numerics.exact.features.orthant import OrthantMoments
from numerics.exact.features.relu import ReLUMoments
from numerics.exact.features.relu_sectors import arc_moments, line_moments, polygon_moments
from numerics.fields.index_sets import multisets
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet

LINE = np.array([[-1.0], [-0.4], [0.3], [1.2]])
PLANE = np.array([[0.7, -0.2], [-0.4, 0.5], [0.1, 1.1], [-0.9, -0.3]])


def parameter_average(net, points, indices, nodes):
    """E Π s by Gauss-Hermite in (W, b), trapezoidal rule in phases; uses the features alone."""
    g, w = np.polynomial.hermite_e.hermegauss(nodes)
    w = w / w.sum()
    grids = [net.sigma_w / np.sqrt(net.d_in) * g] * net.d_in
    weights = [w] * net.d_in
    if net.hidden_bias_deviation is None:
        grids.append(2 * pi * np.arange(24) / 24)
        weights.append(np.full(24, 1 / 24))
    else:
        grids.append(net.hidden_bias_deviation * g)
        weights.append(w)
    mesh = [axis.ravel() for axis in np.meshgrid(*grids, indexing="ij")]
    s = net.features(np.column_stack(mesh[:-1]), mesh[-1], points)
    measure = weights[0]
    for axis in weights[1:]:
        measure = np.multiply.outer(measure, axis).ravel()
    return np.array([measure @ s[:, row].prod(axis=1) for row in indices])


@pytest.mark.parametrize(
    ("net", "points", "nodes", "tolerance"),
    [
        (ErfNet(1, 0.9, 0.7), LINE, 200, 1e-12),
        (ErfNet(1, 1.1, 0.5, 2), PLANE, 70, 1e-7),
        (GaussNet(1, 0.6, 0.5), LINE, 90, 1e-11),
        (GaussNet(1, 0.4, 0.3, 2), PLANE, 40, 1e-11),
        (CosNet(1, 1.3, 0.8), LINE, 100, 1e-12),
        (CosNet(1, 1.3, 0.8, 2), PLANE, 50, 1e-12),
    ],
    ids=lambda value: f"{value.name}{value.d_in}" if hasattr(value, "name") else None,
)
@pytest.mark.parametrize("order", [2, 4, 6])
def test_moments_equal_gauss_hermite_averages(net, points, nodes, tolerance, order):
    indices = multisets(4, order)[::3]
    found = feature_moments(net, points, 6).moments(indices)
    expected = parameter_average(net, points, indices, nodes)
    np.testing.assert_allclose(found.value, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize(
    "net", [ErfNet(1, 1.2, 0.8, 2), ReLUNet(1, 0.9, 0.6, 2), GaussNet(1, 0.7, 0.5, 2), CosNet(1)]
)
def test_second_moments_equal_the_kernel(net):
    points = PLANE[:, : net.d_in]
    indices = multisets(4, 2)
    found = feature_moments(net, points, 2).moments(indices)
    kernel = net.kernel.weight(points, points)[indices[:, 0], indices[:, 1]] / net.weight_variance
    np.testing.assert_allclose(found.value, kernel, rtol=1e-13)
    assert np.all(np.abs(found.value - kernel) <= found.error + 1e-15 * kernel)


# Erf


@mpmath.workdps(30)
def collinear_erf_moment(slopes):
    """E Π erf(slope_i g) to 25 digits: one integral when all preactivations are proportional."""

    def integrand(g):
        value = mpmath.exp(-g * g / 2)
        for slope in slopes:
            value *= mpmath.erf(slope * g)
        return value

    edges = [0, 0.25, 1, 3, 6, 12]
    return float(2 * mpmath.quad(integrand, edges) / mpmath.sqrt(2 * mpmath.pi))


@pytest.mark.parametrize("method", [LatticeMoments, OrthantMoments])
@pytest.mark.parametrize(("sigma_w", "digits"), [(0.01, 1e-13), (1.0, 1e-13), (8.0, 2e-13)])
def test_erf_moments_of_collinear_points(method, sigma_w, digits):
    """Without bias and for d = 1 every correlation of preactivations is ±1: the degenerate case."""
    net = ErfNet(1, sigma_w, 0.0)
    moments = method(net, LINE, 6) if method is LatticeMoments else method(net, LINE)
    for row in ([0, 0, 0, 0], [0, 1, 2, 3], [0, 0, 0, 0, 0, 0], [0, 1, 1, 2, 3, 3]):
        found = moments.moments(np.array([row]))
        exact = collinear_erf_moment(sigma_w * LINE[row, 0])
        assert found.value[0] == pytest.approx(exact, rel=digits, abs=0)
        assert abs(found.value[0] - exact) <= found.error[0]


@pytest.mark.parametrize(
    ("net", "points"),
    [
        (ErfNet(1, 1.0, 1.0), LINE),
        (ErfNet(1, 4.0, 2.0), LINE),
        (ErfNet(1, 1.0, 1.0, 2), PLANE),
        (ErfNet(1, 0.3, 0.1, 2), 3 * PLANE),
        (ErfNet(1, 1.0, 1.0), np.zeros((4, 1))),
    ],
)
def test_two_methods_for_erf_agree_within_their_errors(net, points):
    lattice, orthant = LatticeMoments(net, points, 6), OrthantMoments(net, points)
    for order, step in ((4, 3), (6, 8)):
        indices = multisets(4, order)[::step]
        a, b = lattice.moments(indices), orthant.moments(indices)
        difference = np.abs(a.value - b.value)
        assert np.all(difference <= a.error + b.error)
        assert difference.max() <= 2e-14 * np.abs(a.value).max() * (1 + net.sigma_w**2)


def test_erf_method_is_chosen_by_cost():
    rng = np.random.default_rng(3)
    assert isinstance(erf_moments(ErfNet(1), LINE, 6), LatticeMoments)
    assert isinstance(erf_moments(ErfNet(1, 200.0, 200.0), LINE, 6), OrthantMoments)
    assert isinstance(erf_moments(ErfNet(1, d_in=5), rng.normal(size=(5, 5)), 6), OrthantMoments)
    with pytest.raises(NotAvailable, match="order 6 or less"):
        erf_moments(ErfNet(1, d_in=5), rng.normal(size=(5, 5)), 8)
    with pytest.raises(NotAvailable, match="preactivations of standard deviation"):
        erf_moments(ErfNet(1, 1e9, 0.0, 5), rng.normal(size=(5, 5)), 6)
    with pytest.raises(NotAvailable, match="orders 2, 4 and 6"):
        OrthantMoments(ErfNet(1), LINE).moments(np.zeros((1, 8), dtype=np.int64))


def test_erf_moments_vanish_where_every_preactivation_does():
    net = ErfNet(1, 1.0, 0.0)
    for moments in (LatticeMoments(net, np.zeros((1, 1)), 4), OrthantMoments(net, np.zeros((1, 1)))):
        assert moments.moments(np.array([[0, 0, 0, 0]])).value[0] == 0.0


@pytest.mark.parametrize("n", [4, 6])
@pytest.mark.parametrize("sigma_w", [30.0, 1e2, 3e2])
def test_steep_erf_moments_tend_to_signs(n, sigma_w):
    """At one point 1 − E_n = √(2/π)/σ ∫_0^∞ (1 − erf(u)^n) du up to O(σ^−3)."""
    found = OrthantMoments(ErfNet(1, sigma_w, 0.0), np.ones((1, 1))).moments(np.zeros((1, n), dtype=np.int64))
    deficit = np.sqrt(2 / pi) / sigma_w * quad(lambda u: 1 - float(mpmath.erf(u)) ** n, 0, 8)[0]
    assert abs(1 - found.value[0] - deficit) <= found.error[0] + sigma_w**-3
    assert found.error[0] <= 1e-4 * deficit


# ReLU


@pytest.mark.parametrize(
    ("x", "coefficient"),
    [
        ([1.0] * 4, 1.5),
        ([1.0] * 6, 7.5),
        ([0.2, 0.4, 0.6, 0.8], 1.5),
        ([-1.0, -2.0, -3.0, -1.0], 1.5),
        ([1, 1, -1, -1], 0),
    ],
)
def test_relu_on_the_line_has_double_factorials(x, coefficient):
    """E_n = ((n − 1)!!/2) sw^n Π|x|: 3/2 for four fields and 15/2 for six."""
    points = np.array(x, dtype=float)[:, None]
    found = ReLUMoments(ReLUNet(1, 1.3), points).moments(np.arange(len(x))[None])
    exact = coefficient * 1.3 ** len(x) * np.prod(np.abs(points))
    assert found.value[0] == pytest.approx(exact, rel=1e-14, abs=0)


def angular_average(vectors):
    """E Π max(v_i·g, 0) in the plane by adaptive quadrature over the whole circle, breaks at the kinks."""
    n = len(vectors)
    angles = np.arctan2(vectors[:, 1], vectors[:, 0])
    breaks = np.unique(np.concatenate([angles + pi / 2, angles - pi / 2]) % (2 * pi))

    def integrand(phi):
        return np.prod(np.maximum(vectors @ [np.cos(phi), np.sin(phi)], 0.0))

    radial = quad(lambda r: r ** (n + 1) * np.exp(-(r**2) / 2), 0, 20, epsabs=0, epsrel=1e-13)[0]
    return radial * quad(integrand, 0, 2 * pi, points=breaks, epsabs=1e-14, limit=200)[0] / (2 * pi)


@pytest.mark.parametrize("n", [2, 4, 6, 10])
@pytest.mark.parametrize("seed", range(6))
def test_arc_moments_equal_adaptive_quadrature(n, seed):
    vectors = np.random.default_rng(seed).normal(loc=[0.0, 0.7], size=(n, 2))
    found = arc_moments(vectors, np.arange(n)[None])
    exact = angular_average(vectors)
    assert found.value[0] == pytest.approx(exact, rel=1e-11, abs=1e-13)
    assert (found.value[0] == 0) == (exact == 0)


@pytest.mark.parametrize("tilt", [1e-1, 1e-3, 1e-6])
def test_short_arcs_keep_their_digits(tilt):
    """Two fields at each of a nearly antiparallel pair: ∫_0^u sin²(s) sin²(u − s) ds in closed form."""
    vectors = np.array([[1.0, tilt], [-1.0, 0.0]])
    found = arc_moments(vectors, np.array([[0, 0, 1, 1]]))
    exact = short_arc(tilt)
    assert found.value[0] == pytest.approx(exact, rel=1e-14, abs=0)
    assert abs(found.value[0] - exact) <= found.error[0]


@mpmath.workdps(60)
def short_arc(tilt):
    """8/(2π) |v|² ∫_0^u sin²s sin²(u − s) ds = 8/(2π) |v|² [u/4 + u cos(2u)/8 − 3 sin(2u)/16]."""
    t = mpmath.mpf(tilt)
    u = mpmath.atan(t)
    integral = u / 4 + u * mpmath.cos(2 * u) / 8 - 3 * mpmath.sin(2 * u) / 16
    return float(8 / (2 * mpmath.pi) * (1 + t**2) * integral)


def isserlis(vectors):
    return sum(
        np.prod([vectors[i] @ vectors[j] for i, j in pairs]) for pairs in pairings(range(len(vectors)))
    )


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("n", [4, 6])
def test_relu_moments_add_up_to_isserlis(rank, n):
    """z = max(z, 0) − max(−z, 0), so signed sums over reflected vectors give the plain Gaussian moment."""
    vectors = np.random.default_rng(7 + rank).normal(size=(n, rank))
    both = np.concatenate([vectors, -vectors])
    total = 0.0
    for signs in product((0, 1), repeat=n):
        members = [i + n * reflected for i, reflected in enumerate(signs)]
        evaluate = {1: lambda v, i: line_moments(v[:, 0], i), 2: arc_moments, 3: polygon_moments}[rank]
        found = evaluate(both[members], np.arange(n)[None]).value[0]
        assert found >= 0
        total += (-1) ** sum(signs) * found
    assert total == pytest.approx(isserlis(vectors), rel=2e-12, abs=0)


def test_polygon_moments_equal_a_double_integral():
    vectors = np.array([[0.6, -0.2, 0.7], [-0.3, 0.5, 0.7], [0.1, 0.9, 0.7]])
    row = np.array([[0, 1, 2, 2]])

    def integrand(theta, phi):
        unit = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
        forms = np.maximum(vectors @ unit, 0.0)
        return np.sin(theta) * np.prod(forms[row[0]])

    # E|g|⁴ = 15 in three dimensions
    exact = 15 * dblquad(integrand, 0, 2 * pi, 0, pi, epsabs=1e-8, epsrel=1e-8)[0] / (4 * pi)
    assert polygon_moments(vectors, row).value[0] == pytest.approx(exact, rel=1e-6, abs=0)


def test_polygon_moments_do_not_depend_on_the_frame():
    rng = np.random.default_rng(12)
    vectors = rng.normal(loc=[0.0, 0.0, 1.5], size=(5, 3))
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    row = np.array([[0, 1, 2, 3, 4, 4]])
    plain, turned = polygon_moments(vectors, row), polygon_moments(vectors @ rotation.T, row)
    assert plain.value[0] == pytest.approx(turned.value[0], rel=1e-12, abs=0)
    assert abs(plain.value[0] - turned.value[0]) <= plain.error[0] + turned.error[0]


def test_relu_polygon_is_continuous_with_the_arc():
    """Three vectors in a plane, one lifted out of it by 1e-9: rank three, almost the rank-two number."""
    flat = np.array([[1.0, 0.2], [0.4, 1.0], [-0.3, 0.8]])
    lifted = np.column_stack([flat, [0.0, 1e-9, 0.0]])
    row = np.array([[0, 1, 2, 2]])
    assert polygon_moments(lifted, row).value[0] == pytest.approx(
        arc_moments(flat, row).value[0], rel=1e-8, abs=0
    )


def test_relu_moments_depend_on_the_span_of_each_moment_only():
    """Points in ten dimensions with a bias: a moment of three of them is one in three dimensions."""
    points = np.random.default_rng(2).normal(size=(5, 10))
    net = ReLUNet(1, 1.1, 0.5, 10)
    moments = ReLUMoments(net, points)
    found = moments.moments(np.array([[0, 0, 1, 2], [1, 1, 3, 3], [4, 4, 4, 4]]))
    variance = 0.5**2 + 1.1**2 / 10 * points[4] @ points[4]
    assert found.value[2] == pytest.approx(1.5 * variance**2, rel=1e-13, abs=0)
    # the same three preactivations written in three dimensions without bias
    vectors = np.column_stack([1.1 / np.sqrt(10) * points[:3], np.full(3, 0.5)])
    triangular = np.linalg.cholesky(vectors @ vectors.T)
    same = ReLUMoments(ReLUNet(1, 1.0, 0.0, 3), np.sqrt(3) * triangular).moments(np.array([[0, 0, 1, 2]]))
    assert found.value[0] == pytest.approx(same.value[0], rel=1e-12, abs=0)


@pytest.mark.parametrize("gap", [0.3, 1e-2, 1e-4])
def test_relu_polygon_error_is_honest_for_thin_polygons(gap):
    """With the pole along the thin direction the sector is |t| < t_max(ψ): a smooth double integral."""
    vectors = np.array([[1.0, 0.0, gap], [-1.0, 0.0, gap], [0.0, 1.0, 0.3]])

    def integrand(t, psi):
        across = np.sqrt(1 - t * t)
        unit = np.array([t, across * np.cos(psi), across * np.sin(psi)])
        forms = vectors @ unit
        return forms[0] * forms[1] * forms[2] ** 2

    def edge(psi):
        return gap * np.sin(psi) / np.sqrt(1 + (gap * np.sin(psi)) ** 2)

    last = pi - np.arctan(1 / 0.3)
    exact = 15 / (4 * pi) * dblquad(integrand, 0, last, lambda p: -edge(p), edge, epsabs=0, epsrel=1e-11)[0]
    found = polygon_moments(vectors, np.array([[0, 1, 2, 2]]))
    assert abs(found.value[0] - exact) <= found.error[0] + 1e-10 * exact
    assert found.error[0] < 1e-12 * exact


# Gauss and Cos


@mpmath.workdps(40)
def gauss_moment_by_pairs(net, x):
    """Log-normal: E Π e^{y_i} = exp(Σ mean + ½ Σ_ij cov), 40 digits."""
    sb2, slope = mpmath.mpf(net.sigma_b) ** 2, mpmath.mpf(net.sigma_w) ** 2 / net.d_in
    x = [[mpmath.mpf(float(c)) for c in p] for p in x]
    mean = sum(-sb2 - slope * sum(c * c for c in p) for p in x)
    cov = sum(sb2 + slope * sum(a * b for a, b in zip(p, q, strict=True)) for p in x for q in x)
    return mpmath.exp(mean + cov / 2)


@pytest.mark.parametrize("net", [GaussNet(1), GaussNet(1, 0.83, 0.4, 2), GaussNet(1, 2.0, 0.1, 3)])
@pytest.mark.parametrize("order", [4, 6, 8])
def test_gauss_moments_in_high_precision_lie_within_the_error(net, order):
    points = np.random.default_rng(order).normal(size=(order, net.d_in))
    found = feature_moments(net, points, order).moments(np.arange(order)[None])
    exact = float(gauss_moment_by_pairs(net, points))
    assert abs(found.value[0] - exact) <= found.error[0]
    assert found.error[0] <= 1e-12 * exact


def test_gauss_moments_beyond_floating_point_are_refused():
    with pytest.raises(NotAvailable, match="beyond floating point"):
        feature_moments(GaussNet(1, sigma_b=9.0), np.zeros((1, 1)), 6).moments(
            np.zeros((1, 6), dtype=np.int64)
        )


def test_cos_moments_by_expanding_the_product():
    """Π cos = 2^(−n) Σ_ε cos(Σ ε_i z_i) over all signs; the phase average keeps Σε = 0."""
    net = CosNet(1, 1.1, 1.0, 2)
    found = feature_moments(net, PLANE, 4).moments(np.array([[0, 1, 2, 3]]))
    exact = 0.0
    for pair in combinations(range(4), 2):
        signs = np.where(np.isin(range(4), pair), 1.0, -1.0)
        exact += np.exp(-(1.1**2) / 4 * np.sum((signs @ PLANE) ** 2)) / 16
    assert found.value[0] == pytest.approx(exact, rel=1e-14, abs=0)
