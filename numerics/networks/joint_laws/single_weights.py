"""Output weights of any law deformed by a sum of single power sums: they stay independent."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.polynomial.polynomial import polyder, polyroots, polyval
from numpy.typing import NDArray

from diagrams.combinatorics.power_sums import power_sum_cumulant, power_sum_moment
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.networks.joint_laws.line_density import LineDensity
from numerics.networks.joint_laws.power_sum_terms import Coefficients
from numerics.networks.joint_laws.weight_averages import EPS, WeightAverages
from numerics.networks.laws import GAUSSIAN, ParameterLaw

Array = NDArray[np.float64]
#: Refinement of the two rules of a law, and the share of accepted draws below which none are made.
_LEVEL, _LEAST_ACCEPTED = 5, 1e-3
#: Where densities of weights are looked for, in deviations.
_FARTHEST = 1e4


@final
@dataclass(frozen=True, eq=False)
class SingleWeights(WeightAverages):
    """Independent weights, each with the density of its law times exp(−Σ c_r a^r).

    Attributes
    ----------
    width : int
    deviation : float
    law : ParameterLaw
        Of a/deviation, before the deformation.
    polynomial : ndarray, shape (R + 1,)
        c_r deviation^r.
    """

    width: int
    deviation: float
    law: ParameterLaw
    polynomial: Array
    method = "independent weights, quadrature over one of them"

    @classmethod
    def of(cls, terms: Coefficients, width: int, deviation: Fraction, law: ParameterLaw) -> "SingleWeights":
        """Collect powers of one weight."""
        polynomial = np.zeros(max(key[0] for key in terms) + 1)
        for key, number in terms.items():
            polynomial[key[0]] = float(number * deviation ** key[0])
        found = cls(width, float(deviation), law, polynomial)
        found.refuse_growth()
        return found

    def refuse_growth(self) -> None:
        """Refuse a density that cannot be normalised.

        Raises
        ------
        InvalidNetwork
            If it grows far out.
        """
        with np.errstate(all="ignore"):
            bounded = np.all(np.isfinite(self.law.quantile(np.array([0.0, 1.0]))))
        whole = self._with_gaussian if self.law == GAUSSIAN else self.polynomial
        degree = len(whole) - 1
        if bounded or (degree > 0 and degree % 2 == 0 and whole[-1] > 0.0):
            return
        raise InvalidNetwork(
            f"this deformation of output weights of the law {self.law} cannot be normalised, or falls no "
            "faster than the law itself: the highest power of a single weight must be even, with a positive "
            "number in front (the coefficients of a series in the strength exist all the same)"
        )

    @property
    def _with_gaussian(self) -> Array:
        whole = np.zeros(max(len(self.polynomial), 3))
        whole[: len(self.polynomial)] = self.polynomial
        whole[2] += 0.5
        return np.trim_zeros(whole, "b")

    @cached_property
    def _density(self) -> LineDensity:
        """Of a/deviation, for a Gaussian law."""
        whole = self._with_gaussian
        return LineDensity.resolved(lambda x: np.asarray(-polyval(x, whole)), -_FARTHEST, _FARTHEST)

    @cached_property
    def rules(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Two rules for averages over one weight: nodes a, and weights that add up to one."""
        if self.law == GAUSSIAN:
            line = self._density
            coarse = line.weights[::2] / line.weights[::2].sum()
            return (self.deviation * line.nodes, line.weights), (self.deviation * line.nodes[::2], coarse)
        found = []
        for second in (True, False):
            nodes, weights = self.law.rule(1.0, 4, _LEVEL, second=second)
            exponent = -polyval(nodes, self.polynomial)
            tilted = weights * np.exp(exponent - exponent.max())
            found.append((self.deviation * nodes, tilted / tilted.sum()))
        return found[0], found[1]

    def _moment(self, power: int) -> tuple[float, float]:
        (nodes, weights), (others, shares) = self.rules
        value, size = float(weights @ nodes**power), float(weights @ np.abs(nodes) ** power)
        return value, abs(value - float(shares @ others**power)) + 64 * EPS * size

    def power_sum_moment(self, exponents: tuple[int, ...]) -> tuple[float, float]:
        """Average over independent weights."""
        return self._with_errors(exponents, lambda m: power_sum_moment(exponents, m, self.width))

    def power_sum_cumulant(self, exponents: tuple[int, ...]) -> tuple[float, float]:
        """Joint cumulant of power sums: N times that of powers of one weight, so that no digits are lost."""

        def of_one(moment: Callable[[int], float]) -> float:
            return self.width * float(power_sum_cumulant(exponents, lambda some: moment(sum(some))))

        return self._with_errors(exponents, of_one)

    def _with_errors(
        self, exponents: tuple[int, ...], function: Callable[[Callable[[int], float]], float]
    ) -> tuple[float, float]:
        """Evaluate a function of the moments of one weight, and move one moment after the other."""
        known = {power: self._moment(power) for power in range(sum(exponents) + 1)}
        values = {power: value for power, (value, _) in known.items()}
        value = float(function(values.__getitem__))
        error = 8 * EPS * len(exponents) * abs(value)
        for power, (_, bound) in known.items():
            moved = {**values, power: values[power] + bound}
            error += abs(float(function(moved.__getitem__)) - value)
        return value, error

    def draw(self, generator: np.random.Generator, networks: int) -> Array:
        """Draw from the density of one weight, or accept draws of the law.

        Raises
        ------
        NotAvailable
            If hardly any would be accepted.
        """
        if self.law == GAUSSIAN:
            return self.deviation * self._density.draw(generator, (networks, self.width))
        nodes, _ = self.rules[0]
        ends = nodes[[0, -1]] / self.deviation
        stationary = polyroots(polyder(self.polynomial))
        places = np.append(stationary.real[np.abs(stationary.imag) < 1e-9], [*ends, 0.0])
        least = float(polyval(places, self.polynomial).min())
        count, found, have = networks * self.width, [], 0
        tried = 0
        while have < count:
            g = self.law.quantile(generator.random(max(count, 1000)))
            kept = g[generator.random(len(g)) < np.exp(least - polyval(g, self.polynomial))]
            tried, have = tried + len(g), have + len(kept)
            if have < _LEAST_ACCEPTED * tried:
                raise NotAvailable(
                    f"fewer than one draw in {1 / _LEAST_ACCEPTED:.0f} of the law {self.law} would survive "
                    "this deformation; take a smaller strength, or a Gaussian law"
                )
            found.append(kept)
        return self.deviation * np.concatenate(found)[:count].reshape(networks, self.width)
