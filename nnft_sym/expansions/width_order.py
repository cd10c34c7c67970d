"""Where an expansion in the width stops: powers of 1/N, halves included, as users write them."""

import re
from fractions import Fraction

from diagrams.messages import shown
from nnft_sym.errors import InvalidExpansion

#: Orders above this are refused: there are millions of diagrams.
HIGHEST_WIDTH_ORDER = 6
_NEEDED = "a power of 1/N is needed, as in '1/N^2', '1/N^0' or '1/N^(3/2)', or its number"
_WRITTEN = re.compile(r"(?:1/N(?:\^|\*\*)|N(?:\^|\*\*)-)[({]?(\d+(?:/\d+)?)[)}]?|([\d/]+)")


def width_order(given: object) -> Fraction:
    """Read a power of 1/N.

    Parameters
    ----------
    given : str, int or Fraction
        ``"1/N^2"``, ``"1/N^(3/2)"``, ``"1/N"``, or the power itself.

    Raises
    ------
    InvalidExpansion
        If it is no such power, or larger than six.

    Examples
    --------
    >>> [str(width_order(one)) for one in ("1/N^2", "1/N", "1/N^0", "1/N^(3/2)", 1)]
    ['2', '1', '0', '3/2', '1']
    """
    power = power_of_width(given)
    if power is None or power < 0 or (2 * power).denominator != 1:
        raise InvalidExpansion(f"the order {shown(given)} was given; {_NEEDED}")
    if power > HIGHEST_WIDTH_ORDER:
        raise InvalidExpansion(
            f"the order {shown(given)} was given; orders up to 1/N^{HIGHEST_WIDTH_ORDER} are worked out, "
            "since the number of diagrams grows like a factorial"
        )
    return power


def power_of_width(given: object) -> Fraction | None:
    """Read a power of 1/N, however large; None where it is none.

    Examples
    --------
    >>> power_of_width("1/N^12"), power_of_width("N^-2"), power_of_width("N")
    (Fraction(12, 1), Fraction(2, 1), None)
    """
    if isinstance(given, int | Fraction) and not isinstance(given, bool):
        return Fraction(given)
    text = str(given).replace(" ", "") if isinstance(given, str) else ""
    if text == "1/N":
        return Fraction(1)
    found = _WRITTEN.fullmatch(text)
    if found is None or len(text) > 20:
        return None
    try:
        return Fraction(found[1] or found[2])
    except (ValueError, ZeroDivisionError):
        return None


def width_order_text(power: Fraction) -> str:
    """Write a power of 1/N; `width_order` reads it back.

    Examples
    --------
    >>> [width_order_text(Fraction(k, 2)) for k in range(5)]
    ['1/N^0', '1/N^(1/2)', '1/N', '1/N^(3/2)', '1/N^2']
    """
    if power == 1:
        return "1/N"
    return f"1/N^{power}" if power.denominator == 1 else f"1/N^({power})"
