"""Pictures as SVG text: one diagram, or a contact sheet. Self-contained, the letters drawn as outlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from math import ceil

from diagrams.diagram import Diagram
from diagrams.pictures.frames import Layout
from diagrams.pictures.letters import Glyph
from diagrams.pictures.marks import Caption
from diagrams.pictures.picture import Picture, picture
from diagrams.pictures.scene import BLACK, Disc, Item, Polygon, Stroke, Words
from diagrams.pictures.sheets import Cell, Entry, Page, SheetContent, sheet_page

_DASHES = ' stroke-dasharray="4 3.5"'


def svg(
    diagram: Diagram | Picture,
    *,
    labels: Sequence[str] | None = None,
    caption: str | Caption = "",
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
    caption : str or Caption
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
        A complete SVG document. Letters are outlines of Computer Modern, so that they look the same
        everywhere; what they say is in the attributes ``aria-label``.

    Raises
    ------
    InvalidDiagram
        If there is not one label per external point.

    Examples
    --------
    >>> text = svg(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"), caption="12")
    >>> text.startswith("<svg xmlns="), text.count("<circle"), 'aria-label="12"' in text
    (True, 3, True)
    """
    drawn = picture(diagram, labels, layout=layout, incoming=incoming)
    title = diagram.edge_string if isinstance(diagram, Diagram) else "Feynman diagram"
    return document(Cell(drawn, caption, vertex_labels).page(title), background)


def svg_sheet(
    entries: Iterable[Entry] | SheetContent,
    *,
    columns: int | None = None,
    title: str | Caption = "",
    vertex_labels: bool = False,
    background: str = "white",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw many diagrams on one sheet, in rows.

    Parameters
    ----------
    entries : SheetContent, or iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    columns : int, optional
        Pictures per row; chosen for a landscape page by default.
    title : str or Caption
        Above everything.
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
    page = sheet_page(
        entries, columns=columns, title=title, vertex_labels=vertex_labels, layout=layout, incoming=incoming
    )
    return document(page, background)


def document(page: Page, background: str = "white") -> str:
    """Write a page: every letter once, then everything in its place."""
    w, h = _number(ceil(page.width)), _number(ceil(page.height))
    paper = "" if background == "none" else f'<rect width="{w}" height="{h}" fill="{escape(background)}"/>\n'
    glyphs = {
        p.glyph.key: p.glyph for item in page.items if isinstance(item, Words) for p in item.line.letters
    }
    outlines = "".join(_outline(glyphs[key]) for key in sorted(glyphs))
    letters = f"<defs>{outlines}</defs>\n" if glyphs else ""
    body = "\n".join(_written(item) for item in page.items)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        'role="img">\n'
        f"<title>{escape(page.title or 'Feynman diagrams')}</title>\n{letters}{paper}{body}\n</svg>\n"
    )


@cache
def _outline(glyph: Glyph) -> str:
    """A letter, in thousandths of its size, upright in a page whose y points down."""
    steps = []
    for letter, numbers in glyph.commands:
        turned = (round(1000 * value * (-1) ** place) for place, value in enumerate(numbers))
        steps.append(letter + " ".join(map(str, turned)))
    return f'<path id="{glyph.key}" d="{"".join(steps)}"/>'


def _written(item: Item) -> str:
    if isinstance(item, Stroke):
        return _stroke(item)
    if isinstance(item, Words):
        return _words(item)
    rim = f' fill="{item.fill}" stroke="black" stroke-width="{item.rim:g}"' if item.rim else ""
    fill = rim or ("" if item.fill == BLACK else f' fill="{item.fill}"')
    if isinstance(item, Disc):
        return f'<circle cx="{_number(item.x)}" cy="{_number(item.y)}" r="{_number(item.radius)}"{fill}/>'
    return _polygon(item, fill)


def _polygon(item: Polygon, fill: str) -> str:
    corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
    return f'<polygon points="{corners}"{fill}/>'


def _stroke(item: Stroke) -> str:
    steps = []
    for part in item.parts:
        first, *others = [f"{_number(x)} {_number(y)}" for x, y in part]
        steps.append(f"M{first} {'L' if len(others) == 1 else 'C'}{' '.join(others)}")
    dashes = _DASHES if item.dashed else ""
    return f'<path d="{" ".join(steps)}" fill="none" stroke="black" stroke-width="{item.width:g}"{dashes}/>'


def _words(item: Words) -> str:
    """A group of letters; a screen reader is told what they say."""
    scale, letters = item.size / 1000, []
    for placed in item.line.letters:
        where = _place(placed.x, placed.y, placed.size)
        letters.append(f'<use href="#{placed.glyph.key}"{where}/>')
    for x, y, wide, high in item.line.rules:
        left, top, width, height = map(_number, (1000 * x, -1000 * (y + high), 1000 * wide, 1000 * high))
        letters.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}"/>')
    where = f"translate({_number(item.x)} {_number(item.y)}) scale({scale:g})"
    return f'<g aria-label="{escape(item.text)}" transform="{where}">{"".join(letters)}</g>'


def _place(x: float, y: float, size: float) -> str:
    """Attributes that put a letter in its place."""
    across, down = round(1000 * x), -round(1000 * y)
    if size == 1.0 and not down:
        return f' x="{across}"' if across else ""
    scale = "" if size == 1.0 else f" scale({size:g})"
    return f' transform="translate({across} {down}){scale}"'


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
