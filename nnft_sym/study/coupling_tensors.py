"""The coupling of f⁴ from the 4-point function: element by element, and as one constant.

To first order and with the exact propagator the connected 4-point function is linear in the coupling,

    G⁽⁴⁾(1234) - Σ₃ K K = c(1234) λ,    c = -24 ∫ K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y) d^dy,

where c comes from the diagram engine, not from this file. Where c vanishes no finite λ exists, and nothing
here divides by it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.study.results import Array, CouplingStatus, CouplingTensor
from numerics.results.correlator import Correlator, Part
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from numerics.inference.linear import Fit

#: Relative size under which a vertex integral, or an exactly known correlator, counts as zero.
ZERO = 1e-10
#: Share of itself by which the weights of a fitted constant allow every element to miss it. A tensor that
#: misses a constant by 2 % (`Judgement.misfit`) is still called constant; for two elements that
#: differ by δ such a fit moves by at most δ/(√2 · this share) of its standard error, a seventh.
ALLOWANCE = 0.1
#: Standard errors under which a *sampled* connected correlator counts as zero where no exact one exists.
NOISE = 4.0


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
