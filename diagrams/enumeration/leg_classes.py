"""Connected diagrams with exchangeable legs: each class once, by orderly generation.

A class is a symmetric vertex matrix: ``m[i][j]`` lines between vertices i and j, ``m[i][i]`` self-loops, and
a number of legs per vertex. Steps:

1. hand out valences and legs to the vertices; vertices of equal (valence, legs) have one **colour**;
2. fill the matrix row by row in decreasing order; among columns that are equivalent so far (a **cell**) a row
   does not increase;
3. after each row, drop what can no longer become connected and what a relabelling of finished rows makes
   larger: of every class only its largest matrix survives, so nothing is stored and nothing is compared
   between classes (orderly generation: Read 1978; Faradzev 1978);
4. the last test lists every relabelling that reproduces the matrix: the vertex automorphisms.

Legs get their labels afterwards, in `diagrams.enumeration.legs`. `diagrams.enumeration.machine` is the same
enumeration, compiled.

Blobs, which are connected correlators of more than two legs, are vertices of another kind: no line joins two
of them. In a content they have negative valences, so that they come first.
"""

from collections.abc import Iterator, Sequence
from math import factorial, prod
from typing import NamedTuple

Matrix = list[list[int]]
#: Vertex content as sorted pairs (valence, how many); the valence of blobs is negative.
Content = tuple[tuple[int, int], ...]


def ends_of(content: Content) -> int:
    """Line ends of all vertices, and legs of all blobs.

    Examples
    --------
    >>> ends_of(((-4, 1), (4, 2)))
    12
    """
    return sum(abs(valence) * number for valence, number in content)


def vertex_exchanges(content: Content) -> int:
    """Ways to name the vertices and their line ends; blobs and their legs have no names.

    Examples
    --------
    >>> vertex_exchanges(((-4, 1), (4, 2)))
    1152
    """
    return prod(factorial(k) ** c * factorial(c) for k, c in content if k > 0)


class LegClass(NamedTuple):
    """A connected diagram whose legs are not told apart.

    Attributes
    ----------
    valences, legs : tuple of int, length n_vertices
        Valence and number of legs of every vertex; vertices are sorted by (valence, more legs first). Blobs
        have negative valences; their legs here are those at external points.
    matrix : tuple of tuple of int, shape (n_vertices, n_vertices)
        Number of lines between vertices; self-loops on the diagonal.
    leg_actions : tuple of tuple of int
        G/G0 as vertex permutations that leave legless vertices alone, the identity included: G are the vertex
        permutations that preserve valences, legs and matrix, G0 those that fix every leg-carrying vertex.
    fixing : int
        Order of G0.
    """

    valences: tuple[int, ...]
    legs: tuple[int, ...]
    matrix: tuple[tuple[int, ...], ...]
    leg_actions: tuple[tuple[int, ...], ...]
    fixing: int


def leg_classes(n_legs: int, content: Content, self_loops: bool = True) -> Iterator[LegClass]:
    """Stream the connected classes with at least one vertex.

    Parameters
    ----------
    n_legs : int
        Number of legs; 0 gives connected vacuum diagrams.
    content : tuple of (int, int)
        Pairs (valence, how many vertices).
    self_loops : bool
        False leaves out every diagram with a line from a vertex to itself, before it is made.

    Yields
    ------
    LegClass

    Examples
    --------
    Two-point function, second order in f**4: chain of two tadpoles, tadpole on a tadpole, sunset.

    >>> [leg_class.matrix for leg_class in leg_classes(2, ((4, 2),))]
    [((0, 2), (2, 1)), ((1, 1), (1, 1)), ((0, 3), (3, 0))]

    First order, with a connected correlator of four legs, and one of the points at it, or both:

    >>> [leg_class.legs for leg_class in leg_classes(2, ((-4, 1), (4, 1)))]
    [(1, 1), (2, 0)]
    """
    for valences, legs in legs_handed_out(n_legs, content):
        yield from _Filler(valences, legs, self_loops).classes()


def legs_handed_out(n_legs: int, content: Content) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Stream valences and legs per vertex for which a connected diagram is not excluded at once.

    Examples
    --------
    >>> list(legs_handed_out(4, ((4, 2),)))
    [((4, 4), (3, 1)), ((4, 4), (2, 2))]
    """
    for valences, legs in _legs_handed_out(n_legs, content):
        free = [abs(valence) - taken for valence, taken in zip(valences, legs, strict=True)]
        of_blobs = sum(left for valence, left in zip(valences, free, strict=True) if valence < 0)
        if sum(free) % 2 == 0 and (len(free) == 1 or min(free) > 0) and 2 * of_blobs <= sum(free):
            yield valences, legs


def _legs_handed_out(n_legs: int, content: Content) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Valences and legs per vertex; within one valence the legs do not increase."""
    if not content:
        if n_legs == 0:
            yield (), ()
        return
    (valence, count), rest = content[0], content[1:]
    ends = abs(valence)
    for taken in range(max(0, n_legs - ends_of(rest)), min(n_legs, ends * count) + 1):
        for split in _bounded_partitions(taken, count, ends):
            for valences, legs in _legs_handed_out(n_legs - taken, rest):
                yield (valence,) * count + valences, split + legs


