"""Moments with the output layer integrated out: sums over pairings of the covariance of one network.

Given its hidden parameters, a network with Gaussian output weights and bias is a Gaussian function of the
inputs with covariance

    C_ij = Var(b1) + Var(a)/N Σ_n s_n(x_i) s_n(x_j),

so by Wick's theorem its mean contribution to the n-point function is the sum over all (n − 1)!! pairings of
products of C. The sum is built recursively, by the partner of the first index:

    T_{1..n} = Σ_{k > 1} C_{1k} T_{the others},        T of two indices is C, T of an odd number is zero.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numerics.fields.index_sets import multiset_count, multisets, ranks
from numerics.machine.intrinsics import GRAIN, LANES, dot_rows, grain
from numerics.machine.jit import compiled
from numerics.sampling.estimators.moments import MomentPlan

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

Terms: TypeAlias = tuple[Indices, Indices, Indices, Indices, Indices, Indices]


@dataclass(frozen=True)
class PairingPlan:
    """Which products make which sum over pairings.

    Attributes
    ----------
    n_rows : int
        Rows of scratch: row 0 is one for the networks that count, then C, then T of four and more indices.
    arrays : tuple of ndarray of int64
        ``start, left, right`` of the rows after C, then of the moments: number e is the sum over terms
        start[e] .. start[e + 1] - 1 of row left times row right.
    """

    n_rows: int
    arrays: Terms


@lru_cache(maxsize=16)
def _plan(n_points: int, orders: tuple[int, ...]) -> PairingPlan:
    highest = max((order for order in orders if order % 2 == 0), default=2)
    first_row, n_rows = {2: 1}, 1 + multiset_count(n_points, 2)
    rows: list[tuple[Indices, Indices]] = []
    for k in range(4, highest, 2):
        first_row[k] = n_rows
        n_rows += multiset_count(n_points, k)
        rows += _terms(n_points, k, first_row)
    moments: list[tuple[Indices, Indices]] = []
    for order in orders:
        if order % 2 == 0:
            moments += _terms(n_points, order, first_row)
        else:
            nothing = np.empty(0, dtype=np.int64)
            moments += [(nothing, nothing)] * multiset_count(n_points, order)
    return PairingPlan(n_rows, (*_joined(rows), *_joined(moments)))


def _terms(n_points: int, order: int, first_row: dict[int, int]) -> list[tuple[Indices, Indices]]:
    """List for each element the rows whose products are summed."""
    sets = multisets(n_points, order)
    if order == 2:
        return [(np.zeros(1, dtype=np.int64), np.array([first_row[2] + e])) for e in range(len(sets))]
    left, right = [], []
    for k in range(1, order):
        others = [j for j in range(1, order) if j != k]
        left.append(first_row[2] + ranks(sets[:, [0, k]], n_points))
        right.append(first_row[order - 2] + ranks(sets[:, others], n_points))
    return list(zip(np.array(left).T, np.array(right).T, strict=True))


def _joined(terms: list[tuple[Indices, Indices]]) -> tuple[Indices, Indices, Indices]:
    start = np.cumsum([0] + [len(left) for left, _ in terms])
    nothing = [np.empty(0, dtype=np.int64)]
    left = np.concatenate(nothing + [left for left, _ in terms])
    right = np.concatenate(nothing + [right for _, right in terms])
    return start.astype(np.int64), left, right


def pairing_plan(plan: MomentPlan | None) -> PairingPlan:
    """Plan the sums over pairings for the moments of a `MomentPlan`; an empty plan for None.

    Examples
    --------
    Order four at one point: three times the square of row 1, the variance.

    >>> from numerics.sampling.estimators.moments import moment_plan
    >>> [a.tolist() for a in pairing_plan(moment_plan(1, (4,))).arrays[3:]]
    [[0, 3], [1, 1, 1], [1, 1, 1]]
    """
    return _plan(0, ()) if plan is None else _plan(plan.n_points, plan.orders)


@compiled
def accumulate_pairings(
    sums: Array, covariances: Array, rows: Array, offset: int, start: int, stop: int, terms: Terms
) -> None:
    """Sum all moments over networks start .. stop - 1 of one grain.

    Parameters
    ----------
    sums : ndarray, shape (M,)
        Filled; zero for odd orders.
    covariances : ndarray, shape (n_pairs, LANES)
    rows : ndarray, shape (n_rows, GRAIN)
        Scratch.
    offset : int
        Lane of the first network of the grain.
    start, stop : int
        Counted from `offset`, 0 <= start < stop <= GRAIN.
    terms : tuple of ndarray
        ``PairingPlan.arrays``.
    """
    row_start, row_left, row_right, sum_start, sum_left, sum_right = terms
    n_pairs = len(covariances)
    for lane in range(GRAIN):
        rows[0, lane] = 1.0 if start <= lane < stop else 0.0
    counted = grain(rows, 0)
    for pair in range(n_pairs):
        covariance, result = grain(covariances, (pair * LANES + offset) // GRAIN), grain(rows, 1 + pair)
        for lane in range(GRAIN):
            result[lane] = covariance[lane] * counted[lane]
    for m in range(len(row_start) - 1):
        _sum_products(rows, 1 + n_pairs + m, row_start[m], row_start[m + 1], row_left, row_right)
    for e in range(len(sums)):
        total = 0.0
        for term in range(sum_start[e], sum_start[e + 1]):
            total += dot_rows(rows, sum_left[term], sum_right[term])
        sums[e] = total


@compiled
def _sum_products(rows: Array, target: int, begin: int, end: int, left: Indices, right: Indices) -> None:
    result = grain(rows, target)
    for lane in range(GRAIN):
        result[lane] = 0.0
    for term in range(begin, end):
        a, b = grain(rows, left[term]), grain(rows, right[term])
        for lane in range(GRAIN):
            result[lane] += a[lane] * b[lane]
