"""Permutation symmetry of correlators: their arguments may come in any order.

Correlators of a network are averages of products of numbers, so that the axiom holds by construction. What
is tested is that the exact correlators, evaluated anew for every order of the points, do not depend on it.
"""

from collections.abc import Iterable

import numpy as np

from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.places import asked_orders, generic_points
from nnft_sym.printing.number_text import number
from numerics.exact.correlators import exact_cumulant
from numerics.networks.base import Network

#: Permutations that are tried at every order, where there are more.
PERMUTATIONS = 3


def permutation_symmetry(
    network: Network, orders: Iterable[int] = (2, 4, 6), *, permutations: int = PERMUTATIONS, seed: int = 0
) -> tuple[AxiomCheck, ...]:
    """Test that correlators do not depend on the order of their points.

    Parameters
    ----------
    network : Network
    orders : iterable of int
        Most points in one correlator, one check each.
    permutations, seed : int, optional
        How many random ones are tried at every order.

    Returns
    -------
    tuple of AxiomCheck

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> permutation_symmetry(ErfNet(5), (2,))[0].holds
    True
    """
    wanted, needed = asked_orders(network, orders)
    generator = np.random.default_rng(seed)
    found = {n: _differences(network, n, permutations, generator) for n in needed}
    return tuple(_check(n, {r: one for r, one in found.items() if r <= n}) for n in wanted)


def _differences(
    network: Network, order: int, permutations: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Largest difference of connected correlators over the bound it has to keep, and that bound."""
    points = generic_points(network, order)
    first = exact_cumulant(network, points)
    found = (0.0, 2.0 * float(first.error))
    tried = [np.arange(order)[::-1]] + [generator.permutation(order) for _ in range(permutations - 1)]
    for row in tried[: 1 if order == 2 else permutations]:
        again = exact_cumulant(network, points[row])
        apart = abs(float(again.value) - float(first.value))
        bound = float(first.error) + float(again.error)
        if apart > found[0]:
            found = (apart, bound)
    return found


def _check(order: int, found: dict[int, tuple[float, float]]) -> AxiomCheck:
    broken = [r for r, (difference, bound) in found.items() if difference > bound]
    difference, bound = found[broken[0]] if broken else max(found.values())
    apart = f"differ by {number(difference, 1)}, within their bounds" if difference else "are the same"
    reason = f"correlators are averages of products, which commute; exact ones at permuted points {apart}"
    if broken:  # a fault of ours
        reason = f"exact correlators of {broken[0]} points depend on their order beyond all bounds"
    return AxiomCheck(
        Axiom.PERMUTATION_SYMMETRY,
        order,
        not broken,
        reason,
        error=bound,
        witness=f"a difference of {number(difference, 3)} at {broken[0]} points" if broken else "",
        evidence={"largest_difference": difference, "bound": bound},
    )
