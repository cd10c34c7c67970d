"""Moments E[s(x_1) … s(x_n)] of the hidden features of one neuron: the input of every finite-width formula.

What to use when
----------------
`feature_moments` picks the way that fits network and points:

- Gauss-net, Cos-net: closed form, any n and d (`closed`);
- Erf-net: lattice sum over the Gaussian parameters when the points span few dimensions, else the orthant
  recursion, which does not depend on the dimension (`erf`, `orthant`);
- ReLU-net: integrals over the sector where all neurons are active: trigonometric polynomials on an arc or a
  spherical polygon where the points of a moment span up to three dimensions, bias included, and integration
  by parts down to those where they span up to six (`relu`);
- other activations, other laws of hidden weights or biases: quadrature over the parameters of a neuron
  (`by_quadrature`).

Each of them registers at `numerics.exact.features.base.closed_moments`; a network that nobody knows is
integrated.
"""

from collections.abc import Callable
from typing import final

import numpy as np
from numpy.typing import NDArray

# imported for what they register
from numerics.exact.features import closed as closed
from numerics.exact.features import erf as erf
from numerics.exact.features import relu as relu
from numerics.exact.features.base import FeatureMoments, closed_moments
from numerics.exact.features.by_quadrature import QuadratureMoments
from numerics.networks.base import Network, neuron_of, refuse_missing_moments
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@final
class OddFeatures(FeatureMoments):
    """Moments of features that are as often negative as positive: those of odd order are zero.

    Parameters
    ----------
    even : FeatureMoments
        Knows the moments of even order.
    """

    def __init__(self, even: FeatureMoments) -> None:
        self._even = even

    @property
    def method(self) -> str:
        """Name of the method."""
        return self._even.method

    def refuse(self, indices: Indices) -> None:
        """Refuse what the method for even orders cannot do; see `FeatureMoments.refuse`."""
        if indices.shape[1] % 2 == 0:
            self._even.refuse(indices)

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate, or give zeros; see `FeatureMoments.moments`."""
        if indices.shape[1] % 2:
            return Estimate(np.zeros(len(indices)), np.zeros(len(indices)))
        return self._even.moments(indices, report)


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
        If the laws of the network do not have the moments that are needed.

    Examples
    --------
    >>> from numerics.networks.relu import ReLUNet
    >>> net = ReLUNet(width=1)
    >>> feature_moments(net, np.array([[1.0], [2.0]]), 4).moments(np.array([[0, 0, 1, 1]])).value.tolist()
    [6.0]
    >>> from numerics.networks.cos import CosNet
    >>> feature_moments(CosNet(width=1), np.array([[1.0]]), 3).moments(np.array([[0, 0, 0]])).value.tolist()
    [0.0]
    """
    refuse_missing_moments(network, max_order)
    found = closed_moments(network, points, max_order) if network.has_closed_features else None
    if found is None:
        found = QuadratureMoments(neuron_of(network), points)
    return OddFeatures(found) if network.features_are_odd else found
