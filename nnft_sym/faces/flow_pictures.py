"""Figure of a flow: couplings against the cutoff and against the width, with the powers that are expected."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnft_sym.actions.names import coupling_latex
from nnft_sym.report.plot_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PAPER,
    PURPLE,
    STYLE,
    VERMILLION,
    log_ticks,
    minus,
    net_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from nnft_sym.inference.coupling_flow import CouplingFlow
    from numerics.results.estimate import Estimate

Array = NDArray[np.float64]

_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, INK)
_MARKERS = "osD^v"
#: Lines of more widths than this would not be told apart.
MOST_WIDTHS = 5
#: Slopes smaller than this are rounding.
FLAT = 1e-9
#: Axes shorter than this have ticks at 1, 2 and 5.
TWO_DECADES = 100.0


def flow_figure(flow: "CouplingFlow") -> "Figure":
    """Draw log|coupling| against log Λ, and below it against log N, one column for each coupling.

    Parameters
    ----------
    flow : CouplingFlow

    Returns
    -------
    matplotlib.figure.Figure
        Where a coupling has both signs, markers of negative values are open. The titles say what was fitted
        and what is expected, which is dashed; the widths stand beside the panels, on no data.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> from nnft_sym.inference.coupling_flow import coupling_flow
    >>> from numerics.networks.architectures import ReLUNet
    >>> flow = coupling_flow(Action("lambda*f^4"), ReLUNet(20, sigma_b=0.0), [[1.0]], [10.0, 100.0], (5,))
    >>> len(flow_figure(flow).axes), flow_figure(flow).axes[0].get_title()
    (2, 'fitted slope −5 at $N = 20$, dashed: $Λ^{−5}$')
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    draw = [_over_cutoffs] if len(flow.cutoffs) > 1 else []
    draw += [_over_widths] if len(flow.widths) > 1 else []
    columns = len(flow.names)
    with rc_context(STYLE):
        several = len(flow.cutoffs) > 1 and len(flow.widths) > 1
        size = (max(3.6 * columns, 4.8) + 0.9 * several, 0.6 + 2.9 * len(draw))
        figure = Figure(figsize=size, layout="constrained", dpi=200)
        panels = figure.subplots(len(draw), columns, squeeze=False)
        for row, one in zip(panels, draw, strict=True):
            for axes, name in zip(row, flow.names, strict=True):
                one(axes, flow, name)
        title = f"{net_name(flow.network.name)} in $d = {flow.network.d_in}$"
        figure.suptitle(title, fontsize=10.0)
        if several:
            figure.legend(handles=_widths(flow), loc="outside right upper", fontsize=8.0)
    return figure


def _widths(flow: "CouplingFlow") -> "list[Line2D]":
    """Markers of the widths."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="none", color=colour, marker=marker, markersize=4.5, label=f"$N = {width}$")
        for width, colour, marker in zip(
            _some(flow.widths, flow.network.width), _COLOURS, _MARKERS, strict=False
        )
    ]


def _over_cutoffs(axes: "Axes", flow: "CouplingFlow", name: str) -> None:
    """A coupling against the cutoff, one series for each width."""
    sizes, power = flow.cutoffs, flow.powers[name]
    shown = _some(flow.widths, flow.network.width)
    everything = np.concatenate([flow.values(name, width).value for width in shown])
    _logarithmic(axes, sizes, everything, name)
    axes.set_xlabel("cutoff Λ")
    for number, width in enumerate(shown):
        found = flow.values(name, width)
        look = (_COLOURS[number % 5], _MARKERS[number % 5])
        _series(axes, sizes, found, everything, look)
        if power is not None:
            _line(axes, sizes, found.value, power)
    law = flow.law(name)
    slope = 0.0 if law is None else -float(law.exponent)
    said = f"fitted slope {minus(f'{0.0 if abs(slope) < FLAT else slope:.5g}')}"
    of = f" at $N = {flow.network.width}$" if len(shown) > 1 and law is not None else ""
    axes.set_title(("not of one sign" if law is None else said) + of + _dashed("Λ", power))


def _over_widths(axes: "Axes", flow: "CouplingFlow", name: str) -> None:
    """A coupling against the width, at the largest cutoff."""
    widths, found = np.array(flow.widths, dtype=float), flow.over_widths(name)
    _logarithmic(axes, widths, found.value, name)
    axes.set_xlabel("width $N$")
    _series(axes, widths, found, found.value, (BLUE, "o"))
    power = flow.power_of_width(name)
    _line(axes, widths, found.value, power)
    law = flow.law_of_widths(name)
    where = "" if np.isinf(flow.cutoffs[-1]) else rf" at $Λ = {flow.cutoffs[-1]:g}$"
    fitted = "not of one sign" if law is None else f"fitted power {minus(f'{-float(law.exponent):.5g}')}"
    axes.set_title(fitted + where + _dashed("N", power))


def _dashed(letter: str, power: float | None) -> str:
    """Say what the dashed lines are."""
    if power is None:
        return ""
    return f", dashed: ${letter}^{{{minus(f'{power:g}')}}}$" if power else ", dashed: constant"


def _line(axes: "Axes", at: Array, values: Array, power: float) -> None:
    """The power that is expected, through the last value."""
    if np.isfinite(values[-1]) and values[-1]:
        line = np.abs(values[-1]) * (at / at[-1]) ** power
        axes.plot(at, line, "--", color=GREY, linewidth=1.0, zorder=1)


def _series(axes: "Axes", at: Array, numbers: "Estimate", everything: Array, look: tuple[str, str]) -> None:
    """Points with error bars; where the panel has both signs, those of negative values are open."""
    values, (colour, marker) = numbers.value, look
    errors = np.where(np.isfinite(numbers.error), numbers.error, 0.0)
    mixed = np.any(everything > 0) and np.any(everything < 0)
    for some, face in ((values > 0, colour), (values < 0, PAPER if mixed else colour)):
        if np.any(some):
            axes.errorbar(
                at[some], np.abs(values[some]), yerr=errors[some], linestyle="none", marker=marker,
                markersize=4.5, color=colour, markerfacecolor=face, elinewidth=1.0, capsize=2.0, zorder=3,
            )  # fmt: skip


def _logarithmic(axes: "Axes", at: Array, values: Array, name: str) -> None:
    """Logarithmic axes that hold the values, a decade at least, with a tick or more on each."""
    from matplotlib.ticker import LogLocator

    axes.set_xscale("log")
    axes.set_yscale("log", nonpositive="clip")
    axes.set_xlim(at[0] / 1.25, at[-1] * 1.25)
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size:
        margin = max(1.6, (sizes.max() / sizes.min()) ** 0.05)
        low, high = sizes.min() / margin, sizes.max() * margin
        widen = max(1.0, np.sqrt(10.0 * low / high))
        axes.set_ylim(low / widen, high * widen)
    letter = coupling_latex(name)
    signs = np.sign(sizes.size and values[np.isfinite(values)])
    axes.set_ylabel(
        f"$-{letter}$" if np.all(signs < 0) else f"${letter}$" if np.all(signs > 0) else f"$|{letter}|$"
    )
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        log_ticks(axis)
        if high / low < TWO_DECADES:
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))


def _some(widths: tuple[int, ...], own: int) -> tuple[int, ...]:
    """A few widths, that of the network among them."""
    if len(widths) <= MOST_WIDTHS:
        return widths
    chosen = np.unique(np.linspace(0, len(widths) - 1, MOST_WIDTHS - 1).round().astype(int))
    return tuple(sorted({own, *(widths[place] for place in chosen.tolist())}))
