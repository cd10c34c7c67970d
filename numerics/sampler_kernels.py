"""Compiled evaluation of many networks at once, one lane per network (structure of arrays).

The steps for every neuron, each a short loop over `LANES` networks that the compiler vectorises:

1. `_draw`: random words -> standard normals (layout in `numerics.random_streams`);
2. `_feature`: pre-activation of every input point -> feature s;
3. accumulate a·s into the outputs.

Scratch arrays are flat with a row length known at compile time, so that the compiler can see that rows do
not overlap.
"""

from math import cos, erf, exp, log, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.jit import compiled
from numerics.random_streams import Four, threefry

Array = NDArray[np.float64]

#: Networks per chunk: the fixed grain of all sums.
LANES = 64

ERF, RELU, GAUSS, COS = 0, 1, 2, 3


@compiled
def _draw_words(words: NDArray[np.uint32], first: int, neuron: int, call: int, key: Four) -> None:
    """Fill four rows of words for networks first, first + 1, ..."""
    for lane in range(LANES):
        number = np.uint64(first) + np.uint64(lane)
        counter = (
            np.uint32(number),
            np.uint32(number >> np.uint64(32)),
            np.uint32(neuron),
            np.uint32(call),
        )
        w0, w1, w2, w3 = threefry(counter, key)
        words[lane] = w0
        words[LANES + lane] = w1
        words[2 * LANES + lane] = w2
        words[3 * LANES + lane] = w3


@compiled
def _fine(first: int, lane: int, neuron: int, call: int, pair: int, key: Four) -> float:
    """Further bits of a tiny radius word, as a fraction of its last bit."""
    number = np.uint64(first) + np.uint64(lane)
    counter = (
        np.uint32(number),
        np.uint32(number >> np.uint64(32)),
        np.uint32(neuron),
        np.uint32(call + (1 << 31)),
    )
    w0, _, w2, _ = threefry(counter, key)
    word = w0 if pair == 0 else w2
    return (float(word) + 0.5) / 4294967296.0


@compiled
def _draw(
    normal: Array,
    words: NDArray[np.uint32],
    count: int,
    first: int,
    neuron: int,
    key: Four,
) -> None:
    """Fill `count` rows (rounded up to pairs) of standard normals."""
    for pair in range((count + 1) // 2):
        call = pair // 2
        if pair % 2 == 0:
            _draw_words(words, first, neuron, call, key)
        row = 2 * (pair % 2) * LANES
        for lane in range(LANES):
            word = words[row + lane]
            fine = 0.5
            if word < np.uint32(256):
                fine = _fine(first, lane, neuron, call, pair % 2, key)
            radius = sqrt(-2.0 * log((float(word) + fine) / 4294967296.0))
            angle = 2.0 * pi * ((float(words[row + LANES + lane]) + 0.5) / 4294967296.0)
            normal[2 * pair * LANES + lane] = radius * cos(angle)
            normal[(2 * pair + 1) * LANES + lane] = radius * sin(angle)


@compiled
def _phases(
    phase: Array,
    row: int,
    words: NDArray[np.uint32],
    slot: int,
    first: int,
    neuron: int,
    key: Four,
) -> None:
    """Fill row `row` with phases, uniform on (0, 2π)."""
    _draw_words(words, first, neuron, slot // 4, key)
    for lane in range(LANES):
        word = words[(slot % 4) * LANES + lane]
        phase[row * LANES + lane] = 2.0 * pi * ((float(word) + 0.5) / 4294967296.0)


@compiled
def _feature(z: Array, activation: int) -> None:
    """Replace pre-activations by features, in place."""
    if activation == ERF:
        for lane in range(LANES):
            z[lane] = erf(z[lane])
    elif activation == RELU:
        for lane in range(LANES):
            z[lane] = max(z[lane], 0.0)
    elif activation == GAUSS:
        for lane in range(LANES):
            z[lane] = exp(z[lane])
    else:
        for lane in range(LANES):
            z[lane] = cos(z[lane])


@compiled
def evaluate_lanes(
    outputs: Array,
    scratch: Array,
    words: NDArray[np.uint32],
    first: int,
    key: Four,
    activation: int,
    width: int,
    points: Array,
    shift: Array,
    bias: float,
    amplitude: float,
    output_bias: float,
) -> None:
    """Evaluate networks first .. first + LANES - 1 at all points.

    Parameters
    ----------
    outputs : ndarray, shape (n_points * LANES,)
        Filled, one row of lanes per point.
    scratch : ndarray, shape ((d + 6) * LANES,)
    words : ndarray of uint32, shape (4 * LANES,)
    first : int
        Number of the first network.
    key : tuple of four uint32
    activation : int
        `ERF`, `RELU`, `GAUSS` or `COS`.
    width : int
    points : ndarray, shape (n_points, d)
        Already multiplied by the standard deviation of a weight.
    shift : ndarray, shape (n_points,)
        Added to the pre-activation.
    bias : float
        Standard deviation of the hidden bias.
    amplitude, output_bias : float
        Standard deviation of an output weight over √N, and of the output bias.
    """
    n_points, d = points.shape
    z = scratch[(d + 5) * LANES :]
    draw_bias = bias > 0.0 and activation != COS
    for cell in range(n_points * LANES):
        outputs[cell] = 0.0
    if output_bias > 0.0:
        _draw(scratch, words, 1, first, 0xFFFFFFFF, key)
        for point in range(n_points):
            for lane in range(LANES):
                outputs[point * LANES + lane] = output_bias * scratch[lane]
    for neuron in range(width):
        _draw(scratch, words, d + 2 if draw_bias else d + 1, first, neuron, key)
        if activation == COS:
            _phases(scratch, d + 1, words, (d + 2) // 2 * 2, first, neuron, key)
        for point in range(n_points):
            if draw_bias:
                for lane in range(LANES):
                    z[lane] = shift[point] + bias * scratch[(d + 1) * LANES + lane]
            elif activation == COS:
                for lane in range(LANES):
                    z[lane] = scratch[(d + 1) * LANES + lane]
            else:
                for lane in range(LANES):
                    z[lane] = shift[point]
            for k in range(d):
                for lane in range(LANES):
                    z[lane] += points[point, k] * scratch[k * LANES + lane]
            _feature(z, activation)
            for lane in range(LANES):
                outputs[point * LANES + lane] += amplitude * scratch[d * LANES + lane] * z[lane]
