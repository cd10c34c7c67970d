"""The axioms beside reflection positivity: closed limits, exact correlators far apart, tables, bad input."""

import json
from itertools import combinations
from math import atan, erf, exp, inf, pi, sqrt

import numpy as np
import pytest

import nnft_sym as nn
from nnft_sym.cli import run
from nnft_sym.osterwalder_schrader.bose_symmetry import permutation_symmetry
from nnft_sym.osterwalder_schrader.clustering import clustering
from nnft_sym.osterwalder_schrader.clustering_limits import limit_cumulant
from nnft_sym.osterwalder_schrader.covariance import euclidean_covariance
from nnft_sym.osterwalder_schrader.places import generic_points
from nnft_sym.osterwalder_schrader.reflection_positivity import lattice_spacing
from nnft_sym.osterwalder_schrader.regularity import regularity
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.exact.correlators import exact_correlators, exact_cumulant
from numerics.networks.architectures import network

FOURTH = {"gaussian": 3.0, "rademacher": 1.0, "laplace": 6.0, "uniform": 1.8}


@pytest.mark.parametrize("output", FOURTH)
@pytest.mark.parametrize(("sigma_w", "scale"), [(1.0, 1.0), (0.7, 2.0)])
def test_cauchy_momenta_leave_what_the_specification_says(output, sigma_w, scale):
    """SPEC 17: N G_c⁴ → ½ m₄ Z² [e^(−m|x₁₂+x₃₄|) + e^(−m|x₁₂−x₃₄|)] − K₁₂ K₃₄, K = Z e^(−m|t|)."""
    net = network("cos", 7, sigma_w, sigma_a=1.3, hidden_law=f"cauchy:scale={scale}", output_law=output)
    m, z = sigma_w * scale, 1.3**2 / 2
    x1, x2, x3, x4 = 0.2, 0.9, -0.4, 0.15
    found = limit_cumulant(net, np.array([[x1], [x2]]), np.array([[x3], [x4]]))
    one, two = x1 - x2, x3 - x4
    expected = 0.5 * FOURTH[output] * z**2 * (exp(-m * abs(one + two)) + exp(-m * abs(one - two)))
    expected -= z**2 * exp(-m * (abs(one) + abs(two)))
    assert abs(7 * float(found.value) - expected) <= 7 * float(found.error) < 1e-13


def test_gaussian_momenta_leave_what_the_specification_says():
    """SPEC 8, in two dimensions: c = σ_w²/d."""
    net = network("cos", 4, 1.2, sigma_a=0.9, d_in=2)
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, 2, 2))
    c, one, two = 0.72, first[0] - first[1], second[0] - second[1]
    found = limit_cumulant(net, first, second)
    plus, minus = (np.exp(-c * np.sum((one + s * two) ** 2) / 2) for s in (1, -1))
    apart = np.exp(-c * np.sum(one**2) / 2) * np.exp(-c * np.sum(two**2) / 2)
    assert 4 * float(found.value) == pytest.approx(
        0.9**4 * (0.375 * (plus + minus) - 0.25 * apart), rel=1e-13
    )


@pytest.mark.parametrize(("d", "sigma_b"), [(1, 0.0), (1, 0.8), (3, 0.5)])
def test_erf_becomes_a_sign(d, sigma_b):
    """SPEC 1: K_W(x, r ŷ) → (2σ_w²/π) atan(√2 (σ_w/√d) x·ŷ / √(1 + 2C_xx − 2σ_w²(x·ŷ)²/d))."""
    net = network("erf", 6, 1.3, sigma_b, d_in=d)
    x, y = np.random.default_rng(1).normal(size=(2, d))
    s = 1.3 / sqrt(d)
    c = sigma_b**2 + s**2 * x @ x
    closed = 2 * 1.3**2 / pi * atan(sqrt(2) * s * x[0] / sqrt(1 + 2 * c - 2 * s**2 * x[0] ** 2))
    found = limit_cumulant(net, x[np.newaxis], y[np.newaxis])
    assert float(found.value) == pytest.approx(sigma_b**2 + closed, rel=1e-13)


