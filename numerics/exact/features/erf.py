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
CHUNK = 512
# Below this many multiplications a matrix product is not split over threads, which would cost more than it
# gains, and much more when other programs are running. Large products, whose slices would be thinner than
# SHALLOWEST, are worth it.
ONE_THREAD = 200_000
SHALLOWEST = 16
# Above this work (nodes times products of the matrix product) the lattice is given up.
LARGEST_WORK = 1.5e10
LARGEST_NODES = 3_000_000
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
        half = indices.shape[1] // 2
        # for the whole tensor left and right halves run over the same tuples
        tuples, tuple_of = distinct_rows(
            np.concatenate([indices[:, :half], indices[:, half:]]), self._n_points
        )
        left, right = tuple_of[: len(indices)], tuple_of[len(indices) :]
        found, sizes = [], []
        for features, weights in self._lattices:
            gram = _gram(features, weights, tuples)
            found.append(gram[left, right])
            # Schwarz: bounds the moment of the absolute value
            squares = np.diagonal(gram)
            sizes.append(np.sqrt(squares[left] * squares[right]))
        rounding = 8 * EPS * np.maximum(sizes[0], sizes[1])
        return Estimate((found[0] + found[1]) / 2, np.abs(found[0] - found[1]) / 2 + rounding)


def _gram(features: Array, weights: Array, tuples: Indices) -> Array:
    """Sum products of two products of features over the nodes of one lattice.

    Parameters
    ----------
    features : ndarray, shape (n_points, Q)
        Q is a multiple of `CHUNK`.
    weights : ndarray, shape (Q,)
    tuples : ndarray of int, shape (A, k)

    Returns
    -------
    ndarray, shape (A, A)
        Estimate of order 2k.
    """
    n_tuples = len(tuples)
    gram = np.zeros((n_tuples, n_tuples))
    depth = CHUNK
    while depth > 1 and depth * n_tuples**2 > ONE_THREAD:
        depth //= 2
    if depth < SHALLOWEST:
        depth = CHUNK
    # both factors take the root of the weight: a matrix times its own transpose costs half
    first = features * np.sqrt(weights)
    # written into again and again: new arrays of this size would be new pages of memory each time
    product, factor = np.empty((2, n_tuples, CHUNK))
    pieces = product.reshape(n_tuples, -1, depth).transpose(1, 0, 2)
    each = np.empty((CHUNK // depth, n_tuples, n_tuples))
    for start in range(0, len(weights), CHUNK):
        some = slice(start, start + CHUNK)
        np.take(first[:, some], tuples[:, 0], axis=0, out=product, mode="clip")
        for column in tuples.T[1:]:
            np.take(features[:, some], column, axis=0, out=factor, mode="clip")
            np.multiply(product, factor, out=product)
        # a stack of small matrix products, summed afterwards
        gram += np.matmul(pieces, pieces.transpose(0, 2, 1), out=each).sum(axis=0)
    return gram


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
