"""The action from connected correlators: tables by hand, the logarithm of the Hermite series, densities."""

from fractions import Fraction

import pytest

import nnft_sym as nn
from nnft_sym.duality.action_diagrams import action_diagrams, coefficients

#: S − (Gaussian part) at K = 1 by content and power of φ: SPEC 5 and the new rows of SPEC 14.
TABLE = {
    (3,): {1: "1/2", 3: "-1/6"},
    (4,): {0: "-1/8", 2: "1/4", 4: "-1/24"},
    (3, 3): {0: "5/24", 2: "-1/2", 4: "1/8"},
    (5,): {1: "-1/8", 3: "1/12", 5: "-1/120"},
    (6,): {0: "1/48", 2: "-1/16", 4: "1/48", 6: "-1/720"},
    (4, 4): {0: "-1/12", 2: "1/3", 4: "-7/48", 6: "1/72"},
    (3, 4): {1: "2/3", 3: "-7/12", 5: "1/12"},
    (3, 5): {0: "-7/48", 2: "25/48", 4: "-11/48", 6: "1/48"},
    (3, 3, 3): {1: "-5/8", 3: "2/3", 5: "-1/8"},
    (3, 3, 4): {0: "25/48", 2: "-109/48", 4: "59/48", 6: "-7/48"},
    (3, 3, 3, 3): {0: "-5/16", 2: "25/16", 4: "-1", 6: "7/48"},
    (4, 4, 4): {0: "-11/96", 2: "11/16", 4: "-149/288", 6: "1/9", 8: "-1/144"},
    (4, 6): {0: "5/96", 2: "-25/96", 4: "47/288", 6: "-41/1440", 8: "1/720"},
    (8,): {0: "-1/384", 2: "1/96", 4: "-1/192", 6: "1/1440", 8: "-1/40320"},
}


def rows_of(diagrams):
    rows = {}
    for (content, power), value in coefficients(diagrams).items():
        key = tuple(valence for valence, number in content for _ in range(number))
        rows.setdefault(key, {})[power] = value
    return rows


def test_the_table_of_the_source_and_the_new_rows():
    found = rows_of(action_diagrams(range(3, 9), Fraction(3)))
    assert {key: found[key] for key in TABLE} == {
        key: {n: Fraction(text) for n, text in row.items()} for key, row in TABLE.items()
    }
    assert sum(len(row) for key, row in TABLE.items() if sum(key) - 2 * len(key) <= 4) == 37


@pytest.mark.parametrize(("width", "exact"), [(16, 0.83061843), (32, 0.85999160), (64, 0.87479821)])
def test_two_points_of_cos(width, exact):
    """SPEC 14: differences to the exact two-dimensional density at (0.3, 0.1)."""
    want = {
        16: (5.885e-2, 6.06e-4, -1.428e-3, -4.26e-4),
        32: (2.948e-2, 3.55e-4, -1.533e-4, -2.80e-5),
        64: (1.467e-2, 1.10e-4, -1.74e-5, -1.8e-6),
    }[width]
    given = nn.exact_correlators(nn.CosNet(width=width), [[0.0], [0.8]], (2, 4, 6, 8))
    action = nn.action_from_cumulants(given, "1/N^3")
    for order, difference in enumerate(want):
        found = action.value([0.3, 0.1], order)
        assert abs(float(found) - exact - difference) < 0.03 * abs(difference) + 1e-8  # digits that are given
        assert 0 < float(found.error) < 1e-11
