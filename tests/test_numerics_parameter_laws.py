"""Laws of parameters: moments and quantiles against SciPy, draws against their law, exact against sampled."""

import warnings
from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy import integrate, special, stats

from numerics.errors import InvalidNetwork, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.inference.comparison import compare
from numerics.machine.random_streams import probabilities, split_seed
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet, network
from numerics.networks.laws import GAUSSIAN, Gaussian, Invariance, StudentT
from numerics.networks.own_law import OwnLaw, SciPyLaw, law_of_scipy
from numerics.networks.parameter_laws import as_law
from numerics.networks.presets import preset
from numerics.results.quality import Quality
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.moments import moments_reference
from numerics.sampling.judge.output_tails import kurtosis_factor

LINE = [[-0.6], [0.2], [1.0]]
#: Text, and the same law of SciPy.
SAME = {
    "gaussian": stats.norm(),
    "gaussian:mean=0.3,scale=2": stats.norm(0.3, 2.0),
    "uniform": stats.uniform(-np.sqrt(3), 2 * np.sqrt(3)),
    "laplace": stats.laplace(scale=1 / np.sqrt(2)),
    "laplace:mean=-0.5": stats.laplace(-0.5, 1 / np.sqrt(2)),
    "student-t:df=9": stats.t(9, scale=np.sqrt(7 / 9)),
    "student-t:df=1.5": stats.t(1.5),
    "cauchy": stats.cauchy(),
    "scipy.gumbel_r:scale=0.7": stats.gumbel_r(scale=0.7),
}


@pytest.mark.parametrize("text", SAME)
def test_moments_and_quantiles_are_those_of_scipy(text):
    law, same = as_law(text), SAME[text]
    u = np.array([1e-9, 0.01, 0.3, 0.5, 0.77, 1 - 1e-6])
    np.testing.assert_allclose(law.quantile(u), same.ppf(u), rtol=1e-9, atol=1e-12)
    scalar = law.scalar_quantile()
    if scalar is not None:
        np.testing.assert_allclose([scalar(float(one)) for one in u], law.quantile(u), rtol=1e-14)
    for order in range(1, 7):  # higher ones SciPy cannot integrate
        if law.has_moment(order):
            with warnings.catch_warnings():  # SciPy integrates some of them, and complains
                warnings.simplefilter("ignore", integrate.IntegrationWarning)
                expected = same.moment(order)
            assert float(law.moment(order)) == pytest.approx(expected, rel=1e-7, abs=1e-9)
        else:
            with pytest.raises(NotAvailable, match="no moment"):
                law.moment(order)
    assert as_law(law.text) == law


def test_moments_are_exact_where_they_are_rational():
    assert as_law("laplace").moment(6) == Fraction(90)
    assert as_law("student-t:df=9").moment(8) == Fraction(3 * 5 * 7 * 7**3, 5 * 3 * 1)
    assert as_law("gaussian:mean=0.3").moment(3) == Fraction(27, 1000) + 3 * Fraction(3, 10)
    assert as_law("rademacher:scale=2").moment(4) == 16


@pytest.mark.statistical
@pytest.mark.parametrize("text", [t for t in SAME if t != "gaussian"])
def test_draws_follow_their_law(text):
    drawn = as_law(text).quantile(probabilities(split_seed(5), np.arange(40_000), 2, 1))
    assert 1e-4 < stats.kstest(drawn, SAME[text].cdf).pvalue < 1 - 1e-4


@pytest.mark.parametrize("text", ["laplace", "student-t:df=9", "cauchy", "uniform", "rademacher", "gaussian"])
def test_rules_and_characteristic_functions_agree(text):
    law = as_law(text)
    t = np.array([0.0, 0.3, 1.7])
    if text not in ("cauchy", "student-t:df=9"):  # oscillating tails
        nodes, weights = law.rule(2.0, 2, 6, second=False)
        np.testing.assert_allclose(
            np.cos(np.multiply.outer(t, nodes)) @ weights, law.characteristic(t), atol=1e-11
        )
    nodes, weights = law.rule(1.0, 2, 5, second=True)
    if text not in ("cauchy", "rademacher"):
        expected, _ = integrate.quad(
            lambda g: special.erf(g) ** 2 * SAME[text].pdf(g), -np.inf, np.inf, limit=200
        )
        assert weights @ special.erf(nodes) ** 2 == pytest.approx(expected, rel=1e-7)


