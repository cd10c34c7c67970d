"""Expansions against published multiplicities and zero dimensions; requests that cannot be met."""

import itertools
from collections import Counter
from fractions import Fraction
from math import factorial, prod

import pytest

from diagrams.combinatorics.numbers import double_factorial
from diagrams.generation import count
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.errors import InvalidAction, InvalidExpansion
from nnft_sym.expansions.enumeration import Wanted, listed, weight_of_all
from nnft_sym.expansions.expansion import expand
from nnft_sym.expansions.schemes import Kind, Scheme, selection
from nnft_sym.expansions.sum_rules import sum_rules

#: Those whose diagrams with bare lines add up to a zero-dimensional series, whatever the number of points.
BARE_KINDS = [kind.value for kind in Kind if kind.value not in ("2pi", "skeleton")]


def grouped(expansion, vertices):
    """Counter of (labellings, multiplicity, symmetry factor) over the topologies of one vertex content."""
    return Counter(
        (t.labellings, t.representative.multiplicity, t.representative.symmetry_factor)
        for t in expansion.topologies()
        if t.representative.diagram.vertex_key == vertices
    )


# First order, SPEC: vacuum | (labellings, multiplicity) of the rest, total (line ends - 1)!!.
FIRST_ORDER = [
    ("lambda*f^4", 0, 3, [], 3),
    ("lambda*f^4", 2, 3, [(1, 12)], 15),
    ("lambda*f^4", 4, 9, [(6, 12), (1, 24)], 105),
    ("lambda*f^4", 6, 45, [(45, 12), (15, 24)], 945),
    ("kappa*f^6", 0, 15, [], 15),
    ("kappa*f^6", 2, 15, [(1, 90)], 105),
    ("kappa*f^6", 4, 45, [(6, 90), (1, 360)], 945),
    ("kappa*f^6", 6, 225, [(45, 90), (15, 360), (1, 720)], 10395),
    ("g*f^3", 1, 0, [(1, 3)], 3),
    ("g*f^3", 3, 0, [(3, 3), (1, 6)], 15),
    ("g*f^3", 5, 0, [(15, 3), (10, 6)], 105),
    ("alpha*f^5", 1, 0, [(1, 15)], 15),
    ("alpha*f^5", 3, 0, [(3, 15), (1, 60)], 105),
    ("alpha*f^5", 5, 0, [(15, 15), (10, 60), (1, 120)], 945),
]


@pytest.mark.parametrize(("action", "n", "vacuum", "rest", "total"), FIRST_ORDER)
def test_first_order_multiplicities(action, n, vacuum, rest, total):
    key = f"{Action(action).valences[0]}:1"
    full = expand(action, n, kind="full")
    assert full.wick_total[key] == total
    assert sum(term.multiplicity for term in full.at_order(1)) == total
    without_vacuum = Counter(dict.fromkeys(rest, 1))
    found = Counter()
    vacuum_found = 0
    for topology in full.at_order(1).topologies():
        if any(not part.external for part in topology.representative.diagram.components()):
            vacuum_found += topology.multiplicity
        else:
            found[topology.labellings, topology.representative.multiplicity] += 1
    assert (found, vacuum_found) == (without_vacuum, vacuum)
    if n:
        normalised = expand(action, n)
        assert Counter(
            (t.labellings, t.representative.multiplicity) for t in normalised.at_order(1).topologies()
        ) == (without_vacuum)
        coupling = Action(action).couplings[0]
        for term in normalised.at_order(1):
            assert str(term.coefficient) == f"-{term.multiplicity}*{coupling}"


# Second order, connected, no vacuum, SPEC: (labellings, weight after 1/V!, symmetry factor).
SECOND_ORDER = [
    ("lambda*f^4", 2, "4:2", [(1, 144, 4), (1, 144, 4), (1, 96, 6)]),
    ("lambda*f^4", 4, "4:2", [(3, 288, 2), (4, 288, 2)]),
    ("g*f^3", 2, "3:2", [(1, 18, 2), (1, 18, 2)]),
]


@pytest.mark.parametrize(("action", "n", "vertices", "rows"), SECOND_ORDER)
def test_second_order_connected_multiplicities(action, n, vertices, rows):
    expected = Counter((labellings, 2 * weight, symmetry) for labellings, weight, symmetry in rows)
    assert grouped(expand(action, n, order=2, kind="connected"), vertices) == expected


