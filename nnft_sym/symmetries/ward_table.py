"""Ward identities of all continuous groups of a network that parameters absorb, as one table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, final

from nnft_sym.symmetries.groups import Group
from nnft_sym.symmetries.named_groups import OUTPUTS, group, groups_of
from nnft_sym.symmetries.ward import WardIdentity, ward_identity
from numerics.errors import NotAvailable
from numerics.fields.field_set import Fields
from numerics.networks.base import Network
from numerics.results.faces import Content, Shown

if TYPE_CHECKING:
    from nnft_sym.printing.table_content import Table

_COLUMNS = ("group", "broken", "agree", "fields", "left", "right", "left_error", "right_error")


@final
class WardIdentities(Shown, Mapping[str, WardIdentity | NotAvailable]):
    """Ward identities by the names of their groups; where there is none, why.

    Parameters
    ----------
    network : Network
    found : mapping of str to WardIdentity or NotAvailable
    """

    def __init__(self, network: Network, found: Mapping[str, WardIdentity | NotAvailable]) -> None:
        self.network, self._found = network, dict(found)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getitem__(self, name: str) -> WardIdentity | NotAvailable:
        """Return one, by the name of its group."""
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def notes(self) -> list[str]:
        """Say which parameters move, or why there is no identity, a sentence for each group."""
        return [
            f"{name}: {'; '.join(one.motion) if isinstance(one, WardIdentity) else one.said}."
            for name, one in self.items()
        ]

    @property
    def latex(self) -> str:
        """Write every identity as a displayed formula."""
        found = [one for one in self.values() if isinstance(one, WardIdentity)]
        return "\n".join(rf"\[ {one.latex()} \]" for one in found)

    def as_json(self) -> list[dict[str, object]]:
        """Give the rows of the JSON answer."""
        return [
            one.answer() if isinstance(one, WardIdentity) else {"group": name, "refused": one.said}
            for name, one in self.items()
        ]

    def plain_fields(self) -> Content:
        """Give the table as plain fields, one row for each group."""

        def rows() -> Iterator[tuple[object, ...]]:
            for name, one in self.items():
                if isinstance(one, WardIdentity):
                    yield (name, one.breaks, one.holds, *list(one.largest.values())[1:])

        facts = {"network": repr(self.network)} | {
            name: f"none: {one.said}" for name, one in self.items() if isinstance(one, NotAvailable)
        }
        count = sum(isinstance(one, WardIdentity) for one in self.values())
        return Content(f"Ward identities of {self.network!r}", facts, _COLUMNS, rows, count)

    def table(self) -> "Table":
        """Make the table that terminals show."""
        from nnft_sym.printing.number_text import number
        from nnft_sym.printing.table_content import Cell, Table

        rows = []
        for name, one in self.items():
            if not isinstance(one, WardIdentity):
                rows.append((Cell(name), Cell("none"), Cell(""), Cell(""), Cell(""), Cell("")))
                continue
            row = one.largest
            left, right = row["left"], row["right"]
            found = "broken" if one.breaks else "nothing broken here" if one.decided else "heavy tails"
            rows.append(
                (
                    Cell(name),
                    Cell(found),
                    Cell(f"{row['fields']}"),
                    Cell(f"{number(left, 6)} ± {number(row['left_error'], 1)}", left),
                    Cell(f"{number(right, 6)} ± {number(row['right_error'], 1)}", right),
                    Cell("yes" if one.holds else "no" if one.decided else ""),
                )
            )
        heads = ("group", "symmetry", "largest at", "δ⟨f…f⟩", "−⟨(δ log P) f…f⟩", "agree")
        return Table(f"Ward identities of {self.network!r}", heads, tuple(rows))


def ward_identities(
    network: Network,
    chosen: Group | str | None,
    fields: Fields,
    orders: Iterable[int] | int = (2, 4),
    *,
    outputs: int = OUTPUTS,
    networks: int | None = None,
    seed: int = 0,
) -> WardIdentities:
    """Compare both sides of the Ward identities of one group, or of all continuous ones.

    Parameters
    ----------
    network, fields, orders, outputs, networks, seed
        See `nnft_sym.symmetries.ward.ward_identity`.
    chosen : Group or str, optional
        Default: all continuous groups.

    Returns
    -------
    WardIdentities

    Raises
    ------
    InvalidSymmetry
        If the group is finite.

    Examples
    --------
    >>> from numerics.networks.erf import ErfNet
    >>> found = ward_identities(ErfNet(5, sigma_b=0.0), None, [[0.3], [1.0]], (2, 4))
    >>> [(name, type(one).__name__) for name, one in found.items()]
    [('SO(D) of outputs', 'WardIdentity'), ('translations', 'NotAvailable')]
    """
    wanted = tuple(orders) if isinstance(orders, Iterable) else orders
    if chosen is None:
        # O(n) has the one-parameter subgroups of SO(n)
        known = groups_of(network, outputs)
        every = [one for one in known if one.continuous and not one.name.startswith("O(")]
    else:
        every = [group(chosen, network, outputs)]
    found: dict[str, WardIdentity | NotAvailable] = {}
    for one in every:
        try:
            found[one.name] = ward_identity(
                network, one, fields, wanted, outputs=outputs, networks=networks, seed=seed
            )
        except NotAvailable as error:
            found[one.name] = error
    return WardIdentities(network, found)
