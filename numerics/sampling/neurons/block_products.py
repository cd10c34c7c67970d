"""Unbiased products of means, and joint cumulants, from the sums of independent blocks, with the jackknife.

A product of two means is biased by their covariance. Block sums S_b, S'_b over n_b samples give it without
bias if the factors come from different blocks,

    E E' ≈ Σ_{b≠c} S_b S'_c / Σ_{b≠c} n_b n_c,

whatever was averaged in the blocks: outputs of networks, conditional means, weighted neurons, blocks of
unequal size (a U-statistic over blocks, Hoeffding 1948). Restricted sums follow from free ones by Möbius
inversion over set partitions,

    Σ_{b1≠…≠bm} Π_k S_k,bk = Σ_π Π_{C in π} (−1)^(|C|−1) (|C| − 1)! Σ_b Π_{k in C} S_k,b,

and leaving out one block costs nothing more, so every number has its delete-one-block jackknife (Quenouille
1956, Tukey 1958) with all covariances.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import set_partitions
from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.results.cumulants import mobius, partition_terms

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Blocks needed for products of three means and an error bar.
FEWEST_BLOCKS = 10


def partition_sums(
    order: int, block_sums: Mapping[int, Array], block_sizes: NDArray[np.int64], n_points: int
) -> tuple[Array, Array]:
    """Sum unbiased products of moments over the partitions of each index set into m even blocks.

    Parameters
    ----------
    order : int
        Even n.
    block_sums : mapping of int to ndarray, shape (n_blocks, M_r)
        For each even order r up to n the sums over the samples of each block of the products at every index
        set; odd moments vanish.
    block_sizes : ndarray of int, shape (n_blocks,)
        Samples per block.
    n_points : int

    Returns
    -------
    value : ndarray, shape (n/2, M_n)
        Row m − 1: Σ over partitions into m blocks of Π E[block].
    left_out : ndarray, shape (n_blocks, n/2, M_n)
        The same without each block.

    Raises
    ------
    InvalidStatistics
        If there are too few blocks.

    Examples
    --------
    Two blocks of one sample each, x = 1 and x = 2 (and a third for the jackknife): E[x²] E[x²] from pairs of
    different samples, three times because ⟨xxxx⟩ splits into pairs in three ways.

    >>> sums = {2: np.array([[1.0], [4.0]] * 5), 4: np.array([[1.0], [16.0]] * 5)}
    >>> value, left_out = partition_sums(4, sums, np.ones(10, dtype=int), 1)
    >>> value[:, 0].round(12).tolist(), round(3 * (25 * 25 - 85) / 90, 12)
    ([8.5, 18.0], 18.0)
    """
    n_blocks = len(block_sizes)
    if n_blocks < FEWEST_BLOCKS:
        raise InvalidStatistics(
            f"unbiased cumulants with errors need at least {FEWEST_BLOCKS} blocks, got {n_blocks}; raise "
            "n_blocks"
        )
    indices = multisets(n_points, order)
    value = np.zeros((order // 2, len(indices)))
    left_out = np.zeros((n_blocks, order // 2, len(indices)))
    sizes = np.asarray(block_sizes, dtype=np.float64)[:, np.newaxis]

    def of_blocks(size: int, labels: Indices) -> list[Array]:
        (places,) = labels  # one partition at a time
        return [block_sums[size][:, ranks(indices[:, places], n_points)]]

    counts = {m: _distinct_products([sizes] * m) for m in range(1, order // 2 + 1)}
    terms = partition_terms(order, of_blocks, _products_of_blocks, at_once=1)
    for m, (whole, without) in terms:
        number, numbers = counts[m]
        value[m - 1] += whole / number
        left_out[:, m - 1] += without / numbers
    return value, left_out


def _products_of_blocks(factors: Sequence[list[Array]]) -> list[Array]:
    """The product that `numerics.results.cumulants` sums: of means from different blocks."""
    return list(_distinct_products([one for (one,) in factors]))


def _distinct_products(factors: list[Array]) -> tuple[Array, Array]:
    """Σ over different b1, …, bm of Π_k x_k[bk], with all blocks and without each; (B, M) -> (M,), (B, M)."""
    m = len(factors)
    single = {
        cell: np.prod([factors[k] for k in cell], axis=0)
        for size in range(1, m + 1)
        for cell in combinations(range(m), size)
    }
    sums = {cell: product.sum(axis=0) for cell, product in single.items()}
    rests = {cell: sums[cell] - product for cell, product in single.items()}
    total = np.zeros_like(sums[(0,)])
    rest = np.zeros_like(factors[0])
    for partition in set_partitions(m):
        weight = prod(mobius(len(cell)) for cell in partition)
        total += weight * np.prod([sums[cell] for cell in partition], axis=0)
        rest += weight * np.prod([rests[cell] for cell in partition], axis=0)
    return total, rest


def cumulant_of(value: Array, left_out: Array) -> tuple[Array, Array]:
    """Joint cumulants Σ_m (−1)^(m−1) (m − 1)! T_m from partition sums T_m, and without each block."""
    weights = np.array([float(mobius(m + 1)) for m in range(len(value))])
    return weights @ value, np.einsum("m,bme->be", weights, left_out)
