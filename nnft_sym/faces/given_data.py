"""Data from files, held against the network and the points that they are said to be of."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.errors import UnreadableResult
from nnft_sym.faces.reading import load
from nnft_sym.storage.numpy_files import NotAnArray, array_from
from numerics.errors import InvalidStatistics
from numerics.fields.field_set import FieldSet
from numerics.inference.dataset import Dataset
from numerics.networks.record import to_record
from numerics.results.correlator import Part
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from numerics.networks.base import Network


def correlators_from(path: Path, network: "Network", fields: FieldSet) -> Dataset:
    """Read correlators that ``nnft sample --out`` or ``save`` wrote.

    Parameters
    ----------
    path : Path
    network : Network
        Whose correlators they must be, where the file says so.
    fields : FieldSet
        At which they must be.

    Returns
    -------
    Dataset

    Raises
    ------
    UnreadableResult
        If the file holds something else.
    InvalidStatistics
        If it is of another network or of other points.
    """
    found = load(path)
    if not isinstance(found, Correlators) or found.part is not Part.FULL:
        raise UnreadableResult(
            f"{shown(str(path))} holds no full correlators of several orders; a file that nnft sample --out "
            "has written is needed"
        )
    if found.fields != fields:
        raise InvalidStatistics(
            f"{shown(str(path))} holds correlators of {found.fields!r}, not of {fields!r}; give --points "
            "as they were sampled"
        )
    _refuse_another(found.provenance.get("network"), network, path)
    sampled = found[found.orders[-1]].uncertainty.statistical
    return Dataset(found) if sampled else Dataset(None, found)


def outputs_from(path: Path) -> NDArray[np.float64]:
    """Read outputs of networks that ``numpy.save`` wrote.

    Raises
    ------
    UnreadableResult
        If the file is none, or holds no numbers.
    """
    needed = "an array of real numbers of shape (networks, points) is needed, as numpy.save writes it"
    try:
        with path.open("rb") as file:
            return np.asarray(array_from(file, path.stat().st_size), dtype=np.float64)
    except OSError as error:
        raise UnreadableResult(f"cannot read {shown(str(path))}: {error.strerror}; {needed}") from None
    except NotAnArray as wrong:
        raise UnreadableResult(f"{shown(str(path))} {wrong}; {needed}") from None


def _refuse_another(record: object, network: "Network", path: Path) -> None:
    """Compare what the file says of its network with ours."""
    if not isinstance(record, Mapping):
        return
    ours = to_record(network)
    for name in dict.fromkeys((*ours, *record)):
        if record.get(name) != ours.get(name):
            raise InvalidStatistics(
                f"{shown(str(path))} holds correlators of a network with {name} = {shown(record.get(name))}, "
                f"not {shown(ours.get(name))}; give the options of the network that was sampled"
            )
