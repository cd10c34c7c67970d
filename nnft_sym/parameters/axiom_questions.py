"""Which axioms are asked for: of which network, in how many dimensions, to which orders."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from diagrams.messages import shown
from nnft_sym.parameters.architecture import HIDDEN_LAW, NetworkParameters
from nnft_sym.parameters.field_points import Coordinates, Points
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Whole, Wholes
from nnft_sym.parameters.runs import SEED

if TYPE_CHECKING:
    from numerics.networks.base import Network

MOMENTA = Parameter(
    HIDDEN_LAW.reader,
    "Cos only: law of the momenta, as --hidden-law; cauchy, lattice:mass=0.5, propagator:mass=1,cutoff=40, "
    "gauss-propagator:mass=1,cutoff=40, …",
    metavar="LAW",
)
DIMENSION = Parameter(Whole(1, 16), "Dimension of the inputs; time is the first coordinate.")
TIMES = Parameter(
    Points(most=12),
    "Of reflection positivity: positive times, or points that begin with the time.",
    metavar="T1;T2;…",
    default="chosen, and searched",
)
ORDERS = Parameter(
    Wholes(Whole(2, 10), "2,4,6", distinct=True),
    order_help("axioms", "--orders"),
    metavar="2,4,6",
)


@dataclass(frozen=True, kw_only=True)
class AxiomParameters(NetworkParameters):
    """A network and its dimension.

    Attributes
    ----------
    dimension : int
    momenta : str or None
        The law of hidden weights, as Cos-net calls it.
    orders : tuple of int
    times : tuple of tuple of float, or None
    seed : int
    """

    dimension: Annotated[int, DIMENSION] = 1
    momenta: Annotated[str | None, MOMENTA] = None
    orders: Annotated[tuple[int, ...], ORDERS] = (2, 4, 6)
    times: Annotated[Coordinates | None, TIMES] = None
    seed: Annotated[int, SEED] = 0

    def __post_init__(self) -> None:
        if self.momenta is None:
            return
        if self.kind != "cos":
            raise Refused.about(
                "momenta",
                f"{shown(self.momenta)} was given, and the {self.kind}-net has no momenta; --hidden-law is "
                "the law of its hidden weights",
            )
        if self.hidden_law is not None:
            raise Refused.about(
                "momenta",
                f"{shown(self.momenta)} was given beside --hidden-law {self.hidden_law}, which is the same; "
                "give one of them",
            )

    def points_in_time(self) -> list[list[float]] | None:
        """Give the times as points of the dimension; single numbers lie at zero in all other coordinates."""
        if self.times is None:
            return None
        rest = [0.0] * (self.dimension - 1)
        return [[*one, *rest] if len(one) == 1 else list(one) for one in self.times]

    def network(self) -> "Network":
        """Make the network.

        Raises
        ------
        InvalidNetwork, NotAvailable
            If something does not go with its kind.
        """
        from dataclasses import replace

        given = self if self.momenta is None else replace(self, hidden_law=self.momenta, momenta=None)
        return given.of_width(self.width, self.dimension)
