"""Networks with an activation of the user; sampler, kernel and exact moments follow from the one function."""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork
from numerics.kernels.base import Kernel
from numerics.networks.activations import Scalar, apply_activation, check_activation, name_of
from numerics.networks.architectures import BiasedNetwork, settle_numbers
from numerics.networks.averages.neuron_quadrature import QuadratureKernel
from numerics.networks.weight_laws import neuron_of

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class ActivationNet(BiasedNetwork):
    """Network with any activation s(z), weights and biases as in Erf-net.

    Parameters
    ----------
    width : int
        Number of hidden neurons.
    activation : callable
        A function of one number that Numba compiles (arithmetic and the math module), compiled already, or
        one of `math` or NumPy itself, such as ``math.tanh``.
        It may call other plain functions, which are compiled with it. Kinks and jumps (leaky ReLU, |z|, hard
        tanh, a step) are found, and integrals cut there.
    sigma_w, sigma_b : float
        Standard deviations of weights (times √d_in) and biases.
    d_in : int
        Dimension of the inputs.
    kinks : tuple of float, optional
        Pre-activations at which the activation has a kink or jumps, for those too weak to be found.

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
    kinks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        settle_numbers(self)
        check_activation(self.activation)
        object.__setattr__(self, "kinks", _as_kinks(self.kinks))

    def __repr__(self) -> str:
        kinks = f", kinks={self.kinks}" if self.kinks else ""
        return (
            f"ActivationNet(width={self.width}, activation={name_of(self.activation)}, "
            f"sigma_w={self.sigma_w}, sigma_b={self.sigma_b}, d_in={self.d_in}{kinks})"
        )

    @property
    def kernel(self) -> Kernel:
        """By quadrature over the parameters of a neuron, plus the output bias."""
        length = sqrt(self.d_in) / self.sigma_w
        return QuadratureKernel(neuron_of(self), self.sigma_b**2, "measured", "measured", length)

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z); shapes (m, n) and (n, d_in) -> (m, n)."""
        return apply_activation(self.activation, preactivations)


def _as_kinks(kinks: object) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(k) for k in np.atleast_1d(np.asarray(kinks, dtype=np.float64))}))
    except (TypeError, ValueError):
        found = (float("nan"),)
    if not all(isfinite(k) for k in found):
        raise InvalidNetwork(
            f"kinks = {kinks!r} was given; finite pre-activations are needed, such as (0.0,)"
        )
    return found
