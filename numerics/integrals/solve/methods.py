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
is in `Answer.method`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from math import pi
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidKernel, InvalidPoints, LoweringError, NotAvailable, NotConverged
from numerics.integrals.accuracy.box_truncation import integrate_tail_too
from numerics.integrals.accuracy.refinement import Done, fits_grid, refine
from numerics.integrals.evaluate.backends import Backend
from numerics.integrals.evaluate.gaussian_form import gaussian_rule, gaussian_table, has_gaussian_form
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Answer, Question, Solved
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
    """How to integrate; the value says it in words.

    Examples
    --------
    >>> print(Method.GRID.value)
    contraction on a quadrature grid
    """

    AUTOMATIC = "closed form where there is one, else a grid, else cubature or quasi-Monte-Carlo"
    CLOSED_FORM = "closed Gaussian form"
    GRID = "contraction on a quadrature grid"
    CUBATURE = "adaptive cubature over all vertices at once"
    QUASI_MONTE_CARLO = "scrambled Sobol points over all vertices at once"


#: Short names of the methods, those of ``nnft integrate --method``.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "auto": Method.AUTOMATIC,
        "closed": Method.CLOSED_FORM,
        "grid": Method.GRID,
        "cubature": Method.CUBATURE,
        "qmc": Method.QUASI_MONTE_CARLO,
    }
)


def as_method(given: Method | str) -> Method:
    """Return a method; its short name, and that of the member, will do.

    Raises
    ------
    NotAvailable
        If there is none of that name.

    Examples
    --------
    >>> as_method("grid") is as_method("GRID") is as_method(Method.GRID)
    True
    >>> as_method("gird")
    Traceback (most recent call last):
    numerics.errors.NotAvailable: 'gird' given as the method; one of 'auto', 'closed', 'grid', ... 'grid'?
    """
    if isinstance(given, Method):
        return given
    known = {**METHODS, **{one.name.lower(): one for one in Method}}
    name = given.strip().lower() if isinstance(given, str) else ""
    if name not in known:
        near = did_you_mean(name, known) if name else ""
        raise NotAvailable(
            f"{shown(given)} given as the method; one of {', '.join(map(repr, METHODS))} is needed{near}"
        )
    return known[name]


@dataclass(frozen=True)
class Problem:
    """What all integrals of one call have in common.

    Attributes
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d)
    domain : Box or WholeSpace
    method : Method
    accuracy : Accuracy
    backend : Backend or None
        None: chosen by the size of the problem.
    """

    kernel: Kernel
    points: Array
    domain: Domain
    method: Method = Method.AUTOMATIC
    accuracy: Accuracy = field(default_factory=Accuracy)
    backend: Backend | None = None


def solve(questions: Sequence[Question], problem: Problem, on_done: Done | None = None) -> list[Answer]:
    """Answer connected integrals, on shared grids where they need grids.

    Parameters
    ----------
    questions : sequence of Question
    problem : Problem
    on_done : callable, optional
        Called with each question and its answer once that is final, so that it can be reported or stored.

    Returns
    -------
    list of Answer
        One for each question.

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
        If the accuracy is strict and was not reached.
    """
    _refuse_extremes(problem)
    answers: dict[Question, Answer] = {}

    def done(question: Question, answer: Answer) -> None:
        if problem.kernel.odd:
            answer = _with_zeros(answer, vanishing(question, problem.kernel, problem.points))
        _check_result(question, answer, problem)
        answers[question] = answer
        if on_done is not None:
            on_done(question, answer)

    try:
        # Where numbers leave the range of floats the result is judged, not the operation.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            _solve(questions, problem, done)
    except OverflowError as error:
        raise InvalidKernel(
            f"{problem.kernel!r} leaves the range of floating-point numbers ({error}); rescale the inputs or "
            "the standard deviations"
        ) from error
    return [answers[question] for question in questions]


