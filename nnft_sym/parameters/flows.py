"""Which cutoffs and widths a flow is followed over: the parameters of ``flow``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from nnft_sym.parameters.architecture import WIDTH, ArchitectureParameters
from nnft_sym.parameters.expansions import ACTION
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.inferred import CONNECTED_ORDERS
from nnft_sym.parameters.outputs import DATA, PICTURES, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Number, Refused, Whole, refused
from nnft_sym.parameters.runs import ANY_WIDTHS

#: Each costs all integrals again.
MOST_CUTOFFS = 200
_ONE = Number("a finite number greater than 0", above=0.0)
_COUNT = Whole(2, MOST_CUTOFFS)
_FORMS = "50,100,500 or 50:500:6 (from 50 to 500, 6 in all, at equal ratios)"


@dataclass(frozen=True, eq=False, repr=False)
class Cutoffs:
    """Positive numbers in ascending order, or ``from:to:how many`` at equal ratios.

    Examples
    --------
    >>> Cutoffs().check(Cutoffs().read("100,50"))
    (50.0, 100.0)
    >>> Cutoffs().check(Cutoffs().read("10:1000:3"))
    (10.0, 100.0, 1000.0)
    >>> Cutoffs().check(Cutoffs().read("50:500"))
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: '50:500' was given; cutoffs are written 50,100,500 or 50:500:6 ...
    """

    def read(self, text: str) -> object:
        """Take the word apart; what is no number stays text."""
        if ":" not in text:
            return [_ONE.read(item) for item in text.split(",")]
        parts = text.split(":")
        if len(parts) != 3:
            return text
        return {"first": _ONE.read(parts[0]), "last": _ONE.read(parts[1]), "count": _COUNT.read(parts[2])}

    def check(self, value: object, folder: Path | None = None) -> tuple[float, ...]:
        """Return the cutoffs."""
        if isinstance(value, dict):
            first, last = _ONE.check(value["first"]), _ONE.check(value["last"])
            count = _COUNT.check(value["count"])
            if first >= last:
                raise refused(f"{first:g}:{last:g}", "the first cutoff must be smaller than the last")
            ratio = last / first
            return (*(first * ratio ** (step / (count - 1)) for step in range(count - 1)), last)
        if isinstance(value, str):
            raise refused(value, f"cutoffs are written {_FORMS}")
        items = value if isinstance(value, list | tuple) else [value]
        found = tuple(sorted({_ONE.check(item) for item in items}))
        if len(found) > MOST_CUTOFFS:
            raise Refused(f"{len(found)} cutoffs were given; at most {MOST_CUTOFFS} are possible")
        return found


CUTOFFS = Parameter(
    Cutoffs(),
    "Integrate over boxes [-L, L]^d of these sizes: 50,100,500, or 50:500:6 for 6 at equal ratios.",
    metavar="L,...|FROM:TO:HOW_MANY",
    default="all of R^d",
)
OUT = output((*PICTURES, *DATA), "Draw the couplings against Λ and N, or write all numbers.")
FORCE = Parameter(Flag(), "Replace the file that --out names.")


OWN_WIDTH = Parameter(WIDTH.reader, WIDTH.help, default="the smallest of --widths")


@dataclass(frozen=True, kw_only=True)
class FlowNetworkParameters(ArchitectureParameters):
    """An architecture at one width, or at several.

    Attributes
    ----------
    width : int or None
        Whose flow with the cutoff is shown.
    widths : tuple of int or None
    """

    width: Annotated[int | None, OWN_WIDTH] = None
    widths: Annotated[tuple[int, ...] | None, ANY_WIDTHS] = None

    def __post_init__(self) -> None:
        if self.width is None and self.widths is None:
            raise Refused("no width was given; give --width N, or several with --widths")

    @property
    def own_width(self) -> int:
        """The width whose flow with the cutoff is shown."""
        return self.width if self.width is not None else (self.widths or (1,))[0]


@dataclass(frozen=True, kw_only=True)
class FlowParameters(PointParameters):
    """Couplings of an action, and boxes.

    Attributes
    ----------
    action : str
    cutoffs : tuple of float or None
        Ascending; None for all of R^d.
    orders : tuple of int or None
    out : OutputFile or None
    force : bool
    """

    action: Annotated[str, ACTION]
    cutoffs: Annotated[tuple[float, ...] | None, CUTOFFS] = None
    orders: Annotated[tuple[int, ...] | None, CONNECTED_ORDERS] = None
    out: Annotated[OutputFile | None, OUT] = None
    force: Annotated[bool, FORCE] = False

    def __post_init__(self) -> None:
        from numerics.files.sealed import has_content

        if self.force and self.out is None:
            raise Refused("--force was given without --out; there is nothing to be replaced")
        if self.out is not None and not self.force and has_content(self.out.target):
            raise Refused.about(
                "out",
                f"{self.out.given!r} exists and is not overwritten; give another name, or replace it with "
                "--force",
            )
