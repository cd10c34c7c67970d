"""The tables that only a report has; those of a net are in `nnft_sym.study.result_tables`."""

from nnft_sym.printing.number_text import (
    NOT_TRUSTED,
    NOTHING,
    correlator_name,
    number,
    p_value,
    percent,
    with_error,
)
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.report.plot_style import net_title
from nnft_sym.study.checks import Check
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.judgement import Judgement
from nnft_sym.study.recipe import COUPLED
from nnft_sym.study.result_tables import chosen_fit, explained_cell, fit_is_bad, number_cell
from nnft_sym.study.study_results import NetResult, StudyResult
from numerics.results.estimate import Estimate

#: Longer lists of elements are left to the netCDF file.
LONGEST_LIST = 500


def overview_table(result: StudyResult) -> Table | None:
    """Summarise what is found of a coupling that stands alone: one row per net; None if none does."""
    if not result.alone:
        return None
    recipe = result.recipe
    rows = []
    for net in result.nets:
        mean, error = float(net.tensor.mean), float(net.tensor.mean.error)
        mark = "" if net.fitted.is_trusted else NOT_TRUSTED
        rows.append(
            (
                Cell(net_title(net)),
                Cell(with_error(mean, error) + mark, mean, measured=net.tensor.mean),
                *_fit_cells(net),
                *(explained_cell(net, recipe.name(way)) for way in COUPLED),
            )
        )
    return Table(
        f"The coupling {recipe.symbol} alone, and the share of {recipe.delta_predicted} that it explains",
        (
            "net",
            f"mean {recipe.symbol} (sampled)",
            f"fitted {recipe.symbol}",
            "χ²/dof (dof)",
            f"by mean {recipe.symbol}",
            f"by fitted {recipe.symbol}",
            f"by {recipe.symbol} tensor",
        ),
        tuple(rows),
    )


def _fit_cells(net: NetResult) -> tuple[Cell, Cell]:
    """The fitted coupling, marked where it is not the fit of a trusted sample or the fit is bad; its χ²."""
    fit, source = chosen_fit(net)
    if fit is None:
        return Cell(NOTHING), Cell(NOTHING)
    mark = "" if source == "sampled" else " *"
    if source == "sampled" and not net.fitted.is_trusted:
        mark = NOT_TRUSTED
    mark = " (bad fit)" if not mark and fit_is_bad(net) else mark
    value, error = float(fit.parameters[0]), float(fit.errors[0])
    shown = Cell(with_error(value, error) + mark, value, measured=Estimate(value, error))
    return shown, Cell(f"{number(fit.chi2_dof, 3)} ({fit.dof})", fit.chi2_dof)


def checks_table(net: NetResult) -> Table:
    """Show every check of our own numbers with what was found and what is needed to pass."""
    rows = [
        (
            Cell(check.sentence),
            Cell(_outcome(check)),
            Cell(_found(check), check.statistic),
            Cell(_needed(check, net.limits)),
        )
        for check in net.checks
    ]
    rows += [
        (Cell(name), Cell("– not checked, there is no answer here"), Cell(NOTHING), Cell(NOTHING))
        for name in net.checks.not_made
    ]
    return Table("Checks of our own numbers", ("what holds", "passed", "found", "needed"), tuple(rows))


def _outcome(check: Check) -> str:
    if not check.passed:
        return "✗ not passed"
    return "✓ (failed once, passed with independent networks)" if check.repeated else "✓"


def _found(check: Check) -> str:
    return p_value(check.statistic) if check.is_chance else number(check.statistic, 2)


def _needed(check: Check, limits: Judgement) -> str:
    if check.is_chance:
        return f"p ≥ {number(check.threshold, 1)}, and exact relations kept to {percent(limits.relations)}"
    if check.is_sampled:
        return f"at most {number(check.threshold, 2)} standard errors"
    return f"relative error at most {number(check.threshold, 1)}"


def parts_table(result: StudyResult) -> Table:
    """Show how long every part of the run took."""
    rows = tuple((Cell(name), Cell(f"{seconds:.1f} s", seconds)) for name, seconds in result.run.parts)
    total = result.run.seconds
    return Table(
        "Time of every part of the run",
        ("part", "time"),
        (*rows, (Cell("together"), Cell(f"{total:.1f} s", total))),
    )


def element_table(net: NetResult) -> Table | None:
    """List the coupling element by element, or None if that would be too long to read."""
    if net.coupling is None:
        return None
    recipe = net.recipe
    coupling, four = net.coupling, net.fitted
    if len(four.indices) > LONGEST_LIST:
        return None
    rows, errors = [], coupling.sampled.error
    for place, row in enumerate(four.indices.tolist()):
        status = coupling.status[place]
        exact = None if coupling.exact is None else float(coupling.exact.value[place])
        finite = status is CouplingStatus.FINITE
        value, error = float(coupling.sampled.value[place]), float(errors[place])
        rows.append(
            (
                Cell(" ".join(str(index + 1) for index in row)),
                number_cell(float(coupling.coefficient.value[place])),
                Cell(with_error(value, error), value, measured=Estimate(value, error))
                if finite
                else Cell(NOTHING),
                number_cell(exact),
                Cell("" if finite else status.name.lower() if status is CouplingStatus.INFINITE else "0/0"),
            )
        )
    return Table(
        f"Coupling element by element (c is what multiplies {recipe.symbol} in "
        f"{correlator_name(recipe.fitted)}; inputs counted from 1)",
        ("inputs", "c", f"{recipe.symbol} sampled", f"{recipe.symbol} exact", "left out"),
        tuple(rows),
    )
