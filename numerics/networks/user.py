"""Networks with an activation of the user; sampler, kernel and exact moments follow from the one function."""

from dataclasses import dataclass
from math import log, sqrt
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.base import Kernel
from numerics.networks.activations import Scalar, apply_activation, check_activation, name_of
from numerics.networks.architectures import BiasedNetwork, settle_numbers
from numerics.networks.neuron_quadrature import QuadratureKernel
from numerics.networks.weight_laws import neuron_of

Array = NDArray[np.float64]

# Far pre-activations between which the growth of an activation is read off.
_NEAR, _FAR = 1e4, 1e6


@final
@dataclass(frozen=True)
class ActivationNet(BiasedNetwork):
    """Network with any smooth activation s(z), weights and biases as in Erf-net.

    Parameters
    ----------
    width : int
        Number of hidden neurons.
    activation : callable
        A function of one number that Numba compiles (arithmetic and the math module), compiled already, or
        one of `math` or NumPy itself, such as ``math.tanh``.
        For an activation with a kink the sampler works, but kernel and exact moments refuse or say that
        they have not converged.
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d_in) and biases.
    d_in : int
        Dimension of the inputs.

    Raises
    ------
    InvalidNetwork
        If a number is out of range, or the function cannot be compiled or is not finite.

    Examples
    --------
    >>> from math import tanh
    >>> def activation(z):
    ...     return tanh(z)
    >>> net = ActivationNet(5, activation, sigma_b=0.5)
    >>> k = net.kernel.weight(np.array([[0.3]]), np.array([[1.0]]))[0, 0]
    >>> bool(0.2 < k < 0.3)
    True
    """

    name: ClassVar[str] = "user"
    width: int
    activation: Scalar
    sigma_w: float = 1.0
    sigma_b: float = 1.0
    d_in: int = 1

    def __post_init__(self) -> None:
        settle_numbers(self)
        check_activation(self.activation)

    def __repr__(self) -> str:
        return (
            f"ActivationNet(width={self.width}, activation={name_of(self.activation)}, "
            f"sigma_w={self.sigma_w}, sigma_b={self.sigma_b}, d_in={self.d_in})"
        )

    @property
    def kernel(self) -> Kernel:
        """By quadrature over the parameters of a neuron, plus the output bias."""
        growth, length = self._growth(), sqrt(self.d_in) / self.sigma_w
        return QuadratureKernel(neuron_of(self), self.sigma_b**2, growth, 2 * growth, length)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z); shapes (m, n) and (n, d_in) -> (m, n)."""
        return apply_activation(self.activation, preactivations)

    def _growth(self) -> float:
        """Power with which the activation grows, rounded to quarters; zero if it is bounded."""
        near, far = (
            np.max(np.abs(apply_activation(self.activation, np.array([-z, z])))) for z in (_NEAR, _FAR)
        )
        if not near > 0.0 or not np.isfinite(far) or far <= near:
            return 0.0
        return round(4.0 * log(far / near) / log(_FAR / _NEAR)) / 4.0
