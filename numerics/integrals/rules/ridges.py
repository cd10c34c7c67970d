"""Whether a grid along the axes sees the ridges of a kernel, see `numerics.integrals.rules.cones`.

Ridges of small inputs are as wide as the region that a sinh map resolves around the origin, however obliquely
they run. Then the grid along the axes, whose panels need no cones, is as good and simpler.
"""

from math import asinh, exp, sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.rules.panels import Panel
from numerics.integrals.rules.quadrature import TensorRule
from numerics.kernels.base import Ridge

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Places along each of the other axes, on one side of the origin, at which singularities are looked up.
_PLACES = 24
#: Inputs longer than this many ridge lengths are not looked at: their ridges are narrow.
_LONGEST = 4.0


def sees_ridges(rule: TensorRule, ridge: Ridge, points: Array, cutoff: float) -> bool:
    """Whether every panel has the nodes that the singularities of K_W(x, y) in its coordinate ask for.

    Parameters
    ----------
    rule : TensorRule
    ridge : Ridge
    points : ndarray, shape (n, d)
        The inputs x.
    cutoff : float

    Examples
    --------
    >>> from numerics.integrals.rules.panels import sinh_panels
    >>> def found(x):
    ...     axes = tuple(sinh_panels(10.0, [0.0, x], 1.0, []) for _ in range(2))
    ...     return sees_ridges(TensorRule(axes), Ridge(1.0, 0.0), np.array([[x, x]]), 10.0)
    >>> found(0.5), found(5.0)
    (True, False)
    """
    inputs, far = points / ridge.length, cutoff / ridge.length
    if np.einsum("ik,ik->i", inputs, inputs).max(initial=0.0) > _LONGEST**2:
        return False
    for axis, panels in enumerate(rule.axes):
        singular = ridge.length * _along_axis(ridge.tilt, inputs, far, axis)
        if not all(_has_nodes_for(panel, singular) for panel in panels):
            return False
    return True


def _along_axis(tilt: float, inputs: Array, far: float, axis: int) -> Complex:
    """Singularities in one coordinate u of a vertex, for all places of the others, in units of the length.

    With v the input, p the other coordinates and s = p·v, the formula of `cones` is quadratic in u ::

        (1 + |v|² − v_u²) u² − 2 v_u (κ + s) u + 1 − κ² + |v|² + |p|² (1 + |v|²) − 2κ s − s² = 0.
    """
    d = inputs.shape[1]
    steps = np.geomspace(0.05, max(far, 0.1), _PLACES)
    line = np.concatenate([-steps[::-1], np.zeros(1), steps])
    places = np.stack(np.meshgrid(*[line] * (d - 1), indexing="ij"), axis=-1).reshape(-1, d - 1)
    p2 = np.einsum("pk,pk->p", places, places)
    own = inputs[:, axis, np.newaxis]
    s = np.delete(inputs, axis, axis=1) @ places.T
    v2 = np.einsum("ik,ik->i", inputs, inputs)[:, np.newaxis]
    a = 1.0 + v2 - own**2
    b = own * (tilt + s)
    c = 1.0 - tilt**2 + v2 + p2 * (1.0 + v2) - 2.0 * tilt * s - s**2
    ridges = (b + 1j * np.sqrt(np.maximum(a * c - b * b, 0.0))) / a
    variances = np.array([1j, 1j * sqrt(0.5 * (1.0 + tilt))])  # of K_W(x, y) and of K_W(y, y)
    return np.concatenate([ridges.ravel(), variances])


def _has_nodes_for(panel: Panel, singular: Complex) -> bool:
    """Whether no singularity lies within the Bernstein ellipse that `Panel.n_nodes` counts with."""
    half = 0.5 * (panel.high - panel.low)
    if half <= 0.0:
        return True
    images = (singular - panel.centre) / panel.scale
    if not np.isinf(panel.scale):
        images = np.arcsinh(images)
        images = np.concatenate([images, 1j * np.pi - images])
    t = (images - 0.5 * (panel.low + panel.high)) / half
    sizes = np.abs(t + np.sqrt(t - 1.0) * np.sqrt(t + 1.0))
    sizes = np.maximum(sizes, 1.0 / sizes)
    return bool(sizes.min() >= exp(asinh(panel.strip / half)) * (1.0 - 1e-9))
