"""The density of outputs from sampled networks, without bins where the output weights are Gaussian.

Given its hidden parameters a network with Gaussian output weights has Gaussian outputs, of covariance
C = σ²/N Σ s_i s_iᵀ (+ sb² 11ᵀ for each output), so that P(φ) is the average of N(φ; 0, C) over networks. For
other laws networks are counted in boxes.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network
from numerics.networks.drawn_features import drawn_features
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality
from numerics.results.uncertainty import Uncertainty
from numerics.sampling.ensemble import Ensemble

Array = NDArray[np.float64]

#: Half the side of a box, in standard deviations.
BOX = 0.1
#: Features held at once, and values that a trusted average needs at least.
_AT_ONCE, _FEWEST = 1 << 22, 25


def sampled_density(network: Network, fields: FieldSet, at: Array, networks: int, seed: int) -> Estimate:
    """Estimate the density at rows of shape (R, n) from sampled networks.

    Parameters
    ----------
    network : Network
    fields : FieldSet
    at : ndarray, shape (R, n)
    networks : int
    seed : int

    Returns
    -------
    Estimate
        With one standard deviation of the mean.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> found = sampled_density(CosNet(width=64), FieldSet([[0.0], [0.8]]), np.array([[0.3, 0.1]]), 2000, 1)
    >>> bool(abs(-np.log(found.value[0]) - 0.8748) < 4 * found.error[0] / found.value[0])
    True
    """
    provenance = {"network": to_record(network), "seed": seed, "networks": networks}
    if network.laws.independent_gaussian_outputs:
        values, method = _conditional(network, fields, at, networks, seed), "sampled, output layer integrated"
    else:
        values, method = _in_boxes(network, fields, at, networks, seed), f"sampled, in boxes of ±{BOX:g} σ"
    mean, deviation = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    # an average that a few networks make is not one
    share = values.max(axis=0) / np.maximum(values.sum(axis=0), np.finfo(np.float64).tiny)
    few = bool(np.any((mean > 0) & (share > 1.0 / _FEWEST)))
    return Estimate(
        mean,
        Uncertainty.known(np.diag(deviation**2)),
        method,
        Quality.TOO_FEW_SAMPLES if few or not np.all(mean > 0) else Quality.TRUSTED,
        provenance,
    )


def _conditional(network: Network, fields: FieldSet, at: Array, networks: int, seed: int) -> Array:
    """Gaussian densities given the hidden parameters, shape (networks, R)."""
    n, width = len(fields), network.width
    generator = np.random.default_rng(seed)
    same = fields.outputs[:, np.newaxis] == fields.outputs
    found = np.empty((networks, len(at)))
    step = max(1, _AT_ONCE // (width * n))
    for start in range(0, networks, step):
        count = min(step, networks - start)
        features = drawn_features(network, fields.inputs, count * width, generator).reshape(count, width, n)
        gram = np.einsum("bwi,bwj->bij", features, features) * (network.output_deviation**2 / width)
        covariance = same * (gram + network.bias_variance)
        found[start : start + count] = _gaussians(covariance, at)
    return found


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _gaussians(covariance: Array, at: Array) -> Array:
    """Evaluate N(φ; 0, C); shapes (B, n, n) and (R, n) -> (B, R)."""
    sign, log_det = np.linalg.slogdet(covariance)
    regular = sign > 0
    safe = np.where(regular[:, np.newaxis, np.newaxis], covariance, np.eye(at.shape[1]))
    solved = np.linalg.solve(safe, np.broadcast_to(at.T, (len(safe), *at.T.shape)))
    squares = np.einsum("rn,bnr->br", at, solved)
    logs = -0.5 * (squares + log_det[:, np.newaxis] + at.shape[1] * np.log(2 * pi))
    return np.where(regular[:, np.newaxis], np.exp(logs), 0.0)


def _in_boxes(network: Network, fields: FieldSet, at: Array, networks: int, seed: int) -> Array:
    """Which networks lie in the box around each row, over its volume; shape (networks, R)."""
    if len(fields) > 2:
        raise NotAvailable(
            f"a sampled density of {len(fields)} fields needs Gaussian output weights; with other laws one "
            "or two fields can be sampled"
        )
    outputs = np.asarray(Ensemble(network, fields, seed).outputs(networks))
    half = BOX * outputs.std(axis=0)
    inside = np.all(np.abs(outputs[:, np.newaxis, :] - at) <= half, axis=2)
    return np.asarray(inside / np.prod(2.0 * half))
