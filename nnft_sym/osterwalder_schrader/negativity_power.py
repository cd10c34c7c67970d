"""How the smallest eigenvalue goes away as the width grows: −λ = A N^(−p), fitted at large widths."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.positivity_matrix import Monomial, at_widths
from nnft_sym.osterwalder_schrader.reflection import Reflection
from numerics.errors import InvalidStatistics
from numerics.networks.architectures import Network

Array = NDArray[np.float64]
#: The power is asymptotic: over N = 1 to 20 the slope is still .7 for Gaussian amplitudes.
WIDTHS = (100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600)


class NegativityPower(NamedTuple):
    """−λ → amplitude · N^power.

    Attributes
    ----------
    power, error : float
    amplitude : float
        Of power −1: the limit of −N λ, if the power is that.
    amplitude_error : float
    """

    power: float
    error: float
    amplitude: float
    amplitude_error: float


def negativity_power(
    network: Network,
    points: Array,
    order: int,
    *,
    reflection: Reflection | None = None,
    widths: Sequence[int] = WIDTHS,
    by: str = "variance",
    degrees: Sequence[int] | None = None,
) -> NegativityPower:
    """Fit the power of N with which the smallest eigenvalue of ⟨ΘA·B⟩ vanishes.

    log(−λ) = log A − p log N + c/N is fitted to the larger half of the widths; the error holds what all
    widths, and the last two, say otherwise, and what the errors of the eigenvalues make.

    Parameters
    ----------
    network : Network
        Its width does not matter.
    points : ndarray, shape (n, d)
    order : int
    reflection : Reflection, optional
    widths : sequence of int, optional
        Four or more.
    by : {"variance", "diagonal"}, optional
        The normalisation.
    degrees : sequence of int, optional
        Monomials of these degrees only.

    Returns
    -------
    NegativityPower

    Raises
    ------
    InvalidStatistics
        If an eigenvalue is not negative beyond its error, or there are fewer than four widths.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> net = CosNet(1, sigma_a=1.0).with_laws(hidden="cauchy", output="rademacher")
    >>> found = negativity_power(net, np.array([[0.1], [0.2], [0.5], [1.2], [2.2]]), 6, by="diagonal")
    >>> round(found.power, 4), found.error < 1e-3, round(found.amplitude, 3)
    (-1.0, True, 7.247)
    """
    if len(widths) < 4:
        raise InvalidStatistics(f"{len(widths)} widths were given; four or more are needed")
    mirror = Reflection() if reflection is None else reflection
    values: list[float] = []
    errors: list[float] = []
    for matrix in at_widths(network, points, order, widths, mirror):
        chosen = matrix if degrees is None else matrix.restricted(_of_degrees(degrees))
        sectors = [one.spectrum_by(by) for one in chosen.sectors]
        spectrum = min(sectors, key=lambda one: one.smallest)
        if spectrum.smallest + spectrum.own_errors[0] >= 0.0:
            raise InvalidStatistics(
                f"the smallest eigenvalue at width {widths[len(values)]} is {spectrum.smallest:.3g}, not "
                "negative beyond its error; a power of the width needs negative ones"
            )
        values.append(-spectrum.smallest)
        errors.append(float(spectrum.own_errors[0]))
    return _fitted(np.array(widths, dtype=np.float64), np.array(values), np.array(errors))


def _fitted(sizes: Array, values: Array, errors: Array) -> NegativityPower:
    """Fit the larger half of the widths; what the others, and the last step alone, say otherwise is error."""
    half = max(len(sizes) // 2 + 1, 4)
    late = slice(len(sizes) - half, None)
    logs, relative = np.log(values), errors / values
    power, noise = _fit(sizes[late], logs[late], relative[late])
    last = float(np.log(values[-1] / values[-2]) / np.log(sizes[-1] / sizes[-2]))
    error = abs(power - _fit(sizes, logs, relative)[0]) + abs(power - last) + noise
    scaled = sizes * values
    limit = float(np.polynomial.polynomial.polyfit(1 / sizes[late], scaled[late], 2)[0])
    rough = float(np.polynomial.polynomial.polyfit(1 / sizes[late], scaled[late], 1)[0])
    return NegativityPower(power, error, limit, abs(limit - rough) + float(sizes[-1] * errors[-1]))


def _fit(sizes: Array, logs: Array, scatter: Array) -> tuple[float, float]:
    """Power of N, and how far the errors of the values may move it."""
    design = np.column_stack([np.ones_like(sizes), np.log(sizes), 1 / sizes])
    inverse = np.linalg.pinv(design)
    return float(inverse[1] @ logs), float(np.abs(inverse[1]) @ scatter)


def _of_degrees(degrees: Sequence[int]) -> Callable[[Monomial], bool]:
    return lambda one: len(one) in degrees
