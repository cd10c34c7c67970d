"""The eigenbasis in which correlated, nearly degenerate data can be judged.

The moments of one ensemble obey exact or almost exact linear relations, so their covariance is singular to
rounding (one-dimensional ReLU-net without bias: the 126 4-point elements span one direction). Nothing here
inverts it. The covariance is scaled to the correlation matrix, diagonalised, and only directions whose
eigenvalue exceeds ``threshold`` times the largest are kept; what a vector does in the discarded directions
is reported, because there the data have no freedom and a model must agree exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics
from numerics.given import as_number, as_real_array, as_whole

Array = NDArray[np.float64]

#: Standard deviations by which a discarded direction must be missed before we speak of a contradiction.
#: Rounding and noise stay far below, while a deviation of an honest tenth of a standard error is seen.
CONTRADICTION = 6.0
#: Relative size of a negative eigenvalue that is more than rounding.
NEGATIVE = 1e-8
#: Asymmetry of a covariance that is more than rounding, relative to the standard deviations.
ASYMMETRY = 1e-8
#: Relative eigenvalue of a Gram matrix under which its eigenvectors are rounding.
ROUNDING = 1e-10


@dataclass(frozen=True)
class Eigenbasis:
    """Retained and discarded directions of a correlation matrix.

    Attributes
    ----------
    scale : ndarray, shape (M,)
        Standard deviations; 0 for elements that do not fluctuate at all.
    retained : ndarray, shape (M, k)
        Orthonormal columns: correlation eigenvectors above the threshold.
    eigenvalues : ndarray, shape (k,)
        Their eigenvalues, descending.
    discarded : ndarray, shape (M, j)
        Other eigenvectors. All M0 - k of them (M0 = number of elements that fluctuate) when the covariance
        was diagonalised; from fewer blocks than elements only those in which the blocks move at all.
    noise : float
        Upper bound of the variance of a discarded direction: the threshold times the largest eigenvalue. The
        small eigenvalues themselves are no estimate, they are biased low when the blocks are few or
        heavy-tailed.
    threshold : float
        Relative threshold.

    Examples
    --------
    Two copies of one number have one direction, and it knows that they are equal:

    >>> basis = eigenbasis(np.array([[4.0, 4.0], [4.0, 4.0]]), n_blocks=100)
    >>> basis.rank
    1
    >>> round(basis.violation(np.array([3.0, 3.0])), 12), round(basis.violation(np.array([3.0, 2.0])), 3)
    (0.0, 0.196)
    """

    scale: Array
    retained: Array
    eigenvalues: Array
    discarded: Array
    noise: float
    threshold: float

    @property
    def rank(self) -> int:
        """Number of retained directions."""
        return len(self.eigenvalues)

    def standardise(self, vector: Array) -> Array:
        """Divide by the standard deviations; elements that do not fluctuate give 0.

        Parameters
        ----------
        vector : ndarray, shape (M,) or (M, P)

        Returns
        -------
        ndarray, same shape
        """
        moves = self.scale > 0
        result = np.zeros_like(vector, dtype=np.float64)
        result[moves] = vector[moves] / self.scale[moves].reshape((-1,) + (1,) * (vector.ndim - 1))
        return result

    def whiten(self, vector: Array) -> Array:
        """Project on the retained directions and divide by their standard deviations.

        Parameters
        ----------
        vector : ndarray, shape (M,) or (M, P)

        Returns
        -------
        ndarray, shape (k,) or (k, P)
            Uncorrelated, of unit variance.
        """
        projected = self.retained.T @ self.standardise(vector)
        root = np.sqrt(self.eigenvalues).reshape((-1,) + (1,) * (vector.ndim - 1))
        return np.asarray(projected / root)

    def violation(self, residual: Array, reference: Array | None = None) -> float:
        """Say how far a residual violates the exact linear relations of the data.

        Parameters
        ----------
        residual : ndarray, shape (M,)
            Data minus model.
        reference : ndarray, shape (M,), optional
            What the violation is compared with; default the residual itself.

        Returns
        -------
        float
            Norm of the part of the residual in those discarded directions where it exceeds
            `CONTRADICTION` standard deviations, divided by the norm of the reference; both in units
            of the standard deviations of the elements. 0 when there is no contradiction; infinite when an
            element that does not fluctuate at all is missed.
        """
        if np.any(residual[self.scale == 0] != 0):
            return float("inf")
        standard = self.standardise(residual)
        size = self.discarded.T @ standard
        excess = np.where(np.abs(size) > CONTRADICTION * np.sqrt(self.noise), size, 0.0)
        total = float(np.sum(excess**2)) + self._beyond_the_blocks(standard, size) ** 2
        norm = float(np.linalg.norm(self.standardise(residual if reference is None else reference)))
        return float(np.sqrt(total)) / norm if norm > 0 else 0.0

    def _beyond_the_blocks(self, standard: Array, size: Array) -> float:
        """Norm of what points in no direction that the blocks know, if it is more than noise could be."""
        unknown = int(np.sum(self.scale > 0)) - self.rank - self.discarded.shape[1]
        if not unknown:
            return 0.0
        rest = standard - self.retained @ (self.retained.T @ standard) - self.discarded @ size
        norm = float(np.linalg.norm(rest))
        return norm if norm > CONTRADICTION * np.sqrt(unknown * self.noise) else 0.0


def eigenbasis(covariance: Array, n_blocks: int | None, threshold: float = 1e-6) -> Eigenbasis:
    """Diagonalise the correlation matrix and keep what stands out of the rounding.

    Parameters
    ----------
    covariance : ndarray, shape (M, M)
        Covariance of the mean; may be singular, rows of zeros are allowed.
    n_blocks : int or None
        Number of independent blocks it was estimated from; None = it is known exactly.
    threshold : float, optional
        Directions with an eigenvalue of the correlation matrix up to this times the largest are discarded.

    Returns
    -------
    Eigenbasis

    Raises
    ------
    InvalidStatistics
        If the covariance is not a finite symmetric matrix, or there are too few blocks.
    """
    covariance = as_covariance(covariance)
    n_blocks, threshold = check_blocks(n_blocks, threshold)
    scale = np.sqrt(np.diag(covariance))
    moves = scale > 0
    correlation = covariance[np.ix_(moves, moves)] / np.outer(scale[moves], scale[moves])
    values, vectors = np.linalg.eigh(correlation) if moves.any() else (np.zeros(0), np.zeros((0, 0)))
    if values.min(initial=0.0) < -NEGATIVE * values.max(initial=0.0):
        raise InvalidStatistics(
            f"the covariance has a negative eigenvalue ({values.min():.3g} of the correlation matrix, whose "
            f"largest is {values.max():.3g}); it is not a covariance"
        )
    return _split(scale, values, vectors, threshold)


def eigenbasis_of_deviations(deviations: Array, threshold: float = 1e-6) -> Eigenbasis:
    """Do as `eigenbasis` with a covariance FᵀF from blocks, at the cost of the smaller dimension.

    With fewer blocks than elements its eigenvectors come from the B x B matrix FFᵀ: thousands of correlators
    take a second instead of minutes.

    Parameters
    ----------
    deviations : ndarray, shape (B, M)
        F, one row for each block: see `numerics.results.uncertainty.Blocks`.
    threshold : float, optional
        As `eigenbasis`.

    Returns
    -------
    Eigenbasis

    Raises
    ------
    InvalidStatistics
        As `eigenbasis`.
    """
    n_blocks = len(deviations)
    if deviations.shape[1] <= n_blocks:
        return eigenbasis(deviations.T @ deviations, n_blocks, threshold)
    check_blocks(n_blocks, threshold)
    if not np.all(np.isfinite(deviations)):
        raise InvalidStatistics("the deviations contain NaN or infinity; leave those elements out")
    scale = np.sqrt(np.sum(deviations**2, axis=0))
    moves = scale > 0
    standard = deviations[:, moves] / scale[moves]
    values, left = np.linalg.eigh(standard @ standard.T)
    known = values > ROUNDING * values.max(initial=0.0)
    vectors = standard.T @ (left[:, known] / np.sqrt(values[known]))
    return _split(scale, values[known], vectors, threshold)


def _split(scale: Array, values: Array, vectors: Array, threshold: float) -> Eigenbasis:
    """Keep the directions of large variance; `values` ascend, `vectors` are over the moving elements."""
    values, vectors = values[::-1], vectors[:, ::-1]
    embedded = np.zeros((len(scale), len(values)))
    embedded[scale > 0] = vectors
    largest = values.max(initial=0.0)
    keep = values > threshold * largest
    return Eigenbasis(
        scale=scale,
        retained=embedded[:, keep],
        eigenvalues=values[keep],
        discarded=embedded[:, ~keep],
        noise=float(threshold * largest),
        threshold=threshold,
    )


def as_covariance(covariance: object) -> Array:
    """Return a covariance as an array of float64, or say why it is none.

    Parameters
    ----------
    covariance : array_like, shape (M, M)

    Returns
    -------
    ndarray, shape (M, M)
        Exactly symmetric.

    Raises
    ------
    InvalidStatistics
        If it is not square, finite, real and symmetric, or a variance is negative.

    Examples
    --------
    >>> as_covariance([[1.0, 0.2], [0.9, 1.0]])
    Traceback (most recent call last):
    numerics.errors.InvalidStatistics: the covariance is not symmetric: element (0, 1) is 0.2 and ...
    """
    needed = "a square matrix of numbers is needed"
    found = as_real_array(covariance, "covariances", InvalidStatistics, needed)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise InvalidStatistics(
            f"the covariance has shape {found.shape}; a square matrix, one row per element, is needed"
        )
    if not np.all(np.isfinite(found)):
        raise InvalidStatistics("the covariance contains NaN or infinity; leave those elements out")
    variances = np.diag(found)
    if np.any(variances < 0):
        raise InvalidStatistics("the covariance has a negative diagonal element; it is not a covariance")
    scale = np.sqrt(np.outer(variances, variances))
    skew = np.abs(found - found.T) > ASYMMETRY * np.maximum(scale, np.minimum(np.abs(found), np.abs(found.T)))
    if np.any(skew):
        i, j = np.argwhere(skew)[0]
        raise InvalidStatistics(
            f"the covariance is not symmetric: element ({i}, {j}) is {found[i, j]:.6g} and ({j}, {i}) is "
            f"{found[j, i]:.6g}; give the covariance itself, not a triangle or a factor of it"
        )
    if np.any((scale == 0) & (found != 0) & (np.add.outer(variances == 0, variances == 0))):
        raise InvalidStatistics(
            "the covariance connects an element of variance zero with another one; it is not a covariance"
        )
    return (found + found.T) / 2


def check_blocks(n_blocks: int | None, threshold: float) -> tuple[int | None, float]:
    """Return number of blocks and threshold as plain numbers, or refuse them."""
    if n_blocks is not None:
        needed = "None, or a whole number of at least 2,"
        n_blocks = as_whole(n_blocks, "n_blocks", InvalidStatistics, needed, least=-(10**9))
        if n_blocks < 2:
            raise InvalidStatistics(
                f"a covariance from {n_blocks} block(s) means nothing; use at least 2 blocks"
            )
    number = as_number(threshold, "threshold", InvalidStatistics, "a number between 0 and 1")
    if not 0 < number < 1:
        raise InvalidStatistics(f"the eigenvalue threshold is {number}; a number between 0 and 1 is needed")
    return n_blocks, number
