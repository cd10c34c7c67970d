"""One term of an expansion, and the terms that differ only by the labels of the external points."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from diagrams.diagram import Diagram
from nnft_sym.polynomials import Polynomial

if TYPE_CHECKING:
    import sympy

    from nnft_sym.notation import Notation


@dataclass(frozen=True)
class Term:
    """A labelled diagram and everything that stands in front of its integral.

    Attributes
    ----------
    diagram : Diagram
        The diagram; its value is ∫∏K over its lines (see :class:`nnft_sym.notation.Notation` for which K).
    coefficient : Polynomial
        (−1)^V ∏(coefficients of the action) × multiplicity / ∏V_t!, exact, with V_t vertices of valence t.

    Examples
    --------
    >>> from nnft_sym.expansion import correlator
    >>> term = correlator("lambda*f^4", 2).terms[1]
    >>> print(term.text())
    -12*lambda * ∫dy K_W(1,y) K_W(2,y) K_W(y,y)
    """

    diagram: Diagram
    coefficient: Polynomial

    @property
    def order(self) -> int:
        """Number of vertices."""
        return self.diagram.n_vertices

    @property
    def multiplicity(self) -> int:
        """Number of Wick contractions that give the diagram, vertices labelled."""
        return self.diagram.multiplicity

    @property
    def symmetry_factor(self) -> int:
        """∏v!·∏V_t!/multiplicity: what a Feynman rule with couplings g/v! divides by."""
        return int(self.diagram.symmetry_factor)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Ends of the lines, ``x1`` and so on for external points, ``y1`` and so on for vertices."""
        return self.diagram.edge_labels

    def monomials(self) -> Iterator[tuple[Diagram, Fraction, dict[str, int]]]:
        """Give the term as the floor below takes it: diagram, exact number, power of each coupling.

        Examples
        --------
        >>> from nnft_sym.expansion import correlator
        >>> [part[1:] for part in correlator("lambda*f^4/24", 2).terms[1].monomials()]
        [(Fraction(-1, 2), {'lambda': 1})]
        """
        for number, powers in self.coefficient.monomials():
            yield self.diagram, number, powers

    def text(self) -> str:
        """Write coefficient and integral on one line."""
        from nnft_sym.text import integral_text

        return f"{in_parentheses(self.coefficient)} * {integral_text(self.diagram.edge_labels)}"

    def latex(self, notation: "Notation | None" = None) -> str:
        r"""Print coefficient and integral in LaTeX.

        Examples
        --------
        >>> from nnft_sym.expansion import correlator
        >>> print(correlator("lambda*f^4", 2).terms[1].latex())
        -12\lambda\int d^{d}y\,K^{W}_{1y}K^{W}_{2y}K^{W}_{yy}
        """
        from nnft_sym.latex import sum_latex

        return sum_latex([(self.coefficient, [self.diagram.edge_labels])], notation)

    def integral(self) -> "sympy.Expr":
        """Convert to SymPy what stands behind the coefficient."""
        from nnft_sym.symbolic import integral_sympy

        return integral_sympy(self.lines)

    def sympy(self) -> "sympy.Expr":
        """Convert to SymPy: undefined functions K and K_W, an unevaluated integral over every vertex."""
        return self.coefficient.sympy() * self.integral()

    def as_dict(self) -> dict[str, object]:
        """Give the fields of the command line's JSON."""
        return {
            "multiplicity": self.multiplicity,
            "symmetry_factor": self.symmetry_factor,
            "coefficient": str(self.coefficient),
            "edges": [list(edge) for edge in self.diagram.edge_labels],
            "connected": self.diagram.is_connected,
            "vertices": self.diagram.vertex_key,
        }

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


@dataclass(frozen=True)
class Topology:
    """The terms whose diagrams differ only by the labels of the external points.

    Attributes
    ----------
    terms : tuple of Term
        One per labelling; all have the same coefficient, multiplicity and symmetry factor.
    """

    terms: tuple[Term, ...]

    @property
    def representative(self) -> Term:
        """The first labelling."""
        return self.terms[0]

    @property
    def vertices(self) -> tuple[int, ...]:
        """Valences of the vertices, ascending."""
        return self.representative.diagram.vertices

    @property
    def labellings(self) -> int:
        """Number of ways to label the external points."""
        return len(self.terms)

    @property
    def multiplicity(self) -> int:
        """Wick contractions summed over the labellings, the number that papers print."""
        return self.labellings * self.representative.multiplicity

    @cached_property
    def edge_labels(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Lines of every labelling."""
        return tuple(term.diagram.edge_labels for term in self.terms)


def topologies(terms: Iterable[Term]) -> tuple[Topology, ...]:
    """Group terms by unlabelled diagram, in the order in which each first appears."""
    groups: dict[Diagram, list[Term]] = {}
    for term in terms:
        groups.setdefault(term.diagram.unlabelled(), []).append(term)
    return tuple(Topology(tuple(group)) for group in groups.values())


def in_parentheses(coefficient: Polynomial) -> str:
    """Write a coefficient so that a factor may follow it."""
    return f"({coefficient})" if len(coefficient.items) > 1 else str(coefficient)
