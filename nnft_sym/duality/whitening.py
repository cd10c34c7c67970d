"""Fields in whose basis the two-point function is the identity.

A basis ξ = Wφ with W K Wᵀ = 1 keeps the digits that K⁻¹ would lose: all lines of the diagrams are −1 there,
and what is not known of K is a small matrix E = W δK Wᵀ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnft_sym.duality.symmetric_tensors import changed_basis, in_full
from numerics.errors import SingularProblem
from numerics.results.cumulants import EPS
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]

#: Eigenvalues of the correlation matrix below this count as zero: half of all digits are lost there.
SINGULAR = 1e-13


@dataclass(frozen=True)
class Whitening:
    """The basis in which the two-point function is the unit matrix.

    Attributes
    ----------
    matrix : ndarray, shape (m, m)
        W.
    back : ndarray, shape (m, m)
        W⁻¹.
    log_det : float
        log det K.
    perturbation : Uncertainty, shape (M,)
        Of the distinct elements of W δK Wᵀ.

    Examples
    --------
    >>> import nnft_sym as nn
    >>> action = nn.action_from_cumulants({2: [[4.0]], 4: [[[[0.1]]]]}, "1/N")
    >>> basis = action.basis
    >>> basis.size, basis.matrix.tolist(), basis.back.tolist()
    (1, [[0.5]], [[2.0]])
    """

    matrix: Array
    back: Array
    log_det: float
    perturbation: Uncertainty

    @property
    def size(self) -> int:
        """Number of fields."""
        return len(self.matrix)


def whitened(two: Estimate, n_fields: int, what: str = "the action") -> Whitening:
    """Find the basis.

    Parameters
    ----------
    two : Estimate, shape (M,)
        The connected two-point function, one number for each pair of fields.
    n_fields : int
    what : str
        What it is for, for the message.

    Raises
    ------
    SingularProblem
        If K has no inverse: the fields are linearly dependent, or one has no variance.
    """
    kernel = in_full(two.value[np.newaxis], n_fields, 2)[0]
    variance = np.diag(kernel)
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    values, vectors = np.linalg.eigh(kernel / np.outer(scale, scale))
    rank = int(np.count_nonzero(values > SINGULAR * n_fields))
    if rank < n_fields or not np.all(variance > 0):
        raise SingularProblem(
            f"the two-point function of {n_fields} fields has rank {rank}, and {what} needs its inverse: the "
            "outputs at these points are linearly dependent; leave out points, or give biases"
        )
    matrix = (vectors / np.sqrt(values)).T / scale
    back = (vectors * np.sqrt(values)) * scale[:, np.newaxis]
    log_det = float(np.sum(np.log(values)) + 2 * np.sum(np.log(scale)))
    rounding = Uncertainty.bounded(4 * EPS * np.abs(two.value)) if two.uncertainty.bound is not None else None
    known = two.uncertainty if rounding is None else _wider(two.uncertainty, rounding)
    perturbation = known.linear(changed_basis(matrix, 2), changed_basis(np.abs(matrix), 2))
    return Whitening(matrix, back, log_det, perturbation)


def _wider(one: Uncertainty, other: Uncertainty) -> Uncertainty:
    assert one.bound is not None
    assert other.bound is not None
    return Uncertainty(one.shape, one.blocks, one.bound + other.bound)
