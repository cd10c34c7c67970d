"""Clustering: do correlations between two groups of points vanish as the groups go apart.

At order n all connected correlators of up to n points are looked at, with every splitting into two groups
and one of them shifted by a along the first axis. What they tend to is a formula where one is known, and is
held against the exact correlators at growing a; where none is known the exact correlators alone may show
that something is left, but not that nothing is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, isnan, log2
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import counted
from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.clustering_limits import limit_cumulant
from nnft_sym.osterwalder_schrader.places import (
    along_time,
    asked_orders,
    correlation_length,
    generic_points,
    written,
)
from nnft_sym.osterwalder_schrader.reflection_positivity import lattice_spacing
from nnft_sym.printing.number_text import number, with_error
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_cumulant
from numerics.networks.base import Network
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]

#: Separations in units of the correlation length, or of the spacing of a lattice.
SEPARATIONS = (4.0, 8.0, 16.0, 32.0, 64.0)
#: Without a formula: change over the last doubling that counts as settled, and factor that counts as growth.
_SETTLED, _GROWS = 0.05, 1.5


@final
@dataclass(frozen=True)
class _Splitting:
    """One connected correlator whose points go apart."""

    first: Array
    second: Array
    limit: Estimate | None
    separations: tuple[float, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]

    @property
    def order(self) -> int:
        return len(self.first) + len(self.second)

    @property
    def known(self) -> bool:
        return self.limit is not None

    @property
    def grows(self) -> bool:
        """Whether it grows without bound: by the formula, or over the last doublings."""
        if self.limit is not None:
            return bool(np.isinf(self.limit.value))
        last = [abs(one) for one in self.values[-3:]]
        steps = pairwise(last)
        return len(last) == 3 and all(after > _GROWS * before > 0.0 for before, after in steps)

    @property
    def left(self) -> tuple[float, float]:
        """What is left at infinity, and its error; NaN where that is not known, or there is no limit."""
        if self.limit is not None:
            return float(self.limit.value), float(self.limit.error)
        if len(self.values) < 2:
            return float("nan"), inf
        last, change = self.values[-1], abs(self.values[-1] - self.values[-2])
        settled = change <= _SETTLED * abs(last) and abs(last) > 10.0 * self.errors[-1]
        return (last, change + self.errors[-1]) if settled else (float("nan"), inf)

    @property
    def clusters(self) -> bool | None:
        """None: not known."""
        value, error = self.left
        if self.grows:
            return False
        if isnan(value):
            return False if self.known else None
        return bool(abs(value) <= error) if self.known else False

    @property
    def size(self) -> float:
        """For the choice of a witness: what is left, largest last."""
        value, _ = self.left
        return abs(value) if isfinite(value) else max(map(abs, self.values), default=0.0)

    @property
    def label(self) -> str:
        first, second = written(self.first), written(self.second, "+a")
        return f"G_c({first} | {second})"

    @property
    def witness(self) -> str:
        value, error = self.left
        if self.grows:
            return f"{self.label} grows without bound as a → ∞"
        if isnan(value):
            return f"{self.label} has no limit as a → ∞"
        rough = error > 1e-7 * abs(value)
        return f"{self.label} → {with_error(value, error) if rough else number(value, 8)} as a → ∞"


def clustering(network: Network, orders: Iterable[int] = (2, 4, 6)) -> tuple[AxiomCheck, ...]:
    """Test clustering.

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
    >>> from numerics.networks.cos import CosNet
    >>> [one.holds for one in clustering(CosNet(5).with_laws(hidden="cauchy"), (2, 4))]
    [True, False]
    """
    wanted, needed = asked_orders(network, orders)
    found: dict[int, _Splitting] = {}
    for r in needed:
        found[r] = _at_order(network, r)
        if found[r].clusters is False and not found[r].known:
            break  # without formulas, and broken at all higher orders as well
    return tuple(_check(network, n, {r: one for r, one in found.items() if r <= n}) for n in wanted)


def _at_order(network: Network, order: int) -> _Splitting:
    """Find the splitting that is farthest from clustering."""
    points = generic_points(network, order)
    cuts = sorted(range(1, order), key=lambda k: (abs(2 * k - order), k))
    found = [(points[:k], points[k:], limit_cumulant(network, points[:k], points[k:])) for k in cuts]
    if any(limit is None for _, _, limit in found):
        some = [_measured(network, *one) for one in found[:2]]
    else:
        chosen = max(found, key=lambda one: _rank(one[2]))
        some = [_measured(network, *chosen)]
    return max(some, key=lambda one: (one.clusters is False, one.grows, one.size))


def _rank(limit: Estimate | None) -> float:
    """What has no limit, or an infinite one, comes last."""
    assert limit is not None
    return inf if isnan(value := float(limit.value)) else abs(value)


def _measured(network: Network, first: Array, second: Array, limit: Estimate | None) -> _Splitting:
    """Compute the exact connected correlator at growing separations."""
    unit = lattice_spacing(network) or correlation_length(network)
    places: list[float] = []
    values: list[float] = []
    errors: list[float] = []
    for factor in SEPARATIONS:
        moved = np.concatenate([first, second + along_time(network, factor * unit)])
        try:
            found = exact_cumulant(network, moved)
        except NotAvailable:
            if len(places) < 2 and limit is None:
                raise
            break  # beyond floating point, or beyond what quadrature can do
        places.append(factor * unit)
        values.append(float(found.value))
        errors.append(float(found.error))
    return _Splitting(first, second, limit, tuple(places), tuple(values), tuple(errors))


def _check(network: Network, order: int, decided: dict[int, _Splitting]) -> AxiomCheck:
    """Judge all correlators of up to so many points."""
    failing = {r: one for r, one in decided.items() if one.clusters is False}
    unknown = {r: one for r, one in decided.items() if one.clusters is None}
    own = failing.get(order) or (failing[max(failing)] if failing else None)
    chosen = own or (unknown[max(unknown)] if unknown else decided[max(decided)])
    value, error = chosen.left
    holds = False if failing else None if unknown else True
    evidence: dict[str, object] = {
        "points": (chosen.first.tolist(), chosen.second.tolist()),
        "separations": list(chosen.separations),
        "values": list(chosen.values),
        "errors": list(chosen.errors),
        "limit": None if isnan(value) or not isfinite(value) else value,
        "limit_is_a_formula": chosen.known,
        "first_broken_order": min(failing, default=None),
    }
    return AxiomCheck(
        Axiom.CLUSTERING,
        order,
        holds,
        _reason(network, holds, chosen, min(failing, default=None)),
        error=error if isfinite(error) else None,
        witness=chosen.witness if holds is False else "",
        formula=_formula(chosen) if holds is False else "",
        evidence=evidence,
    )


def _reason(network: Network, holds: bool | None, chosen: _Splitting, first: int | None) -> str:
    """Say why, in words."""
    if holds is True:
        return f"connected correlators of up to {chosen.order} points vanish at large separations"
    if holds is None:
        last, at = number(chosen.values[-1], 3), number(chosen.separations[-1], 3)
        return (
            f"no formula for the limit is known; the connected {chosen.order}-point function is {last} at "
            f"separation {at}"
        )
    if chosen.grows:
        power = _power(chosen)
        how = f", like a^{power:.1f} here" if power is not None else " faster than any power"
        return f"the features grow: the connected {chosen.order}-point function is unbounded{how}"
    if isnan(chosen.left[0]):
        return "the characteristic function of the momenta does not fall off: correlations come back"
    if chosen.order == 2:
        return _reason_of_two(network, *chosen.left)
    at = "" if first == chosen.order else f" (already broken at order {first})"
    n = chosen.order
    scaled = number(chosen.left[0] * network.width ** (n / 2 - 1), 6)
    if network.laws.joint is not None:
        return f"both groups share the neurons, whose output weights depend on each other{at}"
    letter = "N" if n == 4 else f"N^{n / 2 - 1:g}"
    shared = counted(network.width, "neuron")
    return f"both groups share the {shared}: {letter} G_c tends to {scaled}, zero at infinite width only{at}"


def _reason_of_two(network: Network, left: float, error: float) -> str:
    """Why the two-point function does not vanish: the output bias, and features that remember."""
    bias, said = network.bias_variance, []
    if bias:
        said.append(f"the output bias is the same at all points, and leaves its variance {number(bias)}")
    rest = left - bias
    settled = error <= _SETTLED * abs(rest)  # what is left beside the bias may still be falling
    if abs(rest) > 1e-9 * abs(left) and settled:
        why = "features keep a value at infinity" + (" (erf becomes a sign)" if network.kind == "erf" else "")
        said.append(f"{why}, which leaves {number(rest)}")
    return "; ".join(said)


def _power(chosen: _Splitting) -> float | None:
    """With which power of the separation it grows over the last doubling; None if that still increases."""
    values = [abs(one) for one in chosen.values]
    if len(values) < 3 or min(values[-3:]) <= 0.0:
        return None
    late, later = log2(values[-2] / values[-3]), log2(values[-1] / values[-2])
    return later if later < late + 0.5 else None


def _formula(chosen: _Splitting) -> str:
    value, _ = chosen.left
    if isnan(value) and not chosen.grows:
        return ""
    limit = r"\infty" if chosen.grows else f"{value:.8g}"
    points = f"{written(chosen.first)}, {written(chosen.second, '+a')}"
    return rf"\lim_{{a\to\infty}}G_c^{{({chosen.order})}}({points.replace('…', chr(92) + 'ldots')})={limit}"
