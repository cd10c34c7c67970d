"""Gaussian output weights deformed by a quadratic form in p_1 and p_2: they stay Gaussian."""

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.power_sums import power_sum_moment
from numerics.errors import InvalidNetwork
from numerics.networks.joint_laws.power_sum_terms import Coefficients
from numerics.networks.joint_laws.weight_averages import WeightAverages

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class GaussianWeights(WeightAverages):
    """Gaussian weights that are alike: a_i = mean + ξ_i with Cov(ξ_i, ξ_j) = variance δ_ij + common.

    They are the law ∝ exp(−Σ a²/2s² − c_1 p_1 − c_2 p_2 − c_11 p_1²): with λ = 1/s² + 2c_2 and ν = 2c_11
    its precision is λ 1 + ν 11ᵀ, so that variance = 1/λ, common = −ν/(λ(λ + Nν)), mean = −c_1/(λ + Nν).

    Attributes
    ----------
    width : int
    variance, common, mean : Fraction
    """

    width: int
    variance: Fraction
    common: Fraction
    mean: Fraction
    method = "Gaussian weights: closed form"

    @classmethod
    def of(cls, terms: Coefficients, width: int, deviation: Fraction) -> "GaussianWeights":
        """Complete the square.

        Raises
        ------
        InvalidNetwork
            If the law cannot be normalised.
        """
        precision = 1 / deviation**2 + 2 * terms.get((2,), Fraction(0))
        joint = 2 * terms.get((1, 1), Fraction(0))
        whole = precision + width * joint
        if whole <= 0 or (width > 1 and precision <= 0):
            raise InvalidNetwork(
                "this deformation of Gaussian output weights cannot be normalised: "
                f"1/s² + 2c₂ = {float(precision):.4g} and 1/s² + 2c₂ + 2Nc₁₁ = {float(whole):.4g} must both "
                f"be positive (s = {float(deviation):g}, N = {width}, c₂ and c₁₁ in front of p2 and p1²); "
                "take a smaller strength"
            )
        common = -joint / (precision * whole)
        return cls(width, 1 / precision, common, -terms.get((1,), Fraction(0)) / whole)

    def power_sum_moment(self, exponents: tuple[int, ...]) -> tuple[Fraction, float]:
        """Average over what all weights have in common, t, behind that over the rest: exact.

        p_r = Σ (g_i + t)^r = Σ_k C(r, k) t^(r − k) p_k(g), and E t^n is a polynomial in `common`, right for
        negative ones, too.
        """
        terms: dict[tuple[tuple[int, ...], int], Fraction] = {((), 0): Fraction(1)}
        for r in exponents:
            grown: dict[tuple[tuple[int, ...], int], Fraction] = {}
            for (left, power), number in terms.items():
                for k in range(r + 1):
                    key = (tuple(sorted((*left, k))) if k else left, power + r - k)
                    factor = number * comb(r, k) * (1 if k else self.width)
                    grown[key] = grown.get(key, Fraction(0)) + factor
            terms = grown
        total = Fraction(0)
        for (left, power), number in terms.items():
            if sum(left) % 2 == 0:
                own = power_sum_moment(left, normal_moment, self.width) * self.variance ** (sum(left) // 2)
                total += number * own * self._common_moment(power)
        return total, 0.0

    def _common_moment(self, power: int) -> Fraction:
        """E[(mean + √common z)^power]."""
        parts = (
            comb(power, 2 * j) * self.mean ** (power - 2 * j) * normal_moment(2 * j) * self.common**j
            for j in range(power // 2 + 1)
        )
        return sum(parts, start=Fraction(0))

    def draw(self, generator: np.random.Generator, networks: int) -> Array:
        """Draw independent ones, and stretch their mean."""
        g = generator.standard_normal((networks, self.width))
        middle = g.mean(axis=1, keepdims=True)
        whole = float(self.variance + self.width * self.common) ** 0.5
        return np.asarray(float(self.mean) + float(self.variance) ** 0.5 * (g - middle) + whole * middle)
