"""One architecture at many widths: the 1/N law, sampled and exact.

For each width an ensemble of its own (independent networks) is sampled in `experiments` equal parts. Compared
are, for n = 4 and 6,

- m_n, the mean over index sets of |G^(n) − G_GP^(n)| / |G_GP^(n)|, which falls like 1/N until the noise of
  the sample, the *background*, hides it (Halverson, Maiti and Stoner, arXiv:2008.08601);
- the connected function projected on a fixed shape t, y(N) = Σ_e t_e (G_c/G_GP)_e / Σ_e t_e². It is linear in
  G_c, estimated without bias, so that y ∝ N^(1 − n/2) can be fitted through noise of any size. With
  t = κ_n/G_GP, where the exact cumulant κ_n of one neuron is known, y is N^(1 − n/2) itself; else t = 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.exact.inputs import MEMORY_LIMIT
from numerics.fields.index_sets import multiset_count
from numerics.fields.points import as_points
from numerics.given import as_whole, as_wholes
from numerics.inference.power_law import PowerLaw, fit_power_law
from numerics.machine.random_streams import split_seed
from numerics.networks.architectures import Network, as_network
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown, face
from numerics.results.joint_correlators import Correlators
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.connected import free_correlator, mean_ratio
from numerics.sampling.runs.dask_cluster import OVERHEAD

if TYPE_CHECKING:
    import xarray

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
#: Resamples of the bootstrap.
RESAMPLES = 200


@dataclass(frozen=True)
class WidthSeries:
    """One order at all widths; arrays have shape (n_widths,).

    Attributes
    ----------
    order : int
    m_sampled, m_error : ndarray
        m_n of the whole sample and its error. Below `noise` the absolute value in m_n makes it positive
        whatever the truth.
    m_exact : ndarray or None
    background : ndarray
        Scatter of a single experiment, std over experiments / |G_GP|, averaged over index sets.
    noise : ndarray
        That of the mean of all experiments, smaller by √experiments.
    projection, projection_error : ndarray
        y(N), see the module's description.
    projection_exact : ndarray or None
    trusted : ndarray of bool
        Whether the errors of m_n can be trusted.
    trusted_connected : ndarray of bool
        Whether those of the connected function can: it takes more networks.
    law : PowerLaw or None
        Fit of y = A N^(−p) to the widths that are trusted; None if it says nothing.
    law_exact : PowerLaw or None
        The same for the exact numbers: p = n/2 − 1.
    """

    order: int
    m_sampled: Array
    m_error: Array
    m_exact: Array | None
    background: Array
    noise: Array
    projection: Array
    projection_error: Array
    projection_exact: Array | None
    trusted: NDArray[np.bool_]
    trusted_connected: NDArray[np.bool_]
    law: PowerLaw | None
    law_exact: PowerLaw | None


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

    def plain_fields(self) -> Content:
        """Give the numbers as plain fields, one row for each order and width."""

        def rows() -> Iterator[tuple[object, ...]]:
            for series in self.series:
                for place, width in enumerate(self.widths.tolist()):
                    exact = None if series.m_exact is None else float(series.m_exact[place])
                    numbers = (series.m_sampled, series.m_error, series.background)
                    yield series.order, width, *(float(one[place]) for one in numbers), exact

        facts: dict[str, object] = {
            "network": repr(self.network),
            "sampled": f"{self.experiments} experiments of {self.networks} networks per width",
            "seed": self.seed,
        }
        for series in self.series:
            law = series.law
            facts[f"power of N, order {series.order}"] = (
                None if law is None else f"{-law.exponent:.4g} ± {law.exponent_error:.2g}"
            )
        columns = ("order", "width", "value", "error", "background", "exact")
        title = f"Scan of {len(self.widths)} widths: mean size of the deviation from the Gaussian process"
        return Content(title, facts, columns, rows, len(self.series) * len(self.widths))

    def to_xarray(self) -> "xarray.Dataset":
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
        return mean_ratio(self.exact.at_width(width)[order].value - free, free)


def scan_widths(
    network: Network,
    points: Array,
    widths: Sequence[int],
    networks: int = 100_000,
    experiments: int = 10,
    seed: int = 0,
    estimator: str = "plain",
    progress: Callable[[int, int], None] | None = None,
    exact_progress: Callable[[int, int], None] | None = None,
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
    progress : callable, optional
        Called with (networks done, networks in total) over all widths, counted as networks of the average
        cost, so that the time left can be told: one of 1000 neurons takes longer than one of 2.
    exact_progress : callable, optional
        Called before with (averages over one neuron done, in total), for the exact correlators.

    Returns
    -------
    WidthScan

    Raises
    ------
    InvalidStatistics
        If widths, experiments or networks are out of range.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> scan = scan_widths(ReLUNet(1), [1.0], (2, 4, 8), networks=50_000, experiments=4, seed=1)
    >>> four = scan.series[0]
    >>> bool(abs(four.law.exponent - 1) < 4 * four.law.exponent_error)
    True
    """
    x = as_points(points, as_network(network).d_in)
    ordered, networks, experiments, seed = _checked(widths, networks, experiments, seed, len(x))
    exact = _exact(network.with_width(int(ordered[0])), x, exact_progress)
    per_experiment = min(-(-BLOCKS // experiments), networks)
    cost = np.cumsum(ordered + OVERHEAD) / np.sum(ordered + OVERHEAD)
    samples = []
    for number, width in enumerate(ordered):
        begin = 0.0 if number == 0 else float(cost[number - 1])
        report = None if progress is None else _share(progress, begin, float(cost[number]), len(ordered))
        ensemble = Ensemble(network.with_width(int(width)), x, seed=seed + number, estimator=estimator)
        samples.append(
            ensemble.correlators(
                experiments * networks, (2, *ORDERS), n_blocks=experiments * per_experiment, progress=report
            )
        )
    series = tuple(_series(order, network, x, ordered, samples, experiments, exact) for order in ORDERS)
    return WidthScan(
        network=network.with_width(int(ordered[0])),
        points=x,
        widths=ordered,
        experiments=experiments,
        networks=networks,
        series=series,
        estimator=estimator,
        seed=seed,
        exact=exact,
    )


def _share(
    progress: Callable[[int, int], None], begin: float, end: float, n_widths: int
) -> Callable[[int, int], None]:
    """Report the networks of one width as a part of all the work."""

    def report(done: int, total: int) -> None:
        progress(round(total * n_widths * (begin + (end - begin) * done / total)), total * n_widths)

    return report


def _series(
    order: int,
    network: Network,
    points: Array,
    widths: NDArray[np.int64],
    samples: Sequence[Correlators],
    experiments: int,
    exact: Correlators | None,
) -> WidthSeries:
    free = free_theory(network, points, order)
    shape = _shape(free, None if exact is None else exact.at_width(1).connected()[order].value)
    kernel = network.kernel.full(points, points)
    rows = []
    for sample in samples:
        away = sample.deviation(order, kernel, experiments)
        connected_one = sample.connected()[order]
        projected = _along(connected_one, shape)
        size = (float(projected), float(projected.error))
        trusted = [float(one.trusted) for one in (sample[order], connected_one)]
        error = _m_error(sample, order, free)
        rows.append((float(away), error, away.evidence["background"], *size, *trusted))
    m, error, background, y, y_error, full, connected = np.array(rows).T
    sound = connected > 0
    m_exact = y_exact = None
    if exact is not None:
        each = [exact.at_width(int(width)) for width in widths]
        m_exact = np.array([mean_ratio(found[order].value - free, free) for found in each])
        y_exact = np.array([float(_along(found.connected()[order], shape)) for found in each])
    return WidthSeries(
        order=order,
        m_sampled=m,
        m_error=error,
        m_exact=m_exact,
        background=background,
        noise=background / np.sqrt(experiments),
        projection=y,
        projection_error=y_error,
        projection_exact=y_exact,
        trusted=full > 0,
        trusted_connected=sound,
        law=_law(widths[sound], y[sound], y_error[sound] ** 2),
        law_exact=None if y_exact is None else _law(widths, y_exact, (1e-10 * y_exact) ** 2),
    )


def _along(connected: Correlator, shape: Array) -> Estimate:
    """Project on the shape.

    A product of matrices would depend, in the last digit, on the number of threads of the linear algebra.
    """
    weighted: Estimate = connected * shape
    return weighted.sum()


def free_theory(network: Network, points: Array, order: int) -> Array:
    """G_GP^(n), the sum over pairings of products of kernels, over the distinct index sets; shape (M,)."""
    return free_correlator(network.kernel.full(points, points), order)


def _shape(free: Array, cumulant: Array | None) -> Array:
    """Weights c with y = c·G_c, zero where the free theory vanishes."""
    # below the smallest normal number a ratio would overflow, and says nothing
    there = np.abs(free) > np.finfo(np.float64).tiny
    unit = np.zeros_like(free)
    np.divide(1.0, free, out=unit, where=there)
    target = np.ones_like(free) if cumulant is None else cumulant * unit
    # a power of two, so that the squares neither overflow nor round differently
    scale = np.ldexp(1.0, int(np.frexp(np.max(np.abs(target[there]), initial=0.0))[1]) - 1)
    scaled = target / scale
    square = float(np.sum(scaled[there] ** 2))
    with np.errstate(over="ignore", under="ignore"):
        shape = scaled / (square if square > 0 else 1.0) / scale * unit
    return np.where(there & np.isfinite(shape), shape, 0.0)


def _m_error(sample: Correlators, order: int, free: Array) -> float:
    """Error of m_n by the bootstrap over blocks (Efron 1979), which knows the absolute value in m_n.

    To first order the noise of index sets of either sign would cancel, and the error vanish below the noise.
    """
    means = sample.block_means((order,))
    stream = np.random.default_rng([order, sample.n_blocks])
    counts = stream.multinomial(sample.n_blocks, np.full(sample.n_blocks, 1 / sample.n_blocks), RESAMPLES)
    # not a product of matrices, for the reason of `_along`
    drawn = (np.einsum("i,ij->j", one, means) / sample.n_blocks for one in counts.astype(np.float64))
    found = [mean_ratio(again - free, free) for again in drawn]
    return float(np.std(found, ddof=1))


def _law(widths: NDArray[np.int64], values: Array, variances: Array) -> PowerLaw | None:
    try:
        return fit_power_law(widths.astype(np.float64), values, variances)
    except InvalidStatistics:
        return None


def _exact(
    network: Network, points: Array, progress: Callable[[int, int], None] | None
) -> Correlators | None:
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
    # sums and means of every width, those without each block and their cumulants, and the bootstrap
    needed = 8.0 * blocks * (size * (2 * len(widths) + 6) + 2 * RESAMPLES)
    if needed > MEMORY_LIMIT:
        raise InvalidStatistics(
            f"{experiments} experiments of {size} correlators of {n_points} points in {blocks} blocks "
            f"need about {needed / 1e9:.3g} GB, more than the limit of {MEMORY_LIMIT / 1e9:.1f} GB; use "
            "fewer experiments, points or widths"
        )
