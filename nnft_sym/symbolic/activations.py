"""Activations given as SymPy expressions, compiled for the sampler, the kernel and the exact moments below.

Importing this module imports SymPy.
"""

from collections.abc import Callable
from typing import cast

import sympy

from diagrams.messages import shown
from nnft_sym.errors import InvalidExpansion
from nnft_sym.symbolic.compiled import compiled
from nnft_sym.symbolic.inputs import as_symbol


def symbolic_activation(
    expression: sympy.Expr, symbol: sympy.Symbol | None = None
) -> Callable[[float], float]:
    """Make an activation s(z) from an expression.

    Parameters
    ----------
    expression : sympy.Expr
        In one symbol, with numbers for everything else.
    symbol : sympy.Symbol, optional
        The pre-activation z; by default the only symbol there is.

    Returns
    -------
    callable
        A function of one number, for `numerics.networks.own.ActivationNet`.

    Raises
    ------
    InvalidExpansion
        If the expression has other symbols, or no real number at real z.

    Examples
    --------
    >>> from numerics.networks.own import ActivationNet
    >>> z = sympy.Symbol("z")
    >>> activation = symbolic_activation(sympy.tanh(2 * z) + z / 3)
    >>> round(activation(0.3), 6), ActivationNet(5, activation).width
    (0.63705, 5)
    >>> ActivationNet(5, activation)
    ActivationNet(width=5, activation=z/3 + tanh(2*z), sigma_w=1.0, sigma_b=1.0, d_in=1)
    """
    if not isinstance(expression, sympy.Expr):
        raise InvalidExpansion(f"{shown(expression)} is no SymPy expression; give one, such as tanh(z)")
    if symbol is not None:
        as_symbol(symbol, "pre-activation")
    others = expression.free_symbols - {symbol}
    if symbol is None and len(others) == 1:
        symbol = cast(sympy.Symbol, others.pop())
    if symbol is None or others:
        named = ", ".join(sorted(map(str, expression.free_symbols))) or "none"
        raise InvalidExpansion(
            f"{expression} has the symbols {named}; an activation is a function of one: substitute numbers "
            "for the others, or name the pre-activation"
        )
    try:
        function = compiled(expression, [symbol], "math")
        at_rest = function(0.5)
    except (NameError, NotImplementedError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InvalidExpansion(
            f"{expression} cannot be turned into a function of one number: {error}"
        ) from error
    if isinstance(at_rest, complex):
        raise InvalidExpansion(f"{expression} is {at_rest} at 0.5; an activation has real values")
    function.__qualname__ = str(expression)  # what messages and files call it
    return cast(Callable[[float], float], function)
