"""Numbers that the field has published: other generators, tables of weights, sequences, a textbook.

Where a convention of the source differs from ours, it is stated at the test.
"""

from fractions import Fraction
from math import factorial, prod

import pytest

from diagrams.filters import connected, no_self_loop, one_particle_irreducible, onshell
from diagrams.generation import count, generate
from diagrams.nickel import from_nickel_index, nickel_index


def contents(n, loops, valences):
    """Vertex contents of connected diagrams with so many points and loops."""

    def found(left, rest):
        if not left:
            if rest == 0:
                yield {}
            return
        first, *others = left
        for number in range(rest // (first - 2) + 1):
            for content in found(others, rest - number * (first - 2)):
                yield {first: number, **content} if number else content

    return found(valences, n - 2 + 2 * loops)


def number(n, loops, valences, *where, unlabelled=False):
    """How many diagrams there are with so many loops."""
    asked = contents(n, loops, valences)
    return sum(count(n, content, [connected, *where], unlabelled=unlabelled).diagrams for content in asked)


def weight(n, content, where=()):
    """Sum of 1/S over labelled diagrams, by their Wick counts."""
    ways = prod(factorial(valence) ** many * factorial(many) for valence, many in content.items())
    return Fraction(count(n, content, list(where)).multiplicity_total, ways)


def no_tadpole_anywhere(diagram):
    """No self-loop, and no vertex that separates a piece without external points from the rest.

    In a vacuum diagram no vertex separates anything. Lines and vertices of our `no_tadpole` are other ones:
    there a *line* separates the piece.
    """
    n = diagram.n_external
    if any(one == other for one, other in diagram.edges):
        return False
    for removed in range(n, n + diagram.n_vertices):
        left = [node for node in range(n + diagram.n_vertices) if node != removed]
        pieces = list(_pieces(left, [edge for edge in diagram.edges if removed not in edge]))
        alone = [piece for piece in pieces if all(node >= n for node in piece)]
        if (n and alone) or (not n and len(pieces) > 1):
            return False
    return True


def _pieces(nodes, edges):
    """Connected sets of nodes."""
    left = set(nodes)
    while left:
        piece = {left.pop()}
        while True:
            more = {node for edge in edges if piece & set(edge) for node in edge} - piece
            if not more:
                break
            piece |= more
        left -= piece
        yield piece


# ----------------------------------------------------------------------------------------------------------
# feyncop/feyngen 1.0, https://github.com/michibo/feyncop, tests/verification.out; M. Borinsky, Comput. Phys.
# Commun. 185 (2014) 3317. Sums of 1/S of φ^k diagrams with fixed legs: all, connected (-c), one-particle
# irreducible (-p), the last two without tadpoles (-t). With exchangeable legs (-u) they are these over n!.
# There a bare line and a bare vertex are not irreducible; here they are.

FEYNGEN = {
    # (k, external legs, loops)
    (4, 0, 1): "1 0 0 0 0",
    (4, 0, 2): "1/8 1/8 1/8 0 0",
    (4, 2, 0): "1 1 0 1 0",
    (4, 2, 1): "5/8 1/2 1/2 0 0",
    (4, 2, 2): "105/128 2/3 5/12 1/6 1/6",
    (4, 4, 0): "35/8 1 0 1 0",
    (4, 4, 1): "1155/128 7/2 3/2 3/2 3/2",
    (4, 4, 2): "25025/1024 149/12 21/4 53/12 15/4",
    (3, 0, 1): "1 0 0 0 0",
    (3, 0, 2): "5/24 5/24 1/12 1/12 1/12",
    (3, 1, 1): "1/2 1/2 1/2 0 0",
    (3, 1, 2): "35/48 5/8 1/4 0 0",
    (3, 2, 0): "1 1 0 1 0",
    (3, 2, 1): "35/24 1 1/2 1/2 1/2",
    (3, 2, 2): "5005/1152 25/8 1 5/4 1",
    (3, 3, 0): "5/2 1 0 1 0",
    (3, 3, 1): "385/48 4 1 5/2 1",
    (3, 3, 2): "85085/2304 175/8 5 11 5",
    (3, 4, 0): "105/8 3 0 3 0",
    (3, 4, 1): "25025/384 24 3 33/2 3",
    (3, 4, 2): "11316305/27648 1575/8 30 441/4 30",
}


@pytest.mark.parametrize("case", FEYNGEN, ids=str)
def test_sums_of_weights_of_feyngen(case):
    k, n, loops = case
    vertices = (n + 2 * (loops - 1)) // (k - 2)
    content = {k: vertices} if vertices else {}
    every, linked, proper, *clean = map(Fraction, FEYNGEN[case].split())
    bare = 1 if (vertices, n) in ((0, 2), (1, k)) else 0
    assert weight(n, content) == every
    assert weight(n, content, [connected]) == linked
    assert weight(n, content, [one_particle_irreducible]) == proper + bare
    without = [d for d in generate(n, content, where=[connected]) if no_tadpole_anywhere(d)]
    irreducible = [d for d in without if one_particle_irreducible(d)]
    found = [sum(Fraction(1, int(d.symmetry_factor)) for d in kept) for kept in (without, irreducible)]
    assert found == [clean[0], clean[1] + bare]


# ----------------------------------------------------------------------------------------------------------
# FORM, pull request 716 (2025): topologies_ with 2 legs and vertices {3,4}; exchangeable legs. Issue 713
# (2025): one-loop diagrams with 4 legs of f^3 + f^4, self-loops excluded, and without self-energies on legs.


@pytest.mark.parametrize(("loops", "published"), [(2, 24), (3, 240)])
def test_topologies_of_form(loops, published):
    assert number(2, loops, [3, 4], unlabelled=True) == published


def test_one_loop_diagrams_of_form():
    assert number(4, 1, [3, 4], no_self_loop) == 55
    assert number(4, 1, [3, 4], no_self_loop, onshell) == 39


def test_two_vacuum_diagrams_of_form():
    """Issue 758 (2026): weights 1/8 and 1/12 of the two-loop vacuum diagrams of f^3."""
    assert {int(d.symmetry_factor) for d in generate(0, {3: 2}, where=[connected])} == {8, 12}


# FeynGraph, https://github.com/Jens-Braun/FeynGraph, docs/usage/library/topologies.md: 4 legs, 2 loops, and
# TopologyModel([3, 4, 5, 6]).


def test_topologies_of_feyngraph():
    assert number(4, 2, [3, 4, 5, 6]) == 2863


# ----------------------------------------------------------------------------------------------------------
# Phi4tools, https://github.com/GSberveglieri/Phi4tools, Resources/EDGES (G. Sberveglieri, G. Spada): number
# and sum of weights of the tables for n points, c cubic and q quartic vertices. They hold one-particle-
# irreducible diagrams without self-loops; the weight of a topology is 1/S times its labellings, and with four
# points a third of that, but for the bare vertex.

PHI4TOOLS = {
    # (n, c, q): (topologies, sum of weights)
    (0, 0, 2): (1, "1/48"), (0, 0, 3): (1, "1/48"), (0, 0, 4): (3, "53/1152"), (0, 0, 5): (6, "373/2880"),
    (0, 0, 6): (19, "9277/20736"), (0, 2, 0): (1, "1/12"), (0, 2, 1): (1, "1/8"), (0, 2, 2): (4, "17/48"),
    (0, 2, 3): (12, "119/96"), (0, 2, 4): (54, "2975/576"), (0, 4, 0): (2, "5/48"), (0, 4, 1): (5, "23/32"),
    (0, 4, 2): (34, "73/16"), (0, 6, 0): (5, "11/36"), (2, 0, 2): (1, "1/6"), (2, 0, 3): (2, "1/3"),
    (2, 0, 4): (6, "7/8"), (2, 0, 5): (19, "211/72"), (2, 0, 6): (75, "3413/288"), (2, 2, 0): (1, "1/2"),
    (2, 2, 1): (3, "3/2"), (2, 2, 2): (14, "133/24"), (2, 2, 3): (61, "73/3"), (2, 2, 4): (342, "11755/96"),
    (2, 4, 0): (2, "1"), (2, 4, 1): (17, "85/8"), (2, 4, 2): (163, "1425/16"), (2, 6, 0): (9, "35/8"),
    (4, 0, 1): (1, "1"), (4, 0, 2): (1, "1/2"), (4, 0, 3): (2, "5/4"), (4, 0, 4): (8, "35/8"),
    (4, 0, 5): (27, "893/48"), (4, 0, 6): (129, "8795/96"), (4, 2, 1): (1, "2"), (4, 2, 2): (9, "16"),
    (4, 2, 3): (63, "108"), (4, 2, 4): (475, "1465/2"), (4, 4, 0): (1, "1"), (4, 4, 1): (10, "79/3"),
    (4, 4, 2): (151, "8765/24"), (4, 6, 0): (4, "10"),
}  # fmt: skip
#: Two-point diagrams of four quartic vertices with their weights, as the table has them.
FOUR_VERTICES = {
    "ee11|23|333||": "1/24", "ee12|233|33||": "1/8", "e112|e3|333||": "1/12", "e112|23|33|e|": "1/4",
    "e112|33|e33||": "1/8", "e123|e23|33||": "1/4",
}  # fmt: skip


@pytest.mark.parametrize("case", PHI4TOOLS, ids=str)
def test_weights_of_phi4tools(case):
    n, cubic, quartic = case
    content = {valence: many for valence, many in ((3, cubic), (4, quartic)) if many}
    where = [one_particle_irreducible, no_self_loop]
    topologies, published = PHI4TOOLS[case]
    assert count(n, content, where, unlabelled=True).diagrams == topologies
    third = 3 if n == 4 and cubic + quartic > 1 else 1
    assert weight(n, content, where) == third * Fraction(published)


def test_diagrams_of_phi4tools_by_their_nickel_indices():
    found = {}
    for diagram in generate(2, {4: 4}, where=[one_particle_irreducible, no_self_loop]):
        index = nickel_index(diagram)
        found[index] = found.get(index, 0) + Fraction(1, int(diagram.symmetry_factor))
    assert found == {index: Fraction(number) for index, number in FOUR_VERTICES.items()}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("e11|23|445|455|e||", "e11|23|445|455||e|"),
        ("e123|245|45|45|e||", "e123|245|45|45||e|"),
        ("e123|45|45|45|e||", "e123|45|45|45||e|"),
        ("e123|e45|e45|45|e||", "e123|e45|e45|45||e|"),
    ],
)
def test_both_places_of_an_empty_row_are_read(theirs, ours):
    """In four of the 1,745 rows of their tables it matters: theirs has the empty row last, ours first."""
    assert nickel_index(from_nickel_index(theirs)) == ours
    assert from_nickel_index(theirs).unlabelled() == from_nickel_index(ours).unlabelled()


