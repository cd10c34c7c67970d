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
from collections.abc import Iterable
from types import TracebackType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import InvalidNetwork, InvalidPoints
from numerics.given import as_number, as_real_array, as_whole
from numerics.results.faces import Described

Array = NDArray[np.float64]

#: Standard deviations between these have fourth powers that are floats.
_SMALLEST, _LARGEST = 1e-75, 1e75
#: Up to so many axes areas are sums over pairs of axes, which then are few.
FEW_AXES = 8
#: Numbers in an intermediate array of areas.
_BLOCK = 1 << 14


class Ridge(NamedTuple):
    """Where K_W(x, y) is singular at complex inputs, if it bends along the line through x and the origin.

    With u = y/ℓ and v = x/ℓ it is analytic wherever 1 − κ² + |u|² + |v|² − 2κ u·v + |u × v|² is not zero.

    Attributes
    ----------
    length : float
        ℓ.
    tilt : float
        κ, from 0 to below 1.
    """

    length: float
    tilt: float


class Kernel(Described, ABC):
    """A propagator K = K_W + bias_variance on R^d_in.

    Attributes
    ----------
    d_in : int
        Dimension of the inputs.
    bias_variance : float
        Variance of the Gaussian *output* bias, the constant part of K.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> kernel = ErfNet(5, sigma_b=1.0).kernel
    >>> isinstance(kernel, Kernel), kernel.d_in, kernel.bias_variance
    (True, 1, 1.0)
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
    def ridge(self) -> Ridge | None:
        """How sharply the kernel bends on the lines through the origin; None if nothing is known."""
        return None

    @property
    def odd(self) -> bool:
        """Whether K_W(x, −y) = −K_W(x, y) for all x and y."""
        return False

    @property
    def rotates(self) -> bool:
        """Whether K_W(R x, R y) = K_W(x, y) for all rotations and reflections R."""
        return False

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

    @property
    def code(self) -> tuple[str, ...]:
        """Modules whose code its values depend on, with all that those import."""
        return (type(self).__module__,)

    @property
    def by_quadrature(self) -> bool:
        """Whether every value is an integral: a thousand times the work of a formula."""
        return False

    @property
    def identity(self) -> str | None:
        """Text that tells the kernel from every other one, for files; None if there is none."""
        return None

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


def settle_deviations(owner: object, names: Iterable[str]) -> None:
    """Turn standard deviations into ``float``: positive, for biases also zero, with powers that are floats.

    Parameters
    ----------
    owner : object
        A new kernel or network, frozen or not; the attributes are set.
    names : iterable of str
        Which attributes.

    Raises
    ------
    InvalidNetwork
        Naming the one that is out of range.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel
    >>> ErfKernel(sigma_w=1e200)
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: sigma_w = 1e+200 was given; a number from 1e-75 to 1e+75 is needed
    """
    for name in names:
        given = getattr(owner, name)
        zero = name == "sigma_b"
        needed = "zero or a positive finite number" if zero else "a positive finite number"
        value = as_number(given, name, InvalidNetwork, needed, least=0.0)
        if not (zero and value == 0.0):
            as_number(given, name, InvalidNetwork, needed, above=0.0)
            allowed = f"{'0, or ' if zero else ''}a number from {_SMALLEST:g} to {_LARGEST:g}"
            as_number(given, name, InvalidNetwork, allowed, least=_SMALLEST, most=_LARGEST)
        object.__setattr__(owner, name, value)


def settle_kernel(kernel: "Kernel", *deviations: str) -> None:
    """Turn the numbers of a new kernel into ``float`` and ``int``, once and for all.

    Raises
    ------
    InvalidNetwork
        If one is out of range, or no number.
    """
    object.__setattr__(kernel, "d_in", as_whole(kernel.d_in, "d_in", InvalidNetwork))
    settle_deviations(kernel, deviations)


def no_kinks(d_in: int) -> tuple[Array, ...]:
    """No kinks along any axis: `d_in` empty arrays."""
    return tuple(np.empty(0) for _ in range(d_in))


def as_pair(x: Array, y: Array, d_in: int, *, finite: bool = False) -> tuple[Array, Array]:
    """Check that two sets of points are finite real numbers of shape (any, d_in).

    With `finite` they are known to be finite.

    Raises
    ------
    InvalidPoints
        If they are not.
    """
    first = _as_set(x, d_in, finite=finite)
    return first, first if y is x else _as_set(y, d_in, finite=finite)


def _as_set(points: Array, d_in: int, *, finite: bool) -> Array:
    plain = type(points) is np.ndarray and points.dtype == np.float64
    needed = f"the kernel needs real numbers of shape (number, {d_in})"
    found = points if plain else as_real_array(points, "points", InvalidPoints, needed)
    if found.ndim != 2 or found.shape[1] != d_in:
        raise InvalidPoints(
            f"the kernel has input dimension {d_in} and needs points of shape (number, {d_in}); "
            f"given was shape {found.shape}"
        )
    if not (finite or np.isfinite(found).all()):
        row = int(np.flatnonzero(~np.all(np.isfinite(found), axis=1))[0])
        raise InvalidPoints(
            f"point {row} is {shown(found[row].tolist())}; every coordinate must be a finite number"
        )
    return found


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

    Lagrange's identity writes it as sb² sw² |x − y|²/d + (sw⁴/d²) A, both positive and exactly zero where
    they must be; A is the squared area of the parallelogram of x and y, see `squared_area`.

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
    det += squared_area(x, y, slope)
    return det


def squared_area(x: Array, y: Array, scale: float = 1.0) -> Array:
    """Squared area |x|² |y|² − (x·y)² of the parallelograms of two sets of vectors, without cancellation.

    For few axes it is the sum Σ_{k<l} (x_k y_l − x_l y_k)². Its number of terms grows like d², so for more
    than `FEW_AXES` it is |l|² |s − (l·s/|l|²) l|² with l the longer of the two and s the shorter. What
    rounding leaves of l in the difference is taken off its square. Either way the area itself is right to a
    few units of rounding of |x||y|.

    Parameters
    ----------
    x : ndarray, shape (n, d)
    y : ndarray, shape (m, d)
    scale : float, optional
        Factor of the areas before they are squared: large ones make up for small vectors.

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> x = np.arange(1.0, 13.0)[np.newaxis]
    >>> squared_area(x, np.concatenate([x, -2 * x])).tolist()
    [[0.0, 0.0]]
    >>> squared_area(np.eye(12)[:1], 3 * np.eye(12)[1:2]).tolist()
    [[9.0]]
    """
    n, m, d = len(x), len(y), x.shape[1]
    total = np.zeros((n, m))
    if d <= FEW_AXES:
        for k in range(d):
            for l in range(k + 1, d):
                area = np.outer(x[:, k], y[:, l]) - np.outer(x[:, l], y[:, k])
                total += (scale * area) ** 2
        return total
    columns = max(1, min(m, _BLOCK // d))
    rows = max(1, _BLOCK // (d * columns))
    own, other = np.einsum("ik,ik->i", x, x), np.einsum("ik,ik->i", y, y)
    for i in range(0, n, rows):
        for j in range(0, m, columns):
            part = slice(i, i + rows), slice(j, j + columns)
            total[part] = _areas(x[part[0]], y[part[1]], own[part[0], np.newaxis], other[part[1]], scale)
    return total


def _areas(x: Array, y: Array, own: Array, other: Array, scale: float) -> Array:
    """`squared_area` for many axes; `own` and `other` are |x|², shape (n, 1), and |y|², shape (m,)."""
    along = own >= other  # where x is the longer one
    longer = np.maximum(own, other)
    share = (x @ y.T) / np.where(longer > 0, longer, 1.0)
    rest = np.where(along, -share, 1.0)[..., np.newaxis] * x[:, np.newaxis]
    rest += np.where(along, 1.0, -share)[..., np.newaxis] * y
    left = np.where(along, np.einsum("nmk,nk->nm", rest, x), np.einsum("nmk,mk->nm", rest, y))
    squares = np.einsum("nmk,nmk->nm", rest, rest) - left * (left / np.where(longer > 0, longer, 1.0))
    areas: Array = (scale * longer) * (scale * np.maximum(squares, 0.0))
    return areas


def squared_distance(x: Array, y: Array) -> Array:
    """Squared distances |x_i − y_j|² from coordinate differences; shapes (n, d), (m, d) -> (n, m)."""
    total = np.zeros((x.shape[0], y.shape[0]))
    if x.shape[1] <= FEW_AXES:
        for k in range(x.shape[1]):
            total += np.subtract.outer(x[:, k], y[:, k]) ** 2
        return total
    axes = max(1, _BLOCK // max(total.size, 1))
    for k in range(0, x.shape[1], axes):
        apart = x[:, np.newaxis, k : k + axes] - y[:, k : k + axes]
        total += np.einsum("nmk,nmk->nm", apart, apart)
    return total
