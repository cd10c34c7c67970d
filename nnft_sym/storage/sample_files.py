"""Samples on disk: labelled netCDF files, written atomically, readable by xarray and every netCDF tool."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from nnft_sym.jsonio import jsonable
from nnft_sym.storage.writing import atomically
from numerics.files.sealed import seal

if TYPE_CHECKING:
    import xarray

    from numerics.networks.architectures import Network
    from numerics.results.joint_correlators import Correlators

#: Raised by one whenever the layout of the files changes.
SCHEMA = 1
#: What the file of a sample says that it is.
SAMPLE = "sample"
#: Connected correlators of more elements than this are left to those who want them: they take minutes.
MOST_CONNECTED = 5000


def has_connected(sampled: "Correlators", order: int) -> bool:
    """Tell whether a connected correlator is worth its time: from order 4 on, and not too large."""
    return order >= 4 and order in sampled.connected() and sampled[order].size <= MOST_CONNECTED


def sample_tree(sampled: "Correlators", network: "Network | Mapping[str, object]") -> "xarray.DataTree":
    """Collect every number of a sample as labelled arrays.

    Parameters
    ----------
    sampled : Correlators
    network : Network or mapping
        The network that was sampled, or its record; its parameters become attributes.

    Returns
    -------
    xarray.DataTree
        At the top the points and the sizes of the blocks; in a group ``order_n`` for every order the index
        sets, value, error, mean of every block and, from order 4 on, the connected correlator. An element is
        found by its label: ``tree["order_4"]["value"].sel(element="0 0 1 2")``.
    """
    import xarray

    root = xarray.Dataset(
        {
            "points": (("point", "coordinate"), sampled.points),
            "block_size": ("block", sampled.block_sizes, {"long_name": "networks per block"}),
            "output": ("point", sampled.outputs, {"long_name": "output of the network, 0 if it has one"}),
            "variance_count": (
                ("point", "bin"),
                sampled.origin.variance_counts,
                {"long_name": "histogram of conditional variances, behind the quality"},
            ),
        },
        attrs={
            "schema": SCHEMA,
            "holds": SAMPLE,
            "nnft_sym": version("nnft-sym"),
            "sources": json.dumps([[s.name, s.n_samples, s.n_blocks] for s in sampled.origin.sources]),
            "correlated": int(sampled.origin.correlated),
            "reading": "xarray.open_datatree(file): one group order_n per order n",
            **network_attributes(network),
            **{name: _attribute(value) for name, value in sampled.provenance.items() if name != "network"},
            "provenance": json.dumps(jsonable(sampled.provenance)),
        },
    )
    groups = {"/": root}
    for order in sampled.orders:
        groups[f"order_{order}"] = _sampled_order(sampled, order)
    return xarray.DataTree.from_dict(groups)


def network_attributes(network: "Network | Mapping[str, object]") -> dict[str, object]:
    """Name the parameters of a network with the values used, defaults filled in, as attributes of a file."""
    from numerics.networks.record import to_record

    record = network if isinstance(network, Mapping) else to_record(network)
    numbers = {name: _attribute(value) for name, value in record.items() if name != "record"}
    return {"network": json.dumps(dict(record), ensure_ascii=False), **numbers}


def _attribute(value: object) -> object:
    """NetCDF has no truth values."""
    return int(value) if isinstance(value, bool) else value


def _sampled_order(sampled: "Correlators", order: int) -> "xarray.Dataset":
    import xarray

    one = sampled[order]
    judged: dict[str, str | float] = {
        "quality": one.quality.value,
        "networks_needed": one.evidence["networks_needed"],
    }
    columns = {
        "value": (one.value, f"mean of the product of {order} outputs"),
        "error": (one.error, "one standard deviation of that mean"),
    }
    if has_connected(sampled, order):
        connected = sampled.connected()[order]
        columns["connected"] = (connected.value, "connected correlator (joint cumulant)")
        columns["connected_error"] = (connected.error, "one standard deviation of it")
        judged["connected_quality"] = connected.quality.value
        judged["connected_networks_needed"] = connected.evidence["networks_needed"]
    return xarray.Dataset(
        {
            **{name: ("element", array, {"long_name": text}) for name, (array, text) in columns.items()},
            "indices": (("element", "slot"), one.indices, {"long_name": "0-based numbers of the points"}),
            "sum": (
                "element",
                sampled.origin.sums[sampled.origin.plan.slice_of(order)],
                {"long_name": "sum over all networks"},
            ),
            "block_mean": (
                ("block", "element"),
                sampled.block_means((order,)),
                {"long_name": "mean over the networks of each block"},
            ),
        },
        coords={"element": [" ".join(map(str, row)) for row in one.indices.tolist()]},
        attrs={"order": order, **judged},
    )


def write_sample(
    sampled: "Correlators", network: "Network | Mapping[str, object]", path: str | os.PathLike[str]
) -> None:
    """Write sampled correlators as a netCDF file (`sample_tree`), sealed by a checksum.

    Parameters
    ----------
    sampled : Correlators
    network : Network or mapping
        The network that was sampled, or its record.
    path : path-like

    Raises
    ------
    UnwritableOutput
        If the disk refuses.
    """
    write_tree(sample_tree(sampled, network), path)


def write_tree(tree: "xarray.DataTree", path: str | os.PathLike[str]) -> None:
    """Write labelled arrays as a netCDF file, sealed by a checksum.

    Raises
    ------
    UnwritableOutput
        If the disk refuses.
    """
    content = in_memory(tree)

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)
        seal(temporary)

    atomically(Path(path), write)


def in_memory(tree: "xarray.DataTree") -> memoryview:
    """Form the file in memory: the HDF5 library brings the whole process down when the disk is full."""
    dask = sys.modules.get("dask")
    # With a Dask client in force xarray would lock the file on the cluster, which knows nothing of it.
    with nullcontext() if dask is None else dask.config.set(scheduler="threads"):
        return memoryview(tree.to_netcdf(engine="h5netcdf"))
