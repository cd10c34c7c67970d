r"""Expansions as LaTeX with drawn diagrams inside the equation: ``3 [=] - λ (72 [o-] + 24 [x]) + ...``.

Each bracket holds one diagram per topology, drawn small with TikZ and without point labels: it stands for the
mean over the labellings of the external points, as in :func:`nnft_sym.printing.latex.grouped_latex`. The
points of a bilocal vertex are joined by a dashed line; a vertex with a weight carries it as a label. The
package ``tikz`` is all that is needed beside amsmath.
"""

from collections.abc import Mapping, Sequence

from diagrams.drawing import IN_EQUATION, Sign, picture, tikz, vertex_signs
from nnft_sym.expansions.content import ExpansionContent, TermContent, TopologyContent
from nnft_sym.printing.latex import finished, left_of
from nnft_sym.printing.latex_lines import (
    Piece,
    broken,
    displayed,
    estimated_width,
    sign_and_number,
)
from nnft_sym.printing.number_text import thousands
from nnft_sym.printing.picture_captions import deltas_latex
from nnft_sym.printing.term_pictures import term_picture

_POINTS_PER_CENTIMETRE = 28.45
#: How vertices are drawn, by the number of line ends.
Signs = Mapping[int, Sign]


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
    >>> from nnft_sym.expansions.expansion import expand
    >>> printed = diagram_latex(expand("lambda*f^4", 4))
    >>> printed.count("begin{tikzpicture}"), "72" in printed, "24" in printed
    (3, True, True)
    """
    pieces: list[Piece] = []
    signs = vertex_signs(expansion.action.valences)
    for group in expansion.brackets():
        pieces += _pieces(group, signs, start=not pieces)
    pieces = finished(expansion, pieces)
    return displayed(broken(left_of(expansion), pieces), r"\\[1.5ex]")


def _pieces(topologies: Sequence[TopologyContent], signs: Signs, start: bool) -> list[Piece]:
    """Print the topologies of one vertex content behind what all their contractions have in common."""
    first = topologies[0].representative
    if len(topologies) == 1:
        sign, number = sign_and_number(first.coefficient * topologies[0].labellings, start)
        return [_bracket(sign + number, first, signs)]
    sign, number = sign_and_number(topologies[0].common, start)
    pieces = []
    for position, topology in enumerate(topologies):
        count = thousands(str(topology.multiplicity), r"\,") if topology.multiplicity != 1 else ""
        front = rf"{sign}{number}\biggl({count}" if position == 0 else f"+ {count}"
        pieces.append(_bracket(front, topology.representative, signs, opens=position == 0))
    last = pieces[-1]
    pieces[-1] = Piece(last.latex + r"\biggr)", last.width + 5.0, last.opens)
    return pieces


def _bracket(front: str, term: TermContent, signs: Signs, opens: bool = False) -> Piece:
    """Put a drawn diagram in brackets behind a number; the diagram of no points and no lines is 1."""
    if not term.diagram.edges and not term.diagram.blobs:
        return Piece(front + "1", estimated_width(front) + 5.0, opens)
    latex, width = small_picture(term, signs)
    deltas = deltas_latex(term)
    inside = rf"{front}\left[\,{deltas}{latex}\,\right]"
    return Piece(inside, estimated_width(front + deltas) + width + 15.0, opens, whole=True)


def small_picture(term: TermContent, signs: Signs | None = None) -> tuple[str, float]:
    """Draw a term small; give the code and its width in points.

    The points have no labels, but for a field with components, where the δ in front speak of them.
    """
    n = term.diagram.n_external
    labels = [str(point) for point in range(1, n + 1)] if term.factors.pairs else [""] * n
    drawn = picture(term_picture(term, labels=labels, signs=signs), labels, signs=signs)
    left, _, right, _ = IN_EQUATION.box(drawn)
    return tikz(drawn, style=IN_EQUATION), (right - left) * IN_EQUATION.scale * _POINTS_PER_CENTIMETRE
