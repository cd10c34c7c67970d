"""Closure: data made from a model with known couplings; pulls of width one, uniform p-values, coverage."""

import numpy as np
import pytest
from scipy import stats

from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Source, Uncertainty

REPLICAS = 1000
TRUTH = np.array([0.6, -0.4])  # kappa, lambda
LAMBDA, KAPPA = (("lambda", 1),), (("kappa", 1),)


def model_of(kind, rng, size):
    linear, other, square, mixed = rng.normal(size=(4, size))
    terms = {LAMBDA: linear, KAPPA: other}
    if kind == "nonlinear":
        terms |= {(("lambda", 2),): 0.3 * square, (("kappa", 1), ("lambda", 1)): 0.3 * mixed}
    return Polynomial.of(terms)


def judge(pulls, chances):
    """Width one, mean zero, uniform p, coverage within three binomial errors of 68.3 %; two-sided."""
    for one in np.transpose(pulls):
        assert abs(np.mean(one)) < 4 / np.sqrt(REPLICAS)
        assert abs(np.std(one) - 1) < 4 / np.sqrt(2 * REPLICAS)
        inside = np.mean(np.abs(one) < 1)
        assert abs(inside - 0.6827) < 3 * np.sqrt(0.6827 * 0.3173 / REPLICAS)
    assert stats.kstest(chances, "uniform").pvalue > 1e-3


@pytest.mark.statistical
@pytest.mark.parametrize("rank", [8, 5], ids=["regular", "singular"])
@pytest.mark.parametrize("kind", ["linear", "nonlinear"])
def test_closure_with_a_known_covariance(kind, rank):
    rng = np.random.default_rng([11, rank, len(kind)])
    model = model_of(kind, rng, 8)
    root = 0.02 * rng.normal(size=(8, rank))
    spread = Uncertainty.known(root @ root.T)
    data = model.value(TRUTH) + rng.normal(size=(REPLICAS, rank)) @ root.T
    pulls, chances = [], []
    for one in data:
        found = fit_polynomial(Estimate(one, spread), model)
        assert found.dof == rank - 2
        pulls.append((found.parameters - TRUTH) / found.errors)
        chances.append(found.p_value)
    judge(pulls, chances)


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["linear", "nonlinear"])
def test_closure_with_a_covariance_from_blocks(kind):
    """400 blocks, 6 data that are correlated: the errors know the noise of the weights, p is Hotelling's."""
    rng = np.random.default_rng([12, len(kind)])
    model, n_blocks = model_of(kind, rng, 6), 400
    root = 0.02 * rng.normal(size=(6, 6))
    pulls, chances = [], []
    for _ in range(REPLICAS):
        rows = model.value(TRUTH) + np.sqrt(n_blocks) * rng.normal(size=(n_blocks, 6)) @ root.T
        deviations = (rows - rows.mean(axis=0)) / np.sqrt(n_blocks * (n_blocks - 1))
        source = Source("networks of seed 1", n_blocks, n_blocks)
        found = fit_polynomial(Estimate(rows.mean(axis=0), Uncertainty.of_blocks(source, deviations)), model)
        pulls.append((found.parameters - TRUTH) / found.errors)
        chances.append(found.p_value)
    judge(pulls, chances)


@pytest.mark.statistical
def test_a_wrong_model_is_rejected():
    """A missing λ² of three standard errors a number: p-values pile up at zero."""
    rng = np.random.default_rng(13)
    full = model_of("nonlinear", rng, 8)
    short = Polynomial.of({LAMBDA: full.coefficients[0].value, KAPPA: full.coefficients[1].value})
    spread = Uncertainty.known(0.02**2 * np.eye(8))
    chances = [
        fit_polynomial(Estimate(full.value(TRUTH) + 0.02 * rng.normal(size=8), spread), short).p_value
        for _ in range(50)
    ]
    assert np.median(chances) < 1e-3
