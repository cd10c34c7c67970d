"""Truncated power series in several couplings, with exact coefficients.

A series is truncated to a **box**: at most ``box[i]`` powers of coupling i. Everything outside is dropped, so
products of couplings are nilpotent and every formal operation ends after finitely many steps.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

Powers = tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """A polynomial in couplings, truncated to a box.

    Attributes
    ----------
    box : tuple of int, length n_couplings
        Largest power kept of every coupling.
    coefficients : mapping
        Powers -> coefficient; zeros are left out.

    Examples
    --------
    >>> g = Series.monomial((2,), (1,))
    >>> ((1 + g) * (1 + g) * (1 + g)).coefficients
    {(0,): Fraction(1, 1), (1,): Fraction(3, 1), (2,): Fraction(3, 1)}
    """

    box: Powers
    coefficients: Mapping[Powers, Fraction] = field(default_factory=dict)

    @classmethod
    def collect(cls, box: Powers, terms: Iterable[tuple[Powers, Fraction]]) -> "Series":
        """Add up terms; those outside the box and those that cancel are dropped."""
        sums: dict[Powers, Fraction] = {}
        for powers, value in terms:
            if all(p <= most for p, most in zip(powers, box, strict=True)):
                sums[powers] = sums.get(powers, Fraction(0)) + value
        return cls(box, {powers: value for powers, value in sorted(sums.items()) if value})

    @classmethod
    def constant(cls, box: Powers, value: Fraction | int) -> "Series":
        """The series of one number."""
        return cls.monomial(box, (0,) * len(box), value)

    @classmethod
    def monomial(cls, box: Powers, powers: Powers, value: Fraction | int = 1) -> "Series":
        """One term."""
        return cls.collect(box, [(powers, Fraction(value))])

    def _as_series(self, other: "Series | Fraction | int") -> "Series":
        return other if isinstance(other, Series) else Series.constant(self.box, other)

    def __add__(self, other: "Series | Fraction | int") -> "Series":
        return Series.collect(
            self.box, [*self.coefficients.items(), *self._as_series(other).coefficients.items()]
        )

    __radd__ = __add__

    def __neg__(self) -> "Series":
        return Series(self.box, {powers: -value for powers, value in self.coefficients.items()})

    def __sub__(self, other: "Series | Fraction | int") -> "Series":
        return self + (-self._as_series(other))

    def __rsub__(self, other: "Series | Fraction | int") -> "Series":
        return (-self) + other

    def __mul__(self, other: "Series | Fraction | int") -> "Series":
        return Series.collect(self.box, self._products(self._as_series(other)))

    __rmul__ = __mul__

    def _products(self, other: "Series") -> Iterator[tuple[Powers, Fraction]]:
        for p, a in self.coefficients.items():
            for q, b in other.coefficients.items():
                yield tuple(map(int.__add__, p, q)), a * b

    def power(self, times: int) -> "Series":
        """The series self**times.

        Examples
        --------
        >>> Series.monomial((5,), (1,)).power(3).coefficients
        {(3,): Fraction(1, 1)}
        """
        result = Series.constant(self.box, 1)
        for _ in range(times):
            if not result.coefficients:
                break
            result = result * self
        return result

    def inverse(self) -> "Series":
        """The series 1 / self.

        Raises
        ------
        ZeroDivisionError
            If the constant term is zero.

        Examples
        --------
        >>> (1 - Series.monomial((3,), (1,))).inverse().coefficients[(3,)]
        Fraction(1, 1)
        """
        lead = 1 / self.at((0,) * len(self.box))
        small = 1 - self * lead  # nilpotent: 1 / (1 - s) = 1 + s + s**2 + ...
        return sum(_powers(small), Series(self.box)) * lead

    def logarithm(self) -> "Series":
        """The series log(self), for constant term 1.

        Raises
        ------
        ZeroDivisionError
            If the constant term is not 1 (its logarithm is no fraction).
        """
        if self.at((0,) * len(self.box)) != 1:
            raise ZeroDivisionError("the logarithm of a series needs the constant term 1")
        small = 1 - self  # log(1 - s) = - s - s**2 / 2 - ...
        terms = (power * Fraction(-1, n) for n, power in enumerate(_powers(small)) if n)
        return sum(terms, Series(self.box))

    def at(self, powers: Powers) -> Fraction:
        """Coefficient of a monomial."""
        return self.coefficients.get(powers, Fraction(0))

    def all_powers(self) -> Iterator[Powers]:
        """Every monomial of the box."""
        return product(*(range(most + 1) for most in self.box))


def _powers(small: Series) -> Iterator[Series]:
    """Powers 0, 1, 2, ... of a series without constant term, until they vanish."""
    power = Series.constant(small.box, 1)
    while power.coefficients:
        yield power
        power = power * small
