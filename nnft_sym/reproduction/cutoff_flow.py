"""log|λ| and log|κ| against log Λ, and against log N."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.inference.coupling_flow import CouplingFlow, coupling_flow
from nnft_sym.inference.model import Model
from nnft_sym.reproduction.bench import ACTION, QUARTIC
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import CUTOFFS, WIDTHS, PublishedSetup
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEXT = (
    "Exact correlators do not know the cutoff, so a coupling falls as its vertex integral grows. Power "
    "counting gives −(4 + d) for λ and −(6 + d) for κ of ReLU-net, and no power for Gauss-net, whose "
    "integrals "
    "exist over all of R^d."
)
#: By how much a slope of exact couplings may miss the power.
CLOSE = 1e-4
#: Changes of a slope that mean that there is none.
STEADY = 0.05
SLIDE = "2008.08601, section 4; scripts, rg"

Flows = Sequence[tuple[PublishedSetup, CouplingFlow]]


def cutoff_flow(bench: Bench) -> Part:
    """Make the part."""
    flows = [(setup, flow) for setup in bench.setups for flow in _flows(bench, setup)]
    claims = [claim for setup, flow in flows for claim in _claims(setup, flow)]
    drawing = Drawing(
        "cutoff_flow",
        "Couplings against the cutoff",
        "Sizes of λ (filled) and κ (open) against the half side Λ of the box, from exact correlators at the "
        "published widths. Where a sign changes the line is broken.",
        partial(_draw, flows),
    )
    widths = Drawing(
        "width_flow",
        "Couplings against the width",
        "λ falls like 1/N and κ like 1/N², at the largest cutoff; in the lowest dimension asked for.",
        partial(_draw_widths, flows),
    )
    arrays: dict[str, Arrays] = {}
    for setup, flow in flows:
        group = {"cutoff": (("cutoff",), flow.cutoffs), "width": (("width",), np.array(flow.widths))}
        for name in flow.names:
            values = flow.values(name)
            group |= {name: (("cutoff",), values.value), f"{name}_error": (("cutoff",), values.error)}
        arrays[f"flow_{setup.name}_{'_'.join(flow.names)}"] = group
    several = any(len(flow.cutoffs) > 1 for _, flow in flows)
    drawings = (drawing, widths) if several else (widths,)
    return Part("Couplings against the cutoff", TEXT, tuple(claims), drawings, arrays)


def _flows(bench: Bench, setup: PublishedSetup) -> Iterator[CouplingFlow]:
    """Give λ at several cutoffs; and both where the exchange is cheap, at fewer in three dimensions."""
    bench.told(f"{setup.title}: couplings against the cutoff")
    network = setup.network(setup.coupling_width)
    both, cutoffs = Model.leading(Action(ACTION)), CUTOFFS
    if setup.kind == "relu" and setup.dimension < 3:
        yield coupling_flow(both, network, setup.points, (cutoffs[0], cutoffs[4], cutoffs[-1]), WIDTHS)
        return
    if setup.dimension == 1:
        yield coupling_flow(both, network, setup.points, cutoffs if setup.kind == "erf" else None, WIDTHS)
        return
    alone = Model.leading(Action(QUARTIC), beyond=False)
    if setup.kind == "gauss":
        yield coupling_flow(both, network, setup.points, None, WIDTHS)
        return
    yield coupling_flow(alone, network, setup.points, cutoffs[:5], WIDTHS)
    if setup.kind == "relu":
        yield coupling_flow(both, network, setup.points, cutoffs[1:5:3], WIDTHS)


def _claims(setup: PublishedSetup, flow: CouplingFlow) -> Iterator[Claim]:
    if len(flow.cutoffs) > 1 and setup.kind == "relu":
        for name, first in (("lambda", 4), ("kappa", 6)):
            if name in flow.names and ("kappa" in flow.names) == (name == "kappa" or setup.dimension < 3):
                yield _slope(setup, flow, name, -float(first + setup.dimension))
    elif setup.kind == "erf":
        yield _no_power(setup, flow)
    if "kappa" in flow.names:
        yield _width_power(setup, flow)


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
        explanation=f"{len(flow.cutoffs)} cutoffs from {flow.cutoffs[0]:g} to {flow.cutoffs[-1]:g}.",
        figure="cutoff_flow",
        about=setup.about,
    )


def _no_power(setup: PublishedSetup, flow: CouplingFlow) -> Claim:
    """Erf: the fitted constant means nothing at any cutoff."""
    worst = max(fit.judged.misfit for fit in flow.at_network)
    return Claim(
        f"flow of lambda {setup.name}",
        f"{setup.title}: λ flows with the cutoff",
        SLIDE,
        "a λ at every cutoff",
        Estimate(worst, 0.0),
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


def _draw(flows: Flows) -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import STYLE, log_ticks
    from nnft_sym.reproduction.plotting import NET_LOOKS, blank

    shown = [(setup, flow) for setup, flow in flows if len(flow.cutoffs) > 1]
    dimensions = sorted({setup.dimension for setup, _ in shown})
    figure = blank(3.1)
    with rc_context(STYLE):
        panels = figure.subplots(1, len(dimensions), squeeze=False)[0]
        for axes, dimension in zip(panels, dimensions, strict=True):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_title(f"d = {dimension}")
            axes.set_xlabel(r"cutoff $\Lambda$")
            for setup, flow in shown:
                if setup.dimension != dimension:
                    continue
                colour, marker = NET_LOOKS[setup.kind]
                for name in flow.names:
                    value = flow.values(name).value
                    filled = "full" if name == "lambda" else "none"
                    label = f"{setup.kind} {'λ' if name == 'lambda' else 'κ'}"
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
        panels[0].set_ylabel("size of the coupling")
        _legend(figure)
    return figure


def _legend(figure: "Figure") -> None:
    entries = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=4)


def _draw_widths(flows: Flows) -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import STYLE, log_ticks
    from nnft_sym.reproduction.plotting import NET_LOOKS, blank

    figure = blank(2.9)
    lowest = min(setup.dimension for setup, _ in flows)
    with rc_context(STYLE):
        panels = figure.subplots(1, 2)
        for axes, name in zip(panels, ("lambda", "kappa"), strict=True):
            axes.set_xscale("log")
            axes.set_yscale("log")
            for setup, flow in flows:
                if name not in flow.names or setup.dimension > lowest:
                    continue
                colour, marker = NET_LOOKS[setup.kind]
                value = np.abs(flow.over_widths(name).value)
                axes.plot(flow.widths, value, f"{marker}-", color=colour, markersize=4, label=setup.kind)
            axes.set_xlabel("width $N$")
            axes.set_ylabel(rf"$|\{name}|$")
            log_ticks(axes.xaxis)
            log_ticks(axes.yaxis)
        if panels[0].lines:
            panels[0].legend()
    return figure
