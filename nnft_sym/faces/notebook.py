"""Results in notebooks: a table that sorts on a click, with what holds for all of it below, and figures."""

import sys
from html import escape
from io import BytesIO
from itertools import islice
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from nnft_sym.faces.pictures import picture
from nnft_sym.printing.number_text import number, with_error
from nnft_sym.printing.table_content import Cell, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from numerics.results.faces import Content, Described, Shown

#: Rows that are shown.
MOST_ROWS = 20
#: Characters of a printed line.
WIDE = 88
#: Longer facts, such as verdicts, have a line of their own.
MOST_LETTERS = 60


def drawn(result: "Shown", *beside: "Shown") -> "Figure":
    """Draw a result, as a figure that a notebook shows even where nobody has imported pyplot."""
    figure = picture(result, *beside)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        _show_figures(shell.display_formatter.formatters["image/png"])
    return figure


def _show_figures(formatter: Any) -> None:
    """Tell a notebook how figures are shown, unless pyplot has told it already, which has more options."""
    from matplotlib.figure import Figure

    try:
        formatter.lookup_by_type(Figure)
    except KeyError:
        formatter.for_type(Figure, _as_png)


def _as_png(figure: "Figure") -> bytes:
    page = BytesIO()
    figure.savefig(page, format="png", bbox_inches="tight")
    return page.getvalue()


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
    facts = _facts(content)
    below = f"<p>and {content.n_rows - MOST_ROWS} more</p>" if content.n_rows > MOST_ROWS else ""
    shown = _table(content).html if content.columns else f"<p><b>{escape(content.title)}</b></p>"
    return f"<div>{shown}{below}{facts}</div>"


def words(result: "Described") -> str:
    """Write a result in full for ``print``: title, rows in columns, what holds for all of them.

    Examples
    --------
    >>> from numerics.results.faces import Content, Shown
    >>> class Two(Shown):
    ...     def plain_fields(self):
    ...         return Content("Two", {"method": "by hand"}, ("name", "value"), lambda: [("a", 0.25)], 1)
    >>> print(words(Two()))
    Two
    name  value
    a     0.25
    method: by hand
    """
    content = result.plain_fields()
    said = [f"{name}: {_words(value)}" for name, value in content.facts.items() if value not in ("", None)]
    below = [f"... and {content.n_rows - MOST_ROWS} more"] if content.n_rows > MOST_ROWS else []
    folded = [
        line for one in said for line in wrap(one, WIDE, subsequent_indent="  ", break_long_words=False)
    ]
    return "\n".join([repr(_table(content)), *below, *folded])


def _facts(content: "Content") -> str:
    """Put short facts into one line, and give sentences lines of their own."""
    said = [
        f"{escape(name)}: {escape(_words(value))}"
        for name, value in content.facts.items()
        if value not in ("", None)
    ]
    lines = ["; ".join(one for one in said if len(one) <= MOST_LETTERS)]
    lines += [one for one in said if len(one) > MOST_LETTERS]
    return "".join(f"<p>{line}</p>" for line in lines if line)


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
