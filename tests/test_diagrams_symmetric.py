"""Very symmetric diagrams and high valences: automorphism groups known from the literature, and sum rules."""

from itertools import combinations
from math import factorial

import pytest

from diagrams import Diagram, count, generate
from diagrams.enumeration.machine_legs import _FACTORIALS, MOST_PARALLEL, unpacked
from diagrams.filters import connected, no_self_loop, one_particle_irreducible
from diagrams.zero_dim import Kind, multiplicity_sum


def regular(valence, edges):
    size = max(map(max, edges)) + 1
    return Diagram(0, (valence,) * size, tuple(edges))


def hub(arms, length):
    """Arms of some length on one vertex."""
    edges = [(0, 1 + a) for a in range(arms)]
    edges += [(1 + a + arms * k, 1 + a + arms * (k + 1)) for a in range(arms) for k in range(length - 1)]
    return Diagram.from_edges(0, edges)


PETERSEN = [edge for i in range(5) for edge in ((i, (i + 1) % 5), (i, i + 5), (5 + i, 5 + (i + 2) % 5))]
# Orders of automorphism groups: Biggs, Algebraic graph theory (1993).
KNOWN = {
    "complete graph K10": (regular(9, list(combinations(range(10), 2))), factorial(10)),
    "K(5,5)": (regular(5, [(i, 5 + j) for i in range(5) for j in range(5)]), 2 * factorial(5) ** 2),
    "cycle of 16": (regular(2, [(i, (i + 1) % 16) for i in range(16)]), 32),
    "4-cube": (
        regular(4, [(i, i ^ (1 << b)) for i in range(16) for b in range(4) if not i >> b & 1]),
        2**4 * factorial(4),
    ),
    "Petersen": (regular(3, PETERSEN), 120),
    "prism": (regular(3, [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (0, 3), (1, 4), (2, 5)]), 12),
    "hub with 8 arms": (hub(8, 2), factorial(8)),
    "hub with 10 long arms": (hub(10, 3), factorial(10)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_automorphism_groups(name):
    diagram, order = KNOWN[name]
    assert diagram.symmetry_factor.vertex_automorphisms == order
    n_nodes = diagram.n_vertices
    shuffled = [(7 * i + 3) % 101 % 997 for i in range(n_nodes)]
    rank = {v: k for k, v in enumerate(sorted(range(n_nodes), key=shuffled.__getitem__))}
    valences = [0] * n_nodes
    for v, valence in enumerate(diagram.vertices):
        valences[rank[v]] = valence
    edges = tuple((rank[i], rank[j]) for i, j in diagram.edges)
    assert Diagram(0, tuple(valences), edges) == diagram


@pytest.mark.parametrize(
    ("n", "vertices"),
    [
        (8, {2: 8, 8: 1}),
        (12, {2: 12, 12: 1}),
        (0, {12: 5}),
        (0, {12: 4}),
        (2, {8: 5}),
        (1, {1: 1, 7: 2, 10: 1}),
    ],
    ids=str,
)
def test_sum_rules_of_hubs_and_high_valences(n, vertices):
    for where, kind in (([connected], Kind.CONNECTED), ([one_particle_irreducible], None)):
        kind = kind or Kind.ONE_PARTICLE_IRREDUCIBLE
        if kind is Kind.ONE_PARTICLE_IRREDUCIBLE and n > 4:
            continue  # the Legendre transform of so many points takes its time
        for self_loops in (True, False):
            found = count(n, vertices, where if self_loops else [*where, no_self_loop])
            assert found.multiplicity_total == multiplicity_sum(n, vertices, kind, self_loops=self_loops)


def test_a_hub_with_points_on_its_arms():
    """As many are listed as are counted, and no two are equal, though 7! relabellings act on the points."""
    found = list(generate(7, {2: 7, 7: 1}, [connected]))
    assert len(set(found)) == len(found) == count(7, {2: 7, 7: 1}, [connected]).diagrams


def test_packed_products_are_exact():
    code = 0
    exact = 1
    for m in range(MOST_PARALLEL + 1):
        assert unpacked(int(_FACTORIALS[m])) == factorial(m)
        code += int(_FACTORIALS[m])
        exact *= factorial(m)
    assert unpacked(code) == exact
