"""Feature moments of the Erf-net, E[erf(z_1) … erf(z_n)] with z ~ N(0, C).

What to use when
----------------
Two methods that share no code; each is the test of the other.

`LatticeMoments`
    Trapezoidal rule in the Gaussian parameters (W, b), reduced to the directions the points span.
    A matrix product gives all index sets at once, so it is by far the fastest in up to three dimensions.
`OrthantMoments` (in `orthant`)
    One- and two-dimensional integrals for n = 4 and 6 whatever the dimension: for inputs that span more
    dimensions, or activations so steep that a lattice would need too many nodes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt
from typing import final

import numpy as np
from scipy.special import erf

from numerics.errors import NotAvailable
from numerics.exact.features.base import Array, FeatureMoments, Indices, closed_moments
from numerics.exact.features.orthant import OrthantMoments
from numerics.fields.index_sets import distinct_rows
from numerics.networks.erf import ErfNet
from numerics.results.estimate import Estimate

# Nodes outside this radius carry less than 1e-16 of any moment up to order six.
RADIUS = 9.5
# exp(-DECAY) is the discretisation error aimed at on each of the two lattices.
DECAY = 32.0
# Nodes whose products are formed at once, so that they stay in the processor's cache; lattices are padded to
# a multiple of it (a power of two).
CHUNK = 1024
# Below this many multiplications a matrix product is not split over threads, which would cost more than it
# gains, and much more when other programs are running. Large products, whose slices would be thinner than
# SHALLOWEST, are worth it.
ONE_THREAD = 200_000
SHALLOWEST = 16
# Above this work (nodes times products of the matrix product) the lattice is given up.
LARGEST_WORK = 1.5e10
LARGEST_NODES = 3_000_000
# Up to so many products of features all are multiplied by all: many small matrices cost more.
FEW = 32
# Up to so many indices the way they are cut is kept.
REMEMBERED = 100_000
EPS = float(np.finfo(np.float64).eps)


@closed_moments.register
def erf_moments(network: ErfNet, points: Array, max_order: int) -> FeatureMoments:
    """Choose the cheaper of the two methods.

    Parameters
    ----------
    network : ErfNet
    points : ndarray, shape (n_points, d_in)
    max_order : int
        Largest number of features in one moment.

    Returns
    -------
    FeatureMoments

    Raises
    ------
    NotAvailable
        If the lattice is out of reach and the order is above six.
    """
    axes = _principal_axes(network, points)
    n_nodes = _node_count(_spacings(axes, max_order))
    n_products = float(len(points)) ** (max_order // 2)
    if n_nodes <= LARGEST_NODES and n_nodes * (n_products + 100) <= LARGEST_WORK:
        return LatticeMoments(network, points, max_order)
    if max_order > 6:
        raise NotAvailable(
            f"feature moments of order {max_order} of the erf-net at {len(points)} points spanning "
            f"{axes.shape[1]} dimensions would need {n_nodes:.1e} lattice nodes, and the dimension-free "
            "recursion exists up to order 6; use order 6 or less, or fewer distinct points"
        )
    return OrthantMoments(network, points)


@final
class LatticeMoments(FeatureMoments):
    """Trapezoidal sums over two interleaved lattices in the space of (W, b).

    With z_i = v_i·g, g ~ N(0, 1) in r dimensions, the trapezoidal rule of spacing h errs by
    exp(−κ²/4(1/2 + n C_k)), κ = 2π/h, because the integrand is entire and grows no faster than
    exp((1/2 + n C_k) a²) at imaginary distance a along axis k, C_k = max_i v_ik². Half of the difference of
    the two lattices is quoted as the error of their mean, which is far better than that.

    Parameters
    ----------
    network : ErfNet
    points : ndarray, shape (n_points, d_in)
    max_order : int
        Largest number of features in one moment; it sets the spacing.

    Examples
    --------
    >>> moments = LatticeMoments(ErfNet(1), np.zeros((1, 1)), 4)
    >>> found = moments.moments(np.array([[0, 0]])).value[0]
    >>> bool(abs(found - 2 / pi * np.arcsin(2 / 3)) < 1e-14)
    True
    """

    def __init__(self, network: ErfNet, points: Array, max_order: int) -> None:
        axes = _principal_axes(network, points)
        spacings = _spacings(axes, max_order)
        self._rank = axes.shape[1]
        self._n_points = len(points)
        self._lattices = []
        for offset in (0.0, 0.5):
            nodes, weights = _half_lattice(spacings, offset)
            padding = -len(weights) % CHUNK
            features = np.pad(erf(axes @ nodes.T), ((0, 0), (0, padding)))
            self._lattices.append((features, np.pad(weights, (0, padding))))

    @property
    def method(self) -> str:
        """Name of the method."""
        return f"trapezoidal lattice over the {self._rank}-dimensional space of neuron parameters"

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Sum over the lattices; see `FeatureMoments.moments`."""
        halves = _halves(np.ascontiguousarray(indices, dtype=np.int64), self._n_points)
        (found, sizes), (again, others) = (_sums(*lattice, halves) for lattice in self._lattices)
        rounding = 8 * EPS * np.maximum(sizes, others)
        return Estimate((found + again) / 2, np.abs(found - again) / 2 + rounding)


