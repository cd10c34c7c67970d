"""Figures of densities: one output as curves, two as contours; where the series is negative it is shaded."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.duality.output_density import REACH, Density
from nnft_sym.errors import UnwritableResult
from nnft_sym.expansions.width_order import width_order_text
from nnft_sym.report.plot_style import BLUE, GREEN, GREY, INK, PURPLE, STYLE, VERMILLION, minus, net_name
from numerics.errors import NotAvailable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

_COLOURS = (GREY, BLUE, VERMILLION, PURPLE, GREEN)
_DASHES = ("-", (0, (6, 2)), "-", (0, (3, 1, 1, 1)), (0, (1, 1)))
#: Places of a curve, and of each side of a map.
_PLACES, _SIDE = 401, 121


def density_figure(found: Density) -> "Figure":
    """Draw a density of one or two outputs.

    Parameters
    ----------
    found : Density

    Returns
    -------
    matplotlib.figure.Figure
        One output: the series by order with the exact density where it is known, above; what is left to it,
        relative to the Gaussian at its centre, below. Two outputs: lines of equal density, and the relative
        change of the Gaussian.

    Raises
    ------
    UnwritableResult
        If there are more outputs.

    Examples
    --------
    >>> from nnft_sym.duality.output_density import density
    >>> from numerics.networks.architectures import CosNet
    >>> figure = density_figure(density(CosNet(width=4), [[0.0]], "1/N^2"))
    >>> len(figure.axes), figure.axes[0].get_ylabel()
    (2, 'density')
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    if len(found.fields) > 2:
        raise UnwritableResult(
            f"the density of {len(found.fields)} outputs, {shown(found.fields)}, cannot be drawn; one or two "
            "outputs can. It can be saved as .csv or .json"
        )
    with rc_context(STYLE):
        figure = Figure(
            figsize=(7.0, 5.0) if len(found.fields) == 1 else (8.2, 3.9), layout="constrained", dpi=200
        )
        if len(found.fields) == 1:
            above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1.0])
            _curves(above, below, found)
        else:
            _maps(figure, found)
        figure.suptitle(f"{net_name(found.network.name)}, $N = {found.network.width}$", fontsize=10.0)
    return figure


def _curves(above: "Axes", below: "Axes", found: Density) -> None:
    """One output: orders one after the other, the exact density, and the rest."""
    deviation = abs(float(found.series.basis.back[0, 0]))
    at = np.linspace(-REACH * deviation, REACH * deviation, _PLACES)
    gauss = found.gaussian(at[:, np.newaxis]).value
    exact = _exact(found, at[:, np.newaxis])
    orders = found.series.orders
    for number, order in enumerate(orders):
        values = found(at[:, np.newaxis], order).value
        label = "Gaussian" if order == 0 else f"to ${width_order_text(order)}$"
        colour, dashes = _COLOURS[number % 5], _DASHES[number % 5]
        above.plot(at, values, color=colour, linestyle=dashes, linewidth=1.4, label=label)
        rest = (values - (gauss if exact is None else exact)) / gauss.max()
        if exact is not None or order > 0:
            below.plot(at, np.abs(rest), color=colour, linestyle=dashes, linewidth=1.2)
    if exact is not None:
        above.plot(
            at, exact, color=INK, linewidth=0.0, marker="o", markersize=2.6, markevery=(8, 16), label="exact"
        )
    _shade(above, found, at)
    _shade(below, found, at)
    above.axhline(0.0, color=GREY, linewidth=0.5, zorder=0)
    above.set_ylabel("density")
    above.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    below.set_yscale("log")
    # a density may be infinite somewhere
    largest = float(np.max(np.abs(rest), where=np.isfinite(rest), initial=0.0))
    below.set_ylim(max(1e-9, 1e-3 * min(largest, 1.0)), max(1.0, min(2.0 * largest, 1e3)))
    below.set_ylabel("|rest|" if exact is not None else "|change|")
    below.set_xlabel(found.fields.short_label([0]))


def _shade(axes: "Axes", found: Density, at: Array) -> None:
    """The region where the series is negative, named once."""
    named = False
    for low, high in found.series.negative_intervals():
        left, right = max(low, at[0]), min(high, at[-1])
        if left < right:
            label = None if named or axes.get_yscale() == "log" else "series negative"
            axes.axvspan(
                left, right, facecolor="none", edgecolor=GREY, hatch="////", linewidth=0.0, label=label
            )
            named = True


def _exact(found: Density, at: Array) -> Array | None:
    try:
        return found.exact(at).value
    except NotAvailable:
        return None


def _maps(figure: "Figure", found: Density) -> None:
    """Two outputs: the series and the Gaussian as lines; the relative change as colours."""
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    deviations = np.sqrt(np.einsum("ij,ij->i", found.series.basis.back, found.series.basis.back))
    axis = np.linspace(-3.2, 3.2, _SIDE)
    x, y = np.meshgrid(axis * deviations[0], axis * deviations[1], indexing="ij")
    rows = np.stack([x.ravel(), y.ravel()], axis=1)
    series = found(rows).value.reshape(x.shape)
    gauss = found.gaussian(rows).value.reshape(x.shape)
    levels = gauss.max() * np.array([1e-4, 1e-3, 1e-2, 0.1, 0.3, 0.6, 0.9])
    left.contour(x, y, gauss, levels=levels, colors=GREY, linewidths=0.8, linestyles="dashed")
    left.contour(x, y, series, levels=levels, colors=BLUE, linewidths=1.1)
    left.plot([], [], color=GREY, linestyle="--", label="Gaussian")
    left.plot([], [], color=BLUE, label=f"to ${width_order_text(found.order)}$")
    # far out, where there is next to nothing, the change of nothing would set the scale
    change = np.ma.masked_where(gauss < 1e-4 * gauss.max(), series / gauss - 1.0)
    size = min(1.0, max(float(np.max(np.abs(change[gauss > 1e-2 * gauss.max()]))), 1e-12))
    map_ = right.pcolormesh(x, y, change, cmap="RdBu_r", vmin=-size, vmax=size, rasterized=True)
    figure.colorbar(map_, ax=right, label="series / Gaussian − 1", extend="both")
    for axes in (left, right):
        if np.any(series < 0.0):
            axes.contourf(x, y, series < 0.0, levels=[0.5, 1.5], colors="none", hatches=["////"])
        axes.set_xlabel(found.fields.short_label([0]))
    if np.any(series < 0.0):
        from matplotlib.patches import Patch

        handles, _ = left.get_legend_handles_labels()
        hatched = Patch(facecolor="none", edgecolor=GREY, hatch="////", label="series negative")
        left.legend(handles=[*handles, hatched], loc="upper left", fontsize=8.0)
    else:
        left.legend(loc="upper left", fontsize=8.0)
    left.set_ylabel(found.fields.short_label([1]))
    left.set_title(
        minus(f"levels {', '.join(f'{one:g}' for one in levels / gauss.max())} of the top"), fontsize=8.0
    )
