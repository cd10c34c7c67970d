"""Pictures as a matplotlib figure, to be saved in any format matplotlib writes (PDF, PNG).

matplotlib is imported by the function that needs it, and ``pyplot`` never: nothing global is touched. All of
a page is drawn by a handful of paths, letters included, which is fast and needs no font.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from diagrams.pictures.frames import Layout
from diagrams.pictures.letters import Glyph
from diagrams.pictures.marks import Caption
from diagrams.pictures.scene import Disc, Item, Polygon, Stroke, Words
from diagrams.pictures.sheets import Entry, Page, SheetContent, sheet_page

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

#: Pixels of a page per inch.
_PER_INCH = 110.0
_CODES = {"M": (1,), "L": (2,), "Q": (3, 3), "C": (4, 4, 4), "Z": (79,)}
#: What lies on what: lines, filled things, crosses, letters.
_LINES, _FILLED, _ABOVE, _LETTERS = 1.0, 2.0, 3.0, 4.0


def sheet_figure(
    entries: Iterable[Entry] | SheetContent,
    *,
    columns: int | None = None,
    title: str | Caption = "",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> "Figure":
    """Draw diagrams on one page, the same as `diagrams.pictures.svg.svg_sheet`.

    Parameters
    ----------
    entries : SheetContent, or iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    columns : int, optional
        Pictures per row.
    title : str or Caption
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("diagrams.pdf")``.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> round(sheet_figure(generate(4, {4: 1})).get_figwidth())
    7
    """
    page = sheet_page(entries, columns=columns, title=title, layout=layout, incoming=incoming)
    return page_figure(page)


def page_figure(page: Page) -> "Figure":
    """Draw a page."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(page.width / _PER_INCH, page.height / _PER_INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, page.width)
    axes.set_ylim(page.height, 0)
    axes.set_axis_off()
    draw_items(axes, page.items)
    return figure


def draw_items(axes: "Axes", items: Sequence[Item]) -> None:
    """Draw the parts of a page on axes whose y points down, with `_PER_INCH` units to the inch."""
    strokes = [item for item in items if isinstance(item, Stroke)]
    for (dashed, above, width), same in _grouped(strokes, "dashed", "above", "width"):
        options: dict[str, Any] = {
            "linewidth": width * 72 / _PER_INCH,
            "capstyle": "butt",
            "zorder": _ABOVE if above else _LINES,
        }
        if dashed:
            options["linestyle"] = (0, (4 / width, 3.5 / width))
        _patch(axes, [_stroked(part) for one in same for part in one.parts], fill=False, **options)
    filled = [item for item in items if isinstance(item, Disc | Polygon)]
    for (fill, rim), same in _grouped(filled, "fill", "rim"):
        paths = [_disc(one) if isinstance(one, Disc) else _polygon(one) for one in same]
        edge = {"edgecolor": "black", "linewidth": rim * 72 / _PER_INCH} if rim else {"linewidth": 0.0}
        _patch(axes, paths, facecolor=fill, zorder=_FILLED, **edge)
    letters = [path for item in items if isinstance(item, Words) for path in _lettered(item)]
    _patch(axes, letters, facecolor="black", linewidth=0.0, zorder=_LETTERS)


def _grouped(items: Sequence[Any], *names: str) -> list[tuple[tuple[Any, ...], list[Any]]]:
    """Items with the same attributes together."""

    def key(item: object) -> tuple[Any, ...]:
        return tuple(getattr(item, name) for name in names)

    return [(shared, list(same)) for shared, same in groupby(sorted(items, key=key), key=key)]


def _patch(axes: "Axes", paths: Sequence["Path"], **options: Any) -> None:
    """One patch of many paths."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if paths:
        axes.add_artist(PathPatch(Path.make_compound_path(*paths), **options))  # measures nothing


def _stroked(part: Sequence[tuple[float, float]]) -> "Path":
    from matplotlib.path import Path

    return Path(part, [1, *([2] if len(part) == 2 else [4] * 3)])


def _disc(item: Disc) -> "Path":
    from matplotlib.path import Path

    return Path.circle((item.x, item.y), item.radius)


def _polygon(item: Polygon) -> "Path":
    from matplotlib.path import Path

    return Path([*item.points, item.points[0]], closed=True)


def _lettered(item: Words) -> list["Path"]:
    from matplotlib.path import Path

    size, found = item.size, []
    for placed in item.line.letters:
        points, codes = _outline(placed.glyph)
        if len(points):
            at = np.array((item.x + size * placed.x, item.y - size * placed.y))
            found.append(Path(at + size * placed.size * points, codes))
    for x, y, wide, high in item.line.rules:
        left, bottom = item.x + size * x, item.y - size * y
        corners = [(left, bottom), (left + size * wide, bottom)]
        corners += [(left + size * wide, bottom - size * high), (left, bottom - size * high), corners[0]]
        found.append(Path(corners, closed=True))
    return found


@cache
def _outline(glyph: Glyph) -> tuple[Any, Any]:
    """Points of a letter, y pointing down, and the codes of matplotlib's paths."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for letter, numbers in glyph.commands:
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True)) or [(0.0, 0.0)]
        points += [(x, -y) for x, y in pairs]
        codes += _CODES[letter]
    return np.array(points).reshape(-1, 2), np.array(codes, dtype=np.uint8)