def test_invariances():
    assert as_law("gaussian").invariances == set(Invariance)
    assert as_law("laplace").invariances == {Invariance.PERMUTATIONS, Invariance.SIGNED_PERMUTATIONS}
    assert as_law("laplace:mean=1").invariances == {Invariance.PERMUTATIONS}


CASES = [
    (network("erf", 5, output_law="laplace"), LINE),
    (network("erf", 4, sigma_w=1.3, sigma_b=0.4, hidden_law="laplace", bias_law="rademacher"), LINE),
    (network("cos", 3, sigma_w=1.2, hidden_law="cauchy", d_in=2), [[0.3, -1.1], [0.8, 0.2]]),
    (network("cos", 3, hidden_law="gaussian:mean=0.8", output_law="rademacher"), LINE),
    (network("erf", 3, hidden_law="gaussian:mean=0.5", bias_law="uniform:mean=0.2"), LINE),
    (network("erf", 3, output_law="gaussian:scale=0.5", output_bias=0.3), LINE),
    (network("tanh", 4, output_law="student-t:df=40"), LINE),
]
IDS = [repr(net) for net, _ in CASES]


@pytest.mark.parametrize(("net", "points"), CASES, ids=IDS)
def test_compiled_sampler_agrees_with_its_numpy_twin(net, points):
    found = Ensemble(net, points, seed=12).correlators(333, orders=(1, 2, 4), n_blocks=7)
    outputs = reference_outputs(net, np.array(points), 12, 0, 333)
    scale = moments_reference(np.abs(outputs), found.origin.plan)
    np.testing.assert_allclose(
        found.origin.sums / scale, moments_reference(outputs, found.origin.plan) / scale, atol=1e-12
    )


@pytest.mark.statistical
@pytest.mark.parametrize(("net", "points"), CASES, ids=IDS)
def test_samples_agree_with_the_exact_correlators(net, points):
    exact = exact_correlators(net, np.array(points), orders=(2, 4))
    full = np.concatenate([exact[order].value for order in (2, 4)])
    found = Ensemble(net, points, seed=9, precision="single").correlators(60_000, orders=(2, 4))
    outcome = compare(found.origin.sums / 60_000 - full, found.covariance(), n_blocks=found.n_blocks)
    assert 1e-4 < outcome.p_value < 1 - 1e-4


def test_cauchy_momenta_make_an_exponential():
    net = network("cos", 7, sigma_w=1.4, sigma_a=0.8, d_in=2, hidden_law="cauchy")
    x, y = np.array([[0.3, -1.1]]), np.array([[0.8, 0.2]])
    slope = 1.4 / np.sqrt(2)
    assert net.kernel.weight(x, y)[0, 0] == pytest.approx(0.32 * np.exp(-slope * 1.8), rel=1e-13)
    # all signs of two plus and two minus, by brute force
    points = np.array([[0.1, 0.2], [0.7, -0.4], [-0.3, 0.5], [0.2, 0.9]])
    levers = [
        points[0] + s * points[1] + t * points[2] + u * points[3]
        for s, t, u in ((1, -1, -1), (-1, 1, -1), (-1, -1, 1))
    ]
    moment = 2 / 16 * sum(np.exp(-slope * np.abs(v).sum()) for v in levers)
    k = net.kernel.weight(points, points)
    pairs = k[0, 1] * k[2, 3] + k[0, 2] * k[1, 3] + k[0, 3] * k[1, 2]
    expected = (3 * 0.8**4 * moment - pairs) / 7
    assert float(exact_cumulant(net, points).value) == pytest.approx(expected, rel=1e-11)


def test_kernel_of_laplace_weights_by_scipy():
    net = network("erf", 3, sigma_w=1.3, sigma_b=0.0, hidden_law="laplace")
    law = SAME["laplace"]
    value, _ = integrate.quad(
        lambda g: special.erf(1.3 * g * 0.4) * special.erf(-1.3 * g * 1.1) * law.pdf(g),
        -40, 40, points=[0.0], epsabs=1e-14, epsrel=1e-12, limit=200,
    )  # fmt: skip
    found = net.kernel.weight(np.array([[0.4]]), np.array([[-1.1]]))[0, 0]
    assert found == pytest.approx(1.69 * value, rel=1e-9)


def test_fourth_cumulant_gains_that_of_the_output_law():
    x, sigma = np.array([[-0.6], [0.2], [0.2], [1.0]]), 1.3
    plain = ErfNet(7, sigma)
    fourth = float(exact_cumulant(plain, x).value)
    moment = (fourth * 7 + _pairs(plain, x)) / (3 * sigma**4)
    for law, kurtosis in (("laplace", 3), ("rademacher", -2), ("student-t:df=9", 6 / 5), ("uniform", -6 / 5)):
        shift = float(exact_cumulant(plain.with_laws(output=law), x).value) - fourth
        assert shift == pytest.approx(kurtosis * sigma**4 * moment / 7, rel=1e-10)