# ----------------------------------------------------------------------------------------------------------
# The On-Line Encyclopedia of Integer Sequences, https://oeis.org. A085549 (to eight vertices) also in
# B. A. Burton, J. Knot Theory Ramif. 13 (2004) 1057; A352173 and A352174 after R. de Mello Koch and
# S. Ramgoolam, Phys. Rev. D 85 (2012) 026007; A361135 after H. Kleinert et al., Phys. Rev. E 62 (2000) 1537.

A352173 = [1, 2, 7, 23, 85, 340, 1517]  # 2 points, n quartic vertices, all diagrams
A352174 = [1, 1, 3, 10, 39, 174, 853]  # the same, connected
A361135 = [1, 3, 8, 30, 118, 548]  # connected, points exchangeable, from n = 1
A129429 = [1, 1, 3, 7, 20]  # vacuum diagrams, as far as A352173 quotes it
A085549 = [1, 2, 4, 10, 28, 97, 359, 1635]  # connected, from n = 1
A005967 = [2, 5, 17, 71, 388]  # connected vacuum diagrams of 2n cubic vertices, from n = 1
A000421 = [1, 2, 6, 20, 91, 509]  # the same without self-loops
A361412 = [3, 12, 67, 441]  # connected, 2n cubic vertices, one line marked
SEQUENCES = [
    ("A352173", A352173, lambda k: (2, {4: k}, [], False), 0),
    ("A352174", A352174, lambda k: (2, {4: k}, [connected], False), 0),
    ("A361135", A361135, lambda k: (2, {4: k}, [connected], True), 1),
    ("A129429", A129429, lambda k: (0, {4: k}, [], False), 0),
    ("A085549", A085549, lambda k: (0, {4: k}, [connected], False), 1),
    ("A005967", A005967, lambda k: (0, {3: 2 * k}, [connected], False), 1),
    ("A000421", A000421, lambda k: (0, {3: 2 * k}, [connected, no_self_loop], False), 1),
    # a marked line is a vertex with one more line end, which holds the one external point
    ("A361412", A361412, lambda k: (1, {3: 2 * k + 1}, [connected], False), 1),
]


