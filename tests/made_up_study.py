"""Results of a study that never ran: consistent in shape, cheap, and with every special case on request.

The physics is made up: λ of an element is a smooth function of its indices, and the exact connected 6-point
function is whatever the λ tensor leaves. What renderers rely on (shapes, NaN, None, statuses) is as in a run.
"""

from itertools import combinations
from types import MappingProxyType

import numpy as np

from diagrams.combinatorics.pairings import pairings
from nnft_sym.expansions.expansion import correlator
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.config import NetConfig, StudyConfig
from nnft_sym.study.results import (
    PREDICTIONS,
    CorrelatorResult,
    CouplingResult,
    CouplingStatus,
    NetResult,
    SixPointResult,
    StudyResult,
)
from nnft_sym.study.verdict import verdict
from numerics.fields.index_sets import multisets, ranks
from numerics.fits.comparison import Comparison, compare
from numerics.fits.fitting import fit
from numerics.networks.architectures import network
from numerics.results.estimate import Quality

BLOCKS = 1000


def made_up_net(
    kind="erf",
    width=5,
    points=((-1.0,), (-0.6,), (-0.2,), (0.2,), (0.6,), (1.0,)),
    exact=True,
    heavy=(),
    infinite=0,
    undetermined=0,
    cutoff=100.0,
    spread=1.0,
    seed=1,
):
    """One net; `heavy` lists heavy-tailed orders, `infinite` and `undetermined` count elements without λ."""
    config = NetConfig(kind=kind, width=width, points=points, cutoff=cutoff)
    kernel = network(kind, width, d_in=config.d_in).kernel
    x = np.array(points)
    full, weight = kernel.full(x, x), kernel.weight(x, x)
    rng = np.random.default_rng(seed)
    n = len(points)
    free = {order: _free(full, order) for order in (2, 4, 6)}
    four, six = multisets(n, 4), multisets(n, 6)
    ring = [0.1 + np.abs(weight[four[:, a], four[:, a - 1]]) for a in range(4)]
    coefficient = -24 * np.prod(ring, axis=0)
    status = [CouplingStatus.FINITE] * len(four)
    for place in range(infinite):
        status[place] = CouplingStatus.INFINITE
    for place in range(infinite, infinite + undetermined):
        status[place] = CouplingStatus.UNDETERMINED
    finite = np.array([item is CouplingStatus.FINITE for item in status])
    tensor = 0.02 / width * (0.3 + spread * np.cos(four.sum(axis=1) - 2.0))
    tensor[~finite] = np.nan
    delta4 = np.where(finite, coefficient * tensor, 0.01)
    unit6, tensor6 = _six_terms(coefficient, tensor, full, six, n)
    connected6 = 0.02 / width**2 * np.prod([weight[six[:, a], six[:, a - 1]] for a in range(6)], axis=0)
    fulls = {2: free[2], 4: free[4] + delta4, 6: free[6] + np.nan_to_num(tensor6) + connected6}
    deltas = {2: 0 * free[2], 4: delta4, 6: connected6}
    correlators = {
        order: _correlator(order, n, free[order], fulls[order], deltas[order], rng, exact, order in heavy)
        for order in (2, 4, 6)
    }
    coupling = _coupling(correlators[4], coefficient, tuple(status), finite, exact)
    remainder = correlators[6].best - free[6] - tensor6
    return NetResult(
        config=config,
        name=kind,
        kernel=full,
        kernel_weight=weight,
        kernel_rank=int(np.linalg.matrix_rank(full, tol=1e-10)),
        exact_method="made up" if exact else None,
        integral_method="made-up quadrature",
        integral_error=3e-15,
        correlators=correlators,
        coupling=coupling,
        six_point=(six_point := _six_point(correlators[6], coupling, unit6, tensor6, remainder)),
        joint=correlators[2].comparison,
        checks=Checks(
            (
                Check(CheckName.INTEGRALS, True, 3e-15, 1e-6),
                Check(CheckName.CORRELATOR, exact, 0.3 if exact else 1e-9, 1e-4, order=2),
            )
        ),
        verdict=verdict(correlators, coupling, six_point),
        seconds=1.5,
    )


def made_up_study(*nets):
    """A study of the nets given, of one net without special cases if none is."""
    nets = nets or (made_up_net(),)
    config = StudyConfig(net=tuple(net.config for net in nets), seed=7)
    return StudyResult(
        config=config,
        expansions={order: correlator(config.action, order, scheme="exact") for order in (2, 4, 6)},
        nets=nets,
        provenance={
            "nnft_sym": "0.0",
            "seed": 7,
            "experiments": 10,
            "networks_per_experiment": 100_000,
            "action": config.action,
        },
        seconds=4.5,
    )


