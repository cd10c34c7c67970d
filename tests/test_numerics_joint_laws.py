"""Joint laws of output weights: the master formula against sums over neurons, closed forms and samples."""

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product
from math import comb, perm, prod, sqrt

import mpmath
import numpy as np
import pytest
from scipy import stats

from diagrams.combinatorics.numbers import normal_moment
from diagrams.combinatorics.pairings import pairings
from diagrams.combinatorics.power_sums import power_sum_cumulant, power_sum_moment, shared_neurons
from diagrams.combinatorics.set_partitions import set_partitions
from numerics.errors import InvalidNetwork, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.exact.features.choose import feature_moments
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet, network
from numerics.networks.joint_law import MomentsOfWeights
from numerics.networks.joint_laws.deformation_text import deformation_text, read_deformation
from numerics.networks.joint_laws.equicorrelated import EquicorrelatedLaw
from numerics.networks.joint_laws.given_moments import OwnJointLaw
from numerics.networks.joint_laws.named_joint_laws import as_joint_law
from numerics.networks.record import from_record, record_text
from numerics.results.estimate import Quality
from numerics.sampling.ensemble import Ensemble

NETS = {
    "erf": ErfNet(3, 1.2, 0.4),
    "relu": ReLUNet(3),
    "relu with biases": ReLUNet(3, 0.9, 0.5),
    "gauss": GaussNet(3, 0.4, 0.3),
    "cos": CosNet(3, 1.1, 0.7),
    "sigmoid": network("sigmoid", 3, sigma_b=0.5),
}


def quartic(alpha):
    """P ∝ exp(−|a|²/2σ² − (α/N)|a|⁴)."""
    return as_joint_law(f"{alpha}*p2^2/N")


WIDTHS = (1, 2, 3, 10, 1000)
POINTS = [[0.4], [-0.9]]


# -- a second way: full moments by which fields share a neuron, in fractions, then cumulants ----------------


def cumulant_of(row, moment):
    """Joint cumulant of fields by E[product of fields], with exact numbers."""
    return sum(
        (-1) ** (len(blocks) - 1)
        * prod(range(1, len(blocks)))
        * prod(moment(tuple(row[i] for i in block)) for block in blocks)
        for blocks in set_partitions(len(row))
    )


def by_neurons(net, points, weight_moment, most):
    """G_c as a function of the fields; `weight_moment`: E[a_1^k a_2^l …] of different weights, σ included."""
    x, width = np.array(points), net.width

    @cache
    def average(block):
        alone = x[sorted(set(block))]
        places = [sorted(set(block)).index(i) for i in block]
        found = feature_moments(net, alone, most).moments(np.array([places]))
        return Fraction(float(found.value[0]))

    weights = cache(weight_moment)

    @cache
    def moment(fields):
        return sum(
            perm(width, len(blocks))
            * weights(tuple(sorted(map(len, blocks), reverse=True)))
            * prod(average(tuple(fields[i] for i in block)) for block in blocks)
            for blocks in set_partitions(len(fields))
            if len(blocks) <= width
        )

    def connected(row):
        value = cumulant_of(row, moment)
        return float(value) / width ** (len(row) / 2) + net.bias_variance * (len(row) == 2)

    return connected


@cache
def wick(powers, alpha):
    """E[a_1^k a_2^l …] of standard Gaussians with one correlation, by pairings."""
    names = [number for number, power in enumerate(powers) for _ in range(power)]
    if len(names) % 2:
        return Fraction(0)
    return sum(
        (
            prod(Fraction(1) if names[i] == names[j] else alpha for i, j in pairs)
            for pairs in pairings(range(len(names)))
        ),
        start=Fraction(0),
    )


