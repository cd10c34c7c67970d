"""Compiled interpreter of flat programs; see `backends`, which imports it only when needed.

Nodes are taken `GRAIN` at a time: half products are formed for a block of nodes, then every output is a
scalar product of two of them, summed in an order that does not depend on the machine.
"""

import numpy as np
from numpy.typing import NDArray

from numerics.machine.intrinsics import GRAIN, dot_rows
from numerics.machine.jit import compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def _half_products(table: Array, factors: Indices, start: int, length: int, first: Array, out: Array) -> None:
    """Multiply rows over one block of nodes, on top of `first`; (R, P), (U, h), (block,) -> (U, block)."""
    for u in range(factors.shape[0]):
        target = out[u, :length]
        if factors.shape[1] == 0:
            for p in range(length):
                target[p] = first[p]
            continue
        # slices, because an index that might be negative keeps the compiler from making vector code
        source = table[factors[u, 0], start : start + length]
        for p in range(length):
            target[p] = first[p] * source[p]
        for k in range(1, factors.shape[1]):
            source = table[factors[u, k], start : start + length]
            for p in range(length):
                target[p] *= source[p]


@compiled
def product_sums(
    table: Array,
    left: Indices,
    right: Indices,
    left_of: Indices,
    right_of: Indices,
    weights: Array,
) -> Array:
    """Sum products of table rows over the nodes; each output is one left half times one right half.

    Parameters
    ----------
    table : ndarray, shape (R, P), C order
    left, right : ndarray of int64, shape (U, h), (U', h')
        The distinct halves of the products.
    left_of, right_of : ndarray of int64, shape (M,)
        Which halves make up each output.
    weights : ndarray, shape (P,)

    Returns
    -------
    ndarray, shape (M,)
    """
    n_nodes, n_left = weights.size, left.shape[0]
    halves = np.zeros((n_left + right.shape[0], GRAIN))
    weighted, ones = np.zeros(GRAIN), np.ones(GRAIN)
    out = np.zeros(left_of.size)
    for start in range(0, n_nodes, GRAIN):
        length = min(GRAIN, n_nodes - start)
        if length < GRAIN:
            halves[:] = 0.0  # nothing beyond the last node
        for p in range(length):
            weighted[p] = weights[start + p]
        _half_products(table, left, start, length, weighted, halves[:n_left])
        _half_products(table, right, start, length, ones, halves[n_left:])
        for e in range(left_of.size):
            out[e] += dot_rows(halves, left_of[e], n_left + right_of[e])
    return out
