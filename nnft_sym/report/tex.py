r"""The report as a LaTeX document: plain ``pdflatex`` with amsmath and graphicx, the figures as PDF files.

The content is that of the HTML report in brief. Text is Unicode and becomes LaTeX here: every value that a
template prints is escaped unless it is marked as `Latex`.
"""

from collections.abc import Sequence
from typing import Any

from nnft_sym.printing.tex_text import Latex, escape, tabular
from nnft_sym.report import notes as prose
from nnft_sym.report import report_tables
from nnft_sym.report.implied_action import implied_action
from nnft_sym.report.plot_style import net_title
from nnft_sym.report.plots import StudyFigure
from nnft_sym.study import action_tables, result_tables
from nnft_sym.study.judgements import say_arithmetic
from nnft_sym.study.results import NetResult, StudyResult


def report_tex(result: StudyResult, figures: Sequence[StudyFigure]) -> str:
    """Write the document.

    Parameters
    ----------
    result : StudyResult
    figures : sequence of StudyFigure
        From `nnft_sym.report.plots.study_figures`; they are expected as ``figures/<name>.pdf`` beside the
        document.

    Returns
    -------
    str
        Input for pdflatex.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nnft_sym"),
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="(((",
        variable_end_string=")))",
        comment_start_string="((#",
        comment_end_string="#))",
        finalize=lambda value: value if isinstance(value, Latex) else escape(str(value)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["latex"] = Latex
    return environment.get_template("report.tex.j2").render(_context(result, figures))


def _context(result: StudyResult, figures: Sequence[StudyFigure]) -> dict[str, Any]:
    overviews = (action_tables.study_table(result), report_tables.overview_table(result))
    return {
        "result": result,
        "recipe": result.recipe,
        "action": Latex(result.action.latex()),
        "functions": [
            (Latex(expansion.latex()), prose.wick_check(expansion))
            for expansion in result.expansions.values()
        ],
        "rule": prose.notes(result)[0][1],
        "alone": result.alone,
        "extraction": [Latex(formula) for formula in result.recipe.extraction],
        "overviews": [(one.title, tabular(one)) for one in overviews if one],
        "shared_figures": [figure for figure in figures if figure.net is None],
        "nets": [_net_view(place, net, result, figures) for place, net in enumerate(result.nets)],
        "notes": prose.notes(result)[1:],
        "provenance": prose.provenance_facts(result),
    }


def _net_view(
    place: int, net: NetResult, result: StudyResult, figures: Sequence[StudyFigure]
) -> dict[str, Any]:
    tables = {
        "correlators": result_tables.correlators_table(net),
        "coupling": result_tables.coupling_table(net) if net.coupling else None,
        "next_order": result_tables.next_order_table(net) if net.next_order else None,
    }
    implied, implied_words = implied_action(net)
    found = net.symmetries_and_axioms
    return {
        "title": net_title(net),
        "arithmetic": (net.arithmetic.value, say_arithmetic(net.checks)),
        "description": (net.description.value, net.verdict),
        "why_not": net.action_fit.why,
        "implied": (implied.title, tabular(implied)) if implied else None,
        "implied_words": " ".join(implied_words),
        "symmetries_and_axioms": "" if found is None else " ".join([*found.sentences(), *found.reasons()]),
        "symmetry_tables": [] if found is None else [(one.title, tabular(one)) for one in found.tables()],
        "checks": net.checks,
        "tails": prose.tail_sentences(net),
        "facts": prose.setup_facts(net, result),
        "tables": {kind: (table.title, tabular(table)) for kind, table in tables.items() if table},
        "action_tables": [(one.title, tabular(one)) for one in action_tables.action_tables(net)],
        "remainder": " ".join(prose.remainder_sentences(net, result.limits)),
        "figures": {figure.kind: figure for figure in figures if figure.net == place},
    }
