"""One hidden neuron as a random function: what quadrature over its parameters needs to know."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Activation(Protocol):
    """What quadrature needs of a network."""

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
    laws : tuple of str, length d_in + 1
        Of the weights and the bias, `GAUSSIAN` or `UNIFORM`.
    deviations : tuple of float, length d_in + 1
        Their standard deviations.
    weight_variance : float
        Variance of the output weight.
    """

    activation: Activation
    d_in: int
    laws: tuple[str, ...]
    deviations: tuple[float, ...]
    weight_variance: float
