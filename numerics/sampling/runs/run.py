"""One sampling run: which pages are done, their sums, and how it ends early.

Whole pages are added in the order of their numbers. The page that the last networks fill only in part comes
at the end and is kept apart, so that a longer run can continue from the whole pages.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import numpy as np

from numerics.fields.field_set import FieldSet
from numerics.networks.record import to_record
from numerics.results.joint_correlators import Correlators
from numerics.results.uncertainty import Source
from numerics.sampling.engine.page_sums import PageSource, PairwiseSum, Request, join_pages
from numerics.sampling.engine.pages import Estimator, PageSums
from numerics.sampling.estimators.sampled import SampleSums
from numerics.sampling.runs.interrupts import uninterrupted

#: Computes the spans of a request from some page on, in order: yields (level, sums of 2^level pages).
PageStream: TypeAlias = Callable[[Request, int], Generator[tuple[int, PageSums]]]


class SamplingInterrupted(KeyboardInterrupt):
    """Ctrl-C struck a sampling run; what was sampled until then is here.

    Attributes
    ----------
    n_networks : int
        How many networks were done.
    partial : Correlators or None
        Their correlators; None if they do not fill more than one block, so that there is no error.
    checkpoint : Path or None
        Where the run can be continued from.

    Examples
    --------
    >>> try:
    ...     raise SamplingInterrupted(2_000, partial=None, checkpoint=None)
    ... except KeyboardInterrupt as stopped:
    ...     print(stopped)
    sampling was interrupted after 2,000 networks, too few for an error
    """

    def __init__(self, n_networks: int, partial: Correlators | None, checkpoint: Path | None) -> None:
        super().__init__()
        self.n_networks = n_networks
        self.partial = partial
        self.checkpoint = checkpoint

    def __str__(self) -> str:
        """Say how far the run came."""
        few = ", too few for an error" if self.partial is None else ""
        kept = "" if self.checkpoint is None else f"; it continues from {str(self.checkpoint)!r}"
        return f"sampling was interrupted after {self.n_networks:,} networks{few}{kept}"


class SamplingRun:
    """The state of a run.

    Parameters
    ----------
    request : Request

    Attributes
    ----------
    pages : int
        Whole pages done.
    tree : PairwiseSum of PageSums
        Their sums.
    rest : PageSums or None
        Sums of the last networks, which do not fill a page, once they are done.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.pages = 0
        self.tree = PairwiseSum[PageSums](join_pages)
        self.rest: PageSums | None = None

    @property
    def networks(self) -> int:
        """Number of networks done."""
        return self.request.n_networks if self.rest is not None else self.pages * self.request.page_size

    @property
    def complete(self) -> bool:
        """Whether every network is done."""
        return self.networks == self.request.n_networks

    def advance(self, stream: PageStream, after_each: Callable[["SamplingRun"], None]) -> None:
        """Do what is left.

        Parameters
        ----------
        stream : callable
            Where the pages are computed.
        after_each : callable
            Called with this run whenever it has made progress. An interrupt never finds the sums in the
            middle of a change.
        """
        if self.complete:
            return
        with closing(stream(self.request, self.pages)) as finished:
            for level, sums in finished:
                with uninterrupted():
                    self._add(level, sums)
                after_each(self)

    def _add(self, level: int, sums: PageSums) -> None:
        if self.pages == self.request.whole_pages:
            self.rest = sums
        else:
            self.tree.add(sums, level)
            self.pages += 2**level

    def correlators(self) -> Correlators:
        """Make the estimate from what is done; at least two blocks must have been touched."""
        request, source = self.request, PageSource(self.request)
        correlation = request.network.laws.output_correlation
        sums = self._sums()
        assert sums is not None, "nothing is done yet"
        found = SampleSums(
            fields=FieldSet(request.points, request.outputs),
            plan=source.plan,
            sums=sums.total,
            block_sums=sums.blocks,
            block_sizes=np.diff(np.minimum(source.edges[: len(sums.blocks) + 1], self.networks)),
            variance_counts=sums.counts,
            sources=(Source(f"networks of seed {request.seed}", self.networks, len(sums.blocks)),),
            conditional=Estimator(request.estimator) is Estimator.CONDITIONAL,
            correlated=bool(correlation),
            provenance={
                "network": to_record(request.network),
                "precision": request.precision,
                "seed": request.seed,
                "networks": self.networks,
                "blocks": request.n_blocks,
                "estimator": request.estimator,
                **({} if request.outputs is None else {"outputs": list(request.outputs)}),
                **({"correlation": correlation} if correlation else {}),
                "complete": self.complete,
            },
            output_law=request.network.laws.output,
            width=request.network.width,
        )
        return Correlators(found)

    def partial(self) -> Correlators | None:
        """Make the estimate if enough is done for one."""
        sums = self._sums()
        return None if sums is None or len(sums.blocks) < 2 else self.correlators()

    def _sums(self) -> PageSums | None:
        leaves = PairwiseSum[PageSums](join_pages)
        for level, node in self.tree.held().items():
            leaves.add(node, level)
        if self.rest is not None:  # in its place in the tree, so that the size of pages does not matter
            leaves.add(self.rest)
        return leaves.value() if self.networks else None


def on_threads(request: Request, first: int, n_threads: int) -> Generator[tuple[int, PageSums]]:
    """Compute pages on threads of this process; the compiled kernels release the interpreter lock.

    Parameters
    ----------
    request : Request
    first : int
        First page.
    n_threads : int

    Yields
    ------
    level : int
    sums : PageSums
        Page by page, in order.
    """
    source = PageSource(request)
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        waiting: deque[tuple[int, Future[PageSums]]] = deque()
        try:
            for number, level in request.spans(first, level=0):
                waiting.append((level, pool.submit(source.span, number, level)))
                if len(waiting) > 2 * n_threads:
                    yield _oldest(waiting)
            while waiting:
                yield _oldest(waiting)
        finally:
            for _, page in waiting:  # after an interrupt only the pages being computed are waited for
                page.cancel()


def _oldest(waiting: deque[tuple[int, Future[PageSums]]]) -> tuple[int, PageSums]:
    level, page = waiting[0]
    sums = page.result()
    waiting.popleft()
    return level, sums
