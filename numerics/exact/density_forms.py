"""Formulas of densities: each gives values at rows of fields, and bounds of their rounding errors."""

from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.special import ellipkm1, gammaln, k0e, kve

Array = NDArray[np.float64]
Form = tuple[Array, Array]

EPS = float(np.finfo(np.float64).eps)
#: From this order on Bessel functions overflow where the density is large; then their integral is summed.
_HIGH = 30.0
#: Nodes of that sum, and how many widths of its integrand they reach to each side.
_NODES, _WIDTHS = 281, 14.0


def gaussian(rows: Array, covariance: Array) -> Form:
    """Give the density of Gaussian fields."""
    q, size, loss = _quadratic(rows, covariance)
    value = np.exp(-0.5 * (q + size + rows.shape[1] * np.log(2 * pi)))
    return value, 8 * EPS * (4 + loss * q + abs(size)) * value


def variance_gamma(rows: Array, matrix: Array, shape: float) -> Form:
    """Give the density whose characteristic function is (1 + JᵀMJ)^(−ν), a Bessel function.

    With q = φᵀM⁻¹φ and μ = ν − n/2 it is 2 (√q/2)^μ K_μ(√q)/[(4π)^(n/2) |M|^(1/2) Γ(ν)]: a Gaussian whose
    variance is 2g for g of the Gamma law Γ(ν). At zero it is infinite if μ ≤ 0.

    Parameters
    ----------
    rows : ndarray, shape (R, n)
    matrix : ndarray, shape (n, n)
        M.
    shape : float
        ν.

    Examples
    --------
    One Laplace variable of scale 1, e^(−|x|)/2:

    >>> variance_gamma(np.array([[0.0], [2.0]]), np.eye(1), 1.0)[0]
    array([0.5       , 0.06766764])
    """
    n = rows.shape[1]
    q, size, loss = _quadratic(rows, matrix)
    root, order = np.sqrt(q), shape - n / 2
    logs = np.empty((2, len(rows)))
    away = root > 0.0
    logs[0, away] = order * np.log(root[away] / 2)
    logs[1, away] = np.log(2.0) + _log_bessel(order, root[away])
    logs[:, ~away] = [[0.0], [gammaln(order) if order > 0.0 else np.inf]]
    fixed = -0.5 * (n * np.log(4 * pi) + size) - gammaln(shape)
    value = np.exp(logs.sum(axis=0) + fixed)
    lost = loss * root + np.abs(logs).sum(axis=0) + abs(size) + abs(gammaln(shape))
    return _bounded(value, 8 * EPS * (4 + lost))


def _log_bessel(order: float, x: Array) -> Array:
    """Logarithm of K_μ(x), from ½ ∫ e^(μt − x cosh t) dt where the function itself would overflow."""
    if abs(order) < _HIGH:
        with np.errstate(over="ignore"):
            found = np.log(kve(order, x)) - x
        return np.asarray(found)
    high = abs(order)
    # the integrand has its peak at sinh t = μ/x, and there the width (x² + μ²)^(−1/4)
    peak, width = np.arcsinh(high / x), (x**2 + high**2) ** -0.25
    steps = np.linspace(-_WIDTHS, _WIDTHS, _NODES)
    t = peak[:, np.newaxis] + width[:, np.newaxis] * steps
    top = high * peak - np.hypot(x, high)
    with np.errstate(over="ignore", under="ignore"):
        parts = np.exp(high * t - x[:, np.newaxis] * np.cosh(t) - top[:, np.newaxis])
    return np.asarray(top + np.log(0.5 * width * (steps[1] - steps[0]) * parts.sum(axis=1)))


def irwin_hall(rows: Array, half: float, count: int) -> Form:
    """Give the density of the sum of uniform variables on [−h, h]: a cardinal B-spline.

    Examples
    --------
    >>> irwin_hall(np.array([[0.0], [1.0], [3.0]]), 1.0, 2)[0]
    array([0.5 , 0.25, 0.  ])
    """
    places = 0.5 * (rows[:, 0] / half + count)
    inside = (places >= 0.0) & (places <= count)
    value = np.zeros(len(rows))
    value[inside] = BSpline.basis_element(np.arange(count + 1.0))(places[inside])
    return value / (2 * half), np.full(len(rows), 8 * EPS * count / (2 * half))


def arcsine(rows: Array, radius: float) -> Form:
    """Give the density of r cos θ, 1/[π √(r² − φ²)]."""
    y = np.abs(rows[:, 0]) / radius
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(y <= 1.0, 1.0 / (pi * radius * np.sqrt((1.0 - y) * (1.0 + y))), 0.0)
        relative = 8 * EPS * (1.0 + y / np.abs(1.0 - y))
    return _bounded(value, relative)


def two_arcsines(rows: Array, radius: float) -> Form:
    """Give the density of r (cos θ₁ + cos θ₂): K(m)/(π² r), m = 1 − (φ/2r)², a complete elliptic integral."""
    y = np.abs(rows[:, 0]) / (2 * radius)
    value = np.where(y <= 1.0, ellipkm1(np.minimum(y, 1.0) ** 2) / (pi**2 * radius), 0.0)
    return _bounded(value, np.full(len(rows), 16 * EPS))


def gaussian_cosine(rows: Array, deviation: float) -> Form:
    """Give the density of a cos θ, a Gaussian of deviation s: e^(−u) K₀(u)/[π s √(2π)] with u = (φ/2s)²."""
    u = (rows[:, 0] / (2 * deviation)) ** 2
    value = np.exp(-2 * u) * k0e(u) / (pi * deviation * np.sqrt(2 * pi))
    return _bounded(value, 8 * EPS * (2 + 2 * u))


def uniform_cosine(rows: Array, half: float) -> Form:
    """Give the density of a cos θ, a uniform on [−h, h]: arcosh(h/|φ|)/(π h)."""
    y = np.abs(rows[:, 0]) / half
    with np.errstate(divide="ignore"):
        value = np.where(y < 1.0, np.arccosh(1.0 / np.minimum(y, 1.0)) / (pi * half), 0.0)
        # near the edge arcosh is the root of what rounding leaves of 1/y − 1
        relative = 8 * EPS * (1.0 + 1.0 / np.abs(1.0 - y))
    return _bounded(value, np.minimum(relative, 1.0))


def _bounded(value: Array, relative: Array) -> Form:
    with np.errstate(invalid="ignore"):
        error = np.where(np.isfinite(value) & (value > 0.0), relative * value, 0.0)
    return value, error


def _quadratic(rows: Array, matrix: Array) -> tuple[Array, float, float]:
    """Give φᵀM⁻¹φ row by row, log |M|, and by how much M⁻¹ enlarges rounding errors."""
    root = np.linalg.cholesky(matrix)
    white = np.linalg.solve(root, rows.T)
    size = 2.0 * float(np.sum(np.log(np.diag(root))))
    return np.einsum("ij,ij->j", white, white), size, float(np.linalg.cond(matrix))