@pytest.mark.parametrize(
    ("terms", "asked", "first"), [row[1:] for row in SEQUENCES], ids=[row[0] for row in SEQUENCES]
)
def test_sequences(terms, asked, first):
    for k, published in enumerate(terms, start=first):
        n, content, where, unlabelled = asked(k)
        content = {valence: many for valence, many in content.items() if many}
        assert count(n, content, where, unlabelled=unlabelled).diagrams == published, k


def test_two_point_diagrams_are_connected_ones_times_vacuum_parts():
    """As A352173 says of itself."""
    for k, every in enumerate(A352173[: len(A129429)]):
        assert every == sum(A352174[k - i] * A129429[i] for i in range(k + 1))


# ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(3, 9))
def test_rings_of_cubic_vertices(n):
    """One loop with n points in f^3: arrangements of n points on a necklace that may be turned over."""
    assert count(n, {3: n}, [one_particle_irreducible]).diagrams == factorial(n - 1) // 2


def test_the_720_terms_of_srednicki():
    """M. Srednicki, Quantum Field Theory (2007), section 9: two f^3 vertices, three propagators of sources.

    With V = 2 and P = 3 the 6! ways to act with six derivatives on six sources are 432 for two self-loops on
    a line, and 288 for three parallel lines.
    """
    found = {int(d.symmetry_factor): d.multiplicity for d in generate(0, {3: 2}, where=[connected])}
    ends = 2**3 * factorial(3)
    assert {factor: ends * ways for factor, ways in found.items()} == {8: 432, 12: 288}
    assert factorial(6) == 432 + 288
    every = factorial(3) ** 2 * factorial(2) * ends
    assert every == 3456
    assert all(factor * ends * ways == every for factor, ways in found.items())
