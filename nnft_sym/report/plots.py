"""The figures of a study, as SVG and PDF, made from plain results.

Per net: kernel and size of the corrections; the coupling element by element; the 6-point function and its
predictions; pulls along independent directions. For the study: the share of the 6-point function that each
prediction explains. What goes into each is drawn by `nnft_sym.report.panels` and the ``panels_…`` beside it;
this module arranges and saves. No display is needed and no drawing state is shared (`pyplot` is not used).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from nnft_sym.report import (
    captions,
    panels,
    panels_coupling,
    panels_overview,
    panels_prediction,
    panels_pulls,
)
from nnft_sym.report.plot_style import STYLE
from nnft_sym.report.svg_text import Hovers, on_any_page, shortened, with_hovers
from nnft_sym.study.study_results import NetResult, StudyResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    #: A figure, and what a pointer shows over its marks.
    Drawing = tuple[Figure, Hovers]

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
        occur for nothing else, so that a page can replace them by its own. Every mark that stands for a
        number has it as its title, which browsers show under the pointer.
    pdf, png : bytes
        The same as PDF, and as a picture of 150 dots per inch.
    alt : str
        What is seen in one sentence, for those who do not see it; the SVG says so too.
    """

    name: str
    kind: str
    net: int | None
    caption: str
    svg: str
    pdf: bytes
    png: bytes = b""
    alt: str = ""


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
            yield _saved(_overview(result), "overview", None, "overview", captions.overview(result))
        yield _saved(_diagrams(result), "diagrams", None, "diagrams", captions.diagrams(result.recipe))
        for position, net in enumerate(result.nets):
            label = net_label(position, net)
            for kind, (drawn, caption) in _net_figures(net, result.config.experiments).items():
                yield _saved(drawn, kind, position, f"{label}_{kind}", caption)


def _overview(result: StudyResult) -> "Drawing":
    rows = panels_overview.overview_rows(result.nets) + 0.5 * len(result.nets)
    figure = _figure(1.0 + 0.27 * rows)
    return figure, panels_overview.overview(figure.subplots(), result.nets, result.recipe)


def _diagrams(result: StudyResult) -> "Drawing":
    from diagrams.drawing import picture, sheet_figure, vertex_signs

    entries = []
    for expansion in result.expansions.values():
        signs = vertex_signs(expansion.action.valences)
        for topology in expansion.topologies():
            term = topology.representative
            entries.append(
                (picture(term.diagram, signs=signs), f"{topology.labellings} × {term.multiplicity}")
            )
    figure = sheet_figure(entries, columns=4)
    figure.set_facecolor("white")  # black on white on a dark page, too: its lines have no colour to follow
    return figure, {}


def _net_figures(net: NetResult, experiments: int) -> "dict[str, tuple[Drawing, captions.Caption]]":
    made = {"correlators": (_correlators(net, experiments), captions.correlators(net, experiments))}
    if net.coupling is not None:
        made["coupling"] = (_coupling(net), captions.coupling(net))
        made[net.recipe.figure] = (_next_order(net), captions.next_order(net))
    if any(one.comparison is not None for one in net.correlators.values()):
        made["pulls"] = (_pulls(net), captions.pulls(net))
    return made


def _correlators(net: NetResult, experiments: int) -> "Drawing":
    figure = _figure(3.1)
    figure.set_layout_engine("constrained", wspace=0.07)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    return figure, {**panels.kernel(left, net), **panels.moments(right, net, experiments)}


def _coupling(net: NetResult) -> "Drawing":
    height = 1.7 if panels_coupling.is_one_number(net) else 3.1 if net.tensor.finite.any() else 0.6
    figure = _figure(height)
    return figure, panels_coupling.coupling(figure.subplots(), net)


def _next_order(net: NetResult) -> "Drawing":
    if panels_prediction.is_one_number(net):
        figure = _figure(2.0)
        return figure, panels_prediction.one_number_of_each(figure.subplots(), net)
    figure = _figure(4.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.25, 1))
    return figure, {**panels_prediction.predicted(upper, net), **panels_prediction.residuals(lower, net)}


def _pulls(net: NetResult) -> "Drawing":
    figure = _figure(2.9)
    hovers: Hovers = {}
    shown = figure.subplots(1, len(net.correlators))
    for place, (axes, one) in enumerate(zip(shown, net.correlators.values(), strict=True)):
        hovers = {**hovers, **panels_pulls.pulls(axes, one, place)}
    return figure, hovers


def _figure(height: float) -> "Figure":
    from matplotlib.figure import Figure

    # The resolution concerns only what is drawn as a picture (`panels_prediction.MANY`).
    return Figure(figsize=(WIDTH, height), layout="constrained", dpi=200)


def _saved(
    drawing: "Drawing", kind: str, net: int | None, name: str, caption: captions.Caption
) -> StudyFigure:
    """Save to memory, without dates or random names, so that equal results give equal files."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    figure, hovers = drawing
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
    text = on_any_page(with_hovers(shortened(svg.getvalue()), hovers), caption.alt)
    return StudyFigure(
        name=name,
        kind=kind,
        net=net,
        caption=caption.text,
        svg=text,
        pdf=pdf.getvalue(),
        png=png.getvalue(),
        alt=caption.alt,
    )
