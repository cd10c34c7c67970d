"""Nickel indices: the short names of connected diagrams in the literature on critical exponents.

A row per vertex 0, 1, 2, ..., closed by ``|``: an ``e`` for every external line, then the vertices with the
same or a higher number that it is joined to, a double line twice, a self-loop once. Of all numberings of the
vertices the index takes the one whose list of rows is smallest (``e`` before 0 before 1; a row before its
continuations). Sunset: ``e111|e|``; first-order tadpole: ``ee0|``.

The index does not tell external points apart: all labellings of a diagram share it. Numbers above 9 are
written A, B, ..., Z (our choice). A vertex whose lines all stand in earlier rows has an empty row. Here it
comes before every other row, as a row comes before its continuations: ``e123|45|45|45||e|``; tables of
Phi4tools put it behind a row with ``e``: ``e123|45|45|45|e||``. Both are read, as is every numbering.

References
----------
Nickel, Meiron, Baker, *Compilation of 2-pt and 4-pt graphs for continuous spin model* (University of Guelph,
1977); Batkovich, Kirienko, Kompaniets, Novikov, *GraphState*, arXiv:1409.8227.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from diagrams.canonical import Edge
from diagrams.diagram import Diagram, as_diagram
from diagrams.errors import InvalidDiagram
from diagrams.messages import shown

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EXTERNAL = -1

#: (row, vertices in the order of their numbers)
_State = tuple[list[int], tuple[int, ...]]


def nickel_index(diagram: Diagram) -> str:
    """Nickel index of a connected diagram.

    Parameters
    ----------
    diagram : Diagram
        Connected, with 1 to 36 vertices.

    Raises
    ------
    InvalidDiagram
        If it is not connected, or has no vertex or too many.

    Examples
    --------
    >>> nickel_index(Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2"))
    'ee11|ee|'
    """
    as_diagram(diagram)
    if diagram.blobs:
        raise InvalidDiagram(
            f"{diagram.edge_string!r} has no Nickel index: it has blobs; use its edge string, or to_json"
        )
    if not diagram.is_connected or not 1 <= diagram.n_vertices <= len(_DIGITS):
        raise InvalidDiagram(
            f"{diagram.edge_string!r} has no Nickel index: it needs to be connected, with 1 to "
            f"{len(_DIGITS)} vertices; use diagrams.components() for the parts"
        )
    matrix, legs = _local(diagram)
    rows: list[list[int]] = []
    orders: set[tuple[int, ...]] = {(v,) for v in range(diagram.n_vertices)}
    for number in range(diagram.n_vertices):
        states = [state for order in orders for state in _next_rows(matrix, legs, order, number)]
        smallest = min(row for row, _ in states)
        rows.append(smallest)
        orders = {order for row, order in states if row == smallest}
    return "".join("".join(_symbol(entry) for entry in row) + "|" for row in rows)


def from_nickel_index(index: str) -> Diagram:
    """Read a Nickel index, or any text of its form, smallest or not.

    Parameters
    ----------
    index : str
        External points are numbered in the order in which they appear.

    Raises
    ------
    InvalidDiagram
        If the text is not of that form.

    Examples
    --------
    >>> from_nickel_index("e111|e|").edge_string
    'x1-y1,x2-y2,y1-y2,y1-y2,y1-y2'
    """
    if not isinstance(index, str):
        raise InvalidDiagram(f"{shown(index)} was given; a Nickel index such as 'ee11|ee|' is needed")
    rows = index.split("|")
    if rows.pop() or not rows:
        raise InvalidDiagram(
            f"Nickel index {shown(index)}: every vertex needs a row closed by |, as in ee11|ee|"
        )
    if len(rows) > len(_DIGITS):
        raise InvalidDiagram(
            f"Nickel index {shown(index)}: {len(rows)} rows were given; at most {len(_DIGITS)} vertices have "
            "a digit or letter, write the lines as text instead (Diagram.from_edge_string)"
        )
    n_external = index.count("e")
    points = iter(range(n_external))
    edges: list[Edge] = []
    for number, row in enumerate(rows):
        for symbol in row:
            other = _DIGITS.find(symbol)
            if symbol == "e":
                edges.append((next(points), n_external + number))
            elif number <= other < len(rows):
                edges.append((n_external + number, n_external + other))
            else:
                raise InvalidDiagram(
                    f"Nickel index {shown(index)}: row {number} holds {symbol!r}; it may hold e and "
                    "the numbers "
                    f"{_DIGITS[number]} to {_DIGITS[len(rows) - 1]}"
                )
    valences = Counter(node for edge in edges for node in edge)
    return Diagram(n_external, tuple(valences[n_external + v] for v in range(len(rows))), tuple(edges))


def _symbol(entry: int) -> str:
    return "e" if entry == _EXTERNAL else _DIGITS[entry]


def _local(diagram: Diagram) -> tuple[list[list[int]], list[int]]:
    """Lines between vertices (self-loops on the diagonal), and legs per vertex."""
    n, size = diagram.n_external, diagram.n_vertices
    matrix = [[0] * size for _ in range(size)]
    legs = [0] * size
    for i, j in diagram.edges:
        if i < n:
            legs[j - n] += 1
        else:
            matrix[i - n][j - n] += 1
            matrix[j - n][i - n] += i != j
    return matrix, legs


def _next_rows(
    matrix: Sequence[Sequence[int]], legs: Sequence[int], order: tuple[int, ...], number: int
) -> Iterator[_State]:
    """Smallest row of vertex `number`, with every numbering of its new neighbours that gives it.

    A smaller number is used up before a larger one, and the new neighbour with more lines comes first, or
    the row would not be the smallest.
    """
    vertex = order[number]
    known = [m for m in range(number, len(order)) for _ in range(matrix[vertex][order[m]])]
    new = [w for w in range(len(matrix)) if matrix[vertex][w] and w not in order]
    counts = sorted((matrix[vertex][w] for w in new), reverse=True)
    fresh = [len(order) + rank for rank, count in enumerate(counts) for _ in range(count)]
    row = [_EXTERNAL] * legs[vertex] + known + fresh
    for arranged in _arrangements(matrix, legs, new, vertex):
        yield row, order + arranged


def _arrangements(
    matrix: Sequence[Sequence[int]], legs: Sequence[int], new: list[int], vertex: int
) -> Iterator[tuple[int, ...]]:
    """Orders of the new neighbours, more lines first; of interchangeable ones the first goes first."""
    if not new:
        yield ()
        return
    most = max(matrix[vertex][w] for w in new)
    tried: list[int] = []
    for w in new:
        if matrix[vertex][w] == most and not any(_twins(matrix, legs, w, other) for other in tried):
            tried.append(w)
            for rest in _arrangements(matrix, legs, [v for v in new if v != w], vertex):
                yield w, *rest


def _twins(matrix: Sequence[Sequence[int]], legs: Sequence[int], a: int, b: int) -> bool:
    """Whether exchanging two vertices changes nothing."""
    others = (u for u in range(len(matrix)) if u not in (a, b))
    alike = legs[a] == legs[b] and matrix[a][a] == matrix[b][b]
    return alike and all(matrix[a][u] == matrix[b][u] for u in others)
