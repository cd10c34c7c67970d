"""Deformed laws of output weights, and what is asked of them: the parameters of ``partition``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from diagrams.errors import NNFTError
from diagrams.messages import counted
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Number, Refused, Text, Whole, Wholes, refused
from nnft_sym.parameters.runs import SEED

_NUMBER = Number("a finite number")


class DeformationText(Text):
    """A polynomial in power sums; see `nnft_sym.actions.power_sum_text`.

    Examples
    --------
    >>> DeformationText().check("alpha*p2^2/N")
    'alpha*p2^2/N'
    """

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a text that can be read."""
        from nnft_sym.duality.deformation import Deformation

        text = super().check(value)
        try:
            Deformation(text)
        except NNFTError as error:
            raise Refused(error.said) from None
        return text


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """Finite numbers with commas between them, one for each point.

    Examples
    --------
    >>> Source().check(Source().read("0.5,-1"))
    (0.5, -1.0)
    >>> Source().check(Source().read("0.5,x"))
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'x' was given; a finite number for each point is needed, as in 0.5,-1
    """

    def read(self, text: str) -> object:
        """Take the word apart; what is no number stays text."""
        return [_NUMBER.read(item) for item in text.split(",")]

    def check(self, value: object, folder: Path | None = None) -> tuple[float, ...]:
        """Return the numbers."""
        items = value if isinstance(value, list | tuple) else [value]
        found = []
        for item in items:
            try:
                found.append(_NUMBER.check(item))
            except Refused:
                raise refused(item, "a finite number for each point is needed, as in 0.5,-1") from None
        return tuple(found)


DEFORM = Parameter(
    DeformationText(),
    "A of P ∝ P₀e^(−A): a polynomial in power sums p1, p2, … of the output weights with one letter, as "
    "alpha*p2^2/N, also written alpha*|a|^4/N; or the word equicorrelated.",
    metavar="EXPR",
)
STRENGTH_ORDER = Parameter(Whole(0, 8), order_help("partition"))
SOURCE = Parameter(Source(), "J of Z[J] = E e^(iJ·f), one number for each point.", metavar="J1,J2,...")
DEFORMED_ORDERS = Parameter(
    Wholes(Whole(1, 8), "2,4", distinct=True),
    order_help("partition", "--orders"),
    metavar="N,...",
)
STRENGTH = Parameter(
    Number("a finite number"), "Value of the letter, where the exact answer and samples are wanted."
)
SAMPLED = Parameter(
    Whole(1000, 10**8),
    "Sample so many networks as well, reweighted and from the deformed law itself.",
    option="--networks",
)


@dataclass(frozen=True, kw_only=True)
class PartitionParameters(PointParameters):
    """A deformed law, and Z[J] or correlators.

    Attributes
    ----------
    deform : str
    order : int
    source : tuple of float or None
    orders : tuple of int or None
    connected : bool
    strength : float or None
    networks : int or None
    seed : int
    """

    deform: Annotated[str, DEFORM]
    order: Annotated[int, STRENGTH_ORDER] = 2
    source: Annotated[tuple[float, ...] | None, SOURCE] = None
    orders: Annotated[tuple[int, ...] | None, DEFORMED_ORDERS] = None
    connected: Annotated[bool, Parameter(Flag(), "With --orders: connected correlators.")] = False
    strength: Annotated[float | None, STRENGTH] = None
    networks: Annotated[int | None, SAMPLED] = None
    seed: Annotated[int, SEED] = 0

    def __post_init__(self) -> None:
        if (self.source is None) == (self.orders is None):
            raise Refused.about(
                "source",
                f"{'nothing' if self.source is None else 'a source beside orders'} was given; say either a "
                "source, one number for each point, or with orders which correlators, as in 2,4",
            )
        if self.source is not None and len(self.source) != len(self.points):
            raise Refused.about(
                "source",
                f"{counted(len(self.source), 'number')} and {counted(len(self.points), 'point')} were given; "
                "one number for each point is needed",
            )
        if self.connected and self.orders is None:
            raise Refused("connected correlators were asked for without orders; say which, as in 2,4")
        if self.connected and self.networks is not None:
            raise Refused.about(
                "networks", "full correlators are sampled; leave out connected, or the networks"
            )
