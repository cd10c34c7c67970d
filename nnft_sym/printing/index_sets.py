"""Sums over index sets: a topology with letters in place of its external points, and the sum over these.

The sum over the labellings of the external points that give different diagrams is written with the points
that stand together side by side: Σ_{ij|kl} K(i,j) ∫dy K_W(k,y) K_W(l,y) K_W(y,y) has one term for each of the
six choices of a pair.
"""

from collections.abc import Sequence
from dataclasses import replace

from nnft_sym.expansions.content import TopologyContent
from nnft_sym.notation import Factors, Line

#: Names of indices; d, x, y and z are taken.
LETTERS = "ijklmnpqrstuvwabcegh"
#: What the sums of the text mean.
SUMS = (
    "Σ_{ij|kl; 6}: sum over all labellings that give different diagrams, here 6; i, j, k, l are the external "
    "points in some order, those that meet side by side"
)
#: The same for LaTeX.
SUMS_LATEX = (
    r"$\sum_{ij|kl}^{6}$ is the sum over all labellings that give different diagrams, here 6: $i,j,k,l$ are "
    "the external points in some order, those that meet side by side."
)


def index_sets(factors: Factors) -> tuple[tuple[str, ...], ...]:
    """Group the external points that meet: at the ends of a line, in a blob, or at a vertex.

    Of a field of several components those are grouped whose components are equal.

    Examples
    --------
    >>> index_sets(Factors((("x1", "x3"), ("x2", "y1"), ("x4", "y1"), ("y1", "y1"))))
    (('x1', 'x3'), ('x2', 'x4'))
    """
    if factors.pairs:
        return tuple((f"x{a}", f"x{b}") for a, b in factors.pairs)
    groups: dict[tuple[str, ...] | str, list[str]] = {}
    for joined in (*factors.lines, *factors.blobs):
        outer = [end for end in joined if end.startswith("x")]
        vertices = [end for end in joined if not end.startswith("x")]
        place = vertices[0] if len(outer) == 1 and vertices else tuple(joined)
        groups.setdefault(place, []).extend(outer)
    kept = [tuple(sorted(points, key=_number)) for points in groups.values() if points]
    return tuple(sorted(kept, key=lambda points: _number(points[0])))


def summed(topology: TopologyContent) -> tuple[Factors, str]:
    """Give the factors of a topology with letters for the points, and the letters as index sets.

    Returns
    -------
    Factors, str
        The factors as they are, and no text, where there is one labelling only.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> [summed(one)[1] for one in expand("lambda*f^4", 4).topologies()]
    ['ij|kl', 'ij|kl', '']
    """
    factors = topology.representative.factors
    if topology.labellings == 1:
        return factors, ""
    sets = index_sets(factors)
    points = [point for group in sets for point in group]
    names = {point: f"x{_letter(number)}" for number, point in enumerate(points)}
    text = "|".join("".join(names[point][1:] for point in group) for group in sets)
    return _renamed(factors, names), text


def _renamed(factors: Factors, names: dict[str, str]) -> Factors:
    def points(joined: Sequence[str]) -> tuple[str, ...]:
        return tuple(names.get(end, end) for end in joined)

    lines: list[Line] = [(names.get(a, a), names.get(b, b)) for a, b in factors.lines]
    pairs = tuple((names[f"x{a}"][1:], names[f"x{b}"][1:]) for a, b in factors.pairs)
    return replace(factors, lines=tuple(lines), blobs=tuple(map(points, factors.blobs)), letters=pairs)


def _letter(number: int) -> str:
    """Name an index; more of them have primes."""
    primes, place = divmod(number, len(LETTERS))
    return LETTERS[place] + "'" * primes


def _number(point: str) -> int:
    return int(point[1:])
