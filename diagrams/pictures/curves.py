"""The lines of a drawing as curves, and how they cross.

Steps: parallel lines become circular arcs, bowed no further than the next line at either end allows;
self-loops become petals in the widest free angles; where two curves cross, the later one is interrupted, so
that a crossing cannot be taken for a vertex.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**; places are complex numbers.
"""

import cmath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import atan, atan2, cos, degrees, radians, sin, tan

from diagrams.canonical import Edge
from diagrams.diagram import Diagram

#: How far a self-loop reaches from its vertex: the first that does not make it cross anything.
_PETALS = (0.72, 0.6, 0.48)
#: Angle between two self-loops where there is more than enough room, in degrees.
_APART = 120.0
#: Distance at which a line that passes below another is interrupted.
_GAP = 0.085
#: Closer to a common end than this, curves do not cross but leave it.
_COMMON = 0.12
#: Segments that stand for a curve when crossings are sought.
_SEGMENTS = 12
#: Shares of the free angle at a vertex that an outer line may take.
_SHARE = 0.42
#: What a free angle inside a multiple line is worth to a self-loop, compared with one outside.
_INSIDE = 0.55

_COLLAPSED = 10**6

Point = tuple[float, float]
Place = dict[int, complex]


@dataclass(frozen=True)
class Curve:
    """One line of the diagram: a straight segment or a cubic Bezier curve.

    Attributes
    ----------
    start, end : str
        Labels of the nodes.
    points : tuple of (float, float)
        Two points (segment) or four (end, two controls, end).
    gaps : tuple of (float, float)
        Parameter intervals, ascending, in which the curve is interrupted: it passes below another one there.
    """

    start: str
    end: str
    points: tuple[Point, ...]
    gaps: tuple[tuple[float, float], ...] = ()

    @property
    def strokes(self) -> tuple[tuple[Point, ...], ...]:
        """What is to be drawn: the curve without its gaps, each stroke with two or four points.

        Examples
        --------
        >>> Curve("x1", "x2", ((0.0, 0.0), (1.0, 0.0)), ((0.4, 0.6),)).strokes
        (((0.0, 0.0), (0.4, 0.0)), ((0.6, 0.0), (1.0, 0.0)))
        """
        if not self.gaps:
            return (self.points,)
        bounds = [0.0, *(t for gap in self.gaps for t in gap), 1.0]
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return tuple(_part(self.points, start, end) for start, end in pairs if end > start)


def at(points: Sequence[Point], t: float) -> complex:
    """Point of a curve at a parameter 0..1 (de Casteljau)."""
    row = [complex(*point) for point in points]
    while len(row) > 1:
        row = [a + t * (b - a) for a, b in pairwise(row)]
    return row[0]


def _part(points: Sequence[Point], start: float, end: float) -> tuple[Point, ...]:
    """The same curve between two parameters, by blossoming."""
    degree = len(points) - 1
    found = []
    for k in range(degree + 1):
        row = [complex(*point) for point in points]
        for t in (end,) * k + (start,) * (degree - k):
            row = [a + t * (b - a) for a, b in pairwise(row)]
        found.append(xy(row[0]))
    return tuple(found)


def xy(z: complex) -> Point:
    """Coordinates, rounded so that equal drawings give equal text."""
    return round(z.real, 6) + 0.0, round(z.imag, 6) + 0.0


def unit(direction: float) -> complex:
    """Unit vector of a direction in degrees."""
    return complex(cos(radians(direction)), sin(radians(direction)))


def bow(lines: int) -> float:
    """Sagitta of the outermost of several parallel lines where there is room, in units of their chord."""
    return {1: 0.0, 2: 0.27, 3: 0.34}.get(lines, 0.42)


def bundle_width(lines: int) -> float:
    """Angle between a chord and the outermost of its parallel lines at the vertex, in degrees."""
    return degrees(2 * atan2(2 * bow(lines), 1))


