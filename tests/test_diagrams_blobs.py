"""Diagrams whose legs are joined by connected correlators: against set partitions, closed polynomials, sums.

The numbers of the second test are the published polynomials of a one-dimensional variable with cumulants k_r
that is deformed by exp(-lambda f^4); a computation with moments, below, gives them once more.
"""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagrams import (
    Diagram,
    GenerationError,
    InvalidDiagram,
    count,
    from_json,
    generate,
    nickel_index,
    to_json,
)
from diagrams.combinatorics.set_partitions import set_partitions
from diagrams.enumeration.blob_contents import blob_contents
from diagrams.filters import connected, no_self_loop, no_vacuum, one_particle_irreducible
from diagrams.graphs import from_networkx, to_networkx
from diagrams.zero_dim import Kind, multiplicity_sum


def joined_in_every_way(n, valences):
    """Every set partition of the legs, read as a diagram: diagrams with their numbers."""
    nodes = [*range(n)] + [n + v for v, valence in enumerate(valences) for _ in range(valence)]
    found = Counter()
    for partition in set_partitions(len(nodes)):
        blocks = tuple(sorted(tuple(sorted(nodes[leg] for leg in block)) for block in partition))
        found[blocks] += 1
    diagrams = Counter()
    for blocks, number in found.items():
        lines = tuple(block for block in blocks if len(block) == 2)
        blobs = tuple(block for block in blocks if len(block) != 2)
        diagrams[Diagram(n, tuple(valences), lines, blobs)] += number
    return diagrams


def all_contents(ends):
    return list(blob_contents(ends, odd=True))


@pytest.mark.parametrize(
    ("n", "valences"),
    [
        (2, [4]),
        (4, []),
        (0, [4, 4]),
        (1, [3, 4]),
        (3, [3]),
        (2, [3, 3]),
        (2, [2, 4]),
        (0, [3, 3, 2]),
        (7, []),
    ],
)
def test_against_set_partitions(n, valences):
    vertices = dict(Counter(valences))
    wanted = joined_in_every_way(n, valences)
    found = {}
    for blobs in all_contents(n + sum(valences)):
        listed = list(generate(n, vertices, blobs=blobs))
        assert len(listed) == len(set(listed))
        assert all(dict(d.blob_content) == blobs for d in listed)
        found |= {d: d.multiplicity for d in listed}
        numbers = count(n, vertices, blobs=blobs)
        assert numbers == (len(listed), sum(d.multiplicity for d in listed))
        orbits = {d.unlabelled() for d in listed}
        assert count(n, vertices, blobs=blobs, unlabelled=True).diagrams == len(orbits)
    assert found == dict(wanted)


