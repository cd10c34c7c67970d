"""The exact generating functional at given sources: log E e^(i J·f) of a network of finite width.

The output weights are independent of the features, and those of different neurons of each other. With χ the
characteristic function of a standard output weight and D outputs

    W[J] = log E e^(i J·f) = N log E Π_a χ(σ_a J_a·s/√N) − ½ sb² Σ_a (Σ_k J_ak)²,

the average over the parameters of one neuron; for Gaussian output weights Π_a χ = exp(−σ_a² Σ_a (J_a·s)²/2N).
With a real source, e^(J·f), both signs turn to +, where the average is finite.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from numerics.errors import DivergentIntegral, InvalidPoints, NotAvailable

# imported for what they register
from numerics.exact.sources import cos as cos
from numerics.exact.sources import relu as relu
from numerics.exact.sources.base import SourcedNeuron, closed_average
from numerics.exact.sources.by_rules import average_by_rules
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_real_array
from numerics.networks.architectures import Network, as_network
from numerics.networks.laws import GAUSSIAN
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
#: Part of W[J] that a quadrature may leave open.
_CONVERGED = 1e-7


def log_characteristic(
    network: Network, fields: Fields, sources: ArrayLike, *, real: bool = False
) -> Estimate:
    """Compute log E e^(i J·f), exactly at finite width.

    Parameters
    ----------
    network : Network
        With independent output weights of a symmetric law.
    fields : array_like, shape (n, d_in), or FieldSet
    sources : array_like, shape (m, n) or (n,)
        J, one number for each field.
    real : bool, optional
        log E e^(J·f) in place of it, for Gaussian output weights, where it is finite.

    Returns
    -------
    Estimate
        Shape (m,) or (), real, with error bounds.

    Raises
    ------
    InvalidPoints
        If a source has not one number for each field.
    DivergentIntegral
        If E e^(J·f) is infinite.
    NotAvailable
        If the output weights are correlated or skewed, or no way to average is known.

    References
    ----------
    M. Demirtas et al., arXiv:2307.03223; for Cos-net at one point E e^(i J f) = [e^(−q) I_0(q)]^N,
    q = J² sa²/4N.

    Examples
    --------
    >>> from scipy.special import ive
    >>> from numerics.networks.cos import CosNet
    >>> found = log_characteristic(CosNet(width=3), [[0.7]], [[2.0], [0.0]])
    >>> bool(abs(found.value[0] - 3 * np.log(ive(0, 1 / 3))) < 1e-14), float(found.value[1])
    (True, 0.0)

    A real source that a ReLU-net does not stand:

    >>> from numerics.networks.relu import ReLUNet
    >>> log_characteristic(ReLUNet(width=3), [[1.0]], [2.0], real=True)
    Traceback (most recent call last):
    ...
    numerics.errors.DivergentIntegral: E e^(J·f) of the relu-net of width 3 is infinite at the source [2.0]...
    """
    as_network(network)
    where = as_field_set(fields, None, network.d_in)
    given = as_sources(sources, where)
    neuron = _sourced(network, where, np.atleast_2d(given), real)
    less_one, error = _average(neuron)
    if real and not np.all(np.isfinite(less_one)):
        first = np.atleast_2d(given)[int(np.argmin(np.isfinite(less_one)))]
        raise DivergentIntegral(
            f"E e^(J·f) of the {network.name}-net of width {network.width} is infinite at the source "
            f"{shown(first.tolist())}; take a smaller source, a wider network, or e^(i J·f)"
        )
    bias = _bias_of(neuron)
    value, bound, quality = _logarithm(less_one, error, network.width)
    value = value + (bias if real else -bias)
    bound = bound + 4 * EPS * (np.abs(value) + bias)
    method = "exact average over one neuron" + (", real source" if real else "")
    shape = given.shape[:-1]
    provenance = {"network": to_record(network)}
    return Estimate(value.reshape(shape), bound.reshape(shape), method, quality, provenance)


def characteristic(
    network: Network, fields: FieldSet, sources: Array, accuracy: float, most_work: float
) -> tuple[Array, Array]:
    """Compute E e^(i J·f) itself, to an absolute accuracy: cheaper far out, where it is small.

    Parameters
    ----------
    network : Network
        As in `log_characteristic`.
    fields : FieldSet
    sources : ndarray, shape (m, n)
    accuracy : float
    most_work : float
        See `numerics.exact.sources.base.SourcedNeuron`.

    Returns
    -------
    value, error : ndarray, shape (m,)
    """
    neuron = replace(
        _sourced(network, fields, sources, False), rtol=accuracy, power=network.width, most_work=most_work
    )
    less_one, error = _average(neuron)
    width, average = network.width, np.maximum(np.abs(1.0 + less_one), error)
    damped = np.exp(-_bias_of(neuron))
    value = np.sign(1.0 + less_one) ** width * np.abs(1.0 + less_one) ** width * damped
    return value, width * average ** (width - 1) * error * damped + width * EPS * np.abs(value)


def _sourced(network: Network, fields: FieldSet, rows: Array, real: bool) -> SourcedNeuron:
    """Split sources by outputs."""
    _refuse_laws(network, real)
    numbers = fields.output_numbers
    split = np.stack([rows * (numbers == output) for output in range(int(numbers.max()) + 1)])
    return SourcedNeuron(network, fields, split, real)


def _average(neuron: SourcedNeuron) -> tuple[Array, Array]:
    """Average over one neuron, less one, by a formula where there is one."""
    network = neuron.network
    found = closed_average(network, neuron) if network.laws.output.unit == GAUSSIAN else None
    if found is not None:
        return found
    if neuron.real:
        _refuse_real(network)
    return average_by_rules(neuron)


def _bias_of(neuron: SourcedNeuron) -> Array:
    """½ sb² Σ_a (Σ_k J_ak)²."""
    found: Array = 0.5 * neuron.network.bias_variance * np.sum(np.sum(neuron.sources, axis=2) ** 2, axis=0)
    return found


def as_sources(sources: ArrayLike, fields: FieldSet) -> Array:
    """Return sources as an array of shape (m, n) or (n,), or say what is wrong with them.

    Raises
    ------
    InvalidPoints
        If they are no finite numbers, or not one for each field.
    """
    needed = f"one number for each of {counted(len(fields), 'field')} is needed"
    found = as_real_array(sources, "sources", InvalidPoints, needed)
    if found.ndim not in (1, 2) or found.shape[-1] != len(fields):
        raise InvalidPoints(f"sources of shape {found.shape} were given; {needed}, in rows of that length")
    if not np.all(np.isfinite(found)):
        raise InvalidPoints(f"sources {shown(found.tolist())} were given; finite numbers are needed")
    return found


@np.errstate(divide="ignore", invalid="ignore")
def _logarithm(less_one: Array, error: Array, width: int) -> tuple[Array, Array, Quality]:
    """N log(1 + x) with its error bound, and whether the average converged."""
    average = 1.0 + less_one
    lost = error >= np.abs(average)
    value = np.where(lost, -np.inf, width * np.log1p(np.where(lost, 0.0, less_one)))
    bound = np.where(lost, np.inf, width * -np.log1p(-np.where(lost, 0.0, error / average)))
    rounding = width * 1e3 * EPS
    if not np.all(np.isfinite(value)):
        return value, bound, Quality.UNDEFINED
    converged = bool(np.all(bound <= _CONVERGED * np.abs(value) + rounding))
    return value, bound, Quality.TRUSTED if converged else Quality.NOT_CONVERGED


def _refuse_laws(network: Network, real: bool) -> None:
    law = network.laws.output
    if network.laws.joint is not None:
        raise NotAvailable(
            "the exact generating functional needs independent neurons, and the output weights of "
            f"{network!r} are correlated, or have another joint law; take its series in the cumulants"
        )
    if not law.even:
        raise NotAvailable(
            f"E e^(i J·f) is complex for output weights of a skewed law, such as {law}; take a symmetric law"
        )
    if real and law.unit != GAUSSIAN:
        raise NotAvailable(
            f"real sources are known for Gaussian output weights, and those here follow {law}; use e^(i J·f)"
        )


def _refuse_real(network: Network) -> None:
    """Refuse real sources where the average over one neuron may be infinite and no formula would tell."""
    growth = network.feature_growth
    ends = np.array([0.0, 1.0])
    laws = (network.laws.hidden, network.laws.bias)
    with np.errstate(all="ignore"):
        bounded = all(bool(np.all(np.isfinite(law.quantile(ends)))) for law in laws)
    if growth == 0.0 or bounded:
        return
    if growth is not None and growth > 1.0:
        raise DivergentIntegral(
            f"E e^(J·f) of the {network.name}-net is infinite for every real source at finite width, because "
            "its features grow too fast; use e^(i J·f)"
        )
    raise NotAvailable(
        f"whether E e^(J·f) of the {network.name}-net is finite here is not known: that can be told for "
        "bounded activations, for bounded hidden weights, and for the ReLU-net where the inputs span up to "
        "two dimensions, bias included; use e^(i J·f)"
    )
