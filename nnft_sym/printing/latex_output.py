"""An expansion as a whole LaTeX document that plain pdflatex compiles.

amsmath is all it needs; where TikZ is installed, the diagrams are drawn as well.
"""

from math import prod

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import RenderingError
from nnft_sym.expansions.content import ExpansionContent, as_expansion
from nnft_sym.jsonio import unlimited_digits
from nnft_sym.notation import Notation
from nnft_sym.printing.index_sets import SUMS_LATEX
from nnft_sym.printing.latex import display_latex
from nnft_sym.printing.number_text import thousands

_PLAIN_KERNELS = (
    "Every line is printed as $K$; at a vertex it stands for the propagator without the variance of the "
    "output bias."
)
_TWO_KERNELS = (
    "$K$ is a line between external points, $K^{W}$ a line at a vertex: the propagator without the variance "
    "of the output bias."
)
_NETWORK = (
    "$K$ is the 2-point function of the network, with the variance of its output bias, $G^{c}$ a connected "
    "correlator of more points, drawn as a shaded disc."
)
_BRACKETS = (
    "A square bracket is the mean over the labellings of the external points. In front of it stands the "
    "coefficient of all of them or, in a sum behind a common factor, the number of their Wick contractions."
)
_LINKS = "A dashed line joins the points of one nonlocal vertex; a label at a vertex is its weight."
#: How every document begins.
PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage{amsmath}
\newif\ifdrawn\IfFileExists{tikz.sty}{\usepackage{tikz}\drawntrue}{\drawnfalse}
\setlength{\oddsidemargin}{0mm}\setlength{\textwidth}{160mm}
\setlength{\topmargin}{-15mm}\setlength{\textheight}{245mm}
\setlength{\parindent}{0mm}\setlength{\parskip}{2mm}\sloppy
\allowdisplaybreaks
\begin{document}
"""
_FRAME = (
    PREAMBLE
    + r"""\section*{@title@}
