"""Feature moments by quadrature over the parameters of a neuron, for any activation and law."""

from collections.abc import Callable
from typing import final

import numpy as np

from numerics.exact.feature_moments_base import Array, FeatureMoments, Indices, Moments
from numerics.networks.neuron_quadrature import Neuron, Rule, parameter_axes, refined

EPS = float(np.finfo(np.float64).eps)


@final
class QuadratureMoments(FeatureMoments):
    """E[s(x_1) … s(x_n)] by product rules that are refined until they agree.

    Parameters
    ----------
    neuron : Neuron
    points : ndarray, shape (n_points, d_in)

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> from numerics.networks.weight_laws import neuron_of
    >>> moments = QuadratureMoments(neuron_of(ErfNet(1)), np.zeros((1, 1)))
    >>> found = moments.moments(np.array([[0, 0]])).value[0]
    >>> bool(abs(found - 2 / np.pi * np.arcsin(2 / 3)) < 1e-14)
    True
    """

    def __init__(self, neuron: Neuron, points: Array) -> None:
        self._neuron = neuron
        self._points = points
        self._axes, self._laws = parameter_axes(neuron, points)

    @property
    def method(self) -> str:
        """Name of the method."""
        return f"quadrature over {len(self._laws)} parameters of a neuron"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Moments:
        """Evaluate the rules; see `FeatureMoments.moments`.

        Raises
        ------
        NotAvailable
            If the parameters have too many dimensions.
        """
        half = indices.shape[1] // 2
        tuples, tuple_of = np.unique(
            np.concatenate([indices[:, :half], indices[:, half:]]), axis=0, return_inverse=True
        )
        left, right = np.split(tuple_of.reshape(-1), 2)

        def evaluate(rule: Rule) -> Array:
            gram = np.zeros((len(tuples), len(tuples)))
            for arguments, weights in rule.chunks():
                features = self._neuron.activation.activate(arguments, self._points).T
                product = features[tuples[:, 0]]
                for column in tuples.T[1:]:
                    product = product * features[column]
                gram += (product * weights) @ product.T
            squares = np.diagonal(gram)
            # Schwarz: the moment of the absolute value, for the rounding
            return np.stack([gram[left, right], np.sqrt(squares[left] * squares[right])])

        value, error = refined(evaluate, self._axes, self._laws, indices.shape[1])
        return Moments(value[0], error[0] + 8 * EPS * value[1])
