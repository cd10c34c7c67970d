"""Diagrams whose vertices have several points, weights, or fields with components.

Steps, in the order in which they run, for one diagram of the scalar theory, in which such a vertex is a plain
f^v (so that filters and Wick counts hold unchanged):

1. **choose** a vertex of the action for every vertex of the diagram;
2. **deal** the line ends at each vertex to its points, or to its products f.f, in every way. All ways are
   equally many contractions, since the contractions of a diagram are symmetric in the ends at a vertex;
3. **read off** the lines between points, the product of δ of the external components, and a factor D for
   every closed loop of contracted components;
4. **collect** equal results, by a canonical form in which extra nodes of their own colours mark the vertices
   that are not plain.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product, repeat
from math import factorial, prod
from typing import NamedTuple

from diagrams.canonical import CanonicalForm, canonical_form, exchangeable_form
from diagrams.combinatorics.pairings import pairings
from diagrams.diagram import Diagram
from nnft_sym.actions.action import Action
from nnft_sym.actions.names import COMPONENTS
from nnft_sym.actions.polynomials import Monomial, Polynomial, Scalar
from nnft_sym.actions.shapes import Shape
from nnft_sym.expansions.truncation import Truncation
from nnft_sym.notation import Factors, Line

#: Colours of nodes: points, ends of contracted components, and from here on the kinds of marked vertices.
_POINT, _PORT, _MARK = 0, 1, 2

Pair = tuple[int, int]
#: Per line end at a vertex: the point it is dealt to, and the product f.f there (0 without components).
Dealing = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Structure:
    """What a term has beyond a diagram of the scalar theory.

    Attributes
    ----------
    factors : Factors
        Lines between external points and points of vertices, weights, and δ of components.
    links : tuple of tuple of int
        Points, counted from 1, that belong to one vertex.
    diagram : Diagram
        The diagram in which every vertex is one point.
    shapes : tuple of (Shape, int)
        Which vertices, and how many of each.
    multiplicity : int
        Wick contractions that give the term, vertices labelled.
    share : Fraction
        The same if vertices with equally many fields are not told apart beforehand; the sum rules add these.
    marks : tuple of (int, tuple of (int, int))
        Per vertex that is not just fields at one point: which vertex of the action it is, and its points with
        a class; points of one class are alike.
    orbit : CanonicalForm
        The same for terms that differ by a permutation of the external points only.
    """

    factors: Factors
    links: tuple[tuple[int, ...], ...]
    diagram: Diagram
    shapes: tuple[tuple[Shape, int], ...]
    multiplicity: int
    share: Fraction
    marks: tuple[tuple[int, tuple[Pair, ...]], ...]
    orbit: CanonicalForm

    @property
    def vector(self) -> bool:
        """Whether the fields have components."""
        return bool(self.factors.pairs) or any(shape.vector for shape, _ in self.shapes)

    def as_dict(self) -> dict[str, object]:
        """Give the fields as JSON can hold them."""
        return {
            "whole": self.diagram.edge_string,
            "shapes": [[shape.text(), number] for shape, number in self.shapes],
            "weights": list(self.factors.weights),
            "links": [list(link) for link in self.links],
            "components": [list(pair) for pair in self.factors.pairs],
            "multiplicity": self.multiplicity,
            "share": str(self.share),
            "marks": [[kind, [list(point) for point in points]] for kind, points in self.marks],
        }


class _Raw(NamedTuple):
    """One way to deal: lines between points (external first), marks, and contracted external components."""

    edges: tuple[Pair, ...]
    #: Per vertex that is not plain: its place among the vertices of the action, and its points with a class;
    #: points of one class are alike.
    marks: tuple[tuple[int, tuple[Pair, ...]], ...]
    pairs: tuple[Pair, ...]


def structured(diagram: Diagram, action: Action, cut: Truncation) -> list[tuple[Structure, Polynomial]]:
    """Give the terms that one diagram of the scalar theory stands for, each with its coefficient.

    Parameters
    ----------
    diagram : Diagram
        Every vertex is one point.
    action : Action
        Its vertices take the place of those of the diagram.
    cut : Truncation
        Terms beyond the order are left out.

    Examples
    --------
    >>> from nnft_sym.expansions.truncation import truncation
    >>> action = Action("mu*f(x)^2*f(y)^2")
    >>> tadpole = Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")
    >>> for structure, coefficient in structured(tadpole, action, truncation(action, 1)):
    ...     print(coefficient, structure.factors.lines)
    -4*mu (('x1', 'y1'), ('x2', 'y1'), ('y2', 'y2'))
    -8*mu (('x1', 'y1'), ('x2', 'y2'), ('y1', 'y2'))
    """
    kinds = tuple(shape for shape, _ in action.vertices)
    front = dict(action.vertices)
    scalar = prod(factorial(number) for _, number in diagram.vertex_content)
    shares: dict[tuple[tuple[Shape, ...], _Raw], Fraction] = {}
    coefficients: dict[tuple[tuple[Shape, ...], _Raw], Polynomial] = {}
    for choice in product(*(action.shapes(valence) for valence in diagram.vertices)):
        shapes = [shape for shape, _ in choice]
        coupling = Polynomial.constant(Fraction(diagram.multiplicity, scalar))
        for shape in shapes:
            coupling = cut.cut(coupling * -front[shape])
        if not coupling:
            continue
        for raw, loops in _dealt(diagram, shapes, kinds, action.has_components).items():
            key = tuple(sorted(shapes, key=kinds.index)), raw
            shares[key] = shares.get(key, Fraction(0)) + sum(loops.values()) * diagram.multiplicity
            powers: dict[Monomial, Scalar] = {
                ((COMPONENTS, power),) if power else (): weight for power, weight in loops.items()
            }
            coefficients[key] = coefficients.get(key, Polynomial({})) + coupling * Polynomial(powers)
    found = []
    for (shapes_used, raw), share in shares.items():
        content = tuple((shape, shapes_used.count(shape)) for shape in kinds if shape in shapes_used)
        same = prod(factorial(number) for _, number in content)
        factors, links = _labelled(diagram.n_external, raw, kinds)
        orbit = orbit_of(diagram.n_external, factors, raw.marks)
        number = int(share * same / scalar)
        structure = Structure(factors, links, diagram, content, number, share, raw.marks, orbit)
        found.append((structure, coefficients[shapes_used, raw]))
    return found


def _dealt(
    diagram: Diagram, shapes: Sequence[Shape], kinds: Sequence[Shape], vector: bool
) -> dict[_Raw, dict[int, Fraction]]:
    """Deal in every way; add up the weights of equal results, by number of component loops."""
    ends = _ends(diagram)
    dealings = [_dealings(shape) for shape in shapes]
    weight = Fraction(1, prod(len(ways) for ways in dealings))
    counted: Counter[tuple[_Raw, int]] = Counter()
    for dealing in product(*dealings):
        edges, partner = _joined(diagram, shapes, ends, dealing)
        pairs, loops = _traced(diagram, partner) if vector else ((), 0)
        counted[_Raw(edges, _marks(diagram.n_external, shapes, kinds), pairs), loops] += 1
    found: dict[_Raw, dict[int, Fraction]] = {}
    for (raw, loops), times in counted.items():
        parts = found.setdefault(_canonical(diagram.n_external, raw), {})
        parts[loops] = parts.get(loops, Fraction(0)) + weight * times
    return found


def _ends(diagram: Diagram) -> list[list[Pair]]:
    """List the line ends (line, side) at every vertex."""
    ends: list[list[Pair]] = [[] for _ in diagram.vertices]
    for number, edge in enumerate(diagram.edges):
        for side, node in enumerate(edge):
            if node >= diagram.n_external:
                ends[node - diagram.n_external].append((number, side))
    return ends


@lru_cache(maxsize=256)
def _dealings(shape: Shape) -> tuple[Dealing, ...]:
    """Deal the line ends of a vertex to its points and products in every way."""
    ways: list[Dealing] = []
    for points in _to_points(shape.valence, [place.fields for place in shape.places]):
        if not shape.vector:
            ways.append(tuple((point, 0) for point in points))
            continue
        at = [[end for end, p in enumerate(points) if p == point] for point in range(len(shape.places))]
        for matchings in product(*(tuple(pairings(here)) for here in at)):
            pair_of = {end: number for m in matchings for number, pair in enumerate(m) for end in pair}
            ways.append(tuple((point, pair_of[end]) for end, point in enumerate(points)))
    return tuple(ways)


def _to_points(valence: int, sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Give every list of points, one per line end, in which point i occurs sizes[i] times."""
    if len(sizes) == 1:
        yield (0,) * valence
        return
    last = len(sizes) - 1
    for chosen in combinations(range(valence), sizes[-1]):
        for rest in _to_points(valence - sizes[-1], sizes[:-1]):
            dealt = iter(rest)
            yield tuple(last if end in chosen else next(dealt) for end in range(valence))


