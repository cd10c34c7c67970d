"""How much is computed, and how: seeds, sizes of ensembles, estimators."""

from dataclasses import dataclass
from typing import Annotated

from nnft_sym.parameters.architecture import WIDTH_READER
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Text, Whole, Wholes, Word

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
    Wholes(Whole(1, 8), "2,4,6", distinct=True), order_help("sample", "--orders"), metavar="N,..."
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
