"""Results of a study that never ran: consistent in shape, cheap, and with every special case on request.

The physics is made up: λ of an element is a smooth function of its indices, and the exact connected 6-point
function is whatever the λ tensor leaves. What renderers rely on (shapes, NaN, None, statuses) is as in a run.
"""

from functools import partial
from itertools import combinations
from types import MappingProxyType, SimpleNamespace

import numpy as np
from made_up_tensor import tensor

from diagrams.combinatorics.pairings import pairings
from nnft_sym.expansions.expansion import expand
from nnft_sym.study.action_fit import ActionFit
from nnft_sym.study.case import Case
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.config import NetConfig, StudyConfig
from nnft_sym.study.coupling_tensors import CouplingStatus, CouplingTensor
from nnft_sym.study.recipe import PUBLISHED
from nnft_sym.study.study_results import CorrelatorResult, Distance, NetResult, NextOrder, StudyResult
from nnft_sym.study.verdict import description, verdict
from numerics.fields.index_sets import multisets, ranks
from numerics.inference.comparison import Comparison, compare
from numerics.inference.linear import fit
from numerics.results.estimate import Estimate, Quality

BLOCKS = 1000
#: Standard error of what a prediction explains of the sample.
SHARE_ERROR = 0.0213


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
    action_fit=None,
):
    """One net; `heavy` lists heavy-tailed orders, `infinite` and `undetermined` count elements without λ."""
    case = Case.of(NetConfig(kind=kind, width=width, points=points, cutoff=cutoff))
    kernel = case.kernel
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
        order: _correlator(
            order, points, free[order], fulls[order], deltas[order], rng, exact, order in heavy
        )
        for order in (2, 4, 6)
    }
    coupling = _coupling(correlators[4], coefficient, tuple(status), finite, exact)
    remainder = correlators[6].best.value - free[6] - tensor6
    next_order = _next_order(correlators[6], coupling, unit6, tensor6, remainder)
    action_fit = ActionFit(why="made up") if action_fit is None else action_fit
    return NetResult(
        case=case,
        recipe=PUBLISHED,
        data=SimpleNamespace(block_sizes=np.full(BLOCKS, 1000)),
        integral_method="made-up quadrature",
        integral_error=3e-15,
        correlators=correlators,
        coupling=coupling,
        next_order=next_order,
        joint=correlators[2].comparison,
        checks=Checks(
            (
                Check(CheckName.INTEGRALS, True, 3e-15, 1e-6),
                Check(CheckName.CORRELATOR, exact, 0.3 if exact else 1e-9, 1e-4, order=2),
            )
        ),
        description=description(coupling, correlators[4].quality, next_order, action_fit),
        verdict=verdict(correlators, coupling, next_order, fit=action_fit, action="S_GP + ∫ [λ f⁴ + κ f⁶]"),
        action_fit=action_fit,
        seconds=1.5,
    )


def made_up_study(*nets):
    """A study of the nets given, of one net without special cases if none is."""
    nets = nets or (made_up_net(),)
    tables = tuple(NetConfig.model_validate_json(net.case.written) for net in nets)
    config = StudyConfig(net=tables, seed=7)
    return StudyResult(
        config=config,
        expansions={order: expand(config.action, order, scheme="exact") for order in (2, 4, 6)},
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


def _correlator(order, points, free, full, connected, rng, exact, heavy):
    error = 1e-3 * np.abs(free) + 1e-12
    common, own = rng.normal(), rng.normal(size=len(free))
    sampled = full + error * (0.8 * common + 0.6 * own) * (25.0 if heavy else 1.0)
    scale = np.abs(free)
    comparison = None
    # one block in a thousand moves all elements, another one each of them: the covariance is
    # (0.64 + 0.36 δ_ij) error_i error_j
    rows = np.zeros((BLOCKS, len(free)))
    rows[: len(free) + 1] = np.vstack([0.8 * error, np.diag(0.6 * error)])
    made = partial(tensor, points=points, order=order)
    if exact:
        comparison = compare(sampled - full, rows.T @ rows, n_blocks=BLOCKS)
    return CorrelatorResult(
        free=made(free),
        sampled=made(
            sampled, rows=rows, n_blocks=BLOCKS, quality=Quality.HEAVY_TAILED if heavy else Quality.TRUSTED
        ),
        exact=made(full) if exact else None,
        connected=made(connected) if exact else None,
        excess=made(full - free) if exact else None,
        distance=Distance(
            float(np.mean(np.abs(sampled - free) / scale)),
            float(np.mean(np.abs(full - free) / scale)) if exact else None,
            float(np.sqrt(10) * 1e-3),
        ),
        comparison=comparison,
    )


def _coupling(four, coefficient, status, finite, exact):
    divisor = np.where(finite, coefficient, np.nan)
    kept = np.ix_(finite, finite)
    covariance = four.sampled.covariance
    sampled_delta, best_delta = (four.sampled - four.free).value, four.delta
    fits = [
        fit(delta[finite], coefficient[finite, None], covariance[kept], BLOCKS) if finite.any() else None
        for delta in (sampled_delta, best_delta)
    ]
    return CouplingTensor(
        coefficient=0 * four.free + coefficient,
        status=status,
        sampled=(four.sampled - four.free) / divisor,
        exact=four.excess / divisor if exact else None,
        fit=fits[0],
        fit_best=fits[1],
        misfit_best=0.31 if finite.any() else float("nan"),
        misfit_least=0.29 if finite.any() else float("nan"),
    )


def _next_order(six, coupling, unit, tensor, remainder):
    fitted = coupling.fit_best.parameters[0] if coupling.fit_best else float("nan")
    mean = float(coupling.mean if coupling.mean_exact is None else coupling.mean_exact)
    changes = {
        "free": 0.0 * unit, "lambda_tensor": tensor, "lambda_mean": mean * unit, "lambda_fit": fitted * unit,
    }  # fmt: skip
    explained = {
        name: _share(six.delta - changes[name], six.delta) for name in PUBLISHED.predictions.values()
    }
    against = six.comparison or Comparison(2.0, 1, 0.3, 1e-6, np.zeros(six.free.size), 0.0, BLOCKS)
    return NextOrder(
        free=six.free.value,
        changes=MappingProxyType(changes),
        explained=explained,
        explained_sampled={name: share - 0.05 for name, share in explained.items()},
        comparisons={
            name: against for name in PUBLISHED.predictions.values() if np.isfinite(explained[name])
        },
        shares={
            name: Estimate(share - 0.05, 0.0 if name == "free" else SHARE_ERROR)
            for name, share in explained.items()
        },
        remainder=remainder,
        remainder_share=1 - explained["lambda_tensor"],
        identity_miss=None if six.exact is None else 2e-16,
        excluded=int((~np.isfinite(remainder)).sum()),
    )


def _share(residual, delta):
    kept = np.isfinite(residual)
    total = np.abs(delta[kept]).sum()
    return float(1 - np.abs(residual[kept]).sum() / total) if total > 0 else float("nan")
