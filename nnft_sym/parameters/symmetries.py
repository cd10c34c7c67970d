"""What is asked of symmetries: the group, where, at how many points."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from diagrams.errors import NNFTError
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.outputs import DATA, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text, Whole, Wholes
from nnft_sym.parameters.runs import SEED


class GroupName(Text):
    """The name of a group; see `nnft_sym.symmetries.named_groups`.

    Examples
    --------
    >>> GroupName().check("SO(d)")
    'SO(d) of inputs'
    >>> GroupName().check("translation")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'translation' was given; the groups are ...
    """

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the name in full."""
        from nnft_sym.symmetries.named_groups import group_name

        try:
            return group_name(super().check(value))
        except NNFTError as error:
            raise Refused(error.said) from None


GROUP = Parameter(
    GroupName(),
    "O(D), SO(D) for outputs, O(d), SO(d) for inputs, 'sign of f', translations, reflections, 'signed "
    "permutations of inputs'.",
    metavar="GROUP",
    default="all",
)
OUTPUT_COUNT = Parameter(Whole(1, 16), "Number D of outputs that are looked at.")
ELEMENTS = Parameter(Whole(1, 1000), "Random transformations that are tried.")
SYMMETRY_ORDERS = Parameter(
    Wholes(Whole(1, 10), "2,4,6", distinct=True), order_help("symmetry", "--orders"), metavar="N,..."
)
SAMPLED = Parameter(Flag(), "Test by sampling, also where exact correlators are known.")
SAMPLED_NETWORKS = Parameter(Whole(1000, 10**9), "Networks of a sampled test.")
WARD = Parameter(
    Flag(),
    "Ward identities of continuous groups, too: what breaks them, in correlators and in the law of the "
    "parameters.",
)
LATEX = Parameter(Flag(), "Print table and derivations as LaTeX.")


@dataclass(frozen=True, kw_only=True)
class SymmetryParameters(PointParameters):
    """Which symmetries, and where they are tested.

    Attributes
    ----------
    group : str or None
        None: all that have more than one element.
    outputs, elements, seed, networks : int
    orders : tuple of int
    sampled, ward, latex : bool
    out : OutputFile or None
    """

    group: Annotated[str | None, GROUP] = None
    outputs: Annotated[int, OUTPUT_COUNT] = 2
    orders: Annotated[tuple[int, ...], SYMMETRY_ORDERS] = (2, 4, 6)
    elements: Annotated[int, ELEMENTS] = 4
    seed: Annotated[int, SEED] = 0
    sampled: Annotated[bool, SAMPLED] = False
    networks: Annotated[int, SAMPLED_NETWORKS] = 200_000
    ward: Annotated[bool, WARD] = False
    latex: Annotated[bool, LATEX] = False
    out: Annotated[OutputFile | None, output(DATA, "Write the table to a file, too.")] = None

    def as_json(self) -> dict[str, object]:
        """Name what was asked."""
        return {"points": self.points, "outputs": self.outputs, "orders": self.orders, "seed": self.seed}
