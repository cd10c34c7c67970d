"""Canonical form and automorphisms of small coloured multigraphs with fixed external points.

Steps, in the order in which they run, for one connected component:

1. **colour**: vertices of a kind that is given, or of a valence, are told from others, and a vertex that
   touches external points by its lowest point;
2. **refine**: split colours by how a vertex is joined to every colour, until nothing changes (colour
   refinement, as in McKay, *Practical graph isomorphism*, 1981);
3. **search**: where vertices still look alike, single out each of them in turn, refine again, and keep the
   smallest edge list; the number of ways to reach it is the number of vertex automorphisms.

A diagram is the ordered list of its components: those with external points by their lowest point, then the
vacuum components by their canonical edge lists. Everything here is plain Python on small tuples: diagrams
have few vertices, and nothing has to be compiled before the first answer.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import factorial
from typing import NamedTuple

Edge = tuple[int, int]


class CanonicalForm(NamedTuple):
    """A diagram in canonical labels.

    Attributes
    ----------
    vertices : tuple of int, length n_vertices
        Valences, ascending. Node ``n_external + i`` is the vertex of valence ``vertices[i]``.
    edges : tuple of (int, int)
        Node pairs ``(i, j)`` with ``i <= j``, sorted; a self-loop once, a double line twice.
    automorphisms : int
        Number of vertex permutations that leave the multigraph unchanged, external points fixed.
    """

    vertices: tuple[int, ...]
    edges: tuple[Edge, ...]
    automorphisms: int


class Piece(NamedTuple):
    """One connected component: the external points it touches and its own canonical form.

    Attributes
    ----------
    external : tuple of int
        External points of the whole diagram, ascending; point ``i`` of the form is ``external[i]``.
    form : CanonicalForm
        The component as a diagram of its own, with ``len(external)`` external points.
    colours : tuple of int
        Colours of its vertices, ascending; empty where none were given.
    """

    external: tuple[int, ...]
    form: CanonicalForm
    colours: tuple[int, ...] = ()

    @property
    def vacuum_rank(self) -> tuple[object, ...]:
        """What vacuum components are sorted by."""
        if self.external:
            return ()
        colours = self.colours or (0,) * len(self.form.vertices)
        return tuple(zip(colours, self.form.vertices, strict=True)), self.form.edges


def valences_of(n_nodes: int, edges: Iterable[Edge]) -> list[int]:
    """Count the line ends at every node (a self-loop has two).

    Returns
    -------
    list of int, length n_nodes

    Examples
    --------
    >>> valences_of(2, [(0, 1), (1, 1)])
    [1, 3]
    """
    ends = [0] * n_nodes
    for i, j in edges:
        ends[i] += 1
        ends[j] += 1
    return ends


def canonical_form(
    n_external: int, n_vertices: int, edges: Iterable[Edge], *, colours: Sequence[int] | None = None
) -> CanonicalForm:
    """Bring a multigraph to canonical labels.

    Parameters
    ----------
    n_external : int
        Nodes ``0 .. n_external - 1`` are the external points; they keep their labels.
    n_vertices : int
        Nodes ``n_external .. n_external + n_vertices - 1`` are vertices; they are relabelled.
    edges : iterable of (int, int)
        Lines, in any order and direction.
    colours : sequence of int, length n_vertices, optional
        Kinds of the vertices: those of different colours are never exchanged. In the result the vertices
        stand by colour first, then by valence, so that its colours are the given ones, sorted.

    Returns
    -------
    CanonicalForm

    Examples
    --------
    The tadpole of the two-point function, and a chain of two, given with its vertices exchanged:

    >>> canonical_form(2, 1, [(0, 2), (2, 2), (2, 1)])
    CanonicalForm(vertices=(4,), edges=((0, 2), (1, 2), (2, 2)), automorphisms=1)
    >>> canonical_form(2, 2, [(0, 3), (3, 3), (3, 2), (2, 2), (2, 1)]).edges
    ((0, 2), (1, 3), (2, 2), (2, 3), (3, 3))

    Two vertices that look alike, and the same if they are of different kinds:

    >>> canonical_form(0, 2, [(0, 1), (0, 1)]).automorphisms
    2
    >>> canonical_form(0, 2, [(0, 1), (0, 1)], colours=[1, 0]).automorphisms
    1
    """
    return join(n_external, pieces(n_external, n_vertices, edges, colours=colours))


def pieces(
    n_external: int, n_vertices: int, edges: Iterable[Edge], *, colours: Sequence[int] | None = None
) -> list[Piece]:
    """Split a multigraph into connected components, each canonical, in canonical order.

    Parameters are those of `canonical_form`. Components with external points come first, by their lowest
    point; vacuum components follow, by their forms.

    Examples
    --------
    >>> [piece.external for piece in pieces(3, 1, [(0, 2), (1, 3)])]
    [(0, 2), (1,)]
    """
    edges = list(edges)
    found = []
    for nodes in _components(n_external + n_vertices, edges):
        external = tuple(node for node in nodes if node < n_external)
        kinds = () if colours is None else tuple(colours[v - n_external] for v in nodes if v >= n_external)
        found.append(Piece(external, _connected_form(n_external, nodes, edges, kinds), tuple(sorted(kinds))))
    return in_order(found)


def in_order(parts: Iterable[Piece]) -> list[Piece]:
    """Put components in canonical order: by their lowest external point, then vacuum parts by their forms."""
    return sorted(parts, key=lambda piece: (not piece.external, piece.external[:1], piece.vacuum_rank))


def join(n_external: int, parts: Sequence[Piece]) -> CanonicalForm:
    """Put canonical components side by side: the canonical form of the whole.

    Parameters
    ----------
    n_external : int
        Number of external points of the whole.
    parts : sequence of Piece
        Components in canonical order (see `pieces`).

    Returns
    -------
    CanonicalForm
        Its automorphisms are those of the components, times m! for m equal vacuum components.

    Examples
    --------
    >>> eight = Piece((), CanonicalForm((4,), ((0, 0), (0, 0)), 1))
    >>> join(0, [eight, eight])
    CanonicalForm(vertices=(4, 4), edges=((0, 0), (0, 0), (1, 1), (1, 1)), automorphisms=2)
    """
    if len(parts) == 1:
        return parts[0].form
    slots = sorted(
        (part.colours[position] if part.colours else 0, valence, which, position)
        for which, part in enumerate(parts)
        for position, valence in enumerate(part.form.vertices)
    )
    label = {(which, position): n_external + i for i, (_, _, which, position) in enumerate(slots)}
    edges = []
    automorphisms = 1
    for which, (external, form, _) in enumerate(parts):
        automorphisms *= form.automorphisms
        names = list(external) + [label[which, position] for position in range(len(form.vertices))]
        for i, j in form.edges:
            a, b = names[i], names[j]
            edges.append((a, b) if a <= b else (b, a))
    for _, same in groupby(part for part in parts if not part.external):
        automorphisms *= factorial(len(list(same)))
    return CanonicalForm(tuple(valence for _, valence, _, _ in slots), tuple(sorted(edges)), automorphisms)


def _components(n_nodes: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Connected components as ascending node lists, ordered by their lowest node."""
    neighbours: list[list[int]] = [[] for _ in range(n_nodes)]
    for i, j in edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    seen = [False] * n_nodes
    found = []
    for start in range(n_nodes):
        if seen[start]:
            continue
        seen[start] = True
        component = [start]
        for node in component:  # grows while we walk: breadth first
            for other in neighbours[node]:
                if not seen[other]:
                    seen[other] = True
                    component.append(other)
        found.append(sorted(component))
    return found


