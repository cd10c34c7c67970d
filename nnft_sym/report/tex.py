r"""The report as a LaTeX document: plain ``pdflatex`` with amsmath and graphicx, the figures as PDF files.

The content is that of the HTML report in brief. Text is Unicode and becomes LaTeX here: every value that a
template prints is escaped unless it is marked as `Latex`.
"""

import re
import textwrap
from collections.abc import Sequence
from typing import Any

from nnft_sym.printing.table_content import Table
from nnft_sym.report import notes as prose
from nnft_sym.report import report_tables
from nnft_sym.report.implied_action import implied_action
from nnft_sym.report.plot_style import net_title
from nnft_sym.report.plots import StudyFigure
from nnft_sym.study import action_tables, result_tables
from nnft_sym.study.judgements import say_arithmetic
from nnft_sym.study.results import NetResult, StudyResult

#: Headings of table columns are broken into lines of about this many letters.
HEADING_WIDTH = 13

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\ensuremath{\grave{}}",
}
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SIGNS = {
    "−": "-", "×": r"\times", "·": r"\cdot", "±": r"\pm", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq",
    "≈": r"\approx", "∞": r"\infty", "∫": r"\int", "∑": r"\sum", "∏": r"\prod", "√": r"\surd",
    "∂": r"\partial",
    "→": r"\to", "′": r"{}'", "∈": r"\in", "∝": r"\propto", "⟨": r"\langle", "⟩": r"\rangle", "∼": r"\sim",
    "÷": r"\div", "µ": r"\mu", "ℝ": r"\mathbf{R}",
}  # fmt: skip
_WORDS = {
    "–": "--", "—": "---", "…": r"\ldots{}", "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~",
    "\u202f": r"\,", "✓": "yes", "✗": "no",
}  # fmt: skip
#: Keeps a power of ten on one line.
_POWER = "\u00a0×\u00a010"
#: Latin-1 letters that the standard fonts lack.
_ABSENT = "ÐðÞþ"
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙ", "0123456789+-()n", strict=True))
_RUNS = re.compile(rf"[KSσ]_(?:GP|[Wba])\b|\^d\b|[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+|.", re.DOTALL)


class Latex(str):
    """Text that is LaTeX already."""

    __slots__ = ()


def escape(text: str) -> str:
    r"""Turn Unicode text into LaTeX that prints it.

    Parameters
    ----------
    text : str
        Any text. Letters that pdflatex has no sign for appear as their code, [U+4E2D]; none is lost.

    Returns
    -------
    str
        ASCII and Latin-1 letters only.

    Examples
    --------
    >>> print(escape("χ² & 6 × 10⁻¹¹ %"))
    \ensuremath{\chi}\ensuremath{^{2}} \& 6~\ensuremath{\times}~10\ensuremath{^{-11}} \%
    """
    return "".join(_escape_run(match[0]) for match in _RUNS.finditer(text.replace(" × 10", _POWER)))


def _escape_run(run: str) -> str:
    first = run[0]
    if run == "^d":
        return r"\ensuremath{^{d}}"
    if len(run) > 2 and run[1] == "_":  # an index of the text, as in K_W
        letter = rf"\{_GREEK[first]}" if first in _GREEK else first
        return rf"\ensuremath{{{letter}_{{\mathrm{{{run[2:]}}}}}}}"
    if first in _RAISED:
        return rf"\ensuremath{{^{{{''.join(_RAISED[sign] for sign in run)}}}}}"
    if first in _LOWERED:
        return rf"\ensuremath{{_{{{''.join(_LOWERED[sign] for sign in run)}}}}}"
    for table in (_SPECIAL, _WORDS):
        if first in table:
            return table[first]
    if first in _GREEK:
        return rf"\ensuremath{{\{_GREEK[first]}}}"
    if first in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[first]}}}"
    if " " <= first <= "~" or first in "\n\t" or ("À" <= first <= "ÿ" and first not in _ABSENT):
        return first
    return f"[U+{ord(first):04X}]"


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
        "overviews": [(one.title, _tabular(one)) for one in overviews if one],
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
    return {
        "title": net_title(net),
        "arithmetic": (net.arithmetic.value, say_arithmetic(net.checks)),
        "description": (net.description.value, net.verdict),
        "why_not": net.action_fit.why,
        "implied": (implied.title, _tabular(implied)) if implied else None,
        "implied_words": " ".join(implied_words),
        "checks": net.checks,
        "tails": prose.tail_sentences(net),
        "facts": prose.setup_facts(net, result),
        "tables": {kind: (table.title, _tabular(table)) for kind, table in tables.items() if table},
        "action_tables": [(one.title, _tabular(one)) for one in action_tables.action_tables(net)],
        "remainder": " ".join(prose.remainder_sentences(net, result.limits)),
        "figures": {figure.kind: figure for figure in figures if figure.net == place},
    }


def _tabular(table: Table) -> Latex:
    """Set a table, first column to the left and the others to the right."""
    heading = " & ".join(_heading(column, first=place == 0) for place, column in enumerate(table.headings))
    rows = [" & ".join(escape(cell.text) for cell in row) + r" \\" for row in table.body]
    alignment = "l" + "r" * (len(table.headings) - 1)
    body = "\n".join([heading + r" \\ \hline\noalign{\smallskip}", *rows])
    return Latex(f"\\begin{{tabular}}{{@{{}}{alignment}@{{}}}}\n{body}\n\\end{{tabular}}")


def _heading(text: str, first: bool) -> str:
    lines = textwrap.wrap(text, HEADING_WIDTH, break_long_words=False) or [""]
    broken = r" \\ ".join(map(escape, lines))
    return rf"\shortstack[{'l' if first else 'r'}]{{{broken}}}"
