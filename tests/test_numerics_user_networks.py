"""Activations of the user: the same networks, kernels and exact moments as built-in ones."""

import math

import numba
import numpy as np
import pytest
import sympy
from scipy import integrate

from nnft_sym.errors import InvalidExpansion
from nnft_sym.symbolic.activations import symbolic_activation
from numerics.errors import InvalidNetwork
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.inference.comparison import compare
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.networks.own import ActivationNet
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.moments import moments_reference

LINE = [-1.0, -0.6, 0.2]
PLANE = [[0.3, -1.1], [0.8, 0.2], [-0.5, 0.9]]
Z = sympy.Symbol("z")


def own_erf(z):
    return math.erf(z)


@numba.njit
def hyperbolic(z):
    return math.tanh(z)


def rectified(z):
    return max(z, 0.0)


def imports_something(z):
    from math import tanh

    return tanh(z)


@pytest.mark.parametrize(("d_in", "points"), [(1, LINE), (2, PLANE)])
@pytest.mark.parametrize(("estimator", "precision", "accuracy"), [
    ("plain", "double", 1e-12), ("plain", "single", 5e-6), ("conditional", "double", 1e-12),
])  # fmt: skip
def test_own_erf_makes_the_networks_of_erf_net(d_in, points, estimator, precision, accuracy):
    pair = [
        Ensemble(network, points, seed=3, precision=precision, estimator=estimator).correlators(
            3001, orders=(2, 4), n_blocks=7
        )
        for network in (ActivationNet(5, own_erf, 1.3, 0.4, d_in), ErfNet(5, 1.3, 0.4, d_in))
    ]
    np.testing.assert_allclose(pair[0].origin.sums, pair[1].origin.sums, rtol=accuracy, atol=accuracy * 3001)