def _joined(
    diagram: Diagram, shapes: Sequence[Shape], ends: Sequence[Sequence[Pair]], dealing: Sequence[Dealing]
) -> tuple[tuple[Pair, ...], dict[Pair, Pair]]:
    """Attach the lines to the points they are dealt to, and join the line ends of every product f.f."""
    places = [list(edge) for edge in diagram.edges]
    partner: dict[Pair, Pair] = {}
    first = diagram.n_external
    for shape, here, slots in zip(shapes, ends, dealing, strict=True):
        waiting: dict[Pair, Pair] = {}
        for end, slot in zip(here, slots, strict=True):
            places[end[0]][end[1]] = first + slot[0]
            if shape.vector and slot in waiting:
                other = waiting.pop(slot)
                partner[end], partner[other] = other, end
            elif shape.vector:
                waiting[slot] = end
        first += len(shape.places)
    return tuple(sorted((min(edge), max(edge)) for edge in places)), partner


def _marks(
    n: int, shapes: Sequence[Shape], kinds: Sequence[Shape]
) -> tuple[tuple[int, tuple[Pair, ...]], ...]:
    """Mark the vertices whose points do not tell by their fields alone what they are."""
    marks, first = [], n
    for shape in shapes:
        if len(shape.places) > 1 or shape.places[0].weight:
            points = tuple((first + i, shape.places.index(place)) for i, place in enumerate(shape.places))
            marks.append((kinds.index(shape), points))
        first += len(shape.places)
    return tuple(marks)


