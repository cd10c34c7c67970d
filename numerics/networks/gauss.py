"""Gauss-net: the network whose kernel is a Gaussian of |x − y| (arXiv:2008.08601)."""

from math import inf
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.stationary import GaussKernel
from numerics.networks.base import PublishedNetwork

Array = NDArray[np.float64]


@final
class GaussNet(PublishedNetwork):
    """Network with feature exp(z − sb² − sw²|x|²/d): the normalised exponential of arXiv:2008.08601.

    Written as one exponential, because exp(z)/√exp(2(sb² + sw²|x|²/d)) overflows at moderate inputs.

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 1 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> GaussNet(width=100).kernel.gaussian
    (1.0, 1.0)
    """

    kind: ClassVar[str] = "gauss"
    feature_growth: ClassVar[float | None] = inf

    @property
    def closed_kernel(self) -> GaussKernel:
        """A Gaussian of |x − y|, plus the output bias."""
        return GaussKernel(self.sigma_w, self.sigma_b, self.d_in)

    def shift(self, points: Array) -> Array:
        """What is taken off the pre-activation, sb² + sw²|x|²/d; shapes (n, d_in) -> (n,)."""
        squares: Array = np.einsum("ik,ik->i", points, points)
        return self.sigma_b**2 + self.sigma_w**2 / self.d_in * squares

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate exp(z − sb² − sw²|x|²/d); shapes (m, n) and (n, d_in) -> (m, n)."""
        s: Array = np.exp(preactivations - self.shift(points))
        return s
