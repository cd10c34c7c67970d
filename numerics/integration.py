"""Integrate diagrams over the positions of their vertices, with an error.

What to use when: `integrate` for one diagram at given external points; `vertex_tensor` for one diagram at all
multisets of a set of inputs; `numerics.prediction.predict` for a whole expansion.

Four methods stand behind one face. In closed form: diagrams of Gaussian kernels in R^d, and their one-vertex
diagrams in a box (`numerics.gaussian_form`). On a grid: everything else; kernels are tabulated on quadrature
nodes and the diagram is contracted (`numerics.contraction`), on finer and finer grids until the requested
accuracy is reached (`numerics.refinement`). By name also adaptive cubature and quasi-Monte-Carlo
(`numerics.pointwise`), for diagrams too large for a grid.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from numerics.backends import Backend
from numerics.convergence import refuse_divergence
from numerics.domains import Box, Domain
from numerics.errors import InvalidPoints, NotAvailable
from numerics.estimate import Estimate, Quality
from numerics.gaussian_form import gaussian_rule, gaussian_table, has_gaussian_form
from numerics.index_sets import multisets, ranks
from numerics.integrand import Integrand
from numerics.kernels import Kernel
from numerics.lowering import lower_diagram, to_float
from numerics.points import Points, as_points
from numerics.profiles import Profile
from numerics.quadrature import Rule, TensorRule, sinh_panels, surface_rule
from numerics.refinement import Job, Settings, refine

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)


class Method(Enum):
    """How to integrate."""

    AUTOMATIC = "closed form where there is one, else on a grid"
    CLOSED_FORM = "closed Gaussian form"
    GRID = "contraction on a quadrature grid"
    CUBATURE = "adaptive cubature over all vertices at once"
    QUASI_MONTE_CARLO = "scrambled Sobol points over all vertices at once"


def integrate(
    diagram: Diagram,
    kernel: Kernel,
    points: Points,
    domain: Domain,
    *,
    rtol: float = 1e-10,
    method: Method = Method.AUTOMATIC,
    settings: Settings | None = None,
    backend: Backend | None = None,
) -> Estimate:
    """Integrate one diagram for external points at given inputs.

    Parameters
    ----------
    diagram : Diagram
    kernel : Kernel
    points : array_like, shape (n_external, d)
        Input at which each external point x1..xn sits, in order.
    domain : Box or WholeSpace
        Where the vertices are.
    rtol : float
        Accuracy asked for, relative to ∫∏|K|.
    method : Method
    settings : Settings, optional
        Accuracy and limits; overrides `rtol`.
    backend : Backend, optional
        How products are evaluated; default: chosen by the size of the problem.

    Returns
    -------
    Estimate
        Value and error of shape (): the integral over the product of kernels alone, without sign, coupling,
        multiplicity or 1/V!. Lines that touch a vertex (self-loops too) are K_W, lines between external
        points the full K. `Quality.NOT_CONVERGED` if the accuracy was not reached within the limits.

    Raises
    ------
    InvalidPoints
        If there is not one point per external point.
    DivergentIntegral
        If the integral does not exist over R^d.
    ProblemTooLarge
        If it does not fit into memory.
    InvalidKernel
        If the kernel returns NaN or infinity.
    NotAvailable
        If `method` cannot do this case.

    Examples
    --------
    For ReLU-net without biases and positive inputs, K_W = x y/2 for y > 0, and ∫K_W⁴ = (∏x) Λ⁵/80:

    >>> from numerics.kernels_arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = integrate(star, ReLUKernel(), [[1.0], [2.0], [0.5], [1.0]], Box(10.0))
    >>> bool(abs(found.value - 1250.0) <= found.error)
    True
    """
    x = _checked_points(points, kernel)
    if len(x) != diagram.n_external:
        raise InvalidPoints(
            f"{len(x)} points given for {diagram.edge_string!r}, which has {diagram.n_external} external "
            "points; give one input per external point, repeats allowed"
        )
    labels = np.arange(len(x), dtype=np.int64).reshape(1, len(x))
    found = _integrate(diagram, labels, kernel, x, domain, method, settings or Settings(rtol=rtol), backend)
    return replace(found, value=found.value.reshape(()), error=found.error.reshape(()))


def vertex_tensor(
    diagram: Diagram | Integrand,
    kernel: Kernel,
    points: Points,
    domain: Domain,
    *,
    rtol: float = 1e-10,
    method: Method = Method.AUTOMATIC,
    settings: Settings | None = None,
    backend: Backend | None = None,
) -> Estimate:
    """Integrate one diagram for all multisets of the inputs on its external points.

    Parameters
    ----------
    diagram : Diagram or Integrand
        n external points. An `Integrand` brings its prefactor.
    kernel : Kernel
    points : array_like, shape (n_points, d)
        The inputs.
    domain, rtol, method, settings, backend
        As for `integrate`.

    Returns
    -------
    Estimate
        Value and error of shape (M,), M = multiset_count(n_points, n): external point x_k at input
        ``multisets(n_points, n)[m, k]``. For the contact diagram this is the whole symmetric tensor ∫∏K_W.

    Raises
    ------
    DivergentIntegral, ProblemTooLarge, InvalidKernel, InvalidPoints, NotAvailable
        As for `integrate`.

    Examples
    --------
    >>> from numerics.kernels_arc import ErfKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> tensor = vertex_tensor(star, ErfKernel(), [[0.0], [0.5], [1.0]], Box(100.0))
    >>> tensor.value.shape, bool((tensor.error < 1e-9 * tensor.value).all())
    ((15,), True)
    """
    x = _checked_points(points, kernel)
    labels = multisets(len(x), diagram.n_external)
    return _integrate(diagram, labels, kernel, x, domain, method, settings or Settings(rtol=rtol), backend)


def choose_rule(kernel: Kernel, points: Array, box: Box, profiles: frozenset[Profile] = frozenset()) -> Rule:
    """Choose the quadrature rule for a kernel in a box.

    Parameters
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d)
    box : Box
    profiles : frozenset of Profile
        Profiles with a length of their own at the vertices, see `Integrand.shaping`.

    Returns
    -------
    Rule
        `SurfaceRule` for a kernel without a length scale, which is homogeneous; else `TensorRule` with the
        panels cut at the kinks and graded around the inputs, the origin and the centres of the profiles.
    """
    lengths = [kernel.length_scale, *(profile.length_scale for profile in profiles)]
    scale = min((length for length in lengths if length is not None), default=None)
    if scale is None and kernel.ray_growth is not None:
        return surface_rule(box.cutoff, kernel.ray_growth, points)
    if scale is None:
        raise NotAvailable(
            f"{type(kernel).__name__} states neither a length scale nor a growth; a grid needs one of them"
        )
    kinks = kernel.kinks(points)
    # A Gaussian of s·sinh(u) grows beyond |Im u| = π/4.
    strip = 0.25 * pi if kernel.ray_growth is None else 0.5 * pi
    centres = [point for profile in profiles for point in profile.centres]
    axes = (
        sinh_panels(
            box.cutoff,
            [0.0, *points[:, k].tolist(), *(point[k] for point in centres)],
            scale,
            [*kinks[k].tolist(), *(at for profile in profiles if profile.kinks for at in profile.kinks[k])],
            strip,
        )
        for k in range(kernel.d_in)
    )
    return TensorRule(tuple(axes))


def _rule(kernel: Kernel, points: Array, box: Box, profiles: frozenset[Profile]) -> Rule:
    """`choose_rule`, remembered: studies come back to the same inputs again and again."""
    if getattr(type(kernel), "__hash__", None) is None:
        return choose_rule(kernel, points, box, profiles)
    return _rule_of_bytes(kernel, points.tobytes(), points.shape, box, profiles)


@lru_cache(maxsize=64)
def _rule_of_bytes(
    kernel: Kernel, content: bytes, shape: tuple[int, int], box: Box, profiles: frozenset[Profile]
) -> Rule:
    return choose_rule(kernel, np.frombuffer(content).reshape(shape), box, profiles)


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

    `on_done` is called with each job once its value is final, so that it can be reported or stored.

    Raises
    ------
    DivergentIntegral, ProblemTooLarge, InvalidKernel, NotAvailable
        As for `integrate`.
    """
    settings = settings or Settings()
    if not isinstance(domain, Box):
        for job in jobs:
            refuse_divergence(job.integrand, kernel)
    on_grid = []
    for job in jobs:
        if method in (Method.CUBATURE, Method.QUASI_MONTE_CARLO):
            _solve_pointwise(job, kernel, points, domain, method, settings)
            _report(job, on_done)
            continue
        closed = method is not Method.GRID and has_gaussian_form(job.integrand, kernel, domain)
        if closed or method is Method.CLOSED_FORM:
            job.value, job.error = gaussian_table(job.integrand, job.rows, kernel, points, domain)
            job.method, job.converged = "closed Gaussian form", True
            _report(job, on_done)
        else:
            on_grid.append(job)
    if isinstance(domain, Box):
        for shaping in dict.fromkeys(job.integrand.shaping for job in on_grid):
            group = [job for job in on_grid if job.integrand.shaping == shaping]
            refine(group, kernel, points, _rule(kernel, points, domain, shaping), settings, backend, on_done)
        return
    for job in on_grid:
        refine(
            [job], kernel, points, gaussian_rule(job.integrand, kernel, points), settings, backend, on_done
        )


