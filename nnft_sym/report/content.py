"""The tables of a report, apart from how they look: plain text and numbers for the HTML and LaTeX renderers.

Text is Unicode (λ, χ², ×10⁻¹¹); the LaTeX renderer translates it. A cell keeps the number behind its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import NOTHING, number, p_value, percent, with_error
from nnft_sym.report.plot_style import net_title
from nnft_sym.study.results import PREDICTIONS, CouplingStatus, NetResult, StudyResult
from nnft_sym.study.summary import PREDICTION_NAMES, chosen_fit
from nnft_sym.study.verdict import constancy

if TYPE_CHECKING:
    from numerics.fits.comparison import Comparison

#: Longer lists of elements are left to the netCDF file.
LONGEST_LIST = 500


@dataclass(frozen=True)
class Cell:
    """Text of a table cell, and the number it shows; None if it shows none (also if that is not finite)."""

    text: str
    value: float | None = None

    def __post_init__(self) -> None:
        if self.value is not None and not np.isfinite(self.value):
            object.__setattr__(self, "value", None)


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows.

    Attributes
    ----------
    caption : str
    columns : tuple of str
    rows : tuple of tuple of Cell
        Each as long as `columns`.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def constant_coupling(net: NetResult) -> str:
    """Say whether one constant coupling is accepted, rejected or undecided."""
    return constancy(net.coupling, net.correlators[4].quality)


def overview_table(result: StudyResult) -> Table:
    """Summarise the study: one row per net."""
    rows = []
    for net in result.nets:
        fit, source = chosen_fit(net)
        explained = net.six_point.explained
        rows.append(
            (
                Cell(net_title(net)),
                Cell(constant_coupling(net)),
                Cell(with_error(net.coupling.mean, net.coupling.mean_error), net.coupling.mean),
                Cell(NOTHING)
                if fit is None
                else Cell(
                    with_error(fit.parameters[0], fit.errors[0]) + ("" if source == "sampled" else " *"),
                    float(fit.parameters[0]),
                ),
                Cell(NOTHING)
                if fit is None
                else Cell(f"{number(fit.chi2_dof, 3)} ({fit.dof})", fit.chi2_dof),
                *(_share(explained[name]) for name in ("lambda_mean", "lambda_fit", "lambda_tensor")),
                Cell("passed" if net.passed else "NOT PASSED"),
            )
        )
    return Table(
        "The study in one table (ΔG6 by …: share of the 6-point correction explained)",
        (
            "net",
            "constant λ",
            "mean λ (sampled)",
            "fitted λ",
            "χ²/dof (dof)",
            "ΔG6 by mean λ",
            "ΔG6 by fitted λ",
            "ΔG6 by λ tensor",
            "checks",
        ),
        tuple(rows),
    )


def correlators_table(net: NetResult) -> Table:
    """Show the corrections against background, and sampled against exact."""
    rows = []
    for one in net.correlators.values():
        rows.append(
            (
                Cell(f"G{one.order}"),
                Cell(str(len(one.indices)), len(one.indices)),
                _number(one.m_sampled),
                _number(one.m_exact),
                _number(one.background, 3),
                *_compared(one.comparison),
                Cell(one.quality.name.lower().replace("_", " ")),
            )
        )
    if net.joint is not None:
        missing = tuple(Cell(NOTHING) for _ in range(3))
        size = len(net.joint.pulls)
        rows.append((Cell("together"), Cell(str(size), size), *missing, *_compared(net.joint), Cell("")))
    return Table(
        "Correlators: size of the correction to the free theory, and sampled against exact",
        (
            "",
            "elements",
            "m sampled",
            "m exact",
            "background",
            "χ²",
            "dof",
            "χ²/dof",
            "p (two-sided)",
            "sample",
        ),
        tuple(rows),
    )


def _compared(against: "Comparison | None") -> tuple[Cell, ...]:
    if against is None:
        return tuple(Cell(NOTHING) for _ in range(4))
    return (
        _number(against.chi2),
        Cell(str(against.dof), against.dof),
        _number(against.chi2_dof, 3),
        Cell(p_value(against.p_value), against.p_value),
    )


def _number(value: float | None, digits: int = 4) -> Cell:
    return Cell(number(value, digits), None if value is None else float(value))


def _share(value: float) -> Cell:
    return Cell(percent(value), float(value))


def coupling_table(net: NetResult) -> Table:
    """Show the coupling: tensor mean and spread, one fitted constant, elements left out."""
    coupling, (fit, source) = net.coupling, chosen_fit(net)
    rows = [
        ("mean of the sampled λ tensor", Cell(with_error(coupling.mean, coupling.mean_error), coupling.mean)),
        ("spread of the sampled λ tensor", _number(coupling.spread_sampled)),
    ]
    if coupling.mean_exact is not None:
        rows.append(("mean of the exact λ tensor", _number(coupling.mean_exact)))
        rows.append(("spread of the exact λ tensor", _number(coupling.spread_exact)))
    if fit is not None:
        fitted = float(fit.parameters[0])
        rows.append(
            (f"one constant λ fitted to the {source} G4", Cell(with_error(fitted, fit.errors[0]), fitted))
        )
        rows.append((f"χ²/dof of that fit (dof = {fit.dof})", _number(fit.chi2_dof)))
        rows.append(("ΔG4 that this constant misses", _share(coupling.misfit_best)))
        rows.append(("ΔG4 that the closest constant misses", _share(coupling.misfit_least)))
    for status in CouplingStatus:
        count = coupling.count(status)
        rows.append((f"elements: {_STATUS[status]}", Cell(str(count), count)))
    return Table("The coupling λ of f⁴", ("", "value"), tuple((Cell(name), cell) for name, cell in rows))


_STATUS: Mapping[CouplingStatus, str] = {
    CouplingStatus.FINITE: "λ finite",
    CouplingStatus.INFINITE: "λ infinite (connected correlator without vertex integral), left out",
    CouplingStatus.UNDETERMINED: "λ of the form 0/0, left out",
}


def element_table(net: NetResult) -> Table | None:
    """List the coupling element by element, or None if that would be too long to read."""
    coupling, four = net.coupling, net.correlators[4]
    if len(four.indices) > LONGEST_LIST:
        return None
    rows = []
    for place, row in enumerate(four.indices.tolist()):
        status = coupling.status[place]
        exact = None if coupling.exact is None else float(coupling.exact[place])
        finite = status is CouplingStatus.FINITE
        value, error = float(coupling.sampled[place]), float(coupling.sampled_error[place])
        rows.append(
            (
                Cell(" ".join(str(index + 1) for index in row)),
                _number(float(coupling.coefficient[place])),
                Cell(with_error(value, error), value) if finite else Cell(NOTHING),
                _number(exact),
                Cell("" if finite else status.name.lower() if status is CouplingStatus.INFINITE else "0/0"),
            )
        )
    return Table(
        "Coupling element by element (c is what multiplies λ in G4; inputs counted from 1)",
        ("inputs", "c", "λ sampled", "λ exact", "left out"),
        tuple(rows),
    )


def six_point_table(net: NetResult) -> Table:
    """Show what each prediction explains of the 6-point function."""
    six = net.six_point
    rows = []
    for name in PREDICTIONS:
        against = six.comparisons.get(name)
        rows.append(
            (
                Cell(PREDICTION_NAMES[name]),
                _share(six.explained[name]),
                _share(six.explained_sampled[name]),
                *_compared(against)[1:],
            )
        )
    target = "exact" if net.correlators[6].exact is not None else "sampled"
    return Table(
        "The 6-point function and its predictions",
        (
            "prediction",
            f"{target} ΔG6 explained",
            "from the sample alone",
            "sample against prediction: dof",
            "χ²/dof",
            "p (two-sided)",
        ),
        tuple(rows),
    )
