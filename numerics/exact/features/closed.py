"""Feature moments in closed form: Gauss-net (log-normal features) and Cos-net (plane waves)."""

from collections.abc import Callable
from itertools import combinations
from typing import final

import numpy as np

from numerics.errors import NotAvailable
from numerics.exact.features.base import Array, FeatureMoments, Indices, closed_moments
from numerics.networks.cos import CosNet
from numerics.networks.gauss import GaussNet
from numerics.networks.laws import GAUSSIAN
from numerics.results.estimate import Estimate

ROUNDING = 4 * float(np.finfo(np.float64).eps)


@final
class GaussMoments(FeatureMoments):
    """E_{1..n} = exp{(n²/2 − n) sb² + (sw²/2d)(|Σx|² − 2Σ|x|²)} for s(x) = exp(z − sb² − sw²|x|²/d).

    Parameters
    ----------
    network : GaussNet
    points : ndarray, shape (n_points, d_in)

    Examples
    --------
    >>> moments = GaussMoments(GaussNet(1, sigma_b=0.0), np.zeros((1, 1)))
    >>> moments.moments(np.array([[0, 0, 0, 0]])).value.tolist()
    [1.0]
    """

    def __init__(self, network: GaussNet, points: Array) -> None:
        self._bias_variance = network.sigma_b**2
        self._slope = network.sigma_w**2 / network.d_in
        self._points = points

    @property
    def method(self) -> str:
        """Name of the method."""
        return "closed form (moments of log-normal features)"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate the closed form; see `FeatureMoments.moments`.

        Raises
        ------
        NotAvailable
            If a moment is larger than the largest floating-point number.
        """
        n = indices.shape[1]
        x = self._points[indices]
        total = x.sum(axis=1)
        sums = np.einsum("md,md->m", total, total)
        squares = 2 * np.einsum("mnd,mnd->m", x, x)
        bias = (n * n / 2 - n) * self._bias_variance
        exponent = bias + 0.5 * self._slope * (sums - squares)
        if np.any(exponent > 700.0):
            raise NotAvailable(
                f"a feature moment of order {n} of the gauss-net is exp({exponent.max():.0f}), beyond "
                "floating point; use a smaller sigma_b, sigma_w or smaller inputs"
            )
        value = np.exp(exponent)
        size = 1 + bias + 0.5 * self._slope * (sums + squares)
        return Estimate(value, ROUNDING * size * value)


@closed_moments.register
def _(network: GaussNet, points: Array, max_order: int) -> GaussMoments:
    return GaussMoments(network, points)


@final
class CosMoments(FeatureMoments):
    """E_{1..n} = 2^(−n) Σ_ε Re χ(Σ ε_i x_i) over signs ε with Σε = 0, for s(x) = cos(W·x + c).

    The average over the uniform phase c keeps the balanced sign vectors only. χ is the characteristic
    function of W, exp(−(sw²/2d)|x|²) for Gaussian momenta.

    Parameters
    ----------
    network : CosNet
    points : ndarray, shape (n_points, d_in)

    Examples
    --------
    >>> moments = CosMoments(CosNet(1), np.zeros((1, 1)))
    >>> moments.moments(np.array([[0, 0, 0, 0]])).value.tolist()
    [0.375]
    """

    def __init__(self, network: CosNet, points: Array) -> None:
        self._slope = network.sigma_w**2 / network.d_in
        self._law = network.laws.hidden
        self._points = points

    @property
    def method(self) -> str:
        """Name of the method."""
        return "closed form (sum over balanced signs of plane waves)"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Evaluate the closed form; see `FeatureMoments.moments`."""
        n = indices.shape[1]
        x = self._points[indices]
        largest = np.abs(x).sum(axis=(1, 2))
        value = np.zeros(len(indices))
        error = np.zeros(len(indices))
        for signs in _balanced_signs(n):
            momentum_lever = np.einsum("n,mnd->md", signs, x)
            if self._law != GAUSSIAN:
                lever = self._slope**0.5 * momentum_lever
                value += np.prod(self._law.characteristic(lever), axis=1).real
                # a characteristic function varies on the scale of the momenta, here one
                error += 1 + np.abs(lever).sum(axis=1) + self._slope**0.5 * largest
                continue
            distance = np.sqrt(np.einsum("md,md->m", momentum_lever, momentum_lever))
            term = np.exp(-0.5 * self._slope * distance**2)
            value += term
            # d(exponent) = slope · distance · d(distance), and the distance is a sum of n rounded terms
            error += term * (1 + self._slope * distance * (largest + distance))
        # every characteristic function is 1 at most, so that their errors add
        terms = len(_balanced_signs(n)) * self._points.shape[1] * self._law.characteristic_accuracy
        # ε and −ε give the same term
        return Estimate(value * 2.0 ** (1 - n), (error * ROUNDING + terms) * 2.0 ** (1 - n))


@closed_moments.register
def _(network: CosNet, points: Array, max_order: int) -> CosMoments:
    return CosMoments(network, points)


def _balanced_signs(n: int) -> Array:
    """List the sign vectors with zero sum and first sign +; shape (C(n, n/2)/2, n)."""
    rows = []
    for others in combinations(range(1, n), n // 2 - 1):
        signs = -np.ones(n)
        signs[[0, *others]] = 1.0
        rows.append(signs)
    return np.array(rows)
