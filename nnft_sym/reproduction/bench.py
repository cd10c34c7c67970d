"""Everything that sections share: samples, scans over widths, and a place for couplings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nnft_sym.reproduction.cases import CaseFiles, sample_cases, study_cases
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.parts import Bench
from nnft_sym.reproduction.setups import ORDERS, PublishedSetup
from nnft_sym.reproduction.size import StudySize
from nnft_sym.study.width_scan import WidthScan
from nnft_sym.study.width_series import width_series
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from distributed import Client


class Told(Protocol):
    """Who is told how far the work is."""

    def stage(self, text: str) -> None:
        """Announce a step."""

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks."""


class Silent:
    """Tells nobody."""

    def stage(self, text: str) -> None:
        """Ignore a step."""

    def sampling(self, done: int, total: int) -> None:
        """Ignore networks."""


def make_bench(
    setups: Sequence[PublishedSetup],
    size: StudySize,
    seed: int,
    told: Told,
    files: CaseFiles | None = None,
    cluster: "str | Client | None" = None,
) -> Bench:
    """Sample and scan.

    Parameters
    ----------
    setups : sequence of PublishedSetup
    size : StudySize
    seed : int
    told : Told
    files : CaseFiles, optional
        Where samples are kept.
    cluster : str or distributed.Client, optional

    Returns
    -------
    Bench
    """
    cases = study_cases(setups, size, seed)
    told.stage(f"sampling {len(cases)} ensembles of {size.per_case:,} networks")
    samples = sample_cases(cases, files, told.sampling, cluster)
    scans, couplings = {}, Couplings(size.full)
    for setup in setups:
        told.stage(f"{setup.title}: exact correlators, powers of N")
        scans[setup.name] = _scan(setup, size, seed, samples, couplings.exact(setup))
    return Bench(tuple(setups), size, seed, samples, scans, couplings, told.stage)


def _scan(
    setup: PublishedSetup,
    size: StudySize,
    seed: int,
    samples: Mapping[str, Correlators],
    exact: Correlators,
) -> WidthScan:
    """Put the widths of one set-up together."""
    widths = np.array(sorted(size.widths), dtype=np.int64)
    network = setup.network(int(widths[0]))
    drawn = [samples[f"{setup.name}_N{width}"] for width in widths]
    return WidthScan(
        network=network,
        points=setup.points,
        widths=widths,
        experiments=size.experiments,
        networks=size.networks,
        series=tuple(
            width_series(order, network, setup.points, widths, drawn, size.experiments, exact)
            for order in ORDERS
        ),
        estimator="plain",
        seed=seed,
        exact=exact,
        precision=size.precision,
    )
