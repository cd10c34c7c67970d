"""Which diagrams an expansion has: counted before they are listed, so that no endless list is begun.

Steps: (1) lower bounds, from the number of contractions and from the zero-dimensional theory, refuse at once
what cannot end; (2) where the list may be long, the diagrams are counted exactly, which is far quicker than
listing them; (3) they are listed, vertex content by vertex content: all labelled diagrams, or one labelling
of each topology with the number of the others, which takes no list of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod

from diagrams.combinatorics.wick import contraction_count
from diagrams.diagram import Diagram
from diagrams.enumeration.counting import most_legs
from diagrams.filters import Filter, NamedFilter, skeleton
from diagrams.generation import count, generate, topologies
from diagrams.grouping import Group
from diagrams.loops import LoopRange
from diagrams.sizes import number_text
from nnft_sym.actions.shapes import Shape
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.truncation import Content

#: More terms than this are refused: nobody reads them, and counting needs no list.
MOST_TERMS = 1_000_000
#: More ways to deal line ends to the points and products of vertices than this are refused.
MOST_DEALINGS = 10_000_000
#: With fewer contractions than this there are few diagrams, and counting them would only take time.
_CONTRACTIONS_TO_COUNT = 10**8
_REPORT_EVERY = 2_000
#: Filters that keep a good part of all contractions.
_USUAL = frozenset(("connected", "no_vacuum", "one_particle_irreducible", "skeleton"))

#: Takes a line that says how far things are.
Progress = Callable[[str], None]
#: Vertices of the action by their number of fields.
Shapes = dict[int, tuple[Shape, ...]]


@dataclass(frozen=True)
class Wanted:
    """Which diagrams.

    Attributes
    ----------
    n : int
        Number of external points.
    where : tuple of Filter
        Which diagrams are kept.
    labelled : bool
        Whether diagrams that differ by the labels of the points only are several.
    """

    n: int
    where: tuple[Filter, ...] = ()
    labelled: bool = True

    @property
    def connected_only(self) -> bool:
        """Whether a filter keeps connected diagrams only."""
        return any(isinstance(one, NamedFilter) and one.needs_connected for one in self.where)

    @property
    def own(self) -> bool:
        """Whether some filter is the user's, so that diagrams must be listed to be counted."""
        return any(not isinstance(one, NamedFilter | LoopRange) for one in self.where)

    @property
    def usual(self) -> bool:
        """Whether the filters keep a good part of all contractions."""
        return all(isinstance(one, NamedFilter) and one.name in _USUAL for one in self.where)

    @property
    def exchangeable(self) -> int:
        """Labellings that count as one, at most."""
        return 1 if self.labelled else factorial(self.n)

    @property
    def what(self) -> str:
        """What is counted, for messages."""
        return "diagrams" if self.labelled else "topologies"

    def number(self, content: Content) -> int:
        """Count them, without a list."""
        return count(self.n, dict(content), self.where, unlabelled=not self.labelled).diagrams

    def groups(self, content: Content) -> Iterator[Group]:
        """Make them; a labelled diagram is a group of one."""
        if self.labelled:
            yield from (Group(diagram, 1) for diagram in generate(self.n, dict(content), self.where))
        else:
            yield from topologies(self.n, dict(content), self.where)


def listed(
    wanted: Wanted, contents: Iterable[Content], shapes: Shapes, progress: Progress | None = None
) -> Iterator[tuple[Content, list[Group]]]:
    """List the diagrams of every vertex content, more components first.

    Parameters
    ----------
    wanted : Wanted
    contents : iterable of Content
        Numbers of vertices of each valence; there may be very many of them, fewest vertices first.
    shapes : dict of int to tuple of Shape
        Vertices of the action that have so many fields.
    progress : callable, optional
        Told, now and then, how many diagrams have been found.

    Raises
    ------
    InvalidExpansion
        Before anything is listed, if there are more than a million diagrams.

    Examples
    --------
    >>> from nnft_sym.actions.shapes import Place
    >>> plain = {4: (Shape((Place(4),)),)}
    >>> for labelled in (True, False):
    ...     print([len(found) for _, found in listed(Wanted(4, (), labelled), [(), ((4, 1),)], plain)])
    [3, 10]
    [1, 3]
    """
    if wanted.n <= 2 and skeleton in wanted.where:
        # The external lines isolate all vertices: the exact 2-point function is the line itself.
        contents = (content for content in contents if not content)
    chosen = list(_bounded(wanted, contents))
    total = _checked(wanted, chosen, shapes, progress)
    done = 0
    for content in chosen:
        found: list[Group] = []
        for group in wanted.groups(content):
            found.append(group)
            if progress is not None and (done + len(found)) % _REPORT_EVERY == 0:
                progress(f"{done + len(found):,} {f'of {total:,} ' if total else ''}{wanted.what} found")
        done += len(found)
        if done > MOST_TERMS:
            raise _too_many(wanted, content, f"more than {MOST_TERMS:,}")
        found.sort(key=in_order)
        yield content, found


