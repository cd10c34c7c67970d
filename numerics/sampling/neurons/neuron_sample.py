"""What a sample of single neurons says about networks of every width (`NeuronEnsemble` draws it)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.given import as_whole
from numerics.networks.architectures import Network
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.gaussian_moments import wick_count
from numerics.results.jackknife import jackknife
from numerics.results.quality import Quality, worst
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.neurons.block_products import cumulant_of

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class NeuronTables:
    """Unbiased products of moments of one neuron, and correlators of networks made of such neurons.

    `numerics.results.joint_correlators.Correlators` of it are what the user sees.

    Attributes
    ----------
    network : Network
        At the width that is looked at; the sample does not know it.
    fields : FieldSet
    seed : int
    block_sizes : ndarray of int64, shape (n_blocks,)
        Neurons per block.
    sums : mapping of int to tuple of ndarray
        By order what `numerics.sampling.neurons.block_products.partition_sums` returns for the moments of h.
    qualities : mapping of int to Quality
    tail_indices : mapping of int to float
        Smallest tail index of a squared contribution to the moments of each order.
    provenance : mapping
    """

    network: Network
    fields: FieldSet
    seed: int
    block_sizes: NDArray[np.int64]
    sums: Mapping[int, tuple[Array, Array]]
    qualities: Mapping[int, Quality]
    tail_indices: Mapping[int, float]
    provenance: Mapping[str, object]

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders that were sampled."""
        return tuple(self.sums)

    @property
    def n_samples(self) -> int:
        """Number of neurons."""
        return int(self.block_sizes.sum())

    def at_width(self, width: int) -> "NeuronTables":
        """Networks of another width.

        Raises
        ------
        InvalidStatistics
            If the width is not positive.
        """
        return replace(self, network=self.network.with_width(as_whole(width, "width", InvalidStatistics)))

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it."""
        return order in self.sums and part in (Part.FULL, Part.CONNECTED)

    def correlator(self, order: int, part: Part) -> Correlator:
        """Full or connected n-point function of networks of this width."""
        make = self._full if part is Part.FULL else self._connected
        value, left_out = make(order)
        width = self.network.width
        return Correlator(
            self.fields, order, part, value, self._uncertainty(left_out),
            f"{self.provenance['estimator']}: means over neurons, put together at N = {width}",
            self._quality(order), self.provenance, {"tail_index": self.tail_indices.get(order, float("nan"))},
        )  # fmt: skip

    def cumulant(self, order: int) -> Estimate:
        """Cumulant κ_r of one neuron, G_c^(r) = N^(1 − r/2) κ_r; order 2 is K_W. Shape (M,)."""
        value, left_out = cumulant_of(*self._of(order))
        method = "cumulant of one neuron"
        return Estimate(value, self._uncertainty(left_out), method, self._quality(order), self.provenance)

    def _uncertainty(self, left_out: Array) -> Uncertainty:
        """Errors from the estimates without each block; products of different blocks need no correction."""
        source = Source(f"neurons of seed {self.seed}", self.n_samples, len(self.block_sizes))
        return Uncertainty.of_blocks(source, jackknife(left_out.mean(axis=0), left_out)[1])

    def _quality(self, order: int) -> Quality:
        """Judge the errors of one order: trusted if those of all orders up to it are."""
        return worst(self.qualities[part] for part in self.sums if part <= order)

    def _connected(self, order: int) -> tuple[Array, Array]:
        value, left_out = cumulant_of(*self._of(order))
        scale = float(self.network.width) ** (1 - order // 2)
        bias = wick_count(self.fields.outputs[self.fields.multisets(order)])
        shift = self.network.bias_variance * bias if order == 2 else 0.0
        return scale * value + shift, scale * left_out + shift

    def _full(self, order: int) -> tuple[Array, Array]:
        """Distribute the fields over output bias and neurons."""
        indices, width = self.fields.multisets(order), self.network.width
        value = np.zeros(len(indices))
        left_out = np.zeros((len(self.block_sizes), len(indices)))
        for size in range(0, order + 1, 2):
            for biased in combinations(range(order), size):
                rest = [i for i in range(order) if i not in biased]
                bias = wick_count(self.fields.outputs[indices[:, list(biased)]])
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
                row = ranks(indices[:, rest], len(self.fields))
                value += bias * (falling @ sums)[row]
                left_out += bias * np.einsum("m,bme->be", falling, without)[:, row]
        return value, left_out

    def _of(self, order: int) -> tuple[Array, Array]:
        if order not in self.sums:
            raise InvalidStatistics(
                f"neurons were sampled for orders {sorted(self.sums)}, not {order}; ask for it in `order`"
            )
        return self.sums[order]
