"""Which checks a net passes: our numbers against the exact referee, by the thresholds of a `Judgement`."""

from collections.abc import Mapping

from nnft_sym.study import recipe
from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.results import CorrelatorResult, CouplingTensor, NextOrder
from numerics.inference.comparison import Comparison
from numerics.results.estimate import Quality


def check_numbers(
    correlators: Mapping[int, CorrelatorResult],
    joint: Comparison | None,
    coupling: CouplingTensor,
    next_order: NextOrder,
    integral_error: float,
    n_networks: int,
    contact_error: float | None = None,
    limits: Judgement = STANDARD,
) -> Checks:
    """Judge our own numbers against the exact referee.

    Parameters
    ----------
    correlators : mapping of int to CorrelatorResult
    joint : Comparison or None
        Of all trusted orders together.
    coupling : CouplingTensor
    next_order : NextOrder
    integral_error : float
        Largest relative error of the vertex integrals.
    n_networks : int
        Networks in the sample.
    contact_error : float or None
        Relative distance of the vertex coefficient from a second quadrature.
    limits : Judgement, optional

    Returns
    -------
    Checks
        Those that could be made; orders whose sample is not trustworthy, or too small for its number of
        independent directions, are not judged.
    """
    made = [_at_most(CheckName.INTEGRALS, integral_error, limits.quadrature)]
    if contact_error is not None:
        made.append(_at_most(CheckName.CONTACT, contact_error, limits.quadrature))
    for order, result in correlators.items():
        one = result.comparison
        if one is not None and result.quality is Quality.TRUSTED and _large_enough(one, n_networks, limits):
            made.append(_agreement(CheckName.CORRELATOR, one, limits, order))
    if joint is not None and _large_enough(joint, n_networks, limits):
        made.append(_agreement(CheckName.CORRELATORS, joint, limits))
    four = correlators[recipe.FITTED]
    if coupling.mean_exact is not None and four.quality is Quality.TRUSTED and coupling.mean.error > 0:
        pull = abs(float(coupling.mean) - float(coupling.mean_exact)) / float(coupling.mean.error)
        made.append(Check(CheckName.MEAN_COUPLING, bool(pull < limits.pull), float(pull), limits.pull))
    if next_order.identity_miss is not None:
        made.append(_at_most(CheckName.REMAINDER, next_order.identity_miss, limits.identity))
    return Checks(tuple(made))


def _at_most(name: CheckName, statistic: float, threshold: float) -> Check:
    return Check(name, bool(statistic <= threshold), float(statistic), threshold)


def _agreement(name: CheckName, one: Comparison, limits: Judgement, order: int | None = None) -> Check:
    """Judge the p-value, and that no exact linear relation is broken."""
    good = one.p_value >= limits.suspect and one.null_residual <= limits.relations
    return Check(name, bool(good), float(one.p_value), limits.suspect, order)


def _large_enough(comparison: Comparison, n_networks: int, limits: Judgement) -> bool:
    return n_networks >= limits.networks_per_square * comparison.dof**2
