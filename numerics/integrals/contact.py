"""The contact integral of four legs by adaptive quadrature: a second way that shares nothing with the grid.

A study divides by this integral to extract a coupling and multiplies by it to predict with the same coupling,
so a wrong factor in it would cancel. It is therefore computed once more, here, for a few index sets.
"""

from itertools import pairwise
from math import factorial, inf

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

from numerics.kernels.base import Kernel

Array = NDArray[np.float64]


def contact_coefficient(kernel: Kernel, legs: Array, cutoff: float | None) -> float | None:
    """First-order coefficient of λ in the connected 4-point function, -4! ∫ K_W K_W K_W K_W dy.

    Parameters
    ----------
    kernel : Kernel
    legs : ndarray, shape (4, 1)
        The four external points.
    cutoff : float or None
        Box [-Λ, Λ]; None = the whole line.

    Returns
    -------
    float or None
        None in more than one dimension, where adaptive quadrature takes too long to be a routine check.

    Examples
    --------
    >>> from numerics.networks.architectures import GaussNet
    >>> legs = np.zeros((4, 1))
    >>> value = contact_coefficient(GaussNet(1).kernel, legs, None)
    >>> bool(abs(value + 24 * np.sqrt(np.pi / 2)) < 1e-9)
    True
    """
    if legs.shape[1] != 1:
        return None

    def integrand(y: float) -> float:
        return float(np.prod(kernel.weight(legs, np.array([[y]]))))

    def part(low: float, high: float) -> float:
        return float(quad(integrand, low, high, epsabs=0.0, epsrel=1e-10, limit=400)[0])

    edge = inf if cutoff is None else cutoff
    breaks = [float(b) for b in np.concatenate([*kernel.kinks(legs), legs[:, 0]]) if abs(b) < edge]
    stops = [-edge, *sorted(set(breaks)), edge]
    return -factorial(4) * sum(part(low, high) for low, high in pairwise(stops))
