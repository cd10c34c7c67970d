"""Letters as outlines: Computer Modern, the family of LaTeX, from the fonts that matplotlib brings along.

So a picture looks the same on every machine, and the same as what LaTeX makes of its TikZ code. Letters that
Computer Modern lacks are those of DejaVu Serif; a sign that neither has is a question mark.

Coordinates are in units of the size of the letters (an em), x to the right, y **up** from the base line.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font, GlyphIndexType

ROMAN, ITALIC, SIGNS, OTHER = "cmr10", "cmmi10", "cmsy10", "DejaVuSerif"

#: Codes of a path: begin, straight line, quadratic and cubic curve, close; with that many points each.
_POINTS = {1: 1, 2: 1, 3: 2, 4: 3, 79: 1}
#: Resolution at which outlines are read, in units per em.
_READ = 1000


@dataclass(frozen=True)
class Glyph:
    """One letter.

    Attributes
    ----------
    font, name : str
        Which one; together they are unique.
    width : float
        From this letter to the next.
    height, depth : float
        How far it reaches above and below the base line.
    commands : tuple of (str, tuple of float)
        Its outline: ``M``, ``L``, ``Q``, ``C``, ``Z`` as in SVG, with the coordinates of their points.
    """

    font: str
    name: str
    width: float
    height: float
    depth: float
    commands: tuple[tuple[str, tuple[float, ...]], ...]

    @property
    def key(self) -> str:
        """A name for it that may stand in a document."""
        return f"{self.font}-{self.name}"


@cache
def glyph(font: str, name: str) -> Glyph:
    """Read a letter of a font by its name there.

    Examples
    --------
    >>> two = glyph(ROMAN, "two")
    >>> two.width, round(two.height, 2), two.commands[0][0]
    (0.5, 0.67, 'M')
    """
    return _read(font, name, _font(font).get_name_index(name))


@cache
def other_glyph(character: str) -> Glyph:
    """A letter that Computer Modern lacks, or a question mark.

    Examples
    --------
    >>> other_glyph("é").name, other_glyph("猫").name
    ('u00e9', 'question')
    """
    number = _font(OTHER).get_char_index(ord(character))
    return _read(OTHER, f"u{ord(character):04x}", number) if number else glyph(ROMAN, "question")


@cache
def _font(name: str) -> "FT2Font":
    import matplotlib
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"))
    font.set_size(_READ, 72)
    return font


def _read(font: str, name: str, number: "GlyphIndexType") -> Glyph:
    from matplotlib import ft2font

    # matplotlib 3.9 has no enumeration of flags yet
    plain = getattr(ft2font, "LoadFlags", ft2font)
    face = _font(font)
    loaded = face.load_glyph(
        number, flags=plain.NO_HINTING if hasattr(plain, "NO_HINTING") else plain.LOAD_NO_HINTING
    )
    points, codes = face.get_path()
    commands, place = [], 0
    while place < len(codes):
        many = _POINTS[int(codes[place])]
        flat = tuple(round(float(value) / _READ, 4) + 0.0 for value in points[place : place + many].ravel())
        letter = "Z" if codes[place] == 79 else "MLQC"[int(codes[place]) - 1]
        commands.append((letter, () if letter == "Z" else flat))
        place += many
    ys = [value for _, flat in commands for value in flat[1::2]] or [0.0]
    width = round(loaded.linearHoriAdvance / 65536 / _READ, 4)
    return Glyph(font, name, width, max(ys), -min(ys), tuple(commands))
