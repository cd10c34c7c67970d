"""How long a reproduction takes: told from a short sample of every net, without doing it."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from nnft_sym.progress.bars import duration
from nnft_sym.reproduction.cases import Case, CaseFiles
from nnft_sym.reproduction.setups import ORDERS, PublishedSetup
from nnft_sym.reproduction.size import StudySize

#: A sample of this many networks of this width is timed for each net; it takes some hundredths of a second.
TRIED, WIDTH = 20_000, 100
#: Processor seconds of a set-up beside sampling (exact correlators, fits, figures), and of a run.
PER_SETUP, PER_RUN = 7.0, 10.0
#: Bytes that a case leaves on disk.
KEPT = 4e5


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
    """

    size: StudySize
    cases: int
    left: int
    sampling: float
    beside: float

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
            "bytes": KEPT * self.cases,
        }

    def __str__(self) -> str:
        """Say it in three sentences."""
        there = "" if self.left == self.cases else f", {self.cases - self.left} of them finished"
        cores = os.cpu_count() or 1
        return (
            f"{self.cases} ensembles of {self.size.per_case:,} networks{there}: about "
            f"{duration(self.seconds)} of processor time, {duration(self.sampling)} of it for sampling on "
            f"all {cores} cores. With --out it leaves about {KEPT * self.cases / 1e6:.0f} MB."
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
    return ReproductionForecast(
        cases[0].size, len(cases), len(left), sampling, PER_RUN + PER_SETUP * len(setups)
    )


def _unit(kind: str, size: StudySize) -> float:
    """Processor seconds per unit of cost."""
    tried = StudySize(20, TRIED // 20, (WIDTH,), size.precision)
    case = Case(PublishedSetup(kind, 1), WIDTH, 0, tried)
    case.ensemble.correlators(100, ORDERS, 20)  # compiles, or reads what was compiled
    begin = time.process_time()
    case.ensemble.correlators(TRIED, ORDERS, 20)
    return (time.process_time() - begin) / (TRIED * case.cost)
