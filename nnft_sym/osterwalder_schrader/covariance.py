"""Euclidean covariance: correlators before and after rotations, reflections and shifts of all points."""

from collections.abc import Iterable

from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.places import generic_points
from nnft_sym.printing.number_text import number
from nnft_sym.symmetries.exact_test import ELEMENTS, ExactTest
from nnft_sym.symmetries.named_groups import group
from nnft_sym.symmetries.violations import Violation
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network

#: The groups that Euclidean covariance is made of; O(1) is the reflection of time.
GROUPS = ("O(d) of inputs", "translations")
#: Points whose multisets are compared.
_POINTS = 3


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
    wanted = sorted(set(orders))
    fields = FieldSet(generic_points(network, _POINTS))
    step = 2 if network.laws.even_outputs else 1
    needed = range(2, wanted[-1] + 1, step)
    found = {
        name: {
            one.order: one
            for one in ExactTest(
                network, group(name, network), fields, needed, elements=elements, seed=seed
            ).violations()
        }
        for name in GROUPS
    }
    return tuple(_check(network, order, found) for order in wanted)


def _check(network: Network, order: int, found: dict[str, dict[int, Violation]]) -> AxiomCheck:
    """Judge all correlators of up to so many points."""
    said, broken, unknown = [], [], []
    for name, by_order in found.items():
        up_to = [one for r, one in by_order.items() if r <= order]
        bad = [one for one in up_to if one.broken]
        words = _words(name, network.d_in)
        if bad:
            broken.append(bad[0])
            said.append(f"{words} broken from {bad[0].order} points on")
        elif any(one.broken is None for one in up_to):
            unknown.append(name)
            said.append(f"{words} not decided")
        else:
            most = max(one.relative for one in up_to)
            size = f"to {number(most, 1)} of the correlators" if most else "to all digits"
            said.append(f"{words} kept up to {order} points ({size})")
    holds = False if broken else None if unknown else True
    first = min(broken, key=lambda one: one.order, default=None)
    return AxiomCheck(
        Axiom.EUCLIDEAN_COVARIANCE,
        order,
        holds,
        "; ".join(said),
        error=first.error if first is not None else max(_errors(found, order)),
        witness="" if first is None or first.witness is None else str(first.witness),
        evidence={
            "violation": first.value if first is not None else None,
            "relative_violation": first.relative if first is not None else None,
            "first_broken_order": first.order if first is not None else None,
            "witness": None if first is None or first.witness is None else first.witness.as_json(),
        },
    )


def _errors(found: dict[str, dict[int, Violation]], order: int) -> list[float]:
    return [one.error for by_order in found.values() for r, one in by_order.items() if r <= order]


def _words(name: str, d_in: int) -> str:
    if name != "O(d) of inputs":
        return "translations"
    return "the reflection x → −x" if d_in == 1 else "rotations and reflections"
