"""The tensor of λ at the published widths, and whether it is one constant."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import PublishedSetup
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
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
    """Divide the connected 4-point function by what it is per unit of λ."""
    fit = bench.fits[setup.name]
    per_unit = fit.theory.prediction(4)["lambda"]
    network = setup.network(setup.coupling_width)
    exact = bench.scans[setup.name].exact
    assert exact is not None
    connected = exact.at_width(network.width).connected()[4]
    drawn = bench.at_coupling_width(setup)
    sampled = None if drawn is None else _quotient(drawn.connected()[4], per_unit)
    return LambdaTensor(_quotient(connected, per_unit), sampled, float(fit["lambda"]))


def _quotient(connected: "Correlator", per_unit: "Correlator") -> Estimate:
    found: Estimate = connected.numbers() / per_unit.numbers()
    return found


def tensors(bench: Bench) -> Part:
    """Make the part."""
    claims, drawings = [], []
    arrays: dict[str, Arrays] = {}
    for setup in bench.setups:
        tensor = lambda_tensor(bench, setup)
        name = f"lambda_{setup.name}"
        claims.append(_claim(setup, tensor, name))
        drawings.append(
            Drawing(
                name,
                f"{setup.title}, N = {setup.coupling_width}",
                "λ of every distinct set of four inputs, in ascending order: exact (line of dots), sampled "
                "(grey, one standard deviation), their mean (dashed) and the constant that fits the 4-point "
                "function best (solid).",
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
    said = f"Mean {mean:.4g}, least squares {fitted:.4g}."
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

    from nnft_sym.report.plot_style import BLUE, GREY, STYLE, VERMILLION, plain_ticks
    from nnft_sym.reproduction.plotting import blank

    figure = blank(2.6)
    with rc_context(STYLE):
        axes = figure.subplots()
        order = np.argsort(tensor.exact.value)
        places = np.arange(1, len(order) + 1)
        largest = float(np.max(np.abs(tensor.exact.value)))
        power = int(np.floor(np.log10(largest)))
        if tensor.sampled is not None:
            value, error = tensor.sampled.value[order], tensor.sampled.error[order]
            axes.errorbar(
                places, value, error, fmt=".", color=GREY, elinewidth=0.7, markersize=3, label="sampled"
            )
        axes.plot(places, tensor.exact.value[order], ".", color=BLUE, markersize=5, label="exact", zorder=3)
        axes.axhline(float(tensor.mean), color=VERMILLION, linestyle="--", linewidth=1.2, label="mean")
        axes.axhline(tensor.fitted, color=VERMILLION, linewidth=1.2, label="least squares")
        axes.set_xlabel("element, in ascending order")
        axes.set_ylabel(rf"$\lambda$ / $10^{{{power}}}$")
        shown = tensor.exact.value if tensor.sampled is None else np.r_[tensor.exact.value, value]
        spread = float(np.ptp(shown))
        middle, half = float(np.min(shown) + 0.5 * spread), max(0.6 * spread, 0.02 * largest)
        axes.set_ylim(middle - half, middle + half)
        plain_ticks(axes.yaxis, power)
        figure.legend(loc="outside upper center", ncols=4)
    return figure
