"""Pictures as SVG text: one diagram, or a contact sheet. Self-contained, no fonts or styles from outside."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import ceil

from diagrams.diagram import Diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import shown
from diagrams.pictures.curves import CurveStyle
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import BLOB_RADIUS, SOURCE_RADIUS, Caption, Mark, Sign
from diagrams.pictures.names import NUMBERED
from diagrams.pictures.picture import Picture, picture, with_vertex_names

_UNIT = 46.0  # pixels per leg length
_MARGIN = 10.0
_BASELINE = 1.5  # of the name of a vertex, below its middle: y and the digit below the line hang lower
_CAPTION = 22.0
_FONT = "font-family=\"'STIX Two Text','Latin Modern Roman','Times New Roman',Georgia,serif\""

_DASHES = ' stroke-dasharray="4 3.5"'
_WHITE = ' fill="white" stroke="black" stroke-width="1.3"'
_SHADE = ' fill="#c4c4c4" stroke="black" stroke-width="1.5"'
#: From a point to the centre of its note, across and up, and how far below the centre its letters stand.
_NOTE_X, _NOTE_Y, _NOTE_DROP = 24, 26, 4
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")

Entry = Diagram | tuple[Diagram | Picture, str | Caption]


def svg(
    diagram: Diagram | Picture,
    *,
    labels: Sequence[str] | None = None,
    caption: str = "",
    vertex_labels: bool = False,
    background: str = "white",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw one diagram.

    Parameters
    ----------
    diagram : Diagram or Picture
    labels : sequence of str, length n_external, optional
        Names of the external points; a trailing number becomes a subscript. x1, x2, ... by default, and an
        empty string leaves a point without a name.
    caption : str
        One line below the picture.
    vertex_labels : bool
        Also name the vertices y1, y2, ...
    background : str
        Any SVG colour, or ``"none"``.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Returns
    -------
    str
        A complete SVG document.

    Raises
    ------
    InvalidDiagram
        If there is not one label per external point.

    Examples
    --------
    >>> text = svg(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"), caption="12")
    >>> text.startswith("<svg xmlns="), text.count("<path"), text.count("<circle")
    (True, 3, 3)
    """
    drawn = picture(diagram, labels, layout=layout, incoming=incoming)
    cell = _Cell(drawn, caption, vertex_labels)
    title = diagram.edge_string if isinstance(diagram, Diagram) else "Feynman diagram"
    return _document(cell.width, cell.height, background, title, cell.at(0, 0))


