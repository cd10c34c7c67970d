"""The moment-cumulant formula, once: sums over set partitions of products of one number per block.

A joint cumulant is Σ_π (−1)^(|π|−1) (|π| − 1)! Π_{B in π} E[Π_{i in B} x_i] over the partitions π of its
indices, a moment the same sum of products of cumulants with weight one. What a product is depends on what is
known of each factor: a number, a number with an error bound, a number with its derivatives (or with its
deviation in every block of a sample), sums over the blocks of a sample. So the sum takes the product as a
function:

- `products`: plain numbers, floats or exact fractions, any number of data sets at once;
- `products_with_errors`: value, error bound and sum of absolute values, first order plus rounding;
- `products_with_slopes`: value and first-order changes.

`numerics.sampling.neurons.block_products` has one more, for products of means without bias. Where odd moments
vanish only partitions into even blocks contribute; these are the default. Where all moments are known, odd
ones too, `moments_taken` says so, and all partitions contribute.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from math import factorial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import PartitionClass, all_partitions, even_partitions

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
T = TypeVar("T")

EPS = float(np.finfo(np.float64).eps)
#: Rows times partitions handled at once.
BLOCK = 1_000_000


def mobius(n_blocks: int) -> int:
    """Weight (−1)^(m − 1) (m − 1)! of a partition into m blocks in a cumulant.

    Examples
    --------
    >>> [mobius(m) for m in (1, 2, 3, 4)]
    [1, -1, 2, -6]
    """
    return int((-1) ** (n_blocks - 1) * factorial(n_blocks - 1))


def moments_taken(order: int, known: Iterable[int]) -> tuple[int, ...]:
    """Say which moments a cumulant is formed of.

    With every order from 1 to the highest there, all partitions contribute: that is the cumulant of a field
    whose odd correlators need not vanish, and from order 2 on also of the field less its mean. With some
    orders missing odd moments count as zero.

    Parameters
    ----------
    order : int
    known : iterable of int
        Orders of the moments there are.

    Returns
    -------
    tuple of int
        Ascending; empty where the moments do not suffice.

    Examples
    --------
    >>> moments_taken(4, (2, 4, 6)), moments_taken(3, (1, 2, 3)), moments_taken(3, (2, 3, 4))
    ((2, 4), (1, 2, 3), ())
    """
    given = set(known)
    every = bool(given) and set(range(1, max(given) + 1)) <= given
    needed = range(1, order + 1) if every else range(2, order + 1, 2)
    return tuple(needed) if order in needed and set(needed) <= given else ()


def partitions_into(order: int, moments: Iterable[int]) -> Sequence[PartitionClass]:
    """List the partitions that a cumulant of such moments takes: even blocks, unless there are odd ones."""
    return all_partitions(order) if any(one % 2 for one in moments) else even_partitions(order)


def partition_terms(
    order: int,
    moment: Callable[[int, Indices], T],
    multiply: Callable[[Sequence[T]], T],
    *,
    partitions: Sequence[PartitionClass] | None = None,
    at_once: int | None = None,
) -> Iterator[tuple[int, T]]:
    """Sum products over partitions, class by class.

    Parameters
    ----------
    order : int
        Number of indices that are partitioned, 1 or more.
    moment : callable
        Called with the size of a block and an array (P, size) of labels 0 .. order − 1, one row for each of
        P partitions; returns the factor of that block, with the partitions on its last axis.
    multiply : callable
        Called with the factors of all blocks; returns their product, summed over the last axis.
    partitions : sequence of PartitionClass, optional
        Which partitions; default: all into even blocks.
    at_once : int, optional
        Partitions per product; default: a whole class.

    Yields
    ------
    n_blocks : int
        Blocks m of these partitions.
    term
        Their sum, without a weight.

    Examples
    --------
    Exact fractions: E x² = 1/2 and E x⁴ = 1/2 have the fourth cumulant −1/4.

    >>> from fractions import Fraction
    >>> half = {2: Fraction(1, 2), 4: Fraction(1, 2)}
    >>> terms = partition_terms(4, lambda size, labels: np.array([half[size]] * len(labels)), products)
    >>> sum(mobius(m) * term for m, term in terms)
    Fraction(-1, 4)
    """
    for kind in even_partitions(order) if partitions is None else partitions:
        count = len(kind.blocks[0])
        step = count if at_once is None else at_once
        for start in range(0, count, step):
            rows = slice(start, start + step)
            factors = [
                moment(size, labels[rows]) for size, labels in zip(kind.sizes, kind.blocks, strict=True)
            ]
            yield len(kind.sizes), multiply(factors)


def cumulant(terms: Iterator[tuple[int, NDArray[Any]]]) -> NDArray[Any]:
    """Add terms with the weights of a cumulant, for factors whose product is linear in its rows."""
    return reduce(np.add, (mobius(m) * term for m, term in terms))


def products(factors: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Multiply numbers: factors of shape (..., P) -> (...)."""
    return np.asarray(reduce(np.multiply, factors).sum(axis=-1))[()]


