"""What the figures of a study are made of: each function draws one panel into the axes it is given.

Colours are those of Okabe and Ito, told apart by readers with any kind of colour vision, and never the only
difference: line style or marker changes too. What is sampled but cannot be trusted is grey and hatched.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnft_sym.results import PREDICTIONS, Array, CorrelatorResult, NetResult
from nnft_sym.summary import chosen_fit
from nnft_sym.tables import point_label
from numerics.estimate import Quality

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

#: Ink and paper: unusual values, so that the report can replace them by the colours of the page.
INK, PAPER = "#222221", "#fffffe"
BLUE, VERMILLION, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#b0568c", "#8c8c8c"

#: Colour, marker and line style of each prediction.
LOOKS: Mapping[str, tuple[str, str, Any]] = {
    "free": (GREY, "x", "-"),
    "lambda_mean": (VERMILLION, "s", (0, (5, 1.5))),
    "lambda_fit": (GREEN, "o", (0, (3, 1, 1, 1))),
    "lambda_tensor": (PURPLE, "D", "-"),
}
LABELS: Mapping[str, str] = {
    "free": "free theory",
    "lambda_mean": r"mean $\lambda$",
    "lambda_fit": r"fitted $\lambda$",
    "lambda_tensor": r"$\lambda$ tensor",
}
#: More markers than this are drawn as a picture, not one by one, to keep the file small.
MANY = 2000
#: The overview ends here on the left; what lies beyond is written out.
LOWEST_SHARE = -1.0

STYLE: dict[Any, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 10.0,
    "legend.fontsize": 9.0,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": GREY,
    "hatch.linewidth": 0.7,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "legend.frameon": False,
    "axes.unicode_minus": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "nnft_sym",
    "pdf.fonttype": 42,
}


def plain_ticks(axis: "Axis", power: int = 0) -> None:
    """Label ticks in plain text, in units of 10^power; parsing mathematics for each would take seconds."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: minus(f"{value / 10.0**power:.6g}")))


