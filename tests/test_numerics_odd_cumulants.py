"""Cumulants of ensembles whose odd correlators do not vanish, from outputs and from listed correlators."""

from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
import pytest
from scipy import stats

from diagrams.combinatorics.set_partitions import set_partitions
from numerics.errors import InvalidStatistics, OrderMissing
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.results.correlator import Correlator, Part
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality

POINTS = [[0.0], [1.0]]


def skewed(networks, seed=1):
    """Two correlated outputs with mean, skewness and kurtosis."""
    rng = np.random.default_rng(seed)
    common, own = rng.exponential(size=(networks, 1)), rng.normal(size=(networks, 2))
    return 0.4 + common * [1.0, 0.6] + 0.5 * own


def cumulant_by_partitions(columns):
    """Σ_π (−1)^(m−1) (m−1)! Π E[Π x], from plain means."""
    return sum(
        (-1) ** (len(blocks) - 1)
        * factorial(len(blocks) - 1)
        * prod(np.mean(np.prod([columns[i] for i in block], axis=0)) for block in blocks)
        for blocks in set_partitions(len(columns))
    )


def test_cumulants_of_all_orders_against_partitions():
    table = skewed(4000)
    found = Dataset.from_outputs(table, POINTS, range(1, 7), n_blocks=400).sampled.connected()
    assert found.orders == (1, 2, 3, 4, 5, 6)
    for order in found.orders:
        rows = combinations_with_replacement(range(2), order)
        wanted = np.array([cumulant_by_partitions([table[:, i] for i in row]) for row in rows])
        # the jackknife takes off a bias of order 1/n, far below the error
        assert np.all(np.abs(found[order].value - wanted) < 0.1 * found[order].error + 1e-12)
    # one point has k-statistics, without bias for order 2 to 4
    for order in (2, 3, 4):
        k = stats.kstat(table[:, 0], order)
        assert found[order].value[0] == pytest.approx(k, abs=0.005 * found[order].error[0])
    error = np.sqrt(stats.kstatvar(table[:, 0], 2))
    assert found[2].error[0] == pytest.approx(error, rel=0.15)


def test_the_mean_makes_no_difference():
    table = skewed(2000)
    one, other = (
        Dataset.from_outputs(table + shift, POINTS, range(1, 5), n_blocks=200).sampled.connected()
        for shift in (0.0, 3.0)
    )
    np.testing.assert_allclose(other.joint((2, 3, 4)).value, one.joint((2, 3, 4)).value, rtol=1e-9)
    np.testing.assert_allclose(other.covariance((2, 3, 4)), one.covariance((2, 3, 4)), rtol=1e-7, atol=1e-18)
    assert other[1].value - one[1].value == pytest.approx(3.0, rel=1e-12)


@pytest.mark.statistical
def test_errors_of_odd_cumulants():
    """300 samples: the scatter of the third and fourth cumulant is the error that each of them gives."""
    values, errors = [], []
    for seed in range(300):
        found = Dataset.from_outputs(
            skewed(2000, seed), POINTS, range(1, 5), n_blocks=100
        ).sampled.connected()
        values.append(found.joint((3, 4)).value)
        errors.append(found.joint((3, 4)).error)
    # errors of the fourth cumulant of an exponential vary much from sample to sample
    np.testing.assert_allclose(
        np.sqrt(np.mean(np.square(errors), axis=0)) / np.std(values, axis=0), 1.0, atol=0.2
    )


def test_listed_correlators_say_the_same():
    """From the full ones as they stand: value and covariance to first order."""
    given = Dataset.from_outputs(skewed(4000), POINTS, range(1, 5), n_blocks=400).sampled
    listed = Correlators.of(given[order] for order in given).connected()
    assert listed.orders == (1, 2, 3, 4)
    ours, theirs = given.connected().joint((2, 3, 4)), listed.joint((2, 3, 4))
    assert np.all(np.abs(ours.value - theirs.value) < 0.1 * ours.error)
    np.testing.assert_allclose(theirs.error, ours.error, rtol=0.02)
    exact = Correlators.of(
        Correlator(FieldSet([[0.0]]), n, Part.FULL, [moment], [0.0]) for n, moment in ((1, 1), (2, 2), (3, 6))
    )
    # the exponential law has the cumulants (n − 1)!
    assert exact.connected().joint().value.tolist() == [1.0, 1.0, 2.0]


def test_without_all_orders_odd_ones_count_as_zero():
    even = np.random.default_rng(3).normal(size=(2000, 2))
    for orders in ((2, 4), (1, 2, 4), (2, 3, 4)):
        found = Dataset.from_outputs(even, POINTS, orders, n_blocks=100).sampled
        assert found.connected().orders == (2, 4)
        np.testing.assert_array_equal(found.connected()[2].value, found[2].value)
    with pytest.raises(OrderMissing, match=r"ask for \[1\], too"):
        found.connected()[3]
    with pytest.raises(
        InvalidStatistics, match="subtract the mean of every point, or in Python take every order"
    ):
        Dataset.from_outputs(skewed(2000), POINTS, (2, 4))


def test_heavy_skewed_tails_ask_for_more_networks():
    few, many = (
        Dataset.from_outputs(skewed(networks), POINTS, range(1, 6), n_blocks=100).sampled.connected()
        for networks in (1000, 100_000)
    )
    assert few[5].quality is Quality.TOO_FEW_SAMPLES
    assert many[3].quality is Quality.TRUSTED
