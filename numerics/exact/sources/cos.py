"""Cos-net under a source: the phase is integrated in closed form, the momenta by quadrature.

With A_a = Σ_k J_ak e^(i W·x_k) the source meets Σ_a (Re A_a e^(ic))² = ½ Σ|A_a|² + ½ Re(e^(2ic) Σ A_a²),
and the average over the phase c is e^(−q) I_0(b), q = −½ strength Σ|A_a|², b = ½ |strength| |Σ A_a²|.
"""

import numpy as np

from numerics.exact.sources.base import Array, SourcedNeuron, closed_average
from numerics.exact.sources.by_rules import Averaged, Indices, averaged
from numerics.networks.averages.neuron import Neuron
from numerics.networks.averages.neuron_quadrature import parameter_axes
from numerics.networks.cos import CosNet
from numerics.networks.laws import GAUSSIAN

#: Below this b the series of I_0 is taken, which keeps the digits of what is small.
_SMALL, _TERMS = 1.0, 12


def phase_average(q: Array, b: Array) -> Array:
    """Evaluate e^(−q) I_0(b) − 1 without cancellation at small arguments.

    Examples
    --------
    >>> found = phase_average(np.array([1e-9, 3.0]), np.array([1e-9, 3.0]))
    >>> bool(abs(found[0] + 1e-9) < 2e-18), round(float(found[1]) + 1.0, 12)
    (True, 0.243000354162)
    """
    from scipy.special import i0e

    small = np.minimum(b, _SMALL)
    term, rest = np.ones_like(b), np.zeros_like(b)
    for k in range(1, _TERMS):
        term = term * (small / (2.0 * k)) ** 2
        rest += term
    with np.errstate(over="ignore", under="ignore"):
        # e^(−q) I_0 − 1 = e^(−q) (I_0 − 1) + (e^(−q) − 1)
        near = np.exp(-q) * rest + np.expm1(-q)
        far = i0e(b) * np.exp(b - q) - 1.0
    return np.where(b < _SMALL, near, far)


@closed_average.register
def _(network: CosNet, neuron: SourcedNeuron) -> tuple[Array, Array]:
    # only differences of the inputs count: the phase takes up a common shift
    moved = neuron.fields.inputs - neuron.fields.inputs[0]
    momenta = Neuron(
        network,
        network.d_in,
        (*[network.laws.hidden.unit] * network.d_in, GAUSSIAN),
        (*[network.slope] * network.d_in, 0.0),
        1.0,
    )
    axes, laws = parameter_axes(momenta, moved)

    def integrand(angles: Array, some: Indices) -> Array:
        waves = np.exp(1j * angles)
        amplitudes = [waves @ source[some].T for source in neuron.sources]
        squares = sum(np.abs(one) ** 2 for one in amplitudes)
        turning = np.abs(sum(one**2 for one in amplitudes))
        return phase_average(-0.5 * neuron.strength * squares, 0.5 * abs(neuron.strength) * turning)

    question = Averaged(integrand, axes, laws, neuron.sources.shape[1], most_work=neuron.most_work)
    return averaged(question, neuron.rtol, neuron.power)
