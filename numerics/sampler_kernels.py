"""Compiled evaluation of many networks at once, one lane per network (structure of arrays).

The steps for every neuron, each a short loop over `LANES` networks that the compiler vectorises:

1. `_words`, `_normals`: counters -> random words -> standard normals (layout in `numerics.random_streams`);
2. `_preactivation`: z = W·x + b for one point;
3. `_add_feature`: add a·s(z) to the output.

Rows are addressed as ``array[row, lane]`` with the lane innermost and counted from 0: an index that might be
negative would keep the compiler from vectorising. Everything exists in double and single precision; the type
of the arrays decides.
"""

import numpy as np
from numpy.typing import NDArray

from numerics.intrinsics import LANES, multiply_add, smallest_word
from numerics.jit import compiled, inlined
from numerics.random_streams import NETWORK_LEVEL, TAIL, TAIL_CALL, Four, threefry
from numerics.special_functions import cos_turns, erf, exp, log, unit_circle, unit_interval

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

ERF, RELU, GAUSS, COS = 0, 1, 2, 3


@compiled
def _counter(first: int, lane: int, neuron: int, call: int) -> Four:
    number = np.uint64(first) + np.uint64(lane)
    high = np.uint32(number >> np.uint64(32))
    return np.uint32(number), high, np.uint32(neuron), np.uint32(call)


@compiled
def _words(words: Words, first: int, neuron: int, call: int, key: Four) -> None:
    """Fill four rows of random words for networks first, first + 1, ..."""
    for lane in range(LANES):
        w0, w1, w2, w3 = threefry(_counter(first, lane, neuron, call), key)
        words[0, lane] = w0
        words[1, lane] = w1
        words[2, lane] = w2
        words[3, lane] = w3


@compiled
def _box_muller(first: Array, second: Array, radius_words: Words, angle_words: Words) -> None:
    """Turn two rows of words into two rows of standard normals."""
    for lane in range(LANES):
        u = unit_interval(radius_words[lane], first[lane])
        minus_log = -log(u)
        radius = np.sqrt(minus_log + minus_log)
        c, s = unit_circle(angle_words[lane], u)
        first[lane] = radius * c
        second[lane] = radius * s


