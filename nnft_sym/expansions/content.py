"""What others read of an expansion: plain fields, apart from how an expansion is found.

Renderers (`nnft_sym.printing`), sum rules and the way to numbers know an expansion by these fields only, so
that they can be given anything that has them, and an expansion can know them without a circle of imports. The
fields are read where they are and not copied: an expansion may have a million terms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from diagrams.diagram import Diagram
from diagrams.filters import Filter
from diagrams.messages import shown
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidExpansion
from nnft_sym.expansions.truncation import Truncation
from nnft_sym.notation import Factors, Line


@dataclass(frozen=True)
class SumRule:
    """A sum over diagrams and what it must be.

    Attributes
    ----------
    vertices : str
        Vertex content, as in ``4:2,6:1``; empty without vertices.
    source : str
        Where the expected number comes from.
    found, expected : int
        Sum of multiplicities, vertices labelled.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> rule = nn.expand("lambda*f^4", 4).sum_rules()[-1]
    >>> rule.vertices, rule.found, rule.expected, rule.holds
    ('4:1', 96, 96, True)
    """

    vertices: str
    source: str
    found: int
    expected: int

    @property
    def holds(self) -> bool:
        """Tell whether the two numbers agree."""
        return self.found == self.expected


class Written(Protocol):
    """Something that can be written as text and in LaTeX."""

    def text(self) -> str:
        """Write it."""
        ...

    def latex(self) -> str:
        """Print it."""
        ...


class TermContent(Protocol):
    """A labelled diagram and what stands in front of it; see `nnft_sym.expansions.terms.Term`."""

    @property
    def diagram(self) -> Diagram:
        """The diagram, every point of a vertex by itself."""
        ...

    @property
    def whole(self) -> Diagram:
        """The diagram with one point per vertex."""
        ...

    @property
    def coefficient(self) -> Polynomial:
        """What stands in front of the integral."""
        ...

    @property
    def factors(self) -> Factors:
        """What stands under the integral: lines, weights, δ of components."""
        ...

    @property
    def lines(self) -> tuple[Line, ...]:
        """Ends of the lines."""
        ...

    @property
    def links(self) -> tuple[tuple[int, ...], ...]:
        """Points, counted from 1, that belong to one vertex."""
        ...

    @property
    def order(self) -> int:
        """Number of vertices."""
        ...

    @property
    def vertex_key(self) -> str:
        """How many vertices there are of every number of fields."""
        ...

    @property
    def vertex_content(self) -> tuple[tuple[int, int], ...]:
        """The same as pairs of numbers."""
        ...

    @property
    def multiplicity(self) -> int:
        """Wick contractions, vertices labelled."""
        ...

    @property
    def share(self) -> Fraction | int:
        """The same if vertices with equally many fields are not told apart beforehand."""
        ...

    @property
    def symmetry_factor(self) -> int:
        """Exchanges of lines and vertices that change nothing."""
        ...

    @property
    def component_share(self) -> Polynomial | None:
        """What components make of the number of contractions, one at D = 1; None without components."""
        ...

    @property
    def count_text(self) -> str:
        """The number of contractions; with components a polynomial in their number D."""
        ...


class TopologyContent(Protocol):
    """Terms that differ by the labels of the external points only."""

    @property
    def terms(self) -> Sequence[TermContent]:
        """One per labelling."""
        ...

    @property
    def representative(self) -> TermContent:
        """The first labelling."""
        ...

    @property
    def vertices(self) -> tuple[int, ...]:
        """Valences of the vertices."""
        ...

    @property
    def common(self) -> Polynomial:
        """What stands in front of one contraction."""
        ...

    @property
    def labellings(self) -> int:
        """Ways to label the external points."""
        ...

    @property
    def multiplicity(self) -> int:
        """Wick contractions summed over the labellings."""
        ...

    @property
    def caption(self) -> str:
        """Labellings times contractions of each."""
        ...

    @property
    def factors(self) -> Sequence[Factors]:
        """What stands under the integral in every labelling."""
        ...


class Asked(Protocol):
    """Which function is expanded and how far; see `nnft_sym.expansions.expansion.Expansion`."""

    @property
    def action(self) -> Action:
        """The interactions."""
        ...

    @property
    def n(self) -> int:
        """Number of external points."""
        ...

    @property
    def truncation(self) -> Truncation:
        """Where the sum stops."""
        ...

    @property
    def scheme(self) -> StrEnum:
        """What a line stands for."""
        ...

    @property
    def kind(self) -> StrEnum:
        """Which function."""
        ...

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What else the diagrams must pass."""
        ...

    @property
    def around_network(self) -> bool:
        """Whether legs are joined by the connected correlators of a network."""
        ...


class ExpansionContent(Asked, Protocol):
    """A sum of diagrams, as a reader meets it."""

    @property
    def terms(self) -> Sequence[TermContent]:
        """The terms in order."""
        ...

    @property
    def shown_kind(self) -> StrEnum:
        """The function that the terms add up to."""
        ...

    @property
    def order(self) -> object:
        """The order as it was asked for."""
        ...

    @property
    def rule(self) -> str:
        """The rule of the scheme in words."""
        ...

    @property
    def filter_names(self) -> Sequence[str]:
        """Names of the filters."""
        ...

    @property
    def by_topology(self) -> bool:
        """Whether there is one term per topology."""
        ...

    @property
    def goes_on(self) -> bool:
        """Whether higher orders would add anything."""
        ...

    @property
    def remainder(self) -> Written | None:
        """What comes first beyond the order."""
        ...

    @property
    def wick_total(self) -> Mapping[str, int]:
        """All Wick contractions per vertex content."""
        ...

    def topologies(self) -> Sequence[TopologyContent]:
        """Group the terms by diagram without labels."""
        ...

    def brackets(self) -> Sequence[Sequence[TopologyContent]]:
        """Group the topologies that have a factor in common."""
        ...

    def sum_rules(self) -> Sequence[SumRule]:
        """Compare multiplicities with what is known without diagrams."""
        ...

    def __iter__(self) -> Iterator[TermContent]:
        """Go through the terms."""
        ...

    def __len__(self) -> int:
        """Count the terms."""
        ...


def constant_beside(expansion: ExpansionContent) -> Polynomial:
    """Constant of the action that the function still has; zero where it drops out.

    It multiplies e^{−ΔS} by e^{−∫constant}: functions without normalisation keep that factor (the full ones),
    and the logarithm of Z keeps −∫constant. Everything else is a ratio in which it cancels.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> constant_beside(expand("lambda*(v + f)^4", 0, kind="1pi"))
    Polynomial('lambda*v**4')
    >>> constant_beside(expand("lambda*(v + f)^4", 2))
    Polynomial('0')
    """
    kept = expansion.n == 0 or expansion.shown_kind.value == "full"
    return expansion.action.constant if kept else Polynomial({})


def as_expansion(given: ExpansionContent) -> ExpansionContent:
    """Return an expansion, or say how to make one.

    Raises
    ------
    InvalidExpansion
        If it is none.

    Examples
    --------
    >>> as_expansion("lambda*f^4")
    Traceback (most recent call last):
    nnft_sym.errors.InvalidExpansion: 'lambda*f^4' was given; an expansion, such as ...
    """
    if not hasattr(given, "truncation"):
        raise InvalidExpansion(
            f"{shown(given)} was given; an expansion, such as expand('lambda*f^4', 4), is needed"
        )
    return given
