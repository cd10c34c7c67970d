"""Power series in sources of which each occurs once: what moments of sums of independent parts are made of.

Σ_S c_S J^S over subsets S of n sources, stored by the bits of S along the last axis, 2^n numbers. The
exponential generating function of moments at n fields multiplies where independent parts are added.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def subsets_of(full: int) -> list[int]:
    """List the subsets of a set of bits, the empty one first.

    Examples
    --------
    >>> subsets_of(0b101)
    [0, 1, 4, 5]
    """
    found, one = [], full
    while True:
        found.append(one)
        if not one:
            return found[::-1]
        one = (one - 1) & full


def product(first: Array, second: Array) -> Array:
    """Multiply two series, shapes (..., 2^n).

    Examples
    --------
    >>> product(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0, 0.0])).tolist()
    [1.0, 3.0, 4.0, 9.0]
    """
    found: Array = np.zeros(np.broadcast_shapes(first.shape, second.shape))
    for full in range(first.shape[-1]):
        for part in subsets_of(full):
            found[..., full] += first[..., part] * second[..., full ^ part]
    return found


def quotient(numerator: Array, denominator: Array) -> Array:
    """Divide two series; the denominator begins with one.

    Examples
    --------
    >>> quotient(np.array([1.0, 3.0, 4.0, 9.0]), np.array([1.0, 1.0, 1.0, 0.0])).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    found = np.array(np.broadcast_arrays(numerator, denominator)[0], dtype=np.float64)
    for full in range(1, found.shape[-1]):
        for part in subsets_of(full)[1:]:
            found[..., full] -= denominator[..., part] * found[..., full ^ part]
    return found


def power(series: Array, exponent: float) -> Array:
    """Raise a series that begins with one to a power: the moments of so many independent equal parts.

    Examples
    --------
    Of two parts with the moments E x = 0, E x y = 1:

    >>> power(np.array([1.0, 0.0, 0.0, 1.0]), 2).tolist()
    [1.0, 0.0, 0.0, 2.0]
    """
    # p = m^N obeys m ∂p = N p ∂m, ∂ by the lowest source of each subset
    found = np.zeros(series.shape)
    found[..., 0] = 1.0
    for full in range(1, series.shape[-1]):
        lowest = full & -full
        rest = full ^ lowest
        for part in subsets_of(rest):
            found[..., full] += exponent * found[..., rest ^ part] * series[..., part | lowest]
            if part:
                found[..., full] -= series[..., part] * found[..., full ^ part]
    return found
