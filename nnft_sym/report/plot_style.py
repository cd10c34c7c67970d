"""What the figures have in common: colours, markers, line styles, lettering.

Every colour means one thing in all figures. Ink: exact. Blue: sampled. Vermillion, green, purple: what is
made of the coupling, its mean, a fit, its tensor. Grey: what one compares with, such as free theory, scatter
and bands. They are those of Okabe and Ito, told apart by readers with any kind of colour vision, and never
the only difference: line style or marker changes too. What is sampled but cannot be trusted stays blue, and
is open.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnft_sym.study.recipe import Way

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.ticker import Formatter

    from nnft_sym.study.study_results import NetResult

_WRITTEN = {"erf": "Erf", "relu": "ReLU", "gauss": "Gauss", "cos": "Cos"}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₋₀₁₂₃₄₅₆₇₈₉", "-0123456789")

#: Ink and paper: unusual values, so that the report can replace them by the colours of the page.
INK, PAPER = "#222221", "#fffffe"
BLUE, VERMILLION, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#b0568c", "#8c8c8c"
#: The names that say what a colour means.
EXACT, SAMPLED, MEAN, FITTED, TENSOR, REFERENCE = INK, BLUE, VERMILLION, GREEN, PURPLE, GREY
#: The same colours on a dark page.
ON_DARK: Mapping[str, str] = {
    BLUE: "#5cb8f0",
    VERMILLION: "#ff8a3d",
    GREEN: "#3fcf9f",
    PURPLE: "#e592c4",
    GREY: "#9aa0a6",
}
#: Ink and paper on a dark page.
DARK_INK, DARK_PAPER = "#e4e7eb", "#15181c"

#: Colour, marker and line style of each prediction.
LOOKS: Mapping[Way, tuple[str, str, Any]] = {
    Way.FREE: (REFERENCE, "x", "-"),
    Way.MEAN: (MEAN, "s", (0, (5, 1.5))),
    Way.FIT: (FITTED, "^", (0, (3, 1, 1, 1))),
    Way.TENSOR: (TENSOR, "D", "-"),
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


def log_ticks(axis: "Axis", most: int = 6) -> None:
    """Label decades as powers of ten, at most so many of them; the small ticks have no labels."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_major_formatter(power_formatter())
    axis.set_minor_formatter(NullFormatter())


def power_formatter() -> "Formatter":
    """Write numbers of one digit and a power of ten, all in the same way, as 10⁻³ or −2 · 10⁻³."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: power_of_ten(value))


def power_of_ten(value: float) -> str:
    r"""Write a number of one digit with a power of ten, for a figure.

    Examples
    --------
    >>> power_of_ten(0.001), power_of_ten(-0.01), power_of_ten(0.0), power_of_ten(1.0)
    ('$10^{-3}$', '$-10^{-2}$', '0', '1')
    """
    if not value:
        return "0"
    digit, exponent = f"{abs(value):.0e}".split("e")
    sign, power = "-" if value < 0 else "", int(exponent)
    if power == 0:
        return minus(f"{sign}{digit}")
    return rf"${sign}10^{{{power}}}$" if digit == "1" else rf"${sign}{digit}\cdot10^{{{power}}}$"


def scale_power(size: float) -> int:
    """Choose the power of ten in whose units numbers up to `size` are shown; 0 where they need none.

    Examples
    --------
    >>> scale_power(6.3e-11), scale_power(0.2), scale_power(0.0)
    (-11, 0, 0)
    """
    power = int(np.floor(np.log10(size))) if 0 < size < np.inf else 0
    return 0 if -3 <= power <= 3 else power


def with_unit(label: str, power: int) -> str:
    r"""Add the power of ten of an axis to its label.

    Examples
    --------
    >>> with_unit("value", 0), with_unit("value", -11)
    ('value', 'value  / $10^{-11}$')
    """
    return label if power == 0 else rf"{label}  / $10^{{{power}}}$"


def minus(text: str) -> str:
    """Write true minus signs, and exponents without leading zeros.

    Examples
    --------
    >>> minus("-1e-05")
    '−1e−5'
    """
    return re.sub(r"e([-+]?)0*(\d)", r"e\1\2", text).replace("e+", "e").replace("-", "−")


def drawable(text: str) -> str:
    """Write raised and lowered digits so that the font of the figures has them.

    Examples
    --------
    >>> drawable("(−6.25 ± 0.03) × 10⁻¹¹"), drawable("κ₆/N²")
    ('(−6.25 ± 0.03) × 10$^{-11}$', 'κ$_{6}$/N$^{2}$')
    """
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"$^{{{found[0].translate(_RAISED)}}}$", text)
    return re.sub("[₋₀₁₂₃₄₅₆₇₈₉]+", lambda found: f"$_{{{found[0].translate(_LOWERED)}}}$", text)


def legend_columns(labels: Sequence[str], room: float = 100.0) -> int:
    r"""Choose how many columns a legend above a figure has, so that it is no wider than the figure.

    Parameters
    ----------
    labels : sequence of str
    room : float, optional
        Letters that a line holds.

    Examples
    --------
    >>> legend_columns(["sampled", "exact", r"mean $\lambda$"]), legend_columns(["x" * 40] * 4)
    (3, 2)
    """
    widths = [len(re.sub(r"\\[a-z]+", "x", label.replace("$", ""))) + 6.5 for label in labels]
    for columns in range(len(labels), 1, -1):
        if sum(float(np.max(column)) for column in np.array_split(widths, columns)) <= room:
            return columns
    return 1
