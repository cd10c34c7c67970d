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
        Exact full minus free.
    covariance : ndarray, shape (M, M)
        Of the sampled mean.
    n_blocks : int
        Blocks behind the covariance.
    blocks : ndarray, shape (n_blocks, M), or None
        The block means of the sampled full correlator; with them the error of a fitted constant holds even
        where no constant fits.
    """

    coefficient: Array
    coefficient_error: Array
    sampled_delta: Array
    sampled_error: Array
    exact_delta: Array | None
    covariance: Array
    n_blocks: int
    blocks: Array | None = None


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
    best_delta = data.sampled_delta if data.exact_delta is None else data.exact_delta
    sampled, sampled_error = (_divide(part, data.coefficient, finite) for part in _value_and_error(data))
    exact = None if data.exact_delta is None else _divide(data.exact_delta, data.coefficient, finite)
    fit = _fit_constant(data, data.sampled_delta, finite, data.blocks)
    fit_best = fit if data.exact_delta is None else _fit_constant(data, best_delta, finite)
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
        mean_exact=None if exact is None else _nanmean(exact),
        spread_sampled=_spread(sampled),
        spread_exact=None if exact is None else _spread(exact),
        fit=fit,
        fit_best=fit_best,
        misfit_best=_misfit(data, best_delta, None if fit_best is None else fit_best.parameters[0], finite),
        misfit_least=_misfit(data, best_delta, _least_misfit(data, best_delta, finite), finite),
    )


def classify(data: FourPointData) -> tuple[CouplingStatus, ...]:
    """Say for every element whether a finite coupling exists.

    A vertex integral counts as zero when it is below `ZERO` of the largest or within three quadrature
    errors; then an exact connected correlator below `ZERO` of the largest (a sampled one within `NOISE`
    standard errors) makes the element 0/0, otherwise the coupling would be infinite.
    """
    c = np.abs(data.coefficient)
    no_vertex = c <= np.maximum(ZERO * c.max(initial=0.0), 3 * data.coefficient_error)
    if data.exact_delta is None:
        no_correlator = np.abs(data.sampled_delta) <= NOISE * data.sampled_error
    else:
        size = np.abs(data.exact_delta)
        no_correlator = size <= ZERO * size.max(initial=0.0)
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


def _nanmean(values: Array) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else float("nan")


def _spread(values: Array) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.std()) if kept.size else float("nan")


def _mean(data: FourPointData, sampled: Array, finite: Array) -> tuple[float, float]:
    """Average over finite elements; linear in the data, so the covariance gives its error exactly."""
    if not finite.any():
        return float("nan"), float("nan")
    weights = np.zeros(len(finite))
    weights[finite] = 1.0 / (data.coefficient[finite] * finite.sum())
    return _nanmean(sampled), float(np.sqrt(max(float(weights @ data.covariance @ weights), 0.0)))


def _fit_constant(
    data: FourPointData, delta: Array, finite: Array, blocks: Array | None = None
) -> "Fit | None":
    from numerics.fits.fitting import fit

    if not finite.any():
        return None
    return fit(
        delta[finite],
        data.coefficient[finite, None],
        data.covariance[np.ix_(finite, finite)],
        n_blocks=data.n_blocks,
        blocks=None if blocks is None else blocks[:, finite],
    )


def _least_misfit(data: FourPointData, delta: Array, finite: Array) -> float | None:
    """Find the constant with the smallest Σ|ΔG4 - c λ|: the median of ΔG4/c, weighted with |c|."""
    if not finite.any():
        return None
    ratio = delta[finite] / data.coefficient[finite]
    order = np.argsort(ratio)
    heap = np.cumsum(np.abs(data.coefficient[finite])[order])
    return float(ratio[order][np.searchsorted(heap, heap[-1] / 2)])


def _misfit(data: FourPointData, delta: Array, constant: float | None, finite: Array) -> float:
    if constant is None:
        return float("nan")
    residual = delta[finite] - data.coefficient[finite] * constant
    return float(np.abs(residual).sum() / np.abs(delta[finite]).sum())
