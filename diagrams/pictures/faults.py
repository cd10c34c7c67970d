"""What is wrong with a drawing: lines that cross, touch, or run too close to what is not theirs.

Steps: every line is sampled and cut into pieces, a straight one staying whole (`Cut`); pieces of different
lines that meet are crossings (`crossings`); distances between samples and pieces tell what comes too close
(`faults`). All of it is one number, to be low: a crossing counts one, and everything that would make the
picture read as another diagram counts more.

A search judges thousands of drawings with few lines each. So all pairs are treated by one array operation,
and boxes tell first which of them can meet.

Lengths are in units of a leg. The layout keeps a little more than what the pictures promise (see `Limits`),
since it measures on samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from diagrams.canonical import Edge

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Point = tuple[float, float]
Drawn = Sequence[tuple[Edge, tuple[Point, ...]]]

#: What coinciding places cost: worse than anything else.
COLLAPSED = 1e6


@dataclass(frozen=True)
class Limits:
    """Distances that a drawing keeps.

    Attributes
    ----------
    node : float
        From a vertex or point to a line that does not end there: more than twice the radius of a vertex.
    line : float
        Between two lines, away from a crossing and from the end they share.
    leaving : float
        Closer to a common end than this, lines may be closer to each other.
    crossing : float
        From a crossing to a node, and to another crossing: the pieces beside an interruption have a length.
    sine : float
        Of the angle at which lines cross.
    apart : float
        Between two nodes.
    label : float
        From the centre of a label to a line.
    names : float
        Between the centres of two labels, and from one to a node.
    common : float
        Closer to a common end than this, lines do not cross but leave it.
    """

    node: float = 0.27
    line: float = 0.1
    leaving: float = 0.4
    crossing: float = 0.42
    sine: float = 0.45
    apart: float = 0.5
    label: float = 0.22
    names: float = 0.28
    common: float = 0.12


LIMITS = Limits()


@cache
def _bernstein(segments: int) -> Complex:
    """Weights of the four points of a cubic at equal steps of its parameter."""
    t = np.linspace(0.0, 1.0, segments + 1)
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]).astype(complex)


def sampled(curves: Sequence[Sequence[Point]], segments: int) -> Complex:
    """Points along segments and cubics, equal steps of the parameter: shape (curves, segments + 1).

    Examples
    --------
    >>> sampled([((0.0, 0.0), (1.0, 0.0))], 2)
    array([[0. +0.j, 0.5+0.j, 1. +0.j]])
    """
    cubics = []
    for points in curves:
        z = [complex(*point) for point in points]
        if len(z) == 2:
            z = [z[0], (2 * z[0] + z[1]) / 3, (z[0] + 2 * z[1]) / 3, z[1]]
        cubics.append(z)
    paths: Complex = np.array(cubics, dtype=complex).reshape(-1, 4) @ _bernstein(segments)
    return paths


@dataclass(frozen=True)
class Cut:
    """Lines as samples, and as pieces between them: first straight lines, each one piece, then the others.

    Attributes
    ----------
    paths : ndarray, shape (lines, samples)
    straight, curved : ndarray
        Numbers of the lines that are one piece, and of those that are as many as there are steps.
    start, step : ndarray, shape (pieces,)
        Where the pieces begin, and from there to their ends.
    line, number, share : ndarray, shape (pieces,)
        Whose piece it is, which one, and what share of the parameter it has.
    """

    paths: Complex
    straight: NDArray[np.intp]
    curved: NDArray[np.intp]
    start: Complex
    step: Complex
    line: NDArray[np.intp]
    number: NDArray[np.intp]
    share: Real

    @classmethod
    def of(cls, curves: Sequence[Sequence[Point]], segments: int) -> "Cut":
        """Segments and cubics, the latter cut into so many pieces.

        Examples
        --------
        >>> Cut.of([((0.0, 0.0), (1.0, 0.0))], 2).step
        array([1.+0.j])
        """
        paths = sampled(curves, segments)
        straight, curved, line, number, share = _pieces(tuple(map(len, curves)), segments)
        bent = paths[curved]
        whole = paths[straight]
        start = np.concatenate([whole[:, 0], bent[:, :-1].ravel()])
        step = np.concatenate([whole[:, -1] - whole[:, 0], (bent[:, 1:] - bent[:, :-1]).ravel()])
        return cls(paths, straight, curved, start, step, line, number, share)

    def nearest(self, z: Complex) -> Real:
        """Distances of points to the lines: shape (points, lines), in the order straight, curved."""
        near = to_pieces(z[:, None], self.start, self.step)
        n = self.straight.size
        curved = near[:, n:].reshape(len(z), self.curved.size, -1).min(2) if self.curved.size else near[:, n:]
        return np.concatenate([near[:, :n], curved], axis=1)


@lru_cache(maxsize=256)
def _pieces(
    sizes: tuple[int, ...], segments: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], Real]:
    """What `Cut` knows before it sees places: straight and curved lines; line, number and share of pieces."""
    straight = np.array([line for line, size in enumerate(sizes) if size == 2], dtype=np.intp)
    curved = np.array([line for line, size in enumerate(sizes) if size != 2], dtype=np.intp)
    line = np.concatenate([straight, np.repeat(curved, segments)])
    number = np.concatenate([np.zeros_like(straight), np.tile(np.arange(segments), curved.size)])
    share = np.concatenate([np.ones(straight.size), np.full(curved.size * segments, 1 / segments)])
    return straight, curved, line, number, share


def to_pieces(z: Complex, start: Complex, step: Complex) -> Real:
    """Distances of points to straight pieces; all of them broadcast."""
    apart = z - start
    x, y, dx, dy = apart.real, apart.imag, step.real, step.imag
    t = x * dx
    t += y * dy
    t /= np.maximum(dx * dx + dy * dy, 1e-18)
    t = np.minimum(np.maximum(t, 0.0), 1.0)
    x, y = x - t * dx, y - t * dy
    distance: Real = np.sqrt(x * x + y * y)
    return distance


def _sides(paths: Complex) -> tuple[Real, Real, Real, Real]:
    """Left, right, lower and upper sides of the boxes of paths."""
    x, y = paths.real, paths.imag
    return x.min(-1), x.max(-1), y.min(-1), y.max(-1)


def _boxes_meet(one: Cut, other: Cut) -> NDArray[np.bool_]:
    """Which pieces of lines come into the boxes of which others: shape (one, other)."""
    a = _sides(np.stack([one.start, one.start + one.step], axis=-1))
    b = a if other is one else _sides(np.stack([other.start, other.start + other.step], axis=-1))
    meet = a[1][:, None] >= b[0]
    meet &= a[0][:, None] <= b[1]
    meet &= a[3][:, None] >= b[2]
    meet &= a[2][:, None] <= b[3]
    return meet


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
    step, pace, apart = one.step[i], other.step[j], other.start[j] - one.start[i]
    turn = _cross(step, pace)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = _cross(apart, pace) / turn
        t = _cross(apart, step) / turn
        meet = (np.abs(turn) > 1e-12) & (s >= 0) & (s < 1) & (t >= 0) & (t < 1)
    i, j, s, t, step, pace = i[meet], j[meet], s[meet], t[meet], step[meet], pace[meet]
    sine = np.abs(turn[meet]) / (np.abs(step) * np.abs(pace))
    place = one.start[i] + s * step
    s, t = (one.number[i] + s) * one.share[i], (other.number[j] + t) * other.share[j]
    return Crossings(one.line[i], other.line[j], s, t, place, sine)


def crossed(one: Cut, other: Cut, common: Sequence[complex]) -> list[bool]:
    """Which lines of the first kind cross one of the second, away from a place of each that they may share."""
    found = crossings(one, other, _nonzero(_boxes_meet(one, other)))
    away = np.abs(found.place - np.array(common)[found.first]) > LIMITS.common
    crossing = np.zeros(len(one.paths), dtype=bool)
    crossing[found.first[away]] = True
    return crossing.tolist()


def _nonzero(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is true, by way of the flat array, which is faster."""
    return np.divmod(np.flatnonzero(mask), max(mask.shape[1], 1))


