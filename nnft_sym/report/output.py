"""The folder a study leaves behind: complete, or not there at all.

Everything is first written into a hidden folder on the same disk. Only when all of it is there do the new
files take their places; if that fails half-way, those already moved are moved back. Files of the folder that
a study does not write are left alone.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import UnwritableOutput, write_study
from nnft_sym.study.results import StudyResult
from nnft_sym.study.summary import summarise


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
        If the path is a file, the parent is missing, or one of them is read-only.

    Examples
    --------
    >>> check_folder("no/such/place")
    Traceback (most recent call last):
    numerics.files.UnwritableOutput: cannot write to 'no/such/place': the folder 'no/such' does not exist...
    """
    folder = Path(path)
    if folder.is_dir():
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UnwritableOutput(
                f"cannot write to {str(folder)!r}: it is read-only; choose another folder or change its "
                "rights"
            )
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


def write_output(result: StudyResult, folder: str | os.PathLike[str]) -> None:
    """Write report, figures, diagrams and numbers of a study.

    Parameters
    ----------
    result : StudyResult
    folder : path-like
        Receives ``report.html``, ``report.tex``, ``figures/``, ``pictures/``, ``results.nc`` (every number)
        and ``summary.json``. Files of an earlier run with the same names are replaced together.

    Raises
    ------
    UnwritableOutput
        As `check_folder`, or if the disk refuses; the folder is then as it was before.
    """
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
    staging = Path(tempfile.mkdtemp(prefix=".nnft-", dir=place))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _install(new: Path, target: Path, old: Path) -> None:
    """Move a finished folder to its place, whole or not at all."""
    if not target.is_dir():
        new.rename(target)
        return
    undo: list[tuple[Path, Path]] = []  # (where it is now, where it belongs)
    try:
        for source in sorted(path for path in new.rglob("*") if path.is_file()):
            place = target / source.relative_to(new)
            place.parent.mkdir(exist_ok=True)
            if os.path.lexists(place):
                kept = old / source.relative_to(new)
                kept.parent.mkdir(parents=True, exist_ok=True)
                place.rename(kept)
                undo.append((kept, place))
            undo.append((place, source))
            source.rename(place)
    except BaseException:
        for now, before in reversed(undo):
            if os.path.lexists(now):
                now.rename(before)
        raise
