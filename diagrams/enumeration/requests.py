"""What may be asked of the enumeration: sensible contents, and not more diagrams than anybody could list."""

from collections.abc import Mapping
from math import factorial, floor, lgamma, log, log10, prod
from operator import index

from diagrams.combinatorics.wick import contraction_count
from diagrams.enumeration.leg_classes import Content
from diagrams.errors import GenerationError
from diagrams.messages import shown
from diagrams.sizes import number_text

#: More diagrams than this are refused before anything is enumerated.
LARGEST_LISTING = 10**12
#: More line ends than this are refused outright.
MOST_ENDS = 20_000


def checked_content(n_external: int, vertices: Mapping[int, int]) -> Content:
    """Vertex content as sorted pairs, after the checks that `generate` promises.

    Examples
    --------
    >>> checked_content(2, {6: 1, 4: 2, 3: 0})
    ((4, 2), (6, 1))
    """
    if not isinstance(vertices, Mapping):
        raise GenerationError(
            f"vertices = {shown(vertices)} was given; a mapping from valences to numbers is needed after the "
            "number of points, as in 4 and {4: 2}"
        )
    try:
        n = index(n_external)
        pairs = [(index(valence), index(number)) for valence, number in vertices.items()]
    except TypeError:
        raise _refusal(
            n_external, vertices, "all of these must be whole numbers, as in 4 and {4: 2}"
        ) from None
    if n < 0 or any(number < 0 for _, number in pairs):
        raise _refusal(n, vertices, "numbers must be 0 or more")
    if any(valence < 1 for valence, _ in pairs):
        raise _refusal(n, vertices, "a valence must be 1 or more (a vertex f**0 has no lines)")
    ends = n + sum(valence * number for valence, number in pairs)
    if ends % 2:
        raise GenerationError(
            f"{_asked(n, dict(pairs))} have {number_text(ends)} line ends, an odd number: "
            "there are 0 contractions; change the number of points or of odd vertices by one"
        )
    return tuple(sorted((valence, number) for valence, number in pairs if number))


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
    ends = n_external + sum(k * c for k, c in content)
    asked = f"{_asked(n_external, dict(content))} ask for"
    if ends > MOST_ENDS:
        raise GenerationError(
            f"{asked} {_double_factorial_text(ends - 1)} contractions ({number_text(ends)} line ends); "
            f"at most {MOST_ENDS} line ends can be handled; lower the order"
        )
    contractions = contraction_count(n_external, dict(content))
    at_most = prod(factorial(k) ** c * factorial(c) for k, c in content) * exchangeable
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
