"""Laws of momenta: closed propagators, densities integrated by mpmath, networks with them against samples."""

import mpmath
import numpy as np
import pytest
from scipy import stats

from diagrams.diagram import Diagram
from numerics.errors import InvalidNetwork
from numerics.exact.correlators import exact_correlators
from numerics.inference.comparison import compare
from numerics.integrals.integrator import integrate
from numerics.integrals.rules.domains import WholeSpace
from numerics.machine.random_streams import probabilities, split_seed
from numerics.networks.architectures import network
from numerics.networks.laws import Gaussian
from numerics.networks.momentum_laws import LatticePropagator
from numerics.networks.parameter_laws import as_law
from numerics.networks.record import from_record, to_record
from numerics.sampling.ensemble import Ensemble

TEXTS = [
    "lattice:mass=0.5",
    "lattice:mass=3",
    "propagator:mass=1,cutoff=40",
    "propagator:mass=2,cutoff=0.5",
    "gauss-propagator:mass=1,cutoff=40",
    "gauss-propagator:mass=2,cutoff=0.5",
]


def density(law):
    """Density up to a factor, its end, and places where it bends."""
    m = mpmath.mpf(law.mass)
    if law.family == "lattice":
        return lambda p: 1 / (4 * mpmath.sin(p / 2) ** 2 + m**2), mpmath.pi
    cut = mpmath.mpf(law.cutoff)
    if law.family == "propagator":
        return lambda p: 1 / (p * p + m * m), cut
    return lambda p: mpmath.exp(-((p / cut) ** 2)) / (p * p + m * m), 8 * cut


def integral(function, law, low=0.0, waves=0.0):
    f, end = density(law)
    places = {mpmath.mpf(low), end} | {k * law.mass for k in (0.25, 1, 4, 16, 64) if low < k * law.mass < end}
    count = int(waves * float(end) / 12.0) + 1
    places |= {end * k / count for k in range(1, count) if end * k / count > low}
    return mpmath.quad(lambda p: function(p) * f(p), sorted(places))


@pytest.mark.parametrize("text", TEXTS)
def test_against_integrals_of_the_density(text):
    law = as_law(text)
    with mpmath.workdps(20):
        whole = integral(lambda p: 1, law)
        for order in (2, 4, 6):
            expected = integral(lambda p, n=order: p**n, law) / whole
            found, error = law.moment(order), law.moment_error(order)
            assert abs(found - expected) <= error + 1e-15 * abs(expected)
            assert error < 1e-10 * expected
        times = np.array([0.0, 0.3, 1.0, 1.7, 7.3])
        exact = [integral(lambda p, t=t: mpmath.cos(p * t), law, 0.0, t) / whole for t in times.tolist()]
        assert np.max(np.abs(law.characteristic(times) - np.array(exact, float))) < 1e-15 * 3
        shares = [1e-8, 0.01, 0.3, 0.49]
        places = -law.quantile(np.array(shares))
        for share, place in zip(shares, places.tolist(), strict=True):
            tail = integral(lambda p: 1, law, place) / whole / 2
            assert float(tail / share) == pytest.approx(1.0, rel=1e-7)
    scalar = law.scalar_quantile()
    if scalar is not None:
        found = [scalar(u) for u in shares]
        np.testing.assert_allclose(found, law.quantile(np.array(shares)), rtol=1e-14)
    assert as_law(law.text) == law
    assert law.even
    assert law.light


@pytest.mark.parametrize("mass", [0.01, 0.5, 1.0, 4.0])
def test_lattice_propagator_is_closed_at_whole_distances(mass):
    """∫dp/2π e^(ipn)/(4 sin²(p/2) + m²) = e^(−w|n|)/(2 sinh w), 2 cosh w = 2 + m²."""
    law = LatticePropagator(mass)
    w = np.arccosh(1 + mass**2 / 2)
    assert law.decay == pytest.approx(w, rel=1e-12)
    n = np.arange(-6.0, 7.0)
    np.testing.assert_array_equal(law.characteristic(n), np.exp(-law.decay * np.abs(n)))
    # beside whole numbers: continuous, and the average over the zone by the trapezoid of a periodic function
    np.testing.assert_allclose(law.characteristic(n + 1e-9), law.characteristic(n), atol=1e-8)
    # a light field: both ways to fill in between the sites
    if mass == 0.01:
        light, t = LatticePropagator(0.01), 7.3
        n = np.arange(-6000.0, 6001.0)
        assert light.characteristic(np.array([t]))[0] == pytest.approx(
            np.exp(-light.decay * np.abs(n)) @ np.sinc(t - n), rel=1e-13
        )
    if mass > 0.3:
        p = 2 * np.pi * np.arange(4096) / 4096
        sums = [np.mean(np.cos(p * k) / (4 * np.sin(p / 2) ** 2 + mass**2)) for k in range(5)]
        np.testing.assert_allclose(sums, np.exp(-w * np.arange(5)) / (2 * np.sinh(w)), rtol=1e-10)


