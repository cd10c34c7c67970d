"""From and to SymPy. This module is imported only when SymPy is asked for; importing it imports SymPy.

The propagators become undefined functions, ``K`` between external points and ``K_W`` at a vertex, of real
symbols ``x1``, ``x2``, ... and ``y1``, ``y2``, ...; the integral over each vertex stays unevaluated. The
symbols have one component: they stand for points of any dimension until a kernel is substituted.
"""

from collections.abc import Sequence
from fractions import Fraction

import sympy
from sympy.core.function import AppliedUndef

from diagrams.messages import shown
from nnft_sym.actions.field_names import field_among
from nnft_sym.actions.names import COORDINATES, DOT, FIELD, coupling_name, field_at
from nnft_sym.actions.parsing import TOO_LARGE, too_large
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.actions.shapes import FIELDS, Shape, dot_at
from nnft_sym.errors import InvalidAction
from nnft_sym.notation import Factors, Line, factors_of, split_lines

#: The propagator between external points, and the one at a vertex.
K = sympy.Function("K")
K_W = sympy.Function("K_W")


def point(label: str) -> sympy.Symbol:
    """Give the symbol of an external point ``x1`` or of a vertex ``y1``."""
    return sympy.Symbol(label, real=True)


def deltas_sympy(pairs: Sequence[tuple[int, int]]) -> sympy.Expr:
    """Build the product of ``KroneckerDelta(i1, i2)`` for external points with equal components.

    Examples
    --------
    >>> deltas_sympy([(1, 2)])
    KroneckerDelta(i1, i2)
    """
    return sympy.Mul(*[sympy.KroneckerDelta(sympy.Symbol(f"i{a}"), sympy.Symbol(f"i{b}")) for a, b in pairs])


def integral_sympy(given: Factors | Sequence[Line], half_width: sympy.Expr = sympy.oo) -> sympy.Expr:
    """Build the integral of a diagram.

    Parameters
    ----------
    given : Factors or sequence of (str, str)
        Ends of the lines, ``x1`` and so on for external points, ``y1`` and so on for vertices; weights become
        powers of the symbol of the vertex, equal components ``KroneckerDelta(i1, i2)``.
    half_width : sympy.Expr
        Every vertex is integrated from −half_width to half_width.

    Returns
    -------
    sympy.Expr
        Lines between external points in front of an unevaluated integral.

    Examples
    --------
    >>> integral_sympy([("x1", "y1"), ("x2", "y1"), ("y1", "y1")])
    Integral(K_W(x1, y1)*K_W(x2, y1)*K_W(y1, y1), (y1, -oo, oo))
    """
    factors = factors_of(given)
    outer, inner = split_lines(factors.lines)
    weights = [point(f"y{number}") ** weight for number, weight in enumerate(factors.weights, start=1)]
    spectators = deltas_sympy(factors.pairs) * sympy.Mul(
        *[K(point(a), point(b)) ** power for (a, b), power in outer]
    )
    at_vertex = K if factors.full else K_W
    integrand = sympy.Mul(*weights) * sympy.Mul(
        *[at_vertex(point(a), point(b)) ** power for (a, b), power in inner]
    )
    for legs in factors.blobs:
        correlator = sympy.Function(f"G_c{len(legs)}")(*map(point, legs))
        if legs[-1].startswith("x"):
            spectators *= correlator
        else:
            integrand *= correlator
    limits = [(point(f"y{number}"), -half_width, half_width) for number in range(1, factors.n_vertices + 1)]
    return spectators * (sympy.Integral(integrand, *limits) if limits else integrand)


