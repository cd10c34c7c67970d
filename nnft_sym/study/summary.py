"""A study in a few numbers: the JSON summary that outside checks rely on, and the terminal tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nnft_sym.printing.tables import headed, terminal_table
from nnft_sym.study.action_fit import ActionFit
from nnft_sym.study.action_tables import action_tables, study_table
from nnft_sym.study.config import InvalidStudy
from nnft_sym.study.correlator_terms import Part
from nnft_sym.study.coupling_forms import CouplingForm
from nnft_sym.study.coupling_tensors import CouplingStatus
from nnft_sym.study.judgement import Judgement
from nnft_sym.study.judgements import say_arithmetic
from nnft_sym.study.recipe import Way
from nnft_sym.study.result_tables import (
    chosen_fit,
    correlators_table,
    coupling_table,
    next_order_table,
    reduced_chi2,
)
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.verdict import constancy
from numerics.given import as_instance

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from numerics.inference.comparison import Comparison

NAN = float("nan")
#: What is said of a coupling that stands alone, and of what it predicts.
_COUPLING_KEYS = (
    *(
        "mean",
        "err",
        "mean_exact",
        "mean_exact_err",
        "spread",
        "spread_exact",
        "source",
        "fit",
        "fit_err",
        "chi2_dof",
        "dof",
    ),
    *("fit_best", "constant", "misfit", "misfit_least", "elements"),
)
_NEXT_KEYS = (
    *("explained", "explained_sampled", "explained_sampled_err"),
    *("remainder_share", "identity_error", "excluded"),
)


def summarise(result: StudyResult) -> dict[str, Any]:
    """Collect the summary as plain containers.

    Returns
    -------
    dict
        ``passed``, ``refused``, ``nets`` (see `net_summary`), ``thresholds`` (`Judgement`), ``seconds``,
        ``provenance``.

    Raises
    ------
    InvalidStudy
        If what is given is no result of a study.

    Examples
    --------
    >>> from nnft_sym.study.config import parse_study
    >>> from nnft_sym.study.run import run_study
    >>> tiny = '''
    ... experiments = 2
    ... networks = 500
    ... [[net]]
    ... kind = "cos"
    ... width = 3
    ... points = [[0.0], [0.7]]
    ... '''
    >>> found = summarise(run_study(parse_study(tiny)))
    >>> [net["name"] for net in found["nets"]], found["refused"]
    (['cos'], {})
    """
    as_instance(result, StudyResult, "result", InvalidStudy, "what run_study returns")
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
        With the names of the recipe; for λ f⁴, ``lambda_mean``, ``lambda_err``: mean of the sampled λ tensor
        over distinct multisets and its error; ``lambda_fit``, ``lambda_fit_err``, ``lambda_chi2_dof``,
        ``lambda_dof``: one constant λ by generalised least squares on the 4-point function
        (``lambda_source`` says whether it is the sampled or, where that is not trustworthy, the exact one);
        ``chi2_dof_g4``: sampled against exact 4-point function;
        ``lambda_fit_best``: the same fit to the exact 4-point function where there is one;
        ``lambda_constant``: is one constant accepted, rejected or undecided?
        ``lambda_misfit``, ``lambda_misfit_least``: share of ΔG4 that it, and that any constant, misses;
        ``g6_explained``: share of ΔG6 explained by the exact mean and by ``lambda_fit_best``, against the
        exact 6-point function, where there is one;
        ``g6_explained_sampled``, ``g6_explained_sampled_err``: the same from the sample alone, and its
        standard error; without an exact 6-point function ``g6_explained`` is that share, too.
        ``checks``: by their sentences, for this release also by those of one release ago (``judged`` has each
        once, with its statistic and threshold);
        ``arithmetic``, ``description``: the two judgements, each with a tag and a sentence;
        ``couplings``: those of the whole action, order by order in 1/N, with what the next order would add;
        in each ``sampled``: what the sample says of it, with its pull against the exact correlators under the
        same weights, and ``forms``: its tensor, mean and constant, also corrected ``by`` one of higher order;
        ``terms``: what they contribute to ΔG6, and how much of it, and of the connected 6-point function, is
        explained up to there, with the error of that; ``beyond``: the same of the next correlator, to which
        nothing was fitted; ``not_inferred``: why there are none.
        ``symmetries``, ``axioms``: rows as of ``nnft symmetry`` and ``nnft axioms``.
    """
    fitted, recipe = net.fitted, net.recipe
    return {
        "name": net.name,
        "width": net.case.width,
        "cutoff": net.case.cutoff,
        "passed": net.passed,
        "compared": net.compared,
        "checks": net.checks.by_sentence,
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
        "not_checked": list(net.checks.not_made),
        "repeated": [check.sentence for check in net.checks.repeated],
        "arithmetic": {"tag": net.arithmetic.value, "sentence": say_arithmetic(net.checks)},
        "description": {"tag": net.description.value, "sentence": net.verdict},
        "verdict": net.verdict,
        **{f"{recipe.key}_{name}": value for name, value in _coupling_summary(net).items()},
        f"chi2_dof_g{fitted.order}": NAN if fitted.comparison is None else fitted.comparison.chi2_dof,
        "comparisons": {f"g{order}": _comparison(one.comparison) for order, one in net.correlators.items()}
        | {"joint": _comparison(net.joint)},
        "quality": {f"g{order}": one.quality.name.lower() for order, one in net.correlators.items()},
        "m": {
            f"m{order}": {
                "sampled": one.distance.sample,
                "exact": one.distance.exact,
                "exact_error": one.distance.exact_error,
                "background": one.distance.background,
            }
            for order, one in net.correlators.items()
            if order > 2
        },
        **{f"g{recipe.predicted}_{name}": value for name, value in _next_order_summary(net).items()},
        **_action_summary(net.action_fit),
        **({} if net.symmetries_and_axioms is None else net.symmetries_and_axioms.as_json()),
        "kernel_rank": net.kernel_rank,
        "integral_error": net.integral_error,
        "seconds": net.seconds,
    }


