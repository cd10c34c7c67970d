"""Results read back from netCDF files, with the covariances among all their numbers."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.errors import UnreadableResult
from nnft_sym.faces.netcdf import CORRELATOR, CORRELATORS, ESTIMATE, SAMPLE, SCHEMA
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.files.sealed import is_intact
from numerics.networks.parameter_laws import as_law
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators
from numerics.results.kept import Kept
from numerics.results.quality import Quality
from numerics.results.uncertainty import Blocks, Source, Uncertainty
from numerics.sampling.estimators.moments import moment_plan
from numerics.sampling.estimators.sampled import SampleSums

if TYPE_CHECKING:
    import xarray

_NEEDED = "a netCDF file that .save(...) of correlators, or nnft sample --out, has written is needed"


def load(path: str | os.PathLike[str]) -> Correlators | Correlator | Estimate:
    """Read back what ``save("….nc")`` of correlators, one correlator or an estimate wrote.

    Parameters
    ----------
    path : path-like
        Also the file that ``nnft sample --out`` writes.

    Returns
    -------
    Correlators, Correlator or Estimate
        What was saved. Samples keep their blocks: covariances and connected functions follow as before, and
        they can be merged. Others keep all parts (full, connected, excess) that were known.

    Raises
    ------
    UnreadableResult
        If it is no such file, was altered or cut short, or is of another version.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from numerics.exact.correlators import exact_correlators
    >>> from numerics.networks.architectures import ReLUNet
    >>> exact = exact_correlators(ReLUNet(width=20), [1.0])
    >>> with TemporaryDirectory() as folder:
    ...     again = load(exact.save(f"{folder}/exact.nc"))
    >>> float(again.connected()[4][0, 0, 0, 0])
    0.1875
    """
    if not isinstance(path, str | os.PathLike):
        raise UnreadableResult(f"path = {shown(path)} was given; {_NEEDED}")
    place = Path(path)
    try:
        whole = is_intact(place)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableResult(f"cannot read {shown(str(place))}: {reason}; {_NEEDED}") from None
    if not whole:
        raise UnreadableResult(
            f"{shown(str(place))} is no result of this program, or was altered or cut short since; {_NEEDED}"
        )
    return _read(place)


def merge(*runs: Correlators) -> Correlators:
    """Put samples of the same network, taken with different seeds, together into one.

    The same as ``first.merged(second, …)``: see `numerics.results.joint_correlators.Correlators.merged`.

    Parameters
    ----------
    *runs : Correlators
        At least one.

    Returns
    -------
    Correlators

    Raises
    ------
    InvalidStatistics
        If they differ in anything but the seed, or a seed occurs twice.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> from numerics.sampling.ensemble import Ensemble
    >>> first, second = (
    ...     Ensemble(ErfNet(2), [[0.3]], seed=seed).correlators(1_000, (2,)) for seed in (1, 2)
    ... )
    >>> merge(first, second).n_samples
    2000
    """
    if not runs or not isinstance(runs[0], Correlators):
        raise InvalidStatistics(
            f"{shown(runs[0]) if runs else 'nothing'} was given to be merged; sampled correlators are "
            "needed, as in merge(first, second)"
        )
    return runs[0].merged(*runs[1:])


def _read(place: Path) -> Correlators | Correlator | Estimate:
    import xarray

    try:
        with xarray.open_datatree(place, engine="h5netcdf") as opened:
            tree = opened.load()
        holds, schema = tree.attrs.get("holds"), int(tree.attrs["schema"])
        if schema != SCHEMA:
            raise UnreadableResult(
                f"{shown(str(place))} has the layout {schema}; this program reads layout {SCHEMA}: use "
                "the one that wrote it"
            )
        if holds == SAMPLE:
            return sample_of(tree)
        if holds == CORRELATORS:
            return _correlators(tree)
        if holds in (CORRELATOR, ESTIMATE):
            return _numbers(tree.to_dataset())
    except (KeyError, OSError, ValueError, TypeError) as error:
        if isinstance(error, UnreadableResult):
            raise
        raise UnreadableResult(f"{shown(str(place))} misses something: {error}; {_NEEDED}") from None
    raise UnreadableResult(
        f"{shown(str(place))} holds {'something else than' if holds is None else f'{shown(holds)}, no'} "
        "correlators; open it with xarray.open_datatree"
    )


def _array(data: Any, name: str) -> NDArray[np.float64]:
    return np.asarray(data[name].values, dtype=np.float64)


def _wholes(data: Any, name: str) -> NDArray[np.int64]:
    return np.asarray(data[name].values, dtype=np.int64)


def _sources(attrs: Mapping[Any, Any]) -> tuple[Source, ...]:
    return tuple(Source(*one) for one in json.loads(attrs["sources"]))


def sample_of(tree: "xarray.DataTree") -> Correlators:
    """Read the sums of a sample: what `load` makes of the file that holds this tree, to the last bit.

    Parameters
    ----------
    tree : xarray.DataTree
        As `nnft_sym.storage.sample_files.sample_tree` makes it.

    Returns
    -------
    Correlators
    """
    fields = FieldSet(_array(tree, "points"), _wholes(tree, "output"))
    orders = sorted(int(group.attrs["order"]) for group in tree.children.values())
    plan = moment_plan(len(fields), orders)
    groups = [tree[f"order_{order}"] for order in plan.orders]
    sizes = _wholes(tree, "block_size")
    means = np.concatenate([_array(group, "block_mean") for group in groups], axis=1)
    provenance = json.loads(tree.attrs["provenance"])
    record = provenance["network"]
    if isinstance(provenance["seed"], list):
        provenance["seed"] = tuple(provenance["seed"])
    return Correlators(
        SampleSums(
            fields=fields,
            plan=plan,
            sums=np.concatenate([_array(group, "sum") for group in groups]),
            block_sums=means * sizes[:, np.newaxis],
            block_sizes=sizes,
            variance_counts=_wholes(tree, "variance_count"),
            sources=_sources(tree.attrs),
            conditional=provenance["estimator"] == "conditional",
            correlated=bool(tree.attrs["correlated"]),
            provenance=provenance,
            output_law=as_law(record.get("output_law", "gaussian")),
            width=int(record["width"]),
        )
    )


def _correlators(tree: "xarray.DataTree") -> Correlators:
    """Read all parts of all orders."""
    tables = {}
    for part, orders in tree.children.items():
        for group in orders.children.values():
            one = _numbers(group.to_dataset())
            assert isinstance(one, Correlator)
            tables[Part[part.upper()], one.order] = one
    fields = FieldSet(_array(tree, "inputs"), _wholes(tree, "outputs"))
    kept = Kept(fields, json.loads(tree.attrs["provenance"]), tables)
    return Correlators(kept, Part[tree.attrs["part"].upper()])


def _numbers(data: "xarray.Dataset") -> Correlator | Estimate:
    """Read one table."""
    value, attrs = _array(data, "value"), data.attrs
    blocks = tuple(
        Blocks(source, _array(data, f"deviation_{number}")) for number, source in enumerate(_sources(attrs))
    )
    bound = _array(data, "bound") if "bound" in data else None
    uncertainty = Uncertainty(value.shape, blocks, bound)
    words = (attrs["method"], Quality[attrs["quality"].upper()])
    told = (json.loads(attrs["provenance"]), json.loads(attrs["evidence"]))
    if attrs["holds"] == ESTIMATE:
        return Estimate(value, uncertainty, *words, *told)
    fields = FieldSet(_array(data, "inputs"), _wholes(data, "outputs"))
    return Correlator(
        fields, int(attrs["order"]), Part[attrs["part"].upper()], value, uncertainty, *words, *told
    )
