"""How long a reproduction takes: told from a short sample of every net, without doing it."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from nnft_sym.progress.bars import duration
from nnft_sym.reproduction.cases import Case, CaseFiles
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.setups import ORDERS, PublishedSetup
from nnft_sym.reproduction.size import StudySize

#: A sample of this many networks of this width is timed for each net; it takes some hundredths of a second.
TRIED, WIDTH = 20_000, 100
#: Processor seconds beside sampling: of a case that is kept on disk, of a set-up (exact correlators, fits,
#: figures), of a run, and of an exchange that only a full run integrates.
PER_CASE, PER_SETUP, PER_RUN, PER_EXCHANGE = 0.3, 5.0, 10.0, 30.0


@dataclass(frozen=True)
class ReproductionForecast:
    """What a run that did not begin would do.

    Attributes
    ----------
    size : StudySize
    cases, left : int
        Ensembles, and those of them that are not in the folder yet.
    sampling : float
        Processor seconds of sampling what is left.
    beside : float
        Processor seconds of everything else.
    kept : float
        Bytes that the cases take on disk.
    """

    size: StudySize
    cases: int
    left: int
    sampling: float
    beside: float
    kept: float

    @property
    def seconds(self) -> float:
        """Processor seconds in all."""
        return self.sampling + self.beside

    def as_json(self) -> dict[str, object]:
        """Give it for a JSON answer."""
        return {
            "dry_run": True,
            "full": self.size.full,
            "ensembles": self.cases,
            "left": self.left,
            "networks": self.size.per_case,
            "processor_seconds": self.seconds,
            "sampling_seconds": self.sampling,
            "bytes": self.kept,
        }

    def __str__(self) -> str:
        """Say it in three sentences."""
        there = "" if self.left == self.cases else f", {self.cases - self.left} of them finished"
        cores = os.cpu_count() or 1
        return (
            f"{self.cases} ensembles of {self.size.per_case:,} networks{there}: about "
            f"{duration(self.seconds)} of processor time, {duration(self.sampling)} of it for sampling on "
            f"all {cores} cores. With --out it leaves about {self.kept / 1e6:.0f} MB."
        )


def forecast(cases: Sequence[Case], files: CaseFiles | None = None) -> ReproductionForecast:
    """Time a short sample of every net, and count.

    Parameters
    ----------
    cases : sequence of Case
        At least one.
    files : CaseFiles, optional
        Where finished ones are kept, which are not sampled again.

    Returns
    -------
    ReproductionForecast
    """
    left = [case for case in cases if files is None or not files.file(case).exists()]
    speeds = {kind: _unit(kind, left[0].size) for kind in dict.fromkeys(case.setup.kind for case in left)}
    sampling = sum(case.cost * case.size.per_case * speeds[case.setup.kind] for case in left)
    setups = {case.setup for case in cases}
    dear = sum(not Couplings().exchange(setup) for setup in setups) if cases[0].size.full else 0
    beside = PER_RUN + PER_CASE * len(cases) + PER_SETUP * len(setups) + PER_EXCHANGE * dear
    kept = sum(_bytes(case) for case in cases)
    return ReproductionForecast(cases[0].size, len(cases), len(left), sampling, beside, kept)


def _bytes(case: Case) -> float:
    """Size of a file, most of it means of blocks."""
    elements = sum(comb(len(case.setup.points) + order - 1, order) for order in ORDERS)
    return 8.0 * elements * case.size.blocks + 1e5


def _unit(kind: str, size: StudySize) -> float:
    """Processor seconds per unit of cost."""
    tried = StudySize(20, TRIED // 20, (WIDTH,), size.precision)
    case = Case(PublishedSetup(kind, 1), WIDTH, 0, tried)
    case.ensemble.correlators(100, ORDERS, 20)  # compiles, or reads what was compiled
    begin = time.process_time()
    case.ensemble.correlators(TRIED, ORDERS, 20)
    return (time.process_time() - begin) / (TRIED * case.cost)
