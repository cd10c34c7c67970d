"""Sums over blocks of single neurons: what the neuron-level estimator is made of.

What to use when: `compiled_sums` for plain neurons. It runs the compiled sampler on networks of width one
with the output layer integrated out; E[f(x_1) … f(x_n) | W, b] is a sum over ways to hand fields to the
output bias, the rest being (n − 1)!! σ_a^n s(x_1) … s(x_n), so the bias is taken off again. `tilted_sums`
draws the hidden parameters of Gauss-net where products of features are large
(`numerics.sampling.neurons.tilting`), in NumPy.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.fields.index_sets import multisets, ranks
from numerics.machine.random_streams import normals, split_seed, uniforms
from numerics.networks.architectures import Network
from numerics.networks.record import to_record
from numerics.results.gaussian_moments import NORMAL_MOMENTS
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.sampled import SampleSums
from numerics.sampling.judge.kurtosis import networks_needed
from numerics.sampling.judge.tails import BINS, bin_edges, bin_values, tail_index
from numerics.sampling.neurons.tilted_runs import TiltedRun
from numerics.sampling.neurons.tilting import tilt, tilt_centres
from numerics.sampling.runs.checkpoints import Checkpoint
from numerics.sampling.runs.run import SamplingInterrupted

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: Neurons handled at once by `tilted_sums`.
CHUNK = 1 << 13
#: Tells the streams of neurons from those of networks, with which they share no random number.
PURPOSE_NEURONS = 0x4E55524E
#: Shifts the seed of the compiled sampler to the same end.
SEED_SHIFT = 0x9E3779B97F4A7C15
#: Exponent of two at which the histogram of `numerics.sampling.judge.tails` begins.
LOWEST_OCTAVE = round(float(np.log2(bin_edges()[0])))


@dataclass(frozen=True)
class NeuronSums:
    """Sums of products of features over the neurons of each block.

    Attributes
    ----------
    block_sums : dict of int to ndarray, shape (n_blocks, M_n)
        By even order n, Σ w Π s over the distinct index sets; w = 1 unless tilted.
    block_sizes : ndarray of int64, shape (n_blocks,)
    tail_indices : dict of int to float
        Smallest tail index of a squared contribution to the moments of each order.
    neurons_needed : dict of int to float
        From how many neurons on the errors of each order can be trusted.
    centres : int
        Components of the mixture that hidden parameters were drawn from.
    """

    block_sums: dict[int, Array]
    block_sizes: NDArray[np.int64]
    tail_indices: dict[int, float]
    neurons_needed: dict[int, float]
    centres: int


def compiled_sums(
    network: Network,
    points: Array,
    seed: int,
    n_neurons: int,
    orders: Sequence[int],
    n_blocks: int,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> NeuronSums:
    """Sum over plain neurons with the compiled sampler.

    Parameters
    ----------
    network : Network
        Of any width; only its hidden layer matters.
    points : ndarray, shape (n_points, d_in)
    seed : int
    n_neurons : int
    orders : sequence of int
        2, 4, ... without gaps.
    n_blocks : int
    progress : callable, optional
    checkpoint : Checkpoint, optional

    Returns
    -------
    NeuronSums
    """
    base = network.with_width(1).with_laws(output="gaussian")
    ensemble = Ensemble(base, points, seed=(seed + SEED_SHIFT) % 2**64, estimator="conditional")
    sample = ensemble.correlators(
        n_neurons, tuple(orders), n_blocks=n_blocks, progress=progress, checkpoint=checkpoint
    )
    found: SampleSums = sample.origin
    moments: dict[int, Array] = {}
    for n in orders:
        indices = multisets(len(points), n)
        rest = found.block_sums[:, found.plan.slice_of(n)].copy()
        for size in range(2, n + 1, 2):
            bias = NORMAL_MOMENTS[size] * base.bias_variance ** (size // 2)
            if size == n:
                rest -= bias * found.block_sizes[:, np.newaxis]
                continue
            for biased in combinations(range(n), size) if bias else ():
                others = [i for i in range(n) if i not in biased]
                rest -= bias * moments[n - size][:, ranks(indices[:, others], len(points))]
        moments[n] = rest
    return NeuronSums(
        block_sums={
            n: one / (NORMAL_MOMENTS[n] * base.weight_variance ** (n // 2)) for n, one in moments.items()
        },
        block_sizes=found.block_sizes,
        tail_indices={n: sample[n].evidence["tail_index"] for n in orders},
        neurons_needed={n: networks_needed(n, found.variance_counts, bin_values(), True) for n in orders},
        centres=1,
    )


def tilted_sums(
    network: Network,
    points: Array,
    seed: int,
    n_neurons: int,
    orders: Sequence[int],
    n_blocks: int,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    chunk: int = CHUNK,
) -> NeuronSums:
    """Sum over neurons drawn from a mixture of shifted normals, with their weights; see `compiled_sums`."""
    n_points = len(points)
    edges = np.array([n_neurons * b // n_blocks for b in range(n_blocks + 1)])
    block_sums = {n: np.zeros((n_blocks, len(multisets(n_points, n)))) for n in orders}
    counts = {n: np.zeros((n_points, BINS), dtype=np.int64) for n in orders}
    scale = network.kernel.weight_diagonal(points) / network.weight_variance
    deviation = network.hidden_bias_deviation or 0.0
    vectors = network.sigma_w / np.sqrt(network.d_in) * points
    centres = tilt_centres(np.column_stack([vectors, np.full(n_points, deviation)]), max(orders))
    arrays: dict[str, NDArray[Any]] = {f"sums_{n}": one for n, one in block_sums.items()}
    arrays |= {f"counts_{n}": one for n, one in counts.items()}
    asked = _inputs(network, points, seed, (n_neurons, n_blocks, chunk), tuple(orders))
    with nullcontext() if checkpoint is None else checkpoint.claimed():
        run = TiltedRun(arrays, asked, checkpoint)
        try:
            for start in range(run.done, n_neurons, chunk):
                stop = min(start + chunk, n_neurons)
                features, weights = _draw(network, points, seed, np.arange(start, stop), centres)
                with run.adding(stop):
                    _add_moments(block_sums, features, weights, start, edges)
                    for n in orders:
                        _count(counts[n], features, weights, scale, n)
                run.keep()
                if progress is not None:
                    progress(stop, n_neurons)
        except KeyboardInterrupt as interrupt:
            run.keep(now=True)
            raise SamplingInterrupted(
                run.done, None, None if checkpoint is None else checkpoint.path
            ) from interrupt
        run.keep(now=True)
    indices = {n: min(tail_index(row, n_neurons) for row in counts[n]) / n for n in orders}
    needed = {n: networks_needed(n, counts[n], bin_values(), True) for n in orders}
    return NeuronSums(block_sums, np.diff(edges), indices, needed, len(centres))


def _inputs(
    network: Network, points: Array, seed: int, sizes: tuple[int, int, int], orders: tuple[int, ...]
) -> dict[str, object]:
    """All that the sums depend on, as plain fields."""
    neurons, blocks, chunk = sizes
    return {
        **to_record(network.with_width(1)),
        "points": points.tolist(),
        "seed": seed,
        "neurons": neurons,
        "blocks": blocks,
        "chunk": chunk,
        "orders": list(orders),
    }


def _draw(
    network: Network, points: Array, seed: int, numbers: NDArray[np.int64], centres: Array
) -> tuple[Array, Array]:
    """Features of neurons, shape (n_points, n), and their weights, shape (n,)."""
    key = split_seed(seed, PURPOSE_NEURONS)
    d = network.d_in
    drawn, weights = tilt(normals(key, numbers, 0, d + 1).T, uniforms(key, numbers, 0, 0), centres)
    hidden = drawn[:, :d] * (network.sigma_w / np.sqrt(d))
    biases = (network.hidden_bias_deviation or 0.0) * drawn[:, d]
    return np.ascontiguousarray(network.features(hidden, biases, points).T), weights


def _add_moments(
    block_sums: dict[int, Array], features: Array, weights: Array, start: int, edges: NDArray[np.int64]
) -> None:
    """Add Σ_q w_q Π s_q for all multisets of each even order, as products of two monomials of half the order.

    Parameters
    ----------
    block_sums : dict of int to ndarray, shape (n_blocks, M_n)
        Added to.
    features : ndarray, shape (n_points, Q)
        Of neurons start, start + 1, ...
    weights : ndarray, shape (Q,)
    start : int
    edges : ndarray of int, shape (n_blocks + 1,)
        First neuron of each block, and the end.
    """
    n_points, size = features.shape
    first, last = np.searchsorted(edges, [start, start + size - 1], side="right") - 1
    pieces = [(b, slice(max(edges[b] - start, 0), edges[b + 1] - start)) for b in range(first, last + 1)]
    monomials = np.ones((1, size))
    for half in range(1, max(block_sums) // 2 + 1):
        sets = multisets(n_points, half)
        above = ranks(sets[:, :-1], n_points) if half > 1 else np.zeros(len(sets), dtype=np.int64)
        monomials = monomials[above] * features[sets[:, -1]]
        weighted = monomials * weights
        rows = multisets(n_points, 2 * half)
        left, right = ranks(rows[:, :half], n_points), ranks(rows[:, half:], n_points)
        for block, piece in pieces:
            gram = weighted[:, piece] @ monomials[:, piece].T
            block_sums[2 * half][block] += gram[left, right]


def bin_numbers(ratios: Array) -> NDArray[np.int64]:
    """Say in which bin of `tails.bin_edges` numbers lie; those beyond the ends in the last ones.

    Parameters
    ----------
    ratios : ndarray, shape (n,)
        Not negative.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> edges = bin_edges()
    >>> number = int(bin_numbers(np.array([1.03]))[0])
    >>> bool(edges[number] <= 1.03 < edges[number + 1])
    True
    """
    mantissa, exponent = np.frexp(ratios)
    # sixteen bins per octave, the mantissa runs from 1/2 to 1
    number = (exponent.astype(np.int64) - 1 - LOWEST_OCTAVE) * 16 + np.floor(32 * mantissa - 16).astype(
        np.int64
    )
    return np.where(ratios > 0, np.clip(number, 0, BINS - 1), 0)


def _count(counts: NDArray[np.int64], features: Array, weights: Array, scale: Array, order: int) -> None:
    """Add (w |s|^n)^(2/n) / E[s²], whose n-th power is a squared contribution, to the histograms."""
    for point, row in enumerate(features):
        ratios = row**2 * weights ** (2 / order) / scale[point]
        counts[point] += np.bincount(bin_numbers(ratios), minlength=BINS)
