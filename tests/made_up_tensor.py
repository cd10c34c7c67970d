"""Symmetric tensors of given numbers, as a study takes them."""

import numpy as np

from numerics.fields.field_set import FieldSet
from numerics.results.correlator import Correlator, Part
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty

#: Blocks that stand behind the covariance, unless told.
BLOCKS = 10_000


def tensor(
    value, bound=None, *, rows=None, points=None, order=None, quality=Quality.TRUSTED, n_blocks=BLOCKS
):
    """A tensor over two fields if not told, of the order that has as many elements as there are numbers.

    `rows` is a factor F of the covariance FᵀF.
    """
    size = len(value)
    if points is None:
        points, order = ([[0.0]], 4) if size == 1 else ([[0.0], [1.0]], size - 1)
    error = np.zeros(size) if bound is None else bound
    if rows is not None:
        error = Uncertainty.of_blocks(Source("networks of seed 1", 10**6, n_blocks), np.asarray(rows))
    return Correlator(FieldSet(points), order, Part.FULL, value, error, "made up", quality)
