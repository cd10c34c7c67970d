"""The exact density of one or two outputs, by inverting the exact characteristic function.

    P(φ) = ∫ dJ/(2π)^n e^(−i J·φ) Z[J],     Z[J] = E e^(i J·f) = exp W[J],

with the trapezoidal rule in the basis where the two-point function is the identity. Its step h makes the
density periodic with period 2π/h: what the images add is not more than what is found at the edge of the
period, and the step is made smaller until that is nothing. The sources are cut, direction by direction,
where Z[J] has fallen below the accuracy; what lies beyond is bounded by the power with which Z falls there. A
network without output bias has Z ∝ |J|^(−N) or so: too narrow a network is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import counted, shown
from numerics.errors import InvalidPoints, NotAvailable, SingularProblem
from numerics.exact.characteristic import characteristic
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_rows import field_rows
from numerics.fields.field_set import Fields, FieldSet, as_field_set
from numerics.given import as_real_array
from numerics.networks.architectures import Network, as_network
from numerics.networks.record import to_record
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
METHOD = "inverted characteristic function"
#: Correlations closer to ±1 than this leave no density.
_SINGULAR = 1e-12
#: Part of the period at which it is seen whether images add anything.
_NEAR = 0.42
#: A ring is looked at from its distance on to this many times it, with so many sources by number of fields.
_AHEAD, _SOURCES = 1.41, {1: 12, 2: 4}
#: The same for output weights of a law with edges, whose characteristic function comes in waves.
_AHEAD_OF_WAVES, _SOURCES_OF_WAVES = 2.2, {1: 24, 2: 8}


@final
@dataclass(frozen=True)
class InversionPlan:
    """How exact a density must be, and what it may cost.

    Attributes
    ----------
    accuracy : float
        Largest error aimed at, as a part of the Gaussian density at its centre.
    reach : float
        Standard deviations beyond the fields asked for that the period holds at first.
    directions : int
        In which the fall of the characteristic function is looked at, for two fields.
    farthest : float
        Largest source that is tried, in units of 1/deviation.
    most_sources : int
        Of one rule.
    most_work : float
        Nodes over a neuron times sources, of one shell of sources.
    """

    accuracy: float = 1e-9
    reach: float = 6.5
    directions: int = 24
    farthest: float = 3000.0
    most_sources: int = 200_000
    most_work: float = 3e7


#: By number of fields: in two dimensions every digit costs ten times as much.
USUAL = {1: InversionPlan(), 2: InversionPlan(accuracy=1e-7, reach=5.9, farthest=60.0, most_sources=40_000)}


@final
@dataclass(frozen=True, eq=False)
class InvertedLaw:
    """The law of one or two outputs, as values of its characteristic function.

    Attributes
    ----------
    network : Network
    fields : FieldSet
    basis : ndarray, shape (n, n)
        W, with W K Wᵀ = 1.
    sources : ndarray, shape (Q, n)
        Of the trapezoidal rule, in that basis; one of each pair ±t.
    weights : ndarray, shape (Q,)
        2 Z h^n/(2π)^n.
    bound : float
        Error of the density in that basis: images, what lies beyond the sources, errors of Z.
    reach : float
        How many standard deviations from zero it is known.
    converged : bool

    Examples
    --------
    >>> from numerics.networks.cos import CosNet
    >>> law = inverted_law(CosNet(width=32), [[0.0]], reach=2.0)
    >>> law.converged, law.basis.shape, len(law.sources) == len(law.weights)
    (True, (1, 1), True)
    """

    network: Network
    fields: FieldSet
    basis: Array
    sources: Array
    weights: Array
    bound: float
    reach: float
    converged: bool

    def density(self, at: ArrayLike) -> Estimate:
        """Evaluate the density at rows of shape (R, n).

        Examples
        --------
        Cos-net of width 3 at one point, where P(φ) = ∫ [e^(−q) I_0(q)]³ cos(Jφ) dJ/2π, q = J²/12:

        >>> from numerics.networks.cos import CosNet
        >>> law = inverted_law(CosNet(width=3), [[0.0]], reach=2.0)
        >>> law.density([[0.0], [1.0]])
        <Estimate of shape (2,): 0.62927... (bound ...), 0.18548...; inverted characteristic function; ...
        """
        white = field_rows(at, len(self.fields)) @ self.basis.T
        volume = abs(float(np.linalg.det(self.basis)))
        return self._estimate(volume * _waves(white, self.sources, self.weights), volume * self.bound, volume)

    def probabilities(self, edges: ArrayLike) -> Estimate:
        """Probabilities of the intervals between ascending edges, of one output; shape (len(edges) − 1,).

        Raises
        ------
        NotAvailable
            If there are two outputs.
        """
        if len(self.fields) != 1:
            raise NotAvailable("probabilities of intervals are known for one field; two were given")
        ends = self.basis[0, 0] * as_real_array(edges, "edges", InvalidPoints, "ascending numbers are needed")
        inside = np.isfinite(ends)
        if np.any(np.abs(ends[inside]) > self.reach):
            raise InvalidPoints(
                f"edges {shown(np.asarray(edges).tolist())} were given; this law is known within "
                f"{self.reach:g} standard deviations of zero, and at infinity"
            )
        places = self.sources[:, 0]
        below = 0.5 * np.sign(ends)
        below[inside] = np.sin(np.multiply.outer(ends[inside], places)) @ (self.weights / places)
        return self._estimate(np.diff(below), 2.0 * self.reach * self.bound, 1.0)

    def _estimate(self, value: Array, error: float, scale: float) -> Estimate:
        rounding = 4 * EPS * float(np.sum(np.abs(self.weights))) * scale
        quality = Quality.TRUSTED if self.converged else Quality.NOT_CONVERGED
        bound = np.full(value.shape, error + rounding)
        return Estimate(value, bound, METHOD, quality, {"network": to_record(self.network)})


def inverted_law(
    network: Network, fields: Fields, reach: float, plan: InversionPlan | None = None
) -> InvertedLaw:
    """Invert the characteristic function of one or two outputs.

    Parameters
    ----------
    network : Network
        With independent output weights of a symmetric law.
    fields : array_like, shape (n, d_in), or FieldSet
        n = 1 or 2.
    reach : float
        Largest distance from the mean at which it will be evaluated, in standard deviations.
    plan : InversionPlan, optional
        Default: an accuracy of 1e-9 for one field, 1e-7 for two.

    Returns
    -------
    InvertedLaw

    Raises
    ------
    NotAvailable
        If there are more fields, no exact characteristic function, or it falls too slowly.
    SingularProblem
        If K has no inverse.
    """
    as_network(network)
    where = as_field_set(fields, None, network.d_in)
    if len(where) > 2:
        raise NotAvailable(
            f"the exact density of {len(where)} fields was asked for; it is known for one or two: take fewer "
            "points, or a sampled reference"
        )
    plan = USUAL[len(where)] if plan is None else plan
    basis = _basis(network, where)
    radii, angles, tail = _extent(network, where, basis, plan)
    period = max(plan.reach / _NEAR, reach + plan.reach)
    goal = plan.accuracy * (2 * pi) ** (-len(where) / 2)
    found: tuple[Array, Array, float] | None = None
    images = np.inf
    for stretch in (1.0, 1.4, 2.0, 2.8, 4.0):
        try:
            made = _rule(network, where, basis, (radii, angles), 2 * pi / (period * stretch), plan)
        except NotAvailable:
            if found is None:
                raise
            break
        found = made
        images = _at_the_edge(made, period * stretch)
        if images <= goal:
            break
    assert found is not None
    bound = images + found[2] + tail
    return InvertedLaw(network, where, basis, found[0], found[1], bound, reach, bound <= 1e4 * goal)


def _at_the_edge(rule: tuple[Array, Array, float], period: float) -> float:
    """Largest density near the edge of the period: images are farther away.

    At the edge itself an image, which has the other sign on this lattice, would cancel it.
    """
    sources, weights, _ = rule
    along = _NEAR * period * np.linspace(-1.0, 1.0, 33)
    edge = np.full(33, _NEAR * period)
    if sources.shape[1] == 1:
        places = edge[:1, np.newaxis]
    else:
        places = np.concatenate([np.stack([edge, along], axis=1), np.stack([along, edge], axis=1)])
    return float(np.max(np.abs(_waves(places, sources, weights))))


def _waves(white: Array, sources: Array, weights: Array) -> Array:
    """Σ w cos(t·y) at rows of y."""
    found = np.empty(len(white))
    step = max(1, (1 << 22) // max(1, len(sources)))
    for start in range(0, len(white), step):
        found[start : start + step] = np.cos(white[start : start + step] @ sources.T) @ weights
    return found


def _rule(
    network: Network,
    fields: FieldSet,
    basis: Array,
    extent: tuple[Array, Array],
    step: float,
    plan: InversionPlan,
) -> tuple[Array, Array, float]:
    """Sources on a lattice inside the extent, half of them, their weights, and what errors of Z add."""
    radii, angles = extent
    n = len(fields)
    half = (np.arange(int(np.ceil(radii.max() / step)) + 1) + 0.5) * step
    if n == 1:
        sources = half[half <= radii[0] + step][:, np.newaxis]
    else:
        expected = 0.5 * float(np.mean(radii**2)) * pi / step**2
        if expected > plan.most_sources:
            raise _too_slow(network, "its two-dimensional inversion would need", expected)
        across = np.concatenate([-half[::-1], half])
        both = np.stack([one.ravel() for one in np.meshgrid(half, across, indexing="ij")], axis=1)
        bearing = np.arctan2(both[:, 1], both[:, 0]) % pi
        allowed = np.interp(bearing, np.append(angles, pi), np.append(radii, radii[0]))
        sources = both[np.hypot(both[:, 0], both[:, 1]) <= allowed + step]
    if len(sources) > plan.most_sources:
        raise _too_slow(network, "its inversion would need", len(sources))
    # in shells: the farther out, the finer the rules over a neuron
    distances = np.hypot.reduce(np.pad(sources, ((0, 0), (0, 1))), axis=1)
    shells = np.floor(np.log2(1.0 + distances)).astype(np.int64)
    values, errors = np.empty(len(sources)), np.empty(len(sources))
    for shell in np.unique(shells):
        some = np.flatnonzero(shells == shell)
        found = characteristic(network, fields, sources[some] @ basis, 0.01 * plan.accuracy, plan.most_work)
        values[some], errors[some] = found
    volume = 2.0 * (step / (2 * pi)) ** n
    return sources, volume * values, volume * float(np.sum(errors))


def _too_slow(network: Network, what: str, sources: float) -> NotAvailable:
    return NotAvailable(
        f"the characteristic function of the {network.name}-net of width {network.width} falls too slowly: "
        f"{what} {sources:.1g} sources. Take a wider network, or one with an output bias"
    )


def _extent(
    network: Network, fields: FieldSet, basis: Array, plan: InversionPlan
) -> tuple[Array, Array, float]:
    """How far the sources reach in each direction, and a bound of what is beyond."""
    n = len(fields)
    angles = np.zeros(1) if n == 1 else np.arange(plan.directions) * pi / plan.directions
    rays = np.ones((1, 1)) if n == 1 else np.stack([np.cos(angles), np.sin(angles)], axis=1)
    limit = np.log(0.1 * plan.accuracy)
    distances, rings = _rings(network, fields, rays @ basis, limit, plan)
    radii, beyond = np.empty(len(rays)), 0.0
    for ray in range(len(rays)):
        over = np.flatnonzero(rings[:, ray] > limit)
        last = min(int(over[-1]) + 1 if len(over) else 1, len(distances) - 1)
        radii[ray] = distances[last]
        beyond += _beyond(rings[:, ray], np.log(distances), last, network)
    if n == 2:
        # between two directions it may reach as far as the farther of both
        radii = 1.15 * np.maximum(radii, np.maximum(np.roll(radii, 1), np.roll(radii, -1)))
    share = 2.0 / (2 * pi) if n == 1 else 2.0 * pi / len(rays) / (2 * pi) ** 2
    return radii, angles, float(beyond * share)


def _rings(
    network: Network, fields: FieldSet, rays: Array, limit: float, plan: InversionPlan
) -> tuple[Array, Array]:
    """Logarithms of what rings of sources are worth, at distances from one on, until all are below a limit.

    Returns
    -------
    distances : ndarray, shape (L,)
    rings : ndarray, shape (L, directions)
    """
    n = len(fields)
    # where a lattice would have as many sources as there may be
    step = pi / (plan.reach + 2.0)
    farthest = min(plan.farthest, (0.5 * plan.most_sources) ** (1 / n) * step)
    distances = np.geomspace(1.0, farthest, 8 * n + int(6 * np.log2(farthest)))
    ahead = _stretch(network, n)
    found: list[Array] = []
    for distance in distances:
        # what matters at the end is Z times the area of the ring
        wanted = 0.01 * plan.accuracy / distance**n
        near = np.multiply.outer(distance * ahead, rays).reshape(-1, n)
        values, errors = characteristic(network, fields, near, wanted, 0.05 * len(ahead) * plan.most_work)
        largest = np.maximum(np.abs(values), errors).reshape(len(ahead), -1)
        with np.errstate(divide="ignore"):
            logs = np.log(largest) + n * np.log(distance * ahead)[:, np.newaxis]
        found.append(logs.max(axis=0))
        if len(found) > 8 and np.all(found[-1] < limit):
            break
    return distances[: len(found)], np.stack(found)


def _stretch(network: Network, n: int) -> Array:
    """Where rings are looked at, in units of their distance."""
    with np.errstate(divide="ignore"):
        waves = bool(np.all(np.isfinite(network.laws.output.unit.quantile(np.array([0.0, 1.0])))))
    if waves:
        return np.geomspace(1.0, _AHEAD_OF_WAVES, _SOURCES_OF_WAVES[n])
    return np.geomspace(1.0, _AHEAD, _SOURCES[n])


def _beyond(rings: Array, places: Array, last: int, network: Network) -> float:
    """Integral beyond one distance of what falls at least with the power seen around it."""
    if not np.isfinite(rings[last]):
        return 0.0
    power = -(rings[last] - rings[max(0, last - 6)]) / (places[last] - places[max(0, last - 6)])
    if power < 0.2:
        raise NotAvailable(
            f"the characteristic function of the {network.name}-net of width {network.width} falls so slowly "
            "that it cannot be inverted: the density is infinite somewhere, or does not exist. Take a wider "
            "network, or one with an output bias"
        )
    # as far as a ring looks ahead it may stay as it is
    return float(np.exp(rings[last]) * (np.log(_stretch(network, 1)[-1]) + 1.0 / power))


def _basis(network: Network, fields: FieldSet) -> Array:
    """The inverse of a root of K."""
    two = exact_correlators(network, fields, (2,))[2]
    n = len(fields)
    kernel = np.zeros((n, n))
    for (i, j), value in zip(two.indices.tolist(), two.value.tolist(), strict=True):
        kernel[i, j] = kernel[j, i] = value
    deviations = np.sqrt(np.diag(kernel))
    if not np.all(deviations > 0.0):
        raise SingularProblem("an output has no variance at these points, so it has no density")
    values, vectors = np.linalg.eigh(kernel / np.outer(deviations, deviations))
    if values[0] < _SINGULAR:
        raise SingularProblem(
            f"the two-point function of {counted(n, 'field')} has rank {int(np.sum(values >= _SINGULAR))}, "
            "so there is no density; leave out points"
        )
    return np.asarray((vectors / np.sqrt(values)).T / deviations)
