"""Features of neurons drawn at random, in plain NumPy: for averages and probes that are no ensembles."""

import numpy as np
from numpy.typing import NDArray

from numerics.networks.base import Network

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
