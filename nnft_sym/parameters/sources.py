"""The source J of a generating functional, as commands take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diagrams.messages import counted
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Number, Refused, refused

_ONE = Number()


@dataclass(frozen=True, eq=False, repr=False)
class SourceNumbers:
    """Finite numbers, one for each point: ``0.3,-0.1``.

    Examples
    --------
    >>> SourceNumbers().check(SourceNumbers().read("0.3,-0.1"))
    (0.3, -0.1)
    >>> SourceNumbers().check(SourceNumbers().read("0.3,x"))
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'x' was given; a finite number is needed
    """

    def read(self, text: str) -> object:
        """Take the word apart; what is no number stays text."""
        return [_ONE.read(item) for item in text.split(",")]

    def check(self, value: object, folder: Path | None = None) -> tuple[float, ...]:
        """Return the numbers."""
        if not isinstance(value, list | tuple):
            raise refused(value, "numbers with commas between them are needed, as in 0.3,-0.1")
        return tuple(_ONE.check(item) for item in value)


SOURCE = Parameter(
    SourceNumbers(), "The source: a number for each point, with commas between them.", metavar="J1,J2,…"
)


def refuse_other_lengths(source: Sequence[float], points: Sequence[object]) -> None:
    """Refuse a source that has not one number for each point.

    Raises
    ------
    Refused
        Saying how many there are.
    """
    if len(source) != len(points):
        raise Refused.about(
            "source",
            f"{counted(len(source), 'number')} were given for {counted(len(points), 'point')}; the source "
            "has one number for each point",
        )
