"""What is to be integrated, how accurately, and what came out."""

from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from numerics.errors import LoweringError
from numerics.given import as_instance, as_number, as_whole
from numerics.lowering.integrand import Integrand

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = float(np.finfo(np.float64).eps)
#: Smallest size that accuracies refer to: smaller numbers have fewer digits, and no finite inverse.
TINY = float(np.finfo(np.float64).tiny)
#: Rounding error, in units of ε∫∏|K|: of a sum, and of each kernel in the product.
_OF_SUM, _OF_KERNEL = 4.0, 16.0


@dataclass(frozen=True)
class Settings:
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

    Raises
    ------
    LoweringError
        If a value is out of range.
    """

    rtol: float = 1e-10
    max_nodes: int = 4_000_000
    max_bytes: int = 2**31
    strict: bool = False
    max_operations: float = 2e11

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


@dataclass
class Job:
    """One connected integral, and its result once solved.

    Attributes
    ----------
    integrand : Integrand
    rows : tuple of ndarray of int, one per vertex, shape (R_v, legs of v)
        Which input each leg of the vertex ends on, for every case wanted.
    value, error : ndarray, shape (R_1, .., R_V)
        All combinations of the rows.
    converged : bool
        Whether the accuracy asked for was reached.
    method : str
        How it was integrated, in words.
    scale : ndarray, shape (R_1, .., R_V)
        About ∫∏|K|, to which accuracies refer; empty until solved.
    reached : float
        Largest error relative to the scale.
    """

    integrand: Integrand
    rows: tuple[Indices, ...]
    value: Array = field(default_factory=lambda: np.empty(0))
    error: Array = field(default_factory=lambda: np.empty(0))
    converged: bool = False
    method: str = ""
    scale: Array = field(default_factory=lambda: np.empty(0))
    reached: float = inf

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of `value`: the number of rows of each vertex."""
        return tuple(len(row) for row in self.rows)

    @property
    def at_rounding(self) -> bool:
        """Whether the error is that of floating-point numbers, which no finer grid improves."""
        return self.reached <= 2.0 * rounding(self.integrand.n_factors)

    def judge(self, scale: Array, rtol: float) -> None:
        """Hold the error against the size of the integrand; sets `scale`, `reached` and `converged`."""
        self.scale = np.asarray(scale)
        self.reached = float((self.error / np.maximum(self.scale, TINY)).max(initial=0.0))
        self.converged = self.reached <= rtol

    def take(self, other: "Job") -> None:
        """Take over the result of another job for the same integral."""
        for name in ("value", "error", "converged", "method", "scale", "reached"):
            setattr(self, name, getattr(other, name))


def rounding(n_factors: int) -> float:
    """Rounding error of an integral over a product of kernels, relative to ∫∏|K|.

    Examples
    --------
    >>> rounding(4) < 2e-14
    True
    """
    return _EPSILON * (_OF_SUM + _OF_KERNEL * n_factors)


def accuracy_statement(job: Job, rtol: float) -> str:
    """Say in a sentence whether the accuracy asked for was reached.

    Examples
    --------
    >>> job = Job(Integrand(0, 1), (np.empty((1, 0), dtype=int),), method="by hand", reached=1e-3)
    >>> accuracy_statement(job, 1e-10)
    'NOT reached: asked for 1e-10 of ∫∏|K|, got 1e-03 by hand'
    """
    if job.converged:
        return f"reached: asked for {rtol:.0e} of ∫∏|K|, got {job.reached:.0e}"
    why = ", which is rounding" if job.at_rounding else f" by {job.method.removeprefix('by ')}"
    return f"NOT reached: asked for {rtol:.0e} of ∫∏|K|, got {job.reached:.0e}{why}"
