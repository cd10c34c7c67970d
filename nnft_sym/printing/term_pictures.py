r"""Pictures of terms: links of bilocal vertices as dashed lines, weights |y|² as labels at their vertices.

Steps: (1) the points of one vertex are joined by extra lines, so that the layout keeps them together;
(2) the renderers of :mod:`diagrams.drawing` draw the result, one shape per line and one per point, in the
order of the picture; (3) the shapes of the extra lines are dashed, and labels are put beside weighted
vertices. `drawing` does the first step, `dressed_tikz`, `dressed_svg` and `dressed_figure` the last, for a
single picture or for a sheet.
"""

import re
from cmath import rect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, pi, remainder, sin
from typing import TYPE_CHECKING

from nnft_sym.expansions.structure import from_lines
from nnft_sym.notation import Line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from diagrams.diagram import Diagram
    from diagrams.pictures.picture import Picture
    from nnft_sym.expansions.terms import Term

#: From a vertex to the centre of its label, in leg lengths.
_LABEL_DISTANCE = 0.5
#: The same for small pictures, in which letters are larger against the lines.
SMALL_DISTANCE = 0.9
#: An angle between lines in which a label finds room, in radians.
_ROOM = 0.6
_DASHES = "dash pattern=on 1.6pt off 1.4pt"
_SVG_DASHES = ' stroke-dasharray="4 3.5"'
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Drawing:
    """What a term looks like beyond plain lines and points.

    Attributes
    ----------
    diagram : Diagram
        To be given to a renderer: the lines of the term and one line per link.
    links : frozenset of int
        Which curves of its picture are links.
    weights : tuple of (int, int, complex)
        Per weighted vertex: its place among the marks of the picture, the power of the distance from the
        origin, and where there is room for a label, in units of the usual distance from the vertex.
    picture : Picture, optional
        What a renderer would make of the diagram, if that had to be known.
    """

    diagram: "Diagram"
    links: frozenset[int] = frozenset()
    weights: tuple[tuple[int, int, complex], ...] = ()
    picture: "Picture | None" = None


def drawing(term: "Term", layout: str = "free", incoming: int | None = None) -> Drawing:
    """Prepare the picture of a term.

    Parameters
    ----------
    term : Term
        Its components are not drawn: `deltas_text` and `deltas_latex` tell them.
    layout, incoming
        As for :func:`diagrams.pictures.picture.picture`, to find where there is room for labels.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import correlator
    >>> vertex = drawing(correlator("mu*f(x)^2*f(y)^2", 4, kind="connected").terms[0])
    >>> vertex.diagram.edge_string, sorted(vertex.links)
    ('x1-y1,x2-y1,x3-y2,x4-y2,y1-y2', [4])
    """
    structure = term.structure
    if structure is None or not (structure.links or structure.factors.weights):
        return Drawing(term.diagram)
    from diagrams.drawing import picture

    n = term.diagram.n_external
    links = [(f"y{a}", f"y{b}") for link in structure.links for a, b in pairwise(link)]
    diagram = from_lines(n, (*term.lines, *links))
    new = _matched([*term.lines, *links], diagram.edge_labels)
    drawn = picture(diagram, layout=layout, incoming=incoming)
    chosen: set[int] = set()
    for a, b in links:
        ends = {new[a], new[b]}
        here = [number for number, curve in enumerate(drawn.curves) if {curve.start, curve.end} == ends]
        chosen.add(next(number for number in reversed(here) if number not in chosen))
    place = {mark.label: number for number, mark in enumerate(drawn.marks)}
    weights = tuple(
        (place[new[f"y{point}"]], weight, _free_place(drawn, new[f"y{point}"]))
        for point, weight in enumerate(structure.factors.weights, start=1)
        if weight
    )
    return Drawing(diagram, frozenset(chosen), weights, drawn)