def check(net, order, weight_moment, tolerance=1e-10):
    exact = exact_correlators(net, POINTS, (order,)).connected()[order]
    rows = list(combinations_with_replacement(range(2), order))
    wanted = np.array(list(map(by_neurons(net, POINTS, weight_moment, order), rows)))
    scale = np.abs(wanted).max()
    assert exact.trusted
    np.testing.assert_allclose(exact.value, wanted, rtol=tolerance, atol=tolerance * scale)
    assert np.all(np.abs(exact.value - wanted) <= exact.error + 1e-12 * scale)
    for row, value in list(zip(rows, wanted, strict=True))[:2]:
        alone = exact_cumulant(net, np.array(POINTS)[list(row)])
        assert float(alone.value) == pytest.approx(value, rel=tolerance, abs=tolerance * scale)
    return wanted


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("alpha", [0.3, -0.0009])
def test_equicorrelated_weights_against_sums_over_neurons(name, width, alpha):
    net = NETS[name].with_width(width).with_laws(output_correlation=alpha)
    sigma = Fraction(repr(net.output_deviation))
    for order in (2, 4, 6):
        check(net, order, lambda powers: sigma ** sum(powers) * wick(powers, Fraction(repr(alpha))))
    assert not exact_correlators(net, POINTS, (3,)).connected()[3].value.any()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NETS)
