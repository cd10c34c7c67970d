r"""Derivations for a paper: words, with the formula of every step below them."""

from collections.abc import Iterable


def derivation_latex(steps: Iterable[tuple[str, str]]) -> str:
    r"""Write the steps, words and formulas, as an enumeration.

    Examples
    --------
    >>> print(derivation_latex([("It holds: f → −f.", "P(-a) = P(a)")]))
    \begin{enumerate}
      \item It holds: f \ensuremath{\to} \ensuremath{-}f.
        \[ P(-a) = P(a) \]
    \end{enumerate}
    """
    lines = [r"\begin{enumerate}"]
    for words, formula in steps:
        lines.append(rf"  \item {plain_latex(words)}")
        if formula:
            lines.append(rf"    \[ {formula} \]")
    return "\n".join([*lines, r"\end{enumerate}"])


def plain_latex(words: str) -> str:
    r"""Write a sentence so that LaTeX takes it.

    Examples
    --------
    >>> plain_latex("a_i → MᵀW")
    'a\\_i \\ensuremath{\\to} M\\ensuremath{^{T}}W'
    """
    from nnft_sym.printing.tex_text import escape

    return r"\ensuremath{^{T}}".join(escape(part) for part in words.split("ᵀ"))