def _bounded_partitions(total: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Non-increasing sequences of `parts` numbers 0..largest with the given sum."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(min(total, largest), -1, -1):
        if first * parts < total:
            return
        for rest in _bounded_partitions(total - first, parts - 1, first):
            yield (first, *rest)


def _cells(colours: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Vertices grouped by colour, in the order given (equal colours are neighbours)."""
    cells: list[list[int]] = []
    for vertex, colour in enumerate(colours):
        if vertex and colours[vertex - 1] == colour:
            cells[-1].append(vertex)
        else:
            cells.append([vertex])
    return cells


def _split(
    cells: Sequence[Sequence[int]], row: Sequence[int], singled: int
) -> tuple[list[int], list[list[int]]]:
    """Single a vertex out and split every cell by its lines to it, most lines first.

    Returns the lines in the new order of the vertices, and the new cells (without the singled vertex).
    """
    values: list[int] = []
    refined: list[list[int]] = []
    for cell in cells:
        rest = sorted((v for v in cell if v != singled), key=lambda v: -row[v])
        for v in rest:
            if refined and len(values) and refined[-1][0] in cell and values[-1] == row[v]:
                refined[-1].append(v)
            else:
                refined.append([v])
            values.append(row[v])
    return values, refined


class _Filler:
    """Fills one vertex matrix row by row; `classes` yields each largest matrix with its automorphisms."""

    def __init__(self, valences: tuple[int, ...], legs: tuple[int, ...], self_loops: bool) -> None:
        self.valences, self.legs = valences, legs
        self.free = [abs(valence) - taken for valence, taken in zip(valences, legs, strict=True)]
        self.n_blobs = sum(1 for valence in valences if valence < 0)
        self.cells = _cells(list(zip(valences, legs, strict=True)))
        self.self_loops = self_loops
        self.size = len(valences)
        self.matrix: Matrix = [[0] * self.size for _ in valences]

    def classes(self) -> Iterator[LegClass]:
        yield from self._rows(0, self.cells)

    def _rows(self, row: int, cells: list[list[int]]) -> Iterator[LegClass]:
        """Fill rows row, row + 1, ...; `cells` are the unfinished vertices, equivalent ones together."""
        matrix, free = self.matrix, self.free
        start = free[row]
        for loops in range(start // 2 if self.self_loops and row >= self.n_blobs else 0, -1, -1):
            matrix[row][row] = loops
            for _ in self._entries(row, row + 1, start - 2 * loops, cells):
                _, refined = _split(cells, matrix[row], row)
                if not self._may_connect(row):
                    continue
                automorphisms: list[tuple[int, ...]] | None = [] if row + 1 == self.size else None
                if not self._is_largest(0, row, self.cells, [], automorphisms):
                    continue
                if automorphisms is None:
                    yield from self._rows(row + 1, refined)
                else:
                    yield self._finished(automorphisms)
        matrix[row][row] = 0

    def _finished(self, automorphisms: Sequence[tuple[int, ...]]) -> LegClass:
        carry = [v for v, legs in enumerate(self.legs) if legs]
        actions = []
        for images in sorted({tuple(g[v] for v in carry) for g in automorphisms}):
            action = list(range(self.size))
            for v, image in zip(carry, images, strict=True):
                action[v] = image
            actions.append(tuple(action))
        matrix = tuple(tuple(line) for line in self.matrix)
        return LegClass(self.valences, self.legs, matrix, tuple(actions), len(automorphisms) // len(actions))

    def _entries(self, row: int, column: int, left: int, cells: list[list[int]]) -> Iterator[None]:
        """Spread `left` line ends of a row over the later columns, not increasing within a cell."""
        if column == self.size:
            if left == 0:
                yield
            return
        matrix, free = self.matrix, self.free
        most = min(left, free[column]) if max(row, column) >= self.n_blobs else 0
        if column - 1 > row and any(column in cell and column - 1 in cell for cell in cells):
            most = min(most, matrix[row][column - 1])
        for lines in range(most, -1, -1):
            matrix[row][column] = matrix[column][row] = lines
            free[column] -= lines
            yield from self._entries(row, column + 1, left - lines, cells)
            free[column] += lines
        matrix[row][column] = matrix[column][row] = 0

    def _may_connect(self, row: int) -> bool:
        """Whether every vertex can still be joined to the rest: no component of finished rows is closed."""
        matrix, size = self.matrix, self.size
        reached = list(range(row + 1, size)) or [0]
        seen = [False] * size
        for v in reached:
            seen[v] = True
        for v in reached:  # grows while we walk
            for w, lines in enumerate(matrix[v]):
                if lines and not seen[w]:
                    seen[w] = True
                    reached.append(w)
        return len(reached) == size

    def _is_largest(
        self,
        position: int,
        last: int,
        cells: Sequence[Sequence[int]],
        chosen: list[int],
        automorphisms: list[tuple[int, ...]] | None,
    ) -> bool:
        """Whether no relabelling of the finished rows 0..last makes the matrix larger.

        `chosen` are the vertices put at positions 0..position-1, `cells` the candidates for the others.
        With a list given (all rows finished), every relabelling that reproduces the matrix is added to it.
        """
        if position > last:
            if automorphisms is not None:
                automorphisms.append(tuple(chosen))
            return True
        matrix = self.matrix
        goal_diagonal = matrix[position][position]
        goal = matrix[position][position + 1 :]
        for vertex in cells[0]:
            if vertex > last or matrix[vertex][vertex] < goal_diagonal:
                continue
            if matrix[vertex][vertex] > goal_diagonal:
                return False
            values, refined = _split(cells, matrix[vertex], vertex)
            if values > goal:
                return False
            if values == goal:
                chosen.append(vertex)
                largest = self._is_largest(position + 1, last, refined, chosen, automorphisms)
                chosen.pop()
                if not largest:
                    return False
        return True
