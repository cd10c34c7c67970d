"""Compiled tables of kernel values, imported by `numerics.integrals.evaluate.backends` only when needed.

A table of the Erf kernel costs a few nanoseconds per value this way, ten times less than with one NumPy
operation after the other.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.kernels.arc import ErfKernel, ReLUKernel
from numerics.kernels.base import FEW_AXES, Kernel, as_pair
from numerics.kernels.scalar import erf_weight, relu_weight
from numerics.machine.jit import compiled

Array = NDArray[np.float64]

#: Columns computed side by side: their intermediate results stay in the first-level cache.
_BLOCK = 512


def weight_table(kernel: Kernel, x: Array, y: Array) -> Array:
    """K_W(x, y), compiled where a compiled form exists and the inputs have few axes.

    Parameters
    ----------
    kernel : Kernel
    x : ndarray, shape (n, d)
    y : ndarray, shape (m, d)
        Both finite: inputs are checked where they are handed in, and nodes are ours.

    Returns
    -------
    ndarray, shape (n, m)

    Raises
    ------
    InvalidPoints
        If the points have another dimension than the kernel.

    Examples
    --------
    >>> x = np.array([[0.5], [-1.0]])
    >>> weight_table(ReLUKernel(), x, x).tolist()
    [[0.125, 0.0], [0.0, 0.5]]
    """
    if not isinstance(kernel, ErfKernel | ReLUKernel) or kernel.d_in > FEW_AXES:
        return kernel.weight(x, y)
    x, y = as_pair(x, y, kernel.d_in, finite=True)
    fill = _erf_table if isinstance(kernel, ErfKernel) else _relu_table
    table: Array = fill(
        np.ascontiguousarray(x), np.ascontiguousarray(y.T), float(kernel.sigma_w), float(kernel.sigma_b)
    )
    return table


@compiled
def _preactivations(
    x: Any, columns: Any, start: int, slope: float, bias: float, c: Any, diagonals: Any, det: Any
) -> None:
    """Fill C(x, y), C(x, x) + C(y, y) and their determinant for one x and a block of y."""
    d, n = columns.shape[0], min(c.size, columns.shape[1] - start)
    own = 2.0 * bias
    for k in range(d):
        own += slope * x[k] * x[k]
    for j in range(n):
        c[j] = bias
        diagonals[j] = own
        det[j] = 0.0
    for k in range(d):
        xk, column = x[k], columns[k, start : start + n]
        for j in range(n):
            yk = column[j]
            c[j] += slope * xk * yk
            diagonals[j] += slope * yk * yk
            det[j] += bias * slope * (xk - yk) * (xk - yk)
        for l in range(k):
            xl, other = x[l], columns[l, start : start + n]
            for j in range(n):
                area = slope * (xk * other[j] - xl * column[j])
                det[j] += area * area


@compiled
def _erf_table(x: Any, columns: Any, sigma_w: float, sigma_b: float) -> Any:
    slope, bias = sigma_w * sigma_w / x.shape[1], sigma_b * sigma_b
    amplitude = 2.0 * sigma_w * sigma_w / pi
    m = columns.shape[1]
    table = np.empty((x.shape[0], m))
    c, diagonals, det = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, m, _BLOCK):
        n = min(_BLOCK, m - start)
        for i in range(x.shape[0]):
            _preactivations(x[i], columns, start, slope, bias, c, diagonals, det)
            row = table[i, start : start + n]
            for j in range(n):
                row[j] = erf_weight(c[j], diagonals[j], det[j], amplitude)
    return table


@compiled
def _relu_table(x: Any, columns: Any, sigma_w: float, sigma_b: float) -> Any:
    slope, bias = sigma_w * sigma_w / x.shape[1], sigma_b * sigma_b
    amplitude = sigma_w * sigma_w / (2.0 * pi)
    m = columns.shape[1]
    table = np.empty((x.shape[0], m))
    c, diagonals, det = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, m, _BLOCK):
        n = min(_BLOCK, m - start)
        for i in range(x.shape[0]):
            _preactivations(x[i], columns, start, slope, bias, c, diagonals, det)
            row = table[i, start : start + n]
            for j in range(n):
                row[j] = relu_weight(c[j], det[j], amplitude)
    return table
