"""Gaussian output weights deformed by a function of p_2 = |a|²: their directions stay uniform."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log, prod
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.power_sums import power_sum_moment
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.networks.joint_laws.line_density import LineDensity
from numerics.networks.joint_laws.power_sum_terms import Coefficients
from numerics.networks.joint_laws.quartic_lengths import length_ratios
from numerics.networks.joint_laws.weight_averages import EPS, WeightAverages
from numerics.networks.laws import Moment

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class RadialWeights(WeightAverages):
    """Weights ∝ exp(−|a|²/2s² − Σ_j c_j |a|^2j): any length, and a uniform direction.

    Attributes
    ----------
    width : int
    deviation : Fraction
        s.
    exponents : tuple of Fraction
        What stands in front of x^j in the exponent, x = |a|²/s²: c_j s^2j, and ½ more at j = 1.
    """

    width: int
    deviation: Fraction
    exponents: tuple[Fraction, ...]
    method = "uniform directions; lengths by a continued fraction, or quadrature"

    @classmethod
    def of(cls, terms: Coefficients, width: int, deviation: Fraction) -> "RadialWeights":
        """Take the density of |a|² apart.

        Raises
        ------
        InvalidNetwork
            If the law cannot be normalised.
        """
        exponents = [Fraction(0)] * (max(map(len, terms)) + 1)
        for key, number in terms.items():
            exponents[len(key)] += number * deviation ** (2 * len(key))
        exponents[1] += Fraction(1, 2)
        while len(exponents) > 1 and not exponents[-1]:
            exponents.pop()
        if len(exponents) == 1 or exponents[-1] < 0:
            power = 2 * (len(exponents) - 1)
            raise InvalidNetwork(
                "this deformation of the output weights cannot be normalised: the density grows like "
                f"exp({float(-exponents[-1]):.3g} (|a|/s)^{power}) far out; take a positive strength (the "
                "coefficients of a series in it exist all the same)"
            )
        return cls(width, deviation, tuple(exponents))

    def radius_moment(self, n: int) -> tuple[Moment, float]:
        """E|a|^(2n), with an error bound; a fraction for quartic exponents."""
        found = self._by_fraction(n)
        return self._by_quadrature(n) if found is None else found

    def _by_fraction(self, n: int) -> tuple[Fraction, float] | None:
        """Of quartic exponents: moments whose digits suffice for cumulants at any width."""
        if len(self.exponents) != 3 or self.exponents[1] <= 0:
            return None
        _, one, two = self.exponents
        # y = 2 d_1 x brings the exponent to −y/2 − (strength/N) y²
        try:
            ratios, doubt = length_ratios(self.width * two / (4 * one**2), self.width, max(n, 16))
        except NotAvailable:  # it takes too long
            return None
        value = prod(ratios[:n], start=Fraction(1)) * (self.deviation**2 / (2 * one)) ** n
        return value, n * doubt * float(value)

    def _by_quadrature(self, n: int) -> tuple[float, float]:
        first = self._density
        # where y e^(ny) lives, as well
        last = LineDensity.resolved(lambda y: self.logarithm(y) + n * y, -2e3, self._end)
        line = LineDensity.between(self.logarithm, float(first.nodes[0]), float(last.nodes[-1]))
        middle = float(first.nodes[np.argmax(first.weights)])
        found, error = line.average(lambda y: np.exp(n * (y - middle)))
        factor = float(np.exp(n * middle)) * float(self.deviation) ** (2 * n)
        return factor * found, factor * (error + 4 * EPS * (1 + n * abs(middle)) * found)

    def logarithm(self, y: Array) -> Array:
        """Logarithm of the density of y = log(|a|²/s²), up to a constant."""
        exponents = [float(one) for one in self.exponents]
        return np.asarray(0.5 * self.width * y - np.polynomial.polynomial.polyval(np.exp(y), exponents))

    @cached_property
    def _density(self) -> LineDensity:
        """Of y."""
        return LineDensity.resolved(self.logarithm, -2e3, self._end)

    @property
    def _end(self) -> float:
        """Where y cannot be: the last exponent alone has made the density nothing there."""
        last, degree = float(self.exponents[-1]), len(self.exponents) - 1
        return min((log(1e6 + 1e3 * self.width) - min(log(last), 0.0)) / degree + 20.0, 300.0 / degree)

    def power_sum_moment(self, exponents: tuple[int, ...]) -> tuple[Moment, float]:
        """Average over lengths and, exactly, over directions."""
        total = sum(exponents)
        if total % 2:
            return Fraction(0), 0.0
        half = total // 2
        length = prod(self.width + 2 * k for k in range(half))
        direction = Fraction(power_sum_moment(exponents, normal_moment, self.width), length)
        value, error = self.radius_moment(half)
        if isinstance(value, Fraction):
            return direction * value, float(direction) * error
        size = float(direction) * value
        return size, float(direction) * error + 2 * EPS * size

    def draw(self, generator: np.random.Generator, networks: int) -> Array:
        """Draw lengths from their density, and directions from normal numbers."""
        g = generator.standard_normal((networks, self.width))
        y = self._density.draw(generator, (networks,))
        lengths = float(self.deviation) * np.exp(0.5 * y)
        return np.asarray(g * (lengths / np.sqrt(np.sum(g * g, axis=1)))[:, np.newaxis])
