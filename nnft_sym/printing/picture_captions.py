r"""The line below a picture: contractions, symmetry factor, weight or coefficient, and the δ of components.

Of several labellings that share a picture the caption says how many there are: ``6 × 12`` are six diagrams
with twelve contractions each.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from math import factorial, prod

from diagrams.diagram import Diagram
from diagrams.drawing import Caption
from nnft_sym.actions.factoring import Factored, factored
from nnft_sym.actions.names import symbol
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.expansions.content import TermContent
from nnft_sym.printing.number_text import superscript, thousands

_NAME = re.compile(r"[A-Za-z]\w*")


class CaptionKind(StrEnum):
    """What a caption tells of a diagram."""

    COUNT = "count"
    SYMMETRY_FACTOR = "S"
    WEIGHT = "weight"
    COEFFICIENT = "coefficient"
    NONE = "none"


def picture_caption(
    term: TermContent, labellings: int = 1, kind: CaptionKind = CaptionKind.COUNT
) -> Caption | str:
    r"""Make the line below a picture.

    Parameters
    ----------
    term : Term
        One labelling of what is drawn.
    labellings : int
        How many share the picture.
    kind : CaptionKind
        ``count``: Wick contractions, with components the polynomial in their number D; ``S``: the symmetry
        factor, and with components what a diagram carries beside 1/S, such as (D + 2)/3; ``weight``: 1/S
        times that, for couplings of (f.f)^k/(2k)!; ``coefficient``: the whole factor before the integral.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> tadpole = expand("lambda*(f.f)^2", 2).terms[1]
    >>> for kind in CaptionKind:
    ...     print(picture_caption(tadpole, 1, kind))
    4 (D + 2)  δ(1,2)
    S = 2, (D + 2)/3  δ(1,2)
    (D + 2)/6  δ(1,2)
    −4 λ (D + 2)  δ(1,2)
    <BLANKLINE>
    >>> print(picture_caption(expand("lambda*f^4", 2).terms[1], 3, CaptionKind.COEFFICIENT).latex)
    3 $\times$ $(-12\lambda)$
    """
    if kind is CaptionKind.NONE:
        return ""
    text, latex = _WRITTEN[kind](term)
    if labellings > 1 and kind is CaptionKind.SYMMETRY_FACTOR:
        text, latex = f"{text} ({labellings} labellings)", f"{latex} ({labellings} labellings)"
    elif labellings > 1:
        if text.startswith("−"):
            text, latex = f"({text})", f"$({latex.strip('$')})$"
        text, latex = f"{labellings} × {text}", rf"{labellings} $\times$ {latex}"
    deltas = [rf"$\delta_{{i_{{{a}}}i_{{{b}}}}}$" for a, b in term.factors.pairs]
    return Caption(f"{text}  {deltas_text(term)}".rstrip(), f"{latex}  {' '.join(deltas)}".rstrip())


def diagram_caption(diagram: Diagram, kind: CaptionKind = CaptionKind.COUNT) -> Caption | str:
    """Make the line below a diagram that stands for itself; it has no coefficient.

    Examples
    --------
    >>> bubble = Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2")
    >>> [str(diagram_caption(bubble, kind)) for kind in ("count", "S", "weight", "none")]
    ['576', 'S = 2', '1/2', '']
    """
    if kind == CaptionKind.NONE:
        return ""
    factor = int(diagram.symmetry_factor)
    if kind == CaptionKind.SYMMETRY_FACTOR:
        return Caption(*_grouped(f"S = {factor}", f"$S = {factor}$"))
    if kind == CaptionKind.WEIGHT:
        return Caption(str(Fraction(1, factor)), f"${Polynomial.constant(Fraction(1, factor)).latex()}$")
    return Caption(*_grouped(str(diagram.multiplicity), str(diagram.multiplicity)))


def deltas_latex(term: TermContent) -> str:
    r"""Print the product of δ of the components of external points, nothing without components.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(deltas_latex(expand("lambda*(f.f)^2", 4).terms[0]))
    \delta_{i_{1}i_{2}}\delta_{i_{3}i_{4}}
    """
    return "".join(rf"\delta_{{i_{{{a}}}i_{{{b}}}}}" for a, b in term.factors.pairs)


def deltas_text(term: TermContent) -> str:
    """Write the product of δ of the components of external points, nothing without components.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> deltas_text(expand("lambda*(f.f)^2", 4).terms[0])
    'δ(1,2) δ(3,4)'
    """
    return " ".join(f"δ({a},{b})" for a, b in term.factors.pairs)


def _count(term: TermContent) -> tuple[str, str]:
    share = term.component_share
    if share is None:
        return _grouped(str(term.multiplicity), str(term.multiplicity))
    return _written(factored(share * term.multiplicity))


def _symmetry_factor(term: TermContent) -> tuple[str, str]:
    beside = _beside_symmetry(term)
    text, printed = _grouped(f"S = {term.symmetry_factor}", f"$S = {term.symmetry_factor}$")
    if beside == Polynomial.constant(1):
        return text, printed
    written, latex = _written(factored(beside))
    return f"{text}, {written}", f"{printed}, {latex}"


def _weight(term: TermContent) -> tuple[str, str]:
    return _written(factored(_beside_symmetry(term) * Fraction(1, term.symmetry_factor)))


def _beside_symmetry(term: TermContent) -> Polynomial:
    """What components carry beside 1/S; over the δ's of a scalar diagram these add up to one at D = 1."""
    share = term.component_share
    if share is None:
        return Polynomial.constant(1)
    # S belongs to the scalar diagram, whose contractions are this over S; the term has a part of them.
    scalar = prod(factorial(valence) ** number * factorial(number) for valence, number in term.vertex_content)
    part: Fraction = Fraction(term.share) * term.symmetry_factor / scalar
    return Polynomial.constant(part) * share


def _coefficient(term: TermContent) -> tuple[str, str]:
    return _written(factored(term.coefficient))


def _written(product: Factored) -> tuple[str, str]:
    """Write a product as papers do, without stars and with Greek letters; and in LaTeX."""
    minus, dash = ("−", "-") if product.number < 0 else ("", "")
    return _grouped(f"{minus}{plain_name(product.text())}", f"${dash}{product.latex()}$")


def plain_name(text: str) -> str:
    """Write a polynomial as papers do, for where there is no LaTeX.

    Examples
    --------
    >>> plain_name("lambda*f**4 - kappa*f**6")
    'λ f⁴ − κ f⁶'
    """
    text = re.sub(r"\*\*(\d+)", lambda power: superscript(int(power[1])), text).replace("*", " ")
    return _NAME.sub(lambda name: symbol(name[0]), text).replace("-", "−")


def _grouped(text: str, latex: str) -> tuple[str, str]:
    """Separate thousands in both."""
    return thousands(text), thousands(latex, r"\,")


_WRITTEN: Mapping[CaptionKind, Callable[[TermContent], tuple[str, str]]] = {
    CaptionKind.COUNT: _count,
    CaptionKind.SYMMETRY_FACTOR: _symmetry_factor,
    CaptionKind.WEIGHT: _weight,
    CaptionKind.COEFFICIENT: _coefficient,
}
