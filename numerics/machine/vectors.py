"""Sixteen numbers as one value of compiled code, where the processor looks numbers up inside a register.

The compiler turns loops over lanes into vector code by itself, but it has no word for the instruction that
makes an error function cheap: picking, for each number of a vector, an entry of a table that is another
vector. So a loop in single precision may be written in steps of `step(array)` numbers, with `load`, `spread`,
`multiply_add` and `store`. Where the processor has that instruction (AVX-512) a step is a `Vector` of sixteen
numbers; elsewhere, and in double precision, it is a single number, and the loop is left to the compiler.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_model
from numpy.typing import DTypeLike, NDArray

from diagrams.jit_target import processor_has

#: Numbers in a vector.
WIDTH = 16
#: Whether the processor can look numbers up inside a register.
LOOKS_UP = processor_has("avx512f") and processor_has("avx512dq")

_FLOAT, _WORD = ir.FloatType(), ir.IntType(32)
_FLOATS, _WORDS = ir.VectorType(_FLOAT, WIDTH), ir.VectorType(_WORD, WIDTH)
# Adding and subtracting this rounds to the nearest integer and leaves it in the last bits.
_MAGIC = 12582912.0  # 1.5 · 2^23


class Vector(types.Type):
    """Numba type of sixteen single-precision numbers."""

    def __init__(self) -> None:
        super().__init__(name="Vector")


@register_model(Vector)
# Numba learns from this base class how a value lies in memory, and takes no other. It carries no types: to
# the type checker the class is Any, and a class built on Any is refused.
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _FLOATS)


VECTOR = Vector()

#: Bytes: a multiple of a cache line, because a vector that lies across two takes twice as long to load; and
#: that multiple at which a processor that looks at the last bits of an address first takes a load for one of
#: what was just stored. Where all arrays begin there, number i of one waits for nothing but number i.
BOUNDARY = 4096


def aligned(shape: int | tuple[int, ...], kind: DTypeLike) -> NDArray[Any]:
    """Make an array that begins at a boundary, not initialised.

    Parameters
    ----------
    shape : int or tuple of int
    kind : dtype

    Returns
    -------
    ndarray

    Examples
    --------
    >>> aligned((3, 512), float).ctypes.data % BOUNDARY
    0
    """
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    room = np.empty(size + BOUNDARY, dtype=np.uint8)
    start = -room.ctypes.data % BOUNDARY
    return room[start : start + size].view(kind).reshape(shape)


def _constant(value: float | Sequence[float]) -> Any:
    values = [value] * WIDTH if isinstance(value, float) else value
    return ir.Constant(_FLOATS, [ir.Constant(_FLOAT, float(v)) for v in values])


def _words(value: int) -> Any:
    return ir.Constant(_WORDS, [ir.Constant(_WORD, value)] * WIDTH)


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), _FLOATS.as_pointer())


def _load_vector(typing_context: Any, array: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *arguments), align=4)

    return VECTOR(array, types.intp), generate


def _store_vector(typing_context: Any, array: Any, at: Any, vector: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, at, vector = arguments
        builder.store(vector, _place(context, builder, signature.args[0], array, at), align=4)
        return context.get_dummy_value()

    return types.none(array, types.intp, vector), generate


def _spread_vector(typing_context: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        nothing, first = ir.Constant(_FLOATS, ir.Undefined), ir.Constant(_WORD, 0)
        single = builder.insert_element(nothing, arguments[0], first)
        return builder.shuffle_vector(single, nothing, _words(0))

    return VECTOR(types.float32), generate


def odd_table_function(tables: Sequence[Sequence[float]]) -> Callable[[Any], Any]:
    """Make a compiled function of a vector, odd and constant in the end, that looks coefficients up.

    Parameters
    ----------
    tables : sequence of sequences of 16 numbers
        ``tables[k][i]`` is the coefficient of t^k where the absolute value of the argument is i + t, with t
        between -1/2 and 1/2. Beyond 15.5 the function keeps its value.

    Returns
    -------
    callable
        For compiled code where `LOOKS_UP`.
    """

    def look_up(typing_context: Any, x: Any) -> Any:
        if not isinstance(x, Vector):
            return None

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def call(name: str, *given: Any) -> Any:
                kind = ir.FunctionType(_FLOATS, [value.type for value in given])
                return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), given)

            def number(value: int) -> Any:
                return ir.Constant(_WORD, value)

            # trailing arguments of both: what masked lanes become, the mask, "round as usual"
            rest = (_constant(0.0), ir.Constant(ir.IntType(16), -1), number(4))
            # the smaller absolute value (two), without its sign (eight)
            size = call(
                "llvm.x86.avx512.mask.range.ps.512", arguments[0], _constant(15.4999), number(10), *rest
            )
            t = call("llvm.x86.avx512.mask.reduce.ps.512", size, number(0), *rest)
            entry = builder.bitcast(builder.fadd(size, _constant(_MAGIC)), _WORDS)
            p = None
            for table in reversed(tables):
                c = call("llvm.x86.avx512.permvar.sf.512", _constant(table), entry)
                p = c if p is None else call("llvm.fma.v16f32", p, t, c)
            sign = builder.and_(builder.bitcast(arguments[0], _WORDS), _words(-(1 << 31)))
            return builder.bitcast(builder.xor(builder.bitcast(p, _WORDS), sign), _FLOATS)

        return VECTOR(VECTOR), generate

    return cast(Callable[[Any], Any], intrinsic(look_up))


_load = cast(Callable[[Any, int], Any], intrinsic(_load_vector))
_store = cast(Callable[[Any, int, Any], None], intrinsic(_store_vector))
_spread = cast(Callable[[float], Any], intrinsic(_spread_vector))
COMPILED_ONLY = "this function exists inside compiled code only"


def step(array: Any) -> Any:
    """Numbers of the array that `load` takes at once; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def load(array: Any, at: int) -> Any:
    """Numbers number `at`, `at` + 1, ... of a contiguous array, all within it; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def store(array: Any, at: int, value: Any) -> Any:
    """Put what `load` gave, or was made of it, into an array; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def spread(x: Any) -> Any:
    """A number in all places of what `load` gives for arrays of its type; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def _in_vectors(array: Any) -> bool:
    return LOOKS_UP and bool(array.dtype == types.float32) and bool(array.layout == "C")


# Numba compares the arguments of chooser and chosen with their annotations.


def _choose_step(array: Any) -> Callable[..., Any]:
    width = WIDTH if _in_vectors(array) else 1

    def chosen(array: Any) -> Any:
        return width

    return chosen


def _choose_load(array: Any, at: Any) -> Callable[..., Any]:
    def some(array: Any, at: Any) -> Any:
        return _load(array, at)

    def one(array: Any, at: Any) -> Any:
        return array[at]

    return some if _in_vectors(array) else one


def _choose_store(array: Any, at: Any, value: Any) -> Callable[..., Any]:
    def some(array: Any, at: Any, value: Any) -> None:
        _store(array, at, value)

    def one(array: Any, at: Any, value: Any) -> None:
        array[at] = value

    return some if _in_vectors(array) else one


def _choose_spread(x: Any) -> Callable[..., Any]:
    def some(x: Any) -> Any:
        return _spread(x)

    def one(x: Any) -> Any:
        return x

    return some if LOOKS_UP and x == types.float32 else one


overload(step)(_choose_step)
overload(load)(_choose_load)
overload(store)(_choose_store)
overload(spread)(_choose_spread)
