"""What can be told about a kernel from its values: growth, length, kinks, symmetry, positivity."""

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel
from numerics.kernels.base import Kernel

Array = NDArray[np.float64]

#: Radii between which growth is measured: far enough for powers, near enough for squares of large numbers.
_NEAR, _FAR = 1e6, 1e7
#: The largest value in a band beyond each radius counts. Steps of the golden ratio have no simple fraction in
#: common with any wavelength, so that no oscillating kernel is caught at its zeros.
_BAND = 1.0 + 0.5 * np.mod(np.arange(48) * 0.6180339887498949, 1.0)
#: What is this much smaller far away than at a distance of one counts as decaying faster than any power.
_NOTHING = 1e-60
#: Measured powers are rounded to quarters; a kernel farther off than this has no clear power.
_UNCLEAR = 0.05
#: Asymmetry and negative eigenvalues allowed, relative to the largest value or eigenvalue: rounding.
_ROUNDING = 1e-9
#: Number of points at which a new kernel is looked at.
_PROBES = 9
#: Distances at which its change is looked at.
_DISTANCES, _AT_ONCE = np.geomspace(1e-9, 1e3, 121), 20
#: Change relative to the value that makes a length, and how much shorter than declared a length may be.
_CHANGE, _SHORTER = 0.4, 8.0
#: Distance, in units of the length, of the slopes on both sides of a point, and what jump of them is a kink.
_NEARBY, _JUMP = 1e-3, 0.1


def probe_points(d_in: int) -> Array:
    """Points between −1.5 and 1.5 in general position, shape (9, d_in), always the same."""
    phases = 1.0 + np.arange(_PROBES * d_in, dtype=np.float64) ** 1.1
    points: Array = 1.5 * np.sin(phases).reshape(_PROBES, d_in)
    return points


def check_covariance(kernel: Kernel, points: Array) -> None:
    """Check that a kernel can be a covariance at the given points: finite, symmetric, positive.

    Parameters
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d_in)

    Raises
    ------
    InvalidKernel
        If it cannot, saying where.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel
    >>> check_covariance(ErfKernel(d_in=2), probe_points(2))
    """
    if len(points) == 0:
        return
    gram = kernel.weight(points, points)
    if not np.all(np.isfinite(gram)):
        raise InvalidKernel(
            f"{kernel!r} is NaN or infinite at the inputs {points.tolist()}; check its formula"
        )
    scale = float(np.max(np.abs(gram)))
    difference = np.abs(gram - gram.T)
    if np.max(difference) > _ROUNDING * scale:
        i, j = np.unravel_index(np.argmax(difference), difference.shape)
        raise InvalidKernel(
            f"{kernel!r} is not symmetric: K(x, y) = {gram[i, j]:.6g} and K(y, x) = {gram[j, i]:.6g} for "
            f"x = {points[i].tolist()}, y = {points[j].tolist()}. A propagator is a covariance; symmetrise it"
        )
    lowest, highest = np.linalg.eigvalsh(0.5 * (gram + gram.T))[[0, -1]]
    if lowest < -_ROUNDING * max(highest, scale):
        raise InvalidKernel(
            f"{kernel!r} is not positive: its matrix at the points {points.round(6).tolist()} has the "
            f"eigenvalue {lowest:.3g} (largest {highest:.3g}), so no Gaussian field has this covariance. Use "
            "a positive semidefinite kernel"
        )


def check_growth(kernel: Kernel) -> None:
    """Check declared growth against what is measured; larger declared powers are on the safe side.

    Raises
    ------
    InvalidKernel
        If the kernel clearly grows faster than declared, which would let divergent integrals pass.
    """
    try:
        ray, own = measured_growth(kernel)
    except InvalidKernel:
        return  # no clear power, or too large for floats far away: the declaration is all there is
    declared_ray = -np.inf if kernel.ray_growth is None else kernel.ray_growth
    measured_ray = -np.inf if ray is None else ray
    if measured_ray > declared_ray + _UNCLEAR or own > kernel.self_growth + _UNCLEAR:
        raise InvalidKernel(
            f"{kernel!r} was declared to grow with the powers {kernel.ray_growth} along rays and "
            f"{kernel.self_growth:g} on the diagonal, but grows with {ray} and {own:g}; correct "
            "ray_growth and self_growth, or leave them to be measured"
        )


