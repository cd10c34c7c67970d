"""Kernels against textbook forms in high precision, against integrals of features, and at the edges."""

from itertools import pairwise
from math import pi

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from numerics.errors import InvalidPoints
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import determinant
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet

KERNELS = [
    ErfKernel(1.3, 0.6, 2),
    ErfKernel(0.8, 0.0, 1),
    ReLUKernel(0.7, 0.4, 3),
    ReLUKernel(1.4, 0.0, 2),
    GaussKernel(0.9, 0.5, 2),
    CosKernel(1.2, 0.8, 3),
]


def label(kernel):
    return f"{type(kernel).__name__}-d{kernel.d_in}-b{kernel.bias_variance:.2f}"


def points_of(kernel, n, seed=5):
    return np.random.default_rng(seed).normal(size=(n, kernel.d_in))


@mpmath.workdps(60)
def textbook(kernel, x, y):
    """K_W in the arcsin/arccos/exp forms of the literature, 60 digits."""
    x, y = [mpmath.mpf(float(u)) for u in x], [mpmath.mpf(float(u)) for u in y]
    sw, d = mpmath.mpf(kernel.sigma_w), kernel.d_in
    if isinstance(kernel, GaussKernel | CosKernel):
        amplitude = sw**2 if isinstance(kernel, GaussKernel) else mpmath.mpf(kernel.sigma_a) ** 2 / 2
        return amplitude * mpmath.exp(
            -(sw**2) * sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / (2 * d)
        )
    sb = mpmath.mpf(kernel.sigma_b)
    cxx, cyy, cxy = (
        sb**2 + sw**2 * sum(a * b for a, b in zip(u, v, strict=True)) / d for u, v in ((x, x), (y, y), (x, y))
    )
    if isinstance(kernel, ErfKernel):
        return 2 * sw**2 / mpmath.pi * mpmath.asin(2 * cxy / mpmath.sqrt((1 + 2 * cxx) * (1 + 2 * cyy)))
    theta = mpmath.acos(cxy / mpmath.sqrt(cxx * cyy))
    return (
        sw**2 / (2 * mpmath.pi) * mpmath.sqrt(cxx * cyy)
        * (mpmath.sin(theta) + (mpmath.pi - theta) * mpmath.cos(theta))
    )  # fmt: skip


@pytest.mark.parametrize("kernel", KERNELS, ids=label)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_kernel_equals_the_textbook_form(kernel, scale):
    x, y = scale * points_of(kernel, 4), scale * points_of(kernel, 5, seed=6)
    found = kernel.weight(x, y)
    exact = np.array([[float(textbook(kernel, a, b)) for b in y] for a in x])
    np.testing.assert_allclose(
        found, exact, rtol=3e-13 if isinstance(kernel, GaussKernel | CosKernel) else 5e-14
    )


def gaussian_pair_average(net, x, y):
    """E[s(x) s(y)] by quadrature over the two preactivations, without using the kernel or its formulas."""
    vectors = [np.append(net.sigma_w / np.sqrt(net.d_in) * p, net.hidden_bias_deviation) for p in (x, y)]
    # an orthonormal basis (e, f) of the plane of the two parameter vectors
    (u, v) = vectors
    e = u / np.linalg.norm(u)
    rest = v - (v @ e) * e
    f = rest / np.linalg.norm(rest)
    coordinates = np.array([[w @ e, w @ f] for w in vectors])
    if isinstance(net, ReLUNet):
        # E = ∫ r³ e^(−r²/2) dr = 2 times the average over the angle
        kinks = [(np.arctan2(c[1], c[0]) + s) % (2 * pi) for c in coordinates for s in (pi / 2, -pi / 2)]

        def integrand(phi):
            return np.prod(np.maximum(coordinates @ [np.cos(phi), np.sin(phi)], 0.0))

        return 2 * quad(integrand, 0, 2 * pi, points=kinks, epsabs=1e-13, epsrel=1e-13)[0] / (2 * pi)
    g, w = np.polynomial.hermite_e.hermegauss(140)
    w = w / w.sum()
    z = np.einsum("ck,kab->cab", coordinates, np.array(np.meshgrid(g, g, indexing="ij")))
    # preactivation z of W·x + b as the "bias" of a neuron with zero weights
    s = [
        net.features(np.zeros((z[i].size, net.d_in)), z[i].ravel(), p[None])[:, 0].reshape(z[i].shape)
        for i, p in enumerate((x, y))
    ]
    return w @ (s[0] * s[1]) @ w


