"""What reflection positivity is asked of, and what one order answers."""

from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.null_functionals import NullFunctional
from nnft_sym.osterwalder_schrader.positivity_matrix import PositivityMatrix
from nnft_sym.osterwalder_schrader.positivity_moments import Source
from nnft_sym.osterwalder_schrader.reflection import Reflection
from nnft_sym.osterwalder_schrader.smooth_kernels import PlaneSlope
from nnft_sym.osterwalder_schrader.times_search import TimesSearch

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Question:
    """What does not change from order to order.

    Attributes
    ----------
    source : Network or Kernel
    points : ndarray, shape (n, d)
        At positive times.
    mirrors : tuple of Reflection
        All that must hold.
    search : TimesSearch
    slope : PlaneSlope or None
        ∂_x∂_y K at the plane, where it can be had.
    null : NullFunctional or None
        What 4-point functions exclude.
    defaults : bool
        Whether the points are those chosen here.
    """

    source: Source
    points: Array
    mirrors: tuple[Reflection, ...]
    search: TimesSearch
    slope: PlaneSlope | None
    null: NullFunctional | None
    defaults: bool


@final
@dataclass(frozen=True, eq=False)
class Answer:
    """What one order gave: the sector that decides, and how.

    Attributes
    ----------
    holds : bool or None
    matrix : PositivityMatrix
    eigenvalue, error : float
        The smallest eigenvalue.
    rank : int
    digits : int
        Carried: 16 or 50.
    tried : int
        Other sets of times that were looked at.
    elsewhere : bool
        Whether the matrix is that of other times than those given.
    facts : dict
        More numbers, by name.
    """

    holds: bool | None
    matrix: PositivityMatrix
    eigenvalue: float
    error: float
    rank: int
    digits: int
    tried: int = 0
    elsewhere: bool = False
    facts: dict[str, object] = field(default_factory=dict)
