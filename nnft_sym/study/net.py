"""One net of a study: sample it, extract the coupling, predict, compare with the exact answer, judge."""

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnft_sym.study import recipe
from nnft_sym.study.checking import check_numbers
from nnft_sym.study.config import NetConfig, StudyConfig
from nnft_sym.study.couplings import extract_coupling
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.next_order import predict_next_order
from nnft_sym.study.reporter import Reporter
from nnft_sym.study.results import Array, CorrelatorResult, NetResult
from nnft_sym.study.verdict import verdict
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets
from numerics.fields.points import as_points
from numerics.inference.comparison import Comparison, compare
from numerics.inference.eigenbasis import Eigenbasis, eigenbasis_of_blocks
from numerics.integrals.accuracy.contact_referee import contact_coefficient
from numerics.integrals.prediction import Prediction
from numerics.networks.architectures import Network
from numerics.results.correlator import Correlator
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.connected import mean_ratio

ORDERS = recipe.ORDERS
#: A covariance of hundreds of correlators needs about this many blocks.
BLOCKS = 1000


def study_net(
    config: NetConfig,
    study: StudyConfig,
    predictions: Mapping[int, Prediction],
    coupling_name: str,
    told: Reporter,
    limits: Judgement = STANDARD,
) -> NetResult:
    """Study one net; a comparison of sampled with exact that fails is repeated with independent networks.

    Where the networks are few neurons wide, high powers of f are skewed, and the p-value of a sample that is
    just large enough for its error bars can be wrong by powers of ten in the far tail. A second sample tells
    a false alarm from an error.
    """
    start = time.perf_counter()
    net, points = config.network(), as_points(config.points)
    told.stage(f"{config.kind}-net: exact finite-width correlators")
    exact = _exact(net, points, told)
    told.stage(f"{config.kind}-net, N = {config.width}: sampling")
    given = (config, study, predictions, coupling_name, exact)
    found = _evaluate(*given, _sample(net, points, study, told, 0), limits)
    if any(check.is_sampled for check in found.checks.failed):
        told.stage(f"{config.kind}-net: sampling independent networks, because a comparison failed")
        again = _evaluate(*given, _sample(net, points, study, told, 1), limits)
        found = replace(found, checks=found.checks.after(again.checks))
    return replace(found, seconds=time.perf_counter() - start)


def _evaluate(
    config: NetConfig,
    study: StudyConfig,
    predictions: Mapping[int, Prediction],
    coupling_name: str,
    exact: Correlators | None,
    sampled: Correlators,
    limits: Judgement,
) -> NetResult:
    """Extract, predict, compare and judge."""
    net, points = config.network(), as_points(config.points)
    bases = {n: _basis(sampled, (n,)) for n in ORDERS}
    correlators = {
        n: _correlator_result(n, predictions[n].coefficient(""), sampled, exact, study.experiments, bases[n])
        for n in ORDERS
    }
    four = correlators[recipe.FITTED]
    vertex = predictions[recipe.FITTED].coefficient(coupling_name)
    coupling = extract_coupling(
        vertex, sampled[four.order] - four.free.value, four.excess, sampled.block_means((four.order,))
    )
    next_order = predict_next_order(
        correlators, coupling, predictions[recipe.PREDICTED], coupling_name, sampled, bases[recipe.PREDICTED]
    )
    joint = _joint(correlators, sampled)
    integral_error = _relative_error(vertex.value, vertex.error)
    contact = _contact_error(net, points, config.cutoff, vertex.value)
    made = check_numbers(
        correlators, joint, coupling, next_order, integral_error, sampled.n_samples, contact, limits
    )
    kernel, kernel_weight = net.kernel.full(points, points), net.kernel.weight(points, points)
    return NetResult(
        config=config,
        name=net.name,
        kernel=kernel,
        kernel_weight=kernel_weight,
        kernel_rank=int(np.linalg.matrix_rank(kernel, tol=1e-10 * np.abs(kernel).max(), hermitian=True)),
        exact_method=None if exact is None else exact[4].method,
        integral_method=vertex.method,
        integral_error=integral_error,
        correlators=correlators,
        coupling=coupling,
        next_order=next_order,
        joint=joint,
        block_sizes=sampled.block_sizes,
        checks=made,
        verdict=verdict(correlators, coupling, next_order, config.cutoff, limits),
        seconds=0.0,
    )


