"""Names of results are taken while a run writes them, so that a second run is refused.

Without that the second run would overwrite what the first one has written. Whether a file can be written at
all is asked before: `numerics.files.sealed.check_writable`.
"""

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from numerics.errors import NNFTError
from numerics.files.sealed import UnwritableOutput

#: Claims are shorter; their names, and those of what they are made from.
_LONGEST = 2000
_CLAIM = re.compile(r"\..+\.running(-[0-9a-f]{16})?", re.DOTALL)


class OutputInUse(NNFTError, OSError):
    """Another run is writing a file of the same name."""


@contextmanager
def claimed(target: Path) -> Iterator[None]:
    """Own the name of a file while the block runs.

    The claim is a hidden file that is made only if it is not there, with the process and the machine that
    made it. The claim of a process that no longer lives is taken over, and others of the dead in the same
    folder are removed.

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
    numerics.files.targets.OutputInUse: .../run.nc' is being written by process ...
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
    _sweep(claim.parent)
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


def _sweep(folder: Path) -> None:
    """Remove what killed processes left in a folder: claims that are written as ours are, and no others."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            ours = _CLAIM.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            if ours and entry.stat(follow_symlinks=False).st_size < _LONGEST:
                content = _read(Path(entry.path)) or ""
                if _owner(content)[1] > 0 and _is_stale(content):
                    _remove(Path(entry.path), content)


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
