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
    ends = n_external + sum(valence * count for valence, count in vertices.items())
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
    nodes = [*range(n_external)]
    for i, valence in enumerate(valences):
        nodes += [n_external + i] * valence
    as_lines: Counter[tuple[Edge, ...]] = Counter(tuple(sorted(pairing)) for pairing in pairings(nodes))
    found: Counter[Diagram] = Counter()
    for edges, count in as_lines.items():
        found[Diagram(n_external, tuple(valences), edges)] += count
    return found
