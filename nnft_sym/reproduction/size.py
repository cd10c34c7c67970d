"""How much is sampled: the published size, or a share of it that takes a minute."""

from dataclasses import dataclass

from nnft_sym.reproduction.setups import WIDTHS

#: Blocks behind the errors of one case, at least.
BLOCKS = 400


@dataclass(frozen=True)
class StudySize:
    """Networks of every case, a case being one net in one dimension at one width.

    Attributes
    ----------
    experiments : int
        Per case; the scatter between them is the published background.
    networks : int
        Per experiment.
    widths : tuple of int
    precision : {"single", "double"}
    full : bool
        Whether this is the published size; then integrals that take a minute are done, too.

    Examples
    --------
    >>> FULL.per_case, FULL.blocks
    (10000000, 400)
    """

    experiments: int
    networks: int
    widths: tuple[int, ...] = WIDTHS
    precision: str = "single"
    full: bool = False

    @property
    def per_case(self) -> int:
        """Networks of one case."""
        return self.experiments * self.networks

    @property
    def blocks(self) -> int:
        """Blocks of one case: the same number in every experiment."""
        return self.experiments * min(-(-BLOCKS // self.experiments), self.networks)


#: 100 experiments of 10⁵ networks: 3 nets × 3 dimensions × 10 widths × 10⁷ networks.
FULL = StudySize(100, 100_000, full=True)
#: A fiftieth of it, with the same figures and claims.
QUICK = StudySize(20, 10_000)
