"""Moments of standard normal variables: what Gaussian output weights contribute to a correlator."""

import numpy as np
from numpy.typing import NDArray

from diagrams.combinatorics.numbers import normal_moment

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# (n − 1)!!, the moments of one of them.
NORMAL_MOMENTS = np.array([float(normal_moment(n)) for n in range(33)])


def wick_count(components: Indices) -> Array:
    """Moments Π_a (n_a − 1)!! of independent standard normal variables, zero if an n_a is odd.

    Parameters
    ----------
    components : ndarray of int, shape (M, n)
        Which variable each of n factors is; n_a counts the factors that are variable a. At most ten.

    Returns
    -------
    ndarray, shape (M,)

    Examples
    --------
    >>> wick_count(np.array([[1, 1, 1, 1], [1, 1, 2, 2], [1, 2, 2, 2]])).tolist()
    [3.0, 1.0, 0.0]
    """
    if np.all(components == components[:1, :1]):  # one variable, as nearly always
        return np.full(len(components), NORMAL_MOMENTS[components.shape[1]])
    count = np.ones(len(components))
    for component in np.unique(components):
        count *= NORMAL_MOMENTS[np.count_nonzero(components == component, axis=1)]
    return count
