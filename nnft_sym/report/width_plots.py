"""Figure and labelled arrays of a scan over widths: m_4 and m_6 against N, and the connected functions."""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.report.plot_style import (
    EXACT,
    FITTED,
    PAPER,
    REFERENCE,
    SAMPLED,
    STYLE,
    log_ticks,
    minus,
    net_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnft_sym.study.width_scan import WidthScan
    from nnft_sym.study.width_series import WidthSeries
    from numerics.results.estimate import Estimate

#: Points of the exact curve.
CURVE = 60
#: Standard errors below zero from which on a number is negative, and not hidden by noise.
NEGATIVE = 3.0


def width_figure(scan: "WidthScan") -> "Figure":
    """Draw m_4 and m_6 against the width, and below them the connected functions with their fitted power.

    Parameters
    ----------
    scan : WidthScan

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("widths.pdf")``; a notebook shows it.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from nnft_sym.study.width_scan import scan_widths
    >>> scan = scan_widths(ReLUNet(1), [0.5, 1.0], (1, 3), networks=1000, experiments=2)
    >>> [axes.get_ylabel() for axes in width_figure(scan).axes[:2]]
    ['$m_4$', '$m_6$']
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(7.0, 5.2), layout="constrained", dpi=200)
        rows = figure.subplots(2, len(scan.series), sharex=True)
        for column, series in enumerate(scan.series):
            _draw_moments(rows[0, column], scan, series)
            _draw_projection(rows[1, column], scan, series)
            rows[1, column].set_xlabel("width $N$")
        _legend(figure)
        kind = "" if scan.estimator == "plain" else f"{scan.estimator} estimator, "
        sampled = f"{kind}{scan.experiments} experiments of {scan.networks} networks per width"
        figure.suptitle(f"{net_name(scan.network.name)}, {sampled}", fontsize=10.0)
    return figure


def _legend(figure: "Figure") -> None:
    """One legend below all panels, each entry once."""
    entries: dict[str, Artist] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            entries.setdefault(name, handle)
    figure.legend(
        list(entries.values()), list(entries), loc="outside lower center", ncols=3, handlelength=2.0
    )


def _draw_moments(axes: "Axes", scan: "WidthScan", series: "WidthSeries") -> None:
    """m_n, sampled and exact, above the scatter of one experiment and the noise of the mean."""
    widths = scan.widths.astype(float)
    _logarithmic(axes, widths)
    experiment, mean = series.scatter_of_experiment, series.scatter_of_mean
    shown = [series.m.value, experiment, mean]
    if scan.exact is not None:
        grid = np.unique(np.geomspace(widths[0], widths[-1], CURVE).astype(int))
        curve = np.array([scan.m_exact(series.order, int(width)) for width in grid])
        axes.plot(grid, curve, "-", color=EXACT, linewidth=1.2, label="exact", zorder=2)
        shown.append(curve)
    axes.plot(widths, experiment, "--", color=REFERENCE, linewidth=1.2, label="scatter of one experiment")
    axes.plot(widths, mean, ":", color=REFERENCE, linewidth=1.2, label="error of the mean of all")
    _points(axes, widths, series.m, series.trusted)
    _limits(axes, np.concatenate(shown))
    axes.set_ylabel(f"$m_{series.order}$")
    axes.set_title(rf"mean of $|\Delta G^{{({series.order})}}|/|G_{{\rm GP}}^{{({series.order})}}|$")


def _draw_projection(axes: "Axes", scan: "WidthScan", series: "WidthSeries") -> None:
    """The connected function along its shape, with the fitted power law."""
    widths = scan.widths.astype(float)
    _logarithmic(axes, widths)
    value, error = series.projection.value, series.projection.error
    clear, negative = value > error, -value > NEGATIVE * error
    noise = ~(clear | negative)
    shown = [np.abs(value)[~noise], (np.abs(value) - error)[~noise]]
    if series.projection_exact is not None:
        exact = series.projection_exact.value
        axes.plot(widths, exact, "-", color=EXACT, linewidth=1.2, zorder=2)
        shown.append(exact)
    if negative.any():  # a logarithmic axis has no place for them: their size, and another mark
        axes.errorbar(
            widths[negative],
            -value[negative],
            yerr=error[negative],
            fmt="x",
            markersize=5.0,
            color=SAMPLED,
            elinewidth=1.0,
            capsize=2.0,
            label="negative: its size",
            zorder=3,
        )
    upper = (np.maximum(value, 0.0) + 2.0 * error)[noise]
    if upper.size:
        axes.plot(
            widths[noise],
            upper,
            "v",
            color=SAMPLED,
            markersize=4,
            fillstyle="none",
            label="hidden by noise: below this (2 σ)",
        )
    _points(axes, widths[clear], series.projection[clear], series.trusted_connected[clear])
    title = rf"connected $G_c^{{({series.order})}}$: "
    if series.law is not None:
        axes.plot(
            widths,
            series.law(widths).value,
            "-.",
            color=FITTED,
            linewidth=1.2,
            zorder=1,
            label="fitted power law",
        )
        power = series.law.exponent
        digits = max(1, 1 - int(np.floor(np.log10(power.error))))
        said = minus(f"{-power:.{digits}f} ± {power.error:.{digits}f}")
        axes.set_title(title + f"fitted power {said}")
    else:
        axes.set_title(
            title + ("all noise" if np.all(series.trusted_connected) else "not fitted, errors not trusted")
        )
    _limits(axes, np.concatenate([*shown, upper]))
    axes.set_ylabel(rf"$y_{series.order}$")


def _points(axes: "Axes", widths: "np.ndarray", numbers: "Estimate", trusted: "np.ndarray") -> None:
    """Sampled points with error bars: filled where the error can be trusted, open and grey elsewhere."""
    for some, colour, face, label in (
        (trusted, SAMPLED, SAMPLED, "sampled"),
        (~trusted, SAMPLED, PAPER, "sampled, error not trusted"),
    ):
        if np.any(some):
            axes.errorbar(
                widths[some],
                numbers.value[some],
                yerr=numbers.error[some],
                fmt="o",
                markersize=4.5,
                color=colour,
                markerfacecolor=face,
                elinewidth=1.0,
                capsize=2.0,
                label=label,
                zorder=3,
            )


def _logarithmic(axes: "Axes", widths: "np.ndarray") -> None:
    axes.set_xscale("log")
    axes.set_yscale("log", nonpositive="clip")
    axes.set_ylim(0.1, 1.0)  # until `_limits`: Matplotlib would look for positive numbers, and complain
    axes.set_xlim(widths[0] / 1.25, widths[-1] * 1.25)
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)


def _limits(axes: "Axes", shown: "np.ndarray") -> None:
    """A range that holds every positive number shown, whole decades if they are few."""
    positive = shown[shown > 0]
    if positive.size:
        axes.set_ylim(positive.min() / 2, positive.max() * 2)


def width_dataset(scan: "WidthScan") -> "xarray.Dataset":
    """Collect a scan as labelled arrays over width and order.

    Parameters
    ----------
    scan : WidthScan

    Returns
    -------
    xarray.Dataset
        Variables ``m``, ``m_error``, ``m_exact``, ``background``, ``noise``, ``projection``,
        ``projection_error``, ``projection_exact``, ``trusted``, ``trusted_connected`` over (order, width),
        and the bounds ``m_exact_error``, ``projection_exact_error``; ``exponent`` and ``exponent_error`` over
        order. NaN where there is no number.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> from nnft_sym.study.width_scan import scan_widths
    >>> scan = scan_widths(ReLUNet(1), [0.5, 1.0], (1, 3), networks=1000, experiments=2)
    >>> data = width_dataset(scan)
    >>> data["m"].dims, round(float(data["m_exact"].sel(order=4, width=3)), 12)
    (('order', 'width'), 1.666666666667)
    """
    import xarray

    nothing = np.full(len(scan.widths), np.nan)

    def stack(
        pick: "Callable[[WidthSeries], Estimate | np.ndarray | None]",
    ) -> "tuple[tuple[str, str], np.ndarray]":
        found = [pick(series) for series in scan.series]
        return ("order", "width"), np.array([nothing if one is None else np.asarray(one) for one in found])

    exponents = [
        (np.nan, np.nan) if law is None else (float(law.exponent), float(law.exponent.error))
        for law in (series.law for series in scan.series)
    ]
    return xarray.Dataset(
        {
            "m": stack(lambda series: series.m),
            "m_error": stack(lambda series: series.m.error),
            "m_exact": stack(lambda series: series.m_exact),
            "m_exact_error": stack(lambda series: _bound(series.m_exact)),
            "background": stack(lambda series: series.scatter_of_experiment),
            "noise": stack(lambda series: series.scatter_of_mean),
            "projection": stack(lambda series: series.projection),
            "projection_error": stack(lambda series: series.projection.error),
            "projection_exact": stack(lambda series: series.projection_exact),
            "projection_exact_error": stack(lambda series: _bound(series.projection_exact)),
            "trusted": stack(lambda series: series.trusted),
            "trusted_connected": stack(lambda series: series.trusted_connected),
            "exponent": ("order", [value for value, _ in exponents]),
            "exponent_error": ("order", [error for _, error in exponents]),
        },
        coords={"order": [series.order for series in scan.series], "width": scan.widths},
        attrs={
            "network": repr(scan.network),
            "experiments": scan.experiments,
            "networks": scan.networks,
            "estimator": scan.estimator,
            "precision": scan.precision,
            "seed": str(scan.seed),
        },
    )


def _bound(exact: "Estimate | None") -> "np.ndarray | None":
    return None if exact is None else np.asarray(exact.error)
