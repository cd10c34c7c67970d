r"""How strongly the momentum integrals of a diagram diverge at large momenta, by counting powers.

Every internal line is the propagator 1/p² (or 1/(p² + m²)) in d dimensions, external lines are cut off. A
diagram with L loops and I internal lines then has the superficial degree of divergence ω = dL − 2I. By
Weinberg's theorem its integral converges exactly if ω < 0 for every one-particle-irreducible part with a
loop, itself included. The propagators of networks are others; this is the counting of the field theories that
networks are compared with.

References
----------
S. Weinberg, *High-Energy Behavior in Quantum Field Theory*, Phys. Rev. 118, 838 (1960); M. E. Peskin,
D. V. Schroeder, *An Introduction to Quantum Field Theory*, equation (10.9) for scalars: ω = d − E(d−2)/2 for
a φ⁴ diagram of E legs in d = 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from diagrams.diagram import Diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_integer

#: Parts are sets of vertices; of more vertices than this there are too many sets.
MOST_VERTICES = 14


@dataclass(frozen=True)
class Part:
    """A one-particle-irreducible part of a diagram: some vertices with all lines between them.

    Attributes
    ----------
    vertices : tuple of str
        Their labels.
    loops : int
    degree : int
        Its superficial degree of divergence.
    """

    vertices: tuple[str, ...]
    loops: int
    degree: int


def degree_of_divergence(diagram: Diagram, dimension: int) -> int:
    """Superficial degree of divergence ω = dL − 2I.

    Parameters
    ----------
    diagram : Diagram
        Connected, without blobs. One that is not one-particle irreducible has lines that carry no loop
        momentum; its ω says little, and `divergent_parts` says what is needed.
    dimension : int
        Number d of dimensions, 1 or more.

    Raises
    ------
    InvalidDiagram
        If the diagram is not connected or has blobs, or the dimension is no such number.

    Examples
    --------
    The sunset diverges like the square of the cutoff in four dimensions, the fish like its logarithm:

    >>> degree_of_divergence(Diagram.from_edge_string("x1-y1,x2-y2,y1-y2,y1-y2,y1-y2"), 4)
    2
    >>> degree_of_divergence(Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2"), 4)
    0
    """
    d = _checked(diagram, dimension)
    if not diagram.is_connected:
        raise InvalidDiagram(
            f"{diagram.edge_string!r} is not connected, and has no degree of divergence; take each of its "
            "components()"
        )
    internal = sum(i >= diagram.n_external for i, _ in diagram.edges)
    loops = internal - diagram.n_vertices + 1 if diagram.n_vertices else 0
    return d * loops - 2 * internal


def divergent_parts(diagram: Diagram, dimension: int) -> tuple[Part, ...]:
    """One-particle-irreducible parts whose degree of divergence is not negative, the diagram itself included.

    Parameters
    ----------
    diagram : Diagram
        With at most 14 vertices, without blobs; connected or not.
    dimension : int
        Number d of dimensions, 1 or more.

    Returns
    -------
    tuple of Part
        Smallest first; empty exactly if the momentum integral converges at large momenta. A part has all
        lines between its vertices: taking one away changes ω by 2 − d, so that for d ≥ 2 no other choice
        of lines is worse, and for d = 1 everything converges.

    Raises
    ------
    InvalidDiagram
        If the diagram has blobs or too many vertices, or the dimension is no such number.

    Examples
    --------
    A box of four f³ vertices converges in four dimensions; a self-energy inside does not in six:

    >>> box = Diagram.from_edge_string("x1-y1,x2-y2,x3-y3,x4-y4,y1-y2,y2-y3,y3-y4,y4-y1")
    >>> divergent_parts(box, 4)
    ()
    >>> inside = Diagram.from_edge_string("x1-y1,x2-y2,y1-y3,y3-y4,y3-y4,y4-y2,y1-y2")
    >>> [(part.vertices, part.degree) for part in divergent_parts(inside, 6)]
    [(('y3', 'y4'), 2), (('y1', 'y2', 'y3', 'y4'), 2)]
    """
    d = _checked(diagram, dimension)
    if diagram.n_vertices > MOST_VERTICES:
        raise InvalidDiagram(
            f"{diagram.n_vertices} vertices were given; the parts of at most {MOST_VERTICES} are gone through"
        )
    found = []
    for chosen in _vertex_sets(diagram.n_vertices):
        lines = _lines_among(diagram, chosen)
        loops = len(lines) - len(chosen) + 1
        degree = d * loops - 2 * len(lines)
        if loops > 0 and degree >= 0 and _irreducible(chosen, lines):
            labels = tuple(diagram.label(diagram.n_external + v) for v in chosen)
            found.append(Part(labels, loops, degree))
    return tuple(sorted(found, key=lambda part: (len(part.vertices), part.vertices)))


def _checked(diagram: Diagram, dimension: object) -> int:
    d = as_integer(dimension, "dimension", InvalidDiagram)
    if d < 1:
        raise InvalidDiagram(f"dimension = {d} was given; 1 or more is needed")
    if diagram.blobs:
        raise InvalidDiagram(
            f"{diagram.edge_string!r} has blobs, whose momenta no power is counted for; only diagrams of "
            "lines have a degree of divergence"
        )
    return d


def _vertex_sets(size: int) -> Iterator[tuple[int, ...]]:
    for mask in range(1, 1 << size):
        yield tuple(v for v in range(size) if mask >> v & 1)


def _lines_among(diagram: Diagram, chosen: tuple[int, ...]) -> list[tuple[int, int]]:
    first, inside = diagram.n_external, set(chosen)
    return [(i - first, j - first) for i, j in diagram.edges if i - first in inside and j - first in inside]


def _irreducible(nodes: tuple[int, ...], lines: list[tuple[int, int]]) -> bool:
    """Whether the part is connected, and still so when any one line is cut."""
    return all(_connected(nodes, lines[:cut] + lines[cut + 1 :]) for cut in range(len(lines))) and _connected(
        nodes, lines
    )


def _connected(nodes: tuple[int, ...], lines: list[tuple[int, int]]) -> bool:
    reached, grown = {nodes[0]}, True
    while grown:
        new = {end for line in lines for end in line if reached.intersection(line)} - reached
        reached |= new
        grown = bool(new)
    return len(reached) == len(nodes)
