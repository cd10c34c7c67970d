"""From answers to numbers: look them up for given external points, multiply them, and judge the product."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.fields.index_sets import multisets, ranks
from numerics.integrals.questions.connected_question import ConnectedSolved
from numerics.integrals.questions.question import Solved
from numerics.kernels.base import Kernel
from numerics.lowering.integrand import Integrand
from numerics.results.estimate import Estimate, Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)


class LookUp(NamedTuple):
    """An answer as terms take it.

    Attributes
    ----------
    slots : int
        Number of its external points.
    at : callable
        Inputs in the slots, shape (..., slots), to value and error of shape (...).
    """

    slots: int
    at: Callable[[Indices], tuple[Array, Array]]


def judged(
    total: "Product", parts: Sequence[Solved | ConnectedSolved], rtol: float, provenance: Mapping[str, object]
) -> Estimate:
    """Make an estimate of a number that solved integrals went into, with what they say about its quality."""
    answers = [part.answer for part in parts]
    statements = dict.fromkeys(part.accuracy for part in parts)
    return Estimate(
        total.value,
        total.error,
        method="; ".join(dict.fromkeys(answer.method for answer in answers)) or "product of kernels",
        quality=Quality.TRUSTED if all(answer.converged for answer in answers) else Quality.NOT_CONVERGED,
        provenance={
            **provenance,
            "rtol": rtol,
            "reached": max((answer.reached for answer in answers), default=0.0),
            "accuracy": "; ".join(statements) or "exact up to rounding",
        },
    )


def kernel_error(kernel: Kernel, points: Array) -> Array:
    """Error of K at pairs of points beyond rounding: that of kernels which are quadratures; shape (n, n)."""
    if kernel.relative_error == 0.0:
        return np.zeros((len(points), len(points)))
    size = np.sqrt(kernel.weight_diagonal(points))
    return kernel.relative_error * np.multiply.outer(size, size)


def leg_rows(
    integrand: Integrand, n_points: int, labels: Indices | None = None, slots: Sequence[int] = ()
) -> tuple[Indices, ...]:
    """Inputs on the legs of each vertex: all multisets, or those of one assignment of the external points.

    Parameters
    ----------
    integrand : Integrand
        One of `Integrand.parts`.
    n_points : int
    labels : ndarray of int, shape (M, n_external), optional
        Inputs at which the external points sit; a single row is taken as it is.
    slots : sequence of int
        External point of each slot.

    Returns
    -------
    tuple of ndarray of int, one per vertex, shape (R_v, legs of v)
    """
    if labels is None or len(labels) != 1:
        return tuple(multisets(n_points, count) for count in integrand.leg_counts)
    return tuple(labels[:, [slots[s] for s in mine]] for mine in _slots_of_vertices(integrand))


def looked_up(solved: Solved | ConnectedSolved, n_points: int) -> LookUp:
    """Give an answer as terms take it; see `gather`."""
    if isinstance(solved, Solved):
        return LookUp(solved.question.integrand.n_external, partial(gather, solved, n_points))
    return LookUp(solved.question.part.n_external, solved.at)


def gather(solved: Solved, n_points: int, labels: Indices) -> tuple[Array, Array]:
    """Look up the value and error of a solved integral.

    Parameters
    ----------
    solved : Solved
        Its rows are those of `leg_rows`.
    n_points : int
    labels : ndarray of int, shape (..., slots)
        Input at each slot.

    Returns
    -------
    value, error : ndarray, shape (...)
    """
    question, answer = solved
    if len(question.rows) == 1 and question.rows[0] is labels:
        return answer.value, answer.error
    where = tuple(
        np.zeros(labels.shape[:-1], dtype=np.int64) if len(row) == 1 else ranks(labels[..., mine], n_points)
        for row, mine in zip(question.rows, _slots_of_vertices(question.integrand), strict=True)
    )
    return answer.value[where], answer.error[where]


def _slots_of_vertices(integrand: Integrand) -> list[list[int]]:
    slots = iter(range(integrand.n_external))
    return [[next(slots) for _ in range(count)] for count in integrand.leg_counts]


class Product:
    """A number per element with an error bound, multiplied up factor by factor."""

    def __init__(self, start: Array) -> None:
        self.value = start
        self._bound = np.abs(start)

    @property
    def error(self) -> Array:
        """Bound on the error of `value`."""
        rounding = 4.0 * _EPSILON * np.abs(self.value)
        return np.asarray(self._bound - np.abs(self.value) + rounding)

    def multiply(self, value: Array, error: Array) -> None:
        """Multiply by a number with an error bound."""
        self.value = self.value * value
        self._bound = self._bound * (np.abs(value) + error)

    def add(self, value: Array, error: Array) -> None:
        """Add a number with an error bound."""
        self._bound = np.abs(self.value + value) + (self._bound - np.abs(self.value)) + error
        self.value = self.value + value

    def multiply_kernel(self, value: Array, power: int, uncertain: Array | float = 0.0) -> None:
        """Multiply by powers of kernel values, accurate to a few units in the last place and `uncertain`."""
        self.multiply(value, 4.0 * power * _EPSILON * np.abs(value) + uncertain)
