"""A few operations that the compiler does not find by itself, spelled out for it.

Loops over lanes are vectorised automatically, but a sum over lanes is not (its order would change), short
minima are unrolled into scalar code, and Numba has no fused multiply-add. The order of every sum here is
written down, so it does not depend on the width of the processor's vectors.
"""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import typeof
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from diagrams.jit_target import processor_has
from numerics.machine.vectors import Vector

#: Networks evaluated at once, one lane each; all rows of single precision then fit into the first cache.
LANES = 512
#: Networks whose moments are summed at once: the leaves of every sum, a power of two.
GRAIN = 64

# widths of the vectors the sums are written in; narrower processors split them, with the same result
_DOUBLES, _WORDS = 8, 16
# Parts of such a vector that are summed one after the other: four sums of two halves each fit into sixteen
# registers of four numbers.
_PARTS = 1 if processor_has("avx512f") else 2


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


def _halved(builder: Any, vector: Any, combine: Callable[[Any, Any], Any]) -> Any:
    """Combine the upper half of a vector with the lower one."""
    width = vector.type.count // 2
    nothing = ir.Constant(vector.type, ir.Undefined)
    kind = ir.VectorType(ir.IntType(32), width)
    lower = builder.shuffle_vector(vector, nothing, ir.Constant(kind, list(range(width))))
    upper = builder.shuffle_vector(vector, nothing, ir.Constant(kind, list(range(width, 2 * width))))
    return combine(lower, upper)


def _fold(builder: Any, vector: Any, combine: Callable[[Any, Any], Any]) -> Any:
    """Combine halves of a vector until one number is left."""
    while vector.type.count > 1:
        vector = _halved(builder, vector, combine)
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


def _multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    if not (a == b == c and isinstance(a, types.Float | Vector)):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(arguments[0].type, [arguments[0].type] * 3)
        name = "v16f32" if isinstance(a, Vector) else f"f{a.bitwidth}"
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.{name}")
        return builder.call(function, arguments)

    return a(a, b, c), generate


def _shift_right(typing_context: Any, word: Any, bits: Any) -> Any:
    if word != types.uint32:
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.lshr(arguments[0], builder.trunc(arguments[1], arguments[0].type))

    return types.uint32(types.uint32, types.intp), generate


def _dot_rows(typing_context: Any, matrix: Any, i: Any, j: Any) -> Any:
    if matrix.dtype != types.float64 or matrix.layout != "C":
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, *numbers = arguments
        left, right = (
            _load_row(context, builder, signature.args[0], array, number, GRAIN, _DOUBLES)
            for number in numbers
        )
        return _fold(builder, _dots(builder, left, [right])[0], builder.fadd)

    return types.float64(matrix, types.intp, types.intp), generate


def _dot_four_rows(typing_context: Any, matrix: Any, i: Any, j: Any) -> Any:
    if matrix.dtype != types.float64 or matrix.layout != "C":
        return None
    result = typeof((0.0, 0.0, 0.0, 0.0))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (array, first, second), kind = arguments, signature.args[0]
        width = _DOUBLES // _PARTS
        numbers = [builder.add(second, ir.Constant(second.type, n)) for n in range(4)]
        left, *rights = (
            _load_row(context, builder, kind, array, number, GRAIN, width) for number in (first, *numbers)
        )
        parts = [_dots(builder, left[p::_PARTS], [row[p::_PARTS] for row in rights]) for p in range(_PARTS)]
        # the same additions as in `_fold`, in the way that costs the processor least
        if _PARTS == 1:
            a, b, c, d = parts[0]
            four = _fold_pairs(builder, _fold_pairs(builder, a, b, 4), _fold_pairs(builder, c, d, 4), 2)
            folded = [_fold_pairs(builder, four, None, 1)]
        else:
            halves = [builder.fadd(lower, upper) for lower, upper in zip(*parts, strict=True)]
            a, b, c, d = (_halved(builder, half, builder.fadd) for half in halves)
            folded = [_fold_pairs(builder, a, b, 1), _fold_pairs(builder, c, d, 1)]
        found = [
            builder.extract_element(vector, ir.Constant(ir.IntType(32), n))
            for vector in folded
            for n in range(vector.type.count)
        ]
        return context.make_tuple(builder, result, found)

    return result(matrix, types.intp, types.intp), generate


def _dots(builder: Any, left: list[Any], rights: list[list[Any]]) -> list[Any]:
    """Multiply vectors with those of several rows and add: even ones, odd ones, then both."""
    vector = left[0].type
    kind, name = ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{vector.count}f64"
    fused = cgutils.get_or_insert_function(builder.module, kind, name)
    sums = [[builder.fmul(left[k], right[k]) for k in range(2)] for right in rights]
    for k in range(2, len(left)):
        for right, two in zip(rights, sums, strict=True):
            two[k % 2] = builder.call(fused, [left[k], right[k], two[k % 2]])
    return [builder.fadd(*two) for two in sums]


