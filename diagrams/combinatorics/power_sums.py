"""Moments of power sums p_r = a_1^r + … + a_N^r of independent, equally distributed numbers, exactly.

In a product of power sums every factor names a number. Take the first factor: it names one of N, and some of
the other factors name the same one. These make the moment E[a^k], k the sum of their exponents; what is left
is a product of power sums of N − 1 numbers. Only how many factors of each exponent are left matters, so that
the recursion has few states (a sum over set partitions of the factors would have millions of terms), and
it only adds, so that nothing cancels.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from math import comb, prod
from typing import Any

Counts = tuple[int, ...]


def power_sum_moment(exponents: Iterable[int], moment: Callable[[int], Any], width: Any) -> Any:
    """Average a product of power sums, E[p_r p_s …].

    Parameters
    ----------
    exponents : iterable of int
        r, s, …; none gives one.
    moment : callable
        ``moment(k)`` is E[a^k] of one number: an int, Fraction, float or SymPy expression.
    width : int, or a symbol
        How many numbers there are, N.

    Returns
    -------
    number
        Of the type of the moments.

    Examples
    --------
    Three normal numbers: E|a|⁴ = N (N + 2), and E[p_1² p_2] = N (N + 2), too.

    >>> from diagrams.combinatorics.numbers import normal_moment
    >>> power_sum_moment([2, 2], normal_moment, 3), power_sum_moment([1, 1, 2], normal_moment, 3)
    (15, 15)
    """
    return PowerSumMoments(moment, width)(exponents)


class PowerSumMoments:
    """Averages of many products of power sums of one law, which share their parts.

    Parameters
    ----------
    moment, width
        See `power_sum_moment`.

    Examples
    --------
    >>> from diagrams.combinatorics.numbers import normal_moment
    >>> moments = PowerSumMoments(normal_moment, 2)
    >>> [moments([2] * n) for n in range(4)]
    [1, 2, 8, 48]
    """

    def __init__(self, moment: Callable[[int], Any], width: Any) -> None:
        self._moment = moment
        self._width = width
        self._single: dict[int, Any] = {}
        self._known: dict[tuple[int, tuple[tuple[int, int], ...]], Any] = {}

    def __call__(self, exponents: Iterable[int]) -> Any:
        """Average the product of power sums of these exponents."""
        powers = sorted(exponents)
        return self._average(0, tuple((r, powers.count(r)) for r in sorted(set(powers))))

    def _average(self, used: int, left: tuple[tuple[int, int], ...]) -> Any:
        """Average what is left, pairs of an exponent and how often it stands there, over N − used numbers."""
        if not left:
            return 1
        key = used, left
        if key not in self._known:
            numbers = self._width - used
            # N ints end; a symbol goes on
            self._known[key] = numbers * self._first_chosen(used, left) if numbers != 0 else 0
        return self._known[key]

    def _first_chosen(self, used: int, left: tuple[tuple[int, int], ...]) -> Any:
        """Add up over the factors that name the same number as the first one does."""
        exponents = tuple(r for r, _ in left)
        counts = (left[0][1] - 1, *(count for _, count in left[1:]))
        total: Any = 0
        for chosen in _below(counts):
            power = exponents[0] + sum(r * k for r, k in zip(exponents, chosen, strict=True))
            single = self._of_one(power)
            if not single:  # odd moments of symmetric laws
                continue
            ways = prod(comb(n, k) for n, k in zip(counts, chosen, strict=True))
            rest = tuple((r, n - k) for r, n, k in zip(exponents, counts, chosen, strict=True) if n > k)
            total = total + single * ways * self._average(used + 1, rest)
        return total

    def _of_one(self, power: int) -> Any:
        if power not in self._single:
            self._single[power] = self._moment(power)
        return self._single[power]


def _below(counts: Counts) -> Iterator[Counts]:
    """Yield all tuples that are nowhere larger."""
    return product(*(range(n + 1) for n in counts))
