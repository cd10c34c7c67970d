r"""Correlators of networks whose output weights have a deformed law, in powers of the strength.

With the features independent of the output weights

    E_α[φ(1) … φ(n)] = N^(−n/2) Σ_π Π_(B in π) κ^s_B E_α[Π_B p_|B|],

over the set partitions π of the fields; connected ones have the joint cumulant of the power sums in place of
their moment. The law enters through power sums alone, and their series in the strength are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast, final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.deformation import Deformation
from nnft_sym.duality.partition_series import refuse_several_outputs, strength_given
from nnft_sym.duality.strength_series import StrengthSeries
from numerics.errors import NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.exact.joint_cumulants import FeatureSums, feature_sums
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.fields.index_sets import IndexRows, multisets
from numerics.given import as_wholes
from numerics.networks.base import Network, as_network
from numerics.networks.joint_law import JointLaw
from numerics.networks.record import to_record
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators

Array = NDArray[np.float64]
#: Highest order of correlators.
_LARGEST = 8


@final
@dataclass(frozen=True, eq=False)
class DeformedCorrelators:
    """Correlators in powers of the strength, and exactly at one strength.

    Attributes
    ----------
    deformation : Deformation
    network : Network
    part : Part
        Full or connected.
    coefficients : mapping of int to tuple of Correlator
        By order of the correlator, the coefficients of α^0, α^1, ….
    strength : float or None
    exact : mapping of int to Correlator, or None

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.deformed_correlators(nn.ReLUNet(4), [[1.0]], "alpha*p2^2/N", (2,), order=2)
    >>> [float(one.value[0]) for one in found.coefficients[2]]
    [0.5, -3.0, 42.0]
    >>> round(float(found.at(0.01, 2).value[0]), 6)
    0.4742
    """

    deformation: Deformation
    network: Network
    part: Part
    coefficients: Mapping[int, tuple[Correlator, ...]]
    strength: float | None = None
    exact: Mapping[int, Correlator] | None = None

    def at(self, strength: float, order: int) -> Estimate:
        """Add the series of one correlator at a strength; values over all index sets."""
        powers = self.coefficients[order]
        value = sum(one.value * strength**k for k, one in enumerate(powers))
        bound = sum(one.bound * abs(strength) ** k for k, one in enumerate(powers))
        return Estimate(value, bound, f"series in {self.deformation.letter}")

    def __repr__(self) -> str:
        orders = ", ".join(map(str, self.coefficients))
        return f"<{self.part.name.lower()} correlators of orders {orders} deformed by {self.deformation}>"


def deformed_correlators(
    network: Network,
    points: Fields,
    deformation: Any,
    orders: Any = (2, 4),
    order: int = 2,
    strength: float | None = None,
    *,
    connected: bool = False,
) -> DeformedCorrelators:
    """Expand correlators E_α[f(1) … f(n)] in the strength of a deformed law of output weights.

    Parameters
    ----------
    network, points, deformation, order, strength
        See `partition_function`.
    orders : iterable of int, or int
        n, 1 to 8.
    connected : bool, optional
        Connected correlators in place of full ones.

    Returns
    -------
    DeformedCorrelators

    Raises
    ------
    InvalidDeformation, InvalidNetwork, NotAvailable
        As `partition_function`.

    References
    ----------
    docs/theory/correlated_parameters.md, eq. eq-deformed-average;
    docs/theory/correlated_parameters.md, eq. eq-scores.

    Examples
    --------
    ReLU features at x = 1 have E[s²] = 1/2: G² = E|a|²/2N.

    >>> from numerics.networks.relu import ReLUNet
    >>> found = deformed_correlators(ReLUNet(4), [[1.0]], "alpha*p2^2/N", (2,), order=2)
    >>> [float(one.value[0]) for one in found.coefficients[2]]
    [0.5, -3.0, 42.0]
    """
    as_network(network)
    fields = as_field_set(points, None, network.d_in)
    refuse_several_outputs(fields)
    known = Deformation(deformation)
    wanted = as_wholes(
        orders, "orders", NotAvailable, f"orders from 1 to {_LARGEST} are needed", most=_LARGEST
    )
    at = strength_given(known, strength)
    exact = None if at is None else _exact(known, network, fields, wanted, at, connected)
    series = StrengthSeries(known, network, order)
    sums = _feature_sums(network, fields, series, sorted(set(wanted) | _lower(network, wanted, connected)))
    found = {}
    for n in sorted(set(wanted)):
        powers = [_Coefficient(series, k, connected) for k in range(order + 1)]
        tables = [_correlator(network, fields, sums, n, one, connected) for one in powers]
        found[n] = tuple(tables)
    part = Part.CONNECTED if connected else Part.FULL
    return DeformedCorrelators(known, network, part, found, at, exact)


class _Coefficient:
    """One power of the strength, in the place of a joint law: what `FeatureSums.connected` asks of it."""

    def __init__(self, series: StrengthSeries, power: int, connected: bool) -> None:
        self._series, self.power, self._connected = series, power, connected

    def power_sum_cumulants(
        self, wanted: tuple[tuple[int, ...], ...], network: Network
    ) -> dict[tuple[int, ...], tuple[float, float]]:
        """Coefficients of cumulants, or of moments for full correlators."""
        ask = self._series.cumulant if self._connected else self._series.moment
        found = {one: float(ask(one)[self.power]) for one in wanted}
        return {one: (value, EPS * abs(value)) for one, value in found.items()}


def _correlator(
    network: Network, fields: FieldSet, sums: FeatureSums, n: int, power: _Coefficient, connected: bool
) -> Correlator:
    """Put one coefficient of one order together, with the output bias."""
    value, error = np.zeros((2, len(fields.multisets(n))))
    variance = network.bias_variance
    if connected:
        value, error = _of_weights(network, sums, n, power, value)
        if n == 2 and power.power == 0:
            value = value + variance
    else:
        rows = multisets(len(fields), n)
        # full ones: any even number of the fields may be the constant b_1
        for bias in range(0, n + 1 if variance else 1, 2):
            factor = variance ** (bias // 2) * float(np.prod(np.arange(bias - 1, 0, -2)))
            rest = n - bias
            if rest == 0:
                value = value + (factor if power.power == 0 else 0.0)
                continue
            own = np.zeros(len(multisets(len(fields), rest)))
            lower, doubt = _of_weights(network, sums, rest, power, own)
            table = IndexRows(multisets(len(fields), rest), len(fields))
            for kept in combinations(range(n), rest):
                place = table.find(rows[:, kept])
                value = value + factor * lower[place]
                error = error + factor * doubt[place]
    error = error + 4 * EPS * np.abs(value)
    part = Part.CONNECTED if connected else Part.FULL
    how = f"power {power.power} of the strength; power sums of output weights, {sums.features.method}"
    return Correlator(fields, n, part, value, error, how, provenance={"network": to_record(network)})


def _of_weights(
    network: Network, sums: FeatureSums, n: int, power: _Coefficient, zero: Array
) -> tuple[Array, Array]:
    if n not in sums.sums:
        return zero, zero
    value, error, _ = sums.connected(n, network, cast(JointLaw, power))
    return value, error


def _feature_sums(
    network: Network, fields: FieldSet, series: StrengthSeries, orders: list[int]
) -> FeatureSums:
    """What the features contribute, over all index sets of the fields."""
    distinct, _, number_of = fields.distinct()
    step = 2 if series.signs_are_free or network.features_are_odd else 1
    kept = [n for n in orders if not (series.even and n % 2)]
    largest = max(kept, default=0)
    indices = {n: multisets(len(distinct), n) for n in range(1, largest + 1)}
    found = feature_sums(network, distinct.inputs, indices, kept, step)
    position = {
        n: IndexRows(indices[n], len(distinct)).find(np.sort(number_of[multisets(len(fields), n)], axis=1))
        for n in found.sums
    }
    return found.spread(position, found.features)


def _lower(network: Network, orders: tuple[int, ...], connected: bool) -> set[int]:
    """Orders that full correlators are made of when there is an output bias."""
    if connected or not network.bias_variance:
        return set()
    return {n - bias for n in orders for bias in range(0, n, 2)}


def _exact(
    deformation: Deformation,
    network: Network,
    fields: FieldSet,
    orders: tuple[int, ...],
    strength: float,
    connected: bool,
) -> Mapping[int, Correlator] | None:
    """Correlators under the law itself; None where it has no closed averages."""
    law = deformation.law(network, None if deformation.numbers_only else strength)
    if law.averages(network) is None:
        return None
    found: Correlators = exact_correlators(network.with_laws(output_joint=law), fields, orders)
    tables = found.connected() if connected else found
    return {n: tables[n] for n in sorted(set(orders))}