def _free(full, order):
    indices = multisets(len(full), order)
    total = np.zeros(len(indices))
    for pairing in pairings(range(order)):
        total += np.prod([full[indices[:, a], indices[:, b]] for a, b in pairing], axis=0)
    return total


def _six_terms(coefficient, tensor, full, six, n):
    """Σ₁₅ c K per unit coupling, and with the coupling tensor."""
    unit, weighted = np.zeros(len(six)), np.zeros(len(six))
    for pair in combinations(range(6), 2):
        rest = [slot for slot in range(6) if slot not in pair]
        row = ranks(six[:, rest], n)
        line = full[six[:, pair[0]], six[:, pair[1]]]
        unit += coefficient[row] * line
        weighted += coefficient[row] * tensor[row] * line
    return unit, weighted


def _correlator(order, n, free, full, connected, rng, exact, heavy):
    error = 1e-3 * np.abs(free) + 1e-12
    common, own = rng.normal(), rng.normal(size=len(free))
    sampled = full + error * (0.8 * common + 0.6 * own) * (25.0 if heavy else 1.0)
    scale = np.abs(free)
    comparison = None
    if exact:
        covariance = np.outer(error, error) * (0.64 + 0.36 * np.eye(len(free)))
        comparison = compare(sampled - full, covariance, n_blocks=BLOCKS)
    return CorrelatorResult(
        order=order,
        indices=multisets(n, order),
        free=free,
        sampled=sampled,
        error=error,
        exact=full if exact else None,
        connected=connected if exact else None,
        quality=Quality.HEAVY_TAILED if heavy else Quality.TRUSTED,
        m_sampled=float(np.mean(np.abs(sampled - free) / scale)),
        m_exact=float(np.mean(np.abs(full - free) / scale)) if exact else None,
        background=float(np.sqrt(10) * 1e-3),
        comparison=comparison,
    )


def _coupling(four, coefficient, status, finite, exact):
    def divide(values):
        made = np.full(len(finite), np.nan)
        made[finite] = values[finite] / coefficient[finite]
        return made

    covariance = np.outer(four.error, four.error) * (0.64 + 0.36 * np.eye(len(finite)))
    kept = np.ix_(finite, finite)
    sampled_delta, best_delta = four.sampled - four.free, four.delta
    fits = [
        fit(delta[finite], coefficient[finite, None], covariance[kept], BLOCKS) if finite.any() else None
        for delta in (sampled_delta, best_delta)
    ]
    sampled = divide(sampled_delta)
    return CouplingResult(
        coefficient=coefficient,
        coefficient_error=1e-15 * np.abs(coefficient),
        status=status,
        sampled=sampled,
        sampled_error=np.abs(divide(four.error)),
        exact=divide(best_delta) if exact else None,
        mean=float(np.nanmean(sampled)) if finite.any() else float("nan"),
        mean_error=1e-3,
        mean_exact=float(np.nanmean(divide(best_delta))) if exact and finite.any() else None,
        spread_sampled=float(np.nanstd(sampled)) if finite.any() else float("nan"),
        spread_exact=float(np.nanstd(divide(best_delta))) if exact and finite.any() else None,
        fit=fits[0],
        fit_best=fits[1],
        misfit_best=0.31 if finite.any() else float("nan"),
        misfit_least=0.29 if finite.any() else float("nan"),
    )


def _six_point(six, coupling, unit, tensor, remainder):
    fitted = coupling.fit_best.parameters[0] if coupling.fit_best else float("nan")
    predictions = {
        "free": six.free,
        "lambda_tensor": six.free + tensor,
        "lambda_mean": six.free
        + (coupling.mean if coupling.mean_exact is None else coupling.mean_exact) * unit,
        "lambda_fit": six.free + fitted * unit,
    }
    explained = {name: _share(six.best - predictions[name], six.delta) for name in PREDICTIONS}
    against = six.comparison or Comparison(2.0, 1, 0.3, 1e-6, np.zeros(len(six.free)), 0.0, BLOCKS)
    return SixPointResult(
        predictions=MappingProxyType(predictions),
        explained=explained,
        explained_sampled={name: share - 0.05 for name, share in explained.items()},
        comparisons={name: against for name in PREDICTIONS if np.isfinite(explained[name])},
        remainder=remainder,
        remainder_share=1 - explained["lambda_tensor"],
        identity_error=None if six.exact is None else 2e-16,
        excluded=int((~np.isfinite(remainder)).sum()),
    )


def _share(residual, delta):
    kept = np.isfinite(residual)
    total = np.abs(delta[kept]).sum()
    return float(1 - np.abs(residual[kept]).sum() / total) if total > 0 else float("nan")