\[@action@\]
@rule@. @kernels@
@sections@
\subsection*{Check}
@counted@, vacuum parts included, summed over the diagrams found@expected@: @totals@.
\end{document}
"""
)
_DELTAS = (
    r"$\delta_{i_{1}i_{2}}$ is one where the fields at $x_{1}$ and $x_{2}$ are the same output, else zero."
)
_DOUBLE_FACTORIALS = (
    "; since $2k$ ends of lines are joined in pairs in $(2k-1)!!$ ways, each of these sums must be a double "
    "factorial"
)
_HEADINGS = {"drawn": "Diagrams", "grouped": "By topology", "labelled": "Term by term"}
_COMMENTS = {
    "plain": "% K at a vertex (an end y, z, ...) is the propagator without the variance of the output bias",
    "grouped": "% [...] is the mean over the labellings of the external points",
    "drawn": "% load amsmath and tikz; [...] is the mean over the labellings of the external points",
}
#: More topologies than this are not drawn: LaTeX would take minutes.
MOST_DRAWN = 150


def pasted_latex(
    expansion: ExpansionContent, notation: "Notation | None" = None, terms: str = "labelled"
) -> str:
    r"""Write displayed mathematics, behind a comment that says what does not meet the eye.

    Parameters
    ----------
    expansion : Expansion
        What to print.
    notation : Notation, optional
        How propagators are written.
    terms : {"labelled", "grouped", "drawn"}
        Every term; one per topology; one per topology as a drawn diagram (which loads ``tikz``).

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(pasted_latex(expand("g*f^3", 1), Notation(plain_kernel=True)))
    % K at a vertex (an end y, z, ...) is the propagator without the variance of the output bias
    \[
    G^{(1)}(x_{1}) = -3g\int d^{d}y\,K_{1y}K_{yy} + \cdots
    \]
    """
    as_expansion(expansion)
    notation = notation or Notation()
    # With bare lines there is no rule to know: every diagram is there.
    comments = [f"% {expansion.rule}"] if expansion.scheme.value != "bare" else []
    plain = notation.plain_kernel and not expansion.around_network
    comments += [_COMMENTS["plain"]] if plain and terms != "drawn" else []
    grouped = terms == "grouped" or (terms == "labelled" and notation.sums)
    comments += [f"% {SUMS_LATEX}"] if grouped and notation.sums else []
    comments += [_COMMENTS[terms]] if terms in _COMMENTS and not (grouped and notation.sums) else []
    return "\n".join([*comments, _display(expansion, notation, terms)])


def latex_document(
    expansion: ExpansionContent, notation: Notation | None = None, terms: str | None = None
) -> str:
    r"""Write a document: action, rule of the scheme, the sum in three forms, number of contractions.

    Parameters
    ----------
    expansion : Expansion
        What to print.
    notation : Notation, optional
        How propagators are written; the document says what they stand for.
    terms : {"labelled", "grouped", "drawn"}, optional
        Only this form of the sum; all three by default, without drawings if there are very many topologies.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> latex_document(expand("lambda*f^4", 4)).splitlines()[1]
    '\\usepackage{amsmath}'
    """
    as_expansion(expansion)
    notation = notation or Notation()
    network = expansion.around_network
    kind = expansion.shown_kind.value
    kind = {"1pi": "one-particle irreducible", "2pi": "two-particle irreducible"}.get(kind, kind)
    reach = "of the free theory" if expansion.action.is_free else f"to {expansion.truncation.latex}"
    title = f"The {expansion.n}-point function {reach}, {kind}"
    rule = (expansion.rule[0].upper() + expansion.rule[1:]).replace("S_GP", r"$S_{\mathrm{GP}}$")
    with unlimited_digits():
        totals = [
            f"{_total(expansion, key, total)} ({f'vertices {key}' if key else 'no vertex'})"
            for key, total in expansion.wick_total.items()
        ]
    parts = {
        "title": title,
        "action": _action(expansion),
        "rule": rule,
        "kernels": _kernels(expansion, notation),
        "sections": _sections(expansion, notation, terms),
        "counted": "Partitions of the legs" if network else "Wick contractions",
        "expected": "" if network else _DOUBLE_FACTORIALS,
        "totals": ", ".join(totals) or "none",
    }
    document = _FRAME
    for name, part in parts.items():
        document = document.replace(f"@{name}@", part)
    return document


def _total(expansion: ExpansionContent, vertices: str, total: int) -> str:
    """A number of contractions, beside the double factorial that it is."""
    printed = thousands(str(total), r"\,")
    if expansion.around_network:
        return printed
    contents = (part.split(":") for part in vertices.split(",") if part)
    ends = expansion.n + sum(int(valence) * int(number) for valence, number in contents)
    known = prod(range(ends - 1, 0, -2)) == total
    return f"${printed} = {max(ends - 1, 0)}!!$" if known and ends > 0 else printed


def _action(expansion: ExpansionContent) -> str:
    """Print the action, and what it is added to."""
    printed = expansion.action.latex()
    if expansion.around_network:
        return printed.replace(r"S_{\mathrm{GP}}", r"S_{\mathrm{network}}")
    return printed


def _kernels(expansion: ExpansionContent, notation: Notation) -> str:
    """Say what lines, blobs and δ stand for."""
    if expansion.around_network:
        return _NETWORK
    kernels = _PLAIN_KERNELS if notation.plain_kernel else _TWO_KERNELS
    if expansion.action.is_free:
        kernels = "$K$ is the propagator."
    return f"{kernels} {_DELTAS}" if expansion.action.has_components else kernels


def _sections(expansion: ExpansionContent, notation: Notation, terms: str | None) -> str:
    """Write the sum in one form or in all; a LaTeX without TikZ leaves the drawn one out."""
    few = len(expansion.topologies()) <= MOST_DRAWN
    chosen = [terms] if terms else [form for form in _HEADINGS if few or form != "drawn"]
    sections = []
    for form in chosen:
        lines = [rf"\subsection*{{{_HEADINGS.get(form)}}}"]
        if form != "labelled":
            lines.append(SUMS_LATEX if notation.sums and form == "grouped" else _BRACKETS)
        extended = any(term.links or term.factors.weights for term in expansion)
        if form == "drawn" and extended:
            lines.append(_LINKS)
        lines.append(_display(expansion, notation, form))
        if form == "drawn":
            lines = [r"\ifdrawn", *lines, r"\fi"]
        sections.append("\n".join(lines))
    return "\n".join(sections)


def _display(expansion: ExpansionContent, notation: Notation, terms: str) -> str:
    """Print the sum in one form."""
    if terms not in _HEADINGS:
        raise RenderingError(
            f"there is no form {shown(terms)} of the terms: choose one of {', '.join(_HEADINGS)}"
            f"{did_you_mean(terms, _HEADINGS)}"
        )
    if terms == "drawn":
        from nnft_sym.printing.latex_diagrams import diagram_latex  # needs NumPy for the layout

        return diagram_latex(expansion)
    return display_latex(expansion, notation, grouped=terms == "grouped" or notation.sums)
