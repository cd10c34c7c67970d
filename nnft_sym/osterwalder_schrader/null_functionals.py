"""What 4-point functions already say: a functional of zero norm must be orthogonal to all others.

Where ⟨ΘF·F⟩ = 0, reflection positivity is the Cauchy-Schwarz inequality |⟨ΘF·B⟩|² <= ⟨ΘF·F⟩⟨ΘB·B⟩, hence
⟨ΘF·B⟩ = 0 for every B. With K = Z e^(−m|t|) the matrix of {f(τ)} has rank one: F = e^(mτ) f(τ) − e^(ms) f(s)
has zero norm, and e^(mt) ⟨f(−t) f f f⟩ must not depend on t. Where it does, no 6-point function is needed.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import NDArray

from nnft_sym.osterwalder_schrader.positivity_matrix import Monomial, monomials
from nnft_sym.osterwalder_schrader.positivity_moments import EPS, Source, moments_of
from nnft_sym.osterwalder_schrader.reflection import Reflection
from nnft_sym.printing.number_text import number
from numerics.fields.field_set import FieldSet
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class NullFunctional:
    """F = f(x_i)/u_i − f(x_j)/u_j of zero norm, u_i = √⟨Θf(x_i)·f(x_i)⟩, that is not orthogonal to B.

    Attributes
    ----------
    points : ndarray, shape (n, d)
    pair : tuple of int
        i and j.
    factors : tuple of float
        1/u_i and 1/u_j.
    other : tuple of int
        The monomial B of degree three.
    sides : tuple of float
        ⟨Θf(x_i)·B⟩/u_i and ⟨Θf(x_j)·B⟩/u_j, which must be equal.
    overlap : Estimate
        ⟨ΘF·B⟩, their difference, with a bound.
    """

    points: Array
    pair: tuple[int, int]
    factors: tuple[float, float]
    other: Monomial
    sides: tuple[float, float]
    overlap: Estimate

    @property
    def sentence(self) -> str:
        """The argument in words."""
        fields = FieldSet(self.points)
        i, j = self.pair
        ratio = number(self.factors[1] / self.factors[0], 6)
        scaled = number(float(self.overlap) / self.factors[0], 4)
        return (
            f"4-point functions already exclude RP: F = {fields.label((i,))} − {ratio} {fields.label((j,))} "
            f"has ⟨ΘF·F⟩ = 0, so that ⟨ΘF·B⟩ would have to vanish, and it is {scaled} for B = "
            f"{fields.label(self.other)}"
        )


def excluded_by_four_points(
    source: Source, points: Array, reflection: Reflection | None = None
) -> NullFunctional | None:
    """Look for two fields of which one combination has zero norm, but is not orthogonal to f f f.

    Parameters
    ----------
    source : Network or Kernel
    points : ndarray, shape (n, d)
        At positive times.
    reflection : Reflection, optional

    Returns
    -------
    NullFunctional or None
        The one that stands out most from its error; None if there is none.

    Raises
    ------
    NotAvailable
        If there are no exact 4-point functions.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> net = CosNet(1, sigma_a=1.0).with_laws(hidden="cauchy", output="rademacher")
    >>> times = np.array([[0.1], [0.2], [0.5]])
    >>> found = excluded_by_four_points(net, times)
    >>> found.pair, bool(abs(found.overlap.value) > 1e6 * found.overlap.error)
    ((0, 2), True)
    >>> excluded_by_four_points(net.kernel, times) is None
    True
    """
    mirror = Reflection() if reflection is None else reflection
    n = len(points)
    moments = moments_of(source, np.vstack([mirror(points), points]), 4)
    ends = np.array([(i, n + j) for i in range(n) for j in range(n)], dtype=np.int64)
    two, two_error = (one.reshape(n, n) for one in moments.at(ends))
    cubes = monomials(n, (3,))
    rows = np.array([(i, *(n + k for k in one)) for i in range(n) for one in cubes], dtype=np.int64)
    four, four_error = (one.reshape(n, len(cubes)) for one in moments.at(rows))
    best: NullFunctional | None = None
    for i, j in combinations(range(n), 2):
        if not _rank_one(two, two_error, i, j):
            continue
        factors = float(two[i, i] ** -0.5), float(two[j, j] ** -0.5)
        left, right = factors[0] * four[i], factors[1] * four[j]
        # u is known to half the relative error of its square
        relative = two_error[[i, j], [i, j]] / two[[i, j], [i, j]] + 4 * EPS
        error = factors[0] * four_error[i] + factors[1] * four_error[j]
        error = error + relative[0] * np.abs(left) + relative[1] * np.abs(right)
        at = int(np.argmax(np.abs(left - right) / error))
        sides = float(left[at]), float(right[at])
        overlap = Estimate(sides[0] - sides[1], error[at])
        size = abs(float(overlap))
        if size > error[at] and (best is None or size > abs(float(best.overlap))):
            best = NullFunctional(points, (i, j), factors, cubes[at], sides, overlap)
    return best


def _rank_one(two: Array, error: Array, i: int, j: int) -> bool:
    """Whether the matrix of two fields is singular within its error, but not zero."""
    if min(two[i, i] - error[i, i], two[j, j] - error[j, j]) <= 0.0:
        return False
    size = two[i, i] * two[j, j]
    bound = two[i, i] * error[j, j] + two[j, j] * error[i, i] + 2 * abs(two[i, j]) * error[i, j]
    return bool(abs(size - two[i, j] * two[j, i]) <= bound + 8 * EPS * size)
