"""The exact referee: against brute-force moments, the conditional-Gaussian identity and published numbers."""

import tracemalloc
from collections import Counter
from itertools import combinations, product
from math import prod

import mpmath
import numpy as np
import pytest

from diagrams.combinatorics.pairings import pairings
from diagrams.combinatorics.set_partitions import even_partitions
from numerics.errors import InvalidPoints, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.exact.features.orthant import sign_moments
from numerics.exact.inputs import memory_of_correlators
from numerics.fields.index_sets import multisets, ranks
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet
from numerics.results.cumulants import join, join_cumulant, sums_with_errors
from numerics.results.estimate import Quality

PUBLISHED = [[-1.0], [-0.6], [-0.2], [0.2], [0.6], [1.0]]
POSITIVE = [[0.2], [0.4], [0.6], [0.8], [1.0], [1.2]]
NETS = [
    (ErfNet(3, 0.9, 0.7), [[-0.8], [0.3], [1.1]]),
    (ReLUNet(3, 1.1, 0.6), [[-0.8], [0.3], [1.1]]),
    (ReLUNet(3, 1.1, 0.0), [[-0.8], [0.3], [1.1]]),
    (GaussNet(3, 0.5, 0.4), [[-0.8], [0.3], [1.1]]),
    (CosNet(3, 1.2, 0.8), [[-0.8], [0.3], [1.1]]),
]


def label(value):
    return f"{value.name}-b{value.bias_variance:.2f}" if hasattr(value, "name") else ""


