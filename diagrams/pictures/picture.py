"""A diagram as plain fields: marks, curves, captions. The renderers (SVG, TikZ, matplotlib) read only these.

Steps: every connected component is laid out by itself (`diagrams.pictures.layout`), or all that has external
points in one frame (`diagrams.pictures.frames`); lines become curves, interrupted where they cross
(`diagrams.pictures.curves`); the components are then set side by side in rows.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import comb, sqrt

from diagrams.canonical import Edge
from diagrams.diagram import Component, Diagram, as_diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_integer, as_list, did_you_mean, shown
from diagrams.pictures.curves import LABEL_DISTANCE, Curve, CurveStyle, Point, drawn_lines, interrupted
from diagrams.pictures.frames import Layout, framed, outward
from diagrams.pictures.layout import layout as free_layout
from diagrams.pictures.marks import Mark, Note, Sign, vertex_signs
from diagrams.pictures.names import POINT_SIZE, VERTEX_SIZE, Name, beside, half_width, vertex_middles

#: From a point to the middle of its note, in leg lengths.
NOTE_DISTANCE = 0.5
#: Room for the label of an external point, around the point.
_LABEL_ROOM = 0.34
_GAP = 0.35
#: Wished ratio of width and height of a whole picture.
_ASPECT = 1.35


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
    def bounds(self) -> tuple[float, float, float, float]:
        """The bounding box: left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top

    @property
    def width(self) -> float:
        """Width of the bounding box."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height of the bounding box."""
        return self.top - self.bottom

    def dressed(
        self,
        *,
        styles: Mapping[int, CurveStyle] | None = None,
        labels: Mapping[int, str] | None = None,
        notes: Mapping[int, Note] | None = None,
        signs: Mapping[int, Sign] | None = None,
    ) -> "Picture":
        """The same picture with other styles and labels of lines, notes and signs of points, by number.

        Labels of lines and notes are given room in the bounding box.

        Examples
        --------
        >>> plain = picture(Diagram.from_edge_string("x1-x2"))
        >>> momentum = plain.dressed(styles={0: CurveStyle.DASHED}, labels={0: "p"})
        >>> momentum.curves[0].style.value, momentum.top > plain.top
        ('dashed', True)
        """
        styles, labels, notes, signs = styles or {}, labels or {}, notes or {}, signs or {}
        curves = tuple(
            replace(curve, style=styles.get(i, curve.style), label=labels.get(i, curve.label))
            for i, curve in enumerate(self.curves)
        )
        marks = tuple(
            replace(mark, note=notes.get(i, mark.note), sign=signs.get(i, mark.sign))
            for i, mark in enumerate(self.marks)
        )
        xs, ys = [self.left, self.right], [self.bottom, self.top]
        for curve in curves:
            if curve.label:
                (x, y), wide = curve.label_place, half_width(curve.label, VERTEX_SIZE)
                xs += [x - wide, x + wide]
                ys += [y - VERTEX_SIZE / 2, y + VERTEX_SIZE / 2]
        for mark in marks:
            if mark.note:
                x, y = mark.x + NOTE_DISTANCE * mark.note.x, mark.y + NOTE_DISTANCE * mark.note.y
                wide = half_width(mark.note.base, POINT_SIZE) + half_width(mark.note.exponent, VERTEX_SIZE)
                xs += [x - wide, x + wide]
                ys += [y - POINT_SIZE, y + POINT_SIZE]
        return Picture(marks, curves, min(xs), min(ys), max(xs), max(ys))

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