def test_radial_weights_against_sums_over_neurons(name, width):
    """E[a_1^k …] is that of normal numbers times E|a|^n/(N (N + 2) …), by sums of many digits."""
    alpha, net = 0.7, NETS[name].with_width(width)
    net = net.with_laws(output_joint=quartic(alpha))
    lengths = {
        n: Fraction(mpmath.nstr(radius_moment(n, width, net.output_deviation, alpha), 50))
        for n in (0, 2, 4, 6)
    }

    def weight_moment(powers):
        n = sum(powers)
        normal = prod(normal_moment(power) for power in powers)
        return lengths[n] * normal / prod(width + 2 * k for k in range(n // 2)) if normal else Fraction(0)

    for order in (2, 4, 6):
        check(net, order, weight_moment)


@cache
def radius_moment(order, width, sigma, alpha):
    """E|a|^n under r^(N−1) exp(−r²/2σ² − (α/N) r⁴): trapezoidal sums over log r."""
    with mpmath.workdps(55):
        beta, gamma = mpmath.mpf(alpha) / width, 1 / (2 * mpmath.mpf(sigma) ** 2)
        step = mpmath.mpf(1) / (24 + 4 * int(sqrt(width)))

        def terms(n, sign):
            # from the middle of the law outwards, until nothing is added
            place, largest = mpmath.log(sigma * sqrt(width)), mpmath.mpf(0)
            for k in range(int(sign < 0), 10**6):
                u = place + sign * k * step
                square = mpmath.exp(2 * u)
                one = mpmath.exp((width + n) * u - gamma * square - beta * square**2)
                largest = max(largest, one)
                yield one
                if one < largest * mpmath.mpf(10) ** -55:
                    return

        integrals = [mpmath.fsum(one for sign in (1, -1) for one in terms(n, sign)) for n in (order, 0)]
        return integrals[0] / integrals[1]


# -- closed forms -------------------------------------------------------------------------------------------


def test_the_relu_example_of_three_neurons():
    net = ReLUNet(3).with_laws(output_correlation=0.3)
    found = exact_correlators(net, [[1.0]], (2, 4, 6)).connected()
    # E s = 1/√2π, G2 = ½ + 2α/2π
    assert float(found[2].value[0]) == pytest.approx(0.5 + 0.3 / np.pi, rel=1e-14)
    assert float(found[4].value[0]) == pytest.approx(1.942897, abs=5e-7)
    assert float(found[6].value[0]) == pytest.approx(19.57293, abs=5e-6)


@pytest.mark.parametrize("width", [2, 3, 10, 1000, 10**6])
@pytest.mark.parametrize("alpha", [0.25, -1e-7])
def test_equicorrelated_four_point_function_in_closed_form(width, alpha):
    """G4 = s⁴[(3 E_1234 − Σ_3 EE)/N + 2α² (1 − 1/N) Σ_3 EE] for features of mean zero."""
    net = ErfNet(width, 1.1, 0.6).with_laws(output_correlation=alpha)
    x = np.array([[0.4], [-0.9], [1.3], [0.2]])
    four = feature_moments(ErfNet(1, 1.1, 0.6), x, 4).moments(np.array([[0, 1, 2, 3]])).value[0]
    k = net.kernel.weight(x, x) / 1.21
    pairs = k[0, 1] * k[2, 3] + k[0, 2] * k[1, 3] + k[0, 3] * k[1, 2]
    wanted = 1.1**4 * ((3 * four - pairs) / width + 2 * alpha**2 * (1 - 1 / width) * pairs)
    found = exact_cumulant(net, x)
    assert float(found.value) == pytest.approx(wanted, rel=1e-11)
    np.testing.assert_allclose(
        exact_correlators(net, x, (2,))[2].value, net.kernel.full(x, x)[np.triu_indices(4)]
    )


def test_the_first_order_in_the_correlation_vanishes_for_features_of_mean_zero():
    x, step = [[0.3], [0.8], [-0.4], [1.0]], 1e-4
    for net, vanishes in ((ErfNet(5), True), (CosNet(5), True), (ReLUNet(5, sigma_b=0.5), False)):
        plus, minus, none = (
            float(exact_cumulant(net.with_laws(output_correlation=a) if a else net, x).value)
            for a in (step, -step, 0.0)
        )
        assert (abs(plus - minus) < 1e-12) is vanishes
        assert abs(plus - none) > 0


@pytest.mark.parametrize("width", [1, 2, 7, 1000])
def test_radial_two_and_four_point_functions_in_closed_form(width):
    """G2 = (m_1/N) E_12, G4 = m_2/(N²(N+2)) [3 E_1234 + (N − 1) Σ_3 EE] in full."""
    net = GaussNet(width, 0.5, 0.4, output_bias=False).with_laws(output_joint="2.5*p2^2/N")
    x = np.array([[0.3], [0.8], [-0.4], [1.0]])
    moments = feature_moments(GaussNet(1, 0.5, 0.4), x, 4)
    two = moments.moments(np.array([[0, 1], [2, 3], [0, 2], [1, 3], [0, 3], [1, 2]])).value
    four = moments.moments(np.array([[0, 1, 2, 3]])).value[0]
    first, second = (float(radius_moment(n, width, 0.5, 2.5)) for n in (2, 4))
    found = exact_correlators(net, x, (2, 4))
    assert float(found[2][0, 1]) == pytest.approx(first / width * two[0], rel=1e-12)
    assert float(net.kernel.full(x, x)[0, 1]) == pytest.approx(first / width * two[0], rel=1e-12)
    pairs = two[0] * two[1] + two[2] * two[3] + two[4] * two[5]
    wanted = second / (width**2 * (width + 2)) * (3 * four + (width - 1) * pairs)
    assert float(found[4][0, 1, 2, 3]) == pytest.approx(wanted, rel=1e-11)


def test_wide_radial_networks_are_gaussian_and_correlated_ones_are_not():
    for width, size in ((100, 2e-2), (10_000, 2e-4)):
        found = exact_correlators(ErfNet(width).with_laws(output_joint="1*p2^2/N"), [[1.0]], (2, 4))
        ratio = float(found.connected()[4].value[0]) / (float(found[2].value[0]) - 1.0) ** 2
        assert size / 20 < abs(ratio) < size
    found = exact_correlators(ErfNet(10**6).with_laws(output_correlation=0.5), [[1.0]], (2, 4))
    ratio = float(found.connected()[4].value[0]) / (float(found[2].value[0]) - 1.0) ** 2
    assert ratio == pytest.approx(6 * 0.5**2, rel=1e-4)


# -- independent weights by the same formula ----------------------------------------------------------------


class Independent(MomentsOfWeights):
    """The law of single weights, as a joint law."""

    def weight_moment(self, powers, layer):
        return prod(
            (Fraction(layer.laws.output.unit.moment(power)) for power in powers), start=Fraction(1)
        ), 0.0

    def draw(self, generator, network, networks):
        raise NotImplementedError


@pytest.mark.parametrize("law", ["gaussian", "laplace", "rademacher", "scipy.expon:loc=-1"])
@pytest.mark.parametrize("name", ["erf", "relu with biases", "gauss", "cos"])
def test_independent_weights_two_ways(name, law):
    from numerics.exact.joint_tables import JointTables, joint_tables
    from numerics.fields.field_set import FieldSet
    from numerics.results.correlator import Part

    net = NETS[name].with_width(7).with_laws(output=law)
    fields, orders = FieldSet(POINTS), (1, 2, 3, 4, 5, 6)
    alone = exact_correlators(net, fields, orders)
    joint = net.with_laws(output="gaussian", output_joint=Independent())
    tables = joint_tables(joint, fields, orders)
    together = JointTables(net, fields, orders, tables.law, tables.features)
    for order in orders:
        for part in (Part.FULL, Part.CONNECTED):
            one = alone.connected()[order] if part is Part.CONNECTED else alone[order]
            other = together.correlator(order, part)
            size = max(1e-3, np.abs(one.value).max())
            np.testing.assert_allclose(one.value, other.value, rtol=1e-10, atol=1e-11 * size)
            assert np.all(np.abs(one.value - other.value) <= one.error + other.error + 1e-15)
    if law.startswith("scipy") and name in ("gauss", "relu with biases"):
        assert np.all(np.abs(alone[3].value) > 1e-3)


def test_skewed_weights_against_sums_over_neurons():
    """A centred exponential has E g³ = 2, E g⁴ = 9, E g⁵ = 44."""
    for net in (GaussNet(4, 0.3, 0.2), ReLUNet(2, 0.8, 0.4), network("sigmoid", 3)):
        skewed = net.with_laws(output="scipy.expon:loc=-1")
        sigma = Fraction(repr(net.output_deviation))
        central = {
            k: sum((-1) ** j * comb(k, j) * prod(range(1, k - j + 1)) for j in range(k + 1)) for k in range(8)
        }

        def moment(powers, sigma=sigma, central=central):
            return sigma ** sum(powers) * prod(central[power] for power in powers)

        for order in (2, 3, 4, 5):
            assert np.all(np.abs(check(skewed, order, moment)) > 0)


def test_skewed_weights_with_several_outputs():
    """E[a³]² E[s⁶] of one neuron with two output layers, and nothing of lower order but pairs."""
    net = ErfNet(3).with_laws(output="scipy.expon:loc=-1")
    six = feature_moments(ErfNet(1), np.array([[0.3]]), 6).moments(np.zeros((1, 6), dtype=np.int64)).value[0]
    four, two = (
        feature_moments(ErfNet(1), np.array([[0.3]]), n).moments(np.zeros((1, n), dtype=np.int64)).value[0]
        for n in (4, 2)
    )
    # κ of h1 h1 h1 h2 h2 h2: E[h1³ h2³] − 9 E[h1² h2²] E[h1 h2] … with E[h1 h2] = 0, and odd features
    found = exact_cumulant(net, [[0.3]] * 6, outputs=(1, 1, 1, 2, 2, 2))
    assert float(found.value) == pytest.approx(4 * six / 9, rel=1e-11)
    pair = exact_cumulant(net, [[0.3]] * 4, outputs=(1, 1, 2, 2))
    assert float(pair.value) == pytest.approx((four - two**2) / 3, rel=1e-11)


# -- laws of your own ---------------------------------------------------------------------------------------


def even_signs(powers, width):
    """Signs of which an even number is negative."""
    return int(sum(power % 2 for power in powers) in (0, width))


def test_an_own_law_against_all_its_outcomes():
    """Three signs whose product is one: odd orders live though each sign is as often negative."""
    law = OwnJointLaw(even_signs, name="even signs")
    net = ReLUNet(3, 0.9, 0.5).with_laws(output_joint=law)
    outcomes = [signs for signs in product((1, -1), repeat=3) if prod(signs) == 1]

    def moment(powers):
        values = [prod(s**k for s, k in zip(signs, powers, strict=False)) for signs in outcomes]
        return Fraction(9, 10) ** sum(powers) * Fraction(sum(values), len(outcomes))

    for order in (1, 2, 3, 4, 5):
        wanted = check(net, order, moment)
    assert abs(wanted).max() > 1e-3
    assert float(exact_correlators(net, POINTS, (3,)).connected()[3].value[0]) != 0.0


def test_moments_of_an_own_law_that_are_floats_carry_their_rounding():
    def moments(powers, width):
        return float(prod(normal_moment(power) for power in powers))

    plain = exact_correlators(ErfNet(1000), [[0.5]], (2, 4, 6)).connected()
    floats = exact_correlators(ErfNet(1000).with_laws(output_joint=OwnJointLaw(moments)), [[0.5]], (2, 4, 6))
    for order in (2, 4, 6):
        one, other = plain[order], floats.connected()[order]
        assert np.all(np.abs(one.value - other.value) <= one.error + other.error)
    assert floats.connected()[6].error[0] > 1e3 * plain[6].error[0]


def test_a_mean_of_an_own_law_is_a_one_point_function():
    law = OwnJointLaw(lambda powers, width: 1)
    net = ReLUNet(4).with_laws(output_joint=law)
    found = exact_correlators(net, [[1.0]], (1, 2, 3))
    # all weights are one: f = N^(−1/2) Σ s
    mean, second, third = 1 / sqrt(2 * np.pi), 0.5, sqrt(2 / np.pi)
    assert float(found[1].value[0]) == pytest.approx(2 * mean, rel=1e-13)
    assert float(found.connected()[2].value[0]) == pytest.approx(second - mean**2, rel=1e-13)
    assert float(found[2].value[0]) == pytest.approx(second - mean**2 + 4 * mean**2, rel=1e-13)
    cumulant = third - 3 * second * mean + 2 * mean**3
    assert float(found.connected()[3].value[0]) == pytest.approx(cumulant / 2, rel=1e-12)


# -- parts, widths, records ---------------------------------------------------------------------------------


def test_other_widths_and_parts():
    net = ReLUNet(5, sigma_b=0.3).with_laws(output_correlation=0.2)
    points = [[0.4], [-0.9], [0.4]]
    many = exact_correlators(net, points, (2, 4, 6))
    wide = exact_correlators(net.with_width(50), points, (2, 4, 6))
    for order in (2, 4, 6):
        other = many.at_width(50)
        np.testing.assert_allclose(other[order].value, wide[order].value, rtol=1e-13)
        np.testing.assert_allclose(
            other.excess()[order].value, wide.excess()[order].value, rtol=1e-13, atol=1e-18
        )
    two, four = many[2], many[4]
    pairs = [
        float(two[i, j] * two[k, l] + two[i, k] * two[j, l] + two[i, l] * two[j, k])
        for i, j, k, l in four.indices.tolist()
    ]
    np.testing.assert_allclose(many.excess()[4].value, four.value - pairs, rtol=1e-12)
    np.testing.assert_allclose(many.connected()[4].value, four.value - pairs, rtol=1e-12)
    assert float(four[0, 0, 2, 1]) == float(four[0, 2, 2, 1])


def test_orders_eight_and_ten():
    for order, points in ((8, POINTS), (10, [[0.5]])):
        net = ErfNet(4, 1.2, 0.4).with_laws(output_correlation=0.3)
        found = exact_correlators(net, points, (order,)).connected()[order]
        assert found.trusted
        row = found.indices[0].tolist()
        wanted = by_neurons_even(net, points, row)
        assert float(found.value[0]) == pytest.approx(wanted, rel=1e-9)


def by_neurons_even(net, points, row):
    """One point: cumulants of f/√N by the moments of a sum of a_i s_i, from the formula for E f^n."""
    assert len(set(row)) == 1
    x, n = np.array(points)[row[:1]], len(row)
    alpha, width = Fraction(3, 10), net.width
    features = {
        k: Fraction(float(feature_moments(net, x, n).moments(np.zeros((1, k), dtype=np.int64)).value[0]))
        if k % 2 == 0
        else 0
        for k in range(1, n + 1)
    }
    sigma = Fraction(repr(net.output_deviation))

    def moment(fields):
        total = Fraction(0)
        for powers, ways in shared_neurons((1,) * len(fields)):
            if all(power % 2 == 0 for power in powers):
                total += (
                    ways
                    * perm(width, len(powers))
                    * wick_by_half(powers, alpha)
                    * prod(features[k] for k in powers)
                )
        return total * sigma ** len(fields)

    return float(power_sum_cumulant((1,) * n, moment)) / width ** (n // 2)


def wick_by_half(powers, alpha):
    """E[Π a_j^k_j] by the recursion E[a_1 F] = Σ_j C_1j E[∂_j F]."""
    if not any(powers):
        return Fraction(1)
    first = next(place for place, power in enumerate(powers) if power)
    left = [power - (place == first) for place, power in enumerate(powers)]
    total = Fraction(0)
    for place, power in enumerate(left):
        if power:
            lower = tuple(sorted((p - (at == place) for at, p in enumerate(left)), reverse=True))
            total += (1 if place == first else alpha) * power * _half(lower, alpha)
    return total


def _half(powers, alpha, known={}):  # noqa: B006 - a memory for this test
    key = (powers, alpha)
    if key not in known:
        known[key] = wick_by_half(powers, alpha)
    return known[key]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.1*|a|^4/N", "1/10*p2^2/N"),
        ("-p1^2 * p4 + 3/2*p2*N**2", "-p1^2*p4 + 3/2*p2*N^2"),
        ("p1*p2*p1/N^3 - 1e-3*p6", "p1^2*p2/N^3 - 1/1000*p6"),
        (" + p2 ", "p2"),
    ],
)
def test_deformations_read_back(text, same):
    terms = read_deformation(text)
    assert deformation_text(terms) == same
    assert read_deformation(same) == terms


@pytest.mark.parametrize(
    "text",
    ["", "3", "p0", "p2/0", "p2^", "p2^-1", "1/p2", "|a|", "|a|^3", "p2 p1", "p2 +", "+ - p2", "(p2)", "N",
     "p2^999999", "1e999*p2", "1e-200*p2", "p2*N^1000", "alpha*p2", "p2**", "*p2", "p2,", "p2^2^2",
     "9" * 2000 + "*p2"],
)  # fmt: skip
def test_what_is_no_deformation(text):
    assert read_deformation(text) is None


def test_records_read_back():
    for net in (
        ReLUNet(6).with_laws(output_correlation=-0.1),
        ReLUNet(6).with_laws(output_joint="0.25*p2^2/N"),
        ReLUNet(6).with_laws(output_joint=EquicorrelatedLaw(0.5)),
    ):
        assert from_record(record_text(net)) == net
    assert ReLUNet(6).with_laws(output_joint=EquicorrelatedLaw(0.5)).laws.output_correlation == 0.5
    own = ReLUNet(6).with_laws(output_joint=OwnJointLaw(even_signs))
    with pytest.raises(InvalidNetwork, match=r"as in 0\.1"):
        from_record(record_text(own))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ErfNet(5).with_laws(output_correlation=-0.25), "Above|above −1/4 = -0.25 is needed"),
        (lambda: ErfNet(2).with_laws(output_correlation=-0.4).with_width(5), "above −1/4"),
        (lambda: ErfNet(5).with_laws(output_correlation=1.0), "−1 < α < 1"),
        (lambda: ErfNet(5).with_laws(output_correlation=0.2, output="laplace"), "Gaussian"),
        (lambda: ErfNet(5).with_laws(output_joint="-1*p2^2/N"), "cannot be normalised"),
        (lambda: ErfNet(5).with_laws(output_joint="alpha*p2^2/N"), "as in 0.1\\*p2"),
        (lambda: ErfNet(5).with_laws(output_joint="0.1*(p2^2)/N"), "as in 0.1\\*p2"),
        (lambda: ErfNet(5).with_laws(output_joint=3), "as in 0.1\\*p2"),
        (
            lambda: exact_correlators(
                ErfNet(5).with_laws(output_joint="1*p2^2/N", output="laplace"), [[1.0]], (4,)
            ),
            "no closed form",
        ),
        (
            lambda: ErfNet(5).with_laws(output_joint="1*p2^2/N", output_correlation=0.1),
            "leave one of them",
        ),
        (lambda: ReLUNet(5).with_laws(output_correlation=0.1).kernel, "features of the relu-net have a mean"),
        (lambda: OwnJointLaw(3), "moments = 3"),
        (
            lambda: exact_cumulant(
                ReLUNet(3).with_laws(output_joint=OwnJointLaw(lambda p, n: None)), [[1.0]] * 2
            ),
            "a finite number",
        ),
        (
            lambda: OwnJointLaw(even_signs).draw(np.random.default_rng(1), ReLUNet(3), 2),
            "given without a function",
        ),
        (
            lambda: exact_correlators(
                ErfNet(3).with_laws(output_correlation=0.1), [[1.0], [1.0]], (2,), outputs=(1, 2)
            ),
            "one output",
        ),
        (
            lambda: Ensemble(ErfNet(9).with_laws(output_correlation=-0.1), [[1.0]]).correlators(100),
            "positive ones",
        ),
        (
            lambda: Ensemble(ErfNet(9).with_laws(output_joint="1*p2^2/N"), [[1.0]]).correlators(100),
            "joint law",
        ),
        (
            lambda: exact_correlators(
                ReLUNet(9).with_laws(output_correlation=0.1), np.linspace(1, 2, 9)[:, np.newaxis], (10,)
            ),
            "are the limit",
        ),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises((InvalidNetwork, NotAvailable), match=told):
        make()


