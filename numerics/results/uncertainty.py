"""What is not known of a number: how it scatters, and by how much it may be wrong.

Two different things, never added silently. *Statistical*: standard deviations and covariances, kept as the
deviations of blocks of a sample, F of shape (B, M) with covariance FᵀF, so that no M × M matrix is formed
until it is asked for, and numbers from one sample keep their correlations through all arithmetic. A *bound*:
an estimate of the largest error, of a quadrature for instance; bounds add linearly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final
from uuid import uuid4

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array

Array = NDArray[np.float64]

#: Largest covariance matrix that is formed, in elements per side.
LARGEST_COVARIANCE = 10_000


@final
@dataclass(frozen=True)
class Source:
    """Which random numbers a statistical error comes from; two with the same source are correlated.

    Block b of all numbers of one source stands for the same networks (or neurons), so the covariance of any
    two follows from their deviations block by block, whatever was looked at in them.

    Attributes
    ----------
    name : str
        As in ``"networks of seed 3"``.
    n_samples : int
        How many of them.
    n_blocks : int or None
        Into how many blocks they are divided; None where the covariance is known, not estimated.
    """

    name: str
    n_samples: int
    n_blocks: int | None


@final
@dataclass(frozen=True, eq=False)
class Blocks:
    """Deviations of blocks, the factor of a covariance.

    Attributes
    ----------
    source : Source
    deviations : ndarray, shape (B, ...)
        The covariance is Σ_b deviations[b] deviations[b]ᵀ.
    """

    source: Source
    deviations: Array

    @property
    def error(self) -> Array:
        """One standard deviation, shape (...)."""
        # in a power of two near the largest deviation, whose square may leave floating point: the same digits
        largest = np.abs(self.deviations).max(axis=0, initial=0.0)
        unit = np.exp2(np.floor(np.log2(np.where((largest > 0) & np.isfinite(largest), largest, 1.0))))
        return np.asarray(unit * np.sqrt(np.sum((self.deviations / unit) ** 2, axis=0)))


@final
@dataclass(frozen=True, eq=False)
class Uncertainty:
    """The statistical parts, from independent sources, and the bound of an array of numbers.

    Parameters
    ----------
    shape : tuple of int
        Of the numbers.
    blocks : tuple of Blocks
        One per source; empty where nothing scatters.
    bound : ndarray or None
        Error bound; None where there is none to be had, as of a plain mean.

    Examples
    --------
    >>> one = Uncertainty.known([[4.0, 0.0], [0.0, 9.0]])
    >>> one.error.tolist(), one.bound is None
    ([2.0, 3.0], True)
    >>> Uncertainty.bounded([0.1, 0.2]).error.tolist()
    [0.1, 0.2]
    """

    shape: tuple[int, ...]
    blocks: tuple[Blocks, ...] = ()
    bound: Array | None = None

    def __post_init__(self) -> None:
        for part in self.blocks:
            if part.deviations.shape[1:] != self.shape:
                raise InvalidStatistics(
                    f"deviations of shape {part.deviations.shape} were given for numbers of shape "
                    f"{self.shape}; one row for each block is needed"
                )
        if self.bound is not None and self.bound.shape != self.shape:
            raise InvalidStatistics(
                f"an error of shape {self.bound.shape} was given for numbers of shape {self.shape}; one for "
                "each number is needed"
            )

    @classmethod
    def bounded(cls, bound: ArrayLike) -> Uncertainty:
        """Make an error bound, one for each number."""
        found = as_real_array(bound, "errors", InvalidStatistics, "real numbers are needed")
        return cls(found.shape, (), np.abs(found))

    @classmethod
    def of_blocks(cls, source: Source, deviations: Array) -> Uncertainty:
        """Make a statistical error from the deviations of blocks; see `Blocks`."""
        return cls(deviations.shape[1:], (Blocks(source, deviations),))

    @classmethod
    def of_sources(cls, sources: Sequence[Source], deviations: Array) -> Uncertainty:
        """Make a statistical error from blocks of several independent sources, one after the other.

        Raises
        ------
        InvalidStatistics
            If there are not as many rows as the sources have blocks.

        Examples
        --------
        >>> runs = [Source("networks of seed 1", 100, 1), Source("networks of seed 2", 200, 2)]
        >>> Uncertainty.of_sources(runs, np.array([[2.0], [1.0], [2.0]])).error.tolist()
        [3.0]
        """
        edges = np.cumsum([source.n_blocks or 0 for source in sources]).tolist()
        if not sources or edges[-1] != len(deviations):
            raise InvalidStatistics(
                f"{len(deviations)} rows of deviations were given for sources of {edges[-1:] or [0]} blocks; "
                "one row for each block is needed"
            )
        rows = np.split(deviations, edges[:-1])
        return cls(deviations.shape[1:], tuple(map(Blocks, sources, rows)))

    @classmethod
    def known(cls, covariance: ArrayLike, name: str | None = None) -> Uncertainty:
        """Make a statistical error from a covariance that is known.

        Parameters
        ----------
        covariance : array_like, shape (M, M)
            Symmetric, without negative eigenvalues.
        name : str, optional
            What it is of: numbers with the same name and covariance are the same numbers. Numbers without
            a name are independent of all others.

        Raises
        ------
        InvalidStatistics
            If it is no covariance.
        """
        needed = "a symmetric matrix without negative eigenvalues is needed"
        found = as_real_array(covariance, "covariances", InvalidStatistics, needed)
        if found.ndim != 2 or found.shape[0] != found.shape[1] or not np.allclose(found, found.T, rtol=1e-8):
            raise InvalidStatistics(f"a covariance of shape {found.shape} was given; {needed}")
        if np.count_nonzero(found - np.diag(np.diag(found))) == 0 and np.all(np.diag(found) >= 0):
            factor = np.diag(np.sqrt(np.diag(found)))
        else:
            values, vectors = np.linalg.eigh(found)
            if values.min(initial=0.0) < -1e-8 * values.max(initial=0.0):
                raise InvalidStatistics(
                    f"the covariance has a negative eigenvalue {values.min():.3g}; {needed}"
                )
            factor = (vectors * np.sqrt(np.maximum(values, 0.0))).T
        if name is None:
            return cls.of_blocks(Source(f"a covariance that was given ({uuid4().hex})", 0, None), factor)
        mark = hashlib.sha256(np.ascontiguousarray(found).tobytes()).hexdigest()[:16]
        return cls.of_blocks(Source(f"{name} ({mark})", 0, None), factor)

    @property
    def error(self) -> Array:
        """One standard deviation where anything scatters, else the bound, else zero.

        Of numbers that have both it is the standard deviation; `bound` is the rest.
        """
        if not self.blocks:
            return np.zeros(self.shape) if self.bound is None else self.bound
        if len(self.blocks) == 1:
            return self.blocks[0].error
        # not the root of a sum of squares, which may leave floating point
        return np.asarray(np.hypot.reduce([part.error for part in self.blocks]))

    @property
    def statistical(self) -> bool:
        """Whether the numbers scatter."""
        return bool(self.blocks)

    @property
    def n_blocks(self) -> int | None:
        """Blocks behind the covariance, the fewest of all sources; None if it is known or there is none."""
        counts = [part.source.n_blocks for part in self.blocks if part.source.n_blocks is not None]
        return min(counts, default=None)

    def covariance(self) -> Array:
        """Covariance of the numbers, one after the other; shape (M, M).

        Raises
        ------
        InvalidStatistics
            If the numbers do not scatter, or the matrix would be absurdly large.
        """
        if not self.blocks:
            raise InvalidStatistics(
                "these numbers have error bounds, and bounds have no covariance; give the covariance "
                "yourself, or use sampled correlators"
            )
        size = int(np.prod(self.shape))
        if size > LARGEST_COVARIANCE:
            raise InvalidStatistics(
                f"a covariance of {size} correlators needs {8e-9 * size**2:.1f} GB; ask for fewer orders or "
                "sample fewer points"
            )
        total = np.zeros((size, size))
        for part in self.blocks:
            flat = part.deviations.reshape(len(part.deviations), size)
            total += flat.T @ flat
        return total

    def linear(self, change: Callable[[Array], Array], size: Callable[[Array], Array]) -> Uncertainty:
        """Carry through a linear map.

        Parameters
        ----------
        change : callable
            The map, of arrays ``(K, *shape)`` row by row.
        size : callable
            The same with absolute values of its coefficients, for the bound.
        """
        blocks = tuple(Blocks(part.source, change(part.deviations)) for part in self.blocks)
        bound = None if self.bound is None else size(self.bound[np.newaxis])[0]
        some = change(np.zeros((1, *self.shape)))
        return Uncertainty(some.shape[1:], blocks, bound)

    def scaled(self, slope: Array, bound: Array | None = None) -> Uncertainty:
        """Carry through an elementwise function of a given slope; `bound` is that of the result."""
        if bound is None and self.bound is not None:
            bound = np.abs(slope) * self.bound
        shape = np.broadcast_shapes(self.shape, slope.shape)
        found = []
        for part in self.blocks:
            axes = (1,) * (len(shape) - len(self.shape))
            deviations = part.deviations.reshape(len(part.deviations), *axes, *self.shape)
            found.append(Blocks(part.source, np.asarray(slope * deviations)))
        return Uncertainty(shape, tuple(found), None if bound is None else np.broadcast_to(bound, shape))


def together(parts: Sequence[Uncertainty]) -> Uncertainty:
    """Add changes of one result: those of one source block by block, those of others as independent.

    Raises
    ------
    InvalidStatistics
        If the same random numbers were divided into different blocks, so that their correlation is not known.

    Examples
    --------
    The difference of a number and itself does not scatter:

    >>> one = Uncertainty.of_blocks(Source("networks of seed 1", 100, 2), np.array([[0.1], [-0.1]]))
    >>> together([one, one.scaled(np.array([-1.0]))]).error.tolist()
    [0.0]
    """
    shape = parts[0].shape
    sums: dict[Source, Array] = {}
    for part in parts:
        for one in part.blocks:
            known = sums.get(one.source)
            sums[one.source] = one.deviations if known is None else known + one.deviations
    names = [source.name for source in sums]
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise InvalidStatistics(
            f"numbers from the same {name} were put together, but in different numbers or blocks, so their "
            "correlation is not known; sample both with the same number of networks and blocks, or with "
            "different seeds"
        )
    bounds = [part.bound for part in parts if part.bound is not None]
    bound = None if not bounds else np.asarray(sum(bounds[1:], start=bounds[0]))
    return Uncertainty(shape, tuple(Blocks(source, rows) for source, rows in sums.items()), bound)


def concatenated(parts: Sequence[Uncertainty]) -> Uncertainty:
    """Put numbers in a row, (M_1,), (M_2,), ... -> (M,), with all their correlations."""
    sizes = [part.shape[0] for part in parts]
    stops = np.cumsum(sizes)
    placed = []
    for part, size, stop in zip(parts, sizes, stops.tolist(), strict=True):

        def place(rows: Array, start: int = stop - size, stop: int = stop) -> Array:
            wide = np.zeros((len(rows), int(stops[-1])))
            wide[:, start:stop] = rows
            return wide

        placed.append(part.linear(place, place))
    return together(placed)
