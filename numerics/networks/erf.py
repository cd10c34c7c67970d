"""Erf-net: the network whose kernel is that of Williams (1998)."""

from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from numerics.kernels.arc import ErfKernel
from numerics.networks.base import PublishedNetwork

Array = NDArray[np.float64]


@final
class ErfNet(PublishedNetwork):
    """Network with activation erf(z).

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 1 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> ErfNet(width=5).weight_variance
    1.0
    """

    kind: ClassVar[str] = "erf"
    feature_growth: ClassVar[float | None] = 0.0

    @property
    def closed_kernel(self) -> ErfKernel:
        """The kernel of Williams (1998), plus the output bias."""
        return ErfKernel(self.sigma_w, self.sigma_b, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate erf(z); shapes (m, n) and (n, d_in) -> (m, n)."""
        s: Array = erf(preactivations)
        return s
