"""Evaluate flat programs: sums over nodes of products of tabulated factors.

A program is a table of factor values, one row per factor and one column per node, and for every output the
rows it multiplies; so one interpreter serves every diagram and nothing is compiled per diagram ::

    out[e] = sum_p weights[p] * prod_k table[factors[e, k], p]

What to use when: `NumpyBackend` needs no compiler and is as fast as it gets for the tables of one vertex in
d = 1; `NumbaBackend` needs no temporary arrays and wins when outputs × nodes is large. `default_backend`
chooses. They agree to rounding; the tests hold one against the other.
"""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import LoweringError
from numerics.kernels.base import Kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Products below which a compiled backend cannot repay the time to load it.
_SMALL_WORK = 3e8
#: Nodes taken at a time, so that intermediate products stay in the cache.
_BLOCK = 4096
#: Kernel values computed at a time, for the same reason.
_VALUES = 32768
#: Kernel values from which compiled tables repay the time to load the compiler.
_MANY_VALUES = 2e7


class Backend(ABC):
    """How products are formed and summed; abstract."""

    @abstractmethod
    def product_sums(self, table: Array, factors: Indices, weights: Array) -> Array:
        """Sum products of table rows over the nodes.

        Parameters
        ----------
        table : ndarray, shape (R, P)
            Value of every factor at every node.
        factors : ndarray of int, shape (M, L)
            Rows multiplied for each of M outputs; L = 0 gives the sum of the weights.
        weights : ndarray, shape (P,)

        Returns
        -------
        ndarray, shape (M,)

        Raises
        ------
        LoweringError
            If the shapes do not fit or a row does not exist.
        """

    @abstractmethod
    def kernel_table(self, kernel: Kernel, x: Array, y: Array) -> Array:
        """Evaluate K_W for all pairs; x of shape (n, d), y of shape (m, d), the result (n, m)."""


@final
class NumpyBackend(Backend):
    """Plain NumPy: the reference. Products of L rows are split in two halves and summed by a matrix product.

    Examples
    --------
    >>> table = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> NumpyBackend().product_sums(table, np.array([[0, 0], [0, 1]]), np.array([1.0, 10.0])).tolist()
    [41.0, 83.0]
    """

    def product_sums(self, table: Array, factors: Indices, weights: Array) -> Array:
        """See `Backend.product_sums`."""
        left, left_of, right, right_of = _halves(table, factors, weights)
        total = np.zeros((len(left), len(right)))
        for start in range(0, len(weights), _BLOCK):
            block = slice(start, start + _BLOCK)
            columns = table[:, block]
            total += (_products(columns, left) * weights[block]) @ _products(columns, right).T
        return np.asarray(total[left_of, right_of])

    def kernel_table(self, kernel: Kernel, x: Array, y: Array) -> Array:
        """See `Backend.kernel_table`; the array form of the kernel, a block of columns at a time."""
        step = max(1, _VALUES // max(1, len(x)))
        if step >= len(y):
            return kernel.weight(x, y)
        table = np.empty((len(x), len(y)))
        for start in range(0, len(y), step):
            table[:, start : start + step] = kernel.weight(x, y[start : start + step])
        return table


@final
class NumbaBackend(Backend):
    """Compiled interpreter; the first use on a machine compiles it, later ones read the cache.

    Examples
    --------
    >>> table = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> NumbaBackend().product_sums(table, np.array([[0, 0], [0, 1]]), np.array([1.0, 10.0])).tolist()
    [41.0, 83.0]
    """

    def product_sums(self, table: Array, factors: Indices, weights: Array) -> Array:
        """See `Backend.product_sums`."""
        from numerics.integrals.evaluate.interpreter import product_sums

        left, left_of, right, right_of = _halves(table, factors, weights)
        table, weights = np.ascontiguousarray(table), np.ascontiguousarray(weights)
        return np.asarray(product_sums(table, left, right, left_of, right_of, weights))

    def kernel_table(self, kernel: Kernel, x: Array, y: Array) -> Array:
        """See `Backend.kernel_table`; compiled for Erf-net and ReLU-net."""
        from numerics.kernels.tables import weight_table

        return weight_table(kernel, x, y)


def default_backend(n_outputs: int, n_factors: int, n_nodes: int) -> Backend:
    """NumPy for small problems, so that they never wait for a compiler; Numba for large ones."""
    work = float(n_outputs) * max(n_factors, 1) * n_nodes
    return NumpyBackend() if work < _SMALL_WORK else NumbaBackend()


def default_table_backend(n_values: int) -> Backend:
    """Which backend tabulates kernels, by the same reasoning."""
    return NumpyBackend() if n_values < _MANY_VALUES else NumbaBackend()


def _products(columns: Array, factors: Indices) -> Array:
    """Products of rows: columns (R, p), factors (U, h) -> (U, p)."""
    product = np.ones((len(factors), columns.shape[1]))
    for k in range(factors.shape[1]):
        product *= columns[factors[:, k]]
    return product


def _halves(table: Array, factors: Indices, weights: Array) -> tuple[Indices, Indices, Indices, Indices]:
    """Distinct left and right halves of the products, and which of them make up each output.

    Raises
    ------
    LoweringError
        If the shapes do not fit or a row does not exist.
    """
    fits = table.ndim == 2 and factors.ndim == 2 and weights.shape == (table.shape[1],)
    if fits:
        lowest, highest, halves = _halves_cached(factors.tobytes(), factors.shape)
        if lowest >= 0 and highest < len(table):
            return halves
    raise LoweringError(
        f"a table of shape {table.shape}, factors of shape {factors.shape} and weights of shape "
        f"{weights.shape} do not fit: (R, P), (M, L) with entries in 0..R−1, and (P,) are needed"
    )


@lru_cache(maxsize=256)
def _halves_cached(
    content: bytes, shape: tuple[int, int]
) -> tuple[int, int, tuple[Indices, Indices, Indices, Indices]]:
    """Smallest and largest entry, and the halves: kept, as studies come back to the same index sets."""
    factors = np.frombuffer(content, dtype=np.int64).reshape(shape)
    half = shape[1] // 2
    found = (*_distinct(factors[:, :half]), *_distinct(factors[:, half:]))
    if factors.size == 0:
        return 0, -1, found
    return int(factors.min()), int(factors.max()), found


def _distinct(factors: Indices) -> tuple[Indices, Indices]:
    """Distinct rows of shape (U, h), and which of them each row is, shape (M,)."""
    if factors.shape[1] == 0:
        return np.zeros((min(1, len(factors)), 0), dtype=np.int64), np.zeros(len(factors), dtype=np.int64)
    rows, inverse = np.unique(factors, axis=0, return_inverse=True)
    return rows, inverse.reshape(-1)
