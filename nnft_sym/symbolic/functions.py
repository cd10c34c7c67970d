"""Kernels and profiles given as SymPy expressions, compiled to NumPy functions for the floor below.

Importing this module imports SymPy. What to use when: `symbolic_kernel` for a propagator of one's own,
`symbolic_profile` for a coupling that depends on the position. Closed forms of our four networks, to start
from, are in :mod:`nnft_sym.symbolic.kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.core.function import AppliedUndef

from diagrams.messages import shown
from nnft_sym.errors import InvalidExpansion
from nnft_sym.symbolic.compiled import compiled
from nnft_sym.symbolic.inputs import as_symbol
from numerics.errors import InvalidKernel
from numerics.kernels.profiles import FunctionProfile

if TYPE_CHECKING:
    from numerics.kernels.own import FunctionKernel

Array = NDArray[np.float64]
#: The coordinates of a point: one symbol, or one for each of d.
Point: TypeAlias = sympy.Symbol | Sequence[sympy.Symbol]

#: Functions that are not smooth somewhere.
_KINKED = (sympy.Abs, sympy.sign, sympy.Heaviside, sympy.Max, sympy.Min, sympy.Piecewise, sympy.floor)


def symbolic_kernel(
    expression: sympy.Expr,
    x: Point,
    y: Point,
    *,
    bias_variance: float = 0.0,
    ray_growth: float | str | None = "measured",
    self_growth: float | str = "measured",
    length_scale: float | str = "measured",
    kinks_at_points: bool | None = None,
) -> FunctionKernel:
    """Make a kernel from an expression for K_W(x, y).

    Parameters
    ----------
    expression : sympy.Expr
        In the coordinates of x and y, with numbers for everything else.
    x, y : sympy.Symbol, or sequence of d symbols
        The coordinates of the two points.
    bias_variance, ray_growth, self_growth, length_scale
        As for `numerics.kernels.own.FunctionKernel`; growth that is given is checked.
    kinks_at_points : bool, optional
        Whether K_W(x, ·) has a kink at x. By default it is read off the expression in one dimension, and
        measured in more.

    Returns
    -------
    FunctionKernel

    Raises
    ------
    InvalidExpansion
        If something in the expression has no number, or it has kinks where integrals cannot be cut.
    InvalidKernel
        If the kernel is not symmetric, not positive, or not finite.

    Examples
    --------
    The propagator of a free particle on a line:

    >>> x, y = sympy.symbols("x y", real=True)
    >>> kernel = symbolic_kernel(sympy.exp(-2 * sympy.Abs(x - y)) / 4, x, y)
    >>> kernel
    FunctionKernel(exp(-2*Abs(x - y))/4, d_in=1, bias_variance=0, ray_growth=None, self_growth=0)
    >>> kernel.kinks(np.array([[0.5]])), kernel.weight(np.zeros((1, 1)), np.zeros((1, 1))).tolist()
    ((array([0.5]),), [[0.25]])
    """
    from numerics.kernels.own import FunctionKernel

    first, second = _two_points(x, y)
    expression = _checked(expression, (*first, *second))
    at_points: bool | str | None = kinks_at_points
    fixed: tuple[tuple[float, ...], ...] = ()
    if at_points is None:
        at_points, fixed = _kinks(expression, first, second)
    both = _evaluator(expression, (*first, *second))
    coincident = expression.subs(dict(zip(second, first, strict=True)), simultaneous=True)
    _require_finite(expression, coincident)
    own = _evaluator(coincident, first)

    def function(a: Array, b: Array) -> Array:
        return both((len(a), len(b)), *(c[:, np.newaxis] for c in a.T), *b.T)

    def diagonal(a: Array) -> Array:
        return own((len(a),), *a.T)

    return FunctionKernel(
        function,
        len(first),
        bias_variance=bias_variance,
        ray_growth=ray_growth,
        self_growth=self_growth,
        length_scale=length_scale,
        kinks_at_points=at_points,
        fixed_kinks=fixed,
        diagonal=diagonal,
        name=str(expression),
        content=_content(expression, (*first, *second)),
    )


def symbolic_profile(
    expression: sympy.Expr,
    y: Point,
    *,
    growth: float | None = 0.0,
    length_scale: float | None = None,
    centres: Sequence[Sequence[float]] = (),
) -> FunctionProfile:
    """Make the position dependence p(y) of a coupling from an expression.

    Parameters
    ----------
    expression : sympy.Expr
        In the coordinates of the vertex, with numbers for everything else.
    y : sympy.Symbol, or sequence of d symbols
    growth, length_scale, centres
        As for `numerics.kernels.profiles.FunctionProfile`; polynomials need no length scale.

    Raises
    ------
    InvalidExpansion
        If something in the expression has no number, it has kinks where integrals cannot be cut, or the
        length scale is missing.

    Examples
    --------
    >>> y = sympy.Symbol("y", real=True)
    >>> form = sympy.exp(-(y - 1)**2)
    >>> profile = symbolic_profile(form, y, growth=None, length_scale=0.7, centres=[[1.0]])
    >>> profile.values(np.array([[1.0]])).tolist()
    [1.0]
    """
    coordinates = _coordinates(y)
    expression = _checked(expression, coordinates)
    if length_scale is None:
        if not expression.is_polynomial(*coordinates):
            raise InvalidExpansion(
                f"the profile {expression} has no length_scale: give the shortest distance over which it "
                "changes"
            )
        length_scale = np.inf
    _, fixed = _kinks(expression, coordinates, ())
    evaluate = _evaluator(expression, coordinates)

    def function(nodes: Array) -> Array:
        return evaluate((len(nodes),), *nodes.T)

    return FunctionProfile(
        function,
        f"[{expression}]",
        length_scale,
        growth,
        centres=tuple(tuple(float(c) for c in centre) for centre in centres),
        kinks=fixed,
        content=_content(expression, coordinates),
    )


def _coordinates(point: Point) -> tuple[sympy.Symbol, ...]:
    several = (point,) if isinstance(point, sympy.Symbol | str) else point
    return tuple(as_symbol(coordinate, "coordinate") for coordinate in several)


def _two_points(x: Point, y: Point) -> tuple[tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...]]:
    first, second = _coordinates(x), _coordinates(y)
    if len(first) != len(second) or set(first) & set(second):
        raise InvalidExpansion(
            f"the points {first} and {second} were given: give both the same number of coordinates, all "
            "different"
        )
    return first, second


def _content(expression: sympy.Expr, coordinates: Sequence[sympy.Symbol]) -> str:
    """Write the function so that equal texts mean equal functions."""
    names = {old: sympy.Symbol(f"c{k}", real=True) for k, old in enumerate(coordinates)}
    return str(sympy.srepr(expression.subs(names, simultaneous=True)))


def _checked(expression: sympy.Expr, coordinates: Sequence[sympy.Symbol]) -> sympy.Expr:
    """Refuse what has no number at given coordinates."""
    if not isinstance(expression, sympy.Expr):
        raise InvalidExpansion(
            f"{shown(expression)} is no SymPy expression; give one, such as exp(-(x - y)**2)"
        )
    open_symbols = sorted(str(symbol) for symbol in expression.free_symbols - set(coordinates))
    unknown = sorted(str(part) for part in expression.atoms(AppliedUndef, sympy.Integral, sympy.Derivative))
    if open_symbols or unknown:
        raise InvalidExpansion(
            f"{expression} contains {', '.join(open_symbols + unknown)}, which has no number: substitute "
            f"one, or make it a coordinate (these are {', '.join(map(str, coordinates))})"
        )
    return expression


def _require_finite(expression: sympy.Expr, coincident: sympy.Expr) -> None:
    if coincident.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise InvalidKernel(
            f"{expression} is not finite at x = y, and diagrams put vertices at equal points; regularise "
            "it, as in log((x - y)**2 + a**2) with a number for the length a"
        )


def _evaluator(expression: sympy.Expr, coordinates: Sequence[sympy.Symbol]) -> Callable[..., Array]:
    """Compile to a function of the shape of the result and the coordinates, which broadcast to it."""
    function = compiled(expression, coordinates, ["numpy", "scipy"])

    def evaluate(shape: tuple[int, ...], *values: Any) -> Array:
        # All branches of a Piecewise are evaluated; what is not finite in the end is refused by the caller.
        with np.errstate(all="ignore"):
            found = np.asarray(function(*values))
        if np.iscomplexobj(found):
            found = np.where(found.imag == 0.0, found.real, np.nan)
        return np.array(np.broadcast_to(found, shape), dtype=np.float64)

    return evaluate


def _kinks(
    expression: sympy.Expr,
    first: Sequence[sympy.Symbol],
    second: Sequence[sympy.Symbol],
) -> tuple[bool | str, tuple[tuple[float, ...], ...]]:
    """Find where an expression is not smooth: at coinciding points, and at fixed coordinates per axis."""
    rough = sorted(expression.atoms(*_KINKED), key=str)
    if not rough:
        return False, ()
    if len(first) > 1:
        return "measured", ()
    at_points, fixed = False, set()
    for part in rough:
        for edge in _edges(part):
            for root in _roots(edge, (second or first)[0], expression):
                if second and root == first[0]:
                    at_points = True
                elif root.is_number:
                    fixed.add(float(root))
                else:
                    raise InvalidExpansion(
                        f"{expression} is not smooth at {root}, neither the other point nor a number: "
                        "integrals could not be cut there; for a kernel, say kinks_at_points to go on without"
                    )
    return at_points, (tuple(sorted(fixed)),) if fixed else ()


def _edges(part: sympy.Expr) -> list[sympy.Expr]:
    """Give the expressions at whose zeros a function is not smooth."""
    if isinstance(part, sympy.Max | sympy.Min):
        return [a - b for k, a in enumerate(part.args) for b in part.args[:k]]
    if isinstance(part, sympy.Piecewise):
        conditions = [condition for _, condition in part.args]
        relations = set().union(*(c.atoms(sympy.core.relational.Relational) for c in conditions))
        return [relation.lhs - relation.rhs for relation in relations]
    return [part.args[0]]


def _roots(edge: sympy.Expr, variable: sympy.Symbol, whole: sympy.Expr) -> list[sympy.Expr]:
    if variable not in edge.free_symbols:
        return []
    try:
        found = sympy.solve(edge, variable)
    except NotImplementedError:
        raise InvalidExpansion(
            f"{whole} is not smooth where {edge} = 0, which cannot be solved; for a kernel, say "
            "kinks_at_points"
        ) from None
    return [root for root in found if root.is_real is not False]
