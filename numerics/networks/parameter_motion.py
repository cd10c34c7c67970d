"""A small motion of all parameters of a network, the same for every neuron: δθ linear in θ."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.base import Network
from numerics.networks.laws import GAUSSIAN

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class ParameterMotion:
    """How parameters move: a → a + t A a, W → W + t (B W + w), b → b + t c·W.

    Attributes
    ----------
    outputs : ndarray, shape (D, D)
        A, of the output weights of a neuron and of the output biases.
    hidden : ndarray, shape (d, d)
        B.
    hidden_shift : ndarray, shape (d,)
        w.
    bias_slope : ndarray, shape (d,)
        c.
    """

    outputs: Array
    hidden: Array
    hidden_shift: Array
    bias_slope: Array

    @classmethod
    def of_outputs(cls, matrix: Array, d_in: int) -> "ParameterMotion":
        """Move nothing but the output layer."""
        return cls(matrix, np.zeros((d_in, d_in)), np.zeros(d_in), np.zeros(d_in))

    @property
    def moves_hidden(self) -> bool:
        """Whether hidden weights or biases move."""
        return bool(np.any(self.hidden) or np.any(self.hidden_shift) or np.any(self.bias_slope))

    def refuse(self, network: Network) -> None:
        """Refuse networks whose parameters cannot move like this, or are not independent.

        Raises
        ------
        NotAvailable
            Saying why.
        """
        if network.laws.joint is not None:
            raise NotAvailable(
                f"the output weights of {network!r} depend on each other, and the slope of the logarithm of "
                "their joint density is not known here; take independent ones"
            )
        deviation = network.hidden_bias_deviation
        if np.any(self.bias_slope) and deviation == 0.0:
            raise NotAvailable(
                f"{network!r} has no hidden biases (sigma_b = 0), and these would have to move; no other "
                "parameter absorbs it. Give sigma_b > 0"
            )


@final
@dataclass(frozen=True)
class Units:
    """What parameters in units of their laws are multiplied by.

    Attributes
    ----------
    output, hidden, bias : float
    """

    output: float
    hidden: float
    bias: float

    @classmethod
    def of(cls, network: Network) -> "Units":
        """Read them off; phases have the unit one."""
        deviation = network.hidden_bias_deviation
        return cls(network.output_deviation, network.slope, 1.0 if deviation is None else deviation)


def has_output_bias(network: Network) -> bool:
    """Whether there is an output bias, Gaussian always."""
    return network.bias_variance > 0.0


#: The law of output biases.
OUTPUT_BIAS_LAW = GAUSSIAN