def measured_length(kernel: Kernel, points: Array) -> float:
    """Measure the shortest distance over which K_W(x, ·) changes by 40 % near the points.

    Parameters
    ----------
    kernel : Kernel
    points : ndarray, shape (n, d_in)

    Returns
    -------
    float
        1 if it does not change within a thousand.

    Examples
    --------
    >>> from numerics.kernels.stationary import GaussKernel
    >>> round(measured_length(GaussKernel(sigma_w=100.0), np.zeros((1, 1))), 2)
    0.01
    """
    own = np.abs(kernel.weight_diagonal(points))
    steps = np.concatenate([np.eye(kernel.d_in), -np.eye(kernel.d_in)])
    shortest = np.inf
    for point, value in zip(points, own, strict=True):
        scale = value if value > 0.0 else float(np.max(own, initial=0.0))
        here = kernel.weight(point[np.newaxis], point[np.newaxis])[0, 0]
        # from near to far, no farther than needed: kernels that grow fast leave the range of floats there
        for distances in np.split(
            _DISTANCES[shortest > _DISTANCES], range(_AT_ONCE, len(_DISTANCES), _AT_ONCE)
        ):
            moved = (point + distances[:, np.newaxis, np.newaxis] * steps).reshape(-1, kernel.d_in)
            there = kernel.weight(point[np.newaxis], moved).reshape(len(distances), len(steps))
            changed = np.any(np.abs(there - here) >= _CHANGE * scale, axis=1) & (scale > 0.0)
            if np.any(changed):
                shortest = float(distances[np.argmax(changed)])
                break
    return shortest if np.isfinite(shortest) else 1.0


def check_length(kernel: Kernel, points: Array) -> None:
    """Check the length scale of a kernel at given points: too long a length lets grids miss the kernel.

    Raises
    ------
    InvalidKernel
        If the kernel changes over much shorter distances.
    """
    declared = kernel.length_scale
    found = measured_length(kernel, points) if len(points) else np.inf
    if declared is not None and found * _SHORTER < declared:
        raise InvalidKernel(
            f"{kernel!r} has the length scale {declared:.3g} but changes over {found:.3g} near the points "
            f"{points.round(6).tolist()}; declare length_scale={found:.2g}"
        )


def has_kinks_at_points(kernel: Kernel, points: Array, length: float) -> bool:
    """Whether the slope of K_W(x, ·) jumps at x, as that of exp(−|x − y|) does.

    Examples
    --------
    >>> from numerics.kernels.stationary import GaussKernel
    >>> has_kinks_at_points(GaussKernel(), probe_points(1), 1.0)
    False
    """
    own = kernel.weight_diagonal(points)
    scale = float(np.max(np.abs(own), initial=0.0))
    step = _NEARBY * length
    for axis in np.eye(kernel.d_in):
        for point, value in zip(points, own, strict=True):
            after, before = kernel.weight(
                point[np.newaxis], np.stack([point + step * axis, point - step * axis])
            )[0]
            if abs(after - 2.0 * value + before) > _JUMP * _NEARBY * scale:
                return True
    return False


def measured_growth(kernel: Kernel) -> tuple[float | None, float]:
    """Measure the powers with which a kernel grows along rays and on the diagonal.

    Parameters
    ----------
    kernel : Kernel

    Returns
    -------
    ray_growth : float or None
        Largest power of r in K_W(x, r ŷ) over several x and ŷ, rounded to quarters.
    self_growth : float
        The same for K_W(r ŷ, r ŷ).

    Raises
    ------
    InvalidKernel
        If the growth is no power.

    Examples
    --------
    >>> from numerics.kernels.arc import ReLUKernel
    >>> measured_growth(ReLUKernel(d_in=2))
    (1.0, 2.0)
    """
    axes = np.eye(kernel.d_in)
    directions = np.concatenate([axes, -axes, np.full((1, kernel.d_in), kernel.d_in**-0.5)])
    inputs = 0.7 * directions
    near, far = (
        max(float(np.max(np.abs(kernel.weight(inputs, r * directions)))) for r in radius * _BAND)
        for radius in (_NEAR, _FAR)
    )
    here = float(np.max(np.abs(kernel.weight(inputs, directions))))
    own = [
        max(float(np.max(np.abs(kernel.weight_diagonal(r * directions)))) for r in radius * _BAND)
        for radius in (_NEAR, _FAR)
    ]
    ray = None if far <= _NOTHING * here else _power(near, far, "K(x, r ŷ)")
    return ray, _power(own[0], own[1], "K(r ŷ, r ŷ)") if own[1] > 0.0 else 0.0


def _power(near: float, far: float, what: str) -> float:
    slope = np.log(far / near) / np.log(_FAR / _NEAR) if near > 0.0 else np.inf
    power = round(4.0 * slope) / 4.0 if np.isfinite(slope) else 0.0
    if not abs(slope - power) < _UNCLEAR:
        raise InvalidKernel(
            f"{what} goes from {near:.3g} at r = {_NEAR:g} to {far:.3g} at r = {_FAR:g}, which is no clear "
            "power of r (a multiple of 1/4); declare ray_growth and self_growth"
        )
    return power + 0.0