def line_crossings(edges: Sequence[Edge], lines: Cut, nodes: Mapping[int, complex]) -> Crossings:
    """Crossings of the lines of a drawing, each pair once, away from the ends that they share.

    Examples
    --------
    >>> cross = Cut.of([((-1.0, 0.0), (1.0, 0.0)), ((0.0, -1.0), (0.0, 1.0))], 3)
    >>> len(line_crossings([(0, 1), (2, 3)], cross, {0: -1, 1: 1, 2: -1j, 3: 1j}).s)
    1
    """
    which = _nonzero(_boxes_meet(lines, lines) & (lines.line[:, None] < lines.line))
    found = crossings(lines, lines, which)
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
    found = np.zeros(z.size, dtype=bool)
    theirs = numbers[:, j]
    for place, number in zip(ends, numbers, strict=True):
        shared = (theirs == number[i]).any(0)
        found |= shared & (np.abs(z - place[i]) <= close)
    return found


def shortfall(distances: Real, limit: float) -> float:
    """How much is missing: one for each distance that is too short, and up to one more the shorter it is."""
    short = distances[distances < limit]
    return float((2.0 - short / limit).sum()) if short.size else 0.0


@lru_cache(maxsize=256)
def _foreign(nodes: tuple[int, ...], edges: tuple[Edge, ...], order: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which lines, in an order, end at other nodes: shape (nodes, lines)."""
    return np.array([[node not in edges[line] for line in order] for node in nodes], dtype=bool)


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
        Node -> position.
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
    where = np.array(list(nodes.values()), dtype=complex)
    between = apart(where)
    if between.size and between.min() < 0.1:
        return COLLAPSED
    if not drawn:
        return 0.0
    edges = tuple(edge for edge, _ in drawn)
    lines = Cut.of([points for _, points in drawn], segments)
    total = 2 * shortfall(between, LIMITS.apart)
    found = line_crossings(edges, lines, nodes)
    total += crossing * found.s.size + _bad_crossings(found, where)
    if total >= enough:
        return total
    names = np.array(labels, dtype=complex)
    near = lines.nearest(np.concatenate([where, names]))
    foreign = _foreign(tuple(nodes), edges, (*lines.straight.tolist(), *lines.curved.tolist()))
    total += 3 * shortfall(near[: len(where)][foreign], LIMITS.node)
    if names.size:
        total += 2 * _badly_named(names, where, near[len(where) :])
    return total if total >= enough else total + _too_close(edges, lines, nodes, found)


def _badly_named(names: Complex, where: Complex, lines: Real) -> float:
    """Labels too close to lines (distances), nodes and each other."""
    nodes = np.abs(names[:, None] - where)
    return sum(
        shortfall(near, limit)
        for near, limit in (
            (lines, LIMITS.label),
            (nodes, LIMITS.names),
            (apart(names), 1.3 * LIMITS.names),
        )
    )


def _bad_crossings(found: Crossings, where: Complex) -> float:
    """Crossings that are too flat, too close to a node or to each other."""
    if not found.s.size:
        return 0.0
    nodes = np.abs(found.place[:, None] - where)
    total = shortfall(found.sine, LIMITS.sine) + shortfall(nodes, LIMITS.crossing)
    return total + 0.5 * shortfall(apart(found.place), LIMITS.crossing)


def _too_close(edges: Sequence[Edge], lines: Cut, nodes: Mapping[int, complex], found: Crossings) -> float:
    """Pairs of lines that run beside each other with too little between them.

    What counts are the samples of the first line in the box around the second, a limit wider, away from ends
    that both share and from crossings.
    """
    paths, rim = lines.paths, LIMITS.line
    left, right, low, high = _sides(paths)
    first, second = _pairs(len(paths))
    meet = (right[first] + rim >= left[second]) & (left[first] - rim <= right[second])
    meet &= (high[first] + rim >= low[second]) & (low[first] - rim <= high[second])
    first, second = first[meet], second[meet]
    samples = paths[first]
    x, y = samples.real, samples.imag
    inside = (x >= (left[second] - rim)[:, None]) & (x <= (right[second] + rim)[:, None])
    inside &= (y >= (low[second] - rim)[:, None]) & (y <= (high[second] + rim)[:, None])
    pair, number = _nonzero(inside)
    z, i, j = samples[pair, number], first[pair], second[pair]
    kept = ~_at_common_end(i, j, z, *_ends(edges, nodes), LIMITS.leaving)
    for a, b, place in zip(found.first.tolist(), found.second.tolist(), found.place, strict=True):
        kept &= ~((i == a) & (j == b) & (np.abs(z - place) < LIMITS.leaving))
    if not kept.any():
        return 0.0
    near = _to_lines(z[kept], j[kept], lines)
    nearest = np.full(len(first), inf)
    np.minimum.at(nearest, pair[kept], near)
    return shortfall(nearest, rim)


def _to_lines(z: Complex, which: NDArray[np.intp], lines: Cut) -> Real:
    """Distances of points, each to a line of its own."""
    near = np.empty(z.size)
    curved = np.zeros(len(lines.paths), dtype=bool)
    curved[lines.curved] = True
    curved = curved[which]
    paths = lines.paths[which]
    whole, bent = paths[~curved], paths[curved]
    near[~curved] = to_pieces(z[~curved], whole[:, 0], whole[:, -1] - whole[:, 0])
    near[curved] = to_pieces(z[curved, None], bent[:, :-1], bent[:, 1:] - bent[:, :-1]).min(1)
    return near
