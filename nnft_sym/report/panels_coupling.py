"""Panel of the coupling, element by element, with the constants that replace it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import number, with_error
from nnft_sym.report.panels_constant import Row, alike, one_number
from nnft_sym.report.plot_style import (
    EXACT,
    LOOKS,
    PAPER,
    REFERENCE,
    SAMPLED,
    drawable,
    legend_columns,
    plain_ticks,
    power_formatter,
    scale_power,
    with_unit,
)
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.recipe import Way
from nnft_sym.study.result_tables import chosen_fit
from nnft_sym.study.study_results import Array, NetResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator
    from numpy.typing import NDArray

#: A sampled value may be so many times larger than everything else and still be in the range of the axis.
FAR = 1000.0
#: The axis is logarithmic where the largest element exceeds a typical one by more than this.
WIDE = 20.0
#: Decades of a logarithmic axis on each side of zero.
DECADES = 4
#: Up to so many exact elements have a mark each; more are a line.
MARKED = 30


@dataclass(frozen=True)
class Frame:
    """The range of an axis.

    Attributes
    ----------
    low, high : float
    linear : float or None
        The axis is linear up to this and logarithmic beyond, on both sides of zero; None for a linear axis.
    """

    low: float
    high: float
    linear: float | None

    def outside(self, values: Array) -> Array:
        """Say on which side of the frame values lie: -1, 0 or 1."""
        return np.asarray(np.sign((values > self.high).astype(float) - (values < self.low)))

    def apply(self, axes: "Axes") -> int:
        """Set range, scale and ticks of the vertical axis; return the power of ten that ticks leave out."""
        if self.linear is not None:
            axes.set_yscale("symlog", linthresh=self.linear, linscale=0.8)
            axes.set_ylim(self.low, self.high)
            axes.set_yticks(self._ticks())
            axes.yaxis.set_major_formatter(power_formatter())
            axes.yaxis.set_minor_locator(_no_ticks())
            return 0
        axes.set_ylim(self.low, self.high)
        power = scale_power(max(abs(self.low), abs(self.high)))
        plain_ticks(axes.yaxis, power)
        return power

    def _ticks(self) -> list[float]:
        """Zero, and decades on both sides, six on each at most."""
        assert self.linear is not None, "only a logarithmic axis has decades"
        first = round(np.log10(self.linear))
        last = int(np.floor(np.log10(max(abs(self.low), abs(self.high), self.linear))))
        step = max(1, -(-(last - first + 1) // 6))
        decades = [10.0**power for power in range(first, last + 1, step)]
        ticks = [*(-one for one in reversed(decades)), 0.0, *decades]
        return [one for one in ticks if self.low <= one <= self.high]


def _no_ticks() -> "Locator":
    from matplotlib.ticker import NullLocator

    return NullLocator()


def frame(leading: Array, more: Array, noise: float = 0.0) -> Frame:
    """Choose a range that holds all leading numbers, and the others unless they are `FAR` larger.

    Parameters
    ----------
    leading, more : ndarray
        What is not finite is left out.
    noise : float, optional
        Differences below this mean nothing, and get no decade of their own.

    Examples
    --------
    >>> found = frame(np.array([1e-3, 2e-3, 1e-3, 0.5, -0.2]), np.array([0.6, 1e4]))
    >>> round(found.linear, 12), found.outside(np.array([0.6, 1e4])).tolist()
    (0.001, [0.0, 1.0])
    """
    leading, more = (one[np.isfinite(one)] for one in (leading, more))
    most = float(np.abs(leading).max(initial=0.0)) or float(np.abs(more).max(initial=0.0)) or 1.0
    kept = np.concatenate([leading, more[np.abs(more) <= FAR * most]])
    if not kept.size:
        kept = np.zeros(1)
    if not kept.size:
        kept = np.zeros(1)
    low, high = float(kept.min()), float(kept.max())
    sizes = np.abs(leading[leading != 0])
    largest = max(abs(low), abs(high))
    typical = max(float(np.quantile(sizes, 0.25)) if sizes.size else most, noise, largest * 10.0**-DECADES)
    if largest > WIDE * typical:
        linear = float(10.0 ** np.floor(np.log10(typical)))
        return Frame(_beyond(min(low, 0.0), linear), _beyond(max(high, 0.0), linear), linear)
    if high - low > 0.3 * max(abs(low), abs(high)):  # what is nearly constant is shown without zero
        low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return Frame(low - margin, high + margin, None)


def _beyond(end: float, linear: float) -> float:
    """A little further from zero, on an axis that is logarithmic from `linear` on."""
    room = np.copysign(max(0.5 * abs(end), 0.5 * linear), end if end else 0.0)
    return float(end + (room if end else 0.0))


def is_one_number(net: NetResult) -> bool:
    """Whether all elements of the best tensor are the same."""
    return alike(net.tensor.tensor.value)


def coupling_frame(net: NetResult) -> Frame:
    """The range of the panel."""
    found = net.tensor
    sampled, error = found.sampled.value, found.sampled.error
    constants = np.array([value for value, _, _, _ in _constants(net)])
    leading = np.concatenate([found.tensor.value, constants])
    noise = float(np.nanquantile(error, 0.25)) if np.isfinite(error).any() else 0.0
    return frame(leading, np.concatenate([sampled - error, sampled + error, sampled]), noise)


def out_of_frame(net: NetResult) -> int:
    """Sampled elements that are not in the frame of the panel, and are marked at its border."""
    if is_one_number(net):
        return 0
    found = net.tensor.sampled.value
    return int(np.abs(coupling_frame(net).outside(found[np.isfinite(found)])).sum())


def coupling(axes: "Axes", net: NetResult) -> Hovers:
    """Draw the coupling element by element, sorted, with mean and fitted constant as lines.

    Where all elements are the same, one row for each kind of numbers.
    """
    found = net.tensor
    guide = found.tensor.value
    order = np.argsort(guide, kind="stable")[: int(np.isfinite(guide).sum())]
    if not order.size:
        axes.text(0.5, 0.5, "no element has a finite coupling", ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return {}
    if is_one_number(net):
        return one_number(axes, list(_rows(net, order)), f"${net.recipe.latex}$", "at-coupling")
    axes.set_xlim(0, order.size + 1)
    power = coupling_frame(net).apply(axes)
    hovers = _elements(axes, net, order)
    for value, error, way, source in _constants(net):
        colour, _, style = LOOKS[way]
        label = net.recipe.label(way) + ("" if source == "sampled" else f" ({source})")
        said = drawable(with_error(value, error))
        axes.axhline(value, color=colour, linestyle=style, linewidth=1.4, label=f"{label} = {said}", zorder=4)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"element, sorted by {'sampled' if found.exact is None else 'exact'} value")
    axes.set_ylabel(with_unit(f"${net.recipe.latex}$", power))
    axes.axhline(0.0, color=REFERENCE, linewidth=0.6, zorder=0)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=legend_columns(axes.get_legend_handles_labels()[1]),
        handlelength=2.0,
        columnspacing=1.2,
    )
    return hovers


def _elements(axes: "Axes", net: NetResult, order: "NDArray[np.int64]") -> Hovers:
    """Draw exact and sampled elements; sampled ones outside the frame as triangles at its border."""
    found, bounds = net.tensor, coupling_frame(net)
    ranks = np.arange(1, order.size + 1)
    sampled, error = found.sampled.value[order], found.sampled.error[order]
    trusted = net.fitted.is_trusted
    exact = None if found.exact is None else found.exact.value[order]
    texts = element_texts(net, order)
    hovers: dict[str, list[str]] = {}
    if exact is not None:
        many = order.size > MARKED
        axes.plot(
            ranks, exact, "-" if many else "D", color=EXACT, linewidth=1.4, markersize=4, label="exact",
            zorder=3,
        )  # fmt: skip
    side = bounds.outside(sampled)
    for where, marker, size in ((0, "o", 2.8), (1, "^", 5.0), (-1, "v", 5.0)):
        some = side == where
        if not some.any():
            continue
        name = f"at-coupling-{marker}"
        shown = np.clip(sampled[some], bounds.low, bounds.high)
        axes.errorbar(
            ranks[some], shown, yerr=error[some] if where == 0 else None, fmt=marker, markersize=size,
            color=SAMPLED, markerfacecolor=SAMPLED if trusted else PAPER, elinewidth=0.7, zorder=2,
            label=_sampled_label(trusted) if where == 0 else "outside the frame", clip_on=where == 0,
        )[0].set_gid(name)  # fmt: skip
        hovers[name] = [texts[row] for row in np.flatnonzero(some)]
    return hovers


def _sampled_label(trusted: bool) -> str:
    return "sampled, ±1σ" if trusted else "sampled (not trustworthy)"


def element_texts(net: NetResult, order: "NDArray[np.int64]") -> list[str]:
    """What a pointer shows over elements of the coupling: name, sampled and exact value."""
    found, symbol = net.tensor, net.recipe.symbol
    names = found.sampled.labels
    texts = []
    for row in order.tolist():
        sampled = with_error(found.sampled.value[row], found.sampled.error[row])
        exact = "" if found.exact is None else f"; exact {number(found.exact.value[row])}"
        texts.append(f"{names[row]}: sampled {symbol} = {sampled}{exact}")
    return texts


def _rows(net: NetResult, order: "NDArray[np.int64]") -> Iterator[Row]:
    """One row for each kind of numbers of a constant tensor."""
    found, trusted = net.tensor, net.fitted.is_trusted
    count = "the only element" if order.size == 1 else f"all {order.size} elements"
    if found.exact is not None:
        yield Row(f"exact, {count}", found.exact.value[order], 0.0, ((EXACT, "D"),))
    sampled, error = found.sampled.value[order], found.sampled.error[order]
    kind = "sampled" if trusted else "sampled (not trustworthy)"
    yield Row(f"{kind}, {count}", sampled, float(np.median(error)), ((SAMPLED, "o"),), trusted)
    for value, spread, way, source in _constants(net):
        label = net.recipe.label(way) + ("" if source == "sampled" else f" ({source})")
        yield Row(label, np.array([value]), spread, (LOOKS[way][:2],))


def _constants(net: NetResult) -> Iterator[tuple[float, float, Way, str]]:
    """Give the constants that replace the tensor, with their errors, and the source of each.

    The source is exact where the sample is no good.
    """
    found, (fit, source) = net.tensor, chosen_fit(net)
    mean_exact = found.mean_exact
    if mean_exact is None or net.fitted.is_trusted:
        yield float(found.mean), float(found.mean.error), Way.MEAN, "sampled"
    else:
        yield float(mean_exact), 0.0, Way.MEAN, "exact"
    if fit is not None:
        yield float(fit.parameters[0]), float(fit.errors[0]), Way.FIT, source
