"""What is wrong with a drawing: lines that cross, touch, or run too close to what is not theirs.

Steps: every line is sampled (`sampled`); segments of different lines that meet are crossings (`crossings`);
distances between samples and segments tell what comes too close (`faults`). All of it is one number, to be
low: a crossing counts one, and everything that would make the picture read as another diagram counts more.

Lengths are in units of a leg. The layout keeps a little more than what the pictures promise (see `Limits`),
since it measures on samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
def _bernstein(segments: int) -> Real:
    """Weights of the four points of a cubic at equal steps of its parameter."""
    t = np.linspace(0.0, 1.0, segments + 1)
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])


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
    paths: Complex = np.array(cubics, dtype=complex).reshape(-1, 4) @ _bernstein(segments).astype(complex)
    return paths


def _boxes_meet(one: Complex, other: Complex, rim: float) -> NDArray[np.bool_]:
    """Which of the paths come into the boxes of which others: shape (one, other)."""
    meet = np.ones((len(one), len(other)), dtype=np.bool_)
    for a, b in ((one.real, other.real), (one.imag, other.imag)):
        meet &= (a.max(1)[:, None] + rim >= b.min(1)) & (a.min(1)[:, None] - rim <= b.max(1))
    return meet


def _cross(a: Complex, b: Complex) -> Real:
    """Cross products of plane vectors."""
    return (a.conj() * b).imag


@dataclass(frozen=True)
class Crossings:
    """Where paths cross: numbers of the two, parameters 0..1 on both, place, and sine of the angle."""

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


def crossings(one: Complex, other: Complex, which: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Crossings:
    """Crossings of paths `one` with paths `other`, for the pairs of them named by two arrays."""
    i, j = which
    a, step = one[i, :-1, None], np.diff(one)[i][:, :, None]
    c, pace = other[j, None, :-1], np.diff(other)[j][:, None, :]
    turn = _cross(step, pace)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = _cross(c - a, pace) / turn
        t = _cross(c - a, step) / turn
        meet = (np.abs(turn) > 1e-12) & (s >= 0) & (s < 1) & (t >= 0) & (t < 1)
    pair, m, n = np.nonzero(meet)
    s, t = s[pair, m, n], t[pair, m, n]
    steps, paces = step[pair, m, 0], pace[pair, 0, n]
    sine = np.abs(_cross(steps, paces)) / (np.abs(steps) * np.abs(paces))
    place = a[pair, m, 0] + s * steps
    return Crossings(i[pair], j[pair], (m + s) / step.shape[1], (n + t) / pace.shape[2], place, sine)


def crossed(one: Complex, other: Complex, common: complex) -> bool:
    """Whether a path of the first kind crosses one of the second, away from a place they may share."""
    i, j = np.nonzero(_boxes_meet(one, other, 0.0))
    return bool((np.abs(crossings(one, other, (i, j)).place - common) > LIMITS.common).any())


def to_paths(z: Complex, paths: Complex) -> Real:
    """Distances of points to the segments of paths; `z` broadcasts against (..., segments)."""
    a, step = paths[..., :-1], np.diff(paths, axis=-1)
    square = np.maximum(step.real**2 + step.imag**2, 1e-18)
    apart = z - a
    t = np.clip((apart.real * step.real + apart.imag * step.imag) / square, 0.0, 1.0)
    return np.abs(apart - t * step)


def line_crossings(edges: Sequence[Edge], paths: Complex, nodes: Mapping[int, complex]) -> Crossings:
    """Crossings of the lines of a drawing, each pair once, away from the ends that they share.

    Examples
    --------
    >>> cross = sampled([((-1.0, 0.0), (1.0, 0.0)), ((0.0, -1.0), (0.0, 1.0))], 3)
    >>> len(line_crossings([(0, 1), (2, 3)], cross, {0: -1, 1: 1, 2: -1j, 3: 1j}).s)
    1
    """
    i, j = np.nonzero(np.triu(_boxes_meet(paths, paths, 0.0), 1))
    found = crossings(paths, paths, (i, j))
    kept = [
        all(abs(z - nodes[node]) > LIMITS.common for node in set(edges[i]) & set(edges[j]))
        for i, j, z in zip(found.first, found.second, found.place, strict=True)
    ]
    return found.only(np.array(kept, dtype=bool))


def shortfall(distances: Real, limit: float) -> float:
    """How much is missing: one for each distance that is too short, and up to one more the shorter it is."""
    short = distances[distances < limit]
    return float(np.sum(2.0 - short / limit))


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
    apart = np.abs(where[:, None] - where)[np.triu_indices(len(where), 1)]
    if apart.size and apart.min() < 0.1:
        return COLLAPSED
    if not drawn:
        return 0.0
    edges = [edge for edge, _ in drawn]
    paths = sampled([points for _, points in drawn], segments)
    near = to_paths(where[:, None, None], paths[None]).min(-1)
    foreign = np.array([[node not in edge for edge in edges] for node in nodes])
    total = 2 * shortfall(apart, LIMITS.apart) + 3 * shortfall(near[foreign], LIMITS.node)
    if labels:
        total += 2 * _badly_named(np.array(labels), where, paths)
    if total >= enough:
        return total
    found = line_crossings(edges, paths, nodes)
    total += crossing * found.s.size + _bad_crossings(found, where)
    return total if total >= enough else total + _too_close(edges, paths, nodes, found)


def _badly_named(names: Complex, where: Complex, paths: Complex) -> float:
    """Labels too close to lines, nodes and each other."""
    lines = to_paths(names[:, None, None], paths[None]).min(-1)
    between = np.abs(names[:, None] - names)[np.triu_indices(len(names), 1)]
    nodes = np.abs(names[:, None] - where).ravel()
    return sum(
        shortfall(near, limit)
        for near, limit in ((lines, LIMITS.label), (nodes, LIMITS.names), (between, 1.3 * LIMITS.names))
    )


def _bad_crossings(found: Crossings, where: Complex) -> float:
    """Crossings that are too flat, too close to a node or to each other."""
    if not found.s.size:
        return 0.0
    total = shortfall(found.sine, LIMITS.sine) + shortfall(
        np.abs(found.place[:, None] - where).ravel(), LIMITS.crossing
    )
    between = np.abs(found.place[:, None] - found.place)[np.triu_indices(found.s.size, 1)]
    return total + 0.5 * shortfall(between, LIMITS.crossing)


def _too_close(
    edges: Sequence[Edge], paths: Complex, nodes: Mapping[int, complex], found: Crossings
) -> float:
    """Pairs of lines that run beside each other with too little between them."""
    i, j = np.nonzero(np.triu(_boxes_meet(paths, paths, LIMITS.line), 1))
    if not i.size:
        return 0.0
    near = to_paths(paths[i][:, :, None], paths[j][:, None, :]).min(-1)  # (pairs, samples of the first)
    ends = np.array([[nodes[a], nodes[b]] for a, b in edges])
    numbers = np.array(edges)
    for mine in (0, 1):
        for theirs in (0, 1):
            shared = numbers[i, mine] == numbers[j, theirs]
            at_end = np.abs(paths[i] - ends[i, mine][:, None]) < LIMITS.leaving
            near[shared[:, None] & at_end] = inf
    position = {pair: row for row, pair in enumerate(zip(i.tolist(), j.tolist(), strict=True))}
    for a, b, z in zip(found.first.tolist(), found.second.tolist(), found.place, strict=True):
        row = position[a, b]
        near[row, np.abs(paths[a] - z) < LIMITS.leaving] = inf
    return shortfall(near.min(-1), LIMITS.line)
