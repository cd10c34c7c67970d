"""Compiler options, chosen once.

``fastmath`` stays off: summation order and NaN checks matter to us. Results of the compilation are cached
beside the source, so only the first run on a machine pays for it. The wrapper exists so that a decorated
function keeps its type.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile with Numba on first call; cached on disk, releases the interpreter lock."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Like `compiled`, and inlined into its callers: for the small scalar kernels of inner loops."""
    return cast(Function, numba.njit(cache=True, inline="always", error_model="numpy")(function))