@pytest.mark.statistical
def test_limit_of_four_points_of_erf_by_drawing_neurons():
    net = network("erf", 1, 1.1, 0.6)
    rng = np.random.default_rng(8)
    w, b = 1.1 * rng.normal(size=(2, 400_000))
    b *= 0.6 / 1.1
    vector = np.vectorize(erf)
    s1, s2 = (vector(w * x + b) for x in (0.3, 0.9))
    side = np.sign(w)
    # κ₄ = 3E₁₂₃₄ − Σ₃EE with s₃ = s₄ the sign of w
    parts = np.array([s1 * s2, s1 * side, s2 * side])
    mean = parts.mean(axis=1)
    value = 1.1**4 * (3 * mean[0] - mean[0] - 2 * mean[1] * mean[2])
    slopes = 1.1**4 * (2 * parts[0] - 2 * mean[2] * parts[1] - 2 * mean[1] * parts[2])
    error = slopes.std() / sqrt(len(w))
    found = float(limit_cumulant(net, np.array([[0.3], [0.9]]), np.array([[0.1], [2.0]])).value)
    assert 1e-3 < abs(found - value) / error < 3.5


NETS = [
    network("cos", 3),
    network("cos", 3, hidden_law="cauchy", output_law="laplace"),
    network("cos", 5, hidden_law="lattice:mass=0.8"),
    network("erf", 5, sigma_b=0.0),
    network("gauss", 4, output_bias=False),
]


@pytest.mark.parametrize("net", NETS, ids=repr)
@pytest.mark.parametrize("cut", [(1, 1), (1, 3), (2, 2), (3, 1), (3, 3)])
def test_limits_are_those_of_exact_correlators(net, cut):
    """Independent: the exact correlators know nothing of the limit."""
    points = generic_points(net, sum(cut))
    first, second = points[: cut[0]], points[cut[0] :]
    found = limit_cumulant(net, first, second)
    if found.value == inf:
        near, far = (
            float(exact_cumulant(net, np.concatenate([first, second + a])).value) for a in (2.0, 4.0)
        )
        assert far > 50 * near > 0
        return
    errors = []
    for a in (20.0, 40.0, 80.0):
        exact = exact_cumulant(net, np.concatenate([first, second + a]))
        errors.append(abs(float(exact.value) - float(found.value)))
    known = float(found.error) + float(exact.error) + 1e-15
    assert errors[-1] <= known or errors[-1] < 0.55 * errors[0]
    if net.kind != "erf":  # erf approaches a sign like 1/a
        assert errors[-1] <= known


def test_clustering_of_the_published_networks():
    verdicts = {
        name: [one.holds for one in clustering(network(name, 5), (2, 4))]
        for name in ("erf", "relu", "gauss", "cos")
    }
    failing = [False, False]
    assert verdicts == {"erf": failing, "relu": failing, "gauss": failing, "cos": [True, False]}
    assert "output bias" in clustering(network("gauss", 5), (2,))[0].reason
    assert "grow" in clustering(network("relu", 5), (2,))[0].reason
    four = clustering(network("cos", 5), (4,))[0]
    assert "share the 5 neurons" in four.reason
    assert four.evidence["values"][-1] == pytest.approx(four.evidence["limit"], rel=1e-12)
    # at infinite width four points cluster: what is left falls like 1/N
    lefts = [clustering(network("cos", n), (4,))[0].evidence["limit"] for n in (10, 1000)]
    assert lefts[0] / lefts[1] == pytest.approx(100, rel=1e-12)
    # whoever has no output bias clusters at two points
    assert clustering(network("gauss", 5, output_bias=False), (2,))[0].holds


def test_without_a_formula_nothing_is_claimed_that_is_not_seen():
    sine = network("sin", 3, sigma_b=0.5, output_bias=False)
    found = clustering(sine, (2,))[0]
    assert found.holds is None
    assert "no formula" in found.reason
    assert found.witness == ""  # unknown is not "has no limit"
    # E[s(x) s(x + a)] of e^(−z²) goes to zero like 1/a: beside the output bias nothing is left that settles
    bump = clustering(network("own", 1, activation="exp(-z^2)"), (2,))[0]
    assert bump.holds is False
    assert "output bias" in bump.reason
    assert "features keep" not in bump.reason
    tanh = clustering(network("tanh", 3, output_bias=False), (2, 4))
    assert [one.holds for one in tanh] == [False, False]
    assert clustering(network("cos", 3, hidden_law="rademacher"), (2,))[0].holds is False
    # far away tanh is the sign of W, too: E[tanh(z) sgn(W)] by quadrature
    x = generic_points(network("tanh", 3), 1)[0, 0]
    w, share = np.polynomial.hermite_e.hermegauss(200)
    weights = np.outer(share, share) / (2 * pi)
    side = np.sum(weights * np.tanh(w[:, np.newaxis] * x + w) * np.sign(w)[:, np.newaxis])
    assert tanh[0].evidence["limit"] == pytest.approx(side, abs=2 * tanh[0].error + 0.02)


