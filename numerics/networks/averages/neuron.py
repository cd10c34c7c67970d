"""One hidden neuron as a random function: what quadrature over its parameters needs to know."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.networks.laws import ParameterLaw

Array = NDArray[np.float64]


class Activation(Protocol):
    """What quadrature needs of a network."""

    @property
    def identity(self) -> str | None:
        """Text that defines the activation; None if a function of Python does."""
        ...

    def activate(self, preactivations: Array, points: Array) -> Array:
        """Evaluate s(z; x); shapes (m, n) and (n, d_in) -> (m, n)."""
        ...


@dataclass(frozen=True)
class Neuron:
    """One hidden neuron as a random function.

    Attributes
    ----------
    activation : Activation
        The network whose `activate` it is.
    d_in : int
    laws : tuple of ParameterLaw, length d_in + 1
        Of the weights and the bias, in units of the deviations.
    deviations : tuple of float, length d_in + 1
        What they are multiplied by.
    weight_variance : float
        Variance of the output weight.
    """

    activation: Activation
    d_in: int
    laws: tuple[ParameterLaw, ...]
    deviations: tuple[float, ...]
    weight_variance: float
