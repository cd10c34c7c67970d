r"""Unicode text and tables as LaTeX that plain ``pdflatex`` sets."""

import re
import textwrap

from nnft_sym.printing.table_content import Table

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
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ς": "varsigma", "ϑ": "vartheta", "ϱ": "varrho",
    "ϵ": "epsilon", "ϕ": "phi",
}  # fmt: skip
_SIGNS = {
    "−": "-", "×": r"\times", "·": r"\cdot", "±": r"\pm", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq",
    "≈": r"\approx", "∞": r"\infty", "∫": r"\int", "∑": r"\sum", "∏": r"\prod", "√": r"\surd",
    "∂": r"\partial",
    "→": r"\to", "′": r"{}'", "∈": r"\in", "∝": r"\propto", "⟨": r"\langle", "⟩": r"\rangle", "∼": r"\sim",
    "÷": r"\div", "µ": r"\mu", "ℝ": r"\mathbf{R}", "ο": "o",
}  # fmt: skip
#: Capitals that look like Latin letters, for which LaTeX has no commands.
_SIGNS |= {like: rf"\mathrm{{{latin}}}" for like, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)}
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
_RUNS = re.compile(
    rf"[KSσ∂]_(?:GP|[Wabwxy])(?![A-Za-z])|\^d\b|[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+|.", re.DOTALL
)


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
        letter = rf"\{_GREEK[first]}" if first in _GREEK else _SIGNS.get(first, first)
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


def verbatim(text: str) -> Latex:
    r"""Set a text line by line in a typewriter font; long lines are broken between words.

    Quotation marks stay as they are, so that what is copied from the page is the text.

    Examples
    --------
    >>> print(verbatim('a = "x"\n\nb_2 = 3'))
    {\ttfamily\footnotesize\raggedright a = "x"\\{}
    ~\\{}
    b\_2 = 3\par}
    """
    lines = (line.replace(" ", "\u00a0", len(line) - len(line.lstrip())) for line in text.strip().split("\n"))
    body = "\\\\{}\n".join('"'.join(map(escape, line.split('"'))) or "~" for line in lines)
    return Latex(rf"{{\ttfamily\footnotesize\raggedright {body}\par}}")


def tabular(table: Table) -> Latex:
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