def free_gaps(taken: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Free angles around a node.

    Parameters
    ----------
    taken : sequence of (direction, half width)
        What leaves the node, in degrees.

    Returns
    -------
    list of (start, width)
        Gaps counter-clockwise, in degrees; one full turn if nothing is taken.

    Examples
    --------
    >>> free_gaps([(0.0, 0.0), (180.0, 30.0)])
    [(0.0, 150.0), (210.0, 150.0)]
    """
    if not taken:
        return [(0.0, 360.0)]
    ordered = sorted((direction % 360, half) for direction, half in taken)
    gaps = []
    for (here, half), (there, other) in zip(ordered, [*ordered[1:], ordered[0]], strict=True):
        width = (there - here) % 360 or (360.0 if len(ordered) == 1 else 0.0)
        gaps.append((here + half, width - half - other))
    return gaps


def _direction(step: complex) -> float:
    """Direction of a step, in degrees."""
    return degrees(cmath.phase(step))


def neighbours(
    node: int, place: Mapping[int, complex], lines: Mapping[Edge, int]
) -> list[tuple[int, float, int]]:
    """Nodes joined to a node: (node, direction in degrees, number of lines)."""
    found = []
    for (i, j), many in lines.items():
        if node in (i, j) and i != j:
            other = j if node == i else i
            found.append((other, _direction(place[other] - place[node]), many))
    return found


def drawn_lines(
    diagram: Diagram, place: Mapping[int, complex], bends: Mapping[Edge, float] | None = None
) -> list[tuple[Edge, tuple[Point, ...]]]:
    """Curves of all lines of a diagram, without interruptions: (nodes, points) each.

    Parameters
    ----------
    diagram : Diagram
    place : mapping
        Node -> position.
    bends : mapping, optional
        Line -> sagitta in units of its chord, positive to the left, for single lines that are not straight.

    Examples
    --------
    >>> drawn_lines(Diagram.from_edge_string("x1-x2"), {0: -1 + 0j, 1: 1 + 0j})
    [((0, 1), ((-1.0, 0.0), (1.0, 0.0)))]
    """
    lines = dict(diagram.lines)
    found: list[tuple[Edge, tuple[Point, ...]]] = []
    ways: dict[int, list[float]] = {node: [] for node in place}  # directions in which lines leave
    for (i, j), many in lines.items():
        if i == j:
            continue
        if bends and (i, j) in bends:
            bundle = [arc(place[i], place[j], bends[i, j])]
        else:
            bundle = list(_parallel(place[i], place[j], many, *_room(i, j, place, lines)))
        for points in bundle:
            found.append(((i, j), points))
            for node, near, far in ((i, 0, 1), (j, -1, -2)):
                ways[node].append(_direction(complex(*points[far]) - complex(*points[near])))
    for (node, other), loops in lines.items():
        if node == other:
            chords = [way for _, way, many in neighbours(node, place, lines) if many > 1]
            for reach in _PETALS:
                petals = list(_petals(place[node], ways[node], chords, loops, reach))
                wider = _petals(place[node], ways[node], chords, loops, reach + _GAP)
                if not _any_crossing(list(wider), [points for _, points in found], place[node]):
                    break
            found += [((node, node), points) for points in petals]
    return found


def _any_crossing(new: Sequence[Sequence[Point]], old: Sequence[Sequence[Point]], common: complex) -> bool:
    """Whether one of the new curves crosses one of the old, away from the node they may share."""
    paths = [path(points) for points in old]
    return any(crossings(path(points), other, [common]) for points in new for other in paths)


def _room(i: int, j: int, place: Mapping[int, complex], lines: Mapping[Edge, int]) -> tuple[float, float]:
    """Angles at the ends by which the outer lines between i and j may leave the chord: right and left of it.

    At a neighbouring bundle the free angle is shared; what one side lacks the other may take.
    """
    many = lines[i, j]
    wished = bundle_width(many)
    sides = [wished * 1.25, wished * 1.25]
    for node, turn in ((i, 0), (j, 1)):
        joined = neighbours(node, place, lines)
        way = next(way for other, way, _ in joined if other in (i, j))
        for other, direction, beside in joined:
            if other in (i, j):
                continue
            apart = (direction - way) % 360  # to the left, seen from this node
            for side, angle in ((1, apart), (0, 360 - apart)):
                share = _SHARE * (1.0 if beside > 1 else 1.7)
                sides[side ^ turn] = min(sides[side ^ turn], share * angle)
    right, left = sides
    narrow = min(right, left, wished)
    return (
        (narrow, min(left, 2 * wished - narrow))
        if right < left
        else (min(right, 2 * wished - narrow), narrow)
    )


def _parallel(a: complex, b: complex, many: int, right: float, left: float) -> Iterator[tuple[Point, ...]]:
    """Straight line, or arcs from the right of the chord to its left, in equal steps of the sagitta."""
    low, high = -tan(radians(right) / 2) / 2, tan(radians(left) / 2) / 2
    for rank in range(many):
        yield arc(a, b, 0.0 if many == 1 else high + (low - high) * rank / (many - 1))


def arc(a: complex, b: complex, sagitta: float) -> tuple[Point, ...]:
    """Circular arc as a cubic; the sagitta is in units of the chord, positive to the left."""
    if abs(sagitta) < 1e-9:
        return (xy(a), xy(b))
    chord = b - a
    half = 2 * atan(2 * sagitta)  # between chord and arc at either end
    reach = 4 / 3 * tan(half / 2) / (2 * sin(half)) * abs(chord)
    along = chord / abs(chord)
    normal = along * 1j
    first = a + reach * (along * cos(half) + normal * sin(half))
    second = b + reach * (-along * cos(half) + normal * sin(half))
    return (xy(a), xy(first), xy(second), xy(b))


def _petals(
    z: complex, ways: Sequence[float], chords: Sequence[float], loops: int, reach: float
) -> Iterator[tuple[Point, ...]]:
    """Self-loops as petals, spread over the widest free angles (upwards if there is a choice).

    `ways` are the directions in which other lines leave; between two of them that enclose one of the `chords`
    lies the inside of a multiple line, where there is little room.
    """
    gaps = free_gaps([(way, 0.0) for way in ways])
    held = [0] * len(gaps)

    def room(i: int) -> tuple[float, float]:
        start, width = gaps[i]
        inside = any((chord - start) % 360 <= width for chord in chords)
        share = width / (held[i] + 1) * (_INSIDE if inside else 1.0)
        return 3 * round(share / 3), round(unit(start + width / 2).imag, 3)

    for _ in range(loops):
        held[max(range(len(gaps)), key=room)] += 1
    for (start, width), many in zip(gaps, held, strict=True):
        for rank in range(many):
            share = width / many if ways else 360 / many
            if ways:
                direction = start + width / 2 + (rank - (many - 1) / 2) * min(share, _APART)
            else:  # alone: two loops lie, one or three stand
                direction = (180.0 if many % 2 == 0 else 90.0) + rank * share
            yield _petal(z, direction, min(52.0, 0.4 * share), reach)


def _petal(z: complex, direction: float, half: float, reach: float) -> tuple[Point, ...]:
    far = reach / (0.75 * cos(radians(half)))  # a cubic comes three quarters of the way to its controls
    return (xy(z), xy(z + far * unit(direction + half)), xy(z + far * unit(direction - half)), xy(z))


def path(points: Sequence[Point], segments: int = _SEGMENTS) -> list[complex]:
    """Points along a curve, close enough together for straight segments between them."""
    return [at(points, step / segments) for step in range(segments + 1)]


def crossings(
    one: Sequence[complex], other: Sequence[complex], common: Sequence[complex] = ()
) -> list[tuple[float, float]]:
    """Parameters at which two paths cross, away from the ends that they have in common."""
    if _apart(one, other):
        return []
    found = []
    for i in range(len(one) - 1):
        a, step = one[i], one[i + 1] - one[i]
        for j in range(len(other) - 1):
            c, pace = other[j], other[j + 1] - other[j]
            turn = (step.conjugate() * pace).imag
            if abs(turn) < 1e-12:
                continue
            s = ((c - a).conjugate() * pace).imag / turn
            t = ((c - a).conjugate() * step).imag / turn
            if (
                -1e-9 < s < 1 + 1e-9
                and -1e-9 < t < 1 + 1e-9
                and all(abs(a + s * step - z) > _COMMON for z in common)
            ):
                found.append(((i + s) / (len(one) - 1), (j + t) / (len(other) - 1)))
    return found


def _apart(one: Sequence[complex], other: Sequence[complex]) -> bool:
    """Whether the boxes around two paths are apart."""
    return (
        max(z.real for z in one) < min(z.real for z in other)
        or max(z.real for z in other) < min(z.real for z in one)
        or max(z.imag for z in one) < min(z.imag for z in other)
        or max(z.imag for z in other) < min(z.imag for z in one)
    )


def interrupted(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Interrupt every curve where an earlier one crosses it.

    Examples
    --------
    >>> cross = [Curve("a", "b", ((-1.0, 0.0), (1.0, 0.0))), Curve("c", "d", ((0.0, -1.0), (0.0, 1.0)))]
    >>> [len(curve.strokes) for curve in interrupted(cross)]
    [1, 2]
    """
    paths = [path(curve.points, 3 * _SEGMENTS) for curve in curves]
    gaps: list[list[tuple[float, float]]] = [[] for _ in curves]
    for (i, one), (j, other) in combinations(enumerate(curves), 2):
        ends = (other.points[0], other.points[-1])
        common = [complex(*point) for point in (one.points[0], one.points[-1]) if point in ends]
        for s, t in crossings(paths[i], paths[j], common):
            pace = _velocity(other.points, t)
            angle = abs(cmath.phase(pace / _velocity(one.points, s)))
            half = _GAP / (max(sin(angle), 0.25) * abs(pace))  # the lower line keeps clear of the upper one
            gaps[j].append((max(0.0, t - half), min(1.0, t + half)))
    return tuple(
        replace(curve, gaps=_merged(sorted(found), _GAP / abs(_velocity(curve.points, 0.5))))
        for curve, found in zip(curves, gaps, strict=True)
    )


def _velocity(points: Sequence[Point], t: float) -> complex:
    """Derivative of a curve, by differences that are exact enough for an angle."""
    before, after = max(0.0, t - 0.01), min(1.0, t + 0.01)
    return (at(points, after) - at(points, before)) / (after - before)


def _merged(intervals: Sequence[tuple[float, float]], least: float) -> tuple[tuple[float, float], ...]:
    """Sorted intervals; those with less than `least` between them made one, so that no dots are left."""
    merged: list[tuple[float, float]] = []
    for start, end in intervals:
        if merged and start < merged[-1][1] + least:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def disorder(
    diagram: Diagram, place: Mapping[int, complex], bends: Mapping[Edge, float] | None = None
) -> int:
    """Crossings of lines, plus three for every node that a line not its own comes too close to.

    Places that coincide are worse than anything.
    """
    if any(abs(a - b) < 0.1 for a, b in combinations(place.values(), 2)):
        return _COLLAPSED
    drawn = [(edge, path(points)) for edge, points in drawn_lines(diagram, place, bends)]
    count = 0
    for (edge, one), (other_edge, other) in combinations(drawn, 2):
        common = [place[node] for node in set(edge) & set(other_edge)]
        count += len(crossings(one, other, common))
    for edge, one in drawn:
        for node, z in place.items():
            if node not in edge and min(abs(p - z) for p in one) < 0.28:
                count += 3
    return count
