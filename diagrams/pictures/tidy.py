"""Places of vertices between two columns of points: straight legs, room around everything.

Steps: the vertices, the distance of the columns and that of neighbouring points are what is sought; an energy
asks for lines of their usual lengths, for vertices that lie on a line with their only two neighbours (so that
a propagator correction and a chain of bubbles are straight), for wide angles and for room; it is lowered from
several starts at once, by steps of their own for every coordinate (Riedmiller and Braun, *RPROP*, 1993).

Lengths are in units of a leg.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from random import Random

import numpy as np
from numpy.typing import NDArray

from diagrams.canonical import Edge
from diagrams.pictures.curves import Place
from diagrams.pictures.pieces import Complex, Real
from diagrams.pictures.stress import LEG, line_length

#: Starts, steps, and by how much coordinates differ when the slope of the energy is measured.
_N_STARTS, _N_STEPS, _DIFFERENCE = 10, 120, 1e-4
#: First, least and largest step.
_FIRST, _LEAST, _MOST = 0.1, 1e-4, 0.3
#: What the parts of the energy weigh: legs that are long, two lines in a row, narrow angles, room, columns.
_LONG, _STRAIGHT, _ANGLE, _ROOM, _COLUMN = 0.06, 2.0, 0.4, 1.5, 4.0
#: Distance of what is not joined, and of a vertex from the column.
_APART, _BEFORE = 1.15, 0.45
#: Least and usual half distance of the columns, and distance of points in one.
_HALF, _STEP = 0.85, 1.0
#: Cosine of an angle between lines that is wide enough.
_WIDE = 0.3


@dataclass(frozen=True)
class Columns:
    """What is to be placed.

    Attributes
    ----------
    n, incoming : int
        External points, and how many of them, the first ones, stand on the left.
    vertices : int
    lines : mapping
        Number of lines between different nodes.
    """

    n: int
    incoming: int
    vertices: int
    lines: Mapping[Edge, int]

    @cached_property
    def _edges(self) -> tuple[NDArray[np.intp], Real, Real]:
        """Ends of the lines, their wished lengths, and what these weigh."""
        ends = np.array(list(self.lines), dtype=np.intp).reshape(-1, 2).T
        legs = ends[0] < self.n
        lengths = [LEG if i < self.n else line_length(many) for (i, _), many in self.lines.items()]
        return ends, np.array(lengths), np.where(legs, _LONG, 1.0)

    @cached_property
    def _apart(self) -> NDArray[np.intp]:
        """Pairs that are not joined, one of them a vertex."""
        nodes = range(self.n + self.vertices)
        pairs = [pair for pair in combinations(nodes, 2) if pair[1] >= self.n and pair not in self.lines]
        return np.array(pairs, dtype=np.intp).reshape(-1, 2).T

    @cached_property
    def _angles(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Vertices with two neighbours that are not joined; pairs of neighbours of the others."""
        straight: list[tuple[int, int, int]] = []
        wide: list[tuple[int, int, int]] = []
        for vertex in range(self.n, self.n + self.vertices):
            beside = [sum(edge) - vertex for edge in self.lines if vertex in edge]
            triples = [(vertex, one, other) for one, other in combinations(beside, 2)]
            joined = len(beside) == 2 and tuple(sorted(beside)) in self.lines  # a triangle
            (straight if len(beside) == 2 and not joined else wide).extend(triples)
        one, other = (np.array(found, dtype=np.intp).reshape(-1, 3).T for found in (straight, wide))
        return one, other

    def places(self, found: Real) -> Complex:
        """Places of all nodes, shape (many, nodes); the first two numbers are those of the columns."""
        at = np.empty((len(found), self.n + self.vertices), dtype=complex)
        for side, points in ((-1, range(self.incoming)), (1, range(self.incoming, self.n))):
            for rank, point in enumerate(points):
                high = (len(points) - 1) / 2 - rank
                at[:, point] = side * found[:, 0] + 1j * high * found[:, 1]
        at[:, self.n :] = found[:, 2::2] + 1j * found[:, 3::2]
        return at

    def energy(self, at: Complex) -> Real:
        """What places cost, for each of many."""
        (first, last), lengths, weights = self._edges
        stretch = np.abs(at[:, first] - at[:, last]) / lengths - 1
        total: Real = (np.where(stretch > 0, weights, 1.0) * stretch**2).sum(1)
        if self._apart.size:
            first, last = self._apart
            total += _ROOM * (np.maximum(0.0, 1 - np.abs(at[:, first] - at[:, last]) / _APART) ** 2).sum(1)
        straight, wide = self._angles
        total += _STRAIGHT * (1 + _cosines(at, straight)).sum(1)
        total += _ANGLE * (np.maximum(0.0, _cosines(at, wide) - _WIDE) ** 2).sum(1)
        return total

    def cost(self, found: Real) -> Real:
        """The energy, and what columns cost that are narrow, or not in their usual places."""
        at, half, step = self.places(found), found[:, 0], found[:, 1]
        total: Real = self.energy(at)
        total += _COLUMN * np.maximum(0.0, _HALF - half) ** 2 + _COLUMN * (step - _STEP) ** 2
        inside = np.maximum(0.0, np.abs(found[:, 2::2]) - (half - _BEFORE)[:, None])
        total += _COLUMN * (inside**2).sum(1)
        return total


