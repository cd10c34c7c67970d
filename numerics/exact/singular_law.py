"""Whether the outputs of a network have a density at all: features that leave a subspace empty have none.

Given the features, Gaussian outputs have the covariance σ²/N Σ s_i s_iᵀ (+ sb² 11ᵀ): a density needs it to be
of full rank almost surely. It is not where the network is too narrow, or where with some probability p a
neuron lies in a hyperplane c·s = 0, so that all N do with p^N: a ReLU-net without biases is silent at a point
with 2^(−N). With a common output bias only contrasts, Σ c_k = 0, can be silent.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network
from numerics.networks.drawn_features import drawn_features

Array = NDArray[np.float64]

#: Neurons that are drawn, and hyperplanes through some of them that are tried.
_NEURONS, _TRIALS = 20_000, 200
#: What counts as zero, relative to the sizes of the factors.
_ZERO = 1e-12
_SEED = 20260830


@final
@dataclass(frozen=True)
class SingularPart:
    """The part of a law of outputs that has no density.

    Attributes
    ----------
    weight : float
        Its probability, at least; 0 if all of the law has a density.
    share : float
        Probability p of one neuron, of which it is the N-th power; 1 if the network is too narrow.
    fields : tuple of int
        Fields between which the relation holds, numbered from 0.
    """

    weight: float
    share: float
    fields: tuple[int, ...]


def singular_part(network: Network, fields: FieldSet) -> SingularPart:
    """Find the largest part of the law of outputs that lies on a hyperplane.

    Parameters
    ----------
    network : Network
    fields : FieldSet

    Returns
    -------
    SingularPart

    Examples
    --------
    >>> from numerics.networks.architectures import ErfNet, ReLUNet
    >>> found = singular_part(ReLUNet(width=10), FieldSet([[1.0]]))
    >>> round(found.share, 1), found.fields
    (0.5, (0,))
    >>> singular_part(ErfNet(width=10), FieldSet([[1.0]])).weight
    0.0
    """
    found = SingularPart(0.0, 0.0, ())
    for output in np.unique(fields.outputs):
        members = np.flatnonzero(fields.outputs == output)
        share, some = _largest_share(network, fields.inputs[members])
        weight = share**network.width
        if weight > found.weight:
            found = SingularPart(weight, share, tuple(members[list(some)].tolist()))
    return found


def _largest_share(network: Network, points: Array) -> tuple[float, tuple[int, ...]]:
    """Probability that a neuron lies in a hyperplane, the largest there is, and the fields in it."""
    n, common = len(points), int(network.bias_variance > 0.0)
    if network.width + common < n:
        return 1.0, tuple(range(n))
    if n - common == 0:
        return 0.0, ()
    generator = np.random.default_rng(_SEED)
    features = drawn_features(network, points, _NEURONS, generator)
    # a common bias takes up one direction: contrasts are left
    seen = features[:, 1:] - features[:, :1] if common else features
    scale = np.max(np.abs(features), axis=1) + np.finfo(np.float64).tiny
    best, normal = 0.0, np.zeros(n - common)
    for trial in range(_TRIALS):
        some = generator.choice(len(seen), n - common - 1, replace=False)
        candidates = [np.eye(n - common)[trial]] if trial < n - common else []
        if len(some):
            candidates.append(np.linalg.svd(seen[some])[2][-1])
        for one in candidates:
            share = float(np.mean(np.abs(seen @ one) <= _ZERO * scale))
            if share > best:
                best, normal = share, one
    full = np.concatenate([[-normal.sum()], normal]) if common else normal
    # a few neurons lie in every hyperplane that was laid through them
    chance = (n - common) / len(seen)
    return (0.0, ()) if best <= chance else (best, tuple(np.flatnonzero(np.abs(full) > 1e-9).tolist()))
