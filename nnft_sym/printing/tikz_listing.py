r"""An expansion as drawn diagrams: one ``tikzpicture`` per topology, with what stands in front of it."""

from collections.abc import Mapping

from diagrams.drawing import Sign, picture, tikz, vertex_signs
from nnft_sym.expansions.content import ExpansionContent, TopologyContent
from nnft_sym.printing.picture_captions import picture_caption
from nnft_sym.printing.term_pictures import term_picture
from nnft_sym.printing.text import term_text


def tikz_listing(expansion: ExpansionContent, *, document: bool = False) -> str:
    r"""Draw one labelling of every topology.

    Parameters
    ----------
    expansion : Expansion
        What to draw.
    document : bool
        True makes a document of it that plain pdflatex compiles.

    Returns
    -------
    str
        To be pasted into a LaTeX document that loads ``tikz``. Below each picture stand the number of
        labellings and the Wick contractions of each; a comment in front gives the coefficient and the lines.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(tikz_listing(expand("lambda*f^4", 2, order=0)))
    % 2-point function of lambda*f**4, normalised, to order 0; load the package tikz
    % bare propagator: every line is the propagator of S_GP, and every diagram is kept
    % 1 * K(1,2) (labellings: 1, multiplicity: 1, symmetry factor: 1)
    \begin{tikzpicture}...
    \end{tikzpicture}
    """
    what = f"{expansion.n}-point function of {expansion.action.name}, {expansion.kind}"
    order = "" if expansion.action.is_free else f", to {expansion.truncation.text}"
    head = f"% {what}{order}; load the package tikz"
    signs = vertex_signs(expansion.action.valences)
    pictures = [_picture(topology, signs) for topology in expansion.topologies()]
    if not document:
        return "\n".join([head, f"% {expansion.rule}", *pictures])
    return "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage[margin=15mm]{geometry}",
            r"\usepackage{tikz}",
            r"\begin{document}",
            r"\centering",
            head,
            f"% {expansion.rule}",
            "\n\\quad\n".join(pictures) or "No diagrams.",
            r"\end{document}",
        ]
    )


def _picture(topology: TopologyContent, signs: Mapping[int, Sign]) -> str:
    """Draw one topology behind a comment that says what it is."""
    term = topology.representative
    comment = (
        f"% {term_text(term)} (labellings: {topology.labellings}, "
        f"multiplicity: {term.multiplicity}, symmetry factor: {term.symmetry_factor})"
    )
    drawn = picture(term_picture(term, signs=signs), signs=signs)
    return f"{comment}\n{tikz(drawn, caption=picture_caption(term, topology.labellings))}"
