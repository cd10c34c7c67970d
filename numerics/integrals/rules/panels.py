"""Pieces of a line and how many Gauss–Legendre nodes they need; `quadrature` makes grids of them."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import asinh, atan2, ceil, isinf, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: A panel that would need more nodes than this is cut in pieces.
_MAX_PANEL_NODES = 96
#: Up to this accuracy a panel is cut in the same way, so that grids differ in nothing but their fineness.
CUTTING_NATS = 33.0
#: Short panels too gain nodes from level to level; else a small change would not mean a small error.
_MOST_NATS_PER_NODE = 5.0
#: Accuracy at which two ways of cutting an axis are compared.
TYPICAL_NATS = 25.0


@lru_cache(maxsize=1024)
def gauss_legendre(n: int) -> tuple[Array, Array]:
    """Nodes and weights on [−1, 1], exact for polynomials of degree 2n − 1; read-only.

    The weights 2/((1 − x²) P_n'(x)²) are those of the exact zeros x + δ, not of the floats next to them: near
    the ends, where many integrands are largest, the difference would cost four digits.

    Examples
    --------
    >>> x, w = gauss_legendre(2)
    >>> float(round(w @ x**2, 15))
    0.666666666666667
    """
    nodes, _ = np.polynomial.legendre.leggauss(n)
    x = np.abs(nodes)
    before, here, rise = np.zeros(n), np.ones(n), np.zeros(n)
    for k in range(1, n + 1):  # P_k = P_(k−1) + rise, which loses no digits near the ends
        rise = ((k - 1) * rise - (2 * k - 1) * (1.0 - x) * here) / k
        before, here = here, here + rise
    squared = (1.0 - x) * (1.0 + x)
    slope = n * (before - x * here) / squared
    shift = -here / slope
    slope += shift * (2.0 * x * slope - n * (n + 1) * here) / squared
    weights = 2.0 / ((squared - 2.0 * x * shift) * slope**2)
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


class Panel(NamedTuple):
    """Interval of the mapped coordinate u, where y = centre + scale·sinh(u), or y = u if scale is infinite.

    ``strip`` is the distance from the real u axis within which integrands are taken to be analytic.
    """

    centre: float
    scale: float
    low: float
    high: float
    strip: float = 0.5 * pi

    def n_nodes(self, nats: float) -> int:
        """Nodes for an error of exp(−nats) if the nearest singularity lies at the distance `strip`.

        The Bernstein ellipse through i·strip has ρ = exp(asinh(strip/h)), h half the length, and n nodes
        leave an error of ρ^(−2n).
        """
        half = 0.5 * (self.high - self.low)
        if half <= 0.0:
            return 0
        return 1 + ceil(nats / min(2.0 * asinh(self.strip / half), _MOST_NATS_PER_NODE))

    def pieces(self, nats: float) -> tuple[int, int]:
        """How many equal pieces the panel is cut into, and the nodes on each."""
        n = self.n_nodes(nats)
        pieces = ceil(self.n_nodes(max(nats, CUTTING_NATS)) / _MAX_PANEL_NODES)
        return (pieces, ceil(n / pieces)) if n else (0, 0)

    def place(self, t: Array, piece: int | Indices, pieces: int) -> tuple[Array, Array]:
        """Positions y and dy/dt for t in [−1, 1] on one of its pieces; shapes as t."""
        half = 0.5 * (self.high - self.low) / pieces
        u = self.low + half * (2.0 * piece + 1.0) + half * t
        if isinf(self.scale):
            return u, np.full_like(u, half)
        return self.centre + self.scale * np.sinh(u), half * self.scale * np.cosh(u)

    def rule(self, nats: float) -> tuple[Array, Array]:
        """Nodes and weights in y, each of shape (n_nodes,) or a little more."""
        pieces, n = self.pieces(nats)
        t, w = gauss_legendre(n)
        y, jacobian = self.place(t, np.arange(pieces)[:, np.newaxis], pieces)
        return y.ravel(), (w * jacobian).ravel()


def sinh_panels(
    cutoff: float,
    anchors: Sequence[float],
    scale: float,
    breaks: Sequence[float],
    strip: float = 0.5 * pi,
) -> tuple[Panel, ...]:
    """Cut [−Λ, Λ] into panels that resolve a given length near given anchors.

    Parameters
    ----------
    cutoff : float
        Λ.
    anchors : sequence of float
        Where the integrand has structure: the inputs and the origin.
    scale : float
        The shortest length on which it varies there; away from the anchors it may vary on a length
        proportional to the distance.
    breaks : sequence of float
        Coordinates where it is not smooth.
    strip : float
        Distance from the real axis of u up to which it is bounded, for a map centred at the anchor.

    Returns
    -------
    tuple of Panel
        Adjacent, from −Λ to Λ. One map around the middle of all anchors, or one per anchor, whichever needs
        fewer nodes.
    """
    inside = sorted({float(a) for a in anchors if -cutoff < a < cutoff}) or [0.0]
    kinks = sorted({float(b) for b in breaks if -cutoff < b < cutoff})
    one = _one_map(cutoff, inside, scale, kinks, strip)
    many = _map_per_anchor(cutoff, inside, scale, kinks, strip)
    return min(one, many, key=lambda panels: sum(panel.n_nodes(TYPICAL_NATS) for panel in panels))


def _one_map(
    cutoff: float, anchors: Sequence[float], scale: float, kinks: Sequence[float], strip: float
) -> tuple[Panel, ...]:
    middle = 0.5 * (anchors[0] + anchors[-1])
    # A singularity at the distance `scale` above an anchor that is R off the middle would be seen at
    # Im asinh(R/scale + i). Those of network kernels recede from the real axis and move towards the origin as
    # |x| grows; the arc tangent, a little larger, describes them better.
    seen = min(strip, atan2(scale, 0.5 * (anchors[-1] - anchors[0])))
    cuts = [asinh((b - middle) / scale) for b in (-cutoff, *kinks, cutoff)]
    return tuple(Panel(middle, scale, low, high, seen) for low, high in pairwise(cuts))


def _map_per_anchor(
    cutoff: float, anchors: Sequence[float], scale: float, kinks: Sequence[float], strip: float
) -> tuple[Panel, ...]:
    kept = _thinned(anchors, kinks, 0.5 * scale)
    panels = [Panel(kept[0], scale, asinh((-cutoff - kept[0]) / scale), 0.0, strip)]
    for a, b in pairwise(kept):
        half = 0.5 * (b - a)
        reach = asinh(half / scale)
        if half <= scale:
            panels.append(Panel(a + half, scale, -reach, reach, strip))
        else:
            panels += [Panel(a, scale, 0.0, reach, strip), Panel(b, scale, -reach, 0.0, strip)]
    panels.append(Panel(kept[-1], scale, 0.0, asinh((cutoff - kept[-1]) / scale), strip))
    return tuple(panels)


def _thinned(anchors: Sequence[float], kinks: Sequence[float], gap: float) -> list[float]:
    """All kinks, and those anchors that are not close to something kept already."""
    kept = list(kinks)
    for anchor in anchors:
        if all(abs(anchor - other) > gap for other in kept):
            kept.append(anchor)
    return sorted(kept)


def linear_panels(cutoff: float, breaks: Sequence[float]) -> tuple[Panel, ...]:
    """Cut [−Λ, Λ] at the breaks, without a map; lengths are measured in units of Λ."""
    cuts = sorted({-cutoff, cutoff, *(float(b) for b in breaks if -cutoff < b < cutoff)})
    return tuple(Panel(0.0, np.inf, low, high, 1.0) for low, high in pairwise(cuts))
