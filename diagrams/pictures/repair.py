"""Mend a drawing in which something is wrong: move vertices, turn legs, bend lines, while it gets better.

A search with fixed random numbers: equal diagrams get equal pictures. A change is kept if the cost falls:
what is wrong with the drawing (`diagrams.pictures.faults`), the stress of its distances, and its bends.
"""

import cmath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import combinations
from math import inf, pi
from random import Random

import numpy as np

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.pictures.curves import LABEL_DISTANCE, Place, between_nodes, with_loops
from diagrams.pictures.faults import apart, faults, shortfall
from diagrams.pictures.limits import COLLAPSED, LIMITS
from diagrams.pictures.pieces import Real

#: Into how many pieces a line is cut while drawings are compared.
_SEGMENTS = 10
#: And where nothing is wrong: two long lines may be close between the places of few pieces.
_FINE = 24
#: What a crossing counts that need not be.
NEEDLESS = 12.0
#: What stress and bends cost, against one crossing.
_STRESS, _BEND = 0.2, 0.8
#: Largest sagitta of a bent line, in units of its chord.
_MOST_BENT = 0.45
#: Changes that are tried when nothing is wrong any more, to make it look better.
_POLISH = 60
#: Random numbers of the last trials, where something stays wrong.
_LAST_SEEDS = (2, 3, 4, 5)
#: By how much a leg is turned at most, half of it, in radians.
_TURN = 0.7


@dataclass(frozen=True)
class Drawing:
    """Places of nodes, bends of lines, and what is wrong with it.

    Attributes
    ----------
    place : dict
        Node -> position.
    bends : dict
        Line -> sagitta, as `diagrams.pictures.curves.drawn_lines` takes it.
    wrong : float
        Zero, or not much more than the number of crossings that cannot be helped.
    cost : float
        What a search makes small.
    """

    place: Place
    bends: dict[Edge, float] = field(default_factory=dict)
    wrong: float = 0.0
    cost: float = 0.0

    @property
    def rank(self) -> tuple[float, float]:
        """To be low."""
        return round(self.wrong, 3), round(self.cost, 6)

    @property
    def last_rank(self) -> tuple[bool, tuple[float, float]]:
        """To be low at last: crossings more rather than lines too close."""
        return not self.wrong.is_integer(), self.rank


@dataclass(frozen=True)
class Bench:
    """What judges the drawings of one diagram.

    Attributes
    ----------
    diagram : Diagram
    far : sequence of sequence of float
        Wished distances of all nodes.
    fixed, level : frozenset of int
        Nodes that stay where they are, and nodes that move to the left and right only.
    extra : callable, optional
        What else places cost, though nothing is wrong with them.
    label : callable, optional
        Where the name of an external point stands; beyond its line by default.
    crossing : float
        What a crossing counts: more where there need not be one.
    """

    diagram: Diagram
    far: Sequence[Sequence[float]]
    fixed: frozenset[int] = frozenset()
    level: frozenset[int] = frozenset()
    extra: Callable[[Mapping[int, complex]], float] | None = None
    label: Callable[[complex], complex] | None = None
    crossing: float = 1.0

    def judged(
        self, place: Mapping[int, complex], bends: Mapping[Edge, float] | None = None, below: float = inf
    ) -> Drawing:
        """A drawing with these places and bends; with a cost of `below` or more it is not fully measured."""
        bends, wrong = dict(bends or {}), 0.0
        between = distances_between(place)
        more = (
            (0.0 if self.extra is None else self.extra(place))
            + _STRESS * self._stress(between) / max(len(place), 1)
            + _BEND * sum(map(abs, bends.values()))
        )
        if more < below and between.size and between.min() < 0.1:
            wrong = COLLAPSED
        elif more < below:
            wrong = self._wrong(place, bends, between, below - more)
        return Drawing(dict(place), bends, wrong, wrong + more)

    def _wrong(
        self, place: Mapping[int, complex], bends: Mapping[Edge, float], between: Real, enough: float
    ) -> float:
        """What is wrong, or at least `enough`: cheap measurements first, few pieces before many."""
        found = 2 * shortfall(between, LIMITS.apart)
        if found >= enough:
            return found
        lines = dict(self.diagram.lines)
        drawn = between_nodes(lines, place, bends)
        labels = self._labels(place, drawn)
        found = faults(drawn, place, labels, _SEGMENTS, enough, self.crossing)
        if found < enough and any(i == j for i, j in lines):
            drawn = with_loops(lines, place, drawn)
            found = faults(drawn, place, labels, _SEGMENTS, enough, self.crossing)
        if found < enough and found.is_integer():  # nothing but crossings, as far as that was seen
            found = faults(drawn, place, labels, _FINE, enough, self.crossing)
        return found

    def _stress(self, between: Real) -> float:
        """Squares of how much distances differ from what they should be, in units of the latter."""
        wished = self._wished
        return float(((between[wished < inf] / wished[wished < inf] - 1) ** 2).sum())

    @cached_property
    def _wished(self) -> Real:
        """Wished distances of all pairs."""
        return np.array([wished for i, row in enumerate(self.far) for wished in row[i + 1 :]])

    def _labels(
        self, place: Mapping[int, complex], drawn: Sequence[tuple[Edge, tuple[tuple[float, float], ...]]]
    ) -> list[complex]:
        """Centres of the names of external points."""
        if self.label is not None:
            return [self.label(place[node]) for node in range(self.diagram.n_external)]
        found = []
        for (i, j), points in drawn:
            for node, near, far in ((i, 0, 1), (j, -1, -2)):
                if node < self.diagram.n_external:
                    step = complex(*points[near]) - complex(*points[far])
                    found.append(place[node] + LABEL_DISTANCE * step / abs(step))
        return found

    def repaired(self, drawing: Drawing, must: float, tries: int, seed: int = 0) -> Drawing:
        """Change one thing at a time until no more is wrong than has to be, and a while longer.

        Parameters
        ----------
        drawing : Drawing
            From `judged`.
        must : float
            Crossings that cannot be helped.
        tries : int
            Changes that are tried at most.
        seed : int
            Of the random numbers: another one tries other changes.

        Returns
        -------
        Drawing
            Not worse than what was given.
        """
        random = Random(seed)
        moves = _Moves(self, random)
        polished = 0
        for step in range(tries if moves.possible else 0):
            polished += drawing.wrong <= must
            if polished > _POLISH:
                break
            size = 1.0 if step % 3 else 0.3
            place, bends = moves.next(drawing, size)
            other = self.judged(place, bends, drawing.cost)
            if other.cost < drawing.cost:
                drawing = other
        return drawing


