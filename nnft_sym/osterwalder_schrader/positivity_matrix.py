"""The matrix ⟨ΘA·B⟩ over monomials of the field at positive times, and its smallest eigenvalue.

Reflection positivity at order 2k says that this matrix over all monomials A, B of degree 0 to k is positive
semidefinite: ⟨ΘF·F⟩ >= 0 for every F = Σ c_A A (Osterwalder and Schrader, Commun. Math. Phys. 31 (1973) 83).
Eigenvalues are those of M_AB / √(⟨A²⟩⟨B²⟩), which always exists: on its diagonal itself the matrix may be
zero or negative.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import shown
from nnft_sym.osterwalder_schrader.positivity_moments import (
    EPS,
    Moments,
    NetworkMoments,
    Source,
    moments_of,
)
from nnft_sym.osterwalder_schrader.reflection import Reflection
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.fields.index_sets import multisets
from numerics.results.quality import Quality

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
#: Numbers of the points, non-decreasing: (0, 0, 2) is f(x_0)² f(x_2).
Monomial: TypeAlias = tuple[int, ...]

#: An eigenvalue of the normalised matrix is known to be zero, or above, if it is so up to this.
DECIDED = 1e-9


def monomials(n_points: int, degrees: Iterable[int]) -> tuple[Monomial, ...]:
    """List the monomials of some degrees.

    Examples
    --------
    >>> monomials(2, (0, 1, 2))
    ((), (0,), (1,), (0, 0), (0, 1), (1, 1))
    """
    return tuple(row for k in degrees for row in combinations_with_replacement(range(n_points), k))


@final
@dataclass(frozen=True, eq=False)
class PositivityMatrix:
    """⟨ΘA·B⟩ with error bounds.

    Attributes
    ----------
    points : ndarray, shape (n, d)
        At positive times.
    reflection : Reflection
    monomials : tuple of tuple of int
    value, bound : ndarray, shape (m, m)
    variance : ndarray, shape (m,)
        ⟨A²⟩.
    quality : Quality

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet
    >>> net = CosNet(width=3, sigma_a=1.0).with_laws(hidden="cauchy", output="rademacher")
    >>> found = positivity_matrix(net, np.array([[0.1], [0.2], [0.5], [1.2], [2.2]]), 6)
    >>> round(found.spectrum.smallest, 6)
    -0.177828
    """

    points: Array
    reflection: Reflection
    monomials: tuple[Monomial, ...]
    value: Array
    bound: Array
    variance: Array
    quality: Quality

    def restricted(self, chosen: Callable[[Monomial], bool] | Iterable[Monomial]) -> "PositivityMatrix":
        """Keep some of the monomials.

        Raises
        ------
        InvalidStatistics
            If one of them is not there.
        """
        if callable(chosen):
            wanted = [one for one in self.monomials if chosen(one)]
        else:
            wanted = [tuple(one) for one in chosen]
        missing = [one for one in wanted if one not in self.monomials]
        if missing or not wanted:
            raise InvalidStatistics(
                f"the monomial {shown(missing[0] if missing else ())} was asked for; monomials of the matrix "
                f"are needed, such as {self.monomials[-1]}"
            )
        at = [self.monomials.index(one) for one in wanted]
        block = np.ix_(at, at)
        return PositivityMatrix(
            self.points, self.reflection, tuple(wanted), self.value[block], self.bound[block],
            self.variance[at], self.quality,
        )  # fmt: skip

    @property
    def sectors(self) -> "tuple[PositivityMatrix, ...]":
        """Blocks of monomials of even and of odd degree, where nothing stands between them; else all."""
        odd = np.array([len(one) % 2 == 1 for one in self.monomials])
        if odd.all() or not odd.any() or np.any(self.value[np.ix_(odd, ~odd)]):
            return (self,)
        parity = ([one for one in self.monomials if len(one) % 2 == part] for part in (0, 1))
        return tuple(self.restricted(part) for part in parity)

    def normalised(self, by: str = "variance") -> tuple[Array, Array]:
        """Give the matrix and its error bounds in units of the monomials.

        Parameters
        ----------
        by : {"variance", "diagonal"}
            Divide by √(⟨A²⟩⟨B²⟩), or by √(M_AA M_BB) where that is positive.

        Raises
        ------
        NotAvailable
            If the diagonal is not positive.
        """
        scale = self.variance if by == "variance" else np.diag(self.value)
        if by != "variance" and np.any(scale <= 0.0):
            raise NotAvailable(
                "the matrix was to be divided by its diagonal, which is not positive; take the variances"
            )
        # a monomial of variance zero is zero
        root = np.sqrt(np.where(scale > 0.0, scale, 1.0))
        divisor = np.multiply.outer(root, root)
        # the two halves differ by rounding only where the law does not know the direction of time
        value = (self.value + self.value.T) / 2
        return value / divisor, (self.bound + 8 * EPS * np.abs(value)) / divisor

    @cached_property
    def spectrum(self) -> "Spectrum":
        """Eigenvalues in units of the variances."""
        return self.spectrum_by("variance")

    def spectrum_by(self, by: str) -> "Spectrum":
        """Eigenvalues in other units; see `normalised`."""
        value, bound = self.normalised(by)
        if not (np.all(np.isfinite(value)) and np.all(np.isfinite(bound))):
            raise NotAvailable(
                "the correlators are beyond floating point at these times; take smaller times, or a lower "
                "order"
            )
        return Spectrum.of(value, bound)

    @property
    def asymmetry(self) -> tuple[int, int] | None:
        """Where ⟨ΘA·B⟩ and ⟨ΘB·A⟩ differ most beyond their errors; None: nowhere.

        They are equal if the law of the field is that of the reflected one.
        """
        excess = np.abs(self.value - self.value.T) - (self.bound + self.bound.T)
        excess -= 64 * EPS * np.sqrt(np.multiply.outer(self.variance, self.variance))
        row, column = np.unravel_index(int(np.argmax(excess)), excess.shape)
        return (int(row), int(column)) if excess[row, column] > 0.0 else None


@final
@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues of a symmetric matrix that is known up to bounds.

    Attributes
    ----------
    eigenvalues : ndarray, shape (m,)
        Ascending.
    vectors : ndarray, shape (m, m)
        In columns.
    error : float
        Largest error of any eigenvalue: the norm of the bounds, and rounding.
    own_errors : ndarray, shape (m,)
        How far |v|ᵀ(error)|v| may be off for each eigenvector.
    tolerance : float
        Rounding of the eigenvalues themselves.
    """

    eigenvalues: Array
    vectors: Array
    error: float
    own_errors: Array
    tolerance: float

    @classmethod
    def of(cls, value: Array, bound: Array) -> "Spectrum":
        """Diagonalise."""
        found, vectors = np.linalg.eigh(value)
        # entries of a matrix in units of the variances are one at most: ε times that, for every row
        tolerance = len(value) * EPS * max(1.0, float(np.abs(found).max(initial=0.0)))
        sizes = np.abs(vectors)
        own = np.einsum("ai,ab,bi->i", sizes, bound, sizes) + tolerance
        # ‖E‖₂ <= ‖|E|‖₂ for matrices E that are not larger in any entry
        error = float(np.linalg.norm(bound, 2)) + tolerance
        return cls(found, vectors, error, own, tolerance)

    @property
    def smallest(self) -> float:
        """The smallest eigenvalue."""
        return float(self.eigenvalues[0])

    @property
    def negative(self) -> int | None:
        """Number of an eigenvector whose ⟨ΘF·F⟩ is negative beyond its own error; None if there is none.

        Such a number settles the matter, however large the errors elsewhere: it is a witness.
        """
        below = np.flatnonzero(self.eigenvalues + self.own_errors < 0.0)
        return int(below[0]) if below.size else None

    @property
    def rank(self) -> int:
        """Number of eigenvalues that are not zero within their errors."""
        return int(np.count_nonzero(np.abs(self.eigenvalues) > self.own_errors))

    @property
    def holds(self) -> bool | None:
        """Whether the matrix is positive semidefinite; None if its errors are too large to tell."""
        if self.negative is not None:
            return False
        return True if self.smallest - self.error > -DECIDED else None

    @property
    def sharp(self) -> bool:
        """Whether the answer needs no more digits: negative, or positive, beyond all errors."""
        return self.negative is not None or self.smallest > self.error


