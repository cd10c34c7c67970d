"""Drawings without crossings: where to start when least stress makes lines cross that need not.

Steps: the vertices, with all external points drawn together into one **hub**, are embedded in the plane
(networkx, after Boyer and Myrvold); the face around the hub, or without external points one face after the
other, becomes the outside and its vertices a regular polygon; a star is put into every other face, so that
nothing can collapse; every vertex inside goes to the centre of its neighbours (Tutte, *How to draw a graph*,
1963); legs point outwards. Then the stress of `diagrams.pictures.layout` is lowered, vertex by vertex, as
long as nothing comes to cross or to touch.
"""

import cmath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, pi
from typing import TYPE_CHECKING

from diagrams.canonical import Edge
from diagrams.pictures.curves import Place

if TYPE_CHECKING:
    import networkx

_HUB = -1
#: Distance of neighbouring vertices on the outside.
_SIDE = 1.3
_LEG = 1.0
_N_SWEEPS = 200
_N_MOVES = 40
#: Distance that a vertex and a line are to keep.
_CLEAR = 0.5
#: Sizes in which a drawing is offered: lines bend, so a larger one may be needed.
_SIZES = (1.0, 1.25, 1.5)
#: Faces tried as the outside.
_MOST_FACES = 4


def planar_starts(n: int, lines: Mapping[Edge, int], far: Sequence[Sequence[float]]) -> Iterator[Place]:
    """Places of all nodes without a crossing of straight lines; none if there is no such drawing.

    Parameters
    ----------
    n : int
        Number of external points; they are all in one face, the outside.
    lines : mapping
        Lines between different nodes; the diagram is connected.
    far : sequence of sequence of float
        Wished distances of all nodes.

    Yields
    ------
    dict
        Node -> position.

    Examples
    --------
    The tetrahedron has one vertex inside, whichever of four faces is outside, and comes in three sizes,
    relaxed or not; the complete graph of five has no such drawing.

    >>> from itertools import combinations
    >>> for size in (4, 5):
    ...     far = [[float(i != j) for j in range(size)] for i in range(size)]
    ...     print(len(list(planar_starts(0, dict.fromkeys(combinations(range(size), 2), 1), far))))
    24
    0
    """
    yield from _starts(n, list(lines), far, relaxed=True)


def almost_planar_starts(
    n: int, lines: Mapping[Edge, int], far: Sequence[Sequence[float]]
) -> Iterator[Place]:
    """Places of all nodes such that straight lines do not cross, but for one of them.

    Parameters
    ----------
    n, lines, far
        As for `planar_starts`.

    Yields
    ------
    dict
        Node -> position; first those in which the line left out is a single one.

    Examples
    --------
    >>> from itertools import combinations
    >>> far = [[float(i != j) for j in range(5)] for i in range(5)]
    >>> len(list(almost_planar_starts(0, dict.fromkeys(combinations(range(5), 2), 1), far)))
    40
    """
    inner = sorted((many, edge) for edge, many in lines.items() if edge[0] >= n)
    for _, left_out in inner:
        yield from _starts(n, [edge for edge in lines if edge != left_out], far, relaxed=False)


def _starts(n: int, lines: Sequence[Edge], far: Sequence[Sequence[float]], relaxed: bool) -> Iterator[Place]:
    """Drawings of every outside: in three sizes, relaxed or not, or only one that is not."""
    inner = [edge for edge in lines if edge[0] >= n]
    legs = {i: j for i, j in lines if i < n}
    if len({node for edge in inner for node in edge}) < len(far) - n:  # one vertex is left without lines
        return
    embedding = _embedded(inner, set(legs.values()))
    if embedding is None:
        return
    carriers = set(legs.values())
    if len(carriers) == 1:  # any face at the one vertex may be the outside
        embedding = _embedded(inner, set())
        assert embedding is not None  # a part of what is planar
        faces = (face for face in _faces(embedding) if carriers <= set(face))
        outsides = sorted(faces, key=lambda face: (-len(face), face))[:_MOST_FACES]
    elif legs:
        outsides = [_around(embedding, _HUB)]
    else:
        outsides = sorted(_faces(embedding), key=lambda face: (-len(face), face))[:_MOST_FACES]
    for outside in outsides:
        place = _settled(inner, set(outside))
        for vertex in sorted(set(legs.values())):
            carried = [leg for leg, carrier in legs.items() if carrier == vertex]
            for rank, leg in enumerate(carried):
                turn = (rank - (len(carried) - 1) / 2) * min(0.6, 2 / len(carried))
                place[leg] = place[vertex] + cmath.rect(_LEG, cmath.phase(place[vertex]) + turn)
        place = {node: place[node] for node in range(len(far))}
        if not relaxed:
            yield place
            continue
        for drawing in (_relaxed(place, lines, far), place):
            for size in _SIZES:
                yield {node: size * z for node, z in drawing.items()}


