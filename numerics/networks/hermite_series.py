"""Coefficients of activations in Hermite polynomials, and the sums over them (Mehler 1866).

With z = σ g, g ~ N(0, 1), s(σ g) = Σ_n c_n(σ) h_n(g) in normalised Hermite polynomials, and for two
pre-activations of correlation ρ

    E[s(z_1) s(z_2)] = Σ_n c_n(σ_1) c_n(σ_2) ρ^n.
"""

from typing import Any

import numpy as np

from numerics.jit import compiled

_BLOCK = 1024


@compiled
def hermite_coefficients(g: Any, weighted: Any, n_terms: int) -> Any:
    """Sum weighted values over h_n(g) φ(g)^(1/2), n < n_terms; shapes (Q,), (Q,) -> (n_terms,).

    Parameters
    ----------
    g : ndarray, shape (Q,)
    weighted : ndarray, shape (Q,)
        s(σ g) φ(g)^(1/2) times the weight of the node.
    n_terms : int
    """
    found = np.zeros(n_terms)
    before, here = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, g.size, _BLOCK):
        n = min(_BLOCK, g.size - start)
        for q in range(n):
            x = g[start + q]
            before[q] = 0.0
            here[q] = np.exp(-0.25 * x * x) * (2.0 * np.pi) ** -0.25
        older, newer = before[:n], here[:n]
        x, w = g[start : start + n], weighted[start : start + n]
        for k in range(n_terms):
            found[k] += np.dot(newer, w)
            rise, fall = 1.0 / np.sqrt(k + 1.0), np.sqrt(k / (k + 1.0))
            for q in range(n):
                older[q] = rise * x[q] * newer[q] - fall * older[q]
            older, newer = newer, older
    return found


@compiled
def mehler_sums(first: Any, second: Any, rho: Any) -> Any:
    """Σ_n first[i, n] second[n, j] ρ_ij^n; shapes (a, N), (N, b), (a, b) -> (a, b)."""
    total = np.zeros_like(rho)
    for i in range(rho.shape[0]):
        row, r = total[i], rho[i]
        for n in range(first.shape[1] - 1, -1, -1):
            c, column = first[i, n], second[n]
            for j in range(row.size):
                row[j] = row[j] * r[j] + c * column[j]
    return total


@compiled
def conditional_products(
    g: Any, weights: Any, slope: float, spread: float, edges: Any, coefficients: Any, rule: Any, piece: float
) -> float:
    """Σ_q weights_q E_t[s(slope g_q + spread t)], t ~ N(0, 1), for s as a piecewise polynomial.

    Parameters
    ----------
    g, weights : ndarray, shape (Q,)
    slope, spread : float
    edges : ndarray, shape (P + 1,)
    coefficients : ndarray, shape (P, 16)
        Of powers of the position in a panel, from −1 to 1.
    rule : ndarray, shape (2, K)
        Gauss-Legendre nodes and weights for each piece of a panel.
    piece : float
        Longest piece, in units of `spread`.
    """
    total = 0.0
    for q in range(g.size):
        mean = slope * g[q]
        start = max(mean - 12.5 * spread, edges[0])
        end = min(mean + 12.5 * spread, edges[-1])
        if not start < end:
            continue
        p = max(0, min(edges.size - 2, np.searchsorted(edges, start) - 1))
        inner = 0.0
        while p < edges.size - 1 and edges[p] < end:
            low, high = max(start, edges[p]), min(end, edges[p + 1])
            middle, half = 0.5 * (edges[p] + edges[p + 1]), 0.5 * (edges[p + 1] - edges[p])
            pieces = max(1, int(np.ceil((high - low) / (piece * spread))))
            step = 0.5 * (high - low) / pieces
            for k in range(pieces):
                centre = low + step * (2 * k + 1)
                for m in range(rule.shape[1]):
                    z = centre + step * rule[0, m]
                    t, u = (z - mean) / spread, (z - middle) / half
                    value = coefficients[p, 15]
                    for n in range(14, -1, -1):
                        value = coefficients[p, n] + u * value
                    inner += step * rule[1, m] * np.exp(-0.5 * t * t) * value
            p += 1
        total += weights[q] * inner / (spread * np.sqrt(2.0 * np.pi))
    return total
