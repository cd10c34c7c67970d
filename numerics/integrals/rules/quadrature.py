"""Quadrature rules with an accuracy dial: nodes and weights for vertices in a box or in R^d.

What to use when: `TensorRule` for smooth kernels in a box (Gauss–Legendre between breakpoints, with a sinh
map that reaches large cutoffs in few nodes); `SurfaceRule` for kernels that are homogeneous in the vertex
(ReLU without biases), where the radial integral is done by hand; `TrapezoidRule` for Gaussian kernels in R^d.

The dial is ``nats``: a rule asked for E nats aims at relative errors of exp(−E) for integrands that are
analytic within the strip |Im u| < π/2 of the mapped coordinate y = c + s·sinh(u).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from math import ceil, pi, prod
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.integrals.rules.panels import Panel, linear_panels

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Largest grid that a rule keeps for the next time.
_KEPT_NODES = 50_000


class Grid(NamedTuple):
    """Nodes and weights: ``sum_m weights[m] f(nodes[m])`` approximates the integral of f.

    Attributes
    ----------
    nodes : ndarray, shape (m, d)
    weights : ndarray, shape (m,)
    """

    nodes: Array
    weights: Array


class Curve(NamedTuple):
    """A piece of a line along which a grid has Gauss–Legendre nodes.

    Attributes
    ----------
    start, n : int
        Number of its first node in the grid, and of its nodes.
    place : callable
        t in [−1, 1], shape (k,), to positions of shape (k, d) and the Jacobian of shape (k,).
    """

    start: int
    n: int
    place: Callable[[Array], tuple[Array, Array]]


class KinkPair(NamedTuple):
    """Two pieces of curve on which y and z can meet, t = t' (or be opposite, y = −z at t = −t')."""

    first: Curve
    second: Curve
    opposite: bool


class Rule(Protocol):
    """A family of grids, finer for more nats."""

    @property
    def name(self) -> str:
        """The rule in words."""

    @property
    def exact(self) -> bool:
        """Whether every grid of the family gives the integral exactly."""

    @property
    def kinks_cut_up_to(self) -> int:
        """Highest dimension in which panels are cut at all kinks of one-vertex integrands."""

    def size(self, nats: float) -> int:
        """Number of nodes of the grid, without making it."""

    def pieces(self, nats: float) -> tuple[int, ...]:
        """Into how many pieces each panel is cut; more pieces are not always a finer grid at their ends."""

    def grid(self, nats: float) -> Grid:
        """Make the grid."""

    def kink_pairs(self, nats: float) -> tuple[KinkPair, ...]:
        """Where two vertices on the grid can meet; empty unless the grid lies on curves."""

    def vertex_factor(self, valence: int, degree: float = 0.0) -> float:
        """Factor on the weights for a vertex with `valence` line ends and a profile of that degree."""

    def expected(self, nats: float) -> float:
        """Error relative to ∫∏|K| that a grid may have however small the change that it brought; or 0."""


@lru_cache(maxsize=512)
def join(panels: tuple[Panel, ...], nats: float) -> tuple[Array, Array]:
    """Nodes and weights of adjacent panels, kept because a study asks for the same ones again and again."""
    rules = [panel.rule(nats) for panel in panels if panel.high > panel.low]
    joined = np.concatenate([y for y, _ in rules]), np.concatenate([w for _, w in rules])
    for array in joined:
        array.setflags(write=False)
    return joined


def _curves(panels: tuple[Panel, ...], nats: float, start: int = 0) -> list[Curve]:
    """The pieces of adjacent panels, with positions of shape (k,) in place of (k, 1)."""
    curves = []
    for panel in panels:
        pieces, n = panel.pieces(nats)
        for piece in range(pieces):
            curves.append(Curve(start, n, partial(panel.place, piece=piece, pieces=pieces)))
            start += n
    return curves


def tensor_product(axes: Sequence[tuple[Array, Array]]) -> Grid:
    """Tensor product of one-dimensional rules, last axis fastest."""
    if len(axes) == 1:
        return Grid(axes[0][0][:, np.newaxis], axes[0][1])
    nodes = np.stack([c.ravel() for c in np.meshgrid(*(y for y, _ in axes), indexing="ij")], axis=1)
    weights: Array = reduce(np.multiply.outer, [w for _, w in axes]).ravel()
    return Grid(nodes, weights)


@dataclass(frozen=True)
class TensorRule:
    """Tensor product of composite Gauss–Legendre rules, one tuple of panels per coordinate.

    Attributes
    ----------
    axes : tuple of tuple of Panel
    cut : bool
        Whether the panels end at the coordinates of the kinks.
    """

    axes: tuple[tuple[Panel, ...], ...]
    cut: bool = True
    _grids: dict[float, Grid] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sizes: dict[float, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The rule in words."""
        return "Gauss–Legendre with sinh map"

    @property
    def kinks_cut_up_to(self) -> int:
        """One: kinks at points of the line; none without cuts."""
        return 1 if self.cut else 0

    @property
    def exact(self) -> bool:
        """Never: analytic integrands converge exponentially."""
        return False

    def size(self, nats: float) -> int:
        """Number of nodes."""
        if nats not in self._sizes:
            self._sizes[nats] = prod(sum(panel.n_nodes(nats) for panel in panels) for panels in self.axes)
        return self._sizes[nats]

    def pieces(self, nats: float) -> tuple[int, ...]:
        """Pieces of each panel."""
        return tuple(panel.pieces(nats)[0] for panels in self.axes for panel in panels)

    def grid(self, nats: float) -> Grid:
        """Nodes and weights; those of small grids are kept."""
        if nats in self._grids:
            return self._grids[nats]
        grid = tensor_product([join(panels, nats) for panels in self.axes])
        if len(grid.weights) <= _KEPT_NODES:
            self._grids[nats] = grid
        return grid

    def kink_pairs(self, nats: float) -> tuple[KinkPair, ...]:
        """In one dimension each piece of a panel with itself."""
        if len(self.axes) > 1:
            return ()
        pairs = []
        for curve in _curves(self.axes[0], nats):

            def place(
                t: Array, on_axis: Callable[[Array], tuple[Array, Array]] = curve.place
            ) -> tuple[Array, Array]:
                y, jacobian = on_axis(t)
                return y[:, np.newaxis], jacobian

            embedded = curve._replace(place=place)
            pairs.append(KinkPair(embedded, embedded, opposite=False))
        return tuple(pairs)

    def vertex_factor(self, valence: int, degree: float = 0.0) -> float:
        """One."""
        return 1.0

    def expected(self, nats: float) -> float:
        """Zero: only changes tell."""
        return 0.0


