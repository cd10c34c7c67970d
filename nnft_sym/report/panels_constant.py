"""One panel for numbers that are all the same: a row for each kind, on one axis, with its value.

A tensor whose elements are equal is one number, and hundreds of marks in a line would only hide that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.printing.number_text import number, with_error
from nnft_sym.report.plot_style import PAPER, REFERENCE, drawable, plain_ticks, scale_power, with_unit
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.study_results import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator

#: Elements that differ by no more than this, relative to the largest, are drawn as one number.
ALIKE = 0.005


@dataclass(frozen=True)
class Row:
    """Numbers of one kind.

    Attributes
    ----------
    label : str
    values : ndarray
        All of them; their range is drawn as a line below the mark of their mean.
    error : float
        One standard error of the mark; 0 where there is none.
    looks : tuple of (str, str)
        Colour and marker of every kind that has these values: several where kinds coincide.
    filled : bool
        False for numbers that are not to be trusted.
    """

    label: str
    values: Array
    error: float
    looks: tuple[tuple[str, str], ...]
    filled: bool = True

    @property
    def middle(self) -> float:
        """Mean of the values."""
        return float(np.mean(self.values))


def alike(values: Array) -> bool:
    """Say whether numbers are one number, for the eye; what is not finite is left out.

    Examples
    --------
    >>> alike(np.array([2.0, 2.001])), alike(np.array([2.0, 2.1])), alike(np.array([np.nan]))
    (True, False, False)
    """
    kept = values[np.isfinite(values)]
    return bool(kept.size and np.ptp(kept) <= ALIKE * np.abs(kept).max())


def one_number(axes: "Axes", rows: Sequence[Row], label: str, name: str) -> Hovers:
    """Draw one row for each kind of numbers, with its value beside it.

    Parameters
    ----------
    axes : Axes
    rows : sequence of Row
    label : str
        Of the horizontal axis, in LaTeX.
    name : str
        First part of the names of what a pointer shows.
    """
    ends = np.concatenate([[*row.values, row.middle - row.error, row.middle + row.error] for row in rows])
    power = scale_power(float(np.abs(ends).max()))
    unit = 10.0**power
    low, high = float(ends.min()) / unit, float(ends.max()) / unit
    room = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    hovers: dict[str, list[str]] = {}
    for place, row in enumerate(rows):
        hovers |= _row(axes, place, row, unit, f"{name}-{place}")
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(_few_ticks())
    plain_ticks(axes.xaxis)
    axes.set_xlabel(with_unit(label, power))
    if low - room < 0.0 < high + room:
        axes.axvline(0.0, color=REFERENCE, linewidth=0.8, zorder=0)
    return hovers


def _few_ticks() -> "Locator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(6)


def _row(axes: "Axes", place: int, row: Row, unit: float, name: str) -> Hovers:
    """Draw the range of the values, their mean with its error, one mark inside the other, and the number."""
    hovers: dict[str, list[str]] = {}
    middle, colour = row.middle / unit, row.looks[0][0]
    axes.axhline(place, color=REFERENCE, linewidth=0.4, alpha=0.5, zorder=0)
    axes.hlines(place, row.values.min() / unit, row.values.max() / unit, color=colour, linewidth=3, alpha=0.4)
    if row.error:
        axes.errorbar(
            middle, place, xerr=row.error / unit, fmt="none", ecolor=colour, elinewidth=1.2, capsize=3
        )
    said = f"{number(row.middle, 6)}" if not row.error else with_error(row.middle, row.error)
    sizes = (9.0, 6.0, 3.5) if len(row.looks) > 1 else (6.0,)
    for (shade, marker), size in zip(row.looks, sizes, strict=False):
        several = len(row.looks) > 1
        axes.plot(
            middle, place, marker, color=shade, markersize=size, gid=f"{name}-{marker}", zorder=3,
            markerfacecolor="none" if several else shade if row.filled else PAPER, markeredgewidth=1.3,
        )  # fmt: skip
        hovers[f"{name}-{marker}"] = [said]
    scaled = with_error(middle, row.error / unit) if row.error else number(middle, 6)
    axes.text(1.02, place, drawable(scaled), va="center", transform=axes.get_yaxis_transform(), fontsize=9.0)
    return hovers
