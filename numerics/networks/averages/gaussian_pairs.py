"""E[s(z_1) s(z_2)] for two Gaussian pre-activations, for any activation, with an error.

It depends on three numbers, the deviations σ_1, σ_2 and the correlation ρ, whatever the dimension of the
inputs. What to use when is decided here, in this order:

1. activations a|z|^p on one side of the origin and b|z|^p on the other, p = 0, 1 or 2 (step, sign, ReLU,
   leaky ReLU, |z|, ...): arc-cosine kernels (Cho and Saul 2009);
2. the series over Hermite polynomials (`numerics.networks.averages.hermite_table`), whose coefficients are
   integrals over one pre-activation: computed once per input they serve all pairs. What the series leaves
   out is bounded by Schwarz and by E[s²] = Σ c_n², which is computed on its own;
3. pairs so strongly correlated that the series is too long: the second pre-activation is integrated given the
   first, on panels cut at all kinks of both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.averages.activation_panels import (
    NODES,
    WEIGHTS,
    ActivationPanels,
    resolve_activation,
)
from numerics.networks.averages.hermite_table import FEW, MANY, SOME, HermiteTable

Array = NDArray[np.float64]

#: Deviations beyond which a Gaussian times a bounded activation is nothing, and the farthest looked at for
#: growing ones; what is nothing, for φ s².
_RADIUS, _FARTHEST, _NOTHING = 12.5, 37.5, 1e-33
#: Terms of the series, tried in turn.
_TERMS = (40, FEW, SOME, MANY)
#: Error aimed at, relative to √(E[s_1²] E[s_2²]).
_AIM = 2e-15
_EPS = float(np.finfo(np.float64).eps)
#: Most evaluations of the second integral, all pairs of one table together.
_MOST_WORK = 4e8
#: Longest pieces of the outer and the inner integral for the two rules compared: incommensurable.
_PIECES = ((1.0, 2.0), (0.7236, 1.4472))
_RULES = tuple(np.stack(np.polynomial.legendre.leggauss(n)) for n in (16, 15))
#: Cuts around the image of a kink, in units of the spread.
_GRADED = np.array([-10.0, -6.0, -3.5, -2.0, -1.0, 0.0, 1.0, 2.0, 3.5, 6.0, 10.0])


@dataclass
class _Features:
    """What is known about s(σ g) at some deviations σ, shape (m,) each; grows by terms."""

    deviations: Array
    squares: Array
    unresolved: Array
    terms: Array


@dataclass(frozen=True, eq=False)
class GaussianPairs:
    """E[s(z_1) s(z_2)] of one activation.

    Parameters
    ----------
    activation : callable
        From an array of pre-activations to an array of the same shape.
    kinks : tuple of float
        Where it is known not to be smooth; other kinks are found.

    Examples
    --------
    >>> pairs = GaussianPairs(lambda z: np.exp(np.minimum(z, 700.0)))
    >>> value, error = pairs.table(np.array([1.0]), np.array([2.0]), np.array([[0.5]]), np.array([[0.75]]))
    >>> bool(abs(value[0, 0] - np.exp(0.5 + 2.0 + 1.0)) <= error[0, 0] < 1e-12 * np.exp(5.0))
    True
    """

    activation: Callable[[Array], Array]
    kinks: tuple[float, ...] = ()
    _panels: dict[float, ActivationPanels] = field(default_factory=dict, init=False, repr=False)
    _radii: dict[float, float] = field(default_factory=dict, init=False, repr=False)
    _coefficients: HermiteTable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_coefficients", HermiteTable(self.activation, self.panels, self._radius))

    def panels(self, deviation: float) -> ActivationPanels:
        """Resolve the activation as far as pre-activations of a deviation reach."""
        reach = 2.0 ** np.ceil(np.log2(max(self._radius(deviation) * deviation, 1.0)))
        if reach not in self._panels:
            self._panels[reach] = resolve_activation(self.activation, reach, self.kinks)
        return self._panels[reach]

    def squares(self, deviations: Array) -> tuple[Array, Array]:
        """E[s(z)²], an integral over one pre-activation; shape (m,), and its error."""
        features = self._features(deviations)
        error = 16 * _EPS * features.squares + 2 * features.unresolved * np.sqrt(features.squares)
        return features.squares, error

    def length(self, deviation: float) -> float:
        """Distance of pre-activations over which the activation changes shape, √(E[s²]/E[s'²]).

        Of the slope the frequencies up to a dozen waves within a deviation are counted.
        """
        features = self._features(np.array([deviation]))
        self._extend(features, FEW, np.arange(1))
        rise = float(np.arange(FEW) @ features.terms[0] ** 2)
        rise = max(rise, float(features.squares[0] - np.sum(features.terms[0] ** 2)) * FEW)
        return deviation * sqrt(float(features.squares[0]) / rise) if rise > 0.0 else float("inf")

    def table(self, first: Array, second: Array, rho: Array, sine: Array) -> tuple[Array, Array]:
        """E[s(z_i) s(z_j)] for all pairs.

        Parameters
        ----------
        first, second : ndarray, shape (a,), (b,)
            Deviations of the pre-activations.
        rho : ndarray, shape (a, b)
            Correlations.
        sine : ndarray, shape (a, b)
            1 − ρ², without cancellation.

        Returns
        -------
        value, error : ndarray, shape (a, b)

        Raises
        ------
        NotAvailable
            If the activation varies too fast.
        InvalidNetwork
            If it is not finite.
        """
        powers = self._homogeneous()
        if powers is not None:
            return _arc_cosine(*powers, first, second, rho, np.sqrt(sine))
        left, right = self._features(first), self._features(second)
        scale = np.sqrt(np.multiply.outer(left.squares, right.squares))
        given = _EPS * (16.0 + 2.0 * np.minimum(45.0, 1.0 / np.sqrt(np.maximum(sine, 5e-4)))) * scale
        given = given + np.multiply.outer(left.unresolved, np.sqrt(right.squares))
        given = given + np.multiply.outer(np.sqrt(left.squares), right.unresolved)
        value, tail = np.zeros_like(rho), np.full_like(rho, np.inf)
        for n_terms in _TERMS:
            # only inputs of pairs that need more terms get more
            rows, columns = (np.flatnonzero(np.any(tail > _AIM * scale, axis=k)) for k in (1, 0))
            if not len(rows):
                break
            self._extend(left, n_terms, rows)
            self._extend(right, n_terms, columns)
            block = np.ix_(rows, columns)
            better = _tail(left, right, rho, n_terms, block)
            summed = _mehler(left, right, rho, block)
            value[block] = np.where(better < tail[block], summed, value[block])
            tail[block] = np.minimum(better, tail[block])
        open_pairs = np.argwhere(tail > 10 * _AIM * scale)
        if len(open_pairs):
            self._conditional(left, right, rho, sine, open_pairs, (value, tail))
        return value, given + tail

    def _radius(self, deviation: float) -> float:
        """How many deviations matter; the same for all up to the next power of two."""
        deviation = 2.0 ** np.ceil(np.log2(deviation))
        if deviation not in self._radii:
            self._radii[deviation] = self._measured_radius(deviation)
        return self._radii[deviation]

    def _measured_radius(self, deviation: float) -> float:
        radius = _RADIUS
        g = np.linspace(-radius, radius, 65)
        size = np.max(_log_size(self.activation, deviation, g))
        while radius < _FARTHEST:
            edge = np.max(_log_size(self.activation, deviation, np.array([-radius, radius])))
            if edge <= size + np.log(_NOTHING):
                break
            size, radius = max(size, edge), radius * 1.2
        return radius

    def _homogeneous(self) -> tuple[int, float, float] | None:
        """Power p and factors a, b if s = a|z|^p for z > 0 and b|z|^p for z < 0, else None."""
        z = np.array([1e-7, 0.013, 0.31, 1.0, 1.7, 5.3, 29.0, 1e3])
        with np.errstate(over="ignore"):
            up, down = self.activation(z), self.activation(-z)
        a, b = float(up[3]), float(down[3])
        for p in (0, 1, 2):
            error = np.abs(up - a * z**p) + np.abs(down - b * z**p)
            if np.all(error <= 8 * _EPS * (abs(a) + abs(b)) * z**p):
                return p, a, b
        return None

    def _features(self, deviations: Array) -> _Features:
        found = self._coefficients.at(deviations, FEW)
        return _Features(deviations, found.squares, found.unresolved, np.zeros((len(deviations), 0)))

    def _extend(self, features: _Features, n_terms: int, rows: NDArray[np.int64]) -> None:
        missing = n_terms - features.terms.shape[1]
        features.terms = np.pad(features.terms, ((0, 0), (0, max(missing, 0))))
        found = self._coefficients.at(features.deviations[rows], max(n_terms, FEW))
        features.terms[rows, :n_terms] = found.terms[:, :n_terms]

    def _conditional(
        self,
        left: _Features,
        right: _Features,
        rho: Array,
        sine: Array,
        where: NDArray[np.int64],
        results: tuple[Array, Array],
    ) -> None:
        """Integrate pairs one by one: z_2 given z_1."""
        value, error = results
        pairs = [
            (float(left.deviations[i]), float(right.deviations[j]), float(rho[i, j]), float(sine[i, j]))
            for i, j in where
        ]
        if sum(self._cost(a, b, q) for a, b, _, q in pairs) > _MOST_WORK:
            raise NotAvailable(
                "the kernel of this activation needs too many evaluations at these inputs: it varies fast, "
                "and the inputs are so close together that their pre-activations are almost the same. Use "
                "smaller inputs or deviations, or fewer inputs at a time"
            )
        for (i, j), pair in zip(where, pairs, strict=True):
            found = [self._pair(*pair, piece, rule) for piece, rule in zip(_PIECES, _RULES, strict=True)]
            value[i, j], error[i, j] = found[0], abs(found[0] - found[1])

    def _pair(
        self, a: float, b: float, rho: float, sine: float, pieces: tuple[float, float], rule: Array
    ) -> float:
        from numerics.networks.averages.hermite_series import conditional_products

        outer, panels, radius = self.panels(a), self.panels(b), self._radius(a)
        slope, spread = rho * b, b * sqrt(sine)
        if spread <= 1e-14 * b:  # the same pre-activation up to a factor
            cuts = np.concatenate([outer.edges / a, panels.edges / slope])
        else:
            kinks = np.add.outer(np.asarray(panels.kinks), spread * _GRADED).ravel()
            cuts = np.concatenate([outer.edges / a, panels.edges / slope, kinks / slope])
        edges = np.unique(np.clip(np.append(cuts, [-radius, radius]), -radius, radius))
        g, w = _composite(edges[:-1], edges[1:], pieces[0])
        weights = w * np.exp(-0.5 * g * g) / sqrt(2 * pi) * self.activation(a * g)
        if spread <= 1e-14 * b:
            return float(weights @ self.activation(slope * g))
        kept = np.abs(weights) > 0.0
        found = conditional_products(
            g[kept], weights[kept], slope, spread, panels.edges, panels.powers, rule, pieces[1]
        )
        return float(found)

    def _cost(self, a: float, b: float, sine: float) -> float:
        """About how many values of the activation two integrals over z_1 and z_2 take."""
        outer, inner = self.panels(a), self.panels(b)
        reach = _RADIUS * b
        density = np.count_nonzero(np.abs(inner.edges) < reach) / reach
        n_outer = np.count_nonzero(np.abs(outer.edges) < _RADIUS * a) + 2.0 * reach * density + 26.0
        return 2 * 256.0 * n_outer * (12.5 + 25.0 * b * sqrt(sine) * density)


def _log_size(activation: Callable[[Array], Array], sigma: float, g: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(2.0 * np.log(np.abs(activation(sigma * g))) - 0.5 * g * g)


def _composite(low: Array, high: Array, piece: float) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on intervals cut to at most a length."""
    counts = np.maximum(1, np.ceil((high - low) / piece)).astype(np.int64)
    step = np.repeat((high - low) / counts, counts)
    number = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    start = np.repeat(low, counts) + number * step
    nodes = start[:, np.newaxis] + 0.5 * step[:, np.newaxis] * (1.0 + NODES)
    return nodes.ravel(), (0.5 * step[:, np.newaxis] * WEIGHTS).ravel()


_Block = tuple[NDArray[np.int64], ...]


def _tail(left: _Features, right: _Features, rho: Array, n_terms: int, block: _Block) -> Array:
    """Bound on what the series leaves out after so many terms, for a block of pairs."""
    rest = [_rest(one, rows.ravel()) for one, rows in zip((left, right), block, strict=True)]
    with np.errstate(under="ignore"):
        return np.asarray(np.abs(rho[block]) ** n_terms * np.sqrt(np.multiply.outer(*rest)))


def _rest(features: _Features, rows: NDArray[np.int64]) -> Array:
    """Σ c_n² over the terms left out, for some of the deviations."""
    terms, squares = features.terms[rows], features.squares[rows]
    missing = np.maximum(squares - np.sum(terms**2, axis=1), 0.0)
    late = np.max(terms[:, -(terms.shape[1] // 3) :] ** 2, axis=1, initial=0.0)
    noise = 64 * _EPS * squares
    gone = (missing <= noise) & (late <= (16 * _EPS) ** 2 * squares)
    # terms that have died out leave nothing but rounding; else rounding of E[s²] itself is counted
    return np.where(gone, (16 * _EPS) ** 2 * squares, np.maximum(missing, noise))


def _mehler(left: _Features, right: _Features, rho: Array, block: _Block) -> Array:
    from numerics.networks.averages.hermite_series import mehler_sums

    with np.errstate(under="ignore"):
        found: Array = mehler_sums(
            np.ascontiguousarray(left.terms[block[0].ravel()]),
            np.ascontiguousarray(right.terms[block[1].ravel()].T),
            np.ascontiguousarray(rho[block]),
        )
    return found


def _arc_cosine(
    p: int, a: float, b: float, first: Array, second: Array, rho: Array, sine: Array
) -> tuple[Array, Array]:
    """Closed forms: J_p of the angle between like halves, of its supplement between unlike ones."""
    angle = np.arctan2(sine, rho)
    size = np.multiply.outer(first**p, second**p) / (2 * pi)
    like, unlike = _arc(p, angle, rho, sine), _arc(p, pi - angle, -rho, sine)
    value = size * ((a * a + b * b) * like + 2 * a * b * unlike)
    scale = np.abs(size) * (abs(a) + abs(b)) ** 2 * (pi, pi, 3 * pi)[p]
    return value, 8 * _EPS * scale


def _arc(p: int, angle: Array, cosine: Array, sine: Array) -> Array:
    if p == 0:
        return np.asarray(pi - angle)
    if p == 1:
        return np.asarray(sine + (pi - angle) * cosine)
    return np.asarray(3 * sine * cosine + (pi - angle) * (1 + 2 * cosine * cosine))
