"""One neuron under a source: what is averaged, and what every way to do so gives."""

from dataclasses import dataclass
from functools import singledispatch
from math import sqrt
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network

Array = NDArray[np.float64]

#: Nodes times sources of a rule that takes some seconds.
MOST_WORK = 6e8


@final
@dataclass(frozen=True)
class SourcedNeuron:
    """The field N^(-1/2) a s(x) of one neuron, multiplied by sources.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    sources : ndarray, shape (D, m, n)
        For each of D outputs the m sources; zero where a field belongs to another output.
    real : bool
        Whether e^(J·f) is averaged in place of e^(i J·f).
    rtol : float
        Accuracy of quadratures, as a part of the largest average.
    power : int
        If larger than one: the power of the average that is to be accurate, absolutely.
    most_work : float
        Most nodes times sources of one rule; the error says what it costs.
    """

    network: Network
    fields: FieldSet
    sources: Array
    real: bool
    rtol: float = 1e-14
    power: int = 1
    most_work: float = MOST_WORK

    @property
    def scale(self) -> float:
        """σ_a/√N, which stands before each output weight in units of its law."""
        return self.network.output_deviation / sqrt(self.network.width)

    @property
    def strength(self) -> float:
        """Factor of Σ_a (J_a·s)² in the exponent for Gaussian output weights: ∓σ_a²/2N, + if real."""
        return (0.5 if self.real else -0.5) * self.scale**2


@singledispatch
def closed_average(network: Network, neuron: SourcedNeuron) -> tuple[Array, Array] | None:
    """Average exp(strength Σ_a (J_a·s)²) − 1 by a formula of the network; None: there is none here.

    Whoever knows a formula registers it for its network. It is asked for Gaussian output weights only.

    Parameters
    ----------
    network : Network
        That of the neuron.
    neuron : SourcedNeuron

    Returns
    -------
    value, error : ndarray, shape (m,)
        Infinite where a real source has no finite average.
    """
    return None
