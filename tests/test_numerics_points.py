"""Input points: every accepted form gives the same array, every bad one a message that says what to do."""

import numpy as np
import pytest

from numerics.errors import InvalidPoints
from numerics.fields.points import as_points


@pytest.mark.parametrize(
    "given", [[1, 2.5, -3], [[1], [2.5], [-3]], np.array([1.0, 2.5, -3.0]), ((1,), (2.5,), (-3,))]
)
def test_flat_and_nested_points_agree(given):
    np.testing.assert_array_equal(as_points(given), [[1.0], [2.5], [-3.0]])


def test_points_are_copied_and_contiguous():
    original = np.asfortranarray(np.arange(6.0).reshape(3, 2))
    x = as_points(original)
    x[0, 0] = 99.0
    assert original[0, 0] == 0.0
    assert x.flags.c_contiguous
    assert x.dtype == np.float64


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "no input points"),
        ([[]], "no input points"),
        ([[1.0, 2.0], [3.0]], r"mixed dimension \[1, 2\]"),
        ([[1.0, 2.0], 3.0], "mixed dimension"),
        ([[0.0], [float("nan")]], "point 1 is"),
        ([[0.0, float("inf")]], "point 0 is"),
        ([["a"]], "real coordinates"),
        ([1j], "real coordinates"),
        (3.0, "number of points, input dimension"),
        (np.zeros((2, 2, 2)), "number of points, input dimension"),
    ],
)
def test_bad_points_are_refused(given, told):
    with pytest.raises(InvalidPoints, match=told):
        as_points(given)


def test_dimension_can_be_demanded():
    assert as_points([[1.0, 2.0]], d_in=2).shape == (1, 2)
    with pytest.raises(InvalidPoints, match="dimension 2 were given where dimension 3 is needed"):
        as_points([[1.0, 2.0]], d_in=3)
