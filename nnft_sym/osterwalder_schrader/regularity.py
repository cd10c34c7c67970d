"""Regularity: how correlators grow with the distance of their points, and with their number.

The axiom asks that Schwinger functions are tempered distributions: that they grow no faster than a power with
distance, and, in the second paper of Osterwalder and Schrader (Commun. Math. Phys. 42 (1975) 281), that
their bounds grow no faster than a power of n! with the number n of points. Two things are tested. Distance: a
bound |s(z)| ≤ c (1 + |z|)^g of the features gives |G^(n)| ≤ C (1 + |x|)^(g n), if the laws have these
moments; exact correlators at points that are scaled by 2, 4, 8, … show the power. Number: ⟨f(x)^n⟩ against
what a Gaussian has. Short distances are no question: a network has finite K(x, x).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, log2
from typing import final

import numpy as np

from diagrams.combinatorics.numbers import normal_moment
from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.places import asked_orders, generic_points, written
from nnft_sym.printing.number_text import number
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.networks.base import Network
from numerics.results.joint_correlators import Correlators

#: Points are scaled by these factors.
SCALES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
#: By how much a measured power may exceed the bound, or still change where there is no bound.
_SLACK = 0.3


@final
@dataclass(frozen=True)
class _Growth:
    """Largest correlators of one order at scaled points."""

    order: int
    sizes: tuple[float, ...]
    declared: float | None
    unbounded: bool

    @property
    def powers(self) -> tuple[float, ...]:
        """Of the distance, over every doubling."""
        pairs = pairwise(self.sizes)
        return tuple(log2(after / before) if before > 0.0 < after else 0.0 for before, after in pairs)

    @property
    def last(self) -> float:
        return self.powers[-1] if self.powers else 0.0

    @property
    def holds(self) -> bool | None:
        """Whether it grows like a power; None: it looks so, and no bound is known."""
        if self.unbounded or self._faster_than_a_power:
            return False
        if self.declared is None:
            return None
        return True if self.last <= self.declared + _SLACK else None

    @property
    def _faster_than_a_power(self) -> bool:
        """The power itself doubles with every doubling, or so."""
        last = self.powers[-3:]
        return len(last) == 3 and last[0] > 1.0 and last[1] > 1.5 * last[0] and last[2] > 1.5 * last[1]


def regularity(network: Network, orders: Iterable[int] = (2, 4, 6)) -> tuple[AxiomCheck, ...]:
    """Test what can be tested of regularity.

    Parameters
    ----------
    network : Network
    orders : iterable of int
        Most points in one correlator, one check each.

    Returns
    -------
    tuple of AxiomCheck

    Raises
    ------
    NotAvailable
        If correlators are not known exactly, or do not exist.

    Examples
    --------
    >>> from numerics.networks.gauss import GaussNet
    >>> [one.holds for one in regularity(GaussNet(5), (2, 4))]
    [True, False]
    """
    wanted, needed = asked_orders(network, orders)
    grown = {r: _growth(network, r) for r in needed}
    moments = _moments(network, list(needed))
    return tuple(_check(network, order, grown, moments) for order in wanted)


def _growth(network: Network, order: int) -> _Growth:
    """Compute correlators at two points that are scaled, all multisets of them."""
    points = generic_points(network, 2)
    sizes: list[float] = []
    unbounded = False
    for factor in SCALES:
        try:
            found = exact_correlators(network, factor * points, (order,))
        except NotAvailable:
            if not sizes:
                raise
            unbounded = network.feature_growth == inf
            break
        sizes.append(float(np.max(np.abs(found[order].value))))
    return _Growth(order, tuple(sizes), _declared(network, order), unbounded)


def _declared(network: Network, order: int) -> float | None:
    """Power of the distance that bounds the correlators of one order; None: not known."""
    growth = network.feature_growth
    if growth is not None and isfinite(growth):
        return growth * order
    kernel = network.closed_kernel
    if order > 2 or kernel is None or network.laws.joint is not None or not network.has_closed_features:
        return None
    # |K(x, y)|² ≤ K(x, x) K(y, y)
    return None if kernel.self_growth is None else float(kernel.self_growth)


def _moments(network: Network, orders: list[int]) -> dict[int, float]:
    """⟨f(x)^n⟩ over that of a Gaussian of the same variance, at one point."""
    at = generic_points(network, 1)
    found: Correlators = exact_correlators(network, at, sorted({2, *orders}))
    variance = float(found[2].value[0])
    even = [n for n in orders if n % 2 == 0]
    return {n: float(found[n].value[0]) / (normal_moment(n) * variance ** (n / 2)) for n in even}


def _check(network: Network, order: int, grown: dict[int, _Growth], moments: dict[int, float]) -> AxiomCheck:
    up_to = [one for r, one in grown.items() if r <= order]
    answers = [one.holds for one in up_to]
    holds = False if False in answers else None if None in answers else True
    chosen = next((one for one in up_to if one.holds is holds), up_to[-1]) if holds is not True else up_to[-1]
    ratios = {n: one for n, one in moments.items() if n <= order}
    return AxiomCheck(
        Axiom.REGULARITY,
        order,
        holds,
        _reason(chosen, ratios),
        witness=_witness(network, chosen) if holds is False else "",
        formula=_formula(network) if holds is False else "",
        evidence={
            "scales": list(SCALES[: len(chosen.sizes)]),
            "largest_correlators": list(chosen.sizes),
            "powers": list(chosen.powers),
            "power_of_the_bound": chosen.declared,
            "moments_over_gaussian": ratios,
        },
    )


def _reason(chosen: _Growth, ratios: dict[int, float]) -> str:
    number_words = ", ".join(f"{n}: {number(one, 4)}" for n, one in ratios.items() if n > 2)
    tested = f"; ⟨f^n⟩ over the Gaussian value: {number_words}" if number_words else ""
    if chosen.holds is False:
        return f"the {chosen.order}-point function grows faster than any power of the distance{tested}"
    measured = number(max(chosen.last, 0.0), 2)
    if chosen.holds is None:
        return (
            f"the {chosen.order}-point function grows like the power {measured} of the distance, as far as "
            f"was looked; no bound of the features is known{tested}"
        )
    return (
        f"features bound the {chosen.order}-point function by the power {number(chosen.declared, 3)} of the "
        f"distance; the power found is {measured}{tested}"
    )


def _witness(network: Network, chosen: _Growth) -> str:
    x = written(generic_points(network, 2))
    factors = [f"{one:g}" for one in SCALES[: len(chosen.sizes)]]
    sizes = [number(one, 3) for one in chosen.sizes]
    return f"largest G^({chosen.order}) at λ·({x}): " + ", ".join(
        f"{size} (λ = {factor})" for factor, size in zip(factors, sizes, strict=True)
    )


def _formula(network: Network) -> str:
    if network.kind == "gauss" and network.has_closed_features:
        return r"E[s(x)^2 s(y)^2]=e^{4\sigma_b^2+4\sigma_w^2 x\cdot y/d}"
    return ""
