r"""Expansions as LaTeX with drawn diagrams inside the equation: ``3 [=] - λ (72 [o-] + 24 [x]) + ...``.

Each bracket holds one diagram per topology, drawn small with TikZ and without point labels: it stands for the
mean over the labellings of the external points, as in
:func:`nnft_sym.latex.grouped_latex`. The package ``tikz`` is all that is needed beside amsmath.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from nnft_sym.latex import goes_on, left_latex
from nnft_sym.latex_lines import Piece, broken, displayed, estimated_width, sign_and_number

if TYPE_CHECKING:
    from diagrams.diagram import Diagram
    from nnft_sym.expansion import Expansion
    from nnft_sym.terms import Topology

#: Size of a drawn diagram against the pictures of :mod:`diagrams.drawing`, which are in centimetres.
SCALE = 0.42
_POINTS_PER_CENTIMETRE = 28.45
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
    >>> from nnft_sym.expansion import correlator
    >>> printed = diagram_latex(correlator("lambda*f^4", 4))
    >>> printed.count("begin{tikzpicture}"), "72" in printed, "24" in printed
    (3, True, True)
    """
    pieces: list[Piece] = []
    for _, group in groupby(expansion.topologies(), lambda t: (t.vertices, t.common)):
        pieces += _pieces(list(group), start=not pieces)
    if not pieces:
        pieces = [Piece("0", 5.0)]
    elif goes_on(expansion):
        pieces.append(Piece(r"+ \cdots", 25.0))
    return displayed(broken(left_latex(expansion.shown_kind.value, expansion.n), pieces), r"\\[1.5ex]")


def _pieces(topologies: "Sequence[Topology]", start: bool) -> list[Piece]:
    """Print the topologies of one vertex content behind what all their contractions have in common."""
    first = topologies[0].representative
    if len(topologies) == 1:
        sign, number = sign_and_number(first.coefficient * topologies[0].labellings, start)
        return [_bracket(sign + number, first.diagram)]
    sign, number = sign_and_number(topologies[0].common, start)
    pieces = []
    for position, topology in enumerate(topologies):
        count = str(topology.multiplicity) if topology.multiplicity != 1 else ""
        front = rf"{sign}{number}\Bigl({count}" if position == 0 else f"+ {count}"
        pieces.append(_bracket(front, topology.representative.diagram, opens=position == 0))
    last = pieces[-1]
    pieces[-1] = Piece(last.latex + r"\Bigr)", last.width + 5.0, last.opens)
    return pieces


def _bracket(front: str, diagram: "Diagram", opens: bool = False) -> Piece:
    """Put a drawn diagram in brackets behind a number; the diagram of no points and no lines is 1."""
    if not diagram.edges:
        return Piece(front + "1", estimated_width(front) + 5.0, opens)
    latex, width = small_picture(diagram)
    return Piece(rf"{front}\Bigl[\,{latex}\,\Bigr]", estimated_width(front) + width + 15.0, opens, whole=True)


def small_picture(diagram: "Diagram") -> tuple[str, float]:
    """Draw a diagram small and without labels; give the code and its width in points."""
    from diagrams.drawing import picture, tikz

    blank = [""] * diagram.n_external
    drawn = picture(diagram, blank)
    xs = [mark.x for mark in drawn.marks] + [x for curve in drawn.curves for x, _ in curve.points]
    code = tikz(diagram, labels=blank).replace(_OPENING, _SMALL)
    return code, (max(xs) - min(xs)) * SCALE * _POINTS_PER_CENTIMETRE