def test_euclidean_covariance():
    expected = {
        ("cos", 1): [True, True], ("cos", 2): [True, True], ("gauss", 1): [True, False],
        ("gauss", 2): [True, False], ("erf", 1): [False, False], ("relu", 2): [False, False],
    }  # fmt: skip
    for (name, d), holds in expected.items():
        found = euclidean_covariance(network(name, 5, d_in=d), (2, 4))
        assert [one.holds for one in found] == holds, name
    both = nn.axioms(network("cos", 5, d_in=2), 2, which=["euclidean covariance", "reflection-positivity"])
    assert [one.holds for one in both] == [True, False]
    assert "cannot have both" in next(iter(both)).reason
    # independent components of a heavy-tailed law are not isotropic in two dimensions
    plane = euclidean_covariance(network("cos", 5, hidden_law="cauchy", d_in=2), (2,))[0]
    assert plane.holds is False
    assert "rotations and reflections broken from 2" in plane.reason
    assert "translations hold by the laws" in plane.reason
    # the witness is what the specification says of shifts: exp{(σ_w²/2d)[(2n−4)c·Σx + (n²−2n)c²]}
    four = euclidean_covariance(network("gauss", 5, sigma_b=0.0, output_bias=False), (4,))[0]
    witness = four.evidence["witness"]
    (x,), (c,) = witness["points"][0], witness["element"]["shift"]
    net = network("gauss", 5, sigma_b=0.0, output_bias=False)
    ratio = exp(0.5 * (4 * c * 4 * x + 8 * c**2))
    before = exact_correlators(net, [[x]], (2, 4))
    kappa = 4 * before[2].value[0] ** 2  # 3E₁₁₁₁/N beside the pairings
    full = before[4].value[0]
    e4 = (full - 3 * (1 - 1 / 5)) * 5 / 3
    assert kappa == pytest.approx(4.0)
    assert witness["after"] == pytest.approx(3 * (1 - 1 / 5) + 3 * e4 * ratio / 5, rel=1e-10)


def test_permutations():
    for net in (network("erf", 5, d_in=2), network("gauss", 5), network("tanh", 4)):
        for check in permutation_symmetry(net, (2, 4)):
            assert check.holds
            assert check.evidence["largest_difference"] <= check.error < 1e-10


def test_regularity():
    """SPEC 8: E[s(x)² s(y)²] = e^(4σ_b² + 4σ_w² x·y/d) is unbounded; K is not."""
    gauss = regularity(network("gauss", 5), (2, 4))
    assert [one.holds for one in gauss] == [True, False]
    assert r"e^{4\sigma_b^2" in gauss[1].formula
    for name, power in (("erf", 0.0), ("relu", 4.0), ("cos", 0.0)):
        four = regularity(network(name, 5), (4,))[0]
        assert four.holds
        assert four.evidence["power_of_the_bound"] == power
        assert four.evidence["powers"][-1] == pytest.approx(power, abs=0.1)
    # moments over the Gaussian ones by hand: ReLU at one point is a times half a Gaussian, κ₄ = 15/4 x⁴/N
    four = regularity(network("relu", 5), (4,))[0]
    assert four.evidence["moments_over_gaussian"][4] == pytest.approx(1 + (15 / 4) / 5 / (3 / 4), rel=1e-12)
    own = nn.network("own", 3, activation="z**3 - z")
    assert [one.holds for one in regularity(own, (2, 4))] == [None, None]


def test_points_of_a_lattice_are_sites():
    net = network("cos", 5, sigma_w=2.0, d_in=1, hidden_law="lattice:mass=1")
    assert lattice_spacing(net) == 0.5
    points = generic_points(net, 5)[:, 0] / 0.5
    assert np.array_equal(points, np.rint(points))
    assert all(a != b for a, b in combinations(points.tolist(), 2))


