"""What a sample of single neurons says about networks of every width (`NeuronEnsemble` draws it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.index_sets import multisets, ranks
from numerics.given import as_whole
from numerics.networks.architectures import Network
from numerics.results.estimate import Quality
from numerics.results.moment_tables import wick_count
from numerics.sampling.neurons.block_products import Jackknifed, cumulant_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NeuronCorrelator:
    """The n-point function at one width, over its distinct index sets.

    Attributes
    ----------
    order : int
    full, connected : Jackknifed
    quality : Quality
    """

    order: int
    full: Jackknifed
    connected: Jackknifed
    quality: Quality


@dataclass(frozen=True)
class NeuronSample:
    """What a sample of neurons says about networks of every width.

    Attributes
    ----------
    network : Network
        Its width is not used.
    points : ndarray, shape (n_points, d_in)
    outputs : ndarray of int64, shape (n_points,)
        Output component of the field at each point.
    n_neurons, n_blocks : int
    sums : mapping of int to tuple of ndarray
        By order what `numerics.sampling.neurons.block_products.partition_sums` returns for the moments of h.
    qualities : mapping of int to Quality
    tail_indices : mapping of int to float
        Smallest tail index of a squared contribution to the moments of each order.
    provenance : mapping
    """

    network: Network
    points: Array
    outputs: NDArray[np.int64]
    n_neurons: int
    n_blocks: int
    sums: Mapping[int, tuple[Array, Array]] = field(repr=False)
    qualities: Mapping[int, Quality]
    tail_indices: Mapping[int, float]
    provenance: Mapping[str, object] = field(default_factory=dict)

    def cumulant(self, order: int) -> Jackknifed:
        """Cumulant κ_r of one neuron, G_c^(r) = N^(1 − r/2) κ_r; order 2 is K_W.

        Raises
        ------
        InvalidStatistics
            If that order was not sampled.
        """
        return cumulant_of(*self._of(order), multisets(len(self.points), order))

    def quality(self, order: int) -> Quality:
        """Judge the errors of one order: trusted if those of all orders up to it are."""
        self._of(order)
        found = [self.qualities[part] for part in self.sums if part <= order]
        return next((quality for quality in found if quality is not Quality.TRUSTED), Quality.TRUSTED)

    def at_width(self, width: int, order: int) -> NeuronCorrelator:
        """Full and connected n-point function of networks of a given width.

        Parameters
        ----------
        width : int
        order : int

        Returns
        -------
        NeuronCorrelator

        Raises
        ------
        InvalidStatistics
            If the width is not positive or the order was not sampled.
        """
        width = as_whole(width, "width", InvalidStatistics)
        kappa = self.cumulant(order)
        scale = float(width) ** (1 - order // 2)
        indices = multisets(len(self.points), order)
        shift = self.network.bias_variance * wick_count(self.outputs[indices]) if order == 2 else 0.0
        connected = Jackknifed(indices, scale * kappa.value + shift, scale * kappa.left_out + shift)
        value, left_out = self._full(width, order, indices)
        return NeuronCorrelator(order, Jackknifed(indices, value, left_out), connected, self.quality(order))

    def _full(self, width: int, order: int, indices: NDArray[np.int64]) -> tuple[Array, Array]:
        """Distribute the fields over output bias and neurons."""
        value = np.zeros(len(indices))
        left_out = np.zeros((self.n_blocks, len(indices)))
        for size in range(0, order + 1, 2):
            for biased in combinations(range(order), size):
                rest = [i for i in range(order) if i not in biased]
                bias = wick_count(self.outputs[indices[:, list(biased)]])
                bias *= self.network.bias_variance ** (size // 2)
                if not np.any(bias):
                    continue
                if not rest:
                    value += bias
                    left_out += bias
                    continue
                sums, without = self._of(len(rest))
                falling = np.cumprod(width - np.arange(len(sums), dtype=float)) / float(width) ** (
                    len(rest) // 2
                )
                row = ranks(indices[:, rest], len(self.points))
                value += bias * (falling @ sums)[row]
                left_out += bias * np.einsum("m,bme->be", falling, without)[:, row]
        return value, left_out

    def _of(self, order: int) -> tuple[Array, Array]:
        if order not in self.sums:
            raise InvalidStatistics(
                f"neurons were sampled for orders {sorted(self.sums)}, not {order}; ask for it in `order`"
            )
        return self.sums[order]
