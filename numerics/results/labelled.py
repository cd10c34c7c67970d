"""Results as labelled tables of other libraries, which are loaded when they are asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas
    import xarray

    from numerics.results.correlator import Correlator


def as_dataset(correlator: "Correlator") -> "xarray.Dataset":
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
    columns = {"value": correlator.value, "error": correlator.error}
    if correlator.uncertainty.statistical and correlator.uncertainty.bound is not None:
        columns["bound"] = correlator.bound
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
            "part": correlator.part.name.lower(),
            "method": correlator.method,
            "quality": correlator.quality.value,
            "provenance": str(dict(correlator.provenance)),
        },
    )


def as_tree(correlators: "Mapping[int, Correlator]") -> "xarray.DataTree":
    """Label correlators of several orders with xarray, one group ``order_n`` for each."""
    import xarray

    return xarray.DataTree.from_dict({f"/order_{n}": as_dataset(one) for n, one in correlators.items()})


def as_dataframe(*correlators: "Correlator") -> "pandas.DataFrame":
    """List elements with pandas, one row for each."""
    import pandas

    rows = [
        {"order": one.order, "indices": indices, "label": label, "value": value, "error": error}
        for one in correlators
        for indices, label, value, error in one.rows()
    ]
    return pandas.DataFrame(rows, columns=["order", "indices", "label", "value", "error"])
