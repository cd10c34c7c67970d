"""Leg-orbit expansion: from a class with exchangeable legs to all its labelled diagrams.

With G the vertex automorphisms of the class and G0 those that fix every leg-carrying vertex, G/G0 acts freely
on the ways to hand n labels to the vertices, because the label sets of different vertices differ. So the
class stands for ``n! / (prod_v l_v! |G/G0|)`` labelled diagrams, all with the symmetry factor
``S = |G0| prod m_ij! prod 2**s_i s_i!``.
"""

from collections.abc import Iterator
from math import factorial, prod

from diagrams.canonical import component_form
from diagrams.diagram import Diagram
from diagrams.enumeration.leg_classes import LegClass


def labelled_count(leg_class: LegClass) -> int:
    """How many labelled diagrams the class stands for."""
    words = factorial(sum(leg_class.legs)) // prod(factorial(legs) for legs in leg_class.legs)
    return words // len(leg_class.leg_actions)


def class_symmetry(leg_class: LegClass) -> int:
    """Symmetry factor shared by all labelled diagrams of the class."""
    matrix = leg_class.matrix
    edges = 1
    for v, row in enumerate(matrix):
        edges *= 2 ** row[v] * prod(factorial(lines) for lines in row[v:])
    return leg_class.fixing * edges


def representative(leg_class: LegClass) -> Diagram:
    """One labelled diagram of the class: labels in the order of the vertices."""
    word = [v for v, legs in enumerate(leg_class.legs) for _ in range(legs)]
    return _labelled(leg_class, word)


def labelled(leg_class: LegClass) -> Iterator[Diagram]:
    """Every labelled diagram of the class, each once.

    Examples
    --------
    The three channels of the bubble:

    >>> from diagrams.enumeration.leg_classes import leg_classes
    >>> bubble = [c for c in leg_classes(4, ((4, 2),)) if c.legs == (2, 2)][0]
    >>> [diagram.edge_string for diagram in labelled(bubble)]
    ['x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2', 'x1-y1,x2-y2,x3-y1,x4-y2,y1-y2,y1-y2',
     'x1-y1,x2-y2,x3-y2,x4-y1,y1-y2,y1-y2']
    """
    for word in _words(list(leg_class.legs)):
        if all(word <= [action[v] for v in word] for action in leg_class.leg_actions):
            yield _labelled(leg_class, word)


def _words(left: list[int]) -> Iterator[list[int]]:
    """All words (vertex of label 1, vertex of label 2, ...) with `left[v]` labels for vertex v, in order."""
    if not any(left):
        yield []
        return
    for v, count in enumerate(left):
        if count:
            left[v] -= 1
            for rest in _words(left):
                yield [v, *rest]
            left[v] += 1


def _labelled(leg_class: LegClass, word: list[int]) -> Diagram:
    if leg_class.valences[0] > 0:
        return Diagram.from_form(len(word), component_form(leg_class.valences, leg_class.matrix, word))
    ends, blobs = [abs(k) for k in leg_class.valences], [int(k < 0) for k in leg_class.valences]
    return Diagram.from_form(len(word), component_form(ends, leg_class.matrix, word, blobs), sum(blobs))
