"""Tables as files of comma-separated values: numbers in full, and the text of the page where it says more."""

import csv
import re
from io import StringIO
from math import isfinite

from nnft_sym.printing.table_content import Cell, Table

#: A text that is one number, perhaps a share or with a power of ten, and nothing besides.
_ONE_NUMBER = re.compile(r"[<>]? ?−?[\d.,]+( %)?( × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|none|")


def csv_text(table: Table) -> str:
    """Write a table as CSV (RFC 4180, UTF-8, one line of headings).

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        A column of numbers holds them in full, shares as fractions of 1; a second column holds their errors,
        where they have any. Where the page shows more than a number, such as its error or a mark, the last
        column has that text. What is no number is text.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> known = Cell("1.50 ± 0.10", 1.503, measured=Estimate(1.503, 0.099))
    >>> rows = ((Cell("erf"), known), (Cell("relu"), Cell("none")))
    >>> print(csv_text(Table("couplings", ("net", "λ"), rows)), end="")
    net,λ,λ error,λ as shown
    erf,1.503,0.099,1.50 ± 0.10
    relu,,,none
    """
    heads: list[str] = []
    columns: list[list[str]] = []
    for name, cells in zip(table.headings, zip(*table.body, strict=True), strict=True):
        for head, column in _columns(name, cells):
            heads.append(head)
            columns.append(column)
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(zip(*columns, strict=True))
    return written.getvalue()


def _columns(name: str, cells: tuple[Cell, ...]) -> list[tuple[str, list[str]]]:
    """The numbers of a column with their errors, and its texts where they say more than the numbers."""
    texts = [cell.text for cell in cells]
    if all(cell.value is None for cell in cells):
        return [(name, texts)]
    numbers = [(name, [_in_full(cell.value) for cell in cells])]
    errors = [None if cell.measured is None else float(cell.measured.error) for cell in cells]
    if any(error is not None for error in errors):
        numbers.append((f"{name} error", [_in_full(error) for error in errors]))
    if all(_ONE_NUMBER.fullmatch(text) for text in texts):
        return numbers
    return [*numbers, (f"{name} as shown", texts)]


def _in_full(value: float | int | None) -> str:
    """Write all digits of a number, also of one that NumPy made; nothing where there is none."""
    if value is None or not isfinite(value):
        return ""
    return repr(value if isinstance(value, int) else float(value))
