r"""Expansions in the forms of other programs: DOT, GraphML, QGRAF-like and FORM-like lists, pandas.

A list has an entry for every labelled term, or for every topology with the number of its labellings. In DOT
and GraphML every entry is a graph that carries its numbers as attributes. *QGRAF-like* means the notation of
the styles that come with that program: ``prop(phi(1),phi(2))`` for a line between the field numbers 1 and 2,
``vrtx(phi(-1),phi(1),...)`` for a vertex, negative odd numbers for external points, the weight 1/S in front.
*FORM-like* means an expression that FORM reads: lines are symmetric functions ``K`` and ``KW``, and the whole
sum is one ``Local``.

References
----------
Nogueira, *Automatic Feynman graph generation*, J. Comput. Phys. 105 (1993) 279; Vermaseren, *New features of
FORM*, arXiv:math-ph/0010025.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from diagrams.graph_text import GraphText, graphml_document
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.content import ExpansionContent, TermContent
from nnft_sym.notation import Factors

if TYPE_CHECKING:
    import pandas

#: A number, a term and how many labellings it stands for.
_Entry = tuple[int, TermContent, int]


def _entries(expansion: ExpansionContent, labelled: bool) -> Iterator[_Entry]:
    if labelled:
        yield from ((number, term, 1) for number, term in enumerate(expansion, start=1))
    else:
        for number, topology in enumerate(expansion.topologies(), start=1):
            yield number, topology.representative, topology.labellings


def dot_listing(expansion: ExpansionContent, *, labelled: bool = True) -> str:
    """Write every term as a graph in DOT, the language of Graphviz.

    Parameters
    ----------
    expansion : Expansion
    labelled : bool
        False gives one graph per topology.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> dot_listing(expand("lambda*f^4", 2)).count("graph d")
    2
    """
    return "\n".join(graph.dot() for graph in _graphs(expansion, labelled))


def graphml_listing(expansion: ExpansionContent, *, labelled: bool = True) -> str:
    """Write every term as a graph of one GraphML document; the parameters are those of `dot_listing`.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> graphml_listing(expand("lambda*f^4", 2)).count("<graph ")
    2
    """
    return graphml_document(list(_graphs(expansion, labelled)))


def _graphs(expansion: ExpansionContent, labelled: bool) -> Iterator[GraphText]:
    for number, term, labellings in _entries(expansion, labelled):
        about: dict[str, str | int] = {
            "coefficient": str(term.coefficient),
            "symmetry_factor": term.symmetry_factor,
            "multiplicity": term.multiplicity,
        }
        if not labelled:
            about["labellings"] = labellings
        links = [(f"y{a}", f"y{b}") for link in term.links for a, b in pairwise(link)]
        yield GraphText(f"d{number}", term.lines, term.factors.blobs, links, about)


def qgraf_listing(expansion: ExpansionContent, *, labelled: bool = True) -> str:
    """Write every diagram in the notation of QGRAF; the parameters are those of `dot_listing`.

    Raises
    ------
    InvalidExpansion
        If the action has vertices of several points, weights or components, or lines are those of a network.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(qgraf_listing(expand("lambda*f^4", 2, kind="1pi").at_order(1)))
    * 2-point function of lambda*f**4, 1pi: weight 1/S, lines, vertices; phi(-1), phi(-3), ... are external
    d1 := (1/2)
      * prop(phi(1),phi(2))
      * vrtx(phi(-1),phi(-3),phi(1),phi(2));
    """
    what = f"{expansion.n}-point function of {expansion.action.name}, {expansion.shown_kind}"
    rows = [f"* {what}: weight 1/S, lines, vertices; phi(-1), phi(-3), ... are external"]
    for number, term, labellings in _entries(expansion, labelled):
        factors = term.factors
        if not expansion.action.is_local_scalar or factors.blobs:
            what = "a network" if factors.blobs else str(expansion.action)
            raise InvalidExpansion(
                f"{what} was given; the notation of QGRAF has vertices of one point, without weights and "
                "components, and no connected correlators: ask for form, dot or graphml"
            )
        many = [f"* labellings: {labellings}"] if labellings > 1 else []
        rows += [*many, f"d{number} := ({Fraction(1, term.symmetry_factor)})", *_qgraf_rows(term)]
        rows[-1] += ";"
    return "\n".join(rows)


def _qgraf_rows(term: TermContent) -> list[str]:
    """Lines, then vertices; an external line ends at the vertex itself, as amputated diagrams have it."""
    at: dict[str, list[str]] = {}
    lines: list[str] = []
    field = 0
    for ends in term.lines:
        outer = [f"phi({1 - 2 * int(end[1:])})" for end in ends if end.startswith("x")]
        inner = [end for end in ends if end.startswith("y")]
        if len(inner) == 1:
            at.setdefault(inner[0], []).append(outer[0])
        else:
            numbered = outer or [f"phi({field + 1})", f"phi({field + 2})"]
            lines.append(f"  * prop({','.join(numbered)})")
            for end, name in zip(inner, numbered, strict=False):
                at.setdefault(end, []).append(name)
            field += len(inner)
    vertices = sorted(at, key=lambda vertex: int(vertex[1:]))
    return [*lines, *(f"  * vrtx({','.join(at[vertex])})" for vertex in vertices)]


def form_listing(expansion: ExpansionContent, *, labelled: bool = True) -> str:
    """Write the sum as a program for FORM; the parameters are those of `dot_listing`.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> print(form_listing(expand("lambda*f^4", 2)))
    * 2-point function of lambda*f**4, normalised; integrate over y1, y2, ...
    Symbols lambda;
    Indices x1,x2,y1;
    CFunctions K(symmetric),KW(symmetric);
    Local G =
      + (1)*K(x1,x2)
      + (-12*lambda)*KW(x1,y1)*KW(x2,y1)*KW(y1,y1)
      ;
    Print +s;
    .end
    """
    what = f"{expansion.n}-point function of {expansion.action.name}, {expansion.shown_kind}"
    entries = list(_entries(expansion, labelled))
    products = [_form_factors(term.factors) for _, term, _ in entries]
    names = sorted({name for _, term, _ in entries for name in term.coefficient.variables})
    points = {end for _, term, _ in entries for line in (*term.lines, *term.factors.blobs) for end in line}
    points |= {f"i{end}" for _, term, _ in entries for pair in term.factors.pairs for end in pair}
    functions = [name for name in ("K", "KW", "GC") if any(f"{name}(" in part for part in products)]
    heads = [f"* {what}; integrate over y1, y2, ..."]
    if not labelled:
        heads.append("* one labelling of the external points for each topology, times their number")
    heads += [f"Symbols {','.join(names)};"] if names else []
    if points:
        heads.append(f"Indices {','.join(sorted(points, key=lambda end: (end[0], int(end[1:]))))};")
    declared = [f"{name}(symmetric)" for name in functions]
    declared += ["W"] if any("*W(" in part for part in products) else []
    heads += [f"CFunctions {','.join(declared)};"] if declared else []
    rows = [
        f"  + {f'{many}*' if many > 1 else ''}({str(term.coefficient).replace('**', '^')}){product}"
        for (_, term, many), product in zip(entries, products, strict=True)
    ]
    return "\n".join([*heads, "Local G =", *(rows or ["  0"]), "  ;", "Print +s;", ".end"])


def _form_factors(factors: Factors) -> str:
    """Lines, blobs GC, weights W and δ of components behind a coefficient."""
    parts = []
    for ends in factors.lines:
        inner = any(end.startswith("y") for end in ends) and not factors.full
        parts.append(f"{'KW' if inner else 'K'}({','.join(ends)})")
    parts += [f"GC({','.join(ends)})" for ends in factors.blobs]
    parts += [f"W(y{point})^{power}" for point, power in enumerate(factors.weights, start=1) if power]
    parts += [f"d_(i{a},i{b})" for a, b in factors.pairs]
    return "".join(f"*{part}" for part in parts)


def dataframe(expansion: ExpansionContent, *, labelled: bool = True) -> "pandas.DataFrame":
    """Put the terms into a table of pandas; the parameters are those of `dot_listing`.

    Returns
    -------
    pandas.DataFrame
        Columns ``order``, ``vertices``, ``labellings``, ``multiplicity`` (of one labelling),
        ``symmetry_factor``, ``weight`` (1/S as a text), ``coefficient`` (a text), ``edges`` (a text) and
        ``connected``. Integers are Python's, of any size.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> table = dataframe(expand("lambda*f^4", 2))
    >>> [str(row) for row in table.coefficient], [int(row) for row in table.multiplicity]
    (['1', '-12*lambda'], [1, 12])
    """
    import pandas

    rows = [
        {
            "order": term.order,
            "vertices": term.vertex_key,
            "labellings": labellings,
            "multiplicity": term.multiplicity,
            "symmetry_factor": term.symmetry_factor,
            "weight": str(Fraction(1, term.symmetry_factor)),
            "coefficient": str(term.coefficient),
            "edges": ",".join("-".join(line) for line in term.lines),
            "connected": term.whole.is_connected,
        }
        for _, term, labellings in _entries(expansion, labelled)
    ]
    columns = [
        "order", "vertices", "labellings", "multiplicity", "symmetry_factor", "weight", "coefficient",
        "edges", "connected",
    ]  # fmt: skip
    table = pandas.DataFrame(rows, columns=columns)
    return table.astype({"multiplicity": object, "symmetry_factor": object})
