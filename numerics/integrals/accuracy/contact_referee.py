"""The contact integral of a vertex by adaptive quadrature: a second way that shares nothing with the grid.

A study divides by this integral to extract a coupling and multiplies by it to predict with the same coupling,
so a wrong factor in it would cancel. It is therefore computed once more, here, for a few index sets.

The product of kernels may be a peak that is narrow or wide by any factor compared with the box, and an
adaptive rule that starts from the box halves past it. So the range is broken beforehand into panels that
double in length away from every place where the product can have its peak: the means of some of the legs (a
product of equal Gaussians peaks at the mean of all) and the origin (where a sigmoid changes fastest). One of
those panels has the size of the peak, whatever that is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NNFTError
from numerics.kernels.base import Kernel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ContactRule:
    """How the contact integral is found, and when it is given up.

    Attributes
    ----------
    nodes : int
        Gauss-Legendre nodes of a panel; a panel is held against its two halves.
    finest, coarsest : int
        Panels double from 2^-finest to 2^coarsest units; the unit is the largest leg, or 1.
    accuracy : float
        Relative error at which the integral is taken as found.
    rounds : int
        Halvings of a panel.
    most_panels : int
        Panels in work at once.
    resolved : float
        A kernel that changes over less than this share of the largest leg is left alone: there the nearest
        floats around a leg are too far apart to resolve it.
    """

    nodes: int = 12
    finest: int = 52
    coarsest: int = 240
    accuracy: float = 1e-9
    rounds: int = 40
    most_panels: int = 20_000
    resolved: float = 1e-8


#: For kernels whose values are integrals: smooth but for their kinks on the scale of the legs, and costly.
COSTLY = ContactRule(finest=4, coarsest=12, accuracy=1e-8, rounds=12, most_panels=500)


def contact_coefficient(
    kernel: Kernel, legs: Array, cutoff: float | None, rule: ContactRule | None = None
) -> float | None:
    """First-order coefficient of the coupling of fⁿ in the connected n-point function, -n! ∫ K_W … K_W dy.

    Parameters
    ----------
    kernel : Kernel
    legs : ndarray, shape (n, 1)
        The external points.
    cutoff : float or None
        Box [-Λ, Λ]; None = the whole line.
    rule : ContactRule, optional
        How it is found.

    Returns
    -------
    float or None
        None where there is no answer: in more than one dimension, where adaptive quadrature takes too long to
        be a routine check, and where the quadrature does not converge or the numbers leave floating point.

    Examples
    --------
    >>> from numerics.networks.architectures import GaussNet
    >>> legs = np.zeros((4, 1))
    >>> value = contact_coefficient(GaussNet(1).kernel, legs, None)
    >>> bool(abs(value + 24 * np.sqrt(np.pi / 2)) < 1e-9)
    True
    """
    how = rule or (COSTLY if kernel.by_quadrature else ContactRule())
    largest = float(np.abs(legs).max())
    scale = kernel.length_scale
    if legs.shape[1] != 1 or (scale is not None and scale < how.resolved * largest):
        return None
    unit = largest or 1.0
    edge = unit * 2.0**how.coarsest if cutoff is None else cutoff

    def integrand(y: Array) -> Array:
        return np.asarray(np.prod(kernel.weight(legs, y.reshape(-1, 1)), axis=0).reshape(y.shape))

    try:
        with np.errstate(all="ignore"):
            found = _adaptive(integrand, _panels(kernel, legs, unit, edge, how), how)
    except NNFTError:  # the formula of the kernel leaves floating point somewhere in this range
        return None
    return None if found is None else -factorial(len(legs)) * found


def _panels(kernel: Kernel, legs: Array, unit: float, edge: float, how: ContactRule) -> Array:
    """Ascending ends of panels from -edge to edge, fine around every place where a peak can be."""
    some = [group for size in range(1, len(legs) + 1) for group in combinations(legs[:, 0].tolist(), size)]
    centres = np.unique([0.0, *(sum(group) / len(group) for group in some)])
    steps = unit * 2.0 ** np.arange(-how.finest, how.coarsest + 1)
    ends = np.concatenate(
        [centres, *kernel.kinks(legs), *(centres + side * step for step in steps for side in (-1, 1))]
    )
    return np.unique(np.concatenate([[-edge], ends[np.abs(ends) < edge], [edge]]))


def _adaptive(integrand: Callable[[Array], Array], ends: Array, how: ContactRule) -> float | None:
    """Sum over panels, those that differ from their two halves halved again; None without convergence."""
    nodes, weights = np.polynomial.legendre.leggauss(how.nodes)

    def integrals(low: Array, high: Array) -> Array:
        half = (high - low)[:, np.newaxis] / 2
        values = integrand(low[:, np.newaxis] + half * (1 + nodes))
        return np.asarray((values * weights * half).sum(axis=1))

    low, high = ends[:-1], ends[1:]
    whole, done = integrals(low, high), 0.0
    for _ in range(how.rounds):
        middle = low + (high - low) / 2
        left, right = integrals(low, middle), integrals(middle, high)
        total = done + float(np.sum(left + right))
        if total == 0.0:  # nothing anywhere, as for ReLU legs on both sides of the origin
            return total
        if not np.isfinite(total) or abs(total) < np.finfo(np.float64).tiny:
            return None
        open_ = np.abs(left + right - whole) > how.accuracy * abs(total) / max(len(low), 16)
        if not open_.any():
            return total
        done += float(np.sum((left + right)[~open_]))
        low, high = np.concatenate([low[open_], middle[open_]]), np.concatenate([middle[open_], high[open_]])
        whole = np.concatenate([left[open_], right[open_]])
        if len(low) > how.most_panels:
            return None
    return None
