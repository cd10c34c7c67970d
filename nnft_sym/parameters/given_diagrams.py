"""Diagrams that a user gives: ``nnft diagram ...`` and ``nnft draw --diagram ...``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diagrams.errors import NNFTError
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, refused

if TYPE_CHECKING:
    from diagrams import Diagram


@dataclass(frozen=True, eq=False, repr=False)
class GivenDiagrams:
    """Diagrams in any of their text forms, several in a file or on standard input.

    Examples
    --------
    >>> [one.edge_string for one in GivenDiagrams().check(("ee0|", "x1-x2"))]
    ['x1-y1,x2-y1,y1-y1', 'x1-x2']
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> "tuple[Diagram, ...]":
        """Return the diagrams."""
        from diagrams.reading import read_diagrams
        from nnft_sym.storage.text_files import text_of

        given = [value] if isinstance(value, str) else value
        if not isinstance(given, Iterable):
            raise refused(value, "diagrams such as 'x1-y1,x2-y1,y1-y1' are needed")
        try:
            return tuple(one for word in given for one in read_diagrams(text_of(str(word))))
        except NNFTError as error:
            raise Refused(error.said) from None


DIAGRAMS = Parameter(
    GivenDiagrams(),
    "Draw this diagram, not an expansion: lines x1-y1,x2-y1,y1-y1, a Nickel index ee0|, JSON, @FILE or -. "
    "May be given several times.",
    option="--diagram",
    metavar="EDGES|NICKEL|JSON",
    repeated=True,
)
