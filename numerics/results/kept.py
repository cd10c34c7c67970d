"""Correlators as they were written down: all parts of all orders, with their correlations, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from numerics.errors import NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.results.correlator import Correlator, Part
from numerics.results.provenance import Provenance


@final
@dataclass(frozen=True)
class Kept:
    """Tables of correlators by part and order; what is not among them is not known.

    Examples
    --------
    >>> one = Correlator(FieldSet([[0.0]]), 2, Part.FULL, [1.0], [0.0])
    >>> kept = Kept(one.fields, {}, {(Part.FULL, 2): one})
    >>> kept.orders, kept.has(2, Part.CONNECTED)
    ((2,), False)
    """

    fields: FieldSet
    provenance: Provenance
    tables: Mapping[tuple[Part, int], Correlator]

    @property
    def orders(self) -> tuple[int, ...]:
        """Orders there are of any part, ascending."""
        return tuple(sorted({order for _, order in self.tables}))

    def has(self, order: int, part: Part) -> bool:
        """Tell whether it was kept."""
        return (part, order) in self.tables

    def correlator(self, order: int, part: Part) -> Correlator:
        """Return what was kept."""
        if not self.has(order, part):
            raise NotAvailable(f"the {part.value.format(order)} was not kept")
        return self.tables[part, order]
