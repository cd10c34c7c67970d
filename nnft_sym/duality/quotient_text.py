"""Polynomials whose powers may be negative, printed with those below a line."""

from nnft_sym.actions.polynomials import Polynomial


def quotient(polynomial: Polynomial) -> str:
    """Write a polynomial with its negative powers below a line.

    Examples
    --------
    >>> from nnft_sym.actions.power_sum_text import read_power_sums
    >>> quotient(read_power_sums("alpha*p2^2/(2*N)").polynomial)
    'alpha*p2**2/(2*N)'
    """
    text = ""
    for number, powers in polynomial.monomials():
        above = Polynomial({tuple((n, p) for n, p in powers.items() if p > 0): abs(number.numerator)})
        below = Polynomial({tuple((n, -p) for n, p in powers.items() if p < 0): number.denominator})
        sign = ("-" if not text else " - ") if number < 0 else ("" if not text else " + ")
        divisor = str(below)
        if divisor != "1":
            divisor = f"/({divisor})" if "*" in divisor.replace("**", "") else f"/{divisor}"
        text += f"{sign}{above}{divisor if divisor != '1' else ''}"
    return text or "0"


def quotient_latex(polynomial: Polynomial) -> str:
    """Print a polynomial in LaTeX with its negative powers below a line."""
    text = ""
    for number, powers in polynomial.monomials():
        above = Polynomial({tuple((n, p) for n, p in powers.items() if p > 0): abs(number.numerator)}).latex()
        below = Polynomial({tuple((n, -p) for n, p in powers.items() if p < 0): number.denominator}).latex()
        sign = ("-" if not text else " - ") if number < 0 else ("" if not text else " + ")
        text += sign + (above if below == "1" else rf"\frac{{{above}}}{{{below}}}")
    return text or "0"
