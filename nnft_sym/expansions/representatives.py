"""One labelled term per topology, and how many labellings there are, without a list of them.

All labellings of a diagram of the scalar theory stand for equally many terms of each topology, so that one of
them is taken apart and the others are counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from diagrams.diagram import Diagram
from nnft_sym.actions.action import Action
from nnft_sym.expansions.enumeration import Progress
from nnft_sym.expansions.expansion import Expansion, scalar_diagrams, terms_of, without_terms
from nnft_sym.expansions.structure import renamed
from nnft_sym.expansions.terms import Term, topologies
from nnft_sym.expansions.truncation import OrderLike
from nnft_sym.notation import from_lines


@dataclass(frozen=True)
class Representative:
    """A topology.

    Attributes
    ----------
    term : Term
        Its first labelling.
    labellings : int
        Number of ways to label the external points.
    """

    term: Term
    labellings: int

    @property
    def caption(self) -> str:
        """Number of labellings, if there are several, times the Wick contractions of each."""
        one = self.term.count_text
        return f"{self.labellings} × {one}" if self.labellings > 1 else one


def representatives(
    action: Action | str, n: int, order: OrderLike, scheme: str, kind: str, progress: Progress | None = None
) -> tuple[Expansion, tuple[Representative, ...]]:
    """Find the topologies of an expansion.

    Parameters
    ----------
    action, n, order, scheme, kind, progress
        As for `nnft_sym.expansions.expansion.correlator`.

    Returns
    -------
    Expansion
        What is expanded, with these terms only.
    tuple of Representative
        In the order of `Expansion.topologies`.

    Examples
    --------
    >>> _, found = representatives("lambda*f^4", 4, 1, "bare", "normalised")
    >>> [one.caption for one in found]
    ['3 × 1', '6 × 12', '24']
    """
    asked = without_terms(action, n, order, scheme, kind)
    key = _key_of_orbits()
    found: list[Representative] = []
    for content, diagrams in scalar_diagrams(asked, progress):
        factor = asked.truncation.factor(asked.action, content)
        groups: dict[object, list[Diagram]] = {}
        for diagram in diagrams:
            groups.setdefault(key(diagram), []).append(diagram)
        for number, group in enumerate(groups.values(), start=1):
            if progress is not None:
                progress(f"{number:,} of {len(groups):,} diagrams taken apart")
            for topology in topologies(terms_of(asked, factor, group[0])):
                found.append(Representative(topology.representative, len(group) * topology.labellings))
    return replace(asked, terms=tuple(one.term for one in found)), tuple(found)


def relabelled(term: Term, action: Action, order: Sequence[int]) -> Term:
    """Rename the external points: point ``i`` of the result is point ``order[i]`` (both from 0).

    Examples
    --------
    >>> expansion, found = representatives("lambda*f^4", 4, 1, "bare", "normalised")
    >>> relabelled(found[0].term, expansion.action, [0, 2, 1, 3]).lines
    (('x1', 'x3'), ('x2', 'x4'))
    """
    if term.structure is None:
        return replace(term, diagram=term.diagram.with_points(order))
    structure = renamed(term.structure, action, order)
    return replace(term, diagram=from_lines(len(order), structure.factors.lines), structure=structure)


def _key_of_orbits() -> Callable[[Diagram], object]:
    """Make a function that is equal for diagrams which differ only by the names of their external points.

    A list of diagrams has few different components once their points are renumbered, so these are kept.
    """

    @cache
    def plain(component: Diagram) -> tuple[object, ...]:
        orbit = component.unlabelled()
        return component.n_external, orbit.edges, orbit.blobs

    def key(diagram: Diagram) -> object:
        return tuple(sorted(plain(component.diagram) for component in diagram.components()))

    return key
