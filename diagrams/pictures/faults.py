"""What is wrong with a drawing: lines that cross, touch, or run too close to what is not theirs.

Steps: every line is sampled and cut into pieces, a straight one staying whole (`Cut`); pieces of different
lines that meet are crossings (`crossings`); distances between samples and pieces tell what comes too close
(`faults`). All of it is one number, to be low: a crossing counts one, and everything that would make the
picture read as another diagram counts more.

A search judges thousands of drawings with few lines each. So all pairs are treated by one array operation:
signed areas tell which pieces can cross, circles around pieces what can be too close. Compiled code
(`diagrams.pictures.machine_faults`) does the same ten times faster where it is at hand.

Lengths are in units of a leg. The layout keeps a little more than what the pictures promise (see `Limits`),
since it measures on samples.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagrams.canonical import Edge
from diagrams.pictures.limits import COLLAPSED, LIMITS
from diagrams.pictures.pieces import Complex, Cut, Point, Real, corners, pieces, to_pieces

Drawn = Sequence[tuple[Edge, tuple[Point, ...]]]

#: Products of signed areas, and squares of distances, that are nought but for rounding.
_TOUCHING = 1e-12


@lru_cache(maxsize=64)
def _apart(edges: tuple[Edge, ...], sizes: tuple[int, ...], segments: int) -> NDArray[np.bool_]:
    """Which pieces may cross which others: those of later lines, but where both begin or end at one node."""
    _, _, line, number, share = pieces(sizes, segments)
    count = np.rint(1 / share).astype(np.intp)
    ends = np.array(edges, dtype=np.intp).T[:, line]
    ends[0, number > 0] = ends[1, number < count - 1] = -1
    first, last = np.where(ends < 0, -2, ends)[..., None]  # pieces in the middle of lines share no end
    found: NDArray[np.bool_] = line[:, None] < line
    for end in ends:
        found &= first != end
        found &= last != end
    return found


@dataclass(frozen=True)
class _Asked:
    """What must be how far from what: points are samples of lines, then nodes, then names.

    Attributes
    ----------
    which : ndarray, shape (points, pieces)
        Whether a point is to keep away from a piece.
    limit : ndarray, shape (points,)
        How far.
    owner : ndarray, shape (points,)
        Number of the line, or of the node after the lines, or of the name after these.
    """

    which: NDArray[np.bool_]
    limit: Real
    owner: NDArray[np.intp]


@lru_cache(maxsize=64)
def _asked(
    edges: tuple[Edge, ...], sizes: tuple[int, ...], segments: int, nodes: tuple[int, ...], names: int
) -> _Asked:
    """Samples keep away from later lines, but at an end that both share; nodes from lines of others."""
    _, _, line, _, _ = pieces(sizes, segments)
    ends = np.array(edges, dtype=np.intp)
    shared = (ends[:, :, None, None] == ends).any(-1)  # line, its beginning or end, other line
    later = np.arange(len(edges))[:, None] < np.arange(len(edges))
    samples = np.repeat(later[:, None], segments + 1, axis=1)
    samples[:, 0] &= ~shared[:, 0]
    samples[:, -1] &= ~shared[:, 1]
    foreign = (np.array(nodes, dtype=np.intp)[:, None, None] != ends).all(-1)
    rows = [samples.reshape(-1, len(edges)), foreign, np.ones((names, len(edges)), dtype=bool)]
    limits = (LIMITS.line, LIMITS.node, LIMITS.label)
    owner = [np.repeat(np.arange(len(edges)), segments + 1), len(edges) + np.arange(len(nodes) + names)]
    return _Asked(
        np.concatenate(rows)[:, line], np.repeat(limits, [len(part) for part in rows]), np.concatenate(owner)
    )


def _may_cross(one: Cut, other: Cut) -> NDArray[np.bool_]:
    """Which pieces have the ends of which others on both sides, and the other way round: shape (one, other).

    Pieces that touch are among them, whatever the rounding.
    """
    meet: NDArray[np.bool_] = _divided(one, other)
    meet &= meet.T if other is one else _divided(other, one).T
    return meet


def _divided(one: Cut, other: Cut) -> NDArray[np.bool_]:
    sides: Real = one.normals @ other.ends
    n = other.start.size
    divided: NDArray[np.bool_] = sides[:, :n] * sides[:, n:] <= _TOUCHING
    return divided


def _cross(a: Complex, b: Complex) -> Real:
    """Cross products of plane vectors."""
    product: Real = a.real * b.imag - a.imag * b.real
    return product


@dataclass(frozen=True)
class Crossings:
    """Where lines cross: numbers of the two, parameters 0..1 on both, place, and sine of the angle."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    s: Real
    t: Real
    place: Complex
    sine: Real

    def only(self, kept: NDArray[np.bool_]) -> "Crossings":
        """Some of them."""
        return Crossings(
            self.first[kept],
            self.second[kept],
            self.s[kept],
            self.t[kept],
            self.place[kept],
            self.sine[kept],
        )


