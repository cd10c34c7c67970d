"""The tensor of λ at the published widths, and whether it is one constant."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import number
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import Array, PublishedSetup
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from numerics.results.correlator import Correlator

TEXT = (
    "Element by element λ = −κ₄/(24 N ∫K_W⁴). A field theory with one constant λ says that all elements are "
    "equal. The talk averages them; the mean says something only where they are nearly equal."
)
#: Relative spread up to which a tensor counts as constant, and up to which a mean still describes it.
CONSTANT, DESCRIBED = 0.01, 0.5


@dataclass(frozen=True, eq=False)
class LambdaTensor:
    """λ, element by element over distinct multisets, shape (M,).

    Attributes
    ----------
    exact : Estimate
        From exact correlators, with error bounds.
    sampled : Estimate or None
        From the sample.
    fitted : float
        The constant closest to the 4-point function, by least squares.
    """

    exact: Estimate
    sampled: Estimate | None
    fitted: float

    @property
    def mean(self) -> Estimate:
        """Mean over distinct multisets."""
        return self.exact.mean()

    @property
    def spread(self) -> float:
        """Standard deviation over distinct multisets over |mean|."""
        return float(np.std(self.exact.value) / abs(float(self.mean)))


def lambda_tensor(bench: Bench, setup: PublishedSetup) -> LambdaTensor:
    """Divide the connected 4-point function by what it is per unit of λ, exact and sampled."""
    fit, drawn = bench.couplings.fit(setup), bench.at_coupling_width(setup)
    per_unit = fit.theory.prediction(4)["lambda"]
    sampled = None if drawn is None else _quotient(drawn.connected()[4], per_unit)
    return LambdaTensor(exact_tensor(bench.couplings, setup), sampled, float(fit["lambda"]))


def exact_tensor(couplings: Couplings, setup: PublishedSetup) -> Estimate:
    """Give λ of every distinct multiset of inputs from exact correlators, shape (M,)."""
    connected = couplings.exact(setup).at_width(setup.coupling_width).connected()[4]
    return _quotient(connected, couplings.fit(setup).theory.prediction(4)["lambda"])


def _quotient(connected: "Correlator", per_unit: "Correlator") -> Estimate:
    found: Estimate = connected.numbers() / per_unit.numbers()
    return found


def tensors(bench: Bench) -> Part:
    """Make the part."""
    claims, drawings = [], []
    arrays: dict[str, Arrays] = {}
    for setup in bench.setups:
        bench.told(f"{setup.title}: couplings at N = {setup.coupling_width}")
        tensor = lambda_tensor(bench, setup)
        name = f"lambda_{setup.name}"
        claims.append(_claim(setup, tensor, name))
        drawings.append(
            Drawing(
                name,
                f"{setup.title}, N = {setup.coupling_width}",
                "λ of every distinct set of four inputs, in ascending order: exact (dots), sampled (grey, "
                "with one standard deviation, on a scale of its own), the mean of the exact ones (dashed) "
                "and the constant that fits the exact 4-point function best (solid).",
                partial(_draw, tensor),
            )
        )
        arrays[name] = {
            "exact": (("element",), tensor.exact.value),
            "error_bound": (("element",), tensor.exact.error),
            "fitted": ((), tensor.fitted),
        }
    return Part("The tensor of λ", TEXT, tuple(claims), tuple(drawings), arrays)


def _claim(setup: PublishedSetup, tensor: LambdaTensor, figure: str) -> Claim:
    spread = tensor.spread
    mean, fitted = float(tensor.mean), tensor.fitted
    said = f"Mean {number(mean, 4)}, least squares {number(fitted, 4)}."
    if spread <= CONSTANT:
        finding, reason, note = Finding.AGREES, Reason.NONE, f"{said} The tensor is constant."
    elif spread <= DESCRIBED:
        finding, reason = Finding.REFINED, Reason.NO_CONSTANT
        note = f"{said} The elements differ; a mean describes them roughly."
    else:
        finding, reason = Finding.CONTRADICTED, Reason.NO_CONSTANT
        positive = float(np.mean(tensor.exact.value > 0))
        note = f"{said} {positive:.0%} of the elements are positive: no constant describes them."
    return Claim(
        f"lambda {setup.name}",
        f"{setup.title}: λ can be averaged over the elements of its tensor",
        "talk, “Estimate λ from 4-pt function expts”",
        "one λ",
        Estimate(spread, Uncertainty.bounded(_bound(tensor))),
        f"standard deviation over |mean| of the {len(tensor.exact)} elements",
        finding,
        reason,
        note,
        figure,
        setup.about,
    )


def _bound(tensor: LambdaTensor) -> float:
    """Bound the error of the spread: no element moves by more than its own bound."""
    return float(2.0 * np.max(tensor.exact.error) / abs(float(tensor.mean)))


def _draw(tensor: LambdaTensor) -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import SAMPLED, STYLE
    from nnft_sym.reproduction.plotting import blank

    figure = blank(2.6)
    with rc_context(STYLE):
        panels = figure.subplots(1, 1 if tensor.sampled is None else 2, squeeze=False)[0]
        order = np.argsort(tensor.exact.value)
        exact = tensor.exact.value[order]
        _elements(panels[0], tensor, exact, exact, exact)
        panels[0].set_title("exact")
        if tensor.sampled is not None:
            value, error = tensor.sampled.value[order], tensor.sampled.error[order]
            places = np.arange(1, len(order) + 1)
            panels[1].errorbar(
                places, value, error, fmt=".", color=SAMPLED, elinewidth=0.7, markersize=3, label="sampled"
            )
            _elements(
                panels[1], tensor, exact, np.minimum(exact, value - error), np.maximum(exact, value + error)
            )
            panels[1].set_title("exact and sampled")
        entries = dict(zip(*panels[-1].get_legend_handles_labels()[::-1], strict=True))
        figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=4)
    return figure


def _elements(axes: "Axes", tensor: LambdaTensor, exact: Array, low: Array, high: Array) -> None:
    """Draw the exact elements and both constants; the range holds everything from low to high."""
    from nnft_sym.report.plot_style import EXACT, FITTED, MEAN, plain_ticks

    places = np.arange(1, len(exact) + 1)
    axes.plot(places, exact, ".", color=EXACT, markersize=5, label="exact", zorder=3)
    axes.axhline(float(tensor.mean), color=MEAN, linestyle="--", linewidth=1.2, label="mean")
    axes.axhline(tensor.fitted, color=FITTED, linestyle="-.", linewidth=1.2, label="least squares")
    bottom, top = float(low.min()), float(high.max())
    # a tensor that is constant to rounding is shown as a line, not as rounding
    size = max(abs(bottom), abs(top))
    room = max(0.06 * (top - bottom), 0.01 * size)
    axes.set_ylim(bottom - room, top + room)
    axes.set_xlabel("element, in ascending order")
    power = int(np.floor(np.log10(np.abs(exact).max())))
    axes.set_ylabel("λ" if power == 0 else rf"λ / $10^{{{power}}}$")
    plain_ticks(axes.yaxis, power)
