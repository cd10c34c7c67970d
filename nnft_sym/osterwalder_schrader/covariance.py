"""Euclidean covariance: correlators before and after rotations, reflections and shifts of all points."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.places import asked_orders, generic_points
from nnft_sym.printing.number_text import number
from nnft_sym.symmetries.derivation import Derivation
from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import ELEMENTS, ExactTest
from nnft_sym.symmetries.named_groups import group
from nnft_sym.symmetries.violations import Violation
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network

#: The groups that Euclidean covariance is made of; O(1) is the reflection of time.
GROUPS = ("O(d) of inputs", "translations")
#: Points whose multisets are compared.
_POINTS = 3
#: What both axioms together say of K, by the spectral representation of Källén and Lehmann.
_IN_THE_PLANE = (
    "With reflection positivity it would make K(x, x) infinite in two and more dimensions, unless K is "
    "constant: a network, whose variance is finite, cannot have both"
)


def euclidean_covariance(
    network: Network, orders: Iterable[int] = (2, 4, 6), *, elements: int = ELEMENTS, seed: int = 0
) -> tuple[AxiomCheck, ...]:
    """Test Euclidean covariance.

    Parameters
    ----------
    network : Network
    orders : iterable of int
        Most points in one correlator, one check each.
    elements : int, optional
        Transformations of each group that are tried.
    seed : int, optional
        Of the transformations.

    Returns
    -------
    tuple of AxiomCheck

    Examples
    --------
    >>> from numerics.networks.gauss import GaussNet
    >>> [one.holds for one in euclidean_covariance(GaussNet(5), (2, 4))]
    [True, False]
    """
    wanted, needed = asked_orders(network, orders)
    fields = FieldSet(generic_points(network, _POINTS))
    tested = []
    for name in GROUPS:
        chosen = group(name, network)
        test = ExactTest(network, chosen, fields, needed, elements=elements, seed=seed)
        by_order = {one.order: one for one in test.violations()}
        tested.append(_Tested(_words(name, network.d_in), by_order, derive(network, chosen, seed)))
    return tuple(_check(order, tested, network.d_in) for order in wanted)


@final
@dataclass(frozen=True)
class _Tested:
    """One group: what was found at every order, and what the laws of the parameters say."""

    words: str
    by_order: dict[int, Violation]
    derivation: Derivation

    def up_to(self, order: int) -> list[Violation]:
        return [one for r, one in self.by_order.items() if r <= order]

    def broken(self, order: int) -> Violation | None:
        """The first order at which it is broken, as far as was asked."""
        return next((one for one in self.up_to(order) if one.broken), None)

    def decided(self, order: int) -> bool:
        return self.derivation.holds or all(one.broken is not None for one in self.up_to(order))

    def said(self, order: int) -> str:
        """What is known up to one order, in words."""
        broken = self.broken(order)
        if broken is not None:
            return f"{self.words} broken from {broken.order} points on"
        if not self.decided(order):
            return f"{self.words} not decided"
        if self.derivation.holds:
            return f"{self.words} hold by the laws of the parameters"
        most = max(one.relative for one in self.up_to(order))
        return f"{self.words} kept up to {order} points within {number(most, 1)}, not derived"


def _check(order: int, tested: list[_Tested], d_in: int) -> AxiomCheck:
    """Judge all correlators of up to so many points."""
    broken = [found for one in tested if (found := one.broken(order)) is not None]
    first = min(broken, key=lambda one: one.order, default=None)
    holds = False if broken else True if all(one.decided(order) for one in tested) else None
    largest = max((r for one in tested for r in one.up_to(order)), key=lambda one: one.relative)
    shown = largest if first is None else first
    return AxiomCheck(
        Axiom.EUCLIDEAN_COVARIANCE,
        order,
        holds,
        "; ".join(one.said(order) for one in tested) + (f". {_IN_THE_PLANE}" if holds and d_in > 1 else ""),
        error=float(shown.largest.error),
        witness="" if first is None or first.witness is None else str(first.witness),
        evidence={
            "violation": float(shown.largest.value),
            "relative_violation": shown.relative,
            "first_broken_order": first.order if first is not None else None,
            "witness": None if first is None or first.witness is None else first.witness.as_json(),
            "derivations": {one.words: [line.words for line in one.derivation.lines] for one in tested},
        },
    )


def _words(name: str, d_in: int) -> str:
    if name != "O(d) of inputs":
        return "translations"
    return "reflections x → −x" if d_in == 1 else "rotations and reflections"
