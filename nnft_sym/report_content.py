"""What a report says, apart from how it looks: plain text and numbers, read by the HTML and LaTeX renderers.

Text is Unicode (λ, χ², ×10⁻¹¹); the LaTeX renderer translates it. A cell keeps the number behind its text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.number_text import NOTHING, number, p_value, percent, with_error
from nnft_sym.results import PREDICTIONS, CouplingStatus, NetResult, StudyResult
from nnft_sym.summary import PREDICTION_NAMES, chosen_fit
from nnft_sym.tables import point_label
from nnft_sym.verdict import constant_accepted
from numerics.estimate import Quality

if TYPE_CHECKING:
    from numerics.comparison import Comparison
    from numerics.networks import Network

#: Longer lists of elements are left to the netCDF file.
LONGEST_LIST = 500
_WRITTEN = {"erf": "Erf", "relu": "ReLU", "gauss": "Gauss", "cos": "Cos"}


@dataclass(frozen=True)
class Cell:
    """Text of a table cell, and the number it shows, if it shows one."""

    text: str
    value: float | None = None


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


def net_title(net: NetResult) -> str:
    """Name a net, as in "Erf-net, N = 5"."""
    return f"{_WRITTEN.get(net.name, net.name)}-net, N = {net.config.width}"


def constant_is_accepted(net: NetResult) -> bool:
    """Tell whether one constant λ describes the 4-point function, as the verdict decides it."""
    return constant_accepted(net.coupling, net.correlators[4].quality)


def overview_table(result: StudyResult) -> Table:
    """Summarise the study: one row per net."""
    rows = []
    for net in result.nets:
        fit, source = chosen_fit(net)
        explained = net.six_point.explained
        rows.append(
            (
                Cell(net_title(net)),
                Cell("accepted" if constant_is_accepted(net) else "rejected"),
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
                Cell("agree" if net.passed else "DO NOT AGREE"),
            )
        )
    return Table(
        "The study in one table",
        (
            "net",
            "a constant λ is",
            "mean λ (sampled)",
            "fitted λ",
            "χ²/dof (dof)",
            "ΔG6 explained by mean λ",
            "by fitted λ",
            "by λ tensor",
            "our numbers and the referee",
        ),
        tuple(rows),
    )


def setup_facts(net: NetResult, result: StudyResult) -> list[tuple[str, str]]:
    """List what was computed for a net and how."""
    config, network = net.config, _network(net)
    deviations = [("σ_W", network.sigma_w)]
    if network.hidden_bias_deviation is not None:
        deviations.append(("σ_b", network.hidden_bias_deviation))
    deviations.append(("σ of the output weights", network.weight_variance**0.5))
    cutoff = "none: all of R^d" if config.cutoff is None else f"[−{config.cutoff:g}, {config.cutoff:g}]^d"
    networks = result.config.experiments * result.config.networks
    return [
        ("width N", str(config.width)),
        ("input dimension d", str(config.d_in)),
        ("standard deviations", ", ".join(f"{name} = {value:g}" for name, value in deviations)),
        ("inputs x₁, x₂, …", ", ".join(_point(point) for point in config.points)),
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


def _network(net: NetResult) -> "Network":
    from nnft_sym.study import make_network

    return make_network(net.config)


def _point(point: Sequence[float]) -> str:
    return point_label(point).replace("-", "−")


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
    return Cell(number(value, digits), None if value is None or not np.isfinite(value) else float(value))


def _share(value: float) -> Cell:
    return Cell(percent(value), float(value) if np.isfinite(value) else None)


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
        rows.append((f"χ²/dof of that fit ({fit.dof} degrees of freedom)", _number(fit.chi2_dof)))
        rows.append(("ΔG4 that one constant misses", _share(coupling.misfit_best)))
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


def remainder_sentences(net: NetResult) -> list[str]:
    """Say what the λ tensor leaves of the 6-point function."""
    six, result = net.six_point, net.correlators[6]
    kept = np.isfinite(six.remainder)
    if not kept.any():
        return ["No element of the 6-point function can be predicted with a finite λ tensor."]
    sizes = np.abs(six.remainder[kept])
    of_full = float(sizes.sum() / np.abs(result.best[kept]).sum())
    said = [
        f"With the λ tensor the remainder is {percent(six.remainder_share, 2)} of ΔG6 and "
        f"{percent(of_full, 2)} of G6; its mean size is {number(float(sizes.mean()), 3)}, the largest "
        f"{number(float(sizes.max()), 3)}."
    ]
    if six.identity_error is not None:
        said.append(
            f"It equals κ₆/N², the exact connected 6-point function, up to {number(six.identity_error, 2)} "
            "of the largest |ΔG6|: an identity that tests the diagram engine and the integrals, not the "
            "field theory."
        )
    else:
        said.append("There is no exact answer here, so the remainder is κ₆/N² plus the noise of the sample.")
    said.append(
        "No κ is quoted from it: the exchange of two λ vertices contributes at the same order 1/N² and is "
        "not computed yet."
    )
    if six.excluded:
        said.append(
            f"{six.excluded} of {len(kept)} elements need an infinite λ and are left out of these shares."
        )
    return said


def tail_sentences(net: NetResult) -> list[str]:
    """Say, for every order whose sample cannot be trusted, why."""
    return [
        f"G{one.order}: {one.quality.value}."
        for one in net.correlators.values()
        if one.quality is not Quality.TRUSTED
    ]


def notes(result: StudyResult) -> list[tuple[str, str]]:
    """Explain how the numbers were made and what they do not say."""
    compared = [one for net in result.nets for one in _comparisons(net)]
    thresholds = sorted({one.threshold for one in compared})
    blocks = sorted({one.n_blocks for one in compared if one.n_blocks is not None})
    cut = ", ".join(number(threshold, 2) for threshold in thresholds) or NOTHING
    block_text = " or ".join(f"{count:,}" for count in blocks) or NOTHING
    said = [
        (
            "Propagators",
            f"{result.expansions[4].rule[0].upper()}{result.expansions[4].rule[1:]}. A line that touches a "
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
            "1 − Σ|residual|/Σ|ΔG6| over distinct index sets, with ΔG6 = G6 − free theory; 0 % is the "
            "free theory, negative is worse. They are judged on the exact 6-point function where there is "
            "one, because the sampling noise of ΔG6 can exceed what a prediction leaves; the shares from "
            "the sample alone stand beside them.",
        ),
        (
            "Size of corrections",
            "mₙ is the mean over elements of |ΔGₙ|/|free|. The background is the scatter of one "
            "experiment, divided by the free part; the error of the mean over experiments is smaller by "
            "the square root of their number.",
        ),
        (
            "Two judgements",
            "The checks ask whether our numbers agree with the exact finite-width answer. The verdict "
            "asks whether the field theory describes the networks; a rejected theory is a result, not a "
            "failure.",
        ),
    ]
    if any(net.correlators[4].quality is not Quality.TRUSTED for net in result.nets):
        said.append(
            (
                "Fits marked *",
                "The sampled 4-point function is not trustworthy, so the constant λ was fitted to the "
                "exact one, weighted by the sampled covariance; its error and χ² are therefore only "
                "indicative.",
            )
        )
    return said


def _comparisons(net: NetResult) -> "Iterable[Comparison]":
    yield from (one.comparison for one in net.correlators.values() if one.comparison is not None)
    yield from net.six_point.comparisons.values()


def provenance_facts(result: StudyResult) -> list[tuple[str, str]]:
    """List versions, seed and sizes."""
    facts = [(str(key).replace("_", " "), str(value)) for key, value in result.provenance.items()]
    return [*facts, ("time of the whole study", f"{result.seconds:.1f} s")]


def study_file(result: StudyResult) -> str:
    """Write the study as a file that ``nnft validate`` reads, to repeat it.

    Parameters
    ----------
    result : StudyResult

    Returns
    -------
    str
        TOML.
    """
    import json

    def lines(table: Mapping[str, object]) -> list[str]:
        # Numbers, strings and nested lists are written alike in JSON and TOML.
        return [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]

    top = result.config.model_dump(mode="json")
    nets = top.pop("net")
    blocks = ["\n".join(lines(top))]
    blocks += ["\n".join(["[[net]]", *lines(net)]) for net in nets]
    return "\n\n".join(blocks) + "\n"
