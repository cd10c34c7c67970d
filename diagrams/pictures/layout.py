"""Where to put points and vertices: plane coordinates for one connected diagram.

Steps: distances along the lines give a target for every pair of nodes; stress (`diagrams.pictures.stress`) is
lowered from a few fixed starts, and the drawing with the fewest faults is kept; it is turned so that its long
side is horizontal; the legs of every vertex are fanned out in the free angle around it, and their labels put
in reading order. If lines still cross or something comes too close (`diagrams.pictures.faults`), planar
drawings are tried (`diagrams.pictures.planar`), and the most promising ones mended
(`diagrams.pictures.repair`). Two external points, and every vertex that separates them, are kept on a
horizontal line, so that a propagator correction reads from left to right; only to avoid a fault may a
separating vertex leave it.

Coordinates are dimensionless (a leg has length 1), x to the right, y up. Random numbers have fixed seeds:
equal diagrams get equal pictures.
"""

import cmath
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from math import pi, radians
from random import Random

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.pictures.curves import Place, bundle_width, free_gaps, neighbours
from diagrams.pictures.planar import almost_planar_starts, planar_starts
from diagrams.pictures.repair import NEEDLESS, Bench, Drawing, crowded, mended, mended_at_last
from diagrams.pictures.stress import LEG, distances, majorised

_N_STARTS = 6
#: Vertices this close are moved apart while a drawing is mended.
_NEAR = 0.8
#: Changes that are tried with every drawing that is mended.
_N_TRIES = 150


def layout(diagram: Diagram) -> tuple[Place, dict[Edge, float]]:
    """Positions of all nodes of a connected diagram, and the lines that have to be bent.

    Parameters
    ----------
    diagram : Diagram
        Connected.

    Returns
    -------
    place : dict
        Node -> position as a complex number.
    bends : dict
        Line -> sagitta in units of its chord, as `diagrams.pictures.curves.drawn_lines` takes it.

    Examples
    --------
    >>> layout(Diagram.from_edge_string("x1-y1,y1-y1,y1-x2"))
    ({0: (-1+0j), 1: (1+0j), 2: 0j}, {})
    """
    n = diagram.n_external
    if diagram.n_vertices == 0:
        return {0: -0.8 + 0j, 1: 0.8 + 0j}, {}
    if diagram.n_vertices == 1:
        return _single_vertex(diagram), {}
    lines = {edge: lines for edge, lines in diagram.lines if edge[0] != edge[1]}
    far = distances(diagram)
    separating = _separating(len(far), lines) if n == 2 else []
    level = frozenset([*separating, *(j for i, j in lines if i < n)]) if n == 2 else frozenset()
    bench = Bench(diagram, far, level=level, extra=lambda place: 0.5 * crowded(place, n, _NEAR))
    best = bench.judged(_posed(n, _least_stress(bench, lines, separating), lines))
    if best.wrong:
        best = _mended(bench, best, lines)
    return {node: rounded(z) for node, z in best.place.items()}, best.bends


def _mended(bench: Bench, drawing: Drawing, lines: Mapping[Edge, int]) -> Drawing:
    """From a planar start if there is one, or from one that is planar but for one line; then mended."""
    n, must = bench.diagram.n_external, 0
    starts = planar_starts(n, lines, bench.far)
    first = next(starts, None)
    if first is None:
        starts, must = almost_planar_starts(n, lines, bench.far), 1
    strict = bench if must else replace(bench, crossing=NEEDLESS)
    others = []
    for start in starts if first is None else chain([first], starts):  # each is found when it is needed
        other = strict.judged(_posed(n, _levelled(start, lines) if n == 2 else start, lines))
        if not other.wrong:
            return other
        others.append(other)
    others.sort(key=lambda one: one.rank)
    best = mended(bench, [*others[:1], drawing, *others[1:2]], must, _N_TRIES)
    if best.wrong.is_integer():  # nothing but crossings
        return best
    last = mended_at_last(bench, [*others, drawing], must, _N_TRIES)
    return min(best, last, key=lambda one: one.last_rank)


def _posed(n: int, place: Place, lines: Mapping[Edge, int]) -> Place:
    """Turned, legs fanned out, labels in reading order."""
    if n != 2:
        place = _fanned(n, _turned(n, place), lines)
    return _reading_order(n, place, lines)


def _single_vertex(diagram: Diagram) -> Place:
    """Legs left and right of the vertex; self-loops keep the top (and bottom) free."""
    n = diagram.n_external
    loops = (diagram.vertices[0] - n) // 2
    place: Place = {n: 0j}
    left = (n + 1) // 2
    for side, points in ((180.0, range(left)), (0.0, range(left, n))):
        many = len(points)
        step = 180 / max(many, 1)
        if loops and many > 1:
            step = min(60.0, 100 / (many - 1), step)
        for rank, point in enumerate(points):
            down = (rank - (many - 1) / 2) * step  # first label on top
            angle = side + down if side else -down
            place[point] = rounded(cmath.rect(LEG, radians(angle)))
    return {node: place[node] for node in range(n + 1)}


def rounded(z: complex) -> complex:
    """The same place for all that differs by rounding only."""
    return complex(round(z.real, 9) + 0.0, round(z.imag, 9) + 0.0)


