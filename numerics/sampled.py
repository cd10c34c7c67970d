"""Correlators of a sampled ensemble, with errors, covariance, quality and provenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.estimate import Quality
from numerics.index_sets import multisets
from numerics.moments import MomentPlan
from numerics.tails import TailReport, tail_report

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
        Histogram of the conditional variances, see `numerics.tails`.
    provenance : mapping
        What is needed to get the same numbers again.

    Examples
    --------
    >>> from numerics.networks import ReLUNet
    >>> from numerics.sampler import Ensemble
    >>> ensemble = Ensemble(ReLUNet(width=20), [0.5, 1.0], seed=1)
    >>> sample = ensemble.correlators(5000, orders=(2, 4), n_blocks=100)
    >>> sample[2].indices.tolist(), sample[4].value.shape, sample.block_means((4,)).shape
    ([[0, 0], [0, 1], [1, 1]], (5,), (100, 5))
    >>> bool(np.allclose(np.diag(sample.covariance((2,))), sample[2].error ** 2))
    True
    """

    points: Array
    n_networks: int
    plan: MomentPlan
    sums: Array
    block_sums: Array
    block_sizes: NDArray[np.int64]
    variance_counts: NDArray[np.int64]
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
        tail = tail_report(order, self.variance_counts, deviations)
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

    def _deviations(self, orders: Sequence[int] | None) -> Array:
        columns = self._columns(orders)
        mean = self.sums[columns] / self.n_networks
        means = self.block_sums[:, columns] / self.block_sizes[:, np.newaxis]
        return np.asarray((means - mean) * np.sqrt(self.block_sizes)[:, np.newaxis])

    def _columns(self, orders: Sequence[int] | None) -> NDArray[np.int64]:
        chosen = self.orders if orders is None else tuple(orders)
        parts = [self.plan.slice_of(order) for order in chosen]
        return np.concatenate([np.arange(part.start, part.stop) for part in parts])
