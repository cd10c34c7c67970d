"""Moments E[s(x_1) … s(x_n)] of the hidden features of one neuron: the input of every finite-width formula.

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

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks import CosNet, ErfNet, GaussNet, Network, ReLUNet

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Moments:
    """Feature moments with an error.

    Attributes
    ----------
    value : ndarray, shape (M,)
    error : ndarray, shape (M,)
        Estimated absolute error: quadrature plus rounding.
    """

    value: Array
    error: Array


class FeatureMoments(ABC):
    """Feature moments of one neuron at fixed points."""

    @property
    @abstractmethod
    def method(self) -> str:
        """How the numbers are obtained, as a clause to print."""

    @abstractmethod
    def moments(self, indices: Indices) -> Moments:
        """Evaluate E[s(x_i1) … s(x_in)].

        Parameters
        ----------
        indices : ndarray of int, shape (M, n)
            Rows of non-decreasing point numbers; n even.

        Returns
        -------
        Moments
            M values.
        """


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
    # imported here because each module needs the base class above
    from numerics.feature_moments_closed import CosMoments, GaussMoments
    from numerics.feature_moments_erf import erf_moments
    from numerics.feature_moments_quadrature import QuadratureMoments
    from numerics.feature_moments_relu import ReLUMoments
    from numerics.user_networks import ActivationNet
    from numerics.weight_laws import ReweightedNet, laws_of, neuron_of

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
