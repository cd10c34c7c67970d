"""Exact correlators of finite-width networks: the referee of sampling and of field theory.

The output weights are Gaussian given the features, so h = a s(x) has moments (n − 1)!! sw^n E_{1..n} and
joint cumulants by the moment-cumulant formula. With N independent neurons and f = b1 + N^(-1/2) Σ h_i

    G_c^(2) = K,        G_c^(r) = N^(1 − r/2) κ_r   (r >= 4),        odd orders vanish,

    κ_4 = sw⁴ [3 E_1234 − Σ_3 E_12 E_34],
    κ_6 = sw⁶ [15 E_1..6 − 3 Σ_15 E_ijkl E_mn + 2 Σ_15 E_ij E_kl E_mn],

and the full correlator is the sum of products of connected ones over partitions into even blocks:
G^(4) = Σ_3 K K + κ_4/N and so on, exactly (Halverson, Maiti and Stoner, arXiv:2008.08601, give the 1/N form).

Several outputs f_a = b_a + N^(-1/2) Σ_i a_{a,i} s_i share the hidden layer and have output layers of their
own. Then E[h_{a1}(x_1) … h_{an}(x_n)] = sw^n Π_a (n_a − 1)!! E_{1..n}, n_a the number of fields of output a
(zero if one is odd), and all formulas hold with fields (a, x) in the place of points.
`numerics.exact.output_structure` gives the same in terms of δ_ab.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.inputs import as_outputs, distinct_fields, refuse_absurd_memory, refuse_extremes
from numerics.exact.neuron_cumulants import (
    EPS,
    NeuronCumulants,
    has_closed_kernel,
    neuron_cumulants,
    quality_of,
    spread_over,
)
from numerics.fields.index_sets import multisets
from numerics.fields.points import Points, as_points
from numerics.given import as_whole, as_wholes
from numerics.networks.architectures import Network, as_network
from numerics.results.estimate import Estimate, Quality
from numerics.results.moment_tables import (
    SymmetricTable,
    join_blocks,
    sums_by_blocks,
    wick_count,
)

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# Beyond this order the 10^5 and more set partitions cost more memory than they are worth.
LARGEST_ORDER = 10


@final
@dataclass(frozen=True)
class ExactCorrelator:
    """The n-point function over all index multisets.

    Attributes
    ----------
    order : int
        n.
    indices : ndarray of int64, shape (M, n)
        Rows of ``numerics.fields.index_sets.multisets``.
    full : ndarray, shape (M,)
        E[f(x_1) … f(x_n)], output bias included.
    connected : ndarray, shape (M,)
        Joint cumulant of the same.
    error : ndarray, shape (M,)
        Estimated error of `full`: quadrature plus rounding.
    connected_error : ndarray, shape (M,)
        The same of `connected`; the cancellation in the cumulant is accounted for.
    method : str
        How the numbers were obtained.
    quality : Quality
        Whether every integral converged.
    excess : ndarray, shape (M,)
        `full` minus the sum of products of kernels, the free theory. The pairings are left out of the sum,
        not subtracted from it: of a nearly Gaussian network the difference keeps all its digits.
        Empty for odd orders.

    Examples
    --------
    >>> from numerics.networks.architectures import GaussNet
    >>> exact = exact_correlators(GaussNet(width=5, sigma_w=1e-8), [[2.5]])
    >>> four = exact[4]
    >>> (four.full - 3 * exact[2].full ** 2).tolist(), bool(four.excess[0] == four.connected[0] > 0)
    ([0.0], True)
    """

    order: int
    indices: Indices
    full: Array
    connected: Array
    error: Array
    connected_error: Array
    method: str
    quality: Quality = Quality.TRUSTED
    excess: Array = field(default_factory=lambda: np.zeros(0))


@final
@dataclass(frozen=True)
class ExactCorrelators:
    """Exact correlators of one network at one set of points, by order.

    Attributes
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
    orders : tuple of int
    outputs : ndarray of int64, shape (n_points,)
        Output component of the field at each point; all zero for a network with one output.
    """

    network: Network
    points: Array
    orders: tuple[int, ...]
    outputs: Indices
    _neuron: "NeuronCumulants"
    _sums: Mapping[int, Array]
    _correlators: Mapping[int, ExactCorrelator]

    def __getitem__(self, order: int) -> ExactCorrelator:
        """Return the correlator of that order.

        Raises
        ------
        NotAvailable
            If the order was not asked for.
        """
        order = as_whole(order, "order", NotAvailable)
        if order not in self._correlators:
            raise NotAvailable(f"order {order} was not computed; computed are {list(self.orders)}")
        return self._correlators[order]

    def at_width(self, width: int) -> "ExactCorrelators":
        """Return the correlators of the same architecture at another width, without new integrals.

        Parameters
        ----------
        width : int
            Number of hidden neurons.

        Returns
        -------
        ExactCorrelators
        """
        network = self.network.with_width(width)
        return _assemble(network, self.points, self.outputs, self.orders, self._neuron, self._sums)


def exact_correlators(
    network: Network,
    points: Points,
    orders: Iterable[int] | int = (2, 4, 6),
    outputs: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ExactCorrelators:
    """Compute exact full and connected correlators over all multisets of the points.

    Parameters
    ----------
    network : Network
        Its width N enters as N^(1 − r/2) only; see `ExactCorrelators.at_width`.
    points : array_like, shape (n_points, d_in)
        Inputs; repeated points are allowed.
    orders : iterable of int, or int
        Orders wanted, 1 to 10; odd ones are zero.
    outputs : sequence of int, length n_points, optional
        For networks with several outputs over one hidden layer: the field at ``points[j]`` is output
        ``outputs[j]``. To have all components at a point, list it once per output. Default: one output.
    progress : callable, optional
        Called with (feature moments done, feature moments in total).

    Returns
    -------
    ExactCorrelators

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs do not fit the points.
    NotAvailable
        If no exact method is known for this network at these points, an order is out of range, or the tables
        would not fit into memory.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> exact = exact_correlators(ReLUNet(width=20), [[1.0], [2.0]])
    >>> exact[4].connected.tolist()[0] * 20  # κ_4 = 15/4 at x = 1
    3.75
    >>> exact.at_width(5)[4].connected.tolist()[0]
    0.75

    Two outputs at one point are uncorrelated but not independent, N G_c^(4)_1122 = Var s²:

    >>> two = exact_correlators(ReLUNet(width=20), [[1.0], [1.0]], outputs=(1, 2))
    >>> two[2].full.tolist(), float(two[4].connected[2] * 20)
    ([0.5, 0.0, 0.5], 1.25)
    """
    as_network(network)
    x = as_points(points, network.d_in)
    component = as_outputs(outputs, len(x))
    needed_orders = f"orders from 1 to {LARGEST_ORDER} are needed, as in (2, 4, 6)"
    wanted = tuple(sorted(set(as_wholes(orders, "orders", NotAvailable, needed_orders, least=-(10**9)))))
    for order in wanted:
        _check_order(order)
    largest = max((order for order in wanted if order % 2 == 0), default=0)
    refuse_absurd_memory(len(x), largest)
    refuse_extremes(network, x, largest)
    distinct, kept, number_of = distinct_fields(x, component)
    needed = {order: multisets(len(distinct), order) for order in range(2, largest + 1, 2)}
    neuron = neuron_cumulants(network, distinct, needed, outputs=component[kept], progress=progress)
    if len(distinct) < len(x):
        neuron = spread_over(neuron, number_of, len(x))
    sums = _partition_sums(network, component, wanted, neuron)
    return _assemble(network, x, component, wanted, neuron, sums)


def exact_cumulant(
    network: Network,
    points: Points,
    outputs: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Estimate:
    """Compute the exact connected correlator at exactly the given points.

    Parameters
    ----------
    network : Network
    points : array_like, shape (R, d_in)
        One point per field; repeat a point to put several fields there.
    outputs : sequence of int, length R, optional
        Output component of each field; default: one output.
    progress : callable, optional
        Called with (feature moments done, feature moments in total).

    Returns
    -------
    Estimate
        Value and error of shape (). K(x_1, x_2) for R = 2, zero for odd R.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs do not fit the points.
    NotAvailable
        If no exact method is known for this network at these points, or R > 10.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> float(exact_cumulant(CosNet(width=3), np.zeros((4, 1))).value) * 3  # κ_4 = 3 sa⁴/8
    0.375
    >>> float(exact_cumulant(CosNet(width=3), np.zeros((4, 1)), outputs=(1, 1, 2, 2)).value) * 3
    0.125
    """
    as_network(network)
    x = as_points(points, network.d_in)
    order = len(x)
    component = as_outputs(outputs, order)
    _check_order(order)
    if order % 2:
        return _estimate(0.0, 0.0, "odd orders vanish (output weights are symmetric)", Quality.TRUSTED)
    refuse_extremes(network, x, order)
    if not np.all(wick_count(component[np.newaxis, :])):
        return _estimate(0.0, 0.0, "an output with an odd number of fields (f_a → −f_a)", Quality.TRUSTED)
    if order == 2:
        two = exact_correlators(network, x, (2,), outputs)[2]
        return _estimate(float(two.full[1]), float(two.error[1]), two.method, two.quality)
    distinct, kept, number_of = distinct_fields(x, component)
    element = np.sort(number_of)
    needed = {
        block: np.unique(list(combinations(element.tolist(), block)), axis=0)
        for block in range(2, order + 1, 2)
    }
    neuron = neuron_cumulants(
        network, distinct, needed, only=(order,), outputs=component[kept], progress=progress
    )
    table = neuron.tables[order]
    power = float(network.width) ** (1 - order // 2)
    return _estimate(
        float(table.value[0]) * power,
        float(table.error[0]) * power,
        f"exact finite width, cumulant of feature moments: {neuron.method}",
        quality_of(neuron, order),
    )


def _partition_sums(
    network: Network, outputs: Indices, orders: tuple[int, ...], neuron: NeuronCumulants
) -> dict[int, Array]:
    """Sum products of cumulants at width one over partitions into m blocks; see `sums_by_blocks`.

    At width N each block of size r carries N^(1 − r/2), a partition of n indices into m blocks N^(m − n/2).
    """
    tables = dict(neuron.tables)
    if 2 in tables:
        two = tables[2]
        value = two.value + network.bias_variance * wick_count(outputs[two.indices])
        tables[2] = SymmetricTable(two.indices, value, two.error + EPS * np.abs(value), two.n_points)
    return {
        order: sums_by_blocks(multisets(len(outputs), order), tables) for order in orders if order % 2 == 0
    }


def _assemble(
    network: Network,
    points: Array,
    outputs: Indices,
    orders: tuple[int, ...],
    neuron: NeuronCumulants,
    sums: Mapping[int, Array],
) -> ExactCorrelators:
    """Build the correlators of the output from the cumulants of one neuron."""
    width = float(network.width)
    correlators = {}
    for order in orders:
        indices = multisets(len(points), order)
        if order % 2:
            zero = np.zeros(len(indices))
            method = "odd orders vanish (output weights are symmetric)"
            correlators[order] = ExactCorrelator(order, indices, zero, zero, zero, zero, method)
            continue
        powers = [width ** (m - order // 2) for m in range(order // 2 + 1)]
        full, error, _ = join_blocks(sums[order], powers)
        # one block: the cumulant itself
        own, own_error = powers[1] * sums[order][1, 0], powers[1] * sums[order][1, 1]
        excess = np.zeros(len(indices))
        for power, part in zip(powers[:-1], sums[order][:-1, 0], strict=True):
            excess += power * part
        closed = order == 2 and has_closed_kernel(network)
        method = "kernel (exact at every width)" if closed else f"feature moments: {neuron.method}"
        correlators[order] = ExactCorrelator(
            order, indices, full, own, error, own_error, method, quality_of(neuron, order), excess
        )
    return ExactCorrelators(network, points, orders, outputs, neuron, sums, correlators)


def _check_order(order: int) -> None:
    if not 1 <= order <= LARGEST_ORDER:
        raise NotAvailable(
            f"the exact {order}-point function was asked for; orders 1 to {LARGEST_ORDER} are implemented"
        )


def _estimate(value: float, error: float, method: str, quality: Quality) -> Estimate:
    return Estimate(np.asarray(value), np.asarray(error), method=method, quality=quality)
