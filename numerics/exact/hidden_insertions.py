"""Averages of products of features with what a motion of the hidden parameters makes of their density.

E[X s(x_1) … s(x_r)] over one neuron, X = Σ (log p)'(θ) δθ + Σ ∂δθ/∂θ; where a density jumps its end counts
instead (`numerics.networks.density_slopes`). By product rules over the parameters, two of which are compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.fields.index_sets import multisets
from numerics.networks.averages.neuron_quadrature import steepness_of
from numerics.networks.base import Network, neuron_of
from numerics.networks.density_slopes import slope_rule
from numerics.networks.laws import ParameterLaw
from numerics.networks.parameter_motion import ParameterMotion, Units

Array = NDArray[np.float64]

#: Nodes of the finest rule, nodes held at once, and finest level.
LARGEST_NODES, CHUNK, FINEST = 2_000_000, 1 << 13, 8
#: Difference of two rules, relative to the largest average, that ends the refinement.
CONVERGED = 1e-13


@dataclass(frozen=True)
class _Axis:
    """Nodes along one parameter, with the weights of its density and of the slope of its density."""

    nodes: Array
    masses: Array
    slopes: Array


def hidden_insertions(
    network: Network, points: Array, motion: ParameterMotion, orders: range
) -> tuple[dict[int, Array], dict[int, Array]]:
    """Average products of features with the insertion of the hidden parameters.

    Parameters
    ----------
    network : Network
    points : ndarray, shape (P, d)
    motion : ParameterMotion
    orders : range
        Numbers r of features.

    Returns
    -------
    values, errors : dict of int to ndarray
        Over ``multisets(P, r)``; the errors are differences of two rules.

    Raises
    ------
    NotAvailable
        If there are too many parameters for product rules, or a law has no density.

    Examples
    --------
    Shifting the bias of a neuron of ReLU-net changes E[s] at x = 1 by E[W θ(z)] = 1/√(4π):

    >>> from numerics.networks.relu import ReLUNet
    >>> net = ReLUNet(1, sigma_b=1.0)
    >>> motion = ParameterMotion(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), np.ones(1))
    >>> values, errors = hidden_insertions(net, np.ones((1, 1)), motion, range(1, 2))
    >>> bool(abs(-values[1][0] - 1 / np.sqrt(4 * np.pi)) < 1e-3)
    True
    """
    found = errors = None
    history: list[float] = []
    for level in range(FINEST):
        pair = [_axes(network, points, max(orders), level, second=second) for second in (False, True)]
        if any(np.prod([len(one.nodes) for one in axes], dtype=np.float64) > LARGEST_NODES for axes in pair):
            break
        coarse, found = (_averages(network, points, motion, orders, axes) for axes in pair)
        errors = {r: np.abs(found[r] - coarse[r]) for r in orders}
        size = max(float(np.abs(one).max(initial=0.0)) for one in found.values())
        history.append(max(float(one.max(initial=0.0)) for one in errors.values()))
        if history[-1] <= CONVERGED * max(size, 1e-300):
            break
        if len(history) > 3 and history[-1] > 0.3 * history[-3]:  # a kink: refining on takes for ever
            break
    if found is None or errors is None:
        raise NotAvailable(
            f"an average over the {network.d_in + 1} parameters of a neuron would need more than "
            f"{LARGEST_NODES:.0e} nodes; take inputs of fewer dimensions, or sample"
        )
    return found, errors


def _axes(network: Network, points: Array, order: int, level: int, *, second: bool) -> list[_Axis]:
    units, laws = Units.of(network), network.laws
    steepness = steepness_of(neuron_of(network), points)
    reach = steepness * units.hidden * np.abs(points).max(axis=0, initial=0.0)
    found = [_axis(laws.hidden.unit, float(one), order, level, second=second) for one in reach]
    if network.bias_deviation is None:
        # exact for products of so many waves, and of the first one more
        count = order + 2 + second
        angles = 2.0 * np.pi * np.arange(count) / count
        return [*found, _Axis(angles, np.full(count, 1.0 / count), np.zeros(count))]
    if units.bias == 0.0:
        return [*found, _Axis(np.zeros(1), np.ones(1), np.zeros(1))]
    return [*found, _axis(laws.bias.unit, steepness * units.bias, order, level, second=second)]


def _axis(law: ParameterLaw, reach: float, order: int, level: int, *, second: bool) -> _Axis:
    # one factor more than features: what the slope is multiplied by
    masses = law.rule(reach, order + 1, level, second=second)[1]
    nodes, slopes = slope_rule(law, reach, order + 1, level, second=second)
    return _Axis(nodes, np.concatenate([masses, np.zeros(len(nodes) - len(masses))]), slopes)


def _averages(
    network: Network, points: Array, motion: ParameterMotion, orders: range, axes: list[_Axis]
) -> dict[int, Array]:
    units = Units.of(network)
    rows = {r: multisets(len(points), r) for r in orders}
    found = {r: np.zeros(len(one)) for r, one in rows.items()}
    weigh = _insertion(motion, units, network.d_in)
    for parameters, masses, slopes in _chunks(axes):
        weights = weigh(parameters, masses, slopes)
        features = network.features(units.hidden * parameters[:, :-1], units.bias * parameters[:, -1], points)
        for r, one in rows.items():
            found[r] += weights @ np.prod(features[:, one], axis=2)
    return found


def _chunks(axes: list[_Axis]) -> Iterator[tuple[Array, Array, Array]]:
    """Yield parameters, and the weights of densities and slopes of each of them; shapes (q, d + 1)."""
    shape = tuple(len(one.nodes) for one in axes)
    size = int(np.prod(shape))
    for start in range(0, size, CHUNK):
        places = np.unravel_index(np.arange(start, min(size, start + CHUNK)), shape)
        pairs = list(zip(axes, places, strict=True))
        yield (
            np.stack([one.nodes[place] for one, place in pairs], axis=1),
            np.stack([one.masses[place] for one, place in pairs], axis=1),
            np.stack([one.slopes[place] for one, place in pairs], axis=1),
        )


def _insertion(motion: ParameterMotion, units: Units, d: int) -> Callable[[Array, Array, Array], Array]:
    """Weights of the nodes: the product of the densities, one of them replaced by its slope times δθ."""
    trace = float(np.trace(motion.hidden))

    def weigh(parameters: Array, masses: Array, slopes: Array) -> Array:
        hidden = parameters[:, :d]
        # in units of the laws
        moves = np.column_stack(
            [
                hidden @ motion.hidden.T + motion.hidden_shift / units.hidden,
                units.hidden / (units.bias or 1.0) * (hidden @ motion.bias_slope),
            ]
        )
        total = trace * np.prod(masses, axis=1)
        for k in range(d + 1):
            if np.any(moves[:, k]):
                others = np.prod(np.delete(masses, k, axis=1), axis=1)
                total += moves[:, k] * slopes[:, k] * others
        return np.asarray(total)

    return weigh
