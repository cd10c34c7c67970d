"""Counts of composed diagrams from the counts of connected ones.

With c(n, v) the labelled connected diagrams of n points and vertex content v, and w(n, v) the sum of their
inverse symmetry factors, the block of the lowest point gives, with a vertex in every component ::

    f(m, v) = sum_{s, u} binomial(m - 1, s - 1) c(s, u) f(m - s, v - u),     f(0, v) = vacuum parts,

m at most the number of line ends of the vertices; the other points are paired, which makes all diagrams of n
points sum_m binomial(n, m) f(m, v) (n - m - 1)!!.

Vacuum parts are multisets: j choices among c connected ones can be made in binomial(c + j - 1, j) ways, and
weigh w**j / j! (the exponential formula). Unlabelled diagrams are multisets altogether. Where components
are counted, too, c and w are multiplied by a variable, and all sums are series in it.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, factorial
from typing import NamedTuple, TypeAlias

from diagrams.combinatorics.numbers import double_factorial
from diagrams.enumeration.leg_classes import Content, ends_of
from diagrams.power_series import Series

#: A sum over diagrams, or a series of such sums by the number of components.
Summed: TypeAlias = Series | Fraction | int


class Count(NamedTuple):
    """Result of counting.

    Attributes
    ----------
    diagrams : int
        Number of diagrams.
    multiplicity_total : int
        Sum of their Wick multiplicities (vertices labelled).

    Examples
    --------
    >>> from diagrams.generation import count
    >>> count(4, {4: 2}, ["connected"])
    Count(diagrams=7, multiplicity_total=4032)
    """

    diagrams: int
    multiplicity_total: int


class Totals(NamedTuple):
    """Totals over the diagrams of one (number of points, vertex content).

    Attributes
    ----------
    classes : int
        Number of diagrams, legs exchangeable.
    labelled : int
        Number of diagrams, legs told apart.
    weight : Fraction
        Sum of 1 / S over the labelled ones.
    """

    classes: int
    labelled: int
    weight: Fraction


class Progress(NamedTuple):
    """How far a count is: what was found of the connected diagrams that are being enumerated now.

    Attributes
    ----------
    n_external : int
        Points of these connected diagrams.
    vertices : tuple of (int, int)
        Their vertex content, pairs (valence, how many).
    labelled : int
        Diagrams so far, points told apart.
    weight : Fraction
        Sum of 1 / S over them; its final value is known beforehand from `diagrams.zero_dim`.
    """

    n_external: int
    vertices: Content
    labelled: int
    weight: Fraction


Supply = Callable[[int, Content], Totals]
Report = Callable[[Progress], None]


def splits(content: Content) -> Iterator[tuple[Content, Content]]:
    """Every way to split vertex content in two, (used, left), the empty and the full one included.

    Examples
    --------
    >>> list(splits(((4, 2),)))
    [((), ((4, 2),)), (((4, 1),), ((4, 1),)), (((4, 2),), ())]
    """
    for numbers in product(*(range(number + 1) for _, number in content)):
        used = tuple((k, a) for (k, _), a in zip(content, numbers, strict=True) if a)
        left = tuple((k, c - a) for (k, c), a in zip(content, numbers, strict=True) if c > a)
        yield used, left


def is_even(n: int, content: Content) -> bool:
    """Whether points and vertices have an even number of line ends together."""
    return (n + ends_of(content)) % 2 == 0


def most_legs(content: Content) -> int:
    """How many points a connected diagram with these vertices can have: those of a tree; 2 without any.

    Examples
    --------
    >>> most_legs(()), most_legs(((4, 1),)), most_legs(((3, 2), (4, 1)))
    (2, 4, 6)
    """
    return 2 + sum((abs(k) - 2) * c for k, c in content)


def composed(connected: Supply, n: int, content: Content, component: Summed = 1) -> tuple[Summed, Summed]:
    """Number of labelled diagrams with any components, and the sum of 1 / S over them.

    Parameters
    ----------
    connected : callable
        ``(number of points, content) -> Totals`` of the connected diagrams.
    n, content
        The request.
    component : Series, optional
        What stands for a component, the variable of a series; without it they are not counted.
    """
    line = connected(2, ()) if n > 1 else Totals(0, 0, Fraction(0))

    @cache
    def below(m: int, part: Content) -> tuple[Summed, Summed]:
        """Count what has a vertex in every component."""
        if m == 0:
            kinds = [(used, connected(0, used)) for used, _ in splits(part) if used and is_even(0, used)]
            every = [((0, used), totals.labelled) for used, totals in kinds]
            weights = [(used, totals.weight) for used, totals in kinds]
            return _multisets(every, (0, part), component), _exponential(weights, part, component)
        number: Summed = 0
        weight: Summed = Fraction(0)
        for used, left in splits(part):
            for size in range(1, min(m, most_legs(used)) + 1 if used else 0):
                if is_even(size, used) and is_even(m - size, left):
                    ways = comb(m - 1, size - 1)
                    totals, (rest, rest_weight) = connected(size, used), below(m - size, left)
                    number += rest * component * (ways * totals.labelled)
                    weight += rest_weight * component * (ways * totals.weight)
        return number, weight

    number: Summed = 0
    weight: Summed = Fraction(0)
    most = min(n, ends_of(content))
    for m in range(n % 2, most + 1, 2):  # from below, so that the recursion stays flat
        for _, left in splits(content):
            if is_even(m, left):
                below(m, left)
        # Points without a vertex are paired: their number is no matter of recursion.
        some, some_weight = below(m, content)
        pairs = (n - m) // 2
        ways = comb(n, m) * double_factorial(n - m - 1)
        lines = _power(component, pairs)
        number += some * lines * (ways * line.labelled**pairs)
        weight += some_weight * lines * (ways * line.weight**pairs)
    return number, weight


def unlabelled_composed(connected: Supply, n: int, content: Content, component: Summed = 1) -> Summed:
    """Number of diagrams with any components and exchangeable legs; parameters as for `composed`."""
    kinds = [
        ((size, used), connected(size, used).classes)
        for used, _ in splits(content)
        for size in range(min(n, most_legs(used)) + 1)
        if used and is_even(size, used)
    ]
    # What has no vertex is lines: in one way, if there are any.
    points = [m for m in range(n % 2, n + 1, 2) if m == n or connected(2, ()).classes]
    found: Summed = 0
    for m in points:
        if m <= ends_of(content):
            found += _multisets(kinds, (m, content), component) * _power(component, (n - m) // 2)
    return found


def _power(component: Summed, times: int) -> Summed:
    """So many components; without a variable this is 1."""
    return component.power(times) if isinstance(component, Series) else 1


def _minus(content: Content, used: Content, times: int) -> Content | None:
    """Content without `times` copies of another; None if there is not enough."""
    left = dict(content)
    for k, c in used:
        left[k] = left.get(k, 0) - c * times
    if any(c < 0 for c in left.values()):
        return None
    return tuple((k, c) for k, c in sorted(left.items()) if c)


def _multisets(
    kinds: list[tuple[tuple[int, Content], int]], goal: tuple[int, Content], component: Summed
) -> Summed:
    """Number of multisets of things, `number` different ones of every kind, that add up to the goal."""
    ways: dict[tuple[int, Content], Summed] = {goal: 1}  # what is still missing -> ways so far
    for (size, used), number in kinds:
        after = dict(ways)
        for (points, content), so_far in ways.items():
            times = 1
            while number and points >= times * size:
                rest = _minus(content, used, times)
                if rest is None:
                    break
                key = (points - times * size, rest)
                chosen = _power(component, times) * comb(number + times - 1, times)
                after[key] = after.get(key, 0) + so_far * chosen
                times += 1
        ways = after
    return ways.get((0, ()), 0)


def _exponential(kinds: list[tuple[Content, Fraction]], goal: Content, component: Summed) -> Summed:
    """Coefficient of the goal in exp(sum of weights)."""
    ways: dict[Content, Summed] = {goal: Fraction(1)}
    for used, weight in kinds:
        after = dict(ways)
        for content, so_far in ways.items():
            times = 1
            while weight and (rest := _minus(content, used, times)) is not None:
                chosen = _power(component, times) * (weight**times / factorial(times))
                after[rest] = after.get(rest, Fraction(0)) + so_far * chosen
                times += 1
        ways = after
    return ways.get((), Fraction(0))
