"""The figures of a study, as SVG and PDF, made from plain results.

Per net: kernel and size of the corrections; the coupling element by element; the 6-point function against its
predictions; pulls. For the study: the share of the 6-point function that each prediction explains. What goes
into each is drawn by `nnft_sym.report.panels` and `nnft_sym.report.panels_theory`; this module arranges and
saves. No display is needed and no drawing state is shared (`pyplot` is not used).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from nnft_sym.report import captions, panels, panels_theory
from nnft_sym.report.plot_style import STYLE
from nnft_sym.study.results import NetResult, StudyResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Width of a figure in inches: the text width of report and document.
WIDTH = 7.0
#: Dots per inch of the pictures.
PNG_DPI = 150


@dataclass(frozen=True)
class StudyFigure:
    """One figure, ready to be written.

    Attributes
    ----------
    name : str
        File name without suffix.
    kind : str
        ``overview``, ``diagrams``, ``correlators``, ``coupling``, ``pulls``, or the recipe's (``six_point``).
    net : int or None
        Position of the net in the study; None for those of the whole study.
    caption : str
        What is seen, in words.
    svg : str
        A standalone document. Ink and paper have the colours `plot_style.INK` and `plot_style.PAPER`, which
        occur for nothing else, so that a page can replace them by its own.
    pdf, png : bytes
        The same as PDF, and as a picture of 150 dots per inch.
    """

    name: str
    kind: str
    net: int | None
    caption: str
    svg: str
    pdf: bytes
    png: bytes = b""


def study_figures(result: StudyResult) -> tuple[StudyFigure, ...]:
    """Draw every figure of a study.

    Parameters
    ----------
    result : StudyResult

    Returns
    -------
    tuple of StudyFigure
        The overview, the diagrams, then for each net ``correlators``, ``coupling``, ``six_point``, and
        ``pulls`` where there is an exact answer to compare with.
    """
    return tuple(_figures(result))


def net_label(position: int, net: NetResult) -> str:
    """Name a net in file names, as `nnft_sym.report.archive` names its group.

    Parameters
    ----------
    position : int
        Counted from 0.
    net : NetResult

    Returns
    -------
    str
        For instance ``1_erf_N5``.
    """
    return f"{position + 1}_{net.name}_N{net.case.width}"


def _figures(result: StudyResult) -> Iterator[StudyFigure]:
    from matplotlib import rc_context

    with rc_context(STYLE):
        if result.alone:
            figure = _figure(0.9 + 0.62 * len(result.nets))
            panels_theory.overview(figure.subplots(), result.nets, result.recipe)
            yield _saved(figure, "overview", None, "overview", captions.overview(result.recipe))
        yield _saved(_diagrams(result), "diagrams", None, "diagrams", captions.diagrams(result.recipe))
        for position, net in enumerate(result.nets):
            label = net_label(position, net)
            for kind, (drawn, caption) in _net_figures(net, result.config.experiments).items():
                yield _saved(drawn, kind, position, f"{label}_{kind}", caption)


def _diagrams(result: StudyResult) -> "Figure":
    from diagrams.drawing import sheet_figure

    entries = [
        (topology.representative.diagram, f"{topology.labellings} × {topology.representative.multiplicity}")
        for expansion in result.expansions.values()
        for topology in expansion.topologies()
    ]
    return sheet_figure(entries, columns=4)


def _net_figures(net: NetResult, experiments: int) -> "dict[str, tuple[Figure, str]]":
    made = {"correlators": (_correlators(net, experiments), captions.correlators(net))}
    if net.coupling is not None:
        made["coupling"] = (_coupling(net), captions.coupling(net))
        made[net.recipe.figure] = (_next_order(net), captions.next_order(net))
    if any(one.comparison is not None for one in net.correlators.values()):
        made["pulls"] = (_pulls(net), captions.PULLS)
    return made


def _correlators(net: NetResult, experiments: int) -> "Figure":
    figure = _figure(3.0)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    panels.kernel(left, net)
    panels.moments(right, net, experiments)
    return figure


def _coupling(net: NetResult) -> "Figure":
    figure = _figure(2.9)
    panels_theory.coupling(figure.subplots(), net)
    return figure


def _next_order(net: NetResult) -> "Figure":
    figure = _figure(3.2)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    panels_theory.predicted(left, net)
    panels_theory.residuals(right, net)
    return figure


def _pulls(net: NetResult) -> "Figure":
    figure = _figure(2.4)
    for axes, one in zip(figure.subplots(1, len(net.correlators)), net.correlators.values(), strict=True):
        panels.pulls(axes, one)
    return figure


def _figure(height: float) -> "Figure":
    from matplotlib.figure import Figure

    # The resolution concerns only what is drawn as a picture (`panels_theory.MANY`).
    return Figure(figsize=(WIDTH, height), layout="constrained", dpi=200)


def _saved(figure: "Figure", kind: str, net: int | None, name: str, caption: str) -> StudyFigure:
    """Save to memory, without dates or random names, so that equal results give equal files."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg, pdf, png = StringIO(), BytesIO(), BytesIO()
    # The canvases are asked directly: `savefig` would draw everything once more beforehand.
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(svg, metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # the layout is found; the second file has the same
    canvas = FigureCanvasPdf(figure)
    canvas.print_pdf(pdf, metadata={"CreationDate": None, "Creator": None})
    figure.set_dpi(PNG_DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.print_png(png, metadata={"Software": None})
    return StudyFigure(
        name=name,
        kind=kind,
        net=net,
        caption=caption,
        svg=svg.getvalue(),
        pdf=pdf.getvalue(),
        png=png.getvalue(),
    )
