"""Numbers for readers: few digits, a true minus sign, powers of ten, errors rounded by the PDG rule."""

import math
import re

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Whole numbers of five and more digits, which are no index, power or part of a name.
_LONG = re.compile(r"(?<![\w.,])(?<![_^]\{)\d{5,}(?![\w.])")
#: Between thousands.
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SUBSCRIPT = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")
#: Powers of ten from here to there are written out.
_WRITTEN_OUT = range(-3, 5)
#: What stands where there is no number.
NOTHING = "none"
#: What stands behind a number that is shown and not to be used.
NOT_TRUSTED = " (not trusted)"


def number(value: float | None, digits: int = 4) -> str:
    """Write a number.

    Parameters
    ----------
    value : float or None
    digits : int
        Significant digits.

    Returns
    -------
    str
        The word "none" for None and NaN.

    Examples
    --------
    >>> number(-6.25e-11, 3), number(0.0312345), number(1658.3, 3), number(123456.0, 3), number(None)
    ('−6.25 × 10⁻¹¹', '0.03123', '1660', '1.23 × 10⁵', 'none')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if value == 0:
        return "0"
    if int(exponent) in _WRITTEN_OUT:
        decimals = max(0, digits - 1 - int(exponent))
        shown = f"{float(f'{value:.{digits}g}'):.{decimals}f}"
        return _minus(shown.rstrip("0").rstrip(".") if decimals else shown)
    return f"{_minus(mantissa)} × {_power(int(exponent))}"


def plain(value: float | None, form: str) -> str:
    """Write a number by a format of Python, for the terminal; the word "none" for None and NaN.

    Examples
    --------
    >>> plain(0.5, ".2g"), plain(float("nan"), ".2f"), plain(-1e-80, ".4g")
    ('0.5', 'none', '-1e-80')
    """
    return NOTHING if value is None or math.isnan(value) else format(value, form)


def with_error(value: float, error: float) -> str:
    """Write a number with its standard error, both cut at the decimal place of the error.

    The error keeps two digits if its first three are 100 to 354 and one if 355 to 949; 950 to 999 becomes
    1000, of which two are kept (Particle Data Group, *Review of Particle Physics*, introduction).

    Parameters
    ----------
    value, error : float
        An error that is not finite and positive is left out, and so is one without digits, below 1e-300.

    Returns
    -------
    str

    Examples
    --------
    >>> with_error(0.827, 0.119), with_error(0.827, 0.367), with_error(-6.2513e-11, 3.2e-13)
    ('0.83 ± 0.12', '0.8 ± 0.4', '(−6.251 ± 0.032) × 10⁻¹¹')
    """
    if not (math.isfinite(value) and math.isfinite(error) and error > 1e-300):
        return number(value)
    place = _last_place(error)
    power = max(math.floor(math.log10(abs(value))) if value else place, place)
    if power in _WRITTEN_OUT or place == power == 0:
        power = 0
    decimals = max(0, power - place)
    scaled = [f"{round(part / 10.0**power, power - place):.{decimals}f}" for part in (value, error)]
    text = f"{_minus(scaled[0])} ± {scaled[1]}"
    return text if power == 0 else f"({text}) × {_power(power)}"


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a share in percent; small ones keep two digits, and none is written as a power of ten.

    Examples
    --------
    >>> percent(0.8724), percent(0.000271), percent(-0.031), percent(0.0), percent(1e-9)
    ('87.2 %', '0.027 %', '−3.1 %', '0 %', '< 0.001 %')
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    if share == 0:
        return "0 %"
    hundred = 100 * share
    if abs(hundred) < 1e-3:
        return "< 0.001 %" if hundred > 0 else "> −0.001 %"
    shown = f"{hundred:.2g}" if abs(hundred) < 1 else f"{hundred:.{decimals}f}"
    return f"{_minus(shown)} %"


def share_text(share: float | None, error: float | None = None) -> str:
    """Write a share in percent with its standard error, where that is known and not zero.

    Examples
    --------
    >>> share_text(0.8632, 0.0021), share_text(-0.0109, 0.0015), share_text(0.8632)
    ('86.32 ± 0.21 %', '−1.09 ± 0.15 %', '86.3 %')
    """
    if share is None or not math.isfinite(share) or error is None or not error > 0:
        return percent(share)
    return f"{with_error(100 * share, 100 * error)} %"


def p_value(p: float) -> str:
    """Write a probability with two digits, or that it is too small for a floating-point number.

    Examples
    --------
    >>> p_value(0.4321), p_value(3.2e-9), p_value(0.0)
    ('0.43', '3.2 × 10⁻⁹', '< 10⁻³⁰⁰')
    """
    return number(p, 2) if not p < 1e-300 else f"< {_power(-300)}"


def _last_place(error: float) -> int:
    """Power of ten of the last digit that the PDG rule keeps."""
    mantissa, exponent = f"{error:.2e}".split("e")
    return int(exponent) - (1 if float(mantissa) <= 3.54 else 0)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _power(exponent: int) -> str:
    return "10" + superscript(exponent)


def correlator_name(order: int, front: str = "") -> str:
    """Write the name of a correlator with its number of points.

    Examples
    --------
    >>> correlator_name(6), correlator_name(4, "Δ")
    ('G⁽⁶⁾', 'ΔG⁽⁴⁾')
    """
    return f"{front}G⁽{superscript(order)}⁾"


def superscript(whole: int) -> str:
    """Write a whole number as an exponent.

    Examples
    --------
    >>> superscript(-11)
    '⁻¹¹'
    """
    return str(whole).translate(_SUPERSCRIPT)


def subscript(whole: int) -> str:
    """Write a whole number as an index.

    Examples
    --------
    >>> subscript(12)
    '₁₂'
    """
    return str(whole).translate(_SUBSCRIPT)


def thousands(text: str, between: str = THIN_SPACE) -> str:
    r"""Separate the thousands of whole numbers of five and more digits in a text.

    Parameters
    ----------
    text : str
    between : str
        A narrow space by default; ``r"\,"`` in LaTeX.

    Examples
    --------
    >>> print(thousands("3 x 129600 and 4320", "_"), thousands(r"\frac{1990656}{2}g_{12345}", r"\,"))
    3 x 129_600 and 4320 \frac{1\,990\,656}{2}g_{12345}
    """
    return _LONG.sub(lambda found: f"{int(found.group()):_}".replace("_", between), text)
