"""Results as labelled tables of other libraries, which are loaded when they are asked for."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.fields.field_set import FieldSet
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    import pandas
    import xarray


class Tensor(Protocol):
    """What a table needs of a `numerics.results.correlator.Correlator`."""

    @property
    def fields(self) -> FieldSet:
        """Which fields."""

    @property
    def order(self) -> int:
        """Number of fields in a product."""

    @property
    def indices(self) -> NDArray[np.int64]:
        """Index sets, shape (M, n)."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of every element."""

    def kind(self) -> str:
        """Full, connected, ..."""

    def numbers(self) -> Estimate:
        """The elements, one after the other."""

    def rows(self) -> Iterator[tuple[tuple[int, ...], str, float, float]]:
        """Numbers of the fields, label, value, error of every element."""


def as_dataset(correlator: Tensor) -> "xarray.Dataset":
    """Label a correlator with xarray.

    Examples
    --------
    >>> from numerics.fields.field_set import FieldSet
    >>> from numerics.results.correlator import Correlator, Part
    >>> two = Correlator(FieldSet([[0.5], [1.0]]), 2, Part.FULL, [1.25, 1.5, 2.0])
    >>> float(as_dataset(two)["value"].sel(element="0 1"))
    1.5
    """
    import xarray

    numbers = [" ".join(map(str, row)) for row in correlator.indices.tolist()]
    found = correlator.numbers()
    columns = {"value": found.value, "error": found.error}
    if found.uncertainty.statistical and found.uncertainty.bound is not None:
        columns["bound"] = found.bound
    return xarray.Dataset(
        {
            **{name: ("element", values) for name, values in columns.items()},
            "indices": (("element", "slot"), correlator.indices),
            "inputs": (("field", "coordinate"), correlator.fields.inputs),
            "outputs": ("field", correlator.fields.outputs),
        },
        coords={"element": numbers, "label": ("element", np.array(correlator.labels, dtype=object))},
        attrs={
            "order": correlator.order,
            "part": correlator.kind(),
            "method": found.method,
            "quality": found.quality.value,
            "provenance": str(dict(found.provenance)),
        },
    )


def as_tree(correlators: Mapping[int, Tensor]) -> "xarray.DataTree":
    """Label correlators of several orders with xarray, one group ``order_n`` for each."""
    import xarray

    return xarray.DataTree.from_dict({f"/order_{n}": as_dataset(one) for n, one in correlators.items()})


def as_dataframe(*correlators: Tensor) -> "pandas.DataFrame":
    """List elements with pandas, one row for each."""
    import pandas

    rows = [
        {"order": one.order, "indices": indices, "label": label, "value": value, "error": error}
        for one in correlators
        for indices, label, value, error in one.rows()
    ]
    return pandas.DataFrame(rows, columns=["order", "indices", "label", "value", "error"])
