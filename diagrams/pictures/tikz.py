"""Pictures as TikZ code: one diagram, or a document of many. Needs only the ``tikz`` package of LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diagrams.diagram import Diagram
from diagrams.pictures.curves import CurveStyle
from diagrams.pictures.frames import Layout
from diagrams.pictures.marks import BAR, BLOB_RADIUS, CROSS, SOURCE_RADIUS, Caption, Mark, Sign
from diagrams.pictures.names import NUMBERED
from diagrams.pictures.picture import Picture, picture, turning_points, with_vertex_names
from diagrams.pictures.svg import Entry, captioned

_SPECIAL = {
    "\\": r"\textbackslash{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma "
    "tau upsilon phi chi psi omega"
)
#: Signs that pdflatex has in mathematics only. Greek capitals without a command look like Latin ones.
_MATHEMATICS = {chr(ord("α") + place): f"\\{name}" for place, name in enumerate(_LOWER.split())}
_MATHEMATICS |= {
    chr(ord("Α") + place): f"\\{name}"
    for place, name in enumerate(_LOWER.title().split())
    if name in ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")
}
_MATHEMATICS |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)) | {
    "ο": "o",
    "ϕ": r"\phi",
    "µ": r"\mu",
}
_MATHEMATICS |= {raised: f"^{{{digit}}}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_MATHEMATICS |= {lowered: f"_{{{digit}}}" for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_MATHEMATICS |= {
    "×": r"\times", "−": "-", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "∫": r"\int", "∞": r"\infty",
    "≤": r"\leq", "≥": r"\geq", "→": r"\to", "′": "'", "∂": r"\partial", "√": r"\surd", "<": "<", ">": ">",
}  # fmt: skip
#: A part of a label between dollar signs.
_FORMULA = re.compile(r"(?<!\\)(\$[^$]+\$)")
#: The last letter that pdflatex sets without further packages.
_LAST_LATIN = "\N{LATIN SMALL LETTER Z WITH CARON}"


#: Pages that are cut to what is on them, by pdflatex, xelatex or lualatex, and without further packages.
_STANDALONE = r"""\documentclass{article}
\usepackage{tikz}
\ifdefined\pdfpagewidth\else\let\pdfpagewidth\pagewidth\let\pdfpageheight\pageheight\fi
\hoffset=-1in \voffset=-1in
\fboxrule=0pt \fboxsep=3pt
\newsavebox{\picturebox}
\newcommand{\picturepage}{%
  \pdfpagewidth=\wd\picturebox \pdfpageheight=\dimexpr\ht\picturebox+\dp\picturebox\relax
  \shipout\hbox{\usebox{\picturebox}}}
\begin{document}"""
_DASHES = "[dash pattern=on 1.6pt off 1.4pt]"


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
        printed = caption.latex if isinstance(caption, Caption) else escaped(caption)
        lines.append(f"  \\node at {_at((centre, drawn.bottom - 0.3))} {{{printed}}};")
    lines.append(r"\end{tikzpicture}")
    return "\n".join(lines)


def tikz_document(
    entries: Iterable[Entry],
    *,
    title: str = "",
    standalone: bool = False,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw many diagrams as a LaTeX document of its own.

    Parameters
    ----------
    entries : iterable of Diagram, (Diagram, str or Caption) or (Picture, str or Caption)
        A diagram given alone is captioned with its Wick multiplicity.
    title : str
        Heading; plain text.
    standalone : bool
        Whether every picture gets a page that is just large enough, to be included elsewhere, in place of
        all pictures on sheets of paper; there is no heading then.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> tikz_document(generate(4, {4: 1})).count("begin{tikzpicture}")
    10
    """
    heading = [rf"\begin{{center}}\Large {escaped(title)}\end{{center}}"] if title else []
    pictures = [
        tikz(diagram, caption=caption, layout=layout, incoming=incoming)
        for diagram, caption in captioned(entries)
    ]
    if standalone:
        return "\n".join([_STANDALONE, *map(_page, pictures), r"\end{document}", ""])
    return "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage[margin=15mm]{geometry}",
            r"\usepackage{tikz}",
            r"\pagestyle{empty}",
            r"\begin{document}",
            *heading,
            r"\centering",
            "\n\\quad\n".join(pictures),
            r"\end{document}",
            "",
        ]
    )


