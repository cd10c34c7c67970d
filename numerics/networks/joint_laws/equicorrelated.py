"""Output weights any two of which are correlated alike."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb, sqrt
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from numerics.errors import InvalidNetwork
from numerics.given import as_number
from numerics.networks.joint_law import MomentsOfWeights, OutputLayer, decimal
from numerics.networks.laws import GAUSSIAN, Invariance, Moment

Array = NDArray[np.float64]
#: What a correlation may be, whatever the width.
_NEEDED = "a number α with −1 < α < 1 (above −1/(N − 1) at width N)"


@final
@dataclass(frozen=True)
class EquicorrelatedLaw(MomentsOfWeights):
    """Gaussian output weights with the covariance σ²[(1 − α) δ_ij + α].

    Parameters
    ----------
    correlation : float
        α, above −1/(N − 1) for N neurons and below 1.

    Raises
    ------
    InvalidNetwork
        If it is out of range.

    Notes
    -----
    For α >= 0 a_i = √(1 − α) g_i + √α c with one c for all: given c the weights are independent, and the
    average over c leaves even powers of √α c only. So every moment is a polynomial in α, which holds for
    negative α, too.

    Examples
    --------
    E[a_1³ a_2] = 3α:

    >>> from numerics.networks.relu import ReLUNet
    >>> EquicorrelatedLaw(0.3).weight_moment((3, 1), ReLUNet(width=4))
    (Fraction(9, 10), 0.0)
    """

    correlation: float

    def __post_init__(self) -> None:
        found = as_number(
            self.correlation, "output_correlation", InvalidNetwork, _NEEDED, above=-1.0, below=1.0
        )
        object.__setattr__(self, "correlation", found)

    @property
    def even(self) -> bool:
        """They are Gaussians of mean zero."""
        return True

    def invariances_of_copies(self, layer: OutputLayer) -> frozenset[Invariance]:
        """Rotations, too: the copies are Gaussians of mean zero with one covariance."""
        return frozenset(Invariance)

    def refuse(self, layer: OutputLayer) -> None:
        """Refuse weights that are not Gaussian, and correlations that so many numbers cannot have.

        Raises
        ------
        InvalidNetwork
            Saying why.
        """
        if layer.laws.output.unit != GAUSSIAN:
            raise InvalidNetwork(
                "correlated output weights are Gaussian; leave out output_law, or the correlation"
            )
        most = layer.width - 1
        if self.correlation * most <= -1.0:
            raise InvalidNetwork.about(
                "output_correlation",
                f"{self.correlation!r} was given with {layer.width} neurons, and no {layer.width} numbers "
                "have it: the variance of their sum would be negative. A correlation above "
                f"−1/{most} = {-1 / most:.6g} is needed",
            )

    def weight_moment(self, powers: tuple[int, ...], layer: OutputLayer) -> tuple[Moment, float]:
        """Average over the numbers given the common one, then over that; see `MomentsOfWeights`."""
        return Fraction(equicorrelated_moment(powers, decimal(self.correlation))), 0.0

    def weight_variance(self, layer: OutputLayer) -> float:
        """σ², as that of independent weights."""
        return layer.output_deviation**2

    def draw(self, generator: np.random.Generator, network: OutputLayer, networks: int) -> Array:
        """Draw output weights, shape (networks, width): as the root of the covariance makes them."""
        drawn = generator.standard_normal((networks, network.width))
        own, together = sqrt(1.0 - self.correlation), sqrt(1.0 + (network.width - 1) * self.correlation)
        mean = drawn.mean(axis=1, keepdims=True)
        found: Array = network.output_deviation * (own * (drawn - mean) + together * mean)
        return found


@lru_cache(maxsize=4096)
def equicorrelated_moment(powers: tuple[int, ...], alpha: Any) -> Any:
    """E[a_1^k a_2^l …] of different weights of variance one.

    Parameters
    ----------
    powers : tuple of int
        k, l, ….
    alpha : number
        The correlation: a Fraction, or a SymPy symbol.

    Examples
    --------
    >>> equicorrelated_moment((2, 2), Fraction(1, 10))
    Fraction(51, 50)
    """
    # polynomials in c: place k is the coefficient of c^k, and c² stands for α
    product: list[Any] = [1]
    for power in powers:
        given = [
            comb(power, k) * normal_moment(power - k) * (1 - alpha) ** ((power - k) // 2)
            for k in range(power + 1)
        ]
        joined: list[Any] = [0] * (len(product) + power)
        for i, one in enumerate(product):
            for k, other in enumerate(given):
                joined[i + k] += one * other
        product = joined
    return sum(one * normal_moment(2 * k) * alpha**k for k, one in enumerate(product[::2]))
