"""Networks: defaults, refusals, and features whose second moments are the kernel for any σ and d."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from scipy.stats import norm

from numerics.errors import InvalidNetwork
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet, network

NETS = [
    ErfNet(3, sigma_w=1.3, sigma_b=0.6, d_in=2),
    ReLUNet(3, sigma_w=0.7, sigma_b=0.4, d_in=3),
    ReLUNet(3, sigma_w=1.4, d_in=2),
    GaussNet(3, sigma_w=0.5, sigma_b=0.3, d_in=3),
    CosNet(3, sigma_w=1.2, sigma_a=0.8, d_in=2),
]


def test_factory_defaults():
    assert network("erf", 5) == ErfNet(5, 1.0, 1.0, 1)
    assert network("relu", 5) == ReLUNet(5, 1.0, 0.0, 1)
    assert network("gauss", 5, d_in=3) == GaussNet(5, 1.0, 1.0, 3)
    assert network("cos", 5, sigma_w=0.5) == CosNet(5, 0.5, 0.5, 1)
    assert network("cos", 5, sigma_w=0.5, sigma_a=2.0).weight_variance == 4.0
    assert network("relu", 5, sigma_b=0.2).bias_variance == pytest.approx(0.04, rel=1e-15)
    assert network("cos", 5).bias_variance == 0.0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"name": "tank", "width": 5}, "erf, relu, gauss, cos.*tanh"),
        ({"name": "tanh", "width": 5, "activation": "sin(z)"}, "that of its name"),
        ({"name": "own", "width": 5}, "needs its activation"),
        ({"name": "erf", "width": 5, "kinks": (0.0,)}, "the erf-net has no kinks"),
        ({"name": "erf", "width": 0}, "width = 0"),
        ({"name": "erf", "width": 2.5}, "width = 2.5"),
        ({"name": "erf", "width": True}, "width = True"),
        ({"name": "erf", "width": 5, "sigma_w": -1.0}, "sigma_w = -1.0"),
        ({"name": "erf", "width": 5, "sigma_w": 0.0}, "positive finite"),
        ({"name": "gauss", "width": 5, "sigma_b": -0.1}, "sigma_b = -0.1"),
        ({"name": "gauss", "width": 5, "sigma_b": float("nan")}, "sigma_b = nan"),
        ({"name": "relu", "width": 5, "sigma_w": float("inf")}, "sigma_w = inf"),
        ({"name": "relu", "width": 5, "d_in": 0}, "d_in = 0"),
        ({"name": "erf", "width": 5, "sigma_w": 1e200}, r"sigma_w = 1e\+200"),
        ({"name": "gauss", "width": 5, "sigma_b": 1e200}, r"sigma_b = 1e\+200"),
        ({"name": "cos", "width": 5, "sigma_a": 1e200}, r"sigma_a = 1e\+200"),
        ({"name": "cos", "width": 5, "sigma_b": 1.0}, "no Gaussian bias"),
        ({"name": "cos", "width": 5, "sigma_a": -1.0}, "sigma_a = -1.0"),
        ({"name": "erf", "width": 5, "sigma_a": 1.0}, "only the cos-net"),
    ],
)
def test_bad_networks_are_refused(arguments, told):
    with pytest.raises(InvalidNetwork, match=told):
        network(**arguments)


def test_networks_are_values_that_know_their_kind():
    assert repr(NETS[2]) == "ReLUNet(width=3, sigma_w=1.4, sigma_b=0.0, d_in=2)"
    assert repr(NETS[3]) == "GaussNet(width=3, sigma_w=0.5, sigma_b=0.3, d_in=3)"
    for net in NETS:
        assert net == replace(net, width=7).with_width(3)
        with pytest.raises(FrozenInstanceError):
            net.width = 4
    same_numbers = [kind(3, 0.7, 0.4) for kind in (ErfNet, ReLUNet, GaussNet, CosNet)]
    assert len(set(same_numbers)) == 4


def test_numpy_numbers_are_accepted():
    assert ErfNet(np.int64(5), np.float64(1.0)).width == 5


def test_gauss_feature_is_the_normalised_exponential():
    rng = np.random.default_rng(11)
    net = GaussNet(1, sigma_w=0.9, sigma_b=0.7, d_in=2)
    weights, biases, points = rng.normal(size=(5, 2)), rng.normal(size=5), rng.normal(size=(4, 2))
    literal = np.exp(weights @ points.T + biases[:, None])
    literal /= np.sqrt(np.exp(2 * (0.7**2 + 0.9**2 / 2 * np.sum(points**2, axis=1))))
    np.testing.assert_allclose(net.features(weights, biases, points), literal, rtol=1e-14)


def test_gauss_feature_does_not_overflow_at_large_inputs():
    found = GaussNet(1).features(np.array([[5.0]]), np.array([1.0]), np.array([[19.0], [1e3]]))
    assert np.all(np.isfinite(found))
    assert found[0, 0] == pytest.approx(np.exp(5 * 19.0 + 1 - 1 - 19.0**2), rel=1e-12, abs=0)


@pytest.mark.statistical
@pytest.mark.parametrize("net", NETS, ids=lambda net: f"{net.name}-d{net.d_in}-{net.bias_variance:.2f}")
def test_sampled_features_reproduce_the_kernel(net):
    """P10 of the house style: one definition gives sampler and kernel; non-unit σ and d > 1 on purpose."""
    rng = np.random.default_rng(20240607)
    points = rng.normal(size=(3, net.d_in))
    m = 200_000
    weights = rng.normal(scale=net.sigma_w / np.sqrt(net.d_in), size=(m, net.d_in))
    deviation = net.hidden_bias_deviation
    biases = rng.uniform(-np.pi, np.pi, m) if deviation is None else rng.normal(scale=deviation, size=m)
    s = net.features(weights, biases, points)
    products = net.weight_variance * s[:, :, None] * s[:, None, :]
    deviations = products.std(axis=0) / np.sqrt(m)
    z = (products.mean(axis=0) - net.kernel.weight(points, points)) / deviations
    assert np.min(2 * norm.sf(np.abs(z))) * 6 > 1e-3
