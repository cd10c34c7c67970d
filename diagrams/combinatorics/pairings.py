"""Every way to pair things up: the one list of pairings of the house."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from diagrams.errors import GenerationError
from diagrams.messages import shown

Item = TypeVar("Item")


def pairings(items: Iterable[Item]) -> Iterator[tuple[tuple[Item, Item], ...]]:
    """Every way to split items into pairs, each once, generated directly ((2m-1)!! of them).

    The first item is paired with each other in turn, the rest likewise. An odd number of items has none.

    Raises
    ------
    GenerationError
        If nothing can be gone through.

    Examples
    --------
    >>> list(pairings("abcd"))
    [(('a', 'b'), ('c', 'd')), (('a', 'c'), ('b', 'd')), (('a', 'd'), ('b', 'c'))]
    """
    if not isinstance(items, Iterable):
        raise GenerationError(f"{shown(items)} was given; things to pair are needed, as in 'abcd'")
    left = tuple(items)
    if not left or len(left) % 2:
        return iter(() if left else ((),))
    return (
        ((left[0], left[i]), *rest)
        for i in range(1, len(left))
        for rest in pairings(left[1:i] + left[i + 1 :])
    )
