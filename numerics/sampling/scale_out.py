"""The pages of an ensemble on a Dask cluster, with the same numbers as in one process.

A task is a subtree of the summation tree (`numerics.sampling.page_sums`): some seconds of work, described by
the `Request` (half a kilobyte) and two integers, and answered by one `PageSums` without the empty bins of its
histogram (ten kilobytes for the published inputs, see DECISIONS.md). What a worker had in work when it died
is computed again by another one. Only a few tasks per thread are under way at any time, so neither the
scheduler nor this process fills up, however long the run.

``"local"`` starts processes that import the main script anew: a script needs ``if __name__ == "__main__":``
around its work. Bits agree between machines as far as their processors and versions of Numba do.

What to use when: one machine is best served by threads (no `cluster` at all); a cluster serves runs of hours.
"""

import logging
import signal
import socket
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from diagrams._marker import VERSION
from numerics.errors import InvalidStatistics, NNFTError
from numerics.sampling.page_sums import PageSource, Request
from numerics.sampling.pages import PageSums
from numerics.sampling.run import PageStream
from numerics.sampling.tails import BINS

if TYPE_CHECKING:
    from distributed import Client, Future

#: Seconds that a scheduler has to answer, and its workers to appear.
PATIENCE = 10.0
#: Tasks under way per thread of the cluster: one in work, others ready, one waiting to be added here.
DEPTH = 3
#: Neurons per task, roughly: a few seconds of work on one core at a few points.
TASK_NEURONS = 1 << 31
#: Threads that a scheduler serves easily with tasks of that size; for more of them the tasks grow.
EASY_THREADS = 128
#: What a network costs beside its neurons, in neurons.
OVERHEAD = 64
#: Fewest tasks per thread that the work is divided into, so that no thread is idle for long at the end.
TASKS_PER_THREAD = 8
#: How often a task is tried again when it fails; a lost worker counts as well.
RETRIES = 3
NEEDED = "'local', 'local:4' (four processes) or the address of a scheduler, 'tcp://host:8786', is needed"
LOST = "the connection to the Dask scheduler was lost; continue from the checkpoint when it is back"


class ClusterUnavailable(NNFTError, ConnectionError):
    """A Dask cluster cannot be reached, has no workers, or cannot do the work."""


@contextmanager
def pages_on_cluster(cluster: "str | Client") -> Iterator[PageStream]:
    """Connect to a cluster, or start one on this machine, for the time of a run.

    Parameters
    ----------
    cluster : str or distributed.Client
        ``"local"``: a process per core of this machine; ``"local:4"``: four of them; ``"tcp://..."``: the
        address of a scheduler; or a client, which is left open.

    Yields
    ------
    callable
        See `numerics.sampling.run.PageStream`.

    Raises
    ------
    ClusterUnavailable
        If Dask is not installed, the scheduler does not answer, or it has no workers.
    InvalidStatistics
        If `cluster` is none of these.
    """
    distributed = _import_distributed()
    if isinstance(cluster, distributed.Client):
        yield partial(_stream, client=cluster)
        return
    if not isinstance(cluster, str):
        raise InvalidStatistics(f"cluster = {cluster!r} was given; {NEEDED}")
    kind, _, number = cluster.partition(":")
    if kind == "local":
        with _local(distributed, cluster, number) as client:
            yield partial(_stream, client=client)
    elif "://" in cluster:
        with _quiet(), _remote(distributed, cluster) as client:
            yield partial(_stream, client=client)
    else:
        raise InvalidStatistics(f"cluster = {cluster!r} was given; {NEEDED}")


def _import_distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ClusterUnavailable(
            "a cluster needs Dask, which is not installed; install it with "
            "'pip install \"nnft-sym[cluster]\"', or run without a cluster"
        ) from error
    return distributed


@contextmanager
def _local(distributed: Any, cluster: str, number: str) -> Iterator["Client"]:
    if number and not (number.isdecimal() and int(number) > 0):
        raise InvalidStatistics(f"cluster = {cluster!r} was given; {NEEDED}")
    try:
        local = distributed.LocalCluster(
            n_workers=int(number) if number else None,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
            preload=[__name__],
        )
    except RuntimeError as error:
        raise ClusterUnavailable(
            f"no worker processes could be started ({error}); in a script of your own, put the work under "
            "'if __name__ == \"__main__\":', because every worker imports the script"
        ) from error
    with local, distributed.Client(local, set_as_default=False) as client:
        yield client


