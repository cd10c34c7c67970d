"""The terms of an expansion: what is refused, which diagrams there are, and the terms they stand for."""

from collections.abc import Iterable, Iterator

from diagrams.diagram import Diagram
from diagrams.filters import Filter, as_filters
from diagrams.grouping import Group
from diagrams.sizes import number_text
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.around_network import listed_around_network
from nnft_sym.expansions.content import Asked
from nnft_sym.expansions.enumeration import Progress, Wanted, content_text, listed
from nnft_sym.expansions.schemes import Kind, Scheme, selection
from nnft_sym.expansions.structure import structured
from nnft_sym.expansions.terms import Term, topologies
from nnft_sym.expansions.truncation import Content, Truncation
from nnft_sym.notation import from_lines

#: More points than this are refused: no kind has a list of diagrams that anybody reads.
MOST_POINTS = 1_000
#: The same where there is one term per topology.
MOST_EXCHANGEABLE_POINTS = 2_000


def refuse_impossible(n: int, scheme: Scheme, kind: Kind, labelled: bool) -> None:
    """Refuse a correlator that does not exist."""
    most = MOST_POINTS if labelled else MOST_EXCHANGEABLE_POINTS
    if n > most:
        raise InvalidExpansion(
            f"the number of points is {number_text(n)}: give at most {most:,}, or count diagrams "
            "without a list (nnft count)"
        )
    if n == 0 and kind in (Kind.NORMALISED, Kind.AMPUTATED, Kind.SKELETON):
        value = "is 1 and " if kind is Kind.NORMALISED else ""
        raise InvalidExpansion(
            f"the {kind} function of 0 points {value}has no diagrams: for the vacuum diagrams ask for kind "
            "full or connected, or 1pi or 2pi"
        )
    if n == 0 and scheme is Scheme.EXACT:
        raise InvalidExpansion(
            "vacuum diagrams have no external line to make exact: for 0 points use the scheme bare"
        )


def found_terms(
    asked: Asked, labelled: bool, progress: Progress | None = None
) -> tuple[tuple[Term, ...], tuple[int, ...]]:
    """Find all terms, or one per topology with their numbers of labellings.

    All labellings of a diagram of the scalar theory stand for equally many terms of each topology, so that
    one of them is taken apart and the others are counted.
    """
    terms: list[Term] = []
    numbers: list[int] = []
    for content, groups in scalar_diagrams(asked, labelled, progress):
        factor = asked.truncation.factor(asked.action, content)
        for number, group in enumerate(groups, start=1):
            some = _terms_of(asked, factor, group.diagram)
            if labelled:
                terms += some
            else:
                whole = topologies(some)
                terms += [one.representative for one in whole]
                numbers += [group.labellings * one.labellings for one in whole]
            if progress is not None and number % 20 == 0 and not asked.action.is_local_scalar:
                progress(
                    f"{number:,} of {len(groups):,} diagrams with the vertices "
                    f"{content_text(content)} taken apart: {len(terms):,} terms"
                )
    return tuple(terms), tuple(numbers)


def scalar_diagrams(
    asked: Asked, labelled: bool = True, progress: Progress | None = None
) -> Iterator[tuple[Content, list[Group]]]:
    """List the diagrams of an expansion by vertex content; a vertex of several points is one vertex here."""
    action, n, cut = asked.action, asked.n, asked.truncation
    wanted = Wanted(n, filters_of(asked.scheme, asked.kind, asked.filters, cut), labelled)
    if asked.around_network:
        return listed_around_network(wanted, cut.contents(action, n), progress)
    shapes = {valence: tuple(shape for shape, _ in action.shapes(valence)) for valence in action.valences}
    return listed(wanted, cut.contents(action, n), shapes, progress)


def _terms_of(asked: Asked, factor: Polynomial, diagram: Diagram) -> Iterator[Term]:
    """Give the terms that one diagram stands for; `factor` is that of its vertices in a plain theory."""
    if asked.action.is_local_scalar:
        yield Term(diagram, factor * diagram.multiplicity, around_network=asked.around_network)
    else:
        yield from _structured(diagram, asked.action, asked.truncation)


def _structured(diagram: Diagram, action: Action, cut: Truncation) -> Iterator[Term]:
    """Give the terms of a theory with weights, several points or components; without them, see above."""
    for structure, coefficient in structured(diagram, action, cut):
        if coefficient:
            yield Term(from_lines(diagram.n_external, structure.factors.lines), coefficient, structure)


def filters_of(scheme: str, kind: str, others: Iterable[Filter | str], cut: Truncation) -> tuple[Filter, ...]:
    """Give everything that decides whether a diagram is kept.

    Examples
    --------
    >>> from nnft_sym.expansions.truncation import Truncation
    >>> [filter_name(one) for one in filters_of("exact", "connected", ["simple"], Truncation(2))]
    ['connected', 'skeleton', 'simple']
    """
    loops = () if cut.loops is None else (cut.loops,)
    return tuple(dict.fromkeys((*selection(scheme, kind), *as_filters(others), *loops)))


def filter_name(chosen: Filter) -> str:
    """Name a filter; a predicate of the user's by its own name."""
    return str(getattr(chosen, "name", getattr(chosen, "__name__", type(chosen).__name__)))
