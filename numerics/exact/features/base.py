"""What every way to compute feature moments gives; `feature_moments` chooses among the ways."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache, singledispatch

import numpy as np
from numpy.typing import NDArray

from numerics.networks.base import Network
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class FeatureMoments(ABC):
    """Feature moments of one neuron at fixed points."""

    @property
    @abstractmethod
    def method(self) -> str:
        """How the numbers are obtained, as a clause to print."""

    def refuse(self, indices: Indices) -> None:  # noqa: B027 - most ways can do all they were made for
        """Refuse what `moments` cannot do, before anything is computed.

        Raises
        ------
        NotAvailable
            If a moment is out of reach.
        """

    @abstractmethod
    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate E[s(x_i1) … s(x_in)].

        Parameters
        ----------
        indices : ndarray of int, shape (M, n)
            Rows of non-decreasing point numbers, n >= 1.
        report : callable, optional
            Called now and then with the number of rows done, where the work is long.

        Returns
        -------
        Estimate
            M values.
        """


@singledispatch
def closed_moments(network: Network, points: Array, max_order: int) -> FeatureMoments | None:
    """Feature moments of a network by a formula of its own; None: there is none, quadrature is used.

    Whoever knows a formula registers it here for its network; it is asked only where
    `numerics.networks.base.Network.has_closed_features` says that it holds.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    max_order : int
        Largest number of features in one moment.
    """
    return None


@lru_cache(maxsize=64)
def legendre_rule(n: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on (-1, 1), made once: moments ask for the same few for ever.

    Examples
    --------
    >>> nodes, weights = legendre_rule(5)
    >>> round(float(weights @ nodes**8), 12) == round(2 / 9, 12)
    True
    """
    nodes, weights = np.polynomial.legendre.leggauss(n)
    for array in (nodes, weights):
        array.setflags(write=False)
    return nodes, weights
