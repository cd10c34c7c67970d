r"""Formulas for the browser: LaTeX to MathML, which is shown offline and without scripts.

The converter of the library `latex2mathml` prints what it does not know as it stands and has no alignments;
here an unknown command is refused, and ``aligned`` becomes a table.
"""

import re

from nnft_sym.errors import RenderingError

_ALIGNED = re.compile(r"^\s*\\begin\{aligned\}(.*)\\end\{aligned\}\s*$", re.DOTALL)
_NAMESPACE = re.compile(r'\s*xmlns="[^"]*"')
_MATH = re.compile(r"^<math[^>]*>(.*)</math>$", re.DOTALL)
#: Not part of a character reference, so the converter has let an alignment mark through.
_BARE_AMPERSAND = re.compile(r"&(?!#x[0-9A-Fa-f]+;|#\d+;|[a-z]+;)")


def mathml(latex: str, display: bool = False) -> str:
    r"""Convert a formula to a MathML element that can stand in an HTML page.

    Parameters
    ----------
    latex : str
        Mathematics without dollar signs; ``aligned`` may be the outermost environment.
    display : bool
        Whether the formula stands on its own line.

    Returns
    -------
    str
        A ``<math>`` element without namespace address, which HTML does not need.

    Raises
    ------
    RenderingError
        If something in the formula is not understood.

    Examples
    --------
    >>> mathml("N")
    '<math><mrow><mi>N</mi></mrow></math>'
    >>> mathml(r"\nonsense")
    Traceback (most recent call last):
    nnft_sym.errors.RenderingError: cannot convert '\\nonsense' to MathML: '\\nonsense' is not understood; ...
    """
    aligned = _ALIGNED.match(latex)
    inside = _row(latex) if aligned is None else _table(aligned[1])
    return f'<math display="block">{inside}</math>' if display else f"<math>{inside}</math>"


def _row(latex: str) -> str:
    from latex2mathml.converter import convert
    from latex2mathml.exceptions import NoAvailableTokensError

    _check_braces(latex)
    try:
        converted = convert(latex)
    except NoAvailableTokensError:
        return "<mrow></mrow>"
    except Exception as error:  # the library raises many unrelated types for malformed input
        reason = f"{type(error).__name__} {error}".strip()
        raise RenderingError(f"cannot convert {latex!r} to MathML: {reason}; correct the formula") from error
    found = _MATH.match(_NAMESPACE.sub("", converted))
    inside = converted if found is None else found[1]
    stranger = re.search(r"\\[A-Za-z]*", inside) or _BARE_AMPERSAND.search(inside)
    if found is None or stranger is not None:
        what = stranger[0] if stranger is not None else converted
        raise RenderingError(
            f"cannot convert {latex!r} to MathML: {what!r} is not understood; write it with other commands"
        )
    return inside


def _check_braces(latex: str) -> None:
    """Refuse braces without a partner, which the converter would drop in silence."""
    depth = 0
    for brace in re.findall(r"\\[{}]|[{}]", latex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            break
    if depth:
        raise RenderingError(f"cannot convert {latex!r} to MathML: braces do not match; correct the formula")


def _table(body: str) -> str:
    r"""Turn the rows of an alignment into a table, the columns alternately right and left."""
    rows = []
    for row in re.split(r"\\\\", body):
        if not row.strip():
            continue
        cells = [
            f'<mtd style="text-align: {"left" if column % 2 else "right"}; padding: 0.15em 0">'
            f"{_row(cell.strip())}</mtd>"
            for column, cell in enumerate(row.split("&"))
        ]
        rows.append(f"<mtr>{''.join(cells)}</mtr>")
    return f'<mtable displaystyle="true">{"".join(rows)}</mtable>'
