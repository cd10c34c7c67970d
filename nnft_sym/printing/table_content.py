"""The one table of the house: built once, shown in a terminal, a notebook, a report and a paper.

A table is plain fields. `nnft_sym.printing.tables` shows it in the terminal, in brief; a notebook shows it as
HTML that sorts on a click without network, others as plain text; reports set it in HTML and LaTeX.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.results.estimate import Estimate

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
        As a reader sees it: Unicode (λ, χ², ×10⁻¹¹), rounded.
    value : float or int, optional
        The number that is shown; None if there is none, also if it is not finite.
    key : Any, optional
        What rows are sorted by, comparable with the other keys of its column; the value, else the text, by
        default.
    html : str, optional
        As HTML; the text by default.
    brief : str, optional
        In a terminal, in Python's notation of numbers; the text by default.
    measured : Estimate, optional
        The number with its error, where it has one.
    """

    text: str
    value: float | int | None = None
    key: Any = None
    html: str = ""
    brief: str | None = None
    measured: "Estimate | None" = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.value, float) and not isfinite(self.value):
            object.__setattr__(self, "value", None)

    @property
    def rank_key(self) -> tuple[int, Any]:
        """What the cell is sorted by: numbers before words."""
        key = self.value if self.key is None else self.key
        return (1, self.text) if key is None else (0, key)


@dataclass(frozen=True)
class Column:
    """A column, with its heading in full and in brief; it is left out where the heading is None."""

    full: str | None
    brief: str | None


@dataclass(frozen=True, repr=False)
class Table:
    """A table whose first column names the rows.

    The order of every column is found here, exactly; the page only compares ranks. So integers of any size,
    fractions and words sort as they should.

    Attributes
    ----------
    title : str
    columns : tuple of str or Column
        A string is the heading in full and in brief.
    rows : tuple of tuple of Cell
        One cell per column.
    brief_title : str
        In a terminal; the title by default.
    full_only : frozenset of int
        Numbers of the rows that a terminal leaves out.

    Examples
    --------
    >>> table = Table("squares", ("n", "square"), ((Cell("-2", -2), Cell("4", 4)),))
    >>> table
    squares
    n   square
    -2  4
    >>> table.html.count("data-rank")
    2
    """

    title: str
    columns: tuple[str | Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    brief_title: str = ""
    full_only: frozenset[int] = frozenset()

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns, in full."""
        return tuple(name for _, name in self._shown("full"))

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells below these headings."""
        places = [place for place, _ in self._shown("full")]
        return tuple(tuple(row[place] for place in places) for row in self.rows)

    def in_brief(self) -> tuple[str, tuple[str, ...], list[list[str]]]:
        """Title, headings and texts for a terminal."""
        shown = self._shown("brief")
        rows = [
            [row[place].text if row[place].brief is None else str(row[place].brief) for place, _ in shown]
            for number, row in enumerate(self.rows)
            if number not in self.full_only
        ]
        return self.brief_title or self.title, tuple(name for _, name in shown), rows

    def _shown(self, form: str) -> list[tuple[int, str]]:
        """Number and heading of every column of a form."""
        heads = [c if isinstance(c, str) else c.full if form == "full" else c.brief for c in self.columns]
        return [(place, name) for place, name in enumerate(heads) if name is not None]

    def __iter__(self) -> Iterator[dict[str, float | int | str]]:
        """Give every row as a mapping from heading to number, or to text where there is none.

        So ``pandas.DataFrame(table)`` and `csv.DictWriter` take it.

        Examples
        --------
        >>> list(Table("squares", ("n", "square"), ((Cell("−2", -2), Cell("four", None)),)))
        [{'n': -2, 'square': 'four'}]
        """
        for row in self.body:
            cells = (cell.text if cell.value is None else cell.value for cell in row)
            yield dict(zip(self.headings, cells, strict=True))

    @property
    def html(self) -> str:
        """The table as a piece of HTML that needs nothing else."""
        ranks = [_ranks([cell.rank_key for cell in column]) for column in zip(*self.body, strict=True)]
        heads = "".join(f'<th scope="col" tabindex="0">{escape(name)}</th>' for name in self.headings)
        lines = []
        for number, row in enumerate(self.body):
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
        lines = [self.headings, *(tuple(cell.text for cell in row) for row in self.body)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *written])


def _ranks(keys: Sequence[Any]) -> list[int]:
    """Number the keys by size; equal keys have equal numbers."""
    number = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [number[key] for key in keys]
