"""The lines of a drawing as curves, and how they cross.

Steps: parallel lines become circular arcs, bowed no further than the next line at either end allows;
self-loops become petals in the widest free angles; where two curves cross, the later one is interrupted, so
that a crossing cannot be taken for a vertex.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**; places are complex numbers.
"""

import cmath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from math import atan, atan2, cos, degrees, radians, sin, tan

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.pictures.faults import crossed, line_crossings

#: How far a self-loop reaches from its vertex: the first that does not make it cross anything.
_PETALS = (0.72, 0.6, 0.48)
#: Angle between two self-loops where there is more than enough room, in degrees.
_APART = 120.0
#: Distance at which a line that passes below another is interrupted.
_GAP = 0.085
#: What is left between two interruptions is at least as long.
_PIECE = 0.18
#: Digits of its parameters: compiled or not, the interruptions are the same.
_DIGITS = 10
#: Nearer to an end that they share, lines are not interrupted: one and a half radii of a vertex.
_LEAVING = 0.165
#: Further from an end than this, a line has room for an interruption.
_ROOMY = 0.45
#: Segments that stand for a curve when crossings are sought.
_SEGMENTS = 12
#: Shares of the free angle at a vertex that an outer line may take.
_SHARE = 0.42
#: What a free angle inside a multiple line is worth to a self-loop, compared with one outside.
_INSIDE = 0.55

#: From a line to the centre of its label.
LABEL_OFFSET = 0.22
#: From an external point to the centre of its label.
LABEL_DISTANCE = 0.29

Point = tuple[float, float]
Place = dict[int, complex]


class CurveStyle(StrEnum):
    """How a line is drawn."""

    SOLID = "solid"
    DASHED = "dashed"


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
    style : CurveStyle
    label : str
        Written beside the middle of the curve; nothing by default.
    """

    start: str
    end: str
    points: tuple[Point, ...]
    gaps: tuple[tuple[float, float], ...] = ()
    style: CurveStyle = CurveStyle.SOLID
    label: str = ""

    @property
    def label_place(self) -> Point:
        """Centre of the label: beside the middle of the curve, to the left on the way from start to end.

        Examples
        --------
        >>> Curve("x1", "x2", ((0.0, 0.0), (2.0, 0.0)), label="p").label_place
        (1.0, 0.22)
        """
        way = _velocity(self.points, 0.5)
        return xy(at(self.points, 0.5) + LABEL_OFFSET * 1j * way / (abs(way) or 1.0))

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


@cache
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
        Line -> sagitta in units of its chord, positive to the left, for lines that are not straight; for a
        multiple line that of its middle.

    Examples
    --------
    >>> drawn_lines(Diagram.from_edge_string("x1-x2"), {0: -1 + 0j, 1: 1 + 0j})
    [((0, 1), ((-1.0, 0.0), (1.0, 0.0)))]
    """
    lines = dict(diagram.lines)
    return with_loops(lines, place, between_nodes(lines, place, bends))


def between_nodes(
    lines: Mapping[Edge, int], place: Mapping[int, complex], bends: Mapping[Edge, float] | None = None
) -> list[tuple[Edge, tuple[Point, ...]]]:
    """Curves of all lines that are not self-loops, as of `drawn_lines`."""
    found: list[tuple[Edge, tuple[Point, ...]]] = []
    neighbourhood = _neighbourhood(tuple(lines.items()))
    for (i, j), many in lines.items():
        if i == j:
            continue
        bend = bends.get((i, j), 0.0) if bends else 0.0
        room = _room(i, j, place, many, neighbourhood) if many > 1 else (0.0, 0.0)
        found += [((i, j), points) for points in _parallel(place[i], place[j], many, bend, *room)]
    return found


@lru_cache(maxsize=64)
def _neighbourhood(lines: tuple[tuple[Edge, int], ...]) -> dict[int, list[tuple[int, int]]]:
    """For every node those joined to it, and by how many lines."""
    joined: dict[int, list[tuple[int, int]]] = {}
    for (i, j), many in lines:
        if i != j:
            joined.setdefault(i, []).append((j, many))
            joined.setdefault(j, []).append((i, many))
    return joined


