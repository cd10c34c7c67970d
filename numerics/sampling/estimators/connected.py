"""Connected correlators and distances from the Gaussian process, from the block sums of a sample.

Where odd correlators vanish (output weights are symmetric) only partitions into even blocks contribute:

    G_c(1234)   = G(1234) - Σ_3 G(12) G(34),
    G_c(1..6)   = G(1..6) - Σ_15 G(1234) G(56) + 2 Σ_15 G(12) G(34) G(56),

and so on, with all correlators from the same sample: the fluctuations of G(1234) and of G(12) G(34) cancel
for the most part, so this is better than subtracting the kernel, which is known exactly.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.given import as_real_array, as_whole
from numerics.results.cumulants import cumulant, partition_terms, partitions_into, products
from numerics.results.estimate import Estimate
from numerics.results.jackknife import jackknife
from numerics.results.joint_correlators import Correlators
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Numbers per array when replicates are formed.
CHUNK = 1 << 21


def cumulants(means: Mapping[int, Array], n_points: int, order: int, rows: slice = slice(None)) -> Array:
    """Turn moments into a joint cumulant, for many data sets at once.

    Parameters
    ----------
    means : mapping of int to ndarray, shape (R, multiset_count(n_points, r))
        R sets of r-point functions for every even r up to `order`, or for every r, odd ones too, see
        `numerics.results.cumulants.moments_taken`.
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

    def moment(size: int, labels: Indices) -> Array:
        return means[size][:, ranks(indices[:, labels], n_points)]

    # one partition at a time: the arrays are large
    chosen = partitions_into(order, means)
    return cumulant(partition_terms(order, moment, products, partitions=chosen, at_once=1))


def cumulant_jackknife(
    sums: Mapping[int, Array],
    block_sums: Mapping[int, Array],
    block_sizes: NDArray[np.int64],
    n_points: int,
    order: int,
) -> tuple[Array, Array]:
    """Form the cumulant of all networks and without each block, and correct it for bias.

    Parameters
    ----------
    sums : mapping of int to ndarray, shape (M_r,)
        Sums of the moments over all networks, by order; as `cumulants` takes them.
    block_sums : mapping of int to ndarray, shape (g, M_r)
        The same per block.
    block_sizes : ndarray of int64, shape (g,)
    n_points, order : int

    Returns
    -------
    value : ndarray, shape (M,)
    deviations : ndarray, shape (g, M)
        See `numerics.results.jackknife`.
    """
    n = block_sizes.sum()
    left = (n - block_sizes)[:, np.newaxis]
    whole = {r: sums[r][np.newaxis] / n for r in sums}
    without = {r: (sums[r] - block_sums[r]) / left for r in sums}
    size = sums[order].shape[0]
    step = max(1, CHUNK // (len(block_sizes) + 1))
    value, deviations = np.empty(size), np.empty((len(block_sizes), size))
    for start in range(0, size, step):
        rows = slice(start, start + step)
        estimate = cumulants(whole, n_points, order, rows)[0]
        replicates = cumulants(without, n_points, order, rows)
        value[rows], deviations[:, rows] = jackknife(estimate, replicates, block_sizes)
    return value, deviations


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


def deviation(sampled: Correlators, order: int, kernel: Array, experiments: int = 10) -> Estimate:
    """Measure how far an n-point function is from the Gaussian process: m_n, with its background.

    m_n is the mean over elements of |G - G_GP|/|G_GP| (Halverson, Maiti and Stoner, arXiv:2008.08601). Below
    the background it is the mean of an absolute value of noise: biased upwards, and not normal.

    Parameters
    ----------
    sampled : Correlators
    order : int
        Even.
    kernel : ndarray, shape (n_points, n_points)
        The propagator, ``network.kernel.full(points, points)``.
    experiments : int, optional
        Into how many experiments the networks are divided for the background; a divisor of the number of
        blocks, 2 or more.

    Returns
    -------
    Estimate
        Of shape (). Its `evidence` has ``background``, the mean of the scatter (standard deviation) of one
        experiment over |G_GP|, and ``background_of_mean``, that of the mean over all experiments.

    Raises
    ------
    InvalidStatistics
        If the order is odd, or `experiments` does not divide the number of blocks.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> network = ReLUNet(width=20)
    >>> ensemble = Ensemble(network, [1.0, 0.5], seed=1)
    >>> kernel = network.kernel.full(ensemble.points, ensemble.points)
    >>> m = ensemble.correlators(100000).deviation(4, kernel)
    >>> bool(abs(m - 0.25) < 4 * m.error), bool(m > m.evidence["background"])  # (15/4N)/(3/4)
    (True, True)
    """
    order = as_whole(order, "order", InvalidStatistics)
    experiments = as_whole(experiments, "experiments", InvalidStatistics, least=0)
    n_points = len(sampled.fields)
    needed = f"a matrix of shape ({n_points}, {n_points}) of finite numbers is needed"
    kernel = as_real_array(kernel, "values of the kernel", InvalidStatistics, needed)
    if kernel.shape != (n_points,) * 2 or not np.all(np.isfinite(kernel)):
        raise InvalidStatistics(f"a kernel of shape {kernel.shape} was given; {needed}")
    if order % 2:
        raise InvalidStatistics(f"m_{order} was asked for; the Gaussian process has even orders only")
    if experiments < 2 or sampled.n_blocks % experiments:
        raise InvalidStatistics(
            f"experiments = {experiments} was given; a divisor of the {sampled.n_blocks} blocks is "
            "needed, 2 or more"
        )
    free, one, sizes = free_correlator(kernel, order), sampled[order], sampled.block_sizes
    means, n = sampled.block_means(order), sampled.n_samples
    weights = sizes.reshape(experiments, -1, 1)
    per_experiment = (weights * means.reshape(experiments, -1, len(free))).sum(axis=1) / weights.sum(axis=1)
    without = (one.value * n - means * sizes[:, np.newaxis]) / (n - sizes)[:, np.newaxis]
    estimate = np.array([mean_ratio(one.value - free, free)])
    replicates = mean_ratios(without - free, free)[:, np.newaxis]
    _, deviations = jackknife(estimate, replicates, sizes)
    background = mean_ratio(per_experiment.std(axis=0, ddof=1), free)
    sources = [part.source for part in one.uncertainty.blocks]
    return Estimate(
        estimate[0],
        Uncertainty.of_sources(sources, deviations[:, 0]),
        f"m_{order}: mean |G - G_GP|/|G_GP| of a sample",
        one.quality,
        one.provenance,
        {"background": background, "background_of_mean": background / float(np.sqrt(experiments))},
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
    return float(mean_ratios(numerator[np.newaxis], free)[0])


def mean_ratios(numerators: Array, free: Array) -> Array:
    """Average as `mean_ratio`, row by row.

    Parameters
    ----------
    numerators : ndarray, shape (R, M)
    free : ndarray, shape (M,)

    Returns
    -------
    ndarray, shape (R,)
    """
    kept = np.abs(free) > 1e-12 * np.abs(free).max()
    if not kept.any():
        return np.zeros(len(numerators))
    # rows lie together in memory, so that each is summed as if it were alone
    ratios = np.ascontiguousarray(numerators[:, kept]) / free[kept]
    averages: Array = np.mean(np.abs(ratios), axis=1)
    return averages
