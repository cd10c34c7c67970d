"""From an expansion to numbers: an n-point function for all input multisets, polynomial in the couplings.

Each distinct vertex integral of the expansion is computed once, for all multisets of inputs on its legs
(`numerics.integrals.solve.methods`); every term is then looked up in those tables and multiplied by the
propagators K of the lines between external points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Rational
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.diagram import Diagram
from diagrams.messages import counted, shown
from numerics.errors import LoweringError, NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multiset_count, multisets
from numerics.integrals.given_couplings import (
    Couplings,
    as_numbers,
    couplings_by_name,
    refuse_what_is_not_finite,
)
from numerics.integrals.questions.connected_question import ConnectedQuestion, ConnectedSolved
from numerics.integrals.questions.question import Question, Solved
from numerics.integrals.solve.assembly import LookUp, Product, judged, kernel_error, leg_rows, looked_up
from numerics.integrals.solve.methods import Problem
from numerics.lowering.connected_product import ConnectedPart, ConnectedProduct
from numerics.lowering.integrand import Integrand
from numerics.lowering.lower import Program, TermGroup, TermLike
from numerics.lowering.monomials import Monomial, monomial_text, parse_monomial
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.provenance import joined_methods
from numerics.results.quality import if_finite, worst

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
class Prediction(Shown):
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

    Examples
    --------
    >>> from fractions import Fraction
    >>> from diagrams.diagram import Diagram
    >>> from numerics.integrals.integrator import predict
    >>> from numerics.integrals.rules.domains import Box
    >>> from numerics.kernels.arc import ReLUKernel
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> found = predict([(star, Fraction(-24), {"lambda": 1})], ReLUKernel(), [[0.5]], Box(1.0))
    >>> found.order, found.coefficient("lambda").value.round(9).tolist()
    (4, [-0.01875])
    """

    order: int
    fields: FieldSet
    coefficients: Mapping[Monomial, Correlator]
    program: Program
    _solved: tuple[Solved, ...] = field(repr=False)
    _propagator: Array = field(repr=False)
    #: Error of the propagator, which kernels from quadrature have.
    _uncertain: Array = field(repr=False)

    def __repr__(self) -> str:
        names = ", ".join(repr(monomial_text(key)) for key in self.coefficients)
        return f"<Prediction: {self.order}-point function, {len(self.indices)} multisets, terms in {names}>"

    def plain_fields(self) -> Content:
        """Give the coefficients as plain fields, one row for each element of each."""

        def rows() -> Iterator[tuple[object, ...]]:
            for key, one in self.coefficients.items():
                for row in one.plain_fields().rows():
                    yield (monomial_text(key), *row)

        facts: dict[str, object] = {
            "coefficients of": ", ".join(repr(monomial_text(key)) for key in self.coefficients),
            "quality": worst(one.quality for one in self.coefficients.values()).value,
            "error": "error bound",
        }
        title = f"Prediction of the {self.order}-point function of {counted(len(self.fields), 'field')}"
        columns = ("couplings", "element", "indices", "value", "error")
        return Content(title, facts, columns, rows, sum(one.size for one in self.coefficients.values()))

    @property
    def propagator(self) -> Array:
        """K at all pairs of inputs, shape (n_points, n_points): what lines between external points are."""
        return self._propagator

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
        if not isinstance(couplings, str):
            raise LoweringError(
                f"couplings = {shown(couplings)} was given; a text is needed, such as 'lambda', or '' for "
                "the free theory"
            )
        key = parse_monomial(couplings)
        if key not in self.coefficients:
            known = ", ".join(repr(monomial_text(m)) for m in self.coefficients)
            raise LoweringError(
                f"the expansion of the {self.order}-point function has no terms in {couplings!r}; "
                f"it has {known}"
            )
        return self.coefficients[key]

    def evaluate(self, couplings: Mapping[str, ArrayLike] | Couplings) -> Estimate:
        """The n-point function at given couplings.

        Parameters
        ----------
        couplings : mapping of str to number, to arrays of one shape (...), or to Estimate; or a fit
            Value of every coupling that occurs; others are ignored. For a field with components these
            include D and the δ, which ``nnft_sym.integrals.component_values`` gives.

        Returns
        -------
        Estimate
            Value and error, shape (..., M); a Correlator where each coupling is one number. Numbers count as
            exact, and the error is the bound of the integrals. An Estimate, and all couplings of a fit, bring
            their errors along, with their covariances.

        Raises
        ------
        LoweringError
            If a coupling is missing or not finite, or is an Estimate of several numbers.

        Examples
        --------
        λ with an error of 10 %, in G⁽⁴⁾ = 3/4 − 24 λ Λ⁵/80 of ReLU-net at x = 1, Λ = 10:

        >>> from fractions import Fraction
        >>> from numerics.integrals.integrator import predict
        >>> from numerics.integrals.rules.domains import Box
        >>> from numerics.kernels.arc import ReLUKernel
        >>> from numerics.results.uncertainty import Uncertainty
        >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
        >>> theory = predict([(star, Fraction(-24), {"lambda": 1})], ReLUKernel(), [[1.0]], Box(10.0))
        >>> coupling = Estimate([1e-5], Uncertainty.known([[1e-12]]))[0]
        >>> found = theory.evaluate({"lambda": coupling})
        >>> found.value.round(9).tolist(), found.error.round(9).tolist()
        ([-0.3], [0.03])
        """
        needed = {name for key in self.coefficients for name, _ in key}
        given = couplings_by_name(couplings, needed)
        if any(isinstance(given[name], Estimate) for name in needed):
            return self._with_errors(given, needed)
        values = {name: as_numbers(value, name)[..., np.newaxis] for name, value in given.items()}
        refuse_what_is_not_finite({name: values[name] for name in needed})
        value, error = np.zeros(1), np.zeros(1)
        for key, found in self.coefficients.items():
            factor = np.ones(1)
            for name, power in key:
                factor = factor * values[name] ** power
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is flagged below
                value = value + factor * found.value
                error = error + np.abs(factor) * found.error
        total = _summary(value, error, tuple(self.coefficients.values()))
        return total if total.ndim > 1 else Correlator.over(self.fields, self.order, Part.FULL, total)

    def _with_errors(self, given: Mapping[str, ArrayLike], needed: set[str]) -> Correlator:
        """The n-point function where couplings have errors: each is one number."""
        numbers: dict[str, Estimate] = {}
        for name in needed:
            one = given[name]
            numbers[name] = one if isinstance(one, Estimate) else Estimate(as_numbers(one, name))
            if numbers[name].ndim:
                raise LoweringError(
                    f"{name} was given as {counted(numbers[name].size, 'number')} beside couplings with "
                    "errors; there each coupling is one number, such as the mean of an Estimate"
                )
        refuse_what_is_not_finite({name: one.value for name, one in numbers.items()})
        total = Estimate(np.zeros(len(self.indices)))
        for key, found in self.coefficients.items():
            factor = Estimate(1.0)
            for name, power in key:
                factor = factor * numbers[name] ** power
            # numbers only: the coefficients of different couplings are over the same fields anyway
            total = total + factor * found.numbers()
        return Correlator.over(self.fields, self.order, Part.FULL, total)

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
        return self._with_tensor(coupling, as_numbers(tensor, coupling), times_integral=True)

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
        return self._with_tensor(coupling, as_numbers(tensor, coupling), times_integral=False)

    def _with_tensor(self, coupling: str, tensor: Array, *, times_integral: bool) -> Correlator:
        if self.program.around_network:
            raise NotAvailable(
                f"{coupling} as a tensor over inputs was given, and around a network a coupling is one "
                "number: its vertex does not hang on propagators alone. Use `evaluate`"
            )
        groups = [group for group in self.program.groups if group.couplings == ((coupling, 1),)]
        if not groups:
            self.coefficient(coupling)  # raises
        solved = list(self._solved)
        for number in {k for group in groups for k in group.integrands}:
            solved[number] = self._dressed(solved[number], coupling, tensor, times_integral=times_integral)
        answers = [looked_up(one, len(self._propagator)) for one in solved]
        total = Product(np.zeros(len(self.indices)))
        for group in groups:
            part = _evaluate_group(group, answers, self.indices, self._propagator, self._uncertain)
            total.add(part.value, part.error)
        one = self.coefficients[((coupling, 1),)]
        quality = if_finite(total.value, one.quality)
        found = Estimate(total.value, total.error, one.method, quality, one.provenance)
        return Correlator.over(self.fields, self.order, Part.DERIVED, found)

    def _dressed(self, solved: Solved, coupling: str, tensor: Array, *, times_integral: bool) -> Solved:
        integrand = solved.question.integrand
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
        value, error = tensor, np.zeros_like(tensor)
        if times_integral:
            value, error = tensor * solved.answer.value, np.abs(tensor) * solved.answer.error
        return solved._replace(answer=replace(solved.answer, value=value, error=error))


