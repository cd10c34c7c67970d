"""One architecture at many widths: the 1/N law, sampled and exact.

For each width an ensemble of its own (independent networks) is sampled in `experiments` equal parts. What is
compared, for n = 4 and 6, stands in `width_series`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from nnft_sym.study.width_series import RESAMPLES, WidthSeries, exact_m, free_theory, width_series
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.exact.inputs import MEMORY_LIMIT
from numerics.fields.index_sets import multiset_count
from numerics.fields.points import as_points
from numerics.given import as_whole, as_wholes
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import Network, as_network
from numerics.results.faces import Content, Shown, face
from numerics.results.joint_correlators import Correlators
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs.checkpoints import CheckpointFolder
from numerics.sampling.runs.dask_cluster import OVERHEAD

if TYPE_CHECKING:
    import xarray
    from distributed import Client

Array = NDArray[np.float64]

#: Orders that are compared.
ORDERS = (4, 6)
#: Blocks behind the errors, at least.
BLOCKS = 400
#: Neurons, over all networks, of a scan; more would take days.
MOST_NEURONS = 1e13
#: Widest network of a scan, as of a study.
WIDEST = 10**7
#: Networks of one width.
MOST_NETWORKS = 10**10
#: What one core samples, roughly; for messages.
NEURONS_PER_SECOND = 1e8


@dataclass(frozen=True, repr=False)
class WidthScan(Shown):
    """What `scan_widths` finds.

    Attributes
    ----------
    network : Network
        The architecture, at the first width.
    points : ndarray, shape (n_points, d_in)
    widths : ndarray of int64, shape (n_widths,)
        Ascending.
    experiments, networks : int
        Per width: experiments, and networks per experiment.
    series : tuple of WidthSeries
        Orders 4 and 6.
    estimator : str
    seed : int
    exact : Correlators or None
        At the first width; ``exact.at_width`` gives the curve between the points.
    precision : str
        Arithmetic of the networks' outputs.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> found = scan_widths(ReLUNet(1), [1.0], (2, 4, 8), networks=1_000, experiments=2)
    >>> found.widths.tolist(), [one.order for one in found.series]
    ([2, 4, 8], [4, 6])
    """

    network: Network
    points: Array
    widths: NDArray[np.int64]
    experiments: int
    networks: int
    series: tuple[WidthSeries, ...]
    estimator: str
    seed: int
    exact: Correlators | None
    precision: str = "double"

    def plain_fields(self) -> Content:
        """Give the numbers as plain fields, one row for each order and width."""

        def rows() -> Iterator[tuple[object, ...]]:
            for series in self.series:
                for place, width in enumerate(self.widths.tolist()):
                    exact = None if series.m_exact is None else float(series.m_exact[place])
                    numbers = (series.m.value, series.m.error, series.scatter_of_experiment)
                    yield series.order, width, *(float(one[place]) for one in numbers), exact

        facts: dict[str, object] = {
            "network": repr(self.network),
            "sampled": f"{self.experiments} experiments of {self.networks} networks per width",
            "seed": self.seed,
        }
        for series in self.series:
            law = series.law
            facts[f"power of N, order {series.order}"] = (
                None if law is None else f"{-law.exponent:.4g} ± {law.exponent.error:.2g}"
            )
        columns = ("order", "width", "value", "error", "background", "exact")
        title = f"Scan of {len(self.widths)} widths: mean size of the deviation from the Gaussian process"
        return Content(title, facts, columns, rows, len(self.series) * len(self.widths))

    def to_xarray(self) -> xarray.Dataset:
        """Return every number as labelled arrays."""
        found: xarray.Dataset = face("scan")(self)
        return found

    def m_exact(self, order: int, width: int) -> float:
        """Exact m_n at any width.

        Raises
        ------
        NotAvailable
            If there is no exact answer.
        """
        if self.exact is None:
            raise NotAvailable(
                f"there are no exact correlators of the {self.network.name}-net at these points"
            )
        free = free_theory(self.network, self.points, order)
        return float(exact_m(self.exact.at_width(width), order, free))


def scan_widths(
    network: Network,
    points: Array,
    widths: Sequence[int],
    networks: int = 100_000,
    experiments: int = 10,
    seed: int = 0,
    estimator: str = "plain",
    progress: ProgressLike = None,
    exact_progress: ProgressLike = None,
    *,
    precision: str = "double",
    cluster: str | Client | None = None,
    checkpoints: str | PathLike[str] | CheckpointFolder | None = None,
) -> WidthScan:
    """Sample an architecture at several widths, and fit how its connected correlators fall.

    Parameters
    ----------
    network : Network
        Its own width is not used.
    points : array_like, shape (n_points, d_in)
    widths : sequence of int
        At least two different ones.
    networks : int, optional
        Networks per experiment.
    experiments : int, optional
        Experiments per width, two or more; the published number is 100.
    seed : int, optional
        Width number k, ascending, is sampled with seed + k, so that widths are independent.
    estimator : {"plain", "conditional"}, optional
        See `Ensemble`. The conditional one reaches the connected functions of wide networks.
    progress : callable or bool, optional
        Called with (networks done, networks in total) over all widths, counted as networks of the average
        cost, so that the time left can be told: one of 1000 neurons takes longer than one of 2.
    exact_progress : callable or bool, optional
        Called before with (averages over one neuron done, in total), for the exact correlators.
    precision : {"double", "single"}, optional
        See `Ensemble`.
    cluster : str or distributed.Client, optional
        As in `Ensemble.correlators`; a local one is started once for all widths.
    checkpoints : path-like or CheckpointFolder, optional
        Folder that keeps the run of every width; what is in it is continued, to the same last bit.

    Returns
    -------
    WidthScan

    Raises
    ------
    InvalidStatistics
        If widths, experiments or networks are out of range.
    SamplingInterrupted, DamagedCheckpoint, CheckpointMismatch, OutputInUse, ClusterUnavailable
        As `Ensemble.correlators`.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> scan = scan_widths(ReLUNet(1), [1.0], (2, 4, 8), networks=50_000, experiments=4, seed=1)
    >>> four = scan.series[0]
    >>> bool(abs(four.law.exponent - 1) < 4 * four.law.exponent.error)
    True
    """
    x = as_points(points, as_network(network).d_in)
    ordered, networks, experiments, seed = _checked(widths, networks, experiments, seed, len(x))
    exact = _exact(network.with_width(int(ordered[0])), x, exact_progress)
    per_experiment = min(-(-BLOCKS // experiments), networks)
    ensembles = [
        Ensemble(network.with_width(width), x, seed + number, precision, estimator)
        for number, width in enumerate(ordered.tolist())
    ]
    folder = CheckpointFolder(checkpoints) if isinstance(checkpoints, str | PathLike) else checkpoints
    sizes = (experiments * networks, experiments * per_experiment)
    with shown_progress(progress, "networks") as report:
        samples = _sampled(ensembles, sizes, report, cluster, folder)
    series = tuple(width_series(order, network, x, ordered, samples, experiments, exact) for order in ORDERS)
    narrowest = network.with_width(int(ordered[0]))
    drawn = (experiments, networks, series, estimator, seed)
    return WidthScan(narrowest, x, ordered, *drawn, exact, precision)


def _sampled(
    ensembles: Sequence[Ensemble],
    sizes: tuple[int, int],
    progress: Callable[[int, int], None] | None,
    cluster: str | Client | None,
    folder: CheckpointFolder | None,
) -> list[Correlators]:
    """Sample networks in blocks, the sizes, of every width."""
    networks, blocks = sizes
    widths = np.array([ensemble.network.width for ensemble in ensembles])
    cost = np.concatenate([[0.0], np.cumsum(widths + OVERHEAD) / np.sum(widths + OVERHEAD)])
    samples = []
    with _client(cluster) as client:
        for number, ensemble in enumerate(ensembles):
            begin, end = float(cost[number]), float(cost[number + 1])
            samples.append(
                ensemble.correlators(
                    networks,
                    (2, *ORDERS),
                    n_blocks=blocks,
                    progress=None if progress is None else _share(progress, begin, end, len(ensembles)),
                    checkpoint=None if folder is None else folder.of(f"width {widths[number]}"),
                    cluster=client,
                )
            )
    return samples


def _client(cluster: str | Client | None) -> AbstractContextManager[Client | None]:
    """Connect once for all widths."""
    if cluster is None:
        return nullcontext()
    from numerics.sampling.runs.dask_cluster import client_of

    return client_of(cluster)


def _share(
    progress: Callable[[int, int], None], begin: float, end: float, n_widths: int
) -> Callable[[int, int], None]:
    """Report the networks of one width as a part of all the work."""

    def report(done: int, total: int) -> None:
        progress(round(total * n_widths * (begin + (end - begin) * done / total)), total * n_widths)

    return report


def _exact(network: Network, points: Array, progress: ProgressLike) -> Correlators | None:
    try:
        return exact_correlators(network, points, orders=(2, *ORDERS), progress=progress)
    except NotAvailable:
        return None


def _checked(
    widths: Sequence[int], networks: int, experiments: int, seed: int, n_points: int
) -> tuple[NDArray[np.int64], int, int, int]:
    needed = "two different positive whole numbers are needed"
    found = as_wholes(widths, "widths", InvalidStatistics, needed)
    if len(set(found)) < 2:
        raise InvalidStatistics(f"widths = {shown(widths)} was given; {needed}")
    split_seed(seed)
    ordered = np.unique(found).astype(np.int64)
    networks = as_whole(networks, "networks", InvalidStatistics, least=100)
    experiments = as_whole(experiments, "experiments", InvalidStatistics, least=2)
    _refuse_absurd_cost(n_points, ordered, networks, experiments)
    return ordered, networks, experiments, int(seed)


def _refuse_absurd_cost(n_points: int, widths: NDArray[np.int64], networks: int, experiments: int) -> None:
    """Refuse, with an estimate, what would run for weeks or not fit into memory."""
    if widths[-1] > WIDEST:
        raise InvalidStatistics(
            f"a width of {widths[-1]:,} was given; networks of up to {WIDEST:,} neurons are sampled. "
            "Connected functions of wider ones follow from `nnft neurons` or `nnft cumulant`"
        )
    neurons = float(experiments) * networks * float(np.sum(widths, dtype=np.float64))
    if experiments * networks > MOST_NETWORKS:
        raise InvalidStatistics(
            f"{experiments} experiments of {networks} networks were asked for, {experiments * networks:.1e} "
            f"networks of each width; at most {MOST_NETWORKS:.0e} are sampled: lower one of the two"
        )
    if neurons > MOST_NEURONS:
        raise InvalidStatistics(
            f"{experiments} experiments of {networks} networks at widths up to {widths[-1]} are "
            f"{neurons:.1e} neurons, about {neurons / NEURONS_PER_SECOND / 3600:.0f} hours; at most "
            f"{MOST_NEURONS:.0e} are sampled: lower the widths, the networks or the experiments"
        )
    blocks = experiments * min(-(-BLOCKS // experiments), networks)
    size = sum(multiset_count(n_points, order) for order in (2, *ORDERS))
    # sums and means of every width, those without each block and their cumulants, bootstrap, projections
    needed = 8.0 * blocks * (size * (2 * len(widths) + 6) + 2 * (RESAMPLES + len(widths) ** 2))
    if needed > MEMORY_LIMIT:
        raise InvalidStatistics(
            f"{experiments} experiments of {size} correlators of {n_points} points in {blocks} blocks "
            f"need about {needed / 1e9:.3g} GB, more than the limit of {MEMORY_LIMIT / 1e9:.1f} GB; use "
            "fewer experiments, points or widths"
        )
