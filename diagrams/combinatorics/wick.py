"""Wick contractions: their number, and the brute-force list of diagrams they give.

Steps, in order: lay out one half-line per external point and k half-lines per f**k vertex; pair them in every
way; read each pairing as a diagram; count how often each diagram occurs. This is slow and needs no idea,
which makes it the exact oracle for `diagrams.generation`. Wick's theorem: E[f_1 .. f_2m] is the sum over all
(2m-1)!! pairings of the product of the propagators of the pairs (Wick 1950; Isserlis 1918).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from diagrams.canonical import Edge
from diagrams.combinatorics.numbers import double_factorial
from diagrams.combinatorics.pairings import pairings
from diagrams.diagram import Diagram
from diagrams.errors import GenerationError
from diagrams.messages import as_integer, as_list, shown
from diagrams.sizes import number_text

#: 29!! pairings are 6e15, which nobody waits for.
MOST_ENDS = 30


def contraction_count(n_external: int, vertices: Mapping[int, int]) -> int:
    """Number of Wick contractions of n external points with the given vertices (0 if the total is odd).

    Parameters
    ----------
    n_external : int
        Number of external points.
    vertices : mapping
        ``{valence: how many}``.

    Examples
    --------
    >>> contraction_count(4, {4: 1, 6: 1})
    135135
    >>> contraction_count(3, {4: 1})
    0
    """
    if not isinstance(vertices, Mapping):
        raise GenerationError(f"vertices = {shown(vertices)} was given; as in {{4: 2}} is needed")
    numbers = [as_integer(one, "vertices", GenerationError) for pair in vertices.items() for one in pair]
    n = as_integer(n_external, "n_external", GenerationError)
    if min([n, *numbers]) < 0:
        raise GenerationError(
            f"n_external = {number_text(n)} and vertices = {shown(vertices)} were given; numbers of 0 or "
            "more are needed"
        )
    ends = n + sum(valence * count for valence, count in zip(numbers[::2], numbers[1::2], strict=True))
    return 0 if ends % 2 else double_factorial(ends - 1)


def contract(n_external: int, valences: Sequence[int]) -> Counter[Diagram]:
    """Contract everything with everything: diagrams with the number of pairings that give each.

    Parameters
    ----------
    n_external : int
        Number of external points.
    valences : sequence of int
        One entry per vertex; the vertices are told apart, so the counts are those of
        `Diagram.multiplicity`.

    Raises
    ------
    GenerationError
        If the numbers are none, or there are more ends of lines than can be paired in every way.

    Returns
    -------
    Counter
        Diagram -> number of pairings; the counts add up to `contraction_count`.

    Examples
    --------
    Two-point function at first order in f**4: 3 + 12 = 15 contractions.

    >>> {diagram.edge_string: count for diagram, count in contract(2, [4]).items()}
    {'x1-x2,y1-y1,y1-y1': 3, 'x1-y1,x2-y1,y1-y1': 12}
    """
    n_external = as_integer(n_external, "n_external", GenerationError)
    valences = as_list(valences, "valences", GenerationError)
    valences = [as_integer(one, "a valence", GenerationError) for one in valences]
    if n_external + sum(valences) > MOST_ENDS:
        raise GenerationError(
            f"{number_text(n_external + sum(valences))} ends of lines were given, up to {MOST_ENDS} are "
            "paired in every way; use generate, or count"
        )
    nodes = [*range(n_external)]
    for i, valence in enumerate(valences):
        nodes += [n_external + i] * valence
    as_lines: Counter[tuple[Edge, ...]] = Counter(tuple(sorted(pairing)) for pairing in pairings(nodes))
    found: Counter[Diagram] = Counter()
    for edges, count in as_lines.items():
        found[Diagram(n_external, tuple(valences), edges)] += count
    return found
