"""An expansion as a whole LaTeX document that plain pdflatex compiles.

amsmath is all it needs; where TikZ is installed, the diagrams are drawn as well.
"""

from typing import TYPE_CHECKING

from nnft_sym.latex import display_latex
from nnft_sym.latex_diagrams import diagram_latex
from nnft_sym.notation import Notation

if TYPE_CHECKING:
    from nnft_sym.expansion import Expansion

_PLAIN_KERNELS = (
    "Every line is printed as $K$; at a vertex it stands for the propagator without the variance of the "
    "output bias."
)
_TWO_KERNELS = (
    "$K$ is a line between external points, $K^{W}$ a line at a vertex: the propagator without the variance "
    "of the output bias."
)
_FRAME = r"""\documentclass[10pt,a4paper]{article}
\usepackage{amsmath}
\newif\ifdrawn\IfFileExists{tikz.sty}{\usepackage{tikz}\drawntrue}{\drawnfalse}
\setlength{\oddsidemargin}{0mm}\setlength{\textwidth}{160mm}
\setlength{\parindent}{0mm}\setlength{\parskip}{2mm}\sloppy
\allowdisplaybreaks
\begin{document}
\section*{@title@}
\[@action@\]
@rule@. @kernels@
@drawn@\subsection*{By topology}
A bracket is the mean over the labellings of the external points; the number in front counts Wick
contractions.
@grouped@
\subsection*{Term by term}
@formula@
\subsection*{Check}
Wick contractions, vacuum parts included, summed over the diagrams found: @totals@.
\end{document}
"""
_DRAWN = r"""\ifdrawn
\subsection*{Diagrams}
A diagram in brackets is the mean over the labellings of the external points; the number in front counts Wick
contractions.
@diagrams@
\fi
"""
#: More topologies than this are not drawn: LaTeX would take minutes.
MOST_DRAWN = 150


def latex_document(expansion: "Expansion", notation: Notation | None = None) -> str:
    r"""Write a document: action, rule of the scheme, short form, every term, number of contractions.

    Parameters
    ----------
    expansion : Expansion
        What to print.
    notation : Notation, optional
        How propagators are written; the document says what they stand for.

    Examples
    --------
    >>> from nnft_sym.expansion import correlator
    >>> latex_document(correlator("lambda*f^4", 4)).splitlines()[1]
    '\\usepackage{amsmath}'
    """
    notation = notation or Notation()
    title = f"The {expansion.n}-point function to {expansion.truncation.latex}, {expansion.kind}"
    rule = (expansion.rule[0].upper() + expansion.rule[1:]).replace("S_GP", r"$S_{\mathrm{GP}}$")
    totals = [
        f"{total} ({f'vertices {key}' if key else 'no vertex'})"
        for key, total in expansion.wick_total.items()
    ]
    parts = {
        "title": title,
        "action": expansion.action.latex(),
        "rule": rule,
        "kernels": _PLAIN_KERNELS if notation.plain_kernel else _TWO_KERNELS,
        "drawn": _drawn(expansion),
        "grouped": display_latex(expansion, notation, grouped=True),
        "formula": display_latex(expansion, notation),
        "totals": ", ".join(totals) or "none",
    }
    document = _FRAME
    for name, part in parts.items():
        document = document.replace(f"@{name}@", part)
    return document


def _drawn(expansion: "Expansion") -> str:
    """Write the part with drawn diagrams; a LaTeX without TikZ leaves it out."""
    if len(expansion.topologies()) > MOST_DRAWN:
        return ""
    return _DRAWN.replace("@diagrams@", diagram_latex(expansion))
