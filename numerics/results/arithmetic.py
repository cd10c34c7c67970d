"""How errors travel through arithmetic: the slopes of elementary functions, and what becomes of bounds.

Standard deviations are carried along to first order, with the slopes below. Bounds are bounds: of a product
|a| δb + |b| δa + δa δb, of a quotient q = a/b (δa + |q| δb)/(|b| − δb), infinite where b may vanish, of a
function of one number the larger of its two changes. What is not finite has no bound that says anything.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Value; slopes with respect to each argument; bounds due to each, None where the argument has none.
Result: TypeAlias = tuple[Array, list[Array], list[Array | None]]

#: Comparisons and tests of the values, which need no error.
PLAIN: tuple[np.ufunc, ...] = (
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isfinite, np.isnan, np.isinf,
)  # fmt: skip

#: Slopes of functions of one number x with value f.
_SLOPES: Mapping[np.ufunc, Callable[[Array, Array], Array]] = {
    np.negative: lambda x, f: np.full_like(x, -1.0),
    np.positive: lambda x, f: np.ones_like(x),
    np.absolute: lambda x, f: np.sign(x),
    np.square: lambda x, f: 2.0 * x,
    np.sqrt: lambda x, f: 0.5 / f,
    np.exp: lambda x, f: f,
    np.log: lambda x, f: 1.0 / x,
    np.reciprocal: lambda x, f: -(f**2),
}


def propagated(ufunc: np.ufunc, values: list[Array], bounds: list[Array | None]) -> Result | None:
    """Evaluate a function of numbers with errors.

    Parameters
    ----------
    ufunc : numpy.ufunc
    values : list of ndarray
        One or two arguments.
    bounds : list of ndarray or None
        Their error bounds.

    Returns
    -------
    tuple or None
        Value, slopes, bounds; None for a function whose slope is not known here.

    Examples
    --------
    >>> value, slopes, bounds = propagated(np.multiply, [np.array(2.0), np.array(3.0)], [np.array(0.1), None])
    >>> float(value), [float(slope) for slope in slopes], round(float(bounds[0]), 12)
    (6.0, [3.0, 2.0], 0.3)
    """
    with np.errstate(all="ignore"):
        if ufunc in _SLOPES and len(values) == 1:
            found = _of_one(ufunc, _SLOPES[ufunc], values[0], bounds[0])
        else:
            rule = _RULES.get(ufunc)
            if rule is None or len(values) != 2:
                return None
            found = rule(*values, *bounds)
    value, slopes, changed = found
    finite = np.isfinite(value)
    return value, slopes, [None if one is None else np.where(finite, one, np.inf) for one in changed]


def _of_one(
    function: Callable[[Array], Any], slope_of: Callable[[Array, Array], Array], x: Array, bound: Array | None
) -> Result:
    value = np.asarray(function(x))
    slope = np.asarray(slope_of(x, value))
    if bound is None:
        return value, [slope], [None]
    changes = [np.abs(function(x + side) - value) for side in (bound, -bound)]
    widest = np.fmax(np.fmax(*changes), np.abs(slope) * bound)
    unknown = ~np.isfinite(changes[0]) | ~np.isfinite(changes[1])
    # a pole inside the interval: both ends are finite, what lies between them is not
    with np.errstate(all="ignore"):
        unknown |= (np.abs(x) <= bound) & ~np.isfinite(np.asarray(function(np.zeros_like(x))))
    return value, [slope], [np.where(bound == 0.0, 0.0, np.where(unknown, np.inf, widest))]


def _sum(a: Array, b: Array, da: Array | None, db: Array | None) -> Result:
    return np.asarray(a + b), [np.ones_like(a), np.ones_like(b)], [da, db]


def _difference(a: Array, b: Array, da: Array | None, db: Array | None) -> Result:
    return np.asarray(a - b), [np.ones_like(a), np.full_like(b, -1.0)], [da, db]


def _product(a: Array, b: Array, da: Array | None, db: Array | None) -> Result:
    first = None if da is None else np.abs(b) * da
    both = 0.0 if da is None else da
    second = None if db is None else (np.abs(a) + both) * db
    return np.asarray(a * b), [b, a], [first, second]


def _quotient(a: Array, b: Array, da: Array | None, db: Array | None) -> Result:
    value = np.asarray(a / b)
    least = np.abs(b) if db is None else np.where(db < np.abs(b), np.abs(b) - db, 0.0)
    first = None if da is None else np.where(da == 0.0, 0.0, da / least)
    second = None if db is None else np.where(db == 0.0, 0.0, np.abs(value) * db / least)
    return value, [1.0 / b, -value / b], [first, second]


def _power(a: Array, b: Array, da: Array | None, db: Array | None) -> Result:
    if db is not None and np.any(db > 0.0):
        value = np.asarray(a**b)
        slopes = [np.asarray(b * a ** (b - 1.0)), np.asarray(value * np.log(a))]
        # a^b is monotone in both for a > 0, so that it is furthest off in a corner
        least = a if da is None else a - da
        most = a if da is None else a + da
        corners = [np.abs(x**y - value) for x in (least, most) for y in (b - db, b + db)]
        widest = np.where(least > 0.0, np.max(corners, axis=0), np.inf)
        return value, slopes, [None if da is None else np.zeros_like(widest), widest]
    value, slopes, bounds = _of_one(lambda x: x**b, lambda x, f: np.asarray(b * x ** (b - 1.0)), a, da)
    # a negative number has no power beside whole ones, so that an uncertain exponent has no slope there
    by_exponent = np.where(a > 0.0, value * np.log(np.where(a > 0.0, a, 1.0)), np.where(a < 0.0, np.nan, 0.0))
    return value, [*slopes, by_exponent], [*bounds, db]


_RULES: Mapping[np.ufunc, Callable[..., Result]] = {
    np.add: _sum,
    np.subtract: _difference,
    np.multiply: _product,
    np.divide: _quotient,
    np.power: _power,
    np.float_power: _power,
}
