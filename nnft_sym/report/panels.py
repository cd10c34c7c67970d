"""Panels about the ensemble: kernel, size of the corrections, pulls. Each draws into the axes it is given."""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.tables import point_label
from nnft_sym.report.plot_style import BLUE, GREY, INK, PAPER, log_ticks, minus, plain_ticks
from nnft_sym.study.results import CorrelatorResult, NetResult
from numerics.results.estimate import Quality

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: Histogram bars higher than this leave the frame.
TALLEST = 1.3
_MOMENT_LEGEND = ("sampled", "exact", "background", "error of the mean")


def kernel(axes: "Axes", net: NetResult) -> None:
    """Draw the kernel matrix as coloured cells, with numbers while they fit."""
    matrix = net.kernel
    n = len(matrix)
    low, high = min(0.0, float(matrix.min())), max(0.0, float(matrix.max()))
    mesh = axes.pcolormesh(matrix, cmap="cividis", vmin=low, vmax=high, edgecolors="face", linewidth=0.1)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    labels = [minus(point_label(point)) for point in net.case.points]
    rotation = 90 if n * max(map(len, labels)) > 32 else 0
    axes.set_xticks(np.arange(n) + 0.5, labels, rotation=rotation)
    axes.set_yticks(np.arange(n) + 0.5, labels)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("$x'$")
    axes.set_ylabel("$x$")
    axes.set_title(r"$K(x, x')$")
    if n > 8:
        axes.figure.colorbar(mesh, ax=axes, shrink=0.8)
        return
    middle = low + 0.55 * (high - low)
    largest = float(np.abs(matrix).max())
    decimals = max(0, 2 - int(np.floor(np.log10(largest)))) if largest > 0 else 0
    for i, j in np.ndindex(n, n):
        axes.text(
            j + 0.5,
            i + 0.5,
            minus(f"{matrix[i, j]:.{decimals}f}") if decimals < 6 else minus(f"{matrix[i, j]:.1e}"),
            ha="center",
            va="center",
            fontsize=8 if n <= 6 else 6.5,
            color="#ffffff" if matrix[i, j] < middle else "#000000",
        )


def moments(axes: "Axes", net: NetResult, experiments: int) -> None:
    """Draw mₙ, sampled and exact, against the background, on a logarithmic scale."""
    results = list(net.correlators.values())
    places = np.arange(len(results), dtype=float)
    background = np.array([one.distance.background for one in results])
    shown = [one.distance.sample for one in results] + list(background / np.sqrt(experiments))
    shown += [
        one.distance.exact for one in results if one.distance.exact is not None and one.distance.exact > 1e-9
    ]
    positive = [value for value in shown if value > 0] or [1.0]
    bottom = 10.0 ** np.floor(np.log10(min(positive)) - 0.15)
    axes.set_ylim(bottom, 10.0 ** np.ceil(np.log10(max([*positive, *background])) + 0.2))
    axes.set_yscale("log")
    axes.bar(places, background, width=0.7, bottom=0, color=GREY, alpha=0.35, label="background")
    for place, one in zip(places, results, strict=True):
        first = place == 0
        mean_error = one.distance.background / np.sqrt(experiments)
        axes.plot(
            [place - 0.35, place + 0.35],
            [mean_error, mean_error],
            linestyle="--",
            color=GREY,
            linewidth=1,
            label="error of the mean" if first else None,
        )
        trusted = one.quality is Quality.TRUSTED
        if not trusted:
            axes.bar(
                place,
                one.distance.sample,
                width=0.7,
                facecolor="none",
                hatch="////",
                edgecolor=GREY,
                linewidth=0,
            )
        axes.plot(
            place - 0.12,
            one.distance.sample,
            "o",
            markersize=6,
            color=BLUE if trusted else GREY,
            markerfacecolor=BLUE if trusted else PAPER,
            label="sampled" if first else None,
        )
        if one.distance.exact is not None and one.distance.exact > 1e-9:
            axes.plot(place + 0.12, one.distance.exact, "D", markersize=5.5, color=INK)
    if any(one.distance.exact is not None for one in results):
        axes.plot([], [], "D", markersize=5.5, color=INK, linestyle="none", label="exact")
    log_ticks(axes.yaxis)
    axes.set_ylim(bottom, 10.0 ** np.ceil(np.log10(max([*positive, *background])) + 0.2))
    axes.set_xticks(places, [f"$m_{one.order}$" for one in results])
    axes.set_xlim(-0.6, len(results) - 0.4)
    axes.set_title(r"$m_n$ = mean of $|\Delta G^{(n)}|/|G^{(n)}_{\mathrm{GP}}|$")
    handles, names = axes.get_legend_handles_labels()
    order = sorted(range(len(names)), key=lambda place: _MOMENT_LEGEND.index(names[place]))
    axes.legend(
        [handles[place] for place in order],
        [names[place] for place in order],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        handlelength=1.6,
    )


def pulls(axes: "Axes", result: CorrelatorResult) -> None:
    """Draw the histogram of pulls of one order, with the unit normal."""
    axes.set_xlabel("(sampled − exact)/error")
    plain_ticks(axes.xaxis)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    name, compared = rf"$G^{{({result.order})}}$: ", result.comparison
    if compared is None:
        axes.set_title(name + "no exact answer", loc="left")
        return
    trusted = result.quality is Quality.TRUSTED
    reach = 4 if np.abs(compared.pulls).max(initial=0.0) <= 4 else 8
    heights, _, _ = axes.hist(
        np.clip(compared.pulls, -reach, reach),
        bins=np.linspace(-reach, reach, 33).tolist(),
        density=True,
        color=BLUE if trusted else (1.0, 1.0, 1.0, 0.0),  # matplotlib 3.9 and 3.10 refuse "none" here
        alpha=0.55 if trusted else None,
        edgecolor="none" if trusted else GREY,
        hatch=None if trusted else "////",
        linewidth=0 if trusted else 0.8,
    )
    grid = np.linspace(-4, 4, 161)
    axes.plot(grid, np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi), color=INK, linewidth=1.2)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(0, min(1.05 * max(float(np.max(heights)), 0.4), TALLEST))  # keeps the curve visible
    if not trusted:
        axes.set_title(name + "not judged\n" + result.quality.name.lower().replace("_", "-"), loc="left")
        return
    tested = f"{compared.dof} of {len(compared.pulls)} directions"
    outcome = rf"$\chi^2$/dof = {compared.chi2_dof:.2f}, p = {minus(f'{compared.p_value:.2g}')}"
    if not compared.dof:
        outcome = "nothing fluctuates"
    axes.set_title(f"{name}{tested}\n{outcome}", loc="left")
