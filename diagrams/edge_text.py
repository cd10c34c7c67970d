"""Diagrams as text: ``"x1-y1,x2-y1,y1-y1"`` names what every line joins, and every blob."""

import re

from diagrams.errors import InvalidDiagram
from diagrams.messages import shown

_NODE = r"\s*[xy][1-9]\d*\s*"
_JOINED = re.compile(f"{_NODE}(?:-{_NODE})*")


def read_joined(text: str) -> tuple[int, int, list[tuple[int, ...]]]:
    """Read what is joined, as tuples of nodes.

    Parameters
    ----------
    text : str

    Returns
    -------
    n_external, n_vertices : int
    joined : list of tuple of int
        Pairs for lines, other tuples for blobs.

    Raises
    ------
    InvalidDiagram
        If the text cannot be read, or a number of a point or vertex is left out.

    Examples
    --------
    >>> read_joined("x1-y1, x2-y1-y1-y1")
    (2, 1, [(0, 2), (1, 2, 2, 2)])
    """
    if not isinstance(text, str):
        raise InvalidDiagram(f"{shown(text)} was given; lines such as 'x1-y1,x2-y1' are needed")
    named = []
    for part in text.split(",") if text.strip() else []:
        if _JOINED.fullmatch(part) is None:
            raise InvalidDiagram(
                f"cannot read the line {shown(part.strip())} in {shown(text)}: lines are pairs "
                "such as x1-y1 or "
                "y1-y2, x for external points and y for vertices, separated by commas"
            )
        named.append([(node[0], int(node[1:])) for node in map(str.strip, part.split("-"))])
    n_external = _highest("x", named, text, "external point")
    n_vertices = _highest("y", named, text, "vertex")
    start = {"x": -1, "y": n_external - 1}
    return n_external, n_vertices, [tuple(start[letter] + i for letter, i in nodes) for nodes in named]


def _highest(kind: str, ends: list[list[tuple[str, int]]], text: str, meaning: str) -> int:
    """Number of points (or vertices) named in an edge string; they must be numbered without gaps."""
    named = {index for line in ends for letter, index in line if letter == kind}
    missing = [f"{kind}{i}" for i in range(1, len(named) + 1) if i not in named]
    if missing:
        raise InvalidDiagram(
            f"{meaning} {missing[0]} is missing in {shown(text)}: number them {kind}1, {kind}2, ... "
            "without gaps"
        )
    return len(named)
