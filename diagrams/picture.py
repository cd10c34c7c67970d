"""A diagram as plain fields: marks, curves, captions. The renderers (SVG, TikZ, matplotlib) read only these.

Steps: every connected component is laid out by itself (`diagrams.layout`); parallel lines become arcs,
self-loops petals in the widest free angle; the components are then set side by side in rows.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import asin, comb, cos, radians, sin, sqrt, tan

from diagrams.canonical import Edge
from diagrams.diagram import Component, Diagram
from diagrams.errors import InvalidDiagram
from diagrams.layout import bow, bundle_width, free_gaps, layout, neighbours, unit

#: How far a self-loop reaches from its vertex.
_PETAL = 0.72
#: Room for the label of an external point, around the point.
_LABEL_ROOM = 0.34
#: From an external point to the centre of its label.
_LABEL_DISTANCE = 0.29
_GAP = 0.35
#: Wished ratio of width and height of a whole picture.
_ASPECT = 1.35

Point = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """An external point or a vertex.

    Attributes
    ----------
    x, y : float
    label : str
        ``"x1"`` or ``"y1"``.
    external : bool
    valence : int
    label_x, label_y : float
        Centre of the label of an external point.
    """

    x: float
    y: float
    label: str
    external: bool
    valence: int
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Curve:
    """One line of the diagram: a straight segment or a cubic Bezier curve.

    Attributes
    ----------
    start, end : str
        Labels of the nodes.
    points : tuple of (float, float)
        Two points (segment) or four (end, two controls, end).
    """

    start: str
    end: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Picture:
    """Everything a renderer needs.

    Attributes
    ----------
    marks : tuple of Mark
    curves : tuple of Curve
        One per line of the diagram.
    left, bottom, right, top : float
        Bounding box, labels of external points included.
    """

    marks: tuple[Mark, ...]
    curves: tuple[Curve, ...]
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Width of the bounding box."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height of the bounding box."""
        return self.top - self.bottom

    def shifted(self, dx: float, dy: float) -> "Picture":
        """The same picture elsewhere."""
        marks = tuple(
            replace(m, x=m.x + dx, y=m.y + dy, label_x=m.label_x + dx, label_y=m.label_y + dy)
            for m in self.marks
        )
        curves = tuple(
            replace(curve, points=tuple((x + dx, y + dy) for x, y in curve.points)) for curve in self.curves
        )
        return Picture(marks, curves, self.left + dx, self.bottom + dy, self.right + dx, self.top + dy)


def picture(diagram: Diagram, labels: Sequence[str] | None = None) -> Picture:
    """Draw a diagram.

    Parameters
    ----------
    diagram : Diagram
    labels : sequence of str, length n_external, optional
        Names of the external points; x1, x2, ... by default.

    Returns
    -------
    Picture

    Raises
    ------
    InvalidDiagram
        If there is not one label per external point.

    Examples
    --------
    >>> drawn = picture(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"))
    >>> [(mark.label, mark.x, mark.y) for mark in drawn.marks]
    [('x1', -1.0, 0.0), ('x2', 1.0, 0.0), ('y1', 0.0, 0.0)]
    >>> [len(curve.points) for curve in drawn.curves]
    [2, 2, 4]
    """
    names = [f"x{i + 1}" for i in range(diagram.n_external)] if labels is None else list(labels)
    if len(names) != diagram.n_external:
        raise InvalidDiagram(
            f"{len(names)} labels given for {diagram.n_external} external points; give one each"
        )
    drawn = []
    for part, vertex_names in _numbered(diagram):
        drawn.append(_component_picture(part.diagram, [names[i] for i in part.external], vertex_names))
    return _arranged(drawn)


def _numbered(diagram: Diagram) -> Iterator[tuple[Component, list[str]]]:
    """Components with the labels their vertices have in the whole diagram."""
    slots = sorted(
        (valence, which, position)
        for which, part in enumerate(diagram.components())
        for position, valence in enumerate(part.diagram.vertices)
    )
    label = {(which, position): f"y{i + 1}" for i, (_, which, position) in enumerate(slots)}
    for which, part in enumerate(diagram.components()):
        yield part, [label[which, position] for position in range(part.diagram.n_vertices)]


def _component_picture(diagram: Diagram, names: Sequence[str], vertex_names: Sequence[str]) -> Picture:
    n = diagram.n_external
    place = layout(diagram)
    labels = [*names, *vertex_names]
    marks = []
    for node, z in place.items():
        outward = z
        if node < n:
            joined = next(sum(edge) - node for edge in diagram.edges if node in edge)
            step = z - place[joined]
            outward = z + _LABEL_DISTANCE * step / abs(step)
        valence = 1 if node < n else diagram.vertices[node - n]
        marks.append(Mark(z.real, z.imag, labels[node], node < n, valence, outward.real, outward.imag))
    curves = [
        Curve(labels[i], labels[j], points)
        for (i, j), many in diagram.lines
        if i != j
        for points in _parallel(place[i], place[j], many)
    ]
    curves += [
        Curve(labels[node], labels[node], points)
        for node in range(n, n + diagram.n_vertices)
        for points in _petals(node, place, dict(diagram.lines))
    ]
    return _boxed(marks, curves)


