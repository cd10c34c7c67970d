"""The flat program: its bookkeeping, its text and JSON forms, and that equal integrals are recognised."""

import itertools
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagrams.diagram import Diagram
from diagrams.generation import generate
from numerics.errors import LoweringError
from numerics.lowering.integrand import FactorKind, Integrand
from numerics.lowering.lower import lower_diagram


def test_a_tadpole_line_by_line():
    program = lower_diagram(Diagram.from_edge_string("x1-x3,x2-y1,y1-y1,y1-x4"), Fraction(-12))
    assert program.program.tolist() == [
        [FactorKind.SPECTATOR, 0, 2, 1],
        [FactorKind.LEG, 1, 0, 1],
        [FactorKind.LEG, 3, 0, 1],
        [FactorKind.INTERNAL, 0, 0, 1],
    ]
    assert program.n_factors == 4
    assert (program.leg_counts, program.loop_counts, program.valences) == ((2,), (1,), (4,))
    assert [program.dimension(d) for d in (1, 2, 3)] == [1, 2, 3]


def test_equal_factors_add_their_powers_and_lines_have_no_direction():
    a = Integrand(1, 2, legs=((0, 1, 1), (0, 1, 2)), internal=((1, 0, 1), (0, 1, 1)))
    assert a.legs == ((0, 1, 3),)
    assert a.internal == ((0, 1, 2),)
    assert a == Integrand(1, 2, legs=((0, 1, 3),), internal=((0, 1, 2),))


@pytest.mark.parametrize(
    "bad",
    [
        {"legs": ((0, 1, 1),)},
        {"legs": ((1, 0, 1),)},
        {"spectators": ((0, 1, 1),)},
        {"internal": ((0, 0, 0),)},
        {"internal": ((0, -1, 1),)},
    ],
)
def test_factors_must_name_existing_nodes_and_positive_powers(bad):
    with pytest.raises(LoweringError, match="power"):
        Integrand(1, 1, **bad)


def random_integrand(seed):
    rng = random.Random(seed)
    n, v = rng.randint(0, 4), rng.randint(1, 4)
    spectators = [
        (rng.randrange(n), rng.randrange(n), rng.randint(1, 2)) for _ in range(rng.randint(0, 2)) if n
    ]
    legs = [(rng.randrange(n), rng.randrange(v), rng.randint(1, 3)) for _ in range(rng.randint(0, 4)) if n]
    internal = [(rng.randrange(v), rng.randrange(v), rng.randint(1, 3)) for _ in range(rng.randint(0, 4))]
    prefactor = Fraction(rng.randint(-(10**40), 10**40), rng.randint(1, 10**30))
    return Integrand(n, v, tuple(spectators), tuple(legs), tuple(internal), prefactor)


@given(st.integers(0, 10**6))
def test_json_keeps_everything_exactly(seed):
    integrand = random_integrand(seed)
    assert Integrand.from_json(integrand.to_json()) == integrand


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"n_external": 1}', "null"])
def test_other_json_is_refused(text):
    with pytest.raises(LoweringError, match="to_json"):
        Integrand.from_json(text)


@given(st.integers(0, 10**6))
def test_parts_do_not_depend_on_the_names_of_the_vertices(seed):
    integrand = random_integrand(seed)
    order = list(range(integrand.n_vertices))
    random.Random(seed + 1).shuffle(order)
    renamed = Integrand(
        integrand.n_external,
        integrand.n_vertices,
        legs=tuple((i, order[v], p) for i, v, p in integrand.legs),
        internal=tuple((order[u], order[v], p) for u, v, p in integrand.internal),
    )
    assert Counter(part.integrand for part in integrand.parts()) == Counter(
        part.integrand for part in renamed.parts()
    )


@given(st.integers(0, 10**6))
def test_parts_hold_every_factor_once(seed):
    integrand = random_integrand(seed)
    parts = integrand.parts()
    assert sum(part.integrand.n_vertices for part in parts) == integrand.n_vertices
    assert sum(part.integrand.n_factors for part in parts) == sum(
        p for *_, p in (*integrand.legs, *integrand.internal)
    )
    for part in parts:
        assert len(part.labels) == part.integrand.n_external == sum(part.integrand.leg_counts)
        assert part.integrand.prefactor == 1
    ends = sorted(label for part in parts for label in part.labels)
    assert ends == sorted(i for i, _, p in integrand.legs for _ in range(p))


def test_the_number_of_distinct_integrals_of_the_six_point_function_at_second_order():
    """Connected: eight line ends, six of them external, so one line joins the vertices: 3 legs on each."""
    found = {
        part.integrand
        for diagram in generate(6, {4: 2})
        if diagram.is_connected
        for part in lower_diagram(diagram).parts()
    }
    assert found == {
        Integrand(6, 2, legs=tuple((i, i // 3, 1) for i in range(6)), internal=((0, 1, 1),)),
    }


def test_all_labellings_of_a_topology_share_one_integral():
    """The 10 (3|3) splits of the exchange diagram, written with either vertex first."""
    seen = set()
    for first in itertools.combinations(range(1, 7), 3):
        second = [i for i in range(1, 7) if i not in first]
        text = ",".join([f"x{i}-y1" for i in first] + ["y1-y2"] + [f"x{i}-y2" for i in second])
        (part,) = lower_diagram(Diagram.from_edge_string(text)).parts()
        seen.add(part.integrand)
        assert sorted(map(sorted, (part.labels[:3], part.labels[3:]))) == sorted(
            [[i - 1 for i in first], [i - 1 for i in second]]
        )
    assert len(seen) == 1


def test_text_counts_factors_and_dimensions():
    text = str(lower_diagram(Diagram.from_edge_string("x1-y1,y1-y2,y1-y2,y1-y2,y2-x2"), 96))
    assert text.startswith("96 ∫dy1 dy2 Kw(x1,y1) Kw(x2,y2) Kw(y1,y2)^3")
    assert "5 factors, 4 products a point, integration over 2 × d dimensions" in text
    assert str(lower_diagram(Diagram.from_edge_string("x1-x2"))).startswith("K(x1,x2)   [1 factor,")


@pytest.mark.parametrize(
    "text", ["x1-y1,x2-y1,y1-y2,y1-y2,x3-y2,x4-y2", "x1-x2,x3-y1,y1-y1,y1-y1,y1-x4", "x1-x2", "y1-y1,y1-y1"]
)
def test_cost_per_point_counts_the_lines_that_touch_a_vertex(text):
    lines = [line for line in text.split(",") if "y" in line]
    cost = lower_diagram(Diagram.from_edge_string(text)).cost_per_point
    assert cost.kernel_values == len(set(lines))
    assert cost.products == max(0, len(lines) - 1)
