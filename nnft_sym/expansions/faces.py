"""How an expansion and its terms reach their renderers: the one place, and only when a face is asked for.

The renderers know plain fields (`nnft_sym.expansions.content`), never the classes that have them.
"""

from typing import TYPE_CHECKING

from nnft_sym.expansions.content import ExpansionContent, TermContent, TopologyContent

if TYPE_CHECKING:
    import pandas

    from nnft_sym.notation import Notation
    from nnft_sym.printing.table_content import Table
    from nnft_sym.printing.views import Sheet

#: A notebook shows longer expansions by topology, and if there are more of these, only their number.
MOST_TERMS_SHOWN = 200
#: Lines that ``print`` shows.
MOST_LINES = 10


def text(expansion: ExpansionContent, notation: "Notation | None" = None) -> str:
    """Write a table of all terms."""
    from nnft_sym.printing.text import USUAL, expansion_text

    return expansion_text(expansion, notation or USUAL)


def grouped_text(expansion: ExpansionContent, notation: "Notation | None" = None) -> str:
    """Write one representative per topology."""
    from nnft_sym.printing.text import USUAL
    from nnft_sym.printing.text import grouped_text as written

    return written(expansion, notation or USUAL)


def few_lines(expansion: ExpansionContent) -> str:
    """Write one representative per topology if that takes a few lines; otherwise nothing."""
    if len(expansion) > MOST_TERMS_SHOWN:
        return ""
    lines = grouped_text(expansion)
    return lines if lines.count("\n") < MOST_LINES else ""


def latex(expansion: ExpansionContent, notation: "Notation | None" = None) -> str:
    """Print the formula."""
    from nnft_sym.printing.latex import formula_latex

    return formula_latex(expansion, notation)


def notebook_latex(expansion: ExpansionContent) -> str:
    """Print every term, or one per topology, or how many there are."""
    from nnft_sym.printing.latex import formula_latex, grouped_latex, left_of

    number = len(expansion.topologies())
    if number > MOST_TERMS_SHOWN:
        left = left_of(expansion)
        words = f"{len(expansion):,} terms of {number:,} topologies: ask for one order, or for a table"
        return rf"$\displaystyle {left} = \text{{{words}}}$"
    few = len(expansion) <= MOST_TERMS_SHOWN
    return rf"$\displaystyle {formula_latex(expansion) if few else grouped_latex(expansion)}$"


def picture(expansion: ExpansionContent, labelled: bool) -> "Sheet":
    """Draw the diagrams on one sheet."""
    from nnft_sym.printing.views import expansion_picture

    return expansion_picture(expansion, labelled=labelled)


def topology_picture(topology: TopologyContent) -> "Sheet":
    """Draw one labelling."""
    from nnft_sym.printing.views import topology_picture as drawn

    return drawn(topology)


def table(expansion: ExpansionContent, labelled: bool) -> "Table":
    """Put the terms into a table."""
    from nnft_sym.printing.views import expansion_table

    return expansion_table(expansion, labelled=labelled)


def dataframe(expansion: ExpansionContent, labelled: bool) -> "pandas.DataFrame":
    """Put the terms into a table of pandas."""
    from nnft_sym.printing.listings import dataframe as listed

    return listed(expansion, labelled=labelled)


def term_text(term: TermContent) -> str:
    """Write coefficient and integral of a term."""
    from nnft_sym.printing.text import term_text as written

    return written(term)


def term_latex(term: TermContent, notation: "Notation | None" = None) -> str:
    """Print coefficient and integral of a term."""
    from nnft_sym.printing.latex import sum_latex

    return sum_latex([(term.coefficient, [term.factors])], notation)
