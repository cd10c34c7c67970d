"""From an expansion to numbers: an n-point function for all input multisets, polynomial in the couplings.

Each distinct vertex integral of the expansion is computed once, for all multisets of inputs on its legs
(`numerics.integrals.solve.integration`); every term is then looked up in those tables and multiplied by the
propagators K of the lines between external points.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Rational
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.diagram import Diagram
from diagrams.messages import shown
from numerics.errors import LoweringError, NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multiset_count
from numerics.fields.points import Points
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.job import Job, Settings
from numerics.integrals.rules.domains import Domain
from numerics.integrals.solve.integration import (
    Method,
    Product,
    checked_question,
    chosen_settings,
    gather,
    judged,
    kernel_error,
    leg_rows,
)
from numerics.integrals.solve.resumable import solve_with_store
from numerics.integrals.solve.store import IntegralStore
from numerics.kernels.base import Kernel
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import Program, TermGroup, TermLike, lower
from numerics.lowering.monomials import Monomial, monomial_text, parse_monomial
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Terms times multisets evaluated at a time.
_BLOCK = 200_000


@runtime_checkable
class Expanded(Protocol):
    """Something that knows its terms, as an expansion of the floor above does."""

    def monomials(self) -> Iterable[TermLike]:
        """Terms as lowering takes them."""


@dataclass(frozen=True, repr=False)
class Prediction:
    """An n-point function at given inputs, with the couplings left open.

    Attributes
    ----------
    order : int
        Number n of external points.
    fields : FieldSet
        The inputs.
    coefficients : mapping of Monomial to Correlator
        What multiplies each product of couplings, with error bounds.
    program : Program
        The lowered expansion.
    """

    order: int
    fields: FieldSet
    coefficients: Mapping[Monomial, Correlator]
    program: Program
    _jobs: tuple[Job, ...] = field(repr=False)
    _propagator: Array = field(repr=False)

    def __repr__(self) -> str:
        names = ", ".join(repr(monomial_text(key)) for key in self.coefficients)
        return f"<Prediction: {self.order}-point function, {len(self.indices)} multisets, terms in {names}>"

    @property
    def indices(self) -> Indices:
        """The multisets of inputs, shape (M, n)."""
        return self.fields.multisets(self.order)

    def __getitem__(self, couplings: str) -> Correlator:
        """What multiplies a product of couplings: ``theory["lambda"]``; ``theory[""]`` is the free theory."""
        return self.coefficient(couplings)

    def coefficient(self, couplings: str) -> Correlator:
        """What multiplies a product of couplings.

        Parameters
        ----------
        couplings : str
            For instance ``"lambda"``, ``"lambda**2"``, ``"kappa*lambda"``; ``""`` is the free theory.

        Returns
        -------
        Correlator

        Raises
        ------
        LoweringError
            If the expansion has no such terms.
        """
        key = parse_monomial(couplings)
        if key not in self.coefficients:
            known = ", ".join(repr(monomial_text(m)) for m in self.coefficients)
            raise LoweringError(
                f"the expansion of the {self.order}-point function has no terms in {couplings!r}; "
                f"it has {known}"
            )
        return self.coefficients[key]

    def evaluate(self, couplings: Mapping[str, ArrayLike]) -> Estimate:
        """The n-point function at given couplings.

        Parameters
        ----------
        couplings : mapping of str to number, or to arrays of one shape (...)
            Value of every coupling that occurs; others are ignored. For a field with components these
            include D and the δ, which ``nnft_sym.component_values`` gives.

        Returns
        -------
        Estimate
            Value and error bound of the integrals, shape (..., M); couplings count as exact. A Correlator
            where each coupling is one number.

        Raises
        ------
        LoweringError
            If a coupling is missing or not finite.
        """
        needed = {name for key in self.coefficients for name, _ in key}
        if not needed <= set(couplings):
            raise LoweringError(
                f"couplings {sorted(couplings)} given, the expansion has {sorted(needed)}; give each of them "
                "(D and δ, for a field with components, from component_values)"
            )
        values = {
            name: np.asarray(value, dtype=np.float64)[..., np.newaxis] for name, value in couplings.items()
        }
        wrong = sorted(name for name in needed if not np.all(np.isfinite(values[name])))
        if wrong:
            raise LoweringError(f"{', '.join(wrong)} given as NaN or infinity; give finite couplings")
        value, error = np.zeros(1), np.zeros(1)
        for key, found in self.coefficients.items():
            factor = np.ones(1)
            for name, power in key:
                factor = factor * values[name] ** power
            value = value + factor * found.value
            error = error + np.abs(factor) * found.error
        total = _summary(value, error, tuple(self.coefficients.values()))
        return total if total.ndim > 1 else Correlator.over(self.fields, self.order, Part.FULL, total)

    def evaluate_tensor(self, coupling: str, tensor: ArrayLike) -> Correlator:
        """Contribution linear in a coupling that differs from one set of inputs to another.

        With λ_ijkl taken from the 4-point function element by element, the 6-point function has
        −24 Σ_(4|2) λ_ijkl ∫K_i K_j K_k K_l · K_mn: in each term the coupling is that of the inputs on the
        legs of the vertex.

        Parameters
        ----------
        coupling : str
            Name of the coupling.
        tensor : array_like, shape (multiset_count(n_points, k),)
            Its value for each multiset of inputs on the k legs; NaN where it has none, which then spreads to
            the elements that need it.

        Returns
        -------
        Correlator
            With the error bounds of the integrals; the tensor counts as exact.

        Raises
        ------
        NotAvailable
            If the coupling occurs at a vertex with a self-loop or a line to another vertex: a tensor says
            nothing about the position of the vertex. (Use the exact scheme.)
        LoweringError
            If the expansion has no term linear in the coupling, or the tensor does not fit.
        """
        return self._with_tensor(coupling, np.asarray(tensor, dtype=np.float64), times_integral=True)

    def evaluate_contact(self, coupling: str, tensor: ArrayLike) -> Correlator:
        """Like `evaluate_tensor`, for the product of coupling and vertex integral.

        This is λ_ijkl ∫K_i K_j K_k K_l = −G_c^(4)/24 itself, which exists also where λ_ijkl does not.

        Parameters
        ----------
        coupling : str
        tensor : array_like, shape (multiset_count(n_points, k),)

        Returns
        -------
        Correlator

        Raises
        ------
        NotAvailable, LoweringError
            As for `evaluate_tensor`.
        """
        return self._with_tensor(coupling, np.asarray(tensor, dtype=np.float64), times_integral=False)

    def _with_tensor(self, coupling: str, tensor: Array, *, times_integral: bool) -> Correlator:
        groups = [group for group in self.program.groups if group.couplings == ((coupling, 1),)]
        if not groups:
            self.coefficient(coupling)  # raises
        jobs = list(self._jobs)
        for number in {k for group in groups for k in group.integrands}:
            jobs[number] = self._dressed(jobs[number], coupling, tensor, times_integral=times_integral)
        total = Product(np.zeros(len(self.indices)))
        for group in groups:
            part = _evaluate_group(group, jobs, self.indices, self._propagator)
            total.add(part.value, part.error)
        one = self.coefficients[((coupling, 1),)]
        found = Estimate(total.value, total.error, one.method, one.quality, one.provenance)
        return Correlator.over(self.fields, self.order, Part.DERIVED, found)

    def _dressed(self, job: Job, coupling: str, tensor: Array, *, times_integral: bool) -> Job:
        integrand = job.integrand
        if integrand.n_vertices != 1 or integrand.internal:
            raise NotAvailable(
                f"{coupling} as a tensor over inputs needs vertices whose legs all end on external points; "
                f"the {self.order}-point expansion also has {integrand}. Use the exact scheme, or one number"
            )
        count = multiset_count(len(self._propagator), integrand.n_external)
        if tensor.shape != (count,):
            raise LoweringError(
                f"a tensor of shape {tensor.shape} given for {coupling}; its vertex has "
                f"{integrand.n_external} legs, so {count} multisets of the inputs"
            )
        if not times_integral:
            return Job(integrand, job.rows, tensor, np.zeros_like(tensor), converged=True)
        return Job(integrand, job.rows, tensor * job.value, np.abs(tensor) * job.error, converged=True)


def predict(
    terms: Iterable[TermLike] | Expanded,
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
) -> Prediction:
    """Evaluate an expansion for all multisets of the inputs.

    Parameters
    ----------
    terms : Expansion, or iterable of (Diagram or Integrand, Fraction, mapping of str to int)
        Diagram, exact factor in front (sign, 1/V!, multiplicity), powers of the couplings; the flat program
        instead of the diagram where couplings depend on the position. ``Expansion.monomials()`` gives them.
    kernel : Kernel
    points : array_like, shape (n_points, d)
    domain : Box or WholeSpace
        Where the vertices are.
    rtol, method, settings, backend
        As for `numerics.integrals.solve.integration.integrate`.
    cache : IntegralStore or path-like, optional
        Where integrals are kept for the next time, each as soon as it is done; so an interrupted run loses
        only the integral it was at. Default: the folder in the environment variable ``NNFT_CACHE``, or none.
    progress : callable, optional
        Called with the number of integrals done and their total.

    Returns
    -------
    Prediction

    Raises
    ------
    LoweringError, DivergentIntegral, ProblemTooLarge, InvalidKernel, InvalidPoints, NotAvailable
        As for `numerics.lowering.lower.lower` and `numerics.integrals.solve.integration.integrate`;
        `InvalidKernel` also for a kernel of the user that is not symmetric or not positive at the inputs.

    Examples
    --------
    The 4-point function of λ f⁴ with exact propagators, to first order:

    >>> from fractions import Fraction
    >>> from diagrams.diagram import Diagram
    >>> from numerics.integrals.rules.domains import Box
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
    """
    expanded = _checked_terms(terms)
    x = checked_question(points, kernel, domain, method)
    program = lower(expanded)
    jobs = tuple(Job(integrand, leg_rows(integrand, len(x))) for integrand in program.integrands)
    settings = chosen_settings(settings, rtol, backend)
    solve_with_store(jobs, kernel, x, domain, method, settings, backend, cache, progress)
    n, fields, propagator = program.n_external, FieldSet(x), kernel.full(x, x)
    indices = fields.multisets(n)
    uncertain = kernel_error(kernel, x)
    provenance = {"kernel": repr(kernel), "domain": str(domain), "points": x.tolist()}
    coefficients = {}
    for key in program.monomials:
        groups = [group for group in program.groups if group.couplings == key]
        total = Product(np.zeros(len(indices)))
        for group in groups:
            part = _evaluate_group(group, jobs, indices, propagator, uncertain)
            total.add(part.value, part.error)
        used = [jobs[k] for k in sorted({k for group in groups for k in group.integrands})]
        coefficients[key] = Correlator.over(fields, n, Part.FULL, judged(total, used, settings, provenance))
    return Prediction(n, fields, coefficients, program, jobs, propagator)


def _checked_terms(terms: Iterable[TermLike] | Expanded) -> list[TermLike]:
    """List the terms, or refuse what are none."""
    given: object = terms.monomials() if isinstance(terms, Expanded) else terms
    try:
        found = list(cast(Iterable[TermLike], given))
    except TypeError:
        found = [cast(TermLike, given)]  # it is no list of anything, and refused below
    for term in found:
        fine = isinstance(term, tuple | list) and len(term) == 3 and isinstance(term[0], Diagram | Integrand)
        if not (fine and isinstance(term[1], Rational) and isinstance(term[2], Mapping)):
            raise LoweringError(
                f"terms = {shown(terms)} was given; an expansion, or terms (diagram, exact factor, powers of "
                "the couplings), are needed"
            )
    return found


def _evaluate_group(
    group: TermGroup,
    jobs: Iterable[Job],
    indices: Indices,
    propagator: Array,
    uncertain: Array | None = None,
) -> Product:
    """Sum the terms of a group for all multisets, in blocks of terms; the propagator is `uncertain`."""
    if uncertain is None:
        uncertain = np.zeros_like(propagator)
    jobs = [list(jobs)[k] for k in group.integrands]
    step = max(1, _BLOCK // max(1, len(indices)))
    total = Product(np.zeros(len(indices)))
    for start in range(0, len(group.weights), step):
        block = slice(start, start + step)
        # labels[t, m, s]: input at place s of term t for multiset m
        labels = indices[:, group.places[block]].transpose(1, 0, 2)
        terms = Product(np.repeat(group.weights[block, np.newaxis], len(indices), axis=1))
        for pair in range(group.n_pairs):
            line = labels[..., 2 * pair], labels[..., 2 * pair + 1]
            terms.multiply_kernel(propagator[line], 1, uncertain[line])
        first = 2 * group.n_pairs
        for job in jobs:
            slots = slice(first, first + job.integrand.n_external)
            terms.multiply(*gather(job, len(propagator), labels[..., slots]))
            first = slots.stop
        total.add(terms.value.sum(axis=0), terms.error.sum(axis=0))
    return total


def _summary(value: Array, error: Array, parts: tuple[Estimate, ...]) -> Estimate:
    return Estimate(
        value,
        np.broadcast_to(error, value.shape),
        method="; ".join(dict.fromkeys(part.method for part in parts)),
        quality=Quality.TRUSTED if all(part.trusted for part in parts) else Quality.NOT_CONVERGED,
        provenance=parts[0].provenance if parts else {},
    )
