"""What data determine of some parameters: singular values and vectors of a whitened design.

A design with columns of length one has singular values between 0 and √P. One that vanishes to rounding means
that a combination of the parameters changes nothing at all: nobody can fit it, and it is refused by name. One
that is merely small means that the combination is known badly. Whether that is still a number is a question
to the data, see `Directions.determined`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.errors import SingularProblem

Array = NDArray[np.float64]

#: Singular value of the design, with columns of length one and relative to the largest, under which a
#: combination of parameters is not determined: whitening makes rounding errors of up to 1e-13 there.
UNDETERMINED = 1e-8
#: Share of a parameter in such a combination from which on it is named.
TAKES_PART = 0.05
#: Relative difference under which two parts are equally large.
TIE = 1e-6


@dataclass(frozen=True, eq=False)
class Directions:
    """Singular value decomposition of a design with columns of length one.

    Attributes
    ----------
    length : ndarray, shape (P,)
        Length of each column before; 1 where it was zero.
    singular_values : ndarray, shape (P,)
        Descending; 0 for combinations that the data do not see.
    left : ndarray, shape (k, P)
        What each combination does to the data.
    right : ndarray, shape (P, P)
        Combinations of the parameters, one a row, in units of 1/`length`.
    """

    length: Array
    singular_values: Array
    left: Array
    right: Array

    def solve(self, data: Array) -> Array:
        """Least-squares parameters of whitened data, shape (k,) -> (P,); zero for what is not seen."""
        solved: Array = (self.right.T @ ((self.left.T @ data) * self._reciprocals)) / self.length
        return solved

    @property
    def gain(self) -> Array:
        """Matrix of `solve`, shape (P, k)."""
        found: Array = (self.right.T * self._reciprocals) @ self.left.T
        return np.asarray(found / self.length[:, np.newaxis])

    @property
    def _reciprocals(self) -> Array:
        seen = self.singular_values > 0
        return np.divide(1.0, self.singular_values, out=np.zeros(len(seen)), where=seen)

    @property
    def inverse_square(self) -> Array:
        """Inverse of XᵀX, the covariance of the parameters; shape (P, P)."""
        found: Array = (self.right.T * self._reciprocals**2) @ self.right
        return np.asarray(found / np.outer(self.length, self.length))

    def determined(self, size: float, error: Array | None = None) -> NDArray[np.bool_]:
        """Say which combinations the data determine.

        Parameters
        ----------
        size : float
            Length of the whitened data.
        error : ndarray, shape (P,), optional
            Error of each combination in units of `left`; default 1/`singular_values`, that of white noise.

        Returns
        -------
        ndarray of bool, shape (P,)
            A combination is not determined where, within its error, one of its parameters alone would explain
            data of that `size`, to be cancelled by the others. The best one always is.

        Examples
        --------
        Two columns 0.01 apart, data of a hundred, and of a thousand standard deviations:

        >>> two = directions(np.array([[1.0, 1.0], [0.0, 0.01]]))
        >>> two.determined(100.0).tolist(), two.determined(1000.0).tolist()
        ([True, False], [True, True])
        """
        seen = self.singular_values > 0
        spread = self._reciprocals if error is None else error
        return np.asarray(seen & ((spread <= size) | (np.arange(len(spread)) == 0)))

    def share(self, combinations: NDArray[np.bool_]) -> Array:
        """Share of each parameter in some combinations, from 0 to 1; shape (P,)."""
        return np.asarray(np.sqrt(np.sum(self.right[combinations] ** 2, axis=0)))

    @property
    def weights(self) -> Array:
        """Combinations as linear forms of the parameters, the first of the largest parts 1; shape (P, P)."""
        forms = self.right * self.length
        part = np.abs(self.right)
        largest = np.argmax(part > (1.0 - TIE) * part.max(axis=1, keepdims=True), axis=1)
        return np.asarray(forms / forms[np.arange(len(forms)), largest][:, np.newaxis])


def directions(design: Array, names: Sequence[str] | None = None, *, partial: bool = False) -> Directions:
    """Decompose a whitened design.

    Parameters
    ----------
    design : ndarray, shape (k, P)
        One row for each independent direction of the data.
    names : sequence of str, optional
        Of the parameters, for messages; default their numbers, from 1 on.
    partial : bool, optional
        Accept that the data do not see some of the combinations.

    Returns
    -------
    Directions

    Raises
    ------
    SingularProblem
        If the data cannot tell the parameters that are named apart, or only by rounding.
    """
    size = np.linalg.norm(design, axis=0)
    length = np.where(size > 0, size, 1.0)  # couplings differ by many decades
    left, values, right = np.linalg.svd(design / length, full_matrices=True)
    rank, count = int(np.sum(values > UNDETERMINED * values.max(initial=0.0))), design.shape[1]
    if rank < count and not partial:
        raise SingularProblem(
            f"{count} parameters are to be fitted, but the {design.shape[0]} independent "
            f"directions of the data determine only {rank} combination(s) of them: "
            f"{_confused(right[rank:], names)}; fit fewer parameters or add data that tell them apart"
        )
    padded, acts = np.zeros(count), np.zeros((len(design), count))
    padded[:rank], acts[:, :rank] = values[:rank], left[:, :rank]
    return Directions(length, padded, acts, right)


def _confused(rows: Array, names: Sequence[str] | None) -> str:
    """Name the parameters that take part in the directions that the data do not determine, shape (j, P)."""
    share = np.sqrt(np.sum(rows**2, axis=0))
    numbers = np.flatnonzero(share > TAKES_PART).tolist()
    parts = [str(number + 1) if names is None else names[number] for number in numbers]
    word = "parameter" if names is None else "coupling"
    if len(parts) == 1:
        return f"{word} {parts[0]} changes nothing"
    counted = " (counted from 1)" if names is None else ""
    return f"{word}s {', '.join(parts[:-1])} and {parts[-1]}{counted} cannot be told apart"
