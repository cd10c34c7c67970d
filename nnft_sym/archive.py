"""Numbers on disk: labelled netCDF files, written atomically, readable by xarray and every netCDF tool."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.jsonio import jsonable
from nnft_sym.results import PREDICTIONS, NetResult, StudyResult
from numerics.files import UnwritableOutput as UnwritableOutput
from numerics.files import atomically as atomically
from numerics.files import check_writable as check_writable

if TYPE_CHECKING:
    import xarray

    from numerics.sampled import SampledCorrelators

#: Raised by one whenever the layout of the files changes.
SCHEMA = 1


def write_text(path: Path, text: str) -> None:
    """Write text atomically, as UTF-8."""
    atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_sample(sampled: "SampledCorrelators", path: str | os.PathLike[str]) -> None:
    """Write sampled correlators as a netCDF file: one group per order."""
    import xarray

    root = xarray.Dataset(
        {"points": (("point", "coordinate"), sampled.points)},
        attrs={"schema": SCHEMA, "provenance": json.dumps(jsonable(sampled.provenance))},
    )
    groups = {"/": root}
    for order in sampled.orders:
        one = sampled[order]
        groups[f"order_{order}"] = xarray.Dataset(
            {
                "indices": (("element", "slot"), one.indices),
                "value": ("element", one.value),
                "error": ("element", one.error),
            },
            attrs={"order": order, "quality": one.quality.value},
        )
    tree = xarray.DataTree.from_dict(groups)
    atomically(Path(path), lambda temporary: tree.to_netcdf(temporary, engine="h5netcdf"))


def study_tree(result: StudyResult) -> "xarray.DataTree":
    """Collect every number of a study as labelled arrays.

    Returns
    -------
    xarray.DataTree
        One group per net (``/erf_5``), below it ``kernel``, ``order_2``, ``order_4``, ``order_6``.
    """
    import xarray

    provenance = json.dumps(jsonable(result.provenance))
    groups = {
        "/": xarray.Dataset(attrs={"schema": SCHEMA, "passed": int(result.passed), "provenance": provenance})
    }
    for position, net in enumerate(result.nets):
        name = f"{position + 1}_{net.name}_N{net.config.width}"
        groups[f"/{name}"] = _net_dataset(net)
        for order in net.correlators:
            groups[f"/{name}/order_{order}"] = _order_dataset(net, order)
    return xarray.DataTree.from_dict(groups)


def write_study(result: StudyResult, path: Path) -> None:
    """Write every number of a study as one netCDF file."""
    tree = study_tree(result)
    atomically(path, lambda temporary: tree.to_netcdf(temporary, engine="h5netcdf"))


def _net_dataset(net: NetResult) -> "xarray.Dataset":
    import xarray

    return xarray.Dataset(
        {
            "points": (("point", "coordinate"), np.array(net.config.points)),
            "K": (("point", "point_2"), net.kernel),
            "K_weight": (("point", "point_2"), net.kernel_weight),
        },
        attrs={
            "net": net.name,
            "config": net.config.model_dump_json(),
            "verdict": net.verdict,
            "passed": int(net.passed),
            "integral_method": net.integral_method,
            "exact_method": net.exact_method or "none",
        },
    )


def _order_dataset(net: NetResult, order: int) -> "xarray.Dataset":
    import xarray

    one = net.correlators[order]
    columns = {"free": one.free, "sampled": one.sampled, "error": one.error}
    if one.exact is not None and one.connected is not None:
        columns |= {"exact": one.exact, "exact_connected": one.connected}
    if order == 4:
        coupling = net.coupling
        columns |= {"lambda_sampled": coupling.sampled, "lambda_error": coupling.sampled_error}
        columns |= {"vertex_coefficient": coupling.coefficient, "vertex_error": coupling.coefficient_error}
        if coupling.exact is not None:
            columns["lambda_exact"] = coupling.exact
    if order == 6:
        columns |= {f"prediction_{name}": net.six_point.predictions[name] for name in PREDICTIONS}
        columns["remainder"] = net.six_point.remainder
    data = {name: ("element", values) for name, values in columns.items()}
    made = xarray.Dataset(data, attrs={"order": order, "quality": one.quality.value})
    return made.assign(indices=(("element", "slot"), one.indices))
