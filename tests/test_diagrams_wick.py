"""Pairings and brute-force contractions, against closed formulas and naive enumerations."""

from itertools import permutations
from math import factorial, prod

import pytest

from diagrams import GenerationError, contract, contraction_count, double_factorial, pairings


def test_double_factorial_against_factorials():
    for m in range(15):
        assert double_factorial(2 * m - 1) == factorial(2 * m) // (2**m * factorial(m))
        assert double_factorial(2 * m) == 2**m * factorial(m)


def test_double_factorial_is_exact_beyond_64_bits():
    assert double_factorial(39) == factorial(40) // (2**20 * factorial(20)) > 2**63


def test_double_factorial_refuses_below_minus_one():
    with pytest.raises(GenerationError, match="-2"):
        double_factorial(-2)


@pytest.mark.parametrize("size", range(8))
def test_pairings_are_all_different_and_complete(size):
    found = list(pairings(range(size)))
    naive = {
        frozenset(frozenset(order[i : i + 2]) for i in range(0, size, 2))
        for order in permutations(range(size))
        if size % 2 == 0
    }
    as_sets = [frozenset(frozenset(pair) for pair in pairing) for pairing in found]
    assert len(as_sets) == len(set(as_sets))
    assert set(as_sets) == naive


@pytest.mark.parametrize(
    ("n", "valences"),
    [(0, [4]), (2, [4]), (4, [4]), (4, [6]), (1, [3]), (3, [5]), (2, [4, 4]), (1, [3, 4, 4]), (2, [2, 4, 4])],
)
def test_every_contraction_is_counted_once_and_multiplicities_agree(n, valences):
    found = contract(n, valences)
    vertices = {k: valences.count(k) for k in valences}
    assert sum(found.values()) == contraction_count(n, vertices)
    labellings = prod(factorial(c) for c in vertices.values())
    ends = prod(factorial(k) for k in valences)
    for diagram, count in found.items():
        assert count == diagram.multiplicity
        assert count * int(diagram.symmetry_factor) == labellings * ends


def test_odd_totals_have_no_contraction():
    assert contract(1, [4]) == {}
    assert contraction_count(1, {4: 1}) == 0