def _report(job: Job, on_done: Callable[[Job], None] | None) -> None:
    if on_done is not None:
        on_done(job)


def _solve_pointwise(
    job: Job, kernel: Kernel, points: Array, domain: Domain, method: Method, settings: Settings
) -> None:
    from numerics.pointwise import by_cubature, by_quasi_monte_carlo

    if not isinstance(domain, Box):
        raise NotAvailable(
            f"{method.value} was asked for over {domain}; it needs a box. Give a cutoff, or use "
            "the closed form"
        )
    by = by_cubature if method is Method.CUBATURE else by_quasi_monte_carlo
    by(job, kernel, points, domain, settings)


def _checked_points(points: Points, kernel: Kernel) -> Array:
    if np.shape(points) == (0, kernel.d_in):
        return np.empty((0, kernel.d_in))  # a diagram without external points
    return as_points(points, kernel.d_in)


def _integrate(
    diagram: Diagram | Integrand,
    labels: Indices,
    kernel: Kernel,
    points: Array,
    domain: Domain,
    method: Method,
    settings: Settings,
    backend: Backend | None,
) -> Estimate:
    """Integrate for external points at the inputs ``labels``, shape (M, n_external)."""
    integrand = lower_diagram(diagram) if isinstance(diagram, Diagram) else diagram
    parts = integrand.parts()
    jobs = [Job(part.integrand, leg_rows(part.integrand, len(points), labels, part.labels)) for part in parts]
    solve(jobs, kernel, points, domain, method, settings, backend)
    total = Product(np.full(len(labels), to_float(integrand.prefactor)))
    full = kernel.full(points, points) if integrand.spectators else np.empty((0, 0))
    for i, j, power in integrand.spectators:
        total.multiply_kernel(full[labels[:, i], labels[:, j]] ** power, power)
    for part, job in zip(parts, jobs, strict=True):
        in_order = part.labels == tuple(range(integrand.n_external))
        total.multiply(*gather(job, len(points), labels if in_order else labels[:, list(part.labels)]))
    return Estimate(
        total.value,
        total.error,
        method="; ".join(dict.fromkeys(job.method for job in jobs)) or "product of kernels",
        quality=Quality.TRUSTED if all(job.converged for job in jobs) else Quality.NOT_CONVERGED,
        provenance={
            "integrand": str(integrand),
            "kernel": repr(kernel),
            "domain": str(domain),
            "rtol": settings.rtol,
        },
    )


