"""Moments of the distributions of SciPy, to rounding, with an error.

SciPy's own integrals are off by up to 1e-5 without saying so. Where the quantile function Q has a formula the
moment is ∫ Q(u)^n du, else ∫ x^n p(x) dx; both by double exponential rules (Takahasi and Mori, Publ. RIMS 9,
721 (1974)) that reach into the tails as far as floating point does, with two steps that are incommensurable.
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from math import fsum, inf, isfinite, nan, pi
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diagrams.messages import did_you_mean
from numerics.errors import InvalidNetwork
from numerics.networks.laws import SECOND_STEP
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality

Array = NDArray[np.float64]
#: Shapes, ``loc`` and ``scale`` of a distribution.
Numbers: TypeAlias = tuple[tuple[str, float], ...]

#: Step of the rules, and where v = 1/(1 + e^(π sinh t)) is 1e-300.
_STEP, _END = 0.05, 6.08
#: Part of a moment by which two rules, and the last terms, may differ; part that is lost to rounding.
_SETTLED, _ROUNDING = 1e-9, 4 * float(np.finfo(np.float64).eps)


@lru_cache(maxsize=64)
def frozen_law(name: str, numbers: Numbers) -> Any:
    """Make a frozen distribution of `scipy.stats`.

    Raises
    ------
    InvalidNetwork
        If there is no such continuous distribution, or the numbers do not fit it.
    """
    from scipy import stats

    family = getattr(stats, name, None) if name.isidentifier() else None
    if not isinstance(family, stats.rv_continuous):
        known = [one for one in dir(stats) if isinstance(getattr(stats, one, None), stats.rv_continuous)]
        raise InvalidNetwork(
            f"scipy.{name} was given; a continuous distribution of scipy.stats is needed, such as "
            f"scipy.gumbel_r{did_you_mean(name, known)}"
        )
    try:
        frozen = family(**dict(numbers))
        good = bool(np.all(np.isfinite(frozen.ppf([0.25, 0.75]))))
    except TypeError:
        good = False
    if not good:
        raise InvalidNetwork(
            f"the numbers of scipy.{name} are {dict(numbers)}; it needs {family.shapes or 'no shapes'}, and "
            "takes loc and scale"
        )
    return frozen


@lru_cache(maxsize=1024)
def moment_of(name: str, numbers: Numbers, order: int) -> Estimate:
    """Compute a moment; by SciPy where the tails are too heavy for the rules.

    Parameters
    ----------
    name : str
    numbers : tuple of (str, float)
    order : int

    Returns
    -------
    Estimate
        Not finite where there is no such moment, as far as SciPy knows.

    Examples
    --------
    E g⁸ = 8! for the law with density e^(−|g|)/2:

    >>> found = moment_of("laplace", (), 8)
    >>> bool(abs(found.value - 40320) <= found.error < 1e-9), found.trusted
    (True, True)
    """
    found = by_integration(name, numbers, order)
    if found.trusted:
        return found
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its integral; the difference is what we say about it
        try:
            value = float(frozen_law(name, numbers).moment(order))
        except (ValueError, ArithmeticError):
            value = nan
    error = abs(value - float(found)) if isfinite(float(found)) else inf
    return Estimate(value, error, "integral or formula of SciPy", Quality.NOT_CONVERGED)


@lru_cache(maxsize=1024)
def by_integration(name: str, numbers: Numbers, order: int) -> Estimate:
    """Integrate a power by two rules; trusted where they agree and the tails beyond them hold nothing."""
    sums = [_sum(*_nodes(name, numbers, step), order, step) for step in (_STEP, SECOND_STEP * _STEP)]
    value, size, beyond = sums[1]
    apart = abs(value - sums[0][0])
    settled = size < inf and max(apart, beyond) <= _SETTLED * size
    quality = Quality.TRUSTED if settled else Quality.NOT_CONVERGED
    return Estimate(value, 2 * apart + beyond + _ROUNDING * size, "double exponential rules", quality)


def _sum(places: Array, shares: Array, order: int, step: float) -> tuple[float, float, float]:
    """The sum, the sum of the sizes of its terms, and what the tails beyond the last terms may hold."""
    with np.errstate(all="ignore"):
        terms = shares * places**order
    # far out quantiles and densities may leave floating point; from there on the tail is left out
    kept = np.isfinite(terms) & (shares > 0.0)
    ends = [abs(float(row[good][-1])) if good.any() else inf for row, good in zip(terms, kept, strict=True)]
    terms = np.where(kept, terms, 0.0)
    return fsum(terms.ravel().tolist()), float(np.abs(terms).sum()), max(ends) / step


@lru_cache(maxsize=128)
def _nodes(name: str, numbers: Numbers, step: float) -> tuple[Array, Array]:
    """Places and their shares of the probability; two rows, the lower and the upper half, going outwards."""
    from scipy.stats import rv_continuous

    frozen = frozen_law(name, numbers)
    last = int(_END / step)
    t = step * np.arange(-last, last + 1, dtype=np.float64)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if type(frozen.dist)._ppf is rv_continuous._ppf:  # no formula
            halves = [_half(frozen.pdf, *ends, t, step) for ends in _halves(frozen)]
            places, shares = (np.array(rows) for rows in zip(*halves, strict=True))
            if abs(np.nansum(shares) - 1.0) < _SETTLED:  # not so where the density is periodic
                return places, shares
        v = 1.0 / (1.0 + np.exp(pi * np.sinh(t)))
        shares = step * pi * np.cosh(t) * v * (1.0 - v) / 2.0
        return np.array([frozen.ppf(v / 2.0), frozen.isf(v / 2.0)]), np.array([shares, shares])


def _halves(frozen: Any) -> list[tuple[float, float, float]]:
    """The middle, the end and a length of each half of the line."""
    low, middle, high = frozen.ppf([0.25, 0.5, 0.75]).tolist()
    return [(middle, end, high - low) for end in frozen.support()]


def _half(
    density: Callable[[Array], Array], middle: float, end: float, length: float, t: Array, step: float
) -> tuple[Array, Array]:
    """Nodes from the middle to an end: x − middle is the length times e^(π sinh t) where the end is far."""
    grown = np.exp(pi * np.sinh(t))
    slope = pi * np.cosh(t) * step
    if isfinite(end):
        part = grown / (1.0 + grown)
        x, stretch = middle + (end - middle) * part, abs(end - middle) * part / (1.0 + grown)
    else:
        x, stretch = middle + np.copysign(length, end) * grown, length * grown
    return x, np.asarray(density(x) * stretch * slope)
