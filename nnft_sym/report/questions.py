"""The questions that every study answers for each net; every answer has a word, a colour and its grounds.

One colour has one meaning. Green and red answer whether our numbers are right. Blue and amber answer what the
numbers say of the field theory, where "no" is a result and not a failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nnft_sym.printing.number_text import number, p_value, percent
from nnft_sym.study.action_fit import Constancy
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.judgements import Arithmetic, Description, say_arithmetic
from nnft_sym.study.study_results import NetResult
from nnft_sym.study.verdict import constancy

#: Word and colour of the answers, and the same as part of a sentence; what is not decided is grey.
ARITHMETIC: Mapping[Arithmetic, tuple[str, str, str]] = {
    Arithmetic.AGREES: ("yes", "good", "our numbers agree with the exact answer"),
    Arithmetic.DISAGREES: ("NO", "bad", "our numbers are not right"),
    Arithmetic.UNTESTED: ("not tested", "open", "our numbers could not be tested"),
}
CONSTANT: Mapping[Constancy, tuple[str, str, str]] = {
    Constancy.ACCEPTED: ("yes", "theory-yes", "a constant {} is accepted"),
    Constancy.REJECTED: ("no", "theory-no", "a constant {} is rejected"),
    Constancy.UNDECIDED: ("undecided", "open", "whether {} is constant is undecided"),
}
DESCRIPTION: Mapping[Description, tuple[str, str, str]] = {
    Description.DESCRIBES: ("yes", "theory-yes", "the action describes the networks"),
    Description.EXPANSION_FAILS: (
        "no: the expansion fails",
        "theory-no",
        "the action can be fitted, but its expansion in 1/N fails",
    ),
    Description.REJECTED: ("no", "theory-no", "the action does not describe the networks"),
    Description.UNDECIDED: ("undecided", "open", "whether the action describes the networks is undecided"),
}


@dataclass(frozen=True)
class Answer:
    """One question, the answer in a word, and its grounds.

    Attributes
    ----------
    question : str
    word : str
    colour : str
        Class of the style sheet; it differs between our arithmetic and the theory.
    statement : str
        The answer as part of a sentence.
    grounds : str
        Sentences, with the numbers that decide and their thresholds.
    conclusion : str
        The sentence that follows from them, where there is one.
    """

    question: str
    word: str
    colour: str
    statement: str
    grounds: str
    conclusion: str = ""


def answers(net: NetResult) -> tuple[Answer, ...]:
    """Answer all questions for a net: our numbers, the constant coupling, the action."""
    constant = () if net.coupling is None else (_constant(net),)
    grounds, stop, conclusion = net.verdict.rpartition(". ")
    return (
        Answer("Are our numbers right?", *ARITHMETIC[net.arithmetic], say_arithmetic(net.checks)),
        *constant,
        Answer(
            "Does the action describe the networks?",
            *DESCRIPTION[net.description],
            grounds + stop.strip(),
            conclusion,
        ),
    )


def _constant(net: NetResult) -> Answer:
    """Say whether one constant coupling is enough, and by which numbers that is decided."""
    found = constancy(net.tensor, net.fitted.quality, net.limits)
    word, colour, statement = CONSTANT[found]
    symbol, grounds = net.recipe.symbol, " ".join(_grounds(net))
    return Answer(f"Is {symbol} constant?", word, colour, statement.format(symbol), grounds)


def _grounds(net: NetResult) -> list[str]:
    """The numbers that decide, each with its threshold."""
    tensor, limits, recipe = net.tensor, net.limits, net.recipe
    finite, infinite = tensor.count(CouplingStatus.FINITE), tensor.count(CouplingStatus.INFINITE)
    if not finite:
        return [f"No element of the {recipe.symbol} tensor is finite."]
    said = [f"{infinite} of its elements would be infinite."] if infinite else []
    fit = tensor.fit
    if fit is not None and net.fitted.is_trusted and fit.dof:
        said.append(
            f"Fit to the sample: χ²/dof = {number(fit.chi2_dof, 3)} (dof = {fit.dof}), upper tail "
            f"{p_value(fit.upper_tail)}; rejected below {number(limits.rejected, 2)}."
        )
        if fit.null_residual > limits.misfit:
            said.append(
                f"{percent(fit.null_residual)} of the sampled {recipe.delta_fitted} lie where no constant "
                f"reaches and the sample has no noise; rejected above {percent(limits.misfit)}."
            )
    if tensor.fit_best is not None and tensor.exact is not None:
        said.append(
            f"The closest constant misses {percent(tensor.misfit_least)} of the exact {recipe.delta_fitted}; "
            f"rejected above {percent(limits.misfit)}."
        )
    elif tensor.fit_best is not None:
        said.append(
            f"The fit misses {percent(tensor.misfit_best)} of the sampled {recipe.delta_fitted}; accepted up "
            f"to {percent(limits.vague)}."
        )
        if not net.fitted.is_trusted:
            said.append("The sample is not trusted, and there is no exact answer: nothing is decided.")
    if finite == 1:
        said.append("One element alone is always constant.")
    return said
