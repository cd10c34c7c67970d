"""Full correlators of a network, or of the Gaussian theory of a kernel, at rows of field numbers."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.pairings import pairings
from numerics.errors import InvalidNetwork
from numerics.exact.correlators import exact_correlators
from numerics.fields.field_set import FieldSet
from numerics.fields.index_sets import ranks
from numerics.given import as_instance
from numerics.kernels.base import Kernel
from numerics.networks.architectures import Network
from numerics.results.joint_correlators import Correlators
from numerics.results.quality import Quality, worst

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: A network of some width; a kernel stands for infinite width: the Gaussian theory with this propagator.
Source: TypeAlias = Network | Kernel

EPS = float(np.finfo(np.float64).eps)


class Moments(Protocol):
    """Full correlators over some fields."""

    @property
    def quality(self) -> Quality:
        """Whether the error bounds can be trusted."""

    def at(self, rows: Indices) -> tuple[Array, Array]:
        """Value and error bound of ⟨f(x_i) f(x_j) …⟩ for rows i, j, …; shape (M, n) -> (M,), (M,)."""


def as_source(given: object) -> Source:
    """Return a network or a kernel, or say what is needed.

    Examples
    --------
    >>> as_source("erf")
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: network = 'erf' was given; a network, such as CosNet(width=3), or ...
    """
    needed = "a network, such as CosNet(width=3), or a kernel, for infinite width,"
    if isinstance(given, Kernel):
        return given
    return as_instance(given, Network, "network", InvalidNetwork, needed)


def moments_of(source: Source, points: Array, order: int) -> "Moments":
    """Compute the full correlators of a network, or of the Gaussian theory of a kernel, up to an order.

    Parameters
    ----------
    source : Network or Kernel
    points : ndarray, shape (n, d)
    order : int
        Most fields in one correlator.

    Returns
    -------
    Moments

    Raises
    ------
    NotAvailable
        If no exact method is known, or a law lacks the moments.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> net = CosNet(width=3)
    >>> rows = np.array([[0, 0, 0, 0]])
    >>> [float(moments_of(one, np.zeros((1, 1)), 4).at(rows)[0][0]) for one in (net, net.kernel)]
    [0.875, 0.75]
    """
    if isinstance(source, Kernel):
        return WickMoments.of(source, points)
    orders = range(2 if source.laws.even_outputs else 1, order + 1, 2 if source.laws.even_outputs else 1)
    fields = FieldSet(points)
    return NetworkMoments(fields, exact_correlators(source, fields, tuple(orders)))


@final
@dataclass(frozen=True)
class NetworkMoments:
    """Those of a network of finite width, by `exact_correlators`."""

    fields: FieldSet
    correlators: Correlators

    @property
    def quality(self) -> Quality:
        """The worst of all orders."""
        return worst(self.correlators[order].quality for order in self.correlators)

    def at(self, rows: Indices) -> tuple[Array, Array]:
        """Look the rows up in the tables."""
        count, order = rows.shape
        if order == 0:
            return np.ones(count), np.zeros(count)
        if order not in self.correlators:  # odd
            return np.zeros(count), np.zeros(count)
        found = self.correlators[order]
        where = ranks(rows, len(self.fields))
        return found.value[where], found.error[where]

    def at_width(self, width: int) -> "NetworkMoments":
        """Give those of another width, which cost next to nothing."""
        return NetworkMoments(self.fields, self.correlators.at_width(width))


@final
@dataclass(frozen=True)
class WickMoments:
    """Those of a Gaussian theory, by Wick's theorem."""

    propagator: Array
    bound: Array

    @classmethod
    def of(cls, kernel: Kernel, points: Array) -> "WickMoments":
        """Evaluate the propagator between all points."""
        found = kernel.full(points, points)
        scale = np.sqrt(np.multiply.outer(np.diag(found), np.diag(found)))
        return cls(found, 4 * EPS * np.abs(found) + (kernel.relative_error + EPS) * scale)

    @property
    def quality(self) -> Quality:
        """Nothing but rounding."""
        return Quality.TRUSTED

    def at(self, rows: Indices) -> tuple[Array, Array]:
        """Sum over pairings."""
        value, largest, size = (np.zeros(len(rows)) for _ in range(3))
        if rows.shape[1] == 0:
            return value + 1.0, largest
        if rows.shape[1] % 2:
            return value, largest
        above = np.abs(self.propagator) + self.bound
        for pairing in pairings(range(rows.shape[1])):
            ends = [(rows[:, i], rows[:, j]) for i, j in pairing]
            value += np.prod([self.propagator[pair] for pair in ends], axis=0)
            size += np.prod([np.abs(self.propagator[pair]) for pair in ends], axis=0)
            largest += np.prod([above[pair] for pair in ends], axis=0)
        return value, largest - size + (rows.shape[1] + 4) * EPS * size
