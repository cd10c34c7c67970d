"""A rule for kernels with ridges along the lines through the origin and the inputs: cones over the faces.

For large weights K_W(x, y) of Erf-net bends sharply where y crosses the line through x and the origin. With
the length ℓ and the tilt κ of `numerics.kernels.base.Ridge`, u = y/ℓ and v = x/ℓ, it is singular where ::

    1 − κ² + |u|² + |v|² − 2κ u·v + |u × v|² = 0     and     1 + |u|² = 0,

the first of which is at a distance √(1 − κ² + (p − κ|v|)²/(1 + |v|²)) from that line, p being the coordinate
along it. A
grid along the axes does not see a ridge that runs obliquely. So the box is made of 2d cones, y = r e with e
on a face, max |e_k| = 1. In r there is no structure but around the origin; in the coordinates t of the face
every ridge stays at one place. The formula is quadratic in r and in each t, so where it vanishes is known,
and with it how many nodes a panel needs: panels are made for these points and for nothing else.
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import asinh, exp, inf, prod, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.rules.panels import CUTTING_NATS, TYPICAL_NATS, Panel
from numerics.integrals.rules.quadrature import Grid, KinkPair, join, tensor_product
from numerics.kernels.base import Ridge

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Largest grid that a rule keeps for the next time.
_KEPT_NODES = 50_000
#: Cuts in a row that may gain nothing, and up to how many nodes a panel is left whole.
_PATIENCE, _FEW_NODES = 2, 14
#: Where a panel may be cut, as shares of its length.
_CUT_BETWEEN = (0.05, 0.95)
#: Places along and across the rays at which singularities are looked up.
_ALONG, _ACROSS = 12, (0.0, 1.0, 4.0, 16.0)
#: Squares of widths below this share of their parts are rounding.
_ROUNDED = 1e-14

Face = tuple[int, float, tuple[tuple[Panel, ...], ...]]


@dataclass(frozen=True)
class ConeRule:
    """Gauss–Legendre in the distance and on the faces of the box.

    Attributes
    ----------
    cutoff : float
    radial : tuple of Panel
        From 0 to the cutoff.
    faces : tuple of (axis, sign, panels of the other axes in units of the cutoff)
    share : float
        What the weights are multiplied by: 2 where the faces are one of each pair.
    """

    cutoff: float
    radial: tuple[Panel, ...]
    faces: tuple[Face, ...]
    share: float = 1.0
    _grids: dict[float, Grid] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sizes: dict[float, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The rule in words."""
        return "Gauss–Legendre on cones over the faces of the box"

    @property
    def kinks_cut_up_to(self) -> int:
        """None: for analytic integrands only."""
        return 0

    @property
    def exact(self) -> bool:
        """Never: analytic integrands converge exponentially."""
        return False

    def size(self, nats: float) -> int:
        """Number of nodes."""
        if nats not in self._sizes:
            on_faces = sum(prod(_count(panels, nats) for panels in others) for _, _, others in self.faces)
            self._sizes[nats] = _count(self.radial, nats) * on_faces
        return self._sizes[nats]

    def pieces(self, nats: float) -> tuple[int, ...]:
        """Pieces of each panel."""
        if nats <= CUTTING_NATS:  # up to there they are always the same
            return self._fewest_pieces
        return self._pieces(nats)

    @cached_property
    def _fewest_pieces(self) -> tuple[int, ...]:
        return self._pieces(CUTTING_NATS)

    def _pieces(self, nats: float) -> tuple[int, ...]:
        all_panels = [self.radial, *(panels for _, _, others in self.faces for panels in others)]
        return tuple(panel.pieces(nats)[0] for panels in all_panels for panel in panels)

    def grid(self, nats: float) -> Grid:
        """Nodes and weights; those of small grids are kept."""
        if nats in self._grids:
            return self._grids[nats]
        r, radial = join(self.radial, nats)
        d = len(self.faces[0][2]) + 1
        nodes, weights = [], []
        for axis, sign, others in self.faces:
            face = tensor_product([join(panels, nats) for panels in others])
            e = np.insert(face.nodes, axis, sign, axis=1)
            nodes.append((e[:, np.newaxis, :] * r[:, np.newaxis]).reshape(-1, d))
            weights.append(np.multiply.outer(face.weights, self.share * radial * r ** (d - 1)).ravel())
        grid = Grid(np.concatenate(nodes), np.concatenate(weights))
        if len(grid.weights) <= _KEPT_NODES:
            self._grids[nats] = grid
        return grid

    def kink_pairs(self, nats: float) -> tuple[KinkPair, ...]:
        """None: for analytic integrands only."""
        return ()

    def vertex_factor(self, valence: int, degree: float = 0.0) -> float:
        """One."""
        return 1.0

    def expected(self, nats: float) -> float:
        """What the panels are made for."""
        return exp(-nats)


def _count(panels: tuple[Panel, ...], nats: float) -> int:
    return sum(panel.n_nodes(nats) for panel in panels)