def svg_sheet(
    entries: Iterable[Entry],
    *,
    columns: int | None = None,
    title: str = "",
    vertex_labels: bool = False,
    background: str = "white",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw many diagrams on one sheet, in rows.

    Parameters
    ----------
    entries : iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    columns : int, optional
        Pictures per row; chosen for a landscape page by default.
    title : str
        One line above everything.
    vertex_labels, background, layout, incoming
        As for `svg`.

    Returns
    -------
    str
        A complete SVG document.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> svg_sheet(generate(4, {4: 1}), title="first order").count("<circle")
    50
    """
    cells = [
        _Cell(picture(diagram, layout=layout, incoming=incoming), str(caption), vertex_labels)
        for diagram, caption in captioned(entries)
    ]
    if not cells:
        return _document(120, 40, background, title, "")
    wide = max(cell.width for cell in cells)
    if columns is None:
        square = (1.4 * len(cells) * sum(cell.height for cell in cells) / len(cells) / wide) ** 0.5
        fit = max(int(1100 // wide), round(square))
        columns = max(1, min(len(cells), 8, fit, ceil((2 * len(cells)) ** 0.5)))
    rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    y = 34.0 if title else 0.0
    width = max(wide * columns, 9.0 * len(title))
    body = [_text(width / 2, 22, title, 17)] if title else []
    for row in rows:
        height = max(cell.height for cell in row)
        for i, cell in enumerate(row):
            body.append(cell.at(i * wide + (wide - cell.width) / 2, y, height))
        y += height
    return _document(width, y, background, title or "Feynman diagrams", "\n".join(body))


def captioned(entries: Iterable[Entry]) -> Iterator[tuple[Diagram | Picture, str | Caption]]:
    """What is drawn, with its caption; a diagram alone, with its Wick multiplicity.

    Raises
    ------
    InvalidDiagram
        If something else is to be drawn.
    """
    if not isinstance(entries, Iterable):
        raise InvalidDiagram(f"{shown(entries)} was given; a list of diagrams is needed")
    for entry in entries:
        if isinstance(entry, Diagram):
            yield entry, str(entry.multiplicity)
        elif isinstance(entry, tuple) and len(entry) == 2:
            yield entry
        else:
            raise InvalidDiagram(f"{shown(entry)} was given; a diagram, or one with a caption, is needed")


class _Cell:
    """One picture in pixels, with its caption below."""

    def __init__(self, drawn: Picture, caption: str, vertex_labels: bool) -> None:
        if vertex_labels:
            drawn = with_vertex_names(drawn)
        self.drawn, self.caption, self.vertex_labels = drawn, caption, vertex_labels
        self.width = max(drawn.width * _UNIT + 2 * _MARGIN, 8.0 * len(caption) + 2 * _MARGIN)
        self.height = drawn.height * _UNIT + 2 * _MARGIN + (_CAPTION if caption else 0.0)

    def at(self, x: float, y: float, height: float | None = None) -> str:
        """Group moved to (x, y); with a height given, centred in it, its caption at the bottom."""
        drawn = self.drawn
        height = self.height if height is None else height
        room = height - (_CAPTION if self.caption else 0.0)
        dx = x + self.width / 2 - _UNIT * (drawn.left + drawn.right) / 2
        dy = y + room / 2 + _UNIT * (drawn.top + drawn.bottom) / 2
        lines = [
            f'<g transform="translate({_number(dx)} {_number(dy)})">',
            *_shapes(drawn, self.vertex_labels),
        ]
        lines.append("</g>")
        if self.caption:
            lines.append(_text(x + self.width / 2, y + height - 10, self.caption, 15))
        return "\n".join(lines)


def _shapes(drawn: Picture, vertex_labels: bool) -> list[str]:
    """Curves below, marks above, names last."""
    shapes = []
    for curve in drawn.curves:
        steps = []
        for stroke in curve.strokes:
            first, *others = [f"{_number(x * _UNIT)} {_number(-y * _UNIT)}" for x, y in stroke]
            steps.append(f"M{first} {'L' if len(others) == 1 else 'C'}{' '.join(others)}")
        dashes = _DASHES if curve.style is CurveStyle.DASHED else ""
        shapes.append(f'<path d="{" ".join(steps)}" fill="none" stroke="black" stroke-width="1.5"{dashes}/>')
    for mark in drawn.marks:
        if mark.amputated:
            shapes.append(_strokes([mark.bar]))
            continue
        radius, shade = _disc(mark)
        cx, cy = _number(mark.x * _UNIT), _number(-mark.y * _UNIT)
        if radius:
            shapes.append(f'<circle cx="{cx}" cy="{cy}" r="{_number(radius)}"{shade}/>')
        if mark.cross:
            shapes.append(_strokes(mark.cross))
        shapes += [note] if (note := _note(mark, float(cx), float(cy))) else []
    for mark in drawn.marks:
        if mark.external and mark.label:
            shapes.append(_text(mark.label_x * _UNIT, -mark.label_y * _UNIT + 4.5, mark.label, 15))
        elif vertex_labels and mark.named:
            shapes.append(_text(mark.label_x * _UNIT, -mark.label_y * _UNIT + _BASELINE, mark.label, 12))
    for curve in drawn.curves:
        if curve.label:
            x, y = curve.label_place
            shapes.append(_text(x * _UNIT, -y * _UNIT + _BASELINE, curve.label, 12))
    return shapes


def _disc(mark: Mark) -> tuple[float, str]:
    """Radius of the circle of a point, in pixels, and how it is filled; nought for a cross."""
    if mark.external:
        return 2.2, ""
    if mark.blob:
        return BLOB_RADIUS * _UNIT, _SHADE
    if mark.sign is Sign.SOURCE:
        return SOURCE_RADIUS * _UNIT, _WHITE
    return (0.0, "") if mark.sign is Sign.CROSS else (4.2, "")


def _strokes(lines: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> str:
    """Straight strokes: a bar, or a cross."""
    ends = [
        f"M{_number(x * _UNIT)} {_number(-y * _UNIT)} L{_number(u * _UNIT)} {_number(-v * _UNIT)}"
        for (x, y), (u, v) in lines
    ]
    return f'<path d="{" ".join(ends)}" fill="none" stroke="black" stroke-width="1.5"/>'


def _note(mark: Mark, x: float, y: float) -> str:
    """What is written beside a point at (x, y), in pixels."""
    if mark.note is None:
        return ""
    x, y = x + _NOTE_X * mark.note.x, y - _NOTE_Y * mark.note.y + _NOTE_DROP
    text = escape(mark.note.base) + mark.note.exponent.translate(_RAISED)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="middle">{text}</text>'


def _text(x: float, y: float, text: str, size: float) -> str:
    """Centred text; a name with a number is set in italics with a subscript."""
    named = NUMBERED.fullmatch(text)
    inner = escape(text)
    if named:
        inner = (
            f'<tspan font-style="italic">{escape(named[1])}</tspan>'
            f'<tspan dy="{_number(size / 4)}" font-size="{_number(size * 0.7)}">{named[2]}</tspan>'
        )
    where = f'x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}"'
    return f'<text {where} text-anchor="middle">{inner}</text>'


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _document(width: float, height: float, background: str, title: str, body: str) -> str:
    w, h = _number(ceil(width)), _number(ceil(height))
    paper = "" if background == "none" else f'<rect width="{w}" height="{h}" fill="{escape(background)}"/>\n'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        f'role="img" {_FONT}>\n'
        f"<title>{escape(title)}</title>\n{paper}{body}\n</svg>\n"
    )
