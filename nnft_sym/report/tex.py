r"""The report as a LaTeX document: plain ``pdflatex`` with amsmath and graphicx, the figures as PDF files.

The content is that of the HTML report in brief. Text is Unicode and becomes LaTeX here: every value that a
template prints is escaped unless it is marked as `Latex`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nnft_sym.printing.number_text import NOTHING
from nnft_sym.printing.table_content import Table
from nnft_sym.printing.tex_text import Latex, escape, tabular, verbatim
from nnft_sym.report import notes as prose
from nnft_sym.report.plots import StudyFigure
from nnft_sym.report.report_content import NetContent, StudyContent
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.study_text import written_study

#: What the report rests on.
REFERENCES = (
    "J. Halverson, A. Maiti and K. Stoner, Neural Networks and Quantum Field Theory, Mach. Learn.: Sci. "
    "Technol. 2 (2021) 035002, arXiv:2008.08601.",
    "R. M. Neal, Bayesian Learning for Neural Networks, Springer, 1996.",
    "K. Osterwalder and R. Schrader, Axioms for Euclidean Green's Functions, Commun. Math. Phys. 31 (1973) "
    "83.",
    "H. Hotelling, The Generalization of Student's Ratio, Ann. Math. Stat. 2 (1931) 360.",
    "Particle Data Group, Review of Particle Physics (rounding of errors), pdg.lbl.gov.",
)


def report_tex(
    result: StudyResult, figures: Sequence[StudyFigure], content: StudyContent | None = None
) -> str:
    """Write the document.

    Parameters
    ----------
    result : StudyResult
    figures : sequence of StudyFigure
        From `nnft_sym.report.plots.study_figures`; they are expected as ``figures/<name>.pdf`` beside the
        document.
    content : StudyContent, optional
        Its tables, where they were made already.

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
    return environment.get_template("report.tex.j2").render(
        _context(result, figures, content or StudyContent.of(result))
    )


def _context(result: StudyResult, figures: Sequence[StudyFigure], content: StudyContent) -> dict[str, Any]:
    nets = zip(result.nets, content.nets, strict=True)
    return {
        "result": result,
        "recipe": result.recipe,
        "title": prose.TITLE,
        "author": prose.author(result),
        "date": result.run.started[:10],
        "sizes": prose.sizes(result),
        "abstract": list(prose.abstract(result, content)),
        "action": Latex(result.action.latex()),
        "functions": [
            (n, Latex(expansion.latex()), prose.wick_check(expansion))
            for n, expansion in result.expansions.items()
        ],
        "rule": prose.notes(result)[0][1],
        "alone": result.alone,
        "extraction": [Latex(formula) for formula in result.recipe.extraction],
        "overviews": _tables(
            {kind: content.tables[kind] for kind in ("study", "overview") if kind in content.tables}
        ).values(),
        "times": _tables({"times": content.tables["times"]} if "times" in content.tables else {}),
        "shared_figures": [figure for figure in figures if figure.net is None],
        "nets": [
            _net_view(net, one, result, [figure for figure in figures if figure.net == place])
            for place, (net, one) in enumerate(nets)
        ],
        "notes": prose.notes(result)[1:],
        "provenance": prose.provenance_facts(result),
        "references": REFERENCES,
        "study_file": Latex(verbatim(written_study(result.config))),
    }


def _net_view(
    net: NetResult, content: NetContent, result: StudyResult, figures: Sequence[StudyFigure]
) -> dict[str, Any]:
    found = net.symmetries_and_axioms
    return {
        "title": content.title,
        "answers": content.answers,
        "why_not": net.action_fit.why,
        "implied_words": " ".join(content.implied_words),
        "sentences": [] if found is None else list(found.sentences()),
        "reasons": [] if found is None else list(found.reasons()),
        "check_rows": list(_check_rows(content.tables["checks"])),
        "tails": prose.tail_sentences(net),
        "facts": prose.setup_facts(net, result),
        "tables": _tables({kind: one for kind, one in content.tables.items() if kind != "elements"}),
        "action_tables": _tables(content.action_tables).values(),
        "symmetry_tables": _tables(content.symmetry_tables).values(),
        "remainder": " ".join(prose.remainder_sentences(net, result.limits)),
        "figures": {figure.kind: figure for figure in figures},
    }


def _check_rows(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """The checks as items of a list: what holds, whether it does, what was found and what is needed."""
    for what, passed, found, needed in table.body:
        made = found.text != NOTHING
        yield (
            what.text,
            passed.text.removeprefix("– ").removeprefix("✗ "),
            *((found.text, needed.text) if made else ("", "")),
        )


def _tables(tables: Mapping[str, Table]) -> dict[str, tuple[str, Latex]]:
    """Set tables, each with its title."""
    return {kind: (table.title, tabular(table)) for kind, table in tables.items()}
