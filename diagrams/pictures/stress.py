"""Wished distances of the nodes of a diagram, and places whose distances come close to them.

The stress of places z is the sum of ``(|z_i - z_j| - d_ij)**2 / d_ij**2`` over all pairs. It is lowered by
majorisation (Gansner, Koren and North, *Graph drawing by stress majorization*, 2004): near the places found
so far it is bounded from above by a quadratic form, whose minimum is the solution of linear equations with a
matrix that stays the same. That never fails and is slow at the end, so a few steps of Newton's method
(`diagrams.pictures.newton`) finish it, where they end in a minimum.
"""

import sys
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from math import inf

import numpy as np

from diagrams.diagram import Diagram
from diagrams.pictures.newton import polished
from diagrams.pictures.pieces import Complex, Real

#: Distance of joined vertices, by the number of lines between them (more lines need more room).
_LENGTHS = {1: 1.1, 2: 1.3, 3: 1.5}
LEG = 1.0
#: By how much a line grows with every self-loop at its ends, after one at each.
_LOOP_ROOM = 0.25
#: Sweeps before Newton's method is tried, and tried again for the starts that it leaves.
_SWEEPS = (40, 40, 80, 240)
#: Sweeps of a start of several components, node by node.
_N_SWEEPS = 400
#: Sweeps after which it is asked whether places are found; a part of every number of `_SWEEPS`.
_TOGETHER = 20
#: Nodes that move by less have found their places.
_SETTLED = 1e-10
#: Distance that nodes of different components keep.
_CLEAR = 1.0


def line_length(lines: int) -> float:
    """Distance of two vertices joined by that many lines."""
    return _LENGTHS.get(lines, 1.7)


def distances(diagram: Diagram) -> list[list[float]]:
    """Lengths of shortest paths (Floyd and Warshall).

    Self-loops at both ends of a line need more room than one each.

    Examples
    --------
    >>> distances(Diagram.from_edge_string("y1-y2"))[0][1]
    1.1
    >>> distances(Diagram.from_edge_string("y1-y1,y1-y1,y1-y2,y2-y2,y2-y2"))[0][1]
    1.6
    """
    n, n_nodes = diagram.n_external, diagram.n_external + diagram.n_vertices
    lines = dict(diagram.lines)
    far = np.full((n_nodes, n_nodes), inf)
    np.fill_diagonal(far, 0.0)
    for (i, j), many in lines.items():
        if i != j:
            loops = sorted(lines.get((node, node), 0) for node in (i, j))
            room = _LOOP_ROOM * max(0, sum(loops) - 2) if loops[0] else 0.0
            far[i, j] = far[j, i] = LEG if i < n else line_length(many) + room
    for k in range(n_nodes):
        np.minimum(far, far[:, k, None] + far[k], out=far)
    lengths: list[list[float]] = far.tolist()
    return lengths


def majorised(
    starts: Sequence[Sequence[complex]], far: Sequence[Sequence[float]], pinned: Mapping[int, complex]
) -> list[tuple[float, list[complex]]]:
    """Places of low stress.

    Parameters
    ----------
    starts : sequence of sequence of complex
        Places to start from, each for all nodes.
    far : sequence of sequence of float
        Wished distances.
    pinned : mapping
        Nodes that stay, with their places.

    Returns
    -------
    list of (float, list of complex)
        Stress and places, one for each start.

    Examples
    --------
    >>> [(stress, places)] = majorised([[0, 2]], [[0, 1], [1, 0]], {0: 0})
    >>> round(stress, 6), places
    (0.0, [0j, (1+0j)])
    """
    if any(inf in row for row in far):
        places = [list(start) for start in starts]
        return [(_one_by_one(at, far, pinned), at) for at in places]
    at = np.array(starts, dtype=complex)
    held, free = sorted(pinned), [node for node in range(len(far)) if node not in pinned]
    inverse = np.array(far) + np.eye(len(far))  # the diagonal is never used
    inverse = 1 / inverse - np.eye(len(far))
    form = np.diag((inverse**2).sum(1)) - inverse**2
    solved = np.zeros_like(form)
    solved[np.ix_(free, free)] = np.linalg.inv(form[np.ix_(free, free)]) if held else np.linalg.pinv(form)
    stays: Complex = np.zeros_like(at)
    stays[:, free] = -at[:, held] @ form[np.ix_(held, free)]
    stays = stays @ solved
    stays[:, held] = at[:, held]
    if free:
        at = _lowered(at, inverse, solved, stays, held)
    apart = np.abs(at[:, :, None] - at[:, None, :])
    stress = ((apart * inverse - (inverse > 0)) ** 2).sum((1, 2)) / 2
    return list(zip(stress.tolist(), at.tolist(), strict=True))


