"""Which couplings are inferred, and from which data: the parameters of ``couplings``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from diagrams.messages import did_you_mean
from nnft_sym.parameters.architecture import WIDTH_READER, ArchitectureParameters
from nnft_sym.parameters.expansions import ACTION
from nnft_sym.parameters.field_points import CUTOFF, FieldParameters
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.outputs import NETCDF
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Whole, Wholes, Word, refused
from nnft_sym.parameters.runs import BLOCKS, ESTIMATOR, NETWORKS, SEED

#: Suffix of outputs of networks.
OUTPUTS = ".npy"


@dataclass(frozen=True, eq=False, repr=False)
class DataFile:
    """A file of data that is there.

    Examples
    --------
    >>> DataFile().check("run.txt")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'run.txt' was given; a file ending in .nc (correlators that nnft ...
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> Path:
        """Return the file.

        Raises
        ------
        Refused
            If it is not there, or the name ends otherwise.
        """
        path = (folder or Path()) / str(value)
        suffix = path.suffix.lower()
        if suffix not in (*NETCDF, OUTPUTS):
            raise refused(
                str(value),
                "a file ending in .nc (correlators that nnft sample --out wrote) or .npy (outputs of shape "
                f"networks × points) is needed{did_you_mean(suffix, ('.nc', OUTPUTS))}",
            )
        if not path.is_file():
            raise refused(str(value), "there is no such file; give one that exists")
        return path


DATA = Parameter(
    DataFile(),
    "Correlators that nnft sample --out wrote (.nc), or outputs of other networks, shape networks × points "
    "(× outputs) (.npy).",
    metavar="FILE.nc|.npy",
    default="the exact correlators",
)
SAMPLED = Parameter(NETWORKS.reader, "Sample M networks instead of taking exact correlators.")
CONNECTED_ORDERS = Parameter(
    Wholes(Whole(2, 8), "4,6", distinct=True),
    order_help("couplings", "--orders"),
    metavar="N,...",
    default="those at whose leading order the couplings appear",
)
CORRELATORS = Parameter(
    Word(("connected", "full")),
    "Which correlators are fitted; full ones less the free theory, made of the measured 2-point function.",
)
COUNTING = Parameter(
    Word(("1/N", "joint"), {"1/n": "1/N"}),
    "Each coupling at its own power of 1/N; or all orders as one polynomial system.",
)
SHARED_WIDTHS = Parameter(
    Wholes(WIDTH_READER, "10,20,50", distinct=True),
    "Number N of hidden neurons. Of several, as in 10,20,50, those share N*lambda, N^2*kappa and so on.",
    metavar="N,...",
)
NEXT_ORDERS = Parameter(
    Flag(),
    "Compute what the next order in 1/N changes in every coupling, in those of f^6 too: diagrams of three "
    "vertices, long in two dimensions.",
)
MODEL_ERRORS = Parameter(
    Flag(),
    "Let the errors hold truncation (the next order in 1/N) and locality (a constant against the tensor).",
)
DIVIDED = Parameter(BLOCKS.reader, BLOCKS.help, default="1000, or fewer")


@dataclass(frozen=True, kw_only=True)
class SharingNetworks(ArchitectureParameters):
    """One architecture at one width, or at several that share couplings.

    Attributes
    ----------
    width : tuple of int
        Ascending.
    """

    width: Annotated[tuple[int, ...], SHARED_WIDTHS]


@dataclass(frozen=True, kw_only=True)
class CouplingParameters(FieldParameters):
    """Couplings of an action, and data.

    Attributes
    ----------
    action : str
    orders : tuple of int or None
    correlators : str
    counting : str
    cutoff : float or None
    data : Path or None
    networks : int or None
    seed : int
    estimator : str
    blocks : int or None
    next_orders : bool
    model_errors : bool
    """

    action: Annotated[str, ACTION]
    orders: Annotated[tuple[int, ...] | None, CONNECTED_ORDERS] = None
    correlators: Annotated[str, CORRELATORS] = "connected"
    counting: Annotated[str, COUNTING] = "1/N"
    cutoff: Annotated[float | None, CUTOFF] = None
    data: Annotated[Path | None, DATA] = None
    networks: Annotated[int | None, SAMPLED] = None
    seed: Annotated[int, SEED] = 0
    estimator: Annotated[str, ESTIMATOR] = "plain"
    blocks: Annotated[int | None, DIVIDED] = None
    next_orders: Annotated[bool, NEXT_ORDERS] = False
    model_errors: Annotated[bool, MODEL_ERRORS] = False

    def __post_init__(self) -> None:
        if self.data is not None and self.networks is not None:
            raise Refused("--data and --networks were both given; take the data of the file, or sample")
        if self.source != "sampled":
            drawn = {"seed": (self.seed, 0), "estimator": (self.estimator, "plain")}
            for name, (given, usual) in drawn.items():
                if given != usual:
                    raise Refused.about(name, f"{given} was given, but nothing is sampled; add --networks")
        if self.blocks is not None and self.source in ("exact", "file"):
            own = "exact correlators have none" if self.source == "exact" else "the file has its own"
            raise Refused.about(
                "blocks", f"{self.blocks} was given, but {own}; leave it out, or add --networks or outputs"
            )

    def refuse_several(self, widths: tuple[int, ...]) -> None:
        """Refuse a file with several widths, of which it can be of one.

        Raises
        ------
        Refused
        """
        if self.data is not None and len(widths) > 1:
            raise Refused.about(
                "width",
                f"{','.join(map(str, widths))} was given with --data, and a file is of networks of one "
                "width; give that one, or leave --data out",
            )

    @property
    def source(self) -> str:
        """Where the data come from, in a word."""
        if self.data is None:
            return "exact" if self.networks is None else "sampled"
        return "outputs" if self.data.suffix.lower() == OUTPUTS else "file"
