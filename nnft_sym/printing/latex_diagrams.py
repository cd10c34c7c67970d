r"""Expansions as LaTeX with drawn diagrams inside the equation: ``3 [=] - λ (72 [o-] + 24 [x]) + ...``.

Each bracket holds one diagram per topology, drawn small with TikZ and without point labels: it stands for the
mean over the labellings of the external points, as in :func:`nnft_sym.printing.latex.grouped_latex`. The
points of a bilocal vertex are joined by a dashed line; a vertex with a weight carries it as a label. The
package ``tikz`` is all that is needed beside amsmath.
"""

import re
from collections.abc import Iterator, Sequence
from math import comb
from typing import TYPE_CHECKING

from nnft_sym.printing.latex import finished, left_latex
from nnft_sym.printing.latex_lines import (
    Piece,
    broken,
    displayed,
    estimated_width,
    sign_and_number,
)
from nnft_sym.printing.term_pictures import SMALL_DISTANCE, Drawing, deltas_latex, drawing, dressed_tikz

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.terms import Term, Topology

#: Size of a drawn diagram against the pictures of :mod:`diagrams.drawing`, which are in centimetres.
SCALE = 0.42
_POINTS_PER_CENTIMETRE = 28.45
#: Radius of a vertex against the same pictures: it must be told from a crossing.
VERTEX_RADIUS = 0.11
#: Room around lines for their own width.
_RIM = 0.05
_STEPS = 20
#: Half of the room that a label takes, to both sides.
_LABEL = ((-0.15, -0.2), (0.15, 0.2))
_POINT = re.compile(r"\((-?[\d.]+),(-?[\d.]+)\)")
_STROKE = re.compile(
    rf"{_POINT.pattern} (?:--|\.\. controls {_POINT.pattern} and {_POINT.pattern} \.\.) {_POINT.pattern}"
)
_OPENING = r"\begin{tikzpicture}[line width=0.6pt, baseline={(0,0)}]"
_SMALL = (
    rf"\begin{{tikzpicture}}[line width=0.5pt, scale={SCALE}, baseline={{([yshift=-0.6ex]current bounding "
    "box.center)}]"
)


def diagram_latex(expansion: "Expansion") -> str:
    r"""Print an expansion as displayed mathematics with drawn diagrams.

    Parameters
    ----------
    expansion : Expansion
        What to print.

    Returns
    -------
    str
        ``\[...\]`` or ``align*``; the document must load amsmath and tikz.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import correlator
    >>> printed = diagram_latex(correlator("lambda*f^4", 4))
    >>> printed.count("begin{tikzpicture}"), "72" in printed, "24" in printed
    (3, True, True)
    """
    pieces: list[Piece] = []
    for group in expansion.brackets():
        pieces += _pieces(group, start=not pieces)
    pieces = finished(expansion, pieces)
    return displayed(broken(left_latex(expansion.shown_kind.value, expansion.n), pieces), r"\\[1.5ex]")


def _pieces(topologies: "Sequence[Topology]", start: bool) -> list[Piece]:
    """Print the topologies of one vertex content behind what all their contractions have in common."""
    first = topologies[0].representative
    if len(topologies) == 1:
        sign, number = sign_and_number(first.coefficient * topologies[0].labellings, start)
        return [_bracket(sign + number, first)]
    sign, number = sign_and_number(topologies[0].common, start)
    pieces = []
    for position, topology in enumerate(topologies):
        count = str(topology.multiplicity) if topology.multiplicity != 1 else ""
        front = rf"{sign}{number}\biggl({count}" if position == 0 else f"+ {count}"
        pieces.append(_bracket(front, topology.representative, opens=position == 0))
    last = pieces[-1]
    pieces[-1] = Piece(last.latex + r"\biggr)", last.width + 5.0, last.opens)
    return pieces


def _bracket(front: str, term: "Term", opens: bool = False) -> Piece:
    """Put a drawn diagram in brackets behind a number; the diagram of no points and no lines is 1."""
    if not term.diagram.edges:
        return Piece(front + "1", estimated_width(front) + 5.0, opens)
    latex, width = small_picture(term)
    deltas = deltas_latex(term)
    inside = rf"{front}\left[\,{deltas}{latex}\,\right]"
    return Piece(inside, estimated_width(front + deltas) + width + 15.0, opens, whole=True)


def small_picture(term: "Term") -> tuple[str, float]:
    """Draw a term small; give the code and its width in points.

    The points have no labels, but for a field with components, where the δ in front speak of them.
    """
    from diagrams.drawing import tikz

    drawn = drawing(term)
    n = term.diagram.n_external
    labels = [str(point) for point in range(1, n + 1)] if term.factors.pairs else [""] * n
    plain = tikz(drawn.diagram, labels=labels)
    left, bottom, right, top = _box(plain, drawn)
    # TikZ would make room for the control points of curves as well.
    box = rf"\useasboundingbox ({left:.3f},{bottom:.3f}) rectangle ({right:.3f},{top:.3f});"
    code = dressed_tikz(plain, [drawn], small=True)
    code = code.replace(_OPENING, f"{_SMALL}\n  {box}").replace(" node {", r" node[font=\tiny] {")
    code = code.replace("radius=0.07]", f"radius={VERTEX_RADIUS}]")
    return code, (right - left) * SCALE * _POINTS_PER_CENTIMETRE


def _box(code: str, drawn: Drawing) -> tuple[float, float, float, float]:
    """Find the box that holds points, curves and labels: left, bottom, right, top, in leg lengths.

    It is read off the code, since a second layout would take as long as everything else.
    """
    corners = [
        at
        for found in _STROKE.finditer(code)
        for at in _along([(float(x), float(y)) for x, y in _POINT.findall(found[0])])
    ]
    marks = []
    for line in code.splitlines():
        if r"\fill" in line:
            mark, *label = [(float(x), float(y)) for x, y in _POINT.findall(line)]
            marks.append(mark)
            corners += [mark, *((x + dx, y + dy) for x, y in label for dx, dy in _LABEL)]
    for number, _, place in drawn.weights:
        x, y = marks[number][0] + SMALL_DISTANCE * place.real, marks[number][1] + SMALL_DISTANCE * place.imag
        corners += [(x - 0.45, y - 0.25), (x + 0.45, y + 0.25)]
    xs, ys = zip(*corners, strict=True)
    return min(xs) - _RIM, min(ys) - _RIM, max(xs) + _RIM, max(ys) + _RIM


def _along(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Walk along a segment or a cubic Bezier curve."""
    degree = len(points) - 1
    for step in range(_STEPS + 1):
        t = step / _STEPS
        weights = [comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
        x, y = (sum(w * at[axis] for w, at in zip(weights, points, strict=True)) for axis in (0, 1))
        yield x, y
