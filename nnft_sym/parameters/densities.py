"""What is asked of a density: the order in 1/N, where, and what it is held against."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from diagrams.messages import counted
from nnft_sym.parameters.field_points import Coordinates, FieldParameters, Points
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.outputs import DATA, PICTURES, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Number, Refused, Whole, Word
from nnft_sym.parameters.runs import SEED
from nnft_sym.parameters.width_orders import WidthOrder

REFERENCES = ("exact", "sampled", "none")

ORDER = Parameter(WidthOrder(), order_help("density"), metavar="1/N^K")
REFERENCE = Parameter(
    Word(REFERENCES),
    "What the series is held against: the inverted characteristic function (one or two points), sampled "
    "networks, or nothing.",
    default="exact where it is known",
)
AT = Parameter(
    Points(most=100_000),
    "Values of the outputs: commas between points, semicolons between rows. Or a file, @x.csv or @x.npy.",
    metavar="φ1,φ2;…",
    default="a grid",
)
NETWORKS = Parameter(Whole(1000, 10**9), "With a sampled reference: networks to draw.")
NEGLECT = Parameter(
    Number("a probability below 1", least=0.0, most=0.999999),
    "Probability of atoms that may be neglected, such as silent ReLU networks.",
)


@dataclass(frozen=True, kw_only=True)
class DensityParameters(FieldParameters):
    """One density.

    Attributes
    ----------
    order : Fraction
    reference : str or None
        None: exact where that is known.
    at : tuple of tuple of float, or None
        One number for each point in every row.
    networks, seed : int
    neglect : float
    out : OutputFile or None
    """

    order: Annotated[Fraction, ORDER]
    reference: Annotated[str | None, REFERENCE] = None
    at: Annotated[Coordinates | None, AT] = None
    networks: Annotated[int, NETWORKS] = 20_000
    seed: Annotated[int, SEED] = 0
    neglect: Annotated[float, NEGLECT] = 0.0
    out: Annotated[
        OutputFile | None, output((*PICTURES, *DATA), "Write a picture of it, or the numbers, to a file.")
    ] = None

    def __post_init__(self) -> None:
        if self.at is not None and len(self.at[0]) != len(self.points):
            raise Refused.about(
                "at",
                f"rows of {counted(len(self.at[0]), 'number')} and {counted(len(self.points), 'point')} were "
                "given; every row needs one value for each point, with commas between points and semicolons "
                "between rows",
            )
