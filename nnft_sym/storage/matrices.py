"""Matrices as files, in the form that the suffix names."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnft_sym.storage.writing import atomically, write_text


def write_matrix(matrix: NDArray[np.float64], target: Path) -> None:
    """Write a matrix with all its digits: a row a line with commas, or NumPy's format.

    Parameters
    ----------
    matrix : ndarray, shape (n, m)
    target : Path
        Ends in ``.csv`` or ``.npy``.

    Raises
    ------
    UnwritableOutput
        If the disk refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "K.csv"
    ...     write_matrix(np.array([[1.0, 0.1], [0.1, 2.0]]), file)
    ...     file.read_text().splitlines()
    ['1.0,0.1', '0.1,2.0']
    """
    if target.suffix.lower() == ".csv":
        write_text(target, "".join(",".join(map(repr, row)) + "\n" for row in matrix.tolist()))
        return

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            # numbers only: what others open must never hold a pickle, which could run code
            np.save(file, matrix, allow_pickle=False)

    atomically(target, write)
