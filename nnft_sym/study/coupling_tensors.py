"""The coupling of f⁴ from the 4-point function: element by element, and as one constant.

To first order and with the exact propagator the connected 4-point function is linear in the coupling,

    G⁽⁴⁾(1234) - Σ₃ K K = c(1234) λ,    c = -24 ∫ K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y) d^dy,

where c comes from the diagram engine, not from this file. Where c vanishes no finite λ exists, and nothing
here divides by it.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnft_sym.inference.by_order import ALLOWANCE
from nnft_sym.inference.elementwise import ZERO
from nnft_sym.study.old_names import under_old_name
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from numerics.inference.fit_result import Fit

Array = NDArray[np.float64]

#: Standard errors under which a *sampled* connected correlator counts as zero where no exact one exists.
NOISE = 4.0


class CouplingStatus(Enum):
    """Whether one element of the coupling tensor exists."""

    FINITE = "finite"
    INFINITE = "infinite: the connected correlator is not zero but the vertex integral is"
    UNDETERMINED = "0/0: the connected correlator and the vertex integral both vanish"


@dataclass(frozen=True)
class CouplingTensor:
    """The coupling of one vertex, element by element and as one constant.

    Attributes
    ----------
    coefficient : Correlator
        What multiplies the coupling in the correlator of as many points as the vertex has legs, with its
        quadrature error.
    status : tuple of CouplingStatus, length M
    sampled : Correlator
        Coupling per element, NaN where it is not finite, with the deviations of the blocks of the sample.
    exact : Correlator or None
        The same from the exact correlator, with error bounds.
    fit : Fit or None
        One constant by generalised least squares on the finite elements of the sampled correlator; its
        weights allow for a tensor that is not quite constant (`nnft_sym.inference.by_order.ALLOWANCE`).
    fit_best : Fit or None
        The same fit to the best (exact, if there is one) correlator, weighted by the sampled covariance.
    misfit_best : float
        Mean |residual| / mean |delta| of `fit_best` on the best correlator, over *all* elements: where
        the vertex vanishes no constant explains anything. The fit is led by what is known precisely, so
        another constant may come closer.
    misfit_least : float
        The smallest such number that any constant reaches.
    closest : float
        The constant that reaches it; it lies within the range of the best tensor.
    """

    coefficient: Correlator
    status: tuple[CouplingStatus, ...]
    sampled: Correlator
    exact: Correlator | None
    fit: "Fit | None"
    fit_best: "Fit | None"
    misfit_best: float
    misfit_least: float
    closest: float = float("nan")

    @property
    def tensor(self) -> Correlator:
        """The exact coupling per element if there is one, else the sampled; NaN where it is not finite."""
        return self.sampled if self.exact is None else self.exact

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which elements exist, shape (M,)."""
        return np.array([item is CouplingStatus.FINITE for item in self.status])

    @cached_property
    def mean(self) -> Estimate:
        """Mean of the sampled tensor over distinct finite elements, with its standard error."""
        return self._mean(self.sampled)

    @cached_property
    def mean_exact(self) -> Estimate | None:
        """The same of the exact tensor, with an error bound; None without a referee."""
        return None if self.exact is None else self._mean(self.exact)

    @property
    def spread(self) -> float:
        """Standard deviation of the sampled tensor over elements."""
        return self._spread(self.sampled)

    @property
    def spread_exact(self) -> float | None:
        """The same of the exact tensor; None without a referee."""
        return None if self.exact is None else self._spread(self.exact)

    def _mean(self, tensor: Correlator) -> Estimate:
        finite = self.finite
        return tensor.numbers()[finite].mean() if finite.any() else Estimate(np.nan, np.nan)

    def _spread(self, tensor: Correlator) -> float:
        finite = self.finite
        return float(tensor.value[finite].std()) if finite.any() else float("nan")

    @property
    def range(self) -> tuple[float, float] | None:
        """Smallest and largest finite element of the best tensor; None if there is none."""
        finite = self.tensor.value[np.isfinite(self.tensor.value)]
        return (float(finite.min()), float(finite.max())) if finite.size else None

    @property
    def outside(self) -> bool:
        """True when the constant fitted to the best tensor lies outside its range, by more than rounding."""
        if self.fit_best is None or self.range is None:
            return False
        low, high = self.range
        margin = 1e-6 * max(abs(low), abs(high))
        return not low - margin <= self.fit_best.parameters[0] <= high + margin

    @property
    def constant(self) -> float:
        """The constant to quote: the fitted one, or the closest where that lies outside the tensor."""
        if self.outside:
            return self.closest
        return float("nan") if self.fit_best is None else float(self.fit_best.parameters[0])

    def count(self, status: CouplingStatus) -> int:
        """Count the elements of one status."""
        return self.status.count(status)

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            return under_old_name(self, name)


