r"""The first step of reading an action: from text to tokens, each with the column where it stands.

``lambda*f^4``, ``\lambda*f^{4}`` and ``λ*f⁴`` give the same tokens; so do ``1/2`` in parentheses and ``½``.
What LaTeX writes for the eye only (``\left``, ``\,``) gives none.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from diagrams.messages import shown
from nnft_sym.actions.field_names import COMPLEX, field_among, refuse_second_field
from nnft_sym.actions.names import (
    COORDINATES,
    DOT,
    FIELD,
    GREEK_LETTERS,
    GREEK_NAMES,
    coupling_name,
    spelled_out,
)
from nnft_sym.errors import InvalidAction

_GREEK = "".join(GREEK_LETTERS)
_SUBSCRIPT = r"_(?:[A-Za-z0-9]+|\{[A-Za-z0-9]+\})"
_FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_PATTERN = re.compile(
    rf"""
      (?P<fraction> [{_FRACTIONS}] )
    | (?P<frac>     \\[dt]?frac(?![A-Za-z]) )
    | (?P<arrow>    ->|→|\\to(?![A-Za-z]) )
    | (?P<unseen>   \\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])|\\[,;:!\ ]|~ )
    | (?P<number>   (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<symbol>   (?:\\?[A-Za-z][A-Za-z0-9]*|[{_GREEK}][0-9]*)[₀-₉]* (?:{_SUBSCRIPT})* )
    | (?P<raised>   [⁰¹²³⁴-⁹]+ )
    | (?P<operator> \*\*|[-+*/^(){{}}!×·⋅−.⁄∕,;] )
    | (?P<space>    \s+ )
    """,
    re.VERBOSE,
)
_PLAIN = {
    "**": "^",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "−": "-",
    "⁄": "/",
    "∕": "/",
    "\\cdot": "*",
    "\\times": "*",
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
#: Ways to write the product that is summed over components, between two fields.
DOTS = frozenset({DOT, "·", "⋅", "\\cdot"})
_MADE_OF = "an action is made of numbers, couplings, f and + - * / ^ ( )"
#: How complex fields are written: bars, and commands of LaTeX.
_COMPLEX = re.compile(r"[|†‡]|\\(?:bar|overline|dagger|lvert|rvert|ast)(?![A-Za-z])")
#: A literal longer than this, or with a larger exponent, is a slip of the keyboard.
LONGEST_NUMBER = 60
_LARGEST_EXPONENT = 60


@dataclass(frozen=True)
class Token:
    """One word of an action.

    Attributes
    ----------
    kind : str
        ``"number"``, ``"name"`` (a coupling or the field), ``"raised"`` (digits written as superscript),
        ``"frac"`` (of LaTeX), ``"->"``, ``"end"``, or the operator itself in its plain form (``^``, ``*``,
        ``(``, ...).
    text : str
        As written.
    column : int
        Where it begins, counted from 1.
    value : Fraction or None
        Of a number or of a raised number.
    name : str
        Of a name, in its one spelling.
    """

    kind: str
    text: str
    column: int
    value: Fraction | None = None
    name: str = ""


def tokens(
    text: str, what: str = "the action", made_of: str = _MADE_OF, field: str | None = None
) -> Iterator[Token]:
    r"""Split an action into tokens, the last of which is the end.

    Parameters
    ----------
    text : str
    what : str, optional
        What it is, for messages.
    made_of : str, optional
        What may stand in it, for messages.
    field : str, optional
        Name of the field; ``f``, or ``phi`` where no f is there, unless it is given.

    Raises
    ------
    InvalidAction
        For a character, a number or a name that cannot stand in an action.

    Examples
    --------
    >>> [token.kind for token in tokens(r"\lambda*f^4")]
    ['name', '*', 'name', '^', 'number', 'end']
    """
    names = {spelled_out(found["symbol"]) for found in _PATTERN.finditer(text) if found["symbol"]}
    try:
        field = field_among(names, field)
    except InvalidAction as error:
        raise InvalidAction(f"{what} {shown(text)}: {error}") from None
    position, end = _inside_dollars(text)
    while position < end:
        found = _PATTERN.match(text, position)
        if found is None or _COMPLEX.match(text, position):
            problem = (
                COMPLEX
                if _COMPLEX.match(text, position)
                else f"{shown(text[position])} means nothing here: {made_of}"
            )
            raise InvalidAction(f"{what} {shown(text)}, column {position + 1}: {problem}")
        if found.lastgroup not in ("space", "unseen"):
            yield _token(text, found, what, field, alone=field not in names)
        position = found.end()
    yield Token("end", "", len(text) + 1)


def _inside_dollars(text: str) -> tuple[int, int]:
    """Where a formula begins and ends that was copied from LaTeX with its dollar signs."""
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    inside = end - begin > 1 and text[begin] == text[end - 1] == "$" and text.count("$") == 2
    return (begin + 1, end - 1) if inside else (0, len(text))


def _token(text: str, found: re.Match[str], what: str, field: str, *, alone: bool) -> Token:
    """Make the token that was found."""
    written, column = found.group(), found.start() + 1
    if found.lastgroup == "frac":
        return Token("frac", written, column)
    if found.lastgroup == "arrow":
        return Token("->", written, column)
    if found.lastgroup == "operator" or written in _PLAIN:
        return Token(_PLAIN.get(written, written), written, column)
    if found.lastgroup == "fraction":
        # "½" decomposes into 1⁄2, with a fraction slash
        value = Fraction(unicodedata.normalize("NFKC", written).replace("\N{FRACTION SLASH}", "/"))
        return Token("number", written, column, value=value)
    if found.lastgroup == "number":
        return Token("number", written, column, value=_number(text, written, column, what))
    if found.lastgroup == "raised":
        return Token("raised", written, column, value=Fraction(written[:5].translate(_SUPERSCRIPTS)))
    if spelled_out(written) == field:
        return Token("name", written, column, name=FIELD)
    if written in COORDINATES:
        return Token("name", written, column, name=written)
    if written.startswith("\\") and re.split("[0-9_₀-₉]", written[1:])[0] not in GREEK_NAMES:
        raise InvalidAction(
            f"{what} {shown(text)}, column {column}: {shown(written)} is not understood: of LaTeX, only "
            "Greek letters and fractions are, such as \\lambda and \\frac{1}{24}"
        )
    try:
        refuse_second_field(written, spelled_out(written), alone=alone)
        return Token("name", written, column, name=coupling_name(written))
    except InvalidAction as error:
        raise InvalidAction(f"{what} {shown(text)}, column {column}: {error}") from None


def _number(text: str, written: str, column: int, what: str) -> Fraction:
    """Read a number exactly: 0.5 is one half."""
    digits, _, exponent = written.lower().partition("e")
    if len(digits) > LONGEST_NUMBER or (exponent and not _small(exponent)):
        raise InvalidAction(
            f"{what} {shown(text)}, column {column}: the number is too long: give at most "
            f"{LONGEST_NUMBER} digits and an exponent of at most {_LARGEST_EXPONENT}, or absorb it into a "
            "coupling"
        )
    return Fraction(written)


def _small(exponent: str) -> bool:
    """Tell whether the power of ten of a number is within bounds."""
    return len(exponent) <= 4 and abs(int(exponent)) <= _LARGEST_EXPONENT
