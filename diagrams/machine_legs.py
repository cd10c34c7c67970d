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
    moving : ndarray of int64
        Order of the leg group; the class stands for (arrangements of the labels) / moving diagrams.
    fixing : ndarray of int64
        Vertex automorphisms with the points fixed.
    edge_symmetry : ndarray of int64
        prod m! prod 2**s s!.
    """

    moving: Longs
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
    for c in range(classes.group_order.shape[0]):
        moving = leg_group(classes.generators[c], classes.n_generators[c], legs, group)
        out.moving[c] = moving
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
def _inner_lines(matrix: Bytes, n: int, inner: Bytes) -> None:
    """Write the lines between vertices to `inner`, shape (number of them, 2)."""
    k = 0
    for i in range(matrix.shape[0]):
        for j in range(i, matrix.shape[0]):
            for _ in range(matrix[i, j]):
                inner[k, 0] = n + i
                inner[k, 1] = n + j
                k += 1


@compiled
def _first_word(legs: Bytes, word: Bytes) -> None:
    """Write the smallest arrangement of labels: those of vertex 0 first."""
    k = 0
    for v in range(legs.shape[0]):
        for _ in range(legs[v]):
            word[k] = v
            k += 1


@compiled
def _expand(word: Bytes, inner: Bytes, group: Bytes, order: int, lines: Bytes) -> tuple[int, bool]:
    """Write labelled diagrams from `word` on, until the output is full.

    Returns how many were written, and whether `word` is now one that was not looked at.
    """
    n = word.shape[0]
    written = 0
    more = True
    while more and written < lines.shape[0]:
        if _is_smallest(word, group, order):
            for i in range(n):
                lines[written, i, 0] = i
                lines[written, i, 1] = n + word[i]
            lines[written, n:] = inner
            written += 1
        more = _next_word(word)
    return written, more


@compiled
def expand_classes(
    place: Longs, word: Bytes, classes: Classes, numbers: Numbers, legs: Bytes, group: Bytes, out: Lines
) -> int:
    """Expand classes until the output is full or none is left.

    Parameters
    ----------
    place : ndarray of int64, shape (3,)
        Class to go on with, whether it is begun (1) or not (0), and entries of the output already taken.
        Changed in place: the first entry is the number of classes when all are done.
    word : ndarray of int8, shape (n,)
        Next arrangement of the labels in a class that is begun. Changed in place.
    classes : Classes
    numbers : Numbers
        Of these classes.
    legs : ndarray of int8, shape (V,)
    group : ndarray of int8
        Work space for `leg_group`.
    out : Lines

    Returns
    -------
    int
        The entries of the output now taken.
    """
    n = word.shape[0]
    inner = np.empty((out.lines.shape[1] - n, 2), np.int8)
    while place[0] < classes.group_order.shape[0] and place[2] < out.lines.shape[0]:
        c, start = place[0], place[2]
        if not place[1]:
            _first_word(legs, word)
        _inner_lines(classes.matrix[c], n, inner)
        order = leg_group(classes.generators[c], classes.n_generators[c], legs, group)
        written, more = _expand(word, inner, group, order, out.lines[start:])
        out.vertex_automorphisms[start : start + written] = numbers.fixing[c]
        out.edge_symmetry[start : start + written] = numbers.edge_symmetry[c]
        place[2] = start + written
        place[1] = more
        place[0] += not more
    return int(place[2])
