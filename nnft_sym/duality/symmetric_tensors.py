"""Symmetric tensors in full and by their distinct elements, and in other bases; errors follow.

Distinct elements stand in the order of `numerics.fields.index_sets.multisets`.
"""

from collections.abc import Callable
from functools import lru_cache
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ProblemTooLarge
from numerics.fields.index_sets import multisets, ranks
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Full tensors of more numbers are refused, and of more with all rows of deviations.
MOST_ELEMENTS, MOST_WITH_ROWS = 20_000_000, 100_000_000


@lru_cache(maxsize=64)
def places(m: int, n: int) -> Indices:
    """Say for each element of a full tensor which distinct element it is; shape (m**n,).

    Examples
    --------
    >>> places(2, 2).tolist()
    [0, 1, 1, 2]
    """
    if m**n > MOST_ELEMENTS:
        raise ProblemTooLarge(
            f"tensors of {n} indices over {m} fields have {m**n:,} numbers; at most {MOST_ELEMENTS:,} are "
            "handled: take fewer points, or a lower order"
        )
    found = ranks(np.indices((m,) * n).reshape(n, -1).T, m) if n else np.zeros(1, dtype=np.int64)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=64)
def arrangements(m: int, n: int) -> Array:
    """Count how often each distinct element stands in a full tensor; shape (M,).

    Examples
    --------
    >>> arrangements(2, 3).tolist()
    [1.0, 3.0, 3.0, 1.0]
    """
    rows = [np.bincount(row, minlength=max(m, 1)).tolist() for row in multisets(m, n)]
    found = np.array([factorial(n) / prod(map(factorial, row)) for row in rows])
    found.setflags(write=False)
    return found


def in_full(rows: Array, m: int, n: int) -> Array:
    """Write distinct elements into full tensors: (B, M) -> (B, m, …, m)."""
    if len(rows) * m**n > MOST_WITH_ROWS:
        raise ProblemTooLarge(
            f"tensors of {n} indices over {m} fields with {len(rows)} rows of deviations were asked for, "
            f"more than {MOST_WITH_ROWS:,} numbers: take fewer points or blocks, or a lower order"
        )
    return rows[:, places(m, n)].reshape(len(rows), *(m,) * n)


def distinct(rows: Array, m: int, n: int) -> Array:
    """Average full tensors over the order of their indices: (B, m, …, m) -> (B, M).

    Examples
    --------
    >>> distinct(np.array([[[1.0, 2.0], [4.0, 3.0]]]), 2, 2).tolist()
    [[1.0, 3.0, 3.0]]
    """
    where = places(m, n)
    order, starts = _runs(m, n)
    flat = rows.reshape(len(rows), -1)
    assert flat.shape[1] == len(where)
    return np.asarray(np.add.reduceat(flat[:, order], starts, axis=1) / arrangements(m, n))


@lru_cache(maxsize=64)
def _runs(m: int, n: int) -> tuple[Indices, Indices]:
    """Order that brings equal elements together, and where each run begins."""
    where = places(m, n)
    order = np.argsort(where, kind="stable")
    starts = np.flatnonzero(np.diff(where[order], prepend=-1))
    return order, starts


def in_basis(rows: Array, matrix: Array) -> Array:
    """Apply a matrix (a, m) to every index but that of the rows: (B, m, …, m) -> (B, a, …, a)."""
    found = rows
    for _ in range(rows.ndim - 1):  # each turn takes the first index to the end
        found = np.tensordot(found, matrix, axes=([1], [1]))
    return np.asarray(found)


def changed_basis(matrix: Array, n: int) -> Callable[[Array], Array]:
    """Make the map of distinct elements, row by row: (B, M) -> (B, M') under a matrix on each index."""
    a, m = matrix.shape

    def change(rows: Array) -> Array:
        return distinct(in_basis(in_full(rows, m, n), matrix), a, n)

    return change


def carried(uncertainty: Uncertainty, matrix: Array, n: int) -> Uncertainty:
    """Carry errors of distinct elements to another basis."""
    return uncertainty.linear(changed_basis(matrix, n), changed_basis(np.abs(matrix), n))
