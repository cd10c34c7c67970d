"""The ensemble sampler: correlators of many random networks, with honest errors.

What to use when: `Ensemble.correlators` is the experiment itself, plain sampling of whole networks. Where an
exact finite-width answer exists (`numerics.exact.correlators`) it is faster and better; the sample is what it
referees. Threads serve one machine. Give a run of more than minutes a `checkpoint`; give one of hours a
`cluster`. `Ensemble.iterate_outputs` gives the raw fields.

With `estimator="conditional"` the output layer is integrated out
(`numerics.sampling.estimators.conditional`): the same means from the same hidden layers, for Gaussian output
weights, at half as much time again per network. What is left is the scatter of the hidden layers, of order
1/N. Use it for deviations from Gaussianity at large width: for Erf-net at N = 1000 variance × time of a full
4-point function is some 10⁴ times smaller, that of a connected one, formed from the 2- and 4-point functions
of the same sample, some 10⁸ times, because what scatters is then only the covariance of hidden-layer
covariances. Use the plain one to see what an experiment sees, and for other output weights.

The numbers of a sample depend on network, points, seed, precision, estimator, number of networks and (the
errors only) number of blocks: not on threads, workers, interruptions, or the order in which anything ends.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from numerics.errors import ClusterUnavailable, InvalidStatistics
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.fields.index_sets import multiset_count
from numerics.given import as_choice, as_whole
from numerics.machine.intrinsics import GRAIN
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import Network, as_network
from numerics.networks.base import refuse_missing_moments
from numerics.results.faces import Described
from numerics.results.joint_correlators import Correlators
from numerics.sampling.engine.page_sums import Request
from numerics.sampling.engine.pages import Estimator, Precision, lane_parameters, page_grains
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.estimators.moments import checked_orders, moment_plan
from numerics.sampling.judge.tails import BINS
from numerics.sampling.runs.checkpoints import Checkpoint
from numerics.sampling.runs.run import PageStream, SamplingInterrupted, SamplingRun, on_threads

if TYPE_CHECKING:
    from distributed import Client

_LOGGER = logging.getLogger(__name__)

Array = NDArray[np.float64]

#: Runs that need more bytes are refused.
MEMORY_LIMIT = 4 << 30
#: Most nodes that a summation tree ever holds, roughly.
LEVELS = 40
#: Networks have 64-bit numbers.
MOST_NETWORKS = 1 << 62
#: No machine has as many cores.
MOST_THREADS = 4096
#: Neurons have 32-bit numbers, the last of which belongs to the network as a whole.
WIDEST = 0xFFFFFFFF


@dataclass(frozen=True, init=False)
class Ensemble(Described):
    """An endless, reproducible sequence of random networks, looked at in some points.

    Parameters
    ----------
    network : Network
        The architecture.
    points : array_like, shape (n_points, d_in), or FieldSet
        Where the networks are evaluated.
    seed : int, optional
        0 <= seed < 2^64. The same seed gives the same networks, whatever the number of threads or blocks.
    precision : {"double", "single"}, optional
        Arithmetic of the networks' outputs. Single precision computes the same networks to about 1e-6 of
        their size and is faster; products and sums are formed in double precision either way.
    estimator : {"plain", "conditional"}, optional
        How the correlators are estimated. Plain: from the outputs, the experiment itself. Conditional: the
        output layer is integrated out, E[f(x_1) ... f(x_n) | hidden parameters] by Wick's theorem.
    outputs : sequence of int, length n_points, optional
        For networks with several outputs over one hidden layer: the field at ``points[j]`` is output
        ``outputs[j]``. To have all outputs at a point, list it once per output. Outputs are
        numbered from 1; the fields themselves, in results, from 0. Default: one output.

    Attributes
    ----------
    fields : FieldSet
        Points and outputs together.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs do not fit the points.
    InvalidStatistics
        If the seed, the precision or the estimator is out of range.

    References
    ----------
    docs/theory/sampling.md, eq. eq-conditional-covariance; docs/theory/sampling.md, eq. eq-heavy-tail.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> net = ErfNet(width=5)
    >>> two = Ensemble(net, [-0.6, 0.2], seed=1).correlators(20000, orders=(2,))[2]
    >>> exact = net.kernel.full(np.array([[-0.6]]), np.array([[0.2]]))[0, 0]
    >>> bool(abs(two.value[1] - exact) < 4 * two.error[1])
    True

    Two outputs at one point are uncorrelated, but not independent:

    >>> pair = Ensemble(net, [0.2, 0.2], seed=1, outputs=(1, 2)).correlators(20000, orders=(2, 4))
    >>> bool(abs(pair[2].value[1]) < 4 * pair[2].error[1])
    True
    """

    network: Network
    fields: FieldSet
    seed: int
    precision: str
    estimator: str

    def __init__(
        self,
        network: Network,
        points: Fields,
        seed: int = 0,
        precision: str = "double",
        estimator: str = "plain",
        outputs: Sequence[int] | None = None,
        *,
        components: Sequence[int] | None = None,
    ) -> None:
        if components is not None:
            renamed("Ensemble(components=...)", "Ensemble(outputs=...)")
            outputs = components
            if all(isinstance(label, int) for label in outputs) and min(outputs, default=1) < 1:
                # one release ago any whole numbers were labels; outputs are counted from 1
                outputs = [1 + sorted(set(outputs)).index(label) for label in outputs]
        as_network(network)
        split_seed(seed)
        if network.width >= WIDEST:
            raise InvalidStatistics(
                f"a network of width {network.width} was given; networks of up to {WIDEST - 1} neurons "
                "can be sampled"
            )
        own = {
            "network": network,
            "fields": as_field_set(points, outputs, network.d_in),
            "seed": int(seed),
            "precision": precision,
            "estimator": estimator,
        }
        for name, value in own.items():
            object.__setattr__(self, name, value)
        # what the kernels cannot do is refused now, not when sampling begins
        lane_parameters(
            network, self.points, _precision(precision), _estimator(estimator), self._output_labels
        )

    @property
    def points(self) -> Array:
        """Where the networks are evaluated, shape (n_points, d_in)."""
        return self.fields.inputs

    @property
    def components(self) -> tuple[int, ...] | None:
        """Old name of ``fields.outputs``."""
        renamed("ensemble.components", "ensemble.fields.outputs")
        return self._output_labels

    @property
    def _output_labels(self) -> tuple[int, ...] | None:
        return None if self.fields.single_output else tuple(self.fields.outputs.tolist())

    def correlators(
        self,
        n_networks: int,
        orders: Sequence[int] | int = (2, 4, 6),
        n_blocks: int = 1000,
        n_threads: int | None = None,
        progress: ProgressLike = None,
        checkpoint: str | os.PathLike[str] | Checkpoint | None = None,
        cluster: str | Client | None = None,
    ) -> Correlators:
        """Sample correlators over all distinct index sets of the points.

        Parameters
        ----------
        n_networks : int
            At least 2.
        orders : sequence of int, or int, optional
            1 to 8, even or odd.
        n_blocks : int, optional
            Blocks of consecutive networks for the covariance, at most `n_networks` (then lowered to it);
            their sizes differ by at most one network. The means do not depend on it.
        n_threads : int, optional
            Default: one per core. The numbers do not depend on it.
        progress : callable or bool, optional
            Called with (networks done, networks in total), from the calling thread; True shows it.
        checkpoint : path-like or Checkpoint, optional
            File that keeps the run every few seconds (`numerics.sampling.runs.checkpoints`). If it exists
            the run is continued from it, with the same numbers to the last bit as without the interruption;
            a finished run returns at once. `n_networks` and `n_blocks` multiplied by the same whole number
            make a run longer.
        cluster : str or distributed.Client, optional
            Compute on a Dask cluster instead of on threads (`numerics.sampling.runs.dask_cluster`):
            ``"local"``, ``"local:4"``, the address of a scheduler, or a client. The numbers do not depend on
            it.

        Returns
        -------
        Correlators

        Raises
        ------
        InvalidStatistics
            If a number is out of range or the sums would not fit into memory.
        SamplingInterrupted
            A KeyboardInterrupt that carries what was sampled so far.
        DamagedCheckpoint, CheckpointMismatch
            If the checkpoint was truncated or altered, or belongs to a run with other inputs.
        UnwritableOutput
            If the checkpoint cannot be written; the one before is still there.
        OutputInUse
            If another run is writing the checkpoint.
        ClusterUnavailable
            If the cluster cannot be reached or has no workers, or loses them; what is done is in the
            checkpoint.
        """
        if n_threads is None:
            n_threads = _default_threads()
        threads = as_whole(n_threads, "n_threads", InvalidStatistics, most=MOST_THREADS)
        request = self._request(n_networks, orders, n_blocks, threads)
        kept = Checkpoint(checkpoint) if isinstance(checkpoint, str | os.PathLike) else checkpoint
        _LOGGER.info("sampling %s networks %r, %d threads", f"{n_networks:,}", self, threads)
        claimed = nullcontext() if kept is None else kept.claimed()
        with shown_progress(progress, "networks") as report, claimed:
            return _correlators(request, kept, report, partial(_page_stream, cluster, threads))

    def _request(self, n_networks: int, orders: Sequence[int] | int, n_blocks: int, threads: int) -> Request:
        """Check the numbers asked for."""
        needed = "a whole number from 2 to 2^62 (more have no number)"
        n_networks = as_whole(
            n_networks, "n_networks", InvalidStatistics, needed, least=2, most=MOST_NETWORKS
        )
        orders = checked_orders(orders)
        refuse_missing_moments(self.network, max(orders))
        n_blocks = min(as_whole(n_blocks, "n_blocks", InvalidStatistics, least=2), n_networks)
        self._refuse_absurd_memory(n_networks, orders, n_blocks, threads)
        return Request(
            network=self.network,
            points=self.points,
            seed=self.seed,
            precision=self.precision,
            estimator=self.estimator,
            orders=moment_plan(len(self.points), orders).orders,
            n_networks=n_networks,
            n_blocks=n_blocks,
            outputs=self._output_labels,
        )

    def outputs(self, n_networks: int, first: int = 0) -> Array:
        """Evaluate single networks, in plain NumPy; for more than fit into memory see `iterate_outputs`.

        Parameters
        ----------
        n_networks : int
        first : int, optional
            Number of the first network.

        Returns
        -------
        ndarray, shape (n_networks, n_points)
            f(x) of every network: those behind the correlators of the same seed, to rounding.
        """
        n_networks = as_whole(n_networks, "n_networks", InvalidStatistics)
        first = as_whole(first, "first", InvalidStatistics, least=0, most=MOST_NETWORKS)
        return reference_outputs(self.network, self.points, self.seed, first, n_networks, self._output_labels)

    def iterate_outputs(self, n_networks: int, first: int = 0, at_once: int = 1 << 14) -> Iterator[Array]:
        """Evaluate single networks in memory that does not grow with their number.

        Parameters
        ----------
        n_networks : int
        first : int, optional
            Number of the first network.
        at_once : int, optional
            Networks per array.

        Yields
        ------
        ndarray, shape (at_once, n_points)
            Outputs of consecutive networks; the last array may be shorter.

        Examples
        --------
        The largest output of 50,000 networks:

        >>> from numerics.networks.architectures import ErfNet
        >>> ensemble = Ensemble(ErfNet(width=5), [0.3])
        >>> largest = max(f.max() for f in ensemble.iterate_outputs(50_000))
        >>> bool(4 < largest < 10)
        True
        """
        first = as_whole(first, "first", InvalidStatistics, least=0, most=MOST_NETWORKS)
        stop = first + as_whole(n_networks, "n_networks", InvalidStatistics)
        step = as_whole(at_once, "at_once", InvalidStatistics)
        for start in range(first, stop, step):
            yield self.outputs(min(step, stop - start), start)

    def _refuse_absurd_memory(
        self, n_networks: int, orders: Sequence[int], n_blocks: int, threads: int
    ) -> None:
        n_points = len(self.points)
        size = sum(multiset_count(n_points, n) for n in orders)
        grains = page_grains(self.network.width)
        touched = 2 + min(n_blocks, grains * GRAIN * n_blocks // n_networks)
        # Joining two halves of the blocks takes both and the whole; every thread has a page in work with a
        # row per level, up to three pages per thread wait to be added, and the tree holds a node per level.
        # Afterwards the means, their deviations and what errors and cumulants are made of take as much again.
        rows = 6 * n_blocks + threads * (grains.bit_length() + 1 + 4 * touched) + LEVELS
        needed = 8 * (size * rows + n_points * BINS * (3 * threads + LEVELS))
        if needed > MEMORY_LIMIT:
            raise InvalidStatistics(
                f"{size} correlators of {n_points} points in {n_blocks} blocks need about {needed / 1e9:.1f} "
                f"GB, more than the limit of {MEMORY_LIMIT / 1e9:.1f} GB; use fewer points, orders or blocks"
            )


def _correlators(
    request: Request,
    kept: Checkpoint | None,
    progress: Callable[[int, int], None] | None,
    open_stream: Callable[[], AbstractContextManager[PageStream]],
) -> Correlators:
    """Do a run, or what is left of it; keep what is done when it ends early."""
    run = SamplingRun(request) if kept is None else kept.open(request)

    def after_each(run: SamplingRun) -> None:
        if kept is not None:
            kept.keep(run)
        if progress is not None:
            progress(run.networks, request.n_networks)

    try:
        if progress is not None and run.networks:
            progress(run.networks, request.n_networks)
        if not run.complete:
            with open_stream() as stream:
                run.advance(stream, after_each)
    except KeyboardInterrupt as interrupt:
        if kept is not None:
            kept.save(run)
        path = None if kept is None else kept.path
        raise SamplingInterrupted(run.networks, run.partial(), path) from interrupt
    except ClusterUnavailable as error:
        if kept is None or not run.networks:
            raise
        kept.save(run)
        raise ClusterUnavailable(
            f"{error}. {run.networks:,} networks are done and kept in {str(kept.path)!r}; continue from there"
        ) from error
    return run.correlators()


@contextmanager
def _page_stream(cluster: str | Client | None, threads: int) -> Iterator[PageStream]:
    if cluster is None:
        yield partial(on_threads, n_threads=threads)
        return
    from numerics.sampling.runs.dask_cluster import pages_on_cluster

    with pages_on_cluster(cluster) as stream:
        yield stream


def _precision(name: str) -> Precision:
    choices = [precision.value for precision in Precision]
    return Precision(as_choice(name, choices, "precision", InvalidStatistics))


def _estimator(name: str) -> Estimator:
    choices = [estimator.value for estimator in Estimator]
    return Estimator(as_choice(name, choices, "estimator", InvalidStatistics))


def _default_threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
