"""Sampled correlators of fields that move, and of δ log P: the two sides of a Ward identity, block by block.

Both sides come from the same networks. Where a density jumps at its ends the boundary term is sampled too:
one neuron of each network, which stands for all, has its parameter put there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multisets
from numerics.given import as_whole
from numerics.networks.base import Network
from numerics.networks.density_slopes import density_jumps, log_density_slope
from numerics.networks.drawn_features import drawn
from numerics.networks.laws import ParameterLaw
from numerics.networks.parameter_motion import OUTPUT_BIAS_LAW, ParameterMotion, Units, has_output_bias

Array = NDArray[np.float64]
#: The change of the outputs of given networks, shape (m, n), when the fields move; see `sampled_sides`.
Moved = Callable[["DrawnNetworks"], Array]

#: Numbers held at once, and networks at least for each block.
_AT_ONCE, FEWEST_EACH = 1 << 20, 10
#: Part of δ log P that is rounding.
_ROUNDING = 1e-13
#: Second number of the seed.
_STREAM = 0x7A


@final
@dataclass(frozen=True, eq=False)
class DrawnNetworks:
    """Some networks by their parameters, in units of the laws.

    Attributes
    ----------
    network : Network
    hidden : ndarray, shape (m, N, d)
    biases : ndarray, shape (m, N)
        Phases, for networks that have them.
    weights : ndarray, shape (m, N, D)
    output_biases : ndarray, shape (m, D)
    """

    network: Network
    hidden: Array
    biases: Array
    weights: Array
    output_biases: Array

    def features(self, points: Array) -> Array:
        """Evaluate the hidden layers, shape (m, N, n)."""
        return self._features(self.hidden, self.biases, points)

    def outputs(self, points: Array, numbers: NDArray[np.int64]) -> Array:
        """Evaluate f_b(x), shape (m, n); `numbers` are the outputs b from zero on."""
        scale = self.network.output_deviation / self.network.width**0.5
        found = np.einsum("mik,mik->mk", self.weights[:, :, numbers], self.features(points))
        bias = self.network.bias_variance**0.5 * self.output_biases[:, numbers]
        return np.asarray(scale * found + bias)

    def insertion(self, motion: ParameterMotion) -> Array:
        """Evaluate δ log P, that of jumps left out, shape (m,)."""
        laws, units = self.network.laws, Units.of(self.network)
        traces = self.network.width * float(np.trace(motion.hidden))
        # a parameter with the slope of its density, and how it moves; each of shape (m, k)
        pairs: list[tuple[Array, Array]] = []
        if np.any(motion.outputs):
            parts: list[tuple[ParameterLaw, Array]] = [(laws.output.unit, self.weights)]
            if has_output_bias(self.network):
                parts.append((OUTPUT_BIAS_LAW, self.output_biases[:, np.newaxis]))
            for law, some in parts:
                pairs.append((log_density_slope(law, some), some @ motion.outputs.T))
                traces += some.shape[1] * float(np.trace(motion.outputs))
        if np.any(motion.hidden) or np.any(motion.hidden_shift):
            moves = self._hidden_moves(motion, units, self.hidden)
            pairs.append((log_density_slope(laws.hidden.unit, self.hidden), moves))
        if np.any(motion.bias_slope) and self.network.bias_deviation is not None:
            moves = self._bias_moves(motion, units, self.hidden)
            pairs.append((log_density_slope(laws.bias.unit, self.biases), moves))
        total, size = np.full(len(self.weights), traces), np.full(len(self.weights), abs(traces))
        for slopes, moves in pairs:
            products = (slopes * moves).reshape(len(total), -1)
            total = total + products.sum(axis=1)
            size += np.abs(products).sum(axis=1)
        # a symmetry of the law leaves nothing but rounding
        return np.asarray(np.where(np.abs(total) > _ROUNDING * size, total, 0.0))

    def at_jumps(
        self, motion: ParameterMotion, points: Array, numbers: NDArray[np.int64], outputs: Array
    ) -> Iterator[tuple[Array, Array]]:
        """Yield weights, shape (m,), and outputs, shape (m, n), of networks with a parameter at a jump.

        The first neuron has it, and counts as often as there are neurons.
        """
        units, count = Units.of(self.network), self.network.width
        scale = self.network.output_deviation / count**0.5
        hidden, bias, weights = self.hidden[:, 0], self.biases[:, 0], self.weights[:, 0]
        before = self._features(hidden[:, np.newaxis], bias[:, np.newaxis], points)[:, 0]
        for b in np.flatnonzero(np.any(motion.outputs != 0.0, axis=1)).tolist():
            for place, jump in density_jumps(self.network.laws.output.unit):
                there = weights.copy()
                there[:, b] = place
                change = scale * (there - weights)[:, numbers] * before
                yield count * jump * (there @ motion.outputs[b]), outputs + change
        moving = np.any(motion.hidden != 0.0, axis=1) | (motion.hidden_shift != 0.0)
        for j in np.flatnonzero(moving).tolist():
            for place, jump in density_jumps(self.network.laws.hidden.unit):
                there = hidden.copy()
                there[:, j] = place
                after = self._features(there[:, np.newaxis], bias[:, np.newaxis], points)[:, 0]
                move = self._hidden_moves(motion, units, there)[:, j]
                yield count * jump * move, outputs + scale * weights[:, numbers] * (after - before)
        if np.any(motion.bias_slope) and self.network.bias_deviation is not None:
            for place, jump in density_jumps(self.network.laws.bias.unit):
                there = np.full_like(bias, place)
                after = self._features(hidden[:, np.newaxis], there[:, np.newaxis], points)[:, 0]
                move = self._bias_moves(motion, units, hidden)
                yield count * jump * move, outputs + scale * weights[:, numbers] * (after - before)

    def _features(self, hidden: Array, biases: Array, points: Array) -> Array:
        units, d = Units.of(self.network), self.network.d_in
        flat = self.network.features(
            units.hidden * hidden.reshape(-1, d), units.bias * biases.ravel(), points
        )
        return np.asarray(flat.reshape(*biases.shape, len(points)))

    @staticmethod
    def _hidden_moves(motion: ParameterMotion, units: Units, hidden: Array) -> Array:
        return np.asarray(hidden @ motion.hidden.T + motion.hidden_shift / units.hidden)

    @staticmethod
    def _bias_moves(motion: ParameterMotion, units: Units, hidden: Array) -> Array:
        return np.asarray(units.hidden / units.bias * (hidden @ motion.bias_slope))


@final
@dataclass(frozen=True, eq=False)
class SampledSides:
    """Both sides of a Ward identity, block by block.

    Attributes
    ----------
    sizes : ndarray of int, shape (B,)
        Networks in each block.
    left : dict of int to ndarray, shape (B, M)
        Means of δ(f … f) by order.
    right : dict of int to ndarray, shape (B, M)
        Means of −(δ log P) f … f.
    """

    sizes: NDArray[np.int64]
    left: dict[int, Array]
    right: dict[int, Array]


def draw_networks(
    network: Network, outputs: int, networks: int, generator: np.random.Generator
) -> DrawnNetworks:
    """Draw networks with several outputs."""
    count, laws = network.width, network.laws
    phases = network.bias_deviation is None
    return DrawnNetworks(
        network,
        drawn(laws.hidden.unit, generator, (networks, count, network.d_in)),
        2 * np.pi * generator.random((networks, count))
        if phases
        else drawn(laws.bias.unit, generator, (networks, count)),
        drawn(laws.output.unit, generator, (networks, count, outputs)),
        generator.standard_normal((networks, outputs)),
    )


@final
@dataclass(frozen=True)
class SampleSize:
    """How many networks are drawn, from which seed, in how many blocks."""

    networks: int
    seed: int = 0
    n_blocks: int = 1000

    def edges(self) -> NDArray[np.int64]:
        """Where blocks begin and end; refuse too few networks."""
        total = as_whole(self.networks, "networks", InvalidStatistics)
        wanted = as_whole(self.n_blocks, "n_blocks", InvalidStatistics, least=2)
        blocks = min(wanted, total // FEWEST_EACH)
        if blocks < 2:
            raise InvalidStatistics(
                f"{total} networks were asked for; errors come from blocks of {FEWEST_EACH} networks at "
                f"least, and {2 * FEWEST_EACH} are the fewest"
            )
        return np.array([total * b // blocks for b in range(blocks + 1)])


def sampled_sides(
    network: Network,
    fields: FieldSet,
    motion: ParameterMotion,
    moved: Moved,
    orders: tuple[int, ...],
    size: SampleSize,
) -> SampledSides:
    """Sample δ⟨f … f⟩ and −⟨(δ log P) f … f⟩.

    Parameters
    ----------
    network : Network
    fields : FieldSet
    motion : ParameterMotion
        Of the parameters, for the right side.
    moved : callable
        From `DrawnNetworks` to the change of their outputs at the fields, shape (m, n), for the left side.
    orders : tuple of int
    size : SampleSize

    Returns
    -------
    SampledSides

    Raises
    ------
    InvalidStatistics
        If there are too few networks.
    NotAvailable
        If a law has no density.
    """
    motion.refuse(network)
    edges = size.edges()
    rows = {order: multisets(len(fields), order) for order in orders}
    sums = {order: np.zeros((2, len(edges) - 1, len(one))) for order, one in rows.items()}
    numbers = np.asarray(np.maximum(fields.outputs, 1) - 1)
    widest = max(network.width * (len(fields) + len(motion.outputs)), *(one.size for one in rows.values()))
    step = max(1, _AT_ONCE // widest)
    generator = np.random.default_rng([size.seed, _STREAM])
    for first in range(0, int(edges[-1]), step):
        some = draw_networks(network, len(motion.outputs), min(step, int(edges[-1]) - first), generator)
        f = some.outputs(fields.inputs, numbers)
        changed = moved(some)
        block = np.searchsorted(edges, np.arange(first, first + len(f)), side="right") - 1
        weighted = [(some.insertion(motion), f), *some.at_jumps(motion, fields.inputs, numbers, f)]
        for order, one in rows.items():
            np.add.at(sums[order][0], block, _changed_products(f, changed, one))
            for weight, there in weighted:
                np.add.at(sums[order][1], block, -weight[:, np.newaxis] * np.prod(there[:, one], axis=2))
    sizes = np.diff(edges)
    means = {order: one / sizes[:, np.newaxis] for order, one in sums.items()}
    return SampledSides(
        sizes,
        {order: one[0] for order, one in means.items()},
        {order: one[1] for order, one in means.items()},
    )


def _changed_products(f: Array, changed: Array, rows: NDArray[np.int64]) -> Array:
    """δ(f_i1 … f_ir) by the product rule, shape (m, M)."""
    total = np.zeros((len(f), len(rows)))
    for k in range(rows.shape[1]):
        total += changed[:, rows[:, k]] * np.prod(f[:, np.delete(rows, k, axis=1)], axis=2)
    return total
