"""Diagrams whose external points are exchangeable: one labelling of each, and how many there are.

A diagram with exchangeable points is a multiset of connected parts. With l_i labellings of a part that has
n_i points, and m equal parts, all of them together can be labelled in ::

    n! / (prod n_i! prod m!) * prod l_i

ways, so that no list of labellings is ever made. The labelling that stands for the others is the first one in
the order of `diagrams.diagram.Diagram`: its points are handed out one after the other, each to the vertex
that gets the smallest number, and where several vertices would get it all of them are tried.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import comb
from typing import NamedTuple

from diagrams.canonical import CanonicalForm, Piece, component_form, in_order, join
from diagrams.combinatorics.numbers import double_factorial
from diagrams.diagram import Diagram
from diagrams.enumeration.counting import is_even, most_legs, splits
from diagrams.enumeration.leg_classes import Content, LegClass, ends_of
from diagrams.enumeration.legs import labelled_count

#: Ways to hand out the points that are tried at once. Where more are equally good so far, the labelling is
#: one of the first, not always the very first.
MOST_TRIED = 24

Supply = Callable[[int, Content], Sequence[LegClass]]
_LINE = CanonicalForm((), ((0, 1),), 1)
#: Per point that is no end of a bare line: which part, and which of its vertices.
Word = list[tuple[int, int]]


def multisets(
    connected: Supply, n: int, content: Content, *, lines: bool, vacuum: bool
) -> Iterator[list[LegClass]]:
    """Every multiset of parts that uses up the vertices; the points left over are joined by bare lines.

    Parameters
    ----------
    connected : callable
        ``(number of points, content) -> classes`` of connected diagrams with at least one vertex.
    n, content
        The request.
    lines, vacuum : bool
        Whether bare lines, and parts without points, are allowed.

    Examples
    --------
    >>> from diagrams.enumeration.leg_classes import leg_classes
    >>> def connected(n, content):
    ...     return list(leg_classes(n, content))
    >>> found = multisets(connected, 4, ((4, 1),), lines=True, vacuum=True)
    >>> [[part.legs for part in parts] for parts in found]
    [[(0,)], [(2,)], [(4,)]]
    """
    least = 0 if vacuum else 1
    for points in range(n % 2 if lines else n, min(n, ends_of(content)) + 1, 2):
        yield from _chosen(connected, points, content, least, ((), 0, 0))


def _chosen(
    connected: Supply, points: int, content: Content, least: int, floor: tuple[Content, int, int]
) -> Iterator[list[LegClass]]:
    """Multisets of parts of at least so many points, none before `floor`: (content, points, number)."""
    if not content:
        if not points:
            yield []
        return
    for used, left in splits(content):
        if not used or used < floor[0]:
            continue
        fewest = max(least, points - ends_of(left), floor[1] if used == floor[0] else 0)
        for size in range(fewest, min(points, most_legs(used)) + 1):
            if not is_even(size, used):
                continue
            for number, part in enumerate(connected(size, used)):
                if (used, size, number) < floor:
                    continue
                for others in _chosen(connected, points - size, left, least, (used, size, number)):
                    yield [part, *others]


def labellings(n: int, parts: Sequence[LegClass]) -> int:
    """Count the ways to label the points of such a multiset.

    Examples
    --------
    Two lines among the four points, or two points at a vertex and a line:

    >>> from diagrams.enumeration.leg_classes import leg_classes
    >>> (scoop,) = leg_classes(2, ((4, 1),))
    >>> labellings(4, []), labellings(4, [scoop])
    (3, 6)
    """
    ways, points = 1, n
    for part, times in Counter(parts).items():
        size = sum(part.legs)
        for already in range(times if size else 0):
            ways = ways * comb(points, size) * labelled_count(part) // (already + 1)
            points -= size
    return ways * double_factorial(points - 1)


def first_labelling(n: int, parts: Sequence[LegClass]) -> Diagram:
    """Label the points of a multiset of parts; what is left over are bare lines, which come first.

    Examples
    --------
    >>> from diagrams.enumeration.leg_classes import leg_classes
    >>> (scoop,) = leg_classes(2, ((4, 1),))
    >>> first_labelling(4, [scoop]).edge_string
    'x1-x2,x3-y1,x4-y1,y1-y1'
    """
    outer = [part for part in parts if any(part.legs)]
    vacuum = [
        Piece((), component_form(part.valences, part.matrix, ())) for part in parts if not any(part.legs)
    ]
    first = n - sum(sum(part.legs) for part in outer)
    lines = [Piece((point, point + 1), _LINE) for point in range(0, first, 2)]
    candidates = []
    for word in _smallest_words(outer, _offsets(parts)):
        made = list(lines)
        for number, part in enumerate(outer):
            points = [point for point, (which, _) in enumerate(word) if which == number]
            form = component_form(part.valences, part.matrix, [word[point][1] for point in points])
            made.append(Piece(tuple(first + point for point in points), form))
        candidates.append(join(n, in_order(made + vacuum)))
    return Diagram.from_form(n, min(candidates))


class _Begun(NamedTuple):
    """Points handed out so far.

    Attributes
    ----------
    word : tuple of (int, int)
        Part and vertex of every point.
    opened : tuple of int
        Parts that have a point, in the order of their lowest ones, which is that of their vertices' numbers.
    numbers : mapping
        Number of every vertex that has a point.
    """

    word: tuple[tuple[int, int], ...]
    opened: tuple[int, ...]
    numbers: dict[tuple[int, int], int]


def _offsets(parts: Sequence[LegClass]) -> dict[int, int]:
    """Number of the first vertex of every valence, counted from the first vertex of all."""
    number = Counter(valence for part in parts for valence in part.valences)
    offsets, total = {}, 0
    for valence in sorted(number):
        offsets[valence] = total
        total += number[valence]
    return offsets


def _smallest_words(parts: Sequence[LegClass], offsets: Mapping[int, int]) -> list[Word]:
    """Hand out the points so that the numbers of their vertices are the smallest possible list."""
    tried = [_Begun((), (), {})]
    for _ in range(sum(sum(part.legs) for part in parts)):
        extended = [step for begun in tried for step in _steps(begun, parts, offsets)]
        smallest = min(number for number, _ in extended)
        tried = [begun for number, begun in extended if number == smallest][:MOST_TRIED]
    return [list(begun.word) for begun in tried]


def _steps(
    begun: _Begun, parts: Sequence[LegClass], offsets: Mapping[int, int]
) -> Iterator[tuple[int, _Begun]]:
    """Give the next point to every vertex that may have it; with the number that the vertex then has.

    Vertices are numbered by valence, then part by part, then those with points in the order of these.
    """
    unopened = {parts[which]: which for which in range(len(parts)) if which not in begun.opened}
    before = Counter(begun.word)
    for which in (*begun.opened, *unopened.values()):
        part = parts[which]
        ahead = begun.opened[: begun.opened.index(which)] if which in begun.opened else begun.opened
        for vertex, legs in enumerate(part.legs):
            if before[which, vertex] == legs:
                continue
            number = begun.numbers.get((which, vertex))
            if number is None:
                valence = part.valences[vertex]
                number = offsets[valence] + sum(parts[one].valences.count(valence) for one in ahead)
                number += sum(1 for one, v in begun.numbers if one == which and part.valences[v] == valence)
            opened = begun.opened if which in begun.opened else (*begun.opened, which)
            numbers = {**begun.numbers, (which, vertex): number}
            yield number, _Begun((*begun.word, (which, vertex)), opened, numbers)
