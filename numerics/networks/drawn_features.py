"""Parameters and features of neurons drawn at random, in plain NumPy: for averages and probes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.networks.base import Network
from numerics.networks.laws import GAUSSIAN, ParameterLaw

Array = NDArray[np.float64]


def drawn_features(network: Network, points: Array, count: int, generator: np.random.Generator) -> Array:
    """Draw hidden neurons and evaluate them.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n, d_in)
    count : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray, shape (count, n)
        s(W·x + b) of independent neurons.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> s = drawn_features(ReLUNet(1), np.array([[1.0]]), 4000, np.random.default_rng(1))
    >>> bool(abs(np.mean(s == 0.0) - 0.5) < 0.03)
    True
    """
    hidden = network.laws.hidden.unit.quantile(generator.random((count, network.d_in)))
    drawn, deviation = generator.random(count), network.hidden_bias_deviation
    biases = 2 * np.pi * drawn if deviation is None else deviation * network.laws.bias.unit.quantile(drawn)
    return network.features(network.slope * hidden, biases, points)


def drawn(law: ParameterLaw, generator: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw independent parameters of one law, in units of σ.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> drawn(as_law("uniform"), np.random.default_rng(1), (2, 3)).shape
    (2, 3)
    """
    if law == GAUSSIAN:
        return generator.standard_normal(shape)
    return law.quantile(np.clip(generator.random(shape), 2.0**-54, 1 - 2.0**-53))
