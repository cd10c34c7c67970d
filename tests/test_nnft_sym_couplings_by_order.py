"""Couplings order by order in 1/N: closed forms, published set-ups, cutoffs, samples, and what is refused."""

import numpy as np
import pytest

from nnft_sym.actions.action import Action
from nnft_sym.inference.by_order import infer_by_order, infer_jointly
from nnft_sym.inference.model import Model
from numerics.errors import InvalidStatistics, NoRealRoot, OrderMissing, SingularProblem
from numerics.exact.correlators import exact_correlators
from numerics.inference.dataset import Dataset
from numerics.inference.nonlinear import fit_polynomial
from numerics.inference.polynomial import Polynomial
from numerics.inference.roots import RootSearch
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.networks.architectures import ErfNet, GaussNet, ReLUNet
from numerics.sampling.ensemble import Ensemble

BOTH = Model(Action("lambda*f^4 + kappa*f^6"), (4, 6), kind="connected", power=2)
POSITIVE = [[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]]
NARROW = [[-0.01], [-0.006], [-0.002], [0.002], [0.006], [0.01]]


def exactly(network, points, domain, model=BOTH):
    data = Dataset(None, exact_correlators(network, points, (2, *model.orders)))
    return model.over(network.kernel, data.fields, domain), data


def without_exchange(theory, data):
    """κ as the published scripts would have it."""
    six = theory.predictions[6]["kappa"]
    return float(fit_polynomial(data.either.connected()[6], Polynomial.of({(("kappa", 1),): six}))["kappa"])


@pytest.mark.parametrize(("width", "cutoff", "sigma"), [(20, 100.0, 1.0), (7, 3.0, 1.0), (20, 10.0, 1.3)])
def test_relu_on_one_side_in_closed_form(width, cutoff, sigma):
    """λ = −25/(2NΛ⁵σ⁸), κ = +371/(3N²Λ⁷σ¹²), exchange over G_c⁶ 75/22, l₂/l₁ = 30.5."""
    theory, data = exactly(ReLUNet(width, sigma, 0.0), POSITIVE, Box(cutoff))
    found = infer_by_order(theory, data)
    lam, kappa = found["lambda"], found["kappa"]
    assert float(lam) == pytest.approx(-25 / (2 * width * cutoff**5 * sigma**8), rel=1e-10)
    assert float(kappa) == pytest.approx(371 / (3 * width**2 * cutoff**7 * sigma**12), rel=1e-9)
    assert all(step.misfit < 1e-9 for step in found.steps)
    assert found.ratio("lambda") == pytest.approx(30.5 / width, rel=0.01)
    assert found.holds is (width > 61)
    six = data.either.connected()[6]
    exchange = theory.predictions[6]["lambda**2"] * lam**2
    assert float(np.abs(exchange).sum() / np.abs(six).sum()) == pytest.approx(75 / 22, rel=1e-9)
    if (width, cutoff, sigma) == (20, 100.0, 1.0):
        assert float(lam) == pytest.approx(-6.25e-11, rel=1e-10)
        assert float(kappa) == pytest.approx(3.0917e-15, rel=1e-4)
        assert without_exchange(theory, data) == pytest.approx(-1.2833e-15, rel=1e-4)
    # exact data: bounds, no probabilities
    assert not lam.uncertainty.statistical
    assert 0 < float(lam.error) < 1e-8 * abs(float(lam))
    assert found.steps[0].fit.chi2 is None
    # with the exchange in it the 6-point function is met
    np.testing.assert_allclose(found.predict(6).value, six.value, rtol=1e-8)


def test_the_published_gauss_net():
    theory, data = exactly(GaussNet(100), NARROW, WholeSpace())
    found = infer_by_order(theory, data)
    assert float(found["lambda"]) == pytest.approx(-0.0534568, abs=5e-8)
    assert float(found["kappa"]) == pytest.approx(-0.294791, abs=5e-7)
    assert without_exchange(theory, data) == pytest.approx(-0.331034, abs=5e-7)
    assert found.steps[1].misfit == pytest.approx(0.00017, abs=5e-6)
    # the expansion does not hold there, whatever the fit looks like
    assert found.ratio("lambda") == pytest.approx(85.5, abs=0.5)
    assert found.holds is False
    with pytest.raises(NoRealRoot, match=r"changes lambda by 85\.\d times itself"):
        infer_jointly(found)
    # the 6-point function: free of λ nothing is explained, with λ² a part, with κ nearly all
    six = data.either.connected()[6]
    exchange = theory.value(6, found.couplings, lambda product: dict(product).get("lambda") == 2)
    assert float(np.abs(exchange).sum() / np.abs(six).sum()) == pytest.approx(0.11, abs=0.005)


