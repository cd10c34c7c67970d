r"""A symbolic action as text, as LaTeX with indices or drawn diagrams, as a document, as a sheet of pictures.

Every line end of a diagram has an index; indices that are repeated are summed over. In drawn diagrams a
shaded disc is a connected correlator, a line between discs K⁻¹, a leg with a bar at its end ψ = K⁻¹φ; the
signs of lines and of S are in the coefficients.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from diagrams.drawing import IN_EQUATION, Caption, Picture, Section, SheetContent, cumulant_picture, tikz
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.duality.action_diagrams import ActionDiagram, coefficients
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order_text
from nnft_sym.printing.latex_lines import (
    Piece,
    broken,
    displayed,
    estimated_width,
    made,
    one_formula,
    sign_and_number,
)
from nnft_sym.printing.latex_output import PREAMBLE

if TYPE_CHECKING:
    from nnft_sym.printing.views import Sheet

_LETTERS = "ijklmnopqrstuvwabcdefgh"
_POINTS_PER_CENTIMETRE = 28.45
#: More diagrams than this are not drawn in an equation: LaTeX would take minutes. A notebook shows fewer.
MOST_DRAWN, MOST_IN_NOTEBOOK = 150, 40
GAUSSIAN = r"\tfrac{1}{2}\,\phi K^{-1}\phi + \tfrac{1}{2}\log\det 2\pi K"

_FRAME = (
    PREAMBLE
    + r"""\section*{The action that connected correlators imply, to @order@}
