"""Profiles: how a coupling depends on the position of its vertex, λ(y) = λ · p(y).

What to use when: `RadialPower` for the weights |y|² of (λ_0 + λ_2 |x|²) f⁴ (arXiv:2008.08601, section 4);
`FunctionProfile` for anything else, such as a coupling that lives near the origin only.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidKernel, LoweringError

Array = NDArray[np.float64]


class Profile(ABC):
    """A weight function at the position of a vertex; abstract."""

    @abstractmethod
    def values(self, nodes: Array) -> Array:
        """Evaluate the profile; shapes (m, d) -> (m,)."""

    @abstractmethod
    def text(self, vertex: str) -> str:
        """Write the profile of a vertex, as in ``|y1|^2``."""

    @property
    @abstractmethod
    def growth(self) -> float | None:
        """Power of r with which p(r ŷ) grows; None if it decays faster than any power."""

    @property
    @abstractmethod
    def degree(self) -> float | None:
        """Degree h of p(t y) = t^h p(y); None if the profile is not homogeneous."""

    @property
    @abstractmethod
    def length_scale(self) -> float:
        """Shortest distance over which it changes shape; infinite for polynomials."""

    @property
    @abstractmethod
    def centres(self) -> tuple[tuple[float, ...], ...]:
        """Points around which it has structure."""

    @property
    @abstractmethod
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """Per axis the coordinates at which it is not smooth; empty if there are none."""

    @property
    @abstractmethod
    def content(self) -> str | None:
        """Text that tells the profile from every other one; None if there is no such text."""


@final
@dataclass(frozen=True)
class RadialPower(Profile):
    """The profile |y|^power.

    Parameters
    ----------
    power : int
        Even and positive, so that the profile is a polynomial.

    Raises
    ------
    LoweringError
        If it is not.

    Examples
    --------
    >>> RadialPower(2).values(np.array([[3.0, 4.0]])).tolist()
    [25.0]
    """

    power: int

    def __post_init__(self) -> None:
        if self.power < 2 or self.power % 2:
            raise LoweringError(
                f"the profile |y|^{self.power} was given; an even power of 2 or more is needed"
            )

    def values(self, nodes: Array) -> Array:
        """Evaluate |y|^power; shapes (m, d) -> (m,)."""
        squares: Array = np.einsum("ik,ik->i", nodes, nodes)
        return squares ** (self.power // 2)

    def text(self, vertex: str) -> str:
        """Write ``|y1|^2``."""
        return f"|{vertex}|^{self.power}"

    @property
    def growth(self) -> float:
        """The power."""
        return float(self.power)

    @property
    def degree(self) -> float:
        """The power."""
        return float(self.power)

    @property
    def length_scale(self) -> float:
        """Infinite: a polynomial."""
        return inf

    @property
    def centres(self) -> tuple[tuple[float, ...], ...]:
        """None: a polynomial."""
        return ()

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """None: a polynomial."""
        return ()

    @property
    def content(self) -> str:
        """The power, in words."""
        return f"radial power {self.power}"


@final
@dataclass(frozen=True)
class FunctionProfile(Profile):
    """A profile given by a function of the position.

    Parameters
    ----------
    function : callable
        ``function(nodes)`` with nodes of shape (m, d), result (m,), finite.
    name : str
        How it is written, as in ``p`` for p(y1).
    length_scale : float
        Shortest distance over which it changes shape; infinite for a polynomial. It must be said, because a
        grid made for longer distances sees nothing of a narrow profile, and would not notice.
    growth : float or None
        Power of r with which it grows along rays at most; None if it decays faster than any power.
    centres : tuple of tuple of float
        Points around which it has structure beside the origin and the inputs.
    kinks : tuple of tuple of float
        Per axis the coordinates at which it is not smooth, d tuples; empty if there are none.
    content : str, optional
        Text that tells the function from every other one; needed to keep its integrals on disk.

    Raises
    ------
    LoweringError
        If the length scale is not positive.

    Examples
    --------
    >>> bump = FunctionProfile(lambda y: np.exp(-np.sum(y**2, axis=1)), "bump", 1.0, growth=None)
    >>> bump.values(np.zeros((2, 1))).tolist(), bump.text("y1")
    ([1.0, 1.0], 'bump(y1)')
    """

    function: Callable[[Array], Any]
    name: str
    length_scale: float = nan
    growth: float | None = 0.0
    centres: tuple[tuple[float, ...], ...] = ()
    kinks: tuple[tuple[float, ...], ...] = ()
    content: str | None = None

    def __post_init__(self) -> None:
        if not self.length_scale > 0.0:
            raise LoweringError(
                f"the profile {self.name} has the length scale {self.length_scale}; a positive number is "
                "needed, the shortest distance over which it changes"
            )

    @property
    def degree(self) -> None:
        """None: nothing is known about scaling."""
        return None

    def values(self, nodes: Array) -> Array:
        """Evaluate the function, and check what it returns; shapes (m, d) -> (m,).

        Raises
        ------
        InvalidKernel
            If it returns NaN, infinity or a wrong shape.
        """
        found = np.asarray(self.function(nodes), dtype=np.float64)
        if found.shape != (len(nodes),) or not np.all(np.isfinite(found)):
            what = f"shape {found.shape}" if found.shape != (len(nodes),) else "NaN or infinite values"
            raise InvalidKernel(
                f"the profile {self.name} returned {what}; needed are finite numbers of shape "
                f"({len(nodes)},), one per position"
            )
        return found

    def text(self, vertex: str) -> str:
        """Write ``p(y1)``."""
        return f"{self.name}({vertex})"