def _least_stress(bench: Bench, lines: Mapping[Edge, int], separating: Sequence[int]) -> Place:
    """Best of several majorised starts: fewest faults, then least stress."""
    far, n_nodes = bench.far, len(bench.far)
    half = far[0][1] / 2 if separating else 0.0
    pinned = {node: complex(far[0][node] - half) for node in separating}
    starts: list[list[complex]] = []
    for start in range(_N_STARTS):
        order = list(range(n_nodes))
        if start:
            Random(start).shuffle(order)
        at = [0j] * n_nodes
        for rank, node in enumerate(order):
            # The first start is a straight line, which chains keep exactly; the others are circles.
            circle = cmath.rect(1 + 0.01 * rank, 2 * pi * rank / n_nodes + 0.3)
            at[node] = circle if start else complex(far[0][node])
        for node, fixed in pinned.items():
            at[node] = fixed
        starts.append(at)
    tried = [(round(stress, 6), at) for stress, at in majorised(starts, far, pinned)]
    best: tuple[float, Place] | None = None
    judged_stress = -1.0
    for stress, at in sorted(tried, key=lambda one: one[0]):
        if stress == judged_stress:  # the same, turned or mirrored
            continue
        judged_stress = stress
        place = dict(enumerate(at))
        wrong = bench.judged(place).wrong
        if best is None or wrong < best[0]:
            best = wrong, place
        if not wrong:
            break
    assert best is not None
    return best[1]


def _levelled(place: Place, lines: Mapping[Edge, int]) -> Place:
    """Turned so that the two external points are on one level, their legs pointing left and right."""
    first, last = (next(j for i, j in lines if i == point) for point in (0, 1))
    if first == last:
        turn = pi / 2 - cmath.phase(sum(place.values()) / len(place) - place[first])  # the rest is above
    else:
        turn = -cmath.phase(place[last] - place[first])
    turned = {node: (z - place[first]) * cmath.rect(1, turn) for node, z in place.items()}
    return turned | {0: -LEG + 0j, 1: turned[last].real + LEG + 0j}


def _separating(n_nodes: int, lines: Mapping[Edge, int]) -> list[int]:
    """The points 0 and 1, and the nodes without which they are not connected."""
    separating = [0, 1]
    for removed in range(2, n_nodes):
        reached = [0]
        for node in reached:  # grows while we walk
            for edge in lines:
                if node in edge and removed not in edge:
                    other = sum(edge) - node
                    if other not in reached:
                        reached.append(other)
        if 1 not in reached:
            separating.append(removed)
    return separating


def _turned(n: int, place: Place) -> Place:
    """Put the long side of the vertices on the x axis; with one external point, that point to the left."""
    vertices = [z for node, z in place.items() if node >= n]
    centre = sum(vertices) / len(vertices)
    spread = sum((z - centre) ** 2 for z in vertices)
    size = sum(abs(z - centre) ** 2 for z in vertices)
    if n == 1:
        turn = pi - cmath.phase(place[0] - centre)
    elif abs(spread) > 0.1 * size:
        turn = -cmath.phase(spread) / 2
    else:  # as wide as high: the first vertex goes to the upper left
        turn = radians(135) - cmath.phase(vertices[0] - centre)
    return {node: (z - centre) * cmath.rect(1, turn) for node, z in place.items()}


def _fanned(n: int, place: Place, lines: Mapping[Edge, int]) -> Place:
    """Spread the legs of every vertex evenly in the gap between its neighbours in which they are."""
    place = dict(place)
    for vertex in (node for node in list(place) if node >= n):
        joined = neighbours(vertex, place, lines)
        gaps = free_gaps([(way, 0.7 * bundle_width(many)) for other, way, many in joined if other >= n])
        legs = [(other, way) for other, way, _ in joined if other < n]
        for start, width in gaps:
            inside = [(leg, (way - start) % 360) for leg, way in legs]
            here = sorted((way, leg) for leg, way in inside if way <= width or len(gaps) == 1)
            legs = [(leg, way) for leg, way in legs if leg not in {leg for _, leg in here}]
            many = len(here)
            step = min(width / (many + 1), 90.0 if many == 2 else 60.0)
            for rank, (_, leg) in enumerate(here):
                angle = start + width / 2 + (rank - (many - 1) / 2) * step
                place[leg] = place[vertex] + cmath.rect(LEG, radians(angle))
    return place


def _reading_order(n: int, place: Place, lines: Mapping[Edge, int]) -> Place:
    """Mirror so that x1 is at the upper left (two points: the rest above the line), then sort the legs."""
    vertices = [z for node, z in place.items() if node >= n]
    flip_x = flip_y = False
    if n == 2:
        flip_y = sum(z.imag for z in vertices) < -1e-6
    elif n > 2:
        vertex = next(j for i, j in lines if i == 0)
        flip_x = place[vertex].real > 1e-6
        flip_y = place[vertex].imag < -1e-6
    mirrored = {
        node: complex(-z.real if flip_x else z.real, -z.imag if flip_y else z.imag)
        for node, z in place.items()
    }
    for vertex in range(n, len(place)):
        legs = sorted(i for i, j in lines if j == vertex and i < n)
        if n > 2:
            slots = sorted(
                (mirrored[leg] for leg in legs), key=lambda z: (-round(z.imag, 6), round(z.real, 6))
            )
            mirrored.update(zip(legs, slots, strict=True))
    return {node: rounded(mirrored[node]) for node in range(len(place))}
