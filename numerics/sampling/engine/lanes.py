"""Compiled evaluation of many networks at once, one lane per network (structure of arrays).

Two neurons of `LANES` networks at a time, each step a short loop over lanes that the compiler vectorises:

1. `draw_pair` (in `numerics.sampling.engine.draws`): counters -> random words -> parameters;
2. `_prepare`: everything in the pre-activation z = W·x + b but the first coordinate;
3. plain estimator, `_add_pair`: add a·s(z) of both neurons to the output, and s(z)² to its variance;
   conditional estimator, `_features` and `_add_products`: add s(z_i)·s(z_j) to every covariance.

A network with several outputs has an output weight per output and neuron; before a point is added, those of
its output are copied to where the weights of the one output stand otherwise.

Loops that touch many rows address them in one flat array with constant offsets, so that the compiler sees
that they do not overlap: rows 0 to 2 and 4 to 6 are first weight, output weight and base of the
pre-activation of the two neurons. With d = 1 the parameters are drawn there directly.
Everything exists in double and single precision; the type of the arrays decides.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.machine.intrinsics import LANES, call_row, interleave, multiply_add, row, stay_apart
from numerics.machine.jit import compiled, inlined
from numerics.machine.random_streams import NETWORK_LEVEL, Four
from numerics.machine.special_functions import cos_turns, erf_of_units, exp
from numerics.machine.vectors import load, spread, step, store
from numerics.sampling.engine.draws import draw_normals, draw_pair

Array = NDArray[np.float64]
Words = NDArray[np.uint32]
Indices = NDArray[np.int64]

ERF, RELU, GAUSS, COS, USER = 0, 1, 2, 3, 4

# Rows of the first neuron; those of the second follow four rows later. After these eight rows: the
# pre-activation of one neuron, the parameters of the network as a whole (output bias; common part of
# correlated output weights), and where parameters are drawn if d > 1 or there are several outputs: those of
# the two neurons, and then, for several outputs, their biases and as many rows that nobody reads.
WEIGHT, OUTPUT, BASE = 0, 1, 2
ARGUMENT, NETWORK, DRAWN = 8, 9, 11


def row_count(d: int, n_outputs: int) -> int:
    """Return the number of rows that the evaluation needs as scratch.

    Examples
    --------
    >>> row_count(1, 1), row_count(2, 1), row_count(1, 3)
    (11, 19, 27)
    """
    if n_outputs > 1:
        return DRAWN + 2 * (d + 1 + n_outputs) + 2 * n_outputs
    return DRAWN + (0 if d == 1 else 2 * (d + 2))


@compiled
def _fill(result: Array, value: float) -> None:
    for lane in range(LANES):
        result[lane] = value


@compiled
def _copy(result: Array, source: Array) -> None:
    for lane in range(LANES):
        result[lane] = source[lane]


@compiled
def _scale(result: Array, factor: float) -> None:
    for lane in range(LANES):
        result[lane] = factor * result[lane]


@compiled
def _add_scaled(result: Array, source: Array, factor: float) -> None:
    for lane in range(LANES):
        result[lane] = multiply_add(factor, source[lane], result[lane])


@compiled
def _join_scaled(result: Array, a: Array, factor: float, b: Array, other: float) -> None:
    zero = factor - factor
    for lane in range(LANES):
        result[lane] = multiply_add(other, b[lane], multiply_add(factor, a[lane], zero))


@compiled
def _weighted(start: float, a: float, s: float, b: float, t: float) -> Any:
    return multiply_add(a, s, multiply_add(b, t, start))


@compiled
def _add_pair(output: Array, variance: Array, r: Array, x: float, shift: float, activation: int) -> None:
    """Add both neurons' contributions at one point; `r` are the flat rows.

    The second neuron is added before the first is evaluated: fewer numbers are then in work at a time.
    """
    stay_apart()
    if activation == ERF:
        everywhere = spread(x)
        for lane in range(0, LANES, step(r)):
            t = erf_of_units(multiply_add(everywhere, load(r, 4 * LANES + lane), load(r, 6 * LANES + lane)))
            total = multiply_add(load(r, 5 * LANES + lane), t, load(output, lane))
            square = multiply_add(t, t, load(variance, lane))
            s = erf_of_units(multiply_add(everywhere, load(r, lane), load(r, 2 * LANES + lane)))
            store(output, lane, multiply_add(load(r, LANES + lane), s, total))
            store(variance, lane, multiply_add(s, s, square))
    elif activation == RELU:
        zero = x - x
        for lane in range(LANES):
            s = max(multiply_add(x, r[lane], r[2 * LANES + lane]), zero)
            t = max(multiply_add(x, r[4 * LANES + lane], r[6 * LANES + lane]), zero)
            output[lane] = _weighted(output[lane], r[LANES + lane], s, r[5 * LANES + lane], t)
            variance[lane] = _weighted(variance[lane], s, s, t, t)
    elif activation == GAUSS:
        for lane in range(LANES):
            t = exp(multiply_add(x, r[4 * LANES + lane], r[6 * LANES + lane] + shift))
            total = multiply_add(r[5 * LANES + lane], t, output[lane])
            square = multiply_add(t, t, variance[lane])
            s = exp(multiply_add(x, r[lane], r[2 * LANES + lane] + shift))
            output[lane] = multiply_add(r[LANES + lane], s, total)
            variance[lane] = multiply_add(s, s, square)
    elif activation == COS:
        for lane in range(LANES):
            t = cos_turns(multiply_add(x, r[4 * LANES + lane], r[6 * LANES + lane]))
            total = multiply_add(r[5 * LANES + lane], t, output[lane])
            square = multiply_add(t, t, variance[lane])
            s = cos_turns(multiply_add(x, r[lane], r[2 * LANES + lane]))
            output[lane] = multiply_add(r[LANES + lane], s, total)
            variance[lane] = multiply_add(s, s, square)
    interleave(4)


@compiled
def _add_rows(output: Array, variance: Array, r: Array, s: Array, t: Array) -> None:
    """Like `_add_pair`, from features that were evaluated before."""
    for lane in range(LANES):
        output[lane] = _weighted(output[lane], r[LANES + lane], s[lane], r[5 * LANES + lane], t[lane])
        variance[lane] = _weighted(variance[lane], s[lane], s[lane], t[lane], t[lane])


@compiled
def _features(feature: Array, argument: Array, weight: Array, base: Array, x: float, shift: float,
              activation: int, address: int) -> None:  # fmt: skip
    """Evaluate s(z) of one neuron at one point."""
    if activation == ERF:
        everywhere = spread(x)
        for lane in range(0, LANES, step(weight)):
            z = multiply_add(everywhere, load(weight, lane), load(base, lane))
            store(feature, lane, erf_of_units(z))
    elif activation == RELU:
        zero = x - x
        for lane in range(LANES):
            feature[lane] = max(multiply_add(x, weight[lane], base[lane]), zero)
    elif activation == GAUSS:
        for lane in range(LANES):
            feature[lane] = exp(multiply_add(x, weight[lane], base[lane] + shift))
    elif activation == COS:
        for lane in range(LANES):
            feature[lane] = cos_turns(multiply_add(x, weight[lane], base[lane]))
    else:
        for lane in range(LANES):
            argument[lane] = multiply_add(x, weight[lane], base[lane])
        call_row(address, argument, feature)
    interleave(4)


@compiled
def _add_product(total: Array, a: Array, b: Array, c: Array, d: Array) -> None:
    for lane in range(LANES):
        total[lane] = _weighted(total[lane], a[lane], b[lane], c[lane], d[lane])


@inlined
def _draw(
    rows: Array, d: int, n_outputs: int, words: Words, network: int, pair: int, key: Four,
    codes: Any, addresses: Any, units: Array, scales: Any,
) -> None:  # fmt: skip
    """Draw a pair of neurons; their bases are bias·b for d = 1 and left to `_prepare` otherwise."""
    bias, common = scales.bias, scales.common
    slots = d + 1 + n_outputs if bias > 0.0 or n_outputs > 1 else d + 1
    start, step = (0, 4) if d == 1 and n_outputs == 1 else (DRAWN, d + 1 + n_outputs)
    draw_pair(rows, start, start + step, slots, d, words, network, pair, key, codes, addresses, units)
    for j in range(2):
        at = start + j * step
        if d > 1 or n_outputs > 1:
            _copy(row(rows, 4 * j + WEIGHT), row(rows, at))
            _copy(row(rows, 4 * j + OUTPUT), row(rows, at + d))
        if d == 1:
            if n_outputs > 1:
                _copy(row(rows, 4 * j + BASE), row(rows, at + 2))
            if bias == 0.0:
                _fill(row(rows, 4 * j + BASE), 0.0)
            elif bias != 1.0:
                _scale(row(rows, 4 * j + BASE), bias)
        if common > 0.0:
            _scale(row(rows, 4 * j + OUTPUT), scales.own)
            _add_scaled(row(rows, 4 * j + OUTPUT), row(rows, NETWORK + 1), common)


@compiled
def _choose_output(rows: Array, output: int, d: int, n_outputs: int, count: int) -> None:
    """Put the output weights of one of several outputs where those of the only one stand otherwise."""
    step = d + 1 + n_outputs
    for j in range(count if n_outputs > 1 else 0):
        _copy(row(rows, 4 * j + OUTPUT), row(rows, DRAWN + j * step + (d if output == 0 else d + 1 + output)))


@compiled
def _start(
    totals: Array, rows: Array, words: Words, first: int, key: Four, scales: Any, d: int, n_outputs: int
) -> None:
    """Clear the totals and draw the parameters that belong to the networks as a whole."""
    for k in range(len(totals)):
        _fill(row(totals, k), 0.0)
    if n_outputs > 1:
        biases = DRAWN + 2 * (d + 1 + n_outputs)
        draw_normals(rows, biases, biases + n_outputs, n_outputs, words, first, NETWORK_LEVEL, key)
    elif scales.output_bias > 0.0 or scales.common > 0.0:
        draw_normals(rows, NETWORK, NETWORK + 1, 1, words, first, NETWORK_LEVEL, key)
    else:
        _fill(row(rows, NETWORK), 0.0)


@compiled
def _prepare(rows: Array, j: int, bias: float, x: Array, n_outputs: int) -> None:
    """Fill the base row of neuron j with bias·b + Σ_k x_k W_k, k > 0; for d > 1."""
    d = len(x)
    at = DRAWN + j * (d + 1 + n_outputs)
    base, weight = row(rows, 4 * j + BASE), row(rows, at + 1)
    if bias > 0.0:
        _join_scaled(base, row(rows, at + d + 1), bias, weight, x[1])
    else:
        _fill(base, 0.0)
        _add_scaled(base, weight, x[1])
    for k in range(2, d):
        _add_scaled(base, row(rows, at + k), x[k])


@compiled
def _silence(rows: Array, silent: float) -> None:
    """Make a second neuron that contributes nothing: an odd width has one too many."""
    _fill(row(rows, 4 + WEIGHT), 0.0)
    _fill(row(rows, 4 + OUTPUT), 0.0)
    _fill(row(rows, 4 + BASE), silent)


@compiled
def evaluate_lanes(
    outputs: Array, variances: Array, totals: Array, features: Array, rows: Array, words: Words,
    units: Array, first: int, key: Four, codes: Any, addresses: Any,
    points: Array, shift: Array, components: Indices, scales: Any, conditional: bool,
) -> None:  # fmt: skip
    """Evaluate networks first .. first + LANES - 1 at all points.

    The type of the arrays that are not said to be of another type is the precision.

    Parameters
    ----------
    outputs : ndarray of float64, shape (n_points or n_pairs, LANES)
        Filled with f(x); or, conditional, with the covariance of f(x_i) and f(x_j), i <= j, over output
        weights and output bias at fixed hidden parameters.
    variances : ndarray of float64, shape (n_points, LANES)
        Filled with the variance of f(x) at fixed hidden parameters.
    totals : ndarray, shape (n_points + max(n_points, n_pairs), LANES)
        Scratch; n_pairs = 0 unless conditional.
    features : ndarray, shape (2 * n_points, LANES)
        Scratch.
    rows : ndarray, shape (row_count(d, n_outputs) * LANES,)
        Scratch.
    words : ndarray of uint32, shape (8 * LANES,)
        Scratch.
    units : ndarray of float64, shape (2 * LANES,)
        Scratch.
    first : int
        Number of the first network, a multiple of `LANES`.
    key : tuple of four uint32
    codes, addresses : LaneCodes, LaneAddresses
        Activation, width and laws; see `numerics.sampling.engine.programs`.
    points : ndarray, shape (n_points, d)
        Already multiplied by the standard deviation of a weight, in the unit of the activation (for `COS` 2π,
        for `ERF` that of `erf_of_units`).
    shift : ndarray, shape (n_points,)
        Added to the pre-activation (of `GAUSS` only).
    components : ndarray of int64, shape (n_points,)
        Which output is looked at in each point, 0 to n_outputs - 1.
    scales : LaneScales
    conditional : bool
        Whether the output layer is integrated out.
    """
    stay_apart()
    n_points, d = points.shape
    width = codes.width
    n_outputs = components.max() + 1
    _start(totals, rows, words, first, key, scales, d, n_outputs)
    for neuron in range(0, width, 2):
        count = min(2, width - neuron)
        _draw(rows, d, n_outputs, words, first, neuron // 2, key, codes, addresses, units, scales)
        if count == 1:
            _silence(rows, scales.silent)
        for point in range(n_points):
            for j in range(count if d > 1 else 0):
                _prepare(rows, j, scales.bias, points[point], n_outputs)
            x, s = points[point, 0], shift[point]
            if not conditional and codes.activation != USER:
                _choose_output(rows, components[point], d, n_outputs, count)
                _add_pair(row(totals, point), row(totals, n_points + point), rows, x, s, codes.activation)
            else:
                _evaluate_features(features, rows, point, count, x, s, codes.activation, addresses.activation)
        if conditional:
            _add_products(totals, features, n_points)
        elif codes.activation == USER:
            for point in range(n_points):
                _choose_output(rows, components[point], d, n_outputs, count)
                output, variance = row(totals, point), row(totals, n_points + point)
                _add_rows(output, variance, rows, row(features, 2 * point), row(features, 2 * point + 1))
    if conditional:
        _finish_covariances(outputs, variances, totals, components, scales)
    else:
        biases = NETWORK if n_outputs == 1 else DRAWN + 2 * (d + 1 + n_outputs)
        _finish_outputs(outputs, variances, totals, rows, biases, components, scales)


@compiled
def _evaluate_features(
    features: Array, rows: Array, point: int, count: int, x: float, shift: float, activation: int,
    address: int,
) -> None:  # fmt: skip
    """Evaluate the features of one or two neurons at one point; a missing second one is zero."""
    for j in range(2):
        feature = row(features, 2 * point + j)
        if j < count:
            weight, base = row(rows, 4 * j + WEIGHT), row(rows, 4 * j + BASE)
            _features(feature, row(rows, ARGUMENT), weight, base, x, shift, activation, address)
        else:
            _fill(feature, 0.0)


@compiled
def _add_products(totals: Array, features: Array, n_points: int) -> None:
    """Add the products of features of two neurons to the totals of all pairs of points."""
    pair = 0
    for i in range(n_points):
        for j in range(i, n_points):
            _add_product(
                row(totals, pair),
                row(features, 2 * i),
                row(features, 2 * j),
                row(features, 2 * i + 1),
                row(features, 2 * j + 1),
            )
            pair += 1


@compiled
def _finish_covariances(
    covariances: Array, variances: Array, totals: Array, components: Indices, scales: Any
) -> None:
    n_points = len(components)
    one, square = np.float64(scales.deviation) ** 2, np.float64(scales.output_bias) ** 2
    pair = 0
    for i in range(n_points):
        for j in range(i, n_points):
            covariance, total = row(covariances, pair), row(totals, pair)
            if components[i] == components[j]:
                for lane in range(LANES):
                    covariance[lane] = one * np.float64(total[lane]) + square
            else:  # output layers of their own
                _fill(covariance, 0.0)
            if i == j:
                _copy(row(variances, i), covariance)
            pair += 1


@compiled
def _finish_outputs(
    outputs: Array, variances: Array, totals: Array, rows: Array, biases: int, components: Indices,
    scales: Any,
) -> None:  # fmt: skip
    n_points = len(components)
    amplitude, output_bias = scales.amplitude, scales.output_bias
    square, other = scales.deviation * scales.deviation, output_bias * output_bias
    for point in range(n_points):
        total, squares = row(totals, point), row(totals, n_points + point)
        output, variance = row(outputs, point), row(variances, point)
        bias = row(rows, biases + components[point])
        for lane in range(LANES):
            output[lane] = multiply_add(amplitude, total[lane], output_bias * bias[lane])
            variance[lane] = multiply_add(square, squares[lane], other)
