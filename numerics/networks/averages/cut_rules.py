"""Rules over one or two Gaussian parameters for moments of activations with kinks: panels cut at every kink.

Each pre-activation v·g meets a kink k on the line v·g = k. The inner integral over g_2 is cut where it
crosses these lines; as a function of g_1 it is analytic between the places where two of the lines cross,
so the outer integral is cut there. Both converge exponentially.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Where standard Gaussian parameters end.
_RADIUS = 12.0
#: Nodes of a piece, and its length, for the two rules compared.
_RULES = ((14, 1.0), (17, 0.8541))


@dataclass(frozen=True)
class CutRule:
    """Nodes and weights over the parameters g, shapes (Q, r) and (Q,), and what they mean for z = axes g.

    Attributes
    ----------
    axes : ndarray, shape (n, r)
    nodes : ndarray, shape (Q, r)
    weights : ndarray, shape (Q,)
    """

    axes: Array
    nodes: Array
    weights: Array

    def chunks(self) -> Iterator[tuple[Array, Array]]:
        """Yield pre-activations, shape (q, n), and weights, shape (q,)."""
        step = 1 << 14
        for start in range(0, len(self.weights), step):
            yield self.nodes[start : start + step] @ self.axes.T, self.weights[start : start + step]


def cut_rule(axes: Array, edges: Array, second: bool, steepness: float = 1.0) -> CutRule:
    """Make a rule in up to two dimensions.

    Parameters
    ----------
    axes : ndarray, shape (n, r), r <= 2
    edges : ndarray, shape (E,)
        Kinks of the activation.
    second : bool
        Which of two rules, that share nothing but the cuts.
    steepness : float
        How much shorter than a deviation of the pre-activations the pieces must be.

    Examples
    --------
    E[|g_1| |g_2|] = 2/π:

    >>> rule = cut_rule(np.eye(2), np.zeros(1), second=False)
    >>> z, w = next(iter(rule.chunks()))
    >>> bool(abs(sum(w @ np.prod(np.abs(z), axis=1) for z, w in rule.chunks()) - 2 / np.pi) < 1e-14)
    True
    """
    count, piece = _RULES[second]
    nodes, weights = np.polynomial.legendre.leggauss(count)
    rank = axes.shape[1]
    if rank == 0:
        return CutRule(axes, np.zeros((1, 0)), np.ones(1))
    reach = np.max(np.abs(axes), axis=0)
    pieces = [int(np.ceil(2 * _RADIUS / piece * max(1.0, min(steepness * r, 40.0)))) for r in reach]
    grids = [np.linspace(-_RADIUS, _RADIUS, n + 1) for n in pieces]
    lines = [(v, k) for v in axes for k in edges]
    with np.errstate(divide="ignore", invalid="ignore"):
        if rank == 1:
            cuts = np.array([k / v[0] for v, k in lines])
        else:
            crossings = [
                (k * w[1] - m * v[1]) / (v[0] * w[1] - w[0] * v[1])
                for (v, k), (w, m) in combinations(lines, 2)
            ]
            cuts = np.array(crossings + [k / v[0] for v, k in lines])
    outer = _within(np.concatenate([cuts, grids[0]]))
    g, w = _gauss(outer[np.newaxis], nodes, weights)
    g, w = g[0], w[0] * np.exp(-0.5 * g[0] ** 2) / np.sqrt(2 * np.pi)
    if rank == 1:
        return CutRule(axes, g[:, np.newaxis], w)
    crossed = [(k - v[0] * g) / v[1] for v, k in lines if v[1] != 0.0]
    rows = [np.broadcast_to(grids[1], (len(g), len(grids[1]))), *(c[:, np.newaxis] for c in crossed)]
    inner = np.sort(np.clip(np.concatenate(rows, axis=1), -_RADIUS, _RADIUS), axis=1)
    h, u = _gauss(inner, nodes, weights)
    u = u * np.exp(-0.5 * h * h) / np.sqrt(2 * np.pi) * w[:, np.newaxis]
    both = np.stack([np.broadcast_to(g[:, np.newaxis], h.shape).ravel(), h.ravel()], axis=1)
    kept = u.ravel() > 1e-40
    return CutRule(axes, both[kept], u.ravel()[kept])


def rule_size(axes: Array, edges: Array, steepness: float) -> float:
    """About how many nodes a rule has."""
    size = 1.0
    for r in np.max(np.abs(axes), axis=0, initial=0.0):
        size *= 17 * (29 * max(1.0, min(steepness * r, 40.0)) + len(axes) * len(edges))
    return size * (1.0 + (len(axes) * len(edges)) ** 2 / 60.0)


def _within(cuts: Array) -> Array:
    return np.unique(cuts[np.isfinite(cuts) & (np.abs(cuts) <= _RADIUS)])


def _gauss(edges: Array, nodes: Array, weights: Array) -> tuple[Array, Array]:
    """Gauss-Legendre nodes between adjacent edges of each row; shape (a, E) -> (a, (E − 1) K)."""
    low, half = edges[:, :-1, np.newaxis], 0.5 * np.diff(edges, axis=1)[:, :, np.newaxis]
    places, shares = low + half * (1.0 + nodes), half * weights
    return places.reshape(len(edges), -1), shares.reshape(len(edges), -1)
