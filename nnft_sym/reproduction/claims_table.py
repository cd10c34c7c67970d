"""Claims as a table: for the terminal in brief, for a notebook in full."""

from collections.abc import Mapping, Sequence

from nnft_sym.printing.number_text import number, with_error
from nnft_sym.printing.table_content import Cell, Column, Table
from nnft_sym.reproduction.claims import Claim, Finding
from numerics.results.estimate import Estimate

#: Words of the findings, and the class that gives them their colour.
WORDS: Mapping[Finding, tuple[str, str]] = {
    Finding.AGREES: ("agrees", "good"),
    Finding.REFINED: ("refined", ""),
    Finding.CONTRADICTED: ("contradicted", "bad"),
    Finding.NOT_TESTABLE: ("not testable", ""),
}
#: Significant digits of a number that has no error to round by.
DIGITS = 6

COLUMNS = ("statement", Column("published", None), "ours", Column("what it is", None), "judgement", "reason")


def claims_table(title: str, claims: Sequence[Claim]) -> Table:
    """Put claims into a table.

    Parameters
    ----------
    title : str
    claims : sequence of Claim

    Returns
    -------
    Table

    Examples
    --------
    >>> claim = Claim("T0", "one is two", "nowhere", 2.0, Estimate(1.0), "one", Finding.CONTRADICTED)
    >>> claims_table("Sums", [claim])
    Sums
    statement       published  ours  what it is  judgement     reason
    T0: one is two  2          1     one         contradicted
    """
    return Table(title, COLUMNS, tuple(_row(claim) for claim in claims))


def _row(claim: Claim) -> tuple[Cell, ...]:
    said = claim.published
    value = None if claim.ours is None else float(claim.ours)
    return (
        Cell(f"{claim.key}: {claim.text}" if claim.numbered else claim.text),
        Cell(said) if isinstance(said, str) else Cell(number(said, DIGITS), said),
        Cell("" if claim.ours is None else number_text(claim.ours), value),
        Cell(claim.quantity),
        Cell(WORDS[claim.finding][0]),
        Cell(claim.reason.value),
    )


def number_text(one: Estimate) -> str:
    """Write a number with its standard deviation; a bound beyond the digits shown is left out.

    Examples
    --------
    >>> number_text(Estimate(1.25, 1e-14)), number_text(Estimate(1.25, 0.01))
    ('1.25', '1.25 (bound 0.01)')
    """
    value, error = float(one), float(one.error)
    if one.uncertainty.statistical:
        return with_error(value, error)
    if error <= abs(value) * 10.0**-DIGITS:
        return number(value, DIGITS)
    if abs(value) <= error:
        return f"0 (bound {number(error, 1)})"
    return f"{number(value, DIGITS)} (bound {number(error, 1)})"
