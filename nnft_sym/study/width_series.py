"""One order of a scan over widths: sampled numbers at every width, the exact ones, and the fitted power.

Compared are

- m_n, the mean over index sets of |G^(n) − G_GP^(n)| / |G_GP^(n)|, which falls like 1/N until the noise of
  the sample hides it (Halverson, Maiti and Stoner, arXiv:2008.08601);
- the connected function projected on a fixed shape t, y(N) = Σ_e t_e (G_c/G_GP)_e / Σ_e t_e². It is linear in
  G_c, estimated without bias, so that y ∝ N^(1 − n/2) can be fitted through noise of any size. With
  t = κ_n/G_GP, where the exact cumulant κ_n of one neuron is known, y is N^(1 − n/2) itself; else t = 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from numerics.errors import InvalidStatistics
from numerics.inference.power_law import PowerLaw, fit_power_law
from numerics.networks.architectures import Network
from numerics.results.correlator import Correlator
from numerics.results.estimate import Estimate, in_a_row
from numerics.results.joint_correlators import Correlators
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.estimators.connected import free_correlator, mean_ratio, mean_ratios

Array = NDArray[np.float64]

#: Resamples of the bootstrap.
RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class WidthSeries:
    """One order at all widths; arrays and estimates have shape (n_widths,).

    Attributes
    ----------
    order : int
    m : Estimate
        m_n of the whole sample. Below `scatter_of_mean` the absolute value in m_n makes it positive whatever
        the truth.
    m_exact : Estimate or None
        With an error bound.
    scatter_of_experiment : ndarray
        Scatter of a single experiment, std over experiments / |G_GP|, averaged over index sets: the
        background of the published scripts. It is no error of `m`.
    scatter_of_mean : ndarray
        That of the mean of all experiments, smaller by √experiments.
    projection : Estimate
        y(N), see the module's description. Orders of one scan are correlated, and know it.
    projection_exact : Estimate or None
        With an error bound.
    trusted : ndarray of bool
        Whether the errors of m_n can be trusted, width by width.
    trusted_connected : ndarray of bool
        Whether those of the connected function can: it takes more networks.
    law : PowerLaw or None
        Fit of y = A N^(−p) to the widths that are trusted; None if it says nothing.
    law_exact : PowerLaw or None
        The same for the exact numbers: p = n/2 − 1.
    """

    order: int
    m: Estimate
    m_exact: Estimate | None
    scatter_of_experiment: Array
    scatter_of_mean: Array
    projection: Estimate
    projection_exact: Estimate | None
    trusted: NDArray[np.bool_]
    trusted_connected: NDArray[np.bool_]
    law: PowerLaw | None
    law_exact: PowerLaw | None

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            if name in _OLD_NAMES:
                new, find = _OLD_NAMES[name]
                renamed(f"series.{name}", f"series.{new}")
                return find(self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


#: Attributes of one release ago: the new name, and how it is found.
_OLD_NAMES: dict[str, tuple[str, Callable[[WidthSeries], Array]]] = {
    "m_sampled": ("m", lambda series: series.m.value),
    "m_error": ("m.error", lambda series: series.m.error),
    "background": ("scatter_of_experiment", lambda series: series.scatter_of_experiment),
    "noise": ("scatter_of_mean", lambda series: series.scatter_of_mean),
    "projection_error": ("projection.error", lambda series: series.projection.error),
}


def width_series(
    order: int,
    network: Network,
    points: Array,
    widths: NDArray[np.int64],
    samples: Sequence[Correlators],
    experiments: int,
    exact: Correlators | None,
) -> WidthSeries:
    """Put one order of all widths together, and fit how its connected function falls.

    Parameters
    ----------
    order : int
    network : Network
        The architecture, at any width.
    points : ndarray, shape (n_points, d_in)
    widths : ndarray of int64, shape (n_widths,)
    samples : sequence of Correlators
        One for each width, full, of equal numbers of networks and of different seeds.
    experiments : int
        Into how many experiments the networks of each are divided.
    exact : Correlators or None
        Exact correlators, at any width.

    Returns
    -------
    WidthSeries
    """
    free = free_theory(network, points, order)
    shape = _shape(free, None if exact is None else exact.at_width(1).connected()[order].value)
    kernel = network.kernel.full(points, points)
    away = [sample.deviation(order, kernel, experiments) for sample in samples]
    connected = [sample.connected()[order] for sample in samples]
    projection = in_a_row(_along(one, shape) for one in connected)
    scatter = np.array([one.evidence["background"] for one in away])
    trusted = np.array([one.trusted for one in connected])
    m_exact = projection_exact = law_exact = None
    if exact is not None:
        each = [exact.at_width(int(width)) for width in widths]
        m_exact = in_a_row(exact_m(found, order, free) for found in each)
        projection_exact = in_a_row(_along(found.connected()[order], shape) for found in each)
        law_exact = _law(widths, projection_exact, (1e-10 * projection_exact.value) ** 2)
    sound = projection[trusted]
    return WidthSeries(
        order=order,
        m=in_a_row(
            _bootstrapped(one, sample, order, free) for one, sample in zip(away, samples, strict=True)
        ),
        m_exact=m_exact,
        scatter_of_experiment=scatter,
        scatter_of_mean=scatter / np.sqrt(experiments),
        projection=projection,
        projection_exact=projection_exact,
        trusted=np.array([sample[order].trusted for sample in samples]),
        trusted_connected=trusted,
        law=_law(widths[trusted], sound, sound.error**2),
        law_exact=law_exact,
    )


def free_theory(network: Network, points: Array, order: int) -> Array:
    """G_GP^(n), the sum over pairings of products of kernels, over the distinct index sets; shape (M,)."""
    return free_correlator(network.kernel.full(points, points), order)


def exact_m(exact: Correlators, order: int, free: Array) -> Estimate:
    """Exact m_n, shape (): a mean of absolute values moves by the mean of the bounds at most."""
    full = exact[order]
    bound = mean_ratio(full.error, free)
    return Estimate(mean_ratio(full.value - free, free), bound, full.method, full.quality, full.provenance)


def _along(connected: Correlator, shape: Array) -> Estimate:
    """Project on the shape.

    A product of matrices would depend, in the last digit, on the number of threads of the linear algebra.
    """
    weighted: Estimate = connected * shape
    return weighted.sum()


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


def _bootstrapped(m: Estimate, sample: Correlators, order: int, free: Array) -> Estimate:
    """Give m_n its error by the bootstrap over blocks (Efron 1979), which knows the absolute value in m_n.

    To first order the noise of index sets of either sign would cancel, and the error vanish below the noise.
    """
    means = sample.block_means((order,))
    stream = np.random.default_rng([order, sample.n_blocks])
    counts = stream.multinomial(sample.n_blocks, np.full(sample.n_blocks, 1 / sample.n_blocks), RESAMPLES)
    # not a product of matrices, for the reason of `_along`
    drawn = [np.einsum("i,ij->j", one, means) / sample.n_blocks for one in counts.astype(np.float64)]
    found = np.std(mean_ratios(np.array(drawn) - free, free), ddof=1)
    names = " and ".join(part.source.name for part in sample[order].uncertainty.blocks)
    source = Source(f"bootstrap of m_{order} of {names}", sample.n_samples, None)
    spread = Uncertainty.of_blocks(source, np.array([float(found)]))
    return Estimate(m.value, spread, m.method, m.quality, m.provenance)


def _law(widths: NDArray[np.int64], values: Estimate, variances: Array) -> PowerLaw | None:
    try:
        return fit_power_law(widths.astype(np.float64), values, variances)
    except InvalidStatistics:
        return None
