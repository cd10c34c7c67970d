"""One symmetric tensor over a set of fields: an n-point function, or what was made of some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from numerics.errors import InvalidPoints, InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import multiset_count, ranks
from numerics.given import as_instance
from numerics.results.estimate import Estimate
from numerics.results.faces import Content
from numerics.results.provenance import Provenance
from numerics.results.quality import Quality
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    import pandas
    import xarray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Elements that a repr shows.
_SHOWN = 6


class Part(Enum):
    """What a symmetric tensor is; the value says it in words, with the order in it.

    Examples
    --------
    >>> Part.CONNECTED.value.format(4)
    'connected 4-point function'
    """

    FULL = "{}-point function"
    CONNECTED = "connected {}-point function"
    EXCESS = "{}-point function less the free theory"
    DERIVED = "tensor made of {}-point functions"
    COUPLING = "{}-field coupling"


@final
@dataclass(frozen=True, eq=False, repr=False, init=False)
class Correlator(Estimate):
    """A symmetric tensor over all index sets of some fields.

    Parameters
    ----------
    fields : FieldSet
    order : int
        Number n of fields in a product.
    part : Part
        Full, connected, ...
    value : array_like, shape (M,)
        One number for each row of ``fields.multisets(order)``, whose indices of fields begin with 0; outputs
        of a network and points x1, x2, ... of diagrams are counted from 1.
    error, method, quality, provenance, evidence
        See `Estimate`.

    Examples
    --------
    >>> two = Correlator(FieldSet([[0.5], [1.0]]), 2, Part.FULL, [1.25, 1.5, 2.0], [0.0, 0.1, 0.0])
    >>> float(two[1, 0]), float(two[0, 1].error)
    (1.5, 0.1)
    >>> two
    <2-point function of 2 fields, 3 elements; trusted
      f(0.5)²       1.25 (bound 0)
      f(0.5) f(1)   1.50 (bound 0.1)
      f(1)²         2 (bound 0)>
    """

    fields: FieldSet
    order: int
    part: Part
    # how attributes of one release ago are found
    _old: Mapping[str, Callable[[], object]] = field(init=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what finds old attributes: it cannot travel to another process."""
        return {**self.__dict__, "_old": {}}

    def __init__(
        self,
        fields: FieldSet,
        order: int,
        part: Part,
        value: ArrayLike,
        error: ArrayLike | Uncertainty | None = None,
        method: str = "",
        quality: Quality = Quality.TRUSTED,
        provenance: Provenance | None = None,
        evidence: Mapping[str, float] | None = None,
        *,
        uncertainty: Uncertainty | None = None,
        old: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        as_instance(fields, FieldSet, "fields", InvalidPoints, "a FieldSet, as in FieldSet([0.5, 1.0]),")
        as_instance(part, Part, "part", InvalidPoints, "a Part, such as Part.FULL,")
        super().__init__(value, error, method, quality, provenance, evidence, uncertainty=uncertainty)
        if self.shape != (multiset_count(len(fields), order),):
            raise InvalidPoints(
                f"values of shape {self.shape} were given for the {order}-point function of {len(fields)} "
                f"fields; {multiset_count(len(fields), order)} are needed, one for each multiset of {order} "
                "fields"
            )
        for name, one in {"fields": fields, "order": order, "part": part, "_old": old or {}}.items():
            object.__setattr__(self, name, one)

    @staticmethod
    def over(fields: FieldSet, order: int, part: Part, numbers: Estimate) -> Correlator:
        """Say of which fields some numbers are."""
        return Correlator(
            fields, order, part, numbers.value, numbers.uncertainty, numbers.method, numbers.quality,
            numbers.provenance, numbers.evidence,
        )  # fmt: skip

    @property
    def indices(self) -> Indices:
        """Index sets: 0-based numbers of the fields, non-decreasing rows, shape (M, n)."""
        return self.fields.multisets(self.order)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of every element, as in ``"f(0.5)² f(1)"``."""
        return self.fields.labels(self.order)

    def __getitem__(self, key: Any) -> Estimate:
        """Return one element, by the numbers of its fields in any order, as in ``g4[0, 0, 1, 2]``.

        Raises
        ------
        InvalidPoints
            If there are not `order` numbers of fields.
        """
        row = key if isinstance(key, tuple) else (key,)
        whole = all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in row)
        if not whole or len(row) != self.order or not all(0 <= one < len(self.fields) for one in row):
            raise InvalidPoints(
                f"element {shown(key)} of a {self.order}-point function of {len(self.fields)} fields was "
                f"asked for; {self.order} numbers from 0 to {len(self.fields) - 1} are needed, in any order "
                "(rows of `indices`, and slices of them, are found in `value`)"
            )
        return super().__getitem__(int(ranks(np.array(row), len(self.fields))))

    def kind(self) -> str:
        """Full, connected, ..., in one word."""
        return self.part.name.lower()

    def numbers(self) -> Estimate:
        """The elements, one after the other, without their fields."""
        return Estimate(
            self.value, self.uncertainty, self.method, self.quality, self.provenance, self.evidence
        )

    def rows(self) -> Iterator[tuple[tuple[int, ...], str, float, float]]:
        """Go through the elements: numbers of the fields, label, value, error."""
        columns = (map(tuple, self.indices.tolist()), self.labels, self.value.tolist(), self.error.tolist())
        return zip(*columns, strict=True)

    def plain_fields(self) -> Content:
        """Give the tensor as plain fields, one row for each element."""

        def rows() -> Iterator[tuple[object, ...]]:
            return ((label, " ".join(map(str, at)), value, error) for at, label, value, error in self.rows())

        return Content(
            self._title(), self._facts(), ("element", "indices", "value", "error"), rows, self.size
        )

    def _title(self) -> str:
        what = self.part.value.format(self.order)
        return f"{what} of {counted(len(self.fields), 'field')}, {counted(self.size, 'element')}"

    def __repr__(self) -> str:
        return "\n".join([f"<{self._title()}; {self._judged()}", *self._few_rows()]) + ">"

    def __str__(self) -> str:
        """Write the first elements as a table, with how they were obtained and whether to trust them."""
        return "\n".join([self._title(), *self._few_rows(), f"  {self._judged()}"])

    def _few_rows(self) -> list[str]:
        """The first elements, with their errors, below each other."""
        labels = [self.fields.short_label(row) for row in self.indices[:_SHOWN].tolist()]
        width = max(map(len, labels), default=0)
        lines = [
            f"  {label:<{width}}   {Estimate.__getitem__(self, row)}" for row, label in enumerate(labels)
        ]
        return [*lines, f"  ... ({self.size - _SHOWN:,} more)"] if self.size > _SHOWN else lines

    def to_xarray(self) -> xarray.Dataset:
        """Return value, error and index sets as labelled arrays, see `numerics.results.labelled`."""
        from numerics.results.labelled import as_dataset

        return as_dataset(self)

    def to_dataframe(self) -> pandas.DataFrame:
        """Return one row for each element: numbers of the fields, label, value, error."""
        from numerics.results.labelled import as_dataframe

        return as_dataframe(self)

    def _made(
        self, value: Array, parts: Sequence[Uncertainty], given: Sequence[Estimate], inputs: Sequence[object]
    ) -> Estimate:
        """Keep the fields where all that has elements has them over the same fields."""
        for one in inputs:
            if isinstance(one, Correlator) and one.size > 1 and self.size > 1:
                self._refuse_other_elements(one)
        made = super()._made(value, parts, given, inputs)
        alike = all(
            one.order == self.order and one.fields == self.fields
            if isinstance(one, Correlator)
            else np.asarray(one).shape in ((), self.shape)
            for one in inputs
        )
        if not alike or made.shape != self.shape:
            return made
        return Correlator(
            self.fields, self.order, Part.DERIVED, made.value, made.uncertainty,
            made.method, made.quality, made.provenance,
        )  # fmt: skip

    def _refuse_other_elements(self, other: Correlator) -> None:
        """Element by element only elements of the same fields mean anything."""
        if other.order != self.order or other.fields != self.fields:
            raise InvalidStatistics(
                f"a {self.part.value.format(self.order)} of {self.fields!r} and a "
                f"{other.part.value.format(other.order)} of {other.fields!r} do not go together element by "
                "element; take elements, as in g[0, 0, 1, 2], or their numbers(), or their value"
            )

    def _old_name(self, name: str) -> tuple[str, Callable[[], object]] | None:
        old = self.__dict__.get("_old", {})
        if name == "connected" and name in old:
            return _NEW_NAMES[name], lambda: np.asarray(old[name]()).view(_Connected)
        if name in old:
            return _NEW_NAMES.get(name, f'.evidence["{name}"]'), old[name]
        return super()._old_name(name)


class _Connected(np.ndarray):
    """The array that ``.connected`` was one release ago; who calls it wants the method of all orders."""

    def __call__(self) -> NoReturn:
        raise InvalidStatistics(
            "one order was asked for its connected part, which takes lower orders, too: write "
            "correlators.connected()[4] in place of correlators[4].connected()"
        )


#: Attributes of the results of one release ago.
_NEW_NAMES = {
    "full": ".value",
    "connected": "correlators.connected()[order].value",
    "connected_error": "correlators.connected()[order].error",
    "excess": "correlators.excess()[order].value",
    "tail": ".evidence",
}