@pytest.mark.parametrize(
    "net",
    [ErfNet(1, 1.3, 0.6, 2), ErfNet(1, 0.9, 0.8, 1), ReLUNet(1, 0.7, 0.4, 3), GaussNet(1, 0.9, 0.5, 2)],
    ids=lambda net: f"{net.name}-d{net.d_in}",
)
def test_kernel_equals_the_gaussian_integral_of_the_features(net):
    x = points_of(net.kernel, 3)
    k = net.kernel.weight(x, x)
    for i in range(3):
        for j in range(i):
            expected = net.weight_variance * gaussian_pair_average(net, x[i], x[j])
            assert k[i, j] == pytest.approx(expected, rel=1e-11, abs=0)


def test_cos_kernel_equals_the_average_over_momenta_and_phases():
    net = CosNet(1, 1.2, 0.8, 1)
    x = np.array([[0.3], [-0.8]])
    g, w = np.polynomial.hermite_e.hermegauss(60)
    phases = 2 * pi * np.arange(16) / 16
    momenta, offsets = (1.2 * np.repeat(g, 16))[:, None], np.tile(phases, 60)
    s = net.features(momenta, offsets, x)
    mean = np.repeat(w / w.sum(), 16) / 16 @ (s[:, 0] * s[:, 1])
    assert net.kernel.weight(x, x)[0, 1] == pytest.approx(0.8**2 * mean, rel=1e-13, abs=0)


@pytest.mark.parametrize("kernel", KERNELS, ids=label)
def test_diagonal_symmetry_and_bias(kernel):
    x = points_of(kernel, 30)
    k = kernel.weight(x, x)
    np.testing.assert_allclose(np.diag(k), kernel.weight_diagonal(x), rtol=4e-16)
    np.testing.assert_allclose(k, k.T, rtol=4e-16, atol=1e-18)
    np.testing.assert_array_equal(kernel.full(x, x), k + kernel.bias_variance)
    assert np.linalg.eigvalsh(k)[0] > -1e-13 * np.linalg.eigvalsh(k)[-1]


@pytest.mark.parametrize("kernel", KERNELS, ids=label)
def test_gaussian_form_is_declared_exactly_where_it_holds(kernel):
    x, y = points_of(kernel, 3), points_of(kernel, 4, seed=9)
    if kernel.gaussian is None:
        assert isinstance(kernel, ErfKernel | ReLUKernel)
        return
    amplitude, curvature = kernel.gaussian
    squares = np.sum((x[:, None] - y[None]) ** 2, axis=2)
    np.testing.assert_allclose(kernel.weight(x, y), amplitude * np.exp(-curvature * squares / 2), rtol=1e-14)


def test_points_of_another_dimension_are_refused():
    with pytest.raises(InvalidPoints, match="input dimension 2"):
        ErfKernel(d_in=2).weight(np.zeros((1, 1)), np.zeros((1, 1)))
    with pytest.raises(InvalidPoints, match="shape"):
        ReLUKernel().weight_diagonal(np.zeros(3))


# Edge cases: literal forms of these give nan or lose all digits.


@pytest.mark.parametrize(
    ("x", "y"), [([1e4], [1e4 + 1e-8]), ([3e5, 1.0], [3e5, 1.25]), ([0.1, 0.2, 0.3], [0.1, 0.2, 0.3000001])]
)
def test_determinant_has_no_cancellation(x, y):
    found = determinant(np.array([x]), np.array([y]), 1.1, 1e-3)[0, 0]
    assert found == pytest.approx(float(textbook_determinant(x, y, 1.1, 1e-3)), rel=1e-8, abs=0)
    literal = determinant_by_subtraction(x, y, 1.1, 1e-3)
    assert abs(literal / found - 1) > 1e-6  # what the textbook form would have given


def determinant_by_subtraction(x, y, sw, sb):
    x, y = np.array(x), np.array(y)
    cxx, cyy, cxy = (sb**2 + sw**2 * u @ v / len(u) for u, v in ((x, x), (y, y), (x, y)))
    return cxx * cyy - cxy**2