# -- samples ------------------------------------------------------------------------------------------------


def sampled_moments(net, law, networks, seed):
    """E f, E f² … at x = 1 by plain NumPy, in 40 blocks."""
    rng, x = np.random.default_rng(seed), np.array([[1.0]])
    blocks = []
    for _ in range(40):
        a = law.draw(rng, net, networks)
        weights = rng.normal(size=(networks * net.width, 1)) * net.slope
        biases = rng.normal(size=networks * net.width) * net.hidden_bias_deviation
        s = net.features(weights, biases, x).reshape(networks, net.width)
        f = np.sum(a * s, axis=1) / sqrt(net.width)
        blocks.append([np.mean(f**2), np.mean(f**4), np.mean(f**6)])
    return np.mean(blocks, axis=0), np.std(blocks, axis=0, ddof=1) / sqrt(40)


@pytest.mark.statistical
@pytest.mark.parametrize(
    "law",
    [EquicorrelatedLaw(-0.24), EquicorrelatedLaw(0.3), quartic(0.4), quartic(30.0)],
    ids=repr,
)
@pytest.mark.parametrize("name", ["relu", "erf", "gauss"])
def test_drawn_weights_have_these_correlators(law, name):
    net = {
        "relu": ReLUNet(5),
        "erf": ErfNet(5, output_bias=False),
        "gauss": GaussNet(5, 0.3, 0.2, output_bias=False),
    }[name]
    net = net.with_laws(output_joint=law)
    exact = exact_correlators(net, [[1.0]], (2, 4, 6))
    value, error = sampled_moments(net, law, 5000, seed=8)
    pulls = (value - [float(exact[n].value[0]) for n in (2, 4, 6)]) / error
    assert np.all(np.abs(pulls) < 4.5)


