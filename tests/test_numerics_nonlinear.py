"""Polynomial fits against linear fits, other solvers and extended precision; roots; what is determined."""

import mpmath
import numpy as np
import pytest
from scipy import optimize

from numerics.errors import InvalidStatistics, NoRealRoot, SingularProblem
from numerics.inference.linear import fit
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial, joined_models
from numerics.inference.roots import RootSearch
from numerics.results.estimate import Estimate
from numerics.results.quality import Quality
from numerics.results.uncertainty import Source, Uncertainty

LAMBDA, KAPPA = (("lambda", 1),), (("kappa", 1),)
SQUARE = (("lambda", 2),)
BOTH = (("kappa", 1), ("lambda", 1))


def covariance_of(rng, size, rank=None):
    root = rng.normal(size=(size, size if rank is None else rank))
    return root @ root.T + (0.1 * np.eye(size) if rank is None else 0.0)


def blocks_of(rng, mean, spread, n_blocks):
    """An Estimate of the mean of Gaussian blocks, and the block means."""
    rows = rng.multivariate_normal(mean, n_blocks * spread, size=n_blocks)
    deviations = (rows - rows.mean(axis=0)) / np.sqrt(n_blocks * (n_blocks - 1))
    source = Source("networks of seed 1", 100 * n_blocks, n_blocks)
    return Estimate(rows.mean(axis=0), Uncertainty.of_blocks(source, deviations)), rows


@pytest.mark.parametrize("rank", [None, 5])
def test_linear_models_give_the_linear_fit(rank):
    rng = np.random.default_rng(1)
    spread, design = covariance_of(rng, 9, rank), rng.normal(size=(9, 2)) * [1e-5, 1e4]
    data = rng.normal(size=9)
    model = Polynomial.of({LAMBDA: design[:, 0], KAPPA: design[:, 1]})
    ours = fit_polynomial(Estimate(data, Uncertainty.known(spread)), model)
    theirs = fit(data, design[:, ::-1], spread, None)
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.covariance, rtol=1e-9)
    assert ours.names == ("kappa", "lambda")
    assert ours.chi2 == pytest.approx(theirs.chi2, rel=1e-9)
    assert (ours.dof, ours.freedom) == (theirs.dof, pytest.approx(1.0))
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-9)
    assert ours.null_residual == pytest.approx(theirs.null_residual, rel=1e-6)


def test_blocks_give_the_errors_of_the_linear_fit_with_blocks():
    """A model that is wrong, so that the noise of the weights counts."""
    rng = np.random.default_rng(2)
    spread = 0.01 * covariance_of(rng, 4)
    data, rows = blocks_of(rng, np.array([1.0, 2.0, 0.5, 3.0]), spread, 40)
    design = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 2.0, 3.0]]).T
    theirs = fit(rows.mean(axis=0), design, data.covariance, 40, blocks=rows)
    ours = fit_polynomial(data, Polynomial.of({KAPPA: design[:, 0], LAMBDA: design[:, 1]}))
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.covariance, rtol=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-6)
    assert ours.p_value < 1e-3
    assert (data - design @ ours.estimate).uncertainty.n_blocks == 40


@pytest.mark.parametrize("known", [True, False])
def test_model_errors_give_the_linear_fit_with_model_errors(known):
    rng = np.random.default_rng(9)
    noise = np.outer([1.0, 0.8, 0.7, 0.9], [1.0, 0.8, 0.7, 0.9]) * 0.1 + np.eye(4) * 1e-6
    data, rows = blocks_of(rng, np.array([1.005, 0.995, 1.0, 1.01]), noise, 60)
    if known:
        data = Estimate(data.value, Uncertainty.known(noise))
    missed, ones = np.full(4, 0.02), np.ones(4)
    spread, n_blocks = data.covariance, None if known else 60
    blocks = None if known else rows
    theirs = fit(data.value, ones[:, None], spread, n_blocks, blocks=blocks, model_error=missed)
    ours = fit_polynomial(data, Polynomial.of({LAMBDA: ones}), model_error=missed)
    assert float(ours["lambda"]) == pytest.approx(theirs.parameters[0], rel=1e-9)
    assert float(ours["lambda"].error) == pytest.approx(theirs.errors[0], rel=1e-9)
    assert ours.chi2 == pytest.approx(theirs.chi2, rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-6)
    with pytest.raises(InvalidStatistics, match="model errors of shape"):
        fit_polynomial(data, Polynomial.of({LAMBDA: ones}), model_error=[0.1])