@mpmath.workdps(60)
def textbook_determinant(x, y, sw, sb):
    def c(u, v):
        dot = sum(mpmath.mpf(float(a)) * mpmath.mpf(float(b)) for a, b in zip(u, v, strict=True))
        return mpmath.mpf(sb) ** 2 + mpmath.mpf(sw) ** 2 * dot / len(u)

    return c(x, x) * c(y, y) - c(x, y) ** 2


@mpmath.workdps(60)
def test_relu_near_antiparallel_keeps_its_digits():
    found = ReLUKernel(sigma_w=0.83, d_in=2).weight(np.array([[1.0, 1e-3]]), np.array([[-1.0, 0.0]]))[0, 0]
    tangent = mpmath.mpf("1e-3")
    exact = mpmath.mpf("0.83") ** 4 / (4 * mpmath.pi) * (tangent - mpmath.atan(tangent))
    assert found == pytest.approx(float(exact), rel=2e-15, abs=0)


@pytest.mark.parametrize("tilt", [1e-8, 1e-5, 1e-2, 0.1, 0.2499, 0.2501, 0.5, 2.0])
def test_relu_series_joins_the_closed_form(tilt):
    kernel = ReLUKernel(d_in=2)
    x, y = np.array([[1.0, tilt]]), np.array([[-1.0, 0.0]])
    assert kernel.weight(x, y)[0, 0] == pytest.approx(float(textbook(kernel, x[0], y[0])), rel=5e-15, abs=0)


def test_relu_at_the_origin_and_opposite_points_is_zero():
    kernel = ReLUKernel()
    x = np.array([[0.0], [0.7], [-0.3]])
    np.testing.assert_allclose(kernel.weight(x, x), np.diag([0.0, 0.7**2 / 2, 0.3**2 / 2]), rtol=4e-16)


def test_relu_matrix_of_same_sign_points_has_rank_one():
    x = np.array([[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]])
    k = ReLUKernel().weight(x, x)
    np.testing.assert_allclose(k, x @ x.T / 2, rtol=1e-15)
    lengths = np.linalg.svd(k, compute_uv=False)
    assert lengths[1] < 1e-15 * lengths[0]


@pytest.mark.parametrize(
    "kernel", [ErfKernel(1.1, 0.3, 3), ReLUKernel(1.1, 0.3, 3), ReLUKernel(1.1, 0.0, 3)], ids=label
)
def test_coincident_points_never_give_nan(kernel):
    x = points_of(kernel, 2000) * 10.0 ** np.random.default_rng(1).uniform(-6, 6, size=(2000, 1))
    diagonal = np.array([kernel.weight(p[None], p[None])[0, 0] for p in x])
    np.testing.assert_allclose(diagonal, kernel.weight_diagonal(x), rtol=1e-15)


@pytest.mark.parametrize("far", [1e3, 1e6, 1e9])
def test_erf_far_out_keeps_its_digits(far):
    kernel = ErfKernel(1.0, 1.0, 2)
    x, y = np.array([[far, 0.3 * far]]), np.array([[1.1 * far, 0.2 * far], [0.3, -0.4], [-far, far]])
    exact = [float(textbook(kernel, x[0], p)) for p in y]
    np.testing.assert_allclose(kernel.weight(x, y)[0], exact, rtol=1e-14)


def test_erf_limit_along_a_ray():
    kernel = ErfKernel(1.3, 0.6, 2)
    x, direction = np.array([[0.4, -0.7]]), np.array([[0.6, 0.8]])
    t = 1.3 / np.sqrt(2) * (x @ direction.T)
    cxx = 0.6**2 + 1.3**2 / 2 * np.sum(x**2)
    limit = 2 * 1.3**2 / pi * np.arctan(np.sqrt(2) * t / np.sqrt(1 + 2 * cxx - 2 * t**2))
    np.testing.assert_allclose(kernel.weight(x, 1e8 * direction), limit, rtol=1e-7)


@pytest.mark.parametrize("kernel", KERNELS, ids=label)
def test_declared_growth_is_the_measured_one(kernel):
    direction = np.ones((1, kernel.d_in)) / np.sqrt(kernel.d_in)
    x = np.full((1, kernel.d_in), 0.5)
    near, far = 1e5 * direction, 1e7 * direction
    ratio = kernel.weight_diagonal(far) / kernel.weight_diagonal(near)
    assert np.log10(ratio[0]) / 2 == pytest.approx(kernel.self_growth, abs=1e-4)
    if kernel.ray_growth is None:
        assert kernel.weight(x, near)[0, 0] == 0.0
    else:
        ratio = kernel.weight(x, far) / kernel.weight(x, near)
        assert np.log10(ratio[0, 0]) / 2 == pytest.approx(kernel.ray_growth, abs=1e-4)


