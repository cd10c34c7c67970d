"""Which action connected correlators imply: of a network at some points, or of named correlators."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from nnft_sym.parameters.architecture import KIND, WIDTH, LawParameters
from nnft_sym.parameters.field_points import OUTPUTS, POINTS, Coordinates
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text, Word
from nnft_sym.parameters.width_orders import WidthOrder

if TYPE_CHECKING:
    from numerics.fields.field_set import FieldSet
    from numerics.networks.base import Network


WIDTH_ORDER = Parameter(WidthOrder(), order_help("action"), metavar="1/N^K")
SYMBOLIC = Parameter(
    Text("names of connected correlators, as in G3,G4,G6"),
    "Symbols in place of numbers: names of connected correlators that end in their number of points.",
    metavar="G3,G4,...",
)
ACTION_FORMAT = Parameter(
    Word(("text", "latex", "json")), "What to print.", option="--format", default="text"
)
DRAWN = Parameter(Flag(), "LaTeX: draw the diagrams inside the equation.")
DOCUMENT = Parameter(Flag(), "LaTeX: a whole document instead of what is pasted into one.")
_NEEDED = "an action of numbers needs --net, --width and --points"


@dataclass(frozen=True, kw_only=True)
class ImpliedActionNetwork(LawParameters):
    """A network, or none where correlators have names only.

    Attributes
    ----------
    kind : str or None
    width : int or None
    """

    kind: Annotated[str | None, KIND] = None
    width: Annotated[int | None, WIDTH] = None

    def network(self, d_in: int) -> "Network":
        """Make the network.

        Raises
        ------
        Refused
            If its kind or its width is missing.
        InvalidNetwork, NotAvailable
            If something does not go with its kind.
        """
        if self.kind is None or self.width is None:
            raise Refused(f"{'--net' if self.kind is None else '--width'} was not given; {_NEEDED}")
        return self.of_kind(self.kind, self.width, d_in)


@dataclass(frozen=True, kw_only=True)
class ImpliedActionParameters:
    """Where, to which order, and how it is printed.

    Attributes
    ----------
    order : Fraction
    points : tuple of tuple of float, or None
    outputs : tuple of int or None
    symbolic : str or None
    form : {"text", "latex", "json"} or None
    drawn, document : bool
    """

    order: Annotated[Fraction, WIDTH_ORDER]
    points: Annotated[Coordinates | None, POINTS] = None
    outputs: Annotated[tuple[int, ...] | None, OUTPUTS] = None
    symbolic: Annotated[str | None, SYMBOLIC] = None
    form: Annotated[str | None, ACTION_FORMAT] = None
    drawn: Annotated[bool, DRAWN] = False
    document: Annotated[bool, DOCUMENT] = False

    def __post_init__(self) -> None:
        if self.symbolic is None and self.points is None:
            raise Refused(
                f"neither --points nor --symbolic was given; {_NEEDED}, one of symbols --symbolic G3,G4,G6"
            )
        if self.symbolic is not None and (self.points is not None or self.outputs is not None):
            raise Refused("--symbolic was given with points; leave out one of them")
        if (self.drawn or self.document) and self.form != "latex":
            raise Refused(f"{'--drawn' if self.drawn else '--document'} was given; it needs --format latex")
        if self.drawn and self.document:
            raise Refused("--drawn and --document were given; a document has both forms: leave out --drawn")

    def field_set(self) -> "FieldSet":
        """Make the fields.

        Raises
        ------
        InvalidPoints
            If there is not one output for each point.
        """
        from numerics.fields.field_set import FieldSet

        return FieldSet(self.points or (), self.outputs)
