"""Kernels from functions: the same integrals as with ours, measured growth, refusals."""

import numpy as np
import pytest
from scipy.integrate import quad

from diagrams.diagram import Diagram
from numerics.domains import Box, WholeSpace
from numerics.errors import DivergentIntegral, InvalidKernel, InvalidNetwork
from numerics.integration import integrate
from numerics.jit import compiled
from numerics.kernel_checks import measured_growth
from numerics.kernels_arc import ErfKernel, ReLUKernel
from numerics.kernels_stationary import CosKernel, GaussKernel
from numerics.user_kernels import FunctionKernel

STAR = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
BUBBLE = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2,x5-x6")
INPUTS = np.array([[-0.4], [0.1], [0.5], [0.9], [-1.0], [1.0]])


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize(
    "kind", [ErfKernel, ReLUKernel, lambda d_in: ReLUKernel(sigma_b=0.4, d_in=d_in), GaussKernel, CosKernel]
)
def test_measured_growth(kind, d):
    kernel = kind(d_in=d)
    assert measured_growth(kernel) == (kernel.ray_growth, kernel.self_growth)


@pytest.mark.parametrize("diagram", [STAR, BUBBLE], ids=lambda diagram: diagram.edge_string)
def test_same_integral_as_the_built_in_kernel(diagram):
    ours = ErfKernel(sigma_b=0.6)
    theirs = FunctionKernel(lambda x, y: ours.weight(x, y), bias_variance=0.36)
    points = INPUTS[: diagram.n_external]
    want = integrate(diagram, ours, points, Box(30.0))
    found = integrate(diagram, theirs, points, Box(30.0))
    assert abs(found.value - want.value) <= found.error + want.error
    assert found.error <= 1e-9 * abs(want.value)


@compiled
def exponential(x, y):
    return np.exp(-abs(x[0] - y[0]))


def test_a_compiled_scalar_with_kinks():
    """Covariance of the Ornstein–Uhlenbeck process: a free particle on a line."""
    kernel = FunctionKernel(exponential, scalar=True, kinks_at_points=True)
    found = integrate(STAR, kernel, INPUTS[:4], Box(20.0))
    want, _ = quad(
        lambda y: np.exp(-np.sum(np.abs(INPUTS[:4, 0] - y))), -20, 20, points=INPUTS[:4, 0], epsabs=1e-13
    )
    assert abs(found.value - want) <= found.error + 1e-12
    assert found.error <= 1e-9 * want


def test_divergence_is_seen_from_measured_growth():
    kernel = FunctionKernel(lambda x, y: 1.0 + x @ y.T, d_in=2)
    with pytest.raises(DivergentIntegral, match=r"like Λ\^6"):
        integrate(STAR, kernel, np.ones((4, 2)), WholeSpace())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, y: np.where(x > y.T + 3.0, np.nan, 1.0), "NaN or infinite"),
        (lambda x, y: np.ones(3), r"shape \(3,\)"),
        (lambda x, y: np.full((len(x), len(y)), np.inf), "NaN or infinite"),
    ],
)
def test_bad_values_are_refused(function, message):
    def use():
        kernel = FunctionKernel(function, ray_growth=0.0, self_growth=0.0)
        integrate(STAR, kernel, INPUTS[:4], Box(20.0))

    with pytest.raises(InvalidKernel, match=message):
        use()


def test_growth_that_is_no_power():
    with pytest.raises(InvalidKernel, match="no clear power"):
        FunctionKernel(lambda x, y: np.abs(x) ** 0.4 * np.abs(y.T) ** 0.4)


@pytest.mark.parametrize("wrong", [{"d_in": 0}, {"bias_variance": -1.0}, {"length_scale": 0.0}])
def test_numbers_out_of_range(wrong):
    with pytest.raises(InvalidNetwork):
        FunctionKernel(lambda x, y: x @ y.T, **wrong)