@final
@dataclass(frozen=True)
class _Block:
    """Moments whose left halves end with one point: a matrix of products of features times another.

    Attributes
    ----------
    rows : ndarray of int, shape (R,)
        Which moments.
    lefts, rights : ndarray of int, shape (A,), (B,), or slice
        Tuples of which products of features are made.
    shape : tuple of int
        (A, B).
    left, right : ndarray of int, shape (R,)
        Row and column of each moment in the A times B sums.
    """

    rows: Indices
    lefts: Indices | slice
    rights: Indices | slice
    shape: tuple[int, int]
    left: Indices
    right: Indices


@final
@dataclass(frozen=True)
class _Halves:
    """Moments cut in two.

    Attributes
    ----------
    tuples : ndarray of int, shape (T, n/2)
        What is multiplied at every node.
    left, right : ndarray of int, shape (M,)
        The two tuples of every moment.
    blocks : tuple of _Block
    """

    tuples: Indices
    left: Indices
    right: Indices
    blocks: tuple[_Block, ...]


def _halves(indices: Indices, n_points: int) -> _Halves:
    """Cut index tuples in two; few of them are remembered, because studies ask for the same ones again."""
    if indices.size > REMEMBERED:
        return _cut(indices, n_points)
    return _cut_bytes(indices.tobytes(), indices.shape, n_points)


@lru_cache(maxsize=64)
def _cut_bytes(content: bytes, shape: tuple[int, ...], n_points: int) -> _Halves:
    return _cut(np.frombuffer(content, dtype=np.int64).reshape(shape), n_points)


def _cut(indices: Indices, n_points: int) -> _Halves:
    # Tuples do not decrease: a right half begins where the left one ends, or beyond. Left halves that end
    # alike take the same right ones, and of the whole tensor all that a block has are wanted.
    half = indices.shape[1] // 2
    tuples, tuple_of = distinct_rows(np.concatenate([indices[:, :half], indices[:, half:]]), n_points)
    left, right = tuple_of[: len(indices)], tuple_of[len(indices) :]
    ends, blocks = indices[:, half - 1] if len(tuples) > FEW else np.zeros(len(indices)), []
    for end in np.unique(ends):
        rows = np.flatnonzero(ends == end)
        lefts, at_left = np.unique(left[rows], return_inverse=True)
        rights, at_right = np.unique(right[rows], return_inverse=True)
        shape = (len(lefts), len(rights))
        blocks.append(_Block(rows, _run(lefts), _run(rights), shape, at_left, at_right))
    return _Halves(tuples, left, right, tuple(blocks))


def _run(numbers: Indices) -> Indices | slice:
    """Numbers that follow one another as a slice, which copies nothing."""
    first, last = int(numbers[0]), int(numbers[-1])
    return slice(first, last + 1) if last - first == len(numbers) - 1 else numbers


