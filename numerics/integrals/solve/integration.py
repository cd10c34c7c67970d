"""Integrate diagrams over the positions of their vertices, with an error.

What to use when: `integrate` for one diagram at given external points; `vertex_tensor` for one diagram at all
multisets of a set of inputs; `numerics.integrals.prediction.predict` for a whole expansion. How it is done is
chosen in `numerics.integrals.solve.methods`, and named in the result.
"""

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from diagrams.diagram import Diagram
from diagrams.messages import shown
from numerics.errors import InvalidDomain, InvalidKernel, InvalidPoints, LoweringError, NotAvailable
from numerics.fields.index_sets import multisets, ranks
from numerics.fields.points import Points, as_points
from numerics.given import as_instance
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.job import Job, Settings, accuracy_statement
from numerics.integrals.rules.domains import Box, Domain, WholeSpace
from numerics.integrals.solve.methods import Method as Method
from numerics.integrals.solve.methods import solve as solve
from numerics.integrals.solve.resumable import solve_with_store
from numerics.integrals.solve.store import IntegralStore
from numerics.kernels.base import Kernel
from numerics.kernels.own import FunctionKernel
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import lower_diagram, to_float
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

#: Stands for a question without a diagram of its own.
_ANY = object()

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)


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
    cache: IntegralStore | str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
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
    cache : IntegralStore or path-like, optional
        Where integrals are kept for the next time; default: the folder in the environment variable
        ``NNFT_CACHE``, or none.
    progress : callable, optional
        Called with the number of connected parts done and their total.

    Returns
    -------
    Estimate
        Value and error of shape (): the integral over the product of kernels alone, without sign, coupling,
        multiplicity or 1/V!. Lines that touch a vertex (self-loops too) are K_W, lines between external
        points the full K. `Quality.NOT_CONVERGED` if the accuracy was not reached within the limits; the
        sentence ``provenance["accuracy"]`` then says what was.

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
    NotConverged
        If the settings are strict and the accuracy was not reached.

    Examples
    --------
    For ReLU-net without biases and positive inputs, K_W = x y/2 for y > 0, and ∫K_W⁴ = (∏x) Λ⁵/80:

    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.kernels.arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = integrate(star, ReLUKernel(), [[1.0], [2.0], [0.5], [1.0]], Box(10.0))
    >>> bool(abs(found.value - 1250.0) <= found.error)
    True
    """
    x = checked_question(points, kernel, domain, method, diagram)
    if len(x) != diagram.n_external:
        raise InvalidPoints(
            f"{len(x)} points given for {diagram.edge_string!r}, which has {diagram.n_external} external "
            "points; give one input per external point, repeats allowed"
        )
    labels = np.arange(len(x), dtype=np.int64).reshape(1, len(x))
    settings = chosen_settings(settings, rtol, backend)
    found = _integrate(diagram, labels, kernel, x, domain, method, settings, backend, cache, progress)
    return found.reshaped(())


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
    cache: IntegralStore | str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Estimate:
    """Integrate one diagram for all multisets of the inputs on its external points.

    Parameters
    ----------
    diagram : Diagram or Integrand
        n external points. An `Integrand` brings its prefactor.
    kernel : Kernel
    points : array_like, shape (n_points, d)
        The inputs.
    domain, rtol, method, settings, backend, cache, progress
        As for `integrate`.

    Returns
    -------
    Estimate
        Value and error of shape (M,), M = multiset_count(n_points, n): external point x_k at input
        ``multisets(n_points, n)[m, k]``. For the contact diagram this is the whole symmetric tensor ∫∏K_W.

    Raises
    ------
    DivergentIntegral, ProblemTooLarge, InvalidKernel, InvalidPoints, NotAvailable, NotConverged
        As for `integrate`.

    Examples
    --------
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.kernels.arc import ErfKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> tensor = vertex_tensor(star, ErfKernel(), [[0.0], [0.5], [1.0]], Box(100.0))
    >>> tensor.value.shape, bool((tensor.error < 1e-9 * tensor.value).all())
    ((15,), True)
    """
    x = checked_question(points, kernel, domain, method, diagram)
    labels = multisets(len(x), diagram.n_external)
    settings = chosen_settings(settings, rtol, backend)
    return _integrate(diagram, labels, kernel, x, domain, method, settings, backend, cache, progress)


def checked_question(
    points: Points, kernel: object, domain: object, method: object, diagram: object = _ANY
) -> Array:
    """Check what is asked for, and give the inputs as an array.

    There may be no inputs, for a diagram without legs. Were domains not checked, a number in the place of one
    would pass for all of R^d.

    Raises
    ------
    InvalidPoints
        If the inputs are not finite, or of another dimension than the kernel.
    InvalidKernel
        If the kernel is none, for instance a network; if a kernel of the user is not symmetric or not
        positive at the inputs, or varies there faster than its length scale says.
    InvalidDomain, NotAvailable, LoweringError
        If the domain, the method or the diagram is of another type.
    """
    if not isinstance(kernel, Kernel):
        raise InvalidKernel(f"{kernel!r} given as the kernel; that of a network is ``network.kernel``")
    if not isinstance(domain, Box | WholeSpace):
        raise InvalidDomain(f"{domain!r} given as the domain; Box(cutoff) or WholeSpace() is needed")
    if not isinstance(method, Method):
        names = ", ".join(str(one) for one in Method)
        raise NotAvailable(f"{method!r} given as the method; one of {names} is needed")
    if diagram is not _ANY and not isinstance(diagram, Diagram | Integrand):
        raise LoweringError(f"{diagram!r} given as the diagram; see Diagram.from_edge_string")
    if isinstance(points, np.ndarray) and points.shape == (0, kernel.d_in):
        return np.empty((0, kernel.d_in))  # a diagram without external points
    x = as_points(points, kernel.d_in)
    if isinstance(kernel, FunctionKernel):
        kernel.check_at(x)
    return x


def chosen_settings(settings: object, rtol: float, backend: object) -> Settings:
    """Return the settings, those of an accuracy by default; a backend is looked at in passing.

    Raises
    ------
    LoweringError
        If settings, accuracy or backend are of another kind.
    """
    if backend is not None and not callable(getattr(backend, "product_sums", None)):
        needed = "NumpyBackend() or NumbaBackend() is needed"
        raise LoweringError(f"backend = {shown(backend)} was given; {needed}")
    if settings is None:
        return Settings(rtol=rtol)
    return as_instance(settings, Settings, "settings", LoweringError, "Settings(...)")


def _integrate(
    diagram: Diagram | Integrand,
    labels: Indices,
    kernel: Kernel,
    points: Array,
    domain: Domain,
    method: Method,
    settings: Settings,
    backend: Backend | None,
    cache: IntegralStore | str | os.PathLike[str] | None,
    progress: Callable[[int, int], None] | None,
) -> Estimate:
    """Integrate for external points at the inputs ``labels``, shape (M, n_external)."""
    integrand = lower_diagram(diagram) if isinstance(diagram, Diagram) else diagram
    parts = integrand.parts()
    jobs = [Job(part.integrand, leg_rows(part.integrand, len(points), labels, part.labels)) for part in parts]
    solve_with_store(jobs, kernel, points, domain, method, settings, backend, cache, progress)
    total = Product(np.full(len(labels), to_float(integrand.prefactor)))
    full = kernel.full(points, points) if integrand.spectators else np.empty((0, 0))
    uncertain = kernel_error(kernel, points) if integrand.spectators else np.empty((0, 0))
    for i, j, power in integrand.spectators:
        one, off = full[labels[:, i], labels[:, j]], uncertain[labels[:, i], labels[:, j]]
        total.multiply_kernel(one**power, power, (np.abs(one) + off) ** power - np.abs(one) ** power)
    for part, job in zip(parts, jobs, strict=True):
        in_order = part.labels == tuple(range(integrand.n_external))
        total.multiply(*gather(job, len(points), labels if in_order else labels[:, list(part.labels)]))
    provenance = {"integrand": str(integrand), "kernel": repr(kernel), "domain": str(domain)}
    return judged(total, jobs, settings, provenance)


def judged(
    total: "Product", jobs: Sequence[Job], settings: Settings, provenance: Mapping[str, object]
) -> Estimate:
    """Make an estimate of a number that solved integrals went into, with what they say about its quality."""
    statements = dict.fromkeys(accuracy_statement(job, settings.rtol) for job in jobs)
    return Estimate(
        total.value,
        total.error,
        method="; ".join(dict.fromkeys(job.method for job in jobs)) or "product of kernels",
        quality=Quality.TRUSTED if all(job.converged for job in jobs) else Quality.NOT_CONVERGED,
        provenance={
            **provenance,
            "rtol": settings.rtol,
            "reached": max((job.reached for job in jobs), default=0.0),
            "accuracy": "; ".join(statements) or "exact up to rounding",
        },
    )


def kernel_error(kernel: Kernel, points: Array) -> Array:
    """Error of K at pairs of points beyond rounding: that of kernels which are quadratures; shape (n, n)."""
    if kernel.relative_error == 0.0:
        return np.zeros((len(points), len(points)))
    size = np.sqrt(kernel.weight_diagonal(points))
    return kernel.relative_error * np.multiply.outer(size, size)


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

    def multiply_kernel(self, value: Array, power: int, uncertain: Array | float = 0.0) -> None:
        """Multiply by powers of kernel values, accurate to a few units in the last place and `uncertain`."""
        self.multiply(value, 4.0 * power * _EPSILON * np.abs(value) + uncertain)
