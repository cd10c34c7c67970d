"""What is found of one axiom at one order, and the table of all that were looked at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, final

from nnft_sym.jsonio import jsonable
from nnft_sym.printing.number_text import number, with_error
from nnft_sym.printing.table_content import Cell, Column, Table
from numerics.results.faces import Content, Described, Shown

if TYPE_CHECKING:
    import pandas

    from nnft_sym.osterwalder_schrader.witness import Functional


class Axiom(Enum):
    """The axioms, by the names that files and the command line use."""

    EUCLIDEAN_COVARIANCE = "euclidean_covariance"
    REFLECTION_POSITIVITY = "reflection_positivity"
    PERMUTATION_SYMMETRY = "permutation_symmetry"
    CLUSTERING = "clustering"
    REGULARITY = "regularity"

    @property
    def words(self) -> str:
        """The name for readers."""
        return self.value.replace("_", " ").replace("euclidean", "Euclidean")


#: Significant digits of an eigenvalue whose error is beyond them, and what counts as no error at all.
DIGITS, SMALL = 6, 1e-3
#: Words for what was found.
_HOLDS = {True: "holds", False: "fails", None: "not decided"}


@final
@dataclass(frozen=True, repr=False)
class AxiomCheck(Described):
    """One axiom at one order.

    Attributes
    ----------
    axiom : Axiom
    order : int
        Most points in one correlator that was used.
    holds : bool or None
        None: the numbers do not decide, or the axiom cannot be tested; the reason says so.
    reason : str
        Why, in a sentence.
    smallest_eigenvalue : float, optional
        Of the matrix ⟨ΘA·B⟩, for reflection positivity.
    error : float, optional
        Bound, or standard deviation, of the number that decides.
    witness : str
        What breaks the axiom, as a formula in words: a functional, or points.
    formula : str
        The witness, or the argument, in LaTeX.
    evidence : mapping of str to object
        Numbers that the decision rests on, by name.
    functional : Functional, optional
        The witness of reflection positivity as an object: its terms, and its mean over sampled networks.

    Examples
    --------
    >>> AxiomCheck(Axiom.CLUSTERING, 2, False, "the output bias is the same everywhere")
    <clustering at order 2: fails: the output bias is the same everywhere>
    """

    axiom: Axiom
    order: int
    holds: bool | None
    reason: str
    smallest_eigenvalue: float | None = None
    error: float | None = None
    witness: str = ""
    formula: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    functional: "Functional | None" = None

    @property
    def verdict(self) -> str:
        """Holds, fails or not decided."""
        return _HOLDS[self.holds]

    @property
    def row(self) -> dict[str, object]:
        """The check as the command line writes it, ready for JSON."""
        return {
            "axiom": self.axiom.value,
            "order": self.order,
            "holds": self.holds,
            "smallest_eigenvalue": jsonable(self.smallest_eigenvalue),
            "witness": self.witness or None,
            "error": jsonable(self.error),
            "reason": self.reason,
        }

    def plain_fields(self) -> Content:
        """Give what was found as plain fields."""
        facts: dict[str, object] = {"verdict": self.verdict, "reason": self.reason}
        facts |= {"smallest eigenvalue": self.smallest_eigenvalue, "error": self.error}
        return Content(self._title, {**facts, "witness": self.witness, **self.evidence})

    @property
    def _title(self) -> str:
        return f"{self.axiom.words} at order {self.order}"

    def __repr__(self) -> str:
        found = f"; {self.witness}" if self.witness else ""
        return f"<{self._title}: {self.verdict}: {self.reason}{found}>"


@final
@dataclass(frozen=True, repr=False)
class Axioms(Shown):
    """All axioms that were looked at, of one network.

    Attributes
    ----------
    network : str
        What it is.
    checks : tuple of AxiomCheck

    Examples
    --------
    >>> found = Axioms("cos-net", (AxiomCheck(Axiom.CLUSTERING, 2, True, "K falls off"),))
    >>> found.holds(Axiom.CLUSTERING), len(found), found.rows()[0]["axiom"]
    (True, 1, 'clustering')
    """

    network: str
    checks: tuple[AxiomCheck, ...]

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[AxiomCheck]:
        return iter(self.checks)

    def of(self, axiom: Axiom | str) -> tuple[AxiomCheck, ...]:
        """Pick the checks of one axiom, by itself or by its name."""
        wanted = Axiom(axiom)
        return tuple(one for one in self.checks if one.axiom is wanted)

    def holds(self, axiom: Axiom | str, order: int | None = None) -> bool | None:
        """Say whether an axiom holds, at one order or at all of them.

        Returns
        -------
        bool or None
            None if it is not decided, or was not looked at.
        """
        found = [one.holds for one in self.of(axiom) if order in (None, one.order)]
        if False in found:
            return False
        return True if found and None not in found else None

    @property
    def verdict(self) -> str:
        """Which axioms hold, in a sentence."""
        words: dict[bool | None, list[str]] = {True: [], False: [], None: []}
        for axiom in dict.fromkeys(one.axiom for one in self.checks):
            broken = [one.order for one in self.of(axiom) if one.holds is False]
            at = f" (from order {min(broken)})" if broken else ""
            words[self.holds(axiom)].append(axiom.words + at)
        return "; ".join(f"{_HOLDS[holds]}: {', '.join(names)}" for holds, names in words.items() if names)

    def rows(self) -> list[dict[str, object]]:
        """One row for each check, ready for JSON."""
        return [one.row for one in self.checks]

    @property
    def table(self) -> Table:
        """The table for terminals, notebooks and reports."""
        columns = ("axiom", "order", "verdict", "smallest eigenvalue", Column("witness", None), "reason")
        return Table(
            f"Osterwalder-Schrader axioms of {self.network}", columns, tuple(map(_cells, self.checks))
        )

    def _repr_html_(self) -> str:
        return self.table.html

    def plain_fields(self) -> Content:
        """Give the table as plain fields."""
        columns = ("axiom", "order", "verdict", "smallest_eigenvalue", "error", "witness", "reason")

        def rows() -> Iterator[tuple[object, ...]]:
            for one in self.checks:
                eigenvalue = (one.smallest_eigenvalue, one.error)
                yield one.axiom.value, one.order, one.verdict, *eigenvalue, one.witness, one.reason

        facts = {"verdict": self.verdict}
        return Content(f"Osterwalder-Schrader axioms of {self.network}", facts, columns, rows, len(self))

    def latex(self) -> str:
        """Write a section for a LaTeX document: the table, then reasons and witnesses."""
        from nnft_sym.printing.tex_text import escape, tabular

        table = self.table
        short = Table(table.title, table.columns[:4], tuple(row[:4] for row in table.rows))
        items = [_item(one, escape) for one in self.checks]
        return "\n".join(
            [
                rf"\subsection*{{{escape(table.title)}}}",
                tabular(short),
                r"\begin{itemize}",
                *items,
                r"\end{itemize}",
            ]
        )

    def latex_document(self) -> str:
        """Write a whole document for plain pdflatex."""
        from nnft_sym.printing.latex_output import PREAMBLE

        return "\n".join([PREAMBLE.rstrip("\n"), self.latex(), r"\end{document}", ""])

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return one row for each check."""
        import pandas

        return pandas.DataFrame(self.rows())


def _cells(one: AxiomCheck) -> tuple[Cell, ...]:
    value, error = one.smallest_eigenvalue, one.error
    shown = "" if value is None else number(value, DIGITS)
    if value is not None and error is not None and error > 10.0**-DIGITS * max(abs(value), SMALL):
        shown = with_error(value, error)
    return (
        Cell(one.axiom.words),
        Cell(str(one.order), one.order),
        Cell(one.verdict),
        Cell(shown, value),
        Cell(one.witness),
        Cell(one.reason),
    )


def _item(one: AxiomCheck, escape: Callable[[str], str]) -> str:
    """One check in LaTeX, its formula set in mathematics."""
    reason = f"{one.reason[:1].upper()}{one.reason[1:].rstrip('.')}."
    lines = [rf"\item {escape(one.axiom.words)}, order {one.order}: {one.verdict}. {escape(reason)}"]
    if one.formula:
        lines.append(rf"\[{one.formula}\]")
    elif one.witness:
        lines.append(escape(one.witness))
    return "\n".join(lines)
