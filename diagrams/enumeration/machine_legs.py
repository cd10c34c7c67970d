"""Compiled leg-orbit expansion: what `diagrams.enumeration.legs` does, for arrays of classes.

Conventions are those of `diagrams.enumeration.machine`; points are nodes 0..n-1, vertices n..n+V-1. The leg
group of a class is its automorphism group seen by the leg-carrying vertices; legless vertices are written as
fixed.
"""

from functools import lru_cache
from math import factorial, prod
from typing import NamedTuple

import numpy as np

from diagrams.enumeration.machine import Bytes, Classes, Longs, fixing_order, search_space
from diagrams.jit import compiled

#: Exchanges of lines are products of small factorials, often beyond 64 bits. They are kept as exponents of
#: primes, packed into one integer, so that multiplying is adding: (prime, first bit).
_FIELDS = ((2, 0), (3, 10), (5, 19), (7, 27), (11, 34), (13, 41), (17, 47), (19, 53), (23, 58))
#: Most parallel lines, and most line ends altogether, for which no exponent leaves its field.
MOST_PARALLEL, MOST_ENDS = 28, 1000


def _packed(number: int) -> int:
    """Exponents of a number without prime factors above 23."""
    code = 0
    for prime, bit in _FIELDS:
        while number % prime == 0:
            number //= prime
            code += 1 << bit
    return code


@lru_cache(4096)
def unpacked(code: int) -> int:
    """The number that a sum of packed exponents stands for.

    Examples
    --------
    >>> unpacked(_packed(24) + _packed(720))
    17280
    """
    ends = [bit for _, bit in _FIELDS[1:]] + [63]
    exponents = ((code >> bit) % (1 << end - bit) for (_, bit), end in zip(_FIELDS, ends, strict=True))
    return prod(prime**exponent for (prime, _), exponent in zip(_FIELDS, exponents, strict=True))


_FACTORIALS = np.array([_packed(factorial(m)) for m in range(MOST_PARALLEL + 1)], np.int64)


class Numbers(NamedTuple):
    """Numbers that all labelled diagrams of a class share; shape (C,) each.

    Attributes
    ----------
    moving : ndarray of int64
        Order of the leg group; the class stands for (arrangements of the labels) / moving diagrams.
    fixing : ndarray of int64
        Vertex automorphisms with the points fixed.
    edge_code : ndarray of int64
        prod m! prod 2**s s!, packed: see `unpacked`.
    """

    moving: Longs
    fixing: Longs
    edge_code: Longs


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
def leg_group(generators: Bytes, number: int, legs: Bytes, most: int, group: Bytes) -> int:
    """Close generators to the leg group.

    Parameters
    ----------
    generators : ndarray of int8, shape (at least number, V)
    number : int
    legs : ndarray of int8, shape (V,)
    most : int
        The order is not larger than this.
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
    if number == 0:
        return 1
    slots = 8
    while slots < 2 * min(most, group.shape[0]):
        slots *= 2
    table = np.full(slots, -1)  # open addressing: where in `group` an element is
    table[_slot(group[0], slots)] = 0
    order = 1
    head = 0
    moved = np.empty(size, np.int8)
    while head < order:
        for g in range(number):
            for v in range(size):
                moved[v] = generators[g, group[head, v]] if legs[v] else v
            slot = _slot(moved, slots)
            while table[slot] >= 0 and not _equal(group[table[slot]], moved):
                slot = (slot + 1) % slots
            if table[slot] < 0:
                table[slot] = order
                group[order] = moved
                order += 1
        head += 1
    return order


@compiled
def _slot(element: Bytes, slots: int) -> int:
    """Where to look for an element first (multiplicative hashing)."""
    value = 0
    for image in element:
        value = (value * 31 + image + 1) % 2147483647
    return value % slots


@compiled
def _equal(one: Bytes, other: Bytes) -> bool:
    same = True
    for v in range(one.shape[0]):
        same = same and one[v] == other[v]
    return same


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
def _edge_code(matrix: Bytes) -> int:
    code = 0
    for i in range(matrix.shape[0]):
        for j in range(i, matrix.shape[0]):
            code += _FACTORIALS[matrix[i, j]]
        code += matrix[i, i]  # the exponent of 2 has the lowest bits
    return code


@compiled
def class_numbers(legs: Bytes, valences: Bytes, classes: Classes, out: Numbers) -> None:
    """Fill the numbers of every class."""
    search = search_space(legs.shape[0])
    for c in range(classes.group_order.shape[0]):
        order = classes.group_order[c]
        fixing = order if order == 1 else fixing_order(classes.matrix[c], legs, valences, search)
        out.moving[c] = order // fixing
        out.fixing[c] = fixing
        out.edge_code[c] = _edge_code(classes.matrix[c])


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
def expand_classes(place: Longs, word: Bytes, classes: Classes, legs: Bytes, group: Bytes, out: Lines) -> int:
    """Expand classes until the output is full or none is left.

    Parameters
    ----------
    place : ndarray of int64, shape (3,)
        Class to go on with, whether it is begun (1) or not (0), and entries of the output already taken.
        Changed in place: the first entry is the number of classes when all are done.
    word : ndarray of int8, shape (n,)
        Next arrangement of the labels in a class that is begun. Changed in place.
    classes : Classes
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
        order = leg_group(classes.generators[c], classes.n_generators[c], legs, classes.group_order[c], group)
        written, more = _expand(word, inner, group, order, out.lines[start:])
        out.vertex_automorphisms[start : start + written] = classes.group_order[c] // order
        out.edge_symmetry[start : start + written] = _edge_symmetry(classes.matrix[c])
        place[2] = start + written
        place[1] = more
        place[0] += not more
    return int(place[2])
