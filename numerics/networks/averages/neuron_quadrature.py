"""Quadrature over the parameters of one neuron, for activations and weight laws without closed formulas.

A moment E[s(x_1) … s(x_n)] is an integral over the hidden weights and the bias. Gaussian parameters are
rotated into the directions that the points span, so there are min(d + 1, number of points) dimensions, and
integrated by the trapezoidal rule, which converges faster than any power for smooth activations; others by
the rules of their laws (`numerics.networks.laws.ParameterLaw.rule`). Two rules are compared, and refined
until they agree; their difference is the error. Their steps are incommensurable, so that no frequency is an
alias of zero for both: a rule shifted by half a step would share every second alias with the unshifted one.

The kernel of Gaussian parameters needs two pre-activations at a time, whatever the dimension:
`numerics.networks.averages.gaussian_pairs`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, NotAvailable
from numerics.kernels.base import Kernel, as_pair, in_range, no_kinks
from numerics.networks.averages.gaussian_pairs import GaussianPairs
from numerics.networks.averages.measured_growth import measured_power
from numerics.networks.averages.neuron import Neuron as Neuron
from numerics.networks.laws import GAUSSIAN, ParameterLaw

Array = NDArray[np.float64]

# Relative difference of two rules that ends the refinement, and the largest that is accepted for a kernel.
CONVERGED = 3e-14
ACCEPTED = 1e-9
# Where two refinements in a row leave more than this part of the error, the activation has a kink, and
# refining on would take for ever. The coarsest rules may be too coarse to tell.
SLOW, COARSE_RULES = 0.3, 3
# Nodes of the finest rule, and nodes held at once.
LARGEST_NODES = 1_000_000
CHUNK = 1 << 14
# Deviation of the pre-activations up to which kinks count.
_REACH_OF_KINKS = 4.0


def gaussian_pairs(neuron: "Neuron") -> GaussianPairs | None:
    """What kernels of Gaussian parameters are made of; None where the parameters follow other laws."""
    return _pairs_of(neuron) if all(law == GAUSSIAN for law in neuron.laws) else None


def steepness_of(neuron: "Neuron", points: Array) -> float:
    """Measured frequency of the activation where the points are, at least one."""
    pairs = _pairs_of(neuron)
    if pairs is None:
        return 1.0
    vectors = np.column_stack([points, np.ones(len(points))]) * neuron.deviations
    deviation = float(np.sqrt(np.max(np.einsum("ik,ik->i", vectors, vectors), initial=0.0)))
    return max(1.0, 1.0 / pairs.length(deviation)) if deviation > 0.0 else 1.0


@lru_cache(maxsize=32)
def _pairs_of(neuron: "Neuron") -> GaussianPairs | None:
    """Of the activation alone; None where it depends on the input in other ways."""
    somewhere, probe = np.full((1, neuron.d_in), 0.7), np.array([[-0.3], [0.8]])
    here = neuron.activation.activate(probe, np.zeros((1, neuron.d_in)))
    if not np.array_equal(here, neuron.activation.activate(probe, somewhere)):
        return None

    def activation(z: Array) -> Array:
        flat = neuron.activation.activate(z.reshape(-1, 1), np.zeros((1, neuron.d_in)))
        return np.asarray(flat).reshape(z.shape)

    return GaussianPairs(activation, getattr(neuron.activation, "kinks", ()))


def parameter_axes(neuron: Neuron, points: Array) -> tuple[Array, tuple[ParameterLaw, ...]]:
    """Write the pre-activations at the points as linear functions of independent standard parameters.

    Parameters
    ----------
    neuron : Neuron
    points : ndarray, shape (n, d_in)

    Returns
    -------
    axes : ndarray, shape (n, r)
        z_i = Σ_k axes_ik g_k.
    laws : tuple of ParameterLaw, length r
    """
    vectors = np.column_stack([points, np.ones(len(points))]) * neuron.deviations
    if all(law == GAUSSIAN for law in neuron.laws):
        left, lengths, _ = np.linalg.svd(vectors, full_matrices=False)
        kept = lengths > np.finfo(np.float64).eps * lengths[0]
        return left[:, kept] * lengths[kept], (GAUSSIAN,) * int(kept.sum())
    kept = np.any(vectors != 0.0, axis=0)
    return vectors[:, kept], tuple(law for law, keep in zip(neuron.laws, kept, strict=True) if keep)


@dataclass(frozen=True)
class Rule:
    """A product rule over standard parameters.

    Attributes
    ----------
    axes : ndarray, shape (n, r)
    factors : tuple of (nodes, weights) per parameter
    """

    axes: Array
    factors: tuple[tuple[Array, Array], ...]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return int(np.prod([len(nodes) for nodes, _ in self.factors], dtype=np.float64))

    def chunks(self) -> Iterator[tuple[Array, Array]]:
        """Yield pre-activations, shape (q, n), and weights, shape (q,)."""
        if not self.factors:
            yield np.zeros((1, len(self.axes))), np.ones(1)
            return
        shape = tuple(len(nodes) for nodes, _ in self.factors)
        size = int(np.prod(shape))
        for start in range(0, size, CHUNK):
            places = np.unravel_index(np.arange(start, min(size, start + CHUNK)), shape)
            parameters = [nodes[place] for (nodes, _), place in zip(self.factors, places, strict=True)]
            weights = np.prod([w[place] for (_, w), place in zip(self.factors, places, strict=True)], axis=0)
            kept = weights > 1e-40
            yield np.stack(parameters, axis=1)[kept] @ self.axes.T, weights[kept]


def product_rule(
    axes: Array,
    laws: tuple[ParameterLaw, ...],
    order: int,
    level: int,
    *,
    second: bool = False,
    steepness: float = 1.0,
) -> Rule:
    """Make a rule for moments of up to `order` features.

    `level` refines it; the `second` rule of a level has other steps; `steepness` is the measured frequency of
    the activation, in units of that of tanh.
    """
    reach = steepness * np.max(np.abs(axes), axis=0, initial=0.0)
    factors = [law.rule(float(r), order, level, second=second) for law, r in zip(laws, reach, strict=True)]
    return Rule(axes, tuple(factors))


@np.errstate(over="ignore", invalid="ignore")  # what does not converge is told by its error
def refined(
    evaluate: Callable[[Rule], Array],
    axes: Array,
    laws: tuple[ParameterLaw, ...],
    order: int,
    steepness: float = 1.0,
) -> tuple[Array, Array]:
    """Refine until two rules agree, or refinement does not help, or there would be too many nodes.

    Parameters
    ----------
    evaluate : callable
        From a rule to numbers, any shape.
    axes : ndarray, shape (n, r)
    laws : tuple of ParameterLaw
    order : int
    steepness : float
        See `product_rule`.

    Returns
    -------
    value, error : ndarray
        Error: the difference of the last two rules.

    Raises
    ------
    NotAvailable
        If not even the coarsest rules can be had.
    """
    level = 0
    value = error = None
    history: list[float] = []
    while True:
        rule = product_rule(axes, laws, order, level, second=True, steepness=steepness)
        if rule.size > LARGEST_NODES:
            break
        coarse = evaluate(product_rule(axes, laws, order, level, steepness=steepness))
        value = evaluate(rule)
        error = np.abs(value - coarse)
        history.append(float(np.max(error, initial=0.0)))
        if not history[-1] > CONVERGED * np.max(np.abs(value), initial=0.0):  # NaN ends it, too
            break
        slow = [after > SLOW * before for before, after in pairwise(history[COARSE_RULES - 1 :])]
        if all(slow[-2:]) and len(slow) > 1:
            break
        level += 1
    if value is None or error is None:
        raise NotAvailable(
            f"a quadrature over {len(laws)} parameters of a neuron at these inputs would need more than "
            f"{LARGEST_NODES:.0e} nodes; use fewer dimensions, fewer distinct points or smaller inputs"
        )
    return value, error


def _far(neuron: Neuron) -> tuple["QuadratureKernel", Array, float]:
    """The kernel alone, directions, and the distance at which the weights outweigh the bias."""
    kernel = QuadratureKernel(neuron, 0.0, 0.0, 0.0, None)
    d = neuron.d_in
    axes = np.eye(d)
    # no symmetric direction: there a kernel can vanish
    directions = np.concatenate([axes, -axes, np.linspace(1.0, 1.7, d)[np.newaxis] / (1.4 * d**0.5)])
    start = (1.0 + neuron.deviations[-1]) / max(neuron.deviations[:-1])
    return kernel, directions, start


@lru_cache(maxsize=64)
def _ray_growth(neuron: Neuron) -> float | None:
    kernel, directions, start = _far(neuron)
    inputs = 0.7 * start * directions

    def size(r: float) -> tuple[float, float]:
        value, error = kernel.weight_with_error(inputs, r * directions)
        return float(np.max(np.abs(value))), float(np.max(error))

    return measured_power(size, start)[0]


@lru_cache(maxsize=64)
def _self_growth(neuron: Neuron) -> float:
    kernel, directions, start = _far(neuron)

    def size(r: float) -> tuple[float, float]:
        return float(np.max(kernel.weight_diagonal(r * directions))), 0.0

    return measured_power(size, start)[0] or 0.0


@lru_cache(maxsize=64)
def _measured_length(neuron: Neuron) -> float:
    pairs = gaussian_pairs(neuron)
    if pairs is None:
        return float("inf")
    slope = max(neuron.deviations[:-1])
    return pairs.length(float(np.hypot(slope, neuron.deviations[-1]))) / slope


@final
class QuadratureKernel(Kernel):
    """The kernel of a network by quadrature over the parameters of one neuron.

    Parameters
    ----------
    neuron : Neuron
    bias_variance : float
        Variance of the output bias.
    ray_growth : float, None or "measured"
        Power of r with which K_W(x, r ŷ) grows; None if it falls faster than any power.
    self_growth : float or "measured"
        Power of r with which K_W(r ŷ, r ŷ) grows.
    length_scale : float or None
        Longest that the distance over which K_W(x, ·) changes shape can be; what is measured is shorter where
        growth is measured, too.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> from numerics.networks.base import neuron_of
    >>> x, net = np.array([[0.3], [-1.0]]), ErfNet(1)
    >>> kernel = QuadratureKernel(neuron_of(net), 1.0, 0.0, 0.0, 1.0)
    >>> bool(np.allclose(kernel.full(x, x), net.kernel.full(x, x), rtol=1e-12))
    True
    """

    def __init__(
        self,
        neuron: Neuron,
        bias_variance: float,
        ray_growth: float | str | None,
        self_growth: float | str,
        length_scale: float | None,
    ) -> None:
        self._neuron = neuron
        self.d_in = neuron.d_in
        self._bias_variance = bias_variance
        self._given = ray_growth, self_growth
        self._length_scale = length_scale
        self._relative_error = 0.0
        self._pairs = gaussian_pairs(neuron)

    def __repr__(self) -> str:
        return f"<kernel of {self._neuron.activation!r} by quadrature>"

    @property
    def by_quadrature(self) -> bool:
        """Every value is an integral."""
        return True

    @property
    def identity(self) -> str | None:
        """All that defines the kernel; None if a function of Python does."""
        text = self._neuron.activation.identity
        laws = [law.text for law in self._neuron.laws]
        if text is None or None in laws:
            return None
        numbers = (self._neuron.deviations, self._neuron.weight_variance, self._bias_variance)
        return f"QuadratureKernel({text}, {laws!r}, {numbers!r}, {self._given!r}, {self._length_scale!r})"

    @property
    def bias_variance(self) -> float:
        """Variance of the output bias."""
        return self._bias_variance

    @property
    def ray_growth(self) -> float | None:
        """Power with which K_W(x, r ŷ) grows; None if it falls faster than any power.

        Raises
        ------
        NotAvailable
            If it cannot be measured.
        """
        given = self._given[0]
        return _ray_growth(self._neuron) if isinstance(given, str) else given

    @property
    def self_growth(self) -> float:
        """Power with which K_W(r ŷ, r ŷ) grows.

        Raises
        ------
        NotAvailable
            If it cannot be measured.
        """
        given = self._given[1]
        return _self_growth(self._neuron) if isinstance(given, str) else given

    @property
    def length_scale(self) -> float | None:
        """Shortest distance over which K_W(x, ·) changes shape."""
        if self._length_scale is None or not isinstance(self._given[0], str):
            return self._length_scale
        return min(self._length_scale, _measured_length(self._neuron))

    def kinks(self, points: Array) -> tuple[Array, ...]:
        """None for smooth activations; else where two pre-activations reach their kinks together."""
        points, _ = as_pair(points, points, self.d_in)
        kinks = self._pairs.panels(_REACH_OF_KINKS).kinks if self._pairs is not None else ()
        if not kinks:
            return no_kinks(self.d_in)
        if self._neuron.deviations[-1] > 0.0:
            return tuple(np.unique(points[:, k]) for k in range(self.d_in))
        # without bias W·x = k and W·y = k' meet at y = x k'/k, and always at the origin
        shares = {0.0, *(b / a for a in kinks for b in kinks if a != 0.0)}
        return tuple(
            np.unique(np.concatenate([share * points[:, k] for share in sorted(shares)]))
            for k in range(self.d_in)
        )

    @property
    def code(self) -> tuple[str, ...]:
        """Its own, and that of named activations, which the rules know nothing of."""
        return (__name__, "numerics.networks.named")

    @property
    def relative_error(self) -> float:
        """Largest error of the values so far, relative to √(K_W(x, x) K_W(y, y))."""
        return self._relative_error

    def weight(self, x: Array, y: Array) -> Array:
        """Evaluate K_W; shapes (n, d_in), (m, d_in) -> (n, m).

        Raises
        ------
        NotAvailable
            If the quadrature does not converge.
        InvalidNetwork
            If the activation is not finite.
        """
        return self.weight_with_error(x, y)[0]

    def weight_with_error(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Evaluate K_W and its error; see `weight`."""
        x, y = as_pair(x, y, self.d_in)
        if self._pairs is not None:
            return self._gaussian(x, y, self._pairs)
        points, split = np.concatenate([x, y]), len(x)

        def evaluate(rule: Rule) -> Array:
            total = np.zeros((len(x), len(y)))
            for arguments, weights in rule.chunks():
                s = self._neuron.activation.activate(arguments, points)
                total += (s[:, :split] * weights[:, np.newaxis]).T @ s[:, split:]
            return total

        value, error = self._refined(evaluate, points, ACCEPTED)
        self._note(error, float(np.max(np.abs(value), initial=0.0)))
        return value, error

    def weight_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y); shapes (m, d_in) -> (m,)."""
        if self._pairs is not None:
            y, _ = as_pair(y, y, self.d_in)
            with in_range(y, y):
                value, error = self._pairs.squares(self._deviations(y))
            self._note(error, value)
            return self._neuron.weight_variance * value
        value, _ = self._refined(*self._diagonal(y), ACCEPTED)
        return value

    def rough_diagonal(self, y: Array) -> Array:
        """Evaluate K_W(y, y) to a percent, also for activations with kinks; shapes (m, d_in) -> (m,)."""
        if self._pairs is not None:
            try:
                return self.weight_diagonal(y)
            except NotAvailable:  # it varies too fast for many digits
                pass
        try:
            return self._refined(*self._diagonal(y), 0.01)[0]
        except NotAvailable:  # too many dimensions for a quadrature
            return self._neuron.weight_variance * self._neuron.drawn_squares(as_pair(y, y, self.d_in)[0])

    def _deviations(self, y: Array) -> Array:
        vectors = np.column_stack([y, np.ones(len(y))]) * self._neuron.deviations
        lengths: Array = np.sqrt(np.einsum("ik,ik->i", vectors, vectors))
        return lengths

    def _gaussian(self, x: Array, y: Array, pairs: GaussianPairs) -> tuple[Array, Array]:
        """From the deviations and the correlation of two pre-activations."""
        with in_range(x, y):
            first, second = self._deviations(x), self._deviations(y)
            units = [
                np.column_stack([points, np.ones(len(points))])
                * self._neuron.deviations
                / np.where(lengths > 0.0, lengths, 1.0)[:, np.newaxis]
                for points, lengths in ((x, first), (y, second))
            ]
            rho = np.clip(units[0] @ units[1].T, -1.0, 1.0)
            sine = np.zeros_like(rho)  # Lagrange: 1 − ρ² without cancellation
            for k in range(self.d_in + 1):
                for l in range(k):
                    area = np.multiply.outer(units[0][:, k], units[1][:, l])
                    sine += (area - np.multiply.outer(units[0][:, l], units[1][:, k])) ** 2
            value, error = pairs.table(first, second, rho, np.clip(sine, 0.0, 1.0))
            scale = np.sqrt(np.multiply.outer(pairs.squares(first)[0], pairs.squares(second)[0]))
        self._note(error, scale)
        if np.any(error > ACCEPTED * np.max(scale, initial=0.0)):
            raise NotAvailable(
                f"the kernel of this activation did not converge at inputs up to {np.abs(x).max():.3g}: its "
                f"error is {np.max(error):.1e}. Use smaller inputs or deviations"
            )
        variance = self._neuron.weight_variance
        return variance * value, variance * error

    def _note(self, error: Array, scale: Array | float) -> None:
        relative = error / np.maximum(scale, np.finfo(np.float64).tiny)
        self._relative_error = max(self._relative_error, float(np.max(relative, initial=0.0)))

    def _diagonal(self, y: Array) -> tuple[Callable[[Rule], Array], Array]:
        y, _ = as_pair(y, y, self.d_in)

        def evaluate(rule: Rule) -> Array:
            total = np.zeros(len(y))
            for arguments, weights in rule.chunks():
                total += weights @ self._neuron.activation.activate(arguments, y) ** 2
            return total

        return evaluate, y

    def _refined(
        self, evaluate: Callable[[Rule], Array], points: Array, accepted: float
    ) -> tuple[Array, Array]:
        with in_range(points, points):
            axes, laws = parameter_axes(self._neuron, points)
            value, error = refined(evaluate, axes, laws, 2, steepness_of(self._neuron, points))
        if not np.all(np.isfinite(value)):
            raise InvalidNetwork(
                "the activation returns NaN or infinity at a pre-activation that occurs at inputs up to "
                f"{np.abs(points).max():.3g}; it must be finite everywhere"
            )
        worst = float(np.max(error, initial=0.0))
        if not worst <= accepted * float(np.max(np.abs(value), initial=0.0)):
            raise NotAvailable(
                f"the quadrature of this kernel did not converge at inputs up to {np.abs(points).max():.3g}: "
                f"two rules differ by {worst:.1e}; the activation has a kink or is too steep there. Use "
                "smaller inputs or deviations, a smooth activation, or the closed kernel of the ReLU-net"
            )
        variance = self._neuron.weight_variance
        return variance * value, variance * error
