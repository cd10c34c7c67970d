"""Looking for the times at which reflection positivity is broken most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.positivity_matrix import PositivityMatrix, positivity_matrix
from nnft_sym.osterwalder_schrader.positivity_moments import Source
from nnft_sym.osterwalder_schrader.reflection import Reflection
from numerics.errors import InvalidPoints, NotAvailable

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class TimesSearch:
    """How much is searched.

    Attributes
    ----------
    starts : int
        Sets of times that are drawn, log-uniformly over `decades`; the best is then improved.
    evaluations : int
        Sets of times that are tried on the way (Nelder and Mead 1965).
    points : int
        Points in each set: few are enough for a witness of few terms.
    decades : float
        From 10^(−decades) to 10^decades of the default unit.
    seed : int
    """

    starts: int = 10
    evaluations: int = 40
    points: int = 3
    decades: float = 1.0
    seed: int = 0


#: Look at the given times only.
NO_SEARCH = TimesSearch(starts=0, evaluations=0)


@final
@dataclass(frozen=True, eq=False)
class Found:
    """The most negative sector of all that were looked at."""

    matrix: PositivityMatrix
    tried: int


def most_negative(
    source: Source, order: int, points: Array, reflection: Reflection, search: TimesSearch
) -> Found | None:
    """Search for the times at which the smallest eigenvalue is least.

    Parameters
    ----------
    source : Network or Kernel
    order : int
    points : ndarray, shape (n, d)
        Where to start; only the first coordinates are changed. On a lattice (``reflection.lattice``) they are
        drawn among the sites.
    reflection : Reflection
    search : TimesSearch

    Returns
    -------
    Found or None
        None if nothing was searched, or no set of times could be computed.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> points = np.array([[0.5], [1.0]])
    >>> found = most_negative(CosNet(1), 2, points, Reflection(), TimesSearch(3, 20, 2))
    >>> bool(found.matrix.spectrum.smallest < -0.05), found.tried >= 20
    (True, True)
    """
    best: list[PositivityMatrix] = []
    tried = 0

    def least(times: Array) -> float:
        nonlocal tried
        tried += 1
        here = points[: len(times)].copy()
        here[:, 0] = times
        try:
            sectors = positivity_matrix(source, here, order, reflection).sectors
            found = min(sectors, key=lambda one: one.spectrum.smallest)
        except (NotAvailable, InvalidPoints):
            return 1.0
        if not best or found.spectrum.smallest < best[0].spectrum.smallest:
            best[:] = [found]
        return found.spectrum.smallest

    starts = [least(times) for times in _starts(points, reflection, search)]
    if starts and not reflection.lattice and best:
        _improve(least, best[0].points[:, 0], _unit(points), search)
    return Found(best[0], tried) if best else None


def _starts(points: Array, reflection: Reflection, search: TimesSearch) -> Iterator[Array]:
    """Sets of times: some of those given, then random ones."""
    count = min(search.points, len(points))
    if not search.starts or not count:
        return
    stream = np.random.default_rng(search.seed)
    if reflection.lattice:
        sites = reflection.spacing * np.arange(1, 3 * count + 1)
        every = np.array(list(combinations(sites.tolist(), count)))
        chosen = stream.permutation(len(every))[: search.starts]
        yield from every[chosen]
        return
    times = np.sort(points[:, 0])
    yield times[:count]
    yield times[-count:]
    unit = _unit(points)
    for _ in range(max(search.starts - 2, 0)):
        yield unit * 10.0 ** np.sort(stream.uniform(-search.decades, search.decades, count))


def _unit(points: Array) -> float:
    """Geometric mean of the times that were given."""
    return float(np.exp(np.mean(np.log(points[:, 0]))))


def _improve(least: Callable[[Array], float], start: Array, unit: float, search: TimesSearch) -> None:
    """Go downhill in the logarithms of the times, which stay within the decades that are searched.

    Beyond them smooth kernels have their infimum: times of which one goes to zero and another to infinity.
    """
    from scipy.optimize import minimize

    if not search.evaluations:
        return
    reach = np.log(10.0) * search.decades
    inside = np.clip(np.log(start / unit), -0.9 * reach, 0.9 * reach)
    minimize(
        lambda logs: least(unit * np.exp(np.clip(logs, -reach, reach))),
        inside,
        method="Nelder-Mead",
        options={"maxfev": search.evaluations, "initial_simplex": _simplex(inside)},
    )


def _simplex(start: Array) -> Array:
    """Corners half a natural logarithm away, so that times change by factors."""
    return np.vstack([start, start + 0.5 * np.eye(len(start))])
