"""Panels of the next correlator: predictions beside the best numbers, and what each of them misses.

Both panels have the elements in the same order, that of the best number. Predictions that are the same are
drawn once, with the marks of all inside each other, and the legend says that they coincide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnft_sym.printing.number_text import number, with_error
from nnft_sym.report.panels_constant import Row, alike, one_number
from nnft_sym.report.panels_coupling import WIDE, Frame, frame
from nnft_sym.report.plot_style import (
    EXACT,
    LOOKS,
    PAPER,
    REFERENCE,
    SAMPLED,
    legend_columns,
    plain_ticks,
    with_unit,
)
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.recipe import COUPLED, Recipe, Way
from nnft_sym.study.study_results import Array, NetResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

#: More marks than this are drawn as a picture, not one by one, to keep the file small.
MANY = 2000
#: Up to so many elements every mark has its shape; of more only some.
SHAPED = 40
#: Predictions whose difference nowhere exceeds this share of the largest ΔG are drawn as one.
TOGETHER = 2e-3
_SIZES = (8.0, 5.5, 3.0)


@dataclass(frozen=True)
class Drawn:
    """Predictions that are drawn as one.

    Attributes
    ----------
    ways : tuple of Way
    values : ndarray, shape (M,)
        What the first of them predicts; NaN where it predicts nothing.
    apart : float
        Largest difference between them, as a share of the largest ΔG.
    """

    ways: tuple[Way, ...]
    values: Array
    apart: float

    def label(self, recipe: Recipe) -> str:
        """Name the predictions."""
        names = ", ".join(recipe.label(way) for way in self.ways)
        return f"{names}: coincide" if len(self.ways) > 1 else names


def drawn_together(net: NetResult) -> tuple[Drawn, ...]:
    """Sort the predictions into those that can be told apart.

    Parameters
    ----------
    net : NetResult

    Returns
    -------
    tuple of Drawn
        The tensor first.
    """
    scale = float(np.abs(net.predicted.delta).max(initial=0.0)) or 1.0
    groups: list[tuple[list[Way], Array, float]] = []
    for way in reversed(COUPLED):
        values = np.asarray(net.following.changes[net.recipe.name(way)])
        for place, (ways, first, apart) in enumerate(groups):
            distance = _distance(first, values) / scale
            if distance <= TOGETHER:
                groups[place] = ([*ways, way], first, max(apart, distance))
                break
        else:
            groups.append(([way], values, 0.0))
    return tuple(Drawn(tuple(ways), values, apart) for ways, values, apart in groups)


def _distance(one: Array, other: Array) -> float:
    """Largest difference; infinite where only one of them is a number."""
    kept = np.isfinite(one)
    if not kept.any() or np.any(kept != np.isfinite(other)):
        return float("inf")
    return float(np.abs(one - other)[kept].max())


def is_one_number(net: NetResult) -> bool:
    """Whether ΔG and every prediction of it are the same for all elements."""
    return alike(net.predicted.delta) and all(alike(one.values) for one in drawn_together(net))


def one_number_of_each(axes: "Axes", net: NetResult) -> Hovers:
    """Draw one row for each kind of numbers, where all elements are the same."""
    return one_number(axes, list(_rows(net)), f"{_amount(net)}  {_unit(net)}", "at-next")


def _amount(net: NetResult) -> str:
    return f"${net.recipe.delta_latex}$"


def _unit(net: NetResult) -> str:
    """The unit of a product of so many fields."""
    return f"[$f^{{{net.recipe.predicted}}}$]"


def _rows(net: NetResult) -> Iterator[Row]:
    result, recipe = net.predicted, net.recipe
    delta, trusted = result.delta, result.is_trusted
    count = "the only element" if delta.size == 1 else f"all {delta.size} elements"
    if result.exact is not None:
        yield Row(f"exact, {count}", delta, 0.0, ((EXACT, "D"),))
    kind = "sampled" if trusted else "sampled (not trustworthy)"
    error = float(np.median(result.sampled.error))
    sampled = result.sampled.value - result.free.value
    yield Row(f"{kind}, {count}", sampled, error, ((SAMPLED, "o"),), trusted)
    for one in drawn_together(net):
        values = one.values[np.isfinite(one.values)]
        looks = tuple(LOOKS[way][:2] for way in one.ways)
        yield Row(one.label(recipe), values, 0.0, looks)
    yield Row("free theory", np.zeros(1), 0.0, (LOOKS[Way.FREE][:2],))


def in_order(net: NetResult) -> "NDArray[np.int64]":
    """The elements, sorted by the best ΔG."""
    return np.argsort(net.predicted.delta, kind="stable")


def predicted(axes: "Axes", net: NetResult, most: int = MANY) -> Hovers:
    """Draw ΔG, exact, sampled and predicted, element by element; more than `most` marks as a picture."""
    result, order = net.predicted, in_order(net)
    groups, many = drawn_together(net), len(order) > most
    power = predicted_frame(net).apply(axes)
    ranks = np.arange(1, len(order) + 1)
    hovers = _sampled(axes, net, order, many)
    if result.exact is not None:
        axes.plot(
            ranks, result.delta[order], color=EXACT, linewidth=1.1, label="exact", zorder=3,
            rasterized=many, marker="D" if len(order) == 1 else None, markersize=5,
        )  # fmt: skip
    for one in groups:
        hovers |= _prediction(axes, net, one, order, many)
    axes.axhline(0.0, color=REFERENCE, linewidth=0.8, zorder=0)
    axes.set_xlim(0, len(order) + 1)
    axes.set_ylabel(with_unit(f"{_amount(net)}  {_unit(net)}", power))
    _legend(axes, net, groups)
    return {} if many else hovers


def predicted_frame(net: NetResult) -> Frame:
    """The range of ΔG: everything."""
    result = net.predicted
    sampled, error = result.sampled.value - result.free.value, result.sampled.error
    predictions = np.concatenate([one.values for one in drawn_together(net)])
    everything = np.concatenate([result.delta, predictions, [0.0], sampled - error, sampled + error])
    everything = everything[np.isfinite(everything)]
    sizes = np.abs(result.delta[result.delta != 0])
    typical = max(float(np.quantile(sizes, 0.25)) if sizes.size else 1.0, float(np.median(error)))
    if np.abs(everything).max() > WIDE * typical:
        return frame(everything, everything, typical)
    margin = 0.06 * float(np.ptp(everything)) or 1.0
    return Frame(float(everything.min()) - margin, float(everything.max()) + margin, None)


def _sampled(axes: "Axes", net: NetResult, order: "NDArray[np.int64]", many: bool) -> Hovers:
    """Draw the sampled numbers with their errors: bars where they are few, a band where they would merge."""
    result = net.predicted
    trusted = result.is_trusted
    value, error = (result.sampled.value - result.free.value)[order], result.sampled.error[order]
    ranks = np.arange(1, len(order) + 1)
    if len(order) <= 3 * SHAPED:
        axes.errorbar(ranks, value, yerr=error, fmt="none", ecolor=SAMPLED, elinewidth=0.8, zorder=1)
    else:
        axes.fill_between(
            ranks, value - error, value + error, color=SAMPLED, alpha=0.22, linewidth=0, rasterized=many
        )
    axes.plot(
        ranks, value, linestyle="none", marker="o", markersize=2.2 if len(order) > SHAPED else 4,
        color=SAMPLED, markerfacecolor=SAMPLED if trusted else PAPER, markeredgewidth=0.6, zorder=1.5,
        label="sampled, ±1σ" if trusted else "sampled (not trustworthy)", rasterized=many, gid="at-sampled",
    )  # fmt: skip
    names = result.sampled.labels if not many else ()
    amount = net.recipe.delta_predicted
    rows = zip(order.tolist(), value.tolist(), error.tolist(), strict=True)
    return {
        "at-sampled": [f"{names[row]}: sampled {amount} = {with_error(v, e)}" for row, v, e in rows if names]
    }


def _prediction(axes: "Axes", net: NetResult, one: Drawn, order: "NDArray[np.int64]", many: bool) -> Hovers:
    """Draw predictions that coincide: a dot for each element, and on some the shape of every prediction."""
    values = one.values[order]
    ranks = np.arange(1, len(order) + 1)
    kept = np.isfinite(values)
    if not kept.any():
        return {}
    name = f"at-{one.ways[0].value}"
    colour, marker, _ = LOOKS[one.ways[0]]
    axes.plot(
        ranks[kept],
        values[kept],
        linestyle="none",
        marker=marker,
        markersize=2.2 if len(order) > SHAPED else 3.0,
        markerfacecolor=colour,
        markeredgecolor="none",
        zorder=2.2,
        rasterized=many,
        gid=name,
    )
    every = np.flatnonzero(kept)[:: max(1, int(kept.sum()) // 14)]
    for look in _marks(one):
        axes.plot(ranks[every], values[every], zorder=4, **look)
    if many:
        return {}
    names, delta = net.predicted.sampled.labels, net.predicted.delta
    what = " = ".join(net.recipe.words(way) for way in one.ways)
    target = "exact" if net.predicted.exact is not None else "sampled"
    return {
        name: [
            f"{names[row]}: {what} {number(float(one.values[row]))}; {target} {number(float(delta[row]))}"
            for row in order[kept].tolist()
        ]
    }


def _marks(one: Drawn) -> list[dict[str, Any]]:
    """How the marks look: one inside the other where predictions coincide."""
    sizes = _SIZES if len(one.ways) > 1 else (4.5,)
    return [
        {
            "linestyle": "none",
            "marker": LOOKS[way][1],
            "markersize": size,
            "markerfacecolor": "none",
            "markeredgecolor": LOOKS[way][0],
            "markeredgewidth": 1.0,
        }
        for way, size in zip(one.ways, sizes, strict=False)
    ]


def _legend(axes: "Axes", net: NetResult, groups: Sequence[Drawn]) -> None:
    """One legend for both panels; coinciding predictions are one entry with all their marks."""
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D

    handles, labels = axes.get_legend_handles_labels()
    entries: list[Any] = list(handles)
    for one in groups:
        entries.append(tuple(Line2D([], [], **look) for look in _marks(one)))
        labels.append(one.label(net.recipe))
    entries.append(Line2D([], [], color=REFERENCE, linewidth=1.2))
    labels.append("free theory")
    axes.legend(
        entries,
        labels,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=legend_columns(labels),
        handlelength=1.6,
        columnspacing=1.0,
        handletextpad=0.5,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.2)},
    )


def residuals(axes: "Axes", net: NetResult, most: int = MANY) -> Hovers:
    """Draw what every prediction misses of ΔG, with its sign, in the same order of elements."""
    result, order = net.predicted, in_order(net)
    many = len(order) > most
    ranks = np.arange(1, len(order) + 1)
    power = residual_frame(net).apply(axes)
    error = result.sampled.error[order]
    if result.is_trusted and error.any():
        axes.fill_between(
            ranks, -error, error, step="mid", color=SAMPLED, alpha=0.22, linewidth=0,
            label="±1σ of the sample", rasterized=many,
        )  # fmt: skip
    axes.axhline(0.0, color=EXACT, linewidth=0.8, zorder=0)
    for ways, missed in missing(net):
        colour, marker, style = LOOKS[ways[0]]
        values = missed[order]
        if not np.isfinite(values).any():
            continue
        axes.plot(
            ranks, values, color=colour, linestyle="-" if len(order) > 1 else style, linewidth=1.0,
            marker=marker if len(order) <= SHAPED else None, markersize=4, markerfacecolor="none",
            label=net.recipe.label(ways[0]), rasterized=many,
        )  # fmt: skip
    axes.set_xlim(0, len(order) + 1)
    plain_ticks(axes.xaxis)
    target = "exact" if result.exact is not None else "sampled"
    axes.set_xlabel(f"element, sorted by {target} {_amount(net)}")
    axes.set_ylabel(with_unit(f"{target} − predicted  {_unit(net)}", power))
    return {}


def missing(net: NetResult) -> Iterator[tuple[tuple[Way, ...], Array]]:
    """What is left of the best ΔG: by the free theory all of it, then by each prediction."""
    # without the free theory on both sides: of a nearly Gaussian network only rounding would remain
    yield (Way.FREE,), net.predicted.delta
    for one in drawn_together(net):
        yield one.ways, net.predicted.delta - one.values


def residual_frame(net: NetResult) -> Frame:
    """The range of the residuals: all of them."""
    left = [values for _, values in missing(net)]
    smallest = min((float(np.nanmedian(np.abs(one))) for one in left if np.isfinite(one).any()), default=0.0)
    everything = np.concatenate(left)
    error = net.predicted.sampled.error if net.predicted.is_trusted else np.zeros(1)
    found = frame(everything, np.concatenate([error, -error]), smallest)
    most = float(np.nanmax(np.abs(everything), initial=0.0))
    if found.linear is None or not smallest:
        return found
    linear = float(10.0 ** np.floor(np.log10(max(smallest, most * 1e-4))))
    return Frame(found.low, found.high, linear)