def test_second_order_rows_of_two_couplings():
    mixed = grouped(expand("lambda*f^4 + kappa*f^6", 4, order=2, kind="connected"), "4:1,6:1")
    skeletons = expand("lambda*f^4 + kappa*f^6", 4, order=2, kind="connected", scheme="exact")
    assert grouped(skeletons, "4:1,6:1") == Counter({(6, 4320, 4): 1, (4, 2880, 6): 1})
    rest = mixed - grouped(skeletons, "4:1,6:1")
    assert Counter((labellings, number) for (labellings, number, _), k in rest.items() for _ in range(k)) == (
        Counter({(4, 2160): 1, (4, 4320): 1, (1, 4320): 1})
    )


def test_second_order_exchange_diagrams():
    six = grouped(expand("lambda*f^4", 6, order=2, kind="connected", scheme="exact"), "4:2")
    assert six == Counter({(10, 1152, 1): 1})
    four = grouped(expand("g*f^3", 4, order=2, kind="connected", scheme="exact"), "3:2")
    assert four == Counter({(3, 72, 1): 1})
    tadpoles = grouped(expand("lambda*f^4", 4, order=2), "4:2")
    assert tadpoles[3, 288, 4] == 1  # tadpole x tadpole, 144 after 1/2!


def test_total_contractions_count_everything_whatever_is_asked():
    expected = {"": 3, "4:1": 105, "4:2": 10395, "4:1,6:1": 135135, "6:1": 945, "6:2": 2027025}
    for scheme, kind in itertools.product((Scheme.BARE, Scheme.EXACT), Kind):
        expansion = expand("lambda*f^4 + kappa*f^6", 4, 2, scheme.value, kind.value)
        assert expansion.wick_total == expected
    assert expand("g*f^3", 2, 2).wick_total == {"": 1, "3:2": 105}
    assert expand("lambda*f^4", 3, 2).wick_total == {}
    assert expand("lambda*f^4", 0, 1, kind="full").wick_total == {"": 1, "4:1": 3}


@pytest.mark.parametrize("kind", BARE_KINDS)
@pytest.mark.parametrize(
    ("action", "n", "order"),
    [
        ("lambda*f^4 + kappa*f^6", 2, 3),
        ("lambda*f^4 + kappa*f^6", 4, 2),
        ("lambda*f^4", 6, 2),
        ("g*f^3 + lambda*f^4", 3, 3),
        ("j*f + m*f^2 + g*f^3 + lambda*f^4", 1, 3),
        ("alpha*f^5 + eta*f^8", 5, 1),
        ("zeta*f^7", 7, 1),
    ],
)
def test_sum_rules_hold(action, n, order, kind):
    rules = sum_rules(expand(action, n, order, kind=kind))
    sources = {"(line ends - 1)!!", "zero dimensions"}
    assert {rule.source for rule in rules} == sources
    assert [rule for rule in rules if not rule.holds] == []


@pytest.mark.parametrize("n", range(9))
@pytest.mark.parametrize("valence", range(1, 9))
def test_one_vertex_of_any_valence(valence, n):
    expansion = expand(f"g*f^{valence}" if valence != 2 else "m*f^2", n, kind="full")
    if (n + valence) % 2:
        assert len(expansion.at_order(1)) == 0
        return
    assert expansion.wick_total[f"{valence}:1"] == double_factorial(n + valence - 1)
    assert sum(term.multiplicity for term in expansion.at_order(1)) == double_factorial(n + valence - 1)


@pytest.mark.parametrize("order", [1, 2])
def test_vacuum_parts_cancel_in_the_normalised_correlator(order):
    """Divide the full function by that of no points, as power series in the couplings."""
    action = "lambda*f^4 + kappa*f^6"
    for n in (2, 4):
        full = expand(action, n, order, kind="full").zero_dimensional()
        vacuum = expand(action, 0, order, kind="full").zero_dimensional()
        normalised = expand(action, n, order).zero_dimensional()
        product = {
            powers: number
            for powers, number in (normalised * vacuum).items
            if sum(power for _, power in powers) <= order
        }
        assert Polynomial(product) == full


