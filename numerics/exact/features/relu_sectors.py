"""Integrals of products of linear forms over the sector where all of them are positive: line, arc, polygon.

All three return E Π max(v_i·g, 0) for standard normal g in one, two or three dimensions.
"""

from itertools import combinations
from math import gamma, pi, sqrt

import numpy as np

from diagrams.combinatorics.numbers import double_factorial
from numerics.exact.features.base import Array, Indices, legendre_rule
from numerics.results.estimate import Estimate

EPS = float(np.finfo(np.float64).eps)
# Nodes per smooth piece of the boundary of a polygon, tried in turn; the last two give the error.
BOUNDARY_NODES = (16, 24, 36, 54, 81, 122, 183)
TOLERANCE = 1e-13


def line_moments(components: Array, indices: Indices) -> Estimate:
    """Rank one: (E|g|^n/2) Π|v_i| if all components have the same sign, else zero.

    E|g|^n = (n − 1)!! for even n.

    Parameters
    ----------
    components : ndarray, shape (n_points,)
    indices : ndarray of int, shape (M, n)

    Returns
    -------
    Estimate

    Examples
    --------
    >>> line_moments(np.array([2.0, -1.0]), np.array([[0, 0, 0, 0], [0, 0, 1, 1]])).value.tolist()
    [24.0, 0.0]
    >>> float(line_moments(np.array([2.0]), np.array([[0]])).value[0] * sqrt(2 * pi))
    2.0
    """
    n = indices.shape[1]
    v = components[indices]
    same = np.all(v > 0, axis=1) | np.all(v < 0, axis=1)
    size = _radial(n, 1) if n % 2 else double_factorial(n - 1)
    value = np.where(same, size / 2 * np.abs(v).prod(axis=1), 0.0)
    return Estimate(value, (n + 1) * EPS * value)


def arc_moments(vectors: Array, indices: Indices) -> Estimate:
    """Rank two: the integral over one arc, with Gauss-Legendre nodes that are exact for the polynomial.

    The arc begins where the vector furthest counter-clockwise becomes active and ends where the one
    furthest clockwise stops. Every factor is written as the sine of an angle measured from the nearer end,
    so that near-antiparallel vectors, whose arc is short, lose no digits.

    Parameters
    ----------
    vectors : ndarray, shape (n_points, 2)
    indices : ndarray of int, shape (M, n)

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = arc_moments(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0, 1]]))
    >>> bool(abs(found.value[0] - 1 / (2 * pi)) < 1e-15)
    True
    """
    n = indices.shape[1]
    v = vectors[indices]
    turned = _angle(v[:, :1], v)
    first, last = np.argmin(turned, axis=1), np.argmax(turned, axis=1)
    rows = np.arange(len(indices))
    clockwise, counter = v[rows, first], v[rows, last]
    spread = turned[rows, last] - turned[rows, first]
    cross = clockwise[:, 0] * counter[:, 1] - clockwise[:, 1] * counter[:, 0]
    dot = np.einsum("mk,mk->m", clockwise, counter)
    length = np.arctan2(np.abs(cross), -dot)
    active = (spread <= pi / 2) | ((spread < 1.5 * pi) & (cross > 0))
    legendre, weights = legendre_rule(32 + n)
    s = length[:, np.newaxis] * (1 + legendre) / 2
    product = np.ones_like(s)
    for slot in range(n):
        from_start = np.maximum(_angle(v[:, slot], counter), 0.0)[:, np.newaxis] + s
        from_end = np.maximum(_angle(clockwise, v[:, slot]), 0.0)[:, np.newaxis] + (length[:, np.newaxis] - s)
        product *= np.sin(np.minimum(from_start, from_end))
    sizes = np.sqrt(np.einsum("mnk,mnk->mn", v, v))
    integral = length / 2 * (product @ weights)
    value = np.where(active, _radial(n, 2) / (2 * pi) * sizes.prod(axis=1) * integral, 0.0)
    # a short arc is known to the precision of the cross product only
    ends = sizes[rows, first] * sizes[rows, last]
    stretch = np.divide(ends, np.abs(cross), out=np.ones_like(ends), where=np.abs(cross) > EPS * ends)
    return Estimate(value, EPS * (16 + 4 * n + n * np.where(dot < 0, stretch, 1.0)) * value)


def polygon_moments(vectors: Array, indices: Indices, steps: Indices | None = None) -> Estimate:
    """Rank three: the integral over a spherical polygon in polar coordinates about an inner point.

    About a unit vector p with v_i·p > 0 for all i, the sector at azimuth φ reaches to polar angle
    π/2 + atan(min_i A_i(φ)), A_i = v_i·n(φ)/(v_i·p), n(φ) perpendicular to p. The φ range is broken where
    two A_i cross.

    Parameters
    ----------
    vectors : ndarray, shape (n_points, 3)
    indices : ndarray of int, shape (M, n)
        The linear forms of each product.
    steps : ndarray of int, optional
        The vectors that bound the sector; the others are factors that may have either sign. Default all, and
        then every one of them must occur in every index tuple.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = polygon_moments(np.eye(3), np.array([[0, 0, 1, 1, 2, 2]]))
    >>> bool(abs(found.value[0] - 1 / 8) < 1e-14)
    True
    """
    n = indices.shape[1]
    bounds = np.arange(len(vectors)) if steps is None else steps
    frame = _frame_inside(vectors[bounds]) if len(bounds) else np.eye(3)
    if frame is None:
        return Estimate(np.zeros(len(indices)), np.zeros(len(indices)))
    components = vectors @ frame.T
    # a form that bounds the sector is A_i sinθ + cosθ times its component along p; others stay as they are
    height = np.ones(len(vectors))
    height[bounds] = components[bounds, 2]
    forms = components / height[:, np.newaxis]
    scale = _radial(n, 3) / (4 * pi) * height[indices].prod(axis=1)
    value = np.zeros(len(indices))
    size = np.zeros(len(indices))
    error = np.full(len(indices), np.inf)
    for n_nodes in BOUNDARY_NODES:
        better, size = scale * _polygon_integral(forms, indices, bounds, n_nodes)
        error = np.abs(better - value)
        value = better
        if np.all(error <= TOLERANCE * size):
            break
    return Estimate(value, error + 64 * EPS * size)


