"""One term of an expansion, and the terms that differ only by the labels of the external points."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import factorial, prod
from typing import TYPE_CHECKING

from diagrams.diagram import Diagram
from nnft_sym.actions.action import Action
from nnft_sym.actions.factoring import factored
from nnft_sym.actions.names import COMPONENTS
from nnft_sym.actions.polynomials import Monomial, Polynomial, Scalar
from nnft_sym.expansions import faces
from nnft_sym.expansions.structure import Structure, renamed
from nnft_sym.notation import Factors, from_lines

if TYPE_CHECKING:
    import sympy

    from nnft_sym.expansions.numeric_terms import NumericTerm
    from nnft_sym.notation import Notation
    from nnft_sym.printing.views import Sheet


@dataclass(frozen=True)
class Term:
    """A labelled diagram and everything that stands in front of its integral.

    Attributes
    ----------
    diagram : Diagram
        The diagram; its value is ∫∏K over its lines (see :class:`nnft_sym.notation.Notation` for which K).
    coefficient : Polynomial
        (−1)^V ∏(coefficients of the action) × multiplicity / ∏V_t!, exact, with V_t vertices of valence t.

    structure : Structure, optional
        What there is beyond a diagram of the scalar theory: weights, vertices of several points, components.
        `diagram` then shows every point by itself.
    around_network : bool
        Whether lines are the 2-point function of a network and blobs its connected correlators.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> term = expand("lambda*f^4", 2).terms[1]
    >>> print(term.text())
    -12*lambda * ∫dy K_W(1,y) K_W(2,y) K_W(y,y)
    """

    diagram: Diagram
    coefficient: Polynomial
    structure: Structure | None = None
    around_network: bool = False

    @property
    def whole(self) -> Diagram:
        """The diagram with one point per vertex, also where a vertex has several."""
        return self.structure.diagram if self.structure else self.diagram

    @property
    def order(self) -> int:
        """Number of vertices."""
        return self.whole.n_vertices

    @property
    def vertex_key(self) -> str:
        """How many vertices there are of every number of fields, as in ``4:2,6:1``."""
        return self.whole.vertex_key

    @property
    def vertex_content(self) -> tuple[tuple[int, int], ...]:
        """The same as pairs (number of fields, how many)."""
        return self.whole.vertex_content

    @property
    def links(self) -> tuple[tuple[int, ...], ...]:
        """Points, counted from 1, that belong to one vertex of several points."""
        return self.structure.links if self.structure else ()

    @property
    def share(self) -> Fraction | int:
        """The multiplicity if vertices with equally many fields are not told apart beforehand."""
        return self.structure.share if self.structure else self.multiplicity

    @property
    def multiplicity(self) -> int:
        """Number of Wick contractions that give the diagram, vertices labelled."""
        return self.structure.multiplicity if self.structure else self.diagram.multiplicity

    @property
    def count_text(self) -> str:
        """The number of Wick contractions; for a field with components the polynomial in their number D.

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> [term.count_text for term in expand("lambda*(f.f)^2", 2)]
        ['1', '4 (D + 2)']
        """
        share = self.component_share
        if share is None:
            return str(self.multiplicity)
        return factored(share * self.multiplicity).text().replace("*(", " (")

    @property
    def component_share(self) -> Polynomial | None:
        """What components make of the number of contractions: a polynomial in D, one at D = 1.

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> print(*(term.component_share for term in expand("lambda*(f.f)^2", 2)), sep="; ")
        1; D/3 + 2/3
        """
        if not (self.structure and self.structure.vector):
            return None
        counts: dict[str, dict[Monomial, Scalar]] = {}
        for number, powers in self.coefficient.monomials():
            power = powers.pop(COMPONENTS, 0)
            counts.setdefault(repr(powers), {})[((COMPONENTS, power),) if power else ()] = number
        # The couplings multiply all of it, so that any product of them shows the same polynomial in D.
        polynomial = Polynomial(next(iter(counts.values())))
        return polynomial * (1 / polynomial.at({COMPONENTS: 1}))

    @property
    def symmetry_factor(self) -> int:
        """Number of exchanges of lines and vertices that leave the diagram as it is.

        For plain vertices it is ∏v!·∏V_t!/multiplicity, what a Feynman rule with couplings g/v! divides by.
        Components are not looked at.
        """
        if self.structure is None or self.structure.vector:
            return int(self.whole.symmetry_factor)
        ways: int = prod(s.symmetry**number * factorial(number) for s, number in self.structure.shapes)
        return ways // self.multiplicity

    @property
    def factors(self) -> Factors:
        """What stands behind the coefficient."""
        if self.structure:
            return self.structure.factors
        diagram = self.diagram
        return Factors(diagram.edge_labels, blobs=diagram.blob_labels, full=self.around_network)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Ends of the lines, ``x1`` and so on for external points, ``y1`` and so on for vertices."""
        return self.factors.lines

    def monomials(self) -> "Iterator[NumericTerm]":
        """Give the term as the floor below takes it: diagram, exact number, power of each coupling.

        Where a coupling depends on the position the diagram is an `Integrand`; D and the δ of components stay
        open like couplings (see :mod:`nnft_sym.expansions.numeric_terms`).

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> [part[1:] for part in expand("lambda*f^4/24", 2).terms[1].monomials()]
        [(Fraction(-1, 2), {'lambda': 1})]
        """
        from nnft_sym.expansions.numeric_terms import numeric_terms

        return numeric_terms(self)

    def text(self) -> str:
        """Write coefficient and integral on one line."""
        return faces.term_text(self)

    def latex(self, notation: "Notation | None" = None) -> str:
        r"""Print coefficient and integral in LaTeX.

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> print(expand("lambda*f^4", 2).terms[1].latex())
        -12\lambda\int d^{d}y\,K^{W}_{1y}K^{W}_{2y}K^{W}_{yy}
        """
        return faces.term_latex(self, notation)

    def integral(self) -> "sympy.Expr":
        """Convert to SymPy what stands behind the coefficient."""
        from nnft_sym.symbolic.conversion import integral_sympy

        return integral_sympy(self.factors)

    def sympy(self) -> "sympy.Expr":
        """Convert to SymPy: undefined functions K and K_W, an unevaluated integral over every vertex."""
        return self.coefficient.sympy() * self.integral()

    def as_dict(self) -> dict[str, object]:
        """Give the fields of the command line's JSON."""
        fields: dict[str, object] = {
            "multiplicity": self.multiplicity,
            "symmetry_factor": self.symmetry_factor,
            "coefficient": str(self.coefficient),
            "edges": [list(edge) for edge in self.lines],
            "connected": self.whole.is_connected,
            "vertices": self.vertex_key,
        }
        if self.around_network:
            fields["blobs"] = [list(legs) for legs in self.diagram.blob_labels]
        if self.structure:
            fields["structure"] = self.structure.as_dict()
        return fields

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


