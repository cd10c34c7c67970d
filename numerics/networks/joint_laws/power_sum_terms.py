"""A deformation e^(−A) of the law of output weights, A a polynomial in power sums, as numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class PowerSumTerm:
    """One term of A: coefficient · N^width_power · Π p_r.

    Attributes
    ----------
    exponents : tuple of int
        r of every factor p_r = Σ a_i^r, ascending; at least one.
    coefficient : Fraction
    width_power : int
        May be negative.
    """

    exponents: tuple[int, ...]
    coefficient: Fraction
    width_power: int = 0

    def at_width(self, width: int) -> Fraction:
        """What stands in front of the power sums at one width."""
        return self.coefficient * Fraction(width) ** self.width_power


Coefficients = dict[tuple[int, ...], Fraction]


def coefficients(terms: Iterable[PowerSumTerm], width: int) -> Coefficients:
    """Collect A at one width: exponents, ascending, and the number in front; none is zero.

    With one weight all power sums are powers of it, and A stands as a sum of single power sums.

    Examples
    --------
    >>> A = [PowerSumTerm((2, 2), Fraction(1, 2), -1), PowerSumTerm((1, 1), Fraction(3))]
    >>> coefficients(A, 4)
    {(2, 2): Fraction(1, 8), (1, 1): Fraction(3, 1)}
    >>> coefficients(A, 1)
    {(4,): Fraction(1, 2), (2,): Fraction(3, 1)}
    """
    found: Coefficients = {}
    for term in terms:
        key = term.exponents if width > 1 else (sum(term.exponents),)
        found[key] = found.get(key, Fraction(0)) + term.at_width(width)
    return {key: number for key, number in found.items() if number}


def energy(terms: Coefficients, weights: Array) -> Array:
    """Evaluate A for sets of output weights, shape (m, N) -> (m,).

    Examples
    --------
    >>> energy({(2, 2): Fraction(1, 8), (1, 1): Fraction(3, 1)}, np.array([[1.0, 2.0], [0.0, 0.0]])).tolist()
    [30.125, 0.0]
    """
    sums = {r: np.sum(weights**r, axis=1) for r in {r for key in terms for r in key}}
    total = np.zeros(len(weights))
    for key, number in terms.items():
        product = np.full(len(weights), float(number))
        for r in key:
            product *= sums[r]
        total += product
    return total
