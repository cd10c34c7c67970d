"""χ², p-values and pulls against SciPy, brute force and synthetic ensembles."""

import numpy as np
import pytest
from scipy import stats

from numerics.errors import InvalidStatistics
from numerics.inference.comparison import compare, two_sided, upper_tail
from numerics.inference.eigenbasis import eigenbasis


def synthetic(rng, mixing, n_blocks):
    """Mean and covariance of the mean of `n_blocks` correlated Gaussian blocks of mean zero."""
    blocks = rng.standard_normal((n_blocks, mixing.shape[1])) @ mixing.T
    return blocks.mean(axis=0), np.cov(blocks, rowvar=False) / n_blocks


def test_one_element_is_student_t():
    # Hotelling with one element is the two-sided t test, which SciPy computes from the raw blocks.
    blocks = np.random.default_rng(1).normal(0.1, 2.0, 37)
    outcome = compare(np.array([blocks.mean()]), np.array([[blocks.var(ddof=1) / 37]]), n_blocks=37)
    student = stats.ttest_1samp(blocks, 0.0)
    assert outcome.chi2 == pytest.approx(student.statistic**2, rel=1e-12)
    assert outcome.upper_tail == pytest.approx(student.pvalue, rel=1e-10)
    assert outcome.p_value == pytest.approx(2 * min(student.pvalue, 1 - student.pvalue), rel=1e-10)


def test_full_rank_is_the_ordinary_quadratic_form():
    rng = np.random.default_rng(2)
    mixing = rng.standard_normal((5, 5)) * 10.0 ** np.arange(-4, 6, 2)[:, None]  # scales differ by 10^8
    difference, covariance = synthetic(rng, mixing, 40)
    outcome = compare(difference, covariance, n_blocks=40, threshold=1e-12)
    assert outcome.dof == 5
    assert outcome.chi2 == pytest.approx(difference @ np.linalg.solve(covariance, difference), rel=1e-8)
    np.testing.assert_allclose(outcome.pulls, difference / np.sqrt(np.diag(covariance)))


def test_known_covariance_is_plain_chi_square():
    outcome = compare(np.array([3.0, 4.0]), np.diag([1.0, 4.0]), n_blocks=None)
    assert outcome.chi2 == pytest.approx(13.0)
    assert outcome.upper_tail == pytest.approx(np.exp(-6.5))  # χ² with two degrees of freedom
    assert outcome.chi2_dof == pytest.approx(6.5)


@pytest.mark.statistical
@pytest.mark.parametrize(("size", "rank", "n_blocks"), [(4, 4, 12), (30, 3, 50), (40, 25, 60)])
def test_p_values_are_uniform(size, rank, n_blocks):
    rng = np.random.default_rng(3)
    mixing = rng.standard_normal((size, rank))
    p_values = [compare(*synthetic(rng, mixing, n_blocks), n_blocks=n_blocks).p_value for _ in range(800)]
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


@pytest.mark.statistical
def test_p_values_are_uniform_for_a_falling_spectrum():
    # the eigenvalues fall through the threshold without a gap, as those of sampled moments do
    rng = np.random.default_rng(4)
    mixing = np.linalg.qr(rng.standard_normal((60, 60)))[0] * 10.0 ** (-np.arange(60) / 6)
    outcomes = [compare(*synthetic(rng, mixing, 200), n_blocks=200) for _ in range(400)]
    assert {outcome.dof for outcome in outcomes} <= {17, 18, 19, 20}
    assert stats.kstest([outcome.p_value for outcome in outcomes], "uniform").pvalue > 1e-3
    assert all(outcome.null_residual == 0 for outcome in outcomes)


def test_chi_square_ignores_the_order_and_units_of_the_elements():
    rng = np.random.default_rng(5)
    difference, covariance = synthetic(rng, rng.standard_normal((8, 3)), 30)
    units = 10.0 ** rng.uniform(-8, 8, 8)
    order = rng.permutation(8)
    changed = compare(
        (difference * units)[order], (covariance * np.outer(units, units))[np.ix_(order, order)], n_blocks=30
    )
    original = compare(difference, covariance, n_blocks=30)
    assert changed.dof == original.dof == 3
    assert changed.chi2 == pytest.approx(original.chi2, rel=1e-6)