def _lowered(at: Complex, inverse: Real, solved: Real, stays: Complex, held: Sequence[int]) -> Complex:
    """Sweep for a while, then finish the starts for which Newton's method does it; again with the others."""
    at, left = at.copy(), np.arange(len(at))
    for sweeps in _SWEEPS:
        swept = _swept(at[left], inverse, solved, stays[left], sweeps)
        at[left], found = polished(swept, inverse, held, _SETTLED)
        left = left[~found]
        if not left.size:
            break
    return at


def _swept(at: Complex, inverse: Real, solved: Real, stays: Complex, sweeps: int) -> Complex:
    """Sweep after sweep, until no node of any start moves by more than what settles it.

    Parameters
    ----------
    at : ndarray, shape (starts, nodes)
    inverse : ndarray, shape (nodes, nodes)
        Inverse distances that are wished for; nought on the diagonal.
    solved : ndarray, shape (nodes, nodes)
        What makes new places from the sums of unit vectors; nought for the nodes that stay.
    stays : ndarray, shape (starts, nodes)
        What is added to them.
    sweeps : int
        How many at most.
    """
    if machine := sys.modules.get("diagrams.pictures.machine_faults"):
        places: Complex = machine.swept(at, inverse, solved, stays, sweeps, _SETTLED)
        return places
    # x and y are in front, and places of several sweeps are kept, to be looked at together: the arrays are
    # so small that their number counts, not their size.
    shape = (2, *at.shape)
    kept = np.empty((_TOGETHER + 1, *shape))
    constant = np.stack([stays.real, stays.imag])
    steps, length, goal = np.empty((*shape, shape[-1])), np.empty((*shape[1:], shape[-1])), np.empty(shape)
    rounds = [(old[..., None], old[..., None, :], new) for old, new in pairwise(kept)]
    kept[0] = at.real, at.imag
    for _ in range(sweeps // _TOGETHER):
        for rows, columns, new in rounds:
            np.subtract(rows, columns, out=steps)
            np.hypot(steps[0], steps[1], out=length)
            np.maximum(length, 1e-9, out=length)
            np.divide(inverse, length, out=length)
            np.multiply(steps, length, out=steps)
            np.add.reduce(steps, -1, out=goal)
            np.matmul(goal, solved, out=new)
            np.add(new, constant, out=new)
        moved = np.diff(kept, axis=0)
        settled = np.hypot(moved[:, 0], moved[:, 1]).max((1, 2)) < _SETTLED
        last = 1 + int(settled.argmax()) if settled.any() else _TOGETHER
        kept[0] = kept[last]
        if settled.any():
            break
    found: Complex = kept[0, 0] + 1j * kept[0, 1]
    return found


def _one_by_one(at: list[complex], far: Sequence[Sequence[float]], pinned: Mapping[int, complex]) -> float:
    """Lower the stress in place, node by node; return what is left of it.

    Nodes at infinite distance are of different components: they only keep clear of each other.
    """
    nodes = range(len(at))

    def wished(i: int, j: int) -> float:
        return far[i][j] if far[i][j] < inf else max(_CLEAR, abs(at[i] - at[j]))

    for _ in range(_N_SWEEPS):
        furthest = 0.0
        for i in nodes:
            if i in pinned:
                continue
            total, weights = 0j, 0.0
            for j in nodes:
                if j != i:
                    apart = at[i] - at[j]
                    goal = far[i][j]
                    if goal == inf:
                        if abs(apart) >= _CLEAR:
                            continue
                        goal = _CLEAR
                    weight = goal**-2
                    total += weight * (at[j] + goal * apart / max(abs(apart), 1e-9))
                    weights += weight
            furthest = max(furthest, abs(at[i] - total / weights))
            at[i] = total / weights
        if furthest < _SETTLED:
            break
    return sum((abs(at[i] - at[j]) / wished(i, j) - 1) ** 2 for i, j in combinations(nodes, 2))
