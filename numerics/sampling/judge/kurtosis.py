"""How well a sample knows its own error bars: the kurtosis of what is averaged, from the sample.

The variance of n equal draws of h is known with the relative error √(κ/n), κ = E[(h - E h)⁴]/Var(h)², so the
error bar of their mean with half of that. Products of six outputs have κ = 3·10³ for Gaussian outputs and
10⁵ or more for narrow ReLU-nets: with fewer networks than κ the error bar is too small in most samples, and
far too large in a few. Fourth powers of such products say nothing about themselves, for the same reason. But
given its hidden parameters an output is Gaussian with variance v, so E[f^2k] = (2k - 1)!! E[v^k], and the
histogram of v that the sampler counts gives them all at one point. (Products at different points are not
looked at; where outputs there are nearly independent their κ can be larger, by three for ReLU-nets.)

With the output layer integrated out, and for single neurons, powers of v itself are averaged. Then the sample
is all there is, and κ from n draws cannot exceed n: what dominates it may just not have been drawn.
Gauss-nets whose errors are wrong by factors have κ of n/2 to n/4 there, samples with right errors less than
n/13, so n/10 is the limit.

A cumulant is a function of several means; to first order its error is that of the mean of its influence
function, e.g. h = f⁴ - 6 E[f²] f² for the fourth one.
"""

import numpy as np
from numpy.typing import NDArray

from numerics.results.cumulants import slopes_of_cumulant
from numerics.results.gaussian_moments import NORMAL_MOMENTS

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Draws per kurtosis where the histogram is all that is known.
RESOLVED = 10.0


def variance_moments(counts: Counts, values: Array, highest: int) -> Array:
    """Compute E[v^k], k = 0 to `highest`, from a histogram of v.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_bins,)
    values : ndarray, shape (n_bins,)
        v in each bin.
    highest : int

    Returns
    -------
    ndarray, shape (highest + 1,)
        Infinite where it is too large for a floating-point number.

    Examples
    --------
    >>> variance_moments(np.array([1, 3]), np.array([0.0, 2.0]), 2).tolist()
    [1.0, 1.5, 3.0]
    """
    filled = np.flatnonzero(counts)
    with np.errstate(over="ignore"):
        powers = values[filled, np.newaxis] ** np.arange(highest + 1)
    return np.asarray((counts[filled] / counts.sum()) @ powers)


def product_kurtosis(order: int, counts: Counts, values: Array, conditional: bool = False) -> float:
    """Compute the kurtosis of a power of the output at one point.

    Parameters
    ----------
    order : int
        Power, even or odd.
    counts : ndarray of int64, shape (n_bins,)
        Histogram of the conditional variance in any unit.
    values : ndarray, shape (n_bins,)
        What it is in each bin.
    conditional : bool, optional
        Whether it is the mean at fixed hidden parameters that is averaged: v^(order/2).

    Returns
    -------
    float
        Infinite if it cannot be computed; 0 for what does not vary.

    Examples
    --------
    For a Gaussian f² it is 15:

    >>> product_kurtosis(2, np.array([10]), np.array([1.0]))
    15.0
    """
    if order % 2:
        if conditional:  # zero in every network
            return 0.0
        v = variance_moments(counts, values, 2 * order)
        moments = _output_moments(v)
        return _ratio(moments[2 * order], moments[order])
    power = np.zeros(order // 2 + 1)
    power[-1] = 1.0
    return _kurtosis(power, variance_moments(counts, values, 2 * order), conditional)


def cumulant_kurtosis(order: int, counts: Counts, values: Array, conditional: bool = False) -> float:
    """Compute the kurtosis of the influence function of a cumulant at one point.

    Parameters
    ----------
    order : int
        Even, 4 or more.
    counts, values, conditional
        See `product_kurtosis`.

    Returns
    -------
    float
        See `product_kurtosis`.

    Examples
    --------
    >>> wide = cumulant_kurtosis(4, np.array([10]), np.array([1.0]))
    >>> narrow = cumulant_kurtosis(4, np.array([5, 5]), np.array([0.8, 1.2]))
    >>> round(wide), wide < narrow
    (639, True)
    """
    v = variance_moments(counts, values, 2 * order)
    moments = _output_moments(v).tolist()
    slopes_of = slopes_of_cumulant(order, {2 * k: moments[k] for k in range(1, order // 2 + 1)})
    slopes = np.array([0.0, *slopes_of.values()])
    return _kurtosis(slopes, v, conditional) if np.all(np.isfinite(slopes)) else float("inf")


def networks_needed(
    order: int,
    counts: Counts,
    values: Array,
    conditional: bool = False,
    connected: bool = False,
    correlated: bool = False,
) -> float:
    """Say from how many networks, or neurons, on an error bar can be trusted.

    Parameters
    ----------
    order : int
    counts : ndarray of int64, shape (n_points, n_bins)
        Histograms of the conditional variances.
    values : ndarray, shape (n_bins,)
    conditional : bool, optional
        Whether the output layer is integrated out.
    connected : bool, optional
        For the cumulant rather than the product.
    correlated : bool, optional
        Whether output weights are. Then the variance of an output is not what was counted; at worst it is
        the square of one more Gaussian, and asks for as much more.

    Returns
    -------
    float
        At the worst point.

    Examples
    --------
    >>> round(networks_needed(4, np.array([[10]]), np.array([1.0])))
    207
    """
    # what the histogram alone must show it shows in the cumulant first
    watched = conditional and order % 2 == 0 and order > 2
    worst = 0.0
    for row in counts:
        if not connected:
            worst = max(worst, product_kurtosis(order, row, values, conditional))
        if connected or watched:
            worst = max(worst, cumulant_kurtosis(order, row, values, conditional))
    if correlated:
        worst *= product_kurtosis(order, np.array([1]), np.array([1.0]))
    return RESOLVED * worst if conditional else worst


def _output_moments(v: Array) -> Array:
    """Return E[f^2k] = (2k - 1)!! E[v^k]; infinite where it is too large."""
    with np.errstate(over="ignore"):
        return np.asarray(NORMAL_MOMENTS[: 2 * len(v) : 2] * v)


def _kurtosis(slopes: Array, v: Array, conditional: bool) -> float:
    """Kurtosis of Σ_k slopes[k] f^2k; conditional, of its mean at given v."""
    if conditional:
        slopes, moments = slopes * NORMAL_MOMENTS[: 2 * len(slopes) : 2], v
    else:
        moments = _output_moments(v)
    if not np.all(np.isfinite(moments)):
        return float("inf")
    h = slopes.copy()
    h[0] -= h @ moments[: len(h)]
    square = np.convolve(h, h)
    fourth = np.convolve(square, square)
    second = float(square @ moments[: len(square)])
    if second <= 1e-12 * (np.abs(square) @ moments[: len(square)]):  # nothing varies
        return 0.0
    return _ratio(float(fourth @ moments[: len(fourth)]), second)


def _ratio(fourth: float, second: float) -> float:
    if second == 0.0:
        return 0.0
    with np.errstate(all="ignore"):
        ratio = np.float64(fourth) / np.float64(second) ** 2
    return float(ratio) if np.isfinite(ratio) else float("inf")
