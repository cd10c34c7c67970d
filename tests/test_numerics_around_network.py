"""Integrals over connected correlators of a network, against averages over its parameters."""

from fractions import Fraction
from itertools import product
from math import comb, factorial

import numpy as np
import pytest

import nnft_sym as nn
from diagrams.diagram import Diagram
from numerics.errors import (
    DivergentIntegral,
    InvalidDomain,
    InvalidKernel,
    InvalidNetwork,
    InvalidPoints,
    LoweringError,
    NotAvailable,
    NotConverged,
    ProblemTooLarge,
)
from numerics.exact.at_rows import connected_at
from numerics.integrals.network_integrator import NetworkIntegrator
from numerics.integrals.questions.limits import Accuracy
from numerics.lowering.connected_product import ConnectedProduct, lower_around

BOX = nn.Box(1.0)
POINTS = np.array([[0.0], [0.7]])
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)  # of the box


def slope(network, points=POINTS, box=BOX, **how):
    """d⟨φφ⟩/dλ at λ = 0, for all pairs of points."""
    expansion = nn.expand("lambda*f^4", 2, 1, "network")
    return nn.predict(expansion, network, points, box, **how)["lambda"]


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("kind", ["cos", "gauss"])
def test_slope_against_the_average_over_all_parameters(kind, width):
    """Given the hidden layer φ is Gaussian, so −Cov(φφ, ∫φ⁴) is one of its covariances, averaged."""
    x = np.concatenate([POINTS[:, 0], NODES])
    w, p = np.polynomial.hermite_e.hermegauss(30)
    if kind == "cos":
        network = nn.CosNet(width)
        c, q = 2 * np.pi * np.arange(12) / 12, np.full(12, 1 / 12)  # exact for trigonometric polynomials
        features = np.cos(w[:, None, None] * x + c[:, None])
        amplitude, bias = 1.0, 0.0
    else:
        s = 0.3
        network = nn.GaussNet(width, sigma_w=s, sigma_b=s)
        c, q = np.polynomial.hermite_e.hermegauss(30)
        features = np.exp(s * w[:, None, None] * x + s * c[:, None] - s**2 - s**2 * x**2)
        amplitude, bias = s**2, s**2
    features, chance = features.reshape(-1, len(x)), np.multiply.outer(p / p.sum(), q / q.sum()).ravel()
    keep = chance > 1e-20  # features of Gauss-net grow where nodes are rare
    features, chance = features[keep], chance[keep]
    found, mean = np.zeros(len(NODES)), np.zeros(len(NODES))
    pair = 0.0
    # the covariance of a network is that of its neurons, averaged; the second neuron is looped over
    for other, much in zip(features, chance, strict=True) if width == 2 else [(None, 1.0)]:
        layers = [features] if other is None else [features, np.broadcast_to(other, features.shape)]
        cov = [amplitude * sum(f[:, i, None] * f for f in layers) / width + bias for i in (0, 1)]
        square = amplitude * sum(f[:, 2:] ** 2 for f in layers) / width + bias
        weight = much * chance
        sixth = 3 * cov[0][:, 1, None] * square**2 + 12 * cov[0][:, 2:] * cov[1][:, 2:] * square
        found += weight @ sixth
        mean += weight @ (3 * square**2)
        pair += float(weight @ cov[0][:, 1])
    truth = -WEIGHTS @ (found - pair * mean)
    theory = slope(network)[0, 1]
    assert float(theory.value) == pytest.approx(float(truth), rel=2e-9)
    assert 0.0 < float(theory.error) < 1e-9 * abs(float(theory.value))


