"""Compiled evaluation of many networks at once, one lane per network (structure of arrays).

Two neurons of `LANES` networks at a time, each step a short loop over lanes that the compiler vectorises:

1. `_draw_neuron`: counters -> random words -> standard normals (layout in `numerics.random_streams`);
2. `_set_base`: everything in the pre-activation z = W·x + b but the first coordinate;
3. `_add_pair`: add a·s(z) of both neurons to the output, and s(z)² to its variance.

Loops that touch many rows address them in one flat array with constant offsets, so that the compiler sees
that they do not overlap; the first rows of `rows`, the parameters of the two neurons, have fixed places.
Everything exists in double and single precision; the type of the arrays decides.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.intrinsics import LANES, multiply_add, smallest_word
from numerics.jit import compiled
from numerics.random_streams import NETWORK_LEVEL, TAIL, TAIL_CALL, Four, threefry
from numerics.special_functions import cos_turns, erf, exp, log, unit_circle, unit_interval

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

ERF, RELU, GAUSS, COS = 0, 1, 2, 3

# Places in `rows`, the second neuron one row below the first: first weight; output weight; base of the
# pre-activation; bias or phase; the other weights from OTHER on; last a row for normals that nobody needs.
WEIGHT, OUTPUT, BASE, BIAS, OTHER = 0, 2, 4, 6, 8


def row_count(d: int) -> int:
    """Return the number of rows that `evaluate_lanes` needs as scratch.

    Examples
    --------
    >>> row_count(1)
    9
    """
    return OTHER + 2 * (d - 1) + 1


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
        words[lane] = w0
        words[LANES + lane] = w1
        words[2 * LANES + lane] = w2
        words[3 * LANES + lane] = w3


@compiled
def _row(words: Words, row: int) -> Words:
    return words[row * LANES : (row + 1) * LANES]


@compiled
def _box_muller(first: Array, second: Array, radius_words: Words, angle_words: Words) -> None:
    """Turn two rows of words into two rows of standard normals."""
    like = first[0]
    for lane in range(LANES):
        u = unit_interval(radius_words[lane], like)
        minus_log = -log(u)
        radius = np.sqrt(minus_log + minus_log)
        c, s = unit_circle(angle_words[lane], u)
        first[lane] = radius * c
        second[lane] = radius * s


@compiled
def _extend_tail(
    rows: Array, i: int, j: int, words: Words, pair: int, network: int, neuron: int, key: Four
) -> None:
    """Redo the normals whose radius word is tiny, with 32 further bits in the radius."""
    row = 2 * (pair % 2)
    further = words[4 * LANES :]
    _words(further, network, neuron, pair // 2 + TAIL_CALL, key)
    for lane in range(LANES):
        word = words[row * LANES + lane]
        if word < TAIL:
            fine = np.float64(further[row * LANES + lane])
            u = (np.float64(word) + (fine + 0.5) * 2.0**-32) * 2.0**-32
            radius = np.sqrt(-2.0 * log(u))
            c, s = unit_circle(words[(row + 1) * LANES + lane], u)
            rows[i, lane] = radius * c
            rows[j, lane] = radius * s


@compiled
def _normal_pair(
    rows: Array, i: int, j: int, words: Words, pair: int, network: int, neuron: int, key: Four
) -> None:
    """Fill rows i and j with standard normals; even pairs draw new words, odd ones use up the old."""
    row = 2 * (pair % 2)
    if row == 0:
        _words(words, network, neuron, pair // 2, key)
    _box_muller(rows[i], rows[j], _row(words, row), _row(words, row + 1))
    if smallest_word(words, row) < TAIL:
        _extend_tail(rows, i, j, words, pair, network, neuron, key)


@compiled
def _place(slot: int, j: int, d: int) -> int:
    """Row of the parameter in a slot of neuron j; the last row if nobody needs it."""
    if slot == 0:
        return WEIGHT + j
    if slot < d:
        return OTHER + 2 * (slot - 1) + j
    if slot == d:
        return OUTPUT + j
    return BIAS + j if slot == d + 1 else OTHER + 2 * (d - 1)


@compiled
def _draw_neuron(
    rows: Array,
    j: int,
    d: int,
    words: Words,
    network: int,
    neuron: int,
    key: Four,
    activation: int,
    bias: float,
) -> None:
    """Draw the parameters of one neuron, as standard normals (phases in turns)."""
    slots = d + 2 if bias > 0.0 and activation != COS else d + 1
    pairs = (slots + 1) // 2
    for pair in range(pairs):
        first, second = _place(2 * pair, j, d), _place(2 * pair + 1, j, d)
        _normal_pair(rows, first, second, words, pair, network, neuron, key)
    if activation == COS:
        slot = 2 * pairs
        if slot % 4 == 0:
            _words(words, network, neuron, slot // 4, key)
        _phases(rows[BIAS + j], _row(words, slot % 4))


@compiled
def _phases(phase: Array, words: Words) -> None:
    for lane in range(LANES):
        phase[lane] = unit_interval(words[lane], phase[lane])


@compiled
def _set_base(rows: Array, bias: float, x: Array) -> None:
    """Fill the base rows with bias·b + Σ_k x_k W_k, k > 0."""
    for j in range(2):
        base = rows[BASE + j]
        _scale(base, rows[BIAS + j], bias)
        for k in range(1, len(x)):
            _add_scaled(base, rows[OTHER + 2 * (k - 1) + j], x[k])


@compiled
def _fill(row: Array, value: float) -> None:
    for lane in range(LANES):
        row[lane] = value


@compiled
def _scale(result: Array, row: Array, factor: float) -> None:
    for lane in range(LANES):
        result[lane] = factor * row[lane]


@compiled
def _add_scaled(result: Array, row: Array, factor: float) -> None:
    for lane in range(LANES):
        result[lane] = multiply_add(factor, row[lane], result[lane])


@compiled
def _add_pair(output: Array, variance: Array, r: Array, x: float, shift: float, activation: int) -> None:
    """Add both neurons' contributions at one point; `r` is `rows`, flattened."""
    if activation == ERF:
        for lane in range(LANES):
            s = erf(multiply_add(x, r[lane], r[4 * LANES + lane]))
            t = erf(multiply_add(x, r[LANES + lane], r[5 * LANES + lane]))
            output[lane] = _weighted(output[lane], r[2 * LANES + lane], s, r[3 * LANES + lane], t)
            variance[lane] = _weighted(variance[lane], s, s, t, t)
    elif activation == RELU:
        zero = x - x
        for lane in range(LANES):
            s = max(multiply_add(x, r[lane], r[4 * LANES + lane]), zero)
            t = max(multiply_add(x, r[LANES + lane], r[5 * LANES + lane]), zero)
            output[lane] = _weighted(output[lane], r[2 * LANES + lane], s, r[3 * LANES + lane], t)
            variance[lane] = _weighted(variance[lane], s, s, t, t)
    elif activation == GAUSS:
        for lane in range(LANES):
            s = exp(multiply_add(x, r[lane], r[4 * LANES + lane] + shift))
            t = exp(multiply_add(x, r[LANES + lane], r[5 * LANES + lane] + shift))
            output[lane] = _weighted(output[lane], r[2 * LANES + lane], s, r[3 * LANES + lane], t)
            variance[lane] = _weighted(variance[lane], s, s, t, t)
    else:
        for lane in range(LANES):
            s = cos_turns(multiply_add(x, r[lane], r[4 * LANES + lane]))
            t = cos_turns(multiply_add(x, r[LANES + lane], r[5 * LANES + lane]))
            output[lane] = _weighted(output[lane], r[2 * LANES + lane], s, r[3 * LANES + lane], t)
            variance[lane] = _weighted(variance[lane], s, s, t, t)


