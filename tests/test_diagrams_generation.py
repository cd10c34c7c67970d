"""The generator against hand counts, other programs, explicit contraction and zero-dimensional sum rules."""

import json
from fractions import Fraction
from itertools import islice
from math import comb, factorial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagrams import (
    Diagram,
    GenerationError,
    contract,
    contraction_count,
    count,
    double_factorial,
    generate,
    grouped,
)
from diagrams.errors import NNFTError
from diagrams.filters import (
    connected,
    named_filter,
    no_self_loop,
    no_vacuum,
    one_particle_irreducible,
    skeleton,
)
from diagrams.zero_dim import Kind, multiplicity_sum

TABLE = json.loads((Path(__file__).parent / "reference" / "diagrams_low_order.json").read_text())


def content(row):
    return {int(k): c for k, c in row["vertices"].items()}


def name(row):
    return f"n={row['n']} {row['vertices']}"


@pytest.mark.parametrize("row", TABLE["first_order"], ids=name)
def test_first_order_rows(row):
    groups = grouped(generate(row["n"], content(row)))
    assert sorted([g.labellings, g.diagram.multiplicity] for g in groups) == sorted(row["groups"])
    assert sum(g.multiplicity_total for g in groups) == row["total"]


@pytest.mark.parametrize("row", TABLE["second_order_connected"], ids=name)
def test_second_order_rows(row):
    groups = grouped(generate(row["n"], content(row), [connected]))
    found = {
        (g.diagram.unlabelled(), g.labellings, g.diagram.multiplicity, int(g.diagram.symmetry_factor))
        for g in groups
    }
    assert found == {
        (Diagram.from_edge_string(text).unlabelled(), *numbers) for text, *numbers in row["groups"]
    }


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=[pytest.mark.slow] * row.get("slow", False))
        for row in TABLE["connected_counts"]
    ],
    ids=lambda row: name(row),
)
def test_connected_counts_of_other_programs(row):
    assert count(row["n"], content(row), [connected]).diagrams == row["diagrams"]
    if row["diagrams"] < 1000:
        found = list(generate(row["n"], content(row), [connected]))
        assert len(found) == len(set(found)) == row["diagrams"]


@pytest.mark.parametrize("k", range(1, 9))
@pytest.mark.parametrize("n", range(9))
def test_first_order_of_any_vertex_in_closed_form(n, k):
    """j legs go to points, in comb(n, j) ways; the others pair among themselves, as do the points left."""
    if (n + k) % 2:
        with pytest.raises(GenerationError, match="odd number"):
            generate(n, {k: 1})
        return
    expected = {}
    for j in range(k % 2, min(n, k) + 1, 2):
        loops = (k - j) // 2
        multiplicity = factorial(k) // (2**loops * factorial(loops))
        expected[j] = (comb(n, j) * double_factorial(n - j - 1), multiplicity)
    found = {}
    for diagram in generate(n, {k: 1}):
        legs = sum(1 for i, j in diagram.edges if i < n <= j)
        number, multiplicity = found.get(legs, (0, diagram.multiplicity))
        assert multiplicity == diagram.multiplicity
        found[legs] = (number + 1, multiplicity)
    assert found == expected
    total = sum(number * multiplicity for number, multiplicity in found.values())
    assert total == double_factorial(n + k - 1) == multiplicity_sum(n, {k: 1})
    normalised = sum(d.multiplicity for d in generate(n, {k: 1}, [no_vacuum]))
    assert normalised == multiplicity_sum(n, {k: 1}, Kind.NORMALISED)


EXPLICIT = [
    (0, {4: 1}),
    (4, {4: 2}),
    (6, {4: 1}),
    (2, {4: 2, 2: 1}),
    (4, {4: 1, 6: 1}),
    (3, {3: 3}),
    (1, {3: 1, 4: 2}),
    (2, {3: 2, 4: 1}),
    (0, {3: 4}),
    (0, {4: 3}),
    (4, {1: 2, 2: 2}),
    (0, {1: 4, 2: 3}),
    (1, {5: 1, 6: 1}),
    (2, {8: 1, 2: 1}),
    (10, {}),
]


@pytest.mark.parametrize(("n", "vertices"), EXPLICIT, ids=str)
def test_against_explicit_contraction(n, vertices):
    found = list(generate(n, vertices))
    assert len(found) == len(set(found))
    valences = [k for k, c in vertices.items() for _ in range(c)]
    assert {diagram: diagram.multiplicity for diagram in found} == contract(n, valences)
    assert count(n, vertices) == (len(found), contraction_count(n, vertices))
    orbits = {diagram.unlabelled() for diagram in found}
    assert count(n, vertices, unlabelled=True) == (len(orbits), contraction_count(n, vertices))


@given(st.integers(0, 4), st.dictionaries(st.integers(1, 6), st.integers(1, 3), max_size=3))
@settings(max_examples=60, deadline=None)
def test_against_explicit_contraction_for_any_content(n, vertices):
    valences = [k for k, c in vertices.items() for _ in range(c)]
    ends = n + sum(valences)
    if ends % 2 or ends > 12:
        return
    assert {d: d.multiplicity for d in generate(n, vertices)} == contract(n, valences)


