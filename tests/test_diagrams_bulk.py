"""The compiled enumeration against the plain one, other programs and zero-dimensional sum rules."""

import subprocess
import sys
from fractions import Fraction
from functools import cache
from math import factorial
from pathlib import Path

import numpy as np
import pytest

from diagrams import Diagram, GenerationError, count, generate
from diagrams import filters as f
from diagrams.enumeration import machine_lines
from diagrams.enumeration.bulk import (
    class_batches,
    class_totals,
    generate_batches,
    is_warm,
    least_cuts,
    machine_classes,
)
from diagrams.enumeration.leg_classes import _legs_handed_out, leg_classes
from diagrams.enumeration.legs import class_symmetry, labelled_count, representative
from diagrams.enumeration.machine import smallest_cuts
from diagrams.zero_dim import Kind, multiplicity_sum, weight_sum

ROOT = Path(__file__).parent.parent
NOTHING = np.zeros(3, np.int64)
CONTENTS = [
    (0, ((4, 5),)),
    (0, ((3, 6),)),
    (2, ((4, 4),)),
    (4, ((4, 5),)),
    (6, ((4, 3),)),
    (3, ((3, 5),)),
    (8, ((8, 1),)),
    (4, ((4, 2), (6, 1))),
    (2, ((3, 4), (4, 1))),
    (1, ((5, 3),)),
    (0, ((1, 6), (6, 1))),
    (2, ((2, 4),)),
    (5, ((1, 1), (4, 2), (5, 1), (7, 1))),
]


@cache
def plain_classes(n, content, self_loops=True):
    """The slow enumeration, once per request."""
    return list(leg_classes(n, content, self_loops))


@pytest.mark.parametrize("self_loops", [True, False])
@pytest.mark.parametrize(("n", "content"), CONTENTS, ids=str)
def test_the_same_classes_in_the_same_order(n, content, self_loops):
    expected = plain_classes(n, content, self_loops)
    assert list(machine_classes(n, content, self_loops, NOTHING)) == expected
    classes, labelled, weight = class_totals(n, content, self_loops, NOTHING)
    assert classes == len(expected)
    assert labelled == sum(map(labelled_count, expected))
    assert weight == sum(Fraction(labelled_count(c), class_symmetry(c)) for c in expected)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_enumeration_is_resumed_where_it_stopped(size):
    parts = list(class_batches(4, ((4, 5),), True, NOTHING, size))
    assert all(len(part.classes.matrix) <= size for part in parts)
    found = [tuple(map(tuple, matrix)) for part in parts for matrix in part.classes.matrix.tolist()]
    assert found == [leg_class.matrix for leg_class in leg_classes(4, ((4, 5),))]


@pytest.mark.parametrize("chosen", f.ALL_FILTERS, ids=lambda chosen: chosen.name)
@pytest.mark.parametrize(("n", "content"), CONTENTS, ids=str)
def test_cuts_decide_as_the_written_definitions_do(chosen, n, content):
    least, rest = least_cuts([chosen])
    assert (rest == ()) is (chosen not in (f.onshell, f.no_self_energy, f.simple, f.bipartite))
    found = [
        one
        for one in machine_classes(n, content, chosen not in f.WITHOUT_SELF_LOOPS, least)
        if all(predicate(representative(one)) for predicate in rest)
    ]
    assert found == [c for c in plain_classes(n, content) if chosen(representative(c))]


def test_smallest_cuts_by_hand():
    """A chain of two vertices with a double line; two legs on one of them, one on the other."""
    matrix = np.array([[0, 2], [2, 0]], np.int8)
    assert smallest_cuts(matrix, np.array([2, 1], np.int8)) == (2, 2**30, 3)
    assert smallest_cuts(matrix, np.array([4, 0], np.int8)) == (2, 2, 2)
    assert smallest_cuts(np.array([[2]], np.int8), np.array([2], np.int8)) == (2**30, 2**30, 2)


