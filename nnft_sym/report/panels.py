"""Panels about the ensemble: kernel, and size of the corrections. Each draws into the axes it is given.

Every panel returns what a pointer shows over its marks, see `nnft_sym.report.svg_text.with_hovers`.
"""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import number, subscript, with_error
from nnft_sym.printing.tables import point_label
from nnft_sym.report.plot_style import (
    EXACT,
    PAPER,
    REFERENCE,
    SAMPLED,
    log_ticks,
    minus,
    plain_ticks,
    scale_power,
    with_unit,
)
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.study_results import Array, CorrelatorResult, NetResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import Colormap
    from matplotlib.ticker import Locator

#: Matrices up to this size have a number in every cell.
MOST_WRITTEN = 8
#: Kernels whose elements differ by less than this, relative to the largest, are shown less their mean.
ALIKE = 0.01
#: Differences smaller than this are rounding.
ROUNDING = 1e-13
#: Exact corrections below this are zero but for rounding.
ZERO = 1e-9


def kernel(axes: "Axes", net: NetResult) -> Hovers:
    """Draw the kernel matrix as shades with a colour bar, and numbers while they fit.

    Where the elements hardly differ, their distance from the mean is drawn, which the title says.
    """
    matrix, n = net.kernel, len(net.kernel)
    shown, name = _told_apart(matrix)
    power = scale_power(float(np.abs(shown).max()))
    shown = shown / 10.0**power
    low, high = float(shown.min()), float(shown.max())
    equal = high - low <= ROUNDING * max(abs(low), abs(high))
    if equal:
        low, high = low - 0.5, high + 0.5
    mesh = axes.pcolormesh(shown, cmap=_shades(), vmin=low, vmax=high, edgecolors="face", linewidth=0.1)
    mesh.set_gid("at-kernel")
    labels = [minus(point_label(point)) for point in net.case.points]
    _name_cells(axes, labels)
    axes.set_title(with_unit(name, power))
    if not equal:
        _colour_bar(axes, mesh)
    if n <= MOST_WRITTEN:
        _write_cells(axes, shown)
    pairs = ((i, j) for i in range(n) for j in range(n))
    return {"at-kernel": [f"K({labels[i]}, {labels[j]}) = {number(matrix[i, j], 6)}" for i, j in pairs]}


def _told_apart(matrix: Array) -> tuple[Array, str]:
    """Take the mean off a matrix whose elements hardly differ; say what is shown."""
    name, mean = "$K(x, x$′$)$", float(matrix.mean())
    spread, largest = float(np.ptp(matrix)), float(np.abs(matrix).max())
    if ROUNDING * largest < spread < ALIKE * largest:
        digits = int(np.ceil(-np.log10(spread / largest))) + 1
        written = f"{mean:.{digits}g}"  # just this is subtracted
        return matrix - float(written), f"[{name} − {minus(written)}]"
    return matrix, name


def _shades() -> "Colormap":
    """Light to middle grey, on which black letters are seen, whatever the page."""
    from matplotlib.colors import LinearSegmentedColormap

    # of fifty and more Matplotlib would make the colour bar a picture
    return LinearSegmentedColormap.from_list("shades", ["#f1f1f1", "#7a7a7a"], N=48)


def _name_cells(axes: "Axes", labels: list[str]) -> None:
    axes.set_aspect("equal")
    axes.invert_yaxis()
    rotation = 90 if len(labels) * max(map(len, labels)) > 32 else 0
    axes.set_xticks(np.arange(len(labels)) + 0.5, labels, rotation=rotation)
    axes.set_yticks(np.arange(len(labels)) + 0.5, labels)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("input  $x$′")
    axes.set_ylabel("input  $x$")


def _colour_bar(axes: "Axes", mesh: "QuadMesh") -> None:
    bar = axes.figure.colorbar(mesh, ax=axes, shrink=0.85, pad=0.03, aspect=16)
    bar.outline.set_visible(False)
    bar.locator = _few_ticks()
    plain_ticks(bar.ax.yaxis)


def _few_ticks() -> "Locator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)


def _write_cells(axes: "Axes", shown: Array) -> None:
    """Write the numbers, in black on any page: cells are never dark."""
    largest = float(np.abs(shown).max())
    decimals = max(0, 2 - int(np.floor(np.log10(largest)))) if largest > 0 else 0
    for i, j in np.ndindex(shown.shape):
        axes.text(
            j + 0.5,
            i + 0.5,
            minus(f"{shown[i, j]:.{min(decimals, 5)}f}"),
            ha="center",
            va="center",
            fontsize=8 if len(shown) <= 6 else 6.5,
            color="#000000",
        ).set_in_layout(False)  # they lie within the axes; to measure each would take most of the time


