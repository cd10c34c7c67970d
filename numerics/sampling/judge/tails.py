"""Heavy-tail detection from the sample alone.

The mean of an n-point product x = f(x_1)···f(x_n) is trustworthy when the sample resolves the variance of x.
Judging that from the products themselves hardly works: the sixth power of a plain Gaussian already looks
heavy-tailed to any estimator of kurtosis or tail index, and hides whether anything worse is there.

So the output layer is integrated out first. Given its hidden parameters a network is Gaussian with variance
v(x) = Var b1 + Var(a)/N Σ_i s_i(x)², and E[f^2n | hidden] = (2n - 1)!! v^n: what can make the variance of an
n-point product unresolved is the tail of v^n. The sampler counts v/K in a histogram per point; `tail_report`
reads the tail index from it (Hill's estimator): P(v^n > t) falls like t^(-α). For α <= 1 the tail that the
sample shows, continued, has no finite variance: the largest few networks dominate the error estimate, however
many there are, and value and error bar are not trustworthy. By Hölder's inequality products at different
points are no worse than the worst point.

Short of that the sample may be too small: `numerics.sampling.judge.kurtosis` says how many networks it
takes for the error bar itself to be known to a half.

A tail so rare that no sampled network shows it leaves no trace in the index. But the mean of v is known, it
is the kernel K at every width: a sample whose mean of v differs from K by more than its own scatter allows
has missed what matters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.machine.intrinsics import LANES, row
from numerics.machine.jit import compiled
from numerics.results.quality import Quality
from numerics.sampling.judge.kurtosis import networks_needed

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Histogram of v/K: sixteen bins per octave, from 2^-64 to 2^64.
BINS = 2048
_OFFSET = (1023 - 64) << 4

#: Tail index of v^n up to which an n-point function is heavy-tailed.
CRITICAL_INDEX = 1.0
#: Relative difference between the sampled mean of v and K that is noticed; the bins are 4 % wide.
UNSEEN_SHARE = 0.05
#: Standard errors of that mean which the difference must exceed, too.
UNSEEN_ERRORS = 5.0
#: Networks below which nothing is said.
FEWEST_NETWORKS = 100
#: Blocks needed for an error bar.
FEWEST_BLOCKS = 20


@dataclass(frozen=True)
class TailReport:
    """What the sample says about its own tail.

    Attributes
    ----------
    order : int
    tail_index : float
        Smallest tail index α of v^n over the points; infinite where v does not vary.
    effective_blocks : float
        3 (Σ y²)²/Σ y⁴ of the block deviations y, smallest over elements: the number of blocks for Gaussian
        deviations, 3 when a single block dominates.
    largest_share : float
        Share of the largest block in the variance estimate, largest over elements.
    networks_needed : float
        With fewer the error bar is not known to a half of itself; see `numerics.sampling.judge.kurtosis`.
    quality : Quality
    """

    order: int
    tail_index: float
    effective_blocks: float
    largest_share: float
    networks_needed: float
    quality: Quality


@compiled
def _find_cells(variances: Array, factor: float) -> None:
    """Replace variances by the numbers of their cells: exponent and four bits of the mantissa."""
    cells = variances.view(np.int64)
    for lane in range(LANES):
        bits = np.uint64(np.float64(variances[lane] * factor).view(np.uint64) >> np.uint64(32))
        cell = np.int32(np.int32(np.int32(bits) >> np.int32(16)) - np.int32(_OFFSET))
        cells[lane] = np.int64(min(max(cell, np.int32(0)), np.int32(BINS - 1)))


@compiled
def count_variances(counts: Counts, variances: Array, inverse_kernel: Array, n: int) -> None:
    """Add the relative conditional variances of n networks to the histogram.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_points, BINS)
    variances : ndarray, shape (n_points, LANES)
        Used up.
    inverse_kernel : ndarray, shape (n_points,)
        1/K(x, x), 0 where K vanishes.
    n : int
        How many lanes count.
    """
    # as unsigned numbers, which no index counted from the end hides among
    cells = variances.view(np.uint64)
    for point in range(len(counts)):
        _find_cells(row(variances, point), inverse_kernel[point])
        for lane in range(n):
            counts[point, cells[point, lane]] += 1


def bin_edges() -> Array:
    """Return the lower edges of the histogram, and the upper edge of the last bin; shape (BINS + 1,)."""
    step = np.arange(BINS + 1)
    return np.asarray(np.ldexp(1.0 + (step % 16) / 16.0, step // 16 - 64))


def bin_values() -> Array:
    """Return what v/K is in each bin; in the first one, of all that is too small, 0; shape (BINS,)."""
    edges = bin_edges()
    values = np.sqrt(edges[1:] * edges[:-1])
    values[0] = 0.0
    return np.asarray(values)


def tail_size(n_networks: int) -> int:
    """Choose how many networks make the tail: a smaller share of a larger sample.

    Examples
    --------
    >>> tail_size(10**5), tail_size(10**6)
    (112, 632)
    """
    share: float = n_networks**0.75 / 50
    return min(max(25, round(share)), n_networks)


def tail_index(counts: Counts, n_networks: int) -> float:
    """Hill's estimator from one histogram.

    Parameters
    ----------
    counts : ndarray of int64, shape (BINS,)
    n_networks : int

    Returns
    -------
    float
        Tail index of v (that of v^n is n times smaller), from the `tail_size` largest or a few more.

    Examples
    --------
    >>> pareto = np.random.default_rng(1).uniform(size=100000) ** (-1 / 2)  # P(v > t) = 1/t²
    >>> counts = np.histogram(pareto, bin_edges())[0]
    >>> bool(1.5 < tail_index(counts, 100000) < 2.5)
    True
    """
    above = np.cumsum(counts[::-1])[::-1]
    lowest = int(np.flatnonzero(above >= tail_size(n_networks))[-1])
    if lowest == 0 or np.count_nonzero(counts[lowest:]) == 1:
        return float("inf")
    edges = bin_edges()
    centres = np.sqrt(edges[1:] * edges[:-1])
    return float(above[lowest] / (counts[lowest:] @ np.log(centres[lowest:] / edges[lowest])))


def misses_the_kernel(counts: Counts) -> bool:
    """Tell whether the sampled conditional variance does not average to the kernel at one point.

    Parameters
    ----------
    counts : ndarray of int64, shape (BINS,)
        Histogram of v/K, whose mean is 1 at every width.

    Returns
    -------
    bool
        False where the kernel vanishes and nothing varies.

    Examples
    --------
    Half of the kernel comes from networks that were never drawn:

    >>> misses_the_kernel(np.histogram(np.full(1000, 0.5), bin_edges())[0])
    True
    """
    edges = bin_edges()
    centres = (edges[1:] + edges[:-1]) / 2
    if counts[0]:  # v = 0 to rounding: the kernel itself vanishes, or most networks are off
        centres = np.where(np.arange(BINS) == 0, 0.0, centres)
    total = counts.sum()
    if counts[0] == total:
        return False
    mean = counts @ centres / total
    error = np.sqrt(max(counts @ centres**2 / total - mean**2, 0.0) / total)
    return bool(abs(mean - 1) > max(UNSEEN_SHARE, UNSEEN_ERRORS * error))


def tail_report(
    order: int,
    variance_counts: Counts,
    deviations: Array,
    conditional: bool = False,
    correlated: bool = False,
) -> TailReport:
    """Judge the error bars of one order.

    Parameters
    ----------
    order : int
    variance_counts : ndarray of int64, shape (n_points, BINS)
        Histogram of the conditional variances.
    deviations : ndarray, shape (n_blocks, M)
        √(block size) times (block mean minus mean).
    conditional : bool, optional
        Whether the output layer was integrated out.
    correlated : bool, optional
        Whether output weights are correlated.

    Returns
    -------
    TailReport

    Examples
    --------
    With P(v > t) = t^(-4) the 2-point function has a finite variance and the 6-point function has not:

    >>> rng = np.random.default_rng(1)
    >>> counts = np.histogram(0.75 * rng.uniform(size=100000) ** (-1 / 4), bin_edges())[0][np.newaxis]
    >>> deviations = rng.standard_normal((100, 1))
    >>> [tail_report(order, counts, deviations).quality.name for order in (2, 6)]
    ['TRUSTED', 'HEAVY_TAILED']
    """
    n_networks = int(variance_counts[0].sum())
    squares = deviations**2
    power = squares.sum(axis=0)
    share = squares[:, power > 0] / power[power > 0]
    needed = networks_needed(order, variance_counts, bin_values(), conditional, correlated=correlated)
    needed = max(needed, float(FEWEST_NETWORKS))
    index = float("nan")
    if n_networks < FEWEST_NETWORKS or len(deviations) < FEWEST_BLOCKS:
        quality = Quality.TOO_FEW_SAMPLES
    else:
        index = min(tail_index(row, n_networks) for row in variance_counts) / order
        if index <= CRITICAL_INDEX or any(misses_the_kernel(row) for row in variance_counts):
            quality = Quality.HEAVY_TAILED
        else:
            quality = Quality.TOO_FEW_SAMPLES if n_networks < needed else Quality.TRUSTED
    return TailReport(
        order=order,
        tail_index=index,
        effective_blocks=float((3.0 / np.sum(share**2, axis=0)).min(initial=np.inf)),
        largest_share=float(share.max(initial=0.0)),
        networks_needed=needed,
        quality=quality,
    )
