"""Special functions for inner loops: branch-free polynomials that the compiler turns into vector code.

Every function exists in double and in single precision; compiled code picks one by the type of its argument.
Stated bounds (tested) are the largest errors over the whole range of definition, rounding included:

===================  ===========================  ============================
function             double                       single
===================  ===========================  ============================
`erf`                1.2e-15 relative             1.4e-6 relative
`erf_of_units`       the same                     the same; of vectors also 2.5e-7 absolute
`exp`, |x| <= 80     2.5e-16 · (1 + |x|/8) rel.   1.2e-7 · (1 + |x|/8) relative
`minus_two_log`      4e-16 relative               5e-7 relative
`cos_turns`          1e-15 absolute               6e-7 absolute, |x| <= 1
`polar`, radius 1    5e-16 absolute               3e-7 absolute
===================  ===========================  ============================

The coefficients are near-minimax fits (Chebyshev interpolation; for `erf` a rational weighted least-squares
fit in double precision, computed with 50 digits, and a linear program in single precision, where two further
coefficients would gain less than they cost: 1e-6 of a feature is far below the noise of any sample). For
vectors (`numerics.machine.vectors`) `erf` looks up polynomials of degree four, which interpolate in
Chebyshev points.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from numerics.machine.intrinsics import multiply_add
from numerics.machine.jit import compiled
from numerics.machine.vectors import LOOKS_UP, WIDTH, Vector, odd_table_function

# erf(x)/x = P(x²)/Q(x²) for |x| <= 5.95: all coefficients are positive, so nothing cancels
ERF_NUMERATOR = (
    1.1283791670955125432, 0.22025879410719873925, 0.066134215357502596561, 0.0068937406171502774493,
    0.00085593131964436880718, 0.000056980510361926968202, 3.9013431382893456534e-6,
    1.6953986167664695314e-7, 6.7573688750964396326e-9, 1.7184279004760201298e-10,
    3.3270359293419712378e-12, 2.2153775739945879949e-14, 1.5601027381542045316e-17,
)  # fmt: skip
ERF_DENOMINATOR = (
    1.0, 0.52853260723888589978, 0.13478745808983541242, 0.021994834334093079131,
    0.0025658950845057932632, 0.00022620332131489002437, 0.000015505480480067830991,
    8.3527977890927230097e-7, 3.5156018660011041447e-8, 1.1239680974359415516e-9,
    2.5452923285598452345e-11, 3.3057106177501367303e-13, 8.7963510818361771759e-16,
)  # fmt: skip
# erf(x)/x in t = y² - 1, x = y·3.36/√2: monomials in x² itself would cost three digits of single precision.
# Inner loops count arguments in this unit from the start, which saves a multiplication each.
ERF_UNIT_SINGLE = 3.36 / 2**0.5
ERF_SINGLE = (
    0.420568449, -0.2082914092, 0.1506155347, -0.1148604982, 0.08524151775, -0.06029312068, 0.04070823852,
    -0.02351556617, 0.0103931336, -0.006425397519, 0.005471514898, -0.00199364914,
)  # fmt: skip
# In a vector the unit is the width of the sixteen pieces of erf, of which the last ends at 3.75.
ERF_UNIT_VECTOR = 3.75 / (WIDTH - 0.5)
ERF_DEGREE = 4
# (ln m - 2s)/s³ in s², s = (m - 1)/(m + 1)
LOG_DOUBLE = (
    0.66666666666666696862, 0.3999999999989950449, 0.28571428625975484921, 0.22222211134795079855,
    0.1818288912526172208, 0.15331721600556041269, 0.1461644968504340586,
)  # fmt: skip
# -2 ln(1 + t)/t in t
LOG_SINGLE = (
    -1.999999627, 1.000013348, -0.6667236585, 0.4991868717, -0.3974605898, 0.3466689737, -0.3284019799,
    0.202048516,
)  # fmt: skip
# sin(2πy)/y and cos(2πy) in y², |y| <= 1/4
SIN_DOUBLE = (
    6.2831853071795864756, -41.341702240399756862, 81.605249276073615183, -76.705859752824919209,
    42.05869392542868225, -15.094641676117900093, 3.8199280942271642021, -0.71773379214134533133,
    0.10089695501646811163,
)  # fmt: skip
SIN_SINGLE = (6.28318528, -41.34168061, 81.60247637, -76.58117272, 39.75982709)
COS_DOUBLE = (
    0.99999999999999999999, -19.739208802178717217, 64.939394022668280703, -85.456817206691517718,
    60.244641371646725096, -26.426256769631195169, 7.9035358711039378802, -1.7143794371382703398,
    0.28185225938435092808, -0.035219604638146758369,
)  # fmt: skip
COS_SINGLE = (0.999999953, -19.73917121, 64.93457265, -85.23987026, 56.23870044)
# cos(2πy) in y², |y| <= 1/2
TURN_DOUBLE = (
    0.99999999999999999985, -19.739208802178717065, 64.939394022668258572, -85.456817206691268569,
    60.244641371781733626, -26.426256781211890447, 7.9035363400771733964, -1.7143904138098516914,
    0.28200407958316312762, -0.036374900363402310951, 0.0037585905613103541638, -0.00029006005019128928129,
)  # fmt: skip
TURN_SINGLE = (
    0.9999999889, -19.73920447, 64.93911593, -85.45011343, 60.16742979, -25.96688461, 6.527705963
)  # fmt: skip
# exp(r), |r| <= ln 2 / 2
EXP_DOUBLE = (
    1.0, 1.0, 0.50000000000000183855, 0.16666666666666680806, 0.041666666666488095495,
    0.0083333333333196006109, 0.0013888888952314774652, 0.00019841269890047113707,
    0.000024801485482328492419, 2.7557240918578969823e-6, 2.7632639639041029749e-7,
    2.5110037605963777712e-8,
)  # fmt: skip
EXP_SINGLE = (1.0, 1.000000038, 0.5000000047, 0.1666641551, 0.0416663529, 0.008375126398, 0.001394110843)


def _single(coefficients: tuple[float, ...]) -> tuple[np.float32, ...]:
    return tuple(np.float32(c) for c in coefficients)


_ERF_P, _ERF_Q = ERF_NUMERATOR[::-1], ERF_DENOMINATOR[::-1]
_ERF_32 = _single(tuple(ERF_UNIT_SINGLE * c for c in ERF_SINGLE[::-1]))
_FROM_UNITS, _ROOT_2 = np.float32(1 / ERF_UNIT_SINGLE), np.float32(2**0.5)
_LOG_64, _LOG_32 = LOG_DOUBLE[::-1], _single(LOG_SINGLE[::-1])
_SIN_64, _SIN_32 = SIN_DOUBLE[::-1], _single(SIN_SINGLE[::-1])
_COS_64, _COS_32 = COS_DOUBLE[::-1], _single(COS_SINGLE[::-1])
_TURN_64, _TURN_32 = TURN_DOUBLE[::-1], _single(TURN_SINGLE[::-1])
_EXP_64, _EXP_32 = EXP_DOUBLE[::-1], _single(EXP_SINGLE[::-1])

# Adding and subtracting these rounds to the nearest integer and leaves it in the last bits.
_MAGIC_64 = 6755399441055744.0  # 1.5 · 2^52
_MAGIC_32 = np.float32(12582912.0)  # 1.5 · 2^23


def _erf_tables() -> NDArray[np.float64]:
    """Polynomials in t of erf((i + t)·unit), |t| <= 1/2, coefficient first."""
    n = ERF_DEGREE + 1
    nodes = np.cos(np.pi * (np.arange(n) + 0.5) / n) / 2
    values = [[math.erf((i + t) * ERF_UNIT_VECTOR) for i in range(WIDTH)] for t in nodes]
    tables = np.linalg.solve(np.vander(nodes, increasing=True), np.array(values))
    # absolute values begin at t = 0: the first polynomial has no constant term and is needed for t >= 0 only
    nodes = (1 + np.cos(np.pi * (np.arange(n - 1) + 0.5) / (n - 1))) / 4
    slopes = [math.erf(t * ERF_UNIT_VECTOR) / t for t in nodes]
    tables[:, 0] = [0.0, *np.linalg.solve(np.vander(nodes, increasing=True), slopes)]
    return tables


def erf_unit(single: bool) -> float:
    """Return the unit in which `erf_of_units` counts what `numerics.machine.vectors.load` gives."""
    if single:
        return ERF_UNIT_VECTOR if LOOKS_UP else ERF_UNIT_SINGLE
    return 1.0


COMPILED_ONLY = "this function exists inside compiled code only; use scipy.special or numpy elsewhere"


@compiled
def horner(x: Any, coefficients: Any) -> Any:
    """Evaluate a polynomial, highest coefficient first."""
    p = coefficients[0]
    for k in range(1, len(coefficients)):
        p = multiply_add(p, x, coefficients[k])
    return p


def erf(x: Any) -> Any:
    """Error function; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def erf_of_units(x: Any) -> Any:
    """Error function of x units (see `erf_unit`); for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def exp(x: Any) -> Any:
    """Exponential, held at the ends of the floating-point range; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def minus_two_log(x: Any) -> Any:
    """-2 ln x of a number in (0, 1], the square of a Box-Muller radius; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def cos_turns(x: Any) -> Any:
    """Cosine of 2πx; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def unit_interval(word: Any, like: Any) -> Any:
    """Map a 32-bit word to (word + 1/2)/2^32 in the precision of `like`; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def radius_fraction(word: Any, like: Any) -> Any:
    """Map the upper 24 bits of a word to (bits + 1/2)/2^24; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def polar(word: Any, like: Any) -> Any:
    """Point at the radius `like` and the angle 2π·word/2^32; for compiled code only."""
    raise NotImplementedError(COMPILED_ONLY)