def products_with_errors(factors: Sequence[Array]) -> Array:
    """Multiply numbers with error bounds.

    Parameters
    ----------
    factors : sequence of ndarray, shape (2, ..., P)
        Value and error.

    Returns
    -------
    ndarray, shape (3, ...)
        Value, error to first order, and the sum of the absolute values of the products.
    """
    product = reduce(np.multiply, (factor[0] for factor in factors))
    sizes = [np.abs(factor[0]) for factor in factors]
    error = np.zeros(product.shape[:-1])
    for place, factor in enumerate(factors):
        others = (size for other, size in enumerate(sizes) if other != place)
        error += reduce(np.multiply, others, factor[1]).sum(axis=-1)
    return np.stack([product.sum(axis=-1), error, np.abs(product).sum(axis=-1)])


def products_with_slopes(factors: Sequence[Array]) -> Array:
    """Multiply numbers of which first-order changes are known: derivatives, or deviations of blocks.

    Parameters
    ----------
    factors : sequence of ndarray, shape (1 + K, ..., P)
        The value, and K changes of it.

    Returns
    -------
    ndarray, shape (1 + K, ...)
        The same of the sum of products.

    Examples
    --------
    The derivatives of x y at x = 2, y = 3:

    >>> x, y = np.array([[2.0], [1.0], [0.0]]), np.array([[3.0], [0.0], [1.0]])
    >>> products_with_slopes([x, y]).tolist()
    [6.0, 3.0, 2.0]
    """
    values = [factor[0] for factor in factors]
    total = np.zeros((len(factors[0]), *values[0].shape[:-1]))
    total[0] = np.prod(values, axis=0).sum(axis=-1)
    for place, factor in enumerate(factors):
        others = [value for other, value in enumerate(values) if other != place]
        rest = np.prod(others, axis=0) if others else np.ones_like(values[0])
        total[1:] += (factor[1:] * rest).sum(axis=-1)
    return total


def sums_with_errors(
    order: int,
    indices: Indices,
    look_up: Callable[[int, Indices], Array],
    partitions: Sequence[PartitionClass] | None = None,
) -> Array:
    """Sum products of tensors with error bounds over the partitions of index tuples, by number of blocks.

    Parameters
    ----------
    order : int
        n.
    indices : ndarray of int64, shape (M, n)
        Index tuples.
    look_up : callable
        Called with a size and index tuples (M, P, size); returns values and errors, shape (2, M, P).
    partitions : sequence of PartitionClass, optional
        See `partition_terms`.

    Returns
    -------
    ndarray, shape (m_max + 1, 3, M)
        By number m of blocks: value, error (propagated to first order), sum of the absolute values.

    Examples
    --------
    Three pairings of four indices, and one block of all four:

    >>> known = {2: 2.0, 4: 5.0}
    >>> def look_up(size, tuples):
    ...     return np.stack([np.full(tuples.shape[:2], known[size]), np.zeros(tuples.shape[:2])])
    >>> sums_with_errors(4, np.array([[0, 0, 0, 0]]), look_up)[:, 0, 0].tolist()
    [0.0, 5.0, 12.0]
    """

    def part(size: int, labels: Indices, rows: slice) -> Array:
        return look_up(size, indices[rows][:, labels])

    return sums_of_parts(order, len(indices), part, partitions)


