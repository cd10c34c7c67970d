"""Generalised least squares against independent solutions and synthetic ensembles."""

import numpy as np
import pytest
from scipy import optimize, stats

from numerics.errors import InvalidStatistics, SingularProblem
from numerics.exact.correlators import exact_correlators
from numerics.inference.linear import fit
from numerics.networks.architectures import ReLUNet
from numerics.sampling.ensemble import Ensemble


def test_agrees_with_textbook_formula_where_the_covariance_is_regular():
    rng = np.random.default_rng(1)
    mixing = rng.standard_normal((7, 7)) + 3 * np.eye(7)
    covariance = mixing @ mixing.T
    design = rng.standard_normal((7, 2))
    data = rng.standard_normal(7)
    result = fit(data, design, covariance, n_blocks=None)
    inverse = np.linalg.inv(covariance)
    normal = np.linalg.inv(design.T @ inverse @ design)
    np.testing.assert_allclose(result.parameters, normal @ design.T @ inverse @ data, rtol=1e-9)
    np.testing.assert_allclose(result.covariance, normal, rtol=1e-9)
    residual = data - design @ result.parameters
    assert result.chi2 == pytest.approx(residual @ inverse @ residual, rel=1e-9)
    assert result.dof == 5
    assert result.upper_tail == pytest.approx(stats.chi2(5).sf(result.chi2))


def test_agrees_with_curve_fit():
    rng = np.random.default_rng(2)
    x = np.linspace(-1, 1, 9)
    covariance = 0.01 * np.exp(-(np.subtract.outer(x, x) ** 2)) + 0.001 * np.eye(9)
    data = rng.multivariate_normal(1.5 - 0.3 * x, covariance)
    theirs, their_covariance = optimize.curve_fit(
        lambda x, a, b: a + b * x, x, data, sigma=covariance, absolute_sigma=True
    )
    ours = fit(data, np.stack([np.ones(9), x], axis=1), covariance, n_blocks=None)
    np.testing.assert_allclose(ours.parameters, theirs, rtol=1e-6)
    np.testing.assert_allclose(ours.covariance, their_covariance, rtol=1e-4, atol=1e-9)


def test_rank_one_data_leave_no_freedom():
    # one-dimensional ReLU-net without bias: every element is the same random number times Πx
    shape = np.prod(np.random.default_rng(3).uniform(0.2, 1.2, (126, 4)), axis=1)
    covariance = 0.01 * np.outer(shape, shape)
    result = fit(1.7 * shape, 1e11 * shape[:, None], covariance, n_blocks=1000)
    assert (result.rank, result.dof, result.chi2, result.p_value) == (1, 0, 0.0, 1.0)
    assert result.parameters[0] == pytest.approx(1.7e-11, rel=1e-12)
    assert result.errors[0] == pytest.approx(0.1e-11, rel=1e-9)
    assert result.null_residual == 0.0
    # a model of another shape fits the one direction as well, but contradicts the exact relations
    wrong = fit(1.7 * shape, np.sqrt(shape)[:, None], covariance, n_blocks=1000)
    assert wrong.dof == 0
    model = np.sqrt(shape) * wrong.parameters[0]
    assert wrong.null_residual == pytest.approx(
        np.linalg.norm((1.7 * shape - model) / shape) / np.linalg.norm(1.7 * np.ones(126)), rel=1e-3
    )


@pytest.mark.statistical
@pytest.mark.parametrize("precision", ["double", "single"])
def test_sampled_relu_networks_leave_one_direction(precision):
    network, points = ReLUNet(20), np.array([[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]])
    sample = Ensemble(network, points, seed=3, precision=precision).correlators(50_000, orders=(4,))
    four = exact_correlators(network, points, orders=(4,))[4]
    shape = np.prod(points[four.indices, 0], axis=1)
    result = fit(sample[4].value, shape[:, None], sample.covariance(), n_blocks=sample.n_blocks)
    assert (len(shape), result.rank, result.dof, result.null_residual) == (126, 1, 0, 0.0)
    assert abs(result.parameters[0] - four.value[0] / shape[0]) < 4.5 * result.errors[0]
    assert result.errors[0] * shape[0] == pytest.approx(sample[4].error[0], rel=1e-3)


@pytest.mark.statistical
@pytest.mark.parametrize(("size", "rank", "n_blocks"), [(6, 6, 60), (50, 12, 80)])
def test_p_values_and_pulls_of_repeated_experiments(size, rank, n_blocks):
    rng = np.random.default_rng(4)
    mixing = rng.standard_normal((size, rank))
    design = mixing @ rng.standard_normal((rank, 2))  # compatible with the exact relations of the data
    truth = np.array([0.4, -1.1])
    p_values, distances = [], []
    for _ in range(1500):
        blocks = design @ truth + rng.standard_normal((n_blocks, rank)) @ mixing.T
        result = fit(blocks.mean(axis=0), design, np.cov(blocks, rowvar=False) / n_blocks, n_blocks=n_blocks)
        assert result.dof == rank - 2
        assert result.null_residual == 0.0
        p_values.append(result.p_value)
        distances.append((result.parameters - truth) / result.errors)
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3
    # pulls have width one
    pulls = np.array(distances)
    assert np.all(np.abs(pulls.mean(axis=0)) < 4 / np.sqrt(1500))
    spread = np.mean(pulls**2, axis=0)
    assert np.all(np.abs(spread - 1) < 0.16)


