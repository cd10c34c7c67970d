"""Joint cumulants of a single neuron, which the width does not change: what exact correlators are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.exact.features.base import Moments
from numerics.exact.features.choose import feature_moments
from numerics.exact.inputs import distinct_fields
from numerics.fields.index_sets import multisets
from numerics.networks.architectures import Network
from numerics.networks.averages.neuron_quadrature import QuadratureKernel
from numerics.networks.output_weights import output_moments
from numerics.results.estimate import Quality
from numerics.results.moment_tables import SymmetricTable, sum_over_partitions, wick_count

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# An error above this fraction of the terms that cancel in a cumulant means that an integral did not converge.
CONVERGED = 1e-7
EPS = float(np.finfo(np.float64).eps)


@final
@dataclass(frozen=True)
class NeuronCumulants:
    """Joint cumulants κ_r of one neuron h = a s, all that width does not change.

    Attributes
    ----------
    tables : mapping of int to SymmetricTable
        κ_r by even order r; order 2 is K_W.
    scales : mapping of int to ndarray, shape (M,)
        Sum of the absolute values of the terms of each κ_r.
    method : str
        How the feature moments were obtained.
    """

    tables: Mapping[int, SymmetricTable]
    scales: Mapping[int, Array]
    method: str


def neuron_cumulants(
    network: Network,
    points: Array,
    indices: Mapping[int, Indices],
    only: Iterable[int] | None = None,
    outputs: Indices | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NeuronCumulants:
    """Compute joint cumulants of a single neuron h = a s.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n_points, d_in)
        One point per field; with several outputs a point may occur once per output.
    indices : mapping of int to ndarray of int, shape (M_r, r)
        For each even order 2, 4, ... the sorted index tuples; every even sub-multiset of a tuple must be
        listed under its own order.
    only : iterable of int, optional
        Orders whose cumulants are wanted; all by default.
    outputs : ndarray of int, shape (n_points,), optional
        Output component of each field; one output by default.
    progress : callable, optional
        Called with (feature moments done, feature moments in total).

    Returns
    -------
    NeuronCumulants
    """
    largest = max(indices, default=2)
    component = np.zeros(len(points), dtype=np.int64) if outputs is None else outputs
    places, _, place_of = distinct_fields(points, np.zeros_like(component))
    features = feature_moments(network, places, largest)
    wanted = {}
    for order, rows in sorted(indices.items()):
        if order > 2 or not has_closed_kernel(network):
            distinct, number_of = np.unique(np.sort(place_of[rows], axis=1), axis=0, return_inverse=True)
            wanted[order] = distinct, number_of.ravel()
    for distinct, _ in wanted.values():
        features.refuse(distinct)
    report = _Steps(progress, sum(len(distinct) for distinct, _ in wanted.values()))
    moments: dict[int, SymmetricTable] = {}
    for order, rows in sorted(indices.items()):
        wick = wick_count(component[rows])
        if order == 2 and has_closed_kernel(network):
            # a kernel in closed form is more precise than any quadrature
            second = network.kernel.weight(points, points)[rows[:, 0], rows[:, 1]] * wick
            found = Moments(second, 4 * EPS * np.abs(second))
        else:
            # the moments of h
            distinct, number_of = wanted[order]
            raw = features.moments(distinct, report.within)
            report.after(len(distinct))
            factor = output_moments(network, component[rows])
            found = Moments(factor * raw.value[number_of], factor * raw.error[number_of])
        moments[order] = SymmetricTable(rows, found.value, found.error, len(points))
    tables, scales = {}, {}
    for order in sorted(indices if only is None else only):
        rows = indices[order]
        value, error, scale = sum_over_partitions(rows, moments, cumulant=True)
        tables[order] = SymmetricTable(rows, value, error, len(points))
        scales[order] = scale
    return NeuronCumulants(tables, scales, features.method)


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
    tables, scales = {}, {}
    for order, table in neuron.tables.items():
        indices = multisets(n_points, order)
        position = table.find(np.sort(number_of[indices], axis=1))
        tables[order] = SymmetricTable(indices, table.value[position], table.error[position], n_points)
        scales[order] = neuron.scales[order][position]
    return NeuronCumulants(tables, scales, neuron.method)


def quality_of(neuron: NeuronCumulants, order: int) -> Quality:
    """Say whether the integrals behind all cumulants up to `order` converged.

    Elements that vanish by symmetry, such as K_W(x, -x) of Erf-net with equal deviations at |x| = 1, have no
    scale of their own; they are measured against the largest.
    """
    converged = all(
        np.all(
            table.error <= CONVERGED * np.maximum(neuron.scales[r], 1e-6 * neuron.scales[r].max(initial=0.0))
        )
        for r, table in neuron.tables.items()
        if r <= order
    )
    return Quality.TRUSTED if converged else Quality.NOT_CONVERGED


def has_closed_kernel(network: Network) -> bool:
    """Whether the kernel is a formula, and not a quadrature with an error of its own."""
    return not isinstance(network.kernel, QuadratureKernel)
