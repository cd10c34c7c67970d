"""Profiles of χ² and asymmetric errors, by Minuit: where a model is not linear, errors have two sides.

What to use when. The errors of a `Fit` come from the curvature of χ² at its minimum, and from the
blocks of the sample. Where the model bends within an error, as near a turning point, χ² is no parabola: its
profile, minimised over the other couplings, shows that, and the couplings where it has risen by one are the
two sides of the error. χ² is that of the covariance of the data; an allowance for models that miss, which the
weights of a fit may have, is not in it, so that its minimum may lie elsewhere than the value of such a fit.

iminuit is an extra: ``pip install 'nnft-sym[minuit]'``.

References
----------
F. James and M. Roos, Minuit, Computer Physics Communications 10 (1975) 343, section 7: MINOS.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.errors import InvalidStatistics, NotAvailable, SingularProblem
from numerics.given import as_whole
from numerics.inference.fit_result import Fit
from numerics.results.faces import Content, Shown

if TYPE_CHECKING:
    from iminuit import Minuit

Array = NDArray[np.float64]

#: Rise of χ² at one standard deviation of one coupling.
ONE = 1.0
#: How far a profile goes, in errors of the fit.
SPAN = 3.0


@dataclass(frozen=True, eq=False, repr=False)
class Profile(Shown):
    """χ² against one coupling, at its minimum in the others.

    Attributes
    ----------
    name : str
    values : ndarray, shape (n,)
        Of the coupling, ascending.
    chi2 : ndarray, shape (n,)
    minimum : float
        χ² at its minimum.

    Examples
    --------
    >>> seen = Profile("lambda", np.array([0.0, 1.0, 2.0]), np.array([5.0, 3.0, 4.0]), 3.0)
    >>> float(seen.values[seen.chi2.argmin()])
    1.0
    """

    name: str
    values: Array
    chi2: Array
    minimum: float

    def plain_fields(self) -> Content:
        """Give the profile as plain fields, one row for each value."""

        def rows() -> Iterator[tuple[object, ...]]:
            return zip(self.values.tolist(), (self.chi2 - self.minimum).tolist(), strict=True)

        facts: dict[str, object] = {"least chi2": self.minimum}
        return Content(f"Profile of {self.name}", facts, (self.name, "rise of chi2"), rows, len(self.values))


@dataclass(frozen=True)
class TwoSided:
    """The two sides of the error of a coupling: where χ² has risen by one.

    Attributes
    ----------
    value : float
        At the minimum of χ².
    lower, upper : float
        By how much the coupling may be smaller, and larger; both positive.

    Examples
    --------
    >>> error = TwoSided(value=1.0, lower=0.1, upper=0.3)
    >>> error.upper > error.lower
    True
    """

    value: float
    lower: float
    upper: float


def asymmetric_errors(fit: Fit) -> dict[str, TwoSided]:
    """Find both sides of the error of each coupling.

    Parameters
    ----------
    fit : Fit
        Of data with a covariance.

    Returns
    -------
    dict of str to TwoSided

    Raises
    ------
    NotAvailable
        If iminuit is not installed.
    InvalidStatistics
        If the data are exact, or χ² does not rise by one on both sides.
    SingularProblem
        If the data do not determine all of the couplings.
    """
    minuit, origin, unit = _minimised(fit)
    minuit.minos()
    found = {}
    for place, name in enumerate(fit.names):
        one = minuit.merrors[name]
        if not one.is_valid:
            raise InvalidStatistics(
                f"chi2 does not rise by one on both sides of {name} before the model turns round; look at "
                "its profile, or sample more networks"
            )
        value = origin[place] + unit[place] * minuit.values[name]
        found[name] = TwoSided(float(value), float(-one.lower * unit[place]), float(one.upper * unit[place]))
    return found


def profile(fit: Fit, name: str, *, span: float = SPAN, points: int = 41) -> Profile:
    """Follow the minimum of χ² along one coupling.

    Parameters
    ----------
    fit : Fit
        Of data with a covariance.
    name : str
    span : float, optional
        How far on both sides, in errors of the fit.
    points : int, optional
        How many values.

    Returns
    -------
    Profile

    Raises
    ------
    NotAvailable, InvalidStatistics, SingularProblem
        As of `asymmetric_errors`.
    """
    error = fit[name].error  # refuses a name that was not fitted
    points = as_whole(points, "points", InvalidStatistics, least=2)
    if not (np.isfinite(span) and span > 0):
        raise InvalidStatistics(f"span = {span!r} was given; a positive number of errors is needed")
    minuit, origin, unit = _minimised(fit)
    place = fit.names.index(name)
    least = float(minuit.fval)
    middle, far = minuit.values[name], span * float(error) / unit[place]
    values, chi2, _ = minuit.mnprofile(name, size=points, bound=(middle - far, middle + far))
    return Profile(name, np.asarray(origin[place] + unit[place] * values), np.asarray(chi2), least)


def _minimised(fit: Fit) -> "tuple[Minuit, Array, Array]":
    """Minimise χ² from the fit on, in units of its errors: couplings differ by many decades."""
    basis = fit.basis
    if basis is None:
        raise InvalidStatistics(
            "the data are exact: they have error bounds and no chi2; profiles and asymmetric errors need "
            "sampled correlators"
        )
    if not all(fit.determined):
        unknown = [name for name, known in zip(fit.names, fit.determined, strict=True) if not known]
        raise SingularProblem(
            f"the data do not determine {', '.join(unknown)}, so that chi2 has no minimum there; leave "
            "couplings out, or give more data"
        )
    try:
        from iminuit import Minuit
    except ImportError:
        raise NotAvailable(
            "profiles and asymmetric errors are made by iminuit, which is not installed: pip install iminuit "
            "(or the extra, nnft-sym[minuit])"
        ) from None
    model, origin, unit = fit.model, fit.parameters, fit.errors
    target = basis.whiten(fit.data.value)

    def chi2(moved: Array) -> float:
        return float(np.sum((target - basis.whiten(model.value(origin + unit * moved))) ** 2))

    def slope(moved: Array) -> Array:
        couplings = origin + unit * moved
        residual = target - basis.whiten(model.value(couplings))
        return np.asarray(-2 * unit * (residual @ basis.whiten(model.jacobian(couplings))))

    minuit = Minuit(chi2, np.zeros(len(origin)), grad=slope, name=fit.names)
    minuit.errordef, minuit.strategy = ONE, 2
    minuit.migrad()
    if not minuit.valid:
        raise InvalidStatistics(
            f"Minuit finds no minimum of chi2 near {', '.join(fit.names)} of the fit; the model may turn "
            "round there: look at its roots"
        )
    return minuit, origin, unit
