"""Results as files, in the form that the suffix names: netCDF, CSV, JSON, or a picture."""

import csv
import os
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import UnwritableResult
from nnft_sym.parameters.outputs import DATA, PICTURES
from nnft_sym.storage.writing import atomically, check_writable, write_text

if TYPE_CHECKING:
    from numerics.results.faces import Content, Shown


def save(result: "Shown", path: str | os.PathLike[str]) -> Path:
    """Write a result; see `numerics.results.faces.Shown.save`.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> save(Estimate([1.0], [0.1]), "one.xls")
    Traceback (most recent call last):
    nnft_sym.errors.UnwritableResult: cannot save to 'one.xls': give a file that ends in .nc, .csv, .json, ...
    """
    if not isinstance(path, str | os.PathLike):
        raise UnwritableResult(f"path = {shown(path)} was given; the name of a file is needed")
    suffix = Path(path).suffix.lower()
    if suffix not in DATA + PICTURES:
        raise UnwritableResult(
            f"cannot save to {shown(os.fspath(path))}: give a file that ends in {', '.join(DATA)}, "
            f"{', '.join(PICTURES[:-1])} or {PICTURES[-1]}{did_you_mean(suffix, DATA + PICTURES)}"
        )
    target = check_writable(path)
    if suffix == ".csv":
        write_text(target, as_csv(result.plain_fields()))
    elif suffix == ".json":
        write_text(target, as_json(result.plain_fields()))
    elif suffix == ".nc":
        from nnft_sym.faces.netcdf import write_netcdf

        write_netcdf(result, target)
    else:
        from nnft_sym.report.figure_files import save_figure

        figure = result.plot()
        atomically(target, lambda temporary: save_figure(figure, temporary, suffix[1:]))
    return target


def as_csv(content: "Content") -> str:
    """Write the rows, numbers with all their digits.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> as_csv(Estimate([1.5], [0.1]).plain_fields()).splitlines()
    ['element,value,error', '0,1.5,0.1']
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(content.columns)
    writer.writerows(content.rows())
    return text.getvalue()


def as_json(content: "Content") -> str:
    """Write everything as one JSON object: title, facts by name, and a list of rows with names.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> as_json(Estimate([1.5], [0.1], "by hand").plain_fields())[:56]
    '{"title": "Estimate of shape (1,)", "method": "by hand",'
    """
    from nnft_sym.jsonio import dumps

    rows = [dict(zip(content.columns, row, strict=True)) for row in content.rows()]
    return dumps({"title": content.title, **content.facts, "rows": rows}) + "\n"
