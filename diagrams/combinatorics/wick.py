"""Wick contractions: their number, and the brute-force list of diagrams they give.

Steps, in order: lay out one half-line per external point and k half-lines per f**k vertex; pair them in every
way; read each pairing as a diagram; count how often each diagram occurs. This is slow and needs no idea,
which makes it the exact oracle for `diagrams.generation`. Wick's theorem: E[f_1 .. f_2m] is the sum over all
(2m-1)!! pairings of the product of the propagators of the pairs (Wick 1950; Isserlis 1918).
"""

from collections import Counter

from diagrams.canonical import Edge
from diagrams.combinatorics.numbers import double_factorial
from diagrams.combinatorics.pairings import pairings
from diagrams.diagram import Diagram
from diagrams.errors import GenerationError
from diagrams.messages import as_integer, shown
from diagrams.sizes import number_text
from diagrams.vertices import VerticesLike, as_vertices

#: 29!! pairings are 6e15, which nobody waits for.
MOST_ENDS = 30


def contraction_count(n_external: int, vertices: VerticesLike) -> int:
    """Number of Wick contractions of n external points with the given vertices (0 if the total is odd).

    Parameters
    ----------
    n_external : int
        Number of external points.
    vertices : mapping, sequence of int, or str
        ``{4: 1, 6: 1}``, how many of each valence; ``(4, 6)``, the valence of each; or ``"4:1,6:1"``.

    Raises
    ------
    GenerationError
        If the numbers are none, or negative.

    Examples
    --------
    >>> contraction_count(4, {4: 1, 6: 1}), contraction_count(4, (4, 6)), contraction_count(4, "4:1,6:1")
    (135135, 135135, 135135)
    >>> contraction_count(3, {4: 1})
    0
    """
    content = as_vertices(vertices)
    numbers = [one for pair in content.items() for one in pair]
    n = as_integer(n_external, "n_external", GenerationError)
    if min([n, *numbers]) < 0:
        raise GenerationError(
            f"n_external = {number_text(n)} and vertices = {shown(content)} were given; numbers of 0 or "
            "more are needed"
        )
    ends = n + sum(valence * count for valence, count in zip(numbers[::2], numbers[1::2], strict=True))
    return 0 if ends % 2 else double_factorial(ends - 1)


def contract(n_external: int, valences: VerticesLike) -> Counter[Diagram]:
    """Contract everything with everything: diagrams with the number of pairings that give each.

    Parameters
    ----------
    n_external : int
        Number of external points.
    valences : sequence of int, mapping, or str
        One entry per vertex, ``(4, 4)``; or ``{4: 2}``; or ``"4:2"``. The vertices are told apart, so the
        counts are those of `Diagram.multiplicity`.

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
    content = as_vertices(valences)
    n_ends = n_external + sum(valence * number for valence, number in content.items())
    if n_ends > MOST_ENDS:
        raise GenerationError(
            f"{number_text(n_ends)} ends of lines were given, up to {MOST_ENDS} are "
            "paired in every way; use generate, or count"
        )
    each = tuple(valence for valence, number in content.items() for _ in range(number))
    nodes = [*range(n_external)]
    for i, valence in enumerate(each):
        nodes += [n_external + i] * valence
    as_lines: Counter[tuple[Edge, ...]] = Counter(tuple(sorted(pairing)) for pairing in pairings(nodes))
    found: Counter[Diagram] = Counter()
    for edges, count in as_lines.items():
        found[Diagram(n_external, each, edges)] += count
    return found
