"""Symmetric index sets: a correlator is symmetric, so only non-decreasing index tuples are kept."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations_with_replacement
from math import comb
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidPoints
from numerics.given import as_whole

#: Up to so many indices the rows found by `ranks` are kept: studies ask for the same ones again and again.
_REMEMBERED = 4096
#: Up to so many rows of parts of tuples are kept.
_KEPT_PARTS = 50_000
#: Up to so many keys the row of each is written down.
_TABLED = 1_000_000
#: Numbers that 64 bits hold.
_LARGEST_KEY = 2.0**62


def multiset_count(n_points: int, order: int) -> int:
    """Count the distinct elements of a symmetric tensor: ``C(n_points + order - 1, order)``.

    Examples
    --------
    >>> [multiset_count(6, order) for order in (2, 4, 6)]
    [21, 126, 462]
    """
    n_points = as_whole(n_points, "n_points", InvalidPoints, least=0)
    order = as_whole(order, "order", InvalidPoints, least=0)
    return comb(n_points + order - 1, order) if n_points else int(order == 0)


def multisets(n_points: int, order: int) -> NDArray[np.int64]:
    """List the non-decreasing index tuples of a symmetric tensor.

    Parameters
    ----------
    n_points : int
        Number of input points.
    order : int
        Number of indices, 0 or more.

    Returns
    -------
    ndarray of int64, shape (multiset_count(n_points, order), order)
        Lexicographically ordered, every row non-decreasing; read-only.

    Examples
    --------
    >>> multisets(2, 2).tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    return _multisets(
        as_whole(n_points, "n_points", InvalidPoints, least=0),
        as_whole(order, "order", InvalidPoints, least=0),
    )


@lru_cache(maxsize=64)
def _multisets(n_points: int, order: int) -> NDArray[np.int64]:
    rows = list(combinations_with_replacement(range(n_points), order))
    table = np.array(rows, dtype=np.int64).reshape(len(rows), order)
    table.setflags(write=False)
    return table


def ranks(indices: NDArray[np.int64], n_points: int) -> NDArray[np.int64]:
    """Say in which row of `multisets` each index tuple stands, whatever the order of its indices.

    Parameters
    ----------
    indices : ndarray of int, shape (..., order)
        Index tuples, in any order.
    n_points : int
        Number of input points.

    Returns
    -------
    ndarray of int64, shape (...)
        Row numbers in ``multisets(n_points, order)``.

    Notes
    -----
    The rank of a non-decreasing tuple in lexicographic order is read off a table of
    binomial coefficients, so no search is needed.

    Examples
    --------
    >>> ranks(np.array([[1, 0], [1, 1]]), 2).tolist()
    [1, 2]
    """
    indices = np.asarray(indices, dtype=np.int64)
    if indices.size > _REMEMBERED:
        return _ranks(indices, n_points)
    return _ranks_of_bytes(indices.tobytes(), indices.shape, n_points).copy()


