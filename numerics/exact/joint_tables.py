"""Tables of exact correlators of networks whose output weights have a joint law."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.inputs import refuse_absurd_memory, refuse_extremes
from numerics.exact.joint_cumulants import FeatureSums, feature_sums, sizes_of_blocks
from numerics.exact.neuron_cumulants import partition_sums, partitions_of_sizes, quality_of, spread_over
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import IndexRows, multisets
from numerics.networks.base import Network
from numerics.networks.joint_law import JointLaw
from numerics.networks.record import to_record
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import EPS, join
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Why correlators of odd order vanish.
ODD = "odd orders vanish (output weights, or features, and their negatives have one law)"


@final
@dataclass(frozen=True, repr=False)
class JointTables:
    """What exact correlators of all widths are made of, where output weights have a joint law.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    orders : tuple of int
    law : JointLaw
    features : FeatureSums
        Of the features alone: neither the width nor the law changes them.
    """

    network: Network
    fields: FieldSet
    orders: tuple[int, ...]
    law: JointLaw
    features: FeatureSums

    @property
    def provenance(self) -> dict[str, object]:
        """The record of the network."""
        return {"network": to_record(self.network)}

    def __repr__(self) -> str:
        return f"<JointTables of orders {list(self.orders)} of {self.network!r}, {self.fields!r}>"

    def at_width(self, width: int) -> "JointTables":
        """Tables of the same architecture and law at another width."""
        network = self.network.with_width(width)
        return JointTables(network, self.fields, self.orders, self.law, self.features)

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it."""
        return order in self.orders and (part is not Part.EXCESS or order % 2 == 0)

    def correlator(self, order: int, part: Part) -> Correlator:
        """Put the correlator of one order together."""
        if order not in self._connected:
            zero = np.zeros(len(self.fields.multisets(order)))
            return Correlator(self.fields, order, part, zero, zero, ODD, provenance=self.provenance)
        value, error = self._numbers(order, part)
        error = np.where(np.isfinite(value) & np.isfinite(error), error, np.inf)
        quality = quality_of(self.features.features, order)
        if quality is Quality.TRUSTED and not np.all(np.isfinite(value)):
            quality = Quality.UNDEFINED
        method = f"power sums of output weights, feature moments: {self.features.features.method}"
        return Correlator(self.fields, order, part, value, error, method, quality, self.provenance)

    @cached_property
    def _connected(self) -> Mapping[int, Estimate]:
        """Connected correlators by order, over all index sets."""
        found = {}
        for order in self.features.sums:
            value, error, _ = self.features.connected(order, self.network, self.law)
            if order == 2:
                value = value + self.network.bias_variance
                error = error + EPS * np.abs(value)
            found[order] = Estimate(value, error)
        return found

    @np.errstate(over="ignore", invalid="ignore")
    def _numbers(self, order: int, part: Part) -> tuple[Array, Array]:
        """Value and error of one part."""
        if part is Part.CONNECTED:
            return self._connected[order].value, self._connected[order].bound
        rows = {
            size: IndexRows(multisets(len(self.fields), size), len(self.fields)) for size in self._connected
        }
        known = {size: one for size, one in self._connected.items() if size > 1 or np.any(one.value)}
        kinds = partitions_of_sizes(order, known)
        if part is Part.EXCESS:
            # The pairings, which are the free theory, are left out of the sum, not subtracted from it.
            kinds = [kind for kind in kinds if set(kind.sizes) != {2}]
        sums = partition_sums(rows, known, order, kinds)
        value, error, _ = join(sums, [1.0] * len(sums))
        return value, error


def joint_tables(
    network: Network,
    fields: FieldSet,
    orders: tuple[int, ...],
    progress: Callable[[int, int], None] | None = None,
) -> JointTables:
    """Compute the tables; see `numerics.exact.correlators.exact_correlators`.

    Raises
    ------
    NotAvailable
        If there are several outputs, or feature moments or partitions are out of reach.
    """
    law, distinct, number_of = _settled(network, fields)
    needed = _orders_needed(law, max(orders))
    largest = max(needed, default=0)
    refuse_absurd_memory(len(fields), largest)
    refuse_extremes(network, fields.inputs, largest)
    step = sizes_of_blocks(network, law)
    indices = {order: multisets(len(distinct), order) for order in range(1, largest + 1)}
    found = feature_sums(network, distinct.inputs, indices, needed, step, progress)
    if len(distinct) < len(fields):
        position = {
            order: IndexRows(indices[order], len(distinct)).find(
                np.sort(number_of[multisets(len(fields), order)], axis=1)
            )
            for order in found.sums
        }
        found = found.spread(position, spread_over(found.features, number_of, len(fields)))
    return JointTables(network, fields, orders, law, found)


def joint_cumulant(
    network: Network, fields: FieldSet, progress: Callable[[int, int], None] | None = None
) -> Estimate:
    """Compute one connected correlator; see `numerics.exact.correlators.exact_cumulant`.

    Raises
    ------
    NotAvailable
        If there are several outputs, or feature moments or partitions are out of reach.
    """
    law, distinct, number_of = _settled(network, fields)
    order, provenance = len(fields), {"network": to_record(network)}
    if order not in _orders_needed(law, order):
        return Estimate(0.0, 0.0, ODD, provenance=provenance)
    refuse_extremes(network, fields.inputs, order)
    element = np.sort(number_of).tolist()
    indices = {
        size: np.unique(list(combinations(element, size)), axis=0).astype(np.int64)
        for size in range(1, order + 1)
    }
    step = sizes_of_blocks(network, law)
    found = feature_sums(network, distinct.inputs, indices, (order,), step, progress)
    if order not in found.sums:
        return Estimate(0.0, 0.0, ODD, provenance=provenance)
    value, error, _ = found.connected(order, network, law)
    if order == 2:
        value = value + network.bias_variance
    method = f"power sums of output weights, feature moments: {found.features.method}"
    finite = bool(np.isfinite(value[0]) and np.isfinite(error[0]))
    quality = quality_of(found.features, order) if finite else Quality.UNDEFINED
    bound = float(error[0]) + EPS * abs(float(value[0])) if finite else np.inf
    return Estimate(float(value[0]), bound, method, quality, provenance)


def _settled(network: Network, fields: FieldSet) -> tuple[JointLaw, FieldSet, Indices]:
    """The joint law, and the distinct fields."""
    law = network.laws.joint
    assert law is not None
    if len(np.unique(fields.outputs)) > 1:
        raise NotAvailable(
            f"joint laws of output weights are defined for one output, and {network!r} has one; fields of "
            f"{len(np.unique(fields.outputs))} outputs were given"
        )
    distinct, _, number_of = fields.distinct()
    return law, distinct, number_of


def _orders_needed(law: JointLaw, largest: int) -> tuple[int, ...]:
    """Orders of connected correlators that need not vanish."""
    return tuple(range(2, largest + 1, 2)) if law.even else tuple(range(1, largest + 1))
