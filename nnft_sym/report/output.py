"""The folder a study leaves behind; a folder holds one study (`nnft_sym.report.result_folder`)."""

import os
import re
from functools import partial
from pathlib import Path

from nnft_sym.jsonio import dumps
from nnft_sym.report.archive import write_study
from nnft_sym.report.result_folder import ResultFolder
from nnft_sym.study.config import InvalidStudy
from nnft_sym.study.results import StudyResult
from nnft_sym.study.summary import summarise
from numerics.given import as_instance

#: The files of a study, below its folder.
STUDY_FOLDER = ResultFolder(
    "a study",
    ("report.html", "report.tex", "results.nc", "summary.json"),
    ("figures", "pictures"),
    re.compile(
        r"figures/(overview|diagrams|\d+_\w+_N\d+_(correlators|coupling|six_point|eight_point|order_\d+|pulls))"
        r"\.(svg|pdf)|pictures/G\d+_\d+\.svg"
    ),
)


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
    STUDY_FOLDER.write(folder, partial(_write_everything, result))


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