def moments(axes: "Axes", net: NetResult, experiments: int) -> Hovers:
    """Draw mₙ, sampled and exact, against the scatter of an experiment, on a logarithmic scale."""
    results = list(net.correlators.values())
    places = np.arange(len(results), dtype=float)
    background = np.array([one.distance.background for one in results])
    noise = background / np.sqrt(experiments)
    _moment_range(axes, results, [*background, *noise])
    axes.bar(
        places, background, width=0.7, bottom=0, color=REFERENCE, alpha=0.3, label="scatter of one experiment"
    )
    axes.hlines(
        noise, places - 0.35, places + 0.35, linestyle="--", color=REFERENCE, linewidth=1.2,
        label=f"scatter / √{experiments}: error of their mean",
    )  # fmt: skip
    hovers: dict[str, list[str]] = {}
    for place, one in zip(places.tolist(), results, strict=True):
        hovers |= _moment(axes, place, one)
    for label, marker, colour in (("sampled", "o", SAMPLED), ("exact", "D", EXACT)):
        known = label == "sampled" or any(one.distance.exact is not None for one in results)
        # an empty entry keeps the two long ones in one column, within the figure
        marker, said = (marker, label) if known else ("", " ")
        axes.plot([], [], marker=marker, markersize=5.5, color=colour, linestyle="none", label=said)
    axes.set_xticks(places, [f"$m_{one.order}${_not_trusted(one)}" for one in results])
    axes.set_xlim(-0.6, len(results) - 0.4)
    axes.set_ylabel(r"$m_n$: mean of $|\Delta G^{(n)}|\,/\,|G^{(n)}_{\mathrm{GP}}|$")
    handles, names = axes.get_legend_handles_labels()
    order = sorted(range(len(names)), key=lambda place: names[place].startswith("scatter"))
    axes.legend(
        [handles[place] for place in order],
        [names[place] for place in order],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=2,
        handlelength=1.6,
        columnspacing=1.0,
        fontsize=8.5,
    )
    return hovers


def _not_trusted(one: CorrelatorResult) -> str:
    """Say below an order what is wrong with its sample."""
    return "" if one.is_trusted else "\n" + one.quality.name.lower().replace("_", "-")


def _moment_range(axes: "Axes", results: list[CorrelatorResult], more: list[float]) -> None:
    """A range of whole decades that holds every number, exact zeros apart."""
    shown = [*more, *(one.distance.sample for one in results)]
    shown += [one.distance.exact or 0.0 for one in results]
    positive = [value for value in shown if value > ZERO] or [1.0]
    bottom = 10.0 ** np.floor(np.log10(min(positive)) - 0.15)
    axes.set_yscale("log")
    axes.set_ylim(bottom, 10.0 ** np.ceil(np.log10(max(positive)) + 0.15))
    log_ticks(axes.yaxis)
    axes.yaxis.set_minor_locator(_no_ticks())


def _no_ticks() -> "Locator":
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _moment(axes: "Axes", place: float, one: CorrelatorResult) -> Hovers:
    """Draw the sampled and the exact number of one order; an exact zero at the lower border."""
    trusted = one.is_trusted
    found, name = one.distance, f"at-m{one.order}"
    bottom = axes.get_ylim()[0]
    axes.plot(
        place - 0.12,
        max(found.sample, bottom),
        "o",
        markersize=6,
        color=SAMPLED,
        markerfacecolor=SAMPLED if trusted else PAPER,
        gid=f"{name}-sampled",
        clip_on=False,
    )
    said = "" if trusted else f" ({one.quality.name.lower().replace('_', '-')})"
    hovers = {f"{name}-sampled": [f"m{subscript(one.order)} sampled: {number(found.sample)}{said}"]}
    if found.exact is None:
        return hovers
    zero = found.exact <= ZERO
    axes.plot(
        place + 0.12,
        bottom if zero else found.exact,
        "v" if zero else "D",
        markersize=5.5,
        color=EXACT,
        gid=f"{name}-exact",
        clip_on=False,
    )
    if zero:
        axes.annotate(
            "exact: 0",
            (place + 0.12, bottom),
            xytext=(0, 6),
            textcoords="offset points",
            fontsize=7.5,
            ha="center",
        ).set_in_layout(False)
    exact = "0" if zero else with_error(found.exact, found.exact_error or 0.0)
    return {**hovers, f"{name}-exact": [f"m{subscript(one.order)} exact: {exact}"]}
