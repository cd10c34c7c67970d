"""Every diagram of a scalar theory: streamed, or counted without listing.

Steps, in order:

1. connected classes with exchangeable legs (`diagrams.enumeration.leg_classes`; from some size on compiled,
   by `diagrams.enumeration.bulk`); named filters act here, once per class;
2. leg-orbit expansion to labelled connected diagrams (`diagrams.enumeration.legs`);
3. composition (here): set partitions of the points, the vertex content split over the blocks, times multisets
   of connected vacuum parts; filters that are no `NamedFilter` act on each finished diagram.

`topologies` leaves step 2 out and composes multisets of classes (`diagrams.enumeration.exchangeable`).
`count` replaces steps 2 and 3 by numbers: labelled set partitions for the points, and a multiset (Euler)
product for the vacuum parts; and step 1 by averages over permutations (`diagrams.enumeration.orbits`), unless
a filter looks inside connected diagrams.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import factorial

from diagrams.canonical import Piece, in_order, join
from diagrams.diagram import Diagram
from diagrams.enumeration.counting import (
    Count,
    Progress,
    Report,
    Summed,
    Totals,
    composed,
    is_even,
    splits,
    unlabelled_composed,
)
from diagrams.enumeration.exchangeable import first_labelling, labellings, multisets
from diagrams.enumeration.leg_classes import Content, LegClass, ends_of, leg_classes, vertex_exchanges
from diagrams.enumeration.legs import class_symmetry, labelled, labelled_count, representative
from diagrams.enumeration.orbits import connected_totals, fits
from diagrams.enumeration.requests import MOST_ENDS, checked_content, refuse_absurd
from diagrams.filters import (
    WITHOUT_SELF_LOOPS,
    Filter,
    NamedFilter,
    as_filters,
    connected,
    no_self_loop,
    no_snail,
    no_tadpole,
    no_vacuum,
    skeleton,
)
from diagrams.grouping import Group, grouped
from diagrams.loops import LoopRange, fewest_loops
from diagrams.power_series import Series
from diagrams.vertices import VerticesLike

#: From this many vertices on the compiled enumeration is used, or from this many line ends on if there are
#: a few vertices (in one component); below, nothing is compiled or loaded, but what is there already is used.
COMPILED_FROM = 7
#: The same for trees, which are few.
COMPILED_FROM_TREES = 10
COMPILED_FROM_ENDS, COMPILED_FROM_FEW = 30, 5
COMPILED_FROM_WARM = 3
#: From this many vertices on connected diagrams are counted by averages over permutations, without a list,
#: where no other filter than these is given.
ORBITS_FROM = 4
_WITHOUT_A_LIST = frozenset((connected, no_vacuum, no_self_loop))
#: Lists of pieces longer than this are enumerated again rather than kept.
LARGEST_KEPT_LIST = 20_000
#: Listed diagrams between two reports.
_REPORTED = 100

_LINE = Diagram(2, (), ((0, 1),))


def generate(
    n_external: int,
    vertices: VerticesLike,
    where: Iterable[Filter] = (),
    *,
    blobs: Mapping[int, int] | None = None,
) -> Iterator[Diagram]:
    """Stream every diagram with the given points and vertices, each once.

    Parameters
    ----------
    n_external : int
        Number of external points, told apart.
    vertices : mapping, sequence of int, or str
        ``{4: 2}``, how many of each valence; ``(4, 4)``, the valence of each; or ``"4:2"``. Valences 1, 2,
        3, ... in any mixture.
    where : iterable of predicates or names of filters
        Keep a diagram if all of them say so. Named filters (`diagrams.filters`) act before labels are given,
        and `diagrams.loops.LoopRange` while parts are put together; any ``(Diagram) -> bool`` will do. None
        given = everything, vacuum parts included.
    blobs : mapping, optional
        ``{legs: how many}``: connected correlators of 1, 3, 4, ... legs that join points and vertices beside
        the lines, where the theory without vertices is not Gaussian; `blob_contents` lists what is possible.

    Yields
    ------
    Diagram
        In a fixed order; memory does not grow with their number.

    Raises
    ------
    GenerationError
        If the total valence is odd, a number is negative or no integer, a valence is below 1, or the listing
        would have more than 10**12 diagrams: the message says how many contractions were asked for.

    References
    ----------
    docs/theory/wick_and_diagrams.md, eq. eq-wick-multiplicity;
    docs/theory/wick_and_diagrams.md, eq. eq-symmetry-factor.

    Examples
    --------
    First order of f**4 in the four-point function: 3 x K K with a vacuum part, 6 x 12 and 24 contractions.

    >>> sorted(diagram.multiplicity for diagram in generate(4, {4: 1}))
    [3, 3, 3, 12, 12, 12, 12, 12, 12, 24]
    >>> from diagrams.filters import connected
    >>> [diagram.edge_string for diagram in generate(4, {4: 1}, where=[connected])]
    ['x1-y1,x2-y1,x3-y1,x4-y1']

    A deformation f**4 of an ensemble that has connected correlators of four legs (a blob joins 4 of 6 ends):

    >>> for diagram in generate(2, {4: 1}, blobs={4: 1}):
    ...     print(diagram.multiplicity, diagram.edge_string)
    1 x1-x2,y1-y1-y1-y1
    4 x2-y1,x1-y1-y1-y1
    4 x1-y1,x2-y1-y1-y1
    6 y1-y1,x1-x2-y1-y1
    """
    content = checked_content(n_external, vertices, blobs)
    source = _Source(where)
    if not source.is_simple(content):
        refuse_absurd(n_external, content, 1)
    return source.diagrams(n_external, content)


def topologies(
    n_external: int,
    vertices: VerticesLike,
    where: Iterable[Filter] = (),
    *,
    blobs: Mapping[int, int] | None = None,
) -> Iterator[Group]:
    """Stream the diagrams that differ by more than the labels of their points, without a list of labellings.

    Parameters
    ----------
    n_external, vertices, where, blobs
        As for `generate`. Predicates of your own may look at labels, and blobs are few: with either of them
        every labelled diagram is made and looked at.

    Yields
    ------
    Group
        One labelling, the first one unless very many compete, and how many there are.

    Raises
    ------
    GenerationError
        As for `generate`.

    Examples
    --------
    The 12-point function to first order in f**4 has 66,000 labelled diagrams:

    >>> for group in topologies(12, {4: 1}):
    ...     print(group.labellings, group.diagram.multiplicity)
    10395 3
    62370 12
    51975 24
    """
    content = checked_content(n_external, vertices, blobs)
    source = _Source(where)
    if not source.is_simple(content):
        refuse_absurd(n_external, content, factorial(min(n_external, MOST_ENDS)))
    return source.topologies(n_external, content)


def count(
    n_external: int,
    vertices: VerticesLike,
    where: Iterable[Filter] = (),
    *,
    unlabelled: bool = False,
    report: Report | None = None,
    blobs: Mapping[int, int] | None = None,
) -> Count:
    """Count diagrams, and add up their Wick multiplicities, without listing them.

    Parameters
    ----------
    n_external, vertices, where, blobs
        As for `generate`. Predicates that are no `NamedFilter` force a listing.
    unlabelled : bool
        Count diagrams that differ only by a permutation of the external points once. The multiplicities
        are summed over all labellings all the same.
    report : callable, optional
        Called every now and then with a `diagrams.enumeration.counting.Progress`; what it raises ends the
        count.

    Returns
    -------
    Count
        ``diagrams`` and ``multiplicity_total``, exact integers.

    Raises
    ------
    GenerationError
        As for `generate`.

    References
    ----------
    docs/theory/wick_and_diagrams.md, eq. eq-double-factorial.

    Examples
    --------
    >>> count(4, {4: 1})
    Count(diagrams=10, multiplicity_total=105)
    >>> count(4, {4: 1}, unlabelled=True)
    Count(diagrams=3, multiplicity_total=105)
    >>> [count(2, {4: 1}, blobs=blobs).multiplicity_total for blobs in ({}, {4: 1}, {6: 1})]
    [15, 15, 1]
    """
    content = checked_content(n_external, vertices, blobs)
    source = _Source(where, report)
    if not source.is_simple(content):
        refuse_absurd(n_external, content, factorial(min(n_external, MOST_ENDS)))
    return source.counted(n_external, content, unlabelled)


class _Source:
    """Connected pieces under fixed filters, and what is composed of them."""

    def __init__(self, where: Iterable[Filter], report: Report | None = None) -> None:
        filters = as_filters(where)
        self.report = report
        self.early = tuple(f for f in filters if isinstance(f, NamedFilter))
        self.loops = tuple(f for f in filters if isinstance(f, LoopRange))
        self.late = tuple(f for f in filters if not isinstance(f, NamedFilter | LoopRange))
        self.connected_only = any(f.needs_connected for f in self.early)
        self.no_vacuum = any(f in (no_vacuum, no_tadpole, no_snail, skeleton) for f in self.early)
        self.self_loops = WITHOUT_SELF_LOOPS.isdisjoint(self.early)
        self.kept_lists: dict[tuple[int, Content], list[Diagram]] = {}
        self.kept_totals: dict[tuple[int, Content], Totals] = {}
        self.kept_classes: dict[tuple[int, Content], list[LegClass]] = {}

    def classes(self, n: int, content: Content) -> Iterator[LegClass]:
        """Connected classes that the named filters keep."""
        if n == 0 and self.no_vacuum:
            return
        if _is_compiled(n, content, counting=False):
            from diagrams.enumeration import bulk

            least, rest = bulk.least_cuts(self.early, content)
            found = bulk.machine_classes(n, content, self.self_loops, least)
        else:
            rest = self.early
            found = leg_classes(n, content, self.self_loops)
        for leg_class in found:
            if not rest or all(f(representative(leg_class)) for f in rest):
                yield leg_class

    def is_simple(self, content: Content) -> bool:
        """Whether there is one diagram at most: connected, with one vertex whose size can be handled."""
        return self.connected_only and sum(c for _, c in content) <= 1 and ends_of(content) <= MOST_ENDS

    def _keeps(self, diagram: Diagram) -> bool:
        return all(f(diagram) for f in self.early)

    def connected(self, n: int, content: Content) -> Iterator[Diagram]:
        """Labelled connected diagrams; short lists are kept for the next time."""
        key = (n, content)
        if key in self.kept_lists:
            yield from self.kept_lists[key]
            return
        kept: list[Diagram] | None = []
        for diagram in self._connected_anew(n, content):
            if kept is not None:
                kept.append(diagram)
                if len(kept) > LARGEST_KEPT_LIST:
                    kept = None
            yield diagram
        if kept is not None:
            self.kept_lists[key] = kept

    def _connected_anew(self, n: int, content: Content) -> Iterator[Diagram]:
        if not content:
            if n == 2 and self._keeps(_LINE):
                yield _LINE
            return
        for leg_class in self.classes(n, content):
            yield from labelled(leg_class)

    def diagrams(self, n: int, content: Content) -> Iterator[Diagram]:
        """Everything: pieces put together, then the late filters."""
        allowed = self._components(n, content)
        pieces = self._single(n, content) if self.connected_only else self._composed(tuple(range(n)), content)
        n_blobs = sum(c for k, c in content if k < 0)
        for parts in pieces if allowed else ():
            if len(parts) not in allowed:
                continue
            diagram = Diagram.from_form(n, join(n, parts), n_blobs)
            if all(f(diagram) for f in self.late):
                yield diagram

    def _components(self, n: int, content: Content) -> range:
        """Numbers of components that are kept."""
        allowed = range(1, 2) if self.connected_only else range(n + ends_of(content) + 1)
        for chosen in self.loops:
            one = chosen.components(n, content)
            allowed = range(max(allowed.start, one.start), min(allowed.stop, one.stop))
        return allowed

    def topologies(self, n: int, content: Content) -> Iterator[Group]:
        """Every multiset of classes, with one labelling."""
        if self.late or any(k < 0 for k, _ in content):
            yield from grouped(sorted(self.diagrams(n, content)))
            return
        allowed = self._components(n, content)
        if not allowed:
            return
        if self.connected_only:
            found = self._single_classes(n, content)
        else:
            lines = self._keeps(_LINE)
            found = multisets(self._listed_classes, n, content, lines=lines, vacuum=not self.no_vacuum)
        for parts in found:
            joined = sum(sum(part.legs) for part in parts)
            if len(parts) + (n - joined) // 2 in allowed:
                yield Group(first_labelling(n, parts), labellings(n, parts))

    def _single_classes(self, n: int, content: Content) -> Iterator[list[LegClass]]:
        if content:
            yield from ([leg_class] for leg_class in self.classes(n, content))
        else:
            yield from ([] for _ in self._connected_anew(n, content))

    def _listed_classes(self, n: int, content: Content) -> list[LegClass]:
        key = (n, content)
        if key not in self.kept_classes:
            self.kept_classes[key] = list(self.classes(n, content))
        return self.kept_classes[key]

    def _single(self, n: int, content: Content) -> Iterator[list[Piece]]:
        for diagram in self.connected(n, content):
            yield [Piece(tuple(range(n)), diagram.form, diagram.colours)]

    def _composed(self, points: tuple[int, ...], content: Content) -> Iterator[list[Piece]]:
        """Canonical component lists: the block of the lowest point first, then the rest, then the vacuum."""
        if not points:
            if not content:
                yield []
            elif not self.no_vacuum:
                for parts in self._vacuum(content, ((), 0)):
                    yield in_order(parts)
            return
        for used, left in splits(content):
            for block, rest in _blocks(points):
                if not is_even(len(block), used):
                    continue
                for diagram in self.connected(len(block), used):
                    first = Piece(block, diagram.form, diagram.colours)
                    for others in self._composed(rest, left):
                        yield [first, *others]

    def _vacuum(self, content: Content, floor: tuple[Content, int]) -> Iterator[list[Piece]]:
        """Multisets of connected vacuum diagrams; each is listed with (content, number) not decreasing."""
        for used, left in splits(content):
            if not used or used < floor[0] or not is_even(0, used):
                continue
            for number, diagram in enumerate(self.connected(0, used)):
                if (used, number) < floor:
                    continue
                first = Piece((), diagram.form, diagram.colours)
                if not left:
                    yield [first]
                else:
                    for others in self._vacuum(left, (used, number)):
                        yield [first, *others]

    def counted(self, n: int, content: Content, unlabelled: bool) -> Count:
        """Numbers instead of lists, where no late filter needs the diagrams themselves."""
        if self.late:
            return self._listed(n, content, unlabelled)
        allowed = self._components(n, content)
        labelled_vertices = vertex_exchanges(content)
        if not allowed:
            return Count(0, 0)
        if self.connected_only:
            classes, number, weight = self.totals(n, content)
        else:
            classes, number, weight = self._composed_totals(n, content, unlabelled, allowed)
        return Count(classes if unlabelled else number, int(weight * labelled_vertices))

    def _composed_totals(self, n: int, content: Content, unlabelled: bool, allowed: range) -> Totals:
        """Put counts together; by a power of a variable for every component, if some are not allowed."""
        variable = Series.monomial((allowed[-1],), (1,)) if self.loops else None

        def kept(summed: Summed) -> Fraction:
            if variable is None:
                return summed.at((0,)) if isinstance(summed, Series) else Fraction(summed)
            series = Series(variable.box) + summed
            return sum((series.at((power,)) for power in allowed), Fraction(0))

        by = variable or 1
        number, weight = composed(self.totals, n, content, by)
        classes = unlabelled_composed(self.totals, n, content, by) if unlabelled else 0
        return Totals(int(kept(classes)), int(kept(number)), kept(weight))

    def _listed(self, n: int, content: Content, unlabelled: bool) -> Count:
        number = total = 0
        labelled_vertices = vertex_exchanges(content)
        orbits = set()
        for diagram in self.diagrams(n, content):
            number += 1
            total += diagram.multiplicity
            if self.report is not None and not number % _REPORTED:
                self.report(Progress(n, content, number, Fraction(total, labelled_vertices)))
            if unlabelled:
                orbits.add(diagram.unlabelled())
        return Count(len(orbits) if unlabelled else number, total)

    def totals(self, n: int, content: Content) -> Totals:
        """Totals of the connected diagrams, from their classes."""
        key = (n, content)
        if key not in self.kept_totals:
            self.kept_totals[key] = self._totals_anew(n, content)
        return self.kept_totals[key]

    def _by_orbits(self, n: int, content: Content) -> bool:
        """Whether a component is counted without a list."""
        large = sum(number for _, number in content) >= ORBITS_FROM and not (n == 0 and self.no_vacuum)
        return large and _WITHOUT_A_LIST.issuperset(self.early) and fits(n, content)

    def _totals_anew(self, n: int, content: Content) -> Totals:
        if not content:
            number = int(n == 2 and self._keeps(_LINE))
            return Totals(number, number, Fraction(number))
        if self._by_orbits(n, content):
            return connected_totals(n, content, self.self_loops)
        if _is_compiled(n, content, counting=True) and not (n == 0 and self.no_vacuum):
            from diagrams.enumeration import bulk

            least, rest = bulk.least_cuts(self.early, content)
            if not rest:
                return bulk.class_totals(n, content, self.self_loops, least, self.report)
        classes = number = 0
        weight = Fraction(0)
        for leg_class in self.classes(n, content):
            labellings = labelled_count(leg_class)
            classes += 1
            number += labellings
            weight += Fraction(labellings, class_symmetry(leg_class))
            if self.report is not None:
                self.report(Progress(n, content, number, weight))
        return Totals(classes, number, weight)


def _is_compiled(n: int, content: Content, counting: bool) -> bool:
    """Whether a component is large enough for the compiled enumeration, or that is at hand; and fits it."""
    n_vertices = sum(number for _, number in content)
    ends = n + ends_of(content)
    tree = fewest_loops(n, content) <= 0
    large = n_vertices >= (COMPILED_FROM_TREES if tree else COMPILED_FROM)
    large = large or (not tree and n_vertices >= COMPILED_FROM_FEW and ends >= COMPILED_FROM_ENDS)
    if not large and (n_vertices < COMPILED_FROM_WARM or not _is_warm(counting)):
        return False
    from diagrams.enumeration import bulk

    return bulk.fits(n, content)


def _is_warm(counting: bool) -> bool:
    """Whether the compiled code was used before in this process."""
    return "diagrams.enumeration.bulk" in sys.modules and sys.modules["diagrams.enumeration.bulk"].is_warm(
        counting
    )


def _blocks(points: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every set that holds the first point, with the remaining points; small sets first."""
    first, others = points[0], points[1:]
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            yield (first, *chosen), tuple(point for point in others if point not in chosen)
