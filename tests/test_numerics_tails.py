"""Heavy tails are recognised from the sample, and only where the error bars fail."""

import numpy as np
import pytest

from numerics.exact.correlators import exact_correlators
from numerics.machine.intrinsics import LANES
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.results.estimate import Quality
from numerics.sampling.engine.reference import _neuron
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.judge.tails import BINS, bin_edges, count_variances, tail_index, tail_report, tail_size

LINE = [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]
NARROW = [0.01 * x for x in LINE]
POSITIVE = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
HEAVY, FINE, FEW = Quality.HEAVY_TAILED, Quality.TRUSTED, Quality.TOO_FEW_SAMPLES


def qualities(network, points, seed, n_networks=100_000):
    found = Ensemble(network, points, seed=seed, precision="single").correlators(n_networks, n_blocks=100)
    return tuple(one.quality for one in found.values())


def test_histogram_is_that_of_numpy():
    ratio = np.concatenate([10.0 ** np.random.default_rng(1).uniform(-12, 12, LANES - 3), [1.0, 2.0, 1.0625]])
    counts = np.zeros((1, BINS), dtype=np.int64)
    count_variances(counts, 3.0 * ratio[np.newaxis], np.array([1 / 3.0]), LANES)
    np.testing.assert_array_equal(counts[0], np.histogram(3.0 * ratio * (1 / 3.0), bin_edges())[0])


def test_histogram_keeps_what_lies_outside_and_counts_only_the_lanes_asked_for():
    variances = np.zeros((1, LANES))
    variances[0, :3] = [0.0, 1e300, 1.0]
    counts = np.zeros((1, BINS), dtype=np.int64)
    count_variances(counts, variances, np.ones(1), 3)
    assert counts.sum() == 3
    assert counts[0, 0] == counts[0, BINS - 1] == counts[0, 1024] == 1


@pytest.mark.statistical
@pytest.mark.parametrize("index", [0.5, 1.0, 3.0])
def test_tail_index_of_power_laws(index):
    rng = np.random.default_rng(2)
    found = []
    for _ in range(100):
        counts = np.histogram(rng.uniform(size=100_000) ** (-1 / index), bin_edges())[0]
        found.append(tail_index(counts, 100_000))
    # Hill's estimator scatters by index/√k and the bins are fine enough not to matter
    assert abs(np.mean(found) / index - 1) < 0.05
    assert abs(np.std(found) * np.sqrt(tail_size(100_000)) / index - 1) < 0.4


def test_bounded_variances_have_no_tail():
    assert tail_index(np.bincount([1024] * 1000, minlength=BINS), 1000) == np.inf
    assert Ensemble(ErfNet(1), [0.3]).correlators(5000)[6].evidence["tail_index"] == np.inf


@pytest.mark.parametrize("order", [2, 3, 4, 6, 8])
def test_small_samples_are_called_small(order):
    # for Gaussian outputs the kurtosis of a power, by quadrature
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    h = nodes**order - weights @ nodes**order / weights.sum()
    kurtosis = weights @ h**4 * weights.sum() / (weights @ h**2) ** 2
    needed = max(100, int(np.ceil(kurtosis - 1e-6)))
    counts = np.zeros((1, BINS), dtype=np.int64)
    deviations = np.random.default_rng(3).standard_normal((40, 2))
    counts[0, 1024] = needed - 1
    assert tail_report(order, counts, deviations).quality is Quality.TOO_FEW_SAMPLES
    counts[0, 1024] = needed
    assert tail_report(order, counts, deviations).quality is Quality.TRUSTED
    assert tail_report(order, counts, deviations[:19]).quality is Quality.TOO_FEW_SAMPLES


def test_report_describes_the_blocks():
    counts = np.zeros((1, BINS), dtype=np.int64)
    counts[0, 1024] = 100_000
    deviations = np.ones((30, 2))
    deviations[0, 1] = 100.0
    report = tail_report(2, counts, deviations)
    assert report.largest_share == pytest.approx(1e4 / (1e4 + 29))
    assert report.effective_blocks == pytest.approx(3 * (1e4 + 29) ** 2 / (1e8 + 29))


