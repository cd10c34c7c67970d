"""What every way to average over deformed output weights gives; `deformed_law` chooses among the ways."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from numerics.networks.laws import Moment

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)


class WeightAverages(ABC):
    """Averages over the output weights of one network, and drawing them."""

    #: How the numbers are obtained, as a clause to print.
    method: str = ""

    @abstractmethod
    def power_sum_moment(self, exponents: tuple[int, ...]) -> tuple[Moment, float]:
        """Average Π p_r; value and error bound."""

    @abstractmethod
    def draw(self, generator: np.random.Generator, networks: int) -> Array:
        """Draw output weights, shape (networks, width)."""