def questions_of(program: Program, n_points: int) -> tuple[Question, ...]:
    """The integrals of an expansion, each for all multisets of the inputs on its legs."""
    return tuple(
        Question(integrand, leg_rows(integrand, n_points))
        for integrand in program.integrands
        if isinstance(integrand, Integrand)
    )


def connected_questions_of(program: Program, n_points: int) -> tuple[ConnectedQuestion, ...]:
    """The integrals of an expansion around a network, each for the inputs that terms have in its slots."""
    indices = multisets(n_points, program.n_external)
    labels: dict[int, list[Indices]] = {}
    for group in program.groups:
        first = 2 * group.n_pairs
        for number in group.integrands:
            slots = program.integrands[number].n_external
            places = group.places[:, first : first + slots]
            labels.setdefault(number, []).append(indices[:, places].reshape(-1, slots))
            first += slots
    return tuple(
        ConnectedQuestion.of(part, np.concatenate(labels[number]), n_points)
        for number, part in enumerate(program.integrands)
        if isinstance(part, ConnectedPart)
    )


def assembled(program: Program, solved: Sequence[Solved], problem: Problem) -> Prediction:
    """Put an expansion together from its integrals.

    Parameters
    ----------
    program : Program
        The lowered expansion.
    solved : sequence of Solved
        The questions of `questions_of`, answered.
    problem : Problem
        Which they were asked in.

    Returns
    -------
    Prediction
    """
    kernel, points = problem.kernel, problem.points
    fields, lines = FieldSet(points), (kernel.full(points, points), kernel_error(kernel, points))
    provenance = {"kernel": repr(kernel), "domain": str(problem.domain), "points": points.tolist()}
    coefficients = _coefficients(program, solved, fields, lines, problem.accuracy.rtol, provenance)
    return Prediction(program.n_external, fields, coefficients, program, tuple(solved), *lines)