@pytest.mark.parametrize(
    ("n", "vertices", "where"),
    [
        (4, {4: 4}, []),
        (2, {3: 4}, [f.no_self_loop]),
        (4, {4: 1, 6: 1}, [f.skeleton]),
        (0, {4: 4}, [f.one_particle_irreducible]),
        (6, {4: 3}, [f.no_tadpole]),
        (8, {8: 1}, []),
    ],
    ids=str,
)
def test_batches_hold_every_connected_diagram_once(n, vertices, where):
    expected = list(generate(n, vertices, [f.connected, *where]))
    batches = list(generate_batches(n, vertices, where))
    found = [batch[i] for batch in batches for i in range(len(batch))]
    assert sorted(found) == sorted(expected)
    factors = [batch.symmetry_factor(i) for batch in batches for i in range(len(batch))]
    assert factors == [int(diagram.symmetry_factor) for diagram in found]
    for batch in batches:
        assert batch.lines.shape[1:] == ((n + sum(batch.vertices)) // 2, 2)


@pytest.mark.parametrize("size", [1, 1000, 65_536])
def test_batches_are_bounded_and_independent(size):
    n, vertices = (4, {4: 3}) if size == 1 else (4, {4: 7})
    batches = list(generate_batches(n, vertices, size=size))
    assert len(batches) > 1
    assert {len(batch) for batch in batches[:-1]} == {size}
    assert 1 <= len(batches[-1]) <= size
    lines = np.concatenate([batch.lines for batch in batches])
    assert len(lines) == count(n, vertices, [f.connected]).diagrams
    keys = np.sort(lines[..., 0].astype(np.int64) * 64 + lines[..., 1], axis=1)
    assert len(np.unique(keys, axis=0)) == len(lines)


def test_batches_with_many_points():
    """Trees with ten points: the labellings of a class do not have to fit a batch."""
    found = set()
    for batch in generate_batches(10, {4: 4}, size=5000):
        found.update(batch[i] for i in range(0, len(batch), 50))
        assert set(batch.vertex_automorphisms.tolist()) == {1}
    assert all(map(f.connected, found))
    total = sum(len(batch) for batch in generate_batches(10, {4: 4}))
    # A leaf has three points. Chain: 10! / (3!^2 2!^2 2), star: 10! / (3!^3 1! 3!).
    chain, star = factorial(10) // (36 * 4 * 2), factorial(10) // (216 * 6)
    assert total == chain + star


@pytest.mark.parametrize(
    ("n", "vertices", "diagrams"),
    [
        # Counts printed by feyngen, feyngraph and symbolica.
        (4, {4: 8}, 531_606),
        (2, {4: 8}, 27_607),
        (0, {4: 8}, 1_635),
        (4, {3: 10}, 71_172),
        pytest.param(0, {4: 10}, 48_432, marks=pytest.mark.slow),
        pytest.param(4, {4: 9}, 4_157_303, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_large_counts(n, vertices, diagrams):
    """Two ways: by permutations, and by enumeration, whose sum of 1 / S is known from zero dimensions."""
    assert count(n, vertices, [f.connected]).diagrams == diagrams
    found = class_totals(n, tuple(vertices.items()), True, NOTHING)
    assert (found.labelled, found.weight) == (diagrams, weight_sum(n, vertices, Kind.CONNECTED))


@pytest.mark.parametrize(
    ("n", "vertices", "where", "kind"),
    [
        (0, {4: 7}, [], Kind.FULL),
        (2, {4: 7}, [f.no_vacuum], Kind.NORMALISED),
        (4, {4: 7}, [f.one_particle_irreducible], Kind.ONE_PARTICLE_IRREDUCIBLE),
        (6, {4: 7}, [f.connected, f.skeleton], Kind.SKELETON),
        (4, {3: 10}, [f.one_particle_irreducible], Kind.ONE_PARTICLE_IRREDUCIBLE),
    ],
    ids=str,
)
def test_sum_rules_at_high_order(n, vertices, where, kind):
    assert count(n, vertices, where).multiplicity_total == multiplicity_sum(n, vertices, kind)
    if kind is not Kind.SKELETON:
        without = count(n, vertices, [*where, f.no_self_loop]).multiplicity_total
        assert without == multiplicity_sum(n, vertices, kind, self_loops=False)


@pytest.mark.parametrize("self_loops", [True, False])
@pytest.mark.parametrize(
    ("n", "vertices"), [(0, {4: 7}), (3, {3: 9}), (1, {3: 3, 4: 4}), (2, {1: 4, 4: 3})], ids=str
)
def test_sum_rules_of_enumerated_connected_diagrams(n, vertices, self_loops):
    """Of the enumeration itself: counts take their weights from zero dimensions."""
    found = class_totals(n, tuple(vertices.items()), self_loops, NOTHING)
    assert found.weight == weight_sum(n, vertices, Kind.CONNECTED, self_loops=self_loops)


def test_large_requests_through_the_ordinary_door():
    """`generate` uses the compiled classes from some size on, user filters included."""
    found = list(generate(0, {4: 7}, [f.connected]))
    assert len(set(found)) == len(found) == 359
    double_lines = [d for d in found if any(many == 2 and i < j for (i, j), many in d.lines)]
    special = f.NamedFilter("with_double_line", "has a double line", lambda d: d in set(double_lines), True)
    assert set(generate(0, {4: 7}, [f.connected, special])) == set(double_lines)
    assert count(0, {4: 7}, [f.connected, special]).diagrams == len(double_lines)


@pytest.mark.parametrize(
    ("n", "vertices", "where"),
    [
        (4, {4: 4}, [f.one_particle_irreducible]),
        (2, {3: 4}, [f.no_tadpole]),
        (0, {4: 4}, [f.one_particle_irreducible]),
        (3, {3: 3}, [f.no_vacuum, f.no_self_loop]),
        (4, {4: 2, 6: 1}, [f.skeleton]),
    ],
    ids=str,
)
def test_small_requests_give_the_same_with_and_without_compiled_code(monkeypatch, n, vertices, where):
    next(generate_batches(2, {4: 3}))
    count(0, {4: 7}, [f.one_particle_irreducible])
    next(generate(0, {4: 7}, [f.connected]))
    assert is_warm(counting=True)
    assert is_warm(counting=False)
    listed, counted = list(generate(n, vertices, where)), count(n, vertices, where)
    used = []
    monkeypatch.setattr("diagrams.enumeration.bulk.is_warm", lambda counting: used.append(counting))
    assert list(generate(n, vertices, where)) == listed
    assert count(n, vertices, where) == counted
    assert set(used) == {True, False}


def test_small_requests_load_no_compiler():
    code = "import sys; from diagrams import count; print(count(4, {4: 4}).diagrams, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["889", "False"]


def test_a_count_on_every_core_adds_up_and_can_be_ended():
    """Eight vertices and more are shared out by legs; the sum of 1 / S is known from zero dimensions."""
    reports = []
    found = class_totals(4, ((4, 8),), True, NOTHING, reports.append)
    assert found.labelled == 531606
    assert found.weight * 24**8 * factorial(8) == multiplicity_sum(4, {4: 8}, Kind.CONNECTED)
    assert (reports[-1].labelled, reports[-1].weight) == (found.labelled, found.weight)

    def stop(progress):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        class_totals(4, ((4, 10),), True, NOTHING, stop)


def test_large_groups_are_not_listed():
    """Twelve one-leg vertices on one hub: 12! automorphisms, one diagram."""
    assert count(0, {1: 12, 12: 1}, [f.connected]) == (1, factorial(12))
    hub = Diagram(0, (12,) + (1,) * 12, tuple((0, i) for i in range(1, 13)))
    assert list(generate(0, {1: 12, 12: 1}, [f.connected])) == [hub]


@pytest.mark.parametrize(("n", "vertices"), [(22, {4: 10}), (2, {2: 24})], ids=str)
def test_nothing_overflows(n, vertices):
    """Labellings of one class beyond 2**63, and more vertices than the compiled enumeration takes."""
    found = count(n, vertices, [f.connected]).multiplicity_total
    assert found == multiplicity_sum(n, vertices, Kind.CONNECTED)
    assert found > 2**63


def test_refusals():
    with pytest.raises(GenerationError, match="1 to 20 vertices"):
        generate_batches(2, {})
    with pytest.raises(GenerationError, match="at most 64 points"):
        generate_batches(100, {4: 49})
    with pytest.raises(GenerationError, match="batches of 0"):
        generate_batches(2, {4: 1}, size=0)
    with pytest.raises(GenerationError, match="filters that cut lines"):
        generate_batches(2, {4: 1}, [lambda diagram: True])
    with pytest.raises(GenerationError, match="odd number"):
        generate_batches(1, {4: 1})


@pytest.mark.parametrize(
    "content",
    [
        ((4, 3),),
        ((3, 2), (4, 1)),
        ((3, 3), (5, 1)),
        ((-4, 1), (4, 2)),
        ((-4, 2), (-3, 1), (3, 1)),
        ((1, 2), (6, 1)),
    ],
)
def test_compiled_hand_outs_are_those_of_the_written_out_enumeration(content):
    """Every way to hand out legs in the same order; those that cannot connect come in addition."""
    valences = np.array([valence for valence, number in content for _ in range(number)], np.int8)
    ends = int(np.abs(valences).sum())
    for n in range(ends + 1):
        legs = np.zeros(len(valences), np.int8)
        legs_found = []
        machine_lines._spread_from(n, 0, valences, legs)
        more = True
        while more:
            legs_found.append(tuple(legs.tolist()))
            more = machine_lines.next_hand_out(valences, legs)
        assert legs_found == [found for _, found in _legs_handed_out(n, content)]


@pytest.mark.parametrize(
    ("n", "content", "blobs"),
    [(4, {4: 3}, {}), (2, {3: 2, 4: 1}, {}), (4, {4: 2}, {4: 1}), (3, {1: 1, 4: 1}, {})],
)
def test_a_walk_that_is_left_everywhere_finds_the_same(n, content, blobs):
    """Batches of one diagram stop the walk after each; batches of three in the middle of classes."""
    whole = [batch.lines for batch in generate_batches(n, content, blobs=blobs)]
    for size in (1, 3):
        parts = list(generate_batches(n, content, blobs=blobs, size=size))
        assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
        assert np.array_equal(np.concatenate([part.lines for part in parts]), np.concatenate(whole))
