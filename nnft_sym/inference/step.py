"""Couplings of one power of 1/N, and how well a constant describes the correlator that they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from numerics.inference.polynomial_fit import PolynomialFit


@dataclass(frozen=True, eq=False)
class Step:
    """Couplings of one power of 1/N, from one connected correlator.

    Attributes
    ----------
    order : int
        Of the correlator.
    power : Fraction
        Of 1/N.
    fit : PolynomialFit
        Of what the couplings of lower powers leave of the correlator.
    misfit : float
        Σ|residual| over Σ|connected correlator|.
    noise : float
        What that is expected to be from the noise of the data alone; 0 for exact data.
    scales : mapping of str to float
        Of each coupling, Σ|what the correlator is per unit of it| over Σ|connected correlator|.
    """

    order: int
    power: Fraction
    fit: PolynomialFit
    misfit: float
    noise: float
    scales: Mapping[str, float]

    @property
    def locality(self) -> dict[str, float]:
        """By how much each coupling would have to vary over the inputs to make up for the misfit by itself.

        Σ|residual| over Σ|what the correlator is per unit of the coupling|: for one coupling the mean
        distance of the coupling of each element from the constant one, weighted by how much the element
        depends on it. The share of the misfit that noise explains is taken off.
        """
        rest = float(np.sqrt(max(self.misfit**2 - self.noise**2, 0.0)))
        return {name: rest / scale if scale > 0 else float("nan") for name, scale in self.scales.items()}
