"""The flat program of a diagram around a network: products of connected correlators, integrated.

A diagram with external points x1..xn and vertices y1..yV, whose lines and blobs are connected correlators of
the undeformed ensemble, stands for ::

    prefactor * ∫ dy1..dyV  prod_B G_c^(|B|)(points of B)

A line is the correlator of two legs, the full K (output bias included) wherever it ends: around a network
nothing is dropped. Correlators of external points alone stand before the integral, as parts without vertices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from numbers import Rational
from operator import index
from typing import Any, NamedTuple, cast, final

from diagrams.diagram import Diagram
from diagrams.messages import shown
from numerics.errors import LoweringError
from numerics.given import as_instance, as_whole

#: Vertices of a part are brought to a standard order by trying all orders.
_MOST_VERTICES = 6


@final
@dataclass(frozen=True, order=True)
class ConnectedFactor:
    """One connected correlator in a part.

    Attributes
    ----------
    at : tuple of int, one per vertex of the part
        Number of its legs at each vertex.
    outside : int
        Number of its legs at external points.
    """

    at: tuple[int, ...]
    outside: int

    @property
    def order(self) -> int:
        """Number of all legs."""
        return sum(self.at) + self.outside

    @property
    def vertices(self) -> tuple[int, ...]:
        """Vertices at which it has legs."""
        return tuple(vertex for vertex, legs in enumerate(self.at) if legs)


@final
@dataclass(frozen=True)
class ConnectedPart:
    """A connected piece of a diagram, apart from which external points its legs end on.

    Attributes
    ----------
    n_vertices : int
    factors : tuple of ConnectedFactor
        Sorted; external points are slots, those of the first factor first.
    """

    n_vertices: int
    factors: tuple[ConnectedFactor, ...]

    @property
    def n_external(self) -> int:
        """Number of slots."""
        return sum(factor.outside for factor in self.factors)

    @property
    def slots(self) -> tuple[slice, ...]:
        """Slots of each factor."""
        found, start = [], 0
        for factor in self.factors:
            found.append(slice(start, start + factor.outside))
            start += factor.outside
        return tuple(found)

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders of its correlators, each once."""
        return tuple(sorted({factor.order for factor in self.factors}))

    def text(self, labels: Sequence[int]) -> str:
        """Write it with given external points, counted from 0, in its slots.

        Examples
        --------
        >>> ConnectedPart(1, (ConnectedFactor((1,), 1), ConnectedFactor((3,), 1))).text((4, 0))
        '∫dy1 K(x5,y1) G_c(x1,y1,y1,y1)'
        """
        written = []
        for factor, slots in zip(self.factors, self.slots, strict=True):
            ends = [f"x{label + 1}" for label in labels[slots]]
            ends += [f"y{v + 1}" for v, legs in enumerate(factor.at) for _ in range(legs)]
            written.append(f"{'K' if factor.order == 2 else 'G_c'}({','.join(ends)})")
        over = "".join(f"dy{v + 1}" for v in range(self.n_vertices))
        return " ".join([f"∫{over}"] * bool(over) + written)

    def __str__(self) -> str:
        return self.text(range(self.n_external))


class PlacedPart(NamedTuple):
    """A part and where it is: which external point of the whole each slot is."""

    integrand: ConnectedPart
    labels: tuple[int, ...]