def _fold_pairs(builder: Any, a: Any, b: Any, width: int) -> Any:
    """Add the upper `width` numbers of each group of 2·width to the lower ones, in one or two vectors."""
    other = ir.Constant(a.type, ir.Undefined) if b is None else b
    places = [k for k in range(a.type.count * (1 if b is None else 2)) if k % (2 * width) < width]
    kind = ir.VectorType(ir.IntType(32), len(places))
    lower = builder.shuffle_vector(a, other, ir.Constant(kind, places))
    upper = builder.shuffle_vector(a, other, ir.Constant(kind, [k + width for k in places]))
    return builder.fadd(lower, upper)


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
        return _fold(builder, least, smaller)

    return types.uint32(matrix, types.intp), generate


def _view(length: int) -> Callable[..., Any]:
    """Make a function that views number i of the runs of `length` numbers of an array."""

    def view(typing_context: Any, rows: Any, number: Any) -> Any:
        if rows.layout != "C" or rows.ndim > 2:
            return None
        result = types.Array(rows.dtype, 1, "C")

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            start = builder.mul(arguments[1], ir.Constant(arguments[1].type, length))
            run = context.make_array(result)(context, builder)
            step = ir.Constant(ir.IntType(64), context.get_abi_sizeof(context.get_data_type(rows.dtype)))
            shape = [ir.Constant(ir.IntType(64), length)]
            populate_array(run, builder.gep(data, [start]), shape, [step], step, None)
            return run._getvalue()

        return result(rows, types.intp), generate

    return view


def _stay_apart(typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), generate


def _interleave(typing_context: Any, count: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        module, blocks = builder.module, builder.function.blocks
        place = {block: number for number, block in enumerate(blocks)}
        for block in blocks:
            jump = block.terminator
            closes = jump is not None and any(
                place.get(to, len(place)) <= place[block] for to in jump.operands
            )
            if closes and "llvm.loop" not in jump.metadata:
                number = ir.Constant(ir.IntType(32), count.literal_value)
                hint = module.add_metadata([ir.MetaDataString(module, "llvm.loop.interleave.count"), number])
                # the name of a loop is a node that begins with itself
                name = ir.MDValue(module, [], name=str(len(module.metadata)))
                name.operands = (name, hint)
                jump.set_metadata("llvm.loop", name)
        return context.get_dummy_value()

    return types.none(count), generate


def _call_row(typing_context: Any, address: Any, argument: Any, result: Any) -> Any:
    if argument.dtype != result.dtype or argument.ndim != 1 or argument.layout != "C":
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows = [
            context.make_array(kind)(context, builder, array).data
            for kind, array in zip(signature.args[1:], arguments[1:], strict=True)
        ]
        kind = ir.FunctionType(ir.VoidType(), [row.type for row in rows])
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), rows)
        return context.get_dummy_value()

    return types.none(types.intp, argument, result), generate


#: ``row(rows, number)`` is one row of `LANES` numbers. The view is not counted as a reference, which would
#: cost more than a short loop over lanes; it must not outlive `rows`.
row = cast(Callable[[Any, int], Any], intrinsic(_view(LANES)))

#: ``stay_apart()`` keeps the function that calls it from being merged into its callers: the constants of many
#: loops, kept ready for a loop around all of them, do not fit into the registers and slow every one down.
stay_apart = cast(Callable[[], None], intrinsic(_stay_apart))

#: ``interleave(count)``, last in a function, makes the processor work on `count` vectors at a time in every
#: short loop over lanes of that function. One polynomial is a chain of operations that wait for one another;
#: how many chains the compiler takes side by side by itself does not keep a processor busy that looks ahead
#: little (4 is best on an AMD Zen, and no worse elsewhere). Numbers do not depend on it.
interleave = cast(Callable[[int], None], intrinsic(prefer_literal=True)(_interleave))

#: ``grain(rows, number)`` is the like of `GRAIN` numbers.
grain = cast(Callable[[Any, int], Any], intrinsic(_view(GRAIN)))

#: ``multiply_add(a, b, c)`` is a·b + c of one type, floating-point or vector, fused where the processor can.
multiply_add = cast(Callable[[Any, Any, Any], Any], intrinsic(_multiply_add))

#: ``shift_right(word, bits)`` shifts a 32-bit word by fewer bits; Numba would make it one of 64 bits.
shift_right = cast(Callable[[Any, int], Any], intrinsic(_shift_right))

#: ``dot_rows(matrix, i, j)`` is the scalar product of two rows of `GRAIN` doubles.
dot_rows = cast(Callable[[Any, int, int], float], intrinsic(_dot_rows))

#: ``dot_four_rows(matrix, i, j)`` are the scalar products of row i with rows j to j + 3, as by `dot_rows`.
dot_four_rows = cast(Callable[[Any, int, int], tuple[float, float, float, float]], intrinsic(_dot_four_rows))

#: ``smallest_word(matrix, i)`` is the minimum of a row of `LANES` 32-bit words.
smallest_word = cast(Callable[[Any, int], Any], intrinsic(_smallest_word))

#: ``call_row(address, argument, result)`` calls a C function of two pointers, to `LANES` numbers each.
call_row = cast(Callable[[int, Any, Any], None], intrinsic(_call_row))
