r"""Text and short formulas as placed letters, like LaTeX: what SVG, PDF and PNG draw.

The language is a part of LaTeX: text with ``$...$``, exponents and indices, ``\frac``, ``\left(``, Greek
letters and a few signs (`diagrams.pictures.signs`). What is not known is set as it was written. So one string
makes the caption in every format.

Coordinates are in units of the size of the letters, x to the right, y **up** from the base line.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from diagrams.pictures.letters import ITALIC, ROMAN, Glyph, glyph, other_glyph
from diagrams.pictures.signs import (
    BINARY,
    BLANKS,
    CHARACTERS,
    COMMANDS,
    LEANING,
    LOWERED,
    OPENING,
    ORDINARY,
    POINT,
    RAISED,
    RELATION,
    SPACES,
    TOKEN,
    Letter,
)

#: Size of exponents and indices, and where their base line stands.
_SMALL, _UP, _DOWN = 0.7, 0.36, -0.15
#: Middle of a fraction, thickness of its line, and the room above and below it.
_AXIS, _RULE, _CLEAR = 0.25, 0.04, 0.11
#: Room between signs of a formula.
_THIN, _MEDIUM, _THICK = 1 / 6, 2 / 9, 5 / 18
#: Brackets around a fraction are this much larger.
_LARGE = 1.4


@dataclass(frozen=True)
class Placed:
    """One letter with its place and size."""

    glyph: Glyph
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Line:
    """A line of text.

    Attributes
    ----------
    letters : tuple of Placed
    rules : tuple of (float, float, float, float)
        Lines of fractions: left, bottom, width, height.
    width, height, depth : float
        Of the whole, above and below the base line.
    """

    letters: tuple[Placed, ...] = ()
    rules: tuple[tuple[float, float, float, float], ...] = ()
    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0


@dataclass
class _Row:
    """Letters set one after the other."""

    letters: list[Placed] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    x: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    leaning: float = 0.0

    def letter(self, one: Glyph, size: float = 1.0) -> None:
        self.letters.append(Placed(one, self.x, 0.0, size))
        self.x += one.width * size
        self.height, self.depth = max(self.height, one.height * size), max(self.depth, one.depth * size)

    def add(self, other: "Line", dx: float, dy: float, size: float) -> None:
        """Put a line at a place, its base line moved by `dy`."""
        self.letters += [
            Placed(p.glyph, dx + size * p.x, dy + size * p.y, size * p.size) for p in other.letters
        ]
        self.rules += [(dx + size * x, dy + size * y, size * w, size * h) for x, y, w, h in other.rules]
        self.height = max(self.height, dy + size * other.height)
        self.depth = max(self.depth, size * other.depth - dy)

    def line(self) -> Line:
        return Line(tuple(self.letters), tuple(self.rules), self.x, self.height, self.depth)


@lru_cache(maxsize=4096)
def typeset(latex: str) -> Line:
    r"""Set a line of text with formulas.

    Parameters
    ----------
    latex : str
        As LaTeX takes it.

    Examples
    --------
    >>> narrow, wide = typeset("$f^{4}$"), typeset(r"$\lambda f^{4}$")
    >>> [placed.glyph.name for placed in wide.letters]
    ['lambda', 'f', 'four']
    >>> wide.letters[2].y > 0, wide.width > narrow.width
    (True, True)
    """
    row = _Row()
    for place, part in enumerate(_parts(latex)):
        if place % 2:
            inner = _formula(part)
            row.add(inner, row.x, 0.0, 1.0)
            row.x += inner.width
        else:
            _text(row, part)
    return row.line()


def _parts(latex: str) -> list[str]:
    """Text, formula, text, ...: cut at dollars; a last one without a partner is text."""
    parts, inside = [""], False
    for token in TOKEN.findall(latex):
        if token == "$":
            parts.append("")
            inside = not inside
        else:
            parts[-1] += token
    if inside:
        last = parts.pop()
        parts[-1] += "\\$" + last
    return parts


def _text(row: _Row, text: str) -> None:
    """Set what is no formula: letters upright, backslashes as in LaTeX."""
    for token in TOKEN.findall(text):
        if token in BLANKS:
            row.x += BLANKS[token]
        elif token in ("{", "}"):
            continue
        elif token == "~":
            row.x += BLANKS[" "]
        elif token.startswith("\\") and len(token) > 1:
            _text_command(row, token)
        else:
            _character(row, token, upright=True)


def _text_command(row: _Row, token: str) -> None:
    name = token[1:]
    if name in SPACES:
        row.x += SPACES[name]
    elif name in COMMANDS and name.startswith("text"):
        row.letter(glyph(*COMMANDS[name][:2]))
    elif len(name) == 1:
        _character(row, name, upright=True)
    else:
        for character in token:
            _character(row, character, upright=True)


def _character(row: _Row, character: str, *, upright: bool) -> None:
    """Set one character; a raised or lowered digit is small."""
    for table, up in ((RAISED, _UP), (LOWERED, _DOWN)):
        plain = character.translate(table)
        if plain != character:
            inner = _set(plain)
            row.add(inner, row.x, up, _SMALL)
            row.x += _SMALL * inner.width
            return
    known = CHARACTERS.get(character)
    if known is not None:
        row.letter(glyph(known.font, known.name))
    elif character.isascii() and character.isalpha():
        row.letter(glyph(ROMAN if upright else ITALIC, character))
    elif character == "-":
        row.letter(glyph(ROMAN, "hyphen"))
    elif character == "_":
        row.rules.append((row.x, -0.06, 0.45, _RULE))
        row.x += 0.5
    elif character.isspace() or not character.isprintable():
        row.x += BLANKS[" "]
    else:
        row.letter(other_glyph(character))


def _set(text: str) -> Line:
    row = _Row()
    for character in text:
        _character(row, character, upright=True)
    return row.line()


@dataclass(frozen=True)
class _Atom:
    """A part of a formula that is set before its neighbours are known."""

    line: Line
    kind: str = ORDINARY
    leaning: float = 0.0


def _formula(latex: str, *, small: bool = False) -> Line:
    """Set a formula; in exponents and indices no room stands around signs."""
    row, before = _Row(), ""
    for atom in _atoms(_Reader(TOKEN.findall(latex)), small):
        kind = atom.kind
        if kind == BINARY and before in ("", BINARY, RELATION, OPENING, POINT):
            kind = ORDINARY  # a sign in front
        row.x += 0.0 if small else _room(before, kind)
        row.add(atom.line, row.x, 0.0, 1.0)
        row.x += atom.line.width + atom.leaning
        before = kind or before
    return row.line()


def _room(before: str, kind: str) -> float:
    pair = {before, kind}
    if not before or not kind:
        return 0.0
    if BINARY in pair:
        return _MEDIUM
    if RELATION in pair:
        return 0.0 if pair == {RELATION} else _THICK
    return _THIN if before == POINT else 0.0


class _Reader:
    """Tokens, read one after the other."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens, self.place = tokens, 0

    def peek(self) -> str:
        while self.place < len(self.tokens) and self.tokens[self.place] in (" ", "\n"):
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def group(self) -> str:
        """What stands between braces, or one token."""
        if self.peek() != "{":
            return self.next()
        self.place += 1
        depth, found = 1, []
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            self.place += 1
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            found.append(token)
        return "".join(found)