def _contact_error(net: Network, points: Array, cutoff: float | None, coefficient: Array) -> float | None:
    """Compare the first, middle and last vertex coefficient with adaptive quadrature, if it finds any."""
    sets = multisets(len(points), 4)
    worst = None
    for row in (0, len(sets) // 2, len(sets) - 1):
        second = contact_coefficient(net.kernel, points[sets[row]], cutoff)
        if second is not None:
            scale = max(abs(second), float(np.abs(coefficient).max()) * 1e-6, np.finfo(np.float64).tiny)
            worst = max(worst or 0.0, abs(coefficient[row] - second) / scale)
    return worst


def _exact(net: Network, points: Array, told: Reporter) -> Correlators | None:
    """Ask for the referee; some architectures and dimensions have none, or none to be trusted."""
    try:
        found = exact_correlators(net, points, orders=ORDERS, progress=told.averaging)
    except NotAvailable:
        return None
    return found if all(found[n].quality is Quality.TRUSTED for n in ORDERS) else None


def _sample(net: Network, points: Array, study: StudyConfig, told: Reporter, attempt: int) -> Correlators:
    # A covariance needs more blocks than independent correlators, so small samples get small blocks.
    per_experiment = min(-(-BLOCKS // study.experiments), study.networks)
    return Ensemble(net, points, seed=_seed(net, study.seed, attempt)).correlators(
        study.experiments * study.networks,
        orders=ORDERS,
        n_blocks=study.experiments * per_experiment,
        progress=told.sampling,
    )


def _seed(net: Network, seed: int, attempt: int) -> int:
    """Give every net of a study a random stream of its own, whatever other nets the study has."""
    key = (*net.name.encode(), net.width, net.d_in, *(attempt,) * bool(attempt))
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0] >> 1)


def _correlator_result(
    order: int,
    free: Correlator,
    sampled: Correlators,
    exact: Correlators | None,
    experiments: int,
    basis: Eigenbasis,
) -> CorrelatorResult:
    ours = sampled[order]
    full = None if exact is None else exact[order]
    excess = None if exact is None else exact.excess()[order]
    comparison = None
    if full is not None:
        comparison = compare(ours.value - full.value, basis, n_blocks=sampled.n_blocks)
    blocks = sampled.block_means((order,))
    per_experiment = blocks.reshape(experiments, -1, blocks.shape[1]).mean(axis=1)
    return CorrelatorResult(
        free=free,
        sampled=ours,
        exact=full,
        connected=None if exact is None else exact.connected()[order],
        excess=excess,
        m_sampled=mean_ratio(ours.value - free.value, free.value),
        m_exact=None if excess is None else mean_ratio(excess.value, free.value),
        background=mean_ratio(per_experiment.std(axis=0, ddof=1), free.value),
        comparison=comparison,
    )


def _relative_error(value: Array, error: Array) -> float:
    largest = float(np.abs(value).max())
    return float(error.max()) / largest if largest > 0 else 0.0


def _joint(correlators: Mapping[int, CorrelatorResult], sampled: Correlators) -> Comparison | None:
    """Compare all trustworthy orders at once, with their covariance."""
    orders = tuple(n for n, r in correlators.items() if r.exact is not None and r.quality is Quality.TRUSTED)
    if not orders:
        return None
    difference = np.concatenate([r.sampled.value - r.best.value for r in (correlators[n] for n in orders)])
    return compare(difference, _basis(sampled, orders), n_blocks=sampled.n_blocks)


def _basis(sampled: Correlators, orders: tuple[int, ...]) -> Eigenbasis:
    return eigenbasis_of_blocks(sampled.block_means(orders), sampled.block_sizes)
