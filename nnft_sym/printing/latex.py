r"""Expansions as LaTeX: one formula with its long sums broken into lines, and a document that holds it.

Everything printed needs amsmath only. A formula is a sequence of blocks, one per topology::

    sign  coefficient  ∫dy  [ integrand of labelling 1  +  integrand of labelling 2  + ... ]

Lines are broken between integrands, never inside one, by an estimate of their printed width; brackets have a
fixed size, since ``\left`` and ``\right`` cannot stand on different lines.
"""

from collections.abc import Iterable, Sequence

from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.expansions.content import ExpansionContent, TopologyContent, constant_beside
from nnft_sym.notation import Factors, Line, Notation, factors_of
from nnft_sym.printing.index_sets import summed
from nnft_sym.printing.latex_lines import (
    Piece,
    broken,
    displayed,
    made,
    one_formula,
    sign_and_number,
    with_dots,
)
from nnft_sym.printing.number_text import thousands

#: A coefficient and what stands under the integral in every diagram that carries it.
Block = tuple[Polynomial, Sequence[Factors | Sequence[Line]]]


def sum_latex(blocks: Iterable[Block], notation: Notation | None = None) -> str:
    r"""Print a sum of diagrams on one line.

    Parameters
    ----------
    blocks : iterable of (Polynomial, sequence of Factors or lines)
        Coefficient, and the factors or just the lines ``("x1", "y1")`` of every diagram that carries it.
    notation : Notation, optional
        How propagators are written.

    Returns
    -------
    str
        ``0`` for an empty sum.

    Examples
    --------
    >>> print(sum_latex([(Polynomial.constant(-2), [[("x1", "x2")], [("x1", "x3")]])]))
    -2\bigl[K_{12} + K_{13}\bigr]
    """
    pieces: list[Piece] = []
    for coefficient, diagrams in blocks:
        pieces += _pieces(coefficient, diagrams, notation or Notation(), r"\big", start=not pieces)
    return " ".join(piece.latex for piece in pieces) or "0"


def formula_latex(expansion: ExpansionContent, notation: Notation | None = None) -> str:
    r"""Print an expansion as one formula, with lines inside ``aligned`` where it is long.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(formula_latex(expand("lambda*f^4", 2)))
    G^{(2)}(x_{1},x_{2}) = K_{12} - 12\lambda\int d^{d}y\,K^{W}_{1y}K^{W}_{2y}K^{W}_{yy} + \cdots
    """
    return one_formula(_formula_rows(expansion, notation or Notation()))


def grouped_latex(expansion: ExpansionContent, notation: Notation | None = None) -> str:
    r"""Print the sum as papers do: contractions in front of one representative per topology.

    A bracket stands for the mean over the labellings of the external points.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(grouped_latex(expand("g*f^3", 1)))
    G^{(1)}(x_{1}) = -3g\Bigl[\int d^{d}y\,K^{W}_{1y}K^{W}_{yy}\Bigr] + \cdots
    """
    return one_formula(_grouped_rows(expansion, notation or Notation()))


def display_latex(
    expansion: ExpansionContent, notation: Notation | None = None, *, grouped: bool = False
) -> str:
    r"""Print an expansion as displayed mathematics, ready to be pasted; ``align*`` if it is long.

    Unlike ``aligned``, ``align*`` can be broken across pages (with ``\allowdisplaybreaks``).

    Parameters
    ----------
    expansion : Expansion
        What to print.
    notation : Notation, optional
        How propagators are written.
    grouped : bool
        True prints the form of `grouped_latex`, False every term.
    """
    rows = (_grouped_rows if grouped else _formula_rows)(expansion, notation or Notation())
    return displayed(rows)


def _formula_rows(expansion: ExpansionContent, notation: Notation) -> list[str]:
    """Print every term; where only one labelling of each is there, the grouped form is all there is."""
    if expansion.by_topology or notation.sums:
        return _grouped_rows(expansion, notation)
    pieces: list[Piece] = []
    for topology in expansion.topologies():
        coefficient = topology.representative.coefficient
        pieces += _pieces(coefficient, topology.factors, notation, r"\Big", start=not pieces)
    return _finished(expansion, pieces)


def _grouped_rows(expansion: ExpansionContent, notation: Notation) -> list[str]:
    """Print one representative per topology."""
    pieces: list[Piece] = []
    for group in expansion.brackets():
        pieces += _grouped_pieces(group, notation, start=not pieces)
    return _finished(expansion, pieces)


def _finished(expansion: ExpansionContent, pieces: list[Piece]) -> list[str]:
    """Add what is left out, and break the sum into lines."""
    pieces = finished(expansion, pieces)
    return broken(left_of(expansion), pieces)


def finished(expansion: ExpansionContent, pieces: list[Piece]) -> list[Piece]:
    """Say that the sum goes on; a sum without terms is zero, or of the order of its first term."""
    if pieces:
        return with_dots(pieces) if expansion.goes_on else pieces
    rest = None if expansion.filters else expansion.remainder
    return [made(rest.latex()) if rest else Piece("0", 5.0)]


