"""The exact generating functional at given sources, against closed forms, integrals, series, samples."""

from math import factorial, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import erf, ive

from numerics.errors import DivergentIntegral, InvalidPoints, NotAvailable
from numerics.exact.characteristic import log_characteristic
from numerics.exact.correlators import exact_correlators
from numerics.exact.sources.base import SourcedNeuron, closed_average
from numerics.exact.sources.by_rules import average_by_rules
from numerics.fields.field_set import FieldSet
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.own import ActivationNet
from numerics.results.quality import Quality
from numerics.sampling.ensemble import Ensemble


def gauss(z):
    return np.exp(-0.5 * z * z) / sqrt(2 * pi)


@pytest.mark.parametrize("width", [1, 3, 1000])
def test_cos_net_at_one_point(width):
    """SPEC 5: E e^(iJφ) = [e^(−q) I_0(q)]^N, q = J² sa²/4N."""
    sources = np.array([[0.0], [1e-6], [0.3], [4.0], [300.0]])
    found = log_characteristic(CosNet(width, sigma_w=0.7, sigma_a=1.3), [[0.4]], sources)
    q = sources[:, 0] ** 2 * 1.3**2 / (4 * width)
    assert found.quality is Quality.TRUSTED
    assert np.all(np.abs(found.value - width * np.log(ive(0, q))) <= found.error + width * 4e-16)
    # at small sources to relative precision, which log of the formula has not
    assert abs(found.value[1] / (-width * q[1]) - 1.0) < 1e-9


SYMMETRIC = [
    (ErfNet(3, sigma_w=0.9, sigma_b=0.6), [[0.4], [-1.1]]),
    (ReLUNet(3, sigma_b=0.5), [[0.4], [-1.1], [2.0]]),
    (ReLUNet(3, output_bias=0.4), [[0.4], [-1.1]]),
    (CosNet(4, d_in=2), [[0.4, 0.1], [-1.1, 0.3]]),
    (GaussNet(50, sigma_w=0.4, sigma_b=0.4), [[0.4], [-0.3]]),
    (ErfNet(3).with_laws(output="uniform", hidden="uniform"), [[0.4], [-1.1]]),
    (CosNet(3).with_laws(output="rademacher", hidden="cauchy"), [[0.4]]),
]


