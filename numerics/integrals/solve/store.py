"""Answers kept on disk, found again by what was asked (`numerics.integrals.solve.resumable`).

What to use when: pass ``store=IntegralStore("folder")``, or the folder, to
`numerics.integrals.integrator.predict`, or set the environment variable ``NNFT_CACHE`` to a folder. Entries
are written atomically and sealed with a checksum; two processes may share a folder; what is damaged is
reported, removed and computed again.
"""

import hashlib
import json
import os
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from time import time
from typing import Any, final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from numerics.errors import LoweringError
from numerics.files.sealed import SEAL, UnwritableOutput, atomically, is_intact, seal
from numerics.integrals.questions.question import Answer

Array = NDArray[np.float64]

#: Size that a store may reach before the entries unused for longest go.
DEFAULT_BYTES = 2**30
#: Share of the size that is left after such a clean-up.
_KEPT_SHARE = 0.8
#: Temporary files older than this were left by a killed process.
_STALE_SECONDS = 3600.0
#: Names of subfolders, of entries in them, and of the temporary files of `atomically` beside those.
_SUBFOLDER = re.compile("[0-9a-f]{2}")
_ENTRY = re.compile(r"[0-9a-f]{64}\.npz")
_TEMPORARY = re.compile(r"\.[0-9a-f]{48,64}(\.npz)?\.writing-\w+(\.npz)?")


class StoreNotice(UserWarning):
    """An entry of the store could not be used or written; the integral was computed all the same."""


@final
class IntegralStore:
    """A folder of integrals.

    Parameters
    ----------
    folder : path-like
        Made if it does not exist.
    max_bytes : int
        Beyond this size the entries unused for longest are removed.

    Raises
    ------
    UnwritableOutput
        If the folder cannot be made.
    LoweringError
        If `max_bytes` is not positive.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = IntegralStore(folder)
    ...     len(store), store.n_bytes, store.clear()
    (0, 0, 0)
    """

    def __init__(self, folder: str | os.PathLike[str], max_bytes: int = DEFAULT_BYTES) -> None:
        if max_bytes < 1:
            raise LoweringError(f"max_bytes {max_bytes} given; a store needs room for at least one integral")
        self.folder = Path(folder).expanduser()
        self.max_bytes = max_bytes
        self._n_bytes: int | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(
                f"cannot make the folder {shown(str(self.folder))} ({error.strerror}); give another one"
            ) from error

    def __repr__(self) -> str:
        return f"IntegralStore({str(self.folder)!r}, max_bytes={self.max_bytes})"

    def __len__(self) -> int:
        """Number of integrals."""
        return sum(1 for _ in self._entries())

    @property
    def n_bytes(self) -> int:
        """Size of all entries in bytes."""
        return sum(size for _, _, size in self._entries())

    @property
    def closed(self) -> int:
        """Number of subfolders that could hold integrals and may not be looked into."""
        return sum(not _may_look_into(folder.path) for folder in self._subfolders())

    def fetch(self, asked: str, shape: tuple[int, ...]) -> Answer | None:
        """Look an answer up.

        Parameters
        ----------
        asked : str
            See `numerics.integrals.solve.resumable.question_text`.
        shape : tuple of int
            Of the answer.

        Returns
        -------
        Answer or None
            None if it is not there.
        """
        path = self._path(asked)
        try:
            answer = _read(path, asked, shape)
        except (FileNotFoundError, NotADirectoryError):  # never there, or just removed by another process
            return None
        except PermissionError as error:
            _notice(f"the stored integral {path} cannot be read ({error.strerror}); it is computed again")
            return None
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            _notice(f"the stored integral {path} is damaged ({error}); it is computed again")
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        with suppress(OSError):  # the time of last use; a folder may be read-only
            os.utime(path)
        return answer

    def keep(self, asked: str, answer: Answer) -> None:
        """Store an answer; if the disk refuses, say so and go on."""
        path = self._path(asked)
        try:
            path.parent.mkdir(exist_ok=True)
            atomically(path, lambda temporary: _write(temporary, asked, answer))
        except OSError as error:
            _notice(f"an integral could not be stored ({error}); the calculation goes on")
            return
        if self._n_bytes is None:
            self._n_bytes = self.n_bytes
        else:
            with suppress(OSError):  # another process has just removed it
                self._n_bytes += path.stat().st_size
        if self._n_bytes > self.max_bytes:
            self._shrink(path)

    def clear(self) -> int:
        """Remove all integrals; gives their number. Files that are not ours, and links, stay."""
        self._n_bytes = None
        self._sweep()
        return sum(self._remove(path) for path, _, _ in list(self._entries()))

    def _path(self, asked: str) -> Path:
        key = _checksum(asked.encode())
        return self.folder / key[:2] / f"{key}.npz"

    def _entries(self) -> Iterator[tuple[Path, float, int]]:
        """Give path, time of last use and size of every entry; what is not of our making is passed over."""
        for path in self._files():
            with suppress(OSError):
                status = path.lstat()
                if _ENTRY.fullmatch(path.name) and _is_sealed(path, status):
                    yield path, status.st_mtime, status.st_size

    def _files(self) -> Iterator[Path]:
        """Give everything in the subfolders that could be ours; links are not followed."""
        for folder in self._subfolders():
            for file in _listed(folder.path):
                if file.name.lstrip(".").startswith(folder.name):
                    yield Path(file.path)

    def _subfolders(self) -> "Iterator[os.DirEntry[str]]":
        for folder in _listed(self.folder):
            if _SUBFOLDER.fullmatch(folder.name) and folder.is_dir(follow_symlinks=False):
                yield folder

    def _sweep(self) -> None:
        """Remove the temporary files of writers that were killed."""
        for path in self._files():
            with suppress(OSError):
                status = path.lstat()
                old = time() - status.st_mtime > _STALE_SECONDS
                if old and _TEMPORARY.fullmatch(path.name) and stat.S_ISREG(status.st_mode):
                    path.unlink()

    def _shrink(self, newest: Path) -> None:
        """Remove the entries unused for longest; the newest one stays."""
        self._sweep()
        entries = sorted(self._entries(), key=lambda entry: entry[1])
        total = sum(size for _, _, size in entries)
        for path, _, size in entries:
            if total <= _KEPT_SHARE * self.max_bytes:
                break
            if path != newest:
                total -= size * self._remove(path)
        self._n_bytes = total

    def _remove(self, path: Path) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:  # another process was faster
            return True
        except OSError as error:
            _notice(f"the stored integral {path} could not be removed ({error})")
            return False
        return True


