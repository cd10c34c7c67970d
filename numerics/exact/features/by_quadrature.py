"""Feature moments by quadrature over the parameters of a neuron, for any activation and law."""

from collections.abc import Callable
from typing import final

import numpy as np

from numerics.errors import NotAvailable
from numerics.exact.features.base import Array, FeatureMoments, Indices
from numerics.networks.averages.cut_rules import CutRule, cut_rule, rule_size
from numerics.networks.averages.neuron_quadrature import (
    Neuron,
    QuadratureKernel,
    Rule,
    gaussian_pairs,
    parameter_axes,
    refined,
    steepness_of,
)
from numerics.results.estimate import Estimate

EPS = float(np.finfo(np.float64).eps)
#: Most nodes of a rule cut at kinks, and most dimensions in which there is one.
MOST_NODES, MOST_CUT_DIMENSIONS = 8e6, 2


@final
class QuadratureMoments(FeatureMoments):
    """E[s(x_1) … s(x_n)] by product rules that are refined until they agree, or rules cut at kinks.

    Parameters
    ----------
    neuron : Neuron
    points : ndarray, shape (n_points, d_in)

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> from numerics.networks.base import neuron_of
    >>> moments = QuadratureMoments(neuron_of(ErfNet(1)), np.zeros((1, 1)))
    >>> found = moments.moments(np.array([[0, 0]])).value[0]
    >>> bool(abs(found - 2 / np.pi * np.arcsin(2 / 3)) < 1e-14)
    True
    """

    def __init__(self, neuron: Neuron, points: Array) -> None:
        self._neuron = neuron
        self._points = points
        self._axes, self._laws = parameter_axes(neuron, points)
        self._pairs = gaussian_pairs(neuron)
        self._steepness = steepness_of(neuron, points)

    @property
    def method(self) -> str:
        """Name of the method."""
        return f"quadrature over {len(self._laws)} parameters of a neuron"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate the rules; see `FeatureMoments.moments`.

        Raises
        ------
        NotAvailable
            If the parameters have too many dimensions.
        """
        if indices.shape[1] == 2 and self._pairs is not None:
            return self._kernel(indices)
        order = indices.shape[1]
        if order % 2:  # a feature that is one, beside those at the points, fills the shorter half
            indices = np.column_stack([np.full(len(indices), len(self._points)), indices])
        half = indices.shape[1] // 2
        tuples, tuple_of = np.unique(
            np.concatenate([indices[:, :half], indices[:, half:]]), axis=0, return_inverse=True
        )
        left, right = np.split(tuple_of.reshape(-1), 2)

        def evaluate(rule: Rule | CutRule) -> Array:
            gram = np.zeros((len(tuples), len(tuples)))
            for arguments, weights in rule.chunks():
                features = self._neuron.activation.activate(arguments, self._points).T
                if order % 2:
                    features = np.concatenate([features, np.ones((1, features.shape[1]))])
                product = features[tuples[:, 0]]
                for column in tuples.T[1:]:
                    product = product * features[column]
                gram += (product * weights) @ product.T
            squares = np.diagonal(gram)
            # Schwarz: the moment of the absolute value, for the rounding
            return np.stack([gram[left, right], np.sqrt(squares[left] * squares[right])])

        kinks = reached_kinks(self._neuron, self._axes)
        if len(kinks) and rule_size(self._axes, kinks, self._steepness) > MOST_NODES:
            raise NotAvailable(
                f"the activation has {len(kinks)} kinks or jumps; exact moments at {len(self._axes)} inputs "
                "would need too many pieces. Use fewer inputs, or sample the network"
            )
        if len(kinks):
            value, other = (
                evaluate(cut_rule(self._axes, kinks, second, self._steepness)) for second in (True, False)
            )
            error = np.abs(value - other)
        else:
            value, error = refined(evaluate, self._axes, self._laws, order, steepness=self._steepness)
        return Estimate(value[0], error[0] + 8 * EPS * value[1])

    def _kernel(self, indices: Indices) -> Estimate:
        """Second moments: two pre-activations at a time, whatever the number of points."""
        kernel = QuadratureKernel(self._neuron, 0.0, 0.0, 0.0, None)
        value, error = kernel.weight_with_error(self._points, self._points)
        pair = indices[:, 0], indices[:, 1]
        own = indices[:, 0] == indices[:, 1]
        diagonal = kernel.weight_diagonal(self._points)[indices[:, 0]]
        found = np.where(own, diagonal, value[pair])
        return Estimate(found / self._neuron.weight_variance, error[pair] / self._neuron.weight_variance)


def reached_kinks(neuron: Neuron, axes: Array) -> Array:
    """Kinks of an activation that the pre-activations z = axes g reach.

    Parameters
    ----------
    neuron : Neuron
    axes : ndarray, shape (n, r)

    Returns
    -------
    ndarray
        Empty where there are none, or the parameters are not Gaussian.

    Raises
    ------
    NotAvailable
        If there are some, and no rule for them.
    """
    pairs = gaussian_pairs(neuron)
    reach = float(np.sqrt(np.max(np.einsum("nr,nr->n", axes, axes), initial=0.0)))
    kinks = pairs.panels(reach).kinks if pairs is not None and reach > 0.0 else ()
    found = np.array([k for k in kinks if abs(k) <= 12.0 * reach])
    if len(found) and axes.shape[1] > MOST_CUT_DIMENSIONS:
        raise NotAvailable(
            f"the activation has kinks or jumps, the first at {found[0]:.4g}, and exact "
            f"moments of order above two can be cut there where the inputs span up to "
            f"{MOST_CUT_DIMENSIONS} dimensions, the bias included; these span {axes.shape[1]}. Use "
            "fewer inputs, the ReLU-net where that is the activation, or sample the network"
        )
    return found