@pytest.mark.parametrize("family", ["propagator", "gauss-propagator"])
def test_without_a_cutoff_they_are_cauchy(family):
    t = np.array([0.1, 0.7, 2.0])
    far, farther = (
        np.max(np.abs(as_law(f"{family}:mass=1.5,cutoff={cut}").characteristic(t) - np.exp(-1.5 * t)))
        for cut in (1e4, 1e6)
    )
    # K(0) is (2/m) atan(Λ/m) in place of π/m, or erfcx(m/Λ) in place of one
    assert 1e-5 < far < 3e-4
    assert farther == pytest.approx(far / 100, rel=0.05)


def test_a_sharp_cutoff_shifts_the_variance_by_what_the_specification_says():
    """1.6 % at Λ = 40, m = 1."""
    assert 1 - 2 / np.pi * np.arctan(40.0) == pytest.approx(0.0159, abs=1e-4)
    law = as_law("propagator:mass=1,cutoff=40")
    # K(t)/K(0) is e^(−t) over what is left of K(0), but for waves of the cutoff
    assert float(law.characteristic(np.array([1.0]))[0] * np.exp(1.0)) == pytest.approx(1 / 0.9841, abs=2e-3)


def test_mean_and_scale():
    law, moved = as_law("lattice:mass=0.7"), as_law("lattice:mass=0.7,mean=0.3,scale=2")
    assert moved.text == "lattice:mass=0.7,mean=0.3,scale=2"
    t = np.array([0.5, 2.0])
    np.testing.assert_allclose(moved.characteristic(t), np.exp(0.3j * t) * law.characteristic(2 * t))
    assert float(moved.moment(2)) == pytest.approx(0.09 + 4 * float(law.moment(2)))
    assert not moved.even


NETS = [
    network("cos", 3, hidden_law="lattice:mass=0.5"),
    network("cos", 3, sigma_w=0.7, sigma_a=1.2, d_in=2, hidden_law="propagator:mass=1,cutoff=9"),
    network("cos", 3, hidden_law="gauss-propagator:mass=1,cutoff=12"),
]


@pytest.mark.statistical
@pytest.mark.parametrize("net", NETS, ids=repr)
def test_networks_with_such_momenta(net):
    assert from_record(to_record(net)) == net
    points = np.linspace(-0.7, 1.2, 3)[:, np.newaxis] * np.linspace(1.0, 0.4, net.d_in)
    exact = exact_correlators(net, points, orders=(2, 4))
    full = np.concatenate([exact[order].value for order in (2, 4)])
    found = Ensemble(net, points, seed=9, precision="single").correlators(40_000, orders=(2, 4))
    outcome = compare(found.origin.sums / 40_000 - full, found.covariance(), n_blocks=found.n_blocks)
    assert 1e-4 < outcome.p_value < 1 - 1e-4
    drawn = net.laws.hidden.quantile(probabilities(split_seed(5), np.arange(20_000), 2, 1))
    grid = np.linspace(-0.999, 0.999, 4001)
    cdf = np.interp(drawn, net.laws.hidden.quantile(0.5 + grid / 2), 0.5 + grid / 2, left=0.0, right=1.0)
    assert 1e-4 < stats.kstest(cdf, "uniform").pvalue < 1 - 1e-4


def test_a_narrow_kernel_is_integrated():
    """∫ K(x − y) K(y − z) dy for a Gaussian regulator, in momentum space by mpmath."""
    net = network("cos", 5, hidden_law="gauss-propagator:mass=1,cutoff=6")
    found = integrate(Diagram.from_edge_string("x1-y1,x2-y1"), net.kernel, [[0.0], [0.4]], WholeSpace())
    law = net.laws.hidden
    with mpmath.workdps(20):
        whole = 2 * integral(lambda p: 1, law)
        f, _ = density(law)
        square = 2 * integral(lambda p: mpmath.cos(0.4 * p) * f(p), law)
        expected = float(0.25 * 2 * mpmath.pi * square / whole**2)
    assert abs(found.value - expected) <= 5 * found.error + 1e-12
    assert found.error < 1e-5 * expected


def test_bad_input():
    for text, message in [
        ("propagator:mass=1", "cutoff must be given, as in propagator:mass=1,cutoff=40; without a cutoff"),
        ("lattice", "mass must be given, as in lattice:mass=0.5"),
        ("lattice:mass=-1", "the mass of lattice = -1.0 was given"),
        ("propagator:mass=1,cutoff=inf", "the cutoff of propagator"),
        ("propagator:mass=1,cutoff=1e12", "the law is cauchy:scale=1"),
        ("gauss-propagator:mass=100,cutoff=1", "the law is gaussian:scale=0.707"),
        ("lattice:mass=1e-9", "between 1e-4 and 1e6"),
        ("propagatr:mass=1,cutoff=3", "did you mean 'propagator'"),
    ]:
        with pytest.raises(InvalidNetwork, match=message):
            as_law(text)
    # and the Gaussian that is named there is the limit
    t = np.linspace(0.0, 3.0, 7)
    near = as_law("gauss-propagator:mass=20,cutoff=1").characteristic(t)
    np.testing.assert_allclose(near, Gaussian(scale=2**-0.5).characteristic(t), atol=2e-3)
