"""Lengths of output weights with the density ∝ exp(−|a|²/2σ² − (α/N)|a|⁴), |a|² = Σ a_i², to many digits.

Integration by parts gives for t_k = E|a|^(2k)

    (4α/N) t_(k+2) + t_(k+1)/σ² = (N + 2k) t_k,

a continued fraction for the ratios t_(k+1)/t_k whose convergents lie on either side of them in turn, so that
two of them are a bound. As the width grows the theory stays Gaussian, with the variance v that solves
1/v = 1/σ² + 4αv.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import log10

from numerics.errors import NotAvailable

#: Digits of the moments at width one, and further ones for every factor of ten in the width: cumulants of
#: ten factors are of order N, moments of order N⁵.
_DIGITS, _DIGITS_BY_WIDTH = 26, 5
#: Steps of the continued fraction, from its first try to where it is given up.
_FIRST_STEPS, _MOST_STEPS = 64, 1 << 20


@lru_cache(maxsize=256)
def length_ratios(strength: Fraction, width: int, count: int = 16) -> tuple[tuple[Fraction, ...], float]:
    """Divide lengths of one power by those of the next lower one, under exp(−|a|²/2σ² − (α/N)|a|⁴).

    Parameters
    ----------
    strength : Fraction
        α σ⁴, not negative.
    width : int
    count : int, optional

    Returns
    -------
    ratios : tuple of Fraction
        E|a|^(2k+2)/E|a|^(2k) in units of σ², for k = 0 … count − 1.
    error : float
        A bound of their relative errors.

    Raises
    ------
    NotAvailable
        If the continued fraction takes too long.
    """
    digits = _DIGITS + int(_DIGITS_BY_WIDTH * log10(width)) + 1
    if strength == 0:
        return tuple(Fraction(width + 2 * k) for k in range(count)), 0.0
    steps, wanted = _FIRST_STEPS, Decimal(10) ** (-digits)
    with localcontext() as context:
        context.prec = digits + 10
        coupling = Decimal(4 * strength.numerator) / Decimal(strength.denominator * width)
        while steps <= _MOST_STEPS:
            one, other = (_backward(coupling, width, count, steps + more) for more in (0, 1))
            doubt = max(abs(a - b) / a for a, b in zip(one, other, strict=True))
            if doubt <= wanted:
                return tuple(Fraction(ratio) for ratio in one), float(doubt) + 10.0**-digits
            steps *= 4
    raise NotAvailable(
        f"alpha = {float(strength):.4g} in units of σ^(−4) was given with {width} neurons; moments of a "
        "quartic law that strong take too long. Take a smaller alpha, or more neurons"
    )


def _backward(coupling: Decimal, width: int, count: int, steps: int) -> list[Decimal]:
    """Ratios from the recursion downwards, r_k = (N + 2k)/(1 + (4α/N) r_(k+1)), begun with zero."""
    ratio, found = Decimal(0), []
    for k in range(steps + count, -1, -1):
        ratio = (width + 2 * k) / (1 + coupling * ratio)
        if k < count:
            found.append(ratio)
    return found[::-1]
