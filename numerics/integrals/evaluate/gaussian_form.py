"""Diagrams of Gaussian kernels in closed form.

For K_W(x, y) = A exp(−c |x − y|²/2) a connected diagram with E lines, V vertices and external slots i
attached to the vertices v(i) is a Gaussian integral over R^(dV),

    I = A^E (2π/c)^(dV/2) (det L)^(−d/2) exp(−(c/2) Σ_(i<j) (L⁻¹)_(v(i) v(j)) |x_i − x_j|²),

with L the Laplacian of the diagram restricted to the vertices (multiple lines add, self-loops drop out).
det L counts the spanning forests rooted at the external points (matrix-tree theorem; first Symanzik
polynomial at unit weights) and vanishes for a part without external points. The exponent is written with
differences of inputs, not with their squares, so that nothing cancels for inputs far from the origin.

One vertex with l legs in the box [−Λ, Λ]^d has, for each coordinate with mean input x̄, the further factor
½[erf(√(lc/2)(Λ − x̄)) + erf(√(lc/2)(Λ + x̄))].
"""

from collections.abc import Sequence
from math import pi, prod

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfc

from numerics.errors import NotAvailable
from numerics.integrals.rules.domains import Box, Domain
from numerics.integrals.rules.panels import gauss_legendre
from numerics.integrals.rules.quadrature import TrapezoidRule
from numerics.kernels.base import Kernel
from numerics.lowering.integrand import Integrand

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: A table has an axis for every vertex, and NumPy looks entries up along 63 axes at most.
MOST_VERTICES = 63
_EPSILON = float(np.finfo(np.float64).eps)
#: Nodes for the share of a Gaussian in a narrow box; 14 would do for 16 digits.
_NARROW_NODES = 18


def has_gaussian_form(integrand: Integrand, kernel: Kernel, domain: Domain) -> bool:
    """Whether `gaussian_table` knows this connected integral.

    Examples
    --------
    >>> from numerics.integrals.rules.domains import WholeSpace
    >>> from numerics.kernels.stationary import GaussKernel
    >>> chain = Integrand(2, 2, legs=((0, 0, 1), (1, 1, 1)), internal=((0, 1, 1),))
    >>> [has_gaussian_form(chain, GaussKernel(), domain) for domain in (WholeSpace(), Box(3.0))]
    [True, False]
    """
    if kernel.gaussian is None or integrand.profiles:
        return False
    return integrand.n_vertices == 1 if isinstance(domain, Box) else bool(integrand.legs)


def gaussian_table(
    integrand: Integrand, rows: Sequence[Indices], kernel: Kernel, points: Array, domain: Domain
) -> tuple[Array, Array]:
    """Evaluate a connected diagram in closed form.

    Parameters
    ----------
    integrand : Integrand
        One of `Integrand.parts`.
    rows : sequence of ndarray of int, one per vertex, shape (R_v, legs of v)
        Which input each leg of the vertex ends on.
    kernel : Kernel
    points : ndarray, shape (n, d)
    domain : Box or WholeSpace

    Returns
    -------
    value, error : ndarray, shape (R_1, .., R_V)
        All combinations of the rows, without the prefactor; the error is that of rounding.

    Raises
    ------
    NotAvailable
        Where there is no closed form, see `has_gaussian_form`.

    Examples
    --------
    The contact diagram of four coincident inputs is ∫ exp(−2 y²) dy = √(π/2):

    >>> from numerics.integrals.rules.domains import WholeSpace
    >>> from numerics.kernels.stationary import GaussKernel
    >>> contact = Integrand(4, 1, legs=tuple((i, 0, 1) for i in range(4)))
    >>> rows = [np.zeros((1, 4), dtype=int)]
    >>> value, error = gaussian_table(contact, rows, GaussKernel(), np.zeros((1, 1)), WholeSpace())
    >>> bool(abs(value[0] - (pi / 2) ** 0.5) < 1e-15)
    True
    """
    if kernel.gaussian is None or not has_gaussian_form(integrand, kernel, domain):
        raise NotAvailable(
            f"no closed form for {integrand} with {type(kernel).__name__} over {domain}: it needs a Gaussian "
            "kernel, constant couplings, R^d with external points or one vertex in a box; use a grid"
        )
    amplitude, curvature = kernel.gaussian
    d, n_vertices = points.shape[1], integrand.n_vertices
    if n_vertices > MOST_VERTICES:
        raise NotAvailable(
            f"the diagram has {n_vertices} vertices: give at most {MOST_VERTICES}, since a table has an "
            "axis for each"
        )
    slots = _combinations(rows)
    where = np.repeat(np.arange(n_vertices), integrand.leg_counts)
    if len(where):
        laplacian = vertex_laplacian(integrand)
        log_det = float(np.linalg.slogdet(laplacian)[1])
        inverse = np.asarray(np.linalg.inv(laplacian), dtype=np.float64)[np.ix_(where, where)]
        exponent = 0.5 * curvature * _spread(points[slots], inverse)
        log_size = 0.5 * d * (n_vertices * np.log(2.0 * pi / curvature) - log_det)
    else:
        exponent, log_size = np.zeros(len(slots)), 0.0
    value = amplitude**integrand.n_factors * np.exp(log_size - exponent)
    units = 8.0 + integrand.n_factors + 2.0 * exponent
    if isinstance(domain, Box):
        share, lost = _box_factor(points[slots], curvature, domain)
        value, units = value * share, units + lost
    shape = tuple(len(row) for row in rows)
    error = _EPSILON * units * np.abs(value)
    return value.reshape(shape), error.reshape(shape)


