"""The folder of the published study: page, figures, table, numbers; and the ensembles as they are sampled."""

import csv
import os
import re
from functools import partial
from io import StringIO
from pathlib import Path

from diagrams.messages import shown
from nnft_sym.jsonio import dumps
from nnft_sym.report.figure_files import save_figure
from nnft_sym.report.result_folder import ResultFolder
from nnft_sym.reproduction.cases import FOLDER, CaseFiles
from nnft_sym.reproduction.published import Reproduction
from nnft_sym.storage.sample_files import write_tree
from nnft_sym.storage.writing import UnwritableOutput

#: What the study leaves behind.
PUBLISHED_FOLDER = ResultFolder(
    "a reproduction",
    ("report.html", "claims.json", "claims.csv", "results.nc"),
    ("figures",),
    re.compile(r"figures/[a-z0-9_]+\.(svg|png)"),
)
#: Its ensembles, which stay while the rest is replaced.
CASES = ResultFolder(
    "a reproduction", (), (FOLDER,), re.compile(rf"{FOLDER}/\w+_d\d_N\d+\.nc(\.checkpoint)?")
)
#: Columns of the table.
COLUMNS = (
    "key", "net", "dimension", "claim", "place", "published", "quantity", "ours", "error", "error_kind",
    "judgement", "reason", "explanation", "figure",
)  # fmt: skip


def prepare_folder(path: str | os.PathLike[str], *, force: bool, resume: bool) -> tuple[Path, CaseFiles]:
    """Make sure, before any work, that a folder can be written, and refuse to lose what it holds.

    Parameters
    ----------
    path : path-like
    force : bool
        Begin anew: ensembles that are there are removed.
    resume : bool
        Continue: ensembles that are there are read.

    Returns
    -------
    Path, CaseFiles

    Raises
    ------
    UnwritableOutput
        If nothing can be written there, it holds a reproduction that is neither continued nor replaced, or
        files of somebody else and nobody said that ours may stand beside them.
    """
    folder = CASES.check(PUBLISHED_FOLDER.check(path))
    held = [*PUBLISHED_FOLDER.held(folder), *CASES.held(folder)] if folder.is_dir() else []
    if held and not force and not resume:
        raise UnwritableOutput(
            f"{shown(str(folder))} holds a reproduction already ({held[0].relative_to(folder)}); continue it "
            "with --resume, replace it with --force, or name another folder"
        )
    if not held and not force:
        PUBLISHED_FOLDER.refuse_foreign(folder, (FOLDER,))
    cases = folder / FOLDER
    try:
        cases.mkdir(parents=True, exist_ok=True)
        if force and not resume:
            for old in CASES.held(folder):
                old.unlink()
    except OSError as error:
        raise UnwritableOutput(f"cannot write to {shown(str(cases))}: {error.strerror}") from error
    return folder, CaseFiles(cases)


def write_published(found: Reproduction, folder: str | os.PathLike[str]) -> None:
    """Write page, figures, table and numbers; the ensembles are there.

    Parameters
    ----------
    found : Reproduction
    folder : path-like
        Receives ``report.html``, ``figures/*.svg`` and ``.png``, ``claims.json``, ``claims.csv`` and
        ``results.nc``. What is there already is replaced whole.

    Raises
    ------
    UnwritableOutput
        If the disk refuses; the folder is then as it was before.
    """
    PUBLISHED_FOLDER.write(folder, partial(_write_everything, found))


def _write_everything(found: Reproduction, folder: Path) -> None:
    # Imported here: jinja2 is needed by this command only.
    from nnft_sym.reproduction.published_page import published_page

    figures = folder / "figures"
    figures.mkdir()
    pictures = {}
    for drawing in found.drawings:
        figure, path = drawing.draw(), figures / f"{drawing.name}.svg"
        save_figure(figure, path, "svg")
        figure.set_layout_engine("none")  # the layout is found; the second file has the same
        save_figure(figure, path.with_suffix(".png"), "png")
        pictures[drawing.name] = path.read_text(encoding="utf-8")
    (folder / "report.html").write_text(published_page(found, pictures), encoding="utf-8")
    (folder / "claims.json").write_text(dumps(found.answer()) + "\n", encoding="utf-8")
    (folder / "claims.csv").write_text(claims_csv(found), encoding="utf-8")
    _write_numbers(found, folder / "results.nc")


def claims_csv(found: Reproduction) -> str:
    """Write the table as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in found.claims:
        answer = claim.answer()
        writer.writerow([answer.get(name) for name in COLUMNS])
    return text.getvalue()


def _write_numbers(found: Reproduction, path: Path) -> None:
    import xarray

    root = xarray.Dataset(attrs={"study": "arXiv:2008.08601", "seed": str(found.seed)})
    groups = {"/": root}
    for part in found.parts:
        for name, arrays in part.arrays.items():
            groups[f"/{name}"] = xarray.Dataset(dict(arrays))
    write_tree(xarray.DataTree.from_dict(groups), path)