def crossings(one: Cut, other: Cut, which: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Crossings:
    """Crossings of lines `one` with lines `other`, for the pairs of pieces named by two arrays."""
    i, j = which
    if not i.size:
        none = np.zeros(0)
        return Crossings(i, j, none, none, none.astype(complex), none)
    step, pace, apart = one.step[i], other.step[j], other.start[j] - one.start[i]
    turn = _cross(step, pace)
    turn[np.abs(turn) <= 1e-12] = nan  # so that they do not meet
    s = _cross(apart, pace) / turn
    t = _cross(apart, step) / turn
    meet = np.flatnonzero((s >= 0) & (s < 1) & (t >= 0) & (t < 1))
    i, j, s, t, step, pace = i[meet], j[meet], s[meet], t[meet], step[meet], pace[meet]
    sine = np.abs(turn[meet]) / (np.abs(step) * np.abs(pace))
    place = one.start[i] + s * step
    s, t = (one.number[i] + s) * one.share[i], (other.number[j] + t) * other.share[j]
    return Crossings(one.line[i], other.line[j], s, t, place, sine)


def crossed(
    one: Sequence[tuple[Point, ...]],
    other: Sequence[tuple[Point, ...]],
    segments: int,
    common: Sequence[complex],
) -> list[bool]:
    """Which curves of the first kind cross one of the second, away from a place that belongs to each."""
    places = np.array(common, dtype=complex)
    if machine := _machine():
        cuts = (machine.cut(*corners(curves), segments) for curves in (one, other))
        crossing = machine.crossed(*cuts, places, LIMITS.common)
    else:
        these, those = Cut.of(one, segments), Cut.of(other, segments)
        found = crossings(these, those, _nonzero(_may_cross(these, those)))
        away = np.abs(found.place - places[found.first]) > LIMITS.common
        crossing = np.zeros(len(one), dtype=bool)
        crossing[found.first[away]] = True
    return [bool(one) for one in crossing]


def _machine() -> Any:
    """The same compiled, if what draws many pictures has imported it: one picture does not wait for it."""
    return sys.modules.get("diagrams.pictures.machine_faults")


def _nonzero(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is true, by way of the flat array, which is faster."""
    return np.divmod(np.flatnonzero(mask), max(mask.shape[1], 1))


def line_crossings(
    edges: Sequence[Edge], curves: Sequence[tuple[Point, ...]], segments: int, nodes: Mapping[int, complex]
) -> Crossings:
    """Crossings of the lines of a drawing, each pair once, away from the ends that they share.

    Examples
    --------
    >>> cross = [((-1.0, 0.0), (1.0, 0.0)), ((0.0, -1.0), (0.0, 1.0))]
    >>> len(line_crossings([(0, 1), (2, 3)], cross, 3, {0: -1, 1: 1, 2: -1j, 3: 1j}).s)
    1
    """
    machine = _machine()
    if machine is None:
        return _crossings_in_arrays(edges, Cut.of(curves, segments), nodes)
    places = np.array([nodes[node] for node in range(len(nodes))], dtype=complex)
    cut = machine.cut(*corners(curves), segments)
    found = machine.crossings(cut, np.array(edges, dtype=np.int64), places, LIMITS.common)
    x, y, sine, s, t = found.where.T
    return Crossings(found.lines[:, 0], found.lines[:, 1], s, t, x + 1j * y, sine)


def _crossings_in_arrays(edges: Sequence[Edge], lines: Cut, nodes: Mapping[int, complex]) -> Crossings:
    """The same by array operations."""
    which = _may_cross(lines, lines) & _apart(tuple(edges), lines.sizes, lines.segments)
    found = crossings(lines, lines, _nonzero(which))
    if not found.s.size:
        return found
    ends, numbers = _ends(edges, nodes)
    return found.only(~_at_common_end(found.first, found.second, found.place, ends, numbers, LIMITS.common))


def _ends(edges: Sequence[Edge], nodes: Mapping[int, complex]) -> tuple[Complex, NDArray[np.intp]]:
    """Places and numbers of the nodes at the ends of lines: two arrays of shape (2, lines)."""
    numbers = np.array(edges, dtype=np.intp).T
    return np.array([[nodes[i] for i, _ in edges], [nodes[j] for _, j in edges]]), numbers


def _at_common_end(
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    z: Complex,
    ends: Complex,
    numbers: NDArray[np.intp],
    close: float,
) -> NDArray[np.bool_]:
    """Which places, each of a line i and a line j, are closer than this to an end that the two share."""
    shared = (numbers[:, None, i] == numbers[:, j]).any(1)
    shared &= np.abs(z - ends[:, i]) <= close
    found: NDArray[np.bool_] = shared.any(0)
    return found


def shortfall(distances: Real, limit: float) -> float:
    """How much is missing: one for each distance that is too short, and up to one more the shorter it is."""
    short = distances[distances < limit]
    return float((2.0 - short / limit).sum()) if short.size else 0.0


@cache
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of so many things, each once."""
    first, second = np.triu_indices(n, 1)
    return first, second


def apart(places: Complex) -> Real:
    """Distances of all pairs of places."""
    i, j = _pairs(len(places))
    distance: Real = np.abs(places[i] - places[j])
    return distance


def faults(
    drawn: Drawn,
    nodes: Mapping[int, complex],
    labels: Sequence[complex] = (),
    segments: int = 16,
    enough: float = inf,
    crossing: float = 1.0,
) -> float:
    """How bad a drawing is: its crossings, and everything that comes too close to something else.

    Parameters
    ----------
    drawn : sequence of (edge, points)
        As from `diagrams.pictures.curves.drawn_lines`.
    nodes : mapping
        Node -> position, for the numbers 0, 1, ...
    labels : sequence of complex
        Centres of the names of external points.
    segments : int
        Into how many pieces a line is cut to measure it.
    enough : float
        If it is as bad as this, it may be worse: what is left is not measured.
    crossing : float
        What a crossing counts.

    Returns
    -------
    float
        Zero if nothing is wrong.

    Examples
    --------
    >>> faults([((0, 1), ((-1.0, 0.0), (1.0, 0.0)))], {0: -1, 1: 1})
    0.0
    >>> faults([((0, 1), ((-1.0, 0.0), (1.0, 0.0)))], {0: -1, 1: 1, 2: 0})
    6.0
    """
    if machine := _machine():
        return faults_compiled(machine, drawn, nodes, labels, segments, enough, crossing)
    return faults_in_arrays(drawn, nodes, labels, segments, enough, crossing)


def faults_compiled(
    machine: Any,
    drawn: Drawn,
    nodes: Mapping[int, complex],
    labels: Sequence[complex],
    segments: int,
    enough: float,
    crossing: float,
) -> float:
    """`faults` by `diagrams.pictures.machine_faults`."""
    curves = [points for _, points in drawn]
    lines = machine.cut(*corners(curves), segments)
    ends = np.array([edge for edge, _ in drawn], dtype=np.int64).reshape(-1, 2)
    places = np.array([nodes[node] for node in range(len(nodes))], dtype=complex)
    names = np.array(labels, dtype=complex)
    return float(machine.faults(lines, ends, places, names, LIMITS, enough, crossing))


def faults_in_arrays(
    drawn: Drawn,
    nodes: Mapping[int, complex],
    labels: Sequence[complex],
    segments: int,
    enough: float,
    crossing: float,
) -> float:
    """`faults` by array operations."""
    where = np.array(list(nodes.values()), dtype=complex)
    between = apart(where)
    if between.size and between.min() < 0.1:
        return COLLAPSED
    if not drawn:
        return 0.0
    edges = tuple(edge for edge, _ in drawn)
    lines = Cut.of([points for _, points in drawn], segments)
    total = 2 * shortfall(between, LIMITS.apart)
    found = _crossings_in_arrays(edges, lines, nodes)
    total += crossing * found.s.size + _bad_crossings(found, where)
    if total >= enough:
        return total
    names = np.array(labels, dtype=complex)
    total += _too_close(edges, lines, nodes, names, found)
    return total + 2 * _badly_named(names, where) if names.size else total


def _badly_named(names: Complex, where: Complex) -> float:
    """Labels too close to nodes and each other."""
    nodes = np.abs(names[:, None] - where)
    return shortfall(nodes, LIMITS.names) + shortfall(apart(names), 1.3 * LIMITS.names)


def _bad_crossings(found: Crossings, where: Complex) -> float:
    """Crossings that are too flat, too close to a node or to each other."""
    if not found.s.size:
        return 0.0
    nodes = np.abs(found.place[:, None] - where)
    total = shortfall(found.sine, LIMITS.sine) + shortfall(nodes, LIMITS.crossing)
    return total + 0.5 * shortfall(apart(found.place), LIMITS.crossing)


def _too_close(
    edges: tuple[Edge, ...], lines: Cut, nodes: Mapping[int, complex], names: Complex, found: Crossings
) -> float:
    """Lines that run beside each other with too little between them, and nodes and names too close to lines.

    Of a line that runs beside another what counts are samples away from ends that both share and from
    crossings.
    """
    n = lines.paths.size
    asked = _asked(edges, lines.sizes, lines.segments, tuple(nodes), names.size)
    z = np.concatenate([lines.paths.ravel(), np.array(list(nodes.values()), dtype=complex), names])
    point, piece = _nonzero(_may_touch(z, asked.limit, lines) & asked.which)
    near = to_pieces(z[point], lines.start[piece], lines.step[piece])
    short = np.flatnonzero(near < asked.limit[point])
    if not short.size:
        return 0.0
    point, near = point[short], near[short]
    i, j = asked.owner[point], lines.line[piece[short]]
    kept = np.ones(short.size, dtype=bool)
    k = int(np.searchsorted(point, n))  # the first that is not a sample
    if k:
        z, ends = z[point[:k]], _ends(edges, nodes)
        kept[:k] = ~_at_common_end(i[:k], j[:k], z, *ends, LIMITS.leaving)
        for a, b, place in zip(found.first.tolist(), found.second.tolist(), found.place, strict=True):
            kept[:k] &= ~((i[:k] == a) & (j[:k] == b) & (np.abs(z - place) < LIMITS.leaving))
    return _summed(i[kept], j[kept], near[kept], len(edges), len(nodes))


def _may_touch(z: Complex, limit: Real, lines: Cut) -> NDArray[np.bool_]:
    """Which points, with a limit each, may be closer than that to which pieces: shape (points, pieces).

    They are in the circle around the middle of the piece. This is |z - m|^2 < (limit + half)^2, multiplied
    out, so that it is one product of matrices.
    """
    points, circles = np.empty((z.size, 5)), np.empty((5, lines.start.size))
    x, y = points[:, 0], points[:, 1]
    x[:], y[:] = z.real, z.imag
    points[:, 2] = 1.0
    points[:, 3] = limit
    points[:, 4] = x * x + y * y - limit * limit
    middle, half = lines.start + lines.step / 2, np.abs(lines.step) / 2
    x, y = middle.real, middle.imag
    circles[0], circles[1] = -2 * x, -2 * y
    circles[2] = x * x + y * y - half * half
    circles[3] = -2 * half
    circles[4] = 1.0
    inside: NDArray[np.bool_] = points @ circles <= _TOUCHING
    return inside


def _summed(i: NDArray[np.intp], j: NDArray[np.intp], near: Real, n_lines: int, n_nodes: int) -> float:
    """What is missing, each pair counted by its shortest distance; nodes count more than names and lines."""
    nearest: dict[Edge, float] = {}
    for pair, distance in zip(zip(i.tolist(), j.tolist(), strict=True), near.tolist(), strict=True):
        nearest[pair] = min(nearest.get(pair, inf), distance)
    total = 0.0
    for (owner, _), distance in nearest.items():
        if owner < n_lines:
            total += 2 - distance / LIMITS.line
        elif owner < n_lines + n_nodes:
            total += 3 * (2 - distance / LIMITS.node)
        else:
            total += 2 * (2 - distance / LIMITS.label)
    return total
