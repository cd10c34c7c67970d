r"""The first step of reading an action: from text to tokens, each with the column where it stands.

``lambda*f^4``, ``\lambda*f^{4}`` and ``λ*f⁴`` give the same tokens; so do ``1/2`` in parentheses and ``½``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from diagrams.messages import shown
from nnft_sym.actions.names import COORDINATES, DOT, FIELD, GREEK_LETTERS, GREEK_NAMES, coupling_name
from nnft_sym.errors import InvalidAction

_GREEK = "".join(GREEK_LETTERS)
_SUBSCRIPT = r"_(?:[A-Za-z0-9]+|\{[A-Za-z0-9]+\})"
_FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_PATTERN = re.compile(
    rf"""
      (?P<fraction> [{_FRACTIONS}] )
    | (?P<number>   (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<symbol>   (?:\\?[A-Za-z][A-Za-z0-9]*|[{_GREEK}][0-9]*)[₀-₉]* (?:{_SUBSCRIPT})* )
    | (?P<raised>   [⁰¹²³⁴-⁹]+ )
    | (?P<operator> \*\*|[-+*/^(){{}}!×·⋅−.⁄∕] )
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
        ``"end"``, or the operator itself in its plain form (``^``, ``*``, ``(``, ...).
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


def tokens(text: str, what: str = "the action", made_of: str = _MADE_OF) -> Iterator[Token]:
    r"""Split an action into tokens, the last of which is the end.

    Parameters
    ----------
    text : str
    what : str, optional
        What it is, for messages.
    made_of : str, optional
        What may stand in it, for messages.

    Raises
    ------
    InvalidAction
        For a character, a number or a name that cannot stand in an action.

    Examples
    --------
    >>> [token.kind for token in tokens(r"\lambda*f^4")]
    ['name', '*', 'name', '^', 'number', 'end']
    """
    position = 0
    while position < len(text):
        found = _PATTERN.match(text, position)
        if found is None:
            raise InvalidAction(
                f"{what} {shown(text)}, column {position + 1}: {shown(text[position])} means nothing "
                f"here: {made_of}"
            )
        if found.lastgroup != "space":
            yield _token(text, found, what)
        position = found.end()
    yield Token("end", "", len(text) + 1)


def _token(text: str, found: re.Match[str], what: str) -> Token:
    """Make the token that was found."""
    written, column = found.group(), found.start() + 1
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
    if written == FIELD or written in COORDINATES:
        return Token("name", written, column, name=written)
    if written.startswith("\\") and re.split("[0-9_₀-₉]", written[1:])[0] not in GREEK_NAMES:
        raise InvalidAction(
            f"{what} {shown(text)}, column {column}: {shown(written)} is not understood: of LaTeX, only "
            "Greek letters are, such as \\lambda"
        )
    try:
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
