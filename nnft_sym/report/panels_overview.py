"""Panel of the whole study: the share of the next correlator that each prediction explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import with_error
from nnft_sym.report.plot_style import EXACT, LOOKS, REFERENCE, SAMPLED, minus, net_title, plain_ticks
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.recipe import COUPLED, Recipe, Way
from nnft_sym.study.study_results import NetResult
from numerics.results.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The axis ends here on the left; what lies beyond is marked at the border and written out.
LOWEST_SHARE = -1.0
#: Shares of one net that differ by less than this are drawn as one bar.
TOGETHER = 5e-4


@dataclass(frozen=True)
class Bar:
    """Predictions of one net that explain the same.

    Attributes
    ----------
    ways : tuple of Way
    share : float
        Against the best correlator; NaN where nothing can be predicted.
    sampled : Estimate
        The same from the sample alone; NaN where that is not trusted.
    """

    ways: tuple[Way, ...]
    share: float
    sampled: Estimate


def bars(net: NetResult) -> tuple[Bar, ...]:
    """Sort the predictions of a net into those whose shares can be told apart.

    Parameters
    ----------
    net : NetResult

    Returns
    -------
    tuple of Bar
    """
    six, recipe = net.following, net.recipe
    found: list[Bar] = []
    for way in COUPLED:
        name = recipe.name(way)
        share = six.explained[name]
        error = six.share_error(name)
        known = Estimate(six.explained_sampled[name], np.nan if error is None else error)
        one = Bar((way,), share, known if net.sample_is_trusted else Estimate(np.nan, np.nan))
        last = next((place for place, bar in enumerate(found) if _same(bar, one)), None)
        if last is None:
            found.append(one)
        else:
            bar = found[last]
            found[last] = Bar((*bar.ways, way), bar.share, bar.sampled)
    return tuple(found)


def _same(one: Bar, other: Bar) -> bool:
    pairs = ((one.share, other.share), (float(one.sampled), float(other.sampled)))
    return all(a == b or abs(a - b) < TOGETHER or (np.isnan(a) and np.isnan(b)) for a, b in pairs)


def overview_rows(nets: Sequence[NetResult]) -> int:
    """Count the bars of all nets, which the height of the figure follows."""
    return sum(len(bars(net)) for net in nets)


def overview(axes: "Axes", nets: Sequence[NetResult], recipe: Recipe) -> Hovers:
    """Draw the share of the next correlator explained, per net and prediction, as bars.

    Below a bar stands what the sample alone says, with its error; where predictions explain the same, they
    are one bar. The numbers are written on the right.
    """
    place, ticks, hovers = 0.0, [], dict[str, list[str]]()
    lowest = 0.0
    for number, net in enumerate(nets):
        found = bars(net)
        ticks.append(place + (len(found) - 1) / 2)
        for bar in found:
            hovers |= _share_bar(axes, recipe, bar, place, f"at-share-{number}-{bar.ways[0].value}")
            ends = (bar.share, float(bar.sampled) - float(np.nan_to_num(bar.sampled.error)))
            lowest = min([lowest, *(one for one in ends if np.isfinite(one))])
            place += 1.0
        place += 0.5
        if number + 1 < len(nets):
            axes.axhline(place - 0.75, color=REFERENCE, linewidth=0.4)
    axes.axvline(0.0, color=EXACT, linewidth=0.8)
    axes.set_yticks(ticks, [net_title(net) for net in nets])
    axes.set_ylim(place - 0.9, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(100 * max(LOWEST_SHARE, lowest) - 4, 104)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"share of ${recipe.delta_latex}$ explained (%)")
    if any(net.predicted.exact is not None for net in nets):
        axes.text(1.02, -0.75, "exact | sample alone", va="bottom", fontsize=8.5, color=EXACT,
                  transform=axes.get_yaxis_transform())  # fmt: skip
    _legend(axes, nets, recipe)
    return hovers


def _legend(axes: "Axes", nets: Sequence[NetResult], recipe: Recipe) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Patch | Line2D] = [
        Patch(facecolor=LOOKS[way][0], label=recipe.label(way)) for way in COUPLED
    ]
    if any(np.isfinite(float(bar.sampled)) for net in nets for bar in bars(net)):
        handles.append(
            Line2D([], [], color=SAMPLED, marker="o", markersize=4, linewidth=1.2, label="sample alone, ±1σ")
        )
    axes.figure.legend(handles=handles, loc="outside upper center", ncols=4)


def _share_bar(axes: "Axes", recipe: Recipe, bar: Bar, place: float, name: str) -> Hovers:
    """Draw one bar, in stripes of all colours that it stands for, and the sampled share below it."""
    hovers: dict[str, list[str]] = {}
    words = " = ".join(recipe.words(way) for way in bar.ways)
    written = share_text(bar)
    stripe = 0.5 / len(bar.ways)
    for rank, way in enumerate(bar.ways):
        if not np.isfinite(bar.share):
            break
        drawn = axes.barh(
            place - 0.36 + (rank + 0.5) * stripe,
            100 * max(bar.share, LOWEST_SHARE),
            height=stripe,
            color=LOOKS[way][0],
        )
        drawn[0].set_gid(f"{name}-{rank}")
        hovers[f"{name}-{rank}"] = [f"{words}: {written} % explained"]
    if bar.share < LOWEST_SHARE:
        axes.plot(
            100 * LOWEST_SHARE - 2,
            place - 0.11,
            "<",
            color=LOOKS[bar.ways[0]][0],
            markersize=6,
            clip_on=False,
        )
    alone, spread = float(bar.sampled), float(bar.sampled.error)
    if np.isfinite(alone) and alone >= LOWEST_SHARE:
        error = None if np.isnan(spread) else 100 * spread
        axes.errorbar(
            100 * alone, place + 0.28, xerr=error, fmt="o", color=SAMPLED, markersize=3.6,
            elinewidth=1.2, capsize=2.0, zorder=3,
        )[0].set_gid(f"{name}-sampled")  # fmt: skip
        hovers[f"{name}-sampled"] = [f"{words}: {written} %"]
    axes.text(1.02, place, _row_text(recipe, bar), va="center", fontsize=8.5,
              transform=axes.get_yaxis_transform())  # fmt: skip
    return hovers


def _row_text(recipe: Recipe, bar: Bar) -> str:
    """The numbers of a bar; below them which predictions it is, where they coincide."""
    if len(bar.ways) == 1:
        return share_text(bar)
    names = "all three" if len(bar.ways) == len(COUPLED) else ", ".join(map(recipe.label, bar.ways))
    return f"{share_text(bar)}\n{names} coincide"


def share_text(bar: Bar) -> str:
    """Write the shares of a bar in percent, the sampled one with its error.

    Examples
    --------
    >>> share_text(Bar((Way.FIT,), 0.8721, Estimate(0.863, 0.0021)))
    '87.2 | 86.30 ± 0.21'
    >>> share_text(Bar((Way.FIT,), -4.3, Estimate(np.nan, np.nan)))
    '−430.0 (off scale)'
    """
    text = "none" if np.isnan(bar.share) else minus(f"{100 * bar.share:.1f}")
    if bar.share < LOWEST_SHARE:
        text += " (off scale)"
    sampled, error = 100 * float(bar.sampled), 100 * float(bar.sampled.error)
    if np.isnan(sampled):
        return text
    alone = with_error(sampled, error) if error > 0 else minus(f"{sampled:.1f}")
    return f"{text} | {alone}"
