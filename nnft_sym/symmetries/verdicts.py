"""What is said of a symmetry, from its derivation and its test."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import final

from nnft_sym.symmetries.derivation import Derivation
from nnft_sym.symmetries.violations import Violation


class Standing(Enum):
    """What is known of a symmetry; the value says it in words, with numbers of points in it."""

    DERIVED = "holds exactly (derived)"
    CONSISTENT = "consistent to {below} points (not derived)"
    PARTLY = "holds at {below} points only, broken at {first}"
    BROKEN = "broken at {first} points"
    SEEN = "broken at {first} points (not seen at {below})"
    OPEN = "not decided"
    CONTRADICTED = "derived, but broken at {first} points: a fault of this program, please report it"


@final
@dataclass(frozen=True)
class Verdict:
    """Whether a symmetry holds, and up to how many points.

    Attributes
    ----------
    standing : Standing
    first_broken_order : int or None
    below : int or None
        Largest order below the first broken one, or of all, where correlators agree.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> net = nn.ErfNet(width=5).with_laws(output="uniform")
    >>> found = nn.symmetry(net, "SO(D) of outputs", [[0.2], [1.0]], (2, 4))
    >>> verdict = found.verdict
    >>> verdict.holds, verdict.first_broken_order, verdict.below
    (False, 4, 2)
    """

    standing: Standing
    first_broken_order: int | None
    below: int | None

    @property
    def holds(self) -> bool | None:
        """Whether it holds at all orders that were looked at; None where that is open."""
        if self.standing is Standing.OPEN:
            return None
        return self.standing in (Standing.DERIVED, Standing.CONSISTENT)

    def __str__(self) -> str:
        return self.standing.value.format(below=self.below, first=self.first_broken_order)


def judge(derivation: Derivation | None, violations: Sequence[Violation]) -> Verdict:
    """Decide from fields: what is derived holds, what is not is as the test says.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> size = Estimate(0.1, 1e-16)
    >>> found = [Violation(2, 0.0 * size, 1.0, False), Violation(4, size, 1.0, True)]
    >>> str(judge(None, found)), str(judge(None, found[:1]))
    ('holds at 2 points only, broken at 4', 'consistent to 2 points (not derived)')
    """
    first = min((one.order for one in violations if one.broken), default=None)
    agreeing = [one for one in violations if one.broken is False and (first is None or one.order < first)]
    below = max((one.order for one in agreeing), default=None)
    if derivation is not None and derivation.holds:
        # a sampled test is allowed its false alarms
        alarm = any(one.broken and one.evidence is None for one in violations)
        if not alarm:
            return Verdict(Standing.DERIVED, None, below)
        return Verdict(Standing.CONTRADICTED, first, below)
    if first is None:
        undecided = below is None or any(one.broken is None for one in violations)
        return Verdict(Standing.OPEN if undecided else Standing.CONSISTENT, None, below)
    if any(one.evidence is not None for one in agreeing):
        return Verdict(Standing.SEEN, first, below)  # what sampling does not see may be broken all the same
    nothing_to_see = all(one.scale == 0.0 for one in agreeing)
    return Verdict(Standing.BROKEN if nothing_to_see else Standing.PARTLY, first, below)
