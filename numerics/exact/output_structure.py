"""Index structure of exact correlators with several outputs: products of δ_ab times amplitudes.

Given the hidden layer the outputs are independent Gaussians with one covariance, so only fields of the same
output pair up (the conditional-Gaussian identity):

    G_c^(n)_{a1…an}(1..n) = Σ_P Π_{(ij) in P} δ_{ai aj} A_P(1..n),

    A_P = sw^n N^(1 − n/2) cum_{n/2}(s_i s_j : (ij) in P),

over the (n − 1)!! pairings P; sb² is added to the only amplitude of n = 2. So for n = 4

    G_c^(4)_{abcd} = δ_ab δ_cd A(12|34) + δ_ac δ_bd A(13|24) + δ_ad δ_bc A(14|23),

    A(12|34) = (sw⁴/N)(E_1234 − E_12 E_34).

The δ's are all there is for O(D)-invariant output weights; one output, D = 1, is the sum of all amplitudes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from diagrams.combinatorics.set_partitions import all_partitions
from numerics.errors import NotAvailable
from numerics.exact.correlators import LARGEST_ORDER
from numerics.exact.features.choose import feature_moments
from numerics.exact.inputs import refuse_extremes
from numerics.exact.neuron_cumulants import CONVERGED
from numerics.fields.field_set import as_outputs
from numerics.fields.points import Points, as_points
from numerics.networks.architectures import Network, as_network
from numerics.results.cumulants import EPS, mobius, partition_terms, products_with_errors
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Pairing = tuple[tuple[int, int], ...]


@final
@dataclass(frozen=True)
class OutputStructure:
    """Amplitude of every product of δ's in a connected correlator.

    Attributes
    ----------
    pairings : tuple of pairings
        A pairing is a tuple of pairs (i, j) of positions in the list of points.
    amplitude : Estimate
        Values and errors of shape (n_pairings,).
    n_fields : int
        Number n of points; without pairings (odd n) the correlator vanishes.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> structure = pairing_amplitudes(ReLUNet(width=4), [[1.0], [1.0], [-1.0], [-1.0]])
    >>> structure.n_fields, structure.pairings[0], structure.amplitude.value.shape
    (4, ((0, 1), (2, 3)), (3,))
    """

    pairings: tuple[Pairing, ...]
    amplitude: Estimate
    n_fields: int

    def component(self, outputs: Sequence[int]) -> Estimate:
        """Return one component of the connected correlator: the sum of the amplitudes its δ's select.

        Parameters
        ----------
        outputs : sequence of int, length n
            Output component of each field.

        Returns
        -------
        Estimate
            Value and error of shape ().

        Raises
        ------
        InvalidPoints
            If there is not one output per field.
        """
        chosen = as_outputs(outputs, self.n_fields)
        selected = [all(chosen[i] == chosen[j] for i, j in pairs) for pairs in self.pairings]
        value, error = (part[selected].sum() for part in (self.amplitude.value, self.amplitude.error))
        return Estimate(
            np.asarray(value), np.asarray(error), method=self.amplitude.method, quality=self.amplitude.quality
        )


def pairing_amplitudes(network: Network, points: Points) -> OutputStructure:
    """Compute the amplitudes of all products of δ's at exactly the given points.

    Parameters
    ----------
    network : Network
    points : array_like, shape (n, d_in)
        One point per field; repeat a point to put several fields there.

    Returns
    -------
    OutputStructure

    Raises
    ------
    InvalidPoints
        If the points do not fit the network.
    NotAvailable
        If no exact method is known for this network at these points, n > 10, or the output weights are not
        independent Gaussians.

    References
    ----------
    docs/theory/exact_correlators.md, eq. eq-conditional-cumulant;
    docs/theory/exact_correlators.md, eq. eq-several-outputs.

    Examples
    --------
    >>> from numerics.networks.architectures import ReLUNet
    >>> structure = pairing_amplitudes(ReLUNet(width=4), [[1.0], [1.0], [-1.0], [-1.0]])
    >>> structure.pairings[0], (4 * structure.amplitude.value).tolist()
    (((0, 1), (2, 3)), [-0.25, 0.0, 0.0])
    >>> float(4 * structure.component((1, 1, 2, 2)).value)
    -0.25
    """
    as_network(network)
    x = as_points(points, network.d_in)
    n = len(x)
    if n > LARGEST_ORDER:
        raise NotAvailable(
            f"the amplitudes of {n} fields were asked for; up to {LARGEST_ORDER} are implemented"
        )
    if not network.laws.independent_gaussian_outputs:
        raise NotAvailable(
            f"the outputs of {network!r} are not independent Gaussians given the hidden layer, so their "
            "correlators are more than products of δ; ask exact_cumulant(..., outputs=...) for components"
        )
    refuse_extremes(network, x, n)
    if n % 2:
        nothing = np.empty(0)
        return OutputStructure((), Estimate(nothing, nothing, method="odd orders vanish (a → −a)"), n)
    every = tuple(pairings(range(n)))
    known, method = _pair_moments(network, x)
    found = [_pair_cumulant(pairs, known) for pairs in every]
    value, error, scale = np.array(found).reshape(-1, 3).T * float(network.width) ** (1 - n / 2)
    if n == 2:
        value = value + network.bias_variance
    converged = bool(np.all(error <= CONVERGED * scale.max(initial=0.0)))
    amplitude = Estimate(
        value,
        error + 4 * EPS * np.abs(value),
        method=f"cumulants of products of pairs of features: {method}",
        quality=Quality.TRUSTED if converged else Quality.NOT_CONVERGED,
    )
    return OutputStructure(every, amplitude, n)


def _pair_moments(network: Network, x: Array) -> tuple[dict[tuple[int, ...], tuple[float, float]], str]:
    """Moments sw^m E[s…s] and their errors, of every even set of positions; and the method."""
    n = len(x)
    features = feature_moments(network, x, n)
    known = {}
    for size in range(2, n + 1, 2):
        rows = np.array(list(combinations(range(n), size)))
        found = features.moments(rows)
        factor = network.weight_variance ** (size // 2)
        for row, value, error in zip(rows.tolist(), found.value, found.error, strict=True):
            known[tuple(row)] = (factor * float(value), factor * float(error))
    return known, features.method


def _pair_cumulant(
    pairs: Pairing, known: dict[tuple[int, ...], tuple[float, float]]
) -> tuple[float, float, float]:
    """Joint cumulant of the products s_i s_j, its error and the sum of the sizes of its terms."""

    def moment(size: int, labels: Indices) -> Array:
        members = (tuple(sorted(i for pair in block for i in pairs[pair])) for block in labels.tolist())
        return np.array([known[member] for member in members]).T

    partitions = all_partitions(len(pairs))
    value = error = scale = 0.0
    for m, term in partition_terms(len(pairs), moment, products_with_errors, partitions=partitions):
        value += mobius(m) * float(term[0])
        error += abs(mobius(m)) * float(term[1])
        scale += abs(mobius(m)) * float(term[2])
    return value, error + 4 * EPS * scale, scale
