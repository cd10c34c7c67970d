"""Polynomials in white fields, and their Hermite forms: every power becomes its Hermite polynomial.

A polynomial is an array of its coefficients, one axis for each field: ``p[a, b]`` stands before z_1^a z_2^b.
"""

from math import factorial

import numpy as np
from numpy.typing import NDArray

from numerics.errors import ProblemTooLarge
from numerics.fields.index_sets import multisets

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Polynomials of more coefficients are refused.
MOST_COEFFICIENTS = 5_000_000
#: Numbers held at once.
_AT_ONCE = 1 << 22


def powers_of(m: int, degree: int) -> Indices:
    """Exponents of the monomials of one degree in m fields, in the order of `multisets`; shape (M, m).

    Examples
    --------
    >>> powers_of(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    rows = multisets(m, degree)
    return np.stack([np.count_nonzero(rows == field, axis=1) for field in range(m)], axis=1)


def divided(powers: Indices) -> Array:
    """Evaluate 1/α! for each row of exponents."""
    return np.array([1.0 / np.prod([factorial(a) for a in row]) for row in powers.tolist()])


def refuse_large(m: int, degree: int) -> None:
    """Refuse polynomials that would not fit.

    Raises
    ------
    ProblemTooLarge
        Naming the number of coefficients.
    """
    if (degree + 1) ** m > MOST_COEFFICIENTS:
        raise ProblemTooLarge(
            f"the series at {m} points has polynomials of degree {degree} in {m} fields, with "
            f"{(degree + 1) ** m:.2g} coefficients; at most {MOST_COEFFICIENTS:.0e} are handled: take fewer "
            "points, or a lower order"
        )


def times_form(polynomial: Array, powers: Indices, coefficients: Array) -> Array:
    """Multiply a polynomial by Σ_α c_α z^α of one degree.

    Examples
    --------
    (1 + z) 2 z²:

    >>> times_form(np.array([1.0, 1.0]), np.array([[2]]), np.array([2.0])).tolist()
    [0.0, 0.0, 2.0, 2.0]
    """
    degree = int(powers[0].sum()) if len(powers) else 0
    product = np.zeros(tuple(size + degree for size in polynomial.shape))
    for row, coefficient in zip(powers.tolist(), coefficients.tolist(), strict=True):
        if coefficient:
            where = tuple(slice(a, a + size) for a, size in zip(row, polynomial.shape, strict=True))
            product[where] += coefficient * polynomial
    return product


def added(first: Array, second: Array) -> Array:
    """Add polynomials of different degrees."""
    total = np.zeros(tuple(map(max, first.shape, second.shape)))
    for one in (first, second):
        total[tuple(map(slice, one.shape))] += one
    return total


def hermite_tables(fields: Array, degree: int) -> Array:
    """Evaluate He_0 … He_degree at white fields of shape (R, m); gives (m, R, degree + 1)."""
    tables = np.ones((fields.shape[1], len(fields), degree + 1))
    y = fields.T
    if degree:
        tables[:, :, 1] = y
    for k in range(1, degree):
        tables[:, :, k + 1] = y * tables[:, :, k] - k * tables[:, :, k - 1]
    return tables


def hermite_sum(polynomial: Array, tables: Array, shift: Indices | None = None) -> Array:
    """Evaluate Σ_β p_β Π_i He_(α_i + β_i)(y_i), α the shift; shape (R,).

    Examples
    --------
    z² becomes y² − 1:

    >>> hermite_sum(np.array([0.0, 0.0, 1.0]), hermite_tables(np.array([[3.0]]), 2)).tolist()
    [8.0]
    """
    moved = [0] * polynomial.ndim if shift is None else [int(a) for a in shift]
    count, step = tables.shape[1], max(1, _AT_ONCE // max(1, polynomial.size // polynomial.shape[0]))
    found = np.empty(count)
    for start in range(0, count, step):
        rows = slice(start, start + step)
        total: Array = np.tensordot(
            tables[0, rows, moved[0] : moved[0] + polynomial.shape[0]], polynomial, axes=(1, 0)
        )
        for axis in range(1, polynomial.ndim):
            table = tables[axis, rows, moved[axis] : moved[axis] + polynomial.shape[axis]]
            total = np.einsum("rk,rk...->r...", table, total)
        found[rows] = total
    return found


def mean_square(polynomial: Array) -> float:
    """Average the square of the Hermite form over independent white fields: Σ_α α! p_α².

    Examples
    --------
    >>> mean_square(np.array([0.0, 0.0, 1.0]))  # E (y² − 1)²
    2.0
    """
    found = polynomial**2
    for axis, size in enumerate(polynomial.shape):
        weights = np.array([float(factorial(k)) for k in range(size)])
        found = found * weights.reshape([-1 if k == axis else 1 for k in range(polynomial.ndim)])
    return float(found.sum())