def test_nonlinear_fits_agree_with_another_solver():
    rng = np.random.default_rng(3)
    linear, square, mixed, other = rng.normal(size=(4, 8))
    model = Polynomial.of(
        {(): np.ones(8), LAMBDA: linear, KAPPA: other, SQUARE: 0.4 * square, BOTH: 0.3 * mixed}
    )
    spread = 1e-3 * covariance_of(rng, 8)
    data = rng.multivariate_normal(model.value([-0.3, 0.5]), spread)
    ours = fit_polynomial(Estimate(data, Uncertainty.known(spread)), model)
    root = np.linalg.inv(np.linalg.cholesky(spread))

    def left(g):
        kappa, lam = g
        found = 1 + lam * linear + kappa * other + 0.4 * lam**2 * square + 0.3 * lam * kappa * mixed
        return root @ (data - found)

    theirs = optimize.least_squares(left, [-0.3, 0.5], xtol=1e-15, ftol=1e-15, gtol=1e-15)
    np.testing.assert_allclose(ours.parameters, theirs.x, rtol=1e-6)
    assert ours.chi2 == pytest.approx(2 * theirs.cost, rel=1e-9)
    # errors: how the solution moves when the data do
    moved = []
    for shift in 1e-4 * np.linalg.cholesky(spread).T:
        two = [fit_polynomial(Estimate(data + s * shift, Uncertainty.known(spread)), model) for s in (1, -1)]
        moved.append((two[0].parameters - two[1].parameters) / 2e-4)
    np.testing.assert_allclose(ours.covariance, np.transpose(moved) @ moved, rtol=1e-5)


def test_nearly_degenerate_exact_data_against_extended_precision():
    """Singular values down to 1e-5, as for λ₀, λ₂, λ_NL of Gauss-net on narrow inputs."""
    x = np.linspace(-0.01, 0.01, 9)
    columns = np.stack([np.exp(-x), np.exp(-x) * (1 + 30 * x**2), np.exp(-1.02 * x)])
    data = 3 * columns[0] - 2 * columns[1] + 0.5 * columns[2] + 1e-9 * np.cos(900 * x)
    model = Polynomial.of({((name, 1),): column for name, column in zip("abc", columns, strict=True)})
    ours = fit_polynomial(data, model)
    with mpmath.workdps(60):
        design = mpmath.matrix(columns.T.tolist())
        normal = design.T * design
        exact = mpmath.lu_solve(normal, design.T * mpmath.matrix(data.tolist()))
        np.testing.assert_allclose(ours.parameters, [float(one) for one in exact], rtol=1e-7)
    assert (ours.chi2, ours.p_value) == (None, None)
    assert ours.misfit == pytest.approx(np.abs(ours.residual).sum() / np.abs(data).sum())
    assert 1e-11 < ours.misfit < 1e-9
    assert ours.combinations[-1].singular_value < 1e-2


@pytest.mark.parametrize("width", [20, 24, 190, 10_000])
def test_roots_of_one_coupling_by_the_quadratic_formula(width):
    """1.26 l²/N + 0.3 l + 3.75 − 82.5/N = 0 (ReLU-net, λ and κ jointly)."""
    model = Polynomial.of({LAMBDA: [0.3], SQUARE: [1.26 / width]})
    target = 82.5 / width - 3.75
    found = fit_polynomial([target], model, search=RootSearch())
    both = np.roots([1.26 / width, 0.3, -target])
    connected, other = both[np.argsort(np.abs(both))]
    assert [float(one.couplings[0]) for one in found.roots] == pytest.approx([connected, other], rel=1e-9)
    assert [one.connected for one in found.roots] == [True, False]
    assert float(found["lambda"]) == pytest.approx(connected, rel=1e-9)
    if width == 20:
        assert connected == pytest.approx(1.03, abs=0.005)  # of the wrong sign: -12.5 order by order


