"""Fits held against other solvers: ODRPACK and MINPACK on whitened numbers, Newton in extended precision."""

import warnings

import mpmath
import numpy as np
import pytest
from scipy import optimize

from numerics.inference.linear import fit
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    odr = pytest.importorskip("scipy.odr")

LAMBDA, KAPPA = (("lambda", 1),), (("kappa", 1),)
TRUTH = np.array([0.5, -0.3])  # kappa, lambda


def problem(kind, rank=None, seed=1):
    """Eight numbers, a model of κ and λ, and a covariance of a given rank."""
    rng = np.random.default_rng([seed, len(kind)])
    linear, other, square, mixed, cube = rng.normal(size=(5, 8))
    terms = {LAMBDA: linear, KAPPA: other}
    if kind == "polynomial":
        terms |= {
            (): 0.2 * cube, (("lambda", 2),): 0.4 * square, (("kappa", 1), ("lambda", 1)): 0.3 * mixed,
            (("lambda", 3),): 0.2 * cube,
        }  # fmt: skip
    model = Polynomial.of(terms)
    root = 0.05 * rng.normal(size=(8, rank or 8))
    data = model.value(TRUTH) + root @ rng.normal(size=root.shape[1])
    return model, data, root @ root.T


def whitening(spread, rank):
    """Rows that give independent numbers of variance one, from the eigenvectors of the correlation matrix."""
    scale = np.sqrt(np.diag(spread))
    values, vectors = np.linalg.eigh(spread / np.outer(scale, scale))
    return (vectors[:, -rank:] / np.sqrt(values[-rank:])).T / scale


@pytest.mark.parametrize("rank", [None, 5], ids=["regular", "singular"])
@pytest.mark.parametrize("kind", ["linear", "polynomial"])
def test_odrpack(kind, rank):
    """scipy.odr, explicit ordinary least squares with our derivatives."""
    model, data, spread = problem(kind, rank)
    white = whitening(spread, rank or 8)
    job = odr.ODR(
        odr.Data(np.arange(len(white)), white @ data),
        odr.Model(
            lambda g, _: white @ model.value(g),
            fjacb=lambda g, _: (white @ model.jacobian(g)).T,
            fjacd=lambda _, x: 0 * x,
        ),
        beta0=TRUTH, sstol=1e-15, partol=1e-15, maxit=200,
    )  # fmt: skip
    job.set_job(fit_type=2, deriv=2)
    theirs = job.run()
    ours = fit_polynomial(Estimate(data, Uncertainty.known(spread)), model)
    np.testing.assert_allclose(ours.parameters, theirs.beta, rtol=1e-7)
    assert ours.chi2 == pytest.approx(theirs.sum_square, rel=1e-8)
    assert ours.dof == (rank or 8) - 2
    # theirs is of the slope alone, ours also of the bend: the same for a linear model
    np.testing.assert_allclose(ours.covariance, theirs.cov_beta, rtol=1e-7 if kind == "linear" else 0.2)


@pytest.mark.parametrize("kind", ["linear", "polynomial"])
def test_minpack(kind):
    """curve_fit with the covariance, derivatives by differences; nn.fit says the same of a linear model."""
    model, data, spread = problem(kind, seed=2)
    theirs, their_spread = optimize.curve_fit(
        lambda _, *g: model.value(g), np.arange(8.0), data, TRUTH, sigma=spread, absolute_sigma=True,
        xtol=1e-14, ftol=1e-14,
    )  # fmt: skip
    ours = fit_polynomial(Estimate(data, Uncertainty.known(spread)), model)
    np.testing.assert_allclose(ours.parameters, theirs, rtol=1e-6)
    np.testing.assert_allclose(ours.covariance, their_spread, rtol=1e-4 if kind == "linear" else 0.2)
    if kind == "linear":
        by_design = fit(data, model.jacobian(TRUTH), spread, None)
        np.testing.assert_allclose(by_design.parameters, ours.parameters, rtol=1e-12)
        np.testing.assert_allclose(by_design.covariance, ours.covariance, rtol=1e-9)
        assert (by_design.names, ours.names) == (("1", "2"), ("kappa", "lambda"))


