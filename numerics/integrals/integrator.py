"""The way in: an `Integrator` knows how diagrams are integrated; `integrate` and others are its short forms.

What to use when: `integrate` for one diagram at given external points; `vertex_tensor` for one diagram at all
multisets of a set of inputs; `predict` for a whole expansion; `flow` for a vertex in boxes of several sizes;
an `Integrator` where several of these have kernel, domain, accuracy and store in common. How it is done is
chosen in `numerics.integrals.solve.methods`, and named in the result.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias, TypedDict, Unpack, cast, final

import numpy as np
from numpy.typing import NDArray

from diagrams.deprecated import renamed
from diagrams.diagram import Diagram
from diagrams.messages import shown
from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from numerics.errors import InvalidDomain, InvalidKernel, InvalidPoints, LoweringError, NotAvailable
from numerics.fields.index_sets import multisets
from numerics.fields.points import Points, as_points
from numerics.given import as_instance
from numerics.integrals.accuracy.contact_referee import contact_coefficient
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.flow import Flow, boxes_of, flow_of
from numerics.integrals.network_integrator import NetworkIntegrator
from numerics.integrals.prediction import Expanded, Prediction, assembled, checked_terms, questions_of
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Question, Solved
from numerics.integrals.rules.domains import Box, Domain, WholeSpace
from numerics.integrals.solve.assembly import Product, gather, judged, kernel_error, leg_rows
from numerics.integrals.solve.methods import Method, Problem, as_method
from numerics.integrals.solve.resumable import solve_with_store
from numerics.integrals.solve.store import IntegralStore
from numerics.kernels.base import Kernel
from numerics.kernels.own import FunctionKernel
from numerics.lowering.connected_product import ConnectedProduct
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import TermLike, lower, lower_diagram, to_float
from numerics.networks.base import Network
from numerics.results.estimate import Estimate
from numerics.results.faces import unusual

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Progress: TypeAlias = Callable[[int, int], None]
Place: TypeAlias = IntegralStore | str | os.PathLike[str]


@final
@dataclass(frozen=True, repr=False)
class Integrator:
    """Integrates diagrams with one kernel over one domain.

    Parameters
    ----------
    kernel : Kernel
        The propagator.
    domain : Box or WholeSpace
        Where the vertices are.
    accuracy : Accuracy, optional
        Accuracy asked for, and limits; default: 1e-10 of ∫∏|K|.
    method : Method or str, optional
        ``"auto"``, the default, chooses; ``"closed"``, ``"grid"``, ``"cubature"``, ``"qmc"``.
    backend : Backend, optional
        How products are evaluated; default: chosen by the size of the problem.
    store : IntegralStore or path-like, optional
        Where integrals are kept for the next time, each as soon as it is done; so an interrupted run loses
        only the integral it was at. Default: that of the user; see `nnft cache`.
    progress : callable or bool, optional
        Called with the number of integrals done (of cutoffs, in a flow) and their total; True shows it.

    Raises
    ------
    InvalidKernel
        If the kernel is none, for instance a network.
    InvalidDomain, NotAvailable, LoweringError
        If the domain, the method, the accuracy or the backend is of another type.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel
    >>> integrator = Integrator(ErfKernel(), Box(100.0), Accuracy(rtol=1e-8))
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> integrator.integrate(star, [[0.0], [0.5], [0.5], [1.0]]).trusted
    True
    >>> integrator.tensor(star, [[0.0], [0.5], [1.0]]).value.shape
    (15,)
    """

    kernel: Kernel
    domain: Domain
    accuracy: Accuracy = field(default_factory=Accuracy)
    method: Method | str = Method.AUTOMATIC
    backend: Backend | None = None
    store: Place | None = None
    progress: ProgressLike = None

    def __post_init__(self) -> None:
        # Were domains not checked, a number in the place of one would pass for all of R^d.
        kernel: object = self.kernel
        domain: object = self.domain
        if not isinstance(kernel, Kernel):
            raise InvalidKernel(f"{kernel!r} given as the kernel; that of a network is ``network.kernel``")
        if not isinstance(domain, Box | WholeSpace):
            raise InvalidDomain(f"{domain!r} given as the domain; Box(cutoff) or WholeSpace() is needed")
        object.__setattr__(self, "method", as_method(self.method))
        as_instance(self.accuracy, Accuracy, "accuracy", LoweringError, "Accuracy(...)")
        if self.backend is not None and not callable(getattr(self.backend, "product_sums", None)):
            needed = "NumpyBackend() or NumbaBackend() is needed"
            raise LoweringError(f"backend = {shown(self.backend)} was given; {needed}")
        if self.store is not None and not isinstance(self.store, IntegralStore):
            object.__setattr__(self, "store", IntegralStore(self.store))

    def __repr__(self) -> str:
        """Show what was chosen, not what is as usual."""
        return unusual(self)

    def integrate(self, diagram: Diagram, points: Points) -> Estimate:
        """Integrate one diagram for external points at given inputs; see the function `integrate`."""
        _as_diagram(diagram)
        x = self._inputs(points)
        if len(x) != diagram.n_external:
            raise InvalidPoints(
                f"{len(x)} points given for {diagram.edge_string!r}, which has {diagram.n_external} external "
                "points; give one input per external point, repeats allowed"
            )
        found = self._integrated(diagram, np.arange(len(x), dtype=np.int64).reshape(1, len(x)), x)
        value, error = (part.reshape(()) for part in (found.value, found.error))
        return Estimate(value, error, method=found.method, quality=found.quality, provenance=found.provenance)

    def tensor(self, diagram: Diagram | Integrand, points: Points) -> Estimate:
        """Integrate one diagram for all multisets of the inputs; see the function `vertex_tensor`."""
        _as_diagram(diagram)
        x = self._inputs(points)
        return self._integrated(diagram, multisets(len(x), diagram.n_external), x)

    def predict(self, terms: Iterable[TermLike] | Expanded, points: Points) -> Prediction:
        """Evaluate an expansion for all multisets of the inputs; see the function `predict`."""
        x = self._inputs(points)
        program = lower(checked_terms(terms))
        if program.around_network:
            raise InvalidKernel(
                f"{self.kernel!r} given for an expansion around a network, which needs more of it than its "
                "kernel: give the network itself"
            )
        return assembled(program, self._solved(questions_of(program, len(x)), x), self._problem(x))

    def predict_each(self, expansions: Mapping[int, Expanded], points: Points) -> dict[int, Prediction]:
        """Evaluate expansions of several orders, as `predict` does one, by their orders."""
        return {order: self.predict(one, points) for order, one in expansions.items()}

    def contact_again(self, legs: Array) -> float | None:
        """Find −n! ∫K_W … K_W a second way; see `numerics.integrals.accuracy.contact_referee`."""
        cutoff = self.domain.cutoff if isinstance(self.domain, Box) else None
        return contact_coefficient(self.kernel, legs, cutoff)

    def flow(self, diagram: Diagram, points: Points, cutoffs: Sequence[float]) -> Flow:
        """Integrate a vertex in boxes of several sizes in place of the domain; see the function `flow`."""
        boxes = boxes_of(cutoffs)
        found = []
        with shown_progress(self.progress, "cutoffs") as report:
            for box in boxes:
                found.append(replace(self, domain=box, progress=None).tensor(diagram, points))
                if report is not None:
                    report(len(found), len(boxes))
        return flow_of(diagram, self.kernel, boxes, found)

    def _inputs(self, points: Points) -> Array:
        """Check the inputs; there may be none, for a diagram without legs."""
        if isinstance(points, np.ndarray) and points.shape == (0, self.kernel.d_in):
            return np.empty((0, self.kernel.d_in))
        x = as_points(points, self.kernel.d_in)
        if isinstance(self.kernel, FunctionKernel):
            self.kernel.check_at(x)
        return x

    def _problem(self, points: Array) -> Problem:
        return Problem(self.kernel, points, self.domain, as_method(self.method), self.accuracy, self.backend)

    def _solved(self, questions: Sequence[Question], points: Array) -> list[Solved]:
        store = self.store if isinstance(self.store, IntegralStore) else None
        with shown_progress(self.progress, "integrals") as report:
            answers = solve_with_store(questions, self._problem(points), store, report)
        return [Solved(*pair) for pair in zip(questions, answers, strict=True)]

    def _integrated(self, diagram: Diagram | Integrand, labels: Indices, points: Array) -> Estimate:
        """Integrate for external points at the inputs ``labels``, shape (M, n_external)."""
        integrand = lower_diagram(diagram) if isinstance(diagram, Diagram) else diagram
        parts, n = integrand.parts(), len(points)
        solved = self._solved(
            [Question(part.integrand, leg_rows(part.integrand, n, labels, part.labels)) for part in parts],
            points,
        )
        total = Product(np.full(len(labels), to_float(integrand.prefactor)))
        full = self.kernel.full(points, points) if integrand.spectators else np.empty((0, 0))
        uncertain = kernel_error(self.kernel, points) if integrand.spectators else np.empty((0, 0))
        for i, j, power in integrand.spectators:
            one, off = full[labels[:, i], labels[:, j]], uncertain[labels[:, i], labels[:, j]]
            total.multiply_kernel(one**power, power, (np.abs(one) + off) ** power - np.abs(one) ** power)
        for part, done in zip(parts, solved, strict=True):
            in_order = part.labels == tuple(range(integrand.n_external))
            total.multiply(*gather(done, n, labels if in_order else labels[:, list(part.labels)]))
        provenance = {"integrand": str(integrand), "kernel": repr(self.kernel), "domain": str(self.domain)}
        return judged(total, solved, self.accuracy.rtol, provenance)


class How(TypedDict, total=False):
    """Keywords of the short forms: of `Integrator`, and ``rtol`` for ``accuracy=Accuracy(rtol=...)``."""

    rtol: float
    accuracy: Accuracy | None
    method: Method | str
    backend: Backend | None
    store: Place | None
    progress: ProgressLike
    settings: Accuracy | None
    cache: Place | None


def integrate(
    diagram: Diagram | ConnectedProduct,
    kernel: Kernel | Network,
    points: Points,
    domain: Domain,
    **how: Unpack[How],
) -> Estimate:
    """Integrate one diagram for external points at given inputs.

    Parameters
    ----------
    diagram : Diagram or ConnectedProduct
    kernel : Kernel or Network
        The propagator; the network itself for a `ConnectedProduct`, which is a diagram around it.
    points : array_like, shape (n_external, d)
        Input at which each external point x1..xn sits, in order.
    domain : Box or WholeSpace
        Where the vertices are.
    **how
        ``rtol``: accuracy asked for, relative to ∫∏|K|, 1e-10 by default; or ``accuracy``, ``method``,
        ``backend``, ``store``, ``progress``: see `Integrator`.

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
        If there is not one point per external point, or they are not finite, or of another dimension.
    DivergentIntegral
        If the integral does not exist over R^d.
    ProblemTooLarge
        If it does not fit into memory.
    InvalidKernel
        If the kernel is none or returns NaN or infinity; if a kernel of the user is not symmetric or not
        positive at the inputs, or varies there faster than its length scale says.
    InvalidDomain, LoweringError
        If the domain, the diagram or a keyword is of another type; if accuracy and rtol are both given.
    NotAvailable
        If `method` cannot do this case.
    NotConverged
        If the accuracy is strict and was not reached.

    References
    ----------
    docs/theory/integrals.md, eq. eq-vertex-integral; docs/theory/integrals.md, eq. eq-gaussian-diagram.

    Examples
    --------
    For ReLU-net without biases and positive inputs, K_W = x y/2 for y > 0, and ∫K_W⁴ = (∏x) Λ⁵/80:

    >>> from numerics.kernels.arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = integrate(star, ReLUKernel(), [[1.0], [2.0], [0.5], [1.0]], Box(10.0))
    >>> bool(abs(found.value - 1250.0) <= found.error)
    True
    """
    if isinstance(diagram, ConnectedProduct):
        if not isinstance(kernel, Network):
            raise InvalidKernel(
                f"{kernel!r} given for {diagram}, a diagram around a network, which needs more of it than "
                "its kernel: give the network itself"
            )
        return _around(kernel, domain, how).integrate(diagram, points)
    return _integrator(kernel, domain, how).integrate(diagram, points)


def vertex_tensor(
    diagram: Diagram | Integrand, kernel: Kernel, points: Points, domain: Domain, **how: Unpack[How]
) -> Estimate:
    """Integrate one diagram for all multisets of the inputs on its external points.

    Parameters
    ----------
    diagram : Diagram or Integrand
        n external points. An `Integrand` brings its prefactor.
    kernel : Kernel
    points : array_like, shape (n_points, d)
        The inputs.
    domain, **how
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
    >>> from numerics.kernels.arc import ErfKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> tensor = vertex_tensor(star, ErfKernel(), [[0.0], [0.5], [1.0]], Box(100.0))
    >>> tensor.value.shape, bool((tensor.error < 1e-9 * tensor.value).all())
    ((15,), True)
    """
    return _integrator(kernel, domain, how).tensor(diagram, points)


def predict(
    terms: Iterable[TermLike] | Expanded,
    kernel: Kernel | Network,
    points: Points,
    domain: Domain,
    **how: Unpack[How],
) -> Prediction:
    """Evaluate an expansion for all multisets of the inputs.

    Parameters
    ----------
    terms : Expansion, or iterable of (Diagram or Integrand, Fraction, mapping of str to int)
        Diagram, exact factor in front (sign, 1/V!, multiplicity), powers of the couplings; the flat program
        instead of the diagram where couplings depend on the position. ``Expansion.monomials()`` gives them.
    kernel : Kernel or Network
        The propagator; for an expansion around a network the network itself.
    points : array_like, shape (n_points, d)
        The inputs.
    domain : Box or WholeSpace
        Where the vertices are.
    **how
        ``rtol``: accuracy asked for, relative to ∫∏|K|, 1e-10 by default; or ``accuracy``, ``method``,
        ``backend``, ``store``, ``progress``: see `Integrator`.

    Returns
    -------
    Prediction

    Raises
    ------
    LoweringError, DivergentIntegral, ProblemTooLarge, InvalidKernel, InvalidPoints, NotAvailable
        If terms, kernel, inputs or keywords are of another kind or do not go together; if an integral does
        not exist over R^d, does not fit into memory, or cannot be done by the method asked for.

    References
    ----------
    docs/theory/expansions.md, eq. eq-four-point.

    Examples
    --------
    The 4-point function of λ f⁴ with exact propagators, to first order:

    >>> from fractions import Fraction
    >>> from numerics.kernels.arc import ReLUKernel
    >>> pairs = ["x1-x2,x3-x4", "x1-x3,x2-x4", "x1-x4,x2-x3"]
    >>> terms = [(Diagram.from_edge_string(text), Fraction(1), {}) for text in pairs]
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> terms.append((star, Fraction(-24), {"lambda": 1}))
    >>> found = predict(terms, ReLUKernel(), [[1.0], [2.0]], Box(10.0))
    >>> found.coefficient("").value.tolist()
    [0.75, 1.5, 3.0, 6.0, 12.0]
    >>> found.evaluate({"lambda": 1e-6}).value.round(6).tolist()
    [0.72, 1.44, 2.88, 5.76, 11.52]

    An ensemble of Cos-nets deformed by λ f⁴ on |y| < 1; the connected 2- and 4-point functions that the
    tadpole and the last blob need are exact at the width of the network:

    >>> from numerics.lowering.connected_product import lower_around
    >>> from numerics.networks.cos import CosNet
    >>> texts = ["x1-y1,x2-y1,y1-y1", "y1-y1,x1-x2-y1-y1"]
    >>> diagrams = [Diagram.from_edge_string(text) for text in texts]
    >>> terms = [(lower_around(one), Fraction(-one.multiplicity), {"lambda": 1}) for one in diagrams]
    >>> predict(terms, CosNet(width=5), [[0.0]], Box(1.0)).coefficient("lambda").value.round(6)
    array([-2.661543])
    """
    expanded = checked_terms(terms)
    if isinstance(kernel, Network) and any(isinstance(one, ConnectedProduct) for one, _, _ in expanded):
        return _around(kernel, domain, how).predict(expanded, points)
    return _integrator(kernel, domain, how).predict(expanded, points)


def flow(
    diagram: Diagram, kernel: Kernel, points: Points, cutoffs: Sequence[float], **how: Unpack[How]
) -> Flow:
    """Integrate a vertex in boxes of several sizes, to see its coupling flow.

    Parameters
    ----------
    diagram : Diagram
        With the vertex whose coupling flows, such as ``x1-y1,x2-y1,x3-y1,x4-y1`` for λ.
    kernel : Kernel
    points : array_like, shape (n_points, d)
        The inputs; all their multisets are taken.
    cutoffs : sequence of float
        Two or more, ascending.
    **how
        ``rtol``: accuracy asked for, relative to ∫∏|K|, 1e-10 by default; or ``accuracy``, ``method``,
        ``backend``, ``store``, ``progress``: see `Integrator`. Progress counts cutoffs.

    Returns
    -------
    Flow

    Raises
    ------
    InvalidDomain
        If there are fewer than two cutoffs, or they do not ascend.

    References
    ----------
    docs/theory/integrals.md, eq. eq-flow-slope.

    Examples
    --------
    >>> from numerics.kernels.arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = flow(star, ReLUKernel(), [[0.2], [1.0]], [10.0, 100.0, 1000.0])
    >>> found.expected_slope, found.slopes.value.round(10).tolist()
    (-5.0, [[-5.0, -5.0, -5.0, -5.0, -5.0], [-5.0, -5.0, -5.0, -5.0, -5.0]])
    """
    return _integrator(kernel, boxes_of(cutoffs)[0], how).flow(diagram, points, cutoffs)


def _around(network: Network, domain: Domain, how: How) -> NetworkIntegrator:
    """Make the integrator of diagrams around a network; refuse what it cannot do."""
    if as_method(how.get("method", Method.AUTOMATIC)) is Method.AUTOMATIC:
        how = cast(How, {name: value for name, value in how.items() if name != "method"})
    others = {"method": Method.AUTOMATIC, "backend": None, "store": None, "cache": None}
    without = sorted(name for name, usual in others.items() if how.get(name, usual) is not usual)
    if without:
        raise NotAvailable(
            f"{' and '.join(without)} given beside a network; around a network integrals are sums over grids "
            "of its exact correlators, and are not kept: leave it out"
        )
    usual = _integrator(network.kernel_of_one, domain, how)
    return NetworkIntegrator(network, domain, usual.accuracy, usual.progress)


def _integrator(kernel: Kernel | Network, domain: Domain, how: How) -> Integrator:
    """Make the integrator that a short form asks for; refuse an accuracy that is given twice."""
    unknown = set(how) - set(How.__annotations__)
    if unknown:
        raise TypeError(
            f"unknown keyword {', '.join(sorted(unknown))}; there are {', '.join(How.__annotations__)}"
        )
    accuracy, store = how.get("accuracy"), how.get("store")
    if how.get("settings") is not None:
        renamed("settings=", "accuracy=", stacklevel=4)
        accuracy = how["settings"] if accuracy is None else accuracy
    if how.get("cache") is not None:
        renamed("cache=", "store=", stacklevel=4)
        store = how["cache"] if store is None else store
    if accuracy is not None and "rtol" in how:
        raise LoweringError(
            f"rtol = {shown(how['rtol'])} was given beside accuracy = {shown(accuracy)}; leave one out"
        )
    if accuracy is None:
        rtol = how.get("rtol", 1e-10)
        accuracy = _to_accuracy(rtol) if type(rtol) is float else Accuracy(rtol=rtol)
    method = how.get("method", Method.AUTOMATIC)
    return Integrator(
        cast(Kernel, kernel), domain, accuracy, method, how.get("backend"), store, how.get("progress")
    )


@lru_cache(maxsize=16)
def _to_accuracy(rtol: float) -> Accuracy:
    """Make the accuracy once for all calls of a short form in a loop."""
    return Accuracy(rtol=rtol)


def _as_diagram(diagram: object) -> None:
    if not isinstance(diagram, Diagram | Integrand):
        raise LoweringError(f"{diagram!r} given as the diagram; see Diagram.from_edge_string")