class _Local(NamedTuple):
    """One component taken by itself: vertices 0, 1, ..., and legs as (point, vertex or None)."""

    valences: list[int]
    matrix: list[list[int]]
    legs: list[tuple[int, int | None]]


def _local(n_external: int, nodes: Sequence[int], edges: Sequence[Edge]) -> _Local:
    inner = [node for node in nodes if node >= n_external]
    local = {node: i for i, node in enumerate(inner)}
    inside = set(nodes)
    matrix = [[0] * len(inner) for _ in inner]
    valences = [0] * len(inner)
    legs: list[tuple[int, int | None]] = []
    for i, j in edges:
        if i not in inside:
            continue
        if i > j:
            i, j = j, i
        if i < n_external:
            legs.append((i, local.get(j)))
            if j < n_external:
                legs.append((j, None))
        else:
            matrix[local[i]][local[j]] += 1
            if i != j:
                matrix[local[j]][local[i]] += 1
        for node in (i, j):
            if node in local:
                valences[local[node]] += 1
    return _Local(valences, matrix, sorted(legs))


def _connected_form(
    n_external: int, nodes: Sequence[int], edges: Sequence[Edge], colours: Sequence[int]
) -> CanonicalForm:
    """Canonical form of one component, its external points renumbered 0, 1, ... in ascending order."""
    valences, matrix, legs = _local(n_external, nodes, edges)
    carriers = [vertex for _, vertex in legs if vertex is not None]
    return (
        component_form(valences, matrix, carriers, colours) if valences else CanonicalForm((), ((0, 1),), 1)
    )


