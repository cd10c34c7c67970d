"""The two judgements of a net, each a tag and a sentence made from it.

Is our arithmetic right? The checks say so. Does the action describe the ensemble? Constant couplings, what
they explain, and what the next order in 1/N changes say so. Neither follows from the other, and the sentence
of each is made from its tag, so that the two cannot contradict each other.
"""

from enum import Enum
from itertools import groupby

import numpy as np

from diagrams.messages import counted
from nnft_sym.printing.number_text import correlator_name, number, p_value, percent
from nnft_sym.study.action_fit import ActionFit, Constancy
from nnft_sym.study.checks import Checks
from nnft_sym.study.correlator_terms import Part
from nnft_sym.study.judgement import STANDARD, Judgement


class Arithmetic(Enum):
    """Whether our numbers are right, as far as an exact answer can tell."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNTESTED = "untested"


class Description(Enum):
    """Whether an action describes an ensemble of networks."""

    DESCRIBES = "describes"
    EXPANSION_FAILS = "expansion fails"
    REJECTED = "does not describe"
    UNDECIDED = "undecided"


def judge_arithmetic(checks: Checks) -> Arithmetic:
    """Judge our numbers.

    Examples
    --------
    >>> judge_arithmetic(Checks(()))
    <Arithmetic.UNTESTED: 'untested'>
    """
    if not checks.passed:
        return Arithmetic.DISAGREES
    return Arithmetic.AGREES if checks.compared else Arithmetic.UNTESTED


def say_arithmetic(checks: Checks) -> str:
    """Say how our numbers are judged, and on what grounds."""
    tag = judge_arithmetic(checks)
    if tag is Arithmetic.DISAGREES:
        failed = "; ".join(check.sentence for check in checks.failed)
        return f"Our numbers are not right, or not accurate enough. What does not hold: {failed}."
    if tag is Arithmetic.UNTESTED:
        made = f" ({len(checks.made)} others passed)" if checks.made else ""
        return f"No sample could be compared with an exact answer, so that this is not tested{made}."
    chances = [check.statistic for check in checks if check.is_chance and not check.repeated]
    least = f"; the smallest p of sample against exact answer is {p_value(min(chances))}" if chances else ""
    again = sum(check.repeated for check in checks)
    if again:
        least += f"; {counted(again, 'check')} passed only with independent networks"
    return f"Our numbers agree with the exact finite-width answer: {len(checks.made)} checks passed{least}."


def describe(
    constancy: Constancy, explained: float | None, holds: bool | None, limits: Judgement = STANDARD
) -> Description:
    """Judge an action.

    Parameters
    ----------
    constancy : Constancy
        Of the couplings of the lowest order.
    explained : float or None
        Share of the next correlator's deviation from the free theory that the couplings explain.
    holds : bool or None
        Whether the next order in 1/N is small; None where it is not known.
    limits : Judgement, optional

    Returns
    -------
    Description
        What is not decided is neither accepted nor rejected; what is fitted well, but with an expansion whose
        next order is larger, describes nothing.

    Examples
    --------
    >>> describe(Constancy.ACCEPTED, 0.99, True).value, describe(Constancy.ACCEPTED, 0.99, False).value
    ('describes', 'expansion fails')
    >>> describe(Constancy.ACCEPTED, 0.3, True).value, describe(Constancy.UNDECIDED, 0.99, True).value
    ('does not describe', 'undecided')
    """
    if constancy is Constancy.REJECTED:
        return Description.REJECTED
    if constancy is Constancy.UNDECIDED or explained is None or not np.isfinite(explained):
        return Description.UNDECIDED
    if explained < limits.fair:
        return Description.REJECTED
    return Description.EXPANSION_FAILS if holds is False else Description.DESCRIBES


def say_description(tag: Description, action: str, one: str = "") -> str:
    """Close a verdict.

    Parameters
    ----------
    tag : Description
    action : str
        In words, as of `action_words`.
    one : str, optional
        Its coupling, if it has but one.

    Examples
    --------
    >>> say_description(Description.REJECTED, action_words("S_GP + ∫ λ f⁴"), "λ")
    'The Gaussian process plus ∫ λ f⁴ with one constant λ does not describe this ensemble.'
    """
    action = action[:1].upper() + action[1:] if tag is not Description.UNDECIDED else action
    constants = f"one constant {one}" if one else "constant couplings"
    return {
        Description.DESCRIBES: f"{action} is a fair description of this ensemble.",
        Description.EXPANSION_FAILS: f"{action} can be fitted to this ensemble, but the expansion in 1/N "
        "that the fit rests on does not hold, so that it is no description of it.",
        Description.REJECTED: f"{action} with {constants} does not describe this ensemble.",
        Description.UNDECIDED: f"Whether {action} describes this ensemble is not decided.",
    }[tag]


def action_words(action: str) -> str:
    """Write an action as it stands in a sentence.

    Examples
    --------
    >>> action_words("S_GP + ∫ [λ f⁴ + κ f⁶]")
    'the Gaussian process plus ∫ [λ f⁴ + κ f⁶]'
    """
    return action.replace("S_GP +", "the Gaussian process plus", 1)


def say_constancy(fit: ActionFit) -> list[str]:
    """Say whether constant couplings of the lowest order describe the correlator that they were fitted to."""
    first = [one for one in fit.readings if one.order == fit.readings[0].order]
    if not first or not all(one.determined for one in first):
        return []
    names = " and ".join(f"{one.symbol} = {number(one.value, 3)}" for one in first)
    said = {
        Constancy.ACCEPTED: "described by constant couplings",
        Constancy.REJECTED: "not described by constant couplings",
        Constancy.UNDECIDED: "not enough to tell whether couplings are constant",
    }[fit.constancy]
    return [
        f"The connected {first[0].order}-point function is {said}: {names} "
        f"{'misses' if len(first) == 1 else 'miss'} {percent(first[0].misfit)} of it."
    ]


def say_action(fit: ActionFit, delta: str) -> list[str]:
    """Say what the couplings of a whole action explain, and what the next order in 1/N changes.

    Parameters
    ----------
    fit : ActionFit
    delta : str
        What is explained, ``"ΔG⁽⁶⁾"``.
    """
    if fit.why:
        return [f"Order by order in 1/N nothing was inferred: {fit.why}."]
    return [
        *_undetermined(fit), *_explained(fit, delta), *_beyond(fit), *_constants(fit), *_next_order(fit)
    ]  # fmt: skip


def _undetermined(fit: ActionFit) -> list[str]:
    unknown = [one.symbol for one in fit.readings if not one.determined]
    said = [f"The data do not determine {' and '.join(unknown)}."] if unknown else []
    if fit.missing:
        said.append(f"What depends on others was not looked for: {', '.join(fit.missing)}.")
    return said


def _explained(fit: ActionFit, delta: str) -> list[str]:
    """Say what is explained when more and more terms are added, those of one kind together."""
    known = [part for part in fit.parts if part.explained is not None]
    if not known:
        return []
    steps: list[str] = []
    for _, group in groupby(known, key=lambda part: (part.is_product, _order(fit, part.name))):
        together = list(group)
        share = percent(together[-1].explained, 2)
        what = (
            f"of {delta} is explained with {_terms(fit, together)}"
            if not steps
            else (f"with {_terms(fit, together)} too")
        )
        steps.append(f"{share} {what}")
    alone = [
        f" (without {_products(fit)} {one.symbol} would be {number(one.alone, 3)})"
        for one in fit.readings
        if one.alone is not None
    ]
    return [f"Order by order in 1/N {', '.join(steps)}{''.join(alone)}."]


def _beyond(fit: ActionFit) -> list[str]:
    """Say what is explained of the correlator that nothing was fitted to."""
    if fit.beyond is None or fit.beyond.explained is None:
        return []
    name = correlator_name(fit.beyond.order, "Δ")
    return [
        f"Of {name}, to which nothing was fitted, {percent(fit.beyond.explained, 2)} is explained with them."
    ]


def _order(fit: ActionFit, name: str) -> int:
    one = fit.find(name)
    return 0 if one is None else one.order


def _terms(fit: ActionFit, parts: list[Part]) -> str:
    """Name terms of one kind: couplings with their values, or exchanges."""
    if parts[0].is_product:
        return f"the {parts[0].words}" if len(parts) == 1 else f"{len(parts)} exchanges"
    found = [(part.words, fit.find(part.name)) for part in parts]
    return " and ".join(
        words if one is None or not one.determined else f"{words} = {number(one.value, 3)}"
        for words, one in found
    )


def _products(fit: ActionFit) -> str:
    products = [part.words for part in fit.parts if part.is_product]
    return f"the {products[0]}" if len(products) == 1 else "exchanges"


def _constants(fit: ActionFit) -> list[str]:
    """Say how constant the couplings are that were read off higher correlators."""
    orders = sorted({one.order for one in fit.readings})[1:]
    said = []
    for order in orders:
        found = [one for one in fit.readings if one.order == order and one.determined]
        if found:
            names = " and ".join(one.symbol for one in found)
            kind = "constant" if len(found) == 1 else "constants"
            said.append(
                f"The {kind} {names} {'misses' if len(found) == 1 else 'miss'} "
                f"{percent(found[0].misfit)} of the connected {order}-point function"
                + (", more than there is of it." if found[0].misfit > 1 else ".")
            )
    return said


def _next_order(fit: ActionFit) -> list[str]:
    weak = [one for one in fit.readings if one.weak and one.next_order is not None]
    said = [
        f"{one.symbol} cannot be told from zero, so that the size of the next order in 1/N says nothing."
        for one in weak
    ]
    large = [one for one in fit.readings if one.ratio is not None and one.ratio > fit.limit]
    said += [
        f"The next order in 1/N changes {one.symbol} by {number(one.ratio, 3)} times itself: the expansion "
        "does not hold there, whatever the fit looks like."
        for one in large
    ]
    if fit.holds and fit.largest is not None:
        said.append(
            f"The next order in 1/N changes {fit.largest.symbol} by {percent(fit.largest.ratio)}: the "
            "expansion holds."
        )
    if fit.holds is None and not weak:
        said.append("What the next order in 1/N changes is not known.")
    return said
