"""Connected correlators for any joint law of the output weights.

With iid features s_i of the neurons, and output weights a of any law that is independent of them,

    G_c^(n)(1..n) = N^(−n/2) Σ_π [Π_(B in π) κ^s_B] κ_a[p_|B| : B in π],    p_r = Σ_i a_i^r,

over the partitions π of the n fields: κ^s_B is the joint cumulant of one feature at the points of B, κ_a that
of power sums of the weights (the law of total cumulance: given a, the fields are sums of independent terms,
whose cumulants are κ^s_B p_|B|). Partitions with blocks of the same sizes have the same κ_a, so that what is
made of features,

    S_λ(1..n) = Σ_(π with blocks of sizes λ) Π_(B in π) κ^s_B,

is computed once for all widths and laws.

Where a change of sign of single weights leaves their law alone, the signs can be counted to the features,
whose odd moments then vanish: only even blocks are left.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.choose import feature_moments
from numerics.exact.neuron_cumulants import (
    NeuronCumulants,
    has_closed_kernel,
    partition_sums,
    partitions_of_sizes,
)
from numerics.fields.index_sets import IndexRows
from numerics.networks.base import Network
from numerics.networks.joint_law import JointLaw
from numerics.results.cumulants import EPS, join_cumulant, partition_terms, products_with_errors
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: Sizes of the blocks of a partition, descending.
Sizes = tuple[int, ...]

#: Rows times partitions that are handled at once, and at all.
_AT_ONCE, _MOST = 300_000, 2e8


@final
@dataclass(frozen=True)
class FeatureSums:
    """What features contribute to connected correlators, at any width and for any law of the output weights.

    Attributes
    ----------
    features : NeuronCumulants
        Joint cumulants κ^s of one feature.
    sums : mapping of int to mapping of sizes to ndarray, shape (3, M)
        By order and sizes λ of the blocks: S_λ, its error, and the sum of the sizes of its terms. Orders
        that vanish for want of partitions are missing.
    """

    features: NeuronCumulants
    sums: Mapping[int, Mapping[Sizes, Array]]

    def spread(self, position: Mapping[int, Indices], features: NeuronCumulants) -> "FeatureSums":
        """Copy the sums to index sets with repetitions: `position` says which row each of them takes."""
        sums = {
            order: {sizes: one[:, position[order]] for sizes, one in found.items()}
            for order, found in self.sums.items()
        }
        return FeatureSums(features, sums)

    def connected(self, order: int, network: Network, law: JointLaw) -> tuple[Array, Array, Array]:
        """Put the connected correlators of one order together; without an output bias.

        Returns
        -------
        value, error, scale : ndarray, shape (M,)
            ``scale`` is the sum of the sizes of all terms.
        """
        types = self.sums[order]
        weights = law.power_sum_cumulants(tuple(types), network)
        value, error, scale = np.zeros((3, next(iter(types.values())).shape[1]))
        for sizes, (sums, doubt, size) in types.items():
            weight, unsure = weights[sizes]
            value += weight * sums
            error += abs(weight) * doubt + unsure * np.abs(sums)
            scale += abs(weight) * size
        power = float(network.width) ** (-order / 2)
        return power * value, power * (error + 4 * EPS * scale), power * scale


def sizes_of_blocks(network: Network, law: JointLaw) -> int:
    """Step between the sizes of blocks that contribute: 2 where odd moments of features are not needed."""
    return 2 if law.signs_are_free or network.features_are_odd else 1


def feature_sums(
    network: Network,
    inputs: Array,
    indices: Mapping[int, Indices],
    orders: Iterable[int],
    step: int,
    progress: Callable[[int, int], None] | None = None,
) -> FeatureSums:
    """Compute the sums over partitions of products of cumulants of one feature.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (n, d_in)
        Distinct.
    indices : mapping of int to ndarray of int, shape (M_r, r)
        For each size of a block, and for each of the orders, the sorted index tuples; every part of a tuple
        must be listed under its own size.
    orders : iterable of int
        Orders of the connected correlators.
    step : int
        2: only even blocks, see `sizes_of_blocks`.
    progress : callable, optional
        Called with (feature moments done, feature moments in total).

    Raises
    ------
    NotAvailable
        If a moment cannot be had, or there are too many partitions.
    """
    wanted = sorted(orders)
    sizes = [size for size in sorted(indices) if size % step == 0 and size <= max(wanted, default=0)]
    _refuse_work(indices, wanted, sizes)
    rows = {size: IndexRows(indices[size], len(inputs)) for size in sorted({*sizes, *wanted})}
    features = _feature_cumulants(network, inputs, {size: rows[size] for size in sizes}, progress)
    sums = {order: _sums(features, rows, order) for order in wanted}
    return FeatureSums(features, {order: one for order, one in sums.items() if one})


def _refuse_work(indices: Mapping[int, Indices], orders: list[int], sizes: list[int]) -> None:
    for order in orders:
        kinds = partitions_of_sizes(order, sizes)
        work = float(len(indices[order])) * sum(len(kind.blocks[0]) for kind in kinds if kind.blocks)
        if work > _MOST:
            raise NotAvailable(
                f"{len(indices[order]):,} connected {order}-point correlators with a joint law of the output "
                f"weights take {work:.1e} products of cumulants; {_MOST:.0e} are the limit. Use fewer points "
                "or a lower order, or compute single ones with `exact_cumulant`"
            )


@np.errstate(over="ignore", invalid="ignore")  # cumulants that are infinite are flagged
def _feature_cumulants(
    network: Network,
    inputs: Array,
    rows: Mapping[int, IndexRows],
    progress: Callable[[int, int], None] | None,
) -> NeuronCumulants:
    """Joint cumulants κ^s of one feature, of the orders that there are rows of."""
    features = feature_moments(network, inputs, max(rows, default=2))
    for one in rows.values():
        features.refuse(one.indices)
    total, done, moments = sum(len(one.indices) for one in rows.values()), 0, dict[int, Estimate]()
    for order, one in sorted(rows.items()):
        if order == 2 and has_closed_kernel(network):  # more precise than any quadrature
            kernel, variance = network.kernel_of_one, network.weight_variance
            first, second = one.indices.T
            value = kernel.weight(inputs, inputs)[first, second] / variance
            size = np.sqrt(kernel.weight_diagonal(inputs))
            doubt = kernel.relative_error * size[first] * size[second] / variance
            moments[order] = Estimate(value, 8 * EPS * np.abs(value) + doubt)
        else:
            moments[order] = features.moments(one.indices)
        done += len(one.indices)
        if progress is not None:
            progress(done, total)
    kappa, scales = {}, {}
    for order in sorted(rows):
        value, error, scales[order] = join_cumulant(partition_sums(rows, moments, order))
        kappa[order] = Estimate(value, error, features.method)
    return NeuronCumulants(dict(rows), kappa, scales, features.method)


@np.errstate(over="ignore", invalid="ignore")
def _sums(features: NeuronCumulants, rows: Mapping[int, IndexRows], order: int) -> Mapping[Sizes, Array]:
    """S_λ of one order, by λ."""
    tables = {size: np.stack([one.value, one.bound]) for size, one in features.kappa.items()}
    whole, found = rows[order], dict[Sizes, Array]()
    count = len(whole.indices)
    for kind in partitions_of_sizes(order, tables):
        step = max(1, _AT_ONCE // len(kind.blocks[0]))
        total = np.zeros((3, count))
        for start in range(0, count, step):
            some = slice(start, min(start + step, count))

            def part(size: int, labels: Indices, some: slice = some) -> Array:
                return np.take(tables[size], rows[size].find_parts(whole, labels, some), axis=1)

            for _, term in partition_terms(order, part, products_with_errors, partitions=[kind]):
                total[:, some] = term
        found[kind.sizes] = total
    return found
