"""Identity, symmetry factors and text forms of diagrams."""

from collections import Counter
from itertools import permutations
from math import factorial

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagrams import Component, Diagram, InvalidDiagram, from_json, to_json
from diagrams.canonical import canonical_form
from diagrams.graphs import from_networkx, to_networkx


@st.composite
def raw_diagrams(draw, most_ends=14):
    """Random (n_external, valences, edges): a random pairing of random ends."""
    n = draw(st.integers(0, 5))
    valences = draw(st.lists(st.integers(1, 6), max_size=5).filter(lambda v: n + sum(v) <= most_ends))
    if (n + sum(valences)) % 2:
        valences = [*valences, 1]
    ends = [*range(n)] + [n + i for i, k in enumerate(valences) for _ in range(k)]
    ends = draw(st.permutations(ends))
    return n, tuple(valences), tuple(zip(ends[::2], ends[1::2], strict=True))


def relabelled(n, valences, edges, order):
    """The same multigraph with vertex i renamed order[i]."""
    name = {node: node for node in range(n)} | {n + i: n + new for i, new in enumerate(order)}
    renamed = [0] * len(valences)
    for i, new in enumerate(order):
        renamed[new] = valences[i]
    return n, tuple(renamed), tuple((name[b], name[a]) for a, b in reversed(edges))


