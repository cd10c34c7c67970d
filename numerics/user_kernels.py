"""Kernels from a function of the user: an array function, or a scalar one compiled with Numba.

What integrals need to know beyond the values, how the kernel grows and on which length it varies, is
declared, or else the growth is measured along rays (`measured_growth`).
"""

from collections.abc import Callable
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel, InvalidNetwork
from numerics.kernels import Kernel, as_pair

Array = NDArray[np.float64]

#: Radii between which growth is measured: far enough for powers, near enough for squares of large numbers.
_NEAR, _FAR = 1e6, 1e7
#: What is this much smaller far away than at a distance of one counts as decaying faster than any power.
_NOTHING = 1e-60
#: Measured powers are rounded to quarters; a kernel farther off than this has no clear power.
_UNCLEAR = 0.05
_MEASURE = "measured"


@final
class FunctionKernel(Kernel):
    """Propagator K = K_W + bias_variance with K_W given by a function.

    Parameters
    ----------
    function : callable
        ``function(x, y)`` with x of shape (n, d), y of shape (m, d), result (n, m); symmetric, positive
        semidefinite. With ``scalar=True`` a Numba-compiled function of two arrays of shape (d,).
    d_in : int
        Dimension d of the inputs.
    scalar : bool
        Whether `function` takes one pair of inputs at a time.
    bias_variance : float
        Variance of the output bias, added between external points only.
    ray_growth : float, None or "measured"
        Power of r with which K_W(x, r ŷ) grows; None if it decays faster than any power.
    self_growth : float or "measured"
        Power of r with which K_W(r ŷ, r ŷ) grows.
    length_scale : float
        Shortest distance over which K_W(x, ·) changes shape.
    kinks_at_points : bool
        Whether K_W(x, ·) has a kink at x.

    Raises
    ------
    InvalidKernel
        If the function returns NaN, infinity or a wrong shape, here or later, or has no clear power where it
        is to be measured.
    InvalidNetwork
        If a number is out of range.

    Examples
    --------
    >>> def exponential(x, y):
    ...     return np.exp(-np.abs(x - y.T))
    >>> kernel = FunctionKernel(exponential, kinks_at_points=True)
    >>> kernel.ray_growth, kernel.self_growth, kernel.full(np.zeros((1, 1)), np.zeros((1, 1))).tolist()
    (None, 0.0, [[1.0]])
    """

    def __init__(
        self,
        function: Callable[..., Any],
        d_in: int = 1,
        *,
        scalar: bool = False,
        bias_variance: float = 0.0,
        ray_growth: float | str | None = _MEASURE,
        self_growth: float | str = _MEASURE,
        length_scale: float = 1.0,
        kinks_at_points: bool = False,
    ) -> None:
        if d_in < 1 or not bias_variance >= 0.0 or not 0.0 < length_scale < np.inf:
            raise InvalidNetwork(
                f"d_in = {d_in}, bias_variance = {bias_variance} and length_scale = {length_scale} given; "
                "needed are d_in >= 1, a variance >= 0 and a positive finite length"
            )
        self.d_in = d_in
        self._function, self._scalar = function, scalar
        self._bias_variance = float(bias_variance)
        self._length_scale = float(length_scale)
        self._kinks_at_points = kinks_at_points
        on_rays, on_diagonal = None, 0.0
        if _MEASURE in (ray_growth, self_growth):
            on_rays, on_diagonal = measured_growth(self)
        self._ray_growth = on_rays if ray_growth == _MEASURE else _number(ray_growth)
        self._self_growth = on_diagonal if self_growth == _MEASURE else float(self_growth)

    def __repr__(self) -> str:
        name = getattr(self._function, "__qualname__", type(self._function).__name__)
        return (
            f"FunctionKernel({name}, d_in={self.d_in}, bias_variance={self._bias_variance:g}, "
            f"ray_growth={self._ray_growth}, self_growth={self._self_growth:g})"
        )

    @property
    def bias_variance(self) -> float:
        """Variance of the output bias."""
        return self._bias_variance

    @property
    def ray_growth(self) -> float | None:
        """Power with which K_W(x, r ŷ) grows, declared or measured."""
        return self._ray_growth

    @property
    def self_growth(self) -> float:
        """Power with which K_W(r ŷ, r ŷ) grows, declared or measured."""
        return self._self_growth

    @property
    def length_scale(self) -> float:
        """Shortest distance over which K_W(x, ·) changes shape, as declared."""
        return self._length_scale

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """Coordinates of the points if kinks were declared there, else none."""
        points, _ = as_pair(points, points, self.d_in)
        if not self._kinks_at_points:
            return tuple(np.empty(0) for _ in range(self.d_in))
        return tuple(np.unique(points[:, k]) for k in range(self.d_in))

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m)."""
        x, y = as_pair(x, y, self.d_in)
        if self._scalar:
            values = np.array([[self._function(a, b) for b in y] for a in x], dtype=np.float64)
            return self._checked(values.reshape(len(x), len(y)), (len(x), len(y)))
        return self._checked(self._function(x, y), (len(x), len(y)))

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        y, _ = as_pair(y, y, self.d_in)
        # one row at a time: a function of the user need not accept pairs
        return np.array([self.weight(y[k : k + 1], y[k : k + 1])[0, 0] for k in range(len(y))])

    def _checked(self, values: Any, shape: tuple[int, int]) -> Array:
        found = np.asarray(values, dtype=np.float64)
        if found.shape != shape or not np.all(np.isfinite(found)):
            what = f"shape {found.shape}" if found.shape != shape else "NaN or infinite values"
            raise InvalidKernel(
                f"the function of {self!r} returned {what}; needed are finite numbers of shape {shape}. "
                "Check it for coincident and for far inputs"
            )
        return found


def measured_growth(kernel: Kernel) -> tuple[float | None, float]:
    """Measure the powers with which a kernel grows along rays and on the diagonal.

    Parameters
    ----------
    kernel : Kernel

    Returns
    -------
    ray_growth : float or None
        Largest power of r in K_W(x, r ŷ) over several x and ŷ, rounded to quarters.
    self_growth : float
        The same for K_W(r ŷ, r ŷ).

    Raises
    ------
    InvalidKernel
        If the growth is no power.

    Examples
    --------
    >>> from numerics.kernels_arc import ReLUKernel
    >>> measured_growth(ReLUKernel(d_in=2))
    (1.0, 2.0)
    """
    axes = np.eye(kernel.d_in)
    directions = np.concatenate([axes, -axes, np.full((1, kernel.d_in), kernel.d_in**-0.5)])
    inputs = 0.7 * directions
    near = float(np.max(np.abs(kernel.weight(inputs, _NEAR * directions))))
    far = float(np.max(np.abs(kernel.weight(inputs, _FAR * directions))))
    here = float(np.max(np.abs(kernel.weight(inputs, directions))))
    own = [float(np.max(np.abs(kernel.weight_diagonal(r * directions)))) for r in (_NEAR, _FAR)]
    ray = None if far <= _NOTHING * here else _power(near, far, "K(x, r ŷ)")
    return ray, _power(own[0], own[1], "K(r ŷ, r ŷ)") if own[1] > 0.0 else 0.0


def _power(near: float, far: float, what: str) -> float:
    slope = np.log(far / near) / np.log(_FAR / _NEAR) if near > 0.0 else np.inf
    power = round(4.0 * slope) / 4.0 if np.isfinite(slope) else 0.0
    if not abs(slope - power) < _UNCLEAR:
        raise InvalidKernel(
            f"{what} goes from {near:.3g} at r = {_NEAR:g} to {far:.3g} at r = {_FAR:g}, which is no clear "
            "power of r (a multiple of 1/4); declare ray_growth and self_growth"
        )
    return power + 0.0


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)
