"""Every filter against its definition, written down a second time with networkx."""

from itertools import combinations

import networkx
import pytest

from diagrams import Diagram, UnknownFilter, filters, generate, named_filter
from diagrams.graphs import to_networkx


def pieces(graph, cut=()):
    left = graph.copy()
    left.remove_edges_from(cut)
    return list(networkx.connected_components(left))


def is_outside(node):
    return node.startswith("x")


def internal(graph):
    return [edge for edge in graph.edges(keys=True) if not is_outside(edge[0]) and not is_outside(edge[1])]


def without_points(parts):
    return any(not any(map(is_outside, part)) for part in parts)


def brute_connected(graph):
    return len(pieces(graph)) == 1


def brute_no_vacuum(graph):
    return not without_points(pieces(graph))


def brute_no_self_loop(graph):
    return networkx.number_of_selfloops(graph) == 0


def brute_no_tadpole(graph):
    return not any(without_points(pieces(graph, [line])) for line in internal(graph))


def brute_one_particle_irreducible(graph):
    return brute_connected(graph) and all(len(pieces(graph, [line])) == 1 for line in internal(graph))


def brute_two_particle_irreducible(graph):
    pairs = combinations(internal(graph), 2)
    return brute_one_particle_irreducible(graph) and all(len(pieces(graph, pair)) == 1 for pair in pairs)


def brute_skeleton(graph):
    lines = list(graph.edges(keys=True))
    cuts = [*combinations(lines, 1), *combinations(lines, 2)]
    return not any(without_points(pieces(graph, cut)) for cut in cuts)


def brute_onshell(graph):
    """A bridge between vertices, with exactly one external point on a side."""
    whole = len(pieces(graph))
    for line in internal(graph):
        parts = pieces(graph, [line])
        if len(parts) > whole:
            sides = [part for part in parts if line[0] in part or line[1] in part]
            if any(sum(map(is_outside, side)) == 1 for side in sides):
                return False
    return True


def brute_no_self_energy(graph):
    """Over all sets of vertices: none is connected in itself and has just two line ends that leave it."""
    vertices = [node for node in graph if not is_outside(node)]
    for size in range(1, len(vertices) + 1):
        for chosen in combinations(vertices, size):
            inside = set(chosen)
            leaving = sum((a in inside) != (b in inside) for a, b in graph.edges())
            if leaving == 2 and networkx.is_connected(graph.subgraph(chosen)):
                return False
    return True


def brute_no_snail(graph):
    return brute_no_tadpole(graph) and brute_no_self_loop(graph)


def brute_simple(graph):
    inner = graph.subgraph([node for node in graph if not is_outside(node)])
    return networkx.Graph(inner).size() == inner.size() and networkx.number_of_selfloops(inner) == 0


def brute_bipartite(graph):
    return networkx.is_bipartite(networkx.Graph(graph))


CASES = [
    (0, {4: 2}),
    (2, {4: 2}),
    (4, {4: 2}),
    (4, {4: 3}),
    (2, {3: 4}),
    (0, {3: 4}),
    (4, {4: 1, 6: 1}),
    (3, {3: 3}),
]


@pytest.mark.parametrize("chosen", filters.ALL_FILTERS, ids=lambda f: f.name)
@pytest.mark.parametrize(("n", "vertices"), CASES, ids=str)
def test_definition(chosen, n, vertices):
    brute = globals()[f"brute_{chosen.name}"]
    everything = list(generate(n, vertices))
    expected = {diagram for diagram in everything if brute(to_networkx(diagram))}
    assert {diagram for diagram in everything if chosen(diagram)} == expected
    assert set(generate(n, vertices, [chosen])) == expected


