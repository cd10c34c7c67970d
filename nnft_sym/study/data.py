"""The data of one net: the exact answer where there is one, and samples of independent networks."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.inference.dataset import Dataset
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.sampling.ensemble import Ensemble

if TYPE_CHECKING:
    from nnft_sym.study.case import Case
    from nnft_sym.study.net_integrals import Integrals
    from nnft_sym.study.setup import Setup
    from numerics.networks.base import Network

#: A covariance of hundreds of correlators needs about this many blocks.
BLOCKS = 1000


def gathered(case: "Case", integrals: "Integrals", setup: "Setup") -> tuple[Dataset, Dataset]:
    """Compute the exact answer of a case, and sample its networks.

    Returns
    -------
    Dataset
        Of the orders of the recipe, sampled beside the exact answer.
    Dataset
        What couplings are read off: exact, of all orders that they need, where there is an exact answer; else
        the former.
    """
    setup.told.stage(f"{case}: exact finite-width correlators")
    exact = _trusted(case, setup.recipe.orders, setup)
    known = None if exact is None else _with_higher(case, exact, integrals, setup)
    setup.told.stage(f"{case}, N = {case.width}: sampling")
    data = Dataset(_drawn(case, setup), exact)
    return data, data if known is exact else Dataset(None, known)


def drawn_again(case: "Case", setup: "Setup", data: Dataset) -> Dataset:
    """Sample networks that are independent of those of `data`."""
    setup.told.stage(f"{case}: sampling independent networks, because a comparison failed")
    return Dataset(_drawn(case, setup, attempt=1), data.exact)


def _with_higher(case: "Case", exact: Correlators, integrals: "Integrals", setup: "Setup") -> Correlators:
    """Add orders that a study does not sample, where couplings need them, or what is predicted with them."""
    for orders in (integrals.orders_beyond, integrals.orders):
        if set(orders) <= set(exact.orders):
            return exact
        found = _trusted(case, orders, setup)
        if found is not None:
            return found
    return exact  # the inference says which order is missing


def _trusted(case: "Case", orders: Iterable[int], setup: "Setup") -> Correlators | None:
    """Ask for the exact answer; some architectures and dimensions have none, or none to be trusted."""
    try:
        found = exact_correlators(case.network, case.fields, tuple(orders), progress=setup.told.averaging)
    except NotAvailable:
        return None
    return found if all(one.quality is Quality.TRUSTED for one in found.values()) else None


def _drawn(case: "Case", setup: "Setup", attempt: int = 0) -> Correlators:
    """Sample the networks of a case; every attempt draws others."""
    # A covariance needs more blocks than independent correlators, so small samples get small blocks.
    per_experiment = min(-(-BLOCKS // setup.experiments), setup.networks)
    return Ensemble(case.network, case.fields, seed=_seed(case.network, setup.seed, attempt)).correlators(
        setup.experiments * setup.networks,
        orders=setup.recipe.orders,
        n_blocks=setup.experiments * per_experiment,
        progress=setup.told.sampling,
        checkpoint=None if setup.kept is None else setup.kept.checkpoint(case.label, attempt),
    )


def _seed(net: "Network", seed: int, attempt: int) -> int:
    """Give every net of a study a random stream, whatever other nets the study has.

    Nets of one name, width and dimension share it: their numbers are correlated, and so is their difference.
    """
    key = (*net.name.encode(), net.width, net.d_in, *(attempt,) * bool(attempt))
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0] >> 1)
