"""Z[J] and correlators under deformed laws: SPEC 6 A and B, T13, closed forms, brute force, samples."""

from fractions import Fraction as F
from itertools import pairwise, product
from math import comb, exp, factorial, pi, prod, sqrt

import mpmath
import numpy as np
import pytest
from scipy.special import roots_hermitenorm, roots_legendre

import nnft_sym as nn
from nnft_sym.duality.strength_series import StrengthSeries
from nnft_sym.errors import InvalidDeformation
from numerics.errors import InvalidNetwork, InvalidPoints, InvalidStatistics, NotAvailable

X = 0.7
NETS = {
    "erf": nn.ErfNet(1, sigma_w=0.9, sigma_b=0.5, output_bias=False),
    "relu": nn.ReLUNet(1, sigma_w=0.8),
    "gauss": nn.GaussNet(1, sigma_w=0.5, sigma_b=0.4, output_bias=False),
    "cos": nn.CosNet(1, sigma_w=1.1, sigma_a=0.6),
}
WIDTHS = [1, 2, 3, 10, 1000]


def feature_moment(kind, n):
    """E[s^n] at x = X in closed form, or by Hermite nodes for erf: nothing of the product is used."""
    net = NETS[kind]
    if n == 0:
        return 1.0
    if kind == "gauss":
        return exp((n * n / 2 - n) * net.sigma_b**2 + (net.sigma_w**2 / 2) * (n * n - 2 * n) * X**2)
    if kind == "relu":
        even = (
            prod(range(n - 1, 0, -2)) / 2
            if n % 2 == 0
            else 2 ** ((n - 1) // 2) * factorial(n // 2) / sqrt(2 * pi)
        )
        return (net.sigma_w * X) ** n * even
    if kind == "cos":
        return 0.0 if n % 2 else comb(n, n // 2) / 2**n
    from scipy.special import erf

    nodes, weights = roots_hermitenorm(120)
    deviation = sqrt(net.sigma_b**2 + net.sigma_w**2 * X**2)
    return float(weights @ erf(deviation * nodes) ** n / weights.sum())


def gaussian_correlator(kind, width, n):
    """E[φ^n]·N^(n/2) with independent standard weights: (Σ a_i s_i)^n by its generating function."""
    # E e^(tφ√N) = (Σ_k t^2k (2k−1)!! E[s^2k]/(2k)!)^N
    one = [
        feature_moment(kind, 2 * k) * prod(range(2 * k - 1, 0, -2)) / factorial(2 * k)
        for k in range(n // 2 + 1)
    ]
    total = [1.0] + [0.0] * (n // 2)
    for bit in bin(width)[2:]:
        total = np.convolve(total, total)[: n // 2 + 1]
        if bit == "1":
            total = np.convolve(total, one)[: n // 2 + 1]
    return total[n // 2] * factorial(n)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", NETS)
def test_quartic_law_to_second_order(kind, width):
    """SPEC 6 A: m_n = M_n − (α/N)(M_(n+2) − M_n M_2) + (α²/2N²)(…), M_k = s^2k N(N + 2) … (N + 2k − 2)."""
    network = NETS[kind].with_width(width)
    s = network.output_deviation
    found = nn.deformed_correlators(network, [[X]], "alpha*|a|^4/N", (2, 4, 6), order=2)
    exact_s = F(repr(s))

    def moment(k):
        return exact_s ** (2 * k) * prod(width + 2 * j for j in range(k))

    m2 = moment(2)
    for n in (1, 2, 3):
        first = -(moment(n + 2) - moment(n) * m2) / width
        second = (moment(n + 4) - moment(n) * moment(4) - 2 * m2 * (moment(n + 2) - moment(n) * m2)) / (
            2 * width**2
        )
        direction = gaussian_correlator(kind, width, 2 * n) / prod(width + 2 * j for j in range(n)) / width**n
        for power, expected in enumerate((moment(n), first, second)):
            value = found.coefficients[2 * n][power].value[0]
            assert value == pytest.approx(float(expected) * direction, rel=1e-10)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", NETS)
def test_quartic_law_exactly(kind, width):
    """The same with E|a|^2n as a ratio of parabolic cylinder functions, or integrals, at α = 0.3."""
    network = NETS[kind].with_width(width)
    s = network.output_deviation
    found = nn.deformed_correlators(network, [[X]], "alpha*p2^2/N", (2, 4, 6), order=0, strength=0.3)
    y, w = roots_legendre(1500)
    # r = |a|/√N, from zero to where nothing is left
    r = (y + 1) / 2 * s * (12.0 / sqrt(width) + 1.5)
    logarithm = (width - 1) * np.log(r) - width * (r * r / (2 * s * s) + 0.3 * r**4)
    weights = w * np.exp(logarithm - logarithm.max())
    for n in (1, 2, 3):
        length = float(weights @ (r * r * width) ** n / weights.sum())
        direction = gaussian_correlator(kind, width, 2 * n) / prod(width + 2 * j for j in range(n)) / width**n
        assert found.exact[2 * n].value[0] == pytest.approx(length * direction, rel=1e-9)


def isserlis(indices, covariance):
    if not indices:
        return 1.0
    first, rest = indices[0], indices[1:]
    return sum(
        covariance[first][rest[k]] * isserlis(rest[:k] + rest[k + 1 :], covariance) for k in range(len(rest))
    )


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("kind", NETS)
def test_equicorrelated_weights_against_sums_over_neurons(kind, width):
    """SPEC 6 B, all orders in α at once: E[φ^n] as a sum over the neurons of every factor, by Isserlis."""
    network = NETS[kind].with_width(width)
    s2, alpha = network.output_deviation**2, 0.2
    covariance = [[s2 * (1.0 if i == j else alpha) for j in range(width)] for i in range(width)]
    found = nn.deformed_correlators(network, [[X]], "equicorrelated", (2, 4, 6), order=4, strength=alpha)
    for n in (2, 4, 6):
        expected = 0.0
        for neurons in product(range(width), repeat=n):
            features = prod(feature_moment(kind, neurons.count(i)) for i in range(width))
            expected += isserlis(list(neurons), covariance) * features
        expected /= width ** (n / 2)
        # a polynomial of degree n/2 in α
        assert found.at(alpha, n).value[0] == pytest.approx(expected, rel=1e-9)
        assert found.exact[n].value[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", NETS)
def test_equicorrelated_weights_in_closed_form(kind, width):
    """G² = s²[E_12 + α(N − 1)μ²]; with μ = 0 G_c⁴ = s⁴[(3E_1234 − Σ_3EE)/N + 2α²(1 − 1/N)Σ_3EE]."""
    network = NETS[kind].with_width(width)
    s2 = network.output_deviation**2
    found = nn.deformed_correlators(network, [[X]], "equicorrelated", (2, 4), order=2, connected=True)
    mean, square = feature_moment(kind, 1), feature_moment(kind, 2)
    two = [float(one.value[0]) for one in found.coefficients[2]]
    assert two == pytest.approx([s2 * square, s2 * (width - 1) * mean**2, 0.0], rel=1e-10, abs=1e-14 * s2)
    if kind in ("erf", "cos"):
        four = [float(one.value[0]) for one in found.coefficients[4]]
        first = (3 * feature_moment(kind, 4) - 3 * square**2) / width
        last = 2 * (1 - 1 / width) * 3 * square**2
        assert four == pytest.approx([s2**2 * first, 0.0, s2**2 * last], rel=1e-9, abs=1e-13)


def test_one_weight_and_a_constant_feature():
    """T13: with s = 1 and two equicorrelated weights Z = e^(−J²s²(1 + α)/2), so dZ/dα = −½J²s²e^(−½J²s²)."""
    two = nn.ActivationNet(2, activation="1 + 0*z", sigma_w=0.8, sigma_b=0.0)
    j, s2 = 1.3, 0.64
    found = nn.partition_function(two, [[0.2]], "equicorrelated", [j], order=4, strength=-0.4)
    front = exp(-0.5 * j * j * s2)
    for k, one in enumerate(found.real):
        expected = front * (-0.5 * j * j * s2) ** k / factorial(k)
        assert abs(float(one.value) - expected) <= float(one.bound) < 1e-11
    assert abs(float(found.exact.value) - exp(-0.5 * j * j * s2 * 0.6)) <= float(found.exact.bound) < 1e-12


def test_a_constant_feature_under_a_quartic_is_a_bessel_integral():
    """Two weights: φ = J·(a_1 + a_2)/√2 has E e^(iφ) = E J_0(|J||a|), a radial integral."""
    two = nn.ActivationNet(2, activation="1 + 0*z", sigma_w=0.8, sigma_b=0.0)
    found = nn.partition_function(two, [[0.2]], "alpha*p2^2/N", [1.9], order=0, strength=0.7)

    def weight(r):
        return r * mpmath.exp(-r * r / 1.28 - 0.35 * r**4)

    places = [0, 1, 2, 4]
    top = mpmath.quad(lambda r: weight(r) * mpmath.besselj(0, 1.9 * r), places)
    expected = float(top / mpmath.quad(weight, places))
    assert abs(float(found.exact.value) - expected) <= float(found.exact.bound) < 1e-12


@pytest.mark.parametrize("text", ["alpha*p2^2/N", "alpha*p4", "alpha*p1*p3", "alpha*p2*p4/N"])
def test_one_neuron_by_hand(text):
    """N = 1, cos features: E over weight and phase of e^(iJ a cos c), a double sum."""
    network = nn.CosNet(1, sigma_a=0.6)
    found = nn.partition_function(network, [[0.4]], text, [1.5], order=3, strength=0.05)
    power = 6 if text == "alpha*p2*p4/N" else 4
    nodes, weights = roots_hermitenorm(140)
    phase = 2 * pi * (np.arange(200) + 0.5) / 200
    wave = np.mean(np.cos(1.5 * 0.6 * np.multiply.outer(nodes, np.cos(phase))), axis=1)

    def average(function):
        return float(weights @ function / weights.sum())

    energy = (0.6 * nodes) ** power
    numerator = [average((-energy) ** k * wave) / factorial(k) for k in range(4)]
    norm = [average((-energy) ** k) / factorial(k) for k in range(4)]
    series = []
    for k in range(4):
        series.append(numerator[k] - sum(norm[j] * series[k - j] for j in range(1, k + 1)))
    assert [float(one.value) for one in found.real] == pytest.approx(series, rel=1e-9)
    tilt = np.exp(-0.05 * energy)
    assert float(found.exact.value) == pytest.approx(average(tilt * wave) / average(tilt), rel=1e-9)


CASES = [
    (nn.ErfNet(5), "alpha*p2^2/N", 0.004),
    (nn.ReLUNet(4, sigma_b=0.3), "equicorrelated", 0.02),
    (nn.GaussNet(3, sigma_b=0.4), "equicorrelated", -0.02),
    (nn.ReLUNet(1000), "alpha*p2^2/N", 0.002),
    (nn.CosNet(6), "alpha*(p1^2 - p2)/2", 0.02),
    (nn.ReLUNet(10), "alpha*p4", 0.001),
    (nn.ErfNet(3).with_laws(output="uniform"), "alpha*p4", 0.02),
    (nn.ReLUNet(3), "alpha*p1", 0.02),
    (nn.ErfNet(4), "alpha*p2 + alpha^2*p2^2/N", 0.01),
]


@pytest.mark.parametrize(("network", "text", "strength"), CASES)
def test_the_series_goes_to_the_exact_answer(network, text, strength):
    """Halving α divides what is left out by 2^(k + 1)."""
    points, source = ([[0.3]], [0.8]) if network.kind == "relu" else ([[0.3], [-0.7]], [0.8, 0.5])
    found = [nn.partition_function(network, points, text, source, 3, strength / 2**k) for k in range(2)]
    # a real α-odd coefficient may vanish: then one power more
    for order in (0, 1, 2, 3):
        left = [float((one.at(one.strength, order) - one.exact).value) for one in found]
        doubts = [float(one.exact.bound) + float(one.at(one.strength).bound) for one in found]
        if abs(left[1]) < 30 * doubts[1]:
            continue
        lives = [abs(float(one.value)) > 1e-12 for one in found[0].real] + [True, True]
        power = next(k for k in (order + 1, order + 2) if lives[k])
        assert left[0] / left[1] == pytest.approx(2.0**power, rel=0.2)
    assert abs(float((found[1].at(strength / 2) - found[1].exact).value)) < 1e-4


def test_values_lie_within_their_bounds():
    """The width makes differences of large averages: errors grow, and are said."""
    tight, loose = (
        nn.partition_function(nn.ReLUNet(width), [[1.0]], "alpha*p2^2/N", [0.7], order=4)
        for width in (10, 10_000)
    )
    for one in (tight, loose):
        assert all(float(x.bound) < 1e-7 * abs(float(x.value)) for x in one.real)
    assert float(loose.real[4].bound) > float(tight.real[4].bound)


def test_odd_deformations_make_z_complex():
    found = nn.partition_function(nn.ReLUNet(3), [[1.0]], "alpha*p1", [0.7], order=2, strength=0.1)
    assert [bool(float(one.value)) for one in found.real] == [True, False, True]
    assert [bool(float(one.value)) for one in found.imaginary] == [False, True, False]
    # −i α E_0[p_1 sin(Jφ)]: with E s > 0 a mean of the weights shifts the field
    assert float(found.exact_imaginary.value) == pytest.approx(
        0.1 * float(found.imaginary[1].value), rel=0.01
    )


@pytest.mark.parametrize("output_bias", [False, 0.7])
def test_correlators_with_an_output_bias(output_bias):
    """E_α[(b + φ)^4] = E φ⁴ + 6 sb² E φ² + 3 sb⁴."""
    net = nn.ErfNet(3, sigma_w=0.7, sigma_b=0.4, output_bias=output_bias)
    plain = nn.ErfNet(3, sigma_w=0.7, sigma_b=0.4, output_bias=False)
    one = nn.deformed_correlators(net, [[X], [-0.2]], "alpha*p2^2/N", (2, 4), 2, 0.1)
    other = nn.deformed_correlators(plain, [[X], [-0.2]], "alpha*p2^2/N", (2, 4), 2, 0.1)
    sb2 = float(output_bias) ** 2
    for power in range(3):
        two, four = (other.coefficients[n][power].value for n in (2, 4))
        constant = 3 * sb2**2 if power == 0 else 0.0
        assert one.coefficients[4][power].value[0] == pytest.approx(
            four[0] + 6 * sb2 * two[0] + constant, rel=1e-12
        )
    for n in (2, 4):
        assert one.at(0.0, n).value.shape == one.exact[n].value.shape


def test_scores_average_to_zero_and_give_the_series():
    """E_0[𝒫_r O] by sampled networks is the coefficient, for r = 1."""
    network, points = nn.ReLUNet(3), [[1.0]]
    generator = np.random.default_rng(11)
    a = generator.standard_normal((400_000, 3))
    s = np.maximum(generator.standard_normal((400_000, 3)), 0.0)
    field = np.sum(a * s, axis=1) / sqrt(3)
    p2 = np.sum(a * a, axis=1)
    score = 5.0 - p2**2 / 3  # (N + 2) s⁴ − p_2²/N
    found = nn.deformed_correlators(network, points, "alpha*p2^2/N", (2,), 1)
    sampled = score * field**2
    pull = (sampled.mean() - found.coefficients[2][1].value[0]) / (sampled.std() / 400_000**0.5)
    assert abs(pull) < 4
    assert abs(score.mean()) < 4 * score.std() / 400_000**0.5


@pytest.mark.parametrize("reweight", [True, False])
@pytest.mark.parametrize(
    ("network", "text", "strength"),
    [
        (nn.ErfNet(5), "alpha*p2^2/N", 0.1),
        (nn.ReLUNet(3), "equicorrelated", -0.3),
        (nn.ErfNet(4).with_laws(output="laplace"), "alpha*p4", 0.1),
    ],
)
def test_samples_have_the_correlators(network, text, strength, reweight):
    points, source = [[0.3], [-0.7]], np.array([0.8, 0.5])
    sample = nn.sample_deformed(network, points, text, 20_000, 5, strength, reweight=reweight)
    exact = nn.deformed_correlators(network, points, text, (2, 4), 0, strength).exact
    for n in (2, 4):
        one = sample.correlator(n)
        assert np.all(np.abs(one.value - exact[n].value) < 4.5 * one.error)
    z = nn.partition_function(network, points, text, source, 0, strength).exact
    real, imaginary = sample.partition(source)
    assert abs(float((real - z).value)) < 4.5 * float(real.error)
    assert abs(float(imaginary.value)) < 4.5 * float(imaginary.error)
    assert (sample.effective < 20_000) is reweight


def test_pulls_of_samples_have_width_one():
    network, points = nn.ReLUNet(4), [[1.0]]
    exact = nn.deformed_correlators(network, points, "alpha*p2^2/N", (2,), 0, 0.05).exact[2].value[0]
    for reweight in (True, False):
        pulls = []
        for seed in range(2000, 2060):
            one = nn.sample_deformed(
                network, points, "alpha*p2^2/N", 2000, seed, 0.05, reweight=reweight
            ).correlator(2)
            pulls.append(float((one.value[0] - exact) / one.error[0]))
        assert 0.75 < np.std(pulls) < 1.3
        assert abs(np.mean(pulls)) < 0.45


def test_chains_agree_with_reweighting_where_nothing_is_exact():
    network, points = nn.ErfNet(3), [[0.3]]
    ways = [
        nn.sample_deformed(network, points, "alpha*p2*p4", 20_000, 3, 0.05, reweight=reweight)
        for reweight in (True, False)
    ]
    assert ways[1].correlation_time > 1.0
    one, other = (sample.correlator(2) for sample in ways)
    assert abs(one.value[0] - other.value[0]) < 4 * np.hypot(one.error[0], other.error[0])


def test_reweighting_that_keeps_nobody_is_refused():
    with pytest.raises(InvalidStatistics, match=r"only .* count.*at least 100"):
        nn.sample_deformed(nn.ReLUNet(3), [[1.0]], "alpha*p2^2", 1000, 1, 50.0, reweight=True)


def test_gaussian_network_at_infinite_width():
    """At fixed α the quartic theory becomes Gaussian with the variance v, the equicorrelated one does not."""
    v = (-1 + sqrt(1 + 16 * 0.3)) / (8 * 0.3)
    left = []
    for width in (400, 800, 1600):
        network = nn.CosNet(width)
        quartic = nn.deformed_correlators(
            network, [[0.0]], "alpha*p2^2/N", (2, 4), 0, 0.3, connected=True
        ).exact
        left.append((quartic[2].value[0] - v / 2, quartic[4].value[0]))
        correlated = nn.deformed_correlators(
            network, [[0.0]], "equicorrelated", (4,), 0, 0.3, connected=True
        ).exact
        expected = 0.09 * 2 * 3 / 4 * (1 - 1 / width) + 3 / 8 / width
        assert correlated[4].value[0] == pytest.approx(expected, rel=1e-10)
    for before, after in pairwise(left):
        assert [x / y for x, y in zip(before, after, strict=True)] == pytest.approx([2.0, 2.0], rel=0.03)


def test_what_is_refused():
    net, points = nn.ReLUNet(3), [[1.0]]
    with pytest.raises(InvalidPoints, match="one number for each"):
        nn.partition_function(net, points, "alpha*p2", [0.1, 0.2])
    with pytest.raises(InvalidPoints, match="one source is needed"):
        nn.partition_function(net, points, "alpha*p2", [[0.1], [0.2]])
    with pytest.raises(InvalidNetwork, match="cannot be normalised"):
        nn.partition_function(net, points, "alpha*|a|^4", [0.1], 1, -0.1)
    with pytest.raises(InvalidDeformation, match="cannot be normalised"):
        nn.deformed_correlators(net, points, "equicorrelated", (2,), 1, -0.5)
    with pytest.raises(InvalidDeformation, match="numbers only"):
        nn.partition_function(net, points, "0.1*p2^2", [0.1], 1, 0.2)
    with pytest.raises(InvalidDeformation, match="0 to 8"):
        nn.partition_function(net, points, "alpha*p2", [0.1], 9)
    with pytest.raises(InvalidDeformation, match="lower order"):
        nn.partition_function(net, points, "alpha*p8^4", [0.1], 4)
    with pytest.raises(InvalidDeformation, match="no power series"):
        nn.partition_function(net, points, lambda a: a.sum(axis=1), [0.1], 1)
    with pytest.raises(InvalidDeformation, match="joint law"):
        nn.partition_function(net.with_laws(output_correlation=0.3), points, "alpha*p2", [0.1])
    with pytest.raises(NotAvailable, match="no moment"):
        nn.partition_function(net.with_laws(output="student-t:df=5"), points, "alpha*p4", [0.1])
    skewed = nn.networks.OwnLaw((0, 1, F(1, 2), 3), lambda u: u, name="skewed")
    with pytest.raises(NotAvailable, match="skewed; take a"):
        nn.partition_function(net.with_laws(output=skewed), points, "alpha*p2", [0.1], 1)
    with pytest.raises(InvalidDeformation, match="say its strength"):
        nn.sample_deformed(net, points, "alpha*p2", 1000)


def test_series_of_moments_are_exact_fractions():
    series = StrengthSeries(nn.Deformation("alpha*p2^2/N"), nn.ErfNet(3), 3)
    v2, v4 = series.moment((2,)), series.moment((2, 2))
    # κ[p_2, p_2] = E p_2² − (E p_2)²
    square = [sum(v2[j] * v2[k - j] for j in range(k + 1)) for k in range(4)]
    assert series.cumulant((2, 2)) == [a - b for a, b in zip(v4, square, strict=True)]
    # d/dα E[p_2] = −(E[p_2 p_2²] − E p_2 E p_2²)/N at every α
    v6 = series.moment((2, 2, 2))
    product_ = [sum(v2[j] * v4[k - j] for j in range(k + 1)) for k in range(4)]
    for k in range(3):
        assert (k + 1) * v2[k + 1] == -(v6[k] - product_[k]) / 3


def test_printing():
    found = nn.partition_function(nn.ReLUNet(3), [[1.0]], "alpha*p2^2/N", [0.7], order=1)
    assert "alpha^1" in repr(found)
    assert found.latex().startswith(r"Z_{\alpha}[J] = 0.8946")
    assert "P \\propto P_0" in nn.Deformation("alpha*p2^2/N")._repr_latex_()
    correlators = nn.deformed_correlators(nn.ReLUNet(3), [[1.0]], "alpha*p2^2/N", (2,), order=1)
    assert "full correlators of orders 2" in repr(correlators)


@pytest.mark.parametrize("reweight", [True, False])
def test_a_python_function_is_sampled(reweight):
    """The same law as text has exact correlators."""

    def quartic(a):
        return 0.1 * np.sum(a**2, axis=1) ** 2 / a.shape[1]

    network, points = nn.ErfNet(3), [[0.3]]
    one = nn.sample_deformed(network, points, quartic, 20_000, 4, reweight=reweight).correlator(2)
    exact = nn.deformed_correlators(network, points, "0.1*p2^2/N", (2,), 0).exact[2]
    assert abs(one.value[0] - exact.value[0]) < 4.5 * one.error[0]
