"""One picture as TikZ code; `diagrams.pictures.tikz_sheets` makes documents of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagrams.diagram import Diagram
from diagrams.pictures.curves import CurveStyle
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import BAR, BLOB_RADIUS, CROSS, SOURCE_RADIUS, Caption, Mark, Sign
from diagrams.pictures.picture import Picture, picture, turning_points, with_vertex_names
from diagrams.pictures.tex import caption_latex, label_latex

DASHES = "[dash pattern=on 1.6pt off 1.4pt]"


@dataclass(frozen=True)
class TikzStyle:
    """Sizes of a drawing, in centimetres before it is scaled: a leg has length 1.

    Attributes
    ----------
    line_width : float
        In points.
    scale : float
    in_equation : bool
        Whether it stands in the middle of a line, with a box that is just large enough (TikZ by itself would
        make room for the control points of curves as well).
    vertex_radius : float
        A vertex must be told from a crossing.
    blob_radius : float
        Of the disc of a connected correlator.
    name_font, note_font : str
        LaTeX sizes of the names of external points and of notes; empty for the size around.
    note_distance : float
        From a point to the centre of its note.
    """

    line_width: float = 0.6
    scale: float = 1.0
    in_equation: bool = False
    vertex_radius: float = 0.07
    blob_radius: float = BLOB_RADIUS
    name_font: str = ""
    note_font: str = r"\scriptsize"
    note_distance: float = 0.5

    def box(self, drawn: Picture) -> tuple[float, float, float, float]:
        """The box that holds points, curves, names of external points and notes: left, bottom, right, top.

        Examples
        --------
        >>> line = picture(Diagram.from_edge_string("x1-x2"), labels=["", ""])
        >>> [round(side, 2) for side in IN_EQUATION.box(line)]
        [-0.85, -0.05, 0.85, 0.05]
        """
        corners = [point for curve in drawn.curves for point in turning_points(curve.points)]
        for mark in drawn.marks:
            rim = self.blob_radius if mark.blob else BAR if mark.amputated else CROSS if mark.cross else 0.0
            corners += _around(mark.x, mark.y, (rim, rim))
            if mark.external and mark.label:
                corners += _around(mark.label_x, mark.label_y, _NAME_ROOM)
            if mark.note is not None:
                far = self.note_distance
                corners += _around(mark.x + far * mark.note.x, mark.y + far * mark.note.y, _NOTE_ROOM)
        for curve in drawn.curves:
            if curve.label:
                corners += _around(*curve.label_place, _NAME_ROOM)
        xs, ys = zip(*corners, strict=True) if corners else ((0.0,), (0.0,))
        return min(xs) - _RIM, min(ys) - _RIM, max(xs) + _RIM, max(ys) + _RIM


#: Half the width and height of the room for a name and for a note, and the room that lines take themselves.
_NAME_ROOM, _NOTE_ROOM, _RIM = (0.15, 0.2), (0.45, 0.25), 0.05
#: Pictures by themselves, and small ones inside an equation, whose letters are larger against the lines.
ALONE = TikzStyle()
IN_EQUATION = TikzStyle(0.5, 0.42, True, 0.11, 0.24, r"\tiny", r"\tiny", 0.9)


def _around(x: float, y: float, room: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x - room[0], y - room[1]), (x + room[0], y + room[1])]


def tikz(
    diagram: Diagram | Picture,
    *,
    labels: Sequence[str] | None = None,
    caption: str | Caption = "",
    vertex_labels: bool = False,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
    style: TikzStyle = ALONE,
    floor: float | None = None,
) -> str:
    r"""Draw one diagram as a ``tikzpicture``.

    Parameters
    ----------
    diagram : Diagram or Picture
    labels : sequence of str, length n_external, optional
        Names of the external points, ``x1`` becoming ``$x_{1}$``, what stands between dollar signs as it
        is; x1, x2, ... by default.
    caption : str or Caption
        One line below the picture. Special characters of a plain text are escaped.
    vertex_labels : bool
        Also name the vertices.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.
    style : TikzStyle
        Sizes; ``IN_EQUATION`` for small pictures inside a formula.
    floor : float, optional
        Height below which the caption stands; that of the lowest part of the picture by default.

    Returns
    -------
    str
        To be pasted into a LaTeX document that loads ``tikz``.

    Raises
    ------
    InvalidDiagram
        If there is not one label per external point.

    Examples
    --------
    >>> print(tikz(Diagram.from_edge_string("x1-x2")))
    \begin{tikzpicture}[line width=0.6pt, baseline={(0,0)}]
      \draw (-0.8,0) -- (0.8,0);
      \fill (-0.8,0) circle[radius=0.035] (-1.09,0) node {$x_{1}$};
      \fill (0.8,0) circle[radius=0.035] (1.09,0) node {$x_{2}$};
    \end{tikzpicture}
    """
    drawn = picture(diagram, labels, layout=layout, incoming=incoming)
    if vertex_labels:
        drawn = with_vertex_names(drawn)
    lines = _opening(drawn, style)
    lines += [f"  {line}" for line in _shapes(drawn, vertex_labels, style)]
    if caption:
        centre = (drawn.left + drawn.right) / 2
        bottom = drawn.bottom if floor is None else floor
        lines.append(f"  \\node at {_at((centre, bottom - 0.3))} {{{caption_latex(caption)}}};")
    lines.append(r"\end{tikzpicture}")
    return "\n".join(lines)


def _opening(drawn: Picture, style: TikzStyle) -> list[str]:
    """Begin a picture: on a line of text at its origin, or in an equation at its middle."""
    options = [f"line width={style.line_width:g}pt"]
    options += [f"scale={style.scale:g}"] if style.scale != 1 else []
    if not style.in_equation:
        return [rf"\begin{{tikzpicture}}[{', '.join([*options, 'baseline={(0,0)}'])}]"]
    options.append("baseline={([yshift=-0.6ex]current bounding box.center)}")
    left, bottom, right, top = style.box(drawn)
    return [
        rf"\begin{{tikzpicture}}[{', '.join(options)}]",
        rf"  \useasboundingbox ({left:.3f},{bottom:.3f}) rectangle ({right:.3f},{top:.3f});",
    ]


def _shapes(drawn: Picture, vertex_labels: bool, style: TikzStyle) -> list[str]:
    shapes = []
    for curve in drawn.curves:
        strokes = []
        for stroke in curve.strokes:
            ends = [_at(point) for point in stroke]
            if len(ends) == 2:
                strokes.append(f"{ends[0]} -- {ends[1]}")
            else:
                strokes.append(f"{ends[0]} .. controls {ends[1]} and {ends[2]} .. {ends[3]}")
        dashes = DASHES if curve.style is CurveStyle.DASHED else ""
        shapes.append(f"\\draw{dashes} {' '.join(strokes)};")
    font = f"[font={style.name_font}]" if style.name_font else ""
    for mark in drawn.marks:
        if mark.amputated:
            start, end = mark.bar
            shapes.append(f"\\draw {_at(start)} -- {_at(end)};")
            continue
        shape = sign_code(mark, style) + _note(mark, style)
        if mark.external and mark.label:
            shape += f" {_at((mark.label_x, mark.label_y))} node{font} {{{label_latex(mark.label)}}}"
        elif vertex_labels and mark.named:
            place = _at((mark.label_x, mark.label_y))
            shape += f" {place} node[inner sep=0pt, font=\\footnotesize] {{{label_latex(mark.label)}}}"
        shapes.append(shape + ";")
    shapes += [
        f"\\node[inner sep=0pt, font=\\footnotesize] at {_at(curve.label_place)} "
        f"{{{label_latex(curve.label)}}};"
        for curve in drawn.curves
        if curve.label
    ]
    return shapes


def sign_code(mark: Mark, style: TikzStyle) -> str:
    """Draw a point, the shaded disc of a blob, or the sign of a vertex."""
    at = _at((mark.x, mark.y))
    if mark.external:
        return rf"\fill {at} circle[radius=0.035]"
    if mark.blob:
        return rf"\filldraw[fill=black!20] {at} circle[radius={style.blob_radius:g}]"
    cross = " ".join(f"{_at(start)} -- {_at(end)}" for start, end in mark.cross)
    if mark.sign is Sign.SOURCE:
        return rf"\filldraw[fill=white] {at} circle[radius={SOURCE_RADIUS:g}] {cross} {at}"
    if cross:
        return rf"\draw {cross} {at}"
    fill = r"\filldraw[fill=white]" if mark.sign.is_open else r"\fill"
    if corners := mark.corners(style.vertex_radius):
        return f"{fill} {' -- '.join(map(_at, corners))} -- cycle {at}"
    return f"{fill} {at} circle[radius={mark.radius(style.vertex_radius):.3g}]"


def _note(mark: Mark, style: TikzStyle) -> str:
    """What is written beside a point."""
    if mark.note is None:
        return ""
    where = f"++({mark.note.x * style.note_distance:.2f},{mark.note.y * style.note_distance:.2f})"
    formula = mark.note.base + (f"^{{{mark.note.exponent}}}" if mark.note.exponent else "")
    return rf" {where} node[font={style.note_font}, inner sep=1pt] {{${formula}$}}"


def _at(point: tuple[float, float]) -> str:
    x, y = (f"{value:.3f}".rstrip("0").rstrip(".") for value in point)
    return f"({'0' if x == '-0' else x},{'0' if y == '-0' else y})"
