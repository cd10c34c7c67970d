"""The samples of the published study, case by case, kept on disk as they are finished.

A case is one net in one dimension at one width: the file ``cases/erf_d1_N5.nc`` of the output folder, as
``nnft sample --out`` writes it. While it is sampled a checkpoint stands beside it. A run that is continued
reads what is finished and begins again where the checkpoint ends, with the same numbers to the last bit.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diagrams.messages import shown
from nnft_sym.faces.reading import load, sample_of
from nnft_sym.reproduction.setups import ORDERS, PublishedSetup
from nnft_sym.reproduction.size import StudySize
from nnft_sym.storage.sample_files import sample_tree, write_tree
from numerics.errors import InvalidStatistics
from numerics.files.targets import claimed
from numerics.networks.record import to_record
from numerics.results.joint_correlators import Correlators
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.runs.checkpoints import Checkpoint

if TYPE_CHECKING:
    from distributed import Client

#: Time of one neuron by net and dimension, in units of Erf-net in one dimension; and what a network costs
#: beside its neurons and its products. As measured: they only spread the progress over the cases.
NEURON = {"erf": (1.0, 1.1, 1.2), "relu": (0.45, 0.55, 0.8), "gauss": (0.9, 1.05, 1.15)}
OVERHEAD = 4.0
#: Folder of the finished cases, inside the output folder.
FOLDER = "cases"

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Case:
    """One ensemble of the study.

    Attributes
    ----------
    setup : PublishedSetup
    width : int
    seed : int
    size : StudySize
    """

    setup: PublishedSetup
    width: int
    seed: int
    size: StudySize

    @property
    def name(self) -> str:
        """Name of its file, without suffix."""
        return f"{self.setup.name}_N{self.width}"

    @property
    def cost(self) -> float:
        """Work of one network, in neurons of Erf-net in one dimension: for progress and forecasts."""
        elements = comb(len(self.setup.points) + ORDERS[-1] - 1, ORDERS[-1])
        return self.width * NEURON[self.setup.kind][self.setup.dimension - 1] + OVERHEAD + elements / 50.0

    @property
    def ensemble(self) -> Ensemble:
        """The networks to be sampled."""
        network = self.setup.network(self.width)
        return Ensemble(network, self.setup.points, seed=self.seed, precision=self.size.precision)

    def is_of(self, sampled: Correlators) -> bool:
        """Tell whether correlators are those of this case."""
        known = sampled.provenance
        return (
            known.get("network") == to_record(self.setup.network(self.width))
            and known.get("seed") == self.seed
            and known.get("precision") == self.size.precision
            and sampled.n_samples == self.size.per_case
            and sampled.n_blocks == self.size.blocks
            and np.array_equal(sampled.points, self.setup.points)
        )


def study_cases(setups: Sequence[PublishedSetup], size: StudySize, seed: int) -> tuple[Case, ...]:
    """List the cases; every one has a seed of its own, whichever others are chosen.

    Examples
    --------
    >>> from nnft_sym.reproduction.setups import published_setups
    >>> from nnft_sym.reproduction.size import QUICK
    >>> [case.seed for case in study_cases(published_setups(["relu"], [1]), QUICK, 0)][:3]
    [30, 31, 32]
    """
    places = {setup: place for place, setup in enumerate(_all_setups())}
    step = max(len(size.widths), 10)
    return tuple(
        Case(setup, width, seed + step * places[setup] + place, size)
        for setup in setups
        for place, width in enumerate(size.widths)
    )


def _all_setups() -> tuple[PublishedSetup, ...]:
    from nnft_sym.reproduction.setups import published_setups

    return published_setups()


@dataclass(frozen=True)
class CaseFiles:
    """Where finished cases are kept.

    Attributes
    ----------
    folder : Path
        The folder of the cases.
    """

    folder: Path

    def file(self, case: Case) -> Path:
        """Name the file of a case."""
        return self.folder / f"{case.name}.nc"

    def checkpoint(self, case: Case) -> Path:
        """Name the checkpoint of a case that is being sampled."""
        return self.folder / f"{case.name}.nc.checkpoint"

    def finished(self, case: Case) -> Correlators | None:
        """Read a case if it is finished.

        Raises
        ------
        InvalidStatistics
            If the file is of another case: of another seed, size or code.
        UnreadableResult
            If it is damaged.
        """
        path = self.file(case)
        if not path.exists():
            return None
        found = load(path)
        if not isinstance(found, Correlators) or not case.is_of(found):
            raise InvalidStatistics(
                f"{shown(str(path))} holds another ensemble than {case.setup.title}, N = {case.width}, seed "
                f"{case.seed}, {case.size.experiments} experiments of {case.size.networks:,} networks; "
                "continue with the options it was made with, or name another folder"
            )
        return found


def sample_cases(
    cases: Sequence[Case],
    files: CaseFiles | None = None,
    progress: Report | None = None,
    cluster: "str | Client | None" = None,
) -> dict[str, Correlators]:
    """Sample all cases, or read those that are finished.

    Parameters
    ----------
    cases : sequence of Case
    files : CaseFiles, optional
        Where they are kept; nowhere by default.
    progress : callable, optional
        Called with (work done, work in total), counted in networks of average cost.
    cluster : str or distributed.Client, optional
        See `Ensemble.correlators`.

    Returns
    -------
    dict of str to Correlators
        By the names of the cases.

    Raises
    ------
    SamplingInterrupted
        On Ctrl-C; what was done is in the files.
    OutputInUse
        If another run keeps its cases there.
    """
    found: dict[str, Correlators] = {}
    with nullcontext() if files is None else claimed(files.folder / "all"), _one_client(cluster) as client:
        for case, report in _shares(cases, progress):
            one = None if files is None else files.finished(case)
            if one is not None and files is not None:
                # of a run that was killed between writing the one and removing the other
                files.checkpoint(case).unlink(missing_ok=True)
            if one is not None and report is not None:
                report(1, 1)
            found[case.name] = _sampled(case, files, report, client) if one is None else one
    return found


@contextmanager
def _one_client(cluster: "str | Client | None") -> "Iterator[Client | None]":
    """Share one connection between all cases."""
    if cluster is None:
        yield None
        return
    from numerics.sampling.runs.dask_cluster import client_of

    with client_of(cluster) as client:
        yield client


def _shares(cases: Sequence[Case], progress: Report | None) -> Iterator[tuple[Case, Report | None]]:
    """Give every case its share of the progress, by its cost."""
    total = sum(case.cost for case in cases)
    networks = sum(case.size.per_case for case in cases)
    begin = 0.0
    for case in cases:
        yield case, None if progress is None else _share(progress, networks, begin / total, case.cost / total)
        begin += case.cost


def _share(progress: Report, networks: int, begin: float, share: float) -> Report:
    def report(done: int, total: int) -> None:
        progress(round(networks * (begin + share * done / total)), networks)

    return report


def _sampled(
    case: Case, files: CaseFiles | None, report: Report | None, client: "Client | None"
) -> Correlators:
    """Sample one case and keep it."""
    size = case.size
    checkpoint = None if files is None else Checkpoint(files.checkpoint(case))
    sampled = case.ensemble.correlators(
        size.per_case, ORDERS, size.blocks, progress=report, checkpoint=checkpoint, cluster=client
    )
    if files is not None:
        tree = sample_tree(sampled, case.ensemble.network)
        write_tree(tree, files.file(case))
        files.checkpoint(case).unlink(missing_ok=True)
        # as it will be read when a run is resumed: sums come back with another last bit
        return sample_of(tree)
    return sampled
