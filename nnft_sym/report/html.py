"""The report for the browser: one file, readable offline; formulas are MathML, pictures SVG.

What it says is in `nnft_sym.report.report_content` and `nnft_sym.report.notes`; how it looks in
``templates/report.html.j2``. Its one script sorts tables; without scripts they are as they stand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnft_sym.report import notes as prose
from nnft_sym.report.page import page
from nnft_sym.report.plots import StudyFigure
from nnft_sym.report.report_content import NetContent, StudyContent
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.study_text import written_study

#: The forms in which every figure stands beside the page.
SUFFIXES = ("svg", "pdf", "png")

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.terms import Topology


@dataclass(frozen=True)
class DiagramView:
    """One diagram without labels, ready to be shown.

    Attributes
    ----------
    name : str
        File name without suffix.
    svg : str
        A standalone document.
    coefficient : str
        What stands in front of its integral, in LaTeX.
    counting : str
        Labellings times contractions.
    symmetry_factor : int
    integral : str
        Its integral for the first labelling, in LaTeX.
    """

    name: str
    svg: str
    coefficient: str
    counting: str
    symmetry_factor: int
    integral: str


def report_html(
    result: StudyResult, figures: Sequence[StudyFigure], content: StudyContent | None = None
) -> str:
    """Write the report.

    Parameters
    ----------
    result : StudyResult
    figures : sequence of StudyFigure
        From `nnft_sym.report.plots.study_figures`.
    content : StudyContent, optional
        Its tables, where they were made already.

    Returns
    -------
    str
        A complete HTML document that needs nothing outside itself; it links to the files that stand beside
        it in the folder of a study.

    Raises
    ------
    RenderingError
        If a formula cannot be converted.
    """
    return page("report.html.j2", _context(result, figures, content or StudyContent.of(result)))


def _context(result: StudyResult, figures: Sequence[StudyFigure], content: StudyContent) -> dict[str, Any]:
    nets = zip(result.nets, content.nets, strict=True)
    return {
        "result": result,
        "recipe": result.recipe,
        "title": prose.TITLE,
        "sizes": prose.sizes(result),
        "stamp": prose.stamp(result),
        "tables": content.tables,
        "table_files": list(content.files()),
        "figures": figures,
        "suffixes": SUFFIXES,
        "overview_figure": next((figure for figure in figures if figure.kind == "overview"), None),
        "action": result.action.latex(),
        "extraction": result.recipe.extraction,
        "functions": [_function_view(n, expansion) for n, expansion in result.expansions.items()],
        "nets": [
            _net_view(net, one, result, [figure for figure in figures if figure.net == place])
            for place, (net, one) in enumerate(nets)
        ],
        "notes": prose.notes(result),
        "provenance": prose.provenance_facts(result),
        "study_file": written_study(result.config),
    }


def _function_view(n: int, expansion: "Expansion") -> dict[str, Any]:
    return {
        "n": n,
        "latex": expansion.latex(),
        "diagrams": list(_diagram_views(n, expansion)),
        "wick": prose.wick_check(expansion),
    }


def _net_view(
    net: NetResult, content: NetContent, result: StudyResult, figures: Sequence[StudyFigure]
) -> dict[str, Any]:
    return {
        "id": content.label,
        "title": content.title,
        "parts": list(_parts(net)),
        "answers": content.answers,
        "tables": content.tables,
        "action_tables": content.action_tables,
        "symmetry_tables": content.symmetry_tables,
        "why_not": net.action_fit.why,
        "implied_words": content.implied_words,
        "symmetries_and_axioms": net.symmetries_and_axioms,
        "tails": prose.tail_sentences(net),
        "facts": prose.setup_facts(net, result),
        "remainder": prose.remainder_sentences(net, result.limits),
        "figures": {figure.kind: figure for figure in figures},
    }


def _parts(net: NetResult) -> Iterator[tuple[str, str]]:
    """Name the parts of the section of a net, for the table of contents."""
    yield "setup", "Set-up"
    yield "correlators", "Kernel and correlators"
    if net.coupling is not None:
        yield "coupling", f"The coupling {net.recipe.symbol}"
        yield "next", f"The {net.recipe.predicted}-point function"
    yield "couplings", "All couplings"
    yield "implied", "The implied action"
    if net.symmetries_and_axioms is not None:
        yield "symmetries", "Symmetries and axioms"
    yield "checks", "Checks"


def _diagram_views(n: int, expansion: "Expansion") -> Iterator[DiagramView]:
    from diagrams.drawing import picture, svg, vertex_signs

    signs = vertex_signs(expansion.action.valences)
    for rank, topology in enumerate(expansion.topologies(), start=1):
        term = topology.representative
        yield DiagramView(
            name=f"G{n}_{rank}",
            svg=svg(picture(term.diagram, signs=signs)),
            coefficient=_coefficient(topology),
            counting=_counting(topology),
            symmetry_factor=term.symmetry_factor,
            integral=_integral(topology),
        )


def _coefficient(topology: "Topology") -> str:
    return topology.representative.coefficient.latex()


def _counting(topology: "Topology") -> str:
    each, ways = topology.representative.multiplicity, topology.labellings
    labelled = "1 labelling" if ways == 1 else f"{ways} labellings"
    contractions = "1 contraction" if each == 1 else f"{each} contractions"
    return f"{labelled} × {contractions} = {topology.multiplicity:,}"


def _integral(topology: "Topology") -> str:
    from nnft_sym.actions.polynomials import Polynomial
    from nnft_sym.printing.latex import sum_latex

    return sum_latex([(Polynomial.constant(1), [topology.edge_labels[0]])])


def diagram_pictures(result: StudyResult) -> dict[str, str]:
    """Draw the diagrams of the study, one per unlabelled diagram.

    Returns
    -------
    dict of str to str
        File name without suffix -> SVG document; ``G4_2`` is the second diagram of the 4-point function.
    """
    return {
        view.name: view.svg
        for n, expansion in result.expansions.items()
        for view in _diagram_views(n, expansion)
    }
