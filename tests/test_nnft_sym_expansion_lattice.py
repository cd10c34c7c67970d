"""Expansions against a lattice theory that is done by moments alone: every diagram with its lines."""

import itertools
from collections import Counter
from fractions import Fraction
from functools import cache
from math import factorial

import pytest

from nnft_sym.expansions.expansion import expand

# A lattice theory: points and sites are Gaussian variables with rational covariance; S_int = sum over sites.
POINTS = 4
COVARIANCE = [
    [Fraction(2 + (i == j) * (3 + i), 1 + abs(i - j) + (i * j) % 3) for j in range(6)] for i in range(6)
]
COVARIANCE = [[(COVARIANCE[i][j] + COVARIANCE[j][i]) / 2 for j in range(6)] for i in range(6)]


@cache
def moment(exponents):
    """E of a product of powers of the variables, by Wick's recursion on the first variable."""
    if not any(exponents):
        return Fraction(1)
    first = next(i for i, power in enumerate(exponents) if power)
    rest = list(exponents)
    rest[first] -= 1
    total = Fraction(0)
    for j, power in enumerate(rest):
        if power:
            left = rest.copy()
            left[j] -= 1
            total += power * COVARIANCE[first][j] * moment(tuple(left))
    return total


def by_moments(points, valences):
    """E[f(points) S_int(valence 1) ... ], every vertex summed over two sites."""
    total = Fraction(0)
    for sites in itertools.product((4, 5), repeat=len(valences)):
        exponents = [0] * 6
        for point in points:
            exponents[point] += 1
        for site, valence in zip(sites, valences, strict=True):
            exponents[site] += valence
        total += moment(tuple(exponents))
    return total


def series_by_moments(points, order, couplings):
    """Coefficients of E[f... e^-S], keyed by how often each valence occurs."""
    series = {}
    for total in range(order + 1):
        for valences in itertools.combinations_with_replacement(sorted(couplings), total):
            content = tuple(valences.count(v) for v in sorted(couplings))
            number = by_moments(points, valences) * (-1) ** total
            for count in content:
                number /= factorial(count)
            series[content] = number
    return series


def times(left, right, order):
    """Product of two series, cut at an order."""
    product = Counter()
    for a, x in left.items():
        for b, y in right.items():
            c = tuple(i + j for i, j in zip(a, b, strict=True))
            if sum(c) <= order:
                product[c] += x * y
    return product


def inverse(series, order):
    """One over a series that begins with 1."""
    zero = min(series)
    rest = {content: -number for content, number in series.items() if content != zero}
    result, power = Counter({zero: Fraction(1)}), Counter({zero: Fraction(1)})
    for _ in range(order):
        power = times(power, rest, order)
        result.update(power)
    return result


def by_diagrams(expansion, couplings):
    """The same series from the lines of the diagrams, every vertex summed over two sites."""
    series = Counter()
    for term in expansion:
        value = Fraction(0)
        for sites in itertools.product((4, 5), repeat=term.order):
            place = {f"x{i + 1}": i for i in range(POINTS)}
            place |= {f"y{i + 1}": site for i, site in enumerate(sites)}
            product = Fraction(1)
            for a, b in term.diagram.edge_labels:
                product *= COVARIANCE[place[a]][place[b]]
            value += product
        content = dict(term.diagram.vertex_content)
        number = term.coefficient.at(dict.fromkeys(expansion.action.couplings, 1))
        series[tuple(content.get(v, 0) for v in sorted(couplings))] += number * value
    return series


def set_partitions(items):
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for size in range(len(rest) + 1):
        for others in itertools.combinations(rest, size):
            left = [item for item in rest if item not in others]
            for partition in set_partitions(left):
                yield [(first, *others), *partition]


@pytest.mark.parametrize(
    ("action", "couplings", "n", "order"),
    [
        ("lambda*f^4 + kappa*f^6", (4, 6), 4, 2),
        ("lambda*f^4", (4,), 2, 3),
        ("g*f^3 + lambda*f^4", (3, 4), 3, 2),
        ("j*f + m*f^2 + g*f^3", (1, 2, 3), 2, 3),
        ("alpha*f^5", (5,), 3, 2),
    ],
)
def test_diagrams_agree_with_a_lattice_theory_done_by_moments(action, couplings, n, order):
    """Every diagram with its lines, not only their sum of weights: full, normalised and connected."""

    def nonzero(series):
        return {content: number for content, number in series.items() if number}

    def normalised(points):
        full = series_by_moments(points, order, couplings)
        return times(full, inverse(series_by_moments((), order, couplings), order), order)

    points = tuple(range(n))
    full = by_diagrams(expand(action, n, order, kind="full"), couplings)
    assert nonzero(full) == nonzero(series_by_moments(points, order, couplings))
    assert nonzero(by_diagrams(expand(action, n, order), couplings)) == nonzero(normalised(points))
    cumulant = Counter()
    for partition in set_partitions(list(points)):
        product = Counter({(0,) * len(couplings): Fraction(1)})
        for block in partition:
            product = times(product, normalised(block), order)
        sign = (-1) ** (len(partition) - 1) * factorial(len(partition) - 1)
        cumulant.update({content: sign * number for content, number in product.items()})
    connected = expand(action, n, order, kind="connected")
    assert nonzero(by_diagrams(connected, couplings)) == nonzero(cumulant)
