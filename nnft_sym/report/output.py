"""The folder a study leaves behind; a folder holds one study (`nnft_sym.report.result_folder`)."""

import os
import re
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from diagrams.messages import shown
from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import write_study
from nnft_sym.report.result_folder import ResultFolder
from nnft_sym.storage.writing import UnwritableOutput
from nnft_sym.study.config import InvalidStudy
from nnft_sym.study.study_files import StudyFiles
from nnft_sym.study.study_results import StudyResult
from nnft_sym.study.summary import summarise
from numerics.given import as_instance
from numerics.sampling.runs.checkpoints import Pace

#: The files of a study, below its folder.
STUDY_FOLDER = ResultFolder(
    "a study",
    ("report.html", "report.tex", "results.nc", "summary.json"),
    ("figures", "pictures", "tables"),
    re.compile(
        r"figures/(overview|diagrams|\d+_\w+_N\d+_[a-z]+[a-z\d_]*)\.(svg|pdf|png)|pictures/G\d+_\d+\.svg|tables/(study|overview|times|\d+_\w+_N\d+_[a-z_]+)\.csv"
    ),
)


#: Where a study keeps what it has done, below its folder.
KEPT = "checkpoints"


def prepare_folder(
    path: str | os.PathLike[str], *, force: bool = False, resume: bool = False, pace: Pace | None = None
) -> tuple[Path, StudyFiles]:
    """Make sure, before any work, that a study can be written, and refuse to lose or to mix what is there.

    A folder that does not exist, or is empty, is taken. One that holds a study, finished or interrupted, is
    taken to continue it or to replace it; one that holds other files only to write beside them, which has to
    be said. Nothing is written yet.

    Parameters
    ----------
    path : path-like
    force : bool, optional
        Replace a study that is there, and write beside files that are not ours, which stay.
    resume : bool, optional
        Continue the study whose checkpoints are there.
    pace : Pace, optional
        How often the sample of a net is written.

    Returns
    -------
    Path, StudyFiles

    Raises
    ------
    UnwritableOutput
        If the folder is not to be used, or nothing can be written there.
    """
    folder = check_folder(path)
    files = StudyFiles(folder / KEPT, pace, anew=force)
    if os.path.lexists(files.folder) and not files.folder.is_dir():
        raise UnwritableOutput(
            f"cannot write to {shown(str(folder))}: a file {KEPT!r} is in the way of the results; move it or "
            "choose another folder"
        )
    if force or (resume and files.begun):
        return folder, files
    if files.begun:
        finished = bool(STUDY_FOLDER.held(folder))
        raise UnwritableOutput(
            f"{shown(str(folder))} holds a study already, {'finished' if finished else 'interrupted'}; "
            f"{'show it again' if finished else 'continue it'} with --resume, replace it with --force, or "
            "name another folder"
        )
    if resume and STUDY_FOLDER.held(folder):
        raise UnwritableOutput(
            f"{shown(str(folder))} holds a study without checkpoints to continue it from; replace it with "
            "--force, or name another folder"
        )
    STUDY_FOLDER.refuse_other(folder)
    strangers = files.foreign()
    STUDY_FOLDER.refuse_foreign(folder, () if strangers else (KEPT,))
    return folder, files


def refuse_other_study(folder: Path) -> None:
    """Refuse a folder that holds a study already: two of them would be mixed, or one lost.

    Raises
    ------
    UnwritableOutput
        If there are files of a study.
    """
    STUDY_FOLDER.refuse_other(folder)


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
    return STUDY_FOLDER.check(path)


def write_output(result: StudyResult, folder: str | os.PathLike[str]) -> None:
    """Write report, figures, diagrams and numbers of a study.

    Parameters
    ----------
    result : StudyResult
    folder : path-like
        Receives ``report.html``, ``report.tex``, ``figures/``, ``pictures/``, ``tables/`` (CSV),
        ``results.nc`` (every number) and ``summary.json``, which is that of `nnft_sym.study.summary` and
        ``run``, how the run went. A study that is there already is replaced whole.

    Raises
    ------
    UnwritableOutput
        As `check_folder`, or if the disk refuses; the folder is then as it was before.
    InvalidStudy
        If what is given is no result of a study.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from nnft_sym.study.config import parse_study
    >>> from nnft_sym.study.run import run_study
    >>> tiny = '''
    ... experiments = 2
    ... networks = 500
    ... [[net]]
    ... kind = "cos"
    ... width = 3
    ... points = [[0.0], [0.7]]
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     write_output(run_study(parse_study(tiny)), Path(folder) / "results")
    ...     (Path(folder) / "results" / "report.html").is_file()
    True
    """
    as_instance(result, StudyResult, "result", InvalidStudy, "what run_study returns")
    STUDY_FOLDER.write(folder, partial(_write_everything, result))


def _write_everything(result: StudyResult, folder: Path) -> None:
    # Imported here: jinja2 and matplotlib are needed by this command only.
    from nnft_sym.report.csv_tables import csv_text
    from nnft_sym.report.html import diagram_pictures, report_html
    from nnft_sym.report.plots import study_figures
    from nnft_sym.report.report_content import StudyContent
    from nnft_sym.report.tex import report_tex

    # Not "diagrams": a folder of that name beside a script would hide our package of the same name.
    for name in ("figures", "pictures", "tables"):
        (folder / name).mkdir()
    begun = time.perf_counter()
    figures = study_figures(result)
    for figure in figures:
        (folder / "figures" / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")
        (folder / "figures" / f"{figure.name}.pdf").write_bytes(figure.pdf)
        (folder / "figures" / f"{figure.name}.png").write_bytes(figure.png)
    if result.run.parts:
        drawn = result.run.with_part("drawing the figures of the report", time.perf_counter() - begun)
        result = replace(result, run=drawn)
    content = StudyContent.of(result)
    for name, table in content.files():
        (folder / "tables" / f"{name}.csv").write_text(csv_text(table), encoding="utf-8")
    for name, svg in diagram_pictures(result).items():
        (folder / "pictures" / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / "report.html").write_text(report_html(result, figures, content), encoding="utf-8")
    (folder / "report.tex").write_text(report_tex(result, figures, content), encoding="utf-8")
    summary = {**summarise(result), "run": result.run.as_json()}
    (folder / "summary.json").write_text(dumps(summary) + "\n", encoding="utf-8")
    write_study(result, folder / "results.nc")
