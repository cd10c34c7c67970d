"""Pages: the unit of work of the sampler, an aligned run of networks whose sums form one subtree.

A page is a pure function of its number, so it can be computed by any thread or process, in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, InvalidPoints, NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.machine.intrinsics import GRAIN, LANES
from numerics.machine.jit import compiled
from numerics.machine.random_streams import Four, split_seed
from numerics.machine.vectors import aligned
from numerics.networks.averages.neuron_quadrature import QuadratureKernel
from numerics.networks.base import Network
from numerics.networks.gauss import GaussNet
from numerics.sampling.engine.lanes import evaluate_lanes, row_count
from numerics.sampling.engine.programs import (
    LaneAddresses,
    LaneCodes,
    LaneScales,
    codes_and_addresses,
    drawn_correlation,
    lane_program,
)
from numerics.sampling.estimators.conditional import PairingPlan, accumulate_pairings, pairing_plan
from numerics.sampling.estimators.moments import MomentPlan, accumulate_grain
from numerics.sampling.judge.tails import BINS, count_variances

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

Scratch: TypeAlias = tuple[Array, Array, Array, Array, Array, NDArray[np.uint32], Array, Array, Array]

#: Standard deviation of a pre-activation beyond which nothing is sampled.
LARGEST_PREACTIVATION = 1e15
#: Neurons per page, roughly: a few milliseconds to a second of work.
PAGE_NEURONS = 1 << 22


class Precision(Enum):
    """Arithmetic of a network's evaluation; moments are always summed in double precision."""

    DOUBLE = "double"
    SINGLE = "single"


class Estimator(Enum):
    """What is averaged over networks: products of outputs, or their mean at fixed hidden parameters."""

    PLAIN = "plain"
    CONDITIONAL = "conditional"


@dataclass(frozen=True)
class LaneParameters:
    """A network as the compiled kernels see it; see `numerics.sampling.engine.lanes.evaluate_lanes`."""

    codes: LaneCodes
    addresses: LaneAddresses
    points: Array
    shift: Array
    components: Indices
    scales: LaneScales
    inverse_kernel: Array
    conditional: bool


def lane_parameters(
    network: Network,
    points: Array,
    precision: Precision,
    estimator: Estimator = Estimator.PLAIN,
    outputs: Sequence[int] | None = None,
) -> LaneParameters:
    """Reduce a network and its points to the numbers that the kernels need.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    precision : Precision
    estimator : Estimator, optional
    outputs : sequence of int, length n_points, optional
        Output component of the field at each point.

    Returns
    -------
    LaneParameters

    Raises
    ------
    InvalidPoints
        If the outputs do not fit the points, or pre-activations may be too large for their products to be
        numbers.
    NotAvailable
        If the estimator does not exist for the laws of the weights.
    """
    _refuse_extremes(network, points)
    laws = network.laws
    if estimator is Estimator.CONDITIONAL and not laws.independent_gaussian_outputs:
        raise NotAvailable(
            "the conditional estimator integrates over independent Gaussian output weights; those of "
            f"{network!r} are not: use the plain estimator"
        )
    components, correlation = FieldSet(points, outputs).output_numbers, drawn_correlation(network)
    if correlation > 0.0 and components.any():
        raise NotAvailable(f"correlated output weights are defined for one output; {network!r} has them")
    program, single = lane_program(network), precision is Precision.SINGLE
    kind = np.float32 if single else np.float64
    # phases are counted in turns, other pre-activations as the compiled activation wants them
    unit = program.units[single]
    bias = 1.0 if network.hidden_bias_deviation is None else network.hidden_bias_deviation / unit
    # what is counted is the variance at fixed hidden parameters, less what correlated weights add to it
    kernel = network.kernel_of_one
    # for the tail report a percent is enough, which can be had where the activation has kinks, too
    rough = kernel.rough_diagonal if isinstance(kernel, QuadratureKernel) else kernel.weight_diagonal
    diagonal = rough(points) + kernel.bias_variance
    inverse_kernel = np.zeros(len(points))
    np.divide(1.0, diagonal, out=inverse_kernel, where=diagonal > 0)
    codes, addresses = codes_and_addresses(network, program, single=single)
    shift = -network.shift(points) if isinstance(network, GaussNet) else np.zeros(len(points))
    return LaneParameters(
        codes=codes,
        addresses=addresses,
        points=np.ascontiguousarray(points * (network.slope / unit), dtype=kind),
        shift=shift.astype(kind),
        components=components,
        scales=LaneScales(
            bias=kind(bias),
            amplitude=kind(np.sqrt(network.output_deviation**2 / network.width)),
            deviation=kind(np.sqrt(network.weight_variance / network.width)),
            output_bias=kind(np.sqrt(network.bias_variance)),
            silent=kind(program.silent),
            own=kind(np.sqrt(1.0 - correlation)),
            common=kind(np.sqrt(correlation)),
        ),
        inverse_kernel=inverse_kernel,
        conditional=estimator is Estimator.CONDITIONAL,
    )


