"""FAULTS K1 and L: kernels cost linearly in the input dimension, and refuse what is no finite real number."""

import mpmath as mp
import numpy as np
import pytest

import nnft_sym as nn
from numerics.kernels.base import squared_area
from numerics.kernels.scalar import erf_kernel, relu_kernel
from numerics.kernels.scalar import squared_area as scalar_area
from numerics.kernels.tables import weight_table

#: A sum over pairs of so many axes does not end while anybody waits.
AXES = 50_000


def sum_over_pairs(x, y):
    """The double sum Σ_{k<l} (x_k y_l − x_l y_k)²."""
    outer = np.multiply.outer(x, y)
    return 0.5 * np.sum((outer - outer.T) ** 2)


def pairs(d_in, rng):
    """Pairs in general position, nearly parallel, nearly opposite, equal, of very different lengths."""
    x = rng.normal(size=d_in)
    yield x, rng.normal(size=d_in)
    for sign in (1.0, -1.0):
        for delta in (1e-3, 1e-8, 1e-13):
            yield x, sign * x + delta * rng.normal(size=d_in)
            yield x, sign * 1e4 * (x + delta * rng.normal(size=d_in))
    yield x, x
    yield x, -x
    yield x, 3 * x
    yield x, np.zeros(d_in)
    yield np.zeros(d_in), np.zeros(d_in)


def test_twenty_points_in_many_dimensions_depend_on_covariances_only():
    """FAULTS K1: took 51 s with 3072 axes, and hours with these.

    In 20 dimensions that hold all the points, K is the same function of x·y.
    """
    x = np.random.default_rng(0).normal(size=(20, AXES))
    found = nn.ErfNet(10, 1.5, 0.05, AXES).kernel.full(x, x)
    rotated = np.linalg.qr(x.T)[1].T * np.sqrt(20 / AXES)
    small = nn.ErfNet(10, 1.5, 0.05, 20).kernel.full(rotated, rotated)
    np.testing.assert_allclose(found, small, rtol=0, atol=1e-13 * small.max())


@pytest.mark.parametrize("d_in", [1, 2, 7, 8, 9, 10, 64])
@pytest.mark.parametrize("net", [nn.ErfNet, nn.ReLUNet])
def test_kernels_agree_with_the_double_sum(d_in, net):
    network = net(1, 1.5, 0.05, d_in)
    kernel, scalar = network.kernel, erf_kernel if net is nn.ErfNet else relu_kernel
    for x, y in pairs(d_in, np.random.default_rng(d_in)):
        c = network.sigma_b**2 + network.sigma_w**2 * (x @ y) / d_in
        own = [network.sigma_b**2 + network.sigma_w**2 * (z @ z) / d_in for z in (x, y)]
        slope = network.sigma_w**2 / d_in
        det = network.sigma_b**2 * slope * np.sum((x - y) ** 2) + slope**2 * sum_over_pairs(x, y)
        if net is nn.ErfNet:
            right = 2 * network.sigma_w**2 / np.pi * np.arctan2(2 * c, np.sqrt(1 + 2 * sum(own) + 4 * det))
        else:
            root = np.sqrt(det)
            right = network.sigma_w**2 / (2 * np.pi) * (root + (np.pi - np.arctan2(root, c)) * c)
        diagonal = np.sqrt(np.prod(kernel.weight_diagonal(np.array([x, y]))))
        found = [kernel.weight(x[None], y[None])[0, 0], weight_table(kernel, x[None], y[None])[0, 0]]
        found.append(scalar(x, y, network.sigma_w, network.sigma_b))
        np.testing.assert_allclose(found, right, rtol=0, atol=1e-14 * diagonal)


def test_areas_against_forty_digits():
    rng = np.random.default_rng(1)
    with mp.workdps(60):
        for x, y in pairs(40, rng):
            a, b = ([mp.mpf(float(value)) for value in z] for z in (x, y))
            right = mp.sqrt(abs(mp.fdot(a, a) * mp.fdot(b, b) - mp.fdot(a, b) ** 2))
            size = float(mp.sqrt(mp.fdot(a, a) * mp.fdot(b, b)))
            for found in (squared_area(x[None], y[None])[0, 0], scalar_area(x, y)):
                assert abs(np.sqrt(found) - float(right)) <= 4e-16 * size
            assert squared_area(y[None], x[None])[0, 0] == pytest.approx(
                squared_area(x[None], y[None])[0, 0], rel=1e-12, abs=1e-31 * size**2
            )


@pytest.mark.parametrize("net", [nn.ErfNet, nn.ReLUNet, nn.GaussNet, nn.CosNet])
@pytest.mark.parametrize(
    "bad",
    [
        np.array([[np.nan]]), np.array([[0.0], [np.inf]]), np.array([[1j]]), np.array([["a"]]), [[True]],
        np.ma.masked_array([[1.0], [2.0]], mask=[[True], [False]]), np.zeros((1, 2)), None, 3.0,
    ],
)  # fmt: skip
def test_kernels_refuse_what_is_no_point(net, bad):
    kernel, fine = net(3).kernel, np.zeros((1, 1))
    for call in (
        lambda: kernel.full(bad, fine),
        lambda: kernel.full(fine, bad),
        lambda: kernel.weight_diagonal(bad),
    ):
        with pytest.raises(nn.NNFTError):
            call()
