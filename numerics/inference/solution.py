"""Everything that is known at a root: how couplings move with the data, their errors, what is determined."""

from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from numerics.inference.comparison import two_sided
from numerics.inference.directions import TAKES_PART, Directions, directions
from numerics.inference.eigenbasis import Eigenbasis
from numerics.inference.fit_result import Combination
from numerics.inference.polynomial import Polynomial
from numerics.inference.roots import RootSearch, SmallProblem, follow, other_roots
from numerics.results.estimate import Estimate
from numerics.results.provenance import joined
from numerics.results.quality import worst
from numerics.results.uncertainty import Blocks, Uncertainty

Array = NDArray[np.float64]

WEIGHTED = "least squares in the correlation eigenbasis"
UNWEIGHTED = "unweighted least squares on exact data"
FOLLOWED = ", root followed from the free theory"
#: Standard deviations up to which an error of a combination is no reproach, however weak the data: columns
#: are nearly parallel where it is larger, and data compatible with zero determine couplings all the same.
CLEAR = 10.0
#: Part of a combination that is not worth a word.
HARDLY = 1e-3


class Judged(TypedDict):
    """How good a fit is."""

    chi2: float | None
    p_value: float | None
    dof: int
    misfit: float


@dataclass(frozen=True, eq=False)
class Solution:
    """A root of the problem.

    Attributes
    ----------
    data : Estimate
    model : Polynomial
    basis : Eigenbasis or None
        None for exact data.
    couplings : ndarray, shape (P,)
    gain : ndarray, shape (P, k)
        By how much they move with the whitened data.
    size : float
        Length of the whitened data, less what is known without couplings.
    every : bool
        Whether combinations get a number that the data hardly determine, too, with an error that says so.
    freedom : float
        See `numerics.inference.fit_result.Fit`.
    """

    data: Estimate
    model: Polynomial
    basis: Eigenbasis | None
    couplings: Array
    gain: Array
    size: float
    freedom: float = 1.0
    every: bool = False

    @cached_property
    def residual(self) -> Array:
        """Data minus model, shape (M,)."""
        return np.asarray(self.data.value - self.model.value(self.couplings))

    @cached_property
    def seen(self) -> Directions:
        """What the data see of the couplings."""
        return directions(
            _white(self.basis, self.model.jacobian(self.couplings)), self.model.names, partial=True
        )

    @cached_property
    def response(self) -> Array:
        """By how much the couplings move with the data, shape (P, M)."""
        return np.asarray(self.gain @ _white(self.basis, np.eye(len(self.residual))))

    @cached_property
    def bound(self) -> Array:
        """Error bound of data and integrals, shape (M,)."""
        return np.asarray(self.data.bound + self.model.bound(self.couplings))

    @property
    def null_residual(self) -> float:
        """Violation of exact relations of the data."""
        return 0.0 if self.basis is None else self.basis.violation(self.residual, reference=self.data.value)

    def misfit(self, couplings: Array) -> float:
        """Σ|residual|/Σ|data| at any couplings."""
        size = float(np.sum(np.abs(self.data.value)))
        return (
            float(np.sum(np.abs(self.data.value - self.model.value(couplings)))) / size if size > 0 else 0.0
        )

    def forms(self, weights: Array) -> Estimate:
        """Linear forms of the couplings with their errors, weights (Q, P) -> shape (Q,)."""
        gain, residual = weights @ self.gain, _white(self.basis, self.residual)
        blocks = []
        for part in self.data.uncertainty.blocks:
            moves = _white(self.basis, part.deviations.T).T
            n_blocks = part.source.n_blocks
            if n_blocks is not None:
                moves = moves * (1.0 - np.sqrt(1.0 - 1.0 / n_blocks) * (moves @ residual))[:, np.newaxis]
            blocks.append(Blocks(part.source, np.asarray(moves @ gain.T)))
        reach = np.abs(weights @ self.response) @ self.bound if np.any(self.bound > 0) else None
        of_integrals = self.model.coefficients
        return Estimate(
            weights @ self.couplings,
            Uncertainty((len(weights),), tuple(blocks), reach),
            (UNWEIGHTED if self.basis is None else WEIGHTED) + FOLLOWED * (self.model.degree > 1),
            worst((self.data.quality, of_integrals.quality)),
            joined((self.data.provenance, of_integrals.provenance)),
        )

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which combinations the data determine."""
        if self.every:
            return np.asarray(self.seen.singular_values > 0)
        if self.basis is not None:
            return self.seen.determined(max(self.size, CLEAR))
        values = self.seen.singular_values
        reach = np.abs(self.seen.left.T) @ self.bound
        return self.seen.determined(self.size, np.divide(reach, values, out=reach.copy(), where=values > 0))

    def estimate(self) -> Estimate:
        """The couplings; those that take part in an undetermined combination get no number."""
        full = self.forms(np.eye(len(self.couplings)))
        sure = self.seen.share(~self.known) <= TAKES_PART
        mask = np.where(sure, 1.0, np.nan)
        return Estimate(
            full.value * mask, full.uncertainty.scaled(mask), full.method, full.quality, full.provenance
        )

    def combinations(self) -> tuple[Combination, ...]:
        """All combinations, in words."""
        seen, weights = self.seen, self.seen.weights
        together = self.forms(weights)
        return tuple(
            Combination(
                _in_words(row, seen.right[number], self.model.names),
                row,
                float(seen.singular_values[number]),
                together[number] if known else None,
            )
            for number, (row, known) in enumerate(zip(weights, self.known, strict=True))
        )

    def judged(self) -> Judged:
        """χ² and its probability where the data have a covariance, and the misfit."""
        fitted, misfit = int(np.sum(self.seen.singular_values > 0)), self.misfit(self.couplings)
        if self.basis is None:
            return {"chi2": None, "p_value": None, "dof": len(self.residual) - fitted, "misfit": misfit}
        dof, n_blocks = self.basis.rank - fitted, self.data.uncertainty.n_blocks
        # without freedom the residual in the retained directions is rounding
        chi2 = float(np.sum(_white(self.basis, self.residual) ** 2)) if dof else 0.0
        p_value = two_sided(chi2, dof, None if n_blocks is None else n_blocks - 1)
        return {"chi2": chi2, "p_value": p_value, "dof": dof, "misfit": misfit}


def linear_solution(data: Estimate, model: Polynomial, basis: Eigenbasis | None) -> Solution:
    """Solve a linear model by singular values; what the data do not see is left at zero."""
    nothing = np.zeros(len(model.names))
    seen = directions(_white(basis, model.jacobian(nothing)), model.names, partial=True)
    target = _white(basis, data.value - model.value(nothing))
    # hypot scales: correlators may be so large that their squares are no floats
    return Solution(data, model, basis, seen.solve(target), seen.gain, hypot(*target.tolist()))


def root_solution(
    data: Estimate, model: Polynomial, basis: Eigenbasis | None, search: RootSearch | None
) -> tuple[Solution, list[Array]]:
    """Follow the root from the free theory; also give the couplings of all roots that a search finds.

    Raises
    ------
    SingularProblem
        If the data see fewer directions than there are couplings.
    NoRealRoot
        If the root ends before.
    """
    nothing = np.zeros(len(model.names))
    directions(_white(basis, model.jacobian(nothing)), model.names)
    interacting = model.without_free_part()
    problem = SmallProblem.of(
        interacting.powers,
        _white(basis, interacting.coefficients.value.T).T,
        _white(basis, data.value - model.value(nothing)),
    )
    place = follow(problem)
    couplings = problem.couplings(place)
    slope = _white(basis, model.jacobian(couplings)) @ problem.frame / problem.unit**2
    gain = problem.frame @ np.linalg.solve(problem.curvature(place, problem.target), slope.T)
    others = [] if search is None else [problem.couplings(one) for one in other_roots(problem, search)]
    freedom = problem.freedom(place)
    return Solution(data, model, basis, couplings, np.asarray(gain), problem.unit, freedom), others


def _white(basis: Eigenbasis | None, numbers: Array) -> Array:
    """Whiten along the first axis; exact data are left as they are."""
    return numbers if basis is None else basis.whiten(numbers)


def _in_words(weights: Array, shares: Array, names: tuple[str, ...]) -> str:
    """Write a combination, without the parts that hardly count."""
    text = ""
    for weight, share, name in zip(weights, shares, names, strict=True):
        if abs(share) > HARDLY:
            sign = " - " if weight < 0 else " + "
            size = "" if abs(weight) == 1.0 else f"{abs(weight):.3g}*"
            text += f"{sign}{size}{name}" if text else f"{sign.strip()}{size}{name}".removeprefix("+")
    return text