@pytest.mark.parametrize("width", [25, 60, 100, 185])
def test_no_root_is_said(width):
    """In that range of widths the equation has no real root; several data, each a little different."""
    for bend in ([1.0], [1.0, 1.001, 0.999]):
        ones = np.ones(len(bend))
        model = Polynomial.of({LAMBDA: 0.3 * ones, SQUARE: 1.26 / width * np.array(bend)})
        with pytest.raises(NoRealRoot, match=r"ends at [\d.]+ % of the data") as caught:
            fit_polynomial((82.5 / width - 3.75) * ones, model, search=RootSearch())
        # the root ends where the discriminant vanishes
        ends = 0.09 / (4 * 1.26 / width * (3.75 - 82.5 / width))
        assert caught.value.fraction == pytest.approx(ends, abs=0.01)


def test_all_roots_of_two_couplings():
    """κ − 2λ² = a, λ + λ³/4 − λ² + … with three known roots."""
    # (λ − 0.2)(λ − 1.5)(λ + 2) = λ³ + 0.3 λ² − 3.1 λ + 0.6
    model = Polynomial.of(
        {
            LAMBDA: [-3.1, 0.2],
            SQUARE: [0.3, -2.0],
            (("lambda", 3),): [1.0, 0.0],
            KAPPA: [0.0, 1.0],
        }
    )
    found = fit_polynomial([-0.6, 0.7], model, search=RootSearch())
    lam = np.array([0.2, 1.5, -2.0])
    expected = np.stack([0.7 - 0.2 * lam + 2 * lam**2, lam], axis=1)
    assert float(found["lambda"]) == pytest.approx(0.2, rel=1e-10)
    assert len(found.roots) == 3
    ours = sorted((one.couplings.tolist() for one in found.roots), key=lambda g: g[1])
    np.testing.assert_allclose(ours, expected[np.argsort(lam)], rtol=1e-7)
    assert all(one.misfit < 1e-9 for one in found.roots)


def test_zero_dimensional_couplings_are_recovered():
    """G_c4 and G_c6 of the quartic and sextic theory to second order, all at once."""
    four = Polynomial.of({LAMBDA: [-24.0], KAPPA: [-360.0], SQUARE: [864.0], BOTH: [37440.0]})
    six = Polynomial.of({KAPPA: [-720.0], SQUARE: [5760.0], BOTH: [302400.0]})
    model = joined_models([four, six])
    truth = np.array([2e-5, 1e-3])  # kappa, lambda
    found = fit_polynomial(model.value(truth), model, search=RootSearch())
    np.testing.assert_allclose(found.parameters, truth, rtol=1e-9)
    assert found.misfit < 1e-12
    assert found.roots[0].connected


def test_parallel_couplings_are_refused_by_name():
    rng = np.random.default_rng(4)
    column = rng.normal(size=6)
    model = Polynomial.of({LAMBDA: column, KAPPA: 7e-9 * column * (1 + 1e-13)})
    with pytest.raises(SingularProblem, match="couplings kappa and lambda cannot be told apart"):
        fit_polynomial(column, model)
    with pytest.raises(SingularProblem, match="coupling kappa changes nothing"):
        fit_polynomial(column, Polynomial.of({LAMBDA: column, KAPPA: 0 * column}))
    # a coupling that occurs in higher powers only has no root that begins at the free theory
    with pytest.raises(SingularProblem, match="coupling lambda changes nothing"):
        fit_polynomial(column, Polynomial.of({KAPPA: column, SQUARE: column**2}))


@pytest.mark.parametrize(("noise", "determined"), [(1e-6, True), (1e-2, False)])
def test_what_data_do_not_determine_gets_no_number(noise, determined):
    """Columns 1e-4 apart: λ + κ is always known, the two alone only from very good data."""
    rng = np.random.default_rng(5)
    column = 1 + 0.1 * rng.normal(size=20)
    model = Polynomial.of({LAMBDA: column, KAPPA: column + 1e-4 * rng.normal(size=20)})
    spread = Uncertainty.known(noise**2 * np.eye(20))
    found = fit_polynomial(Estimate(model.value([2.0, 1.0]) + noise * rng.normal(size=20), spread), model)
    assert found.determined == (determined, determined)
    total = found.combinations[0]
    assert total.estimate is not None
    assert total.weights == pytest.approx([1.0, 1.0], abs=1e-3)
    assert abs(float(total.estimate) - total.weights @ [2.0, 1.0]) < 5 * float(total.estimate.error)
    assert [one.determined for one in found.combinations] == [True, determined]
    shown = dict(found.plain_fields().facts)
    if determined:
        assert np.all(np.abs(found.parameters - [2.0, 1.0]) < 5 * found.errors)
    else:
        assert np.all(np.isnan(found.parameters))
        assert np.all(np.isnan(found.errors))
        assert "kappa" in shown["not determined"]
        assert "lambda" in shown["not determined"]


