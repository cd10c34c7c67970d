"""Correlators of a sampled ensemble, with errors, covariance, quality and provenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multiset_count, multisets
from numerics.given import as_real_array, as_whole, as_wholes
from numerics.results.estimate import Quality
from numerics.results.jackknife import Jackknife
from numerics.sampling.estimators.connected import (
    CHUNK,
    ConnectedCorrelator,
    Deviation,
    cumulant_jackknife,
    deviation,
    free_correlator,
)
from numerics.sampling.estimators.moments import MomentPlan
from numerics.sampling.judge.kurtosis import networks_needed
from numerics.sampling.judge.tails import TailReport, bin_values, tail_report

Array = NDArray[np.float64]

#: Largest covariance matrix that is formed, in elements per side.
LARGEST_COVARIANCE = 10_000


@dataclass(frozen=True)
class SampledCorrelator:
    """The full n-point function over its distinct index sets.

    Attributes
    ----------
    order : int
    indices : ndarray of int64, shape (M, order)
        0-based, rows of ``multisets(n_points, order)``.
    value : ndarray, shape (M,)
        Mean over networks of f(x_i1)···f(x_in).
    error : ndarray, shape (M,)
        One standard deviation of that mean.
    quality : Quality
        Whether `error` can be trusted.
    tail : TailReport
        The evidence.
    """

    order: int
    indices: NDArray[np.int64]
    value: Array
    error: Array
    quality: Quality
    tail: TailReport


@dataclass(frozen=True)
class SampledCorrelators:
    """All correlators of one sample.

    Attributes
    ----------
    points : ndarray, shape (n_points, d_in)
    n_networks : int
    plan : MomentPlan
    sums : ndarray, shape (M,)
        Sums over all networks; all orders one after the other.
    block_sums : ndarray, shape (n_blocks, M)
        The same per block of consecutive networks.
    block_sizes : ndarray of int64, shape (n_blocks,)
        Networks per block; they differ by at most one.
    variance_counts : ndarray of int64, shape (n_points, BINS)
        Histogram of the conditional variances, see `numerics.sampling.judge.tails`.
    provenance : mapping
        What is needed to get the same numbers again.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> ensemble = Ensemble(ReLUNet(width=20), [0.5, 1.0], seed=1)
    >>> sample = ensemble.correlators(5000, orders=(2, 4), n_blocks=100)
    >>> sample[2].indices.tolist(), sample[4].value.shape, sample.block_means((4,)).shape
    ([[0, 0], [0, 1], [1, 1]], (5,), (100, 5))
    >>> bool(np.allclose(np.diag(sample.covariance((2,))), sample[2].error ** 2))
    True
    """

    points: Array
    n_networks: int
    plan: MomentPlan = field(repr=False)
    sums: Array = field(repr=False)
    block_sums: Array = field(repr=False)
    block_sizes: NDArray[np.int64] = field(repr=False)
    variance_counts: NDArray[np.int64] = field(repr=False)
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders that were sampled."""
        return self.plan.orders

    @property
    def n_blocks(self) -> int:
        """Number of blocks behind the covariance."""
        return len(self.block_sizes)

    def __getitem__(self, order: int) -> SampledCorrelator:
        part = self.plan.slice_of(order)
        deviations = self._deviations((order,))
        tail = tail_report(order, self.variance_counts, deviations, self._conditional, self._correlated)
        return SampledCorrelator(
            order=order,
            indices=multisets(self.plan.n_points, order),
            value=self.sums[part] / self.n_networks,
            error=np.sqrt(np.sum(deviations**2, axis=0) / (self.n_blocks - 1) / self.n_networks),
            quality=tail.quality,
            tail=tail,
        )

    def __iter__(self) -> Iterator[SampledCorrelator]:
        return (self[order] for order in self.orders)

    def block_means(self, orders: Sequence[int] | None = None) -> Array:
        """Return the mean of every block.

        Parameters
        ----------
        orders : sequence of int, optional
            Which orders, one after the other; default all.

        Returns
        -------
        ndarray, shape (n_blocks, M)
        """
        return np.asarray(self.block_sums[:, self._columns(orders)] / self.block_sizes[:, np.newaxis])

    def covariance(self, orders: Sequence[int] | None = None) -> Array:
        """Covariance of the mean over all networks.

        With block means m_b over n_b networks, Σ_b n_b (m_b - m)(m_b - m)ᵀ / ((B - 1) n): unbiased also
        when block sizes differ.

        Parameters
        ----------
        orders : sequence of int, optional
            Which orders, one after the other; default all.

        Returns
        -------
        ndarray, shape (M, M)

        Raises
        ------
        InvalidStatistics
            If the matrix would be absurdly large.
        """
        deviations = self._deviations(orders)
        size = deviations.shape[1]
        if size > LARGEST_COVARIANCE:
            raise InvalidStatistics(
                f"a covariance of {size} correlators needs {8e-9 * size**2:.1f} GB; ask for fewer orders or "
                "sample fewer points"
            )
        return np.asarray(deviations.T @ deviations / ((self.n_blocks - 1) * self.n_networks))

    def has_connected(self, order: int) -> bool:
        """Tell whether `connected` can give this order: even, from 4 on, with all even orders below."""
        order = as_whole(order, "order", InvalidStatistics)
        return order >= 4 and set(range(2, order + 1, 2)) <= set(self.orders) and order % 2 == 0

    def connected(self, order: int) -> ConnectedCorrelator:
        """Estimate the joint cumulant of an even order from the same sample.

        Parameters
        ----------
        order : int
            4, 6 or 8; all even orders up to it must have been sampled.

        Returns
        -------
        ConnectedCorrelator
            Corrected for bias by the jackknife over blocks: none is left for order 4, one of order 1/n² for
            higher orders. Its samples are skew, so it takes more networks than the full correlator until its
            errors are those of a normal distribution: trusted are they from the kurtosis of the cumulant on
            (see `numerics.sampling.judge.kurtosis`), where pulls are at most 1.15 wide.

        Raises
        ------
        InvalidStatistics
            If the order is odd or 2 (there the full correlator is connected), or a lower one is missing.

        Examples
        --------
        At x = 1 the connected 4-point function of ReLU-net without biases is 15/(4 N):

        >>> from numerics.networks.architectures import ReLUNet
        >>> from numerics.sampling.ensemble import Ensemble
        >>> sample = Ensemble(ReLUNet(width=20), [1.0], seed=1).correlators(100000, orders=(2, 4))
        >>> four = sample.connected(4)
        >>> bool(abs(four.value[0] - 15 / 80) < 4 * four.error[0])
        True
        """
        order = as_whole(order, "order", InvalidStatistics)
        size = multiset_count(self.plan.n_points, order)
        step = max(1, CHUNK // (self.n_blocks + 1))
        value, error = np.empty(size), np.empty(size)
        for start in range(0, size, step):
            rows = slice(start, start + step)
            jackknife = self.connected_jackknife(order, rows)
            value[rows], error[rows] = jackknife.value, jackknife.error
        needed, quality = self._judge_connected(order)
        return ConnectedCorrelator(
            order=order,
            indices=multisets(self.plan.n_points, order),
            value=value,
            error=error,
            networks_needed=needed,
            quality=quality,
        )

    def connected_quality(self, order: int) -> Quality:
        """Judge the errors of `connected`.

        Parameters
        ----------
        order : int
            Even, 4 or more.

        Returns
        -------
        Quality
            That of the full correlator if it is not trusted; too few samples if there are fewer networks
            than the kurtosis of the cumulant (see `numerics.sampling.judge.kurtosis`).
        """
        return self._judge_connected(order)[1]

    def _judge_connected(self, order: int) -> tuple[float, Quality]:
        """Say how many networks it takes, and whether there are enough."""
        full = self[order]
        own = networks_needed(
            order,
            self.variance_counts,
            bin_values(),
            conditional=self._conditional,
            connected=True,
            correlated=self._correlated,
        )
        needed = max(own, full.tail.networks_needed)
        few = full.quality is Quality.TRUSTED and self.n_networks < needed
        return needed, Quality.TOO_FEW_SAMPLES if few else full.quality

    @property
    def _conditional(self) -> bool:
        return self.provenance.get("estimator") == "conditional"

    @property
    def _correlated(self) -> bool:
        return "correlation" in self.provenance

    def connected_jackknife(self, order: int, rows: slice = slice(None)) -> Jackknife:
        """Return the joint cumulant from all networks and without each block, for covariances and fits.

        Parameters
        ----------
        order : int
            See `connected`.
        rows : slice, optional
            Which elements; default all M.

        Returns
        -------
        Jackknife
            With `value`, `error` and `covariance`; replicates of shape (n_blocks, M).

        Raises
        ------
        InvalidStatistics
            See `connected`.
        """
        order = as_whole(order, "order", InvalidStatistics)
        if order % 2 or order < 4:
            raise InvalidStatistics(
                f"the connected {order}-point function was asked for; an even order from 4 on is needed (the "
                "2-point function is connected, and odd ones vanish: read them with sample[order])"
            )
        parts = {r: self.plan.slice_of(r) for r in range(2, order + 1, 2)}
        return cumulant_jackknife(
            sums={r: self.sums[part] for r, part in parts.items()},
            block_sums={r: self.block_sums[:, part] for r, part in parts.items()},
            block_sizes=self.block_sizes,
            n_points=self.plan.n_points,
            order=order,
            rows=rows,
        )

    def deviation(self, order: int, kernel: Array, experiments: int = 10) -> Deviation:
        """Measure how far an n-point function is from the Gaussian process: m_n, with its background.

        Parameters
        ----------
        order : int
            Even.
        kernel : ndarray, shape (n_points, n_points)
            The propagator, ``network.kernel.full(points, points)``.
        experiments : int, optional
            Into how many experiments the networks are divided for the background; a divisor of `n_blocks`,
            2 or more.

        Returns
        -------
        Deviation

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
        >>> bool(abs(m.value - 0.25) < 4 * m.error), bool(m.value > m.background)  # (15/4N)/(3/4)
        (True, True)
        """
        order = as_whole(order, "order", InvalidStatistics)
        experiments = as_whole(experiments, "experiments", InvalidStatistics, least=0)
        needed = f"a matrix of shape ({len(self.points)}, {len(self.points)}) of finite numbers is needed"
        kernel = as_real_array(kernel, "values of the kernel", InvalidStatistics, needed)
        if kernel.shape != (len(self.points),) * 2 or not np.all(np.isfinite(kernel)):
            raise InvalidStatistics(f"a kernel of shape {kernel.shape} was given; {needed}")
        if order % 2:
            raise InvalidStatistics(f"m_{order} was asked for; the Gaussian process has even orders only")
        if experiments < 2 or self.n_blocks % experiments:
            raise InvalidStatistics(
                f"experiments = {experiments} was given; a divisor of the {self.n_blocks} blocks is "
                "needed, 2 or more"
            )
        part = self.plan.slice_of(order)
        mean = self.sums[part] / self.n_networks
        free = free_correlator(kernel, order)
        return deviation(order, free, mean, self.block_means((order,)), self.block_sizes, experiments)

    def _deviations(self, orders: Sequence[int] | None) -> Array:
        columns = self._columns(orders)
        mean = self.sums[columns] / self.n_networks
        means = self.block_sums[:, columns] / self.block_sizes[:, np.newaxis]
        return np.asarray((means - mean) * np.sqrt(self.block_sizes)[:, np.newaxis])

    def _columns(self, orders: Sequence[int] | None) -> NDArray[np.int64]:
        needed = f"orders among {list(self.orders)} are needed"
        chosen = self.orders if orders is None else as_wholes(orders, "orders", InvalidStatistics, needed)
        if not chosen:
            raise InvalidStatistics(f"no orders were given; {needed}")
        parts = [self.plan.slice_of(order) for order in chosen]
        return np.concatenate([np.arange(part.start, part.stop) for part in parts])
