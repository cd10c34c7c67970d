"""Averages under a deformed law as power series in its strength, with exact coefficients.

E_α[O] = E_0[O e^(−A)]/E_0[e^(−A)]: numerator and denominator are series whose coefficients are moments of
power sums under the law without a deformation, exact where those of a single weight are.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.power_sums import power_sum_cumulant, power_sum_moment, shared_neurons
from diagrams.power_series import Series
from nnft_sym.actions.power_sum_text import WIDTH
from nnft_sym.duality.deformation import (
    DEVIATION,
    Deformation,
    check_order,
    exact,
    exponents_of,
    refuse_correlated,
)
from nnft_sym.errors import InvalidDeformation
from numerics.exact.weight_waves import wave_moments
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network

Array = NDArray[np.float64]
Exponents = tuple[int, ...]
#: Highest power of the weights that is averaged, and most terms: the ways to share neurons grow fast.
MOST_POWERS, MOST_TERMS = 36, 60


@final
class StrengthSeries:
    """Series in the strength of one deformation, for one network.

    Parameters
    ----------
    deformation : Deformation
        A polynomial.
    network : Network
        Its width and the law of its output weights are used.
    order : int
        Highest power of the strength.

    Examples
    --------
    G² = E|a|²/N of the quartic law: m_1/N = s² − 4α(1 + 2/N)s⁶ + …:

    >>> from numerics.networks.erf import ErfNet
    >>> series = StrengthSeries(Deformation("alpha*p2^2/N"), ErfNet(4), 2)
    >>> [str(c / 4) for c in series.moment((2,))]
    ['1', '-6', '84']
    """

    def __init__(self, deformation: Deformation, network: Network, order: int) -> None:
        check_order(order)
        refuse_correlated(network)
        self.order = order
        self._network = network
        self._law = network.laws.output.unit
        self._deviation = exact(network.output_deviation)
        self._averages: dict[Exponents, Fraction] = {}
        self.weights = [self._numbers(part) for part in deformation.weights(order)]
        self._refuse_work(deformation)
        norm = [self._summed(weight, ()) for weight in self.weights]
        self.inverse = self.series(norm).inverse()

    def _refuse_work(self, deformation: Deformation) -> None:
        largest = max((sum(exponents) for weight in self.weights for exponents in weight), default=0)
        terms = max(map(len, self.weights))
        if largest > MOST_POWERS or terms > MOST_TERMS:
            raise InvalidDeformation(
                f"order {self.order} of the deformation {deformation} has {terms} terms with powers of the "
                f"weights up to {largest}; {MOST_TERMS} terms and powers up to {MOST_POWERS} are averaged. "
                "Take a lower order"
            )

    @property
    def even(self) -> bool:
        """Whether all terms of A have even powers of the weights, and the law has, too."""
        terms = (exponents for weight in self.weights for exponents in weight)
        return self._law.even and all(sum(exponents) % 2 == 0 for exponents in terms)

    @property
    def signs_are_free(self) -> bool:
        """Whether a change of sign of a single weight changes nothing."""
        terms = (r for weight in self.weights for exponents in weight for r in exponents)
        return self._law.even and all(r % 2 == 0 for r in terms)

    def series(self, coefficients: list[Fraction]) -> Series:
        """Make a truncated series of its coefficients."""
        return Series.collect((self.order,), [((k,), one) for k, one in enumerate(coefficients)])

    def moment(self, exponents: Exponents) -> list[Fraction]:
        """Coefficients of E_α[Π p_r]."""
        return self._coefficients(self._moment(exponents))

    def cumulant(self, exponents: Exponents) -> list[Fraction]:
        """Coefficients of the joint cumulant of power sums under the deformed law."""
        found: Any = power_sum_cumulant(exponents, self._moment)
        return self._coefficients(found)

    def _moment(self, exponents: Exponents) -> Series:
        numerator = self.series([self._summed(weight, exponents) for weight in self.weights])
        return numerator * self.inverse

    def _coefficients(self, found: Series) -> list[Fraction]:
        return [found.at((k,)) for k in range(self.order + 1)]

    def _numbers(self, polynomial: Any) -> dict[Exponents, Fraction]:
        """Put width and deviation into a polynomial in power sums."""
        found: dict[Exponents, Fraction] = {}
        for number, powers in polynomial.monomials():
            value = number * Fraction(self._network.width) ** powers.get(WIDTH, 0)
            value *= self._deviation ** powers.get(DEVIATION, 0)
            exponents = exponents_of(powers)
            found[exponents] = found.get(exponents, Fraction(0)) + value
        return found

    def _summed(self, weight: Mapping[Exponents, Fraction], others: Exponents) -> Fraction:
        """E_0[w Π p_r]."""
        parts = (number * self._average(exponents + others) for exponents, number in weight.items())
        return sum(parts, start=Fraction(0))

    def _average(self, exponents: Exponents) -> Fraction:
        key = tuple(sorted(exponents))
        if key not in self._averages:
            found = power_sum_moment(key, lambda k: exact(self._law.moment(k)), self._network.width)
            self._averages[key] = Fraction(found) * self._deviation ** sum(key)
        return self._averages[key]

    # -- with a source -------------------------------------------------------------------------------------

    def with_source(self, fields: FieldSet, source: Array) -> "SourcedSeries":
        """Coefficients of E_α[e^(i J·φ)], the output bias left out."""
        return SourcedSeries(self, self._network, fields, source)


@final
class SourcedSeries:
    """E_α[e^(i J·φ)] in powers of the strength: 𝒫_r averaged with a wave over all neurons jointly.

    E_0[Π p_r e^(i J·φ)] is a sum over the ways in which factors share neurons: each neuron gives c_k, k the
    sum of its exponents, and every other one c_0. Differences of large averages stand in the scores, so what
    is made of the numbers c_k is computed in fractions, and every c_k is moved by its error.
    """

    def __init__(self, series: StrengthSeries, network: Network, fields: FieldSet, source: Array) -> None:
        self._series, self._width = series, network.width
        needed = {0}
        for weight in series.weights:
            for exponents in weight:
                needed |= {k for powers, _ in shared_neurons(exponents) for k in powers}
        self._powers = sorted(needed)
        value, error = wave_moments(network, fields, source, self._powers)
        self._found = dict(zip(self._powers, value.tolist(), strict=True))
        self._error = dict(zip(self._powers, error.tolist(), strict=True))

    def coefficients(self) -> tuple[list[complex], list[float]]:
        """Values and error bounds, by powers of the strength."""
        value = self._evaluate(self._found)
        bound = [8e-16 * self._width * abs(one) for one in value]
        for power in self._powers:
            moved = self._evaluate({**self._found, power: self._found[power] + self._error[power]})
            bound = [b + abs(m - v) for b, m, v in zip(bound, moved, value, strict=True)]
        return value, bound

    def _evaluate(self, waves: Mapping[int, float]) -> list[complex]:
        one = Fraction(waves[0])
        if not one:
            return [0j] * (self._series.order + 1)
        ratios = {k: Fraction(g) / one for k, g in waves.items()}
        parts: list[list[Fraction]] = [[], []]
        for weight in self._series.weights:
            sums = [Fraction(0), Fraction(0)]
            for exponents, number in weight.items():
                total = sum(exponents)
                # i^T: real or imaginary, with a sign
                sign = -1 if total % 4 in (2, 3) else 1
                sums[total % 2] += sign * number * self._average(exponents, ratios)
            for part, found in zip(parts, sums, strict=True):
                part.append(found)
        inverse = self._series.inverse
        real, imaginary = (self._series.series(part) * inverse for part in parts)
        front = float(one) ** self._width
        return [
            complex(front * float(real.at((k,))), front * float(imaginary.at((k,))))
            for k in range(self._series.order + 1)
        ]

    def _average(self, exponents: Exponents, ratios: Mapping[int, Fraction]) -> Fraction:
        return Fraction(power_sum_moment(exponents, ratios.__getitem__, self._width))
