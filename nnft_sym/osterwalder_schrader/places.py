"""Where the axioms are looked at: lengths of a network, the lattice it may live on, points."""

from collections.abc import Iterable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.reflection_positivity import lattice_spacing
from numerics.networks.base import Network
from numerics.networks.cos import CosNet
from numerics.networks.laws import Cauchy
from numerics.networks.momentum_laws import CutPropagator, GaussCutPropagator, LatticePropagator

Array = NDArray[np.float64]

#: First coordinates of points, in units of the length; no two distances are equal.
_ALONG = (0.3, 0.8, 1.5, 0.55, 1.1, 0.1, 1.85, 0.95)
#: Of the other coordinates: golden steps, which repeat nothing.
_GOLDEN = (sqrt(5.0) - 1.0) / 2.0


def correlation_length(network: Network) -> float:
    """Give the length over which correlations change: 1/m where momenta have a mass, else √d/σ_w.

    Examples
    --------
    >>> correlation_length(CosNet(5).with_laws(hidden="propagator:mass=2,cutoff=40"))
    0.5
    """
    law = network.laws.hidden
    mass = 1.0
    if isinstance(network, CosNet):
        if isinstance(law, LatticePropagator):
            mass = law.decay
        elif isinstance(law, CutPropagator | GaussCutPropagator):
            mass = law.mass
        elif not isinstance(law, Cauchy):
            mass = law.spread / law.scale
    return 1.0 / (network.slope * mass)


def asked_orders(network: Network, orders: Iterable[int]) -> tuple[list[int], range]:
    """Sort the orders asked for; and all up to the largest whose correlators the laws do not make zero.

    Examples
    --------
    >>> asked_orders(CosNet(5), (4, 2))
    ([2, 4], range(2, 5, 2))
    """
    wanted = sorted(set(orders))
    return wanted, range(2, wanted[-1] + 1, 2 if network.laws.even_outputs else 1)


def generic_points(network: Network, count: int) -> Array:
    """Choose points with positive first coordinates, shape (count, d_in); sites, of a field on a lattice.

    Examples
    --------
    >>> generic_points(CosNet(5), 3)[:, 0].tolist()
    [0.3, 0.8, 1.5]
    >>> generic_points(CosNet(5).with_laws(hidden="lattice:mass=0.5"), 3)[:, 0].tolist()
    [1.0, 2.0, 4.0]
    """
    spacing, length, d = lattice_spacing(network), correlation_length(network), network.d_in
    if spacing is not None:
        rows = np.array([1 + k * (k + 1) // 2 for k in range(count)], dtype=np.float64)
        others = np.floor(4 * _golden(count, d - 1)) - 1.0
        return spacing * np.column_stack([rows, others])
    along = np.array([_ALONG[k % len(_ALONG)] + 2.0 * (k // len(_ALONG)) for k in range(count)])
    found = length * np.column_stack([along, 1.6 * _golden(count, d - 1) - 0.6])
    # few digits, so that points can be written down
    return np.array([[float(f"{coordinate:.6g}") for coordinate in point] for point in found])


def _golden(count: int, columns: int) -> Array:
    """Numbers between 0 and 1, shape (count, columns)."""
    steps = np.arange(1, count * columns + 1).reshape(count, columns)
    return np.asarray((steps * _GOLDEN) % 1.0)


def along_time(network: Network, by: float) -> Array:
    """Make a shift of the first coordinate, shape (d_in,)."""
    shift = np.zeros(network.d_in)
    shift[0] = by
    return shift


def written(points: Array, after: str = "") -> str:
    """Write points in few letters, as in ``0.3, 0.8``.

    Examples
    --------
    >>> written(np.array([[0.3, 1.0], [2.0, 0.5]]), "+a")
    '(0.3, 1)+a, (2, 0.5)+a'
    """
    rows = [[f"{coordinate:.4g}" for coordinate in point] for point in points.tolist()]
    one = [
        row[0] if len(row) == 1 else f"({', '.join(row[:3])}{', …' if len(row) > 3 else ''})" for row in rows
    ]
    return ", ".join(text + after for text in one)