@pytest.mark.statistical
def test_parameter_covariance_matches_the_scatter():
    rng = np.random.default_rng(5)
    mixing, n_blocks = rng.standard_normal((12, 12)), 30
    design = rng.standard_normal((12, 2))
    found, quoted = [], []
    for _ in range(4000):
        blocks = rng.standard_normal((n_blocks, 12)) @ mixing.T
        result = fit(blocks.mean(axis=0), design, np.cov(blocks, rowvar=False) / n_blocks, n_blocks=n_blocks)
        found.append(result.parameters)
        quoted.append(result.covariance)
    # without the correction for an estimated covariance the quoted one would be 2.4 times too small
    np.testing.assert_allclose(np.mean(quoted, axis=0), np.cov(found, rowvar=False), rtol=0.1, atol=1e-3)


def test_a_shift_of_the_data_along_the_design_is_found_exactly():
    rng = np.random.default_rng(6)
    mixing = rng.standard_normal((20, 5))
    design = mixing[:, :2]
    covariance = mixing @ mixing.T
    data = mixing @ rng.standard_normal(5)
    before = fit(data, design, covariance, n_blocks=50)
    after = fit(data + design @ np.array([2.0, -3.0]), design, covariance, n_blocks=50)
    np.testing.assert_allclose(after.parameters - before.parameters, [2.0, -3.0], rtol=1e-8)
    assert after.chi2 == pytest.approx(before.chi2, rel=1e-8)


def test_parameters_that_cannot_be_told_apart_are_refused():
    shape = np.arange(1.0, 5.0)
    with pytest.raises(SingularProblem, match="only 1 combination"):
        fit(shape, np.stack([shape, 2 * shape], axis=1), np.outer(shape, shape), n_blocks=100)
    with pytest.raises(SingularProblem):
        fit(shape, np.zeros((4, 1)), np.eye(4), n_blocks=100)


@pytest.mark.parametrize(
    ("data", "design", "covariance", "n_blocks"),
    [
        (np.zeros(3), np.ones((2, 1)), np.eye(3), 10),
        (np.zeros(3), np.ones(3), np.eye(3), 10),
        (np.zeros(3), np.ones((3, 0)), np.eye(3), 10),
        (np.zeros(3), np.ones((3, 1)), np.eye(2), 10),
        (np.array([0.0, np.nan, 0.0]), np.ones((3, 1)), np.eye(3), 10),
        (np.zeros(3), np.ones((3, 1)), np.eye(3), 3),
    ],
)
def test_nonsense_is_refused(data, design, covariance, n_blocks):
    with pytest.raises(InvalidStatistics):
        fit(data, design, covariance, n_blocks=n_blocks)


def _scatter_over_error(model_error, n_blocks, with_blocks, repeats=1500):
    """Root mean square over repeats of (parameter - its mean) / quoted error."""
    rng = np.random.default_rng(11)
    mixing = rng.standard_normal((5, 5)) + 2 * np.eye(5)
    truth = np.ones(5) + model_error * np.array([1.0, -1.0, 0.5, -1.5, 1.0])
    values, errors = [], []
    for _ in range(repeats):
        blocks = truth + rng.standard_normal((n_blocks, 5)) @ mixing.T
        result = fit(
            blocks.mean(axis=0), np.ones((5, 1)), np.cov(blocks.T) / n_blocks, n_blocks,
            blocks=blocks if with_blocks else None,
        )  # fmt: skip
        values.append(result.parameters[0])
        errors.append(result.errors[0])
    return np.std(values) / np.sqrt(np.mean(np.square(errors)))


# A standard deviation from 1500 draws is known to 1.8 %; four of those on either side, and the error
# estimate itself is good to a few percent at 60 blocks.
@pytest.mark.statistical
@pytest.mark.parametrize(("model_error", "with_blocks"), [(0.0, False), (0.0, True), (1.5, True)])
def test_quoted_errors_are_the_scatter_of_the_parameter(model_error, with_blocks):
    assert abs(_scatter_over_error(model_error, 60, with_blocks) - 1) < 0.11


@pytest.mark.statistical
def test_a_wrong_model_scatters_far_more_than_gauss_and_markov_say():
    assert _scatter_over_error(1.5, 60, with_blocks=False) > 1.5


@pytest.mark.statistical
def test_few_blocks_cost_precision_as_rao_says():
    # At 12 blocks and four degrees of freedom the factor is 11·10/(7·6) = 2.6; without it the ratio
    # would be 1.6, and with a count off by one at least 5 % away from 1.
    assert abs(_scatter_over_error(0.0, 12, with_blocks=False, repeats=6000) - 1) < 0.035
