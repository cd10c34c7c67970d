"""No false alarm in 200 random exact symmetries, and 200 small breakings found, each of the size it has."""

from math import sqrt

import numpy as np
import pytest
from scipy.special import ndtri

import nnft_sym as nn
from nnft_sym.symmetries.derive import derive
from nnft_sym.symmetries.exact_test import ExactTest, exact_violations
from nnft_sym.symmetries.named_groups import NAMES, group
from nnft_sym.symmetries.own_groups import one_parameter_family
from numerics.errors import NotAvailable
from numerics.fields.field_set import FieldSet
from numerics.networks.own_law import OwnLaw

HIDDEN = ["gaussian", "uniform", "laplace", "cauchy", "student-t:df=5", "rademacher", "gaussian:mean=0.4"]
OUTPUT = ["gaussian", "gaussian", "uniform", "laplace", "rademacher"]


def drawn(generator):
    """A network and some inputs."""
    kind = str(generator.choice(["erf", "relu", "gauss", "cos", "cos", "cos"]))
    d = int(generator.integers(1, 4))
    given = {"hidden_law": str(generator.choice(HIDDEN))} if kind == "cos" else {}
    if kind != "cos":
        given["sigma_b"] = float(generator.choice([0.0, 0.5, 1.0]))
    net = nn.network(
        kind, int(10 ** generator.uniform(0, 4)), sigma_w=float(generator.uniform(0.3, 2.0)), d_in=d,
        output_law=str(generator.choice(OUTPUT)), **given,
    )  # fmt: skip
    size = 0.5 if kind == "gauss" else 2.0 * 10 ** generator.uniform(-2.0, 0.5)
    return net, size * generator.standard_normal((1 if kind == "erf" else int(generator.integers(1, 4)), d))


def test_two_hundred_exact_symmetries_are_accepted():
    generator, looked_at = np.random.default_rng(11), 0
    while looked_at < 200:
        net, points = drawn(generator)
        for name in generator.permutation(NAMES)[:3]:
            try:
                chosen = group(str(name), net)
            except nn.NNFTError:  # SO(1)
                continue
            if not derive(net, chosen).holds:
                continue
            looked_at += 1
            orders = (1, 3) if name == "sign of f" else (2, 4)
            test = ExactTest(net, chosen, FieldSet(points), orders, elements=2, seed=looked_at)
            for one in test.violations():
                assert one.broken is False, (net, points.tolist(), name, one)
                assert float(one.largest.error) <= 1e-9 * max(one.scale, 1e-300)


def small(generator):
    """How much is broken, from 1e-8 to 1e-2."""
    return float(10 ** generator.uniform(-8.0, -2.0))


def with_fourth_moment(generator):
    """Output weights with E g⁴ = 3 + δ: G_1111 − 3 G_1122 = δ σ_w⁴ E[s⁴]/N at one input, rotated by 45°."""
    kind = str(generator.choice(["erf", "relu", "gauss", "cos"]))
    delta = small(generator) * float(generator.choice([-1.0, 1.0]))
    net = nn.network(kind, int(generator.integers(1, 4)), sigma_w=float(generator.uniform(0.5, 1.5)))
    broken = net.with_laws(output=OwnLaw((0, 1, 0, 3 + delta), ndtri))
    x = generator.uniform(0.2, 0.8, size=(1, 1))
    four = nn.exact_correlators(net, x, (2, 4))
    # of Gaussian weights G_1111 = 3 K² + (3 E − 3 E²)σ⁴/N
    kernel = float(net.kernel.weight(x, x)[0, 0])
    moment = float(four.connected()[4].value[0]) / 3 + kernel**2 / net.width
    matrix = np.array([[1.0, -1.0], [1.0, 1.0]]) / sqrt(2.0)
    turn = nn.finite_group([matrix], "outputs", 2, "half a quarter")
    return broken, turn, x, 4, abs(delta) * moment / 2