def test_named_filters():
    names = [
        "connected",
        "no_vacuum",
        "no_self_loop",
        "no_tadpole",
        "one_particle_irreducible",
        "two_particle_irreducible",
        "skeleton",
        "onshell",
        "no_self_energy",
        "no_snail",
        "simple",
        "bipartite",
    ]
    assert [named_filter(name).name for name in names] == names
    assert all(named_filter(name).definition for name in names)
    with pytest.raises(UnknownFilter, match=r"'tree'.*connected.*skeleton"):
        named_filter("tree")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1PI", "one_particle_irreducible"),
        ("OnePI", "one_particle_irreducible"),
        ("two-PI", "two_particle_irreducible"),
        ("No-Tadpole", "no_tadpole"),
        ("notadpole", "no_tadpole"),
        ("NoSigma", "no_self_energy"),
        ("no self-energy", "no_self_energy"),
        ("noselfloops", "no_self_loop"),
        ("nosnail", "no_snail"),
        ("On-Shell", "onshell"),
        ("ON_SHELL", "onshell"),
        ("bipart", "bipartite"),
        ("SIMPLE", "simple"),
    ],
)
def test_other_names(said, meant):
    assert named_filter(said).name == meant
    assert set(generate(2, {4: 2}, [said])) == set(generate(2, {4: 2}, [meant]))


@pytest.mark.parametrize(
    ("text", "onshell", "no_self_energy"),
    [
        ("x1-y1,x2-y1,y1-y1", True, False),  # irreducible, and an insertion on the line x1-x2
        ("x1-y1,y1-y1,y1-y2,y2-y2,x2-y2", False, False),
        ("x1-y1,y1-y1,y1-y2,x2-y2,x3-y2,x4-y2", False, False),  # correction of a leg
        ("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", True, True),  # bubble
        ("x1-y1,x2-y1,x3-y1,y1-y2,x4-y2,x5-y2,x6-y2", True, True),  # exchange
        ("x1-y1,x2-y1,x3-y1,y1-y2,y2-y2,y2-y3,x4-y3,x5-y3,x6-y3", True, False),  # corrected exchange
        ("x1-y1,x2-y1,x3-x4,y1-y1", True, False),  # the line beside it is no side
        ("x1-x2,x3-x4", True, True),
        ("x1-y1,x2-y1,y1-y2,y2-y2", True, False),  # f^3: a vertex with a tadpole is an insertion
    ],
)
def test_self_energies_by_hand(text, onshell, no_self_energy):
    diagram = Diagram.from_edge_string(text)
    assert filters.onshell(diagram) is onshell
    assert filters.no_self_energy(diagram) is no_self_energy


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x1-x2", True),  # the exact two-point function is one line
        ("x1-y1,x2-y1,y1-y1", False),  # 12: self-energy
        ("x1-y1,x2-y1,y1-y1,y1-y1", False),  # 90
        ("x1-y1,x2-y1,x3-y1,x4-y1", True),  # 24
        ("x1-y1,x2-y1,x3-y1,x4-y1,y1-y1", True),  # 360: a loop at a vertex with four other legs stays
        ("x1-y1,x2-y1,x3-y1,x4-y1,x5-y1,x6-y1", True),  # 720
        ("x1-y1,x2-y1,y1-y1,x3-x4", False),  # 72 of the four-point function
        ("x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", True),  # bubble
        ("x1-y1,y1-y1,y1-y2,x2-y2,x3-y2,x4-y2", False),  # leg correction
        ("x1-y1,x2-y1,x3-y1,y1-y2,x4-y2,x5-y2,x6-y2", True),  # exchange
        ("x1-y2,x2-y2,x3-y2,x4-y2,y1-y2,y1-y2,y1-y1", False),  # loop that carries a loop
        ("x1-y1,x2-y2,x3-y2,x4-y2,y1-y2,y1-y2,y1-y2", True),
    ],
)
def test_skeletons_by_hand(text, kept):
    assert filters.skeleton(Diagram.from_edge_string(text)) is kept


@pytest.mark.parametrize(
    ("text", "tadpole_free", "irreducible"),
    [
        ("x1-y1,x2-y1,y1-y1", True, True),  # a self-loop by itself is no tadpole
        ("x1-y1,x2-y1,y1-y2,y2-y2", False, False),  # f^3: a loop on a stick is one
        ("x1-y1,y1-y1,y1-y2,y2-y2,y2-x2", True, False),
        ("y1-y1,y1-y1", False, True),
        ("x1-y1,x2-y1,x3-y1,x4-y1", True, True),
        ("x1-x2", True, True),
    ],
)
def test_tadpoles_and_irreducibility_by_hand(text, tadpole_free, irreducible):
    diagram = Diagram.from_edge_string(text)
    assert filters.no_tadpole(diagram) is tadpole_free
    assert filters.one_particle_irreducible(diagram) is irreducible
