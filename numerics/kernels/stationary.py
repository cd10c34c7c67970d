"""Kernels that depend on |x − y| only: Gauss-net and Cos-net (arXiv:2008.08601; Rahimi and Recht 2007)."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from numerics.kernels.base import (
    Array,
    Kernel,
    as_pair,
    in_range,
    no_kinks,
    settle_kernel,
    squared_distance,
)


class GaussianKernel(Kernel):
    """A kernel K_W = A exp(−c |x − y|²/2); abstract."""

    @property
    @abstractmethod
    def gaussian(self) -> tuple[float, float]:
        """Amplitude A and curvature c."""

    @property
    def identity(self) -> str:
        """Its numbers."""
        return repr(self)

    @property
    def ray_growth(self) -> None:
        """None: K_W decays faster than any power."""
        return None

    @property
    def self_growth(self) -> float:
        """K_W(y, y) is constant."""
        return 0.0

    @property
    def length_scale(self) -> float:
        """Width 1/√c of the Gaussian."""
        return float(self.gaussian[1] ** -0.5)

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """No kinks: analytic everywhere; `d_in` empty arrays."""
        return no_kinks(self.d_in)

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m).

        Raises
        ------
        InvalidPoints
            If the points have another dimension, or are too far apart for floats.
        """
        amplitude, curvature = self.gaussian
        x, y = as_pair(x, y, self.d_in)
        with in_range(x, y):
            k: Array = amplitude * np.exp(-0.5 * curvature * squared_distance(x, y))
            return k

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        return np.full(as_pair(y, y, self.d_in)[0].shape[0], self.gaussian[0])


@final
@dataclass(frozen=True)
class GaussKernel(GaussianKernel):
    """Kernel of the Gauss-net, K_W = sw² exp(−sw² |x − y|²/(2d)), plus the output bias sb².

    It does not depend on sb because the feature is exp(z − sb² − sw²|x|²/d): the normalisation for every
    d, sw and sb (arXiv:2008.08601 writes the case d = sw = sb = 1).

    Parameters
    ----------
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d) and biases.
    d_in : int
        Dimension of the inputs.

    Raises
    ------
    InvalidNetwork
        If a standard deviation is out of range.

    Examples
    --------
    >>> GaussKernel(sigma_w=1.0, sigma_b=2.0).full(np.zeros((1, 1)), np.zeros((1, 1))).tolist()
    [[5.0]]
    """

    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1

    def __post_init__(self) -> None:
        settle_kernel(self, "sigma_w", "sigma_b")

    @property
    def bias_variance(self) -> float:
        """Variance sb² of the output bias."""
        return self.sigma_b**2

    @property
    def gaussian(self) -> tuple[float, float]:
        """Amplitude A and curvature c = sw²/d of K_W = A exp(−c |x − y|²/2)."""
        return self.sigma_w**2, self.sigma_w**2 / self.d_in


@final
@dataclass(frozen=True)
class CosKernel(GaussianKernel):
    """Kernel of the Cos-net, K = K_W = (sa²/2) exp(−sw² |x − y|²/(2d)); there is no output bias.

    Parameters
    ----------
    sigma_w : float
        Standard deviation of the momenta (times √d).
    sigma_a : float
        Standard deviation of the amplitudes.
    d_in : int
        Dimension of the inputs.

    Raises
    ------
    InvalidNetwork
        If a standard deviation is out of range.

    Examples
    --------
    >>> CosKernel(sigma_w=1.0, sigma_a=2.0).full(np.zeros((1, 1)), np.zeros((1, 1))).tolist()
    [[2.0]]
    """

    sigma_w: float = 1.0
    sigma_a: float = 1.0
    d_in: int = 1

    def __post_init__(self) -> None:
        settle_kernel(self, "sigma_w", "sigma_a")

    @property
    def bias_variance(self) -> float:
        """No output bias: K = K_W."""
        return 0.0

    @property
    def gaussian(self) -> tuple[float, float]:
        """Amplitude A and curvature c = sw²/d of K_W = A exp(−c |x − y|²/2)."""
        return self.sigma_a**2 / 2, self.sigma_w**2 / self.d_in
