"""Three operations that the compiler does not find by itself, spelled out for it.

Loops over lanes are vectorised automatically, but a sum over lanes is not (its order would change), short
minima are unrolled into scalar code, and Numba has no fused multiply-add. The order of every sum here is
written down, so it does not depend on the width of the processor's vectors.
"""

from collections.abc import Callable
from typing import Any, cast

# llvmlite ships no type information.
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

#: Networks evaluated at once, one lane each.
LANES = 256
#: Networks whose moments are summed at once: the leaves of every sum, a power of two.
GRAIN = 64

# widths of the vectors the sums are written in; narrower processors split them, with the same result
_DOUBLES, _WORDS = 8, 16


def _load_row(
    context: Any, builder: Any, kind: Any, array: Any, row: Any, length: int, width: int
) -> list[Any]:
    """Load one row of `length` numbers as vectors of `width`."""
    item = context.get_data_type(kind.dtype)
    vector = ir.VectorType(item, width)
    data = context.make_array(kind)(context, builder, array).data
    start = builder.gep(data, [builder.mul(row, ir.Constant(row.type, length))])
    pointer = builder.bitcast(start, vector.as_pointer())
    size = context.get_abi_sizeof(item)
    places = [builder.gep(pointer, [ir.Constant(ir.IntType(64), k)]) for k in range(length // width)]
    return [builder.load(place, align=size) for place in places]


def _fold(builder: Any, vector: Any, width: int, combine: Callable[[Any, Any], Any]) -> Any:
    """Combine the upper half of a vector with the lower one until one number is left."""
    while width > 1:
        width //= 2
        nothing = ir.Constant(vector.type, ir.Undefined)
        kind = ir.VectorType(ir.IntType(32), width)
        lower = builder.shuffle_vector(vector, nothing, ir.Constant(kind, list(range(width))))
        upper = builder.shuffle_vector(vector, nothing, ir.Constant(kind, list(range(width, 2 * width))))
        vector = combine(lower, upper)
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


def _multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    if not (a == b == c and isinstance(a, types.Float)):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.fmuladd", [kind], ir.FunctionType(kind, [kind] * 3))
        return builder.call(function, arguments)

    return a(a, b, c), generate


def _dot_rows(typing_context: Any, matrix: Any, i: Any, j: Any) -> Any:
    if matrix.dtype != types.float64 or matrix.layout != "C":
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, first, second = arguments
        left = _load_row(context, builder, signature.args[0], array, first, GRAIN, _DOUBLES)
        right = _load_row(context, builder, signature.args[0], array, second, GRAIN, _DOUBLES)
        vector = left[0].type
        kind = ir.FunctionType(vector, [vector] * 3)
        fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{_DOUBLES}f64")
        sums = [builder.fmul(left[k], right[k]) for k in range(2)]
        for k in range(2, len(left)):
            sums[k % 2] = builder.call(fused, [left[k], right[k], sums[k % 2]])
        return _fold(builder, builder.fadd(*sums), _DOUBLES, builder.fadd)

    return types.float64(matrix, types.intp, types.intp), generate


def _smallest_word(typing_context: Any, matrix: Any, i: Any) -> Any:
    if matrix.dtype != types.uint32 or matrix.layout != "C":
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def smaller(a: Any, b: Any) -> Any:
            return builder.select(builder.icmp_unsigned("<", a, b), a, b)

        kind, (array, row) = signature.args[0], arguments
        vectors = _load_row(context, builder, kind, array, row, LANES, _WORDS)
        least = vectors[0]
        for vector in vectors[1:]:
            least = smaller(least, vector)
        return _fold(builder, least, _WORDS, smaller)

    return types.uint32(matrix, types.intp), generate


#: ``multiply_add(a, b, c)`` is a·b + c of one floating-point type, fused where the processor can.
multiply_add = cast(Callable[[Any, Any, Any], Any], intrinsic(_multiply_add))

#: ``dot_rows(matrix, i, j)`` is the scalar product of two rows of `GRAIN` doubles.
dot_rows = cast(Callable[[Any, int, int], float], intrinsic(_dot_rows))

#: ``smallest_word(matrix, i)`` is the minimum of a row of `LANES` 32-bit words.
smallest_word = cast(Callable[[Any, int], Any], intrinsic(_smallest_word))