def test_relu_without_bias_is_homogeneous():
    kernel = ReLUKernel(1.2, 0.0, 3)
    x, y = points_of(kernel, 4), points_of(kernel, 5, seed=8)
    np.testing.assert_allclose(kernel.weight(x, 7.5 * y), 7.5 * kernel.weight(x, y), rtol=1e-13)


def legendre(function, edges, n=40):
    """Integrate piece by piece; smooth pieces converge to rounding, a kink inside one shows."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    total = 0.0
    for a, b in pairwise(edges):
        total += (b - a) / 2 * weights @ function((a + b) / 2 + (b - a) / 2 * nodes)
    return total


@pytest.mark.parametrize("sigma_b", [0.0, 0.8])
def test_relu_is_smooth_between_its_declared_kinks(sigma_b):
    kernel = ReLUKernel(1.0, sigma_b, 1)
    x = np.array([[-0.61], [0.37]])
    (kinks,) = kernel.kinks(x)
    np.testing.assert_array_equal(kinks, [0.0] if sigma_b == 0 else [-0.61, 0.37])

    def values(y):
        return kernel.weight(x, y[:, None]).prod(axis=0) + kernel.weight(x, y[:, None]).sum(axis=0)

    edges = [-1.0, *kinks, 1.0]
    assert legendre(values, edges, 40) == pytest.approx(legendre(values, edges, 30), rel=1e-12, abs=0)
    # and the kinks are really there
    assert abs(legendre(values, [-1.0, 1.0], 40) / legendre(values, edges, 40) - 1) > 1e-9


def test_relu_in_the_plane_is_smooth_between_its_rays():
    kernel = ReLUKernel(1.0, 0.0, 2)
    x = np.array([[0.5, 0.1], [0.2, 0.04], [-0.3, 0.6], [0.0, 0.0]])
    rays = kernel.kink_rays(x)
    assert rays.shape == (4, 2)  # the first two points are parallel, the last has no direction
    angles = np.sort(np.arctan2(rays[:, 1], rays[:, 0]))
    edges = np.append(angles, angles[0] + 2 * pi)

    def values(phi):
        return kernel.weight(x, np.column_stack([np.cos(phi), np.sin(phi)])).sum(axis=0)

    assert legendre(values, edges, 40) == pytest.approx(legendre(values, edges, 30), rel=1e-13, abs=0)
    assert abs(legendre(values, [0.0, 2 * pi], 40) / legendre(values, edges, 40) - 1) > 1e-7


@pytest.mark.parametrize("kernel", KERNELS, ids=label)
def test_only_relu_has_kinks(kernel):
    x = points_of(kernel, 3)
    assert len(kernel.kinks(x)) == kernel.d_in
    has_kinks = any(len(axis) for axis in kernel.kinks(x))
    assert has_kinks == isinstance(kernel, ReLUKernel)
    assert (len(kernel.kink_rays(x)) > 0) == (isinstance(kernel, ReLUKernel) and kernel.sigma_b == 0)


def test_erf_length_scale_is_the_distance_of_the_nearest_branch_point():
    """1 + 2C_xx + 2C_yy + 4 det vanishes at y = i·length for x = 0, and for no x nearer to the real axis."""
    sw, sb, d = 1.4, 0.9, 3
    length = ErfKernel(sw, sb, d).length_scale
    slope, b = sw**2 / d, sb**2
    for x in np.linspace(-4, 4, 33):
        # quadratic in y along one axis: 1 + 4b + 2 slope (x² + y²) + 4 b slope (x − y)²
        quadratic = [2 * slope + 4 * b * slope, -8 * b * slope * x, 1 + 4 * b + (2 + 4 * b) * slope * x**2]
        nearest = np.min(np.abs(np.roots(quadratic).imag))
        assert nearest > length * (1 - 1e-12)
        if x == 0:
            assert nearest == pytest.approx(length, rel=1e-12, abs=0)
    assert GaussKernel(sw, sb, d).length_scale == pytest.approx(1 / np.sqrt(slope))
    assert ReLUKernel(sw, 0.0, d).length_scale is None
