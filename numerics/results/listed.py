"""Correlators that were put together as they are, predicted ones for instance."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics, NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import (
    cumulant,
    join_cumulant,
    moments_taken,
    partition_terms,
    partitions_into,
    products_with_slopes,
    sums_with_errors,
)
from numerics.results.provenance import Provenance, joined, joined_methods
from numerics.results.quality import worst
from numerics.results.uncertainty import Blocks, Uncertainty, concatenated

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@final
@dataclass(frozen=True)
class Listed:
    """Full correlators of different orders; their cumulants carry errors along to first order.

    Parameters
    ----------
    correlators : tuple of Correlator
        Over the same fields, each order once. Odd ones count as zero, unless every order from 1 on is there.
    """

    correlators: tuple[Correlator, ...]

    def __post_init__(self) -> None:
        orders = [one.order for one in self.correlators]
        alike = {one.fields for one in self.correlators}
        if len(alike) != 1 or len(set(orders)) != len(orders):
            raise InvalidStatistics(
                f"correlators of orders {orders} over {len(alike)} sets of fields were given; different "
                "orders over the same fields are needed"
            )

    @property
    def fields(self) -> FieldSet:
        """Which fields."""
        return self.correlators[0].fields

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders there are, ascending."""
        return tuple(sorted(one.order for one in self.correlators))

    @property
    def provenance(self) -> Provenance:
        """That of all of them."""
        return joined(one.provenance for one in self.correlators)

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it."""
        if part is Part.FULL:
            return order in self.orders
        return part is Part.CONNECTED and bool(moments_taken(order, self.orders))

    def correlator(self, order: int, part: Part) -> Correlator:
        """Return a full one, or form the cumulant."""
        full = {one.order: one for one in self.correlators}
        if part is Part.FULL:
            return full[order]
        if not self.has(order, part):
            raise NotAvailable(
                f"the {part.value.format(order)} does not follow from orders {list(self.orders)}"
            )
        return _connected(order, [full[size] for size in moments_taken(order, self.orders)])


def _connected(order: int, lower: list[Correlator]) -> Correlator:
    """Form the joint cumulant, with standard deviations and bounds to first order."""
    fields, indices = lower[0].fields, lower[0].fields.multisets(order)
    tables = {one.order: one for one in lower}
    chosen = partitions_into(order, tables)
    rows_of = concatenated([one.uncertainty for one in lower])
    starts = dict(zip(tables, np.cumsum([0, *(one.size for one in lower[:-1])]).tolist(), strict=True))

    def bounded(size: int, tuples: Indices) -> Array:
        row = ranks(tuples, len(fields))
        return np.stack([tables[size].value[row], tables[size].bound[row]])

    value, error, _ = join_cumulant(sums_with_errors(order, indices, bounded, chosen))
    blocks = []
    for part in rows_of.blocks:

        def changed(size: int, labels: Indices, part: Blocks = part) -> Array:
            row = ranks(indices[:, labels], len(fields))
            deviations = part.deviations[:, starts[size] + row]
            return np.concatenate([tables[size].value[row][np.newaxis], deviations])

        terms = partition_terms(order, changed, products_with_slopes, partitions=chosen, at_once=1)
        blocks.append(Blocks(part.source, cumulant(terms)[1:]))
    bound = None if rows_of.bound is None else error
    return Correlator(
        fields, order, Part.CONNECTED, value, Uncertainty(value.shape, tuple(blocks), bound),
        joined_methods(one.method for one in lower),
        worst(one.quality for one in lower),
        joined(one.provenance for one in lower),
    )  # fmt: skip