@compiled
def _extend_tail(normal: Array, words: Words, pair: int, network: int, neuron: int, key: Four) -> None:
    """Redo the normals whose radius word is tiny, with 32 further bits in the radius."""
    row = 2 * (pair % 2)
    for lane in range(LANES):
        word = words[row, lane]
        if word < TAIL:
            further = threefry(_counter(network, lane, neuron, pair // 2 + TAIL_CALL), key)
            fine = further[0] if row == 0 else further[2]
            u = (np.float64(word) + (np.float64(fine) + 0.5) * 2.0**-32) * 2.0**-32
            radius = np.sqrt(-2.0 * log(u))
            c, s = unit_circle(words[row + 1, lane], u)
            normal[2 * pair, lane] = radius * c
            normal[2 * pair + 1, lane] = radius * s


@compiled
def _normals(normal: Array, words: Words, pairs: int, network: int, neuron: int, key: Four) -> None:
    """Fill 2·pairs rows of standard normals."""
    for pair in range(pairs):
        row = 2 * (pair % 2)
        if row == 0:
            _words(words, network, neuron, pair // 2, key)
        _box_muller(normal[2 * pair], normal[2 * pair + 1], words[row], words[row + 1])
        if smallest_word(words, row) < TAIL:
            _extend_tail(normal, words, pair, network, neuron, key)


@compiled
def _phases(phase: Array, words: Words, slot: int, first: int, neuron: int, key: Four) -> None:
    """Fill a row with phases in turns, uniform on (0, 1)."""
    _words(words, first, neuron, slot // 4, key)
    for lane in range(LANES):
        phase[lane] = unit_interval(words[slot % 4, lane], phase[lane])


@compiled
def _preactivation(z: Array, normal: Array, bias_row: int, bias: float, shift: float, x: Array) -> None:
    """Fill a row with shift + bias·b + x·w; a negative `bias_row` means no bias."""
    if bias_row >= 0:
        for lane in range(LANES):
            z[lane] = multiply_add(bias, normal[bias_row, lane], multiply_add(x[0], normal[0, lane], shift))
    else:
        for lane in range(LANES):
            z[lane] = multiply_add(x[0], normal[0, lane], shift)
    for k in range(1, len(x)):
        for lane in range(LANES):
            z[lane] = multiply_add(x[k], normal[k, lane], z[lane])


@inlined
def _add_row(output: Array, variance: Array, weight: Array, z: Array, activation: int) -> None:
    """Add weight·s(z) to a row of outputs and s(z)² to a row of variances."""
    if activation == ERF:
        for lane in range(LANES):
            s = erf(z[lane])
            output[lane] = multiply_add(weight[lane], s, output[lane])
            variance[lane] = multiply_add(s, s, variance[lane])
    elif activation == RELU:
        zero = z[0] - z[0]
        for lane in range(LANES):
            s = max(z[lane], zero)
            output[lane] = multiply_add(weight[lane], s, output[lane])
            variance[lane] = multiply_add(s, s, variance[lane])
    elif activation == GAUSS:
        for lane in range(LANES):
            s = exp(z[lane])
            output[lane] = multiply_add(weight[lane], s, output[lane])
            variance[lane] = multiply_add(s, s, variance[lane])
    else:
        for lane in range(LANES):
            s = cos_turns(z[lane])
            output[lane] = multiply_add(weight[lane], s, output[lane])
            variance[lane] = multiply_add(s, s, variance[lane])


@compiled
def _add_feature(output: Array, variance: Array, weight: Array, z: Array, activation: int) -> None:
    _add_row(output, variance, weight, z, activation)


@compiled
def evaluate_lanes(
    outputs: Array,
    variances: Array,
    scratch: Array,
    words: Words,
    first: int,
    key: Four,
    activation: int,
    width: int,
    points: Array,
    shift: Array,
    scales: Array,
) -> None:
    """Evaluate networks first .. first + LANES - 1 at all points.

    Parameters
    ----------
    outputs : ndarray, shape (n_points, LANES)
        Filled with f(x).
    variances : ndarray, shape (n_points, LANES)
        Filled with the variance of f(x) over output weights and output bias at fixed hidden parameters.
    scratch : ndarray, shape (d + 4, LANES)
    words : ndarray of uint32, shape (4, LANES)
    first : int
        Number of the first network.
    key : tuple of four uint32
    activation : int
        `ERF`, `RELU`, `GAUSS` or `COS`.
    width : int
    points : ndarray, shape (n_points, d)
        Already multiplied by the standard deviation of a weight (and for `COS` by 1/2π).
    shift : ndarray, shape (n_points,)
        Added to the pre-activation.
    scales : ndarray, shape (3,)
        Standard deviation of the hidden bias (1 for phases), of an output weight over √N, and of the output
        bias. The type of these arrays is the precision.
    """
    n_points, d = points.shape
    bias, amplitude, output_bias = scales[0], scales[1], scales[2]
    z, normal = scratch[0], scratch[1:]
    pairs = (d + 3) // 2 if bias > 0.0 and activation != COS else (d + 2) // 2
    bias_row = d + 1 if bias > 0.0 else -1
    outputs[:] = 0.0
    variances[:] = 0.0
    for neuron in range(width):
        _normals(normal, words, pairs, first, neuron, key)
        if activation == COS:
            _phases(normal[d + 1], words, (d + 2) // 2 * 2, first, neuron, key)
        for point in range(n_points):
            _preactivation(z, normal, bias_row, bias, shift[point], points[point])
            _add_feature(outputs[point], variances[point], normal[d], z, activation)
    if output_bias > 0.0:
        _normals(normal, words, 1, first, NETWORK_LEVEL, key)
    else:
        normal[0] = 0.0
    for point in range(n_points):
        _finish(outputs[point], variances[point], normal[0], amplitude, output_bias)


@compiled
def _finish(output: Array, variance: Array, normal: Array, amplitude: float, output_bias: float) -> None:
    """Scale by the output weights' deviation and add the output bias."""
    for lane in range(LANES):
        output[lane] = multiply_add(amplitude, output[lane], output_bias * normal[lane])
        variance[lane] = multiply_add(amplitude * amplitude, variance[lane], output_bias * output_bias)
