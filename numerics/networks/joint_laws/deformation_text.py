"""Deformations of the law of output weights as text: sums of products, ``3/10*p2^2/N + 1/2*p1^2``.

This is the form that records keep. Brackets and letters are read on the top floor, which writes this form.
"""

import re
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from numerics.networks.joint_laws.power_sum_terms import PowerSumTerm

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+(?:[eE][+-]?\d{1,3})?)"
    r"|(?P<name>p\d{1,3}|N|\|a\|)|(?P<power>\*\*|\^)|(?P<sign>[-+*/]))"
)
#: Longest text that is read, and the largest power.
_LONGEST, _LARGEST = 1000, 64
#: Sizes of numbers.
_SMALLEST_NUMBER, _LARGEST_NUMBER = Fraction(1, 10**100), 10**100


def deformation_text(terms: Iterable[PowerSumTerm]) -> str:
    """Write A of e^(−A).

    Examples
    --------
    >>> deformation_text([PowerSumTerm((2, 2), Fraction(3, 10), -1), PowerSumTerm((1, 1, 4), Fraction(-1))])
    '3/10*p2^2/N - p1^2*p4'
    """
    parts: list[str] = []
    for term in terms:
        factors = [f"p{r}" + (f"^{n}" if n > 1 else "") for r, n in sorted(Counter(term.exponents).items())]
        size, k = abs(term.coefficient), term.width_power
        factors = [*([] if size == 1 else [str(size)]), *factors]
        if k > 0:
            factors.append("N" + (f"^{k}" if k > 1 else ""))
        text = "*".join(factors) + ("/N" + (f"^{-k}" if k < -1 else "") if k < 0 else "")
        sign = "-" if term.coefficient < 0 else "+"
        parts.append(f" {sign} {text}" if parts else ("-" if sign == "-" else "") + text)
    return "".join(parts)


def read_deformation(text: str) -> tuple[PowerSumTerm, ...] | None:
    """Read what `deformation_text` writes, |a| for p2^(1/2) as well; None if it is not understood.

    Examples
    --------
    >>> read_deformation("0.3*|a|^4/N - p1^2*p4")
    (PowerSumTerm(exponents=(2, 2), coefficient=Fraction(3, 10), width_power=-1),
     PowerSumTerm(exponents=(1, 1, 4), coefficient=Fraction(-1, 1), width_power=0))
    >>> read_deformation("0.3*p2^2/M") is None
    True
    """
    tokens = _tokens(text) if len(text) <= _LONGEST else None
    if not tokens:
        return None
    terms: list[PowerSumTerm] = []
    place, sign = 0, 1
    if tokens[0][1] in "+-":
        place, sign = 1, -1 if tokens[0][1] == "-" else 1
    while True:
        found = _product(tokens, place)
        if found is None:
            return None
        term, place = found
        terms.append(PowerSumTerm(term.exponents, sign * term.coefficient, term.width_power))
        if place == len(tokens):
            return tuple(terms)
        sign, place = -1 if tokens[place][1] == "-" else 1, place + 1


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Kinds and texts of the tokens; None if there is anything else."""
    found, end = [], 0
    stripped = text.strip()
    while end < len(stripped):
        match = _TOKEN.match(stripped, end)
        if match is None or match.lastgroup is None:
            return None
        found.append((match.lastgroup, match[match.lastgroup]))
        end = match.end()
    return found


def _product(tokens: list[tuple[str, str]], place: int) -> tuple[PowerSumTerm, int] | None:
    """Read factors up to the next + or −."""
    number, exponents, width_power, divided = Fraction(1), Counter[int](), 0, False
    while True:
        factor = _factor(tokens, place)
        if factor is None:
            return None
        base, power, place = factor
        power = -power if divided else power
        if base == "N":
            width_power += power
        elif base[0] in "p|":
            r, times = (2, Fraction(power, 2)) if base == "|a|" else (int(base[1:]), Fraction(power))
            if r < 1 or times.denominator != 1 or times < 0:
                return None
            exponents[r] += int(times)
        elif Fraction(base) or power >= 0:
            number *= Fraction(base) ** power
        else:
            return None
        if place == len(tokens) or tokens[place][1] in "+-":
            if not 0 < exponents.total() <= _LARGEST or abs(width_power) > _LARGEST:
                return None
            if number and not _SMALLEST_NUMBER <= abs(number) <= _LARGEST_NUMBER:
                return None
            return PowerSumTerm(tuple(sorted(exponents.elements())), number, width_power), place
        if tokens[place][1] not in "*/" or tokens[place][0] != "sign":
            return None
        divided, place = tokens[place][1] == "/", place + 1


def _factor(tokens: list[tuple[str, str]], place: int) -> tuple[str, int, int] | None:
    """Read a number or a name with its power: base, power, and where the next token stands."""
    if place >= len(tokens) or tokens[place][0] not in ("number", "name"):
        return None
    base, place = tokens[place][1], place + 1
    if place == len(tokens) or tokens[place][0] != "power":
        return base, 1, place
    place += 1
    negative = place < len(tokens) and tokens[place][1] == "-"
    place += negative
    if place == len(tokens) or not tokens[place][1].isdigit() or int(tokens[place][1][:4]) > _LARGEST:
        return None
    power = int(tokens[place][1])
    return base, -power if negative else power, place + 1