def _pairs(net, x):
    k = net.kernel.weight(x, x)
    return k[0, 1] * k[2, 3] + k[0, 2] * k[1, 3] + k[0, 3] * k[1, 2]


@pytest.mark.statistical
def test_a_skewed_law_makes_odd_functions_live():
    """κ_3 = μ_3 E[s s s]/√N for output weights of third moment μ_3 (a centred exponential: 2)."""
    law = OwnLaw((0, 1, 2, 9), lambda u: -np.log1p(-u) - 1.0, "exponential")
    net = GaussNet(4, 0.3, 0.2).with_laws(output=law)
    found = Ensemble(net, [[0.4]], seed=3).correlators(200_000, orders=(2, 3))
    third = net.weight_variance**1.5 * 2.0 * np.exp((4.5 - 3) * 0.04 + 0.5 * 0.09 * (9 - 6) * 0.16) / 2.0
    assert 1e-4 < stats.chi2.cdf(((found[3].value[0] - third) / found[3].error[0]) ** 2, 1) < 1 - 1e-4
    assert float(exact_correlators(net, [[0.4]], (3,)).connected()[3].value[0]) == pytest.approx(
        third, rel=1e-13
    )
    with pytest.raises(NotAvailable, match="too heavy tails: 5-point"):
        exact_correlators(net, [[0.4]], orders=(5,))


def sixth(net):
    return exact_correlators(net, LINE, orders=(6,))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: network("erf", 3, output_law="cauchy"), "no variance"),
        (lambda: network("erf", 3, output_law="gaussian:mean=1"), "has the mean 1"),
        (lambda: network("relu", 3, hidden_law="cauchy"), "too heavy tails"),
        (lambda: network("gauss", 3, hidden_law="student-t:df=30"), "too heavy tails"),
        (
            lambda: exact_correlators(network("erf", 3, output_law="student-t:df=5"), LINE, orders=(6,)),
            "tails",
        ),
        (
            lambda: exact_correlators(network("relu", 3, hidden_law="student-t:df=5"), LINE, orders=(6,)),
            "tails",
        ),
        (lambda: as_law("student-t"), r"df must be given, as in student-t:df=5 \(degrees of freedom\)"),
        (lambda: as_law("gaussian:df=3"), "has no 'df'"),
        (lambda: as_law("gaussian:mean"), "not understood"),
        (lambda: as_law("scipy.norm:shape=2"), "numbers of scipy.norm"),
        (lambda: as_law("scipy.nothing"), "continuous distribution"),
        (lambda: as_law(3), "the laws are"),
        (lambda: as_law(lambda u: u), "A function of your own goes with its moments: OwnLaw"),
        (lambda: StudentT(-1.0), "degrees of freedom"),
        (lambda: Gaussian(scale=0.0), "positive"),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises((InvalidNetwork, NotAvailable), match=told):
        make()


def test_cauchy_is_allowed_where_no_moments_are_needed():
    assert network("erf", 3, hidden_law="cauchy").kernel.weight_diagonal(np.array([[1.0]]))[0] < 1.0
    assert network("cos", 3, hidden_law="cauchy").laws.hidden == as_law("cauchy")


def test_presets_have_the_variances_they_are_named_after():
    x = np.array([[0.3, -0.4], [1.0, 2.0]])
    he = preset("he", "relu", 50, d_in=2)
    assert (he.sigma_w**2, he.bias_variance) == (pytest.approx(2.0), 0.0)
    np.testing.assert_allclose(he.kernel.weight_diagonal(x), np.sum(x**2, axis=1), rtol=1e-13)
    glorot = preset("glorot", "tanh", 6, d_in=2)
    assert glorot.slope**2 == pytest.approx(2 / (2 + 6))
    assert glorot.weight_variance / 6 == pytest.approx(2 / (6 + 1))
    torch = preset("pytorch", "tanh", 12, d_in=3)
    edges = (
        torch.slope * np.sqrt(3),
        torch.hidden_bias_deviation * np.sqrt(3),
        torch.output_deviation * np.sqrt(3 / 12),
    )
    np.testing.assert_allclose(edges, [3**-0.5, 3**-0.5, 12**-0.5], rtol=1e-13)
    assert torch.bias_variance == pytest.approx(1 / 36)
    assert preset("lecun", "erf", 5).sigma_w == 1.0
    with pytest.raises(InvalidNetwork, match="did you mean 'glorot'"):
        preset("glorott", "erf", 5)