def vertex_laplacian(integrand: Integrand) -> Array:
    """Laplacian restricted to the vertices, shape (V, V): diagonal = lines that leave the vertex.

    Examples
    --------
    >>> vertex_laplacian(Integrand(2, 2, legs=((0, 0, 1), (1, 1, 1)), internal=((0, 1, 3),))).tolist()
    [[4.0, -3.0], [-3.0, 4.0]]
    """
    laplacian = np.diag(np.array(integrand.leg_counts, dtype=np.float64))
    for u, v, power in integrand.bridges_between:
        laplacian[[u, v], [u, v]] += power
        laplacian[[u, v], [v, u]] -= power
    return laplacian


def gaussian_rule(integrand: Integrand, kernel: Kernel, points: Array) -> TrapezoidRule:
    """Trapezoid rule that fits a connected diagram in R^d: the second way to integrate it.

    Parameters
    ----------
    integrand : Integrand
        With at least one leg.
    kernel : Kernel
        With a Gaussian form.
    points : ndarray, shape (n, d)

    Raises
    ------
    NotAvailable
        If the kernel is not Gaussian or the diagram has no legs.
    """
    if kernel.gaussian is None or not integrand.legs:
        raise NotAvailable(
            f"the trapezoid rule in R^d needs a Gaussian kernel and external points; given were "
            f"{type(kernel).__name__} and {integrand}"
        )
    _, curvature = kernel.gaussian
    laplacian = vertex_laplacian(integrand)
    centres = [point for profile in integrand.shaping for point in profile.centres]
    corners = np.concatenate([points, np.reshape(centres, (len(centres), points.shape[1]))])
    shortest = min((profile.length_scale for profile in integrand.shaping), default=np.inf)
    return TrapezoidRule(
        low=tuple(corners.min(axis=0).tolist()),
        high=tuple(corners.max(axis=0).tolist()),
        curvature=curvature * float(laplacian.diagonal().max()) + shortest**-2.0,
        variance=float(np.linalg.inv(laplacian).diagonal().max()) / curvature,
    )


def _combinations(rows: Sequence[Indices]) -> Indices:
    """Inputs on all slots for every combination of the rows, shape (R_1 ⋯ R_V, slots)."""
    # Digit by digit, the last row running fastest: NumPy's own grids have at most 32 axes.
    chosen = np.arange(prod(len(row) for row in rows))
    columns: list[Indices] = []
    for row in reversed(rows):
        chosen, digit = np.divmod(chosen, len(row))
        columns.insert(0, row[digit])
    return np.concatenate(columns, axis=1)


def _spread(x: Array, strength: Array) -> Array:
    """Σ_(i<j) strength_ij |x_i − x_j|² for x of shape (R, slots, d); result (R,)."""
    total = np.zeros(len(x))
    for i in range(x.shape[1]):
        for j in range(i):
            total += strength[i, j] * np.sum((x[:, i] - x[:, j]) ** 2, axis=1)
    return total


def _box_factor(x: Array, curvature: float, box: Box) -> tuple[Array, Array]:
    """Share of the Gaussian that lies in the box, for x of shape (R, legs, d); the volume without legs.

    Also its rounding error in units in the last place.
    """
    n_legs = x.shape[1]
    if n_legs == 0:
        return np.full(len(x), box.volume(x.shape[2])), np.zeros(len(x))
    # In units in which the Gaussian is exp(−t²), the box is [middle − half, middle + half].
    width = np.sqrt(0.5 * n_legs * curvature)
    middle, half = width * np.abs(x.mean(axis=1)), width * box.cutoff
    rounded = half + width * np.abs(x).max(axis=1)  # the ends are known to within this, in last places
    near, far = half - middle, half + middle
    # In a narrow box the two error functions would cancel; with the centre outside both are close to ±1, and
    # their complements keep the digits.
    narrow, inside = half * (1.0 + middle) < 1.0, middle < half
    share = np.where(
        narrow, _narrow(middle, half), np.where(inside, erf(near) + erf(far), erfc(-near) - erfc(far))
    )
    # The derivatives of exp(−t²), erf and log erfc, times the error of the ends.
    lost = np.where(
        narrow,
        2.0 * far,
        np.where(inside, 2.0 * (np.exp(-(near**2)) + np.exp(-(far**2))), 4.0 * np.abs(near) + 3.0),
    )
    return np.asarray(np.prod(0.5 * share, axis=1)), np.asarray(np.sum(6.0 + lost * rounded, axis=1))


def _narrow(middle: Array, half: float) -> Array:
    """Evaluate 2/√π ∫ exp(−t²) from middle − half to middle + half, where it changes by less than exp(6)."""
    t, w = gauss_legendre(_NARROW_NODES)
    total = np.zeros_like(middle)
    for at, weight in zip(t, w, strict=True):
        total += weight * np.exp(-((middle + half * at) ** 2))
    return np.asarray(2.0 * half / pi**0.5 * total)
