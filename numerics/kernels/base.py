"""Propagators of infinite-width networks: what every kernel answers, and the shared covariance.

With f = b1 + N^(-1/2) Σ a_i s(W_i·x + b_i), a ~ N(0, sw²), W_k ~ N(0, sw²/d), b and b1 ~ N(0, sb²), the
two-point function of the network is, at every width,

    K(x, y) = K_W(x, y) + sb²,        K_W(x, y) = sw² E[s(x) s(y)].

Lines of a diagram that touch a vertex carry K_W (the output bias is an independent Gaussian constant and
drops out of connected functions); lines between external points carry the full K.

What to use when
----------------
`arc.ErfKernel`, `arc.ReLUKernel`
    Functions of the angle between preactivations (Williams 1998; Cho and Saul 2009).
`stationary.GaussKernel`, `stationary.CosKernel`
    Gaussians of |x − y| (Halverson, Maiti and Stoner, arXiv:2008.08601).
"""

from abc import ABC, abstractmethod
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, InvalidPoints

Array = NDArray[np.float64]

#: Standard deviations between these have fourth powers that are floats.
_SMALLEST, _LARGEST = 1e-75, 1e75


class Kernel(ABC):
    """A propagator K = K_W + bias_variance on R^d_in.

    Attributes
    ----------
    d_in : int
        Dimension of the inputs.
    bias_variance : float
        Variance of the Gaussian *output* bias, the constant part of K.
    """

    d_in: int

    @property
    @abstractmethod
    def bias_variance(self) -> float:
        """Variance of the output bias: K − K_W."""

    @abstractmethod
    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W, the part of the propagator without the output bias.

        Parameters
        ----------
        x : ndarray, shape (n, d_in)
        y : ndarray, shape (m, d_in)

        Returns
        -------
        ndarray, shape (n, m)
        """

    @abstractmethod
    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); `y` has shape (m, d_in), the result (m,)."""

    @property
    @abstractmethod
    def ray_growth(self) -> float | None:
        """Power of r with which K_W(x, r ŷ) grows; None if it decays faster than any power."""

    @property
    @abstractmethod
    def self_growth(self) -> float:
        """Power of r with which K_W(r ŷ, r ŷ) grows."""

    @property
    @abstractmethod
    def length_scale(self) -> float | None:
        """Shortest distance over which K_W(x, ·) changes shape away from its kinks; None if scale-free."""

    @abstractmethod
    def kinks(self, points: Array) -> tuple[Array, ...]:
        """Coordinates at which K_W(x_i, ·) is not smooth, per axis.

        Parameters
        ----------
        points : ndarray, shape (n, d_in)

        Returns
        -------
        tuple of d_in sorted ndarrays
            Where to break an integration range along each axis. For ``d_in >= 2`` these are the
            coordinates of the singular points; see `kink_rays` for singular half-lines.
        """

    def kink_rays(self, points: Array) -> Array:
        """Directions of half-lines from the origin on which K_W(x_i, ·) is not smooth.

        Returns
        -------
        ndarray, shape (k, d_in)
            Unit vectors, distinct; ``k = 0`` unless the kernel is homogeneous.
        """
        return np.empty((0, self.d_in))

    @property
    def gaussian(self) -> tuple[float, float] | None:
        """Amplitude A and curvature c if K_W(x, y) = A exp(−c |x − y|²/2), else None."""
        return None

    @property
    def relative_error(self) -> float:
        """Largest error of the values of K_W so far beyond rounding, relative to √(K_W(x, x) K_W(y, y)).

        Zero for formulas. Integrals and predictions add what it does to them to their errors.
        """
        return 0.0

    def full(self, x: Array, y: Array) -> Array:
        """Evaluate the propagator K = K_W + bias_variance; shapes as in `weight`."""
        return self.weight(x, y) + self.bias_variance


class in_range:
    """Refuse inputs for which the formula of a kernel leaves the range of floats; a context manager.

    Without it the overflow of an intermediate result can pass for a number: C(x, y) = ∞ gives Erf-net a
    covariance of zero.

    Parameters
    ----------
    x, y : ndarray, shape (n, d), (m, d)
        The inputs, for the message.

    Raises
    ------
    InvalidPoints
        On leaving, where an operation inside overflowed.

    Examples
    --------
    >>> with in_range(np.array([[1e200]]), np.zeros((1, 1))):
    ...     np.square(np.array([1e200]))
    Traceback (most recent call last):
    numerics.errors.InvalidPoints: inputs up to 1e+200 were given: the kernel needs their squares, ...
    """

    def __init__(self, x: Array, y: Array) -> None:
        self._points = (x, y)
        self._state = np.errstate(over="raise", invalid="raise")

    def __enter__(self) -> None:
        self._state.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state.__exit__(kind, error, trace)
        if isinstance(error, FloatingPointError):
            largest = max(float(np.max(np.abs(points), initial=0.0)) for points in self._points)
            raise InvalidPoints(
                f"inputs up to {largest:.3g} were given: the kernel needs their squares, or fourth powers, "
                "which are beyond the range of floating-point numbers; rescale the inputs, the standard "
                "deviations or the cutoff"
            ) from error