def _with_zeros(answer: Answer, odd: NDArray[np.bool_]) -> Answer:
    """Put exact zeros where the integrand is odd, without an error."""
    if not odd.any():
        return answer
    return replace(answer, value=np.where(odd, 0.0, answer.value), error=np.where(odd, 0.0, answer.error))


def _refuse_extremes(problem: Problem) -> None:
    """Kernels hold fourth powers of inputs and standard deviations: beyond a size these are infinite."""
    kernel, domain = problem.kernel, problem.domain
    deviations = [abs(float(getattr(kernel, name, 0.0))) for name in ("sigma_w", "sigma_b", "sigma_a")]
    for what, size in (
        ("coordinates", float(np.abs(problem.points).max(initial=0.0))),
        ("a cutoff", domain.cutoff if isinstance(domain, Box) else 0.0),
        ("standard deviations", max(deviations)),
    ):
        if size > _LARGEST:
            raise InvalidPoints(
                f"{what} up to {size:.3g} given; kernels need the fourth power of it, so {_LARGEST:g} is the "
                "most that floating-point numbers allow. Choose another unit of length"
            )


def _check_result(question: Question, answer: Answer, problem: Problem) -> None:
    if not (np.isfinite(answer.value).all() and np.isfinite(answer.error).all()):
        raise LoweringError(
            f"the value of {question.integrand} with {problem.kernel!r} at inputs up to "
            f"{np.max(np.abs(problem.points), initial=0.0):.3g} is beyond the range of floating-point "
            "numbers (about 1.8e308); rescale the inputs, the standard deviations or the cutoff"
        )
    if problem.accuracy.strict and not answer.converged:
        raise NotConverged(
            f"{question.integrand}: {Solved(question, answer).accuracy}; ask for less, or raise the limits"
        )


def _solve(questions: Sequence[Question], problem: Problem, done: Done) -> None:
    kernel, points, domain, method = problem.kernel, problem.points, problem.domain, problem.method
    rtol = problem.accuracy.rtol
    if not isinstance(domain, Box):
        for question in questions:
            refuse_divergence(question.integrand, kernel)
    rest = []
    for question in questions:
        known = method is Method.AUTOMATIC and has_gaussian_form(question.integrand, kernel, domain)
        if kernel.odd and vanishing(question, kernel, points).all():
            zero = np.zeros(question.shape)
            done(question, Answer(zero, zero, zero, rtol, "zero, as the integrand is odd"))
        elif known or method is Method.CLOSED_FORM:
            value, error = gaussian_table(question.integrand, question.rows, kernel, points, domain)
            done(question, Answer(value, error, np.abs(value), rtol, "closed Gaussian form"))
        else:
            rest.append(question)
    if isinstance(domain, Box):
        _solve_in_box(rest, problem, domain, done)
        return
    for question in rest:
        _solve_in_whole_space(question, problem, done)


def _solve_in_whole_space(question: Question, problem: Problem, done: Done) -> None:
    kernel, points, method, accuracy = problem.kernel, problem.points, problem.method, problem.accuracy
    if method in (Method.AUTOMATIC, Method.GRID) and kernel.gaussian is not None:
        rule = gaussian_rule(question.integrand, kernel, points)
        if method is Method.GRID or fits_grid(question, rule, len(points), accuracy):
            refine([question], kernel, points, rule, accuracy, problem.backend, done)
            return

    def in_box(part: Question, box: Box, inside: Accuracy) -> Answer:
        found = []
        _solve_in_box([part], replace(problem, accuracy=inside), box, lambda _, answer: found.append(answer))
        return found[0]

    done(question, integrate_tail_too(question, kernel, points, accuracy, in_box))


