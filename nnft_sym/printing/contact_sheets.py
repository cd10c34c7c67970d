r"""A contact sheet of an expansion: title, what the signs and the numbers mean, one section per order.

Pictures captioned with Wick contractions are grouped by their vertices, and the heading of each group says
what stands in front of every contraction: sign, couplings and 1/V!.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import factorial

from diagrams.diagram import Diagram
from diagrams.drawing import Caption, Meaning, Section, SheetContent, pictures, vertex_signs
from diagrams.drawing import escaped as escaped_text
from diagrams.pictures.sheets import Entry, captioned
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.actions.shapes import Shape
from nnft_sym.expansions.content import ExpansionContent, TermContent
from nnft_sym.printing.picture_captions import CaptionKind, diagram_caption, picture_caption, plain_name
from nnft_sym.printing.term_pictures import term_picture

#: A term with the number of labellings that share its picture.
Shown = tuple[TermContent, int]
_KINDS = {"1pi": "one-particle irreducible", "2pi": "two-particle irreducible"}
_LINES = {
    "bare": Caption("lines are propagators of S_GP", r"lines are propagators of $S_{\mathrm{GP}}$"),
    "exact": Caption("lines are exact 2-point functions", "lines are exact 2-point functions"),
    "network": Caption(
        "lines and discs are connected correlators of the network",
        "lines and discs are connected correlators of the network",
    ),
}
_LABELLINGS = r"$a\times b$ below a picture: $a$ labellings of the external points share it, with $b$ each. "
_MEANING = {
    CaptionKind.COUNT: r"The number $b$ counts Wick contractions with all vertices labelled.",
    CaptionKind.SYMMETRY_FACTOR: (
        r"$S$ is the symmetry factor: the exchanges of lines and vertices that change nothing. A picture "
        r"stands for its integral over $S$, times $-v!$ and the coupling for every vertex with $v$ lines."
    ),
    CaptionKind.WEIGHT: (
        r"The number $b$ is $1/S$, with the symmetry factor $S$. A picture stands for its number times its "
        r"integral, times $-v!$ and the coupling for every vertex with $v$ lines."
    ),
    CaptionKind.COEFFICIENT: (
        r"The factor $b$ is all that stands in front of the integral: sign, couplings, $1/V!$ and the number "
        r"of Wick contractions."
    ),
}
_SYMMETRY = r"It is $V!$ times $v!$ for every vertex with $v$ lines, over the symmetry factor $S$. "
_STANDS = (
    r"A picture stands for its number times its integral times the factor in the heading, which has the "
    r"sign, the couplings and $1/V!$."
)
_COMPONENTS = r"$D$ is the number of outputs, and $\delta_{i_1i_2}$ is one where two points have the same."


def sheet_content(
    expansion: ExpansionContent,
    shown: Sequence[Shown],
    kind: CaptionKind = CaptionKind.COUNT,
    *,
    layout: str = "free",
    incoming: int | None = None,
    tell: Callable[[str], object] | None = None,
) -> SheetContent:
    r"""Put the diagrams of an expansion on a sheet.

    Parameters
    ----------
    expansion : Expansion
        What is drawn.
    shown : sequence of (Term, int)
        What is drawn of it, each with the number of labellings that share the picture, by order.
    kind : CaptionKind
        What stands below the pictures.
    layout, incoming
        As for :func:`diagrams.pictures.picture.picture`.
    tell : callable, optional
        Is told how far it is.

    Returns
    -------
    SheetContent
        Diagrams are not laid out yet: give their vertices the signs of the theory
        (:func:`diagrams.drawing.vertex_signs`), as :func:`drawn_sheet` does.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> expansion = expand("lambda*f^4", 4)
    >>> content = sheet_content(expansion, [(term, 1) for term in expansion])
    >>> print(content.title, *(section.heading for section in content.sections), sep=", ")
    4-point function of λ f⁴, Order 0, Order 1
    >>> print(content.sections[1].heading.latex)
    Order 1, factor $\left(-\lambda\right)$
    """
    signs = vertex_signs(expansion.action.valences)
    entries: list[tuple[TermContent, Entry]] = []
    for number, (term, many) in enumerate(shown):
        if tell is not None:
            tell(f"{number} of {len(shown)} diagrams taken apart")
        one = term_picture(term, layout=layout, incoming=incoming, signs=signs)
        entries.append((term, (one, picture_caption(term, many, kind))))
    sections = tuple(
        Section(tuple(entry for _, entry in group), heading)
        for heading, group in _sections(expansion, entries, kind)
    )
    used = {valence for term, _ in shown for valence, _ in term.vertex_content}
    return SheetContent(
        sections,
        title=_title(expansion),
        subtitle=tuple(_subtitle(expansion)),
        legend=tuple(_legend(expansion, used)),
        notes=tuple(_notes(expansion, shown, kind)),
    )


def drawn_sheet(content: SheetContent, valences: Sequence[int] = ()) -> SheetContent:
    """Draw what is no picture yet, the vertices of a theory with its signs.

    Parameters
    ----------
    content : SheetContent
    valences : sequence of int
        Of the theory; vertices are told apart in each picture by default.
    """
    return content.redrawn(
        pictures([one for one, _ in captioned(content.entries)], signs=vertex_signs(valences))
    )


def diagram_sheet(diagrams: Sequence[Diagram], kind: CaptionKind = CaptionKind.COUNT) -> SheetContent:
    """Put diagrams that stand for themselves on a sheet.

    Examples
    --------
    >>> content = diagram_sheet([Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2,y2-y2")])
    >>> [str(meaning.text) for meaning in content.legend]
    ['4 lines', '6 lines']
    """
    valences = sorted({valence for diagram in diagrams for valence in diagram.vertices})
    legend = [Meaning(f"{one} lines", sign) for one, sign in vertex_signs(valences).items()]
    return SheetContent(
        (Section(tuple((one, diagram_caption(one, kind)) for one in diagrams)),),
        legend=tuple(legend) if len(legend) > 1 else (),
    )


def _sections(
    expansion: ExpansionContent, entries: Sequence[tuple[TermContent, Entry]], kind: CaptionKind
) -> Iterator[tuple[Caption | str, list[tuple[TermContent, Entry]]]]:
    """Pictures of one order, or of one choice of vertices, with a heading."""
    by_vertices = kind is CaptionKind.COUNT

    def key(entry: tuple[TermContent, Entry]) -> tuple[object, ...]:
        term = entry[0]
        return (term.order, _factor(expansion.action, term)) if by_vertices else (term.order,)

    ordered: dict[tuple[object, ...], list[tuple[TermContent, Entry]]] = {}
    for entry in entries:
        ordered.setdefault(key(entry), []).append(entry)
    if len(ordered) == 1 and expansion.action.is_free:
        yield "", list(entries)
        return
    for (order, *factor), group in ordered.items():
        latex = f"Order {order}" + (f", factor ${factor[0]}$" if factor and factor[0] else "")
        yield Caption(f"Order {order}", latex), group


def _factor(action: Action, term: TermContent) -> str:
    r"""What stands in front of one contraction, such as (-λ)²/2!; empty if there is no short form."""
    above, below, value = "", "", Polynomial.constant(1)
    for valence, number in term.vertex_content:
        shapes = action.shapes(valence)
        if len(shapes) != 1:
            return _common(term)
        coupling = shapes[0][1]
        power = f"^{{{number}}}" if number > 1 else ""
        above += rf"\left(-{_in_brackets(coupling)}\right){power}"
        below += f"{number}!" if number > 1 else ""
        for _ in range(number):
            value = value * coupling * -1
        value = value * Fraction(1, factorial(number))
    share = term.component_share or Polynomial.constant(1)
    if value * share * term.multiplicity != term.coefficient:
        return _common(term)
    return rf"\frac{{{above}}}{{{below}}}" if below else above


def _common(term: TermContent) -> str:
    """The coefficient of one contraction, multiplied out."""
    if term.component_share is not None or not term.order:
        return ""
    return (term.coefficient * Fraction(1, term.multiplicity)).latex()


def _in_brackets(coupling: Polynomial) -> str:
    printed = coupling.latex()
    return rf"\left({printed}\right)" if len(coupling.items) > 1 or printed.startswith("-") else printed


def _title(expansion: ExpansionContent) -> Caption:
    """Name the function and the theory."""
    action, front = expansion.action, f"{expansion.n}-point function of "
    if action.is_free:
        return Caption(front + action.name, front + action.name)
    parts = [_vertex_latex(shape, coupling) for shape, coupling in action.vertices]
    latex = " + ".join(parts).replace("+ -", "- ")
    return Caption(front + plain_name(str(action)), rf"{front}${latex}$")


def _vertex_latex(shape: Shape, coupling: Polynomial) -> str:
    """One vertex as mathematics, without its position where there is one only."""
    fields = shape.latex()
    if len(shape.places) == 1 and not shape.places[0].weight:
        fields = fields.replace("f(y)", "f")
    printed = coupling.latex()
    if len(coupling.items) > 1:
        printed = rf"\left({printed}\right)"
    return (printed[:-1] if printed in ("1", "-1") else rf"{printed}\,") + fields


def _subtitle(expansion: ExpansionContent) -> Iterator[Caption | str]:
    """Kind, order, filters, and what a line is."""
    kind = str(expansion.shown_kind)
    words, latex = [_KINDS.get(kind, kind)], [_KINDS.get(kind, kind)]
    if not expansion.action.is_free:
        words.append(f"to {expansion.truncation.text}")
        latex.append(f"to {expansion.truncation.latex}")
    if expansion.filters:
        words.append(f"filters {', '.join(expansion.filter_names)}")
        latex.append(f"filters {escaped_text(', '.join(expansion.filter_names))}")
    lines = _LINES[expansion.scheme.value]
    yield Caption(", ".join(words) + "; " + lines.text, ", ".join(latex) + "; " + lines.latex)


def _legend(expansion: ExpansionContent, used: set[int]) -> Iterator[Meaning]:
    """What the signs of the vertices that are drawn stand for."""
    signs = vertex_signs(expansion.action.valences)
    for shape, coupling in expansion.action.vertices:
        if shape.valence not in used:
            continue
        latex = _vertex_latex(shape, coupling)
        text = Caption(plain_name(f"{coupling}*{shape.text()}"), f"vertex ${latex}$")
        bilocal = len(shape.places) > 1
        yield Meaning(text, None if bilocal else signs[shape.valence], dashed=bilocal)
    if expansion.around_network:
        yield Meaning("connected correlator of the network", blob=True)


def _notes(expansion: ExpansionContent, shown: Sequence[Shown], kind: CaptionKind) -> Iterator[Caption]:
    """What the captions mean."""
    if kind is CaptionKind.NONE:
        return
    several = any(many > 1 for _, many in shown)
    plain = expansion.action.is_local_scalar and not expansion.around_network
    yield _note((_LABELLINGS if several and kind is not CaptionKind.SYMMETRY_FACTOR else "") + _MEANING[kind])
    if kind is CaptionKind.COUNT and not expansion.action.is_free:
        yield _note((_SYMMETRY if plain else "") + _STANDS)
    if expansion.action.has_components:
        beside = "What stands behind $S$ multiplies $1/S$. " if kind is CaptionKind.SYMMETRY_FACTOR else ""
        yield _note(beside + _COMPONENTS)


def _note(latex: str) -> Caption:
    plain = latex.replace("$", "").replace(r"\times", "×").replace(r"\delta_{i_1i_2}", "δ(1,2)")
    return Caption(plain, latex)
