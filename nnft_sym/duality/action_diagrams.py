"""The diagrams of an action that connected correlators imply.

With W[J] = Σ (i^r/r!) G_c^(r) J^r the density of the outputs is P = exp(Σ_(r≥3) ((−1)^r/r!) G_c^(r) ∂^r)
P_Gauss, and so, with ψ = K⁻¹φ,

    S = −log P = ½ φK⁻¹φ + ½ log det 2πK − Σ connected diagrams

whose vertices of r legs are the connected correlators G_c^(r), r ≥ 3, whose lines are −K⁻¹ and whose legs
end on ψ. A diagram of V_r vertices counts as ∏ N^(V_r (1 − r/2)) for independent output weights.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial

from diagrams.diagram import Diagram
from diagrams.enumeration.blob_contents import width_power
from diagrams.enumeration.leg_classes import Content, ends_of, leg_classes
from diagrams.enumeration.legs import class_symmetry, labelled_count, representative
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.width_order import width_order_text

#: More diagrams than this are not listed.
MOST_DIAGRAMS = 20_000
#: More vertices in one diagram than this are not enumerated.
MOST_VERTICES = 7


@dataclass(frozen=True)
class ActionDiagram:
    """One diagram of the action, its legs not told apart.

    Attributes
    ----------
    coefficient : Fraction
        What stands in front in S: the sign of S and of the lines, over all symmetries, those of the legs
        included.
    order : Fraction
        Power of 1/N.
    diagram : Diagram
        One labelling. Its vertices are connected correlators without 1/r!, its lines K⁻¹, its legs ψ = K⁻¹φ.
    """

    coefficient: Fraction
    order: Fraction
    diagram: Diagram

    @property
    def power(self) -> int:
        """Power of the field."""
        return self.diagram.n_external

    @property
    def lines(self) -> int:
        """Lines between vertices; each brings a minus sign, which is in the coefficient."""
        return len(self.diagram.edges) - self.power

    @property
    def unsigned(self) -> Fraction:
        """The coefficient in front of a contraction whose lines are −K⁻¹."""
        return -self.coefficient if self.lines % 2 else self.coefficient


def action_contents(valences: Iterable[int], order: Fraction) -> list[Content]:
    """List which connected correlators multiply each other up to an order, lowest first.

    Examples
    --------
    >>> action_contents((3, 4, 6), Fraction(1))
    [((3, 1),), ((4, 1),), ((3, 2),)]
    """
    chosen = sorted(set(valences))
    found = [content for content in _contents(chosen, order) if content]
    return sorted(found, key=lambda one: (width_power(dict(one)), sum(c for _, c in one), one))


def _contents(valences: list[int], left: Fraction) -> Iterator[Content]:
    if not valences:
        yield ()
        return
    first, others = valences[0], valences[1:]
    worth = width_power({first: 1})
    for number in range(int(left / worth) + 1):
        for rest in _contents(others, left - number * worth):
            yield (((first, number),) if number else ()) + rest


def action_diagrams(valences: Iterable[int], order: Fraction) -> tuple[ActionDiagram, ...]:
    """List the diagrams of the action, by power of 1/N, content and power of the field.

    Parameters
    ----------
    valences : iterable of int
        Which connected correlators there are beside K, 3 or more.
    order : Fraction
        Largest power of 1/N.

    Returns
    -------
    tuple of ActionDiagram

    Raises
    ------
    InvalidExpansion
        If there are too many.

    Examples
    --------
    >>> for one in action_diagrams([4], Fraction(1)):
    ...     print(one.coefficient, one.diagram.edge_string)
    -1/8 y1-y1,y1-y1
    1/4 x1-y1,x2-y1,y1-y1
    -1/24 x1-y1,x2-y1,x3-y1,x4-y1
    """
    return _diagrams(tuple(sorted(set(valences))), order)


@lru_cache(maxsize=64)
def _diagrams(valences: tuple[int, ...], order: Fraction) -> tuple[ActionDiagram, ...]:
    found: list[ActionDiagram] = []
    contents = action_contents(valences, order)
    if any(sum(number for _, number in content) > MOST_VERTICES for content in contents):
        raise _too_many(order)
    for content in contents:
        found += of_content(content)
        if len(found) > MOST_DIAGRAMS:
            raise _too_many(order)
    return tuple(found)


@lru_cache(maxsize=512)
def of_content(content: Content) -> tuple[ActionDiagram, ...]:
    """List the connected diagrams of given vertices, fewest legs first."""
    order, ends = width_power(dict(content)), ends_of(content)
    vertices = sum(number for _, number in content)
    found = []
    for n in range(ends % 2, ends - 2 * (vertices - 1) + 1, 2):
        lines = (ends - n) // 2
        for one in leg_classes(n, content):
            weight = Fraction(labelled_count(one), class_symmetry(one) * factorial(n))
            # the minus of S, and one for each line −K⁻¹
            found.append(ActionDiagram(weight if lines % 2 else -weight, order, representative(one)))
    return tuple(found)


def coefficients(diagrams: Iterable[ActionDiagram]) -> Mapping[tuple[Content, int], Fraction]:
    """Add up the coefficients of each product of cumulants and each power of the field.

    They are those of S in one dimension with K = 1 (the table of S).

    Examples
    --------
    >>> table = coefficients(action_diagrams([4], Fraction(2)))
    >>> [str(table[((4, 2),), n]) for n in (0, 2, 4, 6)]
    ['-1/12', '1/3', '-7/48', '1/72']
    """
    sums: dict[tuple[Content, int], Fraction] = {}
    for one in diagrams:
        key = one.diagram.vertex_content, one.power
        sums[key] = sums.get(key, Fraction(0)) + one.coefficient
    return sums


def _too_many(order: Fraction) -> InvalidExpansion:
    return InvalidExpansion(
        f"the action to {width_order_text(order)} has more than {MOST_DIAGRAMS:,} diagrams, or more than "
        f"{MOST_VERTICES} vertices in one; give a lower order, or fewer correlators"
    )
