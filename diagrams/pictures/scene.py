"""What a picture is made of on paper: strokes, discs, polygons and words. SVG and matplotlib draw only these.

Lengths are in pixels, x to the right, y **down**; a leg has `UNIT` of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from diagrams.pictures.curves import CurveStyle
from diagrams.pictures.marks import BLOB_RADIUS, SOURCE_RADIUS, Caption, Mark, Point, Sign
from diagrams.pictures.picture import NOTE_DISTANCE, Picture
from diagrams.pictures.tex import caption_latex, label_latex
from diagrams.pictures.typeset import Line, typeset

#: Pixels per leg.
UNIT = 46.0
#: Sizes of letters: names of points and captions, names of vertices and notes.
LETTERS, SMALL_LETTERS = 15.0, 12.0
#: Radii of an external point and of a vertex.
POINT_RADIUS, VERTEX_RADIUS = 2.2, 4.2
#: From the middle of a line of letters down to its base line, in units of their size.
_MIDDLE = 0.25
WHITE, SHADE, BLACK = "white", "#c4c4c4", "black"
_LINE, _RIM = 1.5, 1.3


@dataclass(frozen=True)
class Stroke:
    """Lines of one curve, each with two or four points; `above` whether it lies on discs."""

    parts: tuple[tuple[Point, ...], ...]
    dashed: bool = False
    above: bool = False
    width: float = _LINE


@dataclass(frozen=True)
class Disc:
    """A disc, with a rim unless it is black."""

    x: float
    y: float
    radius: float
    fill: str = BLACK
    rim: float = 0.0


@dataclass(frozen=True)
class Polygon:
    """Some corners, with a rim unless it is black."""

    points: tuple[Point, ...]
    fill: str = BLACK
    rim: float = 0.0


@dataclass(frozen=True)
class Words:
    """A line of letters: its left end on the base line, their size, and what it says as plain text."""

    x: float
    y: float
    size: float
    line: Line
    text: str

    @property
    def width(self) -> float:
        """Room it takes across."""
        return self.size * self.line.width


Item = Stroke | Disc | Polygon | Words


def words(text: str | Caption, x: float, y: float, size: float, share: float = 0.5) -> Words:
    """Set a caption or a text on a base line; `share` of its width is to the left of x.

    Examples
    --------
    >>> middle = words("12", 100.0, 20.0, 15.0)
    >>> middle.x, middle.width
    (92.5, 15.0)
    """
    line = typeset(caption_latex(text))
    return Words(x - share * size * line.width, y, size, line, str(text))


def name_words(label: str, x: float, y: float, size: float) -> Words:
    """Set the name of a point, centred: a trailing number is an index."""
    line = typeset(label_latex(label))
    return Words(x - size * line.width / 2, y, size, line, label)


def picture_items(drawn: Picture, x: float, y: float, vertex_labels: bool = False) -> Iterator[Item]:
    """What is drawn of a picture whose origin is at (x, y): lines first, names last."""

    def at(point: Point) -> Point:
        return x + UNIT * point[0], y - UNIT * point[1]

    for curve in drawn.curves:
        parts = tuple(tuple(map(at, stroke)) for stroke in curve.strokes)
        yield Stroke(parts, curve.style is CurveStyle.DASHED)
    for mark in drawn.marks:
        yield from mark_items(mark, x, y)
    for mark in drawn.marks:
        if mark.external and mark.label:
            place = at((mark.label_x, mark.label_y))
            yield name_words(mark.label, place[0], place[1] + _MIDDLE * LETTERS, LETTERS)
        elif vertex_labels and mark.named:
            place = at((mark.label_x, mark.label_y))
            yield name_words(mark.label, place[0], place[1] + 0.13 * SMALL_LETTERS, SMALL_LETTERS)
        if mark.note is not None:
            far = mark.x + NOTE_DISTANCE * mark.note.x, mark.y + NOTE_DISTANCE * mark.note.y
            yield _note(mark, *at(far))
    for curve in drawn.curves:
        if curve.label:
            place = at(curve.label_place)
            yield name_words(curve.label, place[0], place[1] + 0.13 * SMALL_LETTERS, SMALL_LETTERS)


def _note(mark: Mark, x: float, y: float) -> Words:
    assert mark.note is not None
    base, exponent = mark.note.base, mark.note.exponent
    latex = f"${base}^{{{exponent}}}$" if exponent else f"${base}$"
    return words(Caption(base + exponent, latex), x, y + _MIDDLE * SMALL_LETTERS, SMALL_LETTERS)


def mark_items(mark: Mark, x: float = 0.0, y: float = 0.0) -> Iterator[Item]:
    """The sign of a point, the origin of its coordinates being at (x, y)."""

    def at(point: Point) -> Point:
        return x + UNIT * point[0], y - UNIT * point[1]

    (cx, cy) = at((mark.x, mark.y))
    if mark.amputated:
        yield Stroke((tuple(map(at, mark.bar)),), above=True)
        return
    if mark.external:
        yield Disc(cx, cy, POINT_RADIUS)
    elif mark.blob:
        yield Disc(cx, cy, BLOB_RADIUS * UNIT, SHADE, _LINE)
    elif mark.sign is Sign.SOURCE:
        yield Disc(cx, cy, SOURCE_RADIUS * UNIT, WHITE, _RIM)
    elif corners := mark.corners(VERTEX_RADIUS / UNIT):
        open_one = mark.sign.is_open
        yield Polygon(tuple(map(at, corners)), WHITE if open_one else BLACK, _LINE if open_one else 0.0)
    elif radius := mark.radius(VERTEX_RADIUS):
        open_one = mark.sign.is_open
        yield Disc(cx, cy, radius, WHITE if open_one else BLACK, _LINE if open_one else 0.0)
    for stroke in mark.cross:
        yield Stroke((tuple(map(at, stroke)),), above=True)
