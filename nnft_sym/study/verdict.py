"""The verdict in words, decided from the numbers and never from the name of the net.

Two separate judgements (`nnft_sym.study.judgements`): the checks ask whether *our* numbers agree with the
exact referee; the verdict says whether the *field theory* with constant couplings describes the ensemble. It
must be able to say no. The thresholds of both are those of a `Judgement`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import correlator_name, number, percent, share_text, with_error
from nnft_sym.study.action_fit import ActionFit, Constancy, action_text
from nnft_sym.study.coupling_tensors import CouplingStatus, CouplingTensor
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.judgements import (
    Description,
    action_words,
    describe,
    say_action,
    say_constancy,
    say_description,
)
from nnft_sym.study.recipe import PUBLISHED, Recipe, Way
from nnft_sym.study.study_results import CorrelatorResult, NextOrder
from numerics.results.estimate import Quality

if TYPE_CHECKING:
    from nnft_sym.study.setup import Setup


def constancy(coupling: CouplingTensor, quality: Quality, limits: Judgement) -> Constancy:
    """Say in a word what the data say about one constant coupling.

    Returns
    -------
    Constancy
        Undecided where the sample cannot tell: not being rejected is not enough, without an exact answer the
        sample must be trustworthy and precise.
    """
    if rejections(coupling, quality, limits):
        return Constancy.REJECTED
    return Constancy.ACCEPTED if decided(coupling, quality, limits) else Constancy.UNDECIDED


def decided(coupling: CouplingTensor, quality: Quality, limits: Judgement = STANDARD) -> bool:
    """Tell whether the data can accept a constant: several elements, exact, or trusted and not vague."""
    if coupling.count(CouplingStatus.FINITE) < 2:
        return False  # one number always fits one coupling
    if coupling.exact is not None:
        return True
    return quality is Quality.TRUSTED and coupling.misfit_best <= limits.vague


def rejections(
    coupling: CouplingTensor, quality: Quality, limits: Judgement = STANDARD, recipe: Recipe = PUBLISHED
) -> list[str]:
    """Say why one constant coupling does not describe the correlator that it is fitted to.

    Parameters
    ----------
    coupling : CouplingTensor
    quality : Quality
        Of the sampled correlator; a fit to a sample that is not trustworthy rejects nothing.

    Returns
    -------
    list of str
        Empty if it does: no element would need an infinite coupling, the fit to the sample has an acceptable
        χ², some constant meets the exact correlator to `Judgement.misfit`, and the fit meets the exact
        linear relations as well.
    """
    fit = coupling.fit
    if fit is None or coupling.fit_best is None:
        return [f"no element of {recipe.symbol} is finite"] if coupling.count(CouplingStatus.INFINITE) else []
    said = []
    if coupling.count(CouplingStatus.INFINITE):
        said.append("some elements would need it infinite")
    if quality is Quality.TRUSTED and fit.dof and fit.upper_tail < limits.rejected:
        said.append(f"χ²/dof = {number(fit.chi2_dof, 3)} with {_degrees(fit.dof)}")
    if coupling.exact is not None and coupling.misfit_least > limits.misfit:
        said.append(
            f"every constant misses at least {percent(coupling.misfit_least)} of the exact "
            f"{recipe.delta_fitted}"
        )
    if quality is Quality.TRUSTED and fit.null_residual > limits.misfit:
        said.append(f"it breaks exact relations between the elements by {percent(fit.null_residual)}")
    return said


def _degrees(dof: int) -> str:
    return f"{dof} degree{'s' if dof > 1 else ''} of freedom"


def description(
    coupling: CouplingTensor,
    quality: Quality,
    next_order: NextOrder,
    fit: ActionFit,
    limits: Judgement = STANDARD,
    recipe: Recipe = PUBLISHED,
) -> Description:
    """Judge the action of a study: one constant coupling, and others that were inferred beside it.

    It describes the ensemble if one constant describes the correlator that it is fitted to, all couplings
    together explain at least `Judgement.fair` of the next one's deviation from the free theory, and the next
    order in 1/N is smaller.
    """
    explained = fit.share if _whole(fit) else next_order.explained[recipe.name(Way.FIT)]
    return describe(constancy(coupling, quality, limits), explained, fit.holds, limits)


def judge_action(
    correlators: Mapping[int, CorrelatorResult],
    alone: tuple[CouplingTensor, NextOrder] | None,
    fit: ActionFit,
    setup: "Setup",
    cutoff: float | None,
) -> tuple[Description, str]:
    """Judge the action of a study, and say why.

    Parameters
    ----------
    correlators : mapping of int to CorrelatorResult
    alone : tuple of CouplingTensor and NextOrder, or None
        What was found of the coupling that stands alone, if there is one.
    fit : ActionFit
        The couplings of the whole action.
    setup : Setup
    cutoff : float or None

    Returns
    -------
    Description, str
    """
    action, limits, recipe = action_text(setup.action), setup.limits, setup.recipe
    if alone is not None:
        coupling, next_order = alone
        tag = description(coupling, correlators[recipe.fitted].quality, next_order, fit, limits, recipe)
        return tag, verdict(correlators, coupling, next_order, cutoff, limits, recipe, fit, action)
    lowest = fit.explained.get(recipe.fitted, 0.0) if fit.readings else None
    shares = [share for share in (lowest, fit.share) if share is not None]
    tag = describe(fit.constancy, min(shares) if shares else None, fit.holds, limits)
    silent = lowest is not None and lowest < limits.fair and fit.constancy is not Constancy.REJECTED
    sentences = [
        *_tails(correlators),
        *say_constancy(fit),
        *([f"It explains {percent(lowest)} of the connected {recipe.fitted}-point function."] * silent),
        *say_action(fit, recipe.delta_predicted),
        say_description(tag, action_words(action)),
    ]
    return tag, " ".join(sentences)


def _whole(fit: ActionFit) -> bool:
    """Tell whether there are more couplings than one, all of them determined."""
    return len(fit.readings) > 1 and fit.share is not None


def verdict(
    correlators: Mapping[int, CorrelatorResult],
    coupling: CouplingTensor,
    next_order: NextOrder,
    cutoff: float | None = None,
    limits: Judgement = STANDARD,
    recipe: Recipe = PUBLISHED,
    fit: ActionFit | None = None,
    action: str = "",
) -> str:
    """Write the verdict on the field theory.

    Parameters
    ----------
    correlators : mapping of int to CorrelatorResult
    coupling : CouplingTensor
    next_order : NextOrder
    cutoff : float, optional
        Λ of the box over which vertices were integrated: couplings depend on it.
    limits : Judgement, optional
    recipe : Recipe, optional
    fit : ActionFit, optional
        The couplings of the whole action.
    action : str, optional
        The whole action as text.

    Returns
    -------
    str
        A few sentences, each carrying the numbers it rests on; the last one is that of the `description`.
    """
    quality = correlators[recipe.fitted].quality
    found = ActionFit() if fit is None else fit
    tag = description(coupling, quality, next_order, found, limits, recipe)
    whole = _whole(found) and action
    sentences = [
        *_tails(correlators),
        *_holes(coupling, recipe),
        *_constant(correlators[recipe.fitted], coupling, cutoff, limits, recipe),
        *_next_order(next_order, limits, recipe, sampled=correlators[recipe.predicted].exact is None),
        *([] if fit is None else say_action(fit, recipe.delta_predicted)),
        say_description(
            tag, action_words(action if whole else recipe.action), "" if whole else recipe.symbol
        ),
    ]
    return " ".join(sentences)


def _tails(correlators: Mapping[int, CorrelatorResult]) -> list[str]:
    said = []
    heavy = [r.order for r in correlators.values() if r.quality is Quality.HEAVY_TAILED]
    if heavy:
        names = ", ".join(correlator_name(order) for order in heavy)
        known = all(correlators[order].exact is not None for order in heavy)
        said.append(
            f"Heavy-tailed: sampled {names} not trustworthy, "
            + ("exact value used." if known else "and no exact value is available.")
        )
    few = [correlator_name(r.order) for r in correlators.values() if r.quality is Quality.TOO_FEW_SAMPLES]
    if few:
        said.append(f"Too few networks were sampled for the error bars of {', '.join(few)}.")
    return said


def _holes(coupling: CouplingTensor, recipe: Recipe) -> list[str]:
    infinite = coupling.count(CouplingStatus.INFINITE)
    undetermined = coupling.count(CouplingStatus.UNDETERMINED)
    if not infinite + undetermined:
        return []
    return [
        f"{infinite + undetermined} of {len(coupling.status)} elements of {recipe.symbol} do not exist: "
        f"{infinite} would be infinite (connected correlator without a vertex integral), "
        f"{undetermined} {'is' if undetermined == 1 else 'are'} 0/0."
    ]


def _constant(
    fitted: CorrelatorResult,
    coupling: CouplingTensor,
    cutoff: float | None,
    limits: Judgement,
    recipe: Recipe,
) -> list[str]:
    fit, best = coupling.fit, coupling.fit_best
    reasons = rejections(coupling, fitted.quality, limits, recipe)
    if fit is None or best is None:
        if coupling.count(CouplingStatus.INFINITE):
            return [
                f"No element of {recipe.symbol} is finite: a contact coupling {recipe.symbol} "
                f"{recipe.power} cannot describe the {recipe.fitted}-point function."
            ]
        return [
            f"No element of {recipe.symbol} is determined: the {recipe.fitted}-point function is that "
            f"of the free theory, for every {recipe.symbol}."
        ]
    source = "sampled" if coupling.exact is None else "exact"
    mean = float(coupling.mean if coupling.mean_exact is None else coupling.mean_exact)
    spread = coupling.spread if coupling.spread_exact is None else coupling.spread_exact
    if reasons:
        scatter = f"{source} {recipe.symbol} tensor: mean {number(mean, 3)}, spread {number(spread, 2)}"
        said = [f"A constant {recipe.symbol} is rejected: {'; '.join(reasons)} ({scatter})."]
        if coupling.exact is not None and coupling.misfit_least <= limits.misfit:
            said.append(
                "The deviation is small, though: the closest constant misses "
                f"{percent(coupling.misfit_least)} of the exact {recipe.delta_fitted}."
            )
        return [*said, *_outside(coupling, recipe)]
    trusted = fitted.is_trusted
    missed = coupling.misfit_least if coupling.outside else coupling.misfit_best
    grounds = [f"it misses {percent(missed)} of the {source} {recipe.delta_fitted}"]
    if trusted and fit.dof:
        grounds.insert(0, f"χ²/dof = {number(fit.chi2_dof, 3)} with {_degrees(fit.dof)}")
    elif trusted:
        grounds.insert(0, "no degree of freedom is left to test, the elements hold one independent number")
    value = coupling.constant
    if trusted and coupling.exact is not None:
        grounds.append(f"fitted to the sample it is {with_error(fit.parameters[0], fit.errors[0])}")
    if coupling.count(CouplingStatus.FINITE) == 1:
        return [
            f"Whether {recipe.symbol} is constant is untested: its tensor has one element, "
            f"{number(value, 3)}."
        ]
    if not decided(coupling, fitted.quality, limits):
        return [
            f"A constant {recipe.symbol} is neither rejected nor accepted: the sample cannot tell "
            f"({'; '.join(grounds)}).",
            *_outside(coupling, recipe),
        ]
    where = "" if cutoff is None else f" at the cutoff Λ = {cutoff:g}"
    return [
        f"A constant {recipe.symbol} = {number(value, 3)}{where} describes the {recipe.fitted}-point "
        f"function ({'; '.join(grounds)}).",
        *_outside(coupling, recipe),
    ]


def _outside(coupling: CouplingTensor, recipe: Recipe) -> list[str]:
    """Say that a fitted constant is not among the values that it stands for, accepted or not."""
    if not coupling.outside or coupling.fit_best is None or coupling.range is None:
        return []
    low, high = (number(value, 3) for value in coupling.range)
    return [
        f"The fitted {recipe.symbol} = {number(coupling.fit_best.parameters[0], 3)} lies outside the "
        f"range of the tensor "
        f"({low} to {high}): combinations of elements that are known precisely, and that no constant can "
        f"satisfy, dominate the fit; the closest constant is {number(coupling.closest, 3)}."
    ]


def _what_is_left(next_order: NextOrder, limits: Judgement, recipe: Recipe) -> str:
    if not next_order.excluded:
        return f", which is {recipe.remainder}" if _identity_holds(next_order, limits) else ""
    rest = f"{percent(next_order.unpredicted_share)} in elements that need an infinite {recipe.symbol}"
    return f": {rest}, else {recipe.remainder}" if _identity_holds(next_order, limits) else f", {rest}"


def _identity_holds(next_order: NextOrder, limits: Judgement) -> bool:
    return next_order.identity_miss is not None and next_order.identity_miss <= limits.identity


def _next_order(next_order: NextOrder, limits: Judgement, recipe: Recipe, *, sampled: bool) -> list[str]:
    fitted = next_order.explained[recipe.name(Way.FIT)]
    if not np.isfinite(fitted):
        return []
    shares = {
        way: share_text(next_order.explained[name], next_order.share_error(name) if sampled else None)
        for way, name in recipe.predictions.items()
    }
    said = [
        f"With the fitted {recipe.symbol} {shares[Way.FIT]} of {recipe.delta_predicted} is explained "
        f"(with the mean {recipe.symbol} {shares[Way.MEAN]})"
    ]
    if fitted < 0:
        said.append("worse than the free theory.")
    elif fitted < limits.fair:
        said.append("most of it is not.")
    elif fitted < 0.95:
        said.append("most of it is.")
    else:
        said.append("nearly all of it is.")
    text = ": ".join(said)
    error = next_order.share_error(recipe.name(Way.TENSOR)) if sampled else None
    left = share_text(next_order.remainder_share, error)
    tensor = (
        f"The {recipe.symbol} tensor leaves {left} of {recipe.delta_predicted}"
        + _what_is_left(next_order, limits, recipe)
        + "."
    )
    return [text, tensor]
