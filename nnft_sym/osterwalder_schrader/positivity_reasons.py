"""Why reflection positivity holds or fails at one order, in a sentence or two."""

from collections.abc import Iterator

import numpy as np

from diagrams.messages import counted
from nnft_sym.osterwalder_schrader.axiom_check import AxiomCheck
from nnft_sym.osterwalder_schrader.negativity_power import WIDTHS, NegativityPower
from nnft_sym.osterwalder_schrader.positive_plane_waves import proof_of_positivity
from nnft_sym.osterwalder_schrader.positivity_answer import Answer, Question
from nnft_sym.osterwalder_schrader.positivity_matrix import PositivityMatrix
from nnft_sym.osterwalder_schrader.smooth_kernels import PlaneSlope
from nnft_sym.printing.number_text import number, with_error
from numerics.fields.field_set import FieldSet
from numerics.kernels.base import Kernel
from numerics.results.quality import Quality


def asymmetry_in_words(matrix: PositivityMatrix) -> str:
    """Name two monomials with ⟨ΘA·B⟩ ≠ ⟨ΘB·A⟩; nothing where there are none."""
    if matrix.asymmetry is None:
        return ""
    left, right = (FieldSet(matrix.points).label(matrix.monomials[at]) or "1" for at in matrix.asymmetry)
    return f"⟨Θ{left}·{right}⟩ ≠ ⟨Θ{right}·{left}⟩"


def reason_of(
    question: Question,
    order: int,
    answer: Answer,
    theorem: PlaneSlope | None,
    power: NegativityPower | None,
    broken: AxiomCheck | None,
) -> str:
    """Say why, in a sentence or two."""
    matrix = answer.matrix
    if matrix.asymmetry is not None:
        return f"the law is not invariant under {matrix.reflection}: {asymmetry_in_words(matrix)}"
    if theorem is not None:
        return theorem.sentence
    if broken is not None:
        return f"fails at order {broken.order} already: {broken.reason}"
    if answer.holds is False:
        return " ".join(_why_it_fails(question, order, answer, power))
    if answer.holds or proof_of_positivity(question.source, order) is not None:
        return "; ".join(_why_it_holds(question, order, answer))
    if matrix.quality is not Quality.TRUSTED:
        return f"not decided: correlators of order {order} cannot be trusted ({matrix.quality.value})"
    return (
        f"not decided: the smallest eigenvalue {number(answer.eigenvalue, 3)} is smaller than its error, "
        f"{number(answer.error, 2)}"
    )


def _why_it_fails(
    question: Question, order: int, answer: Answer, power: NegativityPower | None
) -> Iterator[str]:
    where = " (times found by the search)" if answer.elsewhere else ""
    yield f"⟨ΘF·F⟩ < 0 for the functional given{where}."
    if power is not None:
        fitted = with_error(power.power, power.error) if power.error > 1e-6 else number(power.power, 6)
        yield (
            f"At infinite width it holds; the smallest eigenvalue goes like N^p, p = {fitted} from N = "
            f"{WIDTHS[0]}–{WIDTHS[-1]}."
        )
    if question.null is not None and order > 4:
        sentence = question.null.sentence
        yield sentence[0].upper() + sentence[1:] + "."


def _why_it_holds(question: Question, order: int, answer: Answer) -> Iterator[str]:
    matrix = answer.matrix
    where = f"{counted(len(matrix.points), 'time')} and {counted(answer.tried, 'other set')} of times"
    proof = proof_of_positivity(question.source, order)
    if proof is not None:
        yield proof.text
    at = "at fifty digits" if answer.digits > 16 else f"within {number(answer.error, 1)}"
    yield f"no negative eigenvalue {at}, at {where}; rank {answer.rank} of {len(matrix.monomials)}"
    fields = [at for at, one in enumerate(matrix.monomials) if len(one)]
    if order == 2 and proof is None and fields and not np.any(matrix.value[np.ix_(fields, fields)]):
        yield (
            "the {f} block is zero: f(−τ) and f(τ) are uncorrelated, and with the constant the matrix has "
            "rank one"
        )
    if proof is None and isinstance(question.source, Kernel):
        yield "a Gaussian law is positive at all orders where it is at order 2, by Wick's theorem"
    if len(question.mirrors) > 1:
        yield "site and link reflection"
    if question.null is not None and order == 4:
        yield f"order 6 fails: {question.null.sentence}"
