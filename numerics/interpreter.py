"""Compiled interpreter of flat programs; see `numerics.backends`, which imports it only when needed."""

import numpy as np
from numpy.typing import NDArray

from numerics.jit import compiled

#: Nodes handled side by side: sums stay in independent lanes, which the compiler can vectorise without
#: being allowed to reorder a summation.
_LANES = 16


@compiled
def product_sums(
    table: NDArray[np.float64], factors: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum products of table rows over the nodes.

    Parameters
    ----------
    table : ndarray, shape (R, P), C order
    factors : ndarray of int64, shape (M, L)
    weights : ndarray, shape (P,)

    Returns
    -------
    ndarray, shape (M,)
    """
    n_nodes = weights.size
    n_outputs, n_factors = factors.shape
    out = np.empty(n_outputs)
    sums = np.empty(_LANES)
    product = np.empty(_LANES)
    whole = n_nodes - n_nodes % _LANES
    for e in range(n_outputs):
        sums[:] = 0.0
        for start in range(0, whole, _LANES):
            for lane in range(_LANES):
                product[lane] = weights[start + lane]
            for k in range(n_factors):
                row = factors[e, k]
                for lane in range(_LANES):
                    product[lane] *= table[row, start + lane]
            for lane in range(_LANES):
                sums[lane] += product[lane]
        total = 0.0
        for p in range(whole, n_nodes):
            value = weights[p]
            for k in range(n_factors):
                value *= table[factors[e, k], p]
            total += value
        for lane in range(_LANES):
            total += sums[lane]
        out[e] = total
    return out
