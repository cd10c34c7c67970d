"""Topologies without a list of labellings, and selection by loops: against lists of labelled diagrams."""

import subprocess
import sys
from fractions import Fraction
from math import comb, factorial

import networkx
import pytest

from diagrams import Diagram, GenerationError, count, filters, generate, grouped
from diagrams.enumeration.leg_classes import vertex_exchanges
from diagrams.generation import topologies
from diagrams.graphs import to_networkx
from diagrams.loops import LoopRange, fewest_loops, n_loops

REQUESTS = [
    (0, {4: 2}),
    (2, {4: 2}),
    (4, {4: 3}),
    (3, {3: 3}),
    (5, {3: 1, 4: 1}),
    (4, {3: 2, 4: 1}),
    (6, {4: 2}),
    (8, {4: 1}),
    (2, {1: 2, 2: 1, 4: 1}),
    (6, {3: 4}),
    (4, {}),
    (0, {}),
]
WHERE = [[], ["connected"], ["no_vacuum"], ["one_particle_irreducible"], ["onshell"], ["simple"]]


def in_order(diagrams):
    return sorted(diagrams, key=lambda diagram: (-len(diagram.components()), diagram))


@pytest.mark.parametrize("where", WHERE, ids=str)
@pytest.mark.parametrize(("n", "vertices"), REQUESTS, ids=str)
def test_the_same_groups_as_the_list_has(n, vertices, where):
    """The same representatives, the first in order, and the same numbers of labellings."""
    expected = grouped(in_order(generate(n, vertices, where)))
    found = {group.diagram: group.labellings for group in topologies(n, vertices, where)}
    assert found == {group.diagram: group.labellings for group in expected}
    assert count(n, vertices, where, unlabelled=True).diagrams == len(found)


def test_a_predicate_may_look_at_labels():
    def first_two_together(diagram):
        return (0, 1) in diagram.edges

    found = {one.diagram: one.labellings for one in topologies(4, {4: 1}, [first_two_together])}
    assert sorted(found.values()) == [1, 1]
    kept = list(generate(4, {4: 1}, [first_two_together]))
    assert dict.fromkeys(kept, 1) == found


def test_exchangeable_legs_at_their_own_cost():
    """66,000 and 2,027,025 labelled diagrams are not listed: a list of these takes a minute and hours."""
    twelve = list(topologies(12, {4: 1}))
    tree = list(topologies(10, {3: 8}, ["connected"]))
    assert [one.labellings for one in twelve] == [10395, comb(12, 2) * 945, comb(12, 4) * 105]
    assert len(tree) == 11
    # cubic trees with ten labelled leaves: (2 n - 5)!! (Schroeder 1870)
    assert sum(one.labellings for one in tree) == 2027025
    assert all(networkx.is_tree(networkx.Graph(to_networkx(one.diagram))) for one in tree)


def test_one_vertex_and_two_thousand_points():
    found = list(topologies(2000, {4: 1}))

    def pairings(points):
        return factorial(points) // (2 ** (points // 2) * factorial(points // 2))

    expected = [pairings(2000), comb(2000, 2) * pairings(1998), comb(2000, 4) * pairings(1996)]
    assert [one.labellings for one in found] == expected
    assert [one.diagram.multiplicity for one in found] == [3, 12, 24]
    assert count(2000, {4: 1}).diagrams == sum(expected)


def test_blobs_are_grouped_from_the_list():
    expected = grouped(sorted(generate(4, {4: 1}, ["connected"], blobs={4: 1})))
    assert list(topologies(4, {4: 1}, ["connected"], blobs={4: 1})) == expected


@pytest.mark.parametrize("fewest_most", [(0, 0), (0, 1), (1, 1), (1, 3), (2, 2)], ids=str)
@pytest.mark.parametrize("where", [[], ["connected"], ["no_vacuum"]], ids=str)
@pytest.mark.parametrize(("n", "vertices"), [*REQUESTS[:2], *REQUESTS[3:6], *REQUESTS[7:9]], ids=str)
def test_selection_by_loops(n, vertices, where, fewest_most):
    fewest, most = fewest_most
    kept = [one for one in generate(n, vertices, where) if fewest <= cycles(one) <= most]
    chosen = [*where, LoopRange(most, fewest)]
    assert set(generate(n, vertices, chosen)) == set(kept)
    assert count(n, vertices, chosen) == (len(kept), sum(one.multiplicity for one in kept))
    groups = grouped(kept)
    assert count(n, vertices, chosen, unlabelled=True).diagrams == len(groups)
    found = {one.diagram.unlabelled(): one.labellings for one in topologies(n, vertices, chosen)}
    assert found == {one.diagram.unlabelled(): one.labellings for one in groups}


def cycles(diagram):
    """Lines left over by a spanning forest, counted by networkx."""
    graph = to_networkx(diagram)
    return graph.number_of_edges() - networkx.minimum_spanning_tree(graph).number_of_edges()


@pytest.mark.parametrize(("n", "vertices"), REQUESTS[:9], ids=str)
def test_numbers_of_loops(n, vertices):
    content = tuple(sorted(vertices.items()))
    for diagram in generate(n, vertices):
        assert n_loops(diagram) == cycles(diagram)
        assert n_loops(diagram) == fewest_loops(n, content) + len(diagram.components()) - 1


def test_the_weights_of_one_loop():
    """Bubble in three channels, each with S = 2."""
    found = count(4, {4: 2}, ["one_particle_irreducible", LoopRange(1, 1)])
    assert Fraction(found.multiplicity_total, vertex_exchanges(((4, 2),))) == Fraction(3, 2)


@pytest.mark.parametrize("given", [(-1, 0), (1, 2), (1.5, 0), (True, 0)], ids=str)
def test_loops_that_are_none(given):
    with pytest.raises(GenerationError, match="loops"):
        LoopRange(*given)
    with pytest.raises(GenerationError, match="blobs"):
        n_loops(Diagram.from_edge_string("x1-y1,x2-y1-y1-y1"))


def test_the_filters_are_found_in_a_fresh_process():
    """They were not: the package asked itself for them without end."""
    for code in ("from diagrams import filters", "from nnft_sym.diagrams import filters"):
        command = [sys.executable, "-c", f"{code}; print(filters.connected.name)"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == filters.connected.name
