"""The two sides of a Ward identity, exactly and sampled."""

from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.symmetries.output_fields import mixing_of_fields
from nnft_sym.symmetries.ward_motion import Beginning
from numerics.exact.correlators import exact_correlators
from numerics.exact.insertions import exact_insertions
from numerics.fields.field_set import FieldSet
from numerics.fields.mixed_products import mixed_products_slope
from numerics.networks.base import Network
from numerics.networks.parameter_motion import ParameterMotion
from numerics.results.correlator import Correlator, Part
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.drawn_insertions import DrawnNetworks, SampledSides, SampleSize, sampled_sides
from numerics.sampling.judge.tails import FEWEST_BLOCKS

Array = NDArray[np.float64]

#: Largest step of the differences of exact correlators, in units of the length over which they change, and
#: how often it is halved.
_STEP, _HALVINGS = 0.1, 4
#: Step of the differences of outputs of single networks, in the same unit.
_SMALL = 1e-4
#: Rounding of sums of products, relative to these.
_ROUNDING = 4 * float(np.finfo(np.float64).eps)


@final
@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides over all multisets of the fields, by order.

    Attributes
    ----------
    left, right : Correlators
        δ⟨f … f⟩ and −⟨(δ log P) f … f⟩.
    sampled : SampledSides or None
        Where they were sampled.
    """

    left: Correlators
    right: Correlators
    sampled: SampledSides | None = None


def exact_sides(
    network: Network,
    fields: FieldSet,
    start: Beginning,
    motion: ParameterMotion,
    orders: tuple[int, ...],
) -> Sides:
    """Compute both sides: the left one from exact correlators, the right one from moments of one neuron.

    Raises
    ------
    NotAvailable
        If there are no exact correlators, or no exact averages with the slopes of densities.
    """
    side = _mixed if start.acts_on == "outputs" else _differentiated
    right = exact_insertions(network, fields, motion, orders)
    minus = [
        Correlator(fields, order, Part.FULL, -one.value, one.error, one.method)
        for order, one in right.items()
    ]
    return Sides(side(network, fields, start, orders), Correlators.of(minus))


def _mixed(network: Network, fields: FieldSet, start: Beginning, orders: tuple[int, ...]) -> Correlators:
    """Mix exact correlators of several outputs."""
    exact = exact_correlators(network, fields, orders)
    mixed = mixing_of_fields(fields, start.matrix)
    found = []
    for order in orders:
        slope, full = mixed_products_slope(mixed, order), exact[order]
        error = np.abs(slope) @ (full.error + _ROUNDING * np.abs(full.value))
        found.append(Correlator(fields, order, Part.FULL, slope @ full.value, error, full.method))
    return Correlators.of(found)


def _differentiated(
    network: Network, fields: FieldSet, start: Beginning, orders: tuple[int, ...]
) -> Correlators:
    """Differentiate exact correlators along the motion of the points: Richardson's central differences."""
    velocity = start.moved(fields.inputs)
    fastest = float(np.abs(velocity).max(initial=0.0))
    if fastest == 0.0:
        zeros = [np.zeros(len(fields.multisets(order))) for order in orders]
        still = zip(orders, zeros, strict=True)
        return Correlators.of(
            Correlator(fields, order, Part.FULL, one, one, "no point moves") for order, one in still
        )
    first = _STEP * _length(network) / fastest
    rows: dict[int, list[Array]] = {order: [] for order in orders}
    noise = {order: np.zeros(len(fields.multisets(order))) for order in orders}
    for halving in range(_HALVINGS):
        h = first / 2**halving
        after, before = (
            exact_correlators(network, FieldSet(fields.inputs + t * velocity, fields.outputs), orders)
            for t in (h, -h)
        )
        for order in orders:
            rows[order].append((after[order].value - before[order].value) / (2.0 * h))
            noise[order] = (after[order].error + before[order].error) / (2.0 * h)
    found = []
    for order in orders:
        value, change = _extrapolated(rows[order])
        # the last difference enters with a factor below two
        error = change + 2.0 * noise[order]
        how = f"differences of: {after[order].method}"
        found.append(Correlator(fields, order, Part.FULL, value, error, how))
    return Correlators.of(found)


def _extrapolated(differences: list[Array]) -> tuple[Array, Array]:
    """Richardson's extrapolation of differences at steps h, h/2, …: value, and the last change."""
    table = list(differences)
    last = table[-1]
    for level in range(1, len(differences)):
        factor = 4.0**level
        last = table[-1]
        table = [(factor * fine - coarse) / (factor - 1.0) for coarse, fine in pairwise(table)]
    return table[-1], np.abs(table[-1] - last)


def _length(network: Network) -> float:
    """Distance over which features change."""
    return float(1.0 / network.slope)


def drawn_sides(
    network: Network,
    fields: FieldSet,
    start: Beginning,
    motion: ParameterMotion,
    orders: tuple[int, ...],
    size: SampleSize,
) -> Sides:
    """Sample both sides from the same networks."""
    numbers = np.asarray(np.maximum(fields.outputs, 1) - 1)
    if start.acts_on == "outputs":
        mixed = mixing_of_fields(fields, start.matrix)

        def moved(some: DrawnNetworks) -> Array:
            return np.asarray(some.outputs(fields.inputs, numbers) @ mixed.T)

    else:
        velocity = start.moved(fields.inputs)
        h = _SMALL * _length(network) / max(float(np.abs(velocity).max(initial=0.0)), 1e-300)

        def moved(some: DrawnNetworks) -> Array:
            after, before = (some.outputs(fields.inputs + t * velocity, numbers) for t in (h, -h))
            return np.asarray((after - before) / (2.0 * h))

    found = sampled_sides(network, fields, motion, moved, orders, size)
    return Sides(
        _means(fields, found.left, found.sizes, size), _means(fields, found.right, found.sizes, size), found
    )


def _means(
    fields: FieldSet, blocks: dict[int, Array], sizes: NDArray[np.int64], size: SampleSize
) -> Correlators:
    """Means over blocks, with their scatter."""
    total = float(sizes.sum())
    weights = np.sqrt(sizes / ((len(sizes) - 1) * total))[:, np.newaxis]
    source = Source(f"networks of a Ward identity, seed {size.seed}", int(total), len(sizes))
    found = []
    for order, one in blocks.items():
        mean = np.asarray(sizes @ one / total)
        moves = (one - mean) * weights
        spread = Uncertainty.of_blocks(source, moves)
        quality = Quality.HEAVY_TAILED if _few_blocks_count(moves) else Quality.TRUSTED
        found.append(Correlator(fields, order, Part.FULL, mean, spread, "mean over networks", quality))
    return Correlators.of(found)


def _few_blocks_count(moves: Array) -> bool:
    """Whether a few blocks make the error of a mean: then it is not to be believed."""
    squares = np.sum(moves**2, axis=0)
    fourth = np.sum(moves**4, axis=0)
    # three times (Σy²)²/Σy⁴ is the number of blocks for normal deviations, and 3 where one dominates
    effective = 3.0 * squares[fourth > 0.0] ** 2 / fourth[fourth > 0.0]
    return bool(np.any(effective < FEWEST_BLOCKS))
