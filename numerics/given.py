"""Numbers as users give them: the one place that turns them into ``float``, ``int`` and arrays of float64.

A number keeps the precision of its own type until it is converted: ``np.float32(1.2)**8`` is rounded to seven
digits, and ``np.int8(100) + 100`` is −56. So every number is converted once, where it is handed in, and
everything behind that computes in double precision.

What to use when: `as_number` for one real number, `as_whole` for one whole number, `as_wholes` and
`as_real_array` for several; `as_instance` for the objects of this package. Each raises the error of the
caller, with a sentence that says what was given and what is needed.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean, shown
from numerics.errors import NNFTError

Array = NDArray[np.float64]
_Kind = TypeVar("_Kind")

#: Largest whole number where nothing else is said: that of 64 bits.
LARGEST = (1 << 63) - 1


def as_number(
    value: object,
    name: str,
    error: type[NNFTError],
    needed: str = "a finite number",
    *,
    least: float = -inf,
    above: float = -inf,
    most: float = inf,
    below: float = inf,
) -> float:
    """Return one real number as a ``float``, or refuse it.

    Parameters
    ----------
    value : object
        A ``float``, ``int``, ``Fraction``, ``Decimal`` or NumPy number, also in an array without axes.
    name : str
        What the number is, for the message.
    error : type of NNFTError
        What is raised.
    needed : str, optional
        What is needed, for the message.
    least, most : float, optional
        Smallest and largest number allowed.
    above, below : float, optional
        Bounds that the number must not reach.

    Returns
    -------
    float

    Raises
    ------
    NNFTError
        The given kind of it: for text, truth values, complex numbers, NaN, infinity, and out of range.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from numerics.errors import InvalidNetwork
    >>> as_number(np.float32(1.5), "sigma_w", InvalidNetwork), as_number(Fraction(1, 4), "x", InvalidNetwork)
    (1.5, 0.25)
    >>> as_number("1.5", "sigma_w", InvalidNetwork)
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: sigma_w = '1.5' was given; a finite number is needed
    """
    number = _real(value)
    if number is None or not (least <= number <= most and above < number < below):
        raise error.about(name, f"{shown(value)} was given; {needed} is needed")
    return number


def as_whole(
    value: object,
    name: str,
    error: type[NNFTError],
    needed: str | None = None,
    *,
    least: int = 1,
    most: int = LARGEST,
) -> int:
    """Return one whole number as an ``int``, or refuse it; numbers such as 1e3 are whole.

    Parameters
    ----------
    value, name, error
        See `as_number`.
    needed : str, optional
        What is needed, for the message; by default the range.
    least, most : int, optional
        Smallest and largest number allowed.

    Returns
    -------
    int

    Raises
    ------
    NNFTError
        The given kind of it.

    Examples
    --------
    >>> from numerics.errors import InvalidNetwork
    >>> as_whole(np.int8(100), "width", InvalidNetwork) * 2, as_whole(1e3, "width", InvalidNetwork)
    (200, 1000)
    >>> as_whole(2.5, "width", InvalidNetwork)
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: width = 2.5 was given; a positive whole number is needed
    """
    number = _whole(value)
    if number is None or not least <= number <= most:
        raise error.about(name, f"{shown(value)} was given; {needed or _range(least, most)} is needed")
    return number


def as_wholes(
    values: object,
    name: str,
    error: type[NNFTError],
    needed: str,
    *,
    least: int = 1,
    most: int = LARGEST,
) -> tuple[int, ...]:
    """Return several whole numbers as a tuple; one number alone is a tuple of one.

    They are labels, such as orders and output components, so that 2.0 is refused.

    Parameters
    ----------
    values : object
        A whole number, or an iterable of them.
    name, error, least, most
        See `as_whole`.
    needed : str
        What is needed, for the message, with its verb.

    Returns
    -------
    tuple of int

    Raises
    ------
    NNFTError
        The given kind of it.

    Examples
    --------
    >>> from numerics.errors import InvalidStatistics
    >>> as_wholes((2, np.int8(4)), "orders", InvalidStatistics, "orders are needed")
    (2, 4)
    >>> as_wholes(4, "orders", InvalidStatistics, "orders are needed")
    (4,)
    """
    members = [values] if _integer(values) is not None else _members(values)
    found = None if members is None else [_integer(member) for member in members]
    whole = [number for number in found or () if number is not None]
    fine = found is not None and len(whole) == len(found)
    if not fine or any(not least <= number <= most for number in whole):
        raise error.about(name, f"{shown(values)} was given; {needed}")
    return tuple(whole)


def as_real_array(values: object, name: str, error: type[NNFTError], needed: str) -> Array:
    """Return real numbers as a new array of float64 in C order, or refuse them; NaN and infinity are kept.

    Parameters
    ----------
    values : array_like
        Real numbers of any type.
    name : str
        What they are, in the plural, for the message.
    error : type of NNFTError
    needed : str
        What is needed, for the message, with its verb.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    NNFTError
        The given kind of it: for text, truth values, complex numbers, masked arrays and ragged lists.

    Examples
    --------
    >>> from numerics.errors import InvalidStatistics
    >>> as_real_array([np.float16(0.5), 1], "data", InvalidStatistics, "numbers are needed").tolist()
    [0.5, 1.0]
    >>> as_real_array([1j], "data", InvalidStatistics, "numbers are needed")
    Traceback (most recent call last):
    numerics.errors.InvalidStatistics: data of type complex128 were given; numbers are needed
    """
    if np.ma.isMaskedArray(values) or (
        isinstance(values, list | tuple) and any(np.ma.isMaskedArray(member) for member in values)
    ):
        raise error(f"{name} with a mask were given; {needed}: leave the masked ones out, or fill them")
    try:
        raw = np.asarray(values)
    except (ValueError, TypeError, OverflowError):  # NumPy's answer to a ragged list, or to what is no array
        raise error(f"{name} {_mixed(values)} were given; {needed}") from None
    if raw.dtype.kind in "iuf":
        return np.array(raw, dtype=np.float64, order="C")
    if raw.dtype.kind == "O" and raw.size:  # such as Fraction and Decimal
        found = [_real(member, finite=False) for member in raw.ravel()]
        numbers = [number for number in found if number is not None]
        if len(numbers) == len(found):
            return np.array(numbers, dtype=np.float64).reshape(raw.shape)
        raise error(f"{name} = {shown(values)} were given; {needed}")
    raise error(f"{name} of type {raw.dtype} were given; {needed}")


def as_choice(value: object, choices: Sequence[str], name: str, error: type[NNFTError]) -> str:
    """Return one of several words, or refuse it.

    Raises
    ------
    NNFTError
        The given kind of it.

    Examples
    --------
    >>> from numerics.errors import InvalidStatistics
    >>> as_choice("fast", ("plain", "conditional"), "estimator", InvalidStatistics)
    Traceback (most recent call last):
    numerics.errors.InvalidStatistics: estimator = 'fast' was given; 'plain' or 'conditional' is needed
    """
    if not isinstance(value, str) or value not in choices:
        near = did_you_mean(value, choices) if isinstance(value, str) else ""
        raise error.about(
            name, f"{shown(value)} was given; {' or '.join(map(repr, choices))} is needed{near}"
        )
    return value


def as_instance(
    value: object, kind: type[_Kind] | tuple[type[_Kind], ...], name: str, error: type[NNFTError], needed: str
) -> _Kind:
    """Return an object of a given kind, or refuse it.

    Parameters
    ----------
    value : object
    kind : type or tuple of types
    name, error, needed
        See `as_number`.

    Returns
    -------
    object
        `value` itself.

    Raises
    ------
    NNFTError
        The given kind of it.

    Examples
    --------
    >>> from numerics.errors import InvalidNetwork
    >>> as_instance("erf", int, "network", InvalidNetwork, "a network such as ErfNet(width=5)")
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: network = 'erf' was given; a network such as ErfNet(width=5) is needed
    """
    if not isinstance(value, kind):
        raise error.about(name, f"{shown(value)} was given; {needed} is needed")
    return value


def _real(value: object, *, finite: bool = True) -> float | None:
    """The number as a float; None if it is none, or not finite."""
    if type(value) is float:  # the common case, without the slow question for the kind of number
        return value if isfinite(value) or not finite else None
    if isinstance(value, np.ndarray) and value.ndim == 0 and not np.ma.isMaskedArray(value):
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # 10**400, or a signalling NaN
        return None
    return number if isfinite(number) or not finite else None


def _whole(value: object) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0 and not np.ma.isMaskedArray(value):
        value = value[()]
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return int(value)
    number = _real(value)
    if number is None or not number.is_integer():
        return None
    exact: Any = value
    return int(exact) if exact == int(number) else None


def _integer(value: object) -> int | None:
    """A whole number of a type for whole numbers; None for 2.0."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and not np.ma.isMaskedArray(value):
        value = value[()]
    if isinstance(value, bool):
        return None
    return int(value) if isinstance(value, Integral) else None


def _members(values: object) -> list[object] | None:
    if isinstance(values, str | bytes | dict) or not isinstance(values, Iterable):
        return None
    if np.ma.isMaskedArray(values) or (isinstance(values, np.ndarray) and values.ndim != 1):
        return None
    return list(values)


def _range(least: int, most: int) -> str:
    if most != LARGEST:
        return f"a whole number from {least} to {most}"
    return "a positive whole number" if least == 1 else f"a whole number of at least {least}"


def _mixed(values: object) -> str:
    if not isinstance(values, list | tuple):
        return f"of type {type(values).__name__}"
    try:
        lengths = sorted({int(np.size(member)) for member in values})
    except ValueError:
        return "of mixed shapes"
    return f"of mixed dimension {lengths}"
