"""The prose of a report: what was computed and how, what remains, how to read and how to repeat it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import NOTHING, correlator_name, number, percent, superscript
from nnft_sym.printing.tables import point_label
from nnft_sym.report.plot_style import net_title
from nnft_sym.study.judgement import Judgement
from nnft_sym.study.recipe import Recipe
from nnft_sym.study.result_tables import chosen_fit
from nnft_sym.study.study_results import NetResult, StudyResult

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.report.report_content import StudyContent
    from numerics.inference.comparison import Comparison


def setup_facts(net: NetResult, result: StudyResult) -> list[tuple[str, str]]:
    """List what was computed for a net and how."""
    case, network = net.case, net.case.network
    deviations = [("σ_W", network.sigma_w)]
    if network.hidden_bias_deviation is not None:
        deviations.append(("σ_b", network.hidden_bias_deviation))
    deviations.append(("σ of the output weights", network.weight_variance**0.5))
    cutoff = "none: all of R^d" if case.cutoff is None else f"[−{case.cutoff:g}, {case.cutoff:g}]^d"
    networks = result.config.experiments * result.config.networks
    return [
        ("width N", str(case.width)),
        ("input dimension d", str(case.d_in)),
        ("standard deviations", ", ".join(f"{name} = {value:g}" for name, value in deviations)),
        ("inputs x₁, x₂, …", ", ".join(_point(point) for point in case.points)),
        ("domain of the vertices", cutoff),
        ("rank of the kernel matrix", f"{net.kernel_rank} of {len(net.kernel)}"),
        (
            "networks sampled",
            f"{networks:,} = {result.config.experiments} experiments × {result.config.networks:,}",
        ),
        ("exact referee", net.exact_method or "none exists for this architecture and dimension"),
        (
            "vertex integrals",
            f"{net.integral_method}; largest error relative to the largest integral "
            f"{number(net.integral_error, 2)}",
        ),
        ("time", f"{net.seconds:.1f} s"),
    ]


def _point(point: Sequence[float]) -> str:
    return point_label(point).replace("-", "−")


def remainder_sentences(net: NetResult, limits: Judgement) -> list[str]:
    """Say what the λ tensor leaves of the 6-point function."""
    recipe = net.recipe
    if net.next_order is None:
        return []
    six, result = net.following, net.predicted
    kept = np.isfinite(six.remainder)
    if not kept.any():
        return [
            f"No element of the {recipe.predicted}-point function can be predicted with a finite "
            f"{recipe.symbol} tensor."
        ]
    sizes = np.abs(six.remainder[kept])
    full = float(np.abs(result.best.value[kept]).sum())
    of_full = float(sizes.sum()) / full if full else float("nan")
    of_delta = six.remainder_share - six.unpredicted_share
    said = [
        f"With the {recipe.symbol} tensor the remainder is {percent(of_delta, 2)} of "
        f"{recipe.delta_predicted} and "
        f"{percent(of_full, 2)} of {correlator_name(recipe.predicted)}; its mean size is "
        f"{number(float(sizes.mean()), 3)}, the largest "
        f"{number(float(sizes.max()), 3)}."
    ]
    said += _identity_sentences(six.identity_miss, limits, recipe)
    if six.excluded:
        said.append(
            f"{six.excluded} of {len(kept)} elements need an infinite {recipe.symbol}: nothing "
            f"predicts them, and the "
            f"{percent(six.unpredicted_share, 2)} of {recipe.delta_predicted} they hold counts as not "
            f"explained by the tensor."
        )
    return said


def _identity_sentences(miss: float | None, limits: Judgement, recipe: Recipe) -> list[str]:
    """Say what the remainder is, if it has a name."""
    if recipe.remainder is None:
        return []
    what = recipe.remainder.replace("the", "the exact", 1)
    of_largest = f"of the largest |{recipe.delta_predicted}|"
    if miss is None:
        said = (
            f"There is no exact answer here, so the remainder is {recipe.remainder} plus the noise of the "
            "sample."
        )
    elif miss > limits.identity:
        said = (
            f"It should equal {what}, but misses it by up to {number(miss, 2)} {of_largest}: the engine or "
            "its integrals are not accurate enough here."
        )
    else:
        said = (
            f"It equals {what}, up to {number(miss, 2)} {of_largest}: an identity that tests the diagram "
            "engine and the integrals, not the field theory."
        )
    return [
        said,
        f"The exchange of two {recipe.symbol} vertices contributes at the same order 1/N²; couplings of "
        "higher powers are read off what it leaves.",
    ]


def wick_check(expansion: "Expansion") -> str:
    """Say how many contractions were found per vertex content, and whether that is all of them.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> wick_check(expand("lambda*f^4", 4))
    '3 without vertex = 3!!; 105 with f⁴ = 7!!'
    """
    from diagrams.combinatorics.numbers import double_factorial

    said = []
    for key, found in expansion.wick_total.items():
        content = [tuple(map(int, part.split(":"))) for part in key.split(",") if part]
        ends = expansion.n + sum(valence * count for valence, count in content)
        fields = " ".join(
            f"f{superscript(valence)}" + (f" ({count}×)" if count > 1 else "") for valence, count in content
        )
        expected = double_factorial(ends - 1)
        verdict = f"= {ends - 1}!!" if found == expected else f"≠ {ends - 1}!! = {expected:,}"
        said.append(f"{found:,} {'with ' + fields if fields else 'without vertex'} {verdict}")
    return "; ".join(said)


def tail_sentences(net: NetResult) -> list[str]:
    """Say, for every order whose sample cannot be trusted, why."""
    return [
        f"{correlator_name(one.order)}: {one.quality.value}."
        for one in net.correlators.values()
        if not one.is_trusted
    ]


def notes(result: StudyResult) -> list[tuple[str, str]]:
    """Explain how the numbers were made and what they do not say."""
    recipe = result.recipe
    compared = [one for net in result.nets for one in _comparisons(net)]
    thresholds = sorted({one.threshold for one in compared})
    blocks = sorted({one.n_blocks for one in compared if one.n_blocks is not None})
    cut = ", ".join(number(threshold, 2) for threshold in thresholds) or NOTHING
    block_text = " or ".join(f"{count:,}" for count in blocks) or NOTHING
    rule = result.expansions[recipe.fitted].rule
    said = [
        (
            "Propagators",
            f"{rule[0].upper()}{rule[1:]}. A line that touches a "
            "vertex is K_W, the kernel without the variance of the output bias; a line between external "
            "points is the full K.",
        ),
        (
            "Errors",
            f"Standard errors and covariances come from {block_text} blocks of independent networks. The "
            "elements of one correlator, and correlators of different order, are strongly correlated.",
        ),
        (
            "χ² and p",
            "χ² is taken in the eigenbasis of the correlation matrix of the data; directions whose "
            f"eigenvalue is below {cut} of the largest are left out, and dof is the number of directions "
            "kept. The covariance is itself estimated, so p comes from Hotelling's T² distribution and is "
            "two-sided: both too large and too small a χ² is suspicious.",
        ),
        (
            "Shares explained",
            f"1 − Σ|residual|/Σ|{recipe.delta_predicted}| over distinct index sets, with "
            f"{recipe.delta_predicted} = {correlator_name(recipe.predicted)} − free theory; 0 % is the "
            f"free theory, negative is worse. They are judged on the exact {recipe.predicted}-point "
            f"function where there is "
            f"one, because the sampling noise of {recipe.delta_predicted} can exceed what a prediction "
            "leaves; the shares from the sample alone stand beside them, with errors from groups of blocks; "
            "where the sample is not trusted, neither are they.",
        ),
        (
            "Size of corrections",
            "mₙ is the mean over elements of |ΔG⁽ⁿ⁾|/|free|, without those whose free part is 0. "
            "The background is the scatter of one experiment, divided by the free part; the "
            "error of the mean over experiments is smaller by "
            "the square root of their number.",
        ),
        (
            "The questions",
            "Are our numbers right? The checks ask whether they agree with the exact finite-width answer. "
            "Does the action describe the networks? A rejected theory is a result, not a failure. It "
            "describes them if constant couplings of the lowest order are accepted, if all "
            f"couplings together explain at least {percent(result.limits.fair)} of {recipe.delta_predicted}, "
            "and if the next order in 1/N is small; where that is not small, the expansion fails, whatever "
            "the fit looks like. A comparison of sample and exact answer that fails is repeated with "
            "independent networks, and only one that fails twice counts: high powers of f are skewed, and a "
            "p-value far in the tail is then wrong by powers of ten.",
        ),
        *_about_couplings(result),
        ("Thresholds", _thresholds(result.limits, recipe)),
    ]
    if any(net.coupling is not None and chosen_fit(net)[1] == "exact" for net in result.nets):
        said.append(
            (
                "Fits marked *",
                f"The sampled {recipe.fitted}-point function is not trustworthy, so the constant "
                f"{recipe.symbol} was fitted to the "
                "exact one, weighted by the sampled covariance; its error and χ² are therefore only "
                "indicative.",
            )
        )
    return said


def _about_couplings(result: StudyResult) -> list[tuple[str, str]]:
    """Say how the couplings of the whole action are read off, from exact correlators and from the sample."""
    said = [
        (
            "Couplings order by order in 1/N",
            "The coupling of the vth power of f counts as 1/N to the power v/2 − 1. It is read off the "
            "connected v-point function at its leading order, once the products of couplings of lower "
            f"orders, such as the {result.recipe.symbol}² exchange, are taken off. Exact correlators are "
            "fitted without weights, and errors are bounds. What the next power of 1/N would add is given "
            "beside a coupling and never added to it; the coupling corrected by it is not to be trusted "
            f"where it changes by more than {percent(result.limits.expansion)} of itself.",
        ),
    ]
    if any(net.action_fit.sampled for net in result.nets):
        said.append(
            (
                "Couplings from the sample",
                "What the sample alone determines of couplings that the exact answer gives. A sample is "
                "fitted with weights, so that where a coupling is not constant the two differ even without "
                "noise: the pull compares with what the same weights give for the exact correlators. A "
                "coupling of which the sample knows only a combination with others gets no number.",
            )
        )
    return said


def _comparisons(net: NetResult) -> "Iterable[Comparison]":
    yield from (one.comparison for one in net.correlators.values() if one.comparison is not None)
    if net.next_order is not None:
        yield from net.next_order.comparisons.values()


#: What page and document are called.
TITLE = "Does a field theory describe these networks?"


def sizes(result: StudyResult) -> str:
    """Say in half a sentence what was sampled."""
    config = result.config
    return f"{config.experiments} experiments × {config.networks:,} networks per net, seed {config.seed}"


def stamp(result: StudyResult) -> str:
    """Say when the study ran, and by which version; empty where nobody took it down."""
    made = result.run
    return f"nnft_sym {made.versions.get('nnft_sym', '')}, {made.started[:16]} UTC" if made.started else ""


def author(result: StudyResult) -> str:
    """Name the program that wrote the report, with its version."""
    known = result.run.versions.get("nnft_sym") or result.provenance.get("nnft_sym", "")
    return f"nnft_sym {known}".strip()


def abstract(result: StudyResult, content: "StudyContent") -> Iterator[str]:
    """Say in a few sentences what was asked and what was found, made from the verdicts."""
    recipe, nets = result.recipe, "; ".join(net_title(net) for net in result.nets)
    yield (
        f"The field theory with the action given above is held against ensembles of {nets}, each of "
        f"{result.config.experiments * result.config.networks:,} networks. Its couplings are read off the "
        f"{recipe.fitted}-point function and predict the {recipe.predicted}-point function."
    )
    for one in content.nets:
        said = "; ".join(answer.statement for answer in one.answers)
        yield f"{one.title}: {said}."
    yield f"{'Passed' if result.passed else 'Not passed'}: {result.outcome}."


def provenance_facts(result: StudyResult) -> list[tuple[str, str]]:
    """List date, versions, machine, seed and sizes."""
    made, config = result.run, result.config
    versions = ", ".join(f"{name} {number}" for name, number in made.versions.items())
    known = {
        "started": made.started and f"{made.started[:19]} UTC",
        "versions": versions,
        "commit": made.commit,
        "processor": made.processor and f"{made.processor}, {made.cores} cores, {made.threads} of them used",
        "system": made.system,
    }
    if not versions:
        known["versions"] = f"nnft_sym {result.provenance.get('nnft_sym', '')}"
    return [
        *((name, text) for name, text in known.items() if text),
        ("seed", f"{config.seed}; every net and every experiment has a stream of its own"),
        ("experiments", str(config.experiments)),
        ("networks per experiment", f"{config.networks:,}"),
        ("action", config.action),
        ("time of the study", f"{result.seconds:.1f} s, without writing this report"),
    ]


def _thresholds(limits: Judgement, recipe: Recipe) -> str:
    """Say from which numbers on checks fail and a constant coupling is rejected."""
    return (
        f"A check of sample against exact fails at a two-sided p below {limits.suspect:g}, or if an exact "
        f"linear relation is broken by more than {percent(limits.relations)}; a χ² with k directions is "
        f"judged from {limits.networks_per_square:g} k² networks on; the mean coupling may be "
        f"{limits.pull:g} standard errors off, integrals {number(limits.quadrature, 1)} of the largest, the "
        f"identity of the {recipe.predicted}-point function {number(limits.identity, 1)}. A constant "
        f"{recipe.symbol} is rejected at an upper tail of χ² below "
        f"{limits.rejected:g}, or if every constant misses more than {percent(limits.misfit)} of the exact "
        f"{recipe.delta_fitted}; a sample alone accepts one that misses at most "
        f"{percent(limits.vague)}. A fair description "
        f"explains {percent(limits.fair)} of {recipe.delta_predicted}, and the next order in 1/N changes no "
        f"coupling by more than {percent(limits.expansion)} of itself."
    )
