"""Arrays of NumPy from elsewhere: the header is held against the length of the file before it is read."""

import math
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

#: Longest header; ours has some hundred letters, and NumPy reads it as Python text.
_LONGEST_HEADER = 10_000


class NotAnArray(Exception):
    """What is wrong with a file, to be put into a sentence after its name."""


def array_from(file: IO[bytes], length: int) -> NDArray[np.generic]:
    """Read an array of numbers that ``numpy.save`` wrote.

    Parameters
    ----------
    file : binary file
        At its beginning.
    length : int
        Bytes it has.

    Returns
    -------
    ndarray

    Raises
    ------
    NotAnArray
        If it is no such file, is cut short or longer than it says, or holds anything but real numbers. No
        pickle is ever opened: one from elsewhere could run code.

    Examples
    --------
    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> np.save(file, np.arange(6.0).reshape(2, 3))
    >>> content = file.getvalue()
    >>> array_from(BytesIO(content), len(content)).shape
    (2, 3)
    """
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        shape, by_columns, dtype = read[npy.read_magic(file)](file, max_header_size=_LONGEST_HEADER)
    except (ValueError, KeyError, EOFError, SyntaxError, RecursionError, MemoryError, OverflowError):
        raise NotAnArray("is no file of NumPy, or is cut short") from None
    if dtype.kind not in "fiu":
        raise NotAnArray(f"holds an array of {dtype}, no real numbers")
    if math.prod(shape) * dtype.itemsize != length - file.tell():
        raise NotAnArray("is cut short, or longer than it says")
    flat = np.frombuffer(file.read(), dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")
