"""One integral over connected correlators of a network, and its answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from numerics.fields.index_sets import IndexRows, distinct_rows
from numerics.integrals.questions.question import Answer, accuracy_sentence, rounding
from numerics.lowering.connected_product import ConnectedPart

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False)
class ConnectedQuestion:
    """A connected part for some inputs in its slots.

    Attributes
    ----------
    part : ConnectedPart
    rows : ndarray of int, shape (R, slots)
        Which input each slot is at, every case once, in lexicographic order; those of one correlator ascend.
    n_points : int
        Number of inputs.
    """

    part: ConnectedPart
    rows: Indices
    n_points: int

    @classmethod
    def of(cls, part: ConnectedPart, labels: Indices, n_points: int) -> "ConnectedQuestion":
        """Ask for the inputs `labels`, shape (..., slots), each case once.

        Examples
        --------
        >>> from numerics.lowering.connected_product import ConnectedFactor
        >>> pair = ConnectedPart(1, (ConnectedFactor((2,), 2),))
        >>> ConnectedQuestion.of(pair, np.array([[1, 0], [0, 1], [1, 1]]), 2).rows.tolist()
        [[0, 1], [1, 1]]
        """
        flat = _ascending(part, labels.reshape(-1, part.n_external))
        return cls(part, distinct_rows(flat, n_points)[0], n_points)

    @cached_property
    def _places(self) -> IndexRows:
        return IndexRows(self.rows, self.n_points)

    def find(self, labels: Indices) -> Indices:
        """Say in which row the inputs `labels` stand: shape (..., slots) -> (...)."""
        return self._places.find(_ascending(self.part, labels))

    @property
    def rounding(self) -> float:
        """Rounding error of the answer relative to ∫∏|G|."""
        return rounding(len(self.part.factors))


class ConnectedSolved(NamedTuple):
    """A question with its answer, of shape (R,)."""

    question: ConnectedQuestion
    answer: Answer

    def at(self, labels: Indices) -> tuple[Array, Array]:
        """Look up value and error for inputs in the slots, shape (..., slots)."""
        rows = self.question.find(labels)
        return self.answer.value[rows], self.answer.error[rows]

    @property
    def accuracy(self) -> str:
        """A sentence that says whether the accuracy asked for was reached."""
        return accuracy_sentence(self.answer, self.question.rounding)


def _ascending(part: ConnectedPart, labels: Indices) -> Indices:
    """Sort the inputs within each correlator, which is symmetric."""
    found = labels.copy()
    for slots in part.slots:
        found[..., slots] = np.sort(labels[..., slots], axis=-1)
    return found
