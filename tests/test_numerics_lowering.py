"""Lowering: exact to float in one place, shared integrals, and the sum rule of the constant kernel."""

import ast
from collections import Counter
from fractions import Fraction
from math import factorial, prod
from pathlib import Path

import pytest

import numerics
from diagrams.diagram import Diagram
from diagrams.generation import generate
from numerics.errors import LoweringError
from numerics.kernels.profiles import RadialPower
from numerics.lowering.lower import lower, lower_diagram, to_float
from numerics.lowering.monomials import monomial


def terms_of(n, vertices, names):
    """Labelled diagrams with their whole factor (−1)^V multiplicity / ∏V_t!, vacuum parts included."""
    couplings = {names[valence]: count for valence, count in vertices.items()}
    order = prod(factorial(count) for count in vertices.values())
    sign = (-1) ** sum(vertices.values())
    return [
        (diagram, Fraction(sign * diagram.multiplicity, order), couplings)
        for diagram in generate(n, vertices)
    ]


@pytest.mark.parametrize("number", [Fraction(1, 3), 7, Fraction(-(10**30), 7), Fraction(1, 10**400)])
def test_rounding_is_to_the_nearest_float(number):
    assert to_float(number) == number.numerator / number.denominator


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(LoweringError, match="float"):
        to_float(10**400)


def test_monomials_are_sorted_and_drop_zero_powers():
    assert monomial({"lambda": 1, "kappa": 2, "g": 0}) == (("kappa", 2), ("lambda", 1))
    with pytest.raises(LoweringError, match="negative"):
        monomial({"lambda": -1})


def test_the_fifteen_terms_of_the_six_point_function_hold_one_integral():
    """Every (4|2) set once, as listed by hand."""
    terms = [
        (diagram, prefactor, couplings)
        for diagram, prefactor, couplings in terms_of(6, {4: 1}, {4: "lambda"})
        if sorted(len(part.external) for part in diagram.components()) == [2, 4]
        and all(i != j for i, j in diagram.edges)
    ]
    program = lower(terms)
    assert len(program.integrands) == 1
    (group,) = program.groups
    assert group.prefactors == (Fraction(-24),) * 15
    assert group.weights.tolist() == [-24.0] * 15
    by_hand = (
        "1234.56 1235.46 1245.36 1345.26 2345.16 1236.45 1246.35 1346.25 2346.15 1256.34 1356.24 2356.14 "
        "1456.23 2456.13 3456.12"
    )
    found = {
        "".join(str(k + 1) for k in sorted(row[2:])) + "." + "".join(str(k + 1) for k in sorted(row[:2]))
        for row in group.places.tolist()
    }
    assert found == set(by_hand.split())


@pytest.mark.parametrize(
    ("n", "vertices"), [(2, {4: 1}), (4, {4: 1, 6: 1}), (6, {4: 2}), (4, {4: 2}), (3, {3: 1}), (2, {4: 3})]
)
def test_every_term_is_kept_with_its_exact_factor(n, vertices):
    terms = terms_of(n, vertices, {3: "g", 4: "lambda", 6: "kappa"})
    program = lower(terms)
    assert program.n_terms == len(terms)
    kept = Counter(prefactor for group in program.groups for prefactor in group.prefactors)
    assert kept == Counter(prefactor for _, prefactor, _ in terms)
    for group in program.groups:
        slots = sum(program.integrands[k].n_external for k in group.integrands)
        assert 2 * group.n_pairs + slots == n
        assert all(sorted(row) == list(range(n)) for row in group.places.tolist())
    # The numbers of lines agree: 2·lines = n + Σ valences.
    lines = (n + sum(k * count for k, count in vertices.items())) // 2
    for group in program.groups:
        assert group.n_pairs + sum(program.integrands[k].n_factors for k in group.integrands) == lines


def test_terms_of_different_functions_are_refused():
    two, four = Diagram.from_edge_string("x1-x2"), Diagram.from_edge_string("x1-x2,x3-x4")
    with pytest.raises(LoweringError, match="2 and 4"):
        lower([(two, Fraction(1), {}), (four, Fraction(1), {})])
    with pytest.raises(LoweringError, match="no terms"):
        lower([])


def test_lowering_one_diagram_keeps_the_prefactor_exact():
    integrand = lower_diagram(Diagram.from_edge_string("x1-x2"), Fraction(1, 3))
    assert integrand.prefactor == Fraction(1, 3)


def test_nothing_else_in_the_middle_floor_turns_a_fraction_into_a_float():
    """``float(...)`` of something called prefactor, weight or coefficient occurs in lowering.py only."""
    for path in Path(numerics.__file__).parent.rglob("*.py"):
        if path.name == "lowering.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                assert "prefactor" not in ast.dump(node), f"{path.name}:{node.lineno}"


def test_flat_programs_bring_their_factor_and_their_profiles():
    star = Diagram.from_edge_string("x1-y1,x2-y1,x3-y1,x4-y1")
    weighted = lower_diagram(star, Fraction(1, 3), [RadialPower(2)])
    program = lower([(weighted, Fraction(-24), {"b": 1}), (star, Fraction(-24), {"lambda": 1})])
    assert [group.prefactors for group in program.groups] == [(Fraction(-8),), (Fraction(-24),)]
    assert [integrand.profiles for integrand in program.integrands] == [(RadialPower(2),), ()]
    assert lower_diagram(star, 1, [None]) == lower_diagram(star)
