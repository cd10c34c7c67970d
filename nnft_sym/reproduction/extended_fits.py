"""One, two and three couplings of Gauss-net at N = 1000: λ₀, λ₂ x², λ_NL."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.inference.coupling_fit import CouplingFit
from nnft_sym.inference.infer import infer
from nnft_sym.inference.model import Model
from nnft_sym.printing.number_text import number, with_error
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import four_point_bound
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import EXTENDED_WIDTH, PublishedSetup
from numerics.exact.correlators import exact_correlators
from numerics.inference.dataset import Dataset
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

TEXT = (
    "ΔS = ∫(λ₀ + λ₂x²)f⁴ + λ_NL∫∫f(x)²f(y)², fitted to the connected 4-point function of Gauss-net, d = 1, "
    "N = 1000: to exact numbers by unweighted least squares, and to sampled ones with their covariance."
)
ACTIONS = (
    "lambda0*f^4",
    "(lambda0+lambda2*x^2)*f^4",
    "(lambda0+lambda2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2",
)
SYMBOLS = {"lambda0": "λ₀", "lambda2": "λ₂", "lambda_NL": "λ_NL"}
NUMBERS = ("one coupling", "two couplings", "three couplings")
PLACE = "2008.08601, section 5; scripts, lam_fit"
TITLE = "λ₀, λ₂ and λ_NL"


@dataclass(frozen=True, eq=False)
class ExtendedFit:
    """One action fitted to exact and to sampled numbers.

    Attributes
    ----------
    exact, sampled : CouplingFit
    missed : Estimate
        Mean |1 − fit/data| over distinct multisets, of the exact fit.
    """

    exact: CouplingFit
    sampled: CouplingFit
    missed: Estimate


def extended_fit_of(action: str, exact: Dataset, sampled: Dataset, setup: PublishedSetup) -> ExtendedFit:
    """Fit one action both ways."""
    model = Model.leading(Action(action), beyond=False)
    theory = model.over(setup.network(EXTENDED_WIDTH).kernel, exact.fields, setup.domain)
    found = infer(exact, theory)
    right = exact.either.connected()[4].value
    missed = float(np.mean(np.abs(found.steps[0].fit.residual / right)))
    bound = Uncertainty.bounded(float(np.mean(four_point_bound(found) / np.abs(right))))
    return ExtendedFit(found, infer(sampled, theory), Estimate(missed, bound))


def extended_fits(bench: Bench) -> Part:
    """Make the part; empty, and so left out, without Gauss-net in one dimension."""
    setup = PublishedSetup("gauss", 1)
    drawn = bench.samples.get(f"{setup.name}_N{EXTENDED_WIDTH}")
    if setup not in bench.setups or drawn is None:
        return Part(TITLE, TEXT, ())
    bench.told(f"{setup.title}: λ₀, λ₂ and λ_NL at N = {EXTENDED_WIDTH}")
    network = setup.network(EXTENDED_WIDTH)
    exact = Dataset(None, exact_correlators(network, setup.points, (2, 4)))
    fits = [extended_fit_of(action, exact, Dataset(drawn), setup) for action in ACTIONS]
    claims = [
        _claim(setup, title, fit, bench.size.per_case) for title, fit in zip(NUMBERS, fits, strict=True)
    ]
    drawing = Drawing(
        "extended_fits",
        "What one, two and three couplings leave",
        "Left: mean |1 − fit/data| of the exact 4-point function. Right: singular values of the normalised "
        "design; what lies below the noise of a sample is not determined by it.",
        partial(_draw, fits),
    )
    arrays: dict[str, Arrays] = {
        f"extended_{len(fit.exact.couplings)}": {
            "coupling": (("coupling",), list(fit.exact.couplings)),
            "exact": (("coupling",), [float(one) for one in fit.exact.couplings.values()]),
            "sampled": (("coupling",), [float(one) for one in fit.sampled.couplings.values()]),
            "missed": ((), float(fit.missed)),
        }
        for fit in fits
    }
    return Part(TITLE, TEXT, tuple(claims), (drawing,), arrays)


def _claim(setup: PublishedSetup, title: str, fit: ExtendedFit, networks: int) -> Claim:
    names = list(fit.exact.couplings)
    symbols = ", ".join(SYMBOLS[name] for name in names)
    values = ", ".join(f"{SYMBOLS[name]} = {number(float(fit.exact[name]), 6)}" for name in names)
    unknown = [SYMBOLS[name] for name in names if not fit.sampled.determined(name)]
    if unknown:
        said = f"{networks:,} sampled networks do not determine {', '.join(unknown)}."
    else:
        pairs = ((SYMBOLS[name], fit.sampled[name]) for name in names)
        what = ", ".join(f"{name} = {with_error(float(one), float(one.error))}" for name, one in pairs)
        said = f"{networks:,} sampled networks give {what}."
    agrees = not unknown
    singular = ", ".join(number(one.singular_value, 3) for one in fit.exact.combinations)
    return Claim(
        f"extended {len(names)}",
        f"{setup.title}, N = {EXTENDED_WIDTH}: {title} ({symbols}) can be fitted",
        PLACE,
        "fitted values",
        fit.missed,
        "mean |1 − fit/data| of exact numbers",
        Finding.AGREES if agrees else Finding.NOT_TESTABLE,
        Reason.NONE if agrees else Reason.UNDETERMINED,
        f"Exact data: {values}; singular values {singular}. {said}",
        "extended_fits",
        setup.about,
    )


def _draw(fits: "Sequence[ExtendedFit]") -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import BLUE, STYLE, log_ticks
    from nnft_sym.reproduction.plotting import blank, thin_out

    figure = blank(2.4)
    with rc_context(STYLE):
        left, right = figure.subplots(1, 2)
        places = np.arange(1, len(fits) + 1)
        left.plot(places, [float(fit.missed) for fit in fits], "o", color=BLUE)
        left.set_yscale("log")
        left.set_ylabel("mean |1 − fit/data|")
        values = [one.singular_value for one in fits[-1].exact.combinations]
        right.plot(np.arange(1, len(values) + 1), values, "o", color=BLUE)
        right.set_yscale("log")
        right.set_ylabel("singular value")
        left.set_xlabel("number of couplings")
        right.set_xlabel("number of the singular value, three couplings")
        for axes in (left, right):
            axes.set_xlim(0.5, 3.5)
            axes.set_xticks(places)
            log_ticks(axes.yaxis)
    thin_out(figure)
    return figure
