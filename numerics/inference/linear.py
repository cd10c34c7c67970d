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

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.comparison import two_sided, upper_tail
from numerics.inference.directions import directions
from numerics.inference.eigenbasis import Array, Eigenbasis, check_blocks, eigenbasis
from numerics.results.faces import Content, Shown

METHOD = "generalised least squares in the correlation eigenbasis"
RAO = "Gauss-Markov, with Rao's factor for the estimated covariance"
JACKKNIFE = "infinitesimal jackknife over the blocks, weights included"
MODEL_ERROR = "allowed for in the weights of the parameters, not in χ²"


@dataclass(frozen=True, repr=False)
class Fit(Shown):
    """Outcome of `fit`.

    Attributes
    ----------
    parameters : ndarray, shape (P,)
    covariance : ndarray, shape (P, P)
        Of the parameters; contains the loss of precision from an estimated data covariance (with the blocks
        given, also where the model is wrong).
    chi2 : float
        Weighted square of the residual in the retained eigenbasis.
    dof : int
        Retained rank minus P; 0 when the data have no more freedom than the model.
    p_value : float
        Two-sided; 1 if dof = 0: nothing was tested.
    null_residual : float
        Norm of the residual in discarded directions beyond noise and rounding, over the norm of the data
        (in units of their standard errors). Not 0 = the model contradicts an exact relation of the data.
    residual : ndarray, shape (M,)
        Data minus fitted model.
    rank : int
        Retained rank.
    threshold : float
        Relative eigenvalue cut.
    n_blocks : int or None
        Blocks behind the data covariance.
    provenance : mapping
        What was fitted how.
    """

    parameters: Array
    covariance: Array
    chi2: float
    dof: int
    p_value: float
    null_residual: float
    residual: Array
    rank: int
    threshold: float
    n_blocks: int | None
    provenance: Mapping[str, object] = field(default_factory=dict)

    def plain_fields(self) -> Content:
        """Give the outcome as plain fields, one row for each parameter."""

        def rows() -> Iterator[tuple[object, ...]]:
            return zip(
                range(len(self.parameters)), self.parameters.tolist(), self.errors.tolist(), strict=True
            )

        facts = {
            "chi2": self.chi2,
            "dof": self.dof,
            "chi2/dof": self.chi2_dof,
            "p_value": self.p_value,
            "null_residual": self.null_residual,
            "blocks": self.n_blocks,
        }
        count = len(self.parameters)
        title = f"Fit of {count} parameter{'s' * (count > 1)} to {len(self.residual)} numbers"
        return Content(title, facts, ("parameter", "value", "error"), rows, count)

    @property
    def errors(self) -> Array:
        """Standard errors of the parameters, shape (P,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def chi2_dof(self) -> float:
        """χ²/dof, NaN if dof = 0."""
        return self.chi2 / self.dof if self.dof else float("nan")

    @property
    def upper_tail(self) -> float:
        """One-sided probability of a χ² at least as large; 1 if dof = 0."""
        return upper_tail(self.chi2, self.dof, None if self.n_blocks is None else self.n_blocks - 1)


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
    >>> round(float(fit(data, ones, noise, n_blocks=None).parameters[0]), 3)
    0.955
    >>> careful = fit(data, ones, noise, n_blocks=None, model_error=np.full(2, 0.02 * 1.0))
    >>> round(float(careful.parameters[0]), 3)
    0.963
    """
    data, design, covariance = _checked(data, design, covariance)
    n_blocks, threshold = check_blocks(n_blocks, threshold)
    basis = eigenbasis(covariance, n_blocks, threshold)
    exact = _least_squares(basis, data, design, n_blocks, blocks)
    if model_error is None:
        return exact
    wide = np.asarray(covariance) + np.diag(as_model_error(model_error, len(data)) ** 2)
    return _with_model_error(exact, eigenbasis(wide, n_blocks, threshold), data, design, covariance, blocks)


