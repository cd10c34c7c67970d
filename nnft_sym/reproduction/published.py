"""The published study as one object, and the way to it."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnft_sym.reproduction.bench import Silent, Told, make_bench
from nnft_sym.reproduction.cases import CaseFiles
from nnft_sym.reproduction.claims import Claim, Finding
from nnft_sym.reproduction.cutoff_flow import cutoff_flow
from nnft_sym.reproduction.extended_fits import extended_fits
from nnft_sym.reproduction.parts import Drawing, Part, Section
from nnft_sym.reproduction.scaling import scaling
from nnft_sym.reproduction.setups import PublishedSetup, published_setups
from nnft_sym.reproduction.sixth_order import sixth_order
from nnft_sym.reproduction.size import QUICK, StudySize
from nnft_sym.reproduction.statements import of_the_scripts, of_the_talk
from nnft_sym.reproduction.tensors import tensors

if TYPE_CHECKING:
    from distributed import Client

#: The publication that is reproduced.
IDENTIFIER = "2008.08601"
#: Seed of the first case where none is given.
SEED = 20080860


def published_sections() -> tuple[Section, ...]:
    """List the sections, in the order of the page.

    Other rooms add theirs: ``reproduce(sections=(*published_sections(), mine))``; a single statement is one
    entry of `nnft_sym.reproduction.statements`.
    """
    return scaling, tensors, cutoff_flow, sixth_order, extended_fits, of_the_talk, of_the_scripts


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What was found.

    Attributes
    ----------
    setups : tuple of PublishedSetup
    size : StudySize
    seed : int
    parts : tuple of Part
    seconds, processor_seconds : float
        What it took.
    """

    setups: tuple[PublishedSetup, ...]
    size: StudySize
    seed: int
    parts: tuple[Part, ...]
    seconds: float
    processor_seconds: float

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, section by section."""
        return tuple(claim for part in self.parts for claim in part.claims)

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All figures."""
        return tuple(drawing for part in self.parts for drawing in part.drawings)

    @property
    def counts(self) -> dict[Finding, int]:
        """How many claims there are of each finding."""
        found = Counter(claim.finding for claim in self.claims)
        return {finding: found[finding] for finding in Finding}

    def answer(self) -> dict[str, object]:
        """Put everything into the words of the JSON answer."""
        return {
            "study": IDENTIFIER,
            "full": self.size.full,
            "nets": list(dict.fromkeys(setup.kind for setup in self.setups)),
            "dimensions": list(dict.fromkeys(setup.dimension for setup in self.setups)),
            "widths": self.size.widths,
            "experiments": self.size.experiments,
            "networks": self.size.networks,
            "precision": self.size.precision,
            "seed": self.seed,
            "seconds": self.seconds,
            "processor_seconds": self.processor_seconds,
            "counts": {finding.value: count for finding, count in self.counts.items()},
            "claims": [claim.answer() for claim in self.claims],
            "figures": [drawing.name for drawing in self.drawings],
        }


def reproduce(
    setups: Sequence[PublishedSetup] | None = None,
    size: StudySize = QUICK,
    seed: int = SEED,
    *,
    told: Told | None = None,
    files: CaseFiles | None = None,
    cluster: "str | Client | None" = None,
    sections: Sequence[Section] | None = None,
) -> Reproduction:
    """Reproduce the published study.

    Parameters
    ----------
    setups : sequence of PublishedSetup, optional
        All nine by default.
    size : StudySize, optional
    seed : int, optional
        Of the first case; every case has its own.
    told : Told, optional
        Who is told how far the work is.
    files : CaseFiles, optional
        Where the samples are kept; a run that is continued reads them.
    cluster : str or distributed.Client, optional
        Sample on a Dask cluster.
    sections : sequence of Section, optional
        Default: `published_sections`.

    Returns
    -------
    Reproduction

    Raises
    ------
    SamplingInterrupted
        On Ctrl-C.
    InvalidStatistics
        If files hold other cases.

    References
    ----------
    J. Halverson, A. Maiti, K. Stoner, Neural Networks and Quantum Field Theory, arXiv:2008.08601.
    """
    start, work = time.perf_counter(), time.process_time()
    chosen = published_setups() if setups is None else tuple(setups)
    bench = make_bench(chosen, size, seed, told or Silent(), files, cluster)
    every = [section(bench) for section in (published_sections() if sections is None else sections)]
    parts = tuple(part for part in every if part.claims or part.drawings)
    _refuse_doubles(parts)
    return Reproduction(chosen, size, seed, parts, time.perf_counter() - start, time.process_time() - work)


def _refuse_doubles(parts: Sequence[Part]) -> None:
    """A key names one claim, a name one figure."""
    for names in (_keys(parts), _figures(parts)):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} is the name of two claims or figures; give each its own")


def _keys(parts: Sequence[Part]) -> Iterator[str]:
    return (claim.key for part in parts for claim in part.claims)


def _figures(parts: Sequence[Part]) -> Iterator[str]:
    return (drawing.name for part in parts for drawing in part.drawings)
