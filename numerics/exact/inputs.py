"""What the exact correlators check before they compute: memory, and numbers beyond floating point."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.fields.index_sets import multiset_count
from numerics.networks.architectures import Network

Array = NDArray[np.float64]

#: Moments of the highest order must lie between this and its inverse: products of them occur.
LARGEST_MOMENT = 1e280
#: Largest deviation of a pre-activation; kernels form its fourth power.
LARGEST_DEVIATION = 1e70
#: Correlators that need more bytes are refused.
MEMORY_LIMIT = 4 << 30


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
