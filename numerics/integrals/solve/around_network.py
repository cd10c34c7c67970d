"""Integrate products of connected correlators over a box, on finer and finer grids.

The exact correlators of the network stand at every node, together with the external points; nodes that
coincide, as the four legs of a vertex do, are no special case. Panels are cut where the kernel has kinks as a
function of one vertex. The error of a result is what the last grid still misses
(`numerics.integrals.accuracy.changes`), rounding, and what the bounds of the correlators add up to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import pi

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, ProblemTooLarge
from numerics.exact.at_rows import connected_at, most_points, refuse_unknown
from numerics.integrals.accuracy.changes import Changes, Smoothness
from numerics.integrals.evaluate.connected_tables import ConnectedTables, Sums, connected_cost
from numerics.integrals.questions.connected_question import ConnectedQuestion
from numerics.integrals.questions.limits import Accuracy
from numerics.integrals.questions.question import Answer
from numerics.integrals.rules.domains import Box
from numerics.integrals.rules.kinked_lines import kinks_where_vertices_meet
from numerics.integrals.rules.panels import sinh_panels
from numerics.integrals.rules.quadrature import TensorRule
from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import Kernel
from numerics.kernels.scaled import ScaledKernel
from numerics.kernels.stationary import CosKernel, GaussKernel
from numerics.networks.base import Network

Array = NDArray[np.float64]

#: Takes a question with its answer once that is final.
Done = Callable[[ConnectedQuestion, Answer], None]


def solve_around(
    questions: Sequence[ConnectedQuestion],
    network: Network,
    points: Array,
    box: Box,
    accuracy: Accuracy,
    done: Done,
) -> None:
    """Answer integrals over connected correlators of a network.

    Parameters
    ----------
    questions : sequence of ConnectedQuestion
    network : Network
    points : ndarray, shape (n, d)
    box : Box
    accuracy : Accuracy
    done : callable
        Called with each question and its answer once that is final; one that could not be brought to the
        accuracy is not `converged`.

    Raises
    ------
    ProblemTooLarge
        If not even two grids fit into the limits.
    NotAvailable
        If an exact correlator is not known.
    InvalidNetwork
        If a value is beyond floating point.
    """
    refuse_unknown(network, sorted({order for question in questions for order in question.part.orders}))
    for question in questions:
        if not question.part.n_vertices:
            done(question, _without_vertices(question, network, points, accuracy))
    kernel, several = network.kernel_of_one, network.d_in > 1
    rule = _rule(kernel, points, box)
    tracks = [
        _Track(question, _smoothness(question, kernel), accuracy, several)
        for question in questions
        if question.part.n_vertices
    ]
    nats, policy = accuracy.refinement.least_nats, accuracy.refinement
    while tracks:
        size = rule.size(nats)
        fits = _fits(tracks, size, len(points), accuracy)
        if not fits and tracks[0].level < 2:
            raise _too_large(tracks, size, rule.size(policy.least_nats), accuracy)
        if fits:
            asked = [track.question for track in tracks]
            tables = ConnectedTables(network, points, rule.grid(nats), asked)
            for track in tracks:
                track.evaluate(tables.sums(track.question), f"connected correlators on {size} nodes")
        for track in tracks:
            if track.finished or not fits:
                _refuse_overflow(track.answer, network)
                done(track.question, track.answer)
        tracks = [track for track in tracks if fits and not track.finished]
        slow = any(track.smoothness.slow for track in tracks)
        nats = policy.next(nats, several, slow=slow)


@dataclass(eq=False)
class _Track:
    """Progress of one integral from grid to grid."""

    question: ConnectedQuestion
    smoothness: Smoothness
    accuracy: Accuracy
    several_dimensions: bool
    level: int = 0
    finished: bool = False
    _value: Array = field(default_factory=lambda: np.empty(0))
    _scale: Array | float = 0.0
    _answer: Answer | None = None
    _changes: Changes = field(init=False)

    def __post_init__(self) -> None:
        self._changes = Changes(self.smoothness, self.accuracy.refinement, self.several_dimensions)

    @property
    def answer(self) -> Answer:
        """What the last grid gave."""
        assert self._answer is not None  # two grids have been made
        return self._answer

    def evaluate(self, sums: Sums, method: str) -> None:
        """Take the result of one more grid, and judge from the changes so far."""
        scale = np.maximum(self._scale, sums.scale)  # a coarse grid may miss all of a narrow integrand
        if self.level:
            missed = self._changes.missed(np.abs(sums.value - self._value), scale)
            rounded = self.question.rounding * scale + sums.carried
            self._answer = Answer(sums.value, missed + rounded, scale, self.accuracy.rtol, method)
            self.finished = self._answer.converged or bool((missed <= rounded).all())
        self._value, self._scale = sums.value, scale
        self.level += 1


def _without_vertices(
    question: ConnectedQuestion, network: Network, points: Array, accuracy: Accuracy
) -> Answer:
    """Look up a correlator of external points alone."""
    (factor,) = question.part.factors
    value, error = connected_at(network, points, {factor.order: question.rows})[factor.order]
    (variances, _) = connected_at(network, points, {2: np.repeat(np.arange(len(points)), 2).reshape(-1, 2)})[
        2
    ]
    deviations = np.sqrt(variances)[question.rows]
    size = deviations.prod(axis=1) * float(network.width) ** (1 - factor.order // 2)
    scale = np.maximum(np.abs(value), size)
    return Answer(value, error, scale, accuracy.rtol, "exact connected correlators")


def _rule(kernel: Kernel, points: Array, box: Box) -> TensorRule:
    """Panels that end at kinks, graded around the inputs and the origin.

    A kernel of which nothing is known may have kinks at the inputs, and half-way between them, as that of
    Cauchy momenta: on the line panels end there, too.
    """
    length = kernel.length_scale
    scale = box.cutoff if length is None else min(length, box.cutoff)
    # A Gaussian of s·sinh(u) grows beyond |Im u| = π/4.
    strip = 0.25 * pi if kernel.ray_growth is None else 0.5 * pi
    kinks = [axis.tolist() for axis in kernel.kinks(points)]
    if kernel.d_in == 1 and not _known(kernel):
        kinks[0] = sorted({0.0, *(0.5 * np.add.outer(points[:, 0], points[:, 0])).ravel().tolist()})
    anchors = [[0.0, *points[:, k].tolist()] for k in range(kernel.d_in)]
    return TensorRule(
        tuple(
            sinh_panels(box.cutoff, near, scale, cuts, strip)
            for near, cuts in zip(anchors, kinks, strict=True)
        )
    )


def _known(kernel: Kernel) -> bool:
    """Whether the kernel says where it has kinks."""
    plain = kernel.base if isinstance(kernel, ScaledKernel) else kernel
    return isinstance(plain, ErfKernel | ReLUKernel | GaussKernel | CosKernel)


def _smoothness(question: ConnectedQuestion, kernel: Kernel) -> Smoothness:
    """Kinks in one vertex on the line are cut out; others remain."""
    if not _known(kernel):
        return Smoothness.UNKNOWN
    meet = kinks_where_vertices_meet(kernel)
    resolved = not meet or (kernel.d_in == 1 and question.part.n_vertices == 1)
    return Smoothness.ANALYTIC if resolved else Smoothness.KINKED


def _fits(tracks: Sequence[_Track], size: int, n_points: int, accuracy: Accuracy) -> bool:
    questions = [track.question for track in tracks]
    largest = max(order for question in questions for order in question.part.orders)
    if size > accuracy.max_nodes or size + n_points > most_points(largest):
        return False
    held, work = connected_cost(questions, n_points, size)
    return 8 * held <= accuracy.max_bytes and _SLOWNESS * work <= accuracy.max_operations


#: A multiplication in the sums over partitions takes as long as so many on a grid of kernels.
_SLOWNESS = 30.0


def _too_large(tracks: Sequence[_Track], size: int, least: int, accuracy: Accuracy) -> ProblemTooLarge:
    worst = max((track.question.part for track in tracks), key=lambda part: (part.n_vertices, part.orders))
    return ProblemTooLarge(
        f"{worst} needs grids of {size} nodes per vertex, and connected correlators of order "
        f"{worst.orders[-1]} at every combination of them: more than {accuracy.max_bytes / 2**30:.1f} GiB or "
        f"{accuracy.max_operations:.0e} multiplications; {least} nodes are the least. Lower the order or the "
        "cutoff, take fewer inputs, or raise the limits"
    )


def _refuse_overflow(answer: Answer, network: Network) -> None:
    if not (np.isfinite(answer.value).all() and np.isfinite(answer.error).all()):
        raise InvalidNetwork(
            f"an integral over the correlators of {network!r} is beyond floating-point numbers; take a "
            "smaller box, smaller deviations, or a lower order"
        )