def leg_rows(
    integrand: Integrand, n_points: int, labels: Indices | None = None, slots: Sequence[int] = ()
) -> tuple[Indices, ...]:
    """Inputs on the legs of each vertex: all multisets, or those of one assignment of the external points.

    Parameters
    ----------
    integrand : Integrand
        One of `Integrand.parts`.
    n_points : int
    labels : ndarray of int, shape (M, n_external), optional
        Inputs at which the external points sit; a single row is taken as it is.
    slots : sequence of int
        External point of each slot.

    Returns
    -------
    tuple of ndarray of int, one per vertex, shape (R_v, legs of v)
    """
    if labels is None or len(labels) != 1:
        return tuple(multisets(n_points, count) for count in integrand.leg_counts)
    return tuple(labels[:, [slots[s] for s in mine]] for mine in _slots_of_vertices(integrand))


def gather(job: Job, n_points: int, labels: Indices) -> tuple[Array, Array]:
    """Look up the value and error of a solved job.

    Parameters
    ----------
    job : Job
        Made with `leg_rows`.
    n_points : int
    labels : ndarray of int, shape (..., slots)
        Input at each slot.

    Returns
    -------
    value, error : ndarray, shape (...)
    """
    if len(job.rows) == 1 and job.rows[0] is labels:
        return job.value, job.error
    where = tuple(
        np.zeros(labels.shape[:-1], dtype=np.int64) if len(row) == 1 else ranks(labels[..., mine], n_points)
        for row, mine in zip(job.rows, _slots_of_vertices(job.integrand), strict=True)
    )
    return job.value[where], job.error[where]


def _slots_of_vertices(integrand: Integrand) -> list[list[int]]:
    slots = iter(range(integrand.n_external))
    return [[next(slots) for _ in range(count)] for count in integrand.leg_counts]


class Product:
    """A number per element with an error bound, multiplied up factor by factor."""

    def __init__(self, start: Array) -> None:
        self.value = start
        self._bound = np.abs(start)

    @property
    def error(self) -> Array:
        """Bound on the error of `value`."""
        rounding = 4.0 * _EPSILON * np.abs(self.value)
        return np.asarray(self._bound - np.abs(self.value) + rounding)

    def multiply(self, value: Array, error: Array) -> None:
        """Multiply by a number with an error bound."""
        self.value = self.value * value
        self._bound = self._bound * (np.abs(value) + error)

    def add(self, value: Array, error: Array) -> None:
        """Add a number with an error bound."""
        self._bound = np.abs(self.value + value) + (self._bound - np.abs(self.value)) + error
        self.value = self.value + value

    def multiply_kernel(self, value: Array, power: int) -> None:
        """Multiply by powers of kernel values, which are accurate to a few units in the last place."""
        self.multiply(value, 4.0 * power * _EPSILON * np.abs(value))