def sums_of_parts(
    order: int,
    count: int,
    part: Callable[[int, Indices, slice], Array],
    partitions: Sequence[PartitionClass] | None = None,
) -> Array:
    """Do as `sums_with_errors` where the caller knows by itself where the parts of index tuples stand.

    Parameters
    ----------
    order : int
    count : int
        Number M of index tuples.
    part : callable
        Called with a size, labels (P, size) and some of the M tuples; returns values and errors of the
        elements that these labels choose of these tuples, shape (2, m, P).
    partitions : sequence of PartitionClass, optional

    Returns
    -------
    ndarray, shape (m_max + 1, 3, M)
    """
    kinds = even_partitions(order) if partitions is None else partitions
    most = max((len(kind.sizes) for kind in kinds), default=0)
    largest = max((len(kind.blocks[0]) for kind in kinds if kind.blocks), default=1)
    step = max(1, BLOCK // largest)
    sums = np.zeros((most + 1, 3, count))
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))

        def factor(size: int, labels: Indices, rows: slice = rows) -> Array:
            return part(size, labels, rows)

        for m, term in partition_terms(order, factor, products_with_errors, partitions=kinds):
            sums[m, :, rows] += term
    return sums


def join(sums: Array, weights: Sequence[float]) -> tuple[Array, Array, Array]:
    """Add the sums over partitions into m blocks, with a weight for each m.

    Parameters
    ----------
    sums : ndarray, shape (m_max + 1, 3, M)
        From `sums_with_errors`.
    weights : sequence of float, length m_max + 1

    Returns
    -------
    value, error, scale : ndarray, shape (M,)
        ``scale`` is the sum of the absolute values of all terms: ``scale / abs(value)`` is the condition
        number.
    """
    w = np.asarray(weights)
    value, error, scale = w @ sums[:, 0], np.abs(w) @ sums[:, 1], np.abs(w) @ sums[:, 2]
    return value, error + 4 * EPS * scale, scale


def join_cumulant(sums: Array) -> tuple[Array, Array, Array]:
    """Do as `join` with the weights of a cumulant."""
    return join(sums, [float(mobius(m)) if m else 1.0 for m in range(len(sums))])


def slopes_of_cumulant(order: int, moments: Mapping[int, float]) -> dict[int, float]:
    """Return the derivatives of the cumulant of one variable with respect to its moments.

    Examples
    --------
    <f⁴> - 3 <f²>² at <f²> = 2; and <f³> - 3 <f²> <f> + 2 <f>³ at <f> = 0:

    >>> slopes_of_cumulant(4, {2: 2.0, 4: 12.0})
    {2: -12.0, 4: 1.0}
    >>> slopes_of_cumulant(3, {1: 0.0, 2: 2.0, 3: 5.0})
    {1: -6.0, 2: 0.0, 3: 1.0}
    """
    sizes = sorted(size for size in moments if size <= order)
    unit = dict(zip(sizes, np.eye(len(sizes)), strict=True))

    def factor(size: int, labels: Indices) -> Array:
        column = np.concatenate([[moments[size]], unit[size]])
        return np.repeat(column[:, np.newaxis], len(labels), axis=1)

    terms = partition_terms(order, factor, products_with_slopes, partitions=partitions_into(order, sizes))
    return dict(zip(sizes, cumulant(terms)[1:].tolist(), strict=True))
