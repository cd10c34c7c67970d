"""A study in a few numbers: the JSON summary that outside checks rely on, and the terminal tables."""

from math import isnan
from typing import TYPE_CHECKING, Any

from nnft_sym.printing.number_text import NOTHING, plain
from nnft_sym.printing.tables import table
from nnft_sym.study.judgement import Judgement
from nnft_sym.study.results import PREDICTIONS, CouplingStatus, NetResult, StudyResult
from nnft_sym.study.verdict import constancy

if TYPE_CHECKING:
    from rich.table import Table

    from numerics.fits.comparison import Comparison
    from numerics.fits.fitting import Fit

NAN = float("nan")

#: What the rows of the 6-point table are called.
PREDICTION_NAMES = {
    "free": "free theory",
    "lambda_tensor": "with the λ tensor",
    "lambda_mean": "with the mean λ",
    "lambda_fit": "with the fitted λ",
}


def summarise(result: StudyResult) -> dict[str, Any]:
    """Collect the summary as plain containers.

    Returns
    -------
    dict
        ``passed``, ``refused``, ``nets`` (see `net_summary`), ``thresholds`` (`Judgement`), ``seconds``,
        ``provenance``.
    """
    return {
        "passed": result.passed,
        "refused": dict(result.refused),
        "nets": [net_summary(net) for net in result.nets],
        "thresholds": result.limits.rows(),
        "seconds": result.seconds,
        "provenance": dict(result.provenance),
    }


def net_summary(net: NetResult) -> dict[str, Any]:
    """Collect the summary of one net.

    Returns
    -------
    dict
        ``lambda_mean``, ``lambda_err``: mean of the sampled λ tensor over distinct multisets and its error;
        ``lambda_fit``, ``lambda_fit_err``, ``lambda_chi2_dof``, ``lambda_dof``: one constant λ by generalised
        least squares on the 4-point function (``lambda_source`` says whether it is the sampled or, where that
        is not trustworthy, the exact one); ``chi2_dof_g4``: sampled against exact 4-point function;
        ``lambda_fit_best``: the same fit to the exact 4-point function where there is one;
        ``lambda_constant``: is one constant accepted, rejected or undecided?
        ``lambda_misfit``, ``lambda_misfit_least``: share of ΔG4 that it, and that any constant, misses;
        ``g6_explained``: share of ΔG6 explained by the exact mean and by ``lambda_fit_best``, against the
        exact 6-point function, where there is one;
        ``g6_explained_sampled``: the same from the sample alone.
    """
    four, coupling = net.correlators[4], net.coupling
    fit, source = chosen_fit(net)
    return {
        "name": net.name,
        "width": net.config.width,
        "cutoff": net.config.cutoff,
        "passed": net.passed,
        "compared": net.compared,
        "checks": {check.sentence: check.passed for check in net.checks},
        "judged": [
            {
                "name": check.name.name.lower(),
                "order": check.order,
                "passed": check.passed,
                "statistic": check.statistic,
                "threshold": check.threshold,
                "repeated": check.repeated,
            }
            for check in net.checks
        ],
        "not_checked": [name.value for name in net.checks.not_made],
        "repeated": [check.sentence for check in net.checks.repeated],
        "verdict": net.verdict,
        "lambda_mean": coupling.mean,
        "lambda_err": coupling.mean_error,
        "lambda_mean_exact": coupling.mean_exact,
        "lambda_spread": coupling.spread_sampled,
        "lambda_spread_exact": coupling.spread_exact,
        "lambda_source": source,
        "lambda_fit": NAN if fit is None else fit.parameters[0],
        "lambda_fit_err": NAN if fit is None else fit.errors[0],
        "lambda_chi2_dof": NAN if fit is None else reduced_chi2(fit),
        "lambda_dof": 0 if fit is None else fit.dof,
        "lambda_fit_best": NAN if coupling.fit_best is None else coupling.fit_best.parameters[0],
        "lambda_constant": constancy(coupling, four.quality),
        "lambda_misfit": coupling.misfit_best,
        "lambda_misfit_least": coupling.misfit_least,
        "lambda_elements": {item.name.lower(): coupling.count(item) for item in CouplingStatus},
        "chi2_dof_g4": NAN if four.comparison is None else four.comparison.chi2_dof,
        "comparisons": {f"g{order}": _comparison(one.comparison) for order, one in net.correlators.items()}
        | {"joint": _comparison(net.joint)},
        "quality": {f"g{order}": one.quality.name.lower() for order, one in net.correlators.items()},
        "m": {
            f"m{order}": {"sampled": one.m_sampled, "exact": one.m_exact, "background": one.background}
            for order, one in net.correlators.items()
            if order > 2
        },
        "g6_explained": dict(net.six_point.explained),
        "g6_explained_sampled": dict(net.six_point.explained_sampled),
        "g6_remainder_share": net.six_point.remainder_share,
        "g6_identity_error": net.six_point.identity_error,
        "g6_excluded": net.six_point.excluded,
        "kernel_rank": net.kernel_rank,
        "integral_error": net.integral_error,
        "seconds": net.seconds,
    }


def chosen_fit(net: NetResult) -> "tuple[Fit | None, str]":
    """Choose the fit to report: to the sample, or to the exact 4-point function if the sample is no good."""
    trusted = net.correlators[4].quality.name == "TRUSTED"
    if trusted or net.correlators[4].exact is None:
        return net.coupling.fit, "sampled"
    return net.coupling.fit_best, "exact"


