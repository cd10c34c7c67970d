"""Feature moments of the Erf-net as orthant probabilities, in any dimension.

erf(z) is the mean sign of z + noise, so E Π erf(z_i) = E Π sgn(u_i) with u ~ N(0, C + 1/2). Scaling the
correlations ρ of u by t and differentiating removes two signs at a time (Plackett 1954):

    E_4 = (2/π)² Σ_{i<j} ∫_0^1 dt ρ_ij (1 − t²ρ_ij²)^(−1/2) arcsin ρ_{kl|ij}(t),
    E_6 = (2/π)  Σ_{i<j} ∫_0^1 dt ρ_ij (1 − t²ρ_ij²)^(−1/2) E_4[the other four given u_i = u_j = 0](t).
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import pi
from typing import final

import numpy as np

from numerics.errors import NotAvailable
from numerics.exact.features.base import Array, FeatureMoments, Indices, legendre_rule
from numerics.kernels.base import covariance
from numerics.networks.erf import ErfNet
from numerics.results.estimate import Estimate

# Node counts tried in turn; the last two give the error.
NODE_COUNTS = (10, 16, 24, 36, 54)
TOLERANCE = 1e-12
# Numbers per block of the innermost array.
BLOCK = 400_000
# Steep activations make the integrand nearly singular at t = 1, so the nodes crowd there: 1 − t = (1 − τ)^p,
# with the power p of the first entry whose bound the variance of the preactivations does not exceed.
CROWDING = ((1.5, 1), (30.0, 2), (1e3, 4), (np.inf, 6))
# Above this variance of the preactivations rounding errors, which grow like its power 3/2, spoil the result.
STEEPEST = 1e6
EPS = float(np.finfo(np.float64).eps)


_Evaluate = Callable[[Array, Array, Array], Array]


@final
class OrthantMoments(FeatureMoments):
    """Moments of order 2, 4 and 6 from the sign representation.

    Parameters
    ----------
    network : ErfNet
    points : ndarray, shape (n_points, d_in)

    Raises
    ------
    NotAvailable
        If the activation is so steep at the points that rounding errors would spoil the result.

    Examples
    --------
    >>> moments = OrthantMoments(ErfNet(1), np.zeros((1, 1)))
    >>> found = moments.moments(np.array([[0, 0]])).value[0]
    >>> bool(abs(found - 2 / pi * np.arcsin(2 / 3)) < 1e-14)
    True
    """

    def __init__(self, network: ErfNet, points: Array) -> None:
        c = covariance(points, points, network.sigma_w, network.sigma_b)
        self._steepness = float(np.max(np.diagonal(c)))
        if self._steepness > STEEPEST:
            raise NotAvailable(
                f"the erf-net has preactivations of standard deviation {self._steepness**0.5:.3g} at these "
                f"points; exact moments exist up to {STEEPEST**0.5:.0f}, where erf is all but a sign. "
                "Use smaller sigma_w, sigma_b or inputs"
            )
        deviations = np.sqrt(np.diagonal(c) + 0.5)
        # repeated points are different u's, so the diagonal is C/(C + 1/2) and not 1
        self._correlations = c / np.outer(deviations, deviations)

    @property
    def method(self) -> str:
        """Name of the method."""
        return "orthant recursion (Plackett) with Gauss-Legendre quadrature"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate the recursion; see `FeatureMoments.moments`.

        Raises
        ------
        NotAvailable
            If the order is not 2, 4 or 6.
        """
        order = indices.shape[1]
        if order not in (2, 4, 6):
            raise NotAvailable(
                f"the orthant recursion exists for orders 2, 4 and 6; order {order} was asked for"
            )
        rho = self._correlations[indices[:, :, np.newaxis], indices[:, np.newaxis, :]]
        if order == 2:
            value = 2 / pi * np.arcsin(rho[:, 0, 1])
            return Estimate(value, 8 * EPS * np.abs(value))
        crowding = next(power for bound, power in CROWDING if self._steepness <= bound)
        found = _refined(rho, crowding, NODE_COUNTS)
        # conditioning on u_i = u_j = 0 cancels when correlations are near one, that is for steep activations
        rounding = 4 * EPS * (1 + 2 * self._steepness) ** 1.5 * _scale(rho)
        return Estimate(found.value, found.error + rounding)


def sign_moments(rho: Array, node_counts: Sequence[int] = NODE_COUNTS) -> Estimate:
    """Evaluate E[sgn(u_1) … sgn(u_n)] for Gaussian variables with the given correlations.

    Parameters
    ----------
    rho : ndarray, shape (M, n, n)
        Correlation matrices, n = 2, 4 or 6. Near-singular ones lose digits, as the error says.
    node_counts : sequence of int, optional
        Nodes of the rules that are tried in turn until two agree.

    Returns
    -------
    Estimate
        M values.

    Examples
    --------
    Half of the pairs with correlation 1/√2 are closer than expected, P(same sign) = 3/4:

    >>> found = sign_moments(np.array([[[1.0, 0.5**0.5], [0.5**0.5, 1.0]]]))
    >>> bool(abs(found.value[0] - 0.5) < 1e-15)
    True
    """
    if rho.shape[1] == 2:
        value = 2 / pi * np.arcsin(rho[:, 0, 1])
        return Estimate(value, 8 * EPS * np.abs(value))
    # conditioning on u_i = u_j = 0 divides by 1 − ρ², which amplifies rounding (measured)
    gap = 1 - np.max(np.abs(rho - np.eye(rho.shape[1])), initial=0.0)
    gap = max(gap, EPS)
    crowding = next(power for bound, power in CROWDING if bound * gap >= 0.5)
    found = _refined(rho, max(crowding, 2), node_counts)
    return Estimate(found.value, found.error + 8 * EPS + 4 * EPS / gap)


