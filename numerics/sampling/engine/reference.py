"""Networks from the same random streams in plain NumPy: the slow twin of the compiled sampler.

Network by network the numbers agree with `numerics.sampling.engine.lanes` to rounding. It needs no compiler
and serves raw outputs and small requests; the tests hold the compiled sampler against it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.fields.field_set import FieldSet
from numerics.machine.random_streams import network_normals, normals, probabilities, split_seed, uniforms
from numerics.networks.architectures import Network
from numerics.networks.laws import GAUSSIAN, UNIFORM
from numerics.sampling.engine.programs import drawn_correlation

Array = NDArray[np.float64]


def reference_outputs(
    network: Network,
    points: Array,
    seed: int,
    first: int,
    count: int,
    outputs: Sequence[int] | None = None,
) -> Array:
    """Evaluate networks of the ensemble one neuron after the other.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    seed : int
    first, count : int
        Networks first, first + 1, ..., first + count - 1 of the stream.
    outputs : sequence of int, length n_points, optional
        Output component of the field at each point.

    Returns
    -------
    ndarray, shape (count, n_points)
        f(x) of every network.

    Examples
    --------
    Network 7 is the same wherever one starts:

    >>> from numerics.networks.architectures import ErfNet
    >>> points = np.array([[0.0], [1.0]])
    >>> many = reference_outputs(ErfNet(width=3), points, seed=1, first=0, count=10)
    >>> bool(np.array_equal(many[7:], reference_outputs(ErfNet(width=3), points, seed=1, first=7, count=3)))
    True
    """
    key = split_seed(seed)
    numbers = np.arange(first, first + count)
    component = FieldSet(points, outputs).output_numbers
    n_outputs = int(component.max()) + 1
    total = np.zeros((count, len(points)))
    for neuron in range(network.width):
        weights, output, biases = _neuron(network, key, numbers, neuron, n_outputs)
        total += output[component].T * network.features(weights, biases, points)
    total *= np.sqrt(network.output_deviation**2 / network.width)
    if network.bias_variance > 0:
        bias = np.array([network_normals(key, numbers, c)[0] for c in range(n_outputs)])
        total += np.sqrt(network.bias_variance) * bias[component].T
    return total


def _neuron(
    network: Network, key: tuple[int, ...], numbers: NDArray[np.int64], neuron: int, n_outputs: int = 1
) -> tuple[Array, Array, Array]:
    """Return hidden weights (n, d), output weights without σ (n_outputs, n), biases or phases (n,)."""
    d = network.d_in
    laws, correlation = network.laws, drawn_correlation(network)
    hidden, bias, output = laws.hidden.unit, laws.bias.unit, laws.output.unit
    drawn = normals(key, numbers, neuron, d + 1 + n_outputs)
    for slot, law in enumerate([hidden] * d + [output, bias] + [output] * (n_outputs - 1)):
        if law == UNIFORM:
            drawn[slot] = np.sqrt(12.0) * (uniforms(key, numbers, neuron, slot) - 0.5)
        elif law != GAUSSIAN:
            drawn[slot] = law.quantile(probabilities(key, numbers, neuron, slot))
    if correlation > 0.0:
        common = network_normals(key, numbers, 0)[1]
        drawn[d] = np.sqrt(1.0 - correlation) * drawn[d] + np.sqrt(correlation) * common
    weights = (drawn[:d] * network.slope).T
    deviation = network.hidden_bias_deviation
    if deviation is None:
        biases = 2.0 * np.pi * uniforms(key, numbers, neuron, d + 1)
    else:
        biases = deviation * drawn[d + 1]
    return weights, np.concatenate([drawn[d : d + 1], drawn[d + 2 :]]), biases