With the generating functional $W[J]=\sum_r \frac{i^r}{r!}G^{(r)}J^r$ of the connected correlators @names@
the density of the fields is
\[
P[\phi] = \exp\Bigl(\sum_{r\geq 3}\tfrac{(-1)^r}{r!}G^{(r)}\partial_\phi^r\Bigr)
\frac{e^{-\frac{1}{2}\phi K^{-1}\phi}}{\sqrt{\det 2\pi K}}, \qquad S[\phi] = -\log P[\phi].
\]
The vertices of its diagrams are the connected correlators; a line is $K^{-1}$, the inverse of the 2-point
function, and a leg ends on $\psi = K^{-1}\phi$. The sign of every line is in the coefficient, and so are all
symmetries. A vertex of $r$ legs counts as $N^{1-r/2}$. Fields are counted from their mean.
@sections@
\subsection*{One field, $K = 1$}
@table@
\end{document}
"""
)
_DRAWN = (
    "A shaded disc is a connected correlator of as many points as it has lines, a line between discs is "
    r"$K^{-1}$, a leg with a bar at its end $\psi$."
)


class ActionContent(Protocol):
    """What is printed: an action with symbols, as plain fields."""

    @property
    def names(self) -> tuple[tuple[int, str], ...]:
        """The connected correlators: number of points and name."""

    @property
    def order(self) -> Fraction:
        """Largest power of 1/N."""

    @property
    def orders(self) -> tuple[Fraction, ...]:
        """Powers of 1/N that occur."""

    @property
    def diagrams(self) -> tuple[ActionDiagram, ...]:
        """With their coefficients in S."""

    def name(self, points: int) -> str:
        """Name of a connected correlator."""


class Indexed(NamedTuple):
    """A diagram with an index at every line end.

    Attributes
    ----------
    vertices : tuple of (int, str)
        Number of points and indices of every connected correlator.
    legs : str
        Indices of ψ.
    lines : tuple of str
        Pairs of indices of K⁻¹.
    """

    vertices: tuple[tuple[int, str], ...]
    legs: str
    lines: tuple[str, ...]


def indexed(one: ActionDiagram) -> Indexed:
    """Name the line ends: vertex by vertex, legs first.

    Examples
    --------
    >>> from nnft_sym.duality.action_diagrams import action_diagrams
    >>> indexed(action_diagrams([4], Fraction(1))[1])
    Indexed(vertices=((4, 'ijkl'),), legs='ij', lines=('kl',))
    """
    diagram, n = one.diagram, one.power
    ends: list[list[tuple[int, int]]] = [[] for _ in diagram.vertices]  # (line, which end) at each vertex
    for number, (i, j) in enumerate(diagram.edges):
        if i >= n:
            ends[i - n].append((number, 0))
        ends[j - n].append((number, 1))
    names = iter(_names())
    letter = {place: next(names) for places in ends for place in places}
    vertices = tuple(
        (valence, "".join(letter[place] for place in places))
        for valence, places in zip(diagram.vertices, ends, strict=True)
    )
    legs = "".join(letter[number, 1] for number, (i, _) in enumerate(diagram.edges) if i < n)
    lines = tuple(
        letter[number, 0] + letter[number, 1] for number, (i, _) in enumerate(diagram.edges) if i >= n
    )
    return Indexed(vertices, legs, lines)


def _names() -> Iterator[str]:
    yield from _LETTERS
    yield from "IJKLMNOPQRSTUVWABCDEFGH"


def action_text(action: ActionContent) -> str:
    """Write S with indices, one diagram a line."""
    lines = ["S = 1/2 φ K⁻¹ φ + 1/2 log det 2πK"]
    for order in action.orders:
        lines.append(f"  {width_order_text(order)}:")
        lines += [f"    {_text(action, one)}" for one in action.diagrams if one.order == order]
    note = "  with ψ = K⁻¹ φ, sums over repeated indices, and K⁻¹ the inverse of the 2-point function"
    return "\n".join([*lines, note] if action.diagrams else lines)


def _text(action: ActionContent, one: ActionDiagram) -> str:
    parts = indexed(one)
    size = abs(one.coefficient)
    factors = [f"{action.name(points)}_{ends}" for points, ends in parts.vertices]
    factors += [f"ψ_{end}" for end in parts.legs] + [f"K⁻¹_{ends}" for ends in parts.lines]
    number = [] if size == 1 else [str(size)]
    return " ".join(["-" if one.coefficient < 0 else "+", *number, *factors])


def vertex_latex(name: str, points: int, ends: str = "") -> str:
    r"""Print a connected correlator: G4 as ``G^{(4)}``.

    Examples
    --------
    >>> print(vertex_latex("G4", 4, "ijkl"))
    G^{(4)}_{ijkl}
    """
    base = name.removesuffix(str(points)).rstrip("_")
    printed = base if len(base) == 1 else rf"\mathrm{{{base.replace('_', chr(92) + '_')}}}"
    return rf"{printed}^{{({points})}}" + (f"_{{{ends}}}" if ends else "")


def term_latex(action: ActionContent, one: ActionDiagram) -> str:
    """Print the factors of a diagram."""
    parts = indexed(one)
    factors = [vertex_latex(action.name(points), points, ends) for points, ends in parts.vertices]
    factors += [rf"\psi_{{{end}}}" for end in parts.legs]
    factors += [f"K^{{-1}}_{{{ends}}}" for ends in parts.lines]
    return "".join(factors)


def small_picture(one: ActionDiagram) -> tuple[str, float]:
    """Draw a diagram small; give the code and its width in points."""
    drawn = cumulant_picture(one.diagram)
    left, _, right, _ = IN_EQUATION.box(drawn)
    return tikz(drawn, style=IN_EQUATION), (right - left) * IN_EQUATION.scale * _POINTS_PER_CENTIMETRE


def action_latex(action: ActionContent, *, drawn: bool = False) -> str:
    r"""Print S as displayed mathematics.

    Parameters
    ----------
    action : SymbolicAction
    drawn : bool
        Diagrams in place of their factors.

    Raises
    ------
    InvalidExpansion
        If there are too many to draw.
    """
    if drawn and len(action.diagrams) > MOST_DRAWN:
        raise InvalidExpansion(
            f"{len(action.diagrams)} diagrams were to be drawn in an equation, and {MOST_DRAWN} are at most: "
            "print them with indices, or take a lower order"
        )
    return displayed(_rows(action, drawn), r"\\[1.5ex]" if drawn else r"\\")


def _rows(action: ActionContent, drawn: bool) -> list[str]:
    pieces = [made(GAUSSIAN)]
    order = Fraction(0)
    for one in action.diagrams:
        sign, number = sign_and_number(Polynomial.constant(one.coefficient), start=False)
        opens, order = one.order != order, one.order
        if drawn:
            picture, width = small_picture(one)
            latex = rf"{sign}{number}\;{picture}"
            pieces.append(Piece(latex, estimated_width(sign + number) + width + 8.0, opens, whole=True))
        else:
            pieces.append(made(rf"{sign}{number}\,{term_latex(action, one)}", opens))
    return broken(r"S[\phi]", pieces)


def notebook_latex(action: ActionContent) -> str:
    """Print S with indices, or how many diagrams it has."""
    if len(action.diagrams) <= MOST_IN_NOTEBOOK:
        return rf"$\displaystyle {one_formula(_rows(action, False))}$"
    words = f"{len(action.diagrams):,} diagrams to {width_order_text(action.order)}"
    return rf"$\displaystyle S[\phi] = {GAUSSIAN} + \text{{{words}}}$"


def action_document(action: ActionContent) -> str:
    """Write a document: the rules, S drawn and with indices, and its coefficients for one field."""
    sections = []
    if len(action.diagrams) <= MOST_DRAWN:
        drawn = action_latex(action, drawn=True)
        sections.append("\n".join([r"\ifdrawn", r"\subsection*{Diagrams}", _DRAWN, drawn, r"\fi"]))
    sections.append("\n".join([r"\subsection*{With indices}", action_latex(action)]))
    names = ", ".join(f"${vertex_latex(name, points)}$" for points, name in action.names) or "(none)"
    order = width_order_text(action.order)
    parts = {
        "order": f"${order.replace('^(', '^{(').replace(')', ')}') if '(' in order else order}$",
        "names": names,
        "sections": "\n".join(sections),
        "table": _table(action),
    }
    document = _FRAME
    for name, part in parts.items():
        document = document.replace(f"@{name}@", part)
    return document


def _table(action: ActionContent) -> str:
    """Sums of the coefficients: what stands in front of every product of correlators."""
    rows: dict[object, list[str]] = {}
    for (content, power), value in coefficients(action.diagrams).items():
        if not value:
            continue
        product = "".join(
            vertex_latex(action.name(points), points)
            if number == 1
            else rf"\bigl({vertex_latex(action.name(points), points)}\bigr)^{{{number}}}"
            for points, number in content
        )
        sign, size = sign_and_number(Polynomial.constant(value), start=len(rows.get(content, [])) < 1)
        field = "" if power == 0 else r"\phi" if power == 1 else rf"\phi^{{{power}}}"
        rows.setdefault(content, [product]).append(f"{sign}{size or ('' if field else '1')}{field}")
    lines = [rf"&{row[0]}: \quad {' '.join(row[1:])}" for row in rows.values()]
    return displayed(lines) if lines else "There are no diagrams."


#: Below a sheet of the action.
_COEFFICIENTS = "Below a picture: its coefficient in the action S, signs and symmetry factors included."


def action_sheet(action: ActionContent) -> "Sheet":
    """Draw the diagrams on one sheet, each with its coefficient in S."""
    from nnft_sym.printing.views import MOST_PICTURES, Sheet

    if len(action.diagrams) > MOST_PICTURES:
        raise InvalidExpansion(
            f"there would be {len(action.diagrams):,} pictures, and at most {MOST_PICTURES:,} are shown: "
            "take a lower order"
        )
    entries: list[tuple[Picture, Caption]] = []
    for one in action.diagrams:
        latex = f"${sign_and_number(Polynomial.constant(one.coefficient), start=True)[0]}{_size(one)}$"
        entries.append((cumulant_picture(one.diagram), Caption(str(one.coefficient), latex)))
    title = f"Diagrams of the action to {width_order_text(action.order)}"
    return Sheet(SheetContent((Section(tuple(entries)),), title, notes=(_COEFFICIENTS,)))


def _size(one: ActionDiagram) -> str:
    return sign_and_number(Polynomial.constant(one.coefficient), start=True)[1] or "1"
