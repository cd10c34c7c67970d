"""What the figures of a study have in common: colours, line styles, lettering.

Colours are those of Okabe and Ito, told apart by readers with any kind of colour vision, and never the only
difference: line style or marker changes too. What is sampled but cannot be trusted is grey and hatched.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnft_sym.study.recipe import Way

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from nnft_sym.study.results import NetResult

_WRITTEN = {"erf": "Erf", "relu": "ReLU", "gauss": "Gauss", "cos": "Cos"}

#: Ink and paper: unusual values, so that the report can replace them by the colours of the page.
INK, PAPER = "#222221", "#fffffe"
BLUE, VERMILLION, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#b0568c", "#8c8c8c"

#: Colour, marker and line style of each prediction.
LOOKS: Mapping[Way, tuple[str, str, Any]] = {
    Way.FREE: (GREY, "x", "-"),
    Way.MEAN: (VERMILLION, "s", (0, (5, 1.5))),
    Way.FIT: (GREEN, "o", (0, (3, 1, 1, 1))),
    Way.TENSOR: (PURPLE, "D", "-"),
}

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


def save_figure(figure: "Figure", path: "Path", kind: str) -> None:
    """Save a figure so that equal figures give equal files: no dates, and names made from the content.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : Path
    kind : {"svg", "pdf", "png"}
    """
    from matplotlib import rc_context

    unsaid = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None, "Creator": None}}
    with rc_context(STYLE):
        figure.savefig(path, format=kind, metadata=unsaid.get(kind, {"Software": None}))


def net_title(net: "NetResult") -> str:
    """Name a net, as in "Erf-net, N = 5"."""
    return f"{net_name(net.name)}, N = {net.case.width}"


def net_name(name: str) -> str:
    """Write the short name of an architecture out.

    Examples
    --------
    >>> net_name("relu")
    'ReLU-net'
    """
    return f"{_WRITTEN.get(name, name)}-net"


def plain_ticks(axis: "Axis", power: int = 0) -> None:
    """Label ticks in plain text, in units of 10^power; parsing mathematics for each would take seconds."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: minus(f"{value / 10.0**power:.6g}")))


def log_ticks(axis: "Axis") -> None:
    """Label the decades of a logarithmic axis in plain text."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(
        FuncFormatter(lambda value, _: minus(f"{value:g}" if 1e-3 <= value < 1e4 else f"{value:.0e}"))
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
