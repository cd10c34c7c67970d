"""Connected diagrams in bulk: arrays of lines and symmetry factors, with bounded memory.

What to use when: for up to about 10^4 diagrams, `diagrams.generate` and its `Diagram` objects; beyond that
`generate_batches`, which makes an object only when asked for one. The enumeration itself is compiled
(`diagrams.enumeration.machine`); the first call on a machine waits some seconds for the compiler, later ones
do not.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from threading import Lock

import numpy as np

from diagrams.combinatorics.numbers import double_factorial
from diagrams.diagram import Diagram
from diagrams.enumeration import machine, machine_legs, machine_lines
from diagrams.enumeration.counting import Progress, Report, Totals
from diagrams.enumeration.leg_classes import Content, LegClass, ends_of, legs_handed_out
from diagrams.enumeration.machine import Bytes, Classes, Longs
from diagrams.enumeration.machine_legs import Lines, Numbers
from diagrams.enumeration.requests import checked_content
from diagrams.errors import GenerationError
from diagrams.filters import (
    WITHOUT_SELF_LOOPS,
    Filter,
    NamedFilter,
    connected,
    no_self_loop,
    no_snail,
    no_tadpole,
    no_vacuum,
    one_particle_irreducible,
    skeleton,
    two_particle_irreducible,
)

#: Classes enumerated between two looks at the consumer.
_CLASSES = 4096
#: The same to begin with: small requests do not pay for large arrays.
_FEW_CLASSES, _FEW_DIAGRAMS = 64, 512
#: From this many vertices on a count uses every core.
_THREADED_FROM = 8
#: Limits of the compiled enumeration: its integers have 64 bits, its node numbers 8.
MOST_POINTS, MOST_VERTICES = 64, 20
_FACTORIALS = tuple(factorial(k) for k in range(machine_legs.MOST_PARALLEL + 1))
_DOUBLE_FACTORIALS = tuple(double_factorial(k) for k in range(machine_legs.MOST_PARALLEL + 1))

#: (kind of cut, fewest lines it must have): what a filter says about `machine.fill_classes`.
_CUTS: dict[NamedFilter, tuple[int, int]] = {
    one_particle_irreducible: (0, 2),
    two_particle_irreducible: (0, 3),
    no_tadpole: (1, 2),
    no_snail: (1, 2),
    skeleton: (2, 3),
    no_vacuum: (1, 1),
    connected: (0, 0),
    no_self_loop: (0, 0),
}


@dataclass(frozen=True)
class DiagramBatch:
    """Labelled connected diagrams of one request, as arrays.

    Attributes
    ----------
    n_external : int
    vertices : tuple of int, length n_vertices
        Valences, ascending, common to the batch; node ``n_external + i`` has ``vertices[i]``.
    lines : ndarray of int8, shape (n_diagrams, n_lines, 2)
        Node pairs; the vertices are in an order of the enumeration, not that of `Diagram`. With blobs, these
        are the first nodes after the points, and pairs with them are their legs.
    vertex_automorphisms, edge_symmetry : ndarray of int64, shape (n_diagrams,)
        The two parts of the symmetry factor.
    blobs : tuple of int, length n_blobs
        Legs of the blobs.

    Examples
    --------
    >>> batch = next(generate_batches(4, {4: 1}))
    >>> batch.vertices, batch.lines.tolist(), batch.symmetry_factor(0)
    ((4,), [[[0, 4], [1, 4], [2, 4], [3, 4]]], 1)
    """

    n_external: int
    vertices: tuple[int, ...]
    lines: Bytes
    vertex_automorphisms: Longs
    edge_symmetry: Longs
    blobs: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, number: int) -> Diagram:
        """Diagram number `number` as an object."""
        n, n_blobs = self.n_external, len(self.blobs)
        blobs: list[list[int]] = [[] for _ in self.blobs]
        edges = []
        for pair in self.lines[number].tolist():
            # vertices lose the numbers that blobs have in front of them
            nodes = [node - n_blobs if node >= n + n_blobs else node for node in pair]
            joined = [(place, node) for place, node in enumerate(pair) if n <= node < n + n_blobs]
            if joined:
                place, blob = joined[0]
                blobs[blob - n].append(nodes[1 - place])
            else:
                edges.append((nodes[0], nodes[1]))
        return Diagram(n, self.vertices, tuple(edges), tuple(map(tuple, blobs)))

    def symmetry_factor(self, number: int) -> int:
        """Symmetry factor of diagram number `number`, as an exact integer."""
        return int(self.vertex_automorphisms[number]) * int(self.edge_symmetry[number])


@dataclass(frozen=True)
class ClassBatch:
    """Classes with one common (valences, legs).

    Attributes
    ----------
    valences, legs : tuple of int, length n_vertices
    classes : Classes
    """

    valences: tuple[int, ...]
    legs: tuple[int, ...]
    classes: Classes

    @property
    def legs_array(self) -> Bytes:
        """Legs per vertex, shape (n_vertices,)."""
        return np.array(self.legs, np.int8)

    @property
    def words(self) -> int:
        """Arrangements of the labels over the vertices."""
        return factorial(sum(self.legs)) // prod(map(factorial, self.legs))

    def work_space(self) -> Bytes:
        """Room for every leg group, shape (largest order, n_vertices)."""
        carrying = factorial(sum(1 for legs in self.legs if legs))
        return np.empty((min(carrying, max(self.classes.group_order.tolist())), len(self.legs)), np.int8)

    def numbers(self) -> Numbers:
        """What the labelled diagrams of every class share."""
        found = Numbers(*(np.empty(len(self.classes.matrix), np.int64) for _ in range(3)))
        valences = np.array(self.valences, np.int8)
        machine_legs.class_numbers(self.legs_array, valences, self.classes, found)
        return found


def least_cuts(where: Iterable[Filter], content: Content = ()) -> tuple[Longs, tuple[Filter, ...]]:
    """What filters ask of `machine.fill_classes`, and the filters that it does not know.

    `no_self_loop`, and that part of `no_snail`, count as known: they are a separate argument of the
    enumeration. Cuts of more lines than one are not known where there are blobs, whose legs are no lines that
    could be cut.

    Examples
    --------
    >>> from diagrams.filters import connected, skeleton
    >>> least_cuts([connected, skeleton])
    (array([0, 0, 3]), ())
    """
    least = np.zeros(3, np.int64)
    rest: list[Filter] = []
    for chosen in where:
        if isinstance(chosen, NamedFilter) and chosen in _CUTS:
            kind, lines = _CUTS[chosen]
            if lines > 1 and any(valence < 0 for valence, _ in content):
                rest.append(chosen)
                continue
            least[kind] = max(least[kind], lines)
        else:
            rest.append(chosen)
    return least, tuple(rest)


def class_batches(
    n_legs: int, content: Content, self_loops: bool, least: Longs, size: int = _CLASSES
) -> Iterator[ClassBatch]:
    """Stream connected classes with at least one vertex, at most `size` at a time (few at first)."""
    for valences, legs in legs_handed_out(n_legs, content):
        yield from _filled(valences, legs, self_loops, least, size)


def _filled(
    valences: tuple[int, ...], legs: tuple[int, ...], self_loops: bool, least: Longs, size: int
) -> Iterator[ClassBatch]:
    """Stream the classes with given legs per vertex."""
    room = min(size, _FEW_CLASSES)
    state = _start(valences, legs)
    legs_array = np.array(legs, np.int8)
    while state.place[0] >= 0:
        n = len(valences)
        made = Classes(
            np.empty((room, n, n), np.int8),
            np.empty(room, np.int64),
            np.empty(room, np.int64),
            np.empty((room, n, n), np.int8),
        )
        written = machine.fill_classes(legs_array, self_loops, least, state, made)
        if written == room:
            room = min(size, 4 * room)
        if written:
            yield ClassBatch(valences, legs, made.head(written))


def fits(n_legs: int, content: Content) -> bool:
    """Whether the compiled enumeration can take a request: no number of it leaves its room.

    Examples
    --------
    >>> fits(4, ((4, 9),)), fits(0, ((12, 7),)), fits(0, ((30, 7),))
    (True, True, False)
    """
    n_vertices = ends = largest = 0
    for valence, number in content:  # one pass: small requests take fifty microseconds in all
        n_vertices += number
        ends += abs(valence) * number
        largest = max(largest, abs(valence))
    return (
        n_legs <= MOST_POINTS
        and n_vertices <= MOST_VERTICES
        and largest <= machine_legs.MOST_PARALLEL
        and ends <= machine_legs.MOST_ENDS
    )


def fits_arrays(n_legs: int, content: Content) -> bool:
    """Whether, besides, every symmetry of lines has 64 bits.

    With nothing but self-loops a vertex of valence k has k!! exchanges of lines, and no other use of its
    line ends for lines has more; with blobs it has k! at most.

    Examples
    --------
    >>> fits_arrays(4, ((4, 9),)), fits_arrays(0, ((12, 7),))
    (True, False)
    """
    if not fits(n_legs, content):
        return False
    most = _FACTORIALS if content and content[0][0] < 0 else _DOUBLE_FACTORIALS
    exchanges = 1
    for valence, number in content:
        exchanges *= most[valence] ** number if valence > 0 else 1
    return exchanges < 2**63


def is_warm(counting: bool) -> bool:
    """Whether the compiled code for counting, or for listing, has been loaded: nobody has to wait for it."""
    other = machine_legs.class_numbers if counting else machine_legs.leg_group
    return all(getattr(function, "signatures", ()) for function in (machine.fill_classes, other))


def _start(valences: tuple[int, ...], legs: tuple[int, ...]) -> machine.State:
    """State before the first entry."""
    n = len(valences)
    same = np.zeros((n + 1, n), np.int8)
    for j in range(1, n):
        same[0, j] = (valences[j], legs[j]) == (valences[j - 1], legs[j - 1])
    free = np.abs(np.array(valences, np.int64)) - np.array(legs, np.int64)
    n_blobs = sum(1 for valence in valences if valence < 0)
    return machine.State(
        np.zeros((n, n), np.int8),
        free,
        np.zeros(n, np.int64),
        same,
        np.zeros(n, np.int64),
        np.array([0, 0, 1, n_blobs, 0], np.int64),
    )


def machine_classes(n_legs: int, content: Content, self_loops: bool, least: Longs) -> Iterator[LegClass]:
    """Stream the classes of `leg_classes.leg_classes`, compiled; same classes, same order.

    Examples
    --------
    >>> from diagrams.enumeration.leg_classes import leg_classes
    >>> found = list(machine_classes(4, ((4, 3),), True, np.zeros(3, np.int64)))
    >>> found == list(leg_classes(4, ((4, 3),)))
    True
    """
    for batch in class_batches(n_legs, content, self_loops, least):
        legs, space, classes = batch.legs_array, batch.work_space(), batch.classes
        for c in range(len(classes.matrix)):
            number = int(classes.n_generators[c])
            order = machine_legs.leg_group(
                classes.generators[c], number, legs, int(classes.group_order[c]), space
            )
            actions = sorted(tuple(action) for action in space[:order].tolist())
            matrix = tuple(tuple(row) for row in classes.matrix[c].tolist())
            fixing = int(classes.group_order[c]) // order
            yield LegClass(batch.valences, batch.legs, matrix, tuple(actions), fixing)


def class_totals(
    n_legs: int, content: Content, self_loops: bool, least: Longs, report: Report | None = None
) -> Totals:
    """Totals over all connected diagrams of a request with at least one vertex, without listing them.

    With a `report` it is called after every few thousand classes. Large requests use every core: one way to
    hand the legs to the vertices each.
    """
    jobs = list(legs_handed_out(n_legs, content))
    tally = _Tally(n_legs, content, report)

    def work(job: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        for batch in _filled(*job, self_loops, least, _CLASSES):
            if tally.stopped:
                return
            tally.add(batch)

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if min(cores, len(jobs)) < 2 or sum(number for _, number in content) < _THREADED_FROM:
        for job in jobs:
            work(job)
        return tally.totals
    work(jobs[0])  # compiles what is not compiled yet
    with ThreadPoolExecutor(cores) as pool:
        try:
            # the last ones, with the legs at most vertices, have most classes
            for done in [pool.submit(work, job) for job in reversed(jobs[1:])]:
                done.result()
        finally:
            tally.stopped = True  # an interrupt waits for a batch, not for the whole
            pool.shutdown(wait=False, cancel_futures=True)
    return tally.totals


class _Tally:
    """Sums over classes, which several threads add to."""

    def __init__(self, n_legs: int, content: Content, report: Report | None) -> None:
        self.n_legs, self.content, self.report = n_legs, content, report
        self.totals = Totals(0, 0, Fraction(0))
        self.stopped = False
        self._lock = Lock()

    def add(self, batch: ClassBatch) -> None:
        """Add the diagrams of a batch, and report."""
        words, numbers, group_order = batch.words, batch.numbers(), batch.classes.group_order
        labelled, weight = 0, Fraction(0)
        for moving, times in Counter(numbers.moving.tolist()).items():
            labelled += words // moving * times
        symmetries = zip(group_order.tolist(), numbers.edge_code.tolist(), strict=True)
        for (order, code), times in Counter(symmetries).items():
            weight += Fraction(words * times, order * machine_legs.unpacked(code))
        with self._lock:
            before = self.totals
            now = (before.classes + len(group_order), before.labelled + labelled, before.weight + weight)
            self.totals = Totals(*now)
            if self.report is not None:
                self.report(Progress(self.n_legs, self.content, self.totals.labelled, self.totals.weight))


def generate_batches(
    n_external: int,
    vertices: Mapping[int, int],
    where: Iterable[Filter] = (),
    *,
    size: int = 65_536,
    blobs: Mapping[int, int] | None = None,
) -> Iterator[DiagramBatch]:
    """Stream every labelled **connected** diagram as arrays.

    Parameters
    ----------
    n_external : int
        Number of external points.
    vertices : mapping
        ``{valence: how many}``, at least one vertex.
    where : iterable of NamedFilter
        Filters of `diagrams.filters`; `connected` is implied.
    size : int
        Diagrams per batch; the last one has fewer.
    blobs : mapping, optional
        ``{legs: how many}``, as for `diagrams.generate`.

    Yields
    ------
    DiagramBatch
        Arrays of its own: nothing is overwritten by the next batch.

    Raises
    ------
    GenerationError
        If the request makes no sense (see `diagrams.generate`), has no vertex or too many points and
        vertices, or a filter is not one of the named ones.

    Examples
    --------
    >>> batches = list(generate_batches(4, {4: 4}))
    >>> sum(len(batch) for batch in batches), batches[0].lines.shape[1:]
    (255, (10, 2))
    >>> sum(len(batch) for batch in generate_batches(2, {4: 2}, blobs={6: 1}))
    11
    """
    content = checked_content(n_external, vertices, blobs)
    chosen = tuple(where)
    least, rest = least_cuts(chosen, content)
    if not content or not fits_arrays(n_external, content) or size < 1:
        raise GenerationError(
            f"{n_external} points, vertices {dict(vertices)}, batches of {size} given; need 1 "
            f"to {MOST_VERTICES} vertices of moderate valence, at most {MOST_POINTS} points, batches of 1 or "
            "more: use diagrams.generate(..., where=[connected])"
        )
    if rest:
        raise GenerationError(
            "batches know the filters that cut lines, and no_self_loop; with blobs, those that cut one line "
            "at most; apply others to the arrays, or use generate"
        )
    return _batches(n_external, content, WITHOUT_SELF_LOOPS.isdisjoint(chosen), least, size)


def _batches(n: int, content: Content, self_loops: bool, least: Longs, size: int) -> Iterator[DiagramBatch]:
    valences = tuple(k for k, c in content for _ in range(c))
    n_lines = (n + ends_of(content)) // 2
    small, large = machine_lines.memory(n, len(valences))
    given = n, np.array(valences, np.int8), self_loops, least, small, large
    out, filled, finished = _room(min(size, _FEW_DIAGRAMS), n_lines), 0, False
    while not finished:
        filled, finished = machine_lines.fill_lines(*given, filled, out)
        if filled == size:
            yield _batch(n, valences, out, filled)
            out, filled = _room(size, n_lines), 0
        elif filled == len(out.lines):
            out = _grown(out, min(size, 8 * filled))
    if filled:
        yield _batch(n, valences, out, filled)


def _batch(n: int, valences: tuple[int, ...], out: Lines, filled: int) -> DiagramBatch:
    blobs = tuple(-k for k in valences if k < 0)
    return DiagramBatch(
        n,
        valences[len(blobs) :],
        out.lines[:filled],
        out.vertex_automorphisms[:filled],
        out.edge_symmetry[:filled],
        blobs,
    )


def _grown(out: Lines, size: int) -> Lines:
    """The same with room for more."""
    larger = _room(size, out.lines.shape[1])
    used = len(out.lines)
    larger.lines[:used] = out.lines
    larger.vertex_automorphisms[:used] = out.vertex_automorphisms
    larger.edge_symmetry[:used] = out.edge_symmetry
    return larger


def _room(size: int, n_lines: int) -> Lines:
    """Empty arrays for one batch."""
    return Lines(np.empty((size, n_lines, 2), np.int8), np.empty(size, np.int64), np.empty(size, np.int64))
