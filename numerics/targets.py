"""Where results may be written: regular files, whose names are taken while a run writes them.

What to use when: `regular_target` before any work for the name of a file; `claimed` for as long as a run
owns that name, so that a second run is refused instead of overwriting what the first one has written.
"""

import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from numerics.errors import NNFTError
from numerics.files import UnwritableOutput

#: Letters that our hidden and temporary files add to the name of a result.
_ADDED = len(".") + len(".checkpoint.writing-") + 16
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class OutputInUse(NNFTError, OSError):
    """Another run is writing a file of the same name."""


def regular_target(path: str | os.PathLike[str]) -> Path:
    """Find the file that a name stands for; links are followed, so that a link stays one.

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
        If the name is empty or too long, stands for something that is not a regular file, or cannot be
        looked at.

    Examples
    --------
    >>> regular_target("results.nc")
    PosixPath('results.nc')
    >>> regular_target("/dev/null")
    Traceback (most recent call last):
    numerics.files.UnwritableOutput: cannot write '/dev/null': it is a device; ...
    """
    shown = _shortened(str(path))
    if not str(path).strip():
        raise UnwritableOutput(f"{shown} was given; the name of a file is needed")
    try:
        target = Path(path)
        if target.is_symlink():
            target = Path(os.path.realpath(target, strict=False))
        found = os.stat(target)
    except FileNotFoundError:
        _check_length(target, shown)
        return target
    except (OSError, ValueError) as error:  # ValueError: a zero byte
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UnwritableOutput(f"cannot write {shown}: {why}; give the name of another file") from error
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "no regular file")
        raise UnwritableOutput(
            f"cannot write {shown}: it is {kind}; results are written whole or not at all, so give the "
            "name of a file"
        )
    _check_length(target, shown)
    return target


def _check_length(target: Path, shown: str) -> None:
    """Refuse now what would fail at the end, when a temporary file is made beside the result."""
    longest = 255
    with suppress(OSError, ValueError, AttributeError):
        longest = os.pathconf(target.parent, "PC_NAME_MAX")
    length = len(os.fsencode(target.name))
    if length + _ADDED + len(os.fsencode(target.suffix)) > longest:
        raise UnwritableOutput(
            f"cannot write {shown}: its name has {length} bytes, and with the files kept beside it more than "
            f"the {longest} that this disk allows; give a shorter name"
        )


def _shortened(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 120 else f"{shown[:60]}…{shown[-50:]}"


@contextmanager
def claimed(target: Path) -> Iterator[None]:
    """Own the name of a file while the block runs.

    The claim is a hidden file that is made only if it is not there, with the process and the machine that
    made it. The claim of a process that no longer lives is taken over.

    Parameters
    ----------
    target : Path

    Raises
    ------
    OutputInUse
        If another run owns the name.
    UnwritableOutput
        If nothing can be written there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, claimed(Path(folder) / "run.nc"):
    ...     with claimed(Path(folder) / "run.nc"):
    ...         pass
    Traceback (most recent call last):
    numerics.targets.OutputInUse: .../run.nc' is being written by process ...
    """
    claim = target.with_name(f".{target.name}.running")
    mine = json.dumps(
        {"host": socket.gethostname(), "pid": os.getpid(), "born": _born(os.getpid()), "token": token_hex(8)}
    )
    while not _made(claim, mine):
        owner = _read(claim)
        if owner is None:  # gone in the meantime
            continue
        if not _is_stale(owner):
            raise OutputInUse(_refusal(target, claim, owner))
        _remove(claim, owner)
    try:
        yield
    finally:
        if _read(claim) == mine:
            with suppress(OSError):
                claim.unlink()


def _made(claim: Path, content: str) -> bool:
    """Make the file with its content in one step, or say that it is there."""
    draft = claim.with_name(f"{claim.name}-{token_hex(8)}")
    try:
        draft.write_text(content, encoding="utf-8")
        try:
            os.link(draft, claim)
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            with claim.open("x", encoding="utf-8") as file:
                file.write(content)
    except FileExistsError:
        return False
    except OSError as error:
        raise UnwritableOutput(
            f"cannot write beside {str(claim.with_name(''))!r}: {error.strerror}; choose another folder"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def _read(claim: Path) -> str | None:
    try:
        return claim.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _remove(claim: Path, stale: str) -> None:
    """Remove a stale claim, and no other that may have taken its place by now."""
    aside = claim.with_name(f"{claim.name}-{token_hex(8)}")
    with suppress(OSError):
        claim.rename(aside)
        if _read(aside) != stale:
            os.link(aside, claim)
    with suppress(OSError):
        aside.unlink(missing_ok=True)


def _owner(content: str) -> tuple[str, int, int | None]:
    """Read machine, process and the time of its birth; a claim that says nothing has no living owner."""
    try:
        found = json.loads(content)
        return str(found["host"]), int(found["pid"]), found["born"]
    except (ValueError, KeyError, TypeError):
        return socket.gethostname(), 0, None


def _is_stale(content: str) -> bool:
    host, pid, born = _owner(content)
    if host != socket.gethostname():  # nobody here can tell
        return False
    if pid <= 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return born is not None and _born(pid) not in (born, None)


def _born(pid: int) -> int | None:
    """When a process began, in ticks since the machine did: numbers of processes are used again.

    0 for one that has ended and only waits to be noticed; None where the system does not tell.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        state, *rest = text.rpartition(")")[2].split()
        return 0 if state in "ZX" else int(rest[18])
    except (OSError, ValueError, IndexError):
        return None


def _refusal(target: Path, claim: Path, owner: str) -> str:
    host, pid, _ = _owner(owner)
    text = (
        f"{str(target)!r} is being written by process {pid} on {host}; wait for its end, or give another file"
    )
    if host != socket.gethostname():
        text += f". If that process is gone, remove {str(claim)!r}"
    return text