@compiled
def _weighted(start: float, a: float, s: float, b: float, t: float) -> Any:
    return multiply_add(a, s, multiply_add(b, t, start))


@compiled
def _silence(rows: Array, j: int, silent: float) -> None:
    """Make a neuron that contributes nothing: an odd width has one too many."""
    _fill(rows[WEIGHT + j], 0.0)
    _fill(rows[OUTPUT + j], 0.0)
    _fill(rows[BASE + j], silent)


@compiled
def evaluate_lanes(
    outputs: Array,
    variances: Array,
    totals: Array,
    rows: Array,
    flat: Array,
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
    outputs : ndarray of float64, shape (n_points, LANES)
        Filled with f(x).
    variances : ndarray of float64, shape (n_points, LANES)
        Filled with the variance of f(x) over output weights and output bias at fixed hidden parameters.
    totals : ndarray, shape (2, n_points, LANES)
        Scratch.
    rows : ndarray, shape (row_count(d), LANES)
        Scratch.
    flat : ndarray, shape (row_count(d) * LANES,)
        The same memory as `rows`.
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch.
    first : int
        Number of the first network.
    key : tuple of four uint32
    activation : int
        `ERF`, `RELU`, `GAUSS` or `COS`.
    width : int
    points : ndarray, shape (n_points, d)
        Already multiplied by the standard deviation of a weight (and for `COS` by 1/2π).
    shift : ndarray, shape (n_points,)
        Added to the pre-activation (of `GAUSS` only).
    scales : ndarray, shape (4,)
        Standard deviation of the hidden bias (1 for phases), of an output weight over √N, and of the output
        bias; a pre-activation at which the feature vanishes. The type of the arrays that are not said to be
        of another type is the precision.
    """
    n_points, d = points.shape
    bias, amplitude, output_bias, silent = scales[0], scales[1], scales[2], scales[3]
    for point in range(n_points):
        _fill(totals[0, point], 0.0)
        _fill(totals[1, point], 0.0)
    for row in range(len(rows)):
        _fill(rows[row], 0.0)
    for neuron in range(0, width, 2):
        count = min(2, width - neuron)
        for j in range(count):
            _draw_neuron(rows, j, d, words, first, neuron + j, key, activation, bias)
        for point in range(n_points):
            if d > 1 or point == 0:
                _set_base(rows, bias, points[point])
                if count == 1:
                    _silence(rows, 1, silent)
            _add_pair(totals[0, point], totals[1, point], flat, points[point, 0], shift[point], activation)
    if output_bias > 0.0:
        _normal_pair(rows, 0, 1, words, 0, first, NETWORK_LEVEL, key)
    else:
        _fill(rows[0], 0.0)
    _fill(rows[1], 1.0)
    for point in range(n_points):
        _finish(outputs[point], totals[0, point], amplitude, rows[0], output_bias)
        _finish(variances[point], totals[1, point], amplitude * amplitude, rows[1], output_bias * output_bias)


@compiled
def _finish(result: Array, total: Array, factor: float, row: Array, other: float) -> None:
    for lane in range(LANES):
        result[lane] = multiply_add(factor, total[lane], other * row[lane])