def _listed(folder: str | Path) -> "list[os.DirEntry[str]]":
    """List a folder; one that may not be looked into is empty."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _may_look_into(folder: str) -> bool:
    try:
        os.scandir(folder).close()
    except FileNotFoundError:  # just removed by another process
        return True
    except OSError:
        return False
    return True


def _is_sealed(path: Path, status: os.stat_result) -> bool:
    """Tell whether a regular file ends in a seal, without reading all of it."""
    length = len(SEAL) + 64
    if not stat.S_ISREG(status.st_mode) or status.st_size < length:
        return False
    with path.open("rb") as file:
        file.seek(-length, os.SEEK_END)
        return file.read(len(SEAL)) == SEAL


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, asked: str, answer: Answer) -> None:
    content = {one.name: getattr(answer, one.name) for one in fields(answer)}
    arrays: dict[str, Any] = {name: value for name, value in content.items() if isinstance(value, np.ndarray)}
    plain = {name: value for name, value in content.items() if name not in arrays}
    header = json.dumps({"question": asked, "plain": plain})
    with path.open("wb") as file:
        np.savez(file, header=np.frombuffer(header.encode(), dtype=np.uint8), **arrays)
    seal(path)


def _read(path: Path, asked: str, shape: tuple[int, ...]) -> Answer:
    """Read an entry, or say with an error what is wrong with it."""
    if not is_intact(path):
        raise ValueError("its checksum does not fit")
    # a pickle in a damaged or foreign file could run code: NumPy refuses it
    with np.load(path, allow_pickle=False) as content:
        header = json.loads(content["header"].tobytes().decode())
        arrays = {name: content[name] for name in content.files if name != "header"}
    if header["question"] != asked:
        raise ValueError("it belongs to another integral")
    if any(arrays[name].shape != shape for name in ("value", "error", "scale")):
        raise ValueError(f"its shape is {arrays['value'].shape}, not {shape}")
    found: dict[str, Any] = arrays | header["plain"]
    return Answer(**found)


def _notice(text: str) -> None:
    warnings.warn(text, StoreNotice, stacklevel=4)
