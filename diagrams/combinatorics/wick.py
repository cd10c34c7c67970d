"""Wick contractions: pairings, their number, and the brute-force list of diagrams they give.

Steps, in order: lay out one half-line per external point and k half-lines per f**k vertex; pair them in every
way; read each pairing as a diagram; count how often each diagram occurs. This is slow and needs no idea,
which makes it the exact oracle for `diagrams.generation`. Wick's theorem: E[f_1 .. f_2m] is the sum over all
(2m-1)!! pairings of the product of the propagators of the pairs (Wick 1950; Isserlis 1918).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import TypeVar

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.errors import GenerationError

Item = TypeVar("Item")


def double_factorial(n: int) -> int:
    """Product n (n-2) (n-4) ... down to 1 or 2, exactly; 1 for n = 0 and n = -1.

    ``double_factorial(2 m - 1)`` is the number of pairings of 2m things.

    Raises
    ------
    GenerationError
        If n < -1.

    Examples
    --------
    >>> [double_factorial(2 * m - 1) for m in range(6)]
    [1, 1, 3, 15, 105, 945]
    """
    if n < -1:
        raise GenerationError(f"double factorial of {n}: need an integer -1 or larger")
    return prod(range(n, 0, -2))


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


def pairings(items: Iterable[Item]) -> Iterator[tuple[tuple[Item, Item], ...]]:
    """Every way to split items into pairs, each once, generated directly ((2m-1)!! of them).

    The first item is paired with each other in turn, the rest likewise. An odd number of items has none.

    Examples
    --------
    >>> list(pairings("abcd"))
    [(('a', 'b'), ('c', 'd')), (('a', 'c'), ('b', 'd')), (('a', 'd'), ('b', 'c'))]
    """
    return _pairings(tuple(items))


def _pairings(items: tuple[Item, ...]) -> Iterator[tuple[tuple[Item, Item], ...]]:
    if len(items) % 2:
        return
    if not items:
        yield ()
        return
    first = items[0]
    for i in range(1, len(items)):
        for rest in _pairings(items[1:i] + items[i + 1 :]):
            yield ((first, items[i]), *rest)


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
    as_lines: Counter[tuple[Edge, ...]] = Counter(
        tuple(sorted(pairing)) for pairing in _pairings(tuple(nodes))
    )
    found: Counter[Diagram] = Counter()
    for edges, count in as_lines.items():
        found[Diagram(n_external, tuple(valences), edges)] += count
    return found
