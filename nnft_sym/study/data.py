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
    from nnft_sym.study.setup import Setup
    from numerics.networks.base import Network

#: A covariance of hundreds of correlators needs about this many blocks.
BLOCKS = 1000


def gathered(case: "Case", setup: "Setup") -> Dataset:
    """Compute the exact answer of a case, and sample its networks."""
    setup.told.stage(f"{case}: exact finite-width correlators")
    exact = _referee(case, setup)
    setup.told.stage(f"{case}, N = {case.width}: sampling")
    return Dataset(_drawn(case, setup), exact)


def drawn_again(case: "Case", setup: "Setup", data: Dataset) -> Dataset:
    """Sample networks that are independent of those of `data`."""
    setup.told.stage(f"{case}: sampling independent networks, because a comparison failed")
    return Dataset(_drawn(case, setup, attempt=1), data.exact)


def with_higher(case: "Case", data: Dataset, orders: Iterable[int], setup: "Setup") -> Dataset:
    """Add exact correlators of orders that a study does not sample, where couplings need them."""
    needed = tuple(orders)
    if data.exact is None or set(needed) <= set(data.orders):
        return data
    try:
        found = exact_correlators(case.network, case.fields, orders=needed, progress=setup.told.averaging)
    except NotAvailable:
        return data  # the inference says which order is missing
    return Dataset(None, found) if all(one.quality is Quality.TRUSTED for one in found.values()) else data


def _referee(case: "Case", setup: "Setup") -> Correlators | None:
    """Ask for the exact answer; some architectures and dimensions have none, or none to be trusted."""
    orders = setup.recipe.orders
    try:
        found = exact_correlators(case.network, case.fields, orders=orders, progress=setup.told.averaging)
    except NotAvailable:
        return None
    return found if all(found[n].quality is Quality.TRUSTED for n in orders) else None


def _drawn(case: "Case", setup: "Setup", attempt: int = 0) -> Correlators:
    """Sample the networks of a case; every attempt draws others."""
    # A covariance needs more blocks than independent correlators, so small samples get small blocks.
    per_experiment = min(-(-BLOCKS // setup.experiments), setup.networks)
    return Ensemble(case.network, case.fields, seed=_seed(case.network, setup.seed, attempt)).correlators(
        setup.experiments * setup.networks,
        orders=setup.recipe.orders,
        n_blocks=setup.experiments * per_experiment,
        progress=setup.told.sampling,
        checkpoint=None if setup.kept is None else setup.kept.checkpoint(case, attempt),
    )


def _seed(net: "Network", seed: int, attempt: int) -> int:
    """Give every net of a study a random stream, whatever other nets the study has.

    Nets of one name, width and dimension share it: their numbers are correlated, and so is their difference.
    """
    key = (*net.name.encode(), net.width, net.d_in, *(attempt,) * bool(attempt))
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0] >> 1)