def test_violation_of_an_exact_relation_is_reported_whatever_the_p_value():
    direction = np.array([1.0, 2.0, 3.0])
    covariance = np.outer(direction, direction)
    assert compare(0.7 * direction, covariance, n_blocks=100).null_residual == 0.0
    bent = 0.7 * direction + np.array([0.0, 0.0, 0.5])
    outcome = compare(bent, covariance, n_blocks=100)
    assert outcome.dof == 1
    assert outcome.p_value > 0.05
    # by hand, in units of the standard errors: what is not along (1, 1, 1)
    u = bent / direction
    assert outcome.null_residual == pytest.approx(np.linalg.norm(u - u.mean()) / np.linalg.norm(u))


def test_honest_noise_below_the_threshold_is_no_violation():
    rng = np.random.default_rng(7)
    mixing = np.diag([1.0, 1.0, 1e-4]) @ rng.standard_normal((3, 3))
    found = [compare(*synthetic(rng, mixing[[0, 1, 2, 0]], 50), n_blocks=50) for _ in range(200)]
    assert all(outcome.null_residual == 0 for outcome in found)


def test_elements_that_do_not_fluctuate():
    covariance = np.diag([1.0, 0.0])
    fine = compare(np.array([1.0, 0.0]), covariance, n_blocks=20)
    assert (fine.dof, fine.pulls.tolist(), fine.null_residual) == (1, [1.0, 0.0], 0.0)
    wrong = compare(np.array([1.0, -1e-9]), covariance, n_blocks=20)
    assert wrong.pulls[1] == -np.inf
    assert wrong.null_residual == np.inf


def test_nothing_to_compare():
    outcome = compare(np.zeros(2), np.zeros((2, 2)), n_blocks=20)
    assert (outcome.dof, outcome.chi2, outcome.p_value, outcome.upper_tail) == (0, 0.0, 1.0, 1.0)
    assert np.isnan(outcome.chi2_dof)


def test_fewer_blocks_than_elements_do_not_invent_relations():
    rng = np.random.default_rng(8)
    covariance = synthetic(rng, np.eye(30), 10)[1]
    basis = eigenbasis(covariance, n_blocks=10)
    assert basis.rank == 9
    # nine directions from ten blocks cannot be judged at all, and the message says so
    with pytest.raises(InvalidStatistics, match="more blocks"):
        compare(rng.standard_normal(30), covariance, n_blocks=9)


def test_two_sided_is_symmetric_between_too_good_and_too_bad():
    low, high = stats.f(4, 16).ppf([0.01, 0.99]) * 4 * 19 / 16
    assert two_sided(low, 4, 19) == pytest.approx(0.02)
    assert two_sided(high, 4, 19) == pytest.approx(0.02)
    assert upper_tail(high, 4, 19) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("difference", "covariance", "n_blocks"),
    [
        (np.zeros(3), np.eye(2), 10),
        (np.array([np.nan, 0.0]), np.eye(2), 10),
        (np.zeros(2), np.array([[1.0, np.inf], [np.inf, 1.0]]), 10),
        (np.zeros(2), np.diag([1.0, -1.0]), 10),
        (np.zeros(2), np.ones((2, 3)), 10),
        (np.zeros(2), np.eye(2), 1),
    ],
)
def test_nonsense_is_refused(difference, covariance, n_blocks):
    with pytest.raises(InvalidStatistics):
        compare(difference, covariance, n_blocks=n_blocks)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1e-6])
def test_thresholds_out_of_range_are_refused(threshold):
    with pytest.raises(InvalidStatistics, match="threshold"):
        compare(np.zeros(2), np.eye(2), n_blocks=10, threshold=threshold)


def test_a_matrix_with_a_negative_eigenvalue_is_no_covariance():
    with pytest.raises(InvalidStatistics, match="negative eigenvalue"):
        compare(np.array([1.0, 2.0]), np.array([[1.0, 2.0], [2.0, 1.0]]), n_blocks=None)
