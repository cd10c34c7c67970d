"""Algebra on expansions in SymPy; imported only when SymPy is asked for.

What to use when: `solve_for` turns an expansion into a formula for one of its couplings;
`substitute_kernel` puts closed forms in place of the undefined propagators; `integrate_gaussian` does all
integrals of an expansion with Gaussian kernels exactly. Derivatives with respect to couplings are SymPy's own
``expansion.sympy().diff(sympy.Symbol("lambda"))``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import sympy

from diagrams.messages import shown
from nnft_sym.actions.names import coupling_name
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.truncation import whole
from nnft_sym.symbolic.conversion import K_W, K
from nnft_sym.symbolic.inputs import as_expression
from numerics.errors import NotAvailable

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion

#: A kernel in closed form: two points to an expression.
ClosedForm = Callable[[sympy.Expr, sympy.Expr], sympy.Expr]


def solve_for(
    expansion: "Expansion", coupling: str, value: sympy.Expr | str = "G", iterations: int = 0
) -> sympy.Expr:
    """Solve "expansion = value" for a coupling.

    The linear term is divided out and all other terms go to the other side; higher powers of the coupling,
    if there are any, are still to be found there: the formula is one step of an iteration that converges for
    small couplings. `iterations` carries that many further steps out.

    Parameters
    ----------
    expansion : Expansion
        The n-point function.
    coupling : str
        Which coupling to solve for.
    value : sympy.Expr or str
        What the function is measured to be; a name becomes a symbol.
    iterations : int
        How often the formula is inserted into its own right-hand side.

    Raises
    ------
    InvalidExpansion
        If the coupling does not occur, or never to the first power alone; if the value has the name of a
        coupling.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> solve_for(expand("lambda*f^4", 2), "lambda")
    -(G - K(x1, x2))/(12*Integral(K_W(x1, y1)*K_W(x2, y1)*K_W(y1, y1), (y1, -oo, oo)))
    """
    symbol = sympy.Symbol(coupling_name(coupling))
    measured = _measured(expansion, value)
    steps = whole(iterations, "number of iterations")
    linear, rest = [], []
    for term in expansion:
        for number, powers in term.coefficient.monomials():
            part = sympy.Rational(number.numerator, number.denominator) * term.integral()
            part *= sympy.Mul(*[sympy.Symbol(name) ** power for name, power in powers.items()])
            if powers == {symbol.name: 1}:
                linear.append(part / symbol)
            else:
                rest.append(part)
    if not linear:
        raise InvalidExpansion(
            f"{shown(expansion)} has no term in {coupling} alone to solve for: raise the order, or choose "
            f"one of the couplings {', '.join(expansion.action.couplings) or '(there are none)'}"
        )
    formula = (measured - sympy.Add(*rest)) / sympy.Add(*linear)
    solution = formula
    for _ in range(steps):
        solution = formula.subs(symbol, solution)
    return solution


def _measured(expansion: "Expansion", value: sympy.Expr | str) -> sympy.Expr:
    """Give what the function is measured to be; a name must not be that of a coupling."""
    if not isinstance(value, str):
        return as_expression(value, "measured value")
    if value in expansion.action.couplings or not value[:1].isalpha():
        raise InvalidExpansion(
            f"the measured value is called {shown(value)}: give it a name that is none of the couplings "
            f"{', '.join(expansion.action.couplings) or '(there are none)'}, such as 'G_4', or a number"
        )
    return sympy.Symbol(value)


def substitute_kernel(
    expression: sympy.Expr, at_vertices: ClosedForm, between_points: ClosedForm | None = None
) -> sympy.Expr:
    """Put closed forms in place of the propagators; the integrals stay unevaluated.

    Parameters
    ----------
    expression : sympy.Expr
        From ``Expansion.sympy()``.
    at_vertices : callable
        K_W of two points.
    between_points : callable, optional
        K of two points; the same as `at_vertices` (no output bias) by default.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> free = expand("lambda*f^4", 2, 0).sympy()
    >>> substitute_kernel(free, lambda a, b: sympy.exp(-(a - b) ** 2))
    exp(-(x1 - x2)**2)
    """
    return expression.replace(K, between_points or at_vertices).replace(K_W, at_vertices)


def integrate_gaussian(
    expansion: "Expansion",
    amplitude: sympy.Expr,
    curvature: sympy.Expr,
    dimension: sympy.Expr | int = 1,
    bias_variance: sympy.Expr | int = 0,
    half_width: sympy.Expr | None = None,
) -> sympy.Expr:
    """Integrate a whole expansion exactly for K_W(x, y) = A exp(−c|x − y|²/2), over R^d or a box.

    Parameters
    ----------
    expansion : Expansion
        Without vacuum parts.
    amplitude, curvature, dimension, bias_variance, half_width
        As in :func:`nnft_sym.symbolic.gaussian.gaussian_integral`.

    Returns
    -------
    sympy.Expr
        A polynomial in the couplings, in closed form.

    Raises
    ------
    NotAvailable
        In more than one dimension, if a coupling depends on the position or there is a box; in a box also if
        a line joins two vertices; around a network, whose correlators are no Gaussians.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> A, c = sympy.symbols("A c", positive=True)
    >>> integrate_gaussian(expand("lambda*f^4", 2, kind="connected").at_order(1), A, c)
    -12*sqrt(pi)*A**3*lambda*exp(-c*(x1 - x2)**2/4)/sqrt(c)
    """
    from nnft_sym.symbolic.conversion import deltas_sympy
    from nnft_sym.symbolic.gaussian import gaussian_integral

    parts = []
    for term in expansion:
        if term.factors.full:
            raise NotAvailable(
                "an expansion around a network was given; Gaussian lines are integrated: expand around the "
                "Gaussian process"
            )
        integral = gaussian_integral(
            term.lines,
            amplitude,
            curvature,
            dimension,
            bias_variance,
            weights=term.factors.weights,
            half_width=half_width,
        )
        parts.append(term.coefficient.sympy() * deltas_sympy(term.factors.pairs) * integral)
    return sympy.Add(*parts)
