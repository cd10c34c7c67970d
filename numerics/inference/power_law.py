"""Fit of a power law y = A N^(−p) to numbers with errors, such as connected correlators against the width."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.deprecated import renamed
from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.comparison import two_sided
from numerics.inference.eigenbasis import as_covariance
from numerics.results.estimate import Estimate
from numerics.results.faces import Content, Shown
from numerics.results.uncertainty import Uncertainty

Array = NDArray[np.float64]

METHOD = "power law by generalised least squares"
#: Steps of the Gauss-Newton iteration; a handful suffices.
STEPS = 200
#: Relative change at which it has converged.
TOLERANCE = 1e-12
#: Smallest eigenvalue of the correlation matrix that is more than rounding.
SINGULAR = 1e-13
#: Spread of log N under which the amplitude and the exponent cannot be told apart.
UNDETERMINED = 1e-8


@dataclass(frozen=True, eq=False, repr=False)
class PowerLaw(Shown):
    """Outcome of `fit_power_law`.

    Attributes
    ----------
    parameters : Estimate
        A and p of y = A N^(−p), with their covariance. Their error is traced to the numbers that were fitted,
        so that the correlation with those, and with other laws fitted to the same sample, is kept.
    chi2 : float
    dof : int
        Number of widths minus 2.
    p_value : float
        Two-sided; 1 if dof = 0: nothing was tested.

    Examples
    --------
    >>> fit_power_law([2.0, 4.0, 8.0], [1.0, 0.51, 0.25], [1e-4, 1e-4, 1e-4])
    <Power law A N^(-p): amplitude ...
    """

    parameters: Estimate
    chi2: float
    dof: int
    p_value: float

    @property
    def amplitude(self) -> Estimate:
        """Amplitude A of y = A N^(−p)."""
        return self.parameters[0]

    @property
    def exponent(self) -> Estimate:
        """Power p of y = A N^(−p)."""
        return self.parameters[1]

    def __call__(self, widths: ArrayLike) -> Estimate:
        """Evaluate A N^(−p), with the error that A and p make."""
        at: Estimate = self.amplitude * np.asarray(widths, dtype=np.float64) ** -self.exponent
        return at

    def plain_fields(self) -> Content:
        """Give the law as plain fields, one row for each parameter."""

        def rows() -> Iterator[tuple[object, ...]]:
            columns = (self.parameters.value.tolist(), self.parameters.error.tolist())
            return zip(("amplitude", "exponent"), *columns, strict=True)

        facts = {"chi2": self.chi2, "dof": self.dof, "p_value": self.p_value}
        return Content("Power law A N^(-p)", facts, ("parameter", "value", "error"), rows, 2)

    def __repr__(self) -> str:
        tested = f"chi2 {self.chi2:.3g}, dof {self.dof}, p_value {self.p_value:.2g}"
        return f"<Power law A N^(-p): amplitude {self.amplitude}, exponent {self.exponent}; {tested}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            if name in _OLD_NAMES:
                new, find = _OLD_NAMES[name]
                renamed(f"law.{name}", new)
                return find(self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _correlation(law: PowerLaw) -> float:
    spread = law.parameters.covariance
    return float(spread[0, 1] / np.sqrt(np.diag(spread)).prod())


#: Attributes of one release ago: the new name, and how it is found.
_OLD_NAMES: dict[str, tuple[str, Callable[[PowerLaw], float]]] = {
    "exponent_error": ("law.exponent.error", lambda law: float(law.exponent.error)),
    "amplitude_error": ("law.amplitude.error", lambda law: float(law.amplitude.error)),
    "correlation": ("law.parameters.covariance", _correlation),
}


def fit_power_law(
    widths: ArrayLike, values: ArrayLike | Estimate, covariance: ArrayLike | None = None
) -> PowerLaw:
    """Fit y = A N^(−p) by generalised least squares on y itself.

    Parameters
    ----------
    widths : array_like, shape (n,)
        Positive, at least two different ones.
    values : Estimate or array_like, shape (n,)
        Any sign: points below zero by noise belong to the fit, whereas their logarithm does not exist, and
        leaving them out would bias p.
    covariance : array_like, shape (n, n) or (n,), optional
        Covariance of the values, or their variances where they are independent. Default: that of `values`. An
        Estimate given beside it is weighted by it, and its own error is carried along.

    Returns
    -------
    PowerLaw

    Raises
    ------
    InvalidStatistics
        If shapes do not match, the covariance is not symmetric and positive definite, the widths are all but
        equal, or the values say nothing about a power law (all compatible with zero).

    Examples
    --------
    >>> law = fit_power_law([2.0, 4.0, 8.0], [1.0, 0.5, 0.25], [1e-4, 1e-4, 1e-4])
    >>> round(law.exponent, 9), round(law.amplitude, 9), law.dof
    (1.0, 2.0, 1)
    """
    n, y, spread = _checked(widths, values, covariance)
    whiten = np.linalg.inv(np.linalg.cholesky(spread))
    middle = np.exp(np.mean(np.log(n)))  # A and p decouple about the mean of log N
    x = np.log(n / middle)
    if np.ptp(x) < UNDETERMINED:
        raise InvalidStatistics(
            f"widths between {n.min():.17g} and {n.max():.17g} were given; they are so close that amplitude "
            "and exponent cannot be told apart: add other widths"
        )
    theta = _start(x, y, np.diag(spread))
    for _ in range(STEPS):
        shape = np.exp(-theta[1] * x)
        design = whiten @ np.column_stack([shape, -theta[0] * x * shape])
        step = np.linalg.lstsq(design, whiten @ (y - theta[0] * shape), rcond=None)[0]
        step[1] = np.clip(step[1], -1.0, 1.0)  # the model is not linear in p
        theta = theta + step
        # p is a pure number, which may be zero
        if np.all(np.abs(step) <= TOLERANCE * np.array([abs(theta[0]), 1.0 + abs(theta[1])])):
            break
    else:
        raise InvalidStatistics(
            "the fit of a power law did not converge: the values are compatible with zero at most widths; "
            "sample more networks or smaller widths"
        )
    chi2 = float(np.sum((whiten @ (y - theta[0] * shape)) ** 2))
    # back to A at N = 1
    amplitude = theta[0] * middle ** theta[1]
    jacobian = np.array([[middle ** theta[1], amplitude * np.log(middle)], [0.0, 1.0]])
    # by how much the parameters move with each value
    gain = jacobian @ np.linalg.inv(design.T @ design) @ design.T @ whiten
    measured = (
        values if isinstance(values, Estimate) else Estimate(y, Uncertainty.known(spread, _named(n, y)))
    )
    return PowerLaw(
        parameters=Estimate(
            [amplitude, theta[1]],
            measured.uncertainty.linear(lambda rows: rows @ gain.T, lambda rows: rows @ np.abs(gain).T),
            METHOD,
            measured.quality,
            measured.provenance,
        ),
        chi2=chi2,
        dof=len(y) - 2,
        p_value=two_sided(chi2, len(y) - 2, None),
    )


def _named(widths: Array, values: Array) -> str:
    """Name the source of errors that came as a covariance: other values scatter on their own."""
    numbers = np.concatenate([widths, values])
    return f"values of a power law, {hashlib.sha256(numbers.tobytes()).hexdigest()[:16]}"


def _start(x: Array, y: Array, variances: Array) -> Array:
    """A weighted straight line through log|y| over the values that are not noise."""
    clear = np.abs(y) > np.sqrt(variances)
    sign = np.sign(np.sum(y / variances)) or 1.0
    clear &= np.sign(y) == sign
    if np.unique(x[clear]).size < 2:
        raise InvalidStatistics(
            f"a power law needs values at two widths or more that differ from zero, got {clear.sum()}; "
            "sample more networks or smaller widths"
        )
    slope, height = np.polyfit(
        x[clear], np.log(np.abs(y[clear])), 1, w=np.abs(y[clear]) / np.sqrt(variances[clear])
    )
    return np.array([sign * np.exp(height), -slope])


def _checked(
    widths: ArrayLike, values: ArrayLike | Estimate, covariance: ArrayLike | None
) -> tuple[Array, Array, Array]:
    if isinstance(values, Estimate):
        covariance = values.covariance if covariance is None else covariance
        values = values.value
    n, y, spread = (
        as_real_array(one, name, InvalidStatistics, "real numbers are needed")
        for one, name in ((widths, "widths"), (values, "values"), (covariance, "covariances"))
    )
    given = spread.shape
    if spread.ndim == 1:
        spread = np.diag(spread)
    fine = n.ndim == 1 and n.shape == y.shape and spread.shape == (len(n), len(n)) and np.unique(n).size > 1
    if not fine or not all(np.all(np.isfinite(one)) for one in (n, y, spread)) or np.any(n <= 0):
        raise InvalidStatistics(
            f"widths {n.shape}, values {y.shape} and covariance {given} were given; finite "
            "numbers at two different positive widths or more are needed, with their variances"
        )
    spread = as_covariance(spread)
    scale = np.sqrt(np.diag(spread))
    if np.any(scale == 0) or np.linalg.eigvalsh(spread / np.outer(scale, scale))[0] <= SINGULAR:
        raise InvalidStatistics("the covariance of the values is not positive definite; give their errors")
    return n, y, spread