def _traced(diagram: Diagram, partner: dict[Pair, Pair]) -> tuple[tuple[Pair, ...], int]:
    """Follow the components along lines and through products: pairs of external points, and closed loops."""
    n = diagram.n_external
    start = {
        edge[side]: (number, side)
        for number, edge in enumerate(diagram.edges)
        for side in (0, 1)
        if edge[side] < n
    }
    seen: set[Pair] = set()

    def follow(end: Pair) -> Pair | None:
        """Walk from one end of a line until an external point, or until a loop closes (None)."""
        while True:
            other = (end[0], 1 - end[1])
            seen.update((end, other))
            following = partner.get(other)
            if following is None:
                return other
            if following in seen:
                return None
            end = following

    pairs = []
    for point in range(n):
        if start[point] not in seen:
            last = follow(start[point])
            assert last is not None  # a path that begins at an external point ends at one
            pairs.append((point, diagram.edges[last[0]][last[1]]))
    loops = 0
    for end in partner:
        if end not in seen:
            follow(end)
            loops += 1
    return tuple(pairs), loops


def _marked(n: int, raw: _Raw) -> tuple[list[Pair], list[int]]:
    """Add a node for every mark, joined to its points (class + 1) times; give lines, and colours of nodes."""
    edges = list(raw.edges)
    nodes = _n_nodes(n, raw)
    for node, (_, points) in enumerate(raw.marks, start=nodes):
        for point, alike in points:
            edges += repeat((point, node), alike + 1)
    return edges, [_POINT] * (nodes - n) + [_MARK + kind for kind, _ in raw.marks]


def _n_nodes(n: int, raw: _Raw) -> int:
    return max((max(edge) + 1 for edge in raw.edges), default=n)


def _canonical(n: int, raw: _Raw) -> _Raw:
    """Number the points in a way that does not depend on how the vertices were numbered."""
    if not raw.marks:
        return raw
    edges, colours = _marked(n, raw)
    form = canonical_form(n, len(colours), edges, colours=colours)
    # The nodes stand by colour: points first, then the marks by kind.
    kinds = dict(enumerate((colour - _MARK for colour in sorted(colours)), start=n))
    marks = {node: kind for node, kind in kinds.items() if kind >= 0}
    joined: dict[int, list[Pair]] = {node: [] for node in marks}
    for (point, node), times in Counter(form.edges).items():
        if node in marks:
            joined[node].append((point, times - 1))
    kept = tuple(edge for edge in form.edges if edge[1] not in marks)
    found = sorted((marks[node], tuple(sorted(joined[node], key=lambda p: (p[1], p[0])))) for node in marks)
    return _Raw(kept, tuple(found), raw.pairs)


