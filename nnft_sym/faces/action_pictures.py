"""The picture of an action: S along each field, order by order in 1/N."""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.duality.cumulant_action import CumulantAction
from nnft_sym.duality.symmetric_tensors import in_full
from nnft_sym.expansions.width_order import width_order_text
from nnft_sym.report.plot_style import BLUE, GREEN, GREY, PURPLE, STYLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How far a field goes, in its standard deviations; panels at most, and in a row.
FAR, MOST_PANELS, IN_A_ROW = 3.0, 9, 3
_COLOURS = (GREY, BLUE, VERMILLION, GREEN, PURPLE)


def action_figure(action: CumulantAction) -> "Figure":
    """Draw S along each field, the others at what they are on average given it, less its value at the middle.

    The Gaussian part is then ½ (f/σ)² for every field. Below it stands what the orders add.

    Parameters
    ----------
    action : CumulantAction
        Up to nine of its fields are drawn.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    m = len(action.fields)
    panels = min(m, MOST_PANELS)
    columns = min(panels, 2 if panels == 4 else IN_A_ROW)
    rows = -(-panels // columns)
    with rc_context(STYLE):
        size = (max(4.5, 2.6 * columns), 0.7 + 3.0 * rows)
        figure = Figure(figsize=size, layout="constrained", dpi=200)
        grid = figure.add_gridspec(2 * rows, columns, height_ratios=[2.0, 1.0] * rows)
        for number in range(panels):
            row, column = divmod(number, columns)
            above = figure.add_subplot(grid[2 * row, column])
            below = figure.add_subplot(grid[2 * row + 1, column], sharex=above)
            _along(above, below, action, number)
            above.tick_params(labelbottom=False)
            below.set_xlabel(action.fields.short_label([number]))
            if column == 0:
                above.set_ylabel("S − S(0)" if action.given.mean is None else "S − S(mean)")
                below.set_ylabel("added")
            if number == 0:
                above.legend(fontsize=7, loc="upper center")
    return figure


def _along(above: "Axes", below: "Axes", action: CumulantAction, number: int) -> None:
    """Draw one field: the sums by order, and what they add to the Gaussian."""
    kernel = in_full(action.given.connected[2].value[np.newaxis], len(action.fields), 2)[0]
    mean = np.zeros(len(kernel)) if action.given.mean is None else action.given.mean.value
    row, steps = kernel[number], np.linspace(-FAR, FAR, 121)
    phi = mean + np.outer(steps, row / row[number] ** 0.5)
    gauss, total = 0.5 * steps**2, np.zeros(len(steps))
    for place, (order, part) in enumerate(action.by_order(phi).items()):
        total = total + part.value
        curve = total - total[len(steps) // 2]
        colour = _COLOURS[place % len(_COLOURS)]
        power = width_order_text(order).replace("(", "{").replace(")", "}")
        style, label = ("--", "Gaussian") if order == 0 else ("-", f"to ${power}$")
        above.plot(phi[:, number], curve, style, color=colour, linewidth=1.1, label=label)
        below.plot(phi[:, number], curve - gauss, style, color=colour, linewidth=1.1)
    # a series that explodes would hide the others; the Gaussian part goes to FAR²/2
    low, high = above.get_ylim()
    above.set_ylim(max(low, -0.25 * FAR**2), min(max(high, 0.7 * FAR**2), 1.2 * FAR**2))
    low, high = below.get_ylim()
    below.set_ylim(max(low, -0.5 * FAR**2), min(high, 0.5 * FAR**2))