def _erf_double(x: Any) -> Any:
    y = min(max(x, -5.95), 5.95)
    z = y * y
    return y * horner(z, _ERF_P) / horner(z, _ERF_Q)


def _erf_single(x: Any) -> Any:
    return erf_of_units(np.float32(x * _FROM_UNITS))


_erf_table = odd_table_function(_erf_tables().tolist())


def _erf_of_units_vector(x: Any) -> Any:
    return _erf_table(x)


def _erf_of_units_single(x: Any) -> Any:
    y = min(max(x, -_ROOT_2), _ROOT_2)
    return y * horner(multiply_add(y, y, np.float32(-1.0)), _ERF_32)


def _exp_double(x: Any) -> Any:
    y = min(max(x, -708.0), 709.0)
    k = multiply_add(y, 1.4426950408889634, _MAGIC_64)
    whole = k - _MAGIC_64
    # ln 2 in two parts, the first with trailing zeros, so that the product is exact
    r = multiply_add(whole, -0.6931471803691238, y)
    r = multiply_add(whole, -1.9082149292705877e-10, r)
    shift = np.float64(k).view(np.int64) << np.int64(52)
    return np.int64(np.float64(horner(r, _EXP_64)).view(np.int64) + shift).view(np.float64)


def _exp_single(x: Any) -> Any:
    y = min(max(x, np.float32(-87.0)), np.float32(88.0))
    k = multiply_add(y, np.float32(1.4426950408889634), _MAGIC_32)
    whole = np.float32(k - _MAGIC_32)
    r = multiply_add(whole, np.float32(-0.693359375), y)
    r = multiply_add(whole, np.float32(2.12194440e-4), r)
    shift = np.int32(np.float32(k).view(np.int32) << np.int32(23))
    return np.int32(np.float32(horner(r, _EXP_32)).view(np.int32) + shift).view(np.float32)


