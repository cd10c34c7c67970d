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
    orders = range(0, size + 1, 2)
    share = np.zeros(size + 1)
    share[::2] = [law.moment_error(order) / float(law.moment(order)) for order in orders]
    if not share.any():
        return np.zeros(len(components))
    total = np.zeros(len(components))
    for output in np.unique(components):
        total += share[np.count_nonzero(components == output, axis=1)]
    errors: Array = total * np.abs(output_moments(network, components))
    return errors


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
        (n − 1)!! σ_a^n for Gaussian, (√3 σ_a)^n/(n + 1) for uniform weights; zero for odd n.

    Raises
    ------
    NotAvailable
        If the output weights are correlated, so that the neurons are not independent, or skewed, or have no
        such moment.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> output_moment(ErfNet(3), 4), output_moment(ErfNet(3).with_laws(output="uniform"), 4)
    (3.0, 1.8)
    """
    law, correlation = network.laws.output, network.laws.output_correlation
    if correlation > 0.0:
        raise NotAvailable(
            "exact correlators need independent neurons, and the output weights are correlated "
            f"(α = {correlation:g}); sample the network"
        )
    if not law.even:
        raise NotAvailable(
            f"exact correlators are known for output weights of symmetric laws, and {law} is skewed: odd "
            "correlators live; sample the network"
        )
    if order % 2:
        return 0.0
    return float(law.unit.moment(order)) * (network.output_deviation**2) ** (order // 2)
