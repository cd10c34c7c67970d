"""Roots of a polynomial least-squares problem: the one connected with the free theory, and all others.

The problem is first made small. With the coefficients C of K products of couplings, C = QR, only K numbers
of the data matter. Data have length one, and the coordinates v are chosen such that the slope of the model at
the free theory is an orthonormal matrix: the linear solution is v = Qᵀy, and the volume that the slope spans
says everywhere how much of the freedom of the free theory is left.

A *root* is a minimum of the misfit at which the model still moves with the couplings. Where the data cannot
be reached, a minimiser stops at a turning point of the model, where the slope vanishes: that is no root,
whatever the misfit looks like.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import polynomial as series
from numpy.typing import NDArray
from scipy import optimize

from numerics.errors import NoRealRoot
from numerics.inference.polynomial import Powers, curvatures, products, slopes

Array = NDArray[np.float64]

#: Slope, relative to that of the free theory, at which a root has been lost: the data are within a quarter of
#: a per cent of a turning point, and errors twenty times those of the free theory.
LOST = 0.05
#: Largest relative change of the slope in one step along the path.
STEADY = 0.5
#: Smallest step, as a part of the data.
SMALLEST_STEP = 1e-4
#: Size of the gradient, in units of slope times data, at which a root has been found.
CONVERGED = 1e-9
#: Relative imaginary part of a root that is rounding.
REAL = 1e-7
#: Relative distance under which two roots are one.
SAME = 1e-5


@dataclass(frozen=True)
class RootSearch:
    """How the other roots of several couplings are looked for.

    Attributes
    ----------
    starts : int
        Starting points.
    reach : float
        How far the couplings go, in units of what one alone would need to explain the data.
    seed : int
        Of the starting points.
    """

    starts: int = 64
    reach: float = 100.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class SmallProblem:
    """A least-squares problem in coordinates v: min |f(v) − y|², f(0) = 0.

    Attributes
    ----------
    powers : ndarray of int64, shape (K, P)
    coefficients : ndarray, shape (K, m)
        Of the products of couplings g = frame · v.
    target : ndarray, shape (m,)
        What the couplings are to explain, in units of its length; what no coupling can explain is left out.
    frame : ndarray, shape (P, P)
    unit : float
        Length of the whitened data.
    """

    powers: Powers
    coefficients: Array
    target: Array
    frame: Array
    unit: float

    @classmethod
    def of(cls, powers: Powers, coefficients: Array, target: Array) -> "SmallProblem":
        """Compress a problem.

        Parameters
        ----------
        powers : ndarray of int64, shape (K, P)
            Without the term that has no coupling; every coupling occurs alone.
        coefficients : ndarray, shape (K, k)
            Whitened.
        target : ndarray, shape (k,)
        """
        total = powers.sum(axis=1)
        linear = np.zeros((powers.shape[1], len(target)))
        for row, one in zip(coefficients[total == 1], powers[total == 1], strict=True):
            linear[one.argmax()] += row
        length = np.linalg.norm(linear, axis=1)
        triangle = np.linalg.qr((linear / length[:, np.newaxis]).T)[1]
        frame = np.linalg.inv(triangle) / length[:, np.newaxis]
        # products of couplings differ by many decades, the span of their coefficients does not care
        size = np.linalg.norm(coefficients, axis=1)
        span = np.linalg.qr((coefficients / np.where(size > 0, size, 1.0)[:, np.newaxis]).T)[0]
        unit = float(np.linalg.norm(target)) or 1.0
        return cls(powers, coefficients @ span / unit, target @ span / unit, frame * unit, unit)

    def couplings(self, place: Array) -> Array:
        """Couplings at coordinates v."""
        return np.asarray(self.frame @ place)

    def value(self, place: Array) -> Array:
        """Value f(v), shape (m,)."""
        return np.asarray(products(self.powers, self.couplings(place)) @ self.coefficients)

    def slope(self, place: Array) -> Array:
        """Derivative by v, shape (m, P)."""
        moves = slopes(self.powers, self.couplings(place)) @ self.frame
        return np.asarray(self.coefficients.T @ moves)

    def curvature(self, place: Array, target: Array) -> Array:
        """Half the second derivative of the misfit by v, shape (P, P)."""
        slope = self.slope(place)
        bends = curvatures(self.powers, self.couplings(place))
        weight = self.coefficients @ (self.value(place) - target)
        bend = self.frame.T @ np.einsum("k,kpq->pq", weight, bends) @ self.frame
        return np.asarray(slope.T @ slope + bend)

    def gradient(self, place: Array, target: Array) -> Array:
        """Half the derivative of the misfit by v, shape (P,)."""
        return np.asarray(self.slope(place).T @ (self.value(place) - target))

    def freedom(self, place: Array) -> float:
        """Volume that the slope spans, along that of the free theory: 1 there, 0 at a turning point."""
        free = self.slope(np.zeros(len(self.frame)))
        return float(np.linalg.det(free.T @ self.slope(place)))


def follow(problem: SmallProblem) -> Array:
    """Follow the root from the free theory, while the data grow from nothing to what they are.

    Parameters
    ----------
    problem : SmallProblem

    Returns
    -------
    ndarray, shape (P,)
        Coordinates v.

    Raises
    ------
    NoRealRoot
        If it ends before; the message says at which part of the data.
    """
    place, done, step = np.zeros(problem.powers.shape[1]), 0.0, 1.0
    if problem.powers.sum(axis=1).max(initial=0) == 1:
        return np.asarray(problem.slope(place).T @ problem.target)  # linear, orthonormal
    while done < 1.0:
        aim = min(1.0, done + step)
        found = _corrected(problem, place, done, aim)
        if found is None or problem.freedom(found) < LOST:
            step /= 2.0
            if step < SMALLEST_STEP:
                raise NoRealRoot(
                    f"the root that is connected with the free theory ends at {100 * done:.3g} % of the "
                    "data, where the model turns round; expand order by order, or fit data of a weaker "
                    "coupling",
                    done,
                )
            continue
        place, done, step = found, aim, 2.0 * (aim - done)
    return place


def _corrected(problem: SmallProblem, place: Array, done: float, aim: float) -> Array | None:
    """One step along the path: along the tangent, and back to the root; None if that was too far."""
    before = problem.slope(place)
    try:
        tangent = np.linalg.solve(problem.curvature(place, done * problem.target), before.T @ problem.target)
    except np.linalg.LinAlgError:
        return None
    target = aim * problem.target
    found = optimize.root(
        problem.gradient, place + (aim - done) * tangent, (target,), jac=problem.curvature, tol=1e-14
    )
    after = problem.slope(found.x)
    if not np.all(np.isfinite(found.x)) or np.linalg.norm(found.fun) > CONVERGED * np.linalg.norm(after):
        return None
    # the path may not jump to another root: the slope has to stay about the same
    change = (after - before) @ np.linalg.pinv(before)
    return found.x if np.linalg.norm(change, 2) < STEADY else None


def other_roots(problem: SmallProblem, search: RootSearch) -> list[Array]:
    """Look for all real roots, by their coordinates; with one coupling none is missed."""
    single = problem.powers.shape[1] == 1
    kept: list[Array] = []
    for place in _of_one_coupling(problem) if single else _of_several(problem, search):
        bend = np.linalg.eigvalsh(problem.curvature(place, problem.target))[0]
        near = SAME * float(np.linalg.norm(place))
        known = any(np.linalg.norm(place - one) <= near for one in kept)
        if bend > 0 and abs(problem.freedom(place)) >= LOST and not known:
            kept.append(place)
    return kept


def _of_one_coupling(problem: SmallProblem) -> list[Array]:
    """Zeros of the derivative of the misfit, by the eigenvalues of its companion matrix."""
    model = np.zeros((int(problem.powers.max()) + 1, len(problem.target)))
    for power, row in zip(problem.powers[:, 0], problem.coefficients, strict=True):
        model[power] += row * problem.frame[0, 0] ** power
    model[0] -= problem.target
    gradient: Array = np.zeros(1)
    for column in model.T:
        gradient = np.asarray(series.polyadd(gradient, series.polymul(column, series.polyder(column))))
    found = series.polyroots(series.polytrim(gradient, 1e-14 * float(np.abs(gradient).max())))
    real = found[np.abs(found.imag) <= REAL * (1.0 + np.abs(found.real))].real
    return [_polished(problem, np.array([one])) for one in real]


def _polished(problem: SmallProblem, place: Array) -> Array:
    better = optimize.root(problem.gradient, place, (problem.target,), jac=problem.curvature, tol=1e-14).x
    return np.asarray(better if np.linalg.norm(better - place) < 1e-3 * np.linalg.norm(place) else place)


def _of_several(problem: SmallProblem, search: RootSearch) -> list[Array]:
    """Minimise from many starting points, close to the free theory and far."""
    from scipy.stats import qmc  # takes a second to load

    drawn = 2.0 * qmc.LatinHypercube(d=problem.powers.shape[1], seed=search.seed).random(search.starts) - 1.0
    # of either sign, logarithmic: from a hundredth of what explains the data to the whole reach
    starts = np.sign(drawn) * search.reach ** np.abs(drawn) * 0.01 ** (1.0 - np.abs(drawn))
    found = []
    for start in starts:
        one = optimize.least_squares(
            lambda v: problem.value(v) - problem.target,
            start,
            problem.slope,
            bounds=(-1.01 * search.reach, 1.01 * search.reach),
            x_scale="jac",
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-12,
            max_nfev=200,
        )
        if one.status > 0:
            found.append((float(one.cost), _polished(problem, one.x)))
    return [place for _, place in sorted(found, key=lambda pair: pair[0])]
