"""Figures of results: values with error bars over the elements, exact ones beside sampled ones."""

from functools import singledispatch
from itertools import islice
from typing import TYPE_CHECKING, Any

from diagrams.messages import shown
from nnft_sym.duality.cumulant_action import CumulantAction
from nnft_sym.duality.output_density import Density
from nnft_sym.errors import UnwritableResult
from nnft_sym.inference.coupling_flow import CouplingFlow
from nnft_sym.report.plot_style import BLUE, GREEN, GREY, PURPLE, STYLE, VERMILLION
from nnft_sym.study.study_results import StudyResult
from nnft_sym.study.width_scan import WidthScan
from numerics.given import as_instance
from numerics.integrals.flow import Flow
from numerics.results.correlator import Correlator, Part
from numerics.results.faces import Content, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, GREY)
_MARKERS = "osD^v"
#: Powers and outputs in the names of elements, for fonts without such digits.
_DIGITS = str.maketrans(
    {
        sign: f"${mark}{digit}$"
        for mark, signs in (("^", "⁰¹²³⁴⁵⁶⁷⁸⁹"), ("_", "₀₁₂₃₄₅₆₇₈₉"))
        for digit, sign in enumerate(signs)
    }
)
#: More elements than this have numbers below them, not names.
MOST_NAMED = 30
#: More are not drawn.
MOST_DRAWN = 20_000


