"""Loops of a diagram, and the selection of diagrams by them.

A diagram of n points with I lines between vertices, V vertices and C components, c of them with vertices, has
L = I - V + c loops: the momenta that are not fixed by those of the points. With E line ends at the vertices
this is ``L = (E - n) / 2 - V + C``: once points and vertices are given, loops count components.
"""

from dataclasses import dataclass

from diagrams.diagram import Diagram, as_diagram
from diagrams.enumeration.leg_classes import Content, ends_of
from diagrams.errors import GenerationError
from diagrams.messages import as_integer, shown


def n_loops(diagram: Diagram) -> int:
    """Count the loops of a diagram, those of all its components together.

    Raises
    ------
    InvalidDiagram
        If it is no diagram.
    GenerationError
        If it has blobs, which have no loops of lines.

    Examples
    --------
    Bubble, sunset, and a line beside a figure of eight:

    >>> bubble, sunset = "x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "x1-y1,y1-y2,y1-y2,y1-y2,y2-x2"
    >>> [n_loops(Diagram.from_edge_string(one)) for one in (bubble, sunset, "x1-x2,y1-y1,y1-y1")]
    [1, 2, 2]
    """
    given = as_diagram(diagram)
    if given.blobs:
        raise GenerationError(
            f"{shown(given.edge_string)} has blobs, whose loops are not counted; leave the loops out"
        )
    return len(given.edges) - given.n_external - given.n_vertices + len(given.components())


def fewest_loops(n: int, content: Content) -> int:
    """Count the loops of a connected diagram; negative if there is none. Every other component adds one.

    Examples
    --------
    >>> fewest_loops(4, ((4, 3),)), fewest_loops(2, ()), fewest_loops(6, ((3, 2),))
    (2, 0, -1)
    """
    return (ends_of(content) - n) // 2 - sum(number for _, number in content) + 1


@dataclass(frozen=True)
class LoopRange:
    """A predicate that keeps diagrams by their number of loops; generation counts with it, without a list.

    Parameters
    ----------
    most, fewest : int

    Raises
    ------
    GenerationError
        If these are no whole numbers, 0 or more, in their order.

    Examples
    --------
    >>> from diagrams.generation import count
    >>> [count(4, {3: 2, 4: 1}, ["connected", LoopRange(most, most)]).diagrams for most in (0, 1, 2)]
    [0, 53, 0]
    """

    most: int
    fewest: int = 0

    def __post_init__(self) -> None:
        most, fewest = (
            as_integer(one, name, GenerationError)
            for one, name in ((self.most, "most loops"), (self.fewest, "fewest loops"))
        )
        if not 0 <= fewest <= most:
            raise GenerationError(
                f"{fewest} to {most} loops were given; whole numbers from 0 on are needed, the smaller first"
            )

    def __call__(self, diagram: Diagram) -> bool:
        """Whether the diagram is kept."""
        return self.fewest <= n_loops(diagram) <= self.most

    def components(self, n: int, content: Content) -> range:
        """Numbers of components of the diagrams that are kept.

        Examples
        --------
        >>> LoopRange(2).components(4, ((4, 1),))
        range(1, 4)
        """
        base = fewest_loops(n, content) - 1
        return range(max(self.fewest - base, 0), max(self.most - base, -1) + 1)

    @property
    def text(self) -> str:
        """The range in words.

        Examples
        --------
        >>> LoopRange(2).text, LoopRange(1, 1).text, LoopRange(3, 2).text
        ('2 loops', '1 loop, no fewer', '3 loops, from 2 on')
        """
        words = f"{self.most} loop{'' if self.most == 1 else 's'}"
        if not self.fewest:
            return words
        return f"{words}, no fewer" if self.fewest == self.most else f"{words}, from {self.fewest} on"
