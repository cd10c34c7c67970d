"""FAULTS G2: a number of any type gives what the float of the same value gives, to the last bit."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nnft_sym as nn
from numerics.inference.power_law import fit_power_law

#: Exact in every type of real numbers.
VALUE = 1.25
TYPES = [
    np.float16, np.float32, np.float64, np.longdouble, Fraction, Decimal,
    lambda value: np.array(value, dtype=np.float32), lambda value: np.array(value, dtype=np.float16),
]  # fmt: skip
WHOLE = [
    np.int8,
    np.uint8,
    np.int16,
    np.uint64,
    Fraction,
    Decimal,
    float,
    lambda n: np.array(n, dtype=np.int8),
]


def identical(one, other):
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_the_quoted_number():
    found = nn.exact_cumulant(nn.ReLUNet(64, np.float32(1.2)), [[1.0]] * 4)
    assert float(found.value) == pytest.approx(0.25194248009034315, rel=1e-15)
    right = 15 / 4 * float(np.float32(1.2)) ** 8 / 64
    assert abs(float(found.value) - right) <= float(found.error) + 1e-16


@pytest.mark.parametrize("make", TYPES)
def test_networks_and_kernels(make):
    v = make(VALUE)
    for net in (nn.ErfNet, nn.ReLUNet, nn.GaussNet):
        given, plain = net(64, v, v, 1), net(64, VALUE, VALUE, 1)
        assert given == plain
        assert (type(given.sigma_w), type(given.sigma_b)) == (float, float)
        assert repr(given.kernel) == repr(plain.kernel)
        identical(given.weight_variance, plain.weight_variance)
        assert type(given.kernel)(v, v, 1) == plain.kernel
    assert nn.CosNet(5, v, v) == nn.CosNet(5, VALUE, VALUE)
    assert nn.network("ReLU", 5, v, v) == nn.ReLUNet(5, VALUE, VALUE)


@pytest.mark.parametrize("make", WHOLE)
def test_whole_numbers(make):
    n = make(100)
    assert nn.ErfNet(n, d_in=make(2)) == nn.ErfNet(100, d_in=2)
    assert type(nn.ErfNet(n).width) is int
    identical(nn.multisets(make(3), make(2)), nn.multisets(3, 2))
    ensemble = nn.Ensemble(nn.ErfNet(3), [0.5], seed=make(7))
    assert ensemble == nn.Ensemble(nn.ErfNet(3), [0.5], seed=7) or ensemble.seed == 7
    identical(ensemble.outputs(n, make(3)), nn.Ensemble(nn.ErfNet(3), [0.5], seed=7).outputs(100, 3))
    labels = make in (Fraction, Decimal, float)  # orders are labels: 2.0 is refused there
    exact = nn.exact_correlators(nn.ErfNet(3), [0.5], (2, 4) if labels else (make(2), make(4)))
    identical(
        exact.connected()[4].value, nn.exact_correlators(nn.ErfNet(3), [0.5], (2, 4)).connected()[4].value
    )
    identical(exact.at_width(n).connected()[4].value, exact.at_width(100).connected()[4].value)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.int64, object])
def test_points_and_data(dtype):
    points = np.array([[100.0], [-50.0], [0.0]]).astype(dtype)
    plain = np.array([[100.0], [-50.0], [0.0]])
    net = nn.ReLUNet(5, 1.2, 0.3)
    identical(net.kernel.full(points, points), net.kernel.full(plain, plain))
    identical(
        nn.exact_correlators(net, points, (2, 4)).connected()[4].value,
        nn.exact_correlators(net, plain, (2, 4)).connected()[4].value,
    )
    data = np.array([3, 100]).astype(dtype)
    spread = np.array([[100, 25], [25, 100]]).astype(dtype)
    identical(nn.compare(data, spread, None).chi2, nn.compare([3.0, 100.0], spread.astype(float), None).chi2)
    one = nn.fit(data, np.ones((2, 1)).astype(dtype), spread, None)
    other = nn.fit(data.astype(float), np.ones((2, 1)), spread.astype(float), None)
    identical(one.parameters, other.parameters)
    widths, values = np.array([2, 4, 8]), np.array([100, 50, 25])
    law = fit_power_law(widths.astype(dtype), values.astype(dtype), np.ones(3).astype(dtype))
    plain = fit_power_law(widths.astype(float), values.astype(float), np.ones(3))
    identical(law.parameters.value, plain.parameters.value)
    identical(law.parameters.covariance, plain.parameters.covariance)


@pytest.mark.parametrize("make", TYPES)
def test_domains_and_accuracies(make):
    assert nn.Box(make(VALUE)) == nn.Box(VALUE)
    assert type(nn.Box(make(VALUE)).cutoff) is float
    rtol = 2.0**-10
    assert nn.integrals.Accuracy(rtol=make(rtol)) == nn.integrals.Accuracy(rtol=rtol)
    assert type(nn.integrals.Accuracy(rtol=make(rtol)).rtol) is float


@pytest.mark.parametrize(
    "bad", [True, "1.25", None, float("nan"), float("inf"), 1j, [1.25], np.bool_(True), 10**400]
)
def test_what_is_no_number_is_refused(bad):
    for call in (
        lambda: nn.ErfNet(5, bad),
        lambda: nn.ErfNet(5, 1.0, bad),
        lambda: nn.ErfNet(bad),
        lambda: nn.CosNet(5, 1.0, 1.0, d_in=bad),
        lambda: nn.ErfNet(5).kernel.__class__(bad),
        lambda: nn.Box(bad),
        lambda: nn.integrals.Accuracy(rtol=bad),
        lambda: nn.multisets(bad, 2),
    ):
        with pytest.raises(nn.NNFTError, match=r"was given; .* needed"):
            call()
