"""One net of a study: sample it, extract the coupling, predict, compare with the exact answer, judge."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.study.action_fit import fit_action
from nnft_sym.study.checking import check_numbers
from nnft_sym.study.checks import CheckName
from nnft_sym.study.coupling_tensors import extract_coupling
from nnft_sym.study.data import drawn_again, gathered
from nnft_sym.study.next_order import predict_next_order
from nnft_sym.study.results import Array, CorrelatorResult, Distance, NetResult
from nnft_sym.study.verdict import judge_action
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.fields.index_sets import multisets
from numerics.inference.dataset import Dataset
from numerics.integrals.accuracy.contact_referee import contact_coefficient
from numerics.integrals.prediction import Prediction
from numerics.results.correlator import Correlator
from numerics.sampling.estimators.connected import mean_ratio

if TYPE_CHECKING:
    from nnft_sym.inference.theory import Theory
    from nnft_sym.study.case import Case
    from nnft_sym.study.setup import Setup


def study_net(
    case: "Case", predictions: Mapping[int, Prediction], theory: "Theory | str", setup: "Setup"
) -> NetResult:
    """Study one net; a comparison of sampled with exact that fails is repeated with independent networks.

    Where the networks are few neurons wide, high powers of f are skewed, and the p-value of a sample that is
    just large enough for its error bars can be wrong by powers of ten in the far tail. A second sample tells
    a false alarm from an error.

    Parameters
    ----------
    case : Case
    predictions : mapping of int to Prediction
        The integrated expansions of the recipe's orders (`nnft_sym.inference.model.Model.predict`).
    theory : Theory or str
        Of the whole action, or why there is none (`nnft_sym.study.action_fit.theory_of`).
    setup : Setup

    Returns
    -------
    NetResult
    """
    start = time.perf_counter()
    data = gathered(case, setup)
    found = judged(case, predictions, theory, setup, data)
    if any(check.is_sampled for check in found.checks.failed):
        again = judged(case, predictions, theory, setup, drawn_again(case, setup, data))
        found = replace(found, checks=found.checks.after(again.checks))
    return replace(found, seconds=time.perf_counter() - start)


def judged(
    case: "Case",
    predictions: Mapping[int, Prediction],
    theory: "Theory | str",
    setup: "Setup",
    data: Dataset,
) -> NetResult:
    """Extract, predict, compare and judge: everything that needs no more networks."""
    recipe = setup.recipe
    correlators = {n: held(data, n, predictions[n], setup.experiments) for n in recipe.orders}
    fitted = correlators[recipe.fitted]
    vertex = predictions[recipe.fitted].coefficient(setup.probe)
    coupling = extract_coupling(
        vertex, fitted.sampled - fitted.free.value, fitted.excess, data.blocks((recipe.fitted,))
    )
    next_order = predict_next_order(
        data, correlators[recipe.predicted], coupling, predictions[recipe.predicted], setup
    )
    joint = data.compared(*(n for n in data.trusted if data.exact is not None))
    errors = {CheckName.INTEGRALS: integral_error(vertex)}
    second = _contact_error(case, recipe.fitted, vertex.value)
    if second is not None:
        errors[CheckName.CONTACT] = second
    assert data.sampled is not None, "a study samples"
    made = check_numbers(
        correlators, joint, coupling, next_order, errors, data.sampled.n_samples, setup.limits, recipe
    )
    fit = fit_action(theory, _with_higher(case, data, theory), recipe.predicted, setup.limits)
    alone = None if setup.coupling is None else (coupling, next_order)
    tag, words = judge_action(correlators, alone, fit, setup, case.cutoff)
    return NetResult(
        case=case,
        recipe=recipe,
        data=data,
        integral_method=vertex.method,
        integral_error=errors[CheckName.INTEGRALS],
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


def _with_higher(case: "Case", data: Dataset, theory: "Theory | str") -> Dataset:
    """Add exact correlators of orders that a study does not sample, where couplings need them."""
    needed = range(0) if isinstance(theory, str) else range(2, theory.orders[-1] + 1, 2)
    if data.exact is None or set(needed) <= set(data.orders):
        return data
    try:
        return Dataset(None, exact_correlators(case.network, case.fields, needed))
    except NotAvailable:
        return data  # the inference says which order is missing


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
        ),
        comparison=data.compared(order),
    )


def _contact_error(case: "Case", legs: int, coefficient: Array) -> float | None:
    """Compare the first, middle and last vertex coefficient with adaptive quadrature, if it finds any."""
    sets = multisets(len(case.fields), legs)
    worst = None
    for row in (0, len(sets) // 2, len(sets) - 1):
        second = contact_coefficient(case.kernel, case.fields.inputs[sets[row]], case.cutoff)
        if second is not None:
            scale = max(abs(second), float(np.abs(coefficient).max()) * 1e-6, np.finfo(np.float64).tiny)
            worst = max(worst or 0.0, abs(coefficient[row] - second) / scale)
    return worst


def integral_error(vertex: Correlator) -> float:
    """Largest quadrature error of the vertex integrals, as a share of the largest of them."""
    largest = float(np.abs(vertex.value).max())
    return float(vertex.error.max()) / largest if largest > 0 else 0.0
