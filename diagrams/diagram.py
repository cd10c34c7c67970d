"""The Feynman diagram: a frozen value, canonical on construction.

A diagram with external points x1..xn and vertices y1..yV is held as ::

    nodes      0 .. n-1   n .. n+V-1
    meaning    x1 .. xn   y1 .. yV      (vertices by ascending valence)
    edges      sorted pairs (i, j), i <= j; a self-loop once, a double line twice

There is no uncanonised diagram: construction relabels the vertices, so ``==``, ``hash``, sorting and sets
mean isomorphism with fixed external points.

A line is the propagator, a connected correlator of two legs. Where the free theory is not Gaussian, legs are
also joined by connected correlators of other valences, the **blobs**: a blob is the ascending tuple of the
nodes that its legs are at, a node as often as it has legs there. Blobs are unordered and carry no 1/V!.

Normalisation. For the vertex factors f(y)^k *without* 1/k!, the number of Wick contractions that give a
diagram with labelled vertices is ``prod_v k_v! * prod_t V_t! / S`` (V_t vertices of valence t), where the
symmetry factor is ``S = |vertex automorphisms| * prod m! * prod 2**s s!`` over m-fold lines and vertices with
s self-loops (Peskin and Schroeder, *An Introduction to Quantum Field Theory*, section 4.4). With blobs the
automorphisms permute vertices and blobs, and m legs of a blob at one vertex count as m parallel lines: the
number is then that of the set partitions of the legs that give the diagram.
"""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import factorial, prod
from typing import NamedTuple, Self

from diagrams.canonical import (
    CanonicalForm,
    Edge,
    Piece,
    canonical_form,
    exchangeable_form,
    in_order,
    join,
    pieces,
    valences_of,
)
from diagrams.diagram_parts import (
    Blob,
    as_blobs,
    as_edges,
    check_nodes,
    check_parts,
    colours_of,
    parted,
)
from diagrams.edge_text import read_joined
from diagrams.errors import InvalidDiagram
from diagrams.faces import face
from diagrams.messages import as_integer, as_list, shown


@dataclass(frozen=True, order=True)
class SymmetryFactor:
    """Symmetry factor in its parts; the term of a diagram carries 1 / total.

    Attributes
    ----------
    vertex_automorphisms : int
        Permutations of the vertices, and of the blobs, that leave the diagram unchanged, external points
        fixed.
    parallel_lines : int
        Product of m! over the m-fold lines between different vertices, and over m legs of one blob at one
        vertex.
    self_loops : int
        Product of 2**s s! over the vertices with s self-loops.

    Examples
    --------
    >>> scoop = Diagram.from_edge_string("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2")
    >>> scoop.symmetry_factor
    SymmetryFactor(vertex_automorphisms=1, parallel_lines=2, self_loops=2)
    >>> int(scoop.symmetry_factor)
    4
    """

    vertex_automorphisms: int
    parallel_lines: int
    self_loops: int

    @property
    def edge_symmetry(self) -> int:
        """Exchanges of lines that leave every vertex in place: parallel lines and self-loops."""
        return self.parallel_lines * self.self_loops

    @property
    def total(self) -> int:
        """The symmetry factor S: the product of the parts."""
        return self.vertex_automorphisms * self.edge_symmetry

    def __int__(self) -> int:
        return self.total


class Component(NamedTuple):
    """A connected part of a diagram.

    Attributes
    ----------
    external : tuple of int
        Which external points of the whole it holds, counted from 0, ascending; empty for a vacuum part.
    diagram : Diagram
        The part as a diagram of its own; its external point ``i`` is point ``external[i]`` of the whole.

    Examples
    --------
    >>> whole = Diagram.from_edge_string("x1-x2,y1-y1,y1-y1")
    >>> [(part.external, part.diagram.n_vertices) for part in whole.components()]
    [((0, 1), 0), ((), 1)]
    """

    external: tuple[int, ...]
    diagram: "Diagram"


