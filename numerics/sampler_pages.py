"""Pages: the unit of work of the sampler, an aligned run of chunks whose sums form one subtree.

A page is a pure function of its number, so it can be computed by any thread or process, in any order.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from numerics.intrinsics import LANES
from numerics.jit import compiled
from numerics.moments import MomentPlan, accumulate_lanes
from numerics.networks import CosNet, ErfNet, GaussNet, Network, ReLUNet
from numerics.random_streams import Four, split_seed
from numerics.sampler_kernels import COS, ERF, GAUSS, RELU, evaluate_lanes

Array = NDArray[np.float64]

#: Neurons per page, roughly: a few milliseconds to a second of work.
PAGE_NEURONS = 1 << 22


class Precision(Enum):
    """Arithmetic of a network's evaluation; moments are always summed in double precision."""

    DOUBLE = "double"
    SINGLE = "single"


@dataclass(frozen=True)
class LaneParameters:
    """A network as the compiled kernels see it; see `numerics.sampler_kernels.evaluate_lanes`."""

    activation: int
    width: int
    points: Array
    shift: Array
    scales: Array


def lane_parameters(network: Network, points: Array, precision: Precision) -> LaneParameters:
    """Reduce a network and its points to the numbers that the kernels need.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)

    Returns
    -------
    LaneParameters
    """
    codes = {ErfNet: ERF, ReLUNet: RELU, GaussNet: GAUSS, CosNet: COS}
    activation = codes[type(network)]
    kind = np.float64 if precision is Precision.DOUBLE else np.float32
    # phases are counted in turns
    unit = 2 * np.pi if activation == COS else 1.0
    bias = 1.0 if network.hidden_bias_deviation is None else network.hidden_bias_deviation
    amplitude = np.sqrt(network.weight_variance / network.width)
    shift = np.zeros(len(points))
    if activation == GAUSS:
        shift -= bias**2 + network.sigma_w**2 / network.d_in * np.sum(points**2, axis=1)
    return LaneParameters(
        activation=activation,
        width=int(network.width),
        points=np.ascontiguousarray(points * (network.sigma_w / np.sqrt(network.d_in) / unit), dtype=kind),
        shift=shift.astype(kind),
        scales=np.array([bias, amplitude, np.sqrt(network.bias_variance)], dtype=kind),
    )


@dataclass(frozen=True)
class Layout:
    """Which networks belong to which page and block.

    Attributes
    ----------
    n_networks, n_blocks : int
        Block b holds networks n·b // B to n·(b + 1) // B - 1, so block sizes differ by at most one.
    page_chunks : int
        Chunks per page, a power of two.
    """

    n_networks: int
    n_blocks: int
    page_chunks: int

    @property
    def n_pages(self) -> int:
        """Number of pages."""
        return -(-self.n_networks // (self.page_chunks * LANES))

    def edges(self) -> NDArray[np.int64]:
        """Return the first network of every block, and the end; shape (n_blocks + 1,)."""
        return np.array([self.n_networks * b // self.n_blocks for b in range(self.n_blocks + 1)])

    def page(self, number: int) -> tuple[int, int]:
        """Return the first network of a page and the one after its last."""
        size = self.page_chunks * LANES
        return number * size, min((number + 1) * size, self.n_networks)


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
    """

    total: Array
    first_block: int
    blocks: Array


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
    cuts = np.unique(np.concatenate([np.arange(begin, end, LANES), inner, [end]]))
    starts, stops = cuts[:-1], cuts[1:]
    block = np.searchsorted(edges, starts, side="right") - 1
    blocks = np.zeros((int(block[-1] - block[0]) + 1, plan.size))
    chunk_sums = np.zeros((layout.page_chunks, plan.size))
    key = split_seed(seed)
    _sample_segments(
        chunk_sums,
        blocks,
        starts,
        stops,
        block - block[0],
        begin,
        end,
        (np.uint32(key[0]), np.uint32(key[1]), np.uint32(key[2]), np.uint32(key[3])),
        lanes.activation,
        lanes.width,
        lanes.points,
        lanes.shift,
        lanes.scales,
        plan.parent,
        plan.point,
        plan.left,
        plan.right,
    )
    while len(chunk_sums) > 1:
        chunk_sums = chunk_sums[0::2] + chunk_sums[1::2]
    return PageSums(total=chunk_sums[0], first_block=int(block[0]), blocks=blocks)


@compiled
def _sample_segments(
    chunk_sums: Array,
    blocks: Array,
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    rows: NDArray[np.int64],
    begin: int,
    end: int,
    key: Four,
    activation: int,
    width: int,
    points: Array,
    shift: Array,
    scales: Array,
    parent: NDArray[np.int64],
    point: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> None:
    """Walk through the pieces into which chunk and block edges cut the page."""
    n_points, d = points.shape
    outputs = np.empty((n_points, LANES), dtype=points.dtype)
    scratch = np.empty((d + 8, LANES), dtype=points.dtype)
    words = np.empty((4, LANES), dtype=np.uint32)
    monomials = np.empty((len(parent), LANES))
    piece = np.empty(len(left))
    chunk = -1
    for i in range(len(starts)):
        if (starts[i] - begin) // LANES != chunk:
            chunk = (starts[i] - begin) // LANES
            first = begin + chunk * LANES
            evaluate_lanes(
                outputs,
                scratch,
                words,
                first,
                key,
                activation,
                width,
                points,
                shift,
                scales,
            )
            accumulate_lanes(
                chunk_sums[chunk],
                outputs,
                monomials,
                0,
                min(LANES, end - first),
                parent,
                point,
                left,
                right,
            )
        whole = stops[i] - starts[i] == min(LANES, end - first)
        if whole:
            blocks[rows[i]] += chunk_sums[chunk]
        else:
            accumulate_lanes(
                piece,
                outputs,
                monomials,
                starts[i] - first,
                stops[i] - first,
                parent,
                point,
                left,
                right,
            )
            blocks[rows[i]] += piece