def dressed_tikz(code: str, drawings: Sequence[Drawing], *, small: bool = False) -> str:
    r"""Dash the links, label the weighted vertices, and print the δ of captions, in TikZ code.

    Parameters
    ----------
    code : str
        From ``diagrams.drawing.tikz`` or ``tikz_document`` with the diagrams of the drawings.
    drawings : sequence of Drawing
        In the order of the pictures.
    small : bool
        For pictures inside an equation: smaller labels, further from their vertices.

    Examples
    --------
    >>> from diagrams.drawing import tikz
    >>> from nnft_sym.expansions.expansion import correlator
    >>> weighted = drawing(correlator("b*x^2*f^4", 4, kind="connected").terms[0])
    >>> print(dressed_tikz(tikz(weighted.diagram), [weighted]).splitlines()[-2])
      \fill (0,0) circle[radius=0.07] ++(0.00,0.50) node[font=\scriptsize, inner sep=1pt] {$|y|^{2}$};
    """
    far, size = (SMALL_DISTANCE, r"\tiny") if small else (_LABEL_DISTANCE, r"\scriptsize")
    links, weights = _shape_numbers(drawings)

    def label(number: int) -> str:
        if number not in weights:
            return ""
        power, place = weights[number]
        where = rf"++({place.real * far:.2f},{place.imag * far:.2f}) node[font={size}, inner sep=1pt]"
        return rf" {where} {{$|y|^{{{power}}}$}}"

    curve, mark = iter(range(code.count(r"\draw"))), iter(range(code.count(r"\fill")))
    lines = []
    for line in code.splitlines():
        if r"\draw" in line and next(curve) in links:
            line = line.replace(r"\draw", rf"\draw[{_DASHES}]")
        elif r"\fill" in line:
            line = re.sub(r"(circle\[radius=[\d.]+\])", lambda found: found[1] + label(next(mark)), line)
        lines.append(re.sub(r"(?:δ|\$\\delta\$)\((\d+),(\d+)\)", r"$\\delta_{i_{\1}i_{\2}}$", line))
    return "\n".join(lines) + ("\n" if code.endswith("\n") else "")


def dressed_svg(text: str, drawings: Sequence[Drawing]) -> str:
    """Dash the links and label the weighted vertices in an SVG document.

    Parameters
    ----------
    text : str
        From ``diagrams.drawing.svg`` or ``svg_sheet`` with the diagrams of the drawings.
    drawings : sequence of Drawing
        In the order of the pictures.

    Examples
    --------
    >>> from diagrams.drawing import svg
    >>> from nnft_sym.expansions.expansion import correlator
    >>> vertex = drawing(correlator("mu*f(x)^2*f(y)^2", 4, kind="connected").terms[0])
    >>> dressed_svg(svg(vertex.diagram), [vertex]).count("stroke-dasharray")
    1
    """
    links, weights = _shape_numbers(drawings)
    curve, mark = iter(range(text.count("<path"))), iter(range(text.count("<circle")))

    def dashed(found: re.Match[str]) -> str:
        return found[1] + (_SVG_DASHES if next(curve) in links else "") + "/>"

    def labelled(found: re.Match[str]) -> str:
        number = next(mark)
        if number not in weights:
            return found[0]
        power, place = weights[number]
        x, y = float(found[1]) + 24 * place.real, float(found[2]) - 26 * place.imag + 4
        return (
            f'{found[0]}<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="middle">'
            f"|y|{str(power).translate(_RAISED)}</text>"
        )

    text = re.sub(r"(<path [^>]*?)/>", dashed, text)
    return re.sub(r'<circle cx="([-\d.]+)" cy="([-\d.]+)" [^>]*/>', labelled, text)


def dressed_figure(figure: "Figure", drawings: Sequence[Drawing]) -> "Figure":
    """Dash the links and label the weighted vertices in a matplotlib figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From ``diagrams.drawing.sheet_figure`` with the diagrams of the drawings; it is changed.
    drawings : sequence of Drawing
        In the order of the pictures.

    Examples
    --------
    >>> from diagrams.drawing import sheet_figure
    >>> from nnft_sym.expansions.expansion import correlator
    >>> vertex = drawing(correlator("mu*f(x)^2*f(y)^2", 4, kind="connected").terms[0])
    >>> figure = dressed_figure(sheet_figure([vertex.diagram]), [vertex])
    >>> [patch.get_linestyle() for patch in figure.axes[0].patches].count("--")
    1
    """
    import numpy as np

    for axes, one in zip(figure.axes, drawings, strict=True):
        for number in one.links:
            axes.patches[number].set_linestyle("--")
        for number, power, place in one.weights:
            x, y = np.asarray(axes.lines[number].get_xydata())[0]
            x, y = x + _LABEL_DISTANCE * place.real, y + _LABEL_DISTANCE * place.imag
            axes.text(x, y, f"$|y|^{{{power}}}$", ha="center", va="center", fontsize=7)
    return figure


