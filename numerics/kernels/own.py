"""Kernels from a function of the user: an array function, or a scalar one compiled with Numba.

What integrals need to know beyond the values, how the kernel grows, on which length it varies, and whether it
has kinks, is measured, or declared and then checked (`numerics.kernels.checks`). A kernel from a SymPy
expression is made by ``nnft_sym.symbolic.functions.symbolic_kernel``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel, InvalidNetwork
from numerics.kernels.base import Kernel, as_pair
from numerics.kernels.checks import (
    check_covariance,
    check_growth,
    check_length,
    has_kinks_at_points,
    measured_growth,
    measured_length,
    probe_points,
)

Array = NDArray[np.float64]

_MEASURE = "measured"
#: Diagonal values read off one table at a time when there is no function for them.
_BLOCK = 16


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
    length_scale : float or "measured"
        Shortest distance over which K_W(x, ·) changes shape; it is checked at the inputs.
    kinks_at_points : bool or "measured"
        Whether K_W(x, ·) has a kink at x. Only jumps of the first derivative can be measured.
    fixed_kinks : sequence of d sequences of float
        Per axis further coordinates at which K_W(x, ·) is not smooth; empty if there are none.
    diagonal : callable, optional
        ``diagonal(y)`` with y of shape (m, d), result (m,): K_W(y, y), where that is faster than a table.
    name : str, optional
        How the kernel is written; default: the name of the function.
    content : str, optional
        Text that tells the function from every other one; needed to keep its integrals on disk.

    Raises
    ------
    InvalidKernel
        If the function returns NaN, infinity or a wrong shape, here or later; if it is not symmetric or not
        positive at a few points; if it has no clear power where it is to be measured, or grows faster than
        declared.
    InvalidNetwork
        If a number is out of range.

    Examples
    --------
    >>> def exponential(x, y):
    ...     return np.exp(-np.abs(x - y.T))
    >>> kernel = FunctionKernel(exponential)
    >>> kernel.ray_growth, kernel.self_growth, kernel.full(np.zeros((1, 1)), np.zeros((1, 1))).tolist()
    (None, 0.0, [[1.0]])
    >>> round(kernel.length_scale, 1), kernel.kinks(np.array([[0.5]]))
    (0.6, (array([0.5]),))
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
        length_scale: float | str = _MEASURE,
        kinks_at_points: bool | str = _MEASURE,
        fixed_kinks: Sequence[Sequence[float]] = (),
        diagonal: Callable[[Array], Any] | None = None,
        name: str | None = None,
        content: str | None = None,
    ) -> None:
        given_length = None if length_scale == _MEASURE else float(length_scale)
        bad_length = given_length is not None and not 0.0 < given_length < np.inf
        if d_in < 1 or not 0.0 <= bias_variance < np.inf or bad_length:
            raise InvalidNetwork(
                f"d_in = {d_in}, bias_variance = {bias_variance} and length_scale = {length_scale} given; "
                "needed are d_in >= 1, a finite variance >= 0 and a positive finite length"
            )
        if len(fixed_kinks) not in (0, d_in):
            raise InvalidNetwork(f"fixed_kinks for {len(fixed_kinks)} axes given; {d_in} are needed, or none")
        self.d_in = d_in
        self.content = content
        self._function, self._scalar, self._diagonal = function, scalar, diagonal
        self._name = name or getattr(function, "__qualname__", type(function).__name__)
        self._bias_variance = float(bias_variance)
        self._length_scale = 1.0 if given_length is None else given_length
        self._kinks_at_points = kinks_at_points is True
        self._fixed_kinks = tuple(tuple(float(k) for k in axis) for axis in fixed_kinks) or ((),) * d_in
        self._ray_growth = None if ray_growth in (_MEASURE, None) else float(ray_growth)
        self._self_growth = 0.0 if self_growth == _MEASURE else float(self_growth)
        probes = probe_points(d_in)
        check_covariance(self, probes)
        if given_length is None:
            self._length_scale = measured_length(self, probes)
        if kinks_at_points == _MEASURE:
            self._kinks_at_points = has_kinks_at_points(self, probes, self._length_scale)
        if _MEASURE in (ray_growth, self_growth):
            on_rays, on_diagonal = measured_growth(self)
            self._ray_growth = on_rays if ray_growth == _MEASURE else self._ray_growth
            self._self_growth = on_diagonal if self_growth == _MEASURE else self._self_growth
        if (ray_growth, self_growth) != (_MEASURE, _MEASURE):
            check_growth(self)

    def __repr__(self) -> str:
        return (
            f"FunctionKernel({self._name}, d_in={self.d_in}, bias_variance={self._bias_variance:g}, "
            f"ray_growth={self._ray_growth}, self_growth={self._self_growth:g})"
        )

    def check_at(self, points: Array) -> None:
        """Check symmetry, positivity and length scale at the inputs, shape (n, d_in).

        Raises
        ------
        InvalidKernel
            If the kernel cannot be a covariance there, or varies faster than its length scale says.
        """
        check_covariance(self, points)
        check_length(self, points)

    @property
    def identity(self) -> str | None:
        """All that defines the kernel, as text; None without `content`."""
        if self.content is None:
            return None
        declared = (
            self.d_in,
            self._bias_variance,
            self._ray_growth,
            self._self_growth,
            self._length_scale,
            self._kinks_at_points,
            self._fixed_kinks,
        )
        return f"FunctionKernel({self.content!r}, {declared!r})"

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
        """Shortest distance over which K_W(x, ·) changes shape, declared or measured."""
        return self._length_scale

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """Coordinates of the points if there are kinks, and the fixed ones."""
        points, _ = as_pair(points, points, self.d_in)
        moving = points if self._kinks_at_points else np.empty((0, self.d_in))
        return tuple(
            np.unique(np.concatenate([moving[:, k], self._fixed_kinks[k]])) for k in range(self.d_in)
        )

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m)."""
        x, y = as_pair(x, y, self.d_in)
        if self._scalar:
            from numerics.kernels.scalar_tables import pair_table

            return self._checked(pair_table(self._function, x, y), (len(x), len(y)))
        with np.errstate(all="ignore"):  # the values are judged, not the way to them
            return self._checked(self._function(x, y), (len(x), len(y)))

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        y, _ = as_pair(y, y, self.d_in)
        if self._diagonal is not None:
            with np.errstate(all="ignore"):
                return self._checked(self._diagonal(y), (len(y),))
        if self._scalar:
            from numerics.kernels.scalar_tables import diagonal_values

            return self._checked(diagonal_values(self._function, y), (len(y),))
        blocks = [y[start : start + _BLOCK] for start in range(0, len(y), _BLOCK)]
        parts = [self.weight(block, block).diagonal() for block in blocks]
        return np.concatenate(parts) if parts else np.empty(0)

    def _checked(self, values: Any, shape: tuple[int, ...]) -> Array:
        found = np.asarray(values, dtype=np.float64)
        if found.shape != shape or not np.all(np.isfinite(found)):
            what = f"shape {found.shape}" if found.shape != shape else "NaN or infinite values"
            raise InvalidKernel(
                f"the function of {self!r} returned {what}; needed are finite numbers of shape {shape}. "
                "Check it for coincident and for far inputs; if it only grows too fast there to be measured, "
                "declare ray_growth and self_growth"
            )
        return found


def kernel_identity(kernel: Kernel) -> str | None:
    """Text that tells a kernel from every other one; None where there is none, as for a bare function.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel
    >>> kernel_identity(ErfKernel(1.5, d_in=2)), kernel_identity(FunctionKernel(lambda x, y: x @ y.T))
    ('ErfKernel(sigma_w=1.5, sigma_b=1.0, d_in=2)', None)
    """
    return kernel.identity