def planar_inside(outer: Mapping[int, complex], lines: Sequence[Edge]) -> Place | None:
    """Places of all nodes inside a frame without a crossing of straight lines, or None if there are none.

    Parameters
    ----------
    outer : mapping
        Places of the external points, which stay.
    lines : sequence of (int, int)
        Lines between different nodes.

    Examples
    --------
    Two vertices are joined to points at the left and right, but not to points that face each other twice:

    >>> corners = {0: -1 + 1j, 1: 1 + 1j, 2: 1 - 1j, 3: -1 - 1j}
    >>> planar_inside(corners, [(0, 4), (3, 4), (1, 5), (2, 5), (4, 5)])[4].real < 0
    True
    >>> planar_inside(corners, [(0, 4), (2, 4), (1, 5), (3, 5), (4, 5)]) is None
    True
    """
    around = sorted(outer, key=lambda node: (-round(cmath.phase(outer[node]), 9), node))
    rim = [(a, b) for a, b in pairwise([*around, around[0]]) if a != b]
    graph = [*lines, *rim]
    embedding = _embedded(graph, set(outer))
    if embedding is None:
        return None
    at = _centred(embedding, graph, dict(outer))
    return {node: at[node] for node in range(len(at))}


def order_around(n: int, lines: Sequence[Edge]) -> list[int] | None:
    """Order of the points 0 .. n-1 around a drawing without a crossing; None if there is no such drawing.

    Examples
    --------
    >>> order = order_around(4, [(0, 4), (2, 4), (1, 5), (3, 5), (4, 5)])
    >>> abs(order.index(0) - order.index(2)) in (1, 3)
    True
    """
    embedding = _embedded(lines, set(range(n)))
    if embedding is None:
        return None
    around = list(embedding.neighbors_cw_order(_HUB))
    first = around.index(0)
    return around[first:] + around[:first]


def _relaxed(place: Place, lines: Sequence[Edge], far: Sequence[Sequence[float]]) -> Place:
    """Move every node towards its place of least stress, or part of the way, where that does no harm."""
    place = dict(place)
    sides = {node: _Sides.of(node, place, lines) for node in place}
    for _ in range(_N_MOVES):
        moved = False
        for node, old in list(place.items()):
            goal, weights = 0j, 0.0
            for other, z in place.items():
                if other != node:
                    weight = far[node][other] ** -2
                    apart = old - z
                    goal += weight * (z + far[node][other] * apart / max(abs(apart), 1e-9))
                    weights += weight
            harm = _harm(node, place, sides[node], inf)
            for share in (1.0, 0.5, 0.2):
                place[node] = old + share * (goal / weights - old)
                if abs(place[node] - old) < 0.01:
                    break
                if _harm(node, place, sides[node], harm) <= harm:
                    moved = True
                    break
            else:
                place[node] = old
        if not moved:
            break
    return place


@dataclass(frozen=True)
class _Sides:
    """What is near a node and what is not: its lines, the others, and which of these share no end."""

    others: tuple[Edge, ...]
    apart: tuple[tuple[Edge, Edge], ...]
    beside: tuple[tuple[int, Edge], ...]

    @classmethod
    def of(cls, node: int, nodes: Iterable[int], lines: Sequence[Edge]) -> "_Sides":
        own = [edge for edge in lines if node in edge]
        others = tuple(edge for edge in lines if node not in edge)
        apart = tuple((one, edge) for one in own for edge in others if not set(one) & set(edge))
        return cls(others, apart, tuple((z, one) for one in own for z in nodes if z not in one))


