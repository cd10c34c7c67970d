"""Set partitions: the terms of moment-cumulant formulas; even theories need blocks of even size only."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PartitionClass:
    """All partitions with the same block sizes.

    Attributes
    ----------
    sizes : tuple of int
        Even block sizes, descending; they sum to n.
    blocks : tuple of ndarray of int64
        For each block an array of shape (n_partitions, size): the labels 0..n-1 in that block.

    Examples
    --------
    >>> [(c.sizes, len(c.blocks[0])) for c in even_partitions(6)]
    [((6,), 1), ((4, 2), 15), ((2, 2, 2), 15)]
    """

    sizes: tuple[int, ...]
    blocks: tuple[NDArray[np.int64], ...]


@lru_cache(maxsize=16)
def even_partitions(n: int) -> tuple[PartitionClass, ...]:
    """List the partitions of ``range(n)`` into blocks of even size, grouped by block sizes.

    Parameters
    ----------
    n : int
        Number of labels; for odd `n` there are none.

    Returns
    -------
    tuple of PartitionClass
        Coarsest first. The total numbers are 1, 1, 4, 31, 379, 6556 for n = 0, 2, ..., 10 (OEIS A005046).

    Examples
    --------
    >>> sum(len(c.blocks[0]) for c in even_partitions(8))
    379
    """
    grouped: dict[tuple[int, ...], list[tuple[tuple[int, ...], ...]]] = {}
    for partition in _partitions(tuple(range(n)), even=True):
        ordered = tuple(sorted(partition, key=lambda block: (-len(block), block)))
        grouped.setdefault(tuple(map(len, ordered)), []).append(ordered)
    classes = []
    for sizes in sorted(grouped, key=lambda sizes: (len(sizes), sizes)):
        columns = zip(*grouped[sizes], strict=True)
        classes.append(PartitionClass(sizes, tuple(np.array(column, dtype=np.int64) for column in columns)))
    return tuple(classes)


@lru_cache(maxsize=16)
def set_partitions(n: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """List all partitions of ``range(n)`` into blocks of any size.

    Parameters
    ----------
    n : int
        Number of labels; the number of partitions is the Bell number 1, 1, 2, 5, 15, 52, ...

    Returns
    -------
    tuple of partitions
        A partition is a tuple of blocks, a block an ascending tuple of labels.

    Examples
    --------
    >>> set_partitions(2)
    (((0,), (1,)), ((0, 1),))
    >>> [len(set_partitions(n)) for n in range(7)]
    [1, 1, 2, 5, 15, 52, 203]
    """
    return tuple(_partitions(tuple(range(n)), even=False))


def _partitions(labels: tuple[int, ...], even: bool) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield each partition once, perhaps with even blocks only: the block of the first label comes first."""
    if not labels:
        yield ()
        return
    first, rest = labels[0], labels[1:]
    for extra in range(1, len(labels), 2) if even else range(len(labels)):
        for others in combinations(rest, extra):
            remaining = tuple(label for label in rest if label not in others)
            for tail in _partitions(remaining, even):
                yield ((first, *others), *tail)
