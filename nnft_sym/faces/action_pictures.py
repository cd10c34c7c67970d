"""The picture of an action: S along each field, order by order in 1/N."""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.duality.cumulant_action import CumulantAction
from nnft_sym.duality.symmetric_tensors import in_full
from nnft_sym.duality.width_order import width_order_text
from nnft_sym.report.plot_style import BLUE, GREEN, GREY, PURPLE, STYLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: How far a field goes, in its standard deviations; panels at most, and in a row.
FAR, MOST_PANELS, IN_A_ROW = 3.0, 9, 3


def action_figure(action: CumulantAction) -> "Figure":
    """Draw S along each field, the others at what they are on average given it, less its value at the middle.

    The Gaussian part is then ½ (f/σ)² for every field.

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
    kernel = in_full(action.given.connected[2].value[np.newaxis], m, 2)[0]
    mean = np.zeros(m) if action.given.mean is None else action.given.mean.value
    with rc_context(STYLE):
        size = (max(4.5, 2.6 * columns), 0.7 + 2.3 * rows)
        figure = Figure(figsize=size, layout="constrained", dpi=200)
        for number in range(panels):
            axes = figure.add_subplot(rows, columns, number + 1)
            row = kernel[number]
            path = np.linspace(-FAR, FAR, 121)
            phi = mean + np.outer(path, row / row[number] ** 0.5)
            total = np.zeros(len(path))
            colours = (GREY, BLUE, VERMILLION, GREEN, PURPLE)
            for place, (order, part) in enumerate(action.by_order(phi).items()):
                total = total + part.value
                middle = total[len(path) // 2]
                dashes = "--" if order == 0 else "-"
                label = f"to ${width_order_text(order).replace('(', '{').replace(')', '}')}$"
                colour = colours[place % len(colours)]
                axes.plot(phi[:, number], total - middle, dashes, color=colour, linewidth=1.1, label=label)
            axes.set_ylim(-0.25 * FAR**2, 0.9 * FAR**2)  # the Gaussian part goes to FAR²/2
            axes.set_xlabel(action.fields.short_label([number]))
            axes.set_ylabel("S − S(0)" if action.given.mean is None else "S − S(mean)")
            if number == 0:
                axes.legend(fontsize=6)
    return figure