def _atoms(reader: _Reader, small: bool) -> Iterator[_Atom]:
    while reader.peek():
        token = reader.next()
        atom = _atom(token, reader, small)
        raised, lowered = "", ""
        while reader.peek() in ("^", "_", "'"):
            script = reader.next()
            if script == "'":
                raised += "'"
            elif script == "^":
                raised += reader.group()
            else:
                lowered += reader.group()
        yield _scripted(atom, raised, lowered) if raised or lowered else atom


def _scripted(atom: _Atom, raised: str, lowered: str) -> _Atom:
    row = _Row()
    row.add(atom.line, 0.0, 0.0, 1.0)
    row.x = atom.line.width
    widths = [0.0]
    high = max(0.0, atom.line.height - 0.75)
    for latex, dy, dx in ((raised, _UP + high, atom.leaning), (lowered, _DOWN, 0.0)):
        if latex:
            inner = _formula(latex.replace("'", "’"), small=True)
            row.add(inner, row.x + dx, dy, _SMALL)
            widths.append(dx + _SMALL * inner.width)
    row.x += max(widths) + 0.05
    return _Atom(row.line(), atom.kind)


def _atom(token: str, reader: _Reader, small: bool) -> _Atom:
    """Set one sign, or what a command or a brace begins."""
    if token == "{":
        reader.place -= 1
        return _Atom(_formula(reader.group(), small=small))
    if token.startswith("\\") and len(token) > 1:
        return _command(token[1:], reader, small)
    if token == "-":
        token = "−"
    known = CHARACTERS.get(token)
    row = _Row()
    _character(row, token, upright=False)
    leaning = LEANING.get(token, 0.0) if token.isascii() and token.isalpha() else 0.0
    return _Atom(row.line(), ORDINARY if known is None else known.kind, leaning)