def _parallel(a: complex, b: complex, many: int) -> Iterator[tuple[Point, ...]]:
    """Straight line, or arcs that bow to both sides (a straight one in the middle if their number is odd)."""
    chord = b - a
    normal = chord / abs(chord) * 1j
    for rank in range(many):
        share = 0.0 if many == 1 else 1 - 2 * rank / (many - 1)
        sagitta = share * bow(many)  # in units of the chord
        if abs(sagitta) < 1e-9:
            yield (_xy(a), _xy(b))
            continue
        half = asin(sagitta / (0.25 + sagitta**2))  # half the angle of the circular arc
        reach = 4 / 3 * tan(half / 2) / (2 * sin(half)) * abs(chord)
        along = chord / abs(chord)
        first = a + reach * (along * cos(half) + normal * sin(half))
        second = b + reach * (-along * cos(half) + normal * sin(half))
        yield (_xy(a), _xy(first), _xy(second), _xy(b))


def _petals(
    node: int, place: Mapping[int, complex], lines: Mapping[Edge, int]
) -> Iterator[tuple[Point, ...]]:
    """Self-loops as petals, spread over the widest free angles (upwards if there is a choice)."""
    loops = lines.get((node, node), 0)
    if not loops:
        return
    others = {edge: many for edge, many in lines.items() if edge[0] != edge[1]}
    joined = neighbours(node, dict(place), others)
    gaps = free_gaps([(way, bundle_width(many)) for _, way, many in joined])
    held = [0] * len(gaps)

    def room(i: int) -> tuple[float, float]:
        start, width = gaps[i]
        return 3 * round(width / (held[i] + 1) / 3), round(unit(start + width / 2).imag, 3)

    for _ in range(loops):
        held[max(range(len(gaps)), key=room)] += 1
    for (start, width), many in zip(gaps, held, strict=True):
        for rank in range(many):
            if joined:
                share = width / many
                direction = start + (rank + 0.5) * share
            else:  # alone: two loops lie, one or three stand
                share = 360 / many
                direction = (180.0 if many % 2 == 0 else 90.0) + rank * share
            yield _petal(place[node], direction, min(52.0, 0.4 * share))


def _petal(z: complex, direction: float, half: float) -> tuple[Point, ...]:
    reach = _PETAL / (0.75 * cos(radians(half)))  # a cubic comes three quarters of the way to its controls
    return (_xy(z), _xy(z + reach * unit(direction + half)), _xy(z + reach * unit(direction - half)), _xy(z))


def _xy(z: complex) -> Point:
    return round(z.real, 6) + 0.0, round(z.imag, 6) + 0.0


def _boxed(marks: Sequence[Mark], curves: Sequence[Curve]) -> Picture:
    """Picture with the box that holds marks, labels and curves."""
    xs, ys = [], []
    for mark in marks:
        room = _LABEL_ROOM / 2 if mark.external else 0.08
        xs += [mark.label_x - room, mark.label_x + room, mark.x]
        ys += [mark.label_y - room, mark.label_y + room, mark.y]
    for curve in curves:
        for x, y in _turning_points(curve.points):
            xs.append(x)
            ys.append(y)
    return Picture(tuple(marks), tuple(curves), min(xs), min(ys), max(xs), max(ys))


def _turning_points(points: Sequence[Point]) -> Iterator[Point]:
    """Ends of a curve, and where it turns back in x or in y: what bounds it."""
    times = [0.0, 1.0]
    if len(points) == 4:
        for axis in (0, 1):
            p, q, r, s = (point[axis] for point in points)
            # derivative / 3 = a t^2 + 2 b t + c
            a, b, c = s - 3 * r + 3 * q - p, r - 2 * q + p, q - p
            if abs(a) < 1e-9:
                times += [-c / (2 * b)] if abs(b) > 1e-9 else []
            elif b * b > a * c:
                times += [(-b + sign * sqrt(b * b - a * c)) / a for sign in (1, -1)]
    degree = len(points) - 1
    for t in times:
        if 0 <= t <= 1:
            weights = [comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
            x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
            yield x, y


def _mixed(row: Sequence[Picture]) -> bool:
    """Whether a row holds both a vacuum part and a part with external points."""
    return len({any(mark.external for mark in part.marks) for part in row}) == 2


def _arranged(parts: Sequence[Picture]) -> Picture:
    """Set components in consecutive rows such that the whole comes closest to the wished shape."""
    if not parts:
        return Picture((), (), -0.5, -0.3, 0.5, 0.3)
    if len(parts) == 1:
        return parts[0]
    best: tuple[float, list[list[Picture]]] | None = None
    for n_breaks in range(min(len(parts), 8)):
        for breaks in combinations(range(1, len(parts)), n_breaks):
            rows = [list(parts[a:b]) for a, b in pairwise([0, *breaks, len(parts)])]
            if n_breaks and any(_mixed(row) for row in rows):
                continue
            width = max(sum(p.width for p in row) + _GAP * (len(row) - 1) for row in rows)
            height = sum(max(p.height for p in row) for row in rows) + _GAP * (len(rows) - 1)
            size = max(width / _ASPECT, height)
            if best is None or size < best[0] - 1e-9:
                best = size, rows
    assert best is not None
    placed: list[Picture] = []
    y = 0.0
    for row in best[1]:
        height = max(p.height for p in row)
        x = -(sum(p.width for p in row) + _GAP * (len(row) - 1)) / 2
        for part in row:
            placed.append(part.shifted(x - part.left, y - height / 2 - (part.top + part.bottom) / 2))
            x += part.width + _GAP
        y -= height + _GAP
    return Picture(
        tuple(mark for part in placed for mark in part.marks),
        tuple(curve for part in placed for curve in part.curves),
        min(part.left for part in placed),
        min(part.bottom for part in placed),
        max(part.right for part in placed),
        max(part.top for part in placed),
    )
