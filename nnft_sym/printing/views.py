"""What a notebook shows of an expansion on request: pictures, and a table that can be sorted."""

import os
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from diagrams.drawing import Section, SheetContent, save_sheet, svg_sheet
from diagrams.pictures.sheets import Entry
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.content import ExpansionContent, TermContent, TopologyContent
from nnft_sym.printing.contact_sheets import drawn_sheet, sheet_content
from nnft_sym.printing.picture_captions import picture_caption
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.printing.term_pictures import term_picture
from nnft_sym.printing.text import integral_text

#: More pictures on a sheet, or rows in a table, than this nobody looks at.
MOST_PICTURES = 500
MOST_ROWS = 5_000


@dataclass(frozen=True, repr=False)
class Sheet:
    """Pictures on a sheet, shown by a notebook.

    Made by :meth:`nnft_sym.expansions.expansion.Expansion.picture`.

    Attributes
    ----------
    content : SheetContent
        Pictures in sections, with title, legend and notes.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> sheet = nn.expand("lambda*f^4", 4).picture(labelled=True)
    >>> sheet
    <4-point function of λ f⁴: 10 pictures>
    >>> sheet.svg[:4], len(sheet.entries)
    ('<svg', 10)
    """

    content: SheetContent

    @property
    def title(self) -> str:
        """The title as plain text."""
        return str(self.content.title)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What stands on the sheet: pictures with captions."""
        return self.content.entries

    @cached_property
    def svg(self) -> str:
        """The sheet as a complete SVG document."""
        return svg_sheet(self.content)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the sheet to a file whose suffix says how: .svg, .pdf, .png or .tex.

        Raises
        ------
        UnwritablePicture
            If the suffix is another one, or the disk refuses.
        """
        save_sheet(path, self.content)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        """Show the title and the number of pictures, where there are no pictures."""
        number = len(self.entries)
        title = f"{self.title}: " if self.title else ""
        return f"<{title}{number} picture{'s' if number != 1 else ''}>"


def expansion_picture(expansion: ExpansionContent, *, labelled: bool = False) -> Sheet:
    """Draw the diagrams on one sheet, each with its Wick contractions.

    Parameters
    ----------
    expansion : Expansion
        Links of bilocal vertices are dashed, weights written beside their vertices.
    labelled : bool
        True draws every term; False one labelling of each topology, "6 × 12" saying that there are six.

    Raises
    ------
    InvalidExpansion
        If there are more than 500.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> expansion_picture(expand("lambda*f^4", 4))
    <4-point function of λ f⁴: 3 pictures>
    """
    if labelled:
        shown = [(term, 1) for term in expansion]
    else:
        shown = [(topology.representative, topology.labellings) for topology in expansion.topologies()]
    _check(len(shown), MOST_PICTURES, "pictures", labelled)
    return Sheet(drawn_sheet(sheet_content(expansion, shown), expansion.action.valences))


def topology_picture(topology: TopologyContent) -> Sheet:
    """Draw one labelling of a topology, with its Wick contractions.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> topology_picture(expand("lambda*f^4", 4).topologies()[1])
    <1 picture>
    """
    term = topology.representative
    entry = term_picture(term), picture_caption(term, topology.labellings)
    return Sheet(SheetContent((Section((entry,)),)))


def expansion_table(expansion: ExpansionContent, *, labelled: bool = False, most: int = MOST_ROWS) -> Table:
    """Put the terms into a table that sorts by any column.

    Parameters
    ----------
    expansion : Expansion
        What to show.
    labelled : bool
        True gives every term a row; False every topology, with its first labelling.
    most : int
        Rows at most.

    Raises
    ------
    InvalidExpansion
        If there are more.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> expansion_table(expand("lambda*f^4", 2))
    2-point function of lambda*f**4, normalised, to order 1
    no.  order  vertices  labellings  contractions  S  coefficient  integral
    1    0                1           1             1  1            K(1,2)
    2    1      4:1       1           12            2  -12*lambda   ∫dy K_W(1,y) K_W(2,y) K_W(y,y)
    """
    if labelled:
        shown = [(term, 1) for term in expansion]
    else:
        shown = [(topology.representative, topology.labellings) for topology in expansion.topologies()]
    _check(len(shown), most, "rows", labelled)
    columns = ("no.", "order", "vertices", "labellings", "contractions", "S", "coefficient", "integral")
    rows = tuple(_row(number, term, many) for number, (term, many) in enumerate(shown, start=1))
    return Table(_title(expansion), columns, rows)


def _row(number: int, term: TermContent, labellings: int) -> tuple[Cell, ...]:
    """Show one term, the contractions those of one labelling."""
    from nnft_sym.printing.formulas import mathml
    from nnft_sym.printing.latex import sum_latex

    one = Polynomial.constant(1)
    integral, coefficient = integral_text(term.factors), term.coefficient
    return (
        _whole(number),
        _whole(term.order),
        Cell(term.vertex_key, key=term.vertex_content),
        _whole(labellings),
        _whole(term.multiplicity),
        _whole(term.symmetry_factor),
        Cell(str(coefficient), key=_size(coefficient), html=mathml(coefficient.latex())),
        Cell(integral, html=mathml(sum_latex([(one, [term.factors])]))),
    )


def _whole(number: int) -> Cell:
    return Cell(str(number), number)


def _size(coefficient: Polynomial) -> tuple[tuple[Fraction, str], ...]:
    """Sort by the number in front, then by the couplings."""
    return tuple((number, repr(sorted(powers.items()))) for number, powers in coefficient.monomials())


def _title(expansion: ExpansionContent) -> str:
    what = f"{expansion.n}-point function of {expansion.action.name}, {expansion.shown_kind}"
    return what if expansion.action.is_free else f"{what}, to {expansion.truncation.text}"


def _check(number: int, most: int, what: str, labelled: bool) -> None:
    if number > most:
        advice = "one per topology (labelled=False), or " if labelled else ""
        raise InvalidExpansion(
            f"there would be {number:,} {what}, and at most {most:,} are shown: ask for {advice}one order, "
            "as in expansion.at_order(2)"
        )
