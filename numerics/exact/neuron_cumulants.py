"""Joint cumulants of a single neuron, which the width does not change: what exact correlators are made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import PartitionClass, all_partitions, even_partitions
from numerics.exact.features.choose import feature_moments
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import IndexRows, distinct_rows, multisets
from numerics.networks.architectures import Network
from numerics.networks.averages.neuron_quadrature import QuadratureKernel
from numerics.networks.output_weights import output_moment_errors, output_moments
from numerics.results.cumulants import EPS, join_cumulant, sums_of_parts
from numerics.results.estimate import Estimate
from numerics.results.gaussian_moments import wick_count
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# An error above this fraction of the terms that cancel in a cumulant means that an integral did not converge.
CONVERGED = 1e-7


@final
@dataclass(frozen=True)
class NeuronCumulants:
    """Joint cumulants κ_r of one neuron h = a s, all that width does not change.

    Attributes
    ----------
    rows : mapping of int to IndexRows
        The index sets of each order r; of odd ones only where output weights are skewed.
    kappa : mapping of int to Estimate
        κ_r with error bounds, shape (M,); order 2 is K_W.
    scales : mapping of int to ndarray, shape (M,)
        Sum of the absolute values of the terms of each κ_r.
    method : str
        How the feature moments were obtained.
    """

    rows: Mapping[int, IndexRows]
    kappa: Mapping[int, Estimate]
    scales: Mapping[int, Array]
    method: str


def partition_sums(
    rows: Mapping[int, IndexRows],
    known: Mapping[int, Estimate],
    order: int,
    partitions: Sequence[PartitionClass] | None = None,
) -> Array:
    """Sum products of elements of symmetric tensors over the partitions of index tuples into blocks.

    Parameters
    ----------
    rows : mapping of int to IndexRows
        Which elements are known of each order up to `order`; an order that is missing vanishes.
    known : mapping of int to Estimate
        Their values with error bounds.
    order : int
        The tuples of this order are partitioned.
    partitions : sequence of PartitionClass, optional
        Which partitions; default: all into blocks of known orders.

    Returns
    -------
    ndarray, shape (m_max + 1, 3, M)
        See `numerics.results.cumulants.sums_with_errors`.
    """
    sizes = [size for size in sorted(known) if size <= order]
    tables = {size: np.stack([known[size].value, known[size].bound]) for size in sizes}

    def part(size: int, labels: Indices, some: slice) -> Array:
        return np.take(tables[size], rows[size].find_parts(rows[order], labels, some), axis=1)

    kinds = partitions_of_sizes(order, sizes) if partitions is None else partitions
    return sums_of_parts(order, len(rows[order].indices), part, kinds)


def partitions_of_sizes(order: int, sizes: Iterable[int]) -> Sequence[PartitionClass]:
    """List the partitions of `order` things into blocks of some sizes."""
    allowed = set(sizes)
    if all(size % 2 == 0 for size in allowed) and allowed >= set(range(2, order + 1, 2)):
        return even_partitions(order)
    return [kind for kind in all_partitions(order) if allowed >= set(kind.sizes)]


@np.errstate(over="ignore", invalid="ignore")  # cumulants that are infinite are flagged
def neuron_cumulants(
    network: Network,
    fields: FieldSet,
    indices: Mapping[int, Indices],
    only: Iterable[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NeuronCumulants:
    """Compute joint cumulants of a single neuron h = a s.

    Parameters
    ----------
    network : Network
    fields : FieldSet
    indices : mapping of int to ndarray of int, shape (M_r, r)
        For each order the sorted index tuples; every sub-multiset of a tuple must be listed under its own
        order. Even orders are enough where output weights are symmetric, and from two on: E[h] = 0.
    only : iterable of int, optional
        Orders whose cumulants are wanted; all by default.
    progress : callable, optional
        Called with (feature moments done, feature moments in total).

    Returns
    -------
    NeuronCumulants
    """
    largest = max(indices, default=2)
    points, component = fields.inputs, fields.outputs
    places, _, place_of = FieldSet(points).distinct()
    features = feature_moments(network, places.inputs, largest)
    wanted = {}
    for order, rows in sorted(indices.items()):
        if order > 2 or not has_closed_kernel(network):
            repeated = len(places) < len(points)
            wanted[order] = (
                distinct_rows(np.sort(place_of[rows], axis=1), len(places))
                if repeated
                else (rows, np.arange(len(rows)))
            )
    for distinct, _ in wanted.values():
        features.refuse(distinct)
    report = _Steps(progress, sum(len(distinct) for distinct, _ in wanted.values()))
    moments: dict[int, Estimate] = {}
    known = {order: IndexRows(rows, len(points)) for order, rows in indices.items()}
    for order, rows in sorted(indices.items()):
        wick = wick_count(component[rows])
        if order == 2 and has_closed_kernel(network):
            # a kernel in closed form is more precise than any quadrature
            kernel = network.kernel_of_one
            second = kernel.weight(points, points)[rows[:, 0], rows[:, 1]] * wick
            # what is not a formula of its own: the variance of the weights, the characteristic function
            own = output_moment_errors(network, component[rows]) / network.weight_variance
            size = np.sqrt(kernel.weight_diagonal(points))[rows].prod(axis=1) * wick
            moments[order] = Estimate(second, (4 * EPS + own) * np.abs(second) + kernel.relative_error * size)
        else:
            # the moments of h
            distinct, number_of = wanted[order]
            raw = features.moments(distinct, report.within)
            report.after(len(distinct))
            factor = output_moments(network, component[rows])
            own = output_moment_errors(network, component[rows])
            value, error = raw.value[number_of], raw.error[number_of]
            moments[order] = Estimate(factor * value, factor * error + own * (np.abs(value) + error))

    kappa, scales = {}, {}
    for order in sorted(indices if only is None else only):
        value, error, scale = join_cumulant(partition_sums(known, moments, order))
        kappa[order], scales[order] = Estimate(value, error, features.method), scale
    return NeuronCumulants({order: known[order] for order in kappa}, kappa, scales, features.method)


class _Steps:
    """Tells a callable how many feature moments are done, over all orders."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self.within(0)

    def within(self, done: int) -> None:
        """Report moments of the order in work."""
        if self._progress is not None:
            self._progress(self._done + done, self._total)

    def after(self, count: int) -> None:
        """Report an order that is done."""
        self._done += count
        self.within(0)


