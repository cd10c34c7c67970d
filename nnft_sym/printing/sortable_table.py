"""Tables that a notebook shows as HTML, sorted on a click without network, and others as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

#: Sorts the rows by the ranks that every cell carries; once more turns the order round.
_SORT = """
var head = event.target.closest('th'); if (!head) return;
var table = head.closest('table'), body = table.tBodies[0], column = head.cellIndex;
var down = head.getAttribute('aria-sort') === 'ascending';
Array.from(table.tHead.rows[0].cells).forEach(function (other) { other.removeAttribute('aria-sort'); });
head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
Array.from(body.rows).sort(function (a, b) {
  var difference = a.cells[column].dataset.rank - b.cells[column].dataset.rank;
  return down ? -difference : difference;
}).forEach(function (row) { body.appendChild(row); });
"""
_KEY = "if (event.key === 'Enter') { event.target.click(); }"
_STYLE = (
    "<style>.nnft-table th { cursor: pointer } .nnft-table td { text-align: left } "
    ".nnft-table th[aria-sort=ascending]::after { content: ' \\25B2' } "
    ".nnft-table th[aria-sort=descending]::after { content: ' \\25BC' }</style>"
)


@dataclass(frozen=True)
class Cell:
    """One entry of a table.

    Attributes
    ----------
    text : str
        As plain text.
    key : Any
        What rows are sorted by, comparable with the other keys of its column.
    html : str, optional
        As HTML; the text by default.
    """

    text: str
    key: Any
    html: str = ""


@dataclass(frozen=True, repr=False)
class SortableTable:
    """A table for a notebook, made by :meth:`nnft_sym.expansions.expansion.Expansion.table`.

    The order of every column is found here, exactly; the page only compares ranks. So integers of any size,
    fractions and words sort as they should.

    Attributes
    ----------
    title : str
    columns : tuple of str
    rows : tuple of tuple of Cell
        One cell per column.

    Examples
    --------
    >>> table = SortableTable("squares", ("n", "square"), ((Cell("-2", -2), Cell("4", 4)),))
    >>> table
    squares
    n   square
    -2  4
    >>> table.html.count("data-rank")
    2
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def html(self) -> str:
        """The table as a piece of HTML that needs nothing else."""
        ranks = [_ranks([row[column].key for row in self.rows]) for column in range(len(self.columns))]
        heads = "".join(f'<th scope="col" tabindex="0">{escape(name)}</th>' for name in self.columns)
        lines = []
        for number, row in enumerate(self.rows):
            cells = "".join(
                f'<td data-rank="{ranks[column][number]}">{cell.html or escape(cell.text)}</td>'
                for column, cell in enumerate(row)
            )
            lines.append(f"<tr>{cells}</tr>")
        click, key = escape(" ".join(_SORT.split())), escape(_KEY)
        return (
            f'{_STYLE}<table class="nnft-table">'
            f"<caption>{escape(self.title)} (click a heading to sort)</caption>"
            f'<thead onclick="{click}" onkeydown="{key}"><tr>{heads}</tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table>"
        )

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        """Write the table as text with aligned columns."""
        lines = [self.columns, *(tuple(cell.text for cell in row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        written = [
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *written])


def _ranks(keys: Sequence[Any]) -> list[int]:
    """Number the keys by size; equal keys have equal numbers."""
    number = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [number[key] for key in keys]
