"""ReLU-net under a source, where the pre-activations span up to two dimensions: arcs in closed form.

The field of a neuron is homogeneous in its Gaussian parameters g: J·s = |g| ρ(û), so the radius integrates
out, in r dimensions

    E exp(strength Σ_a (J_a·s)²) = ⟨(1 − 2 strength Σ_a ρ_a(û)²)^(−r/2)⟩,

averaged over directions û. Between two kinks the same points are active, ρ_a = R_a·û, and in two dimensions

    1 − 2 strength Σ_a (R_a·û)² = m + s cos 2u,   u = θ − θ_0,

whose inverse has the primitive arctan(√((m − s)/(m + s)) tan u)/√(m² − s²).
"""

from itertools import pairwise
from math import pi

import numpy as np

from numerics.exact.sources.base import Array, SourcedNeuron, closed_average
from numerics.networks.relu import ReLUNet

EPS = float(np.finfo(np.float64).eps)
#: Directions shorter than this times the longest do not count.
_RANK = 1e-14


@closed_average.register
def _(network: ReLUNet, neuron: SourcedNeuron) -> tuple[Array, Array] | None:
    if not network.laws.gaussian_hidden:
        return None
    left, lengths, _ = np.linalg.svd(
        neuron.fields.preactivations(network.sigma_w, network.sigma_b), full_matrices=False
    )
    rank = int(np.count_nonzero(lengths > _RANK * lengths[0]))
    if rank > 2:
        return None
    vectors = left[:, :2] * lengths[:2] if lengths.size > 1 else np.column_stack([left * lengths, 0.0 * left])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _on_a_line(vectors, neuron) if rank < 2 else _on_the_circle(vectors, neuron)


def _on_a_line(vectors: Array, neuron: SourcedNeuron) -> tuple[Array, Array]:
    """Two directions, each with one half of the probability."""
    value, error = np.zeros(neuron.sources.shape[1]), np.zeros(neuron.sources.shape[1])
    for side in (1.0, -1.0):
        active = np.maximum(side * vectors[:, 0], 0.0)
        squares = np.sum((neuron.sources @ active) ** 2, axis=0)
        drop = -2.0 * neuron.strength * squares
        half = np.where(drop > -1.0, 0.5 * np.expm1(-0.5 * np.log1p(drop)), np.inf)
        value += half
        # near the pole a rounded source moves the average
        error += 8 * EPS * np.abs(half) * (1.0 + 1.0 / np.abs(1.0 + drop))
    return value, np.where(np.isfinite(value), error, np.inf)


def _on_the_circle(vectors: Array, neuron: SourcedNeuron) -> tuple[Array, Array]:
    """Sum over the arcs between the directions where a point becomes active or stops."""
    some = vectors[np.any(vectors != 0.0, axis=1)]
    across = np.arctan2(some[:, 1], some[:, 0])[:, np.newaxis] + np.array([pi / 2, -pi / 2])
    breaks = np.unique(across % (2 * pi))
    breaks = np.append(breaks, breaks[0] + 2 * pi)
    total, size = np.zeros(neuron.sources.shape[1]), np.zeros(neuron.sources.shape[1])
    for low, high in pairwise(breaks.tolist()):
        middle = 0.5 * (low + high)
        active = (vectors @ np.array([np.cos(middle), np.sin(middle)])) > 0.0
        forms = (neuron.sources * active) @ vectors
        arc, uncertain = _arc(forms, neuron.strength, low, high)
        total += arc
        size += uncertain
    value = total / (2 * pi) - 1.0
    return value, np.where(np.isfinite(value), 16 * EPS * (1.0 + size), np.inf)


def _arc(forms: Array, strength: float, low: float, high: float) -> tuple[Array, Array]:
    """Integrate 1/(1 − 2 strength Σ_a (R_a·û)²) from one direction to another.

    Parameters
    ----------
    forms : ndarray, shape (D, m, 2)
        R_a.
    strength, low, high : float

    Returns
    -------
    value, sensitivity : ndarray, shape (m,)
        How much a relative change of the sources moves the value.
    """
    waves = (forms[..., 0] + 1j * forms[..., 1]) ** 2
    twice = np.sum(waves, axis=0)
    mean = 1.0 - strength * np.sum(np.abs(waves), axis=0)
    swing = -strength * np.abs(twice)
    first, last = low - 0.5 * np.angle(twice), high - 0.5 * np.angle(twice)
    found = _primitive(last, mean, swing) - _primitive(first, mean, swing)
    # the smallest of mean + swing cos 2u on the arc: at an end, or where cos 2u is ±1
    least = mean + np.minimum(swing * np.cos(2 * first), swing * np.cos(2 * last))
    for turn, extreme in ((0.0, mean + swing), (0.5, mean - swing)):
        inside = np.floor(last / pi - turn) > np.floor(first / pi - turn)
        least = np.where(inside, np.minimum(least, extreme), least)
    finite = least > 0.0
    sensitive = np.abs(found) * (1.0 + 1.0 / np.where(finite, least, 1.0))
    return np.where(finite, found, np.inf), np.where(finite, sensitive, np.inf)


def _primitive(u: Array, mean: Array, swing: Array) -> Array:
    """A primitive of 1/(mean + swing cos 2u), continuous where that is positive."""
    low, high = mean - swing, mean + swing
    square = low * high
    root = np.sqrt(np.abs(square))
    turned = np.arctan2(low * np.sin(u), root * np.cos(u))
    # both angles pass multiples of π/2 together, so they are never a quarter turn apart
    turned = turned + 2 * pi * np.round((u - turned) / (2 * pi))
    # a real source near its pole: positive on the arc, not all around
    ratio = np.abs((root * np.cos(u) + low * np.sin(u)) / (root * np.cos(u) - low * np.sin(u)))
    found: Array = np.where(square > 0.0, turned, -0.5 * np.log(ratio)) / root
    return found
