"""Compiler options, chosen once.

``fastmath`` stays off: summation order and NaN checks matter to us. Results of the compilation are cached
beside the source, so only the first run on a machine, or after a change of compiled code, pays for it
(`diagrams.jit_cache`). The wrapper exists so that a decorated function keeps its type.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from diagrams.jit_cache import stored
from diagrams.jit_target import settle_target

Function = TypeVar("Function", bound=Callable[..., Any])
FLOOR = Path(__file__).parents[1]

settle_target()  # before anything is compiled


def compiled(function: Function) -> Function:
    """Compile with Numba on first call; cached on disk, releases the interpreter lock."""
    return cast(Function, _stored(function))


def compiled_for(signature: Any) -> Callable[[Function], Function]:
    """Compile with Numba for one signature, on import.

    With the type of a function among the arguments, one compilation serves all functions of that type;
    left to itself Numba compiles, and stores, once more for each of them and in each process.
    """

    def decorate(function: Function) -> Function:
        dispatcher = _stored(function)
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        return cast(Function, dispatcher)

    return decorate


def inlined(function: Function) -> Function:
    """Like `compiled`, and inlined into its callers: for the small scalar kernels of inner loops."""
    return cast(Function, stored(function, FLOOR, inline="always", error_model="numpy"))


def _stored(function: Callable[..., Any]) -> Any:
    return stored(function, FLOOR, nogil=True, error_model="numpy")
