"""Averages over the parameters of a neuron under a source, by rules that are refined until two agree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.by_quadrature import reached_kinks
from numerics.exact.sources.base import Array, SourcedNeuron
from numerics.networks.averages.cut_rules import CutRule, cut_rule, rule_size
from numerics.networks.averages.neuron_quadrature import Rule, parameter_axes, product_rule, steepness_of
from numerics.networks.base import neuron_of
from numerics.networks.laws import GAUSSIAN, ParameterLaw

EPS = float(np.finfo(np.float64).eps)
#: Difference of two rules, as a part of the largest average, that ends the refinement.
_CONVERGED = 1e-14
#: Most nodes times sources of one rule, most nodes, and the number of values held at once.
_MOST_WORK, _MOST_NODES, _AT_ONCE = 4e9, 4e6, 1 << 21
#: Growth of the steepness of rules that are cut at kinks from one to the next, and the largest there is.
_STEEPER, _STEEPEST = 1.7, 40.0


@final
@dataclass(frozen=True)
class Averaged:
    """What is averaged over standard parameters g, and how.

    Attributes
    ----------
    integrand : callable
        From pre-activations z, shape (q, n), and a slice of the sources, to values of shape (q, b).
    axes : ndarray, shape (n, r)
        z = axes g.
    laws : tuple of ParameterLaw, length r
    n_sources : int
    steepness : float
        See `numerics.networks.averages.neuron_quadrature.product_rule`.
    kinks : ndarray
        Pre-activations where the integrand is not smooth.
    """

    integrand: Callable[[Array, slice], Array]
    axes: Array
    laws: tuple[ParameterLaw, ...]
    n_sources: int
    steepness: float = 1.0
    kinks: Array | None = None

    def over(self, rule: Rule | CutRule) -> Array:
        """Average over the nodes of one rule, shape (m,)."""
        total = np.zeros(self.n_sources)
        for z, weights in rule.chunks():
            step = max(1, _AT_ONCE // max(1, len(weights)))
            for start in range(0, self.n_sources, step):
                some = slice(start, start + step)
                total[some] += weights @ self.integrand(z, some)
        return total

    def rules(self) -> Iterator[tuple[Rule | CutRule, Rule | CutRule]]:
        """Yield pairs of rules that share no frequencies, finer and finer, as long as they can be had."""
        most = min(_MOST_NODES, _MOST_WORK / self.n_sources)
        level, steepness = 0, self.steepness
        cut = self.kinks is not None and len(self.kinks) > 0
        while True:
            if cut and self.kinks is not None:
                if steepness > _STEEPEST or rule_size(self.axes, self.kinks, steepness) > most:
                    return
                yield (
                    cut_rule(self.axes, self.kinks, False, steepness),
                    cut_rule(self.axes, self.kinks, True, steepness),
                )
                steepness *= _STEEPER
                continue
            pair = [
                product_rule(self.axes, self.laws, 2, level, second=second, steepness=self.steepness)
                for second in (False, True)
            ]
            if pair[1].size > most:
                return
            yield pair[0], pair[1]
            level += 1


@np.errstate(over="ignore", invalid="ignore", under="ignore")  # what is not finite is told by its error
def averaged(question: Averaged) -> tuple[Array, Array]:
    """Average, refining until two rules agree for every source.

    Returns
    -------
    value, error : ndarray, shape (m,)
        Error: twice the difference of the last two rules, and rounding.

    Raises
    ------
    NotAvailable
        If not even the coarsest rules can be had.
    """
    value = error = None
    for first, second in question.rules():
        value = question.over(second)
        error = np.abs(value - question.over(first))
        if not np.max(error, initial=0.0) > _CONVERGED * np.max(np.abs(value), initial=0.0):
            break
        if not len(question.laws):
            break
    if value is None or error is None:
        raise NotAvailable(
            f"the average over {len(question.laws)} parameters of a neuron under "
            f"{question.n_sources} source(s) would need more than {_MOST_NODES:.0e} nodes; use fewer "
            "distinct points or smaller inputs"
        )
    return value, 2.0 * error + 8 * EPS * np.abs(value)


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

    def gaussian(z: Array, some: slice) -> Array:
        s = network.activate(z, points)
        squares = sum(np.square(s @ source[some].T) for source in neuron.sources)
        values: Array = np.expm1(neuron.strength * np.asarray(squares))
        return values

    def general(z: Array, some: slice) -> Array:
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
        )
    )
    own = 0.0 if law == GAUSSIAN else len(neuron.sources) * (accuracy + 8 * EPS)
    return value, error + own
