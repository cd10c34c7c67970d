"""Generalised least squares for linear parameters, with singular covariances.

A coupling enters the correlators linearly, data = design · parameters, and the data are strongly correlated.
The fit works in the retained eigenbasis of the correlation matrix (`numerics.inference.eigenbasis`), so it
never inverts a singular matrix, and says how far the fitted model violates the relations that were left out.

A model that is only nearly right must not be weighted as if it were exactly right. Where the data share
most of their noise, some combinations of them are known a thousand times better than the data themselves.
A model wrong by a part in a thousand fails those combinations, and the weights give in to them: the
parameters move by many times the size of what is wrong, out of the range of anything that the data
allow [1]_. With `model_error` = m the weights are those of the covariance S + diag(m²), whose
combinations are no better known than the model is good. The errors are what the noise S makes of the
parameters with these weights. The χ² is still the smallest that any parameters reach with S alone,
because it asks whether the model is exactly right.

References
----------
.. [1] G. D'Agostini, "On the use of the covariance matrix to fit correlated data", Nucl. Instrum. Meth. A
   346 (1994) 306; M. C. Kennedy and A. O'Hagan, "Bayesian calibration of computer models", J. R. Stat.
   Soc. B 63 (2001) 425, for a discrepancy of the model beside the noise of the data.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.comparison import two_sided
from numerics.inference.directions import directions
from numerics.inference.eigenbasis import Array, check_blocks, eigenbasis
from numerics.inference.fit_result import Fit
from numerics.inference.nonlinear import as_model_error, weighted
from numerics.inference.polynomial import Polynomial
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Source, Uncertainty

RAO = "with Rao's factor for the estimated covariance"


def fit(
    data: Array,
    design: Array,
    covariance: Array,
    n_blocks: int | None,
    threshold: float = 1e-6,
    blocks: Array | None = None,
    model_error: Array | None = None,
) -> Fit:
    """Fit linear parameters by generalised least squares.

    Parameters
    ----------
    data : ndarray, shape (M,)
    design : ndarray, shape (M, P)
        Model = design · parameters.
    covariance : ndarray, shape (M, M)
        Covariance of the data (of the *mean* when they are means); may be singular.
    n_blocks : int or None
        Blocks it was estimated from; None = known exactly.
    threshold : float, optional
        Directions whose correlation eigenvalue is at most this times the largest are left out.
    blocks : ndarray, shape (n_blocks, M), optional
        The block means behind data and covariance. With them the errors hold for a wrong model too.
    model_error : ndarray, shape (M,), optional
        By how much the model may miss the true value of each element, independently, as a standard deviation.
        The weights of the parameters allow for it; χ², p-value and errors do not: see the module.

    Returns
    -------
    Fit

    Raises
    ------
    InvalidStatistics
        Shapes do not match, NaN, or no more blocks than retained directions.
    SingularProblem
        The retained data cannot tell the parameters that are named apart, or only by rounding.

    Notes
    -----
    With W the whitening map on k retained directions the parameters solve min |W data - W design p|².
    For a covariance estimated with ν = B - 1 degrees of freedom the minimum follows Hotelling's
    T²(k - P, ν), and the covariance of the parameters is (XᵀS⁻¹X)⁻¹ times
    ν (ν - 1) / ((ν - q) (ν - 1 - q)), q = k - P [1]_.

    References
    ----------
    .. [1] C. R. Rao, "Least squares theory using an estimated dispersion matrix and its application to
       measurement of signals", Proc. 5th Berkeley Symp. 1 (1967) 355.

    Examples
    --------
    The weighted mean of two independent numbers:

    >>> result = fit(np.array([1.0, 4.0]), np.ones((2, 1)), np.diag([1.0, 2.0]), n_blocks=None)
    >>> [round(float(x), 12) for x in (result.parameters[0], result.covariance[0, 0], result.chi2)]
    [2.0, 0.666666666667, 3.0]

    Two numbers with the same relative noise, and a constant that is wrong by one per cent:

    >>> noise = np.outer([1.0, 0.8], [1.0, 0.8]) * 0.1 + np.eye(2) * 1e-6
    >>> data, ones = np.array([1.005, 0.995]), np.ones((2, 1))
    >>> allowed = (None, np.full(2, 0.02))
    >>> [round(float(fit(data, ones, noise, None, model_error=one).parameters[0]), 3) for one in allowed]
    [0.955, 0.963]
    """
    data, design, covariance = _checked(data, design, covariance)
    n_blocks, threshold = check_blocks(n_blocks, threshold)
    basis = eigenbasis(covariance, n_blocks, threshold)
    directions(basis.whiten(design))  # refuses columns that the data cannot tell apart
    wide = None
    if model_error is not None:
        allowed = as_model_error(model_error, len(data))
        wide = eigenbasis(np.asarray(covariance) + np.diag(allowed**2), n_blocks, threshold)
    if blocks is None:
        found = weighted(Estimate(data, _known(covariance)), _linear(design), basis, wide, every=True)
        return _without_blocks(found, n_blocks)
    scatter = _of_blocks(blocks, n_blocks, len(data))
    return weighted(Estimate(data, scatter), _linear(design), basis, wide, every=True)


def _linear(design: Array) -> Polynomial:
    """The model with one coupling for each column, named by its number."""
    names = tuple(map(str, range(1, design.shape[1] + 1)))
    return Polynomial(names, np.eye(len(names), dtype=np.int64), Estimate(design.T))


def _known(covariance: Array) -> Uncertainty:
    """Take a covariance as it is; numbers of different sizes keep their digits."""
    scale = np.sqrt(np.diag(covariance))
    unit = np.where(scale > 0, scale, 1.0)
    return Uncertainty.known(covariance / np.outer(unit, unit)).scaled(unit)


def _without_blocks(found: Fit, n_blocks: int | None) -> Fit:
    """Count with the noise of a covariance that was estimated from blocks, which nobody gave."""
    if n_blocks is None:
        return found
    wider = np.sqrt(_inflation(found.dof, n_blocks))
    combinations = tuple(
        replace(one, estimate=None if one.estimate is None else _widened(one.estimate, wider))
        for one in found.combinations
    )
    return replace(
        found,
        estimate=_widened(found.estimate, wider),
        combinations=combinations,
        p_value=two_sided(found.chi2 or 0.0, found.dof, n_blocks - 1),
        n_blocks=n_blocks,
    )


def _widened(one: Estimate, factor: float) -> Estimate:
    uncertainty = one.uncertainty.scaled(np.asarray(factor))
    return Estimate(one.value, uncertainty, f"{one.method}, {RAO}", one.quality, one.provenance)


def _of_blocks(blocks: Array, n_blocks: int | None, size: int) -> Uncertainty:
    """Take the scatter of block means; they are named after their numbers, to be known again."""
    blocks = as_real_array(blocks, "block means", InvalidStatistics, "real numbers are needed")
    if blocks.shape != (n_blocks, size) or not np.all(np.isfinite(blocks)):
        raise InvalidStatistics(
            f"block means of shape {blocks.shape} were given; finite numbers of shape ({n_blocks}, {size}), "
            "one row for each block behind the covariance, are needed"
        )
    mark = hashlib.sha256(np.ascontiguousarray(blocks).tobytes()).hexdigest()[:16]
    moves = (blocks - blocks.mean(axis=0)) / np.sqrt(len(blocks) * (len(blocks) - 1))
    return Uncertainty.of_blocks(Source(f"blocks that were given ({mark})", 0, n_blocks), np.asarray(moves))


def _inflation(dof: int, n_blocks: int | None) -> float:
    """Rao's factor for a covariance estimated from blocks."""
    if n_blocks is None:
        return 1.0
    freedom = n_blocks - 1
    if freedom - 1 - dof < 1:
        raise InvalidStatistics(
            f"a fit with {dof} degrees of freedom needs a covariance from more than {dof + 2} blocks, got "
            f"{n_blocks}; take more blocks, or a larger eigenvalue threshold"
        )
    return freedom * (freedom - 1) / ((freedom - dof) * (freedom - 1 - dof))


def _checked(data: Array, design: Array, covariance: Array) -> tuple[Array, Array, Array]:
    data = as_real_array(data, "data", InvalidStatistics, "real numbers are needed")
    design = as_real_array(design, "elements of the design", InvalidStatistics, "real numbers are needed")
    spread = as_real_array(covariance, "covariances", InvalidStatistics, "real numbers are needed")
    n = data.shape[0] if data.ndim == 1 else -1
    if design.ndim != 2 or design.shape[0] != n or spread.shape != (n, n) or design.shape[1] == 0:
        raise InvalidStatistics(
            f"shapes do not match: data {data.shape}, design {design.shape}, covariance "
            f"{spread.shape}; (M,), (M, P) and (M, M) are needed"
        )
    if not (np.all(np.isfinite(data)) and np.all(np.isfinite(design))):
        raise InvalidStatistics("data or design contain NaN or infinity; leave those elements out")
    return data, design, spread
