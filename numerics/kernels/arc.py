"""Kernels that are functions of the angle between preactivations: Erf-net and ReLU-net.

Both are written with atan2 and `numerics.kernels.base.determinant`, so that coincident, collinear and far
points need no clipping and lose no digits.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import pi, sqrt
from typing import final

import numpy as np

from numerics.kernels.base import (
    Array,
    Kernel,
    Ridge,
    as_pair,
    covariance,
    determinant,
    in_range,
    no_kinks,
    settle_kernel,
    variance,
)

# Below this value of tan(π − θ) the ReLU kernel is summed as a series of SERIES_TERMS terms (error < 1e-17).
SERIES_BELOW = 0.25
SERIES_TERMS = 14


class ArcKernel(Kernel):
    """A kernel that depends on the covariances of two preactivations; abstract.

    Attributes
    ----------
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d) and biases, hidden and output.
    """

    sigma_w: float
    sigma_b: float

    def __post_init__(self) -> None:
        settle_kernel(self, "sigma_w", "sigma_b")

    @property
    def bias_variance(self) -> float:
        """Variance sb² of the output bias."""
        return self.sigma_b**2

    @property
    def identity(self) -> str:
        """Its numbers."""
        return repr(self)

    @property
    def rotates(self) -> bool:
        """Covariances are products of inputs, so yes."""
        return True

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m).

        Raises
        ------
        InvalidPoints
            If the points have another dimension, or are too large for floats.
        """
        x, y = as_pair(x, y, self.d_in)
        with in_range(x, y):
            return self._of_preactivations(x, y)

    @abstractmethod
    def _of_preactivations(self, x: Array, y: Array) -> Array:
        """Evaluate K_W for points of the right shape."""


@final
@dataclass(frozen=True)
class ErfKernel(ArcKernel):
    """Kernel of the Erf-net: K_W = (2 sw²/π) arcsin[2 C_xy/√((1 + 2C_xx)(1 + 2C_yy))] (Williams 1998).

    It is evaluated as (2 sw²/π) atan2(2 C_xy, √(1 + 2C_xx + 2C_yy + 4 det)).

    Parameters
    ----------
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d) and biases, hidden and output.
    d_in : int
        Dimension of the inputs.

    Examples
    --------
    >>> origin = np.zeros((1, 1))
    >>> ErfKernel().full(origin, origin).round(12) == np.round(2 / pi * np.arcsin(2 / 3) + 1, 12)
    array([[ True]])
    """

    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1

    @property
    def ray_growth(self) -> float:
        """K_W(x, r ŷ) tends to a constant."""
        return 0.0

    @property
    def self_growth(self) -> float:
        """K_W(y, y) tends to sw²."""
        return 0.0

    @property
    def length_scale(self) -> float:
        """Distance from the real axis of the nearest complex singularity of y -> K_W(x, y), over all x.

        The branch point where 1 + 2C_xx + 2C_yy + 4 det vanishes is the nearest one, at
        √((1 + 4sb²)/(1 + 2sb²) · d/2)/sw for x = 0.
        """
        b = self.sigma_b**2
        return sqrt((1 + 4 * b) / (1 + 2 * b) * self.d_in / 2) / self.sigma_w

    @property
    def ridge(self) -> Ridge:
        """Lines on which 1 + 2C_xx + 2C_yy + 4 det vanishes: ℓ² = (1 + 2sb²) d/2sw², κ = 2sb²/(1 + 2sb²)."""
        b = 2.0 * self.sigma_b**2
        return Ridge(sqrt((1.0 + b) * self.d_in / 2.0) / self.sigma_w, b / (1.0 + b))

    @property
    def odd(self) -> bool:
        """Without bias: erf is an odd function."""
        return self.sigma_b == 0.0

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """No kinks: analytic everywhere; `d_in` empty arrays."""
        return no_kinks(self.d_in)

    def _of_preactivations(self, x: Array, y: Array) -> Array:
        sines = 2 * covariance(x, y, self.sigma_w, self.sigma_b)
        diagonals = np.add.outer(
            variance(x, self.sigma_w, self.sigma_b), variance(y, self.sigma_w, self.sigma_b)
        )
        cosines = np.sqrt(1 + 2 * diagonals + 4 * determinant(x, y, self.sigma_w, self.sigma_b))
        k: Array = (2 * self.sigma_w**2 / pi) * np.arctan2(sines, cosines)
        return k

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        y, _ = as_pair(y, y, self.d_in)
        with in_range(y, y):
            c = variance(y, self.sigma_w, self.sigma_b)
            k: Array = (2 * self.sigma_w**2 / pi) * np.arctan2(2 * c, np.sqrt(1 + 4 * c))
            return k


