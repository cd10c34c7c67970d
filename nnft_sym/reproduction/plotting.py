"""What the figures of this room have in common."""

from io import BytesIO
from typing import TYPE_CHECKING

from nnft_sym.report.plot_style import BLUE, GREEN, GREY, PURPLE, STYLE, VERMILLION
from nnft_sym.report.svg_text import on_any_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Text width of the page in inches.
WIDTH = 7.0
#: Colour and marker of each net.
NET_LOOKS = {"erf": (BLUE, "o"), "relu": (VERMILLION, "s"), "gauss": (GREEN, "D")}
#: Names of the nets for readers.
NET_WORDS = {"erf": "Erf-net", "relu": "ReLU-net", "gauss": "Gauss-net"}
#: Colour of each term of the 6-point function, by its couplings.
TERM_COLOURS = {"free theory": GREY, "lambda": BLUE, "lambda**2": PURPLE, "kappa": VERMILLION}


def blank(height: float) -> "Figure":
    """Make an empty figure in the style of the reports."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        return Figure(figsize=(WIDTH, height), layout="constrained", dpi=200)


def svg_text(figure: "Figure") -> str:
    """Write a figure as an SVG document."""
    from matplotlib import rc_context

    written = BytesIO()
    with rc_context(STYLE):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return on_any_page(written.getvalue().decode())


def thin_out(figure: "Figure") -> None:
    """Drop the small ticks of axes that span two decades or more; they take most of the time of drawing."""
    from matplotlib.ticker import NullLocator

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = axis.get_view_interval()
            if axis.get_scale() == "log" and high >= 100.0 * low:
                axis.set_minor_locator(NullLocator())


def coupling_symbol(name: str) -> str:
    r"""Write a product of couplings for a figure.

    Examples
    --------
    >>> coupling_symbol("lambda**2"), coupling_symbol("lambda0")
    ('$\\lambda^2$', '$\\lambda_{0}$')
    """
    written = {
        "lambda": r"$\lambda$",
        "kappa": r"$\kappa$",
        "lambda**2": r"$\lambda^2$",
        "lambda0": r"$\lambda_{0}$",
        "lambda2": r"$\lambda_{2}$",
        "lambda_NL": r"$\lambda_{NL}$",
    }
    return written.get(name, name)
