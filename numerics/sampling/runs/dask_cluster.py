"""The pages of an ensemble on a Dask cluster, with the same numbers as in one process.

A task is a subtree of the summation tree (`numerics.sampling.engine.page_sums`): some seconds of work,
described by the `Request` (half a kilobyte) and two integers, and answered by one `PageSums` without the
empty bins of its histogram (ten kilobytes for the published inputs, see DECISIONS.md). What a worker had in
work when it died is computed again by another one. Only a few tasks per thread are under way at any time, so
neither the scheduler nor this process fills up, however long the run.

``"local"`` starts processes that import the main script anew: a script needs ``if __name__ == "__main__":``
around its work. Bits agree between machines as far as their processors and versions of Numba do.

A Dask scheduler and its workers run code for whoever reaches their ports: keep them inside a network that you
trust, or use ``tls://``. The cluster that is started here listens on this machine only.

What to use when: one machine is best served by threads (no `cluster` at all); a cluster serves runs of hours.
"""

import asyncio
import logging
import signal
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from diagrams._marker import VERSION
from numerics.errors import ClusterUnavailable as ClusterUnavailable
from numerics.errors import InvalidStatistics
from numerics.sampling.engine.page_sums import PageSource, Request
from numerics.sampling.engine.pages import PageSums
from numerics.sampling.judge.tails import BINS
from numerics.sampling.runs.run import PageStream
from numerics.sampling.runs.sampler_code import sampler_code

if TYPE_CHECKING:
    from distributed import Client, Future

#: Seconds that a scheduler has to answer, and its workers to appear.
PATIENCE = 10.0
#: Seconds that are left to Dask to say good-bye, and between looks at whether the workers live.
FAREWELL, GLANCE = 3.0, 2.0
#: Seconds until a connection is given up, whatever Dask is waiting for.
LIMIT = 15.0
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
SCHEMES = ("tcp", "tls")
LOOPBACK = "127.0.0.1"
NOBODY = (
    "the Dask scheduler has lost its last worker; start workers again, and continue from the checkpoint if "
    "there is one"
)
LOST = "the connection to the Dask scheduler was lost; continue from the checkpoint when it is back"


@contextmanager
def pages_on_cluster(cluster: "str | Client", patience: float = PATIENCE) -> Iterator[PageStream]:
    """Connect to a cluster, or start one on this machine, for the time of a run.

    Parameters
    ----------
    cluster : str or distributed.Client
        See `client_of`.
    patience : float, optional
        Seconds to wait for the first worker.

    Yields
    ------
    callable
        See `numerics.sampling.runs.run.PageStream`.

    Raises
    ------
    ClusterUnavailable, InvalidStatistics
        As `client_of`.
    """
    with client_of(cluster, patience) as client:
        yield partial(_stream, client=client)


@contextmanager
def client_of(cluster: "str | Client", patience: float = PATIENCE) -> Iterator["Client"]:
    """Connect to a cluster, or start one on this machine, for several runs.

    Parameters
    ----------
    cluster : str or distributed.Client
        ``"local"``: a process per core of this machine; ``"local:4"``: four of them; ``"tcp://..."``: the
        address of a scheduler; or a client, which is left open.
    patience : float, optional
        Seconds to wait for the first worker.

    Yields
    ------
    distributed.Client

    Raises
    ------
    ClusterUnavailable
        If Dask is not installed, the scheduler does not answer, or it has no workers.
    InvalidStatistics
        If `cluster` is none of these.
    """
    distributed = _import_distributed()
    if isinstance(cluster, distributed.Client):
        _ask_workers(cluster)
        yield cluster
        return
    if not isinstance(cluster, str):
        raise InvalidStatistics(f"cluster = {cluster!r} was given; {NEEDED}")
    kind, _, number = cluster.partition(":")
    if kind == "local":
        with _local(distributed, cluster, number) as client:
            yield client
    elif "://" in cluster:
        with _quiet(), _remote(distributed, cluster, patience) as client:
            yield client
    else:
        raise InvalidStatistics(f"cluster = {cluster!r} was given; {NEEDED}")