def component_form(
    valences: Sequence[int],
    matrix: Sequence[Sequence[int]],
    carriers: Sequence[int],
    colours: Sequence[int] = (),
) -> CanonicalForm:
    """Canonical form of a connected diagram with at least one vertex, given by its vertex matrix.

    Parameters
    ----------
    valences : sequence of int, length n_vertices
    matrix : sequence of sequence of int, shape (n_vertices, n_vertices)
        Number of lines between vertices; self-loops on the diagonal.
    carriers : sequence of int, length n_external
        Vertex that ends the line of every external point.
    colours : sequence of int, length n_vertices, optional
        As for `canonical_form`.

    Examples
    --------
    >>> component_form([4, 4], [[0, 3], [3, 0]], [1, 0])
    CanonicalForm(vertices=(4, 4), edges=((0, 2), (1, 3), (2, 3), (2, 3), (2, 3)), automorphisms=1)
    """
    n = len(carriers)
    lowest = [n] * len(valences)  # n: touches no external point
    for point in range(n - 1, -1, -1):
        lowest[carriers[point]] = point
    kinds = colours or [0] * len(valences)
    start = _ranked([(kinds[v], valences[v], lowest[v], -matrix[v][v]) for v in range(len(valences))])
    order, automorphisms = _search(matrix, start)
    place = {v: n + i for i, v in enumerate(order)}
    outer = [(point, place[vertex]) for point, vertex in enumerate(carriers)]
    lines = outer + _lines(matrix, order, n)
    return CanonicalForm(tuple(valences[v] for v in order), tuple(lines), automorphisms)


def exchangeable_order(
    n_external: int, n_vertices: int, edges: Iterable[Edge], *, colours: Sequence[int] | None = None
) -> list[int]:
    """Order of the external points that forgets their labels.

    Diagrams that differ only by a permutation of the points agree after their points are put in this order.

    Returns
    -------
    list of int, length n_external
        A permutation of the points; ``[0]`` is the point to be called 0.

    Examples
    --------
    >>> exchangeable_order(4, 1, [(3, 4), (0, 2), (4, 4), (4, 1)])
    [0, 2, 1, 3]
    """
    edges = list(edges)
    keyed = []
    for nodes in _components(n_external + n_vertices, edges):
        valences, matrix, legs = _local(n_external, nodes, edges)
        number = [sum(1 for _, vertex in legs if vertex == v) for v in range(len(valences))]
        inner = [node - n_external for node in nodes if node >= n_external]
        kinds = [0 if colours is None else colours[v] for v in inner]
        keys = [(kinds[v], valences[v], -number[v], -matrix[v][v]) for v in range(len(valences))]
        order, _ = _search(matrix, _ranked(keys))
        points = [point for v in order for point, vertex in legs if vertex == v] or [p for p, _ in legs]
        key = ([keys[v] for v in order], _lines(matrix, order, 0))
        keyed.append((key, points))
    keyed.sort(key=lambda item: item[0])
    return [point for _, points in keyed for point in points]


def exchangeable_form(
    n_external: int, n_vertices: int, edges: Iterable[Edge], *, colours: Sequence[int] | None = None
) -> CanonicalForm:
    """Canonical form that forgets the labels of the external points, too.

    Parameters are those of `canonical_form`.

    Examples
    --------
    >>> exchangeable_form(4, 0, [(0, 3), (1, 2)]).edges
    ((0, 1), (2, 3))
    """
    edges = list(edges)
    order = exchangeable_order(n_external, n_vertices, edges, colours=colours)
    new = {old: i for i, old in enumerate(order)}
    moved = [(new.get(i, i), new.get(j, j)) for i, j in edges]
    return canonical_form(n_external, n_vertices, moved, colours=colours)