def shape_sympy(shape: Shape) -> sympy.Expr:
    """Convert the fields of a vertex: symbols ``f``, ``f.f``, functions ``f(x)``, weights ``x``.

    Examples
    --------
    >>> from nnft_sym.actions.shapes import Place
    >>> shape_sympy(Shape((Place(2), Place(2))))
    f(x)**2*f(y)**2
    """
    product = sympy.Integer(1)
    for place, letter in zip(shape.places, COORDINATES, strict=False):
        where = letter if len(shape.places) > 1 else ""
        if shape.vector:
            product *= sympy.Symbol(dot_at(where)) ** (place.fields // 2)
        elif where:
            product *= sympy.Function(FIELD)(sympy.Symbol(letter)) ** place.fields
        else:
            product *= sympy.Symbol(FIELD) ** place.fields
        product *= sympy.Symbol(letter) ** place.weight
    return product


def polynomial_from_sympy(expression: object, field: str | None = None) -> Polynomial:
    """Read a SymPy polynomial in the field ``f`` and in couplings.

    Parameters
    ----------
    expression : sympy.Expr
        Every symbol but ``f`` and the coordinates ``x``, ``y``, ``z`` is a coupling; ``f(x)`` is the field at
        a point, a symbol named ``f.f`` the product of two fields summed over components. Floats are taken at
        their shortest decimal form: 0.1 is one tenth.
    field : str, optional
        Name of the field; ``f``, or ``phi`` where no f is there, unless it is given.

    Returns
    -------
    Polynomial
        In the variable ``f`` and the couplings.

    Raises
    ------
    InvalidAction
        If this is no SymPy expression, or no polynomial with rational numbers.

    Examples
    --------
    >>> f, coupling = sympy.symbols("f lambda")
    >>> polynomial_from_sympy((coupling / 24 * f**2) * f**2)
    Polynomial('f**4*lambda/24')
    """
    if not isinstance(expression, sympy.Expr):
        raise InvalidAction(
            f"an action is text or a SymPy expression, not {type(expression).__name__}: write for example "
            "Action('lambda*f^4')"
        )
    return _converted(_named(expression, field))


def _named(expression: sympy.Expr, field: str | None) -> sympy.Expr:
    """Call the field f."""
    functions = expression.atoms(AppliedUndef)
    written = [one.name for one in expression.free_symbols] + [one.func.__name__ for one in functions]
    name = field_among({part for whole in written for part in whole.split(DOT)}, field)
    if name == FIELD:
        return expression
    new = {one: sympy.Function(FIELD)(*one.args) for one in functions if one.func.__name__ == name}
    for symbol in expression.free_symbols:
        if symbol.name in (name, f"{name}{DOT}{name}"):
            new[symbol] = sympy.Symbol(symbol.name.replace(name, FIELD))
    return expression.xreplace(new)


def _converted(expression: sympy.Expr) -> Polynomial:
    """Convert a SymPy expression node by node."""
    if isinstance(expression, sympy.Symbol) and (expression.name in FIELDS or expression.name in COORDINATES):
        return Polynomial.variable(expression.name)
    if isinstance(expression, sympy.Symbol):
        return Polynomial.variable(coupling_name(expression.name))
    if isinstance(expression, AppliedUndef) and expression.func.__name__ == FIELD:
        where = str(expression.args[0]) if len(expression.args) == 1 else ""
        return Polynomial.variable(field_at(where if where in COORDINATES else ""))
    if isinstance(expression, sympy.Rational):
        return Polynomial.constant(Fraction(int(expression.p), int(expression.q)))
    if isinstance(expression, sympy.Float) and expression.is_finite:
        return Polynomial.constant(Fraction(repr(float(expression))))
    if isinstance(expression, sympy.Add):
        total = Polynomial({})
        for part in expression.args:
            total = _bounded(expression, total + _converted(part))
        return total
    if isinstance(expression, sympy.Mul):
        return _product(expression, [_converted(part) for part in expression.args])
    if isinstance(expression, sympy.Pow):
        exponent = expression.exp
        if isinstance(exponent, sympy.Integer) and 0 <= exponent <= 64:
            return _product(expression, [_converted(expression.base)] * int(exponent))
    raise InvalidAction(
        f"the action contains {expression}, which is not a polynomial with rational numbers: use sums, "
        "products and "
        "powers up to 64 of the field f and of couplings"
    )


def _product(expression: sympy.Expr, factors: Sequence[Polynomial]) -> Polynomial:
    """Multiply."""
    product = Polynomial.constant(1)
    for factor in factors:
        product = _bounded(expression, product * factor)
    return product


def _bounded(expression: sympy.Expr, result: Polynomial) -> Polynomial:
    """Refuse what has grown beyond what the text of an action may be."""
    if too_large(result):
        raise InvalidAction(f"the action contains {shown(str(expression))}, which {TOO_LARGE}")
    return result
