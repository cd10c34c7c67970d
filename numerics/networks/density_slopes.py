"""Slopes of the logarithm of the density of a law, and where the density jumps.

They say how a law answers when its variable is moved: E[d/dg F(g)] = −E[(log p)'(g) F(g)] − Σ (jumps of p) F,
by parts. A law whose density falls to zero at its edges has no jumps; the uniform law has nothing else.
A law of one's own registers at `log_density_slope`, and at `density_jumps` where its density jumps.
"""

from functools import singledispatch
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.errors import NotAvailable
from numerics.networks.laws import Cauchy, Gaussian, Laplace, ParameterLaw, StudentT, Uniform
from numerics.networks.own_law import SciPyLaw
from numerics.networks.scipy_moments import frozen_law

Array = NDArray[np.float64]

#: Steps of the slope of a density of SciPy, in units of its interquartile range: where the error of the
#: fourth order and rounding are both 1e-10; and part of the distance to an end.
_STEP, _NEAR_ENDS = 2e-3, 100.0
#: How near to an edge a density is looked at, in the same unit; and the density there that is none.
_EDGE, _FALLEN = 1e-9, 1e-6
#: What the slopes of densities of SciPy are good to, near their ends too.
_OF_DIFFERENCES = 1e-7


@singledispatch
def log_density_slope(law: ParameterLaw, g: Array) -> Array:
    """Evaluate d log p/dg, inside the range of the law.

    Parameters
    ----------
    law : ParameterLaw
        Its mean and scale count.
    g : ndarray
        In units of σ, as `ParameterLaw.quantile` gives them.

    Returns
    -------
    ndarray, same shape

    Raises
    ------
    NotAvailable
        If the law has no density, or none that is known.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> log_density_slope(as_law("gaussian:mean=1,scale=2"), np.array([3.0])).tolist()
    [-0.5]
    >>> log_density_slope(as_law("rademacher"), np.array([1.0]))
    Traceback (most recent call last):
    numerics.errors.NotAvailable: the law rademacher has no density that is known, so that it cannot be ...
    """
    raise NotAvailable(
        f"the law {law} has no density that is known, so that it cannot be said how it changes when its "
        "variable moves; take gaussian, laplace, student-t, cauchy, uniform or a law of SciPy"
    )


@log_density_slope.register
def _(law: Gaussian, g: Array) -> Array:
    return np.asarray(-_standard(law, g) / law.scale)


@log_density_slope.register
def _(law: Laplace, g: Array) -> Array:
    return np.asarray(-sqrt(2.0) * np.sign(_standard(law, g)) / law.scale)


@log_density_slope.register
def _(law: Cauchy, g: Array) -> Array:
    x = _standard(law, g)
    return np.asarray(-2.0 * x / (1.0 + x * x) / law.scale)


@log_density_slope.register
def _(law: StudentT, g: Array) -> Array:
    # the standard variable is Student's t times this
    shrink = sqrt((law.df - 2.0) / law.df) if law.df > 2.0 else 1.0
    t = _standard(law, g) / shrink
    return np.asarray(-(law.df + 1.0) * t / (law.df + t * t) / (shrink * law.scale))


@log_density_slope.register
def _(law: Uniform, g: Array) -> Array:
    return np.zeros(np.shape(g))


@log_density_slope.register
def _(law: SciPyLaw, g: Array) -> Array:
    """By differences of its logarithm, of the fourth order."""
    frozen = frozen_law(law.distribution, law.numbers)
    low, high = frozen.support()
    # near an end the logarithm changes over the distance to it
    room = np.minimum(np.where(isfinite(low), g - low, np.inf), np.where(isfinite(high), high - g, np.inf))
    h = np.minimum(_STEP * _width(law), np.maximum(room, 0.0) / _NEAR_ENDS)
    safe = np.where(h > 0.0, h, 1.0)
    with np.errstate(all="ignore"):
        near = frozen.logpdf(g + safe) - frozen.logpdf(g - safe)
        far = frozen.logpdf(g + 2 * safe) - frozen.logpdf(g - 2 * safe)
        found = (8.0 * near - far) / (12.0 * safe)
    return np.asarray(np.where((h > 0.0) & np.isfinite(found), found, 0.0))


