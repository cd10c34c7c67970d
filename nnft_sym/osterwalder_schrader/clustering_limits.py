"""What connected correlators tend to when one group of points goes to infinity, by formula.

With feature moments E[∏_first s(x_i) ∏_second s(y_j + a e)] → M(first, second) for a → ∞, e the first axis,
the cumulants of one neuron tend to those of M, and G_c^(r) = N^(1 − r/2) κ_r. A network says what its
moments tend to by registering at `limit_moments`.
"""

from collections.abc import Callable, Sequence
from functools import singledispatch
from itertools import product
from math import inf, isfinite, nan, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.set_partitions import all_partitions
from numerics.exact.features.closed import GaussMoments
from numerics.exact.features.orthant import sign_moments
from numerics.networks.base import Network
from numerics.networks.cos import CosNet
from numerics.networks.erf import ErfNet
from numerics.networks.gauss import GaussNet
from numerics.networks.output_weights import output_moment
from numerics.results.cumulants import EPS, mobius, partition_terms, products_with_errors
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: Numbers of some points of the first and of the second group.
Block: TypeAlias = tuple[int, ...]
#: M with a bound of its error.
LimitMoment: TypeAlias = Callable[[Block, Block], tuple[float, float]]

#: Moments of so many signs are known.
_MOST_SIGNS = 6


@singledispatch
def limit_moments(network: Network, first: Array, second: Array) -> LimitMoment | None:
    """Give the limits of feature moments when the second group goes to infinity along the first axis.

    Parameters
    ----------
    network : Network
    first, second : ndarray, shape (n_1, d_in) and (n_2, d_in)

    Returns
    -------
    callable or None
        From numbers of points of both groups to the limit and its bound: infinite where moments grow, NaN
        where they have no limit. None: no formula is known.
    """
    return None


@limit_moments.register
def _(network: CosNet, first: Array, second: Array) -> LimitMoment | None:
    """Only waves survive whose signs are balanced in each group: 2^(−n) Σ_ε χ(Σ ε x)."""
    law, slope = network.laws.hidden, network.sigma_w / sqrt(network.d_in)
    if law.text is None:  # functions of the user may be the law of a discrete variable
        return None
    vanishes = law.characteristic_growth != 0.0

    def moment(left: Block, right: Block) -> tuple[float, float]:
        if (len(left) % 2 or len(right) % 2) and vanishes:
            return 0.0, 0.0
        if not vanishes and right and left:
            return nan, inf
        points = np.concatenate([first[list(left)], second[list(right)]])
        signs = [
            one + two
            for one in product((1.0, -1.0), repeat=len(left))
            for two in product((1.0, -1.0), repeat=len(right))
            if sum(one) == 0.0 == sum(two)
        ]
        levers = slope * np.array(signs) @ points
        waves = np.prod(law.characteristic(levers), axis=1).real
        error = network.d_in * law.characteristic_accuracy * len(signs)
        error += 8 * EPS * float(np.sum(1.0 + np.abs(levers)))
        return float(waves.sum()) / 2.0 ** len(points), error / 2.0 ** len(points)

    return moment


@limit_moments.register
def _(network: GaussNet, first: Array, second: Array) -> LimitMoment | None:
    """The exponent has the terms n₂(n₂ − 2) a² and 2(n₂ X + (n₂ − 2) Y)·e a, X and Y sums of the groups."""
    if not network.has_closed_features:
        return None

    def moment(left: Block, right: Block) -> tuple[float, float]:
        x, y = first[list(left)], second[list(right)]
        n = len(right)
        square = n * (n - 2)
        linear = n * float(x[:, 0].sum()) + (n - 2) * float(y[:, 0].sum()) if n else 0.0
        if square or linear:
            grows = square > 0 or (square == 0 and linear > 0.0)
            return (inf, inf) if grows else (0.0, 0.0)
        points = np.concatenate([x, y])
        found = GaussMoments(network, points).moments(np.arange(len(points))[np.newaxis, :])
        return float(found.value[0]), float(found.error[0])

    return moment


