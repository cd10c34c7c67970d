"""Names in a picture: how much room they take, and where those of vertices stand.

Steps: the size of a name is estimated from its letters; around every vertex places are tried, near ones
first, until one is clear of lines, points and other names.

Lengths are in units of a leg.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagrams.pictures.pieces import sampled

Complex = NDArray[np.complex128]
Points = tuple[tuple[float, float], ...]

#: A name with a number, which is set as a subscript.
NUMBERED = re.compile(r"([^\W\d_]+)_?(\d+)")
#: Size of the letters of external points and of vertices, and half the height of a line of them.
POINT_SIZE, VERTEX_SIZE = 0.33, 0.26
#: Widths of a letter, a wide one, a capital, and of a digit below the line, in units of the size.
_LETTER, _WIDE, _CAPITAL, _DIGIT = 0.5, 0.85, 0.75, 0.36
#: Between a name and anything else.
_CLEAR = 0.03
#: From a vertex to the middle of its name: what is tried, and in how many directions.
_FAR = (0.26, 0.31, 0.37, 0.44, 0.52, 0.6, 0.7)
_DIRECTIONS = 24
#: Where a name stands if there is room everywhere: below, to the right.
_FIRST = -0.25 * np.pi


@dataclass(frozen=True)
class Name:
    """The room that a name takes: its middle, half its width and half its height."""

    middle: complex
    half_width: float
    half_height: float


def half_width(text: str, size: float) -> float:
    """Half the width of a name, a trailing number being set as a subscript.

    Examples
    --------
    >>> round(half_width("x1", 1.0), 2), half_width("", 1.0)
    (0.43, 0.0)
    >>> half_width("momentum", 1.0) > half_width("inbetween", 1.0)
    True
    """
    plain = text.strip("$").replace("{", "").replace("}", "")
    named = NUMBERED.fullmatch(plain)
    letters, digits = (named[1], len(named[2])) if named else (plain, 0)
    return size * (sum(map(_letter_width, letters)) + _DIGIT * digits) / 2


def _letter_width(letter: str) -> float:
    if letter in "mwMW":
        return _WIDE
    return _CAPITAL if letter.isupper() else _LETTER


def beside(z: complex, way: complex, text: str, distance: float) -> complex:
    """Middle of the name of an external point; a long name is moved on, such that it ends at the point.

    Examples
    --------
    >>> beside(1 + 0j, 1 + 0j, "x1", 0.29)
    (1.29+0j)
    >>> beside(1 + 0j, 1 + 0j, "outgoing", 0.29).real > 1.7
    True
    """
    longer = max(0.0, half_width(text, POINT_SIZE) - 0.5 * POINT_SIZE)
    return z + distance * way + longer * max(-1.0, min(2 * way.real, 1.0))


def vertex_middles(
    vertices: Sequence[tuple[complex, str]],
    curves: Sequence[Points],
    taken: Sequence[Name],
) -> list[complex]:
    """Middles of the names of vertices.

    Parameters
    ----------
    vertices : sequence of (complex, str)
        Places and names.
    curves : sequence of points
        Segments and cubics: what a name must not lie on.
    taken : sequence of Name
        Names that stand already, and points as names without letters.

    Returns
    -------
    list of complex

    Examples
    --------
    >>> line = ((0.0, 0.0), (-1.0, 1.0))
    >>> vertex_middles([(0j, "y1")], [line], [])[0].imag < 0
    True
    """
    ink = sampled(curves, 40).ravel() if curves else np.zeros(0, dtype=complex)
    around = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    around = around[np.argsort(np.abs(np.exp(1j * around) - np.exp(1j * _FIRST)), kind="stable")]
    stand = [*taken, *(Name(z, 0.0, 0.0) for z, _ in vertices)]
    found = []
    for z, text in vertices:
        wide, high = half_width(text, VERTEX_SIZE), 0.42 * VERTEX_SIZE
        best: tuple[float, complex] | None = None
        for middle in _around(z, around):
            room = min(_room(middle, wide, high, ink), _between(middle, wide, high, stand))
            if best is None or room > best[0] + 1e-9:
                best = min(room, _CLEAR), middle
            if room >= _CLEAR:
                break
        assert best is not None
        found.append(best[1])
        stand.append(Name(best[1], wide, high))
    return found


def _around(z: complex, around: NDArray[np.float64]) -> Iterator[complex]:
    """Places around a vertex, near ones first."""
    for far in _FAR:
        for way in around:
            yield complex(z + far * np.exp(1j * way))


def _room(middle: complex, wide: float, high: float, ink: Complex) -> float:
    """Distance of the nearest sample of a line from a box, along the axes; negative inside."""
    if not ink.size:
        return 1.0
    apart = ink - middle
    return float(np.maximum(np.abs(apart.real) - wide, np.abs(apart.imag) - high).min())


def _between(middle: complex, wide: float, high: float, names: Sequence[Name]) -> float:
    """Distance of the nearest of other names or points, which keep their radius, from a box."""
    return min(
        (
            max(
                abs((name.middle - middle).real) - wide - max(name.half_width, 0.1),
                abs((name.middle - middle).imag) - high - max(name.half_height, 0.1),
            )
            for name in names
        ),
        default=1.0,
    )
