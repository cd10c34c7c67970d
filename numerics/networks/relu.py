"""ReLU-net: the network whose kernel is the arc-cosine kernel of Cho and Saul (2009)."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.arc import ReLUKernel
from numerics.networks.base import PublishedNetwork

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, repr=False)
class ReLUNet(PublishedNetwork):
    """Network with activation max(z, 0); without bias unless `sigma_b` is given.

    Parameters `width`, `sigma_w` = 1, `sigma_b` = 0 and `d_in` = 1 as in `PublishedNetwork`.

    Examples
    --------
    >>> ReLUNet(width=20).bias_variance
    0.0
    """

    kind: ClassVar[str] = "relu"
    feature_growth: ClassVar[float | None] = 1.0
    # the same field, with the default of the literature
    sigma_b: float = 0.0

    @property
    def closed_kernel(self) -> ReLUKernel:
        """The arc-cosine kernel of degree one (Cho and Saul 2009), plus the output bias."""
        return ReLUKernel(self.sigma_w, self.sigma_b, self.d_in)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate max(z, 0); shapes (m, n) and (n, d_in) -> (m, n)."""
        return np.maximum(preactivations, 0.0)
