r"""Coefficients as products, the way papers print them: ``-24λ(D + 2)`` rather than ``-24Dλ - 48λ``.

What all addends have in common goes in front. What is left is taken apart further where it depends on one
variable and has rational zeros, as the polynomials in the number of components of O(D) theories often do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isqrt, lcm

from nnft_sym.actions.polynomials import Monomial, Polynomial

#: Zeros are not looked for where the first or the last number is larger.
_LARGEST_NUMBER = 10**9


@dataclass(frozen=True)
class Factored:
    """A polynomial as number × powers of variables × sums.

    Attributes
    ----------
    number : Fraction
        With the sign of the polynomial's first addend.
    monomial : Monomial
        Powers that all addends have.
    sums : tuple of (Polynomial, int)
        Different sums with whole numbers, and the power of each; the first addend of each is positive.
    """

    number: Fraction
    monomial: Monomial
    sums: tuple[tuple[Polynomial, int], ...] = ()

    @property
    def front(self) -> Polynomial:
        """Size of the number times the powers of the variables."""
        return Polynomial({self.monomial: abs(self.number)})

    def text(self) -> str:
        """Write the product without its sign.

        Examples
        --------
        >>> D, g = Polynomial.variable("D"), Polynomial.variable("g")
        >>> factored((D * D + D * 4 + Polynomial.constant(4)) * g * Fraction(-3, 2)).text()
        '3*g*(D + 2)**2/2'
        """
        front, slash, divisor = str(self.front).partition("/")
        factors = [f"({one})" + (f"**{power}" if power > 1 else "") for one, power in self.sums]
        if front != "1" or not factors:
            factors.insert(0, front)
        return "*".join(factors) + slash + divisor

    def latex(self) -> str:
        r"""Print the product without its sign.

        Examples
        --------
        >>> D, g = Polynomial.variable("D"), Polynomial.variable("g")
        >>> print(factored((D + Polynomial.constant(2)) * g * -24).latex())
        24g\bigl(D + 2\bigr)
        """
        front = self.front.latex()
        factors = [
            rf"\bigl({one.latex()}\bigr)" + (f"^{{{power}}}" if power > 1 else "") for one, power in self.sums
        ]
        return ("" if front == "1" and factors else front) + "".join(factors)


def factored(polynomial: Polynomial) -> Factored:
    """Take a polynomial apart.

    Examples
    --------
    >>> a, b = Polynomial.variable("a"), Polynomial.variable("b")
    >>> factored(b * b * 2 - a * b * 4)
    Factored(number=Fraction(-2, 1), monomial=(('b', 1),), sums=((Polynomial('2*a - b'), 1),))
    """
    if not polynomial:
        return Factored(Fraction(0), ())
    numbers = [number for _, number in polynomial.items]
    content = Fraction(gcd(*(n.numerator for n in numbers)), lcm(*(n.denominator for n in numbers)))
    if numbers[0] < 0:
        content = -content
    common = dict(polynomial.items[0][0])
    for monomial, _ in polynomial.items:
        powers = dict(monomial)
        common = {name: min(power, powers[name]) for name, power in common.items() if name in powers}
    rest = Polynomial(
        {_without(dict(monomial), common): number / content for monomial, number in polynomial.items}
    )
    sums: dict[Polynomial, int] = {}
    for one in _taken_apart(rest):
        sums[one] = sums.get(one, 0) + 1
    return Factored(content, tuple(sorted(common.items())), tuple(sums.items()))


def _without(powers: dict[str, int], common: Mapping[str, int]) -> Monomial:
    left = {name: power - common.get(name, 0) for name, power in powers.items()}
    return tuple(sorted((name, power) for name, power in left.items() if power))


def _taken_apart(rest: Polynomial) -> list[Polynomial]:
    """Split off linear factors of a polynomial in one variable, largest zero first; nothing for 1."""
    if not rest.variables:
        return []
    if len(rest.variables) > 1:
        return [rest]
    (name,) = rest.variables
    numbers = [0] * (rest.degree + 1)
    for number, powers in rest.monomials():
        numbers[powers.get(name, 0)] = int(number)
    found = []
    while len(numbers) > 2 and (zero := _zero(numbers)) is not None:
        found.append([-zero.numerator, zero.denominator])
        numbers = _divided(numbers, zero)
    parts = [*found, numbers] if len(numbers) > 1 else found
    return [
        Polynomial({((name, power),) if power else (): number for power, number in enumerate(part)})
        for part in parts
    ]


def _zero(numbers: list[int]) -> Fraction | None:
    """Find the largest rational zero of Σ numbers[i] x^i: its parts divide the last and the first number."""
    if max(abs(numbers[0]), abs(numbers[-1])) > _LARGEST_NUMBER:
        return None
    candidates = {
        Fraction(sign * p, q)
        for p in _divisors(abs(numbers[0]))
        for q in _divisors(abs(numbers[-1]))
        for sign in (1, -1)
    }
    for zero in sorted(candidates, reverse=True):
        value = Fraction(0)
        for number in reversed(numbers):
            value = value * zero + number
        if not value:
            return zero
    return None


def _divided(numbers: list[int], zero: Fraction) -> list[int]:
    """Divide by (q x − p), where p/q is a zero; the quotient has whole numbers (Gauss)."""
    quotient: list[int] = []
    above = 0
    for number in reversed(numbers[1:]):
        above = (number + above * zero.numerator) // zero.denominator
        quotient.append(above)
    return quotient[::-1]


def _divisors(number: int) -> list[int]:
    small = [d for d in range(1, isqrt(number) + 1) if number % d == 0]
    return sorted({*small, *(number // d for d in small)})
