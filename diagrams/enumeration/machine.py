"""Compiled enumeration of leg classes: the algorithm of `diagrams.enumeration.leg_classes` at machine speed.

The same matrices in the same order, with two differences. The enumeration is one loop over matrix entries
with its state in arrays, so that it can stop when an output buffer is full and go on later. And the test for
the largest matrix goes from the last position to the first, keeping the relabellings found as **generators**:
a candidate in the orbit of one already tried needs no second look, and the order of the automorphism group is
the product of the orbit lengths (Schreier and Sims).

Conventions: V vertices, blobs first, sorted by (valence, more legs first); ``matrix`` (V, V), symmetric,
self-loops on the diagonal; ``same[r, j]`` says that columns j - 1 and j are still equivalent when row r is
filled (j > r).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.jit import compiled, inlined

Bytes = NDArray[np.int8]
Longs = NDArray[np.int64]

_REJECTED, _DIFFERENT, _EQUAL = -1, 0, 1
#: Rows before the last that are not tested: the last row has no choice left, and those before it have little,
#: so that testing whole matrices only is cheaper than dropping a few beginnings.
_UNTESTED = 2
#: Work done in one call, in rows tried.
MOST_ROWS = 20_000


class State(NamedTuple):
    """An enumeration that can be left and resumed.

    Attributes
    ----------
    matrix : ndarray of int8, shape (V, V)
        The matrix so far.
    free : ndarray of int64, shape (V,)
        Line ends of every vertex that earlier rows do not use.
    left : ndarray of int64, shape (V,)
        Line ends still to be placed in a row.
    same : ndarray of int8, shape (V + 1, V)
        Equivalent neighbouring columns.
    joined : ndarray of int64, shape (V,)
        Neighbours of the finished vertices, as bits.
    place : ndarray of int64, shape (5,)
        Row, column, and 1 forward or 0 backward; the number of blobs, which stays; rows tried so far.
    """

    matrix: Bytes
    free: Longs
    left: Longs
    same: Bytes
    joined: Longs
    place: Longs


class Classes(NamedTuple):
    """Enumerated classes.

    Attributes
    ----------
    matrix : ndarray of int8, shape (C, V, V)
    group_order : ndarray of int64, shape (C,)
        Number of vertex automorphisms (valences and legs respected).
    n_generators : ndarray of int64, shape (C,)
    generators : ndarray of int8, shape (C, V, V)
        The first ``n_generators`` rows generate the automorphism group.
    """

    matrix: Bytes
    group_order: Longs
    n_generators: Longs
    generators: Bytes

    def head(self, number: int) -> "Classes":
        """The first `number` classes."""
        return Classes(
            self.matrix[:number],
            self.group_order[:number],
            self.n_generators[:number],
            self.generators[:number],
        )


class Search(NamedTuple):
    """Work space of the test for the largest matrix: ordered partitions by depth, and orbits."""

    order: Bytes
    starts: Bytes
    chosen: Bytes
    cursor: Longs
    parent: Longs
    generators: Bytes


@compiled
def search_space(size: int) -> Search:
    """Room for one search."""
    return Search(
        np.empty((size + 1, size), np.int8),
        np.empty((size + 1, size), np.int8),
        np.empty(size, np.int8),
        np.empty(size + 2, np.int64),
        np.empty(size, np.int64),
        np.empty((size, size), np.int8),
    )


@compiled
def _single_out(matrix: Bytes, depth: int, which: int, order: Bytes, starts: Bytes, chosen: Bytes) -> int:
    """Put candidate number `which` at position `depth`; compare its row with row `depth`.

    ``order[depth, depth:]`` lists the vertices left, ``starts[depth, j]`` marks the first of each cell. Fills
    ``order[depth + 1]`` and ``starts[depth + 1]``. Returns 1, 0, -1: the row is larger, equal, smaller.
    """
    size = matrix.shape[0]
    here, there = order[depth], order[depth + 1]
    vertex = here[which]
    chosen[depth] = vertex
    if matrix[vertex, vertex] != matrix[depth, depth]:
        return 1 if matrix[vertex, vertex] > matrix[depth, depth] else -1
    begin = fill = depth + 1
    for j in range(depth, size + 1):
        if j == size or (j > depth and starts[depth, j]):
            # The cell [begin, fill) is complete and sorted: compare it, mark where it splits.
            for k in range(begin, fill):
                value = matrix[vertex, there[k]]
                if value != matrix[depth, k]:
                    return 1 if value > matrix[depth, k] else -1
                starts[depth + 1, k] = k == begin or value != matrix[vertex, there[k - 1]]
            begin = fill
        if j < size and j != which:
            k = fill
            value = matrix[vertex, here[j]]
            while k > begin and matrix[vertex, there[k - 1]] < value:
                there[k] = there[k - 1]
                k -= 1
            there[k] = here[j]
            fill += 1
    return 0


@compiled
def _explore(matrix: Bytes, last: int, depth: int, which: int, search: Search) -> int:
    """Look below one candidate for a relabelling of rows 0..last that is larger, or equal."""
    size = matrix.shape[0]
    order, starts, chosen, cursor = search.order, search.starts, search.chosen, search.cursor
    compared = _single_out(matrix, depth, which, order, starts, chosen)
    if compared != 0:
        return _REJECTED if compared > 0 else _DIFFERENT
    level = depth + 1
    cursor[level] = level
    while level <= last:
        if level == depth:
            return _DIFFERENT
        j = cursor[level]
        if j >= size or (j > level and starts[level, j]):
            level -= 1
            continue
        cursor[level] = j + 1
        if order[level, j] > last:
            continue  # its row is not finished
        compared = _single_out(matrix, level, j, order, starts, chosen)
        if compared > 0:
            return _REJECTED
        if compared == 0:
            level += 1
            cursor[level] = level
    return _EQUAL


@compiled
def _root(parent: Longs, v: int) -> int:
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@compiled
def _is_largest(matrix: Bytes, last: int, same: Bytes, search: Search) -> tuple[int, int]:
    """Group order and number of generators if no relabelling of rows 0..last is larger; else (0, 0).

    Before the last row the group is that of the finished rows, and only its orbits are used.
    """
    size = matrix.shape[0]
    order, starts, parent = search.order, search.starts, search.parent
    for v in range(size):
        parent[v] = v
    group_order = 1
    number = 0
    for depth in range(last, -1, -1):
        stop = depth + 1
        while stop < size and same[depth, stop]:
            stop += 1
        for candidate in range(depth + 1, min(stop, last + 1)):
            known = False
            for tried in range(depth, candidate):
                if _root(parent, tried) == _root(parent, candidate):
                    known = True
                    break
            if known:
                continue
            for j in range(depth, size):
                order[depth, j] = j
                starts[depth, j] = j == depth or not same[depth, j]
            found = _explore(matrix, last, depth, candidate, search)
            if found == _REJECTED:
                return 0, 0
            if found == _EQUAL:
                for v in range(size):
                    image = search.chosen[v] if depth <= v <= last else v
                    search.generators[number, v] = image
                    a, b = _root(parent, v), _root(parent, image)
                    if a != b:
                        parent[max(a, b)] = min(a, b)
                number += 1
        orbit = 0
        for v in range(depth, stop):
            orbit += _root(parent, v) == _root(parent, depth)
        group_order *= orbit
    return group_order, number


@compiled
def fixing_order(matrix: Bytes, legs: Bytes, valences: Bytes, search: Search) -> int:
    """Number of vertex automorphisms that leave every leg-carrying vertex in its place.

    The matrix is the largest of its class, so it is also the largest under these relabellings.
    """
    size = matrix.shape[0]
    same = np.zeros((size + 1, size), np.int8)
    for j in range(1, size):
        same[0, j] = legs[j] == 0 and legs[j - 1] == 0 and valences[j] == valences[j - 1]
    for row in range(size):
        for j in range(row + 2, size):
            same[row + 1, j] = same[row, j] and matrix[row, j] == matrix[row, j - 1]
    return _is_largest(matrix, size - 1, same, search)[0]


@compiled
def _may_connect(matrix: Bytes, last: int, joined: Longs) -> bool:
    """Whether no component consists of finished rows (0..last) only, unless it is everything.

    ``joined[v]`` are the neighbours of a finished vertex as bits; entry `last` is written here.
    """
    size = matrix.shape[0]
    bits = 0
    for w in range(size):
        if matrix[last, w]:
            bits |= 1 << w
    joined[last] = bits
    everything = (1 << size) - 1
    reached = everything - ((1 << (last + 1)) - 1) if last < size - 1 else 1
    before = 0
    while reached not in (before, everything):
        before = reached
        for v in range(last + 1):
            if joined[v] & reached:
                reached |= 1 << v
            if last == size - 1 and (reached >> v) & 1:
                reached |= joined[v]
    return bool(reached == everything)


@compiled
def smallest_cuts(matrix: Bytes, legs: Bytes) -> tuple[int, int, int]:
    """Fewest lines that cut off a set of vertices, over all sets.

    Parameters
    ----------
    matrix : ndarray of int8, shape (V, V)
    legs : ndarray of int8, shape (V,)

    Returns
    -------
    internal : int
        Over proper sets: lines to the other vertices. One-particle irreducible means at least 2.
    bare : int
        Over sets without legs, the set of all included: the same. No tadpole means at least 2.
    all_lines : int
        Over all sets: lines to the other vertices plus legs. Skeleton means at least 3.
        Without any such set a number is 2**30.
    """
    size = matrix.shape[0]
    internal = bare = all_lines = 1 << 30
    inside = np.zeros(size, np.int8)
    boundary = outside_legs = members = 0
    for code in range(1, 1 << size):  # Gray code: one vertex changes sides at a time
        v = 0
        while not (code >> v) & 1:
            v += 1
        sign = -1 if inside[v] else 1
        for w in range(size):
            if w != v:
                boundary += matrix[v, w] * (-sign if inside[w] else sign)
        inside[v] = 1 - inside[v]
        outside_legs += sign * legs[v]
        members += sign
        if members == 0:
            continue
        if members < size:
            internal = min(internal, boundary)
        if outside_legs == 0:
            bare = min(bare, boundary)
        all_lines = min(all_lines, boundary + outside_legs)
    return internal, bare, all_lines


@compiled
def _keeps(matrix: Bytes, legs: Bytes, least_cuts: Longs) -> bool:
    internal, bare, all_lines = smallest_cuts(matrix, legs)
    return bool(internal >= least_cuts[0] and bare >= least_cuts[1] and all_lines >= least_cuts[2])


@inlined
def _next_value(state: State, row: int, column: int, forward: bool, self_loops: bool) -> int:
    """Largest possible value of an entry, or (backward) one less than before; -1 if there is none."""
    matrix, free, left, same = state.matrix, state.free, state.left, state.same
    size = matrix.shape[0]
    n_blobs = state.place[3]
    if not forward:
        old = matrix[row, column]
        left[row] += 2 * old if column == row else old
        if column != row:
            free[column] += old
        value = old - 1
    elif column == row:
        left[row] = free[row]
        value = free[row] // 2 if self_loops and row >= n_blobs else 0
    elif column < n_blobs:  # and so is the row: nothing joins two blobs
        value = 0
    else:
        value = min(left[row], free[column])
        if column - 1 > row and same[row, column]:
            value = min(value, matrix[row, column - 1])
    capacity = 0
    for j in range(max(column + 1, n_blobs if row < n_blobs else 0), size):
        capacity += free[j]
    placed = 2 * value if column == row else value
    return value if left[row] - placed <= capacity else -1


@inlined
def _finish_row(state: State, row: int, search: Search) -> tuple[int, int]:
    """Group order and number of generators if the enumeration may go on with this row; else (0, 0)."""
    matrix, same = state.matrix, state.same
    if not _may_connect(matrix, row, state.joined):
        return 0, 0
    for j in range(row + 2, matrix.shape[0]):
        same[row + 1, j] = same[row, j] and matrix[row, j] == matrix[row, j - 1]
    if matrix.shape[0] - _UNTESTED <= row + 1 < matrix.shape[0]:
        return 1, 0  # the test of the whole matrix comes soon, and few fail
    return _is_largest(matrix, row, same, search)


@compiled
def fill_classes(legs: Bytes, self_loops: bool, least_cuts: Longs, state: State, out: Classes) -> int:
    """Go on with an enumeration until the output is full, enough rows were tried, or it is finished.

    So a call takes a second or two at most, and an interrupt is not kept waiting.

    Parameters
    ----------
    legs : ndarray of int8, shape (V,)
    self_loops : bool
        Whether lines from a vertex to itself are allowed.
    least_cuts : ndarray of int64, shape (3,)
        Keep a class only if its `smallest_cuts` are at least these; all 0 keeps everything.
    state : State
        Changed in place.
    out : Classes
        Room for C classes; filled.

    Returns
    -------
    int
        Number of classes written. ``state.place[0] < 0`` means that the enumeration is finished.
    """
    matrix, free, left, place = state.matrix, state.free, state.left, state.place
    size = matrix.shape[0]
    search = search_space(size)
    written = 0
    rows_tried = 0
    row, column, forward = place[0], place[1], place[2] == 1
    while row >= 0 and written < out.group_order.shape[0] and rows_tried < MOST_ROWS:
        value = _next_value(state, row, column, forward, self_loops)
        forward = value >= 0
        matrix[row, column] = matrix[column, row] = max(value, 0)
        if not forward:  # no (smaller) value will do: back to the entry before
            column -= 1
            if column < row:
                row -= 1
                column = size - 1
            continue
        left[row] -= 2 * value if column == row else value
        if column != row:
            free[column] -= value
        if column < size - 1:
            column += 1
            continue
        rows_tried += 1
        group_order, number = _finish_row(state, row, search)
        forward = group_order > 0 and row < size - 1
        if forward:
            row += 1
            column = row
        elif group_order > 0:
            if least_cuts.max() > 0:
                rows_tried += (1 << size) >> 12  # what `smallest_cuts` takes
                if not _keeps(matrix, legs, least_cuts):
                    continue
            out.matrix[written] = matrix
            out.group_order[written] = group_order
            out.n_generators[written] = number
            for g in range(number):
                out.generators[written, g] = search.generators[g]
            written += 1
    place[0], place[1], place[2] = row, column, forward
    place[4] += rows_tried
    return written