@pytest.mark.parametrize("width", [2, 5, 20])
@pytest.mark.parametrize("kind", ["cos", "gauss"])
def test_slope_against_sampled_undeformed_networks(kind, width):
    """−Cov(φφ, ∫φ⁴) of networks drawn from their law: pulls of size one."""
    generator = np.random.default_rng(20261130 + width)
    nodes, weights = np.polynomial.legendre.leggauss(16)
    x = np.concatenate([POINTS[:, 0], nodes])
    blocks = []
    for _ in range(40):
        w = generator.standard_normal((5000, width, 1))
        if kind == "cos":
            network = nn.CosNet(width)
            a = generator.standard_normal((5000, width))
            features = np.cos(w * x + generator.uniform(-np.pi, np.pi, (5000, width, 1)))
            bias = np.zeros((5000, 1))
        else:
            s = 0.3
            network = nn.GaussNet(width, sigma_w=s, sigma_b=s)
            a, b = s * generator.standard_normal((5000, width)), generator.standard_normal((5000, width, 1))
            features = np.exp(s * w * x + s * b - s**2 - s**2 * x**2)
            bias = s * generator.standard_normal((5000, 1))
        field = np.einsum("kn,knx->kx", a, features) / np.sqrt(width) + bias
        pair, action = field[:, 0] * field[:, 1], field[:, 2:] ** 4 @ weights
        blocks.append([np.mean(pair * action), np.mean(pair), np.mean(action)])
    blocks = np.array(blocks)
    total = blocks.sum(axis=0)
    left_out = (total - blocks) / (len(blocks) - 1)
    replicas = -(left_out[:, 0] - left_out[:, 1] * left_out[:, 2])
    sampled = -(total[0] / 40 - total[1] * total[2] / 1600)
    error = np.sqrt((len(blocks) - 1) * np.mean((replicas - replicas.mean()) ** 2))
    theory = slope(network)[0, 1]
    assert abs(float(theory.value) - sampled) < 3.5 * error
    assert error < 0.05 * abs(sampled)


def test_slope_of_a_free_scalar_network():
    """Cauchy momenta and amplitudes ±1: K = exp(−|x|)/2, whose slope on |y| < 4 is known in powers of 1/N."""
    for width in (2, 5, 20):
        network = nn.CosNet(width).with_laws(hidden="cauchy", output="rademacher")
        theory = slope(network, box=nn.Box(4.0), rtol=1e-6)[0, 1]
        known = -1.26566 + 2.15648 / width - 1.01577 / width**2
        assert float(theory.value) == pytest.approx(known, abs=1.5e-5)
        assert float(theory.error) < 1e-5


def test_first_order_term_by_term():
    """SPEC's five terms, each with exact cumulants at the nodes of another rule."""
    network = nn.ErfNet(3)
    one, two = POINTS.tolist()

    def cumulant(*points):
        return float(nn.exact_cumulant(network, [list(p) for p in points]).value)

    def integrated(term):
        nodes, weights = np.polynomial.legendre.leggauss(14)
        return sum(w * term([float(y)]) for y, w in zip(nodes, weights, strict=True))

    terms = {
        "x1-y1,x2-y1,y1-y1": lambda y: cumulant(one, y) * cumulant(two, y) * cumulant(y, y),
        "x1-y1,x2-y1-y1-y1": lambda y: cumulant(one, y) * cumulant(two, y, y, y),
        "x2-y1,x1-y1-y1-y1": lambda y: cumulant(two, y) * cumulant(one, y, y, y),
        "y1-y1,x1-x2-y1-y1": lambda y: cumulant(y, y) * cumulant(one, two, y, y),
        "x1-x2-y1-y1-y1-y1": lambda y: cumulant(one, two, y, y, y, y),
    }
    expansion = nn.expand("lambda*f^4", 2, 1, "network")
    found = {str(diagram): number for diagram, number, power in expansion.monomials() if power}
    assert sorted(abs(number) for number in found.values()) == [1, 4, 4, 6, 12]
    total = 0.0
    for text, term in terms.items():
        product_ = lower_around(Diagram.from_edge_string(text))
        one_value = nn.integrate(product_, network, POINTS, BOX, rtol=1e-8)
        assert float(one_value.value) == pytest.approx(integrated(term), rel=1e-8)
        total += float(found[str(product_)]) * float(one_value.value)
    assert float(slope(network, rtol=1e-8)[0, 1].value) == pytest.approx(total, rel=1e-10)


