"""Hold correlated numbers against what they should be: χ², p-value, pulls.

What to use when: `compare` judges a difference with no free parameter (sampled minus exact, data minus
prediction), `vanishing` blocks of a sample that should average to zero; `numerics.inference.linear.fit`
adjusts parameters first.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.eigenbasis import (
    Array,
    Eigenbasis,
    as_covariance,
    check_blocks,
    eigenbasis,
    eigenbasis_of_deviations,
)
from numerics.results.faces import Content, Shown


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Outcome of `compare`.

    Attributes
    ----------
    chi2 : float
        Hotelling's T² in the retained eigenbasis. Its expectation exceeds `dof` by the factor
        (B - 1)/(B - dof - 2) because the covariance is itself estimated from B blocks.
    dof : int
        Retained rank of the correlation matrix.
    p_value : float
        Two-sided: small when the difference is too large *or* too small for its covariance. 1 if dof = 0:
        nothing was tested.
    threshold : float
        Relative eigenvalue cut that was used.
    pulls : ndarray, shape (M,)
        Difference over standard error, element by element; 0 where both vanish.
    null_residual : float
        Relative size of what the difference does, beyond noise and rounding, in the discarded directions.
        Not 0 = an exact linear relation between the data is violated, whatever the p-value says.
    n_blocks : int or None
        Blocks behind the covariance.
    whitened : ndarray, shape (dof,)
        Difference over standard error along each retained direction, the one that scatters most first:
        independent, and their squares add up to `chi2`.

    Examples
    --------
    >>> import numpy as np
    >>> from numerics.inference.comparison import compare
    >>> found = compare(np.array([0.1, 0.0]), np.diag([0.01, 0.01]), n_blocks=50)
    >>> found.dof, round(found.chi2, 12), found.pulls.round(12).tolist()
    (2, 1.0, [1.0, 0.0])
    """

    chi2: float
    dof: int
    p_value: float
    threshold: float
    pulls: Array
    null_residual: float
    n_blocks: int | None
    whitened: Array = field(default_factory=lambda: np.zeros(0))

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each pull."""
        facts = {
            "chi2": self.chi2,
            "dof": self.dof,
            "chi2/dof": self.chi2_dof,
            "p_value": self.p_value,
            "null_residual": self.null_residual,
            "blocks": self.n_blocks,
        }
        title = f"Comparison of {len(self.pulls)} numbers"
        return Content(
            title,
            facts,
            ("element", "pull"),
            lambda: enumerate(self.pulls.tolist(), start=1),
            len(self.pulls),
        )

    @property
    def chi2_dof(self) -> float:
        """χ²/dof, NaN if nothing was compared."""
        return self.chi2 / self.dof if self.dof else float("nan")

    @property
    def upper_tail(self) -> float:
        """One-sided probability of a χ² at least as large; 1 if dof = 0."""
        return upper_tail(self.chi2, self.dof, None if self.n_blocks is None else self.n_blocks - 1)


def compare(
    difference: Array, covariance: Array | Eigenbasis, n_blocks: int | None, threshold: float = 1e-6
) -> Comparison:
    """Compare a vector of correlated differences with zero.

    Parameters
    ----------
    difference : ndarray, shape (M,)
        For instance sampled minus exact correlators.
    covariance : ndarray, shape (M, M), or Eigenbasis
        Covariance of the *mean*, estimated from blocks; may be singular. Its eigenbasis, if there is one
        already (then `threshold` is that of the eigenbasis).
    n_blocks : int or None
        Number B of blocks it was estimated from; None when it is known exactly (then T² is a plain χ²).
    threshold : float, optional
        Directions whose correlation eigenvalue is at most this times the largest are left out of the χ².

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidStatistics
        Shapes do not match, NaN, or no more blocks than retained directions.

    Notes
    -----
    With k retained directions, (B - k) T² / (k (B - 1)) follows the F distribution with (k, B - k) degrees
    of freedom [1]_; the two-sided p-value is 2 min(p, 1 - p). That holds for Gaussian block means: with many
    directions of high order, take blocks of a thousand networks or more, or a higher threshold.

    References
    ----------
    .. [1] H. Hotelling, "The generalization of Student's ratio", Ann. Math. Statist. 2 (1931) 360.

    Examples
    --------
    >>> outcome = compare(np.array([1.0, -2.0]), np.eye(2), n_blocks=None)
    >>> round(outcome.chi2, 12), outcome.dof
    (5.0, 2)
    """
    difference = as_real_array(difference, "differences", InvalidStatistics, "real numbers are needed")
    if not isinstance(covariance, Eigenbasis):
        covariance = as_covariance(covariance)
    given = covariance.scale if isinstance(covariance, Eigenbasis) else covariance
    if difference.shape != np.shape(given)[:1] or not np.all(np.isfinite(difference)):
        raise InvalidStatistics(
            f"the difference has shape {difference.shape}, the covariance {np.shape(given)}; finite "
            "numbers, as many as the covariance has rows, are needed"
        )
    n_blocks, threshold = check_blocks(n_blocks, threshold)
    basis = covariance if isinstance(covariance, Eigenbasis) else eigenbasis(covariance, n_blocks, threshold)
    whitened = basis.whiten(difference)
    chi2 = float(np.sum(whitened**2))
    return Comparison(
        chi2=chi2,
        dof=basis.rank,
        p_value=two_sided(chi2, basis.rank, None if n_blocks is None else n_blocks - 1),
        threshold=basis.threshold,
        pulls=_pulls(difference, basis.scale),
        null_residual=basis.violation(difference),
        n_blocks=n_blocks,
        whitened=whitened,
    )


def two_sided(t2: float, dof: int, freedom: int | None) -> float:
    """Two-sided p-value of Hotelling's T².

    Parameters
    ----------
    t2 : float
    dof : int
        Dimension k.
    freedom : int or None
        Degrees of freedom ν of the covariance estimate (blocks - 1); None = known covariance.

    Returns
    -------
    float
        1 if dof = 0: nothing was tested.
    """
    upper = upper_tail(t2, dof, freedom)
    return 2 * min(upper, 1 - upper) if dof else 1.0


def upper_tail(t2: float, dof: int, freedom: int | None) -> float:
    """Probability of a T² at least as large: F(k, ν - k + 1) at (ν - k + 1) T² / (k ν); 1 if k = 0.

    Raises
    ------
    InvalidStatistics
        If the covariance has fewer degrees of freedom than directions.

    Examples
    --------
    >>> round(upper_tail(3.841458820694124, 1, None), 12)
    0.05
    """
    if dof == 0:
        return 1.0
    if freedom is None:
        return float(chdtrc(dof, t2))
    remaining = freedom - dof + 1
    if remaining < 1:
        raise InvalidStatistics(
            f"{dof} directions are to be judged with a covariance from {freedom + 1} blocks; more blocks "
            "than directions are needed: take more blocks, or a larger eigenvalue threshold"
        )
    return float(fdtrc(dof, remaining, remaining * t2 / (dof * freedom)))


def _pulls(difference: Array, scale: Array) -> Array:
    pulls = np.zeros(difference.shape)
    moves = scale > 0
    pulls[moves] = difference[moves] / scale[moves]
    missed = ~moves & (difference != 0)
    pulls[missed] = np.copysign(np.inf, difference[missed])
    return pulls


def vanishing(
    values: Array, sizes: NDArray[np.int64], directions: int, threshold: float = 1e-6
) -> Comparison:
    """Hold means that should be zero against zero, from the means over blocks.

    Parameters
    ----------
    values : ndarray, shape (B, K)
        Mean of every quantity over every block.
    sizes : ndarray of int, shape (B,)
        Draws in each block.
    directions : int
        At most so many directions are judged, those that scatter most; fewer than blocks.
    threshold : float, optional
        As in `compare`.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> values, sizes = rng.standard_normal((200, 3)) @ rng.standard_normal((3, 5)), np.full(200, 10)
    >>> outcome = vanishing(values, sizes, 20)
    >>> outcome.dof, 0.01 < outcome.p_value, vanishing(values + values.std(), sizes, 20).p_value < 1e-6
    (3, True, True)
    """
    total = float(sizes.sum())
    mean = sizes @ values / total
    deviations = (values - mean) * np.sqrt(sizes / ((len(sizes) - 1) * total))[:, np.newaxis]
    basis = eigenbasis_of_deviations(deviations, threshold)
    kept = replace(basis, retained=basis.retained[:, :directions], eigenvalues=basis.eigenvalues[:directions])
    found = compare(np.asarray(mean), kept, n_blocks=len(sizes))
    # directions that are merely too many to be judged obey no exact relation
    return replace(found, null_residual=basis.violation(np.asarray(mean)))
