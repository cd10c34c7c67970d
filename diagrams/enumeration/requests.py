"""What may be asked of the enumeration: sensible contents, and not more diagrams than anybody could list."""

from collections.abc import Mapping
from math import factorial, floor, lgamma, log, log10, prod
from operator import index

from diagrams.enumeration.leg_classes import Content
from diagrams.errors import GenerationError
from diagrams.wick import contraction_count

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
            f"{n} points and vertices {dict(vertices)} have {ends} line ends, an odd number: "
            "there are 0 contractions; change the number of points or of odd vertices by one"
        )
    return tuple(sorted((valence, number) for valence, number in pairs if number))


def _refusal(n_external: int, vertices: Mapping[int, int], needed: str) -> GenerationError:
    return GenerationError(f"{n_external!r} external points and vertices {dict(vertices)} given; {needed}")


def refuse_absurd(n_external: int, content: Content, exchangeable: int) -> None:
    """Refuse what cannot be enumerated: every diagram stands for at most prod k!**V V! contractions.

    `exchangeable` counts the labellings that are not listed one by one.
    """
    ends = n_external + sum(k * c for k, c in content)
    asked = f"{n_external} points and vertices {dict(content)} ask for"
    if ends > MOST_ENDS:
        raise GenerationError(
            f"{asked} {_double_factorial_text(ends - 1)} contractions ({ends} line ends); at most "
            f"{MOST_ENDS} line ends can be handled; lower the order"
        )
    contractions = contraction_count(n_external, dict(content))
    at_most = prod(factorial(k) ** c * factorial(c) for k, c in content) * exchangeable
    if contractions > LARGEST_LISTING * at_most:
        raise GenerationError(
            f"{asked} {_number_text(contractions)} contractions, at least "
            f"{_number_text(contractions // at_most)} diagrams; the limit is "
            f"{_number_text(LARGEST_LISTING)}; lower the order or the number of points"
        )


def _number_text(number: int) -> str:
    """The number itself, or its power of ten if nobody would read the digits."""
    if number < 10**40:
        return str(number)
    power = number.bit_length() * 30103 // 100000 + 1  # log10(2) = 0.30103, and one to spare
    while 10**power > number:
        power -= 1
    return f"about 10^{power}"


def _double_factorial_text(n: int) -> str:
    """Size of n!! for odd n, without computing it: n! / ((n // 2)! 2**(n // 2)) by Stirling's series."""
    half = n // 2
    return f"about 10^{floor((lgamma(n + 1) - lgamma(half + 1)) / log(10) - half * log10(2))}"
