"""Pictures as a matplotlib figure, to be saved in any format matplotlib writes (PDF, PNG).

matplotlib is imported by the function that needs it, and ``pyplot`` never: nothing global is touched.
"""

from collections.abc import Iterable
from math import ceil
from typing import TYPE_CHECKING

from diagrams.pictures.curves import CurveStyle
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import BLOB_RADIUS, SOURCE_RADIUS, Mark, Sign
from diagrams.pictures.names import NUMBERED
from diagrams.pictures.picture import NOTE_DISTANCE, Picture, picture
from diagrams.pictures.svg import Entry, captioned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCHES = 0.42  # per leg length
_INCHES_PER_LETTER = 0.085  # of a title
_LEGS_PER_LETTER = 0.07 / _INCHES  # of a caption


def sheet_figure(
    entries: Iterable[Entry],
    *,
    columns: int | None = None,
    title: str = "",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> "Figure":
    """Draw diagrams on one page.

    Parameters
    ----------
    entries : iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    columns : int, optional
        Pictures per row.
    title : str
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("diagrams.pdf")``.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> len(sheet_figure(generate(4, {4: 1})).axes)
    10
    """
    from matplotlib.figure import Figure

    drawn = [
        (picture(diagram, layout=layout, incoming=incoming), str(caption))
        for diagram, caption in captioned(entries)
    ]
    wide = max((max(p.width, _LEGS_PER_LETTER * len(c)) for p, c in drawn), default=1.0) + 0.5
    high = max((p.height for p, _ in drawn), default=1.0) + 0.9
    if columns is None:
        columns = max(1, min(len(drawn), 8, ceil((2 * len(drawn)) ** 0.5)))
    rows = max(1, ceil(len(drawn) / columns))
    top = 0.5 if title else 0.0
    height = rows * high * _INCHES + top
    figure = Figure(figsize=(max(columns * wide * _INCHES, _INCHES_PER_LETTER * len(title)), height))
    if title:
        figure.suptitle(title, y=1 - 0.15 / height, va="top", fontsize=11, parse_math=False)
    for number, (one, caption) in enumerate(drawn):
        row, column = divmod(number, columns)
        bottom = (rows - 1 - row) * high * _INCHES / height
        axes = figure.add_axes((column / columns, bottom, 1 / columns, high * _INCHES / height))
        draw_on(axes, one, caption, wide, high)
    return figure


def draw_on(axes: "Axes", drawn: Picture, caption: str, width: float, height: float) -> None:
    """Draw one picture on axes that show a window of the given size (in leg lengths).

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its frame and ticks are removed.
    drawn : Picture
    caption : str
        Line at the bottom.
    width, height : float
        Size of the window; the picture is centred in it.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    x, y = (drawn.left + drawn.right) / 2, (drawn.bottom + drawn.top) / 2 - 0.2
    axes.set_xlim(x - width / 2, x + width / 2)
    axes.set_ylim(y - height / 2, y + height / 2)
    axes.set_aspect("equal")
    axes.set_axis_off()
    for curve in drawn.curves:
        points = [point for stroke in curve.strokes for point in stroke]
        codes = [
            code
            for stroke in curve.strokes
            for code in (Path.MOVETO, *([Path.LINETO] if len(stroke) == 2 else [Path.CURVE4] * 3))
        ]
        dashes = "--" if curve.style is CurveStyle.DASHED else "-"
        axes.add_patch(
            PathPatch(Path(points, codes), fill=False, linewidth=0.9, capstyle="butt", linestyle=dashes)
        )
    for mark in drawn.marks:
        if mark.amputated:
            axes.plot(*zip(*mark.bar, strict=True), "k-", linewidth=0.9)
        elif mark.blob or mark.cross:
            _draw_sign(axes, mark)
        else:
            axes.plot([mark.x], [mark.y], "ko", markersize=2.0 if mark.external else 4.4, markeredgewidth=0)
        if mark.external and mark.label:
            axes.text(mark.label_x, mark.label_y, _name(mark.label), ha="center", va="center", fontsize=9)
    below, formula = y - height / 2 + 0.1, _is_formula(caption)
    axes.text(x, below, caption, ha="center", va="bottom", fontsize=9, parse_math=formula)
    for mark in drawn.marks:
        if mark.note is not None:
            place = mark.x + NOTE_DISTANCE * mark.note.x, mark.y + NOTE_DISTANCE * mark.note.y
            text = f"${mark.note.base}^{{{mark.note.exponent}}}$"
            axes.text(*place, text, ha="center", va="center", fontsize=7)
    for curve in drawn.curves:
        if curve.label:
            axes.text(*curve.label_place, _name(curve.label), ha="center", va="center", fontsize=7)


def _draw_sign(axes: "Axes", mark: Mark) -> None:
    """A shaded disc, or a cross, with a circle around it for a source."""
    from matplotlib.patches import Circle

    if mark.blob or mark.sign is Sign.SOURCE:
        radius, shade = (BLOB_RADIUS, "0.77") if mark.blob else (SOURCE_RADIUS, "w")
        # above the lines, which have order 1, and below the strokes of the cross, which have 2
        circle = Circle((mark.x, mark.y), radius, facecolor=shade, edgecolor="k", linewidth=0.9, zorder=1.5)
        axes.add_patch(circle)
    for stroke in mark.cross:
        axes.plot(*zip(*stroke, strict=True), "k-", linewidth=0.9)


def _is_formula(text: str) -> bool:
    """Tell whether what stands between dollars can be set; if not, the text is shown as it is."""
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(text)
    except ValueError:
        return False
    return True


def _name(label: str) -> str:
    """A trailing number becomes a subscript."""
    named = NUMBERED.fullmatch(label)
    return f"${named[1]}_{{{named[2]}}}$" if named else label
