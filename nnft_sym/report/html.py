"""The report for the browser: one file, readable offline, without scripts; formulas are MathML, pictures SVG.

What it says is in `nnft_sym.study.result_tables`; how it looks in ``templates/report.html.j2``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnft_sym.report import notes as prose
from nnft_sym.report import report_tables
from nnft_sym.report.implied_action import implied_action
from nnft_sym.report.page import page
from nnft_sym.report.plot_style import net_title
from nnft_sym.report.plots import StudyFigure, net_label
from nnft_sym.study import action_tables, result_tables
from nnft_sym.study.judgements import Arithmetic, Description, say_arithmetic
from nnft_sym.study.results import NetResult, StudyResult
from nnft_sym.study.study_text import written_study

if TYPE_CHECKING:
    from nnft_sym.expansions.expansion import Expansion
    from nnft_sym.expansions.terms import Topology

#: Which colour a tag has; what is not decided has none.
COLOURS: Mapping[Arithmetic | Description, str] = {
    Arithmetic.AGREES: "good",
    Arithmetic.DISAGREES: "bad",
    Arithmetic.UNTESTED: "",
    Description.DESCRIBES: "good",
    Description.EXPANSION_FAILS: "bad",
    Description.REJECTED: "bad",
    Description.UNDECIDED: "",
}


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


def report_html(result: StudyResult, figures: Sequence[StudyFigure]) -> str:
    """Write the report.

    Parameters
    ----------
    result : StudyResult
    figures : sequence of StudyFigure
        From `nnft_sym.report.plots.study_figures`.

    Returns
    -------
    str
        A complete HTML document that refers to nothing outside itself.

    Raises
    ------
    RenderingError
        If a formula cannot be converted.
    """
    return page("report.html.j2", _context(result, figures))


def _context(result: StudyResult, figures: Sequence[StudyFigure]) -> dict[str, Any]:
    overview = next((figure for figure in figures if figure.kind == "overview"), None)
    return {
        "result": result,
        "recipe": result.recipe,
        "title": "Does a field theory describe these networks?",
        "sizes": f"{result.config.experiments} experiments × {result.config.networks:,} networks per net, "
        f"seed {result.config.seed}",
        "overview": report_tables.overview_table(result),
        "study_table": action_tables.study_table(result),
        "overview_figure": overview,
        "action": result.action.latex(),
        "extraction": result.recipe.extraction,
        "functions": [_function_view(n, expansion) for n, expansion in result.expansions.items()],
        "nets": [_net_view(place, net, result, figures) for place, net in enumerate(result.nets)],
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
    place: int, net: NetResult, result: StudyResult, figures: Sequence[StudyFigure]
) -> dict[str, Any]:
    implied, implied_words = implied_action(net)
    return {
        "id": net_label(place, net),
        "title": net_title(net),
        "arithmetic": net.arithmetic.value,
        "arithmetic_words": say_arithmetic(net.checks),
        "arithmetic_class": COLOURS[net.arithmetic],
        "description": net.description.value,
        "verdict": net.verdict,
        "description_class": COLOURS[net.description],
        "action_tables": action_tables.action_tables(net),
        "why_not": net.action_fit.why,
        "implied": implied,
        "implied_words": implied_words,
        "symmetries_and_axioms": net.symmetries_and_axioms,
        "checks": net.checks,
        "tails": prose.tail_sentences(net),
        "facts": prose.setup_facts(net, result),
        "correlators": result_tables.correlators_table(net),
        "coupling": result_tables.coupling_table(net) if net.coupling else None,
        "elements": report_tables.element_table(net),
        "next_order": result_tables.next_order_table(net) if net.next_order else None,
        "remainder": prose.remainder_sentences(net, result.limits),
        "figures": {figure.kind: figure for figure in figures if figure.net == place},
    }


def _diagram_views(n: int, expansion: "Expansion") -> Iterator[DiagramView]:
    from diagrams.drawing import svg

    for rank, topology in enumerate(expansion.topologies(), start=1):
        term = topology.representative
        yield DiagramView(
            name=f"G{n}_{rank}",
            svg=svg(term.diagram),
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
