"""Symmetric tensors stored by index multiset, and sums over set partitions of products of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from numerics.set_partitions import PartitionClass, even_partitions

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
EPS = float(np.finfo(np.float64).eps)
# Rows times partitions handled at once.
BLOCK = 1_000_000
# (n − 1)!!, the moments of a standard normal variable.
NORMAL_MOMENTS = np.array([float(prod(range(n - 1, 0, -2))) if n % 2 == 0 else 0.0 for n in range(11)])


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
    classes = even_partitions(indices.shape[1])
    largest = max((len(partitions.blocks[0]) for partitions in classes if partitions.blocks), default=1)
    step = max(1, BLOCK // largest)
    sums = np.zeros((3, len(indices)))
    for start in range(0, len(indices), step):
        rows = slice(start, start + step)
        sums[:, rows] = _sum_block(indices[rows], classes, tables, cumulant)
    value, error, scale = sums
    return value, error + 4 * EPS * scale, scale


def _sum_block(
    indices: Indices, classes: Iterable[PartitionClass], tables: Mapping[int, SymmetricTable], cumulant: bool
) -> tuple[Array, Array, Array]:
    """Do the work of `sum_over_partitions` for as many rows as fit in memory, without the rounding error."""
    value = np.zeros(len(indices))
    error = np.zeros(len(indices))
    scale = np.zeros(len(indices))
    for partitions in classes:
        n_blocks = len(partitions.sizes)
        weight = float((-1) ** (n_blocks - 1) * factorial(n_blocks - 1)) if cumulant else 1.0
        factors, errors = [], []
        for size, labels in zip(partitions.sizes, partitions.blocks, strict=True):
            row = tables[size].find(indices[:, labels])
            factors.append(tables[size].value[row])
            errors.append(tables[size].error[row])
        product = np.prod(factors, axis=0)
        value += weight * product.sum(axis=1)
        scale += abs(weight) * np.abs(product).sum(axis=1)
        for block in range(n_blocks):
            others = [np.abs(factor) for other, factor in enumerate(factors) if other != block]
            error += abs(weight) * np.prod([errors[block], *others], axis=0).sum(axis=1)
    return value, error, scale


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