def left_latex(kind: str, n: int) -> str:
    r"""Print the function that is expanded.

    Examples
    --------
    >>> print(left_latex("connected", 4), left_latex("full", 0))
    G_{c}^{(4)}(x_{1},x_{2},x_{3},x_{4}) Z/Z_{\mathrm{GP}}
    """
    ratio = r"Z/Z_{\mathrm{GP}}"
    if n == 0:
        logarithm = rf"\log\bigl({ratio}\bigr)"
        if kind in ("1pi", "2pi"):
            return rf"\bigl[{logarithm}\bigr]_{{\mathrm{{{kind.upper()}}}}}"
        return ratio if kind == "full" else logarithm
    points = (
        ",".join(f"x_{{{point}}}" for point in range(1, n + 1)) if n <= 4 else rf"x_{{1}},\ldots,x_{{{n}}}"
    )
    names = {"1pi": "1PI", "2pi": "2PI", "amputated": "amp", "skeleton": "skeleton"}
    subscript = {kind: rf"\mathrm{{{name}}}" for kind, name in names.items()} | {"connected": "c"}
    symbol = f"G_{{{subscript[kind]}}}" if kind in subscript else "G"
    function = f"{symbol}^{{({n})}}({points})"
    return function if kind != "full" else rf"{ratio}\;{function}"


def left_of(expansion: ExpansionContent) -> str:
    r"""Print the function that is expanded, with the constant of the action where it does not drop out.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(left_of(expand("lambda*(v + f)^4", 0, kind="connected")))
    \log\bigl(Z/Z_{\mathrm{GP}}\bigr) + \lambda v^{4}\int d^{d}y
    """
    left = left_latex(expansion.shown_kind.value, expansion.n)
    constant = constant_beside(expansion)
    if not constant:
        return left
    full = expansion.shown_kind.value == "full"
    single = len(constant.items) == 1 and (full or not str(constant).startswith("-"))
    printed = constant.latex()
    volume = (printed if single else rf"\left({printed}\right)") + r"\int d^{d}y"
    return rf"e^{{{volume}}}\,{left}" if full else f"{left} + {volume}"


def _pieces(
    coefficient: Polynomial,
    diagrams: Sequence[Factors | Sequence[Line]],
    notation: Notation,
    size: str,
    start: bool,
) -> list[Piece]:
    """Print one block, cut where a line may be broken."""
    sign, number = sign_and_number(coefficient, start)
    integrands = [factors_of(given) for given in diagrams]
    n_vertices = integrands[0].n_vertices
    # what does not depend on a vertex stands in front of its integral, so that each has one of its own
    own = n_vertices > 0 and any(notation.spectators(factors, n_vertices) for factors in integrands)
    front = number + ("" if own else notation.measure(n_vertices))
    printed = notation.whole if own or not n_vertices else notation.integrand
    products = [printed(factors, n_vertices) for factors in integrands]
    if len(products) == 1:
        return [made(sign + (front + products[0] or "1"))]
    if not front:
        return [made(sign + products[0]), *(made((sign.strip() or "+") + " " + p) for p in products[1:])]
    inside = [f"{sign}{front}{size}l[{products[0]}", *(f"+ {product}" for product in products[1:])]
    inside[-1] += f"{size}r]"
    return [made(inside[0], opens=True), *(made(latex) for latex in inside[1:])]


def _grouped_pieces(topologies: Sequence[TopologyContent], notation: Notation, start: bool) -> list[Piece]:
    """Print the topologies of one vertex content behind what all their contractions have in common."""
    first = topologies[0].representative
    sign, number = sign_and_number(topologies[0].common, start)
    brackets = []
    # As high as the integral sign, where there is one.
    inner, outer = (r"\Big", r"\bigg") if topologies[0].vertices else (r"\big", r"\Big")
    for topology in topologies:
        factors, sets = summed(topology) if notation.sums else (topology.representative.factors, "")
        inside = notation.whole(factors, factors.n_vertices) or "1"
        sums = ""
        count = topology.multiplicity // (topology.labellings if notation.sums else 1)
        shown = thousands(str(count), r"\,") if count > 1 else ""
        if notation.sums:
            sums = rf"\sum_{{{sets}}}^{{{topology.labellings}}}" if sets else ""
            brackets.append(f"{shown}{sums}{inside}")
        else:
            brackets.append(inside if count == 1 else f"{shown}{inner}l[{inside}{inner}r]")
    if len(brackets) == 1 and notation.sums:
        sign, number = sign_and_number(first.coefficient, start)
        return [made(sign + number + sums + inside)]
    if len(brackets) == 1:
        total = first.coefficient * topologies[0].labellings
        sign, number = sign_and_number(total, start)
        return [made(sign + (f"{number}{inner}l[{inside}{inner}r]" if number else inside))]
    brackets = [brackets[0], *(f"+ {bracket}" for bracket in brackets[1:])]
    brackets[0] = f"{sign}{number}{outer}l({brackets[0]}"
    brackets[-1] += f"{outer}r)"
    return [made(brackets[0], opens=True), *(made(latex) for latex in brackets[1:])]