@pytest.mark.parametrize(
    ("network", "points", "real"),
    [(*one, False) for one in SYMMETRIC] + [(*one, True) for one in SYMMETRIC[:4]],
)
def test_its_derivatives_are_the_cumulants(network, points, real):
    """W[J] = Σ (∓1)^r G_c^(2r) J^2r/(2r)! to sixth order, with a remainder of the eighth."""
    fields = FieldSet(points)
    cumulants = exact_correlators(network, fields, (2, 4, 6)).connected()
    direction = np.random.default_rng(15).normal(size=len(points))
    direction /= np.sqrt(direction @ network.kernel.full(points, points) @ direction)
    residuals = []
    for size in (0.4, 0.2):
        series = 0.0
        for order, one in cumulants.items():
            powers = np.prod(size * direction[one.indices], axis=1)
            counts = [
                factorial(order) / np.prod([factorial(int(np.sum(row == k))) for k in set(row)])
                for row in one.indices
            ]
            sign = 1 if real else (-1) ** (order // 2)
            series += sign * float(np.sum(counts * powers * one.value)) / factorial(order)
        found = log_characteristic(network, fields, size * direction, real=real)
        residuals.append(float(found.value) - series)
    assert abs(residuals[0]) < 2e-3
    # the eighth power falls by 256; corrections of the tenth and rounding leave some room
    assert abs(residuals[1]) < abs(residuals[0]) / 150 + 1e-13


def test_erf_net_by_another_integral():
    net = ErfNet(4, sigma_w=0.8, sigma_b=0.5)
    sources, points = np.array([[1.3, -0.4], [9.0, 2.0]]), [[0.4], [-1.1]]
    found = log_characteristic(net, points, sources)
    for row, value, error in zip(sources, found.value, found.error, strict=True):

        def integrand(b, w, row=row):
            u = row @ erf(np.array([0.8 * 0.4 * w + 0.5 * b, -0.8 * 1.1 * w + 0.5 * b]))
            return gauss(w) * gauss(b) * np.exp(-(0.8**2) * u * u / 8)

        average = dblquad(integrand, -8, 8, -8, 8, epsabs=1e-11, epsrel=1e-11)[0]
        assert abs(value - (4 * np.log(average) - 0.125 * row.sum() ** 2)) < 1e-9
        assert error < 1e-11


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(
    ("network", "points", "outputs"),
    [
        (ReLUNet(5, 1.2), [[0.4], [-1.1], [2.0]], None),
        (ReLUNet(5, sigma_b=0.5), [[0.4]], None),
        (ReLUNet(5, sigma_b=0.5), [[0.4], [-1.1], [2.0], [0.4]], None),
        (ReLUNet(5, sigma_b=0.5), [[0.4], [-1.1], [2.0], [0.4]], (1, 2, 1, 2)),
        (ReLUNet(5, d_in=2), [[0.4, 1.0], [-1.1, 0.3], [-2.0, -0.1]], None),
        (CosNet(5), [[0.4], [-1.1]], None),
        (CosNet(5), [[0.4], [-1.1], [0.2]], (1, 2, 2)),
    ],
)
def test_formulas_against_quadrature(network, points, outputs, sign):
    """Closed in angle or phase against rules over all parameters that know of neither."""
    fields = FieldSet(points, outputs)
    sources = np.random.default_rng(15).normal(size=(6, len(points))) * ([[0.1], [0.3], [1], [1], [4], [20]])
    if sign > 0:
        sources = 0.3 * sources[:4]
    split = np.stack([sources * (fields.output_numbers == k) for k in range(max(fields.output_numbers) + 1)])
    neuron = SourcedNeuron(network, fields, split, sign > 0)
    value, error = closed_average(network, neuron)
    other, bound = average_by_rules(neuron)
    assert np.all(np.abs(value - other) <= error + bound + 1e-13 * np.abs(value))
    assert np.all(error < 1e-13)


def test_output_weights_of_other_laws():
    """Uniform weights: the characteristic function is sin u/u, averaged here by SciPy."""
    net = ErfNet(3, sigma_b=0.5).with_laws(output="uniform")
    found = log_characteristic(net, [[0.7]], [[1.1], [6.0]])
    deviation = sqrt(0.7**2 + 0.5**2)
    for source, value in zip((1.1, 6.0), found.value, strict=True):

        def integrand(g, source=source):
            return gauss(g) * np.sinc(source * erf(deviation * g) / pi)

        average = quad(integrand, -9, 9, epsabs=1e-13, epsrel=1e-13)[0]
        assert abs(value - (3 * np.log(average) - 0.125 * source**2)) < 1e-10


@pytest.mark.parametrize(
    "network",
    [
        ErfNet(2, sigma_b=0.3),
        ReLUNet(3, sigma_b=0.3),
        CosNet(2).with_laws(output="laplace"),
        ActivationNet(4, "leaky_relu", sigma_b=0.2),
    ],
)
def test_sampled_networks_agree(network):
    points, sources = [[0.5], [-0.8]], np.array([[0.7, 0.2], [1.5, -1.0], [-0.4, 3.0]])
    found = log_characteristic(network, points, sources)
    outputs = Ensemble(network, points, seed=4).outputs(200_000)
    waves = np.cos(np.asarray(outputs) @ sources.T)
    pulls = (waves.mean(axis=0) - np.exp(found.value)) / (waves.std(axis=0) / sqrt(len(waves)))
    assert np.all(np.abs(pulls) < 4.0)
    assert np.max(np.abs(pulls)) > 1e-3


def test_real_sources_end_where_the_average_does():
    """SPEC 13: ReLU-net at one point only for sw² J² C/N < 1."""
    net, point = ReLUNet(3, 1.1, sigma_b=0.6), [[0.8]]
    limit = sqrt(3 / (1.1**2 * (1.1**2 * 0.8**2 + 0.6**2)))
    near = log_characteristic(net, point, [0.999 * limit], real=True)
    # half of the neurons: E = ½ + ½ (1 − ρ²)^(−1/2)
    closed = 3 * np.log(0.5 + 0.5 / sqrt(1 - 0.999**2)) + 0.5 * 0.36 * (0.999 * limit) ** 2
    assert abs(float(near.value) - closed) < 1e-11
    with pytest.raises(DivergentIntegral, match="infinite at the source"):
        log_characteristic(net, point, [1.001 * limit], real=True)
    # both directions of the line count, with and without their kinks between
    with pytest.raises(DivergentIntegral):
        log_characteristic(ReLUNet(3, sigma_b=0.6), [[1.0], [-1.0]], [9.0, 0.0], real=True)
    for refused in (GaussNet(5), GaussNet(500, sigma_w=0.1, sigma_b=0.1)):
        with pytest.raises(DivergentIntegral, match="every real source"):
            log_characteristic(refused, point, [1e-3], real=True)
    with pytest.raises(NotAvailable, match="not known"):
        log_characteristic(ActivationNet(3, "softplus"), point, [1.0], real=True)
    with pytest.raises(NotAvailable, match="Gaussian output weights"):
        log_characteristic(net.with_laws(output="uniform"), point, [1.0], real=True)


def test_relu_net_with_a_positive_arc_beside_a_pole():
    """A real source whose form is beyond its pole, but in a direction that its arc does not hold."""
    points, source = [[1.0, 0.0], [-0.8, 0.6]], [0.9, 3.0]
    found = log_characteristic(ReLUNet(8, d_in=2), points, source, real=True)
    nodes, weights = np.polynomial.legendre.leggauss(10)
    edges = np.linspace(-pi, pi, 2001)
    theta = (edges[:-1, np.newaxis] + np.diff(edges)[:, np.newaxis] * 0.5 * (1 + nodes)).ravel()
    weights = np.tile(weights, 2000) / 4000
    directions = np.stack([np.cos(theta), np.sin(theta)])
    rho = np.array(source) @ np.maximum(np.array(points) @ directions / sqrt(2), 0.0)
    assert abs(float(found.value) - 8 * np.log(weights @ (1 / (1 - rho**2 / 8)))) < 1e-6


@pytest.mark.parametrize("wrong", [[1.0], [[1.0, 2.0, 3.0]], [[[1.0, 2.0]]], [1.0, np.nan], 3.0, ["a", "b"]])
def test_wrong_sources_are_refused(wrong):
    with pytest.raises(InvalidPoints, match=r"one number for each of 2 fields|finite numbers"):
        log_characteristic(ErfNet(3), [[0.1], [0.2]], wrong)


def test_laws_without_a_real_characteristic_function_are_refused():
    with pytest.raises(NotAvailable, match="skewed"):
        log_characteristic(
            ErfNet(3).with_laws(output="scipy.gumbel_r:loc=-0.5772156649015329"), [[0.1]], [1.0]
        )
    with pytest.raises(NotAvailable, match="correlated"):
        log_characteristic(ErfNet(3).with_laws(output_correlation=0.3), [[0.1]], [1.0])


def test_outputs_are_independent_given_the_features():
    """Two outputs under one source each: at N = 1 the Gaussian average of a common square."""
    net = ReLUNet(1)
    found = log_characteristic(net, FieldSet([[1.0], [1.0]], (1, 2)), [[0.8, 0.6], [1.0, 0.0]])
    # (J·J) = 1 in both: the joint law of the outputs is rotation invariant
    assert abs(found.value[0] - found.value[1]) < 1e-15
    assert abs(found.value[1] - np.log(0.5 + 0.5 / sqrt(2))) < 1e-15
