"""What a picture is made of beside its curves: points, vertices and blobs, notes at them, and captions.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt
from types import MappingProxyType

Point = tuple[float, float]

#: Of the shaded disc that stands for a connected correlator: less than what lines keep from a node.
BLOB_RADIUS = 0.16
#: Half the length of the bar across an amputated leg.
BAR = 0.13
#: From the middle of a cross to its ends, and radius of the circle around the cross of a source.
CROSS, SOURCE_RADIUS = 0.14, 0.13


@dataclass(frozen=True)
class Note:
    """A short formula beside a point: a base with an exponent, such as the weight of a vertex.

    Attributes
    ----------
    base, exponent : str
        Set as mathematics; the exponent may be empty.
    x, y : float
        Where its centre is seen from the point, in units of the usual distance. A renderer chooses that
        distance, since its letters have their own size against the lines.
    """

    base: str
    exponent: str
    x: float
    y: float


@dataclass(frozen=True)
class Caption:
    """A line below a picture, with a LaTeX form of its own; a plain text needs none.

    Attributes
    ----------
    text : str
        For renderers without LaTeX.
    latex : str
        For TikZ, ready to be set.
    """

    text: str
    latex: str

    def __str__(self) -> str:
        return self.text


class Sign(StrEnum):
    """How a vertex is drawn, told apart without colour.

    A circled cross for a source (f^1), a cross for a mass insertion (f^2), as papers do; the other vertices
    of a theory have the signs from ``DISC`` on, by the number of lines that end there (`vertex_signs`).
    """

    SOURCE = "source"
    CROSS = "cross"
    DISC = "disc"
    RING = "ring"
    SQUARE = "square"
    OPEN_SQUARE = "open square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"

    @property
    def is_open(self) -> bool:
        """Whether it is drawn as an outline, white inside."""
        return self in (Sign.RING, Sign.OPEN_SQUARE)


#: Signs of vertices with three and more line ends.
_MANY = tuple(Sign)[2:]
#: Corners of the signs that have some, and radii of the others, in units of the radius of a disc.
_CORNERS: Mapping[Sign, tuple[Point, ...]] = MappingProxyType(
    {
        Sign.SQUARE: ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)),
        Sign.OPEN_SQUARE: ((-1.05, -1.05), (1.05, -1.05), (1.05, 1.05), (-1.05, 1.05)),
        Sign.DIAMOND: ((0.0, -1.5), (1.1, 0.0), (0.0, 1.5), (-1.1, 0.0)),
        Sign.TRIANGLE: ((-1.25, -0.75), (1.25, -0.75), (0.0, 1.4)),
    }
)
_RADII: Mapping[Sign, float] = MappingProxyType({Sign.DISC: 1.0, Sign.RING: 1.15})


def vertex_signs(valences: Iterable[int]) -> dict[int, Sign]:
    """Give every valence of a theory its sign: those with three and more line ends by rank.

    Parameters
    ----------
    valences : iterable of int
        Numbers of line ends of the vertices.

    Examples
    --------
    >>> {valence: sign.value for valence, sign in vertex_signs([2, 4, 6]).items()}
    {2: 'cross', 4: 'disc', 6: 'ring'}
    """
    known = sorted(set(valences))
    many = [valence for valence in known if valence > 2]
    few = {1: Sign.SOURCE, 2: Sign.CROSS}
    return {one: few.get(one) or _MANY[min(many.index(one), len(_MANY) - 1)] for one in known if one}


@dataclass(frozen=True)
class Mark:
    """An external point, a vertex or a blob.

    Attributes
    ----------
    x, y : float
    label : str
        ``"x1"`` or ``"y1"``; ``"b1"`` for a blob, which is not written.
    external : bool
    valence : int
    label_x, label_y : float
        Centre of the label of an external point; for a vertex its place, until `with_vertex_names`.
    note : Note, optional
        What else is written beside the point.
    blob : bool
        Whether it is a shaded disc of `BLOB_RADIUS`, which hides the ends of its legs.
    amputated : bool
        Whether it is the end of a leg without a propagator: a `bar` across, in place of a point.
    sign : Sign
        How a vertex is drawn that is no blob.
    """

    x: float
    y: float
    label: str
    external: bool
    valence: int
    label_x: float
    label_y: float
    note: Note | None = None
    blob: bool = False
    amputated: bool = False
    sign: Sign = Sign.DISC

    @property
    def cross(self) -> tuple[tuple[Point, Point], ...]:
        """The two strokes of the cross of a mass insertion, or inside the circle of a source; else none.

        Examples
        --------
        >>> Mark(0.0, 0.0, "y1", False, 2, 0.0, 0.0, sign=Sign.CROSS).cross[0]
        ((-0.099, -0.099), (0.099, 0.099))
        """
        if self.blob or self.sign not in (Sign.CROSS, Sign.SOURCE):
            return ()
        far = round((CROSS if self.sign is Sign.CROSS else SOURCE_RADIUS) / sqrt(2), 4)
        return tuple(
            ((self.x - far, self.y - far * way), (self.x + far, self.y + far * way)) for way in (1, -1)
        )

    def corners(self, radius: float) -> tuple[Point, ...]:
        """Corners of a sign that has some, where a disc would have this radius; else none.

        Examples
        --------
        >>> Mark(0.0, 1.0, "y1", False, 8, 0.0, 0.0, sign=Sign.SQUARE).corners(0.5)[0]
        (-0.5, 0.5)
        """
        if self.external or self.blob:
            return ()
        return tuple((self.x + radius * x, self.y + radius * y) for x, y in _CORNERS.get(self.sign, ()))

    def radius(self, disc: float) -> float:
        """Radius of a sign that is round, where a disc would have this one; nought for the others.

        Examples
        --------
        >>> Mark(0.0, 0.0, "y1", False, 4, 0.0, 0.0).radius(0.5)
        0.5
        """
        return 0.0 if self.external or self.blob else disc * _RADII.get(self.sign, 0.0)

    @property
    def bar(self) -> tuple[Point, Point]:
        """Ends of the bar across an amputated leg; the label stands where the leg points to."""
        x, y = self.label_x - self.x, self.label_y - self.y
        scale = BAR / (hypot(x, y) or 1.0)
        return (self.x - scale * y, self.y + scale * x), (self.x + scale * y, self.y - scale * x)

    @property
    def rim(self) -> float:
        """How far a vertex or a blob reaches, with a little room around it."""
        if self.blob:
            return BLOB_RADIUS + 0.02
        return 0.08 if self.sign is Sign.DISC else 0.11 if self.sign is Sign.RING else CROSS

    @property
    def named(self) -> bool:
        """Whether it is a vertex, whose name may be written."""
        return not self.external and not self.blob
