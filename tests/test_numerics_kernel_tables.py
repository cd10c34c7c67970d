"""Compiled forms of the kernels against 40-digit formulas and against the array forms."""

import mpmath as mp
import numpy as np
import pytest

from numerics.errors import InvalidPoints
from numerics.integrals.evaluate.backends import NumbaBackend, NumpyBackend
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.scalar import angle, erf_kernel, gaussian_kernel, relu_kernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.kernels.tables import weight_table

KERNELS = [
    kind(sigma_w=w, sigma_b=b, d_in=d)
    for kind in (ErfKernel, ReLUKernel)
    for w, b in ((1.0, 1.0), (1.3, 0.0), (0.7, 0.2))
    for d in (1, 2, 3)
]


def exact(kernel, x, y):
    """K_W from the textbook formulas (Williams 1998; Cho and Saul 2009), with digits to spare."""
    with mp.workdps(60):
        w, b = mp.mpf(kernel.sigma_w) ** 2 / len(x), mp.mpf(kernel.sigma_b) ** 2

        def dot(u, v):
            return b + w * mp.fsum(mp.mpf(float(p)) * mp.mpf(float(q)) for p, q in zip(u, v, strict=True))

        cxx, cyy, cxy = dot(x, x), dot(y, y), dot(x, y)
        sw2 = mp.mpf(kernel.sigma_w) ** 2
        if isinstance(kernel, ErfKernel):
            return 2 * sw2 / mp.pi * mp.asin(2 * cxy / mp.sqrt((1 + 2 * cxx) * (1 + 2 * cyy)))
        if cxx * cyy == 0:
            return mp.mpf(0)
        theta = mp.acos(min(1, max(-1, cxy / mp.sqrt(cxx * cyy))))
        return sw2 / (2 * mp.pi) * mp.sqrt(cxx * cyy) * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta))


def awkward_points(d, rng):
    """Ordinary, far, coincident, opposite and vanishing inputs."""
    x = rng.normal(size=(6, d))
    return np.concatenate([x, -x, -x * (1 + 1e-6), 1e3 * x, np.zeros((1, d)), 1e-4 * x + x[0]])


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_tables_to_all_digits(kernel):
    rng = np.random.default_rng(5)
    y = awkward_points(kernel.d_in, rng)
    x = y[[0, 3, 9, -1, 24]]
    table = weight_table(kernel, x, y)
    scale = np.sqrt(np.outer(kernel.weight_diagonal(x), kernel.weight_diagonal(y)))
    want = np.array([[float(exact(kernel, a, b)) for b in y] for a in x])
    assert np.all(np.abs(table - want) <= 4e-16 * (scale + np.abs(want)))


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_scalar_forms_equal_tables(kernel):
    y = awkward_points(kernel.d_in, np.random.default_rng(6))
    scalar = erf_kernel if isinstance(kernel, ErfKernel) else relu_kernel
    want = kernel.weight(y[:4], y)
    scale = np.sqrt(np.outer(kernel.weight_diagonal(y[:4]), kernel.weight_diagonal(y)))
    got = np.array([[scalar(a, b, kernel.sigma_w, kernel.sigma_b) for b in y] for a in y[:4]])
    assert np.all(np.abs(got - want) <= 4e-16 * (scale + np.abs(want)))


@pytest.mark.parametrize("kernel", [GaussKernel(1.3, d_in=2), CosKernel(0.7, 1.9, d_in=3)], ids=str)
def test_scalar_gaussians(kernel):
    y = np.random.default_rng(7).normal(size=(9, kernel.d_in))
    got = [[gaussian_kernel(a, b, *kernel.gaussian) for b in y] for a in y]
    np.testing.assert_allclose(got, kernel.weight(y, y), rtol=1e-15)


def test_almost_opposite_inputs_keep_their_digits():
    x, y = np.array([1.0, 1e-3]), np.array([-1.0, 0.0])
    with mp.workdps(40):
        want = mp.mpf("0.83") ** 4 / (4 * mp.pi) * (mp.mpf("1e-3") - mp.atan(mp.mpf("1e-3")))
    assert relu_kernel(x, y, 0.83, 0.0) == pytest.approx(float(want), rel=4e-15, abs=0)


def test_angle_over_all_sizes():
    a, b = np.meshgrid(np.geomspace(1e-12, 1e12, 301), np.array([0.4, 1.0, 2.6]))
    got = np.vectorize(angle)(a, b)
    np.testing.assert_allclose(got, np.arctan2(a, b), rtol=4e-16)
    assert angle(1.0, 0.0) == np.pi / 2
    assert angle(0.0, 1.0) == 0.0


def test_blocks_do_not_show():
    kernel = ErfKernel(d_in=2)
    x, y = np.random.default_rng(8).normal(size=(3, 2)), np.random.default_rng(9).normal(size=(1301, 2))
    whole = weight_table(kernel, x, y)
    np.testing.assert_array_equal(whole[:, 700:900], weight_table(kernel, x, y[700:900]))
    np.testing.assert_allclose(NumbaBackend().kernel_table(kernel, x, y), kernel.weight(x, y), rtol=1e-12)
    np.testing.assert_array_equal(NumpyBackend().kernel_table(kernel, x, y), kernel.weight(x, y))


def test_points_of_the_wrong_dimension():
    with pytest.raises(InvalidPoints, match="input dimension 2"):
        weight_table(ErfKernel(d_in=2), np.zeros((1, 2)), np.zeros((4, 3)))