def test_exact_propagator_series_in_zero_dimensions():
    """The published numbers of the skeleton expansion."""
    action = "lambda*f^4 + kappa*f^6"
    four = expand(action, 4, 3, "exact", "connected").zero_dimensional()
    expected = {
        (("lambda", 1),): -24,
        (("kappa", 1),): -360,
        (("lambda", 2),): 864,
        (("kappa", 1), ("lambda", 1)): 37440,
        (("kappa", 2),): 432000,
        (("lambda", 3),): -51840,
        (("kappa", 1), ("lambda", 2)): -4199040,
    }
    assert {powers: int(number) for powers, number in four.items if powers in expected} == expected
    six = expand(action, 6, 2, "exact", "connected").zero_dimensional()
    assert str(six) == "4104000*kappa**2 + 302400*kappa*lambda - 720*kappa + 5760*lambda**2"
    odd = expand("g*f^3 + lambda*f^4", 4, 4, "exact", "connected").zero_dimensional()
    expected = {
        (("lambda", 1),): -24,
        (("g", 2),): 108,
        (("lambda", 2),): 864,
        (("g", 2), ("lambda", 1)): -12960,
        (("g", 4),): 11664,
    }
    assert {powers: int(number) for powers, number in odd.items if powers in expected} == expected
    three = expand("g*f^3 + lambda*f^4", 3, 3, "exact", "connected").zero_dimensional()
    assert str(three) == "-216*g**3 - 12960*g*lambda**2 + 216*g*lambda - 6*g"
    five = expand("g*f^3 + lambda*f^4", 5, 3, "exact", "connected").zero_dimensional()
    assert [str(part) for part in (five.collect("lambda")[0], five.collect("lambda")[1])] == [
        "-3240*g**3",
        "1440*g",
    ]
    cubic = expand("lambda*f^4", 6, 3, "exact", "connected").zero_dimensional()
    assert str(cubic) == "-622080*lambda**3 + 5760*lambda**2"


@pytest.mark.parametrize(
    ("action", "n", "order"),
    [("lambda*f^4 + kappa*f^6", 4, 3), ("g*f^3 + lambda*f^4", 5, 3), ("lambda*f^4", 6, 3), ("g*f^3", 3, 5)],
)
def test_sum_rules_hold_with_exact_propagators(action, n, order):
    rules = sum_rules(expand(action, n, order, "exact", "connected"))
    assert "zero dimensions" in {rule.source for rule in rules}
    assert [rule for rule in rules if not rule.holds] == []


def test_exact_propagator_series_to_fourth_order():
    four = expand("lambda*f^4", 4, 4, "exact", "connected").zero_dimensional()
    assert str(four) == "4188672*lambda**4 - 51840*lambda**3 + 864*lambda**2 - 24*lambda"


@pytest.mark.parametrize(
    ("action", "order", "line"),
    [
        ("lambda*f^4", 3, "2880*lambda**3 + 48*lambda**2 + 12*lambda + 1"),
        (
            "lambda*f^4 + kappa*f^6",
            2,
            "-28620*kappa**2 - 1440*kappa*lambda + 90*kappa + 48*lambda**2 + 12*lambda + 1",
        ),
    ],
)
def test_bare_diagrams_in_terms_of_the_exact_line_are_the_skeletons(action, order, line):
    """Zero dimensions: the bare line K0 that makes the 2-point function 1, in all other bare diagrams."""

    def value(expansion, bare):
        total = Polynomial({})
        for term in expansion:
            part = term.coefficient * bare ** len(term.diagram.edges)
            total = total + Polynomial({m: c for m, c in part.items if sum(p for _, p in m) <= order})
        return total

    bare = one = Polynomial.constant(1)
    for _ in range(order):  # every round settles one more order
        bare = bare + one - value(expand(action, 2, order, kind="connected"), bare)
    assert str(bare) == line
    for n in (4, 6):
        found = value(expand(action, n, order, kind="connected"), bare)
        assert found == expand(action, n, order, "exact", "connected").zero_dimensional()


def test_exact_scheme_drops_what_the_exact_line_contains():
    action = "lambda*f^4 + kappa*f^6"
    assert [str(t.coefficient) for t in expand(action, 2, 2, "exact")] == ["1"]
    assert expand(action, 2, 2, "exact").zero_dimensional() == Polynomial.constant(1)
    first = expand(action, 6, 1, "exact")
    kept = Counter((t.labellings, t.representative.multiplicity) for t in first.at_order(1).topologies())
    assert kept == Counter({(15, 24): 1, (15, 360): 1, (1, 720): 1})
    assert [str(t.coefficient) for t in expand(action, 4, 1, "exact").at_order(1)] == [
        "-24*lambda",
        "-360*kappa",
    ]
    assert expand("g*f^3", 1, 3, "exact").terms == ()
    assert "exact" in first.rule
    assert "one or two lines" in first.rule


