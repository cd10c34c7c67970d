"""Kernels from functions: the same integrals as with ours, measured growth, refusals."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad

from diagrams.diagram import Diagram
from numerics.errors import DivergentIntegral, InvalidKernel, InvalidNetwork
from numerics.integrals.integrator import integrate, predict, vertex_tensor
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.checks import measured_growth
from numerics.kernels.own import FunctionKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.machine.jit import compiled

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


@compiled
def exponential_in_the_plane(x, y):
    return np.exp(-abs(x[0] - y[0]) - abs(x[1] - y[1]))


@compiled
def one_plus_product(x, y):
    return 1.0 + x[0] * y[0]


def test_a_compiled_scalar_with_kinks():
    """Covariance of the Ornstein–Uhlenbeck process: a free particle on a line."""
    kernel = FunctionKernel(exponential, scalar=True, kinks_at_points=True)
    found = integrate(STAR, kernel, INPUTS[:4], Box(20.0))
    want, _ = quad(
        lambda y: np.exp(-np.sum(np.abs(INPUTS[:4, 0] - y))), -20, 20, points=INPUTS[:4, 0], epsabs=1e-13
    )
    assert abs(found.value - want) <= found.error + 1e-12
    assert found.error <= 1e-9 * want


def test_a_compiled_scalar_equals_the_python_one_and_the_array_form():
    """Tables and the diagonal, in the plane; the compiled loop takes the function as an argument."""
    forms = [
        FunctionKernel(lambda x, y: np.exp(-np.abs(x[:, None] - y[None]).sum(axis=2)), 2),
        FunctionKernel(exponential_in_the_plane, 2, scalar=True),
        FunctionKernel(exponential_in_the_plane.py_func, 2, scalar=True),
    ]
    x, y = np.random.default_rng(2).normal(size=(2, 40, 2))
    want = forms[0].weight(x, y)
    for kernel in forms[1:]:
        np.testing.assert_allclose(kernel.weight(x[::2], y), want[::2], rtol=1e-15)
        np.testing.assert_array_equal(kernel.weight_diagonal(y[:, ::-1]), np.ones(40))
        assert kernel.length_scale == forms[0].length_scale
    assert FunctionKernel(one_plus_product, scalar=True).weight_diagonal(np.array([[3.0]])).tolist() == [10.0]


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


def test_a_kernel_that_grows_too_fast_to_be_measured():
    """exp(x y), the kernel of a Segal–Bargmann space: nothing is wrong with it in a box."""
    with pytest.raises(InvalidKernel, match="declare ray_growth"):
        FunctionKernel(lambda x, y: np.exp(x @ y.T))
    kernel = FunctionKernel(lambda x, y: np.exp(x @ y.T), ray_growth=0.0, self_growth=0.0)
    total = float(INPUTS[:4].sum())
    found = integrate(STAR, kernel, INPUTS[:4], Box(3.0))
    assert abs(found.value - 2.0 * np.sinh(3.0 * total) / total) <= found.error


def test_growth_that_is_no_power():
    with pytest.raises(InvalidKernel, match="no clear power"):
        FunctionKernel(lambda x, y: np.abs(x) ** 0.4 * np.abs(y.T) ** 0.4)


@pytest.mark.parametrize("length", [1e-3, 0.02, 1.0, 50.0])
@pytest.mark.parametrize("diagram", [STAR, BUBBLE], ids=lambda diagram: diagram.edge_string)
def test_the_length_of_a_kernel_is_measured(diagram, length):
    """Of a narrow kernel a grid of unit size sees nothing at all, and would report zero without an error."""
    kernel = FunctionKernel(lambda x, y: np.exp(-((x - y.T) ** 2) / (2 * length**2)))
    assert kernel.length_scale == pytest.approx(length, rel=0.3)
    assert kernel.kinks(np.zeros((1, 1)))[0].size == 0
    ours = GaussKernel(1.0 / length, 0.0)
    points = length * INPUTS[: diagram.n_external]
    lines = sum(power for *_, power in diagram.lines)
    want = integrate(diagram, ours, points, WholeSpace()).value * length ** (2 * lines)
    found = integrate(diagram, kernel, points, Box(20.0 * length))
    assert abs(found.value - want) <= found.error + 1e-12 * abs(want)
    assert found.error <= 1e-8 * abs(want)


@pytest.mark.parametrize("length", [1e-3, 0.1, 30.0])
def test_kinks_are_measured(length):
    kernel = FunctionKernel(lambda x, y: np.exp(-np.abs(x - y.T) / length))
    assert kernel.kinks(np.array([[0.3]]))[0].tolist() == [0.3]
    found = integrate(STAR, kernel, [0.3] * 4, Box(10.0))
    want = length / 4 * (2 - np.exp(-4 * 9.7 / length) - np.exp(-4 * 10.3 / length))
    assert abs(found.value - want) <= found.error
    assert found.error <= 1e-9 * want


def test_a_kernel_is_checked_at_the_inputs():
    """Fine near the origin, where a new kernel is looked at, and wrong at the inputs."""
    far = np.array([[30.0], [31.0]])
    skew = FunctionKernel(lambda x, y: np.where((x > 20) & (x < y.T), 0.5, 1.0) * np.exp(-((x - y.T) ** 2)))
    indefinite = FunctionKernel(
        lambda x, y: np.exp(-((x - y.T) ** 2)) + 9.0 * ((x > 20) & (y.T > 20) & (x != y.T))
    )
    narrow = FunctionKernel(lambda x, y: np.exp(-((x - y.T) ** 2) * (1.0 + (x * y.T / 25) ** 8)))
    for kernel, message in ((skew, "not symmetric"), (indefinite, "not positive"), (narrow, "length_scale=")):
        assert integrate(STAR, kernel, INPUTS[:4], Box(2.0)).value > 0.0
        with pytest.raises(InvalidKernel, match=message):
            vertex_tensor(STAR, kernel, far, Box(50.0))
        with pytest.raises(InvalidKernel, match=message):
            predict([(STAR, Fraction(1), {})], kernel, far, Box(50.0))


def test_a_declared_length_is_checked():
    kernel = FunctionKernel(lambda x, y: np.exp(-((x - y.T) ** 2) * 1e6), length_scale=1.0)
    with pytest.raises(InvalidKernel, match=r"changes over 0\.00"):
        integrate(STAR, kernel, INPUTS[:4], Box(2.0))


@pytest.mark.parametrize("wrong", [{"d_in": 0}, {"bias_variance": -1.0}, {"length_scale": 0.0}])
def test_numbers_out_of_range(wrong):
    with pytest.raises(InvalidNetwork):
        FunctionKernel(lambda x, y: x @ y.T, **wrong)