def mended(bench: Bench, drawings: Sequence[Drawing], must: int, tries: int) -> Drawing:
    """The best that comes of mending several drawings, one after the other, the first two of them twice.

    Parameters
    ----------
    bench : Bench
    drawings : sequence of Drawing
        The most promising first.
    must : int
        Crossings that cannot be helped. If there are none, the search avoids them more than anything else.
    tries : int
        Changes that are tried with each, twice as many the second time.
    """
    strict = bench if must else replace(bench, crossing=NEEDLESS)
    found: list[Drawing] = []
    for seed in (0, 1):
        for drawing in found[:2] if seed else drawings:
            start = strict.judged(drawing.place, drawing.bends)
            other = strict.repaired(start, must, tries * (1 + seed), seed)
            if other.wrong <= must:
                return other
            found.append(bench.judged(other.place, other.bends))
        if must and min(one.wrong for one in found).is_integer():  # nothing but crossings
            break
    return min(found, key=lambda one: one.rank)


def mended_at_last(bench: Bench, drawings: Sequence[Drawing], must: int, tries: int) -> Drawing:
    """The first drawing with nothing wrong but crossings that comes of many more trials, or the best.

    For the handful of all diagrams to five vertices that `mended` leaves with lines too close: one trial in
    three succeeds there, whatever it begins with.

    Parameters
    ----------
    bench, drawings, must, tries
        As for `mended`.
    """
    strict = bench if must else replace(bench, crossing=NEEDLESS)
    found: list[Drawing] = []
    for seed in _LAST_SEEDS:
        for drawing in drawings:
            start = strict.judged(drawing.place, drawing.bends)
            other = strict.repaired(start, must, 4 * tries, seed)
            if other.wrong <= must:
                return other
            found.append(bench.judged(other.place, other.bends))
        if min(one.wrong for one in found).is_integer():  # nothing but crossings
            break
    return min(found, key=lambda one: one.last_rank)


class _Moves:
    """Changes of a drawing."""

    def __init__(self, bench: Bench, random: Random) -> None:
        diagram = bench.diagram
        n = diagram.n_external
        self.random = random
        self.lines = [edge for edge, _ in diagram.lines if edge[0] != edge[1] and edge[1] >= n]
        self.level = bench.level
        self.legs = {i: j for (i, j), _ in diagram.lines if i < n <= j and i not in bench.fixed}
        self.free = [v for v in range(n, n + diagram.n_vertices) if v not in bench.fixed]
        self.turning = [leg for leg in self.legs if leg not in bench.level]
        self.possible = bool(self.free or self.turning)

    def next(self, drawing: Drawing, size: float) -> tuple[Place, dict[Edge, float]]:
        """One vertex moved, its legs with it, or one leg turned, or one line bent or unbent."""
        random, place, bends = self.random, dict(drawing.place), dict(drawing.bends)
        kind = random.random()
        if kind < 0.2 and self.turning:
            leg = random.choice(self.turning)
            vertex = self.legs[leg]
            place[leg] = place[vertex] + (place[leg] - place[vertex]) * cmath.rect(
                1, random.uniform(-2 * _TURN, 2 * _TURN) * size
            )
        elif kind < 0.4 and self.lines:
            line = random.choice(self.lines)
            bend = bends.pop(line, 0.0) + random.uniform(-0.4, 0.4) * size
            if 0.05 < abs(bend) < _MOST_BENT:
                bends[line] = bend
        elif self.free:
            vertex = random.choice(self.free)
            step = cmath.rect(random.uniform(0.05, 0.9) * size, random.uniform(0, 2 * pi))
            if vertex in self.level:
                step = complex(step.real)
            for node in (vertex, *(leg for leg, carrier in self.legs.items() if carrier == vertex)):
                place[node] += step
        return place, bends


def crowded(place: Mapping[int, complex], n: int, close: float) -> float:
    """By how much vertices are closer to each other than this, and than two thirds of it to external points.

    Examples
    --------
    >>> crowded({0: 0j, 1: 0.25 + 0j, 2: 3 + 0j}, 0, 0.5)
    0.5
    """
    if len(place) <= n:
        return 0.0
    limits = _limits(len(place), n, close)
    return float(np.maximum(0.0, 1 - distances_between(place) / limits).sum())


@lru_cache(maxsize=64)
def _limits(n_nodes: int, n: int, close: float) -> Real:
    """Distance that every pair of nodes is to keep; two external points may be anywhere."""
    kinds = (inf if j < n else close if i >= n else close / 1.5 for i, j in combinations(range(n_nodes), 2))
    return np.array(list(kinds))


def distances_between(place: Mapping[int, complex]) -> Real:
    """Distances of all pairs of nodes: 0 and 1, 0 and 2, ..."""
    return apart(np.array([place[node] for node in range(len(place))], dtype=complex))
