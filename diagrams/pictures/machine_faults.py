"""Compiled measurements of drawings: what `diagrams.pictures.faults` and `stress` do, at machine speed.

The same numbers but for rounding, hence the same pictures. Nothing here is imported by the drawing of one
picture, which would wait for the compiler: what draws many of them imports this module first, as
`make pictures` does.

Conventions: a line is four complex numbers, a cubic, or is straight and one piece, with the first and last
of them as its ends; ``ends[line]`` are the numbers of the nodes that it joins, ``nodes`` their places.
"""

from math import hypot, inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagrams.jit import compiled
from diagrams.pictures.limits import COLLAPSED, Limits

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Longs = NDArray[np.int64]


class Lines(NamedTuple):
    """Lines as samples, shape (lines, samples), with the number of pieces and the box of each."""

    x: Real
    y: Real
    pieces: Longs
    box: Real


class Crossed(NamedTuple):
    """Crossings: numbers of the two lines, shape (crossings, 2), and where, shape (crossings, 5).

    The latter is x, y, the sine of the angle, and parameters 0..1 on both lines.
    """

    lines: Longs
    where: Real


@compiled
def cut(cubics: Complex, straight: NDArray[np.bool_], segments: int) -> Lines:
    """Sample lines at equal steps of the parameter."""
    n = len(cubics)
    x, y = np.empty((n, segments + 1)), np.empty((n, segments + 1))
    pieces, box = np.empty(n, np.int64), np.empty((n, 4))
    for line in range(n):
        pieces[line] = 1 if straight[line] else segments
        a, b, c, d = cubics[line, 0], cubics[line, 1], cubics[line, 2], cubics[line, 3]
        if straight[line]:
            b = complex((2 * a.real + d.real) / 3, (2 * a.imag + d.imag) / 3)
            c = complex((a.real + 2 * d.real) / 3, (a.imag + 2 * d.imag) / 3)
        for k in range(segments + 1):
            t = k / segments
            u = 1.0 - t
            p, q, r, s = u * u * u, 3 * t * u * u, 3 * t * t * u, t * t * t
            x[line, k] = p * a.real + q * b.real + r * c.real + s * d.real
            y[line, k] = p * a.imag + q * b.imag + r * c.imag + s * d.imag
        box[line, 0], box[line, 1] = x[line].min(), x[line].max()
        box[line, 2], box[line, 3] = y[line].min(), y[line].max()
    return Lines(x, y, pieces, box)


@compiled
def _boxes_meet(one: Real, other: Real, rim: float) -> bool:
    """Whether two boxes come closer to each other than a rim, in x and in y."""
    return bool(
        one[1] + rim >= other[0]
        and one[0] - rim <= other[1]
        and one[3] + rim >= other[2]
        and one[2] - rim <= other[3]
    )


@compiled
def _piece(lines: Lines, line: int, number: int) -> tuple[float, float, float, float]:
    """Where a piece begins, and the step to its end."""
    x, y = lines.x[line], lines.y[line]
    end = number + 1 if lines.pieces[line] > 1 else len(x) - 1
    return x[number], y[number], x[end] - x[number], y[end] - y[number]


