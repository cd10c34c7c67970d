r"""Reading a deformation A of the law of output weights from text, with the grammar of actions.

A is a polynomial in the power sums p_r = Σ_i a_i^r of the output weights, with one letter for the strength of
the deformation, such as alpha, in front of every term, or with numbers only. ``N`` is the width, which may
also divide; ``|a|^4`` is another way to write ``p2^2``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from diagrams.messages import shown
from nnft_sym.actions.names import COORDINATES, FIELD
from nnft_sym.actions.parsing import PolynomialParser, too_long
from nnft_sym.actions.polynomials import Monomial, Polynomial, Scalar
from nnft_sym.actions.tokens import Token, tokens
from nnft_sym.errors import InvalidAction, InvalidDeformation

WIDTH = "N"
#: Highest exponent of a weight in one term, all factors together.
HIGHEST_WEIGHT = 64
_EXAMPLE = "'alpha*p2^2/N'"
_POWER_SUM = re.compile(r"p([1-9][0-9]?)")
_LIKE_POWER_SUM = re.compile(r"[pP]_?[0-9]+")
_SIZE = re.compile(r"\|\s*a\s*\|\s*(?:(?:\^|\*\*)\s*\{?([0-9]{1,3})\}?|([⁰¹²³⁴-⁹]{1,3}))?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class PowerSumText:
    """What a text says.

    Attributes
    ----------
    polynomial : Polynomial
        In the power sums ``p1``, ``p2``, …, the width ``N`` (powers may be negative) and the letter. Terms
        without a power sum are left out: a law is normalised.
    letter : str
        The strength; empty where there are numbers only.
    """

    polynomial: Polynomial
    letter: str


def power_sum_order(name: str) -> int:
    """Give r of the name ``pr`` of a power sum; 0 for other names.

    Examples
    --------
    >>> power_sum_order("p4"), power_sum_order("N")
    (4, 0)
    """
    found = _POWER_SUM.fullmatch(name)
    return int(found[1]) if found else 0


def read_power_sums(text: str) -> PowerSumText:
    r"""Read a polynomial in power sums.

    Parameters
    ----------
    text : str
        For example ``"alpha*p2^2/N"``, ``"alpha*|a|^4/N"``, ``"0.1*(p1^2 - p2)/2"``.

    Raises
    ------
    InvalidDeformation
        Naming the column, what stands there, what is needed and what to write instead.

    Examples
    --------
    >>> read_power_sums("α/2*|a|^4/N")
    PowerSumText(polynomial=Polynomial('N**-1*alpha*p2**2/2'), letter='alpha')
    >>> read_power_sums("alpha*f^4")
    Traceback (most recent call last):
    nnft_sym.errors.InvalidDeformation: the deformation 'alpha*f^4', column 7: 'f' is the field, and a ...
    """
    if not text.strip():
        raise InvalidDeformation(
            f"the deformation is empty: write a polynomial in the power sums p1, p2, … of the output "
            f"weights, such as {_EXAMPLE}"
        )
    if too_long(text):
        raise InvalidDeformation(f"the deformation has {len(text)} characters: write a smaller polynomial")
    try:
        return _checked(text, _PowerSumParser(text).everything())
    except InvalidAction as error:
        raise InvalidDeformation(str(error)) from None


class _PowerSumParser(PolynomialParser):
    """One pass over the tokens of one deformation."""

    what, example = "the deformation", _EXAMPLE
    implicit_products = False
    at_most = f"the weights may have powers up to {HIGHEST_WEIGHT} in all"

    def split(self) -> Iterator[Token]:
        """Give the tokens; |a|^4 stands as p2^2, with blanks so that columns stay."""
        made_of = "a deformation is made of numbers, power sums p1, p2, …, N, one letter and + - * / ^ ( )"
        return tokens(_SIZE.sub(self._size, self.text), self.what, made_of)

    def _size(self, found: re.Match[str]) -> str:
        power = int(found[1] or (found[2] or "1").translate(_SUPERSCRIPTS))
        if power % 2 or not power:
            raise self.fail(
                found.start() + 1,
                f"'{found.group()}' is no polynomial in power sums: even powers are, as in '|a|^4'",
            )
        return f"p2^{power // 2}".ljust(len(found.group()))

    def field(self) -> Polynomial:
        """Refuse the field."""
        raise self.fail(
            self.token.column,
            f"'{self.token.text}' is the field, and a deformation is made of the output weights: write power "
            f"sums, as in {_EXAMPLE}",
        )

    def reciprocal(self, divisor: Polynomial, start: Token) -> Polynomial:
        """Invert a number or a power of the width."""
        if divisor.variables == (WIDTH,) and len(divisor.items) == 1:
            ((monomial, number),) = divisor.items
            return Polynomial({tuple((name, -power) for name, power in monomial): 1 / number})
        if divisor.variables:
            raise self.fail(
                start.column,
                f"division by '{divisor}' does not give a polynomial: divide by numbers and by {WIDTH} only, "
                f"as in {_EXAMPLE}",
            )
        return super().reciprocal(divisor, start)


def _checked(text: str, found: Polynomial) -> PowerSumText:
    """Drop constants, and refuse names that mean something else and terms without the letter."""
    what = f"the deformation {shown(text)}"
    others = [name for name in found.variables if name != WIDTH and not power_sum_order(name)]
    for name in others:
        if name in (*COORDINATES, FIELD) or _LIKE_POWER_SUM.fullmatch(name) or name in ("a", "n"):
            raise InvalidDeformation(
                f"{what}: '{name}' is no letter for its strength and no power sum: these are p1, p2, … p99, "
                f"the width is N, the letter one such as alpha: {_EXAMPLE}"
            )
    if len(others) > 1:
        raise InvalidDeformation(
            f"{what} has the letters {' and '.join(others)}: keep one of them, and write numbers for the rest"
        )
    letter = others[0] if others else ""
    kept: dict[Monomial, Scalar] = {}
    for monomial, number in found.items:
        powers = dict(monomial)
        weights = sum(power_sum_order(name) * power for name, power in monomial)
        if weights > HIGHEST_WEIGHT:
            raise InvalidDeformation(
                f"{what} has the power {weights} of the weights; up to {HIGHEST_WEIGHT} are read"
            )
        if not weights:
            continue
        if letter and letter not in powers:
            raise InvalidDeformation(
                f"{what} has the term '{Polynomial({monomial: number})}' without {letter}: at {letter} = 0 "
                f"the law is that of the network; put {letter} in front of every term"
            )
        kept[monomial] = number
    if not kept:
        raise InvalidDeformation(
            f"{what} has no power sum of the output weights, so that it changes nothing: write one such as "
            f"{_EXAMPLE}"
        )
    return PowerSumText(Polynomial(kept), letter)