@dataclass(frozen=True)
class SurfaceRule:
    """Integrals over a box of functions homogeneous about the origin, from its surface alone.

    If f(t y) = t^h f(y) for t > 0, then over the box ``∫ f dy = Λ/(d + h) · ∮ f dS``, the faces
    |y_k| = Λ taken together. Each face is cut where a ray through ±x_i leaves it, because the kernels of such
    networks have a kink in the angle to x_i there.

    Attributes
    ----------
    cutoff : float
    growth : float
        Power of t gained by one line end.
    faces : tuple of (axis, sign, panels of the other axes in units of the cutoff)
    """

    cutoff: float
    growth: float
    faces: tuple[tuple[int, float, tuple[tuple[Panel, ...], ...]], ...]

    @property
    def name(self) -> str:
        """The rule in words."""
        return "Gauss–Legendre on the surface of the box (homogeneous kernel)"

    @property
    def kinks_cut_up_to(self) -> int:
        """Two: kinks at points of the edges."""
        return 2

    @property
    def exact(self) -> bool:
        """In one dimension, where the surface consists of two points."""
        return self._dimension == 1

    @property
    def _dimension(self) -> int:
        return len(self.faces) // 2

    def size(self, nats: float) -> int:
        """Number of nodes."""
        return sum(
            prod(sum(panel.n_nodes(nats) for panel in panels) for panels in others)
            for _, _, others in self.faces
        )

    def pieces(self, nats: float) -> tuple[int, ...]:
        """Pieces of each panel."""
        return tuple(
            panel.pieces(nats)[0] for _, _, others in self.faces for panels in others for panel in panels
        )

    def grid(self, nats: float) -> Grid:
        """Nodes on the surface, and weights of the surface integral."""
        nodes, weights = [], []
        for axis, sign, others in self.faces:
            if others:
                face = tensor_product([join(panels, nats) for panels in others])
            else:
                face = Grid(np.zeros((1, 0)), np.ones(1))
            nodes.append(np.insert(face.nodes, axis, sign, axis=1))
            weights.append(face.weights)
        d = self._dimension
        return Grid(self.cutoff * np.concatenate(nodes), self.cutoff ** (d - 1) * np.concatenate(weights))

    def kink_pairs(self, nats: float) -> tuple[KinkPair, ...]:
        """For a square each piece of an edge with itself and with the opposite one."""
        if self._dimension != 2:
            return ()
        curves: list[Curve] = []
        start = 0
        for axis, sign, (panels,) in self.faces:
            for curve in _curves(panels, nats, start):

                def place(
                    t: Array,
                    axis: int = axis,
                    sign: float = sign,
                    along: Callable[[Array], tuple[Array, Array]] = curve.place,
                ) -> tuple[Array, Array]:
                    y, jacobian = along(t)
                    return self.cutoff * np.insert(
                        y[:, np.newaxis], axis, sign, axis=1
                    ), self.cutoff * jacobian

                curves.append(curve._replace(place=place))
                start += curve.n
        middles = np.concatenate([curve.place(np.zeros(1))[0] for curve in curves])
        pairs = [KinkPair(curve, curve, opposite=False) for curve in curves]
        for k, curve in enumerate(curves):
            across = int(np.argmin(np.max(np.abs(middles + middles[k]), axis=1)))
            pairs.append(KinkPair(curve, curves[across], opposite=True))
        return tuple(pairs)

    def vertex_factor(self, valence: int, degree: float = 0.0) -> float:
        """Radial integral: Λ/(d + h) with h = growth · valence + degree."""
        return self.cutoff / (self._dimension + self.growth * valence + degree)

    def expected(self, nats: float) -> float:
        """Zero: only changes tell."""
        return 0.0