def deltas_latex(term: "Term") -> str:
    r"""Print the product of δ of the components of external points, nothing without components.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import correlator
    >>> print(deltas_latex(correlator("lambda*(f.f)^2", 4).terms[0]))
    \delta_{i_{1}i_{2}}\delta_{i_{3}i_{4}}
    """
    return "".join(rf"\delta_{{i_{{{a}}}i_{{{b}}}}}" for a, b in term.factors.pairs)


def deltas_text(term: "Term") -> str:
    """Write the same as plain text.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import correlator
    >>> deltas_text(correlator("lambda*(f.f)^2", 4).terms[0])
    'δ(1,2) δ(3,4)'
    """
    return " ".join(f"δ({a},{b})" for a, b in term.factors.pairs)


def _shape_numbers(drawings: Sequence[Drawing]) -> tuple[set[int], dict[int, tuple[int, complex]]]:
    """Number curves and marks through all pictures: which are links, and which carry a weight."""
    links: set[int] = set()
    weights: dict[int, tuple[int, complex]] = {}
    curve = mark = 0
    for one in drawings:
        links |= {curve + number for number in one.links}
        weights |= {mark + number: (power, place) for number, power, place in one.weights}
        curve += len(one.diagram.edges)
        mark += one.diagram.n_external + one.diagram.n_vertices
    return links, weights


def _matched(lines: Sequence[Line], goal: Sequence[Line]) -> dict[str, str]:
    """Find a renaming of the vertices that turns one list of lines into the other; there is one."""
    have, want = Counter(map(frozenset, lines)), Counter(map(frozenset, goal))
    old = sorted({end for line in lines for end in line if end.startswith("y")})
    outside = {end: end for line in lines for end in line if end.startswith("x")}

    def extended(found: dict[str, str]) -> Iterator[dict[str, str]]:
        named = len(found) - len(outside)
        if named == len(old):
            yield found
            return
        point = old[named]
        for candidate in old:
            if candidate in found.values():
                continue
            longer = {**found, point: candidate}
            if all(have[frozenset((point, p))] == want[frozenset((candidate, q))] for p, q in longer.items()):
                yield from extended(longer)

    return next(extended(outside))


def _free_place(drawn: "Picture", label: str) -> complex:
    """Find where there is room for a label between the curves at a vertex; further away if it is narrow."""
    ways = []
    for curve in drawn.curves:
        ends = [(curve.start, 0, 1), (curve.end, -1, -2)]
        here = [_direction(curve.points[i], curve.points[j]) for end, i, j in ends if end == label]
        if len(here) == 2:  # a self-loop: nothing is written into it
            inside = remainder(here[1] - here[0], 2 * pi)
            here += [here[0] + share * inside for share in (0.25, 0.5, 0.75)]
        ways += [way % (2 * pi) for way in here]
    ways.sort()
    gaps = [(b - a, (a + b) / 2) for a, b in pairwise([*ways, ways[0] + 2 * pi])]
    # Upwards if there is any room, since captions stand below; then where there is most.
    roomy = [gap for gap in gaps if gap[0] > _ROOM and sin(gap[1]) > -0.3]
    width, middle = max(roomy or gaps, key=lambda gap: (round(gap[0], 3), round(sin(gap[1]), 3), cos(gap[1])))
    return rect(1.0 if width > 2 * _ROOM else 1.5, middle)


def _direction(start: tuple[float, float], towards: tuple[float, float]) -> float:
    return atan2(towards[1] - start[1], towards[0] - start[0])