@singledispatch
def picture(result: Shown, *beside: Shown) -> "Figure":
    """Draw a result, one panel for each order (or product of couplings); see `Shown.plot`.

    Raises
    ------
    UnwritableResult
        If there is nothing to draw, or what is given beside it has other elements.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    for one in beside:
        as_instance(one, Shown, "what is drawn beside it", UnwritableResult, "another result")
    panels = [_panels(one) for one in (result, *beside)]
    labels = _labels([found.method for found in panels])
    with rc_context(STYLE):
        figure = Figure(figsize=(7.0, 1.0 + 2.4 * len(panels[0])), layout="constrained", dpi=200)
        rows = figure.subplots(len(panels[0]), 1, squeeze=False)[:, 0]
        for axes, name in zip(rows, panels[0], strict=True):
            count = len(panels[0][name])
            for number, found in enumerate(panels):
                if name not in found or len(found[name]) != count:
                    raise UnwritableResult(
                        f"{shown(found.title)} has no {count} numbers for {shown(name or 'the picture')}; "
                        "results over the same elements are needed to draw them into one picture"
                    )
                _draw(axes, found[name], number, len(panels), labels[number])
            axes.set_ylabel(name or _quantity(result))
            axes.axhline(0.0, color=GREY, linewidth=0.5, zorder=0)
            _name_elements(axes, [str(row[0]).translate(_DIGITS) for row in panels[0][name]])
        if beside:
            rows[0].legend()
        figure.suptitle(panels[0].title, fontsize=10.0)
    return figure


class _Panels(dict[str, list[tuple[object, float, float]]]):
    """Rows (name of the element, value, error) of every panel."""

    title = ""
    method = ""


#: Words of methods, and what a legend calls numbers that were found so.
_SOURCES = (
    ("over networks", "sampled"), ("over outputs", "sampled"), ("feature moments", "exact"),
    ("least squares", "predicted"), ("grid contraction", "predicted"), ("Gaussian form", "predicted"),
    ("cubature", "predicted"), ("quasi-Monte-Carlo", "predicted"),
)  # fmt: skip


def _labels(methods: list[str]) -> list[str]:
    """Tell results apart in a legend: where they come from, if that is enough; else by which method.

    Examples
    --------
    >>> _labels(["mean over networks", "feature moments: closed form"])
    ['sampled', 'exact']
    >>> _labels(["grid contraction, 60 nodes", "adaptive cubature"])
    ['grid contraction, 60 nodes', 'adaptive cubature']
    """
    known = [next((said for word, said in _SOURCES if word in method), "") for method in methods]
    return known if all(known) and len(set(known)) == len(known) else [_short(one) for one in methods]


def _quantity(result: Shown) -> str:
    """What is drawn, for the axis."""
    if not isinstance(result, Correlator):
        return "value"
    sign = {Part.CONNECTED: "G_c", Part.EXCESS: r"\Delta G"}.get(result.part, "G")
    return f"${sign}^{{({result.order})}}$"


def _short(method: str, longest: int = 60) -> str:
    """A method for a legend: as many of its parts as fit.

    Examples
    --------
    >>> _short("cumulant of means over networks, jackknife over blocks, output layer integrated out")
    'cumulant of means over networks, jackknife over blocks'
    """
    while len(method) > longest and (cut := max(method.rfind(", "), method.rfind("; "))) > 0:
        method = method[:cut]
    return method[:longest]


def _panels(result: Shown) -> _Panels:
    """Sort the rows of a result into panels."""
    content: Content = result.plain_fields()
    columns = content.columns
    value = next((name for name in ("value", "pull") if name in columns), None)
    if value is None or not content.n_rows:
        raise UnwritableResult(
            f"there is nothing to draw of {shown(content.title)}; it can be saved as .csv or .json"
        )
    if content.n_rows > MOST_DRAWN:
        raise UnwritableResult(
            f"{content.n_rows} numbers of {shown(content.title)} are too many for a picture; up to "
            f"{MOST_DRAWN} can be drawn"
        )
    found = _Panels()
    found.title = content.title
    found.method = str(content.facts.get("method") or content.title)
    # couplings of different correlators differ by powers of 1/N: no axis shows both
    panel = next((name for name in ("order", "couplings", "from order") if name in columns), None)
    element = next(name for name in columns if name != panel)
    for row in islice(content.rows(), MOST_DRAWN):
        given: dict[str, Any] = dict(zip(columns, row, strict=True))
        name = "" if panel is None else f"{panel} {given[panel] or '1'}"
        found.setdefault(name, []).append((given[element], given[value], given.get("error", 0.0)))
    return found


def _draw(axes: "Axes", rows: list[tuple[object, float, float]], number: int, of: int, label: str) -> None:
    """Draw one result, a little beside the others."""
    shift = 0.0 if of == 1 else 0.25 * (number - (of - 1) / 2) / of
    places = [place + shift for place in range(len(rows))]
    axes.errorbar(
        places, [row[1] for row in rows], yerr=[abs(row[2]) for row in rows], linestyle="none",
        marker=_MARKERS[number % 5], color=_COLOURS[number % 5], markersize=3.5, capsize=2, label=label,
    )  # fmt: skip


def _name_elements(axes: "Axes", names: list[str]) -> None:
    if len(names) <= MOST_NAMED:
        upright = max(map(len, names)) * len(names) > 60
        axes.set_xticks(range(len(names)), names, rotation=90 if upright else 0)
    else:
        axes.set_xlabel("element")


def _alone(result: Shown, beside: tuple[object, ...]) -> None:
    """Refuse what a picture of its own has no place for."""
    if beside:
        raise UnwritableResult(
            f"{shown(beside[0])} was given to be drawn beside a {type(result).__name__}, which is drawn "
            "alone; draw each by itself"
        )


@picture.register(Flow)
def _(result: Flow, *beside: Shown) -> "Figure":
    """Draw the size of every vertex integral against the cutoff."""
    _alone(result, beside)
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(7.0, 4.0), layout="constrained", dpi=200)
        axes = figure.subplots()
        axes.loglog(result.cutoffs, abs(result.integrals.value), marker="o", markersize=3.5)
        axes.set_xlabel(r"cutoff $\Lambda$")
        axes.set_ylabel("|vertex integral|")
    return figure


@picture.register(StudyResult)
def _(result: StudyResult, *beside: Shown) -> "Figure":
    """Draw what every prediction explains; the report (`nnft_sym.write_output`) has all figures."""
    _alone(result, beside)
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from nnft_sym.report.panels_overview import overview, overview_rows

    with rc_context(STYLE):
        rows = overview_rows(result.nets) + 0.5 * len(result.nets)
        figure = Figure(figsize=(7.0, 1.0 + 0.27 * rows), layout="constrained", dpi=200)
        overview(figure.subplots(), result.nets, result.recipe)
    return figure


@picture.register(WidthScan)
def _(result: WidthScan, *beside: Shown) -> "Figure":
    """Draw the moments and the connected functions against the width."""
    _alone(result, beside)
    from nnft_sym.report.width_plots import width_figure

    return width_figure(result)


@picture.register(CouplingFlow)
def _(result: CouplingFlow, *beside: Shown) -> "Figure":
    """Draw the couplings against the cutoff and the width."""
    _alone(result, beside)
    from nnft_sym.faces.flow_pictures import flow_figure

    return flow_figure(result)


@picture.register(CumulantAction)
def _(result: CumulantAction, *beside: Shown) -> "Figure":
    """Draw the action along each field, order by order."""
    _alone(result, beside)
    from nnft_sym.faces.action_pictures import action_figure

    return action_figure(result)


@picture.register(Density)
def _(result: Density, *beside: Shown) -> "Figure":
    """Draw the series by order, the exact density, and where the series is negative."""
    _alone(result, beside)
    from nnft_sym.faces.density_pictures import density_figure

    return density_figure(result)
