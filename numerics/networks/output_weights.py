"""Moments of the output weights: what the law of a network adds to the moments of its features."""

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.base import Network

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


def output_moments(network: Network, components: Indices) -> Array:
    """Moments of products of output weights: E[a_i … a_j] over outputs that are independent.

    Parameters
    ----------
    network : Network
    components : ndarray of int, shape (M, n)
        Which output each of the n factors belongs to.

    Returns
    -------
    ndarray, shape (M,)

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> output_moments(ErfNet(3), np.array([[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]])).tolist()
    [3.0, 1.0, 0.0]
    """
    size = components.shape[1]
    if np.all(components == components[:1, :1]):  # one output, as nearly always
        return np.full(len(components), output_moment(network, size))
    table = np.array([output_moment(network, order) for order in range(size + 1)])
    product = np.ones(len(components))
    for output in np.unique(components):
        product *= table[np.count_nonzero(components == output, axis=1)]
    return product


def output_moment_errors(network: Network, components: Indices) -> Array:
    """How far `output_moments` may be off, shape (M,): zero but for laws whose moments are integrals.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> output_moment_errors(ErfNet(3), np.array([[0, 0, 0, 0]])).tolist()
    [0.0]
    """
    law, size = network.laws.output.unit, components.shape[1]
    step = 2 if law.even else 1
    doubt = np.zeros(size + 1)
    doubt[::step] = [
        law.moment_error(order) * network.output_deviation**order for order in range(0, size + 1, step)
    ]
    total = np.zeros(len(components))
    if not doubt.any():
        return total
    table = np.array([output_moment(network, order) for order in range(size + 1)])
    counts = [np.count_nonzero(components == output, axis=1) for output in np.unique(components)]
    for place, count in enumerate(counts):
        others = [np.abs(table[other]) for at, other in enumerate(counts) if at != place]
        total += doubt[count] * np.prod(others, axis=0)
    return total


def output_moment(network: Network, order: int) -> float:
    """Moment E[a^n] of an output weight.

    Parameters
    ----------
    network : Network
    order : int
        n, zero or more.

    Returns
    -------
    float
        (n − 1)!! σ_a^n for Gaussian, (√3 σ_a)^n/(n + 1) for uniform weights; zero for odd n if the law is
        symmetric.

    Raises
    ------
    NotAvailable
        If the output weights are not independent, or have no such moment.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> output_moment(ErfNet(3), 4), output_moment(ErfNet(3).with_laws(output="uniform"), 4)
    (3.0, 1.8)
    """
    law = network.laws.output
    if network.laws.joint is not None:
        raise NotAvailable(
            f"neurons that are independent are needed here, and the output weights of {network!r} have a "
            "joint law; exact_correlators knows it"
        )
    if order % 2:
        return 0.0 if law.even else float(law.unit.moment(order)) * network.output_deviation**order
    return float(law.unit.moment(order)) * (network.output_deviation**2) ** (order // 2)