@given(raw_diagrams(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_relabelling_changes_nothing(raw, random):
    n, valences, edges = raw
    order = list(range(len(valences)))
    random.shuffle(order)
    one, other = Diagram(n, valences, edges), Diagram(*relabelled(n, valences, edges, order))
    assert one == other
    assert hash(one) == hash(other)
    assert one.symmetry_factor == other.symmetry_factor
    assert one.edge_string == other.edge_string


@given(raw_diagrams())
@settings(max_examples=200, deadline=None)
def test_vertex_automorphisms_by_trying_all_permutations(raw):
    n, valences, edges = raw
    lines = Counter(tuple(sorted(edge)) for edge in edges)
    number = 0
    for order in permutations(range(len(valences))):
        _, _, renamed = relabelled(n, valences, edges, order)
        number += Counter(tuple(sorted(edge)) for edge in renamed) == lines
    assert Diagram(n, valences, edges).symmetry_factor.vertex_automorphisms == number


@given(raw_diagrams(most_ends=10), raw_diagrams(most_ends=10))
@settings(max_examples=200, deadline=None)
def test_equality_is_isomorphism_with_fixed_points(first, second):
    """networkx decides, on graphs with the multiplicities as edge and the point names as node attributes."""

    def simple(diagram):
        graph = networkx.Graph()
        for node in range(diagram.n_external + diagram.n_vertices):
            graph.add_node(node, name=node if node < diagram.n_external else "vertex")
        for (i, j), many in diagram.lines:
            graph.add_edge(i, j, many=many)
        return graph

    one, other = Diagram(*first), Diagram(*second)
    same = one.n_external == other.n_external and networkx.is_isomorphic(
        simple(one),
        simple(other),
        node_match=lambda a, b: a["name"] == b["name"],
        edge_match=lambda a, b: a["many"] == b["many"],
    )
    assert (one == other) is same


@given(raw_diagrams(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_forms_are_read_back(raw, random):
    diagram = Diagram(*raw)
    assert Diagram.from_edge_string(diagram.edge_string) == diagram
    assert Diagram(diagram.n_external, diagram.vertices, diagram.edges) == diagram
    assert Diagram.from_components(diagram.n_external, diagram.components()) == diagram
    points = [f"x{i + 1}" for i in range(diagram.n_external)]
    assert from_networkx(to_networkx(diagram), points) == diagram
    assert from_json(to_json(diagram)) == diagram
    order = list(range(diagram.n_external))
    random.shuffle(order)
    moved = diagram.with_points(order)
    assert moved.unlabelled() == diagram.unlabelled()
    assert int(moved.symmetry_factor) == int(diagram.symmetry_factor)
    back = [order.index(i) for i in range(diagram.n_external)]
    assert moved.with_points(back) == diagram


@given(raw_diagrams())
@settings(max_examples=150, deadline=None)
def test_components_agree_with_networkx(raw):
    diagram = Diagram(*raw)
    graph = to_networkx(diagram)
    parts = diagram.components()
    assert len(parts) == networkx.number_connected_components(graph)
    assert sum(part.diagram.n_vertices for part in parts) == diagram.n_vertices


@pytest.mark.parametrize(
    ("text", "vertex", "edge", "multiplicity"),
    [
        # Textbook symmetry factors; the multiplicities are 4!^V V! / S for f**4 and 6! / S for f**6.
        ("x1-y1,x2-y1,y1-y1", 1, 2, 12),
        ("x1-y1,x2-y1,x3-y1,x4-y1", 1, 1, 24),
        ("y1-y1,y1-y1", 1, 8, 3),
        ("x1-y1,x2-y1,x3-y2,x4-y2,y1-y2,y1-y2", 1, 2, 576),
        ("x1-y1,y1-y2,y1-y2,y1-y2,y2-x2", 1, 6, 192),
        ("x1-y1,x2-y1,y1-y2,y1-y2,y2-y2", 1, 4, 288),
        ("x1-y1,y1-y1,y1-y2,y2-y2,y2-x2", 1, 4, 288),
        ("y1-y2,y1-y2,y1-y2,y1-y2", 2, 24, 24),
        ("y1-y1,y1-y2,y1-y2,y2-y2", 2, 8, 72),
        ("x1-y1,x2-y1,x3-y1,x4-y1,y1-y1", 1, 2, 360),
        ("x1-y1,x2-y1,y1-y1,y1-y1", 1, 8, 90),
        ("y1-y1,y1-y1,y1-y1", 1, 48, 15),
    ],
)
def test_textbook_symmetry_factors(text, vertex, edge, multiplicity):
    diagram = Diagram.from_edge_string(text)
    assert diagram.symmetry_factor.vertex_automorphisms == vertex
    assert diagram.symmetry_factor.edge_symmetry == edge
    assert int(diagram.symmetry_factor) == vertex * edge
    assert diagram.multiplicity == multiplicity


def test_a_vertex_isomorphism_count_is_not_the_symmetry_factor():
    """The complete graph on five f**4 vertices: 5! relabellings, no multiple lines."""
    edges = tuple((i, j) for i in range(5) for j in range(i))
    assert int(Diagram(0, (4,) * 5, edges).symmetry_factor) == factorial(5)


def test_many_equal_vertices_are_no_trouble():
    """A star of twelve one-leg vertices has 12! automorphisms; twelve vacuum bubbles have 12! too."""
    star = Diagram(0, (12,) + (1,) * 12, tuple((0, i) for i in range(1, 13)))
    assert star.symmetry_factor.vertex_automorphisms == factorial(12)
    bubbles = Diagram(0, (2,) * 12, tuple((i, i) for i in range(12)))
    assert bubbles.symmetry_factor.vertex_automorphisms == factorial(12)


def test_multiplicities_are_exact_beyond_64_bits():
    edges = tuple((i, (i + 1) % 12) for i in range(12)) * 2
    ring = Diagram(0, (4,) * 12, edges)
    assert ring.multiplicity == 24**12 * factorial(12) // (24 * 2**12)
    assert ring.multiplicity > 2**63


def test_values_of_a_mixed_diagram():
    diagram = Diagram.from_edge_string("x1-y1,x2-y2,x3-y2,x4-y2,y1-y2,y1-y2,y1-y2")
    assert diagram.vertices == (4, 6)
    assert diagram.vertex_content == ((4, 1), (6, 1))
    assert diagram.vertex_key == "4:1,6:1"
    assert diagram.edge_labels[0] == ("x1", "y1")
    assert diagram.lines[-1] == ((4, 5), 3)
    assert diagram.n_vertices == 2
    assert diagram.is_connected


def test_the_empty_diagram():
    empty = Diagram.from_edge_string("")
    assert empty == Diagram(0, (), ())
    assert (empty.edge_string, empty.vertex_key, empty.multiplicity) == ("", "", 1)
    assert not empty.is_connected
    assert empty.components() == ()


def test_vertices_are_numbered_along_the_legs():
    assert canonical_form(3, 3, [(0, 5), (1, 4), (2, 3), (3, 4), (4, 5), (5, 3)]).edges == (
        (0, 3),
        (1, 4),
        (2, 5),
        (3, 4),
        (3, 5),
        (4, 5),
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x1-y1", "x1-y1"),  # fine: a valence-one vertex
        ("x1-y1,x1-y1", "x1 ends 2 lines"),
        ("x1-y1,x3-y1", "x2 is missing"),
        ("x1-y2,x2-y2", "y1 is missing"),
        ("x1:y1", "cannot read the line 'x1:y1'"),
        ("x1-y1,", "cannot read the line ''"),
        ("x0-y1", "cannot read"),
        ("z1-y1", "cannot read"),
        ("x1-x1", "x1 ends 2 lines"),
    ],
)
def test_edge_strings_that_are_no_diagrams(text, hint):
    if text == hint:
        assert Diagram.from_edge_string(text).edge_string == text
        return
    with pytest.raises(InvalidDiagram, match=hint):
        Diagram.from_edge_string(text)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((2, (4,), ((0, 2), (1, 2))), "valence 4 but 2"),
        ((1, (), ((0, 0),)), "x1 ends 2"),
        ((1, (), ()), "x1 ends 0"),
        ((0, (2,), ((0, 1),)), "does not exist"),
        ((0, (0,), ()), "valences are 1 or more"),
        ((-1, (), ()), "-1 external points"),
    ],
)
def test_constructor_refuses(arguments, hint):
    with pytest.raises(InvalidDiagram, match=hint):
        Diagram(*arguments)


def test_other_refusals():
    line = Diagram.from_edge_string("x1-x2")
    with pytest.raises(InvalidDiagram, match="does not permute"):
        line.with_points([0, 0])
    with pytest.raises(InvalidDiagram, match="each point once"):
        Diagram.from_components(4, [Component((0, 1), line)])
    with pytest.raises(InvalidDiagram, match="MultiGraph"):
        from_networkx(networkx.Graph([("a", "b")]), ["a", "b"])
    with pytest.raises(InvalidDiagram, match="distinct nodes"):
        from_networkx(networkx.MultiGraph([("a", "b")]), ["a", "c"])
    with pytest.raises(InvalidDiagram, match="does not exist"):
        Diagram.from_edges(0, [(-1, 0)])


def test_components_with_reordered_points():
    """A part may be given with its points in any order."""
    part = Diagram.from_edge_string("x1-y1,x2-y1,x3-y2,y1-y2,y1-y2,y2-y2")
    direct = Diagram.from_components(3, [Component((2, 0, 1), part)])
    assert direct == Diagram.from_edge_string("x3-y1,x1-y1,x2-y2,y1-y2,y1-y2,y2-y2")


def test_diagrams_are_frozen_and_sortable():
    diagram = Diagram.from_edge_string("x1-x2")
    with pytest.raises(AttributeError):
        diagram.n_external = 3
    assert sorted([Diagram.from_edge_string("x1-y1,x2-y1"), diagram])[0] == diagram
