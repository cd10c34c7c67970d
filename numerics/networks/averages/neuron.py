"""One hidden neuron as a random function: what quadrature over its parameters needs to know."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.networks.laws import ParameterLaw

Array = NDArray[np.float64]

#: Neurons that `Neuron.drawn_squares` draws: chunks, their size, and the seed.
_CHUNKS, _DRAWN, _SEED = 16, 2048, 20261130


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

    def drawn_squares(self, points: Array) -> Array:
        """Average s² over neurons drawn at random, to about a percent; shapes (n, d_in) -> (n,).

        For what needs no more digits than that, where a quadrature has too many dimensions. The same inputs
        give the same numbers.
        """
        generator, total = np.random.default_rng(_SEED), np.zeros(len(points))
        for _ in range(_CHUNKS):
            arguments = np.zeros((_DRAWN, len(points)))
            columns = np.column_stack([points, np.ones(len(points))]).T
            for law, deviation, column in zip(self.laws, self.deviations, columns, strict=True):
                numbers = law.quantile(np.clip(generator.random(_DRAWN), 2.0**-54, 1.0 - 2.0**-53))
                arguments += np.multiply.outer(deviation * numbers, column)
            total += np.sum(self.activation.activate(arguments, points) ** 2, axis=0)
        return np.asarray(total / (_CHUNKS * _DRAWN))