@dataclass(frozen=True)
class Topology:
    """The terms whose diagrams differ only by the labels of the external points.

    Attributes
    ----------
    terms : tuple of Term
        One per labelling, or the first alone; all have the same coefficient, multiplicity and symmetry
        factor.
    number : int
        How many labellings there are if only the first is listed; else 0.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> for topology in nn.expand("lambda*f^4", 4).topologies():
    ...     print(topology.labellings, topology.vertices, topology.multiplicity)
    3 () 3
    6 (4,) 72
    1 (4,) 24
    """

    terms: tuple[Term, ...]
    number: int = 0

    @property
    def representative(self) -> Term:
        """The first labelling."""
        return self.terms[0]

    @property
    def vertices(self) -> tuple[int, ...]:
        """Valences of the vertices, ascending."""
        return self.representative.whole.vertices

    @cached_property
    def common(self) -> Polynomial:
        """What stands in front of one contraction, vertices labelled."""
        return self.representative.coefficient * Fraction(1, self.representative.multiplicity)

    @property
    def bracket(self) -> tuple[object, ...]:
        """What is equal for topologies that are printed in one bracket behind a common factor.

        For a field with components the polynomials in D differ, and every topology stands by itself.
        """
        structure = self.representative.structure
        alone = structure.orbit if structure and structure.vector else None
        return self.vertices, self.common, alone

    @property
    def labellings(self) -> int:
        """Number of ways to label the external points."""
        return self.number or len(self.terms)

    def as_dict(self) -> dict[str, object]:
        """Give the fields of the command line's JSON; the multiplicity is that of one labelling.

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> fields = expand("lambda*f^4", 4).topologies()[1].as_dict()
        >>> fields["labellings"], fields["multiplicity"], fields["coefficient"]
        (6, 12, '-12*lambda')
        """
        return {"labellings": self.labellings, **self.representative.as_dict()}

    @property
    def multiplicity(self) -> int:
        """Wick contractions summed over the labellings, the number that papers print."""
        return self.labellings * self.representative.multiplicity

    @property
    def caption(self) -> str:
        """Number of labellings, if there are several, times the Wick contractions of each."""
        one = self.representative.count_text
        return f"{self.labellings} × {one}" if self.labellings > 1 else one

    def picture(self) -> "Sheet":
        """Draw its first labelling, with the number of labellings and their Wick contractions below.

        Examples
        --------
        >>> from nnft_sym.expansions.expansion import expand
        >>> "6 × 12" in expand("lambda*f^4", 4).topologies()[1].picture().svg
        True
        """
        return faces.topology_picture(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Draw it into a file whose suffix says how: .svg, .pdf, .png or .tex.

        Raises
        ------
        UnwritablePicture
            If the suffix is another one, or the disk refuses.
        """
        self.picture().save(path)

    def _repr_svg_(self) -> str:
        return self.picture().svg

    @cached_property
    def edge_labels(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Lines of every labelling."""
        return tuple(term.lines for term in self.terms)

    @cached_property
    def factors(self) -> tuple[Factors, ...]:
        """What stands behind the coefficient in every labelling."""
        return tuple(term.factors for term in self.terms)


def relabelled(term: Term, action: Action, order: Sequence[int]) -> Term:
    """Rename the external points: point ``i`` of the result is point ``order[i]`` (both from 0).

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> expansion = expand("lambda*f^4", 4, labelled=False)
    >>> relabelled(expansion.terms[0], expansion.action, [0, 2, 1, 3]).lines
    (('x1', 'x3'), ('x2', 'x4'))
    """
    if term.structure is None:
        return replace(term, diagram=term.diagram.with_points(order))
    structure = renamed(term.structure, action, order)
    return replace(term, diagram=from_lines(len(order), structure.factors.lines), structure=structure)


def topologies(terms: Iterable[Term]) -> tuple[Topology, ...]:
    """Group terms by unlabelled diagram, in the order in which each first appears."""
    groups: dict[object, list[Term]] = {}
    for term in terms:
        structure = term.structure
        key = (structure.shapes, structure.orbit) if structure else term.diagram.unlabelled()
        groups.setdefault(key, []).append(term)
    return tuple(Topology(tuple(group)) for group in groups.values())


def brackets(found: Sequence[Topology]) -> tuple[tuple[Topology, ...], ...]:
    """Put topologies with a common factor together, in the order in which each factor first appears."""
    groups: dict[object, list[Topology]] = {}
    for topology in found:
        groups.setdefault(topology.bracket, []).append(topology)
    return tuple(tuple(group) for group in groups.values())