FOUR_TWO = (
    "1234·56 1235·46 1245·36 1345·26 2345·16 1236·45 1246·35 1346·25 2346·15 1256·34 1356·24 2356·14 1456·23 "
    "2456·13 3456·12"
)


@pytest.mark.parametrize("scheme", ["bare", "exact"])
@pytest.mark.parametrize(("action", "multiplicity", "loops"), [("lambda*f^4", 24, 0), ("kappa*f^6", 360, 1)])
def test_the_fifteen_sets_of_the_six_point_function(scheme, action, multiplicity, loops):
    sets = set()
    for term in expand(action, 6, 1, scheme).at_order(1):
        if term.multiplicity != multiplicity:
            continue
        edges = list(term.diagram.edge_labels)
        legs = "".join(sorted(a[1:] for a, b in edges if a.startswith("x") and b.startswith("y")))
        spectators = [a[1:] + b[1:] for a, b in edges if b.startswith("x")]
        assert edges.count(("y1", "y1")) == loops
        assert len(edges) == 5 + loops
        sets.add(f"{legs}·{spectators[0]}")
    assert sets == set(FOUR_TWO.split())
    assert len(sets) == 15


def test_a_sum_of_couplings_expands():
    expansion = expand("(lambda + mu)*f^4", 4, 2, kind="connected")
    assert str(expansion.terms[0].coefficient) == "-24*lambda - 24*mu"
    assert str(expansion.at_order(2).terms[0].coefficient) == "288*lambda**2 + 576*lambda*mu + 288*mu**2"
    single = expand("lambda*f^4", 4, 2, kind="connected")
    assert [t.diagram for t in single] == [t.diagram for t in expansion]
    parts = list(expansion.at_order(2).monomials())[:3]
    assert [(number, powers) for _, number, powers in parts] == [
        (Fraction(288), {"lambda": 2}),
        (Fraction(576), {"lambda": 1, "mu": 1}),
        (Fraction(288), {"mu": 2}),
    ]


@pytest.mark.parametrize(
    ("action", "n", "order", "texts"),
    [
        ("lambda*f^4/24", 4, 1, {"1", "-lambda/2", "-lambda"}),
        ("lambda*f^4/8", 4, 1, {"1", "-3*lambda/2", "-3*lambda"}),
        (
            "lambda*f^4",
            4,
            2,
            {"1", "-12*lambda", "-24*lambda", "288*lambda**2", "144*lambda**2", "96*lambda**2"},
        ),
        ("-lambda*f^4", 2, 1, {"1", "12*lambda"}),
        ("2*f^4", 2, 1, {"1", "-24"}),
        ("0", 4, 3, {"1"}),
    ],
)
def test_coefficients_as_text(action, n, order, texts):
    assert {str(term.coefficient) for term in expand(action, n, order)} == texts


def test_several_couplings_are_alphabetical():
    expansion = expand("lambda*f^4 + kappa*f^6", 4, 2, kind="connected", scheme="exact")
    texts = {str(t.coefficient) for t in expansion if t.diagram.vertex_key == "4:1,6:1"}
    assert texts == {"4320*kappa*lambda", "2880*kappa*lambda"}


