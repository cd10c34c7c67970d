"""Checkpoints of sampling runs: one file, written atomically, checked when read.

The file is an uncompressed NumPy archive (``.npz``; nothing in it is pickled), sealed by a checksum at its
end (`numerics.files.sealed.seal`), with

- ``header``: JSON text with the format version, all inputs of the run, and how much is done;
- ``total_L``, ``blocks_L``, ``first_block_L`` for every node L of the summation tree that is held
  (`numerics.sampling.engine.page_sums`), and the same with ``rest`` for the last networks that do not fill
  a page;
- ``counts``: the histogram of `numerics.sampling.judge.tails`, over all networks done.

Its size is 8 bytes times correlators times blocks touched, and a little: 5 MB for the 609 correlators of
orders 2, 4 and 6 at six points in 1000 blocks.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from diagrams._marker import VERSION
from diagrams.messages import shown
from numerics.errors import NNFTError
from numerics.files.sealed import (
    UnwritableOutput,
    atomically,
    check_writable,
    has_content,
    is_intact,
    remove_leftovers,
    seal,
)
from numerics.files.targets import claimed
from numerics.networks.record import to_record
from numerics.sampling.engine.page_sums import Request
from numerics.sampling.engine.pages import PageSums
from numerics.sampling.runs.run import SamplingRun
from numerics.sampling.runs.sampler_code import sampler_code

#: Raised by one whenever the layout of the files changes.
FORMAT = 1
KIND = "nnft-sym sampling checkpoint"


class DamagedCheckpoint(NNFTError, ValueError):
    """A checkpoint was truncated or altered, or is none at all."""


class CheckpointMismatch(NNFTError, ValueError):
    """A checkpoint belongs to a run with other inputs."""


@dataclass(frozen=True)
class Pace:
    """How often a run is kept on disk.

    Attributes
    ----------
    interval : float
        Least number of seconds between two checkpoints.
    share : float
        Largest share of the time that writing them may take: a large checkpoint is written less often.
    """

    interval: float = 2.0
    share: float = 0.05


class Checkpoint:
    """Keeps a run on disk, not more often than it is worth.

    Parameters
    ----------
    path : path-like
        The file; a run that it holds is continued.
    pace : Pace, optional
        How often it is written.

    Raises
    ------
    UnwritableOutput
        If it could not be written.
    """

    def __init__(self, path: str | PathLike[str], pace: Pace | None = None) -> None:
        self.path = check_writable(path)
        self._pace = pace or Pace()
        self._saved_networks = 0
        self._next = 0.0

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other runs from writing this checkpoint while the block runs.

        Raises
        ------
        OutputInUse
            If another run does.
        """
        with claimed(self.path):
            remove_leftovers(self.path)
            yield

    def open(self, request: Request) -> SamplingRun:
        """Load the run, or begin it.

        Raises
        ------
        DamagedCheckpoint
            If the file is not what was written.
        CheckpointMismatch
            If it belongs to other inputs.
        """
        if not has_content(self.path):
            return SamplingRun(request)
        run = load(self.path, request)
        self._saved_networks = run.networks
        return run

    def keep(self, run: SamplingRun) -> None:
        """Save the run if it is time to, which it is at its beginning and at its end."""
        if run.complete or self.due:
            self.save(run)

    @property
    def due(self) -> bool:
        """Whether it is time to write again."""
        return time.monotonic() >= self._next

    def save(self, run: SamplingRun) -> None:
        """Save the run, if anything is done.

        Raises
        ------
        UnwritableOutput
            If the disk refuses; the message says which checkpoint is still there.
        """
        if run.networks:
            self.write(partial(save, run), run.networks)

    def write(self, write: Callable[[Path], object], done: int) -> None:
        """Let a run write itself, and take the time.

        Parameters
        ----------
        write : callable
            Called with the file.
        done : int
            Networks, or neurons, that are done.

        Raises
        ------
        UnwritableOutput
            If the disk refuses; the message says which checkpoint is still there.
        """
        start = time.monotonic()
        try:
            write(self.path)
        except UnwritableOutput as error:
            if not has_content(self.path):
                raise
            raise UnwritableOutput(
                f"{error}; the checkpoint of {self._saved_networks:,} networks is still there: make room and "
                "resume from it"
            ) from error
        now = time.monotonic()
        self._next = now + max(self._pace.interval, (now - start) / self._pace.share)
        self._saved_networks = done


