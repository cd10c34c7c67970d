r"""Expansions as LaTeX with drawn diagrams inside the equation: ``3 [=] - λ (72 [o-] + 24 [x]) + ...``.

Each bracket holds one diagram per topology, drawn small with TikZ and without point labels: it stands for the
mean over the labellings of the external points, as in :func:`nnft_sym.printing.latex.grouped_latex`. The
points of a bilocal vertex are joined by a dashed line; a vertex with a weight carries it as a label. The
package ``tikz`` is all that is needed beside amsmath.
"""

from collections.abc import Sequence

from diagrams.drawing import IN_EQUATION, picture, tikz
from nnft_sym.expansions.content import ExpansionContent, TermContent, TopologyContent
from nnft_sym.printing.latex import finished, left_of
from nnft_sym.printing.latex_lines import (
    Piece,
    broken,
    displayed,
    estimated_width,
    sign_and_number,
)
from nnft_sym.printing.picture_captions import deltas_latex
from nnft_sym.printing.term_pictures import term_picture

_POINTS_PER_CENTIMETRE = 28.45


def diagram_latex(expansion: ExpansionContent) -> str:
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
    return displayed(broken(left_of(expansion), pieces), r"\\[1.5ex]")


def _pieces(topologies: Sequence[TopologyContent], start: bool) -> list[Piece]:
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


def _bracket(front: str, term: TermContent, opens: bool = False) -> Piece:
    """Put a drawn diagram in brackets behind a number; the diagram of no points and no lines is 1."""
    if not term.diagram.edges and not term.diagram.blobs:
        return Piece(front + "1", estimated_width(front) + 5.0, opens)
    latex, width = small_picture(term)
    deltas = deltas_latex(term)
    inside = rf"{front}\left[\,{deltas}{latex}\,\right]"
    return Piece(inside, estimated_width(front + deltas) + width + 15.0, opens, whole=True)


def small_picture(term: TermContent) -> tuple[str, float]:
    """Draw a term small; give the code and its width in points.

    The points have no labels, but for a field with components, where the δ in front speak of them.
    """
    n = term.diagram.n_external
    labels = [str(point) for point in range(1, n + 1)] if term.factors.pairs else [""] * n
    drawn = picture(term_picture(term, labels=labels), labels)
    left, _, right, _ = IN_EQUATION.box(drawn)
    return tikz(drawn, style=IN_EQUATION), (right - left) * IN_EQUATION.scale * _POINTS_PER_CENTIMETRE