def test_wider_inputs_miss_a_constant_kappa():
    theory, data = exactly(GaussNet(100), 30 * np.array(NARROW), WholeSpace())
    found = infer_by_order(theory, data)
    assert float(found["kappa"]) == pytest.approx(-0.3259, abs=5e-5)
    assert found.steps[1].misfit == pytest.approx(0.18, abs=0.005)


def test_the_published_erf_net():
    """No constant λ fits; the exchange with the fitted one is three times the 6-point cumulant."""
    points = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
    theory, data = exactly(ErfNet(5), points, Box(100.0))
    found = infer_by_order(theory, data)
    assert float(found["lambda"]) == pytest.approx(-0.000472505, abs=5e-10)
    assert found.steps[0].misfit > 0.5
    six = data.either.connected()[6]
    exchange = theory.predictions[6]["lambda**2"] * found["lambda"] ** 2
    assert float(np.abs(exchange).sum() / np.abs(six).sum()) == pytest.approx(3.2, abs=0.05)


def test_one_two_and_three_couplings_of_the_published_gauss_net():
    """N = 1000, unweighted: values, mean |1 − fit/data|, singular values."""
    network, actions = GaussNet(1000), ["lambda0*f^4", "(lambda0+lambda2*x^2)*f^4"]
    actions.append("(lambda0+lambda2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2")
    expected = [[-0.00534568], [0.0012722, -0.0264698], [-0.0161344, -0.0217844, 0.00647675]]
    missed = [8.35e-5, 3.4e-5, 5.8e-9]
    for action, values, miss in zip(actions, expected, missed, strict=True):
        model = Model(Action(action), (4,), kind="connected", power=1)
        theory, data = exactly(network, NARROW, WholeSpace(), model)
        found = infer_by_order(theory, data)
        names = ["lambda0", "lambda2", "lambda_NL"][: len(values)]
        np.testing.assert_allclose([float(found[name]) for name in names], values, rtol=3e-5)
        fit = found.steps[0].fit
        apart = np.mean(np.abs(fit.residual / data.either.connected()[4].value))
        assert apart == pytest.approx(miss, rel=0.02)
    shown = [one.singular_value for one in fit.combinations]
    np.testing.assert_allclose(shown, [1.7321, 7.13e-5, 9.36e-6], rtol=2e-3)


@pytest.mark.parametrize("dimension", [1, 2])
def test_slopes_against_the_cutoff(dimension):
    """Powers −(4 + d) of λ, −(6 + d) of κ: of the box itself in one dimension, of a far one in more."""
    points = {1: [[0.4], [1.0]], 2: [[0.5, 0.5], [0.5, 1.0]]}[dimension]
    cutoffs = np.array([50.0, 500.0])
    found = []
    for cutoff in cutoffs:
        theory, data = exactly(ReLUNet(20, 1.0, 0.0, d_in=dimension), points, Box(cutoff))
        found.append(infer_by_order(theory, data))
    for name, power in (("lambda", 4 + dimension), ("kappa", 6 + dimension)):
        ratio = float(found[1][name]) / float(found[0][name])
        assert np.log(ratio) / np.log(10.0) == pytest.approx(-power, abs=1e-4)


@pytest.mark.parametrize(
    ("width", "lam", "kappa"),
    [(30, -1.7303, 5.986), (100, -1.6271, 4.667), (300, -1.6092, 4.447), (1000, -1.6037, 4.379)],
)
def test_joint_fits_where_the_expansion_holds(width, lam, kappa):
    """Gauss-net with σ = 0.3 on three narrow inputs, relative residuals: Nλ and N²κ, their drift."""
    theory, data = exactly(GaussNet(width, 0.3, 0.3), [[-0.05], [0.0], [0.05]], WholeSpace())
    by_order = infer_by_order(theory, data)
    found = infer_jointly(by_order, search=RootSearch(starts=16))
    assert float(found["lambda"]) * width == pytest.approx(lam, abs=5.1e-5)
    assert float(found["kappa"]) * width**2 == pytest.approx(kappa, abs=5.1e-4)
    assert np.abs(found.residual).max() == pytest.approx(5.4e-3, rel=0.02)
    assert float(by_order.corrections["lambda"]) * width**2 == pytest.approx(-2.27, abs=0.03)
    assert by_order.holds is True


