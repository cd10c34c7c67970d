"""What users hand to SymPy: numbers and expressions pass, text is refused.

``sympy.sympify`` would evaluate a text as Python, whoever wrote it.
"""

import sympy

from diagrams.messages import shown
from nnft_sym.errors import InvalidExpansion


def as_expression(value: object, what: str) -> sympy.Expr:
    """Give a number or an expression as SymPy's.

    Parameters
    ----------
    value : number or sympy.Expr
        Also a fraction, or a number of NumPy.
    what : str
        What it is, for the message.

    Raises
    ------
    InvalidExpansion
        For anything else, text above all.

    Examples
    --------
    >>> as_expression(2, "amplitude") + sympy.Symbol("A")
    A + 2
    """
    try:
        found = sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        found = None
    if not isinstance(found, sympy.Expr):
        raise InvalidExpansion(
            f"the {what} is {shown(value)}: give a number, or a symbol or an expression of SymPy; text "
            "is not read"
        )
    return found


def as_symbol(value: object, what: str) -> sympy.Symbol:
    """Give back a symbol.

    Raises
    ------
    InvalidExpansion
        For anything else.

    Examples
    --------
    >>> as_symbol(sympy.Symbol("z"), "pre-activation")
    z
    """
    if not isinstance(value, sympy.Symbol):
        raise InvalidExpansion(f"the {what} is {shown(value)}: give a symbol, such as sympy.Symbol('x')")
    return value
