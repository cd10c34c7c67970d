"""Scalar forms of the kernels, for compiled code: one pair of inputs, one number.

Array forms are in `numerics.kernels.arc` and `numerics.kernels.stationary`, tables built from these scalar
forms in `numerics.kernels.tables`. The arc tangent is a polynomial without branches, so that loops over
inputs become vector code.
"""

from math import exp, pi, sqrt
from typing import Any

from numerics.kernels.base import FEW_AXES
from numerics.machine.intrinsics import multiply_add
from numerics.machine.jit import compiled, inlined

#: (atan(t)/t − 1)/t² as a polynomial in t² for |t| <= tan(π/8): Chebyshev interpolation computed with 60
#: digits, error 1e-18. Kernels of almost opposite inputs need atan(t) − t to full relative accuracy.
ARC_TANGENT = (
    -0.33333333333333333217,
    0.19999999999999804328,
    -0.14285714285659777756,
    0.11111111105150587894,
    -0.090909087532591129423,
    0.076922963680422971183,
    -0.066664247602005201418,
    0.058789275544738067649,
    -0.05230443640686947707,
    0.045515447340221616522,
    -0.034569315063326089813,
    0.016284375050043394444,
)
_HIGHEST_FIRST = ARC_TANGENT[::-1]
_EDGE = 0.41421356237309503  # tan(π/8)
_HALF, _QUARTER = 0.5 * pi, 0.25 * pi


@inlined
def arc_tangent_tail(z: Any) -> Any:
    """Evaluate (atan(t)/t − 1)/t² at z = t²; for |t| <= tan(π/8)."""
    p = _HIGHEST_FIRST[0]
    for k in range(1, len(_HIGHEST_FIRST)):
        p = multiply_add(p, z, _HIGHEST_FIRST[k])
    return p


@inlined
def angle(a: Any, b: Any) -> Any:
    """atan(a/b) for a >= 0, b >= 0, not both zero, to within 3e-16."""
    # one division only: the quotient is formed after the range has been reduced
    middle = a > _EDGE * b
    upper = a * _EDGE > b
    above = -b if upper else a - b
    top = above if middle else a
    below = a if upper else a + b
    bottom = below if middle else b
    offset = (_HALF if upper else _QUARTER) if middle else 0.0
    t = top / bottom
    z = t * t
    return offset + multiply_add(t * z, arc_tangent_tail(z), t)


@inlined
def erf_weight(c: Any, diagonals: Any, det: Any, amplitude: Any) -> Any:
    """K_W of Erf-net from C(x,y), C(x,x) + C(y,y), their determinant and 2 sw²/π."""
    size = angle(abs(2.0 * c), sqrt(1.0 + 2.0 * diagonals + 4.0 * det))
    return amplitude * (size if c >= 0.0 else -size)


@inlined
def relu_weight(c: Any, det: Any, amplitude: Any) -> Any:
    """K_W of ReLU-net from C(x,y), the determinant and sw²/2π.

    With φ = atan(r/|C|): r + (π − φ) C for C >= 0, and r − φ|C| below, from the series where r << |C|.
    """
    r, a = sqrt(det), abs(c)
    nothing = r + a == 0.0
    whole = 1.0 if nothing else a
    phi = angle(r, whole)
    t = r / (whole if r < _EDGE * whole else 1.0)
    narrow = -a * t * t * t * arc_tangent_tail(t * t)
    opposite = narrow if r < _EDGE * whole else r - phi * a
    k = r + (pi - phi) * a if c >= 0.0 else opposite
    return 0.0 if nothing else amplitude * k


@compiled
def squared_area(x: Any, y: Any) -> float:
    """|x|² |y|² − (x·y)² for x and y of shape (d,); see `numerics.kernels.base.squared_area`.

    Examples
    --------
    >>> import numpy as np
    >>> squared_area(np.arange(12.0), -2.0 * np.arange(12.0))
    0.0
    """
    area = 0.0
    if x.size <= FEW_AXES:
        for k in range(x.size):
            for l in range(k):
                area += (x[k] * y[l] - x[l] * y[k]) ** 2
        return area
    own, other, product = 0.0, 0.0, 0.0
    for k in range(x.size):
        own += x[k] * x[k]
        other += y[k] * y[k]
        product += x[k] * y[k]
    longer = max(own, other)
    if longer == 0.0:
        return 0.0
    # what is left of the shorter vector without its part along the longer one
    share = product / longer
    of_x, of_y = (-share, 1.0) if own >= other else (1.0, -share)
    squares, left = 0.0, 0.0
    for k in range(x.size):
        rest = of_x * x[k] + of_y * y[k]
        squares += rest * rest
        left += rest * (x[k] if own >= other else y[k])
    return longer * max(squares - left * (left / longer), 0.0)


@compiled
def preactivations(x: Any, y: Any, sigma_w: float, sigma_b: float) -> tuple[float, float, float]:
    """C(x, y), C(x, x) + C(y, y) and their determinant; x and y of shape (d,)."""
    slope, bias = sigma_w * sigma_w / x.size, sigma_b * sigma_b
    product, squares, distance = 0.0, 0.0, 0.0
    for k in range(x.size):
        product += x[k] * y[k]
        squares += x[k] * x[k] + y[k] * y[k]
        distance += (x[k] - y[k]) ** 2
    det = bias * slope * distance + slope * slope * squared_area(x, y)
    return bias + slope * product, 2.0 * bias + slope * squares, det


@compiled
def erf_kernel(x: Any, y: Any, sigma_w: float, sigma_b: float) -> Any:
    """K_W of Erf-net for one pair of inputs.

    Parameters
    ----------
    x, y : ndarray, shape (d,)
    sigma_w, sigma_b : float

    Examples
    --------
    >>> import numpy as np
    >>> origin = np.zeros(1)
    >>> bool(abs(erf_kernel(origin, origin, 1.0, 1.0) - 2 / pi * np.arcsin(2 / 3)) < 1e-15)
    True
    """
    c, diagonals, det = preactivations(x, y, sigma_w, sigma_b)
    return erf_weight(c, diagonals, det, 2.0 * sigma_w * sigma_w / pi)


@compiled
def relu_kernel(x: Any, y: Any, sigma_w: float, sigma_b: float) -> Any:
    """K_W of ReLU-net for one pair of inputs; parameters as for `erf_kernel`.

    Examples
    --------
    >>> import numpy as np
    >>> relu_kernel(np.array([2.0]), np.array([0.5]), 1.0, 0.0)
    0.5
    """
    c, _, det = preactivations(x, y, sigma_w, sigma_b)
    return relu_weight(c, det, sigma_w * sigma_w / (2.0 * pi))


@compiled
def gaussian_kernel(x: Any, y: Any, amplitude: float, curvature: float) -> float:
    """K_W = A exp(−c |x − y|²/2) of Gauss-net and Cos-net for one pair of inputs of shape (d,).

    Examples
    --------
    >>> import numpy as np
    >>> gaussian_kernel(np.array([0.5]), np.array([0.5]), 2.0, 1.0)
    2.0
    """
    square = 0.0
    for k in range(x.size):
        square += (x[k] - y[k]) ** 2
    return amplitude * exp(-0.5 * curvature * square)
