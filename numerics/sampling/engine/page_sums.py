"""Sums over many pages: one fixed tree, whoever computes which part of it.

Pages are the leaves, numbered from 0. An inner node joins two neighbours of equal size that start at a
multiple of that size; what is left over at the end hangs on the right. A subtree of 2^k pages is computed as
a whole, by any thread, process or worker, and put into its place: the result has the same bits for every
division of the work. The nodes that are held at any time are the binary digits of the number of pages done,
so memory is bounded, and they are all that must be stored to continue later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import add
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from numerics.machine.intrinsics import GRAIN
from numerics.networks.architectures import Network
from numerics.sampling.engine.pages import (
    Estimator,
    LaneParameters,
    Layout,
    PageSums,
    Precision,
    lane_parameters,
    page_grains,
    sample_page,
)
from numerics.sampling.estimators.moments import MomentPlan, moment_plan

Array = NDArray[np.float64]
Node = TypeVar("Node")


class PairwiseSum(Generic[Node]):
    """Sum over a binary tree that depends only on how many leaves there are.

    Parameters
    ----------
    join : callable, optional
        Joins two neighbouring nodes; default addition.

    Examples
    --------
    >>> tree = PairwiseSum()
    >>> for x in range(5):
    ...     tree.add(np.array([float(x)]))
    >>> tree.value()
    array([10.])
    """

    def __init__(self, join: Callable[[Node, Node], Node] = add) -> None:
        self._join = join
        self._levels: list[Node | None] = []

    def add(self, term: Node, level: int = 0) -> None:
        """Add the next leaf, or the next subtree of 2^level leaves; all smaller nodes must be complete."""
        assert not any(node is not None for node in self._levels[:level]), "a subtree in the wrong place"
        carry = term
        while level < len(self._levels) and (held := self._levels[level]) is not None:
            carry = self._join(held, carry)
            self._levels[level] = None
            level += 1
        self._levels += [None] * (level + 1 - len(self._levels))
        self._levels[level] = carry

    def held(self) -> dict[int, Node]:
        """Return the nodes held, by level, largest first: in the order of the leaves."""
        levels = range(len(self._levels) - 1, -1, -1)
        return {level: node for level in levels if (node := self._levels[level]) is not None}

    def value(self) -> Node:
        """Sum of all leaves; there must be one."""
        *left, total = self.held().values()
        for node in reversed(left):
            total = self._join(node, total)
        return total


def join_pages(left: PageSums, right: PageSums) -> PageSums:
    """Join the sums of two neighbouring runs of networks; they may share a block."""
    pieces = [left.blocks, right.blocks]
    if right.first_block < left.first_block + len(left.blocks):
        pieces = [left.blocks[:-1], left.blocks[-1:] + right.blocks[:1], right.blocks[1:]]
    return PageSums(
        total=left.total + right.total,
        first_block=left.first_block,
        blocks=np.concatenate(pieces),
        counts=left.counts + right.counts,
    )


@dataclass(frozen=True)
class Request:
    """All that the numbers of a run depend on; small, and what a worker is sent.

    Attributes
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    seed : int
    precision, estimator : str
    orders : tuple of int
    n_networks, n_blocks : int
    outputs : tuple of int, optional
        Output component of the field at each point.
    """

    network: Network
    points: Array
    seed: int
    precision: str
    estimator: str
    orders: tuple[int, ...]
    n_networks: int
    n_blocks: int
    outputs: tuple[int, ...] | None = None

    @property
    def layout(self) -> Layout:
        """Which networks belong to which page and block."""
        return Layout(self.n_networks, self.n_blocks, page_grains(self.network.width))

    @property
    def page_size(self) -> int:
        """Networks per page."""
        return self.layout.page_grains * GRAIN

    @property
    def whole_pages(self) -> int:
        """Number of pages that are full of networks; one more may follow."""
        return self.n_networks // self.page_size

    def spans(self, first: int, level: int) -> Iterator[tuple[int, int]]:
        """Divide the pages from `first` on into subtrees of at most 2^level whole pages, and the last page.

        Yields
        ------
        first : int
            First page of the subtree.
        level : int
            It has 2^level pages; the last page stands alone if it is not whole.

        Examples
        --------
        >>> from numerics.networks.architectures import ErfNet
        >>> points = np.zeros((1, 1))
        >>> request = Request(ErfNet(5), points, 0, "double", "plain", (2,), n_networks=880_000, n_blocks=2)
        >>> request.page_size, list(request.spans(3, level=2))
        (65536, [(3, 0), (4, 2), (8, 2), (12, 0), (13, 0)])
        """
        while first < self.whole_pages:
            here = level
            while first % 2**here or first + 2**here > self.whole_pages:
                here -= 1
            yield first, here
            first += 2**here
        if first < self.layout.n_pages:
            yield first, 0


class PageSource:
    """Computes the pages of a request; the tables that all of them need are made once.

    Parameters
    ----------
    request : Request
    """

    def __init__(self, request: Request) -> None:
        self.layout: Layout = request.layout
        self.edges: NDArray[np.int64] = self.layout.edges()
        self.plan: MomentPlan = moment_plan(len(request.points), request.orders)
        self._seed = request.seed
        self._lanes: LaneParameters = lane_parameters(
            request.network,
            request.points,
            Precision(request.precision),
            Estimator(request.estimator),
            request.outputs,
        )

    def span(self, first: int, level: int) -> PageSums:
        """Sum 2^level pages from page `first` on."""
        tree = PairwiseSum[PageSums](join_pages)
        for number in range(first, first + 2**level):
            tree.add(sample_page(number, self.layout, self.edges, self._lanes, self.plan, self._seed))
        return tree.value()
