"""Symmetric tensors stored by index multiset, and sums over set partitions of products of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.set_partitions import PartitionClass, even_partitions

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
EPS = float(np.finfo(np.float64).eps)
# Rows times partitions handled at once.
BLOCK = 1_000_000
# (n − 1)!!, the moments of a standard normal variable.
NORMAL_MOMENTS = np.array([float(normal_moment(n)) for n in range(33)])


@dataclass(frozen=True)
class SymmetricTable:
    """Values of a symmetric tensor at some index multisets.

    Attributes
    ----------
    indices : ndarray of int64, shape (M, n)
        Distinct non-decreasing rows in lexicographic order.
    value, error : ndarray, shape (M,)
    n_points : int
        The indices run from 0 to n_points - 1.

    Examples
    --------
    >>> table = SymmetricTable(np.array([[0, 1], [1, 1]]), np.array([3.0, 5.0]), np.zeros(2), 2)
    >>> table.value[table.find(np.array([[1, 1]]))].tolist()
    [5.0]
    """

    indices: Indices
    value: Array
    error: Array
    n_points: int

    def find(self, indices: Indices) -> Indices:
        """Return the row of each non-decreasing index tuple: shape (..., n) -> (...)."""
        row: Indices = np.searchsorted(self._keys(self.indices), self._keys(indices))
        return row

    def _keys(self, indices: Indices) -> Indices:
        """Read tuples as numbers in base n_points: lexicographic order becomes numerical order."""
        powers = self.n_points ** np.arange(indices.shape[-1] - 1, -1, -1, dtype=np.int64)
        keys: Indices = indices @ powers
        return keys


def sum_over_partitions(
    indices: Indices, tables: Mapping[int, SymmetricTable], *, cumulant: bool
) -> tuple[Array, Array, Array]:
    """Sum products of tensors over all partitions of the indices into even blocks.

    Parameters
    ----------
    indices : ndarray of int64, shape (M, n)
        Non-decreasing rows.
    tables : mapping of int to SymmetricTable
        The tensor of each even rank up to n.
    cumulant : bool
        True: moments to cumulants, weight (−1)^(m − 1) (m − 1)! for m blocks. False: cumulants to moments,
        weight one.

    Returns
    -------
    value : ndarray, shape (M,)
    error : ndarray, shape (M,)
        First-order propagation of the errors in the tables, plus rounding.
    scale : ndarray, shape (M,)
        Sum of the absolute values of the terms, so that ``scale / abs(value)`` is the condition number.
    """
    return join_blocks(
        sums_by_blocks(indices, tables),
        [
            float((-1) ** (m - 1) * factorial(m - 1)) if cumulant and m else 1.0
            for m in _block_counts(indices)
        ],
    )


def join_blocks(sums: Array, weights: Sequence[float]) -> tuple[Array, Array, Array]:
    """Add the sums over partitions into m blocks, with a weight for each m.

    Parameters
    ----------
    sums : ndarray, shape (n // 2 + 1, 3, M)
        From `sums_by_blocks`.
    weights : sequence of float, length n // 2 + 1

    Returns
    -------
    value, error, scale : ndarray, shape (M,)
        As by `sum_over_partitions`.
    """
    w = np.asarray(weights)
    value, error, scale = w @ sums[:, 0], np.abs(w) @ sums[:, 1], np.abs(w) @ sums[:, 2]
    return value, error + 4 * EPS * scale, scale


def sums_by_blocks(indices: Indices, tables: Mapping[int, SymmetricTable]) -> Array:
    """Sum products of tensors over the partitions of the indices into m even blocks, for every m.

    Parameters
    ----------
    indices : ndarray of int64, shape (M, n)
        Non-decreasing rows.
    tables : mapping of int to SymmetricTable
        The tensor of each even rank up to n.

    Returns
    -------
    ndarray, shape (n // 2 + 1, 3, M)
        By m: value, error (propagated to first order), and the sum of the absolute values of the terms.

    Examples
    --------
    Three pairings of four indices, and one block of all four:

    >>> pairs = SymmetricTable(np.array([[0, 0]]), np.array([2.0]), np.zeros(1), 1)
    >>> fours = SymmetricTable(np.array([[0, 0, 0, 0]]), np.array([5.0]), np.zeros(1), 1)
    >>> sums_by_blocks(np.array([[0, 0, 0, 0]]), {2: pairs, 4: fours})[:, 0, 0].tolist()
    [0.0, 5.0, 12.0]
    """
    classes = even_partitions(indices.shape[1])
    largest = max((len(partitions.blocks[0]) for partitions in classes if partitions.blocks), default=1)
    step = max(1, BLOCK // largest)
    sums = np.zeros((len(_block_counts(indices)), 3, len(indices)))
    for start in range(0, len(indices), step):
        rows = slice(start, start + step)
        for partitions in classes:
            sums[len(partitions.sizes), :, rows] += _sum_class(indices[rows], partitions, tables)
    return sums


def _block_counts(indices: Indices) -> range:
    return range(indices.shape[1] // 2 + 1)


def _sum_class(indices: Indices, partitions: PartitionClass, tables: Mapping[int, SymmetricTable]) -> Array:
    """Sum over the partitions of one class: value, error and scale; shape (3, M)."""
    factors, errors = [], []
    for size, labels in zip(partitions.sizes, partitions.blocks, strict=True):
        row = tables[size].find(indices[:, labels])
        factors.append(tables[size].value[row])
        errors.append(tables[size].error[row])
    product = np.prod(factors, axis=0)
    error = np.zeros(len(indices))
    for block in range(len(factors)):
        others = [np.abs(factor) for other, factor in enumerate(factors) if other != block]
        error += np.prod([errors[block], *others], axis=0).sum(axis=1)
    return np.stack([product.sum(axis=1), error, np.abs(product).sum(axis=1)])


def wick_count(components: Indices) -> Array:
    """Moments Π_a (n_a − 1)!! of independent standard normal variables, zero if an n_a is odd.

    Parameters
    ----------
    components : ndarray of int, shape (M, n)
        Which variable each of n factors is; n_a counts the factors that are variable a. At most ten.

    Returns
    -------
    ndarray, shape (M,)

    Examples
    --------
    >>> wick_count(np.array([[1, 1, 1, 1], [1, 1, 2, 2], [1, 2, 2, 2]])).tolist()
    [3.0, 1.0, 0.0]
    """
    count = np.ones(len(components))
    for component in np.unique(components):
        count *= NORMAL_MOMENTS[np.count_nonzero(components == component, axis=1)]
    return count
