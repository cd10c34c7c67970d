"""Coefficients of an activation in Hermite polynomials, at many deviations of the pre-activation at once.

c_n(σ) = ∫ s(σ g) h_n(g) φ(g) dg is cut into panels of g that are the same for all σ. On each of them
h_n φ^(1/2) is a polynomial of degree 31 to rounding, so all that is needed of s are its first 32 Legendre
moments per panel; all c_n then are one matrix product. The moments are summed on finer pieces, cut where
the panels of the activation end, so that kinks and fast waves are integrated as exactly as smooth parts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import NDArray

from numerics.networks.averages.activation_panels import NODES, WEIGHTS, ActivationPanels

Array = NDArray[np.float64]

#: Terms of the series: what serves for most inputs, for close ones, and the most.
FEW, SOME, MANY = 160, 480, 1440
#: Legendre moments per panel, and pieces per panel at least: a piece is integrated exactly to degree 31.
_MOMENTS, _PIECES = 32, 2
#: Deviations kept, by the number of terms; pieces at once.
_KEPT = {FEW: 4096, SOME: 2048, MANY: 1024}
_AT_ONCE = 1 << 14


class Coefficients(NamedTuple):
    """At m deviations.

    Attributes
    ----------
    terms : ndarray, shape (m, n)
    squares : ndarray, shape (m,)
        E[s(σ g)²].
    unresolved : ndarray, shape (m,)
        Root of the mean square of what the panels of the activation leave out.
    """

    terms: Array
    squares: Array
    unresolved: Array


@dataclass(frozen=True, eq=False)
class HermiteTable:
    """Coefficients of one activation, kept for each deviation.

    Parameters
    ----------
    activation : callable
        From an array of pre-activations to an array of the same shape.
    panels : callable
        From a deviation to the panels of the activation that it needs.
    radius : callable
        From a deviation to how many deviations matter.

    Examples
    --------
    s = z³ has the coefficients 3σ³ and √6 σ³:

    >>> from numerics.networks.averages.activation_panels import resolve_activation
    >>> cube = lambda z: z**3
    >>> table = HermiteTable(cube, lambda deviation: resolve_activation(cube, 32.0), lambda deviation: 14.0)
    >>> found = table.at(np.array([0.5, 2.0]), 160)
    >>> bool(np.allclose(found.terms[:, 1], [3 / 8, 24.0], rtol=1e-14))
    True
    >>> bool(np.allclose(found.terms[:, 3] / [1 / 8, 8.0], 6**0.5, rtol=1e-14))
    True
    """

    activation: Callable[[Array], Array]
    panels: Callable[[float], ActivationPanels]
    radius: Callable[[float], float]
    _known: dict[int, dict[float, tuple[Array, float, float]]] = field(
        default_factory=lambda: {n_terms: {} for n_terms in _KEPT}, init=False, repr=False
    )

    def at(self, deviations: Array, n_terms: int) -> Coefficients:
        """Coefficients at deviations, shape (m,); `n_terms` is FEW, SOME or MANY."""
        known = self._known[n_terms]
        sigmas = [float(sigma) for sigma in deviations]
        missing = sorted({sigma for sigma in sigmas if sigma not in known})
        if len(known) + len(missing) > _KEPT[n_terms]:
            for sigma in set(known).difference(sigmas):
                del known[sigma]
        self._learn(missing, n_terms)
        found = [known[sigma] for sigma in sigmas]
        return Coefficients(
            np.array([one[0] for one in found]).reshape(len(found), n_terms),
            np.array([one[1] for one in found]),
            np.array([one[2] for one in found]),
        )

    def _learn(self, sigmas: list[float], n_terms: int) -> None:
        groups: dict[tuple[float, int], tuple[ActivationPanels, list[float]]] = {}
        for sigma in sigmas:
            if sigma == 0.0:
                rest = float(self.activation(np.zeros(1))[0])
                self._known[n_terms][sigma] = (rest * np.eye(1, n_terms)[0], rest * rest, 0.0)
                continue
            panels = self.panels(sigma)
            groups.setdefault((self.radius(sigma), id(panels)), (panels, []))[1].append(sigma)
        for (radius, _), (panels, members) in groups.items():
            cuts = _PIECES * 2 * _panel_count(radius, n_terms)
            size = max(1, _AT_ONCE // (cuts + len(panels.edges)))
            for start in range(0, len(members), size):
                part = members[start : start + size]
                found = self._coefficients(np.array(part), panels, radius, n_terms)
                self._known[n_terms].update(zip(part, zip(*found, strict=True), strict=True))

    def _coefficients(
        self, sigmas: Array, panels: ActivationPanels, radius: float, n_terms: int
    ) -> tuple[Array, list[float], list[float]]:
        from numerics.networks.averages.hermite_series import cut_pieces, panel_moments, row_products

        count = _panel_count(radius, n_terms)
        cuts = np.linspace(-radius, radius, _PIECES * 2 * count + 1)
        low, high, ends, unresolved = cut_pieces(sigmas, panels.edges, panels.mismatch, cuts)
        owner = np.repeat(sigmas, np.diff(ends, prepend=0))
        half = 0.5 * (high - low)
        places = (low + half)[:, np.newaxis] + half[:, np.newaxis] * NODES
        values = self.activation(owner[:, np.newaxis] * places)
        values = values * (np.exp(-0.25 * places**2) * (2 * pi) ** -0.25)
        weighted = half[:, np.newaxis] * WEIGHTS * values
        moments, squares = panel_moments(places, weighted, values, ends, radius / count, count, _MOMENTS)
        moments = moments.reshape(len(sigmas), 2, -1)
        even, odd = _hermite_in_panels(radius, n_terms)
        terms = np.empty((len(sigmas), n_terms))
        terms[:, 0::2] = row_products(moments[:, 0] + moments[:, 1], even)
        terms[:, 1::2] = row_products(moments[:, 0] - moments[:, 1], odd)
        return terms, squares.tolist(), unresolved.tolist()


def _piece_length(n_terms: int) -> float:
    """Longest piece in g on which products with h_n φ^(1/2) are integrated to rounding by 16 nodes."""
    return 8.0 / sqrt(n_terms + 16.0)


def _panel_count(radius: float, n_terms: int) -> int:
    """Panels on each side of the origin."""
    return ceil(radius / (_PIECES * _piece_length(n_terms)))


@lru_cache(maxsize=8)
def _hermite_in_panels(radius: float, n_terms: int) -> tuple[Array, Array]:
    """Legendre coefficients of h_n φ^(1/2) on the panels of g > 0, for even and odd n; (32 panels, n/2)."""
    count = _panel_count(radius, n_terms)
    nodes, weights = leggauss(48)
    g = (radius / count * (np.arange(count)[:, np.newaxis] + 0.5 * (1.0 + nodes))).ravel()
    functions = np.empty((n_terms, g.size))
    older, newer = np.zeros_like(g), np.exp(-0.25 * g * g) * (2 * pi) ** -0.25
    for n in range(n_terms):
        functions[n] = newer
        older, newer = newer, (g * newer - sqrt(n) * older) / sqrt(n + 1.0)
    to_coefficients = (legvander(nodes, _MOMENTS - 1) * (np.arange(_MOMENTS) + 0.5)) * weights[:, np.newaxis]
    found = (functions.reshape(n_terms, count, 48) @ to_coefficients).reshape(n_terms, -1)
    return np.ascontiguousarray(found[0::2].T), np.ascontiguousarray(found[1::2].T)
