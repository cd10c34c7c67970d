"""Panels of pulls: sampled against exact along the independent directions of a sample.

The elements of a correlator are strongly correlated, so a histogram of their pulls follows no known law.
Along the directions in which the covariance is diagonal, those that the χ² judges, pulls are independent and
of unit variance if all is well: a plot of their quantiles against those of the normal law lies on the
diagonal, up to a band that is known too. One direction, or a few, are drawn on the normal law itself.
"""

from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.report.plot_style import EXACT, PAPER, REFERENCE, SAMPLED, minus, plain_ticks
from nnft_sym.report.svg_text import Hovers
from nnft_sym.study.study_results import Array, CorrelatorResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from numerics.inference.comparison import Comparison

#: Up to so many directions are drawn on the normal law, more as quantiles.
FEW = 4
#: Share of the points that a pointwise band holds.
BAND = 0.95


def pulls(axes: "Axes", result: CorrelatorResult, place: int = 0) -> Hovers:
    """Draw the pulls of one order along the independent directions of its sample.

    Parameters
    ----------
    axes : Axes
    result : CorrelatorResult
    place : int, optional
        Position in the figure, for the names of what a pointer shows.
    """
    compared = result.comparison
    trusted = result.is_trusted
    axes.set_title(_title(result), loc="left", fontsize=9.5)
    if compared is None or not compared.dof:
        axes.text(
            0.5,
            0.5,
            "no exact answer" if compared is None else "nothing fluctuates",
            ha="center",
            transform=axes.transAxes,
        )
        axes.set_axis_off()
        return {}
    face = SAMPLED if trusted else PAPER
    if compared.dof <= FEW:
        return _few(axes, compared, f"at-pulls-{place}", face)
    return _quantiles(axes, compared, f"at-pulls-{place}", face)


def _title(result: CorrelatorResult) -> str:
    name, compared = rf"$G^{{({result.order})}}$: ", result.comparison
    if compared is None:
        return name + "not compared"
    total = len(compared.pulls)
    directions = "1 independent direction" if compared.dof == 1 else f"{compared.dof} independent directions"
    first = f"{name}{total} elements,\n{directions}\n"
    if not result.is_trusted:
        return first + f"not judged: {result.quality.name.lower().replace('_', '-')}"
    if not compared.dof:
        return first + "nothing to judge"
    return first + rf"$\chi^2$/dof = {compared.chi2_dof:.2f}, $p$ = {minus(f'{compared.p_value:.2g}')}"


def _few(axes: "Axes", compared: "Comparison", name: str, face: str) -> Hovers:
    """Draw one pull, or a few, as lines below the normal law, with their numbers."""
    found = np.sort(compared.whitened)
    reach = max(4.0, 1.15 * float(np.abs(found).max()))
    grid = np.linspace(-4.0, 4.0, 121)
    law = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    inside = np.abs(grid) <= _edge()
    axes.fill_between(grid[inside], law[inside], color=REFERENCE, alpha=0.3, linewidth=0)
    axes.plot(grid, law, color=EXACT, linewidth=1.2)
    height = 0.46
    axes.vlines(found, 0.0, height, color=SAMPLED, linewidth=1.4)
    axes.plot(
        found,
        np.full(len(found), height),
        "o",
        color=SAMPLED,
        markerfacecolor=face,
        markersize=5,
        gid=name,
        zorder=3,
    )
    axes.set_xlim(-reach, reach)
    axes.set_ylim(0.0, 0.58)
    written = ", ".join(minus(f"{one:.2f}") for one in found)
    left = bool(found.mean() >= 0)
    axes.text(
        0.02 if left else 0.98,
        0.97,
        f"pull{'s' * (len(found) > 1)}\n{written}",
        va="top",
        ha="left" if left else "right",
        fontsize=8.5,
        transform=axes.transAxes,
    )
    plain_ticks(axes.xaxis)
    axes.set_yticks([0.0, 0.2, 0.4], ["0", "0.2", "0.4"])
    axes.set_xlabel("pull, (sampled − exact) / error")
    axes.set_ylabel("normal density")
    return {name: _told(found)}


def _quantiles(axes: "Axes", compared: "Comparison", name: str, face: str) -> Hovers:
    """Draw the sorted pulls against where the normal law expects them, with a pointwise band."""
    found = np.sort(compared.whitened)
    middle, low, high = expected_quantiles(len(found), widening(compared))
    axes.fill_between(middle, low, high, color=REFERENCE, alpha=0.3, linewidth=0)
    ends = np.array([middle[0], middle[-1]]) * 1.12
    axes.plot(ends, ends, color=EXACT, linewidth=1.0, zorder=1)
    axes.plot(
        middle, found, "o", color=SAMPLED, markerfacecolor=face, markersize=3.6, linestyle="none", gid=name
    )
    reach = 1.08 * max(float(np.abs(found).max()), float(np.abs([low, high]).max()))
    axes.set_ylim(-reach, reach)
    side = 1.12 * float(middle[-1])
    axes.set_xlim(-side, side)
    plain_ticks(axes.xaxis)
    plain_ticks(axes.yaxis)
    axes.set_xlabel("quantile of the normal law")
    axes.set_ylabel("pull along a direction")
    return {name: _told(found, middle)}


def expected_quantiles(count: int, width: float = 1.0) -> tuple[Array, Array, Array]:
    """Say where the sorted values of independent normal numbers are expected.

    Parameters
    ----------
    count : int
        How many.
    width : float, optional
        Their standard deviation.

    Returns
    -------
    tuple of ndarray, shape (count,)
        Median of every one, and the ends of a band that holds each with probability `BAND`: the smallest
        but i of k uniform numbers follows the beta law B(i + 1, k - i).

    Examples
    --------
    >>> middle, low, high = expected_quantiles(1)
    >>> round(float(middle[0]), 12), round(float(high[0]), 3)
    (0.0, 1.96)
    """
    from scipy.special import betaincinv, ndtri

    rank = np.arange(1, count + 1)
    tail = (1 - BAND) / 2
    middle, low, high = (
        width * ndtri(betaincinv(rank, count + 1 - rank, share)) for share in (0.5, tail, 1 - tail)
    )
    return np.asarray(middle), np.asarray(low), np.asarray(high)


def widening(compared: "Comparison") -> float:
    """Say by how much pulls scatter more than the normal law, because their covariance is estimated.

    Hotelling's T² of k directions and B blocks has the mean k (B - 1)/(B - k - 2), not k.
    """
    blocks, rest = compared.n_blocks, 0 if compared.n_blocks is None else compared.n_blocks - compared.dof - 2
    return float(np.sqrt((blocks - 1) / rest)) if blocks is not None and rest > 0 else 1.0


def _edge() -> float:
    """Half the width of the interval that holds a normal number with probability `BAND`."""
    return float(expected_quantiles(1)[2][0])


def _told(found: Array, middle: Array | None = None) -> list[str]:
    if middle is None:
        return [minus(f"pull {one:.3g}") for one in found]
    return [minus(f"pull {one:.3g}, expected {at:.3g}") for one, at in zip(found, middle, strict=True)]
