"""A folder of results: complete, or not there at all.

Everything is first written into a hidden folder on the same disk. Only when all of it is there are earlier
results moved out, whole, and then the new ones in, so that no moment shows files of both; if that fails
half-way, all is moved back. Files that we do not write are left alone.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from diagrams.messages import shown
from nnft_sym.storage.writing import UnwritableOutput
from numerics.files.sealed import is_abandoned, lock

#: Held by the process that writes into a staging folder.
_LOCK = "lock"


@dataclass(frozen=True)
class ResultFolder:
    """What a folder of results holds, and how it is written.

    Attributes
    ----------
    noun : str
        What it holds one of, as in "a study".
    files : tuple of str
        Names of our files.
    folders : tuple of str
        Names of our folders inside.
    drawn : re.Pattern
        Our files inside those folders, as ``figures/name.svg``.
    """

    noun: str
    files: tuple[str, ...]
    folders: tuple[str, ...]
    drawn: re.Pattern[str]

    def held(self, folder: Path) -> list[Path]:
        """List our files in a folder, and nobody else's."""
        found = [folder / name for name in self.files if os.path.lexists(folder / name)]
        for name in self.folders:
            if (folder / name).is_dir():
                inside = sorted((folder / name).iterdir())
                found += [path for path in inside if self.drawn.fullmatch(f"{name}/{path.name}")]
        return found

    def foreign(self, folder: Path, besides: tuple[str, ...] = ()) -> list[Path]:
        """List what a folder holds that is not ours; what is hidden, or named in `besides`, does not count.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> ours = ResultFolder("a study", ("report.html",), (), re.compile("nothing"))
        >>> with TemporaryDirectory() as folder:
        ...     _ = [(Path(folder) / name).write_text("") for name in ("report.html", "thesis.tex")]
        ...     [path.name for path in ours.foreign(Path(folder))]
        ['thesis.tex']
        """
        if not folder.is_dir():
            return []
        ours = {*self.held(folder), *(folder / name for name in besides)}
        found = []
        for path in sorted(folder.iterdir()):
            inside = sorted(path.iterdir()) if path.name in self.folders and path.is_dir() else [path]
            found += [one for one in inside if one not in ours and one.name[0] != "."]
        return found

    def refuse_foreign(self, folder: Path, besides: tuple[str, ...] = ()) -> None:
        """Refuse a folder with files of somebody else, which nobody asked to have ours beside.

        Raises
        ------
        UnwritableOutput
            If there are any.
        """
        foreign = self.foreign(folder, besides)
        if foreign:
            first = shown(str(foreign[0].relative_to(folder)))
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise UnwritableOutput(
                f"{shown(str(folder))} holds other files ({first}{more}); "
                f"name another folder, or write {self.noun} beside them with --force, which leaves them alone"
            )

    def refuse_other(self, folder: Path) -> None:
        """Refuse a folder that holds results already: two of them would be mixed, or one lost.

        Raises
        ------
        UnwritableOutput
            If there are files of ours.
        """
        held = self.held(folder)
        if held:
            raise UnwritableOutput(
                f"{shown(str(folder))} holds {self.noun} already ({held[0].relative_to(folder)}"
                + (f" and {len(held) - 1} more files" if len(held) > 1 else "")
                + f"); name another folder, or replace that {self.noun.split()[-1]} with --force"
            )

    def check(self, path: str | os.PathLike[str]) -> Path:
        """Make sure, before any work is done, that a folder of results can be written.

        Parameters
        ----------
        path : path-like
            A folder that exists or can be made; its parent must exist.

        Returns
        -------
        Path

        Raises
        ------
        UnwritableOutput
            If the path is a file, the parent is missing, one of them is read-only, or a folder has the name
            of a file of ours.
        """
        folder = Path(path)
        try:
            exists = folder.is_dir()
        except (OSError, ValueError) as error:  # too long a name, a zero byte
            reason = getattr(error, "strerror", None) or error
            raise UnwritableOutput(
                f"cannot write to {shown(str(folder))}: {reason}; choose another name"
            ) from None
        if not exists:
            _refuse_place(folder)
            return folder
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UnwritableOutput(
                f"cannot write to {str(folder)!r}: it is read-only; choose another folder or change its "
                "rights"
            )
        self._refuse_in_the_way(folder)
        return folder

    def _refuse_in_the_way(self, folder: Path) -> None:
        """Refuse folders where our files belong, and files where our folders belong: they are somebody's."""
        foreign = [path for path in self.held(folder) if path.is_dir()]
        foreign += [
            folder / name
            for name in self.folders
            if os.path.lexists(folder / name) and not (folder / name).is_dir()
        ]
        if foreign:
            kind = "a folder" if foreign[0].is_dir() else "a file"
            raise UnwritableOutput(
                f"cannot write to {shown(str(folder))}: {kind} {foreign[0].name!r} is in the way of the "
                "results; move it or choose another folder"
            )

    def write(self, path: str | os.PathLike[str], fill: Callable[[Path], None]) -> None:
        """Write results whole; what is there already is replaced whole.

        Parameters
        ----------
        path : path-like
        fill : callable
            Writes everything into the folder that it is given.

        Raises
        ------
        UnwritableOutput
            As `check`, or if the disk refuses; the folder is then as it was before.
        """
        target = self.check(path)
        try:
            with _staging(target) as staging:
                new = staging / "new"
                new.mkdir()
                fill(new)
                _install(new, target, staging / "old", self.held(target) if target.is_dir() else [])
        except UnwritableOutput:
            raise
        except OSError as error:
            raise UnwritableOutput(f"cannot write to {str(target)!r}: {error}") from error


def _refuse_place(folder: Path) -> None:
    """Refuse what is no folder and cannot become one."""
    if os.path.lexists(folder):
        raise UnwritableOutput(
            f"cannot write to {str(folder)!r}: it is not a folder; results are several files, name a folder"
        )
    parent = folder.parent
    if not parent.is_dir():
        raise UnwritableOutput(
            f"cannot write to {str(folder)!r}: the folder {str(parent)!r} does not exist; make it first or "
            "choose another place"
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UnwritableOutput(
            f"cannot write to {str(folder)!r}: {str(parent)!r} is read-only; choose another place"
        )


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Make a hidden folder on the same disk as `target`, gone afterwards whatever happens.

    It stands inside a target that exists (which may be a mount point, or have a read-only parent), else
    beside it.
    """
    place = target if target.is_dir() else target.parent
    for left in place.glob(".nnft-*"):  # by a process that was killed
        if (left / _LOCK).is_file() and is_abandoned(left / _LOCK):
            shutil.rmtree(left, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=".nnft-", dir=place))
    held = os.open(staging / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        lock(held)
        yield staging
    finally:
        os.close(held)
        shutil.rmtree(staging, ignore_errors=True)


def _install(new: Path, target: Path, old: Path, held: list[Path]) -> None:
    """Move a finished folder to its place, whole or not at all."""
    if not target.is_dir():
        new.rename(target)
        return
    undo: list[tuple[Path, Path]] = []  # (where it is now, where it belongs)
    try:
        for place in held:
            kept = old / place.relative_to(target)
            kept.parent.mkdir(parents=True, exist_ok=True)
            undo.append((kept, place))
            place.rename(kept)
        for source in sorted(path for path in new.rglob("*") if path.is_file()):
            place = target / source.relative_to(new)
            place.parent.mkdir(exist_ok=True)
            undo.append((place, source))
            source.rename(place)
    except BaseException:
        for now, before in reversed(undo):
            if os.path.lexists(now):
                now.rename(before)
        raise