@compiled
def _meeting(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> tuple[float, float, float, float, float]:
    """Where two pieces cross, the sine of the angle, which is negative if they do not, and shares of both."""
    ax, ay, dx, dy = one
    bx, by, ex, ey = other
    turn = dx * ey - dy * ex
    if abs(turn) <= 1e-12:
        return 0.0, 0.0, -1.0, 0.0, 0.0
    s = ((bx - ax) * ey - (by - ay) * ex) / turn
    if not 0 <= s < 1:
        return 0.0, 0.0, -1.0, 0.0, 0.0
    t = ((bx - ax) * dy - (by - ay) * dx) / turn
    if not 0 <= t < 1:
        return 0.0, 0.0, -1.0, 0.0, 0.0
    sine = abs(turn) / (hypot(dx, dy) * hypot(ex, ey))
    return ax + s * dx, ay + s * dy, sine, s, t


@compiled
def _at_common_end(i: int, j: int, x: float, y: float, ends: Longs, nodes: Complex, close: float) -> bool:
    """Whether a place is closer than this to an end that two lines share."""
    for node in ends[i]:
        shared = node == ends[j, 0] or node == ends[j, 1]
        if shared and hypot(x - nodes[node].real, y - nodes[node].imag) <= close:
            return True
    return False


@compiled
def crossings(lines: Lines, ends: Longs, nodes: Complex, common: float) -> Crossed:
    """`diagrams.pictures.faults.line_crossings`."""
    found, where, n = np.empty((32, 2), np.int64), np.empty((32, 5)), 0
    for i in range(len(ends)):
        for j in range(i + 1, len(ends)):
            if not _boxes_meet(lines.box[i], lines.box[j], 0.0):
                continue
            for p in range(lines.pieces[i]):
                one = _piece(lines, i, p)
                for q in range(lines.pieces[j]):
                    x, y, sine, s, t = _meeting(one, _piece(lines, j, q))
                    if sine < 0 or _at_common_end(i, j, x, y, ends, nodes, common):
                        continue
                    if n == len(found):
                        found, where = np.concatenate((found, found)), np.concatenate((where, where))
                    found[n, 0], found[n, 1] = i, j
                    where[n, 0], where[n, 1], where[n, 2] = x, y, sine
                    where[n, 3], where[n, 4] = (p + s) / lines.pieces[i], (q + t) / lines.pieces[j]
                    n += 1
    return Crossed(found[:n], where[:n])


@compiled
def _missing(distance: float, limit: float) -> float:
    """One for a distance that is too short, and up to one more the shorter it is."""
    return 2.0 - distance / limit if distance < limit else 0.0


@compiled
def _pairs(places: Complex, limit: float) -> float:
    """What is missing of the distances of all pairs."""
    total = 0.0
    for i in range(len(places)):
        for j in range(i + 1, len(places)):
            total += _missing(abs(places[i] - places[j]), limit)
    return total


@compiled
def _to_line(x: float, y: float, lines: Lines, line: int) -> float:
    """Distance of a place from a line."""
    near = inf
    for number in range(lines.pieces[line]):
        ax, ay, dx, dy = _piece(lines, line, number)
        px, py = x - ax, y - ay
        t = (px * dx + py * dy) / max(dx * dx + dy * dy, 1e-18)
        t = min(max(t, 0.0), 1.0)
        px -= t * dx
        py -= t * dy
        near = min(near, px * px + py * py)
    return sqrt(near)


@compiled
def _bad_crossings(found: Crossed, nodes: Complex, limits: Limits) -> float:
    """Crossings that are too flat, too close to a node or to each other."""
    total = 0.0
    for k in range(len(found.where)):
        x, y = found.where[k, 0], found.where[k, 1]
        total += _missing(found.where[k, 2], limits.sine)
        for node in nodes:
            total += _missing(hypot(x - node.real, y - node.imag), limits.crossing)
        for other in range(k):
            apart = hypot(x - found.where[other, 0], y - found.where[other, 1])
            total += 0.5 * _missing(apart, limits.crossing)
    return total


@compiled
def _at_foreign_nodes(lines: Lines, ends: Longs, nodes: Complex, limit: float) -> float:
    """Lines too close to nodes that are not theirs."""
    total = 0.0
    for node in range(len(nodes)):
        x, y = nodes[node].real, nodes[node].imag
        box = np.array([x, x, y, y])
        for line in range(len(ends)):
            foreign = node != ends[line, 0] and node != ends[line, 1]
            if foreign and _boxes_meet(box, lines.box[line], limit):
                total += _missing(_to_line(x, y, lines, line), limit)
    return total


@compiled
def _badly_named(lines: Lines, nodes: Complex, names: Complex, limits: Limits) -> float:
    """Labels too close to lines, nodes and each other."""
    total = _pairs(names, 1.3 * limits.names)
    for name in names:
        x, y = name.real, name.imag
        box = np.array([x, x, y, y])
        for line in range(len(lines.pieces)):
            if _boxes_meet(box, lines.box[line], limits.label):
                total += _missing(_to_line(x, y, lines, line), limits.label)
        for node in nodes:
            total += _missing(abs(name - node), limits.names)
    return total


@compiled
def _beside(
    lines: Lines, i: int, j: int, ends: Longs, nodes: Complex, found: Crossed, limits: Limits
) -> float:
    """Shortest distance of a sample of a line from another, away from common ends and crossings."""
    near = inf
    for k in range(lines.x.shape[1]):
        x, y = lines.x[i, k], lines.y[i, k]
        box = np.array([x, x, y, y])
        if not _boxes_meet(box, lines.box[j], limits.line):
            continue
        if _at_common_end(i, j, x, y, ends, nodes, limits.leaving):
            continue
        away = True
        for crossing in range(len(found.lines)):
            if found.lines[crossing, 0] == i and found.lines[crossing, 1] == j:
                place = found.where[crossing]
                away = away and hypot(x - place[0], y - place[1]) >= limits.leaving
        if away:
            near = min(near, _to_line(x, y, lines, j))
    return near


@compiled
def _too_close(lines: Lines, ends: Longs, nodes: Complex, found: Crossed, limits: Limits) -> float:
    """Pairs of lines that run beside each other with too little between them."""
    total = 0.0
    for i in range(len(ends)):
        for j in range(i + 1, len(ends)):
            if _boxes_meet(lines.box[i], lines.box[j], limits.line):
                total += _missing(_beside(lines, i, j, ends, nodes, found, limits), limits.line)
    return total


@compiled
def faults(
    lines: Lines,
    ends: Longs,
    nodes: Complex,
    names: Complex,
    limits: Limits,
    enough: float,
    crossing: float,
) -> float:
    """`diagrams.pictures.faults.faults`, step by step the same."""
    for i in range(len(nodes)):
        for j in range(i):
            if abs(nodes[i] - nodes[j]) < 0.1:
                return COLLAPSED
    total = 2 * _pairs(nodes, limits.apart)
    found = crossings(lines, ends, nodes, limits.common)
    total += crossing * len(found.where) + _bad_crossings(found, nodes, limits)
    if total < enough:
        total += 3 * _at_foreign_nodes(lines, ends, nodes, limits.node)
    if total < enough:
        total += 2 * _badly_named(lines, nodes, names, limits)
    if total < enough:
        total += _too_close(lines, ends, nodes, found, limits)
    return total


@compiled
def crossed(one: Lines, other: Lines, common: Complex, close: float) -> NDArray[np.bool_]:
    """`diagrams.pictures.faults.crossed`."""
    found = np.zeros(len(one.pieces), np.bool_)
    for i in range(len(one.pieces)):
        for j in range(len(other.pieces)):
            if found[i] or not _boxes_meet(one.box[i], other.box[j], 0.0):
                continue
            for p in range(one.pieces[i]):
                piece = _piece(one, i, p)
                for q in range(other.pieces[j]):
                    x, y, sine, _, _ = _meeting(piece, _piece(other, j, q))
                    if sine >= 0 and hypot(x - common[i].real, y - common[i].imag) > close:
                        found[i] = True
    return found


@compiled
def swept(at: Complex, inverse: Real, solved: Real, stays: Complex, sweeps: int, settled: float) -> Complex:
    """`diagrams.pictures.stress.swept`: all starts go on until the last of them has settled."""
    starts, n = at.shape
    at, new = at.copy(), np.empty_like(at)
    goal = np.empty(n, at.dtype)
    for _ in range(sweeps):
        furthest = 0.0
        for start in range(starts):
            for i in range(n):
                goal[i] = 0.0
                for j in range(n):
                    apart = at[start, i] - at[start, j]
                    goal[i] += apart * (inverse[i, j] / max(abs(apart), 1e-9))
            for i in range(n):
                place = 0j
                for j in range(n):
                    place += goal[j] * solved[j, i]
                new[start, i] = place + stays[start, i]
                furthest = max(furthest, abs(new[start, i] - at[start, i]))
        at, new = new, at
        if furthest < settled:
            break
    return at
