"""The 1/N law from samples: exponents with errors, m_n against exact, the scatter of one experiment."""

import numpy as np
import pytest
from scipy import stats

from nnft_sym.study.width_scan import scan_widths
from nnft_sym.study.width_series import free_theory
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.connected import mean_ratio

LINE = np.array([[-1.0], [-0.2], [0.6]])
POSITIVE = np.array([[0.2], [0.8], [1.2]])


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("network", "points"),
    [(ErfNet(1), LINE), (ReLUNet(1), POSITIVE), (CosNet(1), LINE), (GaussNet(1, 0.2, 0.2), LINE)],
    ids=["erf", "relu", "cos", "gauss"],
)
def test_exponents_from_samples(network, points):
    """Conditional estimator, N = 2 … 200: powers −1 and −2 to a percent, amplitude one, straight lines."""
    scan = scan_widths(
        network, points, (2, 5, 10, 50, 200), networks=20_000, experiments=4, seed=3, estimator="conditional"
    )
    for series, power in zip(scan.series, (1.0, 2.0), strict=True):
        law = series.law
        assert law.exponent.error < 0.02
        assert abs(law.exponent - power) < 4 * law.exponent.error
        # with the exact shape the amplitude is one
        assert abs(law.amplitude - 1) < 4 * law.amplitude.error
        assert law.p_value > 1e-3
        assert series.law_exact.exponent == pytest.approx(power, abs=1e-9)
        away = series.projection - series.projection_exact
        pulls = away.value / away.error
        assert stats.chi2.sf(np.sum(pulls**2), 5) > 1e-3


@pytest.mark.statistical
def test_exponents_from_the_experiment_itself():
    """Plain estimator: ReLU-net, where the correction is large."""
    scan = scan_widths(ReLUNet(1), POSITIVE, (10, 15, 20, 30), networks=500_000, experiments=4, seed=5)
    for series, power in zip(scan.series, (1.0, 2.0), strict=True):
        assert abs(series.law.exponent - power) < 4 * series.law.exponent.error
        assert series.law.exponent.error < 0.06 * power
        away = series.m - series.m_exact
        assert np.all(np.abs(away) < 4.5 * away.error)
        # here every ΔG is far above the noise
        assert np.all(series.m > 2 * series.scatter_of_experiment)


@pytest.mark.statistical
def test_background_is_the_scatter_of_one_experiment():
    """Its expectation is the standard error of a sample of that size, element by element."""
    network = ErfNet(50)
    scan = scan_widths(network, LINE, (50, 60), networks=2000, experiments=40, seed=9)
    for series in scan.series:
        free = free_theory(network, LINE, series.order)
        one = Ensemble(network, LINE, seed=99).correlators(200_000)[series.order]
        expected = mean_ratio(one.error * np.sqrt(200_000 / 2000), free)
        # std of 40 experiments, strongly correlated elements: at worst 11 % each
        assert abs(series.scatter_of_experiment[0] / expected - 1) < 4 * 0.12
        np.testing.assert_allclose(
            series.scatter_of_mean, series.scatter_of_experiment / np.sqrt(40), rtol=1e-14
        )


def test_heavy_tails_are_not_fitted():
    scan = scan_widths(GaussNet(1), 0.01 * LINE, (2, 10), networks=2000, experiments=5)
    assert not any(series.trusted.any() for series in scan.series)
    assert [series.law for series in scan.series] == [None, None]
    assert scan.series[1].law_exact.exponent == pytest.approx(2.0)


def test_exact_moments_by_hand():
    """ReLU-net at one point: G4 = (3/4 + 15/4N), G_GP = 3/4, so m_4 = 5/N."""
    scan = scan_widths(ReLUNet(1), [1.0], (2, 3), networks=100, experiments=2)
    assert scan.m_exact(4, 7) == pytest.approx(5 / 7, rel=1e-12)
    np.testing.assert_allclose(scan.series[0].m_exact, [5 / 2, 5 / 3], rtol=1e-12)
    six = exact_correlators(ReLUNet(7), [[1.0]])[6].value[0]
    assert scan.m_exact(6, 7) == pytest.approx(six / (15 / 8) - 1, rel=1e-12)


def test_without_an_exact_answer():
    """Moments of Gauss-net beyond floating point: the scan still works, without the exact curve."""
    scan = scan_widths(GaussNet(1, 0.2, 9.0), [0.1], (2, 3), networks=200, experiments=2)
    assert scan.exact is None
    assert scan.series[0].m_exact is None
    assert scan.series[0].projection_exact is None
    with pytest.raises(NotAvailable, match="no exact correlators"):
        scan.m_exact(4, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widths": (5,)}, "two different"),
        ({"widths": (0, 5)}, "two different"),
        ({"widths": (2.0, 5.0)}, "two different"),
        ({"networks": 10}, "networks"),
        ({"experiments": 1}, "experiments"),
        ({"estimator": "clever"}, "estimator"),
    ],
)
def test_impossible_scans_are_refused(options, message):
    with pytest.raises(InvalidStatistics, match=message):
        scan_widths(ErfNet(1), LINE, **{"widths": (2, 5), "networks": 1000, "experiments": 2, **options})


def test_progress_covers_all_widths_by_their_cost():
    seen = []
    scan_widths(ErfNet(1), LINE, (2, 1000), networks=200, experiments=2, progress=lambda *p: seen.append(p))
    assert len(seen) == 2
    assert 0 < seen[0][0] < 0.1 * seen[0][1]
    assert seen[-1] == (800, 800)