def _with_model_error(
    exact: Fit, wide: Eigenbasis, data: Array, design: Array, covariance: Array, blocks: Array | None
) -> Fit:
    """Replace the parameters by those with wider weights, and their errors by what noise makes of them."""
    white = wide.whiten(design)
    parameters, bare = _solve(white, wide.whiten(data))
    residual = data - design @ parameters
    if blocks is not None:
        spread = _influence(wide, _deviations(blocks, exact.n_blocks, len(data)), white, residual, bare)
    else:
        gain = bare @ white.T @ _whitening(wide)
        spread = gain @ np.asarray(covariance) @ gain.T * _inflation(exact.dof, exact.n_blocks)
    return replace(
        exact,
        parameters=parameters,
        covariance=spread,
        residual=residual,
        provenance={**exact.provenance, "model error": MODEL_ERROR},
    )


def _least_squares(
    basis: Eigenbasis, data: Array, design: Array, n_blocks: int | None, blocks: Array | None
) -> Fit:
    """Fit with the weights of the data alone."""
    white = basis.whiten(design)
    parameters, bare = _solve(white, basis.whiten(data))
    residual = data - design @ parameters
    dof = basis.rank - len(parameters)
    # Without freedom the residual in the retained directions is rounding.
    chi2 = float(np.sum(basis.whiten(residual) ** 2)) if dof else 0.0
    spread = bare * _inflation(dof, n_blocks)
    if blocks is not None:
        spread = _influence(basis, _deviations(blocks, n_blocks, len(data)), white, residual, bare)
    return Fit(
        parameters=parameters,
        covariance=spread,
        chi2=chi2,
        dof=dof,
        p_value=two_sided(chi2, dof, None if n_blocks is None else n_blocks - 1),
        null_residual=basis.violation(residual, reference=data),
        residual=residual,
        rank=basis.rank,
        threshold=basis.threshold,
        n_blocks=n_blocks,
        provenance={"method": METHOD, "errors": RAO if blocks is None else JACKKNIFE, "elements": len(data)},
    )


def _solve(design: Array, data: Array) -> tuple[Array, Array]:
    """Ordinary least squares by singular values: parameters, and the inverse of XᵀX."""
    found = directions(design)
    return found.solve(data), found.inverse_square


def _influence(basis: Eigenbasis, blocks: Array, white: Array, residual: Array, bare: Array) -> Array:
    """Covariance of the parameters from the influence of each block on data and weights.

    Where the model is wrong the residual does not shrink with more data, and the noise of the weights moves
    the parameters as well. They follow a whitened block mean z_b by (XᵀX)⁻¹ Xᵀ z_b (1 - z_b·r / B), r the
    whitened residual; the scatter of that is the covariance (infinitesimal jackknife; L. A. Jaeckel, Bell
    Laboratories memorandum MM 72-1215-11, 1972).

    Parameters
    ----------
    blocks : ndarray, shape (B, M)
        Block means minus their mean.
    white : ndarray, shape (k, P)
        Whitened design X.
    residual : ndarray, shape (M,)
    bare : ndarray, shape (P, P)
        Inverse of XᵀX.
    """
    n_blocks = len(blocks)
    moves = basis.whiten(blocks.T).T  # variance B: whitened by the errors of the mean
    weight = 1.0 - moves @ basis.whiten(residual) / n_blocks
    influence = (moves * weight[:, np.newaxis]) @ white @ bare
    return np.asarray(influence.T @ influence / (n_blocks * (n_blocks - 1)))


def _whitening(basis: Eigenbasis) -> Array:
    """Matrix of `Eigenbasis.whiten`."""
    return basis.whiten(np.eye(len(basis.scale)))


def as_model_error(model_error: ArrayLike, size: int) -> Array:
    """Check model errors, one for each number; shape (M,)."""
    error = np.asarray(model_error, dtype=np.float64)
    if error.shape != (size,) or not np.all(np.isfinite(error)) or np.any(error < 0):
        raise InvalidStatistics(
            f"model errors of shape {error.shape} were given; {size} finite numbers of 0 or more are needed"
        )
    return error


def _deviations(blocks: Array, n_blocks: int | None, size: int) -> Array:
    blocks = as_real_array(blocks, "block means", InvalidStatistics, "real numbers are needed")
    if blocks.shape != (n_blocks, size) or not np.all(np.isfinite(blocks)):
        raise InvalidStatistics(
            f"block means of shape {blocks.shape} were given; finite numbers of shape ({n_blocks}, {size}), "
            "one row for each block behind the covariance, are needed"
        )
    return np.asarray(blocks - blocks.mean(axis=0))


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