@given(st.integers(0, 4), st.lists(st.integers(1, 5), max_size=3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_against_set_partitions_for_any_content(n, valences, pick):
    ends = n + sum(valences)
    if ends > 8:
        return
    contents = all_contents(ends)
    if not contents:
        return
    blobs = contents[pick % len(contents)]
    wanted = {d: m for d, m in joined_in_every_way(n, valences).items() if dict(d.blob_content) == blobs}
    found = list(generate(n, dict(Counter(valences)), blobs=blobs))
    assert {d: d.multiplicity for d in found} == wanted
    for where, keep in (([connected], Diagram.is_connected.fget), ([no_vacuum], no_vacuum)):
        kept = list(generate(n, dict(Counter(valences)), where, blobs=blobs))
        assert set(kept) == {d for d in wanted if keep(d)}


#: Coefficients of (-lambda)^V / V!: numbers of blobs by legs -> coefficient.
POLYNOMIALS = {
    (2, 1): {(): 12, (4,): 14, (6,): 1},
    (2, 2): {
        (): 768,
        (4,): 2832,
        (6,): 596,
        (4, 4): 1512,
        (8,): 44,
        (4, 6): 208,
        (10,): 1,
    },
    (4, 1): {(): 24, (4,): 120, (6,): 22, (4, 4): 34, (8,): 1},
    (4, 2): {
        (): 4032,
        (4,): 30816,
        (6,): 9888,
        (4, 4): 40800,
        (8,): 1212,
        (4, 6): 12360,
        (10,): 60,
        (4, 4, 4): 5672,
        (4, 8): 492,
        (6, 6): 456,
        (12,): 1,
    },
}


@pytest.mark.parametrize(("n", "order"), POLYNOMIALS)
def test_published_polynomials_of_a_deformed_variable(n, order):
    found = {}
    for blobs in blob_contents(n + 4 * order):
        total = count(n, {4: order}, [connected], blobs=blobs).multiplicity_total
        assert total == multiplicity_sum(n, {4: order}, Kind.CONNECTED, blobs=blobs)
        if total:
            found[tuple(legs for legs, number in blobs.items() for _ in range(number))] = total
    assert found == POLYNOMIALS[n, order]


def test_a_deformed_variable_by_moments():
    """E[f^2 e^(-l f^4)] / E[e^(-l f^4)] to l^2 for cumulants that are numbers: moments only."""
    cumulants = {
        2: Fraction(3, 2),
        4: Fraction(-1, 5),
        6: Fraction(2, 7),
        8: Fraction(1, 3),
        10: Fraction(-4, 9),
    }
    moments = [Fraction(1)]
    for m in range(1, 11):
        moments.append(
            sum(comb(m - 1, r - 1) * cumulants.get(r, 0) * moments[m - r] for r in range(1, m + 1))
        )
    z1, z2 = -moments[4], moments[8] / 2
    first = -moments[6] - moments[2] * z1
    second = moments[10] / 2 - first * z1 - moments[2] * z2
    for order, wanted in ((1, first), (2, second)):
        total = Fraction(0)
        for blobs in blob_contents(2 + 4 * order):
            lines = (2 + 4 * order - sum(r * b for r, b in blobs.items())) // 2
            weight = cumulants[2] ** lines
            for legs, number in blobs.items():
                weight *= cumulants[legs] ** number
            connected_ones = generate(2, {4: order}, [no_vacuum], blobs=blobs)
            total += weight * sum(d.multiplicity for d in connected_ones)
        assert total * Fraction((-1) ** order, factorial(order)) == wanted


@pytest.mark.parametrize(("m", "wanted"), list(enumerate([1, 1, 4, 31, 379, 6556])))
def test_even_blobs_and_lines_together_are_the_even_set_partitions(m, wanted):
    totals = [count(2 * m, {}, blobs=blobs).multiplicity_total for blobs in blob_contents(2 * m)]
    assert sum(totals) == wanted
    if m <= 3:
        assert sum(1 for blobs in blob_contents(2 * m) for _ in generate(2 * m, {}, blobs=blobs)) == wanted


@pytest.mark.parametrize(("ends", "bell"), list(enumerate([1, 1, 2, 5, 15, 52, 203, 877, 4140])))
def test_with_odd_ones_they_are_all_set_partitions(ends, bell):
    totals = [count(ends, {}, blobs=blobs).multiplicity_total for blobs in all_contents(ends)]
    assert sum(totals) == bell


@pytest.mark.parametrize(
    ("n", "vertices", "blobs"),
    [
        (4, {4: 2}, {4: 1}),
        (2, {4: 3}, {4: 2}),
        (2, {4: 2, 6: 1}, {6: 1, 4: 1}),
        (1, {3: 2, 5: 1}, {3: 1, 5: 1}),
        (0, {3: 4}, {4: 2}),
    ],
)
def test_sums_over_larger_ones(n, vertices, blobs):
    for kind, where in ((Kind.FULL, []), (Kind.NORMALISED, [no_vacuum]), (Kind.CONNECTED, [connected])):
        wanted = multiplicity_sum(n, vertices, kind, blobs=blobs)
        assert count(n, vertices, where, blobs=blobs).multiplicity_total == wanted
        assert sum(d.multiplicity for d in generate(n, vertices, where, blobs=blobs)) == wanted


def test_the_compiled_enumeration_gives_the_same_classes():
    numpy = pytest.importorskip("numpy")
    from diagrams.enumeration.bulk import machine_classes
    from diagrams.enumeration.leg_classes import leg_classes

    for n, content in product(
        (0, 2, 4), (((-4, 1), (4, 2)), ((-4, 2), (4, 3)), ((-6, 1), (-4, 1), (3, 2), (6, 1)))
    ):
        for self_loops in (True, False):
            found = list(machine_classes(n, content, self_loops, numpy.zeros(3, numpy.int64)))
            assert found == list(leg_classes(n, content, self_loops))


def test_arrays_hold_the_same_diagrams():
    from diagrams.enumeration.bulk import generate_batches

    for n, vertices, blobs in ((2, {4: 2}, {6: 1}), (3, {3: 3}, {5: 1, 3: 1}), (4, {4: 2}, {4: 1})):
        for where in ([connected], [connected, no_self_loop], [one_particle_irreducible]):
            if where == [one_particle_irreducible]:
                with pytest.raises(GenerationError, match="cut one line at most"):
                    list(generate_batches(n, vertices, where, blobs=blobs))
                continue
            batches = list(generate_batches(n, vertices, where, blobs=blobs, size=50))
            found = {batch[i]: batch.symmetry_factor(i) for batch in batches for i in range(len(batch))}
            wanted = {d: int(d.symmetry_factor) for d in generate(n, vertices, where, blobs=blobs)}
            assert found == wanted
            assert sum(map(len, batches)) == len(wanted) >= 5


def test_a_blob_is_no_line_to_be_cut():
    chain = Diagram.from_edge_string("x1-y1,y1-y1-y1-y2-y2-y2,y2-x2")
    assert one_particle_irreducible(chain)
    assert connected(chain)
    assert not one_particle_irreducible(Diagram.from_edge_string("x1-y1,y1-y1,y1-y2,y2-y2,y2-x2"))
    listed = list(generate(2, {4: 2}, [one_particle_irreducible], blobs={6: 1}))
    assert chain in listed
    assert listed == [
        d for d in generate(2, {4: 2}, [connected], blobs={6: 1}) if one_particle_irreducible(d)
    ]


def test_forms_of_text_and_relabelling():
    diagram = Diagram.from_edge_string("y2-x2, x1-y1-y1-y1, y1-y2, y2-y2-x3, x4-y1-y3, y3-y3-y3-x5")
    assert Diagram.from_edge_string(diagram.edge_string) == diagram
    assert from_json(to_json(diagram)) == diagram
    assert '"blobs": [[' in to_json(diagram)
    assert "blobs" not in to_json(Diagram.from_edge_string("x1-x2"))
    order = [4, 2, 0, 1, 3]
    back = [order.index(i) for i in range(5)]
    assert diagram.with_points(order).with_points(back) == diagram
    assert diagram.with_points(order).unlabelled() == diagram.unlabelled()
    assert Diagram.from_components(5, diagram.components()) == diagram
    assert from_networkx(to_networkx(diagram), ["x1", "x2", "x3", "x4", "x5"]) == diagram
    assert repr(diagram).endswith(f"blobs={diagram.blobs})")
    assert "blobs" not in repr(Diagram(2, (), ((0, 1),)))
    with pytest.raises(InvalidDiagram, match="no Nickel index: it has blobs"):
        nickel_index(diagram)


@pytest.mark.parametrize(
    ("blobs", "message"),
    [
        ([(0, 2)], "a blob with the legs \\(0, 2\\) was given; what joins two legs is a line"),
        ([()], "a blob has a leg at least"),
        ([(0, 9, 2)], "blob \\(0, 2, 9\\) names a node that does not exist"),
        ([0], "tuples of nodes such as"),
        ([(0, 1, 2)], "external point x1 ends 2 lines"),
    ],
)
def test_blobs_that_make_no_diagram(blobs, message):
    with pytest.raises(InvalidDiagram, match=message):
        Diagram(2, (4,), [(0, 2), (1, 2)], blobs)


def test_integrands_are_made_of_lines_only():
    from numerics.errors import LoweringError
    from numerics.lowering.lower import lower_diagram

    with pytest.raises(LoweringError, match="give a diagram of lines"):
        lower_diagram(Diagram.from_edge_string("x1-y1,x2-y1-y1-y1"))


@pytest.mark.parametrize("blobs", [{2: 1}, {0: 1}, {4: -1}, {4.5: 1}, [4], {8: 1}, {3: 1}])
def test_contents_that_cannot_be(blobs):
    with pytest.raises(GenerationError):
        generate(2, {4: 1}, blobs=blobs)
