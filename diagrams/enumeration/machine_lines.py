"""From a request to its labelled lines in one compiled walk.

Three loops inside each other: ways to hand the legs out to the vertices, classes of each
(`diagrams.enumeration.machine`), labels of each class (`diagrams.enumeration.machine_legs`). A small request
is answered by one call, so it pays for the crossing from Python once and not once per way to hand out legs.
The walk stops when the output is full, or after a second or two of work, and goes on where it was.
"""

from typing import NamedTuple

import numpy as np

from diagrams.enumeration.machine import MOST_ROWS, Bytes, Classes, Longs, State, fill_classes
from diagrams.enumeration.machine_legs import Lines, expand_classes
from diagrams.jit import compiled, inlined

#: Classes enumerated before their legs get labels.
_CLASSES = 256
#: Entries of `Walk.at`. The first three are the place of `expand_classes`.
_CLASS, _LABELS_BEGUN, _FILLED, _CLASSES_FOUND, _WALK_BEGUN = range(5)
_ENTRIES = 5


class Walk(NamedTuple):
    """A walk that can be left and resumed.

    Attributes
    ----------
    state : State
        Of the matrix under way.
    legs : ndarray of int8, shape (V,)
        Legs per vertex.
    word : ndarray of int8, shape (n,)
        Vertices of the labels, in a class that is begun.
    classes : Classes
        Room for `_CLASSES` classes, those that were found last.
    at : ndarray of int64, shape (5,)
        Class to label next, whether it is begun, diagrams written; classes found; whether the walk is begun.
    """

    state: State
    legs: Bytes
    word: Bytes
    classes: Classes
    at: Longs


def memory(n_external: int, n_vertices: int) -> tuple[Bytes, Longs]:
    """What a walk keeps between calls: two arrays, since every array handed over costs time."""
    v = n_vertices
    small = v + n_external + v * v + (v + 1) * v + 2 * _CLASSES * v * v
    return np.empty(small, np.int8), np.zeros(_ENTRIES + 3 * v + 5 + 2 * _CLASSES, np.int64)


@inlined
def _walk(n_external: int, v: int, small: Bytes, large: Longs) -> Walk:
    """Cut the memory of a walk up."""
    a = v + n_external
    b = a + v * v
    c = b + (v + 1) * v
    d = c + _CLASSES * v * v
    e = _ENTRIES + 3 * v
    state = State(
        small[a:b].reshape((v, v)),
        large[_ENTRIES : _ENTRIES + v],
        large[_ENTRIES + v : _ENTRIES + 2 * v],
        small[b:c].reshape((v + 1, v)),
        large[_ENTRIES + 2 * v : e],
        large[e : e + 5],
    )
    classes = Classes(
        small[c:d].reshape((_CLASSES, v, v)),
        large[e + 5 : e + 5 + _CLASSES],
        large[e + 5 + _CLASSES : e + 5 + 2 * _CLASSES],
        small[d : d + _CLASSES * v * v].reshape((_CLASSES, v, v)),
    )
    return Walk(state, small[:v], small[v:a], classes, large[:_ENTRIES])


@compiled
def _spread(total: int, begin: int, end: int, most: int, legs: Bytes) -> None:
    """Write the first non-increasing split of `total` into numbers up to `most`."""
    for v in range(begin, end):
        legs[v] = min(total, most)
        total -= legs[v]


@compiled
def _spread_from(total: int, begin: int, valences: Bytes, legs: Bytes) -> None:
    """Write the first way to hand out `total` legs from vertex `begin` on: the last vertices get most."""
    size = valences.shape[0]
    behind = 0
    for v in range(begin, size):
        behind += abs(valences[v])
    while begin < size:
        end = begin
        while end < size and valences[end] == valences[begin]:
            end += 1
        most = abs(valences[begin])
        behind -= most * (end - begin)
        taken = max(0, total - behind)
        _spread(taken, begin, end, most, legs)
        total -= taken
        begin = end


@compiled
def _split_otherwise(begin: int, end: int, legs: Bytes) -> bool:
    """Write the next split of the same legs over equal vertices; whether there is one."""
    tail = 0
    for v in range(end - 1, begin - 1, -1):
        if legs[v] > 0 and tail + 1 <= (legs[v] - 1) * (end - 1 - v):
            legs[v] -= 1
            _spread(tail + 1, v + 1, end, legs[v], legs)
            return True
        tail += legs[v]
    return False