class Extended:
    """χ² of a polynomial model and its derivatives, in mpmath."""

    def __init__(self, model, data, weight):
        self.powers = model.powers.tolist()
        self.rows = [list(map(mpmath.mpf, row)) for row in model.coefficients.value.tolist()]
        self.data, self.weight = mpmath.matrix(data.tolist()), weight

    def product(self, powers, couplings, by=()):
        """Product of couplings, differentiated by those that are named by number."""
        value, left = mpmath.mpf(1), list(powers)
        for p in by:
            value, left[p] = value * left[p], left[p] - 1
        return value * mpmath.fprod(g**n for g, n in zip(couplings, left, strict=True)) if value else value

    def tensor(self, couplings, *by):
        weights = [self.product(powers, couplings, by) for powers in self.powers]
        size = len(self.data)
        return mpmath.matrix([mpmath.fdot(weights, [row[m] for row in self.rows]) for m in range(size)])

    def slope(self, couplings):
        columns = [self.tensor(couplings, p) for p in range(len(couplings))]
        return mpmath.matrix([[column[m] for column in columns] for m in range(len(self.data))])

    def hessian(self, couplings, residual):
        slope, count = self.slope(couplings), len(couplings)
        found = slope.T * self.weight * slope
        for p in range(count):
            for q in range(count):
                found[p, q] -= (self.tensor(couplings, p, q).T * self.weight * residual)[0]
        return found

    def newton(self, start):
        """Couplings of the least χ², and by how much they move with the data."""
        found = mpmath.matrix(list(map(mpmath.mpf, start)))
        for _ in range(40):
            residual = self.data - self.tensor(list(found))
            gradient = self.slope(list(found)).T * self.weight * residual
            step = mpmath.lu_solve(self.hessian(list(found), residual), gradient)
            found += step
            if mpmath.norm(step) < mpmath.mpf(10) ** -40 * mpmath.norm(found):
                break
        residual = self.data - self.tensor(list(found))
        gain = mpmath.inverse(self.hessian(list(found), residual)) * self.slope(list(found)).T * self.weight
        return found, gain, (residual.T * self.weight * residual)[0]


def floats(matrix):
    return np.array(matrix.tolist(), dtype=float)


@pytest.mark.parametrize("kind", ["linear", "polynomial"])
def test_newton_in_extended_precision(kind):
    """Values, errors with the bend of the model, and χ², to twelve digits of fifty."""
    model, data, spread = problem(kind, seed=3)
    ours = fit_polynomial(Estimate(data, Uncertainty.known(spread)), model)
    with mpmath.workdps(50):
        covariance = mpmath.matrix(spread.tolist())
        theirs, gain, chi2 = Extended(model, data, mpmath.inverse(covariance)).newton(TRUTH.tolist())
        np.testing.assert_allclose(ours.parameters, floats(theirs).ravel(), rtol=1e-10)
        np.testing.assert_allclose(ours.covariance, floats(gain * covariance * gain.T), rtol=1e-8)
        np.testing.assert_allclose(ours.response, floats(gain), rtol=1e-8, atol=1e-12)
        assert ours.chi2 == pytest.approx(float(chi2), rel=1e-9)


def test_newton_for_exact_data_that_are_nearly_degenerate():
    """Columns 1e-4 apart and of sizes 1 and 1e8, with λ² and κλ, without weights."""
    rng = np.random.default_rng(4)
    column = 1.0 + 0.2 * rng.normal(size=9)
    bends = 1e-5 * rng.normal(size=(2, 9))
    terms = {LAMBDA: column, KAPPA: 1e8 * (column + 1e-4 * rng.normal(size=9))}
    terms |= {(("lambda", 2),): bends[0], (("kappa", 1), ("lambda", 1)): 1e8 * bends[1]}
    model = Polynomial.of(terms)
    truth = np.array([2e-9, -0.1])
    data = model.value(truth) + 1e-9 * np.cos(7.0 * np.arange(9))
    ours = fit_polynomial(data, model)
    with mpmath.workdps(50):
        theirs, gain, chi2 = Extended(model, data, mpmath.eye(9)).newton(truth.tolist())
        np.testing.assert_allclose(ours.parameters, floats(theirs).ravel(), rtol=1e-9)
        np.testing.assert_allclose(
            ours.response, floats(gain), rtol=1e-6, atol=1e-9 * np.abs(ours.response).max()
        )
        assert float(np.sum(ours.residual**2)) == pytest.approx(float(chi2), rel=1e-5)
    assert ours.chi2 is None
    assert ours.combinations[-1].singular_value < 1e-3