def _coupling_summary(net: NetResult) -> dict[str, Any]:
    """Collect what there is of the coupling that stands alone; nothing where there is none."""
    if net.coupling is None:
        return dict.fromkeys(_COUPLING_KEYS)
    coupling, (fit, source) = net.tensor, chosen_fit(net)
    return {
        "mean": float(coupling.mean),
        "err": float(coupling.mean.error),
        "mean_exact": None if coupling.mean_exact is None else float(coupling.mean_exact),
        "mean_exact_err": None if coupling.mean_exact is None else float(coupling.mean_exact.error),
        "spread": coupling.spread,
        "spread_exact": coupling.spread_exact,
        "source": source,
        "fit": NAN if fit is None else fit.parameters[0],
        "fit_err": NAN if fit is None else fit.errors[0],
        "chi2_dof": NAN if fit is None else reduced_chi2(fit),
        "dof": 0 if fit is None else fit.dof,
        "fit_best": NAN if coupling.fit_best is None else coupling.fit_best.parameters[0],
        "constant": constancy(coupling, net.fitted.quality, net.limits),
        "misfit": coupling.misfit_best,
        "misfit_least": coupling.misfit_least,
        "elements": {item.name.lower(): coupling.count(item) for item in CouplingStatus},
    }


def _action_summary(fit: ActionFit) -> dict[str, Any]:
    """Collect the couplings of the whole action and what they explain."""
    return {
        "couplings": [
            {
                "name": one.name,
                "order": one.order,
                "value": one.value,
                "error": one.error,
                "determined": one.determined,
                "misfit": one.misfit,
                "without_products": one.alone,
                "next_order": one.next_order,
                "ratio": one.ratio,
                "corrected": one.corrected,
                "sampled": _sampled_summary(fit, one.name),
                "forms": [_form_summary(form) for form in fit.forms if form.name == one.name],
            }
            for one in fit.readings
        ],
        "couplings_not_sampled": fit.not_sampled or None,
        "couplings_exact": fit.exact,
        "not_looked_for": fit.missing,
        "not_inferred": fit.why or None,
        "expansion_holds": fit.holds,
        "terms": _terms_summary(fit.parts),
        "beyond": None
        if fit.beyond is None
        else {
            "order": fit.beyond.order,
            "explained": fit.beyond.explained,
            "connected": fit.beyond.connected,
            "error": fit.beyond.accuracy,
            "terms": _terms_summary(fit.beyond.parts),
        },
        "connected_explained": {f"g{order}": share for order, share in dict(fit.explained).items()},
    }


