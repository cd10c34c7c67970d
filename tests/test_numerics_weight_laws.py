"""Uniform and correlated weights: twin, kernels and exact moments against closed forms and brute force."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from numerics.errors import InvalidNetwork, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.exact.features.choose import feature_moments
from numerics.fields.index_sets import multisets
from numerics.inference.comparison import compare
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.networks.parameter_laws import Laws
from numerics.results.estimate import Quality
from numerics.sampling.engine.reference import reference_outputs
from numerics.sampling.ensemble import Ensemble
from numerics.sampling.estimators.moments import moments_reference

PLANE = [[0.3, -1.1], [0.8, 0.2], [-0.5, 0.9]]
CASES = [
    (ErfNet(5).with_laws(output="uniform"), [[-0.6], [0.2], [1.0]]),
    (ErfNet(4, 1.3, 0.4, d_in=2).with_laws(hidden="uniform", bias="uniform", output="uniform"), PLANE),
    (CosNet(3, 1.2, 0.8).with_laws(hidden="uniform"), [[-0.6], [1.0]]),
    (GaussNet(9, 0.2, 0.3).with_laws(bias="uniform"), [[-0.6], [1.0]]),
    (ErfNet(6).with_laws(output_correlation=0.3), [[-0.6], [1.0]]),
    (CosNet(5, d_in=2).with_laws(output_correlation=0.7), PLANE),
]
IDS = [repr(case[0]) for case in CASES]


@pytest.mark.parametrize(("network", "points"), CASES, ids=IDS)
@pytest.mark.parametrize(("precision", "accuracy"), [("double", 1e-13), ("single", 3e-6)])
def test_compiled_sampler_agrees_with_its_numpy_twin(network, points, precision, accuracy):
    found = Ensemble(network, points, seed=12, precision=precision).correlators(
        333, orders=(1, 2, 4), n_blocks=7
    )
    outputs = reference_outputs(network, np.array(points), 12, 0, 333)
    scale = moments_reference(np.abs(outputs), found.origin.plan)
    np.testing.assert_allclose(
        found.origin.sums / scale, moments_reference(outputs, found.origin.plan) / scale, atol=accuracy
    )


@pytest.mark.statistical
@pytest.mark.parametrize(("network", "points"), CASES[:4], ids=IDS[:4])
def test_samples_agree_with_the_exact_correlators(network, points):
    exact = exact_correlators(network, np.array(points))
    full = np.concatenate([exact[order].value for order in (2, 4, 6)])
    found = Ensemble(network, points, seed=9, precision="single").correlators(100_000)
    assert all(one.quality is Quality.TRUSTED for one in found.values())
    outcome = compare(found.origin.sums / 100_000 - full, found.covariance(), n_blocks=found.n_blocks)
    assert 1e-4 < outcome.p_value < 1 - 1e-4


def test_uniform_output_weights_shift_the_cumulant_by_their_kurtosis():
    # κ_4 gains κ_4(a) E_1234 with κ_4(a) = −(6/5) σ_a⁴, and the kernel stays
    x, sigma = np.array([[-0.6], [0.2], [0.2], [1.0]]), 1.3
    gaussian, uniform = ErfNet(7, sigma), ErfNet(7, sigma).with_laws(output="uniform")
    moment = feature_moments(gaussian, x[[0, 1, 3]], 4).moments(np.array([[0, 1, 1, 2]])).value[0]
    shift = float(exact_cumulant(uniform, x).value) - float(exact_cumulant(gaussian, x).value)
    assert shift == pytest.approx(-1.2 * sigma**4 * moment / 7, rel=1e-11)
    np.testing.assert_array_equal(uniform.kernel.full(x, x), gaussian.kernel.full(x, x))
    # sixth cumulant of h = a s with a constant feature: κ_6(a) = (16/7) (3σ²)³ ... by its moments
    constant = CosNet(2, 1e-9).with_laws(output="uniform")
    m2, m4, m6 = (float(constant.weight_variance**k) * 3**k / (2 * k + 1) for k in (1, 2, 3))
    e2, e4, e6 = 1 / 2, 3 / 8, 5 / 16  # of cos² over the phase
    h2, h4, h6 = m2 * e2, m4 * e4, m6 * e6
    expected = (h6 - 15 * h4 * h2 + 30 * h2**3) / 4
    assert float(exact_cumulant(constant, np.zeros((6, 1))).value) == pytest.approx(expected, rel=1e-9)


def test_uniform_momenta_make_the_kernel_of_cos_a_product_of_sines():
    network = CosNet(3, sigma_w=1.4, sigma_a=0.8, d_in=2).with_laws(hidden="uniform")
    x, y = np.array(PLANE), np.array([[0.0, 0.0], [2.0, -3.0]])
    lever = np.sqrt(3.0) * 1.4 / np.sqrt(2) * (x[:, np.newaxis] - y)
    expected = 0.8**2 / 2 * np.prod(np.sinc(lever / np.pi), axis=2)
    np.testing.assert_allclose(network.kernel.weight(x, y), expected, rtol=1e-12, atol=1e-15)


def test_kernel_of_uniform_weights_by_scipy():
    network = ErfNet(3, 1.3, 0.7).with_laws(hidden="uniform", bias="uniform")
    w, b = np.sqrt(3) * 1.3, np.sqrt(3) * 0.7
    value, _ = integrate.dblquad(
        lambda p, q: special.erf(w * p * 0.4 + b * q) * special.erf(-w * p * 1.1 + b * q),
        -1, 1, -1, 1, epsabs=1e-13, epsrel=1e-12,
    )  # fmt: skip
    assert network.kernel.weight(np.array([[0.4]]), np.array([[-1.1]]))[0, 0] == pytest.approx(
        1.3**2 * value / 4, rel=1e-11
    )


@pytest.mark.statistical
@pytest.mark.parametrize("alpha", [0.2, 0.6])
def test_correlated_output_weights_stay_non_gaussian(alpha):
    """G_c^(4) = σ_a⁴ [(3 E_1234 − Σ_3 E E)/N + 2α² (1 − 1/N) Σ_3 E E] at unchanged two-point function."""
    width, points = 6, np.array([[-0.6], [1.0]])
    network = ErfNet(width).with_laws(output_correlation=alpha)
    sets = multisets(2, 4)
    moments = feature_moments(ErfNet(1), points, 4)
    four = moments.moments(sets).value
    two = network.kernel.weight(points, points)
    splits = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]

    def matched(k):
        return sum(k[sets[:, a], sets[:, b]] * k[sets[:, c], sets[:, d]] for (a, b), (c, d) in splits)

    connected = (3 * four - matched(two)) / width + 2 * alpha**2 * (1 - 1 / width) * matched(two)
    kernel = network.kernel.full(points, points)
    full = np.concatenate([kernel[np.triu_indices(2)], matched(kernel) + connected])
    found = Ensemble(network, points, seed=21, precision="single").correlators(400_000, orders=(2, 4))
    assert all(one.quality is Quality.TRUSTED for one in found.values())
    outcome = compare(found.origin.sums / 400_000 - full, found.covariance(), n_blocks=found.n_blocks)
    assert 1e-4 < outcome.p_value < 1 - 1e-4
    np.testing.assert_allclose(
        exact_correlators(network, points, (4,)).connected()[4].value, connected, rtol=1e-12
    )


@pytest.mark.statistical
def test_drawn_weights_follow_their_laws():
    from numerics.machine.random_streams import split_seed
    from numerics.sampling.engine.reference import _neuron

    network = ErfNet(2, 2.0, 0.5).with_laws(hidden="uniform", bias="uniform", output="uniform")
    weights, (output,), biases = _neuron(network, split_seed(3), np.arange(50_000), 1)
    for drawn, deviation in ((weights[:, 0], 2.0), (output, 1.0), (biases, 0.5)):
        edge = np.sqrt(3) * deviation
        assert 1e-4 < stats.kstest(drawn, "uniform", (-edge, 2 * edge)).pvalue < 1 - 1e-4
    table = np.corrcoef([weights[:, 0], output, biases])[np.triu_indices(3, 1)]
    assert np.all(np.abs(table) < 4.5 / np.sqrt(50_000))


def test_other_width_and_laws():
    network = ReLUNet(4, d_in=2).with_laws(output="uniform")
    assert network.with_width(9) == ReLUNet(9, d_in=2).with_laws(output="uniform")
    assert network.laws == Laws(output="uniform")
    exact = exact_correlators(network, [[1.0, 0.2]], orders=(4,))
    assert exact.at_width(9).connected()[4].value[0] == pytest.approx(
        exact.connected()[4].value[0] * 4 / 9, rel=1e-14
    )


@pytest.mark.parametrize(
    ("base", "options", "told"),
    [
        (ErfNet(3), {"hidden": "lapace"}, "hidden = 'lapace'.*did you mean 'laplace'"),
        (CosNet(3), {"bias": "uniform"}, "phases"),
        (ErfNet(3), {"output_correlation": 1.0}, "−1 < α < 1"),
        (ErfNet(3), {"output_correlation": float("nan")}, "−1 < α < 1"),
        (ErfNet(3), {"output_correlation": 0.1, "output": "uniform"}, "Gaussian"),
        (ReLUNet(3), {"output_correlation": -0.5}, "above −1/2"),
    ],
)
def test_impossible_laws_are_refused(base, options, told):
    with pytest.raises(InvalidNetwork, match=told):
        base.with_laws(**options)


def test_what_needs_gaussian_weights_says_so():
    network = ErfNet(3).with_laws(output="uniform")
    with pytest.raises(NotAvailable, match="plain"):
        Ensemble(network, [0.5], estimator="conditional")


def test_kernel_with_a_kink_is_refused():
    kernel = ReLUNet(3, sigma_b=0.5).with_laws(hidden="uniform").kernel
    with pytest.raises(NotAvailable, match="kink"):
        kernel.weight(np.array([[0.4]]), np.array([[-1.1]]))
