"""Tables for the terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from nnft_sym.printing.table_content import Table as TableContent

#: Characters that a label keeps on one line.
LABEL = 24
#: A terminal counts as at least, and as at most, so many characters wide.
NARROWEST, WIDEST = 40, 10_000
#: Characters that a title keeps on one line.
TITLE = 78


def show(*tables: "Table | Text | str") -> None:
    """Print tables on standard output, wider than the terminal rather than with broken numbers.

    A string is printed as it is: brackets in it are an action's or a mean's, and no orders to the terminal.
    """
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(highlight=False)
    # rich believes a COLUMNS of 0 or 5, and then leaves out columns, or everything
    width = min(max(console.width, NARROWEST), WIDEST)
    console = Console(highlight=False, width=width)
    unbounded = console.options.update(max_width=WIDEST, width=WIDEST)
    for item in tables:
        needed = 0 if isinstance(item, str) else Measurement.get(console, unbounded, item).minimum
        console.print(item, width=max(width, needed), crop=False, markup=False, emoji=False)


def headed(head: str, text: str = "") -> "Text":
    """Write the head of a paragraph in bold.

    Examples
    --------
    >>> headed("PASSED", ": all [of it].").plain
    'PASSED: all [of it].'
    """
    from rich.text import Text

    return Text.assemble((head, "bold"), text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    """Make a table whose first column is text and whose other columns are numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    made = Table(
        title=Text(title, style="bold"), box=SIMPLE_HEAD, title_justify="left",
        show_header=any(columns), min_width=min(len(title), TITLE),
    )  # fmt: skip
    for position, name in enumerate(columns):
        # Numbers and the words of a heading stay whole; long labels may be folded.
        widest = max((len(text) for text in (*name.split(), *(row[position] for row in rows))), default=0)
        if position == 0:
            made.add_column(Text(name), overflow="fold", min_width=min(widest, LABEL))
        else:
            made.add_column(Text(name), justify="right", min_width=widest)
    for row in rows:
        made.add_row(*map(Text, row))
    return made


def terminal_table(content: "TableContent") -> "Table":
    """Make the terminal's form of a table."""
    return table(*content.in_brief())


def point_label(point: Sequence[float]) -> str:
    """Write a point in few characters.

    Examples
    --------
    >>> point_label([0.5]), point_label([1.0, -2.0])
    ('0.5', '(1, -2)')
    """
    text = ", ".join(f"{coordinate:g}" for coordinate in point)
    return text if len(point) == 1 else f"({text})"


def matrix_table(title: str, matrix: NDArray[np.float64], points: Sequence[Sequence[float]]) -> "Table":
    """Show a matrix between points."""
    labels = [point_label(point) for point in points]
    rows = [[label, *(f"{value:.6g}" for value in row)] for label, row in zip(labels, matrix, strict=True)]
    return table(title, ["", *labels], rows)


def correlator_table(
    title: str, indices: NDArray[np.int64], value: NDArray[np.float64], error: NDArray[np.float64]
) -> "Table":
    """Show a correlator over its index sets."""
    rows = [
        [" ".join(map(str, row)), f"{number:.6g}", f"{sigma:.2g}"]
        for row, number, sigma in zip(indices.tolist(), value, error, strict=True)
    ]
    return table(title, ["indices", "value", "error (1σ)"], rows)
