"""Which connected correlators may join a number of legs, and what they count as in powers of 1/N."""

from collections.abc import Iterator, Mapping
from fractions import Fraction


def blob_contents(
    n_ends: int, *, odd: bool = False, power: Fraction | int | None = None
) -> Iterator[dict[int, int]]:
    """Every ``{legs: how many}`` for `n_ends` legs, the rest of which is joined by lines.

    Parameters
    ----------
    n_ends : int
        Legs altogether: those of the external points, and of all vertices.
    odd : bool
        Whether there are connected correlators of an odd number of legs, a mean included.
    power : Fraction or int, optional
        Largest power of 1/N, see `width_power`.

    Yields
    ------
    dict
        Fewest legs in blobs first.

    Examples
    --------
    >>> list(blob_contents(8))
    [{}, {4: 1}, {6: 1}, {4: 2}, {8: 1}]
    >>> list(blob_contents(8, power=1))
    [{}, {4: 1}]
    >>> list(blob_contents(3, odd=True))
    [{1: 1}, {1: 3}, {3: 1}]
    """
    found = sorted(
        _contents(n_ends, n_ends, odd), key=lambda one: (sum(r * b for r, b in one), len(one), one)
    )
    for content in found:
        if power is None or width_power(dict(content)) <= power:
            yield dict(sorted(content))


def _contents(left: int, largest: int, odd: bool) -> Iterator[tuple[tuple[int, int], ...]]:
    """Blobs of at most `largest` legs, largest first; what is left over must be even, for lines."""
    if largest == 0:
        if left % 2 == 0:
            yield ()
        return
    usable = largest != 2 and (odd or largest % 2 == 0)
    for number in range(left // largest + 1 if usable else 1):
        for rest in _contents(left - number * largest, largest - 1, odd):
            yield ((largest, number), *rest) if number else rest


def width_power(blobs: Mapping[int, int]) -> Fraction:
    """Power of 1/N that blobs count as, for independent output weights: r/2 - 1 for each of r legs.

    Examples
    --------
    >>> str(width_power({4: 1, 6: 2})), str(width_power({3: 1}))
    ('5', '1/2')
    """
    return sum((Fraction(legs - 2, 2) * number for legs, number in blobs.items()), Fraction(0))
