"""Frames for external points: on a circle or in columns, at the same places for every diagram of a function.

So the channels of a scattering process look different though they are one topology. The external points are
fixed, the vertices go where the stress is least; of several fixed starts the drawing with the fewest faults
is kept, and mended if something is wrong with it, if need be in a larger frame. Lines between two external
points are bent around what is in their way. If the names of the points are free, `planar_labelling` chooses
them.
"""

import cmath
import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise, product
from math import inf, pi, sin
from random import Random
from statistics import fmean

from diagrams.canonical import Edge
from diagrams.diagram import Diagram
from diagrams.pictures.curves import LABEL_DISTANCE, Place
from diagrams.pictures.layout import layout, rounded
from diagrams.pictures.planar import order_around, planar_inside
from diagrams.pictures.repair import Bench, Drawing, crowded, mended, mended_at_last
from diagrams.pictures.stress import distances, majorised
from diagrams.pictures.tidy import Columns, tidy_places

_N_STARTS = 8
#: Changes that are tried with every drawing that is mended.
_N_TRIES = 150
#: Distance of neighbouring external points, at least.
_APART = 1.0
#: Distance of two vertices that is wished for.
_CLOSE = 1.0
#: By how much a frame grows with every vertex after the first, and twice that for a component.
_ROOM = 0.15
#: Sizes of the frame, the next one if something is still wrong.
_SCALES = (1.0, 1.3)
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
    n = diagram.n_external
    if n <= 2 and diagram.is_connected:  # one line of thought from left to right in any layout
        return layout(diagram)
    far = distances(diagram)
    crowd = diagram.n_vertices + 2 * len(diagram.components()) - 3
    room = _ROOM * max(0, crowd) if diagram.n_vertices else 0.0
    if style is Layout.CIRCLE:
        outer = _circle(n, room, far)
    else:
        outer = _columns(n, room, (n + 1) // 2 if incoming is None else incoming, far)
    if style is Layout.COLUMNS and diagram.n_vertices:
        tidy = _tidy(diagram, (n + 1) // 2 if incoming is None else incoming)
        if tidy is not None:
            return tidy.place, tidy.bends
    best: Drawing | None = None
    for last, scale in product((False, True), _SCALES):  # in a larger frame there is more room
        wider = {node: scale * z for node, z in outer.items()}
        bench = Bench(
            diagram,
            [[scale * apart for apart in row] for row in far],
            fixed=frozenset(outer),
            extra=_cost(wider),
            label=lambda z: z + LABEL_DISTANCE * outward(z, style),
        )
        drawing = _best(bench, wider, last=last)
        if best is None or (drawing.last_rank < best.last_rank if last else drawing.rank < best.rank):
            best = drawing
        if best.wrong.is_integer():  # nothing but crossings
            break
    assert best is not None
    return best.place, best.bends


def _always(energy: float) -> Callable[[Mapping[int, complex]], float]:
    """The same energy for every place: it was found before."""
    return lambda _: energy


def _tidy(diagram: Diagram, incoming: int) -> Drawing | None:
    """The best of the drawings with straight lines and room, in a frame of their own; None if none is good.

    Good is what has no more wrong with it than a crossing that cannot be helped.
    """
    n, lines = diagram.n_external, {edge: many for edge, many in diagram.lines if edge[0] != edge[1]}
    columns = Columns(n, incoming, diagram.n_vertices, lines)
    far = [[inf] * (n + diagram.n_vertices) for _ in range(n + diagram.n_vertices)]  # the energy has them
    must: float | None = None
    best: Drawing | None = None
    before: list[Place] = []
    for energy, found in tidy_places(columns):
        place = {node: rounded(z) for node, z in found.items()}
        if any(_same(place, other) for other in before):
            continue
        before.append(place)
        outer = {node: place[node] for node in range(n)}
        bench = Bench(
            diagram,
            far,
            fixed=frozenset(outer),
            extra=_always(energy),
            label=lambda z: z + LABEL_DISTANCE * outward(z, Layout.COLUMNS),
        )
        drawing = _bent(bench, place)
        if must is None:
            must = float(planar_inside(outer, list(lines)) is None)
        if drawing.wrong <= must and (best is None or drawing.rank < best.rank):
            best = drawing
        if best is not None and best.wrong == 0:
            break
    return best


def _cost(outer: Place) -> Callable[[Mapping[int, complex]], float]:
    """What places cost that come close to the sides of a frame, or leave it, or crowd."""
    n = len(outer)
    wide = max(abs(z.real) for z in outer.values()) - 0.15
    high = max(wide, max(abs(z.imag) for z in outer.values())) - 0.15
    return lambda place: _outside(place, n, wide, high) + crowded(place, n, _CLOSE)


def planar_labelling(diagram: Diagram, style: Layout | str, incoming: int | None = None) -> Diagram:
    """The diagram with its points renamed such that no lines cross in a frame; itself if that is impossible.

    Parameters
    ----------
    diagram : Diagram
    style, incoming
        As for `planar_order`.

    Examples
    --------
    The box whose points 1 and 3 are neighbours:

    >>> box = Diagram.from_edge_string("x1-y1,x2-y2,x3-y3,x4-y4,y1-y3,y2-y3,y2-y4,y1-y4")
    >>> planar_labelling(box, Layout.CIRCLE) == box
    False
    >>> planar_labelling(box, Layout.FREE) == box
    True
    """
    return diagram.with_points(planar_order(diagram, style, incoming))


def planar_order(diagram: Diagram, style: Layout | str, incoming: int | None = None) -> list[int]:
    """Names for the points such that no lines cross in a frame: point ``i`` becomes what ``order[i]`` was.

    Parameters
    ----------
    diagram : Diagram
    style, incoming
        As for `framed`; without a frame nothing is renamed.

    Returns
    -------
    list of int, length n_external
        As `Diagram.with_points` takes it; 0, 1, ... if nothing is to be renamed, or nothing helps.

    Examples
    --------
    >>> planar_order(Diagram.from_edge_string("x1-x3,x2-x4"), Layout.CIRCLE)
    [0, 1, 3, 2]
    """
    n = diagram.n_external
    same = list(range(n))
    if style == Layout.FREE or n < 4:  # three points have one order around a circle
        return same
    left = (n + 1) // 2 if incoming is None else incoming
    around = list(range(n)) if style == Layout.CIRCLE else [*range(left, n), *reversed(range(left))]
    lines = [edge for edge, _ in diagram.lines if edge[0] != edge[1]]
    if order_around(n, [*lines, *pairwise([*around, around[0]])]) is not None:
        return same
    order = order_around(n, lines)
    if order is None:
        return same
    turned = [way[k:] + way[:k] for way in (order, order[::-1]) for k in range(n)]
    return min([old for _, old in sorted(zip(around, way, strict=True))] for way in turned)


def outward(z: complex, style: Layout) -> complex:
    """Direction, seen from a point of a frame, in which its name stands."""
    if style is Layout.COLUMNS:
        return complex(1 if z.real > 0 else -1)
    return z / abs(z) if z else 1j


def _best(bench: Bench, outer: Place, *, last: bool) -> Drawing:
    """Of several starts the drawing with the least faults, then least stress; mended if need be."""
    n, n_nodes = len(outer), len(bench.far)
    if not bench.diagram.n_vertices:
        return _bent(bench, dict(outer))
    lines = [edge for edge, _ in bench.diagram.lines if edge[0] != edge[1]]
    tried: list[Drawing] = []
    starts = [_start(n, n_nodes, outer, start) for start in range(_N_STARTS)]
    for _, at in majorised(starts, bench.far, outer):
        place = {node: rounded(z) for node, z in enumerate(at)}
        if not any(_same(place, one.place) for one in tried):
            tried.append(_bent(bench, place))
    inside = planar_inside(outer, lines)
    best = min(tried, key=lambda one: one.rank)
    if not best.wrong:
        return best
    tried.sort(key=lambda one: one.rank)
    if inside is None:
        others = [_bent(bench, dict(enumerate(at))) for at in starts]
        tried = [min(others, key=lambda one: one.rank), *tried[:1]]
    else:
        tried = [_bent(bench, inside), *tried[:2]]
    must = int(inside is None)
    if last:
        best = min(best, mended_at_last(bench, tried, must, _N_TRIES), key=lambda one: one.last_rank)
    else:
        best = min(best, mended(bench, tried, must, _N_TRIES), key=lambda one: one.rank)
    return replace(best, place={node: rounded(z) for node, z in best.place.items()})


def _same(one: Place, other: Place) -> bool:
    return all(abs(z - other[node]) < 0.01 for node, z in one.items())


def _outside(place: Mapping[int, complex], n: int, wide: float, high: float) -> int:
    """Vertices that leave a box around the middle; the nodes after the first n are vertices."""
    inner = (z for node, z in place.items() if node >= n)
    return sum(abs(z.real) > wide or abs(z.imag) > high for z in inner)


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


def _bent(bench: Bench, place: Place) -> Drawing:
    """The lines between external points bent one after the other, such that least is wrong."""
    best = bench.judged(place)
    for edge in bench.diagram.edges:
        if edge[1] < bench.diagram.n_external:
            others = {edge_: bend for edge_, bend in best.bends.items() if edge_ != edge}
            tried = (bench.judged(place, others | ({edge: way} if way else {})) for way in _ways(edge, place))
            best = min(tried, key=lambda one: round(one.wrong, 3))
    return best


def _ways(edge: Edge, place: Place) -> Iterator[float]:
    """Sagittas in the order of preference: straight, or inwards between two points of one column."""
    a, b = place[edge[0]], place[edge[1]]
    if abs(a.real - b.real) < 1e-9 and abs(a.real) > 1e-9:
        inwards = 1 if (a.imag > b.imag) == (a.real < 0) else -1
        yield from (inwards * sagitta for sagitta in (0.3, 0.2, 0.45))
    else:
        yield from _BENDS
