"""Power laws: exact data, errors against SciPy's fit and against scatter, correlated widths, refusals."""

import numpy as np
import pytest
from scipy import optimize, stats

from numerics.errors import InvalidStatistics
from numerics.inference.power_law import fit_power_law

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
        [law.amplitude_error, law.exponent_error], np.sqrt(np.diag(covariance)), rtol=1e-5
    )
    assert law.correlation == pytest.approx(
        covariance[0, 1] / np.sqrt(np.prod(np.diag(covariance))), rel=1e-5
    )


@pytest.mark.statistical
def test_pulls_and_p_values_with_correlated_widths():
    """Noise larger than the signal at the largest width, where a logarithm would often not exist."""
    rng = np.random.default_rng(2)
    spread = 0.02**2 * (0.5 + 0.5 * np.eye(5))
    root = np.linalg.cholesky(spread)
    pulls, chances = [], []
    for _ in range(400):
        law = fit_power_law(WIDTHS, WIDTHS**-1.5 + root @ rng.normal(size=5), spread)
        pulls.append((law.exponent - 1.5) / law.exponent_error)
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
