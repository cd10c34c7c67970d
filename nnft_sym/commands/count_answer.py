"""What ``nnft count`` says: a row for every vertex content, by loops where these are known, and the total."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from diagrams.enumeration.leg_classes import vertex_exchanges
from diagrams.filters import Filter, NamedFilter
from diagrams.loops import fewest_loops
from diagrams.messages import counted
from nnft_sym.expansions.enumeration import content_text

if TYPE_CHECKING:
    from diagrams.enumeration.counting import Count
    from nnft_sym.expansions.truncation import Content
    from nnft_sym.parameters.counted import CountParameters


@dataclass(frozen=True)
class Row:
    """Numbers of the diagrams with given vertices, or of several such rows together.

    Attributes
    ----------
    vertices : str
        As in ``4:2,6:1``; empty without vertices, and for several rows.
    loops : int or None
        None where diagrams of several components are counted.
    diagrams, multiplicity_total : int
    weight_total : Fraction
        Sum of 1/S over all labelled diagrams.
    """

    vertices: str
    loops: int | None
    diagrams: int
    multiplicity_total: int
    weight_total: Fraction

    @classmethod
    def of(cls, n: int, content: "Content", found: "Count", where: Iterable[Filter]) -> "Row":
        """Make a row of a count.

        Examples
        --------
        >>> from diagrams import count
        >>> from diagrams.filters import connected
        >>> Row.of(4, ((4, 2),), count(4, {4: 2}, [connected]), [connected])
        Row(vertices='4:2', loops=1, diagrams=7, multiplicity_total=4032, weight_total=Fraction(7, 2))
        """
        connected = any(isinstance(one, NamedFilter) and one.needs_connected for one in where)
        weight = Fraction(found.multiplicity_total, vertex_exchanges(content))
        loops = fewest_loops(n, content) if connected else None
        return cls(content_text(content), loops, found.diagrams, found.multiplicity_total, weight)

    @classmethod
    def total(cls, rows: "Sequence[Row]", loops: int | None = None) -> "Row":
        """Add rows up."""
        weight = sum((row.weight_total for row in rows), Fraction(0))
        multiplicity = sum(row.multiplicity_total for row in rows)
        return cls("", loops, sum(row.diagrams for row in rows), multiplicity, weight)

    def numbers(self) -> dict[str, object]:
        """Give the numbers as JSON can hold them."""
        return {
            "diagrams": self.diagrams,
            "multiplicity_total": self.multiplicity_total,
            "weight_total": str(self.weight_total),
        }


def by_loops(rows: Sequence[Row]) -> list[Row]:
    """Add up what has equally many loops, fewest first; nothing where they are not known."""
    known = sorted({row.loops for row in rows if row.loops is not None})
    return [Row.total([row for row in rows if row.loops == loops], loops) for loops in known]


def answer(asked: "CountParameters", rows: Sequence[Row]) -> dict[str, object]:
    """Give the fields of the JSON object."""
    from nnft_sym.jsonio import unlimited_digits

    given = {"n": asked.n, "filters": asked.filters, "legs": asked.legs}
    with unlimited_digits():
        total = Row.total(rows).numbers()
        if asked.vertices is not None:
            return {"vertices": asked.vertices, **given, **total}
        contents = [{"vertices": row.vertices, "loops": row.loops, **row.numbers()} for row in rows]
        loops = [{"loops": row.loops, **row.numbers()} for row in by_loops(rows)]
        kind = {"kind": asked.kind or "full"}
        return {"action": asked.action, **kind, **given, **total, "contents": contents, "by_loops": loops}


def show(asked: "CountParameters", rows: Sequence[Row]) -> None:
    """Print a table."""
    from nnft_sym.jsonio import unlimited_digits
    from nnft_sym.printing.tables import show as shown
    from nnft_sym.printing.tables import table

    kind = "diagrams" if asked.legs == "labelled" else "diagrams, points exchangeable"
    total = Row.total(rows)
    with unlimited_digits():
        if asked.vertices is not None:
            title = f"{asked.n}-point diagrams with vertices {asked.vertices}"
            lines = [
                [kind, f"{total.diagrams:,}"],
                ["Wick contractions", f"{total.multiplicity_total:,}"],
                ["sum of 1/S", str(total.weight_total)],
            ]
            shown(table(title, ["", ""], lines))
            return
        title = f"{asked.n}-point diagrams of {asked.action}, {asked.kind or 'full'}"
        title += f", {', '.join(asked.filters)}" if asked.filters else ""
        known = any(row.loops is not None for row in rows)
        lines = [_line(row.vertices or "none", row, known) for row in rows]
        lines += [_line(f"all of {counted(row.loops or 0, 'loop')}", row, known) for row in by_loops(rows)]
        lines.append(_line("total", total, known))
        heads = ["vertices", *(["loops"] if known else []), kind, "Wick contractions", "sum of 1/S"]
        shown(table(title, heads, lines))


def _line(name: str, row: Row, known: bool) -> list[str]:
    """Write one row."""
    loops = ["" if row.loops is None else str(row.loops)] if known else []
    return [name, *loops, f"{row.diagrams:,}", f"{row.multiplicity_total:,}", str(row.weight_total)]
