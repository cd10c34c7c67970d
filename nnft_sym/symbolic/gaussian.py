r"""Diagrams with Gaussian kernels, integrated exactly; imported only when SymPy is asked for.

For K_W(x, y) = A exp(−c|x − y|²/2) over R^d a diagram with E lines at vertices and V vertices is a Gaussian
integral. With L the Laplacian of the graph of these lines (parallel lines add, self-loops drop out), split
into external (E) and internal (I) points::

    ∫∏K_W = A^E (2π/c)^(dV/2) (det L_II)^(−d/2) exp(−(c/2) xᵀ S x),    S = L_EE − L_EI L_II^(−1) L_IE,

and det L_II counts the spanning forests rooted at the external points (matrix-tree theorem). The rows of S
add up to zero, so that xᵀSx = −Σ_{i<j} S_ij |x_i − x_j|².

In one dimension the vertices are Gaussian variables with means m = −L_II^(−1) L_IE x and covariance
L_II^(−1)/c, which gives the moments ⟨∏y^w⟩ for weights, too, and, where no line joins two vertices, the
integral over a box |y| < Λ: a factor ½[erf(√(cL_yy/2)(Λ − m)) + erf(√(cL_yy/2)(Λ + m))] per vertex.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy

from nnft_sym.errors import InvalidExpansion
from nnft_sym.notation import Factors, Line, split_lines
from nnft_sym.symbolic.conversion import point
from nnft_sym.symbolic.inputs import as_expression
from numerics.errors import NotAvailable

#: The squared distance of two points, from their symbols.
SquaredDistance = Callable[[sympy.Symbol, sympy.Symbol], sympy.Expr]

#: The squared distance of points with several components, left as a function.
squared_distance = sympy.Function("s")


def on_a_line(a: sympy.Symbol, b: sympy.Symbol) -> sympy.Expr:
    """Give the squared distance of two points in one dimension."""
    return (a - b) ** 2


def gaussian_integral(
    lines: Sequence[Line],
    amplitude: sympy.Expr,
    curvature: sympy.Expr,
    dimension: sympy.Expr | int = 1,
    bias_variance: sympy.Expr | int = 0,
    distance: SquaredDistance | None = None,
    *,
    weights: Sequence[int] = (),
    half_width: sympy.Expr | None = None,
) -> sympy.Expr:
    """Integrate a diagram exactly, over the whole space or over a box.

    Parameters
    ----------
    lines : sequence of (str, str)
        Ends of the lines, ``x1`` and so on for external points, ``y1`` and so on for vertices.
    amplitude, curvature : sympy.Expr
        A and c of the kernel A exp(−c|x − y|²/2) of a line at a vertex.
    dimension : sympy.Expr or int
        Number of components of a point.
    bias_variance : sympy.Expr or int
        What a line between external points has in addition.
    distance : callable, optional
        Squared distance of two points; by default (x1 − x2)² in one dimension and ``s(x1, x2)`` otherwise.
    weights : sequence of int
        Per vertex the power of its position in the integrand; in one dimension.
    half_width : sympy.Expr, optional
        Every vertex runs from −half_width to half_width; in one dimension, without weights, where no line
        joins two vertices. The whole space by default.

    Raises
    ------
    InvalidExpansion
        If a part of the diagram has no external point (its integral is the volume of space), or if the
        amplitude, curvature, dimension or box is a number that is not positive.
    NotAvailable
        If there is no closed form for the weights or the box.

    Examples
    --------
    >>> A, c = sympy.symbols("A c", positive=True)
    >>> gaussian_integral([("x1", "y1"), ("x2", "y1")], A, c)
    sqrt(pi)*A**2*exp(-c*(x1 - x2)**2/4)/sqrt(c)
    >>> gaussian_integral([("x1", "y1"), ("x1", "y1")], A, c, weights=(2,))
    sqrt(pi)*A**2*(x1**2 + 1/(2*c))/sqrt(c)
    """
    amplitude, curvature = _positive(amplitude, "amplitude"), _positive(curvature, "curvature")
    half = _positive(dimension, "dimension") / 2
    box = None if half_width is None else _positive(half_width, "half width")
    bias = as_expression(bias_variance, "variance of the bias")
    measure = distance or (on_a_line if dimension == 1 else squared_distance)
    outer, inner = split_lines(lines)
    value = sympy.Integer(1)
    for (a, b), power in outer:
        far = measure(*sorted((point(a), point(b)), key=str))
        value *= (amplitude * sympy.exp(-curvature * far / 2) + bias) ** power
    if not (n_vertices := Factors(tuple(lines)).n_vertices):
        return value
    external = sorted({end for line, _ in inner for end in line if end.startswith("x")}, key=_number)
    names = [*external, *(f"y{number}" for number in range(1, n_vertices + 1))]
    determinant, schur = _reduced(laplacian := _laplacian(names, inner), len(external))
    if determinant == 0:
        raise InvalidExpansion(
            "a part of this diagram has vertices but no external point, and its integral over the whole "
            "space is infinite: expand the kind normalised or connected"
        )
    exponent = sum(
        (
            -_rational(schur[i][j]) * measure(point(external[i]), point(external[j]))
            for i in range(len(external))
            for j in range(i + 1, len(external))
        ),
        sympy.Integer(0),
    )
    value *= amplitude ** sum(power for _, power in inner) * (2 * sympy.pi / curvature) ** (half * n_vertices)
    value *= _rational(determinant) ** -half * sympy.exp(-curvature * exponent / 2)
    if not any(weights) and box is None:
        return value
    return value * _average(sympy.Matrix(laplacian), external, curvature, dimension, weights, box)


def _positive(value: object, what: str) -> sympy.Expr:
    """Refuse what is known not to be positive; symbols without assumptions pass."""
    number = as_expression(value, what)
    if number.is_extended_positive is False:
        raise InvalidExpansion(f"the {what} is {number}: give a positive number or a symbol")
    return number


def _average(
    laplacian: sympy.Matrix,
    external: Sequence[str],
    curvature: sympy.Expr,
    dimension: sympy.Expr | int,
    weights: Sequence[int],
    half_width: sympy.Expr | None,
) -> sympy.Expr:
    """Give the mean of the weights, or the probability of the box, for vertices as Gaussian variables."""
    if dimension != 1 or (any(weights) and half_width is not None):
        raise NotAvailable(
            "weights and a box are integrated in closed form only in one dimension, and not both at once: "
            "compute numbers with predict"
        )
    n, places = len(external), sympy.Matrix([point(name) for name in external])
    means = list(-(laplacian[n:, n:].inv() * laplacian[n:, :n] * places))
    if half_width is not None:
        return _inside(laplacian[n:, n:], means, curvature, half_width)
    return _moment(list(weights), means, laplacian[n:, n:].inv() / curvature)


def _moment(powers: list[int], means: Sequence[sympy.Expr], covariance: sympy.Matrix) -> sympy.Expr:
    """Give E[∏y_i^{w_i}] of Gaussian variables: E[y_i g] = m_i E[g] + Σ_j C_ij E[∂_j g]."""
    chosen = next((i for i, power in enumerate(powers) if power), None)
    if chosen is None:
        return sympy.Integer(1)
    rest = powers.copy()
    rest[chosen] -= 1
    total = means[chosen] * _moment(rest, means, covariance)
    for j, power in enumerate(rest):
        if power:
            lower = rest.copy()
            lower[j] -= 1
            total += covariance[chosen, j] * power * _moment(lower, means, covariance)
    return total


def _inside(
    laplacian: sympy.Matrix, means: Sequence[sympy.Expr], curvature: sympy.Expr, half_width: sympy.Expr
) -> sympy.Expr:
    """Give the probability that independent Gaussian variables are inside a box."""
    if not laplacian.is_diagonal():
        raise NotAvailable(
            "a line joins two vertices, and their integral over a box has no closed form: leave the box out, "
            "or compute numbers with predict"
        )
    value = sympy.Integer(1)
    for i, mean in enumerate(means):
        sharpness = sympy.sqrt(curvature * laplacian[i, i] / 2)
        value *= (sympy.erf(sharpness * (half_width - mean)) + sympy.erf(sharpness * (half_width + mean))) / 2
    return value


def _number(label: str) -> int:
    return int(label[1:])


def _rational(number: Fraction) -> sympy.Rational:
    return sympy.Rational(number.numerator, number.denominator)


def _laplacian(names: Sequence[str], lines: Sequence[tuple[Line, int]]) -> list[list[Fraction]]:
    """Build the Laplacian of the lines, shape (points, points)."""
    place = {name: position for position, name in enumerate(names)}
    matrix = [[Fraction(0)] * len(names) for _ in names]
    for (a, b), power in lines:
        i, j = place[a], place[b]
        if i != j:
            matrix[i][i] += power
            matrix[j][j] += power
            matrix[i][j] -= power
            matrix[j][i] -= power
    return matrix


def _reduced(matrix: list[list[Fraction]], n_kept: int) -> tuple[Fraction, list[list[Fraction]]]:
    """Eliminate the points behind the first `n_kept`: determinant of their block, and the Schur complement.

    The block is positive semidefinite, so the pivots need no search: a zero pivot means a zero determinant.
    """
    rows = [row.copy() for row in matrix]
    determinant = Fraction(1)
    for last in range(len(rows) - 1, n_kept - 1, -1):
        pivot = rows[last][last]
        determinant *= pivot
        if pivot == 0:
            return Fraction(0), []
        for i in range(last):
            factor = rows[i][last] / pivot
            for j in range(last):
                rows[i][j] -= factor * rows[last][j]
    return determinant, [row[:n_kept] for row in rows[:n_kept]]
