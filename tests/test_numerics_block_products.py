"""Unbiased products and cumulants: enumeration over blocks, textbook polykays, exact expectations."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest
from scipy import stats

from diagrams.combinatorics.set_partitions import even_partitions, set_partitions
from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.results.jackknife import jackknife
from numerics.sampling.neurons.block_products import cumulant_of, partition_sums


def sums_of(samples, edges, orders):
    """Block sums of the products of samples, shape (n, n_points)."""
    return {
        n: np.array([
            np.prod(samples[a:b][:, multisets(samples.shape[1], n)], axis=2).sum(axis=0)
            for a, b in pairwise(edges)
        ])
        for n in orders
    }  # fmt: skip


def brute_force(sums, sizes, n_points, order, skip=None):
    """Loop over all choices of different blocks."""
    blocks = [b for b in range(len(sizes)) if b != skip]
    value = np.zeros((order // 2, len(multisets(n_points, order))))
    for e, row in enumerate(multisets(n_points, order)):
        for partitions in even_partitions(order):
            m = len(partitions.sizes)
            norm = sum(np.prod([sizes[b] for b in chosen]) for chosen in permutations(blocks, m))
            for cells in zip(*partitions.blocks, strict=True):
                columns = [
                    (size, ranks(row[cell], n_points))
                    for size, cell in zip(partitions.sizes, cells, strict=True)
                ]
                value[m - 1, e] += (
                    sum(
                        np.prod(
                            [sums[size][b, column] for b, (size, column) in zip(chosen, columns, strict=True)]
                        )
                        for chosen in permutations(blocks, m)
                    )
                    / norm
                )
    return value


@pytest.mark.parametrize("order", [2, 4, 6])
def test_partition_sums_by_enumeration(order):
    samples = np.random.default_rng(1).normal(loc=0.3, size=(25, 2))
    edges = np.array([0, 2, 4, 7, 9, 12, 14, 17, 19, 22, 25])
    sums, sizes = sums_of(samples, edges, (2, 4, 6)), np.diff(edges)
    value, left_out = partition_sums(order, sums, sizes, 2)
    np.testing.assert_allclose(value, brute_force(sums, sizes, 2, order), rtol=1e-10)
    np.testing.assert_allclose(left_out[3], brute_force(sums, sizes, 2, order, skip=3), rtol=1e-10)


def test_blocks_of_one_sample_give_the_polykay():
    """κ_4 of data with known zero mean: m_4 − 3 (n² m_2² − n m_4)/(n (n − 1))."""
    x = np.random.default_rng(2).standard_exponential((40, 1))
    sums = sums_of(x, np.arange(41), (2, 4))
    value, _ = cumulant_of(*partition_sums(4, sums, np.ones(40, dtype=int), 1))
    m2, m4 = np.mean(x**2), np.mean(x**4)
    assert value[0] == pytest.approx(m4 - 3 * (1600 * m2**2 - 40 * m4) / (40 * 39), rel=1e-12)


def test_cumulants_have_no_bias_at_all():
    """Average over every sample of ten draws from a coin with three faces: exactly the cumulant."""
    faces, chances = np.array([0.0, 1.0]), np.array([0.7, 0.3])
    total = np.zeros(3)
    # only the number of ones matters for the average; blocks are single draws
    for ones in range(11):
        x = np.repeat(faces[::-1], [ones, 10 - ones])[:, None]
        sums = sums_of(x, np.arange(11), (2, 4, 6))
        found = [cumulant_of(*partition_sums(n, sums, np.ones(10, dtype=int), 1))[0][0] for n in (2, 4, 6)]
        total += stats.binom.pmf(ones, 10, 0.3) * np.array(found)
    m = float(chances @ faces)
    expected = [m, m - 3 * m**2, m - 15 * m**2 + 30 * m**3]
    np.testing.assert_allclose(total, expected, rtol=1e-12)


def test_jackknife_of_a_mean_is_the_textbook_covariance():
    x = np.random.default_rng(3).normal(size=(50, 2))
    sums = sums_of(x, np.arange(51), (2,))
    value, left_out = cumulant_of(*partition_sums(2, sums, np.ones(50, dtype=int), 2))
    corrected, deviations = jackknife(value, left_out)
    products = x[:, [0, 0, 1]] * x[:, [0, 1, 1]]
    np.testing.assert_allclose(deviations.T @ deviations, np.cov(products, rowvar=False) / 50, rtol=1e-10)
    np.testing.assert_allclose(corrected, value, rtol=1e-12)  # a mean has no bias


def test_set_partitions_are_all_of_them():
    for n, bell in enumerate([1, 1, 2, 5, 15, 52]):
        seen = {frozenset(map(frozenset, partition)) for partition in set_partitions(n)}
        assert len(seen) == len(set_partitions(n)) == bell
        labels = {
            tuple(key.index(k) for k in key)
            for key in (list(one) for one in product(range(max(n, 1)), repeat=n))
        }
        assert len(labels) == bell


def test_too_few_blocks_are_refused():
    with pytest.raises(InvalidStatistics, match="at least 10 blocks, got 9"):
        partition_sums(2, {2: np.ones((9, 1))}, np.ones(9, dtype=int), 1)