def _labelled(n: int, raw: _Raw, kinds: Sequence[Shape]) -> tuple[Factors, tuple[tuple[int, ...], ...]]:
    """Name the points: x1, x2, ... outside, y1, y2, ... at vertices."""

    def label(node: int) -> str:
        return f"x{node + 1}" if node < n else f"y{node - n + 1}"

    lines: tuple[Line, ...] = tuple((label(a), label(b)) for a, b in raw.edges)
    weights = [0] * (_n_nodes(n, raw) - n)
    for kind, points in raw.marks:
        for point, alike in points:
            weights[point - n] = kinds[kind].places[alike].weight
    links = tuple(tuple(sorted(p - n + 1 for p, _ in points)) for _, points in raw.marks if len(points) > 1)
    pairs = tuple((a + 1, b + 1) for a, b in raw.pairs)
    return Factors(lines, tuple(weights) if any(weights) else (), pairs), tuple(sorted(links))


def orbit_of(n: int, factors: Factors, marks: tuple[tuple[int, tuple[Pair, ...]], ...]) -> CanonicalForm:
    """Make a form that is the same for terms which differ by a permutation of the external points only.

    Contracted components are marked as well, by lines between nodes put in front of the external points.
    """
    pairs = tuple((a - 1, b - 1) for a, b in factors.pairs)
    raw = _Raw(_edges(n, factors.lines), marks, pairs)
    edges, colours = _marked(n, raw)
    if pairs:
        port = {point: n + len(colours) + point for point in range(n)}
        edges = [(port.get(a, a), port.get(b, b)) for a, b in edges]
        edges += [*port.items(), *((port[a], port[b]) for a, b in pairs)]
        colours += [_PORT] * n
    return exchangeable_form(n, len(colours), edges, colours=colours)


def _edges(n: int, lines: Sequence[Line]) -> tuple[Pair, ...]:
    start = {"x": -1, "y": n - 1}
    return tuple((start[a[0]] + int(a[1:]), start[b[0]] + int(b[1:])) for a, b in lines)


def renamed(structure: Structure, action: Action, order: Sequence[int]) -> Structure:
    """Rename the external points: point ``i`` of the result is point ``order[i]`` (both from 0).

    Examples
    --------
    >>> from nnft_sym.expansions.truncation import truncation
    >>> action = Action("mu*f(x)^2*f(y)^2")
    >>> star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    >>> first = structured(star, action, truncation(action, 1))[0][0]
    >>> first.factors.lines
    (('x1', 'y1'), ('x2', 'y1'), ('x3', 'y2'), ('x4', 'y2'))
    >>> renamed(first, action, [0, 2, 1, 3]).factors.lines
    (('x1', 'y1'), ('x2', 'y2'), ('x3', 'y1'), ('x4', 'y2'))
    """
    whole = structure.diagram.with_points(order)
    n, new = whole.n_external, {old: i for i, old in enumerate(order)}
    edges = whole.edges
    if structure.marks:
        moved = [(new.get(a, a), new.get(b, b)) for a, b in _edges(n, structure.factors.lines)]
        edges = tuple(sorted((min(edge), max(edge)) for edge in moved))
    ends = [(new[a - 1], new[b - 1]) for a, b in structure.factors.pairs]
    pairs = tuple(sorted((min(pair), max(pair)) for pair in ends))
    raw = _canonical(n, _Raw(edges, structure.marks, pairs))
    factors, links = _labelled(n, raw, tuple(shape for shape, _ in action.vertices))
    return replace(structure, factors=factors, links=links, diagram=whole, marks=raw.marks)


def from_lines(n: int, lines: Sequence[Line]) -> Diagram:
    """Build the diagram of lines x1, x2, ... and y1, y2, ... between points."""
    return Diagram.from_edges(n, _edges(n, lines))
