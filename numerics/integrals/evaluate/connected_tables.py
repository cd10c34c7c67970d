"""Connected correlators of a network on a grid: each tabulated once, then multiplied and summed."""

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import even_partitions
from numerics.exact.at_rows import connected_at
from numerics.fields.index_sets import IndexRows, distinct_rows
from numerics.integrals.questions.connected_question import ConnectedQuestion
from numerics.integrals.rules.quadrature import Grid
from numerics.lowering.connected_product import ConnectedFactor
from numerics.networks.base import Network

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Products of correlators held at once.
_BLOCK = 2_000_000


class _Key(NamedTuple):
    """Correlators that differ in their inputs only: numbers of legs outside, and at each vertex."""

    outside: int
    at: tuple[int, ...]

    @property
    def order(self) -> int:
        return self.outside + sum(self.at)


class _Table(NamedTuple):
    """Values and error bounds of correlators, shape (2, U, m, .., m), for U rows of inputs."""

    inputs: IndexRows
    numbers: Array


class Sums(NamedTuple):
    """Integrals on one grid, shape (R,): value, ∫∏|G|, and what the errors of the correlators add up to."""

    value: Array
    scale: Array
    carried: Array


@final
class ConnectedTables:
    """All correlators that some integrals need on one grid.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n, d)
        Inputs of the external points.
    grid : Grid
        Nodes of every vertex.
    questions : sequence of ConnectedQuestion
    """

    def __init__(
        self, network: Network, points: Array, grid: Grid, questions: Sequence[ConnectedQuestion]
    ) -> None:
        self._weights = grid.weights
        n, m = len(points), len(grid.weights)
        inputs = _inputs(questions, n)
        rows: dict[int, list[Indices]] = {}
        for key, outside in inputs.items():
            rows.setdefault(key.order, []).append(_rows(key, outside, n, m))
        wanted = {order: np.concatenate(parts) for order, parts in sorted(rows.items())}
        found = connected_at(network, np.concatenate([points, grid.nodes]), wanted)
        self._tables: dict[_Key, _Table] = {}
        start = dict.fromkeys(rows, 0)
        for key, outside in inputs.items():
            shape = (len(outside), *(m for _ in key.at))
            mine = slice(start[key.order], start[key.order] + prod(shape))
            numbers = np.stack([part[mine].reshape(shape) for part in found[key.order]])
            self._tables[key] = _Table(IndexRows(outside, n), numbers)
            start[key.order] = mine.stop

    def sums(self, question: ConnectedQuestion) -> Sums:
        """Integrate one part for all its rows of inputs."""
        part, rows = question.part, question.rows
        step = max(1, _BLOCK // len(self._weights) ** part.n_vertices)
        blocks = [self._block(question, rows[start : start + step]) for start in range(0, len(rows), step)]
        return Sums(*(np.concatenate(column) for column in zip(*blocks, strict=True)))

    def _block(self, question: ConnectedQuestion, rows: Indices) -> Sums:
        part, m = question.part, len(self._weights)
        full = (len(rows), *(m for _ in range(part.n_vertices)))
        value, bound = np.ones(full), np.ones(full)
        for factor, slots in zip(part.factors, part.slots, strict=True):
            table = self._tables[_key(factor)]
            at = table.inputs.find(rows[:, slots])
            shape = (len(rows), *(m if legs else 1 for legs in factor.at))
            one, error = (part[at].reshape(shape) for part in table.numbers)
            value *= one
            bound *= np.abs(one) + error
        size = np.abs(value)
        return Sums(*(self._integrated(each) for each in (value, size, bound - size)))

    def _integrated(self, products: Array) -> Array:
        while products.ndim > 1:
            products = products @ self._weights
        return products


def connected_cost(questions: Sequence[ConnectedQuestion], n_points: int, n_nodes: int) -> tuple[int, float]:
    """Estimate numbers held at once, and multiplications, of making the tables and of summing.

    Examples
    --------
    >>> from numerics.lowering.connected_product import ConnectedPart
    >>> six = ConnectedPart(1, (ConnectedFactor((4,), 2),))
    >>> connected_cost([ConnectedQuestion.of(six, np.array([[0, 1]]), 2)], 2, 100)
    (4600, 9400.0)
    """
    held, work = 0, 0.0
    for key, outside in _inputs(questions, n_points).items():
        rows = len(outside) * n_nodes ** len(key.at)
        partitions = sum(len(kind.blocks[0]) for kind in even_partitions(key.order))
        held += rows * (6 * key.order + 10)
        work += float(rows) * partitions * key.order / 2
    for question in questions:
        products = float(len(question.rows)) * n_nodes**question.part.n_vertices
        work += products * len(question.part.factors)
    return held, work


def _key(factor: ConnectedFactor) -> _Key:
    return _Key(factor.outside, tuple(legs for legs in factor.at if legs))


def _inputs(questions: Iterable[ConnectedQuestion], n_points: int) -> dict[_Key, Indices]:
    """Inputs on the outer legs of every kind of correlator, each row once; shape (U, outside)."""
    found: dict[_Key, list[Indices]] = {}
    for question in questions:
        for factor, slots in zip(question.part.factors, question.part.slots, strict=True):
            found.setdefault(_key(factor), []).append(question.rows[:, slots])
    return {key: distinct_rows(np.concatenate(parts), n_points)[0] for key, parts in found.items()}


def _rows(key: _Key, outside: Indices, n_points: int, n_nodes: int) -> Indices:
    """Points of each correlator, nodes numbered after the inputs; shape (U · m^v, order)."""
    vertices = len(key.at)
    nodes = np.indices((n_nodes,) * vertices).reshape(vertices, n_nodes**vertices).T + n_points
    legs = np.repeat(nodes, key.at, axis=1)
    left = np.repeat(outside, len(legs), axis=0)
    return np.concatenate([left, np.tile(legs, (len(outside), 1))], axis=1)
