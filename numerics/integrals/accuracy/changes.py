"""What the last grid still misses, judged by the changes from grid to grid."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.questions.limits import Refinement
from numerics.integrals.questions.question import TINY

Array = NDArray[np.float64]


class Smoothness(Enum):
    """How fast a rule converges, and so what is believed about the changes from grid to grid.

    With a kernel of the user nothing is believed: a kink that was not declared makes errors jump up and down
    below an envelope, with the positions of the nodes, so the largest of the last changes counts.
    """

    EXACT = "every grid is exact"
    ANALYTIC = "exponentially"
    KINKED = "like a power of the number of nodes; successive changes are at best halved"
    UNKNOWN = "not known"

    @property
    def slow(self) -> bool:
        """Whether errors may fall like a power of the number of nodes only."""
        return self in (Smoothness.KINKED, Smoothness.UNKNOWN)


@dataclass(eq=False)
class Changes:
    """The changes that successive grids brought to one integral; `Refinement` says what is believed of them.

    Attributes
    ----------
    smoothness : Smoothness
    policy : Refinement
    several_dimensions : bool
        Whether steps from grid to grid are the shorter ones.

    Examples
    --------
    After one change that is believed to remain; after two, their series goes on:

    >>> changes = Changes(Smoothness.ANALYTIC, Refinement(), False)
    >>> one = np.ones(1)
    >>> [float(changes.missed(change * one, one)[0]) for change in (1e-2, 1e-3)]
    [0.01, 0.00011111111111111112]
    """

    smoothness: Smoothness
    policy: Refinement
    several_dimensions: bool
    _last: float = np.inf
    _latest: list[float] = field(default_factory=list)

    def missed(self, change: Array, scale: Array) -> Array:
        """What the last grid still misses, from the change that it brought and the sizes ∫∏|K|."""
        policy = self.policy
        largest = float((change / np.maximum(scale, TINY)).max(initial=0.0))
        if self.smoothness is Smoothness.UNKNOWN:
            self._latest = [*self._latest[1 - policy.changes :], largest]
            rest = policy.rest if len(self._latest) == policy.changes else policy.too_few
            return np.asarray(rest * max(self._latest) * scale)
        least, rest = policy.share * largest, 1.0
        if np.isfinite(self._last):
            least = max(least, policy.memory[self.several_dimensions] * self._last)
            kinked = self.smoothness is Smoothness.KINKED
            believed = policy.halved if kinked else policy.believed[self.several_dimensions]
            ratio = policy.ratio(max(largest, least), self._last, believed)
            rest = ratio / (1.0 - ratio)
        self._last = max(largest, least)
        return np.asarray(rest * np.maximum(change, least * scale))
