"""Contract a tensor network pair by pair, every step one (batched) matrix product.

`numpy.einsum` loops over indices that two tensors share and that are still needed, which is slow where
diagrams have closed loops of vertices; as batches of matrix products these steps run at full speed. What is
transposed, reshaped and multiplied in which order depends on the shapes alone, so it is planned once. The
order is searched by `opt_einsum`: greedily, and through all connected sets where the contraction is long
enough to be worth it.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from opt_einsum import paths

Array = NDArray[np.float64]
Shapes = tuple[tuple[int, ...], ...]

#: For so few tensors the thorough search takes no longer than a greedy one.
_FEW = 4
#: Multiplications that are worth a thorough search for the order of two tensors, and how much more the search
#: takes with each tensor: about 0.02 ms, done over while a contraction is used some thirty times.
_WORTH, _PER_TENSOR = 450.0, 2.5
#: With more tensors the thorough search never ends.
_MOST_THOROUGH = 16


class Operand(NamedTuple):
    """How one tensor is brought into the form (batch, rows, columns).

    Attributes
    ----------
    summed : tuple of int
        Axes that only this tensor has and nobody needs.
    order : tuple of int
        Order of the axes that remain.
    shape : tuple of int
        Shape after joining them.
    """

    summed: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, ...]

    def prepare(self, tensor: Array) -> Array:
        """Sum, transpose and join axes."""
        if self.summed:
            tensor = tensor.sum(axis=self.summed)
        return tensor.transpose(self.order).reshape(self.shape)


class Step(NamedTuple):
    """One contraction; `text` is set instead of the operands where more than two tensors meet."""

    taken: tuple[int, ...]
    first: Operand | None
    second: Operand | None
    is_product: bool
    shape: tuple[int, ...]
    text: str


class Plan(NamedTuple):
    """A contraction worked out for given shapes.

    Attributes
    ----------
    steps : tuple of Step
    last : Operand
        How the result is brought into the order asked for.
    largest : int
        Numbers in the largest tensor, the inputs included.
    operations : float
        Multiplications in all.
    """

    steps: tuple[Step, ...]
    last: Operand
    largest: int
    operations: float

    def run(self, tensors: Sequence[Array]) -> Array:
        """Contract tensors of the shapes planned for."""
        held = list(tensors)
        for step in self.steps:
            taken = [held.pop(k) for k in step.taken]
            if step.first is None or step.second is None:
                held.append(np.asarray(np.einsum(step.text, *taken)))
                continue
            a, b = step.first.prepare(taken[0]), step.second.prepare(taken[1])
            held.append((a @ b if step.is_product else a * b).reshape(step.shape))
        return self.last.prepare(held[0])


def contract_network(subscripts: str, tensors: Sequence[Array]) -> Array:
    """Contract tensors in the order that needs the fewest operations.

    Parameters
    ----------
    subscripts : str
        As for `numpy.einsum`, with an explicit output and no letter twice in one tensor.
    tensors : sequence of ndarray

    Returns
    -------
    ndarray

    Examples
    --------
    >>> a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    >>> bool(np.all(contract_network("ij,jk->ki", [a, b]) == (a @ b).T))
    True
    """
    return plan_contraction(subscripts, tuple(tensor.shape for tensor in tensors)).run(tensors)


@lru_cache(maxsize=1024)
def plan_contraction(subscripts: str, shapes: Shapes) -> Plan:
    """Work out the order and the steps of a contraction, and what they cost.

    Parameters
    ----------
    subscripts : str
        As for `contract_network`.
    shapes : tuple of tuple of int

    Returns
    -------
    Plan

    Examples
    --------
    >>> plan = plan_contraction("ij,jk->ik", ((10, 20), (20, 30)))
    >>> plan.largest, plan.operations
    (600, 6000.0)
    """
    n = len(shapes)
    quick = plan_along(subscripts, shapes, _path(subscripts, shapes, thorough=n <= _FEW))
    if n <= _FEW or n > _MOST_THOROUGH or quick.operations < _WORTH * _PER_TENSOR ** (n - 2):
        return quick
    best = plan_along(subscripts, shapes, _path(subscripts, shapes, thorough=True))
    return min(quick, best, key=lambda plan: plan.operations)


def plan_along(subscripts: str, shapes: Shapes, path: Sequence[Sequence[int]]) -> Plan:
    """Work out the steps of a contraction in a given order.

    Parameters
    ----------
    subscripts, shapes
        As for `plan_contraction`.
    path : sequence of tuples of int
        Positions of the tensors contracted in each step, two or more; the result goes to the end of the list.

    Returns
    -------
    Plan
    """
    inputs, output = subscripts.split("->")
    held = inputs.split(",")
    size: dict[str, int] = {}
    for term, shape in zip(held, shapes, strict=True):
        size |= dict(zip(term, shape, strict=True))
    steps, largest, operations = [], max(prod(shape) for shape in shapes), 0.0
    for chosen in path:
        positions = tuple(sorted(chosen, reverse=True))
        taken = [held.pop(k) for k in positions]
        needed = set(output).union(*held)
        step, letters = _step(positions, taken, needed, size)
        steps.append(step)
        held.append(letters)
        operations += float(prod(size[letter] for letter in set("".join(taken))))
        largest = max(largest, prod(step.shape))
    (letters,) = held
    kept = [letter for letter in letters if letter in output]
    last = Operand(
        tuple(k for k, letter in enumerate(letters) if letter not in output),
        tuple(kept.index(letter) for letter in output),
        tuple(size[letter] for letter in output),
    )
    return Plan(tuple(steps), last, largest, operations)


def _path(subscripts: str, shapes: Shapes, *, thorough: bool) -> Sequence[Sequence[int]]:
    """Order of pairwise contractions, positions in a list to whose end the results go.

    A greedy search, or one through all connected sets of tensors (dynamic programming); both give the same
    order in every process.
    """
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    size: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        size |= dict(zip(term, shape, strict=True))
    search = paths.dynamic_programming if thorough and len(terms) > 1 else paths.greedy
    found: list[tuple[int, ...]] = search([frozenset(term) for term in terms], frozenset(output), size)
    return found


def _step(
    positions: tuple[int, ...], taken: Sequence[str], needed: set[str], size: dict[str, int]
) -> tuple[Step, str]:
    """One step and the letters of its result."""
    if len(taken) != 2:
        # More at once: where the search found no pair worth forming, an outer product could be huge.
        letters = "".join(sorted(needed & set("".join(taken))))
        text = ",".join(taken) + "->" + letters
        return Step(positions, None, None, False, tuple(size[k] for k in letters), text), letters
    a, b = taken
    shared = [letter for letter in a if letter in b]
    batch = "".join(letter for letter in shared if letter in needed)
    summed = "".join(letter for letter in shared if letter not in needed)
    left = "".join(letter for letter in a if letter not in shared and letter in needed)
    right = "".join(letter for letter in b if letter not in shared and letter in needed)
    first = _operand(a, (batch, left, summed), size)
    second = _operand(b, (batch, summed, right), size)
    letters = batch + left + right
    shape = tuple(size[letter] for letter in letters)
    return Step(positions, first, second, bool(summed), shape, ""), letters


def _operand(letters: str, groups: tuple[str, str, str], size: dict[str, int]) -> Operand:
    wanted = "".join(groups)
    kept = [letter for letter in letters if letter in wanted]
    shape = [prod(size[letter] for letter in group) for group in groups]
    if not groups[0]:
        shape = shape[1:]  # one plain matrix product
    return Operand(
        tuple(k for k, letter in enumerate(letters) if letter not in wanted),
        tuple(kept.index(letter) for letter in wanted),
        tuple(shape),
    )
