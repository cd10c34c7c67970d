r"""Pictures of terms: links of bilocal vertices as dashed lines, weights |y|² as notes at their vertices.

Steps: (1) the points of one vertex are joined by extra lines, so that the layout keeps them together; (2) the
curves of these lines are dashed, and (3) the weights are put where there is room beside their vertices. What
comes out is a picture like any other, which every renderer of :mod:`diagrams.drawing` draws.
"""

from cmath import rect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import atan2, cos, pi, remainder, sin
from typing import TYPE_CHECKING

from diagrams.drawing import CurveStyle, Note, Sign, picture
from nnft_sym.expansions.content import TermContent
from nnft_sym.notation import Line, from_lines

if TYPE_CHECKING:
    from diagrams.diagram import Diagram
    from diagrams.drawing import Picture

#: An angle between lines in which a label finds room, in radians.
_ROOM = 0.6


def term_picture(
    term: TermContent,
    *,
    labels: Sequence[str] | None = None,
    layout: str = "free",
    incoming: int | None = None,
    signs: "Mapping[int, Sign] | None" = None,
) -> "Diagram | Picture":
    """Give what a renderer draws of a term: its diagram, or a picture if there is more to be seen.

    Parameters
    ----------
    term : Term
        Its components are not drawn: captions tell them (`nnft_sym.printing.picture_captions`).
    labels, layout, incoming, signs
        As for :func:`diagrams.pictures.picture.picture`; a diagram is not laid out yet, so that they are to
        be given to the renderer as well.

    Examples
    --------
    >>> from nnft_sym.expansions.expansion import expand
    >>> vertex = term_picture(expand("mu*f(x)^2*f(y)^2", 4, kind="connected").terms[0])
    >>> [(c.start, c.end) for c in vertex.curves if c.style is CurveStyle.DASHED]
    [('y1', 'y2')]
    """
    if not (term.links or term.factors.weights):
        return term.diagram
    n = term.diagram.n_external
    links = [(f"y{a}", f"y{b}") for link in term.links for a, b in pairwise(link)]
    diagram = from_lines(n, (*term.lines, *links))
    new = _matched([*term.lines, *links], diagram.edge_labels)
    drawn = picture(diagram, labels, layout=layout, incoming=incoming, signs=signs)
    dashed: set[int] = set()
    for a, b in links:
        # Of several lines between the two points the last one is the link.
        ends = {new[a], new[b]}
        here = [number for number, curve in enumerate(drawn.curves) if {curve.start, curve.end} == ends]
        dashed.add(next(number for number in reversed(here) if number not in dashed))
    place = {mark.label: number for number, mark in enumerate(drawn.marks) if not mark.external}
    notes = {}
    for point, weight in enumerate(term.factors.weights, start=1):
        if weight:
            free = _free_place(drawn, new[f"y{point}"])
            notes[place[new[f"y{point}"]]] = Note("|y|", str(weight), free.real, free.imag)
    # A point of a bilocal vertex is no mass insertion, whatever ends there.
    discs = {place[new[end]]: Sign.DISC for link in links for end in link}
    return drawn.dressed(styles=dict.fromkeys(dashed, CurveStyle.DASHED), notes=notes, signs=discs)


def _matched(lines: Sequence[Line], goal: Sequence[Line]) -> dict[str, str]:
    """Find a renaming of the vertices that turns one list of lines into the other; there is one."""
    have, want = Counter(map(frozenset, lines)), Counter(map(frozenset, goal))
    old = sorted({end for line in lines for end in line if end.startswith("y")})
    outside = {end: end for line in lines for end in line if end.startswith("x")}

    def extended(found: dict[str, str]) -> Iterator[dict[str, str]]:
        named = len(found) - len(outside)
        if named == len(old):
            yield found
            return
        point = old[named]
        for candidate in old:
            if candidate in found.values():
                continue
            longer = {**found, point: candidate}
            if all(have[frozenset((point, p))] == want[frozenset((candidate, q))] for p, q in longer.items()):
                yield from extended(longer)

    return next(extended(outside))


def _free_place(drawn: "Picture", label: str) -> complex:
    """Find where there is room for a label between the curves at a vertex; further away if it is narrow."""
    ways = []
    for curve in drawn.curves:
        ends = [(curve.start, 0, 1), (curve.end, -1, -2)]
        here = [_direction(curve.points[i], curve.points[j]) for end, i, j in ends if end == label]
        if len(here) == 2:  # a self-loop: nothing is written into it
            inside = remainder(here[1] - here[0], 2 * pi)
            here += [here[0] + share * inside for share in (0.25, 0.5, 0.75)]
        ways += [way % (2 * pi) for way in here]
    ways.sort()
    gaps = [(b - a, (a + b) / 2) for a, b in pairwise([*ways, ways[0] + 2 * pi])]
    # Upwards if there is any room, since captions stand below; then where there is most.
    roomy = [gap for gap in gaps if gap[0] > _ROOM and sin(gap[1]) > -0.3]
    width, middle = max(roomy or gaps, key=lambda gap: (round(gap[0], 3), round(sin(gap[1]), 3), cos(gap[1])))
    return rect(1.0 if width > 2 * _ROOM else 1.5, middle)


def _direction(start: tuple[float, float], towards: tuple[float, float]) -> float:
    return atan2(towards[1] - start[1], towards[0] - start[0])
