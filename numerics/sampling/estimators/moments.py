"""Symmetric moments: sums of products of network outputs over all distinct index sets.

A product of n outputs is split into two monomials of about half the order, so the sums of all elements of
orders 2, 4 and 6 need only the monomials of orders 1, 2 and 3 and one multiplication per element.

Sums are taken over a fixed tree: networks -> grains of `GRAIN` -> pairs of grains -> ..., whatever the number
of threads, pages or blocks, so a total is reproduced to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.given import as_whole, as_wholes
from numerics.machine.intrinsics import GRAIN, LANES, dot_four_rows, dot_rows, grain
from numerics.machine.jit import compiled, inlined

Array = NDArray[np.float64]

MAX_ORDER = 8


@dataclass(frozen=True)
class MomentPlan:
    """How to form all moments of given orders.

    Attributes
    ----------
    orders : tuple of int
    n_points : int
    parent, point : ndarray of int64, shape (n_monomials,)
        Monomial m = monomial parent[m] times output point[m]; monomial 0 is 1.
    left, right : ndarray of int64, shape (M,)
        Moment e = sum over networks of monomial left[e] times monomial right[e]; all orders one after the
        other, each in the order of `numerics.fields.index_sets.multisets`.
    slices : tuple of slice
        Where each order stands.
    """

    orders: tuple[int, ...]
    n_points: int
    parent: NDArray[np.int64]
    point: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    slices: tuple[slice, ...]

    @property
    def size(self) -> int:
        """Number of moments M."""
        return len(self.left)

    def slice_of(self, order: int) -> slice:
        """Say where the moments of one order stand.

        Raises
        ------
        InvalidStatistics
            If that order was not accumulated.
        """
        order = as_whole(order, "order", InvalidStatistics)
        if order not in self.orders:
            raise InvalidStatistics(
                f"correlators of order {order} were not sampled, only {list(self.orders)}; ask for them in "
                "`orders`"
            )
        return self.slices[self.orders.index(order)]


def moment_plan(n_points: int, orders: Sequence[int]) -> MomentPlan:
    """Plan the accumulation of all distinct moments of the given orders.

    Parameters
    ----------
    n_points : int
    orders : sequence of int
        Even or odd, 1 to `MAX_ORDER`, each once.

    Returns
    -------
    MomentPlan

    Raises
    ------
    InvalidStatistics
        If an order is out of range or repeated.

    Examples
    --------
    >>> moment_plan(6, (2, 4, 6)).size
    609
    """
    return _plan(n_points, checked_orders(orders))


@lru_cache(maxsize=4)
def _plan(n_points: int, orders: tuple[int, ...]) -> MomentPlan:
    highest = (max(orders) + 1) // 2
    parent, point, start = [0], [-1], {0: 0}
    for k in range(1, highest + 1):
        start[k] = len(parent)
        sets = multisets(n_points, k)
        above = ranks(sets[:, :-1], n_points) if k > 1 else np.zeros(len(sets), dtype=np.int64)
        parent += (start[k - 1] + above).tolist()
        point += sets[:, -1].tolist()
    left, right, slices, done = [], [], [], 0
    for order in orders:
        sets = multisets(n_points, order)
        half = (order + 1) // 2
        left.append(start[half] + ranks(sets[:, :half], n_points))
        rest = ranks(sets[:, half:], n_points) if order > 1 else np.zeros(len(sets), dtype=np.int64)
        right.append(start[order - half] + rest)
        slices.append(slice(done, done + len(sets)))
        done += len(sets)
    return MomentPlan(
        orders=orders,
        n_points=n_points,
        parent=np.array(parent),
        point=np.array(point),
        left=np.concatenate(left),
        right=np.concatenate(right),
        slices=tuple(slices),
    )


def checked_orders(orders: Sequence[int] | int) -> tuple[int, ...]:
    """Return the orders asked for, each once; one alone may be given as a number.

    Raises
    ------
    InvalidStatistics
        If there are none, or one is out of range.

    Examples
    --------
    >>> checked_orders(4), checked_orders((2, 4))
    ((4,), (2, 4))
    """
    needed = f"whole numbers from 1 to {MAX_ORDER} are needed, each once"
    found = as_wholes(orders, "orders", InvalidStatistics, needed, most=MAX_ORDER)
    if not found or len(set(found)) != len(found):
        raise InvalidStatistics(f"orders = {shown(orders)} was given; {needed}")
    return found


def moments_reference(outputs: Array, plan: MomentPlan) -> Array:
    """Sum the moments over networks in plain NumPy, straight from the index sets.

    Parameters
    ----------
    outputs : ndarray, shape (n, n_points)
    plan : MomentPlan

    Returns
    -------
    ndarray, shape (M,)
    """
    parts = [
        np.prod(outputs[:, multisets(plan.n_points, order)], axis=2).sum(axis=0) for order in plan.orders
    ]
    return np.concatenate(parts)


@inlined
def _multiply_row(product: Array, a: Array, b: Array) -> None:
    for lane in range(GRAIN):
        product[lane] = a[lane] * b[lane]


@compiled
def accumulate_grain(
    sums: Array,
    outputs: Array,
    monomials: Array,
    offset: int,
    start: int,
    stop: int,
    parent: NDArray[np.int64],
    point: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> None:
    """Sum all moments over networks start .. stop - 1 of one grain.

    Parameters
    ----------
    sums : ndarray, shape (M,)
        Filled.
    outputs : ndarray, shape (n_points, LANES)
    monomials : ndarray, shape (n_monomials, GRAIN)
        Scratch.
    offset : int
        Lane of the first network of the grain.
    start, stop : int
        Counted from `offset`, 0 <= start < stop <= GRAIN.
    parent, point, left, right : ndarray of int64
        See `MomentPlan`.
    """
    for lane in range(GRAIN):
        monomials[0, lane] = 1.0 if start <= lane < stop else 0.0
    for m in range(1, len(parent)):
        output = grain(outputs, (point[m] * LANES + offset) // GRAIN)
        _multiply_row(grain(monomials, m), grain(monomials, parent[m]), output)
    e = 0
    while e < len(left):
        last = e + 3
        if last < len(left) and left[last] == left[e] and right[last] == right[e] + 3:
            sums[e], sums[e + 1], sums[e + 2], sums[last] = dot_four_rows(monomials, left[e], right[e])
            e += 4
        else:
            sums[e] = dot_rows(monomials, left[e], right[e])
            e += 1