def check_deviations(**deviations: float) -> None:
    """Check standard deviations: positive, for biases also zero, and of a size whose powers are floats.

    Raises
    ------
    InvalidNetwork
        Naming the one that is out of range.

    Examples
    --------
    >>> check_deviations(sigma_w=1.0, sigma_b=0.0)
    >>> check_deviations(sigma_w=1e200)
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: sigma_w = 1e+200 was given; a number from 1e-75 to 1e+75 is needed
    """
    for name, value in deviations.items():
        absent = name == "sigma_b" and value == 0.0
        if not (absent or _SMALLEST <= value <= _LARGEST):
            zero = "0, or " if name == "sigma_b" else ""
            raise InvalidNetwork(
                f"{name} = {value} was given; {zero}a number from {_SMALLEST:g} to {_LARGEST:g} is needed"
            )


def no_kinks(d_in: int) -> tuple[Array, ...]:
    """No kinks along any axis: `d_in` empty arrays."""
    return tuple(np.empty(0) for _ in range(d_in))


def as_pair(x: Array, y: Array, d_in: int) -> tuple[Array, Array]:
    """Check that two sets of points have shape (any, d_in).

    Raises
    ------
    InvalidPoints
        If they have not.
    """
    pair = (np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    for points in pair:
        if points.ndim != 2 or points.shape[1] != d_in:
            raise InvalidPoints(
                f"the kernel has input dimension {d_in} and needs points of shape (number, {d_in}); "
                f"given was shape {points.shape}"
            )
    return pair


def covariance(x: Array, y: Array, sigma_w: float, sigma_b: float) -> Array:
    """Covariance of two preactivations, C(x, y) = sb² + sw² x·y/d.

    Parameters
    ----------
    x : ndarray, shape (n, d_in)
    y : ndarray, shape (m, d_in)
    sigma_w, sigma_b : float
        Standard deviations; the weights have variance sw²/d.

    Returns
    -------
    ndarray, shape (n, m)
    """
    c: Array = sigma_b**2 + (sigma_w**2 / x.shape[1]) * (x @ y.T)
    return c


def variance(x: Array, sigma_w: float, sigma_b: float) -> Array:
    """Variance of a preactivation, C(x, x); `x` has shape (n, d_in), the result (n,)."""
    c: Array = sigma_b**2 + (sigma_w**2 / x.shape[1]) * np.einsum("ik,ik->i", x, x)
    return c


def determinant(x: Array, y: Array, sigma_w: float, sigma_b: float) -> Array:
    """Determinant C(x,x) C(y,y) − C(x,y)² of two preactivations, without cancellation.

    Lagrange's identity writes it as a sum of squares,
    sb² sw² |x − y|²/d + (sw⁴/d²) Σ_{k<l} (x_k y_l − x_l y_k)², exactly zero where it must be.

    Parameters
    ----------
    x : ndarray, shape (n, d_in)
    y : ndarray, shape (m, d_in)
    sigma_w, sigma_b : float

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> determinant(np.array([[0.1]]), np.array([[0.1]]), 1.3, 0.7).tolist()
    [[0.0]]
    """
    slope = sigma_w**2 / x.shape[1]
    det: Array = (sigma_b**2 * slope) * squared_distance(x, y)
    for k in range(x.shape[1]):
        for l in range(k + 1, x.shape[1]):
            area = np.outer(x[:, k], y[:, l]) - np.outer(x[:, l], y[:, k])
            det += (slope * area) ** 2
    return det


def squared_distance(x: Array, y: Array) -> Array:
    """Squared distances |x_i − y_j|² from coordinate differences; shapes (n, d), (m, d) -> (n, m)."""
    total = np.zeros((x.shape[0], y.shape[0]))
    for k in range(x.shape[1]):
        total += np.subtract.outer(x[:, k], y[:, k]) ** 2
    return total
