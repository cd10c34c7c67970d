"""Vertices as users write them, in one place: a mapping, one valence for each, or a text.

``{4: 2, 6: 1}``, ``(4, 4, 6)`` and ``"4:2,6:1"`` are the same two f⁴ vertices and one f⁶ vertex.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import index

from diagrams.errors import GenerationError
from diagrams.messages import shown

#: Whatever `as_vertices` reads.
VerticesLike = Mapping[int, int] | Iterable[int] | str
#: What is needed, for messages.
NEEDED = (
    "a mapping from valences to numbers is needed, all of them whole numbers, as in {4: 2} for two f^4 "
    "vertices; or the valence of each, as in (4, 4); or the text '4:2'"
)
#: Longest number of a text.
_LONGEST = 40


def as_vertices(given: VerticesLike) -> dict[int, int]:
    """Read how many vertices there are of which valence.

    Parameters
    ----------
    given : mapping, iterable of int, or str
        ``{valence: how many}``; the valence of every vertex, also as text, ``"4,4,6"``; or
        ``"valence:how many,..."``.

    Returns
    -------
    dict
        ``{valence: how many}``, in the order given.

    Raises
    ------
    GenerationError
        If it is none of these, or a text names a valence twice.

    Examples
    --------
    >>> as_vertices({4: 2, 6: 1}), as_vertices((4, 4, 6)), as_vertices("4:2, 6:1")
    ({4: 2, 6: 1}, {4: 2, 6: 1}, {4: 2, 6: 1})
    >>> as_vertices("4:2,4:1")
    Traceback (most recent call last):
    diagrams.errors.GenerationError: '4:2,4:1' was given, with valence 4 twice; add the numbers
    """
    if isinstance(given, str):
        return _written(given)
    try:
        if isinstance(given, Mapping):
            return {index(valence): index(number) for valence, number in given.items()}
        return dict(Counter(index(valence) for valence in given))
    except TypeError:
        raise GenerationError(f"vertices = {shown(given)} was given; {NEEDED}") from None


def _written(text: str) -> dict[int, int]:
    """Read a text; whole numbers may be written 1e2."""
    vertices: dict[int, int] = {}
    repeated = ":" not in text
    for item in text.split(",") if text.strip() else []:
        valence, colon, number = item.partition(":")
        pair = (_whole(valence), _whole(number) if colon else 1)
        if pair[0] is None or pair[1] is None:
            raise GenerationError(
                f"{shown(text)} was given, and {shown(item.strip())} is not of the form VALENCE:NUMBER; "
                "write for example 4:6,6:1 for six f^4 and one f^6 vertices"
            )
        if repeated:
            vertices[pair[0]] = vertices.get(pair[0], 0) + 1
            continue
        if pair[0] in vertices:
            raise GenerationError(f"{shown(text)} was given, with valence {pair[0]} twice; add the numbers")
        vertices[pair[0]] = pair[1]
    return vertices


def _whole(text: str) -> int | None:
    """Read a whole number of 0 or more; None for anything else."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        fits = number >= 0 and (isinstance(number, int) or (number < 2.0**53 and number.is_integer()))
        return int(number) if fits else None
    return None
