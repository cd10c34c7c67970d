"""The coupling of f⁴ from the 4-point function: element by element, and as one constant.

To first order and with the exact propagator the connected 4-point function is linear in the coupling,

    G⁽⁴⁾(1234) - Σ₃ K K = c(1234) λ,    c = -24 ∫ K_W(1,y) K_W(2,y) K_W(3,y) K_W(4,y) d^dy,

where c comes from the diagram engine, not from this file. Where c vanishes no finite λ exists, and nothing
here divides by it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.study.results import Array, CouplingResult, CouplingStatus

if TYPE_CHECKING:
    from numerics.fits.fitting import Fit

#: Relative size under which a vertex integral, or an exactly known correlator, counts as zero.
ZERO = 1e-10
#: Share of itself by which the weights of a fitted constant allow every element to miss it. A tensor that
#: misses a constant by 2 % (`Judgement.misfit`) is still called constant; for two elements that
#: differ by δ such a fit moves by at most δ/(√2 · this share) of its standard error, a seventh.
ALLOWANCE = 0.1
#: Standard errors under which a *sampled* connected correlator counts as zero where no exact one exists.
NOISE = 4.0


@dataclass(frozen=True)
class FourPointData:
    """What the extraction needs, over the M distinct index sets.

    Attributes
    ----------
    coefficient, coefficient_error : ndarray, shape (M,)
        c of the module's formula and its quadrature error.
    sampled_delta, sampled_error : ndarray, shape (M,)
        Sampled full minus free, and its standard error.
    exact_delta : ndarray, shape (M,), or None
        Exact full minus free: the connected function.
    covariance : ndarray, shape (M, M)
        Of the sampled mean.
    n_blocks : int
        Blocks behind the covariance.
    blocks : ndarray, shape (n_blocks, M), or None
        The block means of the sampled full correlator; with them the error of a fitted constant holds even
        where no constant fits.
    exact_error : ndarray, shape (M,), or None
        Error of `exact_delta`.
    """

    coefficient: Array
    coefficient_error: Array
    sampled_delta: Array
    sampled_error: Array
    exact_delta: Array | None
    covariance: Array
    n_blocks: int
    blocks: Array | None = None
    exact_error: Array | None = None


def extract_coupling(data: FourPointData) -> CouplingResult:
    """Extract the coupling tensor, its mean and one fitted constant.

    Parameters
    ----------
    data : FourPointData

    Returns
    -------
    CouplingResult
        Fits are None where fewer than one finite element exists.
    """
    status = classify(data)
    finite = np.array([item is CouplingStatus.FINITE for item in status])
    closest = _closest(data, finite)
    best_delta = data.sampled_delta if data.exact_delta is None else data.exact_delta
    sampled, sampled_error = (_divide(part, data.coefficient, finite) for part in _value_and_error(data))
    exact = None if data.exact_delta is None else _divide(data.exact_delta, data.coefficient, finite)
    fit = _fit_constant(data, data.sampled_delta, finite, closest, data.blocks)
    fit_best = fit if data.exact_delta is None else _fit_constant(data, best_delta, finite, closest)
    mean, mean_error = _mean(data, sampled, finite)
    return CouplingResult(
        coefficient=data.coefficient,
        coefficient_error=data.coefficient_error,
        status=status,
        sampled=sampled,
        sampled_error=np.abs(sampled_error),
        exact=exact,
        mean=mean,
        mean_error=mean_error,
        mean_exact=None if exact is None else _mean_of(exact, finite),
        spread_sampled=_spread(sampled, finite),
        spread_exact=None if exact is None else _spread(exact, finite),
        fit=fit,
        fit_best=fit_best,
        misfit_best=_misfit(data, best_delta, None if fit_best is None else fit_best.parameters[0]),
        misfit_least=_misfit(data, best_delta, closest),
        closest=float("nan") if closest is None else closest,
    )


def classify(data: FourPointData) -> tuple[CouplingStatus, ...]:
    """Say for every element whether a finite coupling exists.

    A vertex integral counts as zero when it is below `ZERO` of the largest or within three quadrature
    errors; then an exact connected correlator below `ZERO` of the largest or within three of its errors (a
    sampled one within `NOISE` standard errors) makes the element 0/0, otherwise the coupling would be
    infinite.
    """
    c = np.abs(data.coefficient)
    no_vertex = c <= np.maximum(ZERO * c.max(initial=0.0), 3 * data.coefficient_error)
    if data.exact_delta is None:
        no_correlator = np.abs(data.sampled_delta) <= NOISE * data.sampled_error
    else:
        size = np.abs(data.exact_delta)
        error = np.zeros_like(size) if data.exact_error is None else data.exact_error
        no_correlator = size <= np.maximum(ZERO * size.max(initial=0.0), 3 * error)
    statuses = []
    for vertex_vanishes, correlator_vanishes in zip(no_vertex, no_correlator, strict=True):
        if not vertex_vanishes:
            statuses.append(CouplingStatus.FINITE)
        elif correlator_vanishes:
            statuses.append(CouplingStatus.UNDETERMINED)
        else:
            statuses.append(CouplingStatus.INFINITE)
    return tuple(statuses)


def _value_and_error(data: FourPointData) -> tuple[Array, Array]:
    return data.sampled_delta, data.sampled_error


def _divide(numerator: Array, coefficient: Array, finite: Array) -> Array:
    result = np.full(numerator.shape, np.nan)
    result[finite] = numerator[finite] / coefficient[finite]
    return result


def _mean_of(values: Array, finite: Array) -> float:
    return float(values[finite].mean()) if finite.any() else float("nan")


def _spread(values: Array, finite: Array) -> float:
    return float(values[finite].std()) if finite.any() else float("nan")


def _mean(data: FourPointData, sampled: Array, finite: Array) -> tuple[float, float]:
    """Average over finite elements; linear in the data, so the covariance gives its error exactly."""
    if not finite.any():
        return float("nan"), float("nan")
    weights = np.zeros(len(finite))
    weights[finite] = 1.0 / (data.coefficient[finite] * finite.sum())
    return _mean_of(sampled, finite), float(np.sqrt(max(float(weights @ data.covariance @ weights), 0.0)))


def _fit_constant(
    data: FourPointData, delta: Array, finite: Array, closest: float | None, blocks: Array | None = None
) -> "Fit | None":
    """Fit one constant to the finite elements, allowing each to miss it by what is known of the tensor.

    That is a share of what the theory says, not of the data, whose fluctuations would weigh themselves down;
    and of the noise, because λ is known no better.
    """
    from numerics.fits.fitting import fit

    if closest is None:
        return None
    size = np.hypot(data.coefficient * closest, np.sqrt(np.diag(data.covariance)))
    return fit(
        delta[finite],
        data.coefficient[finite, None],
        data.covariance[np.ix_(finite, finite)],
        n_blocks=data.n_blocks,
        blocks=None if blocks is None else blocks[:, finite],
        model_error=_allowance(data, finite, closest) * size[finite],
    )


def _allowance(data: FourPointData, finite: Array, closest: float) -> float:
    """Choose the relative discrepancy that the weights of the fit allow for.

    None for a tensor that is known to be constant, which needs none, nor for one that misses every constant
    by more than that, which it does not help.
    """
    if data.exact_delta is None:
        return ALLOWANCE
    delta = data.exact_delta[finite]
    missed = float(np.abs(delta - data.coefficient[finite] * closest).sum() / np.abs(delta).sum())
    return ALLOWANCE if ZERO < missed <= ALLOWANCE else 0.0


def _closest(data: FourPointData, finite: Array) -> float | None:
    """Find the constant with the smallest Σ|ΔG4 - c λ|: the median of ΔG4/c, weighted with |c|."""
    if not finite.any():
        return None
    delta = data.sampled_delta if data.exact_delta is None else data.exact_delta
    ratio = delta[finite] / data.coefficient[finite]
    order = np.argsort(ratio)
    heap = np.cumsum(np.abs(data.coefficient[finite])[order])
    return float(ratio[order][np.searchsorted(heap, heap[-1] / 2)])


def _misfit(data: FourPointData, delta: Array, constant: float | None) -> float:
    """Share of ΔG4 that a constant misses, over all elements: an infinite λ is missed whole."""
    total = float(np.abs(delta).sum())
    if constant is None or total == 0.0:
        return float("nan")
    return float(np.abs(delta - data.coefficient * constant).sum() / total)
