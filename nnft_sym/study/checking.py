"""Which checks a net passes: our numbers against the exact referee, by the thresholds of a `Judgement`."""

from collections.abc import Mapping
from dataclasses import replace

from nnft_sym.study.checks import Check, CheckName, Checks
from nnft_sym.study.coupling_tensors import CouplingTensor
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.recipe import PUBLISHED, Recipe
from nnft_sym.study.study_results import CorrelatorResult, NextOrder
from numerics.inference.comparison import Comparison


def check_numbers(
    correlators: Mapping[int, CorrelatorResult],
    joint: Comparison | None,
    coupling: CouplingTensor,
    next_order: NextOrder,
    errors: Mapping[CheckName, float],
    n_networks: int,
    limits: Judgement = STANDARD,
    recipe: Recipe = PUBLISHED,
) -> Checks:
    """Judge our own numbers against the exact referee.

    Parameters
    ----------
    correlators : mapping of int to CorrelatorResult
    joint : Comparison or None
        Of all trusted orders together.
    coupling : CouplingTensor
    next_order : NextOrder
    errors : mapping of CheckName to float
        ``INTEGRALS``: largest relative error of the vertex integrals; ``CONTACT``: relative distance of the
        vertex coefficient from a second quadrature, where there is one.
    n_networks : int
        Networks in the sample.
    limits : Judgement, optional
    recipe : Recipe, optional

    Returns
    -------
    Checks
        Those that could be made; orders whose sample is not trustworthy, or too small for its number of
        independent directions, are not judged.
    """
    made = [_at_most(name, error, limits.quadrature) for name, error in errors.items()]
    for order, result in correlators.items():
        one = result.comparison
        if one is not None and result.is_trusted and _large_enough(one, n_networks, limits):
            made.append(_agreement(CheckName.CORRELATOR, one, limits, order))
    if joint is not None and _large_enough(joint, n_networks, limits):
        made.append(_agreement(CheckName.CORRELATORS, joint, limits))
    fitted = correlators[recipe.fitted]
    if coupling.mean_exact is not None and fitted.is_trusted and coupling.mean.error > 0:
        pull = abs(float(coupling.mean) - float(coupling.mean_exact)) / float(coupling.mean.error)
        made.append(Check(CheckName.MEAN_COUPLING, bool(pull < limits.pull), float(pull), limits.pull))
    if next_order.identity_miss is not None:
        made.append(_at_most(CheckName.REMAINDER, next_order.identity_miss, limits.identity))
    return Checks(tuple(replace(check, recipe=recipe) for check in made), recipe)


def _at_most(name: CheckName, statistic: float, threshold: float) -> Check:
    return Check(name, bool(statistic <= threshold), float(statistic), threshold)


def _agreement(name: CheckName, one: Comparison, limits: Judgement, order: int | None = None) -> Check:
    """Judge the p-value, and that no exact linear relation is broken."""
    good = one.p_value >= limits.suspect and one.null_residual <= limits.relations
    return Check(name, bool(good), float(one.p_value), limits.suspect, order)


def _large_enough(comparison: Comparison, n_networks: int, limits: Judgement) -> bool:
    return n_networks >= limits.networks_per_square * comparison.dof**2