def one_point_moments(width, most):
    """E f^m of Cos-net at one point, from those of one neuron, N of them added."""
    neuron = [
        Fraction(0) if k % 2 else Fraction(factorial(k), 2 ** (k // 2) * factorial(k // 2))
        * Fraction(comb(k, k // 2), 2**k)
        for k in range(most + 1)
    ]  # fmt: skip
    total = [Fraction(1)] + [Fraction(0)] * most
    for _ in range(width):
        total = [sum(comb(m, k) * neuron[k] * total[m - k] for k in range(m + 1)) for m in range(most + 1)]
    return [moment / Fraction(width) ** Fraction(m, 2) if m % 2 == 0 else 0 for m, moment in enumerate(total)]


@pytest.mark.parametrize(("n", "order"), [(2, 2), (4, 1)])
def test_every_order_in_a_box_so_small_that_it_is_a_point(n, order):
    """There ∫ is a factor, and the theory is E[f^n e^{−v λ f⁴}] / E[e^{−v λ f⁴}]."""
    width, half = 3, 5e-6
    moments = [float(m) for m in one_point_moments(width, n + 4 * order)]
    above = [(-1) ** k * moments[n + 4 * k] / factorial(k) for k in range(order + 1)]
    below = [(-1) ** k * moments[4 * k] / factorial(k) for k in range(order + 1)]
    series = []
    for k in range(order + 1):
        series.append(above[k] - sum(series[j] * below[k - j] for j in range(k)))
    expansion = nn.expand("lambda*f^4", n, order, "network")
    found = nn.predict(expansion, nn.CosNet(width), [[0.0]], nn.Box(half))
    for k in range(order + 1):
        one = found[f"lambda**{k}" if k else ""][(0,) * n]
        volume = (2 * half) ** k
        assert float(one.value) / volume == pytest.approx(series[k], rel=1e-9)
        assert float(one.error) <= 1e-8 * abs(float(one.value))


def test_two_vertices_against_products_of_nodes():
    """The λ² diagrams of a network that is no point, with every correlator by itself."""
    network, box = nn.CosNet(4), nn.Box(0.5)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    nodes, weights = 0.5 * nodes, 0.5 * weights
    for text in (
        "x1-y1,y1-y2,y1-y2,y1-y2,x2-y2",
        "x1-y1-y2-y2,x2-y1,y1-y2,y1-y2",
        "x1-y1-y1-y2,x2-y1-y1-y2,y2-y2",
    ):
        diagram = Diagram.from_edge_string(text)
        total = 0.0
        for (y, a), (z, b) in product(zip(nodes, weights, strict=True), repeat=2):
            place = [0.0, 0.7, y, z]
            rows = {}
            for legs in (*diagram.edges, *diagram.blobs):
                rows.setdefault(len(legs), []).append(legs)
            at = connected_at(
                network, np.array(place)[:, None], {order: np.array(row) for order, row in rows.items()}
            )
            total += a * b * np.prod([np.prod(value) for value, _ in at.values()])
        found = nn.integrate(lower_around(diagram), network, POINTS, box, rtol=1e-9)
        assert float(found.value) == pytest.approx(total, rel=1e-9)


def test_rows_of_correlators_are_those_of_all_multisets():
    network = nn.ReLUNet(7, sigma_b=0.4)
    points = np.array([[0.3], [-0.5], [1.0], [0.3]])
    exact = nn.exact_correlators(network, points, (2, 4, 6)).connected()
    rows = {2: np.array([[2, 1], [0, 3]]), 4: np.array([[3, 0, 1, 1]]), 6: np.array([[2, 2, 0, 1, 0, 3]])}
    found = connected_at(network, points, rows)
    for order, some in rows.items():
        for row, value, error in zip(some, *found[order], strict=True):
            known = exact[order][tuple(sorted(row.tolist()))]
            assert value == pytest.approx(float(known.value), rel=1e-12)
            assert 0 < error < 1e-9


JOINT = [
    nn.ReLUNet(3, sigma_b=0.4).with_laws(output_correlation=0.3),
    nn.GaussNet(4, 0.3, 0.3).with_laws(output_correlation=-0.2),
    nn.CosNet(3).with_laws(output_joint="0.1*p2^2/N"),
]


@pytest.mark.parametrize("network", JOINT, ids=repr)
def test_rows_where_output_weights_depend_on_each_other(network):
    points = np.array([[0.3], [1.0], [0.3]])
    rows = {2: np.array([[0, 1], [2, 2]]), 4: np.array([[0, 1, 2, 2]]), 6: np.array([[0, 0, 1, 1, 1, 2]])}
    found = connected_at(network, points, rows)
    for order, some in rows.items():
        known = [float(nn.exact_cumulant(network, points[row]).value) for row in some]
        assert found[order][0] == pytest.approx(known, rel=1e-12)


def test_slope_with_correlated_output_weights():
    """Equicorrelated weights of ReLU-net, whose features have a mean: odd moments of them count, too."""
    width, correlation = 3, 0.3
    network = nn.ReLUNet(width, sigma_b=0.4, output_bias=False).with_laws(output_correlation=correlation)
    generator = np.random.default_rng(8)
    nodes, weights = np.polynomial.legendre.leggauss(16)
    x = np.concatenate([POINTS[:, 0], nodes])
    covariance = (1 - correlation) * np.eye(width) + correlation
    blocks = []
    for _ in range(60):
        w, b = generator.standard_normal((2, 5000, width, 1))
        features = np.maximum(w * x + 0.4 * b, 0.0)
        # given the features φ is Gaussian, and −Cov(φφ, ∫φ⁴) an average of products of its covariances
        given = np.einsum("knx,nm,kmz->kxz", features, covariance, features) / width
        both, square = given[:, 0, 1], np.einsum("kxx->kx", given)[:, 2:]
        sixth = 3 * both[:, None] * square**2 + 12 * given[:, 0, 2:] * given[:, 1, 2:] * square
        blocks.append([(sixth @ weights).mean(), both.mean(), (3 * square**2 @ weights).mean()])
    total = np.sum(blocks, axis=0)
    left_out = (total - np.array(blocks)) / (len(blocks) - 1)
    replicas = -(left_out[:, 0] - left_out[:, 1] * left_out[:, 2])
    error = np.sqrt((len(blocks) - 1) * np.mean((replicas - replicas.mean()) ** 2))
    mean = total / len(blocks)
    theory = slope(network)[0, 1]
    assert theory.trusted
    assert abs(float(theory.value) + mean[0] - mean[1] * mean[2]) < 3.5 * error
    assert error < 0.02 * abs(float(theory.value))


def test_relu_with_kinks_and_without_a_length():
    """Features without biases are one homogeneous piece on each side of the origin."""
    # only the neurons of one sign see y: K(x, y) = x y/2, G4 = 15/4N ∏, G6 = 165/2N² ∏ for y > 0
    width = 6
    x = [1.0, 2.0]
    k, g4, g6 = 0.5, 15 / 4 / width, 165 / 2 / width**2
    wanted = -x[0] * x[1] * (12 * k**3 + 8 * k * g4 + 6 * k * g4 + g6) / 5  # ∫ y⁴ over 0 … 1
    # at y < 0 only K_yy and G4(1,2,y,y) = −1/4N, G6(12yyyy) = −3/2N² are not zero
    wanted += -x[0] * x[1] * (6 * k * (-1 / 4 / width) - 3 / 2 / width**2) / 5
    theory = slope(nn.ReLUNet(width), [[1.0], [2.0]])[0, 1]
    assert float(theory.value) == pytest.approx(wanted, rel=1e-9)


def test_a_vertex_in_the_plane():
    """One neuron of Cos-net in two dimensions: given its momentum and phase, φ is one Gaussian amplitude."""
    network, points = nn.CosNet(1, d_in=2), np.array([[0.0, 0.2], [0.6, -0.3]])
    w, p = np.polynomial.hermite_e.hermegauss(24)
    momenta = np.stack(np.meshgrid(w, w, indexing="ij"), axis=-1).reshape(-1, 2) / np.sqrt(2)
    chance = np.multiply.outer(p, p).ravel() / np.sum(p) ** 2
    nodes, weights = np.polynomial.legendre.leggauss(14)
    places = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2) / 2
    area = np.multiply.outer(weights, weights).ravel() / 4
    sixth, pair, fourth = 0.0, 0.0, 0.0
    for phase in 2 * np.pi * np.arange(12) / 12:
        outside = np.cos(momenta @ points.T + phase)
        action = np.cos(momenta @ places.T + phase) ** 4 @ area
        both = outside[:, 0] * outside[:, 1]
        sixth += chance @ (15 * both * action) / 12
        pair += chance @ both / 12
        fourth += chance @ (3 * action) / 12
    theory = slope(network, points, nn.Box(0.5))[0, 1]
    assert float(theory.value) == pytest.approx(-(sixth - pair * fourth), rel=1e-9)
    assert theory.trusted


def test_errors_cover_what_coarser_limits_miss():
    """Results to few digits differ from those to many by no more than they say."""
    fine = slope(nn.ErfNet(2, sigma_w=3.0), rtol=1e-11)
    for rtol in (1e-2, 1e-4, 1e-6):
        coarse = slope(nn.ErfNet(2, sigma_w=3.0), rtol=rtol)
        assert np.all(np.abs(coarse.value - fine.value) <= coarse.error + fine.error)
        assert coarse.trusted


def test_a_prediction_is_like_any_other():
    expansion = nn.expand("lambda*f^4", 4, 1, "network")
    steps = []
    found = nn.predict(
        expansion, nn.CosNet(10), POINTS, BOX, progress=lambda done, total: steps.append((done, total))
    )
    assert isinstance(found, nn.Prediction)
    exact = nn.exact_correlators(nn.CosNet(10), POINTS, (4,))[4]
    assert np.allclose(found[""].value, exact.value, rtol=1e-13)
    both = found.evaluate({"lambda": 0.01})
    assert np.allclose(both.value, found[""].value + 0.01 * found["lambda"].value)
    assert steps[-1][0] == steps[-1][1] == len(found.program.integrands)
    assert found["lambda"].provenance["network"]["kind"] == "cos"
    with pytest.raises(NotAvailable, match="around a network a coupling is one number"):
        found.evaluate_tensor("lambda", np.ones(5))


def plain_terms():
    return nn.expand("lambda*f^4", 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: slope(nn.CosNet(2), box=nn.WholeSpace()), DivergentIntegral, "Give a cutoff"),
        (lambda: nn.predict(plain_terms(), nn.CosNet(2), POINTS, BOX), InvalidKernel, "network.kernel"),
        (
            lambda: NetworkIntegrator(nn.CosNet(2), BOX).predict(plain_terms(), POINTS),
            LoweringError,
            "give network.kernel",
        ),
        (lambda: slope(nn.CosNet(2).kernel), InvalidKernel, "give the network itself"),
        (
            lambda: nn.integrate(ConnectedProduct(2, 0, ((0, 1),)), nn.CosNet(2).kernel, POINTS, BOX),
            InvalidKernel,
            "give the network itself",
        ),
        (lambda: slope(nn.CosNet(2), store="/tmp/nowhere"), NotAvailable, "store given beside a network"),
        (
            lambda: slope(nn.CosNet(2), method=nn.integrals.Method.CUBATURE),
            NotAvailable,
            "method given beside a network",
        ),
        (lambda: slope(nn.ErfNet(2), accuracy=Accuracy(max_nodes=5)), ProblemTooLarge, "Lower the order"),
        (
            lambda: slope(nn.CosNet(2, 40.0), accuracy=Accuracy(max_nodes=110, strict=True)),
            NotConverged,
            "ask for less",
        ),
        (lambda: slope(nn.GaussNet(2, 5.0), box=nn.Box(60.0)), (InvalidNetwork, NotAvailable), "floating"),
        (
            lambda: NetworkIntegrator(nn.CosNet(2), BOX).integrate(Diagram.from_edge_string("x1-x2"), [0.0]),
            InvalidPoints,
            "one input per external point",
        ),
        (lambda: NetworkIntegrator("cos", BOX), InvalidNetwork, "a network, such as"),
        (lambda: NetworkIntegrator(nn.CosNet(2), 1.0), InvalidDomain, r"Box\(cutoff\) is needed"),
        (
            lambda: nn.predict(nn.expand("g*f^10", 2, 1, "network"), nn.CosNet(2), [[0.0]], BOX),
            NotAvailable,
            "12-point function is needed",
        ),
        (lambda: ConnectedProduct(2, 0, ((0, 2),)), LoweringError, "numbered 0 to 1 here"),
        (
            lambda: nn.predict(
                [*nn.expand("lambda*f^4", 2, 1, "network").monomials(), *plain_terms().monomials()],
                nn.CosNet(2), POINTS, BOX,
            ),
            LoweringError,
            "give network.kernel|of one expansion",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
