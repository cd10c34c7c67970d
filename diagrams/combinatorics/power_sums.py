"""Power sums p_r = a_1^r + … + a_N^r of random numbers: their moments and joint cumulants, exactly.

In a product of power sums every factor names a neuron. Which factors name the same one is a set partition of
the factors; m blocks can be neurons in N (N − 1) … (N − m + 1) ways, and a block stands for a power of its
number, the sum of its exponents. Partitions whose blocks have the same sums give the same term, so they are
counted and not listed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from math import comb, perm, prod
from typing import Any


def power_sum_moment(exponents: Iterable[int], moment: Callable[[int], Any], width: int) -> Any:
    """Average a product of power sums of independent, equally distributed numbers, E[p_r p_s …].

    Parameters
    ----------
    exponents : iterable of int
        r, s, …; none gives one.
    moment : callable
        ``moment(k)`` is E[a^k] of one number: an int, Fraction, float or SymPy expression.
    width : int
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
    total: Any = 0
    for powers, ways in shared_neurons(exponents):
        term: Any = ways * perm(width, len(powers))
        for power in powers:
            if not term:
                break
            term = term * moment(power)
        total = total + term
    return total


def shared_neurons(exponents: Iterable[int]) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Say which powers of how many different numbers a product of power sums consists of.

    Parameters
    ----------
    exponents : iterable of int
        r, s, … of p_r p_s ….

    Returns
    -------
    tuple of (powers, ways)
        `powers` k_1 >= k_2 >= … of different numbers, and how many set partitions of the factors have blocks
        with these sums: p_r p_s … = Σ ways × (sum of a_i^k_1 a_j^k_2 … over different i, j, …).

    Examples
    --------
    p_1² p_2 = (sum of a_i⁴) + 2 (sum of a_i³ a_j) + (sum of a_i² a_j²) + (sum of a_i² a_j a_k):

    >>> for powers, ways in shared_neurons([1, 1, 2]):
    ...     print(powers, ways)
    (4,) 1
    (3, 1) 2
    (2, 2) 1
    (2, 1, 1) 1
    """
    return _shared(tuple(sorted(exponents)))


@lru_cache(maxsize=1024)
def _shared(exponents: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], int], ...]:
    if not exponents:
        return (((), 1),)
    # the last factor names a neuron that others name, too, or one of its own
    last, found = exponents[-1], Counter[tuple[int, ...]]()
    for powers, ways in _shared(exponents[:-1]):
        for place in range(len(powers) + 1):
            joined = (*powers[:place], (powers[place] if place < len(powers) else 0) + last)
            found[tuple(sorted((*joined, *powers[place + 1 :]), reverse=True))] += ways
    return tuple(sorted(found.items(), reverse=True))


def parts_of(things: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], int]]:
    """Yield the parts of a multiset, what each leaves, and in how many ways it can be taken.

    Examples
    --------
    >>> list(parts_of((2, 1, 1)))  # doctest: +NORMALIZE_WHITESPACE
    [((), (2, 1, 1), 1), ((1,), (2, 1), 2), ((1, 1), (2,), 1),
     ((2,), (1, 1), 1), ((2, 1), (1,), 2), ((2, 1, 1), (), 1)]
    """
    there = sorted(Counter(things).items(), reverse=True)
    for numbers in product(*(range(count + 1) for _, count in there)):
        taken = tuple(one for (one, _), n in zip(there, numbers, strict=True) for _ in range(n))
        left = tuple(one for (one, count), n in zip(there, numbers, strict=True) for _ in range(count - n))
        yield taken, left, prod(comb(count, n) for (_, count), n in zip(there, numbers, strict=True))


def power_sum_cumulant(exponents: Iterable[int], moment: Callable[[tuple[int, ...]], Any]) -> Any:
    """Joint cumulant of power sums, whatever the law of the numbers.

    Parameters
    ----------
    exponents : iterable of int
        r, s, … of κ[p_r, p_s, …], at least one.
    moment : callable
        ``moment((r, s, …))`` is E[p_r p_s …], exponents descending; asked for parts of the exponents.

    Returns
    -------
    number
        Of the type of the moments.

    Examples
    --------
    Three normal numbers: |a|² has the variance 2N, and κ[p_1, p_1, p_2] = 2N.

    >>> from diagrams.combinatorics.numbers import normal_moment
    >>> def moment(exponents):
    ...     return power_sum_moment(exponents, normal_moment, 3)
    >>> power_sum_cumulant([2, 2], moment), power_sum_cumulant([1, 1, 2], moment)
    (6, 6)
    """
    known: dict[tuple[int, ...], Any] = {}

    def cumulant(one: tuple[int, ...]) -> Any:
        # E[X Y …] is the sum over the block of X of its cumulant times the moment of what is left
        if one not in known:
            first, others = one[0], one[1:]
            value = moment(one)
            for taken, left, ways in parts_of(others):
                if left:
                    value = value - ways * cumulant((first, *taken)) * moment(left)
            known[one] = value
        return known[one]

    return cumulant(tuple(sorted(exponents, reverse=True)))
