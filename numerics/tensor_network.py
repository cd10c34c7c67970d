"""Contract a tensor network pair by pair, every step one (batched) matrix product.

`numpy.einsum` loops over indices that two tensors share and that are still needed, which is slow where
diagrams have closed loops of vertices; as batches of matrix products these steps run at full speed.
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Labelled(NamedTuple):
    """A tensor and one letter per axis."""

    letters: str
    values: Array


def contract_network(subscripts: str, tensors: Sequence[Array], path: Sequence[Sequence[int]]) -> Array:
    """Contract tensors in a given order.

    Parameters
    ----------
    subscripts : str
        As for `numpy.einsum`, with an explicit output and no letter twice in one tensor.
    tensors : sequence of ndarray
    path : sequence of tuples of int
        Positions of the tensors contracted in each step, two or more; the result goes to the end of the list.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    >>> bool(np.all(contract_network("ij,jk->ki", [a, b], [(0, 1)]) == (a @ b).T))
    True
    """
    inputs, output = subscripts.split("->")
    held = [Labelled(letters, t) for letters, t in zip(inputs.split(","), tensors, strict=True)]
    for step in path:
        taken = [held.pop(k) for k in sorted(step, reverse=True)]
        needed = set(output).union(*(tensor.letters for tensor in held))
        if len(taken) == 2:
            held.append(_pair(taken[0], taken[1], needed))
            continue
        # More at once: where the search found no pair worth forming, an outer product could be huge.
        letters = "".join(sorted(needed & set("".join(tensor.letters for tensor in taken))))
        text = ",".join(tensor.letters for tensor in taken) + "->" + letters
        result = Labelled(letters, np.einsum(text, *(tensor.values for tensor in taken)))
        held.append(result)
    (last,) = held
    last = _summed(last, set(output))
    return np.transpose(last.values, [last.letters.index(letter) for letter in output])


def _pair(a: Labelled, b: Labelled, needed: set[str]) -> Labelled:
    """Multiply two tensors and sum over the letters that nothing else needs."""
    a, b = _summed(a, needed | set(b.letters)), _summed(b, needed | set(a.letters))
    shared = [letter for letter in a.letters if letter in b.letters]
    batch = "".join(letter for letter in shared if letter in needed)
    summed = "".join(letter for letter in shared if letter not in needed)
    left = "".join(letter for letter in a.letters if letter not in shared)
    right = "".join(letter for letter in b.letters if letter not in shared)
    size = dict(zip(a.letters + b.letters, a.values.shape + b.values.shape, strict=True))
    first = _ordered(a, batch + left + summed, size, (batch, left, summed))
    second = _ordered(b, batch + summed + right, size, (batch, summed, right))
    values = first @ second if summed else first * second
    letters = batch + left + right
    return Labelled(letters, values.reshape([size[letter] for letter in letters]))


def _ordered(tensor: Labelled, letters: str, size: dict[str, int], groups: tuple[str, str, str]) -> Array:
    """Bring the axes into an order and join them into three: batch, rows, columns."""
    values = np.transpose(tensor.values, [tensor.letters.index(letter) for letter in letters])
    return values.reshape([prod(size[letter] for letter in group) for group in groups])


def _summed(tensor: Labelled, needed: set[str]) -> Labelled:
    """Sum over the letters that nothing needs."""
    gone = tuple(k for k, letter in enumerate(tensor.letters) if letter not in needed)
    if not gone:
        return tensor
    kept = "".join(letter for letter in tensor.letters if letter in needed)
    return Labelled(kept, tensor.values.sum(axis=gone))
