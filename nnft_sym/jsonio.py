"""JSON as the outside relies on it: exact integers of any size, ``null`` for what is not finite."""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from fractions import Fraction
from typing import Any


def jsonable(thing: Any) -> Any:
    """Turn numbers, arrays and containers into what JSON can hold.

    Non-finite numbers become None (``null``), fractions become text, arrays become nested lists.

    Examples
    --------
    >>> jsonable({"a": float("nan"), "b": 2**70, "c": (1, 2.5)})
    {'a': None, 'b': 1180591620717411303424, 'c': [1, 2.5]}
    """
    if thing is None or isinstance(thing, bool | int | str):
        return thing
    if isinstance(thing, float):
        return float(thing) if math.isfinite(thing) else None
    if isinstance(thing, Fraction):
        return str(thing)
    if isinstance(thing, Enum):
        return thing.value
    if isinstance(thing, Mapping):
        return {str(key): jsonable(value) for key, value in thing.items()}
    if hasattr(thing, "tolist"):  # NumPy arrays and scalars, without importing NumPy
        return jsonable(thing.tolist())
    if isinstance(thing, list | tuple | set | frozenset):
        return [jsonable(value) for value in thing]
    raise TypeError(f"cannot write {type(thing).__name__} as JSON")


def dumps(thing: Any) -> str:
    """Write one JSON object on one line.

    Examples
    --------
    >>> dumps({"value": float("inf")})
    '{"value": null}'
    """
    with unlimited_digits():
        return json.dumps(jsonable(thing), allow_nan=False)


@contextmanager
def unlimited_digits() -> Iterator[None]:
    """Let Python write whole numbers of any size; it refuses those of more than 4300 digits by default.

    The limit guards programs against texts of others; what we write are counts of our own.
    """
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)