def with_mean_momenta(generator):
    """Momenta of mean μ σ_w/√d on every axis: K → K cos(μ σ_w Σ_k Δ_k/√d)."""
    d, mu = int(generator.integers(2, 4)), sqrt(small(generator))
    sigma = float(generator.uniform(0.5, 1.5))
    net = nn.CosNet(4, sigma_w=sigma, d_in=d).with_laws(hidden=f"gaussian:mean={mu!r}")
    x = generator.uniform(-1.0, 1.0, size=(2, d))
    flip = np.eye(d)
    flip[0, 0] = -1.0
    gap = x[0] - x[1]
    kernel = sigma**2 / 2 * np.exp(-(sigma**2) * (gap @ gap) / (2 * d))
    change = abs(np.cos(mu * sigma / sqrt(d) * gap.sum()) - np.cos(mu * sigma / sqrt(d) * (flip @ gap).sum()))
    return net, nn.finite_group([flip], "inputs", d, "mirror"), x, 2, kernel * change


def with_skewed_outputs(generator):
    """E g³ = δ: the 3-point function is δ σ_w³ E[s³]/√N, and f → −f takes twice of it away."""
    delta = small(generator)
    net = nn.ReLUNet(int(generator.integers(1, 5)), sigma_w=1.3)
    x = generator.uniform(0.5, 2.0)
    broken = net.with_laws(output=OwnLaw((0, 1, delta, 3), ndtri))
    moment = (1.3 * x) ** 3 * 2.0 / sqrt(2.0 * np.pi)  # E max(z, 0)³
    return broken, group("sign of f", broken, 1), [[x]], 3, 2 * delta * 1.3**3 * moment / sqrt(net.width)


def with_small_shift(generator):
    """Gauss-net: E_1111 changes by the factor exp{(σ_w²/2d)[4c·Σx + 8c²]}, K does not."""
    sigma, t, n = float(generator.uniform(0.5, 1.2)), small(generator), int(generator.integers(1, 4))
    net = nn.GaussNet(n, sigma_w=sigma, sigma_b=0.3)
    x = float(generator.uniform(0.3, 0.9))
    shift = nn.finite_group([(np.eye(1), np.array([t]))], "inputs", 1, "shift")
    moment = np.exp(4 * 0.3**2 + sigma**2 / 2 * (16 * x * x - 8 * x * x))
    change = np.expm1(sigma**2 / 2 * (16 * x * t + 8 * t * t))
    return net, shift, [[x]], 4, 3 * sigma**4 / n * moment * change


@pytest.mark.parametrize(
    "make", [with_fourth_moment, with_mean_momenta, with_skewed_outputs, with_small_shift]
)
def test_fifty_small_breakings_are_found(make):
    generator = np.random.default_rng(23)
    for _ in range(50):
        net, chosen, points, order, expected = make(generator)
        fields = FieldSet(points)
        (found,) = exact_violations(net, chosen, fields, (order,), elements=1)
        assert found.broken, (net, chosen.name, expected, found)
        size, error = float(found.largest.value), float(found.largest.error)
        assert abs(size - expected) <= error + 1e-9 * expected + 1e-13 * found.scale, (net, size, expected)
        assert found.witness is not None
        assert abs(found.witness.difference) <= size * (1 + 1e-12)


def test_errors_that_are_not_known_decide_nothing():
    # Laplace weights of ReLU in d = 2: a quadrature that does not converge, with an honest error
    net = nn.ReLUNet(3, sigma_b=0.5, d_in=2).with_laws(hidden="laplace")
    (two,) = exact_violations(net, group("reflections", net), FieldSet([[0.3, 0.1], [1.0, 0.4]]), (2,))
    assert two.broken is False
    assert float(two.largest.value) <= float(two.largest.error)


def test_the_test_says_what_it_cannot_do():
    net = nn.ErfNet(3)
    with pytest.raises(NotAvailable, match="components"):
        ExactTest(net, group("O(D)", net, 16), FieldSet([[0.1]]), (8,)).violations()
    with pytest.raises(nn.NNFTError, match="orders = "):
        ExactTest(net, group("O(D)", net), FieldSet([[0.1]]), (0,))
    bent = one_parameter_family(lambda t: lambda x: x + t * x**2, "inputs", 1, "bend", reach=0.1)
    (two,) = exact_violations(net, bent, FieldSet([[0.5], [0.2]]), (2,))
    assert two.broken