class CheckpointFolder:
    """Keeps several runs of one job on disk, a file each.

    Parameters
    ----------
    path : path-like
        The folder; it is made when the first run begins.
    pace : Pace, optional
        How often each run is written.

    Examples
    --------
    >>> CheckpointFolder("scan.checkpoints").path_of("width 10").name
    'width 10.checkpoint'
    """

    def __init__(self, path: str | PathLike[str], pace: Pace | None = None) -> None:
        self.path = Path(path)
        self._pace = pace

    def path_of(self, name: str) -> Path:
        """Name the file of one run."""
        return self.path / f"{name}.checkpoint"

    def of(self, name: str) -> Checkpoint:
        """Make the checkpoint of one run.

        Raises
        ------
        UnwritableOutput
            If it could not be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(
                f"cannot make the folder {str(self.path)!r} for checkpoints: {error.strerror}; make room, or "
                "write elsewhere"
            ) from error
        return Checkpoint(self.path_of(name), self._pace)


def save(run: SamplingRun, path: Path) -> None:
    """Write a run to disk, atomically.

    Parameters
    ----------
    run : SamplingRun
    path : Path

    Raises
    ------
    UnwritableOutput
        If the disk refuses; what was there before is untouched.
    """
    header = {
        "kind": KIND,
        "format": FORMAT,
        "inputs": inputs(run.request),
        "pages": run.pages,
        "networks_done": run.networks,
    }
    arrays: dict[str, NDArray[Any]] = {}
    nodes = {str(level): node for level, node in run.tree.held().items()}
    if run.rest is not None:
        nodes["rest"] = run.rest
    for name, node in nodes.items():
        arrays |= {f"total_{name}": node.total, f"blocks_{name}": node.blocks}
        arrays[f"first_block_{name}"] = np.array(node.first_block)
    held = [node.counts for node in run.tree.held().values()]
    if held:
        arrays["counts"] = np.sum(held, axis=0)
    if run.rest is not None:
        arrays["counts_rest"] = run.rest.counts

    write_archive(path, header, arrays)


def write_archive(path: Path, header: Mapping[str, object], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a header and arrays to one sealed file, atomically.

    Raises
    ------
    UnwritableOutput
        If the disk refuses; what was there before is untouched.
    """
    text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            # an array of objects would become a pickle, which reading refuses: fail here instead
            np.savez(file, allow_pickle=False, **{"header": text, **arrays})
        seal(temporary)

    atomically(path, write)


