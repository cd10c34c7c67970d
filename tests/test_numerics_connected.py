"""Connected correlators of a sample: bias, errors and m_n, each against a second way."""

from itertools import permutations
from math import comb

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidStatistics
from numerics.exact.correlators import exact_correlators
from numerics.inference.comparison import compare
from numerics.networks.architectures import ErfNet, ReLUNet
from numerics.results.jackknife import jackknife
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.connected import cumulant_jackknife, cumulants, free_correlator
from numerics.sampling.neurons.block_products import cumulant_of, partition_sums

PAIR = [-0.6, 1.0]


def test_moments_become_the_exact_cumulants():
    exact = exact_correlators(ErfNet(4), [[-1.0], [0.2], [0.6]])
    means = {n: exact[n].value[np.newaxis] for n in (2, 4, 6)}
    for order in (4, 6):
        np.testing.assert_allclose(cumulants(means, 3, order)[0], exact.connected()[order].value, atol=1e-11)
        rows = slice(2, 5)
        np.testing.assert_array_equal(cumulants(means, 3, order, rows), cumulants(means, 3, order)[:, rows])


def test_the_eighth_cumulant_at_one_point():
    # f = ±1: log cosh t has the cumulants 1, -2, 16, -272 of orders 2, 4, 6, 8
    means = {n: np.ones((1, 1)) for n in (2, 4, 6, 8)}
    assert [float(cumulants(means, 1, n)[0, 0]) for n in (4, 6, 8)] == [-2.0, 16.0, -272.0]


def test_gaussian_process_is_the_limit_of_infinite_width():
    network = ErfNet(4, sigma_w=1.3, sigma_b=0.4)
    points = np.array([[-1.0], [0.2], [0.6]])
    exact = exact_correlators(network, points).at_width(10**15)
    kernel = network.kernel.full(points, points)
    for order in (2, 4, 6):
        np.testing.assert_allclose(free_correlator(kernel, order), exact[order].value, rtol=1e-12)


def test_fourth_order_is_the_sum_over_different_networks():
    """Unbiased: <f f> <f f> is estimated from pairs of different networks only."""
    n = 9
    found = Ensemble(ErfNet(2), PAIR, seed=4).correlators(n, orders=(2, 4), n_blocks=n).connected()[4]
    f = reference_outputs(ErfNet(2), np.array(PAIR)[:, None], 4, 0, n)
    for (a, b, c, d), value in zip(found.indices, found.value, strict=True):
        whole = np.mean(f[:, a] * f[:, b] * f[:, c] * f[:, d])
        pairs = [
            f[i, p] * f[i, q] * f[j, r] * f[j, s]
            for i, j in permutations(range(n), 2)
            for p, q, r, s in ((a, b, c, d), (a, c, b, d), (a, d, b, c))
        ]
        assert value == pytest.approx(whole - sum(pairs) / (n * (n - 1)), rel=1e-10)


@pytest.mark.parametrize("order", [4, 6])
def test_products_of_different_blocks_give_the_same(order):
    """The other way to remove the bias: multiply sums of different blocks only (no bias at any order)."""
    sample = Ensemble(ErfNet(3), PAIR, seed=5).correlators(20_000, n_blocks=100)
    sums = {
        part: sample.origin.block_sums[:, sample.origin.plan.slice_of(part)]
        for part in range(2, order + 1, 2)
    }
    value, left_out = cumulant_of(*partition_sums(order, sums, sample.block_sizes, 2))
    error = np.sqrt(np.sum(jackknife(value, left_out)[1] ** 2, axis=0))
    found = sample.connected()[order]
    np.testing.assert_allclose((found.value - value) / error, 0.0, atol=1e-3)
    np.testing.assert_allclose(found.error, error, rtol=1e-2)


def expected_bias(order, n):
    """Average the estimate over all samples of n values f² = 1 (three in four) or 9."""
    true = float(cumulants({r: np.array([[(3 + 3.0**r) / 4]]) for r in (2, 4, 6)}, 1, order)[0, 0])
    mean, plain = 0.0, 0.0
    for large in range(n + 1):
        f = np.array([3.0] * large + [1.0] * (n - large))
        blocks = {r: f[:, np.newaxis] ** r for r in (2, 4, 6)}
        sums = {r: block.sum(axis=0) for r, block in blocks.items()}
        value, _ = cumulant_jackknife(sums, blocks, np.ones(n, dtype=np.int64), 1, order)
        estimate = cumulants({r: np.array([[one[0] / n]]) for r, one in sums.items()}, 1, order)
        probability = comb(n, large) * 0.25**large * 0.75 ** (n - large)
        mean += probability * float(value[0])
        plain += probability * float(estimate[0, 0])
    return mean - true, plain - true


def test_bias_is_what_is_stated():
    corrected, plain = expected_bias(4, 6)
    assert abs(corrected) < 1e-10
    assert abs(plain) > 1
    (small, plain_small), (large, plain_large) = expected_bias(6, 20), expected_bias(6, 40)
    assert large / small == pytest.approx(1 / 4, rel=0.1)  # of order 1/n²
    assert plain_large / plain_small == pytest.approx(1 / 2, rel=0.1)  # of order 1/n


