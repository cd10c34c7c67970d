"""The tables of a net, each built once: the terminal shows them in brief, the reports in full.

A cell has the text of a report and, for the terminal, the number in Python's notation.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nnft_sym.printing.number_text import (
    NOT_TRUSTED,
    NOTHING,
    correlator_name,
    number,
    p_value,
    percent,
    plain,
    share_text,
    with_error,
)
from nnft_sym.printing.table_content import Cell, Column, Table
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.study_results import NetResult
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    from numerics.inference.comparison import Comparison
    from numerics.inference.fit_result import Fit

_STATUS: Mapping[CouplingStatus, str] = {
    CouplingStatus.FINITE: "{} finite",
    CouplingStatus.INFINITE: "{} infinite (connected correlator without vertex integral), left out",
    CouplingStatus.UNDETERMINED: "{} of the form 0/0, left out",
}
_EMPTY = Cell("")


def chosen_fit(net: NetResult) -> "tuple[Fit | None, str]":
    """Choose the fit to report: to the sample, or to the exact 4-point function if the sample is no good."""
    if net.fitted.is_trusted or net.fitted.exact is None:
        return net.tensor.fit, "sampled"
    return net.tensor.fit_best, "exact"


def fit_is_bad(net: NetResult) -> bool:
    """Tell whether the sample rejects the constant fitted to it: the error of the fit then means nothing."""
    fit = net.tensor.fit
    return fit is not None and net.fitted.is_trusted and fit.dof > 0 and fit.upper_tail < net.limits.rejected


def reduced_chi2(fit: "Fit") -> float:
    """Divide χ² by the degrees of freedom; 0 where the fit has none and is exact by construction."""
    return fit.chi2_dof if fit.dof else 0.0


def number_cell(value: float | None, digits: int = 4, brief: str = ".4g") -> Cell:
    """Show a number; `brief` is Python's format for the terminal."""
    return Cell(number(value, digits), None if value is None else float(value), brief=plain(value, brief))


def share_cell(share: float, error: float | None = None, *, trusted: bool = True) -> Cell:
    """Show a share in percent, with its error if it has one, and say so where the sample is not trusted.

    Examples
    --------
    >>> cell = share_cell(0.8632, 0.0021)
    >>> cell.text, cell.brief, share_cell(0.8632, trusted=False).text
    ('86.32 ± 0.21 %', '86.32 ± 0.21 %', '86.3 % (not trusted)')
    """
    brief = plain(100 * share, ".2f")
    if brief == NOTHING:
        return Cell(NOTHING, brief=NOTHING)
    mark = "" if trusted else NOT_TRUSTED
    if error is None or not error > 0:
        return Cell(percent(share) + mark, float(share), brief=f"{brief} %{mark}")
    return Cell(
        share_text(share, error) + mark,
        float(share),
        brief=share_text(share, error).replace("−", "-") + mark,
        measured=Estimate(share, error),
    )


def explained_cell(net: NetResult, name: str) -> Cell:
    """Show what a prediction explains of the best correlator there is, with the error of a sampled one."""
    found = net.following
    if net.predicted.exact is not None:
        return share_cell(found.explained[name])
    return share_cell(found.explained[name], found.share_error(name), trusted=net.sample_is_trusted)


def _whole(count: int) -> Cell:
    return Cell(str(count), count)


def correlators_table(net: NetResult) -> Table:
    """Show m_n against background, and sampled against exact."""
    rows = []
    for one in net.correlators.values():
        rows.append(
            (
                Cell(correlator_name(one.order)),
                _whole(len(one.indices)),
                number_cell(one.distance.sample),
                number_cell(one.distance.exact),
                number_cell(one.distance.background, 3, ".2g"),
                *_with_dof_behind(one.comparison),
                Cell(one.quality.name.lower().replace("_", " ")),
            )
        )
    if net.joint is not None:
        missing = tuple(Cell(NOTHING) for _ in range(3))
        size = _whole(len(net.joint.pulls))
        rows.append((Cell("together"), size, *missing, *_with_dof_behind(net.joint), _EMPTY))
    return Table(
        "Correlators: size of the correction to the free theory, and sampled against exact",
        (
            Column("correlator", ""),
            Column("elements", "sets"),
            Column("m sampled", "m"),
            "m exact",
            Column("background", "noise"),
            Column("χ²", None),
            Column("dof", None),
            "χ²/dof",
            Column(None, "dof"),
            Column("p (two-sided)", "p (2-sided)"),
            "sample",
        ),
        tuple(rows),
        brief_title="Correlators: m = mean |full − free|/|free| where free ≠ 0, its scatter per experiment, "
        "and sampled against exact",
        full_only=frozenset(range(len(net.correlators), len(rows))),
    )


def _compared(against: "Comparison | None") -> tuple[Cell, ...]:
    """χ², dof, χ²/dof and p."""
    if against is None:
        return tuple(Cell(NOTHING) for _ in range(4))
    return (
        number_cell(against.chi2),
        _whole(against.dof),
        number_cell(against.chi2_dof, 3, ".3g"),
        Cell(p_value(against.p_value), against.p_value, brief=f"{against.p_value:.2g}"),
    )


