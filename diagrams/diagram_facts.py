"""What one diagram is: symmetry factor, contractions, loops, and which kinds it belongs to, in one object."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from types import MappingProxyType

from diagrams.canonical import canonical_form
from diagrams.diagram import Diagram, SymmetryFactor, as_diagram
from diagrams.divergence import MOST_VERTICES, Part, degree_of_divergence, divergent_parts
from diagrams.errors import InvalidDiagram
from diagrams.filters import ALL_FILTERS, pieces_without_points
from diagrams.loops import n_loops
from diagrams.messages import counted
from diagrams.nickel import nickel_index
from diagrams.reading import read_diagrams


@dataclass(frozen=True)
class Facts:
    """What is known about a diagram; made by `facts`.

    Attributes
    ----------
    diagram : Diagram
    dimension : int
        Number of dimensions d for the degree of divergence.
    loops : int or None
        Independent loops, of all components together; None where there are blobs.
    labellings : int
        How many different diagrams permuted external points make.
    nickel : str or None
        Nickel index; None where there is none: not connected, no vertex, or blobs.
    kinds : mapping of str to bool
        Every named filter, and whether it keeps the diagram.
    tadpole : bool
        Whether cutting one internal line splits off a piece without external points.
    self_loop : bool
        Whether a line goes from a vertex to itself.
    vacuum_parts : int
        Components without external points.
    degree : int or None
        Superficial degree of divergence ω = dL − 2I; None unless the diagram is one-particle irreducible,
        with a loop and without blobs.
    divergent_parts : tuple of Part, or None
        One-particle-irreducible parts with ω ≥ 0; None where there are blobs, or too many vertices.

    Examples
    --------
    >>> found = facts(Diagram.from_edge_string("x1-y1,x2-y2,y1-y2,y1-y2,y1-y2"))
    >>> found.loops, found.nickel, str(found.weight), found.degree
    (2, 'e111|e|', '1/6', 2)
    """

    diagram: Diagram
    dimension: int
    loops: int | None
    labellings: int
    nickel: str | None
    kinds: Mapping[str, bool]
    tadpole: bool
    self_loop: bool
    vacuum_parts: int
    degree: int | None
    divergent_parts: tuple[Part, ...] | None

    @property
    def symmetry_factor(self) -> SymmetryFactor:
        """The symmetry factor in its parts."""
        return self.diagram.symmetry_factor

    @property
    def multiplicity(self) -> int:
        """Wick contractions that give the diagram, vertices labelled."""
        return self.diagram.multiplicity

    @property
    def weight(self) -> Fraction:
        """1/S: what the diagram enters with where vertices are g f^k/k!."""
        return Fraction(1, self.symmetry_factor.total)

    @property
    def bare_weight(self) -> Fraction:
        """Contractions over ∏V_t!: what the diagram enters with where vertices are g f^k, without 1/k!.

        Examples
        --------
        >>> fish = facts(Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2"))
        >>> fish.multiplicity, fish.bare_weight
        (576, Fraction(288, 1))
        """
        orders = prod(factorial(number) for _, number in self.diagram.vertex_content)
        return Fraction(self.multiplicity, orders)


def _one(text: str) -> Diagram:
    """Read a single diagram."""
    found = read_diagrams(text)
    if len(found) != 1:
        raise InvalidDiagram(f"{counted(len(found), 'diagram')} were given; one is needed")
    return found[0]


def facts(diagram: Diagram | str, dimension: int = 4) -> Facts:
    """Find out what a diagram is.

    Parameters
    ----------
    diagram : Diagram or str
        A text is read as `diagrams.read_diagrams` does.
    dimension : int, optional
        Number of dimensions in which divergences are counted (see `diagrams.divergence`).

    Raises
    ------
    InvalidDiagram
        If this is no diagram, or the dimension is no whole number from 1 on.

    Examples
    --------
    >>> scoop = facts("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2")
    >>> int(scoop.symmetry_factor), scoop.kinds["one_particle_irreducible"], scoop.kinds["skeleton"]
    (4, True, False)
    >>> [(part.vertices, part.degree) for part in scoop.divergent_parts]
    [(('y2',), 2), (('y1', 'y2'), 2)]
    """
    diagram = _one(diagram) if isinstance(diagram, str) else as_diagram(diagram)
    kinds = {one.name: one(diagram) for one in ALL_FILTERS}
    counted = not diagram.blobs
    loops = n_loops(diagram) if counted else None
    irreducible = counted and bool(loops) and kinds["one_particle_irreducible"]
    degree = degree_of_divergence(diagram, dimension) if irreducible else None
    few = counted and diagram.n_vertices <= MOST_VERTICES
    return Facts(
        diagram=diagram,
        dimension=dimension,
        loops=loops,
        labellings=_labellings(diagram),
        nickel=_nickel(diagram),
        kinds=MappingProxyType(kinds),
        tadpole=_has_tadpole(diagram),
        self_loop=any(i == j for i, j in diagram.edges),
        vacuum_parts=sum(not part.external for part in diagram.components()),
        degree=degree,
        divergent_parts=divergent_parts(diagram, dimension) if few else None,
    )


def _labellings(diagram: Diagram) -> int:
    """Divide n! by the permutations of the points that symmetries of the unlabelled diagram bring about."""
    nodes = diagram.n_external + diagram.n_vertices + diagram.n_blobs
    colours = [2] * diagram.n_external + list(diagram.colours or (0,) * diagram.n_vertices)
    unlabelled = canonical_form(0, nodes, diagram.form.edges, colours=colours).automorphisms
    return factorial(diagram.n_external) * diagram.symmetry_factor.vertex_automorphisms // unlabelled


def _nickel(diagram: Diagram) -> str | None:
    try:
        return nickel_index(diagram)
    except InvalidDiagram:
        return None


def _has_tadpole(diagram: Diagram) -> bool:
    """Whether some internal line, cut, leaves more pieces without external points than there were."""
    before = pieces_without_points(diagram, ())
    internal = [p for p, (i, j) in enumerate(diagram.edges) if diagram.n_external <= i != j]
    return any(pieces_without_points(diagram, (p,)) > before for p in internal)
