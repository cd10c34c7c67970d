"""What a study says of each net beside its couplings: its symmetries, and the Osterwalder-Schrader axioms.

Two orders are looked at, and reflection positivity at its usual times only, so that it takes less than a
second for networks with closed formulas; ``nnft symmetry`` and ``nnft axioms`` look closer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diagrams.errors import NNFTError
from nnft_sym.osterwalder_schrader.all_axioms import axioms
from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck, Axioms
from nnft_sym.osterwalder_schrader.times_search import NO_SEARCH
from nnft_sym.printing.number_text import NOTHING, number
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.symmetries.derive_and_test import symmetry
from nnft_sym.symmetries.sampled_result import SamplingPlan
from nnft_sym.symmetries.symmetry_table import Symmetries

if TYPE_CHECKING:
    from nnft_sym.study.case import Case

#: Numbers of points that are looked at.
ORDERS = (2, 4)
#: Where correlators are not known exactly: a smaller sample than the command takes, and a rarer false alarm.
PLAN = SamplingPlan(networks=20_000, n_blocks=200, level=1e-3)


@dataclass(frozen=True)
class SymmetriesAndAxioms:
    """What is known of one net.

    Attributes
    ----------
    symmetries : Symmetries or str
        At the inputs of the study; or why there is none.
    axioms : Axioms or str
    """

    symmetries: Symmetries | str
    axioms: Axioms | str

    @staticmethod
    def of(case: "Case") -> "SymmetriesAndAxioms":
        r"""Ask both of a net.

        Examples
        --------
        >>> from nnft_sym.study.case import Case
        >>> from nnft_sym.study.config import NetConfig
        >>> case = Case.of(NetConfig(kind="cos", width=3, points=((0.0,), (0.7,))))
        >>> found = SymmetriesAndAxioms.of(case)
        >>> print(*found.sentences(), sep="\n")
        Symmetries at 2 and 4 points: holds exactly (derived): O(D) of outputs, SO(D) of outputs, ...
        Axioms at orders 2 and 4: holds: Euclidean covariance, permutation symmetry, ...
        """
        return SymmetriesAndAxioms(_symmetries(case), _axioms(case))

    def sentences(self) -> Iterator[str]:
        """Say both in a sentence each."""
        orders = " and ".join(map(str, ORDERS))
        if isinstance(self.symmetries, str):
            yield f"Symmetries: not looked at: {self.symmetries}."
        else:
            groups: dict[str, list[str]] = {}
            for name, one in self.symmetries.items():
                groups.setdefault(str(one.verdict), []).append(name)
            said = "; ".join(f"{verdict}: {', '.join(names)}" for verdict, names in groups.items())
            yield f"Symmetries at {orders} points: {said}."
        if isinstance(self.axioms, str):
            yield f"Axioms: not looked at: {self.axioms}."
        else:
            yield f"Axioms at orders {orders}: {self.axioms.verdict}."

    def reasons(self) -> Iterator[str]:
        """Say of every axiom that does not hold, or is not decided, why."""
        if isinstance(self.axioms, str):
            return
        for axiom in Axiom:
            checks = self.axioms.of(axiom)
            if checks and self.axioms.holds(axiom) is not True:
                one = _telling(checks)
                yield f"{axiom.words[:1].upper()}{axiom.words[1:]} {one.verdict}: {one.reason.rstrip('.')}."

    def named_tables(self) -> dict[str, Table]:
        """Make the tables of a report: ``symmetries`` and ``axioms``, where they were looked at."""
        found = {}
        if not isinstance(self.symmetries, str):
            title = f"Symmetries at {' and '.join(map(str, ORDERS))} points"
            found["symmetries"] = replace(self.symmetries.table(), title=title)
        if not isinstance(self.axioms, str):
            found["axioms"] = _axioms_table(self.axioms)
        return found

    def tables(self) -> list[Table]:
        """Make the tables of a report."""
        return list(self.named_tables().values())

    def as_json(self) -> dict[str, object]:
        """Give rows of both, and why there are none."""
        symmetries, checked = self.symmetries, self.axioms
        return {
            "symmetries": None if isinstance(symmetries, str) else symmetries.as_json(),
            "axioms": None if isinstance(checked, str) else checked.rows(),
            "symmetries_not_tested": symmetries if isinstance(symmetries, str) else None,
            "axioms_not_tested": checked if isinstance(checked, str) else None,
        }


def _symmetries(case: "Case") -> Symmetries | str:
    try:
        return symmetry(case.network, fields=case.fields, orders=ORDERS, plan=PLAN)
    except NNFTError as error:
        return error.said


def _axioms(case: "Case") -> Axioms | str:
    try:
        return axioms(case.network, ORDERS, search=NO_SEARCH)
    except NNFTError as error:
        return error.said


def _axioms_table(found: Axioms) -> Table:
    """One row for each axiom: the verdict at every order, and the eigenvalue that decides."""
    heads = ("axiom", *(f"order {order}" for order in ORDERS), "smallest eigenvalue")
    rows = [_axiom_row(found.of(axiom)) for axiom in Axiom if found.of(axiom)]
    return Table("Osterwalder-Schrader axioms", heads, tuple(rows))


def _axiom_row(checks: tuple[AxiomCheck, ...]) -> tuple[Cell, ...]:
    by_order = {one.order: one for one in checks}
    eigenvalue = _telling(checks).smallest_eigenvalue
    return (
        Cell(checks[0].axiom.words),
        *(Cell(by_order[order].verdict if order in by_order else NOTHING) for order in ORDERS),
        Cell("" if eigenvalue is None else number(eigenvalue, 4), eigenvalue),
    )


def _telling(checks: tuple[AxiomCheck, ...]) -> AxiomCheck:
    """The check that says why: the first order that fails, else the last."""
    return next((one for one in checks if one.holds is False), checks[-1])
