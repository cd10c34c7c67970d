r"""Expansions of n-point functions into Feynman diagrams.

What to use when. The *kind* says what is expanded, with ΔS the interactions and averages over the Gaussian
process:

=============  ===========================================================================================
``full``       ⟨f(x1)…f(xn) e^{−ΔS}⟩: every diagram, vacuum parts included
``normalised`` the same divided by ⟨e^{−ΔS}⟩, the correlator itself: no vacuum parts
``connected``  the cumulant: one component
``amputated``  connected, without a correction on an external line; the external lines themselves are kept
``1pi``        connected, and still so when any line between vertices is cut; external lines are kept
``2pi``        the same for any two lines between vertices
``skeleton``   connected, without tadpoles and self-energy insertions on any line
=============  ===========================================================================================

The *scheme* says what a line is: ``bare``, the propagator of S_GP, or ``exact``, the full connected 2-point
function, which already contains every tadpole and self-energy insertion (`nnft_sym.expansions.schemes.RULES`
has the rule in words). With ``network`` the interactions deform an ensemble of networks of finite width,
whose field is not Gaussian: lines are its 2-point function, and more legs than two are joined by its
connected correlators, the blobs, so that every order in the couplings is exact in N.

A diagram with V vertices enters with (−1)^V ∏(couplings) × multiplicity / ∏V_t!, where the multiplicity
counts Wick contractions with labelled vertices and V_t is the number of vertices of valence t
(docs/theory/expansions.md, eq. eq-exact-rule; docs/theory/wick_and_diagrams.md, eq. eq-wick-multiplicity).

With λ ~ 1/N and κ ~ 1/N², the exchange of two λ vertices is as large as κ:

>>> six = expand("lambda*f^4 + kappa*f^6", 6, 2, "exact", "connected", counting="1/N")
>>> [(t.labellings, str(t.representative.coefficient)) for t in six.topologies()]
[(1, '-720*kappa'), (10, '576*lambda**2')]

The ensemble of networks deformed by λ f⁴, to first order and exactly in N:

>>> around = expand("lambda*f^4", 2, 1, "network")
>>> [(t.labellings, t.representative.multiplicity) for t in around.topologies()]
[(1, 1), (1, 12), (2, 4), (1, 6), (1, 1)]
>>> print(around.terms[-1].text())
-lambda * ∫dy G_c(1,2,y,y,y,y)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from diagrams.filters import Filter, as_filters
from diagrams.generation import count
from diagrams.messages import shown
from diagrams.progress import Say, SayLike, shown_lines
from nnft_sym.actions.action import FREE, Action, free_theory
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions import faces
from nnft_sym.expansions.around_network import counted, refuse_around_network
from nnft_sym.expansions.content import SumRule
from nnft_sym.expansions.enumeration import content_text
from nnft_sym.expansions.finding import filter_name, found_terms, refuse_impossible
from nnft_sym.expansions.remainder import Remainder, goes_on, remainder
from nnft_sym.expansions.schemes import MEAN, RULES, Kind, Scheme, choice
from nnft_sym.expansions.sum_rules import sum_rules
from nnft_sym.expansions.terms import Term, Topology, brackets, topologies
from nnft_sym.expansions.truncation import (
    CountingLike,
    LoopsLike,
    OrderLike,
    Truncation,
    truncation,
    whole,
)

if TYPE_CHECKING:
    import pandas
    import sympy

    from nnft_sym.expansions.numeric_terms import NumericTerm
    from nnft_sym.notation import Notation
    from nnft_sym.printing.table_content import Table
    from nnft_sym.printing.views import Sheet

_LOGGER = logging.getLogger(__name__)

#: Contents with more vertices than this are not counted as a check where there is one term per topology.
_CHECKED_VERTICES = 6


@dataclass(frozen=True, repr=False)
class Expansion:
    """An n-point function as a sum of diagrams; made by :func:`expand`.

    Attributes
    ----------
    action : Action
        The interactions.
    n : int
        Number of external points.
    truncation : Truncation
        Where the sum stops.
    scheme : Scheme
        What a line stands for.
    kind : Kind
        Which function is expanded.
    terms : tuple of Term
        By number of vertices, then by vertex content, then the more components the earlier.
    filters : tuple of Filter
        What else the diagrams must pass.
    labellings : tuple of int
        Where there is one term per topology, how many labellings it stands for; empty where every labelled
        term is there.

    Examples
    --------
    >>> expansion = expand("lambda*f^4 + kappa*f^6", 4, scheme="exact")
    >>> [(str(term.coefficient), term.multiplicity) for term in expansion][3:]
    [('-24*lambda', 24), ('-360*kappa', 360)]
    """

    action: Action
    n: int
    truncation: Truncation
    scheme: Scheme
    kind: Kind
    terms: tuple[Term, ...]
    filters: tuple[Filter, ...] = ()
    labellings: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[Term]:
        """Go through the terms."""
        return iter(self.terms)

    def __len__(self) -> int:
        """Count the terms."""
        return len(self.terms)

    @property
    def order(self) -> int | Fraction | dict[str, int]:
        """The order as it was asked for: vertices, power of 1/N, or power of each coupling."""
        largest = self.truncation.largest
        return dict(largest) if isinstance(largest, tuple) else largest

    @property
    def around_network(self) -> bool:
        """Whether legs are joined by the connected correlators of a network, and not by lines only."""
        return self.scheme is Scheme.NETWORK

    @property
    def rule(self) -> str:
        """The rule of the scheme in words; for odd powers of the field it also fixes ⟨f⟩.

        Examples
        --------
        >>> expand("g*f^3", 3, scheme="exact").rule.partition("; ")[2].rpartition("; ")[2]
        'the mean of the field is kept zero by a linear counterterm, so that tadpoles drop out'
        """
        odd = any(valence % 2 for valence in self.action.valences)
        return RULES[self.scheme] + (MEAN if odd and self.scheme is Scheme.EXACT else "")

    @property
    def shown_kind(self) -> Kind:
        """The function that the terms add up to.

        It is `kind`, but for exact lines: a vacuum part is a piece without external points and is dropped by
        their rule, so that what is left of the full function is the normalised one.

        Examples
        --------
        >>> expand("lambda*f^4", 4, scheme="exact", kind="full").shown_kind
        <Kind.NORMALISED: 'normalised'>
        """
        dropped = self.kind is Kind.FULL and self.scheme is Scheme.EXACT
        return Kind.NORMALISED if dropped else self.kind

    @cached_property
    def wick_total(self) -> dict[str, int]:
        """All Wick contractions per vertex content, vacuum parts included, whatever the scheme and the kind.

        They are summed over the diagrams that are found, so that comparing them with the double factorial
        (total number of lines' ends − 1)!! checks the enumeration. Contents that allow no diagram are left
        out; where there is one term per topology also those of more than six vertices.

        Examples
        --------
        >>> expand("lambda*f^4", 4).wick_total
        {'': 3, '4:1': 105}
        """
        contents = list(self.truncation.contents(self.action, self.n))
        if self.by_topology:
            contents = [one for one in contents if sum(many for _, many in one) <= _CHECKED_VERTICES]
        if self.around_network:
            return {
                content_text(content): sum(
                    number.multiplicity_total for _, number in counted(self.n, content)
                )
                for content in contents
            }
        return {
            content_text(content): count(self.n, dict(content)).multiplicity_total for content in contents
        }

    def sum_rules(self) -> tuple[SumRule, ...]:
        """Compare the multiplicities with what is known without diagrams.

        Examples
        --------
        >>> all(rule.holds for rule in expand("lambda*f^4", 4).sum_rules())
        True
        """
        return sum_rules(self)

    @property
    def goes_on(self) -> bool:
        """Whether higher orders would add anything."""
        return goes_on(self)

    @property
    def remainder(self) -> Remainder | None:
        """What comes first beyond the order; None if there is nothing."""
        return remainder(self)

    def topologies(self) -> tuple[Topology, ...]:
        """Group the terms by diagram without labels.

        Examples
        --------
        >>> [(t.labellings, t.representative.multiplicity) for t in expand("lambda*f^4", 4).topologies()]
        [(3, 1), (6, 12), (1, 24)]
        """
        return self._topologies

    @cached_property
    def _topologies(self) -> tuple[Topology, ...]:
        if self.by_topology:
            pairs = zip(self.terms, self.labellings, strict=True)
            return tuple(Topology((term,), number) for term, number in pairs)
        return topologies(self.terms)

    @property
    def filter_names(self) -> tuple[str, ...]:
        """Names of the filters; a predicate of the user's has its own."""
        return tuple(map(filter_name, self.filters))

    @property
    def by_topology(self) -> bool:
        """Whether there is one term per topology, so that a sum over the terms is not the whole."""
        return bool(self.labellings)

    def _every_term(self) -> None:
        """Refuse to add up the terms where each stands for several."""
        if self.by_topology:
            raise InvalidExpansion(
                "this expansion has one term per topology, and all labellings are needed here: expand with "
                "labelled=True, or go through topologies()"
            )

    def brackets(self) -> tuple[tuple[Topology, ...], ...]:
        """Group the topologies further: those whose contractions have a factor in common, as papers print.

        Examples
        --------
        >>> [len(group) for group in expand("lambda*f^4 + kappa*f^6", 4).brackets()]
        [1, 2, 2]
        """
        return brackets(self._topologies)

    def at_order(self, order: int) -> Expansion:
        """Keep the terms with exactly this many vertices."""
        chosen = [place for place, term in enumerate(self.terms) if term.order == order]
        numbers = tuple(self.labellings[place] for place in chosen) if self.by_topology else ()
        return replace(self, terms=tuple(self.terms[place] for place in chosen), labellings=numbers)

    def monomials(self) -> Iterator[NumericTerm]:
        """Give the terms as the floor below takes them: diagram, exact number, power of each coupling.

        See :mod:`nnft_sym.expansions.numeric_terms` for position-dependent couplings and fields with
        components.
        """
        self._every_term()
        for term in self.terms:
            yield from term.monomials()

    def zero_dimensional(self) -> Polynomial:
        """Sum the coefficients: the function in zero dimensions, every propagator being 1.

        Examples
        --------
        >>> expand("lambda*f^4", 4, order=2, kind="connected", scheme="exact").zero_dimensional()
        Polynomial('864*lambda**2 - 24*lambda')
        """
        one = Polynomial({})
        return sum((t.representative.coefficient * t.labellings for t in self.topologies()), one)

    def text(self, notation: Notation | None = None) -> str:
        """Write a table of all terms; a `Notation` may ask for plain kernels and for sums over index sets."""
        return faces.text(self, notation)

    def grouped_text(self, notation: Notation | None = None) -> str:
        """Write the sum as papers do, one representative per topology with its contractions in front.

        Examples
        --------
        >>> print(expand("lambda*f^4", 4).grouped_text())
        G(1,2,3,4) = 3 [K(1,2) K(3,4)]
            - lambda * (72 [K(1,2) ∫dy K_W(3,y) K_W(4,y) K_W(y,y)]
                        + 24 [∫dy K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y)]) + …
        >>> from nnft_sym.notation import Notation
        >>> print(expand("lambda*f^4", 4, kind="connected").grouped_text(Notation(plain_kernel=True)))
        G_c(1,2,3,4) = -24*lambda [∫dy K(1,y) K(2,y) K(3,y) K(4,y)] + …
        """
        return faces.grouped_text(self, notation)

    def picture(self, *, labelled: bool = False) -> Sheet:
        """Draw the diagrams on one sheet, which a notebook shows; one per topology, or every labelled one.

        Examples
        --------
        >>> expand("lambda*f^4", 4).picture(labelled=True)
        <4-point function of λ f⁴: 10 pictures>
        """
        if labelled:
            self._every_term()
        return faces.picture(self, labelled)

    def table(self, *, labelled: bool = False) -> Table:
        """Put the terms into a table, which sorts on a click in a notebook; one row per topology or per term.

        Examples
        --------
        >>> print(expand("g*f^3", 3, kind="connected").table())
        3-point function of g*f**3, connected, to order 1
        no.  order  vertices  labellings  contractions  S  coefficient  integral
        1    1      3:1       1           6             1  -6*g         ∫dy K_W(1,y) K_W(2,y) K_W(3,y)
        """
        if labelled:
            self._every_term()
        return faces.table(self, labelled)

    def to_dataframe(self, *, labelled: bool = True) -> pandas.DataFrame:
        """Return a row for each term, or for each topology, as a table of pandas.

        Examples
        --------
        >>> table = expand("lambda*f^4", 4).to_dataframe(labelled=False)
        >>> table.labellings.tolist(), table.weight.tolist()
        ([3, 6, 1], ['1', '1/2', '1'])
        """
        return faces.dataframe(self, labelled)

    def latex(self, notation: Notation | None = None) -> str:
        """Print the formula in LaTeX, for display mathematics with amsmath (``aligned``)."""
        return faces.latex(self, notation)

    def sympy(self) -> sympy.Expr:
        """Convert to SymPy: undefined functions K and K_W, an unevaluated integral over every vertex."""
        import sympy

        self._every_term()
        return sympy.Add(*[term.sympy() for term in self.terms])

    def as_dict(self) -> dict[str, object]:
        """Give the fields of the command line's JSON."""
        return {
            "action": str(self.action),
            "n": self.n,
            **self.truncation.as_dict(),
            "scheme": self.scheme.value,
            "kind": self.kind.value,
            "rule": self.rule,
            **({"constant": str(self.action.constant)} if self.action.constant else {}),
            **({"filters": list(self.filter_names)} if self.filters else {}),
            "terms": [one.as_dict() for one in (self.topologies() if self.by_topology else self.terms)],
            "wick_total": self.wick_total,
        }

    def __repr__(self) -> str:
        """Show what is expanded, not the terms."""
        return (
            f"<{self.kind} {self.n}-point function of {self.action.name}, "
            f"{'' if self.action.is_free else f'{self.truncation.text}, '}{self.scheme}: "
            f"{len(self.terms)} {'topologies' if self.by_topology else 'terms'}>"
        )

    def __str__(self) -> str:
        """Write the sum, one representative per topology; of a long one only what is expanded."""
        return faces.few_lines(self) or repr(self)

    def _repr_latex_(self) -> str:
        """Show mathematics in a notebook: every term, or one per topology, or how many there are."""
        return faces.notebook_latex(self)


def expand(
    action: Action | str = FREE,
    n: int | None = None,
    order: OrderLike | None = None,
    scheme: str = "bare",
    kind: str = "normalised",
    counting: CountingLike = None,
    *,
    outputs: int = 1,
    filters: Iterable[Filter | str] | str = (),
    loops: LoopsLike = None,
    labelled: bool = True,
    progress: SayLike = None,
) -> Expansion:
    """Expand an n-point function in the couplings.

    Parameters
    ----------
    action : Action or str, optional
        The interactions; without them the free theory.
    n : int
        Number of external points, which must be given; 0 gives the vacuum diagrams: of Z (``full``), of
        log Z (``connected``), or of the effective potential at ⟨f⟩ = 0 (``1pi``, with the sign of log Z).
    order : int, Fraction, str or mapping of str to int, optional
        Largest number of vertices; as a mapping, largest power of each coupling; with a counting, or written
        as ``"1/N^2"``, largest power of 1/N. 1 by default, and no bound where there are `loops`.
    scheme : {"bare", "exact", "network"}
        What a line stands for.
    kind : {"normalised", "full", "connected", "amputated", "1pi", "2pi", "skeleton"}
        Which function.
    counting : "1/N" or mapping of str to int, Fraction or str, optional
        Power of 1/N that each coupling is worth; ``"1/N"`` takes (v − 2)/2 for the coupling of f^v.
    outputs : int, optional
        Number of outputs of the free theory; with several, every line carries a δ of its two outputs. An
        action says by products f.f whether there are several.
    filters : iterable of predicates or names of filters, optional
        Keep a term only if its diagram passes all of them (`diagrams.filters`; any ``(Diagram) -> bool``).
    loops : int or LoopRange, optional
        Largest number of loops, or which numbers.
    labelled : bool, optional
        False gives one term per topology, with the number of its labellings, and makes no list of them.
    progress : callable or bool, optional
        Given a line now and then, such as "120,000 of 887,301 diagrams found"; True shows them.

    Returns
    -------
    Expansion

    Raises
    ------
    InvalidExpansion
        If a number is negative, a name unknown, the sum endless, or there would be more than a million
        terms.
    InvalidAction
        If the action cannot be read.

    Examples
    --------
    >>> [str(term.coefficient) for term in expand("lambda*f^4", 2)]
    ['1', '-12*lambda']
    >>> [str(term.coefficient) for term in expand("lambda*f^4", 2, scheme="exact")]
    ['1']

    One term per topology; and to one loop, without corrections of external lines:

    >>> expand("lambda*f^4", 12, labelled=False).labellings
    (10395, 62370, 51975)
    >>> expand("g*f^3 + lambda*f^4", 4, kind="connected", filters=["onshell"], loops=1)
    <connected 4-point function of g*f**3 + lambda*f**4, 1 loop, bare: 55 terms>
    """
    theory, n = _theory(action, outputs), whole(_number(n), "number of points")
    chosen_scheme, chosen_kind = choice(Scheme, scheme, "scheme"), choice(Kind, kind, "kind")
    refuse_impossible(n, chosen_scheme, chosen_kind, labelled)
    if chosen_scheme is Scheme.NETWORK:
        refuse_around_network(theory, counting, loops)
    cut = truncation(theory, order, counting, loops)
    asked = Expansion(theory, n, cut, chosen_scheme, chosen_kind, (), as_filters(filters))
    with shown_lines(progress, "bounding the number of diagrams") as say:
        return _found(asked, labelled, say)


def _found(asked: Expansion, labelled: bool, say: Say | None) -> Expansion:
    """Find the terms of an expansion."""
    terms, labellings = found_terms(asked, labelled, say)
    _LOGGER.info("%d terms of %r", len(terms), asked)
    return replace(asked, terms=terms, labellings=labellings)


def _theory(action: Action | str, outputs: int) -> Action:
    """Give the free theory its outputs; an action has them already."""
    given = Action(action)
    if outputs == 1:
        return given
    if not given.is_free:
        raise InvalidExpansion(
            f"{shown(outputs)} outputs were given beside {given}; an action says itself that there are "
            "several, by products f.f as in lambda*(f.f)^2: leave outputs out"
        )
    return free_theory(outputs)


def _number(n: int | None) -> int:
    if n is None:
        raise InvalidExpansion("the number of points is missing; give it, as in expand(n=4)")
    return n
