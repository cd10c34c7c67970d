"""Connected correlators and distances from the Gaussian process, from the block sums of a sample.

Odd correlators vanish (output weights are symmetric), so only partitions into even blocks contribute:

    G_c(1234)   = G(1234) - Σ_3 G(12) G(34),
    G_c(1..6)   = G(1..6) - Σ_15 G(1234) G(56) + 2 Σ_15 G(12) G(34) G(56),

and so on, with all correlators from the same sample: the fluctuations of G(1234) and of G(12) G(34) cancel
for the most part, so this is better than subtracting the kernel, which is known exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from diagrams.combinatorics.set_partitions import even_partitions
from numerics.fields.index_sets import multisets, ranks
from numerics.results.estimate import Quality
from numerics.results.jackknife import Jackknife

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Numbers per array when replicates are formed.
CHUNK = 1 << 21


@dataclass(frozen=True)
class ConnectedCorrelator:
    """A sampled joint cumulant over its distinct index sets.

    Attributes
    ----------
    order : int
    indices : ndarray of int64, shape (M, order)
        0-based, rows of ``multisets(n_points, order)``.
    value : ndarray, shape (M,)
        G_c; without bias for order 4, with a bias of order 1/n² beyond (n networks).
    error : ndarray, shape (M,)
        One standard deviation, from the jackknife over blocks.
    networks_needed : float
        With fewer the error bar is not known to a half of itself; see `numerics.sampling.judge.kurtosis`.
    quality : Quality
        Whether `error` can be trusted: the full correlator of the same order must be, and the networks must
        be enough for the cumulant, too.
    """

    order: int
    indices: Indices
    value: Array
    error: Array
    networks_needed: float
    quality: Quality


@dataclass(frozen=True)
class Deviation:
    """How far an n-point function is from the Gaussian process: m_n of Halverson, Maiti and Stoner.

    Attributes
    ----------
    order : int
    value : float
        m_n, the mean over elements of |G - G_GP|/|G_GP|.
    error : float
        One standard deviation, from the jackknife over blocks. Below the background m_n is the mean of an
        absolute value of noise: it is biased upwards and its distribution is not normal.
    background : float
        The same mean of the scatter (standard deviation) of one experiment over |G_GP|.
    background_of_mean : float
        That of the mean over all experiments: `background` over the root of their number.
    """

    order: int
    value: float
    error: float
    background: float
    background_of_mean: float


def cumulants(means: Mapping[int, Array], n_points: int, order: int, rows: slice = slice(None)) -> Array:
    """Turn moments of even order into a joint cumulant, for many data sets at once.

    Parameters
    ----------
    means : mapping of int to ndarray, shape (R, multiset_count(n_points, r))
        For every even r up to `order`: R sets of r-point functions.
    n_points : int
    order : int
    rows : slice, optional
        Which index sets of ``multisets(n_points, order)``; default all M.

    Returns
    -------
    ndarray, shape (R, M)

    Examples
    --------
    At one point, <f⁴> - 3 <f²>²:

    >>> cumulants({2: np.array([[2.0]]), 4: np.array([[13.0]])}, n_points=1, order=4).tolist()
    [[1.0]]
    """
    indices = multisets(n_points, order)[rows]
    total = np.zeros((len(means[order]), len(indices)))
    for partitions in even_partitions(order):
        n_blocks = len(partitions.sizes)
        weight = float((-1) ** (n_blocks - 1) * factorial(n_blocks - 1))
        columns = [ranks(indices[:, labels], n_points) for labels in partitions.blocks]
        for number in range(len(partitions.blocks[0])):
            product = weight * means[partitions.sizes[0]][:, columns[0][:, number]]
            for size, column in zip(partitions.sizes[1:], columns[1:], strict=True):
                product *= means[size][:, column[:, number]]
            total += product
    return total


def cumulant_jackknife(
    sums: Mapping[int, Array],
    block_sums: Mapping[int, Array],
    block_sizes: NDArray[np.int64],
    n_points: int,
    order: int,
    rows: slice = slice(None),
) -> Jackknife:
    """Form the cumulant of all networks and without each block.

    Parameters
    ----------
    sums : mapping of int to ndarray, shape (M_r,)
        Sums of the moments over all networks, by even order.
    block_sums : mapping of int to ndarray, shape (g, M_r)
        The same per block.
    block_sizes : ndarray of int64, shape (g,)
    n_points, order : int
    rows : slice, optional
        Which index sets.

    Returns
    -------
    Jackknife
    """
    n = block_sizes.sum()
    left = (n - block_sizes)[:, np.newaxis]
    whole = {r: sums[r][np.newaxis] / n for r in sums}
    without = {r: (sums[r] - block_sums[r]) / left for r in sums}
    return Jackknife(
        estimate=cumulants(whole, n_points, order, rows)[0],
        replicates=cumulants(without, n_points, order, rows),
        block_sizes=block_sizes,
    )


def free_correlator(kernel: Array, order: int) -> Array:
    """Sum products of kernels over all pairings: the n-point function of the Gaussian process.

    Parameters
    ----------
    kernel : ndarray, shape (n_points, n_points)
    order : int
        Even.

    Returns
    -------
    ndarray, shape (multiset_count(n_points, order),)

    Examples
    --------
    >>> free_correlator(np.array([[2.0]]), 6).tolist()  # 15 pairings of 2³
    [120.0]
    """
    indices = multisets(len(kernel), order)
    every = np.array(list(pairings(range(order))), dtype=np.int64)  # (pairings, pairs, 2)
    factors = [kernel[indices[:, pair[:, 0]], indices[:, pair[:, 1]]] for pair in every.swapaxes(0, 1)]
    return np.asarray(np.prod(factors, axis=0).sum(axis=1))


def deviation(
    order: int, free: Array, mean: Array, block_means: Array, block_sizes: NDArray[np.int64], experiments: int
) -> Deviation:
    """Compute m_n; see `numerics.sampling.estimators.sampled.SampledCorrelators.deviation`.

    Parameters
    ----------
    order : int
    free, mean : ndarray, shape (M,)
    block_means : ndarray, shape (g, M)
    block_sizes : ndarray of int64, shape (g,)
    experiments : int
        A divisor of g.

    Returns
    -------
    Deviation
    """
    weights = block_sizes.reshape(experiments, -1, 1)
    grouped = block_means.reshape(experiments, -1, len(free))
    per_experiment = (weights * grouped).sum(axis=1) / weights.sum(axis=1)
    sums = block_means * block_sizes[:, np.newaxis]
    n = block_sizes.sum()
    without = (mean * n - sums) / (n - block_sizes)[:, np.newaxis]
    spread = Jackknife(
        estimate=np.array([mean_ratio(mean - free, free)]),
        replicates=np.array([[mean_ratio(row - free, free)] for row in without]),
        block_sizes=block_sizes,
    )
    background = mean_ratio(per_experiment.std(axis=0, ddof=1), free)
    return Deviation(
        order=order,
        value=float(spread.estimate[0]),
        error=float(spread.error[0]),
        background=background,
        background_of_mean=background / float(np.sqrt(experiments)),
    )


def mean_ratio(numerator: Array, free: Array) -> float:
    """Average |numerator/free| over the elements whose free part does not vanish.

    Parameters
    ----------
    numerator, free : ndarray, shape (M,)

    Returns
    -------
    float

    Examples
    --------
    >>> mean_ratio(np.array([0.1, -0.3, 7.0]), np.array([1.0, 1.0, 0.0]))
    0.2
    """
    kept = np.abs(free) > 1e-12 * np.abs(free).max()
    return float(np.mean(np.abs(numerator[kept] / free[kept]))) if kept.any() else 0.0