KINDS = [
    (Kind.FULL, []),
    (Kind.NORMALISED, [no_vacuum]),
    (Kind.CONNECTED, [connected]),
    (Kind.ONE_PARTICLE_IRREDUCIBLE, [one_particle_irreducible]),
]
FAMILIES = [
    *((n, {4: v}) for n in (0, 2, 4, 6) for v in range(1, 6 if n < 4 else 5)),
    *((n, {6: v}) for n in (0, 2, 4) for v in range(1, 4)),
    *((n, {3: v}) for n in range(5) for v in range(1, 7) if (n + v) % 2 == 0),
    *((n, {5: v}) for n in range(4) for v in range(1, 4) if (n + v) % 2 == 0),
    *((n, {4: 1, 6: 2}) for n in (0, 2, 4)),
    *((n, {4: 2, 6: 1}) for n in (0, 2, 4, 6)),
    *((n, {3: 2, 4: 2}) for n in (0, 2, 4)),
    (3, {3: 3, 4: 1}),
    (1, {7: 1, 8: 1}),
    (2, {8: 2}),
]


@pytest.mark.parametrize(("n", "vertices"), FAMILIES, ids=str)
def test_zero_dimensional_sum_rules(n, vertices):
    for kind, where in KINDS:
        for self_loops in (True, False):
            filters = where if self_loops else [*where, no_self_loop]
            expected = multiplicity_sum(n, vertices, kind, self_loops=self_loops)
            assert count(n, vertices, filters).multiplicity_total == expected, (kind, self_loops)
    if n:
        expected = multiplicity_sum(n, vertices, Kind.SKELETON)
        assert count(n, vertices, [connected, skeleton]).multiplicity_total == expected


@pytest.mark.parametrize(
    ("n", "vertices"), [(4, {4: 3}), (2, {3: 4}), (4, {4: 1, 6: 1}), (6, {4: 2})], ids=str
)
@pytest.mark.parametrize("where", [[], [no_vacuum], [connected], [no_self_loop], [skeleton, connected]])
def test_streaming_and_counting_agree(n, vertices, where):
    found = list(generate(n, vertices, where))
    assert len(found) == len(set(found))
    assert count(n, vertices, where) == (len(found), sum(d.multiplicity for d in found))


def test_vacuum_parts_cancel_in_the_normalised_series():
    """Sum over how the vertices are shared between a vacuum part and the rest: full = normalised * Z."""
    for n, valence, order in [(4, 4, 3), (2, 6, 2), (3, 3, 3)]:

        def weight(points, order, where, valence=valence):
            if (points + valence * order) % 2:
                return 0
            found = count(points, {valence: order}, where)
            return Fraction(found.multiplicity_total, factorial(order))

        for total in range(n % 2, order + 1):
            shared = sum(weight(n, v, [no_vacuum]) * weight(0, total - v, []) for v in range(total + 1))
            assert weight(n, total, []) == shared


def test_user_predicates_see_every_diagram():
    def has_double_line(diagram):
        return any(many == 2 and i != j for (i, j), many in diagram.lines)

    expected = [d for d in generate(4, {4: 2}) if has_double_line(d)]
    assert list(generate(4, {4: 2}, [has_double_line])) == expected
    assert count(4, {4: 2}, [has_double_line, no_vacuum]).diagrams == sum(map(no_vacuum, expected))
    grouped_count = count(4, {4: 2}, [has_double_line], unlabelled=True)
    assert grouped_count.diagrams == len(grouped(expected))


def test_streaming_starts_at_once_and_can_be_left():
    """About 10^11 diagrams: the first ones come all the same."""
    first = list(islice(generate(4, {4: 12}, [connected]), 5))
    assert len(set(first)) == 5
    assert all(connected(diagram) for diagram in first)


def test_counts_are_exact_beyond_64_bits():
    assert count(8, {8: 3}).multiplicity_total == double_factorial(31)
    assert count(20, {8: 3}).multiplicity_total == double_factorial(43) > 2**63


@pytest.mark.parametrize(
    ("n", "vertices", "hint"),
    [
        (1, {4: 1}, "5 line ends, an odd number"),
        (-1, {3: 1}, "must be 0 or more"),
        (2, {4: -1}, "must be 0 or more"),
        (2, {0: 1}, "a valence must be 1 or more"),
        (4, {4: 40}, "contractions"),
    ],
)
def test_requests_that_make_no_sense_are_refused_at_once(n, vertices, hint):
    for function in (generate, count):
        with pytest.raises(GenerationError, match=hint):
            function(n, vertices)


def test_zero_numbers_are_the_same_as_absent():
    assert list(generate(4, {4: 1, 6: 0})) == list(generate(4, {4: 1}))
    assert [d.edge_string for d in generate(0, {})] == [""]
    assert count(0, {}, [connected]) == (0, 0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: list(generate(4, 4)), "a mapping from valences to numbers is needed"),
        (lambda: list(generate({4: 1}, 4)), "a mapping from valences to numbers is needed"),
        (lambda: count(4, {4: 2}, 3), "predicates are needed"),
        (lambda: count(4, {4: 2}, [3]), "the name of a filter is needed"),
        (lambda: count(4, {4: 2}, "connectd"), "did you mean"),
    ],
)
def test_what_is_no_request_is_told_in_a_sentence(call, said):
    with pytest.raises(NNFTError, match=said):
        call()


def test_filters_may_be_given_by_name():
    named = count(4, {4: 2}, "connected")
    assert named == count(4, {4: 2}, ["connected"]) == count(4, {4: 2}, [named_filter("connected")])
