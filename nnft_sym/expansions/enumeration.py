"""Which diagrams an expansion has: counted before they are listed, so that no endless list is begun.

Steps: (1) lower bounds, from the number of contractions and from the zero-dimensional theory, refuse at once
what cannot end; (2) where the list may be long, the diagrams are counted exactly, which is far quicker than
listing them; (3) they are listed, vertex content by vertex content.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import factorial, prod

from diagrams.combinatorics.wick import contraction_count
from diagrams.diagram import Diagram
from diagrams.enumeration.counting import most_legs
from diagrams.filters import NamedFilter, skeleton
from diagrams.generation import count, generate
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

#: Takes a line that says how far things are.
Progress = Callable[[str], None]


def listed(
    n: int,
    contents: Iterable[Content],
    where: tuple[NamedFilter, ...],
    shapes: dict[int, tuple[Shape, ...]],
    progress: Progress | None = None,
) -> Iterator[tuple[Content, list[Diagram]]]:
    """List the diagrams of every vertex content, more components first.

    Parameters
    ----------
    n : int
        Number of external points.
    contents : iterable of Content
        Numbers of vertices of each valence; there may be very many of them, fewest vertices first.
    where : tuple of NamedFilter
        Which diagrams are kept.
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
    >>> [(content, len(found)) for content, found in listed(4, [(), ((4, 1),)], (), plain)]
    [((), 3), (((4, 1),), 10)]
    """
    if n <= 2 and skeleton in where:
        # The external lines isolate all vertices: the exact 2-point function is the line itself.
        contents = (content for content in contents if not content)
    chosen = list(_bounded(n, contents, where))
    total = _checked(n, chosen, where, shapes, progress)
    done = 0
    for content in chosen:
        found: list[Diagram] = []
        for diagram in generate(n, dict(content), where):
            found.append(diagram)
            if progress is not None and (done + len(found)) % _REPORT_EVERY == 0:
                progress(f"{done + len(found):,} {f'of {total:,} ' if total else ''}diagrams found")
        done += len(found)
        if done > MOST_TERMS:
            raise _too_many(n, content, f"more than {MOST_TERMS:,}")
        found.sort(key=lambda diagram: (-len(diagram.components()), diagram))
        yield content, found


def content_text(content: Content) -> str:
    """Write a vertex content: ``4:2,6:1`` for two vertices of valence 4 and one of valence 6."""
    return ",".join(f"{valence}:{number}" for valence, number in content)


def _bounded(n: int, contents: Iterable[Content], where: tuple[NamedFilter, ...]) -> Iterator[Content]:
    """Pass the contents on, and refuse the first that certainly has more diagrams than can be listed."""
    connected_only = any(chosen.needs_connected for chosen in where)
    for content in contents:
        if connected_only and n > most_legs(content):
            continue  # not even a tree has so many points
        # A diagram stands for at most ∏v!·∏V_t! contractions.
        most = prod(factorial(valence) ** number * factorial(number) for valence, number in content)
        contractions = contraction_count(n, dict(content))
        # Most contractions of many vertices are connected, those of one vertex need not be.
        many = not connected_only or sum(number for _, number in content) > 1
        if many and contractions > 10 * MOST_TERMS * most:
            size = number_text(contractions)
            raise _too_many(n, content, f"{size} Wick contractions, in more than {10 * MOST_TERMS:,}")
        # The weight 1/S of a diagram is at most one, and no kind has more of it than all contractions.
        if contractions > MOST_TERMS * most and (least := weight_of_all(n, content, where)) > MOST_TERMS:
            raise _too_many(n, content, f"more than {number_text(int(least))}")
        yield content


def _checked(
    n: int,
    contents: Sequence[Content],
    where: tuple[NamedFilter, ...],
    shapes: dict[int, tuple[Shape, ...]],
    progress: Progress | None,
) -> int:
    """Refuse more than can be listed; give the number of diagrams, or 0 if they are not worth counting."""
    plain = all(shape.is_plain for content in contents for valence, _ in content for shape in shapes[valence])
    if plain and all(contraction_count(n, dict(content)) < _CONTRACTIONS_TO_COUNT for content in contents):
        return 0
    total = 0
    for content in contents:
        if progress is not None:
            progress(f"counting the diagrams with the vertices {content_text(content) or 'none'}")
        number = count(n, dict(content), where).diagrams
        total += number
        if total > MOST_TERMS:
            raise _too_many(n, content, number_text(total))
        ways = prod(sum(shape.dealings for shape in shapes[valence]) ** many for valence, many in content)
        if not plain and number * ways > MOST_DEALINGS:
            raise InvalidExpansion(
                f"the {n}-point function has {number:,} diagrams with the vertices {content_text(content)}, "
                f"and their lines end at points or in products f.f in {number * ways:,} ways, more than "
                f"{MOST_DEALINGS:,}: lower the order or the number of points"
            )
    return total


def weight_of_all(n: int, content: Content, where: tuple[NamedFilter, ...]) -> Fraction:
    """Sum 1/S over all diagrams, or over many of them where the zero-dimensional theory knows only these.

    Examples
    --------
    Three bubbles with S = 2, four tadpoles on a leg with S = 2; the skeletons are the bubbles:

    >>> from diagrams.filters import connected, skeleton
    >>> weight_of_all(4, ((4, 2),), (connected,)), weight_of_all(4, ((4, 2),), (skeleton,))
    (Fraction(7, 2), Fraction(3, 2))
    """
    from diagrams.zero_dim import Kind, weight_sum

    names = {chosen.name for chosen in where}
    if "skeleton" in names:
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


def _too_many(n: int, content: Content, number: str) -> InvalidExpansion:
    vertices = f"the vertices {content_text(content)}" if content else "no vertices"
    return InvalidExpansion(
        f"the {n}-point function has {number} diagrams once there are {vertices}, and at most {MOST_TERMS:,} "
        "are listed: lower the order or the number of points, or count them without a list (nnft count)"
    )
