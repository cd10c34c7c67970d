"""Compiled sums of the Hermite series of two-point functions (Mehler 1866).

With z = σ g, g ~ N(0, 1), s(σ g) = Σ_n c_n(σ) h_n(g) in normalised Hermite polynomials, and for two
pre-activations of correlation ρ

    E[s(z_1) s(z_2)] = Σ_n c_n(σ_1) c_n(σ_2) ρ^n.
"""

from typing import Any

import numpy as np

from numerics.machine.jit import compiled, inlined


@compiled
def cut_pieces(sigmas: Any, edges: Any, mismatch: Any, cuts: Any) -> Any:
    """Cut an interval of g at common places and where the panels of the activation end.

    Parameters
    ----------
    sigmas : ndarray, shape (m,)
        z = σ g.
    edges : ndarray, shape (P + 1,)
        Of the panels in z.
    mismatch : ndarray, shape (P,)
        What the panels leave out.
    cuts : ndarray, shape (C,)
        Common to all σ; from end to end.

    Returns
    -------
    low, high : ndarray, shape (T,)
        Ends of the pieces, those of the first σ first.
    ends : ndarray, shape (m,)
        Number of pieces of all σ so far.
    unresolved : ndarray, shape (m,)
        Root of the mean square of the mismatch.
    """
    low = np.empty(sigmas.size * (edges.size + cuts.size))
    high, ends = np.empty_like(low), np.empty(sigmas.size, dtype=np.int64)
    unresolved = np.zeros(sigmas.size)
    first, last = cuts[0], cuts[-1]
    n = 0
    for m in range(sigmas.size):
        sigma = sigmas[m]
        p, c, here = 0, 1, first
        while here < last:
            while p < edges.size and edges[p] / sigma <= here:
                p += 1
            while cuts[c] <= here:
                c += 1
            end = cuts[c]
            if p < edges.size:
                end = min(end, edges[p] / sigma)
            low[n], high[n] = here, end
            here = end
            n += 1
        ends[m] = n
        for k in range(mismatch.size):
            start, end = max(first, edges[k] / sigma), min(last, edges[k + 1] / sigma)
            if start < end:
                near = max(0.0, 0.5 * abs(start + end) - (end - start))
                chance = min(1.0, (end - start) * np.exp(-0.5 * near * near) / np.sqrt(2.0 * np.pi))
                unresolved[m] += chance * mismatch[k] ** 2
    return low[:n], high[:n], ends, np.sqrt(unresolved)


@inlined
def _add_up(lanes: Any, row: Any) -> None:
    for k in range(row.size):
        for q in range(lanes.shape[1]):
            row[k] += lanes[k, q]
            lanes[k, q] = 0.0


@compiled
def panel_moments(
    places: Any, weighted: Any, values: Any, ends: Any, width: float, count: int, n_moments: int
) -> Any:
    """Legendre moments on panels of |g| for both signs of g, and E[s²].

    Parameters
    ----------
    places : ndarray, shape (T, K)
        Nodes g of the pieces.
    weighted : ndarray, shape (T, K)
        s(σ g) φ(g)^(1/2) times the weight of the node.
    values : ndarray, shape (T, K)
        s(σ g) φ(g)^(1/2).
    ends : ndarray, shape (m,)
        Number of pieces of all σ so far.
    width : float
        Of a panel.
    count : int
        Panels on each side.
    n_moments : int

    Returns
    -------
    moments : ndarray, shape (m, 2, count, n_moments)
    squares : ndarray, shape (m,)
    """
    moments, squares = np.zeros((ends.size, 2, count, n_moments)), np.zeros(ends.size)
    n_nodes = places.shape[1]
    x, before, here = np.empty(n_nodes), np.empty(n_nodes), np.empty(n_nodes)
    # one lane per node, so that the compiler vectorises; added up where a panel ends
    lanes, own = np.zeros((n_moments, n_nodes)), np.zeros(n_nodes)
    start = 0
    for m in range(ends.size):
        own[:] = 0.0
        last = (1, count - 1)
        for t in range(start, ends[m]):
            middle = places[t, n_nodes // 2]
            side, sign = (0, 1.0) if middle > 0.0 else (1, -1.0)
            panel = min(count - 1, int(abs(middle) / width))
            if (side, panel) != last:
                _add_up(lanes, moments[m, last[0], last[1]])
                last = (side, panel)
            w = weighted[t]
            for q in range(n_nodes):
                x[q] = 2.0 * (sign * places[t, q] / width - panel) - 1.0
                before[q], here[q] = 0.0, 1.0
                own[q] += w[q] * values[t, q]
            for k in range(n_moments):
                a, b = (2.0 * k + 1.0) / (k + 1.0), k / (k + 1.0)
                lane = lanes[k]
                for q in range(n_nodes):
                    lane[q] += w[q] * here[q]
                    before[q] = a * x[q] * here[q] - b * before[q]
                before, here = here, before
        _add_up(lanes, moments[m, last[0], last[1]])
        squares[m] = np.sum(own)
        start = ends[m]
    return moments, squares


@compiled
def row_products(rows: Any, matrix: Any) -> Any:
    """Product of matrices, row by row, so that a row does not depend on its neighbours.

    Parameters
    ----------
    rows : ndarray, shape (m, k)
        k is a multiple of four.
    matrix : ndarray, shape (k, n)
    """
    found = np.zeros((rows.shape[0], matrix.shape[1]))
    for m in range(rows.shape[0]):
        out, v = found[m], rows[m]
        for k in range(0, v.size, 4):
            a, b, c, d = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3]
            for n in range(out.size):
                out[n] += v[k] * a[n] + v[k + 1] * b[n] + v[k + 2] * c[n] + v[k + 3] * d[n]
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
