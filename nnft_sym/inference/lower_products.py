"""What a full correlator has besides its connected part and the free theory: products of connected ones.

With the mean taken off, the full n-point function is the sum over partitions of its fields, none into a
single field, of products of connected functions. Besides the connected one and the pairings of the free
theory these are

    Σ₁₅ G G_c⁽⁴⁾ + Σ₁₀ G_c⁽³⁾ G_c⁽³⁾  of six fields,    Σ₁₀ G G_c⁽³⁾  of five,    and none of three or four,

with the 2-point function G. The same sum is made of data, with all their correlations, and of a theory.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import mul

import numpy as np

from diagrams.combinatorics.set_partitions import PartitionClass, all_partitions, even_partitions
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.results.estimate import Estimate


def interacting_partitions(order: int, sizes: Sequence[int]) -> list[PartitionClass]:
    """List the partitions of n fields into several blocks of given sizes, not all of them pairs.

    Examples
    --------
    >>> [(kind.sizes, len(kind.blocks[0])) for kind in interacting_partitions(6, (2, 3, 4))]
    [((3, 3), 10), ((4, 2), 15)]
    """
    return [
        kind
        for kind in all_partitions(order)
        if len(kind.sizes) > 1 and max(kind.sizes) > 2 and set(kind.sizes) <= set(sizes)
    ]


def lower_products(fields: FieldSet, order: int, connected: Mapping[int, Estimate]) -> Estimate:
    """Sum products of connected correlators over partitions into several blocks, not all of them pairs.

    Parameters
    ----------
    fields : FieldSet
    order : int
        Number n of fields.
    connected : mapping of int to Estimate
        Connected correlators from order 2 on, shape (M_order,); those that are missing vanish.

    Returns
    -------
    Estimate
        Shape (M,), with all errors and correlations.

    Examples
    --------
    Six times the same field: 15 · 2 · 3.

    >>> found = lower_products(FieldSet([[0.0]]), 6, {2: Estimate([2.0]), 4: Estimate([3.0])})
    >>> found.value.tolist()
    [90.0]
    """
    known = {size: one for size, one in connected.items() if 1 < size < order}
    return _summed(fields, order, interacting_partitions(order, tuple(known)), known)


def pair_products(fields: FieldSet, order: int, pairs: Estimate) -> Estimate:
    """Sum products of 2-point functions over all pairings: the free theory with these lines.

    Examples
    --------
    >>> pair_products(FieldSet([[0.0]]), 4, Estimate([2.0])).value.tolist()
    [12.0]
    """
    kinds = [kind for kind in even_partitions(order) if set(kind.sizes) == {2}]
    return _summed(fields, order, kinds, {2: pairs})


def _summed(
    fields: FieldSet, order: int, kinds: Sequence[PartitionClass], tables: Mapping[int, Estimate]
) -> Estimate:
    """Sum products of tensors over partitions."""
    indices = fields.multisets(order)
    total = Estimate(np.zeros(len(indices)))
    for kind in kinds:
        for blocks in zip(*kind.blocks, strict=True):
            factors = (tables[len(one)][ranks(indices[:, one], len(fields))] for one in blocks)
            total = total + reduce(mul, factors)
    return total
