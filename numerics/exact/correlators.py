"""Exact correlators of finite-width networks: the referee of sampling and of field theory.

The output weights are Gaussian given the features, so h = a s(x) has moments (n − 1)!! sw^n E_{1..n} and
joint cumulants by the moment-cumulant formula. With N independent neurons and f = b1 + N^(-1/2) Σ h_i

    G_c^(2) = K,        G_c^(r) = N^(1 − r/2) κ_r   (r >= 4),        odd orders vanish,

    κ_4 = sw⁴ [3 E_1234 − Σ_3 E_12 E_34],
    κ_6 = sw⁶ [15 E_1..6 − 3 Σ_15 E_ijkl E_mn + 2 Σ_15 E_ij E_kl E_mn],

and the full correlator is the sum of products of connected ones over partitions into even blocks:
G^(4) = Σ_3 K K + κ_4/N and so on, exactly (Halverson, Maiti and Stoner, arXiv:2008.08601, give the 1/N form;
docs/theory/exact_correlators.md, eq. eq-neurons; docs/theory/exact_correlators.md, eq. eq-full-four).

Several outputs f_a = b_a + N^(-1/2) Σ_i a_{a,i} s_i share the hidden layer and have output layers of their
own. Then E[h_{a1}(x_1) … h_{an}(x_n)] = sw^n Π_a (n_a − 1)!! E_{1..n}, n_a the number of fields of output a
(zero if one is odd), and all formulas hold with fields (a, x) in the place of points.
`numerics.exact.output_structure` gives the same in terms of δ_ab.

Skewed output weights have E[h³] and so on, too: odd orders live, and partitions have odd blocks. Output
weights of one network that depend on each other are the subject of `numerics.exact.joint_cumulants`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.progress import ProgressLike
from diagrams.progress import shown as shown_progress
from numerics.errors import NotAvailable
from numerics.exact.inputs import refuse_absurd_memory, refuse_extremes
from numerics.exact.joint_tables import joint_cumulant, joint_tables
from numerics.exact.neuron_cumulants import (
    NeuronCumulants,
    has_closed_kernel,
    neuron_cumulants,
    partition_sums,
    quality_of,
    spread_over,
)
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.fields.index_sets import multisets
from numerics.given import as_wholes
from numerics.networks.architectures import Network, as_network
from numerics.networks.record import to_record
from numerics.results.correlator import Correlator, Part
from numerics.results.cumulants import EPS, join
from numerics.results.estimate import Estimate
from numerics.results.gaussian_moments import wick_count
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality

_LOGGER = logging.getLogger(__name__)

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# Beyond this order the 10^5 and more set partitions cost more memory than they are worth.
LARGEST_ORDER = 10
#: What progress counts.
_UNIT = "averages over a neuron"
# Why odd orders are what they are.
ODD, MEAN = "odd orders vanish (output weights are symmetric)", "output weights have mean zero"


@final
@dataclass(frozen=True, repr=False)
class ExactTables:
    """What exact correlators of all widths are made of: the cumulants of one neuron.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    orders : tuple of int
    neuron : NeuronCumulants
        Width one.
    sums : mapping of int to ndarray
        By order, unless it vanishes, the sums over partitions of products of cumulants at width one; see
        `_partition_sums`.
    """

    network: Network
    fields: FieldSet
    orders: tuple[int, ...]
    neuron: NeuronCumulants
    sums: Mapping[int, Array]

    @property
    def provenance(self) -> dict[str, object]:
        """The record of the network."""
        return {"network": to_record(self.network)}

    def __repr__(self) -> str:
        return f"<ExactTables of orders {list(self.orders)} of {self.network!r}, {self.fields!r}>"

    def at_width(self, width: int) -> ExactTables:
        """Tables of the same architecture at another width."""
        network = self.network.with_width(width)
        return ExactTables(network, self.fields, self.orders, self.neuron, self.sums)

    def has(self, order: int, part: Part) -> bool:
        """Tell whether `correlator` can make it."""
        return order in self.orders and (part is not Part.EXCESS or order % 2 == 0)

    def correlator(self, order: int, part: Part) -> Correlator:
        """Put the correlator of one order together from the cumulants of one neuron."""
        if order not in self.sums:
            zero = np.zeros(len(self.fields.multisets(order)))
            old = {"full": lambda: zero, "connected": lambda: zero, "connected_error": lambda: zero}
            return Correlator(
                self.fields, order, part, zero, zero, self._why_zero, provenance=self.provenance,
                old={**old, "excess": lambda: np.zeros(0)},
            )  # fmt: skip
        value, error = self._numbers(order, part)
        error = np.where(np.isfinite(value) & np.isfinite(error), error, np.inf)
        closed = order == 2 and has_closed_kernel(self.network)
        method = "kernel (exact at every width)" if closed else f"feature moments: {self.neuron.method}"
        connected = partial(self._numbers, order, Part.CONNECTED)
        return Correlator(
            self.fields, order, part, value, error, method, quality_of(self.neuron, order), self.provenance,
            old={
                "full": lambda: self._numbers(order, Part.FULL)[0],
                "connected": lambda: connected()[0],
                "connected_error": lambda: connected()[1],
                "excess": lambda: self._numbers(order, Part.EXCESS)[0],
            },
        )  # fmt: skip

    @property
    def _why_zero(self) -> str:
        return ODD if self.network.laws.output.even else MEAN

    @np.errstate(over="ignore", invalid="ignore")
    def _numbers(self, order: int, part: Part) -> tuple[Array, Array]:
        """Value and error of one part: a partition into m blocks has the weight N^(m − n/2)."""
        sums, width = self.sums[order], float(self.network.width)
        powers = [width ** (m - order / 2) for m in range(order // 2 + 1)]
        if part is Part.CONNECTED:  # one block: the cumulant itself
            return powers[1] * sums[1, 0], powers[1] * sums[1, 1]
        if part is Part.EXCESS:
            # The pairings are left out of the sum, not subtracted from it: of a nearly Gaussian network the
            # difference keeps all its digits.
            excess, error = np.zeros(sums.shape[2]), np.zeros(sums.shape[2])
            for power, value, bound in zip(powers[:-1], sums[:-1, 0], sums[:-1, 1], strict=True):
                excess += power * value
                error += power * bound
            return excess, error + 4 * EPS * np.abs(excess)
        full, error, _ = join(sums, powers)
        return full, error


def exact_correlators(
    network: Network,
    points: Fields,
    orders: Iterable[int] | int = (2, 4, 6),
    outputs: Sequence[int] | None = None,
    progress: ProgressLike = None,
) -> Correlators:
    """Compute exact full and connected correlators over all multisets of the points.

    Parameters
    ----------
    network : Network
        Its width N enters as N^(1 − r/2) only; see `Correlators.at_width`.
    points : array_like, shape (n_points, d_in), or FieldSet
        Inputs; repeated points are allowed.
    orders : iterable of int, or int
        Orders wanted, 1 to 10; odd ones are zero unless output weights are skewed.
    outputs : sequence of int, length n_points, optional
        For networks with several outputs over one hidden layer: the field at ``points[j]`` is output
        ``outputs[j]``. To have all components at a point, list it once per output. Default: one output.
    progress : callable or bool, optional
        Called with (feature moments done, feature moments in total); True shows it.

    Returns
    -------
    Correlators
        Full ones, with error bounds: quadrature plus rounding, the cancellation in cumulants accounted for.
        ``connected()`` gives the cumulants, ``excess()`` what is beyond the free theory, without
        cancellation.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs do not fit the points.
    NotAvailable
        If no exact method is known for this network at these points, an order is out of range, or the tables
        would not fit into memory.

    Examples
    --------
    >>> from numerics.networks.architectures import GaussNet, ReLUNet
    >>> exact = exact_correlators(ReLUNet(width=20), [[1.0], [2.0]])
    >>> float(exact.connected()[4][0, 0, 0, 0]) * 20  # κ_4 = 15/4 at x = 1
    3.75
    >>> float(exact.at_width(5).connected()[4][0, 0, 0, 0])
    0.75

    Two outputs at one point are uncorrelated but not independent, N G_c^(4)_1122 = Var s²:

    >>> two = exact_correlators(ReLUNet(width=20), [[1.0], [1.0]], outputs=(1, 2))
    >>> two[2].value.tolist(), float(two.connected()[4][0, 0, 1, 1] * 20)
    ([0.5, 0.0, 0.5], 1.25)

    A network that is Gaussian to eight digits has a 4-point function that is not:

    >>> exact = exact_correlators(GaussNet(width=5, sigma_w=1e-8), [[2.5]])
    >>> float(exact[4][0, 0, 0, 0] - 3 * exact[2][0, 0] ** 2), float(exact.excess()[4].value[0]) > 0
    (0.0, True)
    """
    as_network(network)
    fields = as_field_set(points, outputs, network.d_in)
    wanted = _checked_orders(orders)
    step = 2 if network.laws.output.even else 1
    if network.laws.joint is not None:
        with shown_progress(progress, _UNIT) as report:
            return Correlators(joint_tables(network, fields, wanted, report))
    largest = max((order for order in wanted if order % step == 0), default=0)
    refuse_absurd_memory(len(fields), largest)
    refuse_extremes(network, fields.inputs, largest)
    distinct, _, number_of = fields.distinct()
    needed = {order: multisets(len(distinct), order) for order in range(2, largest + 1, step)}
    _LOGGER.info("exact correlators of %r, orders %s, %d fields", network, wanted, len(fields))
    with shown_progress(progress, _UNIT) as report:
        neuron = neuron_cumulants(network, distinct, needed, progress=report)
    if len(distinct) < len(fields):
        neuron = spread_over(neuron, number_of, len(fields))
    sums = _partition_sums(network, fields, wanted, neuron)
    return Correlators(ExactTables(network, fields, wanted, neuron, sums))


def _checked_orders(orders: Iterable[int] | int) -> tuple[int, ...]:
    """Return the orders asked for, ascending, each once."""
    needed = f"orders from 1 to {LARGEST_ORDER} are needed, as in (2, 4, 6)"
    wanted = tuple(sorted(set(as_wholes(orders, "orders", NotAvailable, needed, least=-(10**9)))))
    if not wanted:
        raise NotAvailable(f"no orders were given; {needed}")
    for order in wanted:
        _check_order(order)
    return wanted


def exact_cumulant(
    network: Network,
    points: Fields,
    outputs: Sequence[int] | None = None,
    progress: ProgressLike = None,
) -> Estimate:
    """Compute the exact connected correlator at exactly the given points.

    Parameters
    ----------
    network : Network
    points : array_like, shape (R, d_in), or FieldSet
        One point per field; repeat a point to put several fields there.
    outputs : sequence of int, length R, optional
        Output component of each field; default: one output.
    progress : callable or bool, optional
        Called with (feature moments done, feature moments in total); True shows it.

    Returns
    -------
    Estimate
        Value and error of shape (). K(x_1, x_2) for R = 2, zero for odd R unless output weights are skewed.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs do not fit the points.
    NotAvailable
        If no exact method is known for this network at these points, or R > 10.

    References
    ----------
    docs/theory/exact_correlators.md, eq. eq-neurons and eq. eq-joint-law.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> float(exact_cumulant(CosNet(width=3), np.zeros((4, 1))).value) * 3  # κ_4 = 3 sa⁴/8
    0.375
    >>> float(exact_cumulant(CosNet(width=3), np.zeros((4, 1)), outputs=(1, 1, 2, 2)).value) * 3
    0.125

    Correlated output weights of features that have a mean, here √(C/2π):

    >>> from numerics.networks.architectures import ReLUNet
    >>> net = ReLUNet(width=3).with_laws(output_correlation=0.3)
    >>> round(float(exact_cumulant(net, np.ones((4, 1))).value), 6)
    1.942897
    """
    as_network(network)
    fields = as_field_set(points, outputs, network.d_in)
    order = len(fields)
    _check_order(order)
    if network.laws.joint is not None:
        with shown_progress(progress, _UNIT) as report:
            return joint_cumulant(network, fields, report)
    step = 2 if network.laws.output.even else 1
    if order == 1 or order % step:
        return _estimate(0.0, 0.0, ODD if step == 2 else MEAN, Quality.TRUSTED, network)
    refuse_extremes(network, fields.inputs, order)
    if network.laws.output.even and not np.all(wick_count(fields.outputs[np.newaxis, :])):
        why = "an output with an odd number of fields (f_a → −f_a)"
        return _estimate(0.0, 0.0, why, Quality.TRUSTED, network)
    if order == 2:
        return exact_correlators(network, fields, (2,))[2][0, 1]
    distinct, _, number_of = fields.distinct()
    element = np.sort(number_of).tolist()
    blocks = range(2, order + 1, step)
    needed = {block: np.unique(list(combinations(element, block)), axis=0) for block in blocks}
    with shown_progress(progress, _UNIT) as report:
        neuron = neuron_cumulants(network, distinct, needed, only=(order,), progress=report)
    kappa = neuron.kappa[order]
    power = float(network.width) ** (1 - order / 2)
    return _estimate(
        float(kappa.value[0]) * power,
        float(kappa.bound[0]) * power,
        f"exact finite width, cumulant of feature moments: {neuron.method}",
        quality_of(neuron, order),
        network,
    )


@np.errstate(over="ignore", invalid="ignore")
def _partition_sums(
    network: Network, fields: FieldSet, orders: tuple[int, ...], neuron: NeuronCumulants
) -> dict[int, Array]:
    """Sum products of cumulants at width one over partitions into m blocks.

    At width N each block of size r carries N^(1 − r/2), a partition of n indices into m blocks N^(m − n/2).
    """
    kappa = dict(neuron.kappa)
    if 2 in kappa:
        two = kappa[2]
        value = two.value + network.bias_variance * wick_count(fields.outputs[neuron.rows[2].indices])
        kappa[2] = Estimate(value, two.bound + EPS * np.abs(value), two.method)
    return {order: partition_sums(neuron.rows, kappa, order) for order in orders if order in kappa}


def _check_order(order: int) -> None:
    if not 1 <= order <= LARGEST_ORDER:
        raise NotAvailable(
            f"the exact {order}-point function was asked for; orders 1 to {LARGEST_ORDER} are implemented"
        )


def _estimate(value: float, error: float, method: str, quality: Quality, network: Network) -> Estimate:
    bound = error if np.isfinite(value) and np.isfinite(error) else np.inf
    return Estimate(value, bound, method, quality, provenance={"network": to_record(network)})
