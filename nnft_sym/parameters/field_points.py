"""Where a network is looked at: points, from files as well, and the output of each."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from diagrams.messages import shown
from nnft_sym.errors import UnreadablePoints
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Number, Refused, Whole, Wholes, refused

if TYPE_CHECKING:
    from numerics.fields.field_set import FieldSet

Coordinates = tuple[tuple[float, ...], ...]

_FORMS = "points are written 0.37,-0.91;1.43,0.08 on the command line, [[0.37, -0.91], [1.43, 0.08]] in files"


#: How names of files of points end.
FILES = (".csv", ".npy")


@dataclass(frozen=True, eq=False, repr=False)
class Points:
    """Points of one dimension: ``"0.37,-0.91;1.43,0.08"``, a list of lists, or a file.

    On the command line ``@x.csv``, ``@x.npy`` and ``-`` (standard input) name files, in a study the name
    alone does; `nnft_sym.storage.point_files` reads them.

    Parameters
    ----------
    most : int, optional
        How many there may be.
    distinct : bool, optional
        None may be given twice.
    inputs : bool, optional
        They are inputs of a network, so that several numbers without a semicolon may be meant as several.

    Examples
    --------
    >>> Points().check(Points().read("0.37,-0.91;1.43,0.08"))
    ((0.37, -0.91), (1.43, 0.08))
    >>> Points().check([[0.5], [float("nan")]])
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: nan was given as coordinate 1 of point 2; a finite number is needed
    """

    most: int | None = None
    distinct: bool = False
    inputs: bool = False

    def read(self, text: str) -> object:
        """Take the word apart; what is no number stays text. A file is read."""
        if text.strip() == "-" or text.startswith("@"):
            return _from_file(text.strip().removeprefix("@"))
        number = Number()
        return [[number.read(item.strip()) for item in point.split(",")] for point in text.split(";")]

    def check(self, value: object, folder: Path | None = None) -> Coordinates:
        """Return the points."""
        if isinstance(value, str):
            from nnft_sym.storage.point_files import STDIN

            if value == STDIN:
                raise Refused('a study does not read standard input; give a file, as in points = "x.csv"')
            value = _from_file((folder or Path()) / value)
        if not isinstance(value, list | tuple):
            raise refused(value, f"a list of points is needed: {_FORMS}")
        points = tuple(_point(number, point) for number, point in enumerate(value, start=1))
        self._check_all(points)
        return points

    def note(self, typed: str, points: Coordinates) -> str:
        """Say how a word was read that may be meant otherwise; nothing if there is no doubt.

        Examples
        --------
        >>> Points(inputs=True).note("0.2,0.6,1.0", ((0.2, 0.6, 1.0),))
        '1 point in 3 dimensions was read; 3 points in one dimension are written 0.2;0.6;1.0'
        """
        if (
            not self.inputs
            or len(points) > 1
            or len(points[0]) == 1
            or typed.startswith("@")
            or "," not in typed
        ):
            return ""
        count = len(points[0])
        meant = typed.replace(" ", "").replace(",", ";")
        return f"1 point in {count} dimensions was read; {count} points in one dimension are written {meant}"

    def _check_all(self, points: Coordinates) -> None:
        dimensions = sorted({len(point) for point in points})
        if not points:
            raise Refused(f"no point was given; at least one is needed: {_FORMS}")
        if len(dimensions) > 1:
            raise Refused(
                f"points of dimension {' and '.join(map(str, dimensions[:4]))} are mixed; "
                "give every point the same number of coordinates"
            )
        if self.most is not None and len(points) > self.most:
            raise Refused(f"{len(points)} points were given; at most {self.most} are possible")
        if self.distinct and len(set(points)) < len(points):
            raise Refused("a point is given twice; list each point once (repeated indices are included)")


def _from_file(name: str | Path) -> object:
    from nnft_sym.storage.point_files import read_points

    try:
        return read_points(name)
    except UnreadablePoints as error:
        raise Refused(str(error)) from None


def _point(number: int, point: object) -> tuple[float, ...]:
    if not isinstance(point, list | tuple) or not point:
        raise Refused(
            f"{shown(point)} was given as point {number}; a list of coordinates is needed: {_FORMS}"
        )
    return tuple(_coordinates(number, point))


def _coordinates(number: int, point: Iterable[object]) -> Iterable[float]:
    for axis, given in enumerate(point, start=1):
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
            hint = f": {_FORMS}" if isinstance(given, str) else ""
            if isinstance(given, str) and given.lower().endswith(FILES):
                hint = f"; a file is named with @ before it: @{given}"
            raise Refused(
                f"{shown(given)} was given as coordinate {axis} of point {number}; a finite number is "
                f"needed{hint}"
            )
        yield float(given)


#: Outputs are counted from 1, as in `numerics.fields.field_set.FieldSet`.
_OUTPUT = Whole(1, 1 << 62)

POINTS = Parameter(
    Points(inputs=True),
    "Inputs: semicolons between points, commas between coordinates. Or a file, @x.csv or @x.npy; - is "
    "standard input. The first has index 0 in tables and JSON.",
    metavar="POINTS",
)
#: Points of a study, where every order takes all index sets.
STUDY_POINTS = Parameter(Points(most=10, distinct=True), POINTS.help, metavar=POINTS.metavar)
OUTPUTS = Parameter(
    Wholes(_OUTPUT, "1,1,2,2"),
    "Output component of each point, counted from 1, as in 1,1,2,2, for networks with several outputs.",
    metavar="A,B,...",
    default="one",
)
CUTOFF = Parameter(
    Number("a finite number greater than 0", above=0.0, advice="; leave it out for all of R^d"),
    "Integrate over the box [-L, L]^d.",
    default="all of R^d",
)


@dataclass(frozen=True, kw_only=True)
class PointParameters:
    """Inputs of a network.

    Attributes
    ----------
    points : tuple of tuple of float
    """

    points: Annotated[Coordinates, POINTS]

    @property
    def d_in(self) -> int:
        """Input dimension, read off the points."""
        return len(self.points[0])


@dataclass(frozen=True, kw_only=True)
class FieldParameters(PointParameters):
    """Fields: inputs, and which output of the network each of them is.

    Attributes
    ----------
    outputs : tuple of int or None
        None: a network of one output.
    """

    outputs: Annotated[tuple[int, ...] | None, OUTPUTS] = None

    def field_set(self) -> "FieldSet":
        """Make the fields.

        Raises
        ------
        InvalidPoints
            If there is not one output for each point.
        """
        from numerics.fields.field_set import FieldSet

        return FieldSet(self.points, self.outputs)

    def as_json(self) -> dict[str, object]:
        """Name them for a JSON answer: outputs where they were given."""
        return {"points": self.points, **({} if self.outputs is None else {"outputs": self.outputs})}
