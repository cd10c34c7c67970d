"""The tables that only a report has; those of a net are in `nnft_sym.study.result_tables`."""

from nnft_sym.printing.number_text import NOTHING, number, with_error
from nnft_sym.printing.table_content import Cell, Table
from nnft_sym.report.plot_style import net_title
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.recipe import COUPLED
from nnft_sym.study.result_tables import chosen_fit, number_cell, share_cell
from nnft_sym.study.results import NetResult, StudyResult
from nnft_sym.study.verdict import constancy

#: Longer lists of elements are left to the netCDF file.
LONGEST_LIST = 500


def constant_coupling(net: NetResult) -> str:
    """Say whether one constant coupling is accepted, rejected or undecided."""
    return constancy(net.tensor, net.fitted.quality, net.limits)


def overview_table(result: StudyResult) -> Table | None:
    """Summarise what is found of a coupling that stands alone: one row per net; None if none does."""
    if not result.alone:
        return None
    recipe = result.recipe
    rows = []
    for net in result.nets:
        (fit, source), mean = chosen_fit(net), net.tensor.mean
        explained = net.following.explained
        rows.append(
            (
                Cell(net_title(net)),
                Cell(constant_coupling(net)),
                Cell(with_error(float(mean), float(mean.error)), float(mean)),
                Cell(NOTHING)
                if fit is None
                else Cell(
                    with_error(fit.parameters[0], fit.errors[0]) + ("" if source == "sampled" else " *"),
                    float(fit.parameters[0]),
                ),
                Cell(NOTHING)
                if fit is None
                else Cell(f"{number(fit.chi2_dof, 3)} ({fit.dof})", fit.chi2_dof),
                *(share_cell(explained[recipe.name(way)]) for way in COUPLED),
                Cell("passed" if net.passed else "NOT PASSED"),
            )
        )
    return Table(
        f"The study in one table ({recipe.delta_predicted} by …: share of the {recipe.predicted}-point "
        f"correction explained)",
        (
            "net",
            f"constant {recipe.symbol}",
            f"mean {recipe.symbol} (sampled)",
            f"fitted {recipe.symbol}",
            "χ²/dof (dof)",
            f"{recipe.delta_predicted} by mean {recipe.symbol}",
            f"{recipe.delta_predicted} by fitted {recipe.symbol}",
            f"{recipe.delta_predicted} by {recipe.symbol} tensor",
            "checks",
        ),
        tuple(rows),
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
                Cell(with_error(value, error), value) if finite else Cell(NOTHING),
                number_cell(exact),
                Cell("" if finite else status.name.lower() if status is CouplingStatus.INFINITE else "0/0"),
            )
        )
    return Table(
        f"Coupling element by element (c is what multiplies {recipe.symbol} in G{recipe.fitted}; "
        f"inputs counted from 1)",
        ("inputs", "c", f"{recipe.symbol} sampled", f"{recipe.symbol} exact", "left out"),
        tuple(rows),
    )
