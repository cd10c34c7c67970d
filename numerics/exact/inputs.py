"""What the exact correlators check and prepare before they compute: outputs, extremes, repetitions."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidPoints, NotAvailable
from numerics.fields.index_sets import multiset_count
from numerics.given import as_wholes
from numerics.networks.architectures import Network

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Moments of the highest order must lie between this and its inverse: products of them occur.
LARGEST_MOMENT = 1e280
#: Largest deviation of a pre-activation; kernels form its fourth power.
LARGEST_DEVIATION = 1e70
#: Correlators that need more bytes are refused.
MEMORY_LIMIT = 4 << 30


def as_outputs(outputs: Sequence[int] | None, n_points: int) -> Indices:
    """Return the output component of the field at each point; None means one output.

    Parameters
    ----------
    outputs : sequence of int, length n_points, or None
    n_points : int

    Returns
    -------
    ndarray of int64, shape (n_points,)

    Raises
    ------
    InvalidPoints
        If there is not one whole number per point.

    Examples
    --------
    >>> as_outputs([1, 2], 2).tolist(), as_outputs(None, 3).tolist()
    ([1, 2], [0, 0, 0])
    """
    if outputs is None:
        return np.zeros(n_points, dtype=np.int64)
    needed = f"one whole number, the output component, for each of {n_points} point(s) is needed"
    found = as_wholes(outputs, "outputs", InvalidPoints, needed, least=-(1 << 62), most=1 << 62)
    if len(found) != n_points:
        raise InvalidPoints(
            f"outputs {shown(list(found))} were given for {n_points} point(s); one whole number, the output "
            "component, is needed for each point"
        )
    return np.array(found, dtype=np.int64)


def output_numbers(outputs: Sequence[int] | None, n_points: int) -> Indices:
    """Number the outputs in use 0, 1, ... in ascending order of their labels; see `as_outputs`.

    Examples
    --------
    >>> output_numbers([7, 12, 7], 3).tolist()
    [0, 1, 0]
    """
    return np.unique(as_outputs(outputs, n_points), return_inverse=True)[1].astype(np.int64)


def distinct_fields(points: Array, outputs: Indices) -> tuple[Array, Indices, Indices]:
    """Drop repeated fields, which would only repeat work.

    Parameters
    ----------
    points : ndarray, shape (n_points, d_in)
    outputs : ndarray of int, shape (n_points,)

    Returns
    -------
    ndarray, shape (n_distinct, d_in)
    ndarray of int, shape (n_distinct,)
        Where each of them stands in `points`.
    ndarray of int, shape (n_points,)
        Which of them each point is.

    Examples
    --------
    >>> places, kept, number_of = distinct_fields(np.array([[2.0], [1.0], [2.0]]), np.zeros(3, dtype=int))
    >>> places.tolist(), number_of.tolist()
    ([[1.0], [2.0]], [1, 0, 1])
    """
    fields = np.column_stack([points, outputs])
    _, kept, number_of = np.unique(fields, axis=0, return_index=True, return_inverse=True)
    if len(kept) == len(points):
        kept = number_of = np.arange(len(points))
    return points[kept], kept.astype(np.int64), number_of.reshape(-1).astype(np.int64)


def memory_of_correlators(n_points: int, order: int) -> int:
    """Estimate the bytes that all exact correlators up to an order take at their peak, roughly.

    Examples
    --------
    >>> memory_of_correlators(6, 6)
    293874
    """
    needed = 0
    for n in range(2, order + 1, 2):
        # indices, as tuples first; sums by blocks with errors and scales; columns of results and of work
        each = (56 + 8 * n) + 8 * n + 24 * (n // 2 + 1) + 250
        needed += each * multiset_count(n_points, n)
    return needed


def refuse_absurd_memory(n_points: int, order: int) -> None:
    """Refuse tables of correlators that would not fit into memory.

    Parameters
    ----------
    n_points : int
    order : int
        The highest order wanted; every even order below it is needed, too.

    Raises
    ------
    NotAvailable
        With the estimate.

    Examples
    --------
    >>> refuse_absurd_memory(6, 6)
    >>> refuse_absurd_memory(100, 6)
    Traceback (most recent call last):
    ...
    numerics.errors.NotAvailable: 1,609,344,100 exact 6-point correlators of 100 points need about 803 GB, ...
    """
    needed = memory_of_correlators(n_points, order)
    if needed > MEMORY_LIMIT:
        raise NotAvailable(
            f"{multiset_count(n_points, order):,} exact {order}-point correlators of {n_points} points need "
            f"about {needed / 1e9:.3g} GB, more than the limit of {MEMORY_LIMIT / 1e9:.1f} GB; use fewer "
            "points or a lower order, or compute single ones with `exact_cumulant`"
        )


def refuse_extremes(network: Network, points: Array, order: int) -> None:
    """Refuse numbers whose moments leave floating point, where a formula would return NaN, infinity or zero.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    order : int
        The highest order wanted.

    Raises
    ------
    NotAvailable
        If a moment of that order may be too large or too small.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> refuse_extremes(ErfNet(width=1), np.array([[1e200]]), 4)
    Traceback (most recent call last):
    ...
    numerics.errors.NotAvailable: the erf-net with sigma_w = 1 at an input of size 1e+200 has ...
    """
    try:
        amplitude = sqrt(network.weight_variance)
    except OverflowError:
        amplitude = float("inf")
    largest_input = float(np.abs(points).max())
    preactivation = network.sigma_w * largest_input + (network.hidden_bias_deviation or 0.0)
    limit = LARGEST_MOMENT ** (1 / max(order, 2))
    field = amplitude * max(1.0, preactivation)
    if field < limit and preactivation < LARGEST_DEVIATION and amplitude > 1 / limit:
        return
    raise NotAvailable(
        f"the {network.name}-net with sigma_w = {network.sigma_w:g} at an input of size {largest_input:g} "
        f"has fields of size {field:.3g}, whose {order}-point function is beyond floating point; fields "
        f"between {1 / limit:.0e} and {min(limit, LARGEST_DEVIATION):.0e} can be computed"
    )