def _radial(n: int, rank: int) -> float:
    """E|g|^n in `rank` dimensions, 2^(n/2) Γ((n + r)/2)/Γ(r/2)."""
    return 2 ** (n / 2) * gamma((n + rank) / 2) / gamma(rank / 2)


def _angle(start: Array, end: Array) -> Array:
    """Signed angle from `start` to `end`, both of shape (..., 2), in (−π, π]."""
    cross = start[..., 0] * end[..., 1] - start[..., 1] * end[..., 0]
    angle: Array = np.arctan2(cross, start[..., 0] * end[..., 0] + start[..., 1] * end[..., 1])
    return angle


def _frame_inside(vectors: Array) -> Array | None:
    """Orthonormal frame whose last axis p maximises the smallest v̂_i·p; None if no p makes all positive.

    p is the centre of the smallest cap that holds all v̂_i, which one, two or three of them determine.
    """
    lengths = np.sqrt(np.einsum("ik,ik->i", vectors, vectors))
    if not np.all(lengths > 0):
        return None
    unit = vectors / lengths[:, np.newaxis]
    candidates = [*unit]
    candidates += [unit[i] + unit[j] for i, j in combinations(range(len(unit)), 2)]
    for i, j, k in combinations(range(len(unit)), 3):
        normal = np.cross(unit[j] - unit[i], unit[k] - unit[i])
        candidates += [normal, -normal]
    centres = np.array(candidates)
    norms = np.sqrt(np.einsum("ck,ck->c", centres, centres))
    centres = centres[norms > EPS] / norms[norms > EPS, np.newaxis]
    depth = np.min(centres @ unit.T, axis=1)
    best = int(np.argmax(depth))
    if depth[best] <= 4 * EPS:
        return None
    p = centres[best]
    across = np.cross(p, np.eye(3)[int(np.argmin(np.abs(p)))])
    across /= sqrt(float(across @ across))
    return np.array([across, np.cross(p, across), p])


def _polygon_integral(forms: Array, indices: Indices, bounds: Indices, n_nodes: int) -> Array:
    """Integrate sinθ Π(a_i(φ) sinθ + c_i cosθ) over the polygon.

    Parameters
    ----------
    forms : ndarray, shape (n_points, 3)
        a_i(φ) = forms_i·(cos φ, sin φ), and c_i, which is 1 for those that bound the polygon.
    indices : ndarray of int, shape (M, n)
    bounds : ndarray of int
        Those that bound the polygon.
    n_nodes : int
        Nodes per piece of the boundary.

    Returns
    -------
    ndarray, shape (2, M)
        The integrals, and those of the size of the integrand.
    """
    breaks = _azimuth_breaks(forms[bounds, :2])
    legendre, weights = legendre_rule(n_nodes)
    widths = np.diff(breaks)[:, np.newaxis]
    phi = (breaks[:-1, np.newaxis] + widths * (1 + legendre) / 2).ravel()
    phi_weights = (widths / 2 * weights).ravel()
    a = forms[:, :2] @ np.array([np.cos(phi), np.sin(phi)])
    reach = pi / 2 + np.arctan(a[bounds].min(axis=0)) if len(bounds) else np.full(len(phi), pi)
    polar, polar_weights = legendre_rule(20 + indices.shape[1])
    theta = reach[:, np.newaxis] * (1 + polar) / 2
    sine = np.sin(theta)
    values = a[:, :, np.newaxis] * sine + forms[:, 2, np.newaxis, np.newaxis] * np.cos(theta)
    measure = phi_weights[:, np.newaxis] * (reach[:, np.newaxis] / 2) * polar_weights * sine
    products = [measure * np.prod(values[row], axis=0) for row in indices]
    return np.array([[one.sum() for one in products], [np.abs(one).sum() for one in products]])


def _azimuth_breaks(slopes: Array) -> Array:
    """Azimuths that divide the boundary into smooth pieces; the last is the first plus 2π.

    Two sides meet where A_i = A_j. A polygon that is thin has large slopes a, and its reach
    π/2 + atan(a cos ω) turns within |ω ± π/2| ~ 1/a: there the breaks accumulate geometrically.
    """
    if len(slopes) < 2:
        return np.array([0.0, pi, 2 * pi])  # half of the sphere, or all of it
    differences = np.array([slopes[i] - slopes[j] for i, j in combinations(range(len(slopes)), 2)])
    found = [np.arctan2(differences[:, 1], differences[:, 0]) + side for side in (pi / 2, -pi / 2)]
    for slope in slopes:
        steepness = float(np.hypot(*slope))
        if steepness > 2:
            offsets = 0.5 ** np.arange(1, 3 + int(np.log2(steepness)))
            corner = np.arctan2(slope[1], slope[0]) + np.array([[pi / 2], [-pi / 2]])
            found += [corner.ravel(), (corner + offsets).ravel(), (corner - offsets).ravel()]
    breaks = np.sort(np.concatenate(found) % (2 * pi))
    return np.append(breaks, breaks[0] + 2 * pi)
