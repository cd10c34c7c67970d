"""What a picture is made of beside its curves: points, vertices and blobs, notes at them, and captions.

Coordinates are dimensionless (a leg has length 1), x to the right, y **up**.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt

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
    """How a vertex is drawn: as papers do, by the number of lines that end there.

    A disc; a cross for a mass insertion (f^2); a circled cross for a source (f^1).
    """

    DISC = "disc"
    CROSS = "cross"
    SOURCE = "source"

    @classmethod
    def of(cls, valence: int) -> "Sign":
        """The sign of a vertex with so many line ends.

        Examples
        --------
        >>> [Sign.of(valence).value for valence in (1, 2, 3, 4)]
        ['source', 'cross', 'disc', 'disc']
        """
        return {1: cls.SOURCE, 2: cls.CROSS}.get(valence, cls.DISC)


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
        if self.blob or self.sign is Sign.DISC:
            return ()
        far = round((CROSS if self.sign is Sign.CROSS else SOURCE_RADIUS) / sqrt(2), 4)
        return tuple(
            ((self.x - far, self.y - far * way), (self.x + far, self.y + far * way)) for way in (1, -1)
        )

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
        return 0.08 if self.sign is Sign.DISC else CROSS

    @property
    def named(self) -> bool:
        """Whether it is a vertex, whose name may be written."""
        return not self.external and not self.blob