@limit_moments.register
def _(network: ErfNet, first: Array, second: Array) -> LimitMoment | None:
    """Far away erf(W·y + b) is the sign of W·e, the same for all points; an even number of them is one.

    And erf(z) is the mean sign of u = z + noise of variance one half: moments are those of signs.
    """
    if not network.has_closed_features or len(first) + len(second) > _MOST_SIGNS:
        return None
    slope = network.sigma_w**2 / network.d_in
    covariance = slope * first @ first.T + network.sigma_b**2
    deviations = np.sqrt(np.diagonal(covariance) + 0.5)
    with_sign = sqrt(slope) * first[:, 0] / deviations
    among = covariance / np.outer(deviations, deviations)

    def moment(left: Block, right: Block) -> tuple[float, float]:
        if (len(left) + len(right)) % 2:
            return 0.0, 0.0
        chosen = list(left)
        rho = among[np.ix_(chosen, chosen)]
        if len(right) % 2:
            side = with_sign[chosen]
            rho = np.block([[rho, side[:, np.newaxis]], [side, np.ones((1, 1))]])
        if len(rho) == 0:
            return 1.0, 0.0
        found = sign_moments(rho[np.newaxis])
        return float(found.value[0]), float(found.error[0])

    return moment


def limit_cumulant(network: Network, first: Array, second: Array) -> Estimate | None:
    """Compute the limit of the connected correlator of two groups of points that go apart.

    Parameters
    ----------
    network : Network
    first, second : ndarray, shape (n_1, d_in) and (n_2, d_in)
        The second one goes to infinity along the first axis.

    Returns
    -------
    Estimate or None
        Infinite where it grows, NaN where there is no limit. None: no formula is known.

    Examples
    --------
    N G_c⁴ of Cos-net with Cauchy momenta, K = Z e^(−m|t|), tends to
    (3/2) Z² [e^(−m|x₁₂+x₃₄|) + e^(−m|x₁₂−x₃₄|)] − K₁₂ K₃₄:

    >>> net = CosNet(2, sigma_a=1.0).with_laws(hidden="cauchy")
    >>> found = limit_cumulant(net, np.array([[0.0], [1.0]]), np.array([[0.0], [0.5]]))
    >>> expected = 0.375 * (np.exp(-1.5) + np.exp(-0.5)) - 0.25 * np.exp(-1.5)
    >>> bool(abs(2 * found.value - expected) < 1e-15)
    True
    """
    laws, n = network.laws, len(first) + len(second)
    moments = limit_moments(network, first, second)
    if moments is None or laws.joint is not None:
        return None
    whole, _ = moments(tuple(range(len(first))), tuple(range(len(second))))
    if not isfinite(whole):
        return Estimate(whole, inf, "limit of feature moments")
    amplitudes = [output_moment(network, k) for k in range(n + 1)]

    def of_one_neuron(size: int, labels: Indices) -> Array:
        """Moments of a·s over blocks of points: values and bounds, shape (2, P)."""
        amplitude = amplitudes[size]
        if amplitude == 0.0:
            return np.zeros((2, len(labels)))
        found = np.array([moments(*_split(block, len(first))) for block in labels.tolist()])
        return np.stack([amplitude * found[:, 0], abs(amplitude) * found[:, 1]])

    value, error = 0.0, 0.0
    for blocks, term in partition_terms(n, of_one_neuron, products_with_errors, partitions=all_partitions(n)):
        value += mobius(blocks) * float(term[0])
        error += abs(mobius(blocks)) * float(term[1] + 4 * n * EPS * term[2])
    if not isfinite(value):
        return None
    power = float(network.width) ** (1 - n / 2)
    bias = network.bias_variance if n == 2 else 0.0
    return Estimate(power * value + bias, power * error + EPS * bias, "limit of feature moments")


def _split(block: Sequence[int], n_first: int) -> tuple[Block, Block]:
    """Numbers within the groups."""
    return tuple(k for k in block if k < n_first), tuple(k - n_first for k in block if k >= n_first)
