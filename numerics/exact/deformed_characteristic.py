"""The exact E e^(i J·f) under a deformed law of output weights, where neurons decouple behind one average.

- Gaussian weights a_i = t + √v g_i with a common normal t: E_t[(E_s e^(i t u − v u²/2))^N], u = J·s/√N; for a
  negative common variance t is imaginary.
- Weights with e^(−c |a|⁴): it is ∫dx e^(−(x + iy)²/2 + i√(2c)(x + iy)|a|²)/√2π for every y, and with
  τ = −i√(2c)(x + iy) the weights are independent Gaussians of the variance s²/(1 + 2τs²) (Hubbard,
  Stratonovich). The line y is put through the saddle, where nothing oscillates.
- Independent weights: (E_s χ(u))^N.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from numerics.exact.weight_waves import average_of_features
from numerics.fields.field_set import FieldSet
from numerics.networks.base import Network
from numerics.networks.joint_laws.gaussian_weights import GaussianWeights
from numerics.networks.joint_laws.radial_weights import RadialWeights
from numerics.networks.joint_laws.single_weights import SingleWeights
from numerics.networks.joint_laws.weight_averages import WeightAverages
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Indices = NDArray[np.int64]
#: Longest step of the outer average (the one of twice the length is the check), how far it reaches, both in
#: deviations, and its most nodes; steps between nodes of a single weight.
_STEP, _FAR, _MOST, _EVERY = 0.3, 9.5, 4001, 16


@final
@dataclass(frozen=True, eq=False)
class Decoupled:
    """E e^(i J·φ) as Σ_q w_q (E_s g_q(u))^N, with Σ w_q = 1.

    Attributes
    ----------
    logarithms : ndarray of complex, shape (Q,)
        log w_q, up to a constant.
    waves : callable
        From u, shape (m,), and some q, shape (b,), to g_q(u), shape (m, b).
    mirrored : bool
        Whether the second half, from the middle q on, is the complex conjugate of the first one backwards.
    """

    logarithms: Complex
    waves: Callable[[Array, Indices], Complex]
    mirrored: bool = False


def decoupled(averages: WeightAverages, width: int, reach: float) -> Decoupled | None:
    """Write the law as an average over independent weights; None: it is none.

    Parameters
    ----------
    averages : WeightAverages
    width : int
    reach : float
        About the largest |J·E[s]|·√N, for the step of an outer average.
    """
    if isinstance(averages, GaussianWeights):
        return _gaussian(averages, width, reach)
    if isinstance(averages, RadialWeights) and len(averages.exponents) == 3:
        return _quartic(averages, width)
    if isinstance(averages, SingleWeights):
        return _single(averages)
    return None


def deformed_characteristic(
    network: Network, fields: FieldSet, source: Array, averages: WeightAverages
) -> tuple[Estimate, Estimate] | None:
    """Compute E e^(i J·f) exactly under a deformed law.

    Parameters
    ----------
    network : Network
        Its width, features and output bias are used.
    fields : FieldSet
    source : ndarray, shape (n,)
        J.
    averages : WeightAverages
        Of its output weights.

    Returns
    -------
    real, imaginary : Estimate
        With error bounds; None where the neurons do not decouple.

    Raises
    ------
    NotAvailable
        If no quadrature over a neuron serves.
    """
    width = network.width
    reach = float(np.sum(np.abs(source))) * width**0.5
    law = decoupled(averages, width, reach)
    if law is None:
        return None
    count = (len(law.logarithms) + 1) // 2 if law.mirrored else len(law.logarithms)

    def columns(s: Array, some: Indices) -> Array:
        # real parts of all q, and imaginary ones behind them
        found = law.waves((s @ source) / width**0.5, some % count)
        return np.where(some < count, found.real, found.imag)

    value, error = average_of_features(network, fields.inputs, columns, 2 * count)
    neuron = value[:count] + 1j * value[count:]
    doubt = np.hypot(error[:count], error[count:])
    if law.mirrored:
        neuron = np.concatenate([neuron, neuron[-2::-1].conj()])
        doubt = np.concatenate([doubt, doubt[-2::-1]])
    with np.errstate(divide="ignore"):
        heights = law.logarithms + width * np.log(neuron)
    top = float(law.logarithms.real.max())
    shares, norm = np.exp(heights - top), np.exp(law.logarithms - top)
    fine = shares.sum() / norm.sum()
    coarse = shares[::2].sum() / norm[::2].sum() if len(shares) > 1 else fine
    sizes = np.abs(shares)
    slopes = width * doubt / np.maximum(np.abs(neuron), 1e-300)
    bound = abs(fine - coarse) + float(sizes @ (slopes + 16 * EPS * (1 + width * 0.1))) / abs(norm.sum())
    bias = float(np.exp(-0.5 * network.bias_variance * np.sum(source) ** 2))
    how = f"{averages.method}; exact average over one neuron"
    real, imaginary = (Estimate(bias * part, bias * bound, how) for part in (fine.real, fine.imag))
    return real, imaginary


def _gaussian(law: GaussianWeights, width: int, reach: float) -> Decoupled:
    variance, common, mean = float(law.variance), float(law.common), float(law.mean)
    if common == 0.0:
        z = np.zeros(1)
    else:
        # an imaginary t makes the integrand broader than the normal density
        broad = 1.0 if common > 0 else (variance / (variance + width * common)) ** 0.5
        step = _STEP / (1.0 + 0.1 * abs(common) ** 0.5 * reach)
        z = broad * _equidistant(step)
    t = mean + np.sqrt(complex(common)) * z

    def waves(u: Array, some: Indices) -> Complex:
        return np.asarray(
            np.exp(1j * np.multiply.outer(u, t[some]) - 0.5 * variance * (u * u)[:, np.newaxis])
        )

    real = common > 0.0 and mean == 0.0
    return Decoupled((-0.5 * z * z).astype(np.complex128), waves, mirrored=real)


def _equidistant(step: float) -> Array:
    """An odd number of nodes of the trapezoidal rule over a normal density."""
    half = min(int(_FAR / step) + 1, _MOST // 2)
    return np.asarray(np.linspace(-_FAR, _FAR, 2 * half + 1))


def _quartic(law: RadialWeights, width: int) -> Decoupled:
    _, linear, quartic = (float(one) for one in law.exponents)
    # in units of the deviation: e^(−d_1 x − d_2 x²), x = |a|²; v solves 1/v = 2 d_1 + 4 d_2 N v
    strength = 4.0 * quartic * width
    v = 2.0 / (2.0 * linear + (4.0 * linear**2 + 4.0 * strength) ** 0.5)
    root = (2.0 * quartic) ** 0.5
    y = root * width * v
    # the integrand is singular where its variance is infinite: the rule needs steps much shorter than that
    distance = linear / root + y
    x = _equidistant(min(_STEP, 0.09 * distance))
    precision = 2.0 * linear + 2.0 * root * y - 2j * root * x
    logarithms = -0.5 * x * x - 1j * x * y - 0.5 * width * np.log(precision)
    variances = float(law.deviation) ** 2 / precision

    def waves(u: Array, some: Indices) -> Complex:
        return np.asarray(np.exp(-0.5 * np.multiply.outer(u * u, variances[some])))

    return Decoupled(np.asarray(logarithms), waves, mirrored=True)


def _single(law: SingleWeights) -> Decoupled:
    nodes, weights = law.rules[0]
    if len(nodes) > 32 * _EVERY:
        nodes, weights = nodes[::_EVERY], weights[::_EVERY] / weights[::_EVERY].sum()

    def waves(u: Array, some: Indices) -> Complex:
        found = np.exp(1j * np.multiply.outer(u, nodes)) @ weights
        return np.repeat(found[:, np.newaxis], len(some), axis=1)

    return Decoupled(np.zeros(1, dtype=np.complex128), waves)
