"""Polynomials in named couplings with rational coefficients: exact, hashable, printed as SymPy prints them.

The coefficient of every diagram is one of these. They are kept apart from SymPy because an expansion of
thousands of terms must not build thousands of symbolic objects, and because the command line answers before
SymPy could be imported.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Union

from diagrams.messages import shown
from nnft_sym.actions.names import coupling_latex, coupling_name
from numerics.lowering.monomials import Monomial as Monomial

if TYPE_CHECKING:
    import sympy

Scalar = int | Fraction


@dataclass(frozen=True, init=False, repr=False)
class Polynomial:
    """A polynomial in couplings, canonical on construction: equal polynomials compare and hash equal.

    Parameters
    ----------
    coefficients : mapping of Monomial to int or Fraction
        Powers of the couplings and the number in front; zeros may be present and are dropped.

    Examples
    --------
    >>> g, half = Polynomial.variable("g"), Polynomial.constant(Fraction(1, 2))
    >>> (g + half) * (g - half)
    Polynomial('g**2 - 1/4')
    """

    items: tuple[tuple[Monomial, Fraction], ...]

    def __init__(self, coefficients: Mapping[Monomial, Scalar]) -> None:
        kept = [(monomial, Fraction(number)) for monomial, number in coefficients.items() if number]
        names = sorted({name for monomial, _ in kept for name, _ in monomial})

        def lexicographic(item: tuple[Monomial, Fraction]) -> list[int]:
            powers = dict(item[0])
            return [-powers.get(name, 0) for name in names]

        object.__setattr__(self, "items", tuple(sorted(kept, key=lexicographic)))

    @classmethod
    def constant(cls, number: Scalar) -> "Polynomial":
        """Make the polynomial that is one number."""
        return cls({(): number})

    @classmethod
    def variable(cls, name: str) -> "Polynomial":
        """Make the polynomial that is one coupling."""
        return cls({((name, 1),): 1})

    @classmethod
    def total(cls, addends: "Iterable[Polynomial]") -> "Polynomial":
        """Add up many polynomials at once."""
        sums: dict[Monomial, Scalar] = {}
        for addend in addends:
            for monomial, number in addend.items:
                sums[monomial] = sums.get(monomial, 0) + number
        return cls(sums)

    @classmethod
    def read(cls, text: str) -> "Polynomial":
        """Read what ``str`` writes.

        Raises
        ------
        ValueError
            For anything else.

        Examples
        --------
        >>> Polynomial.read("-3*kappa*lambda/2 + 288*lambda**2 + 1")
        Polynomial('-3*kappa*lambda/2 + 288*lambda**2 + 1')
        """
        total = cls({})
        signed = ("- " + text[1:] if text.startswith("-") else "+ " + text).split(" ")
        for sign, addend in zip(signed[::2], signed[1::2], strict=True):
            product, _, divisor = addend.partition("/")
            if sign not in ("+", "-") or (divisor and not int(divisor)):
                raise ValueError(f"{shown(addend)} is not a signed term with a divisor that is not zero")
            factor = cls.constant(Fraction(1 if sign == "+" else -1, int(divisor or 1)))
            for part in product.replace("**", "^").split("*"):
                name, _, power = part.partition("^")
                if len(power) > 6:
                    raise ValueError(f"the power {power[:20]} is absurdly high")
                base = cls.constant(int(name)) if name.isdigit() else cls.variable(coupling_name(name))
                # a power of one monomial, without multiplying it out step by step
                factor = factor * cls._raised(base, int(power or 1))
            total = total + factor
        if str(total) != text:
            raise ValueError(f"{shown(text)} is not how a polynomial is written: {shown(str(total))} is")
        return total

    @classmethod
    def _raised(cls, base: "Polynomial", power: int) -> "Polynomial":
        """Raise one monomial; numbers have no powers in what ``str`` writes."""
        ((monomial, number),) = base.items or (((), Fraction(0)),)
        if power < 1 or (power > 1 and not monomial):
            raise ValueError(f"{base}**{power} is not how a polynomial is written")
        return cls({tuple((name, exponent * power) for name, exponent in monomial): number})

    @property
    def variables(self) -> tuple[str, ...]:
        """Names that occur, alphabetically."""
        return tuple(sorted({name for monomial, _ in self.items for name, _ in monomial}))

    @property
    def degree(self) -> int:
        """Highest total power; 0 for a number and for zero."""
        return max((sum(power for _, power in monomial) for monomial, _ in self.items), default=0)

    def monomials(self) -> Iterator[tuple[Fraction, dict[str, int]]]:
        """Give the monomials one by one, as a number and the power of each coupling.

        Examples
        --------
        >>> list((Polynomial.variable("g") * Polynomial.constant(3)).monomials())
        [(Fraction(3, 1), {'g': 1})]
        """
        for monomial, number in self.items:
            yield number, dict(monomial)

    def collect(self, name: str) -> dict[int, "Polynomial"]:
        """Sort by powers of one variable.

        Returns
        -------
        dict of int to Polynomial
            Power of `name`, ascending, and the polynomial in the other variables in front of it.
        """
        parts: dict[int, dict[Monomial, Scalar]] = {}
        for monomial, number in self.items:
            powers = dict(monomial)
            power = powers.pop(name, 0)
            parts.setdefault(power, {})[tuple(sorted(powers.items()))] = number
        return {power: Polynomial(parts[power]) for power in sorted(parts)}

    def at(self, values: Mapping[str, Scalar]) -> Fraction:
        """Give the exact value at rational couplings.

        Raises
        ------
        KeyError
            If a coupling has no value.

        Examples
        --------
        >>> (Polynomial.variable("g") ** 2).at({"g": Fraction(2, 3)})
        Fraction(4, 9)
        """
        total = Fraction(0)
        for monomial, number in self.items:
            value = number
            for name, power in monomial:
                value *= Fraction(values[name]) ** power
            total += value
        return total

    def __bool__(self) -> bool:
        """Tell whether this is not zero."""
        return bool(self.items)

    def __add__(self, other: Union["Polynomial", Scalar]) -> "Polynomial":
        """Add a polynomial or a number."""
        return Polynomial.total(
            (self, other if isinstance(other, Polynomial) else Polynomial.constant(other))
        )

    __radd__ = __add__

    def __neg__(self) -> "Polynomial":
        """Change the sign."""
        return self * -1

    def __sub__(self, other: Union["Polynomial", Scalar]) -> "Polynomial":
        """Subtract a polynomial or a number."""
        return self + -other

    def __mul__(self, other: Union["Polynomial", Scalar]) -> "Polynomial":
        """Multiply by a polynomial or a number."""
        if isinstance(other, int | Fraction):
            return Polynomial({monomial: number * other for monomial, number in self.items})
        product: dict[Monomial, Scalar] = {}
        for left, a in self.items:
            for right, b in other.items:
                powers = dict(left)
                for name, power in right:
                    powers[name] = powers.get(name, 0) + power
                monomial = tuple(sorted(item for item in powers.items() if item[1]))
                product[monomial] = product.get(monomial, 0) + a * b
        return Polynomial(product)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> "Polynomial":
        """Raise to a power that is not negative."""
        power = Polynomial.constant(1)
        for _ in range(exponent):
            power = power * self
        return power

    def __str__(self) -> str:
        """Print as SymPy prints: ``288*lambda**2``, ``-3*lambda/2``, ``-12*lambda - 12*mu``."""
        text = ""
        for monomial, number in _as_printed(self.items):
            text += _sign(number, first=not text) + _monomial_text(monomial, abs(number))
        return text or "0"

    def __repr__(self) -> str:
        """Show the polynomial as text."""
        return f"Polynomial({str(self)!r})"

    def latex(self) -> str:
        r"""Print in LaTeX, rationals as fractions.

        Examples
        --------
        >>> print((Polynomial.variable("lambda") ** 2 * Fraction(-3, 2)).latex())
        -\frac{3}{2}\lambda^{2}
        """
        text = ""
        for monomial, number in _as_printed(self.items):
            text += _sign(number, first=not text) + _monomial_latex(monomial, abs(number))
        return text or "0"

    def sympy(self) -> "sympy.Expr":
        """Convert to SymPy; the couplings become symbols of the same names without assumptions."""
        import sympy

        addends = [
            sympy.Mul(
                sympy.Rational(number.numerator, number.denominator),
                *[sympy.Symbol(name) ** power for name, power in monomial],
            )
            for monomial, number in self.items
        ]
        return sympy.Add(*addends)


def _as_printed(items: Sequence[tuple[Monomial, Fraction]]) -> Sequence[tuple[Monomial, Fraction]]:
    """Order the addends as SymPy does: ``1 - g`` rather than ``-g + 1``, otherwise the number last."""
    if len(items) == 2 and items[1][0] == ():
        (monomial, number), (_, constant) = items
        if number < 0 < constant and len(monomial) == 1:
            return items[::-1]
    return items


def _sign(number: Fraction, first: bool) -> str:
    """Write the sign in front of an addend."""
    if first:
        return "-" if number < 0 else ""
    return " - " if number < 0 else " + "


def _monomial_text(monomial: Monomial, size: Fraction) -> str:
    """Write a monomial with a positive number in front, the denominator behind."""
    factors = [name if power == 1 else f"{name}**{power}" for name, power in monomial]
    if size.numerator != 1 or not factors:
        factors.insert(0, str(size.numerator))
    text = "*".join(factors)
    return text if size.denominator == 1 else f"{text}/{size.denominator}"


def _monomial_latex(monomial: Monomial, size: Fraction) -> str:
    """Write a monomial with a positive number in front."""
    number = (
        str(size.numerator) if size.denominator == 1 else rf"\frac{{{size.numerator}}}{{{size.denominator}}}"
    )
    factors = [coupling_latex(name) + (f"^{{{power}}}" if power > 1 else "") for name, power in monomial]
    if number != "1" or not factors:
        factors.insert(0, number)
    text = factors[0]
    for factor in factors[1:]:
        text += _space_between(text, factor) + factor
    return text


def _space_between(left: str, right: str) -> str:
    """Space around words, and a blank behind a control word that a letter follows."""
    if r"\mathrm" in right or (left.endswith("}") and r"\mathrm" in left):
        return r"\,"
    control_word = "\\" in left and left.rpartition("\\")[2].isalpha()
    return " " if control_word and right[0].isalpha() else ""
