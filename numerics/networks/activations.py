"""Activations of the user: from a function of one number to compiled functions of arrays and of rows.

The compiler is imported when it is needed, because every exact moment asks whether its network has one.
"""

import hashlib
import linecache
import re
from collections.abc import Callable
from functools import cache
from numbers import Real
from types import CellType, CodeType, FunctionType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidNetwork

Array = NDArray[np.float64]
Scalar = Callable[[float], float]

# What the lines of the compiler's messages that say something have in them.
_TELLING = (
    "Untyped global name",
    "Cannot determine Numba type",
    "Unknown attribute",
    "No implementation of",
    "Use of unsupported",
    "not supported",
    "undefined",
    "Cannot unify",
    "Invalid use of",
    "missing a required argument",
    "too many",
)
# Pre-activations at which an activation is tried before it is used.
_TRIED = np.linspace(-30.0, 30.0, 2401)


def _jitted(activation: Scalar) -> Any:
    import numba
    from numba.extending import is_jitted

    if is_jitted(activation):
        return activation
    if isinstance(activation, FunctionType):
        return numba.njit(_with_helpers(activation, {}), error_model="numpy")

    # functions of NumPy and of the math module are called from one of ours
    def call(z: float) -> float:
        return activation(z)

    return numba.njit(call, error_model="numpy")


def _with_helpers(function: FunctionType, known: dict[FunctionType, Any]) -> FunctionType:
    """Copy a function so that the plain Python functions it calls are compiled ones."""
    import numba

    def compiled(value: Any) -> Any:
        if not isinstance(value, FunctionType) or value is function:
            return value
        if value not in known:
            known[value] = value  # a function that calls itself, through others, is left to the compiler
            known[value] = numba.njit(_with_helpers(value, known), error_model="numpy")
        return known[value]

    used = {name for code in _codes(function.__code__) for name in code.co_names}
    scope = {name: compiled(value) if name in used else value for name, value in function.__globals__.items()}
    cells = tuple(_copied(cell, compiled) for cell in function.__closure__ or ())
    same = all(scope[name] is function.__globals__.get(name) for name in used & set(scope))
    if same and all(new is old for new, old in zip(cells, function.__closure__ or (), strict=True)):
        return function
    copy = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
    copy.__kwdefaults__, copy.__qualname__ = function.__kwdefaults__, function.__qualname__
    return copy


def _copied(cell: CellType, compiled: Callable[[Any], Any]) -> CellType:
    try:
        new = compiled(cell.cell_contents)
    except ValueError:  # not filled yet
        return cell
    return cell if new is cell.cell_contents else CellType(new)


def _codes(code: CodeType) -> list[CodeType]:
    """A function and the functions defined in it."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code, *(other for one in inner for other in _codes(one))]


def _refusal(activation: Scalar, error: Exception) -> str:
    """What the compiler refuses, and in which line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = next((line for line in lines if any(word in line for word in _TELLING)), None)
    reason = told or (lines[-1] if lines else type(error).__name__)
    places = re.findall(r'File "([^"]*)", line (\d+)', str(error))
    code = getattr(activation, "__code__", None)
    own = [int(line) for file, line in places if code is not None and _same_file(file, code.co_filename)]
    if not own or code is None:
        return reason
    text = linecache.getline(code.co_filename, own[0]).strip()
    return f"line {own[0]}, `{text}`: {reason}" if text else f"line {own[0]}: {reason}"


def _same_file(shown: str, actual: str) -> bool:
    return shown == actual or actual.endswith(shown.replace("\\", "/").lstrip("./"))


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

    from numerics.machine.intrinsics import LANES

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
        raise InvalidNetwork(
            f"the activation {name_of(activation)} cannot be compiled by Numba "
            f"({_refusal(activation, error)}); "
            "it must take one number and return one: write it with arithmetic, conditions, functions of the "
            "math module, and plain functions of the same kind"
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
    for name in ("text", "__qualname__", "__name__"):
        if found := getattr(activation, name, None):
            return str(found)
    return str(type(activation))


def fingerprint(function: Callable[..., object]) -> str:
    """Name a function of the user so that the same code has the same name in another process.

    Examples
    --------
    >>> fingerprint(np.tanh)
    'numpy.tanh'
    """
    plain = getattr(function, "py_func", function)  # what Numba compiled
    name = f"{getattr(plain, '__module__', '?')}.{getattr(plain, '__qualname__', type(plain).__name__)}"
    code = getattr(plain, "__code__", None)
    if code is None:
        return name
    cells = [repr(cell.cell_contents) for cell in plain.__closure__ or ()]
    known = {name: plain.__globals__.get(name) for name in code.co_names}
    cells += [f"{name} = {value!r}" for name, value in known.items() if isinstance(value, Real)]
    constants = [repr(constant) for constant in code.co_consts if not hasattr(constant, "co_code")]
    text = repr((code.co_code, constants, code.co_names, cells))
    return f"{name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