def extract_coupling(
    coefficient: Correlator, sampled: Correlator, exact: Correlator | None = None, blocks: Array | None = None
) -> CouplingTensor:
    """Extract the coupling tensor and one fitted constant.

    Parameters
    ----------
    coefficient : Correlator
        c of the module's formula with its quadrature error.
    sampled : Correlator
        Sampled full minus free, with its covariance.
    exact : Correlator, optional
        Exact full minus free, with its error bound.
    blocks : ndarray, shape (n_blocks, M), optional
        The block means of the sampled full correlator; with them the error of a fitted constant holds even
        where no constant fits.

    Returns
    -------
    CouplingTensor
        Fits are None where fewer than one finite element exists.
    """
    status = classify(coefficient, sampled, exact)
    finite = np.array([item is CouplingStatus.FINITE for item in status])
    best = sampled if exact is None else exact
    closest = _closest(coefficient.value, best.value, finite)
    problem = _Problem(coefficient.value, best.value, finite, sampled.uncertainty, exact is not None)
    fit = problem.fit_constant(sampled.value, closest, blocks)
    fit_best = fit if exact is None else problem.fit_constant(best.value, closest)
    return CouplingTensor(
        coefficient=coefficient,
        status=status,
        sampled=_divide(sampled, coefficient.value, finite),
        exact=None if exact is None else _divide(exact, coefficient.value, finite),
        fit=fit,
        fit_best=fit_best,
        misfit_best=problem.misfit(None if fit_best is None else float(fit_best.parameters[0])),
        misfit_least=problem.misfit(closest),
        closest=float("nan") if closest is None else closest,
    )


def classify(
    coefficient: Correlator, sampled: Correlator, exact: Correlator | None
) -> tuple[CouplingStatus, ...]:
    """Say for every element whether a finite coupling exists.

    A vertex integral counts as zero when it is below `ZERO` of the largest or within three quadrature
    errors; then an exact connected correlator below `ZERO` of the largest or within three of its errors (a
    sampled one within `NOISE` standard errors) makes the element 0/0, otherwise the coupling would be
    infinite.
    """
    c = np.abs(coefficient.value)
    no_vertex = c <= np.maximum(ZERO * c.max(initial=0.0), 3 * coefficient.error)
    if exact is None:
        no_correlator = np.abs(sampled.value) <= NOISE * sampled.error
    else:
        size = np.abs(exact.value)
        no_correlator = size <= np.maximum(ZERO * size.max(initial=0.0), 3 * exact.error)
    statuses = []
    for vertex_vanishes, correlator_vanishes in zip(no_vertex, no_correlator, strict=True):
        if not vertex_vanishes:
            statuses.append(CouplingStatus.FINITE)
        elif correlator_vanishes:
            statuses.append(CouplingStatus.UNDETERMINED)
        else:
            statuses.append(CouplingStatus.INFINITE)
    return tuple(statuses)


def _divide(delta: Correlator, coefficient: Array, finite: Array) -> Correlator:
    """Divide where the quotient is finite; elsewhere there is none."""
    divisor = np.where(finite, coefficient, np.nan)
    quotient = Estimate(
        delta.value / divisor, delta.uncertainty.scaled(1.0 / divisor), delta.method, delta.quality
    )
    return Correlator.over(delta.fields, delta.order, Part.DERIVED, quotient)


@dataclass(frozen=True)
class _Problem:
    """A constant for the finite elements: what multiplies it, what it is to meet, how that scatters."""

    coefficient: Array
    best: Array
    finite: Array
    spread: Uncertainty
    referee: bool

    def fit_constant(self, delta: Array, closest: float | None, blocks: Array | None = None) -> "Fit | None":
        """Fit one constant to the finite elements, allowing each to miss it by what is known of the tensor.

        That is a share of what the theory says, not of the data, whose fluctuations would weigh themselves
        down; and of the noise, because the coupling is known no better.
        """
        from numerics.inference.linear import fit

        if closest is None:
            return None
        finite, covariance = self.finite, self.spread.covariance()
        size = np.hypot(self.coefficient * closest, np.sqrt(np.diag(covariance)))
        return fit(
            delta[finite],
            self.coefficient[finite, None],
            covariance[np.ix_(finite, finite)],
            n_blocks=self.spread.n_blocks,
            blocks=None if blocks is None else blocks[:, finite],
            model_error=self._allowance(closest) * size[finite],
        )

    def _allowance(self, closest: float) -> float:
        """Choose the relative discrepancy that the weights of the fit allow for.

        None for a tensor that is known to be constant, which needs none, nor for one that misses every
        constant by more than that, which it does not help.
        """
        if not self.referee:
            return ALLOWANCE
        delta = self.best[self.finite]
        missed = float(np.abs(delta - self.coefficient[self.finite] * closest).sum() / np.abs(delta).sum())
        return ALLOWANCE if ZERO < missed <= ALLOWANCE else 0.0

    def misfit(self, constant: float | None) -> float:
        """Share of the best ΔG that a constant misses, over all elements; what is infinite whole."""
        total = float(np.abs(self.best).sum())
        if constant is None or total == 0.0:
            return float("nan")
        return float(np.abs(self.best - self.coefficient * constant).sum() / total)


def _closest(coefficient: Array, best: Array, finite: Array) -> float | None:
    """Find the constant with the smallest Σ|ΔG - c λ|: the median of ΔG/c, weighted with |c|."""
    if not finite.any():
        return None
    ratio = best[finite] / coefficient[finite]
    order = np.argsort(ratio)
    heap = np.cumsum(np.abs(coefficient[finite])[order])
    return float(ratio[order][np.searchsorted(heap, heap[-1] / 2)])