def positivity_matrix(
    source: Source, points: Array, order: int, reflection: Reflection | None = None
) -> PositivityMatrix:
    """Compute ⟨ΘA·B⟩ over all monomials of degree 0 to order/2.

    Parameters
    ----------
    source : Network or Kernel
        A kernel stands for infinite width.
    points : ndarray, shape (n, d)
        At positive times; see `nnft_sym.osterwalder_schrader.reflection.as_times`.
    order : int
        Even: most fields in a correlator.
    reflection : Reflection, optional
        t → −t by default.

    Returns
    -------
    PositivityMatrix

    Raises
    ------
    NotAvailable
        If there are no exact correlators of that order.
    """
    mirror = Reflection() if reflection is None else reflection
    moments = moments_of(source, np.vstack([mirror(points), points]), order)
    return matrix_of_moments(moments, points, order, mirror)


def matrix_of_moments(
    moments: Moments, points: Array, order: int, reflection: Reflection
) -> PositivityMatrix:
    """Arrange correlators over the reflected points, followed by the points, as a matrix."""
    n_points = len(points)
    rows = monomials(n_points, range(order // 2 + 1))
    by_degree = [multisets(n_points, k) for k in range(order // 2 + 1)]
    values, bounds, variances = [], [], []
    for left in by_degree:
        strips = [_block(moments, left, right + n_points) for right in by_degree]
        values.append(np.hstack([value for value, _ in strips]))
        bounds.append(np.hstack([bound for _, bound in strips]))
        variances.append(moments.at(np.hstack([left, left]) + n_points)[0])
    return PositivityMatrix(
        points, reflection, rows, np.vstack(values), np.vstack(bounds), np.concatenate(variances),
        moments.quality,
    )  # fmt: skip


def _block(moments: Moments, left: Indices, right: Indices) -> tuple[Array, Array]:
    """All pairs of reflected monomials of one degree and monomials of another."""
    shape = (len(left), len(right))
    pairs = np.hstack([np.repeat(left, len(right), axis=0), np.tile(right, (len(left), 1))])
    value, bound = moments.at(pairs)
    return value.reshape(shape), bound.reshape(shape)


def at_widths(
    source: Source, points: Array, order: int, widths: Iterable[int], reflection: Reflection
) -> list[PositivityMatrix]:
    """Compute the matrices of a network at several widths from the moments of one neuron."""
    moments = moments_of(source, np.vstack([reflection(points), points]), order)
    if not isinstance(moments, NetworkMoments):
        raise NotAvailable("a kernel was given, which has no width; give a network")
    return [matrix_of_moments(moments.at_width(one), points, order, reflection) for one in widths]
