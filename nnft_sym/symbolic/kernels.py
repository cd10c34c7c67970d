r"""The kernels of our four networks as SymPy expressions; importing this module imports SymPy.

With C(x, y) = sb² + sw² x·y/d and det = C_xx C_yy − C_xy², written as a sum of squares,

    Erf    K_W = (2 sw²/π) atan2(2 C_xy, √(1 + 2C_xx + 2C_yy + 4 det))        (Williams 1998)
    ReLU   K_W = (sw²/2π) [√det + (π − θ) C_xy],  θ = atan2(√det, C_xy)       (Cho and Saul 2009)
    Gauss  K_W = sw² exp(−sw² |x − y|²/2d)                                    (arXiv:2008.08601)
    Cos    K_W = (sa²/2) exp(−sw² |x − y|²/2d)
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import sympy

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import InvalidExpansion
from nnft_sym.symbolic.inputs import as_expression

#: A number, or a symbol for one.
Scalar: TypeAlias = sympy.Expr | float | int
Coordinates: TypeAlias = Sequence[sympy.Expr]


def kernel_expression(
    net: str,
    x: sympy.Expr | Coordinates,
    y: sympy.Expr | Coordinates,
    sigma_w: Scalar = 1,
    sigma_b: Scalar | None = None,
    sigma_a: Scalar | None = None,
) -> sympy.Expr:
    """Write K_W(x, y) of one of our networks.

    Parameters
    ----------
    net : {"erf", "relu", "gauss", "cos"}
    x, y : sympy.Expr or sequence of d of them
        Coordinates of the two points.
    sigma_w, sigma_b, sigma_a : number or sympy.Expr
        Standard deviations, as for `numerics.networks.architectures.network`; 1 by default, `sigma_b` of ReLU
        0, `sigma_a` that of the weights.

    Returns
    -------
    sympy.Expr
        Without the output bias: K = K_W + sb² for all but Cos.

    Raises
    ------
    InvalidExpansion
        If the network is unknown, or the points have different dimensions.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> kernel_expression("gauss", x, y)
    exp(-(x - y)**2/2)
    >>> kernel_expression("erf", 0, 0, sigma_b=1)
    2*atan(2*sqrt(5)/5)/pi
    >>> kernel_expression("relu", x, x)
    x**2/2
    """
    first, second = _coordinates(x), _coordinates(y)
    if net not in _FORMS or len(first) != len(second) or not first:
        near = "" if net in _FORMS else did_you_mean(net, _FORMS)
        what = f"points with {len(first)} and {len(second)}" if net in _FORMS else f"the network {shown(net)}"
        raise InvalidExpansion(
            f"{what} was given: there are {', '.join(_FORMS)}, for two points with the same number of "
            f"coordinates{near}"
        )
    sw = as_expression(sigma_w, "sigma_w")
    sb = as_expression((0 if net == "relu" else 1) if sigma_b is None else sigma_b, "sigma_b")
    sa = sw if sigma_a is None else as_expression(sigma_a, "sigma_a")
    return _FORMS[net](first, second, sw, sb, sa)


def _coordinates(point: sympy.Expr | Coordinates) -> list[sympy.Expr]:
    several = isinstance(point, Sequence) and not isinstance(point, str)
    return [as_expression(c, "coordinate") for c in (point if several else [point])]


def _covariance(x: Coordinates, y: Coordinates, sw: sympy.Expr, sb: sympy.Expr) -> sympy.Expr:
    return sb**2 + sw**2 * sympy.Add(*[a * b for a, b in zip(x, y, strict=True)]) / len(x)


def _determinant(x: Coordinates, y: Coordinates, sw: sympy.Expr, sb: sympy.Expr) -> sympy.Expr:
    d = len(x)
    areas = [(x[k] * y[l] - x[l] * y[k]) ** 2 for l in range(d) for k in range(l)]
    return sb**2 * sw**2 * _square(x, y) / d + sw**4 * sympy.Add(*areas) / d**2


def _square(x: Coordinates, y: Coordinates) -> sympy.Expr:
    return sympy.Add(*[(a - b) ** 2 for a, b in zip(x, y, strict=True)])


def _erf(x: Coordinates, y: Coordinates, sw: sympy.Expr, sb: sympy.Expr, _sa: sympy.Expr) -> sympy.Expr:
    sizes = 1 + 2 * _covariance(x, x, sw, sb) + 2 * _covariance(y, y, sw, sb)
    adjacent = sympy.sqrt(sizes + 4 * _determinant(x, y, sw, sb))
    return 2 * sw**2 / sympy.pi * sympy.atan2(2 * _covariance(x, y, sw, sb), adjacent)


def _relu(x: Coordinates, y: Coordinates, sw: sympy.Expr, sb: sympy.Expr, _sa: sympy.Expr) -> sympy.Expr:
    c, root = _covariance(x, y, sw, sb), sympy.sqrt(_determinant(x, y, sw, sb))
    if root == 0:  # one dimension without bias, or coinciding points: θ is 0 or π
        return sw**2 / 2 * sympy.Max(c, 0) if c.is_nonnegative is not True else sw**2 * c / 2
    return sw**2 / (2 * sympy.pi) * (root + (sympy.pi - sympy.atan2(root, c)) * c)


def _gauss(x: Coordinates, y: Coordinates, sw: sympy.Expr, _sb: sympy.Expr, _sa: sympy.Expr) -> sympy.Expr:
    return sw**2 * sympy.exp(-(sw**2) * _square(x, y) / (2 * len(x)))


def _cos(x: Coordinates, y: Coordinates, sw: sympy.Expr, _sb: sympy.Expr, sa: sympy.Expr) -> sympy.Expr:
    return sa**2 / 2 * sympy.exp(-(sw**2) * _square(x, y) / (2 * len(x)))


_Form: TypeAlias = Callable[[Coordinates, Coordinates, sympy.Expr, sympy.Expr, sympy.Expr], sympy.Expr]
_FORMS: dict[str, _Form] = {"erf": _erf, "relu": _relu, "gauss": _gauss, "cos": _cos}