def test_jackknife_of_a_mean_is_the_textbook_error():
    sample = Ensemble(ErfNet(2), PAIR, seed=7).correlators(6000, orders=(2, 4), n_blocks=60)
    without = (sample.origin.sums - sample.origin.block_sums) / (6000 - sample.block_sizes)[:, None]
    value, deviations = jackknife(sample.origin.sums / 6000, without, sample.block_sizes)
    np.testing.assert_allclose(value, sample.origin.sums / 6000, rtol=1e-12)
    np.testing.assert_allclose(deviations.T @ deviations, sample.covariance(), rtol=1e-9)
    errors = np.concatenate([one.error for one in sample.values()])
    np.testing.assert_allclose(errors, np.sqrt(np.diag(sample.covariance())), rtol=1e-9)


@pytest.mark.statistical
@pytest.mark.parametrize(("order", "seeds", "networks"), [(4, 100, 30_001), (6, 60, 300_001)])
def test_pulls_of_connected_correlators_have_width_one(order, seeds, networks):
    network = ErfNet(3)
    exact = exact_correlators(network, np.array(PAIR)[:, None]).connected()[order].value
    pulls, p_values = [], []
    for seed in range(seeds):
        ensemble = Ensemble(network, PAIR, seed=seed, precision="single")
        sample = ensemble.correlators(networks, n_blocks=200)
        found = sample.connected()[order]
        pulls.append((found.value - exact) / found.error)
        np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), found.error, rtol=1e-10)
        p_values.append(compare(found.value - exact, found.covariance, n_blocks=200).p_value)
    z = np.array(pulls)
    assert np.all(np.abs(z.mean(axis=0)) < 4.5 / np.sqrt(seeds))
    assert np.all(np.abs(z.std(axis=0) - 1) < 4.5 / np.sqrt(2 * seeds))
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


@pytest.mark.statistical
def test_output_layers_integrated_out_give_the_same_with_smaller_errors():
    network = ErfNet(30)
    exact = exact_correlators(network, np.array(PAIR)[:, None]).connected()[4].value
    plain, conditional = (
        Ensemble(network, PAIR, seed=2, estimator=name).correlators(100_000, orders=(2, 4)).connected()[4]
        for name in ("plain", "conditional")
    )
    assert np.all(np.abs(conditional.value - exact) < 4.5 * conditional.error)
    assert np.all(conditional.error < plain.error / 10)


@pytest.mark.statistical
def test_it_is_better_than_subtracting_the_kernel():
    network = ErfNet(50)
    sample = Ensemble(network, [0.6], seed=3).correlators(200_000)
    # for nearly Gaussian outputs of variance 1: Var = 96/n against 4! = 24/n for a cumulant
    ratio = (sample[4].error / sample.connected()[4].error) ** 2
    assert ratio[0] == pytest.approx(96 / 24, rel=0.25)


def test_deviation_is_what_the_published_scripts_compute():
    network, points = ErfNet(3), np.array([[-0.6], [0.2], [1.0]])
    kernel = network.kernel.full(points, points)
    sample = Ensemble(network, points, seed=9).correlators(600, orders=(2, 4), n_blocks=60)
    f = reference_outputs(network, points, 9, 0, 600)
    for order in (2, 4):
        indices = sample[order].indices
        g = np.prod(f[:, indices], axis=2)
        free = free_correlator(kernel, order)
        found = sample.deviation(order, kernel, experiments=6)
        assert float(found) == pytest.approx(np.mean(np.abs((g.mean(axis=0) - free) / free)), rel=1e-10)
        scatter = g.reshape(6, 100, -1).mean(axis=1).std(axis=0, ddof=1)
        assert found.evidence["background"] == pytest.approx(np.mean(scatter / free), rel=1e-10)
        assert found.evidence["background_of_mean"] == pytest.approx(
            found.evidence["background"] / np.sqrt(6), rel=1e-14
        )


@pytest.mark.statistical
def test_deviation_agrees_with_the_exact_one():
    network, points = ReLUNet(10), np.array([[0.4], [1.0]])
    kernel = network.kernel.full(points, points)
    exact = exact_correlators(network, points)
    pulls = []
    for seed in range(60):
        sample = Ensemble(network, points, seed=seed).correlators(50_000, n_blocks=100)
        for order in (4, 6):
            free = free_correlator(kernel, order)
            true = np.mean(np.abs(exact[order].value / free - 1))
            found = sample.deviation(order, kernel)
            pulls.append(float((found.value - true) / found.error))
    fours, sixes = np.array(pulls).reshape(60, 2).T
    for z in (fours, sixes):
        assert abs(z.mean()) < 4.5 / np.sqrt(60)
        assert abs(z.std() - 1) < 4.5 / np.sqrt(120)


def test_impossible_questions_are_refused():
    sample = Ensemble(ErfNet(2), PAIR).correlators(100, orders=(1, 2, 3, 6), n_blocks=10)
    assert list(sample.connected()) == [2]  # 4 is missing, so 6 cannot be formed
    np.testing.assert_array_equal(sample.connected()[2].value, sample[2].value)
    for order in (1, 3, 4, 6):
        with pytest.raises(InvalidStatistics, match=f"no connected {order}-point function here, only"):
            sample.connected()[order]
    kernel = np.eye(2)
    with pytest.raises(InvalidStatistics, match="m_3"):
        sample.deviation(3, kernel)
    for experiments in (1, 3):
        with pytest.raises(InvalidStatistics, match="divisor of the 10 blocks"):
            sample.deviation(2, kernel, experiments=experiments)
