"""Connected correlators of a network at chosen rows of points: few elements of tensors that would be huge.

An integral around a network needs G_c^(6)(x1, x2, y, y, y, y) at every node y, and not at every multiset of
all the nodes.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.correlators import LARGEST_ORDER
from numerics.exact.inputs import refuse_extremes
from numerics.exact.joint_cumulants import feature_sums, sizes_of_blocks
from numerics.exact.neuron_cumulants import neuron_cumulants
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import IndexRows, distinct_rows
from numerics.networks.base import Network
from numerics.results.cumulants import EPS

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Rows are found by their number in base "points", which must be a number of 64 bits.
_MOST_KEYS = 2.0**62


def most_points(order: int) -> int:
    """Count the points whose rows of this order can be told apart.

    Examples
    --------
    >>> most_points(6), most_points(10)
    (1290, 73)
    """
    return int(_MOST_KEYS ** (1.0 / max(order, 1)))


@np.errstate(over="ignore", invalid="ignore")  # what is not finite is judged by who asks
def connected_at(
    network: Network, points: Array, wanted: Mapping[int, Indices]
) -> dict[int, tuple[Array, Array]]:
    """Compute exact connected correlators at rows of points.

    Parameters
    ----------
    network : Network
        The law of its output weights, independent or joint, is even.
    points : ndarray, shape (n_points, d_in)
        They may coincide.
    wanted : mapping of int to ndarray of int, shape (M_r, r)
        For each even order r the points of each element, in any order, repeats allowed.

    Returns
    -------
    dict of int to (value, error), ndarrays of shape (M_r,)
        Order 2 is K, with the output bias; the errors are bounds.

    Raises
    ------
    NotAvailable
        If an order is odd or above 10, the output weights are skewed, or there are too many points.

    Examples
    --------
    The 4-point function of ReLU-net at x = 1, 15/4N, and the propagator at x = 1, 2:

    >>> from numerics.networks.relu import ReLUNet
    >>> rows = {2: np.array([[1, 0]]), 4: np.array([[0, 0, 0, 0]])}
    >>> found = connected_at(ReLUNet(width=5), np.array([[1.0], [2.0]]), rows)
    >>> found[2][0].tolist(), found[4][0].tolist()
    ([1.0], [0.75])
    """
    _check(network, len(points), wanted)
    if not wanted:
        return {}
    refuse_extremes(network, points, max(wanted))
    distinct, _, number_of = FieldSet(points).distinct()
    rows = {order: np.sort(number_of[one], axis=1) for order, one in wanted.items()}
    found = (
        _independent(network, distinct, rows)
        if network.laws.joint is None
        else _joint(network, distinct, rows)
    )
    if 2 in found:
        value, error = found[2]
        value = value + network.bias_variance
        found[2] = value, error + EPS * np.abs(value)
    return {
        order: (value, np.where(np.isfinite(value) & np.isfinite(error), error, np.inf))
        for order, (value, error) in found.items()
    }


def _independent(
    network: Network, fields: FieldSet, rows: Mapping[int, Indices]
) -> dict[int, tuple[Array, Array]]:
    """N^(1 − r/2) κ_r, without the output bias."""
    needed = _with_parts(rows, len(fields), step=2)
    neuron = neuron_cumulants(network, fields, needed, only=rows)
    found = {}
    for order, asked in rows.items():
        at = IndexRows(needed[order], len(fields)).find(asked)
        kappa, power = neuron.kappa[order], float(network.width) ** (1 - order // 2)
        found[order] = kappa.value[at] * power, kappa.bound[at] * power
    return found


def _joint(network: Network, fields: FieldSet, rows: Mapping[int, Indices]) -> dict[int, tuple[Array, Array]]:
    """The same where output weights depend on each other; see `numerics.exact.joint_cumulants`."""
    law = network.laws.joint
    assert law is not None
    step = sizes_of_blocks(network, law)
    needed = _with_parts(rows, len(fields), step)
    sums = feature_sums(network, fields.inputs, needed, rows, step)
    found = {}
    for order, asked in rows.items():
        at = IndexRows(needed[order], len(fields)).find(asked)
        value, error, _ = sums.connected(order, network, law)
        found[order] = value[at], error[at]
    return found


def refuse_unknown(network: Network, orders: Iterable[int]) -> None:
    """Refuse connected correlators that `connected_at` cannot give.

    Raises
    ------
    NotAvailable
        If an order is odd or above 10, or the output weights are skewed.
    """
    for order in orders:
        if order % 2 or not 2 <= order <= LARGEST_ORDER:
            raise NotAvailable(
                f"the connected {order}-point function is needed; even orders from 2 to {LARGEST_ORDER} are "
                "implemented. Take a lower order, fewer external points or lower powers of f"
            )
    if not network.laws.even_outputs:
        raise NotAvailable(
            f"the output weights of {network!r} are skewed, and diagrams around a network have even "
            "connected correlators only; take a symmetric law"
        )


def _check(network: Network, n_points: int, wanted: Mapping[int, Indices]) -> None:
    refuse_unknown(network, wanted)
    for order in wanted:
        if n_points > most_points(order):
            raise NotAvailable(
                f"the connected {order}-point function is needed at {n_points} points, and {order}-point "
                f"functions of {most_points(order)} at most can be had: take a smaller box, or a lower order"
            )


def _with_parts(wanted: Mapping[int, Indices], n_points: int, step: int) -> dict[int, Indices]:
    """List rows of lower orders such that every part of a row is listed, too; with step 2 even parts.

    `step` places are left out at a time, in all ways, from the highest order down.
    """
    needed: dict[int, Indices] = {}
    longer = np.empty((0, 0), dtype=np.int64)
    for order in range(max(wanted), 0, -step):
        own = wanted.get(order, np.empty((0, order), dtype=np.int64))
        rows = np.concatenate([own, *_shortened(longer, step)])
        longer, _ = distinct_rows(rows, n_points)
        needed[order] = longer
    return needed


def _shortened(rows: Indices, step: int) -> list[Indices]:
    """Leave `step` places out of each row, in every way that makes a difference to some row."""
    if not len(rows):
        return []
    n = rows.shape[1]
    # Places with the same entry in all rows, as the legs at one vertex, are exchangeable.
    kinds = np.zeros(n, dtype=np.int64)
    for place in range(1, n):
        same = np.array_equal(rows[:, place], rows[:, place - 1])
        kinds[place] = kinds[place - 1] + (not same)
    ways = {tuple(kinds[list(left)].tolist()): left for left in combinations(range(n), step)}
    return [np.delete(rows, left, axis=1) for left in ways.values()]
