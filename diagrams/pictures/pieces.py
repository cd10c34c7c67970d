"""Lines cut into pieces: samples of segments and cubics, and on which side of a piece a place is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Point = tuple[float, float]


@cache
def _bernstein(segments: int) -> Complex:
    """Weights of the four points of a cubic at equal steps of its parameter."""
    t = np.linspace(0.0, 1.0, segments + 1)
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]).astype(complex)


def corners(curves: Sequence[tuple[Point, ...]]) -> tuple[Complex, NDArray[np.bool_]]:
    """Points of cubics, and start, end, start, end of segments: shape (curves, 4); and which are segments.

    Examples
    --------
    >>> corners([((0.0, 0.0), (3.0, 0.0))])
    (array([[0.+0.j, 3.+0.j, 0.+0.j, 3.+0.j]]), array([ True]))
    """
    rows = [points[0] + points[1] + points[-2] + points[-1] for points in curves]
    found = np.array(rows, dtype=float).reshape(-1, 8).view(complex)
    return found, np.array([len(points) == 2 for points in curves], dtype=bool)


def sampled(curves: Sequence[tuple[Point, ...]], segments: int) -> Complex:
    """Points along segments and cubics, equal steps of the parameter: shape (curves, segments + 1).

    Examples
    --------
    >>> sampled([((0.0, 0.0), (1.0, 0.0))], 2)
    array([[0. +0.j, 0.5+0.j, 1. +0.j]])
    """
    cubics, straight = corners(curves)
    ends = cubics.view(float).reshape(-1, 4, 2)
    start, end = ends[straight, 0], ends[straight, 3]
    ends[straight, 1], ends[straight, 2] = (2 * start + end) / 3, (start + 2 * end) / 3
    paths: Complex = cubics @ _bernstein(segments)
    return paths


@dataclass(frozen=True)
class Cut:
    """Lines as samples, and as pieces between them: first straight lines, each one piece, then the others.

    Attributes
    ----------
    sizes : tuple of int
        How many points a line has: two if it is straight.
    paths : ndarray, shape (lines, samples)
    straight, curved : ndarray
        Numbers of the lines that are one piece, and of those that are as many as there are steps.
    start, step : ndarray, shape (pieces,)
        Where the pieces begin, and from there to their ends.
    line, number, share : ndarray, shape (pieces,)
        Whose piece it is, which one, and what share of the parameter it has.
    """

    sizes: tuple[int, ...]
    paths: Complex
    straight: NDArray[np.intp]
    curved: NDArray[np.intp]
    start: Complex
    step: Complex
    line: NDArray[np.intp]
    number: NDArray[np.intp]
    share: Real

    @classmethod
    def of(cls, curves: Sequence[tuple[Point, ...]], segments: int) -> "Cut":
        """Segments and cubics, the latter cut into so many pieces.

        Examples
        --------
        >>> Cut.of([((0.0, 0.0), (1.0, 0.0))], 2).step
        array([1.+0.j])
        """
        paths, sizes = sampled(curves, segments), tuple(map(len, curves))
        straight, curved, line, number, share = pieces(sizes, segments)
        bent = paths[curved]
        whole = paths[straight]
        start = np.concatenate([whole[:, 0], bent[:, :-1].ravel()])
        step = np.concatenate([whole[:, -1] - whole[:, 0], (bent[:, 1:] - bent[:, :-1]).ravel()])
        return cls(sizes, paths, straight, curved, start, step, line, number, share)

    @property
    def segments(self) -> int:
        """Into how many pieces a line is cut that is not straight."""
        return int(self.paths.shape[1]) - 1

    @cached_property
    def ends(self) -> Real:
        """Where pieces begin, then where they end, as columns (x, y, 1): shape (3, 2 pieces)."""
        n = self.start.size
        found = np.ones((3, 2 * n))
        found[0, :n], found[1, :n] = self.start.real, self.start.imag
        np.add(found[0, :n], self.step.real, out=found[0, n:])
        np.add(found[1, :n], self.step.imag, out=found[1, n:])
        return found

    @cached_property
    def normals(self) -> Real:
        """What times (x, y, 1) says on which side of a piece a point is: shape (pieces, 3)."""
        found = np.empty((self.start.size, 3))
        dx, dy = self.step.real, self.step.imag
        np.negative(dy, out=found[:, 0])
        found[:, 1] = dx
        found[:, 2] = dy * self.start.real - dx * self.start.imag
        return found


@lru_cache(maxsize=256)
def pieces(
    sizes: tuple[int, ...], segments: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], Real]:
    """What `Cut` knows before it sees places: straight and curved lines; line, number and share of pieces."""
    straight = np.array([line for line, size in enumerate(sizes) if size == 2], dtype=np.intp)
    curved = np.array([line for line, size in enumerate(sizes) if size != 2], dtype=np.intp)
    line = np.concatenate([straight, np.repeat(curved, segments)])
    number = np.concatenate([np.zeros_like(straight), np.tile(np.arange(segments), curved.size)])
    share = np.concatenate([np.ones(straight.size), np.full(curved.size * segments, 1 / segments)])
    return straight, curved, line, number, share


def to_pieces(z: Complex, start: Complex, step: Complex) -> Real:
    """Distances of points to straight pieces; all of them broadcast."""
    apart = z - start
    x, y, dx, dy = apart.real, apart.imag, step.real, step.imag
    t = x * dx
    t += y * dy
    t /= np.maximum(dx * dx + dy * dy, 1e-18)
    t = np.minimum(np.maximum(t, 0.0), 1.0)
    x, y = x - t * dx, y - t * dy
    distance: Real = np.sqrt(x * x + y * y)
    return distance
