r"""Names, texts and captions as LaTeX: for TikZ, and for the letters of the other formats."""

import re

from diagrams.pictures.marks import Caption
from diagrams.pictures.names import NUMBERED

_SPECIAL = {
    "\\": r"\textbackslash{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma "
    "tau upsilon phi chi psi omega"
)
#: Signs that pdflatex has in mathematics only. Greek capitals without a command look like Latin ones.
_MATHEMATICS = {chr(ord("α") + place): f"\\{name}" for place, name in enumerate(_LOWER.split())}
_MATHEMATICS |= {
    chr(ord("Α") + place): f"\\{name}"
    for place, name in enumerate(_LOWER.title().split())
    if name in ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")
}
_MATHEMATICS |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)) | {
    "ο": "o",
    "ϕ": r"\phi",
    "µ": r"\mu",
}
_MATHEMATICS |= {raised: f"^{{{digit}}}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_MATHEMATICS |= {lowered: f"_{{{digit}}}" for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_MATHEMATICS |= {
    "×": r"\times", "−": "-", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "∫": r"\int", "∞": r"\infty",
    "≤": r"\leq", "≥": r"\geq", "→": r"\to", "′": "'", "∂": r"\partial", "√": r"\surd",
    "<": "<", ">": ">", "|": "|",
    "\u2009": r"\,", "\u202f": r"\,",
}  # fmt: skip
#: A part of a label between dollar signs.
_FORMULA = re.compile(r"(?<!\\)(\$[^$]+\$)")
#: The last letter that pdflatex sets without further packages.
_LAST_LATIN = "\N{LATIN SMALL LETTER Z WITH CARON}"


def label_latex(label: str) -> str:
    r"""Print a label: x1 with an index, what stands between dollar signs as mathematics, the rest as text.

    Examples
    --------
    >>> print(label_latex("x1"), label_latex("$k_1$"), label_latex("α2"), label_latex("10% of α"))
    $x_{1}$ $k_1$ ${\alpha}_{2}$ 10\% of $\alpha$
    """
    named = NUMBERED.fullmatch(label)
    if named:
        return f"${_formula(named[1])}_{{{named[2]}}}$"
    parts = _FORMULA.split(label)
    return "".join(_formula(part) if place % 2 else escaped(part) for place, part in enumerate(parts))


def _formula(text: str) -> str:
    """Write signs that are no ASCII as commands, inside mathematics."""
    return "".join(c if c.isascii() else _command(c) for c in text)


def _command(sign: str) -> str:
    command = _MATHEMATICS.get(sign)
    if command is None:
        return _text_sign(sign)
    return f"{{{command}}}" if command.startswith("\\") else command


def escaped(text: str) -> str:
    r"""Print a plain text in LaTeX.

    Examples
    --------
    >>> print(escaped("3 × 12 & δ"))
    3 $\times$ 12 \& $\delta$
    """
    return "".join(_text_sign(character) for character in text)


def _text_sign(character: str) -> str:
    """Print one character as text; what pdflatex has no sign for becomes a question mark."""
    if character in _MATHEMATICS:
        return f"${_MATHEMATICS[character]}$"
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii():
        return character if character.isprintable() else " "
    return character if "¡" <= character <= _LAST_LATIN else "?"


def caption_latex(text: str | Caption) -> str:
    r"""Print a caption or a heading: as it is meant for LaTeX, or a plain text.

    Examples
    --------
    >>> print(caption_latex(Caption("λ", r"$\lambda$")), caption_latex("50 %"))
    $\lambda$ 50 \%
    """
    return text.latex if isinstance(text, Caption) else escaped(text)
