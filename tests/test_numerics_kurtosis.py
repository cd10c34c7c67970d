"""How many networks it takes until error bars hold: by quadrature, finite differences, many samples."""

import numpy as np
import pytest
from scipy import stats

from numerics.exact.correlators import exact_correlators
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.weight_laws import ReweightedNet
from numerics.results.cumulants import slopes_of_cumulant
from numerics.results.estimate import Quality
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.connected import cumulants
from numerics.sampling.judge.kurtosis import (
    cumulant_kurtosis,
    networks_needed,
    product_kurtosis,
    variance_moments,
)
from numerics.sampling.judge.tails import BINS, bin_edges, bin_values

#: Conditional variances and how often they occur: Gaussian outputs, and mixtures of three Gaussians.
MIXTURES = [([1.0], [7]), ([0.3, 1.0, 2.5], [20, 30, 5]), ([0.0, 0.5, 4.0], [3, 60, 2])]


def mixture_mean(function, values, counts):
    """Mean over f = √v z, by Gauss-Hermite quadrature over z: exact for the polynomials here."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    f = np.sqrt(np.array(values))[:, None] * nodes
    return np.array(counts) @ (function(f) @ weights) / weights.sum() / np.sum(counts)


def kurtosis_of(function, values, counts):
    mean = mixture_mean(function, values, counts)
    second = mixture_mean(lambda f: (function(f) - mean) ** 2, values, counts)
    return mixture_mean(lambda f: (function(f) - mean) ** 4, values, counts) / second**2


@pytest.mark.parametrize(("values", "counts"), MIXTURES)
@pytest.mark.parametrize("order", [1, 2, 3, 4, 6, 8])
def test_powers_of_the_output(values, counts, order):
    found = product_kurtosis(order, np.array(counts), np.array(values))
    assert found == pytest.approx(kurtosis_of(lambda f: f**order, values, counts), rel=1e-9)


@pytest.mark.parametrize(("values", "counts"), MIXTURES)
@pytest.mark.parametrize("order", [4, 6, 8])
def test_cumulants(values, counts, order):
    """The influence function is the change of the cumulant when a little weight is moved to one value."""
    moments = {k: mixture_mean(lambda f, k=k: f**k, values, counts) for k in range(2, order + 1, 2)}
    step = 1e-6

    def mixed(f, share):
        means = {k: np.array([[(1 - share) * m + share * f**k]]) for k, m in moments.items()}
        return cumulants(means, 1, order)[0, 0]

    slopes = np.array([0.0, *slopes_of_cumulant(order, moments).values()])
    for f in (0.3, 1.1, -1.7):
        derivative = (mixed(f, step) - mixed(f, -step)) / (2 * step)
        shift = slopes[1:] @ list(moments.values())
        assert slopes @ f ** np.arange(0, order + 1, 2) - shift == pytest.approx(derivative, rel=1e-5)
    found = cumulant_kurtosis(order, np.array(counts), np.array(values))
    exact = kurtosis_of(lambda f: np.polynomial.polynomial.polyval(f**2, slopes), values, counts)
    assert found == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("order", [2, 4, 6])
def test_with_the_output_layer_integrated_out_only_v_is_random(order):
    values, counts = np.array([0.5, 1.0, 3.0]), np.array([4, 5, 1])
    v = np.repeat(values, counts)
    assert product_kurtosis(order, counts, values, conditional=True) == pytest.approx(
        stats.kurtosis(v ** (order // 2), fisher=False)
    )
    assert product_kurtosis(order, counts[:1], values[:1], conditional=True) == 0.0
    # ten times as many are asked for, at the worst point; the other one hardly varies
    for_square = networks_needed(2, np.array([[1, 8, 1], counts]), values, conditional=True)
    worst = max(stats.kurtosis(np.repeat(values, some), fisher=False) for some in ([1, 8, 1], counts))
    assert for_square == pytest.approx(10 * worst)
    assert product_kurtosis(3, counts, values, conditional=True) == 0.0


def test_what_overflows_is_infinite():
    counts = np.zeros(BINS, dtype=np.int64)
    counts[[0, 1024, BINS - 1]] = [5, 100, 1]
    assert bin_values()[0] == 0.0
    assert bin_values()[1024] == pytest.approx(np.sqrt(np.prod(bin_edges()[1024:1026])))
    assert variance_moments(counts, bin_values(), 1)[0] == 1.0
    assert product_kurtosis(8, counts, bin_values()) == np.inf
    assert cumulant_kurtosis(8, counts, bin_values()) == np.inf


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "n_networks", "trusted"),
    [
        (ErfNet(5), 60_000, True),
        (CosNet(5), 200_000, True),
        (ReLUNet(50), 800_000, True),
        (ReLUNet(20), 10_000, False),
    ],
    ids=lambda value: f"{type(value).__name__}{value.width}" if hasattr(value, "width") else str(value),
)
def test_errors_of_the_connected_six_point_function_hold_where_they_are_trusted(network, n_networks, trusted):
    """Pulls against the exact value at one point, 100 samples."""
    point = [0.8]
    exact = (
        exact_correlators(network, np.array([point]), orders=(6,))
        .at_width(network.width)
        .connected()[6]
        .value[0]
    )
    pulls, qualities = [], []
    for seed in range(100):
        six = Ensemble(network, point, seed=seed, precision="single").correlators(n_networks).connected()[6]
        pulls.append((six.value[0] - exact) / six.error[0])
        qualities.append(six.quality)
    assert set(qualities) == {Quality.TRUSTED if trusted else Quality.TOO_FEW_SAMPLES}
    far = int(np.sum(np.abs(pulls) > 3))
    if trusted:
        # 1.4 % beyond three errors are allowed for (0.3 % if normal); 6 or more have probability 0.3 %
        assert far <= 5
        assert 0.85 < np.sqrt(np.mean(np.square(pulls))) < 1.3
    else:
        assert np.sqrt(np.mean(np.square(pulls))) > 1.2


def test_correlated_output_weights_ask_for_more():
    """Equal output weights make products of two Gaussians: κ is that of one, squared."""
    counts = np.zeros(BINS, dtype=np.int64)
    counts[1024] = 1
    one = networks_needed(6, counts[np.newaxis], bin_values())
    assert networks_needed(6, counts[np.newaxis], bin_values(), correlated=True) == pytest.approx(one**2)
    found = Ensemble(ReweightedNet(ErfNet(20), output_correlation=0.9), [0.3]).correlators(10_000)
    assert [found[order].quality is Quality.TRUSTED for order in (2, 4, 6)] == [True, False, False]
    assert found.connected()[4].quality is Quality.TOO_FEW_SAMPLES


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "point", "n_networks", "order", "trusted"),
    [
        (GaussNet(1000), 0.01, 5_000, 6, False),
        (GaussNet(100, 0.5, 0.5), 1.0, 20_000, 6, False),
        (GaussNet(100, 0.6, 0.6), 1.0, 20_000, 4, False),
        (GaussNet(10, 0.2, 0.2), 1.0, 20_000, 6, True),
        (ReLUNet(20), 1.0, 60_000, 6, True),
        (ErfNet(2), 1.0, 5_000, 6, True),
        (CosNet(200), 1.0, 5_000, 6, True),
    ],
    ids=lambda value: f"{type(value).__name__}{value.width}" if hasattr(value, "width") else str(value),
)
def test_with_the_output_layer_integrated_out_unseen_tails_are_not_trusted(
    network, point, n_networks, order, trusted
):
    """There the sample that misses the tail looks harmless; its errors would be wrong by factors."""
    exact = exact_correlators(network, np.array([[point]]), orders=(order,)).connected()[order].value[0]
    pulls, qualities = [], []
    for seed in range(60):
        ensemble = Ensemble(network, [point], seed=seed, estimator="conditional")
        sample = ensemble.correlators(n_networks, n_blocks=200)
        found = sample.connected()[order]
        pulls.append((found.value[0] - exact) / found.error[0])
        qualities.append(found.quality is Quality.TRUSTED)
        assert sample[order].quality is found.quality
    width = np.sqrt(np.mean(np.square(pulls)))
    if trusted:
        assert np.mean(qualities) >= 0.9
        assert 0.7 < width < 1.35
    else:
        assert np.mean(qualities) <= 0.25  # two samples in three before κ was asked for
        assert width > 1.4
