"""Estimate E[s(x_1) … s(x_n)] of the hidden features of one neuron: the input of every finite-width formula.

What to use when
----------------
`feature_moments` picks the way that fits network and points:

- Gauss-net, Cos-net: closed form, any n and d (`feature_moments_closed`);
- Erf-net: lattice sum over the Gaussian parameters when the points span few dimensions, else the orthant
  recursion, which does not depend on the dimension (`feature_moments_erf`);
- ReLU-net: integrals over the sector where all neurons are active: trigonometric polynomials on an arc or a
  spherical polygon where the points of a moment span up to three dimensions, bias included, and integration
  by parts down to those where they span up to six (`feature_moments_relu`);
- activations of the user, uniform hidden weights or biases: quadrature over the parameters of a neuron
  (`feature_moments_quadrature`).
"""

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.base import FeatureMoments
from numerics.exact.features.by_quadrature import QuadratureMoments
from numerics.exact.features.closed import CosMoments, GaussMoments
from numerics.exact.features.erf import erf_moments
from numerics.exact.features.relu import ReLUMoments
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, Network, ReLUNet
from numerics.networks.own import ActivationNet
from numerics.networks.weight_laws import ReweightedNet, laws_of, neuron_of

Array = NDArray[np.float64]


def feature_moments(network: Network, points: Array, max_order: int) -> FeatureMoments:
    """Choose how the feature moments of `network` at `points` are computed.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    max_order : int
        Largest number of features in one moment.

    Returns
    -------
    FeatureMoments

    Raises
    ------
    NotAvailable
        If no method is implemented for the network.

    Examples
    --------
    >>> net = ReLUNet(width=1)
    >>> feature_moments(net, np.array([[1.0], [2.0]]), 4).moments(np.array([[0, 0, 1, 1]])).value.tolist()
    [6.0]
    """
    if isinstance(network, ReweightedNet) and laws_of(network)[:2] == ("gaussian", "gaussian"):
        return feature_moments(network.base, points, max_order)
    if isinstance(network, ReweightedNet | ActivationNet):
        return QuadratureMoments(neuron_of(network), points)
    if isinstance(network, ErfNet):
        return erf_moments(network, points, max_order)
    if isinstance(network, ReLUNet):
        return ReLUMoments(network, points)
    if isinstance(network, GaussNet):
        return GaussMoments(network, points)
    if isinstance(network, CosNet):
        return CosMoments(network, points)
    raise NotAvailable(
        f"no exact feature moments are known for the {network.name}-net; they exist for erf, relu, "
        "gauss and cos"
    )
