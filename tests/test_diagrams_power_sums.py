"""Moments of power sums against sums over all outcomes of a law with few."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest

from diagrams.combinatorics.numbers import double_factorial, normal_moment
from diagrams.combinatorics.power_sums import power_sum_moment

#: A skewed law: its outcomes with their probabilities.
LAW = {Fraction(-1): Fraction(1, 2), Fraction(1, 3): Fraction(1, 3), Fraction(2): Fraction(1, 6)}


def moment(order):
    return sum(chance * value**order for value, chance in LAW.items())


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "exponents", [(), (1,), (4,), (1, 1), (2, 3), (1, 1, 2), (2, 2, 2), (1, 2, 3, 1), (1,) * 5]
)
def test_against_all_outcomes(exponents, width):
    expected = sum(
        prod(LAW[value] for value in numbers) * prod(sum(value**r for value in numbers) for r in exponents)
        for numbers in product(LAW, repeat=width)
    )
    assert power_sum_moment(exponents, moment, width) == expected


@pytest.mark.parametrize("width", [1, 2, 5, 40])
def test_radii_of_normal_numbers(width):
    """E|a|^(2n) = N (N + 2) … (N + 2n − 2)."""
    for n in range(6):
        expected = prod(width + 2 * k for k in range(n))
        assert power_sum_moment([2] * n, normal_moment, width) == expected
        # p_1 is normal with variance N
        assert power_sum_moment([1] * (2 * n), normal_moment, width) == width**n * double_factorial(2 * n - 1)
