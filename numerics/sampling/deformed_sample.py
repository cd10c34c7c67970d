"""Networks with output weights of a deformed law: drawn from the law itself, or reweighted.

Reweighting draws networks with independent output weights and gives each the weight e^(−A). It needs no
sampler of the law, but few of the networks count when A scatters: the effective
number (Σw)²/Σw² says how many, and below a hundred nothing is believed. Drawing from the law has no such
limit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import counted
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multisets
from numerics.networks.base import Network
from numerics.networks.drawn_features import drawn
from numerics.networks.joint_laws.deformed_law import DeformedLaw
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.jackknife import jackknife
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty
from numerics.sampling.judge.kurtosis import RESOLVED

Array = NDArray[np.float64]

#: Effective networks below which a reweighted sample is refused.
FEWEST_EFFECTIVE = 100.0
#: Blocks of the jackknife, and numbers held at once.
BLOCKS, _AT_ONCE = 100, 1 << 21


@final
@dataclass(frozen=True, eq=False)
class DeformedSample:
    """Outputs of networks with the weights they count with.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    outputs : ndarray, shape (m, n)
    weights : ndarray, shape (m,)
        The largest is one.
    how : str
        How they were drawn, as a clause.
    source : Source
    correlation_time : float or None
        Of Markov chains, in steps.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from numerics.networks.erf import ErfNet
    >>> from numerics.networks.joint_laws.power_sum_terms import PowerSumTerm
    >>> law = DeformedLaw((PowerSumTerm((2, 2), Fraction(1, 10), -1),))
    >>> sample = reweighted_sample(ErfNet(3), FieldSet([[0.5]]), law, 4000, seed=1)
    >>> sample.outputs.shape, float(sample.weights.max())
    ((4000, 1), 1.0)
    """

    network: Network
    fields: FieldSet
    outputs: Array
    weights: Array
    how: str
    source: Source
    correlation_time: float | None = None

    @property
    def effective(self) -> float:
        """Effective number of networks, (Σw)²/Σw²."""
        return float(self.weights.sum() ** 2 / np.sum(self.weights**2))

    def average(self, function: Callable[[Array], Array]) -> Estimate:
        """Average functions of the outputs, as a ratio of weighted sums, with the jackknife over blocks.

        Parameters
        ----------
        function : callable
            From outputs, shape (m, n), to values, shape (m, k).

        Returns
        -------
        Estimate
            Shape (k,).
        """
        values = function(self.outputs)
        blocks = np.array_split(np.arange(len(values)), BLOCKS)
        sums = np.array([self.weights[one] @ values[one] for one in blocks])
        norms = np.array([self.weights[one].sum() for one in blocks])[:, np.newaxis]
        estimate = sums.sum(axis=0) / norms.sum()
        without = (sums.sum(axis=0) - sums) / (norms.sum() - norms)
        sizes = np.array([len(one) for one in blocks])
        value, deviations = jackknife(estimate, without, sizes)
        influence = self.weights[:, np.newaxis] * (values - estimate)
        squares = np.mean(influence**2, axis=0)
        kurtosis = np.mean(influence**4, axis=0) / np.where(squares > 0.0, squares, 1.0) ** 2
        few = RESOLVED * float(np.max(kurtosis, initial=0.0)) > len(values)
        return Estimate(
            value,
            Uncertainty.of_sources((self.source,), deviations),
            self.how,
            Quality.HEAVY_TAILED if few else Quality.TRUSTED,
            evidence={"effective networks": self.effective},
        )

    def correlator(self, order: int) -> Correlator:
        """Average products of outputs over all index sets of one order."""
        rows = multisets(len(self.fields), order)
        found = self.average(lambda f: np.prod(f[:, rows], axis=2))
        return Correlator(
            self.fields, order, Part.FULL, found.value, found.uncertainty, self.how, found.quality,
            evidence=found.evidence,
        )  # fmt: skip

    def partition(self, source: Array) -> tuple[Estimate, Estimate]:
        """Average e^(i J·f): real and imaginary part."""

        def waves(f: Array) -> Array:
            phase = f @ source
            return np.stack([np.cos(phase), np.sin(phase)], axis=1)

        found = self.average(waves)
        return found[0], found[1]


def reweighted_sample(
    network: Network, fields: FieldSet, law: DeformedLaw, networks: int, seed: int
) -> DeformedSample:
    """Draw networks with independent output weights, and give each the weight e^(−A).

    Raises
    ------
    InvalidStatistics
        If fewer than a hundred networks count.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> from numerics.networks.joint_laws.power_sum_terms import PowerSumTerm
    >>> from fractions import Fraction
    >>> law = DeformedLaw((PowerSumTerm((2, 2), Fraction(1, 10), -1),))
    >>> sample = reweighted_sample(ErfNet(3), FieldSet([[0.5]]), law, 4000, seed=1)
    >>> 100 < sample.effective < 4000
    True
    """
    _refuse_few(networks)
    unit, deviation, width = network.laws.output.unit, network.output_deviation, network.width
    exponents: list[Array] = []

    def draw(generator: np.random.Generator, count: int) -> Array:
        weights = deviation * drawn(unit, generator, (count, width))
        exponents.append(law.energy(weights))
        return weights

    outputs = _outputs(network, fields, draw, networks, seed)
    found = np.concatenate(exponents)
    if not np.all(np.isfinite(found)):
        raise InvalidStatistics("the deformation is not finite at output weights that were drawn; check it")
    weights = np.exp(found.min() - found)
    source = Source(f"reweighted networks of {network!r}, {law}, seed {seed}", networks, BLOCKS)
    sample = DeformedSample(network, fields, outputs, weights, "reweighted networks", source)
    if sample.effective < FEWEST_EFFECTIVE:
        raise InvalidStatistics(
            f"of {counted(networks, 'reweighted network')} only {sample.effective:.3g} count, (Σw)²/Σw²; at "
            f"least {FEWEST_EFFECTIVE:.0f} are needed. Take more networks, a smaller strength, or draw from "
            "the deformed law itself"
        )
    return sample


def law_sample(
    network: Network, fields: FieldSet, law: DeformedLaw, networks: int, seed: int
) -> DeformedSample:
    """Draw networks from the deformed law itself: directly where there is a way, else by Markov chains.

    Raises
    ------
    InvalidNetwork
        If the law cannot be normalised.
    NotAvailable
        If chains move too slowly.
    """
    _refuse_few(networks)
    known, time = law.averages(network), None
    how = "drawn from the deformed law"
    if known is None:
        chains = law.draw_by_chains(_generator(seed, 1), network, networks)
        time, how = chains.correlation_time, f"{how} by Markov chains"
        rows = iter(np.split(chains.weights, range(_step(network), networks, _step(network))))
        outputs = _outputs(network, fields, lambda _, __: next(rows), networks, seed)
    else:
        outputs = _outputs(network, fields, known.draw, networks, seed)
    source = Source(f"networks of {network!r} with the law {law}, seed {seed}", networks, BLOCKS)
    return DeformedSample(network, fields, outputs, np.ones(networks), how, source, time)


def _step(network: Network) -> int:
    return max(1, _AT_ONCE // network.width)


def _generator(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream])


def _outputs(
    network: Network,
    fields: FieldSet,
    draw: Callable[[np.random.Generator, int], Array],
    networks: int,
    seed: int,
) -> Array:
    """Evaluate networks whose output weights somebody draws, chunk by chunk."""
    generator, points = _generator(seed, 0), fields.inputs
    found = []
    for first in range(0, networks, _step(network)):
        count = min(_step(network), networks - first)
        weights = draw(generator, count)
        neurons = count * network.width
        hidden = network.slope * drawn(network.laws.hidden.unit, generator, (neurons, network.d_in))
        deviation = network.hidden_bias_deviation
        if deviation is None:
            biases = 2.0 * pi * generator.random(neurons)
        else:
            biases = deviation * drawn(network.laws.bias.unit, generator, (neurons,))
        features = network.features(hidden, biases, points).reshape(count, network.width, -1)
        outputs = np.einsum("mi,mik->mk", weights, features) / network.width**0.5
        bias = network.bias_variance**0.5 * generator.standard_normal((count, 1))
        found.append(outputs + bias)
    return np.concatenate(found)


def _refuse_few(networks: int) -> None:
    if networks < 10 * BLOCKS:
        raise InvalidStatistics(
            f"{counted(networks, 'network')} were asked for; errors come from {BLOCKS} blocks of ten or "
            f"more: {10 * BLOCKS} networks at least are needed"
        )
