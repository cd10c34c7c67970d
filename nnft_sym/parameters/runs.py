"""How much is computed, and how: seeds, sizes of ensembles, estimators."""

from dataclasses import dataclass
from typing import Annotated

from nnft_sym.parameters.architecture import WIDTH_READER
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text, Whole, Wholes, Word

#: Ensembles larger than this would take days; a typo is more likely.
MOST_NETWORKS = 10**10

SEED = Parameter(Whole(0, (1 << 63) - 1), "Seed of the random numbers.")
NETWORKS = Parameter(Whole(2, 1 << 62), "Number M of networks to draw.")
#: Of an experiment, whose scatter is looked at.
NETWORKS_EACH = Parameter(Whole(100, MOST_NETWORKS), "Networks per experiment.")
EXPERIMENTS = Parameter(Whole(2, 1000), "Experiments (per width).")
BLOCKS = Parameter(Whole(2), "Blocks of networks behind the errors.")
NEURON_BLOCKS = Parameter(Whole(10), "Blocks of neurons for the errors.")
NEURONS = Parameter(Whole(10, 1 << 62), "Number of neurons to draw.")
THREADS = Parameter(Whole(1, 4096), "The numbers do not depend on it.", default="one per core")
ESTIMATOR = Parameter(
    Word(("plain", "conditional")),
    "Plain: from the networks' outputs. Conditional: the output layer is integrated out.",
)
PRECISION = Parameter(
    Word(("double", "single")),
    "Arithmetic of the networks; sums are always formed in double precision.",
)
CLUSTER = Parameter(
    Text(),
    "Compute on a Dask cluster: K processes here, or the scheduler at tcp://host:port. Whoever reaches the "
    "port of a scheduler or worker can run code there: keep it inside a network that you trust, or use "
    "tls://.",
    metavar="local[:K]|ADDRESS",
)
ORDERS = Parameter(
    Wholes(Whole(1, 8), "2,4,6", distinct=True), "Which n-point functions, n from 1 to 8.", metavar="N,..."
)
#: One width would be a sample; two or more are a law.
WIDTHS = Parameter(
    Wholes(WIDTH_READER, "2,5,10,100", fewest=2, distinct=True),
    "Numbers N of hidden neurons, as in 2,5,10,100.",
    metavar="N,...",
)
ANY_WIDTHS = Parameter(
    Wholes(WIDTH_READER, "2,10,1000", distinct=True),
    "Numbers N of hidden neurons of the networks, as in 2,10,1000.",
    metavar="N,...",
)


@dataclass(frozen=True, kw_only=True)
class ExperimentParameters:
    """Repeated experiments: of a study, and of a scan of widths.

    Attributes
    ----------
    seed : int
    experiments : int
    networks : int
        Per experiment.
    """

    seed: Annotated[int, SEED] = 0
    experiments: Annotated[int, EXPERIMENTS] = 10
    networks: Annotated[int, NETWORKS_EACH] = 100_000

    def refuse_days(self) -> None:
        """Refuse more networks than anybody waits for.

        Raises
        ------
        Refused
        """
        if self.experiments * self.networks > MOST_NETWORKS:
            raise Refused(
                f"experiments × networks = {self.experiments * self.networks:.3g} networks were asked for, "
                f"at most {MOST_NETWORKS:.0e} are possible; lower one of the two"
            )


@dataclass(frozen=True, kw_only=True)
class ScanParameters(ExperimentParameters):
    """A scan of widths.

    Attributes
    ----------
    widths : tuple of int
        Ascending.
    estimator : str
    """

    widths: Annotated[tuple[int, ...], WIDTHS]
    estimator: Annotated[str, ESTIMATOR] = "plain"

    def __post_init__(self) -> None:
        self.refuse_days()


@dataclass(frozen=True, kw_only=True)
class SampleParameters:
    """One ensemble.

    Attributes
    ----------
    networks : int
    orders : tuple of int
    seed, blocks : int
    estimator, precision : str
    threads : int or None
    cluster : str or None
    """

    networks: Annotated[int, NETWORKS]
    orders: Annotated[tuple[int, ...], ORDERS] = (2, 4, 6)
    seed: Annotated[int, SEED] = 0
    estimator: Annotated[str, ESTIMATOR] = "plain"
    precision: Annotated[str, PRECISION] = "double"
    blocks: Annotated[int, BLOCKS] = 1000
    threads: Annotated[int | None, THREADS] = None
    cluster: Annotated[str | None, CLUSTER] = None

    def __post_init__(self) -> None:
        if self.cluster is not None and self.threads is not None:
            raise Refused("threads and a cluster were both given; a cluster has threads of its own")


@dataclass(frozen=True, kw_only=True)
class NeuronParameters:
    """Single neurons, for networks of every width.

    Attributes
    ----------
    neurons : int
    widths : tuple of int
    order : int
        Highest order.
    tilted : bool
    blocks, seed : int
    """

    neurons: Annotated[int, NEURONS]
    widths: Annotated[tuple[int, ...], ANY_WIDTHS]
    order: Annotated[str, Parameter(Word(("2", "4", "6")), "Highest order.")] = "6"
    tilted: Annotated[bool, Parameter(Flag(), "Gauss only: draw neurons where their products are large.")] = (
        False
    )
    blocks: Annotated[int, NEURON_BLOCKS] = 200
    seed: Annotated[int, SEED] = 0

    def __post_init__(self) -> None:
        if self.blocks > self.neurons:
            raise Refused(
                f"{self.neurons} neurons in {self.blocks} blocks were asked for; every block needs a neuron: "
                "draw more neurons, or fewer blocks"
            )