def _import_distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ClusterUnavailable(
            "a cluster needs Dask, which is not installed; install it with 'pip install dask distributed' "
            "(in a checkout of nnft-sym also 'pip install \".[cluster]\"'), or run without a cluster"
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
            # no pages for browsers, which ask nobody for a password, and no port that others can reach
            dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            host=LOOPBACK,
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
def _remote(distributed: Any, address: str, patience: float) -> Iterator["Client"]:
    try:
        _knock(address)
        client = _connected(distributed, address)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address!r} ({error or type(error).__name__}); start one with "
            "'dask scheduler', or correct the address"
        ) from error
    try:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError as error:
            raise ClusterUnavailable(
                f"the Dask scheduler at {address!r} has no workers; start some with 'dask worker {address}'"
            ) from error
        _ask_workers(client)
        yield client
    finally:
        client.close(timeout=FAREWELL)


def _ask_workers(client: "Client") -> None:
    """Ask every worker for its code before it gets work: one that cannot import ours would die of it."""
    try:
        answers = client.sync(client._run, sampler_code, on_error="return", callback_timeout=PATIENCE)
    except (OSError, RuntimeError) as error:
        raise ClusterUnavailable(
            f"the workers do not say which code they have ({_cause(error) or type(error).__name__}); look at "
            "their logs, and install nnft-sym on every worker"
        ) from error
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            raise ClusterUnavailable(
                f"the worker {worker} cannot import what it needs ({_cause(answer)}); install nnft-sym on "
                "every worker, and on the scheduler"
            )
        _same_code(answer)


def _same_code(found: str, asked: str | None = None) -> None:
    """Refuse a worker of other code: its numbers must not be mixed with ours."""
    wanted = sampler_code() if asked is None else asked
    if found != wanted:
        raise ClusterUnavailable(
            f"a worker has other code of nnft-sym {VERSION} ({found[:12]}) than the one that asks "
            f"({wanted[:12]}); install the same code everywhere"
        )


def _connected(distributed: Any, address: str) -> "Client":
    """Connect, for at most `PATIENCE`; a port that never answers would keep Dask waiting for longer.

    The work is done in a thread of its own, which is left behind if it does not come back.
    """
    found: Queue[Client | Exception] = Queue()

    def connect() -> None:
        try:
            # a Client that fails complains once more when it is thrown away, so none is made before
            asyncio.run(_greeted(distributed, address))
            found.put(distributed.Client(address, timeout=PATIENCE, set_as_default=False))
        except Exception as error:  # whatever it is, it is told by the thread that waits
            found.put(error)

    Thread(target=connect, daemon=True, name="connection to the Dask scheduler").start()
    try:
        client = found.get(timeout=LIMIT)
    except Empty:
        raise TimeoutError(f"nothing was heard for {LIMIT:g} s") from None
    if isinstance(client, Exception):
        raise OSError(str(client) or type(client).__name__) from client
    return client


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


async def _greeted(distributed: Any, address: str) -> None:
    """Ask who is there; raise if it is no scheduler."""
    secured = distributed.Security().get_connection_args("client")
    if address.startswith("tls") and secured.get("ssl_context") is None:
        raise ValueError(
            "tls:// needs the certificates named in the configuration of Dask, distributed.comm.tls"
        )
    line = await distributed.comm.connect(address, timeout=PATIENCE, **secured)
    try:
        await asyncio.wait_for(line.write({"op": "identity", "reply": True}), PATIENCE)
        answer = await asyncio.wait_for(line.read(), PATIENCE)
    finally:
        line.abort()
    kind = answer.get("type") if isinstance(answer, dict) else None
    if kind != "Scheduler":
        raise ValueError(f"the port belongs to a Dask {kind}, not to a scheduler")


def _knock(address: str) -> None:
    """Listen at the port first: Dask takes long to give up, and complains at exit.

    A Dask scheduler is the one who speaks first: it sends what it can do. A web server, and any other silent
    port, waits to be spoken to.
    """
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"{parts.scheme}:// is not known; an address begins with tcp:// or tls://")
    if not parts.hostname or parts.port is None:
        raise ValueError("host and port are needed")
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as line:
        if parts.scheme == "tcp":
            line.settimeout(PATIENCE)
            greeting = line.recv(8)
            # the length of what follows, some hundred bytes; letters of another protocol make it astronomical
            if len(greeting) < 8 or not 0 < int.from_bytes(greeting, "little") < 1 << 24:
                raise ConnectionError("something else than Dask answers there")