def with_loops(
    lines: Mapping[Edge, int], place: Mapping[int, complex], found: Sequence[tuple[Edge, tuple[Point, ...]]]
) -> list[tuple[Edge, tuple[Point, ...]]]:
    """The lines between nodes, and self-loops in the room that they leave."""
    drawn = list(found)
    if all(i != j for i, j in lines):
        return drawn
    nodes = [node for node, other in lines if node == other]
    ways: dict[int, list[float]] = {node: [] for node in nodes}  # directions in which lines leave
    for (i, j), points in found:
        for node, near, far in ((i, 0, 1), (j, -1, -2)):
            if node in ways:
                ways[node].append(_direction(complex(*points[far]) - complex(*points[near])))
    directions = {}
    for node in nodes:
        chords = [way for _, way, many in neighbours(node, place, lines) if many > 1]
        directions[node] = list(_petal_directions(ways[node], chords, lines[node, node]))
    clear = _clear_of_lines(place, directions, [points for _, points in found])
    before: list[tuple[complex, list[tuple[Point, ...]]]] = []
    for node in nodes:
        petals = _clear_petals(place[node], directions[node], clear[node], before)
        drawn += [((node, node), points) for points in petals]
        before.append((place[node], petals))
    return drawn


def _clear_of_lines(
    place: Mapping[int, complex],
    directions: Mapping[int, Sequence[tuple[float, float]]],
    curves: Sequence[tuple[Point, ...]],
) -> dict[int, list[bool]]:
    """For every node with self-loops, which of the lengths make these cross none of the curves.

    Lengths are tried but for the last, and a little longer. All of them are treated by one array operation.
    """
    tried = _PETALS[:-1]
    owners = [place[node] for node, ways in directions.items() for _ in tried for _ in ways]
    wider = [
        petal
        for node, ways in directions.items()
        for reach in tried
        for petal in _wider(place[node], ways, reach)
    ]
    crossing = crossed(wider, curves, _SEGMENTS, owners)
    found: dict[int, list[bool]] = {}
    first = 0
    for node, ways in directions.items():
        found[node] = []
        for _ in tried:
            found[node].append(not any(crossing[first : first + len(ways)]))
            first += len(ways)
    return found


def _clear_petals(
    z: complex,
    directions: Sequence[tuple[float, float]],
    clear: Sequence[bool],
    before: Sequence[tuple[complex, list[tuple[Point, ...]]]],
) -> list[tuple[Point, ...]]:
    """The longest self-loops that are clear of lines and cross none of those `before`, at other nodes."""
    far = 2 * _PETALS[0] + 2 * _GAP  # no self-loop leaves its node further than its length
    others = [petal for other, petals in before if abs(other - z) < far for petal in petals]
    for reach, free in zip(_PETALS, clear, strict=False):
        places = [z] * len(directions)
        if free and not (others and any(crossed(_wider(z, directions, reach), others, _SEGMENTS, places))):
            break
    else:
        reach = _PETALS[-1]
    return [_petal(z, way, half, reach) for way, half in directions]


def _wider(z: complex, directions: Sequence[tuple[float, float]], reach: float) -> list[tuple[Point, ...]]:
    """Self-loops a little longer than asked for."""
    return [_petal(z, way, half, reach + _GAP) for way, half in directions]


def _room(
    i: int,
    j: int,
    place: Mapping[int, complex],
    many: int,
    neighbourhood: Mapping[int, Sequence[tuple[int, int]]],
) -> tuple[float, float]:
    """Angles at the ends by which the outer lines between i and j may leave the chord: right and left of it.

    At a neighbouring bundle the free angle is shared; what one side lacks the other may take.
    """
    wished = bundle_width(many)
    sides = [wished * 1.25, wished * 1.25]
    for node, end, turn in ((i, j, 0), (j, i, 1)):
        z = place[node]
        way = _direction(place[end] - z)
        for other, beside in neighbourhood[node]:
            if other == end:
                continue
            apart = (_direction(place[other] - z) - way) % 360  # to the left, seen from this node
            share = _SHARE * (1.0 if beside > 1 else 1.7)
            sides[1 - turn] = min(sides[1 - turn], share * apart)
            sides[turn] = min(sides[turn], share * (360 - apart))
    right, left = sides
    narrow = min(right, left, wished)
    return (
        (narrow, min(left, 2 * wished - narrow))
        if right < left
        else (min(right, 2 * wished - narrow), narrow)
    )


