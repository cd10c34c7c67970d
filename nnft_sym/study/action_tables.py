"""The tables of the couplings of a whole action, and the one table of a study, one row for each net."""

from nnft_sym.actions.names import symbol
from nnft_sym.printing.number_text import NOTHING, number, percent, plain, with_error
from nnft_sym.printing.table_content import Cell, Column, Table
from nnft_sym.study.action_fit import Reading
from nnft_sym.study.results import NetResult, StudyResult

#: An error bound below this share of a number is not written out.
INVISIBLE = 1e-6
_NONE = Cell(NOTHING)


def value_cell(one: Reading | None, exact: bool) -> Cell:
    """Show a coupling with its error; bounds below the last digit are left out.

    Examples
    --------
    >>> value_cell(Reading("kappa", 6, -0.294791, 1e-12), True).text
    '−0.294791'
    >>> value_cell(Reading("kappa", 6, -0.294791, 0.01), False).text
    '−0.295 ± 0.010'
    >>> value_cell(Reading("kappa", 6, float("nan"), 0.01), False).text, value_cell(None, True).text
    ('not determined', 'none')
    """
    if one is None:
        return _NONE
    if not one.determined:
        return Cell("not determined")
    small = exact and one.error <= INVISIBLE * abs(one.value)
    return Cell(number(one.value, 6) if small else with_error(one.value, one.error), one.value)


def action_couplings_table(net: NetResult) -> Table | None:
    """Show all couplings of the action, and what the next order in 1/N adds; None if there are none."""
    fit = net.action_fit
    if not fit.readings:
        return None
    rows: list[tuple[Cell, ...]] = []
    for one in fit.readings:
        trusted = one.ratio is not None and one.ratio <= fit.limit
        corrected = number(one.corrected) + ("" if trusted else " (not trusted)")
        rows.append(
            (
                Cell(one.symbol),
                value_cell(one, fit.exact),
                Cell(f"G{one.order}"),
                Cell(percent(one.misfit, 2), one.misfit),
                _number(one.alone),
                _number(one.next_order),
                ratio_cell(one),
                _NONE if one.corrected is None else Cell(corrected, one.corrected),
            )
        )
    rows += [(Cell(symbol(name)), Cell("not looked for"), *[_NONE] * 6) for name in fit.missing]
    data = "exact" if fit.exact else "sampled"
    return Table(
        f"Couplings of the action, order by order in 1/N, from {data} connected correlators"
        + (" (error bounds below the last digit left out)" if fit.exact else ""),
        (
            Column("coupling", ""),
            "value",
            "from",
            Column("that correlator missed", "missed"),
            Column("without products of lower couplings", "without products"),
            Column("next order would add", "next order"),
            Column("relative to the coupling", "ratio"),
            Column("corrected by it", "corrected"),
        ),
        tuple(rows),
        brief_title=f"Couplings of the action, order by order in 1/N ({data} connected correlators)",
    )


def ratio_cell(one: Reading | None) -> Cell:
    """Show by how many times itself the next order changes a coupling."""
    if one is None or one.ratio is None:
        return Cell("weak") if one is not None and one.weak else _NONE
    return Cell(number(one.ratio, 3), one.ratio)


def parts_table(net: NetResult) -> Table | None:
    """Show what the couplings explain of the predicted correlator, term by term; None if nothing is known."""
    fit, recipe = net.action_fit, net.recipe
    if not fit.parts:
        return None
    delta = recipe.delta_predicted
    rows: list[tuple[Cell, ...]] = [(Cell("free theory"), _NONE, Cell(percent(0.0), 0.0), _NONE)]
    rows += [
        (Cell(f"+ {one.words}"), *(_share(share) for share in (one.share, one.explained, one.connected)))
        for one in fit.parts
    ]
    return Table(
        f"The {recipe.predicted}-point function term by term, in powers of 1/N",
        (
            Column("terms", ""),
            Column(f"size of the term, relative to {delta}", "size"),
            Column(f"{delta} explained so far", "explained so far"),
            Column(f"connected G{recipe.predicted} explained so far", f"of connected G{recipe.predicted}"),
        ),
        tuple(rows),
        brief_title=f"{recipe.predicted}-point function term by term: share of {delta}",
    )


def _share(share: float | None) -> Cell:
    return _NONE if share is None else Cell(percent(share, 2), share)


def _number(value: float | None) -> Cell:
    return _NONE if value is None else Cell(number(value), value, brief=plain(value, ".4g"))


def study_table(result: StudyResult) -> Table:
    """Show a study in one row for each net: the two judgements, the couplings, the size of the next order."""
    names = _names(result)
    rows = []
    for net in result.nets:
        fit = net.action_fit
        largest = fit.largest
        rows.append(
            (
                Cell(net.name),
                Cell(str(net.case.width), net.case.width),
                Cell(net.arithmetic.value),
                Cell(net.description.value),
                *(value_cell(fit.find(name), fit.exact) for name in names),
                ratio_cell(largest)
                if largest is None
                else Cell(f"{number(largest.ratio, 3)} ({largest.symbol})", largest.ratio),
            )
        )
    return Table(
        "The two judgements, the couplings, and what the next order in 1/N would change",
        (
            "net",
            "N",
            "our arithmetic",
            "this action",
            *map(symbol, names),
            Column("next order in 1/N, relative to the coupling", "next order"),
        ),
        tuple(rows),
    )


def _names(result: StudyResult) -> list[str]:
    """Order the couplings as they were inferred."""
    found = [one.name for net in result.nets for one in net.action_fit.readings]
    return list(dict.fromkeys([*found, *sorted(result.action.couplings)]))