def cone_rule(cutoff: float, ridge: Ridge, points: Array, *, bridged: bool, odd: bool) -> ConeRule:
    """Make the rule for a kernel, inputs and a box.

    Parameters
    ----------
    cutoff : float
    ridge : Ridge
    points : ndarray, shape (n, d)
        The inputs.
    bridged : bool
        Whether there are lines between vertices, whose ridges run in all directions.
    odd : bool
        Whether the kernel changes sign with y. Integrals that do not vanish are then even in each vertex, and
        half of the box is enough.

    Examples
    --------
    >>> from numerics.kernels.arc import ErfKernel
    >>> kernel = ErfKernel(8.0, 0.0, 2)
    >>> rule = cone_rule(5.0, kernel.ridge, np.array([[0.3, 1.0]]), bridged=False, odd=True)
    >>> bool(abs(rule.grid(20.0).weights.sum() - 100.0) < 1e-9), rule.size(20.0) < 2000
    (True, True)
    """
    d = points.shape[1]
    inputs = points / ridge.length
    far = cutoff / ridge.length
    strip = inf
    sizes = np.sqrt(np.einsum("ik,ik->i", inputs, inputs))
    if bridged:
        corner = far * sqrt(d)
        sizes = np.concatenate([sizes, np.geomspace(0.1, max(corner, 0.2), _ALONG)])
        strip = _narrowest(ridge.tilt, corner, far)
    radial = fewest_panels(0.0, cutoff, ridge.length * _along_rays(ridge.tilt, sizes, d))
    faces: list[Face] = []
    for axis in range(d):
        for sign in (1.0,) if odd else (1.0, -1.0):
            others = tuple(
                fewest_panels(-1.0, 1.0, _on_face(ridge.tilt, inputs, far, axis, sign, k), strip)
                for k in range(d)
                if k != axis
            )
            faces.append((axis, sign, others))
    return ConeRule(cutoff, radial, tuple(faces), 2.0 if odd else 1.0)


def _narrowest(tilt: float, size: float, far: float) -> float:
    """Smallest angle that a ridge of an input of that size subtends up to a distance of `far`."""
    free, squared = 1.0 - tilt**2, size**2
    at = min(free + squared, max(tilt * size, 1e-300) * max(far, 1.0)) / max(tilt * size, 1e-300)
    at = max(min(at, far), 1e-300)
    return sqrt(free / at**2 + (1.0 - tilt * size / at) ** 2 / (1.0 + squared))


def _along_rays(tilt: float, sizes: Array, d: int) -> Complex:
    """Singularities in r, in units of the length, for directions at all angles to inputs of these sizes."""
    v = sizes[:, np.newaxis]
    narrow = 1.0 / np.sqrt(1.0 + v**2)
    angles = np.concatenate([np.tile([0.1, 0.3, 0.7, 1.1, 0.5 * np.pi], (len(v), 1)), narrow * _ACROSS], 1)
    sine, cosine = np.sin(angles), np.abs(np.cos(angles))
    square = 1.0 + (v * sine) ** 2
    width = np.sqrt((1.0 + v**2) * (1.0 - tilt**2 + (v * sine) ** 2))
    found = ((tilt * v * cosine + 1j * width) / square).ravel()
    loops = np.array([1j * sqrt(0.5 * (1.0 + tilt))])  # of K_W(y, y), nearer than those of the variance
    found = np.concatenate([found, loops])
    return np.concatenate([found, found / sqrt(d)])


def _on_face(tilt: float, inputs: Array, far: float, axis: int, sign: float, along: int) -> Complex:
    """Singularities in coordinate `along` of a face, for all distances and places of the other one."""
    d = inputs.shape[1]
    v, squared = inputs[:, :, np.newaxis, np.newaxis], np.einsum("ik,ik->i", inputs, inputs)
    squared = squared[:, np.newaxis, np.newaxis]
    # 1/r, also for the place p = (1 − κ² + v²)/(κ v) where a ridge looks narrowest
    size = np.sqrt(squared)
    best = tilt * size / (1.0 - tilt**2 + squared)
    steps = np.geomspace(1.0 / far, max(20.0, 2.0 / far), _ALONG)[np.newaxis, :, np.newaxis]
    near = np.maximum(best * np.array([0.6, 1.0, 1.7])[np.newaxis, :, np.newaxis], 1.0 / far)
    s = np.concatenate([np.broadcast_to(steps, (len(v), _ALONG, 1)), near], axis=1)
    ahead, own = sign * v[:, axis], v[:, along]
    across, rest = np.zeros((1, 1, 1)), np.zeros((1, 1, 1))
    if d == 3:
        other = 3 - axis - along
        rest = v[:, other]
        narrow = 1.0 / np.sqrt(1.0 + squared)
        with np.errstate(divide="ignore", invalid="ignore"):
            hit = np.where(ahead != 0.0, rest / np.where(ahead != 0.0, ahead, 1.0), 0.0)
        offsets = np.array([*_ACROSS, *(-a for a in _ACROSS[1:])])[np.newaxis, np.newaxis, :]
        everywhere = np.broadcast_to(np.array([-1.0, -0.4, 0.4, 1.0]), (len(v), 1, 4))
        across = np.clip(np.concatenate([hit + narrow * offsets, everywhere], axis=2), -1.0, 1.0)
    forward = ahead + rest * across
    a = 1.0 + squared - own**2
    b = own * (forward + tilt * s)
    c = (1.0 + squared) * (1.0 + across**2) - forward**2 - 2.0 * tilt * s * forward
    c = c + s**2 * (1.0 - tilt**2 + squared)
    width = np.sqrt(np.maximum(a * c - b * b, _ROUNDED * np.abs(a * c)))
    variance = 1j * np.sqrt(1.0 + np.concatenate([np.zeros(1), across.ravel() ** 2]) + 1.0 / far**2)
    return np.concatenate([((b + 1j * width) / a).ravel(), variance])


