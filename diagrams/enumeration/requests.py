"""What may be asked of the enumeration: sensible contents, and not more diagrams than anybody could list."""

from collections.abc import Mapping
from math import comb, floor, lgamma, log, log10
from operator import index, mul

from diagrams.combinatorics.numbers import double_factorial
from diagrams.enumeration.leg_classes import Content, ends_of, vertex_exchanges
from diagrams.errors import GenerationError
from diagrams.messages import shown
from diagrams.sizes import number_text
from diagrams.vertices import VerticesLike, as_vertices

#: More diagrams than this are refused before anything is enumerated.
LARGEST_LISTING = 10**12
#: More line ends than this are refused outright.
MOST_ENDS = 20_000


def checked_content(
    n_external: int, vertices: VerticesLike, blobs: Mapping[int, int] | None = None
) -> Content:
    """Vertex content as sorted pairs, after the checks that `generate` promises.

    Examples
    --------
    >>> checked_content(2, {6: 1, 4: 2, 3: 0})
    ((4, 2), (6, 1))
    >>> checked_content(2, {4: 2}, {6: 1})
    ((-6, 1), (4, 2))
    """
    content = as_vertices(vertices)
    pairs = list(content.items())
    joined = () if blobs is None else _checked_blobs(blobs)
    try:
        n = index(n_external)
    except TypeError:
        raise _refusal(
            n_external, content, "all of these must be whole numbers, as in 4 and {4: 2}"
        ) from None
    if n < 0 or min(content.values(), default=0) < 0:
        raise _refusal(n, content, "numbers must be 0 or more")
    if min(content, default=1) < 1:
        raise _refusal(n, content, "a valence must be 1 or more (a vertex f**0 has no lines)")
    ends = n + sum(map(mul, content, content.values()))
    left = ends - ends_of(joined)
    if left < 0:
        raise GenerationError(
            f"{_asked(n, dict(pairs))} have {number_text(ends)} line ends, and the blobs "
            f"{_vertices_text(dict(joined))} {number_text(ends_of(joined))} legs; give fewer blobs"
        )
    if left % 2:
        of_blobs = f", of which blobs take {number_text(ends - left)}" if joined else ""
        raise GenerationError(
            f"{_asked(n, dict(pairs))} have {number_text(ends)} line ends{of_blobs}, an odd number: "
            "there are 0 contractions; change the number of points or of odd vertices by one"
        )
    return tuple(sorted([*joined, *[pair for pair in pairs if pair[1]]]))


def _checked_blobs(blobs: Mapping[int, int]) -> Content:
    """Read the numbers of connected correlators by their legs; their valences are negative in a content."""
    needed = "numbers of blobs by how many legs they have, 1 or more than 2, are needed, as in {4: 1}"
    if not isinstance(blobs, Mapping):
        raise GenerationError(f"blobs = {shown(blobs)} was given; {needed}")
    try:
        pairs = [(index(legs), index(number)) for legs, number in blobs.items()]
    except TypeError:
        pairs = [(0, 0)]
    if any(legs < 1 or legs == 2 or number < 0 for legs, number in pairs):
        raise GenerationError(f"blobs = {shown(blobs)} was given; {needed}")
    return tuple(sorted((-legs, number) for legs, number in pairs if number))


def joinings(n_ends: int, content: Content) -> int:
    """Count the ways to join ends by the blobs of a content, and what is left by lines.

    Examples
    --------
    Six ends: by lines only, by a blob of four legs and a line, by one blob.

    >>> [joinings(6, blobs) for blobs in ((), ((-4, 1),), ((-6, 1),))]
    [15, 15, 1]
    """
    ways, left = 1, n_ends
    for valence, number in content:
        for already in range(number if valence < 0 else 0):
            ways = ways * comb(left, -valence) // (already + 1)
            left += valence
    return ways * double_factorial(left - 1)


def _refusal(n_external: int, vertices: Mapping[int, int], needed: str) -> GenerationError:
    given = f"{_shown(n_external)} external points and vertices {_vertices_text(vertices)}"
    return GenerationError(f"{given} given; {needed}")


def _asked(n_external: int, vertices: Mapping[int, int]) -> str:
    return f"{_shown(n_external)} points and vertices {_vertices_text(vertices)}"


def _vertices_text(vertices: Mapping[int, int]) -> str:
    return "{" + ", ".join(f"{_shown(k)}: {_shown(number)}" for k, number in vertices.items()) + "}"


def _shown(given: object) -> str:
    """Show what was given; of a whole number that nobody would read only its size."""
    return number_text(given) if isinstance(given, int) and abs(given) >= 10**12 else repr(given)


def refuse_absurd(n_external: int, content: Content, exchangeable: int) -> None:
    """Refuse what cannot be enumerated: every diagram stands for at most prod k!**V V! contractions.

    `exchangeable` counts the labellings that are not listed one by one.
    """
    vertices = {k: c for k, c in content if k > 0}
    ends = n_external + sum(k * c for k, c in vertices.items())
    asked = f"{_asked(n_external, vertices)} ask for"
    if ends > MOST_ENDS:
        raise GenerationError(
            f"{asked} {_double_factorial_text(ends - 1)} contractions ({number_text(ends)} line ends); "
            f"at most {MOST_ENDS} line ends can be handled; lower the order"
        )
    contractions = joinings(ends, content)
    at_most = vertex_exchanges(content) * exchangeable
    if contractions > LARGEST_LISTING * at_most:
        raise GenerationError(
            f"{asked} {number_text(contractions)} contractions, at least "
            f"{number_text(contractions // at_most)} diagrams; the limit is "
            f"{number_text(LARGEST_LISTING)}; lower the order or the number of points"
        )


def _double_factorial_text(n: int) -> str:
    """Size of n!! for odd n, without computing it: n! / ((n // 2)! 2**(n // 2)) by Stirling's series."""
    if n > 10**12:
        return "absurdly many"
    half = n // 2
    return f"about 10^{floor((lgamma(n + 1) - lgamma(half + 1)) / log(10) - half * log10(2))}"
