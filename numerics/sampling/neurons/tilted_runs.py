"""Sums over tilted neurons while they grow: how far they are, kept on disk and continued to the last bit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.files.code_version import code_version
from numerics.files.sealed import has_content
from numerics.sampling.runs.checkpoints import (
    FORMAT,
    Checkpoint,
    CheckpointMismatch,
    read_archive,
    write_archive,
)
from numerics.sampling.runs.interrupts import uninterrupted

KIND = "nnft-sym checkpoint of tilted neurons"


class TiltedRun:
    """Arrays that are added to, chunk of neurons by chunk.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Added to in place.
    inputs : mapping
        All that they depend on, as plain fields.
    checkpoint : Checkpoint, optional
        Where they are kept; what it holds is taken up.

    Attributes
    ----------
    done : int
        Neurons that have been added.

    Raises
    ------
    DamagedCheckpoint, CheckpointMismatch
        If the checkpoint is not what was written, or of another run.

    Examples
    --------
    >>> import numpy as np
    >>> sums = {"count": np.zeros(1)}
    >>> run = TiltedRun(sums, {"neurons": 10})
    >>> with run.adding(up_to=10):
    ...     sums["count"] += 10.0
    >>> run.done
    10
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        inputs: Mapping[str, object],
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.done = 0
        self._arrays, self._checkpoint = arrays, checkpoint
        self._inputs = {**inputs, "code": code_version("numerics.sampling.neurons.sums")}
        if checkpoint is not None and has_content(checkpoint.path):
            self._take_up(checkpoint.path)

    @contextmanager
    def adding(self, up_to: int) -> Iterator[None]:
        """Add a chunk; an interrupt never finds the sums in the middle of it.

        Parameters
        ----------
        up_to : int
            Neurons that will have been added.
        """
        with uninterrupted():
            yield
            self.done = up_to

    def keep(self, *, now: bool = False) -> None:
        """Write the sums if it is time to."""
        kept = self._checkpoint
        if kept is not None and self.done and (now or kept.due):
            kept.write(partial(self._save), self.done)

    def _save(self, path: Path) -> None:
        write_archive(
            path,
            {"kind": KIND, "format": FORMAT, "inputs": self._inputs, "neurons_done": self.done},
            self._arrays,
        )

    def _take_up(self, path: Path) -> None:
        header, there = read_archive(path, KIND)
        differing = [
            name
            for name in {**header["inputs"], **self._inputs}
            if header["inputs"].get(name) != self._inputs.get(name)
        ]
        if differing:
            differences = "; ".join(
                f"{name}: {shown(header['inputs'].get(name))} there, {shown(self._inputs.get(name))} here"
                for name in differing
            )
            raise CheckpointMismatch(
                f"the checkpoint {str(path)!r} belongs to another run ({differences}); give the same inputs "
                "or the name of another file"
            )
        for name, array in self._arrays.items():
            array[...] = there[name]
        self.done = int(header["neurons_done"])
