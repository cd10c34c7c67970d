"""Whether an error bar can be trusted."""

from collections.abc import Iterable
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Quality(Enum):
    """Whether an error bar can be trusted; the value is a sentence to show the user.

    Examples
    --------
    >>> print(Quality.TRUSTED.value)
    the error bar can be trusted
    """

    TRUSTED = "the error bar can be trusted"
    HEAVY_TAILED = (
        "heavy-tailed: a few networks dominate the error estimate, so value and error bar "
        "are not trustworthy; use the exact finite-width value"
    )
    TOO_FEW_SAMPLES = (
        "too few networks, or blocks of them, for the error bar to be right; sample more networks"
    )
    NOT_CONVERGED = (
        "the integral did not reach the requested accuracy; ask for less (rtol), or leave the method open"
    )
    NO_EXPANSION = (
        "the next order changes it by more than half of itself: the expansion in 1/N does not hold there; "
        "take wider networks"
    )
    UNDEFINED = (
        "not finite: a division by zero, a function outside its domain, or an average that does not exist; "
        "leave out the elements that are not finite"
    )


#: From the worst on: what a result is that was made of results of different quality.
_WORST_FIRST = (
    Quality.UNDEFINED,
    Quality.NO_EXPANSION,
    Quality.HEAVY_TAILED,
    Quality.TOO_FEW_SAMPLES,
    Quality.NOT_CONVERGED,
    Quality.TRUSTED,
)


def if_finite(values: NDArray[np.float64], quality: Quality) -> Quality:
    """Return `quality`, or that of undefined numbers where some are not finite.

    Examples
    --------
    >>> if_finite(np.array([1.0, np.inf]), Quality.TRUSTED).name
    'UNDEFINED'
    """
    return quality if bool(np.all(np.isfinite(values))) else Quality.UNDEFINED


def worst(qualities: Iterable[Quality]) -> Quality:
    """Judge a result by the worst of what it was made of; trusted if it was made of nothing.

    Examples
    --------
    >>> worst([Quality.TRUSTED, Quality.NOT_CONVERGED]).name
    'NOT_CONVERGED'
    """
    return min(qualities, key=_WORST_FIRST.index, default=Quality.TRUSTED)