class _Candidate(NamedTuple):
    nodes: int
    panels: tuple[Panel, ...]


def fewest_panels(low: float, high: float, singular: Complex, strip: float = inf) -> tuple[Panel, ...]:
    """Cut an interval into panels that need few nodes for functions that are singular at given points.

    Parameters
    ----------
    low, high : float
    singular : ndarray of complex
        Of each pair of conjugate points one.
    strip : float
        Besides, the function may be singular at this distance from anywhere on the interval.

    Returns
    -------
    tuple of Panel
        Adjacent.

    Examples
    --------
    >>> panels = fewest_panels(-1.0, 1.0, np.array([0.3 + 1e-6j]))
    >>> y, w = (np.concatenate(part) for part in zip(*(panel.rule(30.0) for panel in panels)))
    >>> exact = 1e6 * (np.arctan(0.7e6) + np.arctan(1.3e6))
    >>> bool(abs(w @ (1.0 / ((y - 0.3) ** 2 + 1e-12)) / exact - 1.0) < 1e-9), len(y) < 400
    (True, True)
    """
    return _fewest(low, high, singular, strip, _PATIENCE).panels


def _fewest(low: float, high: float, singular: Complex, strip: float, patience: int) -> _Candidate:
    """The better of one panel and of two parts that are cut on; `patience` is left for cuts without gain."""
    whole, cut = _whole(low, high, singular, strip)
    if patience == 0 or whole.nodes <= _FEW_NODES or whole.panels[0].strip >= strip:
        return whole
    ends = (low, cut), (cut, high)
    at_once = sum(_whole(a, b, singular, strip)[0].nodes for a, b in ends)
    left = _PATIENCE if at_once < whole.nodes else patience - 1
    first, second = (_fewest(a, b, singular, strip, left) for a, b in ends)
    if first.nodes + second.nodes >= whole.nodes:
        return whole
    return _Candidate(first.nodes + second.nodes, first.panels + second.panels)


def _whole(low: float, high: float, singular: Complex, strip: float) -> tuple[_Candidate, float]:
    """One panel, straight or graded about the nearest singularity, and where it had best be cut."""
    straight, nearest = _panel(0.0, inf, low, high, singular, strip)
    choices = [straight]
    cut = 0.5 * (low + high)
    if nearest is not None:
        if nearest.imag > 0.0 and strip == inf:
            choices.append(_panel(nearest.real, nearest.imag, low, high, singular, strip)[0])
        first, last = (low + share * (high - low) for share in _CUT_BETWEEN)
        if first < nearest.real < last:
            cut = nearest.real
    best = min(choices, key=lambda panel: panel.n_nodes(TYPICAL_NATS))
    return _Candidate(best.n_nodes(TYPICAL_NATS), (best,)), cut


def _panel(
    centre: float, scale: float, low: float, high: float, singular: Complex, strip: float
) -> tuple[Panel, complex | None]:
    """A panel that knows its Bernstein ellipse, and the singularity on it."""
    if scale == inf:
        first, last, images = low, high, singular
    else:
        first, last = asinh((low - centre) / scale), asinh((high - centre) / scale)
        images = np.arcsinh((singular - centre) / scale)
        images = np.concatenate([images, 1j * np.pi - images])
    half = 0.5 * (last - first)
    t = (images - 0.5 * (first + last)) / half
    root = np.sqrt(t - 1.0) * np.sqrt(t + 1.0)
    sizes = np.abs(t + root)
    sizes = np.maximum(sizes, 1.0 / sizes)
    if not len(sizes):
        return Panel(centre, scale, first, last, strip), None
    worst = int(np.argmin(sizes))
    rho = float(sizes[worst])
    seen = half * 0.5 * (rho - 1.0 / rho)  # the ellipse reaches so far up
    return Panel(centre, scale, first, last, min(seen, strip)), complex(singular[worst % len(singular)])
