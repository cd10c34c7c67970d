"""Files that are either there whole or not at all, and that tell when they were altered later."""

import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from diagrams.messages import LONGEST_WORD, shown
from numerics.errors import NNFTError

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows
    LOCKS = False
else:
    LOCKS = True

#: What stands before the checksum at the end of a sealed file.
SEAL = b"\nsha256 "
#: Seconds after which a temporary file is nobody's, where there are no locks to tell.
ABANDONED = 86_400.0
#: The names of temporary files.
_TEMPORARY = re.compile(r"\..{1,48}\.writing-[0-9a-f]{8}(\..{1,15})?", re.DOTALL)


#: Letters that our hidden and temporary files add to the name of a result.
_ADDED = len(".") + len(".checkpoint.writing-") + 16
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class UnwritableOutput(NNFTError, OSError):
    """Results cannot be written where they were asked for."""


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Find the file that a name stands for, and make sure before any work is done that it can be written.

    Links are followed, so that a link stays one.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Path
        As given; for a link, the file that it points to.

    Raises
    ------
    UnwritableOutput
        If the name is empty, too long or cannot be looked at; if it stands for a folder, a pipe, a device or
        a socket, since a result takes the place of what was there, and such things have none; if the folder
        does not exist or is not writable.

    Examples
    --------
    >>> check_writable("results.nc")
    PosixPath('results.nc')
    >>> check_writable("/dev/null")
    Traceback (most recent call last):
    numerics.files.sealed.UnwritableOutput: cannot write '/dev/null': it is a device; ...
    >>> check_writable("no/such/place.nc")
    Traceback (most recent call last):
    numerics.files.sealed.UnwritableOutput: cannot write 'no/such/place.nc': the folder does not exist ...
    """
    given = shown(os.fspath(path), LONGEST_WORD)
    if not str(path).strip():
        raise UnwritableOutput(f"{given} was given; the name of a file is needed")
    try:
        target = Path(os.path.realpath(path)) if Path(path).is_symlink() else Path(path)
        mode = _mode(target)
        place = Path(os.path.realpath(target)).parent
        writable = place.is_dir() and os.access(place, os.W_OK)
    except (OSError, ValueError) as error:  # too long a name, a folder one may not look into, a zero byte
        reason = getattr(error, "strerror", None) or error
        raise UnwritableOutput(f"cannot write {given}: {reason}; give the name of another file") from None
    if mode is not None and not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise UnwritableOutput(
            f"cannot write {given}: it is {kind}; results are written whole or not at all, so give the "
            "name of a file"
        )
    if not writable:
        raise UnwritableOutput(
            f"cannot write {given}: the folder does not exist or is read-only; make it or choose another "
            "place"
        )
    _check_length(target, given)
    return target


def _check_length(target: Path, given: str) -> None:
    """Refuse now what would fail at the end, when a temporary file is made beside the result."""
    longest = 255
    with suppress(OSError, ValueError, AttributeError):
        longest = os.pathconf(target.parent, "PC_NAME_MAX")
    length = len(os.fsencode(target.name))
    if length + _ADDED + len(os.fsencode(target.suffix)) > longest:
        raise UnwritableOutput(
            f"cannot write {given}: its name has {length} bytes, and with the files kept beside it more than "
            f"the {longest} that this disk allows; give a shorter name"
        )


def _mode(path: Path) -> int | None:
    """Kind and rights of what a path leads to; None if there is nothing."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is either there whole or not at all, also after a crash of the machine.

    A link is followed: what it leads to is written. The new file has the rights that the process gives to
    files, or those of the file whose place it takes. What killed writers left in the folder is removed.

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
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder) / "answer.txt"
    ...     atomically(target, lambda temporary: temporary.write_text("42"))
    ...     target.read_text()
    '42'
    """
    target = Path(os.path.realpath(path))
    try:
        before = _mode(target)
        _sweep(target.parent)
        handle, temporary = _claim(target)
        try:
            write(temporary)
            if before is not None:
                temporary.chmod(stat.S_IMODE(before))
            _flush(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
            os.close(handle)
    except OSError as error:
        raise UnwritableOutput(f"cannot write {shown(str(path))}: {error.strerror or error}") from error


def _claim(target: Path) -> tuple[int, Path]:
    """Make a temporary file, held by a lock as long as this process lives."""
    while True:
        temporary = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}{target.suffix[:16]}")
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o666)
        lock(handle)
        # Another process may have taken the file for a leftover before it was locked.
        with suppress(FileNotFoundError):
            if os.path.samestat(temporary.stat(), os.fstat(handle)):
                return handle, temporary
        os.close(handle)


def lock(handle: int) -> bool:
    """Take the lock of an open file; it falls when the file is closed or its process dies.

    Returns
    -------
    bool
        Whether it was free; False too where the file system knows no locks.
    """
    if not LOCKS:
        return False
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def is_abandoned(path: Path) -> bool:
    """Tell whether the process that held the lock of a file is gone; if in doubt it is not.

    Where there are no locks, a file is abandoned a day after it was last written.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        if not LOCKS:
            return time.time() - os.fstat(handle).st_mtime > ABANDONED
        return lock(handle)
    finally:
        os.close(handle)


def seal(path: Path) -> None:
    """Append the SHA-256 checksum of all that a file holds.

    Archives (zip, npz) and HDF5 files say themselves where they end, so their readers do not mind.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
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


def opened(path: Path) -> BinaryIO:
    """Open a file for reading without waiting: a pipe that nobody writes to is empty.

    Examples
    --------
    >>> with opened(Path("/dev/null")) as file:
    ...     file.read()
    b''
    """

    def now(name: str, flags: int) -> int:
        handle = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
        if hasattr(os, "O_NONBLOCK"):  # one with a writer is waited for, as usual
            os.set_blocking(handle, True)
        return handle

    return open(path, "rb", opener=now)


def is_intact(path: Path) -> bool:
    """Tell whether a file is, byte for byte, what was sealed; a truncated or altered one is not."""
    length = len(SEAL) + 64
    digest = hashlib.sha256()
    with opened(path) as file:
        left = max(path.stat().st_size - length, 0)
        while left > 0 and (chunk := file.read(min(left, 1 << 20))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == SEAL + digest.hexdigest().encode()


def has_content(path: Path) -> bool:
    """Tell whether there is a file with something in it."""
    return path.exists() and path.stat().st_size > 0


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that a killed `atomically` left beside a file; those in work stay."""
    with suppress(OSError):
        _sweep(Path(os.path.realpath(path)).parent)


def _sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder."""
    with os.scandir(folder) as entries:
        names = [one.name for one in entries if _TEMPORARY.fullmatch(one.name)]
    for name in names:
        if is_abandoned(folder / name):
            with suppress(OSError):
                (folder / name).unlink()


def _prefix(path: Path) -> str:
    """Start of the name of a temporary file; a long name would leave no room for the rest."""
    return f".{path.name[:48]}.writing-"


def _flush(path: Path) -> None:
    """Make the content reach the disk before the name does."""
    with path.open("rb") as written:
        os.fsync(written.fileno())