def slope_accuracy(law: ParameterLaw) -> float:
    """Relative error of slopes and jumps, beside rounding: zero for formulas.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> slope_accuracy(as_law("laplace")), slope_accuracy(as_law("scipy.logistic"))
    (0.0, 1e-07)
    """
    return _OF_DIFFERENCES if isinstance(law, SciPyLaw) else 0.0


@singledispatch
def density_jumps(law: ParameterLaw) -> tuple[tuple[float, float], ...]:
    """Say where the density jumps, and by how much: (place, density above − density below).

    Parameters
    ----------
    law : ParameterLaw

    Returns
    -------
    tuple of (float, float)
        Empty where the density falls to zero at both ends.

    Raises
    ------
    NotAvailable
        If the density is infinite at an end.

    Examples
    --------
    >>> from numerics.networks.parameter_laws import as_law
    >>> [(round(at, 4), round(by, 4)) for at, by in density_jumps(as_law("uniform:scale=2"))]
    [(-3.4641, 0.1443), (3.4641, -0.1443)]
    >>> density_jumps(as_law("laplace"))
    ()
    """
    return ()


@density_jumps.register
def _(law: Uniform) -> tuple[tuple[float, float], ...]:
    half = sqrt(3.0) * law.scale
    return (law.mean - half, 0.5 / half), (law.mean + half, -0.5 / half)


@density_jumps.register
def _(law: SciPyLaw) -> tuple[tuple[float, float], ...]:
    frozen = frozen_law(law.distribution, law.numbers)
    unit = _width(law)
    found = []
    for edge, sign in zip(frozen.support(), (1.0, -1.0), strict=True):
        if not isfinite(edge):
            continue
        near, nearer = (float(frozen.pdf(edge + sign * share * _EDGE * unit)) for share in (4.0, 1.0))
        if max(near, nearer) * unit <= _FALLEN:
            continue
        # what is finite hardly changes there; what is not grows, or what falls to zero slowly still falls
        if not isfinite(nearer) or abs(nearer - near) > 1e-3 * near:
            raise NotAvailable(
                f"the density of {law} is infinite at {float(edge):g}, or falls to zero too slowly, and "
                "moving its variable is not defined; take a law with a smooth density"
            )
        found.append((float(edge), sign * (nearer + (nearer - near) / 3.0)))
    return tuple(found)


def slope_rule(
    law: ParameterLaw, reach: float, order: int, level: int, *, second: bool
) -> tuple[Array, Array]:
    """Nodes and signed weights of ∫p'(g)F(g)dg, the jumps included; see `ParameterLaw.rule`.

    Returns
    -------
    nodes, weights : ndarray, shape (Q,)

    Examples
    --------
    By parts ∫p'(g) g³ dg = −3 E[g²], also where nothing but the ends counts:

    >>> from numerics.networks.parameter_laws import as_law
    >>> for text in ("gaussian", "uniform", "laplace"):
    ...     nodes, weights = slope_rule(as_law(text), 1.0, 2, 4, second=True)
    ...     print(round(float(weights @ nodes**3), 9))
    -3.0
    -3.0
    -3.0
    """
    nodes, weights = law.rule(reach, order, level, second=second)
    inside = weights * log_density_slope(law, nodes)
    jumps = np.array(density_jumps(law)).reshape(-1, 2)
    return np.concatenate([nodes, jumps[:, 0]]), np.concatenate([inside, jumps[:, 1]])


def _standard(law: ParameterLaw, g: Array) -> Array:
    return np.asarray((g - law.mean) / law.scale)


def _width(law: ParameterLaw) -> float:
    """Interquartile range, the unit of lengths of a law."""
    low, high = law.quantile(np.array([0.25, 0.75]))
    return float(high - low)
