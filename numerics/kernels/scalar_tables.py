"""Tables of a compiled scalar kernel of the user: the loops over pairs of points are compiled as well.

Imported only when such a kernel is evaluated, as it loads the compiler.
"""

from typing import Any

import numpy as np
from numba import types
from numba.extending import is_jitted
from numpy.typing import NDArray

from numerics.machine.jit import compiled_for

Array = NDArray[np.float64]

_VECTOR, _MATRIX = types.Array(types.float64, 1, "C"), types.Array(types.float64, 2, "C")
_KERNEL = types.FunctionType(types.float64(_VECTOR, _VECTOR))


@compiled_for(_MATRIX(_KERNEL, _MATRIX, _MATRIX))
def _table(function: Any, x: Any, y: Any) -> Any:
    table = np.empty((x.shape[0], y.shape[0]))
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            table[i, j] = function(x[i], y[j])
    return table


@compiled_for(_VECTOR(_KERNEL, _MATRIX))
def _diagonal(function: Any, y: Any) -> Any:
    values = np.empty(y.shape[0])
    for i in range(y.shape[0]):
        values[i] = function(y[i], y[i])
    return values


def pair_table(function: Any, x: Array, y: Array) -> Array:
    """Evaluate a scalar kernel for all pairs of points, compiled if the function is.

    Parameters
    ----------
    function : callable
        ``function(a, b)`` of two arrays of shape (d,).
    x : ndarray, shape (n, d)
    y : ndarray, shape (m, d)

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> pair_table(lambda a, b: a @ b, np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[11.0, 2.0]]
    """
    if is_jitted(function):
        x, y = (np.require(points, np.float64, ["C", "W"]) for points in (x, y))
        return np.asarray(_table(function, x, y))
    return np.array([[function(a, b) for b in y] for a in x], dtype=np.float64).reshape(len(x), len(y))


def diagonal_values(function: Any, y: Array) -> Array:
    """Evaluate a scalar kernel at coinciding points; shapes (m, d) -> (m,).

    Examples
    --------
    >>> diagonal_values(lambda a, b: a @ b, np.array([[3.0, 4.0]])).tolist()
    [25.0]
    """
    if is_jitted(function):
        return np.asarray(_diagonal(function, np.require(y, np.float64, ["C", "W"])))
    return np.array([function(a, a) for a in y], dtype=np.float64)