@pytest.mark.parametrize("points", [[[0.0]], [[-0.05], [0.0], [0.05]]], ids=["one", "three"])
@pytest.mark.parametrize("width", [6, 7, 12, 17, 18, 30])
def test_where_the_joint_system_has_no_real_root(points, width):
    """7 ≤ N ≤ 17: none at one input, and none nearby at three, where a minimiser would stop somewhere."""
    theory, data = exactly(GaussNet(width, 0.3, 0.3), points, WholeSpace())
    by_order = infer_by_order(theory, data)
    assert by_order.holds is True  # the ratio alone would not tell
    if 7 <= width <= 17:
        with pytest.raises(NoRealRoot, match="where the model turns round"):
            infer_jointly(by_order)
        return
    found = infer_jointly(by_order, search=RootSearch(starts=16))
    assert np.abs(found.residual).max() < 6e-3
    assert [one.connected for one in found.roots] == [True, False]
    # between the two the slope changes sign: the connected one is nearer to the free theory
    first, second = (float(np.abs(one.couplings[1])) for one in found.roots)
    assert first < second


@pytest.mark.statistical
def test_a_sample_gives_the_couplings_of_the_exact_answer_within_errors():
    """ReLU-net: λ and κ with their errors, which know that G4 and G6 come from the same networks."""
    network, points = ReLUNet(20, 1.0, 0.0), [[0.4], [1.0]]
    sample = Ensemble(network, points, seed=7, estimator="conditional").correlators(200_000, (2, 4, 6))
    theory, exact = exactly(network, points, Box(2.0))
    truth, found = infer_by_order(theory, exact), infer_by_order(theory, Dataset(sample))
    for name in ("lambda", "kappa"):
        one = found[name]
        assert one.uncertainty.statistical
        assert abs(float(one) - float(truth[name])) < 4 * float(one.error)
        assert float(one.error) < 0.2 * abs(float(one))
    both = found.together
    spread = both.covariance[0, 1] / both.error.prod()
    assert abs(spread) > 0.3
    # the prediction is the data that κ was fitted to: with their common noise it scatters less
    six = sample.connected()[6]
    assert np.all((found.predict(6) - six).error < six.error)
    assert found.ratio("lambda") == pytest.approx(30.5 / 20, rel=0.1)


@pytest.mark.statistical
def test_pulls_of_couplings_from_samples():
    """60 ensembles of ReLU-nets: both pulls have width one, and are correlated as they say."""
    network, points = ReLUNet(20, 1.0, 0.0), [[0.4], [1.0]]
    theory, exact = exactly(network, points, Box(2.0))
    truth = infer_by_order(theory, exact).together.value
    pulls, told = [], []
    for seed in range(60):
        sample = Ensemble(network, points, seed=100 + seed, estimator="conditional").correlators(
            20_000, (2, 4, 6)
        )
        both = infer_by_order(theory, Dataset(sample)).together
        pulls.append((both.value - truth) / both.error)
        told.append(both.covariance[0, 1] / both.error.prod())
    assert np.all(np.abs(np.mean(pulls, axis=0)) < 4 / np.sqrt(60))
    assert np.all(np.abs(np.std(pulls, axis=0) - 1) < 4 / np.sqrt(120))
    assert np.corrcoef(np.transpose(pulls))[0, 1] == pytest.approx(np.mean(told), abs=0.12)


