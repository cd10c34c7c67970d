"""Refine grids until the requested accuracy is reached, and say how far off the result may be.

Grids grow from level to level by a constant factor. With d the change of an integral in the last step and r
its ratio to the change before, what the last grid still misses is about r·d where convergence is algebraic in
the number of nodes, and less where it is exponential. Two precautions keep this honest: r is taken over all
elements of a tensor together and never below 1/1000, and an element whose own change happens to be small is
given a share of the largest change. Rounding adds a few units in the last place of ∫∏|K|, the scale to which
`rtol` refers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, log

import numpy as np
from numpy.typing import NDArray

from numerics.backends import Backend, default_backend
from numerics.contraction import Tables, contract, contraction_elements
from numerics.errors import LoweringError, ProblemTooLarge
from numerics.integrand import Integrand
from numerics.kernels import Kernel
from numerics.quadrature import Rule

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)
#: Accuracy of the first grid as a share of that asked for, in nats; and growth from level to level.
_FIRST, _GROWTH = 0.6, 1.4
#: Share of the largest relative change that every element is given at least.
_SHARE = 0.1
#: Smallest ratio of successive changes that is believed.
_SMALLEST_RATIO = 1e-3


@dataclass(frozen=True)
class Settings:
    """Accuracy asked for, and the limits within which to reach it.

    Parameters
    ----------
    rtol : float
        Error allowed relative to ∫∏|K|, between 1e-15 and 1. Below about 1e-14 rounding wins.
    max_nodes : int
        Most nodes of a grid.
    max_bytes : int
        Most memory for tables and intermediate tensors.

    Raises
    ------
    LoweringError
        If a value is out of range.
    """

    rtol: float = 1e-10
    max_nodes: int = 4_000_000
    max_bytes: int = 2**31

    def __post_init__(self) -> None:
        if not (isfinite(self.rtol) and 1e-15 <= self.rtol < 1.0):
            raise LoweringError(f"rtol {self.rtol!r} given; a number from 1e-15 to below 1 is needed")
        if self.max_nodes < 1 or self.max_bytes < 1:
            raise LoweringError(
                f"max_nodes {self.max_nodes} and max_bytes {self.max_bytes} given; both must be positive"
            )


@dataclass
class Job:
    """One connected integral and what is known about it so far.

    Attributes
    ----------
    integrand : Integrand
    rows : tuple of ndarray of int, one per vertex, shape (R_v, legs of v)
    value, error : ndarray, shape (R_1, .., R_V)
        Of the finest grid so far.
    converged : bool
    n_nodes : int
        Nodes per vertex of that grid.
    method : str
        How it was integrated, in words.
    """

    integrand: Integrand
    rows: tuple[Indices, ...]
    value: Array = field(default_factory=lambda: np.empty(0))
    error: Array = field(default_factory=lambda: np.empty(0))
    converged: bool = False
    n_nodes: int = 0
    method: str = ""
    _change: float = np.inf

    def update(self, value: Array, scale: Array, size: int, rtol: float, *, exact: bool) -> None:
        """Take in the result of a finer grid; `scale` is ∫∏|K| on it."""
        factors = self.integrand.n_factors
        rounding = _EPSILON * (4.0 + 2.0 * factors) * scale
        if exact:
            missed = np.zeros_like(value)
        elif self.n_nodes == 0:
            missed = scale.copy()
        else:
            change = np.abs(value - self.value)
            safe = np.where(scale > 0.0, scale, 1.0)
            largest = float(np.max(change / safe, initial=0.0))
            ratio = min(1.0, max(largest / self._change, _SMALLEST_RATIO)) if self._change > 0.0 else 1.0
            missed = ratio * np.maximum(change, _SHARE * largest * scale)
            self._change = largest
        self.value, self.error, self.n_nodes = value, missed + rounding, size
        self.converged = bool(np.all(missed <= np.maximum(rtol * scale, 0.0)))

    def elements(self, n_nodes: int, n_points: int) -> int:
        """Numbers held at once on a grid of that size."""
        return contraction_elements(self.integrand, [len(row) for row in self.rows], n_nodes, n_points)


def refine(
    jobs: Sequence[Job],
    kernel: Kernel,
    points: Array,
    rule: Rule,
    settings: Settings,
    backend: Backend | None = None,
) -> None:
    """Integrate all jobs on the same grids until each has converged or the limits are reached.

    Parameters
    ----------
    jobs : sequence of Job
        Updated in place; a job that could not be brought to the accuracy keeps ``converged = False``.
    kernel : Kernel
    points : ndarray, shape (n, d)
    rule : Rule
    settings : Settings
    backend : Backend, optional
        Default: chosen by the size of the problem.

    Raises
    ------
    ProblemTooLarge
        If not even the two coarsest grids fit into the limits.
    """
    nats = _FIRST * (2.0 - log(settings.rtol))
    level = 0
    while open_jobs := [job for job in jobs if not job.converged]:
        size = rule.size(nats)
        fitting = [job for job in open_jobs if _fits(job, size, len(points), settings)]
        if level < 2 and len(fitting) < len(open_jobs):
            _refuse(
                next(job for job in open_jobs if not _fits(job, size, len(points), settings)),
                size,
                points,
                settings,
            )
        if not fitting:
            return
        tables = Tables(kernel, points, rule, nats)
        for job in fitting:
            _evaluate(job, tables, settings.rtol, backend, exact=rule.exact)
            job.method = f"grid contraction, {rule.name}, {size} nodes per vertex"
        nats *= _GROWTH
        level += 1


def _evaluate(job: Job, tables: Tables, rtol: float, backend: Backend | None, *, exact: bool) -> None:
    n_outputs = int(np.prod([len(row) for row in job.rows]))
    chosen = backend or default_backend(n_outputs, job.integrand.n_factors, tables.size)
    value = contract(job.integrand, job.rows, tables, chosen)
    magnitudes = tables.magnitudes(job.integrand)
    scale = value if magnitudes is tables else contract(job.integrand, job.rows, magnitudes, chosen)
    job.update(value, scale, tables.size, rtol, exact=exact)


def _fits(job: Job, size: int, n_points: int, settings: Settings) -> bool:
    return size <= settings.max_nodes and 8 * job.elements(size, n_points) <= settings.max_bytes


def _refuse(job: Job, size: int, points: Array, settings: Settings) -> None:
    gib = 8 * job.elements(size, len(points)) / 2**30
    raise ProblemTooLarge(
        f"{job.integrand} for inputs in d = {points.shape[1]} needs grids of {size} nodes per vertex and "
        f"{gib:.1f} GiB; allowed are {settings.max_nodes} nodes and {settings.max_bytes / 2**30:.1f} GiB. "
        "Ask for less accuracy (rtol), lower the cutoff, or raise the limits"
    )