@pytest.mark.statistical
def test_the_compiled_sampler_draws_correlated_weights_of_any_features():
    net = ReLUNet(3).with_laws(output_correlation=0.3)
    found = Ensemble(net, [[1.0]], seed=2, precision="single").correlators(400_000, (2, 4))
    exact = exact_correlators(net, [[1.0]], (2, 4))
    assert found[2].quality is Quality.TRUSTED
    for order in (2, 4):
        pull = float(found[order].value[0] - exact[order].value[0]) / float(found[order].error[0])
        assert 1e-4 < stats.chi2.cdf(pull**2, 1) < 1 - 1e-4


# -- power sums ---------------------------------------------------------------------------------------------


def test_cumulants_of_power_sums_at_large_widths_keep_their_digits():
    """κ[p_2, …] of independent normal numbers is N times the cumulant of a²: 2^(k−1) (k − 1)! N."""
    width = 10**6
    law, net = EquicorrelatedLaw(0.0), ErfNet(width)
    for factors in (1, 2, 3, 4, 5):
        one = (2,) * factors
        value, error = law.power_sum_cumulants((one,), net)[one]
        assert value == pytest.approx(2 ** (factors - 1) * prod(range(1, factors)) * width, rel=1e-15)
        assert error <= 1e-15 * value
    found, _ = quartic(0.3).power_sum_cumulants(((2, 2),), net)[(2, 2)]
    # Var |a|²: saddle point in t = |a|²/N, 2Nv²/(1 + 4αv²) + O(1)
    v = 2 / (1 + sqrt(1 + 16 * 0.3))
    assert found / width == pytest.approx(2 * v * v / (1 + 4 * 0.3 * v * v), rel=1e-5)


def test_power_sum_cumulants_against_partitions():
    moment = {1: Fraction(1, 3), 2: Fraction(2), 3: Fraction(-1), 4: Fraction(7), 5: 3, 6: 40, 7: 2, 8: 400}

    def average(exponents):
        return power_sum_moment(exponents, moment.__getitem__, 3)

    for exponents in ((2,), (1, 1), (3, 1, 1), (2, 2, 1, 1), (1, 1, 1, 1)):
        wanted = cumulant_of(exponents, lambda part: average(part))
        assert power_sum_cumulant(exponents, average) == wanted
        assert sum(ways for _, ways in shared_neurons(exponents)) == len(set_partitions(len(exponents)))
