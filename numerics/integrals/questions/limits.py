"""The accuracy asked for, the limits within which to reach it, and when refinement stops."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import final

from numerics.errors import LoweringError
from numerics.given import as_instance, as_number, as_whole
from numerics.results.faces import unusual


@final
@dataclass(frozen=True)
class Refinement:
    """How grids grow, and what is believed of the changes that they bring.

    A grid made for E nats has errors of about exp(−E) where the integrand is analytic. So grids with equal
    steps in E have errors, and changes from grid to grid, that form a geometric series. With d the last
    change and r its ratio to the one before, what the last grid still misses is ::

        d r + d r² + ... = d r / (1 − r),        and refinement stops where this is below rtol ∫∏|K|.

    After two grids r is not known, and what is missed is taken to be d itself. Changes can be small by
    chance. So r and d are taken over all elements of a tensor together, every element gets at least `share`
    of the largest relative change, at least `memory` of the change before stays in mind, and r is not
    believed to be below `believed`. Where kinks remain, errors fall like a power of the number of nodes:
    nodes grow by a factor, and r is not believed to be below `halved`. With a kernel of the user nothing is
    known; the largest of the last `changes` changes counts, times `rest`, and times `too_few` as long as
    there are fewer.

    Attributes
    ----------
    first, least_nats : float
        Accuracy of the first grid: as a share of that asked for, and at least, in nats.
    first_of_small : pair of float
        That share, in one dimension and in more, where two grids near the end cost less than three on the way
        to it: up to `small_work` multiplications, beyond which most of the time is spent in them.
    small_work : float
    step : pair of float
        Nats from grid to grid, in one dimension and in more, where nodes are dear. After a smaller step short
        panels might keep their nodes, and a result that does not change would prove nothing.
    growth : float
        Factor on the nats instead, where convergence is algebraic or the accuracy beyond `long`.
    long : float
        Nats at which the grid is clearly not what the integrand needs.
    share, halved, rest, too_few, changes
        See above.
    memory, believed : pair of float
        See above; in one dimension, and in more, after the shorter steps.
    cut : float
        Share of the error before that is believed to remain at least where panels have just been cut.
    largest_ratio : float
        Largest r for which the series is taken to converge.

    Examples
    --------
    >>> Refinement(believed=(0.1, 0.2)).believed
    (0.1, 0.2)
    """

    first: float = 0.55
    least_nats: float = 10.0
    first_of_small: tuple[float, float] = (0.95, 0.85)
    small_work: float = 1e6
    step: tuple[float, float] = (6.5, 5.0)
    growth: float = 1.4
    long: float = 40.0
    share: float = 0.1
    memory: tuple[float, float] = (4e-3, 1e-2)
    believed: tuple[float, float] = (0.05, 0.1)
    changes: int = 3
    rest: float = 1.5
    too_few: float = 10.0
    cut: float = 0.5
    largest_ratio: float = 0.9
    halved: float = 0.5

    def next(self, nats: float, several: bool, *, slow: bool) -> float:
        """Nats of the grid after one with `nats`; `slow` where convergence is algebraic."""
        return max(nats + self.step[several], nats * self.growth if slow or nats > self.long else 0.0)

    def second(self, nats: float) -> float:
        """Nats of the grid after the first, whatever the convergence."""
        return self.next(nats, False, slow=True)

    def ratio(self, change: float, before: float, least: float) -> float:
        """R for the series of changes, not below `least`.

        Examples
        --------
        >>> Refinement().ratio(1e-8, 1e-5, least=0.05), Refinement().ratio(3e-5, 1e-5, least=0.05)
        (0.05, 0.9)
        """
        found = change / before if before > 0.0 else 0.0
        return min(max(found, least), self.largest_ratio)


#: The refinement of every integral for which nothing else is said.
USUAL = Refinement()


@final
@dataclass(frozen=True, repr=False)
class Accuracy:
    """Accuracy asked for, and the limits within which to reach it.

    Parameters
    ----------
    rtol : float
        Error allowed relative to ∫∏|K|, between 1e-15 and 1. Below about 1e-14 rounding wins.
    max_nodes : int
        Most nodes of a grid, and most points of quasi-Monte-Carlo.
    max_bytes : int
        Most memory for tables and intermediate tensors.
    strict : bool
        Whether to raise `NotConverged` where the accuracy is not reached; otherwise the result is flagged.
    max_operations : float
        Most multiplications for one grid; a core does about 1e9 to 1e10 in a second.
    refinement : Refinement
        How grids grow, and when they are fine enough.

    Raises
    ------
    LoweringError
        If a value is out of range.

    Examples
    --------
    >>> Accuracy(rtol=1e-6)
    Accuracy(rtol=1e-06)
    """

    rtol: float = 1e-10
    max_nodes: int = 4_000_000
    max_bytes: int = 2**31
    strict: bool = False
    max_operations: float = 2e11
    refinement: Refinement = field(default=USUAL)

    def __post_init__(self) -> None:
        needed = "a number from 1e-15 to below 1"
        rtol = as_number(self.rtol, "rtol", LoweringError, needed, least=1e-15, below=1.0)
        object.__setattr__(self, "rtol", rtol)
        for name in ("max_nodes", "max_bytes"):
            object.__setattr__(self, name, as_whole(getattr(self, name), name, LoweringError))
        operations = as_number(
            self.max_operations, "max_operations", LoweringError, "a positive number", least=1.0
        )
        object.__setattr__(self, "max_operations", operations)
        as_instance(self.strict, bool, "strict", LoweringError, "True or False")
        as_instance(self.refinement, Refinement, "refinement", LoweringError, "Refinement(...)")

    def __repr__(self) -> str:
        """Show what was chosen, not what is as usual."""
        return unusual(self)

    @property
    def text(self) -> str:
        """All that an integral depends on, as text; a refinement that is the usual one is left out."""
        told = [one.name for one in fields(self) if one.name != "refinement" or self.refinement != USUAL]
        return f"Accuracy({', '.join(f'{name}={getattr(self, name)!r}' for name in told)})"
