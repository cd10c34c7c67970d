"""A kernel times a number, with an output bias of its own."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.base import Kernel, Ridge

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class ScaledKernel(Kernel):
    """K = factor · K_W + bias_variance, with K_W of another kernel.

    Parameters
    ----------
    base : Kernel
    factor : float
        Positive.
    variance : float
        Variance of the output bias.
    factor_error : float, optional
        Relative error of the factor, which may be a moment that was integrated.

    Examples
    --------
    >>> from numerics.kernels.stationary import CosKernel
    >>> origin = np.zeros((1, 1))
    >>> ScaledKernel(CosKernel(), 4.0, 1.0).full(origin, origin).tolist()
    [[3.0]]
    """

    base: Kernel
    factor: float
    variance: float
    factor_error: float = 0.0

    # A plain attribute in the base class, which could be assigned; kernels are frozen, so nobody assigns it,
    # and there is one number to keep true instead of two.
    @property
    def d_in(self) -> int:  # type: ignore[override]
        """Dimension of the inputs."""
        return self.base.d_in

    @property
    def identity(self) -> str | None:
        """That of the base, with both numbers."""
        base = self.base.identity
        return None if base is None else f"ScaledKernel({base}, {self.factor!r}, {self.variance!r})"

    @property
    def bias_variance(self) -> float:
        """Variance of the output bias."""
        return self.variance

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m)."""
        return self.factor * self.base.weight(x, y)

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        return self.factor * self.base.weight_diagonal(y)

    @property
    def ray_growth(self) -> float | None:
        """That of the base."""
        return self.base.ray_growth

    @property
    def self_growth(self) -> float:
        """That of the base."""
        return self.base.self_growth

    @property
    def length_scale(self) -> float | None:
        """That of the base."""
        return self.base.length_scale

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """Those of the base."""
        return self.base.kinks(points)

    def kink_rays(self, points: Array) -> Array:
        """Those of the base."""
        return self.base.kink_rays(points)

    @property
    def ridge(self) -> Ridge | None:
        """That of the base."""
        return self.base.ridge

    @property
    def odd(self) -> bool:
        """As the base."""
        return self.base.odd

    @property
    def rotates(self) -> bool:
        """As the base."""
        return self.base.rotates

    @property
    def gaussian(self) -> tuple[float, float] | None:
        """Amplitude and curvature, where the base is a Gaussian."""
        found = self.base.gaussian
        return None if found is None else (self.factor * found[0], found[1])

    @property
    def code(self) -> tuple[str, ...]:
        """Its own, and that of the base."""
        return (__name__, *self.base.code)

    @property
    def relative_error(self) -> float:
        """That of the base and of the factor."""
        return self.base.relative_error + self.factor_error