def _refined(rho: Array, crowding: int, node_counts: Sequence[int]) -> Estimate:
    """Raise the number of nodes until two in turn agree; the error is without rounding."""
    evaluate = _four if rho.shape[1] == 4 else _six
    error = np.zeros(len(rho))
    open_rows = np.arange(len(rho))
    value = _blocked(evaluate, rho, _crowded_nodes(node_counts[0], crowding))
    for n_nodes in node_counts[1:]:
        better = _blocked(evaluate, rho[open_rows], _crowded_nodes(n_nodes, crowding))
        error[open_rows] = np.abs(better - value[open_rows])
        value[open_rows] = better
        open_rows = open_rows[error[open_rows] > TOLERANCE * np.abs(better)]
        if not open_rows.size:
            break
    return Estimate(value, error)


def _scale(rho: Array) -> Array:
    """Bound on the size of the terms that are summed, (2/π Σ_{i<j} |ρ_ij|)^(n/2) or one; shape (M,)."""
    n = rho.shape[1]
    off_diagonal = np.abs(rho[:, ~np.eye(n, dtype=np.bool_)]).sum(axis=1) / 2
    size: Array = np.minimum(1.0, (2 / pi * off_diagonal) ** (n // 2))
    return size


def _blocked(evaluate: _Evaluate, rho: Array, nodes: tuple[Array, Array]) -> Array:
    """Evaluate a stack of correlation matrices, shape (M, n, n), in blocks that fit the cache."""
    pairs = rho.shape[1] * (rho.shape[1] - 1) // 2
    n_nodes = len(nodes[0])
    per_row = pairs * n_nodes * (6 * n_nodes if rho.shape[1] == 6 else 1)
    step = max(1, BLOCK // per_row)
    blocks = [evaluate(rho[start : start + step], *nodes) for start in range(0, len(rho), step)]
    return np.concatenate(blocks) if blocks else np.empty(0)


def _crowded_nodes(n_nodes: int, power: int) -> tuple[Array, Array]:
    """Nodes and weights on [0, 1], crowded towards 1."""
    legendre, weights = legendre_rule(n_nodes)
    rest = (1 - legendre) / 2
    return 1 - rest**power, weights / 2 * power * rest ** (power - 1)


def _four(rho: Array, t: Array, w: Array) -> Array:
    """Evaluate E_4 for correlation matrices of shape (..., 4, 4); nodes and weights of shape (T,)."""
    total = np.zeros(rho.shape[:-2])
    for i, j in combinations(range(4), 2):
        k, l = (other for other in range(4) if other not in (i, j))
        rest = 1 - (rho[..., i, j, np.newaxis] * t) ** 2
        kl, kk, ll = (_conditional(rho, t, rest, (i, j), pair) for pair in ((k, l), (k, k), (l, l)))
        sines = np.clip(kl / np.sqrt(kk * ll), -1.0, 1.0)
        total += rho[..., i, j] * np.einsum("...t,t->...", np.arcsin(sines) / np.sqrt(rest), w)
    return (2 / pi) ** 2 * total


def _six(rho: Array, t: Array, w: Array) -> Array:
    """Evaluate E_6 for correlation matrices of shape (M, 6, 6)."""
    total = np.zeros(len(rho))
    for i, j in combinations(range(6), 2):
        others = [other for other in range(6) if other not in (i, j)]
        rest = 1 - (rho[:, i, j, np.newaxis] * t) ** 2
        given = np.empty((len(rho), len(t), 4, 4))
        for a, k in enumerate(others):
            for b, l in enumerate(others[: a + 1]):
                c = _conditional(rho, t, rest, (i, j), (k, l))
                given[:, :, a, b] = given[:, :, b, a] = c
        deviations = np.sqrt(np.einsum("mtkk->mtk", given))
        given /= deviations[..., :, np.newaxis] * deviations[..., np.newaxis, :]
        total += rho[:, i, j] * np.einsum("mt,mt,t->m", _four(given, t, w), 1 / np.sqrt(rest), w)
    return (2 / pi) * total


def _conditional(rho: Array, t: Array, rest: Array, given: tuple[int, int], pair: tuple[int, int]) -> Array:
    """Covariance of u_k and u_l given u_i = u_j = 0, all off-diagonal correlations scaled by t.

    Parameters
    ----------
    rho : ndarray, shape (..., n, n)
    t : ndarray, shape (T,)
    rest : ndarray, shape (..., T)
        1 − t²ρ_ij².
    given, pair : tuple of int
        (i, j) and (k, l).

    Returns
    -------
    ndarray, shape (..., T)
    """
    (i, j), (k, l) = given, pair
    ij, ik, il, jk, jl, kl = (
        rho[..., a, b, np.newaxis] for a, b in ((i, j), (i, k), (i, l), (j, k), (j, l), (k, l))
    )
    unconditional = np.ones_like(t) if k == l else kl * t
    # the two-by-two block of (i, j) inverted by hand
    return unconditional - t**2 * (ik * il + jk * jl - t * ij * (ik * jl + jk * il)) / rest
