"""Neuron-level Monte Carlo: correlators of every width from single hidden neurons.

What to use when
----------------
- `numerics.exact.correlators`: whenever it has the network and the points; no sampling error.
- `NeuronEnsemble`, here: cumulants κ_4/N, κ_6/N² of networks that have no exact method (own activations, many
  dimensions), or an independent check of it. The error of κ_r/N^(r/2 − 1) is as small as the number itself
  allows, at any width, because the width is not sampled. Heavy tails can be tilted away (Gauss-net).
- conditional `Ensemble`: finite-width networks drawn as they are, only the output layer integrated out; the
  error of the connected 4-point function falls like the function itself, 1/N. To test statements about
  *networks*.
- plain `Ensemble`: the experiment itself; the only one whose samples are fields f(x).

The neurons of a network are independent and alike, so with h = a s and m_B = E[Π_{i in B} h(x_i)] the field
without bias φ = N^(−1/2) Σ h has

    κ_n = Σ_π (−1)^(|π|−1) (|π| − 1)! Π_{B in π} m_B,        G_c^(n) = N^(1−n/2) κ_n,

    E[φ(x_1) … φ(x_n)] = N^(−n/2) Σ_π N(N − 1)…(N − |π| + 1) Π_{B in π} m_B,

over partitions π into even blocks (every neuron takes a block of fields). Output weights are integrated
out, m_B = (|B| − 1)!! sw^|B| E[Π s]. Products of the m_B are estimated from different blocks of neurons and
have no bias (`numerics.sampling.neurons.block_products`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import set_partitions
from diagrams.deprecated import renamed
from diagrams.messages import shown
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from numerics.errors import InvalidPoints, InvalidStatistics, NotAvailable
from numerics.exact.inputs import MEMORY_LIMIT
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.fields.index_sets import multiset_count, ranks
from numerics.given import as_instance, as_whole, as_wholes
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import GaussNet, Network, as_network
from numerics.networks.output_weights import output_moments
from numerics.networks.record import to_record
from numerics.results.faces import Described
from numerics.results.jackknife import jackknife
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.sampling.judge.tails import CRITICAL_INDEX, FEWEST_NETWORKS, UNSEEN_ERRORS, UNSEEN_SHARE
from numerics.sampling.neurons.block_products import FEWEST_BLOCKS, partition_sums
from numerics.sampling.neurons.neuron_sample import NeuronTables
from numerics.sampling.neurons.sums import NeuronSums, compiled_sums, tilted_sums
from numerics.sampling.runs.checkpoints import Checkpoint

_LOGGER = logging.getLogger(__name__)

Array = NDArray[np.float64]

#: Orders that are implemented.
ORDERS = (2, 4, 6)


@dataclass(frozen=True, init=False)
class NeuronEnsemble(Described):
    """An endless, reproducible sequence of single hidden neurons.

    Parameters
    ----------
    network : Network
        The architecture; its width does not matter for what is drawn.
    points : array_like, shape (n_points, d_in), or FieldSet
    seed : int, optional
        0 <= seed < 2^64. Neurons are independent of the networks of `Ensemble` with the same seed.
    outputs : sequence of int, length n_points, optional
        Output component of the field at each point, as in `numerics.exact.correlators.exact_correlators`.
    tilted : bool, optional
        Draw hidden parameters where products of features are large, and weight them
        (`numerics.sampling.neurons.tilting`): for Gauss-net, whose moments plain sampling misses at σ = 1.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs the points.
    NotAvailable
        If tilting is asked for another network than Gauss-net, or hidden parameters are not Gaussian or
        output weights correlated.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> sample = NeuronEnsemble(ReLUNet(width=1), [1.0], seed=3).sample(100_000)
    >>> four = sample.at_width(1000).connected()[4]  # κ_4/N = 0.00375
    >>> bool(abs(four.value[0] - 0.00375) < 4 * four.error[0] < 0.0004)
    True
    """

    network: Network
    fields: FieldSet
    seed: int
    tilted: bool

    def __init__(
        self,
        network: Network,
        points: Fields,
        seed: int = 0,
        outputs: Sequence[int] | None = None,
        tilted: bool = False,
    ) -> None:
        as_network(network)
        split_seed(seed)
        fields = as_field_set(points, outputs, network.d_in)
        own = {"network": network, "fields": fields, "seed": int(seed), "tilted": tilted}
        for name, value in own.items():
            object.__setattr__(self, name, value)
        self._refuse_what_cannot_be_drawn()

    @property
    def points(self) -> Array:
        """Where the neurons are looked at, shape (n_points, d_in)."""
        return self.fields.inputs

    @property
    def outputs(self) -> tuple[int, ...]:
        """Old name of ``fields.outputs``."""
        renamed("neurons.outputs", "neurons.fields.outputs")
        return tuple(self.fields.outputs.tolist())

    def _refuse_what_cannot_be_drawn(self) -> None:
        needed = "needs Gaussian hidden weights and biases, and independent output weights"
        for name, law in self.network.laws.named().items():
            if name != "output_law":
                raise NotAvailable.about(
                    name,
                    f"{shown(str(law))} was given, and drawing neurons one by one {needed}; leave it out, or "
                    "sample whole networks",
                )
        as_instance(self.tilted, bool, "tilted", InvalidStatistics, "True or False")
        if self.tilted and not isinstance(self.network, GaussNet):
            raise NotAvailable.about(
                "tilted",
                f"True was given, but tilted sampling exists for gauss, not for {self.network.name}: the "
                "features of the other nets have light tails; leave it out",
            )

    def sample(
        self,
        n_neurons: int,
        order: int = 6,
        n_blocks: int = 200,
        progress: ProgressLike = None,
        checkpoint: str | PathLike[str] | Checkpoint | None = None,
    ) -> Correlators:
        """Sample neurons and form the moments of all even orders up to `order`.

        Parameters
        ----------
        n_neurons : int
        order : int, optional
            2, 4 or 6.
        n_blocks : int, optional
            Blocks for the products and the jackknife, from ten to `n_neurons`.
        progress : callable or bool, optional
            Called with (neurons done, neurons in total); True shows it.
        checkpoint : path-like or Checkpoint, optional
            File that keeps the run every few seconds; if it exists the run is continued from it, with the
            same numbers to the last bit, as by `Ensemble.correlators`.

        Returns
        -------
        Correlators
            Of networks of the width of `network`; ``at_width`` gives others from the same neurons.

        Raises
        ------
        InvalidStatistics
            If a number is out of range or the sums would not fit into memory.
        InvalidPoints
            If products of features are beyond floating point.
        SamplingInterrupted
            A KeyboardInterrupt that says how many neurons are done.
        DamagedCheckpoint, CheckpointMismatch
            If the checkpoint was truncated or altered, or belongs to a run with other inputs.
        """
        kept = Checkpoint(checkpoint) if isinstance(checkpoint, str | PathLike) else checkpoint
        n_points = len(self.points)
        n_neurons, order, n_blocks = _checked(n_neurons, order, n_blocks)
        _refuse_absurd_memory(n_points, order, n_blocks)
        orders = [n for n in ORDERS if n <= order]
        _refuse_skewed(self.network)
        outputs = self.fields.outputs
        moments = {n: output_moments(self.network, outputs[self.fields.multisets(n)]) for n in orders}
        # may be refused, so before anything is drawn
        kernel = self.network.kernel.weight_diagonal(self.points)
        draw = tilted_sums if self.tilted else compiled_sums
        _LOGGER.info("sampling %s neurons of %r", f"{n_neurons:,}", self)
        with (
            shown_progress(progress, "neurons") as report,
            np.errstate(over="ignore", invalid="ignore"),  # what comes of it is refused below
        ):
            found = draw(self.network, self.points, self.seed, n_neurons, orders, n_blocks, report, kept)
            block_sums = {n: one * moments[n] for n, one in found.block_sums.items()}
        if not all(np.all(np.isfinite(one)) for one in block_sums.values()):
            raise InvalidPoints(
                "products of features of single neurons are NaN or infinite: the inputs or the standard "
                "deviations are too large for the orders asked for; rescale the inputs or lower the order"
            )
        sums = {n: partition_sums(n, block_sums, found.block_sizes, n_points) for n in orders}
        tables = NeuronTables(
            network=self.network,
            fields=self.fields,
            seed=self.seed,
            block_sizes=found.block_sizes,
            sums=sums,
            qualities=self._qualities(sums, found, n_neurons, kernel),
            tail_indices=found.tail_indices,
            provenance={
                "network": to_record(self.network),
                "seed": self.seed,
                "neurons": n_neurons,
                "estimator": "neuron-level, tilted" if self.tilted else "neuron-level",
                "centres": found.centres,
            },
        )
        return Correlators(tables)

    def _qualities(
        self, sums: Mapping[int, tuple[Array, Array]], found: NeuronSums, n_neurons: int, kernel: Array
    ) -> dict[int, Quality]:
        """Judge each order by its own tail and kurtosis, and all by whether the kernel was found."""
        own = [int(ranks(np.array([i, i]), len(self.points))) for i in range(len(self.points))]
        value, left_out = sums[2][0][0], sums[2][1][:, 0]
        error = np.sqrt(np.sum(jackknife(value, left_out)[1] ** 2, axis=0))
        miss = np.abs(value[own] - kernel)
        unseen = np.any((miss > UNSEEN_SHARE * kernel) & (miss > UNSEEN_ERRORS * error[own]))
        qualities = {}
        for n, index in found.tail_indices.items():
            if unseen or index <= CRITICAL_INDEX:
                qualities[n] = Quality.HEAVY_TAILED
            else:
                few = n_neurons < max(found.neurons_needed[n], FEWEST_NETWORKS)
                qualities[n] = Quality.TOO_FEW_SAMPLES if few else Quality.TRUSTED
        return qualities


def _checked(n_neurons: int, order: int, n_blocks: int) -> tuple[int, int, int]:
    order = as_whole(order, "order", InvalidStatistics, "2, 4 or 6", least=-(10**9))
    if order not in ORDERS:
        raise InvalidStatistics(f"order = {order!r} was given; 2, 4 or 6 is needed")
    needed = f"whole numbers with {FEWEST_BLOCKS} <= n_blocks <= n_neurons are needed"
    found = as_wholes((n_neurons, n_blocks), "(n_neurons, n_blocks)", InvalidStatistics, needed)
    if not FEWEST_BLOCKS <= found[1] <= found[0]:
        raise InvalidStatistics(f"n_neurons = {n_neurons!r} and n_blocks = {n_blocks!r} were given; {needed}")
    return found[0], order, found[1]


def _refuse_absurd_memory(n_points: int, order: int, n_blocks: int) -> None:
    size = multiset_count(n_points, order)
    # products of one, two, ... means with each block left out, and what they are made of
    needed = 8 * size * (n_blocks * (order + 2) + len(set_partitions(order)))
    if needed > MEMORY_LIMIT:
        raise InvalidStatistics(
            f"{size} correlators of order {order} of {n_points} points in {n_blocks} blocks need about "
            f"{needed / 1e9:.3g} GB, more than the limit of {MEMORY_LIMIT / 1e9:.1f} GB; use fewer points or "
            "blocks, or a lower order"
        )


def _refuse_skewed(network: Network) -> None:
    if not network.laws.output.even:
        raise NotAvailable(
            "single neurons are averaged for output weights of symmetric laws, and "
            f"{network.laws.output} is skewed: odd correlators live. exact_correlators gives them, Ensemble "
            "samples them"
        )
