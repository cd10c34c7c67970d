"""Gaussian output weights deformed by a function of p_2 = |a|²: their directions stay uniform."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log, prod
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.power_sums import PowerSumMoments
from numerics.errors import InvalidNetwork
from numerics.networks.line_density import LineDensity
from numerics.networks.power_sum_terms import Coefficients
from numerics.networks.weight_averages import EPS, WeightAverages

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class RadialWeights(WeightAverages):
    """Weights ∝ exp(−|a|²/2s² − Σ_j c_j |a|^2j): any length, and a uniform direction.

    Attributes
    ----------
    width : int
    deviation : float
        s.
    exponents : ndarray, shape (J + 1,)
        What stands in front of x^j in the exponent, x = |a|²/s²: c_j s^2j, and ½ more at j = 1.
    """

    width: int
    deviation: float
    exponents: Array
    method = "uniform directions, quadrature over |a|"

    @classmethod
    def of(cls, terms: Coefficients, width: int, deviation: Fraction) -> "RadialWeights":
        """Take the density of |a|² apart."""
        exponents = [Fraction(0)] * (max(map(len, terms)) + 1)
        for key, number in terms.items():
            exponents[len(key)] += number * deviation ** (2 * len(key))
        exponents[1] += Fraction(1, 2)
        while len(exponents) > 1 and not exponents[-1]:
            exponents.pop()
        if len(exponents) == 1 or exponents[-1] < 0:
            power = 2 * (len(exponents) - 1)
            raise InvalidNetwork(
                f"this deformation of the output weights cannot be normalised: the density grows like "
                f"exp({float(-exponents[-1]):.3g} (|a|/s)^{power}) far out; take a positive strength (the "
                "coefficients of a series in it exist all the same)"
            )
        return cls(width, float(deviation), np.array([float(c) for c in exponents]))

    def logarithm(self, y: Array) -> Array:
        """Logarithm of the density of y = log(|a|²/s²), up to a constant."""
        return np.asarray(0.5 * self.width * y - np.polynomial.polynomial.polyval(np.exp(y), self.exponents))

    @cached_property
    def _density(self) -> LineDensity:
        """Of y."""
        return LineDensity.resolved(self.logarithm, -2e3, self._end)

    @property
    def _end(self) -> float:
        """Where y cannot be: the last exponent alone has made the density nothing there."""
        last, degree = self.exponents[-1], len(self.exponents) - 1
        return float(min((log(1e6 + 1e3 * self.width) - min(log(last), 0.0)) / degree + 20.0, 300.0 / degree))

    def radius_moment(self, n: int) -> tuple[float, float]:
        """E|a|^(2n), with an error bound."""
        first = self._density
        # where y e^(ny) lives, as well
        last = LineDensity.resolved(lambda y: self.logarithm(y) + n * y, -2e3, self._end)
        line = LineDensity.between(self.logarithm, float(first.nodes[0]), float(last.nodes[-1]))
        middle = float(first.nodes[np.argmax(first.weights)])
        value, error = line.average(lambda y: np.exp(n * (y - middle)))
        factor = float(np.exp(n * middle)) * self.deviation ** (2 * n)
        return factor * value, factor * (error + 4 * EPS * (1 + n * abs(middle)) * value)

    def power_sum_moment(self, exponents: tuple[int, ...]) -> tuple[float, float]:
        """Average over lengths and, exactly, over directions."""
        total = sum(exponents)
        if total % 2:
            return 0.0, 0.0
        half = total // 2
        length = prod(self.width + 2 * k for k in range(half))
        direction = float(Fraction(self._unit(exponents), length))
        value, error = self.radius_moment(half)
        return direction * value, direction * error + 2 * EPS * direction * value

    @cached_property
    def _unit(self) -> PowerSumMoments:
        return PowerSumMoments(normal_moment, self.width)

    def draw(self, generator: np.random.Generator, networks: int) -> Array:
        """Draw lengths from their density, and directions from normal numbers."""
        g = generator.standard_normal((networks, self.width))
        y = self._density.draw(generator, (networks,))
        lengths = self.deviation * np.exp(0.5 * y)
        return np.asarray(g * (lengths / np.sqrt(np.sum(g * g, axis=1)))[:, np.newaxis])