def _stream(request: Request, first: int, client: "Client") -> Generator[tuple[int, PageSums]]:
    """Compute spans of pages on the workers and yield them in order."""
    threads = max(1, sum(client.nthreads().values()))
    waiting: deque[tuple[int, Future]] = deque()
    try:
        for number, level in request.spans(first, task_level(request, first, threads)):
            if client.status == "closed":
                raise ClusterUnavailable(LOST)
            task = client.submit(
                compute_span, request, number, level, VERSION, sampler_code(), pure=False, retries=RETRIES
            )
            waiting.append((level, task))
            if len(waiting) >= DEPTH * threads:
                yield _oldest(waiting, client)
        while waiting:
            yield _oldest(waiting, client)
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


def compute_span(
    request: Request, first: int, level: int, version: str, code: str | None = None
) -> "PackedSums":
    """Do one task, on a worker.

    Parameters
    ----------
    request : Request
    first, level : int
        Pages first, ..., first + 2^level - 1.
    version : str
        Version of nnft-sym that asks.
    code : str, optional
        Checksum of its code (`numerics.sampling.runs.sampler_code`).

    Returns
    -------
    PackedSums

    Raises
    ------
    ClusterUnavailable
        If the worker has another version, or other code.
    """
    if version != VERSION:
        raise ClusterUnavailable(
            f"a worker has nnft-sym {VERSION}, but {version} asks; install the same version everywhere"
        )
    if code is not None:
        _same_code(sampler_code(), code)
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


def _oldest(waiting: "deque[tuple[int, Future]]", client: "Client") -> tuple[int, PageSums]:
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    level, task = waiting[0]
    try:
        packed = _awaited(task, client)
        waiting.popleft()
        return level, packed.unpack()
    except ClusterUnavailable:
        raise
    except KilledWorker as error:
        raise ClusterUnavailable(
            f"several workers died on the same task ({error}); look for a lack of memory in their logs"
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise ClusterUnavailable(LOST) from error
    except ImportError as error:
        raise ClusterUnavailable(
            f"a worker cannot import what it needs ({error}); install nnft-sym on every worker, and on the "
            "scheduler"
        ) from error
    except (TypeError, AttributeError, RuntimeError, OSError) as error:
        if client.status in ("closed", "closing"):
            raise ClusterUnavailable(LOST) from error
        # what a scheduler or worker says that has other versions of Python, Dask or nnft-sym
        raise ClusterUnavailable(
            f"the cluster cannot do the work ({type(error).__name__}: {_cause(error)}); install the same "
            "versions of nnft-sym and its dependencies on scheduler and workers"
        ) from error


def _awaited(task: "Future", client: "Client") -> "PackedSums":
    """Wait for a result as long as there is somebody to compute it."""
    alone_since: float | None = None
    while True:
        try:
            # what is ready has yet to be fetched, which may take longer than a glance
            packed: PackedSums = task.result(timeout=PATIENCE if task.status == "finished" else GLANCE)
            return packed
        except TimeoutError:
            if task.status == "error":  # the task itself met a timeout
                raise
        if client.status in ("closed", "closing"):
            raise ClusterUnavailable(LOST)
        if client.status == "running" and _has_workers(client):
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
        if alone_since is not None and time.monotonic() - alone_since > PATIENCE:
            raise ClusterUnavailable(NOBODY if client.status == "running" else LOST)


def _has_workers(client: "Client") -> bool:
    """Ask the scheduler; one that does not answer in time counts as one without workers."""
    try:
        return bool(client.sync(client.scheduler.identity, callback_timeout=PATIENCE)["workers"])
    except (OSError, TimeoutError):
        return False


def _cause(error: BaseException) -> str:
    """Say what is at the bottom of an error, in one short line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200]
