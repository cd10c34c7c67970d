"""Files that are either there whole or not at all, and that tell when they were altered later."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from glob import escape
from pathlib import Path

from numerics.errors import NNFTError

#: What stands before the checksum at the end of a sealed file.
SEAL = b"\nsha256 "


class UnwritableOutput(NNFTError, OSError):
    """Results cannot be written where they were asked for."""


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Make sure, before any work is done, that a file can be written.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Path

    Raises
    ------
    UnwritableOutput
        If the folder does not exist or is not writable, or the path is a folder.

    Examples
    --------
    >>> check_writable("no/such/place.nc")
    Traceback (most recent call last):
    numerics.files.UnwritableOutput: cannot write 'no/such/place.nc': the folder does not exist ...
    """
    target = Path(path)
    if target.is_dir():
        raise UnwritableOutput(f"{str(target)!r} is a folder; give the name of a file")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise UnwritableOutput(f"cannot write {str(target)!r}: the folder does not exist or is read-only")
    return target


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is either there whole or not at all, also after a crash of the machine.

    Parameters
    ----------
    path : Path
        The file to appear.
    write : callable
        Given a temporary path in the same folder, writes the content there.

    Raises
    ------
    UnwritableOutput
        If the disk refuses; what was there before is untouched.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder) / "answer.txt"
    ...     atomically(target, lambda temporary: temporary.write_text("42"))
    ...     target.read_text()
    '42'
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=path.suffix)
    except OSError as error:
        raise UnwritableOutput(f"cannot write {str(path)!r}: {error}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)  # mkstemp makes it private; a result is meant to be read
        _flush(temporary)
        temporary.replace(path)
    except OSError as error:
        raise UnwritableOutput(f"cannot write {str(path)!r}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def seal(path: Path) -> None:
    """Append the SHA-256 checksum of all that a file holds.

    Archives (zip, npz) and HDF5 files say themselves where they end, so their readers do not mind.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder) / "answer.txt"
    ...     _ = target.write_text("42")
    ...     seal(target)
    ...     before = is_intact(target)
    ...     _ = target.write_bytes(target.read_bytes().replace(b"42", b"43"))
    ...     before, is_intact(target)
    (True, False)
    """
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(SEAL + digest.encode())


def is_intact(path: Path) -> bool:
    """Tell whether a file is, byte for byte, what was sealed; a truncated or altered one is not."""
    length = len(SEAL) + 64
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = max(path.stat().st_size - length, 0)
        while left > 0 and (chunk := file.read(min(left, 1 << 20))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == SEAL + digest.hexdigest().encode()


def has_content(path: Path) -> bool:
    """Tell whether there is a file with something in it."""
    return path.exists() and path.stat().st_size > 0


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that a killed `atomically` left beside a file."""
    for leftover in path.parent.glob(f"{escape(_prefix(path))}*"):
        leftover.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return f".{path.name}.writing-"


def _flush(path: Path) -> None:
    """Make the content reach the disk before the name does."""
    with path.open("rb") as written:
        os.fsync(written.fileno())
