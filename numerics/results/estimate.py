"""Numbers with an error, a method, a quality and a provenance; nothing numerical travels without them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Quality(Enum):
    """Whether an error bar can be trusted; the value is a sentence to show the user."""

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


@dataclass(frozen=True)
class Estimate:
    """A number, or an array of numbers, with what is needed to judge it.

    Parameters
    ----------
    value : ndarray
        The numbers, any shape.
    error : ndarray
        One standard deviation (sampling) or an error bound (quadrature); same shape as `value`.
    method : str
        How the numbers were obtained, in words.
    quality : Quality
        Whether `error` can be trusted.
    provenance : mapping
        What is needed to get the numbers again: seed, number of networks, nodes, versions.

    Examples
    --------
    >>> x = Estimate(np.array([1.0]), np.array([0.1]), method="by hand")
    >>> x.trusted
    True
    """

    value: NDArray[np.float64]
    error: NDArray[np.float64]
    method: str
    quality: Quality = Quality.TRUSTED
    provenance: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if np.shape(self.value) != np.shape(self.error):
            raise ValueError(f"value has shape {np.shape(self.value)} but error has {np.shape(self.error)}")

    @property
    def trusted(self) -> bool:
        """True when the error bar can be trusted."""
        return self.quality is Quality.TRUSTED
