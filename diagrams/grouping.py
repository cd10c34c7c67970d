"""Groups of diagrams that differ only by a permutation of their external points.

One row "6 x 12" instead of six pictures: the diagrams of a group have equal symmetry factors and
multiplicities.
"""

from collections.abc import Iterable
from typing import NamedTuple

from diagrams.diagram import Diagram, as_diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import as_list


class Group(NamedTuple):
    """Diagrams that become equal when external points are not told apart.

    Attributes
    ----------
    diagram : Diagram
        The first of them that was met.
    labellings : int
        How many of them there were.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> [(group.labellings, group.diagram.multiplicity) for group in grouped(generate(4, {4: 1}))]
    [(3, 3), (6, 12), (1, 24)]
    """

    diagram: Diagram
    labellings: int

    @property
    def multiplicity_total(self) -> int:
        """Wick multiplicity of all of them together."""
        return self.labellings * self.diagram.multiplicity


def grouped(diagrams: Iterable[Diagram]) -> list[Group]:
    """Collect diagrams into groups, in the order in which the groups first appear.

    Parameters
    ----------
    diagrams : iterable of Diagram
        Different diagrams, as `diagrams.generate` streams them; a diagram given twice counts twice.

    Examples
    --------
    Four-point function, first order in f**4:

    >>> from diagrams.generation import generate
    >>> for group in grouped(generate(4, {4: 1})):
    ...     print(group.labellings, "x", group.diagram.multiplicity, group.diagram.edge_string)
    3 x 3 x1-x2,x3-x4,y1-y1,y1-y1
    6 x 12 x1-x2,x3-y1,x4-y1,y1-y1
    1 x 24 x1-y1,x2-y1,x3-y1,x4-y1
    """
    first: dict[Diagram, Diagram] = {}
    number: dict[Diagram, int] = {}
    for diagram in as_list(diagrams, "diagrams", InvalidDiagram):
        orbit = as_diagram(diagram).unlabelled()
        first.setdefault(orbit, diagram)
        number[orbit] = number.get(orbit, 0) + 1
    return [Group(diagram, number[orbit]) for orbit, diagram in first.items()]
