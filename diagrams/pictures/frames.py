"""Frames for external points: on a circle or in columns, at the same places for every diagram of a function.

So the channels of a scattering process look different though they are one topology. The external points are
fixed, the vertices go where the stress of `diagrams.pictures.layout` is least; of several fixed starts the
drawing with the fewest crossings is kept. Lines between two external points are bent around what is in their
way.
"""

import cmath
import enum
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import inf, pi, sin
from random import Random
from statistics import fmean

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.pictures.curves import Place, disorder
from diagrams.pictures.layout import distances, layout, majorised, rounded

_N_STARTS = 10
#: Moves of single vertices that are tried while lines cross.
_N_MOVES = 50
#: Distance of neighbouring external points, at least.
_APART = 1.0
#: Distance of two vertices, at least.
_CLOSE = 0.8
#: By how much a frame grows with every vertex after the first, and twice that for a component.
_ROOM = 0.15
#: Sagittas that are tried for a line between two external points, in units of its chord.
_BENDS = (0.0, 0.12, -0.12, 0.24, -0.24, 0.36, -0.36)


class Layout(enum.StrEnum):
    """Where the external points of a picture stand."""

    FREE = "free"
    CIRCLE = "circle"
    COLUMNS = "columns"


def framed(diagram: Diagram, style: Layout, incoming: int | None = None) -> tuple[Place, dict[Edge, float]]:
    """Positions in a frame, and the lines that have to be bent.

    Parameters
    ----------
    diagram : Diagram
        At least one external point, and no vacuum component.
    style : Layout
        `Layout.CIRCLE` or `Layout.COLUMNS`.
    incoming : int, optional
        Number of points in the left column.

    Returns
    -------
    place : dict
        Node -> position as a complex number.
    bends : dict
        Line -> sagitta in units of its chord, as `diagrams.pictures.curves.drawn_lines` takes it.

    Examples
    --------
    >>> framed(Diagram.from_edge_string("x1-x2,x3-x4"), Layout.COLUMNS)[0]
    {0: (-1+0.5j), 1: (-1-0.5j), 2: (1+0.5j), 3: (1-0.5j)}
    """
    n, n_nodes = diagram.n_external, diagram.n_external + diagram.n_vertices
    if n <= 2 and diagram.is_connected:  # one line of thought from left to right in any layout
        return layout(diagram), {}
    far = distances(diagram)
    crowd = diagram.n_vertices + 2 * len(diagram.components()) - 3
    room = _ROOM * max(0, crowd) if diagram.n_vertices else 0.0
    if style is Layout.CIRCLE:
        outer = _circle(n, room, far)
    else:
        outer = _columns(n, room, (n + 1) // 2 if incoming is None else incoming, far)
    best = _Drawing(diagram, outer, far, dict(outer))
    for start in range(_N_STARTS if diagram.n_vertices else 1):
        at = _start(n, n_nodes, outer, start)
        majorised(at, far, outer)
        drawing = _Drawing(diagram, outer, far, dict(enumerate(at)))
        if not start or drawing.score < best.score:
            best = drawing
    best = _improved(best)
    return best.place, best.bends


class _Drawing:
    """Places with the bends that suit them best, and what is wrong with it (`score`, to be low)."""

    def __init__(self, diagram: Diagram, outer: Place, far: list[list[float]], place: Place) -> None:
        self.diagram, self.outer, self.far = diagram, outer, far
        self.place = {node: rounded(z) for node, z in place.items()}
        self.bends: dict[Edge, float] = {}
        if len(place) < diagram.n_external + diagram.n_vertices:
            self.score = (inf, inf)
            return
        self.bends = _bends(diagram, self.place)
        wrong = disorder(diagram, self.place, self.bends) + 2 * (self._outside() + self._crowded())
        stress = sum((abs(a - b) / far[i][j] - 1) ** 2 for (i, a), (j, b) in combinations(place.items(), 2))
        self.score = (wrong, round(stress + sum(map(abs, self.bends.values())), 6))

    def _outside(self) -> int:
        """Vertices that leave the box of the external points or come close to its sides."""
        wide = max(abs(z.real) for z in self.outer.values()) - 0.15
        high = max(wide, max(abs(z.imag) for z in self.outer.values())) - 0.15
        inner = (z for node, z in self.place.items() if node not in self.outer)
        return sum(abs(z.real) > wide or abs(z.imag) > high for z in inner)

    def _crowded(self) -> int:
        """Vertices too close to another node."""
        n = self.diagram.n_external
        return sum(
            abs(self.place[i] * (1 if i >= n else 1.1) - self.place[j]) < _CLOSE * (1 if i >= n else 0.7)
            for i, j in combinations(range(len(self.place)), 2)
            if j >= n
        )


def _improved(drawing: _Drawing) -> _Drawing:
    """Move single vertices about while something is wrong."""
    free = [node for node in drawing.place if node not in drawing.outer]
    random = Random(0)
    for _ in range(_N_MOVES if free else 0):
        if drawing.score[0] == 0:
            break
        node = random.choice(free)
        step = cmath.rect(random.uniform(0.1, 1.0), random.uniform(0, 2 * pi))
        moved = drawing.place | {node: drawing.place[node] + step}
        other = _Drawing(drawing.diagram, drawing.outer, drawing.far, moved)
        if other.score < drawing.score:
            drawing = other
    return drawing


def _circle(n: int, room: float, far: list[list[float]]) -> Place:
    """Points clockwise, such that two face each other horizontally and four stand in the corners."""
    first = pi if n == 1 else pi / 2 + pi / n
    around = [cmath.rect(1, first - 2 * pi * i / n) for i in range(n)]
    joined = [(i, j) for i, j in combinations(range(n), 2) if far[i][j] < inf]
    wished = [far[i][j] / abs(around[i] - around[j]) for i, j in joined] or [1.0]
    least = _APART / 2 / sin(pi / n) if n > 1 else 1.0
    radius = max(1.0, least, min(fmean(wished), 1.6)) + room
    return {i: rounded(radius * z) for i, z in enumerate(around)}


def _columns(n: int, room: float, incoming: int, far: list[list[float]]) -> Place:
    """The first points on the left, the others on the right, each column centred and numbered downwards."""
    left, right = range(incoming), range(incoming, n)
    across = [far[i][j] for i in left for j in right if far[i][j] < inf] or [2.0]
    half = max(1.6, min(fmean(across), 3.0), 0.5 * max(len(left), len(right))) / 2
    half += room
    step = _APART * (1 + room / 2)
    place = {}
    for x, column in ((-half, left), (half, right)):
        for rank, point in enumerate(column):
            place[point] = rounded(complex(x, step * ((len(column) - 1) / 2 - rank)))
    return place


def _start(n: int, n_nodes: int, outer: Mapping[int, complex], number: int) -> list[complex]:
    """External points in their places, vertices around the middle in an order that the number decides."""
    order = list(range(n, n_nodes))
    if number:
        Random(number).shuffle(order)
    at = [outer.get(node, 0j) for node in range(n_nodes)]
    for rank, node in enumerate(order):
        at[node] = cmath.rect(0.5 + 0.01 * rank, 2 * pi * rank / len(order) + 0.3)
    return at


def _bends(diagram: Diagram, place: Place) -> dict[Edge, float]:
    """Sagittas of the lines between external points, one after the other with the least disorder."""
    bends: dict[Edge, float] = {}
    for edge in diagram.edges:
        if edge[1] < diagram.n_external:
            tried = {way: disorder(diagram, place, bends | {edge: way}) for way in _ways(edge, place)}
            sagitta = min(tried, key=tried.__getitem__)
            if sagitta:
                bends[edge] = sagitta
    return bends


def _ways(edge: Edge, place: Place) -> Iterator[float]:
    """Sagittas in the order of preference: straight, or inwards between two points of one column."""
    a, b = place[edge[0]], place[edge[1]]
    if abs(a.real - b.real) < 1e-9 and abs(a.real) > 1e-9:
        inwards = 1 if (a.imag > b.imag) == (a.real < 0) else -1
        yield from (inwards * sagitta for sagitta in (0.3, 0.2, 0.45))
    else:
        yield from _BENDS
