"""Couplings from data by a model that is polynomial in them: least squares, weighted by the covariance.

What to use when: `fit_polynomial` for named couplings, linear ones among them, from correlators with a joint
covariance or exact ones; `numerics.inference.linear.fit` for a design matrix without names.

Data with a covariance are whitened in the retained eigenbasis of their correlation matrix. Exact data carry
no weights: each counts as it is, and there is no χ² and no p-value, but a misfit Σ|residual|/Σ|data|.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.errors import InvalidStatistics
from numerics.given import as_real_array
from numerics.inference.comparison import two_sided
from numerics.inference.directions import TAKES_PART, Directions, directions
from numerics.inference.eigenbasis import Eigenbasis, eigenbasis
from numerics.inference.polynomial import Polynomial
from numerics.inference.polynomial_fit import Combination, PolynomialFit, Root
from numerics.inference.roots import SAME, RootSearch, SmallProblem, follow, other_roots
from numerics.results.estimate import Estimate
from numerics.results.provenance import joined
from numerics.results.quality import worst
from numerics.results.uncertainty import Blocks, Uncertainty

Array = NDArray[np.float64]

WEIGHTED = "least squares in the correlation eigenbasis, root followed from the free theory"
#: Standard deviations up to which an error of a combination is no reproach, however weak the data: columns
#: are nearly parallel where it is larger, and data compatible with zero determine couplings all the same.
CLEAR = 10.0
#: Part of a combination that is not worth a word.
HARDLY = 1e-3
UNWEIGHTED = "unweighted least squares on exact data, root followed from the free theory"


def fit_polynomial(
    data: Estimate | ArrayLike,
    model: Polynomial,
    *,
    threshold: float = 1e-6,
    search: RootSearch | None = None,
) -> PolynomialFit:
    """Fit couplings to data, on the branch that begins at the free theory.

    Parameters
    ----------
    data : Estimate or array_like, shape (M,)
        With standard deviations they are weighted by their covariance; exact numbers are not weighted.
    model : Polynomial
        Of M numbers; each coupling has a linear term.
    threshold : float, optional
        See `numerics.inference.eigenbasis.eigenbasis`.
    search : RootSearch, optional
        How other real roots are looked for; default: they are not.

    Returns
    -------
    PolynomialFit

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
    scatters = given.uncertainty.statistical
    basis = eigenbasis(given.covariance, given.uncertainty.n_blocks, threshold) if scatters else None
    white = _unchanged if basis is None else basis.whiten
    nothing = np.zeros(len(model.names))
    interacting = model.without_free_part()
    directions(white(model.jacobian(nothing)), model.names)  # refuses what is parallel
    problem = SmallProblem.of(
        interacting.powers,
        white(interacting.coefficients.value.T).T,
        white(given.value - model.value(nothing)),
    )
    place = follow(problem)
    others = [] if search is None or model.degree < 2 else other_roots(problem, search)
    solution = _Solution(given, model, basis, problem, place)
    return PolynomialFit(
        names=model.names,
        parameters=solution.parameters(),
        combinations=solution.combinations(),
        **solution.judged(),
        residual=solution.residual,
        response=solution.response,
        null_residual=0.0 if basis is None else basis.violation(solution.residual, reference=given.value),
        freedom=problem.freedom(place),
        roots=_listed(solution, [problem.couplings(one) for one in others]),
    )


def _unchanged(numbers: Array) -> Array:
    return numbers


def _listed(solution: "_Solution", others: list[Array]) -> tuple[Root, ...]:
    """The connected root first, then the others by their misfit."""
    first = solution.couplings
    apart = [one for one in others if not np.allclose(one, first, rtol=10 * SAME, atol=0.0)]
    found = [Root(one, _misfit(solution.data, solution.model, one), False) for one in apart]
    return (
        Root(first, _misfit(solution.data, solution.model, first), True),
        *sorted(found, key=lambda one: one.misfit),
    )


def _misfit(data: Estimate, model: Polynomial, couplings: Array) -> float:
    size = float(np.sum(np.abs(data.value)))
    return float(np.sum(np.abs(data.value - model.value(couplings)))) / size if size > 0 else 0.0


