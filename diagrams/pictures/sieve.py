"""Which of many drawings cannot be good enough: lower bounds of what is wrong, for all of them at once.

A search (`diagrams.pictures.repair`) rejects nine changes out of ten, most of them because lines cross. One
drawing is too small for array operations to be fast; here they run over many drawings of one diagram. What
is counted is a part of what `diagrams.pictures.faults.faults` counts on the lines between nodes, on the same
samples: crossings, those too flat or too close to a node, and lines too close to foreign nodes.

Arrays have the axes: drawing, node or line, sample. A flat number of a line is that of its drawing times
lines per drawing, plus its own.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from diagrams.canonical import Edge
from diagrams.pictures.curves import bundle_share, bundle_width
from diagrams.pictures.faults import LIMITS, Complex, Real, bernstein, cross, shortfalls, to_pieces

Numbers = NDArray[np.intp]
#: Further away than anything.
_NOWHERE = 1e9


class Sieve:
    """Bounds for drawings of one diagram.

    Parameters
    ----------
    lines : sequence of (edge, number of lines)
        All lines of the diagram; self-loops are not looked at.
    n_nodes : int
    segments : int
        Into how many pieces a line is cut.
    crossing : float
        What a crossing counts.

    Examples
    --------
    >>> sieve = Sieve([((0, 1), 1), ((2, 3), 1)], 4, 10, 1.0)
    >>> crossed, beside = [-1, 1, 0.03 - 1j, 0.03 + 1.3j], [-1, 1, 0.03 + 1j, 0.03 + 1.3j]
    >>> sieve.bounds(np.array([crossed, beside]), np.zeros((2, 2)))
    array([1., 0.])
    """

    def __init__(
        self, lines: Sequence[tuple[Edge, int]], n_nodes: int, segments: int, crossing: float
    ) -> None:
        between = [(edge, many) for edge, many in lines if edge[0] != edge[1]]
        self.segments, self.crossing = segments, crossing
        self.edges = [edge for edge, _ in between]
        self._first = np.array([i for i, _ in self.edges], dtype=np.intp)
        self._second = np.array([j for _, j in self.edges], dtype=np.intp)
        #: For every drawn line its edge, and how far it is from the left to the right of its bundle.
        self._edge = np.array([e for e, (_, many) in enumerate(between) for _ in range(many)], dtype=np.intp)
        self._share = np.array([rank / max(many - 1, 1) for _, many in between for rank in range(many)])
        self._bundles = _Bundles(between)
        ends = [set(self.edges[e]) for e in self._edge]
        self._foreign = np.array([[node not in end for end in ends] for node in range(n_nodes)], dtype=bool)
        pairs = list(combinations(range(len(ends)), 2))
        self._pairs = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        shared = [sorted(ends[a] & ends[b]) for a, b in pairs]
        #: The nodes that two lines share, twice the same if there is one; `n_nodes` is no node.
        self._shared = np.array([(one * 2)[:2] if one else [n_nodes] * 2 for one in shared], dtype=np.intp)

    def bounds(self, places: Complex, bends: Real) -> Real:
        """Lower bounds of what is wrong.

        Parameters
        ----------
        places : ndarray, shape (drawings, nodes)
        bends : ndarray, shape (drawings, edges)
            Sagittas, in the order of `edges`.

        Returns
        -------
        ndarray, shape (drawings,)
        """
        paths = self._paths(places, bends)
        x, y = paths.real, paths.imag
        boxes = (x.min(2), x.max(2), y.min(2), y.max(2))
        return self._crossed(places, paths, boxes) + self._at_nodes(places, paths, boxes)

    def _paths(self, places: Complex, bends: Real) -> Complex:
        """Samples of all lines: shape (drawings, lines, segments + 1)."""
        left, right = self._bundles.sagittas(places)
        sagitta = (bends + left)[:, self._edge] + (right - left)[:, self._edge] * self._share
        a, b = places[:, self._first][:, self._edge], places[:, self._second][:, self._edge]
        start, end = _rounded(a), _rounded(b)
        # The controls of an arc, of `curves.arc`, with tan and cos of half its angle written out.
        along, aside = (1 - 4 * sagitta**2) / 3, 4j / 3 * sagitta
        straight = np.abs(sagitta) < 1e-9
        first = np.where(straight, start + (end - start) / 3, _rounded(a + (b - a) * (aside + along)))
        second = np.where(straight, end - (end - start) / 3, _rounded(b + (b - a) * (aside - along)))
        cubics = np.stack([start, first, second, end], axis=-1)
        paths: Complex = cubics @ bernstein(self.segments)
        return paths

    def _crossed(self, places: Complex, paths: Complex, boxes: tuple[Real, ...]) -> Real:
        """What crossings cost."""
        n_drawings, n_lines = paths.shape[:2]
        i, j = self._pairs
        left, right, low, high = boxes
        meet = (right[:, i] >= left[:, j]) & (left[:, i] <= right[:, j])
        meet &= (high[:, i] >= low[:, j]) & (low[:, i] <= high[:, j])
        drawing, pair = np.nonzero(meet)
        one, other = drawing * n_lines + i[pair], drawing * n_lines + j[pair]
        # Only pieces that come into both boxes can cross.
        sides = [side.ravel() for side in boxes]
        common = [np.maximum(sides[k][one], sides[k][other]) for k in (0, 2)]
        common += [np.minimum(sides[k][one], sides[k][other]) for k in (1, 3)]
        flat = paths.reshape(n_drawings * n_lines, -1)
        mine, theirs = _inside(flat[one], common), _inside(flat[other], common)
        row, m, n = np.nonzero(mine[:, :, None] & theirs[:, None, :])
        one, other, drawing, pair = one[row], other[row], drawing[row], pair[row]
        start, begin = flat[one, m], flat[other, n]
        step, pace = flat[one, m + 1] - start, flat[other, n + 1] - begin
        turn = cross(step, pace)
        safe = np.where(np.abs(turn) > 1e-12, turn, np.inf)
        s, t = cross(begin - start, pace) / safe, cross(begin - start, step) / safe
        z = start + s * step
        ends = np.concatenate([places, np.full((n_drawings, 1), _NOWHERE)], axis=1)
        kept = np.isfinite(safe) & (s >= 0) & (s < 1) & (t >= 0) & (t < 1)
        for end in self._shared[pair].T:
            kept &= np.abs(z - ends[drawing, end]) > LIMITS.common
        z, drawing, turn, step, pace = z[kept], drawing[kept], turn[kept], step[kept], pace[kept]
        sine = np.abs(turn) / (np.abs(step) * np.abs(pace))
        near = np.abs(z[:, None] - places[drawing])
        cost = self.crossing + shortfalls(sine, LIMITS.sine) + shortfalls(near, LIMITS.crossing).sum(1)
        return np.bincount(drawing, cost, n_drawings).astype(float)

    def _at_nodes(self, places: Complex, paths: Complex, boxes: tuple[Real, ...]) -> Real:
        """What lines cost that are too close to nodes where they do not end."""
        rim = LIMITS.node
        left, right, low, high = (side[:, None, :] for side in boxes)
        x, y = places.real[:, :, None], places.imag[:, :, None]
        near = (x > left - rim) & (x < right + rim) & (y > low - rim) & (y < high + rim) & self._foreign
        drawing, node, line = np.nonzero(near)
        path = paths[drawing, line]
        apart = to_pieces(places[drawing, node][:, None], path[:, :-1], path[:, 1:] - path[:, :-1]).min(1)
        return np.bincount(drawing, 3 * shortfalls(apart, rim), len(places)).astype(float)


class _Bundles:
    """How far multiple lines are bowed: `diagrams.pictures.curves` for many drawings at once."""

    def __init__(self, lines: Sequence[tuple[Edge, int]]) -> None:
        self._width = np.array([bundle_width(many) if many > 1 else 0.0 for _, many in lines])
        rows: list[tuple[int, int, int, float]] = []
        # What bounds an angle: rows of it seen to the left, of it seen to the right.
        bounds: list[list[list[int]]] = [[[], []] for _ in lines]
        for number, ((i, j), many) in enumerate(lines):
            for node, end, turn in ((i, j, 0), (j, i, 1)) if many > 1 else ():
                for edge, beside in lines:
                    if node in edge and edge != (i, j):
                        bounds[number][1 - turn].append(2 * len(rows))
                        bounds[number][turn].append(2 * len(rows) + 1)
                        rows.append((node, end, sum(edge) - node, bundle_share(beside)))
        self._node, self._end, self._other = np.array(
            [row[:3] for row in rows], dtype=np.intp
        ).reshape(-1, 3).T  # fmt: skip
        self._shares = np.array([row[3] for row in rows])
        most = max((len(side) for both in bounds for side in both), default=0)
        last = 2 * len(rows)  # which bounds nothing
        self._bounds = np.array(
            [[side + [last] * (most + 1 - len(side)) for side in both] for both in bounds], dtype=np.intp
        ).reshape(-1, 2, most + 1)

    def sagittas(self, places: Complex) -> tuple[Real, Real]:
        """Of the outer lines on the left and on the right, in units of the chord: (drawings, edges) each."""
        z = places[:, self._node]
        way = np.angle(places[:, self._other] - z) - np.angle(places[:, self._end] - z)
        apart = np.degrees(way) % 360
        shares = np.stack([self._shares * apart, self._shares * (360 - apart)], axis=2)
        shares = np.concatenate([shares.reshape(len(z), -1), np.full((len(z), 1), np.inf)], axis=1)
        wished = self._width
        sides = np.minimum(shares[:, self._bounds].min(-1), 1.25 * wished[:, None])
        right, left = sides[..., 0], sides[..., 1]
        narrow = np.minimum(np.minimum(right, left), wished)
        wide = 2 * wished - narrow
        rightwards = np.where(right < left, narrow, np.minimum(right, wide))
        leftwards = np.where(right < left, np.minimum(left, wide), narrow)
        return np.tan(np.radians(leftwards) / 2) / 2, -np.tan(np.radians(rightwards) / 2) / 2


def _rounded(z: Complex) -> Complex:
    """To six digits, as curves are."""
    return np.round(z, 6)


def _inside(paths: Complex, box: Sequence[Real]) -> NDArray[np.bool_]:
    """Which pieces of paths come into a box each, of (left, lower, right, upper side)."""
    left, low, right, high = (side[:, None] for side in box)
    x, y = paths.real, paths.imag
    meet = (np.maximum(x[:, 1:], x[:, :-1]) >= left) & (np.minimum(x[:, 1:], x[:, :-1]) <= right)
    meet &= (np.maximum(y[:, 1:], y[:, :-1]) >= low) & (np.minimum(y[:, 1:], y[:, :-1]) <= high)
    return meet
