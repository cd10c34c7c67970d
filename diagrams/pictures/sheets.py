"""Contact sheets: many pictures in rows, orders apart, with a title and what the signs and numbers mean.

`sheet_page` places everything once, and SVG, PDF and PNG draw that page; TikZ has pages of its own, from the
same `SheetContent`. Lengths are in pixels, x to the right, y **down**.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import TypeVar

from diagrams.diagram import Diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import shown
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import Caption, Mark, Sign
from diagrams.pictures.picture import Picture, picture, with_vertex_names
from diagrams.pictures.scene import LETTERS, UNIT, Item, Stroke, mark_items, picture_items, words
from diagrams.pictures.tex import caption_latex
from diagrams.pictures.typeset import typeset

#: Around a picture, and for the caption below it.
_MARGIN, _CAPTION = 10.0, 22.0
#: Around a sheet, and its narrowest column of text.
_EDGE, _TEXT = 14.0, 480.0
#: Size of letters and distance of lines: title, what is below it, headings of sections, notes.
_TITLE, _SUBTITLE, _HEADING, _NOTE = (20.0, 30.0), (14.0, 21.0), (15.0, 30.0), (13.0, 19.0)
_RULE = 0.6
#: Wished width of a sheet.
_WIDE = 1100.0
_MOST_COLUMNS = 8

T = TypeVar("T")
Text = str | Caption
Entry = Diagram | tuple[Diagram | Picture, Text]


@dataclass(frozen=True)
class Section:
    """Pictures that belong together, such as those of one order.

    Attributes
    ----------
    entries : tuple of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    heading : str or Caption
        Above them, with a rule; nothing by default.
    """

    entries: tuple[Entry, ...]
    heading: Text = ""


@dataclass(frozen=True)
class Meaning:
    """What a sign stands for, in the legend of a sheet.

    Attributes
    ----------
    text : str or Caption
    sign : Sign, optional
        Of a vertex.
    dashed : bool
        Whether it is a dashed line instead.
    blob : bool
        Whether it is a shaded disc instead.
    """

    text: Text
    sign: Sign | None = None
    dashed: bool = False
    blob: bool = False

    def items(self, x: float, y: float) -> Iterator[Item]:
        """The sign with its middle at (x, y)."""
        if self.dashed:
            yield Stroke((((x - 13.0, y), (x + 13.0, y)),), dashed=True)
        elif self.sign is not None or self.blob:
            sign = self.sign or Sign.DISC
            yield from mark_items(Mark(0.0, 0.0, "", False, 0, 0.0, 0.0, blob=self.blob, sign=sign), x, y)

    @property
    def room(self) -> float:
        """Width of the sign."""
        return 34.0 if self.dashed else 20.0 if self.sign is not None or self.blob else 0.0


@dataclass(frozen=True)
class SheetContent:
    """What stands on a sheet.

    Attributes
    ----------
    sections : tuple of Section
    title : str or Caption
    subtitle : tuple of (str or Caption)
        Lines below the title.
    legend : tuple of Meaning
        What the signs of vertices stand for.
    notes : tuple of (str or Caption)
        Below everything: what the captions mean.
    """

    sections: tuple[Section, ...]
    title: Text = ""
    subtitle: tuple[Text, ...] = ()
    legend: tuple[Meaning, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The pictures of all sections."""
        return tuple(entry for section in self.sections for entry in section.entries)

    def redrawn(self, drawn: Iterable[Picture]) -> "SheetContent":
        """The same with pictures in place of what was to be drawn, in order."""
        pictures = iter(drawn)
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    entries=tuple((next(pictures), caption) for _, caption in captioned(section.entries)),
                )
                for section in self.sections
            ),
        )

    def paged(self, most: int) -> "list[SheetContent]":
        """Cut it into pages of about one length, with at most so many pictures each; the title says which.

        Examples
        --------
        >>> line = Diagram.from_edge_string("x1-x2")
        >>> sheet = SheetContent((Section((line,) * 5, "Order 0"), Section((line,) * 3, "Order 1")), "Lines")
        >>> for page in sheet.paged(4):
        ...     print(page.title, [(str(one.heading), len(one.entries)) for one in page.sections])
        Lines (1 of 2) [('Order 0', 4)]
        Lines (2 of 2) [('Order 0, continued', 1), ('Order 1', 3)]
        """
        total = len(self.entries)
        number = max(1, -(-total // most))
        if number == 1:
            return [self]
        size = -(-total // number)
        pages: list[list[Section]] = [[] for _ in range(number)]
        place = 0
        for section in self.sections:
            entries, heading = section.entries, section.heading
            while entries:
                room = size - place % size
                pages[place // size].append(Section(entries[:room], heading))
                place += len(entries[:room])
                entries, heading = entries[room:], _extended(section.heading, ", continued")
        return [
            replace(self, sections=tuple(page), title=_extended(self.title, f" ({which} of {number})"))
            for which, page in enumerate(pages, start=1)
        ]


def _extended(text: Text, more: str) -> Text:
    """A text with something behind it; nothing stays nothing."""
    if isinstance(text, Caption):
        return Caption(text.text + more, text.latex + more)
    return text + more if text else text


@dataclass(frozen=True)
class Page:
    """A page with everything in its place: what SVG, PDF and PNG draw."""

    width: float
    height: float
    items: tuple[Item, ...]
    title: str = ""


def as_content(given: "Iterable[Entry] | SheetContent", title: Text = "") -> SheetContent:
    """Make a sheet of a list of pictures; a title that is given replaces its own.

    Raises
    ------
    InvalidDiagram
        If it is neither.
    """
    if isinstance(given, SheetContent):
        return replace(given, title=title) if title else given
    return SheetContent((Section(tuple(captioned(given))),), title)


def captioned(entries: Iterable[Entry]) -> Iterator[tuple[Diagram | Picture, Text]]:
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


class Cell:
    """One picture with its caption below."""

    def __init__(self, drawn: Picture, caption: Text, vertex_labels: bool = False) -> None:
        self.drawn = with_vertex_names(drawn) if vertex_labels else drawn
        self.caption, self.vertex_labels = caption, vertex_labels
        wide = LETTERS * typeset(caption_latex(caption)).width if caption else 0.0
        self.width = max(self.drawn.width * UNIT, wide) + 2 * _MARGIN
        self.height = self.drawn.height * UNIT + 2 * _MARGIN + (_CAPTION if caption else 0.0)

    def at(self, x: float, y: float, height: float | None = None) -> Iterator[Item]:
        """Its items, the upper left corner at (x, y); centred in a height, the caption at the bottom."""
        drawn = self.drawn
        height = self.height if height is None else height
        room = height - (_CAPTION if self.caption else 0.0)
        dx = x + self.width / 2 - UNIT * (drawn.left + drawn.right) / 2
        dy = y + room / 2 + UNIT * (drawn.top + drawn.bottom) / 2
        yield from picture_items(drawn, dx, dy, self.vertex_labels)
        if self.caption:
            yield words(self.caption, x + self.width / 2, y + height - 10, LETTERS)

    def page(self, title: str = "") -> Page:
        """A page with nothing else on it."""
        return Page(self.width, self.height, tuple(self.at(0.0, 0.0)), title)


def sheet_page(
    given: Iterable[Entry] | SheetContent,
    *,
    columns: int | None = None,
    title: Text = "",
    vertex_labels: bool = False,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> Page:
    """Put everything in its place; for the parameters see `diagrams.pictures.svg.svg_sheet`.

    Examples
    --------
    >>> line = Diagram.from_edge_string("x1-x2")
    >>> page = sheet_page(SheetContent((Section((line,) * 5, "Order 0"),), "Lines"), columns=3)
    >>> [item.text for item in page.items if hasattr(item, "text")][:2]
    ['Lines', 'Order 0']
    """
    content = as_content(given, title)
    sections = [
        (
            section.heading,
            [
                Cell(picture(one, layout=layout, incoming=incoming), caption, vertex_labels)
                for one, caption in captioned(section.entries)
            ],
        )
        for section in content.sections
    ]
    cells = [cell for _, row in sections for cell in row]
    if not cells and not content.title:
        return Page(120.0, 40.0, ())
    wide = max((cell.width for cell in cells), default=120.0)
    columns = columns or _columns(cells, wide)
    fullest = max((min(len(row), columns) for _, row in sections), default=1)
    texts = bool(content.title or content.subtitle or content.legend or content.notes)
    inner = max(wide * fullest, _TEXT if content.subtitle or content.notes else 0.0)
    width = max(inner, _title_width(content) if texts else 0.0)
    sheet = _Sheet(width + (2 * _EDGE if texts else 0.0), _EDGE if texts else 0.0)
    sheet.head(content)
    for heading, row in sections:
        sheet.section(heading, row, columns, wide)
    sheet.foot(content)
    return Page(sheet.width, sheet.y, tuple(sheet.items), str(content.title))


def _title_width(content: SheetContent) -> float:
    """Width of the longest word of the title, or of all of it if that is not much."""
    return min(_TITLE[0] * typeset(caption_latex(content.title)).width, _TEXT)


def _columns(cells: Sequence[Cell], wide: float) -> int:
    """Pictures in a row for a landscape page."""
    if not cells:
        return 1
    square = sqrt(1.4 * sum(cell.height for cell in cells) / wide)
    fit = max(int(_WIDE // wide), round(square))
    return max(1, min(len(cells), _MOST_COLUMNS, fit, ceil(sqrt(2 * len(cells)))))


class _Sheet:
    """A page that is filled from the top."""

    def __init__(self, width: float, edge: float) -> None:
        self.width, self.edge, self.y = width, edge, edge
        self.items: list[Item] = []

    def lines(self, text: Text, size: tuple[float, float], share: float = 0.5) -> None:
        """Text in as many lines as it needs, centred, or from the left with a share of nought."""
        letters, distance = size
        room = self.width - 2 * self.edge
        x = self.edge + share * room
        for line in broken(text, room / letters):
            self.y += distance
            self.items.append(words(line, x, self.y - 0.35 * distance, letters, share))

    def head(self, content: SheetContent) -> None:
        """Title, subtitle and the meaning of signs."""
        if content.title:
            self.lines(content.title, _TITLE)
        for line in content.subtitle:
            self.lines(line, _SUBTITLE)
        self.legend(content.legend)

    def legend(self, legend: Sequence[Meaning]) -> None:
        """Signs side by side, in several rows if need be."""
        letters, distance = _SUBTITLE
        rows: list[list[tuple[Meaning, float]]] = [[]]
        used, room = 0.0, self.width - 2 * self.edge
        for meaning in legend:
            wide = meaning.room + letters * typeset(caption_latex(meaning.text)).width + 2 * letters
            if rows[-1] and used + wide > room:
                rows.append([])
                used = 0.0
            rows[-1].append((meaning, wide))
            used += wide
        for row in rows if legend else ():
            self.y += distance + 4.0
            x = (self.width - sum(wide for _, wide in row)) / 2 + letters
            base = self.y - 0.35 * distance
            for meaning, wide in row:
                self.items += meaning.items(x + meaning.room / 2 - 3.0, base - 0.25 * letters)
                self.items.append(words(meaning.text, x + meaning.room, base, letters, 0.0))
                x += wide

    def section(self, heading: Text, cells: Sequence[Cell], columns: int, wide: float) -> None:
        """A heading with a rule beside it, then rows of pictures, each centred."""
        if heading:
            letters, distance = _HEADING
            self.y += distance + 4.0
            base = self.y - 0.35 * distance
            title = words(heading, self.edge + 4.0, base, letters, 0.0)
            self.items.append(title)
            start = title.x + title.width + letters
            line = base - 0.25 * letters
            self.items.append(Stroke((((start, line), (self.width - self.edge, line)),), width=_RULE))
        for row in even_rows(cells, columns):
            height = max(cell.height for cell in row)
            x = (self.width - len(row) * wide) / 2
            for cell in row:
                self.items += cell.at(x + (wide - cell.width) / 2, self.y, height)
                x += wide
            self.y += height

    def foot(self, content: SheetContent) -> None:
        """A rule, and what the captions mean."""
        if content.notes:
            self.y += 8.0
            ends = (self.edge, self.y), (self.width - self.edge, self.y)
            self.items.append(Stroke((ends,), width=_RULE))
            self.y += 4.0
            for note in content.notes:
                self.lines(note, _NOTE, 0.0)
        self.y += self.edge


def even_rows(cells: Sequence[T], columns: int) -> list[Sequence[T]]:
    """Cut a list into as few rows as columns allow, of about one length.

    Examples
    --------
    >>> even_rows("abcde", 4)
    ['abc', 'de']
    """
    rows = max(1, -(-len(cells) // columns))
    length = max(1, -(-len(cells) // rows))
    return [cells[first : first + length] for first in range(0, len(cells), length)]


def broken(text: Text, room: float) -> list[Text]:
    """Break a text where it has spaces, into lines no wider than `room` times the size of its letters.

    Examples
    --------
    >>> [str(line) for line in broken("a line that is broken", 5.0)]
    ['a line that', 'is broken']
    """
    latex = caption_latex(text)
    if typeset(latex).width <= room:
        return [text]
    lines: list[str] = []
    for word in _words(latex):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and typeset(longer).width <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if isinstance(text, Caption):
        return [Caption(str(text) if not place else "", line) for place, line in enumerate(lines)]
    plain = iter(text.split())
    counts = [len(line.split(" ")) for line in lines]
    return [" ".join(next(plain, "") for _ in range(count)) for count in counts]


def _words(latex: str) -> list[str]:
    """Pieces between spaces that are outside formulas."""
    found, inside = [""], False
    for character in latex:
        inside ^= character == "$" and not found[-1].endswith("\\")
        if character == " " and not inside:
            found.append("")
        else:
            found[-1] += character
    return [word for word in found if word]