@lru_cache(maxsize=4096)
def _parallel(
    a: complex, b: complex, many: int, bend: float, right: float, left: float
) -> tuple[tuple[Point, ...], ...]:
    """Straight line, or arcs from the right of the chord to its left, in equal steps of the sagitta.

    A search moves one thing at a time, and asks for the same lines again and again.
    """
    if many == 1:
        return (arc(a, b, bend),)
    low, high = -tan(radians(right) / 2) / 2, tan(radians(left) / 2) / 2
    return tuple(arc(a, b, bend + high + (low - high) * rank / (many - 1)) for rank in range(many))


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


def _petal_directions(
    ways: Sequence[float], chords: Sequence[float], loops: int
) -> Iterator[tuple[float, float]]:
    """Self-loops spread over the widest free angles (upwards if there is a choice): direction, half width.

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
            yield direction, min(52.0, 0.4 * share)


@lru_cache(maxsize=4096)
def _petal(z: complex, direction: float, half: float, reach: float) -> tuple[Point, ...]:
    far = reach / (0.75 * cos(radians(half)))  # a cubic comes three quarters of the way to its controls
    return (xy(z), xy(z + far * unit(direction + half)), xy(z + far * unit(direction - half)), xy(z))


def interrupted(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Interrupt every curve where an earlier one crosses it; the earlier one if this is nearer to an end.

    Examples
    --------
    >>> cross = [Curve("a", "b", ((-1.0, 0.0), (1.0, 0.0))), Curve("c", "d", ((0.0, -1.0), (0.0, 1.0)))]
    >>> [len(curve.strokes) for curve in interrupted(cross)]
    [1, 2]
    """
    if not curves:
        return ()
    spots = {z: number for number, z in enumerate(dict.fromkeys(z for c in curves for z in _ends(c)))}
    edges = [(spots[start], spots[end]) for start, end in map(_ends, curves)]
    places = {number: complex(*z) for z, number in spots.items()}
    found = line_crossings(edges, [curve.points for curve in curves], 4 * _SEGMENTS, places)
    gaps: list[list[tuple[float, float]]] = [[] for _ in curves]
    rows = zip(*(part.tolist() for part in (found.first, found.second, found.s, found.t)), strict=True)
    for i, j, s, t in rows:
        if _leaving(curves[i], curves[j], t):
            continue
        if _beside_end(curves[j], t) < min(_ROOMY, _beside_end(curves[i], s)):
            i, j, s, t = j, i, t, s  # the other one has room for an interruption
        pace = _velocity(curves[j].points, t)
        angle = abs(cmath.phase(pace / _velocity(curves[i].points, s)))
        half = _GAP / (max(sin(angle), 0.25) * abs(pace))  # the lower line keeps clear of the upper one
        gap = round(max(0.0, t - half), _DIGITS), round(min(1.0, t + half), _DIGITS)
        gaps[j].append(gap)
    return tuple(
        replace(curve, gaps=_merged(sorted(found), _PIECE / abs(_velocity(curve.points, 0.5))))
        for curve, found in zip(curves, gaps, strict=True)
    )


def _ends(curve: Curve) -> tuple[Point, Point]:
    return curve.points[0], curve.points[-1]


def _leaving(curve: Curve, other: Curve, t: float) -> bool:
    """Whether two lines cross at the rim of a vertex that both leave, where nobody sees it."""
    z = at(other.points, t)
    return any(abs(z - complex(*end)) < _LEAVING for end in {*_ends(curve)} & {*_ends(other)})


def _beside_end(curve: Curve, t: float) -> float:
    """Distance of a point of a curve from the nearer of its ends."""
    return min(abs(at(curve.points, t) - complex(*end)) for end in _ends(curve))


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
