"""One net of a study: sample it, extract the coupling, predict, compare with the exact answer, judge."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from nnft_sym.study.action_fit import ActionFit, fit_action
from nnft_sym.study.checking import check_numbers
from nnft_sym.study.checks import CheckName
from nnft_sym.study.coupling_tensors import extract_coupling
from nnft_sym.study.data import drawn_again, gathered
from nnft_sym.study.next_order import predict_next_order
from nnft_sym.study.study_results import CorrelatorResult, Distance, NetResult
from nnft_sym.study.verdict import judge_action
from numerics.inference.dataset import Dataset
from numerics.integrals.prediction import Prediction
from numerics.sampling.estimators.connected import mean_ratio

if TYPE_CHECKING:
    from nnft_sym.study.case import Case
    from nnft_sym.study.net_integrals import Integrals
    from nnft_sym.study.setup import Setup


def study_net(case: "Case", integrals: "Integrals", setup: "Setup") -> NetResult:
    """Study one net; a comparison of sampled with exact that fails is repeated with independent networks.

    Where the networks are few neurons wide, high powers of f are skewed, and the p-value of a sample that is
    just large enough for its error bars can be wrong by powers of ten in the far tail. A second sample tells
    a false alarm from an error.

    Parameters
    ----------
    case : Case
    integrals : Integrals
        Of its diagrams.
    setup : Setup

    Returns
    -------
    NetResult
    """
    start = time.perf_counter()
    data, known = gathered(case, integrals, setup)
    found = judged(case, integrals, setup, data, known)
    if any(check.is_sampled for check in found.checks.failed):
        again_drawn = drawn_again(case, setup, data)
        again = judged(case, integrals, setup, again_drawn, again_drawn if known is data else known)
        found = replace(found, checks=found.checks.after(again.checks))
    return replace(found, seconds=time.perf_counter() - start)


def judged(case: "Case", integrals: "Integrals", setup: "Setup", data: Dataset, known: Dataset) -> NetResult:
    """Extract, predict, compare and judge: everything that needs no more networks."""
    recipe, predictions, vertex = setup.recipe, integrals.predictions, integrals.vertex
    correlators = {n: held(data, n, predictions[n], setup.experiments) for n in recipe.orders}
    fitted = correlators[recipe.fitted]
    coupling = extract_coupling(
        vertex, fitted.sampled - fitted.free.value, fitted.excess, data.blocks((recipe.fitted,))
    )
    next_order = predict_next_order(
        data, correlators[recipe.predicted], coupling, predictions[recipe.predicted], setup
    )
    joint = data.compared(*(n for n in data.trusted if data.exact is not None))
    assert data.sampled is not None, "a study samples"
    made = check_numbers(
        correlators,
        joint,
        coupling,
        next_order,
        integrals.errors,
        data.sampled.n_samples,
        setup.limits,
        recipe,
    )
    fit = couplings(integrals, setup, data, known)
    alone = None if setup.coupling is None else (coupling, next_order)
    tag, words = judge_action(correlators, alone, fit, setup, integrals.cutoff)
    return NetResult(
        case=case,
        recipe=recipe,
        data=data,
        integral_method=vertex.method,
        integral_error=integrals.errors[CheckName.INTEGRALS],
        correlators=correlators,
        coupling=None if alone is None else coupling,
        next_order=None if alone is None else next_order,
        joint=joint,
        checks=made,
        description=tag,
        verdict=words,
        action_fit=fit,
        seconds=0.0,
        limits=setup.limits,
    )


def couplings(integrals: "Integrals", setup: "Setup", data: Dataset, known: Dataset) -> ActionFit:
    """Infer all couplings of the action; where it can be known, predict one correlator more with them."""
    last, limits = setup.recipe.predicted, setup.limits
    further = integrals.further
    if further is not None and known.exact is not None and further.orders[-1] in known.orders:
        return fit_action(further, known, last, limits, data.sampled, beyond=further.orders[-1])
    return fit_action(integrals.theory, known, last, limits, data.sampled)


def held(data: Dataset, order: int, free: Prediction, experiments: int) -> CorrelatorResult:
    """Hold the data of one order against the free theory."""
    assert data.sampled is not None, "a study samples"
    gaussian, sampled = free.coefficient(""), data.sampled[order]
    excess = None if data.exact is None else data.exact.excess()[order]
    return CorrelatorResult(
        free=gaussian,
        sampled=sampled,
        exact=None if data.exact is None else data.exact[order],
        connected=None if data.exact is None else data.exact.connected()[order],
        excess=excess,
        distance=Distance(
            mean_ratio(sampled.value - gaussian.value, gaussian.value),
            None if excess is None else mean_ratio(excess.value, gaussian.value),
            mean_ratio(data.scatter(order, experiments), gaussian.value),
            None if excess is None else mean_ratio(excess.error, gaussian.value),
        ),
        comparison=data.compared(order),
    )
