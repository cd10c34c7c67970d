"""How a kernel that is a quadrature grows or falls far away, and on what length it varies: measured on it.

The growth of an activation says little about its kernel: the kernel of sin falls like a Gaussian, although
sin does not, and that of exp(−z²) like 1/r. So kernel values are followed outwards, octave by octave, until
they are a clear power of the distance, or nothing but the error of the quadrature.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork, InvalidPoints, NotAvailable

Array = NDArray[np.float64]

#: Octaves followed, and those in a row that tell a power (a multiple of 1/4, about) or nothing.
_OCTAVES, _CLEAR, _TOLERANCE, _GONE = 14, 3, 0.03, 3
#: Values below this many errors are nothing.
_ERRORS = 4.0


def measured_power(size: Callable[[float], tuple[float, float]], start: float) -> tuple[float | None, bool]:
    """Power with which something grows with the distance.

    Parameters
    ----------
    size : callable
        From a distance to the size of it there and its error.
    start : float
        First distance.

    Returns
    -------
    power : float or None
        A multiple of 1/4; None if it falls faster than any power.
    clear : bool
        False if it is not clearly a power: the next larger one is returned, infinity for exponentials.

    Raises
    ------
    NotAvailable
        If it cannot be followed far enough to say anything.

    Examples
    --------
    >>> measured_power(lambda r: (3.0 / (1.0 + r), 1e-16), 1.0), measured_power(lambda r: (1e-18, 1e-16), 1.0)
    ((-1.0, True), (None, True))
    """
    sizes: list[float] = []
    gone = 0
    for octave in range(_OCTAVES):
        try:
            found, error = size(start * 2.0**octave)
        except (NotAvailable, InvalidNetwork, InvalidPoints):
            break  # not to be had farther out; what was seen has to do
        gone = gone + 1 if found <= _ERRORS * error else 0
        if gone == _GONE:
            return None, True
        sizes.append(found)
    slopes = np.diff(np.log2(np.maximum(sizes, np.finfo(np.float64).tiny)))
    if gone or len(slopes) < 2:
        raise NotAvailable(
            "how the kernel of this activation grows or falls at large distances could not be measured: it "
            "cannot be computed far enough out. Give a cutoff, a box [−Λ, Λ]^d, in place of all of R^d"
        )
    last = slopes[-_CLEAR:]
    power = float(np.round(4.0 * last[-1]) / 4.0) + 0.0
    if np.all(np.abs(last - power) <= _TOLERANCE):
        return power, True
    if np.all(np.diff(slopes) > 0.5):
        return float("inf"), False  # as exponentials do
    return float(np.ceil(4.0 * np.max(last)) / 4.0) + 0.0, False