@final
@dataclass(frozen=True)
class IndexRows:
    """Some index multisets, and where each stands: for tensors of which few elements are known.

    Attributes
    ----------
    indices : ndarray of int64, shape (M, n)
        Distinct non-decreasing rows in lexicographic order.
    n_points : int
        The indices run from 0 to n_points - 1.

    Examples
    --------
    >>> IndexRows(np.array([[0, 1], [1, 1]]), 2).find(np.array([[1, 1]])).tolist()
    [1]
    """

    indices: NDArray[np.int64]
    n_points: int

    def find(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each non-decreasing index tuple: shape (..., n) -> (...)."""
        asked = keys(indices, self.n_points)
        row: NDArray[np.int64]
        if self._table is None:
            row = np.searchsorted(keys(self.indices, self.n_points), asked)
        else:
            row = self._table[asked]
        return row

    def find_parts(self, whole: "IndexRows", labels: NDArray[np.int64], rows: slice) -> NDArray[np.int64]:
        """Return the rows of parts of the tuples of another table; of small whole tensors they are kept.

        Parameters
        ----------
        whole : IndexRows
            Longer tuples over the same indices.
        labels : ndarray of int, shape (P, n)
            Which places of a longer tuple make a part; ascending.
        rows : slice
            Which of the longer tuples are asked for.

        Returns
        -------
        ndarray of int64, shape (m, P)

        Examples
        --------
        >>> pairs, fours = IndexRows(multisets(2, 2), 2), IndexRows(multisets(2, 4), 2)
        >>> pairs.find_parts(fours, np.array([[0, 1], [2, 3]]), slice(2, 3)).tolist()
        [[0, 2]]
        """
        if self._complete and whole._complete and len(whole.indices) * len(labels) <= _KEPT_PARTS:
            order, size = whole.indices.shape[1], labels.shape[1]
            return _parts(self.n_points, order, size, labels.astype(np.int64).tobytes())[rows]
        return self.find(whole.indices[rows][:, labels])

    @cached_property
    def _complete(self) -> bool:
        """Whether this is every multiset of its size."""
        return len(self.indices) == multiset_count(self.n_points, self.indices.shape[1])

    @cached_property
    def _table(self) -> NDArray[np.int64] | None:
        """The row of every key, where there are few of them."""
        count = self.n_points ** self.indices.shape[-1]
        if count > _TABLED:
            return None
        table = np.zeros(count, dtype=np.int64)
        table[keys(self.indices, self.n_points)] = np.arange(len(self.indices))
        return table


def keys(indices: NDArray[np.int64], n_points: int) -> NDArray[np.int64]:
    """Read tuples as numbers in base n_points: lexicographic order becomes numerical order.

    Examples
    --------
    >>> keys(np.array([[0, 1], [2, 0]]), 3).tolist()
    [1, 6]
    """
    found = np.zeros(indices.shape[:-1], dtype=np.int64)
    for slot in range(indices.shape[-1]):
        found *= n_points
        found += indices[..., slot]
    return found


def distinct_rows(indices: NDArray[np.int64], n_points: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Drop repeated index tuples, and say which of the rest each tuple is.

    Parameters
    ----------
    indices : ndarray of int64, shape (M, n)
        Numbers below `n_points`.
    n_points : int

    Returns
    -------
    rows : ndarray of int64, shape (A, n)
        In lexicographic order.
    row_of : ndarray of int64, shape (M,)

    Examples
    --------
    >>> rows, row_of = distinct_rows(np.array([[1, 1], [0, 1], [1, 1]]), 2)
    >>> rows.tolist(), row_of.tolist()
    ([[0, 1], [1, 1]], [1, 0, 1])
    """
    if float(n_points) ** indices.shape[1] < _LARGEST_KEY:
        _, first, row_of = np.unique(keys(indices, n_points), return_index=True, return_inverse=True)
        return indices[first], row_of.reshape(-1)
    rows, row_of = np.unique(indices, axis=0, return_inverse=True)
    return rows, row_of.reshape(-1)


@lru_cache(maxsize=128)
def _parts(n_points: int, order: int, size: int, labels: bytes) -> NDArray[np.int64]:
    """Rows of the parts of every multiset; shape (M, P)."""
    places = np.frombuffer(labels, dtype=np.int64).reshape(-1, size)
    found = _ranks(multisets(n_points, order)[:, places], n_points)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=256)
def _ranks_of_bytes(content: bytes, shape: tuple[int, ...], n_points: int) -> NDArray[np.int64]:
    return _ranks(np.frombuffer(content, dtype=np.int64).reshape(shape), n_points)


def _ranks(indices: NDArray[np.int64], n_points: int) -> NDArray[np.int64]:
    ordered = np.sort(indices, axis=-1)
    order = ordered.shape[-1]
    position = np.zeros(ordered.shape[:-1], dtype=np.int64)
    previous = np.zeros(ordered.shape[:-1], dtype=np.int64)
    for slot, skipped in enumerate(_skipped(n_points, order)):
        value = ordered[..., slot]
        position += skipped[value] - skipped[previous]
        previous = value
    return position


@lru_cache(maxsize=256)
def _skipped(n_points: int, order: int) -> NDArray[np.int64]:
    """Number of tuples from one slot on whose entry there is smaller than v, shape (order, n_points + 1)."""
    counts = [
        [multiset_count(n_points - v, left) for v in range(n_points)] for left in reversed(range(order))
    ]
    table = np.zeros((order, n_points + 1), dtype=np.int64)
    np.cumsum(np.reshape(counts, (order, n_points)), axis=1, out=table[:, 1:])
    table.setflags(write=False)
    return table
