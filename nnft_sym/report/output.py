"""The folder a study leaves behind: complete, or not there at all.

Everything is first written into a hidden folder on the same disk. Only when all of it is there is an
earlier study moved out, whole, and then the new one in, so that no moment shows files of both; if that fails
half-way, all is moved back. A folder holds one study. Files that a study does not write are left alone.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diagrams.messages import shown
from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import write_study
from nnft_sym.storage.writing import UnwritableOutput
from nnft_sym.study.config import InvalidStudy
from nnft_sym.study.results import StudyResult
from nnft_sym.study.summary import summarise
from numerics.files.sealed import is_abandoned, lock
from numerics.given import as_instance

#: The files of a study, below its folder.
_FILES = ("report.html", "report.tex", "results.nc", "summary.json")
_FOLDERS = ("figures", "pictures")
_DRAWN = re.compile(
    r"figures/(overview|diagrams|\d+_\w+_N\d+_(correlators|coupling|six_point|eight_point|order_\d+|pulls))\.(svg|pdf)"
    r"|pictures/G\d+_\d+\.svg"
)
#: Held by the process that writes into a staging folder.
_LOCK = "lock"


def refuse_other_study(folder: Path) -> None:
    """Refuse a folder that holds a study already: two of them would be mixed, or one lost.

    Raises
    ------
    UnwritableOutput
        If there are files of a study.
    """
    held = _study_files(folder)
    if held:
        raise UnwritableOutput(
            f"{shown(str(folder))} holds a study already ({held[0].relative_to(folder)}"
            + (f" and {len(held) - 1} more files" if len(held) > 1 else "")
            + "); name another folder, or replace that study with --force"
        )


def _study_files(folder: Path) -> list[Path]:
    """List the files of a study in a folder, and nobody else's."""
    found = [folder / name for name in _FILES if os.path.lexists(folder / name)]
    for name in _FOLDERS:
        if (folder / name).is_dir():
            inside = sorted((folder / name).iterdir())
            found += [path for path in inside if _DRAWN.fullmatch(f"{name}/{path.name}")]
    return found


def check_folder(path: str | os.PathLike[str]) -> Path:
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
        If the path is a file, the parent is missing, one of them is read-only, or a folder has the name of a
        file of a study.

    Examples
    --------
    >>> check_folder("no/such/place")
    Traceback (most recent call last):
    numerics.files.sealed.UnwritableOutput: cannot write to 'no/such/place': the folder 'no/such'...
    """
    folder = Path(path)
    try:
        exists = folder.is_dir()
    except (OSError, ValueError) as error:  # too long a name, a zero byte
        reason = getattr(error, "strerror", None) or error
        raise UnwritableOutput(
            f"cannot write to {shown(str(folder))}: {reason}; choose another name"
        ) from None
    if exists:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UnwritableOutput(
                f"cannot write to {str(folder)!r}: it is read-only; choose another folder or change its "
                "rights"
            )
        _refuse_foreign(folder)
        return folder
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
    return folder


def _refuse_foreign(folder: Path) -> None:
    """Refuse folders where our files belong, and files where our folders belong: they are somebody's."""
    foreign = [path for path in _study_files(folder) if path.is_dir()]
    foreign += [
        folder / name for name in _FOLDERS if os.path.lexists(folder / name) and not (folder / name).is_dir()
    ]
    if foreign:
        kind = "a folder" if foreign[0].is_dir() else "a file"
        raise UnwritableOutput(
            f"cannot write to {shown(str(folder))}: {kind} {foreign[0].name!r} is in the way of the results; "
            "move it or choose another folder"
        )


def write_output(result: StudyResult, folder: str | os.PathLike[str]) -> None:
    """Write report, figures, diagrams and numbers of a study.

    Parameters
    ----------
    result : StudyResult
    folder : path-like
        Receives ``report.html``, ``report.tex``, ``figures/``, ``pictures/``, ``results.nc`` (every number)
        and ``summary.json``. A study that is there already is replaced whole.

    Raises
    ------
    UnwritableOutput
        As `check_folder`, or if the disk refuses; the folder is then as it was before.
    InvalidStudy
        If what is given is no result of a study.
    """
    as_instance(result, StudyResult, "result", InvalidStudy, "what run_study returns")
    target = check_folder(folder)
    try:
        with _staging(target) as staging:
            new = staging / "new"
            new.mkdir()
            _write_everything(result, new)
            _install(new, target, staging / "old")
    except UnwritableOutput:
        raise
    except OSError as error:
        raise UnwritableOutput(f"cannot write to {str(target)!r}: {error}") from error


def _write_everything(result: StudyResult, folder: Path) -> None:
    # Imported here: jinja2 and matplotlib are needed by this command only.
    from nnft_sym.report.html import diagram_pictures, report_html
    from nnft_sym.report.plots import study_figures
    from nnft_sym.report.tex import report_tex

    # Not "diagrams": a folder of that name beside a script would hide our package of the same name.
    for name in ("figures", "pictures"):
        (folder / name).mkdir()
    figures = study_figures(result)
    for figure in figures:
        (folder / "figures" / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")
        (folder / "figures" / f"{figure.name}.pdf").write_bytes(figure.pdf)
    for name, svg in diagram_pictures(result).items():
        (folder / "pictures" / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / "report.html").write_text(report_html(result, figures), encoding="utf-8")
    (folder / "report.tex").write_text(report_tex(result, figures), encoding="utf-8")
    (folder / "summary.json").write_text(dumps(summarise(result)) + "\n", encoding="utf-8")
    write_study(result, folder / "results.nc")


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


def _install(new: Path, target: Path, old: Path) -> None:
    """Move a finished folder to its place, whole or not at all."""
    if not target.is_dir():
        new.rename(target)
        return
    undo: list[tuple[Path, Path]] = []  # (where it is now, where it belongs)
    try:
        for place in _study_files(target):
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
