"""Points from files and from standard input: for every command with ``--points``, and for study files."""

import math
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from diagrams.messages import did_you_mean, shown
from nnft_sym.errors import UnreadablePoints
from numerics.files.sealed import opened

#: Points are some lines of numbers; what is longer is another file, or never ends.
MOST_BYTES = 1 << 20
SUFFIXES = (".csv", ".npy")
STDIN = "-"
_MAGIC = b"\x93NUMPY"
_NEEDED = "one point a line is needed, numbers with commas between coordinates, as in 0.37,-0.91"


def read_points(given: str | Path) -> list[list[float]]:
    r"""Read points from a file.

    Parameters
    ----------
    given : str or Path
        A file that ends in ``.csv`` (a point a line; a line of names may come first, ``#`` begins a comment)
        or ``.npy`` (NumPy's format, shape (n, d), or (n,) for one dimension); ``-`` is standard input, in
        either form.

    Returns
    -------
    list of list of float
        All of the same dimension, finite.

    Raises
    ------
    UnreadablePoints
        If there are none, or something else.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "x.csv"
    ...     _ = file.write_text("x,y\n0.5,1\n-2,3e-1\n")
    ...     read_points(file)
    [[0.5, 1.0], [-2.0, 0.3]]
    """
    if str(given) == STDIN:
        name, content = "standard input", _standard_input()
        binary = content.startswith(_MAGIC)
    else:
        path = Path(given)
        name, suffix = shown(str(path)), path.suffix.lower()
        if suffix not in SUFFIXES:
            raise UnreadablePoints(
                f"{name} holds no points: a file that ends in .csv or .npy is needed"
                f"{did_you_mean(suffix, SUFFIXES)}"
            )
        content, binary = _content(path, name), suffix == ".npy"
    if len(content) > MOST_BYTES:
        raise UnreadablePoints(
            f"{name} is longer than {MOST_BYTES:,} bytes or never ends; points are some lines of numbers"
        )
    return _checked(_numpy_points(content, name) if binary else list(_text_points(content, name)), name)


def _standard_input() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise UnreadablePoints("there is no standard input to read points from; give a file")
    try:
        return bytes(stream.read(MOST_BYTES + 1))
    except OSError as error:
        raise UnreadablePoints(f"cannot read standard input: {error.strerror or error}") from None


def _content(path: Path, name: str) -> bytes:
    try:
        with opened(path) as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadablePoints(f"cannot read points from {name}: {reason}") from None


def _text_points(content: bytes, name: str) -> Iterator[list[float]]:
    """Read lines of numbers; a first line of names is left out."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UnreadablePoints(f"{name} is no text; {_NEEDED}") from None
    first = True
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.partition("#")[0].split(",")]
        if cells == [""]:
            continue
        found = [_number(cell) for cell in cells]
        names = first and all(one is None for one in found) and all(cells)
        first = False
        if names:
            continue
        point = [one for one in found if one is not None]
        if len(point) < len(found):
            raise UnreadablePoints(f"line {number} of {name} is {shown(line.strip())}; {_NEEDED}")
        yield point


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numpy_points(content: bytes, name: str) -> list[list[float]]:
    """Read points that NumPy wrote."""
    import numpy as np

    from nnft_sym.storage.numpy_files import NotAnArray, array_from

    needed = "an array of real numbers of shape (n, d) is needed, as numpy.save writes it"
    try:
        array = array_from(BytesIO(content), len(content))
    except NotAnArray as wrong:
        raise UnreadablePoints(f"{name} {wrong}; {needed}") from None
    if array.ndim not in (1, 2):
        raise UnreadablePoints(f"{name} holds an array of shape {array.shape}; {needed}")
    points: list[list[float]] = (
        array.astype(np.float64).reshape(len(array), -1).tolist() if array.size else []
    )
    return points


def _checked(points: list[list[float]], name: str) -> list[list[float]]:
    if not points:
        raise UnreadablePoints(f"{name} holds no points; {_NEEDED}")
    dimensions = sorted({len(point) for point in points})
    if len(dimensions) > 1:
        raise UnreadablePoints(
            f"{name} mixes points of dimension {' and '.join(map(str, dimensions[:4]))}: give every point "
            "the same number of coordinates"
        )
    for number, point in enumerate(points, start=1):
        if not all(map(math.isfinite, point)):
            raise UnreadablePoints(f"point {number} of {name} is not finite: give finite coordinates")
    return points