@pytest.mark.parametrize(
    ("d_in", "points"), [(1, LINE), (2, PLANE), (3, [[1.0, 2.0, -0.5], [0.3, 0.1, 1.0]])]
)
def test_own_erf_has_the_kernel_and_the_exact_correlators_of_erf_net(d_in, points):
    points = np.array(points, dtype=float).reshape(len(points), d_in)
    own, ours = ActivationNet(5, own_erf, 1.3, 0.4, d_in), ErfNet(5, 1.3, 0.4, d_in)
    expected = ours.kernel.full(points, 0.5 * points)
    np.testing.assert_allclose(own.kernel.full(points, 0.5 * points), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(
        own.kernel.weight_diagonal(points), ours.kernel.weight_diagonal(points), rtol=1e-12
    )
    orders = (2, 4, 6) if d_in == 1 else (4,)
    found, exact = exact_correlators(own, points, orders), exact_correlators(ours, points, orders)
    for order in orders:
        assert np.all(
            np.abs(found[order].value - exact[order].value) <= 1e-11 * np.abs(exact[order].value).max()
        )
        difference = np.abs(found.connected()[order].value - exact.connected()[order].value)
        assert np.all(difference <= found.connected()[order].error + exact.connected()[order].error)
    two, expected = exact_cumulant(own, points[:2]), exact_cumulant(ours, points[:2])
    assert abs(two.value - expected.value) <= two.error + expected.error
    assert "quadrature" in two.method
    assert "quadrature" not in expected.method
    assert found.at_width(50).connected()[4].value[0] == pytest.approx(
        found.connected()[4].value[0] / 10, rel=1e-13
    )


def test_tanh_against_scipy():
    network = ActivationNet(3, hyperbolic, 1.2, 0.6)
    x, y = 0.7, -1.1

    def moment(*inputs):
        def integrand(b, w):
            return math.exp(-(w * w + b * b) / 2) * np.prod(
                [math.tanh(1.2 * w * u + 0.6 * b) for u in inputs]
            )

        value, _ = integrate.dblquad(integrand, -9, 9, -9, 9, epsabs=1e-12, epsrel=1e-11)
        return value / (2 * math.pi)

    second = moment(x, y)
    assert network.kernel.weight(np.array([[x]]), np.array([[y]]))[0, 0] == pytest.approx(
        1.44 * second, rel=1e-9
    )
    exact = exact_correlators(network, [[x], [y]], orders=(4,)).connected()[4].value[2]  # x x y y
    expected = 1.2**4 * (3 * moment(x, x, y, y) - moment(x, x) * moment(y, y) - 2 * second**2) / 3
    assert exact == pytest.approx(expected, rel=1e-8)


@pytest.mark.statistical
def test_samples_of_an_expression_agree_with_its_exact_correlators():
    network = ActivationNet(
        4, symbolic_activation(sympy.tanh(2 * Z) + Z / 3 + sympy.Rational(1, 5)), 0.8, 0.5
    )
    points = [[-0.6], [1.0]]
    exact = exact_correlators(network, points)
    full = np.concatenate([exact[order].value for order in (2, 4, 6)])
    for estimator in ("plain", "conditional"):
        found = Ensemble(network, points, seed=5, precision="single", estimator=estimator).correlators(
            100_000
        )
        outcome = compare(found.origin.sums / 100_000 - full, found.covariance(), n_blocks=found.n_blocks)
        assert 1e-4 < outcome.p_value < 1 - 1e-4


def test_kinked_activations_are_sampled_and_have_a_kernel():
    network, twin = ActivationNet(3, rectified, 1.0, 0.5), ReLUNet(3, 1.0, 0.5)
    outputs = reference_outputs(network, np.array([[0.4], [-1.0]]), 1, 0, 50)
    np.testing.assert_allclose(
        outputs, reference_outputs(twin, np.array([[0.4], [-1.0]]), 1, 0, 50), rtol=1e-13
    )
    found = Ensemble(network, [0.4, -1.0], seed=1).correlators(2000, orders=(2, 4), n_blocks=50)
    expected = Ensemble(twin, [0.4, -1.0], seed=1).correlators(2000, orders=(2, 4), n_blocks=50)
    np.testing.assert_allclose(found.origin.sums, expected.origin.sums, rtol=1e-12)
    assert found[4].quality is expected[4].quality
    x, y = np.array([[0.4]]), np.array([[-1.0]])
    np.testing.assert_allclose(network.kernel.weight(x, y), twin.kernel.weight(x, y), rtol=1e-13)


def test_growth_is_read_off_the_kernel():
    growth = [
        ActivationNet(1, activation).kernel.self_growth
        for activation in (
            own_erf,
            rectified,
            symbolic_activation(Z**3),
            symbolic_activation(sympy.exp(-(Z**2))),
        )
    ]
    assert growth == [0.0, 2.0, 6.0, -1.0]


@pytest.mark.parametrize(
    ("activation", "told"),
    [
        (lambda z: math.sqrt(z), "nan at z = -30"),
        (lambda z: 1.0 / z, "at z = 0"),
        (lambda z: math.exp(z * z), "inf at z = -30"),
        (lambda z: "text", "cannot be compiled"),
        (lambda z, y: z, "cannot be compiled"),
        (imports_something, "cannot be compiled"),
        (np.linalg.det, "cannot be compiled"),
        (3, "a function of one number is needed"),
        ("tank", "did you mean .tan"),
    ],
)
def test_impossible_activations_are_refused(activation, told):
    with pytest.raises(InvalidNetwork, match=told):
        ActivationNet(3, activation)


@pytest.mark.parametrize("activation", [math.tanh, np.tanh])
@pytest.mark.parametrize("precision", ["double", "single"])
def test_functions_of_libraries_are_activations(activation, precision):
    ours, theirs = (
        Ensemble(ActivationNet(3, function, 1.2), LINE, seed=4, precision=precision).correlators(1000)
        for function in (hyperbolic, activation)
    )
    np.testing.assert_allclose(
        theirs.origin.sums, ours.origin.sums, rtol=1e-5 if precision == "single" else 1e-13
    )


def test_an_activation_that_fails_far_out_is_refused_when_it_matters():
    def breaks(z):
        return z if abs(z) < 100.0 else math.nan

    network = ActivationNet(3, breaks, 100.0)
    with pytest.raises(InvalidNetwork, match="NaN"):
        network.kernel.weight_diagonal(np.array([[1.0]]))
    with pytest.raises(InvalidNetwork, match="NaN"):
        Ensemble(network, [1.0]).correlators(1000, orders=(2,))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (sympy.tanh(Z) * sympy.Symbol("c"), "c, z"),
        (sympy.Integer(3), "none"),
        (sympy.sqrt(-1 - Z**2), "function of one number"),
        (sympy.Function("g")(Z), "function of one number"),
        ("tanh(z)", "no SymPy expression"),
    ],
)
def test_impossible_expressions_are_refused(expression, told):
    with pytest.raises(InvalidExpansion, match=told):
        symbolic_activation(expression)


def test_moments_of_the_twin():
    network = ActivationNet(3, hyperbolic, 1.2, 0.6)
    found = Ensemble(network, LINE, seed=2).correlators(200, orders=(1, 2, 3), n_blocks=2)
    outputs = reference_outputs(network, np.array(LINE)[:, None], 2, 0, 200)
    np.testing.assert_allclose(
        found.origin.sums, moments_reference(outputs, found.origin.plan), rtol=1e-11, atol=1e-11
    )
