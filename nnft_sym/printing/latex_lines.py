r"""Breaking long sums into lines: pieces of mathematics with their estimated widths, put on rows.

Lines are broken between pieces; only a piece that is too wide for any line is cut between its propagators.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnft_sym.actions.factoring import factored
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.printing.number_text import thousands

#: Width of a printed line in points (the documents have a text width of 455 pt).
LINE_WIDTH = 440.0
#: Longer displays are split, since LaTeX keeps a whole ``align*`` in its memory.
ROWS_PER_DISPLAY = 60
#: Widths of symbols at 10 pt, roughly.
_COMMAND_WIDTHS = {"int": 10.0, "quad": 10.0, ",": 2.0, "bigl": 0.0, "bigr": 0.0, "Bigl": 0.0, "Bigr": 0.0,
                   "biggl": 0.0, "biggr": 0.0}  # fmt: skip
_BEFORE_PROPAGATOR = re.compile(r"(?<!\\bigl\()(?=K[\^_(])|(?=\\bigl\(K[\^_(])")
_INSIDE = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_SCRIPT = re.compile(rf"[_^]{_INSIDE}")
_STACKED = re.compile(rf"\^{_INSIDE}_{_INSIDE}")


@dataclass(frozen=True)
class Piece:
    """What cannot be broken: a sign or bracket with the integrand that follows it.

    A piece that `opens` a bracket with several integrands begins a new line; one that is `whole` (a picture)
    is never cut.
    """

    latex: str
    width: float
    opens: bool = False
    whole: bool = False


_DOTS = Piece(r"+ \cdots", 25.0)


def estimated_width(latex: str) -> float:
    r"""Estimate the printed width of a piece of mathematics in points, at 10 pt type.

    Examples
    --------
    >>> estimated_width("K") < estimated_width("K_{12}") == estimated_width("K^{W}_{12}")
    True
    """
    width = 0.85 * sum(max(map(estimated_width, pair)) for pair in _STACKED.findall(latex))
    rest = _STACKED.sub(" ", latex)  # a blank, so that a command does not run into letters
    width += 0.85 * sum(map(estimated_width, _SCRIPT.findall(rest)))
    rest = _SCRIPT.sub(" ", rest)
    for command in re.findall(r"\\([A-Za-z]+|.)", rest):
        width += _COMMAND_WIDTHS.get(command, 7.0)
    rest = re.sub(r"\\([A-Za-z]+|.)|[{}& ]", "", rest)
    return width + sum(11.0 if letter in "+-=" else 9.5 if letter.isupper() else 5.5 for letter in rest)


def displayed(rows: Sequence[str], between: str = r"\\") -> str:
    r"""Put rows into displayed mathematics: one line, or ``align*``, split where it is very long.

    Parameters
    ----------
    rows : sequence of str
        Rows of an alignment.
    between : str
        What separates them.

    Examples
    --------
    >>> print(displayed(["a &= b"]))
    \[
    a = b
    \]
    """
    if len(rows) == 1:
        return f"\\[\n{rows[0].replace('&', '', 1)}\n\\]"
    left = rows[0].partition("&")[0]
    displays = []
    for start in range(0, len(rows), ROWS_PER_DISPLAY):
        part = list(rows[start : start + ROWS_PER_DISPLAY])
        if start and left:
            part[0] = rf"\phantom{{{left.strip()}}} {part[0]}"
        inside = f"{between}\n".join(part)
        displays.append(f"\\begin{{align*}}\n{inside}\n\\end{{align*}}")
    return "\n".join(displays)


def one_formula(rows: Sequence[str]) -> str:
    """Make rows of an alignment a formula that may stand inside mathematics."""
    if len(rows) == 1:
        return rows[0].replace("&", "", 1)
    inside = "\\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{inside}\n\\end{{aligned}}"


def sign_and_number(coefficient: Polynomial, start: bool) -> tuple[str, str]:
    """Split a coefficient into the sign that joins it to what stands before, and its size (nothing for 1)."""
    product = factored(coefficient)
    negative = product.number < 0
    sign = ("-" if negative else "") if start else ("- " if negative else "+ ")
    size = thousands(product.latex(), r"\,")
    return sign, "" if size == "1" else size


def made(latex: str, opens: bool = False) -> Piece:
    """Estimate the width of a piece."""
    return Piece(latex, estimated_width(latex), opens)


def _narrow(piece: Piece) -> list[Piece]:
    """Break a piece between propagators if it is too wide for any line (many vertices)."""
    if piece.whole or piece.width < LINE_WIDTH - 30.0:
        return [piece]
    parts, part = [], ""
    for factor in _BEFORE_PROPAGATOR.split(piece.latex):
        if part and estimated_width(part + factor) > LINE_WIDTH - 30.0:
            parts.append(part)
            part = ""
        part += factor
    return [made(latex, piece.opens and not number) for number, latex in enumerate([*parts, part])]


def with_dots(pieces: Sequence[Piece]) -> list[Piece]:
    """Say that the sum goes on, on the line of its last piece if there is room for both on one."""
    last = pieces[-1]
    if last.width + _DOTS.width > LINE_WIDTH - 30.0:
        return [*pieces, _DOTS]
    joined = Piece(f"{last.latex} {_DOTS.latex}", last.width + _DOTS.width, last.opens, last.whole)
    return [*pieces[:-1], joined]


def broken(left: str, pieces: Sequence[Piece]) -> list[str]:
    """Put pieces on lines no longer than `LINE_WIDTH`.

    Lines are aligned behind the sign of equality or, where a piece is too wide for that, at the left margin.
    """
    pieces = [part for piece in pieces for part in _narrow(piece)]
    left_width = estimated_width(left) + 15.0
    roomy = max(piece.width for piece in pieces) + left_width < LINE_WIDTH
    indent = left_width if roomy else 10.0
    rows, row, used = [], f"{left} &=" if roomy else f"&{left} =", left_width
    for position, piece in enumerate(pieces):
        if position and (piece.opens or used + piece.width > LINE_WIDTH):
            rows.append(row)
            row, used = r"&\quad", indent + 10.0
        row += " " + piece.latex
        used += piece.width
    return [*rows, row]
