"""Refine grids until the requested accuracy is reached, and say how far off the result may be.

Grids grow by a constant number of nodes per panel where convergence is exponential, by a constant factor
where it is algebraic. Either way the changes of an integral from grid to grid form a geometric series: with
d the last of them and r its ratio to the one before, what the last grid still misses is d·r/(1 − r). Two
precautions keep this honest, because changes can be small by chance: r and d are taken over all elements of
a tensor together, every element getting at least a share of the largest change, and neither is believed to
fall faster than at a given rate. Rounding adds a few units in the last place of ∫∏|K|, the scale to which
`rtol` refers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import log, prod

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ProblemTooLarge
from numerics.integrals.evaluate.backends import Backend, default_backend
from numerics.integrals.evaluate.contraction import (
    Cost,
    Tables,
    contract,
    contraction_cost,
    kernel_error_share,
)
from numerics.integrals.job import TINY, Job, Settings, rounding
from numerics.integrals.rules.kinked_lines import kinks_where_vertices_meet
from numerics.integrals.rules.quadrature import Rule
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.stationary import CosKernel, GaussKernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Accuracy of the first grid: as a share of that asked for, and at least, in nats.
_FIRST, _LEAST_NATS = 0.55, 10.0
#: The share where two grids near the end cost less than three on the way to it, in one dimension and in more:
#: up to so many multiplications, beyond which most of the time is spent in them.
_FIRST_OF_SMALL, _SMALL_WORK = (0.95, 0.85), 1e6
#: Next grid: so many nats more where convergence is exponential (in one dimension, and in more, where nodes
#: are dear), else so many times as many. A smaller step would leave short panels as they are, and then no
#: change would not mean no error.
_STEP, _SHORT_STEP, _GROWTH = 6.5, 5.0, 1.4
#: Beyond this accuracy the grid is clearly not what the integrand needs; steps grow then, too.
_LONG = 40.0
#: Share of the largest relative change that every element is given at least.
_SHARE = 0.1
#: Share of the change before, and smallest ratio of successive changes believed of analytic integrands, in
#: one dimension and, after the shorter steps, in more.
_MEMORY, _BELIEVED = (4e-3, 1e-2), (0.05, 0.1)
#: Where nothing is known: changes kept in mind, what the largest of them is multiplied by, and by how much
#: more as long as there are fewer.
_CHANGES, _REST, _TOO_FEW = 3, 1.5, 10.0
#: Share of the error before that is believed to remain at least where panels have just been cut.
_CUT = 0.5
#: Largest ratio of successive changes for which their sum is taken to converge.
_LARGEST_RATIO = 0.9
#: Smallest ratio believed where kinks remain.
_HALVED = 0.5


class Smoothness(Enum):
    """How fast a rule converges, and so what is believed about the changes from grid to grid.

    With a kernel of the user nothing is believed: a kink that was not declared makes errors jump up and down
    below an envelope, with the positions of the nodes, so the largest of the last changes counts.
    """

    EXACT = "every grid is exact"
    ANALYTIC = "exponentially"
    KINKED = "like a power of the number of nodes; successive changes are at best halved"
    UNKNOWN = "not known"


_SLOW = (Smoothness.KINKED, Smoothness.UNKNOWN)


def refine(
    jobs: Sequence[Job],
    kernel: Kernel,
    points: Array,
    rule: Rule,
    settings: Settings,
    backend: Backend | None = None,
    on_done: Callable[[Job], None] | None = None,
) -> None:
    """Integrate all jobs on the same grids until each has converged or the limits are reached.

    Parameters
    ----------
    jobs : sequence of Job
        Filled in place; a job that could not be brought to the accuracy keeps ``converged = False``.
    kernel : Kernel
    points : ndarray, shape (n, d)
    rule : Rule
    settings : Settings
    backend : Backend, optional
        Default: chosen by the size of the problem.
    on_done : callable, optional
        Called with each job once its value is final.

    Raises
    ------
    ProblemTooLarge
        If not even the two coarsest grids fit into the limits.
    """
    tracks = [_Track(job, _smoothness(job, kernel, points, rule), kernel.d_in > 1) for job in jobs]
    nats = before = _first_nats(tracks, rule, len(points), settings)
    while tracks:
        size = rule.size(nats)
        given_up = [t for t in tracks if t.level >= 2 and _too_large(t.job, size, len(points), settings)]
        tracks = [track for track in tracks if track not in given_up]
        if on_done:
            for track in given_up:
                on_done(track.job)
        if not tracks:
            return
        tables = Tables(kernel, points, rule, nats, backend)
        finer = tracks[0].level < 2 or rule.pieces(nats) == rule.pieces(before)
        for track in tracks:
            track.evaluate(tables, settings.rtol, backend, finer=finer, expected=rule.expected(nats))
            track.job.method = f"grid contraction, {rule.name}, {size} nodes per vertex"
            if track.finished and on_done:
                on_done(track.job)
        tracks = [track for track in tracks if not track.finished]
        step = _STEP if kernel.d_in == 1 else _SHORT_STEP
        before, nats = nats, _next(nats, step, kinked=any(track.smoothness in _SLOW for track in tracks))


@dataclass(eq=False)
class _Track:
    """Progress of one job from grid to grid; `scale` is ∫∏|K|, shape as the value."""

    job: Job
    smoothness: Smoothness
    several_dimensions: bool
    level: int = 0
    finished: bool = False
    _scale: Array = field(default_factory=lambda: np.empty(0))
    _carried: Array | float = 0.0
    _change: float = np.inf
    _changes: list[float] = field(default_factory=list)

    def evaluate(
        self, tables: Tables, rtol: float, backend: Backend | None, *, finer: bool, expected: float
    ) -> None:
        """Integrate on one more grid, and judge from the changes so far.

        Where panels have just been cut (not `finer`), two half panels may be no better than the whole one was
        for an integrand that is largest at an end of the box, or worse. A small change then says nothing, and
        a large one is the error of the new grid. No error is reported below that `expected` of the rule,
        relative to ∫∏|K|: a change can be small by chance.
        """
        job = self.job
        chosen = backend or default_backend(prod(job.shape), job.integrand.n_factors, tables.size)
        value = contract(job.integrand, job.rows, tables, chosen)
        exact = self.smoothness is Smoothness.EXACT
        if self.level == 0:
            # The scale need not be accurate, so that of the coarsest grid serves for all.
            magnitudes = tables.magnitudes(job.integrand)
            self._scale = (
                value if magnitudes is tables else contract(job.integrand, job.rows, magnitudes, chosen)
            )
            self._carried = kernel_error_share(job.integrand, job.rows, tables, chosen)
        # That grid may have missed all of a narrow integrand.
        self._scale = np.maximum(self._scale, np.abs(value))
        if exact or self.level >= 1:
            change = np.abs(value - job.value) if self.level else np.zeros_like(value)
            missed = np.zeros_like(value) if exact else self._missed(change)
            if not finer and self.smoothness is Smoothness.ANALYTIC:
                missed = np.maximum(np.maximum(missed, change), _CUT * job.error)
            if expected:
                missed = np.maximum(missed, expected * self._scale)
            rounded = rounding(job.integrand.n_factors) * self._scale
            job.error = missed + rounded + self._carried
            job.judge(self._scale, rtol)
            self.finished = job.converged or bool((missed <= rounded).all())
        job.value = value
        self.level += 1

    @property
    def _believed(self) -> float:
        return _HALVED if self.smoothness is Smoothness.KINKED else _BELIEVED[self.several_dimensions]

    def _missed(self, change: Array) -> Array:
        """What the last grid still misses, from the change that it brought."""
        scale = self._scale
        largest = float((change / np.maximum(scale, TINY)).max(initial=0.0))
        if self.smoothness is Smoothness.UNKNOWN:
            self._changes = [*self._changes[1 - _CHANGES :], largest]
            rest = _REST if len(self._changes) == _CHANGES else _TOO_FEW
            return np.asarray(rest * max(self._changes) * scale)
        least, rest = _SHARE * largest, 1.0
        if np.isfinite(self._change):
            least = max(least, _MEMORY[self.several_dimensions] * self._change)
            ratio = max(largest, least) / self._change if self._change > 0.0 else 0.0
            ratio = min(max(ratio, self._believed), _LARGEST_RATIO)
            rest = ratio / (1.0 - ratio)
        self._change = max(largest, least)
        return np.asarray(rest * np.maximum(change, least * scale))


def _smoothness(job: Job, kernel: Kernel, points: Array, rule: Rule) -> Smoothness:
    """Panels are cut at kinks in one coordinate; those between two vertices are integrated along curves."""
    if rule.exact:
        return Smoothness.EXACT
    if not isinstance(kernel, ErfKernel | ReLUKernel | GaussKernel | CosKernel) or job.integrand.shaping:
        return Smoothness.UNKNOWN
    if not any(len(kinks) for kinks in kernel.kinks(points)):
        return Smoothness.ANALYTIC
    if rule.kinks_cut_up_to == 0:
        return Smoothness.UNKNOWN
    cut = kernel.d_in <= rule.kinks_cut_up_to
    between = job.integrand.n_vertices > 1 and kinks_where_vertices_meet(kernel)
    # In a closed loop of vertices the lines not in one table leave weaker kinks.
    loops = len(job.integrand.bridges_between) >= job.integrand.n_vertices
    resolved = not between or (not loops and bool(rule.kink_pairs(_LEAST_NATS)))
    return Smoothness.ANALYTIC if cut and resolved else Smoothness.KINKED


def fits_grid(job: Job, rule: Rule, n_points: int, settings: Settings) -> bool:
    """Whether the two coarsest grids are within the limits on nodes, memory and operations."""
    return not _too_large(job, rule.size(_second(_LEAST_NATS)), n_points, settings)


def _first_nats(tracks: Sequence[_Track], rule: Rule, n_points: int, settings: Settings) -> float:
    """Accuracy of the first grid: near the one asked for, or the least if two such grids are too large."""
    jobs = [track.job for track in tracks]
    asked = 2.0 - log(settings.rtol)
    if not any(track.smoothness in _SLOW for track in tracks):
        near = max(_LEAST_NATS, _FIRST_OF_SMALL[any(track.several_dimensions for track in tracks)] * asked)
        size = rule.size(_second(near))
        work = sum(_cost(job, size, n_points).operations for job in jobs)
        if work <= _SMALL_WORK and not any(_too_large(job, size, n_points, settings) for job in jobs):
            return near
    for nats in (max(_LEAST_NATS, _FIRST * asked), _LEAST_NATS):
        size = rule.size(_second(nats))
        refused = [job for job in jobs if _too_large(job, size, n_points, settings)]
        if not refused:
            return nats
    cost = _cost(refused[0], size, n_points)
    raise ProblemTooLarge(
        f"{refused[0].integrand} needs grids of {size} nodes per vertex and {8 * cost.elements / 2**30:.1f} "
        f"GiB, and {cost.operations:.0e} multiplications; allowed are {settings.max_nodes} nodes, "
        f"{settings.max_bytes / 2**30:.1f} GiB and {settings.max_operations:.0e} multiplications. Lower the "
        "cutoff, take fewer inputs, raise the limits, or leave the method open: cubature and "
        "quasi-Monte-Carlo need no grid"
    )


def _next(nats: float, step: float, *, kinked: bool) -> float:
    return max(nats + step, nats * _GROWTH if kinked or nats > _LONG else 0.0)


def _second(nats: float) -> float:
    """Accuracy of the grid after the first, whatever the convergence."""
    return _next(nats, _STEP, kinked=True)


def _too_large(job: Job, size: int, n_points: int, settings: Settings) -> bool:
    if size > settings.max_nodes:
        return True
    cost = _cost(job, size, n_points)
    return 8 * cost.elements > settings.max_bytes or cost.operations > settings.max_operations


def _cost(job: Job, size: int, n_points: int) -> Cost:
    return contraction_cost(job.integrand, job.shape, size, n_points)