def assembled_around(
    program: Program,
    solved: Sequence[ConnectedSolved],
    points: Array,
    rtol: float,
    provenance: Mapping[str, object],
) -> Prediction:
    """Put an expansion around a network together from its integrals; see `assembled`."""
    fields, none = FieldSet(points), np.zeros((len(points), len(points)))
    coefficients = _coefficients(program, solved, fields, (none, none), rtol, provenance)
    return Prediction(program.n_external, fields, coefficients, program, (), none, none)


def _coefficients(
    program: Program,
    solved: Sequence[Solved | ConnectedSolved],
    fields: FieldSet,
    lines: tuple[Array, Array],
    rtol: float,
    provenance: Mapping[str, object],
) -> dict[Monomial, Correlator]:
    """What multiplies each product of couplings; `lines` are K between external points, and its error."""
    n = program.n_external
    indices = fields.multisets(n)
    answers = [looked_up(one, len(fields)) for one in solved]
    coefficients = {}
    for key in program.monomials:
        groups = [group for group in program.groups if group.couplings == key]
        total = Product(np.zeros(len(indices)))
        for group in groups:
            part = _evaluate_group(group, answers, indices, *lines)
            total.add(part.value, part.error)
        used = [solved[k] for k in sorted({k for group in groups for k in group.integrands})]
        coefficients[key] = Correlator.over(fields, n, Part.FULL, judged(total, used, rtol, provenance))
    return coefficients


def checked_terms(terms: Iterable[TermLike] | Expanded) -> list[TermLike]:
    """List the terms, or refuse what are none."""
    given: object = terms.monomials() if isinstance(terms, Expanded) else terms
    try:
        found = list(cast(Iterable[TermLike], given))
    except TypeError:
        found = [cast(TermLike, given)]  # it is no list of anything, and refused below
    for term in found:
        fine = (
            isinstance(term, tuple | list)
            and len(term) == 3
            and isinstance(term[0], Diagram | Integrand | ConnectedProduct)
        )
        if not (fine and isinstance(term[1], Rational) and isinstance(term[2], Mapping)):
            raise LoweringError(
                f"terms = {shown(terms)} was given; an expansion, or terms (diagram, exact factor, powers of "
                "the couplings), are needed"
            )
    return found


def _evaluate_group(
    group: TermGroup, answers: Sequence[LookUp], indices: Indices, propagator: Array, uncertain: Array
) -> Product:
    """Sum the terms of a group for all multisets, in blocks of terms; the propagator is `uncertain`."""
    parts = [answers[k] for k in group.integrands]
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
        for part in parts:
            terms.multiply(*part.at(labels[..., first : first + part.slots]))
            first += part.slots
        total.add(terms.value.sum(axis=0), terms.error.sum(axis=0))
    return total


def _summary(value: Array, error: Array, parts: tuple[Estimate, ...]) -> Estimate:
    return Estimate(
        value,
        np.broadcast_to(error, value.shape),
        method=joined_methods(part.method for part in parts),
        quality=if_finite(value, worst(part.quality for part in parts)),
        provenance=parts[0].provenance if parts else {},
    )
