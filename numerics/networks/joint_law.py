"""What exact correlators and samplers need to know of output weights that are not independent."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numerics.networks.base import Network

Array = NDArray[np.float64]


class JointLaw(ABC):
    """A joint law of the output weights a_1 … a_N of a network, the same for every order of the neurons.

    The weights are those that stand in f = b_1 + N^(-1/2) Σ a_i s_i, with the deviation of the network in
    them. They are independent of all other parameters.
    """

    @abstractmethod
    def power_sum_moment(self, exponents: tuple[int, ...], network: "Network") -> tuple[float, float]:
        """Average a product of power sums p_r = Σ a_i^r.

        Parameters
        ----------
        exponents : tuple of int
            r, s, … of E[p_r p_s …].
        network : Network
            Its width, its output deviation and its law of output weights are used.

        Returns
        -------
        value, error : float
            The error is a bound.

        Raises
        ------
        NotAvailable
            If the moment is infinite, or there is no way to compute it.
        """

    @abstractmethod
    def draw(self, generator: np.random.Generator, network: "Network", networks: int) -> Array:
        """Draw output weights, shape (networks, width)."""
