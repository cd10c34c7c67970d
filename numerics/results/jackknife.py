"""The delete-one-block jackknife: bias and errors of nonlinear functions of means.

With n networks in g blocks of m_j networks, h_j = n/m_j, the estimate t from all and t_(j) without block j:

    t_J     = g t - Σ_j (1 - m_j/n) t_(j),
    tau_j   = h_j t - (h_j - 1) t_(j),
    Cov(t_J) = (1/g) Σ_j (tau_j - t_J)(tau_j - t_J)ᵀ/(h_j - 1).

The bias of t of order 1/n is removed, which is all there is for a function quadratic in the means; for a
cubic one a bias of order 1/n² remains.

References
----------
.. [1] F. M. T. A. Busing, E. Meijer, R. van der Leeden, "Delete-m jackknife for unequal m", Statistics and
   Computing 9 (1999) 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Jackknife:
    """Estimates from all data and without each block in turn.

    Parameters
    ----------
    estimate : ndarray, shape (M,)
        t, from all networks.
    replicates : ndarray, shape (g, M)
        t_(j), without block j.
    block_sizes : ndarray of int64, shape (g,)

    Examples
    --------
    The square of a mean, of which the jackknife makes the unbiased estimate (Σ_{i≠j} x_i x_j)/(n (n - 1)):

    >>> x = np.array([1.0, 2.0, 6.0])
    >>> without = (x.sum() - x) / 2
    >>> jackknife = Jackknife(np.array([x.mean() ** 2]), without[:, np.newaxis] ** 2, np.ones(3, dtype=int))
    >>> round(float(jackknife.value[0]), 12), round((1 * 2 + 1 * 6 + 2 * 6) * 2 / (3 * 2), 12)
    (6.666666666667, 6.666666666667)
    """

    estimate: Array
    replicates: Array
    block_sizes: NDArray[np.int64]

    @property
    def value(self) -> Array:
        """The estimate t_J, corrected for its bias; shape (M,)."""
        share = self.block_sizes / self.block_sizes.sum()
        # summed as differences, so that nothing cancels
        return np.asarray(self.estimate + (1.0 - share) @ (self.estimate - self.replicates))

    @property
    def error(self) -> Array:
        """One standard deviation of `value`; shape (M,)."""
        return np.asarray(np.sqrt(np.sum(self._deviations() ** 2, axis=0)))

    @property
    def covariance(self) -> Array:
        """Covariance of `value`; shape (M, M)."""
        deviations = self._deviations()
        return np.asarray(deviations.T @ deviations)

    def _deviations(self) -> Array:
        """Return (tau_j - t_J)/√(g (h_j - 1)), shape (g, M)."""
        h = (self.block_sizes.sum() / self.block_sizes)[:, np.newaxis]
        tau = self.estimate + (h - 1.0) * (self.estimate - self.replicates)
        return np.asarray((tau - self.value) / np.sqrt(len(h) * (h - 1.0)))