@dataclass(frozen=True, order=True, repr=False)
class Diagram:
    """A Feynman diagram of a scalar theory, up to relabelling of its vertices.

    Parameters
    ----------
    n_external : int
        Number of external points; each ends exactly one line.
    vertices : iterable of int, length n_vertices
        Valences. Vertex ``i`` is node ``n_external + i`` in `edges`; any order is accepted.
    edges : iterable of (int, int)
        Lines as node pairs, in any order and direction.
    blobs : iterable of iterables of int, optional
        Connected correlators of 1, 3, 4, ... legs: the nodes of the legs, in any order.

    Attributes
    ----------
    vertices : tuple of int
        Valences, ascending, after relabelling.
    edges : tuple of (int, int)
        Sorted pairs ``(i, j)``, ``i <= j``, after relabelling.
    blobs : tuple of tuples of int
        By number of legs, each ascending, after relabelling.

    Raises
    ------
    InvalidDiagram
        If an edge or a blob names a node that does not exist, an external point does not end exactly one
        line or leg, a vertex does not have the valence given for it, or a blob has two legs, which is a line.

    References
    ----------
    docs/theory/wick_and_diagrams.md, eq. eq-wick-multiplicity;
    docs/theory/wick_and_diagrams.md, eq. eq-symmetry-factor.

    Examples
    --------
    The one-loop correction of the two-point function of f**4 has 12 contractions:

    >>> tadpole = Diagram(2, (4,), [(0, 2), (1, 2), (2, 2)])
    >>> tadpole.edge_string, int(tadpole.symmetry_factor), tadpole.multiplicity
    ('x1-y1,x2-y1,y1-y1', 2, 12)

    Relabelled vertices give the same diagram, exchanged external points another one:

    >>> first = Diagram(2, (4, 6), [(0, 2), (2, 2), (2, 3), (3, 3), (3, 3), (3, 1)])
    >>> first == Diagram(2, (6, 4), [(0, 3), (3, 3), (3, 2), (2, 2), (2, 2), (2, 1)])
    True
    >>> first == Diagram(2, (6, 4), [(1, 3), (3, 3), (3, 2), (2, 2), (2, 2), (2, 0)])
    False

    A vertex f**4 that hangs on a point by a line, and on the other by a connected correlator of four legs:

    >>> blob = Diagram(2, (4,), [(0, 2)], blobs=[(1, 2, 2, 2)])
    >>> blob.edge_string, int(blob.symmetry_factor), blob.multiplicity
    ('x1-y1,x2-y1-y1-y1', 6, 4)
    """

    n_external: int
    vertices: tuple[int, ...]
    edges: tuple[Edge, ...]
    blobs: tuple[Blob, ...] = ()
    _automorphisms: int = field(init=False, compare=False, default=0)

    def __post_init__(self) -> None:
        n = as_integer(self.n_external, "n_external", InvalidDiagram)
        vertices = as_list(self.vertices, "vertices", InvalidDiagram)
        edges = as_edges(self.edges)
        blobs = as_blobs(self.blobs)
        check_parts(n, vertices, edges, blobs)
        object.__setattr__(self, "n_external", n)
        nodes = len(vertices) + len(blobs)
        legs = [(node, n + len(vertices) + i) for i, blob in enumerate(blobs) for node in blob]
        colours = colours_of(len(vertices), len(blobs))
        self._set(canonical_form(n, nodes, [*edges, *legs], colours=colours or None), len(blobs))

    def _set(self, form: CanonicalForm, n_blobs: int) -> None:
        # on construction only: the fields are frozen
        vertices, edges, blobs = parted(self.n_external, form, n_blobs)
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "blobs", blobs)
        object.__setattr__(self, "_automorphisms", form.automorphisms)

    @classmethod
    def from_form(cls, n_external: int, form: CanonicalForm, n_blobs: int = 0) -> Self:
        """Wrap a form that is canonical and valid already (generation makes them in bulk).

        The last `n_blobs` of its vertices are blobs; their lines are legs.
        """
        diagram = object.__new__(cls)
        object.__setattr__(diagram, "n_external", n_external)
        diagram._set(form, n_blobs)
        return diagram

    def __repr__(self) -> str:
        """Show the arguments; blobs only where there are any."""
        plain = f"n_external={self.n_external}, vertices={self.vertices}, edges={self.edges}"
        return f"{type(self).__name__}({plain}{f', blobs={self.blobs}' if self.blobs else ''})"

    @classmethod
    def from_edges(cls, n_external: int, edges: Iterable[Edge]) -> Self:
        """Build from lines alone; the valences are read off.

        Raises
        ------
        InvalidDiagram
            As for the constructor, and if a node between the used ones has no line.

        Examples
        --------
        >>> Diagram.from_edges(0, [(0, 1), (0, 1), (0, 1)])
        Diagram(n_external=0, vertices=(3, 3), edges=((0, 1), (0, 1), (0, 1)))
        """
        edges = tuple(as_edges(edges))
        n_external = as_integer(n_external, "n_external", InvalidDiagram)
        n_nodes = max((max(edge) + 1 for edge in edges), default=0)
        check_nodes(n_nodes, edges)
        return cls(n_external, tuple(valences_of(n_nodes, edges)[n_external:]), edges)

    def __str__(self) -> str:
        return self.edge_string

    @classmethod
    def from_edge_string(cls, text: str) -> Self:
        """Read ``"x1-y1,x2-y1,y1-y1"``: x are external points in order, y vertices.

        What joins one node, or more than two, is a blob: ``"x1-y1,x2-y1-y1-y1"``.

        Raises
        ------
        InvalidDiagram
            If the text cannot be read, or the points are not x1..xn, each ending one line, or the vertices
            not y1..yV.

        Examples
        --------
        >>> Diagram.from_edge_string("y2-x1, y1-y2, y1-y1, x2-y1, y2-y2").edge_string
        'x1-y1,x2-y2,y1-y1,y1-y2,y2-y2'
        """
        n_external, n_vertices, joined = read_joined(text)
        ends = Counter(node for nodes in joined for node in nodes)
        valences = tuple(ends[n_external + v] for v in range(n_vertices))
        edges = tuple((nodes[0], nodes[1]) for nodes in joined if len(nodes) == 2)
        return cls(n_external, valences, edges, tuple(nodes for nodes in joined if len(nodes) != 2))

    @property
    def n_vertices(self) -> int:
        """Number of vertices."""
        return len(self.vertices)

    @property
    def n_blobs(self) -> int:
        """Number of blobs."""
        return len(self.blobs)

    @property
    def blob_content(self) -> tuple[tuple[int, int], ...]:
        """Pairs (legs, how many blobs have so many), ascending."""
        return tuple(sorted(Counter(map(len, self.blobs)).items()))

    @property
    def vertex_content(self) -> tuple[tuple[int, int], ...]:
        """Pairs (valence, how many vertices have it), valences ascending."""
        return tuple(sorted(Counter(self.vertices).items()))

    @property
    def vertex_key(self) -> str:
        """Vertex content as text, e.g. ``"4:2,6:1"``; empty without vertices."""
        return ",".join(f"{valence}:{count}" for valence, count in self.vertex_content)

    @property
    def lines(self) -> tuple[tuple[Edge, int], ...]:
        """Distinct lines ``((i, j), m)`` with their multiplicities, sorted."""
        return tuple(sorted(Counter(self.edges).items()))

    @cached_property
    def symmetry_factor(self) -> SymmetryFactor:
        """Symmetry factor in parts (external points fixed)."""
        counts = Counter(self.edges).items()
        parallel_lines = prod(factorial(m) for (i, j), m in counts if i != j)
        parallel_lines *= prod(factorial(m) for blob in self.blobs for m in Counter(blob).values())
        self_loops = prod(2**m * factorial(m) for (i, j), m in counts if i == j)
        return SymmetryFactor(self._automorphisms, parallel_lines, self_loops)

    @property
    def multiplicity(self) -> int:
        """Number of Wick contractions that give this diagram, vertices labelled, as an exact integer.

        With blobs the number of set partitions of the legs.
        """
        ways = prod(factorial(k) for k in self.vertices)
        return ways * prod(factorial(c) for _, c in self.vertex_content) // self.symmetry_factor.total

    @property
    def edge_labels(self) -> tuple[tuple[str, str], ...]:
        """Lines as label pairs, e.g. ``(("x1", "y1"), ("y1", "y1"))``."""
        return tuple((self.label(i), self.label(j)) for i, j in self.edges)

    @property
    def edge_string(self) -> str:
        """Lines as text, e.g. ``"x1-y1,y1-y1"``, then blobs; `from_edge_string` reads it back."""
        joined = [*self.edge_labels, *self.blob_labels]
        return ",".join("-".join(nodes) for nodes in joined)

    @property
    def blob_labels(self) -> tuple[tuple[str, ...], ...]:
        """Blobs as tuples of labels, e.g. ``(("x1", "y1", "y1", "y1"),)``."""
        return tuple(tuple(map(self.label, blob)) for blob in self.blobs)

    def label(self, node: int) -> str:
        """Name of a node: x1..xn for external points, y1..yV for vertices."""
        return f"x{node + 1}" if node < self.n_external else f"y{node - self.n_external + 1}"

    @property
    def form(self) -> CanonicalForm:
        """Vertices, edges and number of automorphisms, as a plain tuple; blobs are the last vertices."""
        if not self.blobs:
            return CanonicalForm(self.vertices, self.edges, self._automorphisms)
        valences = self.vertices + tuple(map(len, self.blobs))
        return CanonicalForm(valences, tuple(sorted((*self.edges, *self.legs))), self._automorphisms)

    @property
    def legs(self) -> tuple[Edge, ...]:
        """Legs of blobs as pairs (node, blob), the blobs numbered after the vertices."""
        first = self.n_external + self.n_vertices
        return tuple((node, first + i) for i, blob in enumerate(self.blobs) for node in blob)

    @property
    def colours(self) -> tuple[int, ...]:
        """Kinds of the vertices of `form`: 0 for a vertex, 1 for a blob; empty without blobs."""
        return colours_of(self.n_vertices, self.n_blobs)

    @cached_property
    def _pieces(self) -> tuple[Piece, ...]:
        form = self.form
        found = pieces(self.n_external, len(form.vertices), form.edges, colours=self.colours or None)
        return tuple(found)

    def components(self) -> tuple[Component, ...]:
        """Connected parts, those with external points first (by lowest point), then the vacuum parts.

        Returns
        -------
        tuple of Component

        Examples
        --------
        >>> whole = Diagram.from_edge_string("x1-x3,x2-y1,y1-y1,y1-x4")
        >>> [(part.external, part.diagram.edge_string) for part in whole.components()]
        [((0, 2), 'x1-x2'), ((1, 3), 'x1-y1,x2-y1,y1-y1')]
        """
        return tuple(
            Component(piece.external, Diagram.from_form(len(piece.external), piece.form, sum(piece.colours)))
            for piece in self._pieces
        )

    @property
    def is_connected(self) -> bool:
        """Whether there is exactly one component (so the empty diagram is not connected)."""
        return len(self._pieces) == 1

    @classmethod
    def from_components(cls, n_external: int, components: Iterable[Component]) -> Self:
        """Put connected diagrams side by side; the inverse of `components`.

        Parameters
        ----------
        n_external : int
            External points of the whole.
        components : iterable of Component
            Connected parts that hold every external point exactly once; any order.

        Raises
        ------
        InvalidDiagram
            If a part is not connected, or the points are not 0..n_external-1, each once.

        Examples
        --------
        >>> line = Diagram.from_edge_string("x1-x2")
        >>> Diagram.from_components(4, [Component((1, 2), line), Component((0, 3), line)]).edge_string
        'x1-x4,x2-x3'
        """
        parts = list(components)
        points = sorted(point for part in parts for point in part.external)
        fits = all(len(p.external) == p.diagram.n_external and p.diagram.is_connected for p in parts)
        if points != list(range(n_external)) or not fits:
            raise InvalidDiagram(
                f"components with the points {[part.external for part in parts]} do not make a diagram with "
                f"{n_external} external points: give connected parts that hold each point once"
            )
        made = []
        for external, diagram in parts:
            if list(external) != sorted(external):
                diagram = diagram.with_points(sorted(range(len(external)), key=external.__getitem__))
            made.append(Piece(tuple(sorted(external)), diagram.form, diagram.colours))
        n_blobs = sum(sum(one.colours) for one in made)
        return cls.from_form(n_external, join(n_external, in_order(made)), n_blobs)

    def with_points(self, order: Iterable[int]) -> "Diagram":
        """Rename the external points: point ``i`` of the result is point ``order[i]`` of this diagram.

        Raises
        ------
        InvalidDiagram
            If `order` is not a permutation of the points 0..n_external-1.

        Examples
        --------
        >>> Diagram.from_edge_string("x1-x2,x3-x4").with_points([0, 2, 1, 3]).edge_string
        'x1-x3,x2-x4'
        """
        order = list(order)
        if sorted(order) != list(range(self.n_external)):
            raise InvalidDiagram(
                f"{order} does not permute the external points: give each of 0..{self.n_external - 1} once"
            )
        new = {old: i for i, old in enumerate(order)}
        edges = tuple((new.get(i, i), new.get(j, j)) for i, j in self.form.edges)
        nodes, kinds = self.n_vertices + self.n_blobs, self.colours or None
        form = canonical_form(self.n_external, nodes, edges, colours=kinds)
        return Diagram.from_form(self.n_external, form, self.n_blobs)

    def unlabelled(self) -> "Diagram":
        """The same for all diagrams that differ from this one only by a permutation of the points.

        Examples
        --------
        >>> one, other = Diagram.from_edge_string("x1-x2,x3-x4"), Diagram.from_edge_string("x1-x4,x2-x3")
        >>> one.unlabelled() == other.unlabelled()
        True
        """
        nodes, kinds = self.n_vertices + self.n_blobs, self.colours or None
        form = exchangeable_form(self.n_external, nodes, self.form.edges, colours=kinds)
        return Diagram.from_form(self.n_external, form, self.n_blobs)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Draw it into a file whose suffix says how: .svg, .pdf, .png or .tex.

        Raises
        ------
        UnwritablePicture
            If the suffix is another one, or the disk refuses.
        """
        face("save")(path, [(self, "")])

    def _repr_svg_(self) -> str:
        """Show a picture in a notebook."""
        drawn: str = face("svg")(self)
        return drawn


def as_diagram(given: object) -> Diagram:
    """Return a diagram, or say how to make one.

    Raises
    ------
    InvalidDiagram
        If it is none.

    Examples
    --------
    >>> as_diagram("x1-x2")
    Traceback (most recent call last):
    diagrams.errors.InvalidDiagram: 'x1-x2' was given; a diagram, such as Diagram.from_edge_string(...
    """
    if not isinstance(given, Diagram):
        raise InvalidDiagram(
            f"{shown(given)} was given; a diagram, such as Diagram.from_edge_string('x1-y1,x2-y1'), is needed"
        )
    return given