def _ranked(keys: Sequence[tuple[object, ...]]) -> list[int]:
    """Replace sortable keys by their ranks 0, 1, ... (equal keys, equal rank)."""
    rank = {key: i for i, key in enumerate(sorted(set(keys)))}
    return [rank[key] for key in keys]


def _refined(matrix: Sequence[Sequence[int]], colours: list[int]) -> list[int]:
    """Split colours by the lines to every colour, until stable; ranks respect the given order."""
    everyone = range(len(colours))
    n_colours = len(set(colours))
    while n_colours < len(colours):
        keys: list[tuple[object, ...]] = [
            (colours[v], tuple(sorted((colours[w], -matrix[v][w]) for w in everyone if matrix[v][w])))
            for v in everyone
        ]
        colours = _ranked(keys)
        n_after = len(set(colours))
        if n_after == n_colours:
            break
        n_colours = n_after
    return colours


def _search(matrix: Sequence[Sequence[int]], colours: list[int]) -> tuple[list[int], int]:
    """Vertex order with the smallest edge list, and the number of automorphisms.

    All members of the first undecided colour that lead to the same smallest edge list form one orbit, so
    the number of automorphisms is the size of that orbit times the number left after fixing one of them.
    Two members are known to be in one orbit, without a search, if deciding for each and then always for the
    first of every undecided colour gives the same edge list.
    """
    colours = _refined(matrix, colours)
    undecided = _undecided(colours)
    if undecided is None:
        return _in_order(colours), 1
    orbits: dict[tuple[Edge, ...], tuple[int, int]] = {}  # quick edge list -> one member, how many in all
    for representative, size in _twin_classes(matrix, undecided):
        quick = tuple(_lines(matrix, _quick_order(matrix, _singled(colours, representative)), 0))
        first, number = orbits.get(quick, (representative, 0))
        orbits[quick] = first, number + size
    best: tuple[list[Edge], list[int], int] | None = None
    orbit = 0
    for representative, size in orbits.values():
        order, automorphisms = _search(matrix, _singled(colours, representative))
        lines = _lines(matrix, order, 0)
        if best is None or lines < best[0]:
            best, orbit = (lines, order, automorphisms), size
        elif lines == best[0]:
            orbit += size
    assert best is not None
    return best[1], orbit * best[2]


def _undecided(colours: Sequence[int]) -> list[int] | None:
    """Vertices of the first colour that more than one vertex has."""
    groups: list[list[int]] = [[] for _ in colours]
    for v, colour in enumerate(colours):
        groups[colour].append(v)
    return next((group for group in groups if len(group) > 1), None)


def _in_order(colours: Sequence[int]) -> list[int]:
    """Vertices by colour."""
    return sorted(range(len(colours)), key=colours.__getitem__)


def _singled(colours: Sequence[int], vertex: int) -> list[int]:
    """Colours with one vertex put in front of its equals."""
    return _ranked([(2 * colour - (v == vertex),) for v, colour in enumerate(colours)])


def _quick_order(matrix: Sequence[Sequence[int]], colours: list[int]) -> list[int]:
    """Vertex order after deciding for the first of every undecided colour: one leaf of the search."""
    while True:
        colours = _refined(matrix, colours)
        undecided = _undecided(colours)
        if undecided is None:
            return _in_order(colours)
        colours = _singled(colours, undecided[0])


def _twin_classes(matrix: Sequence[Sequence[int]], group: Sequence[int]) -> list[tuple[int, int]]:
    """Members of a group up to exchanges that change nothing, each with the size of its class."""
    classes: list[list[int]] = []
    for v in group:
        for known in classes:
            w = known[0]
            others = (u for u in range(len(matrix)) if u not in (v, w))
            if matrix[v][v] == matrix[w][w] and all(matrix[v][u] == matrix[w][u] for u in others):
                known.append(v)
                break
        else:
            classes.append([v])
    return [(known[0], len(known)) for known in classes]


def _lines(matrix: Sequence[Sequence[int]], order: Sequence[int], offset: int) -> list[Edge]:
    """Sorted edge list of the vertices taken in the given order."""
    return [
        (offset + i, offset + j)
        for i, v in enumerate(order)
        for j, w in enumerate(order[i:], start=i)
        for _ in range(matrix[v][w])
    ]
