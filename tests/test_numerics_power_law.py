"""Power laws: exact data, errors against SciPy's fit and against scatter, correlated widths, refusals."""

import numpy as np
import pytest
from scipy import optimize, stats

from numerics.errors import InvalidStatistics
from numerics.inference.power_law import fit_power_law
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

WIDTHS = np.array([2.0, 3.0, 5.0, 10.0, 20.0])


@pytest.mark.parametrize(("amplitude", "exponent"), [(3.7, 1.0), (-0.02, 2.0), (1e-9, -0.5)])
def test_exact_data(amplitude, exponent):
    y = amplitude * WIDTHS**-exponent
    law = fit_power_law(WIDTHS, y, (0.03 * y) ** 2)
    assert law.exponent == pytest.approx(exponent, rel=1e-9)
    assert law.amplitude == pytest.approx(amplitude, rel=1e-9)
    assert law.chi2 < 1e-15
    np.testing.assert_allclose(law(WIDTHS), y, rtol=1e-9)


def test_errors_equal_those_of_another_fitter():
    rng = np.random.default_rng(1)
    errors = 0.05 * WIDTHS**-0.5
    y = 2 / WIDTHS + errors * rng.normal(size=5)
    law = fit_power_law(WIDTHS, y, errors**2)
    best, covariance = optimize.curve_fit(
        lambda n, a, p: a * n**-p,
        WIDTHS,
        y,
        p0=(2, 1),
        sigma=errors,
        absolute_sigma=True,
        xtol=1e-14,
        ftol=1e-14,
    )
    np.testing.assert_allclose([law.amplitude, law.exponent], best, rtol=1e-6)
    np.testing.assert_allclose(
        [law.amplitude.error, law.exponent.error], np.sqrt(np.diag(covariance)), rtol=1e-5
    )
    np.testing.assert_allclose(law.parameters.covariance, covariance, rtol=1e-5)


@pytest.mark.statistical
def test_pulls_and_p_values_with_correlated_widths():
    """Noise larger than the signal at the largest width, where a logarithm would often not exist."""
    rng = np.random.default_rng(2)
    spread = 0.02**2 * (0.5 + 0.5 * np.eye(5))
    root = np.linalg.cholesky(spread)
    pulls, chances = [], []
    for _ in range(400):
        law = fit_power_law(WIDTHS, WIDTHS**-1.5 + root @ rng.normal(size=5), spread)
        pulls.append((law.exponent.value - 1.5) / law.exponent.error)
        chances.append(law.p_value)
    assert abs(np.mean(pulls)) < 4 / 20
    assert abs(np.std(pulls) - 1) < 4 / np.sqrt(800)
    assert stats.kstest(chances, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("widths", "values", "covariance", "message"),
    [
        ([2, 2], [1, 1], [1, 1], "two different"),
        ([2, 3], [1, np.nan], [1, 1], "finite"),
        ([0, 3], [1, 1], [1, 1], "positive"),
        ([2, 3, 4], [1, 1], [1, 1], "given"),
        ([2, 3], [1, 1], [1, 0], "positive definite"),
        ([2, 3, 4], [0.1, -0.1, 0.1], [1, 1, 1], "differ from zero"),
    ],
)
def test_impossible_fits_are_refused(widths, values, covariance, message):
    with pytest.raises(InvalidStatistics, match=message):
        fit_power_law(widths, values, covariance)


def test_a_law_remembers_what_it_was_fitted_to():
    """Errors come from the numbers that were fitted: the shift of y by a constant, to first order."""
    y = Estimate(2 / WIDTHS, Uncertainty.known(np.diag((0.01 / WIDTHS) ** 2)))
    law = fit_power_law(WIDTHS, y)
    np.testing.assert_allclose(law.parameters.covariance, _by_rows(y), rtol=1e-9)
    # twice the numbers: twice the amplitude, the same power, nothing scatters between them
    again = fit_power_law(WIDTHS, 2 * y)
    np.testing.assert_allclose((again.amplitude - 2 * law.amplitude).error, 0.0, atol=1e-12)
    np.testing.assert_allclose((again.exponent - law.exponent).error, 0.0, atol=1e-12)
    # of other numbers with the same covariance it is independent
    other = fit_power_law(WIDTHS, Estimate(2 / WIDTHS, Uncertainty.known(np.diag((0.01 / WIDTHS) ** 2), "b")))
    np.testing.assert_allclose((other.exponent - law.exponent).error, np.sqrt(2) * law.exponent.error)
    # the curve: the error of A N^(−p) where A and p are anticorrelated is less than that of A alone
    curve, step = law(WIDTHS), 1e-6
    slopes = [
        (law.amplitude.value + a) * WIDTHS ** -(law.exponent.value + p) - curve.value
        for a, p in ((step, 0), (0, step))
    ]
    spread = np.sqrt(np.einsum("pi,pq,qi->i", slopes, law.parameters.covariance, slopes)) / step
    np.testing.assert_allclose(curve.error, spread, rtol=1e-4)


def _by_rows(y):
    """Covariance of (A, p) from shifted data, refitted: central differences."""
    gain = []
    for row in range(len(WIDTHS)):
        shift = np.zeros(len(WIDTHS))
        shift[row] = 1e-4 * y.error[row]
        two = [fit_power_law(WIDTHS, y.value + s * shift, y.covariance).parameters.value for s in (1, -1)]
        gain.append((two[0] - two[1]) / (2 * shift[row]))
    return np.transpose(gain) @ y.covariance @ gain


def test_exact_numbers_give_a_bound():
    exact = Estimate(3 * WIDTHS**-2.0, 1e-9 * WIDTHS**-2.0)
    law = fit_power_law(WIDTHS, exact, (0.01 * exact.value) ** 2)
    assert not law.parameters.uncertainty.statistical
    assert 0 < law.exponent.error < 1e-8
    with pytest.raises(InvalidStatistics, match="bounds have no covariance"):
        fit_power_law(WIDTHS, exact)


@pytest.mark.parametrize("old", ["exponent_error", "amplitude_error", "correlation"])
def test_old_names_work_for_one_release(old):
    law = fit_power_law(WIDTHS, 2 / WIDTHS, (0.1 / WIDTHS) ** 2)
    with pytest.warns(DeprecationWarning, match=rf"law\.{old} is now law\."):
        found = getattr(law, old)
    spread = law.parameters.covariance
    errors = np.sqrt(np.diag(spread))
    known = {
        "amplitude_error": errors[0],
        "exponent_error": errors[1],
        "correlation": spread[0, 1] / errors.prod(),
    }
    assert found == pytest.approx(known[old], rel=1e-12)
    assert round(law.exponent, 9) == 1.0
    assert f"{law.exponent:.3f}" == "1.000"
    with pytest.raises(AttributeError, match="no attribute 'slope'"):
        getattr(law, "slope")  # noqa: B009