def reduced_chi2(fit: "Fit") -> float:
    """Divide χ² by the degrees of freedom; 0 where the fit has none and is exact by construction."""
    return fit.chi2_dof if fit.dof else 0.0


def _comparison(one: "Comparison | None") -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "chi2": one.chi2,
        "dof": one.dof,
        "chi2_dof": one.chi2_dof,
        "p_value": one.p_value,
        "threshold": one.threshold,
    }


def summary_tables(result: StudyResult) -> "list[Table | str]":
    """Make the tables that the terminal shows."""
    from rich.markup import escape

    # The square brackets of a formula are not markup.
    formulas = (escape(result.expansions[n].grouped_text()) for n in (4, 6))
    made: list[Table | str] = [*formulas, *filter(None, [result.set_aside]), ""]
    for net in result.nets:
        title = f"{net.name}-net, N = {net.config.width}"
        made += [
            f"[bold]{title}[/bold]  (kernel rank {net.kernel_rank}; {net.integral_method}; "
            f"cutoff {'none' if net.config.cutoff is None else format(net.config.cutoff, 'g')})",
            correlators_table(net),
            coupling_table(net),
            six_point_table(net),
            f"[bold]Verdict.[/bold] {net.verdict}",
            *_failures(net, result.limits),
            "",
        ]
    word = "PASSED" if result.passed else "NOT PASSED"
    made.append(f"[bold]{word}[/bold]: {result.outcome} ({result.seconds:.1f} s).")
    return made


def _failures(net: NetResult, limits: Judgement) -> list[str]:
    failed = net.checks.failed
    said = [f"[bold red]Not passed:[/bold red] {check.sentence}" for check in failed]
    if any(check.is_sampled for check in failed):
        said.append(
            f"(Sampled and exact are taken to disagree at a two-sided p below {limits.suspect:g}, twice in a "
            "row with independent networks.)"
        )
    said += [
        f"Not checked: {name.value} (no answer here)" for name in net.checks.not_made if net.exact_method
    ]
    said += [
        f"{check.sentence}: failed once, passed with independent networks" for check in net.checks.repeated
    ]
    return said


def correlators_table(net: NetResult) -> "Table":
    """Show m_n against background, and sampled against exact."""
    rows = []
    for order, one in net.correlators.items():
        against = one.comparison
        rows.append(
            [
                f"G{order}",
                str(len(one.indices)),
                plain(one.m_sampled, ".4g"),
                plain(one.m_exact, ".4g"),
                plain(one.background, ".2g"),
                NOTHING if against is None else plain(against.chi2_dof, ".3g"),
                NOTHING if against is None else str(against.dof),
                NOTHING if against is None else f"{against.p_value:.2g}",
                one.quality.name.lower().replace("_", " "),
            ]
        )
    columns = ["", "sets", "m", "m exact", "noise", "χ²/dof", "dof", "p (2-sided)", "sample"]
    return table(
        "Correlators: m = mean |ΔG|/|G_GP| (where G_GP ≠ 0), its scatter per experiment, and sampled against "
        "exact",
        columns,
        rows,
    )


def coupling_table(net: NetResult) -> "Table":
    """Show the coupling: tensor mean, spread, and one fitted constant."""
    coupling, (fit, source) = net.coupling, chosen_fit(net)
    rows = [
        ["λ, mean of the sampled tensor", plain(coupling.mean, ".4g"), plain(coupling.mean_error, ".2g")],
        ["λ, spread of the sampled tensor", plain(coupling.spread_sampled, ".4g"), ""],
    ]
    if coupling.mean_exact is not None and coupling.spread_exact is not None:
        rows.append(["λ, mean of the exact tensor", plain(coupling.mean_exact, ".4g"), ""])
        rows.append(["λ, spread of the exact tensor", plain(coupling.spread_exact, ".4g"), ""])
    if fit is not None:
        rows.append(
            [f"one constant λ, fitted ({source} G4)", f"{fit.parameters[0]:.4g}", f"{fit.errors[0]:.2g}"]
        )
        rows.append([f"  its χ²/dof (dof {fit.dof})", f"{reduced_chi2(fit):.4g}", ""])
    for status in (CouplingStatus.INFINITE, CouplingStatus.UNDETERMINED):
        if coupling.count(status):
            rows.append([f"elements excluded: {status.value}", str(coupling.count(status)), ""])
    return table("Coupling of f⁴", ["", "value", "error"], rows)


def _percent(share: float) -> str:
    return plain(100 * share, ".2f") + ("" if isnan(share) else " %")


def six_point_table(net: NetResult) -> "Table":
    """Show what each prediction explains of the 6-point function."""
    six = net.six_point
    rows = []
    for name in PREDICTIONS:
        against = six.comparisons.get(name)
        rows.append(
            [
                PREDICTION_NAMES[name],
                _percent(six.explained[name]),
                _percent(six.explained_sampled[name]),
                NOTHING if against is None else f"{plain(against.chi2_dof, '.3g')} ({against.dof})",
            ]
        )
    target = "exact" if six.identity_error is not None else "sampled"
    return table(
        f"6-point function: share of {target} ΔG6 explained",
        ["", "explained", "from the sample", "sample: χ²/dof (dof)"],
        rows,
    )