def _terms_summary(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "share": one.share,
            "explained": one.explained,
            "connected": one.connected,
            "error": one.accuracy,
        }
        for one in parts
    ]


def _form_summary(form: CouplingForm) -> dict[str, Any]:
    return {
        "by": form.by or None,
        "mean": float(form.mean),
        "mean_error": float(form.mean.error),
        "spread": form.spread,
        "elements": form.elements,
        "without": form.missing,
        "constant": form.constant,
        "ratio": form.ratio,
        "trusted": form.trusted,
    }


def _sampled_summary(fit: ActionFit, name: str) -> dict[str, Any] | None:
    """Say what the sample says of a coupling; None where it was not asked."""
    one = next((one for one in fit.sampled if one.name == name), None)
    if one is None:
        return None
    return {
        "value": float(one.found),
        "error": float(one.found.error) if one.determined else None,
        "determined": one.determined,
        "weak": one.weak,
        "exact_alike": one.alike,
        "pull": one.pull,
        "quality": one.found.quality.name.lower(),
        "why": one.why or None,
    }


def _next_order_summary(net: NetResult) -> dict[str, Any]:
    """Collect what the coupling says of the next correlator."""
    if net.next_order is None:
        shares = {name: 0.0 if way is Way.FREE else None for way, name in net.recipe.predictions.items()}
        errors = dict.fromkeys(shares)
        said = {"explained": shares, "explained_sampled": shares, "explained_sampled_err": errors}
        return dict.fromkeys(_NEXT_KEYS) | said
    found = net.following
    return {
        "explained": dict(found.explained),
        "explained_sampled": dict(found.explained_sampled),
        "explained_sampled_err": {name: found.share_error(name) for name in found.explained_sampled},
        "remainder_share": found.remainder_share,
        "identity_error": found.identity_miss,
        "excluded": found.excluded,
    }


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


def summary_tables(result: StudyResult, seconds: float | None = None) -> "list[Table | Text | str]":
    """Make what the terminal shows: every net in full, then the verdicts in one row each, and the outcome.

    Parameters
    ----------
    result : StudyResult
    seconds : float, optional
        What everything took, with a report where one was written.
    """
    formulas = (result.expansions[n].grouped_text() for n in result.recipe.orders[1:])
    made: list[Table | Text | str] = [*formulas, *filter(None, [result.beside]), ""]
    alone = result.alone
    for net in result.nets:
        title, more = f"{net.name}-net, N = {net.case.width}", net.symmetries_and_axioms
        made += [
            headed(
                title,
                f"  (kernel rank {net.kernel_rank}; {net.integral_method}; "
                f"cutoff {'none' if net.case.cutoff is None else format(net.case.cutoff, 'g')})",
            ),
            terminal_table(correlators_table(net)),
            *([terminal_table(make(net)) for make in (coupling_table, next_order_table)] if alone else []),
            *map(terminal_table, action_tables(net)),
            headed(f"Our arithmetic: {net.arithmetic.value}.", f" {say_arithmetic(net.checks)}"),
            *_failures(net, result.limits),
            headed(f"This action: {net.description.value}.", f" {net.verdict}"),
            *(() if more is None else more.sentences()),
            "",
        ]
    word = "PASSED" if result.passed else "NOT PASSED"
    made.append(terminal_table(study_table(result)))
    whole = "" if seconds is None else f"; {seconds:.1f} s with the report"
    made.append(headed(word, f": {result.outcome} ({result.seconds:.1f} s{whole})."))
    return made


def _failures(net: NetResult, limits: Judgement) -> list[str]:
    failed = net.checks.failed
    said = []
    if any(check.is_sampled for check in failed):
        said.append(
            f"(Sampled and exact are taken to disagree at a two-sided p below {limits.suspect:g}, twice in a "
            "row with independent networks.)"
        )
    said += [
        f"Not checked: {sentence} (no answer here)" for sentence in net.checks.not_made if net.exact_method
    ]
    said += [
        f"{check.sentence}: failed once, passed with independent networks" for check in net.checks.repeated
    ]
    return said
