"""Averages over the parameters of a neuron under a source, by rules that are refined until two agree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.by_quadrature import reached_kinks
from numerics.exact.sources.base import MOST_WORK, Array, SourcedNeuron
from numerics.networks.averages.cut_rules import CutRule, cut_rule, rule_size
from numerics.networks.averages.neuron_quadrature import Rule, parameter_axes, product_rule, steepness_of
from numerics.networks.base import neuron_of
from numerics.networks.laws import GAUSSIAN, ParameterLaw

Indices = NDArray[np.int64]

EPS = float(np.finfo(np.float64).eps)
#: Difference of two rules, as a part of the largest average, that ends the refinement.
CONVERGED = 1e-14
#: Sources that go ahead.
_AHEAD = 48
#: Most nodes of one rule, and the number of values held at once.
_MOST_NODES, _AT_ONCE = 4e6, 1 << 21
#: Growth of the steepness of rules that are cut at kinks from one to the next, and the largest there is.
_STEEPER, _STEEPEST = 1.7, 40.0


@final
@dataclass(frozen=True)
class Averaged:
    """What is averaged over standard parameters g, and how.

    Attributes
    ----------
    integrand : callable
        From pre-activations z, shape (q, n), and the numbers of some sources, shape (b,), to values of shape
        (q, b).
    axes : ndarray, shape (n, r)
        z = axes g.
    laws : tuple of ParameterLaw, length r
    n_sources : int
    steepness : float
        See `numerics.networks.averages.neuron_quadrature.product_rule`.
    kinks : ndarray
        Pre-activations where the integrand is not smooth.
    most_work : float
        Most nodes times sources of one rule.
    """

    integrand: Callable[[Array, Indices], Array]
    axes: Array
    laws: tuple[ParameterLaw, ...]
    n_sources: int
    steepness: float = 1.0
    kinks: Array | None = None
    most_work: float = MOST_WORK

    def over(self, rule: Rule | CutRule, sources: Indices) -> Array:
        """Average over the nodes of one rule, for some sources."""
        total = np.zeros(len(sources))
        for z, weights in rule.chunks():
            step = max(1, _AT_ONCE // max(1, len(weights)))
            for start in range(0, len(sources), step):
                some = sources[start : start + step]
                total[start : start + step] += weights @ self.integrand(z, some)
        return total

    def rules(self) -> Iterator[tuple[Rule | CutRule, Rule | CutRule]]:
        """Yield pairs of rules that share no frequencies, finer and finer, as long as they can be had."""
        most = min(_MOST_NODES, self.most_work / self.n_sources)
        if self.kinks is not None and len(self.kinks):
            yield from self._cut_rules(self.kinks, most)
            return
        for level in count():
            first, second = (
                product_rule(self.axes, self.laws, 2, level, second=one, steepness=self.steepness)
                for one in (False, True)
            )
            if second.size > most:
                return
            yield first, second

    def _cut_rules(self, kinks: Array, most: float) -> Iterator[tuple[CutRule, CutRule]]:
        steepness = self.steepness
        while steepness <= _STEEPEST and rule_size(self.axes, kinks, steepness) <= most:
            first, second = (cut_rule(self.axes, kinks, one, steepness) for one in (False, True))
            yield first, second
            steepness *= _STEEPER


@np.errstate(over="ignore", invalid="ignore", under="ignore")  # what is not finite is told by its error
def averaged(question: Averaged, rtol: float = CONVERGED, power: int = 1) -> tuple[Array, Array]:
    """Average, refining until two rules agree for every source.

    A few sources go ahead and say how fine the rules must be at least.

    Parameters
    ----------
    question : Averaged
    rtol : float, optional
        Difference of two rules, as a part of the largest average, that ends the refinement.
    power : int, optional
        If larger than one: of what the difference counts, a power of 1 + the average.

    Returns
    -------
    value, error : ndarray, shape (m,)
        Error: twice the difference of the last two rules, and rounding.

    Raises
    ------
    NotAvailable
        If not even the coarsest rules can be had.
    """
    everything = np.arange(question.n_sources)
    ahead = np.unique(np.linspace(0, question.n_sources - 1, _AHEAD).astype(np.int64))
    value = error = None
    last = None
    for first, second in question.rules():
        last = first, second
        if len(ahead) < len(everything) and len(question.laws):
            found = question.over(second, ahead)
            if _differ(found, question.over(first, ahead), rtol, power):
                continue
            ahead = everything
        value = question.over(second, everything)
        error = np.abs(value - question.over(first, everything))
        if not _differ(value, value - error, rtol, power) or not len(question.laws):
            break
    if last is None:
        raise NotAvailable(
            f"the average over {len(question.laws)} parameters of a neuron under "
            f"{question.n_sources} source(s) would need more than {_MOST_NODES:.0e} nodes; use fewer "
            "distinct points or smaller inputs"
        )
    if value is None or error is None:
        value = question.over(last[1], everything)
        error = np.abs(value - question.over(last[0], everything))
    return value, 2.0 * error + 8 * EPS * np.abs(value)


def _differ(one: Array, other: Array, rtol: float, power: int) -> bool:
    gap = np.abs(one - other)
    if power == 1:
        return bool(np.max(gap, initial=0.0) > rtol * np.max(np.abs(one), initial=0.0))
    # far out the power is small, and the average need not be known well
    slopes = power * np.maximum(np.abs(1.0 + one), gap) ** (power - 1)
    return bool(np.max(slopes * gap, initial=0.0) > rtol)


def average_by_rules(neuron: SourcedNeuron) -> tuple[Array, Array]:
    """Average what the source makes of one neuron, less one, for any activation and any even law.

    Returns
    -------
    value, error : ndarray, shape (m,)

    Raises
    ------
    NotAvailable
        If there are too many parameters, or kinks in more than two dimensions.
    """
    network, points = neuron.network, neuron.fields.inputs
    described = neuron_of(network)
    axes, laws = parameter_axes(described, points)
    law, accuracy = network.laws.output.unit, network.laws.output.unit.characteristic_accuracy

    def gaussian(z: Array, some: Indices) -> Array:
        s = network.activate(z, points)
        squares = sum(np.square(s @ source[some].T) for source in neuron.sources)
        values: Array = np.expm1(neuron.strength * np.asarray(squares))
        return values

    def general(z: Array, some: Indices) -> Array:
        s = network.activate(z, points)
        found: NDArray[np.float64] = np.ones((len(z), len(neuron.sources[0][some])))
        for source in neuron.sources:
            found = found * np.real(law.characteristic(neuron.scale * (s @ source[some].T)))
        return found - 1.0

    value, error = averaged(
        Averaged(
            gaussian if law == GAUSSIAN else general,
            axes,
            laws,
            neuron.sources.shape[1],
            steepness_of(described, points),
            reached_kinks(described, axes),
            neuron.most_work,
        ),
        neuron.rtol,
        neuron.power,
    )
    own = 0.0 if law == GAUSSIAN else len(neuron.sources) * (accuracy + 8 * EPS)
    return value, error + own
