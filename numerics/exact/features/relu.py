"""Feature moments of the ReLU-net, E[max(z_1, 0) … max(z_n, 0)] with z_i = v_i·g, v_i = (sw x_i/√d, sb).

The radius of g integrates out: in r dimensions

    E_{1..n} = 2^{n/2} Γ((n + r)/2)/Γ(r/2) ⟨Π v_i·û⟩,

averaged over unit vectors û, where only the sector with all v_i·û > 0 contributes. Only the span of the
points *of one moment* matters:

- rank one (d = 1 without bias, or one point): (E|g|^n/2) Π|v_i| if all point the same way, else zero;
- rank two (d = 1 with bias, d = 2 without, or two points): an arc, `arc_moments`;
- rank three (d = 2 with bias, d = 3 without, or three points): a spherical polygon, `polygon_moments`;
- rank four and more: integration by parts down to polygons and probabilities of sectors, `cone_moments`.
"""

from collections.abc import Callable
from math import sqrt
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.base import Array, FeatureMoments, Indices, closed_moments
from numerics.exact.features.relu_cones import cone_moments
from numerics.exact.features.relu_sectors import arc_moments, line_moments, polygon_moments
from numerics.networks.relu import ReLUNet
from numerics.results.estimate import Estimate

# Singular values below this fraction of the largest do not count towards the rank.
RANK_TOLERANCE = 1e-14
# Sectors are known up to this dimension: six distinct points span no more.
LARGEST_RANK = 6


@final
class ReLUMoments(FeatureMoments):
    """Moments over the sector where every neuron of the product is active.

    Parameters
    ----------
    network : ReLUNet
    points : ndarray, shape (n_points, d_in)

    Examples
    --------
    >>> moments = ReLUMoments(ReLUNet(1), np.array([[2.0], [-1.0]]))
    >>> moments.moments(np.array([[0, 0], [0, 1]])).value.tolist()
    [2.0, 0.0]
    """

    def __init__(self, network: ReLUNet, points: Array) -> None:
        slope = network.sigma_w / sqrt(network.d_in)
        vectors = slope * points
        if network.sigma_b > 0:
            vectors = np.column_stack([vectors, np.full(len(points), network.sigma_b)])
        self._vectors, self._rank = _reduce(vectors)

    @property
    def method(self) -> str:
        """Name of the method."""
        if self._rank <= 1:
            return "closed form (half-line)"
        if self._rank == 2:
            return "arc integral of a trigonometric polynomial (rank two)"
        if self._rank == 3:
            return "sector integrals (arc and spherical polygon) per set of distinct points"
        return "sector integrals (arcs, spherical polygons and cones) per set of distinct points"

    def refuse(self, indices: Indices) -> None:
        """Refuse moments whose points span too many dimensions; see `FeatureMoments.refuse`."""
        if self._rank <= LARGEST_RANK or indices.shape[1] <= LARGEST_RANK:
            return
        for support in _supports(indices)[0]:
            members = np.flatnonzero(support)
            if len(members) > LARGEST_RANK:
                _refuse_rank(len(members), _reduce(self._vectors[members])[1])

    def moments(self, indices: Indices, report: Callable[[int], None] | None = None) -> Estimate:
        """Integrate over the sectors; see `FeatureMoments.moments`.

        Raises
        ------
        NotAvailable
            If the points of a moment span more than six dimensions, bias included.
        """
        if self._rank <= 2:
            return _sector_moments(self._vectors, self._rank, indices)
        value = np.zeros(len(indices))
        error = np.zeros(len(indices))
        supports, support_of = _supports(indices)
        done = 0
        for number, support in enumerate(supports):
            rows = np.flatnonzero(support_of == number)
            members = np.flatnonzero(support)
            vectors, rank = _reduce(self._vectors[members])
            found = _sector_moments(vectors, rank, np.searchsorted(members, indices[rows]))
            value[rows], error[rows] = found.value, found.error
            done += len(rows)
            if report is not None:
                report(done)
        return Estimate(value, error)


def _sector_moments(vectors: Array, rank: int, indices: Indices) -> Estimate:
    if rank <= 1:
        return line_moments(vectors[:, 0], indices)
    if rank == 2:
        return arc_moments(vectors, indices)
    if rank == 3:
        return polygon_moments(vectors, indices)
    _refuse_rank(len(vectors), rank)
    return cone_moments(vectors, indices)


def _refuse_rank(n_points: int, rank: int) -> None:
    if rank > LARGEST_RANK:
        raise NotAvailable(
            f"exact moments of the relu-net need points that span at most {LARGEST_RANK} dimensions, bias "
            f"included; a moment of {n_points} distinct points spanning {rank} was asked for. Use fewer "
            "distinct points or order 6 and less"
        )


def _supports(indices: Indices) -> tuple[NDArray[np.bool_], Indices]:
    """Group index tuples by their set of distinct points.

    Returns
    -------
    ndarray of bool, shape (n_supports, n_points)
    ndarray of int, shape (M,)
        The support of each tuple.
    """
    present = np.zeros((len(indices), int(indices.max()) + 1), dtype=np.bool_)
    np.put_along_axis(present, indices, True, axis=1)
    supports, support_of = np.unique(present, axis=0, return_inverse=True)
    return supports, support_of.reshape(-1)


def _reduce(vectors: Array) -> tuple[Array, int]:
    """Write vectors in as few coordinates as possible, at least one; unchanged if all are needed.

    Returns
    -------
    ndarray, shape (n_points, max(rank, 1))
    int
        The rank.
    """
    left, lengths, _ = np.linalg.svd(vectors, full_matrices=False)
    rank = int(np.count_nonzero(lengths > RANK_TOLERANCE * lengths[0]))
    if vectors.shape[1] <= max(rank, 1):
        return vectors, rank
    reduced: Array = left[:, : max(rank, 1)] * lengths[: max(rank, 1)]
    return reduced, rank


@closed_moments.register
def _(network: ReLUNet, points: Array, max_order: int) -> ReLUMoments:
    return ReLUMoments(network, points)
