"""How products of fields change when the fields are mixed linearly: symmetric powers of a matrix.

With f'_i = Σ_j R_ij f_j the product f'_i f'_j … is a combination of products of the f, and so the symmetric
tensor of a correlator is multiplied by a matrix.
"""

from math import factorial

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidPoints
from numerics.fields.index_sets import multisets, ranks
from numerics.given import as_real_array, as_whole

Array = NDArray[np.float64]


def mixed_products(matrix: Array, order: int) -> Array:
    """Write products of mixed fields in terms of products of the fields.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        R of f'_i = Σ_j R_ij f_j.
    order : int
        Factors in a product, 0 or more.

    Returns
    -------
    ndarray, shape (M, M)
        T of (f'_i1 … f'_ir) = Σ T (f_j1 … f_jr), rows and columns in the order of
        `numerics.fields.index_sets.multisets`; T(R) T(S) = T(R S).

    Raises
    ------
    InvalidPoints
        If the matrix is not square.

    Examples
    --------
    A turn by 45° makes (f₁² + 2 f₁f₂ + f₂²)/2 of f₁²:

    >>> turn = np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)
    >>> mixed_products(turn, 2)[0].round(12).tolist()
    [0.5, 1.0, 0.5]
    """
    needed = "a square matrix is needed"
    mixing = as_real_array(matrix, "the matrix", InvalidPoints, needed)
    if mixing.ndim != 2 or mixing.shape[0] != mixing.shape[1]:
        raise InvalidPoints(f"a matrix of shape {mixing.shape} was given; {needed}")
    n = len(mixing)
    found = np.ones((1, 1))
    for size in range(1, as_whole(order, "order", InvalidPoints, least=0) + 1):
        rows, fewer = multisets(n, size), multisets(n, size - 1)
        rest = found[ranks(rows[:, 1:], n)] if size > 1 else np.ones((n, 1))
        found = np.zeros((len(rows), len(rows)))
        for j in range(n):
            # the first factor gives f_j, the others what was found before: their product stands elsewhere
            place = ranks(np.column_stack([fewer, np.full(len(fewer), j)]), n)
            found[:, place] += mixing[rows[:, 0], j, np.newaxis] * rest
    return found


def mixed_products_slope(generator: Array, order: int) -> Array:
    """Slope of `mixed_products` of 1 + t A at t = 0: the product rule.

    Parameters
    ----------
    generator : ndarray, shape (n, n)
        A.
    order : int

    Returns
    -------
    ndarray, shape (M, M)

    Examples
    --------
    Under a turn f₁² begins to become f₁² + 2 t f₁f₂:

    >>> mixed_products_slope(np.array([[0.0, 1.0], [-1.0, 0.0]]), 2)[0].tolist()
    [0.0, 2.0, 0.0]
    """
    n = len(generator)
    rows = multisets(n, order)
    found = np.zeros((len(rows), len(rows)))
    for k in range(order):
        rest = np.delete(rows, k, axis=1)
        for j in range(n):
            place = ranks(np.column_stack([rest, np.full(len(rest), j)]), n)
            np.add.at(found, (np.arange(len(rows)), place), generator[rows[:, k], j])
    return found


def orderings(n: int, order: int) -> Array:
    """Count the orders in which the indices of each distinct element can be written, shape (M,).

    Examples
    --------
    >>> orderings(2, 3).tolist()
    [1.0, 3.0, 3.0, 1.0]
    """
    rows = multisets(n, order)
    repeated = np.ones(len(rows))
    run = np.ones(len(rows))
    for k in range(1, order):
        run = np.where(rows[:, k] == rows[:, k - 1], run + 1.0, 1.0)
        repeated *= run
    return np.asarray(factorial(order) / repeated)
