"""Moments of power sums p_r = a_1^r + … + a_N^r of independent, equally distributed numbers, exactly.

In a product of power sums every factor names a neuron. Which factors name the same one is a set partition of
the factors; m blocks can be neurons in N (N − 1) … (N − m + 1) ways, and a block stands for the moment
E[a^k] whose k is the sum of its exponents.
"""

from collections.abc import Callable, Iterable
from math import perm
from typing import Any

from diagrams.combinatorics.set_partitions import set_partitions


def power_sum_moment(exponents: Iterable[int], moment: Callable[[int], Any], width: int) -> Any:
    """Average a product of power sums, E[p_r p_s …].

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
    powers = tuple(exponents)
    total: Any = 0
    for partition in set_partitions(len(powers)):
        term: Any = perm(width, len(partition))
        for block in partition:
            if not term:
                break
            term = term * moment(sum(powers[place] for place in block))
        total = total + term
    return total
