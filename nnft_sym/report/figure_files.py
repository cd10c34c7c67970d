"""How a figure becomes a file."""

from io import StringIO
from typing import TYPE_CHECKING

from nnft_sym.report.plot_style import STYLE
from nnft_sym.report.svg_text import on_any_page

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


def save_figure(figure: "Figure", path: "Path", kind: str) -> None:
    """Save a figure so that equal figures give equal files: no dates, and names made from the content.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : Path
    kind : {"svg", "pdf", "png"}
        An SVG has colours for dark pages too.
    """
    from matplotlib import rc_context

    unsaid = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None, "Creator": None}}
    with rc_context(STYLE):
        if kind != "svg":
            figure.savefig(path, format=kind, metadata=unsaid.get(kind, {"Software": None}))
            return
        written = StringIO()
        figure.savefig(written, format=kind, metadata=unsaid[kind])
    path.write_text(on_any_page(written.getvalue()), encoding="utf-8")
