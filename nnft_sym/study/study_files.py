"""A study that may be interrupted: its samples and integrals on disk, from which it goes on.

The folder holds

- ``study.json``: the study, and which code samples;
- a checkpoint of every net that was begun (`numerics.sampling.runs.checkpoints`), of finished ones too;
- ``integrals/``: every integral that is done (`numerics.integrals.solve.store`).

All else that a study does takes seconds, and gives the same numbers again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diagrams._marker import VERSION
from diagrams.messages import shown
from nnft_sym.jsonio import dumps
from numerics.errors import NNFTError
from numerics.files.sealed import UnwritableOutput, atomically, remove_leftovers
from numerics.files.targets import OutputInUse, claimed
from numerics.integrals.solve.resumable import default_store
from numerics.integrals.solve.store import IntegralStore
from numerics.sampling.runs.checkpoints import (
    KIND,
    Checkpoint,
    CheckpointFolder,
    CheckpointMismatch,
    DamagedCheckpoint,
    Pace,
    read_archive,
)
from numerics.sampling.runs.sampler_code import sampler_code

if TYPE_CHECKING:
    from nnft_sym.study.config import StudyConfig

#: What the file of the study says of itself; the number is raised when the layout changes.
HEADER = {"kind": "nnft-sym study", "format": 1}
#: Names in the folder.
STUDY, INTEGRALS = "study.json", "integrals"
#: Names of checkpoints: net, width, what else tells it from others, and whether networks are drawn again.
SAMPLES = re.compile(r"\w+_N\d+_[0-9a-f]{8}(_again)?\.checkpoint")
#: Differences that one message lists.
MOST_DIFFERENCES = 4
#: What a study raises about its files, which is about all of its nets.
FILE_ERRORS = (UnwritableOutput, OutputInUse, CheckpointMismatch, DamagedCheckpoint)


@dataclass(frozen=True)
class StudyFiles:
    """Where a study keeps what it has done.

    Attributes
    ----------
    folder : Path
        Made when the study begins.
    pace : Pace, optional
        How often the sample of a net is written.
    anew : bool, optional
        Begin again: what is there of an older study is removed when the new one begins.
    """

    folder: Path
    pace: Pace | None = None
    anew: bool = False

    @property
    def begun(self) -> bool:
        """Whether there is a study to go on with."""
        return (self.folder / STUDY).is_file()

    def checkpoint(self, label: str, attempt: int = 0) -> Checkpoint:
        """Make the checkpoint of one sample, by the label of its net."""
        return CheckpointFolder(self.folder, self.pace).of(f"{label}{'_again' if attempt else ''}")

    @property
    def store(self) -> IntegralStore:
        """Where integrals are kept: where the environment says, else here."""
        elsewhere = default_store()
        return IntegralStore(self.folder / INTEGRALS) if elsewhere is None else elsewhere

    @contextmanager
    def running(self, config: "StudyConfig") -> Iterator[None]:
        """Own the folder while a study runs; one that is refused before it has sampled leaves no trace.

        Raises
        ------
        CheckpointMismatch
            If the folder keeps another study, or one of other code.
        DamagedCheckpoint
            If a file is not what was written.
        OutputInUse
            If another run keeps its study there.
        UnwritableOutput
            If the disk refuses.
        """
        goes_on = self.begun and not self.anew
        if goes_on:
            self.check(config)
        made = [one for one in (self.folder, self.folder.parent) if not one.exists()]
        self._make()
        try:
            with claimed(self.folder / STUDY):
                remove_leftovers(self.folder / STUDY)
                if not goes_on:
                    self.clear()
                    content = {**HEADER, "version": VERSION, "code": sampler_code(), "study": _plain(config)}
                    atomically(self.folder / STUDY, lambda path: path.write_text(dumps(content) + "\n"))
                yield
        except OutputInUse:
            raise
        except NNFTError:
            if not goes_on and not self._samples():
                self.clear()
                for one in made:
                    with suppress(OSError):  # somebody else's files are in it
                        one.rmdir()
            raise

    def check(self, config: "StudyConfig") -> None:
        """Refuse to go on with another study, or with files that were altered.

        Raises
        ------
        CheckpointMismatch, DamagedCheckpoint
        """
        there = self._kept()
        if (there["version"], there["code"]) != (VERSION, sampler_code()):
            raise CheckpointMismatch(
                f"{shown(str(self.folder))} keeps a study of other code of nnft-sym (version "
                f"{shown(there['version'])}; here {VERSION}), and numbers of different code are not mixed; "
                "continue it with that code, replace it with --force, or name another folder"
            )
        differing = _differences(there["study"], _plain(config))
        if differing:
            more = len(differing) - MOST_DIFFERENCES
            said = "; ".join(differing[:MOST_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
            raise CheckpointMismatch(
                f"{shown(str(self.folder))} keeps another study ({said}); continue it with the options it "
                "was begun with, replace it with --force, or name another folder"
            )
        for path in self._samples():
            read_archive(path, KIND)

    def clear(self) -> None:
        """Remove what is kept, and nothing else.

        Raises
        ------
        UnwritableOutput
            If the disk refuses.
        """
        try:
            for path in [*self._samples(), self.folder / STUDY]:
                path.unlink(missing_ok=True)
            if (self.folder / INTEGRALS).is_dir():
                IntegralStore(self.folder / INTEGRALS).clear()
                for place in [*(self.folder / INTEGRALS).iterdir(), self.folder / INTEGRALS]:
                    with suppress(OSError):  # somebody else's files are in it
                        place.rmdir()
        except OSError as error:
            raise UnwritableOutput(f"cannot remove {shown(str(self.folder))}: {error.strerror}") from error

    def foreign(self) -> list[Path]:
        """List what is in the folder and is not ours; hidden files do not count."""
        if not self.folder.is_dir():
            return []
        return [
            path
            for path in sorted(self.folder.iterdir())
            if not (path.name in (STUDY, INTEGRALS) or SAMPLES.fullmatch(path.name)) and path.name[0] != "."
        ]

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(
                f"cannot make the folder {shown(str(self.folder))} for checkpoints: {error.strerror}; make "
                "room, or write elsewhere"
            ) from error

    def _samples(self) -> list[Path]:
        return [path for path in sorted(self.folder.iterdir()) if SAMPLES.fullmatch(path.name)]

    def _kept(self) -> dict[str, object]:
        path = self.folder / STUDY
        with suppress(OSError, ValueError):
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, dict) and HEADER.items() <= found.items():
                return dict.fromkeys(("version", "code", "study")) | found
        raise DamagedCheckpoint(
            f"{shown(str(path))} is damaged, or not a study of this version of nnft-sym; replace it with "
            "--force, or name another folder"
        )


def _plain(config: "StudyConfig") -> dict[str, object]:
    found: dict[str, object] = config.model_dump(mode="json", exclude_none=True)
    return found


def _differences(there: object, here: object, place: str = "") -> list[str]:
    """Name what differs, net by net and key by key.

    Examples
    --------
    >>> _differences({"seed": 1, "net": [{"width": 5}]}, {"seed": 1, "net": [{"width": 6}]})
    ['net 1 width: 5 there, 6 here']
    """
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        return [
            said
            for key in dict.fromkeys([*there, *here])
            for said in _differences(there.get(key), here.get(key), f"{place} {key}".strip())
        ]
    if place == "net" and isinstance(there, list) and isinstance(here, list):
        if len(there) != len(here):
            return [f"nets: {len(there)} there, {len(here)} here"]
        pairs = enumerate(zip(there, here, strict=True), start=1)
        return [said for number, (one, other) in pairs for said in _differences(one, other, f"net {number}")]
    if there == here:
        return []
    was, now = ("left out" if one is None else shown(one) for one in (there, here))
    return [f"{place}: {was} there, {now} here"]
