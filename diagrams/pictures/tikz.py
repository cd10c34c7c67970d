"""Pictures as TikZ code: one diagram, or a document of many. Needs only the ``tikz`` package of LaTeX."""

import re
from collections.abc import Iterable, Sequence

from diagrams.diagram import Diagram
from diagrams.pictures.frames import Layout
from diagrams.pictures.picture import Picture, picture, with_vertex_names
from diagrams.pictures.svg import Entry, captioned

_NUMBERED = re.compile(r"([^\W\d_]+)_?(\d+)")
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


def tikz(
    diagram: Diagram | Picture,
    *,
    labels: Sequence[str] | None = None,
    caption: str = "",
    vertex_labels: bool = False,
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    r"""Draw one diagram as a ``tikzpicture``.

    Parameters
    ----------
    diagram : Diagram
    labels : sequence of str, length n_external, optional
        Names of the external points, ``x1`` becoming ``$x_{1}$``, what stands between dollar signs as it
        is; x1, x2, ... by default.
    caption : str
        One line below the picture; plain text, special characters are escaped.
    vertex_labels : bool
        Also name the vertices.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

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
    lines = [r"\begin{tikzpicture}[line width=0.6pt, baseline={(0,0)}]"]
    lines += [f"  {line}" for line in _shapes(drawn, vertex_labels)]
    if caption:
        centre = (drawn.left + drawn.right) / 2
        lines.append(f"  \\node at {_at((centre, drawn.bottom - 0.3))} {{{_escaped(caption)}}};")
    lines.append(r"\end{tikzpicture}")
    return "\n".join(lines)


def tikz_document(
    entries: Iterable[Entry],
    *,
    title: str = "",
    layout: Layout | str = Layout.FREE,
    incoming: int | None = None,
) -> str:
    """Draw many diagrams as a LaTeX document of its own.

    Parameters
    ----------
    entries : iterable of Diagram, (Diagram, caption) or (Picture, caption)
        A diagram given alone is captioned with its Wick multiplicity.
    title : str
        Heading; plain text.
    layout, incoming
        Where the external points stand, as for `diagrams.pictures.picture.picture`.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> tikz_document(generate(4, {4: 1})).count("begin{tikzpicture}")
    10
    """
    heading = [rf"\begin{{center}}\Large {_escaped(title)}\end{{center}}"] if title else []
    pictures = [
        tikz(diagram, caption=caption, layout=layout, incoming=incoming)
        for diagram, caption in map(captioned, entries)
    ]
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


def _shapes(drawn: Picture, vertex_labels: bool) -> list[str]:
    shapes = []
    for curve in drawn.curves:
        strokes = []
        for stroke in curve.strokes:
            ends = [_at(point) for point in stroke]
            if len(ends) == 2:
                strokes.append(f"{ends[0]} -- {ends[1]}")
            else:
                strokes.append(f"{ends[0]} .. controls {ends[1]} and {ends[2]} .. {ends[3]}")
        shapes.append(f"\\draw {' '.join(strokes)};")
    for mark in drawn.marks:
        radius = 0.035 if mark.external else 0.07
        shape = f"\\fill {_at((mark.x, mark.y))} circle[radius={radius}]"
        if mark.external and mark.label:
            shape += f" {_at((mark.label_x, mark.label_y))} node {{{_name(mark.label)}}}"
        elif vertex_labels and not mark.external:
            place = _at((mark.label_x, mark.label_y))
            shape += f" {place} node[inner sep=0pt, font=\\footnotesize] {{{_name(mark.label)}}}"
        shapes.append(shape + ";")
    return shapes


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
    named = _NUMBERED.fullmatch(label)
    if named:
        return f"${_formula(named[1])}_{{{named[2]}}}$"
    parts = _FORMULA.split(label)
    return "".join(_formula(part) if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _formula(text: str) -> str:
    """Write signs that are no ASCII as commands, inside mathematics."""
    return "".join(c if c.isascii() else _command(c) for c in text)


def _command(sign: str) -> str:
    command = _MATHEMATICS.get(sign)
    if command is None:
        return _text_sign(sign)
    return f"{{{command}}}" if command.startswith("\\") else command


def _escaped(text: str) -> str:
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