def test_fewer_directions_than_couplings():
    """Two data that are one to rounding: a linear model is determined in part, a polynomial one refused."""
    one = Estimate([2.0, 1.0], Uncertainty.known(1e-4 * np.array([[4.0, 2.0], [2.0, 1.0]])))
    terms = {LAMBDA: [2.0, 1.0], KAPPA: [2.0, 3.0]}
    found = fit_polynomial(one, Polynomial.of(terms))
    assert found.determined == (False, False)
    assert [one.determined for one in found.combinations] == [True, False]
    assert found.dof == 0
    total = found.combinations[0]
    assert total.estimate is not None
    # in units of the errors both numbers move by 200 λ + 400 κ
    assert total.weights == pytest.approx([1.0, 0.5], rel=1e-6)
    with pytest.raises(SingularProblem, match="cannot be told apart"):
        fit_polynomial(one, Polynomial.of({**terms, SQUARE: [0.1, 0.1]}))


def test_one_coupling_compatible_with_zero_is_determined():
    rng = np.random.default_rng(6)
    found = fit_polynomial(
        Estimate(rng.normal(size=5), Uncertainty.known(np.eye(5))), Polynomial.of({LAMBDA: np.ones(5)})
    )
    assert found.determined == (True,)
    assert abs(float(found["lambda"])) < 5 * float(found["lambda"].error)


def test_bounds_of_data_and_integrals_reach_the_couplings():
    value, bound = np.array([-24.0, -12.0]), np.array([1e-6, 2e-6])
    model = Polynomial.of({LAMBDA: Estimate(value, 1e-8 * np.abs(value), quality=Quality.NOT_CONVERGED)})
    found = fit_polynomial(Estimate(0.5 * value, bound), model)
    # λ = Σ c y / Σ c²: no worse than the sum of what each number can do
    worst = np.sum(np.abs(value) * (bound + 0.5e-8 * np.abs(value))) / np.sum(value**2)
    assert float(found["lambda"]) == pytest.approx(0.5, rel=1e-12)
    assert float(found["lambda"].error) == pytest.approx(worst, rel=1e-9)
    assert not found.estimate.uncertainty.statistical
    assert found.estimate.quality is Quality.NOT_CONVERGED
    # integrals too coarse to tell two nearly equal columns apart
    two = {
        LAMBDA: Estimate(value, 1e-3 * np.abs(value)),
        KAPPA: Estimate(value * [1, 1.0001], 1e-3 * np.abs(value)),
    }
    assert fit_polynomial(value, Polynomial.of(two)).determined == (False, False)


@pytest.mark.parametrize(
    ("data", "terms", "message"),
    [
        ([1.0, 2.0], {LAMBDA: [1.0]}, "2,"),
        ([np.nan], {LAMBDA: [1.0]}, "finite"),
        ([1.0], {LAMBDA: [1.0], KAPPA: [2.0]}, "2 couplings"),
        ([1.0], {(): [1.0]}, "no couplings"),
        ([1.0j], {LAMBDA: [1.0]}, "real numbers"),
    ],
)
def test_impossible_fits_are_refused(data, terms, message):
    with pytest.raises(InvalidStatistics, match=message):
        fit_polynomial(data, Polynomial.of(terms))


@pytest.mark.parametrize("wrong", [{"starts": 0}, {"starts": 1.5}, {"reach": 0.5}, {"seed": -1}])
def test_impossible_searches_are_refused(wrong):
    with pytest.raises(InvalidStatistics, match=next(iter(wrong))):
        RootSearch(**wrong)


def test_impossible_models_are_refused():
    with pytest.raises(InvalidStatistics, match="at least one product"):
        Polynomial.of({})
    with pytest.raises(InvalidStatistics, match="shapes"):
        Polynomial.of({LAMBDA: [1.0], KAPPA: [1.0, 2.0]})
    with pytest.raises(InvalidStatistics, match="was not fitted; lambda were"):
        fit_polynomial([1.0], Polynomial.of({LAMBDA: [1.0]}))["kappa"]
