"""Compiler options of the ground floor, chosen once.

``fastmath`` plays no part (integers only); compilation is cached beside the source, so only the first run on
a machine, or after a change of compiled code, pays for it. Imported only by `diagrams.enumeration.machine`
and its two neighbours, so that small requests never wait for a compiler.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from diagrams.jit_cache import stored
from diagrams.jit_target import settle_target

Function = TypeVar("Function", bound=Callable[..., Any])
FLOOR = Path(__file__).parent

settle_target()  # before anything is compiled


def compiled(function: Function) -> Function:
    """Compile with Numba on first call; cached on disk, releases the interpreter lock."""
    return cast(Function, stored(function, FLOOR, nogil=True))


def inlined(function: Function) -> Function:
    """Compile as part of the caller: for helpers that are handed many arrays at every step."""
    return cast(Function, numba.njit(inline="always")(function))