class NeuronQuadrature:
    """Moments of h = a s(x) for one neuron in d = 1, by quadrature over (W, b) from the features alone."""

    def __init__(self, net, points):
        self.net, self.points = net, np.array(points)
        if net.hidden_bias_deviation is None:
            g, w = np.polynomial.hermite_e.hermegauss(80)
            momenta, phases = np.meshgrid(net.sigma_w * g, 2 * np.pi * np.arange(24) / 24, indexing="ij")
            parameters, self.measure = (momenta, phases), np.repeat(w / w.sum(), 24) / 24
        elif isinstance(net, ReLUNet):
            parameters, self.measure = self.polar(net.hidden_bias_deviation)
        else:
            g, w = np.polynomial.hermite_e.hermegauss(100)
            parameters = np.meshgrid(net.sigma_w * g, net.hidden_bias_deviation * g, indexing="ij")
            self.measure = np.multiply.outer(w, w).ravel() / w.sum() ** 2
        weights, biases = (np.ravel(p) for p in parameters)
        self.s = net.features(weights[:, None], biases, self.points)
        self.known = {}

    def polar(self, sigma_b):
        """Gauss-Laguerre in r²/2 (exact for even powers of r), Gauss-Legendre in the angle between kinks."""
        t, radial = np.polynomial.laguerre.laggauss(12)
        slopes = self.net.sigma_w * self.points[:, 0]
        kinks = [np.arctan2(side * slope, -side * sigma_b) for slope in slopes for side in (1, -1)]
        edges = np.unique([*kinks, -np.pi, np.pi])
        nodes, v = np.polynomial.legendre.leggauss(40)
        halves = np.diff(edges)[:, None] / 2
        phi = (edges[:-1, None] + halves * (1 + nodes)).ravel()
        r, angle = np.meshgrid(np.sqrt(2 * t), phi, indexing="ij")
        measure = np.multiply.outer(radial, (halves * v).ravel() / (2 * np.pi)).ravel()
        return (self.net.sigma_w * r * np.cos(angle), sigma_b * r * np.sin(angle)), measure

    def __call__(self, members):
        """E[Π h(x_i)], i in members; zero for an odd number."""
        n = len(members)
        if n % 2:
            return 0.0
        key = tuple(sorted(members))
        if key not in self.known:
            self.known[key] = self.measure @ self.s[:, key].prod(axis=1)
        mean = self.known[key]
        return prod(range(n - 1, 0, -2)) * self.net.weight_variance ** (n // 2) * mean


def joint_cumulant(moment, members):
    """κ(S) = m(S) − Σ_B κ(B) m(S∖B) over proper subsets B that hold the first element."""
    members = tuple(members)
    total = moment(members)
    for size in range(len(members) - 1):
        for others in combinations(range(1, len(members)), size):
            inside = tuple(members[i] for i in (0, *others))
            outside = tuple(members[i] for i in range(1, len(members)) if i not in others)
            total -= joint_cumulant(moment, inside) * moment(outside)
    return total


def network_moment(neuron, members):
    """E[Π f(x_i)] for N neurons by assigning every field to the output bias or to one of the neurons."""
    net, n = neuron.net, len(members)
    total = 0.0
    for owners in product(range(net.width + 1), repeat=n):
        term = 1.0
        for owner in range(net.width + 1):
            mine = [member for member, o in zip(members, owners, strict=True) if o == owner]
            if owner == 0:
                odd = len(mine) % 2
                term *= (
                    0.0 if odd else prod(range(len(mine) - 1, 0, -2)) * net.bias_variance ** (len(mine) / 2)
                )
            elif mine:
                term *= neuron(mine) / net.width ** (len(mine) / 2)
            if term == 0.0:
                break
        total += term
    return total


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
@pytest.mark.parametrize("row", [[0, 1], [0, 1, 2, 2], [1, 1, 1, 1], [0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 1, 2]])
def test_connected_correlators_equal_brute_force_cumulants(net, points, row):
    neuron = NeuronQuadrature(net, points)
    expected = joint_cumulant(neuron, row) * net.width ** (1 - len(row) / 2)
    expected += net.bias_variance if len(row) == 2 else 0.0
    found = exact_cumulant(net, [points[i] for i in row])
    size = max(abs(neuron([i] * len(row))) for i in range(3))
    assert float(found.value) == pytest.approx(expected, abs=2e-11 * size)
    assert found.quality is Quality.TRUSTED


@pytest.mark.parametrize("net_and_points", NETS, ids=lambda pair: label(pair[0]))
@pytest.mark.parametrize("width", [1, 2])
def test_full_correlators_equal_brute_force_moments(net_and_points, width):
    net, points = net_and_points
    exact = exact_correlators(net, points).at_width(width)
    neuron = NeuronQuadrature(exact.origin.network, points)
    for order, row in ((2, [0, 2]), (4, [0, 1, 2, 2]), (6, [0, 0, 1, 1, 1, 2]), (6, [2] * 6)):
        position = ranks(np.array(row), 3)
        found = exact[order].value[position]
        assert found == pytest.approx(network_moment(neuron, row), rel=1e-10, abs=1e-12)


def test_networks_of_three_neurons_by_brute_force():
    net, points = NETS[0]
    found = exact_correlators(net, points)[6].value[ranks(np.array([0, 1, 1, 2, 2, 2]), 3)]
    assert found == pytest.approx(
        network_moment(NeuronQuadrature(net, points), [0, 1, 1, 2, 2, 2]), rel=1e-11
    )


def cumulant_of_pair_products(neuron, row):
    """The conditional-Gaussian identity κ_2n = sw^2n Σ_P cum_n(s_a s_b : (ab) in P), P over pairings."""
    means = {}

    def mean_of(members):
        key = tuple(sorted(members))
        if key not in means:
            means[key] = neuron.measure @ neuron.s[:, key].prod(axis=1)
        return means[key]

    distinct = Counter(
        tuple(sorted((row[a], row[b]) for a, b in pairs)) for pairs in pairings(range(len(row)))
    )
    total = 0.0
    for pairs, count in distinct.items():
        total += count * joint_cumulant(lambda blocks: mean_of([i for block in blocks for i in block]), pairs)
    return neuron.net.weight_variance ** (len(row) // 2) * total


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
@pytest.mark.parametrize("row", [[0, 1, 2, 2], [0, 1, 1, 2, 2, 2], [0, 0, 1, 1, 1, 1, 2, 2]])
def test_connected_correlators_satisfy_the_conditional_gaussian_identity(net, points, row):
    neuron = NeuronQuadrature(net, points)
    expected = cumulant_of_pair_products(neuron, row) * net.width ** (1 - len(row) / 2)
    found = exact_cumulant(net, [points[i] for i in row])
    largest = max(abs(neuron([i] * len(row))) for i in range(3))
    assert float(found.value) == pytest.approx(expected, abs=5e-11 * largest)


# Closed-form numbers


@pytest.mark.parametrize(
    ("row", "coefficient"),
    [
        ([1, 1, 1, 1], 15 / 4), ([1, 2, 3, 0.5], 15 / 4), ([1, 2, -1, -0.5], -1 / 4), ([1, 1, 1, -1], 0.0),
        ([1] * 6, 165 / 2), ([0.5, 1, 1, 2, 2, 3], 165 / 2), ([1, 1, 1, 1, -1, -2], -3 / 2),
        ([1, 1, 1, -1, -1, -1], 0.0), ([1, 1, 1, 1, 1, -1], 0.0), ([-1] * 6, 165 / 2),
    ],
)  # fmt: skip
def test_relu_cumulants_on_the_line(row, coefficient):
    """κ_4/(sw⁸Π|x|) = 15/4, −1/4, 0 and κ_6/(sw¹²Π|x|) = 165/2, −3/2, 0, by the signs of the points."""
    net = ReLUNet(7, sigma_w=1.2)
    found = exact_cumulant(net, np.array(row, dtype=float)[:, None])
    n = len(row)
    expected = coefficient * 1.2 ** (2 * n) * prod(abs(x) for x in row) / 7 ** (n // 2 - 1)
    assert float(found.value) == pytest.approx(expected, rel=2e-14, abs=1e-300)


def test_coincident_cos_cumulants():
    """κ_4 = 3 sa⁴/8, κ_6 = 0 exactly; κ_8 = −315/128·… from the Bessel function I_0 of cos²."""
    net = CosNet(1, sigma_w=1.0, sigma_a=1.5)
    assert float(exact_cumulant(net, np.zeros((4, 1))).value) == pytest.approx(3 * 1.5**4 / 8, rel=1e-15)
    assert float(exact_cumulant(net, np.zeros((6, 1))).value) == 0.0
    # log E exp(tν) of ν = cos² has t⁴/4! coefficient κ_4[ν]; κ_8[h] = 105 κ_4[ν] sa⁸
    expected = 105 * cumulant_of_cosine_square(4) * 1.5**8
    assert float(exact_cumulant(net, np.zeros((8, 1))).value) == pytest.approx(expected, rel=1e-13)


@mpmath.workdps(40)
def cumulant_of_cosine_square(order):
    """Derivative of log E exp(t cos²c) = t/2 + log I_0(t/2) at zero."""
    return float(mpmath.diff(lambda t: t / 2 + mpmath.log(mpmath.besseli(0, t / 2)), 0, order))


@pytest.mark.parametrize("sigma_b", [1.0, 0.2, 1e-2])
@pytest.mark.parametrize("order", [4, 6])
def test_gauss_cumulants_without_cancellation(sigma_b, order):
    """Pair products are log-normal: cum_2 = m m q, cum_3 = m m m (q q + q q + q q + q q q), q = e^cov − 1."""
    net = GaussNet(3, sigma_w=0.8 * sigma_b, sigma_b=sigma_b)
    x = np.array([0.3, -0.2, 0.5, 0.1, -0.4, 0.2])[:order]
    exact = float(lognormal_cumulant(net, x)) * 3.0 ** (1 - order // 2)
    found = exact_cumulant(net, x[:, None])
    assert abs(float(found.value) - exact) <= float(found.error)
    assert float(found.error) <= 1e-12 * abs(exact) / sigma_b**4


@mpmath.workdps(40)
def lognormal_cumulant(net, x):
    x = [mpmath.mpf(float(u)) for u in x]
    sb2, slope = mpmath.mpf(net.sigma_b) ** 2, mpmath.mpf(net.sigma_w) ** 2

    def cov(a, b):
        return sum(sb2 + slope * x[i] * x[j] for i in a for j in b)

    total = mpmath.mpf(0)
    for pairs in pairings(range(len(x))):
        means = [mpmath.mpf(net.sigma_w) ** 2 * mpmath.exp(-slope * (x[a] - x[b]) ** 2 / 2) for a, b in pairs]
        q = [mpmath.expm1(cov(a, b)) for a, b in combinations(pairs, 2)]
        links = q[0] if len(pairs) == 2 else q[0] * q[1] + q[0] * q[2] + q[1] * q[2] + q[0] * q[1] * q[2]
        total += mpmath.fprod(means) * links
    return total


# Published set-ups


def test_erf_published_six_point_function():
    """N = 5: the connected 6-point function is 0.76 % of ΔG6 and 0.027 % of G6, over distinct multisets."""
    net = ErfNet(5)
    exact = exact_correlators(net, PUBLISHED)
    six, connected = exact[6], exact.connected()[6].value
    k = net.kernel.full(np.array(PUBLISHED), np.array(PUBLISHED))
    free = sum(
        prod(k[six.indices[:, a], six.indices[:, b]] for a, b in pairs) for pairs in pairings(range(6))
    )
    assert np.abs(connected).sum() / np.abs(six.value - free).sum() == pytest.approx(0.0076, abs=5e-5)
    assert np.mean(np.abs(connected) / np.abs(six.value)) == pytest.approx(0.00027, abs=5e-6)


def test_relu_published_share_of_the_six_point_function():
    """N = 20: κ_4 alone explains 87.2 % of ΔG6."""
    net = ReLUNet(20)
    exact = exact_correlators(net, POSITIVE)
    six, connected = exact[6], exact.connected()[6].value
    delta = six.value - free_theory(net, POSITIVE, six.indices)
    assert 1 - np.abs(connected).sum() / np.abs(delta).sum() == pytest.approx(0.872, abs=5e-4)


def test_gauss_published_share_of_the_six_point_function():
    """N = 100: κ_4 alone explains 16.5 % of ΔG6."""
    net, points = GaussNet(100), 0.01 * np.array(PUBLISHED)
    exact = exact_correlators(net, points)
    six, connected = exact[6], exact.connected()[6].value
    delta = six.value - free_theory(net, points, six.indices)
    assert 1 - np.abs(connected).sum() / np.abs(delta).sum() == pytest.approx(0.165, abs=5e-4)


def free_theory(net, points, indices):
    k = net.kernel.full(np.array(points), np.array(points))
    return sum(prod(k[indices[:, a], indices[:, b]] for a, b in pairs) for pairs in pairings(range(6)))


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
def test_two_point_function_is_the_kernel_at_every_width(net, points):
    x = np.array(points)
    exact = exact_correlators(net, points, orders=(2,))
    k = net.kernel.full(x, x)[exact[2].indices[:, 0], exact[2].indices[:, 1]]
    for width in (1, 2, 1000):
        two = exact.at_width(width)
        np.testing.assert_allclose(two[2].value, k, rtol=1e-15)
        np.testing.assert_array_equal(two[2].value, two.connected()[2].value)


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
def test_full_from_connected_by_the_published_formula(net, points):
    """G4 = Σ_3 KK + κ_4/N and G6 = Σ_15 KKK + Σ_15 K κ_4/N + κ_6/N², written out."""
    x = np.array(points)
    k = net.kernel.full(x, x)
    exact = exact_correlators(net, points)
    for order in (4, 6):
        for row, full, connected in zip(
            exact[order].indices, exact[order].value, exact.connected()[order].value, strict=True
        ):
            total = connected + sum(
                prod(k[row[a], row[b]] for a, b in pairs) for pairs in pairings(range(order))
            )
            if order == 6:
                for a, b in combinations(range(6), 2):
                    rest = [row[i] for i in range(6) if i not in (a, b)]
                    total += k[row[a], row[b]] * exact.connected()[4].value[ranks(np.array(rest), 3)]
            assert full == pytest.approx(total, rel=1e-13)


# The interface


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
def test_single_elements_and_whole_tensors_agree(net, points):
    exact = exact_correlators(net, points)
    for order in (2, 4, 6):
        for position in (0, 2, len(exact[order].indices) - 1):
            row = exact[order].indices[position]
            single = exact_cumulant(net, [points[i] for i in row[::-1]])
            tolerance = exact.connected()[order].error[position] + float(single.error)
            assert abs(float(single.value) - exact.connected()[order].value[position]) <= tolerance


@pytest.mark.parametrize(("net", "points"), NETS, ids=label)
def test_repeated_and_reordered_points(net, points):
    """Repeating points repeats numbers: the tensors over (x_2, x_0, x_2, x_1) are entries of those over x."""
    plain = exact_correlators(net, points)
    order_of = np.array([2, 0, 2, 1])
    repeated = exact_correlators(net, np.array(points)[order_of])
    for order in (2, 4, 6):
        position = ranks(order_of[repeated[order].indices], 3)
        scale = np.abs(plain[order].value).max()
        for again, once in ((repeated, plain), (repeated.connected(), plain.connected())):
            difference = again[order].value - once[order].value[position]
            assert np.abs(difference).max() <= 1e-13 * scale


def test_width_only_rescales():
    exact = exact_correlators(ErfNet(4), PUBLISHED)
    other = exact.at_width(20)
    assert other.origin.network == ErfNet(20)
    np.testing.assert_allclose(other.connected()[4].value, exact.connected()[4].value / 5, rtol=1e-14)
    np.testing.assert_allclose(other.connected()[6].value, exact.connected()[6].value / 25, rtol=1e-14)
    np.testing.assert_allclose(other[4].value, exact_correlators(ErfNet(20), PUBLISHED)[4].value, rtol=1e-15)


def test_odd_orders_vanish():
    exact = exact_correlators(ErfNet(4), PUBLISHED, orders=(1, 3, 4))
    assert exact.orders == (1, 3, 4)
    assert exact[3].indices.shape == (56, 3)
    assert not exact[3].value.any()
    assert not exact.connected()[1].value.any()
    for n in (1, 3, 5, 7):
        found = exact_cumulant(ErfNet(4), PUBLISHED[:1] * n)
        assert (float(found.value), float(found.error)) == (0.0, 0.0)


def test_exact_numbers_in_three_dimensions():
    """d = 3, the published points; they are images of each other under rotations that keep the set."""
    points = np.array([[-1.0, -1, -1], [1, 1, -1], [-1, 1, 1], [1, -1, 1]])
    shifted = np.array([[0.2, 0.2, 0.2], [1, 1, 0.2], [0.2, 1, 1], [1, 0.2, 1]])
    for net, x in (
        (ErfNet(5, d_in=3), points),
        (ReLUNet(20, d_in=3), shifted),
        (GaussNet(9, d_in=3), 0.01 * points),
    ):
        exact = exact_correlators(net, x)
        assert [len(exact[n].value) for n in (2, 4, 6)] == [10, 35, 84]
        for order in (4, 6):
            assert np.all(
                exact.connected()[order].error <= 1e-11 * np.abs(exact.connected()[order].value).max()
            )
        four = exact.connected()[4].value
        same = [ranks(np.array(row), 4) for row in ([1, 1, 1, 2], [1, 1, 1, 3], [2, 2, 2, 3])]
        assert np.ptp(four[same]) <= 1e-12 * np.abs(four).max()


def test_what_is_not_available_is_refused():
    with pytest.raises(NotAvailable, match="orders 1 to 10"):
        exact_correlators(CosNet(4), PUBLISHED, orders=(12,))
    with pytest.raises(NotAvailable, match="orders 1 to 10"):
        exact_cumulant(CosNet(4), PUBLISHED * 2)
    with pytest.raises(NotAvailable, match="no 6-point function here"):
        exact_correlators(CosNet(4), PUBLISHED, orders=(2, 4))[6]
    with pytest.raises(InvalidPoints, match="dimension 2 is needed"):
        exact_correlators(ErfNet(4, d_in=2), PUBLISHED)


def test_absurd_memory_is_refused_with_an_estimate():
    with pytest.raises(NotAvailable, match=r"1,609,344,100 exact 6-point correlators .* about \d+ GB"):
        exact_correlators(CosNet(4), np.linspace(-1, 1, 100))
    tracemalloc.start()
    try:
        exact_correlators(CosNet(4), np.linspace(-1, 1, 30), orders=(2, 4))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0.6 < peak / memory_of_correlators(30, 4) < 1.6


def test_too_few_nodes_are_told_by_the_error():
    x = np.random.default_rng(1).normal(size=(4, 6))
    rho = (x @ x.T)[np.newaxis] / np.sqrt(np.outer((x**2).sum(axis=1), (x**2).sum(axis=1)))
    few, many = sign_moments(rho, node_counts=(2, 3)), sign_moments(rho)
    assert 1e-6 < abs(few.value[0] - many.value[0]) < few.error[0]
    assert many.error[0] < 1e-12


# The bookkeeping below


@pytest.mark.parametrize(("n", "total"), [(0, 1), (2, 1), (4, 4), (6, 31), (8, 379), (10, 6556)])
def test_even_partitions(n, total):
    seen = set()
    for partitions in even_partitions(n):
        for row in range(len(partitions.blocks[0]) if partitions.blocks else 1):
            blocks = frozenset(tuple(block[row]) for block in partitions.blocks)
            assert sorted(label for block in blocks for label in block) == list(range(n))
            seen.add(blocks)
    assert len(seen) == total
    assert even_partitions(5) == ()


def look_up_in(tables, n_points):
    """Tables of values and errors, shape (2, M), as the engine asks for them."""
    return lambda size, tuples: tables[size][:, ranks(tuples, n_points)]


def test_cumulants_and_moments_are_inverse():
    rng = np.random.default_rng(6)
    moments = {}
    for order in (2, 4, 6):
        value = rng.normal(size=len(multisets(3, order)))
        moments[order] = np.stack([value, np.full(len(value), 1e-3)])
    cumulants = {}
    for order in (2, 4, 6):
        sums = sums_with_errors(order, multisets(3, order), look_up_in(moments, 3))
        value, error, scale = join_cumulant(sums)
        cumulants[order] = np.stack([value, error])
        assert np.all(scale >= np.abs(value))
    for order in (2, 4, 6):
        sums = sums_with_errors(order, multisets(3, order), look_up_in(cumulants, 3))
        back, _, _ = join(sums, [1.0] * len(sums))
        np.testing.assert_allclose(back, moments[order][0], rtol=0, atol=1e-12)


def test_errors_propagate_to_first_order():
    """κ_4 = m_4 − 3 m_2²: δκ_4 = δm_4 + 6 |m_2| δm_2."""
    tables = {2: np.array([[2.0], [0.01]]), 4: np.array([[20.0], [0.1]])}
    value, error, scale = join_cumulant(sums_with_errors(4, multisets(1, 4), look_up_in(tables, 1)))
    assert (value[0], scale[0]) == (8.0, 32.0)
    assert error[0] == pytest.approx(0.1 + 6 * 2 * 0.01, rel=1e-12)


def test_elements_that_vanish_by_symmetry_do_not_spoil_the_quality():
    """At σ_W = σ_b = 1 the kernel between 1 and -1 vanishes; its rounding error is no failure to converge."""
    found = exact_correlators(ErfNet(5), [[-1.0], [-0.6], [0.6], [1.0]])
    assert all(found[order].quality is Quality.TRUSTED for order in (2, 4, 6))