@pytest.mark.parametrize(
    "network", [ErfNet(3), ReLUNet(4, 1.2, 0.3), GaussNet(2, 0.5, 0.4), CosNet(3, 1.1, 0.7)]
)
def test_histogram_holds_the_conditional_variance(network):
    # the variance over output weights and output bias at fixed hidden parameters, from the twin's parameters
    points, n = np.array([[0.4], [-0.9]]), 500
    variance = np.full((n, 2), network.bias_variance)
    for neuron in range(network.width):
        weights, _, biases = _neuron(network, split_seed(5), np.arange(n), neuron)
        features = network.features(weights, biases, points)
        variance += network.weight_variance / network.width * features**2
    found = Ensemble(network, points, seed=5).correlators(n, orders=(2,)).origin.variance_counts
    kernel = np.diag(network.kernel.full(points, points))
    for point in range(2):
        expected = np.histogram(variance[:, point] / kernel[point], bin_edges())[0]
        assert np.abs(found[point] - expected).sum() <= 2  # a number on an edge may fall on either side


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points", "expected", "seeds"),
    [
        (ErfNet(5), LINE, (FINE, FINE, FINE), 20),
        (ReLUNet(5), POSITIVE, (FINE, FINE, FEW), 20),
        (ReLUNet(50), LINE, (FINE, FINE, FINE), 20),
        (CosNet(1), LINE, (FINE, FINE, FINE), 20),
        (GaussNet(10, 0.2, 0.2), LINE, (FINE, FINE, FINE), 20),
        (GaussNet(100, 0.2, 0.2), NARROW, (FINE, FINE, FINE), 20),
        (GaussNet(1, 0.83, 0.4), [0.7], (FINE, HEAVY, HEAVY), 20),
        (GaussNet(5), NARROW, (None, HEAVY, HEAVY), 20),
        (GaussNet(100), NARROW, (FINE, HEAVY, HEAVY), 20),
        (GaussNet(1000), NARROW[:1], (FINE, None, HEAVY), 6),
    ],
    ids=lambda value: repr(value) if hasattr(value, "width") else "",
)
def test_networks_are_told_apart_by_their_samples(network, points, expected, seeds):
    for seed in range(seeds):
        for found, wanted in zip(qualities(network, points, seed), expected, strict=True):
            assert wanted is None or found is wanted


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "point", "quality"),
    [
        (ErfNet(5), 1.0, FINE),
        (ReLUNet(50), 1.0, FINE),
        (GaussNet(10, 0.2, 0.2), 0.01, FINE),
        (GaussNet(5), 0.01, HEAVY),
        (GaussNet(100), 0.01, HEAVY),
    ],
    ids=lambda value: repr(value) if hasattr(value, "width") else "",
)
def test_error_bars_hold_exactly_where_they_are_trusted(network, point, quality):
    exact = exact_correlators(network, np.array([[point]]), orders=(6,))[6].value[0]
    covered = 0
    for seed in range(60):
        ensemble = Ensemble(network, [point], seed=500 + seed, precision="single")
        six = ensemble.correlators(100_000, orders=(6,), n_blocks=1000)[6]
        assert six.quality is quality
        covered += abs(six.value[0] - exact) < 2 * six.error[0]
    if quality is FINE:
        assert covered >= 51  # 95 % expected; fewer than 85 % would come by chance once in 2,000
    else:
        assert covered <= 20


@pytest.mark.parametrize("x", [4.0, 6.0, 10.0])
def test_a_tail_too_rare_to_be_sampled_shows_in_the_mean_variance(x):
    """Far from the origin Gauss-net's variance comes from networks that nobody draws; K is known exactly."""
    found = Ensemble(GaussNet(5), [[x]], seed=1).correlators(50_000)
    assert all(found[order].quality is Quality.HEAVY_TAILED for order in (2, 4, 6))
    assert abs(found[2].value[0] - 2.0) > 100 * found[2].error[0]  # the error bar alone would never tell
