"""One connected integral, and its answer."""

from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from numerics.lowering.integrand import Integrand

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)
#: Smallest size that accuracies refer to: smaller numbers have fewer digits, and no finite inverse.
TINY = float(np.finfo(np.float64).tiny)
#: Rounding error, in units of ε∫∏|K|: of a sum, and of each kernel in the product.
_OF_SUM, _OF_KERNEL = 4.0, 16.0


@final
@dataclass(frozen=True, eq=False)
class Question:
    """One connected integral for some inputs on its legs; two questions are the same if they are one object.

    Attributes
    ----------
    integrand : Integrand
        One of `Integrand.parts`.
    rows : tuple of ndarray of int, one per vertex, shape (R_v, legs of v)
        Which input each leg of the vertex ends on, for every case wanted.
    """

    integrand: Integrand
    rows: tuple[Indices, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the answer: the number of rows of each vertex."""
        return tuple(len(row) for row in self.rows)

    @property
    def rounding(self) -> float:
        """Rounding error of the answer relative to ∫∏|K|."""
        return rounding(self.integrand.n_factors)


@final
@dataclass(frozen=True, eq=False)
class Answer:
    """Value of an integral, with its error.

    Attributes
    ----------
    value, error : ndarray, shape (R_1, .., R_V)
        All combinations of the rows of the question.
    scale : ndarray, same shape
        About ∫∏|K|, to which accuracies refer.
    rtol : float
        Accuracy asked for, relative to the scale.
    method : str
        How it was integrated, in words.
    reached : float
        Largest error relative to the scale; taken from `error` if not given.
    """

    value: Array
    error: Array
    scale: Array
    rtol: float
    method: str
    reached: float = field(default=inf)

    def __post_init__(self) -> None:
        if self.reached == inf:
            relative = self.error / np.maximum(self.scale, TINY)
            object.__setattr__(self, "reached", float(relative.max(initial=0.0)))

    @property
    def converged(self) -> bool:
        """Whether the accuracy asked for was reached."""
        return self.reached <= self.rtol


class Solved(NamedTuple):
    """A question with its answer."""

    question: Question
    answer: Answer

    @property
    def at_rounding(self) -> bool:
        """Whether the error is that of floating-point numbers, which no finer grid improves."""
        return self.answer.reached <= 2.0 * self.question.rounding

    @property
    def accuracy(self) -> str:
        """A sentence that says whether the accuracy asked for was reached.

        Examples
        --------
        >>> question = Question(Integrand(0, 1), (np.empty((1, 0), dtype=int),))
        >>> one = np.ones(1)
        >>> Solved(question, Answer(one, 1e-3 * one, one, 1e-10, "by hand")).accuracy
        'NOT reached: asked for 1e-10 of ∫∏|K|, got 1e-03 by hand'
        """
        return accuracy_sentence(self.answer, self.question.rounding)


def accuracy_sentence(answer: Answer, rounded: float) -> str:
    """Say whether the accuracy asked for was reached, where rounding alone is `rounded`."""
    rtol, reached = answer.rtol, answer.reached
    if answer.converged:
        return f"reached: asked for {rtol:.0e} of ∫∏|K|, got {reached:.0e}"
    why = ", which is rounding" if reached <= 2.0 * rounded else f" by {answer.method.removeprefix('by ')}"
    return f"NOT reached: asked for {rtol:.0e} of ∫∏|K|, got {reached:.0e}{why}"


def rounding(n_factors: int) -> float:
    """Rounding error of an integral over a product of kernels, relative to ∫∏|K|.

    Examples
    --------
    >>> rounding(4) < 2e-14
    True
    """
    return _EPSILON * (_OF_SUM + _OF_KERNEL * n_factors)
