"""One published statement beside our number: the row of the table that this room is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from numerics.results.estimate import Estimate


class Finding(Enum):
    """What our number says about a published statement."""

    AGREES = "agrees"
    REFINED = "refined"
    CONTRADICTED = "contradicted"
    NOT_TESTABLE = "not_testable"


class Reason(Enum):
    """Why a statement does not stand as it was published; the value is the words of the table."""

    NONE = ""
    SLIP = "slip of the talk"
    DEFECT = "defect of the scripts"
    UNDETERMINED = "undetermined fit"
    LEADING = "holds to leading order"
    SAME_ORDER = "of the same order in 1/N"
    EXPANSION = "the expansion in 1/N does not hold"
    NO_CONSTANT = "no constant coupling"
    NOTATION = "notation"
    NOISE = "hidden by noise"


@dataclass(frozen=True, eq=False)
class Claim:
    """A published statement, where it stands, and what we find.

    Attributes
    ----------
    key : str
        Short name, unique in a table: ``T7``, ``R2``, ``m4 erf d1``.
    text : str
        The statement, in our words.
    place : str
        Where it was published.
    published : str or float
        What was published: a number where there is one.
    ours : Estimate or None
        Our number, shape (), with its error; None where words are all that can be said.
    quantity : str
        What our number is.
    finding : Finding
    reason : Reason
    explanation : str
        A sentence or two.
    figure : str
        Name of the figure beside which it stands; empty if none.
    about : mapping of str to object
        ``net``, ``dimension`` and the like, where it is about one network.
    """

    key: str
    text: str
    place: str
    published: str | float
    ours: Estimate | None
    quantity: str
    finding: Finding
    reason: Reason = Reason.NONE
    explanation: str = ""
    figure: str = ""
    about: Mapping[str, object] | None = None

    @property
    def numbered(self) -> bool:
        """Whether it has a number of its own: T7, a slip of the talk; R2, a defect of the scripts."""
        return self.key[:1] in ("T", "R") and self.key[1:].isdigit()

    def answer(self) -> dict[str, object]:
        """Put the claim into the words of the JSON answer.

        Examples
        --------
        >>> claim = Claim("T0", "one is two", "nowhere", 2.0, Estimate(1.0), "one", Finding.CONTRADICTED)
        >>> found = claim.answer()
        >>> found["claim"], found["published"], found["ours"], found["judgement"]
        ('one is two', 2.0, 1.0, 'contradicted')
        """
        number = self.ours
        return {
            "key": self.key,
            "claim": self.text,
            "place": self.place,
            "published": self.published,
            "quantity": self.quantity,
            "ours": None if number is None else float(number),
            "error": None if number is None else float(number.error),
            "error_kind": None if number is None else _kind(number),
            "judgement": self.finding.value,
            "reason": self.reason.value or None,
            "explanation": self.explanation,
            "figure": self.figure or None,
            **(self.about or {}),
        }


def _kind(number: Estimate) -> str:
    """Say what the error is."""
    if number.uncertainty.statistical:
        return "one standard deviation"
    return "exact" if float(number.error) == 0 else "error bound"
