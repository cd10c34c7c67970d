"""Averages over one neuron of powers of its output weight times the wave e^(i a u) that a source makes of it.

With u = J·s/√N and an even law of the output weight a, c_m = E[a^m e^(i a u)] = i^m g_m with real g_m; for
Gaussian weights g_m = E[σ^m He_m(σu) e^(−σ²u²/2)], He_m the Hermite polynomials.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.polynomial.hermite_e import hermeval
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.exact.features.by_quadrature import reached_kinks
from numerics.exact.sources.by_rules import Averaged, averaged
from numerics.fields.field_set import FieldSet
from numerics.networks.averages.neuron_quadrature import parameter_axes, steepness_of
from numerics.networks.base import Network, neuron_of
from numerics.networks.laws import GAUSSIAN, ParameterLaw
from numerics.results.cumulants import EPS

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: Of features, and of which columns are wanted; of u, and of which powers are.
Function: TypeAlias = Callable[[Array, Indices], Array]
Waves: TypeAlias = Callable[[Array, Sequence[int]], Array]
#: Difference of two rules that ends the refinement, as a part of the largest average.
_AGREE = 1e-13
#: Refinement of the rule of a law other than Gaussian, and how far its waves turn in units of the law.
_LEVEL, _REACH = 2, 4.0


def wave_moments(
    network: Network, fields: FieldSet, source: Array, powers: Sequence[int]
) -> tuple[Array, Array]:
    """Average a^m e^(i a u) over the parameters of one neuron and its output weight.

    Parameters
    ----------
    network : Network
        With independent output weights of an even law.
    fields : FieldSet
    source : ndarray, shape (n,)
        J.
    powers : sequence of int
        m.

    Returns
    -------
    value, error : ndarray, shape (len(powers),)
        g_m = i^(−m) c_m.

    Raises
    ------
    NotAvailable
        If the law is skewed, or no quadrature serves.

    Examples
    --------
    One weight of deviation one, and a feature ±1 that never changes its sign: g_2 = (J² − 1)e^(−J²/2).

    >>> from numerics.networks.own import ActivationNet
    >>> one = ActivationNet(1, activation=np.ones_like, sigma_b=0.0)
    >>> value, _ = wave_moments(one, FieldSet([[0.3]]), np.array([2.0]), (0, 2))
    >>> bool(np.allclose(value * np.exp(2.0), [1.0, 3.0], rtol=1e-12))
    True
    """
    law, deviation = network.laws.output.unit, network.output_deviation
    if not law.even:
        raise NotAvailable(
            f"averages of waves are known for output weights of symmetric laws, and {law} is skewed; take a "
            "symmetric law, or sample"
        )
    # in units of the size of a^m, so that all of them converge alike
    sizes = np.array([float(law.moment(m + m % 2)) ** (m / (m + m % 2) if m else 1.0) for m in powers])
    # at J = 0 they are moments; what is left is averaged, so that moments keep all their digits
    still = np.array([0.0 if m % 2 else (-1.0) ** (m // 2) * float(law.moment(m)) for m in powers])
    waves = _gaussian if law == GAUSSIAN else _by_rule(law, max(powers))

    def integrand(s: Array, some: Indices) -> Array:
        u = deviation * (s @ source) / np.sqrt(network.width)
        found = waves(u, [powers[k] for k in some]) - still[some]
        return np.asarray(np.where(u[:, np.newaxis] == 0.0, 0.0, found) / sizes[some])

    value, error = average_of_features(network, fields.inputs, integrand, len(powers))
    # the rounding of a sum over nodes, of numbers about one
    value, error = value + still / sizes, error + 16 * EPS * np.any(source)
    if law != GAUSSIAN:
        # what the rule of the law leaves open
        nodes, weights = law.rule(_REACH, max(powers), _LEVEL, second=True)
        even = [m if m % 2 == 0 else m + 1 for m in powers]
        error = error + [abs(weights @ nodes**m / float(law.moment(m)) - 1.0) for m in even]
    scale = sizes * deviation ** np.array(powers, dtype=np.float64)
    return value * scale, (error + 8 * EPS * np.abs(value)) * scale


def average_of_features(
    network: Network, points: Array, function: Function, columns: int
) -> tuple[Array, Array]:
    """Average functions of the features of one neuron, by rules that are refined until two agree.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (n, d_in)
    function : callable
        From features, shape (q, n), and the numbers of some columns, shape (b,), to values, shape (q, b).
    columns : int

    Returns
    -------
    value, error : ndarray, shape (columns,)
    """
    described = neuron_of(network)
    axes, laws = parameter_axes(described, points)

    def integrand(z: Array, some: Indices) -> Array:
        return function(network.activate(z, points), some)

    return averaged(
        Averaged(
            integrand, axes, laws, columns, steepness_of(described, points), reached_kinks(described, axes)
        ),
        _AGREE,
    )


def _gaussian(u: Array, powers: Sequence[int]) -> Array:
    bell = np.exp(-0.5 * u * u)
    return np.stack([hermeval(u, [0.0] * m + [1.0]) * bell for m in powers], axis=1)


def _by_rule(law: ParameterLaw, highest: int) -> Waves:
    nodes, weights = law.rule(_REACH, highest, _LEVEL, second=True)

    def waves(u: Array, powers: Sequence[int]) -> Array:
        phases, found = np.multiply.outer(u, nodes), np.empty((len(u), len(powers)))
        for parity, turn in ((0, np.cos), (1, np.sin)):
            some = [place for place, m in enumerate(powers) if m % 2 == parity]
            if some:
                # i^(−m) times the even or odd part of the wave
                signs = [-1.0 if powers[place] % 4 in (2, 3) else 1.0 for place in some]
                table = [
                    sign * weights * nodes ** powers[place] for sign, place in zip(signs, some, strict=True)
                ]
                found[:, some] = turn(phases) @ np.array(table).T
        return found

    return waves
