"""Distances that a drawing keeps, and what it costs if nodes coincide.

Lengths are in units of a leg. The layout keeps a little more than what the pictures promise, since it
measures on samples.
"""

from typing import NamedTuple

#: What coinciding places cost: worse than anything else.
COLLAPSED = 1e6


class Limits(NamedTuple):
    """Distances that a drawing keeps.

    Attributes
    ----------
    node : float
        From a vertex or point to a line that does not end there: more than twice the radius of a vertex.
    line : float
        Between two lines, away from a crossing and from the end they share.
    leaving : float
        Closer to a common end than this, lines may be closer to each other.
    crossing : float
        From a crossing to a node, and to another crossing: the pieces beside an interruption have a length.
    sine : float
        Of the angle at which lines cross.
    apart : float
        Between two nodes.
    label : float
        From the centre of a label to a line.
    names : float
        Between the centres of two labels, and from one to a node.
    common : float
        Closer to a common end than this, lines do not cross but leave it.
    """

    node: float = 0.27
    line: float = 0.1
    leaving: float = 0.4
    crossing: float = 0.42
    sine: float = 0.45
    apart: float = 0.5
    label: float = 0.22
    names: float = 0.28
    common: float = 0.12


LIMITS = Limits()
