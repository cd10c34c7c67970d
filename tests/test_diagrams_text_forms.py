"""Nickel indices, JSON, and symmetry factors in parts."""

import json
from collections import Counter
from itertools import chain, permutations, product
from math import factorial, prod

import pytest

from diagrams import Diagram, InvalidDiagram, from_json, from_nickel_index, generate, nickel_index, to_json
from diagrams.filters import connected, no_self_loop, one_particle_irreducible

# One-particle irreducible graphs without self-loops, by the names in use for phi^4 renormalisation. They were
# written down before `nickel_index` was run, from memory, not copied from a table; that all numberings give
# nothing smaller is tested below.
USUAL_NAMES = {
    (2, 2): {"e111|e|"},
    (4, 2): {"ee11|ee|"},
    (4, 3): {"ee11|22|ee|", "ee12|e22|e|"},
    (4, 4): {
        "ee11|22|33|ee|",
        "ee11|23|e33|e|",
        "ee12|ee3|333||",
        "ee12|e33|e33||",
        "e112|e3|e33|e|",
        "ee12|e23|33|e|",
        "ee12|223|3|ee|",
        "e123|e23|e3|e|",
    },
}


@pytest.mark.parametrize(("n", "order"), USUAL_NAMES, ids=str)
def test_usual_names(n, order):
    found = generate(n, {4: order}, [one_particle_irreducible, no_self_loop])
    assert {nickel_index(diagram) for diagram in found} == USUAL_NAMES[n, order]


@pytest.mark.parametrize(
    ("n", "vertices"), [(4, {4: 3}), (3, {3: 3}), (0, {4: 4}), (2, {4: 1, 6: 1}), (2, {3: 4})], ids=str
)
def test_names_by_trying_all_numberings(n, vertices):
    """One name per class of labellings, and it is the smallest list of rows."""
    everything = list(generate(n, vertices, [connected]))
    names = {}
    for diagram in everything:
        names.setdefault(diagram.unlabelled(), set()).add(nickel_index(diagram))
        rows = []
        for order in permutations(range(diagram.n_vertices)):
            listed = [[] for _ in order]
            for i, j in diagram.edges:
                if i < n:
                    listed[order[j - n]].append(-1)
                else:
                    a, b = sorted((order[i - n], order[j - n]))
                    listed[a].append(b)
            rows.append([sorted(row) for row in listed])
        expected = "".join("".join("e" if v < 0 else str(v) for v in row) + "|" for row in min(rows))
        assert nickel_index(diagram) == expected
        assert from_nickel_index(expected).unlabelled() == diagram.unlabelled()
    assert all(len(found) == 1 for found in names.values())
    assert len(set().union(*names.values())) == len(names)


def test_names_with_many_equal_vertices():
    star = Diagram(0, (12,) + (1,) * 12, tuple((0, i) for i in range(1, 13)))
    assert nickel_index(star) == "1|23456789ABC||||||||||||"
    assert from_nickel_index(nickel_index(star)) == star
    assert nickel_index(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")) == "ee0|"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "closed by"),
        ("ee11|ee", "closed by"),
        ("ee1x|ee|", "row 0 holds 'x'"),
        ("ee22|ee|", "row 0 holds '2'"),
        ("e|0|", "row 1 holds '0'"),
        ("||", "valences are 1 or more"),
        ("!" + "|" * 37, "37 rows were given; at most 36"),
        ("ee|" * 37, "37 rows were given; at most 36"),
    ],
)
def test_texts_that_are_no_nickel_index(text, hint):
    with pytest.raises(InvalidDiagram, match=hint):
        from_nickel_index(text)


@pytest.mark.parametrize("text", ["x1-x2", "x1-x2,y1-y1", ""])
def test_diagrams_without_a_nickel_index(text):
    with pytest.raises(InvalidDiagram, match="no Nickel index"):
        nickel_index(Diagram.from_edge_string(text))


def test_json_is_read_by_anyone():
    ring = Diagram(0, (4,) * 12, tuple((i, (i + 1) % 12) for i in range(12)) * 2)
    given = json.loads(to_json(ring))
    assert given["schema"] == "nnft.diagram/1"
    assert given["multiplicity"] == 24**12 * factorial(12) // (24 * 2**12) > 2**63
    minimal = {"schema": "nnft.diagram/1", "n_external": 2, "vertices": [6, 4]}
    minimal["edges"] = [["y1", "x1"], ["y1", "y2"], ["y2", "y2"], ["y2", "x2"], ["y1", "y1"], ["y1", "y1"]]
    assert from_json(json.dumps(minimal)) == Diagram.from_edge_string("x1-y1,y1-y1,y1-y1,y1-y2,y2-y2,y2-x2")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"schema": "nnft.diagram/2"}, "nnft.diagram/1"),
        ({"edges": None}, "no usable"),
        ({"edges": [["x1"]]}, "no usable"),
        ({"edges": [["x1", "y1"]]}, "points and vertices"),
        ({"n_external": 3}, "points and vertices"),
        ({"vertices": [6]}, "points and vertices"),
        ({"symmetry_factor": 3}, "symmetry_factor 3 stated"),
        ({"multiplicity": 13}, "multiplicity 13 stated"),
    ],
    ids=str,
)
def test_json_that_is_no_diagram(change, hint):
    given = json.loads(to_json(Diagram.from_edge_string("x1-y1,x2-y1,y1-y1"))) | change
    with pytest.raises(InvalidDiagram, match=hint):
        from_json(json.dumps(given))


def test_text_that_is_no_json():
    with pytest.raises(InvalidDiagram, match="not JSON"):
        from_json("x1-x2")
    with pytest.raises(InvalidDiagram, match="'list' was given"):
        from_json("[]")


@pytest.mark.parametrize(
    ("n", "vertices"), [(2, {4: 2}), (0, {6: 1, 4: 1}), (3, {5: 1}), (0, {4: 2})], ids=str
)
def test_symmetry_factors_in_parts_by_permuting_half_lines(n, vertices):
    """At fixed vertices, count the permutations of half-lines that map a pairing to itself."""
    for diagram in generate(n, vertices):
        ends = [node for edge in diagram.edges for node in edge]
        pairs = {frozenset((h, h + 1)) for h in range(0, len(ends), 2)}
        # Half-lines can only be exchanged if they sit at one vertex and lead to one node.
        kinds = {}
        for h, node in enumerate(ends):
            kinds.setdefault((node, ends[h ^ 1]), []).append(h)
        fixed = 0
        for images in product(*(permutations(group) for group in kinds.values())):
            moved = dict(zip(chain(*kinds.values()), chain(*images), strict=True))
            fixed += {frozenset(moved[h] for h in pair) for pair in pairs} == pairs
        factor = diagram.symmetry_factor
        assert factor.parallel_lines * factor.self_loops == factor.edge_symmetry == fixed
        many = Counter(edge for edge in diagram.edges if edge[0] != edge[1])
        assert factor.parallel_lines == prod(map(factorial, many.values()))