def log_ticks(axis: "Axis") -> None:
    """Label the decades of a logarithmic axis in plain text."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(
        FuncFormatter(lambda value, _: minus(f"{value:.0e}" if value < 1e-3 else f"{value:g}"))
    )
    axis.set_minor_formatter(NullFormatter())


def minus(text: str) -> str:
    """Write true minus signs, and exponents without leading zeros.

    Examples
    --------
    >>> minus("-1e-05")
    '−1e−5'
    """
    return re.sub(r"e([-+]?)0*(\d)", r"e\1\2", text).replace("e+", "e").replace("-", "−")


def overview(axes: "Axes", nets: Sequence[NetResult]) -> None:
    """Draw the share of ΔG6 explained, per net and prediction, as bars."""
    names = [name for name in PREDICTIONS if name != "free"]
    step = 0.8 / len(names)
    for row, net in enumerate(nets):
        for place, name in enumerate(names):
            height = row - 0.4 + (place + 0.5) * step
            _share_bar(axes, net, name, height, step, label=row == 0)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(nets)), [f"{title(net)}" for net in nets])
    axes.set_ylim(len(nets) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    shares = [share for net in nets for share in _finite(net.six_point.explained)]
    shares += [share for net in nets for share in _finite(net.six_point.explained_sampled)]
    lowest = max(LOWEST_SHARE, min([0.0, *shares]))
    axes.set_xlim(100 * lowest - 12, 116)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(r"share of $\Delta G^{(6)}$ explained (%)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.34 / len(nets)), ncols=4, borderaxespad=0.0)


def _finite(shares: Mapping[str, float]) -> list[float]:
    return [share for share in shares.values() if np.isfinite(share)]


def _share_bar(axes: "Axes", net: NetResult, name: str, height: float, step: float, label: bool) -> None:
    share, sampled = net.six_point.explained[name], net.six_point.explained_sampled[name]
    colour = LOOKS[name][0]
    if np.isfinite(share):
        drawn = max(share, LOWEST_SHARE)
        axes.barh(
            height,
            100 * drawn,
            height=0.86 * step,
            color=colour,
            label=LABELS[name] if label else None,
        )
        text = f"{100 * share:.1f}".replace("-", "−") + (" (off scale)" if share < LOWEST_SHARE else "")
        # A bar to the left has its number on the free side of the axis, where nothing else stands.
        axes.annotate(
            text,
            (100 * max(drawn, 0.0), height),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    trusted = net.correlators[6].quality is Quality.TRUSTED
    if np.isfinite(sampled) and sampled >= LOWEST_SHARE and trusted:
        axes.plot(
            100 * sampled,
            height,
            "o",
            linestyle="none",
            markersize=4,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=0.8,
            label="from the sample" if label and name == "lambda_fit" else None,
        )


def title(net: NetResult) -> str:
    """Name a net as the report does."""
    written = {"erf": "Erf", "relu": "ReLU", "gauss": "Gauss", "cos": "Cos"}.get(net.name, net.name)
    return f"{written}-net, N = {net.config.width}"


def kernel(axes: "Axes", net: NetResult) -> None:
    """Draw the kernel matrix as coloured cells, with numbers while they fit."""
    matrix = net.kernel
    n = len(matrix)
    low, high = min(0.0, float(matrix.min())), float(matrix.max())
    mesh = axes.pcolormesh(matrix, cmap="cividis", vmin=low, vmax=high, edgecolors="face", linewidth=0.1)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    labels = [point_label(point).replace("-", "−") for point in net.config.points]
    rotation = 90 if max(map(len, labels)) > 6 else 0
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
    for i, j in np.ndindex(n, n):
        axes.text(
            j + 0.5,
            i + 0.5,
            f"{matrix[i, j]:.3g}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=8 if n <= 6 else 6.5,
            color="#ffffff" if matrix[i, j] < middle else "#000000",
        )


def moments(axes: "Axes", net: NetResult, experiments: int) -> None:
    """Draw mₙ, sampled and exact, against the background, on a logarithmic scale."""
    results = list(net.correlators.values())
    places = np.arange(len(results), dtype=float)
    background = np.array([one.background for one in results])
    shown = [one.m_sampled for one in results] + list(background / np.sqrt(experiments))
    shown += [one.m_exact for one in results if one.m_exact is not None and one.m_exact > 1e-9]
    positive = [value for value in shown if value > 0] or [1.0]
    bottom = 10.0 ** np.floor(np.log10(min(positive)) - 0.15)
    axes.set_yscale("log")
    axes.bar(places, background, width=0.7, bottom=0, color=GREY, alpha=0.35, label="background")
    for place, one in zip(places, results, strict=True):
        first = place == 0
        mean_error = one.background / np.sqrt(experiments)
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
                place, one.m_sampled, width=0.7, facecolor="none", hatch="////", edgecolor=GREY, linewidth=0
            )
        axes.plot(
            place - 0.12,
            one.m_sampled,
            "o",
            markersize=6,
            color=BLUE if trusted else GREY,
            markerfacecolor=BLUE if trusted else PAPER,
            label="sampled" if first else None,
        )
        if one.m_exact is not None and one.m_exact > 1e-9:
            axes.plot(place + 0.12, one.m_exact, "D", markersize=5.5, color=INK)
    if any(one.m_exact is not None for one in results):
        axes.plot([], [], "D", markersize=5.5, color=INK, linestyle="none", label="exact")
    log_ticks(axes.yaxis)
    axes.set_ylim(bottom, 10.0 ** np.ceil(np.log10(max([*positive, *background])) + 0.2))
    axes.set_xticks(places, [f"$m_{one.order}$" for one in results])
    axes.set_xlim(-0.6, len(results) - 0.4)
    axes.set_title(r"$m_n$ = mean of $|\Delta G^{(n)}|/|G^{(n)}_{\mathrm{GP}}|$")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.6)


def coupling(axes: "Axes", net: NetResult) -> None:
    """Draw the coupling element by element, sorted, with mean and fitted constant as lines."""
    found = net.coupling
    guide = found.sampled if found.exact is None else found.exact
    order = np.argsort(guide)[: int(np.isfinite(guide).sum())]
    if not order.size:
        axes.text(0.5, 0.5, "no element has a finite coupling", ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    ranks = np.arange(1, order.size + 1)
    trusted = net.correlators[4].quality is Quality.TRUSTED
    axes.errorbar(
        ranks,
        found.sampled[order],
        yerr=found.sampled_error[order],
        fmt="o",
        markersize=2.6,
        color=BLUE if trusted else GREY,
        ecolor=BLUE if trusted else GREY,
        elinewidth=0.7,
        alpha=0.75,
        label="sampled" if trusted else "sampled (not trustworthy)",
    )
    if found.exact is not None:
        axes.plot(ranks, found.exact[order], color=INK, linewidth=1.4, label="exact")
    colour, _, style = LOOKS["lambda_mean"]
    mean = found.mean if found.mean_exact is None or trusted else found.mean_exact
    kind = "" if trusted or found.mean_exact is None else " (exact)"
    axes.axhline(mean, color=colour, linestyle=style, linewidth=1.4, label=LABELS["lambda_mean"] + kind)
    fit, source = chosen_fit(net)
    if fit is not None:
        colour, _, style = LOOKS["lambda_fit"]
        kind = "" if source == "sampled" else f" ({source})"
        axes.axhline(
            fit.parameters[0],
            color=colour,
            linestyle=style,
            linewidth=1.4,
            label=LABELS["lambda_fit"] + kind,
        )
    axes.axhline(0.0, color=INK, linewidth=0.5, alpha=0.5)
    low, high = _robust_limits(found.sampled[order], found.sampled_error[order], guide[order])
    axes.set_ylim(low, high)
    axes.set_xlim(0, order.size + 1)
    size = int(np.floor(np.log10(max(-low, high))))
    power = 0 if -3 <= size <= 3 else size
    plain_ticks(axes.yaxis, power)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"element, sorted by {'sampled' if found.exact is None else 'exact'} value")
    axes.set_ylabel(r"$\lambda$" if power == 0 else rf"$\lambda$  (units of $10^{{{power}}}$)")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=2.2)


def _robust_limits(sampled: Array, error: Array, guide: Array) -> tuple[float, float]:
    """Show the guide whole and most of the sampled values; a few wild error bars may leave the frame."""
    low = min(guide.min(), np.quantile(sampled - error, 0.05), 0.0)
    high = max(guide.max(), np.quantile(sampled + error, 0.95), 0.0)
    margin = 0.08 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def predicted(axes: "Axes", net: NetResult) -> None:
    """Draw predicted against best ΔG6, in units of the largest."""
    six, free = net.six_point, net.correlators[6].free
    delta = net.correlators[6].delta
    scale = float(np.abs(delta).max()) or 1.0
    many = len(delta) > MANY
    for name in ("lambda_tensor", "lambda_mean", "lambda_fit"):
        colour, marker, _ = LOOKS[name]
        values = (six.predictions[name] - free) / scale
        axes.plot(
            delta / scale,
            values,
            linestyle="none",
            marker=marker,
            markersize=3.2,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=0.8,
            label=LABELS[name],
            rasterized=many,
        )
    lowest, highest = float(min(delta.min() / scale, 0)), float(max(delta.max() / scale, 0))
    axes.plot([lowest, highest], [lowest, highest], color=INK, linewidth=0.8, zorder=0)
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    plain_ticks(axes.xaxis)
    plain_ticks(axes.yaxis)
    target = "exact" if net.correlators[6].exact is not None else "sampled"
    axes.set_xlabel(rf"{target} $\Delta G^{{(6)}}$")
    axes.set_ylabel(r"predicted $\Delta G^{(6)}$")
    axes.margins(0.06)


def residuals(axes: "Axes", net: NetResult) -> None:
    """Draw |residual| of each prediction, each sorted by size, on a logarithmic scale."""
    six, result = net.six_point, net.correlators[6]
    shown: list[Array] = []
    for name in ("free", "lambda_mean", "lambda_fit", "lambda_tensor"):
        colour, _, style = LOOKS[name]
        sizes = np.abs(result.best - six.predictions[name])
        sizes = np.sort(sizes[np.isfinite(sizes)])[::-1]
        if not sizes.size:
            continue
        label = rf"{LABELS[name]}: $|\Delta G^{{(6)}}|$" if name == "free" else LABELS[name]
        if name == "lambda_tensor":
            label += r": $\kappa_6/N^2$"
        axes.plot(
            np.arange(1, sizes.size + 1), sizes, color=colour, linestyle=style, linewidth=1.5, label=label
        )
        shown.append(sizes)
    if result.quality is Quality.TRUSTED:
        errors = np.sort(result.error)[::-1]
        axes.plot(
            np.arange(1, errors.size + 1),
            errors,
            color=BLUE,
            linestyle=":",
            linewidth=1.3,
            label="sampling error",
        )
    axes.set_yscale("log")
    if shown:
        top = max(float(sizes.max()) for sizes in shown)
        typical = min(float(np.median(sizes)) for sizes in shown)
        axes.set_ylim(max(typical / 300, top * 1e-12, 1e-300), top * 2)
    log_ticks(axes.yaxis)
    plain_ticks(axes.xaxis)
    axes.set_xlabel("element, sorted")
    axes.set_ylabel("|residual|")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=2.2)


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
    axes.hist(
        np.clip(compared.pulls, -reach, reach),
        bins=np.linspace(-reach, reach, 33).tolist(),
        density=True,
        color=BLUE if trusted else "none",
        alpha=0.55 if trusted else 1.0,
        edgecolor="none" if trusted else GREY,
        hatch=None if trusted else "////",
        linewidth=0 if trusted else 0.8,
    )
    grid = np.linspace(-4, 4, 161)
    axes.plot(grid, np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi), color=INK, linewidth=1.2)
    axes.set_xlim(-reach, reach)
    if not trusted:
        axes.set_title(name + "not judged\n" + result.quality.name.lower().replace("_", "-"), loc="left")
        return
    tested = f"{compared.dof} of {len(compared.pulls)} directions"
    outcome = rf"$\chi^2$/dof = {compared.chi2_dof:.2f}, p = {compared.p_value:.2g}"
    axes.set_title(f"{name}{tested}\n{outcome}", loc="left")
