"""log|λ| and log|κ| against log Λ, and against log N."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.inference.coupling_flow import CouplingFlow
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import four_point_bound
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import CUTOFFS, WIDTHS, PublishedSetup
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

TEXT = (
    "Exact correlators do not know the cutoff, so a coupling falls as its vertex integral grows. Power "
    "counting gives −(4 + d) for λ and −(6 + d) for κ of ReLU-net, and no power for Gauss-net, whose "
    "integrals "
    "exist over all of R^d."
)
#: By how much a slope of exact couplings may miss the power.
CLOSE = 1e-4
#: Cutoffs in two and three dimensions.
FEW = 5
SLIDE = "2008.08601, section 4; scripts, rg"


@dataclass(frozen=True, eq=False)
class Flows:
    """Couplings of one set-up.

    Attributes
    ----------
    setup : PublishedSetup
    cutoffs : CouplingFlow or None
        Against the cutoff, at the published width; None for Gauss-net, which needs none.
    widths : CouplingFlow
        Against the width, at the cutoff at which couplings are quoted.
    """

    setup: PublishedSetup
    cutoffs: CouplingFlow | None
    widths: CouplingFlow


def flows_of(bench: Bench, setup: PublishedSetup) -> Flows:
    """Read λ and κ off at all cutoffs and widths; λ alone where the exchange is dear."""
    bench.told(f"{setup.title}: couplings against cutoff and width")
    couplings = bench.couplings
    along = None
    if setup.cutoff is not None:
        exchange = setup.kind != "erf" or setup.dimension == 1
        cutoffs = CUTOFFS if setup.dimension == 1 else CUTOFFS[:FEW]
        along = couplings.flow(setup, cutoffs, (setup.coupling_width,), exchange)
    return Flows(setup, along, couplings.flow(setup, (setup.cutoff,), WIDTHS, couplings.exchange(setup)))


def cutoff_flow(bench: Bench) -> Part:
    """Make the part."""
    found = [flows_of(bench, setup) for setup in bench.setups]
    claims = [claim for one in found for claim in _claims(one)]
    drawing = Drawing(
        "cutoff_flow",
        "Couplings against the cutoff",
        "Sizes of λ (filled) and κ (open) against the half side Λ of the box, from exact correlators at the "
        "published widths. Where a sign changes there is no line.",
        partial(_draw, found),
    )
    widths = Drawing(
        "width_flow",
        "Couplings against the width",
        "Sizes of λ and κ against the width, at the cutoff of the publication, in the lowest dimension asked "
        "for: λ falls like 1/N and κ like 1/N².",
        partial(_draw_widths, found),
    )
    arrays: dict[str, Arrays] = {}
    for one in found:
        if one.cutoffs is not None:
            arrays[f"flow_{one.setup.name}"] = _arrays("cutoff", one.cutoffs)
        arrays[f"width_flow_{one.setup.name}"] = _arrays("width", one.widths)
    several = any(one.cutoffs is not None for one in found)
    drawings = (drawing, widths) if several else (widths,)
    return Part("Couplings against the cutoff and the width", TEXT, tuple(claims), drawings, arrays)


def _arrays(axis: str, flow: CouplingFlow) -> Arrays:
    along = flow.cutoffs if axis == "cutoff" else np.array(flow.widths)
    group: dict[str, tuple[tuple[str, ...], ArrayLike]] = {axis: ((axis,), along)}
    for name in flow.names:
        values = flow.values(name) if axis == "cutoff" else flow.over_widths(name)
        group |= {name: ((axis,), values.value), f"{name}_error": ((axis,), values.error)}
    return group


def _claims(one: Flows) -> Iterator[Claim]:
    if one.cutoffs is not None and one.setup.kind == "relu":
        for name, legs in (("lambda", 4), ("kappa", 6)):
            yield _slope(one.setup, one.cutoffs, name, -float(legs + one.setup.dimension))
    elif one.cutoffs is not None:
        yield _no_power(one.setup, one.cutoffs)
    if "kappa" in one.widths.names:
        yield _width_power(one.setup, one.widths)


def _slope(setup: PublishedSetup, flow: CouplingFlow, name: str, expected: float) -> Claim:
    law = flow.law(name)
    found = Estimate(np.nan) if law is None else -law.exponent
    close = abs(float(found) - expected) <= CLOSE
    symbol = "λ" if name == "lambda" else "κ"
    published = expected if (name, setup.dimension) == ("lambda", 1) else "a power of Λ"
    return Claim(
        f"slope of {name} {setup.name}",
        f"{setup.title}: log|{symbol}| falls linearly with log Λ",
        SLIDE,
        published,
        found,
        f"slope of log|{symbol}| against log Λ; power counting gives {expected:g}",
        Finding.AGREES if close else Finding.CONTRADICTED,
        explanation=f"{len(flow.cutoffs)} cutoffs from {flow.cutoffs[0]:,.0f} to {flow.cutoffs[-1]:,.0f}.",
        figure="cutoff_flow",
        about=setup.about,
    )


def _no_power(setup: PublishedSetup, flow: CouplingFlow) -> Claim:
    """Erf: the fitted constant means nothing at any cutoff."""
    worst = max(flow.at_network, key=lambda fit: fit.judged.misfit)
    size = np.abs(worst.measurements[0].data.either.connected()[4].value).sum()
    bound = Uncertainty.bounded(float(four_point_bound(worst).sum() / size))
    return Claim(
        f"flow of lambda {setup.name}",
        f"{setup.title}: λ flows with the cutoff",
        SLIDE,
        "a λ at every cutoff",
        Estimate(worst.judged.misfit, bound),
        "share of the 4-point function that one constant misses, worst cutoff",
        Finding.CONTRADICTED,
        Reason.NO_CONSTANT,
        "The kernel tends to a constant far away, so vertex integrals grow like the volume, and no constant "
        "describes the tensor at any cutoff: there is no coupling that flows.",
        "cutoff_flow",
        setup.about,
    )


def _width_power(setup: PublishedSetup, flow: CouplingFlow) -> Claim:
    laws = {name: flow.law_of_widths(name) for name in ("lambda", "kappa")}
    powers = [np.nan if law is None else -float(law.exponent) for law in laws.values()]
    law = laws["kappa"]
    found = Estimate(np.nan) if law is None else -law.exponent
    close = bool(np.allclose(powers, (-1.0, -2.0), atol=CLOSE))
    return Claim(
        f"power of N {setup.name}",
        f"{setup.title}: κ is 1/N suppressed relative to λ",
        "talk, “Weakly Coupled Neural Network Field theories”",
        -2.0,
        found,
        "power of N of κ",
        Finding.AGREES if close else Finding.CONTRADICTED,
        explanation=f"The power of λ is {powers[0]:.6g}. Order by order in 1/N both are exact.",
        figure="width_flow",
        about=setup.about,
    )


def _draw(flows: Sequence[Flows]) -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import STYLE, log_ticks
    from nnft_sym.reproduction.plotting import NET_LOOKS, NET_WORDS, blank, thin_out

    shown = [(one.setup, one.cutoffs) for one in flows if one.cutoffs is not None]
    dimensions = sorted({setup.dimension for setup, _ in shown})
    figure = blank(3.1)
    with rc_context(STYLE):
        panels = figure.subplots(1, len(dimensions), squeeze=False)[0]
        for axes, dimension in zip(panels, dimensions, strict=True):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_title(f"d = {dimension}")
            axes.set_xlabel("cutoff Λ")
            for setup, flow in shown:
                if setup.dimension != dimension:
                    continue
                colour, marker = NET_LOOKS[setup.kind]
                for name in flow.names:
                    value = flow.values(name).value
                    filled = "full" if name == "lambda" else "none"
                    label = f"{NET_WORDS[setup.kind]}, {'λ' if name == 'lambda' else 'κ'}"
                    line = "-" if bool(np.all(value[1:] * value[:-1] > 0)) else ""
                    axes.plot(
                        flow.cutoffs,
                        np.abs(value),
                        f"{marker}{line}",
                        color=colour,
                        fillstyle=filled,
                        markersize=4.5,
                        linewidth=1.0,
                        label=label,
                    )
            log_ticks(axes.xaxis)
            log_ticks(axes.yaxis)
        panels[0].set_ylabel("|λ|, |κ|")
        _legend(figure)
    thin_out(figure)
    return figure


def _legend(figure: "Figure") -> None:
    entries = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=4)


def _draw_widths(flows: Sequence[Flows]) -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import STYLE, log_ticks
    from nnft_sym.reproduction.plotting import NET_LOOKS, NET_WORDS, blank, thin_out

    figure = blank(2.9)
    lowest = min(one.setup.dimension for one in flows)
    with rc_context(STYLE):
        panels = figure.subplots(1, 2)
        for axes, name in zip(panels, ("lambda", "kappa"), strict=True):
            axes.set_xscale("log")
            axes.set_yscale("log")
            for one in flows:
                if name not in one.widths.names or one.setup.dimension > lowest:
                    continue
                colour, marker = NET_LOOKS[one.setup.kind]
                value = np.abs(one.widths.over_widths(name).value)
                axes.plot(
                    one.widths.widths,
                    value,
                    f"{marker}-",
                    color=colour,
                    markersize=4,
                    label=NET_WORDS[one.setup.kind],
                )
            axes.set_xlabel("width N")
            axes.set_ylabel("|λ|" if name == "lambda" else "|κ|")
            log_ticks(axes.xaxis)
            log_ticks(axes.yaxis)
        _legend(figure)
    thin_out(figure)
    return figure
