"""Values of fields, one row for each set of them, as users give them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from numerics.errors import InvalidPoints
from numerics.given import as_real_array

Array = NDArray[np.float64]


def field_rows(at: ArrayLike, n: int) -> Array:
    """Read rows of shape (R, n).

    Raises
    ------
    InvalidPoints
        If it is no such table of real numbers.

    Examples
    --------
    >>> field_rows([[0.3, 1]], 2)
    array([[0.3, 1. ]])
    """
    needed = f"rows of {counted(n, 'number')} are needed"
    rows = as_real_array(at, "values of the fields", InvalidPoints, needed)
    if rows.ndim != 2 or rows.shape[1] != n:
        raise InvalidPoints(f"values of the fields {shown(rows.tolist())} were given; {needed}")
    return rows