def _harm(node: int, place: Mapping[int, complex], sides: _Sides, enough: float) -> float:
    """Crossings of the straight lines of a node, and how much too close it or they come to anything.

    If it is more than `enough`, it may be worse.
    """
    z, harm = place[node], 0.0
    for a, b in sides.others:
        harm += _too_close(z, place[a], place[b])
    if harm > enough:
        return harm
    for other, (a, b) in sides.beside:
        harm += _too_close(place[other], place[a], place[b])
    if harm > enough:
        return harm
    for (a, b), (c, d) in sides.apart:
        harm += _crossed(place[a], place[b], place[c], place[d])
    return harm


def _too_close(z: complex, a: complex, b: complex) -> float:
    """By how much a node is too close to a segment."""
    along, z = b - a, z - a
    t = (z.real * along.real + z.imag * along.imag) / max(abs(along) ** 2, 1e-9)
    if t > 0.0:
        z -= along if t > 1.0 else t * along
    return max(0.0, _CLEAR - abs(z))


def _crossed(a: complex, b: complex, c: complex, d: complex) -> float:
    """Whether two segments cross (100 or 0: worse than anything else)."""

    def turn(p: complex, q: complex, r: complex) -> float:
        return ((q - p).conjugate() * (r - p)).imag

    return 100.0 * (turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0)


def _embedded(inner: Sequence[Edge], joined: set[int]) -> "networkx.PlanarEmbedding | None":
    """Combinatorial embedding of the vertices and a hub that is joined to some of them."""
    import networkx

    graph = networkx.Graph(inner)
    graph.add_edges_from((_HUB, vertex) for vertex in sorted(joined))
    planar, embedding = networkx.check_planarity(graph)
    return embedding if planar else None


def _faces(embedding: "networkx.PlanarEmbedding") -> list[list[int]]:
    """Faces as lists of nodes, each face once."""
    seen: set[tuple[int, int]] = set()
    return [
        embedding.traverse_face(a, b, mark_half_edges=seen)
        for a, b in sorted(embedding.edges)
        if (a, b) not in seen
    ]


def _around(embedding: "networkx.PlanarEmbedding", hub: int) -> list[int]:
    """Nodes of all faces that a node touches, the node itself left out."""
    return [node for face in _faces(embedding) if hub in face for node in face if node != hub]


def _settled(inner: Sequence[Edge], outside: set[int]) -> Place:
    """Vertices on and inside a regular polygon; `outside` are those of one face."""
    embedding = _embedded(inner, outside)
    assert embedding is not None  # what bounds one face can be joined to a point in it
    polygon = list(embedding.neighbors_cw_order(_HUB))
    radius = _SIDE / abs(cmath.rect(1, 2 * pi / max(len(polygon), 3)) - 1)
    place = {v: cmath.rect(radius, -2 * pi * rank / len(polygon)) for rank, v in enumerate(polygon)}
    return _centred(embedding, inner, place)


def _centred(embedding: "networkx.PlanarEmbedding", lines: Sequence[Edge], place: Place) -> Place:
    """Every node without a place at the centre of its neighbours, a star in every larger face."""
    beside: dict[int, set[int]] = {node: set() for edge in lines for node in edge}
    for a, b in lines:
        beside[a].add(b)
        beside[b].add(a)
    stars = (set(face) for face in _faces(embedding) if _HUB not in face and len(face) > 3)
    for star, face in enumerate(stars):
        beside[-2 - star] = face
        for vertex in face:
            beside[vertex].add(-2 - star)
    free = sorted(node for node in beside if node not in place)
    at = dict.fromkeys(free, 0j) | place
    for _ in range(_N_SWEEPS if free else 0):
        before = list(at.values())
        for node in free:
            at[node] = sum(at[other] for other in beside[node]) / len(beside[node])
        if before == list(at.values()):  # it would be the same in all sweeps to come
            break
    return {node: z for node, z in at.items() if node >= 0}
