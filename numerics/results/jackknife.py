"""The delete-one-block jackknife: bias and errors of nonlinear functions of means.

With n networks in g blocks of m_j networks, h_j = n/m_j, the estimate t from all and t_(j) without block j:

    t_J     = g t - Σ_j (1 - m_j/n) t_(j),
    tau_j   = h_j t - (h_j - 1) t_(j),
    Cov(t_J) = (1/g) Σ_j (tau_j - t_J)(tau_j - t_J)ᵀ/(h_j - 1).

The bias of t of order 1/n is removed, which is all there is for a function quadratic in the means; for a
cubic one a bias of order 1/n² remains. An estimate that has no bias (products of means from different blocks)
keeps its value and takes the deviations only.

References
----------
.. [1] F. M. T. A. Busing, E. Meijer, R. van der Leeden, "Delete-m jackknife for unequal m", Statistics and
   Computing 9 (1999) 3.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def jackknife(
    estimate: Array, replicates: Array, block_sizes: NDArray[np.int64] | None = None
) -> tuple[Array, Array]:
    """Correct an estimate for its bias, and say how the blocks scatter.

    Parameters
    ----------
    estimate : ndarray, shape (M,)
        t, from all networks.
    replicates : ndarray, shape (g, M)
        t_(j), without block j.
    block_sizes : ndarray of int64, shape (g,), optional
        Networks m_j per block; default: all alike.

    Returns
    -------
    value : ndarray, shape (M,)
        t_J.
    deviations : ndarray, shape (g, M)
        (tau_j - t_J)/√(g (h_j - 1)), so that the covariance of t_J is ``deviations.T @ deviations``.

    Examples
    --------
    The square of a mean, of which the jackknife makes the unbiased estimate (Σ_{i≠j} x_i x_j)/(n (n - 1)):

    >>> x = np.array([1.0, 2.0, 6.0])
    >>> without = (x.sum() - x) / 2
    >>> value, deviations = jackknife(np.array([x.mean() ** 2]), without[:, np.newaxis] ** 2)
    >>> round(float(value[0]), 12), round((1 * 2 + 1 * 6 + 2 * 6) * 2 / (3 * 2), 12)
    (6.666666666667, 6.666666666667)
    """
    sizes = np.ones(len(replicates)) if block_sizes is None else block_sizes
    share = sizes / sizes.sum()
    # summed as differences, so that nothing cancels
    value = np.asarray(estimate + (1.0 - share) @ (estimate - replicates))
    h = (sizes.sum() / sizes)[:, np.newaxis]
    tau = estimate + (h - 1.0) * (estimate - replicates)
    return value, np.asarray((tau - value) / np.sqrt(len(h) * (h - 1.0)))