def test_the_table(capsys):
    found = nn.axioms(network("cos", 5, hidden_law="cauchy"), (2, 4))
    assert found.holds("euclidean_covariance") is True
    assert found.holds("clustering", 2) is True
    assert found.holds("clustering") is False
    assert "clustering (from order 4)" in found.verdict
    assert found._repr_html_().count("<tr>") == 1 + len(found)
    assert (
        run(["axioms", "--net", "cos", "--width", "5", "--momenta", "cauchy", "--orders", "2,4", "--json"])
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    rows = {(one["axiom"], one["order"]): one for one in answer["axioms"]}
    assert rows["clustering", 4]["holds"] is False
    assert set(rows["clustering", 4]) == {
        "axiom", "order", "holds", "smallest_eigenvalue", "witness", "error", "reason",
    }  # fmt: skip
    assert (answer["hidden_law"], answer["dimension"], answer["verdict"]) == ("cauchy", 1, found.verdict)
    assert run(["axioms", "--net", "gauss", "--width", "5", "--orders", "2"]) == 0
    text = capsys.readouterr().out
    assert "Clustering fails at order 2: the output bias" in " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--orders", "3"], "--orders: 3 was given; even orders from 2 to 10 are needed"),
        (["--orders", "0"], "--orders: "),
        (["--momenta", "cauchy"], "--momenta: 'cauchy' was given, and the erf-net has no momenta"),
        (["--momenta", "latice:mass=1", "--net", "cos"], "did you mean 'lattice'?"),
        (["--net", "cos", "--momenta", "cauchy", "--hidden-law", "laplace"], "give one of them"),
        (["--dimension", "0"], "--dimension: 0 was given"),
        (
            ["--output-law", "student-t:df=5", "--orders", "6"],
            "--output-law: 'student-t:df=5' has too heavy tails",
        ),
    ],
)
def test_refusals(words, message, capsys):
    assert run(["axioms", "--width", "5", *([] if "--net" in words else ["--net", "erf"]), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_refusals_in_python():
    with pytest.raises(InvalidStatistics, match="the axioms are euclidean_covariance"):
        nn.axioms(network("cos", 5), which=["positivity"])
    with pytest.raises(InvalidStatistics, match="even orders"):
        nn.axioms(network("cos", 5), orders=(2, 5))
    with pytest.raises(NotAvailable, match="too heavy tails"):
        nn.axioms(network("cos", 5, output_law="student-t:df=3.5"), orders=4)


@pytest.mark.statistical
def test_what_is_left_of_four_points_by_drawing_networks():
    """Cos-net of two neurons with Cauchy momenta, two pairs forty lengths apart."""
    net = network("cos", 2, sigma_a=1.0, hidden_law="cauchy")
    rng = np.random.default_rng(11)
    count = 400_000
    p, c, a = rng.standard_cauchy((count, 2)), rng.uniform(-pi, pi, (count, 2)), rng.normal(size=(count, 2))
    points = (0.1, 0.6, 40.0, 40.3)
    f1, f2, f3, f4 = (np.sum(a * np.cos(p * x + c), axis=1) / sqrt(2) for x in points)
    pairs = f1 * f2, f3 * f4
    products = (pairs[0] - pairs[0].mean()) * (pairs[1] - pairs[1].mean())
    # at this distance all other pairs vanish, so that the covariance is the connected correlator
    error = products.std() / sqrt(count)
    limit = limit_cumulant(net, np.array([[0.1], [0.6]]), np.array([[0.0], [0.3]]))
    assert 1e-3 < abs(products.mean() - float(limit.value)) / error < 3.5
    assert float(limit.value) > 20 * error


def random_cos_net(rng):
    hidden = rng.choice(["gaussian", "cauchy", "laplace", "uniform", "lattice:mass=0.7", "student-t:df=1.5"])
    output = rng.choice(["gaussian", "laplace", "uniform", "rademacher"])
    d = int(rng.integers(1, 3))
    sigma_w, sigma_a = rng.uniform(0.3, 2.0, size=2)
    width = int(rng.integers(1, 40))
    return network("cos", width, sigma_w, sigma_a=sigma_a, d_in=d, hidden_law=hidden, output_law=output)


def test_random_plane_waves_keep_what_they_must():
    """Translations, permutations, bounded growth and clustering at two points, whatever the momenta."""
    rng = np.random.default_rng(5)
    for _ in range(12):
        net = random_cos_net(rng)
        covariance = euclidean_covariance(net, (2, 4), elements=2, seed=int(rng.integers(100)))
        isotropic = net.d_in == 1 or net.laws.gaussian_hidden
        assert [one.holds for one in covariance] == [isotropic] * 2, net
        assert "translations hold" in covariance[0].reason
        assert all(one.holds for one in permutation_symmetry(net, (2, 4)))
        assert all(one.holds for one in regularity(net, (2, 4)))
        two, four = clustering(net, (2, 4))
        assert (two.holds, four.holds) == (True, False), net
        assert four.evidence["values"][-1] == pytest.approx(four.evidence["limit"], rel=0.05)
