"""Compiled leg-orbit expansion: what `diagrams.legs` does, for arrays of classes.

Conventions are those of `diagrams.machine`; points are nodes 0..n-1, vertices n..n+V-1. The leg group of a
class is its automorphism group seen by the leg-carrying vertices; legless vertices are written as fixed.
"""

from typing import NamedTuple

import numpy as np

from diagrams.jit import compiled
from diagrams.machine import Bytes, Classes, Longs


class Numbers(NamedTuple):
    """Numbers that all labelled diagrams of a class share; shape (C,) each.

    Attributes
    ----------
    labellings : ndarray of int64
        Number of labelled diagrams.
    fixing : ndarray of int64
        Vertex automorphisms with the points fixed.
    edge_symmetry : ndarray of int64
        prod m! prod 2**s s!.
    """

    labellings: Longs
    fixing: Longs
    edge_symmetry: Longs


class Lines(NamedTuple):
    """Labelled diagrams as arrays.

    Attributes
    ----------
    lines : ndarray of int8, shape (B, L, 2)
    vertex_automorphisms, edge_symmetry : ndarray of int64, shape (B,)
    """

    lines: Bytes
    vertex_automorphisms: Longs
    edge_symmetry: Longs


@compiled
def leg_group(generators: Bytes, number: int, legs: Bytes, group: Bytes) -> int:
    """Close generators to the leg group.

    Parameters
    ----------
    generators : ndarray of int8, shape (at least number, V)
    number : int
    legs : ndarray of int8, shape (V,)
    group : ndarray of int8, shape (at least the order, V)
        Filled with the elements, the identity first.

    Returns
    -------
    int
        The order.
    """
    size = legs.shape[0]
    for v in range(size):
        group[0, v] = v
    order = 1
    head = 0
    moved = np.empty(size, np.int8)
    while head < order:
        for g in range(number):
            for v in range(size):
                moved[v] = generators[g, group[head, v]] if legs[v] else v
            known = False
            for other in range(order):
                known = True
                for v in range(size):
                    if group[other, v] != moved[v]:
                        known = False
                        break
                if known:
                    break
            if not known:
                group[order] = moved
                order += 1
        head += 1
    return order


@compiled
def _edge_symmetry(matrix: Bytes) -> int:
    symmetry = 1
    for i in range(matrix.shape[0]):
        for j in range(i, matrix.shape[0]):
            for k in range(2, matrix[i, j] + 1):
                symmetry *= k
        symmetry <<= matrix[i, i]
    return symmetry


@compiled
def class_numbers(legs: Bytes, classes: Classes, group: Bytes, out: Numbers) -> None:
    """Fill the numbers of every class; `group` is work space for `leg_group`."""
    words = 1
    n = 0
    for v in range(legs.shape[0]):
        for i in range(legs[v]):
            n += 1
            words = words * n // (i + 1)
    for c in range(classes.group_order.shape[0]):
        moving = leg_group(classes.generators[c], classes.n_generators[c], legs, group)
        out.labellings[c] = words // moving
        out.fixing[c] = classes.group_order[c] // moving
        out.edge_symmetry[c] = _edge_symmetry(classes.matrix[c])


@compiled
def _next_word(word: Bytes) -> bool:
    """Go to the next arrangement in lexicographic order; False after the last."""
    i = word.shape[0] - 2
    while i >= 0 and word[i] >= word[i + 1]:
        i -= 1
    if i < 0:
        return False
    j = word.shape[0] - 1
    while word[j] <= word[i]:
        j -= 1
    word[i], word[j] = word[j], word[i]
    a, b = i + 1, word.shape[0] - 1
    while a < b:
        word[a], word[b] = word[b], word[a]
        a += 1
        b -= 1
    return True


@compiled
def _is_smallest(word: Bytes, group: Bytes, order: int) -> bool:
    """Whether no element of the leg group makes the word (vertex of each label) smaller."""
    for g in range(1, order):
        for i in range(word.shape[0]):
            image = group[g, word[i]]
            if image != word[i]:
                if image < word[i]:
                    return False
                break
    return True


@compiled
def _expand(classes: Classes, c: int, legs: Bytes, group: Bytes, lines: Bytes) -> int:
    """Write every labelled diagram of class `c` to `lines`; return their number."""
    size = legs.shape[0]
    n = int(legs.sum())
    word = np.empty(n, np.int8)
    k = 0
    for v in range(size):
        for _ in range(legs[v]):
            word[k] = v
            k += 1
    inner = np.empty((lines.shape[1] - n, 2), np.int8)
    k = 0
    for i in range(size):
        for j in range(i, size):
            for _ in range(classes.matrix[c, i, j]):
                inner[k, 0] = n + i
                inner[k, 1] = n + j
                k += 1
    order = leg_group(classes.generators[c], classes.n_generators[c], legs, group)
    written = 0
    more = True
    while more:
        if _is_smallest(word, group, order):
            for i in range(n):
                lines[written, i, 0] = i
                lines[written, i, 1] = n + word[i]
            for i in range(inner.shape[0]):
                lines[written, n + i, 0] = inner[i, 0]
                lines[written, n + i, 1] = inner[i, 1]
            written += 1
        more = _next_word(word)
    return written


@compiled
def expand_classes(
    first: int, classes: Classes, numbers: Numbers, legs: Bytes, group: Bytes, filled: int, out: Lines
) -> tuple[int, int]:
    """Expand classes first, first + 1, ... while there is room in the output.

    Parameters
    ----------
    first : int
        First class to expand.
    classes : Classes
    numbers : Numbers
        Of these classes.
    legs : ndarray of int8, shape (V,)
    group : ndarray of int8
        Work space for `leg_group`.
    filled : int
        Entries of the output already taken.
    out : Lines

    Returns
    -------
    tuple of int
        The first class not expanded, and the entries taken now.
    """
    labellings = numbers.labellings
    while first < labellings.shape[0] and filled + labellings[first] <= out.lines.shape[0]:
        end = filled + _expand(classes, first, legs, group, out.lines[filled:])
        out.vertex_automorphisms[filled:end] = numbers.fixing[first]
        out.edge_symmetry[filled:end] = numbers.edge_symmetry[first]
        filled = end
        first += 1
    return first, filled