@pytest.mark.statistical
def test_a_constant_that_is_wrong_is_not_weighted_as_if_it_were_right():
    """Gauss-net at wide inputs, where a constant misses 12 %: the weights of a right model pull it away."""
    network, points = GaussNet(10, 0.3, 0.3), [[-0.5], [0.2], [0.6]]
    sample = Ensemble(network, points, seed=100, estimator="conditional").correlators(40_000, (2, 4, 6))
    theory, exact = exactly(network, points, WholeSpace())
    truth = infer_by_order(theory, exact)
    assert truth.steps[0].misfit == pytest.approx(0.125, abs=0.01)
    careful, blind = (infer_by_order(theory, Dataset(sample), allowance=share) for share in (0.1, 0.0))
    assert float(careful["lambda"]) == pytest.approx(float(truth["lambda"]), rel=0.05)
    assert float(careful["kappa"]) == pytest.approx(float(truth["kappa"]), rel=0.25)
    assert abs(float(blind["lambda"]) / float(truth["lambda"]) - 1) > 0.3
    # whether it is right is asked all the same
    for one in (careful, blind):
        assert one.steps[0].fit.p_value < 1e-6


def test_three_couplings_are_not_determined_by_a_sample():
    model = Model(
        Action("(lambda0+lambda2*x^2)*f^4 + lambda_NL*f(x)^2*f(y)^2"), (4,), kind="connected", power=1
    )
    network, points = GaussNet(50, 0.3, 0.3), [[-0.1], [0.0], [0.1]]
    sample = Ensemble(network, points, seed=8, estimator="conditional").correlators(20_000, (2, 4))
    theory = model.over(network.kernel, sample.fields, WholeSpace())
    found = infer_by_order(theory, Dataset(sample))
    assert not any(found.steps[0].fit.determined)
    best, *others = found.steps[0].fit.combinations
    assert best.determined
    assert not others[-1].determined
    assert "not determined" in found.plain_fields().facts
    assert found._repr_html_()


def test_what_does_not_go_together_is_refused():
    network = GaussNet(10, 0.3, 0.3)
    theory, data = exactly(network, [[0.0], [0.1]], WholeSpace())
    other = Dataset(None, exact_correlators(network, [[0.0], [0.2]], (2, 4, 6)))
    with pytest.raises(InvalidStatistics, match="the same inputs"):
        infer_by_order(theory, other)
    with pytest.raises(InvalidStatistics, match="6-point function, the data have orders"):
        infer_by_order(theory, Dataset(None, exact_correlators(network, [[0.0], [0.1]], (2, 4))))
    short = Model(Action("lambda*f^4 + kappa*f^6"), (4,), kind="connected", power=2)
    with pytest.raises(InvalidStatistics, match=r"kappa counts as 1/N\^2 and is read off the 6-point"):
        infer_by_order(short.over(network.kernel, data.fields, WholeSpace()), data)
    high = Model(Action("lambda*f^4 + kappa*f^6"), (6,), kind="connected", power=2)
    with pytest.raises(InvalidStatistics, match=r"a term in lambda\*\*2 .* lambda is not known yet"):
        infer_by_order(high.over(network.kernel, data.fields, WholeSpace()), data)
    with pytest.raises(OrderMissing, match="order 8 was asked for"):
        theory.value(8, {"lambda": 1.0, "kappa": 1.0})
    whole = Model(Action("lambda*f^4 + kappa*f^6"), (4, 6), power=2)
    with pytest.raises(InvalidStatistics, match="kind 'normalised'"):
        infer_by_order(whole.over(network.kernel, data.fields, WholeSpace()), data)
    # λ₀ and a second f⁴ coupling are one and the same
    twice = Model(Action("(lambda+mu)*f^4"), (4,), kind="connected", power=1)
    with pytest.raises(SingularProblem, match="couplings lambda and mu cannot be told apart"):
        infer_by_order(twice.over(network.kernel, data.fields, WholeSpace()), data)


def test_theories_evaluate_and_differentiate():
    theory, _ = exactly(GaussNet(10, 0.3, 0.3), [[0.0], [0.1]], WholeSpace())
    at = {"lambda": -0.1, "kappa": 0.03}
    for order in (4, 6):
        full = theory.predictions[order].evaluate(at).value
        np.testing.assert_allclose(theory.value(order, at).value, full, rtol=1e-13)
        for place, name in enumerate(theory.names):
            two = [theory.value(order, {**at, name: at[name] + s}).value for s in (1e-5, -1e-5)]
            slope = (two[0] - two[1]) / 2e-5
            np.testing.assert_allclose(theory.jacobian(order, at)[:, place], slope, rtol=1e-6, atol=1e-12)
    assert theory.names == ("kappa", "lambda")
    assert "1/N^2" in str(list(theory.plain_fields().rows()))
