"""Results in notebooks: a table that sorts on a click, with what holds for all of it above."""

from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from nnft_sym.printing.number_text import number, with_error
from nnft_sym.printing.table_content import Cell, Table

if TYPE_CHECKING:
    from numerics.results.faces import Content, Described

#: Rows that are shown.
MOST_ROWS = 20


def html(result: "Described") -> str:
    """Write a result as HTML that needs nothing else.

    Examples
    --------
    >>> from numerics.results.estimate import Estimate
    >>> page = html(Estimate([1.0] * 25, [0.1] * 25, "by hand"))
    >>> page.count("<tr>"), "and 5 more" in page
    (21, True)
    """
    content = result.plain_fields()
    facts = "; ".join(
        f"{escape(name)}: {escape(_words(value))}"
        for name, value in content.facts.items()
        if value not in ("", None)
    )
    below = f"<p>and {content.n_rows - MOST_ROWS} more</p>" if content.n_rows > MOST_ROWS else ""
    shown = _table(content).html if content.columns else f"<p><b>{escape(content.title)}</b></p>"
    return (
        f"<div>{shown}<p>{facts}</p>{below}</div>"
        if not below
        else f"<div>{shown}{below}<p>{facts}</p></div>"
    )


def _table(content: "Content") -> Table:
    """Put value and error into one column, as they are written."""
    joined = {"value", "error"} <= set(content.columns)
    names = [name for name in content.columns if not (joined and name == "error")]
    headings = tuple("value ± error" if joined and name == "value" else name for name in names)
    rows = []
    for row in islice(content.rows(), MOST_ROWS):
        given = dict(zip(content.columns, row, strict=True))
        rows.append(
            tuple(
                Cell(with_error(given["value"], given["error"]), given["value"])
                if joined and name == "value"
                else _cell(given[name])
                for name in names
            )
        )
    return Table(content.title, headings, tuple(rows))


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        return Cell(number(value), value)
    return Cell("none" if value is None else str(value), value if isinstance(value, int) else None)


def _words(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
