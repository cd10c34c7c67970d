"""A density on the line, given by its logarithm: averages by the trapezoidal rule, and drawing from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Where the logarithm has fallen by this much, the density ends; it falls at least exponentially there.
_DEPTH = 60.0
#: Nodes of a first look, of the rule, and how often the interval is narrowed at most.
_LOOK, _NODES, _ZOOMS = 4001, 4097, 40


@final
@dataclass(frozen=True, eq=False)
class LineDensity:
    """A density that is e^F up to a factor, F analytic and falling to −∞ at both ends.

    The trapezoidal rule converges exponentially there. Every second node makes a coarser rule, whose
    difference is the error.

    Attributes
    ----------
    nodes : ndarray, shape (Q,)
        Equidistant.
    weights : ndarray, shape (Q,)
        Of averages; their sum is one.
    largest : float
        Largest value of F that was met: what its rounding is relative to.
    """

    nodes: Array
    weights: Array
    largest: float

    @classmethod
    def resolved(cls, logarithm: Callable[[Array], Array], low: float, high: float) -> "LineDensity":
        """Find where the density lives, between two ends, and put nodes there.

        Examples
        --------
        >>> normal = LineDensity.resolved(lambda x: -0.5 * (x - 3.0) ** 2, -1e3, 1e3)
        >>> [round(normal.average(lambda x, n=n: (x - 3.0) ** n)[0], 12) for n in (2, 4)]
        [1.0, 3.0]
        """
        for _ in range(_ZOOMS):
            x = np.linspace(low, high, _LOOK)
            values = logarithm(x)
            inside = np.flatnonzero(values > values.max() - _DEPTH)
            first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, _LOOK - 1)
            if last - first > _LOOK // 2:
                break
            low, high = float(x[first]), float(x[last])
        return cls.between(logarithm, low, high)

    @classmethod
    def between(cls, logarithm: Callable[[Array], Array], low: float, high: float) -> "LineDensity":
        """Put nodes between two ends beyond which there is nothing."""
        nodes = np.linspace(low, high, _NODES)
        values = logarithm(nodes)
        weights = np.exp(values - values.max())
        return cls(nodes, weights / weights.sum(), float(np.max(np.abs(values[weights > 1e-18]))))

    def average(self, function: Callable[[Array], Array]) -> tuple[float, float]:
        """Average a function of the nodes; give the error, too."""
        values = function(self.nodes)
        fine, size = float(self.weights @ values), float(self.weights @ np.abs(values))
        coarse = float(self.weights[::2] @ values[::2]) / float(self.weights[::2].sum())
        return fine, abs(fine - coarse) + float(np.finfo(np.float64).eps) * (self.largest + 4.0) * size

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draw by inverting the distribution function, which is known to about 1e-9."""
        u = generator.random(shape)
        spline, integral = self._splines
        cumulated = integral(self.nodes)
        total = cumulated[-1]
        x = np.interp(u * total, cumulated, self.nodes)
        for _ in range(3):  # Newton, within a step of the nodes
            slope = np.maximum(spline(x), 1e-300)
            step = self.nodes[1] - self.nodes[0]
            x = x - np.clip((integral(x) - u * total) / slope, -step, step)
        return np.asarray(np.clip(x, self.nodes[0], self.nodes[-1]))

    @cached_property
    def _splines(self) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
        from scipy.interpolate import CubicSpline

        spline = CubicSpline(self.nodes, self.weights)
        return spline, spline.antiderivative()