def _page(drawn: str) -> str:
    """One picture on a page of its size."""
    return "\n".join(
        [
            r"\begin{lrbox}{\picturebox}\fbox{%",
            drawn + "%",
            r"}\end{lrbox}\picturepage",
        ]
    )


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
        dashes = _DASHES if curve.style is CurveStyle.DASHED else ""
        shapes.append(f"\\draw{dashes} {' '.join(strokes)};")
    font = f"[font={style.name_font}]" if style.name_font else ""
    for mark in drawn.marks:
        if mark.amputated:
            start, end = mark.bar
            shapes.append(f"\\draw {_at(start)} -- {_at(end)};")
            continue
        shape = _sign(mark, style) + _note(mark, style)
        if mark.external and mark.label:
            shape += f" {_at((mark.label_x, mark.label_y))} node{font} {{{_name(mark.label)}}}"
        elif vertex_labels and mark.named:
            place = _at((mark.label_x, mark.label_y))
            shape += f" {place} node[inner sep=0pt, font=\\footnotesize] {{{_name(mark.label)}}}"
        shapes.append(shape + ";")
    shapes += [
        f"\\node[inner sep=0pt, font=\\footnotesize] at {_at(curve.label_place)} {{{_name(curve.label)}}};"
        for curve in drawn.curves
        if curve.label
    ]
    return shapes


def _sign(mark: Mark, style: TikzStyle) -> str:
    """Draw a point: a disc, shaded for a blob, or a cross, with a circle around it for a source."""
    at = _at((mark.x, mark.y))
    if mark.external or mark.blob or mark.sign is Sign.DISC:
        radius = 0.035 if mark.external else style.blob_radius if mark.blob else style.vertex_radius
        fill = r"\filldraw[fill=black!20]" if mark.blob else r"\fill"
        return f"{fill} {at} circle[radius={radius:g}]"
    cross = " ".join(f"{_at(start)} -- {_at(end)}" for start, end in mark.cross)
    if mark.sign is Sign.SOURCE:
        return rf"\filldraw[fill=white] {at} circle[radius={SOURCE_RADIUS:g}] {cross} {at}"
    return rf"\draw {cross} {at}"


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


def _name(label: str) -> str:
    r"""Print a label: x1 with an index, what stands between dollar signs as mathematics, the rest as text.

    Examples
    --------
    >>> print(_name("x1"), _name("$k_1$"), _name("α2"), _name("10% of α"))
    $x_{1}$ $k_1$ ${\alpha}_{2}$ 10\% of $\alpha$
    """
    named = NUMBERED.fullmatch(label)
    if named:
        return f"${_formula(named[1])}_{{{named[2]}}}$"
    parts = _FORMULA.split(label)
    return "".join(_formula(part) if place % 2 else escaped(part) for place, part in enumerate(parts))


def _formula(text: str) -> str:
    """Write signs that are no ASCII as commands, inside mathematics."""
    return "".join(c if c.isascii() else _command(c) for c in text)


def _command(sign: str) -> str:
    command = _MATHEMATICS.get(sign)
    if command is None:
        return _text_sign(sign)
    return f"{{{command}}}" if command.startswith("\\") else command


def escaped(text: str) -> str:
    r"""Print a plain text in LaTeX.

    Examples
    --------
    >>> print(escaped("3 × 12 & δ"))
    3 $\times$ 12 \& $\delta$
    """
    return "".join(_text_sign(character) for character in text)


def _text_sign(character: str) -> str:
    """Print one character as text; what pdflatex has no sign for becomes a question mark."""
    if character in _MATHEMATICS:
        return f"${_MATHEMATICS[character]}$"
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii():
        return character if character.isprintable() else " "
    return character if "¡" <= character <= _LAST_LATIN else "?"
