"""Results as netCDF: samples with their blocks, other correlators part by part, the rest as columns.

A table of numbers with errors is a group: the values, the error bound, and the deviations of the blocks of
every source, which carry all covariances. Attributes hold the words; mappings among them are JSON.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnft_sym.jsonio import jsonable
from nnft_sym.report.archive import write_study
from nnft_sym.storage.sample_files import SAMPLE, SCHEMA, write_sample, write_tree
from nnft_sym.study.study_results import StudyResult
from nnft_sym.study.width_scan import WidthScan
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.joint_correlators import Correlators
from numerics.sampling.estimators.sampled import SampleSums

if TYPE_CHECKING:
    import xarray

#: What the attribute ``holds`` says of files that are read back.
CORRELATORS, CORRELATOR, ESTIMATE = "correlators", "correlator", "estimate"
__all__ = ["CORRELATOR", "CORRELATORS", "ESTIMATE", "SAMPLE", "SCHEMA", "labelled_tree", "write_netcdf"]


def write_netcdf(result: Shown, target: Path) -> None:
    """Write a result, sealed by a checksum.

    Parameters
    ----------
    result : Shown
    target : Path
        That can be written to.
    """
    if isinstance(result, StudyResult):
        write_study(result, target)
    elif isinstance(result, Correlators) and isinstance(result.origin, SampleSums) and _full(result):
        record = result.provenance["network"]
        assert isinstance(record, Mapping), "samples keep the record of their network"
        write_sample(result, record, target)
    else:
        write_tree(labelled_tree(result), target)


def _full(correlators: Correlators) -> bool:
    return correlators.part is Part.FULL


def labelled_tree(result: Shown) -> "xarray.DataTree":
    """Label a result as its file has it."""
    import xarray

    if isinstance(result, Correlators):
        return _correlators_tree(result)
    if isinstance(result, Estimate):
        return xarray.DataTree(_numbers(result))
    if isinstance(result, WidthScan):
        return xarray.DataTree(result.to_xarray().assign_attrs(schema=SCHEMA, holds="widths"))
    return xarray.DataTree(_columns(result.plain_fields()))


def _correlators_tree(correlators: Correlators) -> "xarray.DataTree":
    """Put every part of every order that is known into a group, as in ``/connected/order_4``."""
    import xarray

    fields, origin = correlators.fields, correlators.origin
    root = xarray.Dataset(
        {"inputs": (("field", "coordinate"), fields.inputs), "outputs": ("field", fields.outputs)},
        attrs={
            "schema": SCHEMA,
            "holds": CORRELATORS,
            "part": correlators.part.name.lower(),
            "provenance": text_of(correlators.provenance),
        },
    )
    groups = {"/": root}
    for part in (Part.FULL, Part.CONNECTED, Part.EXCESS):
        for order in origin.orders:
            if origin.has(order, part):
                name = f"/{part.name.lower()}/order_{order}"
                groups[name] = _numbers(Correlators(origin, part)[order])
    return xarray.DataTree.from_dict(groups)


def _numbers(one: Estimate) -> "xarray.Dataset":
    """Put numbers with everything that is known of their errors into one table."""
    import xarray

    tensor = one if isinstance(one, Correlator) else None
    dims = ("element",) if tensor is not None else tuple(f"axis_{place}" for place in range(one.ndim))
    data: dict[str, Any] = {"value": (dims, one.value), "error": (dims, one.error)}
    if one.uncertainty.bound is not None:
        data["bound"] = (dims, np.asarray(one.uncertainty.bound))
    sources = [part.source for part in one.uncertainty.blocks]
    for number, part in enumerate(one.uncertainty.blocks):
        data[f"deviation_{number}"] = ((f"block_{number}", *dims), part.deviations)
    attrs = {
        "schema": SCHEMA,
        "holds": ESTIMATE if tensor is None else CORRELATOR,
        "method": one.method,
        "quality": one.quality.name.lower(),
        "provenance": text_of(one.provenance),
        "evidence": json.dumps(dict(one.evidence)),
        "sources": json.dumps([[source.name, source.n_samples, source.n_blocks] for source in sources]),
    }
    if tensor is None:
        return xarray.Dataset(data, attrs=attrs)
    data["indices"] = (("element", "slot"), tensor.indices)
    data["inputs"] = (("field", "coordinate"), tensor.fields.inputs)
    data["outputs"] = ("field", tensor.fields.outputs)
    attrs |= {"order": tensor.order, "part": tensor.part.name.lower()}
    names = np.array([" ".join(map(str, row)) for row in tensor.indices.tolist()], dtype=object)
    labels = np.array(tensor.labels, dtype=object)
    return xarray.Dataset(data, {"element": names, "label": ("element", labels)}, attrs)


def _columns(content: Content) -> "xarray.Dataset":
    """Put the rows of any other result into columns."""
    import xarray

    columns = list(zip(*content.rows(), strict=True))
    data = {
        name: (
            "row",
            np.array(column, dtype=object if any(isinstance(one, str) for one in column) else float),
        )
        for name, column in zip(content.columns, columns, strict=True)
    }
    return xarray.Dataset(
        data, attrs={"schema": SCHEMA, "holds": content.title, "facts": text_of(content.facts)}
    )


def text_of(words: Mapping[str, object]) -> str:
    """Write a mapping as JSON, what JSON does not know as Python writes it.

    Examples
    --------
    >>> text_of({"seed": 1, "domain": 1j, "cut": (1, 2)})
    '{"seed": 1, "domain": "1j", "cut": [1, 2]}'
    """
    found = {}
    for name, value in words.items():
        try:
            found[name] = jsonable(value)
        except TypeError:
            found[name] = repr(value)
    return json.dumps(found, ensure_ascii=False)