def _sums(features: Array, weights: Array, halves: _Halves) -> tuple[Array, Array]:
    """Sum products of features over the nodes of one lattice.

    Parameters
    ----------
    features : ndarray, shape (n_points, Q)
        Q is a multiple of `CHUNK`.
    weights : ndarray, shape (Q,)
    halves : _Halves
        Of M moments.

    Returns
    -------
    sums, sizes : ndarray, shape (M,)
        The moments, and bounds for those of the absolute values.
    """
    tuples = halves.tuples
    sums = [np.zeros(block.shape) for block in halves.blocks]
    squares = np.zeros(len(tuples))
    # both factors take the root of the weight
    first = features * np.sqrt(weights)
    # written into again and again: new arrays of this size would be new pages of memory each time
    product, factor = np.empty((2, len(tuples), CHUNK))
    for start in range(0, len(weights), CHUNK):
        some = slice(start, start + CHUNK)
        np.take(first[:, some], tuples[:, 0], axis=0, out=product, mode="clip")
        for column in tuples.T[1:]:
            np.take(features[:, some], column, axis=0, out=factor, mode="clip")
            np.multiply(product, factor, out=product)
        squares += np.einsum("tq,tq->t", product, product)
        for block, total in zip(halves.blocks, sums, strict=True):
            # all times all is a matrix times its own transpose, which costs half
            total += _times(product[block.lefts], product[block.rights])
    moments = np.empty(len(halves.left))
    for block, total in zip(halves.blocks, sums, strict=True):
        moments[block.rows] = total[block.left, block.right]
    # Schwarz
    return moments, np.sqrt(squares[halves.left] * squares[halves.right])


def _times(left: Array, right: Array) -> Array:
    """Multiply (A, CHUNK) by the transpose of (B, CHUNK), in pieces that are not split over threads."""
    depth, size = CHUNK, len(left) * len(right)
    while depth > 1 and depth * size > ONE_THREAD:
        depth //= 2
    if depth < SHALLOWEST or depth == CHUNK:
        return np.asarray(left @ right.T)
    first = left.reshape(len(left), -1, depth).transpose(1, 0, 2)
    second = right.reshape(len(right), -1, depth).transpose(1, 2, 0)
    return np.asarray(np.matmul(first, second).sum(axis=0))


def _principal_axes(network: ErfNet, points: Array) -> Array:
    """Write z_i = v_i·g in the fewest and best-aligned directions.

    Returns
    -------
    ndarray, shape (n_points, rank)
        The v_i; columns are orthogonal, longest first.
    """
    slope = network.sigma_w / sqrt(network.d_in)
    vectors = np.column_stack([slope * points, np.full(len(points), network.sigma_b)])
    left, lengths, _ = np.linalg.svd(vectors, full_matrices=False)
    kept = lengths > EPS * lengths[0]
    axes: Array = left[:, kept] * lengths[kept]
    return axes


def _spacings(axes: Array, order: int) -> Array:
    """Lattice spacing along each axis; see `LatticeMoments` for the bound."""
    steepness = 0.5 + order * np.max(axes**2, axis=0, initial=0.0)
    h: Array = 2 * pi / np.sqrt(4 * DECAY * steepness)
    return h


def _node_count(spacings: Array) -> float:
    """Number of nodes of the box around both half lattices."""
    return float(np.prod(2 * RADIUS / spacings))


def _half_lattice(spacings: Array, offset: float) -> tuple[Array, Array]:
    """Nodes g = h(j + offset) within the ball, one of each pair ±g; the weights count both.

    Parameters
    ----------
    spacings : ndarray, shape (r,)
    offset : float
        0 or 1/2.

    Returns
    -------
    nodes : ndarray, shape (Q, r)
    weights : ndarray, shape (Q,)
        2 Π h_k (2π)^(−r/2) exp(−|g|²/2). The origin is left out: an even moment of odd features has no
        weight there.
    """
    rank = len(spacings)
    if rank == 0:
        return np.empty((0, 0)), np.empty(0)
    axes = []
    for h in spacings:
        last = int(np.ceil(RADIUS / h))
        axes.append(h * (np.arange(-last, last + (offset == 0)) + offset))
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, rank)
    # the box is symmetric, so row i and row -1-i are opposite nodes: keep the second half
    nodes = nodes[(len(nodes) + 1) // 2 :]
    squares = np.einsum("qr,qr->q", nodes, nodes)
    inside = squares <= RADIUS**2
    scale = 2 * float(np.prod(spacings)) * (2 * pi) ** (-rank / 2)
    return nodes[inside], scale * np.exp(-squares[inside] / 2)
