"""What one diagram is: against closed forms, and against brute force over lines and labellings."""

from fractions import Fraction
from itertools import combinations, permutations
from math import factorial

import networkx
import pytest

from diagrams import Diagram, InvalidDiagram, from_nickel_index, generate
from diagrams.diagram_facts import facts
from diagrams.divergence import degree_of_divergence, divergent_parts
from diagrams.filters import connected, one_particle_irreducible

#: Textbook symmetry factors (vertices, parallel lines, self-loops): Peskin and Schroeder section 4.4 and
#: problem 10.2; Kleinert and Schulte-Frohlinde, Critical Properties of phi^4-Theories, chapter 3.
TEXTBOOK = [
    ("x1-y1,x2-y1,y1-y1", (1, 1, 2)),
    ("y1-y1,y1-y1", (1, 1, 8)),
    ("x1-y1,x2-y2,y1-y2,y1-y2,y1-y2", (1, 6, 1)),
    ("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2", (1, 2, 2)),
    ("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2", (1, 2, 1)),
    ("y1-y2,y1-y2,y1-y2,y1-y2", (2, 24, 1)),
    ("y1-y1,y1-y2,y1-y2,y2-y2", (2, 2, 4)),
    ("y1-y2,y1-y2,y1-y2", (2, 6, 1)),
    ("y1-y1,y1-y2,y2-y2", (2, 1, 4)),
    ("x1-y1,x2-y2,x3-y3,x4-y4,y1-y2,y2-y3,y3-y4,y1-y4", (1, 1, 1)),
]


@pytest.mark.parametrize(("lines", "parts"), TEXTBOOK)
def test_symmetry_factors_of_textbooks(lines, parts):
    found = facts(Diagram.from_edge_string(lines))
    factor = found.symmetry_factor
    assert (factor.vertex_automorphisms, factor.parallel_lines, factor.self_loops) == parts
    assert found.weight == Fraction(1, parts[0] * parts[1] * parts[2])
    orders = 1
    for _, number in found.diagram.vertex_content:
        orders *= factorial(number)
    assert found.bare_weight * orders == found.multiplicity


SMALL = [
    diagram
    for n, vertices in [
        (0, {4: 3}),
        (2, {4: 2}),
        (4, {4: 2}),
        (2, {3: 4}),
        (3, {3: 3}),
        (4, {4: 1, 6: 1}),
        (2, {}),
    ]
    for diagram in generate(n, vertices)
]


def test_labellings_by_permuting_the_points():
    for diagram in SMALL:
        orders = permutations(range(diagram.n_external))
        assert facts(diagram).labellings == len({diagram.with_points(order) for order in orders}), diagram


def test_loops_are_lines_beside_a_forest():
    for diagram in SMALL:
        graph = networkx.MultiGraph(diagram.edge_labels)
        forest = sum(len(part) - 1 for part in networkx.connected_components(graph))
        assert facts(diagram).loops == len(diagram.edges) - forest, diagram


def test_tadpoles_by_cutting():
    """A tadpole: one internal line whose removal gives more parts without external points."""

    def without_points(graph):
        parts = networkx.connected_components(graph)
        return sum(all(node[0] == "y" for node in part) for part in parts)

    seen = set()
    for diagram in SMALL:
        graph = networkx.MultiGraph(diagram.edge_labels)
        found = False
        for line in list(graph.edges(keys=True)):
            if line[0][0] == line[1][0] == "y":
                cut = graph.copy()
                cut.remove_edge(*line)
                found |= without_points(cut) > without_points(graph)
        assert facts(diagram).tadpole is found, diagram
        seen.add(found)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("power", "dimension", "order", "points"),
    [
        (4, 4, 3, 4),
        (4, 3, 3, 2),
        (3, 6, 4, 2),
        (3, 4, 3, 3),
        (6, 3, 2, 4),
        (4, 2, 2, 4),
        (4, 1, 2, 4),
        (4, 5, 3, 2),
    ],
)
def test_degrees_of_divergence_by_counting_legs(power, dimension, order, points):
    """ω = d − n(d − 2)/2 + V(k(d − 2)/2 − d): Weinberg's counting, without loops or lines."""
    where = one_particle_irreducible
    seen = 0
    for diagram in generate(points, {power: order}, where=where):
        expected = Fraction(2 * dimension - points * (dimension - 2), 2)
        expected += order * Fraction(power * (dimension - 2) - 2 * dimension, 2)
        assert degree_of_divergence(diagram, dimension) == facts(diagram, dimension).degree == expected
        seen += 1
    assert seen > 0


def parts_by_brute_force(diagram, dimension):
    """Sets of vertices of the divergent one-particle-irreducible subgraphs, over all sets of lines."""
    internal = [edge for edge in diagram.edges if edge[0] >= diagram.n_external]
    found = set()
    for size in range(1, len(internal) + 1):
        for chosen in combinations(internal, size):
            graph = networkx.MultiGraph(chosen)
            loops = size - len(graph) + 1
            if networkx.is_connected(graph) and dimension * loops >= 2 * size and loops > 0:
                bridges = networkx.bridges(networkx.Graph(graph))
                single = [b for b in bridges if graph.number_of_edges(*b) == 1 and b[0] != b[1]]
                if not single:
                    found.add(tuple(diagram.label(node) for node in sorted(graph)))
    return found


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 6])
def test_divergent_parts_are_those_of_all_sets_of_lines(dimension):
    seen = 0
    for n, vertices in [(2, {4: 3}), (4, {4: 2}), (2, {3: 4}), (0, {4: 3}), (2, {3: 2, 4: 1})]:
        for diagram in generate(n, vertices, where=connected):
            found = {part.vertices for part in divergent_parts(diagram, dimension)}
            assert found == parts_by_brute_force(diagram, dimension), diagram
            seen += len(found)
    assert (seen > 0) == (dimension > 1)


def test_what_has_no_degree_of_divergence():
    bridge = Diagram.from_edge_string("x1-y1,y1-y1,y1-y2,y2-y2,x2-y2")
    assert facts(bridge).degree is None
    assert [part.degree for part in facts(bridge).divergent_parts] == [2, 2]
    star = from_nickel_index("eeee|")
    assert facts(star).degree is None
    assert facts(star).divergent_parts == ()
    blob = facts(Diagram.from_edge_string("x1-y1,x2-y1-y1-y1"))
    assert (blob.degree, blob.divergent_parts, blob.nickel, blob.loops) == (None, None, None, None)
    for wrong in (Diagram.from_edge_string("x1-x2,x3-x4"), blob.diagram):
        with pytest.raises(InvalidDiagram, match="degree of divergence"):
            degree_of_divergence(wrong, 4)
    for dimension in (0, -4, 2.5, "4"):
        with pytest.raises(InvalidDiagram):
            degree_of_divergence(star, dimension)
    ring = Diagram(0, (2,) * 15, [(i, (i + 1) % 15) for i in range(15)])
    assert facts(ring).divergent_parts is None
    with pytest.raises(InvalidDiagram, match="15 vertices"):
        divergent_parts(ring, 4)