@final
@dataclass(frozen=True)
class ConnectedProduct:
    """Flat program of one diagram around a network.

    Parameters
    ----------
    n_external, n_vertices : int
    correlators : tuple of tuple of int
        Nodes of the legs of each: 0 .. n_external − 1 are external points, then vertices.
    prefactor : Fraction

    Raises
    ------
    LoweringError
        If a number is none, or a node does not exist.

    Examples
    --------
    >>> program = lower_around(Diagram.from_edge_string("x1-y1,x2-y1-y1-y1,x3-x4"), -4)
    >>> print(program)
    -4 ∫dy1 K(x1,y1) G_c(x2,y1,y1,y1) · K(x3,x4)
    >>> program.n_factors, [part.labels for part in program.parts()]
    (3, [(0, 1), (2, 3)])
    """

    n_external: int
    n_vertices: int
    correlators: tuple[tuple[int, ...], ...]
    prefactor: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        for name in ("n_external", "n_vertices"):
            number = as_whole(getattr(self, name), name, LoweringError, least=0)
            object.__setattr__(self, name, number)
        nodes = self.n_external + self.n_vertices
        given: object = self.correlators
        try:
            correlators = tuple(tuple(index(node) for node in legs) for legs in cast(Any, given))
        except TypeError:
            correlators = ((nodes,),)  # they are none, and refused below
        if any(not 0 <= node < nodes for legs in correlators for node in legs) or () in correlators:
            raise LoweringError(
                f"correlators = {shown(given)} was given; the nodes of the legs of each are needed, numbered "
                f"0 to {nodes - 1} here, as in ((0, 1), (0, 1, 1, 1))"
            )
        object.__setattr__(self, "correlators", correlators)
        object.__setattr__(self, "prefactor", _as_fraction(self.prefactor))

    @property
    def n_factors(self) -> int:
        """Number of correlators multiplied."""
        return len(self.correlators)

    @property
    def spectators(self) -> tuple[tuple[int, int, int], ...]:
        """None: lines between external points are parts of their own."""
        return ()

    def parts(self) -> tuple[PlacedPart, ...]:
        """Split into connected pieces, in the order of their first external points, each in standard order.

        Pieces that differ only in which external points their legs end on have equal programs.
        """
        pieces: list[tuple[set[int], list[tuple[int, ...]]]] = []
        for legs in self.correlators:
            nodes, own = set(legs), [legs]
            for piece in [one for one in pieces if one[0] & nodes]:
                pieces.remove(piece)
                nodes, own = nodes | piece[0], [*piece[1], *own]
            pieces.append((nodes, own))
        pieces.sort(key=lambda piece: min(piece[0]))
        return tuple(self._part(nodes, own) for nodes, own in pieces)

    def _part(self, nodes: set[int], correlators: Sequence[tuple[int, ...]]) -> PlacedPart:
        vertices = sorted(node for node in nodes if node >= self.n_external)
        if len(vertices) > _MOST_VERTICES:
            raise LoweringError(
                f"a connected piece with {len(vertices)} vertices given; up to {_MOST_VERTICES} can be "
                "integrated around a network: lower the order"
            )
        candidates = []
        for order in permutations(vertices):
            rows = sorted(
                (
                    ConnectedFactor(
                        tuple(legs.count(vertex) for vertex in order),
                        sum(node < self.n_external for node in legs),
                    ),
                    tuple(node for node in sorted(legs) if node < self.n_external),
                )
                for legs in correlators
            )
            candidates.append(rows)
        best = min(candidates)
        part = ConnectedPart(len(vertices), tuple(factor for factor, _ in best))
        return PlacedPart(part, tuple(label for _, labels in best for label in labels))

    def __str__(self) -> str:
        front = "" if self.prefactor == 1 else f"{self.prefactor} "
        return front + " · ".join(part.text(labels) for part, labels in self.parts())


def lower_around(diagram: Diagram, prefactor: Fraction | int = 1) -> ConnectedProduct:
    """Flat program of a diagram whose lines and blobs are connected correlators of a network.

    Parameters
    ----------
    diagram : Diagram
    prefactor : Fraction or int
        Exact factor in front of the integral.

    Examples
    --------
    >>> print(lower_around(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"), -12))
    -12 ∫dy1 K(x1,y1) K(x2,y1) K(y1,y1)
    """
    as_instance(diagram, Diagram, "diagram", LoweringError, "a Diagram")
    correlators = (*diagram.edges, *diagram.blobs)
    return ConnectedProduct(diagram.n_external, diagram.n_vertices, correlators, _as_fraction(prefactor))


def _as_fraction(given: object) -> Fraction:
    if isinstance(given, Rational):
        return Fraction(given)
    needed = "an exact number is needed, as Fraction(-1, 2)"
    raise LoweringError(f"prefactor = {shown(given)} was given; {needed}")
