"""Couplings from data by a model that is polynomial in them: least squares, weighted by the covariance.

What to use when: `fit_polynomial` for named couplings, linear ones among them, from correlators with a joint
covariance or exact ones; `numerics.inference.linear.fit` for a design matrix without names.

Data with a covariance are whitened in the retained eigenbasis of their correlation matrix. Exact data carry
no weights: each counts as it is, and there is no χ² and no p-value, but a misfit Σ|residual|/Σ|data|.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.directions import directions
from numerics.inference.eigenbasis import Eigenbasis, eigenbasis
from numerics.inference.fit_result import Fit, Root
from numerics.inference.polynomial import Polynomial
from numerics.inference.roots import SAME, RootSearch
from numerics.inference.solution import Solution, linear_solution, root_solution
from numerics.results.estimate import Estimate

Array = NDArray[np.float64]


def fit_polynomial(
    data: Estimate | ArrayLike,
    model: Polynomial,
    *,
    threshold: float = 1e-6,
    model_error: ArrayLike | None = None,
    search: RootSearch | None = None,
) -> Fit:
    """Fit couplings to data, on the branch that begins at the free theory.

    Parameters
    ----------
    data : Estimate or array_like, shape (M,)
        With standard deviations they are weighted by their covariance; exact numbers are not weighted.
    model : Polynomial
        Of M numbers; each coupling has a linear term.
    threshold : float, optional
        See `numerics.inference.eigenbasis.eigenbasis`.
    model_error : array_like, shape (M,), optional
        By how much the model may miss the true value of each number, independently, as a standard deviation.
        The weights of the couplings allow for it; χ², p-value and errors do not: see
        `numerics.inference.linear`.
    search : RootSearch, optional
        How other real roots are looked for; default: they are not.

    Returns
    -------
    Fit

    Raises
    ------
    InvalidStatistics
        If shapes do not match, or there are too few blocks.
    SingularProblem
        If couplings cannot be told apart, or only by rounding.
    NoRealRoot
        If the root that begins at the free theory does not reach the data.

    Notes
    -----
    Data that see fewer directions than there are couplings determine some combinations of a linear model; a
    polynomial one is then refused.

    At the root, with the whitened slope X, residual r and half the second derivative H of χ², the couplings
    move with the data by H⁻¹XᵀW. The deviations of blocks are carried through that, and with the covariance
    estimated from B blocks times 1 − z_b·r √((B − 1)/B) for the noise of the weights (infinitesimal
    jackknife, see `numerics.inference.linear`). A covariance that is known is taken as it is.

    Examples
    --------
    The zero-dimensional 4-point function to second order, made with λ = 0.005:

    >>> model = Polynomial.of({(("lambda", 1),): [-24.0], (("lambda", 2),): [864.0]})
    >>> found = fit_polynomial([-24 * 0.005 + 864 * 0.005**2], model, search=RootSearch())
    >>> round(found["lambda"], 12), [round(float(one.couplings[0]), 6) for one in found.roots]
    (0.005, [0.005, 0.022778])
    """
    given = _as_data(data, model)
    if not given.uncertainty.statistical:
        return _outcome(*_solved(given, model, None, search))
    covariance, n_blocks = given.covariance, given.uncertainty.n_blocks
    basis = eigenbasis(covariance, n_blocks, threshold)
    if model_error is None:
        return weighted(given, model, basis, search=search)
    wide = covariance + np.diag(as_model_error(model_error, given.size) ** 2)
    return weighted(given, model, basis, eigenbasis(wide, n_blocks, threshold), search)


def weighted(
    data: Estimate,
    model: Polynomial,
    basis: Eigenbasis,
    wide: Eigenbasis | None = None,
    search: RootSearch | None = None,
    *,
    every: bool = False,
) -> Fit:
    """Fit data with a covariance.

    Parameters
    ----------
    data : Estimate, shape (M,)
    model : Polynomial
    basis : Eigenbasis
        Of the covariance of the data, in which they are judged.
    wide : Eigenbasis, optional
        Of that and the square of the model error, which gives the weights.
    search : RootSearch, optional
        See `fit_polynomial`.
    every : bool, optional
        Give numbers to combinations that the data hardly determine, too.
    """

    def solved(weights: Eigenbasis) -> Fit:
        solution, others = _solved(data, model, weights, search)
        return _outcome(replace(solution, every=every), others)

    judged = solved(basis)
    if wide is None:
        return judged
    careful = solved(wide)
    return replace(
        careful,
        chi2=judged.chi2,
        p_value=judged.p_value,
        dof=judged.dof,
        null_residual=judged.null_residual,
        basis=judged.basis,
    )


def _solved(
    data: Estimate, model: Polynomial, basis: Eigenbasis | None, search: RootSearch | None
) -> tuple[Solution, list[Array]]:
    """Solve with given weights, and list the couplings of other roots."""
    free = model.jacobian(np.zeros(len(model.names)))
    directions(free if basis is None else basis.standardise(free), model.names)  # refuses what is parallel
    if model.degree == 1:
        return linear_solution(data, model, basis), []
    return root_solution(data, model, basis, search)


def _outcome(solution: Solution, others: list[Array]) -> Fit:
    return Fit(
        names=solution.model.names,
        estimate=solution.estimate(),
        combinations=solution.combinations(),
        **solution.judged(),
        residual=solution.residual,
        response=solution.response,
        null_residual=solution.null_residual,
        freedom=solution.freedom,
        roots=_listed(solution, others),
        data=solution.data,
        model=solution.model,
        basis=solution.basis,
        n_blocks=solution.data.uncertainty.n_blocks,
    )


def _listed(solution: Solution, others: list[Array]) -> tuple[Root, ...]:
    """The connected root first, then the others by their misfit."""
    first = solution.couplings
    apart = [one for one in others if not np.allclose(one, first, rtol=10 * SAME, atol=0.0)]
    found = [Root(one, solution.misfit(one), False) for one in apart]
    return (Root(first, solution.misfit(first), True), *sorted(found, key=lambda one: one.misfit))


def as_model_error(model_error: ArrayLike, size: int) -> Array:
    """Check model errors, one for each number; shape (M,)."""
    error = as_real_array(model_error, "model errors", InvalidStatistics, "numbers of 0 or more are needed")
    if error.shape != (size,) or not np.all(np.isfinite(error)) or np.any(error < 0):
        raise InvalidStatistics(
            f"model errors of shape {error.shape} were given; {size} finite numbers of 0 or more are needed"
        )
    return error


def _as_data(data: Estimate | ArrayLike, model: Polynomial) -> Estimate:
    if isinstance(data, Estimate):
        given = Estimate(data.value, data.uncertainty, data.method, data.quality, data.provenance)
    else:
        given = Estimate(as_real_array(data, "data", InvalidStatistics, "real numbers are needed"))
    if given.shape != (model.size,) or not np.all(np.isfinite(given.value)):
        raise InvalidStatistics(
            f"data of shape {given.shape} were given to a model of {model.size} numbers; as many finite "
            "numbers are needed"
        )
    if not model.names:
        raise InvalidStatistics("the model has no couplings; there is nothing to fit")
    if given.size < len(model.names):
        raise InvalidStatistics(
            f"{len(model.names)} couplings are to be fitted to {given.size} number(s); give as many numbers"
        )
    return given
