"""Profiles and asymmetric errors by Minuit: closed forms, another minimiser, and what is refused."""

import sys

import numpy as np
import pytest
from scipy import optimize

import nnft_sym as nn
from numerics.errors import InvalidStatistics, NotAvailable, SingularProblem
from numerics.inference.minuit import asymmetric_errors, profile
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

LAMBDA, SQUARE, KAPPA = (("lambda", 1),), (("lambda", 2),), (("kappa", 1),)


def sampled(values, covariance):
    return Estimate(values, Uncertainty.known(covariance))


def test_a_linear_model_has_a_parabola():
    """Both sides are the error of the fit, and χ² rises by the square of the distance in errors."""
    pytest.importorskip("iminuit")
    rng = np.random.default_rng(1)
    root = rng.normal(size=(6, 6))
    # couplings of very different sizes
    design = rng.normal(size=(6, 2)) * [1e9, 1.0]
    model = Polynomial.of({LAMBDA: design[:, 0], KAPPA: design[:, 1]})
    data = model.value([3.0, 2e-9]) + 0.01 * rng.normal(size=6)
    fit = fit_polynomial(sampled(data, 1e-4 * root @ root.T), model)
    for name, one in asymmetric_errors(fit).items():
        assert one.value == pytest.approx(float(fit[name]), abs=1e-5 * float(fit[name].error))
        assert (one.lower, one.upper) == pytest.approx((float(fit[name].error),) * 2, rel=1e-4)
    along = profile(fit, "lambda", points=7)
    distance = (along.values - float(fit["lambda"])) / float(fit["lambda"].error)
    np.testing.assert_allclose(distance, np.linspace(-3, 3, 7), atol=1e-5)
    np.testing.assert_allclose(along.chi2 - along.minimum, distance**2, atol=1e-4)
    assert along.minimum == pytest.approx(fit.chi2, rel=1e-6)
    assert "rise of chi2" in along._repr_html_()


def test_one_bent_coupling_in_closed_form():
    """d = −24λ + 864λ² with error σ: χ² has risen by one where the model is d ± σ."""
    pytest.importorskip("iminuit")
    true, sigma = 0.008, 0.02
    datum = -24 * true + 864 * true**2
    fit = fit_polynomial(sampled([datum], [[sigma**2]]), Polynomial.of({LAMBDA: [-24.0], SQUARE: [864.0]}))
    found = asymmetric_errors(fit)["lambda"]
    ends = [(24 - np.sqrt(24**2 + 4 * 864 * level)) / (2 * 864) for level in (datum + sigma, datum - sigma)]
    assert found.value == pytest.approx(true, rel=1e-6)
    assert found.lower == pytest.approx(true - ends[0], rel=1e-4)
    assert found.upper == pytest.approx(ends[1] - true, rel=1e-4)
    assert found.upper > 1.2 * found.lower


def test_a_profile_against_another_minimiser():
    pytest.importorskip("iminuit")
    rng = np.random.default_rng(3)
    linear, other, square = rng.normal(size=(3, 5))
    model = Polynomial.of({LAMBDA: linear, KAPPA: other, SQUARE: 0.5 * square})
    data = model.value([0.6, -0.4]) + 0.1 * rng.normal(size=5)
    fit = fit_polynomial(sampled(data, 0.01 * np.eye(5)), model)
    along = profile(fit, "lambda", span=2.0, points=5)
    for value, chi2 in zip(along.values, along.chi2, strict=True):
        best = optimize.minimize_scalar(
            lambda kappa, value=value: np.sum((data - model.value([kappa, value])) ** 2) / 0.01
        )
        assert chi2 == pytest.approx(best.fun, rel=1e-5)


@pytest.mark.statistical
def test_couplings_of_a_sample():
    """Order by order, and of all orders at once, where the system bends."""
    pytest.importorskip("iminuit")
    network, action = nn.GaussNet(30, 0.3, 0.3), nn.Action("lambda*f^4+kappa*f^6")
    sample = nn.Ensemble(network, [[0.0]], seed=1, estimator="conditional").correlators(
        50_000, (2, 4, 6), 400
    )
    model = nn.Model.leading(action)
    leading, joint = (nn.infer(sample, model, network, counting=one) for one in ("1/N", "joint"))
    for found in (leading, joint):
        sides = found.asymmetric_errors()
        assert set(sides) == {"lambda", "kappa"}
        for name, one in sides.items():
            assert one.value == pytest.approx(float(found[name]), abs=0.01 * float(found[name].error))
            # the fit knows the noise of its weights, χ² does not
            assert 0.5 * (one.lower + one.upper) == pytest.approx(float(found[name].error), rel=0.1)
    assert joint.profile("kappa", points=3).chi2[1] < 1e-4
    exact = nn.infer(nn.exact_correlators(network, [[0.0]]), model, network)
    with pytest.raises(InvalidStatistics, match="the data are exact"):
        exact.asymmetric_errors()
    with pytest.raises(InvalidStatistics, match="coupling 'mu' was not inferred"):
        joint.profile("mu")


def test_what_is_refused(monkeypatch):
    fit = fit_polynomial(sampled([1.0, 1.1], np.eye(2)), Polynomial.of({LAMBDA: [1.0, 1.0]}))
    with pytest.raises(InvalidStatistics, match="coupling 'kappa' was not fitted"):
        profile(fit, "kappa")
    with pytest.raises(InvalidStatistics, match=r"span = 0\.0 was given"):
        profile(fit, "lambda", span=0.0)
    with pytest.raises(InvalidStatistics, match="points = 1 was given"):
        profile(fit, "lambda", points=1)
    near = Polynomial.of({LAMBDA: [1.0, 1.0], KAPPA: [1.0, 1.0001]})
    loose = fit_polynomial(sampled([100.0, 100.0], np.eye(2)), near)
    with pytest.raises(SingularProblem, match="do not determine"):
        asymmetric_errors(loose)
    monkeypatch.setitem(sys.modules, "iminuit", None)
    with pytest.raises(NotAvailable, match="made by iminuit, which is not installed: pip install iminuit"):
        asymmetric_errors(fit)