@dataclass(frozen=True, eq=False)
class _Solution:
    """Everything known at the root, and what follows from it."""

    data: Estimate
    model: Polynomial
    basis: Eigenbasis | None
    problem: SmallProblem
    place: Array

    @cached_property
    def couplings(self) -> Array:
        return self.problem.couplings(self.place)

    @cached_property
    def residual(self) -> Array:
        return np.asarray(self.data.value - self.model.value(self.couplings))

    def white(self, numbers: Array) -> Array:
        """Whiten along the first axis; exact data are left as they are."""
        return numbers if self.basis is None else self.basis.whiten(numbers)

    @cached_property
    def seen(self) -> Directions:
        """What the data see of the couplings at the root."""
        return directions(self.white(self.model.jacobian(self.couplings)), self.model.names)

    @cached_property
    def gain(self) -> Array:
        """By how much the couplings move with the whitened data, shape (P, k)."""
        frame, unit = self.problem.frame, self.problem.unit
        slope = self.white(self.model.jacobian(self.couplings)) @ frame / unit**2
        bend = self.problem.curvature(self.place, self.problem.target)
        return np.asarray(frame @ np.linalg.solve(bend, slope.T))

    @cached_property
    def response(self) -> Array:
        """By how much the couplings move with the data, shape (P, M)."""
        return np.asarray(self.gain @ self.white(np.eye(len(self.residual))))

    @cached_property
    def full(self) -> Estimate:
        """All couplings with their errors, determined or not."""
        gain, residual = self.gain, self.white(self.residual)
        blocks = []
        for part in self.data.uncertainty.blocks:
            moves = self.white(part.deviations.T).T
            n_blocks = part.source.n_blocks
            if n_blocks is not None:
                moves = moves * (1.0 - np.sqrt(1.0 - 1.0 / n_blocks) * (moves @ residual))[:, np.newaxis]
            blocks.append(Blocks(part.source, np.asarray(moves @ gain.T)))
        bound = self.data.bound + self.model.bound(self.couplings)
        reach = np.abs(self.response) @ bound if np.any(bound > 0) else None
        of_integrals = self.model.coefficients
        return Estimate(
            self.couplings,
            Uncertainty(self.couplings.shape, tuple(blocks), reach),
            UNWEIGHTED if self.basis is None else WEIGHTED,
            worst((self.data.quality, of_integrals.quality)),
            joined((self.data.provenance, of_integrals.provenance)),
        )

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which combinations the data determine."""
        found, size = self.seen, self.problem.unit
        if self.basis is not None:
            return found.determined(max(size, CLEAR))
        bound = self.data.bound + self.model.bound(self.couplings)
        return found.determined(size, np.abs(found.left.T) @ bound / found.singular_values)

    def parameters(self) -> Estimate:
        """The couplings; those that take part in an undetermined combination get no number."""
        full = self.full
        sure = self.seen.share(~self.known) <= TAKES_PART
        mask = np.where(sure, 1.0, np.nan)
        return Estimate(
            full.value * mask, full.uncertainty.scaled(mask), full.method, full.quality, full.provenance
        )

    def combinations(self) -> tuple[Combination, ...]:
        """All combinations, in words."""
        found, full = self.seen, self.full
        forms = found.weights
        together = Estimate(
            forms @ full.value,
            full.uncertainty.linear(lambda rows: rows @ forms.T, lambda rows: rows @ np.abs(forms).T),
            full.method,
            full.quality,
            full.provenance,
        )
        return tuple(
            Combination(
                _in_words(weights, found.right[row], self.model.names),
                weights,
                float(found.singular_values[row]),
                together[row] if known else None,
            )
            for row, (weights, known) in enumerate(zip(forms, self.known, strict=True))
        )

    def judged(self) -> "_Judged":
        """χ² and its probability where the data have a covariance, and the misfit."""
        misfit = _misfit(self.data, self.model, self.couplings)
        if self.basis is None:
            dof = len(self.residual) - len(self.model.names)
            return {"chi2": None, "p_value": None, "dof": dof, "misfit": misfit}
        dof = self.basis.rank - len(self.model.names)
        n_blocks = self.data.uncertainty.n_blocks
        chi2 = float(np.sum(self.white(self.residual) ** 2)) if dof else 0.0
        p_value = two_sided(chi2, dof, None if n_blocks is None else n_blocks - 1)
        return {"chi2": chi2, "p_value": p_value, "dof": dof, "misfit": misfit}


class _Judged(TypedDict):
    chi2: float | None
    p_value: float | None
    dof: int
    misfit: float


def _in_words(weights: Array, shares: Array, names: tuple[str, ...]) -> str:
    """Write a combination, without the parts that hardly count."""
    text = ""
    for weight, share, name in zip(weights, shares, names, strict=True):
        if abs(share) > HARDLY:
            sign = " - " if weight < 0 else " + "
            size = "" if abs(weight) == 1.0 else f"{abs(weight):.3g}*"
            text += f"{sign}{size}{name}" if text else f"{sign.strip()}{size}{name}".removeprefix("+")
    return text


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