def surface_rule(cutoff: float, growth: float, points: Array) -> SurfaceRule:
    """Surface rule with the faces cut at the rays through the inputs and their opposites.

    Parameters
    ----------
    cutoff, growth : float
        See `SurfaceRule`.
    points : ndarray, shape (n, d)
    """
    d = points.shape[1]
    rays = np.concatenate([points, -points])
    faces = []
    for axis in range(d):
        for sign in (-1.0, 1.0):
            ahead = rays[sign * rays[:, axis] > 0.0]
            hits = np.delete(ahead, axis, axis=1) / np.abs(ahead[:, axis : axis + 1])
            hits = hits[np.all(np.abs(hits) <= 1.0, axis=1)]
            others = tuple(linear_panels(1.0, np.unique(hits[:, k]).tolist()) for k in range(d - 1))
            faces.append((axis, sign, others))
    return SurfaceRule(cutoff, growth, tuple(faces))


@dataclass(frozen=True)
class TrapezoidRule:
    """Equidistant nodes in R^d for integrands that are Gaussians in the vertex.

    The trapezoid rule of step h misses the Gaussian exp(−k y²/2) by exp(−2π²/(k h²)), and what lies beyond a
    distance R of its centre is exp(−R² / (2 v)), v its variance; step and reach follow from the accuracy.

    Attributes
    ----------
    low, high : tuple of float, length d
        Corners of a box that contains the centres of all the Gaussians.
    curvature : float
        Largest curvature k of the integrand in one coordinate of one vertex, the others fixed.
    variance : float
        Largest variance v of one coordinate of a vertex, the others integrated.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    curvature: float
    variance: float

    @property
    def name(self) -> str:
        """The rule in words."""
        return "trapezoid rule"

    @property
    def kinks_cut_up_to(self) -> int:
        """None: for analytic integrands only."""
        return 0

    @property
    def exact(self) -> bool:
        """Never: the error falls faster than exponentially."""
        return False

    def _axis(self, axis: int, nats: float) -> tuple[Array, float]:
        step = pi * (2.0 / (self.curvature * nats)) ** 0.5
        reach = (2.0 * self.variance * nats) ** 0.5
        n = 1 + ceil((self.high[axis] - self.low[axis] + 2.0 * reach) / step)
        middle = 0.5 * (self.high[axis] + self.low[axis])
        return middle + step * (np.arange(n) - 0.5 * (n - 1)), step

    def size(self, nats: float) -> int:
        """Number of nodes."""
        return prod(len(self._axis(axis, nats)[0]) for axis in range(len(self.low)))

    def pieces(self, nats: float) -> tuple[int, ...]:
        """None: equidistant nodes have no panels."""
        return ()

    def grid(self, nats: float) -> Grid:
        """Nodes and weights."""
        axes = [self._axis(axis, nats) for axis in range(len(self.low))]
        return tensor_product([(y, np.full(len(y), step)) for y, step in axes])

    def kink_pairs(self, nats: float) -> tuple[KinkPair, ...]:
        """None: for analytic integrands only."""
        return ()

    def vertex_factor(self, valence: int, degree: float = 0.0) -> float:
        """One."""
        return 1.0

    def expected(self, nats: float) -> float:
        """Zero: only changes tell."""
        return 0.0