def test_the_old_name_still_works_and_says_the_new_one():
    import nnft_sym

    with pytest.warns(DeprecationWarning, match="with_laws"):
        old = nnft_sym.ReweightedNet(ErfNet(3), output="uniform")
    assert old == ErfNet(3).with_laws(output="uniform")
    assert old.laws.hidden == GAUSSIAN
    assert CosNet(3) != CosNet(3).with_laws(hidden="laplace") != ReLUNet(3)


def test_odd_functions_of_skewed_output_weights():
    """κ_3 = 2 E[s s s]/√N for a centred exponential, and samples of it have the cumulants that there are."""
    net = network("sigmoid", 2, output_law="scipy.expon:loc=-1")
    g, w = np.polynomial.hermite_e.hermegauss(80)
    third = 2 / np.sqrt(2) * float(w @ special.expit(np.sqrt(2) * g) ** 3) / np.sqrt(2 * np.pi)
    assert float(exact_correlators(net, [[1.0]], (3,))[3].value[0]) == pytest.approx(third, rel=1e-9)
    assert float(exact_cumulant(net, [[1.0]] * 3).value) == pytest.approx(third, rel=1e-9)
    sample = Ensemble(net, [[1.0]]).correlators(2000, orders=(2, 3, 4, 6))
    assert 4 in sample.connected()
    assert 6 not in sample.connected()


def test_heavy_output_weights_are_told():
    """Pulls of these samples are 2 wide and wrong by 2 (200 seeds): the variance is infinite."""
    heavy = Ensemble(ErfNet(1).with_laws(output="student-t:df=5"), [[1.0]]).correlators(20_000, orders=(2, 4))
    assert heavy[4].quality is Quality.HEAVY_TAILED
    narrow, wide = (
        Ensemble(ErfNet(width).with_laws(output="laplace"), [[1.0]]).correlators(20_000, orders=(2, 4))
        for width in (1, 200)
    )
    assert narrow[4].quality is Quality.TOO_FEW_SAMPLES
    assert wide[4].quality is Quality.TRUSTED


GAMMA = special.gamma
CLOSED = {
    "norm": (stats.norm(), lambda n: special.factorial2(n - 1) * (n % 2 == 0)),
    "laplace": (stats.laplace(), lambda n: GAMMA(n + 1) * (n % 2 == 0)),
    "uniform": (stats.uniform(-1, 2), lambda n: (n % 2 == 0) / (n + 1)),
    "t": (stats.t(9.5), lambda n: (n % 2 == 0) * 9.5 ** (n / 2) * special.beta((n + 1) / 2, (9.5 - n) / 2)
          / special.beta(0.5, 9.5 / 2)),
    "expon": (stats.expon(), lambda n: GAMMA(n + 1)),
    "gamma": (stats.gamma(2.5), lambda n: GAMMA(2.5 + n) / GAMMA(2.5)),
    "lognorm": (stats.lognorm(0.5), lambda n: np.exp(n * n / 8)),
    "beta": (stats.beta(2, 3), lambda n: special.beta(2 + n, 3) / special.beta(2, 3)),
    "pareto": (stats.pareto(9.0), lambda n: 9 / (9 - n)),
    "invweibull": (stats.invweibull(9.0), lambda n: GAMMA(1 - n / 9)),
    "gennorm": (stats.gennorm(3), lambda n: (n % 2 == 0) * GAMMA((n + 1) / 3) / GAMMA(1 / 3)),
    "hypsecant": (stats.hypsecant(), lambda n: float(abs(special.euler(n)[n])) * (np.pi / 2) ** n),
    "skewnorm": (stats.skewnorm(0.0), lambda n: special.factorial2(n - 1) * (n % 2 == 0)),
    "weibull_min": (stats.weibull_min(1.7, scale=0.3), lambda n: 0.3**n * GAMMA(1 + n / 1.7)),
}  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", CLOSED)
def test_moments_of_scipy_are_right_to_rounding_and_know_their_error(name):
    """By its quadrature some were off by 1e-5, with a warning on the terminal and without an error."""
    frozen, closed = CLOSED[name]
    law = law_of_scipy(frozen)
    for order in range(1, 9):
        assert law.has_moment(order)
        exact, error = float(closed(order)), law.moment_error(order)
        size = float(abs(closed(order + 1))) if order % 2 and exact == 0 else abs(exact)
        assert abs(float(law.moment(order)) - exact) <= error + 1e-15 * size
        assert error <= 1e-14 * size


