"""Compiler options of the ground floor, chosen once.

``fastmath`` plays no part (integers only); compilation is cached beside the source, so only the first run on
a machine pays for it. Imported only by `diagrams.machine`, so that small requests never wait for a compiler.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile with Numba on first call; cached on disk, releases the interpreter lock."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))


def inlined(function: Function) -> Function:
    """Compile as part of the caller: for helpers that are handed many arrays at every step."""
    return cast(Function, numba.njit(inline="always")(function))