def _with_dof_behind(against: "Comparison | None") -> tuple[Cell, ...]:
    """The same with the degrees of freedom once more behind χ²/dof, where a terminal shows them."""
    chi2, dof, chi2_dof, p = _compared(against)
    return chi2, dof, chi2_dof, dof, p


def coupling_table(net: NetResult) -> Table:
    """Show the coupling: tensor mean and spread, one fitted constant, elements left out."""
    coupling, recipe, (fit, source) = net.tensor, net.recipe, chosen_fit(net)
    mark = "" if net.fitted.is_trusted else NOT_TRUSTED
    rows = [
        _measured(
            f"mean of the sampled {recipe.symbol} tensor{mark}",
            f"{recipe.symbol}, mean of the sampled tensor{mark}",
            float(coupling.mean),
            float(coupling.mean.error),
        ),
        _plain(
            f"spread of the sampled {recipe.symbol} tensor",
            f"{recipe.symbol}, spread of the sampled tensor",
            coupling.spread,
        ),
    ]
    if coupling.mean_exact is not None:
        rows.append(
            _plain(
                f"mean of the exact {recipe.symbol} tensor",
                f"{recipe.symbol}, mean of the exact tensor",
                float(coupling.mean_exact),
            )
        )
        rows.append(
            _plain(
                f"spread of the exact {recipe.symbol} tensor",
                f"{recipe.symbol}, spread of the exact tensor",
                coupling.spread_exact,
            )
        )
    full_only = set()
    if fit is not None:
        name, brief = (
            f"one constant {recipe.symbol} fitted to the {source} {correlator_name(recipe.fitted)}",
            f"one constant {recipe.symbol}, fitted ({source} {correlator_name(recipe.fitted)})",
        )
        if source == "sampled" and fit_is_bad(net):
            name, brief = f"{name} (a bad fit: the error means nothing)", f"{brief}, bad fit"
        rows.append(_measured(name, brief, float(fit.parameters[0]), float(fit.errors[0])))
        chi2 = Cell(number(fit.chi2_dof), fit.chi2_dof, brief=f"{reduced_chi2(fit):.4g}")
        label = Cell(f"χ²/dof of that fit (dof = {fit.dof})", brief=f"  its χ²/dof (dof {fit.dof})")
        rows.append((label, chi2, _EMPTY))
        best = "this constant" if fit is coupling.fit_best else "the constant fitted to the exact one"
        for words, share in ((best, coupling.misfit_best), ("the closest constant", coupling.misfit_least)):
            full_only.add(len(rows))
            rows.append((Cell(f"{recipe.delta_fitted} that {words} misses"), share_cell(share), _EMPTY))
    for status in CouplingStatus:
        count = coupling.count(status)
        if status is CouplingStatus.FINITE or not count:
            full_only.add(len(rows))
        label = Cell(
            f"elements: {_STATUS[status].format(recipe.symbol)}", brief=f"elements excluded: {status.value}"
        )
        rows.append((label, _whole(count), _EMPTY))
    return Table(
        f"The coupling {recipe.symbol} of {recipe.power}",
        (Column("quantity", ""), "value", Column(None, "error")),
        tuple(rows),
        brief_title=f"Coupling of {recipe.power}",
        full_only=frozenset(full_only),
    )


def _measured(name: str, brief: str, value: float, error: float) -> tuple[Cell, ...]:
    """A number with its error: in one cell, or in two of a terminal."""
    found = Estimate(value, error)
    number_with_error = Cell(with_error(value, error), value, brief=plain(value, ".4g"), measured=found)
    return Cell(name, brief=brief), number_with_error, Cell("", brief=plain(error, ".2g"))


def _plain(name: str, brief: str, value: float | None) -> tuple[Cell, ...]:
    return Cell(name, brief=brief), number_cell(value), _EMPTY


def next_order_table(net: NetResult) -> Table:
    """Show what each prediction explains of the next correlator."""
    six, recipe = net.following, net.recipe
    rows = []
    for way, name in recipe.predictions.items():
        against = six.comparisons.get(name)
        _, dof, chi2_dof, p = _compared(against)
        both = NOTHING if against is None else f"{plain(against.chi2_dof, '.3g')} ({against.dof})"
        rows.append(
            (
                Cell(recipe.words(way)),
                explained_cell(net, name),
                share_cell(six.explained_sampled[name], six.share_error(name), trusted=net.sample_is_trusted),
                dof,
                chi2_dof,
                p,
                Cell(both),
            )
        )
    target = "exact" if net.predicted.exact is not None else "sampled"
    return Table(
        f"The {recipe.predicted}-point function and its predictions",
        (
            Column("prediction", ""),
            Column(f"{target} {recipe.delta_predicted} explained", "explained"),
            Column("from the sample alone", "from the sample"),
            Column("sample against prediction: dof", None),
            Column("χ²/dof", None),
            Column("p (two-sided)", None),
            Column(None, "sample: χ²/dof (dof)"),
        ),
        tuple(rows),
        brief_title=f"{recipe.predicted}-point function: share of {target} {recipe.delta_predicted} "
        f"explained",
    )
