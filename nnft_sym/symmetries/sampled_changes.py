"""What a symmetry says should average to zero, block by block of a sample.

Groups that act on outputs mix the correlators at the same points linearly, T(g) G = G for all g. All linear
combinations that vanish for an invariant G are looked at together: they are the complement of the invariants,
which a handful of elements spans however they are chosen. Groups that act on inputs are tested by samples of
the same networks at the points and at their images, all elements and orders side by side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import counted, shown
from nnft_sym.symmetries.groups import Element, Group
from nnft_sym.symmetries.output_fields import all_outputs, mixing_of_fields
from nnft_sym.symmetries.sampled_result import SamplingPlan
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.fields.index_sets import multiset_count, multisets, ranks
from numerics.fields.mixed_products import mixed_products, orderings
from numerics.inference.dataset import Dataset
from numerics.networks.base import Network
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality, worst
from numerics.results.uncertainty import Source
from numerics.sampling.ensemble import Ensemble

Array = NDArray[np.float64]
Told: TypeAlias = Callable[[int, int], None]
#: What may be tested: networks, which are sampled, or a sample.
Tested: TypeAlias = Network | Dataset | Correlators

#: Parts of a difference that are rounding, relative to the correlators it is made of.
ROUNDING = 1e-11
#: Most products of one order, whose combinations are tested, and elements of a continuous group that span all
#: that are not invariant.
MOST_PRODUCTS, SPANNING = 1000, 4
#: Singular values below which a combination of correlators is invariant.
INVARIANT = 1e-8


@final
@dataclass(frozen=True)
class Changes:
    """What is tested, block by block.

    Attributes
    ----------
    fields : FieldSet
    sizes : ndarray of int, shape (B,)
    tested : ndarray, shape (B, K)
        Numbers that average to zero where the symmetry holds.
    where : mapping of int to slice
        Columns of each order in them.
    before : mapping of int to ndarray, shape (B, M)
        Correlators of each order.
    after : mapping of int to sequence of ndarray, shape (B, M)
        The same of the transformed fields, one for each element.
    quality : Quality
    sources : tuple of Source
        Whose blocks these are.
    """

    fields: FieldSet
    sizes: NDArray[np.int64]
    tested: Array
    where: Mapping[int, slice]
    before: Mapping[int, Array]
    after: Mapping[int, tuple[Array, ...]]
    quality: Quality
    sources: tuple[Source, ...]


# -- groups that act on outputs ------------------------------------------------------------------------------


def mixed_outputs(
    source: Tested,
    group: Group,
    fields: Fields | None,
    orders: tuple[int, ...],
    plan: SamplingPlan,
    progress: Told | None,
) -> tuple[Changes, tuple[Element, ...]]:
    """Test all combinations of correlators that vanish for invariant ones."""
    elements = group.elements(max(plan.elements, SPANNING), plan.seed)
    matrices = [_outputs_of(one) for one in elements]
    outputs = len(matrices[0])
    if isinstance(source, Network):
        every = all_outputs(_points(source, fields), outputs)
        ensemble = Ensemble(source, every, plan.seed)
        # the sizes of the fields come from their variances
        sample = ensemble.correlators(plan.networks, sorted({2, *orders}), plan.n_blocks, progress=progress)
    else:
        sample = _sample(source, fields)
        every = sample.fields
    rows = _outputs_together(every, outputs)
    _refuse_many(every, orders)
    spanning = SPANNING if group.continuous else len(matrices)
    together = np.stack([mixing_of_fields(every, one) for one in matrices]).tobytes()
    sizes = _sizes(sample, rows)
    before, after, tested = {}, {}, []
    for order in orders:
        mixing = _mixing(together, len(every), order, spanning)
        unit = np.prod(sizes[multisets(len(every), order)], axis=1)
        before[order] = _blocks(sample, order)
        after[order] = tuple(before[order] @ one.T for one in mixing.products)
        blocks = before[order] / unit
        tested.append(without_rounding(blocks @ mixing.projector, np.abs(blocks) @ np.abs(mixing.projector)))
    parts = Changes(
        every,
        sample.block_sizes,
        np.concatenate(tested, axis=1),
        _slices(orders, [one.shape[1] for one in tested]),
        before,
        after,
        worst(sample[order].quality for order in orders),
        _sources(sample, orders),
    )
    return parts, elements


def _refuse_many(fields: FieldSet, orders: tuple[int, ...]) -> None:
    for order in orders:
        count = multiset_count(len(fields), order)
        if count > MOST_PRODUCTS:
            raise NotAvailable(
                f"{count} products of {order} out of {len(fields)} fields were to be tested together; up to "
                f"{MOST_PRODUCTS} can be. Take fewer points or outputs, or lower orders"
            )


def _outputs_of(element: Element) -> Array:
    if element.outputs is None:
        raise NotAvailable(
            f"{element.description} was given among transformations of outputs, and moves none"
        )
    return np.asarray(element.outputs, dtype=np.float64)


def _outputs_together(fields: FieldSet, outputs: int) -> NDArray[np.int64]:
    """Rows of fields: shape (points, outputs); refuse fields of which outputs are missing."""
    numbers = (
        np.arange(1, outputs + 1) if outputs > 1 or fields.outputs.any() else np.zeros(1, dtype=np.int64)
    )
    places, number_of = np.unique(fields.inputs, axis=0, return_inverse=True)
    rows = []
    for place in range(len(places)):
        here = np.flatnonzero(number_of.reshape(-1) == place)
        if sorted(fields.outputs[here].tolist()) != numbers.tolist():
            raise InvalidStatistics(
                f"the outputs {sorted(fields.outputs[here].tolist())} at x = {shown(places[place].tolist())} "
                f"were given; each of the outputs {numbers.tolist()} once at every point is needed"
            )
        rows.append(here[np.argsort(fields.outputs[here])])
    return np.array(rows)


def _sizes(sample: Correlators, rows: NDArray[np.int64]) -> Array:
    """Root of the mean square of the outputs at each point, for every field, so that all count alike."""
    found = np.ones(rows.size)
    if 2 in sample:
        own = ranks(np.repeat(np.arange(rows.size)[:, np.newaxis], 2, axis=1), rows.size)
        squares = np.mean(_blocks(sample, 2), axis=0)[own]
        means = squares[rows].mean(axis=1)
        found[rows] = np.where(means > 0.0, np.sqrt(np.maximum(means, 0.0)), 1.0)[:, np.newaxis]
    return found


@dataclass(frozen=True, eq=False)
class _Mixing:
    """What elements of a group do to the products of one order.

    Attributes
    ----------
    products : tuple of ndarray, shape (M, M)
        By which the products are multiplied, one for each element.
    projector : ndarray, shape (M, M)
        On all combinations that vanish for invariant correlators.
    """

    products: tuple[Array, ...]
    projector: Array


@lru_cache(maxsize=16)
def _mixing(matrices: bytes, n_fields: int, order: int, spanning: int) -> _Mixing:
    """Mix products of fields by matrices of all of them; the first ones span what is not invariant."""
    every = np.frombuffer(matrices).reshape(-1, n_fields, n_fields)
    products = tuple(mixed_products(one, order) for one in every)
    # with the root of the number of orderings a rotation of fields is a rotation of distinct elements, and
    # the combinations that elements of the group leave alone are orthogonal to those that they change
    root = np.sqrt(orderings(n_fields, order))
    changes = [root[:, np.newaxis] * (one - np.eye(len(one))) / root for one in products[:spanning]]
    _, values, vectors = np.linalg.svd(np.concatenate(changes), full_matrices=False)
    basis = vectors[values > INVARIANT * max(float(values.max(initial=0.0)), 1.0)].T
    # the projector, unlike a basis, does not depend on the elements
    return _Mixing(products, root[:, np.newaxis] * (basis @ basis.T))


# -- groups that act on inputs -------------------------------------------------------------------------------


def moved_inputs(
    source: Tested,
    group: Group,
    fields: Fields | None,
    orders: tuple[int, ...],
    plan: SamplingPlan,
    progress: Told | None,
) -> tuple[Changes, tuple[Element, ...]]:
    """Test differences between correlators at points and at their images."""
    elements = group.elements(plan.elements, plan.seed)
    if isinstance(source, Network):
        given = as_field_set(_given(fields), d_in=source.d_in)
        before, after, quality, sizes, sources = _sampled_images(
            source, given, elements, orders, plan, progress
        )
    else:
        sample = _sample(source, fields)
        given, sizes, sources = sample.fields, sample.block_sizes, _sources(sample, orders)
        images = [_images(given, one) for one in elements]
        kept = [k for k, image in enumerate(images) if image is not None]
        if not kept:
            raise InvalidStatistics(
                f"a sample at {counted(len(given), 'point')} was given, and none of the transformations of "
                f"{group.name} maps these to each other; give outputs at the points and at their images, or "
                "a network, which is sampled at both"
            )
        elements = tuple(elements[k] for k in kept)
        before = {order: _blocks(sample, order) for order in orders}
        after = {
            order: tuple(before[order] @ mixed_products(_permutation(images[k]), order).T for k in kept)
            for order in orders
        }
        quality = worst(sample[order].quality for order in orders)
    columns = {
        order: [
            without_rounding(one - before[order], np.abs(one) + np.abs(before[order])) for one in after[order]
        ]
        for order in orders
    }
    widths = [sum(one.shape[1] for one in columns[order]) for order in orders]
    tested = np.concatenate([one for order in orders for one in columns[order]], axis=1)
    return Changes(given, sizes, tested, _slices(orders, widths), before, after, quality, sources), elements


def _sampled_images(
    network: Network,
    fields: FieldSet,
    elements: tuple[Element, ...],
    orders: tuple[int, ...],
    plan: SamplingPlan,
    progress: Told | None,
) -> tuple[dict[int, Array], dict[int, tuple[Array, ...]], Quality, NDArray[np.int64], tuple[Source, ...]]:
    """Sample the same networks at the points and at the images, block by block the same."""
    # what the output layer adds scatters, and says nothing of the inputs
    averaged = network.laws.independent_gaussian_outputs and all(order % 2 == 0 for order in orders)
    estimator = "conditional" if averaged else "plain"
    total = plan.networks * (len(elements) + 1)
    samples = []
    for run, one in enumerate([fields, *(element.moved(fields) for element in elements)]):

        def told(done: int, _: int, run: int = run) -> None:
            if progress is not None:
                progress(run * plan.networks + done, total)

        ensemble = Ensemble(network, one, plan.seed, estimator=estimator)
        samples.append(ensemble.correlators(plan.networks, orders, plan.n_blocks, progress=told))
    first, images = samples[0], samples[1:]
    return (
        {order: _blocks(first, order) for order in orders},
        {order: tuple(_blocks(one, order) for one in images) for order in orders},
        worst(one[order].quality for one in samples for order in orders),
        first.block_sizes,
        _sources(first, orders),
    )


def _images(fields: FieldSet, element: Element) -> NDArray[np.int64] | None:
    """Numbers of the fields at the images; None if one is not among them."""
    moved = element.moved(fields)
    size = max(float(np.abs(fields.inputs).max(initial=0.0)), 1e-300)
    apart = np.abs(fields.inputs[np.newaxis] - moved.inputs[:, np.newaxis]).max(axis=2)
    same = (apart <= 1e-9 * size) & (fields.outputs[np.newaxis] == moved.outputs[:, np.newaxis])
    return same.argmax(axis=1) if np.all(same.any(axis=1)) else None


def _permutation(image: NDArray[np.int64] | None) -> Array:
    assert image is not None, "those without images were left out"
    return np.asarray(np.eye(len(image))[image])


# -- both ----------------------------------------------------------------------------------------------------


def _given(fields: Fields | None) -> Fields:
    if fields is None:
        raise InvalidStatistics("a network was given without points; give the points at which it is sampled")
    return fields


def _points(network: Network, fields: Fields | None) -> Array:
    """Points without repetitions, in the order in which they were given."""
    inputs = as_field_set(_given(fields), d_in=network.d_in).inputs
    _, first = np.unique(inputs, axis=0, return_index=True)
    return np.asarray(inputs[np.sort(first)])


def _sample(source: Dataset | Correlators, fields: Fields | None) -> Correlators:
    found = source.sampled if isinstance(source, Dataset) else source
    if found is None or not isinstance(found, Correlators):
        raise InvalidStatistics(
            f"{shown(source)} was given; a network, or correlators that were sampled, are needed: "
            "Dataset.from_outputs makes them of outputs brought along"
        )
    if fields is not None and as_field_set(fields) != found.fields:
        raise InvalidStatistics("points were given beside a sample, which has its own; leave them out")
    return found


def _blocks(sample: Correlators, order: int) -> Array:
    """Means over the blocks, shape (B, M)."""
    if order not in sample:
        raise InvalidStatistics(
            f"correlators of orders {list(sample)} were given, and order {order} is to be tested; form them "
            "to this order, too"
        )
    return sample.block_means((order,))


def _sources(sample: Correlators, orders: tuple[int, ...]) -> tuple[Source, ...]:
    return tuple(one.source for one in sample[orders[0]].uncertainty.blocks)


def without_rounding(values: Array, scale: Array) -> Array:
    """Set what is rounding to zero: network by network nothing changes there."""
    largest = np.abs(values).max(axis=0, initial=0.0)
    typical = np.sqrt(np.mean(scale**2, axis=0))
    return np.asarray(np.where(largest > ROUNDING * typical, values, 0.0))


def _slices(orders: tuple[int, ...], widths: list[int]) -> dict[int, slice]:
    stops = np.cumsum(widths).tolist()
    return {
        order: slice(stop - width, stop) for order, width, stop in zip(orders, widths, stops, strict=True)
    }
