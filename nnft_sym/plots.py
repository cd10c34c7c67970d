"""The figures of a study, as SVG and PDF, made from plain results.

Per net: kernel and size of the corrections; the coupling element by element; the 6-point function against its
predictions; pulls. For the study: the share of the 6-point function that each prediction explains. What goes
into each is drawn by `nnft_sym.panels`; this module arranges, captions and saves. No display is needed and no
drawing state is shared (`pyplot` is not used).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from nnft_sym import panels
from nnft_sym.results import CouplingStatus, NetResult, StudyResult
from numerics.estimate import Quality

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Width of a figure in inches: the text width of report and document.
WIDTH = 7.0


@dataclass(frozen=True)
class StudyFigure:
    """One figure, ready to be written.

    Attributes
    ----------
    name : str
        File name without suffix.
    kind : str
        ``overview``, ``diagrams``, ``correlators``, ``coupling``, ``six_point`` or ``pulls``.
    net : int or None
        Position of the net in the study; None for those of the whole study.
    caption : str
        What is seen, in words.
    svg : str
        A standalone document. Ink and paper have the colours `panels.INK` and `panels.PAPER`, which occur
        for nothing else, so that a page can replace them by its own.
    pdf : bytes
    """

    name: str
    kind: str
    net: int | None
    caption: str
    svg: str
    pdf: bytes


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
    """Name a net in file names, as `nnft_sym.archive` names its group.

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
    return f"{position + 1}_{net.name}_N{net.config.width}"


def _figures(result: StudyResult) -> Iterator[StudyFigure]:
    from matplotlib import rc_context

    with rc_context(panels.STYLE):
        height = 0.9 + 0.62 * len(result.nets)
        figure = _figure(height)
        panels.overview(figure.subplots(), result.nets)
        yield _saved(figure, "overview", None, "overview", _OVERVIEW)
        yield _saved(_diagrams(result), "diagrams", None, "diagrams", _DIAGRAMS)
        for position, net in enumerate(result.nets):
            label = net_label(position, net)
            for kind, (drawn, caption) in _net_figures(net, result.config.experiments).items():
                yield _saved(drawn, kind, position, f"{label}_{kind}", caption)


_OVERVIEW = (
    "Share of ΔG6 = G6 − free theory that each prediction explains, 1 − Σ|residual|/Σ|ΔG6| over distinct "
    "index sets: bars against the exact 6-point function (where there is one), open circles sampled "
    "couplings against the sampled 6-point function. 0 % is the free theory. With the λ tensor the "
    "remainder is κ₆/N² by identity."
)


_DIAGRAMS = (
    "The diagrams of the 2-, 4- and 6-point functions, one for all that differ only by the labels of the "
    "external points: number of labellings × Wick contractions of each."
)


def _diagrams(result: StudyResult) -> "Figure":
    from diagrams.drawing import sheet_figure

    entries = [
        (topology.representative.diagram, f"{topology.labellings} × {topology.representative.multiplicity}")
        for expansion in result.expansions.values()
        for topology in expansion.topologies()
    ]
    return sheet_figure(entries, columns=4)


def _net_figures(net: NetResult, experiments: int) -> "dict[str, tuple[Figure, str]]":
    made = {
        "correlators": (_correlators(net, experiments), _correlators_caption(net)),
        "coupling": (_coupling(net), _coupling_caption(net)),
        "six_point": (_six_point(net), _six_point_caption(net)),
    }
    if any(one.comparison is not None for one in net.correlators.values()):
        made["pulls"] = (_pulls(net), _PULLS)
    return made


def _correlators(net: NetResult, experiments: int) -> "Figure":
    figure = _figure(3.0)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    panels.kernel(left, net)
    panels.moments(right, net, experiments)
    return figure


def _correlators_caption(net: NetResult) -> str:
    tail = _untrusted_note(net)
    return (
        "Left: the kernel K(x, x′) at the inputs. Right: size of the corrections to the free theory, mₙ = "
        "mean of |ΔGₙ|/|free|, sampled and exact, against the background, which is the scatter of one "
        f"experiment; the error of the mean over experiments is the dashed line.{tail}"
    )


def _coupling(net: NetResult) -> "Figure":
    figure = _figure(2.9)
    panels.coupling(figure.subplots(), net)
    return figure


def _coupling_caption(net: NetResult) -> str:
    left_out = len(net.coupling.status) - net.coupling.count(CouplingStatus.FINITE)
    order = "exact" if net.coupling.exact is not None else "sampled"
    said = (
        f"The coupling λ element by element, sorted by its {order} value, with 1σ errors (strongly "
        "correlated between elements), and the one constant that replaces it: the mean of the tensor or "
        "the fit."
    )
    if left_out:
        said += f" {left_out} of {len(net.coupling.status)} elements have no finite λ and are not shown."
    if net.correlators[4].quality is not Quality.TRUSTED:
        said += " Grey: the sampled values are not trustworthy."
    return said


def _six_point(net: NetResult) -> "Figure":
    figure = _figure(3.2)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    panels.predicted(left, net)
    panels.residuals(right, net)
    return figure


def _six_point_caption(net: NetResult) -> str:
    target = "exact" if net.correlators[6].exact is not None else "sampled"
    said = (
        f"Left: predicted against {target} ΔG6, in units of the largest |ΔG6|. Right: |residual| of each "
        "prediction, sorted by size; what the λ tensor leaves is κ₆/N². Dotted: the sampling error of G6."
    )
    if net.six_point.excluded:
        said += f" {net.six_point.excluded} elements cannot be predicted with a finite λ tensor."
    if net.correlators[6].quality is not Quality.TRUSTED:
        said += " The sampled 6-point function is not trustworthy."
    return said


_PULLS = (
    "Pulls (sampled − exact)/error over the distinct index sets, and the unit normal. The elements are "
    "strongly correlated: only the stated number of independent directions is tested, so the histogram "
    "need not look normal."
)


def _pulls(net: NetResult) -> "Figure":
    figure = _figure(2.4)
    for axes, one in zip(figure.subplots(1, len(net.correlators)), net.correlators.values(), strict=True):
        panels.pulls(axes, one)
    return figure


def _untrusted_note(net: NetResult) -> str:
    orders = [f"G{one.order}" for one in net.correlators.values() if one.quality is not Quality.TRUSTED]
    return f" Hatched: sampled {' and '.join(orders)} not trustworthy." if orders else ""


def _figure(height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout="constrained")


def _saved(figure: "Figure", kind: str, net: int | None, name: str, caption: str) -> StudyFigure:
    """Save to memory, without dates or random names, so that equal results give equal files."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg, pdf = StringIO(), BytesIO()
    # The canvases are asked directly: `savefig` would draw everything once more beforehand.
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(svg, metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # the layout is found; the second file has the same
    canvas = FigureCanvasPdf(figure)
    canvas.print_pdf(pdf, metadata={"CreationDate": None, "Creator": None})
    return StudyFigure(name=name, kind=kind, net=net, caption=caption, svg=svg.getvalue(), pdf=pdf.getvalue())
