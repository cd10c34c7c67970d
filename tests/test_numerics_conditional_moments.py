"""The conditional estimator: covariances and pairings by brute force, the exact answer, and its precision."""

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidStatistics
from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets
from numerics.inference.comparison import compare
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.sampling.engine.reference import _neuron
from numerics.sampling.ensemble import Ensemble

LINE = [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]
CASES = [
    (ErfNet(5), [[-0.6], [0.2], [1.0]]),
    (ErfNet(4, 1.3, 0.4, d_in=3), [[0.3, -1.1, 0.4], [0.8, 0.2, -0.7]]),
    (ReLUNet(3), [[0.5], [-1.0]]),
    (GaussNet(2, 0.6, 0.5, d_in=2), [[0.3, 0.1], [-0.2, 0.9]]),
    (CosNet(3, 1.4, 0.8), [[0.5], [-1.0], [0.1]]),
]


def pairings(labels):
    """All ways to pair the labels."""
    if not labels:
        yield ()
    for k in range(1, len(labels)):
        for rest in pairings(labels[1:k] + labels[k + 1 :]):
            yield ((labels[0], labels[k]), *rest)


def hidden_covariances(network, points, seed, count):
    """C_ij of every network, from the parameters that the slow twin draws; shape (count, P, P)."""
    total = np.zeros((count, len(points), len(points)))
    for neuron in range(network.width):
        weights, _, biases = _neuron(network, split_seed(seed), np.arange(count), neuron)
        s = network.features(weights, biases, points)
        total += s[:, :, np.newaxis] * s[:, np.newaxis, :]
    return network.bias_variance + network.weight_variance / network.width * total


@pytest.mark.parametrize(("network", "points"), CASES, ids=[repr(case[0]) for case in CASES])
@pytest.mark.parametrize(("precision", "accuracy"), [("double", 1e-13), ("single", 4e-6)])
def test_moments_are_sums_over_pairings_of_the_hidden_covariance(network, points, precision, accuracy):
    points, orders, count = np.array(points), (1, 2, 4, 6, 8), 333
    found = Ensemble(network, points, seed=5, precision=precision, estimator="conditional").correlators(
        count, orders=orders, n_blocks=7
    )
    covariance = hidden_covariances(network, points, 5, count)
    edges = [count * b // 7 for b in range(8)]
    for order in orders:
        sets = multisets(len(points), order)
        expected = np.zeros((count, len(sets)))
        for pairing in pairings(list(range(order))) if order % 2 == 0 else ():
            expected += np.prod([covariance[:, sets[:, a], sets[:, b]] for a, b in pairing], axis=0)
        scale = np.abs(expected).max(axis=1, keepdims=True).sum() + 1e-300
        part = found.origin.plan.slice_of(order)
        np.testing.assert_allclose(
            found.origin.sums[part] / scale, expected.sum(axis=0) / scale, atol=accuracy
        )
        for b in range(7):
            block = expected[edges[b] : edges[b + 1]].sum(axis=0)
            np.testing.assert_allclose(found.origin.block_sums[b, part] / scale, block / scale, atol=accuracy)


def test_both_estimators_see_the_same_networks():
    plain = Ensemble(ErfNet(7), LINE, seed=3).correlators(2000, orders=(2,), n_blocks=50)
    conditional = Ensemble(ErfNet(7), LINE, seed=3, estimator="conditional").correlators(
        2000, orders=(2,), n_blocks=50
    )
    np.testing.assert_array_equal(plain.origin.variance_counts, conditional.origin.variance_counts)
    assert conditional.provenance["estimator"] == "conditional"


def test_results_do_not_depend_on_threads_or_blocks():
    ensemble = Ensemble(ErfNet(5), LINE[:3], seed=1, precision="single", estimator="conditional")
    one = ensemble.correlators(30_001, n_threads=1, n_blocks=100)
    two = ensemble.correlators(30_001, n_threads=2, n_blocks=77)
    np.testing.assert_array_equal(one.origin.sums, two.origin.sums)


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points"),
    [
        (ErfNet(5), LINE),
        (ErfNet(4), LINE),
        (ReLUNet(20), LINE[3:]),
        (CosNet(6, 1.3, 0.8), LINE[:3]),
        (GaussNet(10, 0.2, 0.2), LINE[:3]),
    ],
    ids=repr,
)
def test_correlators_agree_with_the_exact_ones(network, points):
    exact = exact_correlators(network, np.array(points)[:, None])
    full = np.concatenate([exact[order].value for order in (2, 4, 6)])
    ensemble = Ensemble(network, points, seed=8, precision="single", estimator="conditional")
    found = ensemble.correlators(100_000)
    outcome = compare(found.origin.sums / 100_000 - full, found.covariance(), n_blocks=found.n_blocks)
    assert 1e-4 < outcome.p_value < 1 - 1e-4
    assert outcome.null_residual < 1e-5


@pytest.mark.statistical
def test_connected_four_point_function_is_the_covariance_of_covariances():
    # Σ_3 E[C C] − Σ_3 E[C] E[C]: precise to 1/N of itself, where the plain estimator sees noise only
    network, points = ErfNet(1000), np.array([[-0.6], [1.0]])
    exact = exact_correlators(network, points, orders=(4,)).connected()[4].value
    found = Ensemble(network, points, seed=4, estimator="conditional").correlators(
        40_000, orders=(2, 4), n_blocks=40
    )
    pair = {(0, 0): 0, (0, 1): 1, (1, 1): 2}
    rows = found.origin.plan.slice_of(4)
    sets = multisets(2, 4)
    means = found.block_means()
    two, four = means[:, :3], means[:, rows]
    splits = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
    product = sum(
        two[:, [pair[s[a], s[b]] for s in sets]] * two[:, [pair[s[c], s[d]] for s in sets]]
        for (a, b), (c, d) in splits
    )
    connected = (four - product) * 1000 / 999  # unbiased in a block of a thousand networks
    pull = (connected.mean(axis=0) - exact) / (connected.std(axis=0, ddof=1) / np.sqrt(40))
    assert np.all(2 * stats.norm.sf(np.abs(pull)) > 1e-4)
    assert np.all(connected.std(axis=0, ddof=1) / np.sqrt(40) < 0.02 * np.abs(exact).max())


def test_unknown_estimators_are_refused():
    with pytest.raises(InvalidStatistics, match="'plain' or 'conditional'"):
        Ensemble(ErfNet(2), LINE, estimator="exact")
