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
from diagrams.pictures.faults import COLLAPSED, LIMITS, Complex, Real, apart, faults, shortfall, shortfalls
from diagrams.pictures.sieve import Sieve

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
#: By how much a leg is turned at most, half of it, in radians.
_TURN = 0.7
#: How many changes are looked at together: few after one that helped, more and more while none does.
_FEW, _MANY = 6, 24
#: A bound may be wrong by this.
_ROUNDING = 1e-9


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
        What else places, shape (drawings, nodes), cost, though nothing is wrong with them.
    label : callable, optional
        Where the name of an external point stands; beyond its line by default.
    crossing : float
        What a crossing counts: more where there need not be one.
    """

    diagram: Diagram
    far: Sequence[Sequence[float]]
    fixed: frozenset[int] = frozenset()
    level: frozenset[int] = frozenset()
    extra: Callable[[Complex], Real] | None = None
    label: Callable[[complex], complex] | None = None
    crossing: float = 1.0

    def judged(
        self, place: Mapping[int, complex], bends: Mapping[Edge, float] | None = None, below: float = inf
    ) -> Drawing:
        """A drawing with these places and bends; with a cost of `below` or more it is not fully measured."""
        bends, wrong = dict(bends or {}), 0.0
        places = _in_a_row([place])
        between = apart(places)
        more = float(self._more(places, between, [bends])[0])
        if more < below and between.size and between.min() < 0.1:
            wrong = COLLAPSED
        elif more < below:
            wrong = self._wrong(place, bends, between, below - more)
        return Drawing(dict(place), bends, wrong, wrong + more)

    def _more(self, places: Complex, between: Real, bends: Sequence[Mapping[Edge, float]]) -> Real:
        """What drawings cost though nothing is wrong; stress is squares of relative differences."""
        goals, known = self._wished, self._wished < inf
        stress = ((between[:, known] / goals[known] - 1) ** 2).sum(1)
        bent = np.array([sum(map(abs, some.values())) for some in bends])
        more: Real = _STRESS * stress / max(places.shape[1], 1) + _BEND * bent
        return more if self.extra is None else more + self.extra(places)

    def hopeless(self, drawings: Sequence[tuple[Place, dict[Edge, float]]], cost: float) -> list[bool]:
        """Which of many drawings certainly cost as much as this, or more."""
        places = _in_a_row([place for place, _ in drawings])
        between = apart(places)
        least = self._more(places, between, [bends for _, bends in drawings])
        least += 2 * shortfalls(between, LIMITS.apart).sum(1)
        hopeful = np.flatnonzero(least < cost)
        if hopeful.size:
            bent = [
                [drawings[row][1].get(edge, 0.0) for edge in self._sieve.edges] for row in hopeful.tolist()
            ]
            least[hopeful] += self._sieve.bounds(places[hopeful], np.array(bent))
        return [one >= cost + _ROUNDING for one in least.tolist()]

    @cached_property
    def _sieve(self) -> Sieve:
        diagram = self.diagram
        return Sieve(diagram.lines, diagram.n_external + diagram.n_vertices, _SEGMENTS, self.crossing)

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

        Most changes make it worse: several are sorted out at once, as if each were rejected; after the first
        that is not, the rest of them start from there.

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
        moves = _Moves(self, Random(seed))
        polished, step, many = 0, 0, _FEW
        drawn: list[_Move] = []
        while step < tries and moves.possible:
            while len(drawn) < min(step + many, tries):
                drawn.append(moves.next(0.3 if len(drawn) % 3 == 0 else 1.0))
            changed = [moves.changed(drawing, move) for move in drawn[step : step + many]]
            many = min(2 * many, _MANY)
            for (place, bends), hopeless in zip(changed, self.hopeless(changed, drawing.cost), strict=True):
                polished += drawing.wrong <= must
                if polished > _POLISH:
                    return drawing
                step += 1
                if not hopeless and (other := self.judged(place, bends, drawing.cost)).cost < drawing.cost:
                    drawing, many = other, _FEW
                    break  # the changes that follow are of this drawing
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


@dataclass(frozen=True)
class _Move:
    """A leg turned by a phase, a line bent by a sagitta, or a vertex moved by a step; or nothing."""

    leg: int | None = None
    line: Edge | None = None
    vertex: int | None = None
    by: complex = 0j


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

    def next(self, size: float) -> _Move:
        """One vertex moved, or one leg turned, or one line bent or unbent: whatever the drawing."""
        random = self.random
        kind = random.random()
        if kind < 0.2 and self.turning:
            leg = random.choice(self.turning)
            return _Move(leg=leg, by=cmath.rect(1, random.uniform(-2 * _TURN, 2 * _TURN) * size))
        if kind < 0.4 and self.lines:
            return _Move(line=random.choice(self.lines), by=complex(random.uniform(-0.4, 0.4) * size))
        if not self.free:
            return _Move()
        vertex = random.choice(self.free)
        step = cmath.rect(random.uniform(0.05, 0.9) * size, random.uniform(0, 2 * pi))
        return _Move(vertex=vertex, by=complex(step.real) if vertex in self.level else step)

    def changed(self, drawing: Drawing, move: _Move) -> tuple[Place, dict[Edge, float]]:
        """Places and bends after a move; the legs of a vertex go with it."""
        place, bends = dict(drawing.place), dict(drawing.bends)
        if move.leg is not None:
            vertex = place[self.legs[move.leg]]
            place[move.leg] = vertex + (place[move.leg] - vertex) * move.by
        elif move.line is not None:
            bend = bends.pop(move.line, 0.0) + move.by.real
            if 0.05 < abs(bend) < _MOST_BENT:
                bends[move.line] = bend
        elif move.vertex is not None:
            for node in (move.vertex, *(leg for leg, carrier in self.legs.items() if carrier == move.vertex)):
                place[node] += move.by
        return place, bends


def crowded(places: Complex, n: int, close: float) -> Real:
    """By how much vertices are closer to each other than this, and than two thirds of it to external points.

    Examples
    --------
    >>> crowded(np.array([[0j, 0.25, 3]]), 0, 0.5)
    array([0.5])
    """
    short: Real = np.maximum(0.0, 1 - apart(places) / _limits(places.shape[1], n, close)).sum(1)
    return short


@lru_cache(maxsize=64)
def _limits(n_nodes: int, n: int, close: float) -> Real:
    """Distance that every pair of nodes is to keep; two external points may be anywhere."""
    kinds = (inf if j < n else close if i >= n else close / 1.5 for i, j in combinations(range(n_nodes), 2))
    return np.array(list(kinds))


def _in_a_row(drawings: Sequence[Mapping[int, complex]]) -> Complex:
    """Places of the nodes of drawings: shape (drawings, nodes)."""
    return np.array([[place[node] for node in range(len(place))] for place in drawings], dtype=complex)
