"""The joint law of output weights P ∝ P_0 e^(−A), A a polynomial in power sums.

A Gaussian law deformed by a function of p_2 = |a|² keeps its directions uniform (`radial_weights`), by a
quadratic form in p_1 and p_2 it stays Gaussian (`gaussian_weights`); any law deformed by Σ c_r p_r keeps its
weights independent (`single_weights`). Nothing else has closed averages; Markov chains draw it
(`weight_chains`).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.joint_law import JointLaw, OutputLayer, decimal
from numerics.networks.joint_laws.deformation_text import deformation_text
from numerics.networks.joint_laws.gaussian_weights import GaussianWeights
from numerics.networks.joint_laws.power_sum_terms import Coefficients, PowerSumTerm, coefficients, energy
from numerics.networks.joint_laws.radial_weights import RadialWeights
from numerics.networks.joint_laws.single_weights import SingleWeights
from numerics.networks.joint_laws.weight_averages import WeightAverages
from numerics.networks.joint_laws.weight_chains import ChainDraws, draw_by_chains
from numerics.networks.laws import GAUSSIAN, Invariance, Moment, ParameterLaw

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class DeformedLaw(JointLaw):
    """Output weights of the law P ∝ P_0 e^(−A), P_0 that of the network with independent weights.

    Parameters
    ----------
    terms : tuple of PowerSumTerm
        A, with numbers in front of the power sums.
    written : str, optional
        How A was written.
    function : callable, optional
        A as a Python function of weights, shape (m, N) -> (m,), in place of terms; it can be drawn, but has
        no exact averages.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> law = DeformedLaw((PowerSumTerm((2, 2), Fraction(1, 10), -1),))
    >>> value, error = law.power_sum_moment((2,), ErfNet(1000))
    >>> round(float(value), 6), error < 1e-8
    (765.329027, True)
    >>> law.draw(np.random.default_rng(1), ErfNet(5), 3).shape
    (3, 5)
    """

    terms: tuple[PowerSumTerm, ...]
    written: str = field(default="", compare=False)
    function: Callable[[Array], Array] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.written or self.text or repr(self)

    @property
    def text(self) -> str | None:
        """A with numbers, which `numerics.networks.joint_laws.named_joint_laws` reads back."""
        return deformation_text(self.terms) if self.function is None else None

    def energy(self, weights: Array) -> Array:
        """Evaluate A, shape (m, N) -> (m,)."""
        if self.function is None:
            return energy(coefficients(self.terms, weights.shape[1]), weights)
        found = np.asarray(self.function(weights), dtype=np.float64)
        if found.shape != (len(weights),):
            raise NotAvailable(
                f"the function of the output weights returns the shape {found.shape} for weights of shape "
                f"{weights.shape}; one number for each network, shape ({len(weights)},), is needed"
            )
        return found

    @property
    def even(self) -> bool:
        """Whether A does not change with the signs of all weights; see `JointLaw.even`."""
        return self.function is None and all(sum(term.exponents) % 2 == 0 for term in self.terms)

    @property
    def signs_are_free(self) -> bool:
        """Whether A has power sums of even order only; see `JointLaw.signs_are_free`."""
        return self.function is None and all(r % 2 == 0 for term in self.terms for r in term.exponents)

    def invariances_of_copies(self, layer: OutputLayer) -> frozenset[Invariance]:
        """Rotations, too, where the law is Gaussian: P_0 is, and A is of second degree."""
        quadratic = self.function is None and all(sum(term.exponents) == 2 for term in self.terms)
        gaussian = quadratic and layer.laws.output.unit == GAUSSIAN
        return frozenset(Invariance) if gaussian else super().invariances_of_copies(layer)

    def refuse(self, layer: OutputLayer) -> None:
        """Refuse what cannot be normalised; see `JointLaw.refuse`."""
        self.averages(layer)

    def averages(self, network: OutputLayer) -> WeightAverages | None:
        """Exact averages over the weights of one network; None: there is no closed way.

        Raises
        ------
        InvalidNetwork
            If the law cannot be normalised.
        """
        if self.function is not None:
            return None
        return _solved(self.terms, network.width, network.output_deviation, network.laws.output.unit)

    def power_sum_moment(self, exponents: tuple[int, ...], network: OutputLayer) -> tuple[Moment, float]:
        """Average a product of power sums; see `JointLaw.power_sum_moment`."""
        found = self.averages(network)
        if found is None:
            raise NotAvailable(
                f"E[{factors(exponents)}] under the deformed law e^(−A), A = {self.written or 'a function'}, "
                "has no closed form: of Gaussian output weights functions of p2 and quadratic forms in p1 "
                "and p2 have one, of any law sums of single power sums. Expand in the strength, or sample"
            )
        return found.power_sum_moment(exponents)

    def power_sum_cumulants(
        self, wanted: tuple[tuple[int, ...], ...], network: OutputLayer
    ) -> Mapping[tuple[int, ...], tuple[float, float]]:
        """Joint cumulants of power sums; see `JointLaw.power_sum_cumulants`."""
        found = self.averages(network)
        if isinstance(found, SingleWeights):
            return {one: found.power_sum_cumulant(one) for one in wanted}
        return super().power_sum_cumulants(wanted, network)

    def draw(self, generator: np.random.Generator, network: OutputLayer, networks: int) -> Array:
        """Draw output weights: directly where there is a way, else by Markov chains."""
        found = self.averages(network)
        if found is not None:
            return found.draw(generator, networks)
        return self.draw_by_chains(generator, network, networks).weights

    def draw_by_chains(
        self, generator: np.random.Generator, network: OutputLayer, networks: int
    ) -> ChainDraws:
        """Draw by Markov chains, whatever A is, and say how slowly they forget."""
        law, deviation = network.laws.output.unit, network.output_deviation
        return draw_by_chains(self.energy, law, deviation, network.width, generator, networks)


@lru_cache(maxsize=64)
def _solved(
    terms: tuple[PowerSumTerm, ...], width: int, deviation: float, law: ParameterLaw
) -> WeightAverages | None:
    return solve(coefficients(terms, width), width, decimal(deviation), law)


def solve(terms: Coefficients, width: int, deviation: Fraction, law: ParameterLaw) -> WeightAverages | None:
    """Choose how averages under a deformed law are computed; None: there is no closed way.

    Parameters
    ----------
    terms : mapping of tuple of int to Fraction
        A of e^(−A), see `numerics.networks.joint_laws.power_sum_terms.coefficients`.
    width : int
    deviation : Fraction
        What a weight in units of its law is multiplied by.
    law : ParameterLaw

    Raises
    ------
    InvalidNetwork
        If the deformed law cannot be normalised.

    Examples
    --------
    E|a|⁴ of two weights in e^(−|a|²/2 − |a|⁴/5), which are ∫x² e^(−x/2 − x²/5)dx/∫e^(−x/2 − x²/5)dx:

    >>> found = solve({(2, 2): Fraction(1, 5)}, 2, Fraction(1), GAUSSIAN)
    >>> round(float(found.power_sum_moment((2, 2))[0]), 10)
    1.3743834463
    """
    if law == GAUSSIAN:
        if set(terms) <= {(1,), (2,), (1, 1)}:
            return GaussianWeights.of(terms, width, deviation)
        if all(set(key) == {2} for key in terms):
            return RadialWeights.of(terms, width, deviation)
    if all(len(key) == 1 for key in terms):
        return SingleWeights.of(terms, width, deviation, law)
    return None


def factors(exponents: tuple[int, ...]) -> str:
    """Write a product of power sums.

    Examples
    --------
    >>> factors((1, 1, 2))
    'p1^2 p2'
    """
    counted = sorted(Counter(exponents).items())
    return " ".join(f"p{r}" + (f"^{n}" if n > 1 else "") for r, n in counted)
