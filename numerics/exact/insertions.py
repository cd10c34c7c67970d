"""Exact correlators with an insertion: ⟨X f(x_1) … f(x_n)⟩, X = δ log P for a motion of the parameters.

X = Σ_i X_i is a sum over neurons, and over output biases, of functions of the parameters of each. With the
moments m of one neuron and m_X of one neuron with its X_i, as series in the sources,

    Z = m^N z_b,        Z_X = Z (N m_X/m + z_bX/z_b),

so that nothing but moments of one neuron is needed. Those of output weights and of features are the exact
ones; what multiplies the slope of a density is integrated, never by parts: by parts the identities that these
numbers are held against would be put in.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numerics.exact.features.choose import feature_moments
from numerics.exact.hidden_insertions import hidden_insertions
from numerics.exact.set_series import power, product, quotient
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multisets, ranks
from numerics.networks.base import Network
from numerics.networks.density_slopes import slope_accuracy, slope_rule
from numerics.networks.laws import ParameterLaw
from numerics.networks.parameter_motion import OUTPUT_BIAS_LAW, ParameterMotion, Units, has_output_bias
from numerics.results.correlator import Correlator, Part
from numerics.results.joint_correlators import Correlators

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: From counts of fields of each output, shape (M, D), to averages, shape (M,).
_OfCounts: TypeAlias = Callable[[Indices], Array]

#: Level of the rules for slopes of output laws, and rounding of the series.
_LEVEL, _ROUNDING = 4, 1e-14


def exact_insertions(
    network: Network, fields: FieldSet, motion: ParameterMotion, orders: Iterable[int]
) -> Correlators:
    """Compute ⟨X f(x_1) … f(x_n)⟩ over all multisets of the fields.

    Parameters
    ----------
    network : Network
        With independent output weights.
    fields : FieldSet
    motion : ParameterMotion
    orders : iterable of int

    Returns
    -------
    Correlators
        Values with error bounds: differences of two rules, and rounding.

    Raises
    ------
    NotAvailable
        If a law has no density or lacks moments, or the parameters have too many dimensions.

    Examples
    --------
    Stretching the output layer, a → a + t a, changes K by 2 t K:

    >>> from numerics.networks.erf import ErfNet
    >>> motion = ParameterMotion.of_outputs(np.eye(1), 1)
    >>> found = exact_insertions(ErfNet(5), FieldSet([[0.3]]), motion, (2,))[2]
    >>> bool(abs(found[0, 0] + 2 * ErfNet(5).kernel.full([[0.3]], [[0.3]])[0, 0]) < 1e-12)
    True
    """
    motion.refuse(network)
    wanted = tuple(orders)
    neuron = _Neuron(network, fields, motion, max(wanted))
    found = []
    share = _ROUNDING + max(slope_accuracy(law) for law in _moving_laws(network, motion))
    for order in wanted:
        first, second = (neuron.inserted(order, which) for which in (0, 1))
        size = np.abs(second).max(initial=0.0) + np.abs(neuron.full(order)).max(initial=0.0)
        found.append(
            Correlator(
                fields, order, Part.FULL, second, np.abs(second - first) + share * size,
                "moments of one neuron with the slope of its density",
            )
        )  # fmt: skip
    return Correlators.of(found)


def _moving_laws(network: Network, motion: ParameterMotion) -> list[ParameterLaw]:
    """Laws of the parameters that move, and of the output biases."""
    laws = network.laws
    found = [OUTPUT_BIAS_LAW] + [laws.output] * bool(np.any(motion.outputs))
    return found + [laws.hidden, laws.bias] * motion.moves_hidden


class _Neuron:
    """Moments of one neuron, plain and with its insertion, as series in the sources of each multiset."""

    def __init__(self, network: Network, fields: FieldSet, motion: ParameterMotion, most: int) -> None:
        self._network, self._fields = network, fields
        self._places, number_of = np.unique(fields.inputs, axis=0, return_inverse=True)
        self._place_of = number_of.reshape(-1).astype(np.int64)
        self._outputs = np.asarray(np.maximum(fields.outputs, 1) - 1)
        orders = range(1, most + 1)
        moments = feature_moments(network, self._places, most)
        self._features = {r: moments.moments(multisets(len(self._places), r)).value for r in orders}
        nothing = {r: np.zeros(len(one)) for r, one in self._features.items()}
        self._inserted = (nothing, nothing)
        if motion.moves_hidden:
            value, error = hidden_insertions(network, self._places, motion, orders)
            self._inserted = ({r: value[r] - error[r] for r in orders}, value)
        matrix = motion.outputs
        law, unit = network.laws.output.unit, Units.of(network).output
        self._weights = _Weights(law, unit, matrix, most)
        self._biases = _Weights(OUTPUT_BIAS_LAW, network.bias_variance**0.5, matrix, most)

    def full(self, order: int) -> Array:
        """⟨f … f⟩, shape (M,)."""
        return np.asarray(self._sums(order)[0][:, -1])

    def inserted(self, order: int, rule: int) -> Array:
        """⟨X f … f⟩ by one of two rules, shape (M,)."""
        full, one = self._sums(order)
        plain = self._series(order, self._weights.plain, self._features)
        with_slope = self._series(order, self._weights.inserted(rule), self._features)
        with_slope += self._series(order, self._weights.plain, self._inserted[rule])
        # E X = 0, as the density stays normalised
        with_slope[:, 0] = 0.0
        found = self._network.width * quotient(with_slope, plain)
        if has_output_bias(self._network):
            bias = self._bias_series(order, self._biases.inserted(rule))
            bias[:, 0] = 0.0
            found = found + quotient(bias, one)
        return np.asarray(product(full, found)[:, -1])

    def _sums(self, order: int) -> tuple[Array, Array]:
        """Series of the whole network, and of the output biases alone."""
        full = power(self._series(order, self._weights.plain, self._features), float(self._network.width))
        bias = np.zeros(full.shape)
        bias[:, 0] = 1.0
        if has_output_bias(self._network):
            bias = self._bias_series(order, self._biases.plain)
            full = product(full, bias)
        return full, bias

    def _series(self, order: int, weights: _OfCounts, features: dict[int, Array]) -> Array:
        """Averages of one neuron over all subsets of each multiset, with N^(-1/2) for each field."""
        found = self._bias_series(order, weights)
        rows = multisets(len(self._fields), order)
        for subset in range(1, found.shape[1]):
            places = self._place_of[rows[:, _members(subset, order)]]
            size = places.shape[1]
            found[:, subset] *= features[size][ranks(places, len(self._places))]
            found[:, subset] *= float(self._network.width) ** (-size / 2)
        return found

    def _bias_series(self, order: int, weights: _OfCounts) -> Array:
        """Averages of the weights alone."""
        rows = multisets(len(self._fields), order)
        found = np.zeros((len(rows), 1 << order))
        labels = np.arange(self._weights.outputs)
        for subset in range(1 << order):
            chosen = self._outputs[rows[:, _members(subset, order)]]
            found[:, subset] = weights(np.sum(chosen[:, :, np.newaxis] == labels, axis=1))
        return found


class _Weights:
    """Averages of powers of the weights of one neuron towards several outputs."""

    def __init__(self, law: ParameterLaw, unit: float, matrix: Array, most: int) -> None:
        self._matrix = matrix
        self.outputs = len(matrix)
        moves = bool(np.any(matrix))
        scale = np.array([unit**k for k in range(most + 2)])
        # one more than there are fields stands beside a slope alone only, which averages to zero
        self._moments = np.array([float(law.moment(k)) for k in range(most + 1)] + [0.0])
        self._scale = scale
        self._slopes = [np.zeros(most + 2)] * 2
        if moves:
            rules = [slope_rule(law, 1.0, most + 2, _LEVEL, second=second) for second in (False, True)]
            self._slopes = [
                np.array([0.0] + [weights @ nodes**k for k in range(1, most + 2)]) for nodes, weights in rules
            ]

    def plain(self, counts: Indices) -> Array:
        """E[Π a_b^(k_b)]; counts k have the shape (M, D)."""
        return np.asarray(np.prod(self._moments[counts], axis=1) * self._scale[counts.sum(axis=1)])

    def inserted(self, rule: int) -> _OfCounts:
        """E[X Π a_b^(k_b)], X = Σ A_bc (log p)'(a_b) a_c + tr A."""
        slopes = self._slopes[rule]

        def average(counts: Indices) -> Array:
            total = np.trace(self._matrix) * np.prod(self._moments[counts], axis=1)
            for b, c in np.argwhere(self._matrix).tolist():
                raised = counts.copy()
                raised[:, c] += 1
                others = np.delete(raised, b, axis=1)
                factor = slopes[raised[:, b]] * np.prod(self._moments[others], axis=1)
                total = total + self._matrix[b, c] * factor
            return np.asarray(total * self._scale[counts.sum(axis=1)])

        return average


def _members(subset: int, order: int) -> list[int]:
    return [k for k in range(order) if subset >> k & 1]
