"""The tables of the couplings of a whole action, and the one table of a study, one row for each net."""

from collections.abc import Callable, Mapping

import numpy as np

from nnft_sym.actions.names import symbol
from nnft_sym.printing.number_text import (
    NOT_TRUSTED,
    NOTHING,
    correlator_name,
    number,
    percent,
    plain,
    with_error,
)
from nnft_sym.printing.table_content import Cell, Column, Table
from nnft_sym.study.action_fit import ActionFit, Reading
from nnft_sym.study.correlator_terms import TakenApart
from nnft_sym.study.sampled_couplings import SampledReading
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.verdict import constancy
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

#: An error bound below this share of a number is not written out.
INVISIBLE = 1e-6
#: Errors of predictions below this share of what is predicted are not shown.
TINY = 1e-6
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
    text = number(one.value, 6) if small else with_error(one.value, one.error)
    return Cell(text, one.value, measured=Estimate(one.value, one.error))


def action_couplings_table(net: NetResult) -> Table | None:
    """Show all couplings of the action, and what the next order in 1/N adds; None if there are none."""
    fit = net.action_fit
    if not fit.readings:
        return None
    rows: list[tuple[Cell, ...]] = []
    for one in fit.readings:
        trusted = one.ratio is not None and one.ratio <= fit.limit
        corrected = number(one.corrected) + ("" if trusted else NOT_TRUSTED)
        rows.append(
            (
                Cell(one.symbol),
                value_cell(one, fit.exact),
                Cell(correlator_name(one.order)),
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


def forms_table(net: NetResult) -> Table | None:
    """Show couplings as tensors and as constants, and λ corrected by κ; None if there are none."""
    fit = net.action_fit
    if not fit.forms:
        return None
    rows = []
    for one in fit.forms:
        mean = _number(float(one.mean)) if fit.exact else _estimate(one.mean)
        if one.ratio is None:
            ratio = _NONE
        else:
            ratio = Cell(number(one.ratio, 4) + ("" if one.trusted else NOT_TRUSTED), one.ratio)
        finite = Cell(f"{one.elements} of {one.elements + one.missing}", one.elements)
        rows.append((Cell(one.words), mean, _number(one.spread), finite, _number(one.constant), ratio))
    return Table(
        "Couplings as tensors, one number for each element of the correlator, and as constants",
        (
            Column("coupling", ""),
            Column("mean of the tensor", "mean"),
            Column("spread of the tensor", "spread"),
            Column("elements with a finite coupling", "finite"),
            Column("one constant", "constant"),
            Column("corrected over uncorrected constant", "ratio"),
        ),
        tuple(rows),
        brief_title="Couplings as tensors and as constants",
    )


def sampled_table(net: NetResult) -> Table | None:
    """Show what the sample says of the couplings beside the exact answer; None if nothing was asked."""
    fit = net.action_fit
    if not fit.sampled:
        return None
    rows = []
    for one in fit.sampled:
        pull = _NONE if one.pull is None else Cell(number(one.pull, 2), one.pull)
        exact = fit.find(one.name)
        rows.append(
            (
                Cell(one.symbol),
                value_cell(exact, fit.exact),
                _estimate(one.found),
                _number(one.alike) if one.determined else _NONE,
                pull,
                Cell(_judged(one)),
            )
        )
    return Table(
        "Couplings from the sample, beside the exact ones (a pull is the distance from the exact correlators "
        "under the weights of the sample, in standard errors)",
        (
            Column("coupling", ""),
            "exact",
            Column("from the sample", "sampled"),
            Column("exact, weighted as the sample", "exact, weighted alike"),
            "pull",
            Column("what the sample says", "says"),
        ),
        tuple(rows),
        brief_title="Couplings from the sample (pull: against the exact answer under the same weights)",
    )


def _judged(one: SampledReading) -> str:
    if not one.determined:
        return one.why
    if one.found.quality is not Quality.TRUSTED:
        return one.found.quality.name.lower().replace("_", " ")
    return "cannot be told from zero" if one.weak else "determined"


def parts_table(net: NetResult) -> Table | None:
    """Show what the couplings explain of the predicted correlator, term by term; None if nothing is known."""
    fit = net.action_fit
    return _terms_table(TakenApart(net.recipe.predicted, fit.parts), fit) if fit.parts else None


def beyond_table(net: NetResult) -> Table | None:
    """Show the same of the correlator that nothing was fitted to; None where there is none."""
    fit = net.action_fit
    return None if fit.beyond is None else _terms_table(fit.beyond, fit)


def _terms_table(apart: TakenApart, fit: ActionFit) -> Table:
    delta, order = correlator_name(apart.order, "Δ"), apart.order
    full = correlator_name(order)
    # bounds of exact couplings are rounding and quadrature errors, mostly far below the last digit
    uncertain = any(one.accuracy is not None and one.accuracy > TINY for one in apart.parts)
    heads: list[str | Column] = [
        Column("terms", ""),
        Column(f"size of the term, relative to {delta}", "size"),
        Column(f"{delta} explained so far", "explained so far"),
        *([Column("error of the prediction, relative to it", "error")] if uncertain else []),
        Column(f"connected {full} explained so far", f"of connected {full}"),
    ]
    rows: list[tuple[Cell, ...]] = [
        (Cell("free theory"), _NONE, Cell(percent(0.0), 0.0), *[_NONE] * (len(heads) - 3))
    ]
    for one in apart.parts:
        shown = (one.share, one.explained, *[one.accuracy] * uncertain, one.connected)
        rows.append((Cell(f"+ {one.words}"), *map(_share, shown)))
    fitted = max((one.order for one in fit.readings), default=order)
    free = "" if order <= fitted else ", to which nothing was fitted,"
    kind = f" (errors are {'bounds' if fit.exact else 'standard deviations'})" if uncertain else ""
    return Table(
        f"The {order}-point function{free} term by term, in powers of 1/N{kind}",
        tuple(heads),
        tuple(rows),
        brief_title=f"{order}-point function{free} term by term: share of {delta}",
    )


#: What is shown of the couplings of a whole action, in this order.
ACTION_TABLES: Mapping[str, Callable[[NetResult], Table | None]] = {
    "couplings": action_couplings_table,
    "forms": forms_table,
    "sampled": sampled_table,
    "terms": parts_table,
    "beyond": beyond_table,
}


def action_tables(net: NetResult) -> list[Table]:
    """Make all tables of the couplings of the action that there are."""
    return [table for make in ACTION_TABLES.values() if (table := make(net)) is not None]


def _estimate(one: Estimate) -> Cell:
    value, error = float(one), float(one.error)
    if not np.isfinite(value):
        return Cell("not determined")
    return Cell(with_error(value, error), value, measured=one)


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
                *([Cell(_constancy(net))] if result.alone else []),
                *(value_cell(fit.find(name), fit.exact) for name in names),
                ratio_cell(largest)
                if largest is None
                else Cell(f"{number(largest.ratio, 3)} ({largest.symbol})", largest.ratio),
            )
        )
    return Table(
        "The judgements, the couplings, and what the next order in 1/N would change",
        (
            "net",
            "N",
            "our arithmetic",
            "this action",
            *([f"constant {result.recipe.symbol}"] if result.alone else []),
            *map(symbol, names),
            Column("next order in 1/N, relative to the coupling", "next order"),
        ),
        tuple(rows),
    )


def _constancy(net: NetResult) -> str:
    """Say whether one constant coupling is accepted, rejected or undecided."""
    if net.coupling is None:
        return NOTHING
    return constancy(net.tensor, net.fitted.quality, net.limits).value


def _names(result: StudyResult) -> list[str]:
    """Order the couplings as they were inferred."""
    found = [one.name for net in result.nets for one in net.action_fit.readings]
    return list(dict.fromkeys([*found, *sorted(result.action.couplings)]))