@compiled
def next_hand_out(valences: Bytes, legs: Bytes) -> bool:
    """Write the next way to hand the legs out; False if this was the last.

    The order is that of `leg_classes.legs_handed_out`, which leaves out hopeless cases; they are here too:
    the vertices of one valence split their legs in every way, then take one leg more from those behind them.
    """
    end = valences.shape[0]
    behind = 0
    while end > 0:
        begin = end - 1
        while begin > 0 and valences[begin - 1] == valences[begin]:
            begin -= 1
        if _split_otherwise(begin, end, legs):
            _spread_from(behind, end, valences, legs)
            return True
        taken = legs[begin:end].sum()
        most = abs(valences[begin])
        if behind > 0 and taken < most * (end - begin):
            _spread(taken + 1, begin, end, most, legs)
            _spread_from(behind - 1, end, valences, legs)
            return True
        behind += taken
        end = begin
    return False


@compiled
def _begin_matrix(valences: Bytes, legs: Bytes, state: State) -> bool:
    """Set the state before the first entry; False if no connected diagram has these legs."""
    size = valences.shape[0]
    free_ends = of_blobs = n_blobs = 0
    for v in range(size):
        state.free[v] = abs(valences[v]) - legs[v]
        free_ends += state.free[v]
        if valences[v] < 0:
            n_blobs += 1
            of_blobs += state.free[v]
        if size > 1 and state.free[v] == 0:
            return False
    if 2 * of_blobs > free_ends:
        return False
    state.matrix[:] = 0
    state.left[:] = 0
    state.same[:] = 0
    for j in range(1, size):
        state.same[0, j] = valences[j] == valences[j - 1] and legs[j] == legs[j - 1]
    state.place[:4] = (0, 0, 1, n_blobs)
    return True


@compiled
def _next_matrix(n_external: int, valences: Bytes, walk: Walk) -> bool:
    """Begin the matrices of the next legs that a connected diagram can have; False if none is left."""
    if not walk.at[_WALK_BEGUN]:
        walk.at[_WALK_BEGUN] = 1
        ends = 0
        for valence in valences:
            ends += abs(valence)
        if n_external > ends:
            return False
        _spread_from(n_external, 0, valences, walk.legs)
    elif not next_hand_out(valences, walk.legs):
        return False
    while not _begin_matrix(valences, walk.legs, walk.state):
        if not next_hand_out(valences, walk.legs):
            return False
    return True


@compiled
def _expand(found: int, walk: Walk, out: Lines) -> None:
    """Label the classes found until the output is full."""
    carrying = 0
    for legs in walk.legs:
        carrying += legs > 0
    most = 1
    for k in range(2, min(carrying, 20) + 1):
        most *= k
    classes = Classes(
        walk.classes.matrix[:found],
        walk.classes.group_order[:found],
        walk.classes.n_generators[:found],
        walk.classes.generators[:found],
    )
    room = min(most, classes.group_order.max())
    group = np.empty((room, walk.legs.shape[0]), np.int8)
    expand_classes(walk.at, walk.word, classes, walk.legs, group, out)


@compiled
def fill_lines(
    n_external: int,
    valences: Bytes,
    self_loops: bool,
    least_cuts: Longs,
    small: Bytes,
    large: Longs,
    filled: int,
    out: Lines,
) -> tuple[int, bool]:
    """Go on with a walk until the output is full, enough work was done, or every diagram is written.

    Parameters
    ----------
    n_external : int
    valences : ndarray of int8, shape (V,)
        Ascending, V >= 1; those of blobs are negative.
    self_loops, least_cuts
        As for `diagrams.enumeration.machine.fill_classes`.
    small, large : ndarray
        The `memory` of the walk. Changed in place.
    filled : int
        Entries of the output already taken.
    out : Lines

    Returns
    -------
    filled : int
        Entries of the output now taken.
    finished : bool
        Whether every diagram was written.
    """
    walk = _walk(n_external, valences.shape[0], small, large)
    at, place = walk.at, walk.state.place
    at[_FILLED] = filled
    if not at[_WALK_BEGUN]:
        place[0] = -1
    place[4] = 0
    while True:
        if at[_CLASS] < at[_CLASSES_FOUND]:
            _expand(at[_CLASSES_FOUND], walk, out)
            if at[_CLASS] < at[_CLASSES_FOUND]:
                return at[_FILLED], False
        if place[4] > MOST_ROWS:
            return at[_FILLED], False
        if place[0] < 0 and not _next_matrix(n_external, valences, walk):
            return at[_FILLED], True
        at[_CLASSES_FOUND] = fill_classes(walk.legs, self_loops, least_cuts, walk.state, walk.classes)
        at[_CLASS] = at[_LABELS_BEGUN] = 0
