"""The moment-cumulant formula: exact fractions, by brute force; derivatives by finite differences."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from diagrams.combinatorics.set_partitions import all_partitions, even_partitions
from numerics.fields.index_sets import multisets, ranks
from numerics.results.cumulants import (
    cumulant,
    partition_terms,
    products,
    products_with_slopes,
    slopes_of_cumulant,
)


def distribution(symmetric):
    """Two dependent variables with a few values; exact probabilities."""
    points = {
        (1, 2): Fraction(1, 7),
        (3, -1): Fraction(2, 7),
        (0, 1): Fraction(3, 7),
        (-2, 2): Fraction(1, 7),
    }
    if not symmetric:
        return points
    return {
        key: chance / 2 for (a, b), chance in points.items() for key in ((a, b), (-a, -b)) if (a, b) != (0, 0)
    }


def moment(points, indices):
    total = Fraction(0)
    for values, chance in points.items():
        term = chance
        for i in indices:
            term *= values[i]
        total += term
    return total


def derived_from_the_logarithm(points, indices):
    """κ by the recursion E[x_1 … x_n] = Σ_{1 in B} κ_B E[the rest], which knows nothing of Möbius."""
    if len(indices) == 1:
        return moment(points, indices)
    first, rest = indices[0], indices[1:]
    total = moment(points, indices)
    for taken in product((False, True), repeat=len(rest)):
        if all(taken):
            continue
        block = (first, *(i for i, chosen in zip(rest, taken, strict=True) if chosen))
        others = tuple(i for i, chosen in zip(rest, taken, strict=True) if not chosen)
        total -= derived_from_the_logarithm(points, block) * moment(points, others)
    return total


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 6])
def test_exact_fractions(order, symmetric):
    """No floats anywhere: all partitions for any law, the even ones for a symmetric law."""
    points = distribution(symmetric)
    for row in multisets(2, order).tolist():
        expected = derived_from_the_logarithm(points, tuple(row))

        def of(size, labels, row=row):
            return np.array([moment(points, [row[i] for i in block]) for block in labels.tolist()])

        found = cumulant(partition_terms(order, of, products, partitions=all_partitions(order)))
        assert found == expected
        if symmetric and order % 2 == 0:
            assert cumulant(partition_terms(order, of, products)) == expected
            assert isinstance(found, Fraction)


@pytest.mark.parametrize("at_once", [1, 3, None])
def test_partitions_at_once_do_not_matter(at_once):
    rng = np.random.default_rng(1)
    means = {n: rng.normal(size=(3, len(multisets(2, n)))) for n in (2, 4, 6)}
    indices = multisets(2, 6)

    def of(size, labels):
        return means[size][:, ranks(indices[:, labels], 2)]

    found = cumulant(partition_terms(6, of, products, at_once=at_once))
    np.testing.assert_allclose(found, cumulant(partition_terms(6, of, products)), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("order", [2, 4, 6, 8])
def test_slopes_by_finite_differences(order):
    rng = np.random.default_rng(order)
    moments = {n: float(rng.uniform(0.5, 2.0)) for n in range(2, order + 1, 2)}

    def kappa(given):
        return float(
            cumulant(partition_terms(order, lambda n, labels: np.full(len(labels), given[n]), products))
        )

    slopes = slopes_of_cumulant(order, moments)
    step = 1e-5
    for n in moments:
        up, down = ({**moments, n: moments[n] + side} for side in (step, -step))
        assert slopes[n] == pytest.approx((kappa(up) - kappa(down)) / (2 * step), rel=1e-6, abs=1e-6)


def test_changes_of_a_product_are_those_of_its_factors():
    rng = np.random.default_rng(2)
    factors = [rng.normal(size=(4, 5, 3)) for _ in range(3)]
    found = products_with_slopes(factors)
    step = 1e-6
    for k in range(1, 4):
        moved = [(f[0] + step * f[k], f[0] - step * f[k]) for f in factors]
        up, down = (np.prod([m[side] for m in moved], axis=0).sum(axis=-1) for side in (0, 1))
        np.testing.assert_allclose(found[k], (up - down) / (2 * step), rtol=1e-6, atol=1e-6)


def test_partitions_of_any_size_are_all_of_them():
    assert [sum(len(c.blocks[0]) for c in all_partitions(n)) for n in range(1, 7)] == [1, 2, 5, 15, 52, 203]
    even = [c for c in all_partitions(6) if all(size % 2 == 0 for size in c.sizes)]
    assert [c.sizes for c in even] == [c.sizes for c in even_partitions(6)]
