"""What is counted: the parameters of ``count``."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from diagrams.errors import NNFTError
from diagrams.loops import LoopRange
from diagrams.messages import shown
from diagrams.vertices import as_vertices
from nnft_sym.expansions.truncation import Truncation
from nnft_sym.parameters.expansions import (
    ACTION_OF_A_FIELD,
    FIELD,
    FILTER,
    KIND,
    LEGS,
    LOOPS,
    N_POINTS,
    VERTICES_AT_MOST,
    action_of,
)
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused

if TYPE_CHECKING:
    from diagrams.filters import Filter
    from nnft_sym.expansions.truncation import Content

#: Larger numbers are no numbers of vertices.
_MOST = 10**9 - 1


@dataclass(frozen=True)
class Vertices:
    """How many vertices of which valence, as the text that says it.

    Examples
    --------
    >>> Vertices.counted("4:6,6:1")
    {4: 6, 6: 1}
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a text that can be counted."""
        text = str(value)
        self.counted(text)
        return text

    @staticmethod
    def counted(text: str) -> dict[int, int]:
        """Read the numbers by valence, ascending."""
        try:
            vertices = as_vertices(text)
        except NNFTError as error:
            raise Refused(error.said) from None
        if max([*vertices, *vertices.values()], default=0) > _MOST:
            raise Refused(f"{shown(text)} was given; valences and numbers up to {_MOST:,} are possible")
        return {valence: number for valence, number in sorted(vertices.items()) if number}


VERTICES = Parameter(
    Vertices(), "Vertices as VALENCE:NUMBER, e.g. 4:6,6:1, in place of an action.", metavar="V:N,..."
)
COUNTED_KIND = replace(KIND, default="full")


@dataclass(frozen=True, kw_only=True)
class CountParameters:
    """What is counted: given vertices, or all vertex contents of an action to an order.

    Raises
    ------
    Refused
        If it is not one of both.
    """

    action: Annotated[str | None, ACTION_OF_A_FIELD] = None
    field: Annotated[str | None, FIELD] = None
    n: Annotated[int, N_POINTS]
    vertices: Annotated[str | None, VERTICES] = None
    order: Annotated[int | None, VERTICES_AT_MOST] = None
    loops: Annotated[LoopRange | None, LOOPS] = None
    kind: Annotated[str | None, COUNTED_KIND] = None
    filters: Annotated[tuple[str, ...], FILTER] = ()
    legs: Annotated[str, LEGS] = "labelled"

    def __post_init__(self) -> None:
        if (self.action is None) is (self.vertices is None):
            both = "neither" if self.action is None else "both"
            raise Refused(
                f"{both} of an action and --vertices was given; one of them is needed: "
                "nnft count 'lambda*f^4' -n 4 --order 3, or nnft count --vertices 4:3 -n 4"
            )
        if self.vertices is not None and self.field is not None:
            raise Refused.about("field", f"{self.field} was given without an action; leave it out")
        if self.vertices is not None and self.order is not None:
            raise Refused.about(
                "order", f"{self.order} was given beside --vertices, which say how many vertices there are"
            )

    @property
    def where(self) -> "tuple[Filter, ...]":
        """Everything that decides whether a diagram is kept."""
        from nnft_sym.expansions.finding import filters_of

        return filters_of("bare", self.kind or "full", self.filters, Truncation(0, loops=self.loops))

    def contents(self) -> "list[Content]":
        """The vertex contents that are counted."""
        if self.vertices is not None:
            return [tuple(Vertices.counted(self.vertices).items())]
        from nnft_sym.expansions.truncation import truncation

        action = action_of(str(self.action), self.field)
        return list(truncation(action, self.order, None, self.loops).contents(action, self.n))