def _refuse_extremes(network: Network, points: Array) -> None:
    reach = network.sigma_w * float(np.abs(points).max()) + (network.hidden_bias_deviation or 0.0)
    if reach > LARGEST_PREACTIVATION:
        raise InvalidPoints(
            f"inputs up to {np.abs(points).max():.3g} with sigma_w = {network.sigma_w:g} give pre-activations"
            f" of about {reach:.0e}, and products of outputs that are beyond floating point; the sampler "
            f"takes pre-activations up to {LARGEST_PREACTIVATION:.0e}: rescale the inputs"
        )


@dataclass(frozen=True)
class Layout:
    """Which networks belong to which page and block.

    Attributes
    ----------
    n_networks, n_blocks : int
        Block b holds networks n·b // B to n·(b + 1) // B - 1, so block sizes differ by at most one.
    page_grains : int
        Grains per page: a power of two, and a whole number of `LANES`.
    """

    n_networks: int
    n_blocks: int
    page_grains: int

    @property
    def n_pages(self) -> int:
        """Number of pages."""
        return -(-self.n_networks // (self.page_grains * GRAIN))

    def edges(self) -> NDArray[np.int64]:
        """Return the first network of every block, and the end; shape (n_blocks + 1,)."""
        return np.array([self.n_networks * b // self.n_blocks for b in range(self.n_blocks + 1)])

    def page(self, number: int) -> tuple[int, int]:
        """Return the first network of a page and the one after its last."""
        size = self.page_grains * GRAIN
        return number * size, min((number + 1) * size, self.n_networks)


def page_grains(width: int) -> int:
    """Choose the size of a page: a power of two, so that pages are subtrees whatever their size.

    Examples
    --------
    >>> page_grains(10), page_grains(1000)
    (1024, 64)
    """
    grains = 1024
    while grains > LANES // GRAIN and grains * GRAIN * width > PAGE_NEURONS:
        grains //= 2
    return grains


@dataclass(frozen=True)
class PageSums:
    """What one page contributes.

    Attributes
    ----------
    total : ndarray, shape (M,)
        Sum over the page, by the fixed tree.
    first_block : int
        Block of the first row of `blocks`.
    blocks : ndarray, shape (n, M)
        Contributions to the blocks that the page touches.
    counts : ndarray of int64, shape (n_points, BINS)
        Histogram of the conditional variances, see `numerics.sampling.judge.tails`.
    """

    total: Array
    first_block: int
    blocks: Array
    counts: NDArray[np.int64]


def sample_page(
    number: int, layout: Layout, edges: NDArray[np.int64], lanes: LaneParameters, plan: MomentPlan, seed: int
) -> PageSums:
    """Sample the networks of one page and sum their moments.

    Parameters
    ----------
    number : int
    layout : Layout
    edges : ndarray of int64
        ``layout.edges()``.
    lanes : LaneParameters
    plan : MomentPlan
    seed : int

    Returns
    -------
    PageSums
    """
    begin, end = layout.page(number)
    inner = edges[np.searchsorted(edges, begin, side="right") : np.searchsorted(edges, end)]
    # blocks that begin with a grain cut nothing
    cuts = np.sort(np.concatenate([np.arange(begin, end, GRAIN), inner[inner % GRAIN > 0], [end]]))
    starts, stops = cuts[:-1], cuts[1:]
    block = np.searchsorted(edges, starts, side="right") - 1
    blocks = np.zeros((int(block[-1] - block[0]) + 1, plan.size))
    # the tree of sums over grains: a row per level, and one for the grain at hand
    levels = np.zeros((layout.page_grains.bit_length() + 1, plan.size))
    counts = np.zeros((len(lanes.points), BINS), dtype=np.int64)
    k0, k1, k2, k3 = split_seed(seed)
    key = (np.uint32(k0), np.uint32(k1), np.uint32(k2), np.uint32(k3))
    pairings = pairing_plan(plan if lanes.conditional else None)
    network = (
        lanes.codes, lanes.addresses, lanes.points, lanes.shift, lanes.components, lanes.scales,
        lanes.conditional,
    )  # fmt: skip
    moments = (plan.parent, plan.point, plan.left, plan.right)
    pieces = (starts, stops, block - block[0])
    scratch = _scratch(lanes, plan, pairings)
    kernel, terms = lanes.inverse_kernel, pairings.arrays
    _sample_pieces(
        scratch, levels, blocks, counts, pieces, (begin, end), key, network, kernel, moments, terms
    )
    if not np.all(np.isfinite(levels[0])):
        raise InvalidNetwork(
            f"products of outputs of networks {begin} to {end - 1} are NaN or infinite: the standard "
            "deviations or the inputs are too large for the orders asked for, or the activation is not finite"
        )
    return PageSums(total=levels[0], first_block=int(block[0]), blocks=blocks, counts=counts)


def _scratch(lanes: LaneParameters, plan: MomentPlan, pairings: PairingPlan) -> Scratch:
    n_points, d = lanes.points.shape
    kind = lanes.points.dtype
    n_pairs = n_points * (n_points + 1) // 2 if lanes.conditional else 0
    n_monomials = pairings.n_rows if lanes.conditional else len(plan.parent)
    return (
        aligned((max(n_points, n_pairs), LANES), np.float64),
        aligned((n_points, LANES), np.float64),
        aligned((n_points + max(n_points, n_pairs), LANES), kind),
        aligned((2 * n_points, LANES), kind),
        aligned(row_count(d, int(lanes.components.max()) + 1) * LANES, kind),
        aligned(8 * LANES, np.uint32),
        aligned(2 * LANES, np.float64),
        aligned((n_monomials, GRAIN), np.float64),
        aligned(plan.size, np.float64),
    )


@compiled
def _add(total: Array, term: Array) -> None:
    for e in range(len(total)):
        total[e] += term[e]


@compiled
def _accumulate(
    sums: Array,
    outputs: Array,
    monomials: Array,
    span: tuple[int, int, int],
    conditional: bool,
    moments: tuple[Indices, Indices, Indices, Indices],
    terms: tuple[Indices, Indices, Indices, Indices, Indices, Indices],
) -> None:
    """Sum the moments of a part of a grain: offset of the grain, first and end of the part."""
    offset, start, stop = span
    if conditional:
        accumulate_pairings(sums, outputs, monomials, offset, start, stop, terms)
    else:
        parent, point, left, right = moments
        accumulate_grain(sums, outputs, monomials, offset, start, stop, parent, point, left, right)


@compiled
def _join(levels: Array, leaf: int, n_leaves: int) -> None:
    """Add the leaf in the last row to the tree; the last leaf makes row 0 the sum of all.

    Row k holds the sum of 2^k leaves until its neighbour is complete. A leaf that does not exist counts as
    zero, so a page that is not full gives the same bits as one of its size.
    """
    carry, top = len(levels) - 1, 0
    while leaf >> top & 1:
        for e in range(levels.shape[1]):
            levels[carry, e] = levels[top, e] + levels[carry, e]
        top += 1
    levels[top] = levels[carry]
    if leaf + 1 == n_leaves:
        held = leaf + 1
        first = 0
        while not held >> first & 1:
            first += 1
        levels[carry] = levels[first]
        for level in range(first + 1, carry):
            if held >> level & 1:
                for e in range(levels.shape[1]):
                    levels[carry, e] = levels[level, e] + levels[carry, e]
        levels[0] = levels[carry]


@compiled
def _sample_pieces(
    scratch: Scratch,
    levels: Array,
    blocks: Array,
    counts: NDArray[np.int64],
    pieces: tuple[Indices, Indices, Indices],
    span: tuple[int, int],
    key: Four,
    network: tuple[LaneCodes, LaneAddresses, Array, Array, Indices, LaneScales, bool],
    inverse_kernel: Array,
    moments: tuple[Indices, Indices, Indices, Indices],
    terms: tuple[Indices, Indices, Indices, Indices, Indices, Indices],
) -> None:
    """Walk through the pieces into which grain and block edges cut the page."""
    codes, addresses, points, shift, components, scales, conditional = network
    outputs, variances, totals, features, rows, words, units, monomials, piece = scratch
    starts, stops, block = pieces
    begin, end = span
    whole = levels[len(levels) - 1]
    ready = begin
    for i in range(len(starts)):
        if starts[i] >= ready:
            evaluate_lanes(
                outputs, variances, totals, features, rows, words, units, ready, key, codes, addresses,
                points, shift, components, scales, conditional,
            )  # fmt: skip
            count_variances(counts, variances, inverse_kernel, min(LANES, end - ready))
            ready += LANES
        offset = starts[i] - (ready - LANES)
        start = offset % GRAIN
        stop = start + stops[i] - starts[i]
        offset -= start
        here = (starts[i] - begin) // GRAIN
        size = min(GRAIN, end - begin - here * GRAIN)
        if stop - start < size:
            _accumulate(piece, outputs, monomials, (offset, start, stop), conditional, moments, terms)
            _add(blocks[block[i]], piece)
        if stop == size:
            _accumulate(whole, outputs, monomials, (offset, 0, size), conditional, moments, terms)
            if start == 0:
                _add(blocks[block[i]], whole)
            _join(levels, here, (end - begin + GRAIN - 1) // GRAIN)
