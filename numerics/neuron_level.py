"""Neuron-level Monte Carlo: correlators of every width from single hidden neurons.

What to use when
----------------
- `numerics.exact`: whenever it has the network and the points; no sampling error.
- `NeuronEnsemble`, here: cumulants κ_4/N, κ_6/N² of networks that have no exact method (own activations, many
  dimensions), or an independent check of it. The error of κ_r/N^(r/2 − 1) is as small as the number itself
  allows, at any width, because the width is not sampled. Heavy tails can be tilted away (Gauss-net).
- conditional `Ensemble`: finite-width networks drawn as they are, only the output layer integrated out; the
  error of the connected 4-point function falls like the function itself, 1/N. To test statements about
  *networks*.
- plain `Ensemble`: the experiment itself; the only one whose samples are fields f(x).

The neurons of a network are independent and alike, so with h = a s and m_B = E[Π_{i in B} h(x_i)] the field
without bias φ = N^(−1/2) Σ h has

    κ_n = Σ_π (−1)^(|π|−1) (|π| − 1)! Π_{B in π} m_B,        G_c^(n) = N^(1−n/2) κ_n,

    E[φ(x_1) … φ(x_n)] = N^(−n/2) Σ_π N(N − 1)…(N − |π| + 1) Π_{B in π} m_B,

over partitions π into even blocks (every neuron takes a block of fields). Output weights are integrated
out, m_B = (|B| − 1)!! sw^|B| E[Π s]. Products of the m_B are estimated from different blocks of neurons and
have no bias (`numerics.block_products`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.block_products import FEWEST_BLOCKS, Jackknifed, partition_sums
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.estimate import Quality
from numerics.exact_inputs import as_outputs
from numerics.index_sets import multisets, ranks
from numerics.networks import GaussNet, Network
from numerics.neuron_quadrature import GAUSSIAN
from numerics.neuron_sample import NeuronSample
from numerics.points import as_points
from numerics.random_streams import normals, split_seed, uniforms
from numerics.tails import BINS, CRITICAL_INDEX, UNSEEN_ERRORS, UNSEEN_SHARE, bin_edges, tail_index
from numerics.tilting import tilt, tilt_centres
from numerics.weight_laws import laws_of, output_moments

Array = NDArray[np.float64]

#: Orders that are implemented.
ORDERS = (2, 4, 6)
#: Tells the streams of neurons from those of networks, which share no random number with them.
PURPOSE_NEURONS = 0x4E55524E
#: Neurons handled at once.
CHUNK = 1 << 13
#: Exponent of two at which the histogram of `numerics.tails` begins.
LOWEST_OCTAVE = round(float(np.log2(bin_edges()[0])))


@dataclass(frozen=True)
class NeuronEnsemble:
    """An endless, reproducible sequence of single hidden neurons.

    Parameters
    ----------
    network : Network
        The architecture; its width is not used.
    points : array_like, shape (n_points, d_in)
    seed : int, optional
        0 <= seed < 2^64. Neurons are independent of the networks of `Ensemble` with the same seed.
    outputs : sequence of int, length n_points, optional
        Output component of the field at each point, as in `numerics.exact.exact_correlators`.
    tilted : bool, optional
        Draw hidden parameters where products of features are large, and weight them
        (`numerics.tilting`): for Gauss-net, whose moments plain sampling misses at σ = 1.

    Raises
    ------
    InvalidPoints
        If the points do not fit the network, or the outputs the points.
    NotAvailable
        If tilting is asked for another network than Gauss-net, or hidden parameters are not Gaussian or
        output weights correlated.

    Examples
    --------
    >>> from numerics.networks import ReLUNet
    >>> sample = NeuronEnsemble(ReLUNet(width=1), [1.0], seed=3).sample(100_000)
    >>> four = sample.at_width(1000, 4).connected  # κ_4/N = 0.00375
    >>> bool(abs(four.value[0] - 0.00375) < 4 * four.error[0] < 0.0004)
    True
    """

    network: Network
    points: Array
    seed: int = 0
    outputs: Sequence[int] | None = None
    tilted: bool = False

    def __post_init__(self) -> None:
        split_seed(self.seed)
        object.__setattr__(self, "points", as_points(self.points, self.network.d_in))
        as_outputs(self.outputs, len(self.points))
        hidden, bias, _, correlation = laws_of(self.network)
        if (hidden, bias, correlation) != (GAUSSIAN, GAUSSIAN, 0.0):
            raise NotAvailable(
                f"neurons of {self.network!r} cannot be drawn one by one: Gaussian hidden parameters and "
                "independent output weights are needed; use Ensemble"
            )
        if self.tilted and not isinstance(self.network, GaussNet):
            raise NotAvailable(
                f"tilted sampling exists for gauss, not for {self.network.name}: the features of "
                "the other nets have light tails; leave `tilted` out"
            )

    def sample(
        self,
        n_neurons: int,
        order: int = 6,
        n_blocks: int = 200,
        progress: Callable[[int, int], None] | None = None,
    ) -> NeuronSample:
        """Sample neurons and form the moments of all even orders up to `order`.

        Parameters
        ----------
        n_neurons : int
        order : int, optional
            2, 4 or 6.
        n_blocks : int, optional
            Blocks for the products and the jackknife, from ten to `n_neurons`.
        progress : callable, optional
            Called with (neurons done, neurons in total).

        Returns
        -------
        NeuronSample

        Raises
        ------
        InvalidStatistics
            If a number is out of range.
        """
        _check(n_neurons, order, n_blocks)
        orders = [n for n in ORDERS if n <= order]
        n_points = len(self.points)
        outputs = as_outputs(self.outputs, n_points)
        edges = np.array([n_neurons * b // n_blocks for b in range(n_blocks + 1)])
        block_sums = {n: np.zeros((n_blocks, len(multisets(n_points, n)))) for n in orders}
        # without weights s² tells the tails of all orders
        counted = orders if self.tilted else orders[:1]
        counts = {n: np.zeros((n_points, BINS), dtype=np.int64) for n in counted}
        scale = self.network.kernel.weight_diagonal(self.points) / self.network.weight_variance
        scale = np.maximum(scale, np.finfo(float).tiny)
        centres = self._centres(order) if self.tilted else None
        for start in range(0, n_neurons, CHUNK):
            stop = min(start + CHUNK, n_neurons)
            features, weights = self._draw(start, stop, centres)
            _add_moments(block_sums, features, weights, start, edges)
            for n in counted:
                _count(counts[n], features, weights, scale, n)
            if progress is not None:
                progress(stop, n_neurons)
        for n in orders:
            block_sums[n] *= output_moments(self.network, outputs[multisets(n_points, n)])
        sizes = np.diff(edges)
        sums = {n: partition_sums(n, block_sums, sizes, n_points) for n in orders}
        indices = {
            n: min(tail_index(row, n_neurons)[0] for row in counts.get(n, counts[orders[0]])) / n
            for n in orders
        }
        return NeuronSample(
            network=self.network,
            points=self.points,
            outputs=outputs,
            n_neurons=n_neurons,
            n_blocks=n_blocks,
            sums=sums,
            qualities=self._qualities(sums, indices),
            tail_indices=indices,
            provenance={
                "network": repr(self.network),
                "seed": self.seed,
                "neurons": n_neurons,
                "estimator": "neuron-level, tilted" if self.tilted else "neuron-level",
                "centres": 1 if centres is None else len(centres),
            },
        )

    def _draw(self, start: int, stop: int, centres: Array | None) -> tuple[Array, Array | None]:
        """Features of neurons start .. stop - 1, shape (n_points, n), and their weights."""
        key = split_seed(self.seed, PURPOSE_NEURONS)
        numbers = np.arange(start, stop)
        d = self.network.d_in
        drawn = normals(key, numbers, 0, d + 1).T
        weights = None
        if centres is not None:
            drawn, weights = tilt(drawn, uniforms(key, numbers, 1, 0), centres)
        deviation = self.network.hidden_bias_deviation
        biases = 2 * np.pi * uniforms(key, numbers, 1, 0) if deviation is None else deviation * drawn[:, d]
        hidden = drawn[:, :d] * (self.network.sigma_w / np.sqrt(d))
        return np.ascontiguousarray(self.network.features(hidden, biases, self.points).T), weights

    def _centres(self, order: int) -> Array:
        deviation = self.network.hidden_bias_deviation or 0.0
        slope = self.network.sigma_w / np.sqrt(self.network.d_in)
        vectors = np.column_stack([slope * self.points, np.full(len(self.points), deviation)])
        return tilt_centres(vectors, order)

    def _qualities(
        self, sums: Mapping[int, tuple[Array, Array]], indices: Mapping[int, float]
    ) -> dict[int, Quality]:
        """Judge each order by its own tail, and all by whether the kernel was found."""
        kernel = self.network.kernel.weight_diagonal(self.points)
        own = [int(ranks(np.array([i, i]), len(self.points))) for i in range(len(self.points))]
        second = Jackknifed(multisets(len(self.points), 2), sums[2][0][0], sums[2][1][:, 0])
        miss = np.abs(second.value[own] - kernel)
        unseen = np.any((miss > UNSEEN_SHARE * kernel) & (miss > UNSEEN_ERRORS * second.error[own]))
        return {
            n: Quality.HEAVY_TAILED if unseen or index <= CRITICAL_INDEX else Quality.TRUSTED
            for n, index in indices.items()
        }


def _add_moments(
    block_sums: dict[int, Array], features: Array, weights: Array | None, start: int, edges: NDArray[np.int64]
) -> None:
    """Add Σ_q w_q Π s_q for all multisets of each even order, as products of two monomials of half the order.

    Parameters
    ----------
    block_sums : dict of int to ndarray, shape (n_blocks, M_n)
        Added to.
    features : ndarray, shape (n_points, Q)
        Of neurons start, start + 1, ...
    weights : ndarray, shape (Q,), or None
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
        weighted = monomials if weights is None else monomials * weights
        rows = multisets(n_points, 2 * half)
        left, right = ranks(rows[:, :half], n_points), ranks(rows[:, half:], n_points)
        for block, piece in pieces:
            gram = weighted[:, piece] @ monomials[:, piece].T
            block_sums[2 * half][block] += gram[left, right]


def bin_numbers(ratios: Array) -> NDArray[np.int64]:
    """Say in which bin of `numerics.tails.bin_edges` numbers lie; those beyond the ends in the last ones.

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


def _count(
    counts: NDArray[np.int64], features: Array, weights: Array | None, scale: Array, order: int
) -> None:
    """Add (w |s|^n)^(2/n) / E[s²], whose n-th power is a squared contribution, to the histograms."""
    factor = 1.0 if weights is None else weights ** (2 / order)
    for point, row in enumerate(features):
        counts[point] += np.bincount(bin_numbers(row**2 * factor / scale[point]), minlength=BINS)


def _check(n_neurons: int, order: int, n_blocks: int) -> None:
    if order not in ORDERS:
        raise InvalidStatistics(f"order = {order!r} was given; 2, 4 or 6 is needed")
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in (n_neurons, n_blocks))
    if not whole or not FEWEST_BLOCKS <= n_blocks <= n_neurons:
        raise InvalidStatistics(
            f"n_neurons = {n_neurons!r} and n_blocks = {n_blocks!r} were given; whole numbers with "
            f"{FEWEST_BLOCKS} <= n_blocks <= n_neurons are needed"
        )
