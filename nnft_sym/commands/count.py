"""``nnft count``: how many diagrams there are."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from diagrams.messages import shown
from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.expansions import LEGS, N_POINTS
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Several, Whole

if TYPE_CHECKING:
    from diagrams.enumeration.counting import Count

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
        vertices: dict[int, int] = {}
        for item in text.split(",") if text.strip() else []:
            parts = [Whole().read(part) for part in item.split(":")]
            try:
                valence, number = (Whole(0, _MOST).check(part) for part in parts)
            except ValueError:  # Refused is one, and so is what is not two parts
                raise Refused(
                    f"{shown(text)} was given, and {shown(item.strip())} is not of the form VALENCE:NUMBER; "
                    "write for example 4:6,6:1 for six f^4 and one f^6 vertices"
                ) from None
            if valence in vertices:
                raise Refused(f"{shown(text)} was given, with valence {valence} twice; add the numbers")
            vertices[valence] = number
        return {valence: number for valence, number in sorted(vertices.items()) if number}


VERTICES = Parameter(Vertices(), "Vertices as VALENCE:NUMBER, e.g. 4:6,6:1.", metavar="V:N,...")
FILTER = Parameter(
    Several(),
    "Keep what passes all of these; may be given several times.",
    option="--filter",
    metavar="NAME,...",
    repeated=True,
)


@dataclass(frozen=True, kw_only=True)
class CountParameters:
    """What is counted."""

    vertices: Annotated[str, VERTICES]
    n: Annotated[int, N_POINTS]
    filters: Annotated[tuple[str, ...], FILTER] = ()
    legs: Annotated[str, LEGS] = "labelled"


@click.command(name="count", cls=ParameterCommand)
@takes(asked=CountParameters)
@json_option
def command(asked: CountParameters, as_json: bool) -> None:
    """Count diagrams without listing them; with no filter everything counts, vacuum parts included."""
    from nnft_sym.jsonio import dumps

    found = _counted(asked)
    if as_json:
        answer = {"n": asked.n, "vertices": asked.vertices, "filters": asked.filters, "legs": asked.legs}
        numbers = {"diagrams": found.diagrams, "multiplicity_total": found.multiplicity_total}
        click.echo(dumps({**answer, **numbers}))
    else:
        _show(asked, found)


def _counted(asked: CountParameters) -> "Count":
    """Count, telling how far it is."""
    from diagrams import count
    from diagrams.filters import named_filter
    from nnft_sym.progress.counts import CountProgress
    from nnft_sym.progress.ticker import Ticker

    where = tuple(named_filter(name) for name in asked.filters)
    progress = CountProgress(where)
    unlabelled = asked.legs == "unlabelled"
    try:
        with Ticker(progress.text):
            return count(
                asked.n, Vertices.counted(asked.vertices), where, unlabelled=unlabelled, report=progress
            )
    except KeyboardInterrupt:
        click.echo(f"nnft: stopped: {progress.text()}", err=True)
        raise


def _show(asked: CountParameters, found: "Count") -> None:
    """Print the table."""
    from nnft_sym.jsonio import unlimited_digits
    from nnft_sym.printing.tables import show, table

    kind = "diagrams" if asked.legs == "labelled" else "diagrams, points exchangeable"
    with unlimited_digits():
        rows = [[kind, f"{found.diagrams:,}"], ["Wick contractions", f"{found.multiplicity_total:,}"]]
    show(table(f"{asked.n}-point diagrams with vertices {asked.vertices}", ["", ""], rows))