def _solve_in_box(questions: Sequence[Question], problem: Problem, box: Box, done: Done) -> None:
    """Integrate in a box by the method asked for; questions whose profiles ask for the same grid share it."""
    kernel, points, method = problem.kernel, problem.points, problem.method
    if method in (Method.CUBATURE, Method.QUASI_MONTE_CARLO):
        for question in questions:
            done(question, _pointwise(question, problem, box, by_cubature=method is Method.CUBATURE))
        return
    for asked in dict.fromkeys(_asked_of_rule(question, kernel) for question in questions):
        group = [question for question in questions if _asked_of_rule(question, kernel) == asked]
        if method is Method.GRID:
            rule = _remembered_rule(kernel, points, box, asked)
            refine(group, kernel, points, rule, problem.accuracy, problem.backend, done)
        else:
            _solve_group(group, problem, box, asked, done)


class _Asked(NamedTuple):
    """What a rule must know of the integrands beside kernel, inputs and box."""

    shaping: frozenset[Profile]
    bridged: bool


def _asked_of_rule(question: Question, kernel: Kernel) -> _Asked:
    ridges = kernel.ridge is not None and kernel.d_in > 1
    return _Asked(question.integrand.shaping, ridges and bool(question.integrand.bridges_between))


def _solve_group(group: Sequence[Question], problem: Problem, box: Box, asked: _Asked, done: Done) -> None:
    """Integrate on the first grid that is not too large, else without a grid."""
    kernel, points, accuracy = problem.kernel, problem.points, problem.accuracy
    open_: list[Solved] = []

    def judge(question: Question, answer: Answer) -> None:
        """Keep back what adaptive subdivision may get further with."""
        solved = Solved(question, answer)
        if _to_be_improved(solved, problem):
            open_.append(solved)
        else:
            done(question, answer)

    for cut in (True, False) if kernel.d_in > 1 else (True,):
        try:
            rule = _remembered_rule(kernel, points, box, asked, cut=cut)
        except NotAvailable:
            break
        fitting = [question for question in group if fits_grid(question, rule, len(points), accuracy)]
        group = [question for question in group if question not in fitting]
        if fitting:
            refine(fitting, kernel, points, rule, accuracy, problem.backend, judge)
        for solved in open_:
            done(solved.question, _better(solved, _without_grid(solved.question, problem, box)))
        open_.clear()
        if not group:
            return
    for question in group:
        done(question, _without_grid(question, problem, box))


def _to_be_improved(solved: Solved, problem: Problem) -> bool:
    """Whether a grid stopped short where adaptive subdivision may get further."""
    question, answer = solved
    short = problem.method is Method.AUTOMATIC and not answer.converged and not solved.at_rounding
    # what the kernel itself is off by no subdivision improves
    short = short and answer.reached > 1e3 * problem.kernel.relative_error * question.integrand.n_factors
    return (
        short
        and bool(np.isfinite(answer.value).all())  # what overflowed will do so again
        and answer.value.size <= _FEW_OUTPUTS
        and question.integrand.dimension(problem.kernel.d_in) <= _CUBATURE_DIMENSIONS
    )


def _without_grid(question: Question, problem: Problem, box: Box) -> Answer:
    few = question.integrand.dimension(problem.kernel.d_in) <= _CUBATURE_DIMENSIONS
    return _pointwise(question, problem, box, by_cubature=few)


def _better(solved: Solved, other: Answer) -> Answer:
    """The other answer, unless it is no better, or contradicts the first one."""
    first = solved.answer
    agree = bool(np.all(np.abs(other.value - first.value) <= other.error + first.error))
    return other if agree and other.reached < first.reached else first


def _pointwise(question: Question, problem: Problem, box: Box, *, by_cubature: bool) -> Answer:
    from numerics.integrals.evaluate import pointwise

    by = pointwise.by_cubature if by_cubature else pointwise.by_quasi_monte_carlo
    answer = by(question, problem.kernel, problem.points, box, problem.accuracy)
    if problem.kernel.relative_error == 0.0:
        return answer
    carried = problem.kernel.relative_error * question.integrand.n_factors * answer.scale
    return Answer(answer.value, answer.error + carried, answer.scale, answer.rtol, answer.method)


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
