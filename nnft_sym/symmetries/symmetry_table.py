"""Several symmetries of one network as one table."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, final

from diagrams.messages import counted, did_you_mean, shown
from nnft_sym.errors import InvalidSymmetry
from nnft_sym.symmetries.symmetry_result import Symmetry
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network
from numerics.results.faces import Content, Shown

if TYPE_CHECKING:
    import pandas

    from nnft_sym.printing.table_content import Cell, Table

_COLUMNS = (
    "group",
    "holds",
    "verdict",
    "first broken order",
    "violation",
    "error",
    "power of N",
    "derivation",
)


@final
class Symmetries(Shown, Mapping[str, Symmetry]):
    """Symmetries of one network, by the names of their groups.

    Attributes
    ----------
    network : Network
    fields : FieldSet
        Where they were tested.
    found : tuple of Symmetry

    Examples
    --------
    >>> import nnft_sym as nn
    >>> found = nn.symmetry(nn.ErfNet(width=5), fields=[[0.2], [1.0]], orders=(2,))
    >>> [name for name, one in found.items() if not one.holds]
    ['translations']
    """

    def __init__(self, network: Network, fields: FieldSet, found: tuple[Symmetry, ...]) -> None:
        self.network, self.fields = network, fields
        self._found = {one.group.name: one for one in found}

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getitem__(self, name: str) -> Symmetry:
        """Return one, by the name of its group.

        Raises
        ------
        InvalidSymmetry
            If it is not in the table.
        """
        if name not in self._found:
            raise InvalidSymmetry(
                f"{shown(name)} was asked for; the table has {', '.join(self._found)}"
                f"{did_you_mean(str(name), self._found)}"
            )
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def as_json(self) -> list[dict[str, object]]:
        """Give the rows of the JSON answer."""
        return [one.as_json() for one in self.values()]

    def plain_fields(self) -> Content:
        """Give the table as plain fields, one row for each group."""

        def rows() -> Iterator[tuple[object, ...]]:
            for name, one in self.items():
                violation = one.violation
                yield (
                    name, one.holds, str(one.verdict), one.first_broken_order,
                    float("nan") if violation is None else float(violation.value),
                    float("nan") if violation is None else float(violation.error), one.power_of_n,
                    "" if one.derivation is None else one.derivation.conclusion,
                )  # fmt: skip

        facts: dict[str, object] = {"network": repr(self.network), "fields": repr(self.fields)}
        return Content(self._title, facts, _COLUMNS, rows, len(self))

    @property
    def _title(self) -> str:
        return f"Symmetries of {self.network!r}"

    def table(self) -> "Table":
        """Make the table that terminals and reports show."""
        from nnft_sym.printing.table_content import Cell, Table

        rows = []
        for name, one in self.items():
            fall = Cell(_power(one), one.power_of_n)
            rows.append((Cell(name), Cell(str(one.verdict)), _difference(one), fall))
        heads = ("group", "verdict", "largest difference", "power of N")
        brief_title = f"Symmetries of the {self.network.name}-net, N = {self.network.width}"
        return Table(self._title, heads, tuple(rows), brief_title)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return one row for each group."""
        import pandas

        content = self.plain_fields()
        return pandas.DataFrame(list(content.rows()), columns=list(content.columns))

    def __repr__(self) -> str:
        longest = max(map(len, self._found), default=0)
        lines = [f"<{self._title}, {counted(len(self.fields), 'field')}"]
        return (
            "\n".join([*lines, *(f"  {name:<{longest}}  {one.verdict}" for name, one in self.items())]) + ">"
        )

    @property
    def latex(self) -> str:
        """A table, and every derivation below it."""
        from nnft_sym.symmetries.derivation_latex import plain_latex

        heads = " & ".join(self.table().headings)
        body = [" & ".join(plain_latex(cell.text) for cell in row) + r" \\" for row in self.table().body]
        lines = [r"{\footnotesize", r"\begin{tabular}{llll}", rf"{heads} \\ \hline", *body, r"\end{tabular}}"]
        for name, one in self.items():
            lines += ["", rf"\paragraph{{{plain_latex(name)}}}", one.latex]
        return "\n".join(lines)


def _power(one: Symmetry) -> str:
    """Write the power of N, with its error where it was fitted."""
    from nnft_sym.printing.number_text import number, with_error

    if one.power is None:
        return ""
    value, error = one.power
    return with_error(value, error) if error > 0.0 else number(value)


def _difference(one: Symmetry) -> "Cell":
    """Write the largest difference of one symmetry."""
    from nnft_sym.printing.number_text import number, with_error
    from nnft_sym.printing.table_content import Cell

    if one.violation is None:
        return Cell("not tested")
    value, error = float(one.violation.value), float(one.violation.error)
    if one.p_value is not None:
        return Cell(f"{with_error(value, error)}, p = {one.p_value:.2g}", value)
    if one.first_broken_order is None and error == 0.0:
        return Cell("none", value)
    if one.first_broken_order is None:
        return Cell(f"none above {number(error, 1)}", value, brief=f"none above {error:.0e}")
    return Cell(number(value), value, brief=f"{value:.3g}")
