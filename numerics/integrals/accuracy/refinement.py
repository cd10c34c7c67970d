"""Refine grids until the requested accuracy is reached, and say how far off the result may be.

Grids grow by a constant number of nodes per panel where convergence is exponential, by a constant factor
where it is algebraic; `numerics.integrals.questions.limits.Refinement` derives when they are fine enough.
Rounding adds a few units in the last place of ∫∏|K|, the scale to which `rtol` refers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ProblemTooLarge
from numerics.integrals.accuracy.changes import Changes, Smoothness
from numerics.integrals.evaluate.backends import Backend, default_backend
from numerics.integrals.evaluate.contraction import (
    Cost,
    Tables,
    contract,
    contraction_cost,
    kernel_error_share,
)
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Answer, Question
from numerics.integrals.rules.kinked_lines import kinks_where_vertices_meet
from numerics.integrals.rules.quadrature import Rule
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.stationary import CosKernel, GaussKernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Takes a question with its answer once that is final.
Done: TypeAlias = Callable[[Question, Answer], None]


def refine(
    questions: Sequence[Question],
    kernel: Kernel,
    points: Array,
    rule: Rule,
    accuracy: Accuracy,
    backend: Backend | None,
    done: Done,
) -> None:
    """Integrate several integrals on the same grids until each has converged or the limits are reached.

    Parameters
    ----------
    questions : sequence of Question
    kernel : Kernel
    points : ndarray, shape (n, d)
    rule : Rule
    accuracy : Accuracy
    backend : Backend or None
        None: chosen by the size of the problem.
    done : callable
        Called with each question and its answer once that is final; one that could not be brought to the
        accuracy is not `converged`.

    Raises
    ------
    ProblemTooLarge
        If not even the two coarsest grids fit into the limits.
    """
    several, policy = kernel.d_in > 1, accuracy.refinement
    tracks = [
        _Track(question, _smoothness(question, kernel, points, rule, accuracy), accuracy, several)
        for question in questions
    ]
    nats = before = _first_nats(tracks, rule, len(points), accuracy)
    while tracks:
        size = rule.size(nats)
        # with two grids there is an error; a third one that is too large is not made
        for track in tracks:
            if track.level >= 2 and _too_large(track.question, size, len(points), accuracy):
                track.finished = True
                done(track.question, track.answer)
        tracks = [track for track in tracks if not track.finished]
        if not tracks:
            return
        tables = Tables(kernel, points, rule, nats, backend)
        finer = tracks[0].level < 2 or rule.pieces(nats) == rule.pieces(before)
        method = f"grid contraction, {rule.name}, {size} nodes per vertex"
        for track in tracks:
            track.evaluate(tables, method, backend, finer=finer, expected=rule.expected(nats))
            if track.finished:
                done(track.question, track.answer)
        tracks = [track for track in tracks if not track.finished]
        slow = any(track.smoothness.slow for track in tracks)
        before, nats = nats, policy.next(nats, several, slow=slow)


@dataclass(eq=False)
class _Track:
    """Progress of one integral from grid to grid; `_scale` is ∫∏|K|, shape as the value."""

    question: Question
    smoothness: Smoothness
    accuracy: Accuracy
    several_dimensions: bool
    level: int = 0
    finished: bool = False
    _value: Array = field(default_factory=lambda: np.empty(0))
    _scale: Array = field(default_factory=lambda: np.empty(0))
    _answer: Answer | None = None
    _carried: Array | float = 0.0
    _changes: Changes = field(init=False)

    def __post_init__(self) -> None:
        self._changes = Changes(self.smoothness, self.accuracy.refinement, self.several_dimensions)

    @property
    def answer(self) -> Answer:
        """What the last grid gave."""
        assert self._answer is not None  # two grids have been made
        return self._answer

    def evaluate(
        self, tables: Tables, method: str, backend: Backend | None, *, finer: bool, expected: float
    ) -> None:
        """Integrate on one more grid, and judge from the changes so far.

        Where panels have just been cut (not `finer`), two half panels may be no better than the whole one was
        for an integrand that is largest at an end of the box, or worse. A small change then says nothing, and
        a large one is the error of the new grid. No error is reported below that `expected` of the rule,
        relative to ∫∏|K|: a change can be small by chance.
        """
        integrand, rows = self.question.integrand, self.question.rows
        chosen = backend or default_backend(prod(self.question.shape), integrand.n_factors, tables.size)
        value = contract(integrand, rows, tables, chosen)
        exact = self.smoothness is Smoothness.EXACT
        if self.level == 0:
            # The scale need not be accurate, so that of the coarsest grid serves for all.
            magnitudes = tables.magnitudes(integrand)
            self._scale = value if magnitudes is tables else contract(integrand, rows, magnitudes, chosen)
            self._carried = kernel_error_share(integrand, rows, tables, chosen)
        # That grid may have missed all of a narrow integrand.
        self._scale = np.maximum(self._scale, np.abs(value))
        if exact or self.level >= 1:
            change = np.abs(value - self._value) if self.level else np.zeros_like(value)
            missed = np.zeros_like(value) if exact else self._changes.missed(change, self._scale)
            if not finer and self.smoothness is Smoothness.ANALYTIC:
                missed = np.maximum(
                    np.maximum(missed, change), self.accuracy.refinement.cut * self.answer.error
                )
            if expected:
                missed = np.maximum(missed, expected * self._scale)
            rounded = self.question.rounding * self._scale
            error = missed + rounded + self._carried
            self._answer = Answer(value, error, self._scale, self.accuracy.rtol, method)
            self.finished = self._answer.converged or bool((missed <= rounded).all())
        self._value = value
        self.level += 1


def _smoothness(
    question: Question, kernel: Kernel, points: Array, rule: Rule, accuracy: Accuracy
) -> Smoothness:
    """Panels are cut at kinks in one coordinate; those between two vertices are integrated along curves."""
    if rule.exact:
        return Smoothness.EXACT
    if not isinstance(kernel, ErfKernel | ReLUKernel | GaussKernel | CosKernel) or question.integrand.shaping:
        return Smoothness.UNKNOWN
    if not any(len(kinks) for kinks in kernel.kinks(points)):
        return Smoothness.ANALYTIC
    if rule.kinks_cut_up_to == 0:
        return Smoothness.UNKNOWN
    cut = kernel.d_in <= rule.kinks_cut_up_to
    between = question.integrand.n_vertices > 1 and kinks_where_vertices_meet(kernel)
    # In a closed loop of vertices the lines not in one table leave weaker kinks.
    loops = len(question.integrand.bridges_between) >= question.integrand.n_vertices
    resolved = not between or (not loops and bool(rule.kink_pairs(accuracy.refinement.least_nats)))
    return Smoothness.ANALYTIC if cut and resolved else Smoothness.KINKED


def fits_grid(question: Question, rule: Rule, n_points: int, accuracy: Accuracy) -> bool:
    """Whether the two coarsest grids are within the limits on nodes, memory and operations."""
    policy = accuracy.refinement
    return not _too_large(question, rule.size(policy.second(policy.least_nats)), n_points, accuracy)


def _first_nats(tracks: Sequence[_Track], rule: Rule, n_points: int, accuracy: Accuracy) -> float:
    """Accuracy of the first grid: near the one asked for, or the least if two such grids are too large."""
    questions, policy = [track.question for track in tracks], accuracy.refinement
    asked = 2.0 - log(accuracy.rtol)
    if not any(track.smoothness.slow for track in tracks):
        several = any(track.several_dimensions for track in tracks)
        near = max(policy.least_nats, policy.first_of_small[several] * asked)
        size = rule.size(policy.second(near))
        work = sum(_cost(question, size, n_points).operations for question in questions)
        fits = not any(_too_large(question, size, n_points, accuracy) for question in questions)
        if work <= policy.small_work and fits:
            return near
    for nats in (max(policy.least_nats, policy.first * asked), policy.least_nats):
        size = rule.size(policy.second(nats))
        refused = [question for question in questions if _too_large(question, size, n_points, accuracy)]
        if not refused:
            return nats
    cost = _cost(refused[0], size, n_points)
    raise ProblemTooLarge(
        f"{refused[0].integrand} needs grids of {size} nodes per vertex and {8 * cost.elements / 2**30:.1f} "
        f"GiB, and {cost.operations:.0e} multiplications; allowed are {accuracy.max_nodes} nodes, "
        f"{accuracy.max_bytes / 2**30:.1f} GiB and {accuracy.max_operations:.0e} multiplications. Lower the "
        "cutoff, take fewer inputs, raise the limits, or leave the method open: cubature and "
        "quasi-Monte-Carlo need no grid"
    )


def _too_large(question: Question, size: int, n_points: int, accuracy: Accuracy) -> bool:
    if size > accuracy.max_nodes:
        return True
    cost = _cost(question, size, n_points)
    return 8 * cost.elements > accuracy.max_bytes or cost.operations > accuracy.max_operations


def _cost(question: Question, size: int, n_points: int) -> Cost:
    return contraction_cost(question.integrand, question.shape, size, n_points)
