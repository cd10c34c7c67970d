"""From expressions to functions: the one door to ``sympy.lambdify``, which writes Python and runs it.

The name of an undefined function becomes Python text as it stands, and so do the names of symbols in some
printers: an expression from elsewhere could bring code. So everything is looked at first: only functions that
SymPy itself defines, only atoms whose printed form is known, and every symbol under a name of ours.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean, BooleanAtom

from diagrams.messages import shown
from nnft_sym.errors import InvalidExpansion

#: What may stand in an expression beside functions: numbers, constants, symbols, truth values, conditions.
_ATOMS = (sympy.Number, sympy.NumberSymbol, sympy.Symbol, BooleanAtom)
_IMAGINARY = type(sympy.I)


def compiled(
    expression: sympy.Expr, variables: Sequence[sympy.Symbol], modules: str | Sequence[str]
) -> Callable[..., Any]:
    """Compile an expression to a Python function of its variables, in their order.

    Parameters
    ----------
    expression : sympy.Expr
    variables : sequence of sympy.Symbol
        All the symbols that it has.
    modules : str or sequence of str
        Where functions are looked up: ``"math"``, ``["numpy", "scipy"]``.

    Raises
    ------
    InvalidExpansion
        If it holds a symbol that is no variable, a function that SymPy does not define, or a part of a type
        whose printed form is not known.

    Examples
    --------
    >>> z = sympy.Symbol("z")
    >>> compiled(sympy.tanh(z) + 1, [z], "math")(0.0)
    1.0
    >>> compiled(sympy.Function("print")(z), [z], "math")
    Traceback (most recent call last):
    nnft_sym.errors.InvalidExpansion: the expression holds print(z), which is no function of SymPy's: ...
    """
    check_functions(expression)
    strangers = sorted(map(str, expression.free_symbols - set(variables)))
    if strangers:
        raise InvalidExpansion(
            f"the expression holds {', '.join(strangers)}, which has no number: substitute one, or make it a "
            "variable"
        )
    # Names of ours, since the given ones would be written into the program.
    ours = [sympy.Symbol(f"v{number}", **symbol.assumptions0) for number, symbol in enumerate(variables)]
    renamed = expression.xreplace(dict(zip(variables, ours, strict=True)))
    function: Callable[..., Any] = sympy.lambdify(ours, renamed, modules=modules, cse=True)
    return function


def check_functions(expression: sympy.Basic) -> None:
    """Refuse functions that SymPy does not define, and parts that are no expressions at all.

    Raises
    ------
    InvalidExpansion
        Naming what is not understood.
    """
    for part in sympy.preorder_traversal(expression):
        kind = type(part)
        # Undefined functions and classes made by hand are not found where SymPy's own are.
        home = sys.modules.get(kind.__module__ or "")
        known = (kind.__module__ or "").split(".")[0] == "sympy" and getattr(
            home, kind.__name__, None
        ) is kind
        if not part.args:
            known = known and (isinstance(part, _ATOMS) or kind is _IMAGINARY)
        else:
            known = known and isinstance(part, sympy.Expr | Boolean | sympy.Tuple | _PAIR)
        if not known:
            raise InvalidExpansion(
                f"the expression holds {shown(part)}, which is no function of SymPy's: write it with "
                "functions such as exp, tanh, erf"
            )


#: A branch of a Piecewise with its condition.
_PAIR = sympy.functions.elementary.piecewise.ExprCondPair