def in_order(group: Group) -> tuple[int, Diagram]:
    """What diagrams are sorted by: more components first."""
    return -len(group.diagram.components()), group.diagram


def content_text(content: Content) -> str:
    """Write a vertex content: ``4:2,6:1`` for two vertices of valence 4 and one of valence 6."""
    return ",".join(f"{valence}:{number}" for valence, number in content)


def _bounded(wanted: Wanted, contents: Iterable[Content]) -> Iterator[Content]:
    """Pass the contents on, and refuse the first that certainly has more diagrams than can be listed."""
    n, connected_only, labellings = wanted.n, wanted.connected_only, wanted.exchangeable
    least = (10 if wanted.usual else 10_000) * MOST_TERMS
    for content in contents:
        if connected_only and n > most_legs(content):
            continue  # not even a tree has so many points
        # A diagram stands for at most ∏v!·∏V_t! contractions, a topology for n! times as many.
        most = labellings * prod(factorial(valence) ** many * factorial(many) for valence, many in content)
        contractions = contraction_count(n, dict(content))
        # Most contractions of many vertices are connected, those of one vertex need not be.
        many = not connected_only or sum(number for _, number in content) > 1
        if many and contractions > least * most:
            size = number_text(contractions)
            raise _too_many(wanted, content, f"{size} Wick contractions, in more than {least:,}")
        # The weight 1/S of a diagram is at most one, and no kind has more of it than all contractions.
        if contractions > MOST_TERMS * most:
            weight = weight_of_all(n, content, wanted.where) / labellings
            if weight > MOST_TERMS:
                raise _too_many(wanted, content, f"more than {number_text(int(weight))}")
        yield content


def _checked(wanted: Wanted, contents: Sequence[Content], shapes: Shapes, progress: Progress | None) -> int:
    """Refuse more than can be listed; give the number of diagrams, or 0 if they are not worth counting."""
    n, few = wanted.n, _CONTRACTIONS_TO_COUNT * wanted.exchangeable
    plain = all(shape.is_plain for content in contents for valence, _ in content for shape in shapes[valence])
    if plain and (wanted.own or all(contraction_count(n, dict(content)) < few for content in contents)):
        return 0
    total = 0
    for content in contents:
        if progress is not None:
            progress(f"counting the {wanted.what} with the vertices {content_text(content) or 'none'}")
        number = wanted.number(content)
        total += number
        if total > MOST_TERMS:
            raise _too_many(wanted, content, number_text(total))
        ways = prod(sum(shape.dealings for shape in shapes[valence]) ** many for valence, many in content)
        if not plain and number * ways > MOST_DEALINGS:
            raise InvalidExpansion(
                f"the {n}-point function has {number:,} {wanted.what} with the vertices "
                f"{content_text(content)}, and their lines end at points or in products f.f in "
                f"{number * ways:,} ways, more than {MOST_DEALINGS:,}: lower the order or the number of "
                "points"
            )
    return total


def weight_of_all(n: int, content: Content, where: tuple[Filter, ...]) -> Fraction:
    """Sum 1/S over all diagrams, or over many of them where the zero-dimensional theory knows only these.

    Examples
    --------
    Three bubbles with S = 2, four tadpoles on a leg with S = 2; the skeletons are the bubbles:

    >>> from diagrams.filters import connected, skeleton
    >>> weight_of_all(4, ((4, 2),), (connected,)), weight_of_all(4, ((4, 2),), (skeleton,))
    (Fraction(7, 2), Fraction(3, 2))
    """
    from diagrams.zero_dim import Kind, weight_sum

    names = {one.name if isinstance(one, NamedFilter) else "" for one in where}
    if names <= _USUAL and "skeleton" in names:
        # All connected ones, of which the others are products; the irreducible ones are not known.
        kind = None if "one_particle_irreducible" in names or n <= 2 else Kind.SKELETON
    else:
        kind = {
            frozenset[str](): Kind.FULL,
            frozenset({"no_vacuum"}): Kind.NORMALISED,
            frozenset({"connected"}): Kind.CONNECTED,
            frozenset({"one_particle_irreducible"}): Kind.ONE_PARTICLE_IRREDUCIBLE,
        }.get(frozenset(names))
    if kind is None or not content:
        return Fraction(0)
    return weight_sum(n, dict(content), kind)


def _too_many(wanted: Wanted, content: Content, number: str) -> InvalidExpansion:
    vertices = f"the vertices {content_text(content)}" if content else "no vertices"
    return InvalidExpansion(
        f"the {wanted.n}-point function has {number} {wanted.what} once there are {vertices}, and at most "
        f"{MOST_TERMS:,} are listed: lower the order or the number of points, or count them without a list "
        "(nnft count)"
    )