def spread_over(neuron: NeuronCumulants, number_of: Indices, n_points: int) -> NeuronCumulants:
    """Copy cumulants over distinct points to a list of points with repetitions, in the given order."""
    rows, kappa, scales = {}, {}, {}
    for order, found in neuron.kappa.items():
        indices = multisets(n_points, order)
        position = neuron.rows[order].find(np.sort(number_of[indices], axis=1))
        rows[order] = IndexRows(indices, n_points)
        kappa[order] = Estimate(found.value[position], found.bound[position], found.method)
        scales[order] = neuron.scales[order][position]
    return NeuronCumulants(rows, kappa, scales, neuron.method)


def quality_of(neuron: NeuronCumulants, order: int) -> Quality:
    """Say whether the integrals behind all cumulants up to `order` converged, to finite numbers.

    Elements that vanish by symmetry, such as K_W(x, -x) of Erf-net with equal deviations at |x| = 1, have no
    scale of their own; they are measured against the largest.
    """
    used = [found.value for r, found in neuron.kappa.items() if r <= order]
    if not all(np.all(np.isfinite(value)) for value in used):
        return Quality.UNDEFINED
    converged = all(
        np.all(
            found.bound <= CONVERGED * np.maximum(neuron.scales[r], 1e-6 * neuron.scales[r].max(initial=0.0))
        )
        for r, found in neuron.kappa.items()
        if r <= order
    )
    return Quality.TRUSTED if converged else Quality.NOT_CONVERGED


def has_closed_kernel(network: Network) -> bool:
    """Whether the kernel is a formula, and not a quadrature with an error of its own."""
    return not isinstance(network.kernel_of_one, QuadratureKernel)