def _cosines(at: Complex, triples: NDArray[np.intp]) -> Real:
    """Of the angles at the first nodes of triples."""
    vertex, one, other = triples
    a, b = at[:, one] - at[:, vertex], at[:, other] - at[:, vertex]
    found: Real = (a * b.conj()).real / np.maximum(np.abs(a) * np.abs(b), 1e-9)
    return found


def tidy_places(columns: Columns) -> list[tuple[float, Place]]:
    """Places of low energy, the lowest first.

    Examples
    --------
    >>> chain = {(0, 4): 1, (1, 4): 1, (2, 6): 1, (3, 6): 1, (4, 5): 2, (5, 6): 2}
    >>> cost, place = tidy_places(Columns(4, 2, 3, chain))[0]
    >>> [round(abs(place[vertex].imag), 2) for vertex in (4, 5, 6)]
    [0.0, 0.0, 0.0]
    """
    found = np.array([_start(columns, number) for number in range(_N_STARTS)])
    many, unknown = found.shape
    steps, before = np.full(found.shape, _FIRST), np.zeros_like(found)
    shifts = np.concatenate([np.eye(unknown), -np.eye(unknown)]) * _DIFFERENCE
    best, least = found.copy(), columns.cost(found)
    for _ in range(_N_STEPS):
        tried = (found[:, None] + shifts).reshape(-1, unknown)
        costs = columns.cost(tried).reshape(many, 2, unknown)
        slopes = costs[:, 0] - costs[:, 1]
        same = slopes * before
        steps = np.clip(
            np.where(same > 0, 1.2 * steps, np.where(same < 0, 0.5 * steps, steps)), _LEAST, _MOST
        )
        slopes[same < 0] = 0.0
        found = found - np.sign(slopes) * steps
        before = slopes
        now = columns.cost(found)
        lower = now < least
        best[lower], least = found[lower], np.minimum(now, least)
    places = columns.places(best)
    ranked: Sequence[int] = np.argsort(np.round(least, 4), kind="stable").tolist()
    return [
        (float(least[row]), {node: complex(z) for node, z in enumerate(np.round(places[row], 6))})
        for row in ranked
    ]


def _start(columns: Columns, number: int) -> list[float]:
    """Vertices near the mean of their points, moved at random, but for the first start only a little."""
    random, n = Random(number), columns.n
    half = 1.0 + 0.25 * columns.vertices
    sides = np.array([-half if point < columns.incoming else half for point in range(n)])
    at = columns.places(np.array([[half, _STEP, *[0.0] * 2 * columns.vertices]]))[0]
    numbers = [half, _STEP]
    for vertex in range(n, n + columns.vertices):
        carried = [i for i, j in columns.lines if j == vertex and i < n]
        middle = complex(np.mean(sides[carried]) * 0.6, np.mean(at[carried].imag) * 1.2) if carried else 0j
        size = 0.9 if number else 0.05
        numbers += [
            middle.real + size * random.uniform(-1, 1),
            middle.imag + size * random.uniform(-1, 1),
        ]
    return numbers