def _minus_two_log_double(x: Any) -> Any:
    bits = np.float64(x).view(np.int64)
    # x = m·2^k with m between √½ and √2
    k = (bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(52)
    m = np.int64(bits - (k << np.int64(52))).view(np.float64)
    whole = np.int64(k + np.int64(0x4338000000000000)).view(np.float64) - _MAGIC_64
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    return -2.0 * multiply_add(whole, 0.6931471805599453, 2.0 * s + s * z * horner(z, _LOG_64))


def _minus_two_log_single(x: Any) -> Any:
    bits = np.float32(x).view(np.int32)
    k = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    t = np.float32(np.int32(bits - np.int32(k << np.int32(23))).view(np.float32) - np.float32(1.0))
    return multiply_add(t, horner(t, _LOG_32), np.float32(np.float32(k) * np.float32(-1.3862943611198906)))


def _cos_turns_double(x: Any) -> Any:
    y = x - ((x + _MAGIC_64) - _MAGIC_64)
    return horner(y * y, _TURN_64)


def _cos_turns_single(x: Any) -> Any:
    y = np.float32(x - np.float32(np.float32(x + _MAGIC_32) - _MAGIC_32))
    return horner(np.float32(y * y), _TURN_32)


def _unit_interval_double(word: Any, like: Any) -> Any:
    return (np.float64(word) + 0.5) * 2.0**-32


def _unit_interval_single(word: Any, like: Any) -> Any:
    return multiply_add(np.float32(word), np.float32(2.0**-32), np.float32(2.0**-33))


def _radius_fraction_double(word: Any, like: Any) -> Any:
    return (np.float64(np.uint32(word >> np.uint32(8))) + 0.5) * 2.0**-24


def _radius_fraction_single(word: Any, like: Any) -> Any:
    return multiply_add(
        np.float32(np.uint32(word >> np.uint32(8))), np.float32(2.0**-24), np.float32(2.0**-25)
    )


@compiled
def _half_turn(word: Any) -> Any:
    """Split an angle word into the sign that half a turn gives and the signed rest, below a quarter turn."""
    half = np.uint32(np.uint32(word + np.uint32(1 << 30)) & np.uint32(1 << 31))
    return half, np.int32(np.uint32(word - half))


def _polar_double(word: Any, like: Any) -> Any:
    half, rest = _half_turn(word)
    y = np.float64(rest) * 2.0**-32
    z = y * y
    r = np.uint64(np.float64(like).view(np.uint64) ^ (np.uint64(half) << np.uint64(32))).view(np.float64)
    return r * horner(z, _COS_64), (r * y) * horner(z, _SIN_64)


def _polar_single(word: Any, like: Any) -> Any:
    half, rest = _half_turn(word)
    y = np.float32(np.float32(rest) * np.float32(2.0**-32))
    z = np.float32(y * y)
    r = np.uint32(np.float32(like).view(np.uint32) ^ half).view(np.float32)
    return np.float32(r * horner(z, _COS_32)), np.float32(np.float32(r * y) * horner(z, _SIN_32))


def _offer(
    function: Callable[..., Any],
    double: Callable[..., Any],
    single: Callable[..., Any],
    vector: Callable[..., Any] | None = None,
) -> None:
    """Let compiled code choose the implementation by the type of the last argument."""

    def choose_one(x: Any) -> Callable[..., Any] | None:
        return vector if isinstance(x, Vector) else {types.float64: double, types.float32: single}.get(x)

    def choose_two(word: Any, like: Any) -> Callable[..., Any] | None:
        return choose_one(like)

    overload(function)(choose_two if double.__code__.co_argcount == 2 else choose_one)


_offer(erf, _erf_double, _erf_single)
_offer(erf_of_units, _erf_double, _erf_of_units_single, _erf_of_units_vector)
_offer(exp, _exp_double, _exp_single)
_offer(minus_two_log, _minus_two_log_double, _minus_two_log_single)
_offer(cos_turns, _cos_turns_double, _cos_turns_single)
_offer(unit_interval, _unit_interval_double, _unit_interval_single)
_offer(radius_fraction, _radius_fraction_double, _radius_fraction_single)
_offer(polar, _polar_double, _polar_single)
