"""Fields with every output at every point, and matrices that mix the outputs."""

import numpy as np
from numpy.typing import NDArray

from numerics.fields.field_set import FieldSet

Array = NDArray[np.float64]


def all_outputs(points: Array, outputs: int) -> FieldSet:
    """List every output at every point, one point after the other.

    Examples
    --------
    >>> all_outputs(np.array([[0.0], [1.0]]), 2)
    <FieldSet: f₁(0), f₂(0), f₁(1), f₂(1)>
    """
    if outputs == 1:
        return FieldSet(points)
    return FieldSet(np.repeat(points, outputs, axis=0), np.tile(np.arange(1, outputs + 1), len(points)))


def mixing_of_fields(fields: FieldSet, matrix: Array) -> Array:
    """Make the matrix that mixes all fields of one that mixes outputs, each of which stands at each point.

    Parameters
    ----------
    fields : FieldSet
    matrix : ndarray, shape (D, D)

    Returns
    -------
    ndarray, shape (n, n)

    Examples
    --------
    >>> exchange = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> mixing_of_fields(FieldSet([[0.0], [1.0], [0.0], [1.0]], outputs=(1, 1, 2, 2)), exchange)[0].tolist()
    [0.0, 0.0, 1.0, 0.0]
    """
    places = np.unique(fields.inputs, axis=0, return_inverse=True)[1].reshape(-1)
    numbers = np.maximum(fields.outputs, 1) - 1
    same = places[:, np.newaxis] == places[np.newaxis]
    return np.asarray(np.where(same, matrix[np.ix_(numbers, numbers)], 0.0))