def picture(
    diagram: Diagram | Picture,
    labels: Sequence[str] | None = None,
    *,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
    signs: Mapping[int, Sign] | None = None,
) -> Picture:
    """Draw a diagram.

    Parameters
    ----------
    diagram : Diagram or Picture
        A picture, which was drawn before, is given back as it is.
    labels : sequence of str, length n_external, optional
        Names of the external points; x1, x2, ... by default.
    layout : Layout or {"free", "circle", "columns"}
        Where the external points stand. ``free``: where every component looks best; ``circle``: x1, x2, ...
        clockwise on one circle, the same for every diagram; ``columns``: the incoming points on the left, the
        outgoing ones on the right, numbered downwards. Vacuum parts are set below.
    incoming : int, optional
        For columns: how many of the points, the first ones, come in; half of them by default.
    signs : mapping of int to Sign, optional
        How vertices are drawn, by the number of line ends; those of one diagram are told apart by default,
        those of a theory by `diagrams.pictures.marks.vertex_signs`.

    Returns
    -------
    Picture

    Raises
    ------
    InvalidDiagram
        If there is not one label per external point, the layout is unknown, or `incoming` is no number of
        points.

    Examples
    --------
    >>> drawn = picture(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"))
    >>> [(mark.label, mark.x, mark.y) for mark in drawn.marks]
    [('x1', -1.0, 0.0), ('x2', 1.0, 0.0), ('y1', 0.0, 0.0)]
    >>> [len(curve.points) for curve in drawn.curves]
    [2, 2, 4]

    The second channel of the exchange, its points in columns:

    >>> channel = Diagram.from_edge_string("x1-y1,x3-y1,x2-y2,x4-y2,y1-y2,y1-y2")
    >>> marks = picture(channel, layout="columns").marks
    >>> [mark.x < 0 for mark in marks[:4]], marks[0].y > marks[1].y
    ([True, True, False, False], True)
    """
    if isinstance(diagram, Picture):
        return diagram
    as_diagram(diagram)
    names = _checked_labels(labels, diagram.n_external)
    style = _checked_layout(layout, diagram.n_external, incoming)
    parts = list(_numbered(diagram))
    known = {**vertex_signs(diagram.vertices), **(signs or {})}
    drawn = []
    if style is not Layout.FREE and diagram.n_external:
        outer = [part for part in parts if part[0].external]
        parts = parts[len(outer) :]
        drawn.append(_framed_picture(diagram.n_external, outer, names, style, incoming, known))
    for part, vertex_names in parts:
        place, bends = free_layout(_graph(part.diagram))
        drawn.append(
            _drawn(part.diagram, place, bends, [names[i] for i in part.external], vertex_names, known)
        )
    return _arranged(drawn)


def _checked_labels(labels: object, n: int) -> list[str]:
    if labels is None:
        return [f"x{i + 1}" for i in range(n)]
    names = as_list(labels, "labels", InvalidDiagram)
    if len(names) != n:
        raise InvalidDiagram(f"{len(names)} labels given for {n} external points; give one each")
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        raise InvalidDiagram(f"the label {shown(strange[0])} was given; a text for each point is needed")
    return names


def _checked_layout(layout: Layout | str, n: int, incoming: int | None) -> Layout:
    try:
        style = Layout(layout)
    except ValueError:
        known = ", ".join(one.value for one in Layout)
        near = did_you_mean(layout, [one.value for one in Layout])
        raise InvalidDiagram(f"there is no layout {shown(layout)}; use one of {known}{near}") from None
    whole = None if incoming is None else as_integer(incoming, "incoming", InvalidDiagram)
    if whole is not None and (style is not Layout.COLUMNS or not 0 <= whole <= n):
        raise InvalidDiagram(
            f"{incoming} incoming points given with the layout {style.value} and {n} points; give 0 to {n} "
            "of them, with the layout columns"
        )
    return style


def _numbered(diagram: Diagram) -> Iterator[tuple[Component, list[str]]]:
    """Components with the labels their vertices, and then their blobs, have in the whole diagram."""
    slots = sorted(
        (blob, valence, which, position)
        for which, part in enumerate(diagram.components())
        for position, (blob, valence) in enumerate(_kinds(part.diagram))
    )
    label = {
        (which, position): f"b{i + 1 - diagram.n_vertices}" if blob else f"y{i + 1}"
        for i, (blob, _, which, position) in enumerate(slots)
    }
    for which, part in enumerate(diagram.components()):
        yield part, [label[which, position] for position, _ in enumerate(_kinds(part.diagram))]


def _kinds(diagram: Diagram) -> list[tuple[bool, int]]:
    """Whether it is a blob, and the valence: of every vertex, then of every blob."""
    vertices = [(False, valence) for valence in diagram.vertices]
    return vertices + [(True, len(blob)) for blob in diagram.blobs]


def _graph(diagram: Diagram) -> Diagram:
    """The same with vertices in place of blobs, and lines in place of their legs: what is laid out."""
    return Diagram.from_form(diagram.n_external, diagram.form)


