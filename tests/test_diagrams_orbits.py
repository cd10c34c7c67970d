"""Counts by averages over vertex permutations, against lists, published sequences and compiled counts."""

import pytest

from diagrams import count, generate
from diagrams.enumeration import bulk
from diagrams.enumeration.leg_classes import leg_classes
from diagrams.enumeration.legs import labelled_count
from diagrams.enumeration.orbits import MOST_ENDS, MOST_POINTS, connected_totals, fits
from diagrams.filters import connected, no_self_loop, no_vacuum, simple

REQUESTS = [
    (0, {4: 5}), (0, {3: 6}), (0, {2: 4}), (0, {4: 2, 6: 1}), (1, {3: 5}), (1, {5: 3}), (2, {1: 2, 3: 2}),
    (2, {2: 2, 4: 2}), (2, {3: 2, 4: 2}), (3, {3: 5}), (3, {5: 3}), (4, {4: 4}), (4, {4: 2, 6: 1}),
    (5, {3: 3}), (6, {4: 3}), (8, {4: 3}), (4, {8: 2}), (3, {7: 1, 4: 2}),
]  # fmt: skip


@pytest.mark.parametrize("self_loops", [True, False])
@pytest.mark.parametrize(("n", "vertices"), REQUESTS, ids=str)
def test_orbits_against_a_list_of_classes(n, vertices, self_loops):
    content = tuple(sorted(vertices.items()))
    classes = list(leg_classes(n, content, self_loops))
    found = connected_totals(n, content, self_loops)
    assert (found.classes, found.labelled) == (len(classes), sum(map(labelled_count, classes)))


@pytest.mark.parametrize("self_loops", [True, False])
@pytest.mark.parametrize(
    ("n", "vertices"), [(4, {4: 6}), (2, {3: 8}), (0, {4: 7}), (4, {4: 3, 6: 2})], ids=str
)
def test_orbits_against_the_compiled_enumeration(n, vertices, self_loops):
    content = tuple(sorted(vertices.items()))
    assert connected_totals(n, content, self_loops) == bulk.class_totals(
        n, content, self_loops, bulk.least_cuts([])[0]
    )


def test_vacuum_diagrams_are_the_published_multigraphs():
    """Connected regular multigraphs with loops: OEIS A085549 (of valence 4), A005967 (of valence 3)."""
    four = [connected_totals(0, ((4, k),)).classes for k in range(1, 13)]
    assert four == [1, 2, 4, 10, 28, 97, 359, 1635, 8296, 48432, 316520, 2305104]
    three = [connected_totals(0, ((3, 2 * k),)).classes for k in range(1, 9)]
    assert three == [2, 5, 17, 71, 388, 2592, 21096, 204638]


@pytest.mark.parametrize("filters", [[], [no_vacuum], [no_self_loop], [no_vacuum, no_self_loop]], ids=str)
def test_what_is_composed_of_them(filters):
    listed = list(generate(3, {3: 5}, filters))
    found = count(3, {3: 5}, filters)
    assert found == (len(listed), sum(diagram.multiplicity for diagram in listed))
    assert count(3, {3: 5}, filters, unlabelled=True)[0] == len({one.unlabelled() for one in listed})


def test_other_filters_look_inside():
    listed = list(generate(2, {4: 4}, [connected, simple]))
    assert count(2, {4: 4}, [connected, simple]).diagrams == len(listed)


def test_ten_vertices():
    """34,620,088 diagrams, as the compiled enumeration found in twelve seconds."""
    found = count(4, {4: 10}, [connected])
    assert found.diagrams == 34_620_088
    assert found.multiplicity_total == 469_202_509_671_784_312_209_408_000


def test_long_polynomials_are_left_to_the_enumeration():
    assert fits(MOST_POINTS, ((4, MOST_ENDS // 4),))
    assert not fits(MOST_POINTS + 1, ((4, 1),))
    assert not fits(0, ((4, MOST_ENDS // 4 + 1),))
    assert not fits(2, ((-4, 1), (4, 1)))
