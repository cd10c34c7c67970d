"""Ten significant digits of exact correlators, for every net, d_in = 1, 2, 3, with and without biases.

Each net has a referee of its own that shares nothing with the house but the definition of the network:
one-factor integrals for ReLU, tensor quadrature for Erf, plane waves on a grid of momenta for Cos, log-normal
moments in high precision for Gauss.
"""

from itertools import combinations, product
from math import prod

import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.special import erf

from numerics.exact.correlators import exact_correlators
from numerics.exact.features.erf import LatticeMoments
from numerics.exact.features.orthant import OrthantMoments
from numerics.fields.index_sets import ranks
from numerics.networks.architectures import CosNet, ErfNet, GaussNet, ReLUNet

LINE = np.array([[0.4], [0.9], [1.3]])
PLANE = np.array([[0.7, 0.2], [0.4, 0.9], [1.1, 0.6]])
AROUND = np.array([[0.8, 0.0], [-0.3, 0.7], [-0.3, -0.7]])
SPACE = np.array([[0.7, 0.2, 0.4], [0.4, 0.9, 0.3], [0.2, 0.6, 1.1]])
ROWS = ([0, 1], [2, 2], [0, 1, 2, 2], [1, 1, 1, 1], [0, 0, 1, 1, 2, 2], [0, 1, 2, 2, 2, 2], [1] * 6)

NETS = [
    make(2, 1.1, sigma_b, d_in=d) for make in (ErfNet, ReLUNet) for d in (1, 2, 3) for sigma_b in (0.0, 0.7)
]
NETS += [GaussNet(2, 0.6, sigma_b, d_in=d) for d in (1, 2, 3) for sigma_b in (0.0, 0.5)]
NETS += [CosNet(2, 1.1, 0.8, d_in=d) for d in (1, 2, 3)]


def points_of(net):
    return {1: LINE, 2: AROUND if net.bias_variance else PLANE, 3: SPACE}[net.d_in]


def covariance(net):
    x = points_of(net)
    return net.sigma_b**2 + net.sigma_w**2 / net.d_in * x @ x.T


class Erf:
    """Gauss-Legendre in the one to three standard normals behind the preactivations."""

    def __init__(self, net):
        values, axes = np.linalg.eigh(covariance(net))
        kept = values > 1e-12
        deviations = np.sqrt(values[kept])
        rules = [normal_rule([-9, 0, 9], int(35 + 60 * deviation)) for deviation in deviations]
        mesh = np.meshgrid(*[g for g, _ in rules], indexing="ij")
        self.s = erf(axes[:, kept] * deviations @ np.array([axis.ravel() for axis in mesh]))
        self.measure = np.ones(1)
        for _, w in rules:
            self.measure = np.multiply.outer(self.measure, w).ravel()

    def __call__(self, members):
        return mpmath.mpf(float(self.measure @ self.s[list(members)].prod(axis=0)))