def _framed_picture(
    n: int,
    parts: Sequence[tuple[Component, Sequence[str]]],
    names: Sequence[str],
    style: Layout,
    incoming: int | None,
    signs: Mapping[int, Sign],
) -> Picture:
    """Everything that has external points, in one frame."""
    whole = Diagram.from_components(n, [part for part, _ in parts])
    slots = sorted(
        (*kind, which, position, name)
        for which, (part, vertex_names) in enumerate(parts)
        for position, (kind, name) in enumerate(zip(_kinds(part.diagram), vertex_names, strict=True))
    )
    place, bends = framed(_graph(whole), style, incoming)
    drawn = _drawn(whole, place, bends, names, [name for *_, name in slots], signs)
    if n <= 2:
        return drawn
    # Names stand outside the frame, whichever way the lines go.
    outside = [outward(z, style) for z in place.values()]
    marks = []
    for mark, way in zip(drawn.marks, outside, strict=True):
        if mark.external:
            middle = beside(complex(mark.x, mark.y), way, mark.label, LABEL_DISTANCE)
            mark = replace(mark, label_x=middle.real, label_y=middle.imag)
        marks.append(mark)
    return boxed(marks, drawn.curves)


def _drawn(
    diagram: Diagram,
    place: Mapping[int, complex],
    bends: Mapping[Edge, float],
    names: Sequence[str],
    vertex_names: Sequence[str],
    signs: Mapping[int, Sign],
) -> Picture:
    """Marks and curves for given places."""
    n = diagram.n_external
    labels = [*names, *vertex_names]
    kinds = _kinds(diagram)
    lines = drawn_lines(_graph(diagram), place, bends)
    marks = []
    for node, z in place.items():
        outward = z
        if node < n:
            step = z - _next_along(node, lines)
            outward = beside(z, step / abs(step), labels[node], LABEL_DISTANCE)
        blob, valence = (False, 1) if node < n else kinds[node - n]
        where = outward.real, outward.imag
        sign = Sign.DISC if node < n or blob else signs[valence]
        marks.append(Mark(z.real, z.imag, labels[node], node < n, valence, *where, blob=blob, sign=sign))
    curves = interrupted([Curve(labels[i], labels[j], points) for (i, j), points in lines])
    return boxed(marks, curves)


def _next_along(node: int, lines: Sequence[tuple[Edge, tuple[Point, ...]]]) -> complex:
    """Where the line of an external point goes first: the label stands on the other side."""
    (first, _), points = next(line for line in lines if node in line[0])
    return complex(*(points[1] if first == node else points[-2]))


def boxed(marks: Sequence[Mark], curves: Sequence[Curve]) -> Picture:
    """Picture with the box that holds marks, labels and curves."""
    xs, ys = [], []
    for mark in marks:
        room = _LABEL_ROOM / 2 if mark.external else mark.rim
        wide = max(room, half_width(mark.label, POINT_SIZE)) if mark.external else room
        xs += [mark.label_x - wide, mark.label_x + wide, mark.x]
        ys += [mark.label_y - room, mark.label_y + room, mark.y]
    for curve in curves:
        for x, y in turning_points(curve.points):
            xs.append(x)
            ys.append(y)
    return Picture(tuple(marks), tuple(curves), min(xs), min(ys), max(xs), max(ys))


def with_vertex_names(drawn: Picture) -> Picture:
    """The same picture with room for the names of vertices, each beside its vertex and clear of lines.

    Examples
    --------
    >>> plain = picture(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"))
    >>> named = with_vertex_names(plain)
    >>> named.marks[2].label_y < named.marks[2].y, named.bottom < plain.bottom
    (True, True)
    """
    taken = [
        Name(complex(m.label_x, m.label_y), half_width(m.label, POINT_SIZE), _LABEL_ROOM / 2)
        for m in drawn.marks
        if m.external and m.label
    ]
    taken += [Name(complex(m.x, m.y), 0.0, 0.0) for m in drawn.marks if m.external]
    vertices = [(complex(m.x, m.y), m.label) for m in drawn.marks if m.named]
    middles = iter(vertex_middles(vertices, [curve.points for curve in drawn.curves], taken))
    marks, xs, ys = [], [drawn.left, drawn.right], [drawn.bottom, drawn.top]
    for mark in drawn.marks:
        if mark.named:
            z, wide, high = next(middles), half_width(mark.label, VERTEX_SIZE), VERTEX_SIZE / 2
            mark = replace(mark, label_x=z.real, label_y=z.imag)
            xs += [z.real - wide, z.real + wide]
            ys += [z.imag - high, z.imag + high]
        marks.append(mark)
    return Picture(tuple(marks), drawn.curves, min(xs), min(ys), max(xs), max(ys))


def turning_points(points: Sequence[Point]) -> Iterator[Point]:
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