def _command(name: str, reader: _Reader, small: bool) -> _Atom:
    special = _SPECIAL.get(name)
    if special is not None:
        return special(reader, small)
    if name in SPACES:
        return _Atom(Line(width=SPACES[name]), "")
    known: Letter | None = COMMANDS.get(name) or CHARACTERS.get(name)
    if known is None:
        row = _Row()
        _text(row, f"\\textbackslash {name}")
        return _Atom(row.line())
    row = _Row()
    row.letter(glyph(known.font, known.name))
    leaning = LEANING.get(known.name, 0.0) if known.font == ITALIC else 0.0
    return _Atom(row.line(), known.kind, leaning)


def _fraction(reader: _Reader, _small: bool) -> _Atom:
    above, below = _formula(reader.group(), small=True), _formula(reader.group(), small=True)
    wide = _SMALL * max(above.width, below.width) + 0.1
    row = _Row()
    row.add(above, 0.06 + (wide - _SMALL * above.width) / 2, _AXIS + _CLEAR + _SMALL * above.depth, _SMALL)
    row.add(below, 0.06 + (wide - _SMALL * below.width) / 2, _AXIS - _CLEAR - _SMALL * below.height, _SMALL)
    row.rules.append((0.06, _AXIS - _RULE / 2, wide, _RULE))
    row.x = wide + 0.12
    return _Atom(row.line())


def _upright(reader: _Reader, _small: bool) -> _Atom:
    row = _Row()
    _text(row, reader.group())
    return _Atom(row.line())


def _bracketed(reader: _Reader, small: bool) -> _Atom:
    r"""From ``\left`` to its ``\right``."""
    opening, depth, found = reader.next(), 1, []
    while reader.peek():
        token = reader.next()
        depth += (token == "\\left") - (token == "\\right")
        if not depth:
            break
        found.append(token)
    inner = _formula("".join(found), small=small)
    size = _LARGE if inner.height > 0.85 else 1.0
    row = _Row()
    _bracket(row, opening, size)
    row.add(inner, row.x, 0.0, 1.0)
    row.x += inner.width
    _bracket(row, reader.next(), size)
    return _Atom(row.line())


def _enlarged(reader: _Reader, _small: bool) -> _Atom:
    r"""A bracket behind ``\bigl``."""
    row = _Row()
    _bracket(row, reader.next(), 1.2)
    return _Atom(row.line())


def _bracket(row: _Row, token: str, size: float) -> None:
    known = CHARACTERS.get(token.lstrip("\\")) or COMMANDS.get(token.lstrip("\\"))
    if known is not None and token != ".":
        inner = _Row()
        inner.letter(glyph(known.font, known.name))
        row.add(inner.line(), row.x, _AXIS * (1 - size), size)
        row.x += size * inner.x


_SPECIAL: Mapping[str, Callable[[_Reader, bool], _Atom]] = {
    "frac": _fraction,
    "tfrac": _fraction,
    "dfrac": _fraction,
    "text": _upright,
    "mathrm": _upright,
    "operatorname": _upright,
    "left": _bracketed,
    **dict.fromkeys(("bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"), _enlarged),
}
