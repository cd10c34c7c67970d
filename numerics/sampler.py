"""The ensemble sampler: correlators of many random networks, with honest errors.

What to use when: `Ensemble.correlators` is the experiment itself, plain sampling of whole networks. Where an
exact finite-width answer exists (`numerics.exact`) it is faster and better; the sample is what it referees.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.index_sets import multiset_count
from numerics.moments import MomentPlan, moment_plan
from numerics.networks import Network
from numerics.points import as_points
from numerics.random_streams import split_seed
from numerics.sampled import SampledCorrelators
from numerics.sampler_pages import (
    Estimator,
    LaneParameters,
    Layout,
    PageSums,
    Precision,
    lane_parameters,
    page_grains,
    sample_page,
)
from numerics.sampler_reference import reference_outputs
from numerics.tails import BINS

Array = NDArray[np.float64]

#: Block sums beyond this many bytes are refused.
MEMORY_LIMIT = 4 << 30


@dataclass(frozen=True)
class Ensemble:
    """An endless, reproducible sequence of random networks, looked at in some points.

    Parameters
    ----------
    network : Network
        The architecture.
    points : array_like, shape (n_points, d_in)
        Where the networks are evaluated.
    seed : int, optional
        0 <= seed < 2^64. The same seed gives the same networks, whatever the number of threads or blocks.
    precision : {"double", "single"}, optional
        Arithmetic of the networks' outputs. Single precision computes the same networks to about 1e-6 of
        their size and is faster; products and sums are formed in double precision either way.
    estimator : {"plain", "conditional"}, optional
        How the correlators are estimated. Plain: from the outputs, the experiment itself. Conditional: the
        output layer is integrated out, E[f(x_1) ... f(x_n) | hidden parameters] by Wick's theorem.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network.
    InvalidStatistics
        If the seed, the precision or the estimator is out of range.

    Examples
    --------
    >>> from numerics.networks import ErfNet
    >>> net = ErfNet(width=5)
    >>> two = Ensemble(net, [-0.6, 0.2], seed=1).correlators(20000, orders=(2,))[2]
    >>> exact = net.kernel.full(np.array([[-0.6]]), np.array([[0.2]]))[0, 0]
    >>> bool(abs(two.value[1] - exact) < 4 * two.error[1])
    True
    """

    network: Network
    points: Array
    seed: int = 0
    precision: str = "double"
    estimator: str = "plain"
    _lanes: LaneParameters = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        split_seed(self.seed)
        object.__setattr__(self, "points", as_points(self.points, self.network.d_in))
        estimator = _estimator(self.estimator)
        lanes = lane_parameters(self.network, self.points, _precision(self.precision), estimator)
        object.__setattr__(self, "_lanes", lanes)

    def correlators(
        self,
        n_networks: int,
        orders: Sequence[int] = (2, 4, 6),
        n_blocks: int = 1000,
        n_threads: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> SampledCorrelators:
        """Sample correlators over all distinct index sets of the points.

        Parameters
        ----------
        n_networks : int
            At least 2.
        orders : sequence of int, optional
            1 to 8, even or odd.
        n_blocks : int, optional
            Blocks of consecutive networks for the covariance, at most `n_networks` (then lowered to it);
            their sizes differ by at most one network. The means do not depend on it.
        n_threads : int, optional
            Default: one per core. The numbers do not depend on it.
        progress : callable, optional
            Called with (networks done, networks in total), from the calling thread.

        Returns
        -------
        SampledCorrelators

        Raises
        ------
        InvalidStatistics
            If a number is out of range or the block sums would not fit into memory.
        """
        n_networks = _positive("n_networks", n_networks, least=2)
        n_blocks = min(_positive("n_blocks", n_blocks, least=2), n_networks)
        _refuse_absurd_memory(len(self.points), orders, n_blocks)
        plan = moment_plan(len(self.points), orders)
        layout = Layout(n_networks, n_blocks, page_grains(self.network.width))
        total = PairwiseSum()
        edges = layout.edges()
        block_sums = np.zeros((n_blocks, plan.size))
        counts = np.zeros((len(self.points), BINS), dtype=np.int64)
        threads = _default_threads() if n_threads is None else _positive("n_threads", n_threads, least=1)
        for number, page in enumerate(self._pages(layout, edges, plan, threads)):
            total.add(page.total)
            counts += page.counts
            block_sums[page.first_block : page.first_block + len(page.blocks)] += page.blocks
            if progress is not None:
                progress(layout.page(number)[1], n_networks)
        return SampledCorrelators(
            points=self.points,
            n_networks=n_networks,
            plan=plan,
            sums=total.value(),
            block_sums=block_sums,
            block_sizes=np.diff(edges),
            variance_counts=counts,
            provenance={
                "network": repr(self.network),
                "precision": self.precision,
                "seed": self.seed,
                "networks": n_networks,
                "estimator": self.estimator,
            },
        )

    def outputs(self, n_networks: int, first: int = 0) -> Array:
        """Evaluate single networks (in plain NumPy: for looking at them, not for statistics).

        Parameters
        ----------
        n_networks : int
        first : int, optional
            Number of the first network.

        Returns
        -------
        ndarray, shape (n_networks, n_points)
        """
        return reference_outputs(self.network, self.points, self.seed, first, n_networks)

    def _pages(
        self, layout: Layout, edges: NDArray[np.int64], plan: MomentPlan, threads: int
    ) -> Iterator[PageSums]:
        """Compute pages on threads (the kernels release the interpreter lock), yield them in order."""
        with ThreadPoolExecutor(max_workers=threads) as pool:
            waiting: deque[Future[PageSums]] = deque()
            try:
                for number in range(layout.n_pages):
                    waiting.append(
                        pool.submit(sample_page, number, layout, edges, self._lanes, plan, self.seed)
                    )
                    if len(waiting) > 2 * threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for page in waiting:  # after an interrupt only the pages being computed are waited for
                    page.cancel()


class PairwiseSum:
    """Sum arrays over a binary tree that depends only on how many there are.

    Examples
    --------
    >>> tree = PairwiseSum()
    >>> for x in range(5):
    ...     tree.add(np.array([float(x)]))
    >>> tree.value()
    array([10.])
    """

    def __init__(self) -> None:
        self._levels: list[Array | None] = []

    def add(self, term: Array) -> None:
        """Add the next leaf."""
        carry = term
        for level, held in enumerate(self._levels):
            if held is None:
                self._levels[level] = carry
                return
            carry = held + carry
            self._levels[level] = None
        self._levels.append(carry)

    def value(self) -> Array:
        """Sum of all leaves."""
        held = [level for level in self._levels if level is not None]
        total = held[0]
        for level in held[1:]:
            total = level + total
        return total


def _precision(name: str) -> Precision:
    if name not in [precision.value for precision in Precision]:
        raise InvalidStatistics(f"precision = {name!r} was given; 'double' or 'single' is needed")
    return Precision(name)


def _estimator(name: str) -> Estimator:
    if name not in [estimator.value for estimator in Estimator]:
        raise InvalidStatistics(f"estimator = {name!r} was given; 'plain' or 'conditional' is needed")
    return Estimator(name)


def _positive(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InvalidStatistics(f"{name} = {value!r} was given; a whole number of at least {least} is needed")
    return int(value)


def _refuse_absurd_memory(n_points: int, orders: Sequence[int], n_blocks: int) -> None:
    size = sum(multiset_count(n_points, n) for n in orders if isinstance(n, int | np.integer) and n > 0)
    needed = 8 * size * (n_blocks + 200)
    if needed > MEMORY_LIMIT:
        raise InvalidStatistics(
            f"{size} correlators in {n_blocks} blocks need about {needed / 1e9:.1f} GB, more than the limit "
            f"of {MEMORY_LIMIT / 1e9:.1f} GB; use fewer points, orders or blocks"
        )


def _default_threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