def test_irreducible_diagrams_are_those_without_bridges():
    expansion = expand("g*f^3", 4, 2, kind="1pi")
    assert [t.diagram.edge_string for t in expansion] == []
    assert len(expand("g*f^3", 4, 4, kind="1pi")) > 0
    two = expand("lambda*f^4", 2, 2, kind="1pi")
    assert sorted(int(t.symmetry_factor) for t in two.at_order(2)) == [4, 6]


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        ({"n": -1}, ["number of points is -1", "0 or larger"]),
        ({"n": 2.0}, ["number of points is 2.0"]),
        ({"n": True}, ["number of points is True"]),
        ({"n": 2, "order": -1}, ["order is -1", "0 or larger"]),
        ({"n": 2, "order": 41}, ["order is 41", "at most 40"]),
        ({"n": 2, "order": "one"}, ["order is 'one'", "give a number of vertices", "or a power of 1/N"]),
        ({"n": 2, "scheme": "dressed"}, ["no scheme 'dressed'", "bare, exact"]),
        ({"n": 2, "kind": "dressed"}, ["no kind 'dressed'", "full, normalised, connected, amputated, 1pi"]),
        ({"n": 0, "kind": "amputated"}, ["0 points has no diagrams", "or 1pi or 2pi"]),
        ({"n": 4, "loops": -1}, ["number of loops is -1"]),
        ({"n": 2, "scheme": "network", "loops": 1}, ["loops are not counted"]),
        ({"n": 0}, ["kind full or connected"]),
        ({"n": 0, "kind": "connected", "scheme": "exact"}, ["scheme bare"]),
        ({"n": 30, "order": 0}, ["6,190,283,353,629,375 Wick contractions", "no vertices"]),
        ({"n": 4, "order": 30}, ["more than 2,398,187 diagrams", "lower the order"]),
    ],
)
def test_impossible_requests_are_refused(arguments, fragments):
    with pytest.raises(InvalidExpansion) as caught:
        expand("lambda*f^4", **arguments)
    assert [fragment for fragment in fragments if fragment not in str(caught.value)] == []


@pytest.mark.parametrize("scheme", ["bare", "exact"])
@pytest.mark.parametrize("kind", ["full", "normalised", "connected", "1pi"])
def test_what_is_refused_without_counting_is_too_much(monkeypatch, scheme, kind):
    """The bound is the sum of 1/S: exact for bare lines, below the number of diagrams always."""
    chosen = selection(scheme, kind)
    for content in (((4, 3),), ((3, 2), (4, 1)), ((4, 1), (6, 1))):
        found = count(4, dict(content), chosen)
        contractions = prod(factorial(v) ** k * factorial(k) for v, k in content)
        bound = weight_of_all(4, content, chosen)
        assert bound <= found.diagrams
        if scheme == "bare":
            assert bound * contractions == found.multiplicity_total

    def fail(*_):
        raise AssertionError("counted")

    monkeypatch.setattr("nnft_sym.expansions.enumeration.count", fail)
    monkeypatch.setattr("nnft_sym.expansions.enumeration.generate", fail)
    with pytest.raises(InvalidExpansion, match=r"diagrams once there are the vertices 4:1[0-3]"):
        expand("lambda*f^4", 4, 40, scheme, kind)
    assert len(list(listed(Wanted(2, selection("exact", "full")), [((4, 12),)], {}))) == 0


def test_a_bad_action_is_refused_by_the_correlator_too():
    with pytest.raises(InvalidAction):
        expand("lambda*f^4 +", 4)


def test_an_expansion_is_a_value_that_can_be_walked_through():
    expansion = expand(Action("lambda*f^4"), 4)
    assert len(expansion) == len(list(expansion)) == len(expansion.terms) == 10
    assert expansion == expand("lambda*f^4", 4)
    assert expansion.at_order(1).order == 1
    assert len(expansion.at_order(0)) + len(expansion.at_order(1)) == 10
    assert "4-point" in repr(expansion)
    assert "10 terms" in repr(expansion)
    assert expansion.scheme is Scheme.BARE
    assert expansion.kind is Kind.NORMALISED


def test_topologies_tell_sources_from_external_points():
    """A vertex f^1 looks like an external point once labels are gone, and must not be taken for one."""
    expansion = expand("j*f + g*f^3", 2, 4, kind="connected")
    for topology in expansion.topologies():
        diagrams = {term.diagram for term in topology.terms}
        permuted = {
            diagram.with_points(order) for diagram in diagrams for order in itertools.permutations(range(2))
        }
        assert permuted == diagrams
        orbit = {
            topology.representative.diagram.with_points(order) for order in itertools.permutations(range(2))
        }
        assert orbit == diagrams


@pytest.mark.parametrize(("action", "n", "order"), [("lambda*f^4 + kappa*f^6", 4, 2), ("g*f^3", 5, 3)])
def test_topologies_are_the_orbits_of_the_labels(action, n, order):
    for topology in expand(action, n, order).topologies():
        diagram = topology.representative.diagram
        orbit = {diagram.with_points(labels) for labels in itertools.permutations(range(n))}
        assert orbit == {term.diagram for term in topology.terms}
        assert len({(term.multiplicity, term.coefficient) for term in topology.terms}) == 1
