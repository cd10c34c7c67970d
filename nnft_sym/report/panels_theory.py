"""Panels about the theory: share explained, coupling, predictions. Each draws into the axes it is given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.report.plot_style import (
    BLUE,
    GREY,
    INK,
    LOOKS,
    PAPER,
    log_ticks,
    minus,
    net_title,
    plain_ticks,
)
from nnft_sym.study.recipe import COUPLED, Recipe, Way
from nnft_sym.study.result_tables import chosen_fit
from nnft_sym.study.results import Array, NetResult
from numerics.results.estimate import Quality

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAMPLED = "from the sample"
#: The overview ends here on the left; what lies beyond is written out.
LOWEST_SHARE = -1.0
#: More markers than this are drawn as a picture, not one by one, to keep the file small.
MANY = 2000


def overview(axes: "Axes", nets: Sequence[NetResult], recipe: Recipe) -> None:
    """Draw the share of the next correlator explained, per net and prediction, as bars."""
    step = 0.8 / len(COUPLED)
    for row, net in enumerate(nets):
        for place, way in enumerate(COUPLED):
            height = row - 0.4 + (place + 0.5) * step
            _share_bar(axes, net, way, height, step)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(nets)), [net_title(net) for net in nets])
    axes.set_ylim(len(nets) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    shares = [share for net in nets for share in _finite(net.following.explained)]
    shares += [share for net in nets for share in _finite(net.following.explained_sampled)]
    lowest = max(LOWEST_SHARE, min([0.0, *shares]))
    axes.set_xlim(100 * lowest - 12, 116)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"share of ${recipe.delta_latex}$ explained (%)")
    # every way once, whichever net has it first; circles last
    named = {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    labels = sorted(named, key=lambda label: label == SAMPLED)
    axes.figure.legend(
        [named[label] for label in labels],
        labels,
        loc="outside upper center",
        ncols=4,
    )


def _finite(shares: Mapping[str, float]) -> list[float]:
    return [share for share in shares.values() if np.isfinite(share)]


def _share_bar(axes: "Axes", net: NetResult, way: Way, height: float, step: float) -> None:
    name = net.recipe.name(way)
    share, sampled = net.following.explained[name], net.following.explained_sampled[name]
    colour = LOOKS[way][0]
    trusted = net.predicted.quality is Quality.TRUSTED
    circle = bool(np.isfinite(sampled) and sampled >= LOWEST_SHARE and trusted)
    if np.isfinite(share):
        drawn = max(share, LOWEST_SHARE)
        axes.barh(
            height,
            100 * drawn,
            height=0.86 * step,
            color=colour,
            label=net.recipe.label(way),
        )
        text = minus(f"{100 * share:.1f}") + (" (off scale)" if share < LOWEST_SHARE else "")
        # Right of bar and circle; a bar to the left has its number on the free side of the axis.
        axes.annotate(
            text,
            (
                100 * max(drawn, 0.0, sampled if circle and abs(sampled - max(drawn, 0.0)) < 0.1 else 0.0),
                height,
            ),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    if circle:
        axes.plot(
            100 * sampled,
            height,
            "o",
            linestyle="none",
            markersize=4,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=0.8,
            label=SAMPLED if way is Way.FIT else None,
        )


def coupling(axes: "Axes", net: NetResult) -> None:
    """Draw the coupling element by element, sorted, with mean and fitted constant as lines."""
    found = net.tensor
    guide = found.tensor.value
    order = np.argsort(guide)[: int(np.isfinite(guide).sum())]
    if not order.size:
        axes.text(0.5, 0.5, "no element has a finite coupling", ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    ranks = np.arange(1, order.size + 1)
    sampled, error = found.sampled.value[order], found.sampled.error[order]
    trusted = net.fitted.quality is Quality.TRUSTED
    axes.errorbar(
        ranks,
        sampled,
        yerr=error,
        fmt="o",
        markersize=2.6,
        color=BLUE if trusted else GREY,
        ecolor=BLUE if trusted else GREY,
        elinewidth=0.6,
        alpha=0.6,
        label="sampled" if trusted else "sampled (not trustworthy)",
    )
    if found.exact is not None:
        axes.plot(ranks, found.exact.value[order], color=INK, linewidth=1.4, label="exact", zorder=3)
    for value, way, source in _constants(net):
        colour, _, style = LOOKS[way]
        label = net.recipe.label(way) + ("" if source == "sampled" else f" ({source})")
        axes.axhline(value, color=colour, linestyle=style, linewidth=1.4, label=label, zorder=4)
    shown = np.concatenate([guide[order], [value for value, _, _ in _constants(net)]])
    low, high = _robust_limits(sampled, error, shown)
    axes.set_ylim(low, high)
    axes.set_xlim(0, order.size + 1)
    size = int(np.floor(np.log10(max(-low, high))))
    power = 0 if -3 <= size <= 3 else size
    plain_ticks(axes.yaxis, power)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"element, sorted by {'sampled' if found.exact is None else 'exact'} value")
    letter = f"${net.recipe.latex}$"
    axes.set_ylabel(letter if power == 0 else rf"{letter}  (units of $10^{{{power}}}$)")
    if low < 0.0 < high:
        axes.axhline(0.0, color=INK, linewidth=0.5, alpha=0.5)
    handles, labels = axes.get_legend_handles_labels()
    first = sorted(range(len(labels)), key=lambda place: not labels[place].startswith("sampled"))
    axes.legend(
        [handles[place] for place in first],
        [labels[place] for place in first],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        handlelength=2.2,
    )


def _constants(net: NetResult) -> Iterator[tuple[float, Way, str]]:
    """Give the constants that replace the tensor, each with its source: exact where the sample is no good."""
    found, (fit, source) = net.tensor, chosen_fit(net)
    if found.mean_exact is None or net.fitted.quality is Quality.TRUSTED:
        yield float(found.mean), Way.MEAN, "sampled"
    else:
        yield float(found.mean_exact), Way.MEAN, "exact"
    if fit is not None:
        yield float(fit.parameters[0]), Way.FIT, source


def _robust_limits(sampled: Array, error: Array, whole: Array) -> tuple[float, float]:
    """Show all of `whole` and most of the sampled values; a few wild error bars may leave the frame."""
    low = min(whole.min(), np.quantile(sampled - error, 0.05))
    high = max(whole.max(), np.quantile(sampled + error, 0.95))
    if high - low > 0.3 * max(abs(low), abs(high)):  # a nearly constant coupling is shown without zero
        low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return float(low - margin), float(high + margin)


def predicted(axes: "Axes", net: NetResult, most: int = MANY) -> None:
    """Draw predicted against best ΔG, in units of the largest; more than `most` markers as a picture."""
    six, delta = net.following, net.predicted.delta
    scale = float(np.abs(delta).max()) or 1.0
    many = len(delta) > most
    for way in reversed(COUPLED):
        colour, marker, _ = LOOKS[way]
        values = six.changes[net.recipe.name(way)] / scale
        axes.plot(
            delta / scale,
            values,
            linestyle="none",
            marker=marker,
            markersize=3.2,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=0.8,
            label=net.recipe.label(way),
            rasterized=many,
        )
    lowest, highest = float(min(delta.min() / scale, 0)), float(max(delta.max() / scale, 0))
    axes.plot([lowest, highest], [lowest, highest], color=INK, linewidth=0.8, zorder=0)
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    plain_ticks(axes.xaxis)
    plain_ticks(axes.yaxis)
    target = "exact" if net.predicted.exact is not None else "sampled"
    axes.set_xlabel(f"{target} ${net.recipe.delta_latex}$")
    axes.set_ylabel(f"predicted ${net.recipe.delta_latex}$")
    axes.margins(0.06)


def residuals(axes: "Axes", net: NetResult) -> None:
    """Draw |residual| of each prediction, each sorted by size, on a logarithmic scale."""
    six, result, recipe = net.following, net.predicted, net.recipe
    shown: list[Array] = []
    for way in (Way.FREE, *COUPLED):
        colour, marker, style = LOOKS[way]
        # without the free theory on both sides: of a nearly Gaussian network only rounding would remain
        sizes = np.abs(result.delta - six.changes[recipe.name(way)])
        sizes = np.sort(sizes[np.isfinite(sizes)])[::-1]
        if not sizes.any():
            continue  # nothing to draw on a logarithmic scale
        label = recipe.label(way)
        if way is Way.FREE:
            label += f": $|{recipe.delta_latex}|$"
        if way is Way.TENSOR and recipe.remainder_latex:
            label += f": ${recipe.remainder_latex}$"
        axes.plot(
            np.arange(1, sizes.size + 1),
            sizes,
            color=colour,
            linestyle=style,
            linewidth=1.4,
            marker=None if way is Way.FREE else marker,
            markersize=4,
            markerfacecolor="none",
            markevery=max(1, sizes.size // 6),
            label=label,
        )
        shown.append(sizes)
    noise = 0.0
    if result.quality is Quality.TRUSTED and result.sampled.error.any():
        errors = np.sort(result.sampled.error)[::-1]
        noise = float(errors[0])
        axes.plot(
            np.arange(1, errors.size + 1),
            errors,
            color=BLUE,
            linestyle=":",
            linewidth=1.3,
            label="sampling error",
        )
    top = max((float(sizes.max()) for sizes in shown), default=0.0)
    if top > 0:
        typical = min(float(np.median(sizes)) for sizes in shown)
        axes.set_ylim(max(typical / 300, top * 1e-12, np.finfo(np.float64).tiny), max(top, noise) * 2)
        axes.set_yscale("log")
        log_ticks(axes.yaxis)
    else:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "nothing to explain", ha="center", transform=axes.transAxes)
    plain_ticks(axes.xaxis)
    axes.set_xlabel("element, sorted")
    axes.set_ylabel("|residual|")
    if shown:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=2.2)