def dask_setup(worker: object) -> None:
    """Let a worker process of `_local` ignore Ctrl-C; Dask calls this by its name when the worker starts.

    A terminal sends Ctrl-C to every process. This one keeps what is done and closes its workers, which would
    print their tracebacks in between.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _remote(distributed: Any, address: str) -> Iterator["Client"]:
    try:
        _knock(address)
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address!r} ({error}); start one with 'dask scheduler', "
            "or correct the address"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ClusterUnavailable(
                f"the Dask scheduler at {address!r} has no workers; start some with 'dask worker {address}'"
            ) from error
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from printing tracebacks of what is told in one line here."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    loggers = {logging.getLogger(name): logging.getLogger(name).level for name in names}
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in loggers.items():
            logger.setLevel(level)


def _knock(address: str) -> None:
    """Try the port first: Dask itself takes long to give up and complains at exit."""
    parts = urlsplit(address)
    if parts.scheme in ("tcp", "tls"):
        if parts.hostname is None or parts.port is None:
            raise ValueError("host and port are needed")
        socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE).close()


def _stream(request: Request, first: int, client: "Client") -> Generator[tuple[int, PageSums]]:
    """Compute spans of pages on the workers and yield them in order."""
    threads = max(1, sum(client.nthreads().values()))
    waiting: deque[tuple[int, Future]] = deque()
    try:
        for number, level in request.spans(first, task_level(request, first, threads)):
            if client.status == "closed":
                raise ClusterUnavailable(LOST)
            task = client.submit(compute_span, request, number, level, VERSION, pure=False, retries=RETRIES)
            waiting.append((level, task))
            if len(waiting) >= DEPTH * threads:
                yield _oldest(waiting)
        while waiting:
            yield _oldest(waiting)
    finally:
        if client.status == "running":
            client.cancel([task for _, task in waiting])


def task_level(request: Request, first: int, threads: int) -> int:
    """Choose the size of a task: 2^level pages.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> points = np.zeros((6, 1))
    >>> sizes = [10**6, 10**8, 10**11]
    >>> requests = [Request(ErfNet(10), points, 0, "single", "plain", (2,), n, 1000) for n in sizes]
    >>> [task_level(request, first=0, threads=2) for request in requests]
    [0, 6, 8]
    >>> task_level(requests[-1], first=0, threads=1000)
    7
    """
    page = request.page_size * (request.network.width + OVERHEAD)
    left = (request.whole_pages - first) // (TASKS_PER_THREAD * threads)
    wanted = TASK_NEURONS * max(1, threads // EASY_THREADS) // page
    return max(0, min(wanted, left).bit_length() - 1)


def compute_span(request: Request, first: int, level: int, version: str) -> "PackedSums":
    """Do one task, on a worker.

    Parameters
    ----------
    request : Request
    first, level : int
        Pages first, ..., first + 2^level - 1.
    version : str
        Version of nnft-sym that asks.

    Returns
    -------
    PackedSums

    Raises
    ------
    ClusterUnavailable
        If the worker has another version.
    """
    if version != VERSION:
        raise ClusterUnavailable(
            f"a worker has nnft-sym {VERSION}, but {version} asks; install the same version everywhere"
        )
    return PackedSums.pack(PageSource(request).span(first, level))


@dataclass(frozen=True)
class PackedSums:
    """`PageSums` for the wire: most bins of the histogram are empty.

    Attributes
    ----------
    total, first_block, blocks
        As in `PageSums`.
    lowest : int
        First bin that is not empty at some point.
    counts : ndarray of int64, shape (n_points, bins from the first to the last that is not empty)
    """

    total: NDArray[np.float64]
    first_block: int
    blocks: NDArray[np.float64]
    lowest: int
    counts: NDArray[np.int64]

    @classmethod
    def pack(cls, sums: PageSums) -> "PackedSums":
        """Leave out the empty bins at both ends."""
        filled = np.flatnonzero(sums.counts.any(axis=0))
        span = slice(int(filled[0]), int(filled[-1]) + 1)
        return cls(sums.total, sums.first_block, sums.blocks, span.start, sums.counts[:, span].copy())

    def unpack(self) -> PageSums:
        """Put the empty bins back."""
        counts = np.zeros((len(self.counts), BINS), dtype=np.int64)
        counts[:, self.lowest : self.lowest + self.counts.shape[1]] = self.counts
        return PageSums(total=self.total, first_block=self.first_block, blocks=self.blocks, counts=counts)


def _oldest(waiting: "deque[tuple[int, Future]]") -> tuple[int, PageSums]:
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    level, task = waiting[0]
    try:
        packed = task.result()
    except KilledWorker as error:
        raise ClusterUnavailable(
            f"several workers died on the same task ({error}); look for a lack of memory in their logs"
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise ClusterUnavailable(LOST) from error
    except ImportError as error:
        raise ClusterUnavailable(
            f"a worker cannot import what it needs ({error}); install nnft-sym on every worker"
        ) from error
    waiting.popleft()
    return level, packed.unpack()