@final
@dataclass(frozen=True)
class ReLUKernel(ArcKernel):
    """Kernel of the ReLU-net: K_W = (sw²/2π) [√det + (π − θ) C_xy], θ = atan2(√det, C_xy).

    The arc-cosine kernel of degree one (Cho and Saul 2009). Without bias it is homogeneous,
    K_W(x, r y) = r K_W(x, y); for d = 1 it is then (sw⁴/2) x y for x y > 0 and zero otherwise.

    Parameters
    ----------
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d) and biases, hidden and output.
    d_in : int
        Dimension of the inputs.

    Examples
    --------
    >>> x = np.array([[0.5], [2.0], [-1.0]])
    >>> ReLUKernel().weight(x, x).tolist()
    [[0.125, 0.5, 0.0], [0.5, 2.0, 0.0], [0.0, 0.0, 0.5]]
    """

    sigma_w: float = 1.0
    sigma_b: float = 0.0
    d_in: int = 1

    @property
    def ray_growth(self) -> float:
        """K_W(x, r ŷ) grows like r."""
        return 1.0

    @property
    def self_growth(self) -> float:
        """K_W(y, y) = sw² C(y, y)/2 grows like |y|²."""
        return 2.0

    @property
    def length_scale(self) -> float | None:
        """Distance sb √d/sw below which the bias matters; None without bias."""
        return self.sigma_b * sqrt(self.d_in) / self.sigma_w if self.sigma_b > 0 else None

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """Kinks |x − y|³ at the points themselves with a bias, and at the origin without."""
        points, _ = as_pair(points, points, self.d_in)
        if self.sigma_b > 0:
            return tuple(np.unique(points[:, k]) for k in range(self.d_in))
        return tuple(np.zeros(1) for _ in range(self.d_in))

    def kink_rays(self, points: Array) -> Array:
        """Half-lines through ± the points, without bias and for ``d_in >= 2``.

        On the whole line through x_i the kernel has the kink |angle|³, whether parallel or antiparallel.
        """
        points, _ = as_pair(points, points, self.d_in)
        lengths = np.sqrt(np.einsum("ik,ik->i", points, points))
        if self.sigma_b > 0 or self.d_in == 1 or not np.any(lengths > 0):
            return np.empty((0, self.d_in))
        directions = points[lengths > 0] / lengths[lengths > 0, np.newaxis]
        both = np.concatenate([directions, -directions])
        # parallel points give directions that differ by rounding; keep one of each
        _, first = np.unique(both.round(12) + 0.0, axis=0, return_index=True)
        rays: Array = both[first]
        return rays

    def _of_preactivations(self, x: Array, y: Array) -> Array:
        c = covariance(x, y, self.sigma_w, self.sigma_b)
        r = np.sqrt(determinant(x, y, self.sigma_w, self.sigma_b))
        # for C >= 0 both terms are positive; for C < 0 they cancel, see _antiparallel
        k = np.where(c >= 0, r + (pi - np.arctan2(r, c)) * c, 0.0)
        opposite = c < 0
        k[opposite] = _antiparallel(r[opposite], -c[opposite])
        scaled: Array = (self.sigma_w**2 / (2 * pi)) * k
        return scaled

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        y, _ = as_pair(y, y, self.d_in)
        with in_range(y, y):
            return (self.sigma_w**2 / 2) * variance(y, self.sigma_w, self.sigma_b)


def _antiparallel(r: Array, c: Array) -> Array:
    """Evaluate r − c·atan(r/c) for r >= 0, c > 0, both shape (m,); the series in t = r/c where t is small."""
    difference = r - c * np.arctan2(r, c)
    small = r < SERIES_BELOW * c
    t = r[small] / c[small]
    square = t * t
    total = np.zeros_like(t)
    for k in range(SERIES_TERMS, 0, -1):
        total = (1.0 if k % 2 else -1.0) / (2 * k + 1) + square * total
    difference[small] = c[small] * t * square * total
    return difference
