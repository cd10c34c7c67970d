"""Activations of the user: from a function of one number to compiled functions of arrays and of rows.

The compiler is imported when it is needed, because every exact moment asks whether its network has one.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork

Array = NDArray[np.float64]
Scalar = Callable[[float], float]

# Pre-activations at which an activation is tried before it is used.
_TRIED = np.linspace(-30.0, 30.0, 2401)


def _jitted(activation: Scalar) -> Any:
    import numba
    from numba.extending import is_jitted

    if is_jitted(activation):
        return activation
    if isinstance(activation, FunctionType):
        return numba.njit(activation, error_model="numpy")

    # functions of NumPy and of the math module are called from one of ours
    def call(z: float) -> float:
        return activation(z)

    return numba.njit(call, error_model="numpy")


@cache
def _array_function(activation: Scalar) -> Callable[[Array, Array], None]:
    import numba

    function = _jitted(activation)

    def run(arguments: Array, results: Array) -> None:
        for i in range(len(arguments)):
            results[i] = function(arguments[i])

    compile_now = numba.njit(["void(float64[::1], float64[::1])"], nogil=True, error_model="numpy")
    return cast(Callable[[Array, Array], None], compile_now(run))


@cache
def _row_function(activation: Scalar, single: bool) -> Any:
    import numba

    from numerics.intrinsics import LANES

    function = _jitted(activation)
    kind = numba.types.float32 if single else numba.types.float64

    def run(arguments: Any, results: Any) -> None:
        z, s = numba.carray(arguments, LANES), numba.carray(results, LANES)
        for lane in range(LANES):
            s[lane] = function(z[lane])

    pointer = numba.types.CPointer(kind)
    return numba.cfunc(numba.types.void(pointer, pointer), error_model="numpy")(run)


def row_address(activation: Scalar, single: bool) -> int:
    """Address of a C function of two pointers that applies an activation to a row of `LANES` numbers.

    Parameters
    ----------
    activation : callable
        Of one number; plain Python that Numba compiles, or compiled already.
    single : bool
        For float32 rows; double otherwise.

    Returns
    -------
    int
        Valid as long as the process lives.
    """
    return int(_row_function(activation, single).address)


def apply_activation(activation: Scalar, arguments: Array) -> Array:
    """Apply an activation to every number of an array of any shape.

    Raises
    ------
    InvalidNetwork
        If it cannot be compiled.

    Examples
    --------
    >>> apply_activation(lambda z: z * z, np.array([[1.0, 3.0]])).tolist()
    [[1.0, 9.0]]
    """
    try:
        run = _array_function(activation)
    except Exception as error:  # the compiler has many ways to fail, not all of them errors of its own
        reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
        raise InvalidNetwork(
            f"the activation {name_of(activation)} cannot be compiled by Numba ({reason}); it must take one "
            "number and return one, with arithmetic and functions of the math module only"
        ) from error
    flat = np.ascontiguousarray(arguments, dtype=np.float64).reshape(-1)
    results = np.empty_like(flat)
    run(flat, results)
    return results.reshape(np.shape(arguments))


def check_activation(activation: Scalar) -> None:
    """Try an activation at pre-activations from −30 to 30.

    Raises
    ------
    InvalidNetwork
        If it cannot be compiled, or returns NaN or infinity somewhere.
    """
    if not callable(activation):
        raise InvalidNetwork(f"activation = {activation!r} was given; a function of one number is needed")
    found = apply_activation(activation, _TRIED)
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise InvalidNetwork(
            f"the activation {name_of(activation)} returns {found[bad[0]]} at z = {_TRIED[bad[0]]:g}; it "
            "must be finite at every pre-activation, and Gaussian ones reach everywhere"
        )


def name_of(activation: Scalar) -> str:
    """Name of a function, for messages.

    Examples
    --------
    >>> name_of(name_of)
    'name_of'
    """
    return str(getattr(activation, "__qualname__", None) or getattr(activation, "__name__", type(activation)))