def test_the_error_of_a_moment_reaches_exact_correlators(monkeypatch):
    """κ₄ = E a⁴ E s⁴ − 3 (E a² E s²)² of one neuron, for a law whose tails SciPy integrates itself."""
    law = law_of_scipy(stats.t(8.001, scale=np.sqrt(6.001 / 8.001)))
    assert 0 < law.moment_error(4) < 1e-13
    found = exact_correlators(ErfNet(3).with_laws(output=law), [[1.0]], (2, 4, 6))
    same = exact_correlators(ErfNet(3).with_laws(output="student-t:df=8.001"), [[1.0]], (2, 4, 6))
    for order in (2, 4, 6):
        apart = abs(float(found[order].value[0] - same[order].value[0]))
        assert apart <= float(found[order].error[0] + same[order].error[0])
    fourth = found.connected()[4].value[0] + (found[2].value[0] - 1.0) ** 2  # E a⁴ E s⁴ / N, N = 3, σ_b = 1
    monkeypatch.setattr(SciPyLaw, "moment_error", lambda law, n: 1e-3 * float(law.moment(n)) * (n == 4))
    vague = exact_correlators(ErfNet(3).with_laws(output=law), [[1.0]], (4,)).connected()[4]
    assert float(vague.error[0]) == pytest.approx(1e-3 * fourth, rel=1e-6)
    assert not vague.trusted


def test_moments_that_do_not_exist_are_not_believed():
    law = as_law("scipy.invweibull:c=3")
    assert law.has_moment(2)
    assert not law.has_moment(4)
    assert as_law("scipy.norm").has_moment(8)


def test_a_law_of_ones_own_is_symmetric_only_if_its_quantiles_are():
    assert not OwnLaw((0, 1), lambda u: -np.log1p(-u) - 1.0).even
    assert OwnLaw((0, 1), lambda u: np.sqrt(3) * (2 * u - 1)).even


def test_exponential_features_need_light_tails():
    for law in ("laplace", "student-t:df=30"):
        with pytest.raises(NotAvailable, match="too heavy tails"):
            network("gauss", 5, hidden_law=law)
    assert np.isfinite(network("gauss", 5, hidden_law="uniform").kernel.full([[0.5]], [[0.5]])[0, 0])


def test_gelu_has_a_kernel():
    g, w = np.polynomial.hermite_e.hermegauss(120)
    z = np.sqrt(2.0) * g
    brute = (w / np.sqrt(2 * np.pi)) @ (0.5 * z * special.erfc(-z / np.sqrt(2))) ** 2
    assert network("gelu", 5).kernel.weight([[1.0]], [[1.0]])[0, 0] == pytest.approx(brute, rel=1e-9)


def test_distributions_of_scipy_are_shifted_by_scipy():
    with pytest.raises(InvalidNetwork, match="loc and scale"):
        replace(as_law("scipy.norm"), scale=3.0)


def _of_a_sum(single, width, top):
    """Moments of N^(-1/2) times a sum of equal variables, by their cumulants."""
    cumulants, summed = [Fraction(0)] * (top + 1), [Fraction(1)]
    for n in range(1, top + 1):
        cumulants[n] = single[n] - sum(comb(n - 1, j - 1) * cumulants[j] * single[n - j] for j in range(1, n))
    scaled = [c * Fraction(width) / width ** (j // 2) for j, c in enumerate(cumulants)]
    for n in range(1, top + 1):
        summed.append(sum(comb(n - 1, j - 1) * scaled[j] * summed[n - j] for j in range(1, n + 1)))
    return summed


@pytest.mark.parametrize("order", [2, 4, 6])
def test_the_kurtosis_of_wide_sums_stays_below_the_factor(order):
    """Exact moments of sums of Laplace variables against those of a normal one."""
    law, top = as_law("laplace"), 4 * order
    single, normal = ([Fraction(one.moment(n)) for n in range(top + 1)] for one in (law, GAUSSIAN))
    for width in (1, 2, 5, 50):
        wide = _of_a_sum(single, width, top)
        ratio = (wide[top] / wide[2 * order] ** 2) / (normal[top] / normal[2 * order] ** 2)
        factor = kurtosis_factor(law, order, width)
        assert ratio <= factor * (1 + 1e-12)
        if width == 1:
            assert factor == pytest.approx(float(ratio), rel=1e-12)