def normal_rule(edges, count):
    """Gauss-Legendre between the edges, with the weight of a standard normal."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    edges = np.array(edges, dtype=float)
    halves = np.diff(edges)[:, None] / 2
    g = (edges[:-1, None] + halves * (1 + nodes)).ravel()
    return g, (halves * weights).ravel() * stats.norm.pdf(g)


class PlanarReLU:
    """Up to two dimensions: E|g|^n times the mean over angles, with breaks where a field starts or stops."""

    def __init__(self, net):
        values, axes = np.linalg.eigh(covariance(net))
        assert np.all(np.abs(values[:-2]) < 1e-14), "not planar"
        v = axes[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
        angles = np.arctan2(v[:, 1], v[:, 0])
        breaks = np.unique(np.concatenate([angles + np.pi / 2, angles - np.pi / 2]) % (2 * np.pi))
        nodes, weights = np.polynomial.legendre.leggauss(30)
        edges = np.append(breaks, breaks[0] + 2 * np.pi)
        halves = np.diff(edges)[:, None] / 2
        phi = (edges[:-1, None] + halves * (1 + nodes)).ravel()
        self.forms = np.maximum(v @ np.array([np.cos(phi), np.sin(phi)]), 0)
        self.measure = (halves * weights).ravel() / (2 * np.pi)

    def __call__(self, members):
        n = len(members)
        mean = self.measure @ self.forms[list(members)].prod(axis=0)
        return 2 ** (n // 2) * mpmath.factorial(n // 2) * mpmath.mpf(float(mean))


class OneFactorReLU:
    """Three positive covariances C_ij have a common factor, a_i² = C_ij C_ik / C_jk: one integral over it."""

    def __init__(self, net):
        c = covariance(net)
        self.a = np.sqrt([c[i, j] * c[i, k] / c[j, k] for i, j, k in ((0, 1, 2), (1, 0, 2), (2, 0, 1))])
        self.b2 = np.diag(c) - self.a**2
        assert np.all(self.b2 > 1e-3), "not a one-factor covariance"

    def __call__(self, members):
        g, value = normal_rule([-11, -4, -1, 0, 1, 4, 11], 50)
        for i, (a, b2) in enumerate(zip(self.a, self.b2, strict=True)):
            if i in members:
                value = value * half_line(a * g, np.sqrt(b2), list(members).count(i))
        return mpmath.mpf(float(value.sum()))


def half_line(mean, deviation, power):
    """E max(m + b x, 0)^p by the recursion I_p = m I_(p−1) + (p − 1) b² I_(p−2)."""
    found = [stats.norm.cdf(mean / deviation)]
    found.append(mean * found[0] + deviation * stats.norm.pdf(mean / deviation))
    for p in range(2, power + 1):
        found.append(mean * found[p - 1] + (p - 1) * deviation**2 * found[p - 2])
    return found[power]


class Gauss:
    """E Π e^{y_i} = exp(Σ mean + ½ Σ_ij cov) in high precision."""

    def __init__(self, net):
        self.c, self.net = covariance(net), net

    def __call__(self, members):
        members = list(members)
        with mpmath.workdps(30):
            shift = sum(mpmath.mpf(float(self.c[i, i])) for i in members)
            pairs = sum(mpmath.mpf(float(self.c[i, j])) for i in members for j in members)
            return mpmath.exp(pairs / 2 - shift)


class Cos:
    """Gauss-Hermite in the momenta, the trapezoidal rule in the phase."""

    def __init__(self, net):
        g, w = np.polynomial.hermite_e.hermegauss(44)
        phases = 2 * np.pi * np.arange(16) / 16
        grids = np.meshgrid(*[g] * net.d_in, phases, indexing="ij")
        momenta = net.sigma_w / np.sqrt(net.d_in) * np.array([axis.ravel() for axis in grids[:-1]])
        self.s = np.cos(points_of(net) @ momenta + grids[-1].ravel())
        self.measure = np.ones(1)
        for _ in range(net.d_in):
            self.measure = np.multiply.outer(self.measure, w / w.sum()).ravel()
        self.measure = np.repeat(self.measure, 16) / 16

    def __call__(self, members):
        return mpmath.mpf(float(self.measure @ self.s[list(members)].prod(axis=0)))


class Neuron:
    """Moments of h = a s, remembered."""

    def __init__(self, net):
        planar = net.d_in + (net.bias_variance > 0) <= 2
        relu = PlanarReLU if planar else OneFactorReLU
        self.feature = {"erf": Erf, "relu": relu, "gauss": Gauss, "cos": Cos}[net.name](net)
        self.variance, self.known = mpmath.mpf(net.weight_variance), {}

    def __call__(self, members):
        key = tuple(sorted(members))
        n = len(key)
        if n % 2:
            return mpmath.mpf(0)
        if key not in self.known:
            self.known[key] = prod(range(n - 1, 0, -2)) * self.variance ** (n // 2) * self.feature(key)
        return self.known[key]


def cumulant(moment, members):
    """κ(S) = m(S) − Σ_B κ(B) m(S∖B), B the proper subsets with the first element."""
    total = moment(members)
    for size in range(len(members) - 1):
        for others in combinations(range(1, len(members)), size):
            inside = [members[i] for i in (0, *others)]
            outside = [members[i] for i in range(1, len(members)) if i not in others]
            total -= cumulant(moment, inside) * moment(outside)
    return total


def two_neurons(neuron, bias_variance, members):
    """E[Π f] for N = 2 by handing every field to the bias or to one of two neurons."""
    total = mpmath.mpf(0)
    for owners in product(range(3), repeat=len(members)):
        bias, first, second = ([m for m, o in zip(members, owners, strict=True) if o == k] for k in range(3))
        if len(bias) % 2 or len(first) % 2 or len(second) % 2:
            continue
        own = prod(range(len(bias) - 1, 0, -2)) * mpmath.mpf(bias_variance) ** (len(bias) // 2)
        total += own * neuron(first) * neuron(second) / mpmath.mpf(2) ** ((len(first) + len(second)) // 2)
    return total


@pytest.mark.parametrize("net", NETS, ids=lambda net: f"{net.name}-d{net.d_in}-b{net.bias_variance:.2f}")
def test_ten_digits(net):
    exact = exact_correlators(net, points_of(net))
    neuron = Neuron(net)
    neuron.known[()] = mpmath.mpf(1)
    for row in ROWS:
        n = len(row)
        position = ranks(np.array(row), 3)
        full = float(two_neurons(neuron, net.bias_variance, row))
        assert exact[n].value[position] == pytest.approx(full, rel=1e-11, abs=0)
        connected = float(cumulant(neuron, row)) * 2.0 ** (1 - n // 2) + (net.bias_variance if n == 2 else 0)
        # κ_6 of a single point of Cos-net is zero
        zero = 1e-14 if net.name == "cos" and row == [1] * 6 else 0
        assert exact.connected()[n].value[position] == pytest.approx(connected, rel=1e-10, abs=zero)


@pytest.mark.parametrize(("n_points", "sigma_b"), [(4, 0.0), (4, 0.7), (6, 0.0)])
def test_erf_in_three_dimensions_by_two_methods(n_points, sigma_b):
    """The lattice over (W, b) and the dimension-free recursion, all points different."""
    x = np.random.default_rng(7).normal(size=(n_points, 3))
    net = ErfNet(1, 1.0, sigma_b, 3)
    row = np.arange(n_points)[None]
    one, two = LatticeMoments(net, x, n_points).moments(row), OrthantMoments(net, x).moments(row)
    assert one.value[0] == pytest.approx(two.value[0], rel=1e-11, abs=1e-14)
    assert abs(one.value[0] - two.value[0]) <= one.error[0] + two.error[0]
