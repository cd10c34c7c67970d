"""Validation of input points: the one place that turns what a user typed into an array."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from numerics.errors import InvalidPoints
from numerics.given import as_real_array

Points: TypeAlias = ArrayLike | Sequence[Sequence[float]]


def as_points(points: Points, d_in: int | None = None) -> NDArray[np.float64]:
    """Return input points as an array, or say what is wrong with them.

    Parameters
    ----------
    points : array_like, shape (n_points, d_in) or (n_points,)
        Coordinates. A flat list is read as points of dimension one.
    d_in : int, optional
        The dimension the points must have.

    Returns
    -------
    ndarray of float64, shape (n_points, d_in)
        A copy in C order; repeated points are kept.

    Raises
    ------
    InvalidPoints
        If there is no point, a coordinate is not a finite real number, the points differ in
        dimension among themselves, or the dimension is not `d_in`.

    Examples
    --------
    >>> as_points([[0.37, -0.91], [1.43, 0.08]]).shape
    (2, 2)
    >>> as_points([0.37, -0.91]).tolist()
    [[0.37], [-0.91]]
    """
    needed = (
        "every point needs the same number of real coordinates, for instance [[0.37, -0.91], [1.43, 0.08]]"
    )
    x = as_real_array(points, "points", InvalidPoints, needed)
    if x.ndim == 1:
        x = x[:, np.newaxis]
    if x.ndim != 2:
        raise InvalidPoints(
            f"points of shape {x.shape} were given; needed is (number of points, input dimension), "
            "for instance [[0.37, -0.91], [1.43, 0.08]]"
        )
    if x.shape[0] == 0 or x.shape[1] == 0:
        raise InvalidPoints(
            "no input points were given; give at least one point with at least one coordinate"
        )
    if not np.all(np.isfinite(x)):
        row = int(np.flatnonzero(~np.all(np.isfinite(x), axis=1))[0])
        raise InvalidPoints(
            f"point {row} is {shown(x[row].tolist())}; every coordinate must be a finite number"
        )
    if d_in is not None and x.shape[1] != d_in:
        raise InvalidPoints(
            f"points of dimension {x.shape[1]} were given where dimension {d_in} is needed; "
            "give every point that many coordinates, or change d_in of the network"
        )
    return x