def read_archive(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read the header and the arrays of a file of one kind back.

    Raises
    ------
    DamagedCheckpoint
        If the file is not what was written.
    """
    if not is_intact(path):
        raise DamagedCheckpoint(
            f"the checkpoint {str(path)!r} is damaged: it was truncated or altered since it was written, and "
            "its checksum does not fit; restore it from a copy, or remove it and start again"
        )
    try:
        # a pickle in a foreign file could run code: NumPy refuses it
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        header = json.loads(arrays.pop("header").tobytes())
        known = header["kind"] == kind and header["format"] == FORMAT
    except (ValueError, KeyError, TypeError, BadZipFile) as error:
        raise _unknown(path) from error
    if not known:
        raise _unknown(path)
    return header, arrays


def load(path: Path, request: Request) -> SamplingRun:
    """Read a run back, to be continued for a request.

    Parameters
    ----------
    path : Path
    request : Request
        The inputs must be those of the file. Only a longer run whose first blocks are the same may differ,
        in the number of networks and of blocks.

    Returns
    -------
    SamplingRun

    Raises
    ------
    DamagedCheckpoint
        If the file is not what was written.
    CheckpointMismatch
        If it belongs to other inputs; the message names what differs.
    """
    header, arrays = read_archive(path, KIND)
    continued = _check_inputs(path, header["inputs"], inputs(request))
    run = SamplingRun(request)
    run.pages = header["pages"]
    held = {name.removeprefix("total_") for name in arrays if name.startswith("total_")}
    for position, level in enumerate(sorted(map(int, held - {"rest"}), reverse=True)):
        counts = arrays["counts"] * (position == 0)  # stored once for all nodes
        run.tree.add(_node(arrays, str(level), counts), level)
    if "rest" in held and continued:
        run.rest = _node(arrays, "rest", arrays["counts_rest"])
    return run


def _node(arrays: dict[str, NDArray[Any]], name: str, counts: NDArray[np.int64]) -> PageSums:
    return PageSums(
        total=arrays[f"total_{name}"],
        first_block=int(arrays[f"first_block_{name}"]),
        blocks=arrays[f"blocks_{name}"],
        counts=counts,
    )


def _unknown(path: Path) -> DamagedCheckpoint:
    return DamagedCheckpoint(
        f"{str(path)!r} is not a checkpoint of this version of nnft-sym; give the name of another file"
    )


def inputs(request: Request) -> dict[str, object]:
    """Name everything that the numbers of a run depend on.

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet
    >>> found = inputs(Request(ErfNet(5), np.zeros((1, 1)), 7, "double", "plain", (2,), 100, 10))
    >>> found["kind"], found["width"], found["sigma_w"], found["seed"]
    ('erf', 5, 1.0, 7)
    """
    return {
        **to_record(request.network),
        "points": request.points.tolist(),
        **({} if request.outputs is None else {"outputs": list(request.outputs)}),
        "seed": int(request.seed),
        "precision": request.precision,
        "estimator": request.estimator,
        "orders": list(request.orders),
        "networks": request.n_networks,
        "blocks": request.n_blocks,
        "page size": request.page_size,
        "version": VERSION,
        "code": sampler_code(),
    }


def _check_inputs(path: Path, there: dict[str, object], here: dict[str, object]) -> bool:
    """Refuse other inputs; tell a run to be continued (True) from one to be made longer (False)."""
    differing = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if not differing:
        return True
    if "code" in differing and set(differing) <= {"code", "version", "networks", "blocks"}:
        raise CheckpointMismatch(
            f"the checkpoint {str(path)!r} was written by other code of nnft-sym (version "
            f"{shown(there.get('version'))}, code {str(there.get('code'))[:12]} there; version {VERSION}, "
            f"code {sampler_code()[:12]} here), and numbers of different code are not mixed; continue with "
            "that code, or remove it and start again"
        )
    longer = set(differing) <= {"networks", "blocks"}
    if longer and _nested(*(cast(int, run[key]) for run in (there, here) for key in ("networks", "blocks"))):
        return False
    differences = "; ".join(
        f"{name}: {shown(there.get(name))} there, {shown(here.get(name))} here" for name in differing
    )
    hint = (
        "; a run is made longer by multiplying the numbers of networks and of blocks by the same whole number"
        if longer
        else ""
    )
    raise CheckpointMismatch(
        f"the checkpoint {str(path)!r} belongs to another run ({differences}); give the same inputs or the "
        f"name of another file{hint}"
    )


def _nested(networks: int, blocks: int, more_networks: int, more_blocks: int) -> bool:
    """Tell whether the blocks of a run are the first blocks of a longer one."""
    return more_networks > networks and all(
        networks * b // blocks == more_networks * b // more_blocks for b in range(blocks + 1)
    )
