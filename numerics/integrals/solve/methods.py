"""Choose how to integrate, and do it: closed form, grid, adaptive cubature, quasi-Monte-Carlo.

Left to itself (`Method.AUTOMATIC`) `solve` takes, for each integral, the first of these that can do it:

1. the closed Gaussian form (`numerics.integrals.evaluate.gaussian_form`);
2. contraction on a quadrature grid (`numerics.integrals.evaluate.contraction`), if the tables fit into memory
   and the estimated number of operations is affordable: it is the only method that reaches ten digits for
   all inputs at once;
3. adaptive cubature (`numerics.integrals.evaluate.pointwise`) up to three dimensions, where a grid would be
   too large;
4. scrambled Sobol points, in any dimension, to a few digits.

A grid that stops short of the accuracy asked for, because a kernel has kinks that nobody declared, is
followed by cubature, and the better of the two is kept. Over R^d kernels without a closed form are integrated
in a box with a bound on the tail (`numerics.integrals.accuracy.box_truncation`). The name of the method used
is in `Job.method`.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel, InvalidPoints, LoweringError, NotAvailable, NotConverged
from numerics.integrals.accuracy.box_truncation import integrate_tail_too
from numerics.integrals.accuracy.refinement import fits_grid, refine
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.evaluate.gaussian_form import gaussian_rule, gaussian_table, has_gaussian_form
from numerics.integrals.job import Job, Settings, accuracy_statement
from numerics.integrals.rules.cones import cone_rule
from numerics.integrals.rules.convergence import refuse_divergence
from numerics.integrals.rules.domains import Box, Domain
from numerics.integrals.rules.panels import sinh_panels
from numerics.integrals.rules.quadrature import Rule, TensorRule, surface_rule
from numerics.integrals.rules.ridges import sees_ridges
from numerics.integrals.solve.odd_integrands import vanishing
from numerics.kernels.base import Kernel
from numerics.kernels.profiles import Profile

Array = NDArray[np.float64]

#: Up to this dimension adaptive cubature replaces a grid that is too large; above, Sobol points do.
_CUBATURE_DIMENSIONS = 3
#: With more outputs at once, evaluating all of them point by point costs more than it gains.
_FEW_OUTPUTS = 1000
#: Largest coordinate, cutoff and standard deviation.
_LARGEST = 1e36


class Method(Enum):
    """How to integrate; the value says it in words."""

    AUTOMATIC = "closed form where there is one, else a grid, else cubature or quasi-Monte-Carlo"
    CLOSED_FORM = "closed Gaussian form"
    GRID = "contraction on a quadrature grid"
    CUBATURE = "adaptive cubature over all vertices at once"
    QUASI_MONTE_CARLO = "scrambled Sobol points over all vertices at once"


def solve(
    jobs: Sequence[Job],
    kernel: Kernel,
    points: Array,
    domain: Domain,
    method: Method = Method.AUTOMATIC,
    settings: Settings | None = None,
    backend: Backend | None = None,
    on_done: Callable[[Job], None] | None = None,
) -> None:
    """Integrate connected integrals, on shared grids where they need grids; the jobs are filled in place.

    Parameters
    ----------
    jobs : sequence of Job
    kernel : Kernel
    points : ndarray, shape (n, d)
    domain : Box or WholeSpace
    method : Method
    settings : Settings, optional
    backend : Backend, optional
    on_done : callable, optional
        Called with each job once its value is final, so that it can be reported or stored.

    Raises
    ------
    DivergentIntegral
        If an integral does not exist over R^d.
    ProblemTooLarge
        If the method asked for by name does not fit into the limits, or none does.
    InvalidKernel
        If the kernel returns NaN or infinity.
    LoweringError
        If a value is too large for a float.
    NotAvailable
        If `method` cannot do this case.
    NotConverged
        If the settings are strict and the accuracy was not reached.
    """
    settings = settings or Settings()
    _refuse_extremes(kernel, points, domain)

    def done(job: Job) -> None:
        if kernel.odd:
            _fill_with_zeros(job, vanishing(job, kernel, points))
        _check_result(job, kernel, points, settings)
        if on_done is not None:
            on_done(job)

    try:
        # Where numbers leave the range of floats the result is judged, not the operation.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            _solve(jobs, _Problem(kernel, points, method, settings, backend, done), domain)
    except OverflowError as error:
        raise InvalidKernel(
            f"{kernel!r} leaves the range of floating-point numbers ({error}); rescale the inputs or the "
            "standard deviations"
        ) from error


def _fill_with_zeros(job: Job, odd: NDArray[np.bool_]) -> None:
    """Put exact zeros where the integrand is odd, without an error."""
    if odd.any():
        job.value, job.error = np.where(odd, 0.0, job.value), np.where(odd, 0.0, job.error)


def _refuse_extremes(kernel: Kernel, points: Array, domain: Domain) -> None:
    """Kernels hold fourth powers of inputs and standard deviations: beyond a size these are infinite."""
    deviations = [abs(float(getattr(kernel, name, 0.0))) for name in ("sigma_w", "sigma_b", "sigma_a")]
    for what, size in (
        ("coordinates", float(np.abs(points).max(initial=0.0))),
        ("a cutoff", domain.cutoff if isinstance(domain, Box) else 0.0),
        ("standard deviations", max(deviations)),
    ):
        if size > _LARGEST:
            raise InvalidPoints(
                f"{what} up to {size:.3g} given; kernels need the fourth power of it, so {_LARGEST:g} is the "
                "most that floating-point numbers allow. Choose another unit of length"
            )


class _Problem(NamedTuple):
    """What all integrals of one call have in common."""

    kernel: Kernel
    points: Array
    method: Method
    settings: Settings
    backend: Backend | None
    done: Callable[[Job], None]


def _check_result(job: Job, kernel: Kernel, points: Array, settings: Settings) -> None:
    if not (np.isfinite(job.value).all() and np.isfinite(job.error).all()):
        raise LoweringError(
            f"the value of {job.integrand} with {kernel!r} at inputs up to "
            f"{np.max(np.abs(points), initial=0.0):.3g} is beyond the range of floating-point numbers "
            "(about 1.8e308); rescale the inputs, the standard deviations or the cutoff"
        )
    if settings.strict and not job.converged:
        raise NotConverged(
            f"{job.integrand}: {accuracy_statement(job, settings.rtol)}; ask for less, or raise the limits"
        )


def _solve(jobs: Sequence[Job], problem: _Problem, domain: Domain) -> None:
    kernel, points, method, settings, backend, done = problem
    if not isinstance(domain, Box):
        for job in jobs:
            refuse_divergence(job.integrand, kernel)
    open_jobs = []
    for job in jobs:
        if kernel.odd and vanishing(job, kernel, points).all():
            job.value, job.error = np.zeros(job.shape), np.zeros(job.shape)
            job.method = "zero, as the integrand is odd"
            job.judge(np.zeros(job.shape), settings.rtol)
            done(job)
            continue
        known = method is Method.AUTOMATIC and has_gaussian_form(job.integrand, kernel, domain)
        if known or method is Method.CLOSED_FORM:
            job.value, job.error = gaussian_table(job.integrand, job.rows, kernel, points, domain)
            job.method = "closed Gaussian form"
            job.judge(np.abs(job.value), settings.rtol)
            done(job)
        else:
            open_jobs.append(job)
    if isinstance(domain, Box):
        _solve_in_box(open_jobs, problem, domain)
        return
    for job in open_jobs:
        if method in (Method.AUTOMATIC, Method.GRID) and kernel.gaussian is not None:
            rule = gaussian_rule(job.integrand, kernel, points)
            if method is Method.GRID or fits_grid(job, rule, len(points), settings):
                refine([job], kernel, points, rule, settings, backend, done)
                continue

        def in_box(part: Job, box: Box, accuracy: Settings) -> None:
            _solve_in_box([part], problem._replace(settings=accuracy, done=_nothing), box)

        integrate_tail_too(job, kernel, points, settings, in_box)
        done(job)


def _nothing(job: Job) -> None:
    """Report nothing: the value in one of several boxes is not final."""


def _solve_in_box(jobs: Sequence[Job], problem: _Problem, box: Box) -> None:
    """Integrate in a box by the method asked for; jobs whose profiles ask for the same grid share it."""
    kernel, points, method, settings, backend, done = problem
    if method in (Method.CUBATURE, Method.QUASI_MONTE_CARLO):
        for job in jobs:
            _pointwise(job, problem, box, by_cubature=method is Method.CUBATURE)
            done(job)
        return
    for asked in dict.fromkeys(_asked_of_rule(job, kernel) for job in jobs):
        group = [job for job in jobs if _asked_of_rule(job, kernel) == asked]
        if method is Method.GRID:
            rule = _remembered_rule(kernel, points, box, asked)
            refine(group, kernel, points, rule, settings, backend, done)
        else:
            _solve_group(group, problem, box, asked)


class _Asked(NamedTuple):
    """What a rule must know of the integrands beside kernel, inputs and box."""

    shaping: frozenset[Profile]
    bridged: bool


def _asked_of_rule(job: Job, kernel: Kernel) -> _Asked:
    ridges = kernel.ridge is not None and kernel.d_in > 1
    return _Asked(job.integrand.shaping, ridges and bool(job.integrand.bridges_between))


def _solve_group(group: Sequence[Job], problem: _Problem, box: Box, asked: _Asked) -> None:
    """Integrate on the first grid that is not too large, else without a grid."""
    kernel, points, _, settings, backend, done = problem
    for cut in (True, False) if kernel.d_in > 1 else (True,):
        try:
            rule = _remembered_rule(kernel, points, box, asked, cut=cut)
        except NotAvailable:
            break
        fitting = [job for job in group if fits_grid(job, rule, len(points), settings)]
        group = [job for job in group if not any(job is other for other in fitting)]
        if fitting:
            refine(
                fitting,
                kernel,
                points,
                rule,
                settings,
                backend,
                lambda job: None if _to_be_improved(job, problem) else done(job),
            )
        for job in fitting:
            if _to_be_improved(job, problem):
                _without_grid(job, problem, box)
                done(job)
        if not group:
            return
    for job in group:
        _without_grid(job, problem, box)
        done(job)


def _to_be_improved(job: Job, problem: _Problem) -> bool:
    """Whether a grid stopped short where adaptive subdivision may get further."""
    short = problem.method is Method.AUTOMATIC and not job.converged and not job.at_rounding
    # what the kernel itself is off by no subdivision improves
    short = short and job.reached > 1e3 * problem.kernel.relative_error * job.integrand.n_factors
    finite = bool(np.isfinite(job.value).all())  # what overflowed will do so again
    return (
        short
        and finite
        and job.value.size <= _FEW_OUTPUTS
        and job.integrand.dimension(problem.kernel.d_in) <= _CUBATURE_DIMENSIONS
    )


def _without_grid(job: Job, problem: _Problem, box: Box) -> None:
    """Fill a job without a grid, unless what it holds already is the better result, or contradicts it."""
    other = Job(job.integrand, job.rows)
    few = job.integrand.dimension(problem.kernel.d_in) <= _CUBATURE_DIMENSIONS
    _pointwise(other, problem, box, by_cubature=few)
    if job.method:
        agree = bool(np.all(np.abs(other.value - job.value) <= other.error + job.error))
        if not agree or other.reached >= job.reached:
            return
    job.take(other)


def _pointwise(job: Job, problem: _Problem, box: Box, *, by_cubature: bool) -> None:
    from numerics.integrals.evaluate import pointwise

    by = pointwise.by_cubature if by_cubature else pointwise.by_quasi_monte_carlo
    by(job, problem.kernel, problem.points, box, problem.settings)
    if problem.kernel.relative_error > 0.0:
        job.error = job.error + problem.kernel.relative_error * job.integrand.n_factors * job.scale
        job.judge(job.scale, problem.settings.rtol)


def choose_rule(
    kernel: Kernel,
    points: Array,
    box: Box,
    profiles: frozenset[Profile] = frozenset(),
    *,
    cut: bool = True,
    bridged: bool = False,
) -> Rule:
    """Choose the quadrature rule for a kernel in a box.

    Parameters
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d)
    box : Box
    profiles : frozenset of Profile
        Profiles with a length of their own at the vertices, see `Integrand.shaping`.
    cut : bool
        Whether to end panels at kinks. In several dimensions cuts cost many nodes, and to a few digits the
        weak kinks of network kernels do no harm.
    bridged : bool
        Whether there are lines between vertices, which matters where there are ridges.

    Returns
    -------
    Rule
        `SurfaceRule` for a kernel without a length scale, which is homogeneous; in several dimensions
        `ConeRule` for one with ridges too narrow for a grid along the axes; else `TensorRule` with the panels
        cut at the kinks and graded around the inputs, the origin and the centres of the profiles.

    Raises
    ------
    NotAvailable
        If the kernel states neither a length scale nor a growth.
    """
    ridge = kernel.ridge
    if ridge is None or kernel.d_in == 1 or profiles:
        return _along_the_axes(kernel, points, box, profiles, cut=cut)
    if not bridged:
        plain = _along_the_axes(kernel, points, box, profiles, cut=cut)
        if isinstance(plain, TensorRule) and sees_ridges(plain, ridge, points, box.cutoff):
            return plain
    return cone_rule(box.cutoff, ridge, points, bridged=bridged, odd=kernel.odd)


def _along_the_axes(
    kernel: Kernel, points: Array, box: Box, profiles: frozenset[Profile], *, cut: bool
) -> Rule:
    """A rule that knows nothing of ridges."""
    lengths = [kernel.length_scale, *(profile.length_scale for profile in profiles)]
    # Polynomials have no length; in front of a homogeneous kernel they vary on that of the box.
    scale = min((min(length, box.cutoff) for length in lengths if length is not None), default=None)
    if scale is None and kernel.ray_growth is not None:
        return surface_rule(box.cutoff, kernel.ray_growth, points)
    if scale is None:
        raise NotAvailable(
            f"{type(kernel).__name__} states neither a length scale nor a growth; a grid needs one of them"
        )
    kinks = kernel.kinks(points)
    # A Gaussian of s·sinh(u) grows beyond |Im u| = π/4.
    decaying = kernel.ray_growth is None or any(profile.growth is None for profile in profiles)
    strip = 0.25 * pi if decaying else 0.5 * pi
    centres = [point for profile in profiles for point in profile.centres]
    axes = (
        sinh_panels(
            box.cutoff,
            [0.0, *points[:, k].tolist(), *(point[k] for point in centres)],
            scale,
            [*kinks[k].tolist(), *(at for profile in profiles if profile.kinks for at in profile.kinks[k])]
            if cut
            else [],
            strip,
        )
        for k in range(kernel.d_in)
    )
    return TensorRule(tuple(axes), cut)


def _remembered_rule(kernel: Kernel, points: Array, box: Box, asked: _Asked, *, cut: bool = True) -> Rule:
    """`choose_rule`, remembered: studies come back to the same inputs again and again."""
    if getattr(type(kernel), "__hash__", None) is None:
        return choose_rule(kernel, points, box, asked.shaping, cut=cut, bridged=asked.bridged)
    return _rule_of_bytes(kernel, points.tobytes(), points.shape, box, asked, cut)


@lru_cache(maxsize=64)
def _rule_of_bytes(
    kernel: Kernel,
    content: bytes,
    shape: tuple[int, int],
    box: Box,
    asked: _Asked,
    cut: bool,
) -> Rule:
    points = np.frombuffer(content).reshape(shape)
    return choose_rule(kernel, points, box, asked.shaping, cut=cut, bridged=asked.bridged)
