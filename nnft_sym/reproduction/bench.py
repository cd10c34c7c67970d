"""Everything that sections share, computed once: samples, scans over widths, couplings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.reproduction.cases import ORDERS, CaseFiles, sample_cases, study_cases
from nnft_sym.reproduction.parts import Bench
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.reproduction.size import StudySize
from nnft_sym.study.width_scan import WidthScan
from nnft_sym.study.width_series import width_series
from numerics.exact.correlators import exact_correlators
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from distributed import Client

#: The action of the publication, and what of it can be had where the exchange is dear.
ACTION, QUARTIC = "lambda*f^4 + kappa*f^6", "lambda*f^4"


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
    """Sample, scan and fit.

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
    scans, fits = {}, {}
    for setup in setups:
        told.stage(f"{setup.title}: exact correlators, powers of N")
        exact = exact_correlators(setup.network(size.widths[0]), setup.points, ORDERS)
        scans[setup.name] = _scan(setup, size, seed, samples, exact)
        told.stage(f"{setup.title}: couplings at N = {setup.coupling_width}")
        fits[setup.name] = coupling_fit(setup, exact.at_width(setup.coupling_width), full=size.full)
    return Bench(tuple(setups), size, seed, samples, scans, fits, told.stage)


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


def coupling_fit(setup: PublishedSetup, exact: Correlators, *, full: bool) -> CouplingFit:
    """Infer λ and κ from exact correlators, or λ alone where the exchange takes a minute.

    Parameters
    ----------
    setup : PublishedSetup
    exact : Correlators
        At the width of the couplings.
    full : bool
        Integrate what takes a minute, too.
    """
    dear = setup.kind == "erf" and setup.dimension > 1 and not full
    model = Model.leading(Action(QUARTIC), beyond=False) if dear else Model.leading(Action(ACTION))
    return infer(exact, model, setup.network(setup.coupling_width), setup.domain)
